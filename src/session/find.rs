//! Searching a text: from what a person typed to the ranges where it stands.
//!
//! Plain queries are patterns, too. They find what a reader would call the same text:
//! - any white space for a space, a line end among it, as the words of a phrase may be wrapped;
//! - composed and decomposed letters for each other (canonical equivalence, Unicode Annex 15), as
//!   no reader can tell them apart;
//! - unless asked not to, small letters for capitals (simple case folding, Unicode Standard 3.13).
//!
//! Regular expressions find characters as they stand. `^` and `$` are ends of lines.
//!
//! Invariants:
//! - A match starts and ends between graphemes: one that ends within a grapheme holds all of it,
//!   so that a Hindi stem is found with the vowel sign on its last letter, and whatever is found
//!   can be annotated.
//! - Matches do not overlap, stand in order and are never empty.

use std::sync::atomic::{AtomicU64, Ordering};

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use regex::{Regex, RegexBuilder};
use regex_syntax::ParserBuilder;

use crate::text::{Offset, Range, Text, Unit};

/// What to search for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// The text or the regular expression.
    pub pattern: String,
    /// True to tell small letters from capitals.
    pub matches_case: bool,
    /// True to find only what starts and ends where words do.
    pub is_whole_words: bool,
    /// True if the pattern is a regular expression.
    pub is_regex: bool,
}

/// Why a query cannot be searched for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// It is no regular expression.
    #[error("{reason}, at character {column} of the pattern")]
    Syntax {
        /// What is wrong.
        reason: String,
        /// Where, in characters from 1.
        column: usize,
    },
    /// What it says is too long when written out.
    #[error("this pattern is too large: repeat less often, or search for less at once")]
    TooLarge,
}

/// A query that is ready to be searched for.
#[derive(Clone, Debug)]
pub struct Finder {
    regex: Regex,
    is_whole_words: bool,
}

/// Where a query was found.
#[derive(Clone, Debug, Default)]
pub struct Matches {
    ranges: Vec<Range>,
    is_cut: bool,
    version: u64,
}

/// How large a pattern may become, in bytes. What people write by hand takes a hundredth.
const LARGEST_PATTERN: usize = 2 << 20;

/// Tells any two [`Matches`] apart, so that caches need no comparison.
static NEXT_VERSION: AtomicU64 = AtomicU64::new(1);

impl Query {
    /// True if there is nothing to search for.
    pub fn is_empty(&self) -> bool {
        self.pattern.is_empty()
    }

    /// Makes it ready.
    ///
    /// # Errors
    /// If it is no regular expression, or too large a one.
    pub fn compile(&self) -> Result<Finder, QueryError> {
        let pattern = if self.is_regex { self.pattern.clone() } else { plain(&self.pattern) };
        let ignores_case = !self.matches_case;
        let mut parser = ParserBuilder::new();
        parser.case_insensitive(ignores_case).multi_line(true).crlf(true);
        parser.build().parse(&pattern).map_err(|error| syntax_error(&error))?;
        let regex = RegexBuilder::new(&pattern)
            .case_insensitive(ignores_case)
            .multi_line(true)
            .crlf(true)
            .size_limit(LARGEST_PATTERN)
            .build()
            .map_err(|_| QueryError::TooLarge)?;
        Ok(Finder { regex, is_whole_words: self.is_whole_words })
    }
}

fn syntax_error(error: &regex_syntax::Error) -> QueryError {
    let (reason, pattern, span) = match error {
        regex_syntax::Error::Parse(error) => (error.kind().to_string(), error.pattern(), error.span()),
        regex_syntax::Error::Translate(error) => (error.kind().to_string(), error.pattern(), error.span()),
        other => (other.to_string(), "", &regex_syntax::ast::Span::splat(start_of_pattern())),
    };
    let before = pattern.get(..span.start.offset).unwrap_or_default();
    QueryError::Syntax { reason, column: before.chars().count() + 1 }
}

fn start_of_pattern() -> regex_syntax::ast::Position {
    regex_syntax::ast::Position::new(0, 1, 1)
}

/// The pattern that finds a text however it is wrapped and encoded.
fn plain(typed: &str) -> String {
    let (composer, decomposer) =
        (ComposingNormalizerBorrowed::new_nfc(), DecomposingNormalizerBorrowed::new_nfd());
    let text = Text::new(typed);
    let mut pattern = String::new();
    let mut is_space = false;
    for grapheme in text.whole().iter().flat_map(|&whole| text.graphemes(whole)) {
        let typed = text.slice(grapheme);
        let was_space = is_space;
        is_space = typed.chars().all(char::is_whitespace);
        if is_space {
            pattern.push_str(if was_space { "" } else { r"\s+" });
            continue;
        }
        let forms = [typed, &composer.normalize(typed), &decomposer.normalize(typed)].map(regex::escape);
        let [typed, composed, decomposed] = &forms;
        if composed == decomposed && typed == composed {
            pattern.push_str(typed);
        } else {
            pattern.push_str(&format!("(?:{})", forms.join("|")));
        }
    }
    pattern
}

