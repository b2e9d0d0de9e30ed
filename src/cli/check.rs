//! `sorot check`

use std::io::Write;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::cli::Outcome;
use crate::cli::output::{count, outcome, problem_json, problem_line, write_json};
use crate::model::Report;
use crate::store::{Checked, Folder, check_release};
use crate::text::printable;

/// Verify every file of a project: hashes, offsets, ids, schema, releases
///
/// A release that lies outside of its project can be verified by itself: sorot check 1.0
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit code 1 if there is a warning or an error.

With --json, an object with these keys:
  articles         how many were read
  annotation_sets  how many were read
  releases         [{name, fingerprint, whole}]; whole is false if anything in it is not as it was
                   frozen
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
        if let Some(release) = check_release(&self.project, &mut report) {
            self.write(out, &Checked { releases: vec![release], ..Checked::default() }, &report)?;
            return Ok(outcome(&report));
        }
        let opened = Folder::open(&self.project, &mut report)?;
        let checked = opened.folder.check(&opened.schema, &mut report);
        self.write(out, &checked, &report)?;
        Ok(outcome(&report))
    }

    fn write(&self, out: &mut dyn Write, checked: &Checked, report: &Report) -> anyhow::Result<()> {
        if self.json {
            let problems: Vec<Value> = report.problems.iter().map(problem_json).collect();
            let releases = checked
                .releases
                .iter()
                .map(|it| json!({"name": it.name, "fingerprint": it.fingerprint, "whole": it.is_whole}));
            let releases: Vec<Value> = releases.collect();
            write_json(
                out,
                &json!({
                    "articles": checked.n_articles,
                    "annotation_sets": checked.n_sets,
                    "releases": releases,
                    "problems": problems,
                }),
            )?;
        } else {
            for problem in &report.problems {
                writeln!(out, "{}", problem_line(problem))?;
            }
            let (n_articles, n_sets) = (checked.n_articles, checked.n_sets);
            let (n_articles, n_sets) = (count(n_articles, "article"), count(n_sets, "annotation set"));
            let releases = match checked.releases.len() {
                0 => String::new(),
                n => format!("{}, ", count(n, "release")),
            };
            writeln!(out, "{n_articles}, {n_sets}, {releases}{}", count(report.problems.len(), "problem"))?;
            for release in checked.releases.iter().filter(|it| it.is_whole) {
                writeln!(
                    out,
                    "release {} is as it was frozen: {}",
                    printable(&release.name),
                    release.fingerprint
                )?;
            }
        }
        Ok(())
    }
}
