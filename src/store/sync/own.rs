//! What of the changes in a project is one's own to send.
//!
//! Own are the sets of one's own name, sets of others that Sorot itself changed here in that name (a
//! label renamed for everybody, a text corrected, an import), and what belongs to all: the project
//! file, guidelines, articles, releases. What was removed of that belongs to all stays, since nobody
//! would notice.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::file::{self, sha256};
use crate::model::{DocumentId, HistoryEvent, Owner, Report};
use crate::store::article::record_path;
use crate::store::disk::{self, TEMPORARY};
use crate::store::sync::SyncRequest;
use crate::store::{Folder, MAX_PROJECT, MAX_SET, PROJECT_FILE};

/// A file that is not as it was committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    /// Its path from the project folder, with `/` between its parts.
    pub path: String,
    /// True if no commit has it yet.
    pub is_new: bool,
    /// True if it is gone.
    pub is_removed: bool,
}

/// A change that is not sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// The file, from the project folder.
    pub file: String,
    /// Why.
    pub why: WhyLeft,
}

/// Why a change is not sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhyLeft {
    /// Somebody else's annotations, changed by something other than Sorot.
    Theirs(Owner),
    /// Gone, although it belongs to all.
    Removed,
    /// Not to be read, for that reason.
    Broken(String),
    /// No file of the project.
    Foreign,
}

impl WhyLeft {
    /// True if somebody should look at it.
    pub fn is_serious(&self) -> bool {
        *self != WhyLeft::Foreign
    }
}

impl fmt::Display for WhyLeft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WhyLeft::Theirs(owner) => write!(f, "these annotations are {owner}'s"),
            WhyLeft::Removed => write!(f, "it was removed here, and the team still has it"),
            WhyLeft::Broken(reason) => write!(f, "it cannot be read ({reason})"),
            WhyLeft::Foreign => write!(f, "it is no file of the project"),
        }
    }
}

/// Changes, as they are dealt with.
#[derive(Debug, Default)]
pub(super) struct Sorted {
    pub send: Vec<Change>,
    pub left: Vec<Left>,
    /// What the commit of what is sent says.
    pub message: String,
}

/// Sorts changes.
pub(super) struct Sorting<'a> {
    folder: &'a Folder,
    owners: Vec<Owner>,
    sends_all: bool,
    /// Where the guidelines lie, if the project file says that.
    guidelines: Option<String>,
    /// SHA-256 of all sets of others that were written here in one's own name: rarely needed.
    written: OnceCell<BTreeSet<String>>,
}

