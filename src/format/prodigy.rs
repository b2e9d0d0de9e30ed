//! Prodigy's JSONL: a task a line, with its tokens, spans and relations. Offsets count code points;
//! the numbers of tokens are inclusive, and a relation names the last token of each of its ends.
//!
//! Spans may share text, as in Prodigy's `spans.manual` and `rel.manual`; `ner.manual` wants an
//! export of labels that do not. Tokens are cut at spans, so that each can be drawn. Fragments of a
//! span are spans of their own. What Prodigy has no field for is in the task's key `sorot`, as
//! `spacy_doc.rs` says; Prodigy keeps keys that it does not know.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Deserialize;
use serde_json::{Map, Value as Json};

use crate::format::each::take_each;
use crate::format::incoming::{Incoming, RawRelation};
use crate::format::line::{one_line, push_string, read_lines};
use crate::format::portions::write_joined;
use crate::format::spacy_doc::{self, CAPABILITIES, Doc, Stated, take_in};
use crate::format::stem::numbered;
use crate::format::{
    Article, Articles, Bundle, Capabilities, ExportOptions, Format, FormatError, ImportOptions, Sign, Sink,
    Take, own,
};
use crate::model::{Annotation, Place, Report, Schema, Severity, Value};
use crate::text::{OffsetUnit, Range};

/// Holds what the DocBin holds.
pub(super) struct Prodigy;

const ID: &str = "prodigy";

/// The label of what a relation leads to and nobody labelled.
const UNLABELLED: &str = "token";

impl Format for Prodigy {
    fn id(&self) -> &'static str {
        ID
    }

    fn summary(&self) -> &'static str {
        "Prodigy's JSONL, one line a task with tokens, spans and relations"
    }

    fn capabilities(&self) -> Capabilities {
        let signs = &[Sign { ending: ".jsonl", holds: &["\"text\":", "\"spans\":", "\"answer\":"] }];
        Capabilities { options: &[], takes_unit: true, signs, ..CAPABILITIES }
    }

    fn write(
        &self,
        articles: &mut dyn Articles,
        _options: &ExportOptions,
        schema: &Schema,
        out: &mut dyn Sink,
        report: &mut Report,
    ) {
        write_joined(articles, "articles.jsonl", out, report, |article, report| {
            // Each token is an object of its own.
            let mut lines = String::with_capacity(article.document.text.as_str().len() * 16);
            write(article, schema, report, &mut lines);
            lines
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
            let tasks = read_lines::<Task>(name, bytes, report).map_err(malformed)?;
            let n_tasks = tasks.len();
            let tasks: Vec<_> = tasks.into_iter().enumerate().collect();
            let is_wanted = take_each(tasks, report, take, |(i, (line, task)), report| {
                if let Some(answer) = task.answer.as_deref().filter(|it| *it != "accept") {
                    let place =
                        Place { file: Some(name.clone()), line_column: Some((line, 1)), ..Place::default() };
                    let message = format!("the task was not taken in, its answer is {answer}");
                    report.add(Severity::Warning, place, message);
                    return None;
                }
                let id = numbered(name, i + 1, n_tasks);
                Some(task.incoming(name, id).finish(options, report))
            });
            if !is_wanted {
                break;
            }
        }
        Ok(())
    }
}

fn write(article: &Article, schema: &Schema, report: &mut Report, out: &mut String) {
    let doc = Doc::new(article, schema, report);
    out.push_str("{\"text\": ");
    push_string(out, doc.text.as_str());
    out.push_str(", \"tokens\": [");
    for (i, ((start, end), token)) in doc.token_places().zip(&doc.tokens).enumerate() {
        out.push_str(if i == 0 { "{\"text\": " } else { ", {\"text\": " });
        push_string(out, doc.text.slice(token.range));
        push(
            out,
            format_args!(", \"start\": {start}, \"end\": {end}, \"id\": {i}, \"ws\": {}}}", token.has_space),
        );
    }
    out.push_str("], \"spans\": [");
    for (i, (range, annotation)) in doc.pieces().enumerate() {
        out.push_str(if i == 0 { "" } else { ", " });
        push_span(out, &doc, range, annotation);
    }
    out.push_str("], \"relations\": [");
    let by_id: BTreeMap<_, _> = doc.annotations.iter().map(|it| (&it.id, it)).collect();
    let ends = doc.relations.iter().filter_map(|it| Some((it, by_id.get(&it.from)?, by_id.get(&it.to)?)));
    for (i, (relation, from, to)) in ends.enumerate() {
        out.push_str(if i == 0 { "{\"label\": " } else { ", {\"label\": " });
        push_string(out, &relation.label);
        for (key, end) in [("head", from), ("child", to)] {
            // The first fragment stands for them all.
            let Some(&range) = end.span.ranges().first() else { continue };
            push(out, format_args!(", \"{key}\": {}, \"{key}_span\": ", doc.token_range(range).1 - 1));
            push_span(out, &doc, range, end);
        }
        out.push('}');
    }
    let view = if doc.relations.is_empty() { "spans_manual" } else { "relations" };
    push(out, format_args!("], \"answer\": \"accept\", \"_view_id\": \"{view}\", \"_annotator_id\": "));
    push_string(out, article.owner.name());
    out.push_str(", \"meta\": {\"article\": ");
    push_string(out, article.document.id.as_str());
    out.push_str("}, \"sorot\": ");
    out.push_str(&one_line(&doc.own(article)));
    out.push_str("}\n");
}

