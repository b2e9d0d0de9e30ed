//! The annotations of one text, ready to be asked which of them lie where.
//!
//! A mark never changes: an annotation that does gets another mark, with another number. So what
//! was laid out from some marks holds as long as the same numbers are there.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{self, AtomicU64};

use crate::gui::canvas::Mark;
use crate::model::AnnotationId;
use crate::text::{Offset, Range, Text};

/// Annotations of one text, indexed by position. Adding or removing one costs O(log n).
///
/// Invariant: the fragments are those of the marks that lie inside the text.
#[derive(Clone, Debug)]
pub struct Marks {
    marks: BTreeMap<usize, Mark>,
    /// The number of the next mark.
    next: usize,
    by_id: HashMap<AnnotationId, usize>,
    /// At place `k` those of a length from 2ᵏ to below 2ᵏ⁺¹ bytes, by start. Since none of a level
    /// is longer than that, those that reach into a range start in it or shortly before it: the
    /// idea of the UCSC genome browser's bins (Kent and others 2002).
    levels: [BTreeSet<Fragment>; 32],
    text_end: Offset,
    version: u64,
}

/// One stretch of a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fragment {
    /// Where it lies.
    pub range: Range,
    /// The number of its mark in [`Marks`].
    pub mark: usize,
    /// Which of the mark's fragments it is, from 0.
    pub index: usize,
}

/// Tells any two states of any [`Marks`] apart, so that caches need no comparison.
static NEXT_VERSION: AtomicU64 = AtomicU64::new(1);

fn next_version() -> u64 {
    NEXT_VERSION.fetch_add(1, atomic::Ordering::Relaxed)
}

impl Default for Marks {
    fn default() -> Marks {
        Marks::new(&Text::new(""), [])
    }
}

impl Marks {
    /// Numbers the marks from 0 in the order in which they come.
    pub fn new(text: &Text, marks: impl IntoIterator<Item = Mark>) -> Marks {
        let mut all = Marks {
            marks: BTreeMap::new(),
            next: 0,
            by_id: HashMap::new(),
            levels: Default::default(),
            text_end: text.end(),
            version: next_version(),
        };
        for mark in marks {
            all.insert(mark);
        }
        all
    }

    /// Adds a mark, in place of that of the same annotation if there is one. A mark that reaches
    /// past the end of the text is in the list, but lies nowhere.
    pub fn insert(&mut self, mark: Mark) {
        self.remove(&mark.id);
        let number = self.next;
        self.next += 1;
        self.by_id.insert(mark.id.clone(), number);
        for fragment in self.fragments(number, &mark) {
            self.levels[level(fragment.range)].insert(fragment);
        }
        self.marks.insert(number, mark);
        self.version = next_version();
    }

    /// Removes an annotation's mark, if there is one.
    pub fn remove(&mut self, id: &AnnotationId) {
        let Some(number) = self.by_id.remove(id) else { return };
        let Some(mark) = self.marks.remove(&number) else { return };
        for fragment in self.fragments(number, &mark) {
            self.levels[level(fragment.range)].remove(&fragment);
        }
        self.version = next_version();
    }

    fn fragments<'a>(&self, number: usize, mark: &'a Mark) -> impl Iterator<Item = Fragment> + use<'a> {
        let ranges = if mark.span.end() <= self.text_end { mark.span.ranges() } else { &[] };
        let ranges = ranges.iter().enumerate();
        ranges.map(move |(index, &range)| Fragment { range, mark: number, index })
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
        self.marks.get(&mark)
    }

    /// All of them, in the order of their numbers, which is that in which they came.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Mark> {
        self.marks.values()
    }

    /// The number of an annotation's mark.
    pub fn position(&self, id: &AnnotationId) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// The number that the next mark will have: higher than that of any other before it.
    pub(super) fn n_numbered(&self) -> usize {
        self.next
    }

    /// Differs between any two states of any marks.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The fragments that share a character with `range`, by start.
    pub fn fragments_in(&self, range: Range) -> Vec<Fragment> {
        // The least fragment that starts at a place.
        let from = |byte: usize| {
            let range = Range::new(Offset::new(byte), Offset::new(byte + 1)).expect("it has a length");
            Fragment { range, mark: 0, index: 0 }
        };
        let mut found = Vec::new();
        for (level, fragments) in self.levels.iter().enumerate().filter(|(_, it)| !it.is_empty()) {
            let first = range.start().byte().saturating_sub((2 << level) - 1);
            let near = fragments.range(from(first)..from(range.end().byte()));
            found.extend(near.filter(|it| it.range.end() > range.start()));
        }
        found.sort_unstable();
        found
    }

    /// The order of two marks in the article: by start, then longer first. It does not depend on
    /// the order in which they came.
    pub(super) fn order(&self, a: usize, b: usize) -> Ordering {
        let key = |mark: usize| {
            self.get(mark).map(|it| (it.span.start(), Reverse(it.span.end()), it.style, &it.label, &it.id))
        };
        key(a).cmp(&key(b))
    }

    /// The marks that cover the character after `offset`, shortest first; of equally long ones the
    /// later in the article first.
    pub fn at(&self, text: &Text, offset: Offset) -> Vec<usize> {
        let Some(range) = Range::new(offset, next_character(text, offset)) else { return Vec::new() };
        let mut marks: Vec<usize> = self.fragments_in(range).into_iter().map(|it| it.mark).collect();
        self.sort_shortest_first(&mut marks);
        marks
    }

    /// Sorts numbers of marks as [`Marks::at`] does, and leaves each once.
    pub fn sort_shortest_first(&self, marks: &mut Vec<usize>) {
        let length = |mark: usize| self.get(mark).map_or(0, |it| it.span.n_bytes());
        marks.sort_unstable_by(|&a, &b| length(a).cmp(&length(b)).then_with(|| self.order(b, a)));
        marks.dedup();
    }
}

