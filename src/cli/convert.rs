//! `sorot convert`

use std::io::Write;
use std::path::PathBuf;

use anyhow::anyhow;
use clap::builder::PossibleValuesParser;

use crate::cli::Outcome;
use crate::cli::export::{Choices, UnitName, written_formats};
use crate::cli::import::read_formats;
use crate::cli::output::{count, outcome, say_problems};
use crate::cli::target::Target;
use crate::format::{self, Bundle, ImportOptions};
use crate::model::{Owner, Report, Schema};
use crate::session::export::schema_of;
use crate::store::read_files;

/// Turn other programs' files into those of another format, without a project
#[derive(Debug, clap::Args)]
pub struct Convert {
    /// The format of the files that are there
    #[arg(value_parser = PossibleValuesParser::new(read_formats()))]
    from: String,
    /// The file, or the folder of files
    path: PathBuf,
    /// The format to write
    #[arg(value_parser = PossibleValuesParser::new(written_formats()))]
    to: String,
    /// The file or folder to write; - for standard output, if the format is one file
    out: PathBuf,
    /// Whose annotations they become [default: as the files say]
    #[arg(long, value_name = "NAME")]
    annotator: Option<String>,
    /// What offsets count in the files, where it is not what their format says
    #[arg(long, value_name = "UNIT")]
    from_unit: Option<UnitName>,
    /// Replace files that exist
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    choices: Choices,
}

impl Convert {
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<Outcome> {
        let find = |id: &str| format::find(id).ok_or_else(|| anyhow!("there is no format {id}"));
        let (from, to) = (find(&self.from)?, find(&self.to)?);
        let target = Target::new(to, Some(&self.out), self.force)?;
        let files = Bundle { files: read_files(&self.path)? };
        let options = ImportOptions {
            owner: self.annotator.as_deref().map(Owner::named),
            unit: self.from_unit.map(Into::into),
            ..ImportOptions::default()
        };
        let mut report = Report::default();
        let read = from.import(&files, &options, &Schema::default(), &mut report)?;
        let schema = schema_of(&read);
        self.choices.check(to, &schema)?;
        let articles = self.choices.choice().of(read, &mut report);
        let options = self.choices.options();
        target.write(out, |sink| to.write(&mut articles.as_slice(), &options, &schema, sink, &mut report))?;
        say_problems(&report);
        if let Some(path) = target.path() {
            let n_spans: usize = articles.iter().map(|it| it.set.annotations().len()).sum();
            let (n_articles, n_spans) = (count(articles.len(), "article"), count(n_spans, "span"));
            writeln!(out, "converted {n_articles} with {n_spans} to {}", path.display())?;
        }
        Ok(outcome(&report))
    }
}
