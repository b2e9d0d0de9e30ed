//! Plots of agreement as plain geometry: a window paints them, and a paper takes them as SVG or PNG.
//!
//! Invariant: numbers stand in the plot beside what stands for them, so that no reader depends on
//! colours.

use std::fmt::Write as _;

use quick_xml::escape::partial_escape;

use crate::compare::agreement::Answer;
use crate::text::xml_text;

/// A plot; all lengths are points.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plot {
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
    /// What it consists of, the lowest first.
    pub shapes: Vec<PlotShape>,
}

/// A piece of a plot.
#[derive(Clone, Debug, PartialEq)]
pub enum PlotShape {
    /// A filled rectangle.
    Rect {
        /// Left edge.
        x: f32,
        /// Upper edge.
        y: f32,
        /// Width.
        width: f32,
        /// Height.
        height: f32,
        /// How strong its colour is, from 0 (the ground) to 1.
        strength: f32,
    },
    /// A line.
    Line {
        /// From here.
        from: (f32, f32),
        /// To here.
        to: (f32, f32),
        /// True for what only helps to read the plot.
        is_weak: bool,
    },
    /// Words in one line.
    Text {
        /// Their anchor, and the middle of their height.
        at: (f32, f32),
        /// What they say.
        text: String,
        /// Which part of them is at the anchor.
        anchor: Anchor,
        /// True if they stand on a strong colour.
        on_strong: bool,
    },
}

/// Which part of a text is at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// Its left end.
    Start,
    /// Its middle.
    Middle,
    /// Its right end.
    End,
}

/// Size of the letters.
pub const TEXT_SIZE: f32 = 11.0;

/// Width of a letter in sizes: nobody has measured the text yet, so those of East Asia have a square
/// each, and all others what is rather too much.
fn advance(letter: char) -> f32 {
    match letter {
        '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' => 1.0,
        '\u{ff00}'..='\u{ff60}' | '\u{1f000}'.. => 1.0,
        _ => 0.66,
    }
}

/// Longer names are cut.
const MOST_LETTERS: usize = 22;

const CELL: (f32, f32) = (58.0, 24.0);
const GAP: f32 = 8.0;
/// From here on letters on a colour are light.
const STRONG: f32 = 0.55;

fn cut(name: &str) -> String {
    let mut letters = name.chars();
    let short: String = letters.by_ref().take(MOST_LETTERS).collect();
    if letters.next().is_some() { format!("{short}…") } else { short }
}

/// Room for a text, in points.
fn extent(text: &str) -> f32 {
    text.chars().map(advance).sum::<f32>() * TEXT_SIZE
}

fn width_of(names: &[String]) -> f32 {
    names.iter().map(|it| extent(&cut(it))).fold(0.0, f32::max)
}

fn text(at: (f32, f32), text: impl Into<String>, anchor: Anchor) -> PlotShape {
    PlotShape::Text { at, text: text.into(), anchor, on_strong: false }
}

/// A grid with a row and a column for each name: the words of a cell, and how strong its colour is.
fn grid(rows: &[String], columns: &[String], cell: impl Fn(usize, usize) -> Option<(String, f32)>) -> Plot {
    let left = width_of(rows) + GAP;
    let cell_width = CELL.0.max(width_of(columns) + GAP);
    let mut shapes = Vec::new();
    for (j, name) in columns.iter().enumerate() {
        shapes.push(text((left + (j as f32 + 0.5) * cell_width, CELL.1 / 2.0), cut(name), Anchor::Middle));
    }
    for (i, name) in rows.iter().enumerate() {
        let y = (i + 1) as f32 * CELL.1;
        shapes.push(text((left - GAP, y + CELL.1 / 2.0), cut(name), Anchor::End));
        for j in 0..columns.len() {
            let Some((words, strength)) = cell(i, j) else { continue };
            let x = left + j as f32 * cell_width;
            let (width, height) = (cell_width - 1.0, CELL.1 - 1.0);
            shapes.push(PlotShape::Rect { x, y, width, height, strength });
            let at = (x + width / 2.0, y + height / 2.0);
            let on_strong = strength >= STRONG;
            shapes.push(PlotShape::Text { at, text: words, anchor: Anchor::Middle, on_strong });
        }
    }
    let height = (rows.len() + 1) as f32 * CELL.1;
    Plot { width: left + columns.len() as f32 * cell_width, height, shapes }
}

