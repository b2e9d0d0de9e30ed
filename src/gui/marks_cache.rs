//! What the canvas and the panels show of the open annotation set, kept up with it change by
//! change: an edit costs what it touches, not what the article holds.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::gui::canvas::{Link, Links, Mark, Marks};
use crate::model::{Annotation, AnnotationId, AnnotationSet, Relation, Schema};
use crate::session::Session;
use crate::text::Text;

/// Marks, links and counts of one annotation set.
pub struct MarksCache {
    /// The marks.
    pub marks: Marks,
    /// Relations between them.
    pub links: Links,
    /// The annotations to whose label the schema's first relation leads, and to which none does:
    /// quotes without speaker.
    pub untied: BTreeSet<AnnotationId>,
    /// How many annotations each label of the schema has, in its order.
    pub counts: Vec<usize>,
    text: Text,
    schema: Arc<Schema>,
    /// What all of it was made from.
    set: Arc<AnnotationSet>,
    /// Others' sets, whose marks lie in lanes below.
    others: Vec<Arc<AnnotationSet>>,
}

impl Default for MarksCache {
    fn default() -> MarksCache {
        MarksCache::empty(&Text::new(""), &Arc::default())
    }
}

impl MarksCache {
    fn empty(text: &Text, schema: &Arc<Schema>) -> MarksCache {
        MarksCache {
            marks: Marks::new(text, []),
            links: Links::default(),
            untied: BTreeSet::new(),
            counts: vec![0; schema.labels.len()],
            text: text.clone(),
            schema: Arc::clone(schema),
            set: Arc::default(),
            others: Vec::new(),
        }
    }

    /// Brings all of it up to what is open now.
    pub fn refresh(&mut self, session: &Session) {
        let Some(document) = session.document() else {
            *self = MarksCache::default();
            return;
        };
        let set = session.set().cloned().unwrap_or_default();
        self.follow(&document.text, session.project().schema(), set);
        self.show_others(session.case().map_or(&[], |case| case.sets()));
    }

    /// Puts others' marks into lanes below the own ones.
    fn show_others(&mut self, sets: &[Arc<AnnotationSet>]) {
        let is_same = self.others.len() == sets.len();
        if is_same && self.others.iter().zip(sets).all(|(a, b)| Arc::ptr_eq(a, b)) {
            return;
        }
        let before = std::mem::replace(&mut self.others, sets.to_vec());
        for (i, set) in before.iter().enumerate() {
            set.annotations().for_each(|it| self.marks.remove(&id_in_lane(i + 1, &it.id)));
        }
        let schema = Arc::clone(&self.schema);
        for (i, set) in sets.iter().enumerate() {
            for it in set.annotations() {
                let style = schema.labels.iter().position(|label| label.name == it.label);
                self.marks.insert(Mark {
                    id: id_in_lane(i + 1, &it.id),
                    span: it.span.clone(),
                    style: style.unwrap_or(schema.labels.len()),
                    label: format!("{} {}", i + 1, it.label),
                    lane: i + 1,
                });
            }
        }
    }

    fn follow(&mut self, text: &Text, schema: &Arc<Schema>, set: Arc<AnnotationSet>) {
        if !self.text.is_same(text) || !Arc::ptr_eq(&self.schema, schema) {
            *self = MarksCache::empty(text, schema);
        }
        if Arc::ptr_eq(&self.set, &set) {
            return;
        }
        let before = std::mem::replace(&mut self.set, Arc::clone(&set));
        let style = |it: &Annotation| schema.labels.iter().position(|label| label.name == it.label);
        let ties = schema.relations.first();
        let may_want_tie = |it: &Annotation| ties.is_some_and(|relation| relation.to.contains(&it.label));
        let mut touched: Vec<&AnnotationId> = Vec::new();
        for change in set.changed_annotations(&before) {
            if let Some(it) = change.before {
                self.marks.remove(&it.id);
                self.count(style(it), |count| count - 1);
                touched.extend(may_want_tie(it).then_some(&it.id));
            }
            if let Some(it) = change.after {
                let place = style(it);
                self.marks.insert(Mark {
                    id: it.id.clone(),
                    span: it.span.clone(),
                    style: place.unwrap_or(schema.labels.len()),
                    label: it.label.clone(),
                    lane: 0,
                });
                self.count(place, |count| count + 1);
                touched.extend(may_want_tie(it).then_some(&it.id));
            }
        }
        for change in set.changed_relations(&before) {
            if let Some(it) = change.before {
                self.links.remove(&link(it));
                touched.push(&it.to);
            }
            if let Some(it) = change.after {
                self.links.insert(link(it));
                touched.push(&it.to);
            }
        }
        for id in touched {
            let is_tied = || {
                self.links
                    .of(id)
                    .iter()
                    .any(|link| link.to == *id && ties.is_some_and(|relation| relation.name == link.label))
            };
            if set.annotation(id).is_some_and(|it| may_want_tie(it)) && !is_tied() {
                self.untied.insert(id.clone());
            } else {
                self.untied.remove(id);
            }
        }
    }

    fn count(&mut self, label: Option<usize>, change: impl Fn(usize) -> usize) {
        if let Some(count) = label.and_then(|label| self.counts.get_mut(label)) {
            *count = change(*count);
        }
    }
}

