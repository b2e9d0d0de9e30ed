//! The selected annotation: label, surface text, attributes, entity, relations, note.

use std::sync::Arc;

use egui::{ComboBox, Key, RichText, Role, ScrollArea, TextEdit, Ui, WidgetInfo};

use crate::gui::panels::{Actions, flags_ui};
use crate::gui::shaped::Letters;
use crate::gui::view_state::Part;
use crate::model::{Annotation, AnnotationId, Attribute, AttributeType, Country, Origin, Value};
use crate::session::{AnnotateAction, EntityChoice, NavigateAction, Session};

/// What the inspector remembers.
#[derive(Debug, Default)]
pub struct InspectorView {
    /// The annotation whose texts are being edited.
    annotation: Option<AnnotationId>,
    /// Texts in the making, by field; they become actions when the field is left.
    drafts: std::collections::BTreeMap<String, String>,
    /// The attribute that keys set, while the keyboard is here.
    at: usize,
    /// True if the text field of that attribute wants the keyboard.
    wants_focus: bool,
}

impl InspectorView {
    /// Brings the keyboard to the first attribute.
    pub fn enter(&mut self) {
        self.at = 0;
        self.wants_focus = true;
    }

    /// True if the keyboard's field is the note.
    pub fn is_in_note(&self, session: &Session) -> bool {
        self.at == attributes_of(session).len() + 1
    }
}

/// Keys of the choices of an attribute, in order.
const CHOICE_KEYS: &str = "1234567890abcdefghijklm";

/// Fields that every annotation has, after its attributes: entity and note.
const FIELDS_AFTER: usize = 2;

/// Takes a key while the keyboard is in the inspector. False if the key means nothing here.
pub fn inspector_keys(
    chord: &str,
    session: &Session,
    view: &mut InspectorView,
    part: &mut Part,
    actions: &mut Actions,
) -> bool {
    let attributes = attributes_of(session);
    let n_fields = attributes.len() + FIELDS_AFTER;
    match chord {
        "Escape" | "Enter" => *part = Part::Canvas,
        "Down" | "Tab" => {
            view.at = (view.at + 1) % n_fields;
            view.wants_focus = true;
        }
        "Up" | "Shift+Tab" => {
            view.at = (view.at + n_fields - 1) % n_fields;
            view.wants_focus = true;
        }
        _ => {
            let (Some(attribute), Some(annotation)) =
                (attributes.get(view.at), session.selected_annotation())
            else {
                return false;
            };
            let letter = crate::gui::keys::plain_letter(chord);
            let Some(at) = letter.and_then(|letter| CHOICE_KEYS.find(letter)) else { return false };
            let Some(value) = nth_value(attribute, annotation, at) else { return false };
            actions.push(AnnotateAction::SetAttribute(attribute.name.clone(), value).into());
            if view.at + 1 < attributes.len() {
                view.at += 1;
                view.wants_focus = true;
            } else {
                *part = Part::Canvas;
            }
        }
    }
    true
}

fn attributes_of(session: &Session) -> &[Attribute] {
    let label = session.selected_annotation().and_then(|it| session.schema().label(&it.label));
    label.map(|label| label.attributes.as_slice()).unwrap_or_default()
}

/// The value that the n-th key of an attribute gives; the key of the present value takes it away.
fn nth_value(attribute: &Attribute, annotation: &Annotation, n: usize) -> Option<Option<Value>> {
    let present = annotation.attributes.get(&attribute.name);
    let toggled = |value: Value| (present != Some(&value)).then_some(value);
    match &attribute.kind {
        AttributeType::Choice(values) => Some(toggled(Value::Text(values.get(n)?.clone()))),
        AttributeType::MultiChoice(values) => Some(toggle_in_list(present, values.get(n)?)),
        AttributeType::Boolean => Some(toggled(Value::Boolean(*[true, false].get(n)?))),
        _ => None,
    }
}

fn toggle_in_list(present: Option<&Value>, value: &str) -> Option<Value> {
    let mut list = match present {
        Some(Value::List(list)) => list.clone(),
        _ => Vec::new(),
    };
    match list.iter().position(|it| it == value) {
        Some(at) => drop(list.remove(at)),
        None => list.push(value.to_owned()),
    }
    (!list.is_empty()).then_some(Value::List(list))
}

