//! Files for other programs, outside of projects.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Component, Path, PathBuf};

use rayon::prelude::*;
use tempfile::TempDir;

use crate::store::StoreError;
use crate::store::disk::{self, Disk, SystemDisk, TEMPORARY};

/// Writes a file that belongs to no project, such as a picture, in place of one that is there:
/// complete, or not at all.
///
/// # Errors
/// If the system refuses.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let absolute = std::path::absolute(path).map_err(|source| StoreError::io("cannot save", path, source))?;
    disk::replace(&SystemDisk, &absolute, bytes).map_err(|error| match error {
        // In a sentence it is called as somebody typed it.
        StoreError::Io { what, source, .. } => StoreError::io(what, path, source),
        error => error,
    })
}

/// Files for other programs as they grow, beside the place that they go to. What is dropped before
/// it is finished was never there.
#[derive(Debug)]
pub struct ExportFiles {
    /// As somebody typed it.
    shown: PathBuf,
    place: Place,
    filling: TempDir,
    /// The files that there are, by their paths in the export, and those that grew since they began.
    begun: BTreeSet<String>,
    grown: BTreeSet<PathBuf>,
    folders: BTreeSet<PathBuf>,
    failed: Option<StoreError>,
}

/// Where files go once all are whole.
#[derive(Debug)]
enum Place {
    /// A file that may be there.
    File(PathBuf),
    /// A folder that is not there, or empty: all files come into it, or none.
    New(PathBuf),
    /// A folder with something in it: each file comes whole, or not at all.
    Filled(PathBuf),
}

/// What a single file is called while it is not in its place.
const ONE: &str = "file";

impl ExportFiles {
    /// Files that go to a folder, or pieces of a single one.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn new(path: &Path, is_one_file: bool) -> Result<ExportFiles, StoreError> {
        let io = |source| StoreError::io("cannot save", path, source);
        let absolute = || std::path::absolute(path);
        let place = match is_one_file {
            true => Place::File(absolute().map_err(io)?),
            // A link stays, and what it leads to is filled.
            false => {
                Place::of_folder(path.canonicalize().or_else(|_| absolute()).map_err(io)?).map_err(io)?
            }
        };
        let filling = place.filling().map_err(io)?;
        let mut files = ExportFiles {
            shown: path.to_owned(),
            place,
            folders: BTreeSet::from([filling.path().to_owned()]),
            filling,
            begun: BTreeSet::new(),
            grown: BTreeSet::new(),
            failed: None,
        };
        if is_one_file {
            files.put(vec![(ONE.to_owned(), Vec::new())]);
        }
        Ok(files)
    }

    /// Takes pieces of files by their paths in the export, `/` between the parts; a further piece of
    /// a file continues it. What goes wrong is told at the end.
    pub fn put(&mut self, pieces: Vec<(String, Vec<u8>)>) {
        if self.failed.is_none() {
            self.failed = self.write(pieces).err();
        }
    }

    fn write(&mut self, pieces: Vec<(String, Vec<u8>)>) -> Result<(), StoreError> {
        let io = |source| StoreError::io("cannot save", &self.shown, source);
        let (mut new, mut further) = (Vec::new(), Vec::new());
        for (name, bytes) in pieces {
            let name = if matches!(self.place, Place::File(_)) { ONE.to_owned() } else { name };
            let is_below = Path::new(&name).components().all(|it| matches!(it, Component::Normal(_)));
            if !is_below {
                return Err(StoreError::Outside { path: name });
            }
            let path = self.filling.path().join(&name);
            if let Some(folder) = path.parent()
                && !self.folders.contains(folder)
            {
                disk::create_folders(&SystemDisk, folder).map_err(io)?;
                self.folders.insert(folder.to_owned());
            }
            if self.begun.insert(name) { new.push((path, bytes)) } else { further.push((path, bytes)) }
        }
        let write = |(path, bytes): &(PathBuf, Vec<u8>)| SystemDisk.write_unflushed(path, bytes);
        new.par_iter().try_for_each(write).map_err(io)?;
        for (path, bytes) in further {
            let file = OpenOptions::new().append(true).open(&path);
            file.and_then(|mut file| file.write_all(&bytes)).map_err(io)?;
            self.grown.insert(path);
        }
        Ok(())
    }

    /// Brings the files to their places, safe on the disk.
    ///
    /// # Errors
    /// If the system refused anything since the beginning, or refuses now.
    pub fn finish(self) -> Result<(), StoreError> {
        let ExportFiles { shown, place, filling, begun, grown, mut folders, failed } = self;
        if let Some(error) = failed {
            return Err(error);
        }
        let finish = || {
            grown.iter().try_for_each(|path| File::open(path)?.sync_all())?;
            match place {
                Place::File(path) => {
                    let staged = filling.path().join(ONE);
                    File::open(&staged)?.sync_all()?;
                    disk::rename(&SystemDisk, &staged, &path)?;
                    SystemDisk.sync_folder(path.parent().ok_or(ErrorKind::InvalidInput)?)
                }
                Place::New(folder) => {
                    SystemDisk.flush(filling.path(), &folders)?;
                    match std::fs::remove_dir(&folder) {
                        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                        _ => SystemDisk.rename_new(filling.path(), &folder)?,
                    }
                    // It is no longer where it would be removed.
                    drop(filling.keep());
                    SystemDisk.sync_folder(folder.parent().ok_or(ErrorKind::InvalidInput)?)
                }
                Place::Filled(folder) => {
                    SystemDisk.flush(filling.path(), &folders)?;
                    folders.clear();
                    for name in begun {
                        let path = folder.join(&name);
                        let parent = path.parent().ok_or(ErrorKind::InvalidInput)?;
                        disk::create_folders(&SystemDisk, parent)?;
                        disk::rename(&SystemDisk, &filling.path().join(&name), &path)?;
                        folders.insert(parent.to_owned());
                    }
                    folders.iter().try_for_each(|it| SystemDisk.sync_folder(it))
                }
            }
        };
        finish().map_err(|source| StoreError::io("cannot save", &shown, source))
    }
}

impl Place {
    fn of_folder(folder: PathBuf) -> io::Result<Place> {
        match SystemDisk.list(&folder).map(|mut entries| entries.next().is_some()) {
            Ok(true) => Ok(Place::Filled(folder)),
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(Place::New(folder)),
        }
    }

    /// A folder on the same disk.
    fn filling(&self) -> io::Result<TempDir> {
        let beside = match self {
            Place::File(path) | Place::New(path) => path.parent().ok_or(ErrorKind::InvalidInput)?,
            Place::Filled(folder) => folder,
        };
        disk::create_folders(&SystemDisk, beside)?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(TEMPORARY);
        // For whoever the user's umask lets in, as any new folder is.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
        builder.tempdir_in(beside)
    }
}
