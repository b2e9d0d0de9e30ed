//! Groups without a member in common whose gains sum up highest, exactly.
//!
//! Prices are put on the members so that no group gains more than its members' prices together.
//! What a choice falls short of all prices is its loss: what its groups' gains lack, and the prices
//! of members in no group. The best prices come from the linear relaxation, and mostly there is a
//! choice without loss then. Losses only add up, so groups that lack more than a known choice loses
//! are out, what is left falls apart into small parts, and in each the least loss is found by
//! searching the least first (Dijkstra 1959).

use std::cmp::Ordering;
use std::collections::{BTreeMap, BinaryHeap};

use super::simplex::relaxed;

/// Members that go together, by number and sorted, and what that gains.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) members: Vec<usize>,
    pub(super) gain: f64,
}

/// How much two sums may differ by rounding.
const ROUNDING: f64 = 1e-12;

/// More states than this mean that no machine finds the best choice in good time.
const MOST_STATES: usize = 500_000;

/// The numbers of the groups in a best choice among `n` members; nothing if there are too many to
/// tell. Gains are above zero.
pub(super) fn best_packing(n: usize, groups: &[Group]) -> Option<Vec<usize>> {
    let mut chosen = Vec::new();
    let mut parts = parts(n, groups, (0..groups.len()).collect());
    while let Some(part) = parts.pop() {
        let prices = Prices::new(groups, &part);
        let (choice, loss) = prices.greedy(groups, &part);
        if loss <= ROUNDING {
            chosen.extend(choice);
            continue;
        }
        let hopeful = part.iter().copied().filter(|&it| prices.lack(&groups[it]) <= loss + ROUNDING);
        let hopeful: Vec<usize> = hopeful.collect();
        if hopeful.len() == part.len() {
            chosen.extend(search(groups, &part, &prices)?);
        } else {
            parts.append(&mut self::parts(n, groups, hopeful));
        }
    }
    chosen.sort_unstable();
    Some(chosen)
}

/// The groups that hang together by their members.
fn parts(n: usize, groups: &[Group], among: Vec<usize>) -> Vec<Vec<usize>> {
    fn root(of: &mut [usize], mut it: usize) -> usize {
        while of[it] != it {
            of[it] = of[of[it]];
            it = of[it];
        }
        it
    }
    let mut of: Vec<usize> = (0..n).collect();
    for &i in &among {
        let first = root(&mut of, groups[i].members[0]);
        for &member in &groups[i].members[1..] {
            let other = root(&mut of, member);
            of[other] = first;
        }
    }
    let mut parts: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for i in among {
        parts.entry(root(&mut of, groups[i].members[0])).or_default().push(i);
    }
    parts.into_values().collect()
}

/// A price for each member of a part.
struct Prices {
    /// The members, sorted.
    members: Vec<usize>,
    prices: Vec<f64>,
    /// How much of each group of the part would be chosen if groups could be in part.
    shares: Vec<f64>,
}

impl Prices {
    fn new(groups: &[Group], part: &[usize]) -> Prices {
        let mut members: Vec<usize> =
            part.iter().flat_map(|&it| groups[it].members.iter().copied()).collect();
        members.sort_unstable();
        members.dedup();
        let mut prices = Prices { prices: Vec::new(), shares: Vec::new(), members };
        let local = |&it: &usize| {
            (groups[it].members.iter().map(|&member| prices.place(member)).collect(), groups[it].gain)
        };
        let local: Vec<(Vec<usize>, f64)> = part.iter().map(local).collect();
        let relaxed = relaxed(prices.members.len(), &local);
        prices.shares = relaxed.shares;
        prices.prices = relaxed.prices.into_iter().map(|it| it.max(0.0)).collect();
        for (members, gain) in &local {
            let lack = gain - members.iter().map(|&it| prices.prices[it]).sum::<f64>();
            if lack > 0.0 {
                prices.prices[members[0]] += lack;
            }
        }
        prices
    }

    fn place(&self, member: usize) -> usize {
        self.members.partition_point(|&it| it < member)
    }

    /// What a group's gain lacks of its members' prices.
    fn lack(&self, group: &Group) -> f64 {
        let prices = group.members.iter().map(|&it| self.prices[self.place(it)]).sum::<f64>();
        (prices - group.gain).max(0.0)
    }

    /// A good choice, and its loss.
    fn greedy(&self, groups: &[Group], part: &[usize]) -> (Vec<usize>, f64) {
        let mut order: Vec<(f64, f64, usize)> =
            part.iter().zip(&self.shares).map(|(&it, &share)| (self.lack(&groups[it]), share, it)).collect();
        // What the relaxation chose lacks nothing but for rounding, and is best by its share.
        order.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.total_cmp(&b.0)).then(a.2.cmp(&b.2)));
        let mut is_taken = vec![false; self.members.len()];
        let (mut chosen, mut loss) = (Vec::new(), 0.0);
        for (lack, _, i) in order {
            let places: Vec<usize> = groups[i].members.iter().map(|&it| self.place(it)).collect();
            if places.iter().all(|&it| !is_taken[it]) {
                places.iter().for_each(|&it| is_taken[it] = true);
                chosen.push(i);
                loss += lack;
            }
        }
        let alone = is_taken.iter().zip(&self.prices).filter(|(is_taken, _)| !**is_taken);
        (chosen, loss + alone.map(|(_, price)| price).sum::<f64>())
    }
}

