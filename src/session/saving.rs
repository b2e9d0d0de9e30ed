//! What is on its way to disk, what could not get there, and what a crash left on the way.
//!
//! Every change is an event that the journal gets at once, and a newer state of a set that its
//! file gets. What fails is tried again, in growing distances, until it is done.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::{Effect, Job, Session, sentence};
use crate::file::merge_sets;
use crate::model::{
    DocumentId, Edit, HistoryEvent, Journal, JournalEntry, Owner, Pending, Place, Report, Schema, SetKey,
    Severity, Target, Transaction, outstanding,
};
use crate::store::{Access, Kept, StoreError};

/// The first and the longest pause before what failed is tried again, in seconds.
const PAUSES: [u64; 2] = [1, 30];

/// What is not on disk yet.
#[derive(Clone, Debug, Default)]
pub(super) struct Saving {
    /// The set revisions that wait for their outcome.
    dirty: BTreeMap<SetKey, u64>,
    /// Corrected articles that wait for their outcome, with the SHA-256 of what may stand on disk.
    pub(super) articles: BTreeMap<DocumentId, Vec<String>>,
    /// Why articles could not be written.
    pub(super) article_failures: BTreeMap<DocumentId, String>,
    /// The number of the newest event.
    pub(super) last: u64,
    /// The number of the newest event that is on a disk.
    journalled: u64,
    /// What the newer events did, oldest first, each with its number.
    unrecorded: VecDeque<(u64, Transaction)>,
    /// True if the journal could not be read, so that older events may be in no file.
    is_unread: bool,
    /// The file outside the project that the newest events are in, and why they are not at home.
    away: Option<(PathBuf, String)>,
    /// What changed the schema, while that waits for its outcome.
    dirty_schema: Option<String>,
    /// Why the schema could not be written.
    schema_failure: Option<String>,
    /// Imports whose files are on their way in, or out if that is false.
    pub(super) imports: BTreeMap<String, bool>,
    /// Why these could not be moved.
    pub(super) import_failure: Option<String>,
    /// Why sets could not be written.
    failures: BTreeMap<SetKey, String>,
    /// Why the journal could not be written.
    journal_failure: Option<String>,
    /// How often in a row something failed that may pass.
    n_failed: u32,
    /// True while the shell waits to try again.
    is_waiting: bool,
    /// Corrections that may be in no file, since the program was killed.
    pub(super) pending_texts: BTreeMap<DocumentId, Vec<Edit>>,
    /// Edits of sets that may be in no file, since the program was killed.
    pending: BTreeMap<SetKey, Pending>,
    /// Those of sets that could not be read when that was tried.
    put_off: BTreeMap<SetKey, Pending>,
    /// How many things of sets were brought to where the journal had them.
    n_recovered: usize,
}

impl Session {
    /// True if everything that was changed is on disk.
    pub fn is_saved(&self) -> bool {
        let saving = &self.saving;
        saving.dirty.is_empty()
            && saving.articles.is_empty()
            && saving.dirty_schema.is_none()
            && saving.imports.is_empty()
            && saving.journalled == saving.last
            && saving.away.is_none()
            && saving.failures.is_empty()
            && saving.journal_failure.is_none()
            && saving.pending.is_empty()
    }

    /// True if everything that was changed is on some disk, so that the program may be closed: in
    /// files or in a journal.
    pub fn is_safe(&self) -> bool {
        self.saving.journalled == self.saving.last && self.saving.journal_failure.is_none()
    }

    /// True if something that was changed is in memory only, since no disk takes it.
    pub fn is_at_risk(&self) -> bool {
        self.saving.journal_failure.is_some()
    }

    /// The number of the newest change, and of the newest one that is on a disk.
    pub fn journalled(&self) -> (u64, u64) {
        (self.saving.last, self.saving.journalled)
    }

