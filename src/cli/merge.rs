//! `sorot merge`

use std::io::Write;
use std::path::PathBuf;

use crate::cli::Outcome;
use crate::cli::output::{outcome, problem_line};
use crate::model::Report;
use crate::store::merge_files;

/// Merge two versions of an annotation file, span by span; made for git
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Where both sides changed one span, both versions are kept: ours with its id, theirs beside it with
the flag \"conflict\". Exit code 1 then; each is printed.

To have git use it, once in each copy of a project:
  git config merge.sorot.name \"annotations, span by span\"
  git config merge.sorot.driver \"sorot merge %O %A %B --path %P\"
and in annotations/.gitattributes, as Sorot writes it:
  *.json text eol=lf merge=sorot
sorot sync needs neither.")]
pub struct Merge {
    /// What both began with; an empty file if nothing
    base: PathBuf,
    /// One side; the result is written here
    ours: PathBuf,
    /// The other side
    theirs: PathBuf,
    /// What the file is called in the project
    #[arg(long, value_name = "PATH")]
    path: Option<PathBuf>,
}

impl Merge {
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<Outcome> {
        let mut report = Report::default();
        let named = self.path.as_ref().unwrap_or(&self.ours);
        merge_files(&self.base, &self.ours, &self.theirs, named, &mut report)?;
        for problem in &report.problems {
            writeln!(out, "{}", problem_line(problem))?;
        }
        Ok(outcome(&report))
    }
}
