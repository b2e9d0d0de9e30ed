//! What a person says about a text: annotations, relations, entities, and the set that holds them.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use imbl::OrdMap;
use imbl::ordmap::DiffItem;

use super::{AnnotationId, EntityId, RelationId, Timestamp};
use crate::text::{Offset, Span};

/// An attribute's value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Text, a choice, a country code or an entity's id.
    Text(String),
    /// Yes or no.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// Several choices.
    List(Vec<String>),
    /// Anything else a file held: kept as JSON text, never understood.
    Json(String),
}

impl fmt::Display for Value {
    /// As people read it: no quotation marks, choices with commas between.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Text(it) | Value::Json(it) => f.write_str(it),
            Value::Boolean(it) => write!(f, "{it}"),
            Value::Integer(it) => write!(f, "{it}"),
            Value::List(list) => f.write_str(&list.join(", ")),
        }
    }
}

/// Named values, by name.
pub type Attributes = BTreeMap<String, Value>;

/// Keys of a file that this version does not know, with their values as JSON text: kept so that
/// saving loses nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extra(pub Vec<(String, String)>);

/// How an annotation or relation came to be.
#[derive(Clone, Debug, PartialEq)]
pub enum Origin {
    /// The file does not say.
    Unknown,
    /// A person made it.
    Manual,
    /// A person accepted a suggestion.
    Suggested {
        /// The suggester's id.
        by: String,
        /// How sure it was, from 0 to 1.
        score: Option<f64>,
        /// True if the person changed it on the way in.
        edited: bool,
    },
    /// It came from a foreign file.
    Imported {
        /// The format's id.
        by: String,
    },
    /// A curator took it from others' sets.
    Adjudicated {
        /// The names of those it was taken from.
        from: Vec<String>,
    },
    /// A kind of origin that this version does not know: the whole value as JSON text.
    Other(String),
}

/// A label on a span, by someone.
#[derive(Clone, Debug, PartialEq)]
pub struct Annotation {
    /// Unique in its set, never reused.
    pub id: AnnotationId,
    /// The label's name; normally one of the schema's.
    pub label: String,
    /// What it covers.
    pub span: Span,
    /// Who or what in the world the span mentions.
    pub entity: Option<EntityId>,
    /// Named values, as the label's attributes in the schema allow.
    pub attributes: Attributes,
    /// Free remark of the annotator; empty if none.
    pub note: String,
    /// Short marks such as `unsure`.
    pub flags: Vec<String>,
    /// How it came to be.
    pub origin: Origin,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When it was last changed.
    pub modified: Option<Timestamp>,
    /// Unknown keys of its file.
    pub extra: Extra,
}

/// A directed, labelled link between two annotations of one set.
#[derive(Clone, Debug, PartialEq)]
pub struct Relation {
    /// Unique in its set, never reused.
    pub id: RelationId,
    /// The relation label's name.
    pub label: String,
    /// The annotation it starts at: of `says`, the speaker.
    pub from: AnnotationId,
    /// The annotation it leads to: of `says`, the quote.
    pub to: AnnotationId,
    /// Named values, as the relation's attributes in the schema allow.
    pub attributes: Attributes,
    /// Free remark of the annotator; empty if none.
    pub note: String,
    /// How it came to be.
    pub origin: Origin,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When it was last changed.
    pub modified: Option<Timestamp>,
    /// Unknown keys of its file.
    pub extra: Extra,
}

/// Somebody or something in the world that annotations mention.
#[derive(Clone, Debug, PartialEq)]
pub struct Entity {
    /// Unique in its set.
    pub id: EntityId,
    /// What it is: `person`, `country`, `organisation` …; empty if not said.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Further keys of its file, such as `iso`, `wikidata` or `note`.
    pub extra: Extra,
}

/// How far the work on a document is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Nobody began.
    #[default]
    New,
    /// Somebody began.
    InProgress,
    /// Finished: a stretch without annotations now means that there is none.
    Done,
}

impl Status {
    /// What files and the command line call it.
    pub fn name(self) -> &'static str {
        match self {
            Status::New => "new",
            Status::InProgress => "in_progress",
            Status::Done => "done",
        }
    }
}

