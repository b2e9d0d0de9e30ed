//! Label Studio's tasks to articles.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value as Json;
use serde_json::value::RawValue;

use crate::format::incoming::{Incoming, RawRelation, RawSpan};
use crate::format::label_studio::{ID, words};
use crate::format::own::KnownRelations;
use crate::format::unused::{unused, unused_file};
use crate::format::{Article, Bundle, FormatError, ImportOptions, Take, own};
use crate::model::{Attributes, Place, Report, Severity, Value};
use crate::text::OffsetUnit;

/// A task, as its export has it.
#[derive(Deserialize)]
struct Task<'a> {
    #[serde(default)]
    id: Option<u64>,
    #[serde(borrow)]
    data: BTreeMap<String, &'a RawValue>,
    #[serde(borrow, default, alias = "completions")]
    annotations: Vec<Completed<'a>>,
    #[serde(borrow, default)]
    predictions: Vec<Completed<'a>>,
}

/// What a person completed, or a model predicted.
#[derive(Default, Deserialize)]
struct Completed<'a> {
    #[serde(borrow, default)]
    result: Vec<&'a RawValue>,
    #[serde(default)]
    completed_by: Json,
    #[serde(default)]
    model_version: Option<String>,
    #[serde(default)]
    was_cancelled: Option<bool>,
}

/// One result: a region, an attribute of a region, or a relation.
#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    from_name: String,
    #[serde(default)]
    value: BTreeMap<String, Json>,
    #[serde(default)]
    meta: BTreeMap<String, Json>,
    #[serde(default)]
    from_id: String,
    #[serde(default)]
    to_id: String,
    #[serde(default)]
    direction: Option<String>,
    #[serde(default)]
    labels: Option<Vec<String>>,
}

impl Entry {
    /// The words of its value, whatever its type calls them.
    fn words(&mut self) -> Vec<String> {
        let key = if self.kind == "textarea" { "text" } else { &self.kind };
        match self.value.remove(key) {
            Some(Json::Array(list)) => list.iter().filter_map(Json::as_str).map(str::to_owned).collect(),
            Some(Json::String(word)) => vec![word],
            Some(Json::Number(number)) => vec![number.to_string()],
            _ => Vec::new(),
        }
    }

    /// Where it lies. Positions in hypertext are paths, beside which the real ones may stand.
    fn place(&self) -> Option<(usize, usize)> {
        let global = self.value.get("globalOffsets");
        let number = |key| {
            let json = global.and_then(|it| it.get(key)).or_else(|| self.value.get(key));
            json.and_then(Json::as_u64).and_then(|it| usize::try_from(it).ok())
        };
        number("start").zip(number("end"))
    }

    /// What Sorot says in the region's metadata.
    fn own(&self, key: &str) -> Option<&Json> {
        self.meta.get("sorot")?.get(key)
    }
}

pub(super) fn read(
    files: &Bundle,
    options: &ImportOptions,
    report: &mut Report,
    take: &mut Take<'_>,
) -> Result<(), FormatError> {
    let mut names = BTreeSet::new();
    let is_tasks = |name: &str| name.ends_with(".json") || files.files.len() == 1;
    let tasks = files.files.iter().filter(|(name, _)| is_tasks(name));
    for (file, bytes) in tasks {
        let mut articles = Vec::new();
        tasks_of(file, bytes, &mut names, &mut articles, options, report)?;
        if !take(articles, report) {
            break;
        }
    }
    Ok(())
}

fn tasks_of(
    file: &str,
    bytes: &[u8],
    names: &mut BTreeSet<String>,
    articles: &mut Vec<Article>,
    options: &ImportOptions,
    report: &mut Report,
) -> Result<(), FormatError> {
    let malformed = |message: String| FormatError::Malformed { format: ID, message, file: file.to_owned() };
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let whole: &RawValue = serde_json::from_slice(bytes).map_err(|it| malformed(it.to_string()))?;
    let list = if whole.get().starts_with('[') {
        serde_json::from_str(whole.get()).map_err(|it| malformed(it.to_string()))?
    } else {
        vec![whole]
    };
    let stem = file.strip_suffix(".json").unwrap_or(file);
    let mut first_error = None;
    for (i, json) in list.iter().enumerate() {
        let result = serde_json::from_str::<Task<'_>>(json.get()).map_err(|it| match it.to_string() {
            it if it.contains("missing field `data`") => {
                "it has no data, as tasks of the export JSON have, and those of JSON-MIN have not".to_owned()
            }
            it => it,
        });
        let result = result.and_then(|task| {
            let number = task.id.unwrap_or(i as u64 + 1);
            let text = text(&task).ok_or("its data holds no text")?;
            let name = unused_file(&format!("{stem}-{number}"), names);
            Ok((number, task, Incoming::new(ID, file, format!("{name}.txt"), text, OffsetUnit::CodePoint)))
        });
        match result {
            Ok((number, task, incoming)) => {
                Reader { number, file, report }.task(task, incoming, options, articles)
            }
            Err(error) => {
                let place = Place { file: Some(file.to_owned()), ..Place::default() };
                report.add(Severity::Error, place, format!("task {} was not taken in, {error}", i + 1));
                first_error.get_or_insert((i + 1, error));
            }
        }
    }
    match first_error {
        Some((number, error)) if articles.is_empty() => Err(malformed(format!("task {number}: {error}"))),
        _ => Ok(()),
    }
}

