//! Plays a case on a canvas without a screen, as the desk would, and looks at every frame.

use std::sync::LazyLock;

use egui::{
    Event, Modifiers, MouseWheelUnit, PointerButton, Pos2, RawInput, Rect, TouchPhase, ViewportId, pos2, vec2,
};

use sorot::gui::canvas::fonts::Fonts;
use sorot::gui::canvas::{
    Affinity, Align, CanvasEvent, CanvasOptions, CanvasView, Caret, Density, Link, Links, Mark, MarkStyle,
    Marks, Pattern, Scene, ScrollPosition,
};
use sorot::model::AnnotationId;
use sorot::text::{Offset, OffsetUnit, Range, Span, Text, Unit};

use crate::fuzz::case::{Case, Places, Step};

static TEST_FONTS: LazyLock<Fonts> = LazyLock::new(crate::drawing::fonts);

static SYSTEM_FONTS: LazyLock<Fonts> = LazyLock::new(Fonts::system);

/// The size of the text at 100 %.
const TEXT_SIZE: f32 = 17.0;

/// Frames until a scrolled or dragged text must have come to rest.
const N_REST: usize = 120;

/// Plays a case to its end; tells what broke, and where.
pub(super) fn play(case: &Case) -> Result<(), String> {
    let mut player = Player::new(case);
    for (i, step) in case.steps.iter().enumerate() {
        player.step(step).map_err(|what| format!("after step {i}, {step}: {what}"))?;
    }
    player.rest().map_err(|what| format!("at rest: {what}"))
}

struct Player {
    context: egui::Context,
    view: CanvasView,
    text: Text,
    marks: Marks,
    links: Links,
    candidates: Vec<usize>,
    selected: Option<usize>,
    selection: Vec<Range>,
    caret: Option<Caret>,
    options: CanvasOptions,
    rect: Rect,
    pixels_per_point: f32,
    time: f64,
    pointer: Pos2,
    modifiers: Modifiers,
    is_down: bool,
    n_made: usize,
}

impl Player {
    fn new(case: &Case) -> Player {
        let fonts = if case.has_system_fonts { &SYSTEM_FONTS } else { &TEST_FONTS };
        let mut player = Player {
            context: egui::Context::default(),
            view: CanvasView::new((*fonts).clone()),
            text: Text::new(case.string()),
            marks: Marks::default(),
            links: Links::default(),
            candidates: vec![],
            selected: None,
            selection: vec![],
            caret: None,
            options: CanvasOptions { text_size: TEXT_SIZE, ..CanvasOptions::default() },
            rect: Rect::from_min_size(Pos2::ZERO, vec2(700.0, 400.0)),
            pixels_per_point: 1.0,
            time: 0.0,
            pointer: Pos2::ZERO,
            modifiers: Modifiers::NONE,
            is_down: false,
            n_made: 0,
        };
        player.marks = Marks::new(&player.text, []);
        for places in &case.marks {
            player.mark(places);
        }
        player
    }

    /// The grapheme boundary at or before a byte.
    fn at(&self, byte: usize) -> Offset {
        let byte = self.text.as_str().floor_char_boundary(byte);
        self.text.nearest_grapheme(self.text.locate(byte, OffsetUnit::Byte).unwrap())
    }

    fn mark(&mut self, places: &Places) {
        let ranges = places.iter().filter_map(|&(start, end)| Range::new(self.at(start), self.at(end)));
        let Ok(span) = Span::new(ranges) else { return };
        let n = self.n_made;
        self.n_made += 1;
        let label = ["speaker", "quote", "w", "a label with a long name"][n % 4].to_owned();
        self.marks.insert(Mark { id: id(n), span, style: n % 6, label, lane: n % 3 });
    }

