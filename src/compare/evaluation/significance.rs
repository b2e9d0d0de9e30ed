//! Whether two predictions differ by more than chance.

use super::{Counts, Scores};
use crate::compare::agreement::Undefined;

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
    let f1 = |scores: &Scores| scores.total(articles).ok_or(Undefined::NoArticle).and_then(Counts::f1);
    let difference = f1(first)? - f1(second)?;
    let counts = |scores: &Scores, article: usize| scores.0[article].unwrap_or_default();
    let pairs: Vec<[Counts; 2]> =
        articles.iter().map(|&it| [counts(first, it), counts(second, it)]).collect();
    let is_hit = |is_exchanged: &mut dyn FnMut(usize) -> bool| {
        let mut sums = [Counts::default(); 2];
        for (i, pair) in pairs.iter().enumerate() {
            let is_exchanged = usize::from(is_exchanged(i));
            sums[0].add(pair[is_exchanged]);
            sums[1].add(pair[1 - is_exchanged]);
        }
        // Without a value there is nothing to say against chance.
        let values = sums[0].f1().ok().zip(sums[1].f1().ok());
        values.is_none_or(|(a, b)| (a - b).abs() >= difference.abs() - TOLERANCE)
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
