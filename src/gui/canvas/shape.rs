//! From a block of text to rows of glyphs: the only module that names the shaping library.
//!
//! Invariants:
//! - The clusters of a block's rows cover the block: no gap, no overlap, each in one row, each
//!   made of whole characters.
//! - All positions are bytes of the text as given, whatever was shaped in its place.
//! - Directional embeddings, overrides and isolates are drawn as marks and reorder nothing. Only what
//!   Sorot itself composes is isolated, by characters that no text should hold.

use std::borrow::Cow;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use fontique::SourceCache;
use parley::{
    FontContext, FontData, FontFamily, FontFamilyName, Layout, LayoutContext, Line, OverflowWrap,
    StyleProperty, TextWrapMode,
};

use crate::gui::canvas::fonts::{FaceId, FaceRef, Fonts, TEXT_FAMILY};
use crate::gui::canvas::glyphs::{Cluster, Glyph, GlyphKey, Picture, Row, TextStyle, code_point_glyph};
use crate::gui::canvas::graphemes::Graphemes;
use crate::gui::canvas::stand_ins::{ISOLATE, ISOLATE_END, stand_in, stand_in_text};

/// A shaped block, which breaks into rows at any width without being shaped again.
pub struct Shaped {
    graphemes: Graphemes,
    style: TextStyle,
    /// Nothing if the shaping library failed on the text.
    layout: Option<Layout<()>>,
}

/// Shapes blocks.
pub struct Shaper {
    fonts: Fonts,
    font_context: FontContext,
    font_generation: u64,
    layout_context: LayoutContext<()>,
    /// True if texts are lines that Sorot composes, with [`ISOLATE`].
    is_composed: bool,
}

impl Shaper {
    /// A shaper that chooses from `fonts`.
    pub fn new(fonts: Fonts) -> Shaper {
        let font_generation = fonts.generation();
        let font_context =
            FontContext { collection: fonts.collection(), source_cache: SourceCache::default() };
        Shaper {
            fonts,
            font_context,
            font_generation,
            layout_context: LayoutContext::new(),
            is_composed: false,
        }
    }

    /// A shaper of lines in which [`ISOLATE`] keeps parts apart.
    pub fn of_composed_lines(fonts: Fonts) -> Shaper {
        Shaper { is_composed: true, ..Shaper::new(fonts) }
    }

    /// Counts up when fonts were added, after which text should be shaped anew.
    pub fn generation(&self) -> u64 {
        self.fonts.generation()
    }

    /// Shapes a block, which holds no line end. A line end that is there all the same shows as a
    /// mark.
    pub fn shape(&mut self, text: &str, style: TextStyle) -> Shaped {
        self.follow_fonts();
        let style = TextStyle {
            size: if style.size.is_finite() { style.size.clamp(4.0, 400.0) } else { 16.0 },
            pixels_per_point: if style.pixels_per_point.is_finite() {
                style.pixels_per_point.clamp(0.25, 16.0)
            } else {
                1.0
            },
        };
        let graphemes = Graphemes::new(text);
        // Fonts and texts come from outside, and shaping is deep code: a fault in it must cost the
        // picture of one block, not the annotator's session.
        let layout = catch_unwind(AssertUnwindSafe(|| self.build(&graphemes, style))).ok();
        if layout.is_none() {
            self.layout_context = LayoutContext::new();
        }
        Shaped { graphemes, style, layout }
    }

    /// Breaks a block into rows of at most `width` points, where words allow, else inside a word.
    /// An empty block is one row.
    pub fn rows(&mut self, shaped: &mut Shaped, width: f32) -> Vec<Row> {
        let width = if width.is_finite() { width.max(1.0) } else { f32::MAX };
        let rows = catch_unwind(AssertUnwindSafe(|| self.laid_out_rows(shaped, width))).ok().flatten();
        rows.unwrap_or_else(|| code_point_rows(shaped, width))
    }

