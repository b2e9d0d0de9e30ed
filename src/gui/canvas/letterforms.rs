//! What a glyph looks like: its pixels, or its outline.

use std::panic::{AssertUnwindSafe, catch_unwind};

use egui::Color32;
use egui::epaint::FontColorTransferFunction;
use swash::FontRef;
use swash::scale::image::Content;
use swash::scale::{Render, ScaleContext, Scaler, Source, StrikeWith};
use swash::zeno::{Command, Format, PathData, Transform, Vector};

use crate::gui::canvas::fonts::{FaceId, Fonts};
use crate::gui::canvas::glyphs::{GlyphKey, Picture};

/// Draws glyphs of some fonts.
pub(super) struct Letterforms {
    fonts: Fonts,
    scale_context: ScaleContext,
}

impl Letterforms {
    /// Glyphs of these fonts, which must be those that shaped the rows.
    pub(super) fn new(fonts: &Fonts) -> Letterforms {
        Letterforms { fonts: fonts.clone(), scale_context: ScaleContext::new() }
    }

    /// The fonts that its glyphs are from.
    pub(super) fn fonts(&self) -> &Fonts {
        &self.fonts
    }

    /// A glyph's pixels. Nothing for glyphs without ink, such as spaces.
    pub(super) fn draw(&mut self, key: GlyphKey, transfer: FontColorTransferFunction) -> Option<Drawn> {
        match key.picture {
            Picture::Glyph { face, glyph } => self.draw_glyph(face, glyph, key, transfer),
            Picture::CodePoint { character, width } => Some(draw_code_point(character, width, key.size)),
        }
    }

    fn draw_glyph(
        &mut self,
        face: FaceId,
        glyph: u16,
        key: GlyphKey,
        transfer: FontColorTransferFunction,
    ) -> Option<Drawn> {
        let subpixel = f32::from(key.subpixel) / 4.0;
        let image = self.with_scaler(face, key, |scaler, embolden| {
            // Never a bitmap of grey: strikes of some fonts are known to be broken.
            let sources = [COLOR[0], COLOR[1], Source::Outline];
            Render::new(&sources)
                .format(Format::Alpha)
                .offset(Vector::new(subpixel, 0.0))
                .embolden(embolden)
                .render(scaler, glyph)
        })?;
        let size = [image.placement.width as usize, image.placement.height as usize];
        let offset = [image.placement.left as f32, -image.placement.top as f32];
        let n = size[0].checked_mul(size[1])?;
        match image.content {
            Content::Color => {
                let pixels: Vec<Color32> = image
                    .data
                    .chunks_exact(4)
                    .map(|rgba| Color32::from_rgba_unmultiplied(rgba[0], rgba[1], rgba[2], rgba[3]))
                    .collect();
                (pixels.len() == n).then_some(Drawn { size, offset, pixels, is_color: true })
            }
            Content::Mask | Content::SubpixelMask => {
                let pixels: Vec<Color32> = image
                    .data
                    .iter()
                    .map(|&coverage| transfer.color_from_coverage(f32::from(coverage) / 255.0))
                    .collect();
                (pixels.len() == n).then_some(Drawn { size, offset, pixels, is_color: false })
            }
        }
    }

    /// A glyph's outline: in pixels from the pen, y up, before `transform`. Nothing for those without
    /// one: pictures in colour, code points in hex.
    pub(super) fn outline(&mut self, key: GlyphKey, transform: &Transform) -> Option<Vec<Command>> {
        let Picture::Glyph { face, glyph } = key.picture else { return None };
        self.with_scaler(face, key, |scaler, embolden| {
            let is_in_color = (scaler.has_color_outlines() || scaler.has_color_bitmaps())
                && Render::new(&COLOR).render(scaler, glyph).is_some();
            let mut outline = scaler.scale_outline(glyph).filter(|_| !is_in_color)?;
            if embolden != 0.0 {
                outline.embolden(embolden, embolden);
            }
            outline.transform(transform);
            Some(outline.path().commands().collect())
        })
    }

