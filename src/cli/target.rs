//! Where files go that other programs read.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use anyhow::bail;

use crate::format::{Format, Sink};
use crate::session::export::written;
use crate::store::ExportFiles;

/// Where an export goes.
pub(super) enum Target<'a> {
    StandardOutput,
    File(&'a Path),
    Folder(&'a Path),
}

impl<'a> Target<'a> {
    /// Refuses early what would be refused after the work.
    pub(super) fn new(format: &dyn Format, out: Option<&'a Path>, force: bool) -> anyhow::Result<Target<'a>> {
        let out = out.filter(|path| *path != Path::new("-"));
        match (out, format.capabilities().one_file) {
            (None, true) => Ok(Target::StandardOutput),
            (None, false) => {
                bail!("{} writes a file for each article, so it needs a folder: --out FOLDER", format.id())
            }
            (Some(path), true) if path.is_dir() => {
                bail!("{} writes one file, and this is a folder: {}", format.id(), path.display())
            }
            (Some(path), true) if path.exists() && !force => {
                bail!("the file exists, and only --force replaces it: {}", path.display())
            }
            (Some(path), true) => Ok(Target::File(path)),
            (Some(path), false) if path.exists() && !path.is_dir() => {
                bail!("{} writes into a folder, and this is a file: {}", format.id(), path.display())
            }
            (Some(path), false) if !force && holds_something(path) => {
                bail!("the folder is not empty, and only --force writes into it: {}", path.display())
            }
            (Some(path), false) => Ok(Target::Folder(path)),
        }
    }

    pub(super) fn path(&self) -> Option<&Path> {
        match self {
            Target::StandardOutput => None,
            Target::File(path) | Target::Folder(path) => Some(path),
        }
    }

    /// Brings what is written to its place.
    pub(super) fn write(&self, out: &mut dyn Write, write: impl FnOnce(&mut dyn Sink)) -> anyhow::Result<()> {
        let (path, is_one_file) = match self {
            Target::StandardOutput => {
                let mut output = Output { out, written: Ok(()) };
                write(&mut output);
                return Ok(output.written?);
            }
            Target::File(path) => (path, true),
            Target::Folder(folder) => (folder, false),
        };
        Ok(written(ExportFiles::new(path, is_one_file)?, write).finish()?)
    }
}

/// Standard output, until it takes nothing more.
struct Output<'o> {
    out: &'o mut dyn Write,
    written: io::Result<()>,
}

impl Sink for Output<'_> {
    fn put(&mut self, pieces: Vec<(String, Vec<u8>)>) {
        if self.written.is_ok() {
            self.written = pieces.iter().try_for_each(|(_, bytes)| self.out.write_all(bytes));
        }
    }
}

fn holds_something(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some())
}
