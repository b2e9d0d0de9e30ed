//! What spaCy's formats and Prodigy's have in common: an article as tokens, and spans that begin
//! and end with them.
//!
//! A text is its tokens, each with the space after it or without; what else stands between words
//! is a token too. White space at the ends of spans is taken off, since spaCy's trainers refuse
//! it. A span with several fragments stands as several spans.
//!
//! What no field of these formats holds goes along in the object `sorot`: path, annotator, status,
//! language and entities of the article, all of its spans with their ids, fragments and attributes,
//! and the relations between them. On the way back it says what the spans of the file are, as far
//! as they are still there; other programs may add and remove some.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use crate::file;
use crate::format::flat::flat;
use crate::format::incoming::{Incoming, RawRelation, RawSpan};
use crate::format::tokens::tokens;
use crate::format::trimmed::trimmed;
use crate::format::{Article, Capabilities, ExportOption, Overlap, own};
use crate::model::{Annotation, Entity, Extra, Relation, Report, Schema, Severity, Value};
use crate::text::{Offset, OffsetUnit, Range, Text};

/// The group of all spans: what spaCy's span categorizer looks for.
pub(super) const GROUP: &str = "sc";

/// What these formats hold.
pub(super) const CAPABILITIES: Capabilities = Capabilities {
    losses: &[
        "white space at the ends of spans",
        "how and when annotations came to be",
        "the article file's encoding and line ends",
        "file keys that Sorot does not know",
    ],
    options: &[ExportOption::Overlap],
    takes_unit: false,
    ..Capabilities::WHOLE
};

/// A word, a mark, or white space that is not one space between two tokens.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) range: Range,
    /// True if a space follows that is part of no token.
    pub(super) has_space: bool,
}

/// An article as spaCy sees it.
pub(super) struct Doc<'a> {
    pub(super) text: &'a Text,
    /// Without white space at their ends.
    pub(super) annotations: Vec<Arc<Annotation>>,
    /// Those between the annotations.
    pub(super) relations: Vec<&'a Arc<Relation>>,
    pub(super) tokens: Vec<Token>,
}

