//! The list of annotations of the article.

use egui::{Align, Layout, RichText, Role, ScrollArea, Sense, Ui, WidgetInfo, vec2};

use crate::gui::canvas::MarkStyle;
use crate::gui::panels::{Actions, shorten};
use crate::gui::shaped::Letters;
use crate::gui::theme;
use crate::model::{AnnotationId, SetKey};
use crate::session::{NavigateAction, Session};

/// What the list of annotations remembers.
#[derive(Debug, Default)]
pub struct SpansView {
    by_label: bool,
    key: Option<(SetKey, u64, bool)>,
    rows: Vec<AnnotationId>,
    followed: Option<AnnotationId>,
}

/// Draws the list of annotations.
pub fn spans_ui(
    ui: &mut Ui,
    session: &Session,
    view: &mut SpansView,
    styles: &[MarkStyle],
    letters: &mut Letters,
    actions: &mut Actions,
) {
    ui.horizontal(|ui| {
        ui.strong("Spans");
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.selectable_value(&mut view.by_label, true, "by label");
            ui.selectable_value(&mut view.by_label, false, "by position");
        });
    });
    let (Some(document), Some(key), Some(set)) = (session.document(), session.set_key(), session.set())
    else {
        return;
    };
    if set.annotations().len() == 0 {
        ui.label(RichText::new("Select text and press a label's key").weak());
        return;
    }
    let names = session.schema().label_names();
    let cache_key = (key, set.revision(), view.by_label);
    if view.key.as_ref() != Some(&cache_key) {
        let mut order = set.in_order(&names);
        if view.by_label {
            order.sort_by_key(|it| names.iter().position(|name| *name == it.label).unwrap_or(names.len()));
        }
        view.rows = order.into_iter().map(|it| it.id.clone()).collect();
        view.key = Some(cache_key);
    }
    let selected = session.selection().annotation.as_ref();
    let mut scroll = ScrollArea::vertical().auto_shrink([false, false]).id_salt("spans");
    if view.followed.as_ref() != selected {
        view.followed = selected.cloned();
        if let Some(at) = selected.and_then(|id| view.rows.iter().position(|it| it == id)) {
            let row = theme::ROW_HEIGHT + ui.spacing().item_spacing.y;
            let middle = at as f32 * row - ui.available_height() / 2.0;
            scroll = scroll.vertical_scroll_offset(middle.max(0.0));
        }
    }
    scroll.show_rows(ui, theme::ROW_HEIGHT, view.rows.len(), |ui, range| {
        for id in &view.rows[range] {
            let Some(annotation) = set.annotation(id) else { continue };
            let surface = shorten(&document.text.surface(&annotation.span), 60);
            let size = vec2(ui.available_width(), theme::ROW_HEIGHT);
            let (rect, response) = ui.allocate_exact_size(size, Sense::click());
            let is_selected = selected == Some(id);
            response.widget_info(|| {
                let name = format!("Span {}: {surface}", annotation.label);
                WidgetInfo::selected(Role::ListBoxOption, true, is_selected, name)
            });
            if is_selected {
                ui.painter().rect_filled(rect, 4.0, ui.visuals().selection.bg_fill);
            } else if response.hovered() || response.has_focus() {
                ui.painter().rect_filled(rect, 4.0, ui.visuals().widgets.hovered.weak_bg_fill);
            }
            let at = names.iter().position(|name| *name == annotation.label).unwrap_or(names.len());
            let mut row = ui.new_child(
                egui::UiBuilder::new()
                    .max_rect(rect.shrink2(vec2(4.0, 0.0)))
                    .layout(Layout::left_to_right(Align::Center)),
            );
            if let Some(style) = styles.get(at) {
                let (dot, _) = row.allocate_exact_size(vec2(16.0, 16.0), Sense::hover());
                row.painter().rect_filled(dot, 3.0, style.color);
                let font = egui::TextStyle::Small.resolve(row.style());
                row.painter().text(
                    dot.center(),
                    egui::Align2::CENTER_CENTER,
                    style.letter,
                    font,
                    style.on_color,
                );
            }
            let color = row.visuals().text_color();
            letters.line(&mut row, &surface, color);
            if response.clicked() {
                actions.push(NavigateAction::Select(id.clone()).into());
            }
        }
    });
}
