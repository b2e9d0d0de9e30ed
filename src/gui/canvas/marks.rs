//! The annotations of one text, ready to be asked which of them lie where.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::gui::canvas::Mark;
use crate::model::AnnotationId;
use crate::text::{Offset, Range, Text};

/// Annotations of one text, indexed by position. Build a new one when the set's revision changes.
///
/// Invariant: every mark lies inside the text; the others were left out.
#[derive(Clone, Debug)]
pub struct Marks {
    marks: Vec<Mark>,
    /// Sorted by start.
    fragments: Vec<Fragment>,
    /// An implicit segment tree over `fragments`: the greatest end below each node.
    max_end: Vec<Offset>,
    n_leaves: usize,
    /// Numbers of all marks, sorted by annotation.
    by_id: Vec<usize>,
    version: u64,
}

/// One stretch of a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fragment {
    /// Where it lies.
    pub range: Range,
    /// Place of its mark in [`Marks`].
    pub mark: usize,
    /// Which of the mark's fragments it is, from 0.
    pub index: usize,
}

/// Tells any two [`Marks`] apart, so that caches need no comparison.
static NEXT_VERSION: AtomicU64 = AtomicU64::new(1);

impl Default for Marks {
    fn default() -> Marks {
        Marks::new(&Text::new(""), [])
    }
}

impl Marks {
    /// Keeps the order of `marks`. Those that reach past the end of the text stay in the list, so
    /// that numbers hold, but are never found.
    pub fn new(text: &Text, marks: impl IntoIterator<Item = Mark>) -> Marks {
        let marks: Vec<Mark> = marks.into_iter().collect();
        let mut fragments = Vec::with_capacity(marks.len());
        for (mark, it) in marks.iter().enumerate().filter(|(_, it)| it.span.end() <= text.end()) {
            let ranges = it.span.ranges().iter().enumerate();
            fragments.extend(ranges.map(|(index, &range)| Fragment { range, mark, index }));
        }
        fragments.sort_unstable();
        let n_leaves = fragments.len().next_power_of_two();
        let mut max_end = vec![Offset::START; 2 * n_leaves];
        for (leaf, fragment) in fragments.iter().enumerate() {
            max_end[n_leaves + leaf] = fragment.range.end();
        }
        for node in (1..n_leaves).rev() {
            max_end[node] = max_end[2 * node].max(max_end[2 * node + 1]);
        }
        let version = NEXT_VERSION.fetch_add(1, Ordering::Relaxed);
        let mut by_id: Vec<usize> = (0..marks.len()).collect();
        by_id.sort_by(|&a, &b| marks[a].id.cmp(&marks[b].id));
        Marks { marks, fragments, max_end, n_leaves, by_id, version }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.marks.len()
    }

    /// True if there is none.
    pub fn is_empty(&self) -> bool {
        self.marks.is_empty()
    }

    /// The mark with that number.
    pub fn get(&self, mark: usize) -> Option<&Mark> {
        self.marks.get(mark)
    }

    /// All of them, in the order they were given.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Mark> {
        self.marks.iter()
    }

    /// The number of an annotation's mark.
    pub fn position(&self, id: &AnnotationId) -> Option<usize> {
        let found = self.by_id.binary_search_by(|&mark| self.marks[mark].id.cmp(id));
        found.ok().map(|place| self.by_id[place])
    }

    /// Differs between any two values built by [`Marks::new`].
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The fragments that share a character with `range`, by start.
    pub fn fragments_in(&self, range: Range) -> Vec<Fragment> {
        let n_before_end = self.fragments.partition_point(|it| it.range.start() < range.end());
        let mut found = Vec::new();
        self.collect(1, 0, self.n_leaves, n_before_end, range.start(), &mut found);
        found
    }

    /// Visits only subtrees that hold a hit: O(log n + hits).
    fn collect(
        &self,
        node: usize,
        first: usize,
        n: usize,
        limit: usize,
        after: Offset,
        found: &mut Vec<Fragment>,
    ) {
        if first >= limit || self.max_end[node] <= after {
            return;
        }
        if n == 1 {
            found.push(self.fragments[first]);
            return;
        }
        self.collect(2 * node, first, n / 2, limit, after, found);
        self.collect(2 * node + 1, first + n / 2, n / 2, limit, after, found);
    }

    /// The marks that cover the character after `offset`, shortest first; of equally long ones the
    /// later in the list first, because it was made on top of the other.
    pub fn at(&self, text: &Text, offset: Offset) -> Vec<usize> {
        let Some(range) = Range::new(offset, next_character(text, offset)) else { return Vec::new() };
        let mut marks: Vec<usize> = self.fragments_in(range).into_iter().map(|it| it.mark).collect();
        self.sort_shortest_first(&mut marks);
        marks
    }

    /// Sorts numbers of marks as [`Marks::at`] does, and leaves each once.
    pub fn sort_shortest_first(&self, marks: &mut Vec<usize>) {
        let length = |mark: usize| self.marks.get(mark).map_or(0, |it| it.span.n_bytes());
        marks.sort_unstable_by_key(|&mark| (length(mark), std::cmp::Reverse(mark)));
        marks.dedup();
    }
}

/// The end of the character that follows `offset`.
fn next_character(text: &Text, offset: Offset) -> Offset {
    let rest = text.as_str().get(offset.byte()..).unwrap_or_default();
    rest.chars().next().map_or(offset, |character| Offset::new(offset.byte() + character.len_utf8()))
}
