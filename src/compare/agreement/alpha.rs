//! Krippendorff's α on tokens, nominal and with distances between sets of labels.

use std::sync::Arc;

use super::coding::{NOT_SEEN, Tally, marked_stretches};
use super::comparison::Comparison;
use super::{Answer, Case, Figure, Measure, Observation, Scope, Undefined};

/// Observed against expected disagreement of any number of annotators.
pub(super) struct Alpha;

impl Measure for Alpha {
    fn id(&self) -> &'static str {
        "alpha"
    }

    fn name(&self) -> &'static str {
        "Krippendorff's α"
    }

    fn definition(&self) -> &'static str {
        "α = 1 − D_o / D_e: the disagreement between codes of the same token, against that between codes of \
         any two tokens. A code is the set of a token's labels; sets differ or not (nominal), or by Jaccard \
         or MASI distance."
    }

    fn paper(&self) -> &'static str {
        "Krippendorff 2004, Content Analysis, ch. 11; 2011, Computing Krippendorff's alpha-reliability; \
         MASI: Passonneau 2006, LREC"
    }

    fn leaves_out(&self) -> &'static str {
        "Tokens that only one annotator saw. Where one code prevails it falls though nearly all agree. It \
         does not see where one span ends and the next of its label begins."
    }

    fn figures(&self) -> &'static [Figure] {
        &[
            Figure { id: "nominal", name: "α, nominal", is_count: false },
            Figure { id: "jaccard", name: "α, Jaccard distance of label sets", is_count: false },
            Figure { id: "masi", name: "α, MASI distance of label sets", is_count: false },
        ]
    }

    fn is_pairwise(&self) -> bool {
        false
    }

    fn observe(&self, comparison: &Comparison, scope: &Scope) -> Box<dyn Observation> {
        let tally = comparison.tally(scope);
        // A set without labels stands for "nothing marked", which is a label of its own here.
        let nothing = [u32::MAX];
        let sets: Vec<&[u32]> = match scope.label {
            Some(_) => vec![&nothing, &[0]],
            None => comparison.label_sets().iter().map(Vec::as_slice).collect(),
        };
        let set = |i: usize| if sets[i].is_empty() { &nothing } else { sets[i] };
        let n = sets.len();
        let distances = (0..n * n).map(|i| distances(set(i / n), set(i % n))).collect();
        Box::new(Observed { tally, n_codes: n, distances })
    }

    fn cases(&self, comparison: &Comparison, scope: &Scope, article: usize) -> Vec<Case> {
        marked_stretches(comparison, scope, article)
    }
}

struct Observed {
    tally: Arc<Tally>,
    n_codes: usize,
    /// Between each code and each other: nominal, Jaccard, MASI.
    distances: Vec<[f64; 3]>,
}

impl Observation for Observed {
    fn answers(&self, articles: &[usize]) -> Vec<Answer> {
        let mut totals = vec![0_u64; self.n_codes];
        let mut observed = [0.0; 3];
        for (codes, n) in self.tally.sum(articles, false) {
            let seen: Vec<usize> =
                codes.iter().filter(|it| **it != NOT_SEEN).map(|it| *it as usize).collect();
            if seen.len() < 2 {
                continue;
            }
            let weight = n as f64 / (seen.len() - 1) as f64;
            for (i, &a) in seen.iter().enumerate() {
                totals[a] += n;
                for &b in &seen[i + 1..] {
                    self.add(&mut observed, a, b, 2.0 * weight);
                }
            }
        }
        let n = totals.iter().sum::<u64>() as f64;
        if n == 0.0 {
            return vec![Err(Undefined::NoArticle); 3];
        }
        let used: Vec<usize> = (0..self.n_codes).filter(|&it| totals[it] > 0).collect();
        if used.len() == 1 {
            return vec![Err(Undefined::OneCategory); 3];
        }
        let mut expected = [0.0; 3];
        for (i, &a) in used.iter().enumerate() {
            for &b in &used[i + 1..] {
                self.add(&mut expected, a, b, 2.0 * totals[a] as f64 * totals[b] as f64);
            }
        }
        observed.iter().zip(expected).map(|(o, e)| Ok(1.0 - (n - 1.0) * o / e)).collect()
    }
}

impl Observed {
    fn add(&self, sums: &mut [f64; 3], a: usize, b: usize, weight: f64) {
        for (sum, distance) in sums.iter_mut().zip(self.distances[a * self.n_codes + b]) {
            *sum += weight * distance;
        }
    }
}

/// Nominal, Jaccard and MASI distance of two sets, which are sorted and not empty.
fn distances(a: &[u32], b: &[u32]) -> [f64; 3] {
    let n_shared = a.iter().filter(|it| b.contains(it)).count();
    let jaccard = n_shared as f64 / (a.len() + b.len() - n_shared) as f64;
    let monotonicity = if a == b {
        1.0
    } else if n_shared == a.len().min(b.len()) {
        2.0 / 3.0
    } else if n_shared > 0 {
        1.0 / 3.0
    } else {
        0.0
    };
    [f64::from(u8::from(a != b)), 1.0 - jaccard, 1.0 - jaccard * monotonicity]
}
