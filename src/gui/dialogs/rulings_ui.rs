//! What was decided between annotators: searched, and a click goes there.

use egui::{Key, RichText, Role, ScrollArea, TextEdit, WidgetInfo};

use crate::gui::dialogs::step_by_keys;
use crate::gui::shaped::{Letters, isolated};
use crate::gui::theme;
use crate::model::Owner;
use crate::session::{AdjudicateAction, FoundRuling, Session};

/// The list while it is open.
#[derive(Debug, Default)]
pub struct RulingsView {
    typed: String,
    is_overruled: bool,
    at: usize,
}

/// How many are listed; `sorot rulings` prints all.
const MAX_ROWS: usize = 300;

/// Draws the list. Tells whether it should close, and where to go.
pub fn rulings_ui(
    ctx: &egui::Context,
    session: &Session,
    view: &mut RulingsView,
    letters: &mut Letters,
) -> (bool, Option<AdjudicateAction>) {
    let mut chosen = None;
    let modal = theme::dialog(ctx, "rulings").show(ctx, |ui| {
        theme::name_dialog(ui, "Rulings");
        let size = ctx.content_rect().size();
        ui.set_width((size.x - 80.0).min(760.0));
        ui.heading("Rulings");
        let help =
            "What gold says where annotators differed, and why. ↑ ↓ choose, Enter or a click goes there";
        ui.label(RichText::new(help).small().weak());
        ui.horizontal(|ui| {
            let field =
                TextEdit::singleline(&mut view.typed).hint_text("Search").desired_width(theme::FIND_WIDTH);
            let field = ui.add(field);
            field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Search rulings"));
            field.request_focus();
            if *session.owner() != Owner::Gold {
                ui.checkbox(&mut view.is_overruled, "Only where I was overruled");
            }
        });
        let Some(all) = session.rulings() else {
            ui.label("Reading…");
            return ui.button("Close").clicked();
        };
        let name = session.owner().name();
        let is_meant = |it: &&FoundRuling| {
            it.ruling.contains(view.typed.trim()) && (!view.is_overruled || it.ruling.overrules(name))
        };
        let rows: Vec<&FoundRuling> = all.iter().filter(is_meant).collect();
        let text = match (all.len(), rows.len()) {
            (0, _) => "Nothing was decided yet".to_owned(),
            (n, m) if n == m => format!("{n} rulings"),
            (n, m) => format!("{m} of {n} rulings"),
        };
        ui.label(RichText::new(text).weak());
        let rows = &rows[..rows.len().min(MAX_ROWS)];
        let pressed = |key: Key| ui.input(|input| input.key_pressed(key));
        let is_moved = step_by_keys(ui, &mut view.at, rows.len());
        let mut show = |found: &FoundRuling| chosen = Some(AdjudicateAction::Show(found.clone().into()));
        if pressed(Key::Enter)
            && let Some(found) = rows.get(view.at)
        {
            show(found);
        }
        let height = (size.y - 220.0).max(80.0);
        ScrollArea::vertical()
            .max_height(height)
            .min_scrolled_height(height)
            .auto_shrink([false, true])
            .show(ui, |ui| {
                for (i, found) in rows.iter().enumerate() {
                    let title = format!("{}: gold has {}", isolated(found.document.title()), gold(found));
                    let response = letters.choice(ui, i == view.at, i + 1, &title);
                    if i == view.at && is_moved {
                        response.scroll_to_me(None);
                    }
                    if response.clicked() {
                        show(found);
                    }
                    let weak = ui.visuals().weak_text_color();
                    letters.line(ui, &format!("      {}", said(found)), weak);
                    let why = why(found);
                    if !why.is_empty() {
                        let color = ui.visuals().text_color();
                        letters.line(ui, &format!("      {why}"), color);
                    }
                }
            });
        ui.button("Close").clicked()
    });
    (modal.should_close() || modal.inner || chosen.is_some(), chosen)
}

fn gold(found: &FoundRuling) -> String {
    match found.ruling.gold.as_slice() {
        [] => "nothing".to_owned(),
        gold => gold.iter().map(|it| it.shown(60, isolated)).collect::<Vec<_>>().join(" and "),
    }
}

fn said(found: &FoundRuling) -> String {
    let said =
        found.ruling.said.iter().map(|it| format!("{}: {}", isolated(&it.annotator), it.shown(60, isolated)));
    said.collect::<Vec<_>>().join(" · ")
}

fn why(found: &FoundRuling) -> String {
    let parts = [&found.ruling.rule, &found.ruling.reason];
    parts.into_iter().filter(|it| !it.is_empty()).map(|it| isolated(it)).collect::<Vec<_>>().join(": ")
}
