//! Mending broken files: what is whole in them comes back, and the file as it was goes to the
//! trash.
//!
//! Invariants:
//! - A file is replaced only if less is wrong with the new one; so a second repair does nothing.
//! - Articles, releases and journals are never written to, nor are files of a newer version.
//! - What is replaced or taken away lies in the trash before.
//! - What another window changes now is left alone.

use std::ffi::OsStr;
use std::path::Path;

use crate::file::{self, FileError, StoredSet, TrashNote};
use crate::model::{
    AnnotationSet, Document, DocumentId, Owner, Place, Problem, Report, Schema, SetKey, Severity, Timestamp,
};
use crate::store::disk;
use crate::store::{Folder, MAX_PROJECT, MAX_SET, PROJECT_FILE, StoreError, owners};

/// Who repairs, and when: for the notes in the trash.
#[derive(Clone, Debug)]
pub struct Repairer {
    /// The person's name.
    pub by: String,
    /// Now.
    pub at: Timestamp,
    /// True to change nothing, and only say what would be done.
    pub is_dry_run: bool,
}

/// What repairing a file did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repaired {
    /// The file, from the project folder.
    pub file: String,
    /// What was wrong with it and is no more, or what its merging left for somebody to decide.
    pub problems: Vec<Problem>,
    /// True if the file was a sync program's copy, which is now part of its original.
    pub is_merged: bool,
}

/// A file's new bytes, and what was wrong with the old ones.
struct Mended {
    bytes: Vec<u8>,
    problems: Vec<Problem>,
}

impl Folder {
    /// Mends the project file and every annotation file as far as that can be, and brings sync
    /// programs' copies together with their originals. What cannot be mended is reported.
    pub fn repair(&self, schema: &Schema, repairer: &Repairer, report: &mut Report) -> Vec<Repaired> {
        let mut done = Vec::new();
        let mut schema = schema.clone();
        let mut keep = |result: Result<Option<Repaired>, StoreError>, file: String| match result {
            Ok(repaired) => done.extend(repaired),
            Err(error) => {
                let message = format!("the file could not be mended, {error}");
                report.add(Severity::Error, Place { file: Some(file), ..Place::default() }, message);
            }
        };
        if !self.is_implicit() {
            let repaired = self.repair_project(&mut schema, repairer);
            keep(repaired, PROJECT_FILE.to_owned());
        }
        let files = owners::annotation_files(self.disk(), &self.0.canonical);
        let is_copy = |path: &Path| {
            let is_set = self.key_of(path, "").is_some_and(|key| self.0.articles.contains(&key.document));
            !is_set && self.original_of(path).is_some()
        };
        let (copies, sets): (Vec<_>, Vec<_>) = files.iter().partition(|path| is_copy(path));
        for path in sets {
            keep(self.repair_set(path, &schema, repairer), self.shown(path));
        }
        for path in copies {
            keep(self.merge_copy(path, &schema, repairer), self.shown(path));
        }
        done
    }

    /// Mends the file of one set; nothing if there is nothing to mend.
    ///
    /// # Errors
    /// If nothing in it can be read, or the system refuses.
    pub fn repair_one(
        &self,
        key: &SetKey,
        schema: &Schema,
        repairer: &Repairer,
    ) -> Result<Option<Repaired>, StoreError> {
        self.repair_set(&self.set_path(key)?, schema, repairer)
    }

    fn repair_project(
        &self,
        schema: &mut Schema,
        repairer: &Repairer,
    ) -> Result<Option<Repaired>, StoreError> {
        let path = self.inside(PROJECT_FILE)?;
        let Some(bytes) = disk::read(self.disk(), &path, MAX_PROJECT)? else { return Ok(None) };
        let read = |bytes: &[u8], report: &mut Report| file::read_project(bytes, PROJECT_FILE, report);
        let mut report = Report::default();
        match read(&bytes, &mut Report::default()) {
            Ok(_) => return Ok(None),
            Err(error) => note_error(&error, &mut report),
        }
        let salvaged = file::salvage(&bytes, PROJECT_FILE, "sorot-project", &mut report);
        let mut versions = salvaged.versions.iter().map(|version| read(version, &mut report));
        let mut project = versions.next().ok_or_else(|| nothing_left(PROJECT_FILE))??;
        for other in versions.flatten() {
            let known =
                project.schema.label_names().iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
            let labels = other.schema.labels.into_iter().filter(|label| !known.contains(&label.name));
            project.schema.labels.extend(labels);
            for relation in other.schema.relations {
                if project.schema.relation(&relation.name).is_none() {
                    project.schema.relations.push(relation);
                }
            }
        }
        let bytes = file::write_project(&project);
        *schema = project.schema;
        self.put(&path, Mended { bytes, problems: report.problems }, repairer).map(Some)
    }

