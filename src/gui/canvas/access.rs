//! What a screen reader is told, which is also what tests of the window look for.
//!
//! The canvas is a document; each visible block is a paragraph with a text run for each row, and
//! each mark in view is a node of its own that can be clicked.

use std::collections::BTreeMap;

use egui::accesskit::{Action, Live, Node, Role, TextDirection, TextPosition, TextSelection};
use egui::{Id, Rect, Response, Sense, Ui, UiBuilder};

use crate::gui::canvas::frame::{Frame, VisibleRow};
use crate::gui::canvas::layouts::Layouts;
use crate::gui::canvas::{CanvasEvent, Caret, Scene};
use crate::text::Offset;

/// The longest run: indices of words in it are single bytes.
const LONGEST_RUN: usize = 255;

/// What was asked for through nodes instead of the pointer.
#[derive(Clone, Debug, Default)]
pub(super) struct Requests {
    /// For the session.
    pub(super) events: Vec<CanvasEvent>,
    /// A place to go to.
    pub(super) jump: Option<Offset>,
}

/// Describes the frame, and returns what was asked for through these nodes. Costs nothing while
/// nobody listens.
pub(super) fn nodes(
    ui: &mut Ui,
    response: &Response,
    scene: &Scene<'_>,
    layouts: &Layouts,
    frame: &Frame,
) -> Requests {
    let context = ui.ctx().clone();
    let described = context.accesskit_node_builder(response.id, |node| {
        node.set_role(Role::Document);
        node.set_label("Article");
        node.set_size_of_set(layouts.table().len());
    });
    if described.is_none() {
        return Requests::default();
    }
    let mut child = ui.new_child(
        UiBuilder::new()
            .scope_id(response.id.with("nodes"))
            .max_rect(frame.rect)
            .accessibility_parent(response.id),
    );
    child.set_clip_rect(frame.rect);
    let mut blocks: BTreeMap<usize, Vec<VisibleRow<'_>>> = BTreeMap::new();
    for row in frame.rows(layouts) {
        blocks.entry(row.block).or_default().push(row);
    }
    for (block, rows) in blocks {
        paragraph(&mut child, response.id, scene, layouts, frame, block, &rows);
    }
    let mut requests = Requests::default();
    marks(&mut child, response.id, scene, layouts, frame, &mut requests);
    buttons(&mut child, response.id, scene, frame, &mut requests);
    requests
}

