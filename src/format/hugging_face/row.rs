//! Rows of data sets, ours and others', on their way in.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value as Json};

use crate::format::incoming::{Incoming, RawRelation, RawSpan};
use crate::format::{Article, ImportOptions, cell, own};
use crate::model::{Attributes, Entity, Extra, Place, Report, Severity, Status, Value};
use crate::text::OffsetUnit;

/// The keys of a row that are understood.
pub(super) const KEYS: &[&str] = &[
    "id",
    "text",
    "language",
    "annotator",
    "status",
    "spans",
    "relations",
    "entities",
    "tokens",
    "ner_tags",
    "tags",
];

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Row {
    id: Option<Name>,
    text: Option<String>,
    language: Option<String>,
    annotator: Option<Name>,
    status: Option<String>,
    spans: Option<Vec<Item>>,
    relations: Option<Vec<Link>>,
    /// What the spans mention, or what others call spans.
    entities: Option<Vec<Item>>,
    tokens: Option<Vec<String>>,
    #[serde(alias = "tags")]
    ner_tags: Option<Vec<Name>>,
}

/// A span or an entity.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Item {
    id: Option<Name>,
    label: Option<Name>,
    start: Option<i64>,
    end: Option<i64>,
    text: Option<String>,
    fragments: Option<Vec<Fragment>>,
    attributes: Option<Vec<Pair>>,
    entity: Option<String>,
    note: Option<String>,
    flags: Option<Vec<String>>,
    kind: Option<String>,
    name: Option<String>,
    #[serde(flatten)]
    rest: Map<String, Json>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Link {
    id: Option<Name>,
    label: Option<Name>,
    from: Option<Name>,
    to: Option<Name>,
    attributes: Option<Vec<Pair>>,
    note: Option<String>,
    #[serde(flatten)]
    rest: Map<String, Json>,
}

#[derive(Deserialize)]
struct Fragment {
    start: i64,
    end: i64,
}

#[derive(Deserialize)]
struct Pair {
    name: String,
    value: Option<String>,
}

/// A name, or a number that stands for one.
#[derive(Deserialize)]
#[serde(untagged)]
enum Name {
    Text(String),
    Number(i64),
}

impl Name {
    fn text(self) -> String {
        match self {
            Name::Text(text) => text,
            Name::Number(number) => number.to_string(),
        }
    }
}

/// What numbers in the columns stand for.
#[derive(Default)]
pub(super) struct Names {
    spans: Vec<String>,
    relations: Vec<String>,
    entities: Vec<String>,
    tags: Vec<String>,
}

impl Names {
    /// What the library `datasets` wrote into a file.
    pub(super) fn of(json: &str) -> Names {
        let json: Json = serde_json::from_str(json).unwrap_or_default();
        let column = |name: &str, field: Option<&str>| {
            let column = &json["info"]["features"][name];
            // Lists are written as [feature], or within a key "feature".
            let item = if column.is_array() { &column[0] } else { &column["feature"] };
            let feature = field.map_or(item, |field| &item[field]);
            let names = feature["names"].as_array().map_or(&[][..], Vec::as_slice);
            names.iter().map(|it| it.as_str().unwrap_or_default().to_owned()).collect::<Vec<String>>()
        };
        let label = Some("label");
        let tags = [column("ner_tags", None), column("tags", None)].concat();
        Names {
            spans: column("spans", label),
            relations: column("relations", label),
            entities: column("entities", label),
            tags,
        }
    }
}

/// Rows on their way in, of one file after the other.
pub(super) struct Reading<'a> {
    format: &'static str,
    options: &'a ImportOptions,
    report: &'a mut Report,
    articles: Vec<Article>,
    /// The ids and annotators that came already.
    taken: BTreeSet<(String, String)>,
    file: String,
    names: Names,
    /// True if it was said that numbers stand where names should.
    said_numbers: bool,
}

