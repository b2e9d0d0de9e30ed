//! The strip beside the scroll bar: where in the whole article marks, matches and problems lie.
//!
//! Each label has a column of its own, so that the place of a tick names its label as its colour
//! does; matches have the column at the left, problems take the whole width. Heights are guessed
//! as those of the scroll bar are, so a tick lies beside the thumb when its mark is in view.
//!
//! Invariant: a frame costs what the strip is high, not what the article holds. Marks are sorted
//! into the strip's rows once for each state of them, and again when corrected heights have moved
//! them by a row.

use std::sync::Arc;

use egui::{Color32, CursorIcon, Id, Mesh, Rect, Role, Sense, Shape, Ui, WidgetInfo, pos2, vec2};

use crate::gui::canvas::Scene;
use crate::gui::canvas::frame::Frame;
use crate::gui::canvas::layouts::Layouts;
use crate::text::{Offset, Text};

/// It lies over the margin of the text, and is empty where all of the article is in view.
pub(super) const WIDTH: f32 = 18.0;
/// Width of the column of matches.
const FOUND_WIDTH: f32 = 3.0;
/// Labels beyond these share columns.
const MOST_COLUMNS: usize = 6;
/// Height of a row, and so of the smallest tick, in points.
const ROW: f32 = 2.0;
/// How many rows from the pointer a tick may be to be meant.
const REACH: usize = 2;
/// How strong ticks are while another label is asked for.
const DIMMED: f32 = 0.12;

/// The strip's part of the canvas, left of the scroll bar.
pub(super) fn rect(canvas: Rect, bar: Rect) -> Rect {
    Rect::from_x_y_ranges((bar.left() - WIDTH).max(canvas.left())..=bar.left(), canvas.y_range())
}

/// What lies where on the strip.
#[derive(Default)]
pub(super) struct Overview {
    key: Option<Key>,
    grid: Grid,
    mesh: Arc<Mesh>,
}

/// What the strip was made from.
#[derive(Clone, PartialEq)]
struct Key {
    text: Text,
    strip: Rect,
    marks: u64,
    found: u64,
    problems: Vec<Offset>,
    colors: Vec<Color32>,
    only: Option<usize>,
}

/// For each row of the strip and each kind of thing, what of it begins or goes on there.
#[derive(Default)]
struct Grid {
    /// The first byte of the text in each row.
    starts: Vec<u32>,
    n_kinds: usize,
    cells: Vec<Cell>,
}

#[derive(Clone, Copy, Default)]
struct Cell {
    n: usize,
    /// Where the first of them starts.
    first: Offset,
}

/// Kinds of things, as places in a row of the grid; labels follow.
const FOUND: usize = 0;
const PROBLEM: usize = 1;
const LABELS: usize = 2;

impl Overview {
    /// Takes in what changed. For the same text only in a frame that has nothing to lay out, so that
    /// neither an edit nor a jump nor a window that changes its size waits for it.
    pub(super) fn refresh(&mut self, scene: &Scene<'_>, strip: Rect, layouts: &Layouts, frame: &Frame) {
        let key = Key {
            text: scene.text.clone(),
            strip,
            marks: scene.marks.version(),
            found: scene.landmarks.found_version,
            problems: scene.landmarks.problems.to_vec(),
            colors: scene.styles.iter().map(|style| style.color).collect(),
            only: scene.landmarks.only,
        };
        let old = self.key.as_ref().filter(|old| old.text.is_same(&key.text));
        if let Some(old) = old
            && layouts.n_laid_out() > 0
        {
            if old.strip != strip {
                self.mesh = Arc::new(self.grid.draw(scene, strip));
                self.key = Some(Key { strip, ..old.clone() });
            }
            return;
        }
        let is_placed = old.is_some_and(|old| old.strip == strip) && self.grid.holds(strip, layouts, frame);
        if is_placed && self.key.as_ref() == Some(&key) {
            return;
        }
        if !is_placed {
            let is_all_in_view = layouts.heights().total() <= f64::from(frame.rect.height());
            let n_rows = if is_all_in_view { 0 } else { (strip.height() / ROW).max(1.0) as usize };
            let start = |row| byte_at(row as f32 * ROW, strip, layouts);
            self.grid.starts = (0..n_rows).map(start).collect();
        }
        self.grid.fill(scene);
        self.mesh = Arc::new(self.grid.draw(scene, strip));
        self.key = Some(key);
    }

