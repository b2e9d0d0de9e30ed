//! Predictions against gold: scores, and every error by kind, each of which leads to its place.

use std::sync::Arc;

use egui::{RichText, ScrollArea, Ui};

use crate::file::counted;
use crate::gui::dialogs::import_ui::progress_ui;
use crate::gui::dialogs::{is_model, owners_ui};
use crate::gui::shaped::{Letters, isolated, line_height};
use crate::gui::theme;
use crate::model::Owner;
use crate::session::compare::ErrorKind;
use crate::session::evaluate::{EvaluateAction, Evaluated, ScoreRow, ShownError};
use crate::session::{Action, AdjudicateAction, ArticleAction, Session};

/// What the window shows of predictions.
#[derive(Debug)]
pub struct EvaluationView {
    chosen: Vec<Owner>,
    /// The kind of error that is listed; all if there is none.
    kind: Option<ErrorKind>,
    shows_errors: bool,
}

impl EvaluationView {
    /// The models, or else whoever is compared now.
    pub fn new(session: &Session) -> EvaluationView {
        let mut chosen: Vec<Owner> = session.annotators().into_iter().filter(is_model).collect();
        if chosen.is_empty() {
            chosen = session.compared_owners().iter().filter(|it| **it != Owner::Gold).cloned().collect();
        }
        chosen.truncate(2);
        EvaluationView { chosen, kind: None, shows_errors: false }
    }

    /// What to do at once.
    pub fn first(&self) -> Option<Action> {
        (!self.chosen.is_empty()).then(|| EvaluateAction::Evaluate(self.chosen.clone()).into())
    }
}

/// Draws it. Tells whether it should close, and what to do.
pub fn evaluation_ui(
    ctx: &egui::Context,
    session: &Session,
    view: &mut EvaluationView,
    letters: &mut Letters,
) -> (bool, Vec<Action>) {
    let mut actions = Vec::new();
    let modal = theme::dialog(ctx, "evaluation").show(ctx, |ui| {
        theme::name_dialog(ui, "Evaluation");
        let size = ctx.content_rect().size();
        ui.set_width((size.x - 80.0).min(900.0));
        ui.heading("Predictions against gold");
        chosen_ui(ui, session, view, &mut actions);
        ui.separator();
        let height = (size.y - 240.0).max(120.0);
        match session.evaluated() {
            Some(evaluated) => {
                let evaluated = Arc::clone(evaluated);
                // The dialog keeps its size, so that nothing moves from under the pointer.
                ui.vertical(|ui| {
                    ui.set_min_height(height);
                    evaluated_ui(ui, view, &evaluated, height - 40.0, letters, &mut actions);
                });
            }
            None => {
                ui.set_min_height(height);
                match session.evaluate_progress() {
                    Some(progress) => progress_ui(ui, Some(progress), "Reading…"),
                    None => {
                        let text = match session.is_round_closed() {
                            true => "You work blind until the curator opens the round",
                            false => "Choose one or two of those who annotated or predicted",
                        };
                        ui.label(RichText::new(text).weak());
                    }
                }
            }
        }
        ui.separator();
        ui.button("Close").clicked()
    });
    let goes = actions.iter().any(|it| matches!(it, Action::Article(_)));
    (modal.should_close() || modal.inner || goes, actions)
}

fn chosen_ui(ui: &mut Ui, session: &Session, view: &mut EvaluationView, actions: &mut Vec<Action>) {
    let before = view.chosen.clone();
    ui.horizontal_wrapped(|ui| {
        owners_ui(ui, session.annotators().into_iter().filter(|it| *it != Owner::Gold), &mut view.chosen);
    });
    if view.chosen.len() > 2 {
        view.chosen.remove(0);
    }
    if before != view.chosen {
        actions.push(view.first().unwrap_or(EvaluateAction::Cancel.into()));
    }
}

fn evaluated_ui(
    ui: &mut Ui,
    view: &mut EvaluationView,
    evaluated: &Evaluated,
    height: f32,
    letters: &mut Letters,
    actions: &mut Vec<Action>,
) {
    ui.horizontal_wrapped(|ui| {
        ui.selectable_value(&mut view.shows_errors, false, "Scores");
        ui.selectable_value(&mut view.shows_errors, true, format!("Errors ({})", evaluated.errors.len()));
        ui.label(
            RichText::new(format!("{} in gold and seen by all", counted(evaluated.n_seen, "article"))).weak(),
        );
    });
    if view.shows_errors {
        errors_ui(ui, view, evaluated, height, letters, actions);
        return;
    }
    ScrollArea::both()
        .id_salt("scores")
        .max_height(height)
        .min_scrolled_height(height)
        .auto_shrink([false, false])
        .show(ui, |ui| {
            scores_ui(ui, evaluated);
            significance_ui(ui, evaluated);
        });
}

