//! Where the places of one text are in another that came out of it by editing.
//!
//! An article that was corrected, re-wrapped, re-encoded or rearranged takes its spans along:
//!
//! 1. Both texts are folded ([`folded`]): line ends, white space, composition of letters, quotation
//!    marks and dashes no longer differ.
//! 2. What is the same in both is found ([`blocks`]), moved paragraphs among it.
//! 3. A span whose characters stand side by side in the new text, among the same neighbours as
//!    before, moves there. That is certain enough to be done without asking.
//! 4. Any other is placed where its edges went or where its text stands again, if there is one such
//!    place and it is like the old one; a person should look at it. Else its place is lost.
//!
//! Invariants:
//! - Equal texts: every span stays, to the byte. The same two texts: always the same answer.
//! - What moved has the same folded surface. What does not is [`Carried::Placed`], never silent.
//! - Results start and end between graphemes of the new text.

mod blocks;
mod folded;

use std::collections::HashMap;
use std::sync::OnceLock;

use super::{Offset, Range, Span, Text};
use blocks::{Block, token_starts};
use folded::Folded;

/// The way from the places of an old text to those of a new one.
#[derive(Debug)]
pub struct Alignment {
    new_text: Text,
    /// Nothing if the texts are equal.
    folded: Option<Texts>,
}

#[derive(Debug)]
struct Texts {
    old: Folded,
    new: Folded,
    /// What is the same, in order of the old text.
    blocks: Vec<Block>,
    /// Indices of `blocks` in order of the new text.
    by_new: Vec<usize>,
    /// Where each word stands in the new text; made when a span first needs it.
    words: OnceLock<HashMap<String, Vec<usize>>>,
}

/// What became of a span.
#[derive(Clone, Debug, PartialEq)]
pub enum Carried {
    /// It stands there, letter by letter (after folding), among its old neighbours.
    Moved(Span),
    /// It most probably belongs there. A person should look: its text or what stands around it is
    /// another.
    Placed {
        /// Where.
        span: Span,
        /// How alike the places are, from 0 to 1.
        score: f64,
    },
    /// It has no place.
    Lost(Loss),
}

/// Why a span has no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// Its text is gone.
    Gone,
    /// Its text stands in several places, any of which could be meant.
    Ambiguous,
}

impl Loss {
    /// The reason in words, as files and lists give it.
    pub fn reason(self) -> &'static str {
        match self {
            Loss::Gone => "its text is gone",
            Loss::Ambiguous => "its text stands in several places",
        }
    }
}

/// Characters on each side of a span that are compared, as web annotation tools do (Hypothesis,
/// W3C Web Annotation Data Model, 4.2.4).
const CONTEXT: usize = 32;

/// Bytes of a span and of the neighbours that moved with it which leave no doubt.
const CERTAIN: usize = 48;

/// Least likeness of the places of a span, where its text is the same and where it is not.
const LIKE: f64 = 0.5;

/// Least likeness for a text as short as `per`, which stands anywhere.
const LIKE_IF_SHORT: f64 = 0.8;

/// Characters below which a text is short.
const SHORT: usize = 5;

/// Characters from which a text that stands in one place only needs no likeness.
const LONG: usize = 32;

/// Places of a text beyond which nobody could say which is meant; comparing all would take seconds.
const MOST_PLACES: usize = 16;

/// How much more alike the best place must be than the next.
const AHEAD: f64 = 0.1;

type Bytes = std::ops::Range<usize>;

impl Alignment {
    /// Compares two texts. The cost is about that of sorting the words of what differs.
    pub fn new(old: &Text, new: &Text) -> Alignment {
        let folded = (old != new).then(|| Texts::new(Folded::new(old.as_str()), Folded::new(new.as_str())));
        Alignment { new_text: new.clone(), folded }
    }

    /// Where a span of the old text went.
    pub fn carry(&self, span: &Span) -> Carried {
        let Some(texts) = &self.folded else { return Carried::Moved(span.clone()) };
        let mut score: f64 = 1.0;
        let mut is_moved = true;
        let mut ranges: Vec<Range> = Vec::with_capacity(span.ranges().len());
        for range in span.ranges() {
            let (start, end) = texts.old.fold_range(range.start().byte(), range.end().byte());
            if start >= end {
                return Carried::Lost(Loss::Gone);
            }
            let place = match texts.moved(start..end) {
                Some(place) => place,
                None => match texts.placed(start..end) {
                    Ok((place, its_score)) => {
                        is_moved = false;
                        score = score.min(its_score);
                        place
                    }
                    Err(loss) => return Carried::Lost(loss),
                },
            };
            let (start, end) = texts.new.unfold_range(place.start, place.end);
            let (start, end) = (Offset::new(start), Offset::new(end));
            let whole = (self.new_text.nearest_grapheme(start), self.grapheme_end(end));
            is_moved &= whole == (start, end);
            let Some(range) = Range::new(whole.0, whole.1) else { return Carried::Lost(Loss::Gone) };
            if ranges.last().is_some_and(|before| range.start() < before.end()) {
                // Fragments that changed their order say something else than before.
                return Carried::Lost(Loss::Gone);
            }
            ranges.push(range);
        }
        match Span::new(ranges) {
            Ok(carried) if is_moved && carried.ranges().len() == span.ranges().len() => {
                Carried::Moved(carried)
            }
            Ok(span) => Carried::Placed { span, score },
            Err(_) => Carried::Lost(Loss::Gone),
        }
    }

