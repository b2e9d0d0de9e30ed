//! The session as a scene of the canvas, and the canvas's events as actions.

use egui::{RichText, Ui};

use crate::gui::canvas::{
    Affinity, Align, CanvasEvent, CanvasOptions, Caret, Density, Landmarks, MarkStyle, Scene, ScrollPosition,
};
use crate::gui::marks_cache::{MarksCache, id_in_lane};
use crate::gui::panels::Actions;
use crate::gui::panels::label_bar_ui::definition_ui;
use crate::gui::settings::Settings;
use crate::gui::shaped::Letters;
use crate::gui::theme;
use crate::gui::view_state::{Part, ViewState};
use crate::model::AnnotationId;
use crate::session::compare::{Content, Unit};
use crate::session::{self, AdjudicateAction, AnnotateAction, NavigateAction, Session};
use crate::text::{self, Offset, printable};

/// Draws the article and turns what the pointer and the keys ask for into actions.
pub fn canvas_ui(
    ui: &mut Ui,
    session: &Session,
    view: &mut ViewState,
    settings: &Settings,
    styles: &[MarkStyle],
    actions: &mut Actions,
) {
    let Some(document) = session.document() else {
        let text = match session.loading() {
            Some(id) => format!("Opening {}…", printable(id.title())),
            None => {
                let failure = session.articles().iter().find_map(|article| article.failure.as_ref());
                let failure = failure.map(|failure| printable(&failure.message).into_owned());
                failure.unwrap_or_else(|| "This project has no article yet".to_owned())
            }
        };
        // A justified layout would draw the letters of a sentence that wraps far apart.
        ui.vertical_centered(|ui| {
            ui.add_space(ui.available_height() / 3.0);
            ui.label(RichText::new(text).weak());
        });
        return;
    };
    follow_article(session, view);
    let cache = &view.marks;
    let options = options(settings, ui.visuals().dark_mode);
    let selection = session.selection();
    let ranges = selection.ranges(&document.text);
    let candidates: Vec<usize> = session
        .offer()
        .map(|offer| offer.candidates.iter().filter_map(|id| cache.marks.position(id)).collect())
        .unwrap_or_default();
    let matches = session.matches().filter(|_| view.find.is_some());
    let problems: Vec<Offset> = session.problems().iter().filter_map(|it| session.place_of(it)).collect();
    let landmarks = Landmarks {
        found: matches.map_or(&[], |it| it.ranges()),
        found_version: matches.map_or(0, |it| it.version()),
        current: session.current_match(),
        problems: &problems,
        only: view.only_label,
    };
    let scene = Scene {
        text: &document.text,
        marks: &cache.marks,
        styles,
        links: &cache.links,
        untied: &cache.untied,
        selected: selection.annotation.as_ref().and_then(|id| cache.marks.position(id)),
        candidates: &candidates,
        selection: &ranges,
        caret: Some(canvas_caret(selection.caret)),
        landmarks,
        options: &options,
    };
    let events = view.canvas.ui(ui, &scene);
    let missing = view.canvas.missing();
    if missing != view.missing {
        // The status bar, which names what brings them, is drawn already.
        view.missing = missing;
        ui.ctx().request_repaint();
    }
    actions.extend(zoom(ui, &mut view.zoom_wheel));
    if view.canvas.has_focus() {
        view.part = Part::Canvas;
    }
    for event in events {
        if let CanvasEvent::HoverMark { mark, tag: Some(rect) } = event {
            hover_ui(ui, session, &view.marks, mark, rect);
        } else {
            actions.extend(action(&view.marks, session, event));
        }
    }
}

/// The zoom step that the wheel with Ctrl, or two fingers, ask for over the article.
fn zoom(ui: &Ui, turned: &mut f32) -> Option<session::Action> {
    /// A little less than what one notch of a wheel turns.
    const NOTCH: f32 = 0.15;
    let delta = ui.input(|input| input.zoom_delta());
    if delta == 1.0 || !ui.ui_contains_pointer() {
        return None;
    }
    *turned += delta.ln();
    if turned.abs() < NOTCH {
        return None;
    }
    let steps = if *turned > 0.0 { 1 } else { -1 };
    *turned = 0.0;
    Some(session::WindowAction::Zoom(steps).into())
}

/// Keeps the scroll place of the article that goes, and takes up that of the one that comes.
pub fn follow_article(session: &Session, view: &mut ViewState) {
    let Some(document) = session.document() else { return };
    if view.shown.as_ref() == Some(&document.id) {
        return;
    }
    if let Some(old) = view.shown.replace(document.id.clone()) {
        view.scrolls.insert(old, view.canvas.position());
    }
    let caret = session.selection().caret.offset;
    match view.scrolls.get(&document.id) {
        Some(&position) => view.canvas.restore(position),
        None => {
            view.canvas.restore(ScrollPosition::default());
            view.canvas.scroll_to(caret, Align::Nearest);
        }
    }
}

fn options(settings: &Settings, is_dark: bool) -> CanvasOptions {
    CanvasOptions {
        text_size: theme::TEXT_SIZE * settings.zoom,
        line_spacing: settings.line_spacing,
        column: settings.column * settings.zoom,
        density: if settings.is_compact { Density::Compact } else { Density::Tags },
        show_invisibles: settings.show_invisibles,
        show_all_links: settings.show_all_arcs,
        colors: theme::canvas_colors(is_dark),
    }
}

