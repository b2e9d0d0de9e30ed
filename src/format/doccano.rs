//! doccano's JSON lines: one line an article, as its projects for relations and for sequence
//! labelling import and export them.
//!
//! Offsets count UTF-16 units, since doccano's editor slices JavaScript strings; a project may
//! have been told to count graphemes, which no file says. doccano knows no fragments: each becomes
//! an entity, and relations lead to the first. What only Sorot knows, and which entities make one
//! span, stands in the line's `sorot`, which doccano keeps as metadata and exports again. doccano
//! numbers entities anew, so it is found by label and place; what was moved or labelled anew in
//! doccano is a new span.
//!
//! All is ASCII, because doccano guesses the encoding unless it is told, and guesses wrong.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use serde_json::value::RawValue;

use crate::file;
use crate::format::each::take_each;
use crate::format::incoming::{Incoming, RawRelation, RawSpan};
use crate::format::own::KnownRelations;
use crate::format::portions::write_joined;
use crate::format::unused::{unused, unused_file, with_copies};
use crate::format::{
    Article, Articles, Bundle, Capabilities, ExportOption, ExportOptions, Format, FormatError, ImportOptions,
    Sign, Sink, Take, own,
};
use crate::model::{AnnotationId, Place, Report, Schema, Severity};
use crate::text::OffsetUnit;

/// Holds everything but how annotations came to be.
pub(super) struct Doccano;

const ID: &str = "doccano";

impl Format for Doccano {
    fn id(&self) -> &'static str {
        ID
    }

    fn summary(&self) -> &'static str {
        "doccano JSON lines, for projects with relations or sequence labelling"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            discontinuous: false,
            offset_unit: OffsetUnit::Utf16,
            options: &[
                ExportOption::Unit(OffsetUnit::CodePoint),
                ExportOption::Unit(OffsetUnit::Utf16),
                ExportOption::Unit(OffsetUnit::Byte),
            ],
            signs: &[
                Sign { ending: ".jsonl", holds: &["\"text\":", "\"start_offset\":"] },
                Sign { ending: ".jsonl", holds: &["\"text\":", "\"label\":[["] },
                Sign { ending: ".jsonl", holds: &["\"text\":", "\"label\": [["] },
            ],
            losses: &[
                "fragments as one, for doccano itself",
                "overlapping spans, where a doccano project does not allow them",
                "how and when annotations came to be",
                "the article file's encoding and line ends",
                "file keys that Sorot does not know",
            ],
            ..Capabilities::WHOLE
        }
    }

    fn write(
        &self,
        articles: &mut dyn Articles,
        options: &ExportOptions,
        schema: &Schema,
        out: &mut dyn Sink,
        report: &mut Report,
    ) {
        let unit = options.unit.unwrap_or(OffsetUnit::Utf16);
        let n_discontinuous = AtomicUsize::new(0);
        write_joined(articles, "doccano.jsonl", out, report, |article, report| {
            let mut bytes = Vec::new();
            article.report_orphans(report);
            let n = article.set.annotations().filter(|it| it.span.is_discontinuous()).count();
            n_discontinuous.fetch_add(n, Ordering::Relaxed);
            if article.document.text.is_empty() {
                let message = "doccano takes no article without text, and passes over this one";
                report.add(Severity::Warning, article.place(), message);
            }
            let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, Ascii);
            line(article, unit, schema)
                .serialize(&mut serializer)
                .expect("memory takes what is written to it");
            bytes.push(b'\n');
            String::from_utf8(bytes).expect("JSON is UTF-8")
        });
        let n_discontinuous = n_discontinuous.into_inner();
        if n_discontinuous > 0 {
            let message = format!(
                "doccano shows each fragment as a span of its own, for {n_discontinuous} spans with several; \
                 they are one again when they come back"
            );
            report.add(Severity::Note, Place::default(), message);
        }
    }

    fn read(
        &self,
        files: &Bundle,
        options: &ImportOptions,
        _schema: &Schema,
        report: &mut Report,
        take: &mut Take<'_>,
    ) -> Result<(), FormatError> {
        let mut rows = Vec::new();
        for (name, bytes) in &files.files {
            read(name, bytes, &mut rows, report)?;
        }
        let annotators = if options.owner.is_none() { annotators(&rows, report) } else { BTreeSet::new() };
        let others: BTreeSet<String> = rows.iter().flat_map(|row| &row.line.others).cloned().collect();
        if !others.is_empty() {
            let names: Vec<String> = others.iter().map(|it| format!("\"{it}\"")).collect();
            let message = format!("what stands in these keys was not taken in, {}", names.join(", "));
            report.add(Severity::Note, Place::default(), message);
        }
        let mut names = BTreeSet::new();
        let articles = rows.into_iter().map(|row| {
            let is_annotator = annotators.contains(row.stem);
            let number = row.number();
            let name = if is_annotator {
                number
            } else {
                unused_file(&format!("{}-{number}", row.stem), &mut names)
            };
            let mut incoming =
                Incoming::new(ID, row.file, format!("{name}.txt"), row.line.text.as_str(), OffsetUnit::Utf16);
            incoming.owner = is_annotator.then(|| row.stem.to_owned());
            (row, incoming)
        });
        let prepared: Vec<_> = articles.collect();
        let n_doubtful = AtomicUsize::new(0);
        take_each(prepared, report, take, |(row, mut incoming), report| {
            let is_stated = take_in(row, &mut incoming, report);
            let is_ambiguous = || incoming.text.chars().any(|it| it.len_utf16() > 1);
            if !is_stated && !incoming.spans.is_empty() && is_ambiguous() {
                n_doubtful.fetch_add(1, Ordering::Relaxed);
            }
            Some(incoming.finish(options, report))
        });
        let n_doubtful = n_doubtful.into_inner();
        if n_doubtful > 0 && options.unit.is_none() {
            let message = format!(
                "doccano's files do not say what their numbers count; UTF-16 units were taken, as usual, and \
                 code points or graphemes would be other places in {n_doubtful} of the articles"
            );
            report.add(Severity::Warning, Place::default(), message);
        }
        Ok(())
    }
}

