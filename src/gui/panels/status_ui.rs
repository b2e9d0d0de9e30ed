//! The status bar: what is saved, whose work it is, where one is.

use std::collections::BTreeSet;
use std::time::Duration;

use egui::containers::menu::{MenuButton, MenuConfig};
use egui::{Align, Button, Key, Label, Layout, PopupCloseBehavior, RichText, Role, TextEdit, Ui, WidgetInfo};

use crate::gui::font_packages::{System, font_hint};
use crate::gui::marks_cache::MarksCache;
use crate::gui::panels::Actions;
use crate::gui::theme;
use crate::model::{Owner, Severity};
use crate::session::{ArticleAction, NavigateAction, Session, SyncAction, WindowAction};

/// What the status bar remembers.
#[derive(Debug, Default)]
pub struct StatusView {
    /// Whose packages bring fonts; found out when one is missing.
    system: Option<System>,
    name: String,
}

/// Draws the status bar.
pub fn status_ui(
    ui: &mut Ui,
    session: &Session,
    view: &mut StatusView,
    marks: &MarksCache,
    missing: &BTreeSet<char>,
    actions: &mut Actions,
) {
    ui.horizontal(|ui| {
        sync_ui(ui, session, actions);
        saved_ui(ui, session);
        ui.separator();
        owner_ui(ui, session, view, actions);
        ui.separator();
        if let Some(document) = session.document() {
            let n = session.set().map_or(0, |set| set.annotations().len());
            plain(ui, format!("{n} {}", if n == 1 { "span" } else { "spans" }));
            let n_untied = marks.untied.len();
            if n_untied > 0 {
                ui.separator();
                let text = format!("{n_untied} {}", session.untied_name());
                if ui.add(Button::new(text).frame(false)).on_hover_text("Go to the next one (N)").clicked() {
                    actions.push(NavigateAction::NextUntied { forward: true }.into());
                }
            }
            ui.separator();
            let place = document.text.line_column(session.selection().caret.offset);
            plain(ui, format!("Ln {}, Col {}", place.line, place.column));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            problems_ui(ui, session, actions);
            fonts_ui(ui, view, missing);
            if let Some(next) = session.history().next_undo() {
                let text = RichText::new(format!("undo: {}", next.name)).weak();
                ui.add(Label::new(text).selectable(false).truncate());
            }
        });
    });
}

fn plain(ui: &mut Ui, text: impl Into<egui::WidgetText>) {
    ui.add(Label::new(text).selectable(false));
}

/// How far a sync is, and its end.
fn sync_ui(ui: &mut Ui, session: &Session, actions: &mut Actions) {
    let Some(step) = session.sync_step() else { return };
    plain(ui, RichText::new(format!("syncing: {step}…")).weak());
    let stop = ui.small_button("Stop").on_hover_text("What you did stays here until the next sync");
    stop.widget_info(|| WidgetInfo::labeled(Role::Button, true, "Stop the sync"));
    if stop.clicked() {
        actions.push(SyncAction::Stop.into());
    }
    ui.separator();
    // Nobody tells the window of a step.
    ui.ctx().request_repaint_after(STEP_PAUSE);
}

/// How often a sync is looked at.
const STEP_PAUSE: Duration = Duration::from_millis(200);

fn saved_ui(ui: &mut Ui, session: &Session) {
    match session.save_error() {
        Some(error) => {
            let color = theme::severity_color(Severity::Error, ui.visuals());
            let text = if session.is_at_risk() { "not saved anywhere" } else { "not saved" };
            let text = RichText::new(text).color(color).strong();
            ui.add(Label::new(text).selectable(false)).on_hover_text(format!("{error}\n\nCtrl+S tries now."));
        }
        None if session.is_saved() => {
            ui.add(Label::new("saved").selectable(false)).on_hover_text("Everything is on disk");
        }
        None => plain(ui, RichText::new("saving…").weak()),
    }
}

/// What brings fonts for characters that are boxes now.
fn fonts_ui(ui: &mut Ui, view: &mut StatusView, missing: &BTreeSet<char>) {
    if missing.is_empty() {
        return;
    }
    let system = *view.system.get_or_insert_with(System::here);
    let Some(hint) = font_hint(missing, system) else { return };
    let text = RichText::new(hint.text).color(theme::severity_color(Severity::Warning, ui.visuals()));
    ui.add(Label::new(text).selectable(false).truncate()).on_hover_text(hint.help);
    ui.separator();
}

fn problems_ui(ui: &mut Ui, session: &Session, actions: &mut Actions) {
    let Some(worst) = session.problems().iter().map(|problem| problem.severity).max() else { return };
    let n = session.problems().len();
    let text = format!("{n} {}", if n == 1 { "problem" } else { "problems" });
    let text = RichText::new(text).color(theme::severity_color(worst, ui.visuals()));
    if ui.add(Button::new(text).frame(false)).on_hover_text("Show them (F8)").clicked() {
        actions.push(WindowAction::Problems.into());
    }
    ui.separator();
}

/// Whose set is worked on; a click changes it.
fn owner_ui(ui: &mut Ui, session: &Session, view: &mut StatusView, actions: &mut Actions) {
    let name = session.owner().name();
    // The name that is typed here must not be lost to a click into its field.
    let config = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    let (response, _) = MenuButton::new(name).config(config).ui(ui, |ui| {
        ui.set_min_width(220.0);
        ui.label(RichText::new("Annotate as").small().weak());
        for owner in session.owners() {
            let is_current = owner == *session.owner();
            if ui.selectable_label(is_current, owner.name()).clicked() {
                actions.push(ArticleAction::SetOwner(owner).into());
                ui.close();
            }
        }
        ui.separator();
        let edit =
            ui.add(TextEdit::singleline(&mut view.name).hint_text("Another name").desired_width(200.0));
        edit.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Another name"));
        let is_entered = edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let name = view.name.trim().to_owned();
        if is_entered && !name.is_empty() {
            actions.push(ArticleAction::SetOwner(Owner::named(&name)).into());
            view.name.clear();
            ui.close();
        }
    });
    let about = "Whose annotations these are; click to change";
    let response = response.on_hover_text(about);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Annotator {name}")));
}
