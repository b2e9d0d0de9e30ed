//! STAM JSON, the stand-off text annotation model: one annotation store for all articles, as the
//! `stam` libraries for Rust and Python read it.
//!
//! A span selects text, several fragments with a composite selector; a relation is a directional
//! selector from one annotation to another. The data set `sorot` says `label` and `annotator`, and
//! in `sorot` what only Sorot knows; the set `sorot-attributes` has a key for each attribute. What
//! is said about an article is an annotation of the whole text, with the key `article`.
//!
//! Of other makers' stores an annotation's label is what its key `label` or `type` says, or else
//! the first key's name; its other data are attributes. There is an article for each text and each
//! `annotator`.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json, json};

use crate::format::each::{each, finish};
use crate::format::incoming::{Incoming, RawRelation, RawSpan};
use crate::format::{
    Article, Articles, Bundle, Capabilities, ExportOptions, Format, FormatError, ImportOptions, Sign, Sink,
    Take, own,
};
use crate::model::{Attributes, DocumentId, Place, Report, Schema, Severity};
use crate::text::{OffsetUnit, Range};

/// Holds everything but how annotations came to be.
pub(super) struct Stam;

const ID: &str = "stam";

/// The set of what is said of every annotation.
const SET: &str = "sorot";

/// The set of attributes.
const ATTRIBUTES: &str = "sorot-attributes";

impl Format for Stam {
    fn id(&self) -> &'static str {
        ID
    }

    fn summary(&self) -> &'static str {
        "STAM JSON, one annotation store for all articles"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            signs: &[Sign { ending: ".json", holds: &["\"AnnotationStore\""] }],
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
        _options: &ExportOptions,
        schema: &Schema,
        out: &mut dyn Sink,
        report: &mut Report,
    ) {
        let mut put =
            |json: String| out.put(vec![("articles.store.stam.json".to_owned(), json.into_bytes())]);
        put("{\"@type\": \"AnnotationStore\",\n\"@id\": \"sorot\",\n\"resources\": [".to_owned());
        let mut uses = Uses::default();
        // The articles whose text is there.
        let mut known: BTreeSet<DocumentId> = BTreeSet::new();
        let mut separator = "\n";
        articles.for_each_portion(report, &mut |portion, report| {
            let found = each(portion, report, |article, report| {
                article.report_orphans(report);
                (Uses::of(article), resource(article))
            });
            let mut resources = String::new();
            for (article, (of_article, resource)) in portion.iter().zip(found) {
                uses.add(of_article);
                if known.insert(article.document.id.clone()) {
                    resources.push_str(std::mem::replace(&mut separator, ",\n"));
                    resources.push_str(&resource);
                }
            }
            put(resources);
        });
        put(format!("\n],\n\"annotationsets\": [\n{}\n],\n\"annotations\": [", uses.sets()));
        separator = "\n";
        articles.for_each_portion(report, &mut |portion, report| {
            let mut json = String::new();
            for line in each(portion, report, |article, _| annotations(article, schema)).into_iter().flatten()
            {
                json.push_str(std::mem::replace(&mut separator, ",\n"));
                json.push_str(&line);
            }
            put(json);
        });
        put("\n]}\n".to_owned());
    }

    fn read(
        &self,
        files: &Bundle,
        options: &ImportOptions,
        _schema: &Schema,
        report: &mut Report,
        take: &mut Take<'_>,
    ) -> Result<(), FormatError> {
        for (name, bytes) in files.files.iter().filter(|(_, bytes)| is_store(bytes)) {
            let read = read(name, bytes, files, report).map_err(|message| malformed(name, message))?;
            if !finish(read, options, report, take) {
                break;
            }
        }
        match files.files.first() {
            Some((name, _)) if !files.files.iter().any(|(_, bytes)| is_store(bytes)) => {
                Err(malformed(name, "it is no annotation store".to_owned()))
            }
            _ => Ok(()),
        }
    }
}

fn malformed(file: &str, message: String) -> FormatError {
    FormatError::Malformed { format: ID, message, file: file.to_owned() }
}

