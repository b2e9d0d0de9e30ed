//! Which stretches of two folded texts are the same ones.
//!
//! 1. What both begin and end with.
//! 2. In between, runs of [`SHINGLE`] words that each text has exactly once, wherever they stand:
//!    these are anchors. Neighbours on one diagonal become blocks. The heaviest chain of blocks
//!    that are in the same order in both texts stays (patience sorting with weights); of the rest,
//!    those are moved text that are too long to be chance.
//! 3. What lies between two neighbours that are neighbours in both texts is compared word by word
//!    (histogram diff), and what is left of that character by character (Myers).
//!
//! The cost is that of sorting the words, whatever was moved where.

use std::collections::BTreeMap;

use imara_diff::{Algorithm, Diff, InternedInput, Interner, Token};

/// A stretch that both texts have, in bytes of the folded texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) old: usize,
    pub(super) new: usize,
    pub(super) length: usize,
}

impl Block {
    pub(super) fn old_end(&self) -> usize {
        self.old + self.length
    }

    pub(super) fn new_end(&self) -> usize {
        self.new + self.length
    }

    /// True if `next` goes on where this one ends, in both texts.
    fn touches(&self, next: &Block) -> bool {
        self.old_end() == next.old && self.new_end() == next.new
    }
}

/// Words in a row that make an anchor: about thirty letters, which rarely repeat by chance.
const SHINGLE: usize = 6;

/// Bytes from which a block that is out of order counts as moved: a line of a newspaper column.
const MOVED: usize = 48;

/// Longest stretch that is compared by characters, in bytes.
const BY_CHARACTER: usize = 2_000;

/// The blocks in order of the old text, none touching the next.
pub(super) fn blocks(old: &str, new: &str) -> Vec<Block> {
    let prefix = common_prefix(old, new);
    let suffix = common_suffix(&old[prefix..], &new[prefix..]);
    let mut blocks = vec![Block { old: 0, new: 0, length: prefix }];
    let (old_end, new_end) = (old.len() - suffix, new.len() - suffix);
    if prefix < old_end && prefix < new_end {
        let inner = between(&old[prefix..old_end], &new[prefix..new_end]);
        blocks.extend(inner.into_iter().map(|it| Block { old: it.old + prefix, new: it.new + prefix, ..it }));
    }
    blocks.push(Block { old: old_end, new: new_end, length: suffix });
    joined(blocks)
}

/// How many bytes both begin with, up to the start of a word: a word is one or another.
fn common_prefix(old: &str, new: &str) -> usize {
    let n = old.bytes().zip(new.bytes()).take_while(|(a, b)| a == b).count();
    if n == old.len() && n == new.len() {
        return n;
    }
    old[..old.floor_char_boundary(n)].rfind(' ').map_or(0, |i| i + 1)
}

fn common_suffix(old: &str, new: &str) -> usize {
    let n = old.bytes().rev().zip(new.bytes().rev()).take_while(|(a, b)| a == b).count();
    let start = old.ceil_char_boundary(old.len() - n);
    old[start..].find(' ').map_or(0, |i| old.len() - start - i)
}

/// Joins blocks that touch and leaves out empty ones.
fn joined(mut blocks: Vec<Block>) -> Vec<Block> {
    blocks.retain(|it| it.length > 0);
    blocks.sort_unstable_by_key(|it| it.old);
    blocks.dedup_by(|next, block| {
        let touch = block.touches(next);
        if touch {
            block.length += next.length;
        }
        touch
    });
    blocks
}

/// Where words begin, and the end of the text.
pub(super) fn token_starts(text: &str) -> Vec<u32> {
    let mut starts = Vec::with_capacity(text.len() / 5);
    let mut before = Kind::Mark;
    for (at, character) in text.char_indices() {
        let kind = Kind::of(character);
        let goes_on = match kind {
            Kind::Space => at > 0,
            Kind::Word => before == Kind::Word,
            Kind::Mark => false,
        };
        if !goes_on {
            starts.push(at as u32);
        }
        before = kind;
    }
    starts.push(text.len() as u32);
    starts
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Goes with the word before it.
    Space,
    /// One of several that make a word.
    Word,
    /// A word of its own, like every character of scripts without spaces.
    Mark,
}

