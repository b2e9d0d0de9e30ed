//! Sharing a project with other windows, machines and programs: which window writes, and what
//! others wrote meanwhile.
//!
//! Invariants:
//! - Files are looked at beside the window, again and again while nothing else is to be done, and
//!   only news comes back.
//! - What others wrote is taken in as it is where nothing was changed here, and else merged, as one
//!   step that can be undone.
//! - A window that may only look changes nothing, whatever it is asked for.

use std::sync::Arc;
use std::time::Duration;

use super::{Effect, Job, Session, sentence};
use crate::file::merge_sets;
use crate::model::{
    AnnotationId, AnnotationSet, Document, DocumentId, EditError, Owner, Place, Report, Schema, SetKey,
    Severity, Transaction, edits_between,
};
use crate::store::{Access, Elsewhere, Folder, Version};

/// The pause from one look to the next.
const PAUSE: Duration = Duration::from_secs(2);

/// The pause while another window is asked to let go.
const PAUSE_WHILE_ASKING: Duration = Duration::from_millis(200);

/// What to look at, and what is known of it.
#[derive(Clone, Debug)]
pub struct Look {
    /// Of this project.
    pub folder: Folder,
    /// Whose annotations.
    pub owner: Owner,
    /// The article that is shown.
    pub document: Option<Arc<Document>>,
    /// Others' sets beside it, with the SHA-256 of what was read of each.
    pub others: Vec<(SetKey, Option<String>)>,
    /// What may be annotated.
    pub schema: Arc<Schema>,
    /// What this window may do, as far as it knows.
    pub access: Access,
    /// What to do about the lock before.
    pub wish: Option<Wish>,
    /// True if the time has come, and nobody asked: only then does waiting count.
    pub is_due: bool,
}

/// What a window wants of a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// To have it.
    Take,
    /// To let another window have it.
    GiveUp,
}

/// What is new.
#[derive(Debug)]
pub struct Looked {
    owner: Owner,
    access: Access,
    set: Option<(SetKey, Elsewhere)>,
    /// Others' sets beside it that are not as they were read.
    others: Vec<SetKey>,
    article: Option<DocumentId>,
    schema: Option<Schema>,
    is_journal_changed: bool,
    report: Report,
}

impl Look {
    /// Looks; nothing if nothing is new.
    pub fn run(&self) -> Option<Looked> {
        let (folder, owner) = (&self.folder, &self.owner);
        let mut report = Report::default();
        match self.wish {
            Some(Wish::Take) => {
                if let Err(error) = folder.ask_for_lock(owner) {
                    report.add(Severity::Error, Place::default(), error.to_string());
                }
            }
            Some(Wish::GiveUp) => folder.give_up_lock(owner),
            None => {}
        }
        let access = folder.look_at_lock(owner, self.is_due);
        let set = self.document.as_ref().and_then(|document| {
            let key = SetKey { document: document.id.clone(), owner: owner.clone() };
            folder.news_of_set(&key, document, &self.schema).map(|elsewhere| (key, elsewhere))
        });
        let article = self.document.as_ref().filter(|document| folder.is_article_changed(document));
        // All are looked at, so that of several that changed each is told.
        let others = self.others.iter().filter(|(key, known)| folder.is_set_changed(key, known.as_deref()));
        let looked = Looked {
            owner: owner.clone(),
            set,
            others: others.map(|(key, _)| key.clone()).collect(),
            article: article.map(|document| document.id.clone()),
            schema: folder.changed_schema(&mut report),
            is_journal_changed: folder.is_journal_changed(owner),
            access,
            report,
        };
        let is_news = looked.access != self.access
            || looked.set.is_some()
            || !looked.others.is_empty()
            || looked.article.is_some()
            || looked.schema.is_some()
            || looked.is_journal_changed
            || !looked.report.is_empty();
        is_news.then_some(looked)
    }

    /// The look to repeat.
    #[must_use]
    pub fn again(&self) -> Look {
        Look { wish: None, is_due: true, ..self.clone() }
    }