/// The task's text: what is called so, or else the longest string there is.
fn text(task: &Task<'_>) -> Option<String> {
    let string = |json: &&RawValue| serde_json::from_str::<String>(json.get()).ok();
    let named = task.data.get("text").and_then(string);
    named.or_else(|| task.data.values().filter_map(string).max_by_key(String::len))
}

struct Reader<'a> {
    number: u64,
    file: &'a str,
    report: &'a mut Report,
}

impl Reader<'_> {
    fn say(&mut self, severity: Severity, what: &str) {
        let place = Place { file: Some(self.file.to_owned()), ..Place::default() };
        self.report.add(severity, place, format!("in task {}, {what}", self.number));
    }

    /// An article for each annotation and each prediction; one without spans if there is neither.
    fn task(
        mut self,
        task: Task<'_>,
        mut incoming: Incoming,
        options: &ImportOptions,
        articles: &mut Vec<Article>,
    ) {
        let own = task.data.get("sorot").map_or("{}", |json| json.get());
        own::into_article(own, &mut incoming);
        let owner = incoming.owner.take();
        let n_before = articles.len();
        let people = task.annotations.into_iter().map(|it| (it, false));
        let models = task.predictions.into_iter().map(|it| (it, true));
        for (completed, is_model) in people.chain(models) {
            if completed.was_cancelled == Some(true) {
                self.say(Severity::Note, "an annotation was cancelled, and so was not taken in");
                continue;
            }
            let mut incoming = incoming.clone();
            let is_own = self.results(completed.result, &mut incoming, KnownRelations::new(own));
            let by = if is_model { completed.model_version } else { person(&completed.completed_by) };
            incoming.owner = if is_own && !is_model { owner.clone().or(by) } else { by };
            articles.push(incoming.finish(options, self.report));
        }
        if articles.len() == n_before {
            incoming.owner = owner;
            articles.push(incoming.finish(options, self.report));
        }
    }

    /// Takes in regions with their attributes, and relations; true if Sorot made one of the regions.
    fn results(
        &mut self,
        results: Vec<&RawValue>,
        incoming: &mut Incoming,
        mut known: KnownRelations<'_>,
    ) -> bool {
        let mut is_own = false;
        // The editor writes line breaks in the text of a region by their name.
        let has_names = incoming.text.contains("\\n");
        let mut regions = Regions { has_names, ..Regions::default() };
        let mut said: BTreeMap<String, Words> = BTreeMap::new();
        let mut relations = Vec::new();
        for json in results {
            let mut entry: Entry = match serde_json::from_str(json.get()) {
                Ok(entry) => entry,
                Err(error) => {
                    self.say(Severity::Error, &format!("a result was not taken in, {error}"));
                    continue;
                }
            };
            is_own |= entry.meta.contains_key("sorot");
            match entry.kind.as_str() {
                "relation" => relations.push(entry),
                kind if kind.ends_with("labels") => {
                    if let Err(why) = regions.add(entry) {
                        self.say(Severity::Error, &format!("a region was not taken in, {why}"));
                    }
                }
                _ => {
                    let (id, name) =
                        (entry.id.take().unwrap_or_default(), std::mem::take(&mut entry.from_name));
                    said.entry(id).or_default().push((name, entry.words()));
                }
            }
        }
        let Regions { mut spans, span_of, .. } = regions;
        for (id, said) in said {
            match span_of.get(&id).and_then(|&i| spans.get_mut(i)) {
                Some((_, attributes)) => attributes.extend(said),
                None => {
                    let names: Vec<&str> = said.iter().map(|(name, _)| name.as_str()).collect();
                    let what = format!("what is said of no span was not taken in, {}", names.join(", "));
                    self.say(Severity::Warning, &what);
                }
            }
        }
        for (span, said) in &mut spans {
            span.attributes = changed(std::mem::take(&mut span.attributes), std::mem::take(said));
        }
        for entry in relations {
            let [from, to] = [&entry.from_id, &entry.to_id].map(|id| span_of.get(id).copied());
            // What joins fragments is no relation.
            if from.is_some() && from == to && entry.labels.as_ref().is_none_or(Vec::is_empty) {
                continue;
            }
            let name = |end: Option<usize>, id: &str| {
                end.and_then(|i| spans.get(i)).map_or_else(|| id.to_owned(), |(span, _)| span.id.clone())
            };
            let (mut from, mut to) = (name(from, &entry.from_id), name(to, &entry.to_id));
            if entry.direction.as_deref() == Some("left") {
                std::mem::swap(&mut from, &mut to);
            }
            let mut labels = entry.labels.unwrap_or_default();
            if labels.is_empty() {
                labels.push("relation".to_owned());
            }
            for label in labels {
                let mut relation =
                    RawRelation { label, from: from.clone(), to: to.clone(), ..RawRelation::default() };
                known.complete(&mut relation);
                if entry.direction.as_deref() == Some("bi") {
                    relation.attributes.insert("direction".to_owned(), Value::Text("both".to_owned()));
                }
                incoming.relations.push(relation);
            }
        }
        incoming.spans = spans.into_iter().map(|(span, _)| span).collect();
        is_own
    }
}

