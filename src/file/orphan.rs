//! What a set keeps though it has no place: spans whose text is gone, relations that lost an end,
//! and whatever a file held that could not stand.
//!
//! They lie under the set's key `orphans`, each to the letter as it came, are never drawn or
//! exported and always counted. A span that Sorot itself took from its place says why under
//! `lost`, and what stood around it.

use crate::file::item::{read_entity_and_flags, read_tail, write_annotation_tail, write_relation};
use crate::file::json::{Context, Fields, JsonFile, Object, elements, one_line, parse};
use crate::file::ruling::RULINGS;
use crate::file::transaction::read_relation;
use crate::model::{Annotation, AnnotationId, AnnotationSet, Relation, Report, merge};
use crate::text::{Offset, OffsetUnit, Range, Span, Text};

/// A span or relation without a place.
#[derive(Clone, Debug, PartialEq)]
pub struct Orphan {
    /// As it stands in the file.
    json: String,
    /// Its id, where it has one.
    pub id: Option<String>,
    /// Its label; empty if it has none.
    pub label: String,
    /// What a span covered; empty if that is not known.
    pub text: String,
    /// What stood before it.
    pub before: String,
    /// What stood after it.
    pub after: String,
    /// Why it has no place; empty if that is not known.
    pub why: String,
    /// Where it started, in code points of a text that is gone: where to look first.
    pub start: Option<usize>,
    /// The ends of a relation.
    pub ends: Option<[AnnotationId; 2]>,
}

/// The key of a set under which they lie.
const ORPHANS: &str = "orphans";

/// The lists that are kept with a set, an element a line.
pub(super) const KEPT_LISTS: [&str; 2] = [ORPHANS, RULINGS];

/// Characters that are kept on each side.
const CONTEXT: usize = 32;

impl Orphan {
    /// An annotation that loses its place in a text.
    pub fn of_annotation(annotation: &Annotation, text: &Text, why: &str) -> Orphan {
        let span = &annotation.span;
        let stretch = |from, to| Range::new(from, to).map_or("", |it| text.slice(it));
        let (before, after) = (stretch(Offset::START, span.start()), stretch(span.end(), text.end()));
        let from = before.char_indices().rev().nth(CONTEXT - 1).map_or(0, |(at, _)| at);
        let to = after.char_indices().nth(CONTEXT).map_or(after.len(), |(at, _)| at);
        let mut lost = Fields::default();
        lost.string("why", why);
        lost.string("before", &before[from..]);
        lost.string("after", &after[..to]);

        let number = |offset| text.measure(offset, OffsetUnit::CodePoint).to_string();
        let mut fields = Fields::default();
        fields.string("id", annotation.id.as_str());
        fields.string("label", &annotation.label);
        fields.add("start", number(span.start()));
        fields.add("end", number(span.end()));
        fields.string("text", &text.surface(span));
        fields.add("lost", lost.one_line());
        write_annotation_tail(&mut fields, annotation);
        Orphan::read(&fields.one_line())
    }

    /// A relation that loses an end.
    pub fn of_relation(relation: &Relation) -> Orphan {
        Orphan::read(&write_relation(relation).one_line())
    }

    fn read(json: &str) -> Orphan {
        let mut orphan = Orphan {
            json: json.to_owned(),
            id: None,
            label: String::new(),
            text: String::new(),
            before: String::new(),
            after: String::new(),
            why: String::new(),
            start: None,
            ends: None,
        };
        let Some(object) = Object::parse(json) else { return orphan };
        let string = |object: &Object<'_>, key: &str| object.peek(key).and_then(parse::<String>);
        orphan.id = string(&object, "id");
        orphan.label = string(&object, "label").unwrap_or_default();
        orphan.text = string(&object, "text").unwrap_or_default();
        orphan.start = object.peek("start").and_then(parse);
        let ends = string(&object, "from").zip(string(&object, "to"));
        orphan.ends = ends.map(|(from, to)| [AnnotationId::new(from), AnnotationId::new(to)]);
        if let Some(lost) = object.peek("lost").and_then(Object::parse) {
            orphan.before = string(&lost, "before").unwrap_or_default();
            orphan.after = string(&lost, "after").unwrap_or_default();
            orphan.why = string(&lost, "why").unwrap_or_default();
        }
        orphan
    }

    /// The annotation that it becomes at a new place, with all that it had; nothing if it is none
    /// or has no label.
    pub fn annotation(&self, id: AnnotationId, span: Span) -> Option<Annotation> {
        let mut report = Report::default();
        let file = JsonFile::new(self.json.as_bytes(), "").ok()?;
        let mut context = Context::new(&file, &mut report);
        let mut object = file.root().ok()?;
        if self.label.is_empty() || self.ends.is_some() {
            return None;
        }
        for key in ["id", "label", "start", "end", "fragments", "text", "lost"] {
            object.take(key, |_| Some(()));
        }
        let (entity, flags) = read_entity_and_flags(&mut object, &mut context);
        let tail = read_tail(&mut object, &mut context);
        Some(Annotation {
            entity,
            attributes: tail.attributes,
            note: tail.note,
            flags,
            origin: tail.origin,
            created: tail.created,
            modified: tail.modified,
            extra: object.into_extra(),
            ..Annotation::new(id, self.label.as_str(), span)
        })
    }

