//! The list of problems: what happened, where, and a click that goes there.

use egui::{RichText, ScrollArea, Ui};

use crate::gui::panels::Actions;
use crate::gui::theme;
use crate::model::{Problem, Severity};
use crate::session::{ArticleAction, NavigateAction, Session, WindowAction};

/// Draws the list of problems.
pub fn problems_ui(ui: &mut Ui, session: &Session, actions: &mut Actions) {
    ui.horizontal(|ui| {
        ui.strong("Problems");
        if ui.small_button("Close").clicked() {
            actions.push(WindowAction::Problems.into());
        }
    });
    if session.problems().is_empty() {
        ui.label(RichText::new("Nothing to look at").weak());
        return;
    }
    // Lost spans, which are listed below, need room too.
    let height = if session.orphans().is_empty() { 160.0 } else { 100.0 };
    let row = ui.text_style_height(&egui::TextStyle::Body) + 2.0 * ui.spacing().button_padding.y;
    ScrollArea::vertical().auto_shrink([false, true]).max_height(height).show_rows(
        ui,
        row,
        session.problems().len(),
        |ui, range| {
            for problem in &session.problems()[range] {
                row_ui(ui, session, problem, actions);
            }
        },
    );
}

fn row_ui(ui: &mut Ui, session: &Session, problem: &Problem, actions: &mut Actions) {
    let sign = match problem.severity {
        Severity::Note => "i",
        Severity::Warning => "!",
        Severity::Error => "×",
    };
    ui.horizontal(|ui| {
        ui.label(RichText::new(sign).strong().color(theme::severity_color(problem.severity, ui.visuals())));
        if let Some(id) = session.repairable(problem)
            && ui
                .small_button("Repair")
                .on_hover_text("Get back what is whole; the file as it is goes to the trash")
                .clicked()
        {
            actions.push(ArticleAction::Repair(id.clone()).into());
        }
        let text = problem.to_string();
        let response = ui.add(egui::Button::selectable(false, text.as_str()).truncate()).on_hover_text(text);
        if response.clicked() {
            go(session, problem, actions);
        }
    });
}

fn go(session: &Session, problem: &Problem, actions: &mut Actions) {
    let place = &problem.place;
    if let Some(document) = &place.document
        && session.document().is_none_or(|shown| shown.id != *document)
    {
        actions.push(ArticleAction::Open(document.clone()).into());
        return;
    }
    let known =
        place.annotation.as_ref().filter(|id| session.set().is_some_and(|set| set.annotation(id).is_some()));
    if let Some(annotation) = known {
        actions.push(NavigateAction::Select(annotation.clone()).into());
    } else if let Some(offset) = place.offset {
        actions.push(NavigateAction::Show(offset).into());
    }
}
