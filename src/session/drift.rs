//! Articles that are no longer what was annotated: their sets go along.
//!
//! Invariants:
//! - All sets in memory lie on the text of their article in memory.
//! - Carrying a set changes nothing on disk: the file follows with the next edit, after a copy of
//!   what it was went to the trash.
//! - Edits that a crash kept from their file go to the text that they were made on, and to no other.

use std::sync::Arc;

use super::{Session, saving::place_of};
use crate::file::carry_set;
use crate::model::{AnnotationSet, Document, DocumentId, Report, SetKey, Severity};
use crate::store::{LoadedSet, Outdated};
use crate::text::{Alignment, Span};

impl Session {
    /// Takes an article and a set into memory. A set that is there stays: it is newer than what was
    /// on disk when the job began.
    pub(super) fn take_loaded(&mut self, key: &SetKey, document: Document, loaded: Option<LoadedSet>) {
        let read_on = document.clone();
        if !self.is_correcting(&document.id) {
            let document = self.recover_text(document);
            self.take_document(document);
        }
        if self.project.set(key).is_some() {
            return;
        }
        match &loaded {
            Some(loaded) => self.folder.take_for_known(key, loaded, &read_on.text),
            None => self.folder.take_for_missing(key),
        }
        let (set, mut outdated) = loaded.map_or_else(Default::default, |it| (it.set, it.outdated));
        let drift = outdated.as_mut().map(|it| std::mem::take(&mut it.problems)).unwrap_or_default();
        let now = self.project.document(&key.document).map_or_else(|| Arc::new(read_on.clone()), Arc::clone);
        let Some(pending) = self.take_pending(key) else {
            let set = carried(set, &read_on, &now);
            self.project.insert_set(key.clone(), set);
            self.problems.extend(drift);
            return;
        };
        let texts = &pending.texts;
        let is_at_end =
            |document: &Document| texts.last().is_none_or(|it| *it == document.source.text_sha256);
        let as_read = set.clone();
        let on_read = read_on.clone();
        // The file may be from before the last session's edits or, since an attempt to save that was
        // said to fail may have written it, from any moment among them.
        let is_known = |document: &Document| texts.is_empty() || texts.contains(&document.source.text_sha256);
        let base = match outdated {
            Some(Outdated { document, set, .. }) if is_known(&document) => Some((document, set)),
            _ => is_known(&read_on).then_some((read_on, set)),
        };
        let base = base.and_then(|(on, set)| {
            let end = [&on, &*now].into_iter().find(|it| is_at_end(it)).cloned()?;
            Some((end, set))
        });
        let Some((on, set)) = base else {
            let message = "changes of the last session were made on a text of the article that is gone, so they are in the journal only";
            self.problem(Severity::Error, place_of(key), message);
            self.project.insert_set(key.clone(), carried(as_read, &on_read, &now));
            self.problems.extend(drift);
            return;
        };
        // A correction of the last session says itself where spans go.
        let is_correction = texts.len() > 1 && on.text == now.text;
        if !is_correction {
            self.problems.extend(drift);
        }
        self.project.insert_document(on.clone());
        self.project.insert_set(key.clone(), set);
        self.recover(key, &pending);
        if on.text != now.text {
            let set = self.project.set(key).map(|it| carried(AnnotationSet::clone(it), &on, &now));
            self.project.insert_document(Document::clone(&now));
            self.project.insert_set(key.clone(), set.unwrap_or_default());
        }
    }

    /// Takes an article into memory; if it is there with another text, its sets go along.
    fn take_document(&mut self, document: Document) {
        let id: DocumentId = document.id.clone();
        let before = self.project.document(&id).cloned();
        let Some(before) = before.filter(|it| it.text != document.text) else {
            if self.project.document(&id).is_none() {
                self.project.insert_document(document);
            }
            return;
        };
        let sets = self.project.sets().filter(|(key, _)| key.document == id);
        let sets: Vec<(SetKey, Arc<AnnotationSet>)> =
            sets.map(|(key, set)| (key.clone(), Arc::clone(set))).collect();
        for (key, set) in sets {
            let alignment = Alignment::new(&before.text, &document.text);
            let carry = |span: &Span| alignment.carry(span);
            let (set, drift) = carry_set(&set, &before.text, &document.text, carry);
            let mut report = Report::default();
            drift.report(&set, &document.text, &place_of(&key), &mut report);
            self.problems.extend(report.problems);
            self.project.insert_set(key, set);
        }
        self.project.insert_document(document);
    }
}

/// A set that lies on one text, on another.
fn carried(set: AnnotationSet, on: &Document, now: &Document) -> AnnotationSet {
    if on.text == now.text {
        return set;
    }
    let alignment = Alignment::new(&on.text, &now.text);
    carry_set(&set, &on.text, &now.text, |span| alignment.carry(span)).0
}
