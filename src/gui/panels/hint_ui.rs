//! What to do first, until it is no news any more.

use egui::Ui;

use crate::model::Schema;

/// Draws the hint, with the keys of the labels that are there. False once it is understood.
pub fn hint_ui(ui: &mut Ui, schema: &Schema) -> bool {
    let keys: Vec<String> = schema.labels.iter().filter_map(|it| it.key).take(4).map(String::from).collect();
    let keys = if keys.is_empty() { String::new() } else { format!(" ({})", keys.join(", ")) };
    let tie = if schema.relations.is_empty() { "" } else { " On a span, R finds what it is tied to." };
    let row = ui.horizontal_wrapped(|ui| {
        let is_understood = ui.small_button("Got it").clicked();
        ui.label(format!("Select text, then press a label's key{keys}.{tie} F1 shows all keys."));
        !is_understood
    });
    row.inner
}
