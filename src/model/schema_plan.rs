//! What a change of a schema means for the annotations of a project.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use super::schema_change::Fate;
use super::{
    Annotation, AnnotationId, AnnotationSet, Attributes, Edit, Owner, Relation, Renaming, Schema,
    SchemaChange, SchemaPart, SetKey, Value,
};

/// How much a change touches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// Annotations.
    pub n_annotations: usize,
    /// Relations.
    pub n_relations: usize,
    /// Annotations and relations that go, since the change makes them the same as another one.
    pub n_twins: usize,
    /// Values that keep their old name, since the annotation has another value by the new one.
    pub n_kept: usize,
    /// Sets, which are files.
    pub n_sets: usize,
    /// Whose sets.
    pub owners: BTreeSet<Owner>,
}

/// A change that fits a schema.
#[derive(Clone, Debug)]
pub struct SchemaPlan {
    pub(super) change: SchemaChange,
    /// The schema.
    pub before: Arc<Schema>,
    /// What it becomes.
    pub after: Arc<Schema>,
    /// True if `part.of` is a label.
    pub(super) is_of_label: bool,
}

impl Touched {
    /// Adds what the change touches elsewhere.
    pub fn add(&mut self, other: Touched) {
        self.n_annotations += other.n_annotations;
        self.n_relations += other.n_relations;
        self.n_twins += other.n_twins;
        self.n_kept += other.n_kept;
        self.n_sets += other.n_sets;
        self.owners.extend(other.owners);
    }

    /// What else there is to know, in sentences without a final stop.
    pub fn remarks(&self) -> Vec<String> {
        let twins = format!("{} become the same as another one, which stays alone", self.n_twins);
        let kept = format!("{} have a value by either name, and keep both", self.n_kept);
        let remarks = [(self.n_twins, twins), (self.n_kept, kept)];
        remarks.into_iter().filter(|(n, _)| *n > 0).map(|(_, remark)| remark).collect()
    }
}

/// `900 annotations in 14 files of 3 annotators`.
impl fmt::Display for Touched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |n: usize, noun: &str| format!("{n} {noun}{}", if n == 1 { "" } else { "s" });
        let (annotations, relations) = (self.n_annotations, self.n_relations);
        match (annotations, relations) {
            (0, 0) => return f.write_str("nothing in any file"),
            (_, 0) => f.write_str(&count(annotations, "annotation"))?,
            (0, _) => f.write_str(&count(relations, "relation"))?,
            _ => {
                let (annotations, relations) =
                    (count(annotations, "annotation"), count(relations, "relation"));
                write!(f, "{annotations} and {relations}")?;
            }
        }
        write!(f, " in {} of {}", count(self.n_sets, "file"), count(self.owners.len(), "annotator"))
    }
}

impl SchemaPlan {
    /// The change.
    pub fn change(&self) -> &SchemaChange {
        &self.change
    }

    /// The edit of the schema itself.
    pub fn schema_edit(&self) -> Edit {
        Edit::Schema { before: Arc::clone(&self.before), after: Arc::clone(&self.after) }
    }

    /// What it means for a set, which is counted. A change may touch more than it edits: what keeps
    /// a deleted label is counted, and stays as it is.
    pub fn edits(&self, key: &SetKey, set: &AnnotationSet, touched: &mut Touched) -> Vec<Edit> {
        let before = touched.n_annotations + touched.n_relations;
        let edits = match &self.change.part {
            SchemaPart::Label => self.label_edits(key, set, touched),
            SchemaPart::Relation => self.relation_edits(key, set, touched),
            SchemaPart::Attribute { .. } | SchemaPart::Value { .. } => {
                self.attribute_edits(key, set, touched)
            }
        };
        if touched.n_annotations + touched.n_relations > before {
            touched.n_sets += 1;
            touched.owners.insert(key.owner.clone());
        }
        edits
    }

