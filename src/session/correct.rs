//! Correcting an article's text: everybody's spans go along, and all of it is one step.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::gather::{held, read_only};
use super::{Effect, Job, Outcome, Session, sentence};
use crate::file::carry_set;
use crate::model::{
    AnnotationSet, Document, DocumentId, Edit, EditError, Owner, Place, Report, Schema, SetKey, Severity,
    Source, edits_between,
};
use crate::store::{Folder, StoreError};
use crate::text::{Replacement, Text, carried_through, replacements};

/// What must be read and proved before a text is corrected.
#[derive(Debug)]
pub struct CorrectJob {
    folder: Folder,
    schema: Arc<Schema>,
    /// Who works here; whether they may write is known elsewhere.
    owner: Owner,
    document: Arc<Document>,
    replacements: Vec<Replacement>,
    text: Text,
    /// The sets on the article that are in memory.
    memory: BTreeMap<SetKey, Arc<AnnotationSet>>,
}

/// That a text can be corrected, with what that takes.
#[derive(Debug)]
pub struct Correction {
    document: Arc<Document>,
    source: Source,
    replacements: Vec<Replacement>,
    text: Text,
    /// The sets on the article that were not in memory.
    sets: Vec<(SetKey, AnnotationSet)>,
}

impl CorrectJob {
    pub(super) fn run(self) -> Outcome {
        Outcome::Corrected { result: self.prepare().map(Box::new) }
    }

    fn prepare(self) -> Result<Correction, String> {
        let source = self.folder.corrected_source(&self.document, &self.text);
        let source = source.map_err(|error| error.to_string())?;
        let mut sets = Vec::new();
        for owner in self.folder.owners() {
            let key = SetKey { document: self.document.id.clone(), owner };
            if !self.memory.contains_key(&key) {
                let mut report = Report::default();
                let read = self.folder.read_set(&key, &self.document, &self.schema, &mut report);
                let Some(loaded) = read.map_err(|error| error.to_string())? else { continue };
                if loaded.set.is_read_only {
                    return Err(read_only(&key));
                }
                sets.push((key.clone(), loaded.set));
            }
            if key.owner != self.owner
                && let Some(obstacle) = held(&self.folder, &key.owner)
            {
                return Err(format!("nothing was changed: {obstacle}"));
            }
        }
        let CorrectJob { document, replacements, text, .. } = self;
        Ok(Correction { document, source, replacements, text, sets })
    }
}

impl Session {
    /// The selected text, if it can be put right: one stretch.
    pub fn correctable(&self) -> Option<&str> {
        let document = self.document()?;
        match self.selection.ranges(&document.text)[..] {
            [range] => Some(document.text.slice(range)),
            _ => None,
        }
    }

    /// Begins to put other text in place of the selected text, for everybody.
    pub(super) fn correct(&mut self, by: &str) {
        let Some(document) = self.document().cloned() else { return };
        let [range] = self.selection.ranges(&document.text)[..] else {
            self.notify("First select the text to correct");
            return;
        };
        let replacements = replacements(range.start(), document.text.slice(range), by);
        if replacements.is_empty() {
            return;
        }
        let Some(text) = document.text.replaced(&replacements) else { return };
        let memory = self.project.sets().filter(|(key, _)| key.document == document.id);
        self.effects.push(Effect::Start(Job::Correct(CorrectJob {
            folder: self.folder.clone(),
            schema: Arc::clone(self.project.schema()),
            owner: self.owner.clone(),
            memory: memory.map(|(key, set)| (key.clone(), Arc::clone(set))).collect(),
            document,
            replacements,
            text,
        })));
    }

    /// Makes the correction that was prepared.
    pub(super) fn corrected(&mut self, result: Result<Box<Correction>, String>) {
        let made = result
            .and_then(|correction| self.make_correction(*correction).map_err(|error| error.to_string()));
        if let Err(message) = made {
            self.notify(sentence(&message));
        }
    }

