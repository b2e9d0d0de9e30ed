//! `sorot export`

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{anyhow, bail};
use clap::builder::PossibleValuesParser;

use crate::cli::Outcome;
use crate::cli::output::{Progress, count, outcome, say, say_problems};
use crate::format::{self, Article, Bundle, ExportOptions, FORMATS, Format};
use crate::model::{AnnotationSet, Owner, Place, Report, Schema, SetKey, Severity, Status};
use crate::store::{Folder, Opened, StoreError};

/// Write somebody's annotations in a format for other programs
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Each line of jsonl is one article, an object with these keys:
  id           the article's path in the project
  text         the article; offsets count its code points from 0, the end is exclusive
  text_sha256  of the text in UTF-8
  language, annotator, status, schema, offsets
  entities     [{id, kind, name, …}]
  spans        [{id, label, start, end, text, …}], and fragments [[start, end], …] where there are
               several; text is then the fragments joined by a space
  relations    [{id, label, from, to, …}] with the ids of spans
json writes the same files as the project's annotations folder, as \"sorot schema\" describes them.")]
pub struct Export {
    /// The format's id, as "sorot formats" lists it
    #[arg(value_parser = PossibleValuesParser::new(written_formats()))]
    format: String,
    /// The project folder
    #[arg(default_value = ".")]
    project: PathBuf,
    /// Whose annotations; gold for the agreed reference
    #[arg(long, value_name = "NAME")]
    annotator: String,
    /// Where to: a file, or for json a folder [default: standard output, if the format is one file]
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,
    /// Only articles whose annotations are this far
    #[arg(long)]
    status: Option<StatusName>,
    /// Only spans of these labels, and the relations between them
    #[arg(long, value_delimiter = ',', value_name = "LABEL,…")]
    labels: Vec<String>,
    /// Replace files that exist
    #[arg(long)]
    force: bool,
}

/// A [`Status`] as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
#[value(rename_all = "snake_case")]
enum StatusName {
    New,
    InProgress,
    Done,
}

impl From<StatusName> for Status {
    fn from(name: StatusName) -> Status {
        match name {
            StatusName::New => Status::New,
            StatusName::InProgress => Status::InProgress,
            StatusName::Done => Status::Done,
        }
    }
}

fn written_formats() -> impl Iterator<Item = &'static str> {
    FORMATS.iter().filter(|format| format.capabilities().writes).map(|format| format.id())
}

impl Export {
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<Outcome> {
        let format =
            format::find(&self.format).ok_or_else(|| anyhow!("there is no format {}", self.format))?;
        let target = Target::new(format, self.out.as_deref(), self.force)?;
        let mut report = Report::default();
        let opened = Folder::open(&self.project, &mut report)?;
        let owner = self.owner(&opened.folder)?;
        self.check_labels(&opened.schema)?;

        let articles = self.articles(&opened, &owner, &mut report);
        let bundle = format.export(&articles, &ExportOptions::default(), &opened.schema, &mut report);
        target.write(&bundle, self.force, out)?;
        say_problems(&report);
        if articles.is_empty() {
            say(format_args!("warning: no article has such annotations of {owner}, so nothing is exported"));
            return Ok(Outcome::LookAt);
        }
        if let Some(path) = target.path() {
            let n_spans: usize = articles.iter().map(|article| article.set.annotations().len()).sum();
            let (n_articles, n_spans) = (count(articles.len(), "article"), count(n_spans, "span"));
            writeln!(out, "exported {n_articles} with {n_spans} to {}", path.display())?;
        }
        Ok(outcome(&report))
    }

    fn owner(&self, folder: &Folder) -> anyhow::Result<Owner> {
        let owner = Owner::named(&self.annotator);
        let owners = folder.owners();
        if owners.contains(&owner) {
            return Ok(owner);
        }
        let names: Vec<&str> = owners.iter().map(Owner::name).collect();
        let project = self.project.display();
        if names.is_empty() {
            bail!("the project has no annotations yet: {project}");
        }
        bail!("{owner} has annotated nothing here; annotators are {}: {project}", names.join(", "))
    }

    fn check_labels(&self, schema: &Schema) -> anyhow::Result<()> {
        match self.labels.iter().find(|label| schema.label(label).is_none()) {
            Some(label) => {
                bail!("the schema has no label {label}; its labels are {}", schema.label_names().join(", "))
            }
            None => Ok(()),
        }
    }

    /// The annotation sets asked for. What cannot be read is reported, and the others go on.
    fn articles(&self, opened: &Opened, owner: &Owner, report: &mut Report) -> Vec<Article> {
        let mut progress = Progress::new(opened.articles.len());
        let mut articles = Vec::new();
        for (i, id) in opened.articles.iter().enumerate() {
            progress.at(i);
            let key = SetKey { document: id.clone(), owner: owner.clone() };
            match read_article(opened, &key, report) {
                Ok(article) => articles.extend(article.filter(|it| self.is_wanted(&it.set))),
                Err(error) => {
                    // The error names its place.
                    report.add(Severity::Error, Place::default(), format!("not exported: {error}"));
                }
            }
        }
        if !self.labels.is_empty() {
            for article in &mut articles {
                article.set = Arc::new(select(&article.set, &self.labels));
            }
        }
        articles
    }

