//! The relations between annotations, ready to be asked which lead from or to one.

use std::collections::BTreeMap;

use crate::model::AnnotationId;

/// A relation between two annotations.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// The annotation it starts at: of `says`, the speaker.
    pub from: AnnotationId,
    /// The annotation it leads to: of `says`, the quote.
    pub to: AnnotationId,
    /// The relation's name.
    pub label: String,
}

/// Relations by the annotations at their ends. Adding or removing one costs O(log n).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// Those that start or end at an annotation, in order.
    by_end: BTreeMap<AnnotationId, Vec<Link>>,
}

impl FromIterator<Link> for Links {
    fn from_iter<I: IntoIterator<Item = Link>>(links: I) -> Links {
        let mut all = Links::default();
        for link in links {
            all.insert(link);
        }
        all
    }
}

impl Links {
    /// Adds a relation.
    pub fn insert(&mut self, link: Link) {
        for end in ends(&link) {
            let links = self.by_end.entry(end.clone()).or_default();
            let at = links.partition_point(|it| *it < link);
            links.insert(at, link.clone());
        }
    }

    /// Removes a relation, if it is there.
    pub fn remove(&mut self, link: &Link) {
        for end in ends(link) {
            let Some(links) = self.by_end.get_mut(end) else { continue };
            if let Ok(at) = links.binary_search(link) {
                links.remove(at);
            }
            if links.is_empty() {
                self.by_end.remove(end);
            }
        }
    }

    /// The relations that start or end at an annotation, in an order that does not depend on that
    /// in which they came.
    pub fn of(&self, id: &AnnotationId) -> &[Link] {
        self.by_end.get(id).map_or(&[], Vec::as_slice)
    }

    /// True if a relation leads to the annotation.
    pub fn lead_to(&self, id: &AnnotationId) -> bool {
        self.of(id).iter().any(|link| link.to == *id)
    }
}

/// Both ends, each once.
fn ends(link: &Link) -> impl Iterator<Item = &AnnotationId> {
    let other = (link.to != link.from).then_some(&link.to);
    std::iter::once(&link.from).chain(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(from: &str, to: &str) -> Link {
        Link { from: from.into(), to: to.into(), label: "says".to_owned() }
    }

    #[test]
    fn a_link_is_found_from_both_ends_and_removed_from_both() {
        let mut links: Links = [link("a", "q"), link("b", "q"), link("q", "q")].into_iter().collect();
        assert_eq!(links.of(&"q".into()), [link("a", "q"), link("b", "q"), link("q", "q")]);
        assert_eq!((links.lead_to(&"q".into()), links.lead_to(&"a".into())), (true, false));
        for other in ["a", "b", "q"] {
            links.remove(&link(other, "q"));
            links.remove(&link(other, "q"));
        }
        assert_eq!(links, Links::default());
    }

    #[test]
    fn of_two_alike_one_is_removed() {
        let mut links: Links = [link("a", "q"), link("a", "q")].into_iter().collect();
        links.remove(&link("a", "q"));
        assert_eq!(links.of(&"a".into()), [link("a", "q")]);
    }
}
