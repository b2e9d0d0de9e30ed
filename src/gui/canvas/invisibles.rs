//! Characters without ink, shown on demand as small signs over the text.
//!
//! Invariant: nothing is shaped or laid out for it, so no letter moves, joins or parts when the
//! signs come and go. (Controls and direction overrides are no matter of demand: `shape` always
//! shows them.)

use std::borrow::Cow;

use egui::{Painter, Pos2, Stroke, pos2, vec2};
use icu_properties::CodePointSetData;
use icu_properties::props::DefaultIgnorableCodePoint;

use crate::gui::canvas::frame::VisibleRow;
use crate::gui::canvas::glyphs::{Cluster, Row};
use crate::gui::canvas::paint::{Painting, Word};
use crate::gui::canvas::stand_ins::has_stand_in;

/// What stands for a character.
#[derive(Clone, Debug, PartialEq)]
enum Sign {
    /// A dot, for the plain space.
    Dot,
    /// An arrow, for the tab.
    Arrow,
    /// A ring, for the no-break space.
    Ring,
    /// The character's usual abbreviation over a line at its place.
    Name(Cow<'static, str>),
}

/// A sign and the stretch of its character, in points from the row's left.
#[derive(Clone, Debug, PartialEq)]
struct PlacedSign {
    x0: f32,
    x1: f32,
    sign: Sign,
}

/// Usual abbreviations, as in the code charts of Unicode.
const NAMES: [(char, &str); 24] = [
    ('\u{AD}', "SHY"),
    ('\u{34F}', "CGJ"),
    ('\u{61C}', "ALM"),
    ('\u{180B}', "FVS1"),
    ('\u{180C}', "FVS2"),
    ('\u{180D}', "FVS3"),
    ('\u{180E}', "MVS"),
    ('\u{2002}', "ENSP"),
    ('\u{2003}', "EMSP"),
    ('\u{2007}', "FSP"),
    ('\u{2008}', "PSP"),
    ('\u{2009}', "THSP"),
    ('\u{200A}', "HSP"),
    ('\u{200B}', "ZWSP"),
    ('\u{200C}', "ZWNJ"),
    ('\u{200D}', "ZWJ"),
    ('\u{200E}', "LRM"),
    ('\u{200F}', "RLM"),
    ('\u{202F}', "NNBSP"),
    ('\u{205F}', "MMSP"),
    ('\u{2060}', "WJ"),
    ('\u{3000}', "IDSP"),
    ('\u{3164}', "HF"),
    ('\u{FEFF}', "BOM"),
];

/// The sign of a character; nothing for those that show themselves.
fn sign(character: char) -> Option<Sign> {
    match character {
        ' ' => return Some(Sign::Dot),
        '\t' => return Some(Sign::Arrow),
        '\u{A0}' => return Some(Sign::Ring),
        '!'..='\u{9F}' => return None,
        _ => {}
    }
    let is_ignorable = || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(character);
    if has_stand_in(character) || !character.is_whitespace() && !is_ignorable() {
        return None;
    }
    let name = match (NAMES.iter().find(|(known, _)| *known == character), u32::from(character)) {
        (Some((_, name)), _) => Cow::Borrowed(*name),
        (None, code @ 0xFE00..=0xFE0F) => Cow::Owned(format!("VS{}", code - 0xFE00 + 1)),
        (None, code @ 0xE0100..=0xE01EF) => Cow::Owned(format!("VS{}", code - 0xE0100 + 17)),
        (None, code) => Cow::Owned(format!("{code:04X}")),
    };
    Some(Sign::Name(name))
}

/// The signs of a row, from left to right. A character inside a grapheme stands between the letters
/// that it joins or parts, as far as those divide the grapheme evenly.
fn signs(row: &Row, content: &str) -> Vec<PlacedSign> {
    let mut placed = Vec::new();
    for cluster in &row.clusters {
        let surface = content.get(cluster.start as usize..cluster.end() as usize).unwrap_or_default();
        let n_inked = surface.chars().filter(|&it| sign(it).is_none()).count();
        let n_places = if n_inked == 0 { surface.chars().count() } else { n_inked };
        let mut place = 0;
        for character in surface.chars() {
            let start = place;
            let sign = sign(character);
            if sign.is_none() || n_inked == 0 {
                place += 1;
            }
            let Some(sign) = sign else { continue };
            let end = if n_inked == 0 { place } else { start };
            let (a, b) = (x_at(cluster, start, n_places), x_at(cluster, end, n_places));
            placed.push(PlacedSign { x0: a.min(b), x1: a.max(b), sign });
        }
    }
    placed.sort_by(|a, b| a.x0.total_cmp(&b.x0));
    placed
}

/// Where in a cluster the character number `place` of `n` begins.
fn x_at(cluster: &Cluster, place: usize, n: usize) -> f32 {
    let share = place as f32 / n as f32;
    let share = if cluster.is_rtl { 1.0 - share } else { share };
    cluster.x0 + (cluster.x1 - cluster.x0) * share
}

/// The name of a line end; nothing for the plain one, which an arrow says.
fn line_end_name(line_end: &str) -> Option<&'static str> {
    match line_end {
        "\r\n" => Some("CRLF"),
        "\r" => Some("CR"),
        "\u{85}" => Some("NEL"),
        "\u{2028}" => Some("LS"),
        "\u{2029}" => Some("PS"),
        _ => None,
    }
}

