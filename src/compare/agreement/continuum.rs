//! Articles one after the other as one line of code points, cut into units and the gaps between
//! them.
//!
//! A unit here is a piece of an annotation; of an annotator's units of one label that overlap, the
//! earliest and then longest stays (INCEpTION's rule), and the others are counted.

use super::comparison::{Comparison, Stretch, Units};
use super::{Case, Item, Scope};

/// A unit with its label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Section {
    pub(super) place: Stretch,
    pub(super) label: u32,
}

/// The units of one annotator in one article that do not overlap another one of their label, in
/// the order of the text, and how many do.
pub(super) fn sections(set: &Units, label: Option<usize>) -> (Vec<Section>, u64) {
    let mut sections: Vec<Section> = Vec::new();
    let n_dropped = push_sections(set, label, &mut sections);
    if label.is_none() {
        sections.sort_unstable();
    }
    (sections, n_dropped)
}

/// Adds the units of a label, or of all label by label, without those that overlap another one of
/// their label; returns how many do.
pub(super) fn push_sections(set: &Units, label: Option<usize>, sections: &mut Vec<Section>) -> u64 {
    let mut n_dropped = 0;
    let mut last: Option<Section> = None;
    for piece in set.pieces(label) {
        let section = Section { place: piece.code_points, label: piece.label };
        match last {
            Some(last) if last.label == section.label && section.place.start < last.place.end => {
                n_dropped += 1
            }
            _ => {
                last = Some(section);
                sections.push(section);
            }
        }
    }
    n_dropped
}

/// True if two units of one annotator overlap.
pub(super) fn is_overlapping(sections: &[Section]) -> bool {
    !sections.is_sorted_by(|a, b| a.place.end <= b.place.start)
}

/// Calls `visit` with the numbers of each two units that have a code point in common. The units of
/// either side do not overlap.
pub(super) fn for_each_meeting(a: &[Section], b: &[Section], mut visit: impl FnMut(usize, usize, u32)) {
    let (mut i, mut j) = (0, 0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        let n_shared = x.place.n_shared(y.place);
        if n_shared > 0 {
            visit(i, j, n_shared);
        }
        if x.place.end <= y.place.end { i += 1 } else { j += 1 }
    }
}

/// How gaps go on from one article to the next.
#[derive(Clone, Copy, Default)]
pub(super) struct Gaps {
    open: u64,
}

impl Gaps {
    /// Goes on through an article, calling `visit` with the length of each gap that ends in it.
    pub(super) fn pass(&mut self, sections: &[Section], n_code_points: u32, mut visit: impl FnMut(u64)) {
        let mut at = 0;
        for section in sections {
            self.open += u64::from(section.place.start - at);
            at = section.place.end;
            self.close(&mut visit);
        }
        self.open += u64::from(n_code_points - at);
    }

    /// The gap at the end of the line.
    pub(super) fn close(&mut self, mut visit: impl FnMut(u64)) {
        let length = std::mem::take(&mut self.open);
        if length > 0 {
            visit(length);
        }
    }
}

/// The stretches between all starts and ends that somebody marked: agreed where all have the same
/// labels there.
pub(super) fn marked_stretches(comparison: &Comparison, scope: &Scope, article: usize) -> Vec<Case> {
    let prepared = comparison.article(article);
    let Some(sets) = prepared.seen_by(&scope.annotators) else { return Vec::new() };
    let lanes: Vec<Vec<Section>> = sets.iter().map(|set| sections(set, scope.label).0).collect();
    let mut edges: Vec<u32> = lanes.iter().flatten().flat_map(|it| [it.place.start, it.place.end]).collect();
    edges.sort_unstable();
    edges.dedup();
    let case = |edges: &[u32]| {
        let place = Stretch { start: edges[0], end: edges[1] };
        let labels_of = |lane: &Vec<Section>| -> Vec<u32> {
            lane.iter().filter(|it| it.place.n_shared(place) > 0).map(|it| it.label).collect()
        };
        let mut labels: Vec<Vec<u32>> = lanes.iter().map(labels_of).collect();
        labels.iter_mut().for_each(|it| it.sort_unstable());
        if labels.iter().all(Vec::is_empty) {
            return None;
        }
        let is_agreed = labels.windows(2).all(|pair| pair[0] == pair[1]);
        let range = prepared.range(place)?;
        let items = sets
            .iter()
            .map(|set| set.ids_within(scope.label, range).into_iter().map(Item::Annotation).collect());
        Some(Case { article, place: Some(range), is_agreed, items: items.collect() })
    };
    edges.windows(2).filter_map(case).collect()
}
