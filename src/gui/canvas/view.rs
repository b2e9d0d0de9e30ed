//! The canvas as a widget: one frame from layout to events.

use std::time::Duration;

use std::collections::BTreeSet;

use egui::{Id, Mesh, Pos2, Rect, Response, Sense, Ui, Vec2};

use crate::gui::canvas::access::Spoken;
use crate::gui::canvas::atlas::{Atlas, AtlasPen};
use crate::gui::canvas::fonts::Fonts;
use crate::gui::canvas::frame::{self, Frame, VisibleRow};
use crate::gui::canvas::input::{self, Input};
use crate::gui::canvas::layouts::{Layouts, RowPlace};
use crate::gui::canvas::overview::{self, Overview};
use crate::gui::canvas::paint::Painting;
use crate::gui::canvas::shape::Shaper;
use crate::gui::canvas::{
    Affinity, Align, CanvasEvent, Caret, Move, Scene, ScrollPosition, access, check, links, rows, scroll_bar,
};
use crate::text::{Offset, Range, Text};

/// The drawn article. Keep one a window: it holds the scroll place and what is laid out.
pub struct CanvasView {
    atlas: Atlas,
    layouts: Layouts,
    frame: Frame,
    input: Input,
    /// Where the window was brought. What is laid out anew around it, larger or wider, is laid
    /// out from here, so that changes there and back lead to where one was.
    scroll: ScrollPosition,
    /// Where it came to stand.
    placed: ScrollPosition,
    wanted: Option<(Offset, Align)>,
    wants_focus: bool,
    has_focus: bool,
    hovered: Option<usize>,
    id: Option<Id>,
    /// The text of the last frame: another one starts at its top …
    text: Text,
    /// … unless it was said where.
    is_restored: bool,
    /// Where a walk over rows wants to stay, and where the last step of it left the caret.
    goal: Option<(Caret, f32)>,
    spoken: Spoken,
    overview: Overview,
}

impl CanvasView {
    /// A canvas that draws with `fonts`.
    pub fn new(fonts: Fonts) -> CanvasView {
        CanvasView {
            atlas: Atlas::new(&fonts),
            layouts: Layouts::new(Shaper::new(fonts)),
            frame: Frame::default(),
            input: Input::default(),
            scroll: ScrollPosition::default(),
            placed: ScrollPosition::default(),
            wanted: None,
            wants_focus: false,
            has_focus: false,
            hovered: None,
            id: None,
            text: Text::new(""),
            is_restored: false,
            goal: None,
            spoken: Spoken::default(),
            overview: Overview::default(),
        }
    }

    /// The fonts that it draws with.
    pub fn fonts(&self) -> &Fonts {
        self.atlas.fonts()
    }

    /// Draws `scene` into all of the room that is left, and tells what the person asked for.
    pub fn ui(&mut self, ui: &mut Ui, scene: &Scene<'_>) -> Vec<CanvasEvent> {
        let (_, rect) = ui.allocate_space(ui.available_size().max(Vec2::ZERO));
        let id = ui.make_persistent_id("canvas");
        let asked_by_name = access::asked(ui, id);
        let response = ui.interact(rect, id, Sense::click_and_drag());
        self.id = Some(id);
        if !rect.is_positive() {
            return Vec::new();
        }
        self.focus(ui, &response, scene);
        self.place(ui, scene, rect);
        let mut asked = self.input.pointer(ui, &response, scene, &self.layouts, &self.frame);
        self.hovered = asked.target.marks.first().copied();
        if ui.is_rect_visible(rect) {
            self.paint(ui, scene, rect);
        }
        if self.has_focus {
            let moves = self.key_moves(ui, scene);
            asked.events.extend(moves);
        }
        if asked.drag_scroll != 0.0 {
            self.scroll_by(asked.drag_scroll);
        }
        let (layouts, frame) = (&self.layouts, &self.frame);
        let requests = access::nodes(ui, &response, scene, layouts, frame, &mut self.spoken, &asked_by_name);
        asked.events.extend(requests.events);
        if let Some(offset) = asked.jump.or(requests.jump) {
            self.wanted = Some((offset, Align::Center));
        }
        if let Some(scroll) = requests.scroll {
            self.scroll = scroll;
            ui.ctx().request_repaint();
        }
        if asked.drag_scroll != 0.0 || self.wanted.is_some() {
            ui.ctx().request_repaint();
        }
        self.lay_out_ahead(ui, scene);
        asked.events
    }