impl Kind {
    fn of(character: char) -> Kind {
        match character {
            ' ' => Kind::Space,
            'a'..='z' | 'A'..='Z' | '0'..='9' => Kind::Word,
            '\u{e00}'..='\u{eff}'
            | '\u{1000}'..='\u{109f}'
            | '\u{1780}'..='\u{17ff}'
            | '\u{2e80}'..='\u{9fff}'
            | '\u{f900}'..='\u{faff}'
            | '\u{20000}'..='\u{3ffff}' => Kind::Mark,
            _ if character.is_alphanumeric() => Kind::Word,
            _ => Kind::Mark,
        }
    }
}

/// A text as numbered words.
struct Words {
    starts: Vec<u32>,
    ids: Vec<Token>,
}

impl Words {
    fn new<'a>(text: &'a str, interner: &mut Interner<&'a str>) -> Words {
        let starts = token_starts(text);
        let ids =
            starts.windows(2).map(|it| interner.intern(&text[it[0] as usize..it[1] as usize])).collect();
        Words { starts, ids }
    }

    fn start(&self, word: usize) -> usize {
        self.starts[word] as usize
    }

    /// The runs of words that stand here exactly once: a hash each and where it begins, in order
    /// of hashes.
    fn unique_shingles(&self) -> Vec<(u64, u32)> {
        // The multiplier of FxHash; a clash costs no more than an anchor, since words are compared.
        let mix = |hash: u64, id: &Token| {
            (hash.rotate_left(5) ^ u64::from(id.0)).wrapping_mul(0x517c_c1b7_2722_0a95)
        };
        let shingles = self.ids.windows(SHINGLE).enumerate();
        let mut all: Vec<(u64, u32)> =
            shingles.map(|(at, ids)| (ids.iter().fold(0, mix), at as u32)).collect();
        all.sort_unstable();
        let unique = all.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() == 1);
        unique.map(|same| same[0]).collect()
    }
}

/// A stretch that both texts have, in words.
#[derive(Clone, Copy, Debug)]
struct Run {
    old: usize,
    new: usize,
    length: usize,
}

fn between(old_text: &str, new_text: &str) -> Vec<Block> {
    let mut interner = Interner::new(old_text.len() / 16);
    let old = Words::new(old_text, &mut interner);
    let new = Words::new(new_text, &mut interner);
    let mut runs = anchors(&old, &new);
    keep_chain_and_moved(&mut runs, &old);
    extend(&mut runs, &old, &new);
    let mut blocks: Vec<Block> = runs.iter().map(|run| run.block(&old, &new)).collect();
    compare_gaps(&runs, &old, &new, |old_words, new_words| {
        compare_words(&old, &new, old_words, new_words, &mut blocks, |old_bytes, new_bytes| {
            compare_characters(old_text, new_text, old_bytes, new_bytes)
        });
    });
    blocks
}

impl Run {
    fn block(&self, old: &Words, new: &Words) -> Block {
        let start = old.start(self.old);
        Block { old: start, new: new.start(self.new), length: old.start(self.old + self.length) - start }
    }
}

/// Runs that both texts have once, in order of the old text; those on one diagonal that overlap or
/// touch are one.
fn anchors(old: &Words, new: &Words) -> Vec<Run> {
    let (of_old, of_new) = (old.unique_shingles(), new.unique_shingles());
    let mut pairs = Vec::new();
    let mut rest = of_new.as_slice();
    for &(hash, at) in &of_old {
        rest = &rest[rest.iter().position(|it| it.0 >= hash).unwrap_or(rest.len())..];
        if let Some(&(_, there)) = rest.first().filter(|it| it.0 == hash) {
            let (at, there) = (at as usize, there as usize);
            if old.ids[at..at + SHINGLE] == new.ids[there..there + SHINGLE] {
                pairs.push((at, there));
            }
        }
    }
    pairs.sort_unstable();
    let mut runs: Vec<Run> = Vec::new();
    for (at, there) in pairs {
        match runs.last_mut() {
            Some(run) if at - run.old <= run.length && there.checked_sub(run.new) == Some(at - run.old) => {
                run.length = at - run.old + SHINGLE;
            }
            _ => runs.push(Run { old: at, new: there, length: SHINGLE }),
        }
    }
    runs
}

