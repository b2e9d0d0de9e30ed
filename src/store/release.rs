//! Releases: folders below `releases/` that are made whole and never written to again.
//!
//! Invariants:
//! - A release is filled in `.sorot/releases/`, made safe on the disk, and then moved to its name in
//!   one step. What is broken off before leaves nothing below `releases/`.
//! - No file below `releases/` is ever written, moved or removed by the store.
//! - What was frozen is proved by bytes alone: nothing in a release is read as JSON to verify its
//!   files, but the manifest.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::file::{
    CHECKSUMS, MANIFEST, Release, is_portable, read_checksums, read_release, sha256, write_checksums,
};
use crate::model::{Document, DocumentId, Owner, Place, Report, Schema, SetKey, Severity};
use crate::store::check::{check_values, unresolved};
use crate::store::disk::{self, Disk, Held, Kind, SystemDisk};
use crate::store::owners;
use crate::store::{Folder, LoadedSet, MAX_GUIDELINES, MAX_PROJECT, MAX_SET, PROJECT_FILE, StoreError};

/// Where releases lie in a project folder.
const RELEASES: &str = "releases";

/// Where they are filled.
const STAGES: &str = ".sorot/releases";

/// The folder of a stage that becomes the release.
const CONTENT: &str = "content";

/// The longest name of a release, in bytes.
const MAX_NAME: usize = 60;

/// A release on its way; what is not finished leaves nothing behind.
#[derive(Debug)]
pub struct ReleaseStaging {
    folder: Folder,
    name: String,
    stage: PathBuf,
    folders: BTreeSet<PathBuf>,
    checksums: BTreeMap<String, String>,
    /// Names as systems see them that take large and small letters for the same.
    taken: BTreeSet<String>,
    is_finished: bool,
    /// A file that is held, so that nobody thinks that the release was broken off.
    beacon: (PathBuf, Held),
}

/// A set as it would be frozen.
#[derive(Clone, Debug)]
pub struct FrozenSet {
    /// Its file's path from the project folder, with `/` between the parts.
    pub path: String,
    /// The file to the letter.
    pub bytes: Vec<u8>,
    /// What it holds.
    pub loaded: LoadedSet,
}

/// A release that was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedRelease {
    /// Its name.
    pub name: String,
    /// SHA-256 of its manifest as that is now.
    pub fingerprint: String,
    /// True if nothing is wrong with it.
    pub is_whole: bool,
}

/// True if a path from the project folder leads to releases.
pub(super) fn is_released(path: &str) -> bool {
    path.split('/').next().is_some_and(|it| it.eq_ignore_ascii_case(RELEASES))
}

/// True if a folder is a release.
pub(super) fn is_release(disk: &dyn Disk, folder: &Path) -> bool {
    disk.is_file(&folder.join(MANIFEST)) && disk.is_file(&folder.join(CHECKSUMS))
}