/// Who completed an annotation: a number, or a user with an address.
fn person(json: &Json) -> Option<String> {
    match json {
        Json::Object(user) => {
            user.get("email").and_then(Json::as_str).map(str::to_owned).or_else(|| person(user.get("id")?))
        }
        Json::Number(number) => Some(format!("annotator-{number}")),
        Json::String(name) => Some(name.clone()),
        _ => None,
    }
}

/// What results say about a span: names of attributes, and their words.
type Words = Vec<(String, Vec<String>)>;

/// Spans, each with what results say about it, by the ids of their regions.
#[derive(Default)]
struct Regions {
    spans: Vec<(RawSpan, Words)>,
    span_of: BTreeMap<String, usize>,
    ids: BTreeSet<String>,
    /// True if the article itself has the name of a line break in it.
    has_names: bool,
}

impl Regions {
    fn add(&mut self, mut entry: Entry) -> Result<(), &'static str> {
        let place = entry.place().ok_or("its place is not numbers")?;
        let surface = entry.value.get("text").and_then(Json::as_str);
        let surface = surface.map(|it| if self.has_names { it.to_owned() } else { it.replace("\\n", "\n") });
        let labels = entry.words();
        let region = entry.id.clone().unwrap_or_default();
        // A fragment joins its span, if that has come and nobody gave the fragment another label.
        let whole = entry.own("part_of").and_then(Json::as_str).and_then(|id| self.span_of.get(id));
        if let Some((i, (span, _))) = whole.and_then(|&i| Some((i, self.spans.get_mut(i)?)))
            && labels == [span.label.as_str()]
        {
            span.pieces.push(place);
            if let (Some(before), Some(after)) = (&mut span.surface, surface) {
                before.push(' ');
                before.push_str(&after);
            }
            self.span_of.insert(region, i);
            return Ok(());
        }
        if labels.is_empty() {
            return Err("it has no label");
        }
        for label in labels {
            let mut span =
                RawSpan { label, pieces: vec![place], surface: surface.clone(), ..RawSpan::default() };
            if let Some(own) = entry.meta.remove("sorot") {
                own::into_span(&own.to_string(), &mut span);
                span.extra.set("part_of", None);
            }
            let note = match entry.meta.get("text") {
                Some(Json::Array(list)) => {
                    list.iter().filter_map(Json::as_str).collect::<Vec<_>>().join("\n")
                }
                Some(Json::String(note)) => note.clone(),
                _ => String::new(),
            };
            span.note = note;
            let wanted = [span.id.as_str(), region.as_str()].into_iter().find(|it| !it.is_empty());
            span.id = unused(wanted.unwrap_or("region"), &mut self.ids);
            self.span_of.entry(region.clone()).or_insert(self.spans.len());
            self.spans.push((span, Vec::new()));
        }
        Ok(())
    }
}

/// The attributes that Sorot's metadata state, as far as results still say the same, and what they
/// say beyond it.
fn changed(known: Attributes, said: Words) -> Attributes {
    let mut said: BTreeMap<String, Vec<String>> = said.into_iter().collect();
    let mut attributes = Attributes::new();
    for (name, value) in known {
        match words(&value) {
            Some(words) if said.get(&name) == Some(&words) => drop(said.remove(&name)),
            Some(_) => continue,
            None => {}
        }
        attributes.insert(name, value);
    }
    for (name, mut words) in said {
        let value = match words.len() {
            0 => continue,
            1 => Value::Text(words.remove(0)),
            _ => Value::List(words),
        };
        attributes.insert(name, value);
    }
    attributes
}