impl<'a> Sorting<'a> {
    pub(super) fn new(folder: &'a Folder, request: &SyncRequest<'_>) -> Sorting<'a> {
        let owners = folder.owners_here(request);
        let guidelines = folder.guidelines_path();
        Sorting { folder, owners, sends_all: request.sends_all, guidelines, written: OnceCell::new() }
    }

    /// Tells what is sent from what is not, in order of the paths.
    pub(super) fn sort(&self, mut changes: Vec<Change>) -> Sorted {
        changes.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        let mut sorted = Sorted::default();
        let is_temporary = |path: &str| path.rsplit('/').next().is_some_and(|it| it.starts_with(TEMPORARY));
        for change in changes.into_iter().filter(|it| !is_temporary(&it.path)) {
            match self.why_left(&change) {
                Some(why) => sorted.left.push(Left { file: change.path, why }),
                None => sorted.send.push(change),
            }
        }
        sorted.message = self.message(&sorted.send);
        sorted
    }

    /// Why a change is not sent; nothing if it is.
    fn why_left(&self, change: &Change) -> Option<WhyLeft> {
        let path = change.path.as_str();
        if is_for_git(path) {
            return None;
        }
        if let Some((folder, _)) = path.strip_prefix("annotations/").and_then(|it| it.split_once('/')) {
            if !path.ends_with(".json") {
                return Some(WhyLeft::Foreign);
            }
            let bytes = self.read(path);
            if let Some(Err(reason)) = bytes.as_ref().map(|bytes| file::read_header(bytes, path)) {
                return Some(WhyLeft::Broken(reason.sentence()));
            }
            let owner = self.owner(folder, path);
            let is_own = self.sends_all
                || self.owners.contains(&owner)
                // All that was in it may be gone.
                || self.owners.iter().any(|owner| self.folder.owner_folder(owner) == folder)
                || bytes.is_some_and(|bytes| self.written().contains(&sha256(&bytes)));
            return (!is_own).then_some(WhyLeft::Theirs(owner));
        }
        let is_of_project = self.is_of_project(path, change.is_removed);
        if !is_of_project {
            return Some(WhyLeft::Foreign);
        }
        if change.is_removed {
            return (!self.sends_all).then_some(WhyLeft::Removed);
        }
        if path == PROJECT_FILE {
            let path = self.folder.inside(path).ok()?;
            let bytes = disk::read(self.folder.disk(), &path, MAX_PROJECT).ok().flatten().unwrap_or_default();
            let read = file::read_project(&bytes, PROJECT_FILE, &mut Report::default());
            return read.err().map(|error| WhyLeft::Broken(error.sentence()));
        }
        None
    }

    /// True for what belongs to all who work on the project.
    fn is_of_project(&self, path: &str, is_removed: bool) -> bool {
        let articles = self.folder.articles();
        let is_record = || {
            let article = path.strip_suffix(".source.json").map(DocumentId::new);
            article.is_some_and(|id| record_path(&id) == path && (is_removed || articles.contains(&id)))
        };
        path == PROJECT_FILE
            || path == "assignments.json"
            || path == "guidelines.md"
            || self.guidelines.as_deref() == Some(path)
            || path.starts_with("releases/")
            || articles.contains(&DocumentId::new(path))
            || is_record()
            || is_removed && path.starts_with("articles/")
    }

    /// Whose a set is. A new folder may be one that the project did not have when it was opened.
    fn owner(&self, folder: &str, path: &str) -> Owner {
        let known = self.folder.state().folders.owner(folder);
        let read = || {
            let name = file::read_owner(self.folder.disk().open(&self.folder.inside(path).ok()?).ok()?)?;
            Some(Owner::named(&name)).filter(|_| !name.is_empty() && folder != "gold")
        };
        known.or_else(read).unwrap_or_else(|| Owner::named(folder))
    }

    fn read(&self, path: &str) -> Option<Vec<u8>> {
        disk::read(self.folder.disk(), &self.folder.inside(path).ok()?, MAX_SET).ok()?
    }

    fn written(&self) -> &BTreeSet<String> {
        self.written.get_or_init(|| {
            let mut written = BTreeSet::new();
            for owner in &self.owners {
                for entry in self.folder.read_journal(owner, &mut Report::default()) {
                    if let HistoryEvent::Saved { sha256, .. } = entry.event {
                        written.insert(sha256);
                    }
                }
            }
            let of_own = |by: &str| self.owners.iter().any(|owner| owner.name() == by);
            let imports = self.folder.imports().into_iter().filter(|note| of_own(&note.by));
            written.extend(imports.flat_map(|note| note.files).map(|file| file.sha256));
            written
        })
    }

    fn message(&self, send: &[Change]) -> String {
        let mut by: BTreeMap<Owner, usize> = BTreeMap::new();
        let mut others = 0;
        for change in send {
            match change.path.strip_prefix("annotations/").and_then(|it| it.split_once('/')) {
                Some((folder, _)) => *by.entry(self.owner(folder, &change.path)).or_default() += 1,
                None => others += 1,
            }
        }
        let mut parts: Vec<String> =
            by.iter().map(|(owner, n)| format!("{owner}: {}", file::counted(*n, "article"))).collect();
        if others > 0 {
            parts.push(file::counted(others, "file") + " of the project");
        }
        parts.join(", ")
    }
}

/// True for what tells git how to deal with the project's files.
pub(super) fn is_for_git(path: &str) -> bool {
    [".gitattributes", ".gitignore", "annotations/.gitattributes", "annotations/.gitignore"].contains(&path)
}

impl Folder {
    /// Where the guidelines lie, if the project file says that.
    fn guidelines_path(&self) -> Option<String> {
        let path = self.inside(PROJECT_FILE).ok()?;
        let bytes = disk::read(self.disk(), &path, MAX_PROJECT).ok()??;
        file::read_project(&bytes, PROJECT_FILE, &mut Report::default()).ok()?.guidelines
    }
}
