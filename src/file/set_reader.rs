//! An annotation file's bytes to an annotation set.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;
use std::io::Read;
use std::sync::Arc;

use serde::Deserializer as _;
use serde::de::{IgnoredAny, MapAccess, Visitor};

use crate::file::item::{read_entity, read_entity_and_flags, read_pairs, read_tail};
use crate::file::json::{
    Context, Fields, Items, JsonFile, Letters, Object, elements, letters, one_line, parse, quoted,
};
use crate::file::set_writer::newline_name;
use crate::file::{FileError, VERSION, sha256};
use crate::model::{
    Annotation, AnnotationId, AnnotationSet, Document, Entity, EntityId, Extra, Newline, Relation,
    RelationId, Report, Schema, Severity, Source, Status,
};
use crate::text::{OffsetUnit, Range, Span, Text};

/// How many bytes a span in a file has, or more: room is made for so many at once, within reason.
const USUAL_SPAN: usize = 128;

/// An annotation file in memory.
#[derive(Clone, Debug)]
pub struct StoredSet {
    /// Whose annotations they are, as the file names them; empty if it does not.
    pub annotator: String,
    /// The annotations.
    pub set: AnnotationSet,
    /// The article as it was annotated.
    pub text: Text,
    /// How the article came off the disk then. Its `text_sha256` is that of `text`, whatever the
    /// file says.
    pub source: Source,
    /// The article's path in the project; empty if the file does not say.
    pub path: String,
}

/// What can be told of an annotation file at a glance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Whose annotations they are; empty if the file does not say.
    pub annotator: String,
    /// The article's path in the project; empty if the file does not say.
    pub path: String,
    /// How far the work is.
    pub status: Status,
    /// How many spans the file lists.
    pub n_annotations: usize,
}

/// Reads the outline of an annotation file, checking nothing.
///
/// # Errors
/// If the bytes are no annotation file.
pub fn read_header(bytes: &[u8], file: &str) -> Result<Header, FileError> {
    let json = JsonFile::new(bytes, file)?;
    let mut top = json.root()?;
    check_format(&mut top, "sorot-annotations", file)?;
    let article = top.peek("article").and_then(Object::parse);
    Ok(Header {
        annotator: top.take("annotator", parse).unwrap_or_default(),
        path: article.and_then(|mut article| article.take("path", parse)).unwrap_or_default(),
        status: top.take("status", read_status).unwrap_or(Status::InProgress),
        n_annotations: top.peek("spans").and_then(elements).map_or(0, |spans| spans.len()),
    })
}

/// Whose annotations a file holds, by its first keys: nothing if it does not say, or is no
/// annotation file. What comes after is not read.
pub fn read_owner(file: impl Read) -> Option<String> {
    #[derive(Default)]
    struct Keys {
        format: Option<String>,
        annotator: Option<String>,
    }

    impl<'de> Visitor<'de> for &mut Keys {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
            while self.format.is_none() || self.annotator.is_none() {
                match map.next_key::<String>()?.as_deref() {
                    Some("format") => self.format = Some(map.next_value()?),
                    Some("annotator") => self.annotator = Some(map.next_value()?),
                    Some(_) => drop(map.next_value::<IgnoredAny>()?),
                    None => break,
                }
            }
            Ok(())
        }
    }

    let mut keys = Keys::default();
    // That the object does not end where we stop is an error that means nothing here.
    let _is_whole = serde_json::Deserializer::from_reader(file).deserialize_map(&mut keys).is_ok();
    keys.annotator.filter(|_| keys.format.as_deref() == Some("sorot-annotations"))
}

pub(super) fn check_format(
    top: &mut Object<'_>,
    expected: &'static str,
    file: &str,
) -> Result<(), FileError> {
    let format: Option<String> = top.take("format", parse);
    if format.as_deref() == Some(expected) {
        Ok(())
    } else {
        Err(FileError::Format { expected, file: file.to_owned() })
    }
}

/// Takes the version out of a file's top. True if this program does not know it, which is
/// reported.
pub(super) fn is_newer(top: &mut Object<'_>, context: &mut Context<'_, '_>) -> bool {
    let Some(json) = top.peek("version") else {
        context.problem(Severity::Warning, "", "the file does not say its version; it is read as version 1");
        return false;
    };
    let version: Option<u64> = top.take("version", parse);
    if version.is_some_and(|version| (1..=VERSION).contains(&version)) {
        return false;
    }
    let message = match version {
        Some(version) if version > VERSION => format!(
            "a newer Sorot made this file (version {version}; this one knows version {VERSION}), so it is read-only"
        ),
        _ => format!("there is no version {} of this file, so it is read-only", one_line(json)),
    };
    context.problem(Severity::Error, json, message);
    true
}

