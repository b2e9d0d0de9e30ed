//! One JSON object a line, a line for each article: what training scripts and data set loaders
//! read.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::file;
use crate::format::each::read_each;
use crate::format::line::one_line;
use crate::format::portions::write_joined;
use crate::format::{
    Article, Articles, Bundle, Capabilities, ExportOption, ExportOptions, Format, FormatError, ImportOptions,
    Sign, Sink, Take, Texts,
};
use crate::model::{Document, Entity, Owner, Place, Report, Schema, Severity};
use crate::text::{OffsetUnit, Range};

/// Keys as in the annotation file, so that what reads the one reads the other.
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
            line_by_line: true,
            options: &[ExportOption::WithoutText],
            takes_unit: false,
            signs: &[Sign { ending: ".jsonl", holds: &["\"text_sha256\":", "\"spans\":"] }],
            losses: &["the article file's encoding and line ends", "file keys that Sorot does not know"],
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
        write_joined(articles, "articles.jsonl", out, report, |article, report| {
            article.report_orphans(report);
            report_unknown_keys(article, report);
            one_line(&line(article, schema, !options.without_text)) + "\n"
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
            let malformed = |message: &str| FormatError::Malformed {
                format: self.id(),
                message: message.to_owned(),
                file: name.clone(),
            };
            let string = std::str::from_utf8(bytes).map_err(|_| malformed("it is not in UTF-8"))?;
            let string = string.strip_prefix('\u{feff}').unwrap_or(string);
            let n_before = options.n_lines_before;
            let lines = string.split('\n').enumerate().filter(|(_, line)| !line.trim().is_empty());
            let lines: Vec<_> = lines.map(|(i, line)| (n_before + i, line)).collect();
            let is_wanted = read_each(&lines, report, take, |&(i, line), report| {
                let read = read_line(line, name, i, options, report);
                if let Err(message) = &read {
                    report.add(Severity::Error, Place::default(), format!("not taken in, {message}"));
                }
                for problem in &mut report.problems {
                    problem.place.file = Some(name.clone());
                    problem.place.line_column = Some((i + 1, 1));
                }
                match read {
                    Ok(article) => Ok(Some(article)),
                    // It is another format.
                    Err(message) if n_before == 0 && lines.first().is_some_and(|it| it.0 == i) => {
                        Err(malformed(&format!("line {}: {message}", i + 1)))
                    }
                    Err(_) => Ok(None),
                }
            })?;
            if !is_wanted {
                break;
            }
        }
        Ok(())
    }
}

/// Reads a line as the annotation file that has the same keys.
fn read_line(
    line: &str,
    name: &str,
    i: usize,
    options: &ImportOptions,
    report: &mut Report,
) -> Result<Article, String> {
    let mut keys: BTreeMap<String, &RawValue> =
        serde_json::from_str(line).map_err(|_| "it is no JSON object".to_owned())?;
    if !keys.get("text").is_some_and(|it| it.get().starts_with('"')) {
        let completed = completed(&keys, options)?;
        return read_line(
            &completed,
            name,
            i,
            &ImportOptions { texts: Texts::default(), ..options.clone() },
            report,
        );
    }
    let mut article = Map::new();
    let path = keys.remove("id").and_then(|it| match serde_json::from_str(it.get()).ok()? {
        Value::String(id) => Some(id),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    });
    let stem = name.rsplit('/').next().unwrap_or(name).split('.').next().unwrap_or(name);
    let path = path.filter(|it| !it.is_empty()).unwrap_or_else(|| format!("{stem}-{}", i + 1));
    article.insert("path".to_owned(), path.into());
    if let Some(language) = keys.remove("language").and_then(|it| serde_json::from_str(it.get()).ok()) {
        article.insert("language".to_owned(), language);
    }
    let mut json =
        format!("{{\"format\": \"sorot-annotations\", \"version\": 1, \"article\": {}", Value::from(article));
    for key in ["annotator", "status", "schema", "offsets", "text", "entities", "spans", "relations"] {
        if let Some(value) = keys.get(key) {
            json.push_str(&format!(", \"{key}\": {}", value.get()));
        }
    }
    // Other programs' lines need not say either.
    if !keys.contains_key("annotator") {
        json.push_str(", \"annotator\": \"imported\"");
    }
    if !keys.contains_key("status") {
        let is_bare = keys.get("spans").is_none_or(|it| it.get() == "[]");
        json.push_str(if is_bare { ", \"status\": \"new\"" } else { ", \"status\": \"in_progress\"" });
    }
    json.push('}');
    // Who imports tells of labels that the schema does not have.
    let stored = file::read_set(json.as_bytes(), name, &Schema::default(), report)
        .map_err(|error| error.to_string())?;
    let document = Document { id: stored.path.as_str().into(), text: stored.text, source: stored.source };
    let owner = options.owner.clone().unwrap_or_else(|| Owner::named(&stored.annotator));
    Ok(Article { owner, document: Arc::new(document), set: Arc::new(stored.set) })
}

