//! Where graphemes, words, sentences and paragraphs begin and end.
//!
//! Invariants:
//! - A question about one offset looks at a window around it, never at the whole text: it walks
//!   back to a *cut*, a place where the rules certainly break whatever stands before, and segments
//!   forward from there. So an article of one huge paragraph costs what a short one does.
//! - The answer is that of the whole text, with one exception: a stretch without a cut that is
//!   longer than [`LONGEST_WORDS`] or [`LONGEST_SENTENCE`] (Thai without a space, a file of base64,
//!   prose without a full stop) is divided at places that depend on the text alone.
//! - A paragraph end is a boundary of every unit, so no window reaches over one.
//! - Every boundary is one between graphemes; where the rules for words or sentences break within
//!   one (before the Thai vowel AM, say), its end counts.

use std::ops;
use std::sync::LazyLock;

use icu_segmenter::options::{SentenceBreakInvariantOptions, WordBreakInvariantOptions};
use icu_segmenter::{
    GraphemeClusterSegmenter, GraphemeClusterSegmenterBorrowed, SentenceSegmenter, SentenceSegmenterBorrowed,
    WordSegmenter, WordSegmenterBorrowed,
};

use super::{Offset, Range, Text};

/// What a caret steps over and a selection snaps to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// A user-perceived character (extended grapheme cluster).
    Grapheme,
    /// A word.
    Word,
    /// A sentence.
    Sentence,
    /// A line of the file, which in running text is a paragraph.
    Paragraph,
    /// The whole text.
    Article,
}

/// Bytes without a cut between words after which they are divided: far more than any language has
/// between two spaces or marks, and read by the dictionaries within a millisecond.
const LONGEST_WORDS: usize = 4 * 1024;

/// Bytes without a certain start of a sentence after which sentences are divided.
const LONGEST_SENTENCE: usize = 32 * 1024;

/// Characters after which a word always ends and that join nothing (Word_Break is Other or
/// WSegSpace), frequent enough that every script has one near. Left out are the marks that join
/// what stands on both sides of them: full stop, comma, colon, apostrophe, straight double quote.
const SEPARATORS: &[char] = &[
    ' ', '\t', '\u{3000}', '-', '–', '—', '/', '|', '!', '?', '(', ')', '[', ']', '“', '”', '«', '»', '…',
    '。', '、', '！', '？', '「', '」', '『', '』', '（', '）', '《', '》', '،', '؟', '।',
];

static GRAPHEMES: GraphemeClusterSegmenterBorrowed<'static> = GraphemeClusterSegmenter::new();

static SENTENCES: LazyLock<SentenceSegmenterBorrowed<'static>> =
    LazyLock::new(|| SentenceSegmenter::new(SentenceBreakInvariantOptions::default()));

/// Dictionaries and not the neural models, which are slower and cut Thai names such as สหรัฐฯ apart.
static WORDS: LazyLock<WordSegmenterBorrowed<'static>> =
    LazyLock::new(|| WordSegmenter::new_dictionary(WordBreakInvariantOptions::default()));

impl Text {
    /// Where a caret steps to the left: the start of the unit before `offset`, passing over white
    /// space, and for words over punctuation too. The start of the text if there is none.
    pub fn previous(&self, offset: Offset, unit: Unit) -> Offset {
        let before = &self.as_str()[..self.own(offset).byte()];
        let found = match unit {
            Unit::Article => None,
            Unit::Grapheme => before.char_indices().next_back(),
            _ => before.char_indices().rfind(|&(_, character)| is_content(character, unit)),
        };
        found.map_or(Offset::START, |(byte, _)| Offset::new(self.segment_at(byte, unit).start))
    }

