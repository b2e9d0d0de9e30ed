//! The list of articles: opening, status, whose work it is.

use std::sync::Arc;

use super::{Action, AnnotateAction, Effect, Job, NavigateAction, Session};
use crate::model::{
    Document, DocumentId, Edit, EditError, Journal, Owner, Place, Problem, Project, Report, Schema, SetKey,
    Severity, Status,
};
use crate::session::jobs::LoadError;
use crate::store::{Access, LoadedSet, SetSummary};
use crate::text::Offset;

/// A row of the list of articles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Article {
    /// Which article.
    pub id: DocumentId,
    /// How far the work on it is.
    pub status: Status,
    /// How many annotations the owner's set has.
    pub n_annotations: usize,
    /// Why it could not be opened, if that was tried in vain.
    pub failure: Option<LoadError>,
}

impl Article {
    pub(super) fn new(id: DocumentId) -> Article {
        Article { id, status: Status::New, n_annotations: 0, failure: None }
    }
}

/// Opens articles, says how far they are, who annotates.
#[derive(Clone, Debug, PartialEq)]
pub enum ArticleAction {
    /// Show this article.
    Open(DocumentId),
    /// Show this article, at this place.
    OpenAt(DocumentId, Offset),
    /// Show the one after it in the list.
    Next,
    /// Show the one before it in the list.
    Previous,
    /// Set how far the work on the shown article is.
    SetStatus(Status),
    /// Done, and on to the next one.
    Finish,
    /// Work as someone else.
    SetOwner(Owner),
    /// Mend the file of the owner's annotations on an article, and open that.
    Repair(DocumentId),
    /// Write what is not on disk, now.
    Save,
    /// Let this window change the annotations, and the one that did only look.
    TakeOver,
    /// Put this in place of the selected text, in the article itself.
    Correct(String),
    /// Read what happened to the shown article.
    ReadLog,
}

impl Session {
    pub(super) fn article_action(&mut self, action: ArticleAction) -> Result<(), EditError> {
        match action {
            ArticleAction::Open(id) => self.open_article(&id),
            ArticleAction::OpenAt(id, offset) => self.open_at(id, offset),
            ArticleAction::Next => self.step_article(1),
            ArticleAction::Previous => self.step_article(-1),
            ArticleAction::SetStatus(status) => self.set_status(status)?,
            ArticleAction::Finish => {
                self.set_status(Status::Done)?;
                self.step_article(1);
            }
            ArticleAction::SetOwner(owner) => {
                if owner != self.owner && !owner.name().trim().is_empty() {
                    self.effects.push(Effect::Start(Job::Switch { folder: self.folder.clone(), owner }));
                }
            }
            ArticleAction::Repair(id) => self.repair(id),
            ArticleAction::Save => self.save_all(),
            ArticleAction::TakeOver => self.take_over(),
            ArticleAction::Correct(by) => self.correct(&by),
            ArticleAction::ReadLog => {
                self.log = None;
                if let Some(document) = self.active.clone() {
                    let (folder, owners) = (self.folder.clone(), self.owners());
                    self.effects.push(Effect::Start(Job::ReadLog { folder, document, owners }));
                }
            }
        }
        Ok(())
    }

    /// Shows an article: at once if it is in memory, else as soon as it was read.
    pub(super) fn open_article(&mut self, id: &DocumentId) {
        if !self.articles.iter().any(|article| article.id == *id) {
            self.notify(format!("{id} is not an article of this project"));
            return;
        }
        self.offer = None;
        let key = SetKey { document: id.clone(), owner: self.owner.clone() };
        let is_here = self.project.document(id).is_some() && self.project.set(&key).is_some();
        if is_here {
            self.show(id);
        } else {
            self.loading = Some(id.clone());
            self.effects.push(Effect::Start(Job::Load {
                folder: self.folder.clone(),
                id: id.clone(),
                owner: self.owner.clone(),
                schema: Arc::clone(self.project.schema()),
            }));
        }
    }

    /// Shows an article, and goes to a place in it once it is there.
    fn open_at(&mut self, id: DocumentId, offset: Offset) {
        if self.open_first(&id, || ArticleAction::OpenAt(id.clone(), offset).into())
            && self.active.as_ref() == Some(&id)
        {
            self.navigate(NavigateAction::Show(offset));
            self.comparison.wanted = Some((id, offset));
        }
    }

