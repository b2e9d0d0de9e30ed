//! What is laid out now: the blocks near the window, and guesses for all others.
//!
//! A block is shaped once for its font size, broken into rows again when the column's width
//! changes, and its marks are placed again when other marks touch it; each step reuses what the
//! one before it found.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use crate::gui::canvas::blocks::BlockTable;
use crate::gui::canvas::glyphs::{Row, TextStyle};
use crate::gui::canvas::heights::Heights;
use crate::gui::canvas::layout::{self, BlockLayout, Metrics, Place, TagWidths};
use crate::gui::canvas::shape::{Shaped, Shaper};
use crate::gui::canvas::{Affinity, Caret, Fragment, Mark, Scene, ScrollPosition, rows};
use crate::text::{Offset, Range, Text};

/// How many heights of the window stay laid out above and below it: more than is laid out ahead,
/// so that nothing is laid out to be forgotten.
const KEPT: f32 = 2.0;

/// How many bytes are laid out ahead in one frame, give or take a block: about a millisecond.
const AHEAD: usize = 2048;

/// Laid-out blocks of one text.
pub(super) struct Layouts {
    shaper: Shaper,
    table: BlockTable,
    heights: Heights,
    metrics: Metrics,
    shape_key: ShapeKey,
    marks_version: u64,
    blocks: BTreeMap<usize, Cached>,
    words: Words,
    /// Half an em in points, as met so far.
    advance: f32,
    n_laid_out: usize,
}

/// What shaped text depends on.
#[derive(Clone, Copy, Debug, PartialEq)]
struct ShapeKey {
    style: TextStyle,
    fonts: u64,
}

struct Cached {
    shaped: Shaped,
    shape_key: ShapeKey,
    metrics: Metrics,
    /// The state of all marks that the layout is known to hold for …
    marks_version: u64,
    /// … and what it holds of them: as long as these are the same, it need not be made anew.
    fragments: Vec<Fragment>,
    layout: BlockLayout,
}

/// A place in a laid-out block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RowPlace {
    /// Which block.
    pub(super) block: usize,
    /// Which of its rows.
    pub(super) row: usize,
}

impl Layouts {
    /// Nothing yet.
    pub(super) fn new(shaper: Shaper) -> Layouts {
        let table = BlockTable::new(&Text::new(""));
        let style = TextStyle { size: 0.0, pixels_per_point: 1.0 };
        let metrics = Metrics {
            text_size: 0.0,
            line_spacing: 1.0,
            width: 0.0,
            density: Default::default(),
            pixels_per_point: 1.0,
        };
        Layouts {
            shaper,
            heights: Heights::new(vec![0.0]),
            table,
            metrics,
            shape_key: ShapeKey { style, fonts: 0 },
            marks_version: 0,
            blocks: BTreeMap::new(),
            words: Words::default(),
            advance: 0.0,
            n_laid_out: 0,
        }
    }

    /// A passage of a text, laid out as if nothing were before and after it.
    pub(super) fn of_passage(shaper: Shaper, text: &Text, passage: Range) -> Layouts {
        Layouts { table: BlockTable::of_passage(text, passage), ..Layouts::new(shaper) }
    }

    /// Takes note of what the next layouts depend on, and forgets what no longer holds.
    pub(super) fn prepare(&mut self, scene: &Scene<'_>, width: f32, pixels_per_point: f32) {
        let options = scene.options;
        let text_size = options.text_size.clamp(4.0, 200.0);
        let metrics = Metrics {
            text_size,
            line_spacing: options.line_spacing.clamp(1.0, 4.0),
            width: width.max(text_size),
            density: options.density,
            pixels_per_point,
        };
        let style = TextStyle { size: text_size, pixels_per_point };
        let shape_key = ShapeKey { style, fonts: self.shaper.generation() };
        let is_other_text = !self.table.is_of(scene.text);
        if is_other_text {
            self.table = BlockTable::new(scene.text);
            self.blocks.clear();
        }
        if shape_key != self.shape_key {
            self.words.0.clear();
            self.shape_key = shape_key;
            self.advance = text_size * 0.5;
        }
        self.marks_version = scene.marks.version();
        self.n_laid_out = 0;
        if is_other_text || metrics != self.metrics {
            self.metrics = metrics;
            let last = self.table.len() - 1;
            let guess = |(i, block): (usize, &_)| metrics.estimate(*block, self.advance, i == 0, i == last);
            self.heights = Heights::new(self.table.iter().enumerate().map(guess).collect());
        }
    }

