//! Ranges, and spans made of one or more of them.

use super::Offset;

/// A non-empty stretch of text, end exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Range {
    start: Offset,
    end: Offset,
}

impl Range {
    /// Nothing if there is no character between `start` and `end`.
    pub fn new(start: Offset, end: Offset) -> Option<Range> {
        (start < end).then_some(Range { start, end })
    }

    /// The stretch between two positions in either order; nothing if they are one.
    pub fn between(a: Offset, b: Offset) -> Option<Range> {
        Range::new(a.min(b), a.max(b))
    }

    /// Where it starts.
    pub fn start(self) -> Offset {
        self.start
    }

    /// Where it ends, exclusive.
    pub fn end(self) -> Offset {
        self.end
    }

    /// How long it is, in bytes.
    pub fn n_bytes(self) -> usize {
        self.end.byte() - self.start.byte()
    }

    /// True if the character after `offset` belongs to it.
    pub fn contains(self, offset: Offset) -> bool {
        self.start <= offset && offset < self.end
    }

    /// True if every character of `other` belongs to it.
    pub fn covers(self, other: Range) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The characters both have.
    pub fn intersection(self, other: Range) -> Option<Range> {
        Range::new(self.start.max(other.start), self.end.min(other.end))
    }

    /// The shortest range that covers both.
    pub fn hull(self, other: Range) -> Range {
        Range { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// What an annotation covers: one range, or several as one (a discontinuous span).
///
/// Invariant: at least one range; sorted; neither overlapping nor touching.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(Vec<Range>);

/// Why ranges make no span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpanError {
    /// There is no range.
    #[error("a span has at least one character")]
    Empty,
}

/// How two spans lie to each other, by the characters they cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanOrder {
    /// The same characters (stacked).
    Equal,
    /// The first covers all of the second and more.
    Contains,
    /// The second covers all of the first and more.
    Within,
    /// They share characters, and each has some of its own.
    Crosses,
    /// They share nothing.
    Apart,
}

impl Span {
    /// Sorts the ranges and joins those that overlap or touch.
    ///
    /// # Errors
    /// If there is none.
    pub fn new(ranges: impl IntoIterator<Item = Range>) -> Result<Span, SpanError> {
        let mut ranges: Vec<Range> = ranges.into_iter().collect();
        ranges.sort_unstable();
        ranges.dedup_by(|range, last| {
            let is_joined = range.start <= last.end;
            if is_joined {
                *last = last.hull(*range);
            }
            is_joined
        });
        if ranges.is_empty() { Err(SpanError::Empty) } else { Ok(Span(ranges)) }
    }

    /// Its ranges (fragments), in text order.
    pub fn ranges(&self) -> &[Range] {
        &self.0
    }

    /// The shortest range that covers it.
    pub fn hull(&self) -> Range {
        Range { start: self.start(), end: self.end() }
    }

    /// Where its first fragment starts.
    pub fn start(&self) -> Offset {
        self.0[0].start
    }

    /// Where its last fragment ends, exclusive.
    pub fn end(&self) -> Offset {
        self.0[self.0.len() - 1].end
    }

    /// True if it has more than one fragment.
    pub fn is_discontinuous(&self) -> bool {
        self.0.len() > 1
    }

    /// How many bytes its fragments cover: the measure by which the shortest of stacked spans is
    /// found.
    pub fn n_bytes(&self) -> usize {
        self.0.iter().map(|range| range.n_bytes()).sum()
    }

    /// True if the character after `offset` belongs to one of its fragments.
    pub fn contains(&self, offset: Offset) -> bool {
        self.0.iter().any(|range| range.contains(offset))
    }

    /// The characters that both cover, in bytes.
    pub fn n_shared_bytes(&self, other: &Span) -> usize {
        let (mut a, mut b, mut shared) = (0, 0, 0);
        while let (Some(&x), Some(&y)) = (self.0.get(a), other.0.get(b)) {
            shared += x.intersection(y).map_or(0, Range::n_bytes);
            if x.end <= y.end { a += 1 } else { b += 1 }
        }
        shared
    }

    /// How this span lies to another.
    pub fn order(&self, other: &Span) -> SpanOrder {
        let shared = self.n_shared_bytes(other);
        match (shared, shared == self.n_bytes(), shared == other.n_bytes()) {
            (0, ..) => SpanOrder::Apart,
            (_, true, true) => SpanOrder::Equal,
            (_, false, true) => SpanOrder::Contains,
            (_, true, false) => SpanOrder::Within,
            (_, false, false) => SpanOrder::Crosses,
        }
    }

    /// Both together.
    #[must_use]
    pub fn union(&self, other: &Span) -> Span {
        Span::new(self.0.iter().chain(&other.0).copied()).expect("a span has ranges")
    }

    /// What is left without the characters of `range`; nothing if nothing is left.
    pub fn without(&self, range: Range) -> Option<Span> {
        let left = self.0.iter().flat_map(|&own| {
            [Range::new(own.start, own.end.min(range.start)), Range::new(own.start.max(range.end), own.end)]
        });
        Span::new(left.flatten()).ok()
    }
}

impl From<Range> for Span {
    fn from(range: Range) -> Span {
        Span(vec![range])
    }
}
