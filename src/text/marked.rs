//! The notation of tests and examples: annotations written into a string.
//!
//! ```text
//! {1}Menhan{/1} mengatakan {2}"{3}Indonesia{/3} siap"{/2}, kata {1}Prabowo{/1}.
//! ---
//! 1 speaker
//! 2 quote type=direct
//! 3 country iso=ID
//! says 1 -> 2
//! ```
//!
//! Numbers name spans: a number that opens twice is one discontinuous span, and tags may cross. A
//! literal brace is doubled. Below the last line `---`, which may be left out with all that
//! follows it, a line gives a span its label or relates two spans, both with attributes if need
//! be; a value with blanks stands in double quotes, in which a double quote is doubled.
//!
//! Invariants:
//! - Labels, attributes and relations are strings here: what they mean is the reader's business.
//! - What [`Marked`] prints, [`Marked::parse`] reads back to the same value.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::{Offset, Range, Span};

/// A text with numbered spans, and what is said about them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marked {
    /// The text without tags.
    pub text: String,
    /// The spans, by number; their offsets belong to the text.
    pub spans: BTreeMap<u32, Span>,
    /// The labels of spans, by number; a span need not have one.
    pub labels: BTreeMap<u32, MarkedLabel>,
    /// The relations, in the order of their lines.
    pub relations: Vec<MarkedRelation>,
}

/// A line such as `1 speaker mention=name`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkedLabel {
    /// The label's name, without white space.
    pub label: String,
    /// Values, on one line, by names without white space and `=`.
    pub attributes: BTreeMap<String, String>,
}

/// A line such as `says 1 -> 2`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkedRelation {
    /// The relation's name, without white space; no number.
    pub label: String,
    /// The number of the span it starts at.
    pub from: u32,
    /// The number of the span it leads to.
    pub to: u32,
    /// Values, on one line, by names without white space and `=`.
    pub attributes: BTreeMap<String, String>,
}

/// Why a string is not in the notation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}: line {line}")]
pub struct MarkedError {
    /// One sentence without a final stop.
    pub message: String,
    /// The line, from 1.
    pub line: usize,
}

impl Marked {
    /// Reads the notation.
    ///
    /// # Errors
    /// If a tag, brace or line is not as the notation has it, with the line's number.
    pub fn parse(string: &str) -> Result<Marked, MarkedError> {
        let (body, lines) = split(string).unwrap_or((string, ""));
        let mut marked = parse_body(body)?;
        let first_line = string.len().checked_sub(lines.len()).map_or(0, |at| n_line_feeds(&string[..at]));
        for (i, line) in lines.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            marked.parse_line(line).map_err(|message| MarkedError { message, line: first_line + i + 1 })?;
        }
        Ok(marked)
    }

    fn parse_line(&mut self, line: &str) -> Result<(), String> {
        let (first, rest) = word(line);
        if let Ok(number) = first.parse() {
            self.check_number(number)?;
            let (label, rest) = word(rest);
            if label.is_empty() {
                return Err(format!("span {number} lacks a label"));
            }
            let label = MarkedLabel { label: label.to_owned(), attributes: parse_attributes(rest)? };
            return match self.labels.insert(number, label) {
                Some(_) => Err(format!("span {number} has two labels")),
                None => Ok(()),
            };
        }
        let (from, rest) = word(rest);
        let (arrow, rest) = word(rest);
        let (to, rest) = word(rest);
        let (Ok(from), "->", Ok(to)) = (from.parse(), arrow, to.parse()) else {
            return Err(format!("a line is `1 speaker` or `says 1 -> 2`, not `{line}`"));
        };
        self.check_number(from)?;
        self.check_number(to)?;
        let attributes = parse_attributes(rest)?;
        self.relations.push(MarkedRelation { label: first.to_owned(), from, to, attributes });
        Ok(())
    }

    fn check_number(&self, number: u32) -> Result<(), String> {
        let is_known = self.spans.contains_key(&number);
        if is_known { Ok(()) } else { Err(format!("there is no span {number} in the text")) }
    }
}

impl FromStr for Marked {
    type Err = MarkedError;

    fn from_str(string: &str) -> Result<Marked, MarkedError> {
        Marked::parse(string)
    }
}

impl fmt::Display for Marked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut body = String::new();
        let mut tags = self.tags().into_iter().peekable();
        for (byte, character) in self.text.char_indices().chain([(self.text.len(), '\0')]) {
            while let Some((_, tag)) = tags.next_if(|&(at, _)| at.byte() <= byte) {
                body.push_str(&tag);
            }
            match character {
                _ if byte == self.text.len() => {}
                '{' | '}' => body.extend([character, character]),
                _ => body.push(character),
            }
        }
        f.write_str(&body)?;
        if self.labels.is_empty() && self.relations.is_empty() && split(&body).is_none() {
            return Ok(());
        }
        f.write_str("\n---\n")?;
        for (number, MarkedLabel { label, attributes }) in &self.labels {
            write!(f, "{number} {label}")?;
            write_attributes(f, attributes)?;
        }
        for MarkedRelation { label, from, to, attributes } in &self.relations {
            write!(f, "{label} {from} -> {to}")?;
            write_attributes(f, attributes)?;
        }
        Ok(())
    }
}