/// Writes every character beyond ASCII by its code.
struct Ascii;

impl serde_json::ser::Formatter for Ascii {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(i) = rest.find(|it: char| !it.is_ascii()) {
            let (plain, others) = rest.split_at(i);
            writer.write_all(plain.as_bytes())?;
            let n = others.find(|it: char| it.is_ascii()).unwrap_or(others.len());
            for unit in others[..n].encode_utf16() {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = &others[n..];
        }
        writer.write_all(rest.as_bytes())
    }
}

/// A line as it is written.
#[derive(Serialize)]
struct Written<'a> {
    text: &'a str,
    entities: Vec<WrittenEntity<'a>>,
    relations: Vec<WrittenRelation<'a>>,
    sorot: Json,
}

#[derive(Serialize)]
struct WrittenEntity<'a> {
    id: usize,
    label: &'a str,
    start_offset: usize,
    end_offset: usize,
}

#[derive(Serialize)]
struct WrittenRelation<'a> {
    id: usize,
    from_id: usize,
    to_id: usize,
    #[serde(rename = "type")]
    label: &'a str,
}

fn line<'a>(article: &'a Article, unit: OffsetUnit, schema: &Schema) -> Written<'a> {
    let (text, set) = (&article.document.text, &article.set);
    let mut entities = Vec::with_capacity(set.annotations().len());
    let mut spans = Vec::with_capacity(set.annotations().len());
    let mut first: BTreeMap<&AnnotationId, usize> = BTreeMap::new();
    for annotation in set.in_order(&schema.label_names()) {
        first.insert(&annotation.id, entities.len() + 1);
        let pieces = annotation.span.ranges().iter();
        let pieces: Vec<_> =
            pieces.map(|it| (text.measure(it.start(), unit), text.measure(it.end(), unit))).collect();
        for &(start_offset, end_offset) in &pieces {
            let id = entities.len() + 1;
            entities.push(WrittenEntity { id, label: &annotation.label, start_offset, end_offset });
        }
        let mut own = own::of_annotation(annotation, article);
        if let Json::Object(own) = &mut own {
            own.insert("label".to_owned(), annotation.label.as_str().into());
            own.insert("pieces".to_owned(), serde_json::json!(pieces));
        }
        spans.push(own);
    }
    let ends = |it: &crate::model::Relation| first.get(&it.from).copied().zip(first.get(&it.to).copied());
    let linked = set.relations().filter_map(|it| Some((it, ends(it)?))).enumerate();
    let relations = linked.map(|(i, (relation, (from_id, to_id)))| WrittenRelation {
        id: i + 1,
        from_id,
        to_id,
        label: &relation.label,
    });
    let mut sorot = own::of_article(article);
    if let Json::Object(sorot) = &mut sorot {
        sorot.insert("unit".to_owned(), unit_name(unit).into());
        sorot.insert("spans".to_owned(), spans.into());
        let relations: Vec<Json> = set.relations().map(|it| file::relation_json(it)).collect();
        sorot.insert("relations".to_owned(), relations.into());
    }
    Written { text: text.as_str(), entities, relations: relations.collect(), sorot }
}

