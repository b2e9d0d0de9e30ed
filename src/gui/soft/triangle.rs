//! Triangles, which carry all that is not a plain rectangle: round corners, lines, soft edges.

use egui::epaint::Vertex;
use egui::{Color32, Pos2, Vec2};

use crate::gui::soft::{Canvas, blend, fill, multiply};

/// Parts of a pixel that corners snap to, as on graphics processors.
const SUB: i64 = 256;

/// Beyond this many pixels corners are pulled in, so that no product overflows. No window is so
/// large.
const FAR: f32 = 1e6;

impl Canvas<'_> {
    pub(super) fn draw_triangle(&mut self, corners: &[Vertex; 3]) {
        let points = corners.map(|corner| [snap(corner.pos.x), snap(corner.pos.y)]);
        let area = edge(points[0], points[1], points[2]);
        if area == 0 {
            return;
        }
        // Both windings are drawn; from here on the inside lies at the positive side of each edge.
        let order = if area > 0 { [0, 1, 2] } else { [0, 2, 1] };
        let points = order.map(|i| points[i]);
        let corners = order.map(|i| corners[i]);
        let edges = [
            Edge::new(points[1], points[2]),
            Edge::new(points[2], points[0]),
            Edge::new(points[0], points[1]),
        ];
        let ys = points.map(|point| point[1]);
        let top = first_centre(ys[0].min(ys[1]).min(ys[2])).max(i64::from(self.clip.min[1]));
        let bottom = last_centre(ys[0].max(ys[1]).max(ys[2])).min(i64::from(self.clip.max[1]) - 1);
        let paint = Paint::new(&corners, self);
        for y in top..=bottom {
            let (mut from, mut to) = (i64::from(self.clip.min[0]), i64::from(self.clip.max[0]));
            for edge in &edges {
                edge.narrow(y, &mut from, &mut to);
            }
            if from < to {
                self.draw_span(y as i32, from as i32, to as i32, &paint);
            }
        }
    }

    fn draw_span(&mut self, y: i32, from: i32, to: i32, paint: &Paint) {
        if let Some(color) = paint.plain {
            fill(self.line(y, from, to), color);
            return;
        }
        let centre = Vec2::new(from as f32 + 0.5, y as f32 + 0.5) - paint.origin;
        let color = std::array::from_fn::<f32, 4, _>(|i| {
            paint.color[i] + paint.color_dx[i] * centre.x + paint.color_dy[i] * centre.y
        });
        let at = paint.texel + paint.texel_dx * centre.x + paint.texel_dy * centre.y;
        let texture = self.texture;
        for (i, pixel) in self.line(y, from, to).iter_mut().enumerate() {
            let x = i as f32;
            let channel = |c: usize| (color[c] + paint.color_dx[c] * x).round().clamp(0.0, 255.0) as u8;
            let color = Color32::from_rgba_premultiplied(channel(0), channel(1), channel(2), channel(3));
            let texel = match paint.texel_everywhere {
                Some(texel) => texel,
                None => texture.sample_texels((at + paint.texel_dx * x).to_pos2(), paint.step),
            };
            blend(pixel, multiply(color, texel));
        }
    }
}

/// A place in pixels as parts of a pixel.
pub(super) fn snap(at: f32) -> i64 {
    (at.clamp(-FAR, FAR) * SUB as f32).round() as i64
}

/// Twice the area to the right of the way from `a` to `b`, in squared parts of a pixel.
fn edge(a: [i64; 2], b: [i64; 2], point: [i64; 2]) -> i64 {
    (b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0])
}

/// The first pixel whose centre is not before `at`.
pub(super) fn first_centre(at: i64) -> i64 {
    -(-(at - SUB / 2)).div_euclid(SUB)
}

/// The last pixel whose centre is not after `at`.
fn last_centre(at: i64) -> i64 {
    (at - SUB / 2).div_euclid(SUB)
}

struct Edge {
    from: [i64; 2],
    to: [i64; 2],
    /// What the edge function must reach: centres on an upper or left edge belong to the triangle,
    /// those on other edges to its neighbour.
    least: i64,
}

impl Edge {
    fn new(from: [i64; 2], to: [i64; 2]) -> Edge {
        let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
        let owns_centres = dy < 0 || dy == 0 && dx > 0;
        Edge { from, to, least: i64::from(!owns_centres) }
    }

    /// Narrows the pixels `from..to` of a line to those on the inner side.
    fn narrow(&self, y: i64, from: &mut i64, to: &mut i64) {
        let at_first = edge(self.from, self.to, [SUB / 2, y * SUB + SUB / 2]);
        let step = -(self.to[1] - self.from[1]) * SUB;
        let missing = self.least - at_first;
        if step > 0 {
            *from = (*from).max(-(-missing).div_euclid(step));
        } else if step < 0 {
            *to = (*to).min((-missing).div_euclid(-step) + 1);
        } else if missing > 0 {
            *to = *from;
        }
    }
}

/// How colour and texture run over a triangle: linear in the pixel's place.
struct Paint {
    /// One colour everywhere.
    plain: Option<Color32>,
    /// One texel everywhere.
    texel_everywhere: Option<Color32>,
    origin: Vec2,
    color: [f32; 4],
    color_dx: [f32; 4],
    color_dy: [f32; 4],
    texel: Vec2,
    texel_dx: Vec2,
    texel_dy: Vec2,
    /// Texels a pixel is wide and high.
    step: Vec2,
}

impl Paint {
    fn new(corners: &[Vertex; 3], canvas: &Canvas<'_>) -> Paint {
        let [a, b, c] = corners;
        let (to_b, to_c) = (b.pos - a.pos, c.pos - a.pos);
        let area = to_b.x * to_c.y - to_b.y * to_c.x;
        let scale = if area == 0.0 { 0.0 } else { 1.0 / area };
        let slope = |a: f32, b: f32, c: f32| {
            let (b, c) = (b - a, c - a);
            [(b * to_c.y - c * to_b.y) * scale, (c * to_b.x - b * to_c.x) * scale]
        };
        let channels = [a, b, c].map(|corner| corner.color.to_array().map(f32::from));
        let slopes =
            std::array::from_fn::<_, 4, _>(|i| slope(channels[0][i], channels[1][i], channels[2][i]));
        let size = canvas.texture.size();
        let texels = [a, b, c].map(|corner| corner.uv.to_vec2() * size);
        let along_u = slope(texels[0].x, texels[1].x, texels[2].x);
        let along_v = slope(texels[0].y, texels[1].y, texels[2].y);
        let (texel_dx, texel_dy) = (Vec2::new(along_u[0], along_v[0]), Vec2::new(along_u[1], along_v[1]));
        let texel_everywhere = (a.uv == b.uv && b.uv == c.uv).then(|| canvas.texture.sample(a.uv));
        let is_plain = a.color == b.color && b.color == c.color;
        Paint {
            plain: texel_everywhere.filter(|_| is_plain).map(|texel| multiply(a.color, texel)),
            texel_everywhere,
            origin: Pos2::to_vec2(a.pos),
            color: channels[0],
            color_dx: slopes.map(|slope| slope[0]),
            color_dy: slopes.map(|slope| slope[1]),
            texel: texels[0],
            texel_dx,
            texel_dy,
            step: Vec2::new(texel_dx.length(), texel_dy.length()),
        }
    }
}
