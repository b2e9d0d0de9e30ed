//! Positions in an immutable text, and what a text is made of.
//!
//! Invariants:
//! - An [`Offset`] counts UTF-8 bytes and always stands on a character boundary of the text that
//!   made it. Numbers from outside become offsets through [`Text::locate`] alone and leave through
//!   [`Text::measure`] alone, both of which name their unit.
//! - A [`Text`] never changes; annotations point into it.
//! - Nothing here knows labels, files or windows.

mod alignment;
mod boundary;
mod decode;
mod latex;
mod markdown;
pub mod marked;
mod printable;
mod quoted;
mod replacement;
mod snap;
mod span;
mod xml;

use std::fmt;
use std::sync::Arc;

pub use alignment::{Alignment, Carried, Loss};
pub use boundary::Unit;
pub use decode::{Decoded, NotText, decode, decode_stated};
pub use latex::latex;
pub use markdown::markdown;
pub use printable::{is_unprintable, printable};
pub use replacement::{Replacement, carried_through, inverse_replacements, replacements};
pub use snap::Side;
pub use span::{Range, Span, SpanError, SpanOrder};
pub use xml::{is_xml, xml_text};

/// A position between two characters of one [`Text`]: its distance from the start in UTF-8 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Offset(u32);

impl Offset {
    /// The start of any text.
    pub const START: Offset = Offset(0);

    /// For code that walks a text's own bytes and so knows that `byte` is a boundary; numbers from
    /// outside come in by [`Text::locate`].
    pub(crate) fn new(byte: usize) -> Offset {
        Offset(u32::try_from(byte).expect("a text is shorter than 4 GiB"))
    }

    /// Bytes from the start, for slicing the text this offset belongs to.
    pub(crate) fn byte(self) -> usize {
        self.0 as usize
    }
}

/// What a number that stands for a position counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OffsetUnit {
    /// UTF-8 bytes.
    Byte,
    /// Unicode code points (scalar values): what Python indexes a `str` by.
    CodePoint,
    /// UTF-16 code units: what Java and JavaScript index a string by.
    Utf16,
}

impl fmt::Display for OffsetUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            OffsetUnit::Byte => "byte",
            OffsetUnit::CodePoint => "code point",
            OffsetUnit::Utf16 => "UTF-16 unit",
        })
    }
}

/// Why a number is no position in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OffsetError {
    /// The number lies past the end.
    #[error("{unit} {value} lies past the end of the text, which has {length}")]
    PastEnd {
        /// The number as given.
        value: usize,
        /// What it counts.
        unit: OffsetUnit,
        /// The text's length in that unit.
        length: usize,
    },
    /// The number points into the middle of a character.
    #[error("{unit} {value} lies inside a character")]
    InsideCharacter {
        /// The number as given.
        value: usize,
        /// What it counts.
        unit: OffsetUnit,
    },
}

/// The immutable characters of an article. Cloning copies a pointer.
#[derive(Clone)]
pub struct Text(Arc<Inner>);

struct Inner {
    string: String,
    /// Start byte of every line; a line ends after LF, CRLF, a lone CR and Unicode's own line,
    /// paragraph and next-line separators.
    line_starts: Vec<u32>,
    /// Counts at every [`CHECKPOINT`] bytes (rounded up to a character), so that a conversion
    /// scans at most that much.
    checkpoints: Vec<Checkpoint>,
    length: Checkpoint,
}

#[derive(Clone, Copy, Default)]
struct Checkpoint {
    byte: u32,
    code_point: u32,
    utf16: u32,
}

impl Checkpoint {
    fn get(self, unit: OffsetUnit) -> usize {
        (match unit {
            OffsetUnit::Byte => self.byte,
            OffsetUnit::CodePoint => self.code_point,
            OffsetUnit::Utf16 => self.utf16,
        }) as usize
    }