    /// Sizes of the current layouts.
    pub(super) fn metrics(&self) -> Metrics {
        self.metrics
    }

    /// The cut text.
    pub(super) fn table(&self) -> &BlockTable {
        &self.table
    }

    /// Heights of all blocks, guessed where they were never laid out.
    pub(super) fn heights(&self) -> &Heights {
        &self.heights
    }

    /// The place at a distance from the top of the article; as far from exact as the heights are.
    pub(super) fn position_at(&self, y: f64) -> ScrollPosition {
        let y = if y.is_finite() { y.clamp(0.0, self.heights.total()) } else { 0.0 };
        let (block, into) = self.heights.find(y);
        let offset = Offset::new(self.table.get(block).start as usize);
        ScrollPosition { offset, points: into as f32 }
    }

    /// Lays a block out if it is not, for the scene that [`Layouts::prepare`] was told of.
    pub(super) fn ensure(&mut self, block: usize, scene: &Scene<'_>) -> &BlockLayout {
        let block = block.min(self.table.len() - 1);
        let cached = match self.blocks.remove(&block) {
            Some(old) if self.holds(block, &old, scene) => {
                Cached { marks_version: self.marks_version, ..old }
            }
            old => self.lay_out(block, old, scene),
        };
        &self.blocks.entry(block).or_insert(cached).layout
    }

    /// True if what was laid out is what would be laid out now.
    fn holds(&self, block: usize, cached: &Cached, scene: &Scene<'_>) -> bool {
        cached.shape_key == self.shape_key
            && cached.metrics == self.metrics
            && (cached.marks_version == self.marks_version
                || cached.fragments == self.fragments(block, scene))
    }

    fn fragments(&self, block: usize, scene: &Scene<'_>) -> Vec<Fragment> {
        self.table.range(block).map_or_else(Vec::new, |range| scene.marks.fragments_in(range))
    }

    /// Lays a block out, with what still holds of an older layout.
    fn lay_out(&mut self, block: usize, old: Option<Cached>, scene: &Scene<'_>) -> Cached {
        self.n_laid_out += 1;
        let metrics = self.metrics;
        let (mut shaped, rows) = match old.filter(|it| it.shape_key == self.shape_key) {
            Some(old) if old.metrics.width == metrics.width => {
                (old.shaped, Some(old.layout.rows.into_iter().map(|row| row.row).collect()))
            }
            Some(old) => (old.shaped, None),
            None => (self.shaper.shape(self.table.content(block), self.shape_key.style), None),
        };
        let rows: Vec<Row> = rows.unwrap_or_else(|| self.shaper.rows(&mut shaped, metrics.width));
        let place = Place {
            block: self.table.get(block),
            is_first: block == 0,
            is_last: block + 1 == self.table.len(),
        };
        self.learn_advance(place, &rows);
        let fragments = self.fragments(block, scene);
        let (shaper, words) = (&mut self.shaper, &mut self.words);
        let mut widths = |mark: usize| {
            let Some(mark) = scene.marks.get(mark) else { return TagWidths { name: 0.0, letter: 0.0 } };
            let mut width = |text: &str| {
                words.get(shaper, &metrics, text, metrics.tag_size()).width + tag_padding(&metrics) * 2.0
            };
            TagWidths { name: width(&mark.label), letter: width(&letter_of(scene, mark)) }
        };
        let layout = layout::layout(place, rows, scene.marks, &fragments, &metrics, &mut widths);
        self.heights.set(block, f64::from(layout.height));
        let (shape_key, marks_version) = (self.shape_key, self.marks_version);
        Cached { shaped, shape_key, metrics, marks_version, fragments, layout }
    }

