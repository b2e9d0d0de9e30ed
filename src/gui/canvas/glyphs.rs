//! What rows are made of: graphemes with their places, and glyphs to draw. Data alone; `shape` makes
//! it, `rows` measures in it, `atlas` draws from it.

use crate::gui::canvas::fonts::FaceId;
use crate::gui::canvas::stand_ins::has_stand_in;

/// A grapheme on screen: what the caret steps over, in one row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cluster {
    /// First byte in the block.
    pub start: u32,
    /// Bytes.
    pub len: u16,
    /// True if the next byte lies to the left.
    pub is_rtl: bool,
    /// True for white space.
    pub is_space: bool,
    /// Left edge in points from the row's left.
    pub x0: f32,
    /// Right edge in points from the row's left.
    pub x1: f32,
}

impl Cluster {
    /// The byte in the block after the last one.
    pub fn end(&self) -> u32 {
        self.start + u32::from(self.len)
    }
}

/// A glyph and where its pen stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Glyph {
    /// Which picture.
    pub id: GlyphKey,
    /// Pen position in points from the row's left.
    pub x: f32,
    /// Pen position in points from the row's baseline, down positive.
    pub y: f32,
}

impl Glyph {
    /// True if a font draws it; false for a code point in hex.
    pub(super) fn is_of_font(&self) -> bool {
        matches!(self.id.picture, Picture::Glyph { .. })
    }
}

/// What the atlas draws once and shows often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GlyphKey {
    pub(super) picture: Picture,
    /// Font size in 64ths of a pixel.
    pub(super) size: u32,
    /// How far right of a whole pixel the pen stands, in quarters of a pixel.
    pub(super) subpixel: u8,
}

/// What to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Picture {
    /// A glyph of a font.
    Glyph { face: FaceId, glyph: u16 },
    /// A box with the code point in hex, so many pixels wide.
    CodePoint { character: char, width: u16 },
}

impl GlyphKey {
    pub(super) fn new(picture: Picture, x: f32, style: TextStyle) -> GlyphKey {
        let size = (style.size * style.pixels_per_point * 64.0).round() as u32;
        let subpixel = match picture {
            Picture::Glyph { .. } => split_pixel(x * style.pixels_per_point).1,
            Picture::CodePoint { .. } => 0,
        };
        GlyphKey { picture, size, subpixel }
    }
}

/// A pen position in pixels as the whole pixel left of it and quarters of a pixel.
pub(super) fn split_pixel(x: f32) -> (f32, u8) {
    let quarters = (x * 4.0).round();
    let whole = (quarters / 4.0).floor();
    (whole, (quarters - whole * 4.0) as u8)
}

/// One line of text on screen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// First byte in the block.
    pub start: u32,
    /// The byte in the block after the last one, trailing spaces included.
    pub end: u32,
    /// Points from the baseline up to the tallest font's top.
    pub ascent: f32,
    /// Points from the baseline down to the deepest font's bottom.
    pub descent: f32,
    /// Points, trailing spaces included: all clusters lie in `0..=width`.
    pub width: f32,
    /// True if the paragraph runs from right to left, so that the row belongs to the right edge.
    pub is_rtl: bool,
    /// In visual order, left to right.
    pub clusters: Vec<Cluster>,
    /// In visual order, left to right.
    pub glyphs: Vec<Glyph>,
}

impl Row {
    /// The characters that show as their code because no font has them; not those that always do.
    pub(super) fn missing(&self) -> impl Iterator<Item = char> {
        self.glyphs.iter().filter_map(|glyph| match glyph.id.picture {
            Picture::CodePoint { character, .. } if !has_stand_in(character) => Some(character),
            _ => None,
        })
    }
}

/// How text looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TextStyle {
    /// Font size in points.
    pub size: f32,
    /// Pixels of the screen in a point.
    pub pixels_per_point: f32,
}

/// The box with a character's code between two places of a row.
pub(super) fn code_point_glyph(character: char, x0: f32, x1: f32, style: TextStyle) -> Glyph {
    let gap = style.size / 16.0;
    let width = ((x1 - x0 - 2.0 * gap) * style.pixels_per_point).round().clamp(4.0, 4096.0) as u16;
    let x = x0 + gap;
    Glyph { id: GlyphKey::new(Picture::CodePoint { character, width }, x, style), x, y: 0.0 }
}
