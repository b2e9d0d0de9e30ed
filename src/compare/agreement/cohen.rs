//! Cohen's κ on tokens.

use std::sync::Arc;

use super::coding::{Combination, Tally, marked_stretches};
use super::comparison::Comparison;
use super::{Answer, Case, Figure, Measure, Observation, Scope, Undefined};

/// Agreement of two annotators beyond what their own habits give by chance.
pub(super) struct Cohen;

impl Measure for Cohen {
    fn id(&self) -> &'static str {
        "cohen"
    }

    fn name(&self) -> &'static str {
        "Cohen's κ"
    }

    fn definition(&self) -> &'static str {
        "κ = (p_o − p_e) / (1 − p_e): the share of tokens coded alike, corrected by the share expected if \
         each annotator kept their own frequencies. A token's code is its label or none."
    }

    fn paper(&self) -> &'static str {
        "Cohen 1960, A coefficient of agreement for nominal scales, Educational and Psychological \
         Measurement 20(1)"
    }

    fn leaves_out(&self) -> &'static str {
        "It rises with the share of tokens that nobody marked, falls where one code prevails though nearly \
         all agree (so the agreement without correction stands beside it), and cannot hold spans that \
         overlap: look at each label by itself."
    }

    fn figures(&self) -> &'static [Figure] {
        &[
            Figure { id: "kappa", name: "κ", is_count: false },
            Figure { id: "observed", name: "share of tokens coded alike", is_count: false },
            Figure { id: "kappa-marked", name: "κ on tokens that one of them marked", is_count: false },
        ]
    }

    fn is_pairwise(&self) -> bool {
        true
    }

    fn observe(&self, comparison: &Comparison, scope: &Scope) -> Box<dyn Observation> {
        Box::new(Observed(comparison.tally(scope)))
    }

    fn cases(&self, comparison: &Comparison, scope: &Scope, article: usize) -> Vec<Case> {
        let is_seen = comparison.article(article).seen_by(&scope.annotators).is_some();
        if is_seen { marked_stretches(comparison, scope, article) } else { Vec::new() }
    }
}

struct Observed(Arc<Tally>);

impl Observation for Observed {
    fn answers(&self, articles: &[usize]) -> Vec<Answer> {
        if self.0.is_overlapping(articles) {
            return vec![Err(Undefined::Overlapping); 3];
        }
        let mut counts = self.0.sum(articles, true);
        let (kappa, observed) = kappa(&counts);
        counts.retain(|(codes, _)| codes.iter().any(|&it| it != 0));
        let on_marked = self::kappa(&counts).0;
        let is_marked = observed.is_err() || !counts.is_empty();
        vec![kappa, observed, if is_marked { on_marked } else { Err(Undefined::NothingMarked) }]
    }
}

/// κ and the share coded alike.
fn kappa(counts: &[Combination<'_>]) -> (Answer, Answer) {
    let n: u64 = counts.iter().map(|(_, n)| n).sum();
    if n == 0 {
        return (Err(Undefined::NoArticle), Err(Undefined::NoArticle));
    }
    let n = n as f64;
    let alike: u64 = counts.iter().filter(|(codes, _)| codes[0] == codes[1]).map(|(_, n)| n).sum();
    let observed = alike as f64 / n;
    let codes = counts.iter().flat_map(|(codes, _)| codes.iter().copied());
    let n_codes = codes.max().map_or(0, |it| it as usize + 1);
    let mut totals = vec![[0_u64; 2]; n_codes];
    for (codes, n) in counts {
        totals[codes[0] as usize][0] += n;
        totals[codes[1] as usize][1] += n;
    }
    if totals.iter().filter(|[a, b]| a + b > 0).count() == 1 {
        return (Err(Undefined::OneCategory), Ok(observed));
    }
    let expected: f64 = totals.iter().map(|[a, b]| *a as f64 / n * (*b as f64 / n)).sum();
    (Ok((observed - expected) / (1.0 - expected)), Ok(observed))
}
