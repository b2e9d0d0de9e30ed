//! What others make of files while a project is open: found without reading what did not change,
//! and never replaced unseen.
//!
//! Invariants:
//! - A file is replaced only if it holds what was last read or written here. Where the system can
//!   exchange two files in one step, that is proved after the fact: what came out and was not
//!   expected is put back.
//! - What is found is taken for known only when the session says that it has taken it in.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;
use std::time::{Duration, SystemTime};

use crate::file::{self, TrashNote, sha256};
use crate::model::{AnnotationSet, Document, Owner, Report, Schema, SetKey, Timestamp};
use crate::store::disk::{self, Metadata};
use crate::store::{Folder, LoadedSet, MAX_PROJECT, MAX_SET, PROJECT_FILE, StoreError};
use crate::text::Text;

/// A set as it was read or written here last.
#[derive(Clone, Debug)]
pub(super) struct Base {
    set: AnnotationSet,
    /// What the annotations were made on.
    text: Text,
}

/// What became of a set's file since it was read or written here last.
#[derive(Debug)]
pub enum Elsewhere {
    /// It is gone.
    Gone,
    /// It holds another version.
    Changed(Box<Version>),
    /// It holds something that cannot be read.
    Broken(StoreError),
}

/// What another program wrote.
#[derive(Clone, Debug)]
pub struct Version {
    /// What was read.
    pub loaded: LoadedSet,
    /// What the reader met.
    pub report: Report,
    bytes: Vec<u8>,
    /// SHA-256 of what was known of the file when it was found.
    known: Option<String>,
}

/// How a file was when it was last looked at.
#[derive(Clone, Debug, Default)]
pub(super) struct Glance {
    metadata: Option<Metadata>,
    /// Looks that found it like that. Two changes within one tick of the file system's clock look
    /// alike, so it is read once more.
    n_alike: u8,
    /// What was told of it.
    told: Option<String>,
}

/// What a file was when it was read, long after its last change.
#[derive(Clone, Debug)]
pub(super) struct Witness {
    metadata: Metadata,
    sha256: String,
}

/// How often a file is exchanged with one that was not expected before that is given up.
const ATTEMPTS: usize = 100;

/// How often, and after what pause, a file that is gone or broken is looked at again before that
/// is told: other programs write in place, or remove a file and make it anew.
const N_PATIENT: usize = 3;
const PATIENCE: Duration = Duration::from_millis(50);

/// Pauses while a file that was there is away, in milliseconds.
const PAUSES: [u64; 3] = [20, 50, 100];

/// How long after its last change a file may still be being written.
const FRESH: Duration = Duration::from_secs(2);

/// How long after its last change a file that changes again shows another time of change, on every
/// file system.
const SETTLED: Duration = Duration::from_secs(10);

impl Folder {
    /// The set as it was last read or written here, which both sides of a merge began with; an empty
    /// one if there was none on this text.
    pub fn base(&self, key: &SetKey, text: &Text) -> AnnotationSet {
        let Ok(path) = self.set_path(key) else { return AnnotationSet::default() };
        let state = self.state();
        let base = state.bases.get(&path).filter(|base| base.text == *text);
        base.map(|it| it.set.clone()).unwrap_or_default()
    }

    /// What became of a set's file, unless that is as it was, or was told before.
    pub fn news_of_set(&self, key: &SetKey, document: &Document, schema: &Schema) -> Option<Elsewhere> {
        let path = self.set_path(key).ok()?;
        for _ in 0..N_PATIENT {
            let elsewhere = self.look_at_path(&path, key, document, schema)?;
            if let Elsewhere::Changed(_) = elsewhere {
                return Some(elsewhere);
            }
            // It may be that somebody is just writing it.
            std::thread::sleep(PATIENCE);
            self.forget_glance(&path);
        }
        self.look_at_path(&path, key, document, schema)
    }

    fn look_at_path(
        &self,
        path: &Path,
        key: &SetKey,
        document: &Document,
        schema: &Schema,
    ) -> Option<Elsewhere> {
        let (known, alike) = {
            let state = self.state();
            let known = state.seen.get(path).cloned();
            let tried = state.tried.get(path).into_iter().flatten();
            let alike: Vec<String> = known.iter().chain(tried).cloned().collect();
            (known, alike)
        };
        let bytes = match self.glance(path, &alike, MAX_SET)? {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Some(Elsewhere::Gone),
            Err(error) => return Some(Elsewhere::Broken(error)),
        };
        let mut report = Report::default();
        Some(match self.parse_set(key, path, document, &bytes, schema, &mut report) {
            Ok(loaded) => Elsewhere::Changed(Box::new(Version { loaded, report, bytes, known })),
            Err(error) => Elsewhere::Broken(error),
        })
    }

