//! What happened to a project: the journals as an audit trail that people can read.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    Annotation, AnnotationId, AttributeType, Attributes, DocumentId, Edit, Entity, History, HistoryEvent,
    JournalEntry, Owner, Relation, Report, Schema, SetKey, Timestamp, Transaction, Value,
};
use crate::store::Folder;
use crate::text::{Offset, Text, inverse_replacements};

/// How a step came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Somebody did it.
    Done,
    /// Somebody took it back.
    Undone,
    /// Somebody made it again.
    Redone,
}

/// A step that somebody made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRow {
    /// When, if the journal says.
    pub at: Option<Timestamp>,
    /// Who.
    pub by: Owner,
    /// How.
    pub deed: Deed,
    /// What Undo calls it.
    pub name: String,
    /// What it changed, in its order.
    pub changes: Vec<LogChange>,
}

/// A change of one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogChange {
    /// Of which article; nothing if it is the schema's.
    pub document: Option<DocumentId>,
    /// In whose annotations, if in any.
    pub owner: Option<Owner>,
    /// What kind of thing, as `annotation s1`.
    pub what: String,
    /// Which annotation, if it is one.
    pub annotation: Option<AnnotationId>,
    /// Where it lies in the article as that is now.
    pub offset: Option<Offset>,
    /// What it was; nothing if it came.
    pub before: Option<String>,
    /// What it is; nothing if it went.
    pub after: Option<String>,
}

impl Deed {
    /// What files and the command line call it.
    pub fn name(self) -> &'static str {
        match self {
            Deed::Done => "do",
            Deed::Undone => "undo",
            Deed::Redone => "redo",
        }
    }
}

/// Reads what some owners did, to one article or to all, newest first. What is broken is reported.
pub fn read(
    folder: &Folder,
    owners: &[Owner],
    document: Option<&DocumentId>,
    report: &mut Report,
) -> Vec<LogRow> {
    let mut steps: Vec<Step> = Vec::new();
    for owner in owners {
        steps.extend(steps_of(owner, folder.read_journal(owner, report)));
    }
    // Each owner's steps are in order; a stable sort keeps those that no time tells apart.
    steps.sort_by_key(|step| step.at);
    let mut telling = Telling::new(folder, &steps);
    let mut rows = Vec::new();
    for step in steps.into_iter().rev() {
        let Step { at, by, deed, name, edits } = step;
        let changes: Vec<LogChange> = telling
            .step(&edits)
            .into_iter()
            .filter(|it| document.is_none_or(|document| it.document.as_ref().is_none_or(|of| of == document)))
            .collect();
        let is_meant = document.is_none() || changes.iter().any(|it| it.document.is_some());
        if is_meant {
            rows.push(LogRow { at, by, deed, name, changes });
        }
    }
    rows
}

/// A step with the edits that it really made.
struct Step {
    at: Option<Timestamp>,
    by: Owner,
    deed: Deed,
    name: String,
    edits: Vec<Edit>,
}

fn steps_of(owner: &Owner, entries: Vec<JournalEntry>) -> Vec<Step> {
    let mut history = History::default();
    let mut steps = Vec::new();
    for entry in entries {
        let (deed, transaction) = match entry.event {
            HistoryEvent::Commit(transaction) => {
                history.record(transaction.clone());
                (Deed::Done, Some(transaction))
            }
            HistoryEvent::Undo => {
                let undone = history.next_undo().cloned().map(Transaction::inverse);
                history.record_undo();
                (Deed::Undone, undone)
            }
            HistoryEvent::Redo => {
                let redone = history.next_redo().cloned();
                history.record_redo();
                (Deed::Redone, redone)
            }
            HistoryEvent::Saved { .. } => continue,
        };
        if let Some(Transaction { name, edits, .. }) = transaction {
            steps.push(Step { at: entry.at, by: owner.clone(), deed, name, edits });
        }
    }
    steps
}

/// What is known while steps are told, the newest first: how the articles read then.
struct Telling<'a> {
    folder: &'a Folder,
    texts: BTreeMap<DocumentId, Option<Text>>,
    /// Annotations by id, in any state that a step knew.
    annotations: BTreeMap<(SetKey, AnnotationId), (String, crate::text::Span)>,
}

