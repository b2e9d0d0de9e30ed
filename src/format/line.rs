//! JSON on one line.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::{Place, Report, Severity};

/// JSON on what every reader takes for one line: some end lines at these three characters too,
/// which JSON allows in strings.
pub(super) fn one_line(value: &impl Serialize) -> String {
    serde_json::to_string(value)
        .expect("keys are strings, and writing to memory does not fail")
        .replace('\u{85}', "\\u0085")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

/// Adds a string as JSON, on one line as above.
pub(super) fn push_string(out: &mut String, string: &str) {
    let is_plain = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
    let ends_line = |character| matches!(character, '\u{85}' | '\u{2028}' | '\u{2029}');
    if string.bytes().all(is_plain) && (string.is_ascii() || !string.contains(ends_line)) {
        out.push('"');
        out.push_str(string);
        out.push('"');
    } else {
        out.push_str(&one_line(&Value::from(string)));
    }
}

/// The JSON objects of a file, one a line. A line that is none is reported.
///
/// # Errors
/// If no line is one, or the file is not in UTF-8.
pub(super) fn read_lines<'a, T: Deserialize<'a> + Send>(
    name: &str,
    bytes: &'a [u8],
    report: &mut Report,
) -> Result<Vec<(usize, T)>, String> {
    let string = std::str::from_utf8(bytes).map_err(|_| "it is not in UTF-8".to_owned())?;
    let string = string.strip_prefix('\u{feff}').unwrap_or(string);
    let mut rows = Vec::new();
    let mut problems = Vec::new();
    let lines = string.split('\n').enumerate().filter(|(_, line)| !line.trim().is_empty());
    let lines: Vec<_> = lines.collect();
    let read = lines.into_par_iter().map(|(i, line)| (i, serde_json::from_str(line)));
    for (i, row) in read.collect::<Vec<_>>() {
        match row {
            Ok(row) => rows.push((i + 1, row)),
            Err(error) => {
                let place = Place {
                    file: Some(name.to_owned()),
                    line_column: Some((i + 1, error.column().max(1))),
                    ..Place::default()
                };
                // The place says where, and a line of one line is always the first.
                let error = error.to_string();
                let why = error.rsplit_once(" at line ").map_or(error.as_str(), |(why, _)| why);
                problems.push((place, format!("the line was not taken in, {why}")));
            }
        }
    }
    match problems.first() {
        Some((place, why)) if rows.is_empty() => {
            let line = place.line_column.map_or(1, |(line, _)| line);
            Err(format!("line {line}: {why}"))
        }
        _ => {
            for (place, message) in problems {
                report.add(Severity::Error, place, message);
            }
            Ok(rows)
        }
    }
}
