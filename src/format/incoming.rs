//! An article on its way in: numbers of a foreign file, and what they mean.
//!
//! Invariants:
//! - A span comes in only where the text says what the file says it covers. Where a file says
//!   nothing of that, its numbers are believed, in the unit of its format.
//! - If another unit than the format's fits better, it is used and said.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::file::{newline_of, sha256};
use crate::format::{Article, ImportOptions};
use crate::model::{
    Annotation, AnnotationId, AnnotationSet, Attributes, Document, DocumentId, Entity, EntityId, Extra,
    Origin, Owner, Place, Relation, RelationId, Report, Severity, Source, Status,
};
use crate::text::{OffsetUnit, Range, Span, Text};

/// A span as a file has it.
#[derive(Clone, Debug, Default)]
pub(super) struct RawSpan {
    /// What relations of the file call it; empty if nothing does.
    pub(super) id: String,
    pub(super) label: String,
    /// Start and end of each fragment, exclusive, in the file's unit.
    pub(super) pieces: Vec<(usize, usize)>,
    /// What the file says each fragment covers, or all of them joined by a space.
    pub(super) surface: Option<String>,
    pub(super) attributes: Attributes,
    pub(super) entity: Option<String>,
    pub(super) note: String,
    pub(super) flags: Vec<String>,
    /// What only the format knows, so that exporting to it again loses nothing.
    pub(super) extra: Extra,
}

/// A relation as a file has it: from and to are ids of spans.
#[derive(Clone, Debug, Default)]
pub(super) struct RawRelation {
    pub(super) id: String,
    pub(super) label: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) attributes: Attributes,
    pub(super) note: String,
    pub(super) extra: Extra,
}

/// An article as a file has it.
#[derive(Clone, Debug)]
pub(super) struct Incoming {
    /// The format's id.
    pub(super) format: &'static str,
    /// The file, as people would type it.
    pub(super) file: String,
    /// The article's path in a project.
    pub(super) id: String,
    /// Whose annotations, where the file says so.
    pub(super) owner: Option<String>,
    pub(super) text: String,
    /// The SHA-256 of the text that the numbers count in, where the file states it instead.
    pub(super) text_sha256: Option<String>,
    pub(super) language: Option<String>,
    /// What the format's numbers count.
    pub(super) unit: OffsetUnit,
    pub(super) status: Status,
    pub(super) spans: Vec<RawSpan>,
    pub(super) relations: Vec<RawRelation>,
    pub(super) entities: Vec<Entity>,
}

/// What numbers may count, and whether the end is the last character rather than the one after it.
pub(super) type Reading = (OffsetUnit, bool);

impl Incoming {
    pub(super) fn new(
        format: &'static str,
        file: &str,
        id: impl Into<String>,
        text: impl Into<String>,
        unit: OffsetUnit,
    ) -> Incoming {
        Incoming {
            format,
            file: file.to_owned(),
            id: id.into(),
            owner: None,
            text: text.into(),
            text_sha256: None,
            language: None,
            unit,
            status: Status::InProgress,
            spans: Vec::new(),
            relations: Vec::new(),
            entities: Vec::new(),
        }
    }

    /// The article in memory. What has no place in the text is reported, and stays out.
    pub(super) fn finish(mut self, options: &ImportOptions, report: &mut Report) -> Article {
        let text = Text::new(self.text.as_str());
        let text_sha256 = sha256(text.as_str().as_bytes());
        if self.text_sha256.as_ref().is_some_and(|it| *it != text_sha256) {
            let message = format!(
                "{} spans were not taken in, since the article has another text than the one they were made on",
                self.spans.len()
            );
            report.add(Severity::Error, self.place(), message);
            self.spans.clear();
            self.relations.clear();
        }
        let reading = self.reading(&text, options, report);
        let mut ids = BTreeSet::new();
        let mut id_of: BTreeMap<&str, AnnotationId> = BTreeMap::new();
        let mut annotations = Vec::with_capacity(self.spans.len());
        for (i, raw) in self.spans.iter().enumerate() {
            let span = match located(&text, raw, reading) {
                Ok(span) => span,
                Err(why) => {
                    let message = format!("the span {} was not taken in, {why}", raw.name());
                    report.add(Severity::Error, self.place(), message);
                    continue;
                }
            };
            let id = unused(&raw.id, 's', i, &mut ids);
            if !raw.id.is_empty() && id_of.insert(&raw.id, AnnotationId::new(id.as_str())).is_some() {
                let message =
                    format!("two spans are called {}, and relations lead to the second one", raw.id);
                report.add(Severity::Warning, self.place(), message);
            }
            annotations.push(Annotation {
                entity: raw.entity.as_deref().map(EntityId::from),
                attributes: raw.attributes.clone(),
                note: raw.note.clone(),
                flags: raw.flags.clone(),
                origin: self.origin(),
                extra: raw.extra.clone(),
                ..Annotation::new(AnnotationId::new(id.as_str()), raw.label.as_str(), span)
            });
        }
        let relations = self.relations(&id_of, report);
        let source = Source {
            encoding: "utf-8".to_owned(),
            bom: false,
            newline: newline_of(text.as_str()),
            file_sha256: text_sha256.clone(),
            text_sha256,
            language: self.language.clone(),
        };
        let set = AnnotationSet::new(self.status, annotations, relations, self.entities);
        let owner = options.owner.clone().or_else(|| self.owner.as_deref().map(Owner::named));
        let document = Document { id: DocumentId::new(self.id.as_str()), text, source };
        Article {
            owner: owner.unwrap_or_else(|| Owner::named("imported")),
            document: Arc::new(document),
            set: Arc::new(set),
        }
    }

