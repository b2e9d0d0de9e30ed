//! The textures that egui asked for, and reading them.

use std::collections::HashMap;

use egui::epaint::textures::{TextureFilter, TextureOptions, TextureWrapMode};
use egui::epaint::{ImageData, ImageDelta};
use egui::{Color32, ColorImage, Pos2, TextureId, TexturesDelta, Vec2};

/// All textures of one egui context.
#[derive(Default)]
pub struct Textures {
    textures: HashMap<TextureId, Texture>,
    /// What egui freed may still be drawn in the same frame, so it goes at the next update.
    freed: Vec<TextureId>,
}

impl Textures {
    /// Takes in the changes of a frame, before the frame is drawn. Leaves `delta` empty.
    #[expect(clippy::iter_over_hash_type, reason = "each texture is set by itself, so order shows nowhere")]
    pub fn update(&mut self, delta: &mut TexturesDelta) {
        for id in self.freed.drain(..) {
            self.textures.remove(&id);
        }
        for (&id, changes) in &delta.set {
            for change in changes {
                self.set(id, change);
            }
        }
        self.freed.extend(delta.free.iter().copied());
        delta.clear();
    }

    pub(super) fn get(&self, id: TextureId) -> Option<&Texture> {
        self.textures.get(&id)
    }

    fn set(&mut self, id: TextureId, change: &ImageDelta) {
        let ImageData::Color(part) = &change.image;
        match (change.pos, self.textures.get_mut(&id)) {
            (Some(pos), Some(texture)) => {
                texture.options = change.options;
                texture.replace(pos, part);
            }
            // A part of a texture that never was cannot be placed.
            (Some(_), None) => {}
            (None, _) => {
                let texture = Texture { image: ColorImage::clone(part), options: change.options };
                self.textures.insert(id, texture);
            }
        }
    }
}

pub(super) struct Texture {
    image: ColorImage,
    options: TextureOptions,
}

impl Texture {
    fn replace(&mut self, pos: [usize; 2], part: &ColorImage) {
        let width = self.image.size[0];
        for (y, line) in part.pixels.chunks_exact(part.size[0].max(1)).enumerate() {
            let start = (pos[1] + y) * width + pos[0];
            if let Some(target) = self.image.pixels.get_mut(start..start + line.len()) {
                target.copy_from_slice(line);
            }
        }
    }

    /// Texels in each direction.
    pub(super) fn size(&self) -> Vec2 {
        Vec2::new(self.image.size[0] as f32, self.image.size[1] as f32)
    }

    /// The colour at a place from 0 to 1, for shapes of one colour.
    pub(super) fn sample(&self, uv: Pos2) -> Color32 {
        self.sample_texels((uv.to_vec2() * self.size()).to_pos2(), Vec2::ZERO)
    }

    /// True if drawing `n` pixels from `start`, by `step` texels a pixel, meets the centre of a texel
    /// at each pixel, inside the texture.
    pub(super) fn has_texels_on_pixels(&self, start: Pos2, step: Vec2, n: Vec2) -> bool {
        const NEARLY: f32 = 1.0 / 256.0;
        let is_unit = (step.x - 1.0).abs() < NEARLY / 64.0 && (step.y - 1.0).abs() < NEARLY / 64.0;
        let is_centre = |at: f32| at >= 0.0 && (at.fract() - 0.5).abs() < NEARLY;
        let size = self.size();
        let is_inside = start.x + n.x <= size.x + 0.75 && start.y + n.y <= size.y + 0.75;
        is_unit && is_inside && is_centre(start.x) && is_centre(start.y)
    }

    /// Texels side by side; nothing if the texture does not reach so far.
    pub(super) fn texels(&self, row: usize, start: usize, n: usize) -> Option<&[Color32]> {
        let width = self.image.size[0];
        if start + n > width {
            return None;
        }
        self.image.pixels.get(row * width + start..row * width + start + n)
    }

    /// The colour at a place in texels, where one pixel is `step` texels wide and high.
    pub(super) fn sample_texels(&self, at: Pos2, step: Vec2) -> Color32 {
        let is_minified = step.x.abs().max(step.y.abs()) > 1.0;
        let filter = if is_minified { self.options.minification } else { self.options.magnification };
        match filter {
            TextureFilter::Nearest => self.texel(at.x.floor() as i64, at.y.floor() as i64),
            TextureFilter::Linear => self.between(at.x - 0.5, at.y - 0.5),
        }
    }

    /// Mixes the four texels around a place counted from the first texel's centre.
    fn between(&self, x: f32, y: f32) -> Color32 {
        // Weights of 8 bits, as graphics processors have them, so that what lies on a texel's
        // centre but for rounding is exactly that texel.
        let (x, y) = ((x * 256.0).round() as i64, (y * 256.0).round() as i64);
        let (column, line) = (x.div_euclid(256), y.div_euclid(256));
        let (right, lower) = (x.rem_euclid(256) as u32, y.rem_euclid(256) as u32);
        if right == 0 && lower == 0 {
            return self.texel(column, line);
        }
        let weighted = [
            (self.texel(column, line), (256 - right) * (256 - lower)),
            (self.texel(column + 1, line), right * (256 - lower)),
            (self.texel(column, line + 1), (256 - right) * lower),
            (self.texel(column + 1, line + 1), right * lower),
        ];
        let channel = |of: fn(&Color32) -> u8| {
            let sum: u32 = weighted.iter().map(|(texel, weight)| u32::from(of(texel)) * weight).sum();
            ((sum + (1 << 15)) >> 16) as u8
        };
        Color32::from_rgba_premultiplied(
            channel(Color32::r),
            channel(Color32::g),
            channel(Color32::b),
            channel(Color32::a),
        )
    }

    fn texel(&self, x: i64, y: i64) -> Color32 {
        let [width, height] = self.image.size;
        let wrap = |at: i64, side: usize| {
            let side = side as i64;
            let at = match self.options.wrap_mode {
                TextureWrapMode::ClampToEdge => at.clamp(0, (side - 1).max(0)),
                TextureWrapMode::Repeat => at.rem_euclid(side.max(1)),
                TextureWrapMode::MirroredRepeat => {
                    let at = at.rem_euclid((2 * side).max(1));
                    if at < side { at } else { 2 * side - 1 - at }
                }
            };
            at as usize
        };
        let index = wrap(y, height) * width + wrap(x, width);
        self.image.pixels.get(index).copied().unwrap_or(Color32::TRANSPARENT)
    }
}
