//! What a screen reader is told, which is also what tests of the window look for.
//!
//! The canvas is a document with the selection; each block in view is a paragraph with a text run
//! for each stretch of a row that runs in one direction, and each mark in view is a node of its own
//! that can be clicked. A live region says what became of annotations.

use std::collections::BTreeMap;

use egui::accesskit::{
    Action, ActionData, ActionRequest, Live, Node, Role, TextDirection, TextPosition, TextSelection,
};
use egui::{Id, Rect, Response, Sense, Ui, UiBuilder};

use crate::gui::canvas::frame::{Frame, VisibleRow};
use crate::gui::canvas::glyphs::Cluster;
use crate::gui::canvas::layouts::Layouts;
use crate::gui::canvas::{CanvasEvent, Caret, Scene, ScrollPosition};
use crate::model::AnnotationId;
use crate::text::{Offset, Text, Unit};

/// The longest run: indices of words in it are single bytes.
const LONGEST_RUN: usize = 255;

/// The longest character of a run in bytes, which are counted in single bytes too.
const LONGEST_CHARACTER: u16 = 255;

/// The part of a window that a screen reader's "one page" scrolls.
const PAGE: f32 = 0.85;

/// What was asked for through nodes instead of the pointer.
#[derive(Clone, Debug, Default)]
pub(super) struct Requests {
    /// For the session.
    pub(super) events: Vec<CanvasEvent>,
    /// A place to go to.
    pub(super) jump: Option<Offset>,
    /// Where to scroll.
    pub(super) scroll: Option<ScrollPosition>,
}

/// Takes what was asked of the document. Call it before the widget is made, which would take
/// scrolling as that of a scroll area around it.
pub(super) fn asked(ui: &Ui, id: Id) -> Vec<ActionRequest> {
    let mut asked = Vec::new();
    ui.input_mut(|input| {
        input.consume_accesskit_action_requests(id, |request| {
            let is_ours = DOCUMENT_ACTIONS.contains(&request.action);
            asked.extend(is_ours.then(|| request.clone()));
            is_ours
        });
    });
    asked
}

/// What can be asked of the document.
const DOCUMENT_ACTIONS: [Action; 4] =
    [Action::ScrollUp, Action::ScrollDown, Action::SetScrollOffset, Action::SetTextSelection];

