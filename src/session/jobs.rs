//! Work done beside the window: what to do, what came of it, and the threads that do it.
//!
//! A job carries a snapshot of all it needs. Jobs on the disk run in the order they were given but
//! for the journal, which overtakes: a later save of a set never reaches the disk before an earlier
//! one, and no save before the events it holds.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::file::TrashNote;
use crate::model::{
    AnnotationSet, Document, DocumentId, HistoryEvent, Journal, JournalEntry, Owner, Place, Problem, Report,
    Schema, SetKey, Severity, Target, Timestamp,
};
use crate::session::agreement::{Agreement, AgreementJob};
use crate::session::evaluate::{EvaluateJob, Evaluated};
use crate::session::gather::{GatherJob, Gathered};
use crate::session::import::{ImportJob, ImportOutcome};
use crate::session::log::{self, LogRow};
use crate::session::release::{FreezeJob, FreezeOutcome};
use crate::session::search::SearchJob;
use crate::session::trash::{TrashJob, TrashOutcome};
use crate::session::{
    AssignJob, AssignOutcome, CompareJob, ComparedSets, CorrectJob, Correction, Effect, ExportJob, Exported,
    FoundRuling, Look, Looked, Matches, Outline, PictureJob, PictureOutcome, PreMergeJob, PreMergeOutcome,
    Session, Surroundings, SyncJob, read_rulings,
};
use crate::store::{
    Access, Folder, Kept, LoadedSet, Repaired, Repairer, SetSummary, StoreError, Synced, Version, sample,
};
use crate::text::Text;

pub use crate::store::sample::temporary as temporary_sample;
pub use crate::store::{Storage, write_file};

/// Something to do away from the window.
#[derive(Debug)]
pub enum Job {
    /// Read an article and one owner's annotations on it.
    Load {
        /// Of this project.
        folder: Folder,
        /// Which article.
        id: DocumentId,
        /// Whose annotations.
        owner: Owner,
        /// What may be annotated.
        schema: Arc<Schema>,
    },
    /// Mend the file of one owner's annotations on an article, then do as [`Job::Load`].
    Repair {
        /// In this project.
        folder: Folder,
        /// On which article.
        id: DocumentId,
        /// Whose annotations.
        owner: Owner,
        /// What may be annotated.
        schema: Arc<Schema>,
        /// When, for the note in the trash.
        at: Timestamp,
    },
    /// Write an annotation set.
    Save {
        /// Into this project.
        folder: Folder,
        /// Which set.
        key: SetKey,
        /// Its article.
        document: Arc<Document>,
        /// What to write.
        set: Arc<AnnotationSet>,
        /// How often others' versions had been read by then.
        readings: u64,
        /// For the order of labels.
        schema: Arc<Schema>,
        /// Whose journal tells of what the set holds.
        journal: Owner,
        /// The newest event in the set, by its number there.
        number: u64,
        /// When that is, for the journal.
        at: Timestamp,
    },
    /// Write the schema into the project file.
    SaveSchema {
        /// Of this project.
        folder: Folder,
        /// What to write.
        schema: Arc<Schema>,
        /// Whose journal tells of it.
        journal: Owner,
        /// The newest event in the schema, by its number there.
        number: u64,
        /// When that is, for the journal and the trash.
        at: Timestamp,
        /// What changed it, for the trash.
        why: String,
    },
    /// Read sets of the whole project.
    Gather(GatherJob),
    /// Look into the trash, fill it, or take something out.
    Trash(TrashJob),
    /// Bring in what other programs wrote.
    Import(ImportJob),
    /// Give annotations to other programs.
    Export(ExportJob),
    /// Write a picture.
    Picture(PictureJob),
    /// Read what others have on an article.
    Compare(CompareJob),
    /// Fill gold in all articles.
    PreMerge(PreMergeJob),
    /// Measure how well annotators agree.
    Measure(AgreementJob),
    /// Hold predictions against gold.
    Evaluate(EvaluateJob),
    /// Give out articles, or find out how far everybody is.
    Assign(AssignJob),
    /// Make a release, or list those that there are.
    Freeze(FreezeJob),
    /// Read what was decided between annotators.
    ReadRulings {
        /// In this project.
        folder: Folder,
        /// About these articles.
        articles: Vec<DocumentId>,
    },
    /// Read what happened to an article.
    ReadLog {
        /// Of this project.
        folder: Folder,
        /// Which article.
        document: DocumentId,
        /// Whose journals.
        owners: Vec<Owner>,
    },
    /// Append to the journal.
    Record {
        /// Of this project.
        folder: Folder,
        /// Whose journal.
        owner: Owner,
        /// What happened, oldest first; nothing to try again what failed.
        entries: Vec<JournalEntry>,
        /// The number of the newest event.
        number: u64,
    },
    /// Write a corrected article.
    SaveArticle {
        /// Into this project.
        folder: Folder,
        /// What to write.
        document: Arc<Document>,
        /// SHA-256 of what may stand there.
        known: Vec<String>,
        /// Whose journal tells of the correction.
        journal: Owner,
        /// The newest event that the text holds, by its number there.
        number: u64,
        /// When that is, for the journal.
        at: Timestamp,
    },
    /// Read and prove what correcting a text takes.
    Correct(CorrectJob),
    /// Find out how far an owner's sets are.
    Summarise {
        /// Of this project.
        folder: Folder,
        /// Whose sets.
        owner: Owner,
        /// On which articles.
        articles: Vec<DocumentId>,
    },
    /// Search a text.
    Find(SearchJob),
    /// Read the sections of a text.
    Outline(Text),
    /// Look whether others changed something, and go on looking while there is nothing else to do.
    Look(Look),
    /// Put a version that somebody else wrote into the trash.
    Keep {
        /// Of this project.
        folder: Folder,
        /// Of which set.
        key: SetKey,
        /// The version.
        version: Box<Version>,
    },
    /// Share the project with the team.
    Sync(SyncJob),
    /// Read an owner's journal, to work as them.
    Switch {
        /// Of this project.
        folder: Folder,
        /// As whom.
        owner: Owner,
    },
}

