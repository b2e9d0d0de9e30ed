//! Labels, relations and their attributes: how often each is used, and changing them in all
//! annotations of the project. What a change touches is said before it is made.

use egui::{Key, RichText, Role, ScrollArea, TextEdit, Ui, WidgetInfo};

use crate::gui::dialogs::split_ui::{SplitView, split_ui};
use crate::gui::shaped::Letters;
use crate::gui::theme;
use crate::model::{Attribute, AttributeType, Renaming, Schema, SchemaChange, SchemaPart, Severity};
use crate::session::{SchemaAction, Session, Usage, sentence};

/// The list and what is being done, while it is open.
#[derive(Debug, Default)]
pub struct SchemaView {
    at: usize,
    form: Option<Form>,
    /// The change whose count was asked for.
    asked: Option<SchemaChange>,
    split: Option<SplitView>,
    is_counting: bool,
    /// True until the field of a form that was just opened has the keyboard.
    wants_focus: bool,
}

/// What the person wants to do with the chosen row.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Form {
    Rename(String),
    Merge(Option<String>),
    Delete { keeps: bool },
    Split(String),
}

/// A thing that the schema names.
struct Row {
    part: SchemaPart,
    name: String,
    n_used: usize,
    depth: usize,
    /// The names it could be merged with.
    siblings: Vec<String>,
}

/// Draws the list, or what follows from it. Tells whether it should close, and what was asked for.
pub fn schema_ui(
    ctx: &egui::Context,
    session: &Session,
    view: &mut SchemaView,
    letters: &mut Letters,
) -> (bool, Option<SchemaAction>) {
    let mut asked = None;
    if session.usage().is_some() {
        view.is_counting = false;
    } else if !view.is_counting {
        view.is_counting = true;
        // A change was made: what was asked before it means nothing any more.
        (view.form, view.asked, view.split) = (None, None, None);
        asked = Some(SchemaAction::Count);
    }
    if view.split.is_some() {
        return split_step(ctx, session, view, letters);
    }
    let usage = session.usage().cloned().unwrap_or_default();
    let rows = rows(session.schema(), &usage);
    let modal = theme::dialog(ctx, "schema").show(ctx, |ui| {
        theme::name_dialog(ui, "Labels and relations");
        let size = ctx.content_rect().size();
        ui.set_width((size.x - 80.0).min(620.0));
        ui.heading("Labels and relations");
        let files = match session.usage() {
            Some(usage) => {
                format!("How often each is used in the {} annotation files of everybody", usage.n_sets)
            }
            None => "Counting…".to_owned(),
        };
        let keys = "↑ ↓ choose, F2 renames, M merges, S splits, Delete deletes";
        ui.label(RichText::new(format!("{files}\n{keys}")).small().weak());
        list_ui(ui, view, &rows, (size.y - 345.0).max(100.0));
        ui.separator();
        if let Some(row) = rows.get(view.at) {
            let action = row_ui(ui, session, view, row);
            asked = action.or(asked.take());
        }
        ui.add_space(4.0);
        ui.button("Close").clicked()
    });
    (modal.should_close() || modal.inner, asked)
}

/// The review list of a split.
fn split_step(
    ctx: &egui::Context,
    session: &Session,
    view: &mut SchemaView,
    letters: &mut Letters,
) -> (bool, Option<SchemaAction>) {
    let Some(split) = &mut view.split else { return (false, None) };
    let (is_closed, change) = split_ui(ctx, session, split, letters);
    if is_closed {
        view.split = None;
    }
    (false, change.map(SchemaAction::Change))
}

fn rows(schema: &Schema, usage: &Usage) -> Vec<Row> {
    let mut rows = Vec::new();
    let labels: Vec<String> = schema.labels.iter().map(|it| it.name.clone()).collect();
    for label in &schema.labels {
        let n_used = usage.labels.get(&label.name).copied().unwrap_or_default();
        let (name, siblings) = (label.name.clone(), others(&labels, &label.name));
        rows.push(Row { part: SchemaPart::Label, name, n_used, depth: 0, siblings });
        attribute_rows(&label.name, &label.attributes, usage, &mut rows);
    }
    let relations: Vec<String> = schema.relations.iter().map(|it| it.name.clone()).collect();
    for relation in &schema.relations {
        let n_used = usage.relations.get(&relation.name).copied().unwrap_or_default();
        let (name, siblings) = (relation.name.clone(), others(&relations, &relation.name));
        rows.push(Row { part: SchemaPart::Relation, name, n_used, depth: 0, siblings });
        attribute_rows(&relation.name, &relation.attributes, usage, &mut rows);
    }
    rows
}

