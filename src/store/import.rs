//! Files that come in together or not at all: the articles and sets of an import.
//!
//! Invariants:
//! - An import lies whole in `.sorot/imports/<id>/`, safe on the disk and with a note of what it
//!   is, before any of its files is in its place.
//! - A file comes in only where there is none, and goes out only as it came in.
//! - Moving in and moving out may be done again: what a crash broke off is done to its end.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::file::{
    self, ImportNote, ImportedFile, SourceRecord, read_import_note, sha256, write_import_note,
    write_source_record,
};
use crate::model::{AnnotationSet, Document, DocumentId, Owner, Schema, SetKey};
use crate::store::article::record_path;
use crate::store::disk::{self, Disk, Held, Kind, Readable};
use crate::store::{ATTRIBUTES, Folder, MAX_SET, StoreError};

/// Where imports lie in a project folder.
pub(super) const IMPORTS: &str = ".sorot/imports";

/// What says that an import is whole.
pub(super) const NOTE: &str = "import.json";

/// How many files are made while others are written.
const CHUNK: usize = 256;

/// The most bytes of files that are read for one import: they lie in memory.
const MAX_BYTES: u64 = 4_000_000_000;

/// An import on its way; what is not finished leaves nothing behind.
#[derive(Debug)]
pub struct Staging {
    folder: Folder,
    id: String,
    root: PathBuf,
    note: ImportNote,
    folders: BTreeSet<PathBuf>,
    is_finished: bool,
    /// A file that is held, so that nobody thinks that the import was broken off.
    beacon: (PathBuf, Held),
}

/// What came of moving an import's files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Placed {
    /// How many were moved, now or before.
    pub n_files: usize,
    /// Those that stayed where they were, with the reason.
    pub left: Vec<String>,
}

/// Folders that files are moved between: looked at once, not for each file.
#[derive(Debug, Default)]
struct Folders {
    /// Those that lie in the project, whatever links there are.
    inside: BTreeSet<PathBuf>,
    /// Those on the way to files that were to be moved with all that is in them.
    tried: BTreeSet<PathBuf>,
    /// Those that were moved so.
    whole: BTreeSet<PathBuf>,
    /// Those whose names changed, not flushed yet.
    changed: BTreeSet<PathBuf>,
}

impl Folder {
    /// Begins an import; `note` says what it is, and its files are added one by one.
    ///
    /// # Errors
    /// If the project is not there, or the system refuses.
    pub fn stage(&self, note: ImportNote) -> Result<Staging, StoreError> {
        self.check_there()?;
        disk::create(self.disk(), &self.inside(".sorot/.gitignore")?, "*\n")?;
        let time = note.at.iso().unwrap_or_default().replace([':', '-'], "");
        let chance: String = std::iter::repeat_with(fastrand::alphanumeric).take(6).collect();
        let id = format!("{time}-{}", chance.to_lowercase());
        let root = self.inside(&format!("{IMPORTS}/{id}"))?;
        let io = |source| StoreError::io("cannot import", &root, source);
        disk::create_folders(self.disk(), &root).map_err(io)?;
        let beacon = disk::write_temporary(self.disk(), &root, b"").map_err(io)?;
        let folders = BTreeSet::from([root.clone()]);
        let note = ImportNote { files: Vec::new(), ..note };
        Ok(Staging { folder: self.clone(), id, root, note, folders, is_finished: false, beacon })
    }

    /// Moves an import's files to their places, or out of them again. `by` is whose lock this window
    /// keeps afterwards.
    ///
    /// # Errors
    /// If the import is not there, if another window changes the sets of one of its owners, or if the
    /// system refuses; what was moved until then stays where it is, and the next time goes on.
    pub fn place_import(&self, id: &str, is_in: bool, by: &Owner) -> Result<Placed, StoreError> {
        self.check_there()?;
        let root = self.inside(&format!("{IMPORTS}/{id}"))?;
        let io = |source| StoreError::io("cannot import", &root, source);
        let bytes = disk::read(self.disk(), &root.join(NOTE), MAX_SET)?;
        let note = bytes.as_deref().and_then(read_import_note);
        let note = note.ok_or_else(|| io(ErrorKind::NotFound.into()))?;
        let owners: BTreeSet<&Owner> = note.files.iter().filter_map(|it| it.owner.as_ref()).collect();
        let held = owners.iter().try_for_each(|owner| self.hold(owner));
        let placed =
            held.and_then(|()| if is_in { self.move_in(&note, &root) } else { self.move_out(&note, &root) });
        for owner in owners.into_iter().filter(|it| *it != by) {
            self.give_up_lock(owner);
        }
        placed
    }