impl Finder {
    /// Searches a whole text. `is_stopped` is asked between matches; once it says yes, nothing
    /// comes back.
    pub fn find(&self, text: &Text, is_stopped: impl Fn() -> bool) -> Option<Matches> {
        let mut ranges: Vec<Range> = Vec::new();
        let mut is_cut = false;
        for found in self.regex.find_iter(text.as_str()) {
            if is_stopped() {
                return None;
            }
            let Some(range) = Range::new(Offset::new(found.start()), Offset::new(found.end())) else {
                continue;
            };
            let Some(range) = whole_graphemes(text, range) else { continue };
            let is_new = ranges.last().is_none_or(|last| last.end() <= range.start());
            if !is_new || (self.is_whole_words && !is_whole_word(text, range)) {
                continue;
            }
            if ranges.len() == Matches::MOST {
                is_cut = true;
                break;
            }
            ranges.push(range);
        }
        Some(Matches { ranges, is_cut, version: NEXT_VERSION.fetch_add(1, Ordering::Relaxed) })
    }
}

/// The range with the whole of the graphemes at its ends.
fn whole_graphemes(text: &Text, range: Range) -> Option<Range> {
    let start = text.nearest_grapheme(range.start());
    let end = range.end();
    if text.is_grapheme_boundary(end) {
        return Range::new(start, end);
    }
    Range::new(start, text.unit_at(end, Unit::Grapheme)?.end())
}

fn is_whole_word(text: &Text, range: Range) -> bool {
    is_word_edge(text, range.start()) && is_word_edge(text, range.end())
}

/// True where a word may start or end. Most places are plain to see; the others cost a look at the
/// stretch around them.
fn is_word_edge(text: &Text, offset: Offset) -> bool {
    let (before, after) = text.as_str().split_at(offset.byte());
    match (before.chars().next_back(), after.chars().next()) {
        (Some(before), Some(after)) if before.is_whitespace() || after.is_whitespace() => true,
        (Some(before), Some(after)) if before.is_ascii_alphanumeric() && after.is_ascii_alphanumeric() => {
            false
        }
        (Some(_), Some(_)) => text.is_boundary(offset, Unit::Word),
        _ => true,
    }
}

impl Matches {
    /// The most that are listed: more than anybody walks through, and no burden on memory.
    pub const MOST: usize = 100_000;

    /// Where, in order.
    pub fn ranges(&self) -> &[Range] {
        &self.ranges
    }

    /// True if the text holds more than [`Matches::MOST`], so that those further down are missing.
    pub fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// Differs between any two that a [`Finder`] found.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The first match that starts at `offset` or after it, or else the very first.
    pub fn at_or_after(&self, offset: Offset) -> Option<usize> {
        let at = self.ranges.partition_point(|it| it.start() < offset);
        (!self.ranges.is_empty()).then_some(if at < self.ranges.len() { at } else { 0 })
    }

