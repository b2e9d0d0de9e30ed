//! Where everything stood in the last frame: from points on screen to the text and back.

use egui::{Pos2, Rect, pos2, vec2};

use crate::gui::canvas::layout::{BlockLayout, RowLayout};
use crate::gui::canvas::layouts::{Layouts, RowPlace};
use crate::gui::canvas::rows;
use crate::gui::canvas::{Affinity, Align, Caret, Marks, Scene, ScrollPosition};
use crate::text::{Offset, Range};

/// The visible blocks and where they are.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    /// The canvas without its scroll bar.
    pub(super) rect: Rect,
    /// Left edge of the column on screen.
    pub(super) left: f32,
    /// Blocks in view, from top to bottom, each with its top on screen. At least one after the
    /// first frame.
    pub(super) blocks: Vec<(usize, f32)>,
    /// Points from the top of the first block to the window's top, before rounding to pixels.
    exact_into: f32,
    /// The window's top, measured from the top of the article; a guess.
    pub(super) y: f64,
    /// Numbers of candidates, with their marks.
    pub(super) badges: Vec<(Rect, usize)>,
    /// Arrows at the edge that lead to the end of a relation.
    pub(super) jumps: Vec<JumpPlace>,
    /// Handles of the selected mark: fragment and side.
    pub(super) handles: Vec<(Rect, usize, crate::text::Side)>,
}

impl Default for Frame {
    fn default() -> Frame {
        Frame {
            rect: Rect::ZERO,
            left: 0.0,
            blocks: Vec::new(),
            exact_into: 0.0,
            y: 0.0,
            badges: Vec::new(),
            jumps: Vec::new(),
            handles: Vec::new(),
        }
    }
}

/// An arrow that leads to a place out of view.
#[derive(Clone, Debug)]
pub(super) struct JumpPlace {
    /// Where it can be clicked.
    pub(super) rect: Rect,
    /// Where it leads.
    pub(super) offset: Offset,
    /// The mark there.
    pub(super) name: String,
}

/// A visible row.
#[derive(Clone, Copy)]
pub(super) struct VisibleRow<'a> {
    /// Its block's number.
    pub(super) block: usize,
    /// Its block.
    pub(super) layout: &'a BlockLayout,
    /// Its number in the block.
    pub(super) index: usize,
    /// The row itself.
    pub(super) row: &'a RowLayout,
    /// The block's top left corner on screen.
    pub(super) origin: Pos2,
}

impl VisibleRow<'_> {
    /// A rectangle on screen from the row's own coordinates.
    pub(super) fn rect(&self, x0: f32, x1: f32, y0: f32, y1: f32) -> Rect {
        Rect::from_min_max(self.origin + vec2(x0, y0), self.origin + vec2(x1, y1))
    }

    /// Where a stretch of its text is.
    pub(super) fn text_rect(&self, x0: f32, x1: f32) -> Rect {
        self.rect(x0, x1, self.row.text_top, self.row.text_bottom)
    }

    /// A position in the text from a byte of the block.
    pub(super) fn offset(&self, byte: u32) -> Offset {
        Offset::new((self.layout.start + byte) as usize)
    }
}

/// What lies under a point.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Target {
    /// Marks whose text, underline or tag is there, shortest first.
    pub(super) marks: Vec<usize>,
    /// The tag's place, if it is one.
    pub(super) tag: Option<Rect>,
}

impl Frame {
    /// Nothing yet, of a column at `rect`'s left edge.
    pub(super) fn new(rect: Rect) -> Frame {
        Frame { rect, left: rect.left(), ..Frame::default() }
    }

    /// Places blocks on screen so that `scroll` is at the top, as far as the article reaches, and
    /// returns where the window came to stand.
    pub(super) fn place(
        &mut self,
        layouts: &mut Layouts,
        scene: &Scene<'_>,
        scroll: ScrollPosition,
    ) -> ScrollPosition {
        let place = layouts.row_of(Caret::new(scroll.offset.min(scene.text.end())), scene);
        let layout = layouts.ensure(place.block, scene);
        let row_top = layout.rows.get(place.row).map_or(0.0, |row| row.top);
        let (block, into) = walk(layouts, scene, place.block, row_top + finite(scroll.points));
        let (block, into) = self.stop_at_end(layouts, scene, block, into);
        self.fill(layouts, scene, block, into);
        self.position(layouts)
    }

    /// If the article would end above the window's lower edge, goes back until it does not.
    fn stop_at_end(&self, layouts: &mut Layouts, scene: &Scene<'_>, block: usize, into: f32) -> (usize, f32) {
        let mut below = -into;
        for i in block..layouts.table().len() {
            below += layouts.ensure(i, scene).height;
            if below >= self.rect.height() {
                return (block, into);
            }
        }
        walk(layouts, scene, block, into - (self.rect.height() - below))
    }

