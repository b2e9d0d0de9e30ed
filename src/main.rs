//! No subcommand: the window. A subcommand: the command line.

use std::process::ExitCode;

use clap::Parser;
use sorot::cli::{self, Arguments, Command, Picture, Screenshot, Window};
use sorot::session::plot::Plot;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match &arguments.command {
        Some(Command::Headless(command)) => cli::run(command, draw_plot),
        Some(Command::Picture(picture)) => cli::finish(draw_passage(picture)),
        Some(Command::Screenshot(screenshot)) => cli::finish(draw(screenshot)),
        None => cli::finish(open_window(&arguments.window)),
    }
}

#[cfg(not(feature = "gui"))]
fn open_window(_window: &Window) -> anyhow::Result<ExitCode> {
    anyhow::bail!("this build has no window; build it with the feature \"gui\"")
}

#[cfg(not(feature = "gui"))]
fn draw_passage(_picture: &Picture) -> anyhow::Result<ExitCode> {
    anyhow::bail!("this build cannot draw; build it with the feature \"gui\"")
}

#[cfg(not(feature = "gui"))]
fn draw_plot(_plot: &Plot) -> anyhow::Result<Vec<u8>> {
    anyhow::bail!("this build cannot draw PNG; take .svg, or build it with the feature \"gui\"")
}

#[cfg(not(feature = "gui"))]
fn draw(_screenshot: &Screenshot) -> anyhow::Result<ExitCode> {
    anyhow::bail!("this build has no window to draw; build it with the feature \"gui\"")
}

#[cfg(feature = "gui")]
fn open_window(window: &Window) -> anyhow::Result<ExitCode> {
    use sorot::gui::renderer::Renderer;
    let renderer = window.renderer.map(|renderer| match renderer {
        cli::Renderer::Glow => Renderer::Glow,
        cli::Renderer::Wgpu => Renderer::Wgpu,
        cli::Renderer::Soft => Renderer::Soft,
    });
    sorot::gui::run(&sorot::gui::GuiOptions { paths: window.paths.clone(), renderer })?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(feature = "gui")]
fn draw(screenshot: &Screenshot) -> anyhow::Result<ExitCode> {
    sorot::gui::screenshot(&sorot::gui::ScreenshotOptions {
        out: screenshot.out.clone(),
        path: screenshot.path.clone(),
        annotator: screenshot.annotator.clone(),
        is_dark: screenshot.theme == cli::Theme::Dark,
        width: screenshot.size.width,
        height: screenshot.size.height,
        zoom: screenshot.zoom,
    })?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(feature = "gui")]
fn draw_plot(plot: &Plot) -> anyhow::Result<Vec<u8>> {
    sorot::gui::plot_ui::png(plot, &sorot::gui::canvas::fonts::Fonts::system()).map_err(anyhow::Error::msg)
}

#[cfg(feature = "gui")]
fn draw_passage(picture: &Picture) -> anyhow::Result<ExitCode> {
    picture.check()?;
    sorot::gui::draw_passage(&sorot::gui::PassageOptions {
        out: picture.out.clone(),
        path: picture.path.clone(),
        article: picture.article.clone(),
        annotator: picture.annotator.clone(),
        passage: picture.passage(),
        look: sorot::gui::PictureOptions {
            width: picture.width,
            text_size: picture.text_size,
            dpi: picture.dpi,
            is_dark: picture.theme == cli::Theme::Dark,
            has_legend: picture.legend,
        },
    })?;
    Ok(ExitCode::SUCCESS)
}
