//! `sorot init`

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::anyhow;

use crate::cli::Outcome;
use crate::cli::output::{outcome, say_problems};
use crate::file::{Preset, ProjectFile, read_project};
use crate::model::{Report, Schema};
use crate::store::Folder;

/// Make a folder a project; articles go into its folder "articles"
#[derive(Debug, clap::Args)]
pub struct Init {
    /// The folder, which need not exist yet
    dir: PathBuf,
    /// The labels to start with: simple, full, or the sorot.json of another project
    #[arg(long, value_name = "simple|full|FILE", default_value = "simple")]
    schema: PathBuf,
    /// What people call the project [default: the folder's name]
    #[arg(long)]
    name: Option<String>,
}

impl Init {
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<Outcome> {
        let mut report = Report::default();
        let schema = read_schema(&self.schema, &mut report)?;
        let name = self.name.clone().unwrap_or_else(|| folder_name(&self.dir));
        Folder::create(&self.dir, &ProjectFile::new(name, schema))?;
        say_problems(&report);
        writeln!(out, "made a project in {}", self.dir.display())?;
        Ok(outcome(&report))
    }
}

/// A preset by its name, or else the schema of a project file. A file called like a preset is
/// written ./simple.
fn read_schema(schema: &Path, report: &mut Report) -> anyhow::Result<Schema> {
    if let Some(preset) = schema.to_str().and_then(Preset::named) {
        return Ok(preset.schema());
    }
    let file = schema.display().to_string();
    let bytes = fs::read(schema).map_err(|error| anyhow!("the schema cannot be read, {error}: {file}"))?;
    Ok(read_project(&bytes, &file, report)?.schema)
}

fn folder_name(dir: &Path) -> String {
    let absolute = std::path::absolute(dir).unwrap_or_else(|_| dir.to_owned());
    let name = absolute.components().next_back().map(|it| it.as_os_str().to_string_lossy().into_owned());
    name.unwrap_or_default()
}
