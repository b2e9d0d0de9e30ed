//! One block with everything in its place: rows, underlines, tags.
//!
//! All y are in points from the block's top, all x in points from the column's left.

use crate::gui::canvas::blocks::Block;
use crate::gui::canvas::glyphs::Row;
use crate::gui::canvas::lanes::{self, Extent};
use crate::gui::canvas::rows::{self, Edge, Segment};
use crate::gui::canvas::{Density, Fragment, Marks};
use crate::text::Offset;

/// A block ready to be drawn and asked.
#[derive(Clone, Debug, Default)]
pub(super) struct BlockLayout {
    /// First byte of the block in the text.
    pub(super) start: u32,
    /// From its top to the next block's top.
    pub(super) height: f32,
    /// From top to bottom; at least one.
    pub(super) rows: Vec<RowLayout>,
}

/// A row with its marks.
#[derive(Clone, Debug)]
pub(super) struct RowLayout {
    /// Its characters.
    pub(super) row: Row,
    /// Where the row's own x begin.
    pub(super) x: f32,
    /// Its upper edge; that of the first row is the block's.
    pub(super) top: f32,
    /// Upper edge of its text, which tints and selections fill.
    pub(super) text_top: f32,
    /// The line on which letters stand.
    pub(super) baseline: f32,
    /// Lower edge of its text.
    pub(super) text_bottom: f32,
    /// Where the next row begins.
    pub(super) bottom: f32,
    /// Its marks, longest first: the order in which they are painted.
    pub(super) pieces: Vec<Piece>,
}

/// What one row shows of one mark.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Piece {
    /// Which mark.
    pub(super) mark: usize,
    /// Where its text is. The fragment's number stands beside each segment.
    pub(super) segments: Vec<(Segment, usize)>,
    /// How many longer marks lie behind its text too.
    pub(super) depth: usize,
    /// Stretches between its fragments, which a dashed line ties.
    pub(super) ties: Vec<(f32, f32)>,
    /// Upper edge of its underline; `None` if too many marks are stacked here.
    pub(super) line: Option<f32>,
    /// Where its label's tag hangs, if the mark starts here.
    pub(super) tag: Option<Tag>,
}

/// A label's tag on an underline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Tag {
    /// Left edge.
    pub(super) x0: f32,
    /// Right edge.
    pub(super) x1: f32,
    /// Upper edge.
    pub(super) top: f32,
    /// Lower edge.
    pub(super) bottom: f32,
    /// True if there is room for the label's name, not only for its letter.
    pub(super) has_name: bool,
    /// True if it hangs from a right end, where text that runs to the left starts.
    pub(super) is_right: bool,
}

/// Sizes in points that a layout keeps to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Metrics {
    /// Size of the text.
    pub(super) text_size: f32,
    /// Distance between base lines as a multiple of the font's own.
    pub(super) line_spacing: f32,
    /// Width of the column.
    pub(super) width: f32,
    /// How much room marks take.
    pub(super) density: Density,
    /// Rows begin on whole pixels of this many to a point.
    pub(super) pixels_per_point: f32,
}

/// Room below underlines and tags in which the line of a relation can run.
const LINK_ROOM: f32 = 1.5;

/// Room above the first and below the last block.
const PAGE_MARGIN: f32 = 24.0;

impl Metrics {
    /// Height of an underline with the air above it.
    pub(super) fn lane(&self) -> f32 {
        self.line_height() + 2.0
    }

    /// Height of the band in which an underline's pattern is drawn.
    pub(super) fn line_height(&self) -> f32 {
        (self.text_size * 0.2).clamp(3.0, 6.0)
    }

    /// Size of a tag's letters.
    pub(super) fn tag_size(&self) -> f32 {
        (self.text_size * 0.58).clamp(7.0, 20.0)
    }

    /// Height of a tag.
    pub(super) fn tag_height(&self) -> f32 {
        (self.tag_size() * 1.3).round()
    }

