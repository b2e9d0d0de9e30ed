//! What a search found, behind the letters. Only matches in rows in view are looked at.

use egui::{Painter, Stroke, StrokeKind, vec2};

use crate::gui::canvas::Scene;
use crate::gui::canvas::frame::Frame;
use crate::gui::canvas::layouts::Layouts;
use crate::gui::canvas::rows;

/// Paints the matches in view; the one that is selected has a frame.
pub(super) fn paint(painter: &Painter, scene: &Scene<'_>, layouts: &Layouts, frame: &Frame) {
    let found = scene.landmarks.found;
    if found.is_empty() {
        return;
    }
    let colors = &scene.options.colors;
    for it in frame.rows(layouts) {
        let base = it.layout.start;
        let (start, end) = (it.offset(it.row.row.start), it.offset(it.row.row.end));
        let first = found.partition_point(|range| range.end() <= start);
        let numbered = found.iter().enumerate().skip(first);
        for (number, range) in numbered.take_while(|(_, range)| range.start() < end) {
            let bytes = |byte: usize| (byte as u32).saturating_sub(base);
            let segments =
                rows::segments(&it.row.row, bytes(range.start().byte()), bytes(range.end().byte()));
            for segment in segments {
                let rect = it.text_rect(it.row.x + segment.x0, it.row.x + segment.x1);
                let rect = rect.expand2(vec2(0.5, 1.0));
                painter.rect_filled(rect, 2.0, colors.found);
                if scene.landmarks.current == Some(number) {
                    painter.rect_stroke(rect, 2.0, Stroke::new(2.0, colors.text), StrokeKind::Outside);
                }
            }
        }
    }
}