    fn relations(&self, id_of: &BTreeMap<&str, AnnotationId>, report: &mut Report) -> Vec<Relation> {
        let mut ids = BTreeSet::new();
        let mut relations = Vec::with_capacity(self.relations.len());
        for (i, raw) in self.relations.iter().enumerate() {
            let ends = [&raw.from, &raw.to].map(|end| id_of.get(end.as_str()).cloned());
            let [Some(from), Some(to)] = ends else {
                let message = format!(
                    "the relation {} was not taken in, it leads from {} to {}, and not both are there",
                    raw.label, raw.from, raw.to
                );
                report.add(Severity::Error, self.place(), message);
                continue;
            };
            relations.push(Relation {
                id: RelationId::new(unused(&raw.id, 'r', i, &mut ids)),
                label: raw.label.clone(),
                from,
                to,
                attributes: raw.attributes.clone(),
                note: raw.note.clone(),
                origin: self.origin(),
                created: None,
                modified: None,
                extra: raw.extra.clone(),
            });
        }
        relations
    }

    /// What the numbers count: what a person said, or what the format says unless the text shows
    /// that the file counts otherwise.
    fn reading(&self, text: &Text, options: &ImportOptions, report: &mut Report) -> Reading {
        if let Some(unit) = options.unit {
            return (unit, false);
        }
        let usual = (self.unit, false);
        let n_fit =
            |reading| self.spans.iter().filter(|raw| fits(text, raw, reading).unwrap_or(false)).count();
        let n_stated = self.spans.iter().filter(|raw| raw.surface.is_some()).count();
        let n_usual = n_fit(usual);
        if n_usual == n_stated {
            return usual;
        }
        let units = [OffsetUnit::CodePoint, OffsetUnit::Utf16, OffsetUnit::Byte];
        let others =
            [false, true].into_iter().flat_map(|is_inclusive| units.map(|unit| (unit, is_inclusive)));
        let mut best = (n_usual, usual);
        for reading in others {
            let n = n_fit(reading);
            if n > best.0 {
                best = (n, reading);
            }
        }
        let (n, reading) = best;
        if reading != usual {
            let ends = if reading.1 { " with inclusive ends" } else { "" };
            let message = format!(
                "the numbers count {}{ends} and not {}, as {n} of {n_stated} spans show",
                name(reading.0),
                name(usual.0)
            );
            report.add(Severity::Warning, self.place(), message);
        }
        reading
    }

    fn origin(&self) -> Origin {
        Origin::Imported { by: self.format.to_owned() }
    }

    fn place(&self) -> Place {
        Place {
            file: Some(self.file.clone()),
            document: Some(DocumentId::new(self.id.as_str())),
            ..Place::default()
        }
    }
}

impl RawSpan {
    /// What people can find it by.
    fn name(&self) -> String {
        let pieces: Vec<String> = self.pieces.iter().map(|(start, end)| format!("{start}–{end}")).collect();
        let id = if self.id.is_empty() { String::new() } else { format!("{} ", self.id) };
        format!("{id}{} at {}", self.label, pieces.join(", "))
    }
}

/// What a unit is called in a sentence.
fn name(unit: OffsetUnit) -> &'static str {
    match unit {
        OffsetUnit::CodePoint => "code points",
        OffsetUnit::Utf16 => "UTF-16 units",
        OffsetUnit::Byte => "bytes",
    }
}

/// The span that the numbers mean; a reason if there is none, or another text stands there than the
/// file says.
fn located(text: &Text, raw: &RawSpan, reading: Reading) -> Result<Span, String> {
    let span = placed(text, raw, reading)?;
    match &raw.surface {
        Some(stated) if !is_surface(text, &span, stated) => Err(format!(
            "the text there is “{}” and not “{}”",
            text.excerpt(&span, 40),
            stated.chars().take(40).collect::<String>()
        )),
        _ => Ok(span),
    }
}

