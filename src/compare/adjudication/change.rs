//! The edits that bring annotators' versions into gold.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Case, Maker};
use crate::compare::Content;
use crate::model::{
    Annotation, AnnotationId, Edit, Entity, EntityId, Extra, Origin, Relation, RelationId, SetKey,
};

/// Gold as it becomes, edit by edit.
pub(super) struct Change<'a, 'm, 'f> {
    case: &'a Case,
    key: &'a SetKey,
    maker: &'m mut Maker<'f>,
    pub(super) edits: Vec<Edit>,
    /// What gold has for the annotation of a unit, from before or by these edits; nothing for what
    /// they remove.
    gold_of: BTreeMap<usize, Option<AnnotationId>>,
    /// Entities that these edits made, by kind and name.
    made: BTreeMap<(String, String), EntityId>,
}

impl<'a, 'm, 'f> Change<'a, 'm, 'f> {
    pub(super) fn new(case: &'a Case, key: &'a SetKey, maker: &'m mut Maker<'f>) -> Change<'a, 'm, 'f> {
        Change { case, key, maker, edits: Vec::new(), gold_of: BTreeMap::new(), made: BTreeMap::new() }
    }

    /// What gold has for the annotation of a unit.
    fn gold_of(&self, unit: usize) -> Option<AnnotationId> {
        if let Some(changed) = self.gold_of.get(&unit) {
            return changed.clone();
        }
        match &self.case.units[unit].compared.content {
            Content::Annotation(items) => items[0].as_ref().map(|it| it.id.clone()),
            Content::Relation(_) | Content::Entity(_) => None,
        }
    }

    /// Makes gold say what a set says in a unit; true if it does then.
    pub(super) fn take_annotation(&mut self, unit: usize, i: usize) -> bool {
        let Content::Annotation(items) = &self.case.units[unit].compared.content else { return false };
        let Some(version) = items[i].clone() else { return false };
        let Some(gold) = items[0].clone() else {
            let id = self.add_annotation(unit, i);
            let is_there = id.is_some();
            self.gold_of.insert(unit, id);
            return is_there;
        };
        let entity = self.entity(i, &version);
        let from = self.case.holders(&self.case.units[unit].compared, i);
        let after = Annotation {
            label: version.label.clone(),
            span: version.span.clone(),
            attributes: version.attributes.clone(),
            entity,
            origin: Origin::Adjudicated { from },
            modified: Some(self.maker.at),
            ..Annotation::clone(&gold)
        };
        if (&after.label, &after.span, &after.attributes, &after.entity)
            != (&gold.label, &gold.span, &gold.attributes, &gold.entity)
        {
            let id = gold.id.clone();
            self.edits.push(Edit::Annotation {
                set: self.key.clone(),
                id,
                before: Some(gold),
                after: Some(after.into()),
            });
        }
        true
    }

    /// Adds what a set says in a unit to gold; the id that it has there.
    pub(super) fn add_annotation(&mut self, unit: usize, i: usize) -> Option<AnnotationId> {
        let Content::Annotation(items) = &self.case.units[unit].compared.content else { return None };
        let version = items[i].clone()?;
        // Two annotations of one label on the same characters would say it twice.
        let mut stacked = self.case.gold.stacked_on(&version.span);
        if let Some(known) = stacked.find(|it| (&it.label, &it.span) == (&version.label, &version.span)) {
            return Some(known.id.clone());
        }
        let entity = self.entity(i, &version);
        let from = self.case.holders(&self.case.units[unit].compared, i);
        let id = AnnotationId::new((self.maker.new_id)('s'));
        let annotation = Annotation {
            attributes: version.attributes.clone(),
            entity,
            origin: Origin::Adjudicated { from },
            created: Some(self.maker.at),
            ..Annotation::new(id.clone(), version.label.as_str(), version.span.clone())
        };
        self.edits.push(Edit::Annotation {
            set: self.key.clone(),
            id: id.clone(),
            before: None,
            after: Some(annotation.into()),
        });
        Some(id)
    }

    /// The entity of gold that is the one which an annotation of a set mentions.
    fn entity(&mut self, i: usize, annotation: &Annotation) -> Option<EntityId> {
        let entity = self.case.set(i).entity(annotation.entity.as_ref()?)?;
        let name = (entity.kind.clone(), entity.name.clone());
        let is_same = |it: &&Arc<Entity>| (&it.kind, &it.name) == (&name.0, &name.1);
        if let Some(known) = self.case.gold.entities().find(is_same) {
            return Some(known.id.clone());
        }
        if let Some(made) = self.made.get(&name) {
            return Some(made.clone());
        }
        let id = EntityId::new((self.maker.new_id)('e'));
        let copy = Entity { id: id.clone(), ..Entity::clone(entity) };
        self.edits.push(Edit::Entity {
            set: self.key.clone(),
            id: id.clone(),
            before: None,
            after: Some(copy.into()),
        });
        self.made.insert(name, id.clone());
        Some(id)
    }

    /// Makes gold say what a set says in a unit of relations, if gold has both ends; true if it does
    /// then. `needs_ends` takes those that it lacks from the same set.
    pub(super) fn take_relation(&mut self, unit: usize, i: usize, needs_ends: bool) -> bool {
        let Content::Relation(items) = &self.case.units[unit].compared.content else { return false };
        let Some(version) = items[i].clone() else { return false };
        if needs_ends {
            for end in [&version.from, &version.to] {
                if let Some(&unit) = self.case.unit_of_annotation[i].get(end)
                    && self.gold_of(unit).is_none()
                {
                    self.take_annotation(unit, i);
                }
            }
        }
        let Some(gold) = items[0].clone() else { return self.add_relation(unit, i) };
        let from = self.case.holders(&self.case.units[unit].compared, i);
        let after = Relation {
            label: version.label.clone(),
            attributes: version.attributes.clone(),
            origin: Origin::Adjudicated { from },
            modified: Some(self.maker.at),
            ..Relation::clone(&gold)
        };
        if (&after.label, &after.attributes) != (&gold.label, &gold.attributes) {
            let id = gold.id.clone();
            self.edits.push(Edit::Relation {
                set: self.key.clone(),
                id,
                before: Some(gold),
                after: Some(after.into()),
            });
        }
        true
    }

    /// Adds what a set says in a unit of relations to gold, if gold has both ends; true if it has it
    /// then.
    pub(super) fn add_relation(&mut self, unit: usize, i: usize) -> bool {
        let Content::Relation(items) = &self.case.units[unit].compared.content else { return false };
        let Some(version) = items[i].clone() else { return false };
        let end = |id: &AnnotationId| self.gold_of(*self.case.unit_of_annotation[i].get(id)?);
        let (Some(from), Some(to)) = (end(&version.from), end(&version.to)) else { return false };
        let is_there = |it: &Relation| (&it.label, &it.from, &it.to) == (&version.label, &from, &to);
        let is_made = |edit: &Edit| matches!(edit, Edit::Relation { after: Some(it), .. } if is_there(it));
        if self.case.gold.relations().any(|it| is_there(it)) || self.edits.iter().any(is_made) {
            return true;
        }
        let holders = self.case.holders(&self.case.units[unit].compared, i);
        let id = RelationId::new((self.maker.new_id)('r'));
        let relation = Relation {
            id: id.clone(),
            label: version.label.clone(),
            from,
            to,
            attributes: version.attributes.clone(),
            note: String::new(),
            origin: Origin::Adjudicated { from: holders },
            created: Some(self.maker.at),
            modified: None,
            extra: Extra::default(),
        };
        self.edits.push(Edit::Relation {
            set: self.key.clone(),
            id,
            before: None,
            after: Some(relation.into()),
        });
        true
    }

    /// Takes out what gold has in a unit, with the relations that would lose an end.
    pub(super) fn remove(&mut self, unit: usize) {
        let set = self.key;
        let gone = |it: &Arc<Relation>| Edit::Relation {
            set: set.clone(),
            id: it.id.clone(),
            before: Some(Arc::clone(it)),
            after: None,
        };
        match &self.case.units[unit].compared.content {
            Content::Annotation(items) => {
                let Some(gold) = items[0].clone() else { return };
                self.edits.extend(self.case.gold.relations_of(&gold.id).map(gone));
                self.edits.push(Edit::Annotation {
                    set: set.clone(),
                    id: gold.id.clone(),
                    before: Some(gold),
                    after: None,
                });
                self.gold_of.insert(unit, None);
            }
            Content::Relation(items) => self.edits.extend(items[0].iter().map(gone)),
            // It goes with the last annotation that mentions it.
            Content::Entity(_) => {}
        }
    }
}
