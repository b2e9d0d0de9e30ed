//! Transactions as lines of the history file.
//!
//! A transaction has no text at hand, so its ranges are in bytes, which each line says.

use std::sync::Arc;

use crate::file::FileError;
use crate::file::item::{
    read_entity, read_entity_and_flags, read_pairs, read_tail, write_annotation_tail, write_entity,
    write_relation,
};
use crate::file::json::{Context, Fields, JsonFile, Object, elements, one_line, parse, quoted};
use crate::file::schema::{read_schema, write_schema};
use crate::file::set_reader::read_newline;
use crate::file::set_writer::newline_name;
use crate::model::{
    Annotation, AnnotationId, DocumentId, Edit, Entity, EntityId, Owner, Relation, RelationId, Report,
    Schema, SetKey, Source, Status, Transaction,
};
use crate::text::{Offset, Range, Replacement, Span, Text};

/// A transaction on one line, without a line feed.
pub fn write_transaction(transaction: &Transaction) -> String {
    let mut fields = Fields::default();
    add_transaction(&mut fields, transaction);
    fields.one_line()
}

/// Adds a transaction's keys.
pub(super) fn add_transaction(fields: &mut Fields, transaction: &Transaction) {
    let edits: Vec<String> = transaction.edits.iter().map(|edit| write_edit(edit).one_line()).collect();
    fields.string("name", &transaction.name);
    fields.string("unit", "byte");
    if !transaction.texts.is_empty() {
        let mut texts = Fields::default();
        for (document, sha256) in &transaction.texts {
            texts.string(document.as_str(), sha256);
        }
        fields.add("texts", texts.one_line());
    }
    fields.add("edits", format!("[{}]", edits.join(", ")));
}

fn write_edit(edit: &Edit) -> Fields {
    let mut fields = Fields::default();
    let (kind, id) = match edit {
        Edit::Annotation { id, .. } => ("annotation", Some(id.as_str())),
        Edit::Relation { id, .. } => ("relation", Some(id.as_str())),
        Edit::Entity { id, .. } => ("entity", Some(id.as_str())),
        Edit::Status { .. } => ("status", None),
        Edit::Extra { key, .. } => ("extra", Some(key.as_str())),
        Edit::Text { .. } => ("text", None),
        Edit::Schema { .. } => ("schema", None),
        Edit::Import { id, .. } => ("import", Some(id.as_str())),
    };
    fields.string("kind", kind);
    if let Some(set) = edit.set() {
        fields.string("document", set.document.as_str());
        fields.string("owner", set.owner.name());
    }
    if let Edit::Text { document, replacements, .. } = edit {
        fields.string("document", document.as_str());
        let replacements: Vec<String> = replacements.iter().map(write_replacement).collect();
        fields.add("replacements", format!("[{}]", replacements.join(", ")));
    }
    if let Some(id) = id {
        fields.string("id", id);
    }
    let (before, after) = match edit {
        Edit::Annotation { before, after, .. } => both(before, after, write_annotation),
        Edit::Relation { before, after, .. } => both(before, after, write_relation),
        Edit::Entity { before, after, .. } => both(before, after, write_entity),
        Edit::Status { before, after, .. } => {
            (Some(write_status(*before).to_owned()), Some(write_status(*after).to_owned()))
        }
        // In a string, so that it comes back to the letter.
        Edit::Extra { before, after, .. } => (before.as_deref().map(quoted), after.as_deref().map(quoted)),
        Edit::Text { before, after, .. } => (Some(write_source(before)), Some(write_source(after))),
        Edit::Schema { before, after } => {
            (Some(one_line(&write_schema(before))), Some(one_line(&write_schema(after))))
        }
        Edit::Import { before, after, .. } => (Some(before.to_string()), Some(after.to_string())),
    };
    for (key, json) in [("before", before), ("after", after)] {
        if let Some(json) = json {
            fields.add(key, json);
        }
    }
    fields
}

/// What was and what is, as JSON text.
fn both<T>(
    before: &Option<Arc<T>>,
    after: &Option<Arc<T>>,
    write: impl Fn(&T) -> Fields,
) -> (Option<String>, Option<String>) {
    let write = |it: &Option<Arc<T>>| it.as_ref().map(|it| write(it).one_line());
    (write(before), write(after))
}

