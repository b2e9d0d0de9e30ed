//! `sorot leak`

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use serde_json::{Value, json};

use crate::cli::Outcome;
use crate::cli::import::read_formats;
use crate::cli::output::{count, outcome, say_problems, write_json};
use crate::compare::leak::{Leak, PASSAGE, Passage};
use crate::format::Article;
use crate::model::Report;
use crate::reader::ReadOptions;
use crate::session::release::leak::{TrainingText, leaks, read_training};
use crate::session::release::read_part;
use crate::store::Folder;
use crate::text::{OffsetUnit, Range, Text, printable};

/// Look for articles of a release in texts that a model was trained on
///
/// Told apart are texts of the same words, near-duplicates (stretches of three words with a Jaccard
/// similarity of at least 0.5), and passages of so many words that stand in both, as Brown et al. 2020
/// searched the training data of GPT-3. Case, accents' encoding, punctuation and white space make no
/// difference; scripts without spaces are compared too.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit code 1 if anything is found.

A passage that stands in more than eight places of the release is looked up in the first eight alone.
Near-duplicates of a similarity near 0.5 can be missed, one in 200. A file of more than 256 MB is read
with --format alone.

With --json, an object with these keys:
  release, fingerprint, part   part is null if all of the release was looked for
  articles, training_texts     how many were compared
  leaks   [{article, file, text, identical, similarity, passages}]; text is what the training text is
          called in its file; similarity is null if they are no near-duplicates; passages is a list of
          {words, start, end, line, column, training_line, training_column, text}, where start and end
          are code points in the article")]
pub struct Leaks {
    /// The project folder
    #[arg(default_value = ".")]
    project: PathBuf,
    /// The file or folder of files with training texts: TXT, CSV, TSV, JSONL and all else that
    /// "sorot add" reads; several times for several
    #[arg(long, value_name = "PATH", required = true)]
    training: Vec<PathBuf>,
    /// The release [default: the newest]
    #[arg(long, value_name = "NAME")]
    release: Option<String>,
    /// Only this part of it, such as test
    #[arg(long, value_name = "PART")]
    part: Option<String>,
    /// The training texts are annotated, in this format
    #[arg(long, value_name = "FORMAT", value_parser = PossibleValuesParser::new(read_formats()))]
    format: Option<String>,
    /// The column of tables and JSONL that holds the texts, where its name does not say so
    #[arg(long, value_name = "NAME")]
    text_column: Option<String>,
    /// From how many words on a common passage counts
    #[arg(long, value_name = "N", default_value_t = PASSAGE, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    words: u32,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// How many passages of a pair are printed.
const N_SHOWN: usize = 3;

/// How many characters of a passage are printed.
const N_QUOTED: usize = 60;

impl Leaks {
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<Outcome> {
        let opened = Folder::open(&self.project, &mut Report::default())?;
        let mut report = Report::default();
        let (release, part) = (self.release.as_deref(), self.part.as_deref());
        let (release, fingerprint, articles) = read_part(&opened.folder, release, part, &mut report)?;
        let options = ReadOptions { text_column: self.text_column.clone(), ..ReadOptions::default() };
        let mut training = Vec::new();
        for path in &self.training {
            training.extend(read_training(path, self.format.as_deref(), &options, &mut report)?);
        }
        let leaks = leaks(&articles, &training, self.words);
        say_problems(&report);
        if self.json {
            let list = leaks.iter().map(|(i, leak)| leak_json(&articles[leak.known], &training[*i], leak));
            let document = json!({
                "release": release.name,
                "fingerprint": fingerprint,
                "part": self.part,
                "articles": articles.len(),
                "training_texts": training.len(),
                "leaks": list.collect::<Value>(),
            });
            write_json(out, &document)?;
        } else {
            for (i, leak) in &leaks {
                print(out, &articles[leak.known], &training[*i], leak)?;
            }
            let n = |is_meant: &dyn Fn(&Leak) -> bool| {
                let known: BTreeSet<usize> =
                    leaks.iter().filter(|it| is_meant(&it.1)).map(|it| it.1.known).collect();
                known.len()
            };
            let of = self.part.as_ref().map_or(String::new(), |it| format!(" ({it})"));
            writeln!(
                out,
                "{} of {} of release {}{} stand in {}: {} to the word, {} as near-duplicates, {} by passages",
                n(&|_| true),
                count(articles.len(), "article"),
                release.name,
                printable(&of),
                count(training.len(), "training text"),
                n(&|it| it.is_identical),
                n(&|it| it.similarity.is_some() && !it.is_identical),
                n(&|it| !it.passages.is_empty() && it.similarity.is_none()),
            )?;
        }
        Ok(if leaks.is_empty() { outcome(&report) } else { Outcome::LookAt })
    }
}

fn print(out: &mut dyn Write, article: &Article, training: &TrainingText, leak: &Leak) -> anyhow::Result<()> {
    let document = printable(article.document.id.as_str()).into_owned();
    let source = format!("{}, {}", printable(&training.file), printable(&training.name));
    match leak.similarity {
        _ if leak.is_identical => writeln!(out, "{document}: the same words as {source}")?,
        Some(similarity) => writeln!(out, "{document}: near-duplicate, {similarity:.2}, of {source}")?,
        None => {
            let text = &article.document.text;
            for passage in leak.passages.iter().take(N_SHOWN) {
                let [at, there] = [place(text, passage.known), place(&training.text, passage.given)];
                let quoted = printable(&text.excerpt(&passage.known.into(), N_QUOTED)).into_owned();
                writeln!(
                    out,
                    "{document}:{at}: {} words of {source}:{there}: \"{quoted}\"",
                    passage.n_words
                )?;
            }
            if let Some(n_more) = leak.passages.len().checked_sub(N_SHOWN).filter(|it| *it > 0) {
                writeln!(out, "{document}: {} more of {source}", count(n_more, "passage"))?;
            }
        }
    }
    Ok(())
}

fn place(text: &Text, range: Range) -> String {
    text.line_column(range.start()).to_string()
}

fn leak_json(article: &Article, training: &TrainingText, leak: &Leak) -> Value {
    let text = &article.document.text;
    let passage = |it: &Passage| {
        let [start, end] =
            [it.known.start(), it.known.end()].map(|it| text.measure(it, OffsetUnit::CodePoint));
        let (here, there) = (text.line_column(it.known.start()), training.text.line_column(it.given.start()));
        json!({
            "words": it.n_words,
            "start": start,
            "end": end,
            "line": here.line,
            "column": here.column,
            "training_line": there.line,
            "training_column": there.column,
            "text": text.slice(it.known),
        })
    };
    json!({
        "article": article.document.id.as_str(),
        "file": training.file,
        "text": training.name,
        "identical": leak.is_identical,
        "similarity": leak.similarity,
        "passages": leak.passages.iter().map(passage).collect::<Value>(),
    })
}
