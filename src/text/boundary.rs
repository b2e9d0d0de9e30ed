//! Where graphemes, words, sentences and paragraphs begin and end.

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

impl Text {
    /// The nearest boundary before `offset`; the start if there is none.
    pub fn previous(&self, offset: Offset, _unit: Unit) -> Offset {
        offset
    }

    /// The nearest boundary after `offset`; the end if there is none.
    pub fn next(&self, offset: Offset, _unit: Unit) -> Offset {
        offset
    }

    /// The unit that holds the character after `offset`, or at the very end the last one.
    pub fn unit_at(&self, _offset: Offset, _unit: Unit) -> Option<Range> {
        None
    }

    /// True if a grapheme starts or ends at `offset`.
    pub fn is_grapheme_boundary(&self, _offset: Offset) -> bool {
        true
    }
}
