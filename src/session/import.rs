//! Annotated articles from other programs' files: read and shown first, then in with one step.
//!
//! Invariants:
//! - Nothing is written before somebody saw what would come in, or asked for it on the command line.
//! - Of many articles only the first are kept to be shown; they are read again when they come in.
//! - An import makes sets and articles that were not there, and touches none that is. So it is one
//!   step of history that names its files, and undoing it moves them out again.

mod names;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;

pub(super) use names::Names;
use names::place_of;

use super::copy::{self, PlannedMerge};
use super::extract::{self, ExtractRequest};
use super::{Action, Effect, Job, Session, WindowAction, sentence};
use crate::file::{ImportNote, SourceRecord, counted};
use crate::format::{self, Article, Bundle, ImportOptions, Known, Texts};
use crate::model::{
    Document, DocumentId, Edit, HistoryEvent, JournalEntry, Owner, Place, Report, Schema, SetKey, Severity,
    Target, Timestamp,
};
use crate::store::{self, Folder, Kept, Placed, Staging, StoreError, list_files, read_files, read_lines};
use crate::text::OffsetUnit;

/// Brings in what other programs wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportAction {
    /// Read files, and find out what would come in.
    Preview(ImportRequest),
    /// Read articles out of files, and find out what would come in.
    PreviewArticles(ExtractRequest),
    /// Find out what another copy of the project has.
    PreviewCopy(PathBuf),
    /// Bring in what the last preview shows.
    Import,
    /// Bring in what files hold, without looking first.
    ImportAtOnce(ImportRequest),
    /// Forget the preview, and stop what is under way.
    Cancel,
}

/// What somebody wants to bring in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportRequest {
    /// The id of the format.
    pub format: String,
    /// The file or folder; several where they were dropped together.
    pub paths: Vec<PathBuf>,
    /// Whose annotations they become; nothing if the files say so.
    pub owner: Option<Owner>,
    /// What offsets count, where that is not what the format says.
    pub unit: Option<OffsetUnit>,
}

/// What would come in.
#[derive(Clone, Debug)]
pub struct ImportPlan {
    /// What was asked for.
    pub request: ImportRequest,
    /// The articles with somebody's annotations, in the order of the files; of many, the first.
    pub articles: Vec<PlannedArticle>,
    /// How many there are of what.
    pub tally: Tally,
    /// The sets that are here and that another copy of the project has otherwise.
    pub merges: Vec<PlannedMerge>,
    /// What does not come in, or not as it was.
    pub report: Report,
}

/// What comes in, counted.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Articles with annotations of each annotator.
    pub by_owner: BTreeMap<Owner, usize>,
    /// Articles, each counted once.
    pub n_articles: usize,
    /// How many of them the project does not have yet.
    pub n_new: usize,
    /// Sets that are not blank.
    pub n_sets: usize,
    /// Spans.
    pub n_spans: usize,
    /// Relations.
    pub n_relations: usize,
    known: BTreeSet<DocumentId>,
}

impl Tally {
    /// What is counted of all of these.
    pub(super) fn of(articles: &[PlannedArticle]) -> Tally {
        let mut tally = Tally::default();
        articles.iter().for_each(|it| tally.add(it));
        tally
    }

    fn add(&mut self, planned: &PlannedArticle) {
        let Article { owner, document, set } = &planned.article;
        *self.by_owner.entry(owner.clone()).or_default() += 1;
        if self.known.insert(document.id.clone()) {
            self.n_articles += 1;
            self.n_new += usize::from(planned.is_new);
        }
        self.n_sets += usize::from(!set.is_blank());
        self.n_spans += set.annotations().len();
        self.n_relations += set.relations().len();
    }

    fn n_planned(&self) -> usize {
        self.by_owner.values().sum()
    }
}

/// An article that would come in.
#[derive(Clone, Debug)]
pub struct PlannedArticle {
    /// The article under the name that it has in the project, and the annotations on its text.
    pub article: Article,
    /// True if the project does not have the article.
    pub is_new: bool,
    /// Where the article comes from, if it was taken out of another file.
    pub source: Option<SourceRecord>,
}

/// How far work is that takes long, and whether it shall go on.
#[derive(Debug, Default)]
pub struct Progress {
    done: AtomicUsize,
    total: AtomicUsize,
    is_stopped: AtomicBool,
}