/// The power of two that a range's length reaches.
fn level(range: Range) -> usize {
    range.n_bytes().ilog2() as usize
}

/// The end of the character that follows `offset`.
fn next_character(text: &Text, offset: Offset) -> Offset {
    let rest = text.as_str().get(offset.byte()..).unwrap_or_default();
    rest.chars().next().map_or(offset, |character| Offset::new(offset.byte() + character.len_utf8()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::Span;

    fn range(start: usize, end: usize) -> Range {
        Range::new(Offset::new(start), Offset::new(end)).expect("the test names a range")
    }

    /// A mark of one or two pieces.
    fn mark(id: usize, start: usize, n: usize, gap: usize) -> Mark {
        let pieces = [range(start, start + n), range(start + n + gap, start + n + gap + 3)];
        let span = Span::new(pieces).expect("there is a piece");
        Mark { id: id.to_string().as_str().into(), span, style: id % 3, label: "x".to_owned(), lane: 0 }
    }

    #[test]
    fn a_mark_past_the_end_lies_nowhere() {
        let text = Text::new("0123456789");
        let marks = Marks::new(&text, [mark(0, 4, 4, 4)]);
        assert_eq!((marks.len(), marks.fragments_in(range(0, 10))), (1, vec![]));
    }

    #[test]
    fn an_annotation_has_one_mark() {
        let text = Text::new("0123456789");
        let mut marks = Marks::new(&text, [mark(7, 0, 1, 0)]);
        let old = marks.position(&"7".into());
        marks.insert(mark(7, 2, 1, 0));
        assert_eq!((marks.len(), marks.fragments_in(range(0, 2))), (1, vec![]));
        assert_ne!(marks.position(&"7".into()), old);
    }

    proptest! {
        #[test]
        fn found_are_those_of_the_plain_list(
            steps in prop::collection::vec((0usize..30, 0usize..400, 1usize..90, 0usize..200, any::<bool>()), 0..60),
            (start, n) in (0usize..400, 1usize..120),
        ) {
            let text = Text::new("x".repeat(500));
            let mut marks = Marks::new(&text, []);
            let mut plain: BTreeMap<usize, Mark> = BTreeMap::new();
            for (id, start, n, gap, is_removed) in steps {
                if is_removed {
                    marks.remove(&id.to_string().as_str().into());
                    plain.remove(&id);
                } else {
                    marks.insert(mark(id, start, n, gap));
                    plain.insert(id, mark(id, start, n, gap));
                }
            }
            let wanted = range(start, start + n);
            let found = marks.fragments_in(wanted);
            prop_assert!(found.is_sorted());
            let describe = |id: &AnnotationId, range: Range, index: usize| (id.clone(), range, index);
            let mut found: Vec<_> = found
                .iter()
                .map(|it| describe(&marks.get(it.mark).expect("it is there").id, it.range, it.index))
                .collect();
            let inside = plain.values().filter(|it| it.span.end() <= text.end());
            let mut expected: Vec<_> = inside
                .flat_map(|it| it.span.ranges().iter().enumerate().map(|(i, &range)| describe(&it.id, range, i)))
                .filter(|(_, range, _)| range.intersection(wanted).is_some())
                .collect();
            found.sort();
            expected.sort();
            prop_assert_eq!(found, expected);
            prop_assert_eq!(marks.len(), plain.len());
            for it in plain.values() {
                prop_assert_eq!(marks.position(&it.id).and_then(|it| marks.get(it)), Some(it));
            }
        }
    }
}