/// Why an article could not be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadError {
    /// A sentence.
    pub message: String,
    /// True if the annotations are what is broken, so that [`Job::Repair`] may help.
    pub is_repairable: bool,
}

/// What came of a job.
#[derive(Debug)]
pub enum Outcome {
    /// Of [`Job::Load`] and [`Job::Repair`].
    Loaded {
        /// Which article.
        id: DocumentId,
        /// Whose annotations.
        owner: Owner,
        /// The article and its set, if there is one; or why not.
        result: Result<(Document, Option<LoadedSet>), LoadError>,
        /// What the readers met.
        report: Report,
    },
    /// Of [`Job::Save`].
    Saved {
        /// Which set.
        key: SetKey,
        /// The revision that was written.
        revision: u64,
        /// Why not.
        result: Result<(), StoreError>,
        /// What came of telling the journal: as of [`Job::Record`].
        journal: Option<(Owner, u64, Result<Kept, StoreError>)>,
    },
    /// Of [`Job::SaveArticle`].
    ArticleSaved {
        /// Which text.
        document: Arc<Document>,
        /// Why not.
        result: Result<(), StoreError>,
    },
    /// Of [`Job::Correct`].
    Corrected {
        /// What to do, or why it cannot be done.
        result: Result<Box<Correction>, String>,
    },
    /// Of [`Job::SaveSchema`].
    SchemaSaved {
        /// What was to be written.
        schema: Arc<Schema>,
        /// Why not.
        result: Result<(), StoreError>,
        /// What came of telling the journal: as of [`Job::Record`].
        journal: Option<(Owner, u64, Result<Kept, StoreError>)>,
    },
    /// Of [`Job::Gather`].
    Gathered(Gathered),
    /// Of [`Job::Trash`].
    Trash(TrashOutcome),
    /// Of [`Job::Import`].
    Import(ImportOutcome),
    /// Of [`Job::Export`].
    Exported(Result<Exported, String>),
    /// Of [`Job::Picture`].
    Picture(PictureOutcome),
    /// Of [`Job::Compare`].
    Compared(ComparedSets),
    /// Of [`Job::PreMerge`].
    PreMerged(PreMergeOutcome),
    /// Of [`Job::Assign`].
    Assigned(AssignOutcome),
    /// Of [`Job::Freeze`].
    Frozen(FreezeOutcome),
    /// Of [`Job::Evaluate`]; nothing if it was stopped.
    Evaluated(Option<Box<Evaluated>>),
    /// Of [`Job::Measure`]; nothing if it was stopped.
    Measured(Option<Box<Agreement>>),
    /// Of [`Job::ReadRulings`].
    Rulings(Vec<FoundRuling>),
    /// Of [`Job::ReadLog`].
    LogRead {
        /// Of which article.
        document: DocumentId,
        /// What happened to it, newest first.
        rows: Vec<LogRow>,
    },
    /// Of [`Job::Record`].
    Recorded {
        /// Whose journal.
        owner: Owner,
        /// The number of the newest event, if that is on a disk now with all before it.
        number: u64,
        /// On which disk, or why on none.
        result: Result<Kept, StoreError>,
    },
    /// Of [`Job::Summarise`].
    Summarised {
        /// Whose sets.
        owner: Owner,
        /// For each article that has a set.
        summaries: Vec<(DocumentId, SetSummary)>,
    },
    /// Of [`Job::Find`], unless it was stopped.
    Found {
        /// Which search.
        ticket: u64,
        /// What was found; nothing if it was stopped.
        matches: Option<Matches>,
    },
    /// Of [`Job::Outline`].
    Outlined {
        /// Of which text.
        text: Text,
        /// Its sections.
        outline: Outline,
    },
    /// Of [`Job::Switch`].
    Switched {
        /// As whom.
        owner: Owner,
        /// What can be undone, and what is in no file yet.
        journal: Journal,
        /// What this window may do.
        access: Access,
        /// What the reader met.
        report: Report,
    },
    /// Of [`Job::Look`]: what is new.
    Looked(Option<Looked>),
    /// Of [`Job::Sync`]: what came of it, or why not, in a sentence.
    Synced(Result<Synced, String>),
}

