//! The labels, always in view: key, colour, underline, count.

use egui::{Color32, Rect, RichText, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::gui::canvas::{MarkStyle, Pattern};
use crate::gui::marks_cache::MarksCache;
use crate::gui::panels::Actions;
use crate::model::Label;
use crate::session::{AnnotateAction, NavigateAction, Session};

/// Draws a button for each label, and what is offered now. Tells which label one looks at: that
/// under the pointer or with the keyboard, or else the pinned one.
pub fn label_bar_ui(
    ui: &mut Ui,
    session: &Session,
    marks: &MarksCache,
    styles: &[MarkStyle],
    actions: &mut Actions,
) -> Option<usize> {
    let (mut pointed, mut pinned) = (None, None);
    ui.horizontal_wrapped(|ui| {
        for (i, label) in session.schema().labels.iter().enumerate() {
            let count = marks.counts.get(i).copied().unwrap_or_default();
            let is_pinned = session.pinned() == Some(label.name.as_str());
            let response = label_button(ui, label, styles.get(i), count, is_pinned);
            if response.hovered() || response.has_focus() {
                pointed = Some(i);
            }
            if is_pinned {
                pinned = Some(i);
            }
            let go = |forward| NavigateAction::NextOf { label: Some(label.name.clone()), forward };
            response.context_menu(|ui| {
                if ui.button(format!("Next {}", label.name)).clicked() {
                    actions.push(go(true).into());
                }
                if ui.button(format!("Previous {}", label.name)).clicked() {
                    actions.push(go(false).into());
                }
            });
            let (is_going, is_back) = ui.input(|input| (input.modifiers.command, input.modifiers.shift));
            if response.clicked() && is_going {
                actions.push(go(!is_back).into());
            } else if response.double_clicked() {
                actions.push(AnnotateAction::Pin(label.name.clone()).into());
            } else if response.clicked() {
                let selection = session.selection();
                let has_text = session.document().is_some_and(|it| !selection.ranges(&it.text).is_empty());
                let action = if has_text || selection.annotation.is_some() {
                    AnnotateAction::Label(label.name.clone())
                } else {
                    AnnotateAction::Pin(label.name.clone())
                };
                actions.push(action.into());
            }
        }
        if let Some(pinned) = session.pinned() {
            ui.label(RichText::new(format!("every selection becomes {pinned} · Esc stops")).small().weak());
        }
    });
    pointed.or(pinned)
}

fn label_button(
    ui: &mut Ui,
    label: &Label,
    style: Option<&MarkStyle>,
    count: usize,
    is_pinned: bool,
) -> egui::Response {
    let color = style.map_or(Color32::GRAY, |style| style.color);
    let font = egui::TextStyle::Button.resolve(ui.style());
    let small = egui::TextStyle::Small.resolve(ui.style());
    let text_color = ui.visuals().text_color();
    let weak = ui.visuals().weak_text_color();
    let painter = ui.painter();
    let key = label.key.map(|key| painter.layout_no_wrap(key.to_string(), font.clone(), text_color));
    let name = painter.layout_no_wrap(label.name.clone(), font, text_color);
    let count_text = painter.layout_no_wrap(count.to_string(), small, weak);
    let key_width = if key.is_some() { 18.0 } else { 0.0 };
    let width = 8.0 + key_width + 6.0 + name.size().x + 6.0 + count_text.size().x + 8.0;
    let (rect, response) = ui.allocate_exact_size(vec2(width, 26.0), Sense::click());
    let keys = label.key.map(|key| format!(", key {key}")).unwrap_or_default();
    response.widget_info(|| {
        let name = format!("Label {}{keys}", label.name);
        WidgetInfo::selected(Role::Button, true, is_pinned, name)
    });
    let fill = if is_pinned {
        ui.visuals().selection.bg_fill
    } else if response.hovered() || response.has_focus() {
        ui.visuals().widgets.hovered.weak_bg_fill
    } else {
        ui.visuals().widgets.inactive.weak_bg_fill
    };
    let painter = ui.painter();
    let outline = if is_pinned || response.has_focus() { Stroke::new(1.5, color) } else { Stroke::NONE };
    painter.rect(rect, 5.0, fill, outline, egui::StrokeKind::Inside);
    let mut x = rect.left() + 8.0;
    if let Some(key) = key {
        let cap = Rect::from_center_size(pos2(x + 8.0, rect.center().y), vec2(17.0, 17.0));
        painter.rect_filled(cap, 3.0, color);
        let on_color = style.map_or(Color32::WHITE, |style| style.on_color);
        painter.galley_with_override_text_color(cap.center() - key.size() / 2.0, key, on_color);
        x += key_width + 6.0;
    }
    let name_size = name.size();
    let top = rect.center().y - name_size.y / 2.0 - 1.5;
    painter.galley(pos2(x, top), name, text_color);
    let pattern = style.map_or(Pattern::Solid, |style| style.pattern);
    underline(painter, x, x + name_size.x, top + name_size.y + 1.5, color, pattern);
    x += name_size.x + 6.0;
    painter.galley(pos2(x, rect.center().y - count_text.size().y / 2.0), count_text, weak);
    response.on_hover_ui(|ui| definition_ui(ui, label))
}

/// The label's own underline, as the canvas draws it.
fn underline(painter: &egui::Painter, left: f32, right: f32, y: f32, color: Color32, pattern: Pattern) {
    let stroke = Stroke::new(2.0, color);
    let dashes = |on: &[f32], off: &[f32]| {
        let shapes =
            egui::Shape::dashed_line_with_offset(&[pos2(left, y), pos2(right, y)], stroke, on, off, 0.0);
        painter.extend(shapes);
    };
    match pattern {
        Pattern::Solid => drop(painter.hline(left..=right, y, stroke)),
        Pattern::Double => {
            let thin = Stroke::new(1.0, color);
            painter.hline(left..=right, y - 1.0, thin);
            painter.hline(left..=right, y + 1.5, thin);
        }
        Pattern::Dashed => dashes(&[5.0], &[3.0]),
        Pattern::Dotted => dashes(&[2.0], &[2.0]),
        Pattern::DashDot => dashes(&[6.0, 2.0], &[2.0, 2.0]),
        Pattern::Wavy => {
            let n = ((right - left) / 2.0).max(1.0) as usize;
            let points = (0..=n).map(|i| {
                let x = left + (right - left) * i as f32 / n as f32;
                pos2(x, y + 1.2 * (i as f32 * std::f32::consts::FRAC_PI_2).sin())
            });
            painter.add(egui::Shape::line(points.collect(), Stroke::new(1.5, color)));
        }
    }
}

/// What belongs to a label, with examples.
pub(super) fn definition_ui(ui: &mut Ui, label: &Label) {
    ui.set_max_width(360.0);
    ui.strong(&label.name);
    if !label.definition.is_empty() {
        ui.label(&label.definition);
    }
    for (title, examples) in [("Yes", &label.good_examples), ("No", &label.bad_examples)] {
        if !examples.is_empty() {
            ui.label(RichText::new(format!("{title}: {}", examples.join(" · "))).small());
        }
    }
    if let Some(key) = label.key {
        ui.label(
            RichText::new(format!("Key {key}; twice, or a double click, pins the label")).small().weak(),
        );
    }
    ui.label(RichText::new("Ctrl+click goes to the next one, with Shift to the one before").small().weak());
}