/// What annotations use.
#[derive(Default)]
struct Uses {
    labels: BTreeSet<String>,
    annotators: BTreeSet<String>,
    attributes: BTreeSet<String>,
}

#[derive(Serialize)]
#[serde(tag = "@type")]
struct Annotation<'a> {
    #[serde(rename = "@id")]
    id: String,
    target: Target<'a>,
    data: Vec<AnnotationData>,
}

#[derive(Serialize)]
#[serde(tag = "@type")]
enum Target<'a> {
    #[serde(rename = "ResourceSelector")]
    Resource { resource: &'a str },
    #[serde(rename = "TextSelector")]
    Text { resource: &'a str, offset: TextOffset },
    #[serde(rename = "AnnotationSelector")]
    Annotation { annotation: String },
    #[serde(rename = "CompositeSelector")]
    Composite { selectors: Vec<Target<'a>> },
    #[serde(rename = "DirectionalSelector")]
    Directional { selectors: Vec<Target<'a>> },
}

#[derive(Serialize)]
#[serde(tag = "@type", rename = "Offset")]
struct TextOffset {
    begin: BeginAlignedCursor,
    end: BeginAlignedCursor,
}

#[derive(Serialize)]
#[serde(tag = "@type")]
struct BeginAlignedCursor {
    value: usize,
}

/// A key with a value, or the id of one that the set holds.
#[derive(Serialize)]
#[serde(tag = "@type")]
struct AnnotationData {
    #[serde(rename = "@id", skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    set: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Typed>,
}

#[derive(Serialize)]
struct Typed {
    #[serde(rename = "@type")]
    kind: &'static str,
    value: Json,
}

impl Uses {
    fn of(article: &Article) -> Uses {
        let mut uses = Uses::default();
        add(&mut uses.annotators, article.owner.name());
        for annotation in article.set.annotations() {
            add(&mut uses.labels, &annotation.label);
            if !annotation.attributes.is_empty() {
                uses.add_attributes(&own::of_annotation(annotation, article));
            }
        }
        for relation in article.set.relations() {
            add(&mut uses.labels, &relation.label);
            uses.add_attributes(&own::of_relation(relation));
        }
        uses
    }

    fn add(&mut self, other: Uses) {
        self.labels.extend(other.labels);
        self.annotators.extend(other.annotators);
        self.attributes.extend(other.attributes);
    }

    fn add_attributes(&mut self, own: &Json) {
        let attributes = own.get("attributes").and_then(Json::as_object).into_iter().flatten();
        attributes
            .filter(|(_, value)| typed(value).is_some())
            .for_each(|(name, _)| add(&mut self.attributes, name));
    }

    /// The data sets with the keys of what is said, and what many annotations say.
    fn sets(&self) -> String {
        let key = |name: &str| json!({"@type": "DataKey", "@id": name});
        let keys: Vec<Json> = ["label", "annotator", "article", "sorot"].into_iter().map(key).collect();
        let data = |key: &'static str, values: &BTreeSet<String>| {
            let datum = |value: &String| {
                let typed = json!({"@type": "String", "value": value});
                json!({"@type": "AnnotationData", "@id": data_id(key, value), "key": key, "value": typed})
            };
            values.iter().map(datum).collect::<Vec<_>>()
        };
        let data = [data("label", &self.labels), data("annotator", &self.annotators)].concat();
        let attributes: Vec<Json> = self.attributes.iter().map(|it| key(it)).collect();
        let own = json!({"@type": "AnnotationDataSet", "@id": SET, "keys": keys, "data": data});
        let attributes =
            json!({"@type": "AnnotationDataSet", "@id": ATTRIBUTES, "keys": attributes, "data": []});
        format!("{own},\n{attributes}")
    }
}

fn add(names: &mut BTreeSet<String>, name: &str) {
    if !names.contains(name) {
        names.insert(name.to_owned());
    }
}

fn resource(article: &Article) -> String {
    let (id, text) = (article.document.id.as_str(), article.document.text.as_str());
    json!({"@type": "TextResource", "@id": id, "text": text}).to_string()
}

/// What is annotated in an article as JSON, a line each.
fn annotations(article: &Article, schema: &Schema) -> Vec<String> {
    let (document, set) = (&article.document, &article.set);
    let (id, owner) = (document.id.as_str(), article.owner.name());
    // Several people may have annotated one text, and an id is one in the whole store.
    let name = |it: &str| format!("{id}#{owner}/{it}");
    let about = datum(SET, "article", "String", own::of_article(article).to_string().into());
    let data = vec![reference("annotator", owner), about];
    let about = Annotation { id: name(""), target: Target::Resource { resource: id }, data };
    let spans = set.in_order(&schema.label_names()).into_iter().map(|annotation| {
        let data = said(&annotation.label, owner, own::of_annotation(annotation, article));
        let select = |range: &Range| {
            let ends = [range.start(), range.end()];
            let [begin, end] =
                ends.map(|it| BeginAlignedCursor { value: document.text.measure(it, OffsetUnit::CodePoint) });
            Target::Text { resource: id, offset: TextOffset { begin, end } }
        };
        let target = match annotation.span.ranges() {
            [range] => select(range),
            ranges => Target::Composite { selectors: ranges.iter().map(select).collect() },
        };
        Annotation { id: name(annotation.id.as_str()), target, data }
    });
    let relations = set.relations().map(|relation| {
        let data = said(&relation.label, owner, own::of_relation(relation));
        let ends = [&relation.from, &relation.to];
        let selectors = ends.map(|it| Target::Annotation { annotation: name(it.as_str()) }).into();
        // Ids of relations are apart from those of annotations.
        let id = name(&format!("relation/{}", relation.id.as_str()));
        Annotation { id, target: Target::Directional { selectors }, data }
    });
    let line = |it: Annotation<'_>| serde_json::to_string(&it).expect("its keys are strings, so it is JSON");
    std::iter::once(about).chain(spans).chain(relations).map(line).collect()
}

/// The data of a label, an annotator, of those attributes that STAM has a type for, and of all
/// else that Sorot knows.
fn said(label: &str, annotator: &str, mut own: Json) -> Vec<AnnotationData> {
    let mut data = vec![reference("label", label), reference("annotator", annotator)];
    if let Some(Json::Object(attributes)) = own.get_mut("attributes") {
        attributes.retain(|name, value| match typed(value) {
            Some((kind, value)) => {
                data.push(datum(ATTRIBUTES, name.clone(), kind, value));
                false
            }
            None => true,
        });
    }
    data.push(datum(SET, "sorot", "String", own.to_string().into()));
    data
}

/// What data that many annotations share is called.
fn data_id(key: &str, value: &str) -> String {
    format!("{key}:{value}")
}

fn reference(key: &str, value: &str) -> AnnotationData {
    AnnotationData { id: Some(data_id(key, value)), set: SET, key: None, value: None }
}

fn datum(set: &'static str, key: impl Into<String>, kind: &'static str, value: Json) -> AnnotationData {
    AnnotationData { id: None, set, key: Some(key.into()), value: Some(Typed { kind, value }) }
}

/// The value with STAM's name for its type; nothing if there is none.
fn typed(value: &Json) -> Option<(&'static str, Json)> {
    let list = |it: &Json| it.as_str().map(|it| json!({"@type": "String", "value": it}));
    match value {
        Json::String(_) => Some(("String", value.clone())),
        Json::Bool(_) => Some(("Bool", value.clone())),
        Json::Number(number) if number.is_i64() => Some(("Int", value.clone())),
        Json::Array(all) => Some(("List", all.iter().map(list).collect::<Option<Vec<_>>>()?.into())),
        _ => None,
    }
}

/// True if a file says that it is a store; others are texts or data sets that one includes.
fn is_store(bytes: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Head {
        #[serde(rename = "@type")]
        kind: String,
    }
    let head = &bytes[..bytes.len().min(1000)];
    let may_be = head.windows(16).any(|it| it == b"\"AnnotationStore");
    may_be || serde_json::from_slice::<Head>(bytes).is_ok_and(|it| it.kind == "AnnotationStore")
}

#[derive(Deserialize)]
struct File<'a> {
    #[serde(default)]
    resources: Vec<Resource>,
    #[serde(default)]
    annotationsets: Vec<Set>,
    #[serde(default, borrow)]
    annotations: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Resource {
    #[serde(rename = "@id")]
    id: Option<String>,
    #[serde(rename = "@include")]
    include: Option<String>,
    text: Option<String>,
}

#[derive(Deserialize)]
struct Set {
    #[serde(rename = "@id")]
    id: Option<String>,
    #[serde(rename = "@include")]
    include: Option<String>,
    #[serde(default)]
    data: Vec<Datum>,
}

/// A key with a value, or the id of one.
#[derive(Clone, Deserialize)]
struct Datum {
    #[serde(rename = "@id")]
    id: Option<String>,
    set: Option<String>,
    key: Option<String>,
    value: Option<Json>,
}

#[derive(Deserialize)]
struct Row {
    #[serde(rename = "@id")]
    id: Option<String>,
    target: Selector,
    #[serde(default)]
    data: Vec<Datum>,
}

#[derive(Deserialize)]
#[serde(tag = "@type")]
enum Selector {
    #[serde(rename = "TextSelector")]
    Text { resource: String, offset: Offset },
    #[serde(rename = "AnnotationSelector")]
    Annotation { annotation: String },
    #[serde(rename = "ResourceSelector")]
    Resource { resource: String },
    #[serde(rename = "CompositeSelector")]
    Composite { selectors: Vec<Selector> },
    #[serde(rename = "DirectionalSelector")]
    Directional { selectors: Vec<Selector> },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Offset {
    begin: Cursor,
    end: Cursor,
}

/// From the start, or back from the end.
#[derive(Clone, Copy, Deserialize)]
#[serde(tag = "@type", content = "value")]
enum Cursor {
    BeginAlignedCursor(usize),
    EndAlignedCursor(i64),
}

impl Cursor {
    /// What it means in a text of `length` characters.
    fn value(self, length: usize) -> Result<usize, String> {
        match self {
            Cursor::BeginAlignedCursor(value) => Ok(value),
            Cursor::EndAlignedCursor(value) if value <= 0 => {
                let back = usize::try_from(value.unsigned_abs()).ok();
                back.and_then(|it| length.checked_sub(it))
                    .ok_or_else(|| "it begins before the text".to_owned())
            }
            Cursor::EndAlignedCursor(_) => Err("it ends after the text".to_owned()),
        }
    }
}

/// What the data of an annotation say.
#[derive(Default)]
struct Said {
    label: Option<String>,
    annotator: String,
    own: Option<String>,
    article: Option<String>,
    attributes: Attributes,
}

impl Said {
    fn of(data: &[Datum], shared: &BTreeMap<(String, String), Datum>) -> Result<Said, String> {
        let mut said = Said::default();
        let mut first_key = None;
        for datum in data {
            let set = datum.set.clone().unwrap_or_default();
            let id = datum.id.clone().unwrap_or_default();
            let datum = match datum.key {
                Some(_) => datum,
                None => shared
                    .get(&(set.clone(), id.clone()))
                    .ok_or(format!("there is no datum {id} in {set}"))?,
            };
            let key = datum.key.as_deref().unwrap_or_default();
            let value = datum.value.clone().map(plain).unwrap_or_default();
            match (set.as_str(), key, value) {
                (SET, "sorot", Json::String(own)) => said.own = Some(own),
                (SET, "article", Json::String(own)) => said.article = Some(own),
                (_, "annotator", Json::String(annotator)) => said.annotator = annotator,
                (_, "label" | "type", Json::String(label)) if set != ATTRIBUTES && said.label.is_none() => {
                    said.label = Some(label);
                }
                (_, key, value) => {
                    first_key.get_or_insert(key);
                    let name = if said.attributes.contains_key(key) {
                        format!("{set}/{key}")
                    } else {
                        key.to_owned()
                    };
                    said.attributes.insert(name, own::value(value));
                }
            }
        }
        said.label = said.label.or(first_key.map(str::to_owned));
        Ok(said)
    }

    fn label(&self) -> String {
        self.label.clone().unwrap_or_else(|| "annotation".to_owned())
    }
}

/// A value without the names of types in it.
fn plain(value: Json) -> Json {
    let Json::Object(mut object) = value else { return value };
    if !object.contains_key("@type") {
        return object.into_iter().map(|(key, value)| (key, plain(value))).collect::<Map<_, _>>().into();
    }
    match object.shift_remove("value").unwrap_or_default() {
        Json::Array(all) => all.into_iter().map(plain).collect(),
        Json::Object(map) => plain(map.into()),
        value => value,
    }
}

/// A store on its way in.
struct Import<'a> {
    file: &'a str,
    /// The texts by their names, with their lengths in code points.
    texts: BTreeMap<String, (String, usize)>,
    articles: Vec<Incoming>,
    /// Where the article of each text and each annotator stands.
    index: BTreeMap<(String, String), usize>,
    /// Which article each annotation stands in, and as which span.
    span_of: BTreeMap<String, (usize, String)>,
}

fn read(name: &str, bytes: &[u8], files: &Bundle, report: &mut Report) -> Result<Vec<Incoming>, String> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let file: File<'_> = serde_json::from_slice(bytes).map_err(|it| it.to_string())?;
    let place = Place { file: Some(name.to_owned()), ..Place::default() };
    let folder = name.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    let named: BTreeMap<&str, &[u8]> =
        files.files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    // The library writes paths of its own machine, so a file of that name beside the store will do.
    let included = |include: &str| {
        let include = include.strip_prefix("./").unwrap_or(include);
        let name = include.rsplit(['/', '\\']).next().unwrap_or(include);
        let paths = [format!("{folder}{include}"), include.to_owned(), format!("{folder}{name}")];
        let found = paths.iter().find_map(|it| named.get(it.as_str()).copied());
        found.ok_or_else(|| format!("the file {include} is not there, which it includes"))
    };

    let mut shared = BTreeMap::new();
    for mut set in file.annotationsets {
        if let Some(include) = &set.include {
            let id = set.id.take();
            set = serde_json::from_slice(included(include)?).map_err(|it| format!("{it} in {include}"))?;
            set.id = set.id.or(id);
        }
        let id = set.id.unwrap_or_default();
        for datum in set.data {
            shared.insert((id.clone(), datum.id.clone().unwrap_or_default()), datum);
        }
    }
    let mut import = Import {
        file: name,
        texts: BTreeMap::new(),
        articles: Vec::new(),
        index: BTreeMap::new(),
        span_of: BTreeMap::new(),
    };
    for mut resource in file.resources {
        if let Some(include) = resource.include.take() {
            let bytes = included(&include)?;
            let id = resource.id.take().or(Some(include.clone()));
            // A text as it is, or one in STAM's own clothes.
            resource = match std::str::from_utf8(bytes) {
                Ok(_) if include.ends_with(".json") => {
                    serde_json::from_slice(bytes).map_err(|it| format!("{it} in {include}"))?
                }
                Ok(text) => Resource { id: None, include: None, text: Some(text.to_owned()) },
                Err(_) => return Err(format!("the file {include} is not UTF-8, which it includes")),
            };
            resource.id = id;
        }
        let (id, text) = (resource.id.unwrap_or_default(), resource.text.unwrap_or_default());
        let length = text.chars().count();
        import.texts.insert(id, (text, length));
    }

    let mut links = Vec::new();
    for row in file.annotations {
        let taken = serde_json::from_str::<Row>(row.get()).map_err(|it| it.to_string()).and_then(|row| {
            let said = Said::of(&row.data, &shared)?;
            match row.target {
                Selector::Directional { selectors } => links.push((row.id, selectors, said)),
                Selector::Resource { resource } => import.whole(&resource, said)?,
                target => import.span(row.id, &target, said)?,
            }
            Ok(())
        });
        if let Err(why) = taken {
            report.add(Severity::Error, place.clone(), format!("an annotation was not taken in, {why}"));
        }
    }
    for (id, ends, said) in links {
        if let Err(why) = import.relation(id, &ends, said) {
            report.add(Severity::Error, place.clone(), format!("a relation was not taken in, {why}"));
        }
    }
    // A text that nobody said anything about comes in too.
    let annotated: BTreeSet<&String> = import.index.keys().map(|(text, _)| text).collect();
    let silent: Vec<String> = import.texts.keys().filter(|it| !annotated.contains(it)).cloned().collect();
    for text in silent {
        import.article(&text, "")?;
    }
    Ok(import.articles)
}

impl Import<'_> {
    fn article(&mut self, resource: &str, annotator: &str) -> Result<usize, String> {
        let key = (resource.to_owned(), annotator.to_owned());
        if let Some(i) = self.index.get(&key) {
            return Ok(*i);
        }
        let (text, _) = self.texts.get(resource).ok_or_else(|| format!("there is no text {resource}"))?;
        let id = if own::is_inside(resource) {
            resource.to_owned()
        } else {
            format!("text-{}", self.articles.len() + 1)
        };
        let mut article = Incoming::new(ID, self.file, id, text.as_str(), OffsetUnit::CodePoint);
        article.owner = Some(annotator.to_owned()).filter(|it| !it.is_empty());
        self.articles.push(article);
        self.index.insert(key, self.articles.len() - 1);
        Ok(self.articles.len() - 1)
    }

    /// Takes in what is said about a text as a whole.
    fn whole(&mut self, resource: &str, said: Said) -> Result<(), String> {
        let i = self.article(resource, &said.annotator)?;
        match said.article {
            Some(own) => own::into_article(&own, &mut self.articles[i]),
            None => return Err(format!("it is about the whole text {resource}")),
        }
        Ok(())
    }

    fn span(&mut self, id: Option<String>, target: &Selector, said: Said) -> Result<(), String> {
        let selectors = match target {
            Selector::Composite { selectors } => selectors.as_slice(),
            target => std::slice::from_ref(target),
        };
        let mut resources = BTreeSet::new();
        let mut span = RawSpan { label: said.label(), ..RawSpan::default() };
        for selector in selectors {
            let Selector::Text { resource, offset } = selector else {
                return Err("it does not select text".to_owned());
            };
            resources.insert(resource);
            let length = self.texts.get(resource).map_or(0, |(_, length)| *length);
            span.pieces.push((offset.begin.value(length)?, offset.end.value(length)?));
        }
        span.pieces.sort_unstable();
        let [resource] = resources.into_iter().collect::<Vec<_>>()[..] else {
            return Err("it selects of several texts, or of none".to_owned());
        };
        let i = self.article(resource, &said.annotator)?;
        if let Some(own) = &said.own {
            own::into_span(own, &mut span);
        }
        if span.id.is_empty() {
            span.id = id.clone().unwrap_or_default();
        }
        span.attributes.extend(said.attributes);
        if let Some(id) = id {
            self.span_of.insert(id, (i, span.id.clone()));
        }
        self.articles[i].spans.push(span);
        Ok(())
    }

    fn relation(&mut self, id: Option<String>, ends: &[Selector], said: Said) -> Result<(), String> {
        let [Selector::Annotation { annotation: from }, Selector::Annotation { annotation: to }] = ends
        else {
            return Err("it does not lead from one annotation to another".to_owned());
        };
        let end = |id: &str| self.span_of.get(id).ok_or_else(|| format!("there is no span {id}"));
        let ((i, from), (other, to)) = (end(from)?, end(to)?);
        if i != other {
            return Err("its ends stand in two articles".to_owned());
        }
        let mut relation =
            RawRelation { label: said.label(), from: from.clone(), to: to.clone(), ..RawRelation::default() };
        match &said.own {
            Some(own) => own::into_relation(own, &mut relation),
            None => relation.id = id.unwrap_or_default(),
        }
        relation.attributes.extend(said.attributes);
        let i = *i;
        self.articles[i].relations.push(relation);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stores_of_other_makes_come_in() {
        let store = r#"{"@type": "AnnotationStore", "resources": [
            {"@type": "TextResource", "@id": "a", "@include": "a.txt"}, {"@type": "TextResource", "@id": "../b", "text": "b"}],
            "annotationsets": [{"@type": "AnnotationDataSet", "@id": "v", "data": [
            {"@type": "AnnotationData", "@id": "D1", "key": "pos", "value": {"@type": "String", "value": "noun"}}]}],
            "annotations": [
            {"@id": "A1", "data": [{"@id": "D1", "set": "v"}], "target": {"@type": "TextSelector", "resource": "a", "offset":
             {"begin": {"@type": "EndAlignedCursor", "value": -3}, "end": {"@type": "EndAlignedCursor", "value": 0}}}},
            {"@id": "A2", "data": [{"set": "v", "key": "type", "value": {"@type": "String", "value": "x"}}, {"set": "w",
             "key": "l", "value": {"@type": "List", "value": [{"@type": "String", "value": "y"}]}}],
             "target": {"@type": "TextSelector", "resource": "a", "offset":
             {"begin": {"@type": "BeginAlignedCursor", "value": 0}, "end": {"@type": "BeginAlignedCursor", "value": 1}}}},
            {"target": {"@type": "DirectionalSelector", "selectors": [{"@type": "AnnotationSelector", "annotation": "A1"},
             {"@type": "AnnotationSelector", "annotation": "A2", "offset": null}]}},
            {"target": {"@type": "DirectionalSelector", "selectors": [{"@type": "AnnotationSelector", "annotation": "A1"}]}},
            {"target": {"@type": "AnnotationSelector", "annotation": "A1"}},
            {"target": {"@type": "DataSetSelector", "dataset": "v"}},
            {"target": {"@type": "ResourceSelector", "resource": "a"}},
            {"target": {"@type": "TextSelector", "resource": "c", "offset":
             {"begin": {"@type": "BeginAlignedCursor", "value": 0}, "end": {"@type": "BeginAlignedCursor", "value": 1}}}},
            {"target": {"@type": "TextSelector", "resource": "a", "offset":
             {"begin": {"@type": "EndAlignedCursor", "value": -99}, "end": {"@type": "BeginAlignedCursor", "value": 1}}}},
            {"data": [{"@id": "D9", "set": "v"}], "target": {"@type": "ResourceSelector", "resource": "a"}}, 7]}"#;
        let file = |name: &str, content: &str| (name.to_owned(), content.as_bytes().to_vec());
        let files = Bundle { files: vec![file("x/a.txt", "😀 Éva"), file("x/s.json", store)] };
        let mut report = Report::default();
        let read = Stam.import(&files, &ImportOptions::default(), &Schema::default(), &mut report);
        let mut lines = Vec::new();
        for article in read.expect("it is a store") {
            lines.push(format!("{} of {}", article.document.id.as_str(), article.owner.name()));
            let text = &article.document.text;
            lines.extend(article.set.annotations().map(|it| {
                format!("{} {} “{}” {:?}", it.id.as_str(), it.label, text.surface(&it.span), it.attributes)
            }));
            let relations = article.set.relations();
            lines.extend(
                relations.map(|it| format!("{} –{}→ {}", it.from.as_str(), it.label, it.to.as_str())),
            );
        }
        lines.extend(report.problems.iter().map(|it| it.to_string()));
        expect_test::expect![[r#"
            a of imported
            A1 pos “Éva” {"pos": Text("noun")}
            A2 x “😀” {"l": List(["y"])}
            A1 –annotation→ A2
            text-2 of imported
            an annotation was not taken in, it does not select text: x/s.json
            an annotation was not taken in, it does not select text: x/s.json
            an annotation was not taken in, it is about the whole text a: x/s.json
            an annotation was not taken in, there is no text c: x/s.json
            an annotation was not taken in, it begins before the text: x/s.json
            an annotation was not taken in, there is no datum D9 in v: x/s.json
            an annotation was not taken in, invalid type: integer `7`, expected struct Row at line 1 column 1: x/s.json
            a relation was not taken in, it does not lead from one annotation to another: x/s.json"#]].assert_eq(&lines.join("\n"));
    }
}
