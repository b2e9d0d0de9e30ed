//! `sorot collect`

use std::io::Write;
use std::path::PathBuf;

use anyhow::bail;

use crate::cli::Outcome;
use crate::cli::opened::{open_saying, perform};
use crate::cli::output::{outcome, say_problems};
use crate::model::Owner;
use crate::session::ImportAction;

/// Bring in what another copy of a project has, from a stick or a shared folder
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Everybody's annotations that the project lacks come in, with the articles that they are on. Those \
that moved on in the copy are taken over. Those that were changed on both sides are merged: what \
either has stays, and a span that both changed stays twice, with the flag \"conflict\". Articles with \
another text there are refused. All of it is one step, which Undo in the window takes back. Exit code \
1 if something was refused or is to be decided.")]
pub struct Collect {
    /// The other copy's folder
    folder: PathBuf,
    /// The project folder
    #[arg(long, value_name = "PROJECT", default_value = ".")]
    into: PathBuf,
    /// Who does it
    #[arg(long, value_name = "NAME")]
    annotator: String,
    /// Only tell what would come in
    #[arg(long)]
    dry_run: bool,
}

impl Collect {
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<Outcome> {
        let owner = Owner::named(&self.annotator);
        let mut session = open_saying(&self.into, owner)?;
        session.perform_now(ImportAction::PreviewCopy(self.folder.clone()).into());
        let plan = match session.import_plan() {
            Some(Ok(plan)) => plan.clone(),
            Some(Err(error)) => bail!("{error}"),
            None => bail!("the copy was not read"),
        };
        say_problems(&plan.report);
        if plan.is_empty() {
            writeln!(out, "nothing to collect")?;
            return Ok(outcome(&plan.report));
        }
        let verb = if self.dry_run { "would collect" } else { "collected" };
        if !self.dry_run {
            perform(&mut session, ImportAction::Import.into(), "nothing was collected")?;
        }
        writeln!(out, "{verb} {}", plan.summary())?;
        Ok(outcome(&plan.report))
    }
}
