//! Holds what the canvas laid out and placed against what it promises.
//!
//! It works out again, slowly and from the clusters alone, where everything has to be. Tests and
//! the fuzzer ask it after every frame; the window never does.

use egui::{Rect, vec2};

use crate::gui::canvas::frame::{Frame, VisibleRow};
use crate::gui::canvas::glyphs::Cluster;
use crate::gui::canvas::lanes::MAX_LANES;
use crate::gui::canvas::layout::{BlockLayout, Piece, RowLayout};
use crate::gui::canvas::layouts::Layouts;
use crate::gui::canvas::{Affinity, Caret, Scene, rows};
use crate::text::{Offset, Range};

/// What may be lost to rounding, in points.
const SLACK: f32 = 0.05;

/// Segments this near to each other are drawn as one.
const JOINED: f32 = 0.5;

/// How many carets of a frame are tried.
const MOST_CARETS: usize = 150;

/// The first broken promise of the last frame, in words.
pub(super) fn frame(scene: &Scene<'_>, layouts: &Layouts, frame: &Frame) -> Result<(), String> {
    placed(layouts, frame)?;
    for &(block, _) in &frame.blocks {
        let layout =
            layouts.get(block).ok_or_else(|| format!("block {block} is in view without a layout"))?;
        stacked(layout).map_err(|what| format!("block {block}: {what}"))?;
        covered(scene, layouts, block, layout).map_err(|what| format!("block {block}: {what}"))?;
    }
    for it in frame.rows(layouts) {
        let at = |what: String| format!("row {} of block {}: {what}", it.index, it.block);
        in_column(&it, layouts.metrics().width).map_err(at)?;
        inked(scene, &it, layouts.metrics().text_size).map_err(at)?;
        marked(scene, &it).map_err(at)?;
        underlined(&it, layouts).map_err(at)?;
    }
    carets(layouts, frame)?;
    selected(scene, layouts, frame)
}

fn ensure(is_kept: bool, broken: impl FnOnce() -> String) -> Result<(), String> {
    if is_kept { Ok(()) } else { Err(broken()) }
}

/// Blocks follow each other without gap, and fill the window as far as the article reaches.
fn placed(layouts: &Layouts, frame: &Frame) -> Result<(), String> {
    let pixel = 1.0 / layouts.metrics().pixels_per_point + SLACK;
    let &(first, top) = frame.blocks.first().ok_or("no block is in view")?;
    ensure(top <= frame.rect.top() + pixel, || format!("the article starts at {top}, below the upper edge"))?;
    let (mut next, mut y) = (first, top);
    for &(block, top) in &frame.blocks {
        ensure(block == next && (top - y).abs() < SLACK, || {
            format!("block {block} is at {top}, but block {next} should be at {y}")
        })?;
        y += layouts.get(block).map_or(0.0, |it| it.height);
        next += 1;
    }
    let is_filled = y >= frame.rect.bottom() - pixel;
    let is_all = first == 0 && next == layouts.table().len() && (top - frame.rect.top()).abs() <= pixel;
    ensure(is_filled || is_all, || format!("the text ends at {y}, above the lower edge"))?;
    ensure(frame.y.is_finite() && frame.y > -1.0, || format!("the window is at {}", frame.y))
}

/// Rows lie below each other, each with its text inside.
fn stacked(layout: &BlockLayout) -> Result<(), String> {
    let mut y = 0.0;
    for (i, row) in layout.rows.iter().enumerate() {
        let lines = [y, row.top, row.text_top, row.baseline, row.text_bottom, row.bottom];
        ensure(row.top == y && lines.is_sorted() && lines.iter().all(|it| it.is_finite()), || {
            format!("row {i} is at {lines:?}")
        })?;
        y = row.bottom;
    }
    ensure(y == layout.height && !layout.rows.is_empty(), || {
        format!("rows end at {y}, the block at {}", layout.height)
    })
}

