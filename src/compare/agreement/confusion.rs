//! Which labels two annotators gave to the same spans.

use super::Scope;
use super::comparison::{Comparison, Unit};

/// Counts of labels that came together on spans of equal extent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confusion {
    /// A row for each label of the first annotator and a column for each of the second, in the order
    /// of [`Comparison::labels`]; last the spans that the other one lacks.
    pub counts: Vec<Vec<u64>>,
}

/// The labels of two annotators on some articles. Of several spans of one extent, those with equal
/// labels are paired first, the others in the order of their labels; an article that is there twice
/// counts twice. The spans behind a cell are among the cases of the measure `exact-any-label`.
///
/// # Panics
/// If the scope names fewer than two annotators, or some that are not there.
pub fn confusion(comparison: &Comparison, scope: &Scope, articles: &[usize]) -> Confusion {
    let none = comparison.labels().len();
    let mut counts = vec![vec![0; none + 1]; none + 1];
    for &article in articles {
        let Some(sets) = comparison.article(article).seen_by(&scope.annotators) else { continue };
        let units = sets
            .iter()
            .take(2)
            .enumerate()
            .flat_map(|(i, set)| set.units(None).iter().map(move |it| (i, it)));
        let mut units: Vec<(usize, &Unit)> = units.collect();
        units.sort_by(|(i, a), (j, b)| (a.extent(), i, a.label).cmp(&(b.extent(), j, b.label)));
        for equal in units.chunk_by(|(_, a), (_, b)| a.extent() == b.extent()) {
            let [mut first, mut second] = [0, 1].map(|annotator| -> Vec<usize> {
                equal.iter().filter(|(i, _)| *i == annotator).map(|(_, it)| it.label as usize).collect()
            });
            first.retain(|label| match second.iter().position(|it| it == label) {
                Some(at) => {
                    counts[*label][second.remove(at)] += 1;
                    false
                }
                None => true,
            });
            for i in 0..first.len().max(second.len()) {
                let label = |labels: &[usize]| labels.get(i).copied().unwrap_or(none);
                counts[label(&first)][label(&second)] += 1;
            }
        }
    }
    Confusion { counts }
}
