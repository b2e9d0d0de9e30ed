//! `sorot assign`

use std::io::Write;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::cli::Outcome;
use crate::cli::output::{outcome, say_problems, write_json};
use crate::model::{Owner, Report};
use crate::session::table::{Cell, Table};
use crate::session::{
    Among, GiveOut, PersonProgress, Round, Surroundings, describe_assignments, give_out, read_progress,
};
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
    /// Only articles that nobody has
    #[arg(long, requires = "annotators", conflicts_with = "folder")]
    unassigned: bool,
    /// Only articles below a folder of the project, such as articles/2024
    #[arg(long, requires = "annotators", value_name = "FOLDER")]
    folder: Option<String>,
    /// Keep others' annotations out of sight until one's own article is done
    #[arg(long, conflicts_with = "open")]
    blind: bool,
    /// Open the round: nothing is out of sight any more
    #[arg(long)]
    open: bool,
    /// Forget before to whom these articles were given
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
        let asked = GiveOut {
            annotators: self.annotators.iter().map(|it| Owner::named(it.trim())).collect(),
            per_article: self.per_article,
            seed: self.seed,
            among: match &self.folder {
                Some(folder) => Among::Folder(folder.clone()),
                None if self.unassigned => Among::Unassigned,
                None => Among::All,
            },
            is_anew: self.anew,
            round: match (self.blind, self.open) {
                (true, _) => Round::Blind,
                (_, true) => Round::Open,
                _ => Round::Same,
            },
        };
        let at = (Surroundings::of_system().clock)();
        let given = give_out(&opened.folder, &opened.articles, &asked, None, (at, "gold"));
        let assignments = given.map_err(anyhow::Error::msg)?.unwrap_or_default();
        let people = read_progress(&opened.folder, &opened.articles, &assignments);
        if self.json {
            write_json(out, &people.iter().map(json_of).collect::<Value>())?;
            return Ok(outcome(&report));
        }
        table(&people).write_text(out)?;
        for line in describe_assignments(&assignments, &opened.articles) {
            writeln!(out, "{line}")?;
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
