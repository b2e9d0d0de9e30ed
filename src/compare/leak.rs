//! What texts have in common with others that they must not know: a test set with what a model was
//! trained on.
//!
//! Three ways to have leaked are told apart: the same words from begin to end; near-duplicates
//! ([`likeness`](super::likeness)); and long passages that stand in both, by default of 13 words, as
//! the training data of GPT-3 were searched for test sets (Brown et al. 2020, Language Models are
//! Few-Shot Learners, appendix C). Words are compared without case, marks and punctuation.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::likeness::{Known, Sketch, Stretch, Words};
use crate::text::{Range, Text};

/// From how many words on a common passage is a leak.
pub const PASSAGE: u32 = 13;

/// A stretch that stands in more of the known texts than this is looked up in the first of them
/// alone: it is boilerplate, and listing it for each would bury the rest.
const MAX_HOLDERS: usize = 8;

/// What a text has in common with a known one.
#[derive(Clone, Debug, PartialEq)]
pub struct Leak {
    /// The number of the known text.
    pub known: usize,
    /// True if both are the same words.
    pub is_identical: bool,
    /// The similarity of near-duplicates; nothing if they are none.
    pub similarity: Option<f64>,
    /// The passages that stand in both, in the order of the given text.
    pub passages: Vec<Passage>,
}

/// A passage that stands in two texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passage {
    /// Where in the known text.
    pub known: Range,
    /// Where in the given one.
    pub given: Range,
    /// How many words it has.
    pub n_words: usize,
}

/// Texts that must not be known elsewhere.
#[derive(Debug)]
pub struct KnownTexts {
    words: Vec<Words>,
    likeness: Known,
    n_words: u32,
    /// The number of each stretch, with its text and first token, in order.
    stretches: Vec<(u64, u32, u32)>,
    /// A bit for the upper bits of each number: most stretches of other texts end here.
    bits: Vec<u64>,
    shift: u32,
}

impl KnownTexts {
    /// Takes texts in, with all processors; a passage has at least `n_words`.
    ///
    /// # Panics
    /// If a passage has no words.
    pub fn new(texts: &[Text], n_words: u32) -> KnownTexts {
        assert!(n_words > 0, "a passage has words");
        let words: Vec<Words> = texts.par_iter().map(Words::new).collect();
        let likeness = Known::new(words.par_iter().map(Sketch::of).collect());
        let of = |(i, words): (usize, &Words)| -> Vec<(u64, u32, u32)> {
            words.stretches(n_words).map(|it| (words.number(&it), i as u32, it.start as u32)).collect()
        };
        let mut stretches: Vec<(u64, u32, u32)> = words.par_iter().enumerate().flat_map_iter(of).collect();
        stretches.par_sort_unstable();
        let mut n_same = 0;
        let mut last = None;
        stretches.retain(|it| {
            n_same = if last == Some(it.0) { n_same + 1 } else { 0 };
            last = Some(it.0);
            n_same < MAX_HOLDERS
        });
        let n_bits = (stretches.len() * 8).next_power_of_two().max(64);
        let shift = 64 - n_bits.trailing_zeros();
        let mut bits = vec![0u64; n_bits / 64];
        for (number, ..) in &stretches {
            let bit = (number >> shift) as usize;
            bits[bit / 64] |= 1 << (bit % 64);
        }
        KnownTexts { words, likeness, n_words, stretches, bits, shift }
    }

    /// What a text has in common with known ones, in their order.
    pub fn leaks(&self, text: &Text) -> Vec<Leak> {
        let words = Words::new(text);
        let mut leaks: BTreeMap<usize, Leak> = BTreeMap::new();
        let leak = |known: usize| Leak { known, is_identical: false, similarity: None, passages: Vec::new() };
        for (known, passages) in self.passages(&words) {
            leaks.entry(known).or_insert_with(|| leak(known)).passages = passages;
        }
        for (known, similarity) in self.likeness.near(&Sketch::of(&words)) {
            let it = leaks.entry(known).or_insert_with(|| leak(known));
            it.similarity = Some(similarity);
            it.is_identical = self.words[known].is_same(&words);
        }
        leaks.into_values().collect()
    }

