//! The application without a window: what is open, what is selected, and everything a person can
//! do about it.
//!
//! Invariants:
//! - Everything a person can do to a project is an [`Action`]; what it changed is a
//!   [`Transaction`], what a shell must do about it an [`Effect`].
//! - The session touches no disk itself: disk work is a [`Job`], which a shell gives to a
//!   [`Worker`](jobs::Worker) and whose [`Outcome`] it hands back to [`Session::finish`].
//! - Time and randomness come in when the session is made, so that tests can fix them.

mod adjudicate;
pub mod agreement;
mod annotate;
mod articles;
mod assignments;
pub mod commands;
pub mod compare;
mod copy;
mod correct;
mod drift;
pub mod evaluate;
pub mod export;
mod extract;
mod find;
mod gather;
mod go_to;
mod import;
pub mod jobs;
pub mod log;
mod navigate;
mod orphans;
mod outline;
mod picture;
pub mod plot;
mod pre_merge;
mod recognise;
mod relate;
pub mod release;
mod rulings;
mod saving;
mod schema_change;
mod search;
mod selection;
mod sharing;
mod sync;
pub mod table;
mod trash;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::model::{
    AnnotationId, AnnotationSet, Assignments, Document, DocumentId, Edit, EditError, History, HistoryEvent,
    Journal, Owner, Place, Problem, Project, Report, Schema, SetKey, Severity, Status, Timestamp,
    Transaction,
};
use adjudicate::Comparison;
use agreement::AgreementWork;
use assignments::AssignWork;
use evaluate::EvaluateWork;
use export::ExportWork;
use gather::Purpose;
use import::ImportWork;
use log::LogRow;
use release::FreezeWork;
use saving::Saving;
use schema_change::SchemaWork;
use sync::SyncWork;

use crate::store::{Folder, Opened, Storage};
use crate::text::{Offset, Text};

pub use crate::store::Access;
pub use crate::store::TrashEntry;
pub use adjudicate::{AdjudicateAction, CompareJob, ComparedSets, Order};
pub use agreement::AgreementAction;
pub use annotate::{AnnotateAction, EntityChoice, Occurrence};
pub use articles::{Article, ArticleAction};
pub use assignments::{
    Among, AssignAction, AssignJob, AssignOutcome, GiveOut, PersonProgress, Round, describe_assignments,
    describe_change, give_out, read_progress,
};
pub use commands::{COMMANDS, Command};
pub use copy::PlannedMerge;
pub use correct::{CorrectJob, Correction};
pub use evaluate::EvaluateAction;
pub use export::{Choice, ExportAction, ExportJob, ExportRequest, Exported, Piece, ReleasePart, ValueChoice};
pub use extract::ExtractRequest;
pub use find::{Finder, Matches, Query, QueryError};
pub use gather::{ReviewItem, Usage};
pub use go_to::Destination;
pub use import::{ImportAction, ImportPlan, ImportRequest, PlannedArticle, Progress, Tally};
pub use jobs::{Job, Outcome};
pub use navigate::NavigateAction;
pub use orphans::OrphanAction;
pub use outline::{Outline, Section};
pub use picture::{Passage, PictureAction, PictureJob, PictureOutcome};
pub use pre_merge::{MergedArticle, PreMergeJob, PreMergeOutcome, PreMerged};
pub use recognise::recognise;
pub use relate::Offer;
pub use release::FreezeAction;
pub use rulings::{FoundRuling, read_rulings};
pub use schema_change::{Preview, SchemaAction};
pub use search::{Search, SearchJob};
pub use selection::{Caret, Selection};
pub use sharing::{Look, Looked, Wish};
pub use sync::{SyncAction, SyncJob};
pub use trash::TrashAction;

