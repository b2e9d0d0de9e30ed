//! Predictions against gold, for the window: scores, whether two of them differ, and every error with
//! its place.

use std::sync::Arc;

use super::compare::read_compared;
use super::import::Progress;
use super::{Action, Effect, Job, Session, sentence};
use crate::compare::agreement::{
    Answer, ComparedArticle, Comparison, Interval, Mean, Observation, Resampling, Settings, bootstrap,
};
use crate::compare::evaluation::{
    Error, ErrorKind, Evaluation, Part, SCHEMES, Scheme, Tested, Wanted, evaluate, test_all,
};
use crate::model::{Annotation, DocumentId, Owner, Report};
use crate::store::Folder;
use crate::text::{Offset, Text};

/// Holds predictions against gold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EvaluateAction {
    /// Hold one or two owners' sets against gold's.
    Evaluate(Vec<Owner>),
    /// Forget what was found, and stop what is under way.
    Cancel,
}

/// What came of predictions.
#[derive(Debug)]
pub struct Evaluated {
    /// Whose.
    pub owners: Vec<Owner>,
    /// How many articles gold and all of them have seen.
    pub n_seen: usize,
    /// Their scores, a row for each scheme and part.
    pub rows: Vec<ScoreRow>,
    /// Whether two predictions differ, by scheme; empty for one.
    pub tested: Vec<Tested>,
    /// Every error of the first, then of the second.
    pub errors: Vec<ShownError>,
    /// What could not be read.
    pub report: Report,
}

/// How a scheme counts a part.
#[derive(Clone, Debug)]
pub struct ScoreRow {
    /// The scheme.
    pub scheme: &'static Scheme,
    /// The part; nothing for everything together.
    pub part: Option<String>,
    /// For each prediction F1, precision and recall, and the interval of F1.
    pub scores: Vec<(Vec<Answer>, Option<Interval>)>,
}

/// An error in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownError {
    /// Whose.
    pub owner: Owner,
    /// What is wrong.
    pub kind: ErrorKind,
    /// The label, gold's first.
    pub label: String,
    /// On which article.
    pub document: DocumentId,
    /// Where, in lines and columns from 1.
    pub line_column: (usize, usize),
    /// Where.
    pub offset: Offset,
    /// What gold has.
    pub gold: String,
    /// What the prediction has.
    pub predicted: String,
}

/// Work on predictions.
#[derive(Debug)]
pub struct EvaluateJob {
    folder: Folder,
    articles: Vec<DocumentId>,
    owners: Vec<Owner>,
    progress: Arc<Progress>,
}

/// What a session knows of predictions.
#[derive(Debug, Default)]
pub(super) struct EvaluateWork {
    result: Option<Arc<Evaluated>>,
    progress: Option<Arc<Progress>>,
}

/// How often articles are exchanged for the test of significance.
const N_EXCHANGES: usize = 10_000;

impl EvaluateJob {
    pub(super) fn run(self) -> Option<Evaluated> {
        let EvaluateJob { folder, articles, owners, progress } = self;
        let mut report = Report::default();
        progress.begin(articles.len());
        let all: Vec<Owner> = std::iter::once(Owner::Gold).chain(owners.iter().cloned()).collect();
        let articles = read_compared(&folder, &articles, &all, &mut report, |done| progress.reach(done));
        if progress.is_stopped() {
            return None;
        }
        let comparison = Comparison::new(all, &articles, Settings::default());
        let wanted =
            Wanted { labels: Vec::new(), attribution: "says".into(), attribute: "quote_type".into() };
        let is_seen = |it: &usize| articles[*it].sets.iter().all(Option::is_some);
        let seen: Vec<usize> = (0..articles.len()).filter(is_seen).collect();
        let evaluations: Vec<Evaluation> = (1..=owners.len())
            .map(|predicted| evaluate(&comparison, &articles, [0, predicted], &wanted))
            .collect();
        let errors = owners.iter().zip(&evaluations).flat_map(|(owner, evaluation)| {
            let counted = evaluation.errors.iter().filter(|it| seen.binary_search(&it.article).is_ok());
            counted.map(|error| shown(owner, error, &articles)).collect::<Vec<_>>()
        });
        let tested = match evaluations.as_slice() {
            [first, second] => test_all([first, second], &seen, N_EXCHANGES, Resampling::default().seed),
            _ => Vec::new(),
        };
        Some(Evaluated {
            n_seen: seen.len(),
            rows: rows(&evaluations, &seen),
            tested,
            errors: errors.collect(),
            owners,
            report,
        })
    }
}