    /// The number of the match with these ends.
    pub fn position(&self, start: Offset, end: Offset) -> Option<usize> {
        let at = self.ranges.binary_search_by_key(&start, |it| it.start()).ok()?;
        (self.ranges[at].end() == end).then_some(at)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn query(pattern: &str) -> Query {
        Query { pattern: pattern.to_owned(), ..Query::default() }
    }

    fn regex(pattern: &str) -> Query {
        Query { is_regex: true, ..query(pattern) }
    }

    fn found(query: &Query, text: &str) -> Vec<String> {
        let text = Text::new(text);
        let matches = query.compile().unwrap().find(&text, || false).unwrap();
        matches.ranges().iter().map(|&range| text.slice(range).to_owned()).collect()
    }

    #[test]
    fn plain_text_is_found_whatever_its_case() {
        assert_eq!(found(&query("rusia"), "Rusia, RUSIA, rusia"), ["Rusia", "RUSIA", "rusia"]);
        let exact = Query { matches_case: true, ..query("Rusia") };
        assert_eq!(found(&exact, "Rusia, RUSIA, rusia"), ["Rusia"]);
        assert_eq!(found(&query("КИЇВ σας"), "Київ ΣΑΣ"), ["Київ ΣΑΣ"]);
        assert_eq!(found(&query("a.c (x)"), "abc (x) A.C (X)"), ["A.C (X)"], "signs mean themselves");
    }

    #[test]
    fn a_space_finds_the_end_of_a_line() {
        assert_eq!(found(&query("wrapped phrase"), "a wrapped\r\nphrase"), ["wrapped\r\nphrase"]);
        assert_eq!(found(&query("5 km"), "5\u{a0}km, 5km"), ["5\u{a0}km"]);
    }

    #[test]
    fn letters_are_the_same_however_they_are_encoded() {
        let text = "Pelé, Pele\u{301}, Pele";
        assert_eq!(found(&query("pelé"), text), ["Pelé", "Pele\u{301}"]);
        assert_eq!(found(&query("pele\u{301}"), text), ["Pelé", "Pele\u{301}"]);
        assert_eq!(found(&query("한"), "한 \u{1112}\u{1161}\u{11ab}").len(), 2);
    }

    #[test]
    fn what_is_found_holds_whole_graphemes() {
        assert_eq!(found(&query("लड़क"), "लड़का, लड़के"), ["लड़का", "लड़के"]);
        assert_eq!(found(&regex("."), "e\u{301}x"), ["e\u{301}", "x"], "once each");
        assert_eq!(found(&regex("\\u{1F1E9}"), "🇮🇩"), ["🇮🇩"]);
    }

    #[test]
    fn whole_words_are_those_of_the_language() {
        let whole = |pattern| Query { is_whole_words: true, ..query(pattern) };
        assert_eq!(found(&whole("as"), "AS-lah, ASing, (AS), as").len(), 3);
        assert_eq!(found(&whole("รัฐมนตรี"), "รัฐมนตรีกล่าวว่า"), ["รัฐมนตรี"]);
        assert_eq!(found(&whole("รัฐมน"), "รัฐมนตรีกล่าวว่า"), [""; 0]);
    }

    #[test]
    fn regular_expressions_see_lines_and_find_nothing_empty() {
        assert_eq!(found(&regex("^b\\w+$"), "ab\nbcd\r\nbx y"), ["bcd"]);
        assert_eq!(found(&regex("a*"), "baab"), ["aa"]);
        assert_eq!(found(&regex("T-?\\d+"), "T72 t-90"), ["T72", "t-90"]);
    }

    #[test]
    fn a_mistake_is_named_with_its_place() {
        let said = |pattern| regex(pattern).compile().unwrap_err().to_string();
        assert_eq!(said("é(ab"), "unclosed group, at character 2 of the pattern");
        assert_eq!(said("a**+{"), "unclosed counted repetition, at character 5 of the pattern");
        assert_eq!(said("\\p{Nonsense}"), "Unicode property not found, at character 1 of the pattern");
        assert_eq!(regex("(\\w{500}){500}").compile().unwrap_err(), QueryError::TooLarge);
        assert!(query("é(ab**").compile().is_ok(), "plain text has no mistakes");
    }

    #[test]
    fn too_many_are_cut_and_said_to_be() {
        let text = Text::new("a".repeat(Matches::MOST + 1));
        let matches = query("a").compile().unwrap().find(&text, || false).unwrap();
        assert_eq!((matches.ranges().len(), matches.is_cut()), (Matches::MOST, true));
        let text = Text::new("a".repeat(Matches::MOST));
        let matches = query("a").compile().unwrap().find(&text, || false).unwrap();
        assert_eq!((matches.ranges().len(), matches.is_cut()), (Matches::MOST, false));
        assert!(query("a").compile().unwrap().find(&text, || true).is_none(), "it can be stopped");
    }

    #[test]
    fn a_walk_goes_round_the_end() {
        let text = Text::new("x ab ab");
        let matches = query("ab").compile().unwrap().find(&text, || false).unwrap();
        let place = |byte| matches.at_or_after(Offset::new(byte));
        assert_eq!([place(0), place(2), place(3), place(6)], [Some(0), Some(0), Some(1), Some(0)]);
        assert_eq!(Matches::default().at_or_after(Offset::START), None);
        assert_eq!(matches.position(Offset::new(5), Offset::new(7)), Some(1));
        assert_eq!(matches.position(Offset::new(5), Offset::new(6)), None);
    }

    proptest! {
        #[test]
        fn matches_are_in_order_and_can_be_annotated(
            text in "[a-cé\u{301}กำ🇮🇩 \n]{0,60}",
            pattern in "[a-cé\u{301}กำ🇩. ]{1,3}",
            (is_regex, is_whole_words) in any::<(bool, bool)>(),
        ) {
            let query = Query { pattern, is_regex, is_whole_words, matches_case: false };
            let text = Text::new(text);
            let Ok(finder) = query.compile() else { return Ok(()) };
            let mut end = Offset::START;
            for range in finder.find(&text, || false).unwrap().ranges() {
                prop_assert!(range.start() >= end);
                prop_assert!(text.is_grapheme_boundary(range.start()));
                prop_assert!(text.is_grapheme_boundary(range.end()));
                end = range.end();
            }
        }

        #[test]
        fn no_query_is_refused_by_a_panic(pattern in "\\PC{0,12}", is_regex: bool) {
            let query = Query { pattern, is_regex, ..Query::default() };
            if let Ok(finder) = query.compile() {
                finder.find(&Text::new("Kyiv é กำ 🇮🇩\n"), || false);
            }
        }
    }
}
