//! The project's guidelines beside the article.

use egui::{RichText, ScrollArea, Ui};

/// Draws the guidelines: Markdown's headings, lists and emphasis are told apart, nothing else.
pub fn guidelines_ui(ui: &mut Ui, guidelines: &str) {
    ui.strong("Guidelines");
    ScrollArea::vertical().auto_shrink([false, false]).id_salt("guidelines").show(ui, |ui| {
        for line in guidelines.lines() {
            let line = line.trim_end();
            let bare = line.replace("**", "").replace('`', "");
            if let Some(heading) = bare.strip_prefix("# ") {
                ui.heading(heading);
            } else if let Some(heading) = bare.strip_prefix("## ").or(bare.strip_prefix("### ")) {
                ui.add_space(6.0);
                ui.strong(heading);
            } else if let Some(item) =
                bare.trim_start().strip_prefix("- ").or(bare.trim_start().strip_prefix("* "))
            {
                ui.horizontal_top(|ui| {
                    ui.label("•");
                    ui.add(egui::Label::new(item).wrap());
                });
            } else if line.is_empty() {
                ui.add_space(3.0);
            } else {
                ui.add(egui::Label::new(RichText::new(bare)).wrap());
            }
        }
    });
}
