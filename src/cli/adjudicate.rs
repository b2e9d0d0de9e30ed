//! `sorot adjudicate`

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use serde_json::{Value, json};

use crate::cli::Outcome;
use crate::cli::compared::owner;
use crate::cli::opened::open;
use crate::cli::output::{count, outcome, say, say_problems, write_json};
use crate::compare::Content;
use crate::compare::adjudication::{Case, Choice, MergeStrategy, Unit};
use crate::format::formula_safe;
use crate::model::{DocumentId, Owner, Report, Statement, Status};
use crate::session::{AdjudicateAction, ArticleAction, PreMerged, Session};
use crate::text::{Text, printable};

/// Decide between annotators to make gold
#[derive(Debug, clap::Args)]
#[command(after_help = "\
--strategy fills what gold leaves open and changes nothing that gold has, so it can be done again when
another annotator is through. Gold spans say whom they were taken from. All of it is one step, which
Undo in the window takes out again. An article on which nothing is left to decide becomes done,
by rulings as well.

A strategy counts only annotations that are marked as done: where somebody who is not done marked
nothing, they have not said that nothing is there. What is left out is said.

What is left is decided in the window, or in a table: --left prints it as CSV, somebody fills the
columns take (an annotator's name, all or none), reason and rule, and --rulings carries that out. Rows
without take stay open. --against-gold prints such a table of all that somebody says otherwise than gold,
so that it can be decided anew: take mends gold there, as where a model shows that gold is wrong.

Exit code 1 if something is left to decide, or left out because it is not done.

With --json, an object with these keys:
  articles    [{article, spans, relations, left}]: what gold got, and what is left to decide
  skipped     the articles that fewer than --least annotators have seen, or are done with
  unfinished  [{annotator, article}]: what is left out since its annotator is not done with it")]
#[command(group = clap::ArgGroup::new("what").required(true))]
pub struct Adjudicate {
    /// The project folder
    #[arg(default_value = ".")]
    project: PathBuf,
    /// Between whom, with commas between; the order counts for the strategies union and first
    #[arg(long, value_delimiter = ',', value_name = "NAME,NAME,…", required = true)]
    annotators: Vec<String>,
    /// What goes into gold by itself
    #[arg(long, value_name = "STRATEGY", group = "what")]
    strategy: Option<StrategyName>,
    /// Print what is left to decide, as CSV
    #[arg(long, group = "what")]
    left: bool,
    /// Print what somebody says otherwise than gold, as CSV
    #[arg(long, group = "what")]
    against_gold: bool,
    /// Carry out the rulings in such a table
    #[arg(long, value_name = "FILE", group = "what")]
    rulings: Option<PathBuf>,
    /// Only articles that at least so many of them have seen
    #[arg(long, value_name = "N", default_value_t = 2)]
    least: usize,
    /// Whose annotations count: only those whose annotators are done with the article, or all
    #[arg(long, value_name = "STATUS", default_value = "done", requires = "strategy")]
    status: StatusName,
    /// Only tell what would be taken
    #[arg(long, requires = "strategy")]
    dry_run: bool,
    /// Print one JSON document
    #[arg(long, requires = "strategy")]
    json: bool,
}

/// Whose annotations a strategy takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum StatusName {
    /// Those that are marked as done
    Done,
    /// All
    Any,
}

/// A [`MergeStrategy`] as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum StrategyName {
    /// What all say
    Agreed,
    /// What more than half say
    Majority,
    /// What anybody says; where they differ what most say, else who is named first
    Union,
    /// What the annotator says who is named first
    First,
}

/// The columns of the table of what is left.
const COLUMNS: [&str; 10] =
    ["article", "line", "column", "about", "differs", "said", "ids", "take", "reason", "rule"];

/// A row of that table that somebody filled.
struct Row {
    /// Its line in the file, from 1.
    line: u64,
    ids: String,
    take: String,
    reason: String,
    rule: String,
}