impl<'a> Doc<'a> {
    /// Reports what is lost or changed on the way.
    pub(super) fn new(article: &'a Article, schema: &Schema, report: &mut Report) -> Doc<'a> {
        article.report_orphans(report);
        let text = &article.document.text;
        let annotations = trimmed(article, schema, report);
        let ranges = annotations.iter().flat_map(|it| it.span.ranges());
        let cuts: BTreeSet<Offset> = ranges.flat_map(|it| [it.start(), it.end()]).collect();
        let ids: BTreeSet<_> = annotations.iter().map(|it| &it.id).collect();
        let (relations, lost): (Vec<_>, Vec<_>) =
            article.set.relations().partition(|it| ids.contains(&it.from) && ids.contains(&it.to));
        for relation in lost {
            let message = format!("{} is not exported, since not both of its spans are", relation.label);
            report.add(Severity::Warning, article.place(), message);
        }
        Doc { text, relations, tokens: with_white_space(text, &tokens(text, &cuts)), annotations }
    }

    /// The numbers of the first token of a fragment and of the one after its last.
    pub(super) fn token_range(&self, range: Range) -> (usize, usize) {
        let first = self.tokens.partition_point(|it| it.range.start() < range.start());
        let after = self.tokens.partition_point(|it| it.range.start() < range.end());
        (first, after)
    }

    /// Where each token lies, in code points.
    pub(super) fn token_places(&self) -> impl Iterator<Item = (usize, usize)> {
        let mut at = 0;
        self.tokens.iter().map(move |token| {
            let start = at;
            let end = start + self.text.slice(token.range).chars().count();
            at = end + usize::from(token.has_space);
            (start, end)
        })
    }

    /// Where a fragment lies, in code points.
    pub(super) fn place(&self, range: Range) -> (usize, usize) {
        let at = |offset| self.text.measure(offset, OffsetUnit::CodePoint);
        (at(range.start()), at(range.end()))
    }

    /// The pieces of the annotations that share no text with another, in order: what `doc.ents`
    /// can hold. The others are in the group, and so not lost.
    pub(super) fn entities(
        &self,
        article: &Article,
        overlap: &Overlap,
        report: &mut Report,
    ) -> Vec<(Range, &Arc<Annotation>)> {
        let entities = flat(article, &self.annotations, overlap, &mut Report::default());
        let n_others = self.annotations.len() - entities.len();
        if n_others > 0 {
            let message = format!(
                "doc.ents holds no spans that share text, so {n_others} of {} are in the group {GROUP} alone",
                self.annotations.len()
            );
            report.add(Severity::Note, article.place(), message);
        }
        let mut pieces: Vec<_> = entities.into_iter().flat_map(pieces).collect();
        pieces.sort_by_key(|(range, _)| range.start());
        pieces
    }

    /// The pieces of all annotations, in the order of these.
    pub(super) fn pieces(&self) -> impl Iterator<Item = (Range, &Arc<Annotation>)> {
        self.annotations.iter().flat_map(pieces)
    }

    /// The object `sorot`.
    pub(super) fn own(&self, article: &Article) -> Json {
        let mut own = own::of_article(article);
        let span = |it: &Arc<Annotation>| {
            let mut span = file::annotation_json(it, self.text);
            if let Json::Object(span) = &mut span {
                span.shift_remove("text");
            }
            span
        };
        own["spans"] = self.annotations.iter().map(span).collect();
        own["relations"] = self.relations.iter().map(|it| file::relation_json(it)).collect();
        own
    }
}

fn pieces(annotation: &Arc<Annotation>) -> impl Iterator<Item = (Range, &Arc<Annotation>)> {
    annotation.span.ranges().iter().map(move |&range| (range, annotation))
}

/// Words and marks together with what stands between them, as spaCy divides it: a space after a
/// token belongs to it, and the rest up to the next word is one token.
fn with_white_space(text: &Text, words: &[Range]) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::with_capacity(words.len());
    let mut at = Offset::START;
    for word in words.iter().copied().map(Some).chain([None]) {
        let next = word.map_or(text.end(), Range::start);
        if let Some(gap) = Range::new(at, next)
            && let Some(last) = tokens.last_mut()
            && text.slice(gap).starts_with(' ')
        {
            last.has_space = true;
            at = Offset::new(at.byte() + 1);
        }
        for range in Range::new(at, next).into_iter().chain(word) {
            tokens.push(Token { range, has_space: false });
            at = range.end();
        }
    }
    tokens
}

/// A span as a foreign file has it.
#[derive(Clone, Debug, Default)]
pub(super) struct Stated {
    pub(super) label: String,
    /// In the unit of the article's numbers.
    pub(super) start: usize,
    pub(super) end: usize,
    /// What it covers, where the file says so.
    pub(super) surface: Option<String>,
    /// What it mentions; empty if the file does not say.
    pub(super) entity: String,
    pub(super) attributes: Vec<(String, Value)>,
}

/// A span's label and where it lies.
pub(super) type Place = (String, usize, usize);

impl Stated {
    pub(super) fn place(&self) -> Place {
        (self.label.clone(), self.start, self.end)
    }
}

/// What became of the spans and relations of a file.
pub(super) struct Taken {
    /// The id of the span that lies there.
    pub(super) id_at: BTreeMap<Place, String>,
    /// The relations of the object `sorot`.
    pub(super) relations: Vec<RawRelation>,
}

