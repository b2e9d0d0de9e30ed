//! Reversible changes, and the one way to make them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{
    Annotation, AnnotationId, AnnotationSet, Document, DocumentId, Entity, EntityId, Project, Relation,
    RelationId, Schema, SetKey, Source, Status,
};
use crate::text::{OffsetUnit, Replacement, Text, inverse_replacements};

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
    /// A key that is kept with a set came, went or changed, such as `orphans`.
    Extra {
        /// Where.
        set: SetKey,
        /// The key.
        key: String,
        /// What it was, as JSON text.
        before: Option<String>,
        /// What it is, as JSON text.
        after: Option<String>,
    },
    /// An article's text was corrected. Annotations do not move by themselves: those that do are
    /// edits beside this one.
    Text {
        /// Which article.
        document: DocumentId,
        /// How it came off the disk before.
        before: Source,
        /// How it does now.
        after: Source,
        /// In order, and without overlap.
        replacements: Vec<Replacement>,
    },
    /// The schema changed.
    Schema {
        /// What it was.
        before: Arc<Schema>,
        /// What it is.
        after: Arc<Schema>,
    },
    /// The files of an import came into the project, or went out of it again. They are no part of
    /// the model: whoever keeps the project moves them.
    Import {
        /// Which import.
        id: String,
        /// True if its files were in their places.
        before: bool,
        /// True if they are.
        after: bool,
    },
}

/// Edits done and undone together, under the name that Undo shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Transaction {
    /// What a person would call it: "add speaker".
    pub name: String,
    /// In the order in which they are applied.
    pub edits: Vec<Edit>,
    /// The texts that positions of its annotations count in, by the SHA-256 of
    /// [`Source::text_sha256`]; those that it corrects itself are left out. Empty where nobody said.
    pub texts: BTreeMap<DocumentId, String>,
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
    /// Another window makes the changes.
    #[error("{holder} changes the annotations of {owner}; take over to change them here (File menu)")]
    Held {
        /// Which window, for people.
        holder: String,
        /// Whose annotations.
        owner: String,
    },
    /// An annotation would lie outside the text.
    #[error("annotation {annotation} does not fit the text of {document}")]
    OutsideText {
        /// The annotation.
        annotation: AnnotationId,
        /// The document.
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
    /// The set it changes; nothing if it changes an article, the schema or files.
    pub fn set(&self) -> Option<&SetKey> {
        match self {
            Edit::Annotation { set, .. }
            | Edit::Relation { set, .. }
            | Edit::Entity { set, .. }
            | Edit::Status { set, .. }
            | Edit::Extra { set, .. } => Some(set),
            Edit::Text { .. } | Edit::Schema { .. } | Edit::Import { .. } => None,
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
            Edit::Extra { set, key, before, after } => Edit::Extra { set, key, before: after, after: before },
            Edit::Text { document, before, after, replacements } => Edit::Text {
                document,
                before: after,
                after: before,
                replacements: inverse_replacements(replacements),
            },
            Edit::Schema { before, after } => Edit::Schema { before: after, after: before },
            Edit::Import { id, before, after } => Edit::Import { id, before: after, after: before },
        }
    }

    /// Makes it in a set; an edit of something else is none there.
    fn apply(&self, target: &mut AnnotationSet) -> Result<(), EditError> {
        let is_done = match self {
            Edit::Annotation { id, before, after, .. } => {
                let is_current = target.annotation(id) == before.as_ref();
                if is_current {
                    target.put_annotation(id, after.as_ref());
                }
                is_current
            }
            Edit::Relation { id, before, after, .. } => replace(&mut target.relations, id, before, after),
            Edit::Entity { id, before, after, .. } => replace(&mut target.entities, id, before, after),
            Edit::Status { before, after, .. } => {
                let is_current = target.status == *before;
                if is_current {
                    target.status = *after;
                }
                is_current
            }
            Edit::Extra { key, before, after, .. } => {
                let is_current = target.extra.get(key) == before.as_deref();
                if is_current {
                    target.extra.set(key, after.as_deref());
                }
                is_current
            }
            Edit::Text { .. } | Edit::Schema { .. } | Edit::Import { .. } => true,
        };
        if is_done { Ok(()) } else { Err(EditError::Stale { what: self.what() }) }
    }

    fn what(&self) -> String {
        match self {
            Edit::Annotation { id, .. } => format!("annotation {id}"),
            Edit::Relation { id, .. } => format!("relation {id}"),
            Edit::Entity { id, .. } => format!("entity {id}"),
            Edit::Status { set, .. } => format!("the status of {}", set.document),
            Edit::Extra { set, key, .. } => format!("the {key} of {}", set.document),
            Edit::Text { document, .. } => format!("the text of {document}"),
            Edit::Schema { .. } => "the schema".to_owned(),
            Edit::Import { id, .. } => format!("the import {id}"),
        }
    }
}

