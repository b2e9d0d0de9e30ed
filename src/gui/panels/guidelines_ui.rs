//! The project's guidelines beside the article.

use egui::{ScrollArea, Ui};

use crate::gui::shaped::Letters;

/// Draws the guidelines: Markdown's headings, lists and emphasis are told apart, nothing else.
pub fn guidelines_ui(ui: &mut Ui, guidelines: &str, letters: &mut Letters) {
    ui.strong("Guidelines");
    ScrollArea::vertical().auto_shrink([false, false]).id_salt("guidelines").show(ui, |ui| {
        let (plain, strong) = (ui.visuals().text_color(), ui.visuals().strong_text_color());
        for line in guidelines.lines() {
            let line = line.trim_end();
            let bare = line.replace("**", "").replace(['`', '*'], "");
            if line.starts_with('#') {
                ui.add_space(6.0);
                letters.paragraph(ui, bare.trim_start_matches('#').trim_start(), strong);
            } else if let Some(item) =
                line.trim_start().strip_prefix("- ").or(line.trim_start().strip_prefix("* "))
            {
                letters.paragraph(
                    ui,
                    &format!("• {}", item.replace("**", "").replace(['`', '*'], "")),
                    plain,
                );
            } else if line.is_empty() {
                ui.add_space(3.0);
            } else {
                letters.paragraph(ui, &bare, plain);
            }
        }
    });
}
