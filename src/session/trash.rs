//! The trash, and what goes there: all annotations of a set at once.
//!
//! A set that comes back is an edit like any other, so it can be undone and meets what was made
//! since; any other file comes back as a file.

use std::sync::Arc;

use super::{Action, Effect, Job, Session, sentence};
use crate::file::TrashNote;
use crate::model::{AnnotationSet, Document, EditError, Report, Schema, SetKey, Timestamp, edits_between};
use crate::store::{Folder, LoadedSet, TrashEntry};

/// Looks into the trash, fills it, or takes something out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TrashAction {
    /// List what is in it.
    List,
    /// Put something back to where it lay, by its id.
    Restore(String),
    /// Delete all annotations, relations and entities of the open set, after a copy went to the
    /// trash.
    DeleteAll,
}

/// Work on the trash.
#[derive(Debug)]
pub struct TrashJob {
    folder: Folder,
    schema: Arc<Schema>,
    at: Timestamp,
    by: String,
    task: Task,
}

#[derive(Debug)]
enum Task {
    List,
    Restore(String),
    /// Keep a set as it is in memory.
    Keep(SetKey, Arc<Document>, Arc<AnnotationSet>),
}

/// What came of it.
#[derive(Debug)]
pub enum TrashOutcome {
    /// What is in the trash.
    Listed(Vec<TrashEntry>),
    /// A set is in the trash; or why not.
    Kept(SetKey, Result<(), String>),
    /// A set was found in the trash.
    FoundSet(Box<FoundSet>),
    /// A file came back; or why not.
    Restored(Result<String, String>),
}

/// A set out of the trash, beside the one that is there now.
#[derive(Debug)]
pub struct FoundSet {
    key: SetKey,
    document: Document,
    current: Option<LoadedSet>,
    restored: AnnotationSet,
    report: Report,
}

const DELETE_ALL: &str = "delete all annotations";

impl TrashJob {
    pub(super) fn run(self) -> TrashOutcome {
        match &self.task {
            Task::List => TrashOutcome::Listed(self.folder.trash()),
            Task::Keep(key, document, set) => {
                let note =
                    TrashNote { at: self.at, by: self.by, why: DELETE_ALL.to_owned(), path: String::new() };
                let result = self.folder.set_to_trash(key, document, set, &self.schema, note);
                TrashOutcome::Kept(key.clone(), result.map_err(|error| error.to_string()))
            }
            Task::Restore(id) => match self.found_set(id) {
                Ok(Some(found)) => TrashOutcome::FoundSet(Box::new(found)),
                Ok(None) => {
                    let result = self.folder.restore(id, &self.by, self.at);
                    TrashOutcome::Restored(result.map_err(|error| error.to_string()))
                }
                Err(error) => TrashOutcome::Restored(Err(error)),
            },
        }
    }

    /// The set that an entry is, and the one in its place; nothing if it is no set.
    fn found_set(&self, id: &str) -> Result<Option<FoundSet>, String> {
        let message = |error: crate::store::StoreError| error.to_string();
        let Some(key) = self.folder.trashed_set(id) else { return Ok(None) };
        let mut report = Report::default();
        let document = self.folder.read_document(&key.document, &mut report).map_err(message)?;
        let restored =
            self.folder.read_trashed_set(id, &document, &self.schema, &mut report).map_err(message)?;
        let current = self.folder.read_set(&key, &document, &self.schema, &mut report).map_err(message)?;
        Ok(Some(FoundSet { key, document, current, restored, report }))
    }
}

impl Session {
    pub(super) fn trash_action(&mut self, action: TrashAction) {
        let task = match action {
            TrashAction::List => Task::List,
            TrashAction::Restore(id) => Task::Restore(id),
            TrashAction::DeleteAll => {
                let (Some(key), Some(document), Some(set)) = (self.set_key(), self.document(), self.set())
                else {
                    return;
                };
                Task::Keep(key, Arc::clone(document), Arc::clone(set))
            }
        };
        self.start_trash(task);
    }

    fn start_trash(&mut self, task: Task) {
        self.effects.push(Effect::Start(Job::Trash(TrashJob {
            folder: self.folder.clone(),
            schema: Arc::clone(self.project.schema()),
            at: self.now(),
            by: self.owner.name().to_owned(),
            task,
        })));
    }

    pub(super) fn trash_done(&mut self, outcome: TrashOutcome) {
        let result = match outcome {
            TrashOutcome::Listed(entries) => {
                self.trash = Some(entries);
                return;
            }
            TrashOutcome::Kept(key, Ok(())) => self.delete_all(&key).map_err(|error| error.to_string()),
            TrashOutcome::Kept(_, Err(error)) => Err(format!("nothing was deleted: {error}")),
            TrashOutcome::FoundSet(found) => self.take_back(*found).map_err(|error| error.to_string()),
            TrashOutcome::Restored(Ok(path)) => {
                self.notify(format!("{path} is back; open the project again to see it"));
                Ok(())
            }
            TrashOutcome::Restored(Err(error)) => Err(error),
        };
        if let Err(error) = result {
            self.notify(sentence(&error));
        }
        if self.trash.is_some() {
            self.start_trash(Task::List);
        }
    }

    fn delete_all(&mut self, key: &SetKey) -> Result<(), EditError> {
        let Some(set) = self.project.set(key).cloned() else { return Ok(()) };
        let mut blank = AnnotationSet::default();
        blank.extra.clone_from(&set.extra);
        let edits = edits_between(key, &set, &blank);
        let n = set.annotations().len();
        self.commit(DELETE_ALL, edits)?;
        self.offer = None;
        self.selection.annotation = None;
        self.notify(format!("{n} annotations deleted; a copy is in the trash, and Undo brings them back"));
        Ok(())
    }

    /// Makes the set in memory what it was when it went to the trash.
    fn take_back(&mut self, found: FoundSet) -> Result<(), EditError> {
        let FoundSet { key, document, current, restored, report } = found;
        let text = document.text.clone();
        self.take_loaded(&key, document, current);
        if self.project.document(&key.document).is_some_and(|it| it.text != text) {
            self.notify(format!("The article changed meanwhile: {}", key.document));
            return Ok(());
        }
        self.problems.extend(report.problems);
        let Some(current) = self.project.set(&key) else { return Ok(()) };
        let edits = edits_between(&key, current, &restored);
        if edits.is_empty() {
            self.notify("There is nothing to put back: the set is as it was");
            return Ok(());
        }
        self.commit(format!("put back {} of {}", key.document.title(), key.owner), edits)?;
        self.notify(format!("The annotations of {} on {} are back", key.owner, key.document.title()));
        Ok(())
    }
}

impl From<TrashAction> for Action {
    fn from(action: TrashAction) -> Action {
        Action::Trash(action)
    }
}