    /// Where a caret steps to the right: the end of the grapheme or of the next word, passing over
    /// what stands before it; the start of the next sentence or paragraph. The end of the text if
    /// there is none.
    pub fn next(&self, offset: Offset, unit: Unit) -> Offset {
        let offset = self.own(offset);
        if offset == self.end() || unit == Unit::Article {
            return self.end();
        }
        let from = match unit {
            Unit::Word => offset.byte(),
            _ => self.segment_at(offset.byte(), unit).end,
        };
        if unit == Unit::Grapheme {
            return Offset::new(from);
        }
        let found = self.as_str()[from..].char_indices().find(|&(_, character)| is_content(character, unit));
        found.map_or(self.end(), |(byte, _)| {
            let segment = self.segment_at(from + byte, unit);
            Offset::new(if unit == Unit::Word { segment.end } else { segment.start })
        })
    }

    /// The unit that holds the character after `offset`, or at the very end the last one; nothing
    /// in an empty text. For words that is a word, a run of white space or one mark; sentences and
    /// paragraphs hold the white space and the line end after them.
    pub fn unit_at(&self, offset: Offset, unit: Unit) -> Option<Range> {
        let offset = if offset < self.end() { self.own(offset) } else { self.before(self.end())? };
        let segment = self.segment_at(offset.byte(), unit);
        Range::new(Offset::new(segment.start), Offset::new(segment.end))
    }

