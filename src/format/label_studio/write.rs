//! Articles to Label Studio's tasks.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::file;
use crate::format::each::each;
use crate::format::label_studio::config::Config;
use crate::format::label_studio::words;
use crate::format::portions::look_at_each;
use crate::format::unused::unused;
use crate::format::{Article, Articles, Sink, own};
use crate::model::{Annotation, Report, Schema, Severity};
use crate::text::{OffsetUnit, Range};

/// A task; its keys are Label Studio's.
#[derive(Serialize)]
struct Task<'a> {
    data: Data<'a>,
    annotations: [Completed<'a>; 1],
}

#[derive(Serialize)]
struct Data<'a> {
    text: &'a str,
    sorot: Json,
}

#[derive(Serialize)]
struct Completed<'a> {
    result: Vec<Entry<'a>>,
}

/// One of an annotation's results.
#[derive(Serialize)]
#[serde(untagged)]
enum Entry<'a> {
    /// A region, or an attribute of one.
    Region {
        id: String,
        from_name: &'a str,
        to_name: &'a str,
        #[serde(rename = "type")]
        kind: &'static str,
        value: Json,
        #[serde(skip_serializing_if = "Option::is_none")]
        meta: Option<Json>,
    },
    Relation {
        #[serde(rename = "type")]
        kind: &'static str,
        from_id: String,
        to_id: String,
        direction: &'static str,
        labels: Vec<&'a str>,
    },
}

impl<'a> Entry<'a> {
    /// A relation without a label joins the fragments of a span.
    fn relation(from_id: String, to_id: String, label: Option<&'a str>) -> Entry<'a> {
        let labels = label.into_iter().collect();
        Entry::Relation { kind: "relation", from_id, to_id, direction: "right", labels }
    }
}

pub(super) fn write(articles: &mut dyn Articles, schema: &Schema, out: &mut dyn Sink, report: &mut Report) {
    let mut config = Config::new(schema);
    look_at_each(articles, report, |article| config.add(article));
    config.name();
    let mut put = |json: &str| out.put(vec![("tasks.json".to_owned(), json.as_bytes().to_vec())]);
    put("[");
    let mut separator = "\n";
    articles.for_each_portion(report, &mut |portion, report| {
        let mut json = String::new();
        for task in each(portion, report, |article, report| {
            article.report_orphans(report);
            if article.document.text.as_str().contains('\r') {
                let message =
                    "Label Studio may show the spans of this article, which has CRs, in other places";
                report.add(Severity::Warning, article.place(), message);
            }
            serde_json::to_string(&task(article, &config, schema))
                .expect("keys are strings, and writing to memory does not fail")
        }) {
            json.push_str(std::mem::replace(&mut separator, ",\n"));
            json.push_str(&task);
        }
        put(&json);
    });
    put("\n]\n");
    out.put(vec![("config.xml".to_owned(), config.xml(report))]);
}

fn task<'a>(article: &'a Article, config: &'a Config, schema: &Schema) -> Task<'a> {
    let set = &article.set;
    let mut result = Vec::with_capacity(set.annotations().len() * 2);
    // The regions of further fragments need ids that no annotation has.
    let mut ids: BTreeSet<String> = set.annotations().map(|it| it.id.as_str().to_owned()).collect();
    for annotation in set.in_order(&schema.label_names()) {
        add_span(annotation, article, config, &mut ids, &mut result);
    }
    let ends = |it: &crate::model::Relation| set.annotation(&it.from).zip(set.annotation(&it.to)).is_some();
    let relations = set.relations().filter(|it| ends(it));
    result.extend(
        relations.map(|it| {
            Entry::relation(it.from.as_str().to_owned(), it.to.as_str().to_owned(), Some(&it.label))
        }),
    );
    let mut sorot = own::of_article(article);
    if let Json::Object(sorot) = &mut sorot {
        let relations: Vec<Json> = set.relations().map(|it| file::relation_json(it)).collect();
        sorot.insert("relations".to_owned(), relations.into());
    }
    let data = Data { text: article.document.text.as_str(), sorot };
    Task { data, annotations: [Completed { result }] }
}

fn add_span<'a>(
    annotation: &'a Annotation,
    article: &'a Article,
    config: &'a Config,
    ids: &mut BTreeSet<String>,
    result: &mut Vec<Entry<'a>>,
) {
    let text = &article.document.text;
    let place = |range: Range, key: &str, words: Json| {
        let at = |offset| text.measure(offset, OffsetUnit::CodePoint);
        let mut value =
            json!({"start": at(range.start()), "end": at(range.end()), "text": text.slice(range)});
        value[key] = words;
        value
    };
    let first = annotation.id.as_str();
    let mut last = first.to_owned();
    for (i, &range) in annotation.span.ranges().iter().enumerate() {
        let mut meta = json!({"sorot": {"part_of": first}});
        let mut id = first.to_owned();
        if i == 0 {
            meta["sorot"] = own::of_annotation(annotation, article);
            if !annotation.note.is_empty() {
                meta["text"] = json!([annotation.note]);
            }
        } else {
            id = unused(&format!("{first}.{}", i + 1), ids);
        }
        result.push(Entry::Region {
            id: id.clone(),
            from_name: &config.labels_name,
            to_name: &config.text_name,
            kind: "labels",
            value: place(range, "labels", json!([annotation.label])),
            meta: Some(meta),
        });
        if i > 0 {
            result.push(Entry::relation(std::mem::replace(&mut last, id.clone()), id, None));
        }
    }
    let Some(&range) = annotation.span.ranges().first() else { return };
    for (name, value) in &annotation.attributes {
        let Some((words, control)) = words(value).zip(config.control(name)) else { continue };
        // The words that somebody typed stand where the region's own text would.
        let (kind, key) = control.kind();
        result.push(Entry::Region {
            id: first.to_owned(),
            from_name: name,
            to_name: &config.text_name,
            kind,
            value: place(range, key, json!(words)),
            meta: None,
        });
    }
}