impl Folder {
    /// The names of the releases, in alphabetical order.
    ///
    /// # Errors
    /// If their folder leads out of the project, or cannot be read.
    pub fn releases(&self) -> Result<Vec<String>, StoreError> {
        let releases = self.inside(RELEASES)?;
        let io = |source| StoreError::io("cannot read", &releases, source);
        let entries = match self.disk().list(&releases) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(io)?,
        };
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.map_err(io)?;
            let name = entry.name.into_string().ok().filter(|it| !it.starts_with('.'));
            names.extend(name.filter(|_| entry.kind == Kind::Folder));
        }
        names.sort_unstable();
        Ok(names)
    }

    /// A file of a release; nothing if there is none.
    ///
    /// # Errors
    /// If the path leads out of the release, or the system refuses.
    pub fn read_released_file(&self, release: &str, path: &str) -> Result<Option<Vec<u8>>, StoreError> {
        disk::read(self.disk(), &self.inside(&format!("{RELEASES}/{release}/{path}"))?, MAX_SET)
    }

    /// What a release says of itself, and its fingerprint.
    ///
    /// # Errors
    /// If there is no such release, or its manifest cannot be read.
    pub fn read_release(&self, name: &str, report: &mut Report) -> Result<(Release, String), StoreError> {
        let missing = || StoreError::NoRelease { name: name.to_owned() };
        if !is_name(name) {
            return Err(missing());
        }
        let bytes = self.read_released_file(name, MANIFEST)?.ok_or_else(missing)?;
        let release = read_release(&bytes, &format!("{RELEASES}/{name}/{MANIFEST}"), report)?;
        Ok((release, sha256(&bytes)))
    }

    /// Reads a set with its file's bytes; nothing if there is none. What somebody has to decide before
    /// it can be frozen is reported as an error.
    ///
    /// # Errors
    /// If the file is there and cannot be read.
    pub fn read_to_freeze(
        &self,
        key: &SetKey,
        document: &Document,
        schema: &Schema,
        report: &mut Report,
    ) -> Result<Option<FrozenSet>, StoreError> {
        let path = self.set_path(key)?;
        let Some(bytes) = self.read_patiently(&path, MAX_SET)? else { return Ok(None) };
        let loaded = self.parse_set(key, &path, document, &bytes, schema, report)?;
        let path = self.set_name(key);
        check_values(&loaded.set, schema, &path, key, report);
        let place = || Place { file: Some(path.clone()), ..Place::default() };
        for message in unresolved(&loaded.set) {
            report.add(Severity::Error, place(), message);
        }
        if loaded.outdated.is_some() {
            let message =
                "the article changed after it was annotated, and nobody has looked at its annotations since";
            report.add(Severity::Error, place(), message);
        }
        Ok(Some(FrozenSet { path, bytes, loaded }))
    }

    /// Annotation files of an owner that belong to no article, by their paths from the project folder.
    pub fn strays(&self, owner: &Owner) -> Vec<String> {
        let start = format!("annotations/{}/", self.owner_folder(owner));
        let key = |id: &DocumentId| SetKey { document: id.clone(), owner: owner.clone() };
        let known: BTreeSet<String> = self.0.articles.iter().map(|id| self.set_name(&key(id))).collect();
        let files = owners::annotation_files(self.disk(), &self.0.canonical).into_iter();
        let files = files.map(|it| self.shown(&it).replace('\\', "/"));
        files.filter(|it| it.starts_with(&start) && !known.contains(it)).collect()
    }

    /// The project file's bytes; nothing if there is none.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn read_project_file(&self) -> Result<Option<Vec<u8>>, StoreError> {
        disk::read(self.disk(), &self.inside(PROJECT_FILE)?, MAX_PROJECT)
    }

    /// A text of the project that is no article, as its guidelines, by its path; nothing if there is
    /// none.
    ///
    /// # Errors
    /// If the path leads out of the project, or the file cannot be read.
    pub fn read_project_text(&self, path: &str) -> Result<Option<Vec<u8>>, StoreError> {
        disk::read(self.disk(), &self.inside(path)?, MAX_GUIDELINES)
    }

    /// Refuses a name that not every system takes, or that there is.
    ///
    /// # Errors
    /// Then.
    pub fn check_release_name(&self, name: &str) -> Result<(), StoreError> {
        if !is_name(name) {
            return Err(StoreError::ReleaseName { name: name.to_owned() });
        }
        match self.releases()?.into_iter().find(|it| it.to_lowercase() == name.to_lowercase()) {
            Some(there) => Err(StoreError::ReleaseExists { name: there }),
            None => Ok(()),
        }
    }

    /// Begins a release; its files are added one by one.
    ///
    /// # Errors
    /// If the name will not do, or the system refuses.
    pub fn stage_release(&self, name: &str) -> Result<ReleaseStaging, StoreError> {
        self.check_there()?;
        self.check_release_name(name)?;
        // A link in its place must not lead out of the project.
        self.inside(&format!("{RELEASES}/{name}"))?;
        disk::create(self.disk(), &self.inside(".sorot/.gitignore")?, "*\n")?;
        let chance: String = std::iter::repeat_with(fastrand::alphanumeric).take(12).collect();
        let stage = self.inside(&format!("{STAGES}/{}", chance.to_lowercase()))?;
        let content = stage.join(CONTENT);
        let io = |source| StoreError::io("cannot freeze", &stage, source);
        disk::create_folders(self.disk(), &content).map_err(io)?;
        let beacon = disk::write_temporary(self.disk(), &stage, b"").map_err(io)?;
        Ok(ReleaseStaging {
            folder: self.clone(),
            name: name.to_owned(),
            stage,
            folders: BTreeSet::from([content]),
            checksums: BTreeMap::new(),
            taken: BTreeSet::from([CHECKSUMS.to_lowercase()]),
            is_finished: false,
            beacon,
        })
    }

    /// Verifies every release, and that each one names the one before it as that is.
    pub(super) fn check_releases(&self, report: &mut Report) -> Vec<VerifiedRelease> {
        let mut verified = Vec::new();
        let names = match self.releases() {
            Ok(names) => names,
            Err(error) => {
                report.add(Severity::Error, Place::default(), error.to_string());
                return verified;
            }
        };
        for name in names {
            let root = self.0.canonical.join(RELEASES).join(&name);
            let shown = format!("{RELEASES}/{name}");
            if ![MANIFEST, CHECKSUMS].iter().any(|it| self.disk().may_be_there(&root.join(it))) {
                let message = "the folder is no release: it has neither a manifest nor checksums";
                report.add(Severity::Warning, place(&shown), message);
                continue;
            }
            verified.push(verify(self.disk(), &root, &name, &shown, report));
        }
        let known: BTreeMap<String, String> =
            verified.iter().map(|it| (it.name.clone(), it.fingerprint.clone())).collect();
        for release in &mut verified {
            let read = self.read_release(&release.name, &mut Report::default());
            let Some(earlier) = read.ok().and_then(|it| it.0.earlier) else { continue };
            if known.get(&earlier.name).is_some_and(|it| *it != earlier.fingerprint) {
                release.is_whole = false;
                let message = format!(
                    "release {} was made after {} when that had another fingerprint, {}",
                    release.name, earlier.name, earlier.fingerprint
                );
                let file = format!("{RELEASES}/{}/{MANIFEST}", earlier.name);
                report.add(Severity::Error, place(&file), message);
            }
        }
        verified
    }
}