    fn follow_fonts(&mut self) {
        let generation = self.fonts.generation();
        if self.font_generation != generation {
            self.font_context.collection = self.fonts.collection();
            self.font_generation = generation;
        }
    }

    fn build(&mut self, graphemes: &Graphemes, style: TextStyle) -> Layout<()> {
        let text = graphemes.text();
        let stand_in = stand_in_text(text, self.is_composed);
        let mut own: Vec<(Range<usize>, StyleProperty<'static, ()>)> = text
            .match_indices('\t')
            .map(|(start, _)| (start..start + 1, StyleProperty::LetterSpacing(style.size * TAB_SPACING)))
            .collect();
        let layout = self.build_styled(&stand_in, style, &own);
        let odd = odd_clusters(&layout, graphemes, style);
        if odd.is_empty() {
            return layout;
        }
        own.extend(odd);
        own.sort_by_key(|(range, _)| range.start);
        self.build_styled(&stand_in, style, &own)
    }

    /// Shapes `text`, of which some ranges have a property of their own.
    fn build_styled(
        &mut self,
        text: &str,
        style: TextStyle,
        own: &[(Range<usize>, StyleProperty<'static, ()>)],
    ) -> Layout<()> {
        let mut builder = self.layout_context.ranged_builder(&mut self.font_context, text, 1.0, false);
        let family = FontFamilyName::Named(Cow::Borrowed(TEXT_FAMILY));
        builder.push_default(StyleProperty::FontFamily(FontFamily::Single(family)));
        builder.push_default(StyleProperty::FontSize(style.size));
        builder.push_default(StyleProperty::OverflowWrap(OverflowWrap::Anywhere));
        for (range, property) in own {
            builder.push(property.clone(), range.clone());
        }
        builder.build(text)
    }

    /// Nothing if there is no layout, or if it does not cover the block.
    fn laid_out_rows(&self, shaped: &mut Shaped, width: f32) -> Option<Vec<Row>> {
        let layout = shaped.layout.as_mut()?;
        layout.break_all_lines(Some(width));
        let (ascent, descent) =
            layout.root_span_metrics().map_or((shaped.style.size, shaped.style.size / 4.0), |metrics| {
                (metrics.ascent, metrics.descent)
            });
        let empty = Row { ascent, descent, is_rtl: layout.is_rtl(), ..Row::default() };
        if shaped.graphemes.text().is_empty() {
            return Some(vec![empty]);
        }
        let layout = shaped.layout.as_ref()?;
        let rows: Vec<Row> = layout
            .lines()
            .map(|line| self.row(shaped, line, empty.clone()))
            .filter(|row| row.start < row.end)
            .collect();
        covers(&rows, shaped.graphemes.text().len()).then_some(rows)
    }

    fn row(&self, shaped: &Shaped, line: Line<'_, ()>, empty: Row) -> Row {
        let mut row = Row { start: u32::MAX, ..empty };
        let mut pieces: Vec<Cluster> = vec![];
        let mut glyphs: Vec<parley::Glyph> = vec![];
        for run in line.runs() {
            let metrics = run.font_metrics();
            row.ascent = row.ascent.max(metrics.ascent);
            row.descent = row.descent.max(metrics.descent);
            let coords: Vec<i16> = run.normalized_coords().iter().map(|coord| coord.to_bits()).collect();
            let font = run.font();
            let face = self.fonts.face_id(FaceRef {
                data: &font.data,
                index: font.index,
                coords: &coords,
                is_emboldened: run.synthesis().embolden(),
            });
            for cluster in run.visual_clusters() {
                let range = cluster.text_range();
                let source = shaped.graphemes.text().get(range.clone()).unwrap_or_default();
                let x0 = row.width;
                let x1 = x0 + cluster.advance().max(0.0);
                row.width = x1;
                row.start = row.start.min(range.start as u32);
                row.end = row.end.max(range.end as u32);
                shaped.graphemes.push(range, cluster.is_rtl(), x0, x1, &mut pieces);
                if self.is_composed && source.starts_with([ISOLATE, ISOLATE_END]) {
                    continue;
                }
                glyphs.clear();
                glyphs.extend(cluster.glyphs());
                // A ligature's glyphs come with its logically first cluster, which in a
                // right-to-left run is the last one seen: they end here.
                let pen = if cluster.is_rtl() {
                    x1 - glyphs.iter().map(|glyph| glyph.advance).sum::<f32>()
                } else {
                    x0
                };
                let drawing = ClusterDrawing { face, font, source, is_rtl: cluster.is_rtl(), x0, x1, pen };
                if glyphs.is_empty() && x1 > x0 && !cluster.is_ligature_continuation() {
                    // The library counts glyphs in a byte, so that of 256 there are none.
                    row.glyphs
                        .extend(source.chars().next().map(|it| code_point_glyph(it, x0, x1, shaped.style)));
                }
                drawing.draw(&glyphs, shaped.style, &mut row.glyphs);
            }
        }
        row.clusters = shaped.graphemes.joined(pieces);
        shaped.graphemes.hang_spaces(&mut row, shaped.style);
        row
    }
}

/// What is known when a cluster's glyphs are drawn.
struct ClusterDrawing<'a> {
    face: FaceId,
    font: &'a FontData,
    /// The cluster's characters in the text.
    source: &'a str,
    is_rtl: bool,
    x0: f32,
    x1: f32,
    pen: f32,
}

impl ClusterDrawing<'_> {
    fn draw(&self, glyphs: &[parley::Glyph], style: TextStyle, drawn: &mut Vec<Glyph>) {
        let mut characters = self.source.chars();
        if let Some(character) = characters.next()
            && stand_in(character).is_some()
            && character != '\t'
        {
            // Marks that the shaping put on the stand-in stand beside it, as they do in the text.
            let marks: Vec<char> = characters.collect();
            let part = (self.x1 - self.x0) / if marks.is_empty() { 1.0 } else { 2.0 };
            let at = |x: f32, width: f32| {
                let x0 = if self.is_rtl { self.x1 - x - width } else { self.x0 + x };
                (x0, x0 + width)
            };
            let (x0, x1) = at(0.0, part);
            drawn.push(code_point_glyph(character, x0, x1, style));
            let width = part / marks.len().max(1) as f32;
            for (i, mark) in marks.into_iter().enumerate() {
                let (x0, x1) = at(part + width * i as f32, width);
                drawn.push(code_point_glyph(mark, x0, x1, style));
            }
            return;
        }
        let mut pen = self.pen;
        let mut missing = if glyphs.iter().any(|glyph| glyph.id == 0) { self.missing() } else { vec![] };
        // A cluster of which no font has anything visible is as wide as its code points together.
        let are_all_missing = glyphs.iter().all(|glyph| glyph.id == 0 || glyph.advance == 0.0);
        let part = (self.x1 - self.x0) / missing.len().max(1) as f32;
        let mut x = self.x0;
        for glyph in glyphs {
            if glyph.id != 0 {
                drawn.push(self.glyph(glyph, pen, style));
            } else if let Some(character) = missing.pop().or_else(|| self.source.chars().next()) {
                let (x0, x1) = if are_all_missing {
                    x += part;
                    (x - part, x)
                } else {
                    (pen, (pen + glyph.advance).max(pen + style.size * MIN_CODE_POINT_WIDTH))
                };
                drawn.push(code_point_glyph(character, x0, x1, style));
            }
            pen += glyph.advance;
        }
    }

    fn glyph(&self, glyph: &parley::Glyph, pen: f32, style: TextStyle) -> Glyph {
        let x = pen + glyph.x;
        // No font has more glyphs than 16 bits count.
        let picture = Picture::Glyph { face: self.face, glyph: u16::try_from(glyph.id).unwrap_or(0) };
        Glyph { id: GlyphKey::new(picture, x, style), x, y: glyph.y }
    }

    /// The characters that the font lacks, in the order in which to take them off the end.
    fn missing(&self) -> Vec<char> {
        let data = self.font.data.data();
        let Some(font) = swash::FontRef::from_index(data, self.font.index as usize) else { return vec![] };
        let charmap = font.charmap();
        let mut missing: Vec<char> =
            self.source.chars().filter(|&character| charmap.map(character) == 0).collect();
        if !self.is_rtl {
            missing.reverse();
        }
        missing
    }
}

/// Extra width of a tab, which is shaped as a space, in font sizes: together about four spaces.
const TAB_SPACING: f32 = 0.8;

/// Extra width of a character that no font has, in font sizes.
const MISSING_SPACING: f32 = 0.25;
const MISSING_SPACING_LONG: f32 = 0.45;

/// Width of a mark that has no room of its own because what it stands for has no width, in font
/// sizes.
const MIN_CODE_POINT_WIDTH: f32 = 0.6;

/// What the library does not do by itself, as properties of ranges.
///
/// A code point in hex is wider than the sign that a font shows for what it lacks. And no row ends
/// inside a grapheme, as it could where two fonts share it.
fn odd_clusters(
    layout: &Layout<()>,
    graphemes: &Graphemes,
    style: TextStyle,
) -> Vec<(Range<usize>, StyleProperty<'static, ()>)> {
    let mut odd = vec![];
    let mut layout = layout.clone();
    layout.break_all_lines(None);
    for line in layout.lines() {
        for run in line.runs() {
            for cluster in run.clusters() {
                let range = cluster.text_range();
                let n = cluster.glyphs().filter(|glyph| glyph.id == 0).count();
                if n > 0 {
                    let mut characters = graphemes.text().get(range.clone()).unwrap_or_default().chars();
                    let is_long = characters.any(|character| character > '\u{FFFF}');
                    let spacing = if is_long { MISSING_SPACING_LONG } else { MISSING_SPACING };
                    odd.push((range.clone(), StyleProperty::LetterSpacing(style.size * spacing * n as f32)));
                }
                if let Some(start) = graphemes.start_inside(range.start) {
                    odd.push((start..range.start, StyleProperty::TextWrapMode(TextWrapMode::NoWrap)));
                }
            }
        }
    }
    odd
}

fn covers(rows: &[Row], len: usize) -> bool {
    let mut at = 0;
    for row in rows {
        let covered: u32 = row.clusters.iter().map(|cluster| u32::from(cluster.len)).sum();
        if row.start != at || row.end - row.start != covered {
            return false;
        }
        at = row.end;
    }
    at as usize == len
}

/// Every grapheme as its first code point in hex: unlovely, but it can be read and annotated.
fn code_point_rows(shaped: &Shaped, width: f32) -> Vec<Row> {
    let style = shaped.style;
    let step = style.size;
    let empty = Row { ascent: style.size, descent: style.size / 4.0, ..Row::default() };
    let mut rows = vec![];
    let mut row = empty.clone();
    for (start, character) in shaped.graphemes.text().char_indices() {
        if row.width + step > width && row.width > 0.0 {
            let next = Row { start: row.end, end: row.end, ..empty.clone() };
            rows.push(std::mem::replace(&mut row, next));
        }
        let (x0, x1) = (row.width, row.width + step);
        row.glyphs.push(code_point_glyph(character, x0, x1, style));
        let is_space = character.is_whitespace();
        let len = character.len_utf8() as u16;
        row.clusters.push(Cluster { start: start as u32, len, is_rtl: false, is_space, x0, x1 });
        row.end = start as u32 + u32::from(len);
        row.width = x1;
    }
    rows.push(row);
    rows
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use proptest::prelude::*;

    use crate::gui::canvas::fonts::Fonts;
    use crate::gui::canvas::glyphs::{Cluster, Picture, Row, TextStyle};
    use crate::gui::canvas::shape::Shaper;

    const STYLE: TextStyle = TextStyle { size: 16.0, pixels_per_point: 1.0 };

    fn rows(text: &str, width: f32) -> Vec<Row> {
        let mut shaper = Shaper::new(Fonts::for_tests());
        let mut shaped = shaper.shape(text, STYLE);
        shaper.rows(&mut shaped, width)
    }

    /// The surfaces of all clusters as they stand on screen, rows by `/`.
    fn seen(text: &str, width: f32) -> String {
        let row = |row: &Row| {
            let surfaces: Vec<&str> = row.clusters.iter().map(|cluster| surface(text, cluster)).collect();
            surfaces.join("|")
        };
        rows(text, width).iter().map(row).collect::<Vec<_>>().join(" / ")
    }

    fn surface<'a>(text: &'a str, cluster: &Cluster) -> &'a str {
        &text[cluster.start as usize..cluster.end() as usize]
    }

    #[test]
    fn spaces_at_the_end_of_a_row_hang_in_the_paragraphs_direction() {
        for (text, hangs_left) in [("Kata שר הביטחון אמר", false), ("שר abc def ghi", true)] {
            for width in [50.0, 80.0, 100.0] {
                let rows = rows(text, width);
                let broken =
                    rows[..rows.len() - 1].iter().filter(|row| text[..row.end as usize].ends_with(' '));
                for row in broken {
                    let outer = if hangs_left { row.clusters.first() } else { row.clusters.last() };
                    let outer = outer.expect("the row has text");
                    assert_eq!((outer.is_space, outer.end()), (true, row.end), "{row:?}");
                    assert!(row.width - (outer.x1 - outer.x0) <= width, "{row:?}");
                }
            }
        }
    }

    #[test]
    fn no_row_ends_inside_a_grapheme_that_fonts_share() {
        let text = "ກ\u{ecd}\u{ec9}\u{e33}".repeat(3);
        for width in [1.0, 40.0, 500.0] {
            let starts: Vec<u32> =
                rows(&text, width).iter().flat_map(|row| &row.clusters).map(|it| it.start).collect();
            assert_eq!(starts, [0, 12, 24]);
        }
    }

    /// The code points shown in hex.
    fn code_points(rows: &[Row]) -> String {
        let glyphs = rows.iter().flat_map(|row| &row.glyphs);
        let shown = glyphs.filter_map(|glyph| match glyph.id.picture {
            Picture::CodePoint { character, .. } => Some(format!("{:04X}", u32::from(character))),
            Picture::Glyph { .. } => None,
        });
        shown.collect::<Vec<_>>().join(" ")
    }

    fn check_rows(text: &str, rows: &[Row]) {
        let mut at = 0;
        for row in rows {
            assert_eq!(row.start as usize, at, "rows leave no gap in {text:?}");
            let mut clusters = row.clusters.clone();
            for pair in clusters.windows(2) {
                assert!(pair[0].x1 <= pair[1].x0 + 0.01, "visual order in {text:?}: {pair:?}");
            }
            clusters.sort_by_key(|cluster| cluster.start);
            for cluster in &clusters {
                assert_eq!(cluster.start as usize, at, "clusters leave no gap in {text:?}");
                assert!(text.is_char_boundary(cluster.end() as usize));
                assert!(cluster.x0 >= -0.01 && cluster.x0 <= cluster.x1 && cluster.x1 <= row.width + 0.01);
                at = cluster.end() as usize;
            }
            assert_eq!(row.end as usize, at);
        }
        assert_eq!(at, text.len(), "{text:?} is covered");
    }

    #[test]
    fn each_script_stands_in_its_order_and_every_font_is_found() {
        let cases = [
            ("Latin", "Menteri: \u{201c}siap\u{201d}"),
            ("Arabic", "قال الوزير"),
            ("Hebrew in English", "say שלום now"),
            ("Thai", "ประเทศไทย"),
            ("Chinese", "中国总统说"),
            ("Devanagari", "हिन्दी"),
            ("Korean", "한국"),
            ("Korean by jamo", "\u{1112}\u{1161}\u{11AB}\u{1100}\u{116E}\u{11A8}"),
            ("old Korean", "\u{1112}\u{119E}\u{11AB}"),
            ("emoji", "a👨\u{200d}👩\u{200d}👧b👍🏽🇺🇦🇷🇺"),
            ("signs as emoji", "1\u{FE0F}\u{20E3}#\u{FE0F}\u{20E3}❤\u{FE0F}⚔\u{FE0F}"),
            ("marks", "e\u{301}\u{323} o\u{308}"),
        ];
        let mut found = String::new();
        for (name, text) in cases {
            let rows = rows(text, 1000.0);
            check_rows(text, &rows);
            assert_eq!(code_points(&rows), "", "{name} has all glyphs");
            assert!(rows.iter().all(|row| !row.glyphs.is_empty()));
            found += &format!("{name}: {}\n", seen(text, 1000.0));
        }
        expect![[r#"
            Latin: M|e|n|t|e|r|i|:| |“|s|i|a|p|”
            Arabic: ر|ي|ز|و|ل|ا| |ل|ا|ق
            Hebrew in English: s|a|y| |ם|ו|ל|ש| |n|o|w
            Thai: ป|ร|ะ|เ|ท|ศ|ไ|ท|ย
            Chinese: 中|国|总|统|说
            Devanagari: हि|न्दी
            Korean: 한|국
            Korean by jamo: 한|국
            old Korean: ᄒᆞᆫ
            emoji: a|👨‍👩‍👧|b|👍🏽|🇺🇦|🇷🇺
            signs as emoji: 1️⃣|#️⃣|❤️|⚔️
            marks: ẹ́| |ö
        "#]]
        .assert_eq(&found);
    }

    #[test]
    fn long_lines_break_at_words_and_at_thai_words_and_inside_long_ones() {
        expect!["o|n|e|  / t|w|o|  / t|h|r|e|e"].assert_eq(&seen("one two three", 60.0));
        expect!["ป|ร|ะ|เ|ท|ศ|ไ|ท|ย|พู|ด / ภ|า|ษ|า|อื่|น"].assert_eq(&seen("ประเทศไทยพูดภาษาอื่น", 100.0));
        expect!["a|b|c / d|e|f / g|h|i|j"].assert_eq(&seen("abcdefghij", 30.0));
    }

    #[test]
    fn arabic_paragraphs_run_from_the_right_and_hold_latin_the_other_way() {
        let text = "قال Ali اليوم";
        let row = &rows(text, 1000.0)[0];
        assert!(row.is_rtl);
        let latin: Vec<bool> =
            row.clusters.iter().filter(|c| surface(text, c).is_ascii()).map(|c| c.is_rtl).collect();
        assert!(latin.contains(&false));
        assert_eq!(
            row.clusters.last().map(|cluster| cluster.start),
            Some(0),
            "the first letter is rightmost"
        );
    }

    #[test]
    fn overrides_show_and_reorder_nothing() {
        for text in ["a\u{202E}bc\u{202C}d", "x\u{2067}abc\u{2069}y", "a\u{2028}b\u{85}c\u{1}\u{301}d\re"] {
            let rows = rows(text, 1000.0);
            check_rows(text, &rows);
            assert_eq!(rows.len(), 1);
            let starts: Vec<u32> = rows[0].clusters.iter().map(|cluster| cluster.start).collect();
            assert!(starts.is_sorted(), "{text:?} stands as written: {starts:?}");
        }
        assert_eq!(code_points(&rows("a\u{202E}b\u{202C}", 100.0)), "202E 202C");
        assert_eq!(code_points(&rows("\u{1}\u{85}\u{2028}", 100.0)), "0001 0085 2028");
    }

    #[test]
    fn what_no_font_has_shows_as_code_point() {
        assert_eq!(code_points(&rows("a\u{10FFFD}b\u{1D173}", 1000.0)), "10FFFD");
        assert_eq!(code_points(&rows("ب\u{1F9FF}", 1000.0)), "1F9FF");
        // A picture in colour is better than a code point, where text was asked for.
        assert_eq!(code_points(&rows("❤\u{FE0E} a😀\u{FE0E}", 1000.0)), "1F600");
        // A mark without glyph must be seen, whatever it stands on.
        assert_eq!(code_points(&rows("e\u{1DF5}\u{16FE4}", 1000.0)), "16FE4");
    }

    #[test]
    fn tabs_are_about_four_spaces_wide() {
        let row = &rows("a\tb    c", 1000.0)[0];
        let tab = row.clusters[1];
        let four_spaces = row.clusters[6].x1 - row.clusters[3].x0;
        assert!(tab.is_space && (tab.x1 - tab.x0 - four_spaces).abs() < 2.0, "{tab:?} {four_spaces}");
    }

    #[test]
    fn an_empty_block_is_one_row_of_normal_height() {
        let (empty, full) = (&rows("", 100.0)[0], &rows("a", 100.0)[0]);
        assert_eq!((empty.ascent, empty.descent), (full.ascent, full.descent));
        assert_eq!((empty.start, empty.end, empty.width), (0, 0, 0.0));
    }

    #[test]
    fn breaking_again_gives_the_same_as_breaking_anew() {
        let fonts = Fonts::for_tests();
        let mut shaper = Shaper::new(fonts.clone());
        let text = "Presiden berkata: قال الوزير הממשלה 中国总统说话";
        let mut shaped = shaper.shape(text, STYLE);
        for width in [50.0, 300.0, 120.0, 0.0, f32::NAN, f32::INFINITY] {
            let again = shaper.rows(&mut shaped, width);
            check_rows(text, &again);
            let mut shaper = Shaper::new(fonts.clone());
            let mut anew = shaper.shape(text, STYLE);
            assert!(again == shaper.rows(&mut anew, width), "at width {width}");
        }
    }

    #[test]
    fn a_grapheme_longer_than_a_cluster_can_say_is_covered() {
        let text = format!("a{}", "\u{301}".repeat(40_000));
        check_rows(&text, &rows(&text, 100.0));
    }

    fn any_text() -> impl Strategy<Value = String> {
        let alphabet = prop_oneof![
            4 => proptest::char::range(' ', '~'),
            2 => proptest::char::range('\u{5D0}', '\u{64A}'),
            1 => proptest::char::range('\u{300}', '\u{36F}'),
            1 => proptest::char::range('\u{E01}', '\u{E5B}'),
            1 => proptest::char::range('\u{900}', '\u{97F}'),
            1 => proptest::char::range('\u{4E00}', '\u{4E80}'),
            1 => proptest::char::range('\u{1F1E6}', '\u{1F9FF}'),
            1 => proptest::char::range('\u{2000}', '\u{206F}'),
            1 => proptest::char::range('\u{0}', '\u{AD}'),
            1 => any::<char>(),
        ];
        proptest::collection::vec(alphabet, 0..60).prop_map(|characters| characters.into_iter().collect())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

        #[test]
        fn rows_cover_any_text(text in any_text(), width in 1.0f32..400.0) {
            let mut shaper = Shaper::new(Fonts::for_tests());
            let mut shaped = shaper.shape(&text, STYLE);
            prop_assert!(shaped.layout.is_some(), "shaping failed");
            check_rows(&text, &shaper.rows(&mut shaped, width));
            let layout_covers = shaper.laid_out_rows(&mut shaped, width);
            prop_assert!(layout_covers.is_some(), "the layout itself covers the text");
        }
    }
}
