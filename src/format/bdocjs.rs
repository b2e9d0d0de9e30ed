//! GATE's bdoc JSON, as gatenlp reads and writes it: a file for each article, in it an annotation
//! set for each annotator.
//!
//! A span is an annotation with its label as type and its attributes as features. A span with
//! several fragments is an annotation for each, with one `span_id` and the fragments' numbers as
//! `fragment`. Relations are a feature of the document, a list with the set and the numbers of both
//! annotations. What only Sorot knows is in the features `sorot`. Offsets count what the file's
//! `offset_type` says: `p` code points, as Python does, `j` UTF-16 units, as Java does.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json, json};

use crate::format::each::read_each;
use crate::format::incoming::{Incoming, RawRelation, RawSpan};
use crate::format::portions::write_each;
use crate::format::{
    Article, Articles, Bundle, Capabilities, ExportOption, ExportOptions, Format, FormatError, ImportOptions,
    Sign, Sink, Take, own,
};
use crate::model::{Place, Report, Schema, Severity};
use crate::text::OffsetUnit;

/// Holds everything but how annotations came to be.
pub(super) struct Bdocjs;

const ID: &str = "bdocjs";

/// Features that say something of their own here; attributes of these names are in `sorot`.
const RESERVED: [&str; 3] = ["sorot", "span_id", "fragment"];

impl Format for Bdocjs {
    fn id(&self) -> &'static str {
        ID
    }

    fn summary(&self) -> &'static str {
        "bdoc JSON for GATE and gatenlp, an annotation set for each annotator"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            one_file: false,
            // It has no name for bytes.
            options: &[ExportOption::Unit(OffsetUnit::CodePoint), ExportOption::Unit(OffsetUnit::Utf16)],
            signs: &[Sign { ending: ".bdocjs", holds: &[] }],
            losses: &[
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
        let is_java = options.unit == Some(OffsetUnit::Utf16);
        write_each(articles, out, report, |article, name, report| {
            article.report_orphans(report);
            let content = write(article, schema, is_java);
            [(format!("{name}.{ID}"), content.into_bytes())]
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
        let read = |(name, bytes): &(String, Vec<u8>), report: &mut Report| {
            let read = read(name, bytes, report).map_err(|message| FormatError::Malformed {
                format: ID,
                message,
                file: name.clone(),
            })?;
            Ok(read.into_iter().map(|it| it.finish(options, report)).collect::<Vec<_>>())
        };
        read_each(&files.files, report, take, read).map(drop)
    }
}

fn write(article: &Article, schema: &Schema, is_java: bool) -> String {
    let (document, set) = (&article.document, &article.set);
    let unit = if is_java { OffsetUnit::Utf16 } else { OffsetUnit::CodePoint };
    let mut lines = Vec::with_capacity(set.annotations().len());
    let mut number_of = BTreeMap::new();
    for annotation in set.in_order(&schema.label_names()) {
        number_of.insert(&annotation.id, lines.len());
        let Json::Object(mut features) = own::of_annotation(annotation, article) else { continue };
        let mut own = std::mem::take(&mut features);
        if let Some(Json::Object(attributes)) = own.get_mut("attributes") {
            for (name, value) in std::mem::take(attributes) {
                let is_reserved = RESERVED.contains(&name.as_str());
                if is_reserved { &mut *attributes } else { &mut features }.insert(name, value);
            }
        }
        features.insert("sorot".to_owned(), own.into());
        let is_discontinuous = annotation.span.is_discontinuous();
        for (i, range) in annotation.span.ranges().iter().enumerate() {
            if is_discontinuous {
                features.insert("span_id".to_owned(), annotation.id.as_str().into());
                features.insert("fragment".to_owned(), (i + 1).into());
            }
            let [start, end] = [range.start(), range.end()].map(|it| document.text.measure(it, unit));
            lines.push(
                json!({
                    "type": annotation.label,
                    "start": start,
                    "end": end,
                    "id": lines.len(),
                    "features": features,
                })
                .to_string(),
            );
        }
    }
    let owner = article.owner.name();
    let relations = set.relations().filter_map(|it| {
        let (from, to) = (number_of.get(&it.from)?, number_of.get(&it.to)?);
        let own = own::of_relation(it);
        Some(json!({"set": owner, "label": it.label, "from": from, "to": to, "sorot": own}))
    });
    let features = json!({"sorot": own::of_article(article), "relations": relations.collect::<Vec<_>>()});
    format!(
        "{{\"annotation_sets\": {{{owner}: {{\"name\": {owner}, \"annotations\": [\n{}\n], \"next_annid\": {}}}}},\n\
         \"text\": {},\n\"features\": {features},\n\"offset_type\": \"{}\",\n\"name\": {}}}\n",
        lines.join(",\n"),
        lines.len(),
        Json::from(document.text.as_str()),
        if is_java { 'j' } else { 'p' },
        Json::from(document.id.as_str()),
        owner = Json::from(owner),
    )
}

#[derive(Deserialize)]
struct File<'a> {
    text: String,
    #[serde(default, borrow)]
    annotation_sets: BTreeMap<String, Set<'a>>,
    #[serde(default)]
    features: Option<Map<String, Json>>,
    offset_type: Option<String>,
    name: Option<String>,
}

