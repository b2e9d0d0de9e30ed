//! A passage as a figure: what the canvas draws of a text, without the window around it.

use std::collections::BTreeMap;
use std::sync::Arc;

use egui::epaint::FontColorTransferFunction;
use egui::{Color32, PaintCallback, Painter, Pos2, Rect, Shape, pos2, vec2};
use swash::zeno::{Command, Transform};

use crate::gui::canvas::fonts::{FaceId, Fonts};
use crate::gui::canvas::frame::Frame;
use crate::gui::canvas::glyphs::{Picture, Row, split_pixel};
use crate::gui::canvas::layouts::{self, Layouts};
use crate::gui::canvas::letterforms::Letterforms;
use crate::gui::canvas::paint::{self, Painting, Pen, Word};
use crate::gui::canvas::shape::Shaper;
use crate::gui::canvas::{Scene, ScrollPosition, links, underline};
use crate::text::Range;

/// How a passage is painted.
#[derive(Clone, Copy, Debug)]
pub struct Figure {
    /// Pixels in a point: rows begin on whole pixels, and letters in pixels are so large.
    pub pixels_per_point: f32,
    /// What letters are made of.
    pub ink: Ink,
    /// True to say below the text which label looks how.
    pub has_legend: bool,
}

/// What letters are made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ink {
    /// Outlines, and pixels where a glyph has none.
    Outlines,
    /// Pixels, with coverage turned into colour in this way.
    Pixels(FontColorTransferFunction),
}

/// Some letters of one colour; a shape's callback.
#[derive(Clone, Debug)]
pub struct Letters {
    /// The characters that they stand for.
    pub says: String,
    /// Their colour.
    pub color: Color32,
    /// Glyphs from left to right.
    pub parts: Vec<LetterPart>,
}

/// What letters look like.
#[derive(Clone, Debug)]
pub enum LetterPart {
    /// Outlines of glyphs, in points.
    Outline(Vec<Command>),
    /// A picture of one glyph.
    Pixels {
        /// Its left upper corner, in pixels.
        at: [f32; 2],
        /// Its width and height.
        size: [usize; 2],
        /// Row by row; white where [`Letters::color`] is to come.
        pixels: Vec<Color32>,
        /// True if it has colours of its own.
        is_color: bool,
    },
}

/// The room in points that lines of relations take beside the column of `scene`, if `passage` has
/// some.
pub fn rail_room(scene: &Scene<'_>, passage: Range) -> f32 {
    let fragments = scene.marks.fragments_in(passage);
    let mut marks = fragments.iter().filter_map(|it| scene.marks.get(it.mark));
    let has_links = marks.any(|mark| !scene.links.of(&mark.id).is_empty());
    if has_links { links::rail_room(scene.options.text_size) } else { 0.0 }
}

/// Paints a passage of `scene`, in a column whose left upper corner is the origin. Letters become
/// callbacks that are [`Letters`].
pub fn paint(painter: &Painter, fonts: &Fonts, scene: &Scene<'_>, passage: Range, figure: Figure) {
    /// Higher than any figure: all rows are in view.
    const HEIGHT: f32 = 1e7;
    let mut layouts = Layouts::of_passage(Shaper::new(fonts.clone()), scene.text, passage);
    layouts.prepare(scene, scene.options.column, figure.pixels_per_point);
    let mut frame = Frame::new(Rect::from_min_size(Pos2::ZERO, vec2(1.0, HEIGHT)));
    frame.place(&mut layouts, scene, ScrollPosition { offset: passage.start(), points: 0.0 });
    let last = frame.blocks.last().and_then(|&(block, top)| Some(top + layouts.get(block)?.height));
    let bottom = last.unwrap_or_default();
    frame.rect.max.y = bottom;
    let links = links::visible(scene, &layouts, &frame, None);
    let letterforms = Letterforms::new(fonts);
    let mut pen = FigurePen { letterforms, figure, written: Vec::new() };
    let mut painting = Painting {
        painter,
        scene,
        layouts: &mut layouts,
        pen: &mut pen,
        frame: &mut frame,
        hovered: None,
        has_focus: false,
    };
    painting.paint_figure(&links);
    if figure.has_legend {
        painting.legend(bottom);
    }
}