fn attribute_rows(of: &str, attributes: &[Attribute], usage: &Usage, rows: &mut Vec<Row>) {
    let names: Vec<String> = attributes.iter().map(|it| it.name.clone()).collect();
    for attribute in attributes {
        let of = of.to_owned();
        let key = (of.clone(), attribute.name.clone());
        rows.push(Row {
            n_used: usage.attributes.get(&key).copied().unwrap_or_default(),
            part: SchemaPart::Attribute { of: of.clone() },
            name: attribute.name.clone(),
            depth: 1,
            siblings: others(&names, &attribute.name),
        });
        let (AttributeType::Choice(values) | AttributeType::MultiChoice(values)) = &attribute.kind else {
            continue;
        };
        for value in values {
            let key = (of.clone(), attribute.name.clone(), value.clone());
            rows.push(Row {
                n_used: usage.values.get(&key).copied().unwrap_or_default(),
                part: SchemaPart::Value { of: of.clone(), attribute: attribute.name.clone() },
                name: value.clone(),
                depth: 2,
                siblings: others(values, value),
            });
        }
    }
}

fn others(names: &[String], name: &str) -> Vec<String> {
    names.iter().filter(|it| *it != name).cloned().collect()
}

fn list_ui(ui: &mut Ui, view: &mut SchemaView, rows: &[Row], height: f32) {
    let before = view.at;
    if view.form.is_none() {
        let pressed = |key: Key| ui.input(|input| input.key_pressed(key));
        view.at += usize::from(pressed(Key::ArrowDown));
        view.at -= usize::from(pressed(Key::ArrowUp) && view.at > 0);
    }
    view.at = view.at.min(rows.len().saturating_sub(1));
    let is_moved = view.at != before;
    // With its full height from the first frame on, or the rows would move under the pointer.
    ScrollArea::vertical().max_height(height).min_scrolled_height(height).auto_shrink([false, true]).show(
        ui,
        |ui| {
            for (i, row) in rows.iter().enumerate() {
                ui.horizontal(|ui| {
                    ui.add_space(18.0 * row.depth as f32);
                    let text = format!("{} {}", row.part.noun(), row.name);
                    let response = ui.selectable_label(i == view.at, text);
                    ui.label(RichText::new(row.n_used.to_string()).weak());
                    if i == view.at && is_moved {
                        response.scroll_to_me(None);
                    }
                    if response.clicked() && i != view.at {
                        view.at = i;
                        (view.form, view.asked) = (None, None);
                    }
                });
            }
        },
    );
    if is_moved {
        (view.form, view.asked) = (None, None);
    }
}

/// What can be done with the chosen row.
fn row_ui(ui: &mut Ui, session: &Session, view: &mut SchemaView, row: &Row) -> Option<SchemaAction> {
    ui.horizontal_wrapped(|ui| {
        ui.strong(format!("Change the {} {}:", row.part.noun(), row.name));
        let is_list = view.form.is_none();
        let mut offer = |ui: &mut Ui, text: &str, key: Key, is_possible: bool, form: Form| {
            let is_clicked = ui.add_enabled(is_possible, egui::Button::new(text)).clicked();
            if is_clicked || is_list && is_possible && ui.input(|input| input.key_pressed(key)) {
                (view.form, view.asked, view.wants_focus) = (Some(form), None, true);
            }
        };
        offer(ui, "Rename…", Key::F2, true, Form::Rename(row.name.clone()));
        offer(ui, "Merge into…", Key::M, !row.siblings.is_empty(), Form::Merge(None));
        if row.part == SchemaPart::Label {
            offer(ui, "Split…", Key::S, row.n_used > 0, Form::Split(String::new()));
        }
        offer(ui, "Delete…", Key::Delete, true, Form::Delete { keeps: false });
    });
    let mut form = view.form.clone()?;
    let is_entered = form_ui(ui, &mut form, row, &mut view.wants_focus);
    if view.form.as_ref() != Some(&form) {
        view.asked = None;
    }
    view.form = Some(form.clone());
    let renaming = match form {
        Form::Rename(to) => Renaming::Rename { from: row.name.clone(), to: to.trim().to_owned() },
        Form::Merge(into) => Renaming::Merge { from: vec![row.name.clone()], into: into? },
        Form::Delete { keeps } => Renaming::Delete { name: row.name.clone(), keeps },
        Form::Split(into) => {
            let into: Vec<String> =
                into.split(',').map(|it| it.trim().to_owned()).filter(|it| !it.is_empty()).collect();
            if into.is_empty() {
                return None;
            }
            Renaming::Split { name: row.name.clone(), into, choices: Default::default() }
        }
    };
    let change = SchemaChange { part: row.part.clone(), renaming };
    confirm_ui(ui, session, view, change, is_entered)
}

