//! The lines that relations are drawn as.

use std::collections::BTreeSet;

use egui::{Pos2, pos2};

use crate::gui::canvas::frame::Frame;
use crate::gui::canvas::layouts::Layouts;
use crate::gui::canvas::rows::Edge;
use crate::gui::canvas::{Link, Scene};
use crate::text::Offset;

/// A relation of which at least one end is in view.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct VisibleLink {
    /// Corners of the line, from the relation's start to its end.
    pub(super) corners: Vec<Pos2>,
    /// The mark whose colour it has: the one it leads to.
    pub(super) mark: usize,
    /// The relation's name.
    pub(super) name: String,
    /// The end of the name that is next to the mark's own start.
    pub(super) name_at: Pos2,
    /// True if the name stands left of that, where text runs to the left.
    pub(super) is_name_left: bool,
    /// True if the last corner is the end of the relation, which takes an arrow head.
    pub(super) has_head: bool,
    /// The end that is out of view.
    pub(super) jump: Option<Jump>,
}

/// What leads to a mark that is out of view.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Jump {
    /// True if it lies above the window.
    pub(super) is_above: bool,
    /// Where it starts.
    pub(super) offset: Offset,
    /// What it is.
    pub(super) name: String,
    /// Where the line leaves the window.
    pub(super) at: Pos2,
}

/// More lines than these side by side would cover the line numbers.
const MAX_RAILS: usize = 4;

/// How far left of the column the lines run that are beside it.
pub(super) fn rail_room(text_size: f32) -> f32 {
    rail(text_size, MAX_RAILS)
}

fn rail(text_size: f32, number: usize) -> f32 {
    text_size.min(30.0) * 0.55 + number as f32 * 5.0
}

/// The relations to draw: those of the selected and the hovered mark, or all in view.
pub(super) fn visible(
    scene: &Scene<'_>,
    layouts: &Layouts,
    frame: &Frame,
    hovered: Option<usize>,
) -> Vec<VisibleLink> {
    let mut marks: BTreeSet<usize> = scene.selected.into_iter().chain(hovered).collect();
    if scene.options.show_all_links {
        marks.extend(frame.rows(layouts).flat_map(|it| it.row.pieces.iter().map(|piece| piece.mark)));
    }
    let marks = marks.into_iter().filter_map(|mark| scene.marks.get(mark));
    let links: BTreeSet<&Link> = marks.flat_map(|mark| scene.links.of(&mark.id)).collect();
    let mut n_rails = 0;
    links.into_iter().filter_map(|link| drawn(link, scene, layouts, frame, &mut n_rails)).collect()
}

fn drawn(
    link: &Link,
    scene: &Scene<'_>,
    layouts: &Layouts,
    frame: &Frame,
    n_rails: &mut usize,
) -> Option<VisibleLink> {
    let (from_mark, to_mark) = (scene.marks.position(&link.from)?, scene.marks.position(&link.to)?);
    let from = anchor(from_mark, scene, layouts, frame);
    let to = anchor(to_mark, scene, layouts, frame);
    let mut corners = Vec::new();
    let mut jump = None;
    let mut next_rail = || {
        let number = (*n_rails).min(MAX_RAILS);
        *n_rails += 1;
        frame.left - rail(scene.options.text_size, number)
    };
    match (from, to) {
        (None, None) => return None,
        (Some(from), Some(to)) => {
            corners.push(from.at);
            corners.push(pos2(from.at.x, from.run));
            if from.run != to.run {
                let rail = next_rail();
                corners.push(pos2(rail, from.run));
                corners.push(pos2(rail, to.run));
            }
            corners.push(pos2(to.at.x, to.run));
            corners.push(to.at);
        }
        (Some(here), None) | (None, Some(here)) => {
            let other = if from.is_some() { to_mark } else { from_mark };
            let mark = scene.marks.get(other)?;
            let first = frame.rows(layouts).next()?;
            let is_above = mark.span.start() < first.offset(first.row.row.start);
            let edge = if is_above { frame.rect.top() } else { frame.rect.bottom() };
            let rail = next_rail();
            corners.extend([here.at, pos2(here.at.x, here.run), pos2(rail, here.run), pos2(rail, edge)]);
            if to.is_some() {
                corners.reverse();
            }
            let at = pos2(rail, edge);
            jump = Some(Jump { is_above, offset: mark.span.start(), name: mark.name(scene.text), at });
        }
    }
    let end = to.or(from)?;
    Some(VisibleLink {
        corners,
        mark: to_mark,
        name: link.label.clone(),
        name_at: pos2(end.at.x + if end.is_right { -6.0 } else { 6.0 }, end.run),
        is_name_left: end.is_right,
        has_head: to.is_some(),
        jump,
    })
}