    /// Why not everything is on disk, where it is meanwhile, and what comes next; if something
    /// failed.
    pub fn save_error(&self) -> Option<String> {
        let saving = &self.saving;
        let away = saving.away.as_ref();
        let reason = saving.failures.values().chain(saving.article_failures.values());
        let reason =
            reason.chain(&saving.schema_failure).chain(&saving.import_failure).chain(&saving.journal_failure);
        let reason = reason.chain(away.map(|(_, reason)| reason)).next()?;
        let kept = match (&saving.journal_failure, away) {
            (Some(_), _) => "Your work is kept in this window only, so leave it open".to_owned(),
            (None, Some((path, _))) => format!("Your work is safe in {}", path.display()),
            (None, None) => "Your work is safe in the project's journal".to_owned(),
        };
        let next = match saving.n_failed {
            0 => "",
            _ => " Saving goes on by itself as soon as it is possible.",
        };
        Some(format!("Not saved: {reason}. {kept}.{next}"))
    }

    /// Sends what a transaction changed to disk: the event first, so that the journal never lacks
    /// what a file has.
    pub(super) fn changed(&mut self, transaction: &Transaction, event: HistoryEvent) {
        self.saving.last += 1;
        let is_undone = event == HistoryEvent::Undo;
        let done = match event {
            HistoryEvent::Undo => transaction.clone().inverse(),
            _ => transaction.clone(),
        };
        self.saving.unrecorded.push_back((self.saving.last, done));
        let entry = JournalEntry { number: self.saving.last, at: Some(self.now()), event };
        self.record(vec![entry]);
        for edit in &transaction.edits {
            // Whether done or undone: what stood there before is one of the two.
            if let Edit::Text { document, before, after, .. } = edit {
                let known = self.saving.articles.entry(document.clone()).or_default();
                known.extend([before, after].map(|it| it.file_sha256.clone()));
                self.save_article(document);
            }
        }
        if transaction.edits.iter().any(|edit| matches!(edit, Edit::Schema { .. })) {
            self.schema_changed();
            self.saving.dirty_schema = Some(transaction.name.clone());
            self.save_schema();
        }
        for edit in &transaction.edits {
            if let Edit::Import { id, after, .. } = edit {
                self.place_import(id, *after != is_undone);
            }
        }
        let keys: Vec<SetKey> = transaction.sets().into_iter().cloned().collect();
        for key in keys {
            self.save(&key);
            self.refresh_article(&key);
        }
    }

    fn record(&mut self, entries: Vec<JournalEntry>) {
        self.effects.push(Effect::Start(Job::Record {
            folder: self.folder.clone(),
            owner: self.owner.clone(),
            entries,
            number: self.saving.last,
        }));
    }

    pub(super) fn save(&mut self, key: &SetKey) {
        if self.access.holder().is_some() {
            // What is in memory may be less than what the other window has from the journal.
            return;
        }
        let (Some(document), Some(set)) = (self.project.document(&key.document), self.project.set(key))
        else {
            return;
        };
        self.saving.dirty.insert(key.clone(), set.revision());
        self.effects.push(Effect::Start(Job::Save {
            folder: self.folder.clone(),
            key: key.clone(),
            document: Arc::clone(document),
            set: Arc::clone(set),
            readings: self.folder.readings(key),
            schema: Arc::clone(self.project.schema()),
            journal: self.owner.clone(),
            number: if self.saving.is_unread { 0 } else { self.saving.last },
            at: self.now(),
        }));
    }

    fn save_schema(&mut self) {
        let Some(why) = self.saving.dirty_schema.clone() else { return };
        self.effects.push(Effect::Start(Job::SaveSchema {
            folder: self.folder.clone(),
            schema: Arc::clone(self.project.schema()),
            journal: self.owner.clone(),
            number: self.saving.last,
            at: self.now(),
            why,
        }));
    }