    /// Height of an underline with all that may hang from it.
    pub(super) fn lane_with_tag(&self) -> f32 {
        match self.density {
            Density::Tags => self.line_height() - 1.0 + self.tag_height(),
            Density::Compact => self.lane(),
        }
    }

    /// Air between paragraphs.
    fn paragraph_gap(&self) -> f32 {
        self.text_size * 0.55
    }

    fn snap(&self, y: f32) -> f32 {
        (y * self.pixels_per_point).round() / self.pixels_per_point
    }

    /// A guess at a block's height before it is laid out. `advance` is the width of half an em.
    pub(super) fn estimate(&self, block: Block, advance: f32, is_first: bool, is_last: bool) -> f64 {
        let n_rows = (block.units as f32 * advance / self.width.max(1.0)).ceil().max(1.0);
        let row = self.text_size * 1.36 * self.line_spacing + 2.0;
        f64::from(n_rows * row + self.before(is_first) + self.after(block, is_last))
    }

    fn before(&self, is_first: bool) -> f32 {
        if is_first { PAGE_MARGIN } else { 0.0 }
    }

    fn after(&self, block: Block, is_last: bool) -> f32 {
        match (is_last, block.ends_line) {
            (true, _) => PAGE_MARGIN,
            (false, true) => self.paragraph_gap(),
            (false, false) => 0.0,
        }
    }
}

/// How wide a mark's tag is with the label's name, and with only its letter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct TagWidths {
    /// With the name.
    pub(super) name: f32,
    /// With the letter.
    pub(super) letter: f32,
}

/// Where a block stands among the others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// The block.
    pub(super) block: Block,
    /// True for the first of the text.
    pub(super) is_first: bool,
    /// True for the last of the text.
    pub(super) is_last: bool,
}

/// Puts rows below each other and marks under them. `fragments` are those that touch the block;
/// `tag_widths` is asked for marks that start in it.
pub(super) fn layout(
    place: Place,
    rows: Vec<Row>,
    marks: &Marks,
    fragments: &[Fragment],
    metrics: &Metrics,
    tag_widths: &mut dyn FnMut(usize) -> TagWidths,
) -> BlockLayout {
    let start = place.block.start;
    let mut y = metrics.before(place.is_first);
    let n_rows = rows.len();
    let rows = rows.into_iter().enumerate().map(|(i, row)| {
        let top = if i == 0 { 0.0 } else { y };
        let text_height = row.ascent + row.descent;
        let leading = (text_height * (metrics.line_spacing - 1.0)).max(2.0);
        let text_top = metrics.snap(y + leading / 2.0);
        let baseline = metrics.snap(text_top + row.ascent);
        let text_bottom = baseline + row.descent;
        let x = if row.is_rtl { metrics.width - row.width } else { 0.0 };
        let mut pieces = pieces(&row, x, start, marks, fragments, metrics.width);
        let marked_bottom = place_pieces(&mut pieces, marks, text_bottom, metrics, tag_widths);
        y = metrics.snap((text_bottom + leading / 2.0).max(marked_bottom + leading / 2.0 + LINK_ROOM));
        if i + 1 == n_rows {
            y = metrics.snap(y + metrics.after(place.block, place.is_last));
        }
        RowLayout { row, x, top, text_top, baseline, text_bottom, bottom: y, pieces }
    });
    let rows: Vec<RowLayout> = rows.collect();
    BlockLayout { start, height: y, rows }
}