/// An abbreviation to write over a row.
struct Name {
    text: Cow<'static, str>,
    /// The upper edge of the row's text, and its base line.
    top: f32,
    baseline: f32,
    /// Where the character is.
    x: f32,
}

impl Painting<'_> {
    /// Signs over all characters in view that have no ink, and at line ends.
    pub(super) fn invisibles(&mut self) {
        let stroke = Stroke::new(1.0, self.scene.options.colors.quiet);
        let mut names = Vec::new();
        for it in self.frame.rows(self.layouts) {
            let first_name = names.len();
            let left = it.origin.x + it.row.x;
            let middle = middle(&it);
            let (top, baseline) = (it.origin.y + it.row.text_top, it.origin.y + it.row.baseline);
            for PlacedSign { x0, x1, sign } in signs(&it.row.row, self.layouts.table().content(it.block)) {
                let center = pos2(left + (x0 + x1) / 2.0, middle);
                match sign {
                    Sign::Dot => {
                        self.painter.circle_filled(center, 1.1, stroke.color);
                    }
                    Sign::Ring => {
                        self.painter.circle_stroke(center, 2.0, stroke);
                    }
                    Sign::Arrow => arrow(self.painter, left + x0 + 2.0, left + x1 - 2.0, middle, stroke),
                    Sign::Name(text) => names.push(Name { text, top, baseline, x: center.x }),
                }
            }
            let table = self.layouts.table();
            let is_line_end = it.index + 1 == it.layout.rows.len() && table.get(it.block).ends_line;
            if is_line_end && it.block + 1 < table.len() {
                let x = left + if it.row.row.is_rtl { -9.0 } else { it.row.row.width + 3.0 };
                return_arrow(self.painter, pos2(x + 6.0, middle + 2.0), stroke);
                if let Some(name) = line_end_name(table.line_end(it.block)) {
                    // Names go from left to right.
                    let place = if it.row.row.is_rtl { first_name } else { names.len() };
                    names.insert(place, Name { text: name.into(), top, baseline: top, x: x + 3.0 });
                }
            }
        }
        self.names(&names);
    }

    /// Abbreviations in the room above the letters, each over a line down to its character. Names
    /// that would cover each other stand side by side.
    fn names(&mut self, names: &[Name]) {
        let options = self.scene.options;
        let size = (options.text_size * 0.44).clamp(7.0, 24.0);
        let mut words = Vec::new();
        let mut last: Option<(f32, f32)> = None;
        for name in names {
            let width = self.layouts.word(&name.text, size).width;
            let centred = name.x - width / 2.0;
            let beside = last.filter(|(top, _)| *top == name.top).map(|(_, right)| right + 2.0);
            let x = beside.map_or(centred, |beside| beside.max(centred));
            last = Some((name.top, x + width));
            let color = options.colors.accent;
            let at = pos2(x, name.top + size * 0.45);
            if name.baseline > name.top {
                let line = [pos2(name.x, at.y + size * 0.45), pos2(name.x, name.baseline + size * 0.3)];
                self.painter.line_segment(line, Stroke::new(0.8, color.gamma_multiply(0.7)));
            }
            words.push(Word { text: name.text.clone().into_owned(), size, at, color });
        }
        self.words(&words);
    }
}

