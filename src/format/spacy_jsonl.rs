//! spaCy's JSON, one document a line: what `Doc.to_json` writes and `Doc.from_json` reads. Offsets
//! count code points.
//!
//! ```python
//! for line in open("articles.jsonl", encoding="utf-8"):
//!     doc = Doc(vocab).from_json(json.loads(line), validate=True)
//!     doc.spans["sc"], doc.ents, doc._.sorot["relations"]
//! ```
//!
//! What the parts hold is as in the DocBin (`spacy.rs`). Read are also lines as spaCy's guides make
//! them for training, with `entities` and spans as lists `[start, end, label]`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value as Json;

use crate::format::each::take_each;
use crate::format::incoming::Incoming;
use crate::format::line::{one_line, push_string, read_lines};
use crate::format::portions::write_joined;
use crate::format::spacy_doc::{CAPABILITIES, Doc, GROUP, Stated, take_in};
use crate::format::stem::numbered;
use crate::format::{
    Article, Articles, Bundle, Capabilities, ExportOptions, Format, FormatError, ImportOptions, Overlap,
    Sign, Sink, Take,
};
use crate::model::{Place, Report, Schema, Severity, Value};
use crate::text::OffsetUnit;

/// Holds what the DocBin holds.
pub(super) struct SpacyJsonl;

const ID: &str = "spacy-jsonl";

impl Format for SpacyJsonl {
    fn id(&self) -> &'static str {
        ID
    }

    fn summary(&self) -> &'static str {
        "spaCy's JSON, one line an article, as Doc.from_json takes it"
    }

    fn capabilities(&self) -> Capabilities {
        let signs = &[Sign { ending: ".jsonl", holds: &["\"text\":", "\"ents\":"] }];
        Capabilities { takes_unit: true, signs, ..CAPABILITIES }
    }

    fn write(
        &self,
        articles: &mut dyn Articles,
        options: &ExportOptions,
        schema: &Schema,
        out: &mut dyn Sink,
        report: &mut Report,
    ) {
        write_joined(articles, "articles.jsonl", out, report, |article, report| {
            // Each token is an object of its own.
            let mut line = String::with_capacity(article.document.text.as_str().len() * 12);
            write(article, &options.overlap, schema, report, &mut line);
            line
        });
    }

    fn read(
        &self,
        files: &Bundle,
        options: &ImportOptions,
        _schema: &Schema,
        report: &mut Report,
        take: &mut Take<'_>,
    ) -> Result<(), FormatError> {
        for (name, bytes) in &files.files {
            let malformed = |message| FormatError::Malformed { format: ID, message, file: name.to_owned() };
            let rows = read_lines::<Line>(name, bytes, report).map_err(malformed)?;
            let n_rows = rows.len();
            let n_others = rows.iter().filter(|(_, row)| row.has_others()).count();
            if n_others > 0 {
                let place = Place { file: Some(name.clone()), ..Place::default() };
                let message =
                    format!("only spans are taken in, and not cats and sents of {n_others} articles");
                report.add(Severity::Note, place, message);
            }
            let rows: Vec<_> = rows.into_iter().enumerate().collect();
            let is_wanted = take_each(rows, report, take, |(i, (_, row)), report| {
                let id = numbered(name, i + 1, n_rows);
                Some(row.incoming(name, id).finish(options, report))
            });
            if !is_wanted {
                break;
            }
        }
        Ok(())
    }
}

fn write(article: &Article, overlap: &Overlap, schema: &Schema, report: &mut Report, out: &mut String) {
    let doc = Doc::new(article, schema, report);
    out.push_str("{\"text\": ");
    push_string(out, doc.text.as_str());
    out.push_str(", \"ents\": [");
    for (i, (range, annotation)) in doc.entities(article, overlap, report).into_iter().enumerate() {
        let (start, end) = doc.place(range);
        push(out, i, format_args!("{{\"start\": {start}, \"end\": {end}, \"label\": "));
        push_string(out, &annotation.label);
        out.push('}');
    }
    out.push_str("], \"tokens\": [");
    for (i, (start, end)) in doc.token_places().enumerate() {
        push(out, i, format_args!("{{\"id\": {i}, \"start\": {start}, \"end\": {end}}}"));
    }
    out.push_str("], \"spans\": {\"");
    out.push_str(GROUP);
    out.push_str("\": [");
    for (i, (range, annotation)) in doc.pieces().enumerate() {
        let (start, end) = doc.place(range);
        push(out, i, format_args!("{{\"start\": {start}, \"end\": {end}, \"label\": "));
        push_string(out, &annotation.label);
        out.push_str(", \"kb_id\": ");
        push_string(out, annotation.entity.as_ref().map_or("", |it| it.as_str()));
        out.push_str(", \"id\": ");
        push_string(out, annotation.id.as_str());
        out.push('}');
    }
    out.push_str("]}, \"_\": {\"sorot\": ");
    out.push_str(&one_line(&doc.own(article)));
    out.push_str("}}\n");
}