    pub(super) fn schema_saved(&mut self, schema: &Arc<Schema>, result: Result<(), StoreError>) {
        match result {
            Ok(()) => {
                self.saving.schema_failure = None;
                if schema == self.project.schema() {
                    self.saving.dirty_schema = None;
                }
                self.succeeded();
            }
            Err(error) => {
                let is_new = self.saving.schema_failure.replace(error.to_string()).is_none();
                self.failed(&error, is_new);
            }
        }
    }

    /// Writes again what is not on disk.
    pub(super) fn save_all(&mut self) {
        self.saving.is_waiting = false;
        if self.saving.journal_failure.is_some() || self.saving.away.is_some() {
            self.record(Vec::new());
        }
        let articles: Vec<DocumentId> = self.saving.articles.keys().cloned().collect();
        for id in articles {
            self.save_article(&id);
        }
        self.save_schema();
        for (id, is_in) in self.saving.imports.clone() {
            self.place_import(&id, is_in);
        }
        let keys: Vec<SetKey> = self.saving.dirty.keys().cloned().collect();
        for key in keys {
            self.save(&key);
        }
    }

    /// True if sets or events of this owner are still on their way.
    pub(super) fn is_busy_saving(&self) -> bool {
        let saving = &self.saving;
        let is_written = saving.dirty.is_empty()
            && saving.articles.is_empty()
            && saving.dirty_schema.is_none()
            && saving.imports.is_empty();
        !(is_written && self.is_safe())
    }

    pub(super) fn set_saved(&mut self, key: SetKey, revision: u64, result: Result<(), StoreError>) {
        match result {
            Ok(()) => {
                self.saving.failures.remove(&key);
                if self.saving.dirty.get(&key).is_some_and(|&it| it <= revision) {
                    self.saving.dirty.remove(&key);
                }
                if !self.owners.contains(&key.owner) {
                    self.owners.push(key.owner.clone());
                    self.owners.sort();
                }
                if key.owner != self.owner && !self.saving.dirty.contains_key(&key) {
                    // Its owner may change it from now on; who needs it again reads it again.
                    self.project.forget_set(&key);
                }
                self.succeeded();
            }
            // The window that writes brings it to the file: it is in the journal.
            Err(StoreError::Changed { .. } | StoreError::Held { .. })
                if key.owner == self.owner && self.access.holder().is_some() && !self.is_unrecorded(&key) =>
            {
                self.forget_unsaved_of(&key);
                self.show_as_read(&key);
                self.look_at(&key);
            }
            // Somebody else wrote it: what they wrote is taken in, and then it is saved again.
            Err(StoreError::Changed { .. }) if key.owner == self.owner => self.look_at(&key),
            Err(error) => {
                if key.owner == self.owner {
                    self.held(&error);
                }
                let is_new = self.saving.failures.insert(key, error.why_not_saved()).is_none();
                self.failed(&error, is_new);
            }
        }
    }

    pub(super) fn recorded(&mut self, owner: &Owner, number: u64, result: Result<Kept, StoreError>) {
        if *owner != self.owner {
            return;
        }
        match result {
            Ok(kept) => {
                self.saving.journalled = self.saving.journalled.max(number);
                while self.saving.unrecorded.pop_front_if(|(it, _)| *it <= number).is_some() {}
                self.saving.journal_failure = None;
                match kept {
                    Kept::Home if self.saving.away.take().is_some() => self.succeeded(),
                    Kept::Home => {}
                    Kept::Away { path, reason } => {
                        let is_new = self.saving.away.replace((path, reason)).is_none();
                        self.try_again();
                        if is_new && self.saving.failures.is_empty() {
                            self.say_error();
                        }
                    }
                }
            }
            Err(error) => {
                self.held(&error);
                let is_new = self.saving.journal_failure.replace(error.why_not_saved()).is_none();
                self.failed(&error, is_new);
            }
        }
    }

    /// Another window was faster: from now on this one only looks.
    fn held(&mut self, error: &StoreError) {
        if let StoreError::Held { holder } = error {
            self.set_access(Access::Looks(holder.clone()));
            self.look();
        }
    }

