//! Giving out articles, whose turn they are, what stays out of sight, and how far everybody is.
//!
//! Invariants:
//! - What is written follows from what lies in the file; where that is not what the person saw, or
//!   cannot be read, nothing is written.
//! - Giving out is no step of the history: the trash has the former file.

use std::collections::BTreeSet;

use super::export::read_each;
use super::{Action, Effect, Job, Session};
use crate::file::{TrashNote, counted};
use crate::model::{Assignments, Deal, DocumentId, Owner, Report, SetKey, Status, Timestamp};
use crate::store::Folder;

/// Who shall annotate what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GiveOut {
    /// To whom; nothing is given out if there is nobody.
    pub annotators: Vec<Owner>,
    /// How many annotate each article.
    pub per_article: usize,
    /// Where chance starts.
    pub seed: u64,
    /// Which articles.
    pub among: Among,
    /// True to forget before to whom these were given.
    pub is_anew: bool,
    /// What becomes of the round.
    pub round: Round,
}

/// Which articles are given out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Among {
    /// All.
    #[default]
    All,
    /// Those that nobody has.
    Unassigned,
    /// Those below a folder, named from the project on: `articles/2024`.
    Folder(String),
}

/// What becomes of the round in which annotators work blind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Round {
    /// It stays as it is.
    #[default]
    Same,
    /// Others' annotations are out of sight until one's own article is done.
    Blind,
    /// Nothing is out of sight any more.
    Open,
}

impl Among {
    fn of(&self, articles: &[DocumentId], given: &Assignments) -> Vec<DocumentId> {
        let is_meant = |it: &&DocumentId| match self {
            Among::All => true,
            Among::Unassigned => !given.articles.contains_key(*it),
            Among::Folder(folder) => {
                let rest = it.as_str().strip_prefix(folder.trim_end_matches('/'));
                rest.is_some_and(|it| it.starts_with('/'))
            }
        };
        articles.iter().filter(is_meant).cloned().collect()
    }
}

impl GiveOut {
    /// What becomes of what was given out before.
    ///
    /// # Errors
    /// In a sentence, if somebody is named twice, is gold or nobody; if more are to annotate an
    /// article than there are; or if there are no such articles.
    pub fn applied(&self, before: &Assignments, articles: &[DocumentId]) -> Result<Assignments, String> {
        let mut after = before.clone();
        if !self.annotators.is_empty() {
            let names: Vec<&str> = self.annotators.iter().map(Owner::name).collect();
            let distinct: BTreeSet<&Owner> = self.annotators.iter().collect();
            let is_nobody = |it: &Owner| *it == Owner::Gold || it.name().is_empty();
            if distinct.len() < names.len() || self.annotators.iter().any(is_nobody) {
                return Err(format!("articles are given to people, each named once: {}", names.join(",")));
            }
            if self.per_article == 0 {
                return Err("each article goes to somebody, and not to 0".to_owned());
            }
            if self.per_article > names.len() {
                let (n, named) = (self.per_article, names.len());
                return Err(format!(
                    "each article is to have {n} annotators, and too few are named: {named}"
                ));
            }
            let chosen = self.among.of(articles, before);
            if let Among::Folder(folder) = &self.among
                && chosen.is_empty()
            {
                return Err(format!("there are no articles in the folder {folder}"));
            }
            match (self.is_anew, &self.among) {
                // Articles that are gone, too.
                (true, Among::All) => after.articles.clear(),
                (true, _) => chosen.iter().for_each(|it| drop(after.articles.remove(it))),
                (false, _) => {}
            }
            let (annotators, per_article, seed) = (self.annotators.clone(), self.per_article, self.seed);
            after.deal(&chosen, &Deal { annotators, per_article, seed });
        }
        match self.round {
            Round::Same => {}
            Round::Blind => (after.is_blind, after.is_open) = (true, false),
            Round::Open => after.is_open = true,
        }
        Ok(after)
    }
}

/// How many of some articles are given out, and what is in sight, a sentence each.
pub fn describe_assignments(assignments: &Assignments, articles: &[DocumentId]) -> Vec<String> {
    let n = articles.iter().filter(|it| assignments.articles.contains_key(it)).count();
    let mut lines = vec![format!("{n} of {} articles given out", articles.len())];
    if assignments.is_blind {
        let text = if assignments.is_open { "the round is open" } else { "annotators work blind" };
        lines.push(text.to_owned());
    }
    lines
}

/// What would be other than before, a sentence each; none if nothing would.
pub fn describe_change(before: &Assignments, after: &Assignments) -> Vec<String> {
    let n_more = |from: &Assignments, to: &Assignments| {
        let has = |id: &DocumentId, owner: &Owner| from.has(id, owner);
        to.articles.iter().filter(|(id, owners)| owners.iter().any(|it| !has(id, it))).count()
    };
    let mut lines = Vec::new();
    let (n_given, n_taken) = (n_more(before, after), n_more(after, before));
    if n_given > 0 {
        lines.push(format!(
            "{} given to somebody who does not have {}",
            counted(n_given, "article"),
            if n_given == 1 { "it" } else { "them" }
        ));
    }
    if n_taken > 0 {
        lines.push(format!("{} taken from somebody; what they annotated stays", counted(n_taken, "article")));
    }
    let hides = |it: &Assignments| it.is_blind && !it.is_open;
    match (hides(before), hides(after)) {
        (false, true) => {
            lines.push("others' annotations go out of sight until one's own article is done".into())
        }
        (true, false) => lines.push("the round opens: nothing is out of sight any more".into()),
        _ => {}
    }
    lines
}