    fn step(&mut self, step: &Step) -> Result<(), String> {
        let mut events = vec![];
        let mut passed = 1.0 / 60.0;
        let button =
            |pos, button, pressed, modifiers| Event::PointerButton { pos, button, pressed, modifiers };
        match step {
            Step::Window(width, height, ppp) => {
                self.rect.max = pos2(*width, *height);
                self.pixels_per_point = *ppp;
            }
            Step::Zoom(zoom) => self.options.text_size = TEXT_SIZE * zoom / 100.0,
            Step::Spacing(spacing) => self.options.line_spacing = *spacing,
            Step::Column(width) => self.options.column = *width,
            Step::Compact(true) => self.options.density = Density::Compact,
            Step::Compact(false) => self.options.density = Density::Tags,
            Step::Invisibles(is_on) => self.options.show_invisibles = *is_on,
            Step::Arcs(is_on) => self.options.show_all_links = *is_on,
            Step::Reader => self.context.enable_accesskit(),
            Step::Wheel(points) => events.push(Event::MouseWheel {
                unit: MouseWheelUnit::Point,
                delta: vec2(0.0, *points),
                phase: TouchPhase::Move,
                modifiers: Modifiers::NONE,
                source: egui::MouseWheelSource::Unknown,
            }),
            Step::Move(x, y) => {
                self.pointer = pos2(*x, *y);
                events.push(Event::PointerMoved(self.pointer));
            }
            Step::Press(x, y, modifiers) => {
                self.pointer = pos2(*x, *y);
                self.modifiers = *modifiers;
                self.is_down = true;
                events.push(Event::PointerMoved(self.pointer));
                events.push(button(self.pointer, PointerButton::Primary, true, *modifiers));
            }
            Step::Release(modifiers) => {
                self.modifiers = *modifiers;
                self.is_down = false;
                events.push(button(self.pointer, PointerButton::Primary, false, *modifiers));
            }
            Step::Menu(x, y) => {
                let pos = pos2(*x, *y);
                self.pointer = pos;
                events.push(Event::PointerMoved(pos));
                events.push(button(pos, PointerButton::Secondary, true, self.modifiers));
                events.push(button(pos, PointerButton::Secondary, false, self.modifiers));
            }
            Step::Key(key, modifiers) => {
                self.modifiers = *modifiers;
                let (key, physical_key, repeat, modifiers) = (*key, None, false, *modifiers);
                events.extend([true, false].map(|pressed| Event::Key {
                    key,
                    physical_key,
                    pressed,
                    repeat,
                    modifiers,
                }));
            }
            Step::Wait(milliseconds) => passed = f64::from(*milliseconds) / 1000.0,
            Step::Mark(places) => self.mark(places),
            Step::Unmark(mark) => self.marks.remove(&id(*mark)),
            Step::Select(mark) => self.selected = *mark,
            Step::Link(from, to) => {
                self.links.insert(Link { from: id(*from), to: id(*to), label: "says".to_owned() });
            }
            Step::Offer(mark) => self.candidates.push(*mark),
            Step::Go(byte, align) => {
                let align = match align.as_str() {
                    "top" => Align::Top,
                    "center" => Align::Center,
                    _ => Align::Nearest,
                };
                self.view.scroll_to(self.at(*byte), align);
            }
            Step::Restore(byte, points) => {
                self.view.restore(ScrollPosition { offset: self.at(*byte), points: *points });
            }
            Step::Caret(byte, is_upstream) => {
                let affinity = if *is_upstream { Affinity::Upstream } else { Affinity::Downstream };
                self.caret = Some(Caret { offset: self.at(*byte), affinity });
            }
            Step::Focus => self.view.request_focus(),
        }
        self.frame(events, passed)
    }

    /// Lets go, and waits until nothing moves any more; then nothing may.
    fn rest(&mut self) -> Result<(), String> {
        if self.is_down {
            self.step(&Step::Release(Modifiers::NONE))?;
        }
        let mut before = self.view.position();
        for _ in 0..N_REST {
            self.frame(vec![], 0.1)?;
            let now = self.view.position();
            if now == before {
                return Ok(());
            }
            before = now;
        }
        Err(format!("the text still moves, now at {before:?}"))
    }