    /// How many blocks were laid out since [`Layouts::prepare`].
    pub(super) fn n_laid_out(&self) -> usize {
        self.n_laid_out
    }

    /// Lays out some of what lies within a window's height above and below the blocks in the
    /// window, so that it is there when somebody scrolls to it. False once all of it is there.
    pub(super) fn ahead(&mut self, scene: &Scene<'_>, first: usize, last: usize, height: f32) -> bool {
        let near = self.near(first, last, height);
        let mut n_bytes = 0;
        for block in (last + 1..=*near.end()).chain((*near.start()..first).rev()) {
            if self.blocks.get(&block).is_some_and(|it| self.holds(block, it, scene)) {
                continue;
            }
            if n_bytes >= AHEAD {
                return true;
            }
            n_bytes += self.table.content(block).len().max(1);
            self.ensure(block, scene);
        }
        // What was laid out may be less high than guessed, and then does not reach far enough.
        n_bytes > 0
    }

    /// The blocks that reach into `distance` points above and below some others.
    fn near(&self, first: usize, last: usize, distance: f32) -> RangeInclusive<usize> {
        let distance = f64::from(distance);
        let (top, _) = self.heights.find(self.heights.before(first) - distance);
        let (bottom, _) = self.heights.find(self.heights.before(last + 1) + distance);
        top..=bottom
    }

    /// Forgets blocks far from those in the window.
    pub(super) fn forget_far_from(&mut self, first: usize, last: usize, height: f32) {
        let near = self.near(first, last, height * KEPT);
        self.blocks.retain(|block, _| near.contains(block));
    }

    /// Long blocks tell how wide half an em really is, which betters the guesses of the next
    /// texts and widths.
    fn learn_advance(&mut self, place: Place, rows: &[Row]) {
        if place.block.units > 200 {
            let width: f32 = rows.iter().map(|row| row.width).sum();
            self.advance += (width / place.block.units as f32 - self.advance) * 0.1;
        }
    }

    /// A block that is laid out.
    pub(super) fn get(&self, block: usize) -> Option<&BlockLayout> {
        self.blocks.get(&block).map(|cached| &cached.layout)
    }

    /// The row a caret stands in. Lays its block out.
    pub(super) fn row_of(&mut self, caret: Caret, scene: &Scene<'_>) -> RowPlace {
        let place = self.block_of(caret);
        let byte = self.byte_in(place, caret.offset);
        let layout = self.ensure(place, scene);
        RowPlace { block: place, row: row_of(layout, byte, caret.affinity) }
    }

    /// The row a caret stands in, if its block is laid out.
    pub(super) fn known_row_of(&self, caret: Caret) -> Option<RowPlace> {
        let block = self.block_of(caret);
        let layout = self.get(block)?;
        Some(RowPlace { block, row: row_of(layout, self.byte_in(block, caret.offset), caret.affinity) })
    }

    /// The caret nearest to `x`, in points from the column's left, in a row that is laid out.
    pub(super) fn hit(&self, place: RowPlace, x: f32) -> Option<Caret> {
        let layout = self.get(place.block)?;
        let row = layout.rows.get(place.row)?;
        let (byte, affinity) = rows::hit(&row.row, x - row.x);
        let offset = Offset::new((layout.start + byte) as usize);
        let nearest = self.table.nearest_place(offset);
        Some(if nearest == offset { Caret { offset, affinity } } else { Caret::new(nearest) })
    }