/// True if the text is what the file says; nothing if the file says nothing.
pub(super) fn fits(text: &Text, raw: &RawSpan, reading: Reading) -> Option<bool> {
    let stated = raw.surface.as_ref()?;
    Some(placed(text, raw, reading).is_ok_and(|span| is_surface(text, &span, stated)))
}

fn placed(text: &Text, raw: &RawSpan, (unit, is_inclusive): Reading) -> Result<Span, String> {
    let mut ranges = Vec::with_capacity(raw.pieces.len());
    for &(start, end) in &raw.pieces {
        let end = end.saturating_add(usize::from(is_inclusive));
        let ends = [start, end].map(|it| text.locate(it, unit).map_err(|error| error.to_string()));
        let [start, end] = ends;
        let range = Range::new(start?, end?).ok_or("it covers no character")?;
        ranges.push(range);
    }
    Span::new(ranges).map_err(|error| error.to_string())
}

/// Formats join fragments with a space or not at all, some write white space as one space, and some
/// straighten quotation marks.
fn is_surface(text: &Text, span: &Span, stated: &str) -> bool {
    let surface = text.surface(span);
    if surface == stated {
        return true;
    }
    let straight = |it: char| if "'\"‘’‚‛“”„‟«»‹›`´".contains(it) { '"' } else { it };
    let letters = |it: &str| it.chars().filter(|it| !it.is_whitespace()).map(straight).collect::<String>();
    letters(&surface) == letters(stated)
}

/// The id, or one made of its place in the file if there is none or it is taken.
fn unused(id: &str, kind: char, i: usize, ids: &mut BTreeSet<String>) -> String {
    let mut chosen = if id.is_empty() { format!("{kind}{}", i + 1) } else { id.to_owned() };
    let mut n = 1;
    while !ids.insert(chosen.clone()) {
        n += 1;
        chosen = if id.is_empty() { format!("{kind}{}-{n}", i + 1) } else { format!("{id}-{n}") };
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn incoming(spans: &[(usize, usize, &str)]) -> Incoming {
        let spans = spans.iter().map(|&(start, end, surface)| RawSpan {
            label: "country".to_owned(),
            pieces: vec![(start, end)],
            surface: (!surface.is_empty()).then(|| surface.to_owned()),
            ..RawSpan::default()
        });
        let text = "😀 Kyiv és Éva";
        Incoming { spans: spans.collect(), ..Incoming::new("x", "a.x", "a.txt", text, OffsetUnit::CodePoint) }
    }

    fn surfaces(incoming: Incoming, options: &ImportOptions) -> (Vec<String>, Vec<String>) {
        let mut report = Report::default();
        let article = incoming.finish(options, &mut report);
        let surface = |it: &Arc<Annotation>| article.document.text.surface(&it.span);
        (
            article.set.annotations().map(surface).collect(),
            report.problems.into_iter().map(|it| it.message).collect(),
        )
    }

    #[test]
    fn numbers_mean_what_the_text_shows() {
        type Case<'a> = (&'a [(usize, usize, &'a str)], &'a [&'a str], &'a str);
        let cases: [Case<'_>; 6] = [
            (&[(2, 6, "Kyiv"), (10, 13, "Éva")], &["Kyiv", "Éva"], ""),
            (&[(3, 7, "Kyiv"), (11, 14, "Éva")], &["Kyiv", "Éva"], "count UTF-16 units and"),
            (&[(5, 9, "Kyiv"), (14, 18, "Éva")], &["Kyiv", "Éva"], "count bytes and"),
            (&[(2, 5, "Kyiv"), (10, 12, "Éva")], &["Kyiv", "Éva"], "inclusive ends"),
            (&[(2, 6, "Lviv"), (10, 13, "Éva")], &["Éva"], "“Kyiv” and not “Lviv”"),
            (&[(2, 6, ""), (10, 99, "")], &["Kyiv"], "99"),
        ];
        for (spans, expected, message) in cases {
            let (found, messages) = surfaces(incoming(spans), &ImportOptions::default());
            assert_eq!(found, expected, "{spans:?}");
            assert_eq!(messages.is_empty(), message.is_empty(), "{messages:?}");
            assert!(messages.iter().all(|it| it.contains(message)), "{messages:?}");
        }
    }

    #[test]
    fn who_imports_may_say_what_numbers_count() {
        let options = ImportOptions { unit: Some(OffsetUnit::Utf16), ..ImportOptions::default() };
        assert_eq!(surfaces(incoming(&[(3, 7, "")]), &options).0, ["Kyiv"]);
    }
}
