//! What brat's numbers count in a text, on the way in.

use crate::format::brat::is_line_end;
use crate::format::incoming::{RawSpan, fits};
use crate::text::{OffsetUnit, Range, Text};

/// A text as those saw it who counted in it.
#[derive(Default)]
pub(super) struct View {
    /// True if a byte order mark was counted, which is no part of the article.
    has_mark: bool,
    /// Where a CRLF was counted as one character: the code points before its end, so counted.
    line_ends: Vec<usize>,
    oddity: Option<&'static str>,
}

impl View {
    /// Finds what the numbers count. brat counts CRLF as one character, and a byte order mark too;
    /// others that write its format do not, which shows where a file states the text of its spans.
    pub(super) fn of<'a>(whole: &str, spans: impl Iterator<Item = &'a RawSpan> + Clone) -> View {
        let bare = whole.strip_prefix('\u{feff}').unwrap_or(whole);
        let has_mark = bare.len() < whole.len();
        let line_ends = line_ends(bare);
        if !has_mark && line_ends.is_empty() {
            return View::default();
        }
        let text = Text::new(bare);
        let n_fitting = |view: &View| {
            let fitting = |span: &&RawSpan| {
                let mut span = (*span).clone();
                view.apply(&mut span.pieces);
                fits(&text, &span, (OffsetUnit::CodePoint, false)) == Some(true)
            };
            spans.clone().filter(fitting).count()
        };
        let n_stated = spans.clone().filter(|it| it.surface.is_some()).count();
        let brat = View { has_mark, line_ends: line_ends.clone(), oddity: None };
        let mut best = (n_fitting(&brat), brat);
        if best.0 == n_stated {
            return best.1;
        }
        let others = [
            (true, false, "the numbers count CRLF as two characters, and brat’s as one"),
            (false, true, "the numbers do not count the byte order mark, and brat’s do"),
            (
                false,
                false,
                "the numbers count CRLF as two characters and no byte order mark, and brat’s count both as one",
            ),
        ];
        for (is_mark, is_one, oddity) in others {
            let view = View {
                has_mark: has_mark && is_mark,
                line_ends: if is_one { line_ends.clone() } else { Vec::new() },
                oddity: Some(oddity),
            };
            let n = n_fitting(&view);
            if n > best.0 {
                best = (n, view);
            }
        }
        best.1
    }

    /// A sentence if the numbers are not what brat's are.
    pub(super) fn oddity(&self) -> Option<&'static str> {
        self.oddity
    }

    /// From positions in the text so seen to those in the article.
    pub(super) fn apply(&self, pieces: &mut [(usize, usize)]) {
        for (start, end) in pieces {
            for it in [start, end] {
                *it = it.saturating_sub(usize::from(self.has_mark));
                *it = it.saturating_add(self.line_ends.partition_point(|&line_end| line_end < *it));
            }
        }
    }
}

/// Where each CRLF stands if each counts as one code point.
fn line_ends(text: &str) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut n = 0;
    for line in text.split_inclusive("\r\n") {
        n += line.chars().count();
        if line.ends_with("\r\n") {
            n -= 1;
            ends.push(n - 1);
        }
    }
    ends
}

/// Fragments with those made one that only the end of a line parts; all in code points.
pub(super) fn joined(text: &Text, pieces: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut joined: Vec<(usize, usize)> = Vec::with_capacity(pieces.len());
    for &(start, end) in pieces {
        match joined.last_mut() {
            Some(last) if is_end_between(text, last.1, start) => last.1 = end,
            _ => joined.push((start, end)),
        }
    }
    joined
}

fn is_end_between(text: &Text, end: usize, start: usize) -> bool {
    let locate = |it| text.locate(it, OffsetUnit::CodePoint).ok();
    let gap = locate(end).zip(locate(start)).and_then(|(end, start)| Range::new(end, start));
    gap.is_some_and(|gap| is_line_end(text.slice(gap)))
}