impl Job {
    /// Does it.
    pub fn run(self) -> Outcome {
        match self {
            Job::Load { folder, id, owner, schema } => {
                let mut report = Report::default();
                let result = load(&folder, &id, &owner, &schema, &mut report);
                Outcome::Loaded { id, owner, result, report }
            }
            Job::Repair { folder, id, owner, schema, at } => {
                let mut report = Report::default();
                let key = SetKey { document: id.clone(), owner: owner.clone() };
                let repairer = Repairer { by: owner.name().to_owned(), at, is_dry_run: false };
                let result = match folder.repair_one(&key, &schema, &repairer) {
                    Ok(repaired) => {
                        report_repair(repaired, &key, &mut report);
                        load(&folder, &id, &owner, &schema, &mut report)
                    }
                    Err(error) => Err(LoadError::new(&error)),
                };
                Outcome::Loaded { id, owner, result, report }
            }
            Job::Save { folder, key, document, set, readings, schema, journal, number, at } => {
                let revision = set.revision();
                let kept = folder.keep_outdated(&key, &journal, at);
                let write = || folder.write_snapshot(&key, &document, &set, &schema, readings);
                let written = kept.and_then(|()| write());
                if key.owner != journal {
                    // Theirs was needed for this file only.
                    folder.give_up_lock(&key.owner);
                }
                let (result, journal) = match written {
                    Ok(sha256) => {
                        let event = HistoryEvent::Saved { target: Target::Set(key.clone()), sha256 };
                        let entry = JournalEntry { number, at: Some(at), event };
                        let kept = folder.record(&journal, vec![entry]);
                        (Ok(()), Some((journal, number, kept)))
                    }
                    Err(error) => (Err(error), None),
                };
                Outcome::Saved { key, revision, result, journal }
            }
            Job::SaveArticle { folder, document, known, journal, number, at } => {
                let result = folder.write_article(&document, &known, &journal, at).map(|()| {
                    let target = Target::Article(document.id.clone());
                    let sha256 = document.source.file_sha256.clone();
                    let event = HistoryEvent::Saved { target, sha256 };
                    // Without this line the article is only looked at once more after a crash.
                    drop(folder.record(&journal, vec![JournalEntry { number, at: Some(at), event }]));
                });
                Outcome::ArticleSaved { document, result }
            }
            Job::Correct(job) => job.run(),
            Job::SaveSchema { folder, schema, journal, number, at, why } => {
                let note = TrashNote { at, by: journal.name().to_owned(), why, path: String::new() };
                let (result, journal) = match folder.write_schema(&schema, note) {
                    Ok(sha256) => {
                        let event = HistoryEvent::Saved { target: Target::Schema, sha256 };
                        let kept =
                            folder.record(&journal, vec![JournalEntry { number, at: Some(at), event }]);
                        (Ok(()), Some((journal, number, kept)))
                    }
                    Err(error) => (Err(error), None),
                };
                Outcome::SchemaSaved { schema, result, journal }
            }
            Job::Gather(gather) => Outcome::Gathered(gather.run()),
            Job::Trash(trash) => Outcome::Trash(trash.run()),
            Job::Import(import) => Outcome::Import(import.run()),
            Job::Export(export) => Outcome::Exported(export.run()),
            Job::Picture(picture) => Outcome::Picture(picture.run()),
            Job::Compare(compare) => Outcome::Compared(compare.run()),
            Job::PreMerge(merge) => Outcome::PreMerged(merge.run()),
            Job::Assign(job) => Outcome::Assigned(job.run()),
            Job::Freeze(job) => Outcome::Frozen(job.run()),
            Job::Evaluate(job) => Outcome::Evaluated(job.run().map(Box::new)),
            Job::Measure(job) => Outcome::Measured(job.run().map(Box::new)),
            Job::ReadRulings { folder, articles } => {
                Outcome::Rulings(read_rulings(&folder, &articles, &mut Report::default()))
            }
            Job::ReadLog { folder, document, owners } => {
                let rows = log::read(&folder, &owners, Some(&document), &mut Report::default());
                Outcome::LogRead { document, rows }
            }
            Job::Record { folder, owner, entries, number } => {
                let result = folder.record(&owner, entries);
                Outcome::Recorded { owner, number, result }
            }
            Job::Summarise { folder, owner, articles } => {
                let summary = |document: DocumentId| {
                    let key = SetKey { document, owner: owner.clone() };
                    folder.summary(&key).map(|summary| (key.document, summary))
                };
                let summaries = articles.into_iter().filter_map(summary).collect();
                Outcome::Summarised { owner, summaries }
            }
            Job::Find(search) => search.run(),
            Job::Outline(text) => Outcome::Outlined { outline: Outline::new(&text), text },
            Job::Switch { folder, owner } => {
                let mut report = Report::default();
                let journal = folder.open_journal(&owner, &mut report);
                let access = folder.look_at_lock(&owner, false);
                Outcome::Switched { owner, journal, access, report }
            }
            Job::Look(look) => Outcome::Looked(look.run()),
            Job::Sync(sync) => Outcome::Synced(sync.run()),
            Job::Keep { folder, key, version } => {
                // The merged set holds all that could be kept; this is for who wants to compare.
                drop(folder.keep(&key, &version));
                Outcome::Looked(None)
            }
        }
    }