    fn grapheme_end(&self, offset: Offset) -> Offset {
        if self.new_text.is_grapheme_boundary(offset) {
            offset
        } else {
            self.new_text.next(offset, super::Unit::Grapheme)
        }
    }
}

impl Texts {
    fn new(old: Folded, new: Folded) -> Texts {
        let blocks = blocks::blocks(old.as_str(), new.as_str());
        let mut by_new: Vec<usize> = (0..blocks.len()).collect();
        by_new.sort_unstable_by_key(|&i| blocks[i].new);
        Texts { old, new, blocks, by_new, words: OnceLock::new() }
    }

    /// The block that holds the character at a byte of the old text.
    fn block_at(&self, byte: usize) -> Option<&Block> {
        let i = self.blocks.partition_point(|it| it.old <= byte).checked_sub(1)?;
        Some(&self.blocks[i]).filter(|it| byte < it.old_end())
    }

    /// Where a stretch went as a whole, with neighbours enough to be sure of it.
    fn moved(&self, old: Bytes) -> Option<Bytes> {
        let block = self.block_at(old.start).filter(|it| old.end <= it.old_end())?;
        let start = block.new + (old.start - block.old);
        let new = start..start + old.len();
        let (shared, possible) = self.shared_context(&old, &new);
        let is_certain = old.len() + shared >= CERTAIN || 2 * shared >= possible;
        (is_certain && self.is_cut_alike(&old, &new)).then_some(new)
    }

    /// How many bytes around a stretch went where it went, and how many there are around it.
    fn shared_context(&self, old: &Bytes, new: &Bytes) -> (usize, usize) {
        let window = old.start.saturating_sub(CONTEXT)..(old.end + CONTEXT).min(self.old.as_str().len());
        let first = self.blocks.partition_point(|it| it.old_end() <= window.start);
        let near = self.blocks[first..].iter().take_while(|it| it.old < window.end);
        let shift = |old: usize, new: usize| new as i64 - old as i64;
        let own = shift(old.start, new.start);
        let shared = near.filter(|it| (shift(it.old, it.new) - own).unsigned_abs() <= CONTEXT as u64);
        let shared: usize = shared.map(|it| it.old_end().min(window.end) - it.old.max(window.start)).sum();
        (shared.saturating_sub(old.len()), window.len() - old.len())
    }

    /// True unless a stretch began or ended where a word does and no longer would.
    fn is_cut_alike(&self, old: &Bytes, new: &Bytes) -> bool {
        let is_alike =
            |a: usize, b: usize| !is_word_edge(self.old.as_str(), a) || is_word_edge(self.new.as_str(), b);
        is_alike(old.start, new.start) && is_alike(old.end, new.end)
    }

    /// The likeliest place of a stretch that did not move as a whole.
    fn placed(&self, old: Bytes) -> Result<(Bytes, f64), Loss> {
        let by_edges = self.by_edges(&old);
        let by_text = self.by_text(&old);
        match (by_edges, by_text) {
            (Some(edges), Ok(text)) if edges.1 >= text.1 => Ok(edges),
            (_, Ok(text)) => Ok(text),
            (Some(edges), Err(_)) => Ok(edges),
            (None, Err(loss)) => Err(loss),
        }
    }

    /// Where the edges of a stretch went, if most of it lies between them: for text that was
    /// edited inside.
    fn by_edges(&self, old: &Bytes) -> Option<(Bytes, f64)> {
        // The character inside the edge and the one outside; where only one is left, that.
        let image = |byte: usize, is_after: bool| {
            let block = self.block_at(byte)?;
            let length = self.old.as_str()[byte..].chars().next().map_or(0, char::len_utf8);
            Some(block.new + (byte - block.old) + if is_after { length } else { 0 })
        };
        let before = |byte: usize| self.old.as_str()[..byte].char_indices().next_back().map(|it| it.0);
        let starts = [image(old.start, false), before(old.start).and_then(|byte| image(byte, true))];
        let ends = [before(old.end).and_then(|byte| image(byte, true)), image(old.end, false)];
        let pick = |edges: [Option<usize>; 2], old: usize| {
            let is_word = is_word_edge(self.old.as_str(), old);
            let found = edges.into_iter().flatten();
            found.clone().find(|&it| !is_word || is_word_edge(self.new.as_str(), it))
        };
        let (start, end) = (pick(starts, old.start)?, pick(ends, old.end)?);
        let new_text = self.new.as_str().get(start..end)?;
        let start = start + (new_text.len() - new_text.trim_start().len());
        let new = start..start + new_text.trim().len();
        if new.is_empty() || new.len() > 2 * old.len() + CONTEXT {
            return None;
        }
        let first = self.blocks.partition_point(|it| it.old_end() <= old.start);
        let inside = self.blocks[first..].iter().take_while(|it| it.old < old.end);
        let kept: usize = inside
            .map(|it| {
                let (from, to) = (it.old.max(old.start), it.old_end().min(old.end));
                let there = it.new + (from - it.old);
                (there + (to - from)).min(new.end).saturating_sub(there.max(new.start))
            })
            .sum();
        let kept = kept as f64 / old.len().max(new.len()) as f64;
        let score = (kept + self.likeness(old, &new)) / 2.0;
        (kept >= LIKE && score >= LIKE).then_some((new, score))
    }

