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
    /// What all of it was made from.
    set: Arc<AnnotationSet>,
}

impl Default for MarksCache {
    fn default() -> MarksCache {
        MarksCache::empty(&Text::new(""), 0)
    }
}

impl MarksCache {
    fn empty(text: &Text, n_labels: usize) -> MarksCache {
        MarksCache {
            marks: Marks::new(text, []),
            links: Links::default(),
            untied: BTreeSet::new(),
            counts: vec![0; n_labels],
            text: text.clone(),
            set: Arc::default(),
        }
    }

    /// Brings all of it up to what is open now.
    pub fn refresh(&mut self, session: &Session) {
        let Some(document) = session.document() else {
            *self = MarksCache::default();
            return;
        };
        let set = session.set().cloned().unwrap_or_default();
        self.follow(&document.text, session.schema(), set);
    }

    fn follow(&mut self, text: &Text, schema: &Schema, set: Arc<AnnotationSet>) {
        if !self.text.is_same(text) || self.counts.len() != schema.labels.len() {
            *self = MarksCache::empty(text, schema.labels.len());
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

fn link(relation: &Relation) -> Link {
    Link { from: relation.from.clone(), to: relation.to.clone(), label: relation.label.clone() }
}
