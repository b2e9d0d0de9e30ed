//! A picture of a passage, for a paper: what the canvas draws of it, as SVG or PNG.
//!
//! Both are written from the same shapes, so they differ in nothing but what a pixel cannot hold.

mod png;
mod svg;

use std::path::Path;

use egui::epaint::{ClippedShape, FontColorTransferFunction};
use egui::{Color32, LayerId, Painter, Rect, ViewportId, vec2};

pub(in crate::gui) use png::encode;

use crate::gui::canvas::fonts::Fonts;
use crate::gui::canvas::passage::{self, Figure, Ink};
use crate::gui::canvas::{CanvasColors, CanvasOptions, Landmarks, Scene};
use crate::gui::marks_cache::MarksCache;
use crate::gui::soft::Textures;
use crate::gui::theme;
use crate::session::Session;
use crate::text::Range;

/// How a picture looks. A point is 1/72 inch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PictureOptions {
    /// The most it is wide, in points.
    pub width: f32,
    /// Size of the text, in points.
    pub text_size: f32,
    /// Pixels an inch, of a PNG.
    pub dpi: f32,
    /// True for light text on dark ground.
    pub is_dark: bool,
    /// True to say below the text which label looks how.
    pub has_legend: bool,
}

impl Default for PictureOptions {
    fn default() -> PictureOptions {
        PictureOptions { width: 450.0, text_size: 11.0, dpi: 300.0, is_dark: false, has_legend: false }
    }
}

/// What a picture is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureKind {
    /// Outlines, for any size.
    Svg,
    /// Pixels.
    Png,
}

impl PictureKind {
    /// By the ending of a file's name.
    ///
    /// # Errors
    /// A sentence, if it is neither .svg nor .png.
    pub fn of(path: &Path) -> Result<PictureKind, String> {
        let ending = path.extension().map(|it| it.to_string_lossy().to_lowercase()).unwrap_or_default();
        match ending.as_str() {
            "svg" => Ok(PictureKind::Svg),
            "png" => Ok(PictureKind::Png),
            _ => Err(format!("the name of a picture ends in .svg or .png: {}", path.display())),
        }
    }
}

/// The most text that a picture shows, in bytes: some pages.
const LONGEST_PASSAGE: usize = 20_000;

/// Air around what is drawn, in points of the canvas.
const PADDING: f32 = 6.0;

/// Pixels that an outline's place is rounded to, in a point of the canvas. An emoji has as many.
const OUTLINE_PIXELS: f32 = 8.0;

/// What was drawn. All but `unit` is in points of the canvas, of which the text is
/// [`theme::TEXT_SIZE`] high.
struct Drawing {
    shapes: Vec<ClippedShape>,
    bounds: Rect,
    background: Color32,
    /// What the picture is of.
    title: String,
    /// The passage.
    text: String,
    /// Points of the picture in a point of the canvas.
    unit: f32,
    /// Pixels in a point of the canvas.
    pixels_per_point: f32,
    context: egui::Context,
    textures: Textures,
}

/// A passage of the open article with the open annotations, as the bytes of a file.
///
/// # Errors
/// A sentence that says why there is none.
pub fn picture(
    session: &Session,
    passage: Range,
    fonts: &Fonts,
    kind: PictureKind,
    options: &PictureOptions,
) -> Result<Vec<u8>, String> {
    let drawing = draw(session, passage, fonts, kind, options)?;
    match kind {
        PictureKind::Svg => svg::write(&drawing).map_err(|error| error.to_string()),
        PictureKind::Png => png::write(&drawing, options.dpi),
    }
}

fn draw(
    session: &Session,
    passage: Range,
    fonts: &Fonts,
    kind: PictureKind,
    options: &PictureOptions,
) -> Result<Drawing, String> {
    let document = session.document().ok_or("no article is open")?;
    let text = &document.text;
    let passage = text.trim(passage).ok_or("there is no text in this passage")?;
    if passage.n_bytes() > LONGEST_PASSAGE {
        return Err(format!(
            "the passage is too long for one picture: {} bytes, at most {LONGEST_PASSAGE}",
            passage.n_bytes()
        ));
    }
    let mut cache = MarksCache::default();
    cache.refresh(session);
    let unit = options.text_size / theme::TEXT_SIZE;
    // Paper is white.
    let light = CanvasColors { background: Color32::WHITE, ..CanvasColors::LIGHT };
    let look = CanvasOptions {
        text_size: theme::TEXT_SIZE,
        show_all_links: true,
        colors: if options.is_dark { CanvasColors::DARK } else { light },
        ..CanvasOptions::default()
    };
    let styles = theme::mark_styles(session.schema(), options.is_dark);
    let scene = Scene {
        text,
        marks: &cache.marks,
        styles: &styles,
        links: &cache.links,
        untied: &cache.untied,
        selected: None,
        candidates: &[],
        selection: &[],
        caret: None,
        landmarks: Landmarks::default(),
        options: &look,
    };
    let rails = passage::rail_room(&scene, passage);
    let column = (options.width / unit - rails - 2.0 * PADDING).max(4.0 * theme::TEXT_SIZE);
    let look = CanvasOptions { column, ..look.clone() };
    let scene = Scene { options: &look, ..scene };
    let (ink, pixels_per_point) = match kind {
        PictureKind::Svg => (Ink::Outlines, OUTLINE_PIXELS),
        PictureKind::Png => (Ink::Pixels(transfer(options.is_dark)), options.dpi / 72.0 * unit),
    };
    let figure = Figure { pixels_per_point, ink, has_legend: options.has_legend };
    let context = egui::Context::default();
    let mut input = egui::RawInput::default();
    input.viewports.entry(ViewportId::ROOT).or_default().native_pixels_per_point = Some(pixels_per_point);
    let mut output = context.run_ui(input, |ui| {
        let painter = Painter::new(ui.ctx().clone(), LayerId::background(), Rect::EVERYTHING);
        passage::paint(&painter, fonts, &scene, passage, figure);
    });
    let mut textures = Textures::default();
    textures.update(&mut output.textures_delta);
    let drawn = output.shapes.iter().map(|it| it.shape.visual_bounding_rect());
    let drawn = drawn.fold(Rect::NOTHING, |all, it| all | it).expand(PADDING);
    // Whole pixels.
    let out = |value: f32, round: fn(f32) -> f32| round(value * pixels_per_point) / pixels_per_point;
    let min = egui::pos2(out(drawn.min.x, f32::floor), out(drawn.min.y, f32::floor));
    let bounds = Rect::from_min_size(
        min,
        vec2(out(drawn.max.x - min.x, f32::ceil), out(drawn.max.y - min.y, f32::ceil)),
    );
    let lines = [passage.start(), passage.end()].map(|offset| text.line_column(offset).line);
    let title = match lines {
        [first, last] if first == last => format!("{}, line {first}", document.id.as_str()),
        [first, last] => format!("{}, lines {first} to {last}", document.id.as_str()),
    };
    Ok(Drawing {
        shapes: output.shapes,
        bounds,
        background: look.colors.background,
        title,
        text: text.slice(passage).to_owned(),
        unit,
        pixels_per_point,
        context,
        textures,
    })
}

/// As the window's own theme has it.
fn transfer(is_dark: bool) -> FontColorTransferFunction {
    if is_dark {
        FontColorTransferFunction::DARK_MODE_DEFAULT
    } else {
        FontColorTransferFunction::LIGHT_MODE_DEFAULT
    }
}
