//! Changing annotations, their attributes, notes and entities.

use std::sync::Arc;

use super::{Caret, Effect, Selection, Session};
use crate::file::MOVED;
use crate::model::{
    Annotation, AnnotationId, Edit, EditError, Entity, EntityId, Origin, RelationId, SetKey, Value,
};
use crate::text::{Offset, Range, Side, Span, Unit};

/// Changes annotations, relations, attributes, entities.
#[derive(Clone, Debug, PartialEq)]
pub enum AnnotateAction {
    /// Give a label: to the selected text, else to the selected annotation, else to the word at
    /// the caret.
    Label(String),
    /// Every selection becomes this label until Esc; once more to stop.
    Pin(String),
    /// Remove the selected annotation and what is tied to it.
    Delete,
    /// Decide between versions of the selected annotation that two programs made.
    Decide {
        /// For all of them instead of the selected one.
        keeps_all: bool,
    },
    /// Add a piece to an annotation.
    AddPiece(AnnotationId, Range),
    /// Move an edge of the selected annotation by one unit.
    Nudge {
        /// Which edge.
        side: Side,
        /// By what.
        unit: Unit,
        /// Away from the annotation's middle.
        outward: bool,
    },
    /// Move an edge of a fragment to a position.
    Resize {
        /// Of which annotation.
        annotation: AnnotationId,
        /// Which fragment, from 0.
        fragment: usize,
        /// Which edge.
        side: Side,
        /// Where to.
        to: Offset,
        /// To exactly there instead of the next word's edge.
        is_exact: bool,
    },
    /// Set (or with nothing, remove) an attribute of the selected annotation.
    SetAttribute(String, Option<Value>),
    /// Say that the selected annotation, which was placed anew, is where it belongs.
    Confirm,
    /// Set the note of the selected annotation.
    SetNote(String),
    /// Say who or what the selected annotation mentions.
    SetEntity(EntityChoice),
    /// Offer likely other ends for a relation of the selected annotation.
    OfferRelation,
    /// Tie the annotation to the offered other end, counted from 0; without number the chosen one.
    TakeCandidate(Option<usize>),
    /// Tie two annotations.
    Relate(AnnotationId, AnnotationId),
    /// Remove a relation.
    Unrelate(RelationId),
    /// Find the other occurrences of the selected annotation's surface text.
    FindOccurrences,
    /// Annotate these ranges like the selected annotation.
    AddOccurrences(Vec<Range>),
}

/// Who or what an annotation mentions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntityChoice {
    /// Nobody is named.
    Nobody,
    /// An entity of the set.
    Known(EntityId),
    /// Somebody the set does not know yet.
    New {
        /// What it is: `person`, `country` …
        kind: String,
        /// Its name.
        name: String,
    },
}

/// Another place where a surface text stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// Where.
    pub range: Range,
    /// Some characters before it.
    pub before: String,
    /// The characters themselves.
    pub surface: String,
    /// Some characters after it.
    pub after: String,
    /// True if it stands alone as a word, so that it is likely meant.
    pub is_word: bool,
}

impl Session {
    /// The selected annotation.
    pub fn selected_annotation(&self) -> Option<&Arc<Annotation>> {
        self.set()?.annotation(self.selection.annotation.as_ref()?)
    }

    pub(super) fn annotate(&mut self, action: AnnotateAction) -> Result<(), EditError> {
        match action {
            AnnotateAction::Label(label) => self.give_label(&label),
            AnnotateAction::Pin(label) => {
                self.pin(label);
                Ok(())
            }
            AnnotateAction::Delete => self.delete_selected(),
            AnnotateAction::Decide { keeps_all } => self.decide(keeps_all),
            AnnotateAction::AddPiece(id, range) => self.add_piece(&id, range),
            AnnotateAction::Nudge { side, unit, outward } => self.nudge(side, unit, outward),
            AnnotateAction::Resize { annotation, fragment, side, to, is_exact } => {
                self.resize(&annotation, fragment, side, to, is_exact)
            }
            AnnotateAction::SetAttribute(name, value) => self.set_attribute(&name, value),
            AnnotateAction::SetNote(note) => {
                self.change_selected("change note", |annotation| annotation.note = note.trim().to_owned())
            }
            AnnotateAction::Confirm => self.change_selected("confirm place", |annotation| {
                annotation.flags.retain(|flag| flag != MOVED);
            }),
            AnnotateAction::SetEntity(choice) => self.set_entity(choice),
            AnnotateAction::OfferRelation => {
                self.offer_relation();
                Ok(())
            }
            AnnotateAction::TakeCandidate(number) => match self.offer.clone() {
                Some(offer) => match offer.candidates.get(number.unwrap_or(offer.chosen)) {
                    Some(other) => self.relate(&offer.from, other),
                    None => Ok(()),
                },
                None => Ok(()),
            },
            AnnotateAction::Relate(from, to) => self.relate(&from, &to),
            AnnotateAction::Unrelate(id) => self.unrelate(&id),
            AnnotateAction::FindOccurrences => {
                self.find_occurrences();
                Ok(())
            }
            AnnotateAction::AddOccurrences(ranges) => self.add_occurrences(&ranges),
        }
    }

