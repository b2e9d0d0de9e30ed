//! Annotated articles from other programs' files: read and shown first, then in with one step.
//!
//! Invariants:
//! - Nothing is written before somebody saw what would come in, or asked for it on the command line.
//! - An import makes sets and articles that were not there, and touches none that is. So it is one
//!   step of history that names its files, and undoing it moves them out again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::copy::{self, PlannedMerge};
use super::extract::{self, ExtractRequest};
use super::{Action, Effect, Job, Session, WindowAction, sentence};
use crate::file::{ImportNote, SourceRecord, carry_set, counted, portable_path};
use crate::format::{self, Article, Bundle, ImportOptions, Known, Texts};
use crate::model::{
    Document, DocumentId, Edit, HistoryEvent, JournalEntry, Owner, Place, Report, Schema, SetKey, Severity,
    Target, Timestamp,
};
use crate::store::{self, Folder, Kept, Placed, StoreError, read_files};
use crate::text::{Alignment, OffsetUnit, Span};

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
    /// Forget the preview, and stop what is under way.
    Cancel,
}

/// What somebody wants to bring in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportRequest {
    /// The id of the format.
    pub format: String,
    /// The file or folder.
    pub path: PathBuf,
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
    /// The articles with somebody's annotations, in the order of the files.
    pub articles: Vec<PlannedArticle>,
    /// The sets that are here and that another copy of the project has otherwise.
    pub merges: Vec<PlannedMerge>,
    /// What does not come in, or not as it was.
    pub report: Report,
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
    progress: Option<Arc<Progress>>,
}

impl ImportPlan {
    /// True if nothing would come in.
    pub fn is_empty(&self) -> bool {
        self.articles.is_empty() && self.merges.is_empty()
    }

    /// What Undo calls it.
    fn name(&self) -> String {
        format!("import {} from {}", self.summary(), self.request.format)
    }

    /// How many articles the project does not have yet.
    pub fn n_new_articles(&self) -> usize {
        let new = self.articles.iter().filter(|it| it.is_new);
        new.map(|it| &it.article.document.id).collect::<BTreeSet<_>>().len()
    }

    /// How many spans come in.
    pub fn n_spans(&self) -> usize {
        self.articles.iter().map(|it| it.article.set.annotations().len()).sum()
    }

    /// How many relations come in.
    pub fn n_relations(&self) -> usize {
        self.articles.iter().map(|it| it.article.set.relations().len()).sum()
    }

    /// What comes in, in a few words: `3 articles (2 of them new) with 12 spans and 2 relations`.
    pub fn summary(&self) -> String {
        let merged = counted(self.merges.len(), "changed set");
        if self.articles.is_empty() && !self.merges.is_empty() {
            return merged;
        }
        let documents: BTreeSet<_> = self.articles.iter().map(|it| &it.article.document.id).collect();
        let new = match self.n_new_articles() {
            0 => String::new(),
            n if n == documents.len() => " (new)".to_owned(),
            n => format!(" ({n} of them new)"),
        };
        if self.articles.iter().all(|it| it.article.set.is_blank()) {
            return counted(documents.len(), "article");
        }
        let merged = if self.merges.is_empty() { String::new() } else { format!(", and {merged}") };
        format!(
            "{}{new} with {} and {}{merged}",
            counted(documents.len(), "article"),
            counted(self.n_spans(), "span"),
            counted(self.n_relations(), "relation")
        )
    }
}

