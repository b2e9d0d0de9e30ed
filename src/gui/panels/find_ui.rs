//! The bar under the article for searching in it. It stands below, so that opening it moves no
//! text and covers none.

use egui::text::{CCursor, CCursorRange};
use egui::{Button, Key, Label, Modifiers, RichText, Role, TextEdit, Ui, WidgetInfo};

use crate::gui::panels::Actions;
use crate::gui::theme;
use crate::model::Severity;
use crate::session::{NavigateAction, Query, Session};

/// The bar while it is open.
#[derive(Debug)]
pub struct FindView {
    query: Query,
    /// True until the field has the keyboard, with all of its text selected.
    is_opening: bool,
    /// True once Esc was pressed in the field.
    is_closing: bool,
    /// True until what the bar opened with is searched for.
    is_unsearched: bool,
}

/// What the buttons and the count take, in points.
const BUTTONS_WIDTH: f32 = 340.0;

/// Longer texts than anybody types are not searched for.
const LONGEST: usize = 1000;

impl FindView {
    /// A bar that begins with the selected text, or else with what was searched for last.
    pub fn new(session: &Session) -> FindView {
        let mut query = session.search().query().clone();
        if let Some(seed) = session.search_seed() {
            query = Query { pattern: seed, is_regex: false, ..query };
        }
        let is_unsearched = query != *session.search().query();
        FindView { query, is_opening: true, is_closing: false, is_unsearched }
    }
}

/// Draws the bar. True if it should close.
pub fn find_ui(ui: &mut Ui, session: &Session, view: &mut FindView, actions: &mut Actions) -> bool {
    let before = view.query.clone();
    let is_closed = ui.horizontal(|ui| {
        field_ui(ui, view, actions);
        let toggle = |ui: &mut Ui, is_on: &mut bool, sign: &str, name: &str, key: Key| {
            let response = ui.add(Button::selectable(*is_on, RichText::new(sign).small()));
            let response = response.on_hover_text(format!("{name} (Alt+{})", key.name()));
            response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, *is_on, name));
            if response.clicked() || ui.input_mut(|input| input.consume_key(Modifiers::ALT, key)) {
                *is_on = !*is_on;
            }
        };
        toggle(ui, &mut view.query.matches_case, "Aa", "Match case", Key::C);
        toggle(ui, &mut view.query.is_whole_words, "word", "Whole words", Key::W);
        toggle(ui, &mut view.query.is_regex, ".*", "Regular expression", Key::R);
        let step = |ui: &mut Ui, sign: &str, name: &str, keys: &str, forward: bool, actions: &mut Actions| {
            let response = ui.button(sign).on_hover_text(format!("{name} ({keys})"));
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
            if response.clicked() {
                actions.push(NavigateAction::NextMatch { forward }.into());
            }
        };
        step(ui, "↑", "Previous match", "Shift+Enter, Shift+F3", false, actions);
        step(ui, "↓", "Next match", "Enter, F3", true, actions);
        let close = ui.button("×").on_hover_text("Back to the article, at this match (Esc)");
        close.widget_info(|| WidgetInfo::labeled(Role::Button, true, "Close search"));
        count_ui(ui, session);
        close.clicked()
    });
    if let Some(error) = session.search().error() {
        let color = theme::severity_color(Severity::Error, ui.visuals());
        ui.label(RichText::new(error).color(color));
    }
    if view.query != before || std::mem::take(&mut view.is_unsearched) {
        actions.push(NavigateAction::Find { query: view.query.clone(), goes: view.query != before }.into());
    } else if session.needs_search() {
        // Another article is shown, and its own place is not to be lost.
        actions.push(NavigateAction::Find { query: view.query.clone(), goes: false }.into());
    }
    is_closed.inner || std::mem::take(&mut view.is_closing)
}

fn field_ui(ui: &mut Ui, view: &mut FindView, actions: &mut Actions) {
    let id = ui.make_persistent_id("find field");
    if ui.memory(|memory| memory.has_focus(id)) {
        // Before the field sees them: it would give the keyboard away.
        let pressed = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
        if pressed(Modifiers::SHIFT, Key::Enter) {
            actions.push(NavigateAction::NextMatch { forward: false }.into());
        }
        if pressed(Modifiers::NONE, Key::Enter) {
            actions.push(NavigateAction::NextMatch { forward: true }.into());
        }
        view.is_closing = pressed(Modifiers::NONE, Key::Escape);
    }
    let field = TextEdit::singleline(&mut view.query.pattern)
        .id(id)
        .hint_text("Find in article")
        .char_limit(LONGEST)
        .desired_width((ui.available_width() - BUTTONS_WIDTH).clamp(80.0, theme::FIND_WIDTH));
    let mut output = field.show(ui);
    output.response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Find in article"));
    if std::mem::take(&mut view.is_opening) {
        output.response.request_focus();
        let all = CCursorRange::two(CCursor::new(0), CCursor::new(view.query.pattern.chars().count()));
        output.state.cursor.set_char_range(Some(all));
        output.state.store(ui.ctx(), id);
    }
}

/// How many matches there are, and which one is selected.
fn count_ui(ui: &mut Ui, session: &Session) {
    let search = session.search();
    let text = match session.matches() {
        Some(matches) => {
            let n = matches.ranges().len();
            let plus = if matches.is_cut() { "+" } else { "" };
            match session.current_match() {
                Some(current) => format!("{} of {}{plus}", grouped(current + 1), grouped(n)),
                None if n == 1 => "1 match".to_owned(),
                None if n == 0 && !search.is_running() => "no match".to_owned(),
                None => format!("{}{plus} matches", grouped(n)),
            }
        }
        None if search.is_running() => "searching…".to_owned(),
        None => return,
    };
    ui.add(Label::new(RichText::new(text).weak()).truncate());
}

/// A number with its thousands apart: `12,345`.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!([0, 999, 1000, 1234567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
