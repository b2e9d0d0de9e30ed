//! W3C Web Annotations as JSON-LD: for each article its text, in `texts`, and a page of
//! annotations, in `annotations`, whose targets lead there.
//!
//! A span is an annotation whose body tags it with its label. Its target has two selectors: one by
//! position, counting code points, and one that quotes it with what stands around it, by which an
//! import sees that the position still holds. A span with several fragments has a composite
//! target. A relation is an annotation that links two others, from the first to the second, as
//! Recogito writes it. Notes are comments. What only Sorot knows is in the key `sorot`, which the
//! context declares to be JSON.
//!
//! An import makes an article of each text and each creator. Where an annotation has only a quote,
//! it must stand in the text once.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::format::each::finish;
use crate::format::incoming::{Incoming, RawRelation, RawSpan};
use crate::format::portions::write_each;
use crate::format::{
    Article, Articles, Bundle, Capabilities, ExportOption, ExportOptions, Format, FormatError, ImportOptions,
    Sign, Sink, Take, own,
};
use crate::model::{Attributes, Place, Report, Schema, Severity, Value};
use crate::text::{OffsetUnit, Range, Text};

/// Holds everything but how annotations came to be.
pub(super) struct WebAnnotation;

const ID: &str = "web-annotation";

const CONTEXT: &str = "http://www.w3.org/ns/anno.jsonld";

/// Characters that a quote has before and after it, as many as Hypothesis takes.
const N_AROUND: usize = 32;

impl Format for WebAnnotation {
    fn id(&self) -> &'static str {
        ID
    }

    fn summary(&self) -> &'static str {
        "W3C Web Annotations, JSON-LD with position and quote selectors"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            options: &[ExportOption::WithoutText],
            one_file: false,
            signs: &[Sign { ending: ".jsonld", holds: &[] }],
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
        write_each(articles, out, report, |article, name, report| {
            article.report_orphans(report);
            let has_text = !options.without_text;
            let page = page(article, name, schema, has_text).into_bytes();
            let text = || article.document.text.as_str().as_bytes().to_vec();
            let text = has_text.then(|| (format!("texts/{name}"), text()));
            std::iter::once((format!("annotations/{name}.jsonld"), page)).chain(text)
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
        let is_page = |(name, _): &&(String, Vec<u8>)| name.ends_with(".jsonld") || name.ends_with(".json");
        let named = files.files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
        let mut import =
            Import { files: named.collect(), options, articles: Vec::new(), index: BTreeMap::new() };
        for (name, bytes) in files.files.iter().filter(is_page) {
            import.page(name, bytes, report).map_err(|message| FormatError::Malformed {
                format: ID,
                message,
                file: name.clone(),
            })?;
        }
        finish(import.articles, options, report, take);
        Ok(())
    }
}

#[derive(Serialize)]
#[serde(tag = "type", rename = "Annotation")]
struct Item<'a> {
    id: String,
    motivation: &'static str,
    creator: &'a Person<'a>,
    body: Vec<TextualBody<'a>>,
    target: Target<'a>,
    sorot: Json,
}

#[derive(Serialize)]
#[serde(tag = "type")]
struct Person<'a> {
    name: &'a str,
}

#[derive(Serialize)]
#[serde(tag = "type")]
struct TextualBody<'a> {
    purpose: &'static str,
    value: &'a str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Target<'a> {
    Part(Part<'a>),
    Parts(Composite<'a>),
    Annotations([Reference; 2]),
}

#[derive(Serialize)]
#[serde(tag = "type")]
struct Composite<'a> {
    items: Vec<Part<'a>>,
}

#[derive(Serialize)]
struct Reference {
    id: String,
}

/// A part of a text, as two selectors find it.
#[derive(Serialize)]
struct Part<'a> {
    source: &'a str,
    selector: Vec<Selector<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Selector<'a> {
    Position(TextPositionSelector),
    Quote(TextQuoteSelector<'a>),
}

#[derive(Serialize)]
#[serde(tag = "type")]
struct TextPositionSelector {
    start: usize,
    end: usize,
}

#[derive(Serialize)]
#[serde(tag = "type")]
struct TextQuoteSelector<'a> {
    exact: &'a str,
    prefix: &'a str,
    suffix: &'a str,
}