impl<'a> Telling<'a> {
    fn new(folder: &'a Folder, steps: &[Step]) -> Telling<'a> {
        let mut annotations = BTreeMap::new();
        for edit in steps.iter().flat_map(|step| &step.edits) {
            if let Edit::Annotation { set, id, before, after } = edit
                && let Some(it) = after.as_ref().or(before.as_ref())
            {
                annotations.insert((set.clone(), id.clone()), (it.label.clone(), it.span.clone()));
            }
        }
        Telling { folder, texts: BTreeMap::new(), annotations }
    }

    fn text(&mut self, document: &DocumentId) -> Option<Text> {
        let read = || {
            let read = self.folder.read_document(document, &mut Report::default());
            read.ok().map(|document| document.text)
        };
        self.texts.entry(document.clone()).or_insert_with(read).clone()
    }

    /// Tells the edits of a step in their order, and goes back to before it. What only went along
    /// with a corrected text is not told.
    fn step(&mut self, edits: &[Edit]) -> Vec<LogChange> {
        let mut earlier: BTreeMap<DocumentId, Option<Text>> = BTreeMap::new();
        for edit in edits.iter().rev() {
            if let Edit::Text { document, replacements, .. } = edit {
                let after = earlier.get(document).cloned().unwrap_or_else(|| self.text(document));
                let before = after.and_then(|it| it.replaced(&inverse_replacements(replacements.clone())));
                earlier.insert(document.clone(), before);
            }
        }
        let changes = edits.iter().map(|edit| (edit, self.change(edit, &earlier)));
        let changes = changes.filter(|(edit, change)| {
            let Some(document) = &change.document else { return true };
            let is_told = change.before != change.after;
            is_told || !earlier.contains_key(document) || !is_only_moved(edit)
        });
        let changes = changes.map(|(_, change)| change).collect();
        self.texts.extend(earlier);
        changes
    }

    /// Tells an edit of a step, before which some texts were others.
    fn change(&mut self, edit: &Edit, earlier: &BTreeMap<DocumentId, Option<Text>>) -> LogChange {
        let document = match edit {
            Edit::Text { document, .. } => Some(document.clone()),
            edit => edit.set().map(|set| set.document.clone()),
        };
        let text = document.as_ref().and_then(|document| self.text(document));
        let text_before = document.as_ref().and_then(|document| earlier.get(document)).unwrap_or(&text);
        let (text_before, text) = (text_before.as_ref(), text.as_ref());
        let mut change = LogChange {
            document,
            owner: edit.set().map(|set| set.owner.clone()),
            what: what(edit),
            annotation: None,
            offset: None,
            before: None,
            after: None,
        };
        match edit {
            Edit::Annotation { id, before, after, .. } => {
                change.annotation = Some(id.clone());
                change.offset = after.as_ref().or(before.as_ref()).map(|it| it.span.start());
                change.before = before.as_ref().map(|it| annotation_text(it, text_before));
                change.after = after.as_ref().map(|it| annotation_text(it, text));
            }
            Edit::Relation { set, before, after, .. } => {
                change.annotation = after.as_ref().or(before.as_ref()).map(|it| it.to.clone());
                change.before = before.as_ref().map(|it| self.relation_text(set, it, text));
                change.after = after.as_ref().map(|it| self.relation_text(set, it, text));
            }
            Edit::Entity { before, after, .. } => {
                change.before = before.as_ref().map(|it| entity_text(it));
                change.after = after.as_ref().map(|it| entity_text(it));
            }
            Edit::Status { before, after, .. } => {
                change.before = Some(before.name().replace('_', " "));
                change.after = Some(after.name().replace('_', " "));
            }
            Edit::Extra { before, after, .. } => {
                change.before = before.as_deref().map(shorten);
                change.after = after.as_deref().map(shorten);
            }
            Edit::Import { after, .. } => {
                let side = if *after { &mut change.after } else { &mut change.before };
                *side = Some("in the project".to_owned());
            }
            Edit::Text { replacements, .. } => {
                let removed: Vec<&str> = replacements.iter().map(|it| it.removed.as_str()).collect();
                let inserted: Vec<&str> = replacements.iter().map(|it| it.inserted.as_str()).collect();
                change.offset = replacements.first().map(|it| it.at);
                change.before = Some(quoted(&removed.join(" … ")));
                change.after = Some(quoted(&inserted.join(" … ")));
            }
            Edit::Schema { before, after } => {
                let (before, after) = (names_of(before), names_of(after));
                let only = |names: &BTreeSet<String>, others: &BTreeSet<String>| {
                    let mut only: Vec<&str> = names.difference(others).map(String::as_str).collect();
                    // What came or went with the label it belongs to says nothing more.
                    let parts = only.clone();
                    only.retain(|name| {
                        let is_part_of =
                            |it: &&str| name.strip_prefix(*it).is_some_and(|it| it.starts_with(['.', '=']));
                        !parts.iter().any(is_part_of)
                    });
                    (!only.is_empty()).then(|| only.join(", "))
                };
                change.before = only(&before, &after);
                change.after = only(&after, &before);
            }
        }
        change
    }

    /// `says “Menhan” → “Indonesia siap”`.
    fn relation_text(&self, set: &SetKey, relation: &Relation, text: Option<&Text>) -> String {
        let end = |id: &AnnotationId| {
            let known = self.annotations.get(&(set.clone(), id.clone()));
            match (known, text) {
                (Some((_, span)), Some(text)) => quoted(&text.surface(span)),
                _ => id.to_string(),
            }
        };
        let (from, to) = (end(&relation.from), end(&relation.to));
        let attributes = attributes_text(&relation.attributes);
        format!("{} {from} → {to}{attributes}", relation.label)
    }
}

/// True if an annotation lies elsewhere, and all else about it stayed.
fn is_only_moved(edit: &Edit) -> bool {
    let Edit::Annotation { before: Some(before), after: Some(after), .. } = edit else { return false };
    Annotation { span: after.span.clone(), ..Annotation::clone(before) } == **after
}

/// What kind of thing an edit changes, and which.
fn what(edit: &Edit) -> String {
    match edit {
        Edit::Annotation { id, .. } => format!("annotation {id}"),
        Edit::Relation { id, .. } => format!("relation {id}"),
        Edit::Entity { id, .. } => format!("entity {id}"),
        Edit::Status { .. } => "status".to_owned(),
        Edit::Extra { key, .. } => key.clone(),
        Edit::Text { .. } => "text".to_owned(),
        Edit::Schema { .. } => "schema".to_owned(),
        Edit::Import { id, .. } => format!("import {id}"),
    }
}

/// All that a schema names: `quote`, `quote.quote_type`, `quote.quote_type=direct`.
fn names_of(schema: &Schema) -> BTreeSet<String> {
    let labels = schema.labels.iter().map(|it| (&it.name, &it.attributes));
    let relations = schema.relations.iter().map(|it| (&it.name, &it.attributes));
    let mut names = BTreeSet::new();
    for (name, attributes) in labels.chain(relations) {
        names.insert(name.clone());
        for attribute in attributes {
            let attribute_name = format!("{name}.{}", attribute.name);
            if let AttributeType::Choice(values) | AttributeType::MultiChoice(values) = &attribute.kind {
                names.extend(values.iter().map(|value| format!("{attribute_name}={value}")));
            }
            names.insert(attribute_name);
        }
    }
    names
}

/// `speaker “Menhan” mention=role`.
fn annotation_text(annotation: &Annotation, text: Option<&Text>) -> String {
    let mut string = annotation.label.clone();
    if let Some(text) = text {
        string += " ";
        string += &quoted(&text.surface(&annotation.span));
    }
    string += &attributes_text(&annotation.attributes);
    if let Some(entity) = &annotation.entity {
        string += &format!(" entity={entity}");
    }
    if !annotation.flags.is_empty() {
        string += &format!(" flags={}", annotation.flags.join(","));
    }
    if !annotation.note.is_empty() {
        string += &format!(" note={}", quoted(&annotation.note));
    }
    string
}

fn entity_text(entity: &Entity) -> String {
    match entity.kind.as_str() {
        "" => entity.name.clone(),
        kind => format!("{kind} {}", entity.name),
    }
}

fn attributes_text(attributes: &Attributes) -> String {
    attributes.iter().map(|(name, value)| format!(" {name}={}", value_text(value))).collect()
}

fn value_text(value: &Value) -> String {
    match value {
        Value::Text(text) => shorten(text),
        Value::Boolean(is_true) => if *is_true { "yes" } else { "no" }.to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::List(values) => shorten(&values.join(",")),
        Value::Json(json) => shorten(json),
    }
}

fn quoted(text: &str) -> String {
    format!("“{}”", shorten(text))
}

/// On one line, and no longer than people read.
fn shorten(text: &str) -> String {
    const LENGTH: usize = 60;
    let mut short: String =
        text.chars().take(LENGTH).map(|it| if it.is_control() { ' ' } else { it }).collect();
    if text.chars().nth(LENGTH).is_some() {
        short.push('…');
    }
    short
}