impl ReleaseStaging {
    /// Adds a file, by its path in the release with `/` between its parts; returns its SHA-256.
    ///
    /// # Errors
    /// If the path leads out of the release or cannot stand in a list of checksums, if there is such
    /// a file already, or if the system refuses.
    pub fn add(&mut self, path: &str, bytes: &[u8]) -> Result<String, StoreError> {
        let disk = self.folder.disk();
        let is_refused =
            |part: &str| matches!(part, "" | "." | "..") || part.contains(|it: char| it.is_control());
        if path.contains('\\') || path.split('/').any(is_refused) {
            return Err(StoreError::Outside { path: path.to_owned() });
        }
        if !self.taken.insert(path.to_lowercase()) {
            return Err(StoreError::ReleasedTwice { path: path.to_owned() });
        }
        let staged = self.stage.join(CONTENT).join(path.split('/').collect::<PathBuf>());
        let io = |source| StoreError::io("cannot freeze", &staged, source);
        if let Some(parent) = staged.parent()
            && !self.folders.contains(parent)
        {
            disk::create_folders(disk, parent).map_err(io)?;
            self.folders.insert(parent.to_owned());
        }
        disk.write_unflushed(&staged, bytes).map_err(io)?;
        let hash = sha256(bytes);
        self.checksums.insert(path.to_owned(), hash.clone());
        Ok(hash)
    }

