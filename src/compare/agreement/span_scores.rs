//! Precision, recall and F1 of spans between two annotators.

use std::collections::BTreeSet;

use super::comparison::{Comparison, PreparedArticle, Unit, Units};
use super::{Answer, Case, Figure, Item, Measure, Observation, Scope, Undefined};
use crate::compare::matching::{Edges, largest_matching};

/// When two spans count as the same.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sameness {
    /// All pieces are equal.
    Exact,
    /// They have a code point in common.
    Overlap,
}

/// Precision, recall and F1 by one meaning of "the same span".
pub(super) struct SpanScores {
    id: &'static str,
    name: &'static str,
    definition: &'static str,
    leaves_out: &'static str,
    sameness: Sameness,
    any_label: bool,
}

pub(super) static EXACT: SpanScores = SpanScores {
    id: "exact",
    name: "F1, exact",
    definition: "Two spans are the same if their labels and all their pieces are equal. F1 is the harmonic \
                 mean of precision and recall, of counts summed over articles.",
    leaves_out: "A span that is off by one character counts as one that is missing and one too many. It has \
                 no correction for chance, which with spans is near nothing.",
    sameness: Sameness::Exact,
    any_label: false,
};

pub(super) static EXACT_ANY_LABEL: SpanScores = SpanScores {
    id: "exact-any-label",
    name: "F1, exact extent, any label",
    definition: "Two spans are the same if all their pieces are equal, whatever their labels.",
    leaves_out: "It does not look at labels.",
    sameness: Sameness::Exact,
    any_label: true,
};

pub(super) static OVERLAP: SpanScores = SpanScores {
    id: "overlap",
    name: "F1, overlap",
    definition: "Two spans may count as the same if their labels are equal and they have a character in \
                 common; each counts once, in a largest one-to-one matching of an article's spans.",
    leaves_out: "It does not see how far boundaries differ: one common character is enough.",
    sameness: Sameness::Overlap,
    any_label: false,
};

pub(super) static OVERLAP_ANY_LABEL: SpanScores = SpanScores {
    id: "overlap-any-label",
    name: "F1, overlap, any label",
    definition: "Two spans may count as the same if they have a character in common, whatever their labels; \
                 each counts once, in a largest one-to-one matching of an article's spans.",
    leaves_out: "It sees neither labels nor how far boundaries differ.",
    sameness: Sameness::Overlap,
    any_label: true,
};

/// The figures of precision, recall and F1, for all measures that count like this.
pub(super) static SCORES: &[Figure] = &[
    Figure { id: "f1", name: "F1", is_count: false },
    Figure { id: "precision", name: "precision", is_count: false },
    Figure { id: "recall", name: "recall", is_count: false },
    Figure { id: "both", name: "found by both", is_count: true },
    Figure { id: "first-only", name: "found by the first only", is_count: true },
    Figure { id: "second-only", name: "found by the second only", is_count: true },
];

/// What both found, and what one of them did.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) both: u64,
    pub(super) first_only: u64,
    pub(super) second_only: u64,
}

impl Counts {
    pub(super) fn new(both: u64, n_first: u64, n_second: u64) -> Counts {
        Counts { both, first_only: n_first - both, second_only: n_second - both }
    }

    pub(super) fn add(&mut self, other: Counts) {
        self.both += other.both;
        self.first_only += other.first_only;
        self.second_only += other.second_only;
    }

    pub(super) fn f1(self) -> Answer {
        let n = 2 * self.both + self.first_only + self.second_only;
        if n == 0 { Err(Undefined::NothingMarked) } else { Ok(2.0 * self.both as f64 / n as f64) }
    }

    /// The answers to [`SCORES`].
    pub(super) fn answers(self) -> Vec<Answer> {
        let share = |of: u64, reason| if of == 0 { Err(reason) } else { Ok(self.both as f64 / of as f64) };
        vec![
            self.f1(),
            share(self.both + self.second_only, Undefined::ResponseEmpty),
            share(self.both + self.first_only, Undefined::ReferenceEmpty),
            Ok(self.both as f64),
            Ok(self.first_only as f64),
            Ok(self.second_only as f64),
        ]
    }
}

/// Counts of each article; nothing where one of the two has not seen it.
pub(super) struct Counted(pub(super) Vec<Option<Counts>>);

impl Observation for Counted {
    fn answers(&self, articles: &[usize]) -> Vec<Answer> {
        let mut sum = Counts::default();
        let mut n_seen = 0;
        for counts in articles.iter().filter_map(|&it| self.0[it]) {
            sum.add(counts);
            n_seen += 1;
        }
        if n_seen == 0 { vec![Err(Undefined::NoArticle); SCORES.len()] } else { sum.answers() }
    }
}

