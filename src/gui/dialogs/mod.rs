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

use egui::{Key, Ui};

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