impl Adjudicate {
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<Outcome> {
        let mut session = open(&self.project, Owner::Gold)?;
        let mut owners: Vec<Owner> = Vec::new();
        for name in &self.annotators {
            let owner = owner(session.folder(), &self.project, name)?;
            if owner == Owner::Gold || owners.contains(&owner) {
                bail!(
                    "gold is made from others' annotations, each named once: {}",
                    self.annotators.join(",")
                );
            }
            owners.push(owner);
        }
        match (self.strategy, &self.rulings) {
            (Some(strategy), _) => self.merge(&mut session, owners, strategy.into(), out),
            (None, Some(path)) => rule(&mut session, owners, path, out),
            (None, None) => write_table(&mut session, owners, self.against_gold, out),
        }
    }

    fn merge(
        &self,
        session: &mut Session,
        owners: Vec<Owner>,
        strategy: MergeStrategy,
        out: &mut dyn Write,
    ) -> anyhow::Result<Outcome> {
        let (least, is_dry_run) = (self.least, self.dry_run);
        let takes_unfinished = self.status == StatusName::Any;
        let fill = AdjudicateAction::PreMerge { owners, strategy, least, takes_unfinished, is_dry_run };
        session.perform_now(fill.into());
        let merged = session.pre_merged().cloned().context("nothing was read")?;
        say_problems(&merged.report);
        if let Some(obstacle) = &merged.obstacle {
            bail!("nothing was changed: {obstacle}");
        }
        if let Some(error) = session.save_error() {
            bail!("{error}");
        }
        if self.json {
            write_json(out, &json_of(&merged))?;
        } else {
            for it in &merged.articles {
                let got = format!("{}, {}", count(it.n_spans, "span"), count(it.n_relations, "relation"));
                writeln!(out, "{}: {got}; {} left", it.document, it.n_open)?;
            }
            if let Some(left_out) = merged.left_out() {
                writeln!(out, "{} (--status any takes them)", printable(&left_out))?;
            }
            if !merged.skipped.is_empty() {
                let n = count(merged.skipped.len(), "article");
                let seen = if merged.unfinished.is_empty() { "seen" } else { "seen and done" };
                writeln!(out, "{n} left out: {seen} by fewer than {least}")?;
            }
            let verb = if is_dry_run { "gold would get" } else { "gold got" };
            writeln!(out, "{verb} {}", merged.summary())?;
        }
        let is_left = merged.totals().2 > 0 || !merged.unfinished.is_empty();
        Ok(if is_left { Outcome::LookAt } else { outcome(&merged.report) })
    }
}

fn json_of(merged: &PreMerged) -> Value {
    let articles = merged.articles.iter().map(|it| {
        json!({
            "article": it.document.as_str(),
            "spans": it.n_spans,
            "relations": it.n_relations,
            "left": it.n_open,
        })
    });
    let skipped: Vec<&str> = merged.skipped.iter().map(DocumentId::as_str).collect();
    let unfinished = merged
        .unfinished
        .iter()
        .map(|it| json!({"annotator": it.owner.name(), "article": it.document.as_str()}));
    json!({
        "articles": articles.collect::<Value>(),
        "skipped": skipped,
        "unfinished": unfinished.collect::<Value>(),
    })
}

/// Visits the articles that at least `least` of the owners have seen.
fn visit(
    session: &mut Session,
    owners: Vec<Owner>,
    least: usize,
    mut visit: impl FnMut(&mut Session, &DocumentId) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    session.perform_now(AdjudicateAction::Compare(owners).into());
    let articles: Vec<DocumentId> = session.articles().iter().map(|it| it.id.clone()).collect();
    for id in articles {
        session.perform_now(ArticleAction::Open(id.clone()).into());
        let is_open = session.document().is_some_and(|it| it.id == id);
        if is_open && session.case().is_some_and(|case| case.names().len() >= least) {
            visit(session, &id)?;
        }
    }
    Ok(())
}