    /// True if what is in memory of a set is not in its file.
    pub(super) fn is_unsaved(&self, key: &SetKey) -> bool {
        self.saving.dirty.contains_key(key)
    }

    /// Lets a set be written with the next saving.
    pub(super) fn set_unsaved(&mut self, key: &SetKey) {
        if let Some(set) = self.project.set(key) {
            self.saving.dirty.insert(key.clone(), set.revision());
        }
    }

    /// Lets go of what waits to be written of a set, since it is in the journal or in the file.
    pub(super) fn forget_unsaved_of(&mut self, key: &SetKey) {
        self.saving.dirty.remove(key);
        self.saving.failures.remove(key);
    }

    /// True if something that was changed in a set is in no journal.
    pub(super) fn is_unrecorded(&self, key: &SetKey) -> bool {
        self.saving.unrecorded.iter().any(|(_, transaction)| transaction.sets().contains(&key))
    }

    /// Lets go of what waits to be written, and gives back what is in no journal, oldest first.
    pub(super) fn forget_unsaved(&mut self) -> Vec<Transaction> {
        let unrecorded = std::mem::take(&mut self.saving).unrecorded;
        unrecorded.into_iter().map(|(_, transaction)| transaction).collect()
    }

    /// Says why a set that waits to be written cannot be.
    pub(super) fn save_failed(&mut self, key: &SetKey, reason: String) {
        if self.is_unsaved(key) {
            self.saving.failures.insert(key.clone(), reason);
        }
    }

    pub(super) fn failed(&mut self, error: &StoreError, is_new: bool) {
        if error.may_pass() {
            self.try_again();
        }
        if is_new {
            self.say_error();
        }
    }

    fn say_error(&mut self) {
        if let Some(error) = self.save_error() {
            self.notify(error);
        }
    }

    /// Lets the shell wait a little and try again, unless it does.
    fn try_again(&mut self) {
        if self.saving.is_waiting {
            return;
        }
        let [first, longest] = PAUSES;
        let pause = first.checked_shl(self.saving.n_failed).unwrap_or(longest).clamp(first, longest);
        self.saving.n_failed += 1;
        self.saving.is_waiting = true;
        self.effects.push(Effect::SaveAfter(Duration::from_secs(pause)));
    }

    pub(super) fn succeeded(&mut self) {
        let saving = &mut self.saving;
        if saving.n_failed > 0
            && saving.failures.is_empty()
            && saving.article_failures.is_empty()
            && saving.schema_failure.is_none()
            && saving.import_failure.is_none()
            && saving.journal_failure.is_none()
            && saving.away.is_none()
        {
            saving.n_failed = 0;
            self.notify("Saving works again");
        }
    }

    /// Goes on with an owner's journal, and sends for the sets that may lack what it holds.
    pub(super) fn take_journal(&mut self, journal: Journal) {
        let (mut pending, mut pending_texts, mut schema) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        let mut imports = Vec::new();
        for (target, waiting) in journal.pending() {
            match target {
                // While another window writes, it is the one that brings them to the files.
                _ if self.access.holder().is_some() => {}
                Target::Set(key) => drop(pending.insert(key, waiting)),
                Target::Article(id) => drop(pending_texts.insert(id, waiting.edits)),
                Target::Schema => schema = waiting.edits,
                Target::Import(id) => {
                    let last = waiting.edits.last();
                    imports.extend(last.and_then(|edit| match edit {
                        Edit::Import { after, .. } => Some((id, *after)),
                        _ => None,
                    }));
                }
            }
        }
        self.saving = Saving {
            last: journal.last,
            journalled: journal.last,
            is_unread: journal.is_unread,
            pending,
            pending_texts,
            ..Saving::default()
        };
        self.history = journal.history;
        if journal.is_away {
            self.record(Vec::new());
        }
        self.recover_schema(schema);
        for (id, is_in) in imports {
            self.place_import(&id, is_in);
        }
        let own = self.saving.pending_texts.keys();
        let own = own.map(|id| SetKey { document: id.clone(), owner: self.owner.clone() });
        let keys: BTreeSet<SetKey> = self.saving.pending.keys().cloned().chain(own).collect();
        for key in keys {
            self.effects.push(Effect::Start(Job::Load {
                folder: self.folder.clone(),
                id: key.document,
                owner: key.owner,
                schema: Arc::clone(self.project.schema()),
            }));
        }
    }

