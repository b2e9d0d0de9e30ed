//! No subcommand: the window. A subcommand: the command line.

use std::process::ExitCode;

use clap::Parser;
use sorot::cli::{self, Arguments, Command, Screenshot, Window};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match &arguments.command {
        Some(Command::Headless(command)) => cli::run(command),
        Some(Command::Screenshot(screenshot)) => cli::finish(draw(screenshot)),
        None => cli::finish(open_window(&arguments.window)),
    }
}

#[cfg(not(feature = "gui"))]
fn open_window(_window: &Window) -> anyhow::Result<ExitCode> {
    anyhow::bail!("this build has no window; build it with the feature \"gui\"")
}

#[cfg(not(feature = "gui"))]
fn draw(_screenshot: &Screenshot) -> anyhow::Result<ExitCode> {
    anyhow::bail!("this build has no window to draw; build it with the feature \"gui\"")
}

#[cfg(feature = "gui")]
fn open_window(_window: &Window) -> anyhow::Result<ExitCode> {
    anyhow::bail!("the window is not there yet")
}

#[cfg(feature = "gui")]
fn draw(_screenshot: &Screenshot) -> anyhow::Result<ExitCode> {
    anyhow::bail!("the window is not there yet")
}
