//! Plots in the window: the geometry of the session in the theme's colours.

use egui::{Align2, Color32, FontId, Rect, Response, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::session::plot::{Anchor, Plot, PlotShape, TEXT_SIZE};

/// Draws a plot. Its words are its accessible name.
pub fn plot_ui(ui: &mut Ui, plot: &Plot) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(plot.width, plot.height), Sense::hover());
    response.widget_info(|| {
        let words = plot.shapes.iter().filter_map(|it| match it {
            PlotShape::Text { text, .. } => Some(text.as_str()),
            PlotShape::Rect { .. } | PlotShape::Line { .. } => None,
        });
        WidgetInfo::labeled(Role::Image, true, words.collect::<Vec<_>>().join(" "))
    });
    let visuals = ui.visuals();
    let (ground, accent) = (visuals.window_fill, visuals.hyperlink_color);
    let painter = ui.painter();
    let at = |(x, y): (f32, f32)| pos2(rect.left() + x, rect.top() + y);
    for shape in &plot.shapes {
        match shape {
            PlotShape::Rect { x, y, width, height, strength } => {
                let cell = Rect::from_min_size(at((*x, *y)), vec2(*width, *height));
                painter.rect_filled(cell, 2.0, ground.lerp_to_gamma(accent, *strength));
            }
            PlotShape::Line { from, to, is_weak } => {
                let weak = visuals.widgets.noninteractive.bg_stroke.color;
                let stroke = Stroke::new(1.0, if *is_weak { weak } else { visuals.text_color() });
                painter.line_segment([at(*from), at(*to)], stroke);
            }
            PlotShape::Text { at: place, text, anchor, on_strong } => {
                let align = match anchor {
                    Anchor::Start => Align2::LEFT_CENTER,
                    Anchor::Middle => Align2::CENTER_CENTER,
                    Anchor::End => Align2::RIGHT_CENTER,
                };
                let color = match (on_strong, visuals.dark_mode) {
                    (true, true) => Color32::BLACK,
                    (true, false) => Color32::WHITE,
                    (false, _) => visuals.text_color(),
                };
                painter.text(at(*place), align, text, FontId::proportional(TEXT_SIZE), color);
            }
        }
    }
    response
}
