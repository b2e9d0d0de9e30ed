//! Opening the window, or drawing it to a picture.

use std::path::PathBuf;

use anyhow::Context as _;
use egui::ViewportBuilder;

use crate::gui::app::{App, Start};
use crate::gui::canvas::CanvasView;
use crate::gui::canvas::fonts::Fonts;
use crate::gui::renderer::{self, Content, Renderer};
use crate::gui::settings::{Settings, ThemeChoice};
use crate::gui::soft;
use crate::gui::{chrome_fonts, icon};
use crate::session::Surroundings;
use crate::session::jobs::{Opening, Storage, temporary_sample, write_file};

/// What the window is asked to show.
#[derive(Clone, Debug, Default)]
pub struct GuiOptions {
    /// A project folder or article files; what was open last, or the sample, if there is none.
    pub paths: Vec<PathBuf>,
    /// The only renderer to try.
    pub renderer: Option<Renderer>,
}

/// What a picture of the window is asked to show.
#[derive(Clone, Debug)]
pub struct ScreenshotOptions {
    /// The PNG file to write.
    pub out: PathBuf,
    /// A project folder or article; the sample if there is none.
    pub path: Option<PathBuf>,
    /// The name to annotate under, whose annotations the picture shows.
    pub annotator: Option<String>,
    /// True for white on black.
    pub is_dark: bool,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Pixels a point.
    pub zoom: f32,
}

/// Opens the window and runs it until it is closed.
///
/// # Errors
/// If no window can be shown here, with the reason and what would help.
pub fn run(options: &GuiOptions) -> anyhow::Result<()> {
    let forced = match options.renderer {
        Some(renderer) => Some(renderer),
        None => Renderer::from_environment()?,
    };
    let settings_path = settings_path();
    let settings = settings_path.as_deref().map(Settings::load).unwrap_or_default();
    let (width, height) = settings.window.unwrap_or((1280.0, 800.0));
    let window = ViewportBuilder::default()
        .with_title("Sorot")
        .with_app_id(renderer::APP_ID)
        .with_icon(icon::icon())
        .with_inner_size([width.clamp(480.0, 8000.0), height.clamp(320.0, 8000.0)])
        .with_min_inner_size([480.0, 320.0])
        .with_drag_and_drop(true);
    let open = match options.paths.first() {
        Some(path) => Opening::Path(std::path::absolute(path).context("the path cannot be made absolute")?),
        None => match settings.recent.first().filter(|path| path.is_dir()) {
            Some(path) => Opening::Path(path.clone()),
            None => Opening::Sample,
        },
    };
    renderer::run(window, forced, &mut |context| {
        let start = Start {
            open: open.clone(),
            settings: settings.clone(),
            settings_path: settings_path.clone(),
            user: user_name(),
            surroundings: Surroundings {
                storage: Storage { recovery: recovery_path(), ..Storage::default() },
                ..Surroundings::of_system()
            },
            is_synchronous: false,
        };
        let fonts = Fonts::bundled_only();
        let (waker, found) = (context.clone(), fonts.clone());
        fonts.load_system_in_background(move || {
            chrome_fonts::install(&waker, found);
            waker.request_repaint();
        });
        Box::new(App::new(context, start, CanvasView::new(fonts)))
    })
}

/// Draws the window to a PNG file, without a display.
///
/// # Errors
/// If the project cannot be opened or the file not be written.
pub fn screenshot(options: &ScreenshotOptions) -> anyhow::Result<()> {
    let sample;
    let open = match &options.path {
        Some(path) => path.clone(),
        None => {
            sample = temporary_sample()?;
            sample.path().to_owned()
        }
    };
    let theme = if options.is_dark { ThemeChoice::Dark } else { ThemeChoice::Light };
    let start = Start {
        open: Opening::Path(open),
        settings: Settings { theme, show_hint: false, ..Settings::default() },
        settings_path: None,
        user: options.annotator.clone().unwrap_or_else(user_name),
        surroundings: Surroundings::of_system(),
        is_synchronous: true,
    };
    let context = egui::Context::default();
    let fonts = Fonts::system();
    chrome_fonts::install(&context, fonts.clone());
    let mut app = App::new(&context, start, CanvasView::new(fonts));
    if let Some(failure) = app.failure() {
        anyhow::bail!("{failure}");
    }
    let size = [options.width, options.height].map(|side| (side as usize).clamp(1, soft::MAX_TEXTURE_SIDE));
    let image = soft::draw_to_image(&context, size, options.zoom, |ui| {
        app.logic(ui.ctx());
        app.ui(ui);
    });
    write_file(&options.out, &png(&image)?)?;
    Ok(())
}

/// The picture as the bytes of a PNG file.
fn png(image: &egui::ColorImage) -> anyhow::Result<Vec<u8>> {
    let bytes: Vec<u8> = image.pixels.iter().flat_map(|pixel| pixel.to_srgba_unmultiplied()).collect();
    let mut encoded = Vec::new();
    let size = [u32::try_from(image.size[0])?, u32::try_from(image.size[1])?];
    let mut encoder = png::Encoder::new(&mut encoded, size[0], size[1]);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.write_header()?.write_image_data(&bytes)?;
    Ok(encoded)
}

impl Content for App {
    fn logic(&mut self, context: &egui::Context) {
        App::logic(self, context);
    }

    fn ui(&mut self, ui: &mut egui::Ui) {
        App::ui(self, ui);
    }
}

/// Where settings are kept; nowhere if the system names no folder for them.
fn settings_path() -> Option<PathBuf> {
    directories::ProjectDirs::from("", "", "sorot").map(|folders| folders.config_dir().join("settings.json"))
}

/// Where journals go while their project cannot be written; nowhere if the system names no folder
/// for this person's data.
fn recovery_path() -> Option<PathBuf> {
    directories::ProjectDirs::from("", "", "sorot").map(|folders| folders.data_dir().join("recovery"))
}

/// The name the system knows the person by.
fn user_name() -> String {
    let names = ["USER", "LOGNAME", "USERNAME"].into_iter().filter_map(|name| std::env::var(name).ok());
    names
        .map(|name| name.trim().to_owned())
        .find(|name| !name.is_empty())
        .unwrap_or_else(|| "annotator".to_owned())
}