fn scores_ui(ui: &mut Ui, evaluated: &Evaluated) {
    egui::Grid::new("scores").striped(true).spacing([16.0, 4.0]).show(ui, |ui| {
        ui.label(RichText::new("Scheme").small().weak());
        ui.label(RichText::new("Of").small().weak());
        for owner in &evaluated.owners {
            ui.label(RichText::new(format!("{}: F1", owner.name())).small().weak());
            ui.label(RichText::new("95 %").small().weak());
            ui.label(RichText::new("Precision").small().weak());
            ui.label(RichText::new("Recall").small().weak());
        }
        ui.end_row();
        for row in &evaluated.rows {
            row_ui(ui, row);
            ui.end_row();
        }
    });
}

fn row_ui(ui: &mut Ui, row: &ScoreRow) {
    match &row.part {
        None => ui.strong(row.scheme.name).on_hover_text(row.scheme.definition),
        Some(_) => ui.label(""),
    };
    ui.label(row.part.as_deref().unwrap_or("all"));
    for (answers, interval) in &row.scores {
        let number = |i: usize| match answers.get(i) {
            Some(Ok(value)) => format!("{value:.4}"),
            _ => "–".to_owned(),
        };
        let why = answers.first().and_then(|it| it.err()).map(|it| it.to_string());
        let value = ui.monospace(number(0));
        if let Some(why) = why {
            value.on_hover_text(why);
        }
        let interval = interval.as_ref().map(|it| format!("[{:.2}, {:.2}]", it.low, it.high));
        ui.monospace(interval.unwrap_or_default());
        ui.monospace(number(1));
        ui.monospace(number(2));
    }
}

fn significance_ui(ui: &mut Ui, evaluated: &Evaluated) {
    let [first, second] = evaluated.owners.as_slice() else { return };
    ui.add_space(8.0);
    ui.strong(format!("Is {} better than {}?", first.name(), second.name()));
    egui::Grid::new("significance").striped(true).spacing([16.0, 4.0]).show(ui, |ui| {
        for tested in &evaluated.tested {
            let Ok(found) = tested.result else { continue };
            ui.label(tested.scheme.name);
            ui.label(if tested.is_macro { "mean of labels" } else { "all" });
            ui.monospace(format!("{:+.4}", found.difference));
            ui.monospace(format!("p = {:.4}", found.p));
            let ways = match found.is_exhaustive {
                true => format!("all {} exchanges of articles", found.n_ways),
                false => format!("{} random exchanges of articles", found.n_ways),
            };
            ui.label(RichText::new(ways).small().weak());
            ui.end_row();
        }
    });
}

fn errors_ui(
    ui: &mut Ui,
    view: &mut EvaluationView,
    evaluated: &Evaluated,
    height: f32,
    letters: &mut Letters,
    actions: &mut Vec<Action>,
) {
    ui.horizontal_wrapped(|ui| {
        ui.selectable_value(&mut view.kind, None, "all");
        for kind in ErrorKind::ALL {
            let n = evaluated.errors.iter().filter(|it| it.kind == kind).count();
            ui.selectable_value(&mut view.kind, Some(kind), format!("{} {n}", kind.name()));
        }
    });
    let help = "A click goes there with the prediction in a lane. If gold is wrong, mend it there as gold: 1 takes the prediction's";
    ui.label(RichText::new(help).small().weak());
    let rows: Vec<&ShownError> =
        evaluated.errors.iter().filter(|it| view.kind.is_none_or(|kind| it.kind == kind)).collect();
    ScrollArea::vertical()
        .id_salt("errors")
        .max_height(height - 50.0)
        .min_scrolled_height(height - 50.0)
        .auto_shrink([false, false])
        .show_rows(ui, line_height(ui), rows.len(), |ui, range| {
            for error in &rows[range] {
                let (line, column) = error.line_column;
                let text = format!(
                    "{}  {}:{line}:{column}  gold: {} · {}: {}",
                    error.kind.name(),
                    isolated(error.document.title()),
                    isolated(&error.gold),
                    isolated(error.owner.name()),
                    isolated(&error.predicted)
                );
                if letters.link(ui, &text).clicked() {
                    actions.push(AdjudicateAction::Compare(vec![error.owner.clone()]).into());
                    actions.push(ArticleAction::OpenAt(error.document.clone(), error.offset).into());
                }
            }
        });
}
