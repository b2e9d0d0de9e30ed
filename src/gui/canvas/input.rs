//! What the pointer and the keys mean.

use egui::{CursorIcon, Event, EventFilter, Key, Modifiers, PointerButton, Pos2, Response, Ui};

use crate::gui::canvas::frame::{Frame, Target};
use crate::gui::canvas::layouts::Layouts;
use crate::gui::canvas::{CanvasEvent, Caret, Move, Scene};
use crate::text::{Offset, Side, Unit};

/// What the pointer is about, from one frame to the next.
#[derive(Clone, Debug, Default)]
pub(super) struct Input {
    press: Option<Press>,
    /// The last press: when, where, and how many in a row it made.
    last_press: Option<(f64, Pos2, u32)>,
}

#[derive(Clone, Debug)]
struct Press {
    at: Pos2,
    n_clicks: u32,
    grip: Grip,
    is_moved: bool,
    is_additional: bool,
    is_extending: bool,
}

/// What a press took hold of.
#[derive(Clone, Debug)]
enum Grip {
    /// Text: the nearest caret, and the grapheme under the pointer.
    Text(Caret, (Offset, Offset)),
    /// A handle of the selected mark.
    Handle(usize, usize, Side),
    /// Something to click on; it acts when the button goes up.
    Badge(usize),
    /// An arrow that leads to a place out of view.
    Jump(Offset),
}

/// What a frame of input asks of the view itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Asked {
    /// For the session.
    pub(super) events: Vec<CanvasEvent>,
    /// A place to go to.
    pub(super) jump: Option<Offset>,
    /// Points to scroll because the pointer drags past an edge.
    pub(super) drag_scroll: f32,
    /// What the pointer rests on.
    pub(super) target: Target,
}

impl Input {
    /// Reads the pointer's part of this frame's input.
    pub(super) fn pointer(
        &mut self,
        ui: &Ui,
        response: &Response,
        scene: &Scene<'_>,
        layouts: &Layouts,
        frame: &Frame,
    ) -> Asked {
        let mut asked = Asked::default();
        let (pos, pressed_at, released_at, is_down, modifiers, time) = ui.input(|input| {
            // When frames are slow, the pointer may have gone on since in the same frame.
            let button_at = |is_press: bool| {
                input.events.iter().find_map(|event| match event {
                    Event::PointerButton { pos, button: PointerButton::Primary, pressed, .. } => {
                        (*pressed == is_press).then_some(*pos)
                    }
                    _ => None,
                })
            };
            (
                input.pointer.latest_pos(),
                button_at(true),
                button_at(false),
                input.pointer.primary_down(),
                input.modifiers,
                input.time,
            )
        });
        let pos = released_at.or(pos);
        let Some(pos) = pos else {
            self.press = None;
            return asked;
        };
        if response.contains_pointer() && self.press.is_none() {
            asked.target = frame.target(layouts, scene.marks, pos);
            if let Some(&mark) = asked.target.marks.first() {
                asked.events.push(CanvasEvent::HoverMark { mark, tag: asked.target.tag });
            }
        }
        if let Some(at) = pressed_at
            && response.contains_pointer()
            && frame.rect.contains(at)
        {
            response.request_focus();
            self.press(ui, scene, layouts, frame, at, modifiers, time);
        }
        if let Some(mut press) = self.press.take() {
            press.is_moved |= press.at.distance(pos) > click_distance(ui);
            let is_done = released_at.is_some() || !is_down;
            drag(&press, scene, layouts, frame, pos, modifiers, is_done, &mut asked);
            if !is_done {
                asked.drag_scroll = if press.is_moved { past_edge(frame, pos) } else { 0.0 };
                self.press = Some(press);
            }
        }
        if response.secondary_clicked()
            && let Some(caret) = frame.hit(layouts, pos)
        {
            asked
                .events
                .push(CanvasEvent::Menu { caret, marks: frame.target(layouts, scene.marks, pos).marks });
        }
        self.cursor(ui, response, frame, pos, &asked.target);
        asked
    }

    #[expect(clippy::too_many_arguments, reason = "all of a frame's input meets here")]
    fn press(
        &mut self,
        ui: &Ui,
        scene: &Scene<'_>,
        layouts: &Layouts,
        frame: &Frame,
        pos: Pos2,
        modifiers: Modifiers,
        time: f64,
    ) {
        let delay = ui.ctx().options(|options| options.input_options.max_double_click_delay);
        let n_clicks = match self.last_press {
            Some((before, at, n)) if time - before < delay && at.distance(pos) < click_distance(ui) => {
                n % 4 + 1
            }
            _ => 1,
        };
        self.last_press = Some((time, pos, n_clicks));
        let (Some(caret), Some(grapheme)) = (frame.hit(layouts, pos), frame.grapheme_at(layouts, pos)) else {
            return;
        };
        let badge = frame.badges.iter().find(|(rect, _)| rect.contains(pos));
        let jump = frame.jumps.iter().find(|it| it.rect.contains(pos));
        let handle = frame.handles.iter().find(|(rect, ..)| rect.contains(pos));
        let grip = match (badge, jump, handle, scene.selected) {
            (Some(&(_, mark)), ..) => Grip::Badge(mark),
            (_, Some(jump), ..) => Grip::Jump(jump.offset),
            (_, _, Some(&(_, fragment, side)), Some(mark)) => Grip::Handle(mark, fragment, side),
            _ => Grip::Text(caret, grapheme),
        };
        self.press = Some(Press {
            at: pos,
            n_clicks,
            grip,
            is_moved: false,
            is_additional: modifiers.command,
            is_extending: modifiers.shift,
        });
    }

