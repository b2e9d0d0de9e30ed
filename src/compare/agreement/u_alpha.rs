//! The unitizing α family of 2016: uα, |uα, cuα and (k)uα.

use std::collections::BTreeMap;

use super::comparison::Comparison;
use super::continuum::{for_each_meeting, is_overlapping, marked_stretches, sections};
use super::{Answer, Case, Figure, Measure, Observation, Scope, Undefined};

const PAPER: &str = "Krippendorff, Mathet, Bouvry & Widlöcher 2016, On the reliability of unitizing textual \
                     continua: Further developments, Quality & Quantity 50(6); Krippendorff 2019, Content \
                     Analysis, §12.6";

const LEAVES_OUT: &str = "Spans of one annotator that overlap have no place in it: over all labels it is \
                          undefined then, and on one label the earliest and longest stays. Articles that not \
                          all have seen stay out.";

/// uα with its parts: units and values, units alone, values alone.
pub(super) struct UAlpha;

/// (k)uα: how reliable one value is where units meet.
pub(super) struct ValueAlpha;

impl Measure for UAlpha {
    fn id(&self) -> &'static str {
        "u-alpha"
    }

    fn name(&self) -> &'static str {
        "uα (2016)"
    }

    fn definition(&self) -> &'static str {
        "α on the lengths that annotators' units and gaps have in common, on the articles one after the \
         other, in code points: with labels (uα), unit or gap alone (|uα), and labels where both have a unit \
         (cuα)."
    }

    fn paper(&self) -> &'static str {
        PAPER
    }

    fn leaves_out(&self) -> &'static str {
        LEAVES_OUT
    }

    fn figures(&self) -> &'static [Figure] {
        &[
            Figure { id: "u-alpha", name: "uα, units and labels", is_count: false },
            Figure { id: "bar-u-alpha", name: "|uα, unit or gap", is_count: false },
            Figure { id: "cu-alpha", name: "cuα, labels where both have a unit", is_count: false },
            Figure {
                id: "dropped",
                name: "units left out because they overlap one of their label",
                is_count: true,
            },
        ]
    }

    fn is_pairwise(&self) -> bool {
        false
    }

    fn observe(&self, comparison: &Comparison, scope: &Scope) -> Box<dyn Observation> {
        Box::new(Observed { lines: lines(comparison, scope, scope.label), scope: scope.clone(), value: None })
    }

    fn cases(&self, comparison: &Comparison, scope: &Scope, article: usize) -> Vec<Case> {
        marked_stretches(comparison, scope, article)
    }
}

impl Measure for ValueAlpha {
    fn id(&self) -> &'static str {
        "k-u-alpha"
    }

    fn name(&self) -> &'static str {
        "(k)uα (2016)"
    }

    fn definition(&self) -> &'static str {
        "Where one annotator has a unit of this label and another one has any unit: how far beyond chance \
         they have the same label there. Coverage is the share of the label's length of which that is so."
    }

    fn paper(&self) -> &'static str {
        PAPER
    }

    fn leaves_out(&self) -> &'static str {
        "It answers for one label at a time, and does not see units of the label that meet no other unit: \
         the coverage tells how many those are. An annotator's spans must not overlap."
    }

    fn figures(&self) -> &'static [Figure] {
        &[
            Figure { id: "k-u-alpha", name: "(k)uα", is_count: false },
            Figure { id: "coverage", name: "share of the label's length where units meet", is_count: false },
        ]
    }

    fn is_pairwise(&self) -> bool {
        false
    }

    fn observe(&self, comparison: &Comparison, scope: &Scope) -> Box<dyn Observation> {
        Box::new(Observed {
            lines: lines(comparison, scope, None),
            scope: scope.clone(),
            value: Some(scope.label.map(|it| it as u32)),
        })
    }

    fn cases(&self, comparison: &Comparison, scope: &Scope, article: usize) -> Vec<Case> {
        let all = Scope { label: None, ..scope.clone() };
        let cases = marked_stretches(comparison, &all, article);
        let meets = |it: &Case| it.items.iter().filter(|items| !items.is_empty()).count() > 1;
        if scope.label.is_none() {
            return Vec::new();
        }
        let own = marked_stretches(comparison, scope, article);
        let is_own =
            |it: &Case| own.iter().any(|own| own.place.zip(it.place).is_some_and(|(a, b)| a.covers(b)));
        cases.into_iter().filter(|it| meets(it) && is_own(it)).collect()
    }
}

