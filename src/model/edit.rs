//! Reversible changes, and the one way to make them.

use std::sync::Arc;

use super::{
    Annotation, AnnotationId, AnnotationSet, Entity, EntityId, Project, Relation, RelationId, SetKey, Status,
};

/// One reversible change: `before: None` adds, `after: None` removes.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// An annotation came, went or changed.
    Annotation {
        /// Where.
        set: SetKey,
        /// Which.
        id: AnnotationId,
        /// What it was.
        before: Option<Arc<Annotation>>,
        /// What it is.
        after: Option<Arc<Annotation>>,
    },
    /// A relation came, went or changed.
    Relation {
        /// Where.
        set: SetKey,
        /// Which.
        id: RelationId,
        /// What it was.
        before: Option<Arc<Relation>>,
        /// What it is.
        after: Option<Arc<Relation>>,
    },
    /// An entity came, went or changed.
    Entity {
        /// Where.
        set: SetKey,
        /// Which.
        id: EntityId,
        /// What it was.
        before: Option<Arc<Entity>>,
        /// What it is.
        after: Option<Arc<Entity>>,
    },
    /// A set's status changed.
    Status {
        /// Where.
        set: SetKey,
        /// What it was.
        before: Status,
        /// What it is.
        after: Status,
    },
}

/// Edits done and undone together, under the name that Undo shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Transaction {
    /// What a person would call it: "add speaker".
    pub name: String,
    /// In the order in which they are applied.
    pub edits: Vec<Edit>,
}

/// Why a transaction was refused; the project is then as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// What an edit says it found is not there: somebody changed it meanwhile.
    #[error("{what} changed meanwhile")]
    Stale {
        /// The thing, for people.
        what: String,
    },
    /// A relation would lose one of its ends.
    #[error("relation {relation} would lose its end {end}")]
    DanglingRelation {
        /// The relation.
        relation: RelationId,
        /// The missing annotation.
        end: AnnotationId,
    },
    /// An annotation would mention an entity that is not there.
    #[error("annotation {annotation} would mention entity {entity}, which is not there")]
    DanglingEntity {
        /// The annotation.
        annotation: AnnotationId,
        /// The missing entity.
        entity: EntityId,
    },
    /// The set must not be written.
    #[error("the annotations of {owner} on {document} are read-only")]
    ReadOnly {
        /// Whose.
        owner: String,
        /// On which document.
        document: String,
    },
    /// The document is not in memory.
    #[error("{document} is not open")]
    UnknownDocument {
        /// Which document.
        document: String,
    },
    /// There is nothing to undo or redo.
    #[error("there is nothing more to {0}")]
    Nothing(&'static str),
}

impl Edit {
    /// The set it changes.
    pub fn set(&self) -> &SetKey {
        match self {
            Edit::Annotation { set, .. }
            | Edit::Relation { set, .. }
            | Edit::Entity { set, .. }
            | Edit::Status { set, .. } => set,
        }
    }

    /// The change that takes this one back.
    #[must_use]
    pub fn inverse(self) -> Edit {
        match self {
            Edit::Annotation { set, id, before, after } => {
                Edit::Annotation { set, id, before: after, after: before }
            }
            Edit::Relation { set, id, before, after } => {
                Edit::Relation { set, id, before: after, after: before }
            }
            Edit::Entity { set, id, before, after } => Edit::Entity { set, id, before: after, after: before },
            Edit::Status { set, before, after } => Edit::Status { set, before: after, after: before },
        }
    }

    fn apply(&self, target: &mut AnnotationSet) -> Result<(), EditError> {
        let is_done = match self {
            Edit::Annotation { id, before, after, .. } => replace(&mut target.annotations, id, before, after),
            Edit::Relation { id, before, after, .. } => replace(&mut target.relations, id, before, after),
            Edit::Entity { id, before, after, .. } => replace(&mut target.entities, id, before, after),
            Edit::Status { before, after, .. } => {
                let is_current = target.status == *before;
                if is_current {
                    target.status = *after;
                }
                is_current
            }
        };
        if is_done { Ok(()) } else { Err(EditError::Stale { what: self.what() }) }
    }

    fn what(&self) -> String {
        match self {
            Edit::Annotation { id, .. } => format!("annotation {id}"),
            Edit::Relation { id, .. } => format!("relation {id}"),
            Edit::Entity { id, .. } => format!("entity {id}"),
            Edit::Status { set, .. } => format!("the status of {}", set.document),
        }
    }
}

