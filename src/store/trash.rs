//! The trash, `.sorot/trash/`: a copy of every file that Sorot replaced or removed outside its
//! usual saving, with a note of where it lay, so that it can be put back.
//!
//! Invariants:
//! - The copy is safe on the disk before the file itself is touched.
//! - An entry is two files of one name: `<id>.file`, the bytes as they were, and after it
//!   `<id>.json`, the note. An entry without a note is one that was broken off; it is listed.
//! - What is put back goes nowhere but into the project, and never over a file that is not in the
//!   trash itself.

use std::ffi::OsStr;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::file::{self, TrashNote};
use crate::model::{AnnotationSet, Document, DocumentId, Report, Schema, SetKey, Timestamp};
use crate::store::disk::{self, Kind};
use crate::store::{Folder, MAX_SET, StoreError, brought_up_to_date};

/// A file in the trash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrashEntry {
    /// What it is called there: the time, and the begin of a hash of what it is.
    pub id: String,
    /// How it came there; nothing if the note is missing or broken.
    pub note: Option<TrashNote>,
    /// How large it is.
    pub n_bytes: u64,
}

/// Where the trash lies in a project folder.
const TRASH: &str = ".sorot/trash";

impl Folder {
    /// Copies a file into the trash; returns when the copy is safe on the disk. Nothing happens if
    /// there is no such file. The same file with the same content is kept once a second.
    ///
    /// # Errors
    /// If the note's path leads out of the project, or the system refuses.
    pub fn copy_to_trash(&self, note: &TrashNote) -> Result<(), StoreError> {
        match disk::read(self.disk(), &self.inside(&note.path)?, MAX_SET)? {
            Some(bytes) => self.bytes_to_trash(note, &bytes),
            None => Ok(()),
        }
    }

