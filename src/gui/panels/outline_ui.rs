//! The headings of the article, or its paragraphs, to go from one to another.

use egui::{Align, Layout, RichText, Role, ScrollArea, Sense, Ui, WidgetInfo, vec2};

use crate::gui::panels::Actions;
use crate::gui::shaped::Letters;
use crate::gui::theme;
use crate::session::{NavigateAction, Session};
use crate::text::Offset;

/// What the outline remembers.
#[derive(Debug, Default)]
pub struct OutlineView {
    /// The section that the list was last moved to.
    followed: Option<usize>,
}

/// Draws the outline. `place` is what one reads now.
pub fn outline_ui(
    ui: &mut Ui,
    session: &Session,
    view: &mut OutlineView,
    place: Offset,
    letters: &mut Letters,
    actions: &mut Actions,
) {
    ui.strong("Outline");
    let Some(document) = session.document() else { return };
    let Some(outline) = session.outline() else {
        actions.push(NavigateAction::MakeOutline.into());
        return;
    };
    let (text, sections) = (&document.text, outline.sections());
    let current = outline.section_at(place);
    let mut scroll = ScrollArea::vertical().auto_shrink([false, false]).id_salt("outline");
    if view.followed != current {
        view.followed = current;
        let row = theme::ROW_HEIGHT + ui.spacing().item_spacing.y;
        let middle = current.unwrap_or(0) as f32 * row - ui.available_height() / 2.0;
        scroll = scroll.vertical_scroll_offset(middle.max(0.0));
    }
    scroll.show_rows(ui, theme::ROW_HEIGHT, sections.len(), |ui, range| {
        for (i, section) in sections.iter().enumerate().take(range.end).skip(range.start) {
            let title = outline.title(text, section);
            let is_current = current == Some(i);
            let size = vec2(ui.available_width(), theme::ROW_HEIGHT);
            let (rect, response) = ui.allocate_exact_size(size, Sense::click());
            response.widget_info(|| {
                let name = format!("Section {}: {title}", i + 1);
                WidgetInfo::selected(Role::ListBoxOption, true, is_current, name)
            });
            if is_current {
                ui.painter().rect_filled(rect, 4.0, ui.visuals().selection.bg_fill);
            } else if response.hovered() || response.has_focus() {
                ui.painter().rect_filled(rect, 4.0, ui.visuals().widgets.hovered.weak_bg_fill);
            }
            let inner = rect.shrink2(vec2(6.0, 0.0));
            let inner = inner.with_min_x(inner.left() + 10.0 * f32::from(section.level));
            let mut row = ui.new_child(
                egui::UiBuilder::new().max_rect(inner).layout(Layout::right_to_left(Align::Center)),
            );
            let line = text.line_of(section.start) + 1;
            row.add(egui::Label::new(RichText::new(line.to_string()).small().weak()).selectable(false));
            let color = row.visuals().text_color();
            row.with_layout(Layout::left_to_right(Align::Center), |ui| letters.line(ui, title, color));
            if response.clicked() {
                actions.push(NavigateAction::Show(section.start).into());
            }
        }
    });
}
