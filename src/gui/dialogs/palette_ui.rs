//! A list of all commands to find one by typing.

use egui::{Key, RichText, Role, ScrollArea, TextEdit, WidgetInfo};

use crate::gui::dialogs::key_text;
use crate::gui::theme;
use crate::session::{Action, COMMANDS, Command, NavigateAction, Session};

/// The palette while it is open.
#[derive(Debug, Default)]
pub struct PaletteView {
    typed: String,
    at: usize,
}

/// Something to choose.
struct Row {
    text: String,
    help: &'static str,
    keys: String,
    action: Action,
}

impl Row {
    fn of(command: &Command, action: Action) -> Row {
        let keys = command.keys.first().map(|keys| key_text(keys)).unwrap_or_default();
        Row { text: command.text.to_owned(), help: command.help, keys, action }
    }
}

/// The next and the previous annotation of each label.
fn walks(session: &Session) -> impl Iterator<Item = Row> {
    let labels = session.document().into_iter().flat_map(|_| &session.schema().labels);
    labels.flat_map(|label| {
        [("Next", true), ("Previous", false)].map(|(word, forward)| Row {
            text: format!("{word} {}", label.name),
            help: "Select an annotation of this label",
            keys: String::new(),
            action: NavigateAction::NextOf { label: Some(label.name.clone()), forward }.into(),
        })
    })
}

/// Draws the palette. Tells whether it should close, and what was chosen.
pub fn palette_ui(ctx: &egui::Context, session: &Session, view: &mut PaletteView) -> (bool, Option<Action>) {
    let mut chosen = None;
    let modal = theme::dialog(ctx, "palette").show(ctx, |ui| {
        theme::name_dialog(ui, "Commands");
        ui.set_width((ctx.content_rect().width() - 80.0).min(520.0));
        let before = view.typed.clone();
        let field =
            TextEdit::singleline(&mut view.typed).hint_text("Find a command").desired_width(f32::INFINITY);
        let field = ui.add(field);
        field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Find a command"));
        field.request_focus();
        let wanted: Vec<String> = view.typed.to_lowercase().split_whitespace().map(str::to_owned).collect();
        let commands = COMMANDS.iter().filter_map(|it| Some(Row::of(it, (it.action)(session)?)));
        let is_meant = |row: &Row| wanted.iter().all(|word| row.text.to_lowercase().contains(word));
        let found: Vec<Row> = commands.chain(walks(session)).filter(is_meant).collect();
        let mut is_moved = view.typed != before;
        if is_moved {
            view.at = 0;
        }
        let n = found.len().max(1);
        let pressed = |key: Key| ui.input(|input| input.key_pressed(key));
        if pressed(Key::ArrowDown) {
            view.at = (view.at + 1) % n;
            is_moved = true;
        }
        if pressed(Key::ArrowUp) {
            view.at = (view.at + n - 1) % n;
            is_moved = true;
        }
        let is_entered = pressed(Key::Enter);
        ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
            for (i, Row { text, help, keys, action }) in found.into_iter().enumerate() {
                let row = egui::Button::selectable(i == view.at, text)
                    .shortcut_text(RichText::new(keys).weak())
                    .min_size(egui::vec2(ui.available_width(), 0.0));
                let response = ui.add(row).on_hover_text(help);
                if i == view.at && is_moved {
                    response.scroll_to_me(None);
                }
                if response.clicked() || (is_entered && i == view.at) {
                    chosen = Some(action);
                }
            }
        });
    });
    (modal.should_close() || chosen.is_some(), chosen)
}
