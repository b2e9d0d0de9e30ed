//! The command line: one file a subcommand.
//!
//! Invariants:
//! - Exit codes are a contract: 0 done; 1 done, and there is something to look at; 2 could not.
//! - What a subcommand prints depends on its arguments and the project alone: not on the clock,
//!   the locale or the number of threads. Results go to standard output, all else to standard
//!   error.
//! - The keys of a `--json` document are listed in the subcommand's help and only ever added to.
//! - Nothing here opens a window: `main` does, with what [`Arguments`] says.

mod add;
mod adjudicate;
mod agree;
mod articles;
mod assign;
mod change;
mod check;
mod collect;
mod compared;
mod convert;
mod diff;
mod drive;
mod evaluate;
mod export;
mod formats;
mod freeze;
mod import;
mod init;
mod leak;
mod log;
mod merge;
mod opened;
mod output;
mod picture;
mod released;
mod releases;
mod repair;
mod rulings;
mod schema;
mod sync;
mod target;
mod trash;
mod window;

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

pub use picture::Picture;
pub use window::{Renderer, Screenshot, Size, Theme, Window};

use crate::session::plot::Plot;

/// Label spans in articles, tie quotes to their speakers, and get JSON that trains and tests models.
///
/// Without a subcommand the window opens: on the given project folder or article files, else on the
/// last project. A path that is called like a subcommand is written ./articles.
#[derive(Debug, clap::Parser)]
#[command(
    name = "sorot",
    version,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true,
    after_help = "Exit codes: 0 done; 1 done, and there is something to look at; 2 could not."
)]
pub struct Arguments {
    /// What to do without a window.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// What the window opens.
    #[command(flatten)]
    pub window: Window,
}

/// The subcommands.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    #[expect(missing_docs, reason = "a doc comment would replace the help text of the arguments")]
    Picture(Picture),
    #[expect(missing_docs, reason = "a doc comment would replace the help text of the arguments")]
    Screenshot(Screenshot),
    #[expect(missing_docs, reason = "a doc comment would replace the help text of the subcommands")]
    #[command(flatten)]
    Headless(Headless),
}

/// The subcommands that know no window.
#[derive(Debug, clap::Subcommand)]
#[expect(missing_docs, reason = "a doc comment would replace the help text of the arguments")]
pub enum Headless {
    Init(init::Init),
    Add(add::Add),
    Articles(articles::Articles),
    Check(check::Check),
    Change(change::Change),
    Log(log::Log),
    Trash(trash::Trash),
    Repair(repair::Repair),
    #[command(hide = true)]
    Drive(drive::Drive),
    Import(import::Import),
    Export(export::Export),
    Convert(convert::Convert),
    Formats(formats::Formats),
    Sync(sync::Sync),
    Collect(collect::Collect),
    Merge(merge::Merge),
    Assign(assign::Assign),
    Agree(agree::Agree),
    Diff(diff::Diff),
    Adjudicate(adjudicate::Adjudicate),
    Rulings(rulings::Rulings),
    Evaluate(evaluate::Evaluate),
    Freeze(freeze::Freeze),
    Releases(releases::Releases),
    Leak(leak::Leaks),
    Schema(schema::Schema),
}

/// How a subcommand that could do its work ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// There is nothing to add.
    Done,
    /// There is something to look at.
    LookAt,
}

/// Makes the bytes of a PNG file of a plot, or says why it cannot: drawing is the window's work.
pub type DrawPlot = fn(&Plot) -> anyhow::Result<Vec<u8>>;

/// Runs a subcommand and says on standard error why it could not, if so.
pub fn run(command: &Headless, draw: DrawPlot) -> ExitCode {
    let mut out = BufWriter::new(io::stdout().lock());
    let outcome = match command {
        Headless::Init(it) => it.run(&mut out),
        Headless::Add(it) => it.run(&mut out),
        Headless::Articles(it) => it.run(&mut out),
        Headless::Check(it) => it.run(&mut out),
        Headless::Change(it) => it.run(&mut out),
        Headless::Log(it) => it.run(&mut out),
        Headless::Trash(it) => it.run(&mut out),
        Headless::Repair(it) => it.run(&mut out),
        Headless::Drive(it) => it.run(&mut out),
        Headless::Import(it) => it.run(&mut out),
        Headless::Export(it) => it.run(&mut out),
        Headless::Convert(it) => it.run(&mut out),
        Headless::Formats(it) => it.run(&mut out),
        Headless::Sync(it) => it.run(&mut out),
        Headless::Collect(it) => it.run(&mut out),
        Headless::Merge(it) => it.run(&mut out),
        Headless::Assign(it) => it.run(&mut out),
        Headless::Agree(it) => it.run(&mut out, draw),
        Headless::Diff(it) => it.run(&mut out),
        Headless::Adjudicate(it) => it.run(&mut out),
        Headless::Rulings(it) => it.run(&mut out),
        Headless::Evaluate(it) => it.run(&mut out),
        Headless::Freeze(it) => it.run(&mut out),
        Headless::Releases(it) => it.run(&mut out),
        Headless::Leak(it) => it.run(&mut out),
        Headless::Schema(it) => it.run(&mut out),
    };
    finish(outcome.and_then(|outcome| {
        out.flush()?;
        Ok(ExitCode::from(match outcome {
            Outcome::Done => 0,
            Outcome::LookAt => 1,
        }))
    }))
}

/// The exit code of a result; an error becomes a sentence on standard error and code 2. A reader
/// who closes the pipe early, as `head` does, has what they wanted.
pub fn finish(result: anyhow::Result<ExitCode>) -> ExitCode {
    let error = match result {
        Ok(code) => return code,
        Err(error) => error,
    };
    let is_broken_pipe = |it: &io::Error| it.kind() == io::ErrorKind::BrokenPipe;
    if error.downcast_ref().is_some_and(is_broken_pipe) {
        return ExitCode::SUCCESS;
    }
    output::say(format_args!("error: {error}"));
    ExitCode::from(2)
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_path_called_like_a_subcommand_can_be_opened() {
        let paths = |arguments: &[&str]| -> Option<Vec<String>> {
            let arguments = Arguments::try_parse_from([&["sorot"], arguments].concat()).ok()?;
            let paths = arguments.window.paths.iter().map(|path| path.display().to_string());
            arguments.command.is_none().then(|| paths.collect())
        };
        assert_eq!(paths(&[]), Some(vec![]));
        assert_eq!(paths(&["articles"]), None);
        assert_eq!(paths(&["./articles"]), Some(vec!["./articles".to_owned()]));
        assert_eq!(paths(&["--", "articles"]), Some(vec!["articles".to_owned()]));
        assert_eq!(paths(&["a.txt", "check"]), Some(vec!["a.txt".to_owned(), "check".to_owned()]));
        assert_eq!(paths(&["help"]), Some(vec!["help".to_owned()]));
    }
}