    /// The relation that it is, if it is a whole one.
    pub fn relation(&self) -> Option<Relation> {
        let file = JsonFile::new(self.json.as_bytes(), "").ok()?;
        let mut report = Report::default();
        let mut context = Context::new(&file, &mut report);
        read_relation(&self.json, &mut context)
    }

    /// True if it is a span that can be given a place.
    pub fn is_span(&self) -> bool {
        self.ends.is_none() && !self.label.is_empty()
    }
}

/// What a set keeps that has no place, in the order of its file.
pub fn orphans(set: &AnnotationSet) -> Vec<Orphan> {
    elements_of(set).into_iter().map(Orphan::read).collect()
}

/// How much a set keeps that has no place.
pub fn n_orphans(set: &AnnotationSet) -> usize {
    elements_of(set).len()
}

/// As [`merge`], and what either side put into a list that is kept with a set, or took from there
/// since `base`, counts one by one.
pub fn merge_sets(
    base: &AnnotationSet,
    ours: &AnnotationSet,
    theirs: &AnnotationSet,
    report: &mut Report,
) -> AnnotationSet {
    let [mut ours, mut theirs] = [ours.clone(), theirs.clone()];
    for key in KEPT_LISTS {
        let of = [base, &ours, &theirs].map(|set| set.extra.get(key));
        if let Some(joined) = joined(of) {
            ours.extra.set(key, joined.as_deref());
            theirs.extra.set(key, joined.as_deref());
        }
    }
    merge(base, &ours, &theirs, report)
}

/// What base, ours and theirs make of a list; nothing if that is plain, or what is there is no list.
fn joined([base, ours, theirs]: [Option<&str>; 3]) -> Option<Option<String>> {
    if ours == base || theirs == base || ours == theirs {
        return None;
    }
    let list = |json: Option<&str>| -> Option<Vec<String>> {
        Some(elements(json.unwrap_or("[]"))?.into_iter().map(one_line).collect())
    };
    let (base, ours, theirs) = (list(base)?, list(ours)?, list(theirs)?);
    let kept = ours.iter().filter(|it| theirs.contains(it) || !base.contains(it));
    let added = theirs.iter().filter(|it| !ours.contains(it) && !base.contains(it));
    let joined: Vec<&str> = kept.chain(added).map(String::as_str).collect();
    Some((!joined.is_empty()).then(|| format!("[{}]", joined.join(", "))))
}

fn elements_of(set: &AnnotationSet) -> Vec<&str> {
    set.extra.get(ORPHANS).and_then(elements).unwrap_or_default()
}

/// The value of the key `orphans`; nothing for none.
pub fn orphans_json(orphans: &[Orphan]) -> Option<String> {
    let lines: Vec<String> = orphans.iter().map(|it| one_line(&it.json)).collect();
    (!lines.is_empty()).then(|| format!("[{}]", lines.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(orphans: &str) -> AnnotationSet {
        let mut set = AnnotationSet::default();
        set.extra.set(ORPHANS, (!orphans.is_empty()).then_some(orphans));
        set
    }

    fn merged(base: &str, ours: &str, theirs: &str) -> (String, usize) {
        let mut report = Report::default();
        let set = merge_sets(&set(base), &set(ours), &set(theirs), &mut report);
        (set.extra.get(ORPHANS).unwrap_or_default().to_owned(), report.problems.len())
    }

    #[test]
    fn what_both_sides_kept_aside_is_joined() {
        let of =
            |list: &str| list.chars().map(|id| format!(r#"{{"id": "{id}"}}"#)).collect::<Vec<_>>().join(", ");
        let of = |list: &str| if list.is_empty() { String::new() } else { format!("[{}]", of(list)) };
        for (base, ours, theirs, expected) in [
            ("", "a", "b", "ab"),
            ("", "ab", "bc", "abc"),
            ("x", "xa", "xb", "xab"),
            ("xy", "x", "y", ""),
            ("xy", "ya", "xyb", "yab"),
            ("x", "a", "xb", "ab"),
            ("x", "xa", "", "a"),
            ("x", "", "xa", "a"),
            ("x", "x", "", ""),
            ("x", "", "x", ""),
        ] {
            let result = merged(&of(base), &of(ours), &of(theirs));
            assert_eq!(result, (of(expected), 0), "{base}: {ours}, {theirs}");
        }
    }

    #[test]
    fn white_space_makes_no_second_one() {
        assert_eq!(
            merged("", r#"[{"id": "a"}]"#, r#"[{"id":"a"}, 7]"#),
            (r#"[{"id": "a"}, 7]"#.to_owned(), 0)
        );
    }

    #[test]
    fn what_is_no_list_is_a_conflict() {
        assert_eq!(merged("", "{}", "[1]"), ("{}".to_owned(), 1));
    }
}