/// Adds an element of a list.
fn push(out: &mut String, i: usize, element: std::fmt::Arguments<'_>) {
    let separator = if i == 0 { "" } else { ", " };
    out.write_fmt(format_args!("{separator}{element}")).expect("a string takes what is written to it");
}

#[derive(Deserialize)]
struct Line {
    text: String,
    #[serde(default)]
    ents: Vec<Mark>,
    /// What training examples call them.
    #[serde(default)]
    entities: Vec<Mark>,
    #[serde(default)]
    spans: BTreeMap<String, Vec<Mark>>,
    #[serde(default)]
    cats: BTreeMap<String, IgnoredAny>,
    #[serde(default)]
    sents: Vec<IgnoredAny>,
    #[serde(default, rename = "_")]
    extensions: Extensions,
}

#[derive(Default, Deserialize)]
struct Extensions {
    sorot: Option<Json>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Mark {
    Object {
        start: usize,
        end: usize,
        #[serde(default)]
        label: String,
        #[serde(default)]
        kb_id: Option<Json>,
    },
    List(usize, usize, String),
}

impl Mark {
    fn stated(self, group: &str) -> Stated {
        let mut stated = match self {
            Mark::Object { start, end, label, kb_id } => {
                let entity = kb_id.as_ref().and_then(Json::as_str).unwrap_or_default().to_owned();
                Stated { label, start, end, entity, ..Stated::default() }
            }
            Mark::List(start, end, label) => Stated { label, start, end, ..Stated::default() },
        };
        if stated.label.is_empty() {
            group.clone_into(&mut stated.label);
        }
        if !group.is_empty() && group != GROUP {
            stated.attributes.push(("group".to_owned(), Value::Text(group.to_owned())));
        }
        stated
    }
}

impl Line {
    fn has_others(&self) -> bool {
        !self.cats.is_empty() || !self.sents.is_empty()
    }

    fn incoming(self, name: &str, id: String) -> Incoming {
        let spans = self.spans.into_iter();
        let mut stated: Vec<Stated> =
            spans.flat_map(|(group, marks)| marks.into_iter().map(move |it| it.stated(&group))).collect();
        let known: BTreeSet<_> = stated.iter().map(Stated::place).collect();
        let entities = self.ents.into_iter().chain(self.entities).map(|it| it.stated(""));
        stated.extend(entities.filter(|it| !known.contains(&it.place())));
        let mut incoming = Incoming::new(ID, name, id, self.text, OffsetUnit::CodePoint);
        let taken = take_in(&mut incoming, self.extensions.sorot, stated);
        incoming.relations = taken.relations;
        incoming
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_as_guides_make_them_come_in() {
        let lines = concat!(
            "\u{feff}{\"text\": \"😀 Kyiv\", \"entities\": [[2, 6, \"city\"]]}\r\n\n",
            "{\"text\": 1}\n",
            "{\"text\": \"Kyiv\", \"spans\": {\"x\": [{\"start\": 0, \"end\": 9, \"label\": \"a\"}, [0, 4, \"b\"]]}}\n",
        );
        let files = Bundle { files: vec![("a/train.jsonl".to_owned(), lines.as_bytes().to_vec())] };
        let schema = crate::file::PRESETS[0].schema();
        let mut report = Report::default();
        let articles = SpacyJsonl.import(&files, &ImportOptions::default(), &schema, &mut report);
        let shown: Vec<String> = articles
            .expect("two lines are good")
            .iter()
            .flat_map(|article| {
                let text = &article.document.text;
                let shown = |it: &std::sync::Arc<crate::model::Annotation>| {
                    format!("{} {} {}", article.document.id, it.label, text.surface(&it.span))
                };
                article.set.annotations().map(shown).collect::<Vec<_>>()
            })
            .collect();
        assert_eq!(shown, ["a/train-1 city Kyiv", "a/train-2 b Kyiv"]);
        let problems: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(problems[0].contains("train.jsonl:3:"), "{problems:?}");
        assert!(problems[1].contains("9"), "{problems:?}");
    }
}
