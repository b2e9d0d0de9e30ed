//! Draws what egui puts out without a graphics processor: for pictures without a display, for
//! tests, and for the window of last resort.
//!
//! Invariants:
//! - The same input gives the same bytes on every machine of the same kind of floating point: no
//!   threads, no clock, edges in whole numbers.
//! - As in egui's own painters, colours are premultiplied and are multiplied and blended as they
//!   are stored, without going through linear light; a pixel belongs to a triangle if its centre
//!   does, and to exactly one of two that share an edge.

mod textures;
mod triangle;

use std::time::Duration;

use egui::epaint::{ClippedPrimitive, Mesh, Primitive, Vertex};
use egui::{Color32, ColorImage, Pos2, Rect, Ui, Vec2, ViewportId};

pub use textures::Textures;

use crate::gui::soft::textures::Texture;
use crate::gui::soft::triangle::{first_centre, snap};

/// Draws onto `background` (opaque). Paint callbacks, which need a graphics processor, are left
/// out.
pub fn rasterise(
    primitives: &[ClippedPrimitive],
    textures: &Textures,
    pixels_per_point: f32,
    size_px: [usize; 2],
    background: Color32,
) -> ColorImage {
    let mut image = ColorImage::filled(size_px, background);
    rasterise_onto(&mut image, primitives, textures, pixels_per_point);
    image
}

/// Draws onto what is there.
pub fn rasterise_onto(
    image: &mut ColorImage,
    primitives: &[ClippedPrimitive],
    textures: &Textures,
    pixels_per_point: f32,
) {
    for ClippedPrimitive { clip_rect, primitive } in primitives {
        let Primitive::Mesh(mesh) = primitive else { continue };
        let Some(texture) = textures.get(mesh.texture_id) else { continue };
        let Some(clip) = Clip::new(*clip_rect * pixels_per_point, image.size) else { continue };
        Canvas { image, clip, texture, pixels_per_point }.draw(mesh);
    }
}

/// Runs `draw` as egui would run a window's frame, without a window, until it asks for no further
/// frame, and draws the last one. `context` carries theme, zoom and fonts; `size_px` is the
/// window's size in pixels.
pub fn draw_to_image(
    context: &egui::Context,
    size_px: [usize; 2],
    pixels_per_point: f32,
    mut draw: impl FnMut(&mut Ui),
) -> ColorImage {
    /// Enough for layout to settle and animations to end.
    const MAX_FRAMES: u32 = 10;
    const FRAME_SECONDS: f64 = 0.1;
    let mut textures = Textures::default();
    let mut picture = ColorImage::filled(size_px, Color32::TRANSPARENT);
    for frame in 0..MAX_FRAMES {
        let scale = pixels_per_point * context.zoom_factor();
        let size = Vec2::new(size_px[0] as f32, size_px[1] as f32) / scale;
        let mut input = egui::RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, size)),
            time: Some(f64::from(frame) * FRAME_SECONDS),
            predicted_dt: FRAME_SECONDS as f32,
            max_texture_side: Some(MAX_TEXTURE_SIDE),
            focused: true,
            ..egui::RawInput::default()
        };
        input.viewports.entry(ViewportId::ROOT).or_default().native_pixels_per_point = Some(pixels_per_point);
        let mut output = context.run_ui(input, &mut draw);
        textures.update(&mut output.textures_delta);
        let root = output.viewport_output.get(&ViewportId::ROOT);
        let is_settled = root.is_none_or(|root| root.repaint_delay > Duration::from_millis(200));
        if is_settled || frame == MAX_FRAMES - 1 {
            let background = context.global_style().visuals.panel_fill.to_opaque();
            let primitives = context.tessellate(output.shapes, output.pixels_per_point);
            picture = rasterise(&primitives, &textures, output.pixels_per_point, size_px, background);
            break;
        }
    }
    picture
}

/// The widest texture to tell egui: there is no limit, but memory should have one.
pub const MAX_TEXTURE_SIDE: usize = 8192;

/// The pixels that may be drawn: from `min`, up to and without `max`, inside the image.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Clip {
    min: [i32; 2],
    max: [i32; 2],
}

impl Clip {
    /// Nothing if no pixel is left.
    fn new(rect: Rect, size: [usize; 2]) -> Option<Clip> {
        let bound = |value: f32, side: usize| value.round().clamp(0.0, side as f32) as i32;
        let min = [bound(rect.min.x, size[0]), bound(rect.min.y, size[1])];
        let max = [bound(rect.max.x, size[0]), bound(rect.max.y, size[1])];
        (min[0] < max[0] && min[1] < max[1]).then_some(Clip { min, max })
    }

    fn intersect(self, other: Clip) -> Option<Clip> {
        let min = [self.min[0].max(other.min[0]), self.min[1].max(other.min[1])];
        let max = [self.max[0].min(other.max[0]), self.max[1].min(other.max[1])];
        (min[0] < max[0] && min[1] < max[1]).then_some(Clip { min, max })
    }
}

/// Where one mesh is drawn.
struct Canvas<'a> {
    image: &'a mut ColorImage,
    clip: Clip,
    texture: &'a Texture,
    pixels_per_point: f32,
}