/// Where a line meets a mark.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Anchor {
    /// The point over its text.
    at: Pos2,
    /// The height at which a line runs between this row and the one above.
    run: f32,
    /// True if it is near a right end, where text that runs to the left starts.
    is_right: bool,
}

/// Over a mark's start if that is in view, else over the first stretch that is.
fn anchor(mark: usize, scene: &Scene<'_>, layouts: &Layouts, frame: &Frame) -> Option<Anchor> {
    let rise = (scene.options.text_size * 0.3).clamp(3.0, 10.0);
    let mut found: Option<(bool, Anchor)> = None;
    for it in frame.rows(layouts) {
        let pieces = it.row.pieces.iter().filter(|piece| piece.mark == mark);
        for (segment, fragment) in pieces.flat_map(|piece| &piece.segments) {
            let is_start = *fragment == 0 && (segment.left == Edge::Start || segment.right == Edge::Start);
            if found.is_none_or(|(was_start, _)| is_start && !was_start) {
                let rect = it.text_rect(segment.x0, segment.x1);
                let into = (rect.width() / 2.0).min(14.0);
                let is_right = segment.right == Edge::Start;
                let x = if is_right { rect.right() - into } else { rect.left() + into };
                let run = (rect.top() - rise).max(it.origin.y + it.row.top);
                found = Some((is_start, Anchor { at: pos2(x, rect.top()), run, is_right }));
            }
        }
    }
    found.map(|(_, anchor)| anchor)
}

/// A line through `corners` with its bends rounded.
pub(super) fn rounded(corners: &[Pos2], radius: f32) -> Vec<Pos2> {
    let (Some(&first), Some(&last)) = (corners.first(), corners.last()) else { return Vec::new() };
    let mut line = vec![first];
    for bend in corners.windows(3) {
        let (before, corner, after) = (bend[0], bend[1], bend[2]);
        let radius = radius.min(before.distance(corner) / 2.0).min(after.distance(corner) / 2.0);
        if radius < 0.1 {
            line.push(corner);
            continue;
        }
        let from = corner + (before - corner).normalized() * radius;
        let to = corner + (after - corner).normalized() * radius;
        for step in 0..=6 {
            let t = step as f32 / 6.0;
            let (a, b) = (from.lerp(corner, t), corner.lerp(to, t));
            line.push(a.lerp(b, t));
        }
    }
    line.push(last);
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_keeps_the_ends_and_stays_in_the_corner() {
        let corners = [pos2(0.0, 0.0), pos2(0.0, 10.0), pos2(20.0, 10.0)];
        let line = rounded(&corners, 4.0);
        assert_eq!((line.first(), line.last()), (corners.first(), corners.last()));
        assert!(line.iter().all(|at| (0.0..=20.0).contains(&at.x) && (0.0..=10.0).contains(&at.y)));
        assert!(!line.contains(&corners[1]));
    }

    #[test]
    fn nothing_rounds_to_nothing() {
        assert_eq!(rounded(&[], 4.0), []);
        assert_eq!(rounded(&[pos2(1.0, 1.0); 3], 4.0), [pos2(1.0, 1.0); 3]);
    }
}
