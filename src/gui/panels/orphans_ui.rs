//! Spans that lost their place: what they covered, among what, and what to do about them.

use egui::{RichText, ScrollArea, Ui};

use crate::file::Orphan;
use crate::gui::panels::{Actions, shorten};
use crate::gui::shaped::Letters;
use crate::session::{OrphanAction, Session};

/// Characters of a surface that are shown.
const SURFACE: usize = 60;

/// Points of height that the rows get, above which they scroll.
const HEIGHT: f32 = 110.0;

/// Draws the list, if there is something in it.
pub fn orphans_ui(ui: &mut Ui, session: &Session, letters: &mut Letters, actions: &mut Actions) {
    let orphans = session.orphans();
    let spans: Vec<(usize, &Orphan)> = orphans.iter().enumerate().filter(|(_, it)| it.is_span()).collect();
    if spans.is_empty() {
        return;
    }
    ui.strong(format!("Lost their place: {}", spans.len()));
    let help =
        "Select the text where one belongs, and place it there; or dismiss it. Nothing is dropped by itself.";
    ui.label(RichText::new(help).small().weak());
    let row = ui.spacing().interact_size.y;
    // The list of problems above must not squeeze this one, in which there is something to do.
    let scroll = ScrollArea::vertical().id_salt("orphans").auto_shrink([false, true]);
    let scroll = scroll.max_height(HEIGHT).min_scrolled_height(HEIGHT);
    scroll.show_rows(ui, row, spans.len(), |ui, range| {
        for &(i, orphan) in &spans[range] {
            row_ui(ui, i, orphan, letters, actions);
        }
    });
}

fn row_ui(ui: &mut Ui, i: usize, orphan: &Orphan, letters: &mut Letters, actions: &mut Actions) {
    ui.horizontal(|ui| {
        let surface = shorten(&orphan.text, SURFACE);
        let mut button = |ui: &mut Ui, text: &str, action: OrphanAction| {
            let response = ui.small_button(text);
            response.widget_info(|| {
                egui::WidgetInfo::labeled(egui::Role::Button, true, format!("{text}: {surface}"))
            });
            if response.clicked() {
                actions.push(action.into());
            }
        };
        button(ui, "Go there", OrphanAction::GoTo(i));
        button(ui, "Place on selection", OrphanAction::Place(i));
        button(ui, "Dismiss", OrphanAction::Dismiss(i));
        ui.label(RichText::new(&orphan.label).strong()).on_hover_text(&orphan.why);
        let [before, surface, after] =
            [&orphan.before, &surface, &orphan.after].map(|it| it.replace(char::is_control, " "));
        let marked = before.len()..before.len() + surface.len();
        let color = ui.visuals().weak_text_color();
        letters.marked_line(ui, &format!("{before}{surface}{after}"), marked, color);
    });
}