    fn give_label(&mut self, label: &str) -> Result<(), EditError> {
        let Some(text) = self.document().map(|document| document.text.clone()) else { return Ok(()) };
        if self.schema().label(label).is_none() {
            self.notify(format!("The schema has no label {label}"));
            return Ok(());
        }
        self.offer = None;
        let ranges = self.selection.ranges(&text);
        if ranges.is_empty() && self.selection.annotation.is_some() {
            return self.relabel(label);
        }
        let caret = self.selection.caret.offset;
        let ranges = if ranges.is_empty() {
            text.snap(caret, caret, Unit::Word).into_iter().collect()
        } else {
            ranges
        };
        let Ok(span) = Span::new(ranges) else {
            self.notify("Select at least one character that is not white space");
            return Ok(());
        };
        self.add(label, span)
    }

    fn add(&mut self, label: &str, span: Span) -> Result<(), EditError> {
        let Some(key) = self.set_key() else { return Ok(()) };
        if let Some(twin) = self.twin(label, &span) {
            self.notify(format!("These characters are already labelled {label}"));
            self.select_annotation(&twin);
            return Ok(());
        }
        let end = span.end();
        let annotation = self.new_annotation(label, span);
        let id = annotation.id.clone();
        self.commit(format!("add {label}"), vec![added(&key, annotation)])?;
        self.selection = Selection {
            annotation: Some(id),
            caret: Caret { offset: end, upstream: true },
            ..Selection::caret_at(end)
        };
        Ok(())
    }

    fn new_annotation(&mut self, label: &str, span: Span) -> Annotation {
        let id = self.new_id('s').as_str().into();
        Annotation { origin: Origin::Manual, created: Some(self.now()), ..Annotation::new(id, label, span) }
    }

    /// The annotation that already says this.
    fn twin(&self, label: &str, span: &Span) -> Option<AnnotationId> {
        let mut stacked = self.set()?.stacked_on(span);
        stacked.find(|it| it.label == label && it.span == *span).map(|it| it.id.clone())
    }

    fn relabel(&mut self, label: &str) -> Result<(), EditError> {
        let Some(annotation) = self.selected_annotation() else { return Ok(()) };
        if annotation.label == label {
            self.pin(label.to_owned());
            return Ok(());
        }
        if let Some(twin) = self.twin(label, &annotation.span.clone()) {
            self.notify(format!("These characters are already labelled {label}"));
            self.select_annotation(&twin);
            return Ok(());
        }
        self.change_selected(format!("change label to {label}"), |annotation| {
            annotation.label = label.to_owned()
        })
    }

    fn pin(&mut self, label: String) {
        if self.pinned.as_ref() == Some(&label) {
            self.pinned = None;
        } else {
            self.notify(format!("Every selection becomes {label} until you press Esc"));
            self.pinned = Some(label);
        }
    }

    /// Changes the selected annotation as one step; nothing happens if it stays as it is.
    fn change_selected(
        &mut self,
        name: impl Into<String>,
        change: impl FnOnce(&mut Annotation),
    ) -> Result<(), EditError> {
        let Some(id) = self.selection.annotation.clone() else { return Ok(()) };
        self.change(&id, name, Vec::new(), change)
    }

