//! Looking at every file of a project for what is wrong with it. Nothing is changed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use icu_normalizer::ComposingNormalizerBorrowed;

use crate::file::{self, is_portable};
use crate::model::{
    AnnotationSet, Attribute, AttributeType, Attributes, Place, Report, Schema, SetKey, Severity, Value,
};
use crate::store::disk::{self, Kind};
use crate::store::owners;
use crate::store::{Folder, MAX_SET, StoreError, VerifiedRelease};

/// How much a check looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Articles.
    pub n_articles: usize,
    /// Annotation files.
    pub n_sets: usize,
    /// Releases, in alphabetical order.
    pub releases: Vec<VerifiedRelease>,
}

impl Folder {
    /// Reads every article, annotation file, journal and release and reports what is wrong with them, and
    /// what in the folder would harm a project elsewhere or is no part of it.
    pub fn check(&self, schema: &Schema, report: &mut Report) -> Checked {
        let mut checked = Checked::default();
        let mut known = BTreeSet::new();
        let owners = self.owners();
        for id in &self.0.articles {
            checked.n_articles += 1;
            let document = self.read_document(id, report);
            if let Err(error) = &document {
                let place = Place { document: Some(id.clone()), ..Place::default() };
                add_error(error, place, report);
            }
            for owner in &owners {
                let key = SetKey { document: id.clone(), owner: owner.clone() };
                let (Ok(document), Ok(path)) = (&document, self.set_path(&key)) else { continue };
                if self.disk().is_file(&path) {
                    checked.n_sets += 1;
                    known.insert(path.clone());
                }
                match self.read_set(&key, document, schema, report) {
                    Ok(Some(loaded)) => {
                        report.problems.extend(loaded.outdated.into_iter().flat_map(|it| it.problems));
                        check_set(&loaded.set, schema, &self.shown(&path), &key, report);
                    }
                    Ok(None) => {}
                    Err(error) => {
                        let (document, owner) = (Some(key.document), Some(key.owner));
                        add_error(&error, Place { document, owner, ..Place::default() }, report);
                    }
                }
            }
        }
        let files = owners::annotation_files(self.disk(), &self.0.canonical);
        for path in &files {
            if known.contains(path) {
                continue;
            }
            if let Some(original) = self.original_of(path) {
                let message = format!(
                    "a sync program made this copy of {} when two machines changed it, and it counts as no set",
                    original.file_name().unwrap_or_default().to_string_lossy()
                );
                report.add(Severity::Warning, self.place(path), message);
            } else {
                checked.n_sets += 1;
                self.check_stray(path, schema, report);
            }
        }
        self.check_names(&files, report);
        self.check_links(report);
        for owner in &owners {
            self.read_journal(owner, report);
        }
        for entry in self.trash().into_iter().filter(|entry| entry.note.is_none()) {
            let place = Place { file: Some(format!(".sorot/trash/{}.file", entry.id)), ..Place::default() };
            report.add(Severity::Note, place, "nothing says where this file in the trash lay");
        }
        checked.releases = self.check_releases(report);
        self.check_attributes_of_git(report);
        checked
    }

    fn place(&self, path: &Path) -> Place {
        Place { file: Some(self.shown(path)), ..Place::default() }
    }

    /// Checks an annotation file whose article could not be read.
    fn check_stray(&self, path: &Path, schema: &Schema, report: &mut Report) {
        let read = disk::read(self.disk(), path, MAX_SET).and_then(|bytes| {
            Ok(file::read_set(&bytes.unwrap_or_default(), &self.shown(path), schema, report)?)
        });
        match read {
            Ok(_) => {
                let message = "the article of these annotations cannot be read";
                report.add(Severity::Warning, self.place(path), message);
            }
            Err(error) => add_error(&error, self.place(path), report),
        }
    }

    /// The annotation file beside which a sync program put this one, if it is such a copy.
    pub(super) fn original_of(&self, path: &Path) -> Option<PathBuf> {
        let stem = path.file_stem()?.to_str()?;
        let names = copied_names(stem).into_iter();
        names.map(|name| path.with_file_name(format!("{name}.json"))).find(|path| self.disk().is_file(path))
    }