    /// Draws the strip, and tells where a click on it leads.
    pub(super) fn ui(
        &self,
        ui: &Ui,
        id: Id,
        strip: Rect,
        scene: &Scene<'_>,
        layouts: &Layouts,
    ) -> Option<Offset> {
        if self.grid.starts.is_empty() {
            return None;
        }
        let response = ui.interact(strip, id, Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, "Overview of the article"));
        ui.painter().add(Shape::Mesh(Arc::clone(&self.mesh)));
        let selected = scene.selected.and_then(|mark| scene.marks.get(mark));
        if let Some(mark) = selected {
            let y = strip.top() + self.grid.row_of(mark.span.start()) as f32 * ROW;
            let line = Rect::from_min_size(pos2(strip.left(), y), vec2(strip.width(), ROW));
            ui.painter().rect_filled(line, 0.0, scene.options.colors.text);
        }
        let pos = response.hover_pos().or(response.interact_pointer_pos())?;
        let tick = self.grid.tick_at(pos, strip, scene);
        ui.ctx().set_cursor_icon(if tick.is_some() { CursorIcon::PointingHand } else { CursorIcon::Default });
        if let Some((kind, cell)) = tick {
            let line = scene.text.line_of(cell.first) + 1;
            let more = if cell.n > 1 { format!(", and {} more", cell.n - 1) } else { String::new() };
            let what = self.name(kind, cell, scene);
            response.clone().on_hover_text_at_pointer(format!("{what}, line {line}{more}"));
        }
        let anywhere = || Offset::new(byte_at(pos.y - strip.top(), strip, layouts) as usize);
        response.clicked().then(|| tick.map_or_else(anywhere, |(_, cell)| cell.first))
    }

    fn name(&self, kind: usize, cell: Cell, scene: &Scene<'_>) -> String {
        match kind {
            FOUND => "match".to_owned(),
            PROBLEM => "problem".to_owned(),
            _ => {
                let marks = scene.marks.at(scene.text, cell.first).into_iter();
                let mut marks = marks.filter_map(|mark| scene.marks.get(mark));
                let mark = marks.find(|mark| mark.style == kind - LABELS);
                mark.map_or_else(|| "span".to_owned(), |mark| mark.label.clone())
            }
        }
    }
}

/// The byte of the text that stands in the article where `y` points below the strip's top does in
/// the strip.
fn byte_at(y: f32, strip: Rect, layouts: &Layouts) -> u32 {
    let heights = layouts.heights();
    let (block, into) = heights.find(f64::from(y / strip.height().max(1.0)) * heights.total());
    let height = (heights.before(block + 1) - heights.before(block)).max(1.0);
    let block = layouts.table().get(block);
    let share = (into / height).clamp(0.0, 1.0);
    block.start + (f64::from(block.end - block.start) * share) as u32
}

impl Grid {
    /// True if rows still begin where they did, judged by those at the quarters: what is corrected
    /// anywhere moves at least one of them.
    fn holds(&self, strip: Rect, layouts: &Layouts, frame: &Frame) -> bool {
        let n = self.starts.len();
        let is_all_in_view = layouts.heights().total() <= f64::from(frame.rect.height());
        if n == 0 || is_all_in_view {
            return (n == 0) == is_all_in_view;
        }
        [n / 4, n / 2, n * 3 / 4].into_iter().all(|row| {
            let now = byte_at(row as f32 * ROW, strip, layouts);
            let near = row.saturating_sub(1)..=(row + 1).min(n - 1);
            (self.starts[*near.start()]..=self.starts[*near.end()]).contains(&now)
        })
    }

    fn row_of(&self, offset: Offset) -> usize {
        self.starts.partition_point(|&start| start as usize <= offset.byte()).saturating_sub(1)
    }

    /// Sorts everything into rows.
    fn fill(&mut self, scene: &Scene<'_>) {
        self.n_kinds = LABELS + scene.styles.len();
        self.cells.clear();
        self.cells.resize(self.starts.len() * self.n_kinds, Cell::default());
        for mark in scene.marks.iter().filter(|it| it.lane == 0 && it.span.end() <= scene.text.end()) {
            for &range in mark.span.ranges() {
                self.add(LABELS + mark.style, range.start(), range.end());
            }
        }
        for range in scene.landmarks.found {
            self.add(FOUND, range.start(), range.end());
        }
        for &offset in scene.landmarks.problems {
            self.add(PROBLEM, offset, offset);
        }
    }