/// What a person asked for; may mean "the selection".
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Changes annotations, relations, attributes, entities.
    Annotate(AnnotateAction),
    /// Moves the caret, the selection, the view.
    Navigate(NavigateAction),
    /// Opens articles, says how far they are, who annotates.
    Article(ArticleAction),
    /// Deals with spans that lost their place.
    Orphan(OrphanAction),
    /// Changes what may be annotated, and all annotations with it.
    Schema(SchemaAction),
    /// Looks into the trash, fills it, or takes something out.
    Trash(TrashAction),
    /// Brings in what other programs wrote.
    Import(ImportAction),
    /// Gives annotations to other programs.
    Export(ExportAction),
    /// Writes pictures of passages.
    Picture(PictureAction),
    /// Compares annotators, and rules between them.
    Adjudicate(AdjudicateAction),
    /// Measures how well annotators agree.
    Agreement(AgreementAction),
    /// Holds predictions against gold.
    Evaluate(EvaluateAction),
    /// Gives out articles.
    Assign(AssignAction),
    /// Makes releases.
    Freeze(FreezeAction),
    /// Shares the project with the team.
    Sync(SyncAction),
    /// Takes back the newest change of the project.
    Undo,
    /// Makes the newest undone change again.
    Redo,
    /// Something only the window can do.
    Window(WindowAction),
}

/// What only a window can do; the session passes it on as an effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WindowAction {
    /// Asks for a project folder.
    OpenFolder,
    /// Asks for an article.
    OpenArticle,
    /// Opens a project folder or article.
    Open(PathBuf),
    /// Shows or hides the key sheet.
    Keys,
    /// Asks what to find in the article.
    Find,
    /// Asks what to put in place of the selected text.
    Correct,
    /// Asks where to go.
    GoTo,
    /// Asks whose annotations are made from now on.
    Owner,
    /// Shows labels and relations, to change them.
    Labels,
    /// Asks what to bring in from other programs.
    Import,
    /// Asks which copy of the project to merge into it.
    MergeFolder,
    /// Asks what to give to other programs.
    Export,
    /// Asks where to save a picture of the passage that is worked on.
    Picture,
    /// Asks whose annotations to compare.
    Compare,
    /// Asks why the last ruling is as it is.
    Explain,
    /// Shows what was decided between annotators.
    Rulings,
    /// Shows how well annotators agree.
    Agreement,
    /// Shows how well predictions agree with gold.
    Evaluation,
    /// Asks who annotates what, and shows how far everybody is.
    Assign,
    /// Asks what to freeze as a release.
    Freeze,
    /// Shows what is in the trash.
    Trash,
    /// Shows what changed in the open article.
    Log,
    /// Asks whether to delete all annotations of the open article.
    DeleteAll,
    /// Shows or hides the list of problems.
    Problems,
    /// Shows or hides the guidelines.
    Guidelines,
    /// Shows or hides the articles panel.
    Articles,
    /// Shows or hides the outline.
    Outline,
    /// Shows or hides the inspector.
    Inspector,
    /// Shows the list of commands to choose from.
    Palette,
    /// Light theme, dark theme or the system's, in turn.
    Theme,
    /// Larger text (positive), smaller text (negative) or the usual size (0).
    Zoom(i8),
    /// More room between lines (positive), less (negative) or as usual (0).
    LineSpacing(i8),
    /// A wider column (positive), a narrower one (negative) or the usual one (0).
    Column(i8),
    /// Shows or hides the settings of how the article looks.
    Look,
    /// Shows or hides invisible characters.
    Invisibles,
    /// Label tags at each span, or underlines alone.
    Density,
    /// Shows all relations, or only those of the selected annotation.
    Arcs,
    /// Moves the keyboard to the next part of the window.
    NextPart,
    /// Moves the keyboard to the attributes of the selected annotation.
    Attributes,
    /// Fills the screen.
    FullScreen,
    /// Ends the program.
    Quit,
}

/// What the shell must do now.
#[derive(Debug)]
pub enum Effect {
    /// Do this away from the window.
    Start(Job),
    /// Bring this position into view, moving the article no more than it takes.
    ScrollTo(Offset),
    /// Bring this position into view, with what stands around it if it was far away.
    GoTo(Offset),
    /// Perform [`ArticleAction::Save`] after this time.
    SaveAfter(Duration),
    /// Say this for some seconds.
    Notify(String),
    /// Put this on the clipboard.
    Copy(String),
    /// Let the person choose which other occurrences of the selected annotation to add.
    AskOccurrences(Vec<Occurrence>),
    /// Do what only a window can.
    Window(WindowAction),
}

