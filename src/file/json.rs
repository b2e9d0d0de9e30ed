//! JSON as it stands in a file: to the letter, and with its place.
//!
//! Values are kept as slices of the file's text until somebody asks for a type. So a wrong value
//! spoils nothing beside it, a number survives with all its digits, and the line of everything is
//! known.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::file::{FileError, merge_marker};
use crate::model::{AnnotationId, Extra, Place, Report, Severity};
use crate::text::{OffsetUnit, Text};

/// A JSON file in memory.
pub(super) struct JsonFile<'a> {
    name: &'a str,
    text: &'a str,
    lines: OnceCell<Text>,
}

impl<'a> JsonFile<'a> {
    /// Takes a file's bytes; a byte order mark before them is passed over.
    pub(super) fn new(bytes: &'a [u8], name: &'a str) -> Result<JsonFile<'a>, FileError> {
        let file = name.to_owned();
        if bytes.len() >= Text::MAX_BYTES {
            return Err(FileError::TooLarge { file });
        }
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let before = &bytes[..error.valid_up_to()];
            let line_start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |i| i + 1);
            FileError::Utf8 {
                file,
                line: before.iter().filter(|&&byte| byte == b'\n').count() + 1,
                column: before.len() - line_start + 1,
            }
        })?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        Ok(JsonFile { name, text, lines: OnceCell::new() })
    }

    /// The object that the file is; this finds every mistake of syntax.
    pub(super) fn root(&self) -> Result<Object<'a>, FileError> {
        serde_json::from_str(self.text).map_err(|error| {
            if let Some(line) = merge_marker(self.text.as_bytes()) {
                return FileError::HalfMerged { file: self.name.to_owned(), line };
            }
            let message = error.to_string();
            let message = message.split(" at line ").next().unwrap_or_default();
            FileError::Json {
                message: message.to_owned(),
                file: self.name.to_owned(),
                line: error.line().max(1),
                column: error.column().max(1),
            }
        })
    }

    /// The place of a slice of this file's text.
    pub(super) fn place(&self, part: &str) -> Place {
        let byte = (part.as_ptr() as usize).checked_sub(self.text.as_ptr() as usize);
        let lines = self.lines.get_or_init(|| Text::new(self.text));
        let offset = byte.and_then(|byte| lines.locate(byte, OffsetUnit::Byte).ok());
        let at = offset.map(|offset| lines.line_column(offset));
        Place {
            file: Some(self.name.to_owned()),
            line_column: at.map(|at| (at.line, at.column)),
            ..Place::default()
        }
    }
}

/// What reading passes along: the file, for places, and the report.
pub(super) struct Context<'a, 'r> {
    pub(super) file: &'r JsonFile<'a>,
    pub(super) report: &'r mut Report,
    /// The annotation being read.
    pub(super) annotation: Option<AnnotationId>,
}

impl Context<'_, '_> {
    /// Reports a problem at a slice of the file's text.
    pub(super) fn problem(&mut self, severity: Severity, part: &str, message: impl Into<String>) {
        let place = Place { annotation: self.annotation.clone(), ..self.file.place(part) };
        self.report.add(severity, place, message);
    }
}

/// A string, as it stands in the file if nothing in it is escaped.
#[derive(PartialEq, Deserialize)]
pub(super) struct Letters<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

/// An object's keys and values in the order of the file.
pub(super) struct Object<'a>(Vec<(Letters<'a>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Object<'de>, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<'de>, A::Error> {
                // A span has some eight.
                let mut pairs = Vec::with_capacity(10);
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Object(pairs))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}

