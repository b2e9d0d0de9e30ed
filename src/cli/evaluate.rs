//! `sorot evaluate`

use std::io::Write;
use std::path::PathBuf;

use anyhow::bail;
use serde_json::{Value, json};

use crate::cli::Outcome;
use crate::cli::compared::{Compared, Output, TokensName};
use crate::cli::diff::{place_shown, quoted, span_json};
use crate::cli::output::{outcome, say_problems, write_json};
use crate::compare::Tokenization;
use crate::compare::agreement::{
    Answer, Comparison, Interval, Observation, Resampling, Settings, Undefined, bootstrap,
};
use crate::compare::evaluation::{
    Counts, Error, ErrorKind, Evaluation, Part, SCHEMES, Scheme, Score, Tested, Wanted, evaluate, test_all,
};
use crate::model::{Owner, Report};
use crate::session::table::{Cell, Table, beside, number};
use crate::text::printable;

/// Hold predictions against gold: precision, recall and F1, errors, and whether two models differ
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Only articles that gold and every prediction have annotation files for are counted; what is left out
is said. Counts are those of MUC and SemEval-2013 task 9.1: correct, incorrect, partial, missed and
spurious. Equal spans are paired first, then the rest one to one, as many as can be, so that the order
of spans does not matter. Each label is also counted by itself, so that labels do not add up to all
together; macro is the mean of those that have a value. Intervals are the 2.5th and 97.5th percentile when whole
articles are drawn with replacement. With two predictions, p says how often a difference at least as
large comes about when what the two say of an article is exchanged at random, in either direction
(approximate randomisation: Noreen 1989; Yeh 2000; all ways of up to 13 articles), for all together and
for the mean of the labels (Opitz & Burst 2019), where an article is exchanged in all labels at once.

With --json, an object with these keys:
  gold, tokens   whose gold; white-space or words
  articles       {seen_by_all: how many, unseen: [{annotator, articles: [path]}]}
  resampling     {samples, seed, level}
  schemes        [{id, name, definition, paper}]
  predictions    [{predicted, scores, errors, error_list}]
                 scores is a list of {scheme, of, name, counts, f1, precision, recall}: of is all,
                 macro, label, relation or value (of the quote's attribute, null if it has none); counts
                 is {correct, incorrect, partial, missed, spurious}, null for macro; f1, precision and
                 recall are {value, low, high, undefined}
                 errors says how many of each kind: boundary, label, missed, spurious, wrong-speaker
                 error_list, with --errors, is a list of {article, line, column, kind, gold, predicted,
                 gold_speakers, predicted_speakers}, where a span is {id, label, start, end, text}
  significance   with two predictions, [{scheme, of, difference, p, ways, exhaustive, undefined}] of F1, where
                 of is all or macro
With --csv, the columns are predicted, scheme, of, name, correct, incorrect, partial, missed, spurious,
precision, recall, f1, low, high, undefined.")]
pub struct Evaluate {
    /// The project folder
    #[arg(default_value = ".")]
    project: PathBuf,
    /// Whose annotations are right
    #[arg(long, value_name = "NAME", default_value = "gold")]
    gold: String,
    /// Whose annotations are held against them: one or two
    #[arg(long, value_name = "NAME[,NAME]", value_delimiter = ',', required = true)]
    predicted: Vec<String>,
    /// Only spans of these labels; relations and speakers are left out then
    #[arg(long = "label", value_delimiter = ',', value_name = "LABEL,…")]
    labels: Vec<String>,
    /// The relations that lead from a speaker to a quote
    #[arg(long, value_name = "LABEL", default_value = "says")]
    relation: String,
    /// The attribute of quotes by which speakers are counted
    #[arg(long, value_name = "ATTRIBUTE", default_value = "quote_type")]
    by: String,
    /// List every error with its place
    #[arg(long, conflicts_with_all = ["csv", "latex"])]
    errors: bool,
    /// What counts as a token
    #[arg(long, value_name = "TOKENS", default_value = "white-space")]
    tokens: TokensName,
    /// How often articles are drawn for intervals; 0 for none
    #[arg(long, value_name = "N", default_value_t = Resampling::default().n)]
    samples: usize,
    /// How often articles are exchanged for the test of significance
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..))]
    exchanges: u32,
    /// Where chance starts: the same seed gives the same numbers on every machine
    #[arg(long, value_name = "N", default_value_t = Resampling::default().seed)]
    seed: u64,
    #[command(flatten)]
    output: Output,
}

/// What a table of p values says for itself.
const EXCHANGED: &str =
    "Two-sided p by approximate randomisation (Noreen 1989; Yeh 2000), articles exchanged";

