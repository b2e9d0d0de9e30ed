//! The project folder on disk: the only part of the core that knows of one.
//!
//! Invariants:
//! - Articles are written to only when somebody corrects their text, and nothing outside the project folder is read or written.
//! - A file is complete or as it was; one that could not be read, or that another program changed
//!   since it was read here, is never replaced.
//! - Looking changes nothing: the first folder appears with the first annotation.

mod article;
mod assignments;
mod check;
mod copy;
mod correction;
pub mod disk;
mod error;
mod export;
mod git;
mod import;
mod journal;
mod listing;
mod lock;
mod merge_files;
mod owners;
mod peek;
mod project;
mod release;
mod repair;
pub mod sample;
mod sync;
mod trash;
mod version;

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::file::{self, FileError, PRESETS, ProjectFile, StoredSet, TrashNote};
use crate::model::{
    AnnotationSet, Assignments, Document, DocumentId, Owner, Place, Problem, Report, Schema, SetKey,
    Severity, Status, Timestamp,
};
use crate::text::{Alignment, Span, Text};

pub use check::Checked;
pub use copy::{Kinship, Past};
use disk::Kind;
pub use disk::{Disk, SystemDisk};
pub use error::StoreError;
pub use export::{ExportFiles, write_file};
pub use git::{GitError, SyncError};
pub use import::{Lines, Piece, Placed, Staging, list_files, read_file, read_files, read_lines};
pub use journal::Kept;
use journal::Waiting;
pub use lock::Access;
use lock::Stand;
pub use merge_files::merge_files;
pub use peek::{beginning, first_files};
pub use release::{FrozenSet, ReleaseStaging, VerifiedRelease, check_release};
pub use repair::{Repaired, Repairer};
pub use sync::{Left, SyncRequest, SyncStep, SyncWatch, Synced, WhyLeft};
pub use trash::TrashEntry;
use version::{Base, Glance, Witness};
pub use version::{Elsewhere, Version};

/// What a project is kept on.
#[derive(Clone, Debug)]
pub struct Storage {
    /// The disk.
    pub disk: Arc<dyn Disk>,
    /// A folder of this person's, for what cannot be written into a project.
    pub recovery: Option<PathBuf>,
}

impl Default for Storage {
    /// This machine's disk, and nothing beside the project.
    fn default() -> Storage {
        Storage { disk: Arc::new(SystemDisk), recovery: None }
    }
}

/// A project folder. Cloning copies a pointer; several threads may use it at once.
#[derive(Clone, Debug)]
pub struct Folder(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    disk: Arc<dyn Disk>,
    root: PathBuf,
    /// The root with every link resolved, to prove that paths stay inside.
    canonical: PathBuf,
    is_implicit: bool,
    articles: BTreeSet<DocumentId>,
    /// Where journals go while the project cannot be written.
    recovery: Option<PathBuf>,
    state: Mutex<State>,
    journals: Mutex<BTreeMap<Owner, Waiting>>,
    /// The name by which this window knows itself.
    window: String,
    stands: Mutex<BTreeMap<Owner, Stand>>,
    /// Held while a set's file is replaced, or many files at once by git.
    writing: Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    /// The owners' folders below `annotations/`.
    folders: owners::Folders,
    /// SHA-256 of annotation files as they were last read or written here.
    seen: BTreeMap<PathBuf, String>,
    /// How often what others wrote was taken for known.
    readings: BTreeMap<SetKey, u64>,
    /// SHA-256 of what was to be written since: an attempt that failed late may have done so.
    tried: BTreeMap<PathBuf, Vec<String>>,
    /// The schema as it was last read or written here; nothing if the project file is broken.
    schema: Option<Schema>,
    /// What was to be written since: an attempt that failed late may have done so.
    tried_schemas: Vec<Schema>,
    /// Annotation files on a text that is no longer that of their article.
    outdated: BTreeSet<PathBuf>,
    /// The same files' content, as the base of a merge.
    bases: BTreeMap<PathBuf, Base>,
    /// How files were when they were last looked at.
    glances: BTreeMap<PathBuf, Glance>,
    /// What files were when they were read: it need not be read again to know what they hold.
    witnesses: BTreeMap<PathBuf, Witness>,
    /// SHA-256 of the project file as it was last looked at.
    project_file: Option<String>,
}

