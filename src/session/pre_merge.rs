//! Filling gold in a whole project by a strategy, as one step.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::compare::read_compared;
use super::export::read_each;
use super::import::Progress;
use super::{Effect, Job, Session, sentence};
use crate::compare::MatchRule;
use crate::compare::adjudication::{Case, Maker, MergeStrategy};
use crate::compare::agreement::ComparedArticle;
use crate::file::{counted, rulings};
use crate::model::{
    AnnotationSet, Document, DocumentId, Edit, Owner, Place, Report, Schema, SetKey, Severity, Status,
    Timestamp,
};
use crate::store::{Folder, LoadedSet};

/// What a pre-merge did, or would do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PreMerged {
    /// The articles that enough annotators have seen.
    pub articles: Vec<MergedArticle>,
    /// Articles that fewer have seen, or are done with, and so were left out.
    pub skipped: Vec<DocumentId>,
    /// Sets that say nothing yet, since their annotators are not done with them.
    pub unfinished: Vec<SetKey>,
    /// What could not be read.
    pub report: Report,
    /// Why nothing was done, if so.
    pub obstacle: Option<String>,
}

/// What became of an article.
#[derive(Clone, Debug, PartialEq)]
pub struct MergedArticle {
    /// Which.
    pub document: DocumentId,
    /// How many spans gold got.
    pub n_spans: usize,
    /// How many relations gold got.
    pub n_relations: usize,
    /// How much is left for a curator to decide.
    pub n_open: usize,
}

/// Work on a pre-merge.
#[derive(Debug)]
pub struct PreMergeJob {
    folder: Folder,
    schema: Arc<Schema>,
    articles: Vec<DocumentId>,
    owners: Vec<Owner>,
    strategy: MergeStrategy,
    least: usize,
    takes_unfinished: bool,
    is_dry_run: bool,
    /// Gold's sets that are in memory.
    memory: BTreeMap<SetKey, Arc<AnnotationSet>>,
    random: fastrand::Rng,
    at: Timestamp,
    progress: Arc<Progress>,
}

/// What came of it.
#[derive(Debug)]
pub struct PreMergeOutcome {
    merged: PreMerged,
    edits: Vec<Edit>,
    /// Gold's sets that are changed and were not in memory.
    sets: Vec<(SetKey, Document, LoadedSet)>,
    /// The revisions of those that were.
    revisions: BTreeMap<SetKey, u64>,
    is_dry_run: bool,
    is_stopped: bool,
}

impl PreMerged {
    /// How many spans, relations and open units there are in all.
    pub fn totals(&self) -> (usize, usize, usize) {
        self.articles.iter().fold((0, 0, 0), |(spans, relations, open), it| {
            (spans + it.n_spans, relations + it.n_relations, open + it.n_open)
        })
    }

    /// Whose sets were left out because they are not done, in a few words; nothing if there are none.
    pub fn left_out(&self) -> Option<String> {
        let mut n_of: BTreeMap<&str, usize> = BTreeMap::new();
        for key in &self.unfinished {
            *n_of.entry(key.owner.name()).or_default() += 1;
        }
        let named: Vec<String> = n_of.iter().map(|(name, n)| format!("{name} {n}")).collect();
        let n = counted(self.unfinished.len(), "annotation set");
        (!named.is_empty()).then(|| format!("{n} left out, not done: {}", named.join(", ")))
    }

    /// What was done, in a few words.
    pub fn summary(&self) -> String {
        if self.articles.is_empty() {
            return "nothing: no article was seen and done by enough annotators".to_owned();
        }
        let (n_spans, n_relations, n_open) = self.totals();
        let open = match n_open {
            0 => "nothing left to decide".to_owned(),
            n => format!("{n} left to decide"),
        };
        format!(
            "{} and {} in {}; {open}",
            counted(n_spans, "span"),
            counted(n_relations, "relation"),
            counted(self.articles.len(), "article")
        )
    }
}

