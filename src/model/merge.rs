//! Two versions of a set that grew out of one, brought together again.
//!
//! Invariants:
//! - Nothing that either side made or changed is lost: it is in the result, or the report says what
//!   stands against it. Where both sides changed one annotation, relation or entity, ours keeps its
//!   id, and theirs stands beside it under an id made of the old one and of what it says.
//! - An edit beats a deletion, and no relation loses its ends.
//! - Merging the same again changes nothing.

use std::fmt::{self, Debug, Write};
use std::sync::Arc;

use super::{
    Annotation, AnnotationId, AnnotationSet, Edit, Entity, EntityId, Extra, Place, Relation, RelationId,
    Report, SetKey, Severity,
};

/// The flag of an annotation on which two versions of a set did not agree.
pub const CONFLICT: &str = "conflict";

/// What stands in `ours`, with what `theirs` changed since both were `base`. All three must lie on
/// the same text. What the two do not agree on is a warning of the report, with the annotation as
/// its place; the annotation there carries the flag [`CONFLICT`].
///
/// The result counts as the same revision as `ours`.
pub fn merge(
    base: &AnnotationSet,
    ours: &AnnotationSet,
    theirs: &AnnotationSet,
    report: &mut Report,
) -> AnnotationSet {
    let mut merging = Merging { base, ours, theirs, set: ours.clone(), report };
    for change in theirs.changed_entities(base) {
        merging.entity(change.before, change.after);
    }
    for change in theirs.changed_annotations(base) {
        merging.annotation(change.before, change.after);
    }
    for change in theirs.changed_relations(base) {
        merging.relation(change.before, change.after);
    }
    merging.keep_ends();
    merging.header();
    merging.set
}

/// The edits that make `after` of `before`: all that people do to a set.
pub fn edits_between(key: &SetKey, before: &AnnotationSet, after: &AnnotationSet) -> Vec<Edit> {
    let mut edits = Vec::new();
    for change in after.changed_entities(before) {
        let (before, after) = (change.before.cloned(), change.after.cloned());
        if let Some(id) = after.as_ref().or(before.as_ref()).map(|it| it.id.clone()) {
            edits.push(Edit::Entity { set: key.clone(), id, before, after });
        }
    }
    for change in after.changed_annotations(before) {
        let (before, after) = (change.before.cloned(), change.after.cloned());
        if let Some(id) = after.as_ref().or(before.as_ref()).map(|it| it.id.clone()) {
            edits.push(Edit::Annotation { set: key.clone(), id, before, after });
        }
    }
    for change in after.changed_relations(before) {
        let (before, after) = (change.before.cloned(), change.after.cloned());
        if let Some(id) = after.as_ref().or(before.as_ref()).map(|it| it.id.clone()) {
            edits.push(Edit::Relation { set: key.clone(), id, before, after });
        }
    }
    if before.status != after.status {
        edits.push(Edit::Status { set: key.clone(), before: before.status, after: after.status });
    }
    for name in names(&before.extra, &after.extra) {
        let (before, after) = (before.extra.get(name), after.extra.get(name));
        if before != after {
            edits.push(Edit::Extra {
                set: key.clone(),
                key: name.to_owned(),
                before: before.map(str::to_owned),
                after: after.map(str::to_owned),
            });
        }
    }
    edits
}

impl AnnotationSet {
    /// The other versions of an annotation on which two versions of the set did not agree: those
    /// that [`merge`] put beside it, or that it was put beside.
    pub fn rivals(&self, id: &AnnotationId) -> Vec<&Arc<Annotation>> {
        let original = self
            .annotation(id)
            .filter(|it| it.has_conflict())
            .and_then(|it| it.id.as_str().rsplit_once('-'))
            .filter(|(_, tail)| tail.len() == COPY_TAIL)
            .map_or(id.clone(), |(stem, _)| stem.into());
        let stem = format!("{original}-");
        let is_copy = |it: &Annotation| it.has_conflict() && it.id.as_str().len() == stem.len() + COPY_TAIL;
        // Copies have the original's id before their own part, so that they follow one another: a set
        // of any size is asked in every frame.
        let copies = self.annotations.range(AnnotationId::from(stem.as_str())..).map(|(_, it)| it);
        let copies = copies.take_while(|it| it.id.as_str().starts_with(&stem)).filter(|it| is_copy(it));
        self.annotation(&original).into_iter().chain(copies).filter(|it| it.id != *id).collect()
    }
}

