//! `sorot agree`

use std::io::Write;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::builder::PossibleValuesParser;
use serde_json::{Value, json};

use crate::cli::compared::{Compared, Output, RuleName, TokensName};
use crate::cli::output::{outcome, say_problems, write_json};
use crate::cli::{DrawPlot, Outcome};
use crate::compare::Tokenization;
use crate::compare::agreement::{Answer, Comparison, Figure, MEASURES, Measure, Resampling, Settings, find};
use crate::model::{Owner, Report};
use crate::session::agreement::{
    Finding, Order, OverTime, Timeline, Wanted, Window, confusion_plot, csv_table, labels_plot, measure,
    names, over_time, pairs_plot, summary, usual,
};
use crate::session::plot::Plot;
use crate::session::table::{Cell, Table};
use crate::store::write_file;
use crate::text::printable;

/// Measure how well annotators agree, on all articles that they have seen
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Who has no annotation file for an article has not seen it; a file without spans says that nothing is
there. Pairwise measures of more than two annotators are the mean over all pairs, and the matrix has
each pair. Intervals are the 2.5th and 97.5th percentile when whole articles are drawn with
replacement. \"sorot agree --list\" says of each measure what it is, what it leaves out, and where it
was published.

With --over-time, the articles that at least two annotators have seen are cut into windows. An article
is dated by the first of its spans and relations that has a time, at the annotator who came to it last;
deleted spans and imports date nothing. Articles without a time are left out if most have one; else the
project's order is taken, and said. Intervals of few articles are rough, and a step may come from harder
texts as well as from the annotators.

A plot as PNG has 300 pixels an inch, and shows what SVG shows.

Exit code 1 with --min, if the first number of a measure is below it or there is none.

With --json, an object with these keys:
  annotators    their names; where two are compared, the first is the reference
  articles      {seen_by_all: how many, unseen: [{annotator, articles: [path]}]}
  tokens        white-space or words
  resampling    {samples, seed, level}
  measures      [{id, name, pairwise, results}]; results is a list of
                {annotators, mean_of_pairs, label, article, figures}: label and article are null for
                all together, mean_of_pairs is true for a mean over all pairs of annotators; figures
                is a list of {id, name, value, low, high, undefined, deviation}, where value, low and
                high are null if undefined says why, and low and high of counts; deviation is over the
                pairs, draws_undefined says how many draws had no value
With --over-time --json also
  order         time or project: where the order of the articles comes from
  undated       [path]: articles that are left out
  windows       [{first, articles: [path], from, to}]; first counts from 1, the times are null in the
                project's order; each result has window, which counts the windows from 1