/// Draws the inspector.
pub fn inspector_ui(
    ui: &mut Ui,
    session: &Session,
    view: &mut InspectorView,
    part: Part,
    letters: &mut Letters,
    actions: &mut Actions,
) {
    let (Some(document), Some(annotation)) = (session.document(), session.selected_annotation()) else {
        view.annotation = None;
        ui.strong("Inspector");
        ui.label(RichText::new("Select a span to see its label, attributes and speaker").weak());
        return;
    };
    if view.annotation.as_ref() != Some(&annotation.id) {
        view.annotation = Some(annotation.id.clone());
        view.drafts.clear();
    }
    let annotation = Arc::clone(annotation);
    ScrollArea::vertical().id_salt("inspector").auto_shrink([false, true]).show(ui, |ui| {
        label_ui(ui, session, &annotation, actions);
        let surface = document.text.excerpt(&annotation.span, 220);
        letters.paragraph(ui, &surface, ui.visuals().text_color());
        flags_ui(ui, session, &annotation, actions);
        let attributes = session.schema().label(&annotation.label).map(|label| label.attributes.as_slice());
        for (i, attribute) in attributes.unwrap_or_default().iter().enumerate() {
            let has_keys = part == Part::Inspector && view.at == i;
            attribute_ui(ui, &annotation, attribute, has_keys, view, actions);
        }
        foreign_attributes_ui(ui, session, &annotation);
        let n_attributes = attributes.unwrap_or_default().len();
        let at = view.at;
        let has_keys = |field: usize| part == Part::Inspector && at == n_attributes + field;
        entity_ui(ui, session, &annotation, has_keys(0), view, actions);
        relations_ui(ui, session, &annotation, letters, actions);
        note_ui(ui, &annotation, has_keys(1), view, actions);
        ui.label(RichText::new(origin_text(&annotation)).small().weak());
    });
}

fn label_ui(ui: &mut Ui, session: &Session, annotation: &Annotation, actions: &mut Actions) {
    ui.horizontal(|ui| {
        let combo = ComboBox::from_id_salt("label").selected_text(RichText::new(&annotation.label).strong());
        let response = combo.show_ui(ui, |ui| {
            for label in &session.schema().labels {
                let is_current = label.name == annotation.label;
                if ui.selectable_label(is_current, &label.name).clicked() {
                    // A click closes the list by itself, a key does not.
                    ui.close();
                    if !is_current {
                        actions.push(AnnotateAction::Label(label.name.clone()).into());
                    }
                }
            }
        });
        let name = format!("Label of the span: {}", annotation.label);
        response.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, &name));
        if ui.button("Delete").on_hover_text("Remove this span and its relations (Delete)").clicked() {
            actions.push(AnnotateAction::Delete.into());
        }
    });
}

fn attribute_ui(
    ui: &mut Ui,
    annotation: &Annotation,
    attribute: &Attribute,
    has_keys: bool,
    view: &mut InspectorView,
    actions: &mut Actions,
) {
    ui.add_space(2.0);
    let present = annotation.attributes.get(&attribute.name);
    let is_missing = attribute.required && present.is_none();
    let title = if is_missing { format!("{} (needed)", attribute.name) } else { attribute.name.clone() };
    let mut title = RichText::new(title).small();
    title = if has_keys { title.strong().color(ui.visuals().selection.stroke.color) } else { title.weak() };
    let title = ui.label(title);
    if !attribute.definition.is_empty() {
        title.on_hover_text(&attribute.definition);
    }
    let mut set = |value: Option<Value>| {
        actions.push(AnnotateAction::SetAttribute(attribute.name.clone(), value).into());
    };
    let choices: Vec<(String, bool)> = match &attribute.kind {
        AttributeType::Choice(values) => {
            values.iter().map(|it| (it.clone(), present == Some(&Value::Text(it.clone())))).collect()
        }
        AttributeType::MultiChoice(values) => {
            let list = if let Some(Value::List(list)) = present { list.as_slice() } else { &[] };
            values.iter().map(|it| (it.clone(), list.contains(it))).collect()
        }
        AttributeType::Boolean => [true, false]
            .map(|it| ((if it { "yes" } else { "no" }).to_owned(), present == Some(&Value::Boolean(it))))
            .into(),
        AttributeType::Country => return country_ui(ui, attribute, present, has_keys, view, actions),
        _ => return text_ui(ui, attribute, present, has_keys, view, actions),
    };
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = egui::vec2(4.0, 3.0);
        for (i, (name, is_set)) in choices.iter().enumerate() {
            let key = CHOICE_KEYS.chars().nth(i).filter(|_| has_keys);
            let text = key.map_or_else(|| name.clone(), |key| format!("{key} {name}"));
            let response = ui.selectable_label(*is_set, text);
            let spoken = format!("{}: {name}", attribute.name);
            response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, *is_set, &spoken));
            if response.clicked()
                && let Some(value) = nth_value(attribute, annotation, i)
            {
                set(value);
            }
        }
    });
}