/// A value for each pair of annotators; nothing where a name meets itself. The colour goes from 0 to 1.
pub fn matrix(names: &[String], value: impl Fn(usize, usize) -> Option<Answer>) -> Plot {
    grid(names, names, |i, j| {
        let answer = value(i, j)?;
        let strength = answer.map_or(0.0, |it| it.clamp(0.0, 1.0) as f32);
        Some((answer.map_or("–".to_owned(), |it| format!("{it:.2}")), strength * 0.9))
    })
}

/// How often labels of one annotator (rows) met labels of another (columns); the last of each is for
/// what the other one lacks. The colour goes by the share of the row.
pub fn confusion(labels: &[String], counts: &[Vec<u64>]) -> Plot {
    let mut names = labels.to_vec();
    names.push("none".to_owned());
    grid(&names, &names, |i, j| {
        let count = *counts.get(i)?.get(j)?;
        let all: u64 = counts[i].iter().sum();
        let is_corner = i == labels.len() && j == labels.len();
        (!is_corner).then(|| (count.to_string(), if all > 0 { count as f32 / all as f32 * 0.9 } else { 0.0 }))
    })
}

/// A bar.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// What it is of.
    pub name: String,
    /// Its length, from 0 to 1.
    pub answer: Answer,
    /// Its interval.
    pub interval: Option<(f64, f64)>,
}

/// Values from 0 to 1 as bars with their intervals.
pub fn bars(bars: &[Bar]) -> Plot {
    const LENGTH: f32 = 260.0;
    let names: Vec<String> = bars.iter().map(|it| it.name.clone()).collect();
    let left = width_of(&names) + GAP;
    let x = |value: f64| left + value.clamp(0.0, 1.0) as f32 * LENGTH;
    let bottom = bars.len() as f32 * CELL.1;
    let mut said = vec!["0.00".to_owned()];
    let mut shapes = Vec::new();
    for i in 0..=4 {
        let value = f64::from(i) / 4.0;
        shapes.push(PlotShape::Line { from: (x(value), 0.0), to: (x(value), bottom), is_weak: true });
        shapes.push(text((x(value), bottom + CELL.1 / 2.0), format!("{value}"), Anchor::Middle));
    }
    for (i, bar) in bars.iter().enumerate() {
        let middle = (i as f32 + 0.5) * CELL.1;
        shapes.push(text((left - GAP, middle), cut(&bar.name), Anchor::End));
        let words = match bar.answer {
            Ok(value) => {
                let (y, height) = (middle - CELL.1 * 0.3, CELL.1 * 0.6);
                shapes.push(PlotShape::Rect { x: left, y, width: x(value) - left, height, strength: 0.6 });
                format!("{value:.2}")
            }
            Err(why) => why.to_string(),
        };
        said.push(words.clone());
        if let Some((low, high)) = bar.interval {
            let (low, high) = (x(low), x(high));
            shapes.push(PlotShape::Line { from: (low, middle), to: (high, middle), is_weak: false });
            for x in [low, high] {
                let (from, to) = ((x, middle - 4.0), (x, middle + 4.0));
                shapes.push(PlotShape::Line { from, to, is_weak: false });
            }
        }
        shapes.push(text((left + LENGTH + GAP, middle), words, Anchor::Start));
    }
    Plot {
        width: left + LENGTH + GAP + said.iter().map(|it| extent(it)).fold(0.0, f32::max),
        height: bottom + CELL.1,
        shapes,
    }
}

/// A value at a place in an order.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// What it is of.
    pub name: String,
    /// Its height, at most 1.
    pub answer: Answer,
    /// Its interval.
    pub interval: Option<(f64, f64)>,
}

