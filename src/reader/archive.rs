//! Archives: each file in one is read as if it stood alone. What cannot be read is reported, and
//! the others come in.
//!
//! The names in an archive are only names here; nothing is ever written by them. Archives in
//! archives are refused, as they may hold themselves.

use std::io::Read;

use flate2::read::MultiGzDecoder;

use crate::model::{Place, Report, Severity};
use crate::reader::container::Container;
use crate::reader::limits::{self, MAX_ENTRIES, MAX_PART, MAX_UNPACKED};
use crate::reader::{Cause, Extracted, ReadOptions, Reader, reader_of};

/// Zip archives.
pub(super) struct Zip;

/// Tar archives, packed or not.
pub(super) struct Tar;

impl Reader for Zip {
    fn id(&self) -> &'static str {
        "zip"
    }

    fn summary(&self) -> &'static str {
        "zip archive of such files"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["zip"]
    }

    fn read(
        &self,
        file: &str,
        bytes: &[u8],
        options: &ReadOptions,
        report: &mut Report,
    ) -> Result<Vec<Extracted>, Cause> {
        let mut container = Container::open(bytes)?;
        let mut entries = Entries::new(file, options, report);
        for index in 0..container.len() {
            match container.file_name(index)? {
                Some(name) if is_wanted(&name) => entries.read(&name, container.bytes(index)),
                _ => {}
            }
        }
        Ok(entries.articles)
    }
}

impl Reader for Tar {
    fn id(&self) -> &'static str {
        "tar"
    }

    fn summary(&self) -> &'static str {
        "tar archive of such files, packed or not"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["tar", "tar.gz", "tgz"]
    }

    fn read(
        &self,
        file: &str,
        bytes: &[u8],
        options: &ReadOptions,
        report: &mut Report,
    ) -> Result<Vec<Extracted>, Cause> {
        let is_packed = bytes.starts_with(b"\x1f\x8b");
        let limit = limits::unpacked(bytes.len(), MAX_UNPACKED);
        let mut packed = MultiGzDecoder::new(bytes).take(limit as u64);
        let mut plain = bytes;
        let source: &mut dyn Read = if is_packed { &mut packed } else { &mut plain };
        let broken = |error: std::io::Error| Cause::Broken(format!("it cannot be unpacked: {error}"));
        let mut archive = tar::Archive::new(source);
        let mut entries = Entries::new(file, options, report);
        for (i, entry) in archive.entries().map_err(broken)?.enumerate() {
            if i >= MAX_ENTRIES {
                return Err(Cause::TooMuch(format!("it holds more than {MAX_ENTRIES} files")));
            }
            let entry = entry.map_err(broken)?;
            let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            if !entry.header().entry_type().is_file() || !is_wanted(&name) {
                continue;
            }
            let mut content = Vec::new();
            entry.take(MAX_PART as u64 + 1).read_to_end(&mut content).map_err(broken)?;
            let checked = limits::check("what it unpacks to", content.len(), MAX_PART);
            entries.read(&name, checked.map(|()| content));
        }
        let articles = entries.articles;
        archive_end(is_packed, packed.limit())?;
        Ok(articles)
    }
}

/// Refuses an archive that was not read to its end because it unpacks to too much.
fn archive_end(is_packed: bool, left: u64) -> Result<(), Cause> {
    match is_packed && left == 0 {
        true => Err(Cause::TooMuch("it unpacks to far more than it is".to_owned())),
        false => Ok(()),
    }
}

/// False for what systems put beside people's files.
fn is_wanted(name: &str) -> bool {
    let mut parts = name.split(['/', '\\']);
    !parts.any(|part| part.starts_with('.') && part != "." && part != ".." || part == "__MACOSX")
}

/// The articles of an archive, as they are found.
struct Entries<'a> {
    file: &'a str,
    options: &'a ReadOptions,
    report: &'a mut Report,
    articles: Vec<Extracted>,
}

impl<'a> Entries<'a> {
    fn new(file: &'a str, options: &'a ReadOptions, report: &'a mut Report) -> Entries<'a> {
        Entries { file, options, report, articles: Vec::new() }
    }

    /// Reads a file of the archive.
    fn read(&mut self, name: &str, bytes: Result<Vec<u8>, Cause>) {
        let shown = format!("{}/{name}", self.file);
        let articles = bytes.and_then(|bytes| {
            let is_archive = reader_of(name).is_some_and(|it| ["zip", "tar"].contains(&it.id()));
            if is_archive {
                return Err(Cause::Nested);
            }
            super::read(&shown, &bytes, self.options, self.report).map_err(|error| error.cause)
        });
        match articles {
            Ok(articles) => self.articles.extend(articles.into_iter().map(|article| {
                // Two folders may hold a file of one name.
                let folder = name.rsplit_once(['/', '\\']).map_or("", |(folder, _)| folder);
                let name_in =
                    if folder.is_empty() { article.name } else { format!("{folder}/{}", article.name) };
                Extracted { name: name_in, entry: Some(name.to_owned()), ..article }
            })),
            Err(cause) => {
                let place = Place { file: Some(shown), ..Place::default() };
                self.report.add(Severity::Error, place, cause.to_string());
            }
        }
    }
}