/// A project that was opened.
#[derive(Clone, Debug)]
pub struct Opened {
    /// Where it lies.
    pub folder: Folder,
    /// What people call it: the folder's name, unless the project file says otherwise.
    pub name: String,
    /// What may be annotated.
    pub schema: Schema,
    /// Its articles, in order of their paths.
    pub articles: Vec<DocumentId>,
    /// The article that was asked for, where one was.
    pub first: Option<DocumentId>,
    /// The text of the guidelines, where there are some.
    pub guidelines: Option<String>,
    /// Who annotates what, where articles were given out.
    pub assignments: Option<Assignments>,
}

/// A set that was read.
#[derive(Clone, Debug, Default)]
pub struct LoadedSet {
    /// The annotations, on the article as it is now.
    pub set: AnnotationSet,
    /// As the file has them, where the article changed since.
    pub outdated: Option<Outdated>,
    /// SHA-256 of its file.
    pub sha256: String,
}

/// A set on the text that it was made on, which is no longer that of the article.
#[derive(Clone, Debug)]
pub struct Outdated {
    /// The article as it was annotated.
    pub document: Document,
    /// The annotations on it.
    pub set: AnnotationSet,
    /// What became of them on the article as it is now.
    pub problems: Vec<Problem>,
}

/// What can be told of a set at a glance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetSummary {
    /// How far the work is.
    pub status: Status,
    /// How many annotations its file lists.
    pub n_annotations: usize,
}

/// The name of the project file.
const PROJECT_FILE: &str = "sorot.json";

/// What version control is to know of annotation files: that their line ends stay, and that they are
/// merged span by span where `sorot merge` is set up for that.
const ATTRIBUTES: &str = "*.json text eol=lf merge=sorot\n";

/// The largest project file that is read, in bytes.
const MAX_PROJECT: u64 = 64_000_000;

/// The longest guidelines that are shown, in bytes.
const MAX_GUIDELINES: u64 = 4_000_000;

/// The largest annotation file that is read, in bytes: more than the longest article makes, and
/// less than a machine's memory.
const MAX_SET: u64 = 2_000_000_000;

impl Folder {
    /// Opens a project folder, a folder without a project file, or a single article in either. A
    /// project file that cannot be read is reported, and the built-in schema is used.
    ///
    /// # Errors
    /// If there is nothing at the path, or a file that is no article.
    pub fn open(path: &Path, report: &mut Report) -> Result<Opened, StoreError> {
        Folder::open_on(Storage::default(), path, report)
    }

    /// [`Folder::open`] on any disk.
    ///
    /// # Errors
    /// As there.
    pub fn open_on(storage: Storage, path: &Path, report: &mut Report) -> Result<Opened, StoreError> {
        let Storage { disk, recovery } = storage;
        let io = |source| StoreError::io("cannot open", path, source);
        let metadata = disk.metadata(path).map_err(io)?;
        let mut article = None;
        let mut depth = listing::Depth::All;
        let root = if metadata.kind == Kind::Folder {
            std::path::absolute(path).map_err(io)?
        } else {
            let file = disk.canonical(path).map_err(io)?;
            let folder = file.parent().unwrap_or(&file).to_owned();
            if file.file_name().is_some_and(|name| name == PROJECT_FILE) {
                folder
            } else if !article::is_article(&file) {
                return Err(StoreError::UnknownKind { path: path.display().to_string() });
            } else {
                let project = folder.ancestors().find(|it| disk.is_file(&it.join(PROJECT_FILE)));
                if project.is_none() {
                    // Somebody who opens one file does not ask for all folders beside it.
                    depth = listing::Depth::Files;
                }
                article = Some(file.clone());
                project.map_or(folder.clone(), Path::to_owned)
            }
        };
        if release::is_release(&*disk, &root) {
            return Err(StoreError::IsRelease { path: path.display().to_string() });
        }
        let canonical = disk.canonical(&root).map_err(io)?;
        owners::remove_temporaries(&*disk, &canonical);
        let is_implicit = !disk.is_file(&root.join(PROJECT_FILE));
        let project = match is_implicit {
            true => Some(ProjectFile::new("", PRESETS[0].schema())),
            false => read_project(&*disk, &root, report),
        };
        let schema = project.as_ref().map(|project| project.schema.clone());
        let project = project.unwrap_or_else(|| ProjectFile::new("", PRESETS[0].schema()));

        let mut articles = listing::list(&*disk, &root, &project.articles, depth, report);
        let first = article.as_deref().and_then(|file| document_id(&canonical, file));
        articles.extend(first.clone());
        let folder_name = canonical.file_name().map(|name| name.to_string_lossy().into_owned());
        let name = Some(project.name).filter(|name| !name.is_empty()).or(folder_name).unwrap_or_default();
        let folders = owners::folders(&*disk, &canonical, report);
        let state = State { folders, schema, ..State::default() };
        let list = articles.iter().cloned().collect();
        let folder = Folder(Arc::new(Inner {
            disk,
            root,
            canonical,
            is_implicit,
            articles,
            recovery,
            state: Mutex::new(state),
            journals: Mutex::default(),
            window: std::iter::repeat_with(fastrand::alphanumeric).take(16).collect(),
            stands: Mutex::default(),
            writing: Mutex::default(),
        }));
        import::remove_broken_off(&folder);
        release::remove_broken_off(&folder);
        let guidelines = folder.read_guidelines(project.guidelines.as_deref(), report);
        let assignments = folder.read_assignments(report);
        Ok(Opened { folder, name, schema: project.schema, articles: list, first, guidelines, assignments })
    }