    /// Does something with a face at a size, and with how much bolder it should be.
    fn with_scaler<T>(
        &mut self,
        face: FaceId,
        key: GlyphKey,
        work: impl FnOnce(&mut Scaler<'_>, f32) -> Option<T>,
    ) -> Option<T> {
        let face = self.fonts.face(face)?;
        let context = &mut self.scale_context;
        // Fonts come from outside, and a broken one must cost a glyph, not the session.
        let done = catch_unwind(AssertUnwindSafe(|| {
            let font = FontRef::from_index(face.data.data(), face.index as usize)?;
            let size = key.size as f32 / 64.0;
            let coords = face.coords.iter().copied();
            let mut scaler = context.builder(font).size(size).hint(false).normalized_coords(coords).build();
            work(&mut scaler, if face.is_emboldened { size / 32.0 } else { 0.0 })
        }));
        if done.is_err() {
            self.scale_context = ScaleContext::new();
        }
        done.ok().flatten()
    }
}

/// Where pictures with colours of their own come from.
const COLOR: [Source; 2] = [Source::ColorOutline(0), Source::ColorBitmap(StrikeWith::BestFit)];

/// A glyph's pixels.
#[derive(Clone, Debug)]
pub(super) struct Drawn {
    /// Width and height.
    pub(super) size: [usize; 2],
    /// From the pen position (rounded down to a pixel) to the left upper corner, y down.
    pub(super) offset: [f32; 2],
    /// Row by row; white where text colour is to come.
    pub(super) pixels: Vec<Color32>,
    /// True for a picture with colours of its own (emoji), which text colour must not tint.
    pub(super) is_color: bool,
}

/// A box around the code point in hex, in two lines of digits.
fn draw_code_point(character: char, width: u16, size: u32) -> Drawn {
    let size = size as f32 / 64.0;
    let height = (size * 0.95).round().clamp(6.0, 4000.0) as usize;
    let width = usize::from(width);
    let mut pixels = vec![Color32::TRANSPARENT; width * height];
    let mut dot = |x: usize, y: usize, alpha: u8| {
        if x < width && y < height {
            pixels[y * width + x] = Color32::from_white_alpha(alpha);
        }
    };
    for x in 0..width {
        dot(x, 0, FRAME_ALPHA);
        dot(x, height - 1, FRAME_ALPHA);
    }
    for y in 0..height {
        dot(0, y, FRAME_ALPHA);
        dot(width - 1, y, FRAME_ALPHA);
    }
    let hex = format!("{:04X}", u32::from(character));
    let per_line = hex.len().div_ceil(2);
    // Digits of 3 by 5 dots, one dot apart.
    let fits = |length: usize, dots: usize| length.saturating_sub(2) / dots;
    let dot_size = fits(width, per_line * 4 - 1).min(fits(height, 11)).max(1);
    let left = width.saturating_sub((per_line * 4 - 1) * dot_size) / 2;
    let top = height.saturating_sub(11 * dot_size) / 2;
    for (i, digit) in hex.chars().enumerate() {
        let bits = DIGITS[digit.to_digit(16).unwrap_or(0) as usize];
        let (column, line) = (i % per_line, i / per_line);
        for y in 0..5 * dot_size {
            for x in 0..3 * dot_size {
                if bits >> (14 - (y / dot_size * 3 + x / dot_size)) & 1 == 1 {
                    dot(left + column * 4 * dot_size + x, top + line * 6 * dot_size + y, 255);
                }
            }
        }
    }
    let baseline = (size * 0.78).round();
    Drawn { size: [width, height], offset: [0.0, -baseline], pixels, is_color: false }
}

const FRAME_ALPHA: u8 = 140;

/// The hexadecimal digits, three dots a line, five lines, first dot in the highest of 15 bits.
const DIGITS: [u16; 16] = [
    0b111_101_101_101_111,
    0b010_110_010_010_111,
    0b111_001_111_100_111,
    0b111_001_111_001_111,
    0b101_101_111_001_001,
    0b111_100_111_001_111,
    0b111_100_111_101_111,
    0b111_001_010_010_010,
    0b111_101_111_101_111,
    0b111_101_111_001_111,
    0b010_101_111_101_101,
    0b110_101_110_101_110,
    0b011_100_100_100_011,
    0b110_101_101_101_110,
    0b111_100_110_100_111,
    0b111_100_110_100_100,
];

#[cfg(test)]
mod tests {
    #[test]
    fn a_code_point_is_readable() {
        let drawn = super::draw_code_point('\u{202E}', 14, 16 * 64);
        let lines: Vec<String> = drawn
            .pixels
            .chunks(drawn.size[0])
            .map(|line| line.iter().map(|pixel| if pixel.a() == 255 { '#' } else { '.' }).collect())
            .collect();
        expect_test::expect![[r#"
            ..............
            ..............
            ...###.###....
            .....#.#.#....
            ...###.#.#....
            ...#...#.#....
            ...###.###....
            ..............
            ...###.###....
            .....#.#......
            ...###.##.....
            ...#...#......
            ...###.###....
            ..............
            .............."#]]
        .assert_eq(&lines.join("\n"));
    }
}
