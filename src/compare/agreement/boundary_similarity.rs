//! Fournier's boundary similarity.

use super::comparison::{Comparison, PreparedArticle, Units};
use super::{Answer, Case, Figure, Item, Measure, Observation, Scope, Undefined};

/// B: how alike two annotators cut tokens into segments, with near misses counted half.
pub(super) struct BoundarySimilarity;

impl Measure for BoundarySimilarity {
    fn id(&self) -> &'static str {
        "boundary-similarity"
    }

    fn name(&self) -> &'static str {
        "boundary similarity"
    }

    fn definition(&self) -> &'static str {
        "The edges of spans are boundaries between tokens. B = 1 − (missed + ½ · moved by one token) / \
         (missed + moved + matching): a boundary further away counts as missed twice."
    }

    fn paper(&self) -> &'static str {
        "Fournier 2013, Evaluating text segmentation using boundary edit distance, ACL"
    }

    fn leaves_out(&self) -> &'static str {
        "It does not tell which edges belong to one span, nor labels, and edges in the midst of a token or \
         at the ends of the text are none. For nested spans look at each label by itself."
    }

    fn figures(&self) -> &'static [Figure] {
        &[
            Figure { id: "b", name: "B", is_count: false },
            Figure { id: "matching", name: "boundaries of both", is_count: true },
            Figure { id: "moved", name: "boundaries moved by one token", is_count: true },
            Figure { id: "missed", name: "boundaries of one alone", is_count: true },
        ]
    }

    fn is_pairwise(&self) -> bool {
        true
    }

    fn observe(&self, comparison: &Comparison, scope: &Scope) -> Box<dyn Observation> {
        let count = |article: &PreparedArticle| {
            let mut counts = [0; 3];
            for (_, kind) in compared(article, scope)? {
                counts[kind as usize] += 1;
            }
            Some(counts)
        };
        Box::new(Observed(comparison.articles().iter().map(count).collect()))
    }

    fn cases(&self, comparison: &Comparison, scope: &Scope, article: usize) -> Vec<Case> {
        let prepared = comparison.article(article);
        let Some(boundaries) = compared(prepared, scope) else { return Vec::new() };
        let tokens = comparison.settings.tokenization.tokens(&prepared.text);
        let case = |(at, kind): (u32, Kind)| {
            let before = tokens[at as usize - 1];
            let after = tokens[(at as usize + usize::from(kind == Kind::Moved)).min(tokens.len() - 1)];
            let items = scope.annotators.iter().map(|&it| {
                let set = prepared.sets[it].as_ref();
                let near = set.map(|set| set.ids_within(scope.label, before.hull(after))).unwrap_or_default();
                near.into_iter().map(Item::Annotation).collect()
            });
            let place = Some(before.hull(after));
            Case { article, place, is_agreed: kind == Kind::Matching, items: items.collect() }
        };
        boundaries.into_iter().map(case).collect()
    }
}

/// What becomes of a boundary.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Matching,
    Moved,
    Missed,
}

/// The boundaries before which tokens lie and what becomes of them, in order; nothing if one of the
/// annotators has not seen the article.
fn compared(article: &PreparedArticle, scope: &Scope) -> Option<Vec<(u32, Kind)>> {
    let sets = article.seen_by(&scope.annotators)?;
    let [a, b] = [sets[0], sets[1]].map(|set| boundaries(set, scope.label, article.n_tokens));
    let mut merged: Vec<(u32, bool)> =
        a.iter().map(|&it| (it, false)).chain(b.iter().map(|&it| (it, true))).collect();
    merged.sort_unstable();
    let mut alone: Vec<(u32, bool)> = Vec::new();
    let mut compared = Vec::new();
    for pair in merged.chunk_by(|x, y| x.0 == y.0) {
        match pair {
            [one] => alone.push(*one),
            _ => compared.push((pair[0].0, Kind::Matching)),
        }
    }
    // From left to right each is paired with its neighbour if it can: no other way gives more.
    let mut rest = alone.as_slice();
    while let Some(((at, side), after)) = rest.split_first() {
        let is_moved = after.first().is_some_and(|(next, other)| *next == at + 1 && other != side);
        compared.push((*at, if is_moved { Kind::Moved } else { Kind::Missed }));
        rest = if is_moved { &after[1..] } else { after };
    }
    compared.sort_unstable_by_key(|it| it.0);
    Some(compared)
}

/// Between which tokens pieces start and end, by the token after each boundary.
fn boundaries(set: &Units, label: Option<usize>, n_tokens: u32) -> Vec<u32> {
    let pieces = set.pieces(label).iter().filter(|it| it.tokens.length() > 0);
    let edges = pieces.flat_map(|it| [it.tokens.start, it.tokens.end]);
    let mut edges: Vec<u32> = edges.filter(|it| (1..n_tokens).contains(it)).collect();
    edges.sort_unstable();
    edges.dedup();
    edges
}

/// By article: how many boundaries are matching, moved, missed.
struct Observed(Vec<Option<[u64; 3]>>);

impl Observation for Observed {
    fn answers(&self, articles: &[usize]) -> Vec<Answer> {
        let (mut sums, mut n_seen) = ([0; 3], 0);
        for counts in articles.iter().filter_map(|&it| self.0[it]) {
            (0..3).for_each(|i| sums[i] += counts[i]);
            n_seen += 1;
        }
        if n_seen == 0 {
            return vec![Err(Undefined::NoArticle); 4];
        }
        let [matching, moved, missed] = sums.map(|it| it as f64);
        let all = matching + moved + missed;
        let b =
            if all == 0.0 { Err(Undefined::NothingMarked) } else { Ok(1.0 - (missed + moved / 2.0) / all) };
        vec![b, Ok(matching), Ok(moved), Ok(missed)]
    }
}