/// What a session finds around it: time, randomness, a disk.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// Tells the time.
    pub clock: fn() -> Timestamp,
    /// Makes ids.
    pub random: fastrand::Rng,
    /// What projects are kept on.
    pub storage: Storage,
}

impl Surroundings {
    /// The system's clock, chance and disk.
    pub fn of_system() -> Surroundings {
        let clock = || {
            let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
            Timestamp(since.map_or(0, |it| i64::try_from(it.as_secs()).unwrap_or_default()))
        };
        Surroundings { clock, random: fastrand::Rng::new(), storage: Storage::default() }
    }
}

/// An open project, with its selection and history.
#[derive(Debug)]
pub struct Session {
    project: Project,
    folder: Folder,
    articles: Vec<Article>,
    guidelines: Option<String>,
    owner: Owner,
    owners: Vec<Owner>,
    assignments: Option<Assignments>,
    assign_work: AssignWork,
    active: Option<DocumentId>,
    loading: Option<DocumentId>,
    /// What waits for sets that are on their way into memory, and the newest change before it.
    waiting: Option<(Action, u64)>,
    selection: Selection,
    places: BTreeMap<DocumentId, Selection>,
    pinned: Option<String>,
    offer: Option<Offer>,
    search: Search,
    /// The text whose sections are wanted, and the sections once they are known.
    outline: Option<(Text, Option<Outline>)>,
    schema_work: SchemaWork,
    trash: Option<Vec<TrashEntry>>,
    comparison: Comparison,
    agreement_work: AgreementWork,
    evaluate_work: EvaluateWork,
    freeze_work: FreezeWork,
    import_work: ImportWork,
    export_work: ExportWork,
    sync_work: SyncWork,
    /// What happened to an article, once that was asked for.
    log: Option<(DocumentId, Vec<LogRow>)>,
    history: History,
    problems: Vec<Problem>,
    saving: Saving,
    access: Access,
    /// What was changed here while another window wrote, with what it was made of.
    put_aside: BTreeMap<SetKey, (AnnotationSet, Arc<AnnotationSet>)>,
    surroundings: Surroundings,
    effects: Vec<Effect>,
}

impl Session {
    /// A session over a project that was opened, for one owner's work, and the effects that bring
    /// up its first article.
    pub fn new(
        opened: Opened,
        owner: Owner,
        journal: Journal,
        access: Access,
        report: Report,
        surroundings: Surroundings,
    ) -> (Session, Vec<Effect>) {
        let owners = opened.folder.owners();
        let first = opened.first.or_else(|| opened.articles.first().cloned());
        let mut session = Session {
            problems: report.problems,
            project: Project::new(opened.name, opened.schema),
            articles: opened.articles.into_iter().map(Article::new).collect(),
            guidelines: opened.guidelines,
            assignments: opened.assignments,
            assign_work: AssignWork::default(),
            folder: opened.folder,
            owner,
            owners,
            active: None,
            loading: None,
            waiting: None,
            selection: Selection::default(),
            places: BTreeMap::new(),
            pinned: None,
            offer: None,
            search: Search::default(),
            outline: None,
            schema_work: SchemaWork::default(),
            trash: None,
            comparison: Comparison::default(),
            agreement_work: AgreementWork::default(),
            evaluate_work: EvaluateWork::default(),
            freeze_work: FreezeWork::default(),
            import_work: ImportWork::default(),
            export_work: ExportWork::default(),
            sync_work: SyncWork::default(),
            log: None,
            history: History::default(),
            saving: Saving::default(),
            access,
            put_aside: BTreeMap::new(),
            surroundings,
            effects: Vec::new(),
        };
        session.report_keys();
        if let Some(first) = first {
            session.open_article(&first);
        }
        session.take_journal(journal);
        session.summarise();
        session.look();
        let effects = std::mem::take(&mut session.effects);
        (session, effects)
    }

    /// Does what a person asked for, and all disk work that comes of it, before it returns. Tells
    /// what was said meanwhile.
    pub fn perform_now(&mut self, action: Action) -> Vec<String> {
        let effects = self.perform(action);
        self.run_now(effects)
    }