    fn move_in(&self, note: &ImportNote, root: &Path) -> Result<Placed, StoreError> {
        if note.files.iter().any(|it| it.owner.is_some()) {
            let annotations = self.0.canonical.join("annotations");
            disk::create(self.disk(), &annotations.join(".gitattributes"), ATTRIBUTES)?;
            disk::create(self.disk(), &annotations.join(".gitignore"), ".sorot-tmp-*\n")?;
        }
        let mut placed = Placed::default();
        let mut folders = Folders::default();
        let mut without_article = BTreeSet::new();
        // Articles go first: a set on one that stays out stays out.
        let (articles, sets): (Vec<_>, Vec<_>) = note.files.iter().partition(|it| it.owner.is_none());
        for file in articles.into_iter().chain(sets) {
            let (staged, place) = (self.staged(root, file)?, self.home(file, &mut folders)?);
            let may_go_along = file.owner.is_none() || without_article.is_empty();
            let is_placed = may_go_along && self.move_folder(root, &place, &mut folders);
            let reason = if is_placed || !self.disk().may_be_there(&staged) {
                None
            } else if without_article.contains(&file.document) {
                Some("since its article does")
            } else {
                self.move_new(&staged, &place, &mut folders)?
            };
            if let Some(reason) = reason {
                placed.left.push(format!("{} stays out, {reason}", file.path));
                if file.owner.is_none() {
                    without_article.insert(&file.document);
                }
            } else {
                placed.n_files += 1;
            }
        }
        self.flush(root, &folders.changed)?;
        Ok(placed)
    }

    fn move_out(&self, note: &ImportNote, root: &Path) -> Result<Placed, StoreError> {
        let mut placed = Placed::default();
        let mut folders = Folders::default();
        // Sets go first: an article stays if somebody else has annotations on it.
        let (articles, sets): (Vec<_>, Vec<_>) = note.files.iter().partition(|it| it.owner.is_none());
        for file in sets.into_iter().chain(articles) {
            let (staged, place) = (self.staged(root, file)?, self.home(file, &mut folders)?);
            let limit = MAX_SET.max(super::article::MAX_BYTES);
            let Some(bytes) = disk::read(self.disk(), &place, limit)? else {
                placed.n_files += 1;
                continue;
            };
            let reason = if sha256(&bytes) != file.sha256 {
                Some("since it was changed")
            } else if file.owner.is_none() && self.is_annotated(&file.document) {
                Some("since somebody annotated it")
            } else {
                self.move_new(&place, &staged, &mut folders)?
            };
            match reason {
                None => {
                    self.forget(&place);
                    placed.n_files += 1;
                }
                Some(reason) => placed.left.push(format!("{} stays, {reason}", file.path)),
            }
        }
        self.flush(root, &folders.changed)?;
        Ok(placed)
    }

    /// Where a file lies while it is in its place.
    fn home(&self, file: &ImportedFile, folders: &mut Folders) -> Result<PathBuf, StoreError> {
        if super::release::is_released(&file.path) {
            return Err(StoreError::Released { path: file.path.clone() });
        }
        let place = self.below(&file.path)?;
        let parent = place.parent().unwrap_or(&place);
        if !folders.inside.contains(parent) {
            if !self.is_inside(parent) {
                return Err(StoreError::Outside { path: file.path.clone() });
            }
            folders.inside.insert(parent.to_owned());
        }
        Ok(place)
    }

