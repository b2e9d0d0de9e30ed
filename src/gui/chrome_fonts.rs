//! Fonts for what egui itself writes: what is typed into fields, tooltips, messages.
//!
//! egui knows the fonts inside the program. What these lack it asks for here, letter by letter, and
//! gets the font that the article has it in. Order and joining are still egui's: a field shows
//! Arabic words from left to right.

use std::sync::Arc;

use egui::{FallbackRequest, FontData, FontInsert};

use crate::gui::canvas::fonts::Fonts;

/// Lets egui find letters in `fonts`. Call it again when fonts were added: what was not found is
/// then asked for anew.
pub fn install(context: &egui::Context, fonts: Fonts) {
    let find = move |request: &FallbackRequest<'_>| {
        let file = fonts.file_with(request.cluster.chars().next()?)?;
        let data = FontData { index: file.index, ..FontData::from_owned(file.data) };
        Some(FontInsert { name: file.name, data, families: vec![] })
    };
    context.set_font_providers(vec![Arc::new(find)]);
}