impl ImportJob {
    pub(super) fn run(self) -> ImportOutcome {
        let ImportJob { folder, schema, task, progress } = self;
        match task {
            Task::Plan { request, in_memory } => {
                ImportOutcome::Planned(plan(&folder, &schema, request, &in_memory))
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

/// Reads files, and finds for each article the one of the project that it is.
fn plan(
    folder: &Folder,
    schema: &Schema,
    request: ImportRequest,
    in_memory: &BTreeSet<SetKey>,
) -> Result<ImportPlan, String> {
    let format =
        format::find(&request.format).ok_or_else(|| format!("there is no format {}", request.format))?;
    let files = read_files(&request.path).map_err(|error| error.to_string())?;
    let mut report = Report::default();
    let texts = Texts::of(ProjectTexts(folder.clone()));
    let options = ImportOptions { owner: request.owner.clone(), unit: request.unit, texts };
    let read = format.import(&Bundle { files }, &options, schema, &mut report);
    let read = read.map_err(|error| error.to_string())?;
    let mut names = Names::new(folder);
    let mut articles: Vec<PlannedArticle> = Vec::with_capacity(read.len());
    let mut keys = BTreeSet::new();
    for article in read {
        let Some(planned) = names.find(article, &mut report)? else { continue };
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
            articles.push(planned);
            continue;
        };
        let place = place_of(&planned.article);
        report.add(Severity::Error, place, format!("not taken in, {reason}"));
    }
    report_unknown_labels(&articles, schema, &mut report);
    Ok(ImportPlan { request, articles, merges: Vec::new(), report })
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

fn place_of(article: &Article) -> Place {
    Place {
        document: Some(article.document.id.clone()),
        owner: Some(article.owner.clone()),
        ..Place::default()
    }
}

fn report_unknown_labels(articles: &[PlannedArticle], schema: &Schema, report: &mut Report) {
    let mut unknown: BTreeMap<&str, usize> = BTreeMap::new();
    for annotation in articles.iter().flat_map(|it| it.article.set.annotations()) {
        *unknown.entry(&annotation.label).or_default() += 1;
    }
    unknown.retain(|label, _| schema.label(label).is_none());
    for (label, n) in unknown {
        let message = format!("the schema has no label {label}, which {} carry", counted(n, "span"));
        report.add(Severity::Note, Place::default(), message);
    }
}

/// What articles are called.
pub(super) struct Names<'a> {
    folder: &'a Folder,
    /// What stands before the names of new articles.
    prefix: &'static str,
    /// The project's articles by their path and by their name alone; nothing where several have it.
    known: BTreeMap<String, Option<DocumentId>>,
    /// Paths in lower case: some systems take such names for the same.
    taken: BTreeSet<String>,
    /// The names that articles got, by those in the files and the hashes of their texts.
    given: BTreeMap<(String, String), (Arc<Document>, bool)>,
}

impl<'a> Names<'a> {
    pub(super) fn new(folder: &'a Folder) -> Names<'a> {
        let mut known: BTreeMap<String, Option<DocumentId>> = BTreeMap::new();
        let mut taken = BTreeSet::new();
        for id in folder.articles() {
            taken.insert(id.as_str().to_lowercase());
            let stem = stem(id.as_str());
            let is_same = |it: &mut Option<DocumentId>| *it = it.take().filter(|it| it == id);
            known.entry(stem).and_modify(is_same).or_insert_with(|| Some(id.clone()));
        }
        // In a bare folder, one called so would hide the articles beside it.
        let is_bare = folder.is_implicit() && taken.iter().any(|it| !it.starts_with("articles/"));
        let prefix = if is_bare { "" } else { "articles/" };
        Names { folder, prefix, known, taken, given: BTreeMap::new() }
    }

    /// The article under its name in the project; nothing, and a problem, if that cannot be read.
    fn find(&mut self, article: Article, report: &mut Report) -> Result<Option<PlannedArticle>, String> {
        let incoming = &article.document;
        let given = (incoming.id.to_string(), incoming.source.text_sha256.clone());
        if let Some((document, is_new)) = self.given.get(&given).cloned() {
            return Ok(Some(moved(article, document, is_new, report)));
        }
        let (document, is_new) = match self.known_document(&article, report) {
            Ok(Some(document)) => (Arc::new(document), false),
            Ok(None) => {
                let id = self.new_name(incoming.id.as_str());
                (Arc::new(Document { id, ..Document::clone(incoming) }), true)
            }
            Err(error) => {
                report.add(Severity::Error, place_of(&article), format!("not taken in, {error}"));
                return Ok(None);
            }
        };
        self.given.insert(given, (Arc::clone(&document), is_new));
        Ok(Some(moved(article, document, is_new, report)))
    }

    /// The project's article of the same path, or else of the same name and text.
    fn known_document(&self, article: &Article, report: &mut Report) -> Result<Option<Document>, StoreError> {
        let id = article.document.id.as_str();
        let paths = [id.to_owned(), format!("articles/{id}")].map(DocumentId::new);
        if let Some(id) = paths.iter().find(|it| self.folder.articles().contains(it)) {
            return self.folder.read_document(id, report).map(Some);
        }
        let Some(Some(id)) = self.known.get(&stem(id)) else { return Ok(None) };
        let document = self.folder.read_document(id, &mut Report::default())?;
        Ok(Some(document).filter(|it| it.text == article.document.text))
    }

    /// A path for a new article that every system takes and none has, nor annotations of one that is
    /// gone.
    pub(super) fn new_name(&mut self, id: &str) -> DocumentId {
        let path = portable_path(id.strip_prefix("articles/").unwrap_or(id));
        let name = path.strip_suffix(".txt").unwrap_or(&path);
        let mut n = 1;
        let mut path = self.path(name);
        // A file may be there that is no article of the project.
        while !self.taken.insert(path.to_lowercase())
            || self.folder.has_file(&path)
            || self.folder.is_annotated(&DocumentId::new(path.as_str()))
        {
            n += 1;
            path = self.path(&format!("{name}-{n}"));
        }
        DocumentId::new(path)
    }

    /// The path of a new article of that name.
    pub(super) fn path(&self, name: &str) -> String {
        format!("{}{name}.txt", self.prefix)
    }
}

/// An article's name without folders and ending.
fn stem(id: &str) -> String {
    let name = id.rsplit('/').next().unwrap_or(id);
    name.strip_suffix(".txt").unwrap_or(name).to_owned()
}

/// The annotations on the project's article. Where that has another text they are taken along to
/// where their text stands now, and what becomes of them is reported.
fn moved(article: Article, document: Arc<Document>, is_new: bool, report: &mut Report) -> PlannedArticle {
    let set = if article.document.text == document.text {
        Arc::clone(&article.set)
    } else {
        let (old, new) = (&article.document.text, &document.text);
        let alignment = Alignment::new(old, new);
        let (set, drift) = carry_set(&article.set, old, new, |span: &Span| alignment.carry(span));
        let place = place_of(&Article { document: Arc::clone(&document), ..article.clone() });
        drift.report(&set, new, &place, report);
        Arc::new(set)
    };
    PlannedArticle { article: Article { owner: article.owner, document, set }, is_new, source: None }
}

/// Writes all of it to the disk, beside the project's files.
fn stage(
    folder: &Folder,
    schema: &Schema,
    plan: &ImportPlan,
    at: Timestamp,
    by: &Owner,
    progress: &Progress,
) -> Result<String, String> {
    let message = |error: StoreError| error.to_string();
    let from = format!("{} {}", plan.request.format, plan.request.path.display());
    let note = ImportNote { at, by: by.name().to_owned(), from, files: Vec::new() };
    let mut staging = folder.stage(note).map_err(message)?;
    let mut written = BTreeSet::new();
    let mut pieces = Vec::new();
    for PlannedArticle { article, is_new, source } in &plan.articles {
        let Article { owner, document, set } = article;
        if *is_new && written.insert(&document.id) {
            pieces.push(store::Piece::Article(document));
            pieces.extend(source.as_ref().map(|it| store::Piece::Source(&document.id, it)));
        }
        if !set.is_blank() {
            pieces.push(store::Piece::Set(owner, document, set));
        }
    }
    progress.begin(pieces.len());
    if !staging.add(&pieces, schema, || progress.step()).map_err(message)? {
        return Err("it was stopped".to_owned());
    }
    staging.finish().map_err(message)
}

impl Session {
    /// What would come in, or why nothing can, if that was asked for.
    pub fn import_plan(&self) -> Option<Result<&Arc<ImportPlan>, &str>> {
        self.import_work.plan.as_ref().map(|plan| plan.as_ref().map_err(String::as_str))
    }

    /// How far the import is that is under way.
    pub fn import_progress(&self) -> Option<&Arc<Progress>> {
        self.import_work.progress.as_ref()
    }

    pub(super) fn import_action(&mut self, action: ImportAction) -> Result<(), crate::model::EditError> {
        match action {
            ImportAction::Preview(request) => {
                self.import_work = ImportWork::default();
                let sets = self.project.sets().filter(|(_, set)| !set.is_blank());
                let in_memory = sets.map(|(key, _)| key.clone()).collect();
                self.start_import(Task::Plan { request, in_memory });
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
                    let task = Task::Stage { plan, at: self.now(), by: self.owner.clone() };
                    self.start_import(task);
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
                self.import_work = ImportWork { plan: Some(plan.map(Arc::new)), progress: None };
            }
            ImportOutcome::Staged(plan, staged) => {
                self.import_work = ImportWork::default();
                let result = staged.and_then(|id| {
                    let mut edits = self.edits_of_copy(&plan);
                    edits.push(Edit::Import { id, before: false, after: true });
                    self.commit(plan.name(), edits).map_err(|error| error.to_string())
                });
                if let Err(error) = result {
                    self.notify(format!("Nothing was imported: {error}"));
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
