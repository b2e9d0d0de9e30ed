//! JSON on one line.

use serde::Serialize;

/// JSON on what every reader takes for one line: some end lines at these three characters too,
/// which JSON allows in strings.
pub(super) fn one_line(value: &impl Serialize) -> String {
    serde_json::to_string(value)
        .expect("keys are strings, and writing to memory does not fail")
        .replace('\u{85}', "\\u0085")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}
