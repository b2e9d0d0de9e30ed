//! `sorot schema`

use std::io::Write;

use crate::cli::Outcome;
use crate::cli::output::write_json;
use crate::file;

/// Print the JSON Schema of Sorot's files
#[derive(Debug, clap::Args)]
pub struct Schema {
    /// Which file
    #[arg(default_value = "annotations")]
    file: SchemaOf,
}

/// What a JSON Schema is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum SchemaOf {
    /// An annotation file
    Annotations,
    /// The project file, sorot.json
    Project,
    /// The manifest of a release, release.json
    Release,
}

impl Schema {
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<Outcome> {
        let schema = match self.file {
            SchemaOf::Annotations => file::annotations_schema(),
            SchemaOf::Project => file::project_schema(),
            SchemaOf::Release => file::release_schema(),
        };
        write_json(out, &schema)?;
        Ok(Outcome::Done)
    }
}
