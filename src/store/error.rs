//! Why something on disk could not be done.

use std::io::{self, ErrorKind};
use std::path::Path;

use crate::file::{FileError, Holder};

/// Why something on disk could not be done. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The system refused.
    #[error("{what}, {}: {path}", reason(source))]
    Io {
        /// What was tried, as `cannot read`.
        what: &'static str,
        /// The file or folder.
        path: String,
        /// The system's reason.
        source: io::Error,
    },
    /// A file of Sorot's own could not be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The article is something other than text.
    #[error("the file is no text: {path}")]
    NotText {
        /// The file.
        path: String,
    },
    /// The file is too large to open.
    #[error("the file has {} MB, and at most {} MB can be opened: {path}", n_bytes.div_ceil(1_000_000), limit / 1_000_000)]
    TooLarge {
        /// The file.
        path: String,
        /// How large it is, in bytes.
        n_bytes: u64,
        /// How large it may be, in bytes.
        limit: u64,
    },
    /// The path leads to a folder or a device.
    #[error("this is no file: {path}")]
    NotAFile {
        /// The path.
        path: String,
    },
    /// No reader takes files of that ending.
    #[error("only .txt files are opened as articles (sorot add makes them of other files): {path}")]
    UnknownKind {
        /// The file.
        path: String,
    },
    /// The path leads out of the project folder.
    #[error("the path leads out of the project: {path}")]
    Outside {
        /// The path.
        path: String,
    },
    /// The project folder is gone, or a drive where it was.
    #[error("the project folder is gone: {path}")]
    Gone {
        /// The folder.
        path: String,
    },
    /// The set must not be written.
    #[error("the file is read-only, because not all of it was understood: {path}")]
    ReadOnly {
        /// The file.
        path: String,
    },
    /// The file on disk is not the one that was read or written here last.
    #[error("another program changed the file, which is left as it is: {path}")]
    Changed {
        /// The file.
        path: String,
    },
    /// Two versions cannot be brought together.
    #[error("the two versions were made on different texts of the article: {path}")]
    OtherText {
        /// The file.
        path: String,
    },
    /// Another window changes these annotations.
    #[error("{} changes these annotations", holder.described())]
    Held {
        /// Which.
        holder: Holder,
    },
    /// The article must stay as it is.
    #[error("the article cannot be corrected, because {why}: {path}")]
    NotCorrectable {
        /// Why, as a clause.
        why: &'static str,
        /// The article.
        path: String,
    },
    /// There is no such thing in the trash.
    #[error("the trash holds no whole {id}")]
    NotInTrash {
        /// The entry.
        id: String,
    },
    /// Two versions of a set, each on a text of its own.
    #[error(
        "the versions of this set were made on different texts, so they cannot be brought together: {path}"
    )]
    Versions {
        /// The file.
        path: String,
    },
    /// The folder is frozen.
    #[error("this is a release, which nobody changes: open the project that it was made from: {path}")]
    IsRelease {
        /// The folder.
        path: String,
    },
    /// A release must not be written to.
    #[error("a release is never changed: {path}")]
    Released {
        /// The path in the project.
        path: String,
    },
    /// A release of that name cannot be.
    #[error("a release is called by letters, digits and . - _ + alone, such as 1.0, and not {name:?}")]
    ReleaseName {
        /// The name.
        name: String,
    },
    /// A release is there already.
    #[error("there is a release {name} already, and a release is never changed")]
    ReleaseExists {
        /// Its name.
        name: String,
    },
    /// There is no such release.
    #[error("there is no release {name}")]
    NoRelease {
        /// The name.
        name: String,
    },
    /// Two files would have one name.
    #[error("two files of the release would have this name: {path}")]
    ReleasedTwice {
        /// The path in the release.
        path: String,
    },
    /// The system does not say where a person's data goes.
    #[error("the system names no folder for this person's data")]
    NoDataFolder,
    /// There is a project already.
    #[error("there is a project already: {path}")]
    Exists {
        /// Its project file.
        path: String,
    },
}

impl StoreError {
    pub(super) fn io(what: &'static str, path: &Path, source: io::Error) -> StoreError {
        StoreError::Io { what, path: path.display().to_string(), source }
    }

    /// Why something is not saved, to go on with after those words.
    pub fn why_not_saved(&self) -> String {
        match self {
            StoreError::Io { path, source, .. } => format!("{} ({path})", reason(source)),
            StoreError::Gone { path } => format!("the project folder is gone ({path})"),
            other => other.to_string(),
        }
    }

    /// True if what was refused now may be done later, without anybody changing what is asked.
    pub fn may_pass(&self) -> bool {
        matches!(self, StoreError::Io { .. } | StoreError::Gone { .. } | StoreError::NotAFile { .. })
    }
}

/// The system's reason, in plain words where that is a usual one.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::StorageFull => "the disk is full".to_owned(),
        ErrorKind::QuotaExceeded => "this person's share of the disk is full".to_owned(),
        ErrorKind::ReadOnlyFilesystem => "the disk is read-only".to_owned(),
        ErrorKind::NotADirectory => "a file stands where a folder should be".to_owned(),
        ErrorKind::ResourceBusy => "another program holds the file".to_owned(),
        ErrorKind::PermissionDenied => "the system does not permit it".to_owned(),
        _ => error.to_string(),
    }
}
