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

use crate::file::scan::Scanner;
use crate::file::{FileError, merge_marker};
use crate::model::{AnnotationId, Extra, Origin, Place, Report, Severity};
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
        Object::read(self.text).map_err(|error| {
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
    /// The origin that was read last, with its JSON text: those of a file are mostly alike.
    pub(super) origin: Option<(&'a str, Origin)>,
}

impl<'a, 'r> Context<'a, 'r> {
    pub(super) fn new(file: &'r JsonFile<'a>, report: &'r mut Report) -> Context<'a, 'r> {
        Context { file, report, annotation: None, origin: None }
    }

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
pub(super) struct Object<'a>(Vec<Member<'a>>);

struct Member<'a> {
    key: Letters<'a>,
    /// Compared first.
    tag: u64,
    /// The value as JSON text; nothing once it was taken.
    json: Option<&'a str>,
}

impl<'a> Member<'a> {
    fn new(key: Letters<'a>, json: &'a str) -> Member<'a> {
        Member { tag: tag(&key.0), key, json: Some(json) }
    }
}

/// The start of a key as a number: looking for a key among others costs most of reading a span.
fn tag(key: &str) -> u64 {
    key.bytes().take(8).fold(0, |tag, byte| tag << 8 | u64::from(byte))
}

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Object<'de>, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some((key, json)) = map.next_entry::<_, &RawValue>()? {
                    members.push(Member::new(key, json.get()));
                }
                Ok(Object(members))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