impl Progress {
    /// How much is done, and how much there is to do; nothing before that is known.
    pub fn at(&self) -> Option<(usize, usize)> {
        let total = self.total.load(Ordering::Relaxed);
        (total > 0).then(|| (self.done.load(Ordering::Relaxed), total))
    }

    /// Asks the work to end; what it did is taken back.
    pub fn stop(&self) {
        self.is_stopped.store(true, Ordering::Relaxed);
    }

    pub(super) fn begin(&self, total: usize) {
        self.total.store(total, Ordering::Relaxed);
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.is_stopped.load(Ordering::Relaxed)
    }

    /// Says how many are done; false if the work shall end.
    pub(super) fn reach(&self, n: usize) -> bool {
        self.done.store(n, Ordering::Relaxed);
        !self.is_stopped()
    }

    /// Says that one more is done; false if the work shall end.
    pub(super) fn step(&self) -> bool {
        self.done.fetch_add(1, Ordering::Relaxed);
        !self.is_stopped()
    }
}

/// How many articles are kept between looking and importing. More are read twice.
const KEPT: usize = 1_000;

/// Work on an import.
#[derive(Debug)]
pub struct ImportJob {
    folder: Folder,
    schema: Arc<Schema>,
    task: Task,
    progress: Arc<Progress>,
}

#[derive(Debug)]
enum Task {
    Plan { request: ImportRequest, in_memory: BTreeSet<SetKey> },
    Extract { request: ExtractRequest, owner: Owner },
    Copy { path: PathBuf, by: Owner },
    Stage { plan: Arc<ImportPlan>, at: Timestamp, by: Owner },
    AtOnce { request: ImportRequest, in_memory: BTreeSet<SetKey>, at: Timestamp, by: Owner },
    Place { id: String, is_in: bool, journal: Owner, number: u64, at: Timestamp },
}

/// What came of it.
#[derive(Debug)]
pub enum ImportOutcome {
    /// What would come in, or why nothing can.
    Planned(Result<ImportPlan, String>),
    /// All of it is on the disk, under this name; or why not.
    Staged(Arc<ImportPlan>, Result<String, String>),
    /// Its files were moved.
    Placed {
        /// Which import.
        id: String,
        /// True if they went to their places.
        is_in: bool,
        /// How many, or why none.
        result: Result<Placed, StoreError>,
        /// What came of telling the journal.
        journal: Option<(Owner, u64, Result<Kept, StoreError>)>,
    },
}

/// What a session knows of imports.
#[derive(Debug, Default)]
pub(super) struct ImportWork {
    plan: Option<Result<Arc<ImportPlan>, String>>,
    /// What came in last.
    imported: Option<Arc<ImportPlan>>,
    progress: Option<Arc<Progress>>,
}

impl ImportPlan {
    /// True if nothing would come in.
    pub fn is_empty(&self) -> bool {
        self.tally.n_planned() == 0 && self.merges.is_empty()
    }

    /// What Undo calls it.
    fn name(&self) -> String {
        format!("import {} from {}", self.summary(), self.request.format)
    }

    /// How many files come in, but for records of where articles are from.
    fn n_files(&self) -> usize {
        self.tally.n_new + self.tally.n_sets
    }

    /// True if every article is kept.
    fn is_whole(&self) -> bool {
        self.articles.len() == self.tally.n_planned()
    }

    /// What comes in, in a few words: `3 articles (2 of them new) with 12 spans and 2 relations`.
    pub fn summary(&self) -> String {
        let merged = counted(self.merges.len(), "changed set");
        if self.tally.n_planned() == 0 && !self.merges.is_empty() {
            return merged;
        }
        let tally = &self.tally;
        let new = match tally.n_new {
            0 => String::new(),
            n if n == tally.n_articles => " (new)".to_owned(),
            n => format!(" ({n} of them new)"),
        };
        if tally.n_sets == 0 {
            return counted(tally.n_articles, "article");
        }
        let merged = if self.merges.is_empty() { String::new() } else { format!(", and {merged}") };
        format!(
            "{}{new} with {} and {}{merged}",
            counted(tally.n_articles, "article"),
            counted(tally.n_spans, "span"),
            counted(tally.n_relations, "relation")
        )
    }
}