/// Puts `after` in place of `before`; false, and no change, if `before` is not what stands there.
fn replace<K: Ord + Clone, V: PartialEq>(
    map: &mut std::collections::BTreeMap<K, Arc<V>>,
    id: &K,
    before: &Option<Arc<V>>,
    after: &Option<Arc<V>>,
) -> bool {
    if map.get(id) != before.as_ref() {
        return false;
    }
    match after {
        Some(value) => map.insert(id.clone(), Arc::clone(value)),
        None => map.remove(id),
    };
    true
}

impl Transaction {
    /// A transaction of some edits.
    pub fn new(name: impl Into<String>, edits: Vec<Edit>) -> Transaction {
        Transaction { name: name.into(), edits }
    }

    /// The transaction that takes this one back, under the same name.
    #[must_use]
    pub fn inverse(self) -> Transaction {
        Transaction { name: self.name, edits: self.edits.into_iter().rev().map(Edit::inverse).collect() }
    }

    /// The sets it changes, each once.
    pub fn sets(&self) -> Vec<&SetKey> {
        let mut sets: Vec<&SetKey> = self.edits.iter().map(Edit::set).collect();
        sets.sort_unstable();
        sets.dedup();
        sets
    }
}

impl Project {
    /// Makes all of a transaction's edits, or none.
    ///
    /// # Errors
    /// If an edit's `before` is not what is there, if a relation or an entity would be left
    /// dangling, or if a set is read-only or its document not in memory.
    pub fn apply(&mut self, transaction: &Transaction) -> Result<(), EditError> {
        let mut changed: Vec<(SetKey, AnnotationSet)> = Vec::new();
        for key in transaction.sets() {
            if self.document(&key.document).is_none() {
                return Err(EditError::UnknownDocument { document: key.document.to_string() });
            }
            let mut set = self.set(key).map(|set| AnnotationSet::clone(set)).unwrap_or_default();
            if set.is_read_only {
                return Err(EditError::ReadOnly {
                    owner: key.owner.name().to_owned(),
                    document: key.document.to_string(),
                });
            }
            for edit in transaction.edits.iter().filter(|edit| edit.set() == key) {
                edit.apply(&mut set)?;
            }
            check_ends(&set, transaction, key)?;
            set.revision += 1;
            changed.push((key.clone(), set));
        }
        for (key, set) in changed {
            self.sets.insert(key, Arc::new(set));
        }
        self.revision += 1;
        Ok(())
    }
}

/// Refuses relations and entity mentions that the edits would leave dangling. Only what the
/// transaction touched is looked at: an old wound of a file must not block new work.
fn check_ends(set: &AnnotationSet, transaction: &Transaction, key: &SetKey) -> Result<(), EditError> {
    for edit in transaction.edits.iter().filter(|edit| edit.set() == key) {
        match edit {
            Edit::Annotation { id, after: None, .. } if set.annotation(id).is_none() => {
                if let Some(relation) = set.relations_of(id).next() {
                    return Err(EditError::DanglingRelation {
                        relation: relation.id.clone(),
                        end: id.clone(),
                    });
                }
            }
            Edit::Annotation { after: Some(annotation), before, .. } => {
                let is_old = before.as_ref().is_some_and(|it| it.entity == annotation.entity);
                match &annotation.entity {
                    Some(entity) if !is_old && set.entity(entity).is_none() => {
                        return Err(EditError::DanglingEntity {
                            annotation: annotation.id.clone(),
                            entity: entity.clone(),
                        });
                    }
                    _ => {}
                }
            }
            Edit::Entity { id, after: None, .. } if set.entity(id).is_none() => {
                if let Some(it) = set.annotations().find(|it| it.entity.as_ref() == Some(id)) {
                    return Err(EditError::DanglingEntity { annotation: it.id.clone(), entity: id.clone() });
                }
            }
            Edit::Relation { after: Some(relation), .. } => {
                for end in [&relation.from, &relation.to] {
                    if set.relation(&relation.id).is_some() && set.annotation(end).is_none() {
                        return Err(EditError::DanglingRelation {
                            relation: relation.id.clone(),
                            end: end.clone(),
                        });
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}
