//! Whose the folders below `annotations/` are, and how they are named on every system.

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufReader;
use std::path::{Path, PathBuf};

use crate::file::{is_device, read_owner, sha256};
use crate::model::{Owner, Place, Report, Severity};
use crate::store::disk::{self, Disk, Kind, TEMPORARY};

/// The longest folder name in characters, far below every system's limit.
const MAX_LENGTH: usize = 40;

/// The folder name for an owner: lower case, with spaces as hyphens. A name that loses anything
/// else on the way gets a short hash, so that two such names never meet.
pub(super) fn folder_name(owner: &Owner) -> String {
    let name = owner.name();
    if *owner == Owner::Gold {
        return name.to_owned();
    }
    let folded: String = name.chars().flat_map(char::to_lowercase).collect::<String>().replace(' ', "-");
    let safe: String = folded
        .chars()
        .map(|it| if it.is_alphanumeric() || it == '-' || it == '_' { it } else { '-' })
        .take(MAX_LENGTH)
        .collect();
    let safe = safe.trim_matches('-');
    if safe == folded && !safe.is_empty() && safe != "gold" && !is_device(safe) {
        safe.to_owned()
    } else {
        hashed_folder_name(owner, safe)
    }
}

/// The folder name with a hash of the real name, for when the plain one is taken.
pub(super) fn hashed_folder_name(owner: &Owner, safe: &str) -> String {
    let hash = &sha256(owner.name().as_bytes())[..8];
    if safe.is_empty() { format!("annotator-{hash}") } else { format!("{safe}-{hash}") }
}

/// A folder of the project that Sorot itself fills, unless a link leads out of the project there.
fn own_folder(disk: &dyn Disk, canonical: &Path, name: &str) -> Option<PathBuf> {
    let folder = canonical.join(name);
    let target = disk.canonical(&folder).ok()?;
    target.starts_with(canonical).then_some(folder)
}

/// All annotation files of a project, in order. Links are not followed.
pub(super) fn annotation_files(disk: &dyn Disk, canonical: &Path) -> Vec<PathBuf> {
    let folder = own_folder(disk, canonical, "annotations");
    folder.map(|folder| files_below(disk, folder)).unwrap_or_default()
}

fn files_below(disk: &dyn Disk, folder: PathBuf) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in disk.list(&folder).into_iter().flatten().flatten() {
            let path = folder.join(&entry.name);
            let is_hidden = entry.name.to_string_lossy().starts_with('.');
            match entry.kind {
                Kind::Folder if !is_hidden => folders.push(path),
                Kind::File if !is_hidden && path.extension().is_some_and(|it| it == "json") => {
                    files.push(path);
                }
                _ => {}
            }
        }
    }
    files.sort_unstable();
    files
}

/// Removes the temporary files of programs that were killed, as far as possible.
pub(super) fn remove_temporaries(disk: &dyn Disk, canonical: &Path) {
    let folders = ["annotations", ".sorot"].map(|name| own_folder(disk, canonical, name));
    let mut folders: Vec<PathBuf> = folders.into_iter().flatten().collect();
    folders.push(canonical.to_owned());
    while let Some(folder) = folders.pop() {
        for entry in disk.list(&folder).into_iter().flatten().flatten() {
            match entry.kind {
                // Those with articles are looked through when these are listed.
                Kind::Folder if folder == canonical => {}
                Kind::Folder => folders.push(folder.join(&entry.name)),
                Kind::File if entry.name.to_string_lossy().starts_with(TEMPORARY) => {
                    disk::remove_abandoned(disk, &folder.join(&entry.name));
                }
                _ => {}
            }
        }
    }
}

/// Whose the folders below `annotations/` are.
#[derive(Debug, Default)]
pub(super) struct Folders {
    /// The folders' names.
    pub of: BTreeMap<Owner, String>,
    /// Those in which no file can be read that says whose they are. Until their owner comes, they
    /// stand in the list under their own name.
    pub nameless: BTreeSet<String>,
}

impl Folders {
    /// Whose a folder of that name is.
    pub(super) fn owner(&self, folder: &str) -> Option<Owner> {
        self.of.iter().find(|(_, it)| *it == folder).map(|(owner, _)| owner.clone())
    }
}

/// Whose the folders below `annotations/` are, by the name in the first file that can be read.
pub(super) fn folders(disk: &dyn Disk, canonical: &Path, report: &mut Report) -> Folders {
    let mut folders = Folders::default();
    let Some(annotations) = own_folder(disk, canonical, "annotations") else { return folders };
    let entries = disk.list(&annotations).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter(|entry| entry.kind == Kind::Folder)
        .filter_map(|entry| entry.name.into_string().ok())
        .filter(|name| !name.starts_with('.'))
        .collect();
    names.sort_unstable();
    for name in names {
        let files = files_below(disk, annotations.join(&name));
        let Some(first) = files.first() else { continue };
        let annotator = files.iter().find_map(|path| {
            let annotator = read_owner(BufReader::new(disk.open(path).ok()?))?;
            Some(annotator).filter(|annotator| !annotator.is_empty())
        });
        let owner = match &annotator {
            _ if name == "gold" => Owner::Gold,
            Some(annotator) if annotator != "gold" => Owner::named(annotator),
            _ => Owner::named(&name),
        };
        if annotator.is_none() && owner != Owner::Gold {
            folders.nameless.insert(name.clone());
        }
        if let Some(other) = folders.of.get(&owner) {
            let shown = first.strip_prefix(canonical).unwrap_or(first).display().to_string();
            let place = Place { file: Some(shown), owner: Some(owner.clone()), ..Place::default() };
            let message = format!(
                "the folders {other} and {name} both hold annotations of {owner}; only {other} is read"
            );
            report.add(Severity::Error, place, message);
            continue;
        }
        folders.of.insert(owner, name);
    }
    folders
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(name: &str) -> String {
        folder_name(&Owner::Annotator(name.into()))
    }

    #[test]
    fn plain_names_stay_plain() {
        assert_eq!(folder_name(&Owner::Gold), "gold");
        assert_eq!(name("Rina"), "rina");
        assert_eq!(name("Rina Sari"), "rina-sari");
        assert_eq!(name("Бабушка"), "бабушка");
        assert_eq!(name("model-x"), "model-x");
    }

    #[test]
    fn names_never_leave_the_folder_and_never_meet() {
        let names = [
            "..",
            ".",
            "",
            " ",
            "/",
            "a/b",
            "a\\b",
            "a:b",
            "con",
            "NUL",
            "com1",
            "lpt9",
            "Gold",
            "a.",
            "a",
            "../../etc",
            "a\0b",
            "José",
            "Jose\u{301}",
            &"x".repeat(300),
            &"x".repeat(301),
            ".sorot",
        ];
        let folders: Vec<String> = names.iter().map(|it| name(it)).collect();
        for folder in &folders {
            assert!(!folder.is_empty() && folder.len() < 200, "{folder}");
            assert!(!folder.contains(['/', '\\', ':', '.', '\0', ' ']), "{folder}");
            assert!(folder != "gold" && !is_device(folder), "{folder}");
        }
        let unique: std::collections::BTreeSet<&String> = folders.iter().collect();
        assert_eq!(unique.len(), folders.len(), "{folders:?}");
    }
}
