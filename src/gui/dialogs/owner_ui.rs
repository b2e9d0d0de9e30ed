//! Choosing whose annotations are made.

use egui::{Key, RichText, Role, ScrollArea, TextEdit, WidgetInfo};

use crate::gui::theme;
use crate::model::Owner;
use crate::session::Session;

/// The choice while it is open.
#[derive(Debug)]
pub struct OwnerView {
    typed: String,
    /// Those who were given articles: to look through all assignments takes too long for each frame.
    given: Vec<Owner>,
}

impl OwnerView {
    /// Nothing typed yet.
    pub fn new(session: &Session) -> OwnerView {
        let given = session.assignments().into_iter().flat_map(|it| it.loads().into_keys().cloned());
        OwnerView { typed: String::new(), given: given.collect() }
    }
}

/// Draws the choice. Tells whether it should close, and what was chosen.
pub fn owner_ui(ctx: &egui::Context, session: &Session, view: &mut OwnerView) -> (bool, Option<Owner>) {
    let mut chosen = None;
    let modal = theme::dialog(ctx, "owner").show(ctx, |ui| {
        theme::name_dialog(ui, "Annotator");
        ui.set_width((ctx.content_rect().width() - 80.0).min(320.0));
        ui.heading("Annotate as");
        let field =
            ui.add(TextEdit::singleline(&mut view.typed).hint_text("Name").desired_width(f32::INFINITY));
        field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Annotator's name"));
        field.request_focus();
        if ui.input(|input| input.key_pressed(Key::Enter)) && !view.typed.trim().is_empty() {
            chosen = Some(Owner::named(view.typed.trim()));
        }
        ui.label(RichText::new("Type a name and press Enter, or choose one who works here").small().weak());
        ScrollArea::vertical().max_height(240.0).show(ui, |ui| {
            for owner in owners(session, &view.given) {
                if ui.selectable_label(owner == *session.owner(), owner.name()).clicked() {
                    chosen = Some(owner);
                }
            }
        });
    });
    (modal.should_close() || chosen.is_some(), chosen)
}

/// Everybody who has annotated here or was given articles, gold last. Who has to type their name can
/// mistype it, and would work as somebody else.
fn owners(session: &Session, given: &[Owner]) -> Vec<Owner> {
    let mut owners = session.owners();
    owners.extend_from_slice(given);
    owners.sort_by_cached_key(|it| (*it == Owner::Gold, it.name().to_lowercase(), it.clone()));
    owners.dedup();
    owners
}
