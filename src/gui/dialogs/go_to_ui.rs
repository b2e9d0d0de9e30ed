//! Asking where to go: a line, a position, an annotation, a label.

use egui::{Key, RichText, Role, TextEdit, WidgetInfo};

use crate::gui::panels::shorten;
use crate::gui::shaped::Letters;
use crate::gui::theme;
use crate::model::Severity;
use crate::session::{NavigateAction, Session};

/// The question while it is open.
#[derive(Debug, Default)]
pub struct GoToView {
    typed: String,
}

/// Draws the question. Tells whether it should close, and where to go.
pub fn go_to_ui(
    ctx: &egui::Context,
    session: &Session,
    view: &mut GoToView,
    letters: &mut Letters,
) -> (bool, Option<NavigateAction>) {
    let mut chosen = None;
    let modal = theme::dialog(ctx, "go to").show(ctx, |ui| {
        theme::name_dialog(ui, "Where to go");
        ui.set_width((ctx.content_rect().width() - 80.0).min(420.0));
        let field = TextEdit::singleline(&mut view.typed)
            .hint_text("Line, line:column, @position, #id or label")
            .char_limit(100)
            .desired_width(f32::INFINITY);
        let field = ui.add(field);
        field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Go to"));
        field.request_focus();
        match session.destination(&view.typed) {
            None => {
                let help = "@ counts characters from 0, as start and end in the annotation file do";
                ui.label(RichText::new(help).small().weak());
            }
            Some(Ok(destination)) => {
                let color = ui.visuals().text_color();
                letters.line(ui, &shorten(&destination.says, 120), color);
                if ui.input(|input| input.key_pressed(Key::Enter)) {
                    chosen = Some(destination.action);
                }
            }
            Some(Err(message)) => {
                let color = theme::severity_color(Severity::Error, ui.visuals());
                ui.label(RichText::new(message).color(color));
            }
        }
    });
    (modal.should_close() || chosen.is_some(), chosen)
}
