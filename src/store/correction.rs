//! Writing a corrected article: in its own encoding, and only if the bytes of all the rest stay as
//! they are.

use std::path::Path;

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

use crate::file::{TrashNote, newline_of, sha256};
use crate::model::{Document, Owner, Report, Source, Timestamp};
use crate::store::article::{article_of, read_bytes};
use crate::store::disk::{self, Kind};
use crate::store::{Folder, StoreError};
use crate::text::Text;

impl Folder {
    /// How an article will come off the disk when its text is `text`, if it can be corrected to it.
    ///
    /// # Errors
    /// If the article is not as it was read, is a link, lies in a release, does not come back to the
    /// byte from its text, or if its encoding has not all characters of the new one.
    pub fn corrected_source(&self, document: &Document, text: &Text) -> Result<Source, StoreError> {
        let id = document.id.as_str();
        let refuse = |why: &'static str| StoreError::NotCorrectable { why, path: id.to_owned() };
        let path = self.inside(id)?;
        if self.disk().link_metadata(&path).is_ok_and(|it| it.kind == Kind::Link) {
            return Err(refuse("it is a link to another file"));
        }
        if id.starts_with("releases/") {
            return Err(refuse("a release never changes"));
        }
        let now = read_bytes(self.disk(), &path)?;
        if sha256(&now) != document.source.file_sha256 {
            return Err(StoreError::Changed { path: path.display().to_string() });
        }
        if encode(document, &path).is_none_or(|bytes| bytes != now) {
            return Err(refuse("not all of its bytes are text"));
        }
        let corrected = Document { text: text.clone(), ..document.clone() };
        let bytes = encode(&corrected, &path).ok_or_else(|| {
            refuse("in its encoding the new text cannot be written so that it is read again")
        })?;
        Ok(Source {
            newline: newline_of(text.as_str()),
            file_sha256: sha256(&bytes),
            text_sha256: sha256(text.as_str().as_bytes()),
            ..document.source.clone()
        })
    }

    /// Writes a corrected article, completely or not at all; what it was goes to the trash. `known`
    /// holds the SHA-256 of what may stand there.
    ///
    /// # Errors
    /// If another program changed the file, or the system refuses.
    pub fn write_article(
        &self,
        document: &Document,
        known: &[String],
        by: &Owner,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let path = self.inside(document.id.as_str())?;
        let now = sha256(&read_bytes(self.disk(), &path)?);
        if now == document.source.file_sha256 {
            return Ok(());
        }
        let bytes = encode(document, &path).filter(|it| sha256(it) == document.source.file_sha256);
        let Some(bytes) = bytes.filter(|_| known.contains(&now)) else {
            return Err(StoreError::Changed { path: path.display().to_string() });
        };
        let why = "the text was corrected".to_owned();
        let path_shown = document.id.as_str().to_owned();
        self.copy_to_trash(&TrashNote { at, by: by.name().to_owned(), why, path: path_shown })?;
        disk::replace(self.disk(), &path, &bytes)
    }
}

/// An article as bytes; nothing if its encoding has none for it, or if they would be read as
/// something else.
fn encode(document: &Document, path: &Path) -> Option<Vec<u8>> {
    let Document { id, text, source } = document;
    let encoding = Encoding::for_label(source.encoding.as_bytes())?;
    let mut bytes = if source.bom { encode_in(encoding, "\u{feff}")? } else { Vec::new() };
    bytes.extend(encode_in(encoding, text.as_str())?);
    let mut report = Report::default();
    let read = article_of(bytes.clone(), path, id, &mut report).ok()?;
    let is_same = read.text == *text
        && (read.source.encoding.as_str(), read.source.bom) == (source.encoding.as_str(), source.bom);
    (is_same && report.is_empty()).then_some(bytes)
}

/// The encoder of the Encoding Standard writes UTF-8 for UTF-16, so that is done here.
fn encode_in(encoding: &'static Encoding, text: &str) -> Option<Vec<u8>> {
    if encoding == UTF_16LE {
        return Some(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
    }
    if encoding == UTF_16BE {
        return Some(text.encode_utf16().flat_map(u16::to_be_bytes).collect());
    }
    let (bytes, _, is_unmappable) = encoding.encode(text);
    (!is_unmappable).then(|| bytes.into_owned())
}