/// Reads an annotation file. What is wrong in it is reported with its place; what can be kept is
/// kept; spans and relations that cannot stand are put aside (see [`orphans`]).
///
/// # Errors
/// If the bytes are no annotation file or hold no text.
pub fn read_set(
    bytes: &[u8],
    file: &str,
    schema: &Schema,
    report: &mut Report,
) -> Result<StoredSet, FileError> {
    read(bytes, file, schema, None, report)
}

/// As [`read_set`]; where the file holds the text of `document`, that is taken instead of another
/// one like it, which costs time and memory in long articles.
///
/// # Errors
/// As [`read_set`].
pub fn read_set_on(
    document: &Document,
    bytes: &[u8],
    file: &str,
    schema: &Schema,
    report: &mut Report,
) -> Result<StoredSet, FileError> {
    read(bytes, file, schema, Some(document), report)
}

fn read(
    bytes: &[u8],
    file: &str,
    schema: &Schema,
    known: Option<&Document>,
    report: &mut Report,
) -> Result<StoredSet, FileError> {
    let json = JsonFile::new(bytes, file)?;
    let mut top = json.root()?;
    check_format(&mut top, "sorot-annotations", file)?;
    let context = &mut Context::new(&json, report);
    top.report_duplicates(context);
    let mut is_read_only = is_newer(&mut top, context);
    let text: Option<Letters<'_>> = top.get("text", "a string", context);
    let Letters(text) = text.ok_or_else(|| FileError::NoText { file: file.to_owned() })?;
    let known = known.filter(|it| it.text.as_str() == text);
    let text = known.map_or_else(|| Text::new(text), |it| it.text.clone());

    let mut kept = Extra::default();
    let (source, path, article_extra) = read_article(&mut top, &text, known, context);
    is_read_only |= !has_known_offsets(&mut top, &mut kept, context);
    if let Some(mut object) = top.get::<Object<'_>>("schema", "an object", context) {
        let _: Option<String> = object.take("id", parse);
        let _: Option<String> = object.take("version", parse);
        keep_nested(&mut kept, "schema", object.into_extra());
    }
    let annotator: Option<String> = top.get("annotator", "a string", context);
    if annotator.is_none() && top.peek("annotator").is_none() {
        context.problem(Severity::Warning, "", "the file does not say whose annotations it holds");
    }
    let role: Option<String> = top.get("role", "a string", context);
    let n_saves: Option<u64> = top.get("revision", "a whole number", context);
    let status = top.take("status", read_status).unwrap_or_else(|| {
        let json = top.peek("status").unwrap_or_default();
        let message = if json.is_empty() {
            "the file does not say its status; it counts as in progress".to_owned()
        } else {
            format!("this version does not know the status {}; it counts as in progress", one_line(json))
        };
        context.problem(Severity::Warning, json, message);
        Status::InProgress
    });

    let mut lists =
        Lists { schema, text: &text, ids: HashSet::new(), made: BTreeMap::new(), orphans: Vec::new() };
    let [entities, spans, relations] = ["entities", "spans", "relations"].map(|key| {
        let list = top.take(key, Items::of);
        if list.is_none() && top.peek(key).is_some() {
            is_read_only = true;
            let message = format!("{} is not a list, so the file is read-only", quoted(key));
            context.problem(Severity::Error, top.peek(key).unwrap_or_default(), message);
        }
        list.unwrap_or_default()
    });
    let entities = lists.entities(entities, context);
    let annotations = lists.annotations(spans, &entities, context);
    let relations = lists.relations(relations, &annotations, context);

    kept.0.extend(top.into_extra().0);
    add_orphans(&mut kept, &lists.orphans);
    let mut set = AnnotationSet::new(status, annotations, relations, entities);
    set.extra = kept;
    set.article_extra = article_extra;
    set.role = role.unwrap_or_default();
    set.n_saves = n_saves.unwrap_or_default();
    set.is_read_only = is_read_only;
    Ok(StoredSet { annotator: annotator.unwrap_or_default(), set, text, source, path })
}

