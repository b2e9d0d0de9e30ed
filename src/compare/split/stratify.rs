//! Iterative stratification (Sechidis, Tsoumakas & Vlahavas 2011, On the Stratification of
//! Multi-Label Data, ECML PKDD).
//!
//! The label with the fewest holders left is dealt out first, since a rare label cannot be made up
//! for later; each of its holders goes to the part that lacks most of that label. What is dealt out
//! here are groups of articles, and a label weighs as much as a group has spans of it. Larger groups
//! go first: they are hard to place late.

use std::cmp::Ordering;

/// Articles that go to one part together.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) n_articles: usize,
    /// How many spans of each label.
    pub(super) labels: Vec<usize>,
}

/// The part of each group. Shares have the sum 1.
pub(super) fn assign(groups: &[Group], shares: &[f64], seed: u64) -> Vec<usize> {
    let mut random = fastrand::Rng::with_seed(seed);
    let n_labels = groups.first().map_or(0, |it| it.labels.len());
    let mut order: Vec<usize> = (0..groups.len()).collect();
    random.shuffle(&mut order);
    order.sort_by_key(|&it| std::cmp::Reverse(groups[it].n_articles));

    let total = |of: &dyn Fn(&Group) -> usize| groups.iter().map(of).sum::<usize>() as f64;
    let wanted = |total: f64| shares.iter().map(|it| it * total).collect::<Vec<f64>>();
    let mut lacks_articles = wanted(total(&|it| it.n_articles));
    let mut lacks: Vec<Vec<f64>> = (0..n_labels).map(|label| wanted(total(&|it| it.labels[label]))).collect();
    let mut holders: Vec<Vec<usize>> = (0..n_labels)
        .map(|label| order.iter().copied().filter(|&it| groups[it].labels[label] > 0).collect())
        .collect();
    let mut n_left: Vec<usize> = holders.iter().map(Vec::len).collect();
    let mut part_of: Vec<Option<usize>> = vec![None; groups.len()];
    let mut place =
        |group: usize, label: Option<usize>, n_left: &mut [usize], part_of: &mut [Option<usize>]| {
            if part_of[group].is_some() {
                return;
            }
            let lack = |part: usize| label.map_or(0.0, |label| lacks[label][part]);
            let order = |a: usize, b: usize| -> Ordering {
                lack(a).total_cmp(&lack(b)).then(lacks_articles[a].total_cmp(&lacks_articles[b]))
            };
            let best = (0..shares.len()).max_by(|&a, &b| order(a, b)).unwrap_or_default();
            let equal: Vec<usize> = (0..shares.len()).filter(|&it| order(it, best).is_eq()).collect();
            let part = equal.get(random.usize(..equal.len().max(1))).copied().unwrap_or(best);
            part_of[group] = Some(part);
            lacks_articles[part] -= groups[group].n_articles as f64;
            for (label, &n) in groups[group].labels.iter().enumerate().filter(|(_, n)| **n > 0) {
                lacks[label][part] -= n as f64;
                n_left[label] -= 1;
            }
        };
    while let Some(label) = (0..n_labels).filter(|&it| n_left[it] > 0).min_by_key(|&it| n_left[it]) {
        for group in std::mem::take(&mut holders[label]) {
            place(group, Some(label), &mut n_left, &mut part_of);
        }
    }
    for group in order {
        place(group, None, &mut n_left, &mut part_of);
    }
    part_of.into_iter().map(Option::unwrap_or_default).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rare_label_is_dealt_out_first() {
        let group = |label: usize, n: usize| {
            let mut labels = vec![0; 2];
            labels[label] = n;
            Group { n_articles: 1, labels }
        };
        let groups: Vec<Group> = (0..100).map(|i| group(usize::from(i < 4), 1)).collect();
        for seed in 0..20 {
            let parts = assign(&groups, &[0.5, 0.5], seed);
            assert_eq!(parts[..4].iter().filter(|it| **it == 0).count(), 2);
            assert_eq!(parts.iter().filter(|it| **it == 0).count(), 50);
        }
    }

    #[test]
    fn articles_without_labels_are_dealt_out_too() {
        let groups = vec![Group { n_articles: 1, labels: Vec::new() }; 10];
        let parts = assign(&groups, &[0.8, 0.2], 1);
        assert_eq!(parts.iter().filter(|it| **it == 0).count(), 8);
        assert_eq!(assign(&[], &[1.0], 1), [0usize; 0]);
    }
}
