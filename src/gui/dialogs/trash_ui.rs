//! The trash: what lies there, and putting it back; and the question before much goes there.

use egui::{Key, RichText, ScrollArea};

use crate::gui::dialogs::step_by_keys;
use crate::gui::panels::shorten;
use crate::gui::theme;
use crate::session::{Session, TrashAction, TrashEntry};

/// The trash while it is open.
#[derive(Debug, Default)]
pub struct TrashView {
    at: usize,
}

/// The question whether to delete all annotations, while it is open.
#[derive(Debug, Default)]
pub struct DeleteAllView;

/// Draws the trash. Tells whether it should close, and what was asked for.
pub fn trash_ui(ctx: &egui::Context, session: &Session, view: &mut TrashView) -> (bool, Option<TrashAction>) {
    let mut asked = None;
    let modal = theme::dialog(ctx, "trash").show(ctx, |ui| {
        theme::name_dialog(ui, "Trash");
        let size = ctx.content_rect().size();
        ui.set_width((size.x - 80.0).min(760.0));
        ui.heading("Trash");
        ui.label(
            RichText::new("↑ ↓ choose, Enter puts back; what lies there now goes to the trash")
                .small()
                .weak(),
        );
        let Some(entries) = session.trash() else {
            ui.label("Looking…");
            return ui.button("Close").clicked();
        };
        if entries.is_empty() {
            ui.label(RichText::new("The trash is empty").weak());
        }
        let pressed = |key: Key| ui.input(|input| input.key_pressed(key));
        let is_moved = step_by_keys(ui, &mut view.at, entries.len());
        let is_entered = pressed(Key::Enter) && ui.memory(|memory| memory.focused().is_none());
        let height = (size.y - 200.0).max(80.0);
        ScrollArea::vertical()
            .max_height(height)
            .min_scrolled_height(height)
            .auto_shrink([false, true])
            .show(ui, |ui| {
                for (i, entry) in entries.iter().enumerate() {
                    let response = ui.selectable_label(i == view.at, line(entry));
                    if i == view.at && is_moved {
                        response.scroll_to_me(None);
                    }
                    if response.clicked() {
                        view.at = i;
                    }
                }
            });
        ui.horizontal(|ui| {
            let entry = entries.get(view.at).filter(|entry| entry.note.is_some());
            let is_clicked = ui.add_enabled(entry.is_some(), egui::Button::new("Put back")).clicked();
            if is_clicked || is_entered {
                asked = entry.map(|entry| TrashAction::Restore(entry.id.clone()));
            }
            ui.button("Close").clicked()
        })
        .inner
    });
    (modal.should_close() || modal.inner, asked)
}

fn line(entry: &TrashEntry) -> String {
    match &entry.note {
        Some(note) => {
            format!("{}  {}: {}\n{}", note.at, note.by, shorten(&note.why, 80), shorten(&note.path, 90))
        }
        None => format!("{}\nIt is not known where it lay", entry.id),
    }
}

/// Asks whether to delete all annotations of the open set. Tells whether it should close, and what
/// was asked for.
pub fn delete_all_ui(ctx: &egui::Context, session: &Session) -> (bool, Option<TrashAction>) {
    let mut asked = None;
    let modal = theme::dialog(ctx, "delete all").show(ctx, |ui| {
        theme::name_dialog(ui, "Delete all annotations");
        ui.set_width((ctx.content_rect().width() - 80.0).min(420.0));
        let (Some(set), Some(document)) = (session.set(), session.document()) else { return true };
        let (n_annotations, n_relations) = (set.annotations().len(), set.relations().len());
        ui.heading(format!("Delete all annotations of {}?", session.owner()));
        ui.label(format!(
            "{n_annotations} annotations and {n_relations} relations on {} go. Undo brings them back, and a copy goes to the trash.",
            document.id.title()
        ));
        ui.horizontal(|ui| {
            if ui.button(format!("Delete {n_annotations}")).clicked() {
                asked = Some(TrashAction::DeleteAll);
            }
            let cancel = ui.button("Cancel");
            if ui.memory(|memory| memory.focused().is_none()) {
                cancel.request_focus();
            }
            cancel.clicked()
        })
        .inner
    });
    (modal.should_close() || modal.inner || asked.is_some(), asked)
}
