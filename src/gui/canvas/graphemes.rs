//! From what was shaped to graphemes, which carets step over.
//!
//! Shaping makes clusters of its own: several in one grapheme where two fonts share it, or one of
//! several graphemes where a mark was drawn onto what stands before it.

use std::ops::Range;

use crate::gui::canvas::glyphs::{Cluster, GlyphKey, Row, TextStyle};

/// A block's text and where its graphemes are.
pub(super) struct Graphemes {
    text: String,
    /// Where graphemes start, and the text's end; empty for plain ASCII, where every byte starts
    /// one.
    boundaries: Vec<u32>,
}

impl Graphemes {
    /// Looks for the graphemes of `text`.
    pub(super) fn new(text: &str) -> Graphemes {
        let boundaries = if is_plain(text) { vec![] } else { grapheme_boundaries(text) };
        Graphemes { text: text.to_owned(), boundaries }
    }

    /// The block's text.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Where the grapheme starts that has `byte` inside; nothing if one starts there.
    pub(super) fn start_inside(&self, byte: usize) -> Option<usize> {
        if self.is_boundary(byte as u32) {
            return None;
        }
        let next = self.boundaries.partition_point(|&boundary| (boundary as usize) < byte);
        Some(*self.boundaries.get(next.checked_sub(1)?)? as usize)
    }

    fn is_boundary(&self, byte: u32) -> bool {
        self.boundaries.is_empty() || self.boundaries.binary_search(&byte).is_ok()
    }

    /// A cluster of what was shaped as clusters of the text: a stand-in may have taken up a mark
    /// that in the text stands alone. In visual order.
    pub(super) fn push(
        &self,
        range: Range<usize>,
        is_rtl: bool,
        x0: f32,
        x1: f32,
        pieces: &mut Vec<Cluster>,
    ) {
        let (start, end) = (range.start as u32, range.end as u32);
        let first = self.boundaries.partition_point(|&boundary| boundary <= start);
        let inner = self.boundaries[first..].iter().copied().take_while(|&boundary| boundary < end);
        let (whole, parts);
        let starts: &[u32] = if inner.clone().next().is_none() && end - start <= LONGEST_CLUSTER {
            whole = [start];
            &whole
        } else {
            parts = split_long(&self.text, std::iter::once(start).chain(inner).collect(), end);
            &parts
        };
        let n = starts.len();
        let step = (x1 - x0) / n as f32;
        for place in 0..n {
            let i = if is_rtl { n - 1 - place } else { place };
            let from = starts[i];
            let to = starts.get(i + 1).copied().unwrap_or(end);
            let surface = self.text.get(from as usize..to as usize).unwrap_or_default();
            pieces.push(Cluster {
                start: from,
                len: (to - from) as u16,
                is_rtl,
                is_space: surface.chars().all(char::is_whitespace),
                x0: x0 + step * place as f32,
                x1: x0 + step * (place + 1) as f32,
            });
        }
    }

    /// Brings spaces at the end of a row to its end in the paragraph's direction, whatever stands
    /// before them: rule L1 of the Unicode bidirectional algorithm, which the library leaves out.
    pub(super) fn hang_spaces(&self, row: &mut Row, style: TextStyle) {
        let surface = self.text.get(row.start as usize..row.end as usize).unwrap_or_default();
        let from = row.start + surface.trim_end_matches(is_hanging).len() as u32;
        let is_moved = |it: &Cluster| it.start >= from;
        let mut moved: Vec<Cluster> = row.clusters.iter().filter(|it| is_moved(it)).copied().collect();
        if moved.iter().all(|it| it.is_rtl == row.is_rtl) {
            return;
        }
        let width: f32 = moved.iter().map(|it| it.x1 - it.x0).sum();
        let before = if row.is_rtl { width } else { 0.0 };
        let shift = |x: f32| {
            let passed = moved.iter().filter(|it| it.x1 <= x + 0.01).map(|it| it.x1 - it.x0);
            before - passed.sum::<f32>()
        };
        for glyph in &mut row.glyphs {
            glyph.x += shift(glyph.x);
            glyph.id = GlyphKey::new(glyph.id.picture, glyph.x, style);
        }
        row.clusters.retain(|it| !is_moved(it));
        for cluster in &mut row.clusters {
            let by = shift(cluster.x0);
            (cluster.x0, cluster.x1) = (cluster.x0 + by, cluster.x1 + by);
        }
        let mut x = if row.is_rtl { width } else { row.width - width };
        moved.sort_by_key(|it| it.start);
        for it in &mut moved {
            let width = it.x1 - it.x0;
            let x0 = if row.is_rtl { x - width } else { x };
            x = if row.is_rtl { x0 } else { x0 + width };
            *it = Cluster { is_rtl: row.is_rtl, x0, x1: x0 + width, ..*it };
        }
        if row.is_rtl {
            moved.reverse();
            row.clusters.splice(0..0, moved);
        } else {
            row.clusters.extend(moved);
        }
    }

    /// Puts together the clusters of one grapheme that two fonts share. Takes and gives visual
    /// order.
    pub(super) fn joined(&self, pieces: Vec<Cluster>) -> Vec<Cluster> {
        if self.boundaries.is_empty() {
            return pieces;
        }
        let mut clusters: Vec<Cluster> = Vec::with_capacity(pieces.len());
        for piece in pieces {
            if let Some(last) = clusters.last_mut()
                && last.is_rtl == piece.is_rtl
                && let Some(len) = last.len.checked_add(piece.len)
            {
                let (first, second) = if piece.is_rtl { (&piece, &*last) } else { (&*last, &piece) };
                if first.end() == second.start && !self.is_boundary(second.start) {
                    let start = first.start;
                    let is_space = first.is_space && second.is_space;
                    *last = Cluster { start, len, is_space, x1: piece.x1, ..*last };
                    continue;
                }
            }
            clusters.push(piece);
        }
        clusters
    }
}

/// True for what hangs over the margin where a row is broken.
fn is_hanging(character: char) -> bool {
    character == '\t' || character.is_whitespace() && !character.is_control()
}

/// True if every byte is a grapheme, in the text and in what is shaped.
fn is_plain(text: &str) -> bool {
    text.is_ascii() && !text.contains('\r')
}

fn grapheme_boundaries(text: &str) -> Vec<u32> {
    icu_segmenter::GraphemeClusterSegmenter::new().segment_str(text).map(|byte| byte as u32).collect()
}

/// Bytes that [`Cluster::len`] can say.
const LONGEST_CLUSTER: u32 = u16::MAX as u32;

/// Adds starts where a grapheme is longer than a cluster can say.
fn split_long(text: &str, mut starts: Vec<u32>, end: u32) -> Vec<u32> {
    let mut i = 0;
    while i < starts.len() {
        let next = starts.get(i + 1).copied().unwrap_or(end);
        if next - starts[i] > LONGEST_CLUSTER {
            let cut = text.floor_char_boundary((starts[i] + LONGEST_CLUSTER) as usize) as u32;
            starts.insert(i + 1, cut);
        }
        i += 1;
    }
    starts
}