/// A score with its interval.
struct Row {
    scheme: &'static Scheme,
    of: &'static str,
    name: Option<String>,
    counts: Option<Counts>,
    /// F1, precision, recall.
    answers: Vec<Answer>,
    intervals: Vec<Result<Interval, Undefined>>,
}

/// A prediction with its scores.
struct Prediction<'a> {
    owner: &'a Owner,
    evaluation: Evaluation,
    rows: Vec<Row>,
}

impl Evaluate {
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<Outcome> {
        if self.predicted.len() > 2 {
            bail!("one or two predictions are held against gold: --predicted NAME,NAME");
        }
        let mut report = Report::default();
        let names: Vec<String> = [&self.gold].into_iter().chain(&self.predicted).cloned().collect();
        let compared = Compared::read(&self.project, &names, &mut report)?;
        compared.check_labels(&self.labels)?;
        let settings = Settings { tokenization: self.tokens.into(), ..Settings::default() };
        let comparison = Comparison::new(compared.owners.clone(), &compared.articles, settings);
        let wanted = Wanted {
            labels: self.labels.clone(),
            attribution: self.relation.clone(),
            attribute: self.by.clone(),
        };
        let seen: Vec<usize> = (0..compared.articles.len())
            .filter(|&it| compared.articles[it].sets.iter().all(Option::is_some))
            .collect();
        let predictions: Vec<Prediction<'_>> = (1..names.len())
            .map(|predicted| {
                let mut evaluation = evaluate(&comparison, &compared.articles, [0, predicted], &wanted);
                evaluation.errors.retain(|it| seen.binary_search(&it.article).is_ok());
                let rows = self.rows(&evaluation, &seen);
                Prediction { owner: &compared.owners[predicted], evaluation, rows }
            })
            .collect();
        let tested = match predictions.as_slice() {
            [first, second] => {
                let both = [&first.evaluation, &second.evaluation];
                test_all(both, &seen, self.exchanges as usize, self.seed)
            }
            _ => Vec::new(),
        };

        say_problems(&report);
        if self.output.json {
            write_json(out, &self.json(&compared, &predictions, &tested))?;
        } else if self.output.csv {
            csv(&predictions).write_csv(out)?;
        } else if self.output.latex {
            table(&predictions).write_latex(out, &self.stands_on(&compared)?)?;
            if !tested.is_empty() {
                writeln!(out)?;
                self.tested_table(&tested).write_latex(out, EXCHANGED)?;
            }
        } else {
            writeln!(out, "{}", self.stands_on(&compared)?)?;
            table(&predictions).write_text(out)?;
            writeln!(out)?;
            errors_table(&predictions).write_text(out)?;
            if !tested.is_empty() {
                writeln!(out)?;
                self.tested_table(&tested).write_text(out)?;
            }
            if self.errors {
                writeln!(out)?;
                for prediction in &predictions {
                    for error in &prediction.evaluation.errors {
                        writeln!(out, "{}", printable(&self.error_line(&compared, prediction.owner, error)))?;
                    }
                }
            }
        }
        Ok(outcome(&report))
    }

    fn rows(&self, evaluation: &Evaluation, seen: &[usize]) -> Vec<Row> {
        let resampling = Resampling { n: self.samples, seed: self.seed, ..Resampling::default() };
        let intervals = |observation: &dyn Observation| match self.samples {
            0 => Vec::new(),
            _ => bootstrap(observation, seen, resampling),
        };
        let row = |score: &Score| {
            let (of, name) = match &score.part {
                Part::All => ("all", None),
                Part::Label(label) => ("label", Some(label.clone())),
                Part::Relation(label) => ("relation", Some(label.clone())),
                Part::Value(value) => ("value", value.clone()),
            };
            Row {
                scheme: score.scheme,
                of,
                name,
                counts: score.scores.total(seen),
                answers: score.scores.answers(seen),
                intervals: intervals(&score.scores),
            }
        };
        let mut rows = Vec::new();
        for scheme in SCHEMES {
            let scores: Vec<&Score> =
                evaluation.scores.iter().filter(|it| it.scheme.id == scheme.id).collect();
            rows.extend(scores.iter().filter(|it| it.part == Part::All).map(|it| row(it)));
            if let Some(mean) = evaluation.macro_mean(scheme.id) {
                rows.push(Row {
                    scheme,
                    of: "macro",
                    name: None,
                    counts: None,
                    answers: mean.answers(seen),
                    intervals: intervals(&mean),
                });
            }
            rows.extend(scores.iter().filter(|it| it.part != Part::All).map(|it| row(it)));
        }
        rows
    }