/// What a row shows of the marks that touch it, longest first, without a height yet.
fn pieces(row: &Row, x: f32, start: u32, marks: &Marks, fragments: &[Fragment], width: f32) -> Vec<Piece> {
    let (row_start, row_end) =
        (Offset::new((start + row.start) as usize), Offset::new((start + row.end) as usize));
    let mut pieces: Vec<Piece> = Vec::new();
    for fragment in fragments {
        let range = fragment.range;
        if range.start() >= row_end || range.end() <= row_start {
            continue;
        }
        // Bytes before the block are as good as its first one, as long as they stay outside.
        let local = |offset: Offset| (offset.byte() as u32).checked_sub(start);
        let first = local(range.start());
        let last = local(range.end()).unwrap_or_default();
        let mut found = rows::segments(row, first.unwrap_or_default(), last);
        for segment in &mut found {
            segment.x0 += x;
            segment.x1 += x;
            if first.is_none() {
                for edge in [&mut segment.left, &mut segment.right] {
                    *edge = if *edge == Edge::Start { Edge::Continues } else { *edge };
                }
            }
        }
        let found = found.into_iter().map(|segment| (segment, fragment.index));
        match pieces.iter_mut().find(|piece| piece.mark == fragment.mark) {
            Some(piece) => piece.segments.extend(found),
            None => pieces.push(Piece {
                mark: fragment.mark,
                segments: found.collect(),
                depth: 0,
                ties: Vec::new(),
                line: None,
                tag: None,
            }),
        }
    }
    pieces.retain(|piece| !piece.segments.is_empty());
    for piece in &mut pieces {
        tie(piece, marks, row, width);
    }
    let length = |piece: &Piece| marks.get(piece.mark).map_or(0, |mark| mark.span.n_bytes());
    pieces.sort_by(|a, b| length(b).cmp(&length(a)).then_with(|| marks.order(a.mark, b.mark)));
    for i in 1..pieces.len() {
        let (longer, rest) = pieces.split_at_mut(i);
        let has_tint = |piece: &&Piece| marks.get(piece.mark).is_some_and(|mark| mark.lane == 0);
        rest[0].depth = longer.iter().filter(has_tint).filter(|it| is_behind(it, &rest[0])).count();
    }
    pieces
}

fn is_behind(longer: &Piece, piece: &Piece) -> bool {
    let meets = |a: &Segment, b: &Segment| a.x0 < b.x1 && b.x0 < a.x1;
    piece.segments.iter().any(|(own, _)| longer.segments.iter().any(|(other, _)| meets(own, other)))
}

/// Finds the gaps between a mark's fragments: inside the row, and towards the rows before and
/// after it.
fn tie(piece: &mut Piece, marks: &Marks, row: &Row, width: f32) {
    piece.segments.sort_by(|(a, _), (b, _)| a.x0.total_cmp(&b.x0));
    let Some(mark) = marks.get(piece.mark).filter(|mark| mark.span.is_discontinuous()) else { return };
    for pair in piece.segments.windows(2) {
        let ((left, a), (right, b)) = (pair[0], pair[1]);
        if a != b && right.x0 - left.x1 > 1.0 {
            piece.ties.push((left.x1, right.x0));
        }
    }
    let fragments = piece.segments.iter().map(|&(_, fragment)| fragment);
    let (first, last) = (fragments.clone().min().unwrap_or(0), fragments.max().unwrap_or(0));
    let leftmost = piece.segments.first().map_or(0.0, |(segment, _)| segment.x0);
    let rightmost = piece.segments.last().map_or(width, |(segment, _)| segment.x1);
    let has = |fragment: usize, edge: Edge| {
        piece.segments.iter().any(|(it, of)| *of == fragment && (it.left == edge || it.right == edge))
    };
    let goes_back = first > 0 && has(first, Edge::Start);
    let goes_on = last + 1 < mark.span.ranges().len() && has(last, Edge::End);
    let (to_left, to_right) = if row.is_rtl { (goes_on, goes_back) } else { (goes_back, goes_on) };
    if to_left && leftmost > 1.0 {
        piece.ties.push((0.0, leftmost));
    }
    if to_right && width - rightmost > 1.0 {
        piece.ties.push((rightmost, width));
    }
}

