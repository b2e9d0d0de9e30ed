//! What subcommands say, and how far they are.

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::cli::Outcome;
use crate::model::{Problem, Report, Severity};
use crate::text::{is_unprintable, printable};

/// Writes a line to standard error. Where that is closed there is nobody to tell.
pub(super) fn say(line: fmt::Arguments<'_>) {
    let _ = writeln!(io::stderr(), "{}", printable_lines(&line.to_string()));
}

/// Writes one JSON document, indented.
pub(super) fn write_json(out: &mut dyn Write, value: &Value) -> anyhow::Result<()> {
    // Through a string: an error of `out` stays an `io::Error`, which says why.
    let mut json = String::new();
    for character in format!("{value:#}").chars() {
        // Such a character stands in a string, where JSON may write it as a number.
        match character {
            '\n' => json.push('\n'),
            _ if is_unprintable(character) => {
                let mut units = [0; 2];
                for unit in character.encode_utf16(&mut units) {
                    json.push_str(&format!("\\u{unit:04x}"));
                }
            }
            _ => json.push(character),
        }
    }
    writeln!(out, "{json}")?;
    Ok(())
}

/// [`printable`] for text of several lines.
fn printable_lines(text: &str) -> String {
    text.split('\n').map(printable).collect::<Vec<_>>().join("\n")
}

/// What a severity is called.
pub(super) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// A problem as a line.
pub(super) fn problem_line(problem: &Problem) -> String {
    format!("{}: {problem}", severity(problem.severity))
}

/// A problem as an object of a `--json` document.
pub(super) fn problem_json(problem: &Problem) -> Value {
    let place = &problem.place;
    let mut json = json!({"severity": severity(problem.severity), "message": problem.message});
    let mut add = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            json[key] = value;
        }
    };
    add("file", place.file.as_deref().map(Value::from));
    add("line", place.line_column.map(|(line, _)| line.into()));
    add("column", place.line_column.map(|(_, column)| column.into()));
    add("article", place.document.as_ref().map(|it| it.as_str().into()));
    add("annotator", place.owner.as_ref().map(|it| it.name().into()));
    add("annotation", place.annotation.as_ref().map(|it| it.as_str().into()));
    json
}

/// Says every problem on standard error.
pub(super) fn say_problems(report: &Report) {
    for problem in &report.problems {
        say(format_args!("{}", problem_line(problem)));
    }
}

/// Something to look at, if a problem is more than a note.
pub(super) fn outcome(report: &Report) -> Outcome {
    let is_serious = report.problems.iter().any(|problem| problem.severity > Severity::Note);
    if is_serious { Outcome::LookAt } else { Outcome::Done }
}

pub(super) use crate::file::counted as count;

/// A progress bar on standard error, if that is a terminal and the work takes longer than a
/// second. It is gone when the value is.
pub(super) struct Progress {
    total: usize,
    started: Instant,
    drawn: Option<Instant>,
    is_terminal: bool,
}

impl Progress {
    const PATIENCE: Duration = Duration::from_secs(1);
    const FRAME: Duration = Duration::from_millis(100);

    /// A bar for `total` steps.
    pub(super) fn new(total: usize) -> Progress {
        let is_terminal = io::stderr().is_terminal();
        Progress { total, started: Instant::now(), drawn: None, is_terminal }
    }

    /// Says that `done` steps are behind.
    pub(super) fn at(&mut self, done: usize) {
        let is_fresh = self.drawn.is_some_and(|drawn| drawn.elapsed() < Self::FRAME);
        if self.is_terminal && !is_fresh && self.started.elapsed() >= Self::PATIENCE {
            self.drawn = Some(Instant::now());
            let _ = write!(io::stderr(), "\r{}\x1b[K", bar(done, self.total));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.drawn.is_some() {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

fn bar(done: usize, total: usize) -> String {
    const WIDTH: usize = 30;
    let n_filled = (done * WIDTH).checked_div(total).unwrap_or(WIDTH).min(WIDTH);
    format!("[{}{}] {done} of {total}", "=".repeat(n_filled), " ".repeat(WIDTH - n_filled))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_fills() {
        assert_eq!(bar(1, 2), "[===============               ] 1 of 2");
        assert_eq!(bar(0, 0), format!("[{}] 0 of 0", "=".repeat(30)));
        assert_eq!(bar(9, 3), format!("[{}] 9 of 3", "=".repeat(30)));
    }

    #[test]
    fn counts_read_well() {
        assert_eq!(count(1, "article"), "1 article");
        assert_eq!(count(0, "article"), "0 articles");
    }
}
