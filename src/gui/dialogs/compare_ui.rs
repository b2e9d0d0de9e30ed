//! Choosing whose annotations to compare, and filling gold in all articles.

use egui::{ComboBox, Key, RichText, Role, ScrollArea, WidgetInfo};

use crate::file::counted;
use crate::gui::dialogs::import_ui::progress_ui;
use crate::gui::dialogs::{owners_ui, people};
use crate::gui::theme;
use crate::model::{Owner, Severity};
use crate::session::compare::MergeStrategy;
use crate::session::{Action, AdjudicateAction, PreMerged, Session};

/// The choice while it is open.
#[derive(Debug)]
pub struct CompareView {
    chosen: Vec<Owner>,
    strategy: MergeStrategy,
    least: usize,
    takes_unfinished: bool,
}

impl CompareView {
    /// Those who are compared now, or else all people.
    pub fn new(session: &Session) -> CompareView {
        let compared = session.compared_owners();
        let others = session.owners().into_iter().filter(|it| it != session.owner());
        let chosen = if compared.is_empty() { people(others) } else { compared.to_vec() };
        CompareView { chosen, strategy: MergeStrategy::default(), least: 2, takes_unfinished: false }
    }
}

/// Draws the choice. Tells whether it should close, and what was asked for.
pub fn compare_ui(ctx: &egui::Context, session: &Session, view: &mut CompareView) -> (bool, Option<Action>) {
    let mut asked: Option<Action> = None;
    let mut is_closed = false;
    let modal = theme::dialog(ctx, "compare").show(ctx, |ui| {
        theme::name_dialog(ui, "Compare annotators");
        ui.set_width((ctx.content_rect().width() - 80.0).min(460.0));
        ui.heading("Compare annotators");
        let is_gold = *session.owner() == Owner::Gold;
        let text = match is_gold {
            true => "Their annotations stand below the text, and you decide where they differ",
            false => "Their annotations stand below your own. To decide between them, annotate as gold",
        };
        ui.label(RichText::new(text).small().weak());
        let others: Vec<Owner> = session.owners().into_iter().filter(|it| it != session.owner()).collect();
        if others.is_empty() {
            ui.label("Nobody else has annotated here yet");
        }
        ScrollArea::vertical().max_height(220.0).show(ui, |ui| {
            owners_ui(ui, others.iter().cloned(), &mut view.chosen);
        });
        let owners: Vec<Owner> = others.into_iter().filter(|it| view.chosen.contains(it)).collect();
        if is_gold {
            ui.separator();
            gold_ui(ui, session, view, &owners, &mut asked);
        }
        ui.separator();
        ui.horizontal(|ui| {
            let compare = ui.add_enabled(!owners.is_empty(), egui::Button::new("Show side by side"));
            let is_entered =
                ui.input(|it| it.key_pressed(Key::Enter)) && ui.memory(|it| it.focused().is_none());
            if compare.clicked() || (is_entered && !owners.is_empty()) {
                asked = Some(AdjudicateAction::Compare(owners.clone()).into());
                is_closed = true;
            }
            is_closed |= ui.button("Close").clicked();
        });
    });
    (modal.should_close() || is_closed, asked)
}

/// Filling gold in all articles by a strategy.
fn gold_ui(
    ui: &mut egui::Ui,
    session: &Session,
    view: &mut CompareView,
    owners: &[Owner],
    asked: &mut Option<Action>,
) {
    ui.strong("Fill gold in all articles");
    let combo = ComboBox::from_id_salt("strategy").width(300.0).selected_text(view.strategy.describe());
    let shown = combo.show_ui(ui, |ui| {
        for strategy in MergeStrategy::ALL {
            ui.selectable_value(&mut view.strategy, strategy, strategy.describe());
        }
    });
    let name = format!("Strategy: {}", view.strategy.describe());
    shown.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, &name));
    ui.horizontal(|ui| {
        ui.label("of articles seen by at least");
        let least = ui.add(egui::DragValue::new(&mut view.least).range(1..=owners.len().max(1)));
        least.widget_info(|| WidgetInfo::labeled(Role::SpinButton, true, "Seen by at least"));
        ui.label("of them");
    });
    ui.checkbox(&mut view.takes_unfinished, "Also annotations that are not done").on_hover_text(
        "Where somebody who is not done marked nothing, they have not said that nothing is there",
    );
    ui.label(
        RichText::new("What gold has stays as it is. One Undo takes all of it out again").small().weak(),
    );
    if let Some(progress) = session.pre_merge_progress() {
        progress_ui(ui, Some(progress), "Reading…");
        if ui.button("Stop").clicked() {
            progress.stop();
        }
        return;
    }
    ui.horizontal(|ui| {
        for (name, is_dry_run) in [("Try", true), ("Fill gold", false)] {
            if ui.add_enabled(!owners.is_empty(), egui::Button::new(name)).clicked() {
                let CompareView { strategy, least, takes_unfinished, .. } = *view;
                let owners = owners.to_vec();
                let fill =
                    AdjudicateAction::PreMerge { owners, strategy, least, takes_unfinished, is_dry_run };
                *asked = Some(fill.into());
            }
        }
    });
    if let Some(merged) = session.pre_merged() {
        merged_ui(ui, merged);
    }
}

fn merged_ui(ui: &mut egui::Ui, merged: &PreMerged) {
    if let Some(obstacle) = &merged.obstacle {
        let color = theme::severity_color(Severity::Error, ui.visuals());
        ui.label(RichText::new(format!("Nothing was changed: {obstacle}")).color(color));
        return;
    }
    ui.label(crate::session::sentence(&merged.summary()));
    if let Some(left_out) = merged.left_out() {
        ui.label(RichText::new(left_out).weak());
    }
    if !merged.skipped.is_empty() {
        let n = counted(merged.skipped.len(), "article");
        let seen = if merged.unfinished.is_empty() { "seen" } else { "seen and done" };
        ui.label(RichText::new(format!("{n} left out, {seen} by too few")).weak());
    }
}