With --list --json, a list of {id, name, definition, paper, leaves_out, pairwise, figures}.
With --csv, the columns are measure, figure, annotators, label, article, value, low, high, undefined;
with --over-time measure, figure, annotators, label, first, last, from, to, value, low, high, undefined.")]
pub struct Agree {
    /// The project folder
    #[arg(default_value = ".")]
    project: PathBuf,
    /// Who: two or more, with commas between; gold for the agreed reference
    #[arg(long, value_delimiter = ',', value_name = "NAME,NAME,…", required_unless_present = "list")]
    annotators: Vec<String>,
    /// By which measures [default: exact, overlap, token and alpha; relations and attributes, if there
    /// are any]
    #[arg(long = "measure", value_delimiter = ',', value_name = "ID,…", value_parser = PossibleValuesParser::new(MEASURES.iter().map(|it| it.id())))]
    measures: Vec<String>,
    /// Only the F1 by this meaning of "the same span"
    #[arg(long = "match", value_name = "RULE", conflicts_with = "measures")]
    rule: Option<RuleName>,
    /// Only these labels, of spans or relations, each by itself
    #[arg(long = "label", value_delimiter = ',', value_name = "LABEL,…")]
    labels: Vec<String>,
    /// Also each label, each pair of annotators, or each article by itself
    #[arg(long, value_name = "WHAT")]
    per: Option<Per>,
    /// What counts as a token
    #[arg(long, value_name = "TOKENS", default_value = "white-space")]
    tokens: TokensName,
    /// How often articles are drawn for intervals; 0 for none
    #[arg(long, value_name = "N", default_value_t = Resampling::default().n)]
    samples: usize,
    /// Where chance starts: the same seed gives the same numbers on every machine
    #[arg(long, value_name = "N", default_value_t = Resampling::default().seed)]
    seed: u64,
    /// End with 1 if a measure's first number is below this
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    min: Option<f64>,
    /// Agreement as the work went on: each window of articles by itself, in the order in which they
    /// were annotated
    #[arg(long)]
    over_time: bool,
    /// How many articles a window has at least [default: 5, or a tenth of them if that is more]
    #[arg(long, value_name = "N", requires = "over_time", value_parser = parse_window)]
    window: Option<usize>,
    /// Say what each measure is, what it leaves out, and where it was published
    #[arg(long)]
    list: bool,
    /// Also draw a plot of the first measure; the ending says how
    #[arg(long, value_name = "OUT.svg|OUT.png")]
    plot: Option<PathBuf>,
    /// What the plot shows [default: time with --over-time, labels with --per label, else pairs]
    #[arg(long, value_name = "WHAT", requires = "plot")]
    plot_of: Option<PlotOf>,
    /// Replace a plot that exists
    #[arg(long, requires = "plot")]
    force: bool,
    #[command(flatten)]
    output: Output,
}

/// What a table goes into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Per {
    Label,
    Pair,
    Article,
}

/// What a plot shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum PlotOf {
    /// Each pair of annotators
    Pairs,
    /// Each label, with its interval; needs --per label
    Labels,
    /// Which labels two annotators gave to the same spans
    Confusion,
    /// Agreement as the work went on; needs --over-time
    Time,
}

fn has_ending(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|it| it.eq_ignore_ascii_case(ending))
}

impl Agree {
    pub(super) fn run(&self, out: &mut dyn Write, draw: DrawPlot) -> anyhow::Result<Outcome> {
        if self.list {
            self.write_list(out)?;
            return Ok(Outcome::Done);
        }
        if self.annotators.len() < 2 {
            bail!("agreement is between two annotators or more: --annotators NAME,NAME");
        }
        if self.over_time && self.per == Some(Per::Article) {
            bail!("over time, articles are measured in windows, not each by itself");
        }
        self.check_plot()?;
        let mut report = Report::default();
        // The program ends with this: taking hundreds of megabytes of sets apart would be for nothing.
        let compared = ManuallyDrop::new(Compared::read(&self.project, &self.annotators, &mut report)?);
        compared.check_labels(&self.labels)?;
        let tokenization = Tokenization::from(self.tokens);
        let settings = Settings { tokenization, seed: self.seed, ..Settings::default() };
        let comparison = Comparison::new(compared.owners.clone(), &compared.articles, settings);
        let comparison = ManuallyDrop::new(comparison);
        if self.over_time {
            return self.run_over_time(out, draw, &compared, &comparison, &report);
        }
        let found = self.found(&comparison);

        say_problems(&report);
        self.write_plot(draw, || self.drawn(&comparison, &found))?;
        if self.output.json {
            write_json(out, &self.json(&compared, &found))?;
        } else if self.output.csv {
            csv_table(&compared.owners, &found).write_csv(out)?;
        } else if self.output.latex {
            summary(&compared.owners, &found, self.per == Some(Per::Pair))
                .write_latex(out, &self.stands_on(&compared)?)?;
        } else {
            write!(out, "{}", self.stands_on(&compared)?)?;
            writeln!(out)?;
            summary(&compared.owners, &found, self.per == Some(Per::Pair)).write_text(out)?;
            if compared.owners.len() > 2 && self.per != Some(Per::Pair) {
                self.write_matrices(out, &compared, &found)?;
            }
        }
        let is_low = |it: &&Finding| self.is_in_table(it) && it.article.is_none() && self.is_low(it);
        match found.iter().any(|it| is_low(&it)) {
            true => Ok(Outcome::LookAt),
            false => Ok(outcome(&report)),
        }
    }