    /// True if a later job makes this one needless: only the newest state of a set matters.
    fn is_superseded_by(&self, later: &Job) -> bool {
        match (self, later) {
            (Job::Save { key, .. }, Job::Save { key: later, .. }) => key == later,
            (Job::Find(_), Job::Find(_)) => true,
            (Job::Look(look), Job::Look(_)) => look.wish.is_none(),
            _ => false,
        }
    }

    /// True if it reads and writes nothing on disk, and so needs no place among the jobs that do.
    pub fn is_thought(&self) -> bool {
        matches!(self, Job::Find(_) | Job::Outline(_))
    }
}

/// Pauses before a set is read again that another program seems to be writing, in milliseconds.
const PAUSES: [u64; 4] = [20, 50, 100, 200];

fn load(
    folder: &Folder,
    id: &DocumentId,
    owner: &Owner,
    schema: &Schema,
    report: &mut Report,
) -> Result<(Document, Option<LoadedSet>), LoadError> {
    let document = folder.read_document(id, report).map_err(|error| LoadError::new(&error))?;
    let key = SetKey { document: id.clone(), owner: owner.clone() };
    let mut pauses = PAUSES.into_iter();
    loop {
        let mut met = Report::default();
        // The session takes it for known once it has it: it may hold a newer state by then, which
        // must not replace what only this job has seen.
        let result = folder.look_at_set(&key, &document, schema, &mut met);
        if matches!(result, Err(StoreError::File(_)))
            && folder.may_be_half_written(&key)
            && let Some(pause) = pauses.next()
        {
            std::thread::sleep(Duration::from_millis(pause));
            continue;
        }
        report.problems.extend(met.problems);
        return result.map(|set| (document, set)).map_err(|error| LoadError::new(&error));
    }
}