    /// Makes a project: its file, a folder for articles, and what keeps version control from
    /// touching line ends and from carrying this machine's files.
    ///
    /// # Errors
    /// If there is a project file already, or the system refuses.
    pub fn create(dir: &Path, project: &ProjectFile) -> Result<Folder, StoreError> {
        let disk = SystemDisk;
        let path = dir.join(PROJECT_FILE);
        if disk.link_metadata(&path).is_ok() {
            return Err(StoreError::Exists { path: path.display().to_string() });
        }
        let absolute =
            std::path::absolute(dir).map_err(|source| StoreError::io("cannot make", dir, source))?;
        let articles = absolute.join("articles");
        disk::create_folders(&disk, &articles)
            .map_err(|source| StoreError::io("cannot make", &articles, source))?;
        disk::create(&disk, &absolute.join(".gitattributes"), "articles/** -text\n*.json text eol=lf\n")?;
        disk::create(&disk, &absolute.join(".gitignore"), ".sorot/\n.sorot-tmp-*\n")?;
        disk::replace(&disk, &absolute.join(PROJECT_FILE), &file::write_project(project))?;
        Folder::open(dir, &mut Report::default()).map(|opened| opened.folder)
    }

    /// The folder's path.
    pub fn root(&self) -> &Path {
        &self.0.root
    }

    /// Its articles.
    pub fn articles(&self) -> &BTreeSet<DocumentId> {
        &self.0.articles
    }

    /// True if there is no project file.
    pub fn is_implicit(&self) -> bool {
        self.0.is_implicit
    }

    /// Reads an article.
    ///
    /// # Errors
    /// If it is gone, no text, larger than 256 MB, or outside the project.
    pub fn read_document(&self, id: &DocumentId, report: &mut Report) -> Result<Document, StoreError> {
        let path = self.inside(id.as_str())?;
        let settled = self.settled(&path);
        let mut document = article::read_article(self.disk(), &path, id, report)?;
        document.source.language = self.read_source(id).and_then(|source| source.metadata.language);
        self.witness(path, settled, &document.source.file_sha256);
        Ok(document)
    }

    /// Everyone who has annotations here, by the names inside the files.
    pub fn owners(&self) -> Vec<Owner> {
        let annotations = self.0.canonical.join("annotations");
        let state = self.state();
        let has_folder = |name: &String| self.disk().may_be_there(&annotations.join(name));
        state.folders.of.iter().filter(|(_, name)| has_folder(name)).map(|(owner, _)| owner.clone()).collect()
    }

