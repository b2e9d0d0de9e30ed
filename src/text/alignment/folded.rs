//! A text without what may differ when its words do not, with the way back.
//!
//! Invariants:
//! - Pieces tile both texts. In a verbatim piece bytes correspond one by one; any other piece is
//!   one unit, and a position inside it becomes one of its ends.

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_segmenter::{GraphemeClusterSegmenter, GraphemeClusterSegmenterBorrowed};

static GRAPHEMES: GraphemeClusterSegmenterBorrowed<'static> = GraphemeClusterSegmenter::new();

const NFC: ComposingNormalizerBorrowed<'static> = ComposingNormalizerBorrowed::new_nfc();

/// A folded text: letters composed (NFC), every run of white space one space, quotation marks and
/// dashes plain, soft hyphens and byte order marks gone.
#[derive(Debug)]
pub(super) struct Folded {
    string: String,
    pieces: Vec<Piece>,
}

/// Where a piece begins in both texts; it ends where the next begins.
#[derive(Clone, Copy, Debug)]
struct Piece {
    folded: u32,
    source: u32,
    is_verbatim: bool,
}

impl Folded {
    /// Folds a text, which is shorter than 4 GiB.
    pub(super) fn new(source: &str) -> Folded {
        let mut folded = Folded { string: String::with_capacity(source.len()), pieces: Vec::new() };
        // What is composed already is folded by characters, the rest by graphemes.
        let (composed, _) = NFC.split_normalized(source);
        let mut at = 0;
        while let Some(character) = source[at..].chars().next() {
            let rest = &source[at..];
            let mut unit = character.len_utf8();
            if character.is_whitespace() {
                unit = rest.len() - rest.trim_start().len();
                folded.push(at, &rest[..unit], " ");
            } else if at + unit <= composed.len() || is_alone(rest.as_bytes()) {
                match fold(character) {
                    Some(character) => folded.push(at, &rest[..unit], character.encode_utf8(&mut [0; 4])),
                    None => folded.push(at, &rest[..unit], ""),
                }
            } else {
                unit = GRAPHEMES.segment_str(rest).nth(1).unwrap_or(rest.len());
                let letters: String = NFC.normalize(&rest[..unit]).chars().filter_map(fold).collect();
                folded.push(at, &rest[..unit], &letters);
            }
            at += unit;
        }
        folded.start_piece(source.len(), true);
        folded
    }

    /// Adds a unit of the source, which begins at a byte of it, as the letters that it became.
    fn push(&mut self, source: usize, unit: &str, letters: &str) {
        // Equally long is not enough: an x and its diaeresis compose to as many bytes.
        let is_verbatim = letters.chars().map(char::len_utf8).eq(unit.chars().map(char::len_utf8));
        if !is_verbatim || !self.pieces.last().is_some_and(|it| it.is_verbatim) {
            self.start_piece(source, is_verbatim);
        }
        self.string.push_str(letters);
    }

    fn start_piece(&mut self, source: usize, is_verbatim: bool) {
        self.pieces.push(Piece { folded: self.string.len() as u32, source: source as u32, is_verbatim });
    }

    /// The folded characters.
    pub(super) fn as_str(&self) -> &str {
        &self.string
    }

    /// The folded bytes that a stretch of the source became, in whole units.
    pub(super) fn fold_range(&self, start: usize, end: usize) -> (usize, usize) {
        let (first, _) = self.piece(|it| it.source as usize <= start);
        let (last, next) = self.piece(|it| (it.source as usize) < end);
        let from = if first.is_verbatim { start - first.source as usize } else { 0 };
        let to = if last.is_verbatim {
            last.folded as usize + end - last.source as usize
        } else {
            next.folded as usize
        };
        (first.folded as usize + from, to)
    }

    /// The source bytes that became a stretch of folded bytes, in whole units.
    pub(super) fn unfold_range(&self, start: usize, end: usize) -> (usize, usize) {
        let (first, _) = self.piece(|it| it.folded as usize <= start);
        let (last, next) = self.piece(|it| (it.folded as usize) < end);
        let from = if first.is_verbatim { start - first.folded as usize } else { 0 };
        let to = if last.is_verbatim {
            last.source as usize + end - last.folded as usize
        } else {
            next.source as usize
        };
        (first.source as usize + from, to)
    }

    /// The last piece for which `is_before` holds, and the one after it.
    fn piece(&self, is_before: impl Fn(&Piece) -> bool) -> (Piece, Piece) {
        let i = self.pieces.partition_point(is_before).saturating_sub(1);
        (self.pieces[i], self.pieces[(i + 1).min(self.pieces.len() - 1)])
    }
}

/// True if the first byte is a character that nothing after it can join: most of most texts.
fn is_alone(bytes: &[u8]) -> bool {
    bytes[0].is_ascii() && bytes.get(1).is_none_or(u8::is_ascii)
}

fn fold(character: char) -> Option<char> {
    Some(match character {
        '\u{ad}' | '\u{feff}' => return None,
        '‘' | '’' | '‚' | '‛' => '\'',
        '“' | '”' | '„' | '‟' => '"',
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' => '-',
        _ => character,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reads_the_same_is_the_same() {
        let plain = Folded::new("\"Kafe é\" - 'di Kyiv' \"Việt\"");
        for source in [
            "“Kafe é” – ‘di\r\nKyiv’\t\t\"Việt\"",
            "\u{feff}\"Ka\u{ad}fe e\u{301}\" — ‛di \n\n Kyiv’ „Vie\u{323}\u{302}t”",
        ] {
            assert_eq!(Folded::new(source).as_str(), plain.as_str(), "{source:?}");
        }
    }

    #[test]
    fn ranges_go_there_and_back() {
        for source in [
            "“Kafe e\u{301}” –\r\n\u{ad}di\u{ad}kirim",
            "Kyiv",
            "한국 \u{1112}\u{1161}\u{11ab} x",
            "\u{ad}\u{ad}",
            "gx\u{308}y",
        ] {
            let folded = Folded::new(source);
            for (start, first) in source.char_indices() {
                let end = start + first.len_utf8();
                let (from, to) = folded.fold_range(start, end);
                assert!(folded.as_str().get(from..to).is_some(), "{source:?} {start}");
                if from < to {
                    let (start_again, end_again) = folded.unfold_range(from, to);
                    assert!(start_again <= start && end <= end_again, "{source:?} {start}");
                    assert_eq!(folded.fold_range(start_again, end_again), (from, to), "{source:?} {start}");
                }
            }
        }
    }
}