fn unit_name(unit: OffsetUnit) -> &'static str {
    match unit {
        OffsetUnit::Byte => "byte",
        OffsetUnit::CodePoint => "code_point",
        OffsetUnit::Utf16 => "utf16",
    }
}

/// A line as it is read.
struct Line<'a> {
    id: Option<u64>,
    text: String,
    /// Lists of spans. Whichever there is has them: `entities` in projects for relations, `label`
    /// in those for sequence labelling, the others in older versions.
    spans: Vec<&'a RawValue>,
    relations: Option<&'a RawValue>,
    sorot: Option<&'a RawValue>,
    /// Keys that say something which is not taken in.
    others: Vec<String>,
}

impl<'a> Line<'a> {
    fn new(json: &'a str) -> Result<Line<'a>, String> {
        let mut keys: BTreeMap<String, &RawValue> =
            serde_json::from_str(json).map_err(|it| it.to_string())?;
        // What says nothing need not be taken in.
        keys.retain(|_, json| !["null", "[]", "{}"].contains(&json.get()));
        let mut take = |key| keys.remove(key);
        let text = take("text").or_else(|| take("data")).ok_or("it has no text")?;
        Ok(Line {
            id: take("id").and_then(|it| serde_json::from_str(it.get()).ok()),
            text: serde_json::from_str(text.get()).map_err(|it| it.to_string())?,
            spans: ["entities", "label", "labels", "annotations"].into_iter().filter_map(&mut take).collect(),
            relations: take("relations"),
            sorot: take("sorot"),
            others: keys.into_keys().collect(),
        })
    }
}

/// A span, in either of the forms in which doccano has it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Entity {
    Object {
        #[serde(default)]
        id: Option<i64>,
        label: Label,
        start_offset: usize,
        end_offset: usize,
    },
    List(usize, usize, Label),
}

/// A label's name; the first versions of doccano exported its number.
#[derive(Deserialize)]
#[serde(untagged)]
enum Label {
    Name(String),
    Number(i64),
}

#[derive(Deserialize)]
struct Relation {
    from_id: i64,
    to_id: i64,
    #[serde(rename = "type")]
    label: String,
}

/// What the line's `sorot` says about spans.
#[derive(Default, Deserialize)]
struct Own<'a> {
    #[serde(default)]
    unit: String,
    #[serde(borrow, default)]
    spans: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct OwnSpan {
    label: String,
    pieces: Vec<(usize, usize)>,
}

/// A line with its place.
struct Row<'a> {
    file: &'a str,
    stem: &'a str,
    line_number: usize,
    line: Line<'a>,
}

impl Row<'_> {
    /// The number that doccano gave the article, or else the line's.
    fn number(&self) -> String {
        self.line.id.unwrap_or(self.line_number as u64).to_string()
    }

    fn place(&self) -> Place {
        Place {
            file: Some(self.file.to_owned()),
            line_column: Some((self.line_number, 1)),
            ..Place::default()
        }
    }
}