    /// Lays out and places blocks from `into` points into `block` down to the window's lower edge.
    fn fill(&mut self, layouts: &mut Layouts, scene: &Scene<'_>, block: usize, into: f32) {
        self.blocks.clear();
        let ppp = layouts.metrics().pixels_per_point;
        let mut y = ((self.rect.top() - into) * ppp).round() / ppp;
        for i in block..layouts.table().len() {
            self.blocks.push((i, y));
            y += layouts.ensure(i, scene).height;
            if y >= self.rect.bottom() {
                break;
            }
        }
        self.y = layouts.heights().before(block) + f64::from(into);
        let last = self.blocks.last().map_or(block, |&(last, _)| last);
        layouts.forget_far_from(block, last, self.rect.height());
        self.exact_into = into;
    }

    /// The window's place, by the row at its top.
    fn position(&self, layouts: &Layouts) -> ScrollPosition {
        let Some(&(block, _)) = self.blocks.first() else { return ScrollPosition::default() };
        let Some(layout) = layouts.get(block) else { return ScrollPosition::default() };
        let Some(row) = layout.rows.get(layout.row_at(self.exact_into)) else {
            return ScrollPosition::default();
        };
        let offset = Offset::new((layout.start + row.row.start) as usize);
        ScrollPosition { offset, points: self.exact_into - row.top }
    }

    /// Where to scroll so that `caret`'s row stands as `align` says; nothing if it does.
    pub(super) fn scroll_for(
        &self,
        layouts: &mut Layouts,
        scene: &Scene<'_>,
        caret: Caret,
        align: Align,
    ) -> Option<ScrollPosition> {
        let place = layouts.row_of(caret, scene);
        let layout = layouts.ensure(place.block, scene);
        let row = layout.rows.get(place.row)?;
        let (height, offset) = (row.bottom - row.top, Offset::new((layout.start + row.row.start) as usize));
        let margin = (self.rect.height() / 4.0).min(height);
        let center = (self.rect.height() / 3.0 - height / 2.0).max(0.0);
        let above = match align {
            Align::Top => margin.min(12.0),
            Align::Center => center,
            Align::Nearest | Align::Context => {
                let row = self.rows(layouts).find(|it| it.block == place.block && it.index == place.row);
                let y = row.map(|it| it.origin.y + it.row.top - self.rect.top());
                let lowest = self.rect.height() - height - margin;
                match y {
                    Some(y) if y >= margin.min(lowest) && y <= lowest.max(margin) => return None,
                    _ if align == Align::Context => center,
                    Some(y) if y < margin => margin,
                    Some(_) => lowest,
                    None if self.is_below(layouts, place) => lowest,
                    None => margin,
                }
            }
        };
        Some(ScrollPosition { offset, points: -above })
    }

    /// True if a row that is not in view comes after those that are.
    fn is_below(&self, layouts: &Layouts, place: RowPlace) -> bool {
        self.rows(layouts).next().is_some_and(|first| (place.block, place.row) > (first.block, first.index))
    }

    /// All rows that reach into view, from top to bottom.
    pub(super) fn rows<'a>(&'a self, layouts: &'a Layouts) -> impl Iterator<Item = VisibleRow<'a>> {
        self.blocks
            .iter()
            .filter_map(|&(block, top)| Some((block, layouts.get(block)?, pos2(self.left, top))))
            .flat_map(|(block, layout, origin)| {
                let rows = layout.rows.iter().enumerate();
                rows.map(move |(index, row)| VisibleRow { block, layout, index, row, origin })
            })
            .filter(|it| {
                it.origin.y + it.row.bottom >= self.rect.top()
                    && it.origin.y + it.row.top <= self.rect.bottom()
            })
    }