fn write_annotation(annotation: &Annotation) -> Fields {
    let ranges: Vec<String> = annotation
        .span
        .ranges()
        .iter()
        .map(|range| format!("[{}, {}]", range.start().byte(), range.end().byte()))
        .collect();
    let mut fields = Fields::default();
    fields.string("id", annotation.id.as_str());
    fields.string("label", &annotation.label);
    fields.add("ranges", format!("[{}]", ranges.join(", ")));
    write_annotation_tail(&mut fields, annotation);
    fields
}

fn write_status(status: Status) -> &'static str {
    match status {
        Status::New => "\"new\"",
        Status::InProgress => "\"in_progress\"",
        Status::Done => "\"done\"",
    }
}

fn write_replacement(replacement: &Replacement) -> String {
    let mut fields = Fields::default();
    fields.add("at", replacement.at.byte().to_string());
    fields.string("removed", &replacement.removed);
    fields.string("inserted", &replacement.inserted);
    fields.one_line()
}

fn write_source(source: &Source) -> String {
    let mut fields = Fields::default();
    fields.string("encoding", &source.encoding);
    fields.add("bom", source.bom.to_string());
    fields.string("newline", newline_name(source.newline));
    fields.string("file_sha256", &source.file_sha256);
    fields.string("text_sha256", &source.text_sha256);
    if let Some(language) = &source.language {
        fields.string("language", language);
    }
    fields.one_line()
}

/// Reads a line that [`write_transaction`] wrote.
///
/// # Errors
/// If it is broken, or a newer version wrote it in a way that this one cannot follow.
pub fn read_transaction(line: &str) -> Result<Transaction, FileError> {
    let broken = |_| FileError::Transaction("it is broken JSON".to_owned());
    let file = JsonFile::new(line.as_bytes(), "").map_err(broken)?;
    take_transaction(&mut file.root().map_err(broken)?, &file)
}

/// Takes a transaction's keys out of an object.
pub(super) fn take_transaction<'a>(
    top: &mut Object<'a>,
    file: &JsonFile<'a>,
) -> Result<Transaction, FileError> {
    // What is met here was reported when the annotation file itself was read.
    let mut report = Report::default();
    let mut context = Context::new(file, &mut report);
    let lacks = |what: &str| FileError::Transaction(format!("it lacks {what}"));
    let name: String = top.take("name", parse).ok_or_else(|| lacks("a name"))?;
    top.take("unit", |json| (json == "\"byte\"").then_some(())).ok_or_else(|| lacks("the unit byte"))?;
    let edits = top.take("edits", elements).ok_or_else(|| lacks("edits"))?;
    let edits = edits.into_iter().map(|json| read_edit(json, &mut context)).collect::<Option<Vec<_>>>();
    let edits = edits.ok_or_else(|| FileError::Transaction("an edit is not understood".to_owned()))?;
    let texts = top.take("texts", Object::parse).map(Object::into_pairs).into_iter().flatten();
    let texts = texts.map(|(document, json)| Some((DocumentId::new(document), parse(json)?)));
    let texts = texts.collect::<Option<_>>();
    let texts = texts.ok_or_else(|| FileError::Transaction("a text's hash is not understood".to_owned()))?;
    Ok(Transaction { name, edits, texts })
}

fn read_edit<'a>(json: &'a str, context: &mut Context<'a, '_>) -> Option<Edit> {
    let mut edit = Object::parse(json)?;
    let kind: String = edit.take("kind", parse)?;
    if kind == "schema" {
        let mut schema = |key| Some(Arc::new(read_schema_of(edit.peek(key)?, context)?));
        return Some(Edit::Schema { before: schema("before")?, after: schema("after")? });
    }
    if kind == "import" {
        let id = edit.take("id", parse)?;
        return Some(Edit::Import {
            id,
            before: edit.take("before", parse)?,
            after: edit.take("after", parse)?,
        });
    }
    let document: String = edit.take("document", parse)?;
    if kind == "text" {
        let replacements = edit.take("replacements", elements)?;
        return Some(Edit::Text {
            document: DocumentId::new(document),
            before: read_source(edit.peek("before")?)?,
            after: read_source(edit.peek("after")?)?,
            replacements: replacements.into_iter().map(read_replacement).collect::<Option<_>>()?,
        });
    }
    let owner: String = edit.take("owner", parse)?;
    let set = SetKey { document: DocumentId::new(document), owner: Owner::named(&owner) };
    let (before, after) = (edit.peek("before"), edit.peek("after"));
    if kind == "status" {
        return Some(Edit::Status { set, before: read_status(before?)?, after: read_status(after?)? });
    }
    let id: String = edit.take("id", parse)?;
    if kind == "extra" {
        let string = |json: Option<&str>| match json {
            Some(json) => parse::<String>(json).map(Some),
            None => Some(None),
        };
        return Some(Edit::Extra { set, key: id, before: string(before)?, after: string(after)? });
    }
    Some(match kind.as_str() {
        "annotation" => Edit::Annotation {
            set,
            id: AnnotationId::new(id),
            before: optional(before, |json| read_annotation(json, context))?,
            after: optional(after, |json| read_annotation(json, context))?,
        },
        "relation" => Edit::Relation {
            set,
            id: RelationId::new(id),
            before: optional(before, |json| read_relation(json, context))?,
            after: optional(after, |json| read_relation(json, context))?,
        },
        "entity" => Edit::Entity {
            set,
            id: EntityId::new(id),
            before: optional(before, |json| read_entity_of(json, context))?,
            after: optional(after, |json| read_entity_of(json, context))?,
        },
        _ => return None,
    })
}

