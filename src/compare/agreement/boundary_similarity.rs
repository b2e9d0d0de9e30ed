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
            compare(article, scope, |_, kind| counts[kind as usize] += 1)?;
            Some(counts)
        };
        Box::new(Observed(comparison.articles().iter().map(count).collect()))
    }

    fn cases(&self, comparison: &Comparison, scope: &Scope, article: usize) -> Vec<Case> {
        let prepared = comparison.article(article);
        let mut boundaries: Vec<(u32, Kind)> = Vec::new();
        if compare(prepared, scope, |at, kind| boundaries.push((at, kind))).is_none() {
            return Vec::new();
        }
        boundaries.sort_unstable_by_key(|it| it.0);
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

/// Calls `visit` with each boundary, by the token after it, and what becomes of it; nothing if one of
/// the annotators has not seen the article.
fn compare(article: &PreparedArticle, scope: &Scope, mut visit: impl FnMut(u32, Kind)) -> Option<()> {
    let sets = article.seen_by(&scope.annotators)?;
    let [a, b] = [sets[0], sets[1]].map(|set| boundaries(set, scope.label, article.n_tokens));
    // The last one that has no partner yet, and whether it is of the second annotator.
    let mut open: Option<(u32, bool)> = None;
    for (i, (a, b)) in (0..).zip(a.into_iter().zip(b)) {
        bits(a & b).for_each(|bit| visit(64 * i + bit, Kind::Matching));
        // From left to right each is paired with its neighbour if it can: no other way gives more.
        for bit in bits(a ^ b) {
            let (at, is_second) = (64 * i + bit, b >> bit & 1 == 1);
            match open.take() {
                Some((before, other)) if before + 1 == at && other != is_second => visit(before, Kind::Moved),
                alone => {
                    alone.into_iter().for_each(|(before, _)| visit(before, Kind::Missed));
                    open = Some((at, is_second));
                }
            }
        }
    }
    open.into_iter().for_each(|(at, _)| visit(at, Kind::Missed));
    Some(())
}

/// The places of the ones in a word, from the lowest.
fn bits(mut word: u64) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let lowest = (word != 0).then(|| word.trailing_zeros());
        word &= word.wrapping_sub(1);
        lowest
    })
}

/// Between which tokens pieces start and end: a bit for the token after each boundary.
fn boundaries(set: &Units, label: Option<usize>, n_tokens: u32) -> Vec<u64> {
    let mut words = vec![0; n_tokens as usize / 64 + 1];
    for piece in set.pieces(label).iter().filter(|it| it.tokens.length() > 0) {
        for edge in [piece.tokens.start, piece.tokens.end] {
            if (1..n_tokens).contains(&edge) {
                words[edge as usize / 64] |= 1 << (edge % 64);
            }
        }
    }
    words
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