    /// Does all disk work that some effects ask for, and what comes of it. Tells what was said
    /// meanwhile.
    pub fn run_now(&mut self, effects: Vec<Effect>) -> Vec<String> {
        let mut effects = std::collections::VecDeque::from(effects);
        let mut said = Vec::new();
        while let Some(effect) = effects.pop_front() {
            match effect {
                Effect::Start(job) => effects.extend(self.finish(job.run())),
                Effect::Notify(text) => said.push(text),
                _ => {}
            }
        }
        said
    }

    /// Does what a person asked for and tells what the shell must do about it.
    pub fn perform(&mut self, action: Action) -> Vec<Effect> {
        let result = match action {
            Action::Annotate(action) => self.annotate(action),
            Action::Navigate(action) => {
                self.navigate(action);
                Ok(())
            }
            Action::Article(action) => self.article_action(action),
            Action::Orphan(action) => self.orphan_action(action),
            Action::Schema(action) => {
                self.schema_action(action);
                Ok(())
            }
            Action::Trash(action) => {
                self.trash_action(action);
                Ok(())
            }
            Action::Import(action) => self.import_action(action),
            Action::Export(action) => {
                self.export_action(action);
                Ok(())
            }
            Action::Picture(action) => {
                self.picture_action(action);
                Ok(())
            }
            Action::Sync(action) => {
                self.sync_action(action);
                Ok(())
            }
            Action::Adjudicate(action) => self.adjudicate(action),
            Action::Assign(action) => {
                self.assign_action(action);
                Ok(())
            }
            Action::Freeze(action) => {
                self.freeze_action(action);
                Ok(())
            }
            Action::Evaluate(action) => {
                self.evaluate_action(action);
                Ok(())
            }
            Action::Agreement(action) => {
                self.agreement_action(action);
                Ok(())
            }
            Action::Undo => self.undo_or_redo(true),
            Action::Redo => self.undo_or_redo(false),
            Action::Window(action) => {
                self.effects.push(Effect::Window(action));
                Ok(())
            }
        };
        if let Err(error) = result {
            self.notify(sentence(&error.to_string()));
        }
        self.refresh_comparison();
        std::mem::take(&mut self.effects)
    }

    /// Takes in what a job found or did.
    pub fn finish(&mut self, outcome: Outcome) -> Vec<Effect> {
        match outcome {
            Outcome::Loaded { id, owner, result, report } => {
                let key = SetKey { document: id, owner };
                if key.owner == self.owner || self.is_pending(&key) {
                    self.article_loaded(&key, result, report);
                }
            }
            Outcome::SchemaSaved { schema, result, journal } => {
                self.schema_saved(&schema, result);
                if let Some((owner, number, result)) = journal {
                    self.recorded(&owner, number, result);
                }
            }
            Outcome::Gathered(gathered) => self.gathered(gathered),
            Outcome::Trash(outcome) => self.trash_done(outcome),
            Outcome::Import(outcome) => self.import_done(outcome),
            Outcome::Exported(result) => self.export_done(result),
            Outcome::Picture(outcome) => self.picture_done(outcome),
            Outcome::LogRead { document, rows } => self.log = Some((document, rows)),
            Outcome::Saved { key, revision, result, journal } => {
                self.set_saved(key, revision, result);
                if let Some((owner, number, result)) = journal {
                    self.recorded(&owner, number, result);
                }
            }
            Outcome::ArticleSaved { document, result } => self.article_saved(&document, result),
            Outcome::Corrected { result } => self.corrected(result),
            Outcome::Recorded { owner, number, result } => self.recorded(&owner, number, result),
            Outcome::Summarised { owner, summaries } => {
                if owner == self.owner {
                    self.take_summaries(summaries);
                }
            }
            Outcome::Found { ticket, matches } => self.search_done(ticket, matches),
            Outcome::Outlined { text, outline } => self.outline_made(text, outline),
            Outcome::Switched { owner, journal, access, report } => {
                self.owner_switched(owner, journal, access, report);
            }
            Outcome::Looked(looked) => self.looked(looked),
            Outcome::Compared(compared) => self.sets_compared(compared),
            Outcome::Assigned(outcome) => self.assign_done(outcome),
            Outcome::Frozen(outcome) => self.freeze_done(outcome),
            Outcome::Evaluated(evaluated) => self.evaluation_done(evaluated.map(|it| *it)),
            Outcome::Measured(agreement) => self.agreement_measured(agreement.map(|it| *it)),
            Outcome::Rulings(rulings) => self.comparison.rulings = Some(rulings),
            Outcome::PreMerged(outcome) => self.pre_merge_done(outcome),
            Outcome::Synced(result) => self.synced(result),
        }
        self.refresh_comparison();
        self.sync_once_saved();
        std::mem::take(&mut self.effects)
    }