    fn run_over_time(
        &self,
        out: &mut dyn Write,
        draw: DrawPlot,
        compared: &Compared,
        comparison: &Comparison,
        report: &Report,
    ) -> anyhow::Result<Outcome> {
        let timeline = Timeline::new(&compared.articles, self.window);
        let found =
            over_time::measure(comparison, &self.wanted(comparison), timeline, self.per == Some(Per::Pair));
        say_problems(report);
        self.write_plot(draw, || found.plot(found.first_measure()))?;
        let mut told = self.stands_on(compared)?;
        told += &format!("{}\n", printable(&found.timeline.told()));
        if self.output.json {
            write_json(out, &self.json_over_time(compared, &found))?;
        } else if self.output.csv {
            found.csv_table(&compared.owners).write_csv(out)?;
        } else if self.output.latex {
            found.summary(&compared.owners).write_latex(out, &told)?;
        } else {
            writeln!(out, "{told}")?;
            found.summary(&compared.owners).write_text(out)?;
        }
        let has_nothing = self.min.is_some() && found.timeline.windows.is_empty();
        match has_nothing || found.curves.iter().flatten().any(|it| self.is_low(it)) {
            true => Ok(Outcome::LookAt),
            false => Ok(outcome(report)),
        }
    }

    fn plot_of(&self) -> PlotOf {
        self.plot_of.unwrap_or(match self.per {
            _ if self.over_time => PlotOf::Time,
            Some(Per::Label) => PlotOf::Labels,
            _ => PlotOf::Pairs,
        })
    }

    fn write_plot(&self, draw: DrawPlot, plot: impl FnOnce() -> Plot) -> anyhow::Result<()> {
        let Some(path) = &self.plot else { return Ok(()) };
        let plot = plot();
        let bytes = if has_ending(path, "svg") { plot.svg().into_bytes() } else { draw(&plot)? };
        write_file(path, &bytes)?;
        Ok(())
    }

    /// Refuses a plot that could not be made, before anything is measured.
    fn check_plot(&self) -> anyhow::Result<()> {
        let Some(path) = &self.plot else { return Ok(()) };
        if !has_ending(path, "svg") && !has_ending(path, "png") {
            bail!("the name of a plot ends in .svg or .png: {}", path.display());
        }
        if path.exists() && !self.force {
            bail!("the file exists, and only --force replaces it: {}", path.display());
        }
        if (self.plot_of() == PlotOf::Time) != self.over_time {
            bail!("over time the plot is of time, and of nothing else");
        }
        if self.plot_of() == PlotOf::Labels && self.per != Some(Per::Label) {
            bail!("a plot of labels needs them: --per label");
        }
        if self.plot_of() == PlotOf::Confusion && self.annotators.len() != 2 {
            bail!("a confusion matrix is of two annotators: --annotators NAME,NAME");
        }
        Ok(())
    }

    fn drawn(&self, comparison: &Comparison, found: &[Finding]) -> Plot {
        let measure = found.first().map_or("", |it| it.measure.id());
        match self.plot_of() {
            PlotOf::Pairs => pairs_plot(comparison.owners(), found, measure),
            PlotOf::Labels => labels_plot(comparison.owners(), found, measure),
            PlotOf::Confusion => confusion_plot(comparison, [0, 1]),
            PlotOf::Time => Plot::default(),
        }
    }

    fn is_low(&self, found: &Finding) -> bool {
        self.min.is_some_and(|min| match found.answers.first() {
            Some(Ok(value)) => *value < min,
            _ => true,
        })
    }

