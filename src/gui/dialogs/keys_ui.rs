//! The key sheet, from the table of commands.

use egui::{Grid, RichText, ScrollArea};

use crate::gui::theme;
use crate::model::Schema;
use crate::session::COMMANDS;
use crate::session::commands::Group;

/// The key sheet while it is open.
#[derive(Debug, Default)]
pub struct KeysView;

/// Keys as people read them: `Ctrl+Shift+Z`, with arrows as signs.
pub fn key_text(keys: &str) -> String {
    let part = |part: &str| match part {
        "Left" => "←".to_owned(),
        "Right" => "→".to_owned(),
        "Up" => "↑".to_owned(),
        "Down" => "↓".to_owned(),
        "Escape" => "Esc".to_owned(),
        other => other.to_owned(),
    };
    if keys == "+" {
        return keys.to_owned();
    }
    keys.split('+').map(part).collect::<Vec<_>>().join("+")
}

/// Draws the key sheet. True if it should close.
pub fn keys_ui(ctx: &egui::Context, schema: Option<&Schema>) -> bool {
    let modal = theme::dialog(ctx, "keys").show(ctx, |ui| {
        theme::name_dialog(ui, "Key sheet");
        let size = ctx.content_rect().size();
        ui.set_width((size.x - 80.0).min(860.0));
        let is_closed = ui.horizontal(|ui| {
            ui.heading("Keys");
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                ui.button("Close").clicked()
            })
            .inner
        });
        let is_closed = is_closed.inner || ui.input(|input| input.key_pressed(egui::Key::F1));
        ScrollArea::vertical()
            .auto_shrink([false, false])
            .max_height((size.y - 150.0).max(80.0))
            .min_scrolled_height((size.y - 150.0).max(80.0))
            .show(ui, |ui| {
                ui.columns(if size.x < 760.0 { 1 } else { 2 }, |columns| {
                    let n = columns.len();
                    labels_ui(&mut columns[0], schema);
                    for (i, &group) in Group::ALL.iter().enumerate() {
                        let column = if matches!(group, Group::Annotate | Group::Go | Group::View) {
                            0
                        } else {
                            n - 1
                        };
                        group_ui(&mut columns[column], group, i);
                    }
                });
            });
        is_closed
    });
    modal.should_close() || modal.inner
}

fn labels_ui(ui: &mut egui::Ui, schema: Option<&Schema>) {
    let Some(schema) = schema else { return };
    ui.strong("Labels");
    Grid::new("label keys").num_columns(2).min_col_width(130.0).show(ui, |ui| {
        for label in &schema.labels {
            let key = label.key.map(|key| key.to_string()).unwrap_or_else(|| "–".to_owned());
            ui.label(RichText::new(key).monospace());
            ui.label(&label.name);
            ui.end_row();
        }
    });
    ui.add_space(8.0);
}

fn group_ui(ui: &mut egui::Ui, group: Group, salt: usize) {
    ui.strong(group.name());
    Grid::new(("keys of group", salt)).num_columns(2).min_col_width(130.0).show(ui, |ui| {
        for command in COMMANDS.iter().filter(|it| it.group == group && !it.keys.is_empty()) {
            let keys: Vec<String> = command.keys.iter().map(|keys| key_text(keys)).collect();
            ui.label(RichText::new(keys.join("  ")).monospace());
            ui.label(command.text.trim_end_matches('…')).on_hover_text(command.help);
            ui.end_row();
        }
    });
    ui.add_space(8.0);
}