    /// Where words, runs of white space and marks begin and end, in order: the same places as by
    /// [`Text::unit_at`] again and again, but in one pass, and there may be more of them in white
    /// space.
    pub fn word_boundaries(&self) -> impl Iterator<Item = Offset> + '_ {
        let bytes = self.as_str().as_bytes();
        WORDS.segment_str(self.as_str()).map(|byte| {
            let is_ascii = |at: usize| bytes.get(at).is_none_or(u8::is_ascii);
            let is_certain = is_ascii(byte) && is_ascii(byte.wrapping_sub(1));
            Offset::new(if is_certain { byte } else { self.grapheme_end(byte) })
        })
    }

    /// Where sentences begin and end, in order: the same places as by [`Text::unit_at`] again and
    /// again, but in one pass.
    pub fn sentence_boundaries(&self) -> impl Iterator<Item = Offset> + '_ {
        SENTENCES.segment_str(self.as_str()).map(|byte| Offset::new(self.grapheme_end(byte)))
    }

    /// True if a unit starts or ends at `offset`.
    pub fn is_boundary(&self, offset: Offset, unit: Unit) -> bool {
        offset >= self.end() || self.segment_at(self.own(offset).byte(), unit).start == offset.byte()
    }

    /// True if a grapheme starts or ends at `offset`.
    pub fn is_grapheme_boundary(&self, offset: Offset) -> bool {
        let byte = offset.byte();
        match self.as_str().as_bytes().get(byte.wrapping_sub(1)..).unwrap_or_default() {
            // Of the pairs in ASCII, only the line end is one.
            [before, after, ..] if before.is_ascii() && after.is_ascii() => [*before, *after] != *b"\r\n",
            _ => self.is_boundary(offset, Unit::Grapheme),
        }
    }

    /// `offset`, or where the grapheme starts that it stands in.
    pub fn nearest_grapheme(&self, offset: Offset) -> Offset {
        if offset >= self.end() {
            return self.end();
        }
        Offset::new(self.segment_at(self.own(offset).byte(), Unit::Grapheme).start)
    }

    /// The graphemes of which `range` holds a part, in order.
    pub fn graphemes(&self, range: Range) -> impl Iterator<Item = Range> + '_ {
        let start = self.nearest_grapheme(range.start());
        let mut boundaries = GRAPHEMES.segment_str(&self.as_str()[start.byte()..]).skip(1);
        let mut from = start;
        std::iter::from_fn(move || {
            if from >= range.end() {
                return None;
            }
            let to = Offset::new(start.byte() + boundaries.next()?);
            let grapheme = Range::new(from, to)?;
            from = to;
            Some(grapheme)
        })
    }

    /// The position before the character that ends at `offset`.
    pub(super) fn before(&self, offset: Offset) -> Option<Offset> {
        let (byte, _) = self.as_str()[..self.own(offset).byte()].char_indices().next_back()?;
        Some(Offset::new(byte))
    }

    /// `offset`, or the nearest before it that belongs to this text: a caret that was left in
    /// another article must not bring the program down.
    pub(super) fn own(&self, offset: Offset) -> Offset {
        Offset::new(self.as_str().floor_char_boundary(offset.byte()))
    }

    /// The bytes of the unit that holds the character at `byte`, which lies before the end.
    fn segment_at(&self, byte: usize, unit: Unit) -> ops::Range<usize> {
        let string = self.as_str();
        let line = self.line_of(Offset::new(byte));
        let line = self.line_start(line).byte()..self.line_start(line + 1).byte();
        match unit {
            Unit::Article => 0..string.len(),
            Unit::Paragraph => line,
            Unit::Sentence => {
                let grapheme = self.segment_at(byte, Unit::Grapheme);
                let window = self.window(line, &grapheme, LONGEST_SENTENCE, is_sentence_cut);
                let boundaries = SENTENCES.segment_str(&string[window.clone()]);
                self.in_graphemes(around(window.start, grapheme.start, boundaries))
            }
            Unit::Word => self.word_or_space_at(byte, line),
            Unit::Grapheme => {
                let start = self.cut(line.start, line.start, byte, is_grapheme_cut).unwrap_or(line.start);
                around(start, byte, GRAPHEMES.segment_str(&string[start..line.end]))
            }
        }
    }

    /// The word, the run of white space or the mark around a byte, in whole graphemes: the rules
    /// alone would part a space from a combining mark on it.
    fn word_or_space_at(&self, byte: usize, line: ops::Range<usize>) -> ops::Range<usize> {
        let string = self.as_str();
        let grapheme = self.segment_at(byte, Unit::Grapheme);
        if is_space(&string[grapheme.clone()]) {
            let start = string[..grapheme.start].trim_end().len();
            let rest = &string[grapheme.end..];
            let end = grapheme.end + (rest.len() - rest.trim_start().len());
            return self.grapheme_end(start)..self.nearest_grapheme(Offset::new(end)).byte();
        }
        let window = self.window(line, &grapheme, LONGEST_WORDS, is_word_cut);
        let boundaries = WORDS.segment_str(&string[window.clone()]);
        let segment = self.in_graphemes(around(window.start, grapheme.start, boundaries));
        self.without_space(segment, grapheme.start)
    }

    /// The part of a segment around `byte` that holds no white space: the rules join a narrow
    /// no-break space to the words beside it, and spaces to a combining mark on the last of them.
    fn without_space(&self, segment: ops::Range<usize>, byte: usize) -> ops::Range<usize> {
        let string = self.as_str();
        let mut part = segment.clone();
        if string[segment.clone()].contains(char::is_whitespace)
            && let Some(range) = Range::new(Offset::new(segment.start), Offset::new(segment.end))
        {
            for grapheme in self.graphemes(range).filter(|&it| is_space(self.slice(it))) {
                if grapheme.start().byte() > byte {
                    part.end = grapheme.start().byte();
                    break;
                }
                part.start = grapheme.end().byte();
            }
        }
        part
    }

    /// `byte`, or where the grapheme ends that it stands in.
    fn grapheme_end(&self, byte: usize) -> usize {
        if byte == self.as_str().len() {
            return byte;
        }
        let grapheme = self.segment_at(byte, Unit::Grapheme);
        if grapheme.start < byte { grapheme.end } else { byte }
    }

    fn in_graphemes(&self, segment: ops::Range<usize>) -> ops::Range<usize> {
        self.grapheme_end(segment.start)..self.grapheme_end(segment.end)
    }

    /// What has to be segmented to know the unit around a grapheme of `line`: from the last cut on,
    /// and past the next one.
    ///
    /// The line is thought of as blocks of `longest` bytes. Where a whole block holds no cut, the
    /// next one starts with one. So nothing is further away than two blocks, and every offset of a
    /// stretch gets the same answer.
    fn window(
        &self,
        line: ops::Range<usize>,
        grapheme: &ops::Range<usize>,
        longest: usize,
        is_cut: impl Fn(&str, char) -> bool,
    ) -> ops::Range<usize> {
        let byte = grapheme.start;
        let block = |n: usize| match self.as_str().floor_char_boundary(line.start + n * longest) {
            start if n == 0 || start >= line.end => start.min(line.end),
            start => self.nearest_grapheme(Offset::new(start)).byte(),
        };
        let n = (byte - line.start) / longest;
        let n = if block(n + 1) <= byte { n + 1 } else { n };
        let here = self.cut(line.start, block(n), byte, &is_cut);
        let before = || {
            let last = self.before(Offset::new(block(n)))?;
            self.cut(line.start, block(n.checked_sub(1)?), last.byte(), &is_cut)
        };
        let (start, end) = match here {
            Some(cut) => (cut, block(n + 2)),
            None => (before().unwrap_or(block(n)), block(n + 1)),
        };
        // A letter may carry more marks than a block has room for.
        start..end.max(grapheme.end)
    }

    /// The last place from `first` to `byte` where the line starts or `is_cut` holds between what
    /// stands before in the line and the character after.
    fn cut(
        &self,
        line: usize,
        first: usize,
        byte: usize,
        is_cut: impl Fn(&str, char) -> bool,
    ) -> Option<usize> {
        let line_text = &self.as_str()[line..];
        let after = line_text[byte - line..].chars().next().map_or(0, char::len_utf8);
        let places = line_text[..byte - line + after].char_indices().rev();
        places
            .take_while(|&(at, _)| line + at >= first)
            .find(|&(at, character)| at == 0 || is_cut(&line_text[..at], character))
            .map(|(at, _)| line + at)
    }
}

