//! Moving the caret, the selection, the view.

use super::{AnnotateAction, Caret, Effect, Query, Selection, Session};
use crate::model::AnnotationId;
use crate::text::{Offset, Range, Span, Unit};

/// Moves the caret, the selection, the view.
#[derive(Clone, Debug, PartialEq)]
pub enum NavigateAction {
    /// Move the caret by one unit.
    Step {
        /// By what.
        unit: Unit,
        /// Towards the end of the text.
        forward: bool,
        /// Keep the other end of the selected text.
        extend: bool,
    },
    /// Put the caret somewhere.
    To {
        /// Where.
        caret: Caret,
        /// Keep the other end of the selected text.
        extend: bool,
    },
    /// Select text with the pointer.
    Drag {
        /// Where it began.
        anchor: Offset,
        /// Where the pointer is.
        head: Offset,
        /// What it snaps to.
        unit: Unit,
        /// A further piece of what is selected.
        is_additional: bool,
        /// The button was released.
        is_done: bool,
    },
    /// A click without a move.
    Click {
        /// Where.
        offset: Offset,
        /// What is annotated there, shortest first.
        annotations: Vec<AnnotationId>,
        /// Keep the other end of the selected text.
        extend: bool,
    },
    /// Select an annotation and show it.
    Select(AnnotationId),
    /// Show a position, with the caret there.
    Show(Offset),
    /// Select the next larger whole around what is selected: word, quoted stretch, sentence,
    /// paragraph, article.
    Expand,
    /// Select the next larger annotation around the caret or the selected one.
    Outward,
    /// Keep the selected text as a piece, and begin another.
    KeepPiece,
    /// Go to the next annotation of any label.
    NextAnnotation {
        /// Towards the end of the text.
        forward: bool,
    },
    /// Go to the next annotation of a label.
    NextOf {
        /// Which; that of the selected annotation if none is named.
        label: Option<String>,
        /// Towards the end of the text.
        forward: bool,
    },
    /// Go to the next place in the article that a problem names.
    NextProblem {
        /// Towards the end of the text.
        forward: bool,
    },
    /// Read the sections of the article, for the outline.
    MakeOutline,
    /// Go to the start of the next section.
    NextSection {
        /// Towards the end of the text.
        forward: bool,
    },
    /// Go to the next annotation that wants a relation: a quote without speaker.
    NextUntied {
        /// Towards the end of the text.
        forward: bool,
    },
    /// Search the article; an empty query ends the search.
    Find {
        /// What for.
        query: Query,
        /// Select the first match from the selection on.
        goes: bool,
    },
    /// Select the next match of the last search.
    NextMatch {
        /// Towards the end of the text.
        forward: bool,
    },
    /// Offer the next of the likely other ends.
    Candidate {
        /// Towards the less likely.
        forward: bool,
    },
    /// Give up what is in the making: the offer, the pinned label, the selection.
    Escape,
    /// Copy the selected text, or the surface text of the selected annotation.
    Copy,
}