    /// What becomes of an annotation.
    fn fate(&self, key: &SetKey, annotation: &Annotation) -> Fate<'_> {
        let Renaming::Split { name, choices, .. } = &self.change.renaming else {
            return self.change.fate(&annotation.label);
        };
        // The key is cloned for those of one label only.
        let choice =
            (annotation.label == *name).then(|| choices.get(&(key.clone(), annotation.id.clone()))).flatten();
        choice.filter(|choice| self.after.label(choice).is_some()).map_or(Fate::Stays, |it| Fate::Becomes(it))
    }

    fn label_edits(&self, key: &SetKey, set: &AnnotationSet, touched: &mut Touched) -> Vec<Edit> {
        let mut changed: BTreeMap<&AnnotationId, (&Arc<Annotation>, Option<Arc<Annotation>>)> =
            BTreeMap::new();
        for annotation in set.annotations() {
            let after = match self.fate(key, annotation) {
                Fate::Stays => continue,
                Fate::Becomes(label) => {
                    Some(Arc::new(Annotation { label: label.to_owned(), ..Annotation::clone(annotation) }))
                }
                Fate::Goes => None,
                Fate::Kept => {
                    touched.n_annotations += 1;
                    continue;
                }
            };
            touched.n_annotations += 1;
            changed.insert(&annotation.id, (annotation, after));
        }
        let twins = twins(set, &changed);
        touched.n_twins += twins.len();
        let moved = |end: &AnnotationId| twins.get(end).copied().unwrap_or(end).clone();
        let is_gone = |end: &AnnotationId| {
            !twins.contains_key(end) && changed.get(end).is_some_and(|(_, after)| after.is_none())
        };
        let relations = if twins.is_empty() && changed.values().all(|(_, after)| after.is_some()) {
            Vec::new()
        } else {
            changed_relations(set, |relation| {
                let (from, to) = (moved(&relation.from), moved(&relation.to));
                let is_kept =
                    !is_gone(&from) && !is_gone(&to) && (from != to || relation.from == relation.to);
                is_kept.then(|| Relation { from, to, ..relation.clone() })
            })
        };
        touched.n_relations += relations.len();
        let mut edits = relation_edits(key, relations);
        edits.extend(changed.into_iter().map(|(id, (before, after))| Edit::Annotation {
            set: key.clone(),
            id: id.clone(),
            before: Some(Arc::clone(before)),
            after: after.filter(|_| !twins.contains_key(id)),
        }));
        edits
    }

    fn relation_edits(&self, key: &SetKey, set: &AnnotationSet, touched: &mut Touched) -> Vec<Edit> {
        let is_meant = |relation: &Relation| !matches!(self.change.fate(&relation.label), Fate::Stays);
        touched.n_relations += set.relations().filter(|it| is_meant(it)).count();
        let relations = changed_relations(set, |relation| match self.change.fate(&relation.label) {
            Fate::Becomes(label) => Some(Relation { label: label.to_owned(), ..relation.clone() }),
            Fate::Goes => None,
            Fate::Stays | Fate::Kept => Some(relation.clone()),
        });
        if !matches!(self.change.renaming, Renaming::Delete { .. }) {
            touched.n_twins += relations.iter().filter(|(_, after)| after.is_none()).count();
        }
        relation_edits(key, relations)
    }

    fn attribute_edits(&self, key: &SetKey, set: &AnnotationSet, touched: &mut Touched) -> Vec<Edit> {
        let (SchemaPart::Attribute { of } | SchemaPart::Value { of, .. }) = &self.change.part else {
            return Vec::new();
        };
        let mut edits = Vec::new();
        if !self.is_of_label {
            for relation in set.relations().filter(|it| it.label == *of) {
                let (attributes, n) = self.changed_attributes(&relation.attributes, touched);
                touched.n_relations += n;
                if attributes != relation.attributes {
                    let after = Relation { attributes, ..Relation::clone(relation) };
                    edits.push(relation_edit(key, relation, Some(after)));
                }
            }
            return edits;
        }
        for annotation in set.annotations().filter(|it| it.label == *of) {
            let (attributes, n) = self.changed_attributes(&annotation.attributes, touched);
            touched.n_annotations += n;
            if attributes != annotation.attributes {
                edits.push(Edit::Annotation {
                    set: key.clone(),
                    id: annotation.id.clone(),
                    before: Some(Arc::clone(annotation)),
                    after: Some(Arc::new(Annotation { attributes, ..Annotation::clone(annotation) })),
                });
            }
        }
        edits
    }

    /// What the attributes become, and 1 if the change is about one of them.
    fn changed_attributes(&self, attributes: &Attributes, touched: &mut Touched) -> (Attributes, usize) {
        let mut after = attributes.clone();
        if let SchemaPart::Value { attribute, .. } = &self.change.part {
            let Some(value) = attributes.get(attribute) else { return (after, 0) };
            let (value, n) = self.changed_value(value);
            match value {
                Some(value) => after.insert(attribute.clone(), value),
                None => after.remove(attribute),
            };
            return (after, n);
        }
        let mut n = 0;
        for (name, value) in attributes {
            let fate = self.change.fate(name);
            n += usize::from(!matches!(fate, Fate::Stays));
            match fate {
                Fate::Stays | Fate::Kept => {}
                Fate::Goes => drop(after.remove(name)),
                Fate::Becomes(to) => match after.get(to) {
                    Some(other) if other != value => touched.n_kept += 1,
                    _ => {
                        after.remove(name);
                        after.insert(to.to_owned(), value.clone());
                    }
                },
            }
        }
        (after, n.min(1))
    }

    fn changed_value(&self, value: &Value) -> (Option<Value>, usize) {
        match value {
            Value::Text(text) => match self.change.fate(text) {
                Fate::Stays => (Some(value.clone()), 0),
                Fate::Kept => (Some(value.clone()), 1),
                Fate::Goes => (None, 1),
                Fate::Becomes(to) => (Some(Value::Text(to.to_owned())), 1),
            },
            Value::List(values) => {
                let mut n = 0;
                let mut after: Vec<String> = Vec::with_capacity(values.len());
                for value in values {
                    let fate = self.change.fate(value);
                    n += usize::from(!matches!(fate, Fate::Stays));
                    let value = match fate {
                        Fate::Stays | Fate::Kept => value.as_str(),
                        Fate::Becomes(to) => to,
                        Fate::Goes => continue,
                    };
                    if !after.iter().any(|it| it == value) {
                        after.push(value.to_owned());
                    }
                }
                if n == 0 {
                    return (Some(Value::List(values.clone())), 0);
                }
                ((!after.is_empty()).then_some(Value::List(after)), 1)
            }
            Value::Boolean(_) | Value::Integer(_) | Value::Json(_) => (Some(value.clone()), 0),
        }
    }
}