impl<'a> Object<'a> {
    /// The object that a value is.
    pub(super) fn parse(json: &'a str) -> Option<Object<'a>> {
        serde_json::from_str(json).ok()
    }

    /// Reports keys that occur twice. The last one counts, as for every common JSON reader.
    pub(super) fn report_duplicates(&mut self, context: &mut Context<'_, '_>) {
        // Nearly every object has few keys, each once: there is nothing to collect then.
        let is_among = |(i, (key, _)): (usize, &(Letters<'_>, _))| self.0[..i].iter().any(|it| it.0 == *key);
        if self.0.len() <= 16 && !self.0.iter().enumerate().any(is_among) {
            return;
        }
        let mut last: BTreeMap<&str, usize> = BTreeMap::new();
        let mut earlier = Vec::new();
        for (i, (key, _)) in self.0.iter().enumerate() {
            earlier.extend(last.insert(&key.0, i));
        }
        earlier.sort_unstable();
        for i in earlier.into_iter().rev() {
            let (key, value) = self.0.remove(i);
            let message = format!("the key {} occurs twice, and only the last one counts", quoted(&key.0));
            context.problem(Severity::Warning, value.get(), message);
        }
    }

    /// The value of a key, as JSON text.
    pub(super) fn peek(&self, key: &str) -> Option<&'a str> {
        self.0.iter().rev().find(|(it, _)| it.0 == key).map(|(_, value)| value.get())
    }

    /// Takes a key out if `parse` understands its value; otherwise it stays among the extra keys. Of
    /// several values the last one counts, and the others go with it.
    pub(super) fn take<T>(&mut self, key: &str, parse: impl FnOnce(&'a str) -> Option<T>) -> Option<T> {
        let value = parse(self.peek(key)?)?;
        self.0.retain(|(it, _)| it.0 != key);
        Some(value)
    }

    /// As [`Object::take`] for a plain type, and reports a value that is not `what`; `null` counts
    /// as absent.
    pub(super) fn get<T: Deserialize<'a>>(
        &mut self,
        key: &str,
        what: &str,
        context: &mut Context<'a, '_>,
    ) -> Option<T> {
        let found = self.take(key, parse);
        if found.is_none()
            && let Some(json) = self.peek(key).filter(|json| *json != "null")
        {
            context.problem(Severity::Warning, json, format!("{} is not {what}", quoted(key)));
        }
        found
    }

    /// The keys and values that nobody took.
    pub(super) fn into_pairs(self) -> impl Iterator<Item = (String, &'a str)> {
        self.0.into_iter().map(|(key, value)| (key.0.into_owned(), value.get()))
    }

    /// What nobody took, to be kept; of several values of a key the last one.
    pub(super) fn into_extra(self) -> Extra {
        let mut kept: Vec<(String, String)> = Vec::new();
        let mut keys = BTreeSet::new();
        for (Letters(key), value) in self.0.into_iter().rev() {
            if keys.insert(key.clone()) {
                kept.push((key.into_owned(), one_line(value.get())));
            }
        }
        kept.reverse();
        Extra(kept)
    }
}

/// A value of a plain type.
pub(super) fn parse<'a, T: Deserialize<'a>>(json: &'a str) -> Option<T> {
    serde_json::from_str(json).ok()
}

/// The elements of an array, as JSON text.
pub(super) fn elements(json: &str) -> Option<Vec<&str>> {
    let elements: Vec<&RawValue> = parse(json)?;
    Some(elements.into_iter().map(RawValue::get).collect())
}

/// A string as JSON.
pub(super) fn quoted(string: &str) -> String {
    serde_json::to_string(string).expect("every string has a JSON form")
}

/// JSON text on one line, with one space after every comma and colon, and otherwise to the letter.
/// Text that is no JSON becomes a JSON string, so that no file is ever broken by what it keeps.
pub(super) fn one_line(json: &str) -> String {
    if parse::<&RawValue>(json).is_none() {
        return quoted(json);
    }
    let mut line = String::with_capacity(json.len());
    let (mut is_string, mut is_escaped) = (false, false);
    for character in json.chars() {
        if is_string {
            line.push(character);
            (is_string, is_escaped) = (is_escaped || character != '"', !is_escaped && character == '\\');
            continue;
        }
        match character {
            ' ' | '\t' | '\n' | '\r' => {}
            ',' | ':' => line.extend([character, ' ']),
            _ => {
                is_string = character == '"';
                line.push(character);
            }
        }
    }
    line
}

/// An object being written: keys in the order in which they are added.
#[derive(Default)]
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Adds a key with its value as JSON text.
    pub(super) fn add(&mut self, key: &str, json: impl Into<String>) {
        self.0.push((key.to_owned(), json.into()));
    }

    /// Adds a key with a string.
    pub(super) fn string(&mut self, key: &str, string: &str) {
        self.add(key, quoted(string));
    }

    /// Adds a key with a string unless that is empty.
    pub(super) fn nonempty(&mut self, key: &str, string: &str) {
        if !string.is_empty() {
            self.string(key, string);
        }
    }

    /// Adds kept keys, except those that were written already.
    pub(super) fn extra(&mut self, extra: &Extra) {
        for (key, json) in &extra.0 {
            if !self.has(key) {
                self.add(key, one_line(json));
            }
        }
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.0.iter().any(|(it, _)| it == key)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The object on one line.
    pub(super) fn one_line(&self) -> String {
        let pairs: Vec<String> =
            self.0.iter().map(|(key, json)| format!("{}: {json}", quoted(key))).collect();
        format!("{{{}}}", pairs.join(", "))
    }

    /// The object with one key a line, its closing brace indented by `indent` spaces.
    pub(super) fn lines(&self, indent: usize) -> String {
        if self.is_empty() {
            return "{}".to_owned();
        }
        let mut lines = String::from("{");
        for (i, (key, json)) in self.0.iter().enumerate() {
            lines.push_str(if i == 0 { "\n" } else { ",\n" });
            lines.extend(std::iter::repeat_n(' ', indent + 2));
            lines.push_str(&quoted(key));
            lines.push_str(": ");
            lines.push_str(json);
        }
        lines.push('\n');
        lines.extend(std::iter::repeat_n(' ', indent));
        lines.push('}');
        lines
    }

    /// The object as a value. A number beyond what a value can hold becomes a string.
    pub(super) fn value(self) -> serde_json::Value {
        let pairs = self.0.into_iter().map(|(key, json)| {
            let value = serde_json::from_str(&json).unwrap_or(serde_json::Value::String(json));
            (key, value)
        });
        serde_json::Value::Object(pairs.collect())
    }
}

/// An array with one element a line, its closing bracket indented by `indent` spaces.
pub(super) fn array_lines(elements: &[String], indent: usize) -> String {
    if elements.is_empty() {
        return "[]".to_owned();
    }
    let space = " ".repeat(indent);
    format!("[\n{space}  {}\n{space}]", elements.join(&format!(",\n{space}  ")))
}

/// An array of strings on one line.
pub(super) fn string_array(strings: &[String]) -> String {
    let quoted: Vec<String> = strings.iter().map(|string| quoted(string)).collect();
    format!("[{}]", quoted.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_keeps_every_letter_that_matters() {
        let json = "{ \"a\" :\t[1e400,\n 2.50 ], \"b\\\" : \\\\\" : \"x ,  y\\n\" }";
        let line = r#"{"a": [1e400, 2.50], "b\" : \\": "x ,  y\n"}"#;
        assert_eq!(one_line(json), line);
        assert_eq!(one_line(line), line);
        assert_eq!(one_line("no json"), "\"no json\"");
    }

    #[test]
    fn the_last_value_of_a_key_is_kept() {
        let object = Object::parse(r#"{"a": 1, "b": 2, "a": 3}"#).unwrap();
        assert_eq!(
            object.into_extra(),
            Extra(vec![("b".to_owned(), "2".to_owned()), ("a".to_owned(), "3".to_owned())])
        );
    }

    #[test]
    fn deep_nesting_is_no_danger() {
        let deep = format!("{{\"a\": {}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
        let object = Object::parse(&deep);
        if let Some(object) = object {
            assert_eq!(object.into_extra().0.len(), 1);
        }
        let file = JsonFile::new(deep.as_bytes(), "deep.json").unwrap();
        drop(file.root());
    }
}
