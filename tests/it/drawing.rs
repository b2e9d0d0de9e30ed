//! Texts drawn by the canvas through our own rasteriser, with fonts from the repository alone: the
//! same picture on every machine, kept beside the tests and compared to the pixel.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use egui::{Color32, ColorImage};
use sorot::file::Preset;
use sorot::gui::canvas::fonts::Fonts;
use sorot::gui::canvas::{Affinity, CanvasOptions, CanvasView, Caret, Links, Mark, MarkStyle, Marks, Scene};
use sorot::gui::{soft, theme};
use sorot::text::{Offset, Range, Span, Text, Unit};

/// The text font, and those that stand in the folder of test fonts.
pub(crate) fn fonts() -> Fonts {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fonts");
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    Fonts::bundled_and(files.into_iter().map(|path| fs::read(path).unwrap()))
}

/// A canvas and what it shows.
pub(crate) struct Drawing {
    pub(crate) view: CanvasView,
    pub(crate) text: Text,
    pub(crate) marks: Marks,
    pub(crate) links: Links,
    pub(crate) options: CanvasOptions,
    /// Stands above the canvas.
    pub(crate) title: String,
    styles: Vec<MarkStyle>,
    pixels_per_point: f32,
}

impl Drawing {
    /// A text with labelled spans, in a column so many points wide.
    pub(crate) fn new<'a>(
        fonts: &Fonts,
        text: Text,
        spans: impl IntoIterator<Item = (&'a str, Span)>,
        column: f32,
    ) -> Drawing {
        let schema = Preset::named("full").unwrap().schema();
        let labels = schema.label_names();
        let marks = spans.into_iter().enumerate().map(|(i, (label, span))| Mark {
            id: i.to_string().as_str().into(),
            span,
            style: labels.iter().position(|it| *it == label).unwrap(),
            label: label.to_owned(),
            lane: 0,
        });
        let marks = Marks::new(&text, marks);
        Drawing {
            view: CanvasView::new(fonts.clone()),
            marks,
            links: Links::default(),
            options: CanvasOptions { text_size: theme::TEXT_SIZE, column, ..CanvasOptions::default() },
            title: String::new(),
            styles: theme::mark_styles(&schema, false),
            pixels_per_point: 1.0,
            text,
        }
    }

    /// Draws with so many pixels to a point.
    pub(crate) fn with_pixels_per_point(mut self, pixels_per_point: f32) -> Drawing {
        self.pixels_per_point = pixels_per_point;
        self
    }

    /// The whole text from the top, in a window so many points high, without scroll bar and empty
    /// lower part.
    pub(crate) fn draw(&mut self, height: usize) -> ColorImage {
        // So much more that the column has its room, and stands at the left.
        let size = [self.options.column + self.options.text_size * 6.5, height as f32];
        let size_px = size.map(|side| (side * self.pixels_per_point) as usize);
        let context = egui::Context::default();
        let scene = Scene {
            text: &self.text,
            marks: &self.marks,
            styles: &self.styles,
            links: &self.links,
            untied: &BTreeSet::new(),
            selected: None,
            candidates: &[],
            selection: &[],
            caret: None,
            landmarks: Default::default(),
            options: &self.options,
        };
        // The atlas belongs to the context that it drew in.
        self.view = CanvasView::new(self.view.fonts().clone());
        let (view, title) = (&mut self.view, &self.title);
        let picture = soft::draw_to_image(&context, size_px, self.pixels_per_point, |ui| {
            ui.painter().rect_filled(ui.max_rect(), 0.0, scene.options.colors.background);
            if !title.is_empty() {
                let words = egui::RichText::new(title).color(scene.options.colors.accent);
                ui.scope(|ui| {
                    ui.set_max_width(scene.options.column);
                    ui.add(egui::Label::new(words).truncate());
                });
            }
            view.ui(ui, &scene);
        });
        self.view.check(&scene).unwrap();
        let width = size_px[0] - (self.options.text_size * 2.25 * self.pixels_per_point) as usize;
        trimmed(&picture, width)
    }

    /// Where graphemes stand on screen, in the order of the text: line ends and characters without
    /// width are left out. Known once it was drawn.
    pub(crate) fn graphemes(&self) -> Vec<Grapheme> {
        let mut graphemes = vec![];
        let mut start = Offset::START;
        while start < self.text.end() {
            let end = self.text.next(start, Unit::Grapheme);
            let surface = self.text.slice(Range::new(start, end).unwrap());
            if !surface.contains(['\n', '\r']) {
                let first = self.view.caret_pos(Caret::new(start)).unwrap();
                let last = Caret { offset: end, affinity: Affinity::Upstream };
                let last = self.view.caret_pos(last).unwrap();
                assert!((first.y - last.y).abs() < 0.1, "{surface:?} stands in one row");
                let (x0, x1) = (first.x.min(last.x), first.x.max(last.x));
                let is_space = surface.chars().all(char::is_whitespace);
                graphemes.push(Grapheme { start, end, y: first.y, x0, x1, is_space });
            }
            start = end;
        }
        graphemes
    }
}

/// A grapheme on screen, in points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Grapheme {
    pub(crate) start: Offset,
    pub(crate) end: Offset,
    pub(crate) y: f32,
    pub(crate) x0: f32,
    pub(crate) x1: f32,
    pub(crate) is_space: bool,
}

/// The picture without the plain stretch at its lower end, and without what is right of `width`.
fn trimmed(picture: &ColorImage, width: usize) -> ColorImage {
    let background = CanvasOptions::default().colors.background;
    let row = |y: usize| &picture.pixels[y * picture.size[0]..][..width];
    let is_plain = |y: &usize| row(*y).iter().all(|pixel| *pixel == background);
    let height = (0..picture.size[1]).rev().find(|y| !is_plain(y)).map_or(1, |y| y + 9);
    let height = height.min(picture.size[1]);
    let pixels = (0..height).flat_map(|y| row(y).iter().copied()).collect();
    ColorImage::new([width, height], pixels)
}

/// Compares with a picture that the repository keeps. `UPDATE_EXPECT=1` keeps this one; look at it
/// before committing it.
pub(crate) fn check_picture(name: &str, picture: &ColorImage) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pictures").join(name);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        write_png(&path, picture);
    }
    let kept = File::open(&path).map(read_png).unwrap_or_else(|_| ColorImage::filled([0, 0], Color32::BLACK));
    if kept != *picture {
        let new = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        write_png(&new, picture);
        let n = kept.pixels.iter().zip(&picture.pixels).filter(|(a, b)| a != b).count();
        panic!(
            "{name} is drawn differently: {:?} pixels were {:?}, {n} differ. See {}; UPDATE_EXPECT=1 keeps it",
            picture.size,
            kept.size,
            new.display()
        );
    }
}

fn write_png(path: &Path, picture: &ColorImage) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let file = File::create(path).unwrap();
    let [width, height] = picture.size.map(|side| side as u32);
    let mut encoder = png::Encoder::new(file, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    let pixels: Vec<u8> = picture.pixels.iter().flat_map(|it| [it.r(), it.g(), it.b()]).collect();
    encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
}

fn read_png(file: File) -> ColorImage {
    let mut reader = png::Decoder::new(std::io::BufReader::new(file)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    assert_eq!(info.color_type, png::ColorType::Rgb);
    let pixels = pixels.chunks_exact(3).map(|it| Color32::from_rgb(it[0], it[1], it[2])).collect();
    ColorImage::new([info.width as usize, info.height as usize], pixels)
}