impl Painting<'_> {
    /// Which label looks how, for those that are in view.
    fn legend(&mut self, top: f32) {
        let scene = self.scene;
        let pieces = self.frame.rows(self.layouts).flat_map(|it| &it.row.pieces);
        let marks = pieces.filter_map(|piece| Some((piece.mark, scene.marks.get(piece.mark)?)));
        // In the order of the schema; those that it lacks look alike, and have names all the same.
        let labels: BTreeMap<(usize, &str), usize> =
            marks.map(|(number, mark)| ((mark.style, mark.label.as_str()), number)).collect();
        let metrics = self.layouts.metrics();
        let (size, height) = (metrics.tag_size(), metrics.tag_height());
        let width = scene.options.column;
        let mut words = Vec::new();
        let mut at = pos2(0.0, top);
        for ((_, label), mark) in labels {
            let letter = scene.marks.get(mark).map(|it| layouts::letter_of(scene, it));
            let letter = letter.unwrap_or_default();
            let style = paint::style(scene, mark);
            let (fill, color) = paint::tag_colors(&style, false, &scene.options.colors);
            let sign = self.layouts.word(&letter, size).width + size;
            let line = size * 2.5;
            let name = self.layouts.word(label, size).width;
            let item = sign + line + name + size * 0.8;
            if at.x > 0.0 && at.x + item > width {
                at = pos2(0.0, at.y + height * 1.5);
            }
            self.painter.rect_filled(Rect::from_min_size(at, vec2(sign, height)), 3.0, fill);
            let middle = at.y + height / 2.0;
            words.push(Word { text: letter, size, at: pos2(at.x + size / 2.0, middle), color });
            let band = metrics.line_height();
            let left = at.x + sign + size * 0.4;
            let band = Rect::from_min_size(pos2(left, middle - band / 2.0), vec2(line, band));
            underline::paint(self.painter, band, style.pattern, style.color);
            let color = scene.options.colors.text;
            words.push(Word {
                text: label.to_owned(),
                size,
                at: pos2(left + line + size * 0.4, middle),
                color,
            });
            at.x += item + size * 1.5;
        }
        self.words(&words);
    }
}

/// Writes letters that know what they say.
struct FigurePen {
    letterforms: Letterforms,
    figure: Figure,
    written: Vec<Shape>,
}

impl Pen for FigurePen {
    fn write(&mut self, row: &Row, says: &str, origin: Pos2, color: Color32) {
        let inked = row.clusters.iter().filter(|cluster| !cluster.is_space);
        let (x0, x1) = inked.fold((f32::MAX, f32::MIN), |(x0, x1), it| (x0.min(it.x0), x1.max(it.x1)));
        if x0 > x1 {
            return;
        }
        let rect = Rect::from_x_y_ranges(
            origin.x + x0..=origin.x + x1,
            origin.y - row.ascent..=origin.y + row.descent,
        );
        let letters = Letters { says: says.to_owned(), color, parts: self.parts(row, origin) };
        self.written.push(Shape::Callback(PaintCallback { rect, callback: Arc::new(letters) }));
    }

    fn shape(&mut self) -> Shape {
        Shape::Vec(std::mem::take(&mut self.written))
    }
}

impl FigurePen {
    fn parts(&mut self, row: &Row, origin: Pos2) -> Vec<LetterPart> {
        let ppp = self.figure.pixels_per_point;
        let mut parts = Vec::new();
        let mut last: Option<FaceId> = None;
        for glyph in &row.glyphs {
            let (x, y) = (origin.x + glyph.x, origin.y + glyph.y);
            let transform = Transform::new(1.0 / ppp, 0.0, 0.0, -1.0 / ppp, x, y);
            let transfer = match self.figure.ink {
                Ink::Outlines => FontColorTransferFunction::Off,
                Ink::Pixels(transfer) => transfer,
            };
            let outline = (self.figure.ink == Ink::Outlines)
                .then(|| self.letterforms.outline(glyph.id, &transform))
                .flatten();
            if outline.as_ref().is_some_and(Vec::is_empty) {
                continue;
            }
            if let (Some(outline), Picture::Glyph { face, .. }) = (outline, glyph.id.picture) {
                match parts.last_mut() {
                    // Outlines of two fonts may turn in opposite ways, and would cut holes into
                    // each other where they overlap.
                    Some(LetterPart::Outline(commands)) if last == Some(face) => commands.extend(outline),
                    _ => parts.push(LetterPart::Outline(outline)),
                }
                last = Some(face);
                continue;
            }
            let Some(drawn) = self.letterforms.draw(glyph.id, transfer) else { continue };
            let corner = [
                (origin.x * ppp).round() + split_pixel(glyph.x * ppp).0 + drawn.offset[0],
                (origin.y * ppp).round() + (glyph.y * ppp).round() + drawn.offset[1],
            ];
            let (size, pixels, is_color) = (drawn.size, drawn.pixels, drawn.is_color);
            if !pixels.is_empty() {
                parts.push(LetterPart::Pixels { at: corner, size, pixels, is_color });
            }
        }
        parts
    }
}