/// A session's caret as the canvas takes it.
fn canvas_caret(caret: session::Caret) -> Caret {
    let affinity = if caret.upstream { Affinity::Upstream } else { Affinity::Downstream };
    Caret { offset: caret.offset, affinity }
}

fn session_caret(caret: Caret) -> session::Caret {
    session::Caret { offset: caret.offset, upstream: caret.affinity == Affinity::Upstream }
}

fn action(cache: &MarksCache, session: &Session, event: CanvasEvent) -> Option<session::Action> {
    let own = |mark: usize| cache.marks.get(mark).filter(|mark| mark.lane == 0);
    let id = |mark: usize| own(mark).map(|mark| mark.id.clone());
    let action: session::Action = match event {
        CanvasEvent::Drag { anchor, head, unit, is_exact, is_additional, is_done } => {
            let unit = if is_exact { text::Unit::Grapheme } else { unit };
            NavigateAction::Drag { anchor, head, unit, is_additional, is_done }.into()
        }
        CanvasEvent::Click { caret, marks, is_extending, .. } => {
            let annotations: Vec<AnnotationId> = marks.iter().copied().filter_map(id).collect();
            if annotations.is_empty()
                && !is_extending
                && let Some(unit) = marks.iter().find_map(|&mark| unit_of(cache, session, mark))
            {
                return Some(AdjudicateAction::GoTo(unit).into());
            }
            NavigateAction::Click { offset: caret.offset, annotations, extend: is_extending }.into()
        }
        CanvasEvent::ResizeEdge { mark, fragment, side, to, is_exact, is_done } => {
            if !is_done {
                return None;
            }
            AnnotateAction::Resize { annotation: id(mark)?, fragment, side, to, is_exact }.into()
        }
        CanvasEvent::MoveCaret { to, is_extending } => {
            NavigateAction::To { caret: session_caret(to), extend: is_extending }.into()
        }
        CanvasEvent::LinkTo(mark) => {
            let other = id(mark)?;
            AnnotateAction::Relate(session.offer()?.from.clone(), other).into()
        }
        CanvasEvent::Menu { caret, marks } => {
            let annotation = marks.into_iter().find_map(id);
            match annotation {
                Some(annotation) => NavigateAction::Select(annotation).into(),
                None => NavigateAction::To { caret: session_caret(caret), extend: false }.into(),
            }
        }
        CanvasEvent::HoverMark { .. } => return None,
    };
    Some(action)
}

/// The unit in which another's mark is.
fn unit_of(cache: &MarksCache, session: &Session, mark: usize) -> Option<usize> {
    let mark = cache.marks.get(mark)?;
    let is_it = |unit: &Unit| match &unit.compared.content {
        Content::Annotation(items) => {
            let item = items.get(mark.lane).and_then(Option::as_ref);
            item.is_some_and(|it| id_in_lane(mark.lane, &it.id) == mark.id)
        }
        Content::Relation(_) | Content::Entity(_) => false,
    };
    session.case()?.units().iter().position(is_it)
}

/// What belongs to the label whose tag the pointer rests on.
fn hover_ui(ui: &Ui, session: &Session, cache: &MarksCache, mark: usize, rect: egui::Rect) {
    // Only for a pointer that rests: one that passes by must not hide the text.
    let delay = ui.style().interaction.tooltip_delay;
    let rested = ui.input(|input| input.pointer.time_since_last_movement());
    if rested < delay {
        ui.ctx().request_repaint_after_secs(delay - rested);
        return;
    }
    let label = cache.marks.get(mark).and_then(|mark| session.schema().labels.get(mark.style));
    if let Some(label) = label {
        let tooltip = egui::Tooltip::always_open(
            ui.ctx().clone(),
            ui.layer_id(),
            ui.scope_id().with("label tag"),
            egui::PopupAnchor::ParentRect(rect),
        );
        tooltip.show(|ui| definition_ui(ui, label));
    }
}

/// The likely other ends, numbered as in the text, over its lower edge so that the text stays where
/// it is.
pub fn offer_ui(ui: &Ui, session: &Session, letters: &mut Letters, actions: &mut Actions) {
    /// More stand numbered in the text.
    const MOST: usize = 4;
    let (Some(offer), Some(document), Some(set)) = (session.offer(), session.document(), session.set())
    else {
        return;
    };
    let Some(from) = set.annotation(&offer.from) else { return };
    let rect = ui.max_rect();
    egui::Area::new(egui::Id::unique("offer"))
        .order(egui::Order::Foreground)
        .pivot(egui::Align2::CENTER_BOTTOM)
        .fixed_pos(rect.center_bottom() - egui::vec2(0.0, 12.0))
        .show(ui.ctx(), |ui| {
            let frame = egui::Frame::popup(ui.style()).inner_margin(theme::PANEL_MARGIN);
            frame.show(ui, |ui| {
                ui.set_max_width(rect.width().min(520.0) - 40.0);
                ui.strong(format!("Tie this {} to", from.label));
                let first = (offer.chosen + 1).saturating_sub(MOST);
                for (i, id) in offer.candidates.iter().enumerate().skip(first).take(MOST) {
                    let Some(annotation) = set.annotation(id) else { continue };
                    let surface = document.text.excerpt(&annotation.span, 60);
                    if letters.choice(ui, i == offer.chosen, i + 1, &surface).clicked() {
                        actions.push(AnnotateAction::TakeCandidate(Some(i)).into());
                    }
                }
                let help = "Enter or its number takes one · ↑ ↓ choose · or click any span · Esc";
                ui.label(RichText::new(help).small().weak());
            });
        });
}
