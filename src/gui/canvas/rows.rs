//! Where the characters of one row are: from bytes to x and back, in either writing direction.
//!
//! All x are in points from the row's left, all positions bytes in the row's block.

use crate::gui::canvas::Affinity;
use crate::gui::canvas::glyphs::{Cluster, Row};

/// A stretch of a row that some characters take on screen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Segment {
    /// Left edge.
    pub(super) x0: f32,
    /// Right edge.
    pub(super) x1: f32,
    /// What the left edge is.
    pub(super) left: Edge,
    /// What the right edge is.
    pub(super) right: Edge,
}

/// What happens to a range where a segment of it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edge {
    /// The range starts here.
    Start,
    /// The range ends here.
    End,
    /// It goes on elsewhere: in another row, or beyond a change of direction.
    Continues,
}

/// Where the characters of `start..end` are, from left to right. One range is in several places
/// where the writing direction changes. Spaces at the end of a row are left out if the range goes
/// on in the next, because they hang over the margin.
pub(super) fn segments(row: &Row, start: u32, end: u32) -> Vec<Segment> {
    let visible_end = if end > row.end { trimmed_end(row) } else { row.end };
    let (first, last) = (start.max(row.start), end.min(visible_end));
    let mut segments: Vec<Segment> = Vec::new();
    let is_in = |cluster: &Cluster| cluster.start < last && cluster.end() > first;
    for cluster in row.clusters.iter().filter(|it| is_in(it)) {
        let leading = if cluster.start <= start { Edge::Start } else { Edge::Continues };
        let trailing = if cluster.end() >= end { Edge::End } else { Edge::Continues };
        let (left, right) = if cluster.is_rtl { (trailing, leading) } else { (leading, trailing) };
        match segments.last_mut() {
            Some(segment) if cluster.x0 - segment.x1 < 0.5 => {
                segment.x1 = segment.x1.max(cluster.x1);
                segment.right = right;
            }
            _ => segments.push(Segment { x0: cluster.x0, x1: cluster.x1, left, right }),
        }
    }
    segments
}

/// The end of a row's characters without trailing spaces; its start if it has only those.
fn trimmed_end(row: &Row) -> u32 {
    let inked = row.clusters.iter().filter(|cluster| !cluster.is_space).map(Cluster::end);
    inked.max().unwrap_or(row.start)
}

/// Where a caret at `byte` stands, if it can stand in this row.
pub(super) fn caret_x(row: &Row, byte: u32, affinity: Affinity) -> Option<f32> {
    if byte < row.start || byte > row.end {
        return None;
    }
    let after = row.clusters.iter().find(|it| it.start <= byte && byte < it.end());
    let before = row.clusters.iter().find(|it| it.start < byte && byte <= it.end());
    let leading = |it: &Cluster| if it.is_rtl { it.x1 } else { it.x0 };
    let trailing = |it: &Cluster| if it.is_rtl { it.x0 } else { it.x1 };
    let (first, second) = match affinity {
        Affinity::Downstream => (after.map(leading), before.map(trailing)),
        Affinity::Upstream => (before.map(trailing), after.map(leading)),
    };
    let empty = if row.is_rtl { row.width } else { 0.0 };
    Some(first.or(second).unwrap_or(empty))
}

/// The place in a row nearest to `x`.
pub(super) fn hit(row: &Row, x: f32) -> (u32, Affinity) {
    let Some(cluster) = cluster_at(row, x) else { return (row.start, Affinity::Downstream) };
    let is_right = x >= (cluster.x0 + cluster.x1) / 2.0;
    if is_right == cluster.is_rtl {
        (cluster.start, Affinity::Downstream)
    } else {
        (cluster.end(), Affinity::Upstream)
    }
}

/// The character at `x`, or the nearest one.
pub(super) fn cluster_at(row: &Row, x: f32) -> Option<&Cluster> {
    let distance = |it: &Cluster| (it.x0 - x).max(x - it.x1).max(0.0);
    row.clusters.iter().min_by(|a, b| distance(a).total_cmp(&distance(b)))
}

