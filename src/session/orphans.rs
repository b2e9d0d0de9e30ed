//! Spans that lost their place: a person puts them to a new one, or lets them go.

use super::{Action, Selection, Session};
use crate::file::{Orphan, orphans, orphans_json};
use crate::model::{AnnotationId, AnnotationSet, Edit, EditError, Relation, SetKey};
use crate::text::{Offset, OffsetUnit, Span};

/// What can be done with what lost its place. Numbers count [`Session::orphans`] from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrphanAction {
    /// Go to where it most probably belongs.
    GoTo(usize),
    /// Put it on the selected text.
    Place(usize),
    /// Let it go, with the relations that need it.
    Dismiss(usize),
}

impl Session {
    /// What lost its place in the article that is shown: spans, and relations without an end.
    pub fn orphans(&self) -> Vec<Orphan> {
        self.set().map(|set| orphans(set)).unwrap_or_default()
    }

    pub(super) fn orphan_action(&mut self, action: OrphanAction) -> Result<(), EditError> {
        let (Some(key), Some(set)) = (self.set_key(), self.set().cloned()) else { return Ok(()) };
        let all = orphans(&set);
        let (OrphanAction::GoTo(i) | OrphanAction::Place(i) | OrphanAction::Dismiss(i)) = action;
        let Some(orphan) = all.get(i).cloned() else { return Ok(()) };
        match action {
            OrphanAction::GoTo(_) => self.go_to_orphan(&orphan),
            OrphanAction::Place(_) => return self.place_orphan(key, &set, all, &orphan, i),
            OrphanAction::Dismiss(_) => {
                let mut left = all;
                left.remove(i);
                if let Some(id) = orphan.id.filter(|_| orphan.ends.is_none()) {
                    let id = AnnotationId::new(id);
                    let ends_there = |it: &Orphan| it.ends.as_ref().is_some_and(|ends| ends.contains(&id));
                    let is_there = set.annotation(&id).is_some();
                    left.retain(|it| is_there || !ends_there(it));
                }
                return self.commit("dismiss what lost its place", vec![orphans_edit(key, &set, &left)]);
            }
        }
        Ok(())
    }

    fn place_orphan(
        &mut self,
        key: SetKey,
        set: &AnnotationSet,
        mut left: Vec<Orphan>,
        orphan: &Orphan,
        i: usize,
    ) -> Result<(), EditError> {
        let Some(document) = self.document().cloned() else { return Ok(()) };
        let ranges = self.selection.ranges(&document.text);
        let ranges = ranges.into_iter().filter_map(|range| document.text.trim(range));
        let Ok(span) = Span::new(ranges) else {
            self.notify("First select the text where it belongs");
            return Ok(());
        };
        let known = orphan.id.as_deref().map(AnnotationId::new).filter(|id| set.annotation(id).is_none());
        let id = known.unwrap_or_else(|| AnnotationId::new(self.new_id('s')));
        let Some(mut annotation) = orphan.annotation(id.clone(), span) else {
            self.notify("Only spans can be given a place");
            return Ok(());
        };
        annotation.entity = annotation.entity.filter(|entity| set.entity(entity).is_some());
        annotation.modified = Some(self.now());
        left.remove(i);
        let is_there = |end: &AnnotationId| *end == id || set.annotation(end).is_some();
        let mut back: Vec<Relation> = Vec::new();
        left.retain(|it| {
            let relation = it.relation().filter(|it| is_there(&it.from) && is_there(&it.to));
            let relation = relation.filter(|it| set.relation(&it.id).is_none());
            let is_left = relation.is_none();
            back.extend(relation);
            is_left
        });
        let mut edits = vec![Edit::Annotation {
            set: key.clone(),
            id: id.clone(),
            before: None,
            after: Some(annotation.into()),
        }];
        edits.extend(back.into_iter().map(|relation| Edit::Relation {
            set: key.clone(),
            id: relation.id.clone(),
            before: None,
            after: Some(relation.into()),
        }));
        edits.push(orphans_edit(key, set, &left));
        self.commit("place again", edits)?;
        self.select_annotation(&id);
        Ok(())
    }

    /// Goes to where the text of an orphan stands, nearest to where it was; else to where what
    /// stood around it stands; else to where it was, counted in characters.
    fn go_to_orphan(&mut self, orphan: &Orphan) {
        let Some(document) = self.document().cloned() else { return };
        let text = document.text.as_str();
        let wanted = orphan.start.unwrap_or(0).min(document.text.length(OffsetUnit::CodePoint));
        let was = document.text.locate(wanted, OffsetUnit::CodePoint).unwrap_or(Offset::START);
        let nearest = |what: &str, at_end: bool| {
            let found = text.match_indices(what).filter(|_| !what.trim().is_empty());
            let offsets = found.filter_map(|(at, it)| {
                let byte = if at_end { at + it.len() } else { at };
                document.text.locate(byte, OffsetUnit::Byte).ok()
            });
            let byte = |it: Offset| document.text.measure(it, OffsetUnit::Byte);
            offsets.min_by_key(|&it| byte(it).abs_diff(byte(was)))
        };
        let place = nearest(&orphan.text, false)
            .or_else(|| nearest(&orphan.before, true))
            .or_else(|| nearest(&orphan.after, false));
        let place = document.text.nearest_grapheme(place.unwrap_or(was));
        self.selection = Selection::caret_at(place);
        self.effects.push(super::Effect::GoTo(place));
    }
}

fn orphans_edit(set: SetKey, before: &AnnotationSet, left: &[Orphan]) -> Edit {
    let before = before.extra.get("orphans").map(str::to_owned);
    Edit::Extra { set, key: "orphans".to_owned(), before, after: orphans_json(left) }
}

impl From<OrphanAction> for Action {
    fn from(action: OrphanAction) -> Action {
        Action::Orphan(action)
    }
}