    /// What is in memory of the project.
    pub fn project(&self) -> &Project {
        &self.project
    }

    /// What may be annotated.
    pub fn schema(&self) -> &Schema {
        self.project.schema()
    }

    /// Where the project lies.
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// All articles, in order of their paths.
    pub fn articles(&self) -> &[Article] {
        &self.articles
    }

    /// The project's guidelines, as Markdown.
    pub fn guidelines(&self) -> Option<&str> {
        self.guidelines.as_deref()
    }

    /// Whose set is worked on.
    pub fn owner(&self) -> &Owner {
        &self.owner
    }

    /// All who have annotated here, this owner included.
    pub fn owners(&self) -> Vec<Owner> {
        let mut owners = self.owners.clone();
        if !owners.contains(&self.owner) {
            owners.push(self.owner.clone());
            owners.sort();
        }
        owners
    }

    /// All who have annotated something here, this owner included only then.
    pub fn annotators(&self) -> Vec<Owner> {
        let has_begun = self.articles.iter().any(|it| it.n_annotations > 0 || it.status != Status::New);
        let owners = self.owners().into_iter();
        owners.filter(|it| *it != self.owner || has_begun || self.owners.contains(it)).collect()
    }

    /// The article that is shown, once it is in memory.
    pub fn document(&self) -> Option<&Arc<Document>> {
        self.active.as_ref().and_then(|id| self.project.document(id))
    }

    /// The article that is on its way into memory.
    pub fn loading(&self) -> Option<&DocumentId> {
        self.loading.as_ref()
    }

    /// The key of the set that is worked on.
    pub fn set_key(&self) -> Option<SetKey> {
        let document = self.active.clone()?;
        Some(SetKey { document, owner: self.owner.clone() })
    }

    /// The set that is worked on; nothing before its first annotation.
    pub fn set(&self) -> Option<&Arc<AnnotationSet>> {
        self.project.set(&self.set_key()?)
    }

    /// Caret, selected text, selected annotation.
    pub fn selection(&self) -> &Selection {
        &self.selection
    }

    /// The label that every selection becomes until Esc.
    pub fn pinned(&self) -> Option<&str> {
        self.pinned.as_deref()
    }

    /// The other ends that are offered for a relation now.
    pub fn offer(&self) -> Option<&Offer> {
        self.offer.as_ref()
    }

    /// What can be undone and redone.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// What the trash holds, newest first, if that was asked for.
    pub fn trash(&self) -> Option<&[TrashEntry]> {
        self.trash.as_deref()
    }

    /// What happened to the open article, newest first, if that was asked for.
    pub fn log(&self) -> Option<&[LogRow]> {
        let (of, rows) = self.log.as_ref()?;
        (self.active.as_ref() == Some(of)).then_some(rows.as_slice())
    }