/// Which members are decided on, as bits.
type Decided = Vec<u64>;

/// The least loss of a state, and the state before it with the group that led on.
type Reached = (f64, Option<(Decided, Option<usize>)>);

/// A state of the search that waits: the least loss first, then the furthest.
#[derive(PartialEq)]
struct Waiting {
    loss: f64,
    n_decided: usize,
    decided: Decided,
}

impl Eq for Waiting {}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Waiting) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Waiting) -> Ordering {
        let by_loss = other.loss.total_cmp(&self.loss);
        by_loss.then(self.n_decided.cmp(&other.n_decided)).then_with(|| other.decided.cmp(&self.decided))
    }
}

/// The best choice in a part, by deciding on its members in order; nothing if that takes too long.
fn search(groups: &[Group], part: &[usize], prices: &Prices) -> Option<Vec<usize>> {
    let n = prices.members.len();
    let is_set = |bits: &Decided, i: usize| bits[i / 64] >> (i % 64) & 1 == 1;
    let set = |bits: &mut Decided, i: usize| bits[i / 64] |= 1 << (i % 64);
    // The groups by their first member, each with the places of its members and what it lacks.
    let mut by_first: Vec<Vec<(usize, Vec<usize>, f64)>> = vec![Vec::new(); n];
    let mut is_used = vec![false; n];
    for &i in part {
        let places: Vec<usize> = groups[i].members.iter().map(|&it| prices.place(it)).collect();
        places.iter().for_each(|&it| is_used[it] = true);
        by_first[places[0]].push((i, places, prices.lack(&groups[i])));
    }
    let mut start = vec![0; n.div_ceil(64)];
    (0..n).filter(|&it| !is_used[it]).for_each(|it| set(&mut start, it));
    let n_start = is_used.iter().filter(|it| !**it).count();
    let mut best: BTreeMap<Decided, Reached> = BTreeMap::new();
    best.insert(start.clone(), (0.0, None));
    let mut waiting = BinaryHeap::from([Waiting { loss: 0.0, n_decided: n_start, decided: start }]);
    while let Some(Waiting { loss, n_decided, decided }) = waiting.pop() {
        if best.get(&decided).is_some_and(|(known, _)| *known < loss) {
            continue;
        }
        let Some(first) = (0..n).find(|&it| !is_set(&decided, it)) else {
            let mut chosen = Vec::new();
            let mut at = decided;
            while let Some((_, Some((before, group)))) = best.get(&at) {
                chosen.extend(*group);
                at = before.clone();
            }
            return Some(chosen);
        };
        if best.len() > MOST_STATES {
            return None;
        }
        let alone = (None, vec![first], prices.prices[first]);
        let with = by_first[first].iter().map(|(i, places, lack)| (Some(*i), places.clone(), *lack));
        for (group, places, lack) in with.chain([alone]) {
            if places.iter().any(|&it| is_set(&decided, it)) {
                continue;
            }
            let mut next = decided.clone();
            places.iter().for_each(|&it| set(&mut next, it));
            let sum = loss + lack;
            if best.get(&next).is_none_or(|(known, _)| sum < *known) {
                best.insert(next.clone(), (sum, Some((decided.clone(), group))));
                waiting.push(Waiting { loss: sum, n_decided: n_decided + places.len(), decided: next });
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn highest(groups: &[Group], taken: u32) -> f64 {
        let Some((first, rest)) = groups.split_first() else { return 0.0 };
        let mask = first.members.iter().fold(0, |mask, it| mask | 1 << it);
        let without = highest(rest, taken);
        if taken & mask == 0 { without.max(first.gain + highest(rest, taken | mask)) } else { without }
    }

    proptest! {
        #[test]
        fn no_choice_gains_more(
            groups in prop::collection::vec((prop::collection::btree_set(0_usize..9, 2..4), 1_u32..40), 0..14),
        ) {
            let group = |(members, gain): &(std::collections::BTreeSet<usize>, u32)| Group {
                members: members.iter().copied().collect(),
                gain: f64::from(*gain) / 8.0,
            };
            let groups: Vec<Group> = groups.iter().map(group).collect();
            let chosen = best_packing(9, &groups).unwrap();
            let mut members: Vec<usize> = chosen.iter().flat_map(|&it| groups[it].members.clone()).collect();
            members.sort_unstable();
            prop_assert!(members.windows(2).all(|pair| pair[0] < pair[1]));
            let gain: f64 = chosen.iter().map(|&it| groups[it].gain).sum();
            prop_assert!((gain - highest(&groups, 0)).abs() < 1e-9, "{gain}");
        }
    }
}