/// One owner's annotations on one document.
///
/// A copy shares all that it has in common with the original, so a snapshot for saving or for a
/// cache costs nothing, and what changed since is found without looking at the rest.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AnnotationSet {
    pub(super) annotations: OrdMap<AnnotationId, Arc<Annotation>>,
    pub(super) by_position: ByPosition,
    pub(super) relations: OrdMap<RelationId, Arc<Relation>>,
    pub(super) entities: OrdMap<EntityId, Arc<Entity>>,
    /// How far the work is; changed by a transaction once the set is in a project.
    pub(super) status: Status,
    /// Counts changes since the set came into memory; not kept in files.
    pub(super) revision: u64,
    /// Unknown keys at the top of its file, and keys that are kept as they are (`seconds`,
    /// `updated`, `orphans`, `purpose` …).
    pub extra: Extra,
    /// Unknown keys of the file's `article` object.
    pub article_extra: Extra,
    /// The `role` the file names (`annotator`, `gold`, `model` …); empty if none.
    pub role: String,
    /// How often the set was saved.
    pub n_saves: u64,
    /// True if the set must not be written: a newer version made its file, or the file could be
    /// read only in part.
    pub is_read_only: bool,
}

/// The same annotations by where they lie; made when somebody asks, since many sets are only counted.
#[derive(Clone, Debug, Default)]
pub(super) struct ByPosition(OnceLock<OrdMap<Position, Arc<Annotation>>>);

impl PartialEq for ByPosition {
    /// It follows from the annotations.
    fn eq(&self, _: &ByPosition) -> bool {
        true
    }
}

/// By start, then longer first, then id.
type Position = (Offset, Reverse<Offset>, AnnotationId);

fn position(annotation: &Annotation) -> Position {
    (annotation.span.start(), Reverse(annotation.span.end()), annotation.id.clone())
}

/// What became of an annotation or a relation between two states of a set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change<'a, T> {
    /// What it was; nothing if it came.
    pub before: Option<&'a Arc<T>>,
    /// What it is; nothing if it went.
    pub after: Option<&'a Arc<T>>,
}

impl<'a, T> Change<'a, T> {
    fn new<K>(item: DiffItem<'a, 'a, K, Arc<T>>) -> Change<'a, T> {
        match item {
            DiffItem::Add(_, after) => Change { before: None, after: Some(after) },
            DiffItem::Update { old: (_, before), new: (_, after) } => {
                Change { before: Some(before), after: Some(after) }
            }
            DiffItem::Remove(_, before) => Change { before: Some(before), after: None },
        }
    }
}

impl Annotation {
    /// An annotation that says no more than its label and where it lies.
    pub fn new(id: AnnotationId, label: impl Into<String>, span: Span) -> Annotation {
        Annotation {
            id,
            label: label.into(),
            span,
            entity: None,
            attributes: Attributes::new(),
            note: String::new(),
            flags: Vec::new(),
            origin: Origin::Unknown,
            created: None,
            modified: None,
            extra: Extra::default(),
        }
    }
}

impl Extra {
    /// The value of a key, as JSON text.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(it, _)| it == key).map(|(_, json)| json.as_str())
    }

    /// Gives a key a value in the key's place, or at the end if it is new; or takes the key out.
    pub fn set(&mut self, key: &str, json: Option<&str>) {
        let i = self.0.iter().position(|(it, _)| it == key);
        match (i, json) {
            (Some(i), Some(json)) => json.clone_into(&mut self.0[i].1),
            (Some(i), None) => drop(self.0.remove(i)),
            (None, Some(json)) => self.0.push((key.to_owned(), json.to_owned())),
            (None, None) => {}
        }
    }
}

impl AnnotationSet {
    /// A set as a reader found it. Of two annotations, relations or entities with one id the
    /// later wins; readers give the second a new id and report it before.
    pub fn new(
        status: Status,
        annotations: impl IntoIterator<Item = Annotation>,
        relations: impl IntoIterator<Item = Relation>,
        entities: impl IntoIterator<Item = Entity>,
    ) -> AnnotationSet {
        let shared = |it: Annotation| (it.id.clone(), Arc::new(it));
        AnnotationSet {
            annotations: annotations.into_iter().map(shared).collect(),
            relations: relations.into_iter().map(|it| (it.id.clone(), Arc::new(it))).collect(),
            entities: entities.into_iter().map(|it| (it.id.clone(), Arc::new(it))).collect(),
            status,
            ..AnnotationSet::default()
        }
    }

    /// Sorts the annotations by place now, so that no frame waits for it.
    pub fn sort_by_place(&self) {
        self.by_position();
    }

    fn by_position(&self) -> &OrdMap<Position, Arc<Annotation>> {
        let placed = |it: &Arc<Annotation>| (position(it), Arc::clone(it));
        self.by_position.0.get_or_init(|| self.annotations.values().map(placed).collect())
    }

