//! The tokens that measures count.

use crate::text::{Offset, Range, Text};

/// How a text is cut into tokens. Values on tokens differ with it, so it stands beside them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tokenization {
    /// What stands between white space: what most programs of the field count.
    #[default]
    WhiteSpace,
    /// Words and marks as Unicode and its dictionaries cut them: for scripts without spaces.
    Words,
}

impl Tokenization {
    /// What people and files call it.
    pub fn name(self) -> &'static str {
        match self {
            Tokenization::WhiteSpace => "white-space",
            Tokenization::Words => "words",
        }
    }

    /// The tokens of a text, in order. They hold no white space at their ends and never overlap.
    pub fn tokens(self, text: &Text) -> Vec<Range> {
        match self {
            Tokenization::WhiteSpace => {
                let string = text.as_str();
                let start_of = |word: &str| word.as_ptr() as usize - string.as_ptr() as usize;
                let words = string.split_whitespace().map(|word| (start_of(word), word.len()));
                words.filter_map(|(at, n)| Range::new(Offset::new(at), Offset::new(at + n))).collect()
            }
            Tokenization::Words => {
                let boundaries: Vec<Offset> = text.word_boundaries().collect();
                let pieces = boundaries.windows(2).filter_map(|pair| Range::new(pair[0], pair[1]));
                pieces.filter_map(|piece| text.trim(piece)).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_what_stands_between_white_space_or_words_and_marks() {
        let text = Text::new(" “Ya”,\u{2003}ujar\nÉva 🚀 ");
        let shown = |it: Tokenization| -> Vec<&str> {
            it.tokens(&text).into_iter().map(|range| text.slice(range)).collect()
        };
        assert_eq!(shown(Tokenization::WhiteSpace), ["“Ya”,", "ujar", "Éva", "🚀"]);
        assert_eq!(shown(Tokenization::Words), ["“", "Ya", "”", ",", "ujar", "Éva", "🚀"]);
    }
}
