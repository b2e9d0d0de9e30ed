//! The shapes of underlines, so that colour is never the only sign of a label.

use egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, pos2};

use crate::gui::canvas::Pattern;

/// Fills `band` with a pattern.
pub(super) fn paint(painter: &Painter, band: Rect, pattern: Pattern, color: Color32) {
    if band.width() <= 0.0 {
        return;
    }
    let thick = (band.height() * 0.62).max(1.5);
    let middle = band.center().y;
    match pattern {
        Pattern::Solid => bar(painter, band.left(), band.right(), middle, thick, color),
        Pattern::Double => {
            let thin = (band.height() * 0.3).max(1.0);
            bar(painter, band.left(), band.right(), band.top() + thin / 2.0, thin, color);
            bar(painter, band.left(), band.right(), band.bottom() - thin / 2.0, thin, color);
        }
        Pattern::Dashed => dashes(painter, band, &[(thick * 3.0, thick * 1.2)], thick, color),
        Pattern::DashDot => {
            dashes(painter, band, &[(thick * 3.0, thick), (thick, thick)], thick, color);
        }
        Pattern::Dotted => dots(painter, band, thick, color),
        Pattern::Wavy => wave(painter, band, thick * 0.7, color),
    }
}

fn bar(painter: &Painter, x0: f32, x1: f32, middle: f32, thick: f32, color: Color32) {
    let rect = Rect::from_min_max(pos2(x0, middle - thick / 2.0), pos2(x1, middle + thick / 2.0));
    painter.rect_filled(rect, 0.0, color);
}

/// Strokes and gaps in turn.
fn dashes(painter: &Painter, band: Rect, strokes: &[(f32, f32)], thick: f32, color: Color32) {
    let mut x = band.left();
    for &(on, off) in strokes.iter().cycle() {
        if x >= band.right() {
            break;
        }
        bar(painter, x, (x + on).min(band.right()), band.center().y, thick, color);
        x += on + off;
    }
}

fn dots(painter: &Painter, band: Rect, thick: f32, color: Color32) {
    let step = thick * 1.9;
    let mut x = band.left() + thick / 2.0;
    while x + thick / 2.0 <= band.right() {
        painter.circle_filled(pos2(x, band.center().y), thick / 2.0, color);
        x += step;
    }
}

fn wave(painter: &Painter, band: Rect, thick: f32, color: Color32) {
    let height = (band.height() - thick) / 2.0;
    let period = band.height() * 2.2;
    let n = (band.width() / period * 8.0).ceil().clamp(1.0, 4000.0) as usize;
    let points: Vec<Pos2> = (0..=n)
        .map(|i| {
            let x = band.width() * i as f32 / n as f32;
            let phase = x / period * std::f32::consts::TAU;
            pos2(band.left() + x, band.center().y - phase.sin() * height)
        })
        .collect();
    painter.add(Shape::line(points, Stroke::new(thick, color)));
}
