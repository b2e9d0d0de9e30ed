//! Agreement as the work went on: consecutive windows of articles, each measured by itself.
//!
//! Invariant: an article is in at most one window, and what is in none is named.

use std::collections::BTreeSet;

use super::{Agreement, Finding, Wanted, names, questions};
use crate::compare::agreement::{Answered, ComparedArticle, Comparison, Details, answer_parts};
use crate::file::counted;
use crate::model::{AnnotationSet, DocumentId, Owner, Timestamp};
use crate::session::plot::{self, Plot, Point};
use crate::session::table::{Cell, Table, beside};

/// What it is, for people.
pub const DEFINITION: &str = "The articles that at least two annotators have seen, in the order in which \
they were annotated, are cut into consecutive windows of about as many articles each, and each window is \
measured by itself, with an interval over its articles. An article is dated by the first of its spans and \
relations that has a time, at the annotator who came to it last.";

/// What it does not see.
pub const LEAVES_OUT: &str = "A step between windows may come from harder texts as well as from the \
annotators; intervals of few articles are rough, and one article has none. A span that was deleted dates nothing, and neither does \
an import. Articles without a time are left out if most have one; else the project's order stands for the \
order of the work.";

/// The fewest articles of a window, and how many windows there are at most, unless somebody says otherwise.
const FEWEST: usize = 5;
const MOST_WINDOWS: usize = 10;

/// Where the order of the articles comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// When they were annotated.
    Time,
    /// The project's list, since so many of them have no time.
    Project {
        /// How many lack a time; none if all have the same.
        n_undated: usize,
    },
}

/// Consecutive articles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Which, as the comparison numbers them.
    pub articles: Vec<usize>,
    /// The number of its first in the order, from 1.
    pub first: usize,
    /// When its first and its last article were annotated; nothing in the project's order.
    pub times: Option<(Timestamp, Timestamp)>,
}

impl Window {
    /// The numbers of its first and last article in the order.
    pub fn range(&self) -> String {
        match self.articles.len() {
            0 | 1 => self.first.to_string(),
            n => format!("{}–{}", self.first, self.first + n - 1),
        }
    }

    /// The days of its first and last article; empty without times.
    fn days(&self) -> String {
        let day = |it: Timestamp| it.iso().map(|it| it[..10].to_owned()).unwrap_or_default();
        match self.times.map(|(from, to)| (day(from), day(to))) {
            Some((from, to)) if from == to => from,
            Some((from, to)) => format!("{from} – {to}"),
            None => String::new(),
        }
    }
}

/// The articles in the order of the work, in windows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    /// Where the order comes from.
    pub order: Order,
    /// The windows; none if no article was seen by two annotators.
    pub windows: Vec<Window>,
    /// What is in no window, since nothing says when it was annotated.
    pub undated: Vec<DocumentId>,
}

/// Agreement in each window.
pub struct OverTime {
    /// The windows.
    pub timeline: Timeline,
    /// For each measure, label or pair what was found in each window.
    pub curves: Vec<Vec<Finding>>,
}

impl Timeline {
    /// Puts articles in order. A window has at least `fewest` articles, and windows differ by one at most;
    /// without, there are some ten windows of five articles or more.
    pub fn new(articles: &[ComparedArticle], fewest: Option<usize>) -> Timeline {
        let seen_by_two = |it: &&usize| articles[**it].sets.iter().flatten().count() > 1;
        let all: Vec<usize> = (0..articles.len()).collect();
        let all: Vec<usize> = all.iter().filter(seen_by_two).copied().collect();
        let time = |it: usize| articles[it].sets.iter().flatten().filter_map(|set| begun(set)).max();
        let mut dated: Vec<(Timestamp, usize)> = all.iter().filter_map(|&it| Some((time(it)?, it))).collect();
        let times: BTreeSet<Timestamp> = dated.iter().map(|it| it.0).collect();
        // With fewer, the curve would be of some articles only, and nobody would see which.
        let is_by_time = times.len() > 1 && dated.len() * 2 > all.len();
        if !is_by_time {
            let n_undated = all.len() - dated.len();
            return Timeline {
                order: Order::Project { n_undated },
                windows: windows(&all, fewest, |_| None),
                undated: Vec::new(),
            };
        }
        // Where times are equal, the project's order stays.
        dated.sort_by_key(|it| it.0);
        let undated = all.iter().filter(|&&it| time(it).is_none());
        let ordered: Vec<usize> = dated.iter().map(|it| it.1).collect();
        Timeline {
            order: Order::Time,
            windows: windows(&ordered, fewest, time),
            undated: undated.map(|&it| articles[it].document.clone()).collect(),
        }
    }