impl Session {
    pub(super) fn navigate(&mut self, action: NavigateAction) {
        let Some(text) = self.document().map(|document| document.text.clone()) else { return };
        match action {
            NavigateAction::Step { unit, forward, extend } => {
                let from = self.selection.caret.offset;
                let to = match (unit, forward) {
                    (Unit::Article, true) => text.end(),
                    (Unit::Article, false) => Offset::START,
                    (unit, true) => text.next(from, unit),
                    (unit, false) => text.previous(from, unit),
                };
                self.move_caret(Caret { offset: to, upstream: false }, extend);
            }
            NavigateAction::To { caret, extend } => self.move_caret(caret, extend),
            NavigateAction::Drag { anchor, head, unit, is_additional, is_done } => {
                self.drag(anchor, head, unit, is_additional, is_done);
            }
            NavigateAction::Click { offset, annotations, extend } => self.click(offset, &annotations, extend),
            NavigateAction::Select(id) => self.select_annotation(&id),
            NavigateAction::Show(offset) => {
                self.selection = Selection::caret_at(offset);
                self.effects.push(Effect::GoTo(offset));
            }
            NavigateAction::Expand => self.expand(),
            NavigateAction::Outward => self.select_outward(),
            NavigateAction::KeepPiece => {
                let ranges = self.selection.ranges(&text);
                if ranges.is_empty() {
                    self.notify("Select the first piece of text first");
                } else {
                    let caret = self.selection.caret.offset;
                    self.selection = Selection { fragments: ranges, ..Selection::caret_at(caret) };
                    self.notify("Piece kept: select the next one, then give the label");
                }
            }
            NavigateAction::NextAnnotation { forward } => {
                let found = self.next_of(forward, |_| true);
                self.select_or_say(found, "There is no annotation yet");
            }
            NavigateAction::NextOf { label, forward } => {
                let label = label.or_else(|| self.selected_annotation().map(|it| it.label.clone()));
                match label {
                    Some(label) => {
                        let found = self.next_of(forward, |it| it.label == label);
                        self.select_or_say(found, &format!("There is no {label} here"));
                    }
                    None => self.notify("Select an annotation first"),
                }
            }
            NavigateAction::MakeOutline => self.make_outline(),
            NavigateAction::NextSection { forward } => self.next_section(forward),
            NavigateAction::NextProblem { forward } => self.next_problem(forward),
            NavigateAction::NextUntied { forward } => {
                let found = self.next_of(forward, self.wants_tie());
                let what = self.untied_name();
                self.select_or_say(found, &format!("There is no {what}"));
            }
            NavigateAction::Find { query, goes } => self.find(query, goes),
            NavigateAction::NextMatch { forward } => self.next_match(forward),
            NavigateAction::Candidate { forward } => {
                if let Some(offer) = &mut self.offer {
                    let n = offer.candidates.len();
                    offer.chosen = if forward { offer.chosen + 1 } else { offer.chosen + n - 1 } % n.max(1);
                    let chosen = offer.candidates.get(offer.chosen).cloned();
                    if let Some(start) = chosen.and_then(|id| Some(self.set()?.annotation(&id)?.span.start()))
                    {
                        self.effects.push(Effect::GoTo(start));
                    }
                }
            }
            NavigateAction::Escape => {
                if self.offer.take().is_none() && self.pinned.take().is_none() {
                    self.selection = Selection::caret_at(self.selection.caret.offset);
                }
            }
            NavigateAction::Copy => {
                let span = match self.selected_annotation() {
                    Some(annotation) => Some(annotation.span.clone()),
                    None => Span::new(self.selection.ranges(&text)).ok(),
                };
                if let Some(span) = span {
                    self.effects.push(Effect::Copy(text.surface(&span)));
                }
            }
        }
    }

    /// What an annotation that wants a relation is called: `quote without speaker`.
    pub fn untied_name(&self) -> String {
        match self.schema().relations.first() {
            Some(relation) => format!("{} without {}", relation.to.join(" or "), relation.from.join(" or ")),
            None => "annotation that wants a relation".to_owned(),
        }
    }

    fn move_caret(&mut self, caret: Caret, extend: bool) {
        self.offer = None;
        if extend {
            let was_click = self.selection.is_click;
            let text = self.document().map(|document| document.text.clone());
            let range = text.filter(|_| was_click).and_then(|text| self.selection.range(&text));
            if let Some(range) = range {
                // What a click selected is kept whole when the selection grows from it.
                let anchor = if caret.offset < range.end() { range.end() } else { range.start() };
                self.selection.anchor = anchor;
            } else if self.selection.annotation.is_some() {
                self.selection.anchor = self.selection.caret.offset;
            }
            self.selection.caret = caret;
            self.selection.unit = Unit::Grapheme;
            self.selection.is_click = false;
            self.selection.annotation = None;
        } else {
            let fragments = std::mem::take(&mut self.selection.fragments);
            self.selection = Selection { caret, fragments, ..Selection::caret_at(caret.offset) };
        }
        self.effects.push(Effect::ScrollTo(caret.offset));
    }

    fn drag(&mut self, anchor: Offset, head: Offset, unit: Unit, is_additional: bool, is_done: bool) {
        let Some(text) = self.document().map(|document| document.text.clone()) else { return };
        let extended = self.selection.annotation.clone().filter(|_| is_additional);
        if !is_additional {
            self.selection.fragments.clear();
            self.selection.annotation = None;
        } else if !self.selection.is_dragging {
            self.selection.fragments = self.selection.ranges(&text);
        }
        self.selection.caret = Caret { offset: head, upstream: false };
        self.selection.anchor = anchor;
        self.selection.unit = unit;
        self.selection.is_click = true;
        self.selection.is_dragging = !is_done;
        if !is_done {
            return;
        }
        self.selection.is_click = unit != Unit::Grapheme;
        if let (Some(id), Some(range)) = (extended, self.selection.range(&text)) {
            let effects = self.perform(AnnotateAction::AddPiece(id, range).into());
            self.effects.extend(effects);
        } else if let Some(label) = self.pinned.clone()
            && !self.selection.ranges(&text).is_empty()
        {
            let effects = self.perform(AnnotateAction::Label(label).into());
            self.effects.extend(effects);
        }
    }