impl<'a> Reading<'a> {
    pub(super) fn new(
        format: &'static str,
        options: &'a ImportOptions,
        report: &'a mut Report,
    ) -> Reading<'a> {
        Reading {
            format,
            options,
            report,
            articles: Vec::new(),
            taken: BTreeSet::new(),
            file: String::new(),
            names: Names::default(),
            said_numbers: false,
        }
    }

    pub(super) fn finish(self) -> Vec<Article> {
        self.articles
    }

    /// A file comes.
    pub(super) fn begin<'b>(&mut self, file: &str, names: Names, unknown: impl Iterator<Item = &'b str>) {
        file.clone_into(&mut self.file);
        self.names = names;
        self.said_numbers = false;
        let unknown: Vec<&str> = unknown.collect();
        if !unknown.is_empty() {
            let message =
                format!("columns that Sorot does not know were not taken in, {}", unknown.join(", "));
            self.problem(Severity::Note, None, message);
        }
    }

    /// Takes the `i`th row of the file, from 0.
    pub(super) fn take(&mut self, i: usize, row: Result<Row, String>) {
        let taken = row.and_then(|row| self.article(i, row));
        if let Err(message) = taken {
            self.problem(Severity::Error, Some(i), format!("the row was not taken in, {message}"));
        }
    }

    fn article(&mut self, i: usize, row: Row) -> Result<(), String> {
        let (text, mut spans) = match (row.text, row.tokens) {
            (Some(text), _) => (text, Vec::new()),
            (None, Some(tokens)) => {
                let tags = row.ner_tags.unwrap_or_default();
                if tags.len() != tokens.len() && !tags.is_empty() {
                    return Err(format!("it has {} tokens and {} tags", tokens.len(), tags.len()));
                }
                let mut names = Vec::with_capacity(tags.len());
                for tag in tags {
                    names.push(self.name(tag, |it| &it.tags, i)?);
                }
                tagged(&tokens, &names)
            }
            (None, None) => return Err("it has neither a text nor tokens".to_owned()),
        };
        let mut entities = Vec::new();
        for item in row.spans.unwrap_or_default() {
            spans.push(self.span(item, |it| &it.spans, i)?);
        }
        for item in row.entities.unwrap_or_default() {
            if item.start.is_some() {
                spans.push(self.span(item, |it| &it.entities, i)?);
            } else if let Some(id) = item.id {
                entities.push(Entity {
                    id: id.text().as_str().into(),
                    kind: item.kind.unwrap_or_default(),
                    name: item.name.unwrap_or_default(),
                    extra: Extra(item.attributes.unwrap_or_default().into_iter().map(Pair::json).collect()),
                });
            }
        }
        let mut relations = Vec::new();
        for link in row.relations.unwrap_or_default() {
            let label = link.label.ok_or("a relation has no label")?;
            relations.push(RawRelation {
                id: link.id.map(Name::text).unwrap_or_default(),
                label: self.name(label, |it| &it.relations, i)?,
                from: link.from.map(Name::text).unwrap_or_default(),
                to: link.to.map(Name::text).unwrap_or_default(),
                attributes: attributes(link.attributes),
                note: link.note.unwrap_or_default(),
                extra: extra(link.rest),
            });
        }
        let owner = row.annotator.map(Name::text);
        let id = self.id(row.id.map(Name::text), owner.as_deref().unwrap_or_default(), i);
        let status = [Status::New, Status::InProgress, Status::Done];
        let incoming = Incoming {
            owner,
            language: row.language,
            status: status
                .into_iter()
                .find(|it| Some(it.name()) == row.status.as_deref())
                .unwrap_or(Status::InProgress),
            spans,
            relations,
            entities,
            ..Incoming::new(self.format, &self.file, id, text, OffsetUnit::CodePoint)
        };
        self.articles.push(incoming.finish(self.options, self.report));
        Ok(())
    }

    /// The row's own id if it can be a path in a project and nobody has it, or else its place.
    fn id(&mut self, id: Option<String>, owner: &str, i: usize) -> String {
        let path = self.file.rsplit_once('.').map_or(self.file.as_str(), |(stem, _)| stem);
        let place = format!("{path}-{:05}", i + 1);
        let mut chosen = id.filter(|it| own::is_inside(it)).unwrap_or_else(|| place.clone());
        if self.taken.contains(&(chosen.clone(), owner.to_owned())) {
            let message = format!("two rows are called {chosen}, and the second one is now {place}");
            self.problem(Severity::Warning, Some(i), message);
            chosen = place;
        }
        self.taken.insert((chosen.clone(), owner.to_owned()));
        chosen
    }

    fn span(
        &mut self,
        mut item: Item,
        names: fn(&Names) -> &Vec<String>,
        i: usize,
    ) -> Result<RawSpan, String> {
        let number = |it: i64| usize::try_from(it).map_err(|_| format!("a span is at {it}"));
        let piece = |start, end| Ok::<_, String>((number(start)?, number(end)?));
        let fragments = item.fragments.unwrap_or_default();
        let mut pieces = Vec::with_capacity(fragments.len().max(1));
        for it in fragments {
            pieces.push(piece(it.start, it.end)?);
        }
        if pieces.is_empty() {
            pieces
                .push(piece(item.start.ok_or("a span has no start")?, item.end.ok_or("a span has no end")?)?);
        }
        // Of a span these are something else than of an entity.
        for (key, value) in [("kind", item.kind), ("name", item.name)] {
            item.rest.extend(value.map(|it| (key.to_owned(), it.into())));
        }
        Ok(RawSpan {
            id: item.id.map(Name::text).unwrap_or_default(),
            label: self.name(item.label.ok_or("a span has no label")?, names, i)?,
            pieces,
            surface: item.text,
            attributes: attributes(item.attributes),
            entity: item.entity,
            note: item.note.unwrap_or_default(),
            flags: item.flags.unwrap_or_default(),
            extra: extra(item.rest),
        })
    }

    /// The name that a number stands for; the number itself if the file does not say.
    fn name(&mut self, name: Name, names: fn(&Names) -> &Vec<String>, i: usize) -> Result<String, String> {
        let number = match name {
            Name::Text(text) => return Ok(text),
            Name::Number(number) => number,
        };
        let names = names(&self.names);
        if !names.is_empty() {
            let name = usize::try_from(number).ok().and_then(|it| names.get(it));
            return name.cloned().ok_or_else(|| format!("there is no label with the number {number}"));
        }
        if !self.said_numbers {
            self.said_numbers = true;
            let message = "labels are numbers, and the file does not say which names they have".to_owned();
            self.problem(Severity::Warning, Some(i), message);
        }
        Ok(number.to_string())
    }

    fn problem(&mut self, severity: Severity, row: Option<usize>, message: String) {
        let line_column = row.map(|i| (i + 1, 1));
        let place = Place { file: Some(self.file.clone()), line_column, ..Place::default() };
        self.report.add(severity, place, message);
    }
}