/// A field whose text becomes an action when it is left. Returns what was entered.
fn draft_ui(
    ui: &mut Ui,
    name: &str,
    present: &str,
    hint: &str,
    view: &mut InspectorView,
    has_keys: bool,
) -> (egui::Response, Option<String>) {
    let draft = view.drafts.entry(name.to_owned()).or_insert_with(|| present.to_owned());
    let response = ui.add(TextEdit::singleline(draft).hint_text(hint).desired_width(f32::INFINITY));
    response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, name));
    if has_keys && std::mem::take(&mut view.wants_focus) {
        response.request_focus();
    }
    let entered = response.lost_focus().then(|| draft.trim().to_owned()).filter(|it| it != present);
    if !response.has_focus() {
        view.drafts.remove(name);
    }
    (response, entered)
}

fn country_ui(
    ui: &mut Ui,
    attribute: &Attribute,
    present: Option<&Value>,
    has_keys: bool,
    view: &mut InspectorView,
    actions: &mut Actions,
) {
    let code = if let Some(Value::Text(code)) = present { code.as_str() } else { "" };
    let set = |code: &str| {
        let value = (!code.is_empty()).then(|| Value::Text(code.to_owned()));
        AnnotateAction::SetAttribute(attribute.name.clone(), value).into()
    };
    if let Some(country) = Country::of_code(code) {
        ui.label(format!("{} · {}", country.english, country.indonesian));
    }
    let (response, entered) = draft_ui(ui, &attribute.name, code, "Name or code of a state", view, has_keys);
    let typed = view.drafts.get(&attribute.name).cloned().unwrap_or_default();
    let matches = if response.has_focus() && typed != code { Country::matching(&typed) } else { Vec::new() };
    for country in matches.iter().take(5) {
        let text = format!("{}  {} · {}", country.code, country.english, country.indonesian);
        // On press, not on click: the field would lose the keyboard, and the list vanish, between.
        let row = ui.selectable_label(false, text);
        if row.clicked() || row.is_pointer_button_down_on() {
            actions.push(set(country.code));
            view.drafts.remove(&attribute.name);
            response.surrender_focus();
        }
    }
    if let Some(entered) = entered
        && ui.input(|input| input.key_pressed(Key::Enter))
    {
        let likeliest =
            Country::matching(&entered).first().map_or(entered, |country| country.code.to_owned());
        actions.push(set(&likeliest));
    }
}

fn text_ui(
    ui: &mut Ui,
    attribute: &Attribute,
    present: Option<&Value>,
    has_keys: bool,
    view: &mut InspectorView,
    actions: &mut Actions,
) {
    let present = match present {
        None => String::new(),
        Some(Value::Text(text)) => text.clone(),
        Some(Value::Boolean(it)) => it.to_string(),
        Some(Value::Integer(it)) => it.to_string(),
        Some(Value::List(list)) => list.join(", "),
        Some(Value::Json(json)) => json.clone(),
    };
    let is_integer = attribute.kind == AttributeType::Integer;
    let hint = if is_integer { "Whole number" } else { "" };
    let (_, entered) = draft_ui(ui, &attribute.name, &present, hint, view, has_keys);
    let Some(entered) = entered else { return };
    let value = match (entered.as_str(), is_integer) {
        ("", _) => None,
        (number, true) => match number.parse() {
            Ok(number) => Some(Value::Integer(number)),
            Err(_) => return,
        },
        (text, false) => Some(Value::Text(text.to_owned())),
    };
    actions.push(AnnotateAction::SetAttribute(attribute.name.clone(), value).into());
}

/// Attributes that the annotation has and its label in the schema has not: shown, never dropped.
fn foreign_attributes_ui(ui: &mut Ui, session: &Session, annotation: &Annotation) {
    let label = session.schema().label(&annotation.label);
    for (name, value) in &annotation.attributes {
        if label.is_some_and(|label| label.attributes.iter().any(|it| it.name == *name)) {
            continue;
        }
        let value = match value {
            Value::Text(text) | Value::Json(text) => text.clone(),
            Value::Boolean(it) => it.to_string(),
            Value::Integer(it) => it.to_string(),
            Value::List(list) => list.join(", "),
        };
        ui.label(RichText::new(format!("{name}: {value} (not in the schema)")).small().weak());
    }
}

