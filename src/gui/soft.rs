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
/// frame, and draws the last one. `context` carries theme, zoom and fonts, and must not have run
/// before, so that all its textures come in here; `size_px` is the window's size in pixels.
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
        let n = Vec2::new((area.max[0] - area.min[0]) as f32, (area.max[1] - area.min[1]) as f32);
        if texture.has_texels_on_pixels(start, step, n) {
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

#[cfg(test)]
mod tests {
    use egui::epaint::textures::{TextureOptions, TextureWrapMode};
    use egui::epaint::{ClippedPrimitive, ImageDelta, Mesh, Primitive, Vertex, WHITE_UV};
    use egui::{Color32, ColorImage, Pos2, Rect, TextureId, TexturesDelta, pos2};
    use expect_test::expect;
    use proptest::prelude::*;

    use crate::gui::soft::{Textures, draw_to_image, rasterise};

    const RED: Color32 = Color32::from_rgb(255, 0, 0);

    fn textures(image: ColorImage, options: TextureOptions) -> Textures {
        let mut delta = TexturesDelta::default();
        delta.push(TextureId::default(), ImageDelta::full(image, options));
        let mut textures = Textures::default();
        textures.update(&mut delta);
        textures
    }

    fn white() -> Textures {
        textures(ColorImage::filled([1, 1], Color32::WHITE), TextureOptions::NEAREST)
    }

    fn draw(mesh: Mesh, textures: &Textures, size: [usize; 2]) -> ColorImage {
        draw_clipped(mesh, textures, size, Rect::EVERYTHING)
    }

    fn draw_clipped(mesh: Mesh, textures: &Textures, size: [usize; 2], clip_rect: Rect) -> ColorImage {
        let primitive = ClippedPrimitive { clip_rect, primitive: Primitive::Mesh(mesh) };
        rasterise(&[primitive], textures, 1.0, size, Color32::BLACK)
    }

    fn mesh(corners: &[(Pos2, Color32)], indices: &[u32]) -> Mesh {
        let vertex = |&(pos, color): &(Pos2, Color32)| Vertex { pos, uv: WHITE_UV, color };
        let vertices = corners.iter().map(vertex).collect();
        Mesh { vertices, indices: indices.to_vec(), texture_id: TextureId::default() }
    }

    fn rect(rect: Rect, color: Color32) -> Mesh {
        let mut mesh = Mesh::default();
        mesh.add_colored_rect(rect, color);
        mesh
    }

    /// Red as digits from 0 to 9.
    fn reds(image: &ColorImage) -> String {
        let digit = |pixel: &Color32| char::from(b'0' + (u16::from(pixel.r()) * 9 / 255) as u8);
        let lines = image.pixels.chunks(image.size[0]);
        lines.map(|line| line.iter().map(digit).collect::<String>() + "\n").collect()
    }

    #[test]
    fn a_rect_covers_the_pixels_whose_centres_it_holds() {
        let area = Rect::from_min_max(pos2(0.5, 0.6), pos2(2.5, 2.6));
        expect![[r#"
            0000
            9900
            9900
        "#]]
        .assert_eq(&reds(&draw(rect(area, RED), &white(), [4, 3])));
    }

    #[test]
    fn a_triangle_covers_the_pixels_whose_centres_it_holds() {
        let corners = [(pos2(0.0, 0.0), RED), (pos2(6.0, 0.0), RED), (pos2(0.0, 6.0), RED)];
        let lines = reds(&draw(mesh(&corners, &[0, 1, 2]), &white(), [6, 6]));
        expect![[r#"
            999990
            999900
            999000
            990000
            900000
            000000
        "#]]
        .assert_eq(&lines);
        assert_eq!(lines, reds(&draw(mesh(&corners, &[2, 1, 0]), &white(), [6, 6])), "either winding");
    }

    #[test]
    fn colours_run_between_corners() {
        let corners =
            [(pos2(0.0, 0.0), Color32::BLACK), (pos2(9.0, 0.0), RED), (pos2(0.0, 9.0), Color32::BLACK)];
        expect![[r#"
            012345670
            012345600
            012345000
            012340000
            012300000
            012000000
            010000000
            000000000
            000000000
        "#]]
        .assert_eq(&reds(&draw(mesh(&corners, &[0, 1, 2]), &white(), [9, 9])));
    }

    #[test]
    fn colours_lie_over_each_other_premultiplied_and_in_gamma_space() {
        let half = Color32::from_rgba_premultiplied(64, 32, 0, 128);
        let area = Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0));
        let primitive =
            ClippedPrimitive { clip_rect: Rect::EVERYTHING, primitive: Primitive::Mesh(rect(area, half)) };
        let image = rasterise(&[primitive], &white(), 1.0, [1, 1], Color32::from_rgb(200, 100, 50));
        // 64 + 200 · 127/255 and so on.
        assert_eq!(image.pixels[0], Color32::from_rgb(164, 82, 25));
        let added = Color32::from_rgba_premultiplied(10, 10, 10, 0);
        let image = draw(rect(area, added), &white(), [1, 1]);
        assert_eq!(image.pixels[0], Color32::from_rgb(10, 10, 10), "without opacity colours add up");
    }

    #[test]
    fn nothing_is_drawn_outside_the_clip() {
        let clip = Rect::from_min_max(pos2(1.0, 1.0), pos2(3.0, 2.0));
        let image = draw_clipped(
            rect(Rect::from_min_max(pos2(-9.0, -9.0), pos2(99.0, 99.0)), RED),
            &white(),
            [4, 3],
            clip,
        );
        expect![[r#"
            0000
            0990
            0000
        "#]]
        .assert_eq(&reds(&image));
        let corners = [(pos2(-50.0, -50.0), RED), (pos2(90.0, -50.0), RED), (pos2(-50.0, 90.0), RED)];
        let image = draw_clipped(mesh(&corners, &[0, 1, 2]), &white(), [4, 3], clip);
        expect![[r#"
            0000
            0990
            0000
        "#]]
        .assert_eq(&reds(&image));
    }

    fn checks() -> ColorImage {
        let grey = [0, 80, 160, 255].map(Color32::from_gray);
        ColorImage::new([2, 2], grey.to_vec())
    }

    fn textured(area: Rect, uv: Rect) -> Mesh {
        let mut mesh = Mesh::default();
        mesh.add_rect_with_uv(area, uv, Color32::WHITE);
        mesh
    }

    #[test]
    fn textures_are_exact_where_texels_meet_pixels_and_filtered_elsewhere() {
        let unit = Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0));
        let small = textured(Rect::from_min_max(Pos2::ZERO, pos2(2.0, 2.0)), unit);
        for options in [TextureOptions::NEAREST, TextureOptions::LINEAR] {
            assert_eq!(draw(small.clone(), &textures(checks(), options), [2, 2]).pixels, checks().pixels);
        }
        let large = textured(Rect::from_min_max(Pos2::ZERO, pos2(4.0, 4.0)), unit);
        let line = |options| {
            let image = draw(large.clone(), &textures(checks(), options), [4, 4]);
            image.pixels[..4].iter().map(|pixel| pixel.r()).collect::<Vec<u8>>()
        };
        assert_eq!(line(TextureOptions::NEAREST), [0, 0, 80, 80]);
        assert_eq!(line(TextureOptions::LINEAR), [0, 20, 60, 80]);
        let twice = textured(
            Rect::from_min_max(Pos2::ZERO, pos2(4.0, 4.0)),
            unit.scale_from_center(2.0).translate(egui::vec2(0.5, 0.5)),
        );
        let repeat = TextureOptions { wrap_mode: TextureWrapMode::Repeat, ..TextureOptions::NEAREST };
        let image = draw(twice, &textures(checks(), repeat), [4, 4]);
        assert_eq!(image.pixels[..4].iter().map(|pixel| pixel.r()).collect::<Vec<u8>>(), [0, 80, 0, 80]);
    }

    #[test]
    fn quads_and_their_two_triangles_look_the_same() {
        let area = Rect::from_min_max(pos2(0.3, 1.2), pos2(7.4, 6.6));
        let uv = Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0));
        let quad = textured(area, uv);
        let mut triangles = quad.clone();
        triangles.indices.swap(0, 1);
        let textures = textures(checks(), TextureOptions::LINEAR);
        assert_eq!(draw(quad, &textures, [9, 9]), draw(triangles, &textures, [9, 9]));
    }

    #[test]
    fn parts_of_textures_are_replaced_and_freed_ones_last_one_frame() {
        let mut textures = textures(checks(), TextureOptions::NEAREST);
        let mut delta = TexturesDelta::default();
        let part = ColorImage::filled([1, 1], RED);
        delta.push(TextureId::default(), ImageDelta::partial([1, 0], part, TextureOptions::NEAREST));
        delta.free.insert(TextureId::default());
        textures.update(&mut delta);
        let mesh = || {
            textured(
                Rect::from_min_max(Pos2::ZERO, pos2(2.0, 2.0)),
                Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0)),
            )
        };
        assert_eq!(draw(mesh(), &textures, [2, 2]).pixels[1], RED);
        textures.update(&mut TexturesDelta::default());
        assert_eq!(draw(mesh(), &textures, [2, 2]).pixels[1], Color32::BLACK, "nothing to draw from");
    }

    #[test]
    fn bad_meshes_are_harmless() {
        let far = [f32::NAN, f32::INFINITY, -1e30, 1e9, 0.0];
        for x in far {
            for y in far {
                let corners = [(pos2(x, y), RED), (pos2(5.0, x), RED), (pos2(y, 5.0), Color32::WHITE)];
                draw(mesh(&corners, &[0, 1, 2, 0, 9, 1, 2]), &white(), [4, 4]);
                draw(rect(Rect::from_min_max(pos2(x, y), pos2(y, x)), RED), &white(), [4, 4]);
            }
        }
    }

    #[test]
    fn a_window_without_a_window() {
        let draw = |ui: &mut egui::Ui| {
            egui::CentralPanel::default().show(ui, |ui| ui.label("Sorot"));
        };
        let picture = || {
            let context = egui::Context::default();
            context.set_theme(egui::Theme::Light);
            draw_to_image(&context, [60, 30], 1.0, draw)
        };
        let light = picture();
        assert!(light.pixels[0].r() > 200 && light.pixels.iter().any(|pixel| pixel.r() < 120));
        assert_eq!(light, picture(), "the same each time");
    }

    proptest! {
        #[test]
        fn triangles_with_a_common_edge_share_no_pixel_and_leave_none(
            x in proptest::collection::vec(-4.0f32..20.0, 4),
            y in proptest::collection::vec(-4.0f32..20.0, 4),
        ) {
            let p: Vec<Pos2> = (0..4).map(|i| pos2(x[i], y[i])).collect();
            let side = |q: Pos2| (p[1] - p[0]).x * (q - p[0]).y - (p[1] - p[0]).y * (q - p[0]).x;
            // Two triangles on either side of p0–p1.
            prop_assume!(side(p[2]) * side(p[3]) < 0.0);
            let dim = Color32::from_rgba_premultiplied(100, 0, 0, 0);
            let corners: Vec<(Pos2, Color32)> = p.iter().map(|&pos| (pos, dim)).collect();
            let both = draw(mesh(&corners, &[0, 1, 2, 1, 0, 3]), &white(), [16, 16]);
            prop_assert!(both.pixels.iter().all(|pixel| pixel.r() <= 100), "a pixel is drawn twice");
            let one = draw(mesh(&corners, &[0, 1, 2]), &white(), [16, 16]);
            let other = draw(mesh(&corners, &[0, 1, 3]), &white(), [16, 16]);
            let n = |image: &ColorImage| image.pixels.iter().filter(|pixel| pixel.r() > 0).count();
            prop_assert_eq!(n(&both), n(&one) + n(&other));
        }
    }
}