impl Marked {
    /// All tags in the order they are written: what ends before what starts, inner before outer
    /// ends, outer before inner starts.
    fn tags(&self) -> Vec<(Offset, String)> {
        let ranges =
            self.spans.iter().flat_map(|(&number, span)| span.ranges().iter().map(move |&it| (number, it)));
        let mut starts: Vec<(u32, Range)> = ranges.collect();
        let mut ends = starts.clone();
        starts.sort_by_key(|&(number, range)| (range.start(), Reverse(range.end()), number));
        ends.sort_by_key(|&(number, range)| (range.end(), Reverse(range.start()), Reverse(number)));
        let ends = ends.into_iter().map(|(number, range)| (range.end(), format!("{{/{number}}}")));
        let starts = starts.into_iter().map(|(number, range)| (range.start(), format!("{{{number}}}")));
        let mut tags: Vec<(Offset, String)> = ends.chain(starts).collect();
        // A stable sort: ends stay before starts.
        tags.sort_by_key(|&(offset, _)| offset);
        tags
    }
}

/// The text with its tags, and the lines below the last `---`.
fn split(string: &str) -> Option<(&str, &str)> {
    if let Some(body) = string.strip_suffix("\n---") {
        return Some((body, ""));
    }
    let at = string.rfind("\n---\n").map(|at| (at, at + 5));
    let at = at.or_else(|| string.starts_with("---\n").then_some((0, 4)));
    at.map(|(end, start)| (&string[..end], &string[start..]))
}

fn parse_body(body: &str) -> Result<Marked, MarkedError> {
    let mut text = String::new();
    let mut open: BTreeMap<u32, Offset> = BTreeMap::new();
    let mut ranges: BTreeMap<u32, Vec<Range>> = BTreeMap::new();
    let mut rest = body;
    while let Some(at) = rest.find(['{', '}']) {
        let error = |message: String| {
            let before = body.len() - rest.len() + at;
            MarkedError { message, line: n_line_feeds(&body[..before]) + 1 }
        };
        text.push_str(&rest[..at]);
        let brace = &rest[at..];
        if brace.starts_with("{{") || brace.starts_with("}}") {
            text.push_str(&brace[..1]);
            rest = &brace[2..];
            continue;
        }
        let tag = brace.strip_prefix('{').and_then(|tag| tag.split_once('}'));
        let Some((tag, after)) = tag else {
            return Err(error("a brace stands alone; one that is meant is doubled".to_owned()));
        };
        let end = Offset::new(text.len());
        let number = |digits: &str| {
            let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
            let number = if is_number { digits.parse::<u32>().ok() } else { None };
            number.ok_or_else(|| error(format!("a tag is `{{1}}` or `{{/1}}`, not `{{{tag}}}`")))
        };
        if let Some(digits) = tag.strip_prefix('/') {
            let number = number(digits)?;
            let start = open.remove(&number);
            let start = start.ok_or_else(|| error(format!("span {number} ends but did not start")))?;
            let range = Range::new(start, end).ok_or_else(|| error(format!("span {number} is empty")))?;
            ranges.entry(number).or_default().push(range);
        } else {
            let number = number(tag)?;
            if open.insert(number, end).is_some() {
                return Err(error(format!("span {number} starts again before its end")));
            }
        }
        rest = after;
    }
    text.push_str(rest);
    if let Some(number) = open.keys().next() {
        let line = n_line_feeds(body) + 1;
        return Err(MarkedError { message: format!("span {number} does not end"), line });
    }
    let spans =
        ranges.into_iter().filter_map(|(number, ranges)| Some((number, Span::new(ranges).ok()?))).collect();
    Ok(Marked { text, spans, ..Marked::default() })
}

/// The first word of a line, and what follows it.
fn word(line: &str) -> (&str, &str) {
    let line = line.trim_start();
    line.split_at(line.find(char::is_whitespace).unwrap_or(line.len()))
}

fn parse_attributes(line: &str) -> Result<BTreeMap<String, String>, String> {
    let mut attributes = BTreeMap::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        let (name, value) = rest
            .split_once('=')
            .filter(|(name, _)| !name.is_empty() && !name.contains(char::is_whitespace))
            .ok_or_else(|| format!("an attribute is `name=value`, not `{rest}`"))?;
        let (value, after) = if let Some(quoted) = value.strip_prefix('"') {
            parse_quoted(quoted).ok_or_else(|| format!("the value of {name} lacks its closing quote mark"))?
        } else {
            let (value, after) = value.split_at(value.find(char::is_whitespace).unwrap_or(value.len()));
            (value.to_owned(), after)
        };
        if attributes.insert(name.to_owned(), value).is_some() {
            return Err(format!("attribute {name} stands twice"));
        }
        rest = after.trim_start();
    }
    Ok(attributes)
}

