//! `sorot import`

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::bail;
use clap::builder::PossibleValuesParser;

use crate::cli::Outcome;
use crate::cli::export::UnitName;
use crate::cli::opened::open_saying;
use crate::cli::output::{outcome, say_problems};
use crate::format::FORMATS;
use crate::model::Owner;
use crate::session::{ImportAction, ImportRequest};

/// Bring annotated articles of another program into a project
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Articles that the project does not have are added to it, below articles/. Annotations on an article \
that the annotator has annotated already stay out, and are listed: an import touches no annotations \
that are there. All of it comes in, or nothing; Undo in the window takes it out again.")]
pub struct Import {
    /// The format's id, as "sorot formats" lists it
    #[arg(value_parser = PossibleValuesParser::new(read_formats()))]
    format: String,
    /// The file, or the folder of files
    path: PathBuf,
    /// The project folder
    #[arg(long, value_name = "PROJECT", default_value = ".")]
    into: PathBuf,
    /// Whose annotations they become
    #[arg(long, value_name = "NAME")]
    annotator: String,
    /// Let annotations stay with the annotators that the files name
    #[arg(long)]
    keep_annotators: bool,
    /// What offsets count, where the text does not show it and it is not what the format says
    #[arg(long, value_name = "UNIT")]
    unit: Option<UnitName>,
    /// Only tell what would come in
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn read_formats() -> impl Iterator<Item = &'static str> {
    FORMATS.iter().filter(|format| format.capabilities().reads).map(|format| format.id())
}

impl Import {
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<Outcome> {
        let owner = Owner::named(&self.annotator);
        let mut session = open_saying(&self.into, owner.clone())?;
        let request = ImportRequest {
            format: self.format.clone(),
            paths: vec![self.path.clone()],
            owner: (!self.keep_annotators).then_some(owner),
            unit: self.unit.map(Into::into),
        };
        let action = match self.dry_run {
            true => ImportAction::Preview(request),
            false => ImportAction::ImportAtOnce(request),
        };
        let said = session.perform_now(action.into());
        let (plan, is_in) = match (session.imported(), session.import_plan()) {
            (Some(plan), _) => (Arc::clone(plan), true),
            (None, Some(Ok(plan))) => (Arc::clone(plan), false),
            (None, Some(Err(error))) => bail!("{error}"),
            (None, None) => bail!("{}", said.last().map_or("nothing was imported", String::as_str)),
        };
        if let Some(error) = session.save_error() {
            bail!("{error}");
        }
        say_problems(&plan.report);
        if plan.is_empty() {
            writeln!(out, "nothing to import")?;
            return Ok(outcome(&plan.report));
        }
        let verb = if is_in { "imported" } else { "would import" };
        writeln!(out, "{verb} {}", plan.summary())?;
        Ok(outcome(&plan.report))
    }
}