/// Puts `after` in place of `before`; false, and no change, if `before` is not what stands there.
fn replace<K: Ord + Clone, V: PartialEq>(
    map: &mut imbl::OrdMap<K, Arc<V>>,
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
        Transaction { name: name.into(), edits, texts: BTreeMap::new() }
    }

    /// The same, bound to the texts that the project's documents have now: it is refused on others,
    /// where its positions would mean something else.
    #[must_use]
    pub fn on(mut self, project: &Project) -> Transaction {
        let places = self.edits.iter().filter_map(|edit| match edit {
            Edit::Annotation { set, .. } => Some(&set.document),
            _ => None,
        });
        let texts = places.filter_map(|id| {
            let document = project.document(id)?;
            Some((id.clone(), document.source.text_sha256.clone()))
        });
        self.texts = texts.collect();
        for id in self.corrected().into_iter().cloned().collect::<Vec<_>>() {
            self.texts.remove(&id);
        }
        self
    }

    /// The transaction that takes this one back, under the same name.
    #[must_use]
    pub fn inverse(self) -> Transaction {
        Transaction { edits: self.edits.into_iter().rev().map(Edit::inverse).collect(), ..self }
    }

    /// The sets it changes, each once.
    pub fn sets(&self) -> Vec<&SetKey> {
        let mut sets: Vec<&SetKey> = self.edits.iter().filter_map(Edit::set).collect();
        sets.sort_unstable();
        sets.dedup();
        sets
    }

    /// The articles whose text it changes, each once.
    pub fn corrected(&self) -> Vec<&DocumentId> {
        let texts = self.edits.iter().filter_map(|edit| match edit {
            Edit::Text { document, .. } => Some(document),
            _ => None,
        });
        let mut documents: Vec<&DocumentId> = texts.collect();
        documents.sort_unstable();
        documents.dedup();
        documents
    }
}

impl Project {
    /// Makes all of a transaction's edits, or none.
    ///
    /// # Errors
    /// If the text or an edit's `before` is not what is there, if a relation or an entity would be left
    /// dangling, if an annotation would not fit its text, or if a set is read-only or its document
    /// not in memory.
    pub fn apply(&mut self, transaction: &Transaction) -> Result<(), EditError> {
        for (id, sha256) in &transaction.texts {
            if self.document(id).is_some_and(|it| it.source.text_sha256 != *sha256) {
                return Err(EditError::Stale { what: format!("the text of {id}") });
            }
        }
        let schema = self.changed_schema(transaction)?;
        let documents = self.changed_documents(transaction)?;
        let mut changed: Vec<(SetKey, AnnotationSet)> = Vec::new();
        for key in transaction.sets() {
            let document = documents.get(&key.document).or_else(|| self.document(&key.document));
            let Some(document) = document else {
                return Err(EditError::UnknownDocument { document: key.document.to_string() });
            };
            let mut set = self.set(key).map(|set| AnnotationSet::clone(set)).unwrap_or_default();
            if set.is_read_only {
                return Err(EditError::ReadOnly {
                    owner: key.owner.name().to_owned(),
                    document: key.document.to_string(),
                });
            }
            for edit in transaction.edits.iter().filter(|edit| edit.set() == Some(key)) {
                edit.apply(&mut set)?;
            }
            check_ends(&set, transaction, key)?;
            check_places(&set, transaction, key, document)?;
            set.revision += 1;
            changed.push((key.clone(), set));
        }
        for (key, set) in changed {
            self.sets.insert(key, Arc::new(set));
        }
        self.documents.extend(documents);
        self.schema = schema;
        self.revision += 1;
        Ok(())
    }