    /// Shows an article. False if it is on its way into memory: then `action` is performed once it is
    /// there.
    pub(super) fn open_first(&mut self, id: &DocumentId, action: impl FnOnce() -> Action) -> bool {
        if self.active.as_ref() != Some(id) || self.document().is_none() {
            let number = self.journalled().0;
            self.open_article(id);
            if self.loading.is_some() {
                self.waiting = Some((action(), number));
                return false;
            }
        }
        true
    }

    fn show(&mut self, id: &DocumentId) {
        self.loading = None;
        if self.active.as_ref() != Some(id) {
            if let Some(old) = self.active.replace(id.clone()) {
                self.places.insert(old, std::mem::take(&mut self.selection));
            }
            self.selection = self.places.get(id).cloned().unwrap_or_default();
        }
        self.look();
    }

    pub(super) fn article_loaded(
        &mut self,
        key: &SetKey,
        result: Result<(Document, Option<LoadedSet>), LoadError>,
        report: Report,
    ) {
        let id = &key.document;
        // What is in memory is newer than what was read, and so is what was said about it.
        if self.project.set(key).is_none() {
            self.problems.retain(|Problem { place, .. }| {
                place.document.as_ref() != Some(id)
                    || place.owner.as_ref().is_some_and(|owner| *owner != key.owner)
            });
            self.problems.extend(report.problems.into_iter().map(|mut problem| {
                problem.place.document.get_or_insert_with(|| id.clone());
                problem
            }));
        }
        match result {
            Ok((document, loaded)) => {
                self.take_loaded(key, document, loaded);
                self.put_back(key);
                self.refresh_article(key);
                if let Some(article) = self.articles.iter_mut().find(|article| article.id == *id) {
                    article.failure = None;
                }
                if self.loading.as_ref() == Some(id) {
                    self.show(id);
                }
                self.perform_waiting();
            }
            Err(error) => {
                let message = error.message.clone();
                let place = Place { document: Some(id.clone()), ..Place::default() };
                self.problem(Severity::Error, place, message.clone());
                self.put_off_recovery(key);
                if let Some(article) = self.articles.iter_mut().find(|article| article.id == *id) {
                    article.failure = Some(error);
                }
                if self.loading.as_ref() == Some(id) {
                    self.loading = None;
                }
                self.waiting = None;
                self.notify(message);
            }
        }
    }

    /// The article that a problem kept from being opened, if repairing its annotations may help.
    pub fn repairable(&self, problem: &Problem) -> Option<&DocumentId> {
        let id = problem.place.document.as_ref()?;
        let article = self.articles.iter().find(|article| article.id == *id)?;
        let failure = article.failure.as_ref()?;
        (failure.is_repairable && failure.message == problem.message).then_some(&article.id)
    }

    fn repair(&mut self, id: DocumentId) {
        self.loading = Some(id.clone());
        self.effects.push(Effect::Start(Job::Repair {
            folder: self.folder.clone(),
            id,
            owner: self.owner.clone(),
            schema: Arc::clone(self.project.schema()),
            at: self.now(),
        }));
    }

    fn step_article(&mut self, step: isize) {
        let shown = self.loading.as_ref().or(self.active.as_ref());
        let at = self.articles.iter().position(|article| Some(&article.id) == shown);
        let mut next = at.map_or(Some(0), |at| at.checked_add_signed(step));
        // What was given to others is passed over.
        let is_others = |at: usize| self.articles.get(at).is_some_and(|it| !self.is_turn(&it.id));
        while next.is_some_and(is_others) {
            next = next.and_then(|at| at.checked_add_signed(step));
        }
        match next.and_then(|next| self.articles.get(next)).map(|article| article.id.clone()) {
            Some(id) => self.open_article(&id),
            None if step > 0 => self.notify("This is the last article"),
            None => self.notify("This is the first article"),
        }
    }