    fn passages(&self, words: &Words) -> BTreeMap<usize, Vec<Passage>> {
        // By the known text and how far its tokens are from the given ones: what goes on there is one
        // passage.
        let mut runs: BTreeMap<(usize, i64), Vec<Stretch>> = BTreeMap::new();
        for stretch in words.stretches(self.n_words) {
            let number = words.number(&stretch);
            for &(_, known, start) in self.holders(number) {
                let runs = runs.entry((known as usize, i64::from(start) - stretch.start as i64)).or_default();
                match runs.last_mut().filter(|it| it.end >= stretch.start) {
                    Some(run) => run.end = stretch.end,
                    None => runs.push(stretch.clone()),
                }
            }
        }
        let mut found: BTreeMap<usize, Vec<(Stretch, Passage)>> = BTreeMap::new();
        for ((known, shift), runs) in runs {
            for run in runs {
                let at = |it: usize| usize::try_from(it as i64 + shift).unwrap_or_default();
                let ranges = (self.words[known].range(&(at(run.start)..at(run.end))), words.range(&run));
                if let (Some(known_range), Some(given)) = ranges {
                    let passage = Passage { known: known_range, given, n_words: words.n_words(&run) };
                    found.entry(known).or_default().push((run, passage));
                }
            }
        }
        found.into_iter().map(|(known, passages)| (known, longest(passages))).collect()
    }

    fn holders(&self, number: u64) -> &[(u64, u32, u32)] {
        let bit = (number >> self.shift) as usize;
        if self.bits[bit / 64] & (1 << (bit % 64)) == 0 {
            return &[];
        }
        let first = self.stretches.partition_point(|it| it.0 < number);
        let n = self.stretches[first..].iter().take_while(|it| it.0 == number).count();
        &self.stretches[first..first + n]
    }
}

/// Passages that are not within others, in text order: a text that repeats itself has many.
fn longest(mut passages: Vec<(Stretch, Passage)>) -> Vec<Passage> {
    passages.sort_by_key(|(run, passage)| (run.start, std::cmp::Reverse(run.end), passage.known.start()));
    let mut end = 0;
    passages.retain(|(run, _)| {
        let is_further = run.end > end;
        end = end.max(run.end);
        is_further
    });
    passages.into_iter().map(|it| it.1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaks(known: &[&str], given: &str, n_words: u32) -> Vec<Leak> {
        let texts: Vec<Text> = known.iter().map(|it| Text::new(*it)).collect();
        KnownTexts::new(&texts, n_words).leaks(&Text::new(given))
    }

    #[test]
    fn three_ways_to_leak_are_told_apart() {
        let known = ["One two three, four five six.", "a b c d e f g h i j", "quite another text than these"];
        let found = leaks(&known, "“one TWO three four” five six", 4);
        assert_eq!((found.len(), found[0].known, found[0].is_identical), (1, 0, true));
        assert_eq!(found[0].similarity, Some(1.0));
        let found = leaks(&known, "a b c d e f g h i x", 20);
        assert_eq!((found.len(), found[0].known, found[0].is_identical), (1, 1, false));
        assert!(found[0].similarity.is_some_and(|it| (it - 7.0 / 9.0).abs() < 1e-9));
        let found = leaks(&known, "he said: C d, e f! and went to another town far away, they say", 4);
        assert_eq!((found.len(), found[0].known, found[0].similarity), (1, 1, None));
        assert_eq!(leaks(&known, "nothing of this kind, nor anything near it", 4), []);
    }

    #[test]
    fn passages_have_their_places_in_both_texts() {
        let (known, given) = ("x y. A b c d e, z", "0 a B c d E 1 2 3");
        let found = leaks(&[known], given, 3);
        let [passage] = found[0].passages[..] else { panic!("{found:?}") };
        assert_eq!(passage.n_words, 5);
        assert_eq!(Text::new(known).slice(passage.known), "A b c d e");
        assert_eq!(Text::new(given).slice(passage.given), "a B c d E");
        // A text without spaces, and one that repeats itself.
        assert_eq!(leaks(&["国防部長は会見で述べた"], "「国防部長は会見で」と", 4)[0].passages[0].n_words, 4);
        let again = leaks(&["a b c d a b c d a b c d"], "a b c d x y z", 3);
        assert_eq!(again[0].passages.len(), 1);
    }
}