fn add_orphans(extra: &mut Extra, orphans: &[&str]) {
    if orphans.is_empty() {
        return;
    }
    let i = extra.0.iter().position(|(key, _)| key == "orphans").unwrap_or_else(|| {
        extra.0.push(("orphans".to_owned(), "[]".to_owned()));
        extra.0.len() - 1
    });
    let known = &extra.0[i].1;
    // A value that is no list becomes the list's first element.
    let mut all: Vec<String> = match elements(known) {
        Some(known) => known.into_iter().map(one_line).collect(),
        None => vec![known.clone()],
    };
    all.extend(orphans.iter().map(|json| one_line(json)));
    extra.0[i].1 = format!("[{}]", all.join(", "));
}

pub(super) fn read_newline(json: &str) -> Option<Newline> {
    let name: String = parse(json)?;
    let all = [Newline::None, Newline::Lf, Newline::Crlf, Newline::Cr, Newline::Mixed];
    all.into_iter().find(|&it| newline_name(it) == name)
}

fn read_status(json: &str) -> Option<Status> {
    match parse::<String>(json)?.as_str() {
        "new" => Some(Status::New),
        "in_progress" => Some(Status::InProgress),
        "done" => Some(Status::Done),
        _ => None,
    }
}

/// Keeps the unknown keys of an object that is otherwise written anew, as an object of that name.
fn keep_nested(kept: &mut Extra, key: &str, extra: Extra) {
    if !extra.0.is_empty() {
        let mut fields = Fields::default();
        fields.extra(&extra);
        kept.0.push((key.to_owned(), fields.one_line()));
    }
}

/// False if the file's numbers are not code points from 0 with exclusive ends: then nothing in it
/// may be rewritten as if they were.
fn has_known_offsets(top: &mut Object<'_>, kept: &mut Extra, context: &mut Context<'_, '_>) -> bool {
    let Some(json) = top.peek("offsets") else { return true };
    let is_known = top.take("offsets", Object::parse).is_some_and(|mut offsets| {
        let unit = offsets.take("unit", |json| (parse::<String>(json)? == "code_point").then_some(()));
        let base = offsets.take("base", |json| (parse::<u64>(json)? == 0).then_some(()));
        let end = offsets.take("end", |json| (parse::<String>(json)? == "exclusive").then_some(()));
        let is_known = (unit.is_some() || offsets.peek("unit").is_none())
            && (base.is_some() || offsets.peek("base").is_none())
            && (end.is_some() || offsets.peek("end").is_none());
        keep_nested(kept, "offsets", offsets.into_extra());
        is_known
    });
    if !is_known {
        let message = "the offsets are not code points from 0 with exclusive ends, so the file is read-only";
        context.problem(Severity::Error, json, message);
    }
    is_known
}

/// Takes the article's description out of the file's top and compares it with the text.
fn read_article<'a>(
    top: &mut Object<'a>,
    text: &Text,
    known: Option<&Document>,
    context: &mut Context<'a, '_>,
) -> (Source, String, Extra) {
    let known = known.map(|it| (it.source.text_sha256.clone(), it.source.newline));
    let (text_sha256, newline) =
        known.unwrap_or_else(|| (sha256(text.as_str().as_bytes()), newline_of(text.as_str())));
    let mut source = Source {
        encoding: "utf-8".to_owned(),
        bom: false,
        newline,
        file_sha256: text_sha256.clone(),
        text_sha256,
        language: None,
    };
    let Some(mut article) = top.get::<Object<'a>>("article", "an object", context) else {
        context.problem(Severity::Warning, "", "the file does not describe its article");
        return (source, String::new(), Extra::default());
    };
    article.report_duplicates(context);
    let path: Option<String> = article.get("path", "a string", context);
    if let Some(encoding) = article.get("encoding", "a string", context) {
        source.encoding = encoding;
    }
    source.bom = article.get("bom", "true or false", context).unwrap_or(false);
    let _: Option<String> = article.get("newline", "a string", context);
    if let Some(file_sha256) = article.get("file_sha256", "a string", context) {
        source.file_sha256 = file_sha256;
    }
    let hash_json = article.peek("text_sha256").unwrap_or_default();
    match article.get::<String>("text_sha256", "a string", context) {
        Some(hash) if !hash.eq_ignore_ascii_case(&source.text_sha256) => {
            let message = "the stored text does not match its hash: the file was changed by hand or damaged";
            context.problem(Severity::Error, hash_json, message);
        }
        _ => {}
    }
    let mut extra = Extra::default();
    if let Some(mut length) = article.get::<Object<'_>>("length", "an object", context) {
        for (key, unit) in LENGTHS {
            let json = length.peek(key).unwrap_or_default();
            let number: Option<usize> = length.get(key, "a whole number", context);
            if let Some(number) = number.filter(|&number| number != text.length(unit)) {
                let message = format!("the stored text has {} {key}, and not {number}", text.length(unit));
                context.problem(Severity::Warning, json, message);
            }
        }
        keep_nested(&mut extra, "length", length.into_extra());
    }
    // It stays among the extra keys as well, so that saving with a document whose language nobody
    // knows does not lose it.
    source.language = article.peek("language").and_then(parse);
    extra.0.extend(article.into_extra().0);
    (source, path.unwrap_or_default(), extra)
}

