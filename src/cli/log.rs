//! `sorot log`

use std::io::Write;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::cli::Outcome;
use crate::cli::output::{count, outcome, say_problems, write_json};
use crate::model::{DocumentId, Owner, Report};
use crate::session::log::{self, Deed, LogChange, LogRow};
use crate::store::Folder;

/// Print who changed what, and when, newest first
#[derive(Debug, clap::Args)]
#[command(after_help = "\
It tells what was done on this machine: version control carries results only.

With --json, an array of objects with these keys:
  at         when, in UTC; left out where the journal does not say
  annotator  who
  event      do, undo or redo
  name       what Undo calls it
  changes    [{article, annotator, what, annotation, before, after}]; what does not apply is left
             out; before is left out of what came, after of what went")]
pub struct Log {
    /// The project folder
    #[arg(default_value = ".")]
    project: PathBuf,
    /// Only what changed this article, as the command articles lists it
    #[arg(long, value_name = "PATH")]
    article: Option<String>,
    /// Only what this annotator did
    #[arg(long, value_name = "NAME")]
    annotator: Option<String>,
    /// Only the newest N
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl Log {
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<Outcome> {
        let mut report = Report::default();
        let opened = Folder::open(&self.project, &mut Report::default())?;
        let article = match &self.article {
            Some(article) => {
                let id = DocumentId::new(article.as_str());
                anyhow::ensure!(opened.articles.contains(&id), "the project has no article {article}");
                Some(id)
            }
            None => None,
        };
        let owners = match &self.annotator {
            Some(name) => vec![Owner::named(name)],
            None => opened.folder.owners(),
        };
        let mut rows = log::read(&opened.folder, &owners, article.as_ref(), &mut report);
        rows.truncate(self.limit.unwrap_or(usize::MAX));
        say_problems(&report);
        if self.json {
            let rows: Vec<Value> = rows.iter().map(row_json).collect();
            write_json(out, &Value::from(rows))?;
        } else {
            for row in &rows {
                print(row, out)?;
            }
            writeln!(out, "{}", count(rows.len(), "step"))?;
        }
        Ok(outcome(&report))
    }
}

fn print(row: &LogRow, out: &mut dyn Write) -> std::io::Result<()> {
    let at = row.at.map_or_else(|| "time unknown".to_owned(), |at| at.to_string());
    let deed = match row.deed {
        Deed::Done => "",
        Deed::Undone => "undid ",
        Deed::Redone => "redid ",
    };
    writeln!(out, "{at}  {}: {deed}{}", row.by, row.name)?;
    for change in &row.changes {
        let place = change.document.as_ref().map(|it| format!("{it}, ")).unwrap_or_default();
        let whose = change.owner.as_ref().filter(|owner| **owner != row.by);
        let whose = whose.map(|owner| format!(" of {owner}")).unwrap_or_default();
        let (before, after) = (change.before.as_deref(), change.after.as_deref());
        writeln!(
            out,
            "  {place}{}{whose}: {} → {}",
            change.what,
            before.unwrap_or("nothing"),
            after.unwrap_or("nothing")
        )?;
    }
    Ok(())
}

fn row_json(row: &LogRow) -> Value {
    let changes: Vec<Value> = row.changes.iter().map(change_json).collect();
    let mut json = json!({});
    if let Some(at) = row.at.and_then(|at| at.iso()) {
        json["at"] = at.into();
    }
    json["annotator"] = row.by.name().into();
    json["event"] = row.deed.name().into();
    json["name"] = row.name.as_str().into();
    json["changes"] = changes.into();
    json
}

fn change_json(change: &LogChange) -> Value {
    let mut json = json!({});
    let mut add = |key: &str, value: Option<&str>| {
        if let Some(value) = value {
            json[key] = value.into();
        }
    };
    add("article", change.document.as_ref().map(DocumentId::as_str));
    add("annotator", change.owner.as_ref().map(Owner::name));
    add("what", Some(&change.what));
    add("annotation", change.annotation.as_ref().map(|it| it.as_str()));
    add("before", change.before.as_deref());
    add("after", change.after.as_deref());
    json
}
