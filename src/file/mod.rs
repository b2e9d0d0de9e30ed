//! Sorot's own files as bytes: annotation sets, the project file, lines of history, and the JSON
//! Schemas of them.
//!
//! Invariants:
//! - No disk: bytes in, bytes out.
//! - Numbers in an annotation file are Unicode code points; they become offsets, and offsets
//!   become numbers, here and nowhere else.
//! - Writing is a pure function of its arguments: an unchanged set gives the same bytes.
//! - Reading drops nothing in silence. What cannot be understood is kept to the letter in an
//!   [`Extra`](crate::model::Extra); what cannot stand at its place is kept under `orphans`; each
//!   is reported.

mod assignments;
mod carry;
mod holder;
mod import;
mod item;
mod journal;
mod json;
mod json_schema;
mod orphan;
mod portable;
mod project;
mod release;
mod ruling;
mod salvage;
mod scan;
mod schema;
mod set_reader;
mod set_writer;
mod source_record;
mod transaction;
mod trash;

pub use assignments::{read_assignments, write_assignments};
pub use carry::{Drift, MOVED, carry_set, counted};
pub use holder::{Holder, read_holder, write_holder};
pub use import::{ImportNote, ImportedFile, read_import_note, write_import_note};
pub use item::relation_json;
pub use journal::{read_entry, write_entry};
pub use json_schema::{annotations_schema, project_schema, release_schema};
pub use orphan::{Orphan, merge_sets, n_orphans, orphans, orphans_json};
pub use portable::portable_path;
pub(crate) use portable::{is_device, is_portable};
pub use project::{ProjectFile, read_project, write_project};
pub use release::{
    CHECKSUMS, Counts, Earlier, MANIFEST, Release, ReleasedAgreement, ReleasedArticle, ReleasedFigure,
    ReleasedFile, ReleasedPart, ReleasedSplit, read_checksums, read_release, write_checksums, write_release,
};
pub use ruling::{ruling_edit, rulings};
pub use salvage::{Salvaged, merge_marker, salvage, with_article};
pub use schema::{PRESETS, Preset};
pub(crate) use set_reader::newline_of;
pub use set_reader::{Header, StoredSet, read_header, read_owner, read_set, read_set_on};
pub use set_writer::{annotation_json, write_set};
pub use source_record::{Metadata, SourceRecord, read_source_record, write_source_record};
pub use transaction::{read_transaction, write_transaction};
pub use trash::{TrashNote, read_trash_note, write_trash_note};

/// The newest version of the annotation and project files that this program reads and writes.
pub const VERSION: u64 = 1;

/// Why a file could not be read at all. What could be read in part is a problem instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// The bytes are no JSON object.
    #[error("the file is broken JSON, {message}: {file}:{line}:{column}")]
    Json {
        /// What the parser expected or found.
        message: String,
        /// The file, as people would type it.
        file: String,
        /// Line of the mistake, from 1.
        line: usize,
        /// Column of the mistake in bytes, from 1.
        column: usize,
    },
    /// The bytes are not UTF-8.
    #[error("the file is not in UTF-8: {file}:{line}:{column}")]
    Utf8 {
        /// The file, as people would type it.
        file: String,
        /// Line of the first wrong byte, from 1.
        line: usize,
        /// Column of the first wrong byte, in bytes from 1.
        column: usize,
    },
    /// The file is larger than positions can address.
    #[error("the file is larger than 4 GiB: {file}")]
    TooLarge {
        /// The file, as people would type it.
        file: String,
    },
    /// Version control left its marks in the file.
    #[error("a merge stopped half-way, and the file holds both sides: {file}:{line}:1")]
    HalfMerged {
        /// The file, as people would type it.
        file: String,
        /// Line of the first mark, from 1.
        line: usize,
    },
    /// The JSON is something else.
    #[error("the file does not say \"format\": \"{expected}\": {file}")]
    Format {
        /// What `format` should be.
        expected: &'static str,
        /// The file, as people would type it.
        file: String,
    },
    /// An annotation file without the article's text.
    #[error("the file does not hold the article's text: {file}")]
    NoText {
        /// The file, as people would type it.
        file: String,
    },
    /// A line of history that makes no transaction.
    #[error("the line is no transaction, {0}")]
    Transaction(String),
}

impl FileError {
    /// The file, and the line and column where it is known.
    pub fn place(&self) -> Option<(&str, Option<(usize, usize)>)> {
        match self {
            FileError::Json { file, line, column, .. } | FileError::Utf8 { file, line, column } => {
                Some((file, Some((*line, *column))))
            }
            FileError::HalfMerged { file, line } => Some((file, Some((*line, 1)))),
            FileError::TooLarge { file } | FileError::Format { file, .. } | FileError::NoText { file } => {
                Some((file, None))
            }
            FileError::Transaction(_) => None,
        }
    }

    /// What is wrong, without the place.
    pub fn sentence(&self) -> String {
        let mut sentence = self.to_string();
        if let Some((file, line_column)) = self.place() {
            let place = match line_column {
                Some((line, column)) => format!(": {file}:{line}:{column}"),
                None => format!(": {file}"),
            };
            sentence.truncate(sentence.strip_suffix(&place).map_or(sentence.len(), str::len));
        }
        sentence
    }
}

/// SHA-256 of some bytes in lower-case hexadecimal, as annotation files write it.
pub fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    let hash = Sha256::digest(bytes);
    let digits = hash.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)])).collect()
}