    /// How long to wait before looking again.
    pub fn pause(&self) -> Duration {
        if matches!(self.access, Access::Asks(_)) { PAUSE_WHILE_ASKING } else { PAUSE }
    }
}

impl Session {
    /// What this window may do with the owner's annotations.
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// Has the files looked at, now and from now on.
    pub(super) fn look(&mut self) {
        let look = self.look_of(self.active.clone(), None);
        self.effects.push(Effect::Start(Job::Look(look)));
    }

    fn look_of(&self, document: Option<DocumentId>, wish: Option<Wish>) -> Look {
        Look {
            folder: self.folder.clone(),
            owner: self.owner.clone(),
            document: document.and_then(|id| self.project.document(&id)).cloned(),
            others: self.compared_files(),
            schema: Arc::clone(self.project.schema()),
            access: self.access.clone(),
            wish,
            is_due: false,
        }
    }

    /// Asks the window that changes this owner's annotations to let go.
    pub(super) fn take_over(&mut self) {
        if let Access::Looks(holder) = &self.access {
            self.access = Access::Asks(holder.clone());
            let look = self.look_of(self.active.clone(), Some(Wish::Take));
            self.effects.push(Effect::Start(Job::Look(look)));
        }
    }

    /// Refuses a change where another window makes them.
    pub(super) fn check_access(&self) -> Result<(), EditError> {
        match self.access.holder() {
            Some(holder) => {
                Err(EditError::Held { holder: holder.described(), owner: self.owner.name().to_owned() })
            }
            None => Ok(()),
        }
    }

    /// True if the selected annotation is one of several versions, or one that a side deleted.
    pub fn has_conflict(&self) -> bool {
        let (Some(set), Some(annotation)) = (self.set(), self.selected_annotation()) else { return false };
        annotation.has_conflict() || !set.rivals(&annotation.id).is_empty()
    }

    /// Keeps the selected version of an annotation, or all of them.
    pub(super) fn decide(&mut self, keeps_all: bool) -> Result<(), EditError> {
        let (Some(key), Some(set)) = (self.set_key(), self.set().cloned()) else { return Ok(()) };
        let Some(selected) = self.selected_annotation().cloned() else { return Ok(()) };
        let versions: Vec<AnnotationId> =
            set.rivals(&selected.id).iter().map(|it| it.id.clone()).chain([selected.id.clone()]).collect();
        let resolved = set.resolved(&selected.id, keeps_all);
        let name = if keeps_all { "keep all versions" } else { "keep this version" };
        self.commit(name, edits_between(&key, &set, &resolved))?;
        self.problems.retain(|problem| {
            problem.place.document.as_ref() != Some(&key.document)
                || problem.place.annotation.as_ref().is_none_or(|id| !versions.contains(id))
        });
        if let Some(kept) = versions.into_iter().find(|id| resolved.annotation(id).is_some()) {
            self.select_annotation(&kept);
        }
        Ok(())
    }

    /// A set could not be written, because its file holds something else: looks at that.
    pub(super) fn look_at(&mut self, key: &SetKey) {
        let look = self.look_of(Some(key.document.clone()), None);
        self.effects.push(Effect::Start(Job::Look(look)));
    }

    pub(super) fn looked(&mut self, looked: Option<Looked>) {
        let Some(looked) = looked.filter(|it| it.owner == self.owner) else { return };
        self.problems.extend(looked.report.problems);
        if let Some((key, elsewhere)) = looked.set {
            self.found_elsewhere(&key, elsewhere);
        }
        if !looked.others.is_empty() {
            self.compare_again(&looked.others);
        }
        if let Some(schema) = looked.schema
            && schema != **self.project.schema()
        {
            self.project.insert_schema(schema);
            self.report_keys();
            self.notify("Another program changed sorot.json; its labels are used now");
        }
        if let Some(id) = looked.article {
            self.notify(format!("Another program changed the article {id}; it is read again"));
            self.reload_article(&id);
        }
        let is_free = self.access == Access::Writes && looked.access == Access::Writes;
        if looked.is_journal_changed && is_free && !self.is_busy_saving() {
            // A window came, changed something, and went.
            self.reload();
        }
        self.set_access(looked.access);
        self.look();
    }

