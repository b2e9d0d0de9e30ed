//! Tokens for formats that count in them: words and marks, cut wherever a span begins or ends.

use std::collections::BTreeSet;

use crate::text::{Offset, Range, Text, Unit};

/// A word or a mark: characters without white space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// Where it lies.
    pub(super) range: Range,
    /// True if a sentence begins with it. None does inside a span that `tokens` was told of.
    pub(super) starts_sentence: bool,
}

/// The tokens of a text. No token reaches over one of `cuts`; no sentence begins inside one of
/// `whole`.
pub(super) fn tokens(text: &Text, cuts: &BTreeSet<Offset>, whole: &[Range]) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = Offset::START;
    let mut sentence_end = Offset::START;
    while at < text.end() {
        let Some(word) = text.unit_at(at, Unit::Word) else { break };
        let mut from = at;
        let inner = cuts.range((std::ops::Bound::Excluded(at), std::ops::Bound::Excluded(word.end())));
        for to in inner.copied().chain([word.end()]) {
            let piece = Range::new(from, to).and_then(|range| text.trim(range));
            from = to;
            let Some(range) = piece else { continue };
            let mut starts_sentence = false;
            if range.start() >= sentence_end {
                sentence_end =
                    text.unit_at(range.start(), Unit::Sentence).map_or(text.end(), |sentence| sentence.end());
                let is_inside = |it: &Range| it.start() < range.start() && range.start() < it.end();
                starts_sentence = tokens.is_empty() || !whole.iter().any(is_inside);
            }
            tokens.push(Token { range, starts_sentence });
        }
        at = word.end();
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::OffsetUnit;

    #[test]
    fn tokens_are_cut_at_spans_and_sentences_are_not_cut_in_them() {
        let text = Text::new("F-16s terbang. “Ya. Kami siap.” Éva");
        let offset = |n| text.locate(n, OffsetUnit::CodePoint).unwrap();
        let shown = |cuts: &[usize], whole: &[(usize, usize)]| {
            let cuts = cuts.iter().map(|&it| offset(it)).collect();
            let whole: Vec<Range> =
                whole.iter().filter_map(|&(a, b)| Range::new(offset(a), offset(b))).collect();
            let tokens = tokens(&text, &cuts, &whole);
            let shown = tokens.iter().map(|it| {
                let mark = if it.starts_sentence { "#" } else { "" };
                format!("{mark}{}", text.slice(it.range))
            });
            shown.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(shown(&[], &[]), "#F - 16s terbang . #“ Ya . #Kami siap . ” #Éva");
        assert_eq!(shown(&[4], &[(15, 31)]), "#F - 16 s terbang . #“ Ya . Kami siap . ” #Éva");
    }
}
