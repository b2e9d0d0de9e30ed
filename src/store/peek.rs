//! A look at files outside a project, that costs little however much there is.

use std::io::Read;
use std::path::{Path, PathBuf};

use crate::store::disk::{Disk, Kind, SystemDisk};

/// A file, or the first `most` of a folder, nearest first, each with its path in that folder, which
/// has `/` between its parts. Links and hidden files are passed over, and so is what cannot be read.
pub fn first_files(path: &Path, most: usize) -> Vec<(String, PathBuf)> {
    let disk = SystemDisk;
    if !disk.is_folder(path) {
        let name = path.file_name().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
        return vec![(name, path.to_owned())];
    }
    let mut found = Vec::new();
    let mut folders = std::collections::VecDeque::from([(path.to_owned(), String::new())]);
    let mut n_seen = 0;
    while let Some((folder, way)) = folders.pop_front() {
        let entries = disk.list(&folder).into_iter().flatten().flatten();
        for entry in entries.take(most - n_seen) {
            n_seen += 1;
            let name = entry.name.to_string_lossy().into_owned();
            let (path, way) = (folder.join(&entry.name), format!("{way}{name}"));
            match entry.kind {
                _ if name.starts_with('.') => {}
                Kind::Folder => folders.push_back((path, way + "/")),
                Kind::File => found.push((way, path)),
                _ => {}
            }
        }
    }
    found
}

/// The first `n` bytes of a file, or fewer; none if it cannot be read.
pub fn beginning(path: &Path, n: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Only a regular file ends, or gives its bytes at once.
    let is_file = SystemDisk.metadata(path).is_ok_and(|it| it.kind == Kind::File);
    let file = if is_file { SystemDisk.open(path).ok() } else { None };
    let _is_whole = file.map(|it| it.take(n).read_to_end(&mut bytes));
    bytes
}