/// True for the characters that a caret does not pass over on its way to the next unit.
fn is_content(character: char, unit: Unit) -> bool {
    if unit == Unit::Word { is_word_character(character) } else { !character.is_whitespace() }
}

/// True if there is nothing but white space.
fn is_space(string: &str) -> bool {
    string.chars().all(char::is_whitespace)
}

/// True for what words are made of, pictures such as flags among them.
pub(super) fn is_word_character(character: char) -> bool {
    character.is_alphanumeric()
        || matches!(character, '\u{2600}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

/// The two neighbours among `boundaries`, counted from `start`, between which `byte` lies.
fn around(start: usize, byte: usize, boundaries: impl Iterator<Item = usize>) -> ops::Range<usize> {
    let mut from = start;
    let mut to = start;
    for boundary in boundaries {
        from = to;
        to = start + boundary;
        if to > byte {
            break;
        }
    }
    from..to
}

/// Breaks between graphemes depend on what stands before their two neighbours only if the left one
/// extends a grapheme, joins one or is half a flag. It is none of these if it stands alone between
/// a letter and the right one.
fn is_grapheme_cut(before: &str, after: char) -> bool {
    let Some(last) = before.chars().next_back() else { return true };
    if last.is_ascii() && after.is_ascii() {
        return last != '\r';
    }
    let probe: String = ['x', last, after].into_iter().collect();
    GRAPHEMES.segment_str(&probe).count() == 4
}

fn is_word_cut(before: &str, after: char) -> bool {
    let Some(last) = before.chars().next_back() else { return true };
    if !SEPARATORS.contains(&last) {
        return false;
    }
    let probe: String = [last, after].into_iter().collect();
    WORDS.segment_str(&probe).count() == 3
}

/// A sentence certainly starts with a letter after a full stop and a space, or after a mark that
/// ends nothing but sentences, if the rules say so of these characters alone.
fn is_sentence_cut(before: &str, after: char) -> bool {
    if !after.is_alphabetic() {
        return false;
    }
    let stop = before.trim_end();
    let has_space = stop.len() < before.len();
    let Some(mark) = stop.chars().next_back() else { return before.is_empty() };
    let may_end = match mark {
        '.' => has_space,
        '!' | '?' | '。' | '！' | '？' | '؟' | '।' => true,
        _ => false,
    };
    if !may_end {
        return false;
    }
    let mut probe = before[stop.len() - mark.len_utf8()..].to_owned();
    let start = probe.len();
    probe.push(after);
    SENTENCES.segment_str(&probe).any(|boundary| boundary == start)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text with `|` between its units.
    fn divided(string: &str, unit: Unit) -> String {
        let text = Text::new(string);
        let mut units = Vec::new();
        let mut at = Offset::START;
        while at < text.end() {
            let range = text.unit_at(at, unit).expect("the text is not empty");
            assert_eq!(range.start(), at, "units follow each other in {string:?}");
            assert!(text.is_boundary(at, unit));
            units.push(text.slice(range));
            at = range.end();
        }
        units.join("|")
    }

    #[test]
    fn a_text_falls_into_units() {
        // One line a case: the text with `|` between its units.
        let cases: &[(Unit, &[&str])] = &[
            (
                Unit::Grapheme,
                &[
                    "a|b|🇺🇦|🇷🇺",
                    "e\u{308}|x",
                    "👨\u{200d}👩\u{200d}👧\u{200d}👦|a",
                    "👍🏽|⚔\u{fe0f}",
                    "x|\r\n|y",
                    "क्षि|म",
                    "\u{1112}\u{1161}\u{11ab}|\u{1100}\u{116e}\u{11a8}|은",
                ],
            ),
            (
                Unit::Word,
                &[
                    "Rusia|-|Ukraina| |(|AS|)|.",
                    "Lambrecht's|  |x",
                    "siap|.|\n \t\n|“|Tidak|,|”",
                    "รัสเซีย|\u{200b}|โจมตี",
                    "รัฐมนตรี|กลาโหม|สหรัฐฯ|กล่าว|ว่า|รัสเซีย|แพ้",
                    "ប្រទេស|កម្ពុជា",
                    "他說|：|「|總統",
                    "Ameri\u{ad}ka| |Seri\u{ad}kat",
                    "🇺🇦| |membalas",
                    "a| | \u{308}|b",
                    "«|\u{202f}|Nous|\u{202f}|livrons",
                ],
            ),
            (
                Unit::Sentence,
                &["Kyiv diserang. |Rusia diam! |“Ya,” katanya.\n|Tiga.", "坦克已到。|他說。", "a.m. b"],
            ),
            (Unit::Paragraph, &["AS\r|Rusia\n|Jerman\u{2028}|Turki\u{85}|Kyiv\r\n|\r\n|x"]),
            (Unit::Article, &["AS.\nRusia."]),
        ];
        for (unit, texts) in cases {
            for expected in *texts {
                assert_eq!(divided(&expected.replace('|', ""), *unit), *expected);
            }
        }
    }

    #[test]
    fn a_caret_stops_where_editors_stop() {
        // All stops of a caret that walks through the text, in bytes.
        let walk = |string: &str, unit| {
            let text = Text::new(string);
            let (mut right, mut left) = (vec![], vec![]);
            let mut at = Offset::START;
            while at < text.end() {
                at = text.next(at, unit);
                right.push(at.byte());
            }
            while at > Offset::START {
                at = text.previous(at, unit);
                left.push(at.byte());
            }
            (right, left)
        };
        assert_eq!(walk("ab (cd), ef.", Unit::Word), (vec![2, 6, 11, 12], vec![9, 4, 0]));
        assert_eq!(walk("A b. C d.\n\nE.", Unit::Sentence), (vec![5, 11, 13], vec![11, 5, 0]));
        assert_eq!(walk("A b. C d.\n\nE.", Unit::Paragraph), (vec![11, 13], vec![11, 0]));
        assert_eq!(walk("e\u{308}🇺🇦\r\n", Unit::Grapheme), (vec![3, 11, 13], vec![11, 3, 0]));
        assert_eq!(walk("A.\nB.", Unit::Article), (vec![5], vec![0]));
    }

    #[test]
    fn graphemes_of_a_range() {
        let text = Text::new("xe\u{308}\r\ny");
        let all: Vec<&str> =
            text.graphemes(text.whole().expect("not empty")).map(|it| text.slice(it)).collect();
        assert_eq!(all, ["x", "e\u{308}", "\r\n", "y"]);
        let part = Range::new(Offset::new(2), Offset::new(5)).expect("not empty");
        let some: Vec<&str> = text.graphemes(part).map(|it| text.slice(it)).collect();
        assert_eq!(some, ["e\u{308}", "\r\n"], "those of which the range holds a part");
    }

    #[test]
    fn an_empty_text_has_no_units() {
        let text = Text::new("");
        for unit in [Unit::Grapheme, Unit::Word, Unit::Sentence, Unit::Paragraph, Unit::Article] {
            assert_eq!(text.unit_at(Offset::START, unit), None);
            assert_eq!(text.next(Offset::START, unit), Offset::START);
            assert_eq!(text.previous(Offset::START, unit), Offset::START);
            assert!(text.is_boundary(Offset::START, unit));
        }
    }

    /// Ten megabytes in one paragraph: were the whole text segmented for each question, this would
    /// take minutes.
    #[test]
    fn a_huge_paragraph_costs_what_a_short_one_does() {
        let words = "Kyiv diserang lagi, kata Austin. Rusia diam. ";
        let thai = "รัฐมนตรีกลาโหมสหรัฐฯกล่าวว่ารัสเซียแพ้";
        let chinese = "坦克已到，總統告訴我。";
        let letters = "a";
        let prose = "kata Rusia diam lagi ";
        for part in [words, chinese, thai, letters, prose] {
            let text = Text::new(part.repeat((10 << 20) / part.len()));
            let step = text.as_str().len() / 10;
            for n in 0..10 {
                let offset = text.nearest_grapheme(Offset::new(text.as_str().floor_char_boundary(n * step)));
                for (unit, longest) in [
                    (Unit::Grapheme, 8),
                    (Unit::Word, 2 * LONGEST_WORDS),
                    (Unit::Sentence, 2 * LONGEST_SENTENCE),
                ] {
                    let range = text.unit_at(offset, unit).expect("not empty");
                    assert!(range.contains(offset) && range.n_bytes() <= longest);
                    assert!(text.next(offset, unit) > offset);
                }
            }
        }
    }

    #[test]
    fn a_long_stretch_is_divided_alike_from_everywhere() {
        let thai = "รัสเซียแพ้".repeat(3 * LONGEST_WORDS / 30);
        // With a cut in the first, second and third block, and none elsewhere.
        for n in [0, LONGEST_WORDS / 2, LONGEST_WORDS * 3 / 2, LONGEST_WORDS * 5 / 2] {
            let n = thai.floor_char_boundary(n);
            let text = Text::new(format!("{} {}", &thai[..n], &thai[n..]));
            let mut at = Offset::START;
            while at < text.end() {
                let word = text.unit_at(at, Unit::Word).expect("not empty");
                assert_eq!(word.start(), at);
                for grapheme in text.graphemes(word) {
                    assert_eq!(text.unit_at(grapheme.start(), Unit::Word), Some(word));
                }
                at = word.end();
            }
        }
    }

    #[test]
    fn a_letter_may_carry_any_number_of_marks() {
        let text = Text::new(format!("ab{} c", "\u{301}".repeat(5 * LONGEST_WORDS)));
        for unit in [Unit::Grapheme, Unit::Word, Unit::Sentence] {
            let mut at = Offset::START;
            let mut n_steps = 0;
            while at < text.end() && n_steps < 5 {
                at = text.next(at, unit);
                n_steps += 1;
            }
            assert_eq!(at, text.end(), "{unit:?} gets past the marks");
        }
    }
}
