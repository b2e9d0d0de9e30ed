//! Whether two predictions differ by more than chance.

use super::{Counts, Scores};
use crate::compare::agreement::{Answer, Undefined};

/// How a difference between two predictions looks against chance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Significance {
    /// F1 of the first less that of the second.
    pub difference: f64,
    /// How often a difference at least as large in either direction comes about by chance.
    pub p: f64,
    /// How many ways to exchange articles were looked at.
    pub n_ways: usize,
    /// True if these are all ways there are.
    pub is_exhaustive: bool,
}

/// Up to so many articles, all ways to exchange them are looked at.
const N_EXHAUSTIVE: usize = 13;

/// Two values that differ by less are the same number, calculated in another order.
const TOLERANCE: f64 = 1e-12;

/// Approximate randomisation (Noreen 1989, Computer-intensive methods for testing hypotheses; for F1
/// Yeh 2000, More accurate tests for the statistical significance of result differences, COLING):
/// if the two did not differ, what either says of an article could as well be the other's. So
/// articles are exchanged with probability ½, `n_ways` times, and p is (hits + 1) / (ways + 1), two-
/// sided. Of up to 13 articles all ways are tried, and p is the share of hits.
///
/// # Errors
/// If either has no F1.
pub fn significance(
    first: &Scores,
    second: &Scores,
    articles: &[usize],
    n_ways: usize,
    seed: u64,
) -> Result<Significance, Undefined> {
    significance_of_mean(&[[first, second]], articles, n_ways, seed)
}

/// The same for the mean F1 of several parts, each of the first and the second: an article is exchanged
/// in all parts at once, since what is said of it belongs together. Of labels this is macro F1, as the mean
/// of F1 and not F1 of means (Opitz & Burst 2019, Macro F1 and Macro F1, arXiv:1911.03347); randomisation
/// asks nothing of how a score is made (Noreen 1989). Parts without a value are left out of a mean.
///
/// # Errors
/// If either has no F1 of any part.
pub fn significance_of_mean(
    parts: &[[&Scores; 2]],
    articles: &[usize],
    n_ways: usize,
    seed: u64,
) -> Result<Significance, Undefined> {
    let mean = |side: usize| {
        let f1 =
            |it: &[&Scores; 2]| it[side].total(articles).ok_or(Undefined::NoArticle).and_then(Counts::f1);
        mean_of(parts.iter().map(f1))
    };
    let difference = mean(0)? - mean(1)?;
    let counts = |scores: &Scores, article: usize| scores.0[article].unwrap_or_default();
    // For each article those of all parts.
    let pairs: Vec<Vec<[Counts; 2]>> = articles
        .iter()
        .map(|&article| parts.iter().map(|it| it.map(|it| counts(it, article))).collect())
        .collect();
    let mut sums = vec![[Counts::default(); 2]; parts.len()];
    let mut is_hit = |is_exchanged: &mut dyn FnMut(usize) -> bool| {
        sums.fill([Counts::default(); 2]);
        for (i, pair) in pairs.iter().enumerate() {
            let is_exchanged = usize::from(is_exchanged(i));
            for (sum, pair) in sums.iter_mut().zip(pair) {
                sum[0].add(pair[is_exchanged]);
                sum[1].add(pair[1 - is_exchanged]);
            }
        }
        let mean = |side: usize| mean_of(sums.iter().map(|it| it[side].f1())).ok();
        // Without a value there is nothing to say against chance.
        mean(0).zip(mean(1)).is_none_or(|(a, b)| (a - b).abs() >= difference.abs() - TOLERANCE)
    };
    if pairs.len() <= N_EXHAUSTIVE {
        let n_ways = 1 << pairs.len();
        let hits = (0..n_ways).filter(|way| is_hit(&mut |i| way & (1 << i) != 0)).count();
        let p = hits as f64 / n_ways as f64;
        return Ok(Significance { difference, p, n_ways, is_exhaustive: true });
    }
    let mut random = fastrand::Rng::with_seed(seed);
    let hits = (0..n_ways).filter(|_| is_hit(&mut |_| random.bool())).count();
    let p = (hits + 1) as f64 / (n_ways + 1) as f64;
    Ok(Significance { difference, p, n_ways, is_exhaustive: false })
}

/// The mean of those that have a value; the first reason if none has.
fn mean_of(values: impl Iterator<Item = Answer>) -> Answer {
    let (mut sum, mut n, mut reason) = (0.0, 0, None);
    for value in values {
        match value {
            Ok(value) => (sum, n) = (sum + value, n + 1),
            Err(why) => reason = reason.or(Some(why)),
        }
    }
    if n > 0 { Ok(sum / f64::from(n)) } else { Err(reason.unwrap_or(Undefined::NoArticle)) }
}
