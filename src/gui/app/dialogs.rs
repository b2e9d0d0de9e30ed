//! What stands over the panels: dialogs, messages, and what is shown while nothing is open.

use egui::{Frame, Ui};

use crate::gui::app::App;
use crate::gui::dialogs::{
    agreement_ui, assign_ui, compare_ui, correct_ui, delete_all_ui, evaluation_ui, export_ui, freeze_ui,
    go_to_ui, import_ui, keys_ui, log_ui, look_ui, occurrences_ui, owner_ui, palette_ui, rulings_ui,
    schema_ui, trash_ui,
};
use crate::gui::panels::Actions;
use crate::gui::theme;
use crate::gui::view_state::ViewState;
use crate::model::Severity;
use crate::session::jobs::Opening;
use crate::session::{Action, ArticleAction, Session, WindowAction};

impl App {
    pub(super) fn welcome_ui(&mut self, ui: &mut Ui, actions: &mut Actions) {
        ui.vertical_centered(|ui| {
            ui.add_space(ui.available_height() / 3.0);
            match &self.failure {
                Some(failure) => {
                    ui.heading("Nothing is open");
                    ui.label(failure);
                }
                None => drop(ui.heading("Opening…")),
            }
            ui.add_space(12.0);
            if ui.button("Open project…").clicked() {
                actions.push(WindowAction::OpenFolder.into());
            }
            if ui.button("Open the sample").clicked() {
                let ctx = ui.ctx().clone();
                self.open(&ctx, Opening::Sample);
            }
        });
    }