/// A quoted value after its opening mark, and what follows its closing one.
fn parse_quoted(string: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut rest = string;
    loop {
        let (part, after) = rest.split_once('"')?;
        value.push_str(part);
        match after.strip_prefix('"') {
            Some(after) => {
                value.push('"');
                rest = after;
            }
            None => return Some((value, after)),
        }
    }
}

fn write_attributes(f: &mut fmt::Formatter<'_>, attributes: &BTreeMap<String, String>) -> fmt::Result {
    for (name, value) in attributes {
        if value.contains(|it: char| it.is_whitespace() || it == '"') || value.is_empty() {
            write!(f, " {name}=\"{}\"", value.replace('"', "\"\""))?;
        } else {
            write!(f, " {name}={value}")?;
        }
    }
    f.write_str("\n")
}

fn n_line_feeds(string: &str) -> usize {
    string.bytes().filter(|&byte| byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Text;

    const SAMPLE: &str = "{1}Menhan{/1} mengatakan {2}\"{3}Indonesia{/3} siap\"{/2}, kata {1}Prabowo{/1}.
---
1 speaker
2 quote note=\"says \"\"siap\"\"\" type=direct
3 country iso=ID
says 1 -> 2 sure=no
";

    #[test]
    fn a_sample_is_read() {
        let marked = Marked::parse(SAMPLE).expect("in the notation");
        assert_eq!(marked.text, "Menhan mengatakan \"Indonesia siap\", kata Prabowo.");
        let text = Text::new(marked.text.clone());
        let surfaces: Vec<String> = marked.spans.values().map(|span| text.surface(span)).collect();
        assert_eq!(surfaces, ["Menhan Prabowo", "\"Indonesia siap\"", "Indonesia"]);
        assert_eq!(marked.labels[&1].label, "speaker");
        assert_eq!(marked.labels[&2].attributes["note"], "says \"siap\"");
        assert_eq!((marked.relations[0].from, marked.relations[0].to), (1, 2));
        assert_eq!(marked.relations[0].attributes["sure"], "no");
    }

    #[test]
    fn what_is_printed_is_what_was_read() {
        for string in [
            SAMPLE,
            "",
            "plain",
            "{1}a{2}b{/1}c{/2}",
            "{1}{2}AS{/2}{/1}",
            "{1}a{/1}{2}b{/2}",
            "{{1}} {1}{{{/1}}}",
            "a\r\n{1}b\r\n{/1}\r\n---\n1 x\n",
            "a\n---\nb\n---\n",
            "\n---\n---\n",
        ] {
            let marked = Marked::parse(string).expect("in the notation");
            assert_eq!(marked.to_string(), string);
        }
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        for (string, expected) in [
            ("a\n{1}b", "span 1 does not end: line 2"),
            ("a\n{/1}b\n", "span 1 ends but did not start: line 2"),
            ("{1}{1}b{/1}", "span 1 starts again before its end: line 1"),
            ("{1}{/1}b", "span 1 is empty: line 1"),
            ("a } b", "a brace stands alone; one that is meant is doubled: line 1"),
            ("a { b", "a brace stands alone; one that is meant is doubled: line 1"),
            ("{x}", "a tag is `{1}` or `{/1}`, not `{x}`: line 1"),
            ("{+1}", "a tag is `{1}` or `{/1}`, not `{+1}`: line 1"),
            ("{}", "a tag is `{1}` or `{/1}`, not `{}`: line 1"),
            ("{1}a{/1}\n---\n\n2 x", "there is no span 2 in the text: line 4"),
            ("{1}a{/1}\n---\n1", "span 1 lacks a label: line 3"),
            ("{1}a{/1}\n---\n1 x\n1 y", "span 1 has two labels: line 4"),
            (
                "{1}a{/1}\n---\nsays 1 to 1",
                "a line is `1 speaker` or `says 1 -> 2`, not `says 1 to 1`: line 3",
            ),
            ("{1}a{/1}\n---\n1 x y", "an attribute is `name=value`, not `y`: line 3"),
            ("{1}a{/1}\n---\n1 x y=\"z", "the value of y lacks its closing quote mark: line 3"),
            ("{1}a{/1}\n---\n1 x y=1 y=2", "attribute y stands twice: line 3"),
        ] {
            let error = Marked::parse(string).expect_err("not in the notation");
            assert_eq!(error.to_string(), expected);
        }
    }
}