/// Keeps the heaviest runs that are in the same order in both texts, and long ones elsewhere; and
/// cuts off what two runs share.
fn keep_chain_and_moved(runs: &mut Vec<Run>, old: &Words) {
    // Weight of the best chain that ends at a place of the new text, with its last run; a later
    // place is here only if its chain is heavier.
    let mut best: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(runs.len());
    for (i, run) in runs.iter().enumerate() {
        let last = best.range(..=run.new).next_back().map(|(_, &(weight, last))| (weight, last));
        let weight = last.map_or(0, |it| it.0) + run.length;
        before.push(last.map(|it| it.1));
        let worse: Vec<usize> =
            best.range(run.new + 1..).take_while(|(_, it)| it.0 <= weight).map(|(&at, _)| at).collect();
        for at in worse {
            best.remove(&at);
        }
        best.insert(run.new + 1, (weight, i));
    }
    let mut is_in_chain = vec![false; runs.len()];
    let mut next = best.last_key_value().map(|(_, &(_, last))| last);
    while let Some(i) = next {
        is_in_chain[i] = true;
        next = before[i];
    }
    let mut kept = is_in_chain.iter();
    runs.retain(|run| {
        let n_bytes = old.start(run.old + run.length) - old.start(run.old);
        kept.next() == Some(&true) || n_bytes >= MOVED
    });
    cut_overlaps(runs, |run| run.new);
    cut_overlaps(runs, |run| run.old);
}

/// Lets every run begin where the one before it ends, in the order of `place`.
fn cut_overlaps(runs: &mut Vec<Run>, place: impl Fn(&Run) -> usize) {
    runs.sort_unstable_by_key(&place);
    let mut end = 0_usize;
    for run in runs.iter_mut() {
        let cut = end.saturating_sub(place(run)).min(run.length);
        *run = Run { old: run.old + cut, new: run.new + cut, length: run.length - cut };
        end = end.max(place(run) + run.length);
    }
    runs.retain(|run| run.length > 0);
}

/// Lets runs grow over words that are the same on both sides and belong to no run yet.
fn extend(runs: &mut [Run], old: &Words, new: &Words) {
    let mut is_taken = [vec![false; old.ids.len()], vec![false; new.ids.len()]];
    for run in runs.iter() {
        is_taken[0][run.old..run.old + run.length].fill(true);
        is_taken[1][run.new..run.new + run.length].fill(true);
    }
    let [old_taken, new_taken] = &mut is_taken;
    let mut take = |a: usize, b: usize| {
        let is_free = a < old.ids.len() && b < new.ids.len() && !old_taken[a] && !new_taken[b];
        let is_same = is_free && old.ids[a] == new.ids[b];
        if is_same {
            (old_taken[a], new_taken[b]) = (true, true);
        }
        is_same
    };
    for run in runs {
        while run.old > 0 && run.new > 0 && take(run.old - 1, run.new - 1) {
            run.old -= 1;
            run.new -= 1;
            run.length += 1;
        }
        while take(run.old + run.length, run.new + run.length) {
            run.length += 1;
        }
    }
}

type Bytes = std::ops::Range<usize>;

