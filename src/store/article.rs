//! Articles as their owners gave them, or as they were taken out of files of other kinds.
//!
//! Nothing is normalised. An article is written to only when somebody corrects its text, in its own
//! encoding, and only if the bytes of all the rest stay as they are.

use std::io::ErrorKind;
use std::path::Path;

use encoding_rs::UTF_8;

use crate::file::{SourceRecord, newline_of, read_source_record, sha256};
use crate::model::{Document, DocumentId, Place, Report, Severity, Source};
use crate::store::disk::{self, Disk};
use crate::store::{Folder, StoreError};
use crate::text::{NotText, Text, decode};

/// The longest article, in bytes. It lies in memory several times over while it is opened, and is
/// written with every save, since an annotation file holds its text: at this size that is a
/// gigabyte or two, and some seconds beside the window.
pub(super) const MAX_BYTES: u64 = 256_000_000;

/// The largest record of an article's source that is read, in bytes.
const MAX_RECORD: u64 = 16_000_000;

// No encoding takes less than a third of the bytes that UTF-8 takes.
const _: () = assert!(3 * MAX_BYTES < Text::MAX_BYTES as u64);

/// True if a file is an article, by its name. Articles are taken out of other kinds of files before
/// they come into a project.
pub(super) fn is_article(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("txt"))
}

impl Folder {
    /// Where an article comes from; nothing if it was not taken out of another file, or if the record
    /// of that cannot be read.
    pub fn read_source(&self, document: &DocumentId) -> Option<SourceRecord> {
        let name = record_path(document);
        let bytes = disk::read(self.disk(), &self.inside(&name).ok()?, MAX_RECORD).ok()??;
        read_source_record(&bytes, &name).ok()
    }
}

/// Where the record of an article's source lies, from the project folder.
pub(super) fn record_path(document: &DocumentId) -> String {
    format!("{document}.source.json")
}

/// Reads an article.
pub(super) fn read_article(
    disk: &dyn Disk,
    path: &Path,
    id: &DocumentId,
    report: &mut Report,
) -> Result<Document, StoreError> {
    article_of(read_bytes(disk, path)?, path, id, report)
}

/// An article's bytes.
pub(super) fn read_bytes(disk: &dyn Disk, path: &Path) -> Result<Vec<u8>, StoreError> {
    if !is_article(path) {
        return Err(StoreError::UnknownKind { path: path.display().to_string() });
    }
    disk::read(disk, path, MAX_BYTES)?
        .ok_or_else(|| StoreError::io("cannot read", path, ErrorKind::NotFound.into()))
}

/// The article that bytes are. What means nothing in its encoding is reported.
pub(super) fn article_of(
    bytes: Vec<u8>,
    path: &Path,
    id: &DocumentId,
    report: &mut Report,
) -> Result<Document, StoreError> {
    let shown = || path.display().to_string();
    let file_sha256 = sha256(&bytes);
    let reading = decode(bytes).map_err(|NotText| StoreError::NotText { path: shown() })?;
    let encoding = reading.encoding.name().to_lowercase();
    if reading.is_malformed {
        let place = Place { document: Some(id.clone()), file: Some(shown()), ..Place::default() };
        let message =
            format!("some bytes mean nothing in the article's encoding ({encoding}) and show as \u{fffd}");
        report.add(Severity::Warning, place, message);
    }
    let text = Text::new(reading.text);
    let is_as_it_was = reading.encoding == UTF_8 && !reading.bom && !reading.is_malformed;
    let source = Source {
        encoding,
        bom: reading.bom,
        newline: newline_of(text.as_str()),
        text_sha256: if is_as_it_was { file_sha256.clone() } else { sha256(text.as_str().as_bytes()) },
        file_sha256,
        language: None,
    };
    Ok(Document { id: id.clone(), text, source })
}