/// Half the height of small letters.
fn middle(it: &VisibleRow<'_>) -> f32 {
    it.origin.y + it.row.baseline - it.row.row.ascent * 0.28
}

fn arrow(painter: &Painter, x0: f32, x1: f32, y: f32, stroke: Stroke) {
    let (from, to) = (pos2(x0, y), pos2(x1, y));
    painter.line_segment([from, to], stroke);
    painter.line_segment([to, to - vec2(3.0, 3.0)], stroke);
    painter.line_segment([to, to - vec2(3.0, -3.0)], stroke);
}

/// The sign of the return key, by its lower right corner.
fn return_arrow(painter: &Painter, corner: Pos2, stroke: Stroke) {
    let tip = corner - vec2(6.0, 0.0);
    painter.line_segment([corner - vec2(0.0, 6.0), corner], stroke);
    painter.line_segment([corner, tip], stroke);
    painter.line_segment([tip, tip + vec2(2.5, 2.5)], stroke);
    painter.line_segment([tip, tip + vec2(2.5, -2.5)], stroke);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gui::canvas::fonts::Fonts;
    use crate::gui::canvas::glyphs::TextStyle;
    use crate::gui::canvas::shape::Shaper;

    /// The signs of a text in one row, each with its place in tenths of the row's width.
    fn seen(text: &str) -> String {
        let mut shaper = Shaper::new(Fonts::for_tests());
        let mut shaped = shaper.shape(text, TextStyle { size: 16.0, pixels_per_point: 1.0 });
        let row = shaper.rows(&mut shaped, f32::MAX).remove(0);
        let placed = signs(&row, text);
        let seen = placed.iter().map(|PlacedSign { x0, x1, sign }| {
            let tenths = |x: f32| (x / row.width * 10.0).round();
            let name = match sign {
                Sign::Name(name) => name,
                Sign::Dot => "dot",
                Sign::Arrow => "arrow",
                Sign::Ring => "ring",
            };
            if x0 == x1 {
                format!("{name} {}", tenths(*x0))
            } else {
                format!("{name} {}-{}", tenths(*x0), tenths(*x1))
            }
        });
        seen.collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn signs_stand_where_their_characters_are() {
        assert_eq!(seen("nnnnn\u{AD}nnnnn"), "SHY 5");
        assert_eq!(seen("nnnnn\u{200D}nnnnn"), "ZWJ 5");
        assert_eq!(seen("👨\u{200D}👩\u{200D}👧"), "ZWJ 3, ZWJ 7");
        assert_eq!(seen("nn\u{FE0F}nn\u{E0101}"), "VS16 5, VS18 10");
        assert_eq!(seen("ابب\u{200C}باب"), "ZWNJ 5");
        assert_eq!(seen("\u{200E}\u{200E}n"), "LRM 0, LRM 0");
        assert_eq!(seen("\u{2062}n"), "2062 0");
    }

    #[test]
    fn what_has_ink_or_is_always_shown_has_no_sign() {
        assert_eq!(seen("a-é中กé\u{301}😀\u{1}\u{202E}\u{2066}"), "");
    }

    #[test]
    fn line_ends_other_than_the_plain_one_have_names() {
        let names = ["\n", "\r\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"].map(line_end_name);
        assert_eq!(names, [None, Some("CRLF"), Some("CR"), Some("NEL"), Some("LS"), Some("PS")]);
    }
}