impl ImportJob {
    pub(super) fn run(self) -> ImportOutcome {
        let ImportJob { folder, schema, task, progress } = self;
        match task {
            Task::Plan { request, in_memory } => {
                ImportOutcome::Planned(plan(&folder, &schema, request, &in_memory, &progress))
            }
            Task::AtOnce { request, in_memory, at, by } => {
                at_once(&folder, &schema, request, &in_memory, at, &by, &progress)
            }
            Task::Extract { request, owner } => {
                ImportOutcome::Planned(extract::plan(&folder, request, &owner, &progress))
            }
            Task::Copy { path, by } => ImportOutcome::Planned(copy::plan(&folder, &schema, &path, &by)),
            Task::Stage { plan, at, by } => {
                let result = stage(&folder, &schema, &plan, at, &by, &progress);
                ImportOutcome::Staged(plan, result)
            }
            Task::Place { id, is_in, journal, number, at } => {
                let result = folder.place_import(&id, is_in, &journal);
                let journal = result.is_ok().then(|| {
                    let event =
                        HistoryEvent::Saved { target: Target::Import(id.clone()), sha256: String::new() };
                    let kept = folder.record(&journal, vec![JournalEntry { number, at: Some(at), event }]);
                    // The project is opened anew, by what is another window to the lock.
                    folder.give_up_lock(&journal);
                    (journal, number, kept)
                });
                ImportOutcome::Placed { id, is_in, result, journal }
            }
        }
    }
}

/// Finds out what would come in.
fn plan(
    folder: &Folder,
    schema: &Schema,
    request: ImportRequest,
    in_memory: &BTreeSet<SetKey>,
    progress: &Progress,
) -> Result<ImportPlan, String> {
    let mut kept: Vec<PlannedArticle> = Vec::new();
    let mut plan = read(folder, schema, request, in_memory, &mut |portion| {
        let n_free = KEPT.saturating_sub(kept.len());
        kept.extend(portion.into_iter().take(n_free));
        !progress.is_stopped()
    })?;
    if progress.is_stopped() {
        return Err("it was stopped".to_owned());
    }
    plan.articles = kept;
    Ok(plan)
}

/// Reads files, and writes what is in them beside the project's files at the same time.
fn at_once(
    folder: &Folder,
    schema: &Schema,
    request: ImportRequest,
    in_memory: &BTreeSet<SetKey>,
    at: Timestamp,
    by: &Owner,
    progress: &Progress,
) -> ImportOutcome {
    let mut stager = Stager::new(folder, schema, &request, at, by, progress);
    let read = thread::scope(|scope| {
        let (sender, portions) = mpsc::sync_channel::<Vec<PlannedArticle>>(1);
        let reading = scope.spawn(move || {
            read(folder, schema, request, in_memory, &mut |portion| sender.send(portion).is_ok())
        });
        let staged = portions.into_iter().try_for_each(|portion| stager.add(&portion));
        // An error of the files comes before one of the disk: it may be its reason.
        let plan = reading.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        staged.map(|()| plan)
    });
    match read.map(Arc::new) {
        Err(message) => ImportOutcome::Planned(Err(message)),
        Ok(plan) if plan.tally.n_planned() == 0 => ImportOutcome::Planned(Ok(ImportPlan::clone(&plan))),
        Ok(plan) => ImportOutcome::Staged(plan, stager.finish()),
    }
}