impl<'a> Object<'a> {
    /// The object that a JSON text is.
    fn read(json: &'a str) -> Result<Object<'a>, serde_json::Error> {
        let mut scanner = Scanner::new(json);
        match Object::scan(&mut scanner).filter(|_| scanner.is_at_end()) {
            Some(object) => Ok(object),
            // Slower, and it knows what the mistake is.
            None => serde_json::from_str(json),
        }
    }

    /// Passes an object; nothing if there is none, or a broken one.
    fn scan(scanner: &mut Scanner<'a>) -> Option<Object<'a>> {
        // A span has some eight.
        let mut members = Vec::with_capacity(10);
        scanner.pass(b'{')?;
        if scanner.peek()? == b'}' {
            scanner.pass(b'}')?;
            return Some(Object(members));
        }
        loop {
            let key = letters(scanner.string()?)?;
            scanner.pass(b':')?;
            members.push(Member::new(key, scanner.value()?));
            if scanner.pass(b',').is_none() {
                scanner.pass(b'}')?;
                return Some(Object(members));
            }
        }
    }

    /// The object that a value is.
    pub(super) fn parse(json: &'a str) -> Option<Object<'a>> {
        Object::read(json).ok()
    }

    /// Reports keys that occur twice. The last one counts, as for every common JSON reader.
    pub(super) fn report_duplicates(&mut self, context: &mut Context<'_, '_>) {
        // Nearly every object has few keys, each once: there is nothing to collect then.
        let is_among = |(i, it): (usize, &Member<'_>)| {
            self.0[..i].iter().any(|other| other.tag == it.tag && other.key == it.key)
        };
        if self.0.len() <= 16 && !self.0.iter().enumerate().any(is_among) {
            return;
        }
        let mut last: BTreeMap<&str, usize> = BTreeMap::new();
        let mut earlier = Vec::new();
        for (i, member) in self.0.iter().enumerate() {
            earlier.extend(last.insert(&member.key.0, i));
        }
        earlier.sort_unstable();
        for i in earlier.into_iter().rev() {
            let Member { key, json, .. } = self.0.remove(i);
            let message = format!("the key {} occurs twice, and only the last one counts", quoted(&key.0));
            context.problem(Severity::Warning, json.unwrap_or_default(), message);
        }
    }

    /// The members of a key that nobody took, last first.
    fn members(&mut self, key: &str) -> impl Iterator<Item = &mut Member<'a>> {
        let tag = tag(key);
        self.0.iter_mut().rev().filter(move |it| it.tag == tag && it.json.is_some() && it.key.0 == key)
    }

    /// The value of a key, as JSON text.
    pub(super) fn peek(&self, key: &str) -> Option<&'a str> {
        let tag = tag(key);
        self.0.iter().rev().filter(|it| it.tag == tag && it.key.0 == key).find_map(|it| it.json)
    }

    /// Takes a key out if `parse` understands its value; otherwise it stays among the extra keys. Of
    /// several values the last one counts, and the others go with it.
    pub(super) fn take<T>(&mut self, key: &str, parse: impl FnOnce(&'a str) -> Option<T>) -> Option<T> {
        let mut members = self.members(key);
        let last = members.next()?;
        let value = parse(last.json?)?;
        last.json = None;
        members.for_each(|it| it.json = None);
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
        self.0.into_iter().filter_map(|it| Some((it.key.0.into_owned(), it.json?)))
    }

    /// What nobody took, to be kept; of several values of a key the last one.
    pub(super) fn into_extra(self) -> Extra {
        let mut kept: Vec<(String, String)> = Vec::new();
        let mut keys = BTreeSet::new();
        for Member { key: Letters(key), json, .. } in self.0.into_iter().rev() {
            if let Some(json) = json
                && keys.insert(key.clone())
            {
                kept.push((key.into_owned(), one_line(json)));
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

/// The string that a value of an object or array is.
pub(super) fn letters(json: &str) -> Option<Letters<'_>> {
    let inside = json.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
    match inside.filter(|it| !it.contains('\\')) {
        Some(letters) => Some(Letters(Cow::Borrowed(letters))),
        None => parse(json),
    }
}

/// The elements of an array that is a value of an object: each as JSON text, and the object that it
/// is.
#[derive(Default)]
pub(super) struct Items<'a>(Option<Scanner<'a>>);

impl<'a> Items<'a> {
    /// Nothing if the value is no array.
    pub(super) fn of(json: &'a str) -> Option<Items<'a>> {
        let mut scanner = Scanner::new(json);
        scanner.pass(b'[')?;
        Some(Items(Some(scanner)))
    }

    /// How many bytes those that are left have.
    pub(super) fn n_bytes(&self) -> usize {
        self.0.as_ref().map_or(0, Scanner::n_bytes_left)
    }
}

impl<'a> Iterator for Items<'a> {
    type Item = (&'a str, Option<Object<'a>>);

    fn next(&mut self) -> Option<Self::Item> {
        let scanner = self.0.as_mut()?;
        // There is none before the first, and none is missing in a value.
        let _: Option<()> = scanner.pass(b',');
        if scanner.peek()? == b'{'
            && let Some(item) = scanner.attempt(Object::scan)
        {
            return Some((item.0, Some(item.1)));
        }
        Some((scanner.value()?, None))
    }
}

/// The elements of an array, as JSON text.
pub(super) fn elements(json: &str) -> Option<Vec<&str>> {
    let mut scanner = Scanner::new(json);
    let mut elements = Vec::new();
    scanner.pass(b'[')?;
    if scanner.peek()? != b']' {
        elements.push(scanner.value()?);
        while scanner.pass(b',').is_some() {
            elements.push(scanner.value()?);
        }
    }
    scanner.pass(b']')?;
    scanner.is_at_end().then_some(elements)
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
    use proptest::prelude::*;

    use super::*;
    use crate::file::scan::tests::{texts, values};

    fn pairs(object: Object<'_>) -> Vec<(String, &str)> {
        object.into_pairs().collect()
    }

    proptest! {
        #[test]
        fn objects_and_arrays_are_those_of_serde_json(
            text in prop_oneof![texts().prop_map(|it| format!("{{{it}}}")), values()],
        ) {
            let parsed = serde_json::from_str::<Object<'_>>(&text).ok().map(pairs);
            let mut scanner = Scanner::new(&text);
            let scanned = Object::scan(&mut scanner).filter(|_| scanner.is_at_end()).map(pairs);
            prop_assert_eq!(scanned, parsed);

            let list = format!("[{text}]");
            let parsed: Option<Vec<&RawValue>> = serde_json::from_str(&list).ok();
            let parsed: Option<Vec<&str>> = parsed.map(|it| it.into_iter().map(RawValue::get).collect());
            if parsed.is_some() {
                let items = Items::of(&list).unwrap();
                let are_objects = |(json, object): (&str, Option<Object<'_>>)| {
                    object.map(pairs) == Object::parse(json).map(pairs)
                };
                prop_assert_eq!(items.map(|it| it.0).collect::<Vec<_>>(), parsed.clone().unwrap());
                prop_assert!(Items::of(&list).unwrap().all(are_objects));
            }
            prop_assert_eq!(elements(&list), parsed);
        }

        #[test]
        fn strings_are_those_of_serde_json(string in any::<String>()) {
            for json in [quoted(&string), format!("{string:?}")] {
                if parse::<&RawValue>(&json).is_some() {
                    prop_assert!(letters(&json) == parse(&json));
                }
            }
        }
    }

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
