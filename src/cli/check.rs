//! `sorot check`

use std::io::Write;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::cli::Outcome;
use crate::cli::output::{count, outcome, problem_json, problem_line, write_json};
use crate::model::Report;
use crate::store::Folder;

/// Verify every file of a project: hashes, offsets, ids, schema
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit code 1 if there is a warning or an error.

With --json, an object with these keys:
  articles         how many were read
  annotation_sets  how many were read
  problems         [{severity, message, file, line, column, article, annotator, annotation}]; severity
                   is note, warning or error; from file on, what is not known is left out; line and
                   column count from 1")]
pub struct Check {
    /// The project folder
    #[arg(default_value = ".")]
    project: PathBuf,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl Check {
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<Outcome> {
        let mut report = Report::default();
        let opened = Folder::open(&self.project, &mut report)?;
        let checked = opened.folder.check(&opened.schema, &mut report);
        if self.json {
            let problems: Vec<Value> = report.problems.iter().map(problem_json).collect();
            write_json(
                out,
                &json!({
                    "articles": checked.n_articles,
                    "annotation_sets": checked.n_sets,
                    "problems": problems,
                }),
            )?;
        } else {
            for problem in &report.problems {
                writeln!(out, "{}", problem_line(problem))?;
            }
            let (n_articles, n_sets) = (checked.n_articles, checked.n_sets);
            let (n_articles, n_sets) = (count(n_articles, "article"), count(n_sets, "annotation set"));
            writeln!(out, "{n_articles}, {n_sets}, {}", count(report.problems.len(), "problem"))?;
        }
        Ok(outcome(&report))
    }
}