/// Gives underlines and tags their heights; returns the lower edge of the lowest.
fn place_pieces(
    pieces: &mut [Piece],
    marks: &Marks,
    text_bottom: f32,
    metrics: &Metrics,
    tag_widths: &mut dyn FnMut(usize) -> TagWidths,
) -> f32 {
    let widths: Vec<Option<TagWidths>> = pieces
        .iter()
        .map(|piece| {
            let has_tag = metrics.density == Density::Tags && start_edge(piece).is_some();
            has_tag.then(|| tag_widths(piece.mark))
        })
        .collect();
    let mut extents: Vec<Extent> = pieces
        .iter()
        .zip(&widths)
        .map(|(piece, widths)| extent(piece, widths.map(|it| it.letter), marks))
        .collect();
    let owners: Vec<usize> = pieces.iter().map(|it| marks.get(it.mark).map_or(0, |mark| mark.lane)).collect();
    let lanes = pack_by_owner(&extents, &owners);
    let n_lanes = lanes.iter().flatten().max().map_or(0, |lane| lane + 1);
    let mut y = text_bottom;
    for lane in 0..n_lanes {
        let line = metrics.snap(y + 1.0);
        let tag_top = line + metrics.line_height() - 1.0;
        let members: Vec<usize> = (0..pieces.len()).filter(|&i| lanes[i] == Some(lane)).collect();
        let mut bottom = line + metrics.lane() - 1.0;
        for &i in &members {
            pieces[i].line = Some(line);
            let Some((x, is_right)) = start_edge(&pieces[i]) else { continue };
            let Some(widths) = widths[i] else { continue };
            let others = members.iter().filter(|&&other| other != i).map(|&other| &extents[other]);
            let room = room(x, is_right, others, metrics.width);
            let has_name = widths.name <= room;
            let width = if has_name { widths.name } else { widths.letter };
            let (x0, x1) = if is_right { (x - width, x) } else { (x, x + width) };
            // Where the direction changes, the next tag may grow towards this one.
            extents[i] = Extent { x0: extents[i].x0.min(x0), x1: extents[i].x1.max(x1), ..extents[i] };
            bottom = tag_top + metrics.tag_height();
            pieces[i].tag = Some(Tag { x0, x1, top: tag_top, bottom, has_name, is_right });
        }
        y = bottom;
    }
    y
}

/// A lane for each extent; those of one owner lie together, and below those of the owners before.
fn pack_by_owner(extents: &[Extent], owners: &[usize]) -> Vec<Option<usize>> {
    let mut lanes = vec![None; extents.len()];
    let mut known: Vec<usize> = owners.to_vec();
    known.sort_unstable();
    known.dedup();
    let mut n_above = 0;
    for owner in known {
        let members: Vec<usize> = (0..extents.len()).filter(|&i| owners[i] == owner).collect();
        let own: Vec<Extent> = members.iter().map(|&i| extents[i]).collect();
        let packed = lanes::pack(&own);
        for (&i, lane) in members.iter().zip(&packed) {
            lanes[i] = lane.map(|lane| n_above + lane);
        }
        n_above += packed.iter().flatten().max().map_or(0, |lane| lane + 1);
    }
    lanes
}

/// The edge at which a mark starts in this row, and whether that is a right edge.
fn start_edge(piece: &Piece) -> Option<(f32, bool)> {
    piece.segments.iter().filter(|(_, fragment)| *fragment == 0).find_map(|(segment, _)| {
        if segment.left == Edge::Start {
            Some((segment.x0, false))
        } else if segment.right == Edge::Start {
            Some((segment.x1, true))
        } else {
            None
        }
    })
}

