//! Agreement on attributes of spans that two annotators have in common.

use std::cmp::Ordering;

use super::comparison::{Comparison, PreparedArticle, Unit, Units};
use super::relations::Shares;
use super::{Case, Figure, Item, Measure, Observation, Scope};

/// How often all attributes are the same where both have the span.
pub(super) struct Attributes;

impl Measure for Attributes {
    fn id(&self) -> &'static str {
        "attributes"
    }

    fn name(&self) -> &'static str {
        "accuracy of attributes"
    }

    fn definition(&self) -> &'static str {
        "Of the spans that both annotators have, with equal label and pieces, and to which at least one gave \
         attributes: the share with the same attributes and values."
    }

    fn paper(&self) -> &'static str {
        "By analogy with label accuracy: Buchholz & Marsi 2006, CoNLL-X shared task on multilingual \
         dependency parsing"
    }

    fn leaves_out(&self) -> &'static str {
        "Spans that one of the two lacks, and agreement by chance. One attribute that differs is enough for \
         the span to count as different."
    }

    fn figures(&self) -> &'static [Figure] {
        &[
            Figure { id: "accuracy", name: "share with the same attributes", is_count: false },
            Figure { id: "n", name: "common spans with attributes", is_count: true },
        ]
    }

    fn is_pairwise(&self) -> bool {
        true
    }

    fn observe(&self, comparison: &Comparison, scope: &Scope) -> Box<dyn Observation> {
        let count = |article: &PreparedArticle| {
            let sets = article.seen_by(&scope.annotators)?;
            let pairs = pairs(sets[0], sets[1], scope.label);
            let n_equal = pairs.iter().filter(|[a, b]| is_alike(a, b)).count();
            Some([n_equal as u64, pairs.len() as u64])
        };
        Box::new(Shares(comparison.articles().iter().map(count).collect()))
    }

    fn cases(&self, comparison: &Comparison, scope: &Scope, article: usize) -> Vec<Case> {
        let Some(sets) = comparison.article(article).seen_by(&scope.annotators) else { return Vec::new() };
        let mut pairs = pairs(sets[0], sets[1], scope.label);
        pairs.sort_by_key(|[a, _]| a.hull);
        let case = |pair: [&Unit; 2]| Case {
            article,
            place: Some(pair[0].annotation.span.hull()),
            is_agreed: is_alike(pair[0], pair[1]),
            items: pair.map(|it| vec![Item::Annotation(it.annotation.id.clone())]).into(),
        };
        pairs.into_iter().map(case).collect()
    }
}

fn is_alike(a: &Unit, b: &Unit) -> bool {
    a.has_attributes == b.has_attributes
        && (!a.has_attributes || a.annotation.attributes == b.annotation.attributes)
}

fn order(a: &Unit, b: &Unit) -> Ordering {
    a.label.cmp(&b.label).then_with(|| a.cmp_extent(b))
}

/// The equal units of which one has attributes. Of several that are equal, those with the same
/// attributes are paired first.
fn pairs<'a>(a: &'a Units, b: &'a Units, label: Option<usize>) -> Vec<[&'a Unit; 2]> {
    let mut pairs = Vec::new();
    if !a.has_attributes && !b.has_attributes {
        return pairs;
    }
    let (mut a, mut b) = (a.units(label), b.units(label));
    while let (Some(x), Some(y)) = (a.first(), b.first()) {
        match order(x, y) {
            Ordering::Less => a = &a[1..],
            Ordering::Greater => b = &b[1..],
            Ordering::Equal => {
                let [n_a, n_b] = [a, b].map(|it| it.iter().take_while(|unit| order(unit, x).is_eq()).count());
                if n_a == 1 && n_b == 1 {
                    pairs.push([x, y]);
                    (a, b) = (&a[1..], &b[1..]);
                    continue;
                }
                let mut others: Vec<&Unit> = b[..n_b].iter().collect();
                let mut left = Vec::new();
                for unit in &a[..n_a] {
                    match others.iter().position(|it| is_alike(unit, it)) {
                        Some(j) => pairs.push([unit, others.remove(j)]),
                        None => left.push(unit),
                    }
                }
                pairs.extend(left.into_iter().zip(others).map(|(x, y)| [x, y]));
                (a, b) = (&a[n_a..], &b[n_b..]);
            }
        }
    }
    pairs.retain(|pair| pair.iter().any(|it| it.has_attributes));
    pairs
}