/// A block with its visible rows.
fn paragraph(
    ui: &mut Ui,
    id: Id,
    scene: &Scene<'_>,
    layouts: &Layouts,
    frame: &Frame,
    block: usize,
    rows: &[VisibleRow<'_>],
) {
    let Some(rect) = rows.iter().map(row_rect).reduce(Rect::union) else { return };
    let id = id.with(("paragraph", block));
    let mut child =
        ui.new_child(UiBuilder::new().scope_id(id).max_rect(rect).accessibility_role(Role::Paragraph));
    let paragraph_id = child.unique_id();
    for row in rows {
        runs(&mut child, id, scene, row);
    }
    let context = ui.ctx();
    context.accesskit_node_builder(paragraph_id, |node| {
        bound(node, rect);
        node.set_role(Role::Paragraph);
        node.set_position_in_set(block);
        if let Some(selection) = selection(id, scene, layouts, frame, block) {
            node.set_text_selection(selection);
        }
    });
}

/// Tells where a node is: egui does so only for what can be focused.
fn bound(node: &mut Node, rect: Rect) {
    node.set_bounds(egui::accesskit::Rect {
        x0: rect.min.x.into(),
        y0: rect.min.y.into(),
        x1: rect.max.x.into(),
        y1: rect.max.y.into(),
    });
}

fn row_rect(row: &VisibleRow<'_>) -> Rect {
    row.text_rect(row.row.x, row.row.x + row.row.row.width.max(1.0))
}

/// The text of a row, in pieces that are short enough.
fn runs(ui: &mut Ui, paragraph: Id, scene: &Scene<'_>, row: &VisibleRow<'_>) {
    let mut clusters: Vec<_> = row.row.row.clusters.iter().collect();
    clusters.sort_by_key(|cluster| cluster.start);
    let text = scene.text.as_str();
    for (i, run) in clusters.chunks(LONGEST_RUN).enumerate() {
        let id = run_id(paragraph, row.index, i);
        ui.interact(row_rect(row), id, Sense::hover());
        let pieces: Vec<&str> = run
            .iter()
            .map(|it| text.get(row.offset(it.start).byte()..row.offset(it.end()).byte()).unwrap_or_default())
            .collect();
        let x = run.first().map_or(0.0, |it| if it.is_rtl { it.x1 } else { it.x0 });
        ui.ctx().accesskit_node_builder(id, |node: &mut Node| {
            bound(node, row_rect(row));
            node.set_role(Role::TextRun);
            node.set_value(pieces.concat());
            node.set_character_lengths(pieces.iter().map(|it| it.len().min(255) as u8).collect::<Vec<u8>>());
            node.set_character_positions(run.iter().map(|it| (it.x0 - x).abs()).collect::<Vec<f32>>());
            node.set_character_widths(run.iter().map(|it| it.x1 - it.x0).collect::<Vec<f32>>());
            let starts = (0..run.len()).filter(|&i| !run[i].is_space && (i == 0 || run[i - 1].is_space));
            node.set_word_starts(starts.map(|i| i as u8).collect::<Vec<u8>>());
            let is_rtl = row.row.row.is_rtl;
            node.set_text_direction(if is_rtl {
                TextDirection::RightToLeft
            } else {
                TextDirection::LeftToRight
            });
        });
    }
}

fn run_id(paragraph: Id, row: usize, run: usize) -> Id {
    paragraph.with((row, run))
}

/// The selection, or the caret, as far as it lies in a block.
fn selection(
    id: Id,
    scene: &Scene<'_>,
    layouts: &Layouts,
    frame: &Frame,
    block: usize,
) -> Option<TextSelection> {
    let range = layouts.table().range(block);
    let (anchor, focus) = match (scene.selection.last(), range) {
        (Some(&selection), Some(range)) => {
            let shared = selection.intersection(range)?;
            (Caret::new(shared.start()), Caret::new(shared.end()))
        }
        _ => (scene.caret?, scene.caret?),
    };
    let position = |caret: Caret| {
        let place = layouts.known_row_of(caret).filter(|place| place.block == block)?;
        let row = frame.rows(layouts).find(|it| it.block == block && it.index == place.row)?;
        let byte = layouts.byte_in(block, caret.offset);
        let n_before = row.row.row.clusters.iter().filter(|it| it.start < byte).count();
        let (run, character_index) = match n_before {
            0 => (0, 0),
            n if n % LONGEST_RUN == 0 => (n / LONGEST_RUN - 1, LONGEST_RUN),
            n => (n / LONGEST_RUN, n % LONGEST_RUN),
        };
        (!row.row.row.clusters.is_empty())
            .then(|| TextPosition { node: run_id(id, place.row, run).accesskit_id(), character_index })
    };
    Some(TextSelection { anchor: position(anchor)?, focus: position(focus)? })
}

/// A node for each mark in view. Its place is its tag, else its underline: a click there means
/// this mark and no other.
fn marks(ui: &mut Ui, id: Id, scene: &Scene<'_>, layouts: &Layouts, frame: &Frame, requests: &mut Requests) {
    let mut found: BTreeMap<usize, Rect> = BTreeMap::new();
    for it in frame.rows(layouts) {
        for piece in &it.row.pieces {
            let Some(&(segment, _)) = piece.segments.first() else { continue };
            let rect = match (piece.tag, piece.line) {
                (Some(tag), _) => it.rect(tag.x0, tag.x1, tag.top, tag.bottom),
                (None, Some(line)) => {
                    it.rect(segment.x0, segment.x1, line, line + layouts.metrics().line_height())
                }
                (None, None) => it.text_rect(segment.x0, segment.x1),
            };
            found.entry(piece.mark).or_insert(rect);
        }
    }
    let mut found: Vec<(usize, Rect)> = found.into_iter().collect();
    found.sort_unstable_by(|(a, _), (b, _)| scene.marks.order(*a, *b));
    for (number, rect) in found {
        let Some(mark) = scene.marks.get(number) else { continue };
        let id = id.with(("mark", mark.id.as_str()));
        ui.interact(rect, id, Sense::hover());
        let is_selected = scene.selected == Some(number);
        ui.ctx().accesskit_node_builder(id, |node| {
            bound(node, rect);
            node.set_role(Role::Mark);
            node.set_label(mark.name(scene.text));
            node.set_selected(is_selected);
            node.add_action(Action::Click);
            if is_selected {
                node.set_live(Live::Polite);
            }
        });
        if ui.input(|input| input.has_accesskit_action_request(id, Action::Click)) {
            requests.events.push(CanvasEvent::Click {
                caret: Caret::new(mark.span.start()),
                marks: vec![number],
                is_extending: false,
                is_additional: false,
            });
        }
    }
}

/// Numbers of candidates, and arrows to what is out of view.
fn buttons(ui: &mut Ui, id: Id, scene: &Scene<'_>, frame: &Frame, requests: &mut Requests) {
    let button = |key: (&str, usize), rect: Rect, name: String| {
        let id = id.with(key);
        ui.interact(rect, id, Sense::hover());
        ui.ctx().accesskit_node_builder(id, |node| {
            bound(node, rect);
            node.set_role(Role::Button);
            node.set_label(name);
            node.add_action(Action::Click);
        });
        ui.input(|input| input.has_accesskit_action_request(id, Action::Click))
    };
    for &(rect, mark) in &frame.badges {
        let place = scene.candidates.iter().position(|&it| it == mark).unwrap_or_default();
        let name = scene.marks.get(mark).map_or_else(String::new, |it| it.name(scene.text));
        if button(("candidate", mark), rect, format!("Candidate {}, {name}", place + 1)) {
            requests.events.push(CanvasEvent::LinkTo(mark));
        }
    }
    for (i, jump) in frame.jumps.iter().enumerate() {
        if button(("jump", i), jump.rect, format!("Go to {}", jump.name)) {
            requests.jump = Some(jump.offset);
        }
    }
}
