//! Two commits merged without a work tree: files that only one side changed as they are, annotation
//! files span by span, other files line by line.
//!
//! Git's own merge is not asked. It takes a removed set and a new one on the same article for a
//! renamed file, and what it cannot merge lies half merged in the work tree.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::file;
use crate::model::{Place, Report, Schema, Severity};
use crate::store::disk::{self, SystemDisk};
use crate::store::git::{Git, GitError, SyncError};
use crate::store::merge_files::Versions;
use crate::store::sync::Repository;
use crate::store::{Folder, PROJECT_FILE, StoreError, read_project};

/// A file that both sides changed: base, ours, theirs; nothing where it is not there.
#[derive(Clone, Debug, Default)]
struct Unmerged {
    path: String,
    stages: [Option<Blob>; 3],
}

/// A file's content as git names it.
#[derive(Clone, Debug)]
struct Blob {
    mode: String,
    id: String,
}

/// What becomes of a file.
enum Merged {
    /// What a side has.
    Kept(Blob),
    /// Something new.
    Made { mode: String, bytes: Vec<u8> },
}

impl Repository<'_> {
    /// A commit of what is in `ours` and in `theirs`. What two versions of a set do not agree on is
    /// reported.
    ///
    /// # Errors
    /// If both changed a file that cannot be merged, or git cannot do its part; nothing but unnamed
    /// objects was written then.
    pub(super) fn merge(
        &self,
        folder: &Folder,
        ours: &str,
        theirs: &str,
        report: &mut Report,
    ) -> Result<String, SyncError> {
        let base = self.git.ask(&["merge-base", ours, theirs], b"")?;
        if !base.is_ok() {
            return Err(SyncError::Unrelated { remote: self.remote.clone() });
        }
        let scratch = tempfile::Builder::new().prefix("sorot-").tempdir_in(self.git_dir());
        let scratch = scratch.map_err(|source| StoreError::io("cannot merge", self.git_dir(), source))?;
        let git = self.git_at_top().with_index(&scratch.path().join("index"));
        git.run(&["read-tree", "-i", "-m", "--aggressive", &base.line(), ours, theirs])?;
        let unmerged = unmerged(&git)?;
        if !unmerged.is_empty() {
            let merged = self.merge_all(folder, &git, scratch.path(), &unmerged, report)?;
            put(&git, scratch.path(), &unmerged, merged)?;
        }
        let tree = git.run(&["write-tree"])?.line();
        let commit = ["commit-tree", &tree, "-p", ours, "-p", theirs, "-m", "merge what the team sent"];
        Ok(git.run(&commit)?.line())
    }

    fn merge_all(
        &self,
        folder: &Folder,
        git: &Git<'_>,
        scratch: &Path,
        unmerged: &[Unmerged],
        report: &mut Report,
    ) -> Result<Vec<Merged>, SyncError> {
        let contents = contents(git, unmerged)?;
        let schema = read_project(folder.disk(), &folder.0.canonical, &mut Report::default());
        let schema = schema.map_or_else(|| file::PRESETS[0].schema(), |project| project.schema);
        let merged = unmerged.par_iter().map(|file| {
            self.watch.check()?;
            let mut report = Report::default();
            let merged = match self.in_project(&file.path) {
                Some(path) if path.starts_with("annotations/") && path.ends_with(".json") => {
                    merge_set(file, path, &contents, &schema, &mut report)
                }
                Some(path) => merge_lines(git, scratch, file, path, &contents)?,
                // What else the repository holds may have ways of merging of its own.
                None => None,
            };
            Ok((merged, report))
        });
        let merged: Vec<(Option<Merged>, Report)> = merged.collect::<Result<_, GitError>>()?;
        let lost = unmerged.iter().zip(&merged).filter(|(_, (merged, _))| merged.is_none());
        let files: Vec<String> = lost.map(|(file, _)| file.path.clone()).collect();
        if !files.is_empty() {
            return Err(SyncError::Conflict { files });
        }
        let merged = merged.into_iter().filter_map(|(merged, mut met)| {
            report.problems.append(&mut met.problems);
            merged
        });
        Ok(merged.collect())
    }
}

/// What git leaves to others to merge, in order of the paths.
fn unmerged(git: &Git<'_>) -> Result<Vec<Unmerged>, GitError> {
    let mut files: BTreeMap<String, [Option<Blob>; 3]> = BTreeMap::new();
    for line in git.run(&["ls-files", "--unmerged", "-z"])?.parts() {
        let Some((entry, path)) = line.split_once('\t') else { continue };
        let mut words = entry.split(' ');
        let (Some(mode), Some(id), Some(stage)) = (words.next(), words.next(), words.next()) else {
            continue;
        };
        let stage = stage.parse::<usize>().ok().and_then(|stage| stage.checked_sub(1)).filter(|it| *it < 3);
        if let Some(stage) = stage {
            let blob = Blob { mode: mode.to_owned(), id: id.to_owned() };
            files.entry(path.to_owned()).or_default()[stage] = Some(blob);
        }
    }
    Ok(files.into_iter().map(|(path, stages)| Unmerged { path, stages }).collect())
}

