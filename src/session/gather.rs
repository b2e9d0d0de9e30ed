//! Sets of a whole project, read beside the window: to count what is used, to tell what a change of
//! the schema would touch, and to bring into memory what it touches.
//!
//! What is in memory counts as it is there, and is not read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::annotate::{Occurrence, occurrence};
use crate::model::{
    AnnotationId, AnnotationSet, Document, Owner, Report, Schema, SchemaChange, SetKey, Touched, Value,
};
use crate::store::{Folder, LoadedSet};

/// A walk through sets.
#[derive(Debug)]
pub struct GatherJob {
    /// Of this project.
    pub(super) folder: Folder,
    /// What may be annotated.
    pub(super) schema: Arc<Schema>,
    /// Who works here; whether they may write is known elsewhere.
    pub(super) owner: Owner,
    /// The sets in memory, with their articles.
    pub(super) memory: BTreeMap<SetKey, (Arc<Document>, Arc<AnnotationSet>)>,
    /// What for.
    pub(super) purpose: Purpose,
}

/// What sets are read for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Purpose {
    /// To count what is used.
    Count,
    /// To tell what a change would touch.
    Preview(SchemaChange),
    /// To list where a label is used.
    Review(String),
    /// To make a change.
    Change(SchemaChange),
    /// To have these sets in memory.
    Sets(Vec<SetKey>),
}

/// What a walk through sets found.
#[derive(Debug)]
pub struct Gathered {
    pub(super) purpose: Purpose,
    pub(super) usage: Usage,
    pub(super) touched: Touched,
    pub(super) review: Vec<ReviewItem>,
    /// What is touched and was in memory.
    pub(super) in_memory: Vec<SetKey>,
    /// What is not in memory and should be.
    pub(super) sets: Vec<(SetKey, Document, LoadedSet)>,
    /// Why it cannot be done, in sentences.
    pub(super) obstacles: Vec<String>,
}

/// How often what a schema names is used in all sets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Annotations by label.
    pub labels: BTreeMap<String, usize>,
    /// Relations by label.
    pub relations: BTreeMap<String, usize>,
    /// Attributes, by the label of what has them and their name.
    pub attributes: BTreeMap<(String, String), usize>,
    /// Chosen values, by label, attribute and value.
    pub values: BTreeMap<(String, String, String), usize>,
    /// How many sets there are.
    pub n_sets: usize,
}

/// An annotation to choose a new label for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewItem {
    /// In which set.
    pub set: SetKey,
    /// Which one.
    pub annotation: AnnotationId,
    /// Its text, with what stands around it.
    pub place: Occurrence,
}

impl GatherJob {
    pub(super) fn run(self) -> Gathered {
        let mut gathered = Gathered {
            purpose: self.purpose.clone(),
            usage: Usage::default(),
            touched: Touched::default(),
            review: Vec::new(),
            in_memory: Vec::new(),
            sets: Vec::new(),
            obstacles: Vec::new(),
        };
        let plan = match &self.purpose {
            Purpose::Preview(change) | Purpose::Change(change) => match change.plan(&self.schema) {
                Ok(plan) => Some(plan),
                Err(error) => {
                    gathered.obstacles.push(error.to_string());
                    return gathered;
                }
            },
            _ => None,
        };
        let on_disk: BTreeSet<SetKey> = match &self.purpose {
            Purpose::Sets(keys) => keys.iter().cloned().collect(),
            _ => self.folder.sets().into_iter().collect(),
        };
        let mut visit = |key: &SetKey, document: &Document, set: &AnnotationSet| {
            let mut touched = Touched::default();
            match &self.purpose {
                Purpose::Count => gathered.usage.add(set),
                Purpose::Review(label) => {
                    gathered.review.extend(review(key, document, set, label));
                }
                Purpose::Preview(_) | Purpose::Change(_) | Purpose::Sets(_) => {}
            }
            if let Some(plan) = &plan {
                plan.edits(key, set, &mut touched);
            }
            let is_touched = touched.n_sets > 0;
            gathered.touched.add(touched);
            is_touched
        };
        for (key, (document, set)) in &self.memory {
            if visit(key, document, set) {
                gathered.in_memory.push(key.clone());
                gathered.obstacles.extend(set.is_read_only.then(|| read_only(key)));
            }
        }
        let mut article: Option<Arc<Document>> = None;
        for key in on_disk.iter().filter(|key| !self.memory.contains_key(key)) {
            if article.as_ref().is_none_or(|it| it.id != key.document) {
                article = match self.folder.read_document(&key.document, &mut Report::default()) {
                    Ok(document) => Some(Arc::new(document)),
                    Err(error) => {
                        gathered.obstacles.push(error.to_string());
                        None
                    }
                };
            }
            let Some(document) = &article else { continue };
            let loaded = match self.read(key, document) {
                Ok(None) => continue,
                Ok(Some(loaded)) => loaded,
                Err(error) => {
                    gathered.obstacles.push(error);
                    continue;
                }
            };
            let is_touched = visit(key, document, &loaded.set);
            if is_touched && loaded.set.is_read_only {
                gathered.obstacles.push(read_only(key));
            }
            let is_wanted = match self.purpose {
                Purpose::Change(_) => is_touched,
                Purpose::Sets(_) => true,
                _ => false,
            };
            if is_wanted {
                gathered.sets.push((key.clone(), Document::clone(document), loaded));
            }
        }
        self.look_for_holders(&mut gathered);
        gathered
    }

