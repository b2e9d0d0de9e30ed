//! Forms in which annotated articles leave Sorot for other programs, and come in: bytes in, bytes
//! out.
//!
//! Invariants:
//! - No disk: a format makes a [`Bundle`] of named files, and somebody else writes it.
//! - An id in [`FORMATS`] is never renamed or reused: scripts hold it.
//! - What a format cannot hold is in its [`Capabilities`], and what an export lost is in its
//!   report.

mod json;
mod jsonl;

use std::sync::Arc;

use crate::model::{AnnotationSet, Document, Owner, Place, Report, Schema, SetKey, Severity};
use crate::text::OffsetUnit;

/// All formats, in the order in which people see them.
pub static FORMATS: &[&dyn Format] = &[&jsonl::Jsonl, &json::Json];

/// The format with that id.
pub fn find(id: &str) -> Option<&'static dyn Format> {
    FORMATS.iter().copied().find(|format| format.id() == id)
}

/// One form of annotated articles.
pub trait Format: Sync {
    /// What scripts and the command line call it; lower case.
    fn id(&self) -> &'static str;

    /// What it is, in a few words.
    fn summary(&self) -> &'static str;

    /// What it can hold.
    fn capabilities(&self) -> Capabilities;

    /// Articles to files. What is lost beyond [`Capabilities::losses`] is reported.
    fn export(&self, articles: &[Article], schema: &Schema, report: &mut Report) -> Bundle;

    /// Files to articles. `file` is what people call the file that `bytes` come from.
    ///
    /// # Errors
    /// If the bytes are not in this format, or this format is only written.
    fn import(
        &self,
        bytes: &[u8],
        file: &str,
        schema: &Schema,
        report: &mut Report,
    ) -> Result<Vec<Article>, FormatError>;
}

/// What a format can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// True if it can be imported.
    pub reads: bool,
    /// True if it can be exported.
    pub writes: bool,
    /// True if it is one file for all articles, false if it is a folder with a file for each.
    pub one_file: bool,
    /// True if spans may nest, cross and coincide.
    pub overlapping: bool,
    /// True if a span may have several fragments.
    pub discontinuous: bool,
    /// True if annotations may be linked.
    pub relations: bool,
    /// True if annotations may have attributes.
    pub attributes: bool,
    /// What its offsets count.
    pub offset_unit: OffsetUnit,
    /// What it cannot hold, each in a few words.
    pub losses: &'static [&'static str],
}

/// One owner's annotations together with the article they stand in.
#[derive(Clone, Debug)]
pub struct Article {
    /// Whose annotations.
    pub owner: Owner,
    /// The article as it was annotated.
    pub document: Arc<Document>,
    /// The annotations.
    pub set: Arc<AnnotationSet>,
}

impl Article {
    /// What its annotation set is called in a project.
    pub fn key(&self) -> SetKey {
        SetKey { document: self.document.id.clone(), owner: self.owner.clone() }
    }

    /// Where a problem of this article lies.
    fn place(&self) -> Place {
        Place {
            document: Some(self.document.id.clone()),
            owner: Some(self.owner.clone()),
            ..Place::default()
        }
    }

    /// Says how many of its annotations stay behind because they have no place in the text.
    fn report_orphans(&self, report: &mut Report) {
        let n_orphans = crate::file::n_orphans(&self.set);
        if n_orphans > 0 {
            let message = format!(
                "spans and relations without a place in the text are not exported, {n_orphans} of them"
            );
            report.add(Severity::Warning, self.place(), message);
        }
    }
}

/// Named files in the order of their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bundle {
    /// Path inside the export with `/` between its parts, and content.
    pub files: Vec<(String, Vec<u8>)>,
}

/// Why a file could not be imported.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// The format is only written.
    #[error("{format} can only be written, not read")]
    WriteOnly {
        /// The format's id.
        format: &'static str,
    },
    /// It is Sorot's own form, and broken.
    #[error(transparent)]
    File(#[from] crate::file::FileError),
}