/// Takes in the spans that a file states, and what `sorot` says about them and the article.
pub(super) fn take_in(incoming: &mut Incoming, own: Option<Json>, stated: Vec<Stated>) -> Taken {
    let mut own = match own {
        Some(Json::Object(own)) => own,
        _ => Map::new(),
    };
    let mut objects = |key: &str| match own.shift_remove(key) {
        Some(Json::Array(list)) => list,
        _ => Vec::new(),
    };
    let (spans, relations) = (objects("spans"), objects("relations"));
    if !own.is_empty() {
        own::take_article(own, incoming);
    }

    // What Sorot wrote takes the places that it stands at; what is left is others'.
    let mut left: BTreeMap<Place, usize> = BTreeMap::new();
    for it in &stated {
        *left.entry(it.place()).or_default() += 1;
    }
    let mut taken = Taken { id_at: BTreeMap::new(), relations: Vec::new() };
    let mut ids = BTreeSet::new();
    for span in spans.into_iter().filter_map(own_span) {
        let places: Vec<Place> = span.pieces.iter().map(|&(a, b)| (span.label.clone(), a, b)).collect();
        if !places.iter().all(|it| left.get(it).is_some_and(|&n| n > 0)) {
            continue;
        }
        for place in places {
            if let Some(n) = left.get_mut(&place) {
                *n = n.saturating_sub(1);
            }
            taken.id_at.insert(place, span.id.clone());
        }
        ids.insert(span.id.clone());
        incoming.spans.push(span);
    }
    let mut known: BTreeSet<String> = incoming.entities.iter().map(|it| it.id.as_str().to_owned()).collect();
    let mut n = 0;
    for it in stated {
        match left.get_mut(&it.place()) {
            Some(left) if *left > 0 => *left -= 1,
            _ => continue,
        }
        let id = loop {
            n += 1;
            let id = format!("s{n}");
            if ids.insert(id.clone()) {
                break id;
            }
        };
        taken.id_at.insert(it.place(), id.clone());
        let entity = (!it.entity.is_empty()).then_some(it.entity);
        if let Some(entity) = &entity
            && known.insert(entity.clone())
        {
            let (kind, name) = (String::new(), String::new());
            incoming.entities.push(Entity {
                id: entity.as_str().into(),
                kind,
                name,
                extra: Extra::default(),
            });
        }
        incoming.spans.push(RawSpan {
            id,
            label: it.label,
            pieces: vec![(it.start, it.end)],
            surface: it.surface,
            attributes: it.attributes.into_iter().collect(),
            entity,
            ..RawSpan::default()
        });
    }
    let relations = relations.into_iter().filter_map(own_relation);
    // A relation goes with the spans that another program removed.
    taken.relations = relations.filter(|it| ids.contains(&it.from) && ids.contains(&it.to)).collect();
    taken
}

fn own_span(json: Json) -> Option<RawSpan> {
    let Json::Object(mut object) = json else { return None };
    let mut take = |key: &str| object.shift_remove(key);
    let label = take("label")?.as_str()?.to_owned();
    let whole = (take("start"), take("end"));
    let pieces = match take("fragments") {
        Some(fragments) => serde_json::from_value(fragments).ok()?,
        None => vec![(number(whole.0)?, number(whole.1)?)],
    };
    let mut span = RawSpan { label, pieces, ..RawSpan::default() };
    own::take_span(object, &mut span);
    (!span.pieces.is_empty() && !span.id.is_empty()).then_some(span)
}

fn own_relation(json: Json) -> Option<RawRelation> {
    let Json::Object(mut object) = json else { return None };
    let mut take = |key: &str| Some(object.shift_remove(key)?.as_str()?.to_owned());
    let (label, from, to) = (take("label")?, take("from")?, take("to")?);
    let mut relation = RawRelation { label, from, to, ..RawRelation::default() };
    own::take_relation(object, &mut relation);
    Some(relation)
}

fn number(json: Option<Json>) -> Option<usize> {
    json?.as_u64()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(string: &str) -> String {
        let text = Text::new(string);
        let tokens = with_white_space(&text, &tokens(&text, &BTreeSet::new()));
        let shown = tokens.iter().map(|it| {
            let space = if it.has_space { "_" } else { "" };
            format!("{:?}{space}", text.slice(it.range))
        });
        shown.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn tokens_and_their_spaces_are_the_text() {
        for (text, expected) in [
            ("", ""),
            ("  ", r#""  ""#),
            (" Ya.", r#"" " "Ya" ".""#),
            ("Kami  siap, \n\n“AS”.\n", r#""Kami"_ " " "siap" ","_ "\n\n" "“" "AS" "”" "." "\n""#),
        ] {
            assert_eq!(shown(text), expected);
        }
    }
}
