//! The sets of several owners on the same articles, read from disk to be compared.

use std::sync::Arc;

use super::export::read_each;
pub use crate::compare::adjudication::{Case, Choice, MergeStrategy, Standing, Unit};
use crate::compare::agreement::ComparedArticle;
pub use crate::compare::evaluation::ErrorKind;
pub use crate::compare::{Content, Tokenization};
use crate::model::{Document, DocumentId, Owner, Place, Report, Schema, SetKey, Severity};
use crate::store::{Folder, LoadedSet, StoreError};

/// Reads what some owners have on articles, in the order of the articles. Who has no set on an
/// article has not seen it; an article that none of them has seen is left out. What cannot be read
/// is reported, and the rest goes on. `step` is told from time to time how many are read, and ends
/// it by false.
pub fn read_compared(
    folder: &Folder,
    articles: &[DocumentId],
    owners: &[Owner],
    report: &mut Report,
    step: impl FnMut(usize) -> bool,
) -> Vec<ComparedArticle> {
    read_each(articles, report, step, |id, report| {
        read_article(folder, id, owners, report).unwrap_or_else(|error| not_compared(&error, report))
    })
}

fn read_article(
    folder: &Folder,
    id: &DocumentId,
    owners: &[Owner],
    report: &mut Report,
) -> Result<Option<ComparedArticle>, StoreError> {
    let mut problems = Report::default();
    let document = folder.read_document(id, &mut problems)?;
    let mut sets = Vec::with_capacity(owners.len());
    for owner in owners {
        let key = SetKey { document: id.clone(), owner: owner.clone() };
        let read = folder.look_once_at_set(&key, &document, &Schema::default(), &mut problems);
        let read = read.unwrap_or_else(|error| not_compared(&error, &mut problems));
        sets.push(read.map(|(set, outdated)| {
            problems.problems.extend(outdated.into_iter().flat_map(|it| it.problems));
            Arc::new(set)
        }));
    }
    if sets.iter().all(Option::is_none) && problems.problems.iter().all(|it| it.severity < Severity::Error) {
        return Ok(None);
    }
    report.problems.append(&mut problems.problems);
    Ok(Some(ComparedArticle { document: id.clone(), text: document.text, sets }))
}

/// A set, only to be compared: labels that the project's schema lacks are like any others.
pub(super) fn look_at(
    folder: &Folder,
    key: &SetKey,
    document: &Document,
    report: &mut Report,
) -> Option<LoadedSet> {
    let loaded = folder.look_at_set(key, document, &Schema::default(), report);
    loaded.unwrap_or_else(|error| not_compared(&error, report))
}

fn not_compared<T>(error: &StoreError, report: &mut Report) -> Option<T> {
    // The error names its place.
    report.add(Severity::Error, Place::default(), format!("not compared: {error}"));
    None
}