    fn cursor(&self, ui: &Ui, response: &Response, frame: &Frame, pos: Pos2, target: &Target) {
        let grip = self.press.as_ref().map(|press| &press.grip);
        let is_over = |mut rects: &mut dyn Iterator<Item = egui::Rect>| {
            Iterator::any(&mut rects, |rect| rect.contains(pos))
        };
        let is_button = is_over(&mut frame.badges.iter().map(|it| it.0))
            || is_over(&mut frame.jumps.iter().map(|it| it.rect))
            || target.tag.is_some();
        let icon = match grip {
            Some(Grip::Handle(..)) => CursorIcon::ResizeHorizontal,
            Some(Grip::Text(..)) => CursorIcon::Text,
            _ if !response.contains_pointer() => return,
            _ if is_over(&mut frame.handles.iter().map(|it| it.0)) => CursorIcon::ResizeHorizontal,
            _ if is_button => CursorIcon::PointingHand,
            _ => CursorIcon::Text,
        };
        ui.ctx().set_cursor_icon(icon);
    }
}

/// How far the pointer may stray during a click.
fn click_distance(ui: &Ui) -> f32 {
    ui.ctx().options(|options| options.input_options.max_click_dist)
}

/// What holding or letting go of a press asks for.
#[expect(clippy::too_many_arguments, reason = "all of a frame's input meets here")]
fn drag(
    press: &Press,
    scene: &Scene<'_>,
    layouts: &Layouts,
    frame: &Frame,
    pos: Pos2,
    modifiers: Modifiers,
    is_done: bool,
    asked: &mut Asked,
) {
    let (Some(caret), Some(grapheme)) = (frame.hit(layouts, pos), frame.grapheme_at(layouts, pos)) else {
        return;
    };
    match press.grip {
        Grip::Badge(mark) => {
            if is_done && !press.is_moved {
                asked.events.push(CanvasEvent::LinkTo(mark));
            }
        }
        Grip::Jump(offset) => {
            if is_done && !press.is_moved {
                asked.jump = Some(offset);
            }
        }
        Grip::Handle(mark, fragment, side) => {
            if press.is_moved {
                let is_exact = modifiers.alt;
                let to = caret.offset;
                asked.events.push(CanvasEvent::ResizeEdge { mark, fragment, side, to, is_exact, is_done });
            }
        }
        Grip::Text(first, first_grapheme) => {
            let unit = match press.n_clicks {
                1 | 2 => Unit::Word,
                3 => Unit::Sentence,
                _ => Unit::Paragraph,
            };
            if press.n_clicks == 1 && !press.is_moved {
                if is_done {
                    let target = frame.target(layouts, scene.marks, press.at);
                    asked.events.push(CanvasEvent::Click {
                        caret: first,
                        marks: target.marks,
                        is_extending: press.is_extending,
                        is_additional: press.is_additional,
                    });
                }
                return;
            }
            let (anchor, head) = if press.n_clicks == 1 {
                (first.offset, caret.offset)
            } else if grapheme.0 >= first_grapheme.0 {
                (first_grapheme.0, grapheme.1)
            } else {
                (first_grapheme.1, grapheme.0)
            };
            asked.events.push(CanvasEvent::Drag {
                anchor,
                head,
                unit,
                is_exact: modifiers.alt,
                is_additional: press.is_additional,
                is_done,
            });
        }
    }
}

/// How many points a frame scrolls while the pointer is dragged past an edge: the farther, the
/// faster.
fn past_edge(frame: &Frame, pos: Pos2) -> f32 {
    let above = (frame.rect.top() - pos.y).max(0.0);
    let below = (pos.y - frame.rect.bottom()).max(0.0);
    ((below - above) * 0.3).clamp(-60.0, 60.0)
}

/// The movements that keys ask for, with whether they extend the selection. Takes them from the
/// input, so call it only while the canvas has the keyboard.
pub(super) fn movements(ui: &Ui) -> Vec<(Move, bool)> {
    const KEYS: [(Key, Move); 6] = [
        (Key::ArrowUp, Move::RowUp),
        (Key::ArrowDown, Move::RowDown),
        (Key::Home, Move::RowStart),
        (Key::End, Move::RowEnd),
        (Key::PageUp, Move::PageUp),
        (Key::PageDown, Move::PageDown),
    ];
    ui.input_mut(|input| {
        let mut movements = Vec::new();
        // Key by key in the order they were pressed: `consume_key` would sort them by kind.
        input.events.retain(|event| {
            let Event::Key { key, pressed: true, modifiers, .. } = event else { return true };
            let is_plain = !modifiers.alt && !modifiers.ctrl && !modifiers.command;
            match KEYS.iter().find(|(it, _)| it == key).filter(|_| is_plain) {
                Some(&(_, movement)) => {
                    movements.push((movement, modifiers.shift));
                    false
                }
                None => true,
            }
        });
        movements
    })
}

/// The keys that stay with the canvas while it has the keyboard. Tab does so only while a mark is
/// selected, when it walks through stacked marks; otherwise it leaves the canvas.
pub(super) fn kept_keys(scene: &Scene<'_>) -> EventFilter {
    EventFilter {
        tab: scene.selected.is_some(),
        horizontal_arrows: true,
        vertical_arrows: true,
        escape: true,
    }
}