    /// What the numbers stand on, in lines.
    fn stands_on(&self, compared: &Compared) -> anyhow::Result<String> {
        let mut lines = Vec::new();
        let predicted: Vec<&str> = compared.owners[1..].iter().map(Owner::name).collect();
        let gold = compared.owners[0].name();
        writeln!(lines, "{}", printable(&format!("{} against {gold}", predicted.join(" and "))))?;
        compared.write_counted(&mut lines, self.tokens.into(), self.samples, self.seed)?;
        Ok(String::from_utf8(lines)?)
    }

    fn tested_table(&self, all: &[Tested]) -> Table {
        let mut table = Table::new(&["difference of F1", "of", "value", "p", ""]);
        for Tested { scheme, is_macro, result } in all {
            let ways = match result {
                Ok(it) if it.is_exhaustive => format!("all {} exchanges", it.n_ways),
                Ok(it) => format!("{} random exchanges, seed {}", it.n_ways, self.seed),
                Err(reason) => reason_shown(*reason),
            };
            table.rows.push(vec![
                Cell::text(scheme.name),
                Cell::text(if *is_macro { "mean of labels" } else { "all" }),
                Cell::answer(result.map(|it| it.difference), false),
                Cell::answer(result.map(|it| it.p), false),
                Cell::text(ways),
            ]);
        }
        table
    }

    fn error_line(&self, compared: &Compared, owner: &Owner, error: &Error) -> String {
        let article = &compared.articles[error.article];
        let text = &article.text;
        let span = |owner: &str, it: &Option<std::sync::Arc<crate::model::Annotation>>| match it {
            Some(it) if error.kind == ErrorKind::Boundary => {
                format!("{owner}: {} {} at {}", it.label, quoted(text, &it.span), place_shown(text, &it.span))
            }
            Some(it) => format!("{owner}: {} {}", it.label, quoted(text, &it.span)),
            None => format!("{owner}: –"),
        };
        let speakers = |side: usize| match error.speakers[side].as_slice() {
            _ if error.kind != ErrorKind::WrongSpeaker => String::new(),
            [] => " by nobody".to_owned(),
            all => {
                let all: Vec<String> = all.iter().map(|it| quoted(text, &it.span)).collect();
                format!(" by {}", all.join(" and "))
            }
        };
        format!(
            "{}:{}: {}: {}{}; {}{}",
            article.document,
            text.line_column(error.place.start()),
            error.kind.name(),
            span(&self.gold, &error.gold),
            speakers(0),
            span(owner.name(), &error.predicted),
            speakers(1),
        )
    }

    fn json(&self, compared: &Compared, predictions: &[Prediction<'_>], tested: &[Tested]) -> Value {
        let score = |row: &Row| {
            let figure = |i: usize| {
                let answer = row.answers[i];
                let interval = row.intervals.get(i).and_then(|it| it.ok()).filter(|_| answer.is_ok());
                json!({
                    "value": answer.ok(),
                    "low": interval.map(|it| it.low),
                    "high": interval.map(|it| it.high),
                    "undefined": answer.err().map(reason_shown),
                })
            };
            let counts = row.counts.map(|it| {
                json!({
                    "correct": it.correct,
                    "incorrect": it.incorrect,
                    "partial": it.partial,
                    "missed": it.missed,
                    "spurious": it.spurious,
                })
            });
            json!({
                "scheme": row.scheme.id,
                "of": row.of,
                "name": row.name,
                "counts": counts,
                "f1": figure(0),
                "precision": figure(1),
                "recall": figure(2),
            })
        };
        let error = |error: &Error| {
            let article = &compared.articles[error.article];
            let place = article.text.line_column(error.place.start());
            let spans = |side: usize| -> Value {
                error.speakers[side].iter().map(|it| span_json(&article.text, it)).collect()
            };
            json!({
                "article": article.document.as_str(),
                "line": place.line,
                "column": place.column,
                "kind": error.kind.name(),
                "gold": error.gold.as_ref().map(|it| span_json(&article.text, it)),
                "predicted": error.predicted.as_ref().map(|it| span_json(&article.text, it)),
                "gold_speakers": spans(0),
                "predicted_speakers": spans(1),
            })
        };
        let prediction = |it: &Prediction<'_>| {
            let kinds = ErrorKind::ALL.iter();
            let errors = kinds.map(|kind| (kind.name().to_owned(), it.n_errors(*kind).into()));
            let mut json = json!({
                "predicted": it.owner.name(),
                "scores": it.rows.iter().map(score).collect::<Value>(),
                "errors": Value::Object(errors.collect()),
            });
            if self.errors {
                json["error_list"] = it.evaluation.errors.iter().map(error).collect();
            }
            json
        };
        let scheme = |it: &Scheme| json!({"id": it.id, "name": it.name, "definition": it.definition, "paper": it.paper});
        let test = |Tested { scheme, is_macro, result }: &Tested| {
            json!({
                "scheme": scheme.id,
                "of": if *is_macro { "macro" } else { "all" },
                "difference": result.map(|it| it.difference).ok(),
                "p": result.map(|it| it.p).ok(),
                "ways": result.map(|it| it.n_ways).ok(),
                "exhaustive": result.map(|it| it.is_exhaustive).ok(),
                "undefined": result.err().map(reason_shown),
            })
        };
        let mut json = json!({
            "gold": compared.owners[0].name(),
            "tokens": Tokenization::from(self.tokens).name(),
            "articles": compared.seen_json(),
            "resampling": {"samples": self.samples, "seed": self.seed, "level": Resampling::default().level},
            "schemes": SCHEMES.iter().map(scheme).collect::<Value>(),
            "predictions": predictions.iter().map(prediction).collect::<Value>(),
        });
        if !tested.is_empty() {
            json["significance"] = tested.iter().map(test).collect();
        }
        json
    }
}

