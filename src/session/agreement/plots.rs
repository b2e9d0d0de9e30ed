//! Agreement as plots.

use super::Finding;
use crate::compare::agreement::{Comparison, Scope, confusion};
use crate::model::Owner;
use crate::session::plot::{self, Bar, Plot};

/// What a measure found for some annotators: over all labels, or on the label that was asked for first.
pub fn of_annotators<'a>(found: &'a [Finding], measure: &str, annotators: &[usize]) -> Option<&'a Finding> {
    found.iter().find(|it| it.measure.id() == measure && it.annotators == annotators && it.article.is_none())
}

/// What a measure found on each label, by the label's name.
pub fn of_labels<'a>(
    owners: &[Owner],
    found: &'a [Finding],
    measure: &str,
) -> impl Iterator<Item = (&'a str, &'a Finding)> {
    let is_whole = |it: &&Finding| it.annotators.len() == owners.len() && it.article.is_none();
    let whole = found.iter().filter(move |it| is_whole(it) && it.measure.id() == measure);
    whole.filter_map(|it| Some((it.label.as_ref()?.1.as_str(), it)))
}

/// The first figure of a measure for each pair of annotators, as a matrix.
pub fn pairs_plot(owners: &[Owner], found: &[Finding], measure: &str) -> Plot {
    let names: Vec<String> = owners.iter().map(|it| it.name().to_owned()).collect();
    plot::matrix(&names, |i, j| {
        let finding = of_annotators(found, measure, &[i.min(j), i.max(j)]).filter(|_| i != j)?;
        finding.answers.first().copied()
    })
}

/// The first figure of a measure on each label, as bars with intervals.
pub fn labels_plot(owners: &[Owner], found: &[Finding], measure: &str) -> Plot {
    let bar = |(name, finding): (&str, &Finding)| {
        let interval = finding.interval(0).map(|it| (it.low, it.high));
        Some(Bar { name: name.to_owned(), answer: *finding.answers.first()?, interval })
    };
    plot::bars(&of_labels(owners, found, measure).filter_map(bar).collect::<Vec<_>>())
}

/// How often labels of two annotators met on spans of equal extent, as a matrix.
pub fn confusion_plot(comparison: &Comparison, pair: [usize; 2]) -> Plot {
    let articles: Vec<usize> = (0..comparison.n_articles()).collect();
    let counts = confusion(comparison, &Scope::of(&pair), &articles).counts;
    plot::confusion(comparison.labels(), &counts)
}
