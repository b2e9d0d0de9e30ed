//! One JSON object a line, a line for each article: what training scripts and data set loaders
//! read.

use serde_json::{Map, Value, json};

use crate::file;
use crate::format::line::one_line;
use crate::format::{Article, Bundle, Capabilities, ExportOptions, Format, FormatError, ImportOptions};
use crate::model::{Entity, Report, Schema, Severity};
use crate::text::OffsetUnit;

/// Written only.
pub(super) struct Jsonl;

impl Format for Jsonl {
    fn id(&self) -> &'static str {
        "jsonl"
    }

    fn summary(&self) -> &'static str {
        "one line an article with text, spans and relations, for training"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            reads: false,
            writes: true,
            one_file: true,
            text: true,
            overlapping: true,
            discontinuous: true,
            relations: true,
            attributes: true,
            offset_unit: OffsetUnit::CodePoint,
            losses: &["the article file's encoding and line ends", "file keys that Sorot does not know"],
        }
    }

    fn export(
        &self,
        articles: &[Article],
        _options: &ExportOptions,
        schema: &Schema,
        report: &mut Report,
    ) -> Bundle {
        let mut bytes = Vec::new();
        for article in articles {
            article.report_orphans(report);
            report_unknown_keys(article, report);
            bytes.extend_from_slice(one_line(&line(article, schema)).as_bytes());
            bytes.push(b'\n');
        }
        Bundle { files: vec![("articles.jsonl".to_owned(), bytes)] }
    }

    fn import(
        &self,
        _files: &Bundle,
        _options: &ImportOptions,
        _schema: &Schema,
        _report: &mut Report,
    ) -> Result<Vec<Article>, FormatError> {
        Err(FormatError::WriteOnly { format: self.id() })
    }
}

fn line(article: &Article, schema: &Schema) -> Value {
    let (document, set) = (&article.document, &article.set);
    let spans = set.in_order(&schema.label_names());
    json!({
        "id": document.id.as_str(),
        "text": document.text.as_str(),
        "text_sha256": document.source.text_sha256,
        "language": language(article),
        "annotator": article.owner.name(),
        "status": set.status().name(),
        "schema": {"id": schema.id, "version": schema.version},
        "offsets": {"unit": "code_point", "base": 0, "end": "exclusive"},
        "entities": set.entities().map(|it| entity(it)).collect::<Vec<_>>(),
        "spans": spans.into_iter().map(|it| file::annotation_json(it, &document.text)).collect::<Vec<_>>(),
        "relations": set.relations().map(|it| file::relation_json(it)).collect::<Vec<_>>(),
    })
}

/// The article's language as its source tells it, or else as its annotation file does.
fn language(article: &Article) -> Value {
    let extra = article.set.article_extra.0.iter().find(|(key, _)| key == "language");
    match (&article.document.source.language, extra) {
        (Some(language), _) => language.as_str().into(),
        (None, Some((_, json))) => serde_json::from_str(json).unwrap_or_default(),
        (None, None) => Value::Null,
    }
}

fn entity(entity: &Entity) -> Value {
    let mut object = Map::new();
    object.insert("id".to_owned(), entity.id.as_str().into());
    object.insert("kind".to_owned(), entity.kind.as_str().into());
    object.insert("name".to_owned(), entity.name.as_str().into());
    for (key, value) in &entity.extra.0 {
        object.insert(key.clone(), serde_json::from_str(value).unwrap_or_default());
    }
    object.into()
}

fn report_unknown_keys(article: &Article, report: &mut Report) {
    // The language is exported, orphans are reported, and no training script misses the
    // book-keeping.
    let known = ["language", "orphans", "seconds", "updated", "purpose", "revision"];
    let extra = article.set.extra.0.iter().chain(&article.set.article_extra.0);
    let unknown: Vec<String> = extra
        .filter(|(key, _)| !known.contains(&key.as_str()))
        .map(|(key, _)| format!("\"{key}\""))
        .collect();
    if !unknown.is_empty() {
        let message = format!("unknown keys are not exported, {}", unknown.join(", "));
        report.add(Severity::Note, article.place(), message);
    }
}