impl Prediction<'_> {
    fn n_errors(&self, kind: ErrorKind) -> usize {
        self.evaluation.errors.iter().filter(|it| it.kind == kind).count()
    }
}

/// Why there is no score, in the words of predictions.
fn reason_shown(reason: Undefined) -> String {
    match reason {
        Undefined::ReferenceEmpty => "undefined, because gold has none".to_owned(),
        Undefined::ResponseEmpty => "undefined, because the prediction has none".to_owned(),
        Undefined::NothingMarked => "undefined, because there are none".to_owned(),
        Undefined::NoArticle => "undefined, because no article has any".to_owned(),
        other => other.to_string(),
    }
}

fn table(predictions: &[Prediction<'_>]) -> Table {
    let header = ["scheme", "of", "precision", "recall", "F1", "95 % interval"];
    let mut table = Table::new(&header);
    for it in predictions {
        for row in &it.rows {
            let of = match (row.of, &row.name) {
                ("all", _) => "all",
                ("macro", _) => "mean of labels",
                ("value", None) => "without value",
                (_, name) => name.as_deref().unwrap_or_default(),
            };
            let beside = match row.answers[0] {
                Err(reason) => Cell::text(reason_shown(reason)),
                answer => beside(answer, row.intervals.first()),
            };
            let name = match predictions.len() {
                1 => row.scheme.name.to_owned(),
                _ => format!("{}: {}", it.owner.name(), row.scheme.name),
            };
            table.rows.push(vec![
                Cell::text(name),
                Cell::text(of),
                Cell::answer(row.answers[1], false),
                Cell::answer(row.answers[2], false),
                Cell::answer(row.answers[0], false),
                beside,
            ]);
        }
    }
    table
}

fn errors_table(predictions: &[Prediction<'_>]) -> Table {
    let mut table = Table::new(&["errors"]);
    table.header.extend(predictions.iter().map(|it| it.owner.name().to_owned()));
    for kind in ErrorKind::ALL {
        let n = predictions.iter().map(|it| Cell::Number(number(it.n_errors(kind) as f64, true)));
        table.rows.push(std::iter::once(Cell::text(kind.name())).chain(n).collect());
    }
    table
}

fn csv(predictions: &[Prediction<'_>]) -> Table {
    let mut table = Table::new(&[
        "predicted",
        "scheme",
        "of",
        "name",
        "correct",
        "incorrect",
        "partial",
        "missed",
        "spurious",
        "precision",
        "recall",
        "f1",
        "low",
        "high",
        "undefined",
    ]);
    for it in predictions {
        for row in &it.rows {
            let count = |of: fn(Counts) -> u64| {
                Cell::Number(row.counts.map(|it| of(it).to_string()).unwrap_or_default())
            };
            let bound = |of: fn(Interval) -> f64| match row.intervals.first() {
                Some(Ok(interval)) if row.answers[0].is_ok() => Cell::exact(Ok(of(*interval))),
                _ => Cell::Number(String::new()),
            };
            table.rows.push(vec![
                Cell::text(it.owner.name()),
                Cell::text(row.scheme.id),
                Cell::text(row.of),
                Cell::text(row.name.clone().unwrap_or_default()),
                count(|it| it.correct),
                count(|it| it.incorrect),
                count(|it| it.partial),
                count(|it| it.missed),
                count(|it| it.spurious),
                Cell::exact(row.answers[1]),
                Cell::exact(row.answers[2]),
                Cell::exact(row.answers[0]),
                bound(|it| it.low),
                bound(|it| it.high),
                Cell::text(row.answers[0].err().map(reason_shown).unwrap_or_default()),
            ]);
        }
    }
    table
}
