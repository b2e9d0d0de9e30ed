//! Where the caret is and what is selected.

use crate::model::AnnotationId;
use crate::text::{Offset, Range, Text, Unit};

/// A place between two characters, and to which of them it belongs where they stand apart on the
/// screen: at a soft line end and where the writing direction changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Caret {
    /// Where.
    pub offset: Offset,
    /// True if it belongs to the character before it.
    pub upstream: bool,
}

/// Caret, selected text, selected annotation.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    /// The moving end of the selected text.
    pub caret: Caret,
    /// The end that stays; the same as the caret where no text is selected.
    pub anchor: Offset,
    /// What the selected text snaps to.
    pub unit: Unit,
    /// Pieces that were selected before and are kept.
    pub fragments: Vec<Range>,
    /// The selected annotation.
    pub annotation: Option<AnnotationId>,
    /// True if a click of `unit` size is selected although caret and anchor are one.
    pub is_click: bool,
    /// True while the pointer holds the moving end.
    pub is_dragging: bool,
}

impl Default for Selection {
    fn default() -> Selection {
        Selection::caret_at(Offset::START)
    }
}

impl Selection {
    /// A caret, nothing selected.
    pub fn caret_at(offset: Offset) -> Selection {
        Selection {
            caret: Caret { offset, upstream: false },
            anchor: offset,
            unit: Unit::Grapheme,
            fragments: Vec::new(),
            annotation: None,
            is_click: false,
            is_dragging: false,
        }
    }

    /// Exactly this range.
    pub fn of_range(range: Range) -> Selection {
        Selection { anchor: range.start(), ..Selection::caret_at(range.end()) }
    }

    /// The stretch that is being selected, snapped; nothing for a bare caret.
    pub fn range(&self, text: &Text) -> Option<Range> {
        if self.anchor == self.caret.offset && !self.is_click {
            return None;
        }
        text.snap(self.anchor, self.caret.offset, self.unit)
    }

    /// All selected stretches: those kept before and the one in the making.
    pub fn ranges(&self, text: &Text) -> Vec<Range> {
        self.fragments.iter().copied().chain(self.range(text)).collect()
    }
}
