//! Files for other programs, outside of projects.

use std::collections::BTreeSet;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

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

/// Writes files, each by its path in a folder with `/` between its parts. In a new or empty folder
/// there are all of them afterwards, or none; in another one each is written completely, or not at
/// all, in place of one that is there.
///
/// # Errors
/// If the system refuses.
pub fn write_files(folder: &Path, files: &[(String, Vec<u8>)]) -> Result<(), StoreError> {
    let io = |source| StoreError::io("cannot save", folder, source);
    let absolute = || std::path::absolute(folder);
    // A link stays, and what it leads to is filled.
    let folder = &folder.canonicalize().or_else(|_| absolute()).map_err(io)?;
    let is_empty = match SystemDisk.list(folder) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) if error.kind() == ErrorKind::NotFound => true,
        Err(error) => return Err(io(error)),
    };
    if is_empty {
        return write_folder(folder, files).map_err(io);
    }
    files.iter().try_for_each(|(name, bytes)| disk::replace(&SystemDisk, &folder.join(name), bytes))
}

/// Fills a folder beside the one that is wanted, flushes it once, and gives it its name.
fn write_folder(folder: &Path, files: &[(String, Vec<u8>)]) -> io::Result<()> {
    let beside = folder.parent().ok_or(ErrorKind::InvalidInput)?;
    disk::create_folders(&SystemDisk, beside)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY);
    // For whoever the user's umask lets in, as any new folder is.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
    let filling = builder.tempdir_in(beside)?;
    let paths: Vec<PathBuf> = files.iter().map(|(name, _)| filling.path().join(name)).collect();
    let folders: BTreeSet<PathBuf> = paths.iter().filter_map(|it| it.parent().map(Path::to_owned)).collect();
    folders.iter().try_for_each(|it| disk::create_folders(&SystemDisk, it))?;
    let written = files.par_iter().zip(&paths);
    written.try_for_each(|((_, bytes), path)| SystemDisk.write_unflushed(path, bytes))?;
    SystemDisk.flush(filling.path(), &folders)?;
    match std::fs::remove_dir(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => SystemDisk.rename_new(filling.path(), folder)?,
    }
    // It is no longer where it would be removed.
    drop(filling.keep());
    SystemDisk.sync_folder(beside)
}