    fn changed_schema(&self, transaction: &Transaction) -> Result<Arc<Schema>, EditError> {
        let mut schema = Arc::clone(&self.schema);
        for edit in &transaction.edits {
            if let Edit::Schema { before, after } = edit {
                if schema != *before {
                    return Err(EditError::Stale { what: edit.what() });
                }
                schema = Arc::clone(after);
            }
        }
        Ok(schema)
    }

    fn changed_documents(
        &self,
        transaction: &Transaction,
    ) -> Result<BTreeMap<DocumentId, Arc<Document>>, EditError> {
        let mut documents: BTreeMap<DocumentId, Arc<Document>> = BTreeMap::new();
        for edit in &transaction.edits {
            let Edit::Text { document: id, before, after, replacements } = edit else { continue };
            let current = documents.get(id).or_else(|| self.document(id));
            let Some(current) = current else {
                return Err(EditError::UnknownDocument { document: id.to_string() });
            };
            let text = if current.source == *before { current.text.replaced(replacements) } else { None };
            let text = text.ok_or_else(|| EditError::Stale { what: edit.what() })?;
            let changed = Document { id: id.clone(), text, source: after.clone() };
            documents.insert(id.clone(), Arc::new(changed));
        }
        Ok(documents)
    }
}

/// Refuses annotations that the edits would put where no text is. As with ends, only what the
/// transaction touched is looked at.
fn check_places(
    set: &AnnotationSet,
    transaction: &Transaction,
    key: &SetKey,
    document: &Document,
) -> Result<(), EditError> {
    for edit in transaction.edits.iter().filter(|edit| edit.set() == Some(key)) {
        let Edit::Annotation { id, after: Some(_), .. } = edit else { continue };
        let fits = |text: &Text, it: &Arc<Annotation>| {
            let is_boundary = |offset| text.locate(offset, OffsetUnit::Byte).is_ok();
            it.span
                .ranges()
                .iter()
                .all(|range| is_boundary(range.start().byte()) && is_boundary(range.end().byte()))
        };
        if set.annotation(id).is_some_and(|it| !fits(&document.text, it)) {
            let document = key.document.to_string();
            return Err(EditError::OutsideText { annotation: id.clone(), document });
        }
    }
    Ok(())
}