/// The relabelled annotations that are then the same as another one, with that one: rather one
/// that had the label before, or else the first by id.
fn twins<'a>(
    set: &'a AnnotationSet,
    changed: &BTreeMap<&'a AnnotationId, (&'a Arc<Annotation>, Option<Arc<Annotation>>)>,
) -> BTreeMap<&'a AnnotationId, &'a AnnotationId> {
    let mut twins = BTreeMap::new();
    for (&id, (_, after)) in changed {
        let Some(after) = after else { continue };
        let says_the_same = |other: &Annotation| {
            other.label == after.label
                && other.span == after.span
                && other.attributes == after.attributes
                && other.entity == after.entity
                && other.note == after.note
                && other.flags == after.flags
                && other.extra == after.extra
        };
        let others = || set.stacked_on(&after.span).filter(|other| other.id != *id);
        let old = others().find(|other| !changed.contains_key(&other.id) && says_the_same(other));
        let new = || {
            others().find(|other| {
                let then = changed.get(&other.id).and_then(|(_, after)| after.as_ref());
                other.id < *id && !twins.contains_key(&other.id) && then.is_some_and(|it| says_the_same(it))
            })
        };
        if let Some(twin) = old.or_else(new) {
            twins.insert(id, &twin.id);
        }
    }
    twins
}

/// The relations that a function changes or, with nothing, takes out. Of those that it makes the
/// same, one stays.
fn changed_relations(
    set: &AnnotationSet,
    change: impl Fn(&Relation) -> Option<Relation>,
) -> Vec<(&Arc<Relation>, Option<Relation>)> {
    let says = |it: &Relation| (it.label.clone(), it.from.clone(), it.to.clone(), it.note.clone());
    let all: Vec<(&Arc<Relation>, Option<Relation>)> = set.relations().map(|it| (it, change(it))).collect();
    let is_changed = |before: &Relation, after: &Option<Relation>| after.as_ref() != Some(before);
    let mut there: BTreeMap<_, Vec<&Attributes>> = BTreeMap::new();
    for (before, after) in &all {
        if !is_changed(before, after) {
            there.entry(says(before)).or_default().push(&before.attributes);
        }
    }
    let mut changed = Vec::new();
    for (before, after) in &all {
        if !is_changed(before, after) {
            continue;
        }
        let after = after.as_ref().filter(|after| {
            let same = there.entry(says(after)).or_default();
            let is_first = !same.contains(&&after.attributes);
            same.push(&after.attributes);
            is_first
        });
        changed.push((*before, after.cloned()));
    }
    changed
}

fn relation_edits(key: &SetKey, changed: Vec<(&Arc<Relation>, Option<Relation>)>) -> Vec<Edit> {
    changed.into_iter().map(|(before, after)| relation_edit(key, before, after)).collect()
}

fn relation_edit(key: &SetKey, before: &Arc<Relation>, after: Option<Relation>) -> Edit {
    Edit::Relation {
        set: key.clone(),
        id: before.id.clone(),
        before: Some(Arc::clone(before)),
        after: after.map(Arc::new),
    }
}