/// Every grapheme of the block is one cluster of one row, and no cluster is anything else. Only a
/// grapheme of which parts run in different directions, so that they stand apart, is several.
fn covered(scene: &Scene<'_>, layouts: &Layouts, block: usize, layout: &BlockLayout) -> Result<(), String> {
    let content = layouts.table().content(block);
    let start = layout.start as usize;
    let whole = Range::new(Offset::new(start), Offset::new(start + content.len()));
    let mut graphemes = whole.into_iter().flat_map(|range| scene.text.graphemes(range));
    let (mut at, mut grapheme_end) = (0, 0);
    for (i, row) in layout.rows.iter().enumerate() {
        ensure(row.row.start == at, || format!("row {i} starts at {}, not {at}", row.row.start))?;
        let mut clusters: Vec<&Cluster> = row.row.clusters.iter().collect();
        clusters.sort_by_key(|it| it.start);
        let mut previous: Option<&Cluster> = None;
        for it in clusters {
            let is_apart = previous.is_some_and(|previous| match (previous.is_rtl, it.is_rtl) {
                (false, false) => previous.x1 + SLACK < it.x0 || it.x0 < previous.x0,
                (true, true) => it.x1 + SLACK < previous.x0 || previous.x0 < it.x0,
                _ => true,
            });
            let is_part = is_apart && at < grapheme_end;
            if !is_part {
                ensure(at == grapheme_end, || {
                    format!("a cluster ends at {at}, its grapheme at {grapheme_end}")
                })?;
                grapheme_end = graphemes.next().map_or(0, |it| (it.end().byte() - start) as u32);
            }
            ensure(it.start == at && it.len > 0 && it.end() <= grapheme_end, || {
                let surface = content.get(at as usize..grapheme_end as usize);
                format!("row {i} has {it:?} where the grapheme {surface:?} is expected")
            })?;
            (at, previous) = (it.end(), Some(it));
        }
        ensure(row.row.end == at, || format!("row {i} ends at {}, not {at}", row.row.end))?;
    }
    ensure(at as usize == content.len(), || format!("the last cluster ends at {at}"))?;
    // Shaping that fails shows code points instead. The bundled font has all letters of ASCII.
    let mut glyphs = layout.rows.iter().flat_map(|row| &row.row.glyphs);
    let has_letter = content.contains(|character: char| character.is_ascii_alphanumeric());
    ensure(!has_letter || glyphs.any(|glyph| glyph.is_of_font()), || "letters are code points".to_owned())
}

/// Clusters stand side by side, and inside the column unless it is too narrow for two of them.
fn in_column(it: &VisibleRow<'_>, width: f32) -> Result<(), String> {
    let row = &it.row.row;
    let mut x = 0.0;
    let inked: Vec<&Cluster> = row.clusters.iter().filter(|it| !it.is_space && it.x1 > it.x0).collect();
    for cluster in &row.clusters {
        let is_placed =
            cluster.x0 >= x - SLACK && cluster.x1 >= cluster.x0 && cluster.x1 <= row.width + SLACK;
        ensure(is_placed && it.row.x.is_finite(), || format!("{cluster:?} starts left of {x}"))?;
        x = cluster.x1;
    }
    let left = inked.first().map_or(0.0, |first| it.row.x + first.x0);
    let right = inked.last().map_or(0.0, |last| it.row.x + last.x1);
    ensure(inked.len() <= 2 || (left >= -JOINED && right <= width + JOINED), || {
        format!("text from {left} to {right} in a column of {width}")
    })
}

/// What can be seen is drawn: a glyph starts in it, or near it where letters are joined to one.
fn inked(scene: &Scene<'_>, it: &VisibleRow<'_>, text_size: f32) -> Result<(), String> {
    let row = &it.row.row;
    for cluster in row.clusters.iter().filter(|it| !it.is_space && it.x1 > it.x0) {
        let near = cluster.x0 - text_size..=cluster.x1 + text_size;
        let surface =
            scene.text.as_str().get(it.offset(cluster.start).byte()..it.offset(cluster.end()).byte());
        ensure(row.glyphs.iter().any(|glyph| near.contains(&glyph.x)), || {
            format!("nothing is drawn for {surface:?} at {cluster:?}")
        })?;
    }
    Ok(())
}