    /// In which order the articles are, and which are left out, in a sentence or two.
    pub fn told(&self) -> String {
        if self.windows.is_empty() {
            return "no article was seen by two of the annotators".to_owned();
        }
        let n: usize = self.windows.iter().map(|it| it.articles.len()).sum();
        let windows = counted(self.windows.len(), "window");
        let order = match self.order {
            Order::Time => "in the order in which they were annotated".to_owned(),
            Order::Project { n_undated: 0 } => {
                "in the project's order, since no times tell them apart".to_owned()
            }
            Order::Project { n_undated } => format!(
                "in the project's order, since nothing says of {n_undated} of them when they were annotated"
            ),
        };
        let mut told = format!("{} in {windows}, {order}", counted(n, "article"));
        if !self.undated.is_empty() {
            told += &format!(
                "; left out, since nothing says when: {}",
                self.undated.iter().map(DocumentId::as_str).collect::<Vec<_>>().join(", ")
            );
        }
        told
    }
}

/// When somebody began an article: the first time that is in their set.
fn begun(set: &AnnotationSet) -> Option<Timestamp> {
    let spans = set.annotations().filter_map(|it| it.created);
    spans.chain(set.relations().filter_map(|it| it.created)).min()
}

fn windows(
    ordered: &[usize],
    fewest: Option<usize>,
    time: impl Fn(usize) -> Option<Timestamp>,
) -> Vec<Window> {
    let fewest = fewest.unwrap_or_else(|| FEWEST.max(ordered.len().div_ceil(MOST_WINDOWS))).max(1);
    let n_windows = (ordered.len() / fewest).max(usize::from(!ordered.is_empty()));
    let edge = |it: usize| it * ordered.len() / n_windows;
    let window = |i: usize| {
        let articles = &ordered[edge(i)..edge(i + 1)];
        let ends = articles.first().zip(articles.last());
        let times = ends.and_then(|(&first, &last)| time(first).zip(time(last)));
        Window { articles: articles.to_vec(), first: edge(i) + 1, times }
    };
    (0..n_windows).map(window).collect()
}

/// Measures each window: over all labels or each that is wanted, of each pair as well if that is.
pub fn measure(comparison: &Comparison, wanted: &Wanted, timeline: Timeline, has_pairs: bool) -> OverTime {
    let n = comparison.owners().len();
    let asked = questions(comparison, wanted).into_iter().filter(|it| has_pairs || it.annotators.len() == n);
    let asked: Vec<_> = asked.collect();
    let parts: Vec<Vec<usize>> = timeline.windows.iter().map(|it| it.articles.clone()).collect();
    let details = Details { resampling: wanted.resampling, by_article: false };
    let questions: Vec<_> = asked.iter().map(|it| it.question.clone()).collect();
    let answered = answer_parts(comparison, &questions, &parts, details);
    let curves = asked.iter().zip(answered).map(|(asked, answered)| {
        let finding = |(answered, part): (Answered, &Vec<usize>)| {
            let mut finding = asked.finding(answered);
            // One article drawn anew is the same article, and would look certain.
            if part.len() < 2 {
                finding.intervals.clear();
            }
            finding
        };
        answered.into_iter().zip(&parts).map(finding).collect()
    });
    OverTime { curves: curves.collect(), timeline }
}

