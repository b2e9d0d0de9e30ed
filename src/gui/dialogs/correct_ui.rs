//! Putting the text of the article right.

use egui::text::{CCursor, CCursorRange};
use egui::{Key, RichText, Role, TextEdit, WidgetInfo};

use crate::gui::theme;
use crate::session::{ArticleAction, Session};

/// The question while it is open.
#[derive(Debug)]
pub struct CorrectView {
    typed: String,
    is_new: bool,
}

impl CorrectView {
    /// Begins with the selected text.
    pub fn new(session: &Session) -> CorrectView {
        CorrectView { typed: session.correctable().unwrap_or_default().to_owned(), is_new: true }
    }
}

/// Draws the question. Enter in the field answers it. Tells whether it should close, and what to do.
pub fn correct_ui(
    ctx: &egui::Context,
    session: &Session,
    view: &mut CorrectView,
) -> (bool, Option<ArticleAction>) {
    let mut chosen = None;
    let modal = theme::dialog(ctx, "correct").show(ctx, |ui| {
        theme::name_dialog(ui, "Correct the text");
        ui.set_width((ctx.content_rect().width() - 80.0).min(520.0));
        ui.heading("Correct the text");
        // Several lines, yet Enter answers: what a correction breaks into lines is rare.
        let field = TextEdit::multiline(&mut view.typed)
            .desired_rows(2)
            .desired_width(f32::INFINITY)
            .return_key(egui::KeyboardShortcut::new(egui::Modifiers::SHIFT, Key::Enter));
        let mut output = field.show(ui);
        output.response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "What it should say"));
        if std::mem::take(&mut view.is_new) {
            output.response.request_focus();
            let end = CCursor::new(view.typed.chars().count());
            output.state.cursor.set_char_range(Some(CCursorRange::one(end)));
            output.state.store(ctx, output.response.id);
        }
        let help = "Enter writes it into the article itself.\nEverybody's spans go along, and Undo takes all of it back.";
        ui.label(RichText::new(help).small().weak());
        let is_changed = session.correctable().is_some_and(|before| before != view.typed);
        let is_entered = output.response.has_focus()
            && ui.input(|input| input.key_pressed(Key::Enter) && input.modifiers.is_none());
        ui.horizontal(|ui| {
            let is_clicked = ui.add_enabled(is_changed, egui::Button::new("Correct")).clicked();
            if (is_entered || is_clicked) && is_changed {
                chosen = Some(ArticleAction::Correct(std::mem::take(&mut view.typed)));
            }
            ui.button("Cancel").clicked()
        })
        .inner
    });
    (modal.should_close() || modal.inner || chosen.is_some(), chosen)
}
