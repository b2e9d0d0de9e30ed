//! Which span of gold a predicted span is held against.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::compare::matching::cheapest_matching;
use crate::model::Annotation;
use crate::text::Span;

/// What is paired right after spans that are equal in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum First {
    /// Spans of the same extent, whatever their labels.
    Extent,
    /// Spans of the same label that share text.
    Label,
}

/// Which spans belong together; each is in one pair at most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pairing {
    /// For each span of gold its partner.
    pub(super) of_gold: Vec<Option<usize>>,
    /// For each predicted span whether it has one.
    pub(super) is_taken: Vec<bool>,
}

/// What a pair gains: that it is one outweighs how much text it shares.
const PAIR: i64 = 1 << 40;
const EXTENT: i64 = 1 << 20;

impl Pairing {
    /// Pairs equal spans, then those that come first, then all that share text: in each step as many
    /// as can be, and among those pairings the one whose spans share most.
    pub(super) fn new(gold: &[&Arc<Annotation>], predicted: &[&Arc<Annotation>], first: First) -> Pairing {
        let mut pairing = Pairing { of_gold: vec![None; gold.len()], is_taken: vec![false; predicted.len()] };
        pairing.equal(gold, predicted, |it| (&it.span, it.label.as_str()));
        match first {
            First::Extent => pairing.equal(gold, predicted, |it| (&it.span, "")),
            First::Label => pairing.overlapping(gold, predicted, |a, b| a.label == b.label),
        }
        pairing.overlapping(gold, predicted, |_, _| true);
        pairing
    }

    fn equal<'a>(
        &mut self,
        gold: &[&'a Arc<Annotation>],
        predicted: &[&'a Arc<Annotation>],
        key: impl Fn(&'a Annotation) -> (&'a Span, &'a str),
    ) {
        let mut open: BTreeMap<(&Span, &str), Vec<usize>> = BTreeMap::new();
        for (j, annotation) in predicted.iter().enumerate().rev().filter(|(j, _)| !self.is_taken[*j]) {
            open.entry(key(annotation)).or_default().push(j);
        }
        for (annotation, partner) in gold.iter().zip(&mut self.of_gold).filter(|(_, it)| it.is_none()) {
            *partner = open.get_mut(&key(annotation)).and_then(Vec::pop);
            if let Some(j) = *partner {
                self.is_taken[j] = true;
            }
        }
    }

    fn overlapping(
        &mut self,
        gold: &[&Arc<Annotation>],
        predicted: &[&Arc<Annotation>],
        may_pair: impl Fn(&Annotation, &Annotation) -> bool,
    ) {
        let left: Vec<usize> = (0..gold.len()).filter(|&it| self.of_gold[it].is_none()).collect();
        let mut open: Vec<usize> = (0..predicted.len()).filter(|&it| !self.is_taken[it]).collect();
        open.sort_by_key(|&it| predicted[it].span.start());
        let mut latest = 0;
        let ends: Vec<usize> = open
            .iter()
            .map(|&it| {
                latest = latest.max(predicted[it].span.end().byte());
                latest
            })
            .collect();
        let costs_of = |own: &Annotation| -> Vec<(usize, i64)> {
            let after = open.partition_point(|&it| predicted[it].span.start() < own.span.end());
            let first = ends[..after].partition_point(|&end| end <= own.span.start().byte());
            let near = (first..after).filter(|&it| may_pair(own, predicted[open[it]]));
            near.filter_map(|it| {
                let other = &predicted[open[it]].span;
                let n_shared = own.span.n_shared_bytes(other) as i64;
                let n_all = (own.span.n_bytes() + other.n_bytes()) as i64 - n_shared;
                (n_shared > 0).then(|| (it, -PAIR - n_shared * EXTENT / n_all))
            })
            .collect()
        };
        let costs: Vec<Vec<(usize, i64)>> = left.iter().map(|&it| costs_of(gold[it])).collect();
        for (i, partner) in left.into_iter().zip(cheapest_matching(&costs, open.len())) {
            if let Some(j) = partner.map(|it| open[it]) {
                self.of_gold[i] = Some(j);
                self.is_taken[j] = true;
            }
        }
    }
}