    fn chosen(&self, comparison: &Comparison) -> Vec<&'static dyn Measure> {
        let rule = self.rule.map(|it| match it {
            RuleName::Exact => "exact",
            RuleName::Overlap => "overlap",
            RuleName::Token => "token",
        });
        if rule.is_some() || !self.measures.is_empty() {
            let ids = self.measures.iter().map(String::as_str).chain(rule);
            return ids.filter_map(find).collect();
        }
        usual(comparison)
    }

    fn found(&self, comparison: &Comparison) -> Vec<Finding> {
        measure(comparison, &self.wanted(comparison))
    }

    fn wanted(&self, comparison: &Comparison) -> Wanted {
        let resampling = (self.samples > 0).then(|| Resampling {
            n: self.samples,
            seed: self.seed,
            ..Resampling::default()
        });
        Wanted {
            measures: self.chosen(comparison),
            labels: self.labels.clone(),
            by_label: self.per == Some(Per::Label),
            by_article: self.per == Some(Per::Article),
            resampling,
        }
    }

    /// Whether the table has a row for it, besides the matrix.
    fn is_in_table(&self, found: &Finding) -> bool {
        found.annotators.len() == self.annotators.len() || self.per == Some(Per::Pair)
    }

    /// What the numbers stand on, in lines.
    fn stands_on(&self, compared: &Compared) -> anyhow::Result<String> {
        let mut lines = Vec::new();
        writeln!(
            lines,
            "{}",
            printable(&names(&compared.owners, &(0..compared.owners.len()).collect::<Vec<_>>()))
        )?;
        compared.write_counted(&mut lines, self.tokens.into(), self.samples, self.seed)?;
        Ok(String::from_utf8(lines)?)
    }

    /// For each measure the first figure of each pair.
    fn write_matrices(
        &self,
        out: &mut dyn Write,
        compared: &Compared,
        found: &[Finding],
    ) -> anyhow::Result<()> {
        let n = compared.owners.len();
        let wholes = found.iter().filter(|it| it.annotators.len() == n && it.article.is_none());
        for whole in wholes {
            let mut header = vec![String::new()];
            header.extend(compared.owners.iter().map(|it| printable(it.name()).into_owned()));
            let mut table = Table { header, rows: Vec::new() };
            for (i, owner) in compared.owners.iter().enumerate() {
                let cell = |j: usize| {
                    let pair = found.iter().find(|it| {
                        it.measure.id() == whole.measure.id()
                            && it.label == whole.label
                            && it.annotators == [i.min(j), i.max(j)]
                    });
                    match pair.and_then(|it| it.answers.first()) {
                        Some(answer) => Cell::answer(*answer, false),
                        None => Cell::Number(String::new()),
                    }
                };
                table.rows.push(std::iter::once(Cell::text(owner.name())).chain((0..n).map(cell)).collect());
            }
            let label = whole.label.as_ref().map(|it| format!(", {}", it.1)).unwrap_or_default();
            writeln!(out, "\n{}{}", whole.measure.name(), printable(&label))?;
            table.write_text(out)?;
        }
        Ok(())
    }

    /// What both documents begin with; `results` are of each measure.
    fn json_of(&self, compared: &Compared, measures: Value) -> Value {
        json!({
            "annotators": compared.owners.iter().map(Owner::name).collect::<Vec<_>>(),
            "articles": compared.seen_json(),
            "tokens": Tokenization::from(self.tokens).name(),
            "resampling": {"samples": self.samples, "seed": self.seed, "level": Resampling::default().level},
            "measures": measures,
        })
    }

    fn json(&self, compared: &Compared, found: &[Finding]) -> Value {
        let measures = found.chunk_by(|a, b| a.measure.id() == b.measure.id()).map(|results| {
            let results_json = results.iter().map(|it| result_json(&compared.owners, it)).collect();
            measure_json(results[0].measure, results_json)
        });
        self.json_of(compared, measures.collect())
    }

    fn json_over_time(&self, compared: &Compared, found: &OverTime) -> Value {
        let is_of_one = |a: &&Finding, b: &&Finding| a.measure.id() == b.measure.id();
        let curves: Vec<(usize, &Finding)> =
            found.curves.iter().flat_map(|curve| curve.iter().enumerate()).collect();
        let measures = curves.chunk_by(|a, b| is_of_one(&a.1, &b.1)).map(|results| {
            let result = |(i, it): &(usize, &Finding)| {
                let mut json = result_json(&compared.owners, it);
                json["window"] = (i + 1).into();
                json
            };
            measure_json(results[0].1.measure, results.iter().map(result).collect())
        });
        let mut json = self.json_of(compared, measures.collect());
        let path = |&it: &usize| compared.articles[it].document.as_str();
        let window = |it: &Window| {
            json!({
                "first": it.first,
                "articles": it.articles.iter().map(path).collect::<Vec<_>>(),
                "from": it.times.and_then(|it| it.0.iso()),
                "to": it.times.and_then(|it| it.1.iso()),
            })
        };
        json["order"] = if found.timeline.order == Order::Time { "time" } else { "project" }.into();
        json["undated"] = found.timeline.undated.iter().map(|it| it.as_str()).collect();
        json["windows"] = found.timeline.windows.iter().map(window).collect();
        json
    }

    fn write_list(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        if self.output.json {
            let measure = |it: &&dyn Measure| {
                let figures = it.figures().iter().map(|it| json!({"id": it.id, "name": it.name}));
                json!({
                    "id": it.id(),
                    "name": it.name(),
                    "definition": it.definition(),
                    "paper": it.paper(),
                    "leaves_out": it.leaves_out(),
                    "pairwise": it.is_pairwise(),
                    "figures": figures.collect::<Value>(),
                })
            };
            return write_json(out, &MEASURES.iter().map(measure).collect());
        }
        for (i, measure) in MEASURES.iter().enumerate() {
            let gap = if i == 0 { "" } else { "\n" };
            writeln!(out, "{gap}{}: {}", measure.id(), measure.name())?;
            writeln!(out, "  {}", measure.definition())?;
            writeln!(out, "  Leaves out: {}", measure.leaves_out())?;
            writeln!(out, "  {}", measure.paper())?;
        }
        Ok(())
    }
}

