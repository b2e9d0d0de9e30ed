//! Splitting a label: every annotation of it with what stands around, and a key for each new label.

use std::collections::BTreeMap;

use egui::{Key, RichText, ScrollArea};

use crate::gui::shaped::Letters;
use crate::gui::theme;
use crate::model::{AnnotationId, Renaming, SchemaChange, SchemaPart, SetKey};
use crate::session::{ReviewItem, Session};

/// The review list while it is open.
#[derive(Debug)]
pub(super) struct SplitView {
    label: String,
    into: Vec<String>,
    choices: BTreeMap<(SetKey, AnnotationId), String>,
    at: usize,
    /// True to choose for all annotations of the same text at once.
    takes_same: bool,
}

impl SplitView {
    /// Nothing is chosen yet.
    pub(super) fn new(label: String, into: Vec<String>) -> SplitView {
        SplitView { label, into, choices: BTreeMap::new(), at: 0, takes_same: true }
    }
}

const DIGITS: [Key; 9] =
    [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num6, Key::Num7, Key::Num8, Key::Num9];

/// Draws the list. Tells whether it should close, and which change was decided on.
pub(super) fn split_ui(
    ctx: &egui::Context,
    session: &Session,
    view: &mut SplitView,
    letters: &mut Letters,
) -> (bool, Option<SchemaChange>) {
    let mut decided = None;
    let modal = theme::dialog(ctx, "schema").show(ctx, |ui| {
        theme::name_dialog(ui, "Split label");
        let size = ctx.content_rect().size();
        ui.set_width((size.x - 80.0).min(760.0));
        ui.heading(format!("Split {}", view.label));
        let help = "↑ ↓ move, a digit chooses, 0 keeps the label; what nobody chooses for keeps it as well";
        ui.label(RichText::new(help).small().weak());
        let Some(items) = session.review(&view.label) else {
            ui.label("Reading…");
            return ui.button("Cancel").clicked();
        };
        // Those of one text stand together.
        let mut order: Vec<&ReviewItem> = items.iter().collect();
        order.sort_by(|a, b| a.place.surface.cmp(&b.place.surface));
        let pressed = |key: Key| ui.input(|input| input.key_pressed(key));
        let is_moved = pressed(Key::ArrowDown) || pressed(Key::ArrowUp);
        view.at += usize::from(pressed(Key::ArrowDown));
        view.at -= usize::from(pressed(Key::ArrowUp) && view.at > 0);
        view.at = view.at.min(order.len().saturating_sub(1));
        let mut chosen: Option<Option<String>> = pressed(Key::Num0).then_some(None);
        for (label, key) in view.into.iter().zip(DIGITS) {
            if pressed(key) {
                chosen = Some(Some(label.clone()));
            }
        }
        ui.horizontal_wrapped(|ui| {
            for (i, label) in view.into.iter().enumerate() {
                if ui.button(format!("{} {label}", i + 1)).clicked() {
                    chosen = Some(Some(label.clone()));
                }
            }
            if ui.button(format!("0 {}", view.label)).clicked() {
                chosen = Some(None);
            }
            ui.checkbox(&mut view.takes_same, "All of the same text at once");
        });
        let is_chosen = chosen.is_some();
        if let (Some(chosen), Some(item)) = (chosen, order.get(view.at).copied()) {
            view.at = choose(view, &order, item, chosen.as_deref());
        }
        let height = (size.y - 260.0).max(80.0);
        let row = ui.text_style_height(&egui::TextStyle::Body) + 2.0 * ui.spacing().button_padding.y;
        let mut area =
            ScrollArea::vertical().max_height(height).min_scrolled_height(height).auto_shrink([false, true]);
        if is_moved || is_chosen {
            let pitch = row + ui.spacing().item_spacing.y;
            area = area.vertical_scroll_offset((view.at as f32 * pitch - height / 2.0).max(0.0));
        }
        area.show_rows(ui, row, order.len(), |ui, range| {
            for i in range {
                let item = order[i];
                ui.horizontal(|ui| {
                    ui.set_min_height(row);
                    let choice = view.choices.get(&(item.set.clone(), item.annotation.clone()));
                    let text = choice.map_or(view.label.as_str(), String::as_str);
                    let text = RichText::new(text);
                    let text = if choice.is_some() { text.strong() } else { text.weak() };
                    let response = ui.selectable_label(i == view.at, text);
                    if response.clicked() {
                        view.at = i;
                    }
                    let place = &item.place;
                    let line = format!("{}{}{}", place.before, place.surface, place.after);
                    let start = place.before.len();
                    let color = ui.visuals().text_color();
                    letters.marked_line(ui, &line, start..start + place.surface.len(), color);
                });
            }
        });
        let n = view.choices.len();
        ui.horizontal(|ui| {
            let split = egui::Button::new(format!("Split off {n} of {}", order.len()));
            if ui.add_enabled(n > 0, split).clicked() {
                let renaming = Renaming::Split {
                    name: view.label.clone(),
                    into: view.into.clone(),
                    choices: view.choices.clone(),
                };
                decided = Some(SchemaChange { part: SchemaPart::Label, renaming });
            }
            ui.button("Cancel").clicked()
        })
        .inner
    });
    (modal.should_close() || modal.inner || decided.is_some(), decided)
}

/// Chooses for an annotation, or for all of its text, and tells which row is next.
fn choose(view: &mut SplitView, order: &[&ReviewItem], item: &ReviewItem, label: Option<&str>) -> usize {
    let is_meant = |other: &ReviewItem| match view.takes_same {
        true => other.place.surface == item.place.surface,
        false => other == item,
    };
    let mut last = view.at;
    for (i, other) in order.iter().enumerate().filter(|(_, other)| is_meant(other)) {
        last = last.max(i);
        let key = (other.set.clone(), other.annotation.clone());
        match label {
            Some(label) => drop(view.choices.insert(key, label.to_owned())),
            None => drop(view.choices.remove(&key)),
        }
    }
    (last + 1).min(order.len().saturating_sub(1))
}
