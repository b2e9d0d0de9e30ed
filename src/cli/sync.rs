//! `sorot sync`

use std::io::Write;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::cli::Outcome;
use crate::cli::output::{count, problem_json, problem_line, say, write_json};
use crate::model::{Owner, Report};
use crate::store::{Folder, GitError, SyncError, SyncRequest, SyncWatch, Synced, WhyLeft};
use crate::text::printable;

/// Send what you changed to the team, and bring what the team changed, by way of git
///
/// Commits your own annotations and what belongs to all (labels, guidelines, articles, releases),
/// merges what the team sent, and sends both. It needs git, a repository and a place to share it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Your own are the annotations of --annotator, and those of others that Sorot changed here in that \
name. Where two machines changed the same annotations they are merged span by span; a span that both \
changed stays twice, with the flag \"conflict\". Nothing is forced, and other files of the repository \
are left alone. Exit code 1 if something is to be looked at: a conflict, or changes that were not sent.

With --json, an object with these keys:
  committed  the files that were committed, from the project folder
  left       [{file, reason}]: what was changed here and not sent
  pulled     how many commits came
  changed    [{annotator, articles}]: whose annotations on which articles the team changed
  files      the other files of the project that the team changed
  conflicts  what versions did not agree on, as the problems of sorot check
  pushed     how many commits went out
  outrun     how often others sent at the same moment")]
pub struct Sync {
    /// The project folder
    #[arg(default_value = ".")]
    project: PathBuf,
    /// Whose annotations are yours [default: those of everybody who worked on this machine]
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    annotator: Vec<String>,
    /// Send also what is not yours, and what was removed
    #[arg(long)]
    all: bool,
    /// Make the folder a git repository first, unless it is one
    #[arg(long)]
    init: bool,
    /// The place to share with, such as an address of GitHub, GitLab or your own server, or a folder
    #[arg(long, value_name = "ADDRESS", requires = "init")]
    remote: Option<String>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl Sync {
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<Outcome> {
        // What is wrong with the project is the business of `sorot check`.
        let folder = Folder::open(&self.project, &mut Report::default())?.folder;
        let owners: Vec<Owner> = self.annotator.iter().map(|name| Owner::named(name)).collect();
        let watch = SyncWatch::default();
        let request = SyncRequest { owners: &owners, sends_all: self.all, may_ask: true, watch: &watch };
        let begun = match self.init {
            true => folder.begin_sync(self.remote.as_deref(), &request)?,
            false => None,
        };
        let synced = match (folder.sync(&request), begun) {
            // A team may begin before it has a place to share.
            (Err(SyncError::Git(error @ GitError::NoRemote)), Some(begun)) => {
                say(format_args!("{error}, then: sorot sync"));
                begun
            }
            (synced, begun) => {
                let mut synced = synced?;
                synced.committed.extend(begun.into_iter().flat_map(|it| it.committed));
                synced
            }
        };
        if self.json {
            write_json(out, &synced_json(&synced))?;
        } else {
            print(&synced, out)?;
        }
        let is_serious = synced.left.iter().any(|it| it.why.is_serious()) || !synced.conflicts.is_empty();
        Ok(if is_serious { Outcome::LookAt } else { Outcome::Done })
    }
}

fn print(synced: &Synced, out: &mut dyn Write) -> anyhow::Result<()> {
    for (annotator, articles) in &synced.changed {
        writeln!(out, "{}: {} changed by the team", printable(annotator), count(articles.len(), "article"))?;
    }
    for file in &synced.files {
        writeln!(out, "changed by the team: {}", printable(file))?;
    }
    for problem in &synced.conflicts.problems {
        writeln!(out, "{}", problem_line(problem))?;
    }
    for left in &synced.left {
        writeln!(out, "not sent, {}: {}", left.why, printable(&left.file))?;
    }
    if synced.left.iter().any(|it| matches!(it.why, WhyLeft::Theirs(_) | WhyLeft::Removed)) {
        writeln!(
            out,
            "sorot sync --all sends what is not yours and what was removed; git restore takes it back"
        )?;
    }
    if synced.left.iter().any(|it| matches!(it.why, WhyLeft::Broken(_))) {
        writeln!(out, "sorot repair mends what cannot be read")?;
    }
    writeln!(out, "{}", synced.summary())?;
    Ok(())
}

fn synced_json(synced: &Synced) -> Value {
    let left = synced.left.iter().map(|it| json!({"file": it.file, "reason": it.why.to_string()}));
    let changed = synced.changed.iter();
    let changed = changed.map(|(annotator, articles)| json!({"annotator": annotator, "articles": articles}));
    json!({
        "committed": synced.committed,
        "left": left.collect::<Vec<Value>>(),
        "pulled": synced.n_pulled,
        "changed": changed.collect::<Vec<Value>>(),
        "files": synced.files,
        "conflicts": synced.conflicts.problems.iter().map(problem_json).collect::<Vec<Value>>(),
        "pushed": synced.n_pushed,
        "outrun": synced.n_outrun,
    })
}