    /// Where a file lies while it is not in its place.
    fn staged(&self, root: &Path, file: &ImportedFile) -> Result<PathBuf, StoreError> {
        let place = self.below(&file.path)?;
        let way = place.strip_prefix(&self.0.canonical).unwrap_or(&place);
        Ok(root.join(way))
    }

    /// Moves the topmost folder on the way to a file's place that the project does not have, with
    /// all files in it: they are of the same import. False if the file is to be moved by itself.
    fn move_folder(&self, root: &Path, place: &Path, folders: &mut Folders) -> bool {
        let Some(parent) = place.parent() else { return false };
        if parent.ancestors().any(|it| folders.whole.contains(it)) {
            return true;
        }
        let is_known = folders.changed.contains(parent) || !folders.tried.insert(parent.to_owned());
        let missing = parent.ancestors().take_while(|it| !self.disk().may_be_there(it));
        let Some(folder) = missing.last().filter(|_| !is_known) else { return false };
        let Ok(way) = folder.strip_prefix(&self.0.canonical) else { return false };
        let staged = root.join(way);
        let is_moved = self.disk().rename_new(&staged, folder).is_ok();
        if is_moved {
            let parents = [staged.as_path(), folder].map(|it| it.parent().map(Path::to_owned));
            folders.changed.extend(parents.into_iter().flatten());
            folders.whole.insert(folder.to_owned());
        }
        is_moved
    }

    /// Moves a file to where none is; a reason if one is there.
    fn move_new(
        &self,
        from: &Path,
        to: &Path,
        folders: &mut Folders,
    ) -> Result<Option<&'static str>, StoreError> {
        let io = |source| StoreError::io("cannot move", to, source);
        let parents = [from, to].map(|it| it.parent().map(Path::to_owned).unwrap_or_default());
        if !folders.changed.contains(&parents[1]) {
            disk::create_folders(self.disk(), &parents[1]).map_err(io)?;
        }
        match disk::patiently(self.disk(), to, || self.disk().rename_new(from, to)) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(Some("since there is such a file")),
            Err(error) => Err(io(error)),
            Ok(()) => {
                folders.changed.extend(parents);
                Ok(None)
            }
        }
    }

    fn flush(&self, root: &Path, folders: &BTreeSet<PathBuf>) -> Result<(), StoreError> {
        self.disk().flush(root, folders).map_err(|source| StoreError::io("cannot import", root, source))
    }

    /// True if anybody has a set on an article.
    pub fn is_annotated(&self, document: &DocumentId) -> bool {
        let key = |owner| SetKey { document: document.clone(), owner };
        self.owners().into_iter().any(|owner| self.has_set(&key(owner)))
    }
}

