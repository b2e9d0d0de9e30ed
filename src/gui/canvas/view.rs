//! The canvas as a widget.

use egui::{Pos2, Ui};

use crate::gui::canvas::{Align, CanvasEvent, Caret, Move, Scene, ScrollPosition};
use crate::text::Offset;

/// The drawn article. Keep one a window: it holds the scroll place and what is laid out.
pub struct CanvasView {}

impl CanvasView {
    /// Draws `scene` into all of the room that is left, and tells what the person asked for.
    pub fn ui(&mut self, _ui: &mut Ui, _scene: &Scene<'_>) -> Vec<CanvasEvent> {
        Vec::new()
    }

    /// Brings a place into view with the next frame.
    pub fn scroll_to(&mut self, _offset: Offset, _align: Align) {}

    /// Where the window stands, to come back to.
    pub fn position(&self) -> ScrollPosition {
        ScrollPosition::default()
    }

    /// Goes back to where the window stood; a place past the end becomes the end.
    pub fn restore(&mut self, _position: ScrollPosition) {}

    /// Gives the canvas the keyboard with the next frame.
    pub fn request_focus(&mut self) {}

    /// True if keys went to the canvas in the last frame.
    pub fn has_focus(&self) -> bool {
        false
    }

    /// Where a caret was drawn in the last frame (the middle of it); nothing if it is not near the
    /// window.
    pub fn caret_pos(&self, _caret: Caret) -> Option<Pos2> {
        None
    }

    /// The caret nearest to a point, as of the last frame.
    pub fn hit(&self, _pos: Pos2) -> Option<Caret> {
        None
    }

    /// Where a movement leads from `caret`.
    pub fn moved(&mut self, _scene: &Scene<'_>, _caret: Caret, _movement: Move) -> Option<Caret> {
        None
    }
}
