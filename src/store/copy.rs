//! Another copy of a project, on a stick or in a shared folder, held against this one.

use std::collections::{BTreeMap, BTreeSet};

use crate::file::{read_import_note, sha256};
use crate::model::{HistoryEvent, Owner, Report, SetKey, Target};
use crate::store::disk::{self, Kind};
use crate::store::import::{IMPORTS, NOTE};
use crate::store::{Folder, MAX_SET, StoreError};

/// How a set here and the one of a copy came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kinship {
    /// They are the same.
    Same,
    /// Only the copy has it.
    OnlyThere,
    /// The copy's was made of the one here.
    MadeThere,
    /// The one here was made of the copy's.
    MadeHere,
    /// Both were changed, or nothing tells.
    Apart,
}

/// The SHA-256 of all that the sets of a project were on one machine.
#[derive(Clone, Debug, Default)]
pub struct Past(BTreeMap<SetKey, BTreeSet<String>>);

impl Past {
    fn knows(&self, key: &SetKey, hash: &str) -> bool {
        self.0.get(key).is_some_and(|hashes| hashes.contains(hash))
    }
}

impl Folder {
    /// True if both are one folder.
    pub fn is_same_as(&self, other: &Folder) -> bool {
        self.0.canonical == other.0.canonical
    }

    /// What the sets of this project were, as far as its journals and imports tell.
    pub fn past(&self) -> Past {
        let mut past = Past::default();
        for owner in self.journal_owners() {
            for entry in self.read_journal(&owner, &mut Report::default()) {
                if let HistoryEvent::Saved { target: Target::Set(key), sha256 } = entry.event {
                    past.0.entry(key).or_default().insert(sha256);
                }
            }
        }
        for file in self.imports().into_iter().flat_map(|note| note.files) {
            if let Some(owner) = file.owner {
                let key = SetKey { document: file.document, owner };
                past.0.entry(key).or_default().insert(file.sha256);
            }
        }
        past
    }

    /// How the set of a copy and the one here are akin, given what each was before.
    ///
    /// # Errors
    /// If a file cannot be read.
    pub fn kinship(
        &self,
        copy: &Folder,
        key: &SetKey,
        [here, there]: [&Past; 2],
    ) -> Result<Kinship, StoreError> {
        let hash = |folder: &Folder| -> Result<Option<String>, StoreError> {
            let bytes = disk::read(folder.disk(), &folder.set_path(key)?, MAX_SET)?;
            Ok(bytes.map(|bytes| sha256(&bytes)))
        };
        Ok(match (hash(self)?, hash(copy)?) {
            (None, Some(_)) => Kinship::OnlyThere,
            (ours, theirs) if ours == theirs => Kinship::Same,
            (Some(_), None) => Kinship::MadeHere,
            (Some(ours), Some(theirs)) => match (there.knows(key, &ours), here.knows(key, &theirs)) {
                (true, false) => Kinship::MadeThere,
                (false, true) => Kinship::MadeHere,
                _ => Kinship::Apart,
            },
            (None, None) => Kinship::Same,
        })
    }

    /// The notes of all imports that were made on this machine.
    pub(super) fn imports(&self) -> Vec<crate::file::ImportNote> {
        let Ok(imports) = self.inside(IMPORTS) else { return Vec::new() };
        let entries = self.disk().list(&imports).into_iter().flatten().flatten();
        let folders = entries.filter(|entry| entry.kind == Kind::Folder).map(|it| imports.join(it.name));
        let note = |folder: std::path::PathBuf| {
            read_import_note(&disk::read(self.disk(), &folder.join(NOTE), MAX_SET).ok()??)
        };
        folders.filter_map(note).collect()
    }

    /// Those who have a journal on this machine.
    pub(super) fn journal_owners(&self) -> Vec<Owner> {
        let Ok(history) = self.inside(".sorot/history") else { return Vec::new() };
        let names = self.disk().list(&history).into_iter().flatten().flatten().map(|entry| entry.name);
        let folders: BTreeSet<String> = names
            .filter_map(|name| Some(name.to_str()?.strip_suffix(".jsonl")?.to_owned()))
            // What has a number in its name is an earlier part.
            .filter(|name| !name.contains('.'))
            .collect();
        let known = |folder: &String| self.state().folders.owner(folder);
        folders.iter().map(|folder| known(folder).unwrap_or_else(|| Owner::named(folder))).collect()
    }
}