    fn add(&mut self, kind: usize, start: Offset, end: Offset) {
        let first = self.row_of(start);
        let n_on =
            self.starts[first..].iter().skip(1).take_while(|&&next| (next as usize) < end.byte()).count();
        for row in first..=first + n_on {
            if let Some(cell) = self.cells.get_mut(row * self.n_kinds + kind).filter(|_| kind < self.n_kinds)
            {
                cell.first = if cell.n == 0 { start } else { cell.first.min(start) };
                cell.n += 1;
            }
        }
    }

    fn cell(&self, row: usize, kind: usize) -> Cell {
        self.cells.get(row * self.n_kinds + kind).copied().unwrap_or_default()
    }

    /// Ticks of one kind in neighbouring rows are one rectangle.
    fn draw(&self, scene: &Scene<'_>, strip: Rect) -> Mesh {
        let mut mesh = Mesh::default();
        for kind in (LABELS..self.n_kinds).chain([FOUND, PROBLEM]) {
            let (left, right) = column(kind, strip, scene);
            let color = self.color(kind, scene);
            let mut row = 0;
            while row < self.starts.len() {
                let n = (row..self.starts.len()).take_while(|&row| self.cell(row, kind).n > 0).count();
                if n > 0 {
                    let top = strip.top() + row as f32 * ROW;
                    let size = vec2(right - left, n as f32 * ROW);
                    mesh.add_colored_rect(Rect::from_min_size(pos2(left, top), size), color);
                }
                row += n.max(1);
            }
        }
        mesh
    }

    fn color(&self, kind: usize, scene: &Scene<'_>) -> Color32 {
        let colors = &scene.options.colors;
        match kind {
            FOUND => colors.accent,
            PROBLEM => colors.problem,
            _ => {
                let style = kind - LABELS;
                let color = scene.styles.get(style).map_or(colors.quiet, |style| style.color);
                let is_dimmed = scene.landmarks.only.is_some_and(|only| only != style);
                if is_dimmed { color.gamma_multiply(DIMMED) } else { color }
            }
        }
    }

    /// What the pointer is on, or near: in its own column first.
    fn tick_at(&self, pos: egui::Pos2, strip: Rect, scene: &Scene<'_>) -> Option<(usize, Cell)> {
        let row = ((pos.y - strip.top()) / ROW).max(0.0) as usize;
        let rows = row.saturating_sub(REACH)..(row + REACH + 1).min(self.starts.len());
        let kinds = (0..self.n_kinds)
            .filter(|&kind| scene.landmarks.only.is_none_or(|only| kind < LABELS || kind == LABELS + only));
        let distance = |row_of_tick: usize, kind: usize| {
            let (left, right) = column(kind, strip, scene);
            let beside = (left - pos.x).max(pos.x - right).max(0.0);
            (beside as usize, row_of_tick.abs_diff(row))
        };
        let ticks = kinds.flat_map(|kind| rows.clone().map(move |row| (row, kind)));
        let ticks = ticks.filter(|&(row, kind)| self.cell(row, kind).n > 0);
        let (row, kind) = ticks.min_by_key(|&(row, kind)| distance(row, kind))?;
        Some((kind, self.cell(row, kind)))
    }
}

/// Left and right edge of the ticks of a kind.
fn column(kind: usize, strip: Rect, scene: &Scene<'_>) -> (f32, f32) {
    let left = strip.left() + FOUND_WIDTH + 1.0;
    match kind {
        FOUND => (strip.left(), strip.left() + FOUND_WIDTH),
        PROBLEM => (strip.left(), strip.right()),
        _ => {
            // The last look is that of labels which the schema lacks; it hardly ever is met.
            let n = scene.styles.len().saturating_sub(1).clamp(1, MOST_COLUMNS);
            let width = (strip.right() - left) / n as f32;
            let x = left + width * ((kind - LABELS) % n) as f32;
            (x, x + width - 0.5)
        }
    }
}