    /// What another window changes now must not be changed under its hands.
    fn look_for_holders(&self, gathered: &mut Gathered) {
        let is_change = matches!(self.purpose, Purpose::Preview(_) | Purpose::Change(_));
        let owners: BTreeSet<&Owner> = match &self.purpose {
            Purpose::Sets(keys) => keys.iter().map(|key| &key.owner).collect(),
            _ if is_change => gathered.touched.owners.iter().collect(),
            _ => BTreeSet::new(),
        };
        for owner in owners.into_iter().filter(|owner| **owner != self.owner) {
            gathered.obstacles.extend(held(&self.folder, owner));
        }
    }

    fn read(&self, key: &SetKey, document: &Document) -> Result<Option<LoadedSet>, String> {
        let mut report = Report::default();
        let is_change = matches!(self.purpose, Purpose::Change(_) | Purpose::Sets(_));
        let read = match is_change {
            true => self.folder.read_set(key, document, &self.schema, &mut report),
            false => self.folder.look_at_set(key, document, &self.schema, &mut report),
        };
        let read = read.map_err(|error| error.to_string())?;
        Ok(match (&self.purpose, read) {
            (Purpose::Sets(_), None) => Some(LoadedSet::default()),
            (_, read) => read,
        })
    }
}

/// That another window changes an owner's annotations now, as a sentence; nothing if none does.
pub(super) fn held(folder: &Folder, owner: &Owner) -> Option<String> {
    let holder = folder.holder(owner)?;
    Some(format!("{} changes the annotations of {owner} now", holder.described()))
}

pub(super) fn read_only(key: &SetKey) -> String {
    format!("the annotations of {} on {} are read-only", key.owner, key.document)
}

fn review<'a>(
    key: &'a SetKey,
    document: &'a Document,
    set: &'a AnnotationSet,
    label: &'a str,
) -> impl Iterator<Item = ReviewItem> + 'a {
    set.in_order(&[]).into_iter().filter(move |it| it.label == label).map(move |annotation| {
        let mut place = occurrence(&document.text, annotation.span.ranges()[0]);
        place.surface = document.text.surface(&annotation.span);
        ReviewItem { set: key.clone(), annotation: annotation.id.clone(), place }
    })
}

impl Usage {
    fn add(&mut self, set: &AnnotationSet) {
        // What says nothing has no file.
        self.n_sets += usize::from(!set.is_blank());
        for annotation in set.annotations() {
            *self.labels.entry(annotation.label.clone()).or_default() += 1;
            self.add_attributes(&annotation.label, &annotation.attributes);
        }
        for relation in set.relations() {
            *self.relations.entry(relation.label.clone()).or_default() += 1;
            self.add_attributes(&relation.label, &relation.attributes);
        }
    }

    fn add_attributes(&mut self, of: &str, attributes: &crate::model::Attributes) {
        for (name, value) in attributes {
            *self.attributes.entry((of.to_owned(), name.clone())).or_default() += 1;
            let values = match value {
                Value::Text(value) => std::slice::from_ref(value),
                Value::List(values) => values,
                Value::Boolean(_) | Value::Integer(_) | Value::Json(_) => &[],
            };
            for value in values {
                *self.values.entry((of.to_owned(), name.clone(), value.clone())).or_default() += 1;
            }
        }
    }
}