/// What another's annotation is called among the marks: its own id may be that of one's own.
pub fn id_in_lane(lane: usize, id: &AnnotationId) -> AnnotationId {
    AnnotationId::new(format!("{lane}/{id}"))
}

fn link(relation: &Relation) -> Link {
    Link { from: relation.from.clone(), to: relation.to.clone(), label: relation.label.clone() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::file::PRESETS;
    use crate::model::{
        Document, DocumentId, Edit, Newline, Origin, Owner, Project, RelationId, SetKey, Source, Transaction,
    };
    use crate::text::{OffsetUnit, Range, Span};

    const LENGTH: usize = 60;

    fn key() -> SetKey {
        SetKey { document: DocumentId::new("a.txt"), owner: Owner::Gold }
    }

    fn project() -> Project {
        let mut project = Project::new("p", PRESETS[0].schema());
        let source = Source {
            encoding: "utf-8".to_owned(),
            bom: false,
            newline: Newline::None,
            file_sha256: String::new(),
            text_sha256: String::new(),
            language: None,
        };
        let text = Text::new("x".repeat(LENGTH));
        project.insert_document(Document { id: key().document, text, source });
        project
    }

    fn annotation(text: &Text, id: &AnnotationId, label: &str, start: usize, n: usize) -> Annotation {
        let at = |byte: usize| text.locate(byte.min(LENGTH), OffsetUnit::Byte).expect("the text is ASCII");
        let ranges = [Range::new(at(start), at(start + n)), Range::new(at(start + n + 3), at(start + n + 5))];
        let span = Span::new(ranges.into_iter().flatten()).expect("one lies in the text");
        Annotation::new(id.clone(), label, span)
    }

    fn relation(id: &RelationId, from: usize, to: usize, label: &str) -> Relation {
        Relation {
            id: id.clone(),
            label: label.to_owned(),
            from: from.to_string().as_str().into(),
            to: to.to_string().as_str().into(),
            attributes: Default::default(),
            note: String::new(),
            origin: Origin::Manual,
            created: None,
            modified: None,
            extra: Default::default(),
        }
    }

    /// A change of an annotation (even `kind`) or a relation, by numbers that always mean something.
    fn edit(project: &Project, (kind, id, other, start, n): (usize, usize, usize, usize, usize)) -> Edit {
        const LABELS: [&str; 4] = ["speaker", "quote", "country", "unheard of"];
        let set = project.set(&key());
        let text = &project.document(&key().document).expect("it is in memory").text;
        if kind % 2 == 0 {
            let id: AnnotationId = id.to_string().as_str().into();
            let before = set.and_then(|set| set.annotation(&id)).cloned();
            let after = annotation(text, &id, LABELS[other % LABELS.len()], start, n);
            let after = (kind > 0).then(|| Arc::new(after));
            Edit::Annotation { set: key(), id, before, after }
        } else {
            let (from, to) = (start % 8, other);
            let id: RelationId = id.to_string().as_str().into();
            let before = set.and_then(|set| set.relation(&id)).cloned();
            let label = if n % 3 == 0 { "denies" } else { "says" };
            let after = (kind > 1).then(|| Arc::new(relation(&id, from, to, label)));
            Edit::Relation { set: key(), id, before, after }
        }
    }

    proptest! {
        #[test]
        fn following_comes_to_what_starting_anew_comes_to(
            steps in prop::collection::vec((0usize..7, 0usize..8, 0usize..8, 0usize..55, 1usize..30), 1..60),
        ) {
            let mut project = project();
            let text = project.document(&key().document).expect("it is in memory").text.clone();
            let mut followed = MarksCache::default();
            for step in steps {
                let edit = edit(&project, step);
                let Ok(()) = project.apply(&Transaction::new("step", vec![edit])) else { continue };
                let set = project.set(&key()).expect("it was changed");
                followed.follow(&text, project.schema(), Arc::clone(set));
                let mut fresh = MarksCache::default();
                fresh.follow(&text, project.schema(), Arc::new(AnnotationSet::clone(set)));

                prop_assert_eq!(&followed.links, &fresh.links);
                prop_assert_eq!(&followed.untied, &fresh.untied);
                prop_assert_eq!(&followed.counts, &fresh.counts);
                let fragments = |cache: &MarksCache| {
                    let fragments = cache.marks.fragments_in(text.whole().expect("there is text"));
                    let describe = |it: crate::gui::canvas::Fragment| {
                        let mark = cache.marks.get(it.mark).expect("a fragment has a mark");
                        (it.range, it.index, mark.id.clone(), mark.label.clone(), mark.style)
                    };
                    let mut fragments: Vec<_> = fragments.into_iter().map(describe).collect();
                    fragments.sort();
                    fragments
                };
                prop_assert_eq!(fragments(&followed), fragments(&fresh));
                let untied = set.annotations().filter(|it| {
                    it.label == "quote" && !set.relations().any(|tie| tie.to == it.id && tie.label == "says")
                });
                prop_assert_eq!(followed.untied, untied.map(|it| it.id.clone()).collect());
                followed.untied = fresh.untied;
            }
        }
    }
}
