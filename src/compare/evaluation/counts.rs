//! The five outcomes of the Message Understanding Conferences, and what follows from them.

use std::sync::Arc;

use super::pairing::Pairing;
use crate::compare::agreement::{Answer, Figure, Observation, Undefined};
use crate::model::Annotation;

/// What became of the spans of gold and of the prediction (Chinchor & Sundheim 1993).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// As in gold.
    pub correct: u64,
    /// Paired with something in gold, and not as there.
    pub incorrect: u64,
    /// Half correct.
    pub partial: u64,
    /// In gold alone.
    pub missed: u64,
    /// In the prediction alone.
    pub spurious: u64,
}

impl Counts {
    /// Adds what was counted elsewhere.
    pub fn add(&mut self, other: Counts) {
        self.correct += other.correct;
        self.incorrect += other.incorrect;
        self.partial += other.partial;
        self.missed += other.missed;
        self.spurious += other.spurious;
    }

    /// How many gold has.
    pub fn n_gold(self) -> u64 {
        self.correct + self.incorrect + self.partial + self.missed
    }

    /// How many the prediction has.
    pub fn n_predicted(self) -> u64 {
        self.correct + self.incorrect + self.partial + self.spurious
    }

    fn credit(self) -> f64 {
        self.correct as f64 + self.partial as f64 / 2.0
    }

    /// What is right of what was predicted.
    pub fn precision(self) -> Answer {
        share(self.credit(), self.n_predicted(), Undefined::ResponseEmpty)
    }

    /// What is right of what gold has.
    pub fn recall(self) -> Answer {
        share(self.credit(), self.n_gold(), Undefined::ReferenceEmpty)
    }

    /// The harmonic mean of precision and recall.
    pub fn f1(self) -> Answer {
        share(2.0 * self.credit(), self.n_gold() + self.n_predicted(), Undefined::NothingMarked)
    }
}

fn share(part: f64, of: u64, reason: Undefined) -> Answer {
    if of == 0 { Err(reason) } else { Ok(part / of as f64) }
}

/// What [`Scores`] answer, in this order.
pub static FIGURES: &[Figure] = &[
    Figure { id: "f1", name: "F1", is_count: false },
    Figure { id: "precision", name: "precision", is_count: false },
    Figure { id: "recall", name: "recall", is_count: false },
];

/// The counts of each article; nothing where gold or the prediction is missing, or where nothing is
/// to be counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scores(pub Vec<Option<Counts>>);

impl Scores {
    /// The sum over some articles, by number; one that is there twice counts twice. Nothing if none
    /// of them has counts.
    pub fn total(&self, articles: &[usize]) -> Option<Counts> {
        let mut total = None;
        for counts in articles.iter().filter_map(|&it| self.0[it]) {
            total.get_or_insert_with(Counts::default).add(counts);
        }
        total
    }
}

impl Observation for Scores {
    fn answers(&self, articles: &[usize]) -> Vec<Answer> {
        match self.total(articles) {
            Some(it) => vec![it.f1(), it.precision(), it.recall()],
            None => vec![Err(Undefined::NoArticle); FIGURES.len()],
        }
    }
}

/// The counts of strict, exact, partial and type, in this order.
pub(super) fn of_spans(
    [gold, predicted]: &[Vec<&Arc<Annotation>>; 2],
    by_extent: &Pairing,
    by_label: &Pairing,
) -> [Counts; 4] {
    let count = |pairing: &Pairing, judge: &dyn Fn(&Annotation, &Annotation, &mut Counts)| {
        let mut counts = Counts::default();
        for (own, partner) in gold.iter().zip(&pairing.of_gold) {
            match partner {
                Some(j) => judge(own, predicted[*j], &mut counts),
                None => counts.missed += 1,
            }
        }
        let n_paired = pairing.of_gold.iter().flatten().count();
        counts.spurious = (predicted.len() - n_paired) as u64;
        counts
    };
    let judged = |is_correct: bool, counts: &mut Counts| {
        *(if is_correct { &mut counts.correct } else { &mut counts.incorrect }) += 1;
    };
    [
        count(by_extent, &|a, b, it| judged(a.span == b.span && a.label == b.label, it)),
        count(by_extent, &|a, b, it| judged(a.span == b.span, it)),
        count(by_extent, &|a, b, it| {
            *(if a.span == b.span { &mut it.correct } else { &mut it.partial }) += 1;
        }),
        count(by_label, &|a, b, it| judged(a.label == b.label, it)),
    ]
}