/// Each mark of the row's characters is drawn over these and no others.
fn marked(scene: &Scene<'_>, it: &VisibleRow<'_>) -> Result<(), String> {
    let row = &it.row.row;
    let (start, end) = (it.offset(row.start), it.offset(row.end));
    let fragments = Range::new(start, end).map_or_else(Vec::new, |range| scene.marks.fragments_in(range));
    for piece in &it.row.pieces {
        for &(_, index) in &piece.segments {
            let is_there = fragments.iter().any(|of| of.mark == piece.mark && of.index == index);
            ensure(is_there, || format!("mark {} is drawn where it is not", piece.mark))?;
        }
    }
    let last_ink = row.clusters.iter().filter(|it| !it.is_space).map(Cluster::end).max().unwrap_or(row.start);
    for fragment in fragments {
        let hangs = |cluster: &Cluster| fragment.range.end() > end && cluster.start >= last_ink;
        let is_marked = |cluster: &Cluster| {
            let (from, to) = (it.offset(cluster.start), it.offset(cluster.end()));
            from < fragment.range.end() && to > fragment.range.start() && !hangs(cluster)
        };
        let pieces = it.row.pieces.iter().filter(|piece| piece.mark == fragment.mark);
        let segments: Vec<(f32, f32)> = pieces
            .flat_map(|piece| &piece.segments)
            .filter(|(_, index)| *index == fragment.index)
            .map(|(segment, _)| (segment.x0 - it.row.x, segment.x1 - it.row.x))
            .collect();
        let is_drawn = |x: f32| segments.iter().any(|&(x0, x1)| x0 - SLACK <= x && x <= x1 + SLACK);
        for cluster in &row.clusters {
            let middle = (cluster.x0 + cluster.x1) / 2.0;
            let is_wide = cluster.x1 - cluster.x0 > 2.0 * (JOINED + SLACK);
            let is_right = if is_marked(cluster) {
                is_drawn(cluster.x0) && is_drawn(middle) && is_drawn(cluster.x1)
            } else {
                !is_wide || !is_drawn(middle)
            };
            ensure(is_right, || {
                format!(
                    "mark {} of {:?} is drawn at {segments:?}: {cluster:?}",
                    fragment.mark, fragment.range
                )
            })?;
        }
        for &(x0, x1) in &segments {
            let touches = |it: &Cluster| is_marked(it) && it.x0 <= x1 + SLACK && it.x1 >= x0 - SLACK;
            let inside: Vec<&Cluster> = row.clusters.iter().filter(|it| touches(it)).collect();
            let from = inside.iter().map(|it| it.x0).fold(f32::MAX, f32::min);
            let to = inside.iter().map(|it| it.x1).fold(f32::MIN, f32::max);
            ensure(x0 >= from - SLACK && x1 <= to + SLACK, || {
                format!("mark {} is drawn from {x0} to {x1}, its text from {from} to {to}", fragment.mark)
            })?;
        }
    }
    Ok(())
}

