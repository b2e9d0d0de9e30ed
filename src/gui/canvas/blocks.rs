//! The text cut into pieces that are laid out one at a time.
//!
//! Invariants:
//! - Blocks cover the text in order, without gap or overlap; line ends belong to the block before
//!   them but not to its content.
//! - Every block starts on a grapheme boundary; where it starts depends on the text alone, so that
//!   a jump into the middle of a huge paragraph costs no more than a jump elsewhere.

use crate::text::{Offset, Range, Text, Unit};

/// The longest content of a block in bytes. Longer lines are cut at a sentence, a space or at
/// least a grapheme; the cut shows as a row that ends early.
const LIMIT: usize = 4096;

/// What a line may end with; `\r\n` is one end. The same as for [`Text::n_lines`].
const LINE_ENDS: [char; 5] = ['\r', '\n', '\u{85}', '\u{2028}', '\u{2029}'];

/// How far a search for a grapheme boundary goes: no real cluster is longer.
const LONGEST_GRAPHEME: usize = 64;

/// A piece of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// Its first byte.
    pub(super) start: u32,
    /// The byte after its content, before any line end.
    pub(super) end: u32,
    /// Roughly how wide it is on one row, in half ems.
    pub(super) units: u32,
    /// The line it is part of, from 0.
    pub(super) line: u32,
    /// True if it is the first of its line.
    pub(super) starts_line: bool,
    /// True if it is the last of its line.
    pub(super) ends_line: bool,
}

/// All blocks of a text, or of a passage in it.
#[derive(Clone, Debug)]
pub(super) struct BlockTable {
    text: Text,
    /// Where the last block ends, with its line end.
    end: Offset,
    blocks: Vec<Block>,
}

impl BlockTable {
    /// Cuts a text. An empty text has one empty block.
    pub(super) fn new(text: &Text) -> BlockTable {
        BlockTable::of_lines(text, 0..text.n_lines(), Offset::START, text.end())
    }

    /// Cuts a passage, as if nothing were before and after it.
    pub(super) fn of_passage(text: &Text, passage: Range) -> BlockTable {
        // A passage that ends with a line end has no empty line after it.
        let last = text.line_of(text.previous(passage.end(), Unit::Grapheme));
        let lines = text.line_of(passage.start())..last + 1;
        BlockTable::of_lines(text, lines, passage.start(), passage.end())
    }

    fn of_lines(text: &Text, lines: std::ops::Range<usize>, from: Offset, to: Offset) -> BlockTable {
        let mut blocks = Vec::with_capacity(lines.len());
        for line in lines {
            let first = text.line_start(line).max(from).byte();
            let next = text.line_start(line + 1).min(to).byte();
            let end = first + text.as_str()[first..next].trim_end_matches(LINE_ENDS).len();
            let mut start = first;
            loop {
                let cut = if end - start > LIMIT { cut(text, start) } else { end };
                blocks.push(Block {
                    start: start as u32,
                    end: cut as u32,
                    units: units(&text.as_str()[start..cut]),
                    line: line as u32,
                    starts_line: start == first,
                    ends_line: cut == end,
                });
                if cut == end {
                    break;
                }
                start = cut;
            }
        }
        BlockTable { text: text.clone(), end: to, blocks }
    }

    /// True if it was made from this very text.
    pub(super) fn is_of(&self, text: &Text) -> bool {
        self.text.is_same(text)
    }