impl LoadError {
    fn new(error: &StoreError) -> LoadError {
        LoadError { message: error.to_string(), is_repairable: matches!(error, StoreError::File(_)) }
    }
}

/// What was wrong with a file is now only worth knowing.
fn report_repair(repaired: Option<Repaired>, key: &SetKey, report: &mut Report) {
    let Some(repaired) = repaired else { return };
    let (document, owner) = (Some(key.document.clone()), Some(key.owner.clone()));
    let place = Place { file: Some(repaired.file), document, owner, ..Place::default() };
    report.add(Severity::Note, place, "the file was repaired; as it was before, it lies in the trash");
    report
        .problems
        .extend(repaired.problems.into_iter().map(|it| Problem { severity: Severity::Note, ..it }));
}

/// The threads that do jobs. One writes journals and passes every other job on to the one that
/// reads and writes the rest, so that an event never waits for a long file before it, and a set is
/// never on the disk before the events in it. A third does what needs no disk, so that a long
/// search holds up neither, and a fourth waits for other machines.
#[derive(Debug)]
pub struct Worker {
    disk: Lane,
    thought: Lane,
    team: Lane,
    outcomes: Receiver<Outcome>,
}

impl Worker {
    /// Starts the threads; `wake` is called after each job, from its thread.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn start(wake: impl Fn() + Send + Clone + 'static) -> std::io::Result<Worker> {
        let (outbox, outcomes) = channel();
        let files = Lane::start("sorot-disk", outbox.clone(), wake.clone(), None)?;
        let disk = Lane::start("sorot-journal", outbox.clone(), wake.clone(), Some(files))?;
        let thought = Lane::start("sorot-thought", outbox.clone(), wake.clone(), None)?;
        let team = Lane::start("sorot-team", outbox, wake, None)?;
        Ok(Worker { disk, thought, team, outcomes })
    }

    /// Puts a job at the end of its queue. False if the thread is gone, which only a panic in it
    /// can bring about.
    pub fn give(&self, job: Job) -> bool {
        let lane = match &job {
            Job::Sync(_) => &self.team,
            job if job.is_thought() => &self.thought,
            _ => &self.disk,
        };
        lane.give(job)
    }

    /// What came of jobs since the last call.
    pub fn outcomes(&self) -> Vec<Outcome> {
        self.outcomes.try_iter().collect()
    }
}

impl Drop for Worker {
    /// Waits until every job on the disk given before is done, so that closing the window loses
    /// nothing.
    fn drop(&mut self) {
        self.disk.finish();
    }
}