/// Refuses relations and entity mentions that the edits would leave dangling. Only what the
/// transaction touched is looked at: an old wound of a file must not block new work.
fn check_ends(set: &AnnotationSet, transaction: &Transaction, key: &SetKey) -> Result<(), EditError> {
    let edits = || transaction.edits.iter().filter(|edit| edit.set() == Some(key));
    let gone: BTreeSet<&AnnotationId> = edits()
        .filter_map(|edit| match edit {
            Edit::Annotation { id, after: None, .. } if set.annotation(id).is_none() => Some(id),
            _ => None,
        })
        .collect();
    for relation in set.relations().filter(|_| !gone.is_empty()) {
        if let Some(end) = [&relation.from, &relation.to].into_iter().find(|end| gone.contains(end)) {
            return Err(EditError::DanglingRelation { relation: relation.id.clone(), end: end.clone() });
        }
    }
    for edit in edits() {
        match edit {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Document, Extra, Newline, Origin, Owner, Schema, Source};
    use crate::text::{Offset, Text};

    fn key(document: &str) -> SetKey {
        SetKey { document: document.into(), owner: Owner::named("Rina") }
    }

    fn project() -> Project {
        let mut project = Project::new("p", Schema::default());
        for document in ["a.txt", "b.txt"] {
            project.insert_document(Document {
                id: document.into(),
                text: Text::new("Kyiv diserang."),
                source: Source {
                    encoding: "utf-8".to_owned(),
                    bom: false,
                    newline: Newline::None,
                    file_sha256: String::new(),
                    text_sha256: String::new(),
                    language: None,
                },
            });
        }
        project
    }

    fn annotation(id: &str, entity: Option<&str>) -> Arc<Annotation> {
        let span = Text::new("Kyiv").whole().expect("not empty").into();
        let entity = entity.map(EntityId::from);
        Arc::new(Annotation { entity, ..Annotation::new(id.into(), "country", span) })
    }

    fn add(document: &str, id: &str, entity: Option<&str>) -> Edit {
        let after = Some(annotation(id, entity));
        Edit::Annotation { set: key(document), id: id.into(), before: None, after }
    }

    fn relate(document: &str, from: &str, to: &str) -> Edit {
        let relation = Relation {
            id: "r1".into(),
            label: "says".to_owned(),
            from: from.into(),
            to: to.into(),
            attributes: Default::default(),
            note: String::new(),
            origin: Origin::Manual,
            created: None,
            modified: None,
            extra: Extra::default(),
        };
        Edit::Relation { set: key(document), id: "r1".into(), before: None, after: Some(Arc::new(relation)) }
    }

    fn add_entity(document: &str) -> Edit {
        let entity = Entity {
            id: "e1".into(),
            kind: "country".to_owned(),
            name: "Ukraine".to_owned(),
            extra: Extra::default(),
        };
        Edit::Entity { set: key(document), id: "e1".into(), before: None, after: Some(Arc::new(entity)) }
    }

    fn apply(project: &mut Project, edits: Vec<Edit>) -> Result<(), EditError> {
        project.apply(&Transaction::new("test", edits))
    }

    /// Ids of the annotations in a document's set.
    fn ids(project: &Project, document: &str) -> Vec<String> {
        let set = project.set(&key(document));
        set.map(|set| set.annotations().map(|it| it.id.to_string()).collect()).unwrap_or_default()
    }

    #[test]
    fn a_transaction_reaches_several_sets_and_is_taken_back_whole() {
        let mut project = project();
        let transaction = Transaction::new(
            "add",
            vec![
                add("a.txt", "1", None),
                add("a.txt", "2", None),
                relate("a.txt", "1", "2"),
                add("b.txt", "1", None),
            ],
        );
        project.apply(&transaction).expect("nothing is in the way");
        assert_eq!(ids(&project, "a.txt"), ["1", "2"]);
        assert_eq!(ids(&project, "b.txt"), ["1"]);
        assert_eq!(transaction.sets(), [&key("a.txt"), &key("b.txt")]);
        project.apply(&transaction.clone().inverse()).expect("it was just made");
        assert!(ids(&project, "a.txt").is_empty() && ids(&project, "b.txt").is_empty());
        assert_eq!(transaction.clone().inverse().inverse(), transaction);
    }

    #[test]
    fn a_stale_edit_changes_nothing() {
        let mut project = project();
        apply(&mut project, vec![add("a.txt", "1", None)]).expect("nothing is in the way");
        let revision = project.revision();
        let error = apply(&mut project, vec![add("a.txt", "2", None), add("a.txt", "1", None)]);
        assert_eq!(error, Err(EditError::Stale { what: "annotation 1".to_owned() }));
        assert_eq!(ids(&project, "a.txt"), ["1"]);
        assert_eq!(project.revision(), revision);
    }

    #[test]
    fn a_status_is_changed_from_what_it_was() {
        let mut project = project();
        let edit = Edit::Status { set: key("a.txt"), before: Status::New, after: Status::Done };
        apply(&mut project, vec![edit.clone()]).expect("it is new");
        assert_eq!(project.set(&key("a.txt")).map(|set| set.status()), Some(Status::Done));
        let error = apply(&mut project, vec![edit]).expect_err("it is done");
        assert_eq!(error.to_string(), "the status of a.txt changed meanwhile");
    }

    #[test]
    fn relations_keep_both_ends() {
        let mut project = project();
        let dangling = |end: &str| EditError::DanglingRelation { relation: "r1".into(), end: end.into() };
        assert_eq!(apply(&mut project, vec![relate("a.txt", "1", "2")]), Err(dangling("1")));
        let all = vec![relate("a.txt", "1", "2"), add("a.txt", "1", None), add("a.txt", "2", None)];
        apply(&mut project, all).expect("in the end both are there, whatever the order");
        let remove = add("a.txt", "2", None).inverse();
        assert_eq!(apply(&mut project, vec![remove.clone()]), Err(dangling("2")));
        apply(&mut project, vec![remove, relate("a.txt", "1", "2").inverse()])
            .expect("the relation goes with it");
    }

    #[test]
    fn mentions_keep_their_entity() {
        let mut project = project();
        let dangling = EditError::DanglingEntity { annotation: "1".into(), entity: "e1".into() };
        assert_eq!(apply(&mut project, vec![add("a.txt", "1", Some("e1"))]), Err(dangling.clone()));
        apply(&mut project, vec![add("a.txt", "1", Some("e1")), add_entity("a.txt")])
            .expect("it comes along");
        assert_eq!(apply(&mut project, vec![add_entity("a.txt").inverse()]), Err(dangling));
    }

    #[test]
    fn an_old_wound_does_not_block_new_work() {
        let mut project = project();
        let hurt = Annotation::clone(&annotation("1", Some("lost")));
        project.insert_set(key("a.txt"), AnnotationSet::new(Status::New, [hurt.clone()], [], []));
        let noted = Arc::new(Annotation { note: "whose?".to_owned(), ..hurt.clone() });
        let edit = Edit::Annotation {
            set: key("a.txt"),
            id: "1".into(),
            before: Some(Arc::new(hurt)),
            after: Some(noted),
        };
        apply(&mut project, vec![edit]).expect("it was dangling before");
    }

    #[test]
    fn a_corrected_text_takes_its_annotations_along_and_back() {
        let mut project = project();
        apply(&mut project, vec![add("a.txt", "1", None)]).expect("nothing is in the way");
        let document = Arc::clone(project.document(&"a.txt".into()).expect("it is open"));
        let old = annotation("1", None);
        let range = |text: &str| Text::new(text).whole().expect("not empty");
        let moved = Annotation { span: range("Kiev-").into(), ..Annotation::clone(&old) };
        let text = document.text.as_str();
        let replacement =
            Replacement { at: Offset::START, removed: text.into(), inserted: "Kiev-Kyiv".into() };
        let source = Source { file_sha256: "new".to_owned(), ..document.source.clone() };
        let correction = vec![
            Edit::Text {
                document: "a.txt".into(),
                before: document.source.clone(),
                after: source,
                replacements: vec![replacement],
            },
            Edit::Annotation {
                set: key("a.txt"),
                id: "1".into(),
                before: Some(old),
                after: Some(Arc::new(moved)),
            },
        ];
        let correction = Transaction::new("correct", correction);
        let before = project.clone();
        project.apply(&correction).expect("the text is as it says");
        assert_eq!(project.document(&"a.txt".into()).map(|it| it.text.as_str()), Some("Kiev-Kyiv"));
        assert_eq!(correction.corrected(), [&DocumentId::from("a.txt")]);
        assert!(project.apply(&correction).is_err(), "it is corrected already");
        project.apply(&correction.inverse()).expect("nothing came after it");
        assert_eq!(project.document(&"a.txt".into()).map(|it| &it.text), Some(&document.text));
        assert_eq!(
            project.set(&key("a.txt")).map(|it| it.annotations().collect::<Vec<_>>()),
            before.set(&key("a.txt")).map(|it| it.annotations().collect())
        );
    }

    #[test]
    fn positions_of_another_text_are_refused() {
        let mut project = project();
        let adding = Transaction::new("add", vec![add("a.txt", "1", None)]).on(&project);
        assert_eq!(adding.texts.len(), 1);
        let mut document = Document::clone(project.document(&"a.txt".into()).expect("it is open"));
        document.source.text_sha256 = "another".to_owned();
        project.insert_document(document);
        let error = project.apply(&adding).expect_err("it is another text");
        assert_eq!(error.to_string(), "the text of a.txt changed meanwhile");
        project.apply(&Transaction { texts: BTreeMap::new(), ..adding }).expect("nobody said which text");
    }

    #[test]
    fn an_annotation_outside_the_text_is_refused() {
        let mut project = project();
        let far = Annotation::new(
            "9".into(),
            "country",
            Text::new("x".repeat(99)).whole().expect("not empty").into(),
        );
        let edit =
            Edit::Annotation { set: key("a.txt"), id: "9".into(), before: None, after: Some(Arc::new(far)) };
        let error = apply(&mut project, vec![edit]).expect_err("the text is shorter");
        assert_eq!(error.to_string(), "annotation 9 does not fit the text of a.txt");
    }

    #[test]
    fn a_schema_and_kept_keys_change_from_what_they_were() {
        let mut project = project();
        let before = Arc::clone(project.schema());
        let after = Arc::new(Schema { id: "new".to_owned(), ..Schema::default() });
        let change = Transaction::new(
            "change",
            vec![
                Edit::Schema { before, after },
                Edit::Extra {
                    set: key("a.txt"),
                    key: "orphans".into(),
                    before: None,
                    after: Some("[1]".into()),
                },
            ],
        );
        project.apply(&change).expect("both are as it says");
        assert_eq!(project.schema().id, "new");
        assert_eq!(project.set(&key("a.txt")).and_then(|it| it.extra.get("orphans")), Some("[1]"));
        assert!(project.apply(&change).is_err(), "both are changed already");
        project.apply(&change.inverse()).expect("nothing came after it");
        assert_eq!(project.schema().id, "");
        assert_eq!(project.set(&key("a.txt")).and_then(|it| it.extra.get("orphans")), None);
    }

    #[test]
    fn what_must_not_be_written_is_not() {
        let mut project = project();
        let set = AnnotationSet { is_read_only: true, ..AnnotationSet::default() };
        project.insert_set(key("a.txt"), set);
        let error = apply(&mut project, vec![add("a.txt", "1", None)]).expect_err("it is read-only");
        assert_eq!(error.to_string(), "the annotations of Rina on a.txt are read-only");
        let error = apply(&mut project, vec![add("c.txt", "1", None)]).expect_err("it is not open");
        assert_eq!(error.to_string(), "c.txt is not open");
    }

    #[test]
    fn only_touched_sets_get_a_new_revision() {
        let mut project = project();
        apply(&mut project, vec![add("a.txt", "1", None), add("b.txt", "1", None)])
            .expect("nothing is in the way");
        let revision = |project: &Project, document| project.set(&key(document)).map(|set| set.revision());
        let before = revision(&project, "b.txt");
        apply(&mut project, vec![add("a.txt", "2", None)]).expect("nothing is in the way");
        assert_eq!(revision(&project, "b.txt"), before);
        assert_eq!(revision(&project, "a.txt"), Some(2));
    }
}