/// Values in an order as points with their intervals, joined where neighbours have a value; `caption` says
/// what the order is. The scale goes from 0 to 1, and further down if a value does.
pub fn curve(points: &[Point], caption: &str) -> Plot {
    const HEIGHT: f32 = 200.0;
    const STEP: f64 = 0.25;
    const DOT: f32 = 5.0;
    let lows = points.iter().filter_map(|it| Some(it.answer.ok()?.min(it.interval.map_or(1.0, |it| it.0))));
    let lowest = (lows.fold(0.0, f64::min).max(-1.0) / STEP).floor() * STEP;
    let names: Vec<String> = points.iter().map(|it| it.name.clone()).collect();
    let n = points.len().max(1) as f32;
    let width = CELL.0.max(width_of(&names) + GAP).max(extent(caption) / n);
    let left = extent("-0.75") + GAP;
    let right = left + width * n;
    let top = CELL.1;
    let y = |value: f64| top + ((1.0 - value.clamp(lowest, 1.0)) / (1.0 - lowest)) as f32 * HEIGHT;
    let x = |i: usize| left + (i as f32 + 0.5) * width;
    let mut shapes = Vec::new();
    let n_lines = ((1.0 - lowest) / STEP).round() as usize;
    for i in 0..=n_lines {
        let value = lowest + i as f64 * STEP;
        shapes.push(PlotShape::Line { from: (left, y(value)), to: (right, y(value)), is_weak: true });
        shapes.push(text((left - GAP, y(value)), format!("{value}"), Anchor::End));
    }
    for (i, pair) in points.windows(2).enumerate() {
        if let [Ok(from), Ok(to)] = [pair[0].answer, pair[1].answer] {
            let (from, to) = ((x(i), y(from)), (x(i + 1), y(to)));
            shapes.push(PlotShape::Line { from, to, is_weak: false });
        }
    }
    let bottom = top + HEIGHT;
    for (i, point) in points.iter().enumerate() {
        let x = x(i);
        if let Some((low, high)) = point.interval {
            let (low, high) = (y(low), y(high));
            shapes.push(PlotShape::Line { from: (x, low), to: (x, high), is_weak: false });
            for y in [low, high] {
                shapes.push(PlotShape::Line { from: (x - 4.0, y), to: (x + 4.0, y), is_weak: false });
            }
        }
        // Beside the point, on the side from which the line to the next one turns away.
        match point.answer {
            Ok(value) => {
                let (x, y) = (x - DOT / 2.0, y(value) - DOT / 2.0);
                shapes.push(PlotShape::Rect { x, y, width: DOT, height: DOT, strength: 1.0 });
                let rises =
                    matches!(points.get(i + 1), Some(Point { answer: Ok(next), .. }) if *next > value);
                let aside = if rises { DOT + TEXT_SIZE / 2.0 } else { -TEXT_SIZE / 2.0 };
                let at = (x + DOT * 1.5, y + aside);
                shapes.push(text(at, format!("{value:.2}"), Anchor::Start));
            }
            Err(_) => shapes.push(text((x, bottom - TEXT_SIZE), "–", Anchor::Middle)),
        }
        shapes.push(text((x, bottom + CELL.1 / 2.0), cut(&point.name), Anchor::Middle));
    }
    shapes.push(text((left, bottom + CELL.1 * 1.5), caption, Anchor::Start));
    Plot { width: right, height: bottom + CELL.1 * 2.0, shapes }
}

