//! Confidence intervals: articles are drawn anew.

use super::{Observation, Undefined};

/// How articles are drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Resampling {
    /// How often as many articles are drawn as there are.
    pub n: usize,
    /// Where drawing starts: the same seed gives the same interval everywhere.
    pub seed: u64,
    /// The share of values inside the interval.
    pub level: f64,
}

impl Default for Resampling {
    /// 95 percent of 2000 values, whose bounds are stable to about 0.001.
    fn default() -> Resampling {
        Resampling { n: 2000, seed: 1, level: 0.95 }
    }
}

/// Where a value would lie had other articles been drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The lower bound.
    pub low: f64,
    /// The upper bound.
    pub high: f64,
    /// How many draws had no value and are left out.
    pub n_undefined: usize,
}

/// The percentile interval of each figure when whole articles are drawn with replacement (Efron &
/// Tibshirani 1993; for language data Berg-Kirkpatrick, Burkett & Klein 2012). Tokens and spans of
/// one article depend on each other, so they are never drawn one by one.
///
/// A figure without a value in any draw is undefined for the reason of the first.
pub fn bootstrap(
    observation: &dyn Observation,
    articles: &[usize],
    resampling: Resampling,
) -> Vec<Result<Interval, Undefined>> {
    if articles.is_empty() {
        return observation.answers(&[]).iter().map(|_| Err(Undefined::NoArticle)).collect();
    }
    let mut random = fastrand::Rng::with_seed(resampling.seed);
    let mut drawn = vec![0; articles.len()];
    let mut values: Vec<Vec<f64>> = Vec::new();
    let mut reasons: Vec<Option<Undefined>> = Vec::new();
    for _ in 0..resampling.n {
        drawn.fill_with(|| articles[random.usize(..articles.len())]);
        let answers = observation.answers(&drawn);
        values.resize_with(answers.len(), Vec::new);
        reasons.resize(answers.len(), None);
        for (i, answer) in answers.into_iter().enumerate() {
            match answer {
                Ok(value) => values[i].push(value),
                Err(reason) => reasons[i] = reasons[i].or(Some(reason)),
            }
        }
    }
    let interval = |(mut values, reason): (Vec<f64>, Option<Undefined>)| {
        if values.is_empty() {
            return Err(reason.unwrap_or(Undefined::NoArticle));
        }
        values.sort_by(f64::total_cmp);
        let outside = (1.0 - resampling.level) / 2.0;
        Ok(Interval {
            low: percentile(&values, outside),
            high: percentile(&values, 1.0 - outside),
            n_undefined: resampling.n - values.len(),
        })
    };
    values.into_iter().zip(reasons).map(interval).collect()
}

/// The value below which a share of sorted values lies, linear between two neighbours.
fn percentile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let below = place.floor();
    let (low, high) = (sorted[below as usize], sorted[(below as usize + 1).min(sorted.len() - 1)]);
    low + (high - low) * (place - below)
}