impl Measure for SpanScores {
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
        "Hripcsak & Rothschild 2005, Agreement, the F-measure, and reliability in information retrieval, \
         JAMIA 12(3)"
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

    fn observe(&self, comparison: &Comparison, scope: &Scope) -> Box<dyn Observation> {
        let count = |article: &PreparedArticle| {
            let sets = article.seen_by(&scope.annotators)?;
            let groups = self.groups(comparison, sets[0], sets[1], scope.label);
            let mut counts = Counts::default();
            for (a, b) in groups {
                let both = match self.sameness {
                    Sameness::Exact => n_equal(&a, &b),
                    Sameness::Overlap => {
                        let edges = overlaps(&a, &b);
                        largest_matching(&edges, b.len()).iter().flatten().count() as u64
                    }
                };
                counts.add(Counts::new(both, a.len() as u64, b.len() as u64));
            }
            Some(counts)
        };
        Box::new(Counted(comparison.articles().iter().map(count).collect()))
    }

    fn cases(&self, comparison: &Comparison, scope: &Scope, article: usize) -> Vec<Case> {
        let prepared = comparison.article(article);
        let Some(sets) = prepared.seen_by(&scope.annotators) else { return Vec::new() };
        let mut cases = Vec::new();
        for (a, b) in self.groups(comparison, sets[0], sets[1], scope.label) {
            let partners = match self.sameness {
                Sameness::Exact => {
                    let equal = |it: &&'_ Unit| {
                        let first = b.partition_point(|other| other.cmp_extent(it).is_lt());
                        let last = b.partition_point(|other| other.cmp_extent(it).is_le());
                        first..last
                    };
                    largest_matching(&a.iter().map(equal).collect(), b.len())
                }
                Sameness::Overlap => largest_matching(&overlaps(&a, &b), b.len()),
            };
            let taken: BTreeSet<usize> = partners.iter().flatten().copied().collect();
            let with_partners = a.iter().zip(&partners).map(|(unit, j)| (Some(*unit), j.map(|j| b[j])));
            let alone = (0..b.len()).filter(|j| !taken.contains(j)).map(|j| (None, Some(b[j])));
            for (first, second) in with_partners.chain(alone) {
                let hulls = first.iter().chain(&second).map(|it| it.annotation.span.hull());
                let items = [first, second]
                    .map(|unit| unit.iter().map(|it| Item::Annotation(it.annotation.id.clone())).collect());
                cases.push(Case {
                    article,
                    place: hulls.reduce(|a, b| a.hull(b)),
                    is_agreed: first.is_some() && second.is_some(),
                    items: items.into(),
                });
            }
        }
        cases.sort_by_key(|it| it.place);
        cases
    }
}

impl SpanScores {
    /// The units among which the same ones are looked for, sorted by extent.
    fn groups<'a>(
        &self,
        comparison: &Comparison,
        a: &'a Units,
        b: &'a Units,
        label: Option<usize>,
    ) -> impl Iterator<Item = (Vec<&'a Unit>, Vec<&'a Unit>)> {
        let labels = match label {
            Some(label) => label..label + 1,
            None if self.any_label => 0..0,
            None => 0..comparison.labels().len(),
        };
        let all =
            (self.any_label && label.is_none()).then(|| (a.by_extent().collect(), b.by_extent().collect()));
        let units = |set: &'a Units, label| set.units(Some(label)).iter().collect();
        labels.map(move |label| (units(a, label), units(b, label))).chain(all)
    }
}

/// How many units two sorted lists have in common.
fn n_equal(a: &[&Unit], b: &[&Unit]) -> u64 {
    let (mut i, mut j, mut n) = (0, 0, 0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        let order = x.cmp_extent(y);
        n += u64::from(order.is_eq());
        i += usize::from(order.is_le());
        j += usize::from(order.is_ge());
    }
    n
}

/// For each of `a`, those of `b` that it shares a code point with. Both are sorted by start.
fn overlaps<'a>(a: &[&'a Unit], b: &[&'a Unit]) -> Edges {
    // The latest end up to each unit: before it, nothing reaches further.
    let mut latest = 0;
    let ends: Vec<u32> = b
        .iter()
        .map(|it| {
            latest = latest.max(it.hull.end);
            latest
        })
        .collect();
    // Starts only grow in `a`, so what ends before one of them is passed over for good.
    let mut first = 0;
    let near = |unit: &'a Unit| {
        first += ends[first..].iter().take_while(|&&end| end <= unit.hull.start).count();
        let from = first;
        let near = b[from..].iter().take_while(move |other| other.hull.start < unit.hull.end);
        near.enumerate().filter(|(_, other)| unit.meets(other)).map(move |(i, _)| from + i)
    };
    a.iter().copied().map(near).collect()
}