    fn change(
        &mut self,
        id: &AnnotationId,
        name: impl Into<String>,
        mut first: Vec<Edit>,
        change: impl FnOnce(&mut Annotation),
    ) -> Result<(), EditError> {
        let (Some(key), Some(before)) =
            (self.set_key(), self.set().and_then(|set| set.annotation(id)).cloned())
        else {
            return Ok(());
        };
        let mut after = Annotation::clone(&before);
        change(&mut after);
        if after == *before {
            return Ok(());
        }
        after.modified = Some(self.now());
        if let Origin::Suggested { edited, .. } = &mut after.origin {
            *edited = true;
        }
        first.push(Edit::Annotation {
            set: key,
            id: id.clone(),
            before: Some(before),
            after: Some(Arc::new(after)),
        });
        self.commit(name, first)
    }

    fn delete_selected(&mut self) -> Result<(), EditError> {
        let (Some(key), Some(annotation)) = (self.set_key(), self.selected_annotation().cloned()) else {
            return Ok(());
        };
        let mut edits: Vec<Edit> = self
            .set()
            .into_iter()
            .flat_map(|set| set.relations_of(&annotation.id))
            .map(|relation| removed_relation(&key, relation))
            .collect();
        let id = annotation.id.clone();
        let (name, start) = (format!("delete {}", annotation.label), annotation.span.start());
        edits.push(Edit::Annotation { set: key, id, before: Some(annotation), after: None });
        self.commit(name, edits)?;
        self.offer = None;
        self.selection = Selection::caret_at(start);
        Ok(())
    }

    fn add_piece(&mut self, id: &AnnotationId, range: Range) -> Result<(), EditError> {
        self.selection = Selection { annotation: Some(id.clone()), ..Selection::caret_at(range.end()) };
        self.change(id, "add piece", Vec::new(), |annotation| {
            annotation.span = annotation.span.union(&Span::from(range));
        })
    }

    fn nudge(&mut self, side: Side, unit: Unit, outward: bool) -> Result<(), EditError> {
        let (Some(document), Some(annotation)) = (self.document(), self.selected_annotation()) else {
            return Ok(());
        };
        let ranges = annotation.span.ranges();
        let fragment = if side == Side::Start { 0 } else { ranges.len() - 1 };
        match document.text.nudge(ranges[fragment], side, unit, outward) {
            Some(range) => {
                let id = annotation.id.clone();
                self.replace_fragment(&id, fragment, range)
            }
            None => {
                self.notify("An annotation keeps at least one character");
                Ok(())
            }
        }
    }

    fn resize(
        &mut self,
        id: &AnnotationId,
        fragment: usize,
        side: Side,
        to: Offset,
        is_exact: bool,
    ) -> Result<(), EditError> {
        let (Some(document), Some(annotation)) =
            (self.document(), self.set().and_then(|set| set.annotation(id)))
        else {
            return Ok(());
        };
        let Some(&range) = annotation.span.ranges().get(fragment) else { return Ok(()) };
        match document.text.resize(range, side, to, if is_exact { Unit::Grapheme } else { Unit::Word }) {
            Some(range) => self.replace_fragment(id, fragment, range),
            None => Ok(()),
        }
    }

    fn replace_fragment(
        &mut self,
        id: &AnnotationId,
        fragment: usize,
        range: Range,
    ) -> Result<(), EditError> {
        let Some(annotation) = self.set().and_then(|set| set.annotation(id)) else { return Ok(()) };
        let (label, mut ranges) = (annotation.label.clone(), annotation.span.ranges().to_vec());
        ranges[fragment] = range;
        let Ok(span) = Span::new(ranges) else { return Ok(()) };
        if span != annotation.span && self.twin(&label, &span).is_some() {
            self.notify(format!("These characters are already labelled {label}"));
            return Ok(());
        }
        self.change(id, format!("resize {label}"), Vec::new(), |annotation| annotation.span = span)
    }

    fn set_attribute(&mut self, name: &str, value: Option<Value>) -> Result<(), EditError> {
        self.change_selected(format!("set {name}"), |annotation| {
            match value {
                Some(value) => annotation.attributes.insert(name.to_owned(), value),
                None => annotation.attributes.remove(name),
            };
        })
    }

