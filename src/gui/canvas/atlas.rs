//! Glyphs as pictures in a texture.

use crate::gui::canvas::fonts::Fonts;
use crate::gui::canvas::shape::{GlyphKey, Row};

/// Where a glyph's picture lies in the texture, and where it goes on screen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AtlasGlyph {
    /// The picture's place in the texture, 0 to 1.
    pub uv: egui::Rect,
    /// The picture's size in pixels.
    pub size_px: [f32; 2],
    /// From the pen position (rounded down to a pixel) to the picture's left upper corner, in
    /// pixels, y down.
    pub offset_px: [f32; 2],
    /// True for a picture with colours of its own (emoji), which text colour must not tint.
    pub is_color: bool,
}

/// The texture and the table of what is in it.
pub struct Atlas {}

impl Atlas {
    /// An empty atlas of glyphs from these fonts, which must be those that shaped the rows.
    pub fn new(_fonts: &Fonts) -> Atlas {
        Atlas {}
    }

    /// The picture of a glyph, drawn now if it is new. Nothing for glyphs without ink, such as
    /// spaces.
    pub fn glyph(&mut self, _key: GlyphKey) -> Option<AtlasGlyph> {
        None
    }

    /// The texture that the quads of [`Atlas::paint_row`] are cut from.
    pub fn texture_id(&self) -> egui::TextureId {
        egui::TextureId::default()
    }

    /// Hands what was drawn since the last call to egui. Call once a frame, after the last
    /// [`Atlas::glyph`] or [`Atlas::paint_row`].
    pub fn flush(&mut self, _context: &egui::Context) {}

    /// Appends the glyphs of `row` to `mesh`, the row's left end of the baseline at `origin`
    /// (points).
    pub fn paint_row(
        &mut self,
        _mesh: &mut egui::Mesh,
        _row: &Row,
        _origin: egui::Pos2,
        _pixels_per_point: f32,
        _color: egui::Color32,
    ) {
    }
}