/// A page, an annotation a line.
fn page(article: &Article, name: &str, schema: &Schema, has_text: bool) -> String {
    let set = &article.set;
    // From the page's own folder.
    let up = "../".repeat(name.matches('/').count() + 1);
    let source = format!("{up}texts/{}", escaped(name));
    let creator = Person { name: article.owner.name() };
    let spans = set.in_order(&schema.label_names());
    let spans = spans.into_iter().map(|it| {
        let part = |range: &Range| part(&article.document.text, *range, &source, has_text);
        Item {
            id: fragment(it.id.as_str()),
            motivation: "tagging",
            creator: &creator,
            body: bodies(&it.label, &it.note),
            target: match it.span.ranges() {
                [range] => Target::Part(part(range)),
                ranges => Target::Parts(Composite { items: ranges.iter().map(part).collect() }),
            },
            sorot: own::of_annotation(it, article),
        }
    });
    let relations = set.relations().map(|it| Item {
        id: fragment(it.id.as_str()),
        motivation: "linking",
        creator: &creator,
        body: bodies(&it.label, &it.note),
        target: Target::Annotations([&it.from, &it.to].map(|end| Reference { id: fragment(end.as_str()) })),
        sorot: own::of_relation(it),
    });
    let items = spans.chain(relations);
    let items = items.map(|it| serde_json::to_string(&it).expect("its keys are strings, so it is JSON"));
    let context = json!([CONTEXT, {"sorot": {"@id": "urn:sorot:annotation", "@type": "@json"}}]);
    let mut own = own::of_article_with(article, has_text);
    own["source"] = source.as_str().into();
    format!(
        "{{\"@context\": {context},\n\"id\": {},\n\"type\": \"AnnotationPage\",\n\"sorot\": {own},\n\
         \"items\": [\n{}\n]}}\n",
        Json::from(source.replacen("texts", "annotations", 1) + ".jsonld"),
        items.collect::<Vec<_>>().join(",\n")
    )
}

fn part<'a>(text: &'a Text, range: Range, source: &'a str, has_text: bool) -> Part<'a> {
    let all = text.as_str();
    let before = all.get(..range.start().byte()).unwrap_or_default();
    let after = all.get(range.end().byte()..).unwrap_or_default();
    let from = before.char_indices().rev().nth(N_AROUND - 1).map_or(0, |(byte, _)| byte);
    let to = after.char_indices().nth(N_AROUND).map_or(after.len(), |(byte, _)| byte);
    let [start, end] = [range.start(), range.end()].map(|it| text.measure(it, OffsetUnit::CodePoint));
    let quote = TextQuoteSelector {
        exact: text.slice(range),
        prefix: before.get(from..).unwrap_or_default(),
        suffix: after.get(..to).unwrap_or_default(),
    };
    let position = Selector::Position(TextPositionSelector { start, end });
    let quote = has_text.then_some(Selector::Quote(quote));
    Part { source, selector: std::iter::once(position).chain(quote).collect() }
}

fn bodies<'a>(label: &'a str, note: &'a str) -> Vec<TextualBody<'a>> {
    let note = (!note.is_empty()).then_some(TextualBody { purpose: "commenting", value: note });
    [TextualBody { purpose: "tagging", value: label }].into_iter().chain(note).collect()
}

/// The address of an annotation on its page.
fn fragment(id: &str) -> String {
    format!("#{}", escaped(id))
}