/// What one article adds; where units overlap, that alone counts.
#[derive(Default)]
struct Line {
    n_code_points: u32,
    is_overlapping: bool,
    n_dropped: u64,
    /// Lengths in which a unit of one label meets one of another, over ordered pairs of annotators.
    meetings: BTreeMap<(u32, u32), u64>,
    /// By label: length of units, its squares, and the squares of what others' units meet of each.
    labels: BTreeMap<u32, [u128; 3]>,
}

fn lines(comparison: &Comparison, scope: &Scope, label: Option<usize>) -> Vec<Option<Line>> {
    let line = |article: usize| {
        let prepared = comparison.article(article);
        let sets = prepared.seen_by(&scope.annotators)?;
        let mut line = Line { n_code_points: prepared.n_code_points, ..Line::default() };
        let mut lanes = Vec::with_capacity(sets.len());
        for set in sets {
            let (lane, n_dropped) = sections(set, label);
            line.n_dropped += n_dropped;
            line.is_overlapping = is_overlapping(&lane);
            if line.is_overlapping {
                return Some(line);
            }
            lanes.push(lane);
        }
        for (i, a) in lanes.iter().enumerate() {
            let mut met = vec![0_u64; a.len()];
            for (_, b) in lanes.iter().enumerate().filter(|(j, _)| *j != i) {
                for_each_meeting(a, b, |x, y, length| {
                    met[x] += u64::from(length);
                    *line.meetings.entry((a[x].label, b[y].label)).or_default() += u64::from(length);
                });
            }
            for (section, met) in a.iter().zip(met) {
                let sums = line.labels.entry(section.label).or_default();
                let length = u128::from(section.place.length());
                sums[0] += length;
                sums[1] += length * length;
                sums[2] += u128::from(met) * u128::from(met);
            }
        }
        Some(line)
    };
    (0..comparison.n_articles()).map(line).collect()
}

struct Observed {
    lines: Vec<Option<Line>>,
    scope: Scope,
    /// For (k)uα: the value, if the scope has one.
    value: Option<Option<u32>>,
}

impl Observation for Observed {
    fn answers(&self, articles: &[usize]) -> Vec<Answer> {
        let n_figures = if self.value.is_some() { 2 } else { 4 };
        let lines: Vec<&Line> = articles.iter().filter_map(|&it| self.lines[it].as_ref()).collect();
        let nothing = |reason| vec![Err(reason); n_figures];
        if lines.is_empty() {
            return nothing(Undefined::NoArticle);
        }
        if lines.iter().any(|it| it.is_overlapping) {
            return nothing(Undefined::Overlapping);
        }
        let sums = Sums::new(&lines, self.scope.annotators.len());
        match self.value {
            None => {
                let n_dropped: u64 = lines.iter().map(|it| it.n_dropped).sum();
                vec![sums.u_alpha(), sums.bar_u_alpha(), sums.cu_alpha(), Ok(n_dropped as f64)]
            }
            Some(None) => nothing(Undefined::NeedsLabel),
            Some(Some(value)) => sums.value_alpha(value).into(),
        }
    }
}

/// The coincidences of lengths over all articles.
struct Sums {
    /// m · L.
    total: f64,
    meetings: BTreeMap<(u32, u32), f64>,
    /// By label: length, squares, squares of what is met.
    labels: BTreeMap<u32, [f64; 3]>,
    /// Length of all gaps. A gap is no unit: it counts by its length, as if each code point stood
    /// for itself.
    gap: f64,
}

impl Sums {
    fn new(lines: &[&Line], n_annotators: usize) -> Sums {
        let others = (n_annotators - 1) as f64;
        let mut meetings: BTreeMap<(u32, u32), u64> = BTreeMap::new();
        let mut labels: BTreeMap<u32, [u128; 3]> = BTreeMap::new();
        for line in lines {
            line.meetings.iter().for_each(|(key, n)| *meetings.entry(*key).or_default() += n);
            for (label, sums) in &line.labels {
                let all = labels.entry(*label).or_default();
                (0..3).for_each(|i| all[i] += sums[i]);
            }
        }
        let n_code_points: u128 = lines.iter().map(|it| u128::from(it.n_code_points)).sum();
        let as_f64 = |sums: [u128; 3]| [sums[0] as f64, sums[1] as f64, sums[2] as f64 / others / others];
        let total = n_code_points as f64 * n_annotators as f64;
        let marked: f64 = labels.values().map(|it| it[0] as f64).sum();
        Sums {
            total,
            meetings: meetings.into_iter().map(|(key, n)| (key, n as f64 / others)).collect(),
            labels: labels.into_iter().map(|(label, sums)| (label, as_f64(sums))).collect(),
            gap: total - marked,
        }
    }

