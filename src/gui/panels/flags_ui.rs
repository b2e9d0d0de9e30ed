//! The flags of the selected annotation, and the decision between versions that two programs made
//! of it.

use egui::{Frame, RichText, Ui};

use crate::gui::panels::{Actions, shorten};
use crate::gui::theme;
use crate::model::{Annotation, CONFLICT, Severity};
use crate::session::{AnnotateAction, NavigateAction, Session};

/// Draws the flags, and what there is to decide.
pub fn flags_ui(ui: &mut Ui, session: &Session, annotation: &Annotation, actions: &mut Actions) {
    let flags: Vec<&String> = annotation.flags.iter().filter(|flag| *flag != CONFLICT).collect();
    if !flags.is_empty() {
        ui.horizontal_wrapped(|ui| {
            for flag in flags {
                let frame = Frame::new().fill(ui.visuals().faint_bg_color).inner_margin(theme::CHIP_MARGIN);
                frame.corner_radius(4).show(ui, |ui| ui.label(RichText::new(flag).small()));
            }
        });
    }
    if session.has_conflict() {
        conflict_ui(ui, session, annotation, actions);
    }
}

fn conflict_ui(ui: &mut Ui, session: &Session, annotation: &Annotation, actions: &mut Actions) {
    let rivals = session.set().map(|set| set.rivals(&annotation.id)).unwrap_or_default();
    let color = theme::severity_color(Severity::Warning, ui.visuals());
    let text = match rivals.len() {
        0 => "Changed on one side, deleted on the other",
        _ => "Changed on both sides",
    };
    ui.label(RichText::new(text).strong().color(color));
    for rival in &rivals {
        let text = format!("Other version: {}", said(rival));
        if ui.button(shorten(&text, 60)).on_hover_text("Show this one").clicked() {
            actions.push(NavigateAction::Select(rival.id.clone()).into());
        }
    }
    ui.horizontal_wrapped(|ui| {
        if ui.button("Keep this version").clicked() {
            actions.push(AnnotateAction::Decide { keeps_all: false }.into());
        }
        if !rivals.is_empty() && ui.button("Keep all versions").clicked() {
            actions.push(AnnotateAction::Decide { keeps_all: true }.into());
        }
    });
}

/// What a version says, in a few words.
fn said(annotation: &Annotation) -> String {
    match annotation.note.as_str() {
        "" => annotation.label.clone(),
        note => format!("{}, “{note}”", annotation.label),
    }
}
