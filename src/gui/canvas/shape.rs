//! From a block of text to rows of glyphs: the only module that names the shaping library.
//!
//! Invariants:
//! - The clusters of a block's rows cover the block: no gap, no overlap, each in one row, each
//!   made of whole characters.
//! - All positions are bytes of the text as given, whatever was shaped in its place.
//! - Directional embeddings, overrides and isolates are drawn as marks and reorder nothing.

use crate::gui::canvas::fonts::Fonts;

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

/// What the atlas draws once and shows often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GlyphKey {
    /// Pen position right of a whole pixel, in quarters of a pixel.
    pub(super) subpixel: u8,
}

/// One line of text on screen.
#[derive(Clone, Debug, PartialEq)]
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

/// How text looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TextStyle {
    /// Font size in points.
    pub size: f32,
    /// Pixels of the screen in a point.
    pub pixels_per_point: f32,
}

/// A shaped block, which breaks into rows at any width without being shaped again.
pub struct Shaped {
    text: String,
    style: TextStyle,
}

/// Shapes blocks.
pub struct Shaper {
    fonts: Fonts,
}

impl Shaper {
    /// A shaper that chooses from `fonts`.
    pub fn new(fonts: Fonts) -> Shaper {
        Shaper { fonts }
    }

    /// Counts up when fonts were added, after which text should be shaped anew.
    pub fn generation(&self) -> u64 {
        self.fonts.generation()
    }

    /// Shapes a block, which holds no line end.
    pub fn shape(&mut self, text: &str, style: TextStyle) -> Shaped {
        Shaped { text: text.to_owned(), style }
    }

    /// Breaks a block into rows of at most `width` points, where words allow. An empty block is
    /// one row.
    pub fn rows(&mut self, shaped: &mut Shaped, width: f32) -> Vec<Row> {
        let mut rows = vec![];
        let size = shaped.style.size;
        let mut row = empty_row(0, size);
        for (start, character) in shaped.text.char_indices() {
            if row.width + size / 2.0 > width && !row.clusters.is_empty() {
                let next = empty_row(row.end, size);
                rows.push(std::mem::replace(&mut row, next));
            }
            let x0 = row.width;
            row.width += size / 2.0;
            row.end += character.len_utf8() as u32;
            row.clusters.push(Cluster {
                start: start as u32,
                len: character.len_utf8() as u16,
                is_rtl: false,
                is_space: character.is_whitespace(),
                x0,
                x1: row.width,
            });
        }
        rows.push(row);
        rows
    }
}

fn empty_row(start: u32, size: f32) -> Row {
    Row {
        start,
        end: start,
        ascent: size,
        descent: size / 4.0,
        width: 0.0,
        is_rtl: false,
        clusters: vec![],
        glyphs: vec![],
    }
}