    /// The length in which gaps meet gaps, over ordered pairs.
    fn empty(&self) -> f64 {
        self.gap - self.one_sided()
    }

    /// The length in which gaps meet units.
    fn one_sided(&self) -> f64 {
        let marked: f64 = self.labels.values().map(|it| it[0]).sum();
        marked - self.meetings.values().sum::<f64>()
    }

    fn u_alpha(&self) -> Answer {
        if self.labels.is_empty() {
            return Err(Undefined::NothingMarked);
        }
        let rows = self.labels.values().map(|it| [it[0], it[1]]).chain([[self.gap, self.gap]]);
        let same = self.meetings.iter().filter(|((a, b), _)| a == b).map(|(_, length)| length);
        alpha(self.total, self.empty() + same.sum::<f64>(), rows)
    }

    fn bar_u_alpha(&self) -> Answer {
        let units = self.labels.values().fold([0.0; 2], |sums, it| [sums[0] + it[0], sums[1] + it[1]]);
        let squares = units[1] + self.gap;
        let expected = self.total * units[0] * self.gap / (self.total * self.total - squares);
        if units[0] == 0.0 {
            return Err(Undefined::NothingMarked);
        }
        if expected == 0.0 {
            return Err(Undefined::OneCategory);
        }
        Ok(1.0 - self.one_sided() / expected)
    }

    /// Length in which each label meets any unit, and the squares of what is met.
    fn met(&self) -> BTreeMap<u32, [f64; 2]> {
        let mut met: BTreeMap<u32, [f64; 2]> = BTreeMap::new();
        for ((a, _), length) in &self.meetings {
            met.entry(*a).or_default()[0] += length;
        }
        for (label, sums) in &mut met {
            sums[1] = self.labels.get(label).map_or(0.0, |it| it[2]);
        }
        met
    }

    fn same(&self, label: u32) -> f64 {
        self.meetings.get(&(label, label)).copied().unwrap_or_default()
    }

    fn cu_alpha(&self) -> Answer {
        let met = self.met();
        let total: f64 = met.values().map(|it| it[0]).sum();
        if total == 0.0 {
            return Err(Undefined::NothingInCommon);
        }
        alpha(total, met.keys().map(|&it| self.same(it)).sum(), met.values().copied())
    }

    /// (k)uα and its coverage.
    fn value_alpha(&self, value: u32) -> [Answer; 2] {
        let met = self.met();
        let Some(own) = self.labels.get(&value) else { return [Err(Undefined::NothingMarked); 2] };
        let [length, squares] = met.get(&value).copied().unwrap_or_default();
        let coverage = length / own[0];
        if length == 0.0 {
            return [Err(Undefined::NothingInCommon), Ok(coverage)];
        }
        // The common factor ℓ*·· / (ℓ*··² − S*) cancels out.
        let expected_same = length * length - squares;
        let expected =
            met.iter().map(|(label, it)| if *label == value { expected_same } else { it[0] * length });
        let expected: f64 = expected.sum();
        if expected <= expected_same {
            return [Err(Undefined::OneCategory), Ok(coverage)];
        }
        let observed = (length - self.same(value)) / length;
        [Ok(1.0 - observed * expected / (expected - expected_same)), Ok(coverage)]
    }
}

/// α of a matrix of coincidences: its total, its diagonal, and by category the margin and the sum
/// of squares of what makes it up.
fn alpha(total: f64, same: f64, rows: impl Iterator<Item = [f64; 2]>) -> Answer {
    let rows: Vec<[f64; 2]> = rows.filter(|it| it[0] > 0.0).collect();
    if rows.len() < 2 {
        return Err(Undefined::OneCategory);
    }
    let squares: f64 = rows.iter().map(|it| it[1]).sum();
    let margins: f64 = rows.iter().map(|it| it[0]).sum();
    let products: f64 = rows.iter().map(|it| it[0] * it[0]).sum();
    let expected = total * (margins * margins - products) / (total * total - squares);
    Ok(1.0 - (total - same) / expected)
}