/// Reads files, finds for each article the one of the project that it is, and hands over what comes
/// in a portion at a time, until that is wanted no more. The plan has none of the articles.
fn read(
    folder: &Folder,
    schema: &Schema,
    request: ImportRequest,
    in_memory: &BTreeSet<SetKey>,
    take: &mut dyn FnMut(Vec<PlannedArticle>) -> bool,
) -> Result<ImportPlan, String> {
    let format =
        format::find(&request.format).ok_or_else(|| format!("there is no format {}", request.format))?;
    let mut report = Report::default();
    let texts = Texts::of(ProjectTexts(folder.clone()));
    let mut options =
        ImportOptions { owner: request.owner.clone(), unit: request.unit, texts, ..ImportOptions::default() };
    let mut names = Names::new(folder);
    let mut tally = Tally::default();
    let mut unknown: BTreeMap<String, usize> = BTreeMap::new();
    let mut keys = BTreeSet::new();
    let mut refused = None;
    let is_wanted = Cell::new(true);
    let mut found_in = |portion: Vec<Article>, report: &mut Report| {
        let mut found = Vec::with_capacity(portion.len());
        for article in portion {
            let planned = match names.find(article, report) {
                Ok(Some(planned)) => planned,
                Ok(None) => continue,
                Err(error) => {
                    refused = Some(error);
                    is_wanted.set(false);
                    return false;
                }
            };
            let key = planned.article.key();
            if planned.article.set.is_blank() && !planned.is_new {
                continue;
            }
            let reason = if folder.has_set(&key) || in_memory.contains(&key) {
                format!("the project has annotations of {} on this article", key.owner)
            } else if keys.contains(&key) {
                format!("annotations of {} on this article came in already", key.owner)
            } else {
                keys.insert(key);
                tally.add(&planned);
                count_unknown(&planned.article, schema, &mut unknown);
                found.push(planned);
                continue;
            };
            let place = place_of(&planned.article);
            report.add(Severity::Error, place, format!("not taken in, {reason}"));
        }
        is_wanted.set(take(found));
        is_wanted.get()
    };
    let refuse = |error: StoreError| error.to_string();
    if format.capabilities().line_by_line {
        for (name, path) in of_all(&request.paths, list_files).map_err(refuse)? {
            options.n_lines_before = 0;
            let mut pieces = read_lines(&path).map_err(refuse)?;
            while let Some(piece) = pieces.next_piece().map_err(refuse)?.filter(|_| is_wanted.get()) {
                let n_lines = piece.iter().filter(|it| **it == b'\n').count();
                let files = Bundle { files: vec![(name.clone(), piece)] };
                let read = format.read(&files, &options, schema, &mut report, &mut found_in);
                read.map_err(|error| error.to_string())?;
                options.n_lines_before += n_lines;
            }
        }
    } else {
        let files = Bundle { files: of_all(&request.paths, read_files).map_err(refuse)? };
        let read = format.read(&files, &options, schema, &mut report, &mut found_in);
        read.map_err(|error| error.to_string())?;
    }
    if let Some(error) = refused {
        return Err(error);
    }
    for (label, n) in unknown {
        let message = format!("the schema has no label {label}, which {} carry", counted(n, "span"));
        report.add(Severity::Note, Place::default(), message);
    }
    Ok(ImportPlan { request, articles: Vec::new(), tally, merges: Vec::new(), report })
}

/// What each of some files and folders gives, by its path there; where there are several, the paths
/// begin with the names of the folders, which may be those of annotators.
fn of_all<T>(
    paths: &[PathBuf],
    list: impl Fn(&Path) -> Result<Vec<(String, T)>, StoreError>,
) -> Result<Vec<(String, T)>, StoreError> {
    let mut all = Vec::new();
    for path in paths {
        let folder = path.file_name().filter(|_| paths.len() > 1 && path.is_dir());
        let below = folder.map(|it| format!("{}/", it.to_string_lossy())).unwrap_or_default();
        all.extend(list(path)?.into_iter().map(|(name, of)| (format!("{below}{name}"), of)));
    }
    Ok(all)
}

/// The articles of a project. One that cannot be read is not there for an import; opening the
/// project tells of it.
struct ProjectTexts(Folder);

impl Known for ProjectTexts {
    fn paths(&self) -> Vec<String> {
        self.0.articles().iter().map(ToString::to_string).collect()
    }

    fn document(&self, path: &str) -> Option<Arc<Document>> {
        let id = DocumentId::new(path);
        let is_there = self.0.articles().contains(&id);
        is_there.then(|| self.0.read_document(&id, &mut Report::default()).ok().map(Arc::new))?
    }
}

fn count_unknown(article: &Article, schema: &Schema, unknown: &mut BTreeMap<String, usize>) {
    for annotation in article.set.annotations().filter(|it| schema.label(&it.label).is_none()) {
        *unknown.entry(annotation.label.clone()).or_default() += 1;
    }
}