    pub(super) fn set_access(&mut self, access: Access) {
        let before = std::mem::replace(&mut self.access, access.clone());
        match (before.holder(), access) {
            (None, Access::Asked(holder)) => {
                self.save_all();
                self.access = Access::Looks(holder.clone());
                self.offer = None;
                self.pinned = None;
                self.notify(sentence(&format!(
                    "{} took over; everything is saved, and you can look here",
                    holder.described()
                )));
                let look = self.look_of(self.active.clone(), Some(Wish::GiveUp));
                self.effects.push(Effect::Start(Job::Look(look)));
            }
            (Some(holder), Access::Writes) => {
                // Where a project was opened anew, as after an import, it was this very window.
                if holder.process != std::process::id() {
                    self.notify(format!("You can now change the annotations of {} here", self.owner));
                }
                // Nothing is changed before what the other window left is here.
                self.access = before;
                self.put_aside_unsaved();
                self.reload();
            }
            // It is about to let go.
            (Some(_), Access::Asked(_)) => self.access = before,
            (None, Access::Looks(holder)) => self.notify(sentence(&format!(
                "{} changes the annotations of {}; you can look here",
                holder.described(),
                self.owner
            ))),
            _ => {}
        }
    }

    /// Goes back to what was last read of a set, which from now on another window changes.
    pub(super) fn show_as_read(&mut self, key: &SetKey) {
        let document = self.project.document(&key.document);
        let base = document.map(|it| self.folder.base(key, &it.text)).unwrap_or_default();
        self.project.insert_set(key.clone(), base);
        self.refresh_article(key);
    }

    /// Reads everything anew, as another window left it.
    fn reload(&mut self) {
        self.effects
            .push(Effect::Start(Job::Switch { folder: self.folder.clone(), owner: self.owner.clone() }));
    }

    /// Puts aside what was changed here before another window turned out to be the one that writes.
    /// What the journal has is not ours any more: the other window brought it to the files, and may
    /// have gone on from there.
    fn put_aside_unsaved(&mut self) {
        let unrecorded = self.forget_unsaved();
        let mut before = self.project.clone();
        for transaction in unrecorded.iter().rev() {
            if let Err(error) = before.apply(&transaction.clone().inverse()) {
                self.notify(sentence(&error.to_string()));
                break;
            }
        }
        for key in unrecorded.iter().flat_map(Transaction::sets) {
            if let Some(set) = self.project.set(key) {
                let base = before.set(key).map(|it| AnnotationSet::clone(it)).unwrap_or_default();
                self.put_aside.insert(key.clone(), (base, Arc::clone(set)));
            }
        }
    }

    /// Has the sets read on which something was put aside.
    pub(super) fn load_put_aside(&mut self) {
        let keys: Vec<SetKey> = self.put_aside.keys().cloned().collect();
        keys.into_iter().for_each(|key| self.load(key));
    }

    /// Brings what was put aside into a set that was read anew. What got there by way of the
    /// journal is there already.
    pub(super) fn put_back(&mut self, key: &SetKey) {
        let Some(now) = self.project.set(key).cloned().filter(|_| self.access.holder().is_none()) else {
            return;
        };
        let Some((base, ours)) = self.put_aside.remove(key) else { return };
        let mut report = Report::default();
        let merged = merge_sets(&base, &ours, &now, &mut report);
        self.add_conflicts(key, report);
        if let Err(error) = self.commit("bring along unsaved changes", edits_between(key, &now, &merged)) {
            self.notify(sentence(&error.to_string()));
        }
    }

    /// Takes what two versions do not agree on into the list of problems; tells how much.
    fn add_conflicts(&mut self, key: &SetKey, report: Report) -> usize {
        let n = report.problems.len();
        self.problems.extend(report.problems.into_iter().map(|mut problem| {
            problem.place.document = Some(key.document.clone());
            problem.place.owner = Some(key.owner.clone());
            problem
        }));
        n
    }

    /// Reads an article anew; what is in memory on it goes along.
    fn reload_article(&mut self, id: &DocumentId) {
        let key = SetKey { document: id.clone(), owner: self.owner.clone() };
        self.load(key);
    }