    /// Every set that has a file, by article, then owner. Files without an article are none.
    pub fn sets(&self) -> Vec<SetKey> {
        let owners = self.owners();
        let keys = self.0.articles.iter().flat_map(|document| {
            owners.iter().map(|owner| SetKey { document: document.clone(), owner: owner.clone() })
        });
        keys.filter(|key| self.has_set(key)).collect()
    }

    /// Reads a set; nothing if there is none. If the article is no longer what was annotated, the
    /// set is carried to what it is now; what became of its spans stands beside it.
    ///
    /// # Errors
    /// If the file is there and cannot be read; it is never replaced then.
    pub fn read_set(
        &self,
        key: &SetKey,
        document: &Document,
        schema: &Schema,
        report: &mut Report,
    ) -> Result<Option<LoadedSet>, StoreError> {
        let path = self.set_path(key)?;
        let Some(bytes) = disk::read(self.disk(), &path, MAX_SET)? else { return Ok(None) };
        let loaded = self.parse_set(key, &path, document, &bytes, schema, report)?;
        self.take_for_known(key, &loaded, &document.text);
        Ok(Some(loaded))
    }

    /// Takes what [`Folder::look_at_set`] read for known, so that it may be replaced: only who has it
    /// in memory may say so.
    pub fn take_for_known(&self, key: &SetKey, loaded: &LoadedSet, text: &Text) {
        if !loaded.set.is_read_only
            && let Ok(path) = self.set_path(key)
        {
            self.remember_read(key, path, loaded, text);
        }
    }

    /// Takes it for known that a set has no file, as [`Folder::take_for_known`] does that it has one.
    pub fn take_for_missing(&self, key: &SetKey) {
        if let Ok(path) = self.set_path(key) {
            self.forget(&path);
            *self.state().readings.entry(key.clone()).or_default() += 1;
        }
    }

    /// Reads a set as [`Folder::read_set`] does, only to look at it: it cannot be written then.
    ///
    /// # Errors
    /// If the file is there and cannot be read.
    pub fn look_at_set(
        &self,
        key: &SetKey,
        document: &Document,
        schema: &Schema,
        report: &mut Report,
    ) -> Result<Option<LoadedSet>, StoreError> {
        let path = self.set_path(key)?;
        let settled = self.settled(&path);
        let Some(bytes) = self.read_patiently(&path, MAX_SET)? else { return Ok(None) };
        let loaded = self.parse_set(key, &path, document, &bytes, schema, report)?;
        self.witness(path, settled, &loaded.sha256);
        Ok(Some(loaded))
    }

    /// Reads a set as [`Folder::look_at_set`] does, and keeps nothing of its file in mind: for thousands
    /// of sets that are looked at once. The set, and as the file has it where the article changed since.
    ///
    /// # Errors
    /// If the file is there and cannot be read.
    pub fn look_once_at_set(
        &self,
        key: &SetKey,
        document: &Document,
        schema: &Schema,
        report: &mut Report,
    ) -> Result<Option<(AnnotationSet, Option<Outdated>)>, StoreError> {
        let path = self.set_path(key)?;
        let bytes = self.read_patiently(&path, MAX_SET)?;
        bytes.map(|bytes| self.parse_bytes(key, &path, document, &bytes, schema, report)).transpose()
    }

    /// What the bytes of a set's file hold.
    fn parse_set(
        &self,
        key: &SetKey,
        path: &Path,
        document: &Document,
        bytes: &[u8],
        schema: &Schema,
        report: &mut Report,
    ) -> Result<LoadedSet, StoreError> {
        let (set, outdated) = self.parse_bytes(key, path, document, bytes, schema, report)?;
        set.sort_by_place();
        Ok(LoadedSet { set, outdated, sha256: file::sha256(bytes) })
    }