#[derive(Deserialize)]
struct Set<'a> {
    #[serde(default, borrow)]
    annotations: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Row {
    #[serde(rename = "type")]
    label: String,
    start: usize,
    end: usize,
    id: i64,
    features: Option<Map<String, Json>>,
}

#[derive(Deserialize)]
struct Link {
    set: String,
    label: String,
    from: i64,
    to: i64,
    sorot: Option<Json>,
}

fn read(name: &str, bytes: &[u8], report: &mut Report) -> Result<Vec<Incoming>, String> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let mut file: File<'_> = serde_json::from_slice(bytes).map_err(|it| it.to_string())?;
    let unit = match file.offset_type.as_deref() {
        None | Some("p") => OffsetUnit::CodePoint,
        Some("j") => OffsetUnit::Utf16,
        Some(other) => return Err(format!("its offset_type is {other} and neither p nor j")),
    };
    let place = Place { file: Some(name.to_owned()), ..Place::default() };
    let mut features = file.features.take().unwrap_or_default();
    let own = features.shift_remove("sorot").map(|it| it.to_string());
    let relations = features.shift_remove("relations");
    let mut links: BTreeMap<String, Vec<Link>> = BTreeMap::new();
    for link in relations.as_ref().and_then(Json::as_array).into_iter().flatten() {
        match Link::deserialize(link) {
            Ok(link) => links.entry(link.set.clone()).or_default().push(link),
            Err(error) => {
                let message = format!("a relation was not taken in, {error}");
                report.add(Severity::Error, place.clone(), message);
            }
        }
    }
    if !features.is_empty() {
        let names: Vec<String> = features.keys().cloned().collect();
        let message = format!("features of the document were not taken in, {}", names.join(", "));
        report.add(Severity::Note, place.clone(), message);
    }
    if file.annotation_sets.is_empty() {
        file.annotation_sets.insert(String::new(), Set { annotations: Vec::new() });
    }
    let stem = name.strip_suffix(".bdocjs").or_else(|| name.strip_suffix(".json")).unwrap_or(name);
    let title = file.name.filter(|it| own::is_inside(it)).unwrap_or_else(|| stem.to_owned());
    let articles = file.annotation_sets.into_iter().map(|(owner, set)| {
        let mut article = Incoming::new(ID, name, title.as_str(), file.text.as_str(), unit);
        if let Some(own) = &own {
            own::into_article(own, &mut article);
        }
        article.owner = Some(owner.clone()).filter(|it| !it.is_empty()).or(article.owner);
        let span_of = spans(set, &mut article, &place, report);
        for link in links.remove(&owner).unwrap_or_default() {
            let end =
                |number: i64| span_of.get(&number).cloned().unwrap_or_else(|| format!("annotation {number}"));
            let mut relation = RawRelation {
                label: link.label,
                from: end(link.from),
                to: end(link.to),
                ..RawRelation::default()
            };
            if let Some(own) = link.sorot {
                own::into_relation(&own.to_string(), &mut relation);
            }
            article.relations.push(relation);
        }
        article
    });
    let articles = articles.collect();
    for (set, links) in links {
        let message =
            format!("relations were not taken in, there is no set “{set}” for them, {} of them", links.len());
        report.add(Severity::Error, place.clone(), message);
    }
    Ok(articles)
}