/// The ids of what annotators have in a unit, which no other unit of the article has; after gold's,
/// if that is decided.
fn ids(case: &Case, unit: &Unit) -> String {
    let of_gold = (!case.is_open(unit)).then(|| case.words(&unit.compared, 0).map(|it| it.0));
    let of_others = case.statements(&unit.compared).into_iter().map(|it| it.id);
    let ids = of_gold.map(Option::unwrap_or_default).into_iter().chain(of_others);
    let ids = ids.map(|it| if it.is_empty() { ".".into() } else { it });
    ids.collect::<Vec<String>>().join(" ")
}

/// Prints what is open as a table, or what somebody says otherwise than gold.
fn write_table(
    session: &mut Session,
    owners: Vec<Owner>,
    is_against_gold: bool,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let mut n_rows = 0;
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(COLUMNS)?;
    let least = if is_against_gold { 1 } else { 2 };
    visit(session, owners, least, |session, id| {
        let (Some(case), Some(document)) = (session.case(), session.document()) else { return Ok(()) };
        let is_entity = |it: &Unit| matches!(it.compared.content, Content::Entity(_));
        let is_wanted = |it: &&Unit| match is_against_gold {
            true => !is_entity(it) && case.holders(&it.compared, 0).len() < case.names().len(),
            false => case.is_open(it),
        };
        for unit in case.units().iter().filter(is_wanted) {
            n_rows += 1;
            writer.write_record(row(case, unit, id, &document.text))?;
        }
        Ok(())
    })?;
    writer.flush()?;
    Ok(if n_rows > 0 { Outcome::LookAt } else { Outcome::Done })
}

fn row(case: &Case, unit: &Unit, id: &DocumentId, text: &Text) -> [String; 10] {
    let at = unit.compared.place.map(|place| text.line_column(place.start()));
    let number = |n: Option<usize>| n.map(|n| n.to_string()).unwrap_or_default();
    let about = match unit.compared.content {
        Content::Annotation(_) => "span",
        Content::Relation(_) => "relation",
        Content::Entity(_) => "entity",
    };
    let of_gold = case.words(&unit.compared, 0).map(|(id, label, text)| Statement {
        annotator: Owner::Gold.name().to_owned(),
        id,
        label,
        text,
        details: case.details(&unit.compared, 0),
    });
    let difference = match of_gold {
        Some(_) => case.difference_with_gold(&unit.compared),
        None => case.difference(&unit.compared),
    };
    let difference = match difference {
        "" => "agreed",
        it => it,
    };
    let said = of_gold.into_iter().chain(case.statements(&unit.compared));
    let said: Vec<String> = said.map(|it| format!("{}: {}", it.annotator, it.words(usize::MAX))).collect();
    [
        formula_safe(id.as_str()).into_owned(),
        number(at.map(|it| it.line)),
        number(at.map(|it| it.column)),
        about.to_owned(),
        difference.to_owned(),
        formula_safe(&said.join("; ")).into_owned(),
        ids(case, unit),
        String::new(),
        String::new(),
        String::new(),
    ]
}

fn read_rows(path: &Path) -> anyhow::Result<BTreeMap<String, Vec<Row>>> {
    let shown = path.display();
    let mut reader = csv::Reader::from_path(path).with_context(|| format!("cannot read {shown}"))?;
    let header = reader.headers().with_context(|| format!("cannot read {shown}"))?.clone();
    let column = |name: &str| {
        let at = header.iter().position(|it| it.trim() == name);
        at.with_context(|| format!("the table has no column {name}: {shown}"))
    };
    let [article, ids, take, reason, rule] =
        [column("article")?, column("ids")?, column("take")?, column("reason")?, column("rule")?];
    let mut rows: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for record in reader.records() {
        let record = record.with_context(|| format!("cannot read {shown}"))?;
        let cell = |at: usize| record.get(at).unwrap_or_default().trim().to_owned();
        if cell(take).is_empty() {
            continue;
        }
        let line = record.position().map_or(0, csv::Position::line);
        let article_path = cell(article);
        let article_path = article_path.strip_prefix('\'').unwrap_or(&article_path).to_owned();
        let row = Row { line, ids: cell(ids), take: cell(take), reason: cell(reason), rule: cell(rule) };
        rows.entry(article_path).or_default().push(row);
    }
    Ok(rows)
}