    fn parse_bytes(
        &self,
        key: &SetKey,
        path: &Path,
        document: &Document,
        bytes: &[u8],
        schema: &Schema,
        report: &mut Report,
    ) -> Result<(AnnotationSet, Option<Outdated>), StoreError> {
        let shown = self.shown(path);
        let mut own_report = Report::default();
        let stored = file::read_set_on(document, bytes, &shown, schema, &mut own_report)?;
        if !stored.annotator.is_empty() && stored.annotator != key.owner.name() {
            let message = format!(
                "the file holds annotations of {}, and lies with those of {}",
                stored.annotator, key.owner
            );
            let place = Place { file: Some(shown.clone()), ..Place::default() };
            own_report.add(Severity::Warning, place, message);
        }
        let (set, mut outdated) = brought_up_to_date(stored, document, shown, &mut own_report);
        let drift = outdated.iter_mut().flat_map(|it| &mut it.problems);
        for problem in own_report.problems.iter_mut().chain(drift) {
            problem.place.document = Some(key.document.clone());
            problem.place.owner = Some(key.owner.clone());
        }
        report.problems.append(&mut own_report.problems);
        Ok((set, outdated))
    }

    /// Puts the file of a set that was made on an earlier text of its article into the trash before
    /// it is written anew: that text is in no other file. Nothing happens the second time.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn keep_outdated(&self, key: &SetKey, by: &Owner, at: Timestamp) -> Result<(), StoreError> {
        let path = self.set_path(key)?;
        if self.state().outdated.contains(&path) {
            let why = "the article changed; the annotations as they were before, with its text".to_owned();
            let note = TrashNote { at, by: by.name().to_owned(), why, path: self.shown(&path) };
            self.copy_to_trash(&note)?;
            self.state().outdated.remove(&path);
        }
        Ok(())
    }

    /// Writes a set, completely or not at all; returns the SHA-256 of the file when it is safe on
    /// the disk. A set that says nothing has no file.
    ///
    /// # Errors
    /// If the set is read-only or another window's, if the file is not the one read or written here
    /// last, or if the system refuses.
    pub fn write_set(
        &self,
        key: &SetKey,
        document: &Document,
        set: &AnnotationSet,
        schema: &Schema,
    ) -> Result<String, StoreError> {
        self.write_snapshot(key, document, set, schema, self.readings(key))
    }

    /// How often what others wrote into a set's file was taken for known: the age of a snapshot.
    pub fn readings(&self, key: &SetKey) -> u64 {
        self.state().readings.get(key).copied().unwrap_or_default()
    }

    /// [`Folder::write_set`] of a set as it was in memory when [`Folder::readings`] were so many. An
    /// older one may lack what was read since, and is refused as if the file had changed.
    ///
    /// # Errors
    /// As there.
    pub fn write_snapshot(
        &self,
        key: &SetKey,
        document: &Document,
        set: &AnnotationSet,
        schema: &Schema,
        readings: u64,
    ) -> Result<String, StoreError> {
        let path = self.set_path(key)?;
        if set.is_read_only {
            return Err(StoreError::ReadOnly { path: path.display().to_string() });
        }
        let bytes = file::write_set(key, document, set, schema);
        let hash = file::sha256(&bytes);
        self.check_there()?;
        self.hold(&key.owner)?;
        let known = {
            let state = self.state();
            let tried = state.tried.get(&path).into_iter().flatten();
            let known = state.seen.get(&path).into_iter().chain(tried).cloned();
            if state.readings.get(key).copied().unwrap_or_default() != readings {
                return Err(StoreError::Changed { path: path.display().to_string() });
            }
            known.chain([hash.clone()]).collect::<Vec<String>>()
        };
        let is_known = |hash: &str| known.iter().any(|it| it == hash);
        let current = self.read_patiently(&path, MAX_SET)?;
        let is_there = current.is_some();
        if current.is_some_and(|bytes| !is_known(&file::sha256(&bytes))) {
            self.forget_glance(&path);
            return Err(StoreError::Changed { path: path.display().to_string() });
        }
        if set.is_blank() {
            self.remove_known(&path, is_known).inspect_err(|_| self.forget_glance(&path))?;
            self.forget(&path);
            return Ok(hash);
        }
        let annotations = self.0.canonical.join("annotations");
        disk::create(self.disk(), &annotations.join(".gitattributes"), ATTRIBUTES)?;
        disk::create(self.disk(), &annotations.join(".gitignore"), ".sorot-tmp-*\n")?;
        self.state().tried.entry(path.clone()).or_default().push(hash.clone());
        self.replace_known(&path, &bytes, is_there, is_known).inspect_err(|_| self.forget_glance(&path))?;
        self.state().tried.remove(&path);
        self.remember(path, hash.clone(), set, &document.text);
        Ok(hash)
    }

    /// True if anything is at a path below the project folder.
    pub fn has_file(&self, path: &str) -> bool {
        self.is_there(path)
    }

    /// True if a set has a file, whatever is in it.
    pub fn has_set(&self, key: &SetKey) -> bool {
        self.is_there(&self.set_name(key))
    }

    /// Where links lead is asked only of what is there: thousands of new articles are not.
    fn is_there(&self, name: &str) -> bool {
        self.below(name).is_ok_and(|path| self.disk().may_be_there(&path) && self.is_inside(&path))
    }

    /// A set at a glance; nothing if there is none, or none that can be read.
    pub fn summary(&self, key: &SetKey) -> Option<SetSummary> {
        let path = self.set_path(key).ok()?;
        let bytes = disk::read(self.disk(), &path, MAX_SET).ok()??;
        let header = file::read_header(&bytes, "").ok()?;
        Some(SetSummary { status: header.status, n_annotations: header.n_annotations })
    }

    /// The disk that the project lies on.
    fn disk(&self) -> &dyn Disk {
        &*self.0.disk
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // The state is whole after every statement, so a panic elsewhere has not harmed it.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A path as people know it: from the project folder.
    fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.0.canonical).unwrap_or(path).display().to_string()
    }

    /// Refuses to write where the project no longer is. Below the place where a network drive was,
    /// a folder would be made on another disk, and be hidden when the drive comes back.
    fn check_there(&self) -> Result<(), StoreError> {
        let root = &self.0.canonical;
        match self.disk().list(root).map(|mut entries| entries.next().is_some()) {
            Ok(true) => Ok(()),
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(StoreError::io("cannot save", root, error))
            }
            _ => Err(StoreError::Gone { path: root.display().to_string() }),
        }
    }

    /// The path below the project folder that a name with `/` between its parts stands for.
    fn inside(&self, name: &str) -> Result<PathBuf, StoreError> {
        let path = self.below(name)?;
        if self.is_inside(&path) { Ok(path) } else { Err(StoreError::Outside { path: name.to_owned() }) }
    }

    /// The same as far as the name tells: a link on the way may lead elsewhere.
    fn below(&self, name: &str) -> Result<PathBuf, StoreError> {
        let is_plain = |part: &str| {
            let mut components = Path::new(part).components();
            matches!(components.next(), Some(std::path::Component::Normal(it)) if it == part)
                && components.next().is_none()
        };
        if name.split('/').all(is_plain) {
            Ok(self.0.canonical.join(name.split('/').collect::<PathBuf>()))
        } else {
            Err(StoreError::Outside { path: name.to_owned() })
        }
    }

    /// True if a path leads into the project folder whatever links there are.
    fn is_inside(&self, path: &Path) -> bool {
        // Resolving the whole path looks at every folder above the project each time.
        let is_no_link = |it: &Path| match self.disk().link_metadata(it) {
            Ok(found) => found.kind != disk::Kind::Link,
            Err(error) => error.kind() == ErrorKind::NotFound,
        };
        let n_bytes = |it: &Path| it.as_os_str().len();
        let mut below_root = path.ancestors().take_while(|it| n_bytes(it) > n_bytes(&self.0.canonical));
        if path.starts_with(&self.0.canonical) && below_root.all(is_no_link) {
            return true;
        }
        // What does not exist yet lies where its nearest existing folder lies.
        let existing = path.ancestors().find_map(|it| self.disk().canonical(it).ok());
        existing.is_some_and(|it| it.starts_with(&self.0.canonical))
    }

    /// Where a set lies: `articles/a/b.txt` of Rina in `annotations/rina/a/b.txt.json`.
    fn set_path(&self, key: &SetKey) -> Result<PathBuf, StoreError> {
        self.inside(&self.set_name(key))
    }

    /// The same, from the project folder.
    fn set_name(&self, key: &SetKey) -> String {
        let folder = self.owner_folder(&key.owner);
        let id = key.document.as_str();
        let article = match id.strip_prefix("articles/") {
            Some(article) => article.to_owned(),
            // An article of the same name in `articles/` has the plain place.
            None if self.0.articles.contains(&DocumentId::new(format!("articles/{id}"))) => format!("@/{id}"),
            None => id.to_owned(),
        };
        format!("annotations/{folder}/{article}.json")
    }

    fn owner_folder(&self, owner: &Owner) -> String {
        let folders = &mut self.state().folders;
        if let Some(folder) = folders.of.get(owner) {
            return folder.clone();
        }
        let mut folder = owners::folder_name(owner);
        let there = folders.of.iter().find(|(_, it)| it.to_lowercase() == folder);
        if let Some((other, name)) = there.map(|(other, name)| (other.clone(), name.clone())) {
            if folders.nameless.remove(&name) {
                // Nobody else's folder has that name.
                folders.of.remove(&other);
                folder = name;
            } else {
                folder = owners::hashed_folder_name(owner, &folder);
            }
        }
        folders.of.insert(owner.clone(), folder.clone());
        folder
    }

    fn read_guidelines(&self, named: Option<&str>, report: &mut Report) -> Option<String> {
        let path = self.inside(named.unwrap_or("guidelines.md"));
        let text = path.and_then(|path| {
            let bytes = disk::read(self.disk(), &path, MAX_GUIDELINES)?;
            bytes.ok_or_else(|| StoreError::io("cannot read", &path, ErrorKind::NotFound.into()))
        });
        match text {
            Ok(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
            Err(error) => {
                if named.is_some() {
                    let place = Place { file: Some(PROJECT_FILE.to_owned()), ..Place::default() };
                    report.add(Severity::Warning, place, format!("the guidelines cannot be shown: {error}"));
                }
                None
            }
        }
    }
}

