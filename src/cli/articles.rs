//! `sorot articles`

use std::io::Write;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::cli::Outcome;
use crate::cli::output::{Progress, count, outcome, say_problems, write_json};
use crate::model::{DocumentId, Owner, Report, SetKey, Status};
use crate::store::{Folder, SetSummary};
use crate::text::printable;

/// List the articles, whose annotations they have, how far those are, and how many spans
#[derive(Debug, clap::Args)]
#[command(after_help = "\
With --json, an object with these keys:
  project   its name
  articles  [{path, sets: [{annotator, status, spans}]}]; status is new, in_progress or done; spans
            says how many")]
pub struct Articles {
    /// The project folder
    #[arg(default_value = ".")]
    project: PathBuf,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl Articles {
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<Outcome> {
        let mut report = Report::default();
        let opened = Folder::open(&self.project, &mut report)?;
        let owners = opened.folder.owners();
        let mut progress = Progress::new(opened.articles.len());
        let mut articles = Vec::with_capacity(opened.articles.len());
        for (i, id) in opened.articles.iter().enumerate() {
            progress.at(i);
            articles.push((id, sets(&opened.folder, id, &owners)));
        }
        drop(progress);

        say_problems(&report);
        if self.json {
            let articles: Vec<Value> = articles.iter().map(|(id, sets)| article_json(id, sets)).collect();
            write_json(out, &json!({"project": opened.name, "articles": articles}))?;
        } else {
            write_list(out, &articles)?;
        }
        Ok(outcome(&report))
    }
}

type Sets<'a> = Vec<(&'a Owner, SetSummary)>;

fn sets<'a>(folder: &Folder, id: &DocumentId, owners: &'a [Owner]) -> Sets<'a> {
    let summary = |owner: &'a Owner| {
        let key = SetKey { document: id.clone(), owner: owner.clone() };
        folder.summary(&key).map(|summary| (owner, summary))
    };
    owners.iter().filter_map(summary).collect()
}

fn write_list(out: &mut dyn Write, articles: &[(&DocumentId, Sets<'_>)]) -> anyhow::Result<()> {
    for (id, sets) in articles {
        writeln!(out, "{}", printable(id.as_str()))?;
        for (owner, summary) in sets {
            let (status, n_spans) = (summary.status.name(), count(summary.n_annotations, "span"));
            let owner = printable(owner.name());
            writeln!(out, "  {owner}: {status}, {n_spans}")?;
        }
    }
    let all = articles.iter().flat_map(|(_, sets)| sets);
    let n_done = all.clone().filter(|(_, summary)| summary.status == Status::Done).count();
    let (n_articles, n_sets) = (count(articles.len(), "article"), count(all.count(), "annotation set"));
    writeln!(out, "{n_articles}, {n_sets}, {n_done} done")?;
    Ok(())
}

fn article_json(id: &DocumentId, sets: &Sets<'_>) -> Value {
    let set = |(owner, summary): &(&Owner, SetSummary)| {
        json!({
            "annotator": owner.name(),
            "status": summary.status.name(),
            "spans": summary.n_annotations,
        })
    };
    json!({"path": id.as_str(), "sets": sets.iter().map(set).collect::<Vec<_>>()})
}
