//! Random continua that are like a given one, the same on every machine.
//!
//! Only additions, multiplications, divisions and square roots are used, which IEEE 754 fixes to the
//! last bit: a system's own logarithm would give another value here and there.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::alignment::Unit;

/// What random continua are like: the normal distributions fitted to all annotators.
pub(super) struct Sampler {
    n_units: Normal,
    gap: Normal,
    length: Normal,
    /// How often each label occurs, summed up.
    labels: Vec<(u32, usize)>,
    n_annotators: usize,
}

#[derive(Clone, Copy)]
struct Normal {
    mean: f64,
    deviation: f64,
}

/// The shortest unit, in code points; the precision of pyannote's segments.
const SHORTEST: f64 = 1e-6;

impl Sampler {
    /// Fits to the units of annotators, each sorted by start. There is at least one unit.
    pub(super) fn new(lanes: &[Vec<Unit>]) -> Sampler {
        // The first gap is there so that one unit alone has one, as in pygamma-agreement.
        let mut gaps = vec![0.0];
        for lane in lanes {
            gaps.extend(lane.windows(2).map(|pair| pair[1].start - pair[0].end));
            gaps.extend(lane.first().map(|it| it.start).filter(|it| *it > 0.0));
        }
        let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
        lanes.iter().flatten().for_each(|it| *counts.entry(it.label).or_default() += 1);
        let mut labels: Vec<(u32, usize)> = counts.into_iter().collect();
        // The most frequent first, so that the names of labels have no part in what is drawn.
        labels.sort_by_key(|it| Reverse(it.1));
        let mut sum = 0;
        for (_, count) in &mut labels {
            sum += *count;
            *count = sum;
        }
        Sampler {
            n_units: Normal::fitted(lanes.iter().map(|it| it.len() as f64)),
            gap: Normal::fitted(gaps.into_iter()),
            length: Normal::fitted(lanes.iter().flatten().map(|it| it.end - it.start)),
            labels,
            n_annotators: lanes.len(),
        }
    }

    /// Another random continuum, an annotator each; at least one has a unit.
    pub(super) fn sample(&self, random: &mut fastrand::Rng) -> Vec<Vec<Unit>> {
        let mut lanes: Vec<Vec<Unit>> = Vec::with_capacity(self.n_annotators);
        for _ in 0..self.n_annotators {
            let mut n = self.n_units.draw(random).trunc().abs() as usize;
            if lanes.iter().all(Vec::is_empty) {
                n = n.max(1);
            }
            let mut end = 0.0;
            let mut lane = Vec::with_capacity(n);
            for _ in 0..n {
                let start = end + self.gap.draw(random);
                let mut length = self.length.draw(random).abs();
                while length < SHORTEST {
                    length =
                        if self.length.deviation > 0.0 { self.length.draw(random).abs() } else { SHORTEST };
                }
                end = start + length;
                let n_labelled = self.labels.last().map_or(1, |it| it.1);
                let drawn = random.usize(..n_labelled);
                let label = self.labels[self.labels.partition_point(|it| it.1 <= drawn)].0;
                lane.push(Unit { start, end, label });
            }
            lane.sort_by(|a, b| a.start.total_cmp(&b.start).then(a.end.total_cmp(&b.end)));
            lanes.push(lane);
        }
        lanes
    }
}

impl Normal {
    fn fitted(values: impl Iterator<Item = f64>) -> Normal {
        // All values are whole numbers, whose sums are exact in any order.
        let (n, sum, squares) =
            values.fold((0.0, 0.0, 0.0), |(n, sum, squares), it| (n + 1.0, sum + it, squares + it * it));
        let variance = (n * squares - sum * sum) / (n * n);
        Normal { mean: sum / n, deviation: variance.max(0.0).sqrt() }
    }

    /// Marsaglia's polar method (1964).
    fn draw(self, random: &mut fastrand::Rng) -> f64 {
        loop {
            let (x, y) = (2.0 * random.f64() - 1.0, 2.0 * random.f64() - 1.0);
            let square = x * x + y * y;
            if square > 0.0 && square < 1.0 {
                return self.mean + self.deviation * x * (-2.0 * logarithm(square) / square).sqrt();
            }
        }
    }
}

/// The natural logarithm of a positive number, by the series of the inverse hyperbolic tangent.
fn logarithm(x: f64) -> f64 {
    let (mut mantissa, mut exponent) = (x, 0.0);
    while mantissa < 0.75 {
        mantissa *= 2.0;
        exponent -= 1.0;
    }
    while mantissa > 1.5 {
        mantissa /= 2.0;
        exponent += 1.0;
    }
    let ratio = (mantissa - 1.0) / (mantissa + 1.0);
    let square = ratio * ratio;
    // The ratio is at most 1/5, so that 12 terms are exact.
    let series = (0..12).rev().fold(0.0, |sum, i| sum * square + 1.0 / f64::from(2 * i + 1));
    2.0 * ratio * series + exponent * std::f64::consts::LN_2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_normal_and_the_logarithm_is_one() {
        let mut random = fastrand::Rng::with_seed(7);
        let normal = Normal { mean: 5.0, deviation: 2.0 };
        let drawn: Vec<f64> = (0..100_000).map(|_| normal.draw(&mut random)).collect();
        let (mean, deviation) = crate::compare::agreement::spread(drawn.iter().copied()).unwrap();
        assert!((mean - 5.0).abs() < 0.03 && (deviation - 2.0).abs() < 0.03, "{mean} {deviation}");
        let within = drawn.iter().filter(|it| (**it - 5.0).abs() < 2.0).count();
        assert!((67_700..68_900).contains(&within), "{within}");
        for x in [1e-12, 0.01, 0.3, 0.74, 0.75, 0.9999, 1.0, 1.5, 7.0] {
            assert!((logarithm(x) - f64::ln(x)).abs() < 1e-14 * (1.0 + f64::ln(x).abs()), "{x}");
        }
    }
}