/// Writes articles to the disk, beside the project's files.
struct Stager<'a> {
    folder: &'a Folder,
    schema: &'a Schema,
    note: ImportNote,
    progress: &'a Progress,
    /// Nothing before there is an article.
    staging: Option<Staging>,
    /// The new articles that were written.
    written: BTreeSet<DocumentId>,
}

impl<'a> Stager<'a> {
    fn new(
        folder: &'a Folder,
        schema: &'a Schema,
        request: &ImportRequest,
        at: Timestamp,
        by: &Owner,
        progress: &'a Progress,
    ) -> Stager<'a> {
        let paths: Vec<String> = request.paths.iter().map(|it| it.display().to_string()).collect();
        let from = format!("{} {}", request.format, paths.join(", "));
        let note = ImportNote { at, by: by.name().to_owned(), from, files: Vec::new() };
        Stager { folder, schema, note, progress, staging: None, written: BTreeSet::new() }
    }

    fn add(&mut self, articles: &[PlannedArticle]) -> Result<(), String> {
        let message = |error: StoreError| error.to_string();
        if articles.is_empty() {
            return Ok(());
        }
        let staging = match &mut self.staging {
            Some(staging) => staging,
            None => self.staging.insert(self.folder.stage(self.note.clone()).map_err(message)?),
        };
        let mut pieces = Vec::new();
        for PlannedArticle { article, is_new, source } in articles {
            let Article { owner, document, set } = article;
            if *is_new && self.written.insert(document.id.clone()) {
                pieces.push(store::Piece::Article(document));
                pieces.extend(source.as_ref().map(|it| store::Piece::Source(&document.id, it)));
            }
            if !set.is_blank() {
                pieces.push(store::Piece::Set(owner, document, set));
            }
        }
        let is_whole = staging.add(&pieces, self.schema, || self.progress.step()).map_err(message)?;
        if is_whole { Ok(()) } else { Err("it was stopped".to_owned()) }
    }

    fn finish(self) -> Result<String, String> {
        let staging = self.staging.ok_or("there is nothing to import")?;
        staging.finish().map_err(|error| error.to_string())
    }
}

/// Writes all that a plan has.
fn stage(
    folder: &Folder,
    schema: &Schema,
    plan: &ImportPlan,
    at: Timestamp,
    by: &Owner,
    progress: &Progress,
) -> Result<String, String> {
    progress.begin(plan.n_files());
    let mut stager = Stager::new(folder, schema, &plan.request, at, by, progress);
    stager.add(&plan.articles)?;
    stager.finish()
}

impl Session {
    /// What would come in, or why nothing can, if that was asked for.
    pub fn import_plan(&self) -> Option<Result<&Arc<ImportPlan>, &str>> {
        self.import_work.plan.as_ref().map(|plan| plan.as_ref().map_err(String::as_str))
    }

    /// What came in last, unless something else was asked for since.
    pub fn imported(&self) -> Option<&Arc<ImportPlan>> {
        self.import_work.imported.as_ref()
    }

    /// How far the import is that is under way.
    pub fn import_progress(&self) -> Option<&Arc<Progress>> {
        self.import_work.progress.as_ref()
    }

    pub(super) fn import_action(&mut self, action: ImportAction) -> Result<(), crate::model::EditError> {
        match action {
            ImportAction::Preview(request) => {
                self.import_work = ImportWork::default();
                self.start_import(Task::Plan { request, in_memory: self.sets_in_memory() });
            }
            ImportAction::ImportAtOnce(request) => {
                self.check_access()?;
                self.import_work = ImportWork::default();
                self.import_at_once(request, 0);
            }
            ImportAction::PreviewArticles(request) => {
                self.import_work = ImportWork::default();
                self.start_import(Task::Extract { request, owner: self.owner.clone() });
            }
            ImportAction::PreviewCopy(path) => {
                self.import_work = ImportWork::default();
                self.start_import(Task::Copy { path, by: self.owner.clone() });
            }
            ImportAction::Import => {
                self.check_access()?;
                if let Some(Ok(plan)) = &self.import_work.plan {
                    let plan = Arc::clone(plan);
                    if plan.articles.is_empty() {
                        // There is no file to stage.
                        self.import_work = ImportWork::default();
                        let edits = self.edits_of_copy(&plan);
                        self.commit(plan.name(), edits)?;
                        self.say_copied(&plan);
                        return Ok(());
                    }
                    if plan.is_whole() {
                        self.start_import(Task::Stage { plan, at: self.now(), by: self.owner.clone() });
                    } else {
                        self.import_at_once(plan.request.clone(), plan.n_files());
                    }
                }
            }
            ImportAction::Cancel => {
                if let Some(progress) = std::mem::take(&mut self.import_work).progress {
                    progress.stop();
                }
            }
        }
        Ok(())
    }