    /// What a person should look at.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    fn notify(&mut self, text: impl Into<String>) {
        self.effects.push(Effect::Notify(text.into()));
    }

    /// Applies edits as one undoable step and sends them on their way to disk.
    fn commit(&mut self, name: impl Into<String>, mut edits: Vec<Edit>) -> Result<(), EditError> {
        if edits.is_empty() {
            return Ok(());
        }
        self.check_access()?;
        self.begin_new_sets(&mut edits);
        let transaction = Transaction::new(name, edits).on(&self.project);
        self.history.commit(&mut self.project, transaction.clone())?;
        self.changed(&transaction, HistoryEvent::Commit(transaction.clone()));
        Ok(())
    }

    /// The first annotation on an article means that work on it began.
    fn begin_new_sets(&self, edits: &mut Vec<Edit>) {
        let adds = |edit: &Edit| matches!(edit, Edit::Annotation { before: None, .. });
        let Some(key) = edits.iter().find(|edit| adds(edit)).and_then(Edit::set).cloned() else { return };
        let status = self.project.set(&key).map_or(Status::New, |set| set.status());
        if status == Status::New && !edits.iter().any(|edit| matches!(edit, Edit::Status { .. })) {
            edits.insert(0, Edit::Status { set: key, before: Status::New, after: Status::InProgress });
        }
    }

    fn undo_or_redo(&mut self, is_undo: bool) -> Result<(), EditError> {
        self.check_access()?;
        let next = if is_undo { self.history.next_undo() } else { self.history.next_redo() };
        let missing = next.map(|transaction| self.missing_sets(&transaction.edits)).unwrap_or_default();
        if !missing.is_empty() {
            let action = if is_undo { Action::Undo } else { Action::Redo };
            let waiting = Some((action, self.journalled().0));
            match missing.as_slice() {
                [key] if key.owner == self.owner => {
                    self.open_article(&key.document.clone());
                    self.waiting = waiting.filter(|_| self.loading.is_some());
                }
                _ => {
                    self.gather(Purpose::Sets(missing));
                    self.waiting = waiting;
                }
            }
            return Ok(());
        }
        self.offer = None;
        let transaction = if is_undo {
            self.history.undo(&mut self.project)?
        } else {
            self.history.redo(&mut self.project)?
        };
        let transaction = transaction.clone();
        let event = if is_undo { HistoryEvent::Undo } else { HistoryEvent::Redo };
        self.changed(&transaction, event);
        self.notify(format!("{}: {}", if is_undo { "Undone" } else { "Redone" }, transaction.name));
        self.reveal(&transaction);
        Ok(())
    }

    /// Does what waited for sets, unless something was changed meanwhile: it would then be another
    /// step that is taken back.
    fn perform_waiting(&mut self) {
        let Some((action, number)) = self.waiting.take() else { return };
        if number == self.journalled().0 {
            let effects = self.perform(action);
            self.effects.extend(effects);
        }
    }

    /// Goes to what a transaction changed and selects what is there of it.
    fn reveal(&mut self, transaction: &Transaction) {
        let own = transaction.sets().into_iter().filter(|key| key.owner == self.owner);
        let documents: Vec<DocumentId> = own.map(|key| key.document.clone()).collect();
        match documents.as_slice() {
            [] => return,
            [document] if self.active.as_ref() != Some(document) => self.open_article(&document.clone()),
            [_] => {}
            // Nobody could say which.
            _ => return,
        }
        let touched = transaction.edits.iter().filter_map(|edit| match edit {
            Edit::Annotation { id, before, after, .. } => {
                let span = after.as_ref().or(before.as_ref()).map(|it| it.span.clone());
                Some((id.clone(), span))
            }
            Edit::Relation { before, after, .. } => {
                after.as_ref().or(before.as_ref()).map(|relation| (relation.to.clone(), None))
            }
            _ => None,
        });
        let touched: Vec<(AnnotationId, Option<crate::text::Span>)> = touched.collect();
        let there = touched.iter().find(|(id, _)| self.set().is_some_and(|set| set.annotation(id).is_some()));
        if let Some((id, _)) = there {
            self.select_annotation(&id.clone());
        } else if let Some((_, Some(span))) = touched.first() {
            self.selection = Selection::caret_at(span.start());
            self.effects.push(Effect::GoTo(span.start()));
        }
    }

    fn problem(&mut self, severity: Severity, place: Place, message: impl Into<String>) {
        self.problems.push(Problem { severity, message: message.into(), place });
    }

    fn new_id(&mut self, kind: char) -> String {
        random_id(&mut self.surroundings.random, kind)
    }

    /// What time it is where the session runs.
    pub fn now(&self) -> Timestamp {
        (self.surroundings.clock)()
    }
}

/// A short random id: a letter for the kind, then 8 characters of base 32.
fn random_id(random: &mut fastrand::Rng, kind: char) -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let tail = (0..8).map(|_| char::from(ALPHABET[random.usize(..ALPHABET.len())]));
    std::iter::once(kind).chain(tail).collect()
}

/// The text with its first letter in upper case.
pub(crate) fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}
