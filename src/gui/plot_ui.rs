//! Plots in the window and as PNG: the geometry of the session in the theme's colours.

use egui::{Align2, Color32, Rect, Response, Role, Sense, Stroke, Theme, Ui, WidgetInfo, pos2, vec2};

use crate::gui::canvas::fonts::Fonts;
use crate::gui::picture::{PictureOptions, encode};
use crate::gui::shaped::Letters;
use crate::gui::soft;
use crate::session::plot::{Anchor, Plot, PlotShape, TEXT_SIZE};

/// Draws a plot. Its words are its accessible name.
pub fn plot_ui(ui: &mut Ui, plot: &Plot, letters: &mut Letters) -> Response {
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
                letters.paint(ui, at(*place), align, TEXT_SIZE, text, color);
            }
        }
    }
    response
}

/// Air around a plot in a picture, in points.
const PADDING: f32 = 6.0;

/// A plot on white as the bytes of a PNG file, with as many pixels an inch as other pictures have; with
/// fewer, if a side would be longer than [`soft::MAX_TEXTURE_SIDE`].
///
/// # Errors
/// A sentence, if it cannot be written as PNG.
pub fn png(plot: &Plot, fonts: &Fonts) -> Result<Vec<u8>, String> {
    let size = vec2(plot.width, plot.height) + vec2(PADDING, PADDING) * 2.0;
    let most = soft::MAX_TEXTURE_SIDE as f32 / size.max_elem();
    let pixels_per_point = (PictureOptions::default().dpi / 72.0).min(most);
    let context = egui::Context::default();
    context.set_theme(Theme::Light);
    context.all_styles_mut(|style| {
        // As in SVG: paper is white, and ink on it dark.
        style.visuals.window_fill = Color32::WHITE;
        style.visuals.panel_fill = Color32::WHITE;
        style.visuals.hyperlink_color = Color32::from_rgb(0, 90, 160);
        style.visuals.override_text_color = Some(Color32::from_gray(0x11));
        style.visuals.widgets.noninteractive.bg_stroke.color = Color32::from_gray(0xcc);
    });
    let mut letters = Letters::new(fonts.clone());
    let size_px = (size * pixels_per_point).floor();
    let size_px = [size_px.x, size_px.y].map(|side| (side as usize).max(1));
    let image = soft::draw_to_image(&context, size_px, pixels_per_point, |ui| {
        let place = Rect::from_min_size(pos2(PADDING, PADDING), vec2(plot.width, plot.height));
        ui.scope_builder(egui::UiBuilder::new().max_rect(place), |ui| plot_ui(ui, plot, &mut letters));
        letters.flush(ui.ctx());
    });
    encode(&image, Some(pixels_per_point * 72.0)).map_err(|error| error.to_string())
}