/// Underlines and tags lie in the row below its text, and none covers another.
fn underlined(it: &VisibleRow<'_>, layouts: &Layouts) -> Result<(), String> {
    let RowLayout { pieces, text_bottom, bottom, .. } = it.row;
    let metrics = layouts.metrics();
    let band = |piece: &Piece| {
        let line = piece.line?;
        Some((line, line + metrics.line_height()))
    };
    for piece in pieces {
        let Some((upper, lower)) = band(piece) else {
            let is_full = pieces.len() > MAX_LANES && piece.tag.is_none();
            ensure(is_full, || format!("mark {} has no underline", piece.mark))?;
            continue;
        };
        ensure(upper >= text_bottom - SLACK && lower <= bottom + SLACK, || {
            format!("mark {} is underlined from {upper} to {lower}", piece.mark)
        })?;
        if let Some(tag) = piece.tag {
            let is_inside = tag.top >= upper && tag.bottom <= bottom + SLACK && tag.x0 < tag.x1;
            ensure(is_inside && tag.x0.is_finite() && tag.x1.is_finite(), || {
                format!("mark {} has the tag {tag:?}", piece.mark)
            })?;
        }
    }
    // What a piece takes: its stretches with their underline, and its tag.
    let taken = |piece: &Piece| -> Vec<Rect> {
        let Some((upper, lower)) = band(piece) else { return Vec::new() };
        let stretches = piece.segments.iter().map(|(segment, _)| (segment.x0, segment.x1));
        let stretches = stretches.map(|(x0, x1)| it.rect(x0, x1, upper, lower));
        let tag = piece.tag.map(|tag| it.rect(tag.x0, tag.x1, tag.top.max(lower), tag.bottom));
        stretches.chain(tag).map(|rect| rect.shrink2(vec2(JOINED, SLACK))).collect()
    };
    let taken: Vec<(usize, Rect)> =
        pieces.iter().flat_map(|piece| taken(piece).into_iter().map(|rect| (piece.mark, rect))).collect();
    for (i, (mark, rect)) in taken.iter().enumerate() {
        for (other, second) in &taken[i + 1..] {
            let is_free = mark == other || !rect.intersect(*second).is_positive();
            ensure(is_free, || format!("{rect} of mark {mark} meets {second} of mark {other}"))?;
        }
    }
    Ok(())
}

/// A caret is hit where it is drawn.
fn carets(layouts: &Layouts, frame: &Frame) -> Result<(), String> {
    let n: usize = frame.rows(layouts).map(|it| it.row.row.clusters.len()).sum();
    let step = n / MOST_CARETS + 1;
    let clusters = frame.rows(layouts).flat_map(|it| it.row.row.clusters.iter().map(move |of| (it, of)));
    for (it, cluster) in clusters.step_by(step) {
        let leading = Caret { offset: it.offset(cluster.start), affinity: Affinity::Downstream };
        let trailing = Caret { offset: it.offset(cluster.end()), affinity: Affinity::Upstream };
        let inwards = if cluster.is_rtl { -1.0 } else { 1.0 };
        for (caret, inwards) in [(leading, inwards), (trailing, -inwards)] {
            if layouts.table().nearest_place(caret.offset) != caret.offset {
                continue;
            }
            let (top, bottom) =
                frame.caret(layouts, caret).ok_or_else(|| format!("{caret:?} stands nowhere"))?;
            let middle = top + (bottom - top) / 2.0;
            let there = middle + vec2(inwards * 0.6, 0.0);
            let hit = frame.hit(layouts, there);
            // Nothing can stand inside a grapheme, so a hit there goes to its start.
            let (byte, _) = rows::hit(&it.row.row, there.x - it.origin.x - it.row.x);
            if layouts.table().nearest_place(it.offset(byte)) != it.offset(byte) {
                continue;
            }
            let is_wide = cluster.x1 - cluster.x0 > 1.4;
            ensure(!is_wide || hit == Some(caret), || format!("{caret:?} at {middle} is hit as {hit:?}"))?;
            let x = hit.and_then(|hit| frame.caret(layouts, hit)).map(|(top, _)| top.x);
            let is_near = x.is_some_and(|x| (x - middle.x).abs() <= 1.4 + SLACK);
            ensure(is_near, || format!("{caret:?} at {middle} is hit as {hit:?} at {x:?}"))?;
        }
    }
    Ok(())
}

/// Selected text is marked as such inside the column of its rows.
fn selected(scene: &Scene<'_>, layouts: &Layouts, frame: &Frame) -> Result<(), String> {
    /// How wide a selected line end is.
    const LINE_END: f32 = 5.0;
    for &range in scene.selection {
        for rect in frame.rects(layouts, range) {
            let is_in_row = frame.rows(layouts).any(|it| {
                let row = it.text_rect(it.row.x - LINE_END, it.row.x + it.row.row.width + LINE_END);
                row.expand(SLACK).contains_rect(rect)
            });
            ensure(is_in_row, || format!("selected text is at {rect}, where no row is"))?;
        }
    }
    Ok(())
}