    /// Adds the list of checksums, makes all of it safe on the disk and read-only, and gives it its
    /// name in one step. Returns where it lies.
    ///
    /// # Errors
    /// If there is such a release by now, or the system refuses.
    pub fn finish(mut self) -> Result<PathBuf, StoreError> {
        let content = self.stage.join(CONTENT);
        let target = self.folder.inside(&format!("{RELEASES}/{}", self.name))?;
        let releases = self.folder.inside(RELEASES)?;
        let disk = self.folder.disk();
        let io = |source| StoreError::io("cannot freeze", &target, source);
        disk.write_unflushed(&content.join(CHECKSUMS), &write_checksums(&self.checksums)).map_err(io)?;
        let paths = self.checksums.keys().map(String::as_str).chain([CHECKSUMS]);
        for path in paths {
            disk.make_read_only(&content.join(path.split('/').collect::<PathBuf>())).map_err(io)?;
        }
        disk.flush(&self.stage, &self.folders).map_err(io)?;
        self.folder.check_there()?;
        // What git changes in line ends would be a change of what is frozen.
        disk::create(disk, &releases.join(".gitattributes"), "* -text\n")?;
        let moved = disk::patiently(disk, &target, || disk.rename_new(&content, &target));
        moved.map_err(|source| match source.kind() {
            ErrorKind::AlreadyExists => StoreError::ReleaseExists { name: self.name.clone() },
            _ => io(source),
        })?;
        self.is_finished = true;
        [&releases, &self.stage].into_iter().try_for_each(|it| disk.sync_folder(it)).map_err(io)?;
        Ok(target)
    }
}

impl Drop for ReleaseStaging {
    fn drop(&mut self) {
        // Left behind, it harms nobody; the next opening removes it.
        drop(self.folder.disk().remove(&self.beacon.0));
        if !self.is_finished {
            super::import::remove_files(&self.folder, &self.stage);
        }
    }
}

/// Removes the files of releases that were broken off before they were whole, as far as possible.
pub(super) fn remove_broken_off(folder: &Folder) {
    let Ok(stages) = folder.inside(STAGES) else { return };
    for entry in folder.disk().list(&stages).into_iter().flatten().flatten() {
        let stage = stages.join(&entry.name);
        // Who fills it holds a temporary file, which goes when its program does.
        let mut entries = folder.disk().list(&stage).into_iter().flatten().flatten();
        let is_held = entries.any(|it| it.name.to_string_lossy().starts_with(disk::TEMPORARY));
        if entry.kind == Kind::Folder && !is_held {
            super::import::remove_files(folder, &stage);
        }
    }
}

/// Verifies a release that lies anywhere, as one that somebody passed on; nothing if the folder is
/// none.
pub fn check_release(root: &Path, report: &mut Report) -> Option<VerifiedRelease> {
    let disk = SystemDisk;
    if ![MANIFEST, CHECKSUMS].iter().any(|it| disk.is_file(&root.join(it))) {
        return None;
    }
    let name = disk.canonical(root).ok()?.file_name()?.to_string_lossy().into_owned();
    let shown = root.display().to_string();
    Some(verify(&disk, root, &name, shown.trim_end_matches(['/', '\\']), report))
}