/// The number of the unit that a row is about, and whether it is about a relation.
fn meant(case: &Case, row: &Row) -> Option<(usize, bool)> {
    let mut units = case.units().iter().enumerate();
    let (i, unit) = units.find(|(_, it)| ids(case, it) == row.ids)?;
    Some((i, matches!(unit.compared.content, Content::Relation(_))))
}

fn rule(
    session: &mut Session,
    owners: Vec<Owner>,
    path: &Path,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let mut rows = read_rows(path)?;
    let (mut n_ruled, mut n_left, mut n_not) = (0, 0, 0);
    let shown = path.display();
    visit(session, owners, 1, |session, id| {
        let mut rows = rows.remove(id.as_str()).unwrap_or_default();
        // Spans before relations, which bring their ends along: what is said of these would find
        // nothing to decide.
        rows.sort_by_cached_key(|row| session.case().and_then(|case| meant(case, row)).is_none_or(|it| it.1));
        let is_given = !rows.is_empty();
        for row in rows {
            let Some(case) = session.case().cloned() else { continue };
            let Some((unit, _)) = meant(&case, &row) else {
                say(format_args!(
                    "{id} has nothing to decide with the ids {}: {shown}:{}",
                    row.ids, row.line
                ));
                n_not += 1;
                continue;
            };
            let choice = match row.take.as_str() {
                "all" | "both" => Choice::All,
                "none" | "neither" => Choice::Neither,
                name => match case.names().iter().position(|it| it == name) {
                    Some(i) => Choice::One(i),
                    None => bail!(
                        "take is the name of an annotator who has seen the article, all or none, and not {name}: \
                         {shown}:{}",
                        row.line
                    ),
                },
            };
            session.perform_now(AdjudicateAction::GoTo(unit).into());
            let n_done = session.history().done().len();
            let said = session.perform_now(AdjudicateAction::Rule(choice).into());
            if session.history().done().len() == n_done {
                let why = said.first().map_or("it was not carried out", String::as_str);
                bail!("{why}: {shown}:{}", row.line);
            }
            n_ruled += 1;
            if !(row.reason.is_empty() && row.rule.is_empty()) {
                let (reason, rule) = (row.reason, row.rule);
                session.perform_now(AdjudicateAction::Explain { reason, rule }.into());
            }
        }
        // What only one of them has seen waits for the others.
        let n_open = session.case().filter(|it| it.names().len() > 1).map(|case| case.n_open());
        if is_given && n_open == Some(0) {
            session.perform_now(ArticleAction::SetStatus(Status::Done).into());
        }
        n_left += n_open.unwrap_or_default();
        Ok(())
    })?;
    for (article, rows) in rows {
        say(format_args!("there is nothing to decide on {article}: {shown}:{}", rows[0].line));
        n_not += rows.len();
    }
    session.perform_now(ArticleAction::Save.into());
    if let Some(error) = session.save_error() {
        bail!("{error}");
    }
    writeln!(out, "{} carried out, {n_left} left to decide", count(n_ruled, "ruling"))?;
    Ok(if n_left + n_not > 0 { Outcome::LookAt } else { outcome(&Report::default()) })
}

impl From<StrategyName> for MergeStrategy {
    fn from(name: StrategyName) -> MergeStrategy {
        match name {
            StrategyName::Agreed => MergeStrategy::Agreed,
            StrategyName::Majority => MergeStrategy::Majority,
            StrategyName::Union => MergeStrategy::Union,
            StrategyName::First => MergeStrategy::First,
        }
    }
}
