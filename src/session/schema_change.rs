//! Changing the schema, and all annotations of everybody with it: counted before, one step after.
//!
//! Invariants:
//! - Nothing is written unless every set that the change touches could be read and may be written.
//! - Sets of other owners are in memory only while a change of them is on its way to disk.

use std::sync::Arc;

use super::gather::{GatherJob, Gathered, Purpose, ReviewItem, Usage};
use super::{Action, Effect, Job, Session};
use crate::model::{AnnotationSet, Document, Edit, EditError, SchemaChange, SetKey, Touched};
use crate::store::LoadedSet;

/// Changes what may be annotated.
#[derive(Clone, Debug, PartialEq)]
pub enum SchemaAction {
    /// Count how often what the schema names is used.
    Count,
    /// Find out what a change would touch.
    Preview(SchemaChange),
    /// List where a label is used, to split it.
    Review(String),
    /// Make a change.
    Change(SchemaChange),
}

/// What a change of the schema would touch.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    /// The change.
    pub change: SchemaChange,
    /// How much.
    pub touched: Touched,
    /// Why it cannot be made, in sentences; it can if there is none.
    pub obstacles: Vec<String>,
}

/// What is known about the use of the schema.
#[derive(Clone, Debug, Default)]
pub(super) struct SchemaWork {
    usage: Option<Usage>,
    preview: Option<Preview>,
    review: Option<(String, Vec<ReviewItem>)>,
}

impl Session {
    /// How often what the schema names is used, if that was counted since it changed.
    pub fn usage(&self) -> Option<&Usage> {
        self.schema_work.usage.as_ref()
    }

    /// What the change that was asked about last would touch.
    pub fn preview(&self) -> Option<&Preview> {
        self.schema_work.preview.as_ref()
    }

    /// Where a label is used, if that was asked for.
    pub fn review(&self, label: &str) -> Option<&[ReviewItem]> {
        self.schema_work.review.as_ref().filter(|(of, _)| of == label).map(|(_, items)| items.as_slice())
    }

    pub(super) fn schema_action(&mut self, action: SchemaAction) {
        let purpose = match action {
            SchemaAction::Count => Purpose::Count,
            SchemaAction::Preview(change) => {
                self.schema_work.preview = None;
                Purpose::Preview(change)
            }
            SchemaAction::Review(label) => {
                self.schema_work.review = None;
                Purpose::Review(label)
            }
            SchemaAction::Change(change) => Purpose::Change(change),
        };
        self.gather(purpose);
    }

    /// Sends for sets.
    pub(super) fn gather(&mut self, purpose: Purpose) {
        let in_memory = |(key, set): (&SetKey, &Arc<AnnotationSet>)| {
            let document = self.project.document(&key.document)?;
            Some((key.clone(), (Arc::clone(document), Arc::clone(set))))
        };
        self.effects.push(Effect::Start(Job::Gather(GatherJob {
            folder: self.folder.clone(),
            schema: Arc::clone(self.project.schema()),
            owner: self.owner.clone(),
            memory: self.project.sets().filter_map(in_memory).collect(),
            purpose,
        })));
    }

    pub(super) fn gathered(&mut self, gathered: Gathered) {
        let Gathered { purpose, usage, touched, review, in_memory, sets, obstacles } = gathered;
        match purpose {
            Purpose::Count => self.schema_work.usage = Some(usage),
            Purpose::Preview(change) => {
                self.schema_work.preview = Some(Preview { change, touched, obstacles });
            }
            Purpose::Review(label) => self.schema_work.review = Some((label, review)),
            // A set that was saved meanwhile is in memory no more, and must be read as well.
            Purpose::Change(_) if in_memory.iter().any(|key| self.project.set(key).is_none()) => {
                self.gather(purpose);
            }
            Purpose::Change(change) => {
                if self.take_sets(sets, &obstacles)
                    && let Err(error) = self.change_schema(&change)
                {
                    self.notify(super::sentence(&error));
                }
            }
            Purpose::Sets(_) => {
                if self.take_sets(sets, &obstacles) {
                    self.perform_waiting();
                } else {
                    self.waiting = None;
                }
            }
        }
    }

    /// Brings sets into memory, unless something stands against it, which is said.
    fn take_sets(&mut self, sets: Vec<(SetKey, Document, LoadedSet)>, obstacles: &[String]) -> bool {
        if let Some(first) = obstacles.first() {
            let more = match obstacles.len() - 1 {
                0 => String::new(),
                n => format!(" (and {n} more)"),
            };
            self.notify(format!("Nothing was changed: {first}{more}"));
            return false;
        }
        for (key, document, loaded) in sets {
            self.take_loaded(&key, document, Some(loaded));
        }
        true
    }

    fn change_schema(&mut self, change: &SchemaChange) -> Result<(), String> {
        let plan = change.plan(self.project.schema()).map_err(|error| error.to_string())?;
        let mut touched = Touched::default();
        let mut edits = vec![plan.schema_edit()];
        for (key, set) in self.project.sets() {
            edits.extend(plan.edits(key, set, &mut touched));
        }
        self.commit(change.name(), edits).map_err(|error: EditError| error.to_string())?;
        self.notify(format!("{}: {touched}", super::sentence(&change.name())));
        Ok(())
    }

    /// What no longer exists cannot be pinned or counted.
    pub(super) fn schema_changed(&mut self) {
        self.offer = None;
        self.schema_work = SchemaWork::default();
        let is_there = |label: &String| self.project.schema().label(label).is_some();
        self.pinned = self.pinned.take().filter(is_there);
    }

    /// The sets that a change needs and that are not in memory.
    pub(super) fn missing_sets(&self, edits: &[Edit]) -> Vec<SetKey> {
        let mut keys: Vec<SetKey> = edits.iter().filter_map(Edit::set).cloned().collect();
        // An article that is corrected comes with the set of whoever works here.
        keys.extend(edits.iter().filter_map(|edit| match edit {
            Edit::Text { document, .. } if self.project.document(document).is_none() => {
                Some(SetKey { document: document.clone(), owner: self.owner.clone() })
            }
            _ => None,
        }));
        keys.sort_unstable();
        keys.dedup();
        keys.retain(|key| self.project.set(key).is_none());
        keys
    }
}

impl From<SchemaAction> for Action {
    fn from(action: SchemaAction) -> Action {
        Action::Schema(action)
    }
}