    /// Puts a file into the trash whose bytes are at hand.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn bytes_to_trash(&self, note: &TrashNote, bytes: &[u8]) -> Result<(), StoreError> {
        disk::create(self.disk(), &self.inside(".sorot/.gitignore")?, "*\n")?;
        let id = entry_id(note, bytes);
        disk::replace(self.disk(), &self.entry_path(&id, "file")?, bytes)?;
        disk::replace(self.disk(), &self.entry_path(&id, "json")?, &file::write_trash_note(note))
    }

    /// Puts a set into the trash as it is in memory, which its file may not have yet.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn set_to_trash(
        &self,
        key: &SetKey,
        document: &Document,
        set: &AnnotationSet,
        schema: &Schema,
        note: TrashNote,
    ) -> Result<(), StoreError> {
        let path = self.set_name(key);
        self.bytes_to_trash(&TrashNote { path, ..note }, &file::write_set(key, document, set, schema))
    }

    /// The set that an entry is; nothing if it is something else, or a set of no article here.
    pub fn trashed_set(&self, id: &str) -> Option<SetKey> {
        let path = self.note(id)?.path;
        let (folder, name) = path.strip_prefix("annotations/")?.split_once('/')?;
        let owner = self.state().folders.owner(folder)?;
        let article = name.strip_suffix(".json")?;
        let articles =
            [format!("articles/{article}"), article.strip_prefix("@/").unwrap_or(article).to_owned()];
        let document = articles.into_iter().map(DocumentId::new).find(|it| self.0.articles.contains(it))?;
        Some(SetKey { document, owner })
    }

    /// Reads a set in the trash, brought to the text that its article has now.
    ///
    /// # Errors
    /// If there is no such entry, or it cannot be read.
    pub fn read_trashed_set(
        &self,
        id: &str,
        document: &Document,
        schema: &Schema,
        report: &mut Report,
    ) -> Result<AnnotationSet, StoreError> {
        let bytes = self.read_trash(id)?;
        let stored = file::read_set_on(document, &bytes, id, schema, report)?;
        Ok(brought_up_to_date(stored, document, id.to_owned(), report).0)
    }

    /// Removes a file after a copy of it went to the trash. Nothing happens if there is no such
    /// file.
    ///
    /// # Errors
    /// If the note's path leads out of the project, or the system refuses.
    pub fn move_to_trash(&self, note: &TrashNote) -> Result<(), StoreError> {
        self.copy_to_trash(note)?;
        let path = self.inside(&note.path)?;
        self.remove_if_there(&path)?;
        self.state().seen.remove(&path);
        Ok(())
    }

    /// What the trash holds, newest first.
    pub fn trash(&self) -> Vec<TrashEntry> {
        let Ok(folder) = self.inside(TRASH) else { return Vec::new() };
        let names = self.disk().list(&folder).into_iter().flatten().flatten().map(|entry| entry.name);
        let mut entries: Vec<TrashEntry> = names
            .filter_map(|name| {
                let path = Path::new(&name);
                let id =
                    path.file_stem()?.to_str().filter(|_| path.extension() == Some(OsStr::new("file")))?;
                let metadata = self.disk().link_metadata(&folder.join(path)).ok()?;
                let is_file = metadata.kind == Kind::File;
                is_file.then(|| TrashEntry {
                    id: id.to_owned(),
                    note: self.note(id),
                    n_bytes: metadata.n_bytes,
                })
            })
            .collect();
        entries.sort_unstable_by(|a, b| b.id.cmp(&a.id));
        entries
    }

    /// The bytes of a file in the trash.
    ///
    /// # Errors
    /// If there is no such entry, or the system refuses.
    pub fn read_trash(&self, id: &str) -> Result<Vec<u8>, StoreError> {
        let missing = || StoreError::NotInTrash { id: id.to_owned() };
        let kept = self.entry_path(id, "file")?;
        // A link would bring in what is not the project's.
        if !self.disk().link_metadata(&kept).is_ok_and(|it| it.kind == Kind::File) {
            return Err(missing());
        }
        disk::read(self.disk(), &kept, MAX_SET)?.ok_or_else(missing)
    }

    /// Puts a copy of a file back to where it lay; the trash keeps it. A file that lies there now
    /// goes to the trash before. Returns the path from the project folder.
    ///
    /// # Errors
    /// If there is no such entry, if it is not known where it lay or that is outside the project, if
    /// another window changes the annotations of whose it is, or if the system refuses.
    pub fn restore(&self, id: &str, by: &str, at: Timestamp) -> Result<String, StoreError> {
        let path = self.note(id).ok_or_else(|| StoreError::NotInTrash { id: id.to_owned() })?.path;
        if path.split('/').enumerate().any(|(i, part)| part.starts_with('.') && (i, part) != (0, ".sorot")) {
            // Hidden files are other programs', as a folder from elsewhere may want them changed.
            return Err(StoreError::Outside { path });
        }
        if super::release::is_released(&path) {
            return Err(StoreError::Released { path });
        }
        let target = self.inside(&path)?;
        let bytes = self.read_trash(id)?;
        if disk::read(self.disk(), &target, MAX_SET)?.is_none_or(|current| current != bytes) {
            self.hold_for(&target)?;
            let why = format!("put {id} back");
            self.copy_to_trash(&TrashNote { at, by: by.to_owned(), why, path: path.clone() })?;
            disk::replace(self.disk(), &target, &bytes)?;
        }
        Ok(path)
    }

    /// Removes for good what came to the trash before a time. What has no readable note stays.
    /// Returns how many files went.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn empty_trash(&self, before: Timestamp) -> Result<usize, StoreError> {
        let entries = self.trash();
        let old = entries.iter().filter(|entry| entry.note.as_ref().is_some_and(|note| note.at < before));
        let mut n_removed = 0;
        for entry in old {
            self.remove_entry(&entry.id)?;
            n_removed += 1;
        }
        Ok(n_removed)
    }

    /// The note last: an entry that is half gone is not half a file.
    fn remove_entry(&self, id: &str) -> Result<(), StoreError> {
        self.remove_if_there(&self.entry_path(id, "file")?)?;
        self.remove_if_there(&self.entry_path(id, "json")?)
    }

    /// Returns when a power cut does not bring the file back.
    pub(super) fn remove_if_there(&self, path: &Path) -> Result<(), StoreError> {
        let removed = self.disk().remove(path).or_else(if_there);
        let flushed = removed.and_then(|()| match path.parent() {
            Some(folder) => self.disk().sync_folder(folder).or_else(if_there),
            None => Ok(()),
        });
        flushed.map_err(|source| StoreError::io("cannot remove", path, source))
    }

    fn note(&self, id: &str) -> Option<TrashNote> {
        let path = self.entry_path(id, "json").ok()?;
        file::read_trash_note(&disk::read(self.disk(), &path, MAX_SET).ok()??)
    }

    fn entry_path(&self, id: &str, ending: &str) -> Result<PathBuf, StoreError> {
        self.inside(&format!("{TRASH}/{id}.{ending}"))
    }
}

/// The time, so that names sort by it, and a hash that tells apart what came in one second. Every
/// system takes the name.
fn entry_id(note: &TrashNote, bytes: &[u8]) -> String {
    let time: String = note.at.iso().unwrap_or_default().replace(['-', ':'], "");
    let hash = file::sha256(format!("{}\n{}", note.path, file::sha256(bytes)).as_bytes());
    format!("{time}-{}", &hash[..8])
}

/// What is not there is as well as removed.
fn if_there(error: io::Error) -> io::Result<()> {
    if error.kind() == ErrorKind::NotFound { Ok(()) } else { Err(error) }
}
