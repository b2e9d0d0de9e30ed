//! Writing so that a file is complete or as it was: measured to lose nothing on kills and power
//! cuts, unlike writing in place or renaming without flushing.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use crate::store::StoreError;

/// How the names of temporary files begin.
pub(super) const TEMPORARY: &str = ".sorot-tmp-";

/// Old temporary files are those of a program that died: none lives that long.
const TEMPORARY_AGE: Duration = Duration::from_secs(3_600);

/// Pauses before a refused rename is tried again. Virus scanners and sync programs hold a file for
/// some 10 to 200 ms, on bad days for seconds.
const PAUSES: [u64; 8] = [10, 25, 50, 100, 200, 400, 800, 1_600];

/// Replaces a file's content completely, or leaves it as it was. Folders are made as needed.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    write(path, bytes).map_err(|source| StoreError::io("cannot save", path, source))
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY);
    // The usual rights of a new file, so that others of a team can read it.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut temporary = builder.tempfile_in(folder)?;
    temporary.write_all(bytes)?;
    temporary.as_file().sync_all()?;
    for pause in PAUSES {
        match temporary.persist(path) {
            Ok(_) => return sync_folder(folder),
            Err(error) if is_passing(&error.error) && !path.is_dir() => {
                std::thread::sleep(Duration::from_millis(pause));
                temporary = error.file;
            }
            Err(error) => return Err(error.error),
        }
    }
    temporary.persist(path).map_err(|error| error.error)?;
    sync_folder(folder)
}

/// True for refusals that pass when another program lets go of the file.
fn is_passing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ResourceBusy)
}

/// Makes a rename survive a power cut. Windows cannot open a folder for it.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(windows) { Ok(()) } else { File::open(folder)?.sync_all() }
}

/// Makes a file with that content unless there is one.
pub(super) fn create(path: &Path, content: &str) -> Result<(), StoreError> {
    if path.symlink_metadata().is_ok() { Ok(()) } else { replace(path, content.as_bytes()) }
}

/// Removes temporary files that a killed program left in a folder, as far as possible.
pub(super) fn remove_old_temporaries(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_temporary = entry.file_name().to_string_lossy().starts_with(TEMPORARY);
        let modified = entry.metadata().and_then(|it| it.modified()).ok();
        if is_temporary && modified.and_then(|it| it.elapsed().ok()).is_some_and(|age| age > TEMPORARY_AGE) {
            // Left behind, it harms nobody; the next opening tries again.
            drop(fs::remove_file(entry.path()));
        }
    }
}
