//! What subcommands that compare sets have in common: whose sets, read from disk, and who has not
//! seen what.

use std::io::Write;
use std::path::Path;

use anyhow::bail;
use serde_json::{Value, json};

use crate::cli::output::{Progress, count};
use crate::compare::Tokenization;
use crate::compare::agreement::ComparedArticle;
use crate::model::{Owner, Report};
use crate::session::compare::read_compared;
use crate::store::Folder;
use crate::text::printable;

/// Whose sets are compared, on all articles of which at least one of them has one.
pub(super) struct Compared {
    /// The owners, in the order of [`ComparedArticle::sets`].
    pub(super) owners: Vec<Owner>,
    /// The articles.
    pub(super) articles: Vec<ComparedArticle>,
}

impl Compared {
    /// Reads the sets of the owners with these names.
    pub(super) fn read(project: &Path, names: &[String], report: &mut Report) -> anyhow::Result<Compared> {
        let opened = Folder::open(project, report)?;
        let mut owners: Vec<Owner> = Vec::new();
        for name in names {
            let owner = owner(&opened.folder, project, name)?;
            if owners.contains(&owner) {
                bail!("{owner} is named twice: {}", project.display());
            }
            owners.push(owner);
        }
        let mut progress = Progress::new(opened.articles.len());
        let step = |done| {
            progress.at(done);
            true
        };
        let articles = read_compared(&opened.folder, &opened.articles, &owners, report, step);
        Ok(Compared { owners, articles })
    }

    /// The articles that an owner has not seen, by the owner's number.
    pub(super) fn unseen_by(&self, owner: usize) -> impl Iterator<Item = &ComparedArticle> {
        self.articles.iter().filter(move |it| it.sets[owner].is_none())
    }

    /// How many articles all owners have seen.
    pub(super) fn n_seen_by_all(&self) -> usize {
        self.articles.iter().filter(|it| it.sets.iter().all(Option::is_some)).count()
    }

    /// Refuses labels that no set has, of spans or of relations.
    pub(super) fn check_labels(&self, labels: &[String]) -> anyhow::Result<()> {
        if labels.is_empty() {
            return Ok(());
        }
        let sets = || self.articles.iter().flat_map(|it| it.sets.iter().flatten());
        let mut known: Vec<&str> = sets()
            .flat_map(|it| it.annotations().map(|it| &it.label).chain(it.relations().map(|it| &it.label)))
            .map(String::as_str)
            .collect();
        known.sort_unstable();
        known.dedup();
        match labels.iter().find(|label| !known.contains(&label.as_str())) {
            Some(label) => bail!("nobody used the label {label}; labels used are {}", known.join(", ")),
            None => Ok(()),
        }
    }

    /// Says on how many articles the numbers stand, and what is left out because somebody has not
    /// seen it.
    pub(super) fn write_seen(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        const N_NAMED: usize = 5;
        writeln!(out, "{} seen by all", count(self.n_seen_by_all(), "article"))?;
        for (i, owner) in self.owners.iter().enumerate() {
            let unseen: Vec<&str> = self.unseen_by(i).map(|it| it.document.as_str()).collect();
            if unseen.is_empty() {
                continue;
            }
            let more = if unseen.len() > N_NAMED { ", …" } else { "" };
            let named = unseen[..unseen.len().min(N_NAMED)].join(", ");
            let (owner, n_unseen) = (printable(owner.name()), count(unseen.len(), "article"));
            writeln!(out, "{owner} has not seen {n_unseen}: {}{more}", printable(&named))?;
        }
        Ok(())
    }

    /// The same, and how tokens and intervals came to be.
    pub(super) fn write_counted(
        &self,
        out: &mut dyn Write,
        tokenization: Tokenization,
        n_samples: usize,
        seed: u64,
    ) -> anyhow::Result<()> {
        self.write_seen(out)?;
        write!(out, "tokens: {}", tokenization.name())?;
        if n_samples > 0 {
            write!(out, "; 95 % intervals of {n_samples} draws of articles, seed {seed}")?;
        }
        writeln!(out)?;
        Ok(())
    }

    /// Who has seen how much: `{seen_by_all, unseen: [{annotator, articles}]}`.
    pub(super) fn seen_json(&self) -> Value {
        let owners = self.owners.iter().enumerate().filter_map(|(i, owner)| {
            let unseen: Vec<&str> = self.unseen_by(i).map(|it| it.document.as_str()).collect();
            (!unseen.is_empty()).then(|| json!({"annotator": owner.name(), "articles": unseen}))
        });
        json!({"seen_by_all": self.n_seen_by_all(), "unseen": owners.collect::<Value>()})
    }
}

/// The owner with that name, who must have annotated something.
pub(super) fn owner(folder: &Folder, project: &Path, name: &str) -> anyhow::Result<Owner> {
    let owner = Owner::named(name);
    let owners = folder.owners();
    if owners.contains(&owner) {
        return Ok(owner);
    }
    let names: Vec<&str> = owners.iter().map(Owner::name).collect();
    let project = project.display();
    if names.is_empty() {
        bail!("the project has no annotations yet: {project}");
    }
    bail!("{owner} has annotated nothing here; annotators are {}: {project}", names.join(", "))
}

/// How numbers are printed.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
#[group(multiple = false)]
pub(super) struct Output {
    /// Print one JSON document
    #[arg(long)]
    pub(super) json: bool,
    /// Print the table as CSV, for spreadsheets and R
    #[arg(long)]
    pub(super) csv: bool,
    /// Print the table for LaTeX, with the package booktabs
    #[arg(long)]
    pub(super) latex: bool,
}

/// A [`Tokenization`] as it is typed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum TokensName {
    /// What stands between white space
    #[default]
    WhiteSpace,
    /// Words and marks by Unicode's rules and dictionaries, for scripts without spaces
    Words,
}

impl From<TokensName> for Tokenization {
    fn from(name: TokensName) -> Tokenization {
        match name {
            TokensName::WhiteSpace => Tokenization::WhiteSpace,
            TokensName::Words => Tokenization::Words,
        }
    }
}

/// When two spans are the same thing, as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum RuleName {
    Exact,
    Overlap,
    Token,
}