/// Takes in a set's annotations; gives what relations call the span of each.
fn spans(set: Set<'_>, article: &mut Incoming, place: &Place, report: &mut Report) -> BTreeMap<i64, String> {
    let mut span_of = BTreeMap::new();
    // Where the other fragments of a span stand.
    let mut begun: BTreeMap<(String, String), usize> = BTreeMap::new();
    for row in set.annotations {
        let row: Row = match serde_json::from_str(row.get()) {
            Ok(row) => row,
            Err(error) => {
                report.add(
                    Severity::Error,
                    place.clone(),
                    format!("an annotation was not taken in, {error}"),
                );
                continue;
            }
        };
        let mut features = row.features.unwrap_or_default();
        let shared = match (features.get("span_id"), features.get("fragment")) {
            (Some(Json::String(id)), Some(Json::Number(_))) => Some((id.clone(), row.label.clone())),
            _ => None,
        };
        if shared.is_some() {
            RESERVED[1..].iter().for_each(|it| drop(features.shift_remove(*it)));
        }
        let known = shared.as_ref().and_then(|it| begun.get(it).copied());
        if let Some(span) = known.and_then(|i| article.spans.get_mut(i)) {
            span.pieces.push((row.start, row.end));
            features.shift_remove("sorot");
            for (name, value) in features {
                span.attributes.entry(name).or_insert_with(|| own::value(value));
            }
            span_of.insert(row.id, span.id.clone());
            continue;
        }
        let mut span = RawSpan { label: row.label, pieces: vec![(row.start, row.end)], ..RawSpan::default() };
        if let Some(own @ Json::Object(_)) = features.get("sorot") {
            own::into_span(&own.to_string(), &mut span);
            features.shift_remove("sorot");
        }
        if span.id.is_empty() {
            span.id = shared.as_ref().map_or_else(|| row.id.to_string(), |(id, _)| id.clone());
        }
        span.attributes.extend(features.into_iter().map(|(name, value)| (name, own::value(value))));
        span_of.insert(row.id, span.id.clone());
        begun.extend(shared.map(|it| (it, article.spans.len())));
        article.spans.push(span);
    }
    for span in article.spans.iter_mut().filter(|it| it.pieces.len() > 1) {
        span.pieces.sort_unstable();
    }
    span_of
}

#[cfg(test)]
mod tests {
    use super::*;

    fn import(file: &str) -> (Vec<Article>, Vec<String>) {
        let files = Bundle { files: vec![("x/a.bdocjs".to_owned(), file.as_bytes().to_vec())] };
        let mut report = Report::default();
        let read = Bdocjs.import(&files, &ImportOptions::default(), &Schema::default(), &mut report);
        (read.expect("it is bdoc"), report.problems.iter().map(|it| it.to_string()).collect())
    }

    #[test]
    fn each_set_is_an_annotators() {
        let (articles, problems) = import(
            r#"{"text": "😀 Éva", "offset_type": "j", "features": {"lang": "id"}, "annotation_sets": {
                "": {"annotations": [{"type": "speaker", "start": 3, "end": 6, "id": 4, "features": {"n": 1, "l": ["x"]}}]},
                "Rina": {"annotations": [
                    {"type": "quote", "start": 3, "end": 4, "id": 0, "features": {"span_id": "q", "fragment": 1}},
                    {"type": "quote", "start": 5, "end": 6, "id": 1, "features": {"span_id": "q", "fragment": 2}},
                    {"type": "quote", "start": 2, "end": 1, "id": 2, "features": null},
                    {"type": "quote", "start": -2, "end": 1, "id": 2}]}}}"#,
        );
        let said: Vec<String> = articles
            .iter()
            .flat_map(|article| {
                article.set.annotations().map(move |it| {
                    let surface = article.document.text.surface(&it.span);
                    format!("{} {} {surface} {:?}", article.owner.name(), it.label, it.attributes)
                })
            })
            .collect();
        expect_test::expect![[r#"
            imported speaker Éva {"l": List(["x"]), "n": Integer(1)}
            Rina quote É a {}
            features of the document were not taken in, lang: x/a.bdocjs
            an annotation was not taken in, invalid value: integer `-2`, expected usize at line 1 column 29: x/a.bdocjs
            the span 2 quote at 2–1 was not taken in, UTF-16 unit 1 lies inside a character: x/a.bdocjs"#]].assert_eq(&[said, problems].concat().join("\n"));
    }

    #[test]
    fn what_is_no_bdoc_is_refused() {
        for file in ["[]", "{}", r#"{"text": "\ud800"}"#, r#"{"text": "a", "offset_type": "x"}"#] {
            let files = Bundle { files: vec![("a".to_owned(), file.as_bytes().to_vec())] };
            let read =
                Bdocjs.import(&files, &ImportOptions::default(), &Schema::default(), &mut Report::default());
            assert!(matches!(read, Err(FormatError::Malformed { .. })), "{file}");
        }
    }
}