impl Pair {
    fn json(self) -> (String, String) {
        let value = self.value.unwrap_or_default();
        let json = match cell::read(&value) {
            Value::Text(text) => Json::from(text).to_string(),
            _ => value,
        };
        (self.name, json)
    }
}

/// What else stands there, but for what an annotation file says itself under these keys.
fn extra(rest: Map<String, Json>) -> Extra {
    let is_free = |key: &str| !["origin", "created", "modified"].contains(&key);
    let rest = rest.into_iter().filter(|(_, value)| !value.is_null());
    let keyed = rest.map(|(key, value)| {
        let key = if is_free(&key) { key } else { format!("{key}_of_row") };
        (key, value.to_string())
    });
    Extra(keyed.collect())
}

fn attributes(pairs: Option<Vec<Pair>>) -> Attributes {
    let pairs = pairs.unwrap_or_default().into_iter();
    pairs.map(|it| (it.name, cell::read(it.value.as_deref().unwrap_or_default()))).collect()
}

/// The tokens joined by spaces, and the spans of their tags, in whichever scheme of IO, IOB, BILOU and
/// IOBES they are: a span ends where the next token is of another label, or begins one.
fn tagged(tokens: &[String], tags: &[String]) -> (String, Vec<RawSpan>) {
    let mut text = String::new();
    let mut n_characters = 0;
    let mut spans: Vec<RawSpan> = Vec::new();
    let mut is_open = false;
    for (i, token) in tokens.iter().enumerate() {
        if i > 0 {
            text.push(' ');
            n_characters += 1;
        }
        let start = n_characters;
        text.push_str(token);
        n_characters += token.chars().count();
        let tag = tags.get(i).map_or("O", String::as_str);
        let (mark, label) = match tag.split_once(['-', '_']) {
            Some((mark @ ("B" | "I" | "L" | "U" | "E" | "S"), label)) => (mark, label),
            _ => ("I", tag),
        };
        if ["O", ""].contains(&tag) || token.is_empty() {
            is_open = false;
            continue;
        }
        let goes_on = is_open && !["B", "U", "S"].contains(&mark);
        match spans.last_mut().filter(|it| goes_on && it.label == label) {
            Some(span) => span.pieces = vec![(span.pieces[0].0, n_characters)],
            None => spans.push(RawSpan {
                label: label.to_owned(),
                pieces: vec![(start, n_characters)],
                ..RawSpan::default()
            }),
        }
        is_open = !["L", "U", "E", "S"].contains(&mark);
    }
    (text, spans)
}

