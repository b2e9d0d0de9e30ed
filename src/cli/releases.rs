//! `sorot releases`

use std::io::Write;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::cli::output::{count, outcome, say_problems, write_json};
use crate::cli::{Outcome, released};
use crate::model::Report;
use crate::session::release::releases;
use crate::store::Folder;
use crate::text::printable;

/// List the releases with their fingerprints, the newest last
#[derive(Debug, clap::Args)]
#[command(after_help = "\
\"sorot check\" verifies them.

With --json, an array of objects with these keys:
  name, fingerprint, frozen, annotator, description
  earlier      {name, fingerprint} of the release before it, or null
  counts       {articles, done, code_points, spans: {label: number}, relations: {label: number}}
  split        {seed, parts: [{name, share, counts}], near_duplicates: [[path]]}, or null")]
pub struct Releases {
    /// The project folder
    #[arg(default_value = ".")]
    project: PathBuf,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl Releases {
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<Outcome> {
        // What is wrong with the project is the business of `sorot check`.
        let opened = Folder::open(&self.project, &mut Report::default())?;
        let mut report = Report::default();
        let releases = releases(&opened.folder, &mut report)?;
        say_problems(&report);
        if self.json {
            let list = releases.iter().map(|(it, fingerprint)| {
                json!({
                    "name": it.name,
                    "fingerprint": fingerprint,
                    "frozen": it.at.iso(),
                    "annotator": it.owner.name(),
                    "description": it.description,
                    "earlier": released::earlier_json(it),
                    "counts": released::counts_json(&it.counts),
                    "split": it.split.as_ref().map(released::split_json),
                })
            });
            write_json(out, &list.collect::<Value>())?;
        } else {
            for (it, fingerprint) in &releases {
                let (n_articles, n_spans) = (it.counts.n_articles, it.counts.n_spans());
                let holds = format!("{}, {}", count(n_articles, "article"), count(n_spans, "span"));
                let name = printable(&it.name);
                writeln!(out, "{name}  {}  {}: {holds}", it.at, printable(it.owner.name()))?;
                writeln!(out, "  {fingerprint}")?;
                for part in it.split.iter().flat_map(|it| &it.parts) {
                    let holds = count(part.counts.n_articles, "article");
                    writeln!(out, "  {}: {holds}", printable(&part.name))?;
                }
            }
            writeln!(out, "{}", count(releases.len(), "release"))?;
        }
        Ok(outcome(&report))
    }
}
