//! An annotation set to an annotation file's bytes.

use crate::file::VERSION;
use crate::file::item::{write_annotation_tail, write_entity, write_relation};
use crate::file::json::{Fields, Object, array_lines, elements, one_line, quoted};
use crate::file::orphan::KEPT_LISTS;
use crate::file::set_reader::LENGTHS;
use crate::model::{Annotation, AnnotationSet, Document, Extra, Newline, Owner, Schema, SetKey, Status};
use crate::text::{OffsetUnit, Text};

/// Writes an annotation file: the same bytes for the same arguments, always.
///
/// Spans are in the order of [`AnnotationSet::in_order`]; entities and relations in the order of
/// their ids, which no change elsewhere disturbs.
pub fn write_set(key: &SetKey, document: &Document, set: &AnnotationSet, schema: &Schema) -> Vec<u8> {
    let mut top = Fields::default();
    top.string("format", "sorot-annotations");
    top.add("version", VERSION.to_string());
    top.add("article", article(key, document, set));
    top.string("annotator", key.owner.name());
    top.string("role", if set.role.is_empty() { default_role(&key.owner) } else { &set.role });
    let mut schema_fields = Fields::default();
    schema_fields.string("id", &schema.id);
    schema_fields.string("version", &schema.version);
    schema_fields.extra(&nested(&set.extra, "schema"));
    top.add("schema", schema_fields.one_line());
    top.add("status", status(set));
    let mut offsets = Fields::default();
    offsets.string("unit", "code_point");
    offsets.add("base", "0");
    offsets.string("end", "exclusive");
    offsets.extra(&nested(&set.extra, "offsets"));
    top.add("offsets", offsets.one_line());
    top.string("text", document.text.as_str());

    let entities: Vec<String> = set.entities().map(|it| write_entity(it).one_line()).collect();
    let spans = set.in_order(&schema.label_names());
    let spans: Vec<String> =
        spans.into_iter().map(|it| write_annotation(it, &document.text).one_line()).collect();
    let relations: Vec<String> = set.relations().map(|it| write_relation(it).one_line()).collect();
    top.add("entities", array_lines(&entities, 2));
    top.add("spans", array_lines(&spans, 2));
    top.add("relations", array_lines(&relations, 2));
    if set.n_saves > 0 {
        top.add("revision", set.n_saves.to_string());
    }
    for (key, json) in &set.extra.0 {
        match elements(json).filter(|_| KEPT_LISTS.contains(&key.as_str()) && !top.has(key)) {
            Some(kept) => {
                let kept: Vec<String> = kept.into_iter().map(one_line).collect();
                top.add(key, array_lines(&kept, 2));
            }
            None => top.extra(&Extra(vec![(key.clone(), json.clone())])),
        }
    }
    let mut file = top.lines(0);
    file.push('\n');
    file.into_bytes()
}

fn default_role(owner: &Owner) -> &'static str {
    match owner {
        Owner::Annotator(_) => "annotator",
        Owner::Gold => "gold",
    }
}

/// A status of the file that this version does not know stands until somebody sets another.
fn status(set: &AnnotationSet) -> String {
    let unknown = set.extra.0.iter().find(|(key, _)| key == "status");
    match (set.status(), unknown) {
        (Status::InProgress, Some((_, json))) => one_line(json),
        (status, _) => quoted(match status {
            Status::New => "new",
            Status::InProgress => "in_progress",
            Status::Done => "done",
        }),
    }
}

pub(super) fn newline_name(newline: Newline) -> &'static str {
    match newline {
        Newline::None => "none",
        Newline::Lf => "lf",
        Newline::Crlf => "crlf",
        Newline::Cr => "cr",
        Newline::Mixed => "mixed",
    }
}

fn article(key: &SetKey, document: &Document, set: &AnnotationSet) -> String {
    let (text, source) = (&document.text, &document.source);
    let mut fields = Fields::default();
    fields.string("path", key.document.as_str());
    fields.string("file_sha256", &source.file_sha256);
    fields.string("text_sha256", &source.text_sha256);
    fields.string("encoding", &source.encoding);
    fields.add("bom", source.bom.to_string());
    fields.string("newline", newline_name(source.newline));
    let mut length = Fields::default();
    for (key, unit) in LENGTHS {
        length.add(key, text.length(unit).to_string());
    }
    length.extra(&nested(&set.article_extra, "length"));
    fields.add("length", length.one_line());
    if let Some(language) = &source.language {
        fields.string("language", language);
    }
    fields.extra(&set.article_extra);
    fields.lines(2)
}

/// The kept keys of an object that is otherwise written anew.
fn nested(extra: &Extra, key: &str) -> Extra {
    let json = extra.0.iter().find(|(it, _)| it == key).map(|(_, json)| json);
    json.and_then(|json| Object::parse(json)).map(Object::into_extra).unwrap_or_default()
}

/// An annotation with its keys in the order of the file.
fn write_annotation(annotation: &Annotation, text: &Text) -> Fields {
    let span = &annotation.span;
    let code_point = |offset| text.measure(offset, OffsetUnit::CodePoint).to_string();
    let mut fields = Fields::default();
    fields.string("id", annotation.id.as_str());
    fields.string("label", &annotation.label);
    fields.add("start", code_point(span.start()));
    fields.add("end", code_point(span.end()));
    if span.is_discontinuous() {
        let pairs: Vec<String> = span
            .ranges()
            .iter()
            .map(|range| format!("[{}, {}]", code_point(range.start()), code_point(range.end())))
            .collect();
        fields.add("fragments", format!("[{}]", pairs.join(", ")));
    }
    fields.string("text", &text.surface(span));
    write_annotation_tail(&mut fields, annotation);
    fields
}

/// An annotation as it stands in an annotation file.
pub fn annotation_json(annotation: &Annotation, text: &Text) -> serde_json::Value {
    write_annotation(annotation, text).value()
}
