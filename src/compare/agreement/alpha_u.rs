//! Krippendorff's unitizing α of 1995.

use super::comparison::{Comparison, PreparedArticle};
use super::continuum::{Gaps, Section, for_each_meeting, marked_stretches, push_sections};
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
        let n_annotators = scope.annotators.len();
        let mut lanes: Vec<Lane> =
            std::iter::repeat_with(Lane::default).take(labels.len() * n_annotators).collect();
        let line = |article: &PreparedArticle| {
            let sets = article.seen_by(&scope.annotators);
            let mut line = Line { n_code_points: article.n_code_points, ..Line::default() };
            for (label, lanes) in labels.iter().zip(lanes.chunks_mut(n_annotators.max(1))) {
                for (i, lane) in lanes.iter_mut().enumerate() {
                    let sections = &mut lane.sections;
                    line.n_dropped +=
                        sets.as_ref().map_or(0, |it| push_sections(it[i], Some(*label), sections));
                    lane.ends.push(sections.len());
                }
                for (i, a) in lanes.iter().enumerate() {
                    line.distance +=
                        lanes[i + 1..].iter().map(|b| distance(a.last(), b.last())).sum::<u128>();
                }
            }
            sets.is_some().then_some(line)
        };
        let lines = comparison.articles().iter().map(line).collect();
        Box::new(Observed { n_annotators, lines, lanes })
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
    /// The squared distances of all labels and pairs.
    distance: u128,
}

/// The units of one label of one annotator.
#[derive(Default)]
struct Lane {
    sections: Vec<Section>,
    /// Where those of each article end.
    ends: Vec<usize>,
}

impl Lane {
    fn of(&self, article: usize) -> &[Section] {
        let start = article.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.sections[start..self.ends[article]]
    }

    /// Those of the article that came last.
    fn last(&self) -> &[Section] {
        self.of(self.ends.len() - 1)
    }
}

struct Observed {
    n_annotators: usize,
    lines: Vec<Option<Line>>,
    /// By label, then annotator.
    lanes: Vec<Lane>,
}

impl Observation for Observed {
    fn answers(&self, articles: &[usize]) -> Vec<Answer> {
        let lines: Vec<(usize, &Line)> =
            articles.iter().filter_map(|&it| Some((it, self.lines[it].as_ref()?))).collect();
        if lines.is_empty() {
            return vec![Err(Undefined::NoArticle); 2];
        }
        let length: u128 = lines.iter().map(|it| u128::from(it.1.n_code_points)).sum();
        let m = self.n_annotators as u128;
        let distance: u128 = lines.iter().map(|it| it.1.distance).sum();
        let observed = 2.0 * distance as f64 / (m * (m - 1)) as f64 / (length as f64 * length as f64);
        let labels = self.lanes.chunks(self.n_annotators);
        let expected: f64 = labels.map(|lanes| self.expected(&lines, lanes, length)).sum();
        let alpha =
            if expected == 0.0 { Err(Undefined::NothingMarked) } else { Ok(1.0 - observed / expected) };
        let n_dropped: u64 = lines.iter().map(|it| it.1.n_dropped).sum();
        vec![alpha, Ok(n_dropped as f64)]
    }
}

impl Observed {
    /// The expected disagreement on one label, of which the lanes are.
    fn expected(&self, lines: &[(usize, &Line)], lanes: &[Lane], length: u128) -> f64 {
        let (mut units, mut gaps): (Vec<u32>, Vec<u64>) = (Vec::new(), Vec::new());
        for lane in lanes {
            let mut open = Gaps::default();
            for &(article, line) in lines {
                let sections = lane.of(article);
                units.extend(sections.iter().map(|it| it.place.length()));
                open.pass(sections, line.n_code_points, |gap| gaps.push(gap));
            }
            open.close(|gap| gaps.push(gap));
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
        for &unit in units.iter().rev() {
            let l = u128::from(unit);
            while i > 0 && gaps[i - 1] >= u64::from(unit) {
                i -= 1;
                n_gaps += 1;
                sum_gaps += u128::from(gaps[i]);
            }
            let meeting = (n_units - 1) * (l * (2 * l - 1) * (l - 1) / 3);
            ways += (meeting + l * l * (sum_gaps + n_gaps - n_gaps * l)) as f64;
        }
        let all = self.n_annotators as u128 * length;
        let same: u128 = units.iter().map(|&it| u128::from(it) * (u128::from(it) - 1)).sum();
        2.0 / length as f64 * ways / (all * (all - 1) - same) as f64
    }
}