impl OverTime {
    /// For people and papers: the first figure of each measure in each window.
    pub fn summary(&self, owners: &[Owner]) -> Table {
        let mut table = Table::new(&["measure", "of", "articles", "annotated", "value", "95 % interval"]);
        for (window, it) in self.points() {
            let of = [
                (it.annotators.len() < owners.len()).then(|| names(owners, &it.annotators)),
                it.label.as_ref().map(|it| it.1.clone()),
                it.is_mean.then(|| "mean of pairs".to_owned()),
            ];
            let Some(answer) = it.answers.first() else { continue };
            table.rows.push(vec![
                Cell::text(it.measure.name()),
                Cell::text(of.into_iter().flatten().collect::<Vec<_>>().join(", ")),
                Cell::text(window.range()),
                Cell::text(window.days()),
                Cell::answer(*answer, false),
                beside(*answer, it.intervals.first()),
            ]);
        }
        table
    }

    /// Every figure in each window with all its digits, for spreadsheets and R.
    pub fn csv_table(&self, owners: &[Owner]) -> Table {
        let mut table = Table::new(&[
            "measure",
            "figure",
            "annotators",
            "label",
            "first",
            "last",
            "from",
            "to",
            "value",
            "low",
            "high",
            "undefined",
        ]);
        let count = |it: usize| Cell::Number(it.to_string());
        for (window, it) in self.points() {
            let times = window.times.map(|(from, to)| [from, to].map(|it| it.iso().unwrap_or_default()));
            let [from, to] = times.unwrap_or_default();
            let last = window.first + window.articles.len() - 1;
            let place = [count(window.first), count(last), Cell::text(from), Cell::text(to)];
            table.rows.extend(it.csv_rows(owners, &place));
        }
        table
    }

    fn points(&self) -> impl Iterator<Item = (&Window, &Finding)> {
        self.curves.iter().flat_map(|curve| self.timeline.windows.iter().zip(curve))
    }

    /// The id of the measure that was asked for first.
    pub fn first_measure(&self) -> &'static str {
        self.curves.iter().flatten().next().map_or("", |it| it.measure.id())
    }

    /// The curve of a measure over all labels, or on the label that was asked for first.
    pub fn curve(&self, measure: &str) -> Option<&[Finding]> {
        let is_meant = |it: &&Vec<Finding>| it.first().is_some_and(|it| it.measure.id() == measure);
        self.curves.iter().find(is_meant).map(Vec::as_slice)
    }

    /// The first figure of a measure in each window.
    pub fn plot(&self, measure: &str) -> Plot {
        let curve = self.curve(measure).unwrap_or_default();
        let point = |(window, finding): (&Window, &Finding)| {
            let interval = finding.interval(0).map(|it| (it.low, it.high));
            Some(Point { name: window.range(), answer: *finding.answers.first()?, interval })
        };
        let points: Vec<Point> = self.timeline.windows.iter().zip(curve).filter_map(point).collect();
        let order = match self.timeline.order {
            Order::Time => "articles in the order in which they were annotated",
            Order::Project { .. } => "articles in the project's order",
        };
        let of = curve.first().map(|it| {
            let label = it.label.as_ref().map(|it| format!(", {}", it.1)).unwrap_or_default();
            format!("{}{label}, of ", it.measure.name())
        });
        plot::curve(&points, &(of.unwrap_or_default() + order))
    }
}

impl Agreement {
    /// The numbers over time as a file: CSV with every figure, or for LaTeX what people read first.
    pub fn file_over_time(&self, is_latex: bool) -> Vec<u8> {
        let mut bytes = Vec::new();
        let written = match is_latex {
            true => {
                self.over_time.summary(&self.owners).write_latex(&mut bytes, &self.over_time.timeline.told())
            }
            false => self.over_time.csv_table(&self.owners).write_csv(&mut bytes),
        };
        written.expect("memory takes what is written");
        bytes
    }
}
