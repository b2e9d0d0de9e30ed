//! `sorot change`

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, anyhow};

use crate::cli::Outcome;
use crate::cli::opened::{open_saying, perform};
use crate::cli::output::say;
use crate::model::{Owner, Renaming, SchemaChange, SchemaPart};
use crate::session::{SchemaAction, Session};

/// Rename, merge, split or delete labels, attributes and relations in all annotations of a project
#[derive(Debug, clap::Args)]
#[command(after_help = "\
All annotation files of everybody change in one step, which Undo in the window takes back. Nothing \
is written if a file that it touches cannot be. With --dry-run nothing is written at all.")]
pub struct Change {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Give another name to something
    Rename {
        /// What it is
        part: Part,
        /// Its name
        from: String,
        /// Its new name
        to: String,
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        how: How,
    },
    /// Make one of several
    Merge {
        /// What they are
        part: Part,
        /// Their names, and last the name of the one that stays
        #[arg(required = true, num_args = 2..)]
        names: Vec<String>,
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        how: How,
    },
    /// Take something out of the schema
    Delete {
        /// What it is
        part: Part,
        /// Its name
        name: String,
        /// Let annotations keep it, unknown to the schema
        #[arg(long)]
        keep: bool,
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        how: How,
    },
    /// Make several labels of one; what is in no choice keeps the old one
    Split {
        /// Its name
        label: String,
        /// A file of choices: article, annotator, annotation's id and new label a line, with tabs
        /// between; or - for standard input
        #[arg(long, value_name = "FILE")]
        choices: PathBuf,
        #[command(flatten)]
        how: How,
    },
}

/// A kind of thing that a schema names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// A label
    Label,
    /// A kind of relation
    Relation,
    /// An attribute of a label or relation
    Attribute,
    /// A value of an attribute
    Value,
}

#[derive(Debug, clap::Args)]
struct Place {
    /// The label or relation whose attribute is meant
    #[arg(long, value_name = "LABEL")]
    of: Option<String>,
    /// The attribute whose value is meant
    #[arg(long, value_name = "NAME")]
    attribute: Option<String>,
}

#[derive(Debug, clap::Args)]
struct How {
    /// The project folder
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    project: PathBuf,
    /// Who does it
    #[arg(long, value_name = "NAME")]
    annotator: String,
    /// Only count what would change
    #[arg(long)]
    dry_run: bool,
}

impl Change {
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<Outcome> {
        let (change, how) = match &self.verb {
            Verb::Rename { part, from, to, place, how } => {
                (place.change(*part, Renaming::Rename { from: from.clone(), to: to.clone() })?, how)
            }
            Verb::Merge { part, names, place, how } => {
                let (into, from) = names.split_last().context("nothing to merge is named")?;
                let renaming = Renaming::Merge { from: from.to_vec(), into: into.clone() };
                (place.change(*part, renaming)?, how)
            }
            Verb::Delete { part, name, keep, place, how } => {
                (place.change(*part, Renaming::Delete { name: name.clone(), keeps: *keep })?, how)
            }
            Verb::Split { label, choices, how } => {
                (SchemaChange { part: SchemaPart::Label, renaming: read_choices(label, choices)? }, how)
            }
        };
        let owner = Owner::named(&how.annotator);
        let mut session = open_saying(&how.project, owner)?;
        make(&mut session, change, how.dry_run, out)
    }
}

fn make(
    session: &mut Session,
    change: SchemaChange,
    is_dry: bool,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    session.perform_now(SchemaAction::Preview(change.clone()).into());
    let preview = session.preview().context("the sets could not be read")?;
    if let Some(obstacle) = preview.obstacles.first() {
        for other in &preview.obstacles[1..] {
            say(format_args!("error: {other}"));
        }
        anyhow::bail!("{obstacle}");
    }
    let touched = preview.touched.clone();
    let remarks = touched.remarks();
    let verb = if is_dry { "would touch" } else { "touched" };
    if !is_dry {
        perform(session, SchemaAction::Change(change.clone()).into(), "nothing was changed")?;
    }
    writeln!(out, "{}: {verb} {touched}", change.name())?;
    for remark in &remarks {
        writeln!(out, "  {remark}")?;
    }
    Ok(if remarks.is_empty() { Outcome::Done } else { Outcome::LookAt })
}

impl Place {
    fn change(&self, part: Part, renaming: Renaming) -> anyhow::Result<SchemaChange> {
        let of = || self.of.clone().context("--of must say of which label or relation");
        let part = match part {
            Part::Label => SchemaPart::Label,
            Part::Relation => SchemaPart::Relation,
            Part::Attribute => SchemaPart::Attribute { of: of()? },
            Part::Value => {
                let attribute = self.attribute.clone().context("--attribute must say of which attribute")?;
                SchemaPart::Value { of: of()?, attribute }
            }
        };
        Ok(SchemaChange { part, renaming })
    }
}

/// Reads which annotation gets which label.
fn read_choices(label: &str, file: &std::path::Path) -> anyhow::Result<Renaming> {
    let shown = file.display();
    let text = match file.to_str() {
        Some("-") => std::io::read_to_string(std::io::stdin()),
        _ => std::fs::read_to_string(file),
    };
    let text = text.map_err(|error| anyhow!("the choices cannot be read, {error}: {shown}"))?;
    let mut choices = BTreeMap::new();
    let mut into: Vec<String> = Vec::new();
    for (i, line) in text.lines().enumerate().filter(|(_, line)| !line.is_empty()) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [article, annotator, id, choice] = fields[..] else {
            anyhow::bail!("the line has {} fields instead of 4: {shown}:{}", fields.len(), i + 1);
        };
        let set = crate::model::SetKey { document: article.into(), owner: Owner::named(annotator) };
        choices.insert((set, id.into()), choice.to_owned());
        if choice != label && !into.iter().any(|it| it == choice) {
            into.push(choice.to_owned());
        }
    }
    Ok(Renaming::Split { name: label.to_owned(), into, choices })
}