/// Takes in JSON lines.
///
/// # Errors
/// A message if the first line is no JSON object, or the file is not in UTF-8.
pub(super) fn read_lines(file: &str, bytes: &[u8], reading: &mut Reading<'_>) -> Result<(), String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let string = std::str::from_utf8(bytes).map_err(|error| {
        let line = bytes[..error.valid_up_to()].iter().filter(|&&byte| byte == b'\n').count() + 1;
        format!("it is not in UTF-8 at line {line}")
    })?;
    let lines = || string.split('\n').enumerate().filter(|(_, line)| !line.trim().is_empty());
    let first: BTreeMap<String, IgnoredAny> = match lines().next() {
        Some((_, line)) => serde_json::from_str(line)
            .map_err(|error| format!("its first line is no JSON object, {error}"))?,
        None => return Err("it has no line".to_owned()),
    };
    // All rows of a data set have the same columns.
    let unknown = first.keys().map(String::as_str).filter(|it| !KEYS.contains(it));
    reading.begin(file, Names::default(), unknown);
    if !first.keys().any(|it| ["text", "tokens"].contains(&it.as_str())) {
        return Err("its rows have neither a text nor tokens".to_owned());
    }
    for (i, line) in lines() {
        reading.take(i, serde_json::from_str(line).map_err(|error| error.to_string()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::hugging_face::JSONL;
    use crate::format::{Bundle, Format, FormatError};
    use crate::model::Schema;

    fn import(lines: &[u8]) -> Result<(String, Vec<String>), FormatError> {
        let files =
            vec![("data/a.jsonl".to_owned(), lines.to_vec()), ("README.md".to_owned(), b"#".to_vec())];
        let mut report = Report::default();
        let (options, schema) = (ImportOptions::default(), Schema::default());
        let articles = JSONL.import(&Bundle { files }, &options, &schema, &mut report)?;
        let shown = articles.iter().map(|article| {
            let spans = article.set.annotations().map(|it| {
                let extra = it.extra.0.iter().map(|(key, json)| format!(" {key}={json}"));
                let extra: String = extra.collect();
                format!(" {}={}{extra}", it.label, article.document.text.surface(&it.span))
            });
            format!("{}:{}", article.document.id, spans.collect::<String>())
        });
        let problems = report.problems.iter().map(ToString::to_string).collect();
        Ok((shown.collect::<Vec<_>>().join("\n"), problems))
    }

    #[test]
    fn rows_of_others_come_in() {
        for (lines, expected) in [
            (
                r#"{"text": "Éva, Kyiv", "entities": [{"start": 5, "end": 9, "label": "LOC"}]}"#,
                "data/a-00001: LOC=Kyiv",
            ),
            (
                r#"{"id": 7, "text": "😀 Kyiv", "spans": [{"start": 2, "end": 6, "label": "LOC", "score": 0.5, "origin": null}]}"#,
                "7: LOC=Kyiv score=0.5",
            ),
            (
                r#"{"id": "../x", "tokens": ["In", "New", "York"], "tags": ["O", "B-LOC", "I-LOC"]}"#,
                "data/a-00001: LOC=New York",
            ),
            (
                r#"{"tokens": ["A", "B", "C", "D"], "ner_tags": ["U-x", "B-x", "L-x", "x"]}"#,
                "data/a-00001: x=A x=B C x=D",
            ),
            (r#"{"id": "a", "text": "", "spans": null}"#, "a:"),
        ] {
            let (found, _) = import(lines.as_bytes()).expect("rows");
            assert_eq!(found, expected, "{lines}");
        }
    }

    #[test]
    fn rows_that_are_wrong_are_reported_and_the_others_come_in() {
        let lines = concat!(
            "\u{feff}{\"id\": \"a\", \"text\": \"Kyiv\", \"source\": \"x\"}\r\n",
            "\n",
            "{\"id\": \"a\", \"text\": \"Kyiv\"}\n",
            "{\"text\": 5}\n",
            "{\"tokens\": [\"a\"], \"ner_tags\": [\"O\", \"O\"]}\n",
            "{\"text\": \"Kyiv\", \"spans\": [{\"start\": -1, \"end\": 4, \"label\": \"x\"}]}\n",
            "{\"text\": \"Kyiv\", \"spans\": [{\"start\": 0, \"end\": 4, \"label\": 3}]}\n",
            "{\"text\": \"Kyiv\", \"spans\": [{\"start\": 0, \"end\": 4, \"label\": \"x\", \"text\": \"Lviv\"}]}\n",
            "{\"text\": \"\\ud800\"}\n",
            "[]",
        );
        let (found, problems) = import(lines.as_bytes()).expect("rows");
        expect_test::expect![[r#"
            a:
            data/a-00003:
            data/a-00007: 3=Kyiv
            data/a-00008:"#]]
        .assert_eq(&found);
        expect_test::expect![[r#"
            columns that Sorot does not know were not taken in, source: data/a.jsonl
            two rows are called a, and the second one is now data/a-00003: data/a.jsonl:3:1
            the row was not taken in, invalid type: integer `5`, expected a string at line 1 column 10: data/a.jsonl:4:1
            the row was not taken in, it has 1 tokens and 2 tags: data/a.jsonl:5:1
            the row was not taken in, a span is at -1: data/a.jsonl:6:1
            labels are numbers, and the file does not say which names they have: data/a.jsonl:7:1
            the span x at 0–4 was not taken in, the text there is “Kyiv” and not “Lviv”: data/a.jsonl
            the row was not taken in, unexpected end of hex escape at line 1 column 17: data/a.jsonl:9:1
            the row was not taken in, it has neither a text nor tokens: data/a.jsonl:10:1"#]].assert_eq(&problems.join("\n"));
    }

    #[test]
    fn what_has_no_rows_of_ours_is_refused() {
        for bytes in [
            b"".as_slice(),
            b"\n",
            b"[1]\n",
            b"{\"a\": 1}\n",
            b"{\"text\": \"\xe9\"}\n",
            b"PAR1",
            b"PAR1aaaaPAR1",
        ] {
            assert!(matches!(import(bytes), Err(FormatError::Malformed { .. })), "{bytes:?}");
        }
    }

    #[test]
    fn numbers_have_the_names_that_the_file_gives_them() {
        for list in [
            r#"[{"label": {"names": ["x", "y"], "_type": "ClassLabel"}}]"#,
            r#"{"feature": {"label": {"names": ["x", "y"], "_type": "ClassLabel"}}, "_type": "List"}"#,
        ] {
            let names = Names::of(&format!("{{\"info\": {{\"features\": {{\"spans\": {list}}}}}}}"));
            assert_eq!(names.spans, ["x", "y"]);
        }
        for json in ["", "{", "[]", "{\"info\": {\"features\": {\"spans\": []}}}", "{\"info\": 1}"] {
            assert!(Names::of(json).spans.is_empty(), "{json}");
        }
    }
}