fn entity_ui(
    ui: &mut Ui,
    session: &Session,
    annotation: &Annotation,
    has_keys: bool,
    view: &mut InspectorView,
    actions: &mut Actions,
) {
    ui.add_space(2.0);
    ui.label(RichText::new("Who or what it is").small().weak());
    let entities: Vec<_> = session.set().map(|set| set.entities().cloned().collect()).unwrap_or_default();
    let name_of = |entity: &crate::model::Entity| {
        if entity.name.is_empty() { entity.id.to_string() } else { entity.name.clone() }
    };
    let current = annotation.entity.as_ref();
    let present =
        entities.iter().find(|it| Some(&it.id) == current).map(|it| name_of(it)).unwrap_or_default();
    let (response, entered) =
        draft_ui(ui, "Entity", &present, "Name, the same for all mentions", view, has_keys);
    let typed = view.drafts.get("Entity").cloned().unwrap_or_default().to_lowercase();
    if response.has_focus() {
        let likely = entities
            .iter()
            .filter(|it| name_of(it).to_lowercase().contains(&typed) || typed == present.to_lowercase());
        for entity in likely.take(6) {
            let row = ui.selectable_label(Some(&entity.id) == current, name_of(entity));
            if row.clicked() || row.is_pointer_button_down_on() {
                actions.push(AnnotateAction::SetEntity(EntityChoice::Known(entity.id.clone())).into());
                view.drafts.remove("Entity");
                response.surrender_focus();
            }
        }
    }
    if let Some(name) = entered {
        let known = entities.iter().find(|it| name_of(it) == name);
        let choice = match known {
            _ if name.is_empty() => EntityChoice::Nobody,
            Some(entity) => EntityChoice::Known(entity.id.clone()),
            None => {
                let kind = if annotation.label == "speaker" { "person" } else { annotation.label.as_str() };
                EntityChoice::New { kind: kind.to_owned(), name }
            }
        };
        actions.push(AnnotateAction::SetEntity(choice).into());
    }
}

fn relations_ui(
    ui: &mut Ui,
    session: &Session,
    annotation: &Annotation,
    letters: &mut Letters,
    actions: &mut Actions,
) {
    let (Some(document), Some(set)) = (session.document(), session.set()) else { return };
    let schema = session.schema();
    let can_relate = schema
        .relations
        .iter()
        .any(|relation| relation.from.contains(&annotation.label) || relation.to.contains(&annotation.label));
    if !can_relate {
        return;
    }
    ui.add_space(2.0);
    for relation in set.relations_of(&annotation.id) {
        let is_from = relation.from == annotation.id;
        let other = if is_from { &relation.to } else { &relation.from };
        let inverse =
            schema.relation(&relation.label).map(|it| it.inverse.clone()).filter(|it| !it.is_empty());
        let name = if is_from {
            relation.label.clone()
        } else {
            inverse.unwrap_or_else(|| format!("{} ←", relation.label))
        };
        let surface = set.annotation(other).map(|it| document.text.excerpt(&it.span, 40)).unwrap_or_default();
        ui.horizontal(|ui| {
            ui.label(RichText::new(&name).small().weak());
            let untie = ui.small_button("×").on_hover_text("Untie");
            untie.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Untie {surface}")));
            if untie.clicked() {
                actions.push(AnnotateAction::Unrelate(relation.id.clone()).into());
            }
            if letters.link(ui, &surface).on_hover_text("Go there").clicked() {
                actions.push(NavigateAction::Select(other.clone()).into());
            }
        });
    }
    let mut others: Vec<&str> = Vec::new();
    for relation in &schema.relations {
        if relation.to.contains(&annotation.label) {
            others.extend(relation.from.iter().map(String::as_str));
        }
        if relation.from.contains(&annotation.label) {
            others.extend(relation.to.iter().map(String::as_str));
        }
    }
    others.dedup();
    if ui.button(format!("Tie to {}…  R", others.join(" or "))).clicked() {
        actions.push(AnnotateAction::OfferRelation.into());
    }
}

fn note_ui(
    ui: &mut Ui,
    annotation: &Annotation,
    has_keys: bool,
    view: &mut InspectorView,
    actions: &mut Actions,
) {
    ui.add_space(2.0);
    ui.label(RichText::new("Note").small().weak());
    let draft = view.drafts.entry("Note".to_owned()).or_insert_with(|| annotation.note.clone());
    let response = ui.add(TextEdit::multiline(draft).desired_rows(2).desired_width(f32::INFINITY));
    response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Note"));
    if has_keys && std::mem::take(&mut view.wants_focus) {
        response.request_focus();
    }
    if response.lost_focus() && *draft != annotation.note {
        actions.push(AnnotateAction::SetNote(draft.clone()).into());
    }
    if !response.has_focus() {
        view.drafts.remove("Note");
    }
}

fn origin_text(annotation: &Annotation) -> String {
    match &annotation.origin {
        Origin::Unknown => String::new(),
        Origin::Manual => "Made by hand".to_owned(),
        Origin::Suggested { by, .. } => format!("Suggested by {by}"),
        Origin::Imported { by } => format!("Imported from {by}"),
        Origin::Adjudicated { from } => format!("Adjudicated from {}", from.join(", ")),
        Origin::Other(_) => "Made by a newer version of Sorot".to_owned(),
    }
}