    fn make_correction(&mut self, correction: Correction) -> Result<(), EditError> {
        let Correction { document, source, replacements, text, sets } = correction;
        let id = document.id.clone();
        if self.project.document(&id).is_none_or(|it| !it.text.is_same(&document.text)) {
            return Err(EditError::Stale { what: format!("the text of {id}") });
        }
        for (key, set) in sets {
            if self.project.set(&key).is_none() {
                self.project.insert_set(key, set);
            }
        }
        let mut edits = vec![Edit::Text {
            document: id.clone(),
            before: document.source.clone(),
            after: source,
            replacements: replacements.clone(),
        }];
        let mut n_lost = 0;
        for (key, set) in self.project.sets().filter(|(key, _)| key.document == id) {
            let carry = |span: &_| carried_through(span, &replacements, &text);
            let (carried, drift) = carry_set(set, &document.text, &text, carry);
            n_lost += drift.lost.len();
            let moved = edits_between(key, set, &carried);
            if moved.is_empty() && !set.is_blank() {
                // Its file holds the text, and is written with the new one all the same.
                let text = "text".to_owned();
                edits.push(Edit::Extra { set: key.clone(), key: text, before: None, after: None });
            }
            edits.extend(moved);
        }
        let n_moved = edits.iter().filter(|edit| matches!(edit, Edit::Annotation { .. })).count() - n_lost;
        self.commit("correct the text", edits)?;
        let lost = match n_lost {
            0 => String::new(),
            1 => "; 1 lost its place".to_owned(),
            n => format!("; {n} lost their place"),
        };
        let spans = if n_moved == 1 { "1 span".to_owned() } else { format!("{n_moved} spans") };
        self.notify(format!("Corrected; {spans} went along{lost}"));
        Ok(())
    }

    /// Sends a corrected article on its way to disk.
    pub(super) fn save_article(&mut self, id: &DocumentId) {
        let (Some(document), Some(known)) = (self.project.document(id), self.saving.articles.get(id)) else {
            return;
        };
        self.effects.push(Effect::Start(Job::SaveArticle {
            folder: self.folder.clone(),
            document: Arc::clone(document),
            known: known.clone(),
            journal: self.owner.clone(),
            number: self.saving.last,
            at: self.now(),
        }));
    }

    pub(super) fn article_saved(&mut self, document: &Document, result: Result<(), StoreError>) {
        let id = &document.id;
        match result {
            Ok(()) => {
                self.saving.article_failures.remove(id);
                if self.project.document(id).is_some_and(|it| it.source == document.source) {
                    self.saving.articles.remove(id);
                    // Else the new text is taken for another program's.
                    self.look();
                }
                self.succeeded();
            }
            Err(error) => {
                let is_new = self.saving.article_failures.insert(id.clone(), error.to_string()).is_none();
                self.failed(&error, is_new);
            }
        }
    }

    /// True if the article in memory is newer than the one on disk.
    pub(super) fn is_correcting(&self, id: &DocumentId) -> bool {
        self.saving.articles.contains_key(id)
    }

    /// Brings an article that came from disk to where the journal had it when the program was
    /// killed.
    pub(super) fn recover_text(&mut self, document: Document) -> Document {
        let id = document.id.clone();
        let Some(edits) = self.saving.pending_texts.remove(&id) else { return document };
        let mut text = document.text.clone();
        let mut source = document.source.clone();
        let mut known = vec![source.file_sha256.clone()];
        let mut end = None;
        // From whichever state of the chain the file is in.
        for edit in &edits {
            let Edit::Text { before, after, replacements, .. } = edit else { continue };
            end = Some(after);
            if *before == source
                && let Some(changed) = text.replaced(replacements)
            {
                (text, source) = (changed, after.clone());
                known.push(source.file_sha256.clone());
            }
        }
        if end != Some(&source) {
            let message = "a correction of the last session did not get into the article before the program ended, and somebody changed the article since; it is kept in the journal";
            let place = Place { document: Some(id), ..Place::default() };
            self.problem(Severity::Error, place, message);
            return document;
        }
        let recovered = Document { id: id.clone(), text, source };
        self.project.insert_document(recovered.clone());
        self.saving.articles.insert(id.clone(), known);
        self.save_article(&id);
        recovered
    }
}
