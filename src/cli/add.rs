//! `sorot add`

use std::io::Write;
use std::path::PathBuf;

use anyhow::bail;

use crate::cli::Outcome;
use crate::cli::opened::{open_saying, perform};
use crate::cli::output::say_problems;
use crate::model::{Owner, Severity};
use crate::reader::{READERS, ReadOptions};
use crate::session::{ExtractRequest, ImportAction};
use crate::text::printable;

/// Take articles out of files and add them to a project, all at once
#[derive(Debug, clap::Args)]
#[command(after_help = help())]
pub struct Add {
    /// Files, and folders with all files below them
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The project folder
    #[arg(long, value_name = "PROJECT", default_value = ".")]
    into: PathBuf,
    /// Who adds them: Undo in their window takes them out again
    #[arg(long, value_name = "NAME", default_value = "sorot add")]
    annotator: String,
    /// Take all that a web page shows, and not its main text alone
    #[arg(long)]
    everything: bool,
    /// The column of tables that holds the texts, where its name does not say so
    #[arg(long, value_name = "NAME")]
    text_column: Option<String>,
    /// Only tell what would come in
    #[arg(long)]
    dry_run: bool,
}

fn help() -> String {
    let kinds = READERS.iter().map(|reader| {
        let endings: Vec<String> = reader.endings().iter().map(|ending| format!(".{ending}")).collect();
        format!("  {:<27} {}\n", endings.join(" "), reader.summary())
    });
    let kinds: String = kinds.collect();
    format!(
        "Each text becomes articles/NAME.txt, with what the file says about it (title, date, author, url,\n\
         language) and the file's SHA-256 beside it in articles/NAME.txt.source.json. Files are only read,\n\
         and no article is ever replaced. Kinds of files, by their endings:\n{kinds}\
         The exit code is 1 if something did not come in, or not all of it."
    )
}

impl Add {
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<Outcome> {
        let owner = Owner::named(&self.annotator);
        let mut session = open_saying(&self.into, owner)?;
        let options = ReadOptions { everything: self.everything, text_column: self.text_column.clone() };
        let request = ExtractRequest { paths: self.paths.clone(), options };
        session.perform_now(ImportAction::PreviewArticles(request).into());
        let plan = match session.import_plan() {
            Some(Ok(plan)) => plan.clone(),
            Some(Err(error)) => bail!("{error}"),
            None => bail!("the files were not read"),
        };
        if !self.dry_run && !plan.articles.is_empty() {
            perform(&mut session, ImportAction::Import.into(), "nothing was added")?;
        }
        for planned in &plan.articles {
            let file = planned.source.as_ref().map_or("", |source| source.file.as_str());
            writeln!(out, "{}  {}", printable(planned.article.document.id.as_str()), printable(file))?;
        }
        let verb = if self.dry_run { "would add" } else { "added" };
        writeln!(out, "{verb} {}", plan.summary())?;
        say_problems(&plan.report);
        let is_complete = plan.report.problems.iter().all(|problem| problem.severity == Severity::Note);
        Ok(if is_complete { Outcome::Done } else { Outcome::LookAt })
    }
}