/// What a piece takes of its lane: its text, its ties and its tag.
fn extent(piece: &Piece, tag: Option<f32>, marks: &Marks) -> Extent {
    let ends =
        piece.segments.iter().map(|(segment, _)| (segment.x0, segment.x1)).chain(piece.ties.iter().copied());
    let (mut x0, mut x1) = ends.fold((f32::MAX, f32::MIN), |(x0, x1), (a, b)| (x0.min(a), x1.max(b)));
    if let (Some(width), Some((x, is_right))) = (tag, start_edge(piece)) {
        let edge = if is_right { x - width } else { x + width };
        (x0, x1) = (x0.min(edge), x1.max(edge));
    }
    let length = marks.get(piece.mark).map_or(0, |mark| mark.span.n_bytes());
    Extent { x0, x1, length }
}

/// How far a tag at `x` may reach before it meets another mark of its lane or leaves the column.
fn room<'a>(x: f32, is_right: bool, others: impl Iterator<Item = &'a Extent>, width: f32) -> f32 {
    const AIR: f32 = 3.0;
    if is_right {
        let nearest = others.map(|it| it.x1).filter(|&x1| x1 <= x).fold(f32::MIN, f32::max);
        x - (nearest + AIR).max(0.0)
    } else {
        let nearest = others.map(|it| it.x0).filter(|&x0| x0 >= x).fold(f32::MAX, f32::min);
        (nearest - AIR).min(width) - x
    }
}

impl BlockLayout {
    /// The number of the row that a distance from the block's top falls into.
    pub(super) fn row_at(&self, y: f32) -> usize {
        self.rows.partition_point(|row| row.bottom <= y).min(self.rows.len().saturating_sub(1))
    }