/// Reads a file's lines, or the list that it holds. It is not doccano's if none can be read.
fn read<'a>(
    file: &'a str,
    bytes: &'a [u8],
    rows: &mut Vec<Row<'a>>,
    report: &mut Report,
) -> Result<(), FormatError> {
    let malformed = |message: String| FormatError::Malformed { format: ID, message, file: file.to_owned() };
    let content = std::str::from_utf8(bytes)
        .map_err(|it| malformed(format!("it is not UTF-8 from byte {} on", it.valid_up_to())))?;
    let content = content.strip_prefix('\u{feff}').unwrap_or(content);
    let lines: Vec<(usize, &str)> = if content.trim_start().starts_with('[') {
        let list: Vec<&RawValue> = serde_json::from_str(content).map_err(|it| malformed(it.to_string()))?;
        list.into_iter().map(RawValue::get).enumerate().collect()
    } else {
        content.split('\n').enumerate().filter(|(_, line)| !line.trim().is_empty()).collect()
    };
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let n_before = rows.len();
    let mut problems = Vec::new();
    for (i, line) in lines {
        match Line::new(line) {
            Ok(line) => rows.push(Row { file, stem, line_number: i + 1, line }),
            Err(error) => problems.push((i + 1, error)),
        }
    }
    if let (true, Some((number, error))) = (rows.len() == n_before, problems.first()) {
        return Err(malformed(format!("line {number}: {error}")));
    }
    for (number, error) in problems {
        let place = Place { file: Some(file.to_owned()), line_column: Some((number, 1)), ..Place::default() };
        report.add(Severity::Error, place, format!("the line was not taken in, {error}"));
    }
    Ok(())
}

/// The files that are an annotator's each: doccano names them so, and all hold the same articles.
fn annotators<'a>(rows: &[Row<'a>], report: &mut Report) -> BTreeSet<&'a str> {
    let numbers: Vec<String> = rows.iter().map(Row::number).collect();
    let texts =
        rows.iter().zip(&numbers).map(|(row, number)| (number.as_str(), row.line.text.as_str(), row.stem));
    let found = with_copies(texts);
    let found: BTreeSet<&'a str> = rows.iter().map(|row| row.stem).filter(|it| found.contains(it)).collect();
    if !found.is_empty() {
        let names: Vec<&str> = found.iter().copied().collect();
        let message = format!("the files are taken for annotators of the same texts, {}", names.join(", "));
        report.add(Severity::Note, Place::default(), message);
    }
    found
}

/// Takes in a line's spans and relations; true if the line says what its numbers count.
fn take_in(row: Row<'_>, incoming: &mut Incoming, report: &mut Report) -> bool {
    let mut own = Own::default();
    if let Some(json) = row.line.sorot {
        own::into_article(json.get(), incoming);
        own = serde_json::from_str(json.get()).unwrap_or_default();
    }
    let unit = [OffsetUnit::Byte, OffsetUnit::CodePoint, OffsetUnit::Utf16];
    let unit = unit.into_iter().find(|it| unit_name(*it) == own.unit);
    incoming.unit = unit.unwrap_or(incoming.unit);

    let mut refuse = |what: &str, error: serde_json::Error| {
        report.add(Severity::Error, row.place(), format!("{what} was not taken in, {error}"));
    };
    let mut entities = Vec::new();
    for json in &row.line.spans {
        match serde_json::from_str::<Vec<&RawValue>>(json.get()) {
            Ok(list) => entities.extend(list),
            Err(error) => refuse("a list of spans", error),
        }
    }
    // Spans that Sorot wrote take their entities; what is left is doccano's own.
    let mut free: BTreeMap<(String, usize, usize), VecDeque<Option<i64>>> = BTreeMap::new();
    for json in entities {
        match serde_json::from_str(json.get()) {
            Ok(Entity::Object { id, label, start_offset, end_offset }) => {
                free.entry((label.name(), start_offset, end_offset)).or_default().push_back(id);
            }
            Ok(Entity::List(start, end, label)) => {
                free.entry((label.name(), start, end)).or_default().push_back(None);
            }
            Err(_) => {
                let message = format!("the span {} was not taken in, it has no label and place", json.get());
                report.add(Severity::Error, row.place(), message);
            }
        }
    }
    let mut ids = BTreeSet::new();
    let mut span_of: BTreeMap<i64, String> = BTreeMap::new();
    for json in own.spans {
        let Ok(OwnSpan { label, pieces }) = serde_json::from_str(json.get()) else { continue };
        let keys: Vec<_> = pieces.iter().map(|&(start, end)| (label.clone(), start, end)).collect();
        if keys.is_empty() || keys.iter().any(|key| free.get(key).is_none_or(VecDeque::is_empty)) {
            continue;
        }
        let mut span = RawSpan { label, pieces, ..RawSpan::default() };
        own::into_span(json.get(), &mut span);
        for key in ["label", "pieces"] {
            span.extra.set(key, None);
        }
        span.id = unused(&span.id, &mut ids);
        for id in keys.iter().filter_map(|key| free.get_mut(key)?.pop_front()?) {
            span_of.insert(id, span.id.clone());
        }
        incoming.spans.push(span);
    }
    for ((label, start, end), numbers) in free {
        for number in numbers {
            let wanted = number.map_or_else(|| format!("s{}", incoming.spans.len() + 1), |it| it.to_string());
            let id = unused(&wanted, &mut ids);
            if let Some(number) = number
                && span_of.insert(number, id.clone()).is_some()
            {
                let message = format!("two entities have the id {number}, and relations lead to one of them");
                report.add(Severity::Warning, row.place(), message);
            }
            let label = label.clone();
            incoming.spans.push(RawSpan { id, label, pieces: vec![(start, end)], ..RawSpan::default() });
        }
    }
    relations(&row, &span_of, incoming, report);
    unit.is_some()
}

