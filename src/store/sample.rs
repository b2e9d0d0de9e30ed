//! The sample project, built into the program, so that trying Sorot never writes into a checkout.

use std::path::PathBuf;

use include_dir::{Dir, DirEntry, include_dir};

use super::StoreError;

static SAMPLES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/samples");

/// The article that a newcomer sees first, whose gold is the richest.
pub const FIRST: &str = "articles/topmedia-ukraina.txt";

/// The person's own copy of the sample project in their data folder: made at the first call, kept
/// as it is afterwards.
///
/// # Errors
/// If the system names no data folder, or it cannot be written.
pub fn copy_for_user() -> Result<PathBuf, StoreError> {
    let folders = directories::ProjectDirs::from("", "", "sorot").ok_or(StoreError::NoDataFolder)?;
    let target = folders.data_dir().join("sample");
    if !target.join("sorot.json").exists() {
        copy_to(&target)?;
    }
    Ok(target)
}

/// Writes the sample project into a folder.
///
/// # Errors
/// If it cannot be written.
pub fn copy_to(target: &std::path::Path) -> Result<(), StoreError> {
    let mut folders = vec![&SAMPLES];
    while let Some(folder) = folders.pop() {
        for entry in folder.entries() {
            let path = target.join(entry.path());
            let written = match entry {
                DirEntry::Dir(folder) => {
                    folders.push(folder);
                    std::fs::create_dir_all(&path)
                }
                DirEntry::File(file) => path
                    .parent()
                    .map_or(Ok(()), std::fs::create_dir_all)
                    .and_then(|()| std::fs::write(&path, file.contents())),
            };
            written.map_err(|source| StoreError::Io {
                what: "cannot write",
                path: path.display().to_string(),
                source,
            })?;
        }
    }
    Ok(())
}

/// A copy of the sample project in a temporary folder, which goes with the value.
///
/// # Errors
/// If there is no temporary folder or it cannot be written.
pub fn temporary() -> Result<tempfile::TempDir, StoreError> {
    let folder = tempfile::tempdir().map_err(|source| StoreError::Io {
        what: "cannot make a temporary folder",
        path: std::env::temp_dir().display().to_string(),
        source,
    })?;
    copy_to(folder.path())?;
    Ok(folder)
}
