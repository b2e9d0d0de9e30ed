//! `sorot export`

use std::io::Write;
use std::path::PathBuf;

use anyhow::{anyhow, bail};
use clap::builder::PossibleValuesParser;

use crate::cli::output::{Progress, count, outcome, say, say_problems};
use crate::cli::target::Target;
use crate::cli::{Outcome, compared};
use crate::format::{self, Article, ExportOption, ExportOptions, FORMATS, Format, Overlap, Scheme};
use crate::model::{Owner, Report, Schema, Status};
use crate::session::export::Portions;
use crate::session::release::{read_part, released_schema};
use crate::session::{Choice, Piece, ValueChoice};
use crate::store::{Folder, Opened};
use crate::text::OffsetUnit;

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
json writes the same files as the project's annotations folder, as \"sorot schema\" describes them.

With --release or --split the annotations are those that were frozen, to the letter; what was
annotated since plays no part.")]
pub struct Export {
    /// The format's id, as "sorot formats" lists it
    #[arg(value_parser = PossibleValuesParser::new(written_formats()))]
    format: String,
    /// The project folder
    #[arg(default_value = ".")]
    project: PathBuf,
    /// Whose annotations; gold for the agreed reference [default with a release: whose it holds]
    #[arg(long, value_name = "NAME", required_unless_present_any = ["release", "split"])]
    annotator: Option<String>,
    /// Only this part of a release, as "sorot releases" lists it [default release: the newest]
    #[arg(long, value_name = "PART")]
    split: Option<String>,
    /// The annotations of this release, as they were frozen
    #[arg(long, value_name = "NAME")]
    release: Option<String>,
    /// Where to: a file, or for json a folder [default: standard output, if the format is one file]
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,
    /// Replace files that exist
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    choices: Choices,
}

/// Which annotations are written, and how.
#[derive(Debug, clap::Args)]
pub(super) struct Choices {
    /// Only articles whose annotations are this far
    #[arg(long)]
    status: Option<StatusName>,
    /// Only spans of these labels, and the relations between them
    #[arg(long, value_delimiter = ',', value_name = "LABEL,…")]
    labels: Vec<String>,
    /// Of the spans of a label only those with this value, such as quote.quote_type=direct
    #[arg(long = "only", value_delimiter = ',', value_name = "LABEL.ATTRIBUTE=VALUE,…", value_parser = value_choice)]
    values: Vec<ValueChoice>,
    /// What is one example: article, paragraph, sentence, or a number of words; no span is cut
    #[arg(long, value_name = "PIECE", default_value = "article", value_parser = piece)]
    examples: Piece,
    /// Call annotators annotator-1, annotator-2 … in the order of their names
    #[arg(long)]
    pseudonyms: bool,
    /// Of spans that share text, the one that stays in formats that hold no such: outermost,
    /// innermost, longest, or labels with the most wanted first
    #[arg(long, value_name = "WHICH", default_value = "outermost", value_parser = overlap)]
    overlap: Overlap,
    /// How columns of tokens say where spans begin and end
    #[arg(long, value_name = "SCHEME", default_value = "iob2")]
    scheme: SchemeName,
    /// One column of tags for all labels, though --overlap then decides between spans that share text
    #[arg(long)]
    one_column: bool,
    /// What offsets count, in formats that leave it open
    #[arg(long, value_name = "UNIT")]
    unit: Option<UnitName>,
    /// Let no cell of a table run as a formula in a spreadsheet: such cells get an apostrophe in front
    #[arg(long)]
    formula_safe: bool,
    /// Leave out the articles' texts and what spans cover, such as for articles that may not be passed
    /// on: labels and offsets stay, and the text's SHA-256. Whoever has the articles can import it
    #[arg(long)]
    no_text: bool,
}

/// A [`Scheme`] as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum SchemeName {
    Iob2,
    Iob1,
    Bilou,
    Iobes,
}

/// An [`OffsetUnit`] as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
#[value(rename_all = "snake_case")]
pub(super) enum UnitName {
    CodePoint,
    Utf16,
    Byte,
}

impl From<UnitName> for OffsetUnit {
    fn from(name: UnitName) -> OffsetUnit {
        match name {
            UnitName::CodePoint => OffsetUnit::CodePoint,
            UnitName::Utf16 => OffsetUnit::Utf16,
            UnitName::Byte => OffsetUnit::Byte,
        }
    }
}

fn value_choice(typed: &str) -> Result<ValueChoice, String> {
    let parts = typed.split_once('=').and_then(|(name, value)| Some((name.split_once('.')?, value)));
    let ((label, attribute), value) = parts.ok_or("it is written LABEL.ATTRIBUTE=VALUE")?;
    Ok(ValueChoice { label: label.to_owned(), attribute: attribute.to_owned(), value: value.to_owned() })
}

fn piece(typed: &str) -> Result<Piece, String> {
    match (typed, typed.parse()) {
        ("article", _) => Ok(Piece::Article),
        ("paragraph", _) => Ok(Piece::Paragraph),
        ("sentence", _) => Ok(Piece::Sentence),
        (_, Ok(n)) if n > 0 => Ok(Piece::Words(n)),
        _ => Err("it is article, paragraph, sentence, or a number of words".to_owned()),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "clap asks for a result")]
fn overlap(typed: &str) -> Result<Overlap, String> {
    Ok(match typed {
        "outermost" => Overlap::Outermost,
        "innermost" => Overlap::Innermost,
        "longest" => Overlap::Longest,
        labels => Overlap::ByLabel(labels.split(',').map(str::to_owned).collect()),
    })
}