    /// Names that not every system takes, or takes for one.
    fn check_names(&self, annotation_files: &[PathBuf], report: &mut Report) {
        let articles = self.0.articles.iter().map(|id| id.as_str().to_owned());
        let sets = annotation_files.iter().map(|path| self.shown(path).replace('\\', "/"));
        let names: Vec<String> = articles.chain(sets).collect();
        let mut folded: BTreeMap<String, &str> = BTreeMap::new();
        for name in &names {
            let place = || Place { file: Some(name.clone()), ..Place::default() };
            if !name.split('/').all(is_portable) {
                report.add(Severity::Warning, place(), "Windows does not take this name");
            }
            let same = ComposingNormalizerBorrowed::new_nfc().normalize(&name.to_lowercase()).into_owned();
            if let Some(other) = folded.insert(same, name) {
                let message = format!("on Windows and macOS this file and {other} have the same name");
                report.add(Severity::Warning, place(), message);
            }
        }
    }

    /// Links in the place of Sorot's own files, which it neither follows nor writes through.
    fn check_links(&self, report: &mut Report) {
        let mut folders = vec![self.0.canonical.clone()];
        while let Some(folder) = folders.pop() {
            let is_root = folder == self.0.canonical;
            for entry in self.disk().list(&folder).into_iter().flatten().flatten() {
                let is_own =
                    !is_root || ["annotations", ".sorot", "sorot.json"].iter().any(|it| entry.name == *it);
                let path = folder.join(&entry.name);
                match entry.kind {
                    Kind::Folder if is_own => folders.push(path),
                    Kind::Link if is_own => {
                        let message = "this is a link, where Sorot writes files of its own";
                        report.add(Severity::Warning, self.place(&path), message);
                    }
                    _ => {}
                }
            }
        }
    }

    /// Without these lines, git on Windows changes the line ends of articles and annotations.
    fn check_attributes_of_git(&self, report: &mut Report) {
        let is_there = |name: &str| self.disk().link_metadata(&self.0.canonical.join(name)).is_ok();
        let has_attributes = is_there(".gitattributes") || is_there("annotations/.gitattributes");
        if is_there(".git") && is_there("annotations") && !has_attributes {
            let place = Place { file: Some(".gitattributes".to_owned()), ..Place::default() };
            let message = "the file is missing, so that git may change the line ends of articles";
            report.add(Severity::Warning, place, message);
        }
    }
}

/// Adds what an error says, its place apart where the error knows that.
fn add_error(error: &StoreError, mut place: Place, report: &mut Report) {
    let message = match error {
        StoreError::File(error) => {
            if let Some((file, line_column)) = error.place() {
                place.file = Some(file.to_owned());
                place.line_column = line_column;
            }
            error.sentence()
        }
        error => error.to_string(),
    };
    report.add(Severity::Error, place, message);
}

/// The names, without ending, of which a sync program may have made this one. A name alone proves
/// nothing: only where the other file is there too is it a copy.
fn copied_names(stem: &str) -> Vec<&str> {
    let mut names = Vec::new();
    // Syncthing, Resilio.
    for mark in [".sync-conflict-", ".Conflict", ".conflict"] {
        names.extend(stem.find(mark).map(|at| &stem[..at]));
    }
    // Dropbox, Nextcloud, Seafile, Google Drive: `a (Rina's conflicted copy 2026-11-22)`, `a (1)`.
    if let Some((name, inner)) = stem.strip_suffix(')').and_then(|stem| stem.rsplit_once(" (")) {
        let is_number = inner.bytes().all(|byte| byte.is_ascii_digit());
        if is_number || inner.to_lowercase().contains("conflict") {
            names.push(name);
        }
    }
    // iCloud: `a 2`.
    if let Some((name, number)) = stem.rsplit_once(' ')
        && number.parse::<u32>().is_ok()
    {
        names.push(name);
    }
    // OneDrive puts the machine's name behind a hyphen, and it may have some itself.
    names.extend(stem.match_indices('-').map(|(at, _)| &stem[..at]));
    names.retain(|name| !name.is_empty());
    names
}