    fn step(&mut self, character: char) {
        self.byte += character.len_utf8() as u32;
        self.code_point += 1;
        self.utf16 += character.len_utf16() as u32;
    }
}

/// Bytes between checkpoints: a scan of this length costs a tenth of a microsecond, and the table
/// stays below 5 % of the text.
const CHECKPOINT: u32 = 256;

/// A position as people read it, both counted from 1; columns count code points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineColumn {
    /// Line number, from 1.
    pub line: usize,
    /// Code point in that line, from 1.
    pub column: usize,
}

impl fmt::Display for LineColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

impl Text {
    /// The longest text that offsets can address, in bytes.
    pub const MAX_BYTES: usize = u32::MAX as usize;

    /// Takes a string as it is: nothing is normalised.
    ///
    /// # Panics
    /// If the string is longer than [`Text::MAX_BYTES`]; readers refuse such files before.
    pub fn new(string: impl Into<String>) -> Text {
        let string = string.into();
        assert!(string.len() < Text::MAX_BYTES, "a text is shorter than 4 GiB");
        let bytes = string.as_bytes();
        let mut line_starts = vec![0];
        let mut checkpoints = Vec::with_capacity(bytes.len() / CHECKPOINT as usize + 1);
        let mut at = Checkpoint::default();
        for character in string.chars() {
            if at.byte >= checkpoints.len() as u32 * CHECKPOINT {
                checkpoints.push(at);
            }
            at.step(character);
            let ends_line = match character {
                '\r' => bytes.get(at.byte as usize) != Some(&b'\n'),
                _ => matches!(character, '\n' | '\u{85}' | '\u{2028}' | '\u{2029}'),
            };
            if ends_line {
                line_starts.push(at.byte);
            }
        }
        Text(Arc::new(Inner { string, line_starts, checkpoints, length: at }))
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        &self.0.string
    }

    /// True for a text without a character.
    pub fn is_empty(&self) -> bool {
        self.0.string.is_empty()
    }

    /// The position after the last character.
    pub fn end(&self) -> Offset {
        Offset(self.0.length.byte)
    }

    /// The text's length in `unit`.
    pub fn length(&self, unit: OffsetUnit) -> usize {
        self.0.length.get(unit)
    }

    /// True if both are the same value in memory, which is how caches recognise a text cheaply.
    pub fn is_same(&self, other: &Text) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The way in: the position that `value` means when it counts `unit`s from the start.
    ///
    /// # Errors
    /// If the number lies past the end or inside a character.
    pub fn locate(&self, value: usize, unit: OffsetUnit) -> Result<Offset, OffsetError> {
        if value > self.length(unit) {
            return Err(OffsetError::PastEnd { value, unit, length: self.length(unit) });
        }
        // Where both lengths are equal, every character is one byte and one of the units.
        if self.length(unit) == self.length(OffsetUnit::Byte) {
            return if self.0.string.is_char_boundary(value) {
                Ok(Offset::new(value))
            } else {
                Err(OffsetError::InsideCharacter { value, unit })
            };
        }
        let mut at = self.checkpoint(|checkpoint| checkpoint.get(unit) <= value);
        let mut characters = self.0.string[at.byte as usize..].chars();
        while at.get(unit) < value {
            match characters.next() {
                Some(character) => at.step(character),
                None => break,
            }
        }
        if at.get(unit) == value {
            Ok(Offset(at.byte))
        } else {
            Err(OffsetError::InsideCharacter { value, unit })
        }
    }

    /// The way out: how many `unit`s lie before `offset`. An offset of a longer text counts as the
    /// end.
    pub fn measure(&self, offset: Offset, unit: OffsetUnit) -> usize {
        let offset = offset.min(self.end());
        if self.length(unit) == self.length(OffsetUnit::Byte) {
            return offset.byte();
        }
        let mut at = self.checkpoint(|checkpoint| checkpoint.byte <= offset.0);
        for character in self.0.string[at.byte as usize..].chars() {
            if at.byte >= offset.0 {
                break;
            }
            at.step(character);
        }
        at.get(unit)
    }

