//! Many measures asked at once, with their intervals.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::{Answer, Comparison, Interval, Measure, Observation, Resampling, Scope, Undefined};
use super::{bootstrap, spread};

/// What to measure: one scope, or the mean of several, as of all pairs of annotators.
#[derive(Clone)]
pub struct Question {
    /// By what.
    pub measure: &'static dyn Measure,
    /// On whom and what; with several, each figure is the mean of those that have a value.
    pub scopes: Vec<Scope>,
}

/// What a measure says to a question.
#[derive(Clone, Debug, PartialEq)]
pub struct Answered {
    /// Its figures over all articles.
    pub answers: Vec<Answer>,
    /// The interval of each figure; empty if none was asked for.
    pub intervals: Vec<Result<Interval, Undefined>>,
    /// The standard deviation of the first figure over the scopes, if there are several with a value.
    pub deviation: Option<f64>,
    /// Its figures on each article that says something to it, by the article's number; empty if
    /// neither these nor intervals were asked for.
    pub by_article: Vec<(usize, Vec<Answer>)>,
}

/// The mean of several observations, figure by figure, over those that have a value; the first
/// reason if none has.
pub struct Mean(pub Vec<Arc<dyn Observation>>);

impl Observation for Mean {
    fn answers(&self, articles: &[usize]) -> Vec<Answer> {
        self.mean(&self.each(articles))
    }
}

impl Mean {
    /// What each of the observations says.
    fn each(&self, articles: &[usize]) -> Vec<Vec<Answer>> {
        self.0.iter().map(|it| it.answers(articles)).collect()
    }

    fn mean(&self, all: &[Vec<Answer>]) -> Vec<Answer> {
        if let [only] = all {
            return only.clone();
        }
        let n_figures = all.iter().map(Vec::len).min().unwrap_or_default();
        (0..n_figures)
            .map(|figure| {
                let values = all.iter().filter_map(|it| it[figure].ok());
                let reason = all.iter().find_map(|it| it[figure].err());
                let mean = spread(values).map(|(mean, _)| mean);
                mean.ok_or(reason.unwrap_or(Undefined::NothingInCommon))
            })
            .collect()
    }
}

/// What is wanted of every question, besides its figures over all articles.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Details {
    /// Intervals, and how articles are drawn for them.
    pub resampling: Option<Resampling>,
    /// The figures of each article.
    pub by_article: bool,
}

/// Answers all questions, with all processors and in the order of the questions.
///
/// # Panics
/// If a scope names annotators or labels that are not there.
pub fn answer_all(comparison: &Comparison, questions: &[Question], details: Details) -> Vec<Answered> {
    let all = (0..comparison.n_articles()).collect();
    answer_parts(comparison, questions, &[all], details).into_iter().flatten().collect()
}

/// Answers all questions on each of several parts of the articles, by number: for each question an
/// answer a part. Intervals are over the articles of the part.
///
/// # Panics
/// If a scope names annotators or labels that are not there, or a part an article.
pub fn answer_parts(
    comparison: &Comparison,
    questions: &[Question],
    parts: &[Vec<usize>],
    details: Details,
) -> Vec<Vec<Answered>> {
    // A pair is asked for by itself and for the mean of all pairs, and is looked at once.
    let mut numbers: BTreeMap<(&str, &Scope), usize> = BTreeMap::new();
    let mut asked: Vec<(&'static dyn Measure, &Scope)> = Vec::new();
    for Question { measure, scopes } in questions {
        for scope in scopes {
            numbers.entry((measure.id(), scope)).or_insert_with(|| {
                asked.push((*measure, scope));
                asked.len() - 1
            });
        }
    }
    let observed: Vec<Arc<dyn Observation>> =
        asked.par_iter().map(|(measure, scope)| measure.observe(comparison, scope).into()).collect();
    let answer = |Question { measure, scopes }: &Question| {
        let of = |scope| Arc::clone(&observed[numbers[&(measure.id(), scope)]]);
        let mean = Mean(scopes.iter().map(of).collect());
        parts.iter().map(|part| answered(&mean, part, details)).collect()
    };
    questions.par_iter().map(answer).collect()
}

fn answered(mean: &Mean, articles: &[usize], details: Details) -> Answered {
    let all = mean.each(articles);
    let firsts = all.iter().filter_map(|it| it.first()?.ok());
    let deviation = if all.len() > 1 { spread(firsts).map(|it| it.1) } else { None };
    let observation: &dyn Observation = match mean.0.as_slice() {
        [only] => &**only,
        _ => mean,
    };
    // What each article says costs more than all of them together.
    let is_by_article = details.by_article || details.resampling.is_some();
    let by_article: Vec<(usize, Vec<Answer>)> = articles
        .iter()
        .filter(|_| is_by_article)
        .map(|&article| (article, observation.answers(&[article])))
        .filter(|(_, answers)| answers.iter().any(|it| *it != Err(Undefined::NoArticle)))
        .collect();
    // Those that were not seen would only make a draw smaller.
    let seen: Vec<usize> = by_article.iter().map(|it| it.0).collect();
    Answered {
        answers: mean.mean(&all),
        intervals: details.resampling.map_or_else(Vec::new, |it| bootstrap(observation, &seen, it)),
        deviation,
        by_article,
    }
}
