//! `sorot freeze`

use std::io::Write;
use std::path::PathBuf;

use serde_json::json;

use crate::cli::output::{Progress, count, outcome, say_problems, write_json};
use crate::cli::{Outcome, compared, released};
use crate::compare::split::Part;
use crate::model::{Owner, Report, Timestamp};
use crate::session::Surroundings;
use crate::session::release::{Citation, FreezeRequest, SplitRequest, Wanted, freeze};
use crate::store::Folder;
use crate::text::printable;

/// Freeze gold as a release: annotations, schema and guidelines as they are now, with a fingerprint
///
/// The release becomes the folder releases/NAME, whole or not at all, and is never changed again:
/// "sorot check" verifies every byte of it. Beside the annotations it has a manifest (release.json),
/// checksums (SHA256SUMS), a datasheet, a paragraph of methods with tables for a paper, how to cite
/// it, and what changed since the release before it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The fingerprint is the SHA-256 of release.json, which names the SHA-256 of each file of data. Cite it:
sorot check proves that a release agrees with itself, and only a fingerprint that stands elsewhere
proves that nobody made another release of that name.

A release is not made while an annotation file is broken, an article changed after it was annotated,
or two versions of a span wait for a decision. What only a person can answer in the datasheet is
answered in the project's datasheet.md, and goes into the next release.

With --json, an object with these keys:
  name, fingerprint, path
  earlier      {name, fingerprint} of the release before it, or null
  counts       {articles, done, code_points, spans: {label: number}, relations: {label: number}}
  left_out     how many annotation files stayed out because they are not done
  split        {seed, parts: [{name, share, counts}], near_duplicates: [[path]]}, or null
  agreement    [{measure, label, value, low, high}]; null where there is none")]
pub struct Freeze {
    /// The project folder
    #[arg(default_value = ".")]
    project: PathBuf,
    /// What the release is called, such as 1.0
    #[arg(long, value_name = "NAME")]
    name: String,
    /// Whose annotations
    #[arg(long, value_name = "NAME", default_value = "gold")]
    annotator: String,
    /// Whose agreement on these articles the release states: two or more, with commas between
    #[arg(long, value_delimiter = ',', value_name = "NAME,NAME,…")]
    annotators: Vec<String>,
    /// done leaves out what is not done, any takes everything [default: all must be done]
    #[arg(long)]
    status: Option<StatusName>,
    /// Split the articles, such as train=0.8,dev=0.1,test=0.1: each part gets its share of every label,
    /// and near-duplicates are in one part
    #[arg(long, value_delimiter = ',', value_name = "PART=SHARE,…", value_parser = part)]
    split: Vec<Part>,
    /// Where chance starts: the same seed gives the same split on every machine
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// What it is for, for people who have only the release
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    description: String,
    /// Who made it, as "Sari, Rina"; several times for several
    #[arg(long = "author", value_name = "NAME")]
    authors: Vec<String>,
    /// Its title [default: the project's name]
    #[arg(long)]
    title: Option<String>,
    /// Where it is to be had
    #[arg(long)]
    url: Option<String>,
    /// Its DOI
    #[arg(long)]
    doi: Option<String>,
    /// The licence under which it is passed on
    #[arg(long)]
    licence: Option<String>,
    /// When, as 2026-11-22 or 2026-11-22T20:31:05Z: the same date gives the same bytes [default: now]
    #[arg(long, value_name = "DATE", value_parser = date)]
    date: Option<Timestamp>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// A [`Wanted`] as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum StatusName {
    Done,
    Any,
}

fn date(typed: &str) -> Result<Timestamp, String> {
    let time = if typed.len() == 10 { format!("{typed}T00:00:00Z") } else { typed.to_owned() };
    Timestamp::parse(&time).ok_or_else(|| "it is written 2026-11-22 or 2026-11-22T20:31:05Z".to_owned())
}

fn part(typed: &str) -> Result<Part, String> {
    let parts = typed.split_once('=').and_then(|(name, share)| Some((name, share.parse().ok()?)));
    let (name, share) = parts.ok_or("it is written NAME=SHARE, such as test=0.1")?;
    Ok(Part { name: name.to_owned(), share })
}

impl Freeze {
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<Outcome> {
        let mut report = Report::default();
        let opened = Folder::open(&self.project, &mut report)?;
        let owner = |name: &String| compared::owner(&opened.folder, &self.project, name);
        let request = FreezeRequest {
            name: self.name.clone(),
            description: self.description.clone(),
            owner: owner(&self.annotator)?,
            annotators: self.annotators.iter().map(owner).collect::<anyhow::Result<Vec<Owner>>>()?,
            wanted: match self.status {
                None => Wanted::AllDone,
                Some(StatusName::Done) => Wanted::OnlyDone,
                Some(StatusName::Any) => Wanted::Any,
            },
            split: (!self.split.is_empty())
                .then(|| SplitRequest { parts: self.split.clone(), seed: self.seed }),
            citation: Citation {
                authors: self.authors.clone(),
                title: self.title.clone(),
                url: self.url.clone(),
                doi: self.doi.clone(),
                licence: self.licence.clone(),
            },
            at: self.date.unwrap_or_else(|| (Surroundings::of_system().clock)()),
        };
        if self.annotators.len() == 1 {
            anyhow::bail!("agreement is between two annotators or more: --annotators NAME,NAME");
        }
        let mut progress = Progress::new(opened.articles.len());
        let frozen = freeze(&opened, &request, &mut report, |done| {
            progress.at(done);
            true
        });
        drop(progress);
        say_problems(&report);
        let frozen = frozen?;
        let (release, counts) = (&frozen.release, &frozen.release.counts);
        if self.json {
            let figures = release.agreement.as_ref().map(|it| released::figures_json(&it.figures));
            let document = json!({
                "name": release.name,
                "fingerprint": frozen.fingerprint,
                "path": frozen.path.display().to_string(),
                "earlier": released::earlier_json(release),
                "counts": released::counts_json(counts),
                "left_out": frozen.n_left_out,
                "split": release.split.as_ref().map(released::split_json),
                "agreement": figures,
            });
            write_json(out, &document)?;
        } else {
            let left_out = match frozen.n_left_out {
                0 => String::new(),
                n => format!("; {} not done and left out", count(n, "article")),
            };
            writeln!(
                out,
                "froze release {} of {}: {}, {}, {}{left_out}",
                release.name,
                printable(release.owner.name()),
                count(counts.n_articles, "article"),
                count(counts.n_spans(), "span"),
                count(counts.n_relations(), "relation"),
            )?;
            if let Some(split) = &release.split {
                for part in &split.parts {
                    let (n_articles, n_spans) = (part.counts.n_articles, part.counts.n_spans());
                    let (n_articles, n_spans) = (count(n_articles, "article"), count(n_spans, "span"));
                    writeln!(out, "  {}: {n_articles}, {n_spans}", printable(&part.name))?;
                }
                let n: usize = split.near_duplicates.iter().map(Vec::len).sum();
                if n > 0 {
                    let groups = count(split.near_duplicates.len(), "group");
                    writeln!(
                        out,
                        "  {n} articles are near-duplicates, in {groups} of which each is in one part"
                    )?;
                }
            }
            if let Some(earlier) = &release.earlier {
                writeln!(out, "it follows {}; CHANGES.md says what changed", printable(&earlier.name))?;
            }
            writeln!(out, "fingerprint: {}", frozen.fingerprint)?;
        }
        Ok(outcome(&report))
    }
}