/// The keys of an article's length and what they count.
pub(super) const LENGTHS: [(&str, OffsetUnit); 3] = [
    ("code_points", OffsetUnit::CodePoint),
    ("utf8_bytes", OffsetUnit::Byte),
    ("utf16_units", OffsetUnit::Utf16),
];

/// How a text's lines end.
pub(crate) fn newline_of(text: &str) -> Newline {
    let bytes = text.as_bytes();
    let (mut lf, mut crlf, mut cr) = (false, false, false);
    for (i, byte) in bytes.iter().enumerate() {
        match byte {
            b'\n' if i > 0 && bytes[i - 1] == b'\r' => {}
            b'\n' => lf = true,
            b'\r' if bytes.get(i + 1) == Some(&b'\n') => crlf = true,
            b'\r' => cr = true,
            _ => {}
        }
    }
    match (lf, crlf, cr) {
        (false, false, false) => Newline::None,
        (true, false, false) => Newline::Lf,
        (false, true, false) => Newline::Crlf,
        (false, false, true) => Newline::Cr,
        _ => Newline::Mixed,
    }
}

/// What the lists of a file are read against.
struct Lists<'a, 's> {
    schema: &'s Schema,
    text: &'s Text,
    /// All ids met so far, of every kind.
    ids: HashSet<Arc<str>>,
    /// How many ids were made from a text: of a thousand equal objects without one, the last must
    /// not try all that the others have.
    made: BTreeMap<&'a str, u64>,
    /// What cannot stand.
    orphans: Vec<&'a str>,
}

