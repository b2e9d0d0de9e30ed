//! What subcommands say, and how far they are.

use std::collections::BTreeMap;
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

/// Says the problems on standard error.
pub(super) fn say_problems(report: &Report) {
    for line in problem_lines(report) {
        say(format_args!("{line}"));
    }
}

/// Every problem as a line; but of notes that say the same but for numbers only the first few, and
/// how many more there are: a corpus has thousands of articles, and warnings must be seen among them.
fn problem_lines(report: &Report) -> Vec<String> {
    const MOST_ALIKE: usize = 5;
    let mut lines = Vec::new();
    let mut alike: BTreeMap<String, usize> = BTreeMap::new();
    for problem in &report.problems {
        if problem.severity == Severity::Note {
            let n = alike.entry(without_numbers(&problem.message)).or_default();
            *n += 1;
            if *n > MOST_ALIKE {
                continue;
            }
        }
        lines.push(problem_line(problem));
    }
    let more = alike.into_iter().filter(|(_, n)| *n > MOST_ALIKE);
    lines.extend(more.map(|(message, n)| format!("note: {} more times: {message}", n - MOST_ALIKE)));
    lines
}

/// A message with an ellipsis for each of its numbers.
fn without_numbers(message: &str) -> String {
    let is_digit = |it: char| it.is_ascii_digit();
    let mut kind = String::with_capacity(message.len());
    for character in message.chars() {
        match character {
            _ if !is_digit(character) => kind.push(character),
            _ if !kind.ends_with('…') => kind.push('…'),
            _ => {}
        }
    }
    kind
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
    use crate::model::Place;

    #[test]
    fn the_bar_fills() {
        assert_eq!(bar(1, 2), "[===============               ] 1 of 2");
        assert_eq!(bar(0, 0), format!("[{}] 0 of 0", "=".repeat(30)));
        assert_eq!(bar(9, 3), format!("[{}] 9 of 3", "=".repeat(30)));
    }

    #[test]
    fn many_notes_alike_are_counted_and_nothing_graver_is() {
        let mut report = Report::default();
        for i in 0..2_000 {
            let severity = if i % 500 == 7 { Severity::Warning } else { Severity::Note };
            report.add(severity, Place::default(), format!("{i} of 20 spans are cut"));
        }
        report.add(Severity::Note, Place::default(), "a word of its own");
        let lines = problem_lines(&report);
        assert_eq!(lines.iter().filter(|it| it.starts_with("warning: ")).count(), 4);
        assert_eq!(lines[..2], ["note: 0 of 20 spans are cut", "note: 1 of 20 spans are cut"]);
        assert_eq!(lines[9..], ["note: a word of its own", "note: 1991 more times: … of … spans are cut"]);
    }

    #[test]
    fn counts_read_well() {
        assert_eq!(count(1, "article"), "1 article");
        assert_eq!(count(0, "article"), "0 articles");
    }
}