/// A line that lacks the text, with the text that it was made on, and with what its spans cover.
fn completed(keys: &BTreeMap<String, &RawValue>, options: &ImportOptions) -> Result<String, String> {
    let string = |key: &str| keys.get(key).and_then(|it| serde_json::from_str::<String>(it.get()).ok());
    let known = string("id").and_then(|it| options.texts.get(&it));
    let known = known.ok_or("it has no \"text\", and the project has no article of its id")?;
    if string("text_sha256").is_some_and(|it| it != known.source.text_sha256) {
        return Err("the article has another text than the one it was made on".to_owned());
    }
    let mut line: Map<String, Value> = Map::new();
    for (key, json) in keys {
        line.insert(key.clone(), serde_json::from_str(json.get()).map_err(|error| error.to_string())?);
    }
    let spans = line.get_mut("spans").and_then(Value::as_array_mut);
    for span in spans.into_iter().flatten() {
        let pieces = span.get("fragments").and_then(|it| serde_json::from_value(it.clone()).ok());
        let hull = || serde_json::from_value(json!([[span.get("start")?, span.get("end")?]])).ok();
        let pieces: Option<Vec<(usize, usize)>> = pieces.or_else(hull);
        let surface = |(start, end): (usize, usize)| {
            let [start, end] = [start, end].map(|it| known.text.locate(it, OffsetUnit::CodePoint).ok());
            Some(known.text.slice(Range::new(start?, end?)?))
        };
        let surfaces = pieces.and_then(|it| it.into_iter().map(surface).collect::<Option<Vec<_>>>());
        // What has no place in the text is told by who reads the line.
        if let (Some(surfaces), Value::Object(span)) = (surfaces, span) {
            span.insert("text".to_owned(), surfaces.join(" ").into());
        }
    }
    line.insert("text".to_owned(), known.text.as_str().into());
    Ok(Value::from(line).to_string())
}

fn line(article: &Article, schema: &Schema, has_text: bool) -> Value {
    let (document, set) = (&article.document, &article.set);
    let spans = set.in_order(&schema.label_names());
    let spans = spans.into_iter().map(|it| file::annotation_json(it, &document.text));
    let mut line = json!({
        "id": document.id.as_str(),
        "text": document.text.as_str(),
        "text_sha256": document.source.text_sha256,
        "language": language(article),
        "annotator": article.owner.name(),
        "status": set.status().name(),
        "schema": {"id": schema.id, "version": schema.version},
        "offsets": {"unit": "code_point", "base": 0, "end": "exclusive"},
        "entities": set.entities().map(|it| entity(it)).collect::<Vec<_>>(),
        "spans": spans.collect::<Vec<_>>(),
        "relations": set.relations().map(|it| file::relation_json(it)).collect::<Vec<_>>(),
    });
    if !has_text {
        without_text(&mut line);
        line["spans"].as_array_mut().into_iter().flatten().for_each(without_text);
    }
    line
}

fn without_text(json: &mut Value) {
    if let Value::Object(object) = json {
        object.shift_remove("text");
    }
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