/// Calls `compare` with the words between any two runs that are neighbours in both texts.
fn compare_gaps(runs: &[Run], old: &Words, new: &Words, mut compare: impl FnMut(Bytes, Bytes)) {
    let first = Run { old: 0, new: 0, length: 0 };
    let last = Run { old: old.ids.len(), new: new.ids.len(), length: 0 };
    let all: Vec<Run> = std::iter::once(first).chain(runs.iter().copied()).chain([last]).collect();
    let mut by_new: Vec<usize> = (0..all.len()).collect();
    by_new.sort_by_key(|&i| (all[i].new, i));
    let mut next_in_new = vec![usize::MAX; all.len()];
    for pair in by_new.windows(2) {
        next_in_new[pair[0]] = pair[1];
    }
    for (i, pair) in all.windows(2).enumerate() {
        if next_in_new[i] == i + 1 {
            compare(pair[0].old + pair[0].length..pair[1].old, pair[0].new + pair[0].length..pair[1].new);
        }
    }
}

/// Finds the same words in order, and calls `compare` with the bytes between them.
fn compare_words(
    old: &Words,
    new: &Words,
    old_words: Bytes,
    new_words: Bytes,
    blocks: &mut Vec<Block>,
    compare: impl Fn(Bytes, Bytes) -> Vec<Block>,
) {
    let mut input = InternedInput::default();
    input.update_before(old.ids[old_words.clone()].iter().map(|it| it.0));
    input.update_after(new.ids[new_words.clone()].iter().map(|it| it.0));
    for piece in pieces(Algorithm::Histogram, &input) {
        let (a, b) = (old_words.start + piece.old.start, new_words.start + piece.new.start);
        let (a_end, b_end) = (old_words.start + piece.old.end, new_words.start + piece.new.end);
        if piece.is_same {
            blocks.push(Run { old: a, new: b, length: a_end - a }.block(old, new));
        } else {
            blocks.extend(compare(old.start(a)..old.start(a_end), new.start(b)..new.start(b_end)));
        }
    }
}

/// The same characters in order, if they are most of both: what two words have in common by chance
/// is no trace of either.
fn compare_characters(old: &str, new: &str, old_bytes: Bytes, new_bytes: Bytes) -> Vec<Block> {
    let (old_part, new_part) = (&old[old_bytes.clone()], &new[new_bytes.clone()]);
    let longest = old_part.len().max(new_part.len());
    if old_part.is_empty() || new_part.is_empty() || longest > BY_CHARACTER {
        return Vec::new();
    }
    let mut input = InternedInput::default();
    input.update_before(old_part.chars());
    input.update_after(new_part.chars());
    let starts = |part: &str, from: usize| -> Vec<usize> {
        part.char_indices().map(|(at, _)| from + at).chain([from + part.len()]).collect()
    };
    let (a, b) = (starts(old_part, old_bytes.start), starts(new_part, new_bytes.start));
    let same = pieces(Algorithm::Myers, &input).into_iter().filter(|it| it.is_same);
    let blocks: Vec<Block> = same
        .map(|it| Block {
            old: a[it.old.start],
            new: b[it.new.start],
            length: a[it.old.end] - a[it.old.start],
        })
        .collect();
    let n_same: usize = blocks.iter().map(|it| it.length).sum();
    if 2 * n_same >= longest { blocks } else { Vec::new() }
}

/// A stretch of a comparison: the same in both, or not.
struct Piece {
    is_same: bool,
    old: Bytes,
    new: Bytes,
}

/// Cuts two lists into what they have in common and what lies between.
fn pieces<T: Eq + std::hash::Hash>(algorithm: Algorithm, input: &InternedInput<T>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let (mut old, mut new) = (0, 0);
    let same = |old_from: usize, old_to: usize, new_from: usize, pieces: &mut Vec<Piece>| {
        if old_from < old_to {
            let (old, new) = (old_from..old_to, new_from..new_from + old_to - old_from);
            pieces.push(Piece { is_same: true, old, new });
        }
    };
    for hunk in Diff::compute(algorithm, input).hunks() {
        let (before, after) = (
            hunk.before.start as usize..hunk.before.end as usize,
            hunk.after.start as usize..hunk.after.end as usize,
        );
        same(old, before.start, new, &mut pieces);
        (old, new) = (before.end, after.end);
        pieces.push(Piece { is_same: false, old: before, new: after });
    }
    same(old, input.before.len(), new, &mut pieces);
    pieces
}
