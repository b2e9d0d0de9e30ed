//! The banner over the article while another window changes the annotations.

use egui::Ui;

use crate::gui::panels::Actions;
use crate::session::{Access, ArticleAction, Session};

/// Says which window changes the annotations, and offers to let this one do it.
pub fn access_ui(ui: &mut Ui, session: &Session, actions: &mut Actions) {
    let owner = session.owner();
    ui.horizontal_wrapped(|ui| match session.access() {
        Access::Looks(holder) => {
            let about = "The other window saves what it has, and then only looks";
            if ui.button("Take over").on_hover_text(about).clicked() {
                actions.push(ArticleAction::TakeOver.into());
            }
            ui.label(format!(
                "You can only look: {} changes the annotations of {owner}.",
                holder.described()
            ));
        }
        Access::Asks(holder) => {
            ui.label(format!("Waiting for {} to save and let go …", holder.described()));
        }
        Access::Writes | Access::Asked(_) => {}
    });
}