/// A path as it stands in an address: what RFC 3987 does not allow there is escaped.
fn escaped(path: &str) -> String {
    let mut escaped = String::with_capacity(path.len());
    for character in path.chars() {
        let is_plain = !character.is_ascii() || character.is_ascii_alphanumeric();
        if (is_plain && !character.is_control() && !character.is_whitespace())
            || "-._~/!$&'()*+,;=@".contains(character)
        {
            escaped.push(character);
        } else {
            for byte in character.encode_utf8(&mut [0; 4]).bytes() {
                escaped.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    escaped
}

/// The path that an address stands for; the address itself if that is none.
fn unescaped(address: &str) -> String {
    let mut bytes = Vec::with_capacity(address.len());
    let mut rest = address.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = match (first, tail) {
            (b'%', [a, b, ..]) => {
                std::str::from_utf8(&[*a, *b]).ok().and_then(|it| u8::from_str_radix(it, 16).ok())
            }
            _ => None,
        };
        bytes.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| address.to_owned())
}

/// The path of what an address leads to, seen from the folder of a file.
fn resolved(file: &str, address: &str) -> String {
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    let address = address.split(['#', '?']).next().unwrap_or_default();
    for part in address.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    unescaped(&parts.join("/"))
}

/// Pages on their way in.
struct Import<'a> {
    files: BTreeMap<&'a str, &'a [u8]>,
    options: &'a ImportOptions,
    articles: Vec<Incoming>,
    /// Where the article of each text and each creator stands.
    index: BTreeMap<(String, String), usize>,
}

impl Import<'_> {
    fn page(&mut self, file: &str, bytes: &[u8], report: &mut Report) -> Result<(), String> {
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        let mut page: Json = serde_json::from_slice(bytes).map_err(|it| it.to_string())?;
        let own = page.get_mut("sorot").map(Json::take).filter(|it| it.get("source").is_some());
        let items = match page {
            Json::Array(items) => items,
            Json::Object(ref object) if object.contains_key("target") => vec![page],
            Json::Object(mut object) => {
                let first = object.get_mut("first").and_then(|it| it.get_mut("items")).map(Json::take);
                match first.or_else(|| object.remove("items")) {
                    Some(Json::Array(items)) => items,
                    _ => return Err("it has no items".to_owned()),
                }
            }
            _ => return Err("it is no annotation, no list and no page of them".to_owned()),
        };
        let place = Place { file: Some(file.to_owned()), ..Place::default() };
        if let Some(own) = own {
            let (source, creator) = (string(&own, "source"), string(&own, "annotator"));
            match self.article(file, source, creator) {
                Ok(article) => own::into_article(&own.to_string(), article.1),
                Err(why) => report.add(Severity::Error, place.clone(), why),
            }
        }
        let mut links = Vec::new();
        // Which article each annotation stands in, and as which span.
        let mut span_of: BTreeMap<String, (usize, String)> = BTreeMap::new();
        for (i, item) in items.into_iter().enumerate() {
            let name =
                item.get("id").and_then(Json::as_str).map_or_else(|| format!("#{}", i + 1), str::to_owned);
            if ends(&item).is_some() {
                links.push((name, item));
                continue;
            }
            match self.spans(file, &name, &item) {
                Ok(span) => drop(span_of.insert(name, span)),
                Err(why) => {
                    let message = format!("the annotation {name} was not taken in, {why}");
                    report.add(Severity::Error, place.clone(), message);
                }
            }
        }
        for (name, item) in links {
            match ends(&item).unwrap_or_default().map(|it| span_of.get(it)) {
                [Some((article, from)), Some((other, to))] if article == other => {
                    let said = Said::of(&item);
                    let mut relation = RawRelation {
                        id: unescaped(name.trim_start_matches('#')),
                        label: said.label,
                        from: from.clone(),
                        to: to.clone(),
                        ..RawRelation::default()
                    };
                    if let Some(own) = item.get("sorot") {
                        own::into_relation(&own.to_string(), &mut relation);
                    }
                    relation.note = said.note;
                    for (name, value) in said.attributes {
                        relation.attributes.entry(name).or_insert(value);
                    }
                    self.articles[*article].relations.push(relation);
                }
                _ => {
                    let message = format!(
                        "the relation {name} was not taken in, its ends are not both there in one article"
                    );
                    report.add(Severity::Error, place.clone(), message);
                }
            }
        }
        Ok(())
    }

    /// The article of a text and a creator, and its number; why not, if there is no such text.
    fn article(&mut self, file: &str, source: &str, creator: &str) -> Result<(usize, &mut Incoming), String> {
        let path = resolved(file, source);
        let i = match self.index.get(&(path.clone(), creator.to_owned())) {
            Some(i) => *i,
            None => {
                let texts = &self.options.texts;
                // From the page's own folder, where the export has no texts.
                let id = path.strip_prefix("texts/").unwrap_or(&path);
                let known = [source, &path, id].into_iter().find_map(|it| texts.get(it));
                let (id, text) = match (&known, self.files.get(path.as_str())) {
                    (Some(document), _) => (document.id.as_str(), document.text.as_str()),
                    (None, Some(bytes)) => {
                        let text = std::str::from_utf8(bytes);
                        (path.as_str(), text.map_err(|_| format!("its text is not UTF-8, {path}"))?)
                    }
                    (None, None) => return Err(format!("its text is not there, {source}")),
                };
                let mut article = Incoming::new(ID, file, id, text, OffsetUnit::CodePoint);
                article.owner = Some(creator.to_owned()).filter(|it| !it.is_empty());
                self.articles.push(article);
                self.index.insert((path, creator.to_owned()), self.articles.len() - 1);
                self.articles.len() - 1
            }
        };
        Ok((i, &mut self.articles[i]))
    }

    /// Takes in an annotation: a span for each of its targets. Gives the first one's article and
    /// id.
    fn spans(&mut self, file: &str, name: &str, item: &Json) -> Result<(usize, String), String> {
        let creator = match item.get("creator") {
            Some(Json::Array(all)) => all.first(),
            one => one,
        };
        let creator = creator.map_or("", |it| {
            let said = ["name", "nickname", "id"].into_iter().map(|key| string(it, key));
            it.as_str().or_else(|| said.into_iter().find(|it| !it.is_empty())).unwrap_or_default()
        });
        let targets = match item.get("target") {
            Some(Json::Array(targets)) => targets.as_slice(),
            Some(target) => std::slice::from_ref(target),
            None => &[],
        };
        // All or none: what is read first is checked first.
        let mut found = Vec::with_capacity(targets.len());
        for target in targets {
            let parts = match target.get("items") {
                Some(Json::Array(parts)) => parts.as_slice(),
                _ => std::slice::from_ref(target),
            };
            let mut span = RawSpan::default();
            let mut surfaces = Vec::with_capacity(parts.len());
            let mut place = None;
            for part in parts {
                let source = match part.get("source") {
                    Some(Json::String(source)) => source,
                    Some(source) => string(source, "id"),
                    None => return Err("its target is no part of a text".to_owned()),
                };
                let (i, article) = self.article(file, source, creator)?;
                if place.replace(i).is_some_and(|it| it != i) {
                    return Err("its fragments stand in several texts".to_owned());
                }
                let (piece, surface) = selected(part, &article.text)?;
                span.pieces.push(piece);
                surfaces.extend(surface);
            }
            if surfaces.len() == parts.len() {
                span.surface = Some(surfaces.join(" "));
            }
            found.push((place.ok_or("its target is empty")?, span));
        }
        let said = Said::of(item);
        let mut first = None;
        for (i, mut span) in found {
            span.label.clone_from(&said.label);
            if let Some(own) = item.get("sorot") {
                own::into_span(&own.to_string(), &mut span);
            }
            if span.id.is_empty() {
                span.id = unescaped(name.trim_start_matches('#'));
            }
            if first.is_some() {
                // Made of its place, since it is another span than the first.
                span.id.clear();
            }
            span.note.clone_from(&said.note);
            for (name, value) in &said.attributes {
                span.attributes.entry(name.clone()).or_insert_with(|| value.clone());
            }
            first.get_or_insert_with(|| (i, span.id.clone()));
            self.articles[i].spans.push(span);
        }
        first.ok_or_else(|| "it has no target".to_owned())
    }
}

