//! Data sets as the Hugging Face library `datasets` loads them: a folder with a data set card and a
//! file of rows, a row for each article, in Parquet or as JSON lines.
//!
//! The card and, in Parquet, the file itself say what the columns hold, so that labels come out as
//! `ClassLabel` and no column that happens to be empty has another type than it has elsewhere. Every
//! row has every key. Offsets count code points, as Python does, unless the card says otherwise.
//!
//! An import takes both kinds, and data sets of others too, if a row has a `text` with `spans` (or
//! `entities`) of `start`, `end` and `label`, or `tokens` with `ner_tags`; then the tokens, joined
//! by spaces, are the text.

mod card;
mod feature;
mod parquet;
mod row;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use feature::{Cell, Feature};
use row::Reading;

use crate::format::line::one_line;
use crate::format::portions::{count, look_at_each, write_joined};
use crate::format::{
    Article, Articles, Bundle, Capabilities, ExportOption, ExportOptions, Format, FormatError, ImportOptions,
    Sign, Sink, Take, cell,
};
use crate::model::{Annotation, Attributes, Entity, Report, Schema, Value};
use crate::text::{OffsetUnit, Text};

/// Rows in Parquet.
pub(super) const PARQUET: HuggingFace = HuggingFace { id: "hugging-face", file: "train.parquet" };

/// Rows as JSON lines.
pub(super) const JSONL: HuggingFace = HuggingFace { id: "hugging-face-jsonl", file: "train.jsonl" };

/// A data set folder.
#[derive(PartialEq, Eq)]
pub(super) struct HuggingFace {
    id: &'static str,
    /// The file with the rows. Its name says that they are of the split `train`.
    file: &'static str,
}

impl Format for HuggingFace {
    fn id(&self) -> &'static str {
        self.id
    }

    fn summary(&self) -> &'static str {
        match self.file {
            "train.jsonl" => "Hugging Face data set as JSON lines with a data set card",
            _ => "Hugging Face data set in Parquet with typed columns and a data set card",
        }
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            one_file: false,
            options: &[
                ExportOption::Unit(OffsetUnit::CodePoint),
                ExportOption::Unit(OffsetUnit::Utf16),
                ExportOption::Unit(OffsetUnit::Byte),
            ],
            signs: match self.file {
                "train.jsonl" => {
                    &[Sign { ending: ".jsonl", holds: &["\n{\"id\":", "\"annotator\":", "\"spans\":"] }]
                }
                _ => &[Sign { ending: ".parquet", holds: &[] }],
            },
            losses: &[
                "when and how spans were made",
                "the article file's encoding",
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
        let unit = options.unit.unwrap_or(self.capabilities().offset_unit);
        let mut uses = Uses::default();
        look_at_each(articles, report, |article| uses.add(article));
        let features = features(&uses, schema);
        let label_names = schema.label_names();
        if *self == PARQUET {
            let mut writer = parquet::Writer::new(&features);
            articles.for_each_portion(report, &mut |portion, report| {
                for article in portion {
                    article.report_orphans(report);
                    writer.add(row(article, &label_names, unit));
                }
                out.put(vec![(self.file.to_owned(), writer.written())]);
            });
            out.put(vec![(self.file.to_owned(), writer.finish())]);
        } else {
            write_joined(articles, self.file, out, report, |article, report| {
                article.report_orphans(report);
                one_line(&features.with(&row(article, &label_names, unit))) + "\n"
            });
        }
        let card = card::card(self.file, &features, &uses, schema, unit);
        out.put(vec![("README.md".to_owned(), card.into_bytes())]);
    }

    fn read(
        &self,
        files: &Bundle,
        options: &ImportOptions,
        _schema: &Schema,
        report: &mut Report,
        take: &mut Take<'_>,
    ) -> Result<(), FormatError> {
        let mut reading = Reading::new(self.id, options, report);
        for (file, bytes) in &files.files {
            let is_parquet = bytes.starts_with(b"PAR1");
            // The rest of a data set's folder: its card, licence, pictures.
            let is_of_rows =
                is_parquet || [".parquet", ".jsonl", ".json", ".ndjson"].iter().any(|it| file.ends_with(it));
            if !is_of_rows && files.files.len() > 1 {
                continue;
            }
            let read = if is_parquet {
                parquet::read(file, bytes, &mut reading)
            } else {
                row::read_lines(file, bytes, &mut reading)
            };
            read.map_err(|message| FormatError::Malformed { format: self.id, message, file: file.clone() })?;
        }
        let articles = reading.finish();
        take(articles, report);
        Ok(())
    }
}

/// What is said of a data set as a whole.
#[derive(Default)]
struct Uses {
    n_articles: usize,
    languages: BTreeSet<String>,
    /// How often each label is used.
    labels: BTreeMap<String, usize>,
    relations: BTreeMap<String, usize>,
}

impl Uses {
    fn add(&mut self, article: &Article) {
        self.n_articles += 1;
        self.languages.extend(article.document.source.language.clone());
        article.set.annotations().for_each(|it| count(&mut self.labels, &it.label));
        article.set.relations().for_each(|it| count(&mut self.relations, &it.label));
    }
}