    fn frame(&mut self, mut events: Vec<Event>, passed: f64) -> Result<(), String> {
        events.insert(0, Event::ModifiersChanged(self.modifiers));
        const PATTERNS: [Pattern; 6] = Pattern::ALL;
        let styles = PATTERNS.map(|pattern| MarkStyle {
            color: egui::Color32::DARK_GREEN,
            on_color: egui::Color32::WHITE,
            pattern,
            letter: 's',
        });
        self.time += passed;
        let mut input = RawInput {
            screen_rect: Some(self.rect),
            time: Some(self.time),
            focused: true,
            max_texture_side: Some(2048),
            events,
            ..RawInput::default()
        };
        input.viewports.entry(ViewportId::ROOT).or_default().native_pixels_per_point =
            Some(self.pixels_per_point);
        let untied = [id(0), id(3), id(900)].into_iter().collect();
        let scene = Scene {
            text: &self.text,
            marks: &self.marks,
            styles: &styles,
            links: &self.links,
            untied: &untied,
            selected: self.selected,
            candidates: &self.candidates,
            selection: &self.selection,
            caret: self.caret,
            landmarks: Default::default(),
            options: &self.options,
        };
        let (context, view) = (&self.context, &mut self.view);
        let mut asked = vec![];
        // egui draws a frame twice where sizes were not known, so the last one counts.
        let mut output = context.run_ui(input, |ui| asked = view.ui(ui, &scene));
        let triangles = context.tessellate(output.shapes, output.pixels_per_point);
        output.textures_delta.clear();
        view.check(&scene)?;
        for triangles in triangles {
            if let egui::epaint::Primitive::Mesh(mesh) = triangles.primitive
                && let Some(odd) = mesh.vertices.iter().find(|vertex| !vertex.pos.is_finite())
            {
                return Err(format!("a corner of something drawn is at {}", odd.pos));
            }
        }
        asked.into_iter().try_for_each(|event| self.answer(event))
    }

    /// Does what the desk would do.
    fn answer(&mut self, event: CanvasEvent) -> Result<(), String> {
        let is_place = |offset: Offset| offset <= self.text.end() && self.text.is_grapheme_boundary(offset);
        let is_mark = |mark: usize| self.marks.get(mark).is_some();
        let is_right = match &event {
            CanvasEvent::Drag { anchor, head, .. } => is_place(*anchor) && is_place(*head),
            CanvasEvent::Click { caret, marks, .. } | CanvasEvent::Menu { caret, marks } => {
                is_place(caret.offset) && marks.iter().all(|&mark| is_mark(mark))
            }
            CanvasEvent::ResizeEdge { mark, fragment, to, .. } => {
                let mark = self.marks.get(*mark);
                is_place(*to) && mark.is_some_and(|mark| *fragment < mark.span.ranges().len())
            }
            CanvasEvent::MoveCaret { to, .. } => is_place(to.offset),
            CanvasEvent::LinkTo(mark) | CanvasEvent::HoverMark { mark, .. } => is_mark(*mark),
        };
        if !is_right {
            return Err(format!("it asks for {event:?}"));
        }
        match event {
            CanvasEvent::Drag { anchor, head, unit, is_exact, .. } => {
                let unit = if is_exact { Unit::Grapheme } else { unit };
                self.selection = self.text.snap(anchor, head, unit).into_iter().collect();
                self.caret = Some(Caret::new(head));
            }
            CanvasEvent::Click { caret, marks, .. } => {
                self.selection.clear();
                self.caret = Some(caret);
                self.selected = marks.first().copied();
            }
            CanvasEvent::ResizeEdge { mark, fragment, side, to, is_exact, is_done } if is_done => {
                let unit = if is_exact { Unit::Grapheme } else { Unit::Word };
                let Some(mark) = self.marks.get(mark).cloned() else { return Ok(()) };
                let mut ranges = mark.span.ranges().to_vec();
                ranges[fragment] =
                    self.text.resize(ranges[fragment], side, to, unit).unwrap_or(ranges[fragment]);
                if let Ok(span) = Span::new(ranges) {
                    self.marks.insert(Mark { span, ..mark });
                }
            }
            CanvasEvent::MoveCaret { to, .. } => self.caret = Some(to),
            _ => {}
        }
        Ok(())
    }
}

/// The annotation of the mark that was made as number `n`.
fn id(n: usize) -> AnnotationId {
    format!("m{n}").as_str().into()
}