/// Start and end of what a target selects, and what it says stands there.
fn selected(target: &Json, text: &str) -> Result<((usize, usize), Option<String>), String> {
    let selectors = match target.get("selector") {
        Some(Json::Array(selectors)) => selectors.as_slice(),
        Some(selector) => std::slice::from_ref(selector),
        None => &[],
    };
    let of_type = |kind: &str| selectors.iter().find(|it| string(it, "type") == kind);
    let quote = of_type("TextQuoteSelector");
    let exact = quote.map(|it| string(it, "exact")).filter(|it| !it.is_empty());
    if let Some(position) = of_type("TextPositionSelector") {
        let number = |key: &str| position.get(key).and_then(Json::as_u64).and_then(|it| it.try_into().ok());
        let (Some(start), Some(end)) = (number("start"), number("end")) else {
            return Err("its position is no number".to_owned());
        };
        return Ok(((start, end), exact.map(str::to_owned)));
    }
    let (Some(quote), Some(exact)) = (quote, exact) else {
        return Err("its target has neither position nor quote".to_owned());
    };
    let (prefix, suffix) = (string(quote, "prefix"), string(quote, "suffix"));
    let whole = format!("{prefix}{exact}{suffix}");
    let mut places = text.match_indices(&whole);
    match (places.next(), places.next()) {
        (Some((byte, _)), None) => {
            let count = |string: &str| string.chars().count();
            let start = count(text.get(..byte).unwrap_or_default()) + count(prefix);
            Ok(((start, start + count(exact)), Some(exact.to_owned())))
        }
        (None, _) => Err(format!("its quote does not stand in the text, “{exact}”")),
        (Some(_), Some(_)) => Err(format!("its quote stands in the text more than once, “{exact}”")),
    }
}