fn relations(row: &Row<'_>, span_of: &BTreeMap<i64, String>, incoming: &mut Incoming, report: &mut Report) {
    let Some(json) = row.line.relations else { return };
    let mut known = KnownRelations::new(row.line.sorot.map_or("{}", RawValue::get));
    let list: Vec<Relation> = match serde_json::from_str(json.get()) {
        Ok(list) => list,
        Err(error) => {
            report.add(Severity::Error, row.place(), format!("relations were not taken in, {error}"));
            return;
        }
    };
    for Relation { from_id, to_id, label } in list {
        let [from, to] =
            [from_id, to_id].map(|id| span_of.get(&id).cloned().unwrap_or_else(|| id.to_string()));
        let mut relation = RawRelation { label, from, to, ..RawRelation::default() };
        known.complete(&mut relation);
        incoming.relations.push(relation);
    }
}

impl Label {
    fn name(self) -> String {
        match self {
            Label::Name(name) => name,
            Label::Number(number) => number.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::format::testing::{article, imported};

    /// A quote in two pieces, two speakers on one place, a character beyond the first plane.
    fn rina() -> Article {
        article(
            "😀 “Ya,” kata Éva, “tidak.”",
            r#"[
              {"id": "s1", "label": "quote", "start": 2, "end": 27, "fragments": [[2, 7], [18, 26]],
               "attributes": {"quote_type": "direct"}, "note": "why?"},
              {"id": "s2", "label": "speaker", "start": 13, "end": 16, "entity": "e1"},
              {"id": "s3", "label": "speaker", "start": 13, "end": 16, "flags": ["unsure"]}
            ]"#,
            r#"[{"id": "r1", "label": "says", "from": "s3", "to": "s1", "note": "sure"}]"#,
        )
    }

    #[test]
    fn a_line_is_an_article() {
        let mut report = Report::default();
        let bundle = Doccano.export(&[rina()], &ExportOptions::default(), &Schema::default(), &mut report);
        let line = String::from_utf8(bundle.files[0].1.clone()).expect("UTF-8");
        assert!(line.is_ascii());
        assert_eq!(report.problems.len(), 1, "it says that fragments are apart");
        expect![[r#"
            {"text":"\ud83d\ude00 \u201cYa,\u201d kata \u00c9va, \u201ctidak.\u201d","entities":[{"id":1,"label":"quote","start_offset":3,"end_offset":8},{"id":2,"label":"quote","start_offset":19,"end_offset":27},{"id":3,"label":"speaker","start_offset":14,"end_offset":17},{"id":4,"label":"speaker","start_offset":14,"end_offset":17}],"relations":[{"id":1,"from_id":4,"to_id":1,"type":"says"}],"sorot":{"path":"articles/a.txt","annotator":"rina","status":"done","language":null,"entities":[{"id":"e1","kind":"person","name":"\u00c9va Bal\u00e1zs"}],"unit":"utf16","spans":[{"id":"s1","attributes":{"quote_type":"direct"},"note":"why?","label":"quote","pieces":[[3,8],[19,27]]},{"id":"s2","entity":"e1","label":"speaker","pieces":[[14,17]]},{"id":"s3","flags":["unsure"],"label":"speaker","pieces":[[14,17]]}],"relations":[{"id":"r1","label":"says","from":"s3","to":"s1","note":"sure"}]}}
        "#]].assert_eq(&line);
        expect![[r#"
            articles/a.txt of rina
              s1 quote "“Ya,” “tidak.”" quote_type=Text("direct") note "why?"
              s2 speaker "Éva" is e1 "Éva Balázs"
              s3 speaker "Éva" #unsure
              r1 says s3 -> s1 "sure"
        "#]]
        .assert_eq(&imported(&Doccano, &[("doccano.jsonl", &line)]));
        // doccano numbers anew, and somebody moved the end of the quote's second fragment.
        let moved = line.replace("\"id\":1,", "\"id\":71,").replace("to_id\":1", "to_id\":71");
        let moved = moved.replacen("\"end_offset\":27", "\"end_offset\":20", 1);
        expect![[r#"
            articles/a.txt of rina
              2 quote "“"
              71 quote "“Ya,”"
              s2 speaker "Éva" is e1 "Éva Balázs"
              s3 speaker "Éva" #unsure
              r1 says s3 -> 71 ""
        "#]]
        .assert_eq(&imported(&Doccano, &[("doccano.jsonl", &moved)]));
    }

    #[test]
    fn files_of_others_come_in() {
        // What it shows, files by name, and what comes in.
        type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], Expect);
        let cases: &[Case<'_>] = &[
            (
                "sequence labelling",
                &[(
                    "all.jsonl",
                    "{\"id\": 7, \"text\": \"😀 Max\", \"label\": [[3, 6, \"PER\"], [0, 99, \"PER\"], [\"x\"]], \
                     \"Comments\": []}\n\n{\"id\": 7, \"data\": \"Max\", \"labels\": [[0, 3, \"PER\"]]}\nnothing\n",
                )],
                expect![[r#"
                    sequence labelling
                    all-7.txt of imported
                      s2 PER "Max"
                    all-7-2.txt of imported
                      s1 PER "Max"
                    ! the line was not taken in, expected ident at line 1 column 2: all.jsonl:4:1
                    ! the span ["x"] was not taken in, it has no label and place: all.jsonl:1:1
                    ! the span s1 PER at 0–99 was not taken in, UTF-16 unit 99 lies past the end of the text, which has 6: all.jsonl
                    ! doccano's files do not say what their numbers count; UTF-16 units were taken, as usual, and code points or graphemes would be other places in 1 of the articles
                "#]],
            ),
            (
                "relations, a list, old exports",
                &[(
                    "all.json",
                    r#"[{"text": "Max met Éva", "entities": [
                          {"id": 30, "label": "PER", "start_offset": 0, "end_offset": 3},
                          {"id": 31, "label": "PER", "start_offset": 8, "end_offset": 11}],
                        "relations": [{"id": 1, "from_id": 30, "to_id": 31, "type": "met"},
                          {"id": 2, "from_id": 30, "to_id": 99, "type": "met"}]},
                        {"text": "Max", "annotations": [{"label": 4, "start_offset": 0, "end_offset": 3, "user": 1}],
                         "meta": {}, "sorot": null}]"#,
                )],
                expect![[r#"
                    relations, a list, old exports
                    all-1.txt of imported
                      30 PER "Max"
                      31 PER "Éva"
                      r1 met 30 -> 31 ""
                    all-2.txt of imported
                      s1 4 "Max"
                    ! the relation met was not taken in, it leads from 30 to 99, and not both are there: all.json
                "#]],
            ),
            (
                "annotators",
                &[
                    ("eva.jsonl", r#"{"id": 1, "text": "Max", "label": [[0, 3, "PER"]]}"#),
                    ("max.jsonl", r#"{"id": 1, "text": "Max", "label": []}"#),
                ],
                expect![[r#"
                    annotators
                    1.txt of eva
                      s1 PER "Max"
                    1.txt of max
                    ! the files are taken for annotators of the same texts, eva, max
                "#]],
            ),
            (
                "something else",
                &[("a.json", "{\"text\"\n: 1}")],
                expect![[r#"
                something else
                the file is not in the format doccano, line 1: EOF while parsing an object at line 1 column 7: a.json
            "#]],
            ),
        ];
        for (what, files, expected) in cases {
            expected.assert_eq(&format!("{what}\n{}", imported(&Doccano, files)));
        }
    }
}