impl Canvas<'_> {
    fn draw(&mut self, mesh: &Mesh) {
        let pixels_per_point = self.pixels_per_point;
        let vertex = |index: u32| {
            let vertex = mesh.vertices.get(index as usize)?;
            let pos = vertex.pos * pixels_per_point;
            (pos.x.is_finite() && pos.y.is_finite()).then_some(Vertex { pos, ..*vertex })
        };
        let mut rest = mesh.indices.as_slice();
        while let [a, b, c, after @ ..] = rest {
            if let [d, e, f, after @ ..] = after
                && let Some(quad) = quad_of([*a, *b, *c, *d, *e, *f])
                && let [Some(min), Some(right), Some(left), Some(max)] = quad.map(vertex)
                && let Some(quad) = Quad::new(min, right, left, max)
            {
                self.draw_quad(&quad);
                rest = after;
                continue;
            }
            if let (Some(a), Some(b), Some(c)) = (vertex(*a), vertex(*b), vertex(*c)) {
                self.draw_triangle(&[a, b, c]);
            }
            rest = after;
        }
    }

    fn draw_quad(&mut self, quad: &Quad) {
        // A pixel is covered if its centre is; of centres on an edge, those on the left and upper.
        let cover = |edge: f32| first_centre(snap(edge)) as i32;
        let covered = Clip {
            min: [cover(quad.rect.min.x), cover(quad.rect.min.y)],
            max: [cover(quad.rect.max.x), cover(quad.rect.max.y)],
        };
        let Some(area) = self.clip.intersect(covered) else { return };
        if quad.uv.min == quad.uv.max {
            let color = multiply(quad.color, self.texture.sample(quad.uv.min));
            for y in area.min[1]..area.max[1] {
                fill(self.line(y, area.min[0], area.max[0]), color);
            }
            return;
        }
        let size = self.texture.size();
        let step = Vec2::new(
            quad.uv.width() * size.x / quad.rect.width(),
            quad.uv.height() * size.y / quad.rect.height(),
        );
        // In texels, at the centre of the area's first pixel.
        let start = Pos2::new(
            quad.uv.min.x * size.x + (area.min[0] as f32 + 0.5 - quad.rect.min.x) * step.x,
            quad.uv.min.y * size.y + (area.min[1] as f32 + 0.5 - quad.rect.min.y) * step.y,
        );
        let texture = self.texture;
        if texture.has_texels_on_pixels(start, step) {
            for y in area.min[1]..area.max[1] {
                let row = start.y as usize + (y - area.min[1]) as usize;
                let width = (area.max[0] - area.min[0]) as usize;
                let Some(texels) = texture.texels(row, start.x as usize, width) else { continue };
                for (pixel, &texel) in self.line(y, area.min[0], area.max[0]).iter_mut().zip(texels) {
                    blend(pixel, multiply(quad.color, texel));
                }
            }
            return;
        }
        for y in area.min[1]..area.max[1] {
            let v = start.y + (y - area.min[1]) as f32 * step.y;
            for (i, pixel) in self.line(y, area.min[0], area.max[0]).iter_mut().enumerate() {
                let texel = texture.sample_texels(Pos2::new(start.x + i as f32 * step.x, v), step);
                blend(pixel, multiply(quad.color, texel));
            }
        }
    }

    /// Pixels `from..to` of a line inside the clip.
    fn line(&mut self, y: i32, from: i32, to: i32) -> &mut [Color32] {
        let start = y as usize * self.image.size[0];
        &mut self.image.pixels[start + from as usize..start + to as usize]
    }
}

/// The four corners of two triangles as egui lays down rectangles: first the left upper corner,
/// then right upper, left lower, right lower.
fn quad_of(indices: [u32; 6]) -> Option<[u32; 4]> {
    let [a, b, c, d, e, f] = indices;
    (c == d && b == e).then_some([a, b, c, f])
}

/// An axis-parallel rectangle of one colour.
struct Quad {
    /// Pixels.
    rect: Rect,
    uv: Rect,
    color: Color32,
}

impl Quad {
    /// Nothing if the corners span something else.
    fn new(min: Vertex, right: Vertex, left: Vertex, max: Vertex) -> Option<Quad> {
        let is_rect = |min: Pos2, right: Pos2, left: Pos2, max: Pos2| {
            right == Pos2::new(max.x, min.y) && left == Pos2::new(min.x, max.y)
        };
        let is_quad = is_rect(min.pos, right.pos, left.pos, max.pos)
            && is_rect(min.uv, right.uv, left.uv, max.uv)
            && [right, left, max].iter().all(|vertex| vertex.color == min.color)
            && min.pos.x < max.pos.x
            && min.pos.y < max.pos.y;
        is_quad.then(|| Quad {
            rect: Rect::from_min_max(min.pos, max.pos),
            uv: Rect::from_min_max(min.uv, max.uv),
            color: min.color,
        })
    }
}

/// A colour through a texel, channel by channel.
fn multiply(color: Color32, texel: Color32) -> Color32 {
    if texel == Color32::WHITE {
        return color;
    }
    let channel = |a: u8, b: u8| divide_by_255(u32::from(a) * u32::from(b));
    Color32::from_rgba_premultiplied(
        channel(color.r(), texel.r()),
        channel(color.g(), texel.g()),
        channel(color.b(), texel.b()),
        channel(color.a(), texel.a()),
    )
}

/// Rounded.
fn divide_by_255(product: u32) -> u8 {
    ((product + 127) / 255).min(255) as u8
}

fn blend(pixel: &mut Color32, color: Color32) {
    if color.a() == 255 {
        *pixel = color;
    } else if color != Color32::TRANSPARENT {
        let rest = 255 - u32::from(color.a());
        let channel = |over: u8, under: u8| over.saturating_add(divide_by_255(u32::from(under) * rest));
        *pixel = Color32::from_rgba_premultiplied(
            channel(color.r(), pixel.r()),
            channel(color.g(), pixel.g()),
            channel(color.b(), pixel.b()),
            channel(color.a(), pixel.a()),
        );
    }
}

fn fill(pixels: &mut [Color32], color: Color32) {
    if color.a() == 255 {
        pixels.fill(color);
    } else if color != Color32::TRANSPARENT {
        for pixel in pixels {
            blend(pixel, color);
        }
    }
}
