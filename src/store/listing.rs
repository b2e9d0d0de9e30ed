//! Which articles a project has.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::model::{DocumentId, Place, Report, Severity};
use crate::store::article::is_article;
use crate::store::disk::{self, Disk, Kind, TEMPORARY};

/// Folders of a project that hold no articles.
const OWN_FOLDERS: &[&str] = &["annotations", "releases"];

/// Where to stop, so that opening a whole disk by mistake ends some day.
const MAX_ENTRIES: usize = 1_000_000;

/// How far to look.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// The folder's own files.
    Files,
    /// All folders below as well.
    All,
}

/// Lists the articles below `root`: those the patterns name or, without a pattern, those in
/// `articles/` or else all. Links are followed only to files inside the project.
pub(super) fn list(
    disk: &dyn Disk,
    root: &Path,
    patterns: &[String],
    depth: Depth,
    report: &mut Report,
) -> BTreeSet<DocumentId> {
    let globs = (!patterns.is_empty()).then(|| glob_set(patterns, report));
    let has_articles = globs.is_none() && disk.is_folder(&root.join("articles"));
    let canonical = disk.canonical(root).unwrap_or_else(|_| root.to_owned());
    let mut articles = BTreeSet::new();
    let mut n_entries = 0;
    let mut folders: Vec<(PathBuf, String)> = match has_articles {
        true => vec![(root.join("articles"), "articles/".to_owned())],
        false => vec![(root.to_owned(), String::new())],
    };
    while let Some((folder, prefix)) = folders.pop() {
        let mut problem = |path: &Path, message: String| {
            let place = Place { file: Some(path.display().to_string()), ..Place::default() };
            report.add(Severity::Warning, place, message);
        };
        let entries = match disk.list(&folder) {
            Ok(entries) => entries,
            Err(error) => {
                problem(&folder, format!("cannot read the folder, {error}"));
                continue;
            }
        };
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    problem(&folder, format!("cannot read all of the folder, {error}"));
                    break;
                }
            };
            n_entries += 1;
            let path = folder.join(&entry.name);
            let Some(name) = entry.name.to_str() else {
                problem(&path, "the file's name is not Unicode, so it is left out".to_owned());
                continue;
            };
            if name.starts_with(TEMPORARY) {
                disk::remove_abandoned(disk, &path);
                continue;
            }
            if name.starts_with('.') || prefix.is_empty() && OWN_FOLDERS.contains(&name) {
                continue;
            }
            if entry.kind == Kind::Folder {
                if depth == Depth::All || has_articles {
                    folders.push((path, format!("{prefix}{name}/")));
                }
                continue;
            }
            let id = format!("{prefix}{name}");
            let is_named = globs.as_ref().is_none_or(|globs| globs.is_match(&id));
            if !is_named || !is_article(&path) {
                continue;
            }
            if entry.kind == Kind::Link {
                match disk.canonical(&path) {
                    Ok(target) if target.starts_with(&canonical) && disk.is_file(&target) => {}
                    Ok(target) if target.starts_with(&canonical) => continue,
                    _ => {
                        problem(&path, "the link leads out of the project, so it is left out".to_owned());
                        continue;
                    }
                }
            }
            articles.insert(DocumentId::new(id));
        }
        if n_entries > MAX_ENTRIES {
            problem(root, format!("the folder has more than {MAX_ENTRIES} files; the rest is left out"));
            break;
        }
    }
    articles
}

fn glob_set(patterns: &[String], report: &mut Report) -> GlobSet {
    let mut builder = GlobSetBuilder::new();
    for pattern in patterns {
        match GlobBuilder::new(pattern).literal_separator(true).build() {
            Ok(glob) => {
                builder.add(glob);
            }
            Err(error) => {
                let place = Place { file: Some("sorot.json".to_owned()), ..Place::default() };
                report.add(
                    Severity::Warning,
                    place,
                    format!("the pattern of articles is not understood, {error}"),
                );
            }
        }
    }
    builder.build().unwrap_or_default()
}
