//! What lies over the window for a moment.

mod agreement_ui;
mod assign_ui;
mod browse_ui;
mod compare_ui;
mod correct_ui;
mod evaluation_ui;
mod export_ui;
mod freeze_ui;
mod go_to_ui;
mod import_ui;
mod keys_ui;
mod log_ui;
mod look_ui;
mod occurrences_ui;
mod owner_ui;
mod palette_ui;
mod rulings_ui;
mod schema_ui;
mod split_ui;
mod trash_ui;

use egui::{ComboBox, FocusDirection, Key, Modifiers, Role, Ui, WidgetInfo, vec2};

use crate::model::Owner;

pub use agreement_ui::{AgreementView, agreement_ui};
pub use assign_ui::{AssignView, assign_ui};
pub use browse_ui::{Browser, Purpose, opens};
pub use compare_ui::{CompareView, compare_ui};
pub use correct_ui::{CorrectView, correct_ui};
pub use evaluation_ui::{EvaluationView, evaluation_ui};
pub use export_ui::{ExportView, export_ui};
pub use freeze_ui::{FreezeView, freeze_ui};
pub use go_to_ui::{GoToView, go_to_ui};
pub use import_ui::{ImportView, import_ui};
pub use keys_ui::{KeysView, key_text, keys_ui};
pub use log_ui::{LogView, log_ui};
pub use look_ui::{LookView, look_ui};
pub use occurrences_ui::{OccurrencesView, occurrences_ui};
pub use owner_ui::{OwnerView, owner_ui};
pub use palette_ui::{PaletteView, palette_ui};
pub use rulings_ui::{RulingsView, rulings_ui};
pub use schema_ui::{SchemaView, schema_ui};
pub use trash_ui::{DeleteAllView, TrashView, delete_all_ui, trash_ui};

/// Moves the place in a list of `n` rows by the arrow keys; true if one was pressed.
fn step_by_keys(ui: &Ui, at: &mut usize, n: usize) -> bool {
    let pressed = |key: Key| ui.input(|input| input.key_pressed(key));
    if pressed(Key::ArrowDown) {
        *at += 1;
    }
    if pressed(Key::ArrowUp) {
        *at = at.saturating_sub(1);
    }
    *at = (*at).min(n.saturating_sub(1));
    pressed(Key::ArrowDown) || pressed(Key::ArrowUp)
}

/// A list of which one value is chosen; while it is closed, the arrow keys go through it. True if
/// another one was chosen. `width` is that of the button, or as much as the text takes.
fn combo<T: PartialEq + Clone>(
    ui: &mut Ui,
    name: &str,
    width: Option<f32>,
    chosen: &mut T,
    all: impl IntoIterator<Item = (T, String)>,
) -> bool {
    let all: Vec<(T, String)> = all.into_iter().collect();
    let before = all.iter().position(|(it, _)| it == chosen);
    let shown = before.map(|at| all[at].1.clone()).unwrap_or_default();
    let combo = ComboBox::from_id_salt(name).selected_text(&shown).height(320.0);
    let combo = width.into_iter().fold(combo, ComboBox::width);
    let shown_list = combo.show_ui(ui, |ui| {
        let mut current = None;
        let mut is_chosen = false;
        for (i, (value, text)) in all.iter().enumerate() {
            let row = ui.selectable_value(chosen, value.clone(), text);
            if row.clicked() {
                // A click closes the list by itself, a key does not.
                ui.close();
                is_chosen = true;
            }
            current = if before == Some(i) || current.is_none() { Some(row) } else { current };
        }
        (current, is_chosen)
    });
    let button = shown_list.response;
    match shown_list.inner {
        Some((_, true)) => button.request_focus(),
        Some(_) if ui.input(|input| input.key_pressed(Key::Escape)) => button.request_focus(),
        Some((Some(current), false)) if button.has_focus() => current.request_focus(),
        None if button.has_focus() => {
            let pressed = |key| ui.input_mut(|input| input.count_and_consume_key(Modifiers::NONE, key));
            let (down, up) = (pressed(Key::ArrowDown), pressed(Key::ArrowUp));
            let at = (before.unwrap_or(0) + down).saturating_sub(up).min(all.len().saturating_sub(1));
            if down + up > 0 {
                // A filter for arrows would come a frame late, and the arrow leave for another widget.
                ui.memory_mut(|memory| memory.move_focus(FocusDirection::None));
            }
            if down + up > 0
                && let Some((value, _)) = all.get(at)
            {
                *chosen = value.clone();
            }
        }
        _ => {}
    }
    let after = all.iter().position(|(it, _)| it == chosen);
    let label = format!("{name}: {}", after.map(|at| all[at].1.as_str()).unwrap_or_default());
    button.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, &label));
    after != before
}

/// Scrolls by PageUp and PageDown what stands in a list that no key leads to.
fn page_by_keys(ui: &Ui) {
    let pressed = |key| ui.input_mut(|input| input.count_and_consume_key(Modifiers::NONE, key)) as f32;
    let pages = pressed(Key::PageUp) - pressed(Key::PageDown);
    if pages != 0.0 {
        ui.scroll_with_delta(vec2(0.0, pages * 0.9 * ui.clip_rect().height()));
    }
}

/// True if Enter was pressed while nothing has the keyboard, or in a field of one line. To be asked
/// after everything else is drawn.
fn entered_alone(ui: &Ui) -> bool {
    ui.memory(|memory| memory.focused().is_none()) && ui.input(|input| input.key_pressed(Key::Enter))
}

/// True if an owner's name says that it is a model: nothing else tells a prediction from a person.
fn is_model(owner: &Owner) -> bool {
    owner.name().to_lowercase().contains("model")
}

/// Whom a comparison of annotators begins with: neither gold nor models, unless too few are left.
fn people(owners: impl IntoIterator<Item = Owner>) -> Vec<Owner> {
    let owners: Vec<Owner> = owners.into_iter().filter(|it| *it != Owner::Gold).collect();
    let people: Vec<Owner> = owners.iter().filter(|it| !is_model(it)).cloned().collect();
    if people.len() > 1 { people } else { owners }
}

/// A box to tick for each of some owners.
fn owners_ui(ui: &mut Ui, owners: impl IntoIterator<Item = Owner>, chosen: &mut Vec<Owner>) {
    for owner in owners {
        let mut is_chosen = chosen.contains(&owner);
        if ui.checkbox(&mut is_chosen, owner.name()).changed() {
            match is_chosen {
                true => chosen.push(owner),
                false => chosen.retain(|it| *it != owner),
            }
        }
    }
}