impl PreMergeJob {
    pub(super) fn run(self) -> PreMergeOutcome {
        let mut merged = PreMerged::default();
        self.progress.begin(self.articles.len());
        let step = |done| self.progress.reach(done);
        let compared = read_compared(&self.folder, &self.articles, &self.owners, &mut merged.report, step);
        let mut compared = compared;
        if !self.takes_unfinished {
            merged.unfinished = leave_unfinished(&mut compared, &self.owners);
        }
        let (compared, skipped): (Vec<_>, Vec<_>) =
            compared.into_iter().partition(|it| it.sets.iter().flatten().count() >= self.least);
        merged.skipped = skipped.into_iter().map(|it| it.document).collect();
        let documents: Vec<DocumentId> = compared.iter().map(|it| it.document.clone()).collect();
        let gold = read_each(&documents, &mut Report::default(), |_| true, |id, _| Some(self.gold(id)));
        let mut outcome = PreMergeOutcome {
            merged,
            edits: Vec::new(),
            sets: Vec::new(),
            revisions: BTreeMap::new(),
            is_dry_run: self.is_dry_run,
            is_stopped: self.progress.is_stopped(),
        };
        let mut random = self.random.clone();
        let mut new_id = |kind| super::random_id(&mut random, kind);
        let mut maker = Maker { new_id: &mut new_id, at: self.at };
        for (article, gold) in compared.into_iter().zip(gold) {
            let (document, loaded) = match gold {
                Ok(gold) => gold,
                Err(message) => {
                    outcome.merged.obstacle.get_or_insert(message);
                    continue;
                }
            };
            let key = SetKey { document: article.document.clone(), owner: Owner::Gold };
            let own = match (self.memory.get(&key), &loaded) {
                (Some(own), _) => Arc::clone(own),
                (None, Some(loaded)) => Arc::new(loaded.set.clone()),
                (None, None) => Arc::default(),
            };
            let seen = self.owners.iter().zip(&article.sets);
            let (names, sets) = seen
                .filter_map(|(owner, set)| Some((owner.name().to_owned(), Arc::clone(set.as_ref()?))))
                .unzip();
            let (of_own, status, revision) = (rulings(&own), own.status(), own.revision());
            let case = Case::new(article.text.clone(), names, sets, own, &of_own, MatchRule::default());
            let (mut edits, n_open) = case.merge(self.strategy, &key, &mut maker);
            let is_span = |it: &&Edit| matches!(it, Edit::Annotation { .. });
            let is_relation = |it: &&Edit| matches!(it, Edit::Relation { .. });
            let (n_spans, n_relations) =
                (edits.iter().filter(is_span).count(), edits.iter().filter(is_relation).count());
            // With nothing left to decide, what is not marked is not there.
            let after = if n_open == 0 { Status::Done } else { Status::InProgress };
            if status < after {
                edits.insert(0, Edit::Status { set: key.clone(), before: status, after });
            }
            outcome.merged.articles.push(MergedArticle {
                document: key.document.clone(),
                n_spans,
                n_relations,
                n_open,
            });
            if edits.is_empty() {
                continue;
            }
            outcome.edits.append(&mut edits);
            match self.memory.contains_key(&key) {
                true => drop(outcome.revisions.insert(key, revision)),
                false => outcome.sets.push((key, document, loaded.unwrap_or_default())),
            }
        }
        outcome
    }

    /// An article with what gold has on it, unless that is in memory.
    fn gold(&self, id: &DocumentId) -> Result<(Document, Option<LoadedSet>), String> {
        let key = SetKey { document: id.clone(), owner: Owner::Gold };
        // What is doubtful in gold is said when it is opened, and by the check.
        let report = &mut Report::default();
        let document = self.folder.read_document(id, report).map_err(|error| error.to_string())?;
        if self.memory.contains_key(&key) {
            return Ok((document, None));
        }
        let loaded = self.folder.read_set(&key, &document, &self.schema, report);
        let loaded = loaded.map_err(|error| error.to_string())?;
        if loaded.as_ref().is_some_and(|it| it.set.is_read_only) {
            return Err(super::gather::read_only(&key));
        }
        Ok((document, loaded))
    }
}