impl AnnotationSet {
    /// The set once a person has decided between versions of an annotation: this one stays under
    /// the id that it had before the two versions were made, or all of them stay.
    #[must_use]
    pub fn resolved(&self, id: &AnnotationId, keeps_all: bool) -> AnnotationSet {
        let mut set = self.clone();
        let Some(kept) = self.annotation(id) else { return set };
        let rivals = self.rivals(id);
        if keeps_all {
            for version in rivals.into_iter().chain([kept]) {
                set.put_annotation(&version.id, Some(&Arc::new(version.with_conflict(false))));
            }
            return set;
        }
        let versions = || rivals.iter().map(|it| &it.id).chain([id]);
        let Some(original) = versions().min_by_key(|id| id.as_str().len()) else { return set };
        for version in versions() {
            set.put_annotation(version, None);
        }
        let kept = Annotation { id: original.clone(), ..kept.with_conflict(false) };
        set.put_annotation(original, Some(&Arc::new(kept)));
        for version in versions().filter(|it| *it != original) {
            for relation in self.relations_of(version) {
                let end = |end: &AnnotationId| if end == version { original.clone() } else { end.clone() };
                let moved = Relation {
                    from: end(&relation.from),
                    to: end(&relation.to),
                    ..Relation::clone(relation)
                };
                set.relations.insert(relation.id.clone(), Arc::new(moved));
            }
        }
        set
    }
}

impl Annotation {
    /// True if two versions of its set did not agree on it, and nobody has decided yet.
    pub fn has_conflict(&self) -> bool {
        self.flags.iter().any(|flag| flag == CONFLICT)
    }

    /// The same with the flag [`CONFLICT`], or without it.
    #[must_use]
    pub fn with_conflict(&self, has_conflict: bool) -> Annotation {
        let mut annotation = self.clone();
        if has_conflict && !self.has_conflict() {
            annotation.flags.push(CONFLICT.to_owned());
        } else if !has_conflict {
            annotation.flags.retain(|flag| flag != CONFLICT);
        }
        annotation
    }
}

struct Merging<'a> {
    base: &'a AnnotationSet,
    ours: &'a AnnotationSet,
    theirs: &'a AnnotationSet,
    set: AnnotationSet,
    report: &'a mut Report,
}

