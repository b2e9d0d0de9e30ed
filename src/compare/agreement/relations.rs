//! Agreement on relations: both ends, and the label.

use std::collections::{BTreeMap, BTreeSet};

use super::comparison::{Comparison, Link, PreparedArticle, Stretch, Unit, Units};
use super::span_scores::{Counted, Counts, SCORES};
use super::{Answer, Case, Figure, Item, Measure, Observation, Scope, Undefined};

const PAPER: &str = "By analogy with attachment scores: Buchholz & Marsi 2006, CoNLL-X shared task on \
                     multilingual dependency parsing";

/// Precision, recall and F1 of relations by one meaning of "the same relation".
pub(super) struct RelationScores {
    id: &'static str,
    name: &'static str,
    definition: &'static str,
    leaves_out: &'static str,
    has_label: bool,
    is_common: bool,
}

pub(super) static LABELLED: RelationScores = RelationScores {
    id: "relations",
    name: "F1, relations",
    definition: "Two relations are the same if their labels and both spans that they join are equal, labels \
                 of these included.",
    leaves_out: "A span on which annotators differ costs each of its relations too; beside it stands the \
                 same between spans that both have.",
    has_label: true,
    is_common: false,
};

pub(super) static UNLABELLED: RelationScores = RelationScores {
    id: "relations-unlabelled",
    name: "F1, relations, any label",
    definition: "Two relations are the same if both spans that they join are equal, whatever the relation's \
                 label.",
    leaves_out: "It does not look at the relation's label. A span on which annotators differ costs each of \
                 its relations too.",
    has_label: false,
    is_common: false,
};

pub(super) static LABELLED_COMMON: RelationScores = RelationScores {
    id: "relations-common",
    name: "F1, relations between common spans",
    definition: "As F1 of relations, but only over relations whose two spans both annotators have.",
    leaves_out: "It does not see relations of spans that one of the two lacks.",
    has_label: true,
    is_common: true,
};

pub(super) static UNLABELLED_COMMON: RelationScores = RelationScores {
    id: "relations-common-unlabelled",
    name: "F1, relations between common spans, any label",
    definition: "As F1 of relations with any label, but only over relations whose two spans both annotators \
                 have.",
    leaves_out: "It sees neither the relation's label nor relations of spans that one of the two lacks.",
    has_label: false,
    is_common: true,
};

/// How often the label is the same where both have a relation.
pub(super) struct LabelAccuracy;

/// A unit as others are compared with it.
type End<'a> = (u32, (Stretch, &'a [Stretch]));

fn end(unit: &Unit) -> End<'_> {
    (unit.label, unit.extent())
}

fn ends<'a>(set: &'a Units, link: &Link) -> [End<'a>; 2] {
    let units = set.units(None);
    [end(&units[link.from as usize]), end(&units[link.to as usize])]
}

/// A relation's label, if it counts, and its ends.
type Key<'a> = (Option<u32>, [End<'a>; 2]);

impl RelationScores {
    /// The relations that count, by what makes them the same: those of either annotator.
    fn grouped<'a>(&self, sets: &[&'a Units], label: Option<usize>) -> BTreeMap<Key<'a>, [Vec<&'a Link>; 2]> {
        if sets.iter().all(|it| it.links.is_empty()) {
            return BTreeMap::new();
        }
        let common = self.is_common.then(|| {
            let [a, b] =
                [sets[0], sets[1]].map(|set| set.units(None).iter().map(end).collect::<BTreeSet<_>>());
            a.intersection(&b).copied().collect::<BTreeSet<_>>()
        });
        let mut groups: BTreeMap<Key<'a>, [Vec<&'a Link>; 2]> = BTreeMap::new();
        for (i, set) in sets.iter().take(2).enumerate() {
            for link in set.links.iter().filter(|it| label.is_none_or(|label| it.label == label as u32)) {
                let ends = ends(set, link);
                if common.as_ref().is_none_or(|it| ends.iter().all(|end| it.contains(end))) {
                    let key = (self.has_label.then_some(link.label), ends);
                    groups.entry(key).or_default()[i].push(link);
                }
            }
        }
        groups
    }
}

impl Measure for RelationScores {
    fn id(&self) -> &'static str {
        self.id
    }

    fn name(&self) -> &'static str {
        self.name
    }

    fn definition(&self) -> &'static str {
        self.definition
    }

    fn paper(&self) -> &'static str {
        PAPER
    }

    fn leaves_out(&self) -> &'static str {
        self.leaves_out
    }

    fn figures(&self) -> &'static [Figure] {
        SCORES
    }

    fn is_pairwise(&self) -> bool {
        true
    }

    fn labels<'a>(&self, comparison: &'a Comparison) -> &'a [String] {
        comparison.relation_labels()
    }

    fn observe(&self, comparison: &Comparison, scope: &Scope) -> Box<dyn Observation> {
        let count = |article: &PreparedArticle| {
            let sets = article.seen_by(&scope.annotators)?;
            let mut counts = Counts::default();
            for [a, b] in self.grouped(&sets, scope.label).into_values() {
                let [a, b] = [a.len() as u64, b.len() as u64];
                counts.add(Counts::new(a.min(b), a, b));
            }
            Some(counts)
        };
        Box::new(Counted(comparison.articles().iter().map(count).collect()))
    }

    fn cases(&self, comparison: &Comparison, scope: &Scope, article: usize) -> Vec<Case> {
        let Some(sets) = comparison.article(article).seen_by(&scope.annotators) else { return Vec::new() };
        let mut cases = Vec::new();
        for groups in self.grouped(&sets, scope.label).into_values() {
            for i in 0..groups[0].len().max(groups[1].len()) {
                let both = [groups[0].get(i).copied(), groups[1].get(i).copied()];
                cases.push(case(&sets, both, article, both.iter().all(Option::is_some)));
            }
        }
        cases.sort_by_key(|it| it.place);
        cases
    }
}

