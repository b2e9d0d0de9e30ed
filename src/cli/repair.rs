//! `sorot repair`

use std::io::Write;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::cli::Outcome;
use crate::cli::output::{count, problem_json, problem_line, write_json};
use crate::model::{Report, Timestamp};
use crate::store::{Folder, Repaired, Repairer};
use crate::text::printable;

/// Mend broken files, and bring sync programs' copies together with their originals
///
/// What is whole in a broken file comes back; the file as it was goes to the trash, .sorot/trash.
/// Articles and releases are never touched.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit code 1 if something could not be mended; sorot check tells what is left to look at.

With --json, an object with these keys:
  dry_run   true if nothing was changed
  repaired  [{file, merged, problems}]; merged is true for a sync program's copy that was brought
            together with its original; problems are as those of sorot check
  failed    the problems of files that could not be mended")]
pub struct Repair {
    /// The project folder
    #[arg(default_value = ".")]
    project: PathBuf,
    /// Change nothing, and say what would be done
    #[arg(long)]
    dry_run: bool,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl Repair {
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<Outcome> {
        // What is wrong with the project is the business of `sorot check`.
        let opened = Folder::open(&self.project, &mut Report::default())?;
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let at = Timestamp(i64::try_from(since.as_secs()).unwrap_or_default());
        let repairer = Repairer { by: "sorot repair".to_owned(), at, is_dry_run: self.dry_run };
        let mut failed = Report::default();
        let repaired = opened.folder.repair(&opened.schema, &repairer, &mut failed);
        if self.json {
            let list: Vec<Value> = repaired.iter().map(repaired_json).collect();
            let failed: Vec<Value> = failed.problems.iter().map(problem_json).collect();
            write_json(out, &json!({"dry_run": self.dry_run, "repaired": list, "failed": failed}))?;
        } else {
            for it in &repaired {
                let verb = match (it.is_merged, self.dry_run) {
                    (true, false) => "merged",
                    (true, true) => "would merge",
                    (false, false) => "mended",
                    (false, true) => "would mend",
                };
                writeln!(out, "{verb} {}", printable(&it.file))?;
                for problem in &it.problems {
                    writeln!(out, "  {problem}")?;
                }
            }
            for problem in &failed.problems {
                writeln!(out, "{}", problem_line(problem))?;
            }
            let verb = if self.dry_run { "to mend" } else { "mended" };
            let n_merged = repaired.iter().filter(|it| it.is_merged).count();
            let mended = count(repaired.len() - n_merged, "file");
            let copies = if n_merged == 1 { "1 copy".to_owned() } else { format!("{n_merged} copies") };
            let (merged, n_failed) =
                (if self.dry_run { "to merge" } else { "merged" }, failed.problems.len());
            writeln!(out, "{mended} {verb}, {copies} {merged}, {n_failed} failed")?;
        }
        Ok(if failed.is_empty() { Outcome::Done } else { Outcome::LookAt })
    }
}

fn repaired_json(repaired: &Repaired) -> Value {
    let problems: Vec<Value> = repaired.problems.iter().map(problem_json).collect();
    json!({"file": repaired.file, "merged": repaired.is_merged, "problems": problems})
}
