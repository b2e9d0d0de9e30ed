//! One-to-one matchings between two rows of things, exact and with definite ties.

use std::collections::VecDeque;

/// Whom each thing on the left may go with, best first.
#[derive(Default)]
pub(super) struct Edges {
    all: Vec<usize>,
    /// Where those of each thing on the left end.
    ends: Vec<usize>,
}

impl Edges {
    fn of(&self, i: usize) -> &[usize] {
        let start = i.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.all[start..self.ends[i]]
    }
}

impl<I: IntoIterator<Item = usize>> FromIterator<I> for Edges {
    fn from_iter<T: IntoIterator<Item = I>>(rows: T) -> Edges {
        let mut edges = Edges::default();
        for row in rows {
            edges.all.extend(row);
            edges.ends.push(edges.all.len());
        }
        edges
    }
}

/// A matching with as many pairs as there can be, between those on the left of `edges` and
/// `0..n_right` on the right. What each on the left goes with.
///
/// Everything that can keep its first free choice keeps it, in order; the rest is found along
/// shortest augmenting paths (Kuhn 1955), so the answer depends on the order of the input alone.
pub(super) fn largest_matching(edges: &Edges, n_right: usize) -> Vec<Option<usize>> {
    let n_left = edges.ends.len();
    let mut of_left: Vec<Option<usize>> = vec![None; n_left];
    let mut of_right: Vec<Option<usize>> = vec![None; n_right];
    for (i, partner) in of_left.iter_mut().enumerate() {
        *partner = edges.of(i).iter().copied().find(|&j| of_right[j].is_none());
        if let Some(j) = *partner {
            of_right[j] = Some(i);
        }
    }
    // Who on the left reached a thing on the right, and in which search.
    let mut reached_by = Vec::new();
    for root in 0..n_left {
        if of_left[root].is_some() || edges.of(root).is_empty() {
            continue;
        }
        reached_by.resize(n_right, (usize::MAX, 0));
        let mut queue = VecDeque::from([root]);
        let mut free = None;
        'search: while let Some(i) = queue.pop_front() {
            for &j in edges.of(i) {
                if reached_by[j].0 == root {
                    continue;
                }
                reached_by[j] = (root, i);
                match of_right[j] {
                    Some(next) => queue.push_back(next),
                    None => {
                        free = Some(j);
                        break 'search;
                    }
                }
            }
        }
        let mut at = free;
        while let Some(j) = at {
            let i = reached_by[j].1;
            at = of_left[i].replace(j);
            of_right[j] = Some(i);
        }
    }
    of_left
}

/// The matching of least total cost in which each of the first `costs.len()` things goes with one
/// of `n_right` others or with none, which costs nothing; a pair that is not in `costs[i]` cannot
/// be. Costs are below zero where pairing is a gain. What each on the left goes with.
///
/// Successive shortest paths with potentials (Jonker & Volgenant 1987), exact for integer costs;
/// of equal matchings the one whose earlier members got their place first stays.
pub(super) fn cheapest_matching(costs: &[Vec<(usize, i64)>], n_right: usize) -> Vec<Option<usize>> {
    let n = costs.len();
    // Every thing on the left has a place of its own that means "none".
    let width = n_right + n;
    let mut of_right: Vec<Option<usize>> = vec![None; width];
    let (mut left, mut right) = (vec![0_i64; n], vec![0_i64; width]);
    // Of each place on the right: how far it is, from whom it was reached, whether that is final.
    // Only what was reached is cleared, so that a search costs what it looks at.
    let mut distance = vec![i64::MAX; width];
    let mut from = vec![usize::MAX; width];
    let mut is_done = vec![false; width];
    let mut reached: Vec<usize> = Vec::new();
    for root in 0..n {
        for j in reached.drain(..) {
            (distance[j], is_done[j]) = (i64::MAX, false);
        }
        let (mut i, mut base) = (root, 0);
        let (mut path, mut end) = (Vec::new(), None);
        while end.is_none() {
            let none = (n_right + i, 0);
            for &(j, cost) in costs[i].iter().chain([&none]) {
                let reduced = base + cost - left[i] - right[j];
                if !is_done[j] && reduced < distance[j] {
                    if distance[j] == i64::MAX {
                        reached.push(j);
                    }
                    (distance[j], from[j]) = (reduced, i);
                }
            }
            let open = reached.iter().copied().filter(|&j| !is_done[j]);
            let Some(j) = open.min_by_key(|&j| (distance[j], j)) else { break };
            is_done[j] = true;
            path.push(j);
            base = distance[j];
            match of_right[j] {
                Some(next) => i = next,
                None => end = Some(j),
            }
        }
        for &j in &path {
            if let Some(owner) = of_right[j] {
                left[owner] += base - distance[j];
            }
            right[j] -= base - distance[j];
        }
        left[root] += base;
        let mut at = end;
        while let Some(j) = at {
            let i = from[j];
            of_right[j] = Some(i);
            if i == root {
                break;
            }
            at = path.iter().copied().find(|&other| other != j && of_right[other] == Some(i));
        }
    }
    let mut of_left = vec![None; n];
    for (j, owner) in of_right.iter().enumerate().take(n_right) {
        if let Some(i) = *owner {
            of_left[i] = Some(j);
        }
    }
    of_left
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The least cost over all matchings, tried one by one.
    fn least(costs: &[Vec<(usize, i64)>], taken: u32) -> i64 {
        let Some((first, rest)) = costs.split_first() else { return 0 };
        let with = first.iter().filter(|&&(j, _)| taken & (1 << j) == 0);
        let with = with.map(|&(j, cost)| cost + least(rest, taken | (1 << j)));
        with.chain([least(rest, taken)]).min().unwrap()
    }

    fn problems() -> impl Strategy<Value = Vec<Vec<(usize, i64)>>> {
        let row = prop::collection::btree_map(0_usize..5, -9_i64..3, 0..5);
        prop::collection::vec(row.prop_map(|it| it.into_iter().collect()), 0..6)
    }

    proptest! {
        #[test]
        fn no_matching_is_cheaper_and_none_larger(costs in problems()) {
            let found = cheapest_matching(&costs, 5);
            let mut right: Vec<usize> = found.iter().flatten().copied().collect();
            let cost_of = |i: usize, j: usize| costs[i].iter().find(|it| it.0 == j).unwrap().1;
            let cost: i64 = found.iter().enumerate().filter_map(|(i, j)| Some(cost_of(i, (*j)?))).sum();
            prop_assert_eq!(cost, least(&costs, 0));
            right.sort_unstable();
            right.dedup();
            prop_assert_eq!(right.len(), found.iter().flatten().count());

            let edges: Edges = costs.iter().map(|row| row.iter().map(|it| it.0)).collect();
            let equal: Vec<Vec<(usize, i64)>> =
                costs.iter().map(|row| row.iter().map(|it| (it.0, -1)).collect()).collect();
            let largest = largest_matching(&edges, 5);
            prop_assert_eq!(largest.iter().flatten().count() as i64, -least(&equal, 0));
        }
    }
}