    fn repair_set(
        &self,
        path: &Path,
        schema: &Schema,
        repairer: &Repairer,
    ) -> Result<Option<Repaired>, StoreError> {
        let Some(bytes) = disk::read(self.disk(), path, MAX_SET)? else { return Ok(None) };
        match self.mended(path, &bytes, schema)? {
            Some(mended) => self.put(path, mended, repairer).map(Some),
            None => Ok(None),
        }
    }

    /// The bytes that a broken annotation file should have; nothing if they are as good as any.
    fn mended(&self, path: &Path, bytes: &[u8], schema: &Schema) -> Result<Option<Mended>, StoreError> {
        let shown = self.shown(path);
        let mut before = Report::default();
        let (key, document, set) = self.salvaged_set(path, bytes, schema, &mut before)?;
        if before.is_empty() || set.is_read_only {
            return Ok(None);
        }
        let new = file::write_set(&key, &document, &set, schema);
        let mut after = Report::default();
        file::read_set(&new, &shown, schema, &mut after)?;
        if after.problems.len() >= before.problems.len() || new == bytes {
            return Ok(None);
        }
        let remains = |problem: &Problem| after.problems.iter().any(|it| it.message == problem.message);
        let problems = before.problems.into_iter().filter(|it| !remains(it)).collect();
        Ok(Some(Mended { bytes: new, problems }))
    }

    /// What an annotation file holds, whole or broken, with what is wrong with it.
    fn salvaged_set(
        &self,
        path: &Path,
        bytes: &[u8],
        schema: &Schema,
        report: &mut Report,
    ) -> Result<(SetKey, Document, AnnotationSet), StoreError> {
        let shown = self.shown(path);
        let versions = match file::read_header(bytes, &shown) {
            Ok(_) => file::Salvaged { versions: vec![bytes.to_vec()], base: None },
            Err(error) => {
                note_error(&error, report);
                file::salvage(bytes, &shown, "sorot-annotations", report)
            }
        };
        let named = versions.versions.first().and_then(|it| file::read_header(it, &shown).ok());
        let key = self.key_of(path, &named.map(|it| it.path).unwrap_or_default());
        let key = key.ok_or_else(|| StoreError::Outside { path: shown.clone() })?;
        let article = self.read_document(&key.document, &mut Report::default()).ok();
        let read = |bytes: &[u8], report: &mut Report| -> Result<StoredSet, StoreError> {
            let bytes = file::with_article(bytes, &shown, article.as_ref(), report);
            Ok(file::read_set(&bytes, &shown, schema, report)?)
        };
        let mut sets = Vec::new();
        for version in &versions.versions {
            sets.push(read(version, report)?);
        }
        let mut sets = sets.into_iter();
        let ours = sets.next().ok_or_else(|| nothing_left(&shown))?;
        let base = versions.base.and_then(|base| read(&base, &mut Report::default()).ok());
        let base = base.filter(|base| base.text == ours.text).map(|base| base.set).unwrap_or_default();
        let mut set = ours.set;
        for theirs in sets {
            if theirs.text != ours.text {
                return Err(StoreError::Versions { path: shown });
            }
            set = file::merge_sets(&base, &set, &theirs.set, report);
        }
        let source = article.filter(|article| article.text == ours.text).map_or(ours.source, |it| it.source);
        let document = Document { id: key.document.clone(), text: ours.text, source };
        Ok((key, document, set))
    }

