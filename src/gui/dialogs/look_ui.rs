//! How the article looks: a small sheet beside it, so that every change is seen as it is made.

use egui::{Align2, EventFilter, Response, Role, Slider, Ui, WidgetInfo};

use crate::gui::settings::{COLUMNS, LINE_SPACINGS, Settings, ThemeChoice, ZOOMS};
use crate::gui::theme;

/// The settings while they are open.
#[derive(Debug, Default)]
pub struct LookView {
    is_open: bool,
}

/// Draws the settings. True if they should close.
pub fn look_ui(ctx: &egui::Context, view: &mut LookView, settings: &mut Settings) -> bool {
    let area = egui::Area::new(egui::Id::unique("look"))
        .order(egui::Order::Foreground)
        .pivot(Align2::RIGHT_TOP)
        .fixed_pos(ctx.content_rect().right_top() + theme::LOOK_OFFSET);
    let frame = egui::Frame::popup(&ctx.global_style()).inner_margin(theme::PANEL_MARGIN);
    let shown = area.show(ctx, |ui| {
        frame.show(ui, |ui| {
            theme::name_dialog(ui, "View settings");
            let is_closed = ui.horizontal(|ui| {
                ui.strong("View");
                let close = ui.button("×").on_hover_text("Back to the article (Esc)");
                close.widget_info(|| WidgetInfo::labeled(Role::Button, true, "Close view settings"));
                close.clicked()
            });
            let first = sliders_ui(ui, settings);
            if !std::mem::replace(&mut view.is_open, true) {
                first.request_focus();
                // Or the first arrow would move on to the next widget.
                let arrows = EventFilter { horizontal_arrows: true, ..EventFilter::default() };
                ui.memory_mut(|memory| memory.set_focus_lock_filter(first.id, arrows));
            }
            ui.separator();
            let mut has_tags = !settings.is_compact;
            ui.checkbox(&mut has_tags, "Label tags");
            settings.is_compact = !has_tags;
            ui.checkbox(&mut settings.show_all_arcs, "All relations, not only the selected");
            ui.checkbox(&mut settings.show_invisibles, "Invisible characters");
            theme_ui(ui, settings);
            is_closed.inner
        })
    });
    shown.inner.inner
}

/// Tells which widget is the first.
fn sliders_ui(ui: &mut Ui, settings: &mut Settings) -> Response {
    ui.spacing_mut().slider_width = theme::SLIDER_WIDTH;
    let mut zoom = (settings.zoom * 100.0).round();
    let (least, most) = (ZOOMS[0] * 100.0, ZOOMS[ZOOMS.len() - 1] * 100.0);
    let slider = Slider::new(&mut zoom, least..=most).logarithmic(true).step_by(5.0).suffix(" %");
    let first = ui.add(slider.text("Zoom"));
    if first.changed() {
        settings.zoom = zoom / 100.0;
    }
    ui.add(Slider::new(&mut settings.line_spacing, LINE_SPACINGS).step_by(0.05).text("Line spacing"));
    let column = Slider::new(&mut settings.column, COLUMNS).logarithmic(true).step_by(10.0);
    ui.add(column.suffix(" pt").text("Column width"));
    if ui.button("As usual").clicked() {
        settings.zoom_by(0);
        settings.space_by(0);
        settings.widen_by(0);
    }
    first
}

fn theme_ui(ui: &mut Ui, settings: &mut Settings) {
    ui.horizontal(|ui| {
        for (choice, name) in [
            (ThemeChoice::System, "System's theme"),
            (ThemeChoice::Light, "Light"),
            (ThemeChoice::Dark, "Dark"),
        ] {
            ui.radio_value(&mut settings.theme, choice, name);
        }
    });
}
