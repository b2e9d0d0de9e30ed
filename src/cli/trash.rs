//! `sorot trash`

use std::io::Write;
use std::path::PathBuf;

use crate::cli::Outcome;
use crate::cli::output::{count, say_problems};
use crate::model::{Report, Timestamp};
use crate::session::Surroundings;
use crate::store::{Folder, TrashEntry};

/// List what Sorot replaced or deleted, and put it back
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Each line has the id, the time, who did it, why, and where the file lay. What lies there now goes to \
the trash before another file is put back.")]
pub struct Trash {
    /// The project folder
    #[arg(default_value = ".")]
    project: PathBuf,
    /// Put this back to where it lay
    #[arg(long, value_name = "ID", conflicts_with = "empty")]
    restore: Option<String>,
    /// Who puts it back
    #[arg(long, value_name = "NAME", requires = "restore", default_value = "")]
    annotator: String,
    /// Remove for good what is old
    #[arg(long, requires = "older_than")]
    empty: bool,
    /// How old it must be for that
    #[arg(long, value_name = "DAYS", requires = "empty")]
    older_than: Option<u32>,
}

impl Trash {
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<Outcome> {
        let mut report = Report::default();
        let folder = Folder::open(&self.project, &mut report)?.folder;
        let now = (Surroundings::of_system().clock)();
        if let Some(id) = &self.restore {
            let path = folder.restore(id, &self.annotator, now)?;
            writeln!(out, "{path} is back")?;
            return Ok(Outcome::Done);
        }
        if let Some(days) = self.older_than {
            let before = Timestamp(now.0 - i64::from(days) * 86_400);
            let n = folder.empty_trash(before)?;
            writeln!(out, "{} removed for good", count(n, "file"))?;
            return Ok(Outcome::Done);
        }
        say_problems(&report);
        let entries = folder.trash();
        for entry in &entries {
            writeln!(out, "{}", line(entry))?;
        }
        writeln!(out, "{} in the trash", count(entries.len(), "file"))?;
        Ok(Outcome::Done)
    }
}

fn line(entry: &TrashEntry) -> String {
    match &entry.note {
        Some(note) => format!("{}  {}  {}: {}: {}", entry.id, note.at, note.by, note.why, note.path),
        None => format!("{}  it is not known where it lay", entry.id),
    }
}
