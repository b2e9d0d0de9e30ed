//! Relations: which other ends are likely, and tying them.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Session;
use crate::model::{Annotation, AnnotationId, Edit, EditError, Origin, Relation, RelationLabel};
use crate::text::{Range, Text};

/// The other ends that are offered for a relation of one annotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The annotation that is to be tied.
    pub from: AnnotationId,
    /// The likely other ends, likeliest first.
    pub candidates: Vec<AnnotationId>,
    /// Which of them Enter takes.
    pub chosen: usize,
}

/// What orders likely other ends, least first: tied already, inside or taken, place of the relation
/// in the schema, distance, position.
type Rank = (bool, bool, usize, (usize, usize), usize);

impl Session {
    /// Relations that still want an end: every annotation that some relation of the schema leads
    /// to, and that none does. With the built-in schema: quotes without speaker.
    pub fn untied(&self) -> Vec<&Arc<Annotation>> {
        let Some(set) = self.set() else { return Vec::new() };
        let wants_tie = self.wants_tie();
        set.in_order(&self.schema().label_names()).into_iter().filter(|it| wants_tie(it)).collect()
    }

    /// Tells of annotations whether the schema's first relation leads to their label, and none in
    /// the set to them.
    pub(super) fn wants_tie(&self) -> impl Fn(&Annotation) -> bool {
        let main = self.schema().relations.first();
        let relations = self.set().into_iter().flat_map(|set| set.relations());
        let tied: BTreeSet<&AnnotationId> = relations
            .filter(|relation| main.is_some_and(|main| relation.label == main.name))
            .map(|relation| &relation.to)
            .collect();
        move |annotation| {
            main.is_some_and(|main| main.to.contains(&annotation.label)) && !tied.contains(&annotation.id)
        }
    }

    /// The relation that would tie two annotations, and whether it leads from the first to the
    /// second.
    fn relation_for(&self, a: &Annotation, b: &Annotation) -> Option<(&RelationLabel, bool)> {
        self.schema().relations.iter().find_map(|relation| {
            if relation.allows(&a.label, &b.label) {
                Some((relation, true))
            } else {
                relation.allows(&b.label, &a.label).then_some((relation, false))
            }
        })
    }

    /// Offers the likely other ends for the selected annotation.
    pub(super) fn offer_relation(&mut self) {
        let Some(annotation) = self.selected_annotation().cloned() else {
            self.notify("Select a quote or a speaker first");
            return;
        };
        let candidates = self.likely_ends(&annotation);
        if candidates.is_empty() {
            let ends = self.other_ends(&annotation.label);
            self.notify(match ends.as_str() {
                "" => format!("The schema ties nothing to a {}", annotation.label),
                ends => format!("There is no {ends} yet to tie this {} to", annotation.label),
            });
            return;
        }
        self.offer = Some(Offer { from: annotation.id.clone(), candidates, chosen: 0 });
    }

    /// The likely other ends for an annotation: nearest first; those inside it, and those already
    /// tied to it, last.
    fn likely_ends(&self, annotation: &Annotation) -> Vec<AnnotationId> {
        let (Some(set), Some(document)) = (self.set(), self.document()) else { return Vec::new() };
        let wants_tie = self.wants_tie();
        let own: Vec<&Arc<Relation>> = set.relations_of(&annotation.id).collect();
        let rank = |other: &Annotation| -> Option<Rank> {
            let (relation, _) = self.relation_for(annotation, other)?;
            let order = self.schema().relations.iter().position(|it| it.name == relation.name)?;
            let is_tied =
                own.iter().any(|it| it.label == relation.name && (it.from == other.id || it.to == other.id));
            let is_taken = relation.allows(&annotation.label, &other.label) && !wants_tie(other);
            let is_inside = annotation.span.hull().covers(other.span.hull())
                && annotation.span.n_shared_bytes(&other.span) > 0;
            Some((
                is_tied,
                is_inside || is_taken,
                order,
                distance(&document.text, annotation, other),
                other.span.start().byte(),
            ))
        };
        let mut ranked: Vec<_> = set
            .annotations()
            .filter(|other| other.id != annotation.id)
            .filter_map(|other| rank(other).map(|rank| (rank, other.id.clone())))
            .collect();
        ranked.sort();
        ranked.into_iter().map(|(_, id)| id).take(9).collect()
    }

    fn other_ends(&self, label: &str) -> String {
        let mut ends: Vec<&str> = Vec::new();
        for relation in &self.schema().relations {
            for (own, other) in [(&relation.from, &relation.to), (&relation.to, &relation.from)] {
                if own.iter().any(|it| it == label) {
                    ends.extend(
                        other.iter().map(String::as_str).filter(|it| !ends.contains(it)).collect::<Vec<_>>(),
                    );
                }
            }
        }
        ends.join(" or ")
    }

    /// Ties two annotations by the first relation of the schema that may lead between them.
    pub(super) fn relate(&mut self, a: &AnnotationId, b: &AnnotationId) -> Result<(), EditError> {
        self.offer = None;
        let (Some(key), Some(set)) = (self.set_key(), self.set()) else { return Ok(()) };
        let (Some(first), Some(second)) = (set.annotation(a), set.annotation(b)) else { return Ok(()) };
        let Some((relation, leads_on)) = self.relation_for(first, second) else {
            let message = format!("The schema has no relation between {} and {}", first.label, second.label);
            self.notify(message);
            return Ok(());
        };
        let (from, to) = if leads_on { (a, b) } else { (b, a) };
        let label = relation.name.clone();
        if set.relations().any(|it| it.label == label && it.from == *from && it.to == *to) {
            self.notify("These two are tied already");
            return Ok(());
        }
        let (tied, to_what) = if leads_on { (second, first) } else { (first, second) };
        let name = format!("tie {} to {}", tied.label, to_what.label);
        let (from, to, now) = (from.clone(), to.clone(), self.now());
        let id = self.new_id('r').as_str().into();
        let relation = Relation {
            id,
            label,
            from,
            to,
            attributes: Default::default(),
            note: String::new(),
            origin: Origin::Manual,
            created: Some(now),
            modified: None,
            extra: Default::default(),
        };
        let edit = Edit::Relation {
            set: key,
            id: relation.id.clone(),
            before: None,
            after: Some(Arc::new(relation)),
        };
        self.commit(name, vec![edit])
    }
}

/// How far apart two annotations are: how many sentences end between them, then bytes; nothing if
/// one lies in a gap of the other.
fn distance(text: &Text, a: &Annotation, b: &Annotation) -> (usize, usize) {
    let gap = |x: Range, y: Range| {
        let (before, after) = if x.start() <= y.start() { (x, y) } else { (y, x) };
        Range::new(before.end(), after.start())
    };
    let pairs = a.span.ranges().iter().flat_map(|&x| b.span.ranges().iter().map(move |&y| gap(x, y)));
    match pairs.min_by_key(|gap| gap.map_or(0, Range::n_bytes)) {
        Some(Some(gap)) if gap.n_bytes() <= NEAR => {
            (text.slice(gap).matches(SENTENCE_ENDS).count(), gap.n_bytes())
        }
        Some(Some(gap)) => (usize::MAX, gap.n_bytes()),
        Some(None) | None => (0, 0),
    }
}

/// Bytes within which it matters how many sentences lie between two annotations.
const NEAR: usize = 4096;

/// What a sentence or paragraph ends with.
const SENTENCE_ENDS: [char; 8] = ['.', '!', '?', '\n', '。', '！', '？', '؟'];