    fn is_wanted(&self, set: &AnnotationSet) -> bool {
        self.status.is_none_or(|status| set.status() == status.into())
    }
}

/// Somebody's annotations on an article; nothing, and no problem either, if there are none.
fn read_article(opened: &Opened, key: &SetKey, report: &mut Report) -> Result<Option<Article>, StoreError> {
    let mut problems = Report::default();
    let document = opened.folder.read_document(&key.document, &mut problems)?;
    let Some(loaded) = opened.folder.read_set(key, &document, &opened.schema, &mut problems)? else {
        return Ok(None);
    };
    problems.problems.extend(loaded.outdated.into_iter().flat_map(|it| it.problems));
    report.problems.append(&mut problems.problems);
    Ok(Some(Article { owner: key.owner.clone(), document: Arc::new(document), set: Arc::new(loaded.set) }))
}

/// The annotations of some labels, the relations that keep both ends, and the entities that are
/// still mentioned.
fn select(set: &AnnotationSet, labels: &[String]) -> AnnotationSet {
    let annotations: Vec<_> = set
        .annotations()
        .filter(|annotation| labels.contains(&annotation.label))
        .map(|annotation| (**annotation).clone())
        .collect();
    let is_left = |id| set.annotation(id).is_some_and(|it| labels.contains(&it.label));
    let relations =
        set.relations().filter(|it| is_left(&it.from) && is_left(&it.to)).map(|it| (**it).clone());
    let is_mentioned = |id| annotations.iter().any(|annotation| annotation.entity.as_ref() == Some(id));
    let entities: Vec<_> =
        set.entities().filter(|entity| is_mentioned(&entity.id)).map(|entity| (**entity).clone()).collect();
    let mut selected = AnnotationSet::new(set.status(), annotations.iter().cloned(), relations, entities);
    selected.extra = set.extra.clone();
    selected.article_extra = set.article_extra.clone();
    selected.role = set.role.clone();
    selected.n_saves = set.n_saves;
    selected
}

/// Where an export goes.
enum Target<'a> {
    StandardOutput,
    File(&'a Path),
    Folder(&'a Path),
}

impl<'a> Target<'a> {
    /// Refuses early what would be refused after the work.
    fn new(format: &dyn Format, out: Option<&'a Path>, force: bool) -> anyhow::Result<Target<'a>> {
        let out = out.filter(|path| *path != Path::new("-"));
        match (out, format.capabilities().one_file) {
            (None, true) => Ok(Target::StandardOutput),
            (None, false) => {
                bail!("{} writes a file for each article, so it needs a folder: --out FOLDER", format.id())
            }
            (Some(path), true) if path.is_dir() => {
                bail!("{} writes one file, and this is a folder: {}", format.id(), path.display())
            }
            (Some(path), true) if path.exists() && !force => {
                bail!("the file exists, and only --force replaces it: {}", path.display())
            }
            (Some(path), true) => Ok(Target::File(path)),
            (Some(path), false) if path.exists() && !path.is_dir() => {
                bail!("{} writes into a folder, and this is a file: {}", format.id(), path.display())
            }
            (Some(path), false) if !force && holds_something(path) => {
                bail!("the folder is not empty, and only --force writes into it: {}", path.display())
            }
            (Some(path), false) => Ok(Target::Folder(path)),
        }
    }

    fn path(&self) -> Option<&Path> {
        match self {
            Target::StandardOutput => None,
            Target::File(path) | Target::Folder(path) => Some(path),
        }
    }

    fn write(&self, bundle: &Bundle, force: bool, out: &mut dyn Write) -> anyhow::Result<()> {
        for (name, bytes) in &bundle.files {
            match self {
                Target::StandardOutput => out.write_all(bytes)?,
                Target::File(path) => write_file(path, bytes, force)?,
                Target::Folder(folder) => write_file(&folder.join(name), bytes, force)?,
            }
        }
        Ok(())
    }
}

fn holds_something(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some())
}

/// Writes a file complete or not at all, making its folder.
fn write_file(path: &Path, bytes: &[u8], force: bool) -> anyhow::Result<()> {
    let write = || -> io::Result<()> {
        let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(".sorot-tmp-");
        // Readable by whoever the user's umask lets read, as any new file is.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let mut file = builder.tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        if force {
            file.persist(path)?;
        } else {
            file.persist_noclobber(path)?;
        }
        Ok(())
    };
    write().map_err(|error| anyhow!("the file cannot be written, {error}: {}", path.display()))
}
