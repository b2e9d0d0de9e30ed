//! The parts of the window: each reads the session and asks by actions.

mod access_ui;
mod articles_ui;
mod canvas_ui;
mod differences_ui;
mod find_ui;
mod flags_ui;
mod guidelines_ui;
mod hint_ui;
mod inspector_ui;
mod label_bar_ui;
mod menu_ui;
mod orphans_ui;
mod outline_ui;
mod problems_ui;
mod spans_ui;
mod status_ui;

pub use access_ui::access_ui;
pub use articles_ui::{ArticlesView, articles_ui};
pub use canvas_ui::{canvas_ui, follow_article, offer_ui};
pub use differences_ui::{DifferencesView, differences_ui};
pub use find_ui::{FindView, find_ui};
pub use flags_ui::flags_ui;
pub use guidelines_ui::guidelines_ui;
pub use hint_ui::hint_ui;
pub use inspector_ui::{InspectorView, inspector_keys, inspector_ui};
pub use label_bar_ui::label_bar_ui;
pub use menu_ui::menu_ui;
pub use orphans_ui::orphans_ui;
pub use outline_ui::{OutlineView, outline_ui};
pub use problems_ui::problems_ui;
pub use spans_ui::{SpansView, spans_ui};
pub use status_ui::{StatusView, status_ui};

/// What the panels ask for in a frame; performed in order after it is drawn.
pub type Actions = Vec<crate::session::Action>;

/// The first `n` characters of a surface text on one line, with `…` where more follows.
pub fn shorten(surface: &str, n: usize) -> String {
    let line = surface.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut short: String = line.clone().take(n).collect();
    if line.count() > n {
        short.push('…');
    }
    short
}