    /// Where the text of a stretch stands again, at a place that no other text went to.
    fn by_text(&self, old: &Bytes) -> Result<(Bytes, f64), Loss> {
        let surface = &self.old.as_str()[old.clone()];
        let places = self.words().get(first_word(surface)).map(Vec::as_slice).unwrap_or_default();
        let mut candidates: Vec<(f64, Bytes)> = Vec::new();
        for &start in places {
            let new = start..start + surface.len();
            let is_there = self.new.as_str().as_bytes().get(new.clone()) == Some(surface.as_bytes());
            if is_there && self.is_cut_alike(old, &new) && self.is_free(&new, old) {
                if candidates.len() == MOST_PLACES {
                    return Err(Loss::Ambiguous);
                }
                candidates.push((self.likeness(old, &new), new));
            }
        }
        candidates.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.start.cmp(&b.1.start)));
        let Some((score, new)) = candidates.first().cloned() else { return Err(Loss::Gone) };
        let n_characters = surface.chars().count();
        let is_only = candidates.len() == 1;
        let is_ahead = candidates.get(1).is_none_or(|next| score - next.0 >= AHEAD);
        let least = if n_characters < SHORT { LIKE_IF_SHORT } else { LIKE };
        if (is_only && n_characters >= LONG) || (is_ahead && score >= least) {
            Ok((new, score))
        } else {
            Err(if is_only { Loss::Gone } else { Loss::Ambiguous })
        }
    }

    /// True if nothing but the stretch itself went there.
    fn is_free(&self, new: &Bytes, old: &Bytes) -> bool {
        let first = self.by_new.partition_point(|&i| self.blocks[i].new_end() <= new.start);
        let blocks = self.by_new[first..].iter().map(|&i| &self.blocks[i]);
        let mut there = blocks.take_while(|it| it.new < new.end);
        there.all(|it| {
            let (from, to) = (it.new.max(new.start), it.new_end().min(new.end));
            let back = it.old + (from - it.new);
            old.start <= back && back + (to - from) <= old.end
        })
    }

    /// How alike the characters before and after two stretches are, from 0 to 1.
    fn likeness(&self, old: &Bytes, new: &Bytes) -> f64 {
        let (old_text, new_text) = (self.old.as_str(), self.new.as_str());
        let before = |text: &str, at: usize| text[..at].chars().rev().take(CONTEXT).collect::<Vec<_>>();
        let after = |text: &str, at: usize| text[at..].chars().take(CONTEXT).collect::<Vec<_>>();
        let left = likeness(&before(old_text, old.start), &before(new_text, new.start));
        let right = likeness(&after(old_text, old.end), &after(new_text, new.end));
        (left + right) / 2.0
    }

    fn words(&self) -> &HashMap<String, Vec<usize>> {
        self.words.get_or_init(|| {
            let text = self.new.as_str();
            let mut words: HashMap<String, Vec<usize>> = HashMap::new();
            for word in token_starts(text).windows(2) {
                let start = word[0] as usize;
                let letters = text[start..word[1] as usize].trim_end();
                words.entry(letters.to_owned()).or_default().push(start);
            }
            words
        })
    }
}

/// The first word of a text, as [`Texts::words`] has it.
fn first_word(text: &str) -> &str {
    let end = token_starts(text).get(1).map_or(text.len(), |&it| it as usize);
    text[..end].trim_end()
}

/// True if no word goes on across this byte.
fn is_word_edge(text: &str, byte: usize) -> bool {
    let is_word = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
    !(is_word(text[..byte].chars().next_back()) && is_word(text[byte..].chars().next()))
}

/// One minus the edit distance (Levenshtein) in parts of the longer text; 1 for two empty texts.
fn likeness(a: &[char], b: &[char]) -> f64 {
    let longest = a.len().max(b.len());
    if longest == 0 {
        return 1.0;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    1.0 - row[b.len()] as f64 / longest as f64
}