impl Merging<'_> {
    fn annotation(&mut self, before: Option<&Arc<Annotation>>, after: Option<&Arc<Annotation>>) {
        let Some(id) = after.or(before).map(|it| it.id.clone()) else { return };
        let ours = self.ours.annotation(&id);
        if ours == before {
            self.set.put_annotation(&id, after);
            return;
        }
        match (ours, after) {
            (Some(ours), Some(theirs)) if !is_alike(ours, theirs) => {
                let copy_id = AnnotationId::new(copy_id(&id, &without_times(theirs)));
                self.conflict(&copy_id, "the span was changed here and elsewhere; both versions are kept");
                if self.ours.annotation(&copy_id).is_none() {
                    let copy = Annotation { id: copy_id.clone(), ..theirs.with_conflict(true) };
                    self.set.put_annotation(&copy_id, Some(&Arc::new(copy)));
                }
            }
            (Some(ours), None) => {
                self.conflict(&id, "the span was changed here and deleted elsewhere; it is kept");
                let flagged = ours.with_conflict(true);
                self.set.put_annotation(&id, Some(&Arc::new(flagged)));
            }
            (None, Some(theirs)) => {
                self.conflict(&id, "the span was deleted here and changed elsewhere; it is back");
                self.set.put_annotation(&id, Some(&Arc::new(theirs.with_conflict(true))));
            }
            _ => {}
        }
    }

    fn relation(&mut self, before: Option<&Arc<Relation>>, after: Option<&Arc<Relation>>) {
        let Some(id) = after.or(before).map(|it| it.id.clone()) else { return };
        let ours = self.ours.relation(&id);
        match (ours, after) {
            _ if ours == before => put(&mut self.set.relations, &id, after),
            (Some(ours), Some(theirs)) if !is_same_relation(ours, theirs) => {
                let copy_id = RelationId::new(copy_id(&id, &without_time(theirs)));
                self.conflict(&theirs.from, format!("relation {id} was changed here and elsewhere; the version from elsewhere is now {copy_id}"));
                if self.ours.relation(&copy_id).is_none() {
                    let copy = Relation { id: copy_id.clone(), ..Relation::clone(theirs) };
                    put(&mut self.set.relations, &copy_id, Some(&Arc::new(copy)));
                }
            }
            (Some(ours), None) => {
                let message = format!("relation {id} was changed here and deleted elsewhere; it is kept");
                self.conflict(&ours.from, message);
            }
            (None, Some(theirs)) => {
                let message = format!("relation {id} was deleted here and changed elsewhere; it is back");
                self.conflict(&theirs.from, message);
                put(&mut self.set.relations, &id, after);
            }
            _ => {}
        }
    }

    fn entity(&mut self, before: Option<&Arc<Entity>>, after: Option<&Arc<Entity>>) {
        let Some(id) = after.or(before).map(|it| it.id.clone()) else { return };
        let ours = self.ours.entity(&id);
        let message = match (ours, after) {
            _ if ours == before => {
                put(&mut self.set.entities, &id, after);
                return;
            }
            (Some(ours), Some(theirs)) if ours != theirs => {
                let copy_id = EntityId::new(copy_id(&id, theirs));
                if self.ours.entity(&copy_id).is_none() {
                    let copy = Entity { id: copy_id.clone(), ..Entity::clone(theirs) };
                    put(&mut self.set.entities, &copy_id, Some(&Arc::new(copy)));
                }
                format!(
                    "entity {id} was changed here and elsewhere; the version from elsewhere is now {copy_id}"
                )
            }
            (Some(_), None) => format!("entity {id} was changed here and deleted elsewhere; it is kept"),
            (None, Some(_)) => {
                put(&mut self.set.entities, &id, after);
                format!("entity {id} was deleted here and changed elsewhere; it is back")
            }
            _ => return,
        };
        self.report.add(Severity::Warning, Place::default(), message);
    }

    /// Brings back what one side deleted and something of the other side needs.
    fn keep_ends(&mut self) {
        let ends = self.set.relations().flat_map(|it| [&it.from, &it.to]);
        let mut missing: Vec<AnnotationId> =
            ends.filter(|end| self.set.annotation(end).is_none()).cloned().collect();
        missing.sort_unstable();
        missing.dedup();
        for id in missing {
            let found = [self.theirs, self.ours, self.base].into_iter().find_map(|it| it.annotation(&id));
            let Some(end) = found else { continue };
            self.set.put_annotation(&id, Some(&Arc::new(end.with_conflict(true))));
            self.conflict(&id, "the span was deleted on one side and tied on the other; it is back");
        }
        let mentioned = self.set.annotations().filter_map(|it| it.entity.as_ref());
        let mut missing: Vec<EntityId> =
            mentioned.filter(|id| self.set.entity(id).is_none()).cloned().collect();
        missing.sort_unstable();
        missing.dedup();
        for id in missing {
            let found = [self.theirs, self.ours, self.base].into_iter().find_map(|it| it.entity(&id));
            let Some(entity) = found else { continue };
            put(&mut self.set.entities, &id, Some(entity));
            let message = format!("entity {id} was deleted on one side and used on the other; it is back");
            self.report.add(Severity::Warning, Place::default(), message);
        }
    }

    /// Merges what is said of the whole set.
    fn header(&mut self) {
        let (base, ours, theirs) = (self.base, self.ours, self.theirs);
        if theirs.status != base.status && ours.status != theirs.status {
            if ours.status == base.status {
                self.set.status = theirs.status;
            } else {
                // Done means that nothing is missing, which one of the two denies.
                self.set.status = ours.status.min(theirs.status);
                let name = self.set.status.name().replace('_', " ");
                let message = format!("the article's status was changed here and elsewhere; it is {name}");
                self.report.add(Severity::Warning, Place::default(), message);
            }
        }
        if ours.role == base.role {
            self.set.role.clone_from(&theirs.role);
        }
        self.set.extra = self.extra(&base.extra, &ours.extra, &theirs.extra);
        self.set.article_extra = self.extra(&base.article_extra, &ours.article_extra, &theirs.article_extra);
        self.set.n_saves = ours.n_saves.max(theirs.n_saves);
        self.set.is_read_only = ours.is_read_only || theirs.is_read_only;
    }

    fn extra(&mut self, base: &Extra, ours: &Extra, theirs: &Extra) -> Extra {
        if ours == base {
            return theirs.clone();
        }
        let mut merged = ours.clone();
        for key in names(base, theirs) {
            let (before, after) = (base.get(key), theirs.get(key));
            if before == after || ours.get(key) == after {
                continue;
            }
            if ours.get(key) == before {
                merged.set(key, after);
            } else {
                let after = after.unwrap_or("nothing");
                let message = format!("\"{key}\" was changed here and elsewhere, where it became {after}");
                self.report.add(Severity::Warning, Place::default(), message);
            }
        }
        merged
    }

    fn conflict(&mut self, annotation: &AnnotationId, message: impl Into<String>) {
        let place = Place { annotation: Some(annotation.clone()), ..Place::default() };
        self.report.add(Severity::Warning, place, message);
    }
}