impl<'a> Lists<'a, '_> {
    fn entities(&mut self, list: Items<'a>, context: &mut Context<'a, '_>) -> Vec<Entity> {
        let mut entities = Vec::new();
        for (json, object) in list {
            let Some(mut object) = self.object(json, object, "entity", context) else { continue };
            let id = self.id(&mut object, 'e', "entity", json, context);
            entities.push(read_entity(EntityId::new(id), object, context));
        }
        entities
    }

    fn annotations(
        &mut self,
        list: Items<'a>,
        entities: &[Entity],
        context: &mut Context<'a, '_>,
    ) -> Vec<Annotation> {
        let entities: BTreeSet<&EntityId> = entities.iter().map(|entity| &entity.id).collect();
        let room = (list.n_bytes() / USUAL_SPAN).min(10_000);
        let mut annotations = Vec::with_capacity(room);
        self.ids.reserve(room);
        for (json, object) in list {
            let Some(mut object) = self.object(json, object, "span", context) else { continue };
            let id = self.id(&mut object, 's', "span", json, context);
            let annotation = AnnotationId::new(Arc::clone(&id));
            context.annotation = Some(annotation.clone());
            match self.annotation(annotation, object, json, context) {
                Some(annotation) => {
                    if let Some(entity) = annotation.entity.as_ref().filter(|it| !entities.contains(it)) {
                        let message = format!("the span mentions entity {entity}, which the file lacks");
                        context.problem(Severity::Warning, json, message);
                    }
                    annotations.push(annotation);
                }
                None => {
                    self.ids.remove(&id);
                    self.orphans.push(json);
                }
            }
            context.annotation = None;
        }
        annotations
    }

    fn relations(
        &mut self,
        list: Items<'a>,
        annotations: &[Annotation],
        context: &mut Context<'a, '_>,
    ) -> Vec<Relation> {
        let ends: BTreeSet<&str> = annotations.iter().map(|it| it.id.as_str()).collect();
        let mut relations = Vec::new();
        for (json, object) in list {
            let Some(mut object) = self.object(json, object, "relation", context) else { continue };
            let [label, from, to] =
                ["label", "from", "to"].map(|key| object.take(key, parse::<String>).unwrap_or_default());
            let missing =
                [("from", &from), ("to", &to)].into_iter().find(|(_, id)| !ends.contains(id.as_str()));
            if let Some((key, id)) = missing {
                let end = if id.is_empty() {
                    format!("the relation has no {}", quoted(key))
                } else {
                    format!("the relation's {} is {id}, and there is no such span", quoted(key))
                };
                let message = format!("{end}, so it is kept aside");
                context.problem(Severity::Error, json, message);
                self.orphans.push(json);
                continue;
            }
            if label.is_empty() {
                context.problem(Severity::Error, json, "the relation has no label, so it is kept aside");
                self.orphans.push(json);
                continue;
            }
            if !self.schema.is_open() && self.schema.relation(&label).is_none() {
                let message = format!("the schema has no relation {}", quoted(&label));
                context.problem(Severity::Warning, json, message);
            }
            let id = self.id(&mut object, 'r', "relation", json, context);
            let tail = read_tail(&mut object, context);
            relations.push(Relation {
                id: RelationId::new(id),
                label,
                from: AnnotationId::new(from),
                to: AnnotationId::new(to),
                attributes: tail.attributes,
                note: tail.note,
                origin: tail.origin,
                created: tail.created,
                modified: tail.modified,
                extra: object.into_extra(),
            });
        }
        relations
    }

    /// The object that an element is; anything else is put aside.
    fn object(
        &mut self,
        json: &'a str,
        object: Option<Object<'a>>,
        what: &str,
        context: &mut Context<'a, '_>,
    ) -> Option<Object<'a>> {
        match object {
            Some(mut object) => {
                object.report_duplicates(context);
                Some(object)
            }
            None => {
                let message = format!("the {what} is not an object, so it is kept aside");
                context.problem(Severity::Error, json, message);
                self.orphans.push(json);
                None
            }
        }
    }

    /// Takes an id out of an object. A missing or repeated one is replaced by one that follows
    /// from the object's own text, so that it stays the same until somebody saves.
    fn id(
        &mut self,
        object: &mut Object<'a>,
        kind: char,
        what: &str,
        json: &'a str,
        context: &mut Context<'a, '_>,
    ) -> Arc<str> {
        let found: Option<Letters<'_>> =
            object.take("id", |json| letters(json).filter(|id| !id.0.is_empty()));
        if let Some(id) = found.as_ref().map(|it| &*it.0).filter(|id| !self.ids.contains(*id)) {
            let id: Arc<str> = id.into();
            self.ids.insert(Arc::clone(&id));
            return id;
        }
        let n = self.made.entry(json).or_default();
        let id = loop {
            let id: Arc<str> = made_id(kind, json, *n).into();
            *n += 1;
            if !self.ids.contains(&id) {
                break id;
            }
        };
        let message = match found {
            Some(found) => format!("the id {} is used twice; this {what} is now {id}", quoted(&found.0)),
            None => format!("the {what} has no id; it is now {id}"),
        };
        context.problem(Severity::Warning, json, message);
        self.ids.insert(Arc::clone(&id));
        id
    }

    /// A span, if it can stand where it says; the reason is reported otherwise.
    fn annotation(
        &self,
        id: AnnotationId,
        mut object: Object<'a>,
        json: &'a str,
        context: &mut Context<'a, '_>,
    ) -> Option<Annotation> {
        let label = object.take("label", |json| letters(json).filter(|it| !it.0.is_empty()));
        let Some(label) = label.map(|it| it.0.into_owned()) else {
            context.problem(Severity::Error, json, "the span has no label, so it is kept aside");
            return None;
        };
        if !self.schema.is_open() && self.schema.label(&label).is_none() {
            let message = format!("the schema has no label {}", quoted(&label));
            context.problem(Severity::Warning, json, message);
        }
        let span = match read_span(&mut object, self.text) {
            Ok((span, None)) => span,
            Ok((span, Some(message))) => {
                context.problem(Severity::Warning, json, message);
                span
            }
            Err(message) => {
                context.problem(Severity::Error, json, format!("{message}, so it is kept aside"));
                return None;
            }
        };
        let (entity, flags) = read_entity_and_flags(&mut object, context);
        let tail = read_tail(&mut object, context);
        Some(Annotation {
            id,
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
}

/// Takes a span's place out of its object: the span with, where there is one, a thing to look at;
/// or why the span cannot stand.
fn read_span(object: &mut Object<'_>, text: &Text) -> Result<(Span, Option<String>), String> {
    let hull = object.take("start", parse::<usize>).zip(object.take("end", parse::<usize>));
    let has_fragments = object.peek("fragments").is_some_and(|json| json != "null");
    let fragments = object.take("fragments", read_pairs);
    if has_fragments && fragments.is_none() {
        return Err("the span's \"fragments\" are not pairs of whole numbers".to_owned());
    }
    let hulls = hull.as_slice();
    let fragments: &[(usize, usize)] = match &fragments {
        Some(fragments) => fragments,
        None if hulls.is_empty() => {
            return Err("the span's \"start\" and \"end\" are not whole numbers".to_owned());
        }
        None => hulls,
    };
    let ranges =
        fragments.iter().map(|&(start, end)| read_range(start, end, text)).collect::<Result<Vec<_>, _>>()?;
    let joined = |ranges: &[Range]| ranges.iter().map(|&it| text.slice(it)).collect::<Vec<_>>().join(" ");
    let span = Span::new(ranges.iter().copied()).map_err(|error| error.to_string())?;

    let Some(Letters(surface)) = object.take("text", letters) else {
        return Ok((
            span,
            Some("the span does not repeat its text, so its place cannot be proved".to_owned()),
        ));
    };
    let is_one = |ranges: &[Range]| ranges.len() == 1 && surface == text.slice(ranges[0]);
    if !is_one(&ranges) && surface != joined(&ranges) && surface != text.surface(&span) {
        let trimmed: Vec<Range> = ranges.iter().filter_map(|&range| text.trim(range)).collect();
        return match Span::new(trimmed.iter().copied()) {
            Ok(span) if joined(&trimmed) == surface.trim() => {
                let message = "the span begins or ends with white space that its text lacks; it is trimmed";
                Ok((span, Some(message.to_owned())))
            }
            _ => Err(format!(
                "the span covers {} where its text says {}",
                excerpt(&joined(&ranges)),
                excerpt(&surface)
            )),
        };
    }
    let (starts, ends) = (fragments.iter().map(|it| it.0), fragments.iter().map(|it| it.1));
    let message = if span.ranges().len() < ranges.len() {
        Some("the span's fragments overlap or touch; they are joined")
    } else if span.ranges() != ranges.as_slice() {
        Some("the span's fragments are not in the order of the text; they are sorted")
    } else if hull != starts.min().zip(ends.max()) {
        Some("the span's \"start\" and \"end\" are not those of its fragments, which count")
    } else if span.ranges().iter().any(|&it| text.trim(it) != Some(it)) {
        Some("the span begins or ends with white space")
    } else if span
        .ranges()
        .iter()
        .any(|it| !text.is_grapheme_boundary(it.start()) || !text.is_grapheme_boundary(it.end()))
    {
        Some("the span begins or ends inside what readers see as one character")
    } else {
        None
    };
    Ok((span, message.map(str::to_owned)))
}

fn read_range(start: usize, end: usize, text: &Text) -> Result<Range, String> {
    let locate = |value| text.locate(value, OffsetUnit::CodePoint).map_err(|error| error.to_string());
    let (from, to) = (locate(start)?, locate(end)?);
    Range::new(from, to).ok_or_else(|| format!("the span from {start} to {end} holds no character"))
}

/// The start of a surface, for a message.
fn excerpt(surface: &str) -> String {
    let mut start: String = surface.chars().take(40).collect();
    if start.len() < surface.len() {
        start.push('…');
    }
    quoted(&start)
}

/// An id in the form of all ids: a letter for the kind and 8 base-32 characters.
fn made_id(kind: char, json: &str, n: u64) -> String {
    let hash = sha256(format!("{n} {json}").as_bytes());
    let number = u64::from_str_radix(&hash[..16], 16).expect("16 hexadecimal digits fit");
    let digit = |i: u32| char::from(b"abcdefghijklmnopqrstuvwxyz234567"[(number >> (5 * i)) as usize & 31]);
    std::iter::once(kind).chain((0..8).map(digit)).collect()
}
