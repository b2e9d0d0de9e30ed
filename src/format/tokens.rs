//! Tokens for formats that count in them: words and marks, cut wherever a span begins or ends.

use std::collections::BTreeSet;
use std::ops;

use crate::text::{Offset, Range, Text};

/// The words and marks of a text, in order: what stands between blanks. None reaches over one of
/// `cuts`.
pub(super) fn tokens(text: &Text, cuts: &BTreeSet<Offset>) -> Vec<Range> {
    let mut boundaries: Vec<Offset> = text.word_boundaries().chain(cuts.iter().copied()).collect();
    // Two sorted runs, which are merged in linear time.
    boundaries.sort();
    let mut tokens = Vec::with_capacity(boundaries.len());
    for pair in boundaries.windows(2) {
        let Some(piece) = Range::new(pair[0], pair[1]) else { continue };
        let mut start = piece.start();
        for (i, blank) in text.slice(piece).match_indices(is_blank) {
            let end = Offset::new(piece.start().byte() + i);
            tokens.extend(Range::new(start, end));
            start = Offset::new(end.byte() + blank.len());
        }
        tokens.extend(Range::new(start, piece.end()));
    }
    tokens
}

/// The sentences as stretches of `tokens`, none of them empty. None begins inside one of `whole`.
pub(super) fn sentences(text: &Text, tokens: &[Range], mut whole: Vec<Range>) -> Vec<ops::Range<usize>> {
    whole.sort_unstable();
    let mut whole = whole.into_iter().peekable();
    let mut covered = Offset::START;
    let mut sentences = Vec::new();
    let (mut first, mut at) = (0, 0);
    for boundary in text.sentence_boundaries() {
        while tokens.get(at).is_some_and(|it| it.start() < boundary) {
            at += 1;
        }
        // What counts is where the next token begins: between it and the boundary are blanks.
        let next = tokens.get(at).map_or(text.end(), |it| it.start());
        while let Some(range) = whole.next_if(|it| it.start() < next) {
            covered = covered.max(range.end());
        }
        if first < at && covered <= next {
            sentences.push(first..at);
            first = at;
        }
    }
    if first < tokens.len() {
        sentences.push(first..tokens.len());
    }
    sentences
}

/// White space as Python's `str.split` knows it, by which most readers of columns tell tokens apart.
pub(super) fn is_blank(character: char) -> bool {
    character.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&character)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{OffsetUnit, Unit};

    #[test]
    fn tokens_are_cut_at_spans_and_sentences_are_not_cut_in_them() {
        let text = Text::new("F-16s terbang. “Ya. Kami siap.” Éva");
        let offset = |n| text.locate(n, OffsetUnit::CodePoint).unwrap();
        let shown = |cuts: &[usize], whole: &[(usize, usize)]| {
            let cuts = cuts.iter().map(|&it| offset(it)).collect();
            let whole = whole.iter().filter_map(|&(a, b)| Range::new(offset(a), offset(b))).collect();
            let tokens = tokens(&text, &cuts);
            let sentences = sentences(&text, &tokens, whole).into_iter().map(|sentence| {
                let tokens = tokens[sentence].iter().map(|&it| text.slice(it));
                tokens.collect::<Vec<_>>().join(" ")
            });
            sentences.collect::<Vec<_>>().join(" # ")
        };
        assert_eq!(shown(&[], &[]), "F - 16s terbang . # “ Ya . # Kami siap . ” # Éva");
        assert_eq!(shown(&[4], &[(15, 31)]), "F - 16 s terbang . # “ Ya . Kami siap . ” # Éva");
        assert_eq!(shown(&[], &[(0, 17), (16, 31)]), "F - 16s terbang . “ Ya . Kami siap . ” # Éva");
    }

    #[test]
    fn tokens_are_what_a_person_selects_as_words() {
        let texts = [
            "รัฐมนตรีกลาโหมสหรัฐฯกล่าวว่า “Ya”,\u{a0}kata 👩🏽\u{200d}✈\u{fe0f}🇺🇦🇮🇩.\r\n\r\nน้ำ นํ้า",
            "«\u{202f}Nous\u{202f}livrons» a  \u{308}b 坦克已到。 Ameri\u{ad}ka\u{2028}x\u{85}y",
        ];
        for text in texts.map(Text::new) {
            let mut expected = Vec::new();
            let mut at = Offset::START;
            while let Some(word) = text.unit_at(at, Unit::Word).filter(|_| at < text.end()) {
                expected.extend(text.trim(word));
                at = word.end();
            }
            assert_eq!(tokens(&text, &BTreeSet::new()), expected);
        }
    }

    #[test]
    fn no_token_holds_a_blank() {
        let text = Text::new("a\u{1f}b\u{2003}c\u{202f}d \u{308}\u{1c}");
        let tokens = tokens(&text, &BTreeSet::new());
        let shown: Vec<&str> = tokens.iter().map(|&it| text.slice(it)).collect();
        assert_eq!(shown, ["a", "b", "c", "d", "\u{308}"]);
    }
}
