//! Opening the window, or drawing it to a picture.

use std::path::PathBuf;

use anyhow::Context as _;
use egui::ViewportBuilder;

use crate::gui::app::{App, Start};
use crate::gui::canvas::CanvasView;
use crate::gui::canvas::fonts::Fonts;
use crate::gui::picture::{PictureKind, PictureOptions, encode, picture};
use crate::gui::renderer::{self, Content, Renderer};
use crate::gui::settings::{Settings, ThemeChoice};
use crate::gui::soft;
use crate::gui::{chrome_fonts, icon};
use crate::model::Owner;
use crate::session::jobs::{Opening, Storage, open_project, temporary_sample, write_file};
use crate::session::{ArticleAction, Passage, Surroundings};

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

/// What a picture of a passage is asked to show.
#[derive(Clone, Debug)]
pub struct PassageOptions {
    /// The file to write; .svg or .png.
    pub out: PathBuf,
    /// A project folder or article.
    pub path: PathBuf,
    /// Which article of the project; the only one if none is named.
    pub article: Option<String>,
    /// Whose annotations.
    pub annotator: String,
    /// Which passage of it.
    pub passage: Passage,
    /// How it looks.
    pub look: PictureOptions,
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
    write_file(&options.out, &encode(&image, None)?)?;
    Ok(())
}

/// Draws a passage of an article to an SVG or PNG file.
///
/// # Errors
/// If there is no such passage, nobody of that name annotated it, or the file cannot be written.
pub fn draw_passage(options: &PassageOptions) -> anyhow::Result<()> {
    let kind = PictureKind::of(&options.out).map_err(anyhow::Error::msg)?;
    let owner = Owner::named(&options.annotator);
    let opening = Opening::Path(options.path.clone());
    let opened = open_project(opening, owner, Surroundings::of_system(), |_| None);
    let (mut session, effects) = opened.map_err(anyhow::Error::msg)?;
    session.run_now(effects);
    let shown = options.path.display();
    let ids = || session.articles().iter().map(|it| it.id.clone());
    match &options.article {
        Some(article) => {
            // In the folder of articles, or wherever it is.
            let ending = format!("/{article}");
            let found = ids().find(|id| id.as_str() == article);
            let found = found.or_else(|| ids().find(|id| id.as_str().ends_with(&ending)));
            let Some(found) = found else { anyhow::bail!("the project has no article {article}: {shown}") };
            session.perform_now(ArticleAction::Open(found).into());
        }
        None if options.path.is_dir() && ids().len() > 1 => {
            anyhow::bail!("--article must say which of {} articles is drawn: {shown}", ids().len());
        }
        None => {}
    }
    let Some(document) = session.document() else {
        let problem = session.problems().last().map(ToString::to_string);
        anyhow::bail!("{}", problem.unwrap_or_else(|| format!("there is no article: {shown}")));
    };
    if session.set().is_none_or(|set| set.annotations().len() == 0) {
        anyhow::bail!("{} has annotated nothing in {}: {shown}", session.owner(), document.id.as_str());
    }
    let passage = session.range_of(&options.passage).map_err(anyhow::Error::msg)?;
    let drawn = picture(&session, passage, &Fonts::system(), kind, &options.look);
    let bytes = drawn.map_err(|error| anyhow::anyhow!("{error}: {}", document.id.as_str()))?;
    write_file(&options.out, &bytes)?;
    Ok(())
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