    /// Takes a version for what was last read here, since all of it will be in memory. False, and
    /// nothing, if the file was read or written here after the version was found: it may be there no
    /// more, and what it is to be merged on is another one. It is found again then.
    pub fn accept(&self, key: &SetKey, version: &Version, text: &Text) -> bool {
        let Ok(path) = self.set_path(key) else { return false };
        if self.state().seen.get(&path) != version.known.as_ref() {
            self.forget_glance(&path);
            return false;
        }
        self.remember_read(key, path, &version.loaded, text);
        true
    }

    /// Puts a version into the trash, where merging it left something to decide.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn keep(&self, key: &SetKey, version: &Version) -> Result<(), StoreError> {
        self.keep_version(&self.set_path(key)?, &version.bytes)
    }

    /// True if the file of a set was changed within the last seconds: programs that do not write as
    /// this one does, such as git, may be in the midst of it.
    pub fn may_be_half_written(&self, key: &SetKey) -> bool {
        let path = self.set_path(key).ok();
        let modified = path.and_then(|path| self.disk().metadata(&path).ok()?.modified);
        modified.is_some_and(|it| it.elapsed().is_ok_and(|age| age < FRESH))
    }

    /// True if somebody's set, which is looked at and never written here, holds something else than
    /// what was read of it, by the SHA-256 of its file; nothing if there was none. What cannot be read
    /// is told once.
    pub fn is_set_changed(&self, key: &SetKey, known: Option<&str>) -> bool {
        let Ok(path) = self.set_path(key) else { return false };
        let known: Vec<String> = known.map(str::to_owned).into_iter().collect();
        self.glance(&path, &known, MAX_SET).is_some()
    }

    /// True if another program changed an article, unless that was told before.
    pub fn is_article_changed(&self, document: &Document) -> bool {
        let Ok(path) = self.inside(document.id.as_str()) else { return false };
        let known = [document.source.file_sha256.clone()];
        matches!(self.glance(&path, &known, super::article::MAX_BYTES), Some(Ok(Some(_))))
    }

    /// The schema, if another program changed the project file since this was called first.
    pub fn changed_schema(&self, report: &mut Report) -> Option<Schema> {
        let path = self.0.canonical.join(PROJECT_FILE);
        let known = self.state().project_file.clone();
        let bytes = self.glance(&path, known.as_slice(), MAX_PROJECT)?.ok()??;
        self.state().project_file = Some(sha256(&bytes));
        known?;
        file::read_project(&bytes, PROJECT_FILE, report).ok().map(|project| project.schema)
    }

    /// True if another window wrote to an owner's journal since this was called last.
    pub fn is_journal_changed(&self, owner: &Owner) -> bool {
        let Ok(path) = self.journal_path(owner) else { return false };
        let metadata = self.disk().metadata(&path).ok();
        let is_own = self.is_holding(owner);
        let glance = Glance { metadata, ..Glance::default() };
        let before = self.state().glances.insert(path, glance);
        !is_own && before.is_some_and(|before| before.metadata != metadata)
    }

    /// What a file holds, or why it cannot be read, if that is neither what is known of it nor what
    /// was told before. Without anything known there was no file.
    fn glance(
        &self,
        path: &Path,
        known: &[String],
        limit: u64,
    ) -> Option<Result<Option<Vec<u8>>, StoreError>> {
        const GONE: &str = "gone";
        const N_ALIKE: u8 = 2;
        let metadata = self.disk().metadata(path).ok();
        let mut glance = self.state().glances.get(path).cloned().unwrap_or_default();
        glance.n_alike = if glance.metadata == metadata { glance.n_alike.saturating_add(1) } else { 0 };
        glance.metadata = metadata;
        let is_witnessed = self
            .state()
            .witnesses
            .get(path)
            .is_some_and(|witness| Some(witness.metadata) == metadata && known.contains(&witness.sha256));
        if is_witnessed {
            glance.told = None;
        }
        let is_read_enough = glance.n_alike > N_ALIKE || is_witnessed;
        let mut found = None;
        if !is_read_enough {
            let read = self.read_patiently(path, limit);
            let name = match &read {
                Ok(Some(bytes)) => Some(sha256(bytes)),
                Ok(None) => (!known.is_empty()).then(|| GONE.to_owned()),
                Err(error) => Some(error.to_string()),
            };
            if name.as_ref().is_none_or(|name| known.contains(name)) {
                glance.told = None;
            } else if name != glance.told {
                glance.told = name;
                found = Some(read);
            }
        }
        self.state().glances.insert(path.to_owned(), glance);
        found
    }

    /// What the disk tells of a file that did not change for a while: as long as it tells the same,
    /// the file holds the same.
    pub(super) fn settled(&self, path: &Path) -> Option<Metadata> {
        let metadata = self.disk().metadata(path).ok()?;
        let is_settled = metadata.modified?.elapsed().is_ok_and(|age| age > SETTLED);
        is_settled.then_some(metadata)
    }

    /// Keeps in mind what was read from a file that had settled before.
    pub(super) fn witness(&self, path: PathBuf, settled: Option<Metadata>, sha256: &str) {
        if let Some(metadata) = settled {
            self.state().witnesses.insert(path, Witness { metadata, sha256: sha256.to_owned() });
        }
    }

    /// Forgets what was told of a set's file, so that it is told again.
    pub(super) fn forget_glance(&self, path: &Path) {
        self.state().glances.remove(path);
    }

    /// Knows nothing of a file any more.
    pub(super) fn forget(&self, path: &Path) {
        let mut state = self.state();
        state.glances.remove(path);
        state.bases.remove(path);
        state.tried.remove(path);
        state.seen.remove(path);
    }

    /// Keeps in mind what was read from a file.
    pub(super) fn remember_read(&self, key: &SetKey, path: PathBuf, loaded: &LoadedSet, text: &Text) {
        let mut state = self.state();
        if loaded.outdated.is_some() {
            state.outdated.insert(path.clone());
        }
        *state.readings.entry(key.clone()).or_default() += 1;
        drop(state);
        self.remember(path, loaded.sha256.clone(), &loaded.set, text);
    }

    /// Keeps in mind what a file holds now.
    pub(super) fn remember(&self, path: PathBuf, sha256: String, set: &AnnotationSet, text: &Text) {
        let base = Base { set: set.clone(), text: text.clone() };
        let mut state = self.state();
        state.glances.remove(&path);
        state.bases.insert(path.clone(), base);
        state.seen.insert(path, sha256);
    }

    /// Keeps a version that another program wrote and that no file holds any more.
    fn keep_version(&self, path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
        let modified = self.disk().metadata(path).ok().and_then(|it| it.modified);
        let seconds = modified.and_then(|it| it.duration_since(SystemTime::UNIX_EPOCH).ok());
        let note = TrashNote {
            at: Timestamp(seconds.map_or(0, |it| it.as_secs() as i64)),
            by: String::new(),
            why: "another program wrote this version".to_owned(),
            path: slashed(path.strip_prefix(&self.0.canonical).unwrap_or(path)),
        };
        self.bytes_to_trash(&note, bytes)
    }

    /// A file's bytes; nothing if it is not there. One that was there when this program looked last
    /// is waited for: git takes a file away before it writes another one in its place.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(super) fn read_patiently(&self, path: &Path, limit: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let was_there = self.state().seen.contains_key(path);
        for pause in PAUSES.into_iter().filter(|_| was_there) {
            if let Some(bytes) = disk::read(self.disk(), path, limit)? {
                return Ok(Some(bytes));
            }
            std::thread::sleep(Duration::from_millis(pause));
        }
        disk::read(self.disk(), path, limit)
    }

    /// Replaces a file completely, or leaves it as it was, if it holds what is expected: bytes of
    /// one of those hashes or, unless it was there right now, nothing.
    ///
    /// # Errors
    /// If it holds something else, or the system refuses.
    pub(super) fn replace_known(
        &self,
        path: &Path,
        bytes: &[u8],
        is_there: bool,
        is_known: impl Fn(&str) -> bool,
    ) -> Result<(), StoreError> {
        let io = |source| StoreError::io("cannot save", path, source);
        let folder = path.parent().ok_or_else(|| io(ErrorKind::InvalidInput.into()))?;
        disk::create_folders(self.disk(), folder).map_err(io)?;
        let (temporary, _held) = disk::write_temporary(self.disk(), folder, bytes).map_err(io)?;
        let _writing = self.0.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let ours = sha256(bytes);
        let exchanged = self.exchange_known(&temporary, path, &ours, is_there, is_known);
        if exchanged.is_err()
            && let Ok(Some(left)) = disk::read(self.disk(), &temporary, MAX_SET)
            && sha256(&left) != ours
        {
            // A version that came between two others; whoever wrote it may miss it.
            self.keep_version(path, &left)?;
        }
        let result = exchanged.and_then(|()| self.disk().sync_folder(folder).map_err(io));
        // Left behind, it harms nobody; the next opening removes it.
        drop(self.disk().remove(&temporary));
        result
    }

    /// Removes a file if it holds what is expected. It gets another name before that is asked, so
    /// that nobody comes between.
    ///
    /// # Errors
    /// As [`Folder::replace_known`].
    pub(super) fn remove_known(
        &self,
        path: &Path,
        is_known: impl Fn(&str) -> bool,
    ) -> Result<(), StoreError> {
        let io = |source| StoreError::io("cannot remove", path, source);
        let aside = path.with_file_name(disk::temporary_name());
        let _writing = self.0.writing.lock().unwrap_or_else(PoisonError::into_inner);
        match disk::rename(self.disk(), path, &aside) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            result => result.map_err(io)?,
        }
        let found = disk::read(self.disk(), &aside, MAX_SET)?;
        if let Some(found) = found.filter(|bytes| !is_known(&sha256(bytes))) {
            if self.disk().rename_new(&aside, path).is_err() {
                self.keep_version(path, &found)?;
                self.disk().remove(&aside).map_err(io)?;
            }
            return Err(StoreError::Changed { path: path.display().to_string() });
        }
        self.disk().remove(&aside).map_err(io)?;
        path.parent().map_or(Ok(()), |folder| self.disk().sync_folder(folder)).map_err(io)
    }

    /// Exchanges two files. If what came out is not what was expected, that goes back, and so on
    /// until nobody came between.
    fn exchange_known(
        &self,
        temporary: &Path,
        path: &Path,
        ours: &str,
        is_there: bool,
        is_known: impl Fn(&str) -> bool,
    ) -> Result<(), StoreError> {
        let io = |source| StoreError::io("cannot save", path, source);
        let changed = || StoreError::Changed { path: path.display().to_string() };
        let mut put = ours.to_owned();
        let mut put_before: Option<String> = None;
        for _ in 0..ATTEMPTS {
            match disk::patiently(self.disk(), path, || self.disk().exchange(temporary, path)) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    // There is nothing to exchange with, any more or yet.
                    if is_there && put_before.is_none() && self.read_patiently(path, MAX_SET)?.is_some() {
                        continue;
                    }
                    match self.disk().rename_new(temporary, path) {
                        Ok(()) if put_before.is_none() => return Ok(()),
                        Ok(()) => return Err(changed()),
                        Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
                        Err(error) => return Err(io(error)),
                    }
                }
                Err(error) if error.kind() == ErrorKind::Unsupported => {
                    return self.rename_known(temporary, path, is_known);
                }
                Err(error) => return Err(io(error)),
            }
            let came_out = disk::read(self.disk(), temporary, MAX_SET)?.map(|bytes| sha256(&bytes));
            let came_out = came_out.ok_or_else(|| io(ErrorKind::NotFound.into()))?;
            match &put_before {
                None if is_known(&came_out) => return Ok(()),
                Some(before) if came_out == *before => return Err(changed()),
                _ => put_before = Some(std::mem::replace(&mut put, came_out)),
            }
        }
        Err(changed())
    }

    /// For systems that cannot exchange: looks once more, then renames.
    fn rename_known(
        &self,
        temporary: &Path,
        path: &Path,
        is_known: impl Fn(&str) -> bool,
    ) -> Result<(), StoreError> {
        let current = disk::read(self.disk(), path, MAX_SET)?;
        if current.is_some_and(|bytes| !is_known(&sha256(&bytes))) {
            return Err(StoreError::Changed { path: path.display().to_string() });
        }
        disk::rename(self.disk(), temporary, path)
            .map_err(|source| StoreError::io("cannot save", path, source))
    }
}

/// A path as it is written in files: with `/` between its parts.
fn slashed(path: &Path) -> String {
    path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}