fn case(sets: &[&Units], links: [Option<&Link>; 2], article: usize, is_agreed: bool) -> Case {
    let hulls = links.iter().enumerate().filter_map(|(i, link)| {
        let units = sets[i].units(None);
        let [from, to] = link.map(|it| [it.from, it.to].map(|it| &units[it as usize].annotation.span))?;
        Some(from.hull().hull(to.hull()))
    });
    Case {
        article,
        place: hulls.reduce(|a, b| a.hull(b)),
        is_agreed,
        items: links
            .map(|link| link.iter().map(|it| Item::Relation(it.relation.id.clone())).collect())
            .into(),
    }
}

impl LabelAccuracy {
    /// The relations that join the same spans for both, paired so that as many labels as can be are
    /// equal; those with equal labels are paired first.
    fn pairs<'a>(sets: &[&'a Units], label: Option<usize>) -> Vec<[&'a Link; 2]> {
        let mut pairs = Vec::new();
        for [mut a, mut b] in UNLABELLED.grouped(sets, None).into_values() {
            let n = a.len().min(b.len());
            let before = pairs.len();
            a.retain(|x| match b.iter().position(|y| y.label == x.label) {
                Some(j) => {
                    pairs.push([*x, b.remove(j)]);
                    false
                }
                None => true,
            });
            let n_left = n - (pairs.len() - before);
            pairs.extend(a.into_iter().zip(b).take(n_left).map(|(x, y)| [x, y]));
        }
        pairs.retain(|pair| label.is_none_or(|label| pair.iter().any(|it| it.label == label as u32)));
        pairs
    }
}

impl Measure for LabelAccuracy {
    fn id(&self) -> &'static str {
        "relation-labels"
    }

    fn name(&self) -> &'static str {
        "accuracy of relation labels"
    }

    fn definition(&self) -> &'static str {
        "Of the relations between the same two spans that both annotators have, the share that has the same \
         label."
    }

    fn paper(&self) -> &'static str {
        PAPER
    }

    fn leaves_out(&self) -> &'static str {
        "Relations that one of the two lacks, and agreement by chance."
    }

    fn figures(&self) -> &'static [Figure] {
        &[
            Figure { id: "accuracy", name: "share with the same label", is_count: false },
            Figure { id: "n", name: "relations that both have", is_count: true },
        ]
    }

    fn is_pairwise(&self) -> bool {
        true
    }

    fn labels<'a>(&self, comparison: &'a Comparison) -> &'a [String] {
        comparison.relation_labels()
    }

    fn observe(&self, comparison: &Comparison, scope: &Scope) -> Box<dyn Observation> {
        let count = |article: &PreparedArticle| {
            let sets = article.seen_by(&scope.annotators)?;
            let pairs = LabelAccuracy::pairs(&sets, scope.label);
            let n_equal = pairs.iter().filter(|[a, b]| a.label == b.label).count();
            Some([n_equal as u64, pairs.len() as u64])
        };
        Box::new(Shares(comparison.articles().iter().map(count).collect()))
    }

    fn cases(&self, comparison: &Comparison, scope: &Scope, article: usize) -> Vec<Case> {
        let Some(sets) = comparison.article(article).seen_by(&scope.annotators) else { return Vec::new() };
        let pairs = LabelAccuracy::pairs(&sets, scope.label).into_iter();
        pairs.map(|[a, b]| case(&sets, [Some(a), Some(b)], article, a.label == b.label)).collect()
    }
}

/// By article: how many are equal, of how many.
pub(super) struct Shares(pub(super) Vec<Option<[u64; 2]>>);

impl Observation for Shares {
    fn answers(&self, articles: &[usize]) -> Vec<Answer> {
        let (mut sums, mut n_seen) = ([0; 2], 0);
        for counts in articles.iter().filter_map(|&it| self.0[it]) {
            (0..2).for_each(|i| sums[i] += counts[i]);
            n_seen += 1;
        }
        match sums {
            _ if n_seen == 0 => vec![Err(Undefined::NoArticle); 2],
            [_, 0] => vec![Err(Undefined::NothingInCommon), Ok(0.0)],
            [equal, all] => vec![Ok(equal as f64 / all as f64), Ok(all as f64)],
        }
    }
}