/// The two annotations that an annotation links; nothing if it is none that links.
fn ends(item: &Json) -> Option<[&str; 2]> {
    let is_linking = match item.get("motivation")? {
        Json::Array(all) => all.iter().any(|it| it == "linking"),
        one => one == "linking",
    };
    let [from, to] = item.get("target")?.as_array()?.as_slice() else { return None };
    let ends = [from, to].map(|it| it.as_str().unwrap_or_else(|| string(it, "id")));
    let is_part_of_text = from.get("source").is_some() || to.get("source").is_some();
    (is_linking && !is_part_of_text && !ends.contains(&"")).then_some(ends)
}

fn string<'a>(object: &'a Json, key: &str) -> &'a str {
    object.get(key).and_then(Json::as_str).unwrap_or_default()
}

/// What the bodies of an annotation say.
#[derive(Default)]
struct Said {
    label: String,
    note: String,
    attributes: Attributes,
}

impl Said {
    fn of(item: &Json) -> Said {
        let motivation = match item.get("motivation") {
            Some(Json::Array(all)) => all.first().and_then(Json::as_str).unwrap_or_default(),
            _ => string(item, "motivation"),
        };
        let bodies = match item.get("body").or_else(|| item.get("bodyValue")) {
            Some(Json::Array(bodies)) => bodies.as_slice(),
            Some(body) => std::slice::from_ref(body),
            None => &[],
        };
        let (mut tags, mut notes, mut others) = (Vec::new(), Vec::new(), Vec::new());
        for body in bodies {
            let value = body.as_str().filter(|_| item.get("body").is_none());
            let value = value.or_else(|| body.get("value")?.as_str());
            let purpose = Some(string(body, "purpose")).filter(|it| !it.is_empty()).unwrap_or(motivation);
            match (value, purpose) {
                (Some(tag), "tagging" | "classifying") => tags.push(tag.to_owned()),
                (Some(note), _) => notes.push(note),
                (None, _) => others.push(body.clone()),
            }
        }
        let mut said = Said { note: notes.join("\n"), ..Said::default() };
        let mut tags = tags.into_iter();
        let usual = if motivation.is_empty() { "annotation" } else { motivation };
        said.label = tags.next().unwrap_or_else(|| usual.to_owned());
        let tags: Vec<String> = tags.collect();
        if !tags.is_empty() {
            said.attributes.insert("tags".to_owned(), Value::List(tags));
        }
        if !others.is_empty() {
            said.attributes.insert("bodies".to_owned(), own::value(others.into()));
        }
        said
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_paths() {
        for path in ["a.txt", "b c/ä%20?#.txt", "x:y", "\u{1}\u{a0}\"<>"] {
            let escaped = escaped(path);
            assert_eq!(unescaped(&escaped), path);
            assert!(!escaped.contains([' ', '?', '#', '"', '<', ':', '\u{a0}']), "{escaped}");
            assert_eq!(
                resolved("annotations/x/y.jsonld", &format!("../../texts/{escaped}")),
                format!("texts/{path}")
            );
        }
        assert_eq!(
            [unescaped("%"), unescaped("%4"), unescaped("%zz"), unescaped("%ff")],
            ["%", "%4", "%zz", "%ff"]
        );
        assert_eq!(resolved("a.json", "../../../etc/passwd"), "etc/passwd");
    }

    #[test]
    fn annotations_of_other_makes_come_in() {
        let page = r##"{"@context": "http://www.w3.org/ns/anno.jsonld", "type": "AnnotationPage", "items": [
            {"id": "#1", "motivation": "highlighting", "creator": "Rina", "target": {"source": "a.txt",
             "selector": {"type": "TextQuoteSelector", "exact": "ya", "prefix": "AS "}}},
            {"id": "#2", "bodyValue": "hm", "creator": {"nickname": "Rina"}, "target": {"source": {"id": "a.txt"},
             "selector": {"type": "TextPositionSelector", "start": 2, "end": 5}}},
            {"id": "#3", "body": [{"purpose": "tagging", "value": "speaker"}, {"purpose": "tagging", "value": "b"},
             {"purpose": "identifying", "source": "http://www.wikidata.org/entity/Q1"}], "creator": "Rina",
             "target": [{"source": "a.txt", "selector": [{"type": "TextPositionSelector", "start": 2, "end": 5},
             {"type": "TextQuoteSelector", "exact": "Éva"}]}]},
            {"id": "#4", "motivation": "linking", "body": {"purpose": "tagging", "value": "says"}, "target": ["#2", {"id": "#1"}]},
            {"id": "#5", "target": {"source": "b.txt", "selector": {"type": "TextPositionSelector", "start": 2, "end": 5}}},
            {"id": "#6", "target": {"source": "a.txt", "selector": {"type": "TextQuoteSelector", "exact": "ya"}}},
            {"id": "#7", "target": {"source": "a.txt", "selector": {"type": "TextPositionSelector", "start": -2, "end": 5}}},
            {"id": "#8", "target": "a.txt"}, {"id": "#9"}, 7,
            {"motivation": "linking", "target": ["#1", "#99"]}]}"##;
        let file = |name: &str, content: &str| (name.to_owned(), content.as_bytes().to_vec());
        let files = Bundle { files: vec![file("a.json", page), file("a.txt", "😀 Éva ya AS ya")] };
        let mut report = Report::default();
        let read = WebAnnotation.import(&files, &ImportOptions::default(), &Schema::default(), &mut report);
        let mut lines = Vec::new();
        for article in read.expect("they are annotations") {
            let (owner, text) = (article.owner.name(), &article.document.text);
            lines.extend(article.set.annotations().map(|it| {
                let said = format!("{:?} {:?}", it.note, it.attributes);
                format!("{owner}: {} {} “{}” {said}", it.id.as_str(), it.label, text.surface(&it.span))
            }));
            let relations = article.set.relations();
            lines.extend(
                relations
                    .map(|it| format!("{owner}: {} –{}→ {}", it.from.as_str(), it.label, it.to.as_str())),
            );
        }
        lines.extend(report.problems.iter().map(|it| it.to_string()));
        expect_test::expect![[r#"
            Rina: 1 highlighting “ya” "" {}
            Rina: 2 annotation “Éva” "hm" {}
            Rina: 3 speaker “Éva” "" {"bodies": Json("[{\"purpose\":\"identifying\",\"source\":\"http://www.wikidata.org/entity/Q1\"}]"), "tags": List(["b"])}
            Rina: 2 –says→ 1
            the annotation #5 was not taken in, its text is not there, b.txt: a.json
            the annotation #6 was not taken in, its quote stands in the text more than once, “ya”: a.json
            the annotation #7 was not taken in, its position is no number: a.json
            the annotation #8 was not taken in, its target is no part of a text: a.json
            the annotation #9 was not taken in, it has no target: a.json
            the annotation #10 was not taken in, it has no target: a.json
            the relation #11 was not taken in, its ends are not both there in one article: a.json"#]].assert_eq(&lines.join("\n"));
    }
}