/// A set on the article as it is now, and as the file has it where that is another text.
fn brought_up_to_date(
    stored: StoredSet,
    document: &Document,
    shown: String,
    report: &mut Report,
) -> (AnnotationSet, Option<Outdated>) {
    let place = Place { file: Some(shown), ..Place::default() };
    let (before, now) = (&stored.source, &document.source);
    if stored.text == document.text {
        if before.encoding != now.encoding {
            let message = format!(
                "the article is now in {} and no longer in {}; its text is the same",
                now.encoding, before.encoding
            );
            report.add(Severity::Note, place, message);
        }
        return (stored.set, None);
    }
    let alignment = Alignment::new(&stored.text, &document.text);
    let carry = |span: &Span| alignment.carry(span);
    let (set, drift) = file::carry_set(&stored.set, &stored.text, &document.text, carry);
    let mut drifted = Report::default();
    drift.report(&set, &document.text, &place, &mut drifted);
    let document = Document { id: document.id.clone(), text: stored.text, source: stored.source };
    (set, Some(Outdated { document, set: stored.set, problems: drifted.problems }))
}

/// The project file's content; nothing, and a problem, if it cannot be read.
fn read_project(disk: &dyn Disk, root: &Path, report: &mut Report) -> Option<ProjectFile> {
    let path = root.join(PROJECT_FILE);
    let is_inside = disk.canonical(&path).is_ok_and(|it| it.parent() == disk.canonical(root).ok().as_deref());
    let bytes = match is_inside {
        true => disk::read(disk, &path, MAX_PROJECT),
        false => Err(StoreError::Outside { path: PROJECT_FILE.to_owned() }),
    };
    match bytes.and_then(|bytes| Ok(file::read_project(&bytes.unwrap_or_default(), PROJECT_FILE, report)?)) {
        Ok(project) => Some(project),
        Err(error) => {
            let line_column = match &error {
                StoreError::File(FileError::Json { line, column, .. }) => Some((*line, *column)),
                _ => None,
            };
            let place = Place { file: Some(PROJECT_FILE.to_owned()), line_column, ..Place::default() };
            let message = format!("{error}; the built-in schema is used");
            report.add(Severity::Error, place, message);
            None
        }
    }
}

/// The id of an article, if it lies in the project folder.
fn document_id(canonical: &Path, file: &Path) -> Option<DocumentId> {
    let parts: Option<Vec<&str>> = file.strip_prefix(canonical).ok()?.iter().map(|it| it.to_str()).collect();
    Some(DocumentId::new(parts?.join("/")))
}
