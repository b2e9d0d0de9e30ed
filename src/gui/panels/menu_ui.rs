//! The menus, from the table of commands.

use egui::{Button, Ui};

use crate::gui::dialogs::key_text;
use crate::gui::panels::Actions;
use crate::gui::settings::Settings;
use crate::session::commands::{Group, without_project};
use crate::session::{Action, COMMANDS, Session, WindowAction};

/// Draws the row of menus.
pub fn menu_ui(ui: &mut Ui, session: Option<&Session>, settings: &Settings, actions: &mut Actions) {
    egui::MenuBar::new().ui(ui, |ui| {
        for &group in Group::ALL {
            if group == Group::Caret {
                continue;
            }
            ui.menu_button(group.name(), |ui| {
                ui.set_min_width(240.0);
                for command in COMMANDS.iter().filter(|command| command.group == group) {
                    let action = match session {
                        Some(session) => (command.action)(session),
                        None => without_project(command).map(Action::Window),
                    };
                    let keys = command.keys.first().map(|keys| key_text(keys)).unwrap_or_default();
                    let button = Button::new(command.text).shortcut_text(keys);
                    let response = ui.add_enabled(action.is_some(), button).on_hover_text(command.help);
                    if response.clicked() {
                        actions.extend(action);
                        ui.close();
                    }
                }
                if group == Group::File && !settings.recent.is_empty() {
                    ui.separator();
                    ui.menu_button("Open recent", |ui| {
                        for path in &settings.recent {
                            if ui.button(path.display().to_string()).clicked() {
                                actions.push(WindowAction::Open(path.clone()).into());
                                ui.close();
                            }
                        }
                    });
                }
            });
        }
    });
}
