//! What changed in the open article: who, when, from what to what; a click goes there.

use egui::{Key, RichText, ScrollArea};

use crate::gui::dialogs::step_by_keys;
use crate::gui::shaped::{Letters, isolated};
use crate::gui::theme;
use crate::session::log::{Deed, LogChange, LogRow};
use crate::session::{NavigateAction, Session};

/// The list while it is open.
#[derive(Debug, Default)]
pub struct LogView {
    at: usize,
}

/// How many steps are listed; `sorot log` prints all.
const MAX_ROWS: usize = 300;

/// Of a step, so many changes are listed.
const MAX_CHANGES: usize = 12;

/// Draws the list. Tells whether it should close, and where to go.
pub fn log_ui(
    ctx: &egui::Context,
    session: &Session,
    view: &mut LogView,
    letters: &mut Letters,
) -> (bool, Option<NavigateAction>) {
    let mut chosen = None;
    let modal = theme::dialog(ctx, "log").show(ctx, |ui| {
        theme::name_dialog(ui, "What changed here");
        let size = ctx.content_rect().size();
        ui.set_width((size.x - 80.0).min(760.0));
        let title = session.document().map(|it| it.id.title().to_owned()).unwrap_or_default();
        ui.heading(format!("What changed in {title}"));
        ui.label(RichText::new("Newest first; ↑ ↓ choose, Enter or a click goes there").small().weak());
        let Some(rows) = session.log() else {
            ui.label("Reading…");
            return ui.button("Close").clicked();
        };
        if rows.is_empty() {
            ui.label(RichText::new("Nothing was changed on this machine").weak());
        }
        let rows = &rows[..rows.len().min(MAX_ROWS)];
        let pressed = |key: Key| ui.input(|input| input.key_pressed(key));
        let is_moved = step_by_keys(ui, &mut view.at, rows.len());
        if pressed(Key::Enter) && ui.memory(|memory| memory.focused().is_none()) {
            chosen = rows.get(view.at).and_then(|row| row.changes.iter().find_map(|it| place(session, it)));
        }
        let height = (size.y - 200.0).max(80.0);
        ScrollArea::vertical()
            .max_height(height)
            .min_scrolled_height(height)
            .auto_shrink([false, true])
            .show(ui, |ui| {
                for (i, row) in rows.iter().enumerate() {
                    let response = ui.selectable_label(i == view.at, title_of(row));
                    if i == view.at && is_moved {
                        response.scroll_to_me(None);
                    }
                    let mut is_clicked = response.clicked();
                    if is_clicked {
                        view.at = i;
                    }
                    for change in row.changes.iter().take(MAX_CHANGES) {
                        let line = format!("    {}", text_of(change));
                        let color = ui.visuals().weak_text_color();
                        let response = letters.line(ui, &line, color).interact(egui::Sense::click());
                        if response.clicked() {
                            chosen = place(session, change);
                            is_clicked = false;
                        }
                    }
                    let n_more = row.changes.len().saturating_sub(MAX_CHANGES);
                    if n_more > 0 {
                        ui.label(RichText::new(format!("    and {n_more} more")).weak());
                    }
                    if is_clicked {
                        chosen = row.changes.iter().find_map(|change| place(session, change));
                    }
                }
            });
        ui.button("Close").clicked()
    });
    (modal.should_close() || modal.inner || chosen.is_some(), chosen)
}

/// `2026-11-23 06:12 UTC  Rina took back: add speaker`.
fn title_of(row: &LogRow) -> String {
    let at = row.at.map_or_else(|| "Time unknown".to_owned(), |at| at.to_string());
    let deed = match row.deed {
        Deed::Done => "",
        Deed::Undone => " took back",
        Deed::Redone => " made again",
    };
    format!("{at}  {}{deed}: {}", row.by, row.name)
}

fn text_of(change: &LogChange) -> String {
    let (before, after) = (change.before.as_deref().map(isolated), change.after.as_deref().map(isolated));
    match (before, after) {
        (Some(before), Some(after)) => format!("{}: {before} → {after}", change.what),
        (Some(before), None) => format!("{}: {before} → gone", change.what),
        (None, Some(after)) => format!("{}: new, {after}", change.what),
        (None, None) => change.what.clone(),
    }
}

/// Where to go: to the annotation if it is still there, or to where it was.
fn place(session: &Session, change: &LogChange) -> Option<NavigateAction> {
    let is_own = change.owner.as_ref() == Some(session.owner());
    let known = change
        .annotation
        .as_ref()
        .filter(|id| is_own && session.set().is_some_and(|set| set.annotation(id).is_some()));
    known.map(|id| NavigateAction::Select(id.clone())).or(change.offset.map(NavigateAction::Show))
}
