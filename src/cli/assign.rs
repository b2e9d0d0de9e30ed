//! `sorot assign`

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use serde_json::{Value, json};

use crate::cli::Outcome;
use crate::cli::output::{outcome, say_problems, write_json};
use crate::file::TrashNote;
use crate::model::{Assignments, Deal, Owner, Report};
use crate::session::table::{Cell, Table};
use crate::session::{PersonProgress, Surroundings, read_progress};
use crate::store::Folder;

/// Give articles to annotators, and show how far everybody is
#[derive(Debug, clap::Args)]
#[command(after_help = "\
With --annotators, each article is given to as many of them as --per-article says: loads differ by one
at most, and every two annotators share about as many articles. What was given before stays, so that
new articles or people can join later. It is written to assignments.json.

With --blind, an annotator's window shows nobody else's annotations on an article until their own is
marked as done; --open ends that for all. It is a courtesy of the window and no lock: the files lie in
the project.

Without any of these, only the progress is shown.

With --json, an array of objects with these keys:
  annotator  who
  assigned, done, begun  how many articles were given to them, and how far these are
  others     how many articles they annotated besides
  spans      how many spans they made")]
pub struct Assign {
    /// The project folder
    #[arg(default_value = ".")]
    project: PathBuf,
    /// To whom, with commas between
    #[arg(long, value_delimiter = ',', value_name = "NAME,NAME,…")]
    annotators: Vec<String>,
    /// How many annotate each article
    #[arg(long, value_name = "N", default_value_t = 2)]
    per_article: usize,
    /// Where chance starts: the same seed deals alike on every machine
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Keep others' annotations out of sight until one's own article is done
    #[arg(long, conflicts_with = "open")]
    blind: bool,
    /// Open the round: nothing is out of sight any more
    #[arg(long)]
    open: bool,
    /// Forget what was given before
    #[arg(long, requires = "annotators")]
    anew: bool,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl Assign {
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<Outcome> {
        let mut report = Report::default();
        let opened = Folder::open(&self.project, &mut report)?;
        say_problems(&report);
        let before = opened.folder.read_assignments(&mut report);
        let mut assignments = before.clone().unwrap_or_default();
        if self.anew {
            assignments.articles.clear();
        }
        if !self.annotators.is_empty() {
            let mut annotators: Vec<Owner> = Vec::new();
            for name in &self.annotators {
                let owner = Owner::named(name.trim());
                if owner == Owner::Gold || owner.name().is_empty() || annotators.contains(&owner) {
                    bail!("articles are given to people, each named once: {}", self.annotators.join(","));
                }
                annotators.push(owner);
            }
            if self.per_article == 0 || self.per_article > annotators.len() {
                bail!("{} cannot annotate each article: there are {}", self.per_article, annotators.len());
            }
            let deal = Deal { annotators, per_article: self.per_article, seed: self.seed };
            assignments.deal(&opened.articles, &deal);
        }
        assignments.is_blind |= self.blind;
        assignments.is_open = (assignments.is_open || self.open) && !self.blind;
        if before.as_ref() != Some(&assignments)
            && (before.is_some() || assignments != Assignments::default())
        {
            let at = (Surroundings::of_system().clock)();
            let note =
                TrashNote { at, by: "gold".into(), why: "give out articles".into(), path: String::new() };
            opened.folder.write_assignments(&assignments, note).context("articles were not given out")?;
        }
        let people = read_progress(&opened.folder, &opened.articles, &assignments);
        if self.json {
            write_json(out, &people.iter().map(json_of).collect::<Value>())?;
            return Ok(outcome(&report));
        }
        table(&people).write_text(out)?;
        let n_open = opened.articles.iter().filter(|it| !assignments.articles.contains_key(it)).count();
        writeln!(out, "{} of {} articles given out", opened.articles.len() - n_open, opened.articles.len())?;
        if assignments.is_blind {
            let text = if assignments.is_open { "the round is open" } else { "annotators work blind" };
            writeln!(out, "{text}")?;
        }
        Ok(outcome(&report))
    }
}

fn table(people: &[PersonProgress]) -> Table {
    let mut table = Table::new(&["annotator", "assigned", "done", "begun", "others", "spans"]);
    for it in people {
        let numbers = [it.n_assigned, it.n_done, it.n_begun, it.n_others, it.n_spans];
        let numbers = numbers.map(|n| Cell::Number(n.to_string()));
        table.rows.push(std::iter::once(Cell::text(it.owner.name())).chain(numbers).collect());
    }
    table
}

fn json_of(it: &PersonProgress) -> Value {
    json!({
        "annotator": it.owner.name(),
        "assigned": it.n_assigned,
        "done": it.n_done,
        "begun": it.n_begun,
        "others": it.n_others,
        "spans": it.n_spans,
    })
}
