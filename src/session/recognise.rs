//! What files are of which nobody says it.

use std::path::PathBuf;

use crate::format;
use crate::store::{beginning, first_files};

/// At how many files and folders is looked.
const MOST: usize = 500;

/// How much of a file is read, in bytes: a long article stands before what its line says about it.
const BEGINNING: u64 = 256 * 1024;

/// How many files are read.
const MOST_READ: usize = 8;

/// Endings of files that hold articles and no annotations.
const PAGES: [&str; 9] = ["html", "htm", "xhtml", "docx", "odt", "epub", "rtf", "pdf", "zip"];

/// The id of the format of some files, and of folders with files below them; nothing if they seem to be
/// articles. Looks at so little that it can be done while somebody waits.
pub fn recognise(paths: &[PathBuf]) -> Option<&'static str> {
    let files: Vec<_> = paths.iter().flat_map(|path| first_files(path, MOST)).take(MOST).collect();
    let is_page = |name: &str| {
        let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase());
        ending.is_some_and(|it| PAGES.contains(&it.as_str()))
    };
    if files.iter().any(|(name, _)| is_page(name)) {
        // Among annotations, they would be passed over without a word.
        return None;
    }
    let mut n_read = 0;
    let found = files.iter().find_map(|(name, path)| {
        format::recognise(name, || {
            n_read += 1;
            if n_read <= MOST_READ { beginning(path, BEGINNING) } else { Vec::new() }
        })
    });
    found.map(|it| it.id())
}