    /// The number of the row in which a caret before the character at `byte` of the block stands.
    pub(super) fn row_of(&self, byte: u32) -> usize {
        self.rows.partition_point(|row| row.row.start <= byte).saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::gui::canvas::Mark;
    use crate::gui::canvas::rows::tests::row;
    use crate::text::{Range, Span, Text};

    const METRICS: Metrics = Metrics {
        text_size: 16.0,
        line_spacing: 1.2,
        width: 100.0,
        density: Density::Tags,
        pixels_per_point: 1.0,
    };

    fn span(ranges: &[(usize, usize)]) -> Span {
        let ranges = ranges.iter().filter_map(|&(a, b)| Range::new(Offset::new(a), Offset::new(b)));
        Span::new(ranges).expect("a range is given")
    }

    fn mark(id: &str, ranges: &[(usize, usize)]) -> Mark {
        Mark { id: id.into(), span: span(ranges), style: 0, label: "x".into(), lane: 0 }
    }

    /// One row of ten characters, ten points each.
    fn laid_out(marks: &[Mark]) -> RowLayout {
        let text = Text::new("0123456789");
        let marks = Marks::new(&text, marks.to_vec());
        let visual: Vec<(u32, bool)> = (0..10).map(|byte| (byte, false)).collect();
        let block = Block { start: 0, end: 10, units: 10, line: 0, starts_line: true, ends_line: true };
        let place = Place { block, is_first: true, is_last: true };
        let fragments = marks.fragments_in(text.whole().expect("there is text"));
        let mut widths = |_| TagWidths { name: 40.0, letter: 12.0 };
        let layout = layout(place, vec![row(&visual, false)], &marks, &fragments, &METRICS, &mut widths);
        layout.rows.into_iter().next().expect("there is one row")
    }

    fn piece(row: &RowLayout, mark: usize) -> &Piece {
        row.pieces.iter().find(|piece| piece.mark == mark).expect("the mark is in the row")
    }

    #[test]
    fn an_inner_mark_is_underlined_nearer_to_the_text() {
        let row = laid_out(&[mark("a", &[(0, 9)]), mark("b", &[(2, 4)])]);
        assert!(piece(&row, 0).line > piece(&row, 1).line);
        assert_eq!(row.pieces[0].mark, 0, "the longest is painted first");
    }

    #[test]
    fn marks_on_the_same_characters_have_underlines_of_their_own() {
        let row = laid_out(&[mark("a", &[(2, 4)]), mark("b", &[(2, 4)])]);
        assert_ne!(piece(&row, 0).line, piece(&row, 1).line);
    }

    #[test]
    fn fragments_are_tied() {
        let row = laid_out(&[mark("a", &[(0, 2), (6, 8)])]);
        assert_eq!(piece(&row, 0).ties, [(20.0, 60.0)]);
        assert_eq!(row.pieces.len(), 1);
    }

    #[test]
    fn a_tag_shrinks_to_a_letter_where_the_next_mark_is_near() {
        let row = laid_out(&[mark("a", &[(0, 2)]), mark("b", &[(3, 5)])]);
        assert!(!piece(&row, 0).tag.expect("it starts here").has_name);
        assert!(piece(&row, 1).tag.expect("it starts here").has_name);
    }

    /// `abc EDF` with bytes 0‥6, of which 3‥6 run from right to left.
    #[test]
    fn tags_that_grow_towards_each_other_do_not_meet() {
        let text = Text::new("0123456789");
        let visual = [
            (0, false),
            (1, false),
            (2, false),
            (9, true),
            (8, true),
            (7, true),
            (6, true),
            (5, true),
            (4, true),
            (3, true),
        ];
        let marks = Marks::new(&text, vec![mark("a", &[(1, 2)]), mark("b", &[(5, 6)])]);
        let block = Block { start: 0, end: 10, units: 10, line: 0, starts_line: true, ends_line: true };
        let place = Place { block, is_first: true, is_last: true };
        let fragments = marks.fragments_in(text.whole().expect("there is text"));
        let mut widths = |_| TagWidths { name: 50.0, letter: 12.0 };
        let layout = layout(place, vec![row(&visual, false)], &marks, &fragments, &METRICS, &mut widths);
        let row = &layout.rows[0];
        let (a, b) = (piece(row, 0).tag.expect("it starts here"), piece(row, 1).tag.expect("it starts here"));
        assert_eq!((a.is_right, b.is_right, a.top), (false, true, b.top));
        assert!(a.x1 <= b.x0, "{a:?} meets {b:?}");
    }

    #[test]
    fn others_marks_lie_below_ones_own() {
        let other = |id: &str, ranges: &[(usize, usize)], lane| Mark { lane, ..mark(id, ranges) };
        let row = laid_out(&[other("b", &[(0, 2)], 2), other("a", &[(4, 6)], 1), mark("own", &[(0, 9)])]);
        let line = |mark| piece(&row, mark).line;
        assert!(line(2) < line(1) && line(1) < line(0), "even where there is room beside them");
        assert_eq!(piece(&row, 0).depth, 1);
    }

    #[test]
    fn marks_make_rows_higher() {
        assert!(laid_out(&[mark("a", &[(0, 2)])]).bottom > laid_out(&[]).bottom);
    }

    proptest! {
        #[test]
        fn marks_that_meet_never_share_a_line(
            ranges in prop::collection::vec((0usize..10, 1usize..10), 0..14),
        ) {
            let marks: Vec<Mark> = ranges
                .iter()
                .enumerate()
                .map(|(i, &(start, n))| mark(&i.to_string(), &[(start, (start + n).min(10))]))
                .collect();
            let row = laid_out(&marks);
            prop_assert_eq!(row.pieces.len(), marks.len());
            for (i, a) in row.pieces.iter().enumerate() {
                for b in &row.pieces[i + 1..] {
                    let shared = marks[a.mark].span.n_shared_bytes(&marks[b.mark].span);
                    prop_assert!(shared == 0 || a.line != b.line);
                    if let (Some(a), Some(b)) = (a.tag, b.tag) {
                        let apart = a.x1 <= b.x0 || b.x1 <= a.x0 || a.bottom <= b.top || b.bottom <= a.top;
                        prop_assert!(apart, "{:?} over {:?}", a, b);
                    }
                }
            }
        }
    }
}