/// A thread and the way to give it jobs.
#[derive(Debug)]
struct Lane {
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Lane {
    /// Starts a thread that does jobs, or only the urgent ones if there is a next lane for the
    /// others.
    fn start(
        name: &str,
        outbox: Sender<Outcome>,
        wake: impl Fn() + Send + 'static,
        next: Option<Lane>,
    ) -> std::io::Result<Lane> {
        let (jobs, inbox) = channel::<Job>();
        let work = move || {
            let mut watch = Watch { look: None, due: Instant::now() };
            while let Some(job) = watch.next_job(&inbox, &outbox, &wake) {
                let mut batch: VecDeque<Job> = std::iter::once(job).chain(inbox.try_iter()).collect();
                while let Some(job) = batch.pop_front() {
                    if batch.iter().any(|later| job.is_superseded_by(later)) {
                        continue;
                    }
                    match &next {
                        Some(next) if !matches!(job, Job::Record { .. }) => {
                            if !next.give(job) {
                                return;
                            }
                        }
                        _ => {
                            let outcome = match job {
                                Job::Look(look) => watch.begin(look),
                                job => job.run(),
                            };
                            if outbox.send(outcome).is_err() {
                                return;
                            }
                            wake();
                        }
                    }
                    batch.extend(inbox.try_iter());
                }
            }
            if let Some(mut next) = next {
                next.finish();
            }
        };
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(work)?;
        Ok(Lane { jobs: Some(jobs), thread: Some(thread) })
    }

    fn give(&self, job: Job) -> bool {
        self.jobs.as_ref().is_some_and(|jobs| jobs.send(job).is_ok())
    }

    /// Waits until all that was given is done.
    fn finish(&mut self) {
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take() {
            let _panic_was_printed = thread.join();
        }
    }
}

/// What a lane looks at again and again.
struct Watch {
    /// Nothing while the session takes in what is new; it looks again once it has.
    look: Option<Look>,
    due: Instant,
}

impl Watch {
    /// Looks, as a job asks for.
    fn begin(&mut self, mut look: Look) -> Outcome {
        look.is_due = self.due <= Instant::now();
        let looked = self.run(&look);
        self.look = looked.is_none().then(|| look.again());
        Outcome::Looked(looked)
    }

    fn run(&mut self, look: &Look) -> Option<Looked> {
        let next = Instant::now() + look.pause();
        self.due = if look.is_due { next } else { self.due.min(next) };
        look.run()
    }

    /// Waits for the next job, and looks whenever that is due: however much there is to do, whoever
    /// asks for the lock is heard.
    fn next_job(&mut self, inbox: &Receiver<Job>, outbox: &Sender<Outcome>, wake: impl Fn()) -> Option<Job> {
        let mut next = None;
        while let Some(look) = self.look.take() {
            let left = self.due.saturating_duration_since(Instant::now());
            if !left.is_zero() {
                let received = inbox.recv_timeout(left);
                self.look = Some(look);
                match received {
                    Ok(job) => return Some(job),
                    Err(RecvTimeoutError::Disconnected) => return None,
                    Err(RecvTimeoutError::Timeout) => continue,
                }
            }
            match self.run(&look) {
                Some(news) => {
                    outbox.send(Outcome::Looked(Some(news))).ok()?;
                    wake();
                }
                None => self.look = Some(look),
            }
            next = inbox.try_recv().ok();
            if next.is_some() {
                break;
            }
        }
        next.or_else(|| inbox.recv().ok())
    }
}

/// An open project with what to do next, or a sentence that says why it could not be opened.
pub type OpenResult = Result<(Session, Vec<Effect>), String>;

/// What to open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opening {
    /// A project folder or an article.
    Path(std::path::PathBuf),
    /// The person's own copy of the sample project, made if there is none yet.
    Sample,
}

/// Opens a project for one owner's work, and tells what to do next. `last_article` names the
/// article to begin with, given the project's folder.
///
/// # Errors
/// A sentence that says why nothing could be opened.
pub fn open_project(
    opening: Opening,
    owner: Owner,
    surroundings: Surroundings,
    last_article: impl FnOnce(&std::path::Path) -> Option<String>,
) -> OpenResult {
    let mut report = Report::default();
    let is_sample = opening == Opening::Sample;
    let path = match opening {
        Opening::Path(path) => path,
        Opening::Sample => sample::copy_for_user().map_err(|error| error.to_string())?,
    };
    let opened = Folder::open_on(surroundings.storage.clone(), &path, &mut report);
    let mut opened = opened.map_err(|error| match surroundings.storage.left_behind(&path) {
        Some(folder) => format!(
            "{error}; changes that could not be written there are safe in {}, and go home when it opens again",
            folder.display()
        ),
        None => error.to_string(),
    })?;
    if opened.first.is_none() {
        let last = last_article(opened.folder.root());
        let last = last
            .or_else(|| is_sample.then(|| sample::FIRST.to_owned()))
            .map(|id| DocumentId::new(id.as_str()));
        opened.first = last.filter(|id| opened.articles.contains(id));
    }
    let journal = opened.folder.open_journal(&owner, &mut report);
    let access = opened.folder.look_at_lock(&owner, false);
    Ok(Session::new(opened, owner, journal, access, report, surroundings))
}
