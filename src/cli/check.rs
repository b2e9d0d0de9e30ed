//! `sorot check`

use std::io::Write;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::cli::Outcome;
use crate::cli::output::{count, outcome, problem_line, severity, write_json};
use crate::model::{Problem, Report};
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

fn problem_json(problem: &Problem) -> Value {
    let place = &problem.place;
    let mut json = json!({"severity": severity(problem.severity), "message": problem.message});
    let mut add = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            json[key] = value;
        }
    };
    add("file", place.file.as_deref().map(Value::from));
    add("line", place.line_column.map(|(line, _)| line.into()));
    add("column", place.line_column.map(|(_, column)| column.into()));
    add("article", place.document.as_ref().map(|it| it.as_str().into()));
    add("annotator", place.owner.as_ref().map(|it| it.name().into()));
    add("annotation", place.annotation.as_ref().map(|it| it.as_str().into()));
    json
}