    /// Brings a sync program's copy of a set together with the set.
    fn merge_copy(
        &self,
        path: &Path,
        schema: &Schema,
        repairer: &Repairer,
    ) -> Result<Option<Repaired>, StoreError> {
        let Some(original) = self.original_of(path) else { return Ok(None) };
        let read = |path: &Path| disk::read(self.disk(), path, MAX_SET);
        let (Some(bytes), Some(copy)) = (read(&original)?, read(path)?) else { return Ok(None) };
        let mut report = Report::default();
        let (key, document, ours) = self.salvaged_set(&original, &bytes, schema, &mut report)?;
        let (_, theirs_on, theirs) = self.salvaged_set(&original, &copy, schema, &mut report)?;
        if document.text != theirs_on.text {
            return Err(StoreError::Versions { path: self.shown(path) });
        }
        if ours.is_read_only || theirs.is_read_only {
            return Err(StoreError::ReadOnly { path: self.shown(path) });
        }
        let mut conflicts = Report::default();
        let set = file::merge_sets(&AnnotationSet::default(), &ours, &theirs, &mut conflicts);
        let file = self.shown(path);
        if !repairer.is_dry_run {
            let new = file::write_set(&key, &document, &set, schema);
            if new != bytes {
                self.put(&original, Mended { bytes: new, problems: Vec::new() }, repairer)?;
            }
            self.hold_for(&original)?;
            self.move_to_trash(&self.trash_note(path, "merged into the set it is a copy of", repairer))?;
        }
        let mut problems = conflicts.problems;
        problems.iter_mut().for_each(|it| it.place.file = Some(self.shown(&original)));
        Ok(Some(Repaired { file, problems, is_merged: true }))
    }

    fn put(&self, path: &Path, mended: Mended, repairer: &Repairer) -> Result<Repaired, StoreError> {
        if !repairer.is_dry_run {
            self.hold_for(path)?;
            self.copy_to_trash(&self.trash_note(path, "repaired", repairer))?;
            disk::replace(self.disk(), path, &mended.bytes)?;
            self.state().seen.insert(path.to_owned(), file::sha256(&mended.bytes));
        }
        Ok(Repaired { file: self.shown(path), problems: mended.problems, is_merged: false })
    }

    fn trash_note(&self, path: &Path, why: &str, repairer: &Repairer) -> TrashNote {
        let path = self.shown(path).replace('\\', "/");
        TrashNote { at: repairer.at, by: repairer.by.clone(), why: why.to_owned(), path }
    }

    /// Makes sure that no other window changes the set at a path, if one lies there: it would know
    /// nothing of its new bytes.
    ///
    /// # Errors
    /// If one does, or the system refuses.
    pub(super) fn hold_for(&self, path: &Path) -> Result<(), StoreError> {
        self.owner_of(path).map_or(Ok(()), |(owner, _)| self.hold(&owner))
    }

    /// In whose folder a path lies, and the way from there.
    fn owner_of<'a>(&self, path: &'a Path) -> Option<(Owner, &'a Path)> {
        let rest = path.strip_prefix(self.0.canonical.join("annotations")).ok()?;
        let folder = rest.iter().next().and_then(OsStr::to_str)?;
        let owner = self.state().folders.owner(folder)?;
        Some((owner, rest.strip_prefix(folder).ok()?))
    }

    /// Whose set lies at a path and on which article: the reverse of the way to it. The article
    /// may be gone.
    fn key_of(&self, path: &Path, named: &str) -> Option<SetKey> {
        let (owner, article) = self.owner_of(path)?;
        let article = article.to_str()?.replace('\\', "/");
        let article = article.strip_suffix(".json")?;
        let candidates = [format!("articles/{article}"), article.to_owned(), named.to_owned()];
        let key = |id: &String| SetKey { document: DocumentId::new(id.as_str()), owner: owner.clone() };
        let is_there = |key: &SetKey| self.set_path(key).is_ok_and(|it| it == path);
        let keys: Vec<SetKey> =
            candidates.iter().filter(|id| !id.is_empty()).map(key).filter(is_there).collect();
        let known = keys.iter().find(|key| self.0.articles.contains(&key.document));
        known.or_else(|| keys.iter().find(|key| key.document.as_str() == named)).or(keys.first()).cloned()
    }
}

fn nothing_left(file: &str) -> StoreError {
    StoreError::File(FileError::NoText { file: file.to_owned() })
}

/// Adds why a file could not be read to what was wrong with it.
fn note_error(error: &FileError, report: &mut Report) {
    let (file, line_column) = error.place().unzip();
    let place =
        Place { file: file.map(str::to_owned), line_column: line_column.flatten(), ..Place::default() };
    report.add(Severity::Error, place, error.sentence());
}
