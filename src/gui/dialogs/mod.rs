//! What lies over the window for a moment.

mod browse_ui;
mod keys_ui;
mod occurrences_ui;
mod palette_ui;

pub(crate) use browse_ui::{Browser, Purpose};
pub(crate) use keys_ui::{KeysView, key_text, keys_ui};
pub(crate) use occurrences_ui::{OccurrencesView, occurrences_ui};
pub(crate) use palette_ui::{PaletteView, palette_ui};