/// A value that may be absent; nothing if it is there and not understood.
fn optional<'a, T>(json: Option<&'a str>, read: impl FnOnce(&'a str) -> Option<T>) -> Option<Option<Arc<T>>> {
    match json {
        Some(json) => read(json).map(|it| Some(Arc::new(it))),
        None => Some(None),
    }
}

fn read_status(json: &str) -> Option<Status> {
    [Status::New, Status::InProgress, Status::Done].into_iter().find(|&it| write_status(it) == json)
}

fn read_schema_of<'a>(json: &'a str, context: &mut Context<'a, '_>) -> Option<Schema> {
    Some(read_schema(Object::parse(json)?, context))
}

fn read_replacement(json: &str) -> Option<Replacement> {
    let mut object = Object::parse(json)?;
    let at = object.take("at", parse).filter(|&at: &usize| at < Text::MAX_BYTES)?;
    Some(Replacement {
        at: Offset::new(at),
        removed: object.take("removed", parse)?,
        inserted: object.take("inserted", parse)?,
    })
}

fn read_source(json: &str) -> Option<Source> {
    let mut object = Object::parse(json)?;
    Some(Source {
        encoding: object.take("encoding", parse)?,
        bom: object.take("bom", parse)?,
        newline: object.take("newline", read_newline)?,
        file_sha256: object.take("file_sha256", parse)?,
        text_sha256: object.take("text_sha256", parse)?,
        language: object.take("language", parse),
    })
}

fn read_annotation<'a>(json: &'a str, context: &mut Context<'a, '_>) -> Option<Annotation> {
    let mut object = Object::parse(json)?;
    let id: String = object.take("id", parse)?;
    let label = object.take("label", parse)?;
    let ranges = object.take("ranges", read_pairs)?.into_iter().map(|(start, end)| {
        // There is no text at hand to prove them against; `Text::slice` and `Text::measure` clamp.
        (end < Text::MAX_BYTES).then(|| Range::new(Offset::new(start.min(end)), Offset::new(end)))?
    });
    let span = Span::new(ranges.collect::<Option<Vec<_>>>()?).ok()?;
    let (entity, flags) = read_entity_and_flags(&mut object, context);
    let tail = read_tail(&mut object, context);
    Some(Annotation {
        id: AnnotationId::new(id),
        label,
        span,
        entity,
        attributes: tail.attributes,
        note: tail.note,
        flags,
        origin: tail.origin,
        created: tail.created,
        modified: tail.modified,
        extra: object.into_extra(),
    })
}

pub(super) fn read_relation<'a>(json: &'a str, context: &mut Context<'a, '_>) -> Option<Relation> {
    let mut object = Object::parse(json)?;
    let [id, label, from, to] = ["id", "label", "from", "to"].map(|key| object.take(key, parse::<String>));
    let tail = read_tail(&mut object, context);
    Some(Relation {
        id: RelationId::new(id?),
        label: label?,
        from: AnnotationId::new(from?),
        to: AnnotationId::new(to?),
        attributes: tail.attributes,
        note: tail.note,
        origin: tail.origin,
        created: tail.created,
        modified: tail.modified,
        extra: object.into_extra(),
    })
}

fn read_entity_of<'a>(json: &'a str, context: &mut Context<'a, '_>) -> Option<Entity> {
    let mut object = Object::parse(json)?;
    let id: String = object.take("id", parse)?;
    Some(read_entity(EntityId::new(id), object, context))
}