/// The fields of a form. True if Enter was pressed in one.
fn form_ui(ui: &mut Ui, form: &mut Form, row: &Row, wants_focus: &mut bool) -> bool {
    let mut field = |ui: &mut Ui, typed: &mut String, name: &str, hint: &str| {
        let field = ui.add(TextEdit::singleline(typed).hint_text(hint).char_limit(200).desired_width(300.0));
        field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, name));
        if std::mem::take(wants_focus) {
            field.request_focus();
        }
        field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter))
    };
    match form {
        Form::Rename(to) => field(ui, to, "New name", "New name"),
        Form::Split(into) => field(ui, into, "New labels", "New labels, with commas between"),
        Form::Merge(into) => {
            ui.label("It becomes:");
            ui.horizontal_wrapped(|ui| {
                for name in &row.siblings {
                    if ui.selectable_label(into.as_ref() == Some(name), name).clicked() {
                        *into = Some(name.clone());
                    }
                }
            });
            is_confirmed(ui)
        }
        Form::Delete { keeps } => {
            let (gone, kept) = match row.part {
                SchemaPart::Label => {
                    ("Delete its annotations as well", "Let annotations keep it, unknown to the schema")
                }
                SchemaPart::Relation => {
                    ("Delete its relations as well", "Let relations keep it, unknown to the schema")
                }
                _ => {
                    ("Delete it in all annotations as well", "Let annotations keep it, unknown to the schema")
                }
            };
            ui.radio_value(keeps, false, gone);
            ui.radio_value(keeps, true, kept);
            is_confirmed(ui)
        }
    }
}

/// True if Enter was pressed, and means nothing to a field or button.
fn is_confirmed(ui: &Ui) -> bool {
    ui.input(|input| input.key_pressed(Key::Enter)) && ui.memory(|memory| memory.focused().is_none())
}

/// Counts first, and then asks.
fn confirm_ui(
    ui: &mut Ui,
    session: &Session,
    view: &mut SchemaView,
    change: SchemaChange,
    is_entered: bool,
) -> Option<SchemaAction> {
    if let Err(error) = change.plan(session.project().schema()) {
        ui.label(RichText::new(sentence(&error.to_string())).weak());
        return None;
    }
    if let Renaming::Split { name, into, .. } = &change.renaming {
        if ui.button("Choose for each…").clicked() || is_entered {
            view.split = Some(SplitView::new(name.clone(), into.clone()));
            return Some(SchemaAction::Review(name.clone()));
        }
        return None;
    }
    let preview = session.preview().filter(|preview| preview.change == change);
    let Some(preview) = preview.filter(|_| view.asked.as_ref() == Some(&change)) else {
        if view.asked.as_ref() == Some(&change) {
            ui.label("Counting…");
            return None;
        }
        if ui.button("Count what it touches").clicked() || is_entered {
            view.asked = Some(change.clone());
            return Some(SchemaAction::Preview(change));
        }
        return None;
    };
    if !preview.obstacles.is_empty() {
        let color = theme::severity_color(Severity::Error, ui.visuals());
        for obstacle in preview.obstacles.iter().take(5) {
            ui.label(RichText::new(obstacle).color(color));
        }
        return None;
    }
    ui.label(format!("It touches {}. Undo takes it back.", preview.touched));
    for remark in preview.touched.remarks() {
        ui.label(RichText::new(remark).color(theme::severity_color(Severity::Warning, ui.visuals())));
    }
    let verb = match change.renaming {
        Renaming::Rename { .. } => "Rename",
        Renaming::Merge { .. } => "Merge",
        Renaming::Delete { .. } => "Delete",
        Renaming::Split { .. } => "Split",
    };
    let button = ui.button(format!("{verb} {}", change.part.noun()));
    if ui.memory(|memory| memory.focused().is_none()) {
        button.request_focus();
    }
    button.clicked().then_some(SchemaAction::Change(change))
}