    /// Starts an import of that many files; 0 if that is not known.
    fn import_at_once(&mut self, request: ImportRequest, n_files: usize) {
        let in_memory = self.sets_in_memory();
        self.start_import(Task::AtOnce { request, in_memory, at: self.now(), by: self.owner.clone() });
        if let Some(progress) = &self.import_work.progress {
            progress.begin(n_files);
        }
    }

    fn sets_in_memory(&self) -> BTreeSet<SetKey> {
        self.project.sets().filter(|(_, set)| !set.is_blank()).map(|(key, _)| key.clone()).collect()
    }

    fn start_import(&mut self, task: Task) {
        let progress = Arc::new(Progress::default());
        self.import_work.progress = Some(Arc::clone(&progress));
        self.push_import(task, progress);
    }

    fn push_import(&mut self, task: Task, progress: Arc<Progress>) {
        self.effects.push(Effect::Start(Job::Import(ImportJob {
            folder: self.folder.clone(),
            schema: Arc::clone(self.project.schema()),
            task,
            progress,
        })));
    }

    /// Sends for the files of an import that an event brings in or out.
    pub(super) fn place_import(&mut self, id: &str, is_in: bool) {
        self.saving.imports.insert(id.to_owned(), is_in);
        let task = Task::Place {
            id: id.to_owned(),
            is_in,
            journal: self.owner.clone(),
            number: self.saving.last,
            at: self.now(),
        };
        self.push_import(task, Arc::default());
    }

    pub(super) fn import_done(&mut self, outcome: ImportOutcome) {
        match outcome {
            ImportOutcome::Planned(plan) => {
                self.import_work = ImportWork { plan: Some(plan.map(Arc::new)), ..ImportWork::default() };
            }
            ImportOutcome::Staged(plan, staged) => {
                self.import_work = ImportWork::default();
                let result = staged.and_then(|id| {
                    let mut edits = self.edits_of_copy(&plan);
                    edits.push(Edit::Import { id, before: false, after: true });
                    self.commit(plan.name(), edits).map_err(|error| error.to_string())
                });
                match result {
                    Ok(()) => self.import_work.imported = Some(plan),
                    Err(error) => self.notify(format!("Nothing was imported: {error}")),
                }
            }
            ImportOutcome::Placed { id, is_in, result, journal } => {
                self.import_placed(&id, is_in, result);
                if let Some((owner, number, kept)) = journal {
                    self.recorded(&owner, number, kept);
                }
            }
        }
    }

    fn import_placed(&mut self, id: &str, is_in: bool, result: Result<Placed, StoreError>) {
        match result {
            Ok(placed) => {
                if self.saving.imports.get(id) == Some(&is_in) {
                    self.saving.imports.remove(id);
                    self.saving.import_failure = None;
                }
                let n = placed.n_files;
                self.succeeded();
                // Articles came or went, and sets that are in memory may be no more.
                self.effects.push(Effect::Window(WindowAction::Open(self.folder.root().to_owned())));
                match (placed.left.split_first(), is_in) {
                    (None, true) => {
                        self.notify(format!("{} came in; Undo takes them out", counted(n, "file")))
                    }
                    (None, false) => self.notify(format!("{} went out again", counted(n, "file"))),
                    (Some((first, others)), _) => {
                        self.notify(sentence(&format!("{first} (and {} more)", others.len())));
                    }
                }
            }
            Err(error) => {
                let is_new = self.saving.import_failure.replace(error.why_not_saved()).is_none();
                self.failed(&error, is_new);
            }
        }
    }
}

impl From<ImportAction> for Action {
    fn from(action: ImportAction) -> Action {
        Action::Import(action)
    }
}
