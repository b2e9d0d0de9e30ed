//! An annotation set to another text of its article.

use crate::file::orphan::{Orphan, orphans, orphans_json};
use crate::model::{Annotation, AnnotationId, AnnotationSet, Place, Relation, Report, Severity};
use crate::text::{Carried, Span, Text};

/// The flag of an annotation that was placed anew when its article changed: a person should look
/// whether it is right.
pub const MOVED: &str = "moved";

/// What became of a set's annotations on another text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drift {
    /// How many cover what they covered.
    pub n_moved: usize,
    /// Those placed where they most probably belong, which carry the flag [`MOVED`]; and what each
    /// covered.
    pub placed: Vec<(AnnotationId, String)>,
    /// Those without a place, which are orphans now, and what each covered.
    pub lost: Vec<(AnnotationId, String)>,
}

/// The set as it is on `new`, by what `carry` says of each span of `old`: a pure function of what
/// it is given. What has no place becomes an [`Orphan`], with the relations that lose an end by
/// that; nothing is dropped.
pub fn carry_set(
    set: &AnnotationSet,
    old: &Text,
    new: &Text,
    carry: impl Fn(&Span) -> Carried,
) -> (AnnotationSet, Drift) {
    debug_assert!(set.annotations().all(|it| it.span.end() <= old.end()), "the set lies on the old text");
    let mut drift = Drift::default();
    let mut annotations = Vec::with_capacity(set.annotations().len());
    let mut orphans = orphans(set);
    let n_before = orphans.len();
    for annotation in set.annotations() {
        let mut annotation = Annotation::clone(annotation);
        match carry(&annotation.span) {
            Carried::Moved(span) => {
                drift.n_moved += 1;
                annotation.span = span;
                annotations.push(annotation);
            }
            Carried::Placed { span, .. } => {
                let was = old.surface(&annotation.span);
                drift.placed.push((annotation.id.clone(), was));
                annotation.span = span;
                if !annotation.flags.iter().any(|it| it == MOVED) {
                    annotation.flags.push(MOVED.to_owned());
                }
                annotations.push(annotation);
            }
            Carried::Lost(loss) => {
                drift.lost.push((annotation.id.clone(), old.surface(&annotation.span)));
                orphans.push(Orphan::of_annotation(&annotation, old, loss.reason()));
            }
        }
    }
    let is_lost = |id: &AnnotationId| drift.lost.binary_search_by(|(it, _)| it.cmp(id)).is_ok();
    let (relations, cut): (Vec<Relation>, Vec<Relation>) =
        set.relations().map(|it| Relation::clone(it)).partition(|it| !is_lost(&it.from) && !is_lost(&it.to));
    orphans.extend(cut.iter().map(Orphan::of_relation));

    let entities = set.entities().map(|it| crate::model::Entity::clone(it));
    let mut carried = AnnotationSet::new(set.status(), annotations, relations, entities);
    carried.extra = set.extra.clone();
    if orphans.len() > n_before {
        carried.extra.set("orphans", orphans_json(&orphans).as_deref());
    }
    carried.article_extra = set.article_extra.clone();
    carried.role.clone_from(&set.role);
    carried.n_saves = set.n_saves;
    carried.is_read_only = set.is_read_only;
    debug_assert!(carried.annotations().all(|it| it.span.end() <= new.end()), "the set lies on the new text");
    (carried, drift)
}

impl Drift {
    /// Says what became of the annotations, once in all and once for each that a person should
    /// look at.
    pub fn report(&self, set: &AnnotationSet, new: &Text, place: &Place, report: &mut Report) {
        let (n_placed, n_lost) = (self.placed.len(), self.lost.len());
        let mut parts = vec![format!("{} moved along", counted(self.n_moved, "span"))];
        if n_placed > 0 {
            parts.push(format!("{n_placed} to review"));
        }
        if n_lost > 0 {
            parts.push(format!("{n_lost} lost {} place", if n_lost == 1 { "its" } else { "their" }));
        }
        let severity = if n_placed + n_lost > 0 { Severity::Warning } else { Severity::Note };
        let message = format!("the article changed since it was annotated: {}", parts.join(", "));
        report.add(severity, place.clone(), message);
        for (id, was) in &self.placed {
            let Some(annotation) = set.annotation(id) else { continue };
            let is = new.excerpt(&annotation.span, 40);
            let message = format!(
                "the span covered “{}” and now covers “{is}”: look whether it is right",
                excerpt(was)
            );
            let offset = Some(annotation.span.start());
            let place = Place { annotation: Some(id.clone()), offset, ..place.clone() };
            report.add(Severity::Warning, place, message);
        }
        for (id, was) in &self.lost {
            let place = Place { annotation: Some(id.clone()), ..place.clone() };
            let message = format!("the span on “{}” lost its place and is kept aside", excerpt(was));
            report.add(Severity::Warning, place, message);
        }
    }
}

/// The start of a surface on one line.
fn excerpt(surface: &str) -> String {
    let text = Text::new(surface);
    text.whole().map_or_else(String::new, |whole| text.excerpt(&whole.into(), 40))
}

/// "1 article", "2 articles".
pub fn counted(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}