    /// The last checkpoint for which `is_before` holds.
    fn checkpoint(&self, is_before: impl Fn(&Checkpoint) -> bool) -> Checkpoint {
        let n = self.0.checkpoints.partition_point(is_before);
        n.checked_sub(1).map_or_else(Checkpoint::default, |i| self.0.checkpoints[i])
    }

    /// The characters of `range`; those that exist, if the range belongs to a longer text.
    pub fn slice(&self, range: Range) -> &str {
        let end = range.end().min(self.end()).byte();
        let start = range.start().byte().min(end);
        self.0.string.get(start..end).unwrap_or_default()
    }

    /// The surface text of a span: its fragments joined by one space.
    pub fn surface(&self, span: &Span) -> String {
        let parts: Vec<&str> = span.ranges().iter().map(|&range| self.slice(range)).collect();
        parts.join(" ")
    }

    /// The first `n` characters of a span's surface text on one line, with `…` where more follows.
    /// However long the span is, only they are looked at.
    pub fn excerpt(&self, span: &Span, n: usize) -> String {
        let parts = span.ranges().iter().enumerate();
        let characters = parts.flat_map(|(i, &range)| {
            let joint = (i > 0).then_some(' ');
            joint.into_iter().chain(self.slice(range).chars())
        });
        let mut characters = characters.map(|it| if it.is_control() { ' ' } else { it });
        let mut excerpt: String = characters.by_ref().take(n).collect();
        if characters.next().is_some() {
            excerpt.push('…');
        }
        excerpt
    }

    /// All of it, unless it is empty.
    pub fn whole(&self) -> Option<Range> {
        Range::new(Offset::START, self.end())
    }

    /// `range` without white space at its ends; nothing if only white space is left.
    pub fn trim(&self, range: Range) -> Option<Range> {
        let slice = self.slice(range);
        let start = range.start().byte() + (slice.len() - slice.trim_start().len());
        Range::new(Offset::new(start), Offset::new(start + slice.trim().len()))
    }

    /// How many lines there are; an empty text has one.
    pub fn n_lines(&self) -> usize {
        self.0.line_starts.len()
    }

    /// The position where a line, counted from 0, starts; the end for a line there is not.
    pub fn line_start(&self, line: usize) -> Offset {
        self.0.line_starts.get(line).map_or(self.end(), |&byte| Offset(byte))
    }

    /// The line, counted from 0, that `offset` stands in.
    pub fn line_of(&self, offset: Offset) -> usize {
        self.0.line_starts.partition_point(|&start| start <= offset.0) - 1
    }

    /// Line and column of a position, as people read them.
    pub fn line_column(&self, offset: Offset) -> LineColumn {
        let line = self.line_of(offset);
        let start = self.measure(self.line_start(line), OffsetUnit::CodePoint);
        LineColumn { line: line + 1, column: self.measure(offset, OffsetUnit::CodePoint) - start + 1 }
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Text) -> bool {
        self.is_same(other) || self.as_str() == other.as_str()
    }
}

impl Eq for Text {}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start: String = self.as_str().chars().take(40).collect();
        write!(f, "Text({start:?}, {} bytes)", self.0.length.byte)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_the_start_of_the_surface_on_one_line() {
        let text = Text::new("Rina\nWijaya, Kyiv");
        let range = |a, b| Range::new(Offset::new(a), Offset::new(b)).expect("it has a length");
        let span = Span::new([range(0, 11), range(13, 17)]).expect("there are ranges");
        let excerpt = |n| text.excerpt(&span, n);
        assert_eq!([excerpt(0), excerpt(4), excerpt(12)], ["…", "Rina…", "Rina Wijaya …"]);
        assert_eq!([excerpt(16), excerpt(99)], ["Rina Wijaya Kyiv"; 2]);
    }
}
