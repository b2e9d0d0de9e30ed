//! Fleiss' κ on tokens.

use std::sync::Arc;

use super::coding::{Tally, marked_stretches};
use super::comparison::Comparison;
use super::{Answer, Case, Figure, Measure, Observation, Scope, Undefined};

/// Agreement of several annotators beyond what common habits give by chance.
pub(super) struct Fleiss;

impl Measure for Fleiss {
    fn id(&self) -> &'static str {
        "fleiss"
    }

    fn name(&self) -> &'static str {
        "Fleiss' κ"
    }

    fn definition(&self) -> &'static str {
        "The mean share of pairs of annotators who coded a token alike, corrected by the share expected if \
         all drew codes with their common frequencies. For two annotators it is Scott's π (1955)."
    }

    fn paper(&self) -> &'static str {
        "Fleiss 1971, Measuring nominal scale agreement among many raters, Psychological Bulletin 76(5)"
    }

    fn leaves_out(&self) -> &'static str {
        "Articles that one of the annotators has not seen. It has the weaknesses of Cohen's κ: unmarked \
         tokens raise it, a prevailing code lowers it, and spans must not overlap."
    }

    fn figures(&self) -> &'static [Figure] {
        &[
            Figure { id: "kappa", name: "κ", is_count: false },
            Figure { id: "observed", name: "share of pairs that coded alike", is_count: false },
        ]
    }

    fn is_pairwise(&self) -> bool {
        false
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
            return vec![Err(Undefined::Overlapping); 2];
        }
        let counts = self.0.sum(articles, true);
        let Some((first, _)) = counts.first() else { return vec![Err(Undefined::NoArticle); 2] };
        let n_annotators = first.len();
        let n_tokens: u64 = counts.iter().map(|(_, n)| n).sum();
        let codes = counts.iter().flat_map(|(codes, _)| codes.iter().copied());
        let mut totals = vec![0_u64; codes.max().map_or(0, |it| it as usize + 1)];
        let mut alike = 0;
        for (codes, n) in &counts {
            codes.iter().for_each(|&it| totals[it as usize] += n);
            let pairs = codes.iter().flat_map(|a| codes.iter().map(move |b| u64::from(a == b)));
            alike += n * (pairs.sum::<u64>() - n_annotators as u64);
        }
        let pairs_a_token = (n_annotators * (n_annotators - 1)) as f64;
        let observed = alike as f64 / (n_tokens as f64 * pairs_a_token);
        if totals.iter().filter(|it| **it > 0).count() == 1 {
            return vec![Err(Undefined::OneCategory), Ok(observed)];
        }
        let all = n_tokens as f64 * n_annotators as f64;
        let expected: f64 = totals.iter().map(|&it| (it as f64 / all) * (it as f64 / all)).sum();
        vec![Ok((observed - expected) / (1.0 - expected)), Ok(observed)]
    }
}