/// The keys of both, each once.
fn names<'a>(a: &'a Extra, b: &'a Extra) -> Vec<&'a str> {
    let mut names: Vec<&str> = a.0.iter().chain(&b.0).map(|(key, _)| key.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn put<K: Ord + Clone, V>(map: &mut imbl::OrdMap<K, Arc<V>>, id: &K, value: Option<&Arc<V>>) {
    match value {
        Some(value) => drop(map.insert(id.clone(), Arc::clone(value))),
        None => drop(map.remove(id)),
    }
}

/// True if two versions of an annotation say the same, whenever that was said.
fn is_alike(a: &Annotation, b: &Annotation) -> bool {
    a == b || without_times(a) == without_times(b)
}

fn without_times(annotation: &Annotation) -> Annotation {
    Annotation { modified: None, ..annotation.with_conflict(false) }
}

fn is_same_relation(a: &Relation, b: &Relation) -> bool {
    a == b || without_time(a) == without_time(b)
}

fn without_time(relation: &Relation) -> Relation {
    Relation { modified: None, ..relation.clone() }
}

/// How many characters an id of a second version has after the old id and a hyphen.
const COPY_TAIL: usize = 8;

/// An id for a second version of something: the old one, and a hash of what it says, so that the
/// same version always gets the same id.
fn copy_id(id: impl fmt::Display, content: &impl Debug) -> String {
    struct Fnv(u64);
    impl Write for Fnv {
        fn write_str(&mut self, string: &str) -> fmt::Result {
            for byte in string.bytes() {
                self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
            }
            Ok(())
        }
    }
    let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
    write!(hash, "{content:?}").expect("hashing cannot fail");
    format!("{id}-{:08x}", (hash.0 >> 32) ^ (hash.0 & 0xffff_ffff))
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::model::{Document, Newline, Origin, Owner, Project, Schema, Source, Status};
    use crate::text::{Offset, Range, Span, Text};

    const TEXT: &str = "0123456789";

    fn annotation(id: &str, start: usize, note: &str) -> Annotation {
        let range = Range::new(Offset::new(start), Offset::new(start + 1)).expect("one character");
        Annotation { note: note.to_owned(), ..Annotation::new(id.into(), "quote", Span::from(range)) }
    }

    fn relation(id: &str, from: &str, to: &str, note: &str) -> Relation {
        Relation {
            id: id.into(),
            label: "says".to_owned(),
            from: from.into(),
            to: to.into(),
            attributes: Default::default(),
            note: note.to_owned(),
            origin: Origin::Manual,
            created: None,
            modified: None,
            extra: Extra::default(),
        }
    }

    fn entity(id: &str, name: &str) -> Entity {
        Entity { id: id.into(), kind: String::new(), name: name.to_owned(), extra: Extra::default() }
    }

    fn set(annotations: &[Annotation], relations: &[Relation]) -> AnnotationSet {
        AnnotationSet::new(Status::New, annotations.to_vec(), relations.to_vec(), [])
    }

    fn merged(base: &AnnotationSet, ours: &AnnotationSet, theirs: &AnnotationSet) -> (AnnotationSet, Report) {
        let mut report = Report::default();
        (merge(base, ours, theirs, &mut report), report)
    }

    /// Each annotation as `id@start note flags`.
    fn shown(set: &AnnotationSet) -> Vec<String> {
        let show = |it: &Arc<Annotation>| {
            format!("{}@{} {} {}", it.id, it.span.start().byte(), it.note, it.flags.join(","))
        };
        set.annotations().map(show).map(|line| line.trim_end().to_owned()).collect()
    }

    #[test]
    fn changes_of_different_annotations_come_together() {
        let base = set(&[annotation("a", 0, ""), annotation("b", 1, ""), annotation("c", 2, "")], &[]);
        let ours = set(&[annotation("a", 0, "ours"), annotation("b", 1, ""), annotation("n", 5, "")], &[]);
        let theirs =
            set(&[annotation("a", 0, ""), annotation("b", 1, "theirs"), annotation("c", 2, "")], &[]);
        let (result, report) = merged(&base, &ours, &theirs);
        assert_eq!(shown(&result), ["a@0 ours", "b@1 theirs", "n@5"]);
        assert!(report.is_empty(), "{report:?}");
    }

    #[test]
    fn what_both_changed_is_kept_twice_and_flagged() {
        let base = set(&[annotation("a", 0, "")], &[]);
        let ours = set(&[annotation("a", 0, "ours")], &[]);
        let theirs = set(&[annotation("a", 0, "theirs")], &[]);
        let (result, report) = merged(&base, &ours, &theirs);
        let copy = result.annotations().nth(1).expect("theirs stands beside").id.clone();
        assert_eq!(shown(&result), ["a@0 ours".to_owned(), format!("{copy}@0 theirs conflict")]);
        assert_eq!(report.problems[0].place.annotation.as_ref(), Some(&copy));
        let rivals = |id: &AnnotationId| -> Vec<AnnotationId> {
            result.rivals(id).into_iter().map(|it| it.id.clone()).collect()
        };
        assert_eq!(rivals(&"a".into()), std::slice::from_ref(&copy));
        assert_eq!(rivals(&copy), ["a".into()]);
        assert_eq!(merged(&base, &result, &theirs).0, result, "merging again adds nothing");
    }

    #[test]
    fn a_person_keeps_one_version_or_all() {
        let base = set(&[annotation("a", 0, ""), annotation("b", 1, "")], &[]);
        let ours = set(&[annotation("a", 0, "ours"), annotation("b", 1, "")], &[relation("r", "b", "a", "")]);
        let theirs = set(&[annotation("a", 0, "theirs"), annotation("b", 1, "")], &[]);
        let (result, _) = merged(&base, &ours, &theirs);
        let copy = result.annotations().nth(1).expect("theirs stands beside").id.clone();
        assert_eq!(shown(&result.resolved(&"a".into(), false)), ["a@0 ours", "b@1"]);
        let with_theirs = result.resolved(&copy, false);
        assert_eq!(shown(&with_theirs), ["a@0 theirs", "b@1"]);
        assert_eq!(with_theirs.relation(&"r".into()), ours.relation(&"r".into()));
        let both = result.resolved(&"a".into(), true);
        assert_eq!(shown(&both), ["a@0 ours".to_owned(), format!("{copy}@0 theirs"), "b@1".to_owned()]);
    }

    #[test]
    fn an_edit_beats_a_deletion_on_either_side() {
        let base = set(&[annotation("a", 0, ""), annotation("b", 1, "")], &[]);
        let ours = set(&[annotation("a", 0, "ours")], &[]);
        let theirs = set(&[annotation("b", 1, "theirs")], &[]);
        let (result, report) = merged(&base, &ours, &theirs);
        assert_eq!(shown(&result), ["a@0 ours conflict", "b@1 theirs conflict"]);
        assert_eq!(report.problems.len(), 2);
    }

    #[test]
    fn a_relation_brings_its_end_back() {
        let base = set(&[annotation("a", 0, ""), annotation("b", 1, "")], &[]);
        let ours = set(&[annotation("a", 0, "")], &[]);
        let theirs = set(&[annotation("a", 0, ""), annotation("b", 1, "")], &[relation("r", "a", "b", "")]);
        let (result, report) = merged(&base, &ours, &theirs);
        assert_eq!(shown(&result), ["a@0", "b@1  conflict"]);
        assert_eq!(report.problems[0].place.annotation, Some("b".into()));
    }

    #[test]
    fn the_same_change_at_two_times_is_no_conflict() {
        let at =
            |time| Annotation { modified: Some(crate::model::Timestamp(time)), ..annotation("a", 0, "x") };
        let (result, report) =
            merged(&set(&[annotation("a", 0, "")], &[]), &set(&[at(1)], &[]), &set(&[at(2)], &[]));
        assert_eq!((shown(&result), report.is_empty()), (vec!["a@0 x".to_owned()], true));
    }

    #[test]
    fn of_two_statuses_the_one_that_claims_less_stands() {
        let with = |status| AnnotationSet { status, ..AnnotationSet::default() };
        let (result, report) = merged(&with(Status::New), &with(Status::Done), &with(Status::InProgress));
        assert_eq!((result.status, report.problems.len()), (Status::InProgress, 1));
    }

    /// Something that a side does to a set; what does not apply does nothing.
    #[derive(Clone, Debug)]
    enum Deed {
        Put(u8, u8, u8),
        Mention(u8, u8),
        Remove(u8),
        Tie(u8, u8, u8, u8),
        Untie(u8),
        Name(u8, u8),
        Forget(u8),
        Status(u8),
        Key(u8, Option<u8>),
    }

    fn deeds() -> impl Strategy<Value = Vec<Deed>> {
        let id = 0..5u8;
        let deed = prop_oneof![
            4 => (id.clone(), 0..9u8, 0..3u8).prop_map(|(id, at, note)| Deed::Put(id, at, note)),
            2 => (id.clone(), 0..3u8).prop_map(|(id, entity)| Deed::Mention(id, entity)),
            2 => id.clone().prop_map(Deed::Remove),
            3 => (0..3u8, id.clone(), id, 0..3u8).prop_map(|(id, from, to, note)| Deed::Tie(id, from, to, note)),
            1 => (0..3u8).prop_map(Deed::Untie),
            1 => (0..3u8, 0..3u8).prop_map(|(id, name)| Deed::Name(id, name)),
            1 => (0..3u8).prop_map(Deed::Forget),
            1 => (0..3u8).prop_map(Deed::Status),
            1 => (0..3u8, proptest::option::of(0..3u8)).prop_map(|(key, value)| Deed::Key(key, value)),
        ];
        vec(deed, 0..12)
    }

    fn after(base: &AnnotationSet, deeds: &[Deed]) -> AnnotationSet {
        let mut set = base.clone();
        for deed in deeds {
            match *deed {
                Deed::Put(id, at, note) => {
                    let made = annotation(&format!("s{id}"), usize::from(at), &note.to_string());
                    let entity = set.annotation(&made.id).and_then(|it| it.entity.clone());
                    let made = Annotation { entity, ..made };
                    set.put_annotation(&made.id.clone(), Some(&Arc::new(made)));
                }
                Deed::Mention(id, entity) => {
                    let entity = EntityId::new(format!("e{entity}"));
                    let Some(it) = set.annotation(&format!("s{id}").as_str().into()) else { continue };
                    if set.entity(&entity).is_some() {
                        let it = Annotation { entity: Some(entity), ..Annotation::clone(it) };
                        set.put_annotation(&it.id.clone(), Some(&Arc::new(it)));
                    }
                }
                Deed::Remove(id) => {
                    let id = AnnotationId::new(format!("s{id}"));
                    let ties: Vec<RelationId> = set.relations_of(&id).map(|it| it.id.clone()).collect();
                    ties.iter().for_each(|id| drop(set.relations.remove(id)));
                    set.put_annotation(&id, None);
                }
                Deed::Tie(id, from, to, note) => {
                    let [from, to] = [from, to].map(|it| format!("s{it}"));
                    let made = relation(&format!("r{id}"), &from, &to, &note.to_string());
                    if set.annotation(&made.from).is_some() && set.annotation(&made.to).is_some() {
                        set.relations.insert(made.id.clone(), Arc::new(made));
                    }
                }
                Deed::Untie(id) => drop(set.relations.remove(&RelationId::new(format!("r{id}")))),
                Deed::Name(id, name) => {
                    let made = entity(&format!("e{id}"), &name.to_string());
                    set.entities.insert(made.id.clone(), Arc::new(made));
                }
                Deed::Forget(id) => {
                    let id = EntityId::new(format!("e{id}"));
                    if set.annotations().all(|it| it.entity.as_ref() != Some(&id)) {
                        set.entities.remove(&id);
                    }
                }
                Deed::Status(status) => {
                    set.status = [Status::New, Status::InProgress, Status::Done][usize::from(status)];
                }
                Deed::Key(key, value) => {
                    let value = value.map(|it| it.to_string());
                    set.extra.set(&format!("k{key}"), value.as_deref());
                }
            }
        }
        set
    }

    /// What a set says, whatever the ids of second versions are and whichever side was ours.
    fn sayings(set: &AnnotationSet) -> Vec<String> {
        let plain = |id: &str| id.split('-').next().unwrap_or_default().to_owned();
        let annotations = set.annotations().map(|it| {
            let id = plain(it.id.as_str()).as_str().into();
            format!("{:?}", Annotation { id, ..without_times(it) })
        });
        let relations = set.relations().map(|it| {
            format!("{:?}", Relation { id: plain(it.id.as_str()).as_str().into(), ..without_time(it) })
        });
        let mut sayings: Vec<String> = annotations.chain(relations).collect();
        sayings.sort();
        sayings
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2_000, ..ProptestConfig::default() })]

        #[test]
        fn one_sided_changes_are_taken_as_they_are(base in deeds(), change in deeds()) {
            let base = after(&AnnotationSet::default(), &base);
            let changed = after(&base, &change);
            for (ours, theirs) in [(&base, &changed), (&changed, &base), (&changed, &changed)] {
                let (result, report) = merged(&base, ours, theirs);
                prop_assert_eq!(&result, &changed);
                prop_assert!(report.is_empty());
            }
        }

        #[test]
        fn nothing_of_either_side_is_lost(base in deeds(), ours in deeds(), theirs in deeds()) {
            let base = after(&AnnotationSet::default(), &base);
            let (ours, theirs) = (after(&base, &ours), after(&base, &theirs));
            let (result, report) = merged(&base, &ours, &theirs);

            for side in [&ours, &theirs] {
                for change in side.changed_annotations(&base) {
                    let Some(made) = change.after else {
                        let id = &change.before.expect("it was there").id;
                        let stands = result.annotation(id);
                        prop_assert!(stands.is_none_or(|it| it.has_conflict()), "{} came back unseen", id);
                        continue;
                    };
                    let copy = AnnotationId::new(copy_id(&made.id, &without_times(made)));
                    let found = [&made.id, &copy].into_iter().filter_map(|id| result.annotation(id));
                    let said = |it: &Annotation| Annotation { id: made.id.clone(), ..without_times(it) };
                    prop_assert!(found.into_iter().any(|it| said(it) == without_times(made)), "{:?} is lost", made);
                }
                for change in side.changed_relations(&base) {
                    let Some(made) = change.after else { continue };
                    let copy = RelationId::new(copy_id(&made.id, &without_time(made)));
                    let found = [&made.id, &copy].into_iter().filter_map(|id| result.relation(id));
                    let is_found = found.into_iter().any(|it| {
                        Relation { id: made.id.clone(), ..without_time(it) } == without_time(made)
                    });
                    prop_assert!(is_found, "{:?} is lost", made);
                }
                for change in side.changed_entities(&base) {
                    let Some(made) = change.after else { continue };
                    let copy = EntityId::new(copy_id(&made.id, &**made));
                    let found = [&made.id, &copy].into_iter().filter_map(|id| result.entity(id));
                    prop_assert!(found.into_iter().any(|it| it.name == made.name), "{:?} is lost", made);
                }
            }
            for relation in result.relations() {
                prop_assert!([&relation.from, &relation.to].iter().all(|end| result.annotation(end).is_some()));
            }
            for annotation in result.annotations() {
                prop_assert!(annotation.entity.as_ref().is_none_or(|id| result.entity(id).is_some()));
            }
            for copy in result.annotations().filter(|it| it.id.as_str().contains('-')) {
                prop_assert!(report.problems.iter().any(|it| it.place.annotation.as_ref() == Some(&copy.id)));
            }
            prop_assert_eq!(&merged(&base, &result, &theirs).0, &result, "merging again changes nothing");
            prop_assert_eq!(&merged(&theirs, &result, &theirs).0, &result);

            let (mirrored, mirrored_report) = merged(&base, &theirs, &ours);
            prop_assert_eq!(sayings(&mirrored), sayings(&result));
            prop_assert_eq!(mirrored_report.problems.len(), report.problems.len());
        }

        #[test]
        fn edits_lead_from_one_version_to_the_other(base in deeds(), ours in deeds(), theirs in deeds()) {
            let base = after(&AnnotationSet::default(), &base);
            let (ours, theirs) = (after(&base, &ours), after(&base, &theirs));
            let (result, _) = merged(&base, &ours, &theirs);
            let key = SetKey { document: "a.txt".into(), owner: Owner::named("Rina") };
            let mut project = Project::new("p", Schema::default());
            project.insert_document(Document {
                id: key.document.clone(),
                text: Text::new(TEXT),
                source: Source {
                    encoding: "utf-8".to_owned(),
                    bom: false,
                    newline: Newline::None,
                    file_sha256: String::new(),
                    text_sha256: String::new(),
                    language: None,
                },
            });
            project.insert_set(key.clone(), ours.clone());
            let edits = edits_between(&key, &ours, &result);
            project.apply(&crate::model::Transaction::new("take in", edits)).expect("the edits fit");
            let mut there = AnnotationSet::clone(project.set(&key).expect("it was put there"));
            there.revision = result.revision;
            prop_assert_eq!(sayings(&there), sayings(&result));
            prop_assert_eq!(there.status, result.status);
            prop_assert!(there.changed_entities(&result).next().is_none());
        }
    }
}