/// Gives articles out, and tells who has what now. A file that would be as it is is not written.
/// `seen` is what the person saw before, if anybody looked.
///
/// # Errors
/// In a sentence, if the file holds something else than what was seen or cannot be read, if what is
/// asked for cannot be, or if the system refuses.
pub fn give_out(
    folder: &Folder,
    articles: &[DocumentId],
    asked: &GiveOut,
    seen: Option<&Option<Assignments>>,
    (at, by): (Timestamp, &str),
) -> Result<Option<Assignments>, String> {
    let mut report = Report::default();
    let before = folder.read_assignments(&mut report);
    if let Some(problem) = report.problems.first() {
        return Err(problem.to_string());
    }
    if seen.is_some_and(|it| *it != before) {
        return Err("somebody else gave out articles meanwhile; look again".to_owned());
    }
    let after = asked.applied(before.as_ref().unwrap_or(&Assignments::default()), articles)?;
    if before.as_ref() == Some(&after) || (before.is_none() && after == Assignments::default()) {
        return Ok(before);
    }
    let note = TrashNote { at, by: by.to_owned(), why: "give out articles".into(), path: String::new() };
    let written = folder.write_assignments(&after, note);
    written.map_err(|error| format!("articles were not given out: {error}"))?;
    Ok(Some(after))
}

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

/// Gives out articles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AssignAction {
    /// Find out how far everybody is.
    Read,
    /// Give articles out, or open or close the round.
    GiveOut(GiveOut),
}

/// Work on assignments.
#[derive(Debug)]
pub struct AssignJob {
    folder: Folder,
    articles: Vec<DocumentId>,
    /// What to do, with what the person saw; nothing to look alone.
    asked: Option<(GiveOut, Option<Assignments>)>,
    at: Timestamp,
    by: Owner,
}

/// What came of it.
#[derive(Debug)]
pub struct AssignOutcome {
    assignments: Option<Assignments>,
    people: Vec<PersonProgress>,
    /// Why nothing was given out.
    error: Option<String>,
}

/// What a session knows of everybody's work.
#[derive(Debug, Default)]
pub(super) struct AssignWork {
    people: Option<Vec<PersonProgress>>,
    error: Option<String>,
    is_busy: bool,
}

impl AssignJob {
    pub(super) fn run(self) -> AssignOutcome {
        let (folder, articles) = (&self.folder, &self.articles);
        let done = self
            .asked
            .as_ref()
            .map(|(asked, seen)| give_out(folder, articles, asked, Some(seen), (self.at, self.by.name())));
        let mut report = Report::default();
        let assignments = folder.read_assignments(&mut report);
        let people = read_progress(folder, articles, assignments.as_ref().unwrap_or(&Assignments::default()));
        let unread = report.problems.first().map(ToString::to_string);
        AssignOutcome { assignments, people, error: done.and_then(Result::err).or(unread) }
    }
}

impl From<AssignAction> for Action {
    fn from(action: AssignAction) -> Action {
        Action::Assign(action)
    }
}

impl Session {
    /// How far everybody is, if that was asked for.
    pub fn people(&self) -> Option<&[PersonProgress]> {
        self.assign_work.people.as_deref()
    }

    /// Why articles were not given out, in a sentence.
    pub fn assign_error(&self) -> Option<&str> {
        self.assign_work.error.as_deref()
    }

    /// True while it is found out how far everybody is.
    pub fn is_assigning(&self) -> bool {
        self.assign_work.is_busy
    }

    pub(super) fn assign_action(&mut self, action: AssignAction) {
        if self.assign_work.is_busy {
            return;
        }
        let asked = match action {
            AssignAction::Read => None,
            AssignAction::GiveOut(asked) => Some((asked, self.assignments.clone())),
        };
        self.assign_work.is_busy = true;
        self.assign_work.error = None;
        // Jobs on the disk keep their order, so what was done before counts.
        self.save_all();
        let articles = self.articles.iter().map(|it| it.id.clone()).collect();
        let (folder, at, by) = (self.folder.clone(), self.now(), self.owner.clone());
        self.effects.push(Effect::Start(Job::Assign(AssignJob { folder, articles, asked, at, by })));
    }

    pub(super) fn assign_done(&mut self, outcome: AssignOutcome) {
        let AssignOutcome { assignments, people, error } = outcome;
        // Where the file cannot be read, what was known goes on: a round must not open by that.
        if error.is_none() || assignments.is_some() {
            self.assignments = assignments;
        }
        self.assign_work = AssignWork { people: Some(people), error, is_busy: false };
    }

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