    fn click(&mut self, offset: Offset, annotations: &[AnnotationId], extend: bool) {
        if extend {
            self.move_caret(Caret { offset, upstream: false }, true);
            return;
        }
        if let Some(offer) = self.offer.take()
            && let Some(other) =
                annotations.iter().find(|id| offer.candidates.contains(id)).or(annotations.first())
            && *other != offer.from
        {
            let effects = self.perform(AnnotateAction::Relate(offer.from, other.clone()).into());
            self.effects.extend(effects);
            return;
        }
        let selected = self.selection.annotation.as_ref();
        let at = selected.and_then(|id| annotations.iter().position(|it| it == id));
        let next = match at {
            Some(at) => annotations.get(at + 1),
            None => annotations.first(),
        };
        self.selection = Selection { annotation: next.cloned(), ..Selection::caret_at(offset) };
    }

    /// Selects an annotation, with the caret at its start, and brings it into view.
    pub(super) fn select_annotation(&mut self, id: &AnnotationId) {
        let Some(start) = self.set().and_then(|set| set.annotation(id)).map(|it| it.span.start()) else {
            return;
        };
        self.selection = Selection { annotation: Some(id.clone()), ..Selection::caret_at(start) };
        self.effects.push(Effect::GoTo(start));
    }

    fn select_or_say(&mut self, found: Option<AnnotationId>, otherwise: &str) {
        match found {
            Some(id) => self.select_annotation(&id),
            None => self.notify(otherwise),
        }
    }

    /// The annotation after (or before) the selected one or the caret, in list order, round the
    /// end; the selected one itself only if there is no other.
    pub(super) fn next_of(
        &self,
        forward: bool,
        is_meant: impl Fn(&crate::model::Annotation) -> bool,
    ) -> Option<AnnotationId> {
        let set = self.set()?;
        let names = self.schema().label_names();
        let order = set.in_order(&names);
        let selected = self.selection.annotation.as_ref();
        let at = selected.and_then(|id| order.iter().position(|it| it.id == *id));
        let caret = self.selection.caret.offset;
        let (before, after) = match at {
            Some(at) => (at, at + 1),
            None => {
                let at = order.partition_point(|it| it.span.start() < caret);
                (at, at)
            }
        };
        let meant = |it: &&&std::sync::Arc<crate::model::Annotation>| is_meant(it);
        let (head, tail) = (&order[..before], &order[after..]);
        let found = if forward {
            tail.iter().chain(head).find(meant)
        } else {
            head.iter().rev().chain(tail.iter().rev()).find(meant)
        };
        let own = || order.get(at?).filter(meant);
        found.or_else(own).map(|it| it.id.clone())
    }

    /// The annotations over the caret or around the selected one, shortest first; walks outward
    /// and, at the outermost, begins again.
    fn select_outward(&mut self) {
        let Some(set) = self.set() else { return };
        let caret = self.selection.caret.offset;
        let mut stack: Vec<_> = set.annotations().filter(|it| it.span.contains(caret)).collect();
        stack.sort_by_key(|it| (it.span.n_bytes(), it.id.clone()));
        let at = self.selection.annotation.as_ref().and_then(|id| stack.iter().position(|it| it.id == *id));
        let next = at.map_or(0, |at| at + 1) % stack.len().max(1);
        let next = stack.get(next).map(|it| it.id.clone());
        if let Some(id) = next {
            self.offer = None;
            self.selection.annotation = Some(id);
            self.selection.anchor = caret;
            self.selection.is_click = false;
        }
    }

    fn expand(&mut self) {
        let Some(text) = self.document().map(|document| document.text.clone()) else { return };
        let caret = self.selection.caret.offset;
        let current = match self.selected_annotation() {
            Some(annotation) => Some(annotation.span.hull()),
            None => self.selection.range(&text),
        };
        let at = current.map_or(caret, Range::start);
        let steps = [
            text.snap(at, at, Unit::Word),
            text.quoted(at),
            text.snap(at, at, Unit::Sentence),
            text.snap(at, at, Unit::Paragraph),
            text.whole().and_then(|range| text.trim(range)),
        ];
        let is_larger = |range: &Range| {
            current.is_none_or(|current| range.covers(current) && range.n_bytes() > current.n_bytes())
        };
        let larger = steps.into_iter().flatten().filter(is_larger).min_by_key(|range| range.n_bytes());
        if let Some(range) = larger {
            let fragments = std::mem::take(&mut self.selection.fragments);
            self.selection = Selection { fragments, ..Selection::of_range(range) };
        }
    }
}