    /// Brings the schema that came from disk to where the journal had it when the program was
    /// killed.
    fn recover_schema(&mut self, edits: Vec<Edit>) {
        let states: Vec<[Arc<Schema>; 2]> = edits
            .into_iter()
            .filter_map(|edit| match edit {
                Edit::Schema { before, after } => Some([before, after]),
                _ => None,
            })
            .collect();
        let Some([_, last]) = states.last() else { return };
        let before = Arc::clone(self.project.schema());
        let edit = Edit::Schema { before: Arc::clone(&before), after: Arc::clone(last) };
        let is_known = states.iter().flatten().any(|state| *state == before);
        if is_known && self.project.apply(&Transaction::new("recover", vec![edit])).is_ok() {
            self.saving.dirty_schema = Some("recover".to_owned());
            self.save_schema();
        } else {
            let place = Place { file: Some("sorot.json".to_owned()), ..Place::default() };
            let message = "a change of the schema did not get here before the program ended, and somebody changed the file since; it stays as it is";
            self.problem(Severity::Warning, place, message);
        }
    }

    /// True if a set may lack what the journal holds.
    pub(super) fn is_pending(&self, key: &SetKey) -> bool {
        self.saving.pending.contains_key(key) || self.saving.put_off.contains_key(key)
    }

    /// Waits with what a set lacks that cannot be read now.
    pub(super) fn put_off_recovery(&mut self, key: &SetKey) {
        if let Some(pending) = self.saving.pending.remove(key) {
            self.saving.put_off.insert(key.clone(), pending);
            let message =
                "changes of the last session are kept in the journal until this article can be read";
            self.problem(Severity::Warning, place_of(key), message);
        }
    }

    /// What a set may lack, from now on to be dealt with by who asked.
    pub(super) fn take_pending(&mut self, key: &SetKey) -> Option<Pending> {
        self.saving.pending.remove(key).or_else(|| self.saving.put_off.remove(key))
    }

    /// Brings a set that came from disk to where the journal had it when the program was killed.
    pub(super) fn recover(&mut self, key: &SetKey, pending: &Pending) {
        let Some(set) = self.project.set(key) else { return };
        let mut report = Report::default();
        let merge = |base: &_, ours: &_, theirs: &_| merge_sets(base, ours, theirs, &mut report);
        let edits = outstanding(key, set, &pending.edits, merge);
        self.problems.extend(report.problems);
        let n_edits = edits.len();
        match self.project.apply(&Transaction::new("recover", edits)) {
            Ok(()) => {
                self.saving.n_recovered += n_edits;
                // Also without a change: the journal then knows that the file has it all.
                self.save(key);
            }
            Err(error) => {
                let message = format!("changes of the last session do not fit any more, {error}");
                self.problem(Severity::Error, place_of(key), message);
            }
        }
        let n = self.saving.n_recovered;
        if n > 0 && self.saving.pending.is_empty() {
            self.saving.n_recovered = 0;
            let changes = if n == 1 { "change" } else { "changes" };
            self.notify(sentence(&format!("{n} {changes} of the last session brought back")));
        }
    }
}

pub(super) fn place_of(key: &SetKey) -> Place {
    Place { document: Some(key.document.clone()), owner: Some(key.owner.clone()), ..Place::default() }
}