impl Choices {
    pub(super) fn choice(&self) -> Choice {
        Choice {
            status: self.status.map(Into::into),
            labels: self.labels.clone(),
            values: self.values.clone(),
            piece: self.examples,
            has_pseudonyms: self.pseudonyms,
        }
    }

    pub(super) fn options(&self) -> ExportOptions {
        ExportOptions {
            overlap: self.overlap.clone(),
            scheme: match self.scheme {
                SchemeName::Iob2 => Scheme::Iob2,
                SchemeName::Iob1 => Scheme::Iob1,
                SchemeName::Bilou => Scheme::Bilou,
                SchemeName::Iobes => Scheme::Iobes,
            },
            one_column: self.one_column,
            unit: self.unit.map(Into::into),
            formula_safe: self.formula_safe,
            without_text: self.no_text,
        }
    }

    /// Refuses what names no label of a schema, and what the format cannot do.
    pub(super) fn check(&self, format: &dyn Format, schema: &Schema) -> anyhow::Result<()> {
        let heeds = |it: &dyn Format, option| it.capabilities().options.contains(&option);
        if let Some(option) = self.options().chosen().into_iter().find(|it| !heeds(format, *it)) {
            let able = FORMATS.iter().filter(|it| heeds(**it, option)).map(|it| it.id());
            let able = able.collect::<Vec<_>>().join(", ");
            bail!("{} does nothing with {}; it is for {able}", format.id(), argument(option));
        }
        let named = self.labels.iter().chain(self.values.iter().map(|it| &it.label));
        let preferred = match &self.overlap {
            Overlap::ByLabel(labels) => labels.as_slice(),
            _ => &[],
        };
        match named.chain(preferred).find(|label| schema.label(label).is_none()) {
            Some(label) => {
                bail!("the schema has no label {label}; its labels are {}", schema.label_names().join(", "))
            }
            None => Ok(()),
        }
    }
}

/// A choice as it is typed.
pub(super) fn argument(option: ExportOption) -> &'static str {
    match option {
        ExportOption::Overlap => "--overlap",
        ExportOption::Scheme => "--scheme",
        ExportOption::OneColumn => "--one-column",
        ExportOption::Unit(OffsetUnit::CodePoint) => "--unit code_point",
        ExportOption::Unit(OffsetUnit::Utf16) => "--unit utf16",
        ExportOption::Unit(OffsetUnit::Byte) => "--unit byte",
        ExportOption::FormulaSafe => "--formula-safe",
        ExportOption::WithoutText => "--no-text",
    }
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

pub(super) fn written_formats() -> impl Iterator<Item = &'static str> {
    FORMATS.iter().filter(|format| format.capabilities().writes).map(|format| format.id())
}

impl Export {
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<Outcome> {
        let format =
            format::find(&self.format).ok_or_else(|| anyhow!("there is no format {}", self.format))?;
        let target = Target::new(format, self.out.as_deref(), self.force)?;
        let mut report = Report::default();
        let opened = Folder::open(&self.project, &mut report)?;
        let (choice, options) = (self.choices.choice(), self.choices.options());
        let (owner, n_articles, n_spans) = match &self.annotator {
            _ if self.release.is_some() || self.split.is_some() => {
                let (owner, schema, articles) = self.read_release(&opened, &mut report)?;
                self.choices.check(format, &schema)?;
                let articles = choice.of(articles, &mut report);
                let mut all = articles.as_slice();
                target.write(out, |sink| format.write(&mut all, &options, &schema, sink, &mut report))?;
                (owner, articles.len(), articles.iter().map(|it| it.set.annotations().len()).sum())
            }
            Some(annotator) => {
                let owner = compared::owner(&opened.folder, &self.project, annotator)?;
                let Opened { folder, schema, articles, .. } = &opened;
                self.choices.check(format, schema)?;
                let mut progress = Progress::new(articles.len());
                let step = |done| {
                    progress.at(done);
                    true
                };
                let mut portions = Portions::new(folder, articles, &owner, schema, &choice, step);
                target.write(out, |sink| format.write(&mut portions, &options, schema, sink, &mut report))?;
                let (n_articles, n_spans) = portions.counts();
                (owner, n_articles, n_spans)
            }
            None => bail!("whose annotations: --annotator NAME"),
        };
        say_problems(&report);
        if n_articles == 0 {
            say(format_args!("warning: no article has such annotations of {owner}, so nothing is exported"));
            return Ok(Outcome::LookAt);
        }
        if let Some(path) = target.path() {
            let (n_articles, n_spans) = (count(n_articles, "article"), count(n_spans, "span"));
            writeln!(out, "exported {n_articles} with {n_spans} to {}", path.display())?;
        }
        Ok(outcome(&report))
    }

    fn read_release(
        &self,
        opened: &Opened,
        report: &mut Report,
    ) -> anyhow::Result<(Owner, Schema, Vec<Article>)> {
        let (name, part) = (self.release.as_deref(), self.split.as_deref());
        let (release, _, articles) = read_part(&opened.folder, name, part, report)?;
        if let Some(annotator) = self.annotator.as_ref().filter(|it| Owner::named(it) != release.owner) {
            bail!(
                "release {} holds the annotations of {}, and not of {annotator}",
                release.name,
                release.owner
            );
        }
        let schema = released_schema(&opened.folder, &release)?;
        Ok((release.owner, schema, articles))
    }
}