    /// How far the work is.
    pub fn status(&self) -> Status {
        self.status
    }

    /// True if it says nothing that was not so before anybody began.
    pub fn is_blank(&self) -> bool {
        self.annotations.is_empty()
            && self.relations.is_empty()
            && self.entities.is_empty()
            && self.status == Status::New
            && self.n_saves == 0
            && self.extra == Extra::default()
            && self.article_extra == Extra::default()
            && ["", "annotator", "gold"].contains(&self.role.as_str())
    }

    /// Grows with every change to this set, so that caches know when they are stale.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// All annotations, by id.
    pub fn annotations(&self) -> impl ExactSizeIterator<Item = &Arc<Annotation>> {
        self.annotations.values()
    }

    /// All relations, by id.
    pub fn relations(&self) -> impl ExactSizeIterator<Item = &Arc<Relation>> {
        self.relations.values()
    }

    /// All entities, by id.
    pub fn entities(&self) -> impl ExactSizeIterator<Item = &Arc<Entity>> {
        self.entities.values()
    }

    /// The annotation with that id.
    pub fn annotation(&self, id: &AnnotationId) -> Option<&Arc<Annotation>> {
        self.annotations.get(id)
    }

    /// The relation with that id.
    pub fn relation(&self, id: &RelationId) -> Option<&Arc<Relation>> {
        self.relations.get(id)
    }

    /// The entity with that id.
    pub fn entity(&self, id: &EntityId) -> Option<&Arc<Entity>> {
        self.entities.get(id)
    }

    /// The relations that start or end at an annotation.
    pub fn relations_of(&self, id: &AnnotationId) -> impl Iterator<Item = &Arc<Relation>> {
        self.relations.values().filter(move |relation| relation.from == *id || relation.to == *id)
    }

    /// All annotations in the order files and lists show them: by start, then longer first, then
    /// label in the order of `label_names`, then id.
    pub fn in_order<'a>(&'a self, label_names: &[&str]) -> Vec<&'a Arc<Annotation>> {
        let rank = |label: &str| label_names.iter().position(|it| *it == label).unwrap_or(label_names.len());
        let mut ordered: Vec<_> = self.by_position().iter().collect();
        for stacked in ordered.chunk_by_mut(|((start, end, _), _), (b, _)| (*start, *end) == (b.0, b.1)) {
            // They are in the order of their ids, which a stable sort keeps.
            stacked.sort_by_key(|(_, it)| (rank(&it.label), &it.label));
        }
        ordered.into_iter().map(|(_, annotation)| annotation).collect()
    }

    /// The annotations whose first and last character are those of `span`, by id.
    pub fn stacked_on(&self, span: &Span) -> impl Iterator<Item = &Arc<Annotation>> {
        let first = (span.start(), Reverse(span.end()), AnnotationId::from(""));
        let hull = span.hull();
        self.by_position().range(first..).map(|(_, it)| it).take_while(move |it| it.span.hull() == hull)
    }

    /// The annotations that differ from those of another state of this set. Between states of
    /// which one came out of the other by edits, this costs no more than what was changed.
    pub fn changed_annotations<'a>(
        &'a self,
        before: &'a AnnotationSet,
    ) -> impl Iterator<Item = Change<'a, Annotation>> {
        before.annotations.diff(&self.annotations).map(Change::new)
    }

    /// The relations that differ, as [`AnnotationSet::changed_annotations`].
    pub fn changed_relations<'a>(
        &'a self,
        before: &'a AnnotationSet,
    ) -> impl Iterator<Item = Change<'a, Relation>> {
        before.relations.diff(&self.relations).map(Change::new)
    }

    /// The entities that differ, as [`AnnotationSet::changed_annotations`].
    pub fn changed_entities<'a>(
        &'a self,
        before: &'a AnnotationSet,
    ) -> impl Iterator<Item = Change<'a, Entity>> {
        before.entities.diff(&self.entities).map(Change::new)
    }

    /// Puts an annotation in its place, or takes it out.
    pub(super) fn put_annotation(&mut self, id: &AnnotationId, annotation: Option<&Arc<Annotation>>) {
        let by_position = self.by_position.0.get_mut();
        let before = match annotation {
            Some(it) => self.annotations.insert(id.clone(), Arc::clone(it)),
            None => self.annotations.remove(id),
        };
        let Some(by_position) = by_position else { return };
        if let Some(before) = before {
            by_position.remove(&position(&before));
        }
        if let Some(it) = annotation {
            by_position.insert(position(it), Arc::clone(it));
        }
    }
}