    fn block_of(&self, caret: Caret) -> usize {
        let block = self.table.of(caret.offset);
        let it = self.table.get(block);
        let is_at_cut = caret.offset.byte() == it.start as usize && !it.starts_line;
        if is_at_cut && caret.affinity == Affinity::Upstream { block.saturating_sub(1) } else { block }
    }

    /// A position as a byte of a block's content; positions in its line end count as its end.
    pub(super) fn byte_in(&self, block: usize, offset: Offset) -> u32 {
        let block = self.table.get(block);
        (offset.byte() as u32).clamp(block.start, block.end) - block.start
    }

    /// A short text beside the article's own, such as a label or a number: one row.
    pub(super) fn word(&mut self, text: &str, size: f32) -> &Row {
        self.words.get(&mut self.shaper, &self.metrics, text, size)
    }
}

/// Short texts that were shaped, by size in 64ths of a point.
#[derive(Default)]
struct Words(BTreeMap<(u32, String), Row>);

impl Words {
    /// Enough for all labels and for the line numbers of many windows.
    const LIMIT: usize = 2000;

    fn get(&mut self, shaper: &mut Shaper, metrics: &Metrics, text: &str, size: f32) -> &Row {
        if self.0.len() > Words::LIMIT {
            self.0.clear();
        }
        self.0.entry(((size * 64.0) as u32, text.to_owned())).or_insert_with(|| {
            let style = TextStyle { size, pixels_per_point: metrics.pixels_per_point };
            let line = text.replace(['\n', '\r'], " ");
            let mut shaped = shaper.shape(&line, style);
            let mut rows = shaper.rows(&mut shaped, f32::MAX);
            if rows.is_empty() { empty_row() } else { rows.swap_remove(0) }
        })
    }
}

fn row_of(layout: &BlockLayout, byte: u32, affinity: Affinity) -> usize {
    let row = layout.row_of(byte);
    let starts_row = layout.rows.get(row).is_some_and(|it| it.row.start == byte);
    if affinity == Affinity::Upstream && starts_row { row.saturating_sub(1) } else { row }
}

fn empty_row() -> Row {
    Row {
        start: 0,
        end: 0,
        ascent: 0.0,
        descent: 0.0,
        width: 0.0,
        is_rtl: false,
        clusters: Vec::new(),
        glyphs: Vec::new(),
    }
}

/// Room at either side of a tag's letters.
pub(super) fn tag_padding(metrics: &Metrics) -> f32 {
    (metrics.tag_size() * 0.3).round()
}