    /// The visible row nearest to a height.
    fn row_near<'a>(&'a self, layouts: &'a Layouts, y: f32) -> Option<VisibleRow<'a>> {
        let distance = |it: &VisibleRow<'_>| {
            let (top, bottom) = (it.origin.y + it.row.top, it.origin.y + it.row.bottom);
            (top - y).max(y - bottom).max(0.0)
        };
        self.rows(layouts).min_by(|a, b| distance(a).total_cmp(&distance(b)))
    }

    /// The caret nearest to a point.
    pub(super) fn hit(&self, layouts: &Layouts, pos: Pos2) -> Option<Caret> {
        let it = self.row_near(layouts, pos.y)?;
        layouts.hit(RowPlace { block: it.block, row: it.index }, pos.x - it.origin.x)
    }

    /// The grapheme at a point, or the nearest one of its row; the empty stretch of a row without
    /// any.
    pub(super) fn grapheme_at(&self, layouts: &Layouts, pos: Pos2) -> Option<(Offset, Offset)> {
        let it = self.row_near(layouts, pos.y)?;
        let cluster = rows::cluster_at(&it.row.row, pos.x - it.origin.x - it.row.x);
        let byte = cluster.map_or(it.row.row.start, |cluster| cluster.start);
        Some(layouts.table().grapheme(it.block, it.offset(byte)))
    }

    /// The marks at a point.
    pub(super) fn target(&self, layouts: &Layouts, marks: &Marks, pos: Pos2) -> Target {
        let mut target = Target::default();
        let metrics = layouts.metrics();
        // The mark with the lowest underline over the point, and where that is.
        let mut lane: Option<(f32, usize)> = None;
        for it in self.rows(layouts) {
            for piece in &it.row.pieces {
                let tag = piece.tag.map(|tag| it.rect(tag.x0, tag.x1, tag.top, tag.bottom));
                if let Some(tag) = tag.filter(|tag| tag.contains(pos)) {
                    return Target { marks: vec![piece.mark], tag: Some(tag) };
                }
                let segments = piece.segments.iter().map(|(segment, _)| (segment.x0, segment.x1));
                if segments.clone().any(|(x0, x1)| it.text_rect(x0, x1).contains(pos)) {
                    target.marks.push(piece.mark);
                }
                let Some(line) = piece.line else { continue };
                let is_in_lane = segments.chain(piece.ties.iter().copied()).any(|(x0, x1)| {
                    it.rect(x0, x1, line - 1.0, line + metrics.lane_with_tag()).contains(pos)
                });
                if is_in_lane && lane.is_none_or(|(lowest, _)| line > lowest) {
                    lane = Some((line, piece.mark));
                }
            }
        }
        match lane {
            // The last lane may reach into the text of the row below, which comes first.
            Some((_, mark)) if target.marks.is_empty() => Target { marks: vec![mark], tag: None },
            _ => {
                marks.sort_shortest_first(&mut target.marks);
                target
            }
        }
    }

    /// Where a caret stands: its upper and lower end.
    pub(super) fn caret(&self, layouts: &Layouts, caret: Caret) -> Option<(Pos2, Pos2)> {
        let place = layouts.known_row_of(caret)?;
        let it = self.rows(layouts).find(|it| it.block == place.block && it.index == place.row)?;
        let x = rows::caret_x(&it.row.row, layouts.byte_in(place.block, caret.offset), caret.affinity)?;
        let x = it.origin.x + it.row.x + x;
        Some((pos2(x, it.origin.y + it.row.text_top), pos2(x, it.origin.y + it.row.text_bottom)))
    }

    /// Where the characters of a range are, one rectangle for each stretch.
    pub(super) fn rects(&self, layouts: &Layouts, range: Range) -> Vec<Rect> {
        let mut rects = Vec::new();
        for it in self.rows(layouts) {
            let base = it.layout.start;
            let end = range.end().byte() as u32;
            let start = range.start().byte() as u32;
            if end <= base + it.row.row.start || start > base + it.row.row.end {
                continue;
            }
            let found = rows::segments(&it.row.row, start.saturating_sub(base), end - base);
            rects.extend(found.iter().map(|s| it.text_rect(it.row.x + s.x0, it.row.x + s.x1)));
            let takes_line_end = it.index + 1 == it.layout.rows.len() && end > base + it.row.row.end;
            if takes_line_end && start <= base + it.row.row.end {
                let x = if it.row.row.is_rtl { it.row.x - 5.0 } else { it.row.x + it.row.row.width };
                rects.push(it.text_rect(x, x + 5.0));
            }
        }
        rects
    }
}

/// Moves from `into` points into a block to the block that place lies in. Laying out what it
/// passes makes every step exact.
fn walk(layouts: &mut Layouts, scene: &Scene<'_>, mut block: usize, mut into: f32) -> (usize, f32) {
    while into < 0.0 && block > 0 {
        block -= 1;
        into += layouts.ensure(block, scene).height;
    }
    into = into.max(0.0);
    while block + 1 < layouts.table().len() {
        let height = layouts.ensure(block, scene).height;
        if into < height {
            break;
        }
        into -= height;
        block += 1;
    }
    (block, into)
}

/// A wheel or a stored place may ask for anything; what is passed is laid out, so it is bounded.
fn finite(points: f32) -> f32 {
    if points.is_finite() { points.clamp(-50_000.0, 50_000.0) } else { 0.0 }
}

/// The affinity of a caret that a movement to a row's end leaves.
pub(super) fn end_affinity(is_last_row: bool) -> Affinity {
    if is_last_row { Affinity::Downstream } else { Affinity::Upstream }
}
