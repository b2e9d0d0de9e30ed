//! The list of annotations of the article.

use std::cmp::Reverse;
use std::sync::Arc;

use egui::{Align, Layout, RichText, Role, ScrollArea, Sense, Ui, WidgetInfo, vec2};

use crate::gui::canvas::MarkStyle;
use crate::gui::panels::Actions;
use crate::gui::shaped::Letters;
use crate::gui::theme;
use crate::model::{Annotation, AnnotationId, AnnotationSet, Schema};
use crate::session::{NavigateAction, Session};

/// Below this width the panel's heading takes two lines, in points.
const NARROW: f32 = 190.0;

/// What the list of annotations remembers.
#[derive(Debug, Default)]
pub struct SpansView {
    by_label: bool,
    rows: Rows,
    followed: Option<AnnotationId>,
}

/// All annotations of a set, in the order of the list.
#[derive(Debug, Default)]
struct Rows {
    rows: Vec<Arc<Annotation>>,
    /// What they were made from.
    set: Arc<AnnotationSet>,
    by_label: bool,
}

impl Rows {
    /// More changes than these at once are no quicker than making the list anew.
    const MOST_CHANGES: usize = 100;

    fn refresh(&mut self, set: &Arc<AnnotationSet>, schema: &Schema, by_label: bool) {
        if Arc::ptr_eq(&self.set, set) && self.by_label == by_label {
            return;
        }
        let before = std::mem::replace(&mut self.set, Arc::clone(set));
        let changes = || set.changed_annotations(&before);
        if self.by_label != by_label || changes().nth(Rows::MOST_CHANGES).is_some() {
            self.by_label = by_label;
            self.make(schema);
            return;
        }
        for change in changes() {
            if let Some(Ok(at)) = change.before.map(|it| self.place(it, schema)) {
                self.rows.remove(at);
            }
            if let Some(it) = change.after
                && let Err(at) = self.place(it, schema)
            {
                self.rows.insert(at, Arc::clone(it));
            }
        }
    }

    fn make(&mut self, schema: &Schema) {
        self.rows = self.set.in_order(&schema.label_names()).into_iter().cloned().collect();
        if self.by_label {
            self.rows.sort_by_key(|it| rank(schema, it));
        }
    }

    /// The place of an annotation in the list, or where it belongs.
    fn place(&self, annotation: &Annotation, schema: &Schema) -> Result<usize, usize> {
        let key = |it: &Annotation| {
            let rank = rank(schema, it);
            let first = if self.by_label { rank } else { 0 };
            (first, it.span.start(), Reverse(it.span.end()), rank)
        };
        let wanted = key(annotation);
        self.rows.binary_search_by(|it| {
            let order = key(it).cmp(&wanted);
            order.then_with(|| it.label.cmp(&annotation.label)).then_with(|| it.id.cmp(&annotation.id))
        })
    }
}

/// The place of an annotation's label in the schema; after all others for one that is not there.
fn rank(schema: &Schema, annotation: &Annotation) -> usize {
    let names = &schema.labels;
    names.iter().position(|label| label.name == annotation.label).unwrap_or(names.len())
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
    // In a narrow panel all of it does not stand in one line.
    let is_narrow = ui.available_width() < NARROW;
    ui.horizontal(|ui| {
        ui.strong("Spans");
        if !is_narrow {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.selectable_value(&mut view.by_label, true, "by label");
                ui.selectable_value(&mut view.by_label, false, "by place");
            });
        }
    });
    if is_narrow {
        ui.horizontal(|ui| {
            ui.selectable_value(&mut view.by_label, false, "by place");
            ui.selectable_value(&mut view.by_label, true, "by label");
        });
    }
    let (Some(document), Some(set)) = (session.document(), session.set()) else { return };
    if set.annotations().len() == 0 {
        ui.label(RichText::new("Select text and press a label's key").weak());
        return;
    }
    let schema = session.schema();
    view.rows.refresh(set, schema, view.by_label);
    let selected = session.selection().annotation.as_ref();
    let mut scroll = ScrollArea::vertical().auto_shrink([false, false]).id_salt("spans");
    if view.followed.as_ref() != selected {
        view.followed = selected.cloned();
        let place = session.selected_annotation().map(|it| view.rows.place(it, schema));
        if let Some(Ok(at)) = place {
            let row = theme::ROW_HEIGHT + ui.spacing().item_spacing.y;
            let middle = at as f32 * row - ui.available_height() / 2.0;
            scroll = scroll.vertical_scroll_offset(middle.max(0.0));
        }
    }
    let rows = &view.rows.rows;
    scroll.show_rows(ui, theme::ROW_HEIGHT, rows.len(), |ui, range| {
        for annotation in &rows[range] {
            let surface = document.text.excerpt(&annotation.span, 60);
            let size = vec2(ui.available_width(), theme::ROW_HEIGHT);
            let (rect, response) = ui.allocate_exact_size(size, Sense::click());
            let is_selected = selected == Some(&annotation.id);
            response.widget_info(|| {
                let name = format!("Span {}: {surface}", annotation.label);
                WidgetInfo::selected(Role::ListBoxOption, true, is_selected, name)
            });
            if is_selected {
                ui.painter().rect_filled(rect, 4.0, ui.visuals().selection.bg_fill);
            } else if response.hovered() || response.has_focus() {
                ui.painter().rect_filled(rect, 4.0, ui.visuals().widgets.hovered.weak_bg_fill);
            }
            let mut row = ui.new_child(
                egui::UiBuilder::new()
                    .max_rect(rect.shrink2(vec2(4.0, 0.0)))
                    .layout(Layout::left_to_right(Align::Center)),
            );
            if let Some(style) = styles.get(rank(schema, annotation)) {
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
                actions.push(NavigateAction::Select(annotation.id.clone()).into());
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::file::PRESETS;
    use crate::model::Status;
    use crate::text::{OffsetUnit, Range, Text};

    fn set(annotations: &[(u8, usize, usize, usize)]) -> Arc<AnnotationSet> {
        const LABELS: [&str; 4] = ["weapon", "speaker", "quote", "unheard of"];
        let text = Text::new("x".repeat(40));
        let at = |byte: usize| text.locate(byte, OffsetUnit::Byte).expect("the text is ASCII");
        let annotations = annotations.iter().map(|&(id, label, start, n)| {
            let span = Range::new(at(start), at(start + n)).expect("it has a length");
            Annotation::new(id.to_string().as_str().into(), LABELS[label], span.into())
        });
        Arc::new(AnnotationSet::new(Status::New, annotations, [], []))
    }

    proptest! {
        #[test]
        fn following_comes_to_what_starting_anew_comes_to(
            steps in prop::collection::vec(
                (prop::collection::vec((0u8..12, 0usize..4, 0usize..30, 1usize..4), 0..12), any::<bool>()),
                1..8,
            ),
        ) {
            let schema = PRESETS[0].schema();
            let mut followed = Rows::default();
            for (annotations, by_label) in steps {
                let set = set(&annotations);
                followed.refresh(&set, &schema, by_label);
                let mut fresh = Rows { set, by_label, ..Rows::default() };
                fresh.make(&schema);
                prop_assert_eq!(&followed.rows, &fresh.rows);
            }
        }
    }
}