/// What stands in a tag without room for the name.
pub(super) fn letter_of(scene: &Scene<'_>, mark: &Mark) -> String {
    if mark.lane > 0 {
        return mark.lane.to_string();
    }
    let letter = scene.styles.get(mark.style).map(|style| style.letter);
    letter.or_else(|| mark.label.chars().next()).map(String::from).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::gui::canvas::fonts::Fonts;
    use crate::gui::canvas::{CanvasOptions, Links, Marks};
    use crate::text::Span;

    /// Paragraphs of 100 bytes.
    const PARAGRAPH: usize = 100;
    const WIDTH: f32 = 400.0;

    fn text(n: usize) -> Text {
        let mut paragraph = "Kyiv meminta artileri. ".repeat(5);
        paragraph.truncate(PARAGRAPH - 1);
        paragraph.push('\n');
        Text::new(paragraph.repeat(n))
    }

    fn mark(id: &str, start: usize, end: usize) -> Mark {
        let range = Range::new(Offset::new(start), Offset::new(end)).expect("it has a length");
        Mark { id: id.into(), span: Span::from(range), style: 0, label: "quote".to_owned(), lane: 0 }
    }

    /// Calls `work` with a scene of `marks`, after preparing for it; tells how many blocks were
    /// laid out.
    fn with_scene(
        layouts: &mut Layouts,
        text: &Text,
        marks: &Marks,
        work: impl FnOnce(&mut Layouts, &Scene<'_>),
    ) -> usize {
        let (links, untied, options) = (Links::default(), BTreeSet::new(), CanvasOptions::default());
        let scene = Scene {
            text,
            marks,
            styles: &[],
            links: &links,
            untied: &untied,
            selected: None,
            candidates: &[],
            selection: &[],
            caret: None,
            landmarks: Default::default(),
            options: &options,
        };
        layouts.prepare(&scene, WIDTH, 1.0);
        work(layouts, &scene);
        layouts.n_laid_out()
    }

    fn layouts() -> Layouts {
        Layouts::new(Shaper::new(Fonts::bundled_only()))
    }

    #[test]
    fn an_edit_lays_out_the_blocks_it_touches() {
        let (text, mut layouts) = (text(30), layouts());
        let mut marks = Marks::new(&text, [mark("a", 10, 20), mark("b", 510, 2_510)]);
        let mut laid_out = |marks: &Marks| {
            with_scene(&mut layouts, &text, marks, |layouts, scene| {
                for block in 0..30 {
                    layouts.ensure(block, scene);
                }
            })
        };
        assert_eq!(laid_out(&marks), 30);
        assert_eq!(laid_out(&marks), 0, "nothing changed");
        marks.insert(mark("c", 720, 730));
        assert_eq!(laid_out(&marks), 1, "one came");
        marks.insert(mark("c", 720, 810));
        assert_eq!(laid_out(&marks), 2, "it reaches into the next one");
        marks.insert(mark("c", 905, 910));
        assert_eq!(laid_out(&marks), 3, "it moved to another");
        marks.remove(&"c".into());
        assert_eq!(laid_out(&marks), 1, "it went");
        marks.insert(mark("b", 510, 520));
        assert_eq!(laid_out(&marks), 21, "it covered this many");
        marks.insert(mark("a", 10, 20));
        marks.remove(&"nobody".into());
        assert_eq!(laid_out(&marks), 1, "no other place is touched");
    }

    #[test]
    fn what_may_be_scrolled_to_is_laid_out_bit_by_bit_and_once() {
        const HEIGHT: f32 = 1500.0;
        let (text, marks, mut layouts) = (text(400), Marks::default(), layouts());
        let (first, last) = (200, 204);
        let mut n_steps = 0;
        let mut is_more = true;
        while is_more {
            let n = with_scene(&mut layouts, &text, &marks, |layouts, scene| {
                (first..=last).for_each(|block| _ = layouts.ensure(block, scene));
                layouts.forget_far_from(first, last, HEIGHT);
                is_more = layouts.ahead(scene, first, last, HEIGHT);
            });
            assert!(n <= AHEAD / PARAGRAPH + 1 + (last - first + 1), "{n} in one frame");
            n_steps += 1;
            assert!(n_steps < 20, "it comes to an end");
        }
        assert!(n_steps > 2, "one frame does not do it all");
        let n = with_scene(&mut layouts, &text, &marks, |layouts, scene| {
            // A window's height below and above, whatever the blocks turned out to be high.
            let (mut below, mut above) = (0.0, 0.0);
            for block in last + 1.. {
                below += layouts.ensure(block, scene).height;
                if below > HEIGHT {
                    break;
                }
            }
            for block in (0..first).rev() {
                above += layouts.ensure(block, scene).height;
                if above > HEIGHT {
                    break;
                }
            }
            assert!(!layouts.ahead(scene, first, last, HEIGHT));
        });
        assert_eq!(n, 0, "all of it was there");
    }

    #[test]
    fn what_is_far_away_is_forgotten() {
        let (text, marks, mut layouts) = (text(400), Marks::default(), layouts());
        with_scene(&mut layouts, &text, &marks, |layouts, scene| {
            (0..400).for_each(|block| _ = layouts.ensure(block, scene));
            layouts.forget_far_from(200, 210, 100.0);
        });
        assert!(layouts.get(200).is_some() && layouts.get(0).is_none() && layouts.get(399).is_none());
        assert!(layouts.blocks.len() < 40);
    }
}