/// Describes the frame, and returns what was asked for through these nodes and before, of the
/// document. Costs nothing while nobody listens.
pub(super) fn nodes(
    ui: &mut Ui,
    response: &Response,
    scene: &Scene<'_>,
    layouts: &Layouts,
    frame: &Frame,
    spoken: &mut Spoken,
    asked: &[ActionRequest],
) -> Requests {
    let context = ui.ctx().clone();
    let described = context.accesskit_node_builder(response.id, |node| {
        node.set_role(Role::Document);
        node.set_label("Article");
        node.set_size_of_set(layouts.table().len());
        node.set_scroll_y(frame.y);
        node.set_scroll_y_min(0.0);
        node.set_scroll_y_max((layouts.heights().total() - f64::from(frame.rect.height())).max(0.0));
        for action in DOCUMENT_ACTIONS {
            node.add_action(action);
        }
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
    let mut runs = Vec::new();
    for (block, rows) in blocks {
        runs.extend(paragraph(&mut child, response.id, scene, layouts, block, &rows));
    }
    if let Some(selection) = selection(scene, &runs) {
        context.accesskit_node_builder(response.id, |node| node.set_text_selection(selection));
    }
    let mut requests = Requests::default();
    let names = marks(&mut child, response.id, scene, layouts, frame, &mut requests);
    buttons(&mut child, response.id, scene, frame, &mut requests);
    spoken.listen(scene, names);
    live_region(&mut child, response.id, frame, spoken);
    for request in asked {
        answer(request, layouts, frame, &runs, &mut requests);
    }
    requests
}

/// Does what was asked of the document.
fn answer(request: &ActionRequest, layouts: &Layouts, frame: &Frame, runs: &[Run], requests: &mut Requests) {
    let page = f64::from(frame.rect.height() * PAGE);
    match (request.action, &request.data) {
        (Action::ScrollUp, _) => requests.scroll = Some(layouts.position_at(frame.y - page)),
        (Action::ScrollDown, _) => requests.scroll = Some(layouts.position_at(frame.y + page)),
        (Action::SetScrollOffset, Some(ActionData::SetScrollOffset(to))) => {
            requests.scroll = Some(layouts.position_at(to.y));
        }
        (Action::SetTextSelection, Some(ActionData::SetTextSelection(selection))) => {
            let offset = |position: TextPosition| {
                let run = runs.iter().find(|run| run.id.accesskit_id() == position.node)?;
                Some(layouts.table().nearest_place(run.offset(position.character_index)))
            };
            let (Some(anchor), Some(head)) = (offset(selection.anchor), offset(selection.focus)) else {
                return;
            };
            requests.events.push(if anchor == head {
                CanvasEvent::MoveCaret { to: Caret::new(head), is_extending: false }
            } else {
                let (unit, is_exact, is_additional, is_done) = (Unit::Grapheme, true, false, true);
                CanvasEvent::Drag { anchor, head, unit, is_exact, is_additional, is_done }
            });
        }
        _ => {}
    }
}

/// A block with its visible rows.
fn paragraph(
    ui: &mut Ui,
    id: Id,
    scene: &Scene<'_>,
    layouts: &Layouts,
    block: usize,
    rows: &[VisibleRow<'_>],
) -> Vec<Run> {
    let Some(rect) = rows.iter().map(row_rect).reduce(Rect::union) else { return Vec::new() };
    let id = id.with(("paragraph", block));
    let mut child =
        ui.new_child(UiBuilder::new().scope_id(id).max_rect(rect).accessibility_role(Role::Paragraph));
    let paragraph_id = child.unique_id();
    let all: Vec<Run> = rows
        .iter()
        .flat_map(|row| {
            let runs = runs(id, scene, layouts, row);
            for (i, run) in runs.iter().enumerate() {
                run.describe(
                    &mut child,
                    i.checked_sub(1).map(|i| runs[i].id),
                    runs.get(i + 1).map(|it| it.id),
                );
            }
            runs
        })
        .collect();
    ui.ctx().accesskit_node_builder(paragraph_id, |node| {
        bound(node, rect);
        node.set_role(Role::Paragraph);
        node.set_position_in_set(block);
    });
    all
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

/// A stretch of a row, as one node: short enough, and all in one direction.
struct Run {
    id: Id,
    rect: Rect,
    is_rtl: bool,
    value: String,
    /// Bytes of each character of `value`: a grapheme, or a part of one too long for this.
    lengths: Vec<u8>,
    /// From the edge at which the run starts.
    positions: Vec<f32>,
    widths: Vec<f32>,
    word_starts: Vec<u8>,
    start: Offset,
    /// Bytes of the text in `value`, without the line end that may follow them as `\n`.
    n_bytes: usize,
    /// Where the text goes on, if the run ends with a line end.
    next_line: Option<Offset>,
}

/// All runs of a row, in the order of the text. An empty row has an empty one.
fn runs(paragraph: Id, scene: &Scene<'_>, layouts: &Layouts, row: &VisibleRow<'_>) -> Vec<Run> {
    let mut clusters = row.row.row.clusters.clone();
    if clusters.iter().any(|it| it.len > LONGEST_CHARACTER) {
        clusters = clusters.iter().flat_map(|it| short(scene.text, row, *it)).collect();
    }
    clusters.sort_unstable_by_key(|it| it.start);
    let mut runs: Vec<Run> = Vec::new();
    for stretch in clusters.chunk_by(|a, b| a.is_rtl == b.is_rtl) {
        // One less than fits, for a line end.
        for stretch in stretch.chunks(LONGEST_RUN - 1) {
            runs.push(Run::new(paragraph.with((row.index, runs.len())), scene.text, row, stretch));
        }
    }
    if runs.is_empty() {
        runs.push(Run::new(paragraph.with((row.index, 0usize)), scene.text, row, &[]));
    }
    let is_last_row = row.index + 1 == row.layout.rows.len();
    if is_last_row
        && layouts.table().get(row.block).ends_line
        && row.block + 1 < layouts.table().len()
        && let Some(last) = runs.last_mut()
    {
        last.value.push('\n');
        last.lengths.push(1);
        last.positions.push(last.rect.width());
        last.widths.push(0.0);
        last.next_line = Some(Offset::new(layouts.table().get(row.block + 1).start as usize));
    }
    runs
}

/// A cluster in parts that are short enough to be a character of a run. The first has its width.
fn short(text: &Text, row: &VisibleRow<'_>, cluster: Cluster) -> Vec<Cluster> {
    let mut parts = Vec::new();
    let mut rest = cluster;
    while rest.len > LONGEST_CHARACTER {
        let start = row.offset(rest.start).byte();
        let len = (text.as_str().floor_char_boundary(start + usize::from(LONGEST_CHARACTER)) - start) as u16;
        parts.push(Cluster { len, ..rest });
        let x = if rest.is_rtl { rest.x0 } else { rest.x1 };
        rest = Cluster { start: rest.start + u32::from(len), len: rest.len - len, x0: x, x1: x, ..rest };
    }
    parts.push(rest);
    parts
}

impl Run {
    fn new(id: Id, text: &Text, row: &VisibleRow<'_>, clusters: &[Cluster]) -> Run {
        let (first, last) = (clusters.first(), clusters.last());
        let bytes =
            first.map_or(row.row.row.start, |it| it.start)..last.map_or(row.row.row.start, |it| it.end());
        let is_rtl = first.map_or(row.row.row.is_rtl, |it| it.is_rtl);
        let x0 = clusters.iter().map(|it| it.x0).reduce(f32::min).unwrap_or(0.0);
        let x1 = clusters.iter().map(|it| it.x1).reduce(f32::max).unwrap_or(1.0);
        let start = row.offset(bytes.start);
        let value = text.as_str().get(start.byte()..row.offset(bytes.end).byte()).unwrap_or_default();
        let mut run = Run {
            id,
            rect: row.text_rect(row.row.x + x0, row.row.x + x1),
            is_rtl,
            value: value.to_owned(),
            lengths: Vec::with_capacity(clusters.len()),
            positions: Vec::with_capacity(clusters.len()),
            widths: Vec::with_capacity(clusters.len()),
            word_starts: Vec::new(),
            start,
            n_bytes: value.len(),
            next_line: None,
        };
        let mut was_space = true;
        for it in clusters {
            if was_space && !it.is_space {
                run.word_starts.extend(u8::try_from(run.lengths.len()));
            }
            was_space = it.is_space;
            run.lengths.push(u8::try_from(it.len).unwrap_or(u8::MAX));
            run.positions.push(if is_rtl { x1 - it.x1 } else { it.x0 - x0 });
            run.widths.push(it.x1 - it.x0);
        }
        run
    }

    /// Where the character with that number starts; past the last one, where the run ends.
    fn offset(&self, character: usize) -> Offset {
        let n_bytes: usize = self.lengths.iter().take(character).map(|&length| usize::from(length)).sum();
        match self.next_line {
            Some(next) if n_bytes > self.n_bytes => next,
            _ => Offset::new(self.start.byte() + n_bytes.min(self.n_bytes)),
        }
    }

    /// The number of the character that starts at `offset`, or of the place nearest to that.
    fn character(&self, offset: Offset) -> usize {
        if self.next_line.is_some_and(|next| offset >= next) {
            return self.lengths.len();
        }
        let wanted = offset.byte().saturating_sub(self.start.byte()).min(self.n_bytes);
        let mut n_bytes = 0;
        let lengths = self.lengths.iter().take_while(|&&length| {
            n_bytes += usize::from(length);
            n_bytes <= wanted
        });
        lengths.count()
    }

    /// Makes the node. `previous` and `next` are runs of the same row.
    fn describe(&self, ui: &mut Ui, previous: Option<Id>, next: Option<Id>) {
        ui.interact(self.rect, self.id, Sense::hover());
        ui.ctx().accesskit_node_builder(self.id, |node| {
            bound(node, self.rect);
            node.set_role(Role::TextRun);
            node.set_value(self.value.as_str());
            node.set_character_lengths(self.lengths.as_slice());
            node.set_character_positions(self.positions.as_slice());
            node.set_character_widths(self.widths.as_slice());
            node.set_word_starts(self.word_starts.as_slice());
            node.set_text_direction(if self.is_rtl {
                TextDirection::RightToLeft
            } else {
                TextDirection::LeftToRight
            });
            if let Some(previous) = previous {
                node.set_previous_on_line(previous.accesskit_id());
            }
            if let Some(next) = next {
                node.set_next_on_line(next.accesskit_id());
            }
        });
    }
}

/// The selection, or the caret. What is out of view counts as the nearest place in view.
fn selection(scene: &Scene<'_>, runs: &[Run]) -> Option<TextSelection> {
    let position = |offset: Offset| {
        let place = runs.partition_point(|run| run.start <= offset).saturating_sub(1);
        let run = runs.get(place)?;
        Some(TextPosition { node: run.id.accesskit_id(), character_index: run.character(offset) })
    };
    let caret = scene.caret.map(|caret| caret.offset);
    let (anchor, focus) = match scene.selection.last() {
        Some(range) if caret == Some(range.start()) => (range.end(), range.start()),
        Some(range) => (range.start(), range.end()),
        None => (caret?, caret?),
    };
    Some(TextSelection { anchor: position(anchor)?, focus: position(focus)? })
}

/// A node for each mark in view; returns their names. Its place is its tag, else its underline: a
/// click there means this mark and no other.
fn marks(
    ui: &mut Ui,
    id: Id,
    scene: &Scene<'_>,
    layouts: &Layouts,
    frame: &Frame,
    requests: &mut Requests,
) -> Vec<(usize, String)> {
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
    let mut names = Vec::with_capacity(found.len());
    for (number, rect) in found {
        let Some(mark) = scene.marks.get(number) else { continue };
        let id = id.with(("mark", mark.id.as_str()));
        // Asked before the widget is made, which would take it as that of a scroll area.
        if ui.input(|input| input.has_accesskit_action_request(id, Action::ScrollIntoView)) {
            requests.jump = Some(mark.span.start());
        }
        ui.interact(rect, id, Sense::hover());
        let is_selected = scene.selected == Some(number);
        let name = mark.name(scene.text);
        let place = scene.text.line_column(mark.span.start());
        ui.ctx().accesskit_node_builder(id, |node| {
            bound(node, rect);
            node.set_role(Role::Mark);
            node.set_label(name.as_str());
            node.set_description(format!("Line {}, column {}", place.line, place.column));
            node.set_selected(is_selected);
            node.add_action(Action::Click);
            node.add_action(Action::ScrollIntoView);
        });
        names.push((number, name));
        if ui.input(|input| input.has_accesskit_action_request(id, Action::Click)) {
            requests.events.push(CanvasEvent::Click {
                caret: Caret::new(mark.span.start()),
                marks: vec![number],
                is_extending: false,
                is_additional: false,
            });
        }
    }
    names
}

/// What was said of annotations, and what is needed to know the next thing to say.
#[derive(Default)]
pub(super) struct Spoken {
    text: Option<Text>,
    version: u64,
    /// Marks with this number or a higher one are new.
    next: usize,
    /// The marks that were in view.
    names: BTreeMap<AnnotationId, String>,
    selected: Option<AnnotationId>,
    message: String,
}

impl Spoken {
    /// Finds words for what happened since the last frame. `names` are those of the marks in view:
    /// what happens elsewhere is told by its number in the status bar.
    fn listen(&mut self, scene: &Scene<'_>, names: Vec<(usize, String)>) {
        let is_same_text = self.text.as_ref().is_some_and(|text| text.is_same(scene.text));
        let selected = scene.selected.and_then(|mark| scene.marks.get(mark));
        let is_selected = selected.is_some_and(|mark| self.selected.as_ref() != Some(&mark.id));
        if is_same_text && self.version != scene.marks.version() {
            let is_known = |mark: usize| scene.marks.get(mark).and_then(|mark| self.names.get(&mark.id));
            let fresh = names.iter().filter(|(mark, _)| *mark >= self.next);
            let (changed, added): (Vec<_>, Vec<_>) = fresh.partition(|(mark, _)| is_known(*mark).is_some());
            let gone = self.names.iter().filter(|(id, _)| scene.marks.position(id).is_none());
            let said = [
                words("Added", &added.into_iter().map(|(_, name)| name).collect::<Vec<_>>()),
                words("Changed", &changed.into_iter().map(|(_, name)| name).collect::<Vec<_>>()),
                words("Removed", &gone.map(|(_, name)| name).collect::<Vec<_>>()),
            ];
            let said: Vec<String> = said.into_iter().flatten().collect();
            if !said.is_empty() {
                self.message = said.join(". ");
            }
        } else if is_same_text
            && is_selected
            && let Some(mark) = selected
        {
            self.message = format!("Selected {}", mark.name(scene.text));
        } else if !is_same_text {
            self.message.clear();
            self.text = Some(scene.text.clone());
        }
        self.version = scene.marks.version();
        self.next = scene.marks.n_numbered();
        self.selected = selected.map(|mark| mark.id.clone());
        let named =
            names.into_iter().filter_map(|(mark, name)| Some((scene.marks.get(mark)?.id.clone(), name)));
        self.names = named.collect();
    }
}

/// What became of some annotations; many are only counted.
fn words(what: &str, names: &[&String]) -> Option<String> {
    match names {
        [] => None,
        [name] => Some(format!("{what} {name}")),
        names => Some(format!("{what} {} annotations", names.len())),
    }
}

/// What a screen reader says by itself when it changes.
fn live_region(ui: &mut Ui, id: Id, frame: &Frame, spoken: &Spoken) {
    let id = id.with("said");
    let rect = Rect::from_min_size(frame.rect.left_bottom(), egui::Vec2::ZERO);
    ui.interact(rect, id, Sense::hover());
    ui.ctx().accesskit_node_builder(id, |node| {
        bound(node, rect);
        node.set_role(Role::Status);
        node.set_live(Live::Polite);
        node.set_label(spoken.message.as_str());
    });
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