    pub(super) fn dialogs_ui(&mut self, ctx: &egui::Context, actions: &mut Actions) {
        if let Some(look) = &mut self.view.look {
            if look_ui(ctx, look, &mut self.settings) {
                self.view.look = None;
                self.view.canvas.request_focus();
            }
            self.apply_theme(ctx);
        }
        if self.view.keys.is_some() && keys_ui(ctx, self.session.as_ref().map(Session::schema)) {
            self.view.keys = None;
        }
        if let (Some(palette), Some(session)) = (&mut self.view.palette, &self.session) {
            let (is_closed, chosen) = palette_ui(ctx, session, palette);
            if is_closed {
                self.view.palette = None;
                self.view.canvas.request_focus();
            }
            actions.extend(chosen);
        }
        if let (Some(correct), Some(session)) = (&mut self.view.correct, &self.session) {
            let (is_closed, asked) = correct_ui(ctx, session, correct);
            if is_closed {
                self.view.correct = None;
                self.view.canvas.request_focus();
            }
            actions.extend(asked.map(Action::Article));
        }
        if let (Some(go_to), Some(session)) = (&mut self.view.go_to, &self.session) {
            let (is_closed, chosen) = go_to_ui(ctx, session, go_to, &mut self.view.letters);
            if is_closed {
                self.view.go_to = None;
                self.view.canvas.request_focus();
            }
            actions.extend(chosen.map(Action::Navigate));
        }
        if let (Some(owner), Some(session)) = (&mut self.view.owner, &self.session) {
            let (is_closed, chosen) = owner_ui(ctx, session, owner);
            if is_closed {
                self.view.owner = None;
                self.view.canvas.request_focus();
            }
            actions.extend(chosen.map(|owner| ArticleAction::SetOwner(owner).into()));
        }
        if let (Some(occurrences), Some(session)) = (&mut self.view.occurrences, &self.session) {
            let label = session.selected_annotation().map(|it| it.label.clone()).unwrap_or_default();
            let (is_closed, chosen) = occurrences_ui(ctx, &label, occurrences, &mut self.view.letters);
            if is_closed {
                self.view.occurrences = None;
                self.view.canvas.request_focus();
            }
            actions.extend(chosen.map(Action::Annotate));
        }
        if let (Some(schema), Some(session)) = (&mut self.view.schema, &self.session) {
            let (is_closed, asked) = schema_ui(ctx, session, schema, &mut self.view.letters);
            if is_closed {
                self.view.schema = None;
                self.view.canvas.request_focus();
            }
            actions.extend(asked.map(Action::Schema));
        }
        let mut wanted = None;
        if let (Some(import), Some(session)) = (&mut self.view.import, &self.session) {
            let (is_closed, asked, purpose) = import_ui(ctx, session, import, &mut self.view.letters);
            if is_closed {
                self.view.import = None;
                self.view.canvas.request_focus();
            }
            wanted = purpose;
            actions.extend(asked);
        }
        if let (Some(export), Some(session)) = (&mut self.view.export, &self.session) {
            let (is_closed, asked, purpose) = export_ui(ctx, session, export);
            if is_closed {
                self.view.export = None;
                self.view.canvas.request_focus();
            }
            wanted = wanted.or(purpose);
            actions.extend(asked);
        }
        if let (Some(agreement), Some(session)) = (&mut self.view.agreement, &self.session) {
            let (is_closed, asked, purpose) = agreement_ui(ctx, session, agreement, &mut self.view.letters);
            if is_closed {
                self.view.agreement = None;
                self.view.canvas.request_focus();
            }
            wanted = wanted.or(purpose);
            actions.extend(asked);
        }
        if let Some(purpose) = wanted {
            self.pick(ctx, purpose);
        }
        if let (Some(compare), Some(session)) = (&mut self.view.compare, &self.session) {
            let (is_closed, asked) = compare_ui(ctx, session, compare);
            if is_closed {
                self.view.compare = None;
                self.view.canvas.request_focus();
            }
            actions.extend(asked);
        }
        if let (Some(evaluation), Some(session)) = (&mut self.view.evaluation, &self.session) {
            let (is_closed, asked) = evaluation_ui(ctx, session, evaluation, &mut self.view.letters);
            if is_closed {
                self.view.evaluation = None;
                self.view.canvas.request_focus();
            }
            actions.extend(asked);
        }
        if let (Some(assign), Some(session)) = (&mut self.view.assign, &self.session) {
            let (is_closed, asked) = assign_ui(ctx, session, assign);
            if is_closed {
                self.view.assign = None;
                self.view.canvas.request_focus();
            }
            actions.extend(asked.map(Action::Assign));
        }
        if let (Some(freeze), Some(session)) = (&mut self.view.freeze, &self.session) {
            let (is_closed, asked) = freeze_ui(ctx, session, freeze);
            if is_closed {
                self.view.freeze = None;
                self.view.canvas.request_focus();
            }
            actions.extend(asked);
        }
        if let (Some(rulings), Some(session)) = (&mut self.view.rulings, &self.session) {
            let (is_closed, chosen) = rulings_ui(ctx, session, rulings, &mut self.view.letters);
            if is_closed {
                self.view.rulings = None;
                self.view.canvas.request_focus();
            }
            actions.extend(chosen.map(Action::Adjudicate));
        }
        if let (Some(trash), Some(session)) = (&mut self.view.trash, &self.session) {
            let (is_closed, asked) = trash_ui(ctx, session, trash);
            if is_closed {
                self.view.trash = None;
                self.view.canvas.request_focus();
            }
            actions.extend(asked.map(Action::Trash));
        }
        if let (Some(_), Some(session)) = (&self.view.delete_all, &self.session) {
            let (is_closed, asked) = delete_all_ui(ctx, session);
            if is_closed {
                self.view.delete_all = None;
                self.view.canvas.request_focus();
            }
            actions.extend(asked.map(Action::Trash));
        }
        if let (Some(log), Some(session)) = (&mut self.view.log, &self.session) {
            let (is_closed, chosen) = log_ui(ctx, session, log, &mut self.view.letters);
            if is_closed {
                self.view.log = None;
                self.view.canvas.request_focus();
            }
            actions.extend(chosen.map(Action::Navigate));
        }
        if let Some(browser) = &mut self.browser {
            let (is_closed, chosen) = browser.ui(ctx);
            let purpose = browser.purpose();
            if is_closed {
                self.browser = None;
            }
            if let Some(path) = chosen {
                self.picked(ctx, purpose, path);
            }
        }
        if let Some(picker) = &self.picker
            && picker.is_slow(ctx.input(|input| input.time))
        {
            let purpose = picker.purpose();
            let modal = theme::dialog(ctx, "picker").show(ctx, |ui| {
                ui.label("The system's file dialog is open");
                ui.horizontal(|ui| {
                    (ui.button("Browse inside Sorot instead").clicked(), ui.button("Cancel").clicked())
                })
                .inner
            });
            if modal.inner.0 {
                self.picker = None;
                self.browse(purpose);
            } else if modal.inner.1 {
                self.picker = None;
            }
        }
    }
}

/// Says what is to be said, over the lower edge of the article.
pub(super) fn message_ui(ui: &Ui, view: &mut ViewState) {
    let Some(message) = &view.message else { return };
    let age = ui.input(|input| input.time) - message.since;
    if age >= theme::MESSAGE_SECONDS {
        view.message = None;
        return;
    }
    let rest = std::time::Duration::from_secs_f64(theme::MESSAGE_SECONDS - age);
    ui.ctx().request_repaint_after(rest);
    let rect = ui.max_rect();
    egui::Area::new(egui::Id::unique("message"))
        .order(egui::Order::Foreground)
        .pivot(egui::Align2::CENTER_BOTTOM)
        .fixed_pos(rect.center_bottom() - egui::vec2(0.0, 14.0))
        .interactable(false)
        .show(ui.ctx(), |ui| {
            Frame::popup(ui.style()).show(ui, |ui| {
                ui.set_max_width(rect.width() - 60.0);
                let color = theme::severity_color(message.severity, ui.visuals());
                let text = egui::RichText::new(&message.text);
                ui.label(if message.severity == Severity::Note { text } else { text.color(color) });
            });
        });
}
