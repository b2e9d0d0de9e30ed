//! A checklist of the other places where a surface text stands.

use egui::{Key, RichText, Role, ScrollArea, WidgetInfo};

use crate::gui::panels::shorten;
use crate::gui::shaped::Letters;
use crate::gui::theme;
use crate::session::{AnnotateAction, Occurrence};

/// The checklist while it is open.
#[derive(Debug)]
pub struct OccurrencesView {
    rows: Vec<(Occurrence, bool)>,
    at: usize,
}

impl OccurrencesView {
    /// Whole words are ticked, parts of words are not.
    pub fn new(occurrences: Vec<Occurrence>) -> OccurrencesView {
        let rows = occurrences.into_iter().map(|it| {
            let is_ticked = it.is_word;
            (it, is_ticked)
        });
        OccurrencesView { rows: rows.collect(), at: 0 }
    }
}

/// Draws the checklist. Tells whether it should close, and what was asked for.
pub fn occurrences_ui(
    ctx: &egui::Context,
    label: &str,
    view: &mut OccurrencesView,
    letters: &mut Letters,
) -> (bool, Option<AnnotateAction>) {
    let mut chosen = None;
    let modal = theme::dialog(ctx, "occurrences").show(ctx, |ui| {
        theme::name_dialog(ui, "Other occurrences");
        let size = ctx.content_rect().size();
        ui.set_width((size.x - 80.0).min(680.0));
        ui.heading(format!("Label other occurrences as {label}"));
        ui.label(
            RichText::new("Space ticks or unticks, ↑ ↓ move, Enter labels what is ticked").small().weak(),
        );
        let n = view.rows.len();
        let pressed = |key: Key| ui.input(|input| input.key_pressed(key));
        let is_moved = pressed(Key::ArrowDown) || pressed(Key::ArrowUp);
        if pressed(Key::ArrowDown) {
            view.at = (view.at + 1).min(n.saturating_sub(1));
        }
        if pressed(Key::ArrowUp) {
            view.at = view.at.saturating_sub(1);
        }
        if pressed(Key::Space)
            && let Some(row) = view.rows.get_mut(view.at)
        {
            row.1 = !row.1;
        }
        let is_entered = pressed(Key::Enter);
        ScrollArea::vertical().max_height((size.y - 220.0).max(80.0)).auto_shrink([false, true]).show(
            ui,
            |ui| {
                for (i, (occurrence, is_ticked)) in view.rows.iter_mut().enumerate() {
                    ui.horizontal(|ui| {
                        if i == view.at {
                            let rect = egui::Rect::from_min_size(
                                ui.cursor().min,
                                egui::vec2(ui.available_width(), 20.0),
                            );
                            ui.painter().rect_filled(rect, 3.0, ui.visuals().selection.bg_fill);
                        }
                        let response = ui.checkbox(is_ticked, "");
                        let name = format!("{}{}{}", occurrence.before, occurrence.surface, occurrence.after);
                        response
                            .widget_info(|| WidgetInfo::selected(Role::CheckBox, true, *is_ticked, &name));
                        if i == view.at && is_moved {
                            response.scroll_to_me(None);
                        }
                        let surface = shorten(&occurrence.surface, 60);
                        let line = format!("{}{surface}{}", occurrence.before, occurrence.after);
                        let start = occurrence.before.len();
                        let color = ui.visuals().text_color();
                        letters.marked_line(ui, &line, start..start + surface.len(), color);
                    });
                }
            },
        );
        let n_ticked = view.rows.iter().filter(|row| row.1).count();
        ui.horizontal(|ui| {
            let add = egui::Button::new(format!("Label {n_ticked}"));
            if ui.add_enabled(n_ticked > 0, add).clicked() || (is_entered && n_ticked > 0) {
                let ticked = view.rows.iter().filter(|row| row.1).map(|row| row.0.range).collect();
                chosen = Some(AnnotateAction::AddOccurrences(ticked));
            }
            if ui.button("Tick all").clicked() {
                view.rows.iter_mut().for_each(|row| row.1 = true);
            }
            if ui.button("Tick none").clicked() {
                view.rows.iter_mut().for_each(|row| row.1 = false);
            }
            ui.button("Cancel").clicked()
        })
        .inner
    });
    (modal.should_close() || modal.inner || chosen.is_some(), chosen)
}