    fn set_entity(&mut self, choice: EntityChoice) -> Result<(), EditError> {
        let (Some(key), Some(id)) = (self.set_key(), self.selection.annotation.clone()) else {
            return Ok(());
        };
        let (entity, edits) = match choice {
            EntityChoice::Nobody => (None, Vec::new()),
            EntityChoice::Known(id) => (Some(id), Vec::new()),
            EntityChoice::New { kind, name } => {
                let name = name.trim().to_owned();
                let known =
                    self.set().and_then(|set| set.entities().find(|it| it.name == name && it.kind == kind));
                match known.map(|entity| entity.id.clone()) {
                    Some(id) => (Some(id), Vec::new()),
                    None if name.is_empty() => return Ok(()),
                    None => {
                        let id: EntityId = self.new_id('e').as_str().into();
                        let entity =
                            Arc::new(Entity { id: id.clone(), kind, name, extra: Default::default() });
                        let edit =
                            Edit::Entity { set: key, id: id.clone(), before: None, after: Some(entity) };
                        (Some(id), vec![edit])
                    }
                }
            }
        };
        self.change(&id, "set entity", edits, |annotation| annotation.entity = entity)
    }

    fn unrelate(&mut self, id: &RelationId) -> Result<(), EditError> {
        let (Some(key), Some(relation)) = (self.set_key(), self.set().and_then(|set| set.relation(id)))
        else {
            return Ok(());
        };
        let edit = removed_relation(&key, relation);
        let label = |id| self.set().and_then(|set| set.annotation(id)).map_or("", |it| it.label.as_str());
        let name = format!("untie {} from {}", label(&relation.to), label(&relation.from));
        self.commit(name, vec![edit])
    }

    fn find_occurrences(&mut self) {
        let (Some(document), Some(annotation)) =
            (self.document().cloned(), self.selected_annotation().cloned())
        else {
            self.notify("Select an annotation first");
            return;
        };
        let text = &document.text;
        let surface = text.slice(annotation.span.ranges()[0]);
        if annotation.span.is_discontinuous() || surface.is_empty() {
            self.notify("Only annotations of one piece have other occurrences");
            return;
        }
        let found: Vec<Occurrence> = text
            .as_str()
            .match_indices(surface)
            .filter_map(|(start, _)| Range::new(Offset::new(start), Offset::new(start + surface.len())))
            .filter(|&range| {
                text.is_grapheme_boundary(range.start())
                    && text.is_grapheme_boundary(range.end())
                    && self.twin(&annotation.label, &Span::from(range)).is_none()
            })
            .map(|range| occurrence(text, range))
            .collect();
        if found.is_empty() {
            self.notify(format!("There is no other unlabelled “{surface}”"));
        } else {
            self.effects.push(Effect::AskOccurrences(found));
        }
    }

    fn add_occurrences(&mut self, ranges: &[Range]) -> Result<(), EditError> {
        let (Some(key), Some(template)) = (self.set_key(), self.selected_annotation().cloned()) else {
            return Ok(());
        };
        let mut edits = Vec::with_capacity(ranges.len());
        for &range in ranges {
            if self.twin(&template.label, &Span::from(range)).is_some() {
                continue;
            }
            let mut annotation = self.new_annotation(&template.label, Span::from(range));
            annotation.attributes = template.attributes.clone();
            annotation.entity = template.entity.clone();
            edits.push(added(&key, annotation));
        }
        let n = edits.len();
        let selection = self.selection.clone();
        self.commit(format!("add {} × {n}", template.label), edits)?;
        self.selection = selection;
        self.notify(format!("{n} more labelled {}", template.label));
        Ok(())
    }
}

fn added(key: &SetKey, annotation: Annotation) -> Edit {
    let id = annotation.id.clone();
    Edit::Annotation { set: key.clone(), id, before: None, after: Some(Arc::new(annotation)) }
}

fn removed_relation(key: &SetKey, relation: &Arc<crate::model::Relation>) -> Edit {
    Edit::Relation {
        set: key.clone(),
        id: relation.id.clone(),
        before: Some(Arc::clone(relation)),
        after: None,
    }
}

/// How many characters of context an occurrence is shown with.
const CONTEXT: usize = 28;

pub(super) fn occurrence(text: &crate::text::Text, range: Range) -> Occurrence {
    let one_line = |c: char| if c.is_control() { ' ' } else { c };
    let all = text.as_str();
    let (start, end) = (range.start().byte(), range.end().byte());
    let mut before: Vec<char> = all[..start].chars().rev().take(CONTEXT).map(one_line).collect();
    before.reverse();
    Occurrence {
        range,
        before: before.into_iter().collect(),
        surface: text.slice(range).to_owned(),
        after: all[end..].chars().take(CONTEXT).map(one_line).collect(),
        is_word: text.snap(range.start(), range.end(), Unit::Word) == Some(range),
    }
}