/// The bytes of all files in question, by git's name for them.
fn contents(git: &Git<'_>, unmerged: &[Unmerged]) -> Result<BTreeMap<String, Vec<u8>>, GitError> {
    let ids = unmerged.iter().flat_map(|it| it.stages.iter().flatten()).map(|blob| blob.id.as_str());
    let asked: String = ids.flat_map(|id| [id, "\n"]).collect();
    let answer = git.feed(&["cat-file", "--batch"], asked.as_bytes())?.out;
    let mut contents = BTreeMap::new();
    let mut rest = answer.as_slice();
    while let Some(end) = rest.iter().position(|it| *it == b'\n') {
        let header = String::from_utf8_lossy(&rest[..end]).into_owned();
        rest = &rest[end + 1..];
        let mut words = header.split(' ');
        let (id, length) = (words.next(), words.nth(1).and_then(|it| it.parse::<usize>().ok()));
        // What is no file, such as a repository in the repository, has no content here.
        let (Some(id), Some(length)) = (id, length) else { continue };
        let Some((bytes, after)) = rest.split_at_checked(length) else { break };
        contents.insert(id.to_owned(), bytes.to_vec());
        rest = after.get(1..).unwrap_or_default();
    }
    Ok(contents)
}

/// A set as both sides want it; nothing if it cannot be understood.
fn merge_set(
    file: &Unmerged,
    shown: &str,
    contents: &BTreeMap<String, Vec<u8>>,
    schema: &Schema,
    report: &mut Report,
) -> Option<Merged> {
    let [base, ours, theirs] = &file.stages;
    let (Some(ours), Some(theirs)) = (ours, theirs) else {
        let message = "the set was removed on one side and changed on the other; it is kept";
        let place = Place { file: Some(shown.to_owned()), ..Place::default() };
        report.add(Severity::Warning, place, message);
        return ours.as_ref().or(theirs.as_ref()).map(|blob| Merged::Kept(blob.clone()));
    };
    let bytes = |blob: &Blob| contents.get(&blob.id).map(Vec::as_slice);
    let base = base.as_ref().and_then(bytes);
    let versions = Versions { base, ours: bytes(ours)?, theirs: bytes(theirs)? };
    let bytes = versions.merged(shown, schema, true, report).ok()?;
    Some(Merged::Made { mode: ours.mode.clone(), bytes })
}

/// A file line by line; nothing if both sides changed the same lines.
fn merge_lines(
    git: &Git<'_>,
    scratch: &Path,
    file: &Unmerged,
    shown: &str,
    contents: &BTreeMap<String, Vec<u8>>,
) -> Result<Option<Merged>, GitError> {
    let [Some(base), Some(ours), Some(theirs)] = &file.stages else { return Ok(None) };
    let is_plain = [base, ours, theirs].iter().all(|blob| blob.mode.starts_with("100"));
    let found = [ours, base, theirs].map(|blob| contents.get(&blob.id));
    let [Some(our_bytes), Some(base_bytes), Some(their_bytes)] = found else { return Ok(None) };
    if !is_plain {
        return Ok(None);
    }
    let write = |name: &str, bytes: &[u8]| -> Option<String> {
        // Files are merged side by side, each under a name of its own.
        let path = scratch.join(format!("{}-{name}", file::sha256(file.path.as_bytes())));
        disk::replace(&SystemDisk, &path, bytes).ok()?;
        Some(path.to_str()?.to_owned())
    };
    let (Some(a), Some(o), Some(b)) =
        (write("ours", our_bytes), write("base", base_bytes), write("theirs", their_bytes))
    else {
        return Ok(None);
    };
    let answer = git.ask(&["merge-file", "-p", "-q", &a, &o, &b], b"")?;
    let is_understood = shown != PROJECT_FILE
        || file::read_project(&answer.out, PROJECT_FILE, &mut Report::default()).is_ok();
    let is_merged = answer.code() == Some(0) && is_understood;
    Ok(is_merged.then(|| Merged::Made { mode: ours.mode.clone(), bytes: answer.out }))
}

/// Puts what was merged into git's index.
fn put(git: &Git<'_>, scratch: &Path, unmerged: &[Unmerged], merged: Vec<Merged>) -> Result<(), SyncError> {
    let mut paths: Vec<PathBuf> = Vec::new();
    for (i, merged) in merged.iter().enumerate() {
        if let Merged::Made { bytes, .. } = merged {
            let path = scratch.join(format!("merged-{i}"));
            let written = disk::Disk::write_unflushed(&SystemDisk, &path, bytes);
            written.map_err(|source| StoreError::io("cannot merge", &path, source))?;
            paths.push(path);
        }
    }
    let list: String = paths.iter().map(|path| format!("{}\n", path.display())).collect();
    let made = git.feed(&["hash-object", "-w", "--no-filters", "--stdin-paths"], list.as_bytes())?.line();
    let mut made = made.lines();
    let mut index = Vec::new();
    for (file, merged) in unmerged.iter().zip(merged) {
        let (mode, id) = match merged {
            Merged::Kept(blob) => (blob.mode, blob.id),
            Merged::Made { mode, .. } => (mode, made.next().unwrap_or_default().to_owned()),
        };
        // First the versions of both sides go, then the one that is merged comes.
        index.extend(format!("0 {}\t{}\0", "0".repeat(id.len()), file.path).bytes());
        index.extend(format!("{mode} {id}\t{}\0", file.path).bytes());
    }
    git.feed(&["update-index", "-z", "--index-info"], &index)?;
    Ok(())
}
