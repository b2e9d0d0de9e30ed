//! Krippendorff's unitizing α of 1995.

use super::comparison::Comparison;
use super::continuum::{Gaps, Section, for_each_meeting, marked_stretches, sections};
use super::{Answer, Case, Figure, Measure, Observation, Scope, Undefined};

/// α_U: how alike annotators cut a continuum into units, by squared distances of their edges.
pub(super) struct AlphaU;

impl Measure for AlphaU {
    fn id(&self) -> &'static str {
        "alpha-u"
    }

    fn name(&self) -> &'static str {
        "α_U (1995)"
    }

    fn definition(&self) -> &'static str {
        "α_U = 1 − D_o / D_e on the articles one after the other, in code points: squared differences of the \
         edges of units that meet, and the squared length of units that meet none, against all ways to place \
         the same units. Over several labels, the sums of both are compared."
    }

    fn paper(&self) -> &'static str {
        "Krippendorff 1995, On the reliability of unitizing continuous data, Sociological Methodology 25; \
         2004, Content Analysis, ch. 11"
    }

    fn leaves_out(&self) -> &'static str {
        "Squared lengths make one missed unit in a long text weigh far more than its share, and it does not \
         behave as meant for more than two annotators, which its authors corrected in 2016. Of units of one \
         label that overlap, the earliest and longest stays; articles that not all have seen stay out."
    }

    fn figures(&self) -> &'static [Figure] {
        &[
            Figure { id: "alpha-u", name: "α_U", is_count: false },
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
        let labels: Vec<usize> =
            scope.label.map_or_else(|| (0..comparison.labels().len()).collect(), |it| vec![it]);
        let line = |article: usize| {
            let prepared = comparison.article(article);
            let sets = prepared.seen_by(&scope.annotators)?;
            let mut line = Line { n_code_points: prepared.n_code_points, ..Line::default() };
            for &label in &labels {
                let lanes = sets.iter().map(|set| sections(set, Some(label)));
                let lanes: Vec<(Vec<Section>, u64)> = lanes.collect();
                line.n_dropped += lanes.iter().map(|it| it.1).sum::<u64>();
                let lanes: Vec<Vec<Section>> = lanes.into_iter().map(|it| it.0).collect();
                for (i, a) in lanes.iter().enumerate() {
                    line.distance += lanes[i + 1..].iter().map(|b| distance(a, b)).sum::<u128>();
                }
                line.labels.push(lanes);
            }
            Some(line)
        };
        Box::new(Observed {
            n_annotators: scope.annotators.len(),
            n_labels: labels.len(),
            lines: (0..comparison.n_articles()).map(line).collect(),
        })
    }

    fn cases(&self, comparison: &Comparison, scope: &Scope, article: usize) -> Vec<Case> {
        marked_stretches(comparison, scope, article)
    }
}

/// The squared distances between the units of two annotators.
fn distance(a: &[Section], b: &[Section]) -> u128 {
    let square = |it: u32| u128::from(it) * u128::from(it);
    let (mut is_met_a, mut is_met_b) = (vec![false; a.len()], vec![false; b.len()]);
    let mut sum = 0;
    for_each_meeting(a, b, |i, j, _| {
        (is_met_a[i], is_met_b[j]) = (true, true);
        let (x, y) = (a[i].place, b[j].place);
        sum += square(x.start.abs_diff(y.start)) + square(x.end.abs_diff(y.end));
    });
    let alone = |sections: &[Section], is_met: &[bool]| -> u128 {
        let alone = sections.iter().zip(is_met).filter(|(_, is_met)| !**is_met);
        alone.map(|(it, _)| square(it.place.length())).sum()
    };
    sum + alone(a, &is_met_a) + alone(b, &is_met_b)
}

/// One article.
#[derive(Default)]
struct Line {
    n_code_points: u32,
    n_dropped: u64,
    /// By label: the units of each annotator.
    labels: Vec<Vec<Vec<Section>>>,
    /// The squared distances of all labels and pairs.
    distance: u128,
}

struct Observed {
    n_annotators: usize,
    n_labels: usize,
    lines: Vec<Option<Line>>,
}

impl Observation for Observed {
    fn answers(&self, articles: &[usize]) -> Vec<Answer> {
        let lines: Vec<&Line> = articles.iter().filter_map(|&it| self.lines[it].as_ref()).collect();
        if lines.is_empty() {
            return vec![Err(Undefined::NoArticle); 2];
        }
        let length: u128 = lines.iter().map(|it| u128::from(it.n_code_points)).sum();
        let m = self.n_annotators as u128;
        let distance: u128 = lines.iter().map(|it| it.distance).sum();
        let observed = 2.0 * distance as f64 / (m * (m - 1)) as f64 / (length as f64 * length as f64);
        let expected: f64 = (0..self.n_labels).map(|it| self.expected(&lines, it, length)).sum();
        let alpha =
            if expected == 0.0 { Err(Undefined::NothingMarked) } else { Ok(1.0 - observed / expected) };
        let n_dropped: u64 = lines.iter().map(|it| it.n_dropped).sum();
        vec![alpha, Ok(n_dropped as f64)]
    }
}

impl Observed {
    /// The expected disagreement on one label, by its place in the lines.
    fn expected(&self, lines: &[&Line], label: usize, length: u128) -> f64 {
        let (mut units, mut gaps): (Vec<u128>, Vec<u128>) = (Vec::new(), Vec::new());
        for annotator in 0..self.n_annotators {
            let mut open = Gaps::default();
            for line in lines {
                let sections = &line.labels[label][annotator];
                units.extend(sections.iter().map(|it| u128::from(it.place.length())));
                open.pass(sections, line.n_code_points, |gap| gaps.push(gap.into()));
            }
            open.close(|gap| gaps.push(gap.into()));
        }
        if units.is_empty() {
            return 0.0;
        }
        units.sort_unstable();
        gaps.sort_unstable();
        let n_units = units.len() as u128;
        // From the longest unit to the shortest, so that the gaps that hold it only get more.
        let (mut i, mut n_gaps, mut sum_gaps) = (gaps.len(), 0_u128, 0_u128);
        let mut ways = 0.0;
        for &l in units.iter().rev() {
            while i > 0 && gaps[i - 1] >= l {
                i -= 1;
                n_gaps += 1;
                sum_gaps += gaps[i];
            }
            let meeting = (n_units - 1) * (l * (2 * l - 1) * (l - 1) / 3);
            ways += (meeting + l * l * (sum_gaps + n_gaps - n_gaps * l)) as f64;
        }
        let all = self.n_annotators as u128 * length;
        let same: u128 = units.iter().map(|l| l * (l - 1)).sum();
        2.0 / length as f64 * ways / (all * (all - 1) - same) as f64
    }
}