impl Plot {
    /// The plot as a file of SVG, black and blue on white.
    pub fn svg(&self) -> String {
        let (width, height) = (self.width.ceil(), self.height.ceil());
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}pt\" height=\"{height}pt\" \
             viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"{TEXT_SIZE}\">\n"
        );
        for shape in &self.shapes {
            // Writing to a string cannot fail.
            let _is_written = match shape {
                PlotShape::Rect { x, y, width, height, strength } => {
                    let channel = |to: f32| (255.0 + (to - 255.0) * strength).round() as u8;
                    let fill = format!("#{:02x}{:02x}{:02x}", channel(0.0), channel(90.0), channel(160.0));
                    writeln!(
                        svg,
                        "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{fill}\"/>"
                    )
                }
                PlotShape::Line { from, to, is_weak } => {
                    let stroke = if *is_weak { "#ccc" } else { "#222" };
                    writeln!(
                        svg,
                        "<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" stroke=\"{stroke}\" stroke-width=\"0.75\"/>",
                        from.0, from.1, to.0, to.1
                    )
                }
                PlotShape::Text { at, text, anchor, on_strong } => {
                    let anchor = match anchor {
                        Anchor::Start => "start",
                        Anchor::Middle => "middle",
                        Anchor::End => "end",
                    };
                    let fill = if *on_strong { "#fff" } else { "#111" };
                    // The middle of letters is above the line on which they stand.
                    let y = at.1 + TEXT_SIZE * 0.35;
                    writeln!(
                        svg,
                        "<text x=\"{}\" y=\"{y}\" text-anchor=\"{anchor}\" fill=\"{fill}\">{}</text>",
                        at.0,
                        partial_escape(xml_text(text))
                    )
                }
            };
        }
        svg + "</svg>\n"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::agreement::Undefined;

    fn words(plot: &Plot) -> Vec<&str> {
        let words = plot.shapes.iter().filter_map(|it| match it {
            PlotShape::Text { text, .. } => Some(text.as_str()),
            _ => None,
        });
        words.collect()
    }

    #[test]
    fn a_matrix_has_each_pair_and_says_where_there_is_no_value() {
        let names = ["A", "B", "<C>"].map(str::to_owned);
        let plot = matrix(&names, |i, j| match (i.min(j), i.max(j)) {
            (a, b) if a == b => None,
            (0, 1) => Some(Ok(0.5)),
            _ => Some(Err(Undefined::NothingMarked)),
        });
        assert_eq!(words(&plot), ["A", "B", "<C>", "A", "0.50", "–", "B", "0.50", "–", "<C>", "–", "–"]);
        let svg = plot.svg();
        assert!(svg.contains("&lt;C&gt;") && !svg.contains("<C>"), "{svg}");
        assert_eq!(svg.matches("<text").count(), svg.matches("</text>").count());
    }

    #[test]
    fn a_bar_ends_where_its_value_is() {
        let plot = bars(&[
            Bar { name: "quote".into(), answer: Ok(0.5), interval: Some((0.25, 1.0)) },
            Bar { name: "none".into(), answer: Err(Undefined::NothingMarked), interval: None },
        ]);
        let rects: Vec<f32> = plot
            .shapes
            .iter()
            .filter_map(|it| match it {
                PlotShape::Rect { width, .. } => Some(*width),
                _ => None,
            })
            .collect();
        assert_eq!(rects, [130.0]);
        assert!(words(&plot).contains(&"undefined, because nobody marked anything"));
    }

    #[test]
    fn a_curve_joins_neighbours_and_leaves_a_gap_where_there_is_no_value() {
        let point = |name: &str, answer| Point { name: name.to_owned(), answer, interval: None };
        let undefined = Err(Undefined::NothingMarked);
        let points = [
            point("1–5", Ok(0.5)),
            point("6–10", Ok(-0.1)),
            point("11–15", undefined),
            point("16–20", Ok(1.0)),
        ];
        let plot = curve(&points, "articles");
        let strong = |it: &&PlotShape| matches!(it, PlotShape::Line { is_weak: false, .. });
        assert_eq!(plot.shapes.iter().filter(strong).count(), 1);
        let words = words(&plot);
        assert_eq!(words[..6], ["-0.25", "0", "0.25", "0.5", "0.75", "1"]);
        assert_eq!(words[6..], ["0.50", "1–5", "-0.10", "6–10", "–", "11–15", "1.00", "16–20", "articles"]);
        assert!(curve(&[], "articles").shapes.len() > 5, "a curve of nothing has its axis");
    }

    #[test]
    fn a_confusion_has_no_cell_for_what_nobody_has() {
        let plot = confusion(&["a".to_owned()], &[vec![3, 1], vec![2, 0]]);
        assert_eq!(words(&plot), ["a", "none", "a", "3", "1", "none", "2"]);
    }
}