    fn load(&mut self, SetKey { document: id, owner }: SetKey) {
        let (folder, schema) = (self.folder.clone(), Arc::clone(self.project.schema()));
        self.effects.push(Effect::Start(Job::Load { folder, id, owner, schema }));
    }

    fn found_elsewhere(&mut self, key: &SetKey, elsewhere: Elsewhere) {
        let place = Place {
            document: Some(key.document.clone()),
            owner: Some(key.owner.clone()),
            ..Place::default()
        };
        match elsewhere {
            // The window that writes says it, and knows what to do.
            Elsewhere::Gone | Elsewhere::Broken(_) if self.access.holder().is_some() => {}
            Elsewhere::Changed(version) => self.take_in(key, &version, &place),
            Elsewhere::Gone => {
                let is_empty = self.project.set(key).is_none_or(|set| set.annotations().len() == 0);
                if !is_empty {
                    let message = "another program removed the file of these annotations; saving (Ctrl+S) writes it again";
                    self.problem(Severity::Warning, place, message);
                    self.notify(sentence(message));
                    self.set_unsaved(key);
                }
            }
            Elsewhere::Broken(error) => {
                let message = format!("another program changed the file of these annotations, {error}");
                self.problem(Severity::Error, place, message.clone());
                self.notify(sentence(&message));
                self.save_failed(key, error.to_string());
            }
        }
    }

    fn take_in(&mut self, key: &SetKey, version: &Version, place: &Place) {
        let (Some(document), Some(ours)) =
            (self.project.document(&key.document).cloned(), self.project.set(key).cloned())
        else {
            return;
        };
        let base = self.folder.base(key, &document.text);
        let theirs = &version.loaded.set;
        // Where another window writes, it has what the journal has.
        let is_unchanged = match self.access.holder() {
            Some(_) => !self.is_unrecorded(key),
            None => edits_between(key, &base, &ours).is_empty(),
        };
        if theirs.is_read_only && !is_unchanged {
            let problem = "another program wrote these annotations in a way that must not be changed here";
            self.problem(Severity::Error, place.clone(), problem);
            self.notify(sentence(problem));
            self.save_failed(key, problem.to_owned());
            return;
        }
        if self.access.holder().is_some() && !is_unchanged {
            // It is merged once this window may write.
            return;
        }
        if !self.folder.accept(key, version, &document.text) {
            return;
        }
        self.problems.extend(version.report.problems.iter().cloned());
        if is_unchanged {
            self.forget_unsaved_of(key);
            self.project.insert_set(key.clone(), theirs.clone());
            self.refresh_article(key);
            self.notify(format!("A newer version of the annotations of {} was read", key.owner));
            return;
        }
        let mut report = Report::default();
        let merged = merge_sets(&base, &ours, theirs, &mut report);
        if !report.is_empty() {
            self.effects.push(Effect::Start(Job::Keep {
                folder: self.folder.clone(),
                key: key.clone(),
                version: Box::new(version.clone()),
            }));
        }
        self.take_merged(key, &ours, &merged);
        let n = self.add_conflicts(key, report);
        self.notify(match n {
            0 => format!("A newer version of the annotations of {} was taken in", key.owner),
            1 => "A newer version was taken in; in one place you must decide (F8)".to_owned(),
            n => format!("A newer version was taken in; in {n} places you must decide (F8)"),
        });
    }

    fn take_merged(&mut self, key: &SetKey, ours: &AnnotationSet, merged: &AnnotationSet) {
        // What nobody edits comes along.
        let mut with_header = ours.clone();
        with_header.role.clone_from(&merged.role);
        with_header.article_extra.clone_from(&merged.article_extra);
        with_header.n_saves = merged.n_saves;
        self.project.insert_set(key.clone(), with_header);
        let edits = edits_between(key, ours, merged);
        if edits.is_empty() {
            self.save(key);
        } else if let Err(error) = self.commit("take in changes from disk", edits) {
            self.notify(sentence(&error.to_string()));
        }
    }
}