/// The ends of a row for the Home and End keys. The end lies before the spaces at which the row
/// was broken, so that the caret stays in sight.
pub(super) fn ends(row: &Row, is_last: bool) -> (u32, u32) {
    (row.start, if is_last { row.end } else { trimmed_end(row) })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A row with a cluster of 10 points for each character of `visual`, which lists characters
    /// as they stand from left to right; capitals are written from right to left. `order` gives
    /// the byte of each.
    pub(in crate::gui::canvas) fn row(visual: &[(u32, bool)], is_rtl: bool) -> Row {
        let clusters: Vec<Cluster> = visual
            .iter()
            .enumerate()
            .map(|(i, &(start, is_rtl))| Cluster {
                start,
                len: 1,
                is_rtl,
                is_space: false,
                x0: i as f32 * 10.0,
                x1: (i + 1) as f32 * 10.0,
            })
            .collect();
        let end = clusters.len() as u32;
        Row {
            start: 0,
            end,
            ascent: 12.0,
            descent: 4.0,
            width: end as f32 * 10.0,
            is_rtl,
            clusters,
            glyphs: vec![],
        }
    }

    /// `ab CD ef` with bytes 0‥6, of which 2‥4 run from right to left.
    fn mixed() -> Row {
        row(&[(0, false), (1, false), (3, true), (2, true), (4, false), (5, false)], false)
    }

    #[test]
    fn a_range_across_a_change_of_direction_is_in_two_places() {
        let places = segments(&mixed(), 1, 3);
        let xs: Vec<(f32, f32)> = places.iter().map(|it| (it.x0, it.x1)).collect();
        assert_eq!(xs, [(10.0, 20.0), (30.0, 40.0)]);
        assert_eq!((places[0].left, places[0].right), (Edge::Start, Edge::Continues));
        assert_eq!((places[1].left, places[1].right), (Edge::End, Edge::Continues));
    }

    #[test]
    fn a_range_of_both_directions_is_one_stretch_if_it_covers_all() {
        let places = segments(&mixed(), 0, 6);
        assert_eq!(places.len(), 1);
        assert_eq!((places[0].left, places[0].right), (Edge::Start, Edge::End));
    }

    #[test]
    fn spaces_at_the_end_of_a_row_hang() {
        let mut row = row(&[(0, false), (1, false), (2, false)], false);
        row.clusters[2].is_space = true;
        assert_eq!(segments(&row, 0, 9)[0].x1, 20.0);
        assert_eq!(segments(&row, 0, 3)[0].x1, 30.0);
        assert_eq!(ends(&row, false), (0, 2));
        assert_eq!(ends(&row, true), (0, 3));
    }

    #[test]
    fn a_caret_between_directions_stands_where_its_side_says() {
        let row = mixed();
        assert_eq!(caret_x(&row, 2, Affinity::Upstream), Some(20.0));
        assert_eq!(caret_x(&row, 2, Affinity::Downstream), Some(40.0));
        assert_eq!(caret_x(&row, 7, Affinity::Downstream), None);
    }

    #[test]
    fn every_caret_is_hit_where_it_is_drawn() {
        let row = mixed();
        for cluster in &row.clusters {
            for affinity in [Affinity::Downstream, Affinity::Upstream] {
                let byte = if affinity == Affinity::Downstream { cluster.start } else { cluster.end() };
                let x = caret_x(&row, byte, affinity).expect("the caret is in the row");
                let inwards = if (cluster.x0 - x).abs() < 0.1 { 1.0 } else { -1.0 };
                assert_eq!(hit(&row, x + inwards), (byte, affinity), "{cluster:?}");
            }
        }
    }

    #[test]
    fn an_empty_row_takes_a_caret() {
        let row = row(&[], false);
        assert_eq!(caret_x(&row, 0, Affinity::Upstream), Some(0.0));
        assert_eq!(hit(&row, 55.0), (0, Affinity::Downstream));
    }
}