/// A file that an import brings.
#[derive(Clone, Copy, Debug)]
pub enum Piece<'a> {
    /// An article, in UTF-8.
    Article(&'a Document),
    /// The record of where an article comes from.
    Source(&'a DocumentId, &'a SourceRecord),
    /// Somebody's set on an article that is in the project, or comes with it.
    Set(&'a Owner, &'a Document, &'a AnnotationSet),
}

/// A file on its way to the disk.
struct Made {
    file: ImportedFile,
    bytes: Vec<u8>,
}

impl Staging {
    /// Adds files. `step` is told after each, and ends it by false; then this does.
    ///
    /// # Errors
    /// If a path leads out of the project, or the system refuses.
    pub fn add(
        &mut self,
        pieces: &[Piece<'_>],
        schema: &Schema,
        mut step: impl FnMut() -> bool + Send,
    ) -> Result<bool, StoreError> {
        let folder = self.folder.clone();
        let mut chunks = pieces.chunks(CHUNK).map(|chunk| make(&folder, chunk, schema));
        let mut made = chunks.next().unwrap_or_default();
        while !made.is_empty() {
            // While some are written, in order, the next ones are made.
            let write = || self.write(&made, &mut step);
            let (written, next) = rayon::join(write, || chunks.next().unwrap_or_default());
            if !written? {
                return Ok(false);
            }
            made = next;
        }
        Ok(true)
    }

    fn write(&mut self, made: &[Made], step: &mut impl FnMut() -> bool) -> Result<bool, StoreError> {
        for made in made {
            self.write_one(made)?;
            if !step() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn write_one(&mut self, made: &Made) -> Result<(), StoreError> {
        let staged = self.folder.staged(&self.root, &made.file)?;
        let io = |source| StoreError::io("cannot import", &staged, source);
        if let Some(parent) = staged.parent()
            && !self.folders.contains(parent)
        {
            disk::create_folders(self.folder.disk(), parent).map_err(io)?;
            self.folders.insert(parent.to_owned());
        }
        self.folder.disk().write_unflushed(&staged, &made.bytes).map_err(io)?;
        self.note.files.push(made.file.clone());
        Ok(())
    }

    /// Makes it safe on the disk; gives what the import is called from now on.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn finish(mut self) -> Result<String, StoreError> {
        self.folder.flush(&self.root, &self.folders)?;
        disk::replace(self.folder.disk(), &self.root.join(NOTE), &write_import_note(&self.note))?;
        self.is_finished = true;
        Ok(self.id.clone())
    }
}

/// The bytes of files, on all processors.
fn make(folder: &Folder, pieces: &[Piece<'_>], schema: &Schema) -> Vec<Made> {
    // A new owner's folder gets its name once, whichever file comes first.
    let name = |piece: &Piece<'_>| match piece {
        Piece::Article(document) => document.id.as_str().to_owned(),
        Piece::Source(id, _) => record_path(id),
        Piece::Set(owner, document, _) => folder.set_name(&key(owner, document)),
    };
    let paths: Vec<String> = pieces.iter().map(name).collect();
    let made = pieces.par_iter().zip(paths).map(|(piece, path)| {
        let (document, owner, bytes) = match piece {
            Piece::Article(it) => (&it.id, None, it.text.as_str().as_bytes().to_vec()),
            Piece::Source(id, source) => (*id, None, write_source_record(source)),
            Piece::Set(owner, document, set) => {
                let bytes = file::write_set(&key(owner, document), document, set, schema);
                (&document.id, Some(Owner::clone(owner)), bytes)
            }
        };
        let file = ImportedFile { path, document: document.clone(), owner, sha256: sha256(&bytes) };
        Made { file, bytes }
    });
    made.collect()
}

fn key(owner: &Owner, document: &Document) -> SetKey {
    SetKey { document: document.id.clone(), owner: owner.clone() }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // Left behind, it harms nobody; the next opening removes it.
        drop(self.folder.disk().remove(&self.beacon.0));
        if !self.is_finished {
            remove_files(&self.folder, &self.root);
        }
    }
}

/// Removes the files of imports that were broken off before they were whole, as far as possible.
pub(super) fn remove_broken_off(folder: &Folder) {
    let Ok(imports) = folder.inside(IMPORTS) else { return };
    for entry in folder.disk().list(&imports).into_iter().flatten().flatten() {
        let root = imports.join(&entry.name);
        // Who stages holds a temporary file, which goes when its program does.
        let is_held = || {
            let mut entries = folder.disk().list(&root).into_iter().flatten().flatten();
            entries.any(|it| it.name.to_string_lossy().starts_with(disk::TEMPORARY))
        };
        if entry.kind == Kind::Folder && !folder.disk().may_be_there(&root.join(NOTE)) && !is_held() {
            remove_files(folder, &root);
        }
    }
}

pub(super) fn remove_files(folder: &Folder, root: &Path) {
    let mut folders = vec![root.to_owned()];
    while let Some(at) = folders.pop() {
        for entry in folder.disk().list(&at).into_iter().flatten().flatten() {
            let path = at.join(&entry.name);
            match entry.kind {
                Kind::Folder => folders.push(path),
                // Left behind, it harms nobody; the next opening tries again.
                _ => drop(folder.disk().remove(&path)),
            }
        }
    }
}

/// A file, or all files of a folder by their path in it with `/` between the parts, in order. Links
/// and hidden files are passed over.
///
/// # Errors
/// If there is nothing, if a file cannot be read, or if all of them are larger than 4 GB.
pub fn read_files(path: &Path) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
    let mut left = MAX_BYTES;
    let read = |(way, path): (String, PathBuf)| {
        let bytes = read_file(&path, left)?;
        left -= bytes.len() as u64;
        Ok((way, bytes))
    };
    list_files(path)?.into_iter().map(read).collect()
}

/// A file outside projects that is read in pieces of whole lines.
///
/// # Errors
/// If it is no file that can be read.
pub fn read_lines(path: &Path) -> Result<Lines, StoreError> {
    let io = |source| StoreError::io("cannot read", path, source);
    let metadata = disk::SystemDisk.metadata(path).map_err(io)?;
    if metadata.kind != Kind::File {
        return Err(StoreError::NotAFile { path: path.display().to_string() });
    }
    let file = disk::SystemDisk.open(path).map_err(io)?;
    Ok(Lines { path: path.to_owned(), file: BufReader::with_capacity(LINES, file), n_left: MAX_BYTES })
}

/// A file that is read in pieces.
pub struct Lines {
    path: PathBuf,
    file: BufReader<Box<dyn Readable>>,
    n_left: u64,
}

/// How many bytes of lines are read at once, or as many more as it takes to cut none.
const LINES: usize = 4_000_000;

impl Lines {
    /// The next whole lines; nothing at the end.
    ///
    /// # Errors
    /// If the system refuses, or the file is too large.
    pub fn next_piece(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        let io = |source| StoreError::io("cannot read", &self.path, source);
        let mut piece = Vec::new();
        let mut file = self.file.by_ref().take(self.n_left + 1);
        file.by_ref().take(LINES as u64).read_to_end(&mut piece).map_err(io)?;
        file.read_until(b'\n', &mut piece).map_err(io)?;
        match self.n_left.checked_sub(piece.len() as u64) {
            Some(n_left) => self.n_left = n_left,
            None => {
                let path = self.path.display().to_string();
                return Err(StoreError::TooLarge { path, n_bytes: MAX_BYTES + 1, limit: MAX_BYTES });
            }
        }
        Ok(Some(piece).filter(|it| !it.is_empty()))
    }
}

/// A file outside projects, of no more than `limit` bytes.
///
/// # Errors
/// If there is no file, if it is larger, or if the system refuses.
pub fn read_file(path: &Path, limit: u64) -> Result<Vec<u8>, StoreError> {
    let bytes = disk::read(&disk::SystemDisk, path, limit)?;
    bytes.ok_or_else(|| StoreError::io("cannot read", path, ErrorKind::NotFound.into()))
}

/// A file, or all files of a folder, each with its path in that folder, which has `/` between its
/// parts; in order. Links and hidden files are passed over.
///
/// # Errors
/// If there is nothing, or a folder cannot be read.
pub fn list_files(path: &Path) -> Result<Vec<(String, PathBuf)>, StoreError> {
    let system = disk::SystemDisk;
    let disk: &dyn disk::Disk = &system;
    let metadata = disk.metadata(path).map_err(|source| StoreError::io("cannot read", path, source))?;
    if metadata.kind != Kind::Folder {
        let name = path.file_name().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
        return Ok(vec![(name, path.to_owned())]);
    }
    let mut found = Vec::new();
    let mut folders = vec![(path.to_owned(), String::new())];
    while let Some((folder, way)) = folders.pop() {
        let entries = disk.list(&folder).map_err(|source| StoreError::io("cannot read", &folder, source))?;
        for entry in entries {
            let entry = entry.map_err(|source| StoreError::io("cannot read", &folder, source))?;
            let name = entry.name.to_string_lossy().into_owned();
            let (path, way) = (folder.join(&entry.name), format!("{way}{name}"));
            match entry.kind {
                _ if name.starts_with('.') => {}
                Kind::Folder => folders.push((path, way + "/")),
                Kind::File => found.push((way, path)),
                _ => {}
            }
        }
    }
    found.sort_unstable();
    Ok(found)
}