/// Compares all files of a release with its list of checksums, and that with its manifest.
fn verify(disk: &dyn Disk, root: &Path, name: &str, shown: &str, report: &mut Report) -> VerifiedRelease {
    let n_before = report.problems.len();
    let mut add = |path: &str, message: &str| {
        report.add(Severity::Error, place(&format!("{shown}/{path}")), message);
    };
    let read = |path: &str| disk::read(disk, &root.join(path), MAX_SET).ok().flatten();
    let checksums = read(CHECKSUMS).as_deref().and_then(read_checksums).filter(|it| !it.is_empty());
    if checksums.is_none() {
        add(CHECKSUMS, "the release cannot be verified, because its list of checksums is missing or broken");
    }
    let mut checksums = checksums.unwrap_or_default();
    checksums.remove(CHECKSUMS);
    let manifest = read(MANIFEST);
    let mut there = BTreeSet::new();
    for (path, kind) in everything_below(disk, root) {
        match kind {
            Kind::File if path == CHECKSUMS || checksums.contains_key(&path) => {}
            Kind::File if checksums.is_empty() => {}
            Kind::File => add(&path, "the file was not frozen with the release"),
            _ => add(&path, "this is no file, and was not frozen with the release"),
        }
        there.insert(path);
    }
    let hashes: Vec<(&String, Option<String>)> = checksums
        .par_iter()
        .map(|(path, _)| {
            // A path out of the folder is one of a list that was tampered with.
            let is_inside = there.contains(path);
            (path, is_inside.then(|| read(path)).flatten().map(|bytes| sha256(&bytes)))
        })
        .collect();
    for (path, hash) in hashes {
        match hash {
            None => add(path, "the file is missing from the release, or cannot be read"),
            Some(hash) if hash != checksums[path] => add(path, "the file is not as it was frozen"),
            Some(_) => {}
        }
    }
    let release = manifest.as_deref().and_then(|it| read_release(it, MANIFEST, &mut Report::default()).ok());
    match &release {
        Some(release) => {
            for file in &release.files {
                match checksums.get(&file.path) {
                    Some(hash) if *hash == file.sha256 => {}
                    _ => add(&file.path, "the manifest of the release has another checksum of this file"),
                }
            }
            if !checksums.is_empty() && !checksums.contains_key(MANIFEST) {
                add(MANIFEST, "the list of checksums does not name the manifest");
            }
        }
        None if manifest.is_some() => add(MANIFEST, "the manifest of the release cannot be read"),
        // Where it is listed, it was named above.
        None if checksums.contains_key(MANIFEST) => {}
        None => add(MANIFEST, "the manifest of the release is missing"),
    }
    let fingerprint = manifest.as_deref().map(sha256).unwrap_or_default();
    let is_whole = report.problems.len() == n_before;
    VerifiedRelease { name: name.to_owned(), fingerprint, is_whole }
}

/// Everything in a folder that is no folder, by its path with `/` between the parts, in order.
fn everything_below(disk: &dyn Disk, root: &Path) -> BTreeMap<String, Kind> {
    let mut found = BTreeMap::new();
    let mut folders = vec![(root.to_owned(), String::new())];
    while let Some((folder, way)) = folders.pop() {
        for entry in disk.list(&folder).into_iter().flatten().flatten() {
            let path = format!("{way}{}", entry.name.to_string_lossy());
            match entry.kind {
                Kind::Folder => folders.push((folder.join(&entry.name), path + "/")),
                kind => drop(found.insert(path, kind)),
            }
        }
    }
    found
}

fn place(file: &str) -> Place {
    Place { file: Some(file.to_owned()), ..Place::default() }
}

/// True for what every system takes as a folder's name, and version control and people as one word.
fn is_name(name: &str) -> bool {
    let is_plain = |it: char| it.is_alphanumeric() || "-_.+".contains(it);
    (1..=MAX_NAME).contains(&name.len())
        && name.chars().all(is_plain)
        && !name.starts_with(['.', '-'])
        && is_portable(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words_that_every_system_takes() {
        for name in ["1.0", "v2_beta+1", "gold-2026", "версия-1"] {
            assert!(is_name(name), "{name}");
        }
        for name in
            ["", ".", "..", ".a", "a.", "a/b", "a\\b", "a b", "nul", "COM1", "con.txt", "-a", "a:b", "a\n"]
        {
            assert!(!is_name(name), "{name}");
        }
        assert!(!is_name(&"x".repeat(MAX_NAME + 1)));
    }

    #[test]
    fn what_lies_below_releases_is_known() {
        assert!(is_released("releases/1.0/sorot.json") && is_released("Releases/x"));
        assert!(!is_released("articles/releases/x"));
    }
}
