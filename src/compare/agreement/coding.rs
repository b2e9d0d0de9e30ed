//! Tokens as annotators coded them: how often which codes came together.

use std::collections::BTreeMap;

use super::comparison::{Comparison, PreparedArticle, Run, Stretch};
use super::{Case, Item, Scope};

/// The code of an annotator who has not seen the article.
pub(super) const NOT_SEEN: u32 = u32::MAX;

/// How often each combination of codes occurs, article by article. On one label, a code is 1 where
/// it is and 0 elsewhere; on all, it is a number of [`Comparison::label_sets`].
#[derive(Debug)]
pub(super) struct Tally {
    combinations: Combinations,
    /// Numbers of combinations, with how many tokens of an article have them.
    counts: Vec<(u32, u32)>,
    /// Where each article's counts end.
    ends: Vec<usize>,
    /// By article: true if an annotator gave a token several labels.
    is_overlapping: Vec<bool>,
}

/// A combination of codes, an annotator each, and how many tokens have it.
pub(super) type Combination<'a> = (&'a [u32], u64);

/// The combinations, a code an annotator, numbered as they come.
#[derive(Debug, Default)]
struct Combinations {
    all: Vec<Vec<u32>>,
    numbers: BTreeMap<Vec<u32>, u32>,
    /// Those met last, since nearly all come again soon.
    recent: Vec<u32>,
}

impl Combinations {
    fn number(&mut self, codes: &[u32]) -> u32 {
        const N_RECENT: usize = 1 << 10;
        self.recent.resize(N_RECENT, 0);
        let digest = codes.iter().fold(0_u32, |sum, it| sum.wrapping_mul(0x9e37_79b1).wrapping_add(*it));
        let recent = &mut self.recent[digest as usize % N_RECENT];
        if self.all.get(*recent as usize).is_none_or(|it| it != codes) {
            *recent = self.numbers.get(codes).copied().unwrap_or_else(|| {
                self.numbers.insert(codes.to_vec(), self.all.len() as u32);
                self.all.push(codes.to_vec());
                self.all.len() as u32 - 1
            });
        }
        *recent
    }
}

impl Tally {
    pub(super) fn new(comparison: &Comparison, scope: &Scope) -> Tally {
        let is_stacked = |&code: &u32| code != NOT_SEEN && comparison.label_sets()[code as usize].len() > 1;
        let mut combinations = Combinations::default();
        let mut counts: Vec<(u32, u32)> = Vec::new();
        let (mut ends, mut is_overlapping) = (Vec::new(), Vec::new());
        // Where each combination was counted last.
        let mut places: Vec<usize> = Vec::new();
        for article in comparison.articles() {
            let start = counts.len();
            let mut overlaps = false;
            walk(article, scope, |tokens, codes| {
                if scope.label.is_none() {
                    overlaps |= codes.iter().any(is_stacked);
                } else {
                    codes.iter_mut().filter(|it| **it != NOT_SEEN).for_each(|it| *it = (*it).min(1));
                }
                let i = combinations.number(codes);
                places.resize(combinations.all.len(), usize::MAX);
                let place = &mut places[i as usize];
                if *place < start || *place == usize::MAX {
                    *place = counts.len();
                    counts.push((i, 0));
                }
                counts[*place].1 += tokens.length();
            });
            ends.push(counts.len());
            is_overlapping.push(overlaps);
        }
        Tally { combinations, counts, ends, is_overlapping }
    }

    /// How often each combination occurs in some articles together; without the articles that one
    /// of the annotators has not seen if `complete`.
    pub(super) fn sum(&self, articles: &[usize], complete: bool) -> Vec<Combination<'_>> {
        let mut counts = vec![0; self.combinations.all.len()];
        for &article in articles {
            let start = article.checked_sub(1).map_or(0, |before| self.ends[before]);
            for &(i, n) in &self.counts[start..self.ends[article]] {
                counts[i as usize] += u64::from(n);
            }
        }
        let counted = self.combinations.all.iter().zip(counts).filter(|(_, n)| *n > 0);
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