fn push_span(out: &mut String, doc: &Doc<'_>, range: Range, annotation: &Annotation) {
    let ((start, end), (first, after)) = (doc.place(range), doc.token_range(range));
    let last = after - 1;
    push(
        out,
        format_args!(
            "{{\"start\": {start}, \"end\": {end}, \"token_start\": {first}, \"token_end\": {last}, \"label\": "
        ),
    );
    push_string(out, &annotation.label);
    out.push('}');
}

fn push(out: &mut String, json: std::fmt::Arguments<'_>) {
    out.write_fmt(json).expect("a string takes what is written to it");
}

#[derive(Deserialize)]
struct Task {
    text: String,
    #[serde(default)]
    spans: Option<Vec<TaskSpan>>,
    #[serde(default)]
    relations: Option<Vec<TaskRelation>>,
    answer: Option<String>,
    #[serde(rename = "_annotator_id")]
    annotator: Option<String>,
    sorot: Option<Json>,
}

#[derive(Deserialize)]
struct TaskSpan {
    start: usize,
    end: usize,
    label: Option<String>,
    text: Option<String>,
    #[serde(flatten)]
    others: Map<String, Json>,
}

#[derive(Deserialize)]
struct TaskRelation {
    #[serde(default)]
    label: String,
    head_span: TaskSpan,
    child_span: TaskSpan,
    #[serde(flatten)]
    others: Map<String, Json>,
}

/// The keys that a person or a recipe added, as attributes.
fn attributes(others: Map<String, Json>) -> impl Iterator<Item = (String, Value)> {
    let known = ["token_start", "token_end", "head", "child", "color", "id"];
    let others = others.into_iter().filter(move |(key, _)| !known.contains(&key.as_str()));
    others.map(|(key, json)| (key, own::value(json)))
}

impl TaskSpan {
    fn stated(self) -> Stated {
        Stated {
            label: self.label.unwrap_or_else(|| UNLABELLED.to_owned()),
            start: self.start,
            end: self.end,
            surface: self.text,
            attributes: attributes(self.others).collect(),
            ..Stated::default()
        }
    }
}

impl Task {
    fn incoming(self, name: &str, id: String) -> Incoming {
        let mut incoming = Incoming::new(ID, name, id, self.text, OffsetUnit::CodePoint);
        let mut stated: Vec<Stated> =
            self.spans.unwrap_or_default().into_iter().map(TaskSpan::stated).collect();
        let relations = self.relations.unwrap_or_default();
        // A relation may lead to a token that is no span.
        let mut places: BTreeSet<spacy_doc::Place> = stated.iter().map(Stated::place).collect();
        let mut end = |span: TaskSpan| {
            let stated_end = span.stated();
            let place = stated_end.place();
            if places.insert(place.clone()) {
                stated.push(stated_end);
            }
            place
        };
        let relations: Vec<_> = relations
            .into_iter()
            .map(|it| (it.label, end(it.head_span), end(it.child_span), it.others))
            .collect();

        let taken = take_in(&mut incoming, self.sorot, stated);
        let mut own: BTreeMap<_, Vec<RawRelation>> = BTreeMap::new();
        for it in taken.relations {
            own.entry((it.label.clone(), it.from.clone(), it.to.clone())).or_default().push(it);
        }
        for (label, from, to, others) in relations {
            let id = |place| taken.id_at.get(place).cloned().unwrap_or_default();
            let key = (label, id(&from), id(&to));
            let known = own.get_mut(&key).and_then(Vec::pop);
            incoming.relations.push(known.unwrap_or_else(|| {
                let (label, from, to) = key;
                let attributes = attributes(others).collect();
                RawRelation { label, from, to, attributes, ..RawRelation::default() }
            }));
        }
        if self.annotator.is_some() {
            incoming.owner = self.annotator;
        }
        incoming
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_foreign_task_comes_in() {
        let lines = concat!(
            r#"{"text": "😀 Rina hit Kyiv", "_annotator_id": "db-rina", "meta": {"source": "x"}, "spans": ["#,
            r#"{"start": 2, "end": 6, "token_start": 1, "token_end": 1, "label": "speaker", "sure": true}],"#,
            r#" "relations": [{"head": 1, "child": 3, "label": "hits", "color": "red","#,
            r#" "head_span": {"start": 2, "end": 6, "token_start": 1, "token_end": 1, "label": "speaker"},"#,
            r#" "child_span": {"start": 11, "end": 15, "token_start": 3, "token_end": 3, "label": null}}]}"#,
            "\n",
            r#"{"text": "no", "answer": "reject"}"#,
        );
        let files = Bundle { files: vec![("tasks.jsonl".to_owned(), lines.as_bytes().to_vec())] };
        let schema = crate::file::PRESETS[0].schema();
        let mut report = Report::default();
        let articles = Prodigy.import(&files, &ImportOptions::default(), &schema, &mut report).expect("JSON");
        let [article] = articles.as_slice() else { panic!("one task was accepted") };
        assert_eq!((article.document.id.as_str(), article.owner.name()), ("tasks-1", "db-rina"));
        let text = &article.document.text;
        let spans: Vec<String> = article
            .set
            .annotations()
            .map(|it| format!("{} {} {:?}", it.label, text.surface(&it.span), it.attributes))
            .collect();
        assert_eq!(spans, ["speaker Rina {\"sure\": Boolean(true)}", "token Kyiv {}"]);
        let label_of = |id| article.set.annotation(id).map(|it| it.label.as_str());
        let relations: Vec<_> = article
            .set
            .relations()
            .map(|it| (it.label.as_str(), label_of(&it.from), label_of(&it.to)))
            .collect();
        assert_eq!(relations, [("hits", Some("speaker"), Some("token"))]);
        let problems: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
        assert_eq!(problems, ["the task was not taken in, its answer is reject: tasks.jsonl:2:1"]);
    }
}