    /// How many there are: at least one.
    pub(super) fn len(&self) -> usize {
        self.blocks.len()
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Block> {
        self.blocks.iter()
    }

    /// One of them; the last for a number that is too high.
    pub(super) fn get(&self, block: usize) -> Block {
        self.blocks[block.min(self.blocks.len() - 1)]
    }

    /// What is laid out: the block's characters without a line end.
    pub(super) fn content(&self, block: usize) -> &str {
        let block = self.get(block);
        &self.text.as_str()[block.start as usize..block.end as usize]
    }

    /// What ends the line of a block that ends one; empty at the text's end.
    pub(super) fn line_end(&self, block: usize) -> &str {
        let next = self.blocks.get(block + 1).map_or(self.end.byte(), |it| it.start as usize);
        &self.text.as_str()[self.get(block).end as usize..next]
    }

    /// The characters of a block with its line end; nothing for the empty last line.
    pub(super) fn range(&self, block: usize) -> Option<Range> {
        let next = self.blocks.get(block + 1).map_or(self.end, |it| Offset::new(it.start as usize));
        Range::new(Offset::new(self.get(block).start as usize), next)
    }

    /// `offset`, or where the grapheme starts that it stands in. Blocks and rows hold whole
    /// graphemes, but for those of thousands of marks and those of two writing directions.
    pub(super) fn nearest_place(&self, offset: Offset) -> Offset {
        self.text.nearest_grapheme(offset)
    }

    /// The grapheme of a block's content that holds the character after `offset`; the empty stretch
    /// there at the content's end.
    pub(super) fn grapheme(&self, block: usize, offset: Offset) -> (Offset, Offset) {
        let end = Offset::new(self.get(block).end as usize);
        let rest = Range::new(offset, end).and_then(|rest| self.text.graphemes(rest).next());
        rest.map_or((offset, offset), |it| (it.start(), it.end()))
    }

    /// The block in which a caret before the character at `offset` stands.
    pub(super) fn of(&self, offset: Offset) -> usize {
        self.blocks.partition_point(|it| it.start as usize <= offset.byte()).saturating_sub(1)
    }
}

/// Where a line that goes on for more than [`LIMIT`] from `start` is cut.
fn cut(text: &Text, start: usize) -> usize {
    let string = text.as_str();
    let end = floor_boundary(string, start + LIMIT);
    let half = floor_boundary(string, start + LIMIT / 2);
    let (mut space, mut sentence) = (None, None);
    let mut previous = ' ';
    for (i, character) in string[half..end].char_indices() {
        if previous.is_whitespace() && !character.is_whitespace() && i > 0 {
            space = Some(half + i);
        }
        let ends_sentence = matches!(previous, '。' | '！' | '？' | '।' | '．');
        if ends_sentence && !character.is_whitespace() {
            sentence = Some(half + i);
        }
        if space == Some(half + i) {
            let before = string[half..half + i].trim_end();
            if before.trim_end_matches(['"', '”', '’', '»', ')']).ends_with(['.', '!', '?', '؟', '۔', '…'])
            {
                sentence = space;
            }
        }
        previous = character;
    }
    sentence.into_iter().chain(space).find(|&at| is_grapheme(text, at)).unwrap_or_else(|| {
        let graphemes = string[half..end].char_indices().rev().take(LONGEST_GRAPHEME);
        graphemes.map(|(i, _)| half + i).find(|&at| at > start && is_grapheme(text, at)).unwrap_or(end)
    })
}

fn is_grapheme(text: &Text, byte: usize) -> bool {
    text.is_grapheme_boundary(Offset::new(byte))
}

fn floor_boundary(string: &str, byte: usize) -> usize {
    (0..=byte.min(string.len())).rev().find(|&at| string.is_char_boundary(at)).unwrap_or(0)
}

/// A guess that needs no font: East Asian characters are twice as wide, combining marks nothing.
fn units(content: &str) -> u32 {
    // Characters that are not one unit wide begin at U+0300, with a first byte of at least 0xCC.
    let others = content.bytes().enumerate().filter(|(_, byte)| *byte >= 0xcc);
    let more: i64 = others.map(|(i, _)| content[i..].chars().next().map_or(1, width) - 1).sum();
    (content.chars().count() as i64 + more) as u32
}

fn width(character: char) -> i64 {
    match character {
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{fe00}'..='\u{fe0f}' => 0,
        '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}' => 2,
        '\u{ff00}'..='\u{ff60}' | '\u{1f000}'..='\u{3ffff}' => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn table(string: &str) -> BlockTable {
        BlockTable::new(&Text::new(string))
    }

    #[test]
    fn an_empty_text_has_one_empty_block() {
        let table = table("");
        assert_eq!(table.len(), 1);
        assert_eq!(table.content(0), "");
        assert_eq!(table.range(0), None);
    }

    #[test]
    fn line_ends_of_all_kinds_are_no_content() {
        let table = table("a\nb\r\nc\rd\u{2028}e\u{2029}f\u{85}");
        let contents: Vec<&str> = (0..table.len()).map(|block| table.content(block)).collect();
        assert_eq!(contents, ["a", "b", "c", "d", "e", "f", ""]);
        assert!(table.iter().all(|block| block.starts_line && block.ends_line));
    }

    #[test]
    fn widths_are_guessed_by_character() {
        assert_eq!(units("Kyiv ę\u{301}\u{323}, 首相 👍\u{fe0f} Київ"), 5 + 1 + 2 + 4 + 1 + 2 + 1 + 4);
    }

    #[test]
    fn a_long_line_is_cut_after_a_sentence() {
        let sentence = "Kyiv meminta artileri berat. ";
        let table = table(&sentence.repeat(400));
        assert!(table.len() > 1);
        for block in 1..table.len() {
            assert!(table.content(block).starts_with("Kyiv"), "block {block}");
        }
    }

    #[test]
    fn a_line_without_spaces_is_cut_too() {
        let table = table(&"กำ".repeat(5000));
        assert!(table.iter().all(|block| (block.end - block.start) as usize <= LIMIT));
    }

    proptest! {
        #[test]
        fn blocks_cover_the_text(
            pieces in prop::collection::vec("[a-z .。ก้ำé\u{1f1ee}\u{1f1e9}\r\n]{0,40}", 0..12),
            times in 1usize..60,
        ) {
            let string = pieces.concat().repeat(times);
            let table = table(&string);
            let mut at = 0;
            for block in 0..table.len() {
                prop_assert_eq!(table.get(block).start as usize, at);
                let content = table.content(block);
                prop_assert!(content.len() <= LIMIT && !content.contains(['\r', '\n']));
                at = table.range(block).map_or(at, |range| range.end().byte());
                let start = Offset::new(table.get(block).start as usize);
                prop_assert_eq!(table.of(start), block);
            }
            prop_assert_eq!(at, string.len());
        }
    }
}
