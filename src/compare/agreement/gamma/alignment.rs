//! The best alignment of annotators' units: the exact least disorder.
//!
//! A group is a unitary alignment of two or more units, one an annotator at most. Units in no group
//! cost Δ∅ each, so a group has a gain over its units alone, and the best alignment is a set of
//! groups without a unit in common whose gains sum up highest. `packing` finds it.

use super::packing::{Group, best_packing};

/// A unit: a stretch with a label. Positions are code points, or drawn numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Unit {
    pub(super) start: f64,
    pub(super) end: f64,
    pub(super) label: u32,
}

/// What a unit costs that goes with none: Δ∅. Both kinds of dissimilarity are multiples of it, so
/// it cancels out of γ.
const EMPTY: f64 = 1.0;

/// More groups than this are more than a machine can choose from.
const MOST_GROUPS: usize = 1_000_000;

/// How far two units lie apart: at most 1 for those that touch.
pub(super) fn position_distance(a: &Unit, b: &Unit) -> f64 {
    let edges = (a.start - b.start).abs() + (a.end - b.end).abs();
    let ratio = edges / ((a.end - a.start) + (b.end - b.start));
    ratio * ratio * EMPTY
}

/// How far two labels are apart.
pub(super) fn label_distance(a: &Unit, b: &Unit) -> f64 {
    if a.label == b.label { 0.0 } else { EMPTY }
}

fn distance(a: &Unit, b: &Unit) -> f64 {
    position_distance(a, b) + label_distance(a, b)
}

/// A partition of all units.
#[derive(Debug)]
pub(super) struct Alignment {
    /// The sum over unitary alignments, divided by the mean number of units.
    pub(super) disorder: f64,
    /// The units that go together, as numbers of annotators and of their units; those that go with
    /// none too. In the order of the line.
    pub(super) groups: Vec<Vec<(usize, usize)>>,
}

/// The alignment of least disorder. Of several, it is the same one each time. Nothing if there are
/// too many ways to choose from.
pub(super) fn best_alignment(lanes: &[Vec<Unit>]) -> Option<Alignment> {
    let mut line: Vec<(usize, usize)> =
        lanes.iter().enumerate().flat_map(|(i, lane)| (0..lane.len()).map(move |j| (i, j))).collect();
    let unit = |(i, j): (usize, usize)| &lanes[i][j];
    line.sort_by(|&a, &b| {
        let (x, y) = (unit(a), unit(b));
        x.start.total_cmp(&y.start).then(x.end.total_cmp(&y.end)).then(a.cmp(&b))
    });
    let groups = groups(&line, lanes)?;
    let mut is_grouped = vec![false; line.len()];
    let mut aligned: Vec<(usize, Vec<(usize, usize)>)> = Vec::new();
    let mut disorder = 0.0;
    for i in best_packing(line.len(), &groups)? {
        let group = &groups[i];
        group.members.iter().for_each(|&it| is_grouped[it] = true);
        disorder += EMPTY * group.members.len() as f64 - group.gain;
        let members = group.members.iter().map(|&it| line[it]);
        aligned.push((group.members[0], members.collect()));
    }
    for (i, unit) in line.iter().enumerate().filter(|(i, _)| !is_grouped[*i]) {
        disorder += EMPTY;
        aligned.push((i, vec![*unit]));
    }
    aligned.sort();
    let mean = line.len() as f64 / lanes.len() as f64;
    let groups = aligned.into_iter().map(|(_, members)| members).collect();
    Some(Alignment { disorder: if line.is_empty() { 0.0 } else { disorder / mean }, groups })
}

/// All groups that can be in a best alignment: those that are not worse than with one unit apart.
fn groups(line: &[(usize, usize)], lanes: &[Vec<Unit>]) -> Option<Vec<Group>> {
    let n = lanes.len();
    let mut finder = Finder {
        units: line.iter().map(|&(i, j)| (i, lanes[i][j])).collect(),
        n_annotators: n,
        n_pairs: (n * n.saturating_sub(1) / 2) as f64,
        members: Vec::new(),
        sums: Vec::new(),
        groups: Vec::new(),
    };
    let longest = finder.units.iter().map(|(_, it)| it.end - it.start).fold(0.0, f64::max);
    let most = finder.most(n);
    for first in 0..line.len() {
        let (annotator, unit) = finder.units[first];
        let reach = (most / EMPTY).sqrt() * (unit.end - unit.start + longest);
        let after = (first + 1..line.len()).take_while(|&j| finder.units[j].1.start - unit.start < reach);
        let others = after.filter(|&j| finder.units[j].0 != annotator);
        let near = others.map(|j| (j, distance(&unit, &finder.units[j].1))).filter(|&(_, it)| it < most);
        let near: Vec<(usize, f64)> = near.collect();
        finder.members.push(first);
        finder.sums.push(0.0);
        let is_found = finder.grow(&near);
        finder.members.clear();
        finder.sums.clear();
        if !is_found {
            return None;
        }
    }
    Some(finder.groups)
}

/// The search for groups, with the one that it tries.
struct Finder {
    /// The units in the order of the line, with their annotators.
    units: Vec<(usize, Unit)>,
    n_annotators: usize,
    n_pairs: f64,
    members: Vec<usize>,
    /// How far each member is away from all others together.
    sums: Vec<f64>,
    groups: Vec<Group>,
}

impl Finder {
    /// How far a unit may be away from all others of its group together: from there on it had
    /// better stand alone.
    fn most(&self, n_members: usize) -> f64 {
        EMPTY * (self.n_pairs + n_members as f64 - 1.0)
    }

    /// Tries all groups of the members and some of `near`, which has distances to the first member.
    /// False if there are too many.
    fn grow(&mut self, near: &[(usize, f64)]) -> bool {
        let most = self.most(self.n_annotators);
        let n = self.members.len();
        for (k, &(next, to_first)) in near.iter().enumerate() {
            let (annotator, unit) = self.units[next];
            if self.sums[0] + to_first >= most || self.members.iter().any(|&it| self.units[it].0 == annotator)
            {
                continue;
            }
            let before = self.sums.clone();
            let mut own = to_first;
            self.sums[0] += to_first;
            for i in 1..n {
                let distance = distance(&self.units[self.members[i]].1, &unit);
                self.sums[i] += distance;
                own += distance;
            }
            self.members.push(next);
            self.sums.push(own);
            let is_hopeful = self.sums.iter().all(|&it| it < most);
            if is_hopeful {
                self.note();
            }
            let goes_on = is_hopeful && n + 1 < self.n_annotators;
            let is_found = self.groups.len() <= MOST_GROUPS && (!goes_on || self.grow(&near[k + 1..]));
            self.members.pop();
            self.sums = before;
            if !is_found {
                return false;
            }
        }
        true
    }

    /// Keeps the members as a group, unless they are better apart.
    fn note(&mut self) {
        let n = self.members.len();
        let most = self.most(n);
        if self.sums.iter().any(|&it| it >= most) {
            return;
        }
        let n_inner = (n * (n - 1) / 2) as f64;
        let inner = self.sums.iter().sum::<f64>() / 2.0;
        let gain = EMPTY * n as f64 - (inner + EMPTY * (self.n_pairs - n_inner)) / self.n_pairs;
        if gain > 0.0 {
            self.groups.push(Group { members: self.members.clone(), gain });
        }
    }
}