    fn set_status(&mut self, status: Status) -> Result<(), EditError> {
        let Some(set) = self.set_key() else { return Ok(()) };
        let before = self.set().map_or(Status::New, |set| set.status());
        if before == status {
            return Ok(());
        }
        let name = match status {
            Status::New => "mark as new",
            Status::InProgress => "mark as in progress",
            Status::Done => "mark as done",
        };
        self.commit(name, vec![Edit::Status { set, before, after: status }])
    }

    /// Brings a row of the list up to date with the set in memory.
    pub(super) fn refresh_article(&mut self, key: &SetKey) {
        if key.owner != self.owner {
            return;
        }
        let Some(set) = self.project.set(key) else { return };
        let (status, n_annotations) = (set.status(), set.annotations().len());
        if let Some(article) = self.articles.iter_mut().find(|article| article.id == key.document) {
            article.status = status;
            article.n_annotations = n_annotations;
        }
    }

    /// Sends for the status of all articles but the one that is on its way whole.
    pub(super) fn summarise(&mut self) {
        let articles = self.articles.iter().map(|article| &article.id);
        let articles = articles.filter(|id| self.loading.as_ref() != Some(id)).cloned().collect();
        self.effects.push(Effect::Start(Job::Summarise {
            folder: self.folder.clone(),
            owner: self.owner.clone(),
            articles,
        }));
    }

    pub(super) fn take_summaries(&mut self, summaries: Vec<(DocumentId, SetSummary)>) {
        let mut rows = self
            .articles
            .iter_mut()
            .map(|it| (it.id.clone(), it))
            .collect::<std::collections::BTreeMap<_, _>>();
        for (id, summary) in summaries {
            // A set in memory knows better than the disk did.
            let key = SetKey { document: id.clone(), owner: self.owner.clone() };
            if self.project.set(&key).is_some() {
                continue;
            }
            if let Some(article) = rows.get_mut(&id) {
                article.status = summary.status;
                article.n_annotations = summary.n_annotations;
            }
        }
    }

    /// Nothing of the owner before stays in memory: two owners' sets on one article may have been
    /// made on different texts, and a set that was not read yet must not look like an empty one.
    pub(super) fn owner_switched(&mut self, owner: Owner, journal: Journal, access: Access, report: Report) {
        if self.is_busy_saving() {
            self.notify(format!("You still annotate as {}: not everything is saved yet", self.owner));
            return;
        }
        let is_other = self.owner != owner;
        self.owner = owner;
        self.access = access;
        self.offer = None;
        self.pinned = None;
        self.waiting = None;
        self.problems.extend(report.problems);
        self.project = Project::new(self.project.name.clone(), Schema::clone(self.project.schema()));
        for article in &mut self.articles {
            *article = Article::new(article.id.clone());
        }
        self.take_journal(journal);
        self.load_put_aside();
        self.summarise();
        let active = self.active.take();
        if let Some(id) = active.clone() {
            self.places.insert(id, std::mem::take(&mut self.selection));
        }
        for place in self.places.values_mut() {
            place.annotation = None;
        }
        if let Some(id) = self.loading.take().or(active) {
            self.open_article(&id);
        }
        if is_other {
            self.notify(format!("You now annotate as {}", self.owner));
        }
        self.look();
    }

    /// Says which labels share a key with each other or with a command: such a key could not be
    /// pressed.
    pub(super) fn report_keys(&mut self) {
        let clashes: Vec<(String, char)> = self
            .schema()
            .labels
            .iter()
            .filter_map(|label| label.key.map(|key| (label.name.clone(), key)))
            .filter(|(_, key)| super::commands::is_command_key(*key))
            .collect();
        for (label, key) in clashes {
            let place = Place { file: Some("sorot.json".to_owned()), ..Place::default() };
            let message =
                format!("the key {key} of label {label} already belongs to a command, so it gives no label");
            self.problem(Severity::Warning, place, message);
        }
    }
}

impl From<ArticleAction> for Action {
    fn from(action: ArticleAction) -> Action {
        Action::Article(action)
    }
}

impl From<AnnotateAction> for Action {
    fn from(action: AnnotateAction) -> Action {
        Action::Annotate(action)
    }
}

impl From<NavigateAction> for Action {
    fn from(action: NavigateAction) -> Action {
        Action::Navigate(action)
    }
}