/// What in a set the schema does not allow, and what waits for a person.
fn check_set(set: &AnnotationSet, schema: &Schema, file: &str, key: &SetKey, report: &mut Report) {
    check_values(set, schema, file, key, report);
    for message in unresolved(set) {
        report.add(Severity::Warning, place_of(file, key), message);
    }
}

fn place_of(file: &str, key: &SetKey) -> Place {
    Place {
        file: Some(file.to_owned()),
        document: Some(key.document.clone()),
        owner: Some(key.owner.clone()),
        ..Place::default()
    }
}

/// What in a set the schema does not allow.
pub(super) fn check_values(
    set: &AnnotationSet,
    schema: &Schema,
    file: &str,
    key: &SetKey,
    report: &mut Report,
) {
    let place = || place_of(file, key);
    for annotation in set.annotations() {
        let Some(label) = schema.label(&annotation.label) else { continue };
        for message in wrong_attributes(&annotation.attributes, &label.attributes) {
            let (annotation, offset) = (Some(annotation.id.clone()), Some(annotation.span.start()));
            report.add(Severity::Warning, Place { annotation, offset, ..place() }, message);
        }
    }
    for relation in set.relations() {
        let Some(label) = schema.relation(&relation.label) else { continue };
        for message in wrong_attributes(&relation.attributes, &label.attributes) {
            report.add(Severity::Warning, place(), format!("relation {}: {message}", relation.id));
        }
    }
}

/// What in a set waits for a person, in sentences.
pub(super) fn unresolved(set: &AnnotationSet) -> Vec<String> {
    let n_conflicts = set.annotations().filter(|it| it.has_conflict()).count();
    let n_moved = set.annotations().filter(|it| it.flags.iter().any(|flag| flag == file::MOVED)).count();
    let waiting = [
        (n_moved, "annotations that were placed anew when their article changed wait for a look"),
        (file::n_orphans(set), "annotations that lost their place in the text wait for somebody to decide"),
        (n_conflicts, "annotations on which two versions do not agree wait for somebody to decide"),
    ];
    waiting.into_iter().filter(|it| it.0 > 0).map(|(n, what)| format!("{what}: {n}")).collect()
}

fn wrong_attributes(attributes: &Attributes, known: &[Attribute]) -> Vec<String> {
    let wrong = |(name, value): (&String, &Value)| {
        let Some(attribute) = known.iter().find(|it| it.name == *name) else {
            return Some(format!("the schema has no attribute \"{name}\" there"));
        };
        let is_right = match (&attribute.kind, value) {
            (AttributeType::Choice(values), Value::Text(value)) => values.contains(value),
            (AttributeType::MultiChoice(values), Value::List(list)) => {
                list.iter().all(|value| values.contains(value))
            }
            (AttributeType::Boolean, Value::Boolean(_)) | (AttributeType::Integer, Value::Integer(_)) => true,
            (AttributeType::Text | AttributeType::Country | AttributeType::Entity, Value::Text(_)) => true,
            (AttributeType::Other(_), _) => true,
            _ => false,
        };
        (!is_right).then(|| format!("the schema does not allow this value of \"{name}\""))
    };
    attributes.iter().filter_map(wrong).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_told_by_their_names() {
        for name in [
            "a.txt-LAPTOP",
            "a.txt-DESKTOP-7F3K2",
            "a.txt (Rina's conflicted copy 2026-11-22)",
            "a.txt (conflicted copy 2026-11-22 203105)",
            "a.txt (SFConflict rina 2026-11-22-20-31-05)",
            "a.txt.sync-conflict-20261122-203105-7F3K2AB",
            "a.txt.Conflict",
            "a.txt (1)",
            "a.txt 2",
        ] {
            assert!(copied_names(name).contains(&"a.txt"), "{name}");
        }
        for name in ["a.txt", "a.txt (draft)", "a.txt two"] {
            assert!(copied_names(name).is_empty(), "{name}");
        }
    }
}
