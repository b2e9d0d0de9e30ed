//! Whose turn an article is, what stays out of sight, and how far everybody is.

use std::collections::BTreeSet;

use super::Session;
use super::export::read_each;
use crate::model::{Assignments, DocumentId, Owner, Report, SetKey, Status};
use crate::store::Folder;

/// How far somebody is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonProgress {
    /// Who.
    pub owner: Owner,
    /// How many articles were given to them.
    pub n_assigned: usize,
    /// How many of these are done.
    pub n_done: usize,
    /// How many of these were begun and are not done.
    pub n_begun: usize,
    /// How many articles they annotated that were not given to them.
    pub n_others: usize,
    /// How many spans they made, over all articles.
    pub n_spans: usize,
}

/// How far everybody is who annotated something or was given an article, by name. Gold is nobody.
pub fn read_progress(
    folder: &Folder,
    articles: &[DocumentId],
    assignments: &Assignments,
) -> Vec<PersonProgress> {
    let known = folder.owners().into_iter().chain(assignments.articles.values().flatten().cloned());
    let owners: BTreeSet<Owner> = known.filter(|it| *it != Owner::Gold).collect();
    let mut people: Vec<PersonProgress> = owners
        .into_iter()
        .map(|owner| PersonProgress { owner, n_assigned: 0, n_done: 0, n_begun: 0, n_others: 0, n_spans: 0 })
        .collect();
    let names: Vec<Owner> = people.iter().map(|it| it.owner.clone()).collect();
    let summaries = read_each(
        articles,
        &mut Report::default(),
        |_| true,
        |id, _| {
            let summary = |owner: &Owner| {
                let key = SetKey { document: id.clone(), owner: owner.clone() };
                folder.has_set(&key).then(|| folder.summary(&key)).flatten()
            };
            Some((id.clone(), names.iter().map(summary).collect::<Vec<_>>()))
        },
    );
    for (id, summaries) in summaries {
        for (person, summary) in people.iter_mut().zip(summaries) {
            let is_assigned = assignments.has(&id, &person.owner);
            let status = summary.map_or(Status::New, |it| it.status);
            person.n_spans += summary.map_or(0, |it| it.n_annotations);
            person.n_assigned += usize::from(is_assigned);
            person.n_done += usize::from(is_assigned && status == Status::Done);
            person.n_begun += usize::from(is_assigned && status == Status::InProgress);
            person.n_others += usize::from(!is_assigned && summary.is_some());
        }
    }
    people
}

impl Session {
    /// Who annotates what, if articles were given out.
    pub fn assignments(&self) -> Option<&Assignments> {
        self.assignments.as_ref()
    }

    /// True if articles were given to who works here, so that the others are not theirs.
    pub fn has_turns(&self) -> bool {
        self.assignments.as_ref().is_some_and(|it| it.knows(&self.owner))
    }

    /// True if an article is for who works here: all are where none was given to them.
    pub fn is_turn(&self, document: &DocumentId) -> bool {
        !self.has_turns() || self.assignments.as_ref().is_some_and(|it| it.has(document, &self.owner))
    }

    /// True if others' annotations on the open article are out of sight.
    pub fn is_blind(&self) -> bool {
        let own = self.set().map_or(Status::New, |set| set.status());
        self.assignments.as_ref().is_some_and(|it| it.hides(&self.owner, own))
    }

    /// True if what others made cannot be looked at all together: the round is not open yet.
    pub fn is_round_closed(&self) -> bool {
        self.assignments.as_ref().is_some_and(|it| it.hides(&self.owner, Status::New))
    }
}