/// The columns, with the labels of the schema and those that are used beside it.
fn features(uses: &Uses, schema: &Schema) -> Feature {
    let label = class(schema.label_names(), &uses.labels);
    let relation_names = schema.relations.iter().map(|it| it.name.as_str()).collect();
    let relation_label = class(relation_names, &uses.relations);
    let list = |item| Feature::List(Box::new(item));
    let attributes = || list(Feature::Group(vec![("name", Feature::Text), ("value", Feature::Text)]));
    let fragment = Feature::Group(vec![("start", Feature::Number), ("end", Feature::Number)]);
    let span = Feature::Group(vec![
        ("id", Feature::Text),
        ("label", label),
        ("start", Feature::Number),
        ("end", Feature::Number),
        ("text", Feature::Text),
        ("fragments", list(fragment)),
        ("attributes", attributes()),
        ("entity", Feature::Text),
        ("note", Feature::Text),
        ("flags", list(Feature::Text)),
    ]);
    let relation = Feature::Group(vec![
        ("id", Feature::Text),
        ("label", relation_label),
        ("from", Feature::Text),
        ("to", Feature::Text),
        ("attributes", attributes()),
        ("note", Feature::Text),
    ]);
    let entity = Feature::Group(vec![
        ("id", Feature::Text),
        ("kind", Feature::Text),
        ("name", Feature::Text),
        ("attributes", attributes()),
    ]);
    Feature::Group(vec![
        ("id", Feature::Text),
        ("text", Feature::Text),
        ("language", Feature::Text),
        ("annotator", Feature::Text),
        ("status", Feature::Text),
        ("spans", list(span)),
        ("relations", list(relation)),
        ("entities", list(entity)),
    ])
}

/// The known names in their order, and then the others that are used.
fn class(known: Vec<&str>, used: &BTreeMap<String, usize>) -> Feature {
    let others: Vec<&str> = used.keys().map(String::as_str).filter(|it| !known.contains(it)).collect();
    Feature::Class(known.into_iter().chain(others).map(str::to_owned).collect())
}

/// An article as [`features`] describe it.
fn row<'a>(article: &'a Article, label_names: &[&str], unit: OffsetUnit) -> Cell<'a> {
    let (document, set) = (&article.document, &article.set);
    let spans = set.in_order(label_names).into_iter().map(|it| span(it, &document.text, unit));
    let relations = set.relations().map(|it| {
        Cell::Group(vec![
            Cell::text(it.id.as_str()),
            Cell::text(&it.label),
            Cell::text(it.from.as_str()),
            Cell::text(it.to.as_str()),
            attributes(&it.attributes),
            Cell::text(&it.note),
        ])
    });
    Cell::Group(vec![
        Cell::text(document.id.as_str()),
        Cell::text(document.text.as_str()),
        document.source.language.as_deref().map_or(Cell::Null, Cell::text),
        Cell::text(article.owner.name()),
        Cell::text(set.status().name()),
        Cell::List(spans.collect()),
        Cell::List(relations.collect()),
        Cell::List(set.entities().map(|it| entity(it)).collect()),
    ])
}

fn span<'a>(annotation: &'a Annotation, text: &'a Text, unit: OffsetUnit) -> Cell<'a> {
    let ranges = annotation.span.ranges();
    let at = |offset| Cell::Number(text.measure(offset, unit) as i64);
    let surface = match ranges {
        [range] => Cow::Borrowed(text.slice(*range)),
        _ => Cow::Owned(text.surface(&annotation.span)),
    };
    let fragments = ranges.iter().map(|it| Cell::Group(vec![at(it.start()), at(it.end())]));
    Cell::Group(vec![
        Cell::text(annotation.id.as_str()),
        Cell::text(&annotation.label),
        at(annotation.span.start()),
        at(annotation.span.end()),
        Cell::Text(surface),
        Cell::List(fragments.collect()),
        attributes(&annotation.attributes),
        annotation.entity.as_ref().map_or(Cell::Null, |it| Cell::text(it.as_str())),
        Cell::text(&annotation.note),
        Cell::List(annotation.flags.iter().map(|it| Cell::text(it)).collect()),
    ])
}

fn entity(entity: &Entity) -> Cell<'_> {
    let attributes = entity.extra.0.iter().map(|(name, json)| {
        let value =
            serde_json::from_str(json).map_or_else(|_| json.clone(), |it| cell::write(&Value::Text(it)));
        Cell::Group(vec![Cell::text(name), Cell::Text(value.into())])
    });
    Cell::Group(vec![
        Cell::text(entity.id.as_str()),
        Cell::text(&entity.kind),
        Cell::text(&entity.name),
        Cell::List(attributes.collect()),
    ])
}

fn attributes(attributes: &Attributes) -> Cell<'_> {
    let pairs = attributes
        .iter()
        .map(|(name, value)| Cell::Group(vec![Cell::text(name), Cell::Text(cell::write(value).into())]));
    Cell::List(pairs.collect())
}
