//! Tokens as annotators coded them: how often which codes came together.

use std::collections::BTreeMap;

use super::comparison::{Comparison, PreparedArticle, Run, Stretch};
use super::{Case, Item, Scope};

/// The code of an annotator who has not seen the article.
pub(super) const NOT_SEEN: u32 = u32::MAX;

/// How often each combination of codes occurs, article by article. On one label, a code is 1 where
/// it is and 0 elsewhere; on all, it is a number of [`Comparison::label_sets`].
pub(super) struct Tally {
    /// The combinations, a code an annotator.
    combinations: Vec<Vec<u32>>,
    /// By article: numbers of combinations, with how many tokens have them.
    articles: Vec<Vec<(usize, u64)>>,
    /// By article: true if an annotator gave a token several labels.
    is_overlapping: Vec<bool>,
}

/// A combination of codes, an annotator each, and how many tokens have it.
pub(super) type Combination<'a> = (&'a [u32], u64);

impl Tally {
    pub(super) fn new(comparison: &Comparison, scope: &Scope) -> Tally {
        let mut numbers: BTreeMap<Vec<u32>, usize> = BTreeMap::new();
        let mut combinations: Vec<Vec<u32>> = Vec::new();
        // Most comparisons are of different combinations: a number tells that sooner than a slice.
        let digest =
            |codes: &[u32]| codes.iter().fold(0_u64, |sum, it| sum.wrapping_mul(0x1_0001) ^ u64::from(*it));
        let mut digests: Vec<u64> = Vec::new();
        let is_stacked = |&code: &u32| code != NOT_SEEN && comparison.label_sets()[code as usize].len() > 1;
        let (mut articles, mut is_overlapping) = (Vec::new(), Vec::new());
        for article in comparison.articles() {
            let mut counts: Vec<(usize, u64)> = Vec::new();
            let mut overlaps = false;
            walk(article, scope, |tokens, codes| {
                if scope.label.is_none() {
                    overlaps |= codes.iter().any(is_stacked);
                } else {
                    codes.iter_mut().filter(|it| **it != NOT_SEEN).for_each(|it| *it = (*it).min(1));
                }
                let n = u64::from(tokens.length());
                let asked = digest(codes);
                let is_asked = |i: usize| digests[i] == asked && combinations[i] == codes;
                if let Some((_, count)) = counts.iter_mut().find(|(i, _)| is_asked(*i)) {
                    *count += n;
                    return;
                }
                let i = numbers.get(&*codes).copied().unwrap_or_else(|| {
                    numbers.insert(codes.to_vec(), combinations.len());
                    combinations.push(codes.to_vec());
                    digests.push(asked);
                    combinations.len() - 1
                });
                counts.push((i, n));
            });
            articles.push(counts);
            is_overlapping.push(overlaps);
        }
        Tally { combinations, articles, is_overlapping }
    }

    /// How often each combination occurs in some articles together; without the articles that one
    /// of the annotators has not seen if `complete`.
    pub(super) fn sum(&self, articles: &[usize], complete: bool) -> Vec<Combination<'_>> {
        let mut counts = vec![0; self.combinations.len()];
        for &(i, n) in articles.iter().flat_map(|&it| &self.articles[it]) {
            counts[i] += n;
        }
        let counted = self.combinations.iter().zip(counts).filter(|(_, n)| *n > 0);
        let counted =
            counted.filter(|(codes, _)| codes.len() > 1 && (!complete || !codes.contains(&NOT_SEEN)));
        counted.map(|(codes, n)| (codes.as_slice(), n)).collect()
    }

    /// True if an annotator gave a token of these articles several labels.
    pub(super) fn is_overlapping(&self, articles: &[usize]) -> bool {
        articles.iter().any(|&it| self.is_overlapping[it])
    }
}

/// Calls `visit` with each stretch of tokens that are coded alike, in order: where it lies, and the
/// code of each annotator, which on one label is how many units cover it.
pub(super) fn walk(article: &PreparedArticle, scope: &Scope, mut visit: impl FnMut(Stretch, &mut [u32])) {
    let runs = |annotator: &usize| -> Option<&[Run]> {
        let set = article.sets.get(*annotator)?.as_ref()?;
        Some(scope.label.map_or(&set.coded, |label| set.depths(label)))
    };
    let mut lanes: Vec<Option<&[Run]>> = scope.annotators.iter().map(runs).collect();
    let mut codes = vec![0; lanes.len()];
    let mut at = 0;
    while at < article.n_tokens {
        let mut next = article.n_tokens;
        for (lane, code) in lanes.iter_mut().zip(&mut codes) {
            *code = NOT_SEEN;
            let Some(runs) = lane else { continue };
            while let Some((_, rest)) = runs.split_first().filter(|(run, _)| run.tokens.end <= at) {
                *runs = rest;
            }
            *code = 0;
            match runs.first() {
                Some(run) if run.tokens.start <= at => {
                    *code = run.code;
                    next = next.min(run.tokens.end);
                }
                Some(run) => next = next.min(run.tokens.start),
                None => {}
            }
        }
        visit(Stretch { start: at, end: next }, &mut codes);
        at = next;
    }
}

/// The stretches of tokens that somebody marked: agreed where all who saw the article coded alike.
/// There are none in an article that fewer than two saw.
pub(super) fn marked_stretches(comparison: &Comparison, scope: &Scope, article: usize) -> Vec<Case> {
    let prepared = comparison.article(article);
    let tokens = comparison.settings.tokenization.tokens(&prepared.text);
    let mut cases = Vec::new();
    walk(prepared, scope, |stretch, codes| {
        let seen: Vec<u32> = codes.iter().copied().filter(|it| *it != NOT_SEEN).collect();
        let is_agreed = seen.windows(2).all(|pair| pair[0] == pair[1]);
        if seen.len() < 2 || seen.iter().all(|it| *it == 0) {
            return;
        }
        let place = tokens[stretch.start as usize].hull(tokens[stretch.end as usize - 1]);
        let items = scope.annotators.iter().map(|&it| match prepared.sets[it].as_ref() {
            Some(set) => set.ids_within(scope.label, place).into_iter().map(Item::Annotation).collect(),
            None => Vec::new(),
        });
        cases.push(Case { article, place: Some(place), is_agreed, items: items.collect() });
    });
    cases
}