/// A row for each scheme and part that any prediction has.
fn rows(evaluations: &[Evaluation], seen: &[usize]) -> Vec<ScoreRow> {
    let mut rows = Vec::new();
    for scheme in SCHEMES {
        let of_scheme = evaluations.iter().flat_map(|it| &it.scores).filter(|it| it.scheme.id == scheme.id);
        let mut parts: Vec<&Part> = Vec::new();
        of_scheme.for_each(|it| {
            if !parts.contains(&&it.part) {
                parts.push(&it.part);
            }
        });
        let answered = |it: Option<&dyn Observation>| match it {
            Some(it) => {
                let intervals = bootstrap(it, seen, Resampling::default());
                (it.answers(seen), intervals.into_iter().next().and_then(Result::ok))
            }
            None => (Vec::new(), None),
        };
        for part in parts {
            let scores = evaluations
                .iter()
                .map(|it| answered(it.score(scheme.id, part).map(|it| -> &dyn Observation { &it.scores })));
            let name = match part {
                Part::All => None,
                Part::Label(label) | Part::Relation(label) => Some(label.clone()),
                Part::Value(value) => Some(value.clone().unwrap_or_else(|| "no value".to_owned())),
            };
            rows.push(ScoreRow { scheme, part: name, scores: scores.collect() });
            let means: Vec<Option<Mean>> = evaluations.iter().map(|it| it.macro_mean(scheme.id)).collect();
            if *part == Part::All && means.iter().any(Option::is_some) {
                let scores =
                    means.iter().map(|it| answered(it.as_ref().map(|it| -> &dyn Observation { it })));
                let part = Some("mean of labels".to_owned());
                rows.push(ScoreRow { scheme, part, scores: scores.collect() });
            }
        }
    }
    rows
}

fn shown(owner: &Owner, error: &Error, articles: &[ComparedArticle]) -> ShownError {
    let article = &articles[error.article];
    let at = article.text.line_column(error.place.start());
    let words = |it: &Option<Arc<Annotation>>, side: usize| {
        let span = it.as_ref().map(|it| said(&article.text, it));
        let mut words = span.unwrap_or_else(|| "nothing".to_owned());
        if error.kind == ErrorKind::WrongSpeaker {
            let speakers: Vec<String> =
                error.speakers[side].iter().map(|it| said(&article.text, it)).collect();
            let by = if speakers.is_empty() { "nobody".to_owned() } else { speakers.join(" and ") };
            words = format!("{words} by {by}");
        }
        words
    };
    let label = error.gold.as_ref().or(error.predicted.as_ref()).map(|it| it.label.clone());
    ShownError {
        owner: owner.clone(),
        kind: error.kind,
        label: label.unwrap_or_default(),
        document: article.document.clone(),
        line_column: (at.line, at.column),
        offset: error.place.start(),
        gold: words(&error.gold, 0),
        predicted: words(&error.predicted, 1),
    }
}

fn said(text: &Text, annotation: &Annotation) -> String {
    format!("{} “{}”", annotation.label, text.excerpt(&annotation.span, 60))
}

impl Session {
    /// What came of predictions, if they were held against gold.
    pub fn evaluated(&self) -> Option<&Arc<Evaluated>> {
        self.evaluate_work.result.as_ref()
    }

    /// How far that is, if it is under way.
    pub fn evaluate_progress(&self) -> Option<&Arc<Progress>> {
        self.evaluate_work.progress.as_ref()
    }

    pub(super) fn evaluate_action(&mut self, action: EvaluateAction) {
        if let Some(progress) = self.evaluate_work.progress.take() {
            progress.stop();
        }
        self.evaluate_work = EvaluateWork::default();
        match action {
            EvaluateAction::Cancel => {}
            EvaluateAction::Evaluate(_) if self.is_round_closed() => {
                self.notify("You work blind until the curator opens the round");
            }
            EvaluateAction::Evaluate(mut owners) => {
                owners.retain(|it| *it != Owner::Gold);
                owners.truncate(2);
                let progress = Arc::<Progress>::default();
                self.evaluate_work.progress = Some(Arc::clone(&progress));
                self.effects.push(Effect::Start(Job::Evaluate(EvaluateJob {
                    folder: self.folder.clone(),
                    articles: self.articles.iter().map(|it| it.id.clone()).collect(),
                    owners,
                    progress,
                })));
            }
        }
    }

    pub(super) fn evaluation_done(&mut self, evaluated: Option<Evaluated>) {
        // Nothing came of one that was stopped.
        let Some(evaluated) = evaluated else { return };
        if let Some(problem) = evaluated.report.problems.first() {
            self.notify(sentence(&problem.message));
        }
        self.evaluate_work = EvaluateWork { result: Some(Arc::new(evaluated)), progress: None };
    }
}

impl From<EvaluateAction> for Action {
    fn from(action: EvaluateAction) -> Action {
        Action::Evaluate(action)
    }
}
