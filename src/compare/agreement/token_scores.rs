//! Precision, recall and F1 of tokens between two annotators.

use super::coding::{marked_stretches, walk};
use super::comparison::{Comparison, PreparedArticle};
use super::span_scores::{Counted, Counts, SCORES};
use super::{Case, Figure, Measure, Observation, Scope};

/// F1 of labels on tokens.
pub(super) struct TokenScores;

impl Measure for TokenScores {
    fn id(&self) -> &'static str {
        "token"
    }

    fn name(&self) -> &'static str {
        "F1, tokens"
    }

    fn definition(&self) -> &'static str {
        "Each span gives its label to each of its tokens, and these labels are compared: two spans of one \
         label on one token give two of them."
    }

    fn paper(&self) -> &'static str {
        "Hripcsak & Rothschild 2005, Agreement, the F-measure, and reliability in information retrieval, \
         JAMIA 12(3); on tokens as in bratiaa (Kolditz et al. 2019)"
    }

    fn leaves_out(&self) -> &'static str {
        "It does not see where one span ends and the next of its label begins. Long spans weigh as much as \
         they have tokens, so look at each label by itself."
    }

    fn figures(&self) -> &'static [Figure] {
        SCORES
    }

    fn is_pairwise(&self) -> bool {
        true
    }

    fn observe(&self, comparison: &Comparison, scope: &Scope) -> Box<dyn Observation> {
        let scopes: Vec<Scope> = match scope.label {
            Some(_) => vec![scope.clone()],
            None => (0..comparison.labels().len()).map(|it| scope.clone().on(it)).collect(),
        };
        let count = |article: &PreparedArticle| {
            article.seen_by(&scope.annotators)?;
            let (mut both, mut first, mut second) = (0, 0, 0);
            for scope in &scopes {
                walk(article, scope, |tokens, codes| {
                    let n = u64::from(tokens.length());
                    both += n * u64::from(codes[0].min(codes[1]));
                    first += n * u64::from(codes[0]);
                    second += n * u64::from(codes[1]);
                });
            }
            Some(Counts::new(both, first, second))
        };
        Box::new(Counted(comparison.articles().iter().map(count).collect()))
    }

    fn cases(&self, comparison: &Comparison, scope: &Scope, article: usize) -> Vec<Case> {
        let is_seen = comparison.article(article).seen_by(&scope.annotators).is_some();
        if is_seen { marked_stretches(comparison, scope, article) } else { Vec::new() }
    }
}