/// Takes out sets that are not done: where their annotators marked nothing, they have not said that nothing
/// is there.
fn leave_unfinished(compared: &mut [ComparedArticle], owners: &[Owner]) -> Vec<SetKey> {
    let mut left = Vec::new();
    for article in compared {
        for (owner, set) in owners.iter().zip(&mut article.sets) {
            if set.take_if(|it| it.status() != Status::Done).is_some() {
                left.push(SetKey { document: article.document.clone(), owner: owner.clone() });
            }
        }
    }
    left
}

impl Session {
    /// How far a pre-merge is that is under way.
    pub fn pre_merge_progress(&self) -> Option<&Arc<Progress>> {
        self.comparison.progress.as_ref()
    }

    pub(super) fn pre_merge(
        &mut self,
        mut owners: Vec<Owner>,
        strategy: MergeStrategy,
        least: usize,
        takes_unfinished: bool,
        is_dry_run: bool,
    ) {
        if !self.is_curator() {
            return;
        }
        owners.retain(|it| *it != Owner::Gold);
        self.comparison.merged = None;
        let memory = self.project.sets().filter(|(key, _)| key.owner == Owner::Gold);
        let memory = memory.map(|(key, set)| (key.clone(), Arc::clone(set))).collect();
        let progress = Arc::<Progress>::default();
        self.comparison.progress = Some(Arc::clone(&progress));
        self.effects.push(Effect::Start(Job::PreMerge(PreMergeJob {
            folder: self.folder.clone(),
            schema: Arc::clone(self.project.schema()),
            articles: self.articles.iter().map(|it| it.id.clone()).collect(),
            owners,
            strategy,
            least,
            takes_unfinished,
            is_dry_run,
            memory,
            random: self.surroundings.random.fork(),
            at: self.now(),
            progress,
        })));
    }

    pub(super) fn pre_merge_done(&mut self, outcome: PreMergeOutcome) {
        self.comparison.progress = None;
        let PreMergeOutcome { mut merged, edits, sets, revisions, is_dry_run, is_stopped } = outcome;
        let is_current = |(key, revision): (&SetKey, &u64)| {
            self.project.set(key).is_some_and(|it| it.revision() == *revision)
        };
        if is_stopped {
            merged.obstacle = Some("it was stopped".to_owned());
        } else if !revisions.iter().all(is_current) || sets.iter().any(|it| self.project.set(&it.0).is_some())
        {
            merged.obstacle = Some("gold changed meanwhile; try again".to_owned());
        }
        if merged.obstacle.is_none() && !is_dry_run {
            for (key, document, loaded) in sets {
                self.take_loaded(&key, document, Some(loaded));
            }
            let n = merged.articles.len();
            if let Err(error) = self.commit(format!("pre-merge {}", counted(n, "article")), edits) {
                merged.obstacle = Some(error.to_string());
            }
        }
        let left_out = merged.left_out().map(|it| format!("; {it}")).unwrap_or_default();
        let text = match &merged.obstacle {
            Some(obstacle) => format!("Nothing was changed: {obstacle}"),
            None if is_dry_run => format!("Gold would get {}{left_out}", merged.summary()),
            None => format!("Gold got {}{left_out}", merged.summary()),
        };
        self.notify(sentence(&text));
        for problem in &merged.report.problems {
            if problem.severity == Severity::Error {
                self.problem(Severity::Warning, Place::clone(&problem.place), problem.message.clone());
            }
        }
        self.comparison.merged = Some(merged);
        self.refresh_comparison();
        self.summarise();
    }
}