fn parse_window(typed: &str) -> Result<usize, String> {
    typed.parse().ok().filter(|&it| it > 0).ok_or_else(|| "a window has one article or more".to_owned())
}

fn measure_json(measure: &dyn Measure, results: Value) -> Value {
    json!({
        "id": measure.id(),
        "name": measure.name(),
        "pairwise": measure.is_pairwise(),
        "results": results,
    })
}

fn result_json(owners: &[Owner], it: &Finding) -> Value {
    let n_shown = if it.is_mean { 1 } else { it.answers.len() };
    let figures = it.measure.figures().iter().zip(&it.answers).take(n_shown).enumerate();
    let figure = |(i, (figure, answer)): (usize, (&Figure, &Answer))| {
        let interval = it.interval(i);
        json!({
            "id": figure.id,
            "name": figure.name,
            "value": answer.ok(),
            "low": interval.map(|it| it.low),
            "high": interval.map(|it| it.high),
            "undefined": answer.err().map(|it| it.to_string()),
            "deviation": it.deviation.filter(|_| i == 0),
            "draws_undefined": interval.map(|it| it.n_undefined),
        })
    };
    json!({
        "annotators": it.annotators.iter().map(|&i| owners[i].name()).collect::<Vec<_>>(),
        "mean_of_pairs": it.is_mean,
        "label": it.label.as_ref().map(|it| &it.1),
        "article": it.article,
        "figures": figures.map(figure).collect::<Value>(),
    })
}