    /// Uses a frame in which nothing had to be laid out for what one may scroll to next.
    fn lay_out_ahead(&mut self, ui: &Ui, scene: &Scene<'_>) {
        /// Long enough for whatever a person does to come first.
        const PAUSE: Duration = Duration::from_millis(30);
        let (Some(&(first, _)), Some(&(last, _))) = (self.frame.blocks.first(), self.frame.blocks.last())
        else {
            return;
        };
        let is_idle = self.layouts.n_laid_out() == 0;
        if !is_idle || self.layouts.ahead(scene, first, last, self.frame.rect.height()) {
            ui.ctx().request_repaint_after(PAUSE);
        }
    }

    /// Takes the keyboard if it was asked for, and keeps the keys that it needs.
    fn focus(&mut self, ui: &Ui, response: &Response, scene: &Scene<'_>) {
        if std::mem::take(&mut self.wants_focus) {
            response.request_focus();
        }
        self.has_focus = response.has_focus();
        if self.has_focus {
            ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, input::kept_keys(scene)));
        }
    }

    /// Lays out what is in view and follows the wheel, the scroll bar and wishes to go somewhere.
    fn place(&mut self, ui: &Ui, scene: &Scene<'_>, rect: Rect) {
        if !self.text.is_same(scene.text) {
            self.text = scene.text.clone();
            self.goal = None;
            if !self.is_restored {
                self.scroll = ScrollPosition::default();
            }
        }
        self.is_restored = false;
        let bar = scroll_bar::rect(rect);
        self.frame.rect = rect.with_max_x(overview::rect(rect, bar).left());
        let column = Column::new(scene, rect.with_max_x(bar.left()), self.text.n_lines());
        self.frame.left = column.left;
        self.layouts.prepare(scene, column.width, ui.ctx().pixels_per_point());
        let is_under_pointer = ui.rect_contains_pointer(rect);
        if is_under_pointer {
            self.scroll_by(-ui.input(|input| input.smooth_scroll_delta()).y);
        }
        let id = self.id.unwrap_or(Id::NULL).with("scroll bar");
        if let Some(scroll) = scroll_bar::dragged(ui, id, bar, &self.layouts, &self.frame) {
            self.scroll = scroll;
        }
        self.placed = self.frame.place(&mut self.layouts, scene, self.scroll);
        if let Some((offset, align)) = self.wanted.take() {
            let caret = Caret::new(offset.min(scene.text.end()));
            if let Some(scroll) = self.frame.scroll_for(&mut self.layouts, scene, caret, align) {
                self.placed = self.frame.place(&mut self.layouts, scene, scroll);
                self.scroll = self.placed;
            }
        }
    }

    /// Moves the window from where it stands.
    fn scroll_by(&mut self, points: f32) {
        if points != 0.0 {
            self.scroll = ScrollPosition { points: self.placed.points + points, ..self.placed };
        }
    }

    fn paint(&mut self, ui: &Ui, scene: &Scene<'_>, rect: Rect) {
        self.atlas.begin(ui.ctx());
        let links = links::visible(scene, &self.layouts, &self.frame, self.hovered);
        let painter = ui.painter_at(rect);
        let pixels_per_point = self.layouts.metrics().pixels_per_point;
        let mut painting = Painting {
            painter: &painter,
            scene,
            layouts: &mut self.layouts,
            pen: &mut AtlasPen { atlas: &mut self.atlas, pixels_per_point, mesh: Mesh::default() },
            frame: &mut self.frame,
            hovered: self.hovered,
            has_focus: self.has_focus,
        };
        painting.paint(&links, rect);
        let id = self.id.unwrap_or(Id::NULL).with("scroll bar");
        let bar = scroll_bar::rect(rect);
        scroll_bar::paint(ui, id, bar, &self.layouts, &self.frame, scene);
        let strip = overview::rect(rect, bar);
        self.overview.refresh(scene, strip, &self.layouts, &self.frame);
        if let Some(offset) = self.overview.ui(ui, id.with("overview"), strip, scene, &self.layouts) {
            self.wanted = Some((offset, Align::Center));
        }
        self.atlas.flush(ui.ctx());
    }

    /// Brings a place into view with the next frame.
    pub fn scroll_to(&mut self, offset: Offset, align: Align) {
        self.wanted = Some((offset, align));
    }

    /// Where the window stands, to come back to.
    pub fn position(&self) -> ScrollPosition {
        self.placed
    }

    /// Goes back to where the window stood; a place past the end becomes the end.
    pub fn restore(&mut self, position: ScrollPosition) {
        self.scroll = position;
        self.wanted = None;
        self.is_restored = true;
    }

    /// Gives the canvas the keyboard with the next frame.
    pub fn request_focus(&mut self) {
        self.wants_focus = true;
    }

    /// True if keys will go to the canvas in the next frame.
    pub fn takes_keys(&self, context: &egui::Context) -> bool {
        self.id.is_some_and(|id| context.memory(|memory| memory.has_focus(id)))
    }

    /// True if keys went to the canvas in the last frame.
    pub fn has_focus(&self) -> bool {
        self.has_focus
    }

    /// Characters in view that no font has, and that show as boxes with their code. None as long as
    /// fonts are still being looked for.
    pub fn missing(&self) -> BTreeSet<char> {
        if self.fonts().is_loading() {
            return BTreeSet::new();
        }
        self.frame.rows(&self.layouts).flat_map(|it| it.row.row.missing()).collect()
    }

    /// What of the text stood in view in the last frame, whole rows only if there is one.
    pub fn visible(&self) -> Option<Range> {
        let is_whole = |it: &VisibleRow<'_>| {
            it.origin.y + it.row.text_top >= self.frame.rect.top()
                && it.origin.y + it.row.text_bottom <= self.frame.rect.bottom()
        };
        let span = |rows: Vec<VisibleRow<'_>>| {
            let (first, last) = (rows.first()?, rows.last()?);
            Range::new(first.offset(first.row.row.start), last.offset(last.row.row.end))
        };
        let rows = || self.frame.rows(&self.layouts);
        span(rows().filter(is_whole).collect()).or_else(|| span(rows().collect()))
    }

    /// Where a caret was drawn in the last frame (the middle of it); nothing if it is not near the
    /// window.
    pub fn caret_pos(&self, caret: Caret) -> Option<Pos2> {
        let (top, bottom) = self.frame.caret(&self.layouts, caret)?;
        Some(top + (bottom - top) / 2.0)
    }

    /// The caret nearest to a point, as of the last frame.
    pub fn hit(&self, pos: Pos2) -> Option<Caret> {
        self.frame.hit(&self.layouts, pos)
    }

    /// The first thing in which the last frame, which showed `scene`, breaks a promise of the canvas:
    /// a grapheme without a place, a mark drawn beside its text, a caret that is hit elsewhere than
    /// it is drawn. For tests: it looks at everything in view.
    pub fn check(&self, scene: &Scene<'_>) -> Result<(), String> {
        check::frame(scene, &self.layouts, &self.frame)
    }

    /// Answers movement keys. The scene's caret is that of the last frame, so several keys in one
    /// frame build on each other here.
    fn key_moves(&mut self, ui: &Ui, scene: &Scene<'_>) -> Vec<CanvasEvent> {
        let movements = input::movements(ui);
        let top_left = self.frame.rect.left_top();
        let Some(mut caret) = scene.caret.or_else(|| self.hit(top_left)) else { return Vec::new() };
        let mut events = Vec::new();
        for (movement, is_extending) in movements {
            let Some(to) = self.moved(scene, caret, movement) else { continue };
            caret = to;
            self.scroll_to(to.offset, Align::Nearest);
            events.push(CanvasEvent::MoveCaret { to, is_extending });
        }
        events
    }

    /// Where a movement leads from `caret`; nothing before the first frame.
    pub fn moved(&mut self, scene: &Scene<'_>, caret: Caret, movement: Move) -> Option<Caret> {
        let place = self.layouts.row_of(caret, scene);
        let layout = self.layouts.ensure(place.block, scene);
        let row = layout.rows.get(place.row)?;
        let is_last = place.row + 1 == layout.rows.len();
        let (start, end) = rows::ends(&row.row, is_last);
        let base = layout.start;
        let at = |byte: u32| self.layouts.table().nearest_place(Offset::new((base + byte) as usize));
        match movement {
            Move::RowStart => return Some(Caret::new(at(start))),
            Move::RowEnd => {
                return Some(Caret { offset: at(end), affinity: frame::end_affinity(is_last) });
            }
            Move::RowUp | Move::RowDown | Move::PageUp | Move::PageDown => {}
        }
        let x = match self.goal {
            Some((last, x)) if last == caret => x,
            _ => {
                let byte = self.layouts.byte_in(place.block, caret.offset);
                let row = self.layouts.get(place.block)?.rows.get(place.row)?;
                row.x + rows::caret_x(&row.row, byte, caret.affinity)?
            }
        };
        let page = (self.frame.rect.height() * 0.85).max(1.0);
        let target = match movement {
            Move::RowUp => self.neighbour(scene, place, -1),
            Move::RowDown => self.neighbour(scene, place, 1),
            Move::PageUp => self.page(scene, place, -1, page),
            _ => self.page(scene, place, 1, page),
        };
        let to = match target {
            Some(target) => {
                self.layouts.ensure(target.block, scene);
                self.layouts.hit(target, x)?
            }
            // Past the first or the last row, as editors do, lies the very start or end.
            None if matches!(movement, Move::RowUp | Move::PageUp) => Caret::new(Offset::START),
            None => Caret { offset: scene.text.end(), affinity: Affinity::Upstream },
        };
        self.goal = Some((to, x));
        Some(to)
    }

    /// The row above (-1) or below (1).
    fn neighbour(&mut self, scene: &Scene<'_>, place: RowPlace, step: i32) -> Option<RowPlace> {
        let RowPlace { block, row } = place;
        if step < 0 {
            if row > 0 {
                return Some(RowPlace { block, row: row - 1 });
            }
            let block = block.checked_sub(1)?;
            let last = self.layouts.ensure(block, scene).rows.len().saturating_sub(1);
            return Some(RowPlace { block, row: last });
        }
        if row + 1 < self.layouts.ensure(block, scene).rows.len() {
            return Some(RowPlace { block, row: row + 1 });
        }
        (block + 1 < self.layouts.table().len()).then_some(RowPlace { block: block + 1, row: 0 })
    }

    /// The row about `distance` points above (-1) or below (1); nothing from the first or last.
    fn page(&mut self, scene: &Scene<'_>, from: RowPlace, step: i32, distance: f32) -> Option<RowPlace> {
        let mut place = self.neighbour(scene, from, step)?;
        let mut left = distance;
        while let Some(next) = self.neighbour(scene, place, step) {
            let height =
                self.layouts.ensure(place.block, scene).rows.get(place.row).map(|it| it.bottom - it.top);
            left -= height.unwrap_or(distance);
            if left <= 0.0 {
                break;
            }
            place = next;
        }
        Some(place)
    }
}

/// Where the text's column lies.
struct Column {
    left: f32,
    width: f32,
}

impl Column {
    /// Centred, with room for line numbers and the lines of relations on its left, and for the
    /// overview on its right.
    fn new(scene: &Scene<'_>, rect: Rect, n_lines: usize) -> Column {
        let size = scene.options.text_size.clamp(4.0, 200.0);
        let n_digits = n_lines.max(10).ilog10() + 1;
        let gutter = size * (0.45 * n_digits as f32 + 2.2);
        let right = (size * 1.2).max(overview::WIDTH);
        let width = scene.options.column.min(rect.width() - gutter - right).max(size * 4.0);
        let left = rect.left() + gutter.max((rect.width() - width) / 2.0);
        Column { left: left.round(), width: width.floor() }
    }
}
