//! The bar at the right edge. It works on guessed heights, so only its thumb may shift a little
//! while one reads; the text never does.

use egui::accesskit::{Orientation, Role};
use egui::{Id, Rect, Sense, Ui, pos2, vec2};

use crate::gui::canvas::frame::Frame;
use crate::gui::canvas::layouts::Layouts;
use crate::gui::canvas::{Scene, ScrollPosition};
use crate::text::Offset;

const WIDTH: f32 = 12.0;
const SHORTEST_THUMB: f32 = 28.0;

/// The bar's part of the canvas.
pub(super) fn rect(canvas: Rect) -> Rect {
    canvas.with_min_x((canvas.right() - WIDTH).max(canvas.left()))
}

/// The thumb, if there is more than fits the window.
fn thumb(bar: Rect, layouts: &Layouts, frame: &Frame) -> Option<Rect> {
    let total = layouts.heights().total();
    let window = f64::from(frame.rect.height());
    if total <= window || bar.height() < SHORTEST_THUMB * 2.0 {
        return None;
    }
    let height = ((window / total) as f32 * bar.height()).max(SHORTEST_THUMB);
    let share = (frame.y / (total - window)).clamp(0.0, 1.0) as f32;
    let top = bar.top() + share * (bar.height() - height);
    Some(Rect::from_min_size(pos2(bar.left(), top), vec2(bar.width(), height)))
}

/// Where dragging the bar leads, if it is dragged or clicked.
pub(super) fn dragged(
    ui: &Ui,
    id: Id,
    bar: Rect,
    layouts: &Layouts,
    frame: &Frame,
) -> Option<ScrollPosition> {
    let thumb = thumb(bar, layouts, frame)?;
    let response = ui.interact(bar, id, Sense::drag());
    ui.ctx().accesskit_node_builder(id, |node| {
        node.set_role(Role::ScrollBar);
        node.set_label("Place in the article");
        node.set_orientation(Orientation::Vertical);
    });
    let pos = response.interact_pointer_pos()?;
    let grabbed = id.with("grabbed");
    if response.drag_started() || ui.input(|input| input.pointer.primary_pressed()) {
        // Pressing beside the thumb brings its middle there.
        let at = if thumb.contains(pos) { pos.y - thumb.top() } else { thumb.height() / 2.0 };
        ui.data_mut(|data| data.insert_temp(grabbed, at));
    }
    let at: f32 = ui.data(|data| data.get_temp(grabbed))?;
    let room = bar.height() - thumb.height();
    let share = ((pos.y - at - bar.top()) / room).clamp(0.0, 1.0);
    let heights = layouts.heights();
    let y = f64::from(share) * (heights.total() - f64::from(frame.rect.height()));
    let (block, into) = heights.find(y);
    let offset = Offset::new(layouts.table().get(block).start as usize);
    Some(ScrollPosition { offset, points: into as f32 })
}

/// Draws the bar.
pub(super) fn paint(ui: &Ui, id: Id, bar: Rect, layouts: &Layouts, frame: &Frame, scene: &Scene<'_>) {
    let Some(thumb) = thumb(bar, layouts, frame) else { return };
    let colors = &scene.options.colors;
    let response = ui.ctx().read_response(id);
    let is_active = response.is_some_and(|it| it.hovered() || it.dragged());
    let opacity = if is_active { 0.9 } else { 0.45 };
    let shrink = if is_active { 2.0 } else { 3.5 };
    let rect = thumb.shrink2(vec2(shrink, 2.0));
    ui.painter().rect_filled(rect, rect.width() / 2.0, colors.quiet.gamma_multiply(opacity));
}
