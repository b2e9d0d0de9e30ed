//! What can be got back from a broken file of Sorot's own: one that was cut off or overwritten in
//! places, that a merge left half done, or that holds two files after each other.
//!
//! Invariants:
//! - Nothing is made up: every value of the result stood in the file to the letter.
//! - Nothing is left out in silence: each loss is reported with its line and column. What is left
//!   of a broken span, relation or entity is kept under `orphans`, as a string.
//! - Time is linear in the file's length, whatever is in it.
//!
//! The layout of our files, one element a line, is what makes this work; a file that another
//! program laid out otherwise comes back as far as its brackets allow.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde_json::value::RawValue;

use crate::file::json::{Fields, JsonFile, Object, array_lines, elements, one_line, parse, quoted};
use crate::model::{Document, Place, Report, Severity};

/// What a broken file held, each part as the bytes of a whole file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Salvaged {
    /// The file; further ones are other versions of it, to be merged into the first.
    pub versions: Vec<Vec<u8>>,
    /// What both sides of a half-done merge come from, where the file holds that.
    pub base: Option<Vec<u8>>,
}

/// How deep our own files go, and some more.
const MAX_DEPTH: usize = 8;

/// How far a value is followed, in bytes, once much was read in vain.
const MAX_HOPELESS: usize = 1_000;

/// The keys of an annotation file that hold lists.
const LISTS: [&str; 5] = ["entities", "spans", "relations", "orphans", "rulings"];

/// The keys at the top of our files.
const TOP_KEYS: [&str; 17] = [
    "version",
    "article",
    "annotator",
    "role",
    "schema",
    "status",
    "offsets",
    "text",
    "entities",
    "spans",
    "relations",
    "revision",
    "orphans",
    "rulings",
    "name",
    "articles",
    "guidelines",
];

/// The keys of an annotation file's `article`.
const ARTICLE_KEYS: [&str; 8] =
    ["path", "file_sha256", "text_sha256", "encoding", "bom", "newline", "length", "language"];

/// Takes out of a broken file what is whole. `format` is what its key of that name should be. The
/// result is to be read as any file; it holds nothing if nothing was left.
pub fn salvage(bytes: &[u8], file: &str, format: &'static str, report: &mut Report) -> Salvaged {
    let sides = sides(bytes);
    let mut notes: BTreeSet<(usize, String)> = BTreeSet::new();
    let mut salvaged = Salvaged::default();
    for (side, bytes) in sides {
        let text = cleaned(bytes);
        let mut scan = Scan::new(&text);
        scan.run();
        for lost in joined(&text, std::mem::take(&mut scan.lost)) {
            notes.insert((lost.start, "this cannot be read and is left out".to_owned()));
        }
        for (i, root) in scan.roots.into_iter().enumerate() {
            if i > 0 {
                notes.insert((root.start, "another file begins inside this one".to_owned()));
            }
            let what = if format == ANNOTATIONS { "kept aside" } else { "left out" };
            for broken in &root.broken {
                notes.insert((broken.start, format!("this cannot be read and is {what}")));
            }
            let whole = root.into_file(&text, format);
            match side {
                Side::Base => salvaged.base = salvaged.base.or(Some(whole)),
                Side::Ours | Side::Theirs => salvaged.versions.push(whole),
            }
        }
    }
    salvaged.versions.dedup();
    let line_starts: Vec<usize> = std::iter::once(0)
        .chain(bytes.iter().enumerate().filter(|it| *it.1 == b'\n').map(|it| it.0 + 1))
        .collect();
    for (at, message) in notes {
        let line = line_starts.partition_point(|&start| start <= at);
        let line_column = Some((line, at - line_starts[line - 1] + 1));
        let place = Place { file: Some(file.to_owned()), line_column, ..Place::default() };
        report.add(Severity::Error, place, message);
    }
    salvaged
}

/// The line, from 1, where version control marked the first of two sides that it could not merge.
pub fn merge_marker(bytes: &[u8]) -> Option<usize> {
    let at = first_marker(bytes)?;
    Some(bytes[..at].iter().filter(|&&byte| byte == b'\n').count() + 1)
}

/// An annotation file with its article's text put in, where the file has lost that, or where the
/// article, and not the text in the file, is what the file's hash tells of.
pub fn with_article<'a>(
    file: &'a [u8],
    name: &str,
    article: Option<&Document>,
    report: &mut Report,
) -> Cow<'a, [u8]> {
    let json = JsonFile::new(file, name).ok().and_then(|json| json.root().ok());
    let (Some(mut top), Some(article)) = (json, article) else { return Cow::Borrowed(file) };
    let text: Option<String> = top.take("text", parse);
    let described = top.peek("article").and_then(Object::parse);
    let hash: Option<String> = described.and_then(|mut it| it.take("text_sha256", parse));
    let is_hash_of = |text_sha256: &str| hash.as_ref().is_some_and(|it| it.eq_ignore_ascii_case(text_sha256));
    if text.is_some_and(|text| !is_hash_of(&article.source.text_sha256) || text == article.text.as_str()) {
        return Cow::Borrowed(file);
    }
    let place = Place { file: Some(name.to_owned()), ..Place::default() };
    report.add(Severity::Error, place, "the file's text is gone or damaged; that of the article is put in");
    let mut fields = Fields::default();
    fields.string("text", article.text.as_str());
    // A text that is no string stays behind.
    fields.extra(&top.into_extra());
    Cow::Owned((fields.lines(0) + "\n").into_bytes())
}

const ANNOTATIONS: &str = "sorot-annotations";

/// A side of a half-done merge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Ours,
    Base,
    Theirs,
}

fn first_marker(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        if is_marker(line, b'<') {
            return Some(at);
        }
        at += line.len();
    }
    None
}

/// True for seven of that character, alone or with a name behind them. No line of ours begins so,
/// since strings have no line ends.
fn is_marker(line: &[u8], character: u8) -> bool {
    line.len() >= 7
        && line[..7].iter().all(|&byte| byte == character)
        && line.get(7).is_none_or(|byte| matches!(byte, b' ' | b'\r' | b'\n'))
}

/// The sides of a file; one without markers is ours alone. What belongs to another side is
/// replaced by spaces, so that all else stays at its line and column.
fn sides(bytes: &[u8]) -> Vec<(Side, Vec<u8>)> {
    if first_marker(bytes).is_none() {
        return vec![(Side::Ours, bytes.to_vec())];
    }
    let mut sides = vec![(Side::Ours, Vec::new()), (Side::Theirs, Vec::new()), (Side::Base, Vec::new())];
    let mut has_base = false;
    let mut now: Option<Side> = None;
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        let next = match now {
            None if is_marker(line, b'<') => Some(Some(Side::Ours)),
            Some(Side::Ours) if is_marker(line, b'|') => Some(Some(Side::Base)),
            Some(Side::Ours | Side::Base) if is_marker(line, b'=') => Some(Some(Side::Theirs)),
            Some(Side::Theirs) if is_marker(line, b'>') => Some(None),
            _ => None,
        };
        has_base |= next == Some(Some(Side::Base));
        for (side, bytes) in &mut sides {
            let belongs = next.is_none() && now.is_none_or(|now| now == *side);
            let blank = |byte: &u8| if *byte == b'\n' { b'\n' } else { b' ' };
            if belongs { bytes.extend(line) } else { bytes.extend(line.iter().map(blank)) }
        }
        now = next.unwrap_or(now);
    }
    sides.retain(|(side, _)| has_base || *side != Side::Base);
    sides
}

/// The bytes as text of the same length. A byte that is no UTF-8 becomes a control character that
/// JSON refuses, so that what it stands in counts as broken.
fn cleaned(mut bytes: Vec<u8>) -> String {
    const REFUSED: u8 = 0x1a;
    let mut from = 0;
    while let Err(error) = std::str::from_utf8(&bytes[from..]) {
        let at = from + error.valid_up_to();
        from = error.error_len().map_or(bytes.len(), |n| at + n);
        bytes[at..from].fill(REFUSED);
    }
    String::from_utf8(bytes).expect("every byte that is no UTF-8 was replaced")
}

/// Ranges with nothing but blanks between them, as one.
fn joined(text: &str, ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    let mut joined: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match joined.last_mut() {
            Some(last) if text[last.end..range.start].trim().is_empty() => last.end = range.end,
            _ => joined.push(range),
        }
    }
    joined
}

/// A file's object, as far as it was found.
#[derive(Debug, Default)]
struct Root {
    start: usize,
    /// True after its last bracket.
    is_closed: bool,
    fields: Vec<(String, String)>,
    /// Whole objects whose list is not known.
    strays: Vec<String>,
    /// Elements of lists that are not whole.
    broken: Vec<Range<usize>>,
}

impl Root {
    /// Keeps a value. Of two lists of a name the second continues the first; of two other values
    /// the first stays, since what follows the end of a file is what a longer one left there.
    fn add(&mut self, key: String, json: String) {
        let Some((_, known)) = self.fields.iter_mut().find(|(it, _)| *it == key) else {
            self.fields.push((key, json));
            return;
        };
        if let (Some(first), Some(second)) = (elements(known), elements(&json)) {
            *known = format!("[{}]", [first, second].concat().join(", "));
        }
    }

    fn has(&self, key: &str) -> bool {
        self.fields.iter().any(|(it, _)| it == key)
    }

    /// The bytes of a whole file.
    fn into_file(mut self, text: &str, format: &str) -> Vec<u8> {
        if format == ANNOTATIONS {
            self.gather(text);
        }
        let known = self.fields.iter().find(|(key, _)| key == "format").map(|(_, json)| json.as_str());
        let is_known =
            known.is_some_and(|json| ["\"sorot-annotations\"", "\"sorot-project\""].contains(&json));
        let mut fields = Fields::default();
        if !is_known {
            fields.string("format", format);
        }
        for (key, json) in self.fields.into_iter().filter(|(key, _)| is_known || key != "format") {
            match elements(&json).filter(|_| LISTS.contains(&key.as_str())) {
                Some(list) => {
                    // What stands there twice to the letter, two copies of a file brought in.
                    let mut seen = BTreeSet::new();
                    let lines = list.into_iter().map(one_line).filter(|line| seen.insert(line.clone()));
                    fields.add(&key, array_lines(&lines.collect::<Vec<_>>(), 2));
                }
                None => fields.add(&key, one_line(&json)),
            }
        }
        (fields.lines(0) + "\n").into_bytes()
    }

    /// Puts what has lost its list or its object back there, by its form.
    fn gather(&mut self, text: &str) {
        let mut lists: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for stray in std::mem::take(&mut self.strays) {
            let object = Object::parse(&stray);
            let has = |key: &str| object.as_ref().is_some_and(|object| object.peek(key).is_some());
            let list = if ARTICLE_KEYS.iter().any(|key| has(key)) && !self.has("article") {
                self.fields.push(("article".to_owned(), stray));
                continue;
            } else if has("said") {
                "rulings"
            } else if has("from") && has("to") {
                "relations"
            } else if has("start") || has("fragments") {
                "spans"
            } else if has("name") {
                "entities"
            } else {
                "orphans"
            };
            lists.entry(list).or_default().push(stray);
        }
        let broken = std::mem::take(&mut self.broken).into_iter().map(|range| quoted(&text[range]));
        lists.entry("orphans").or_default().extend(broken);
        for (key, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
            self.add(key.to_owned(), format!("[{}]", list.join(", ")));
        }
        if !self.has("article") {
            let is_of_article = |it: &(String, String)| ARTICLE_KEYS.contains(&it.0.as_str());
            let (article, rest): (Vec<_>, Vec<_>) =
                std::mem::take(&mut self.fields).into_iter().partition(is_of_article);
            self.fields = rest;
            if !article.is_empty() {
                self.fields.push(("article".to_owned(), object(article)));
            }
        }
    }
}

fn object(pairs: Vec<(String, String)>) -> String {
    let mut fields = Fields::default();
    for (key, json) in pairs {
        fields.add(&key, json);
    }
    fields.one_line()
}

/// A bracket that was not closed yet, and what stands in it.
#[derive(Debug)]
struct Open {
    /// Its name, in an object.
    key: Option<String>,
    start: usize,
    /// True if its content begins on a line of its own, so that it may go on after a broken one.
    is_block: bool,
    is_broken: bool,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Object(Vec<(String, String)>),
    Array(Vec<String>),
}

/// Goes through a broken file. Values that are whole are taken whole; only what is not is looked
/// into, and what cannot be read ends at the end of its line.
struct Scan<'a> {
    text: &'a str,
    at: usize,
    /// How many bytes may still be read in vain.
    patience: usize,
    open: Vec<Open>,
    roots: Vec<Root>,
    lost: Vec<Range<usize>>,
}

impl<'a> Scan<'a> {
    fn new(text: &'a str) -> Scan<'a> {
        let patience = 16 * text.len();
        Scan { text, at: 0, patience, open: Vec::new(), roots: Vec::new(), lost: Vec::new() }
    }

    fn run(&mut self) {
        self.text.strip_prefix('\u{feff}').inspect(|rest| self.at = self.text.len() - rest.len());
        loop {
            let rest = &self.text[self.at..];
            let rest = rest.trim_start_matches([' ', '\t', '\r', '\n', ',']);
            self.at = self.text.len() - rest.len();
            match rest.as_bytes().first() {
                None => break,
                Some(b'{') => self.brace(),
                Some(b'}') => self.close_object(),
                Some(b']') => self.close_array(),
                Some(b'"') => self.string(),
                Some(_) => self.element(),
            }
        }
        for open in &mut self.open {
            // An object that was cut off; a list that was is as good as any.
            open.is_broken |= matches!(open.content, Content::Object(_));
        }
        while !self.open.is_empty() {
            self.close();
        }
    }

    fn root(&mut self) -> &mut Root {
        if self.roots.is_empty() {
            self.roots.push(Root { start: self.at, ..Root::default() });
        }
        let last = self.roots.len() - 1;
        &mut self.roots[last]
    }

    /// Where the value that begins at `at` ends, if it is whole.
    fn value_end(&mut self, at: usize) -> Option<usize> {
        let rest = &self.text[at..];
        let rest = if self.patience == 0 { &rest[..rest.floor_char_boundary(MAX_HOPELESS)] } else { rest };
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<&RawValue>();
        match values.next()? {
            Ok(_) => Some(at + values.byte_offset()),
            Err(error) => {
                let before: usize = rest.split_inclusive('\n').take(error.line() - 1).map(str::len).sum();
                self.patience = self.patience.saturating_sub(before + error.column());
                None
            }
        }
    }

    fn brace(&mut self) {
        let is_start = self.text[self.at + 1..].trim_start().starts_with("\"format\"");
        if !is_start && !self.roots.is_empty() {
            return self.element();
        }
        while !self.open.is_empty() {
            self.close();
        }
        let start = self.at;
        let end = self.value_end(start);
        let whole = end.and_then(|end| Object::parse(&self.text[start..end]));
        let fields = whole.map(|it| it.into_pairs().map(|(key, json)| (key, json.to_owned())).collect());
        let is_closed = fields.is_some();
        self.at = end.filter(|_| is_closed).unwrap_or(start + 1);
        self.roots.push(Root { start, is_closed, fields: fields.unwrap_or_default(), ..Root::default() });
    }

    /// A key with its value, or a string in a list.
    fn string(&mut self) {
        let Some(end) = self.value_end(self.at) else { return self.lose() };
        let colon = self.after_blanks(end);
        let key = parse::<String>(&self.text[self.at..end]).filter(|_| self.text[colon..].starts_with(':'));
        let Some(key) = key else { return self.element() };
        // Only objects have keys: the lists before it were not closed.
        while matches!(self.open.last(), Some(Open { content: Content::Array(_), .. })) {
            self.close();
        }
        let is_in_article = self.open.first().is_some_and(|open| open.key.as_deref() == Some("article"));
        if is_in_article && TOP_KEYS.contains(&key.as_str()) {
            // Its bracket was not closed.
            while !self.open.is_empty() {
                self.close();
            }
        }
        // What a shorter file left of a longer one it was written over; or a bracket too many.
        if self.open.is_empty() && self.root().is_closed && !TOP_KEYS.contains(&key.as_str()) {
            return self.lose();
        }
        let value = self.text.len() - self.text[colon + 1..].trim_start().len();
        if let Some(end) = self.value_end(value) {
            let json = self.text[value..end].to_owned();
            match self.open.last_mut() {
                Some(Open { content: Content::Object(fields), .. }) => fields.push((key, json)),
                _ => self.root().add(key, json),
            }
            self.at = end;
        } else if self.text[value..].starts_with(['{', '[']) && self.open.len() < MAX_DEPTH {
            self.push(Some(key), value);
        } else {
            self.lose();
        }
    }

    /// A value without a key.
    fn element(&mut self) {
        let start = self.at;
        let is_in_list = matches!(self.open.last(), Some(Open { content: Content::Array(_), .. }));
        if let Some(end) = self.value_end(start) {
            let json = self.text[start..end].to_owned();
            self.at = end;
            match self.open.last_mut() {
                Some(Open { content: Content::Array(list), .. }) => list.push(json),
                // A list without its name gives its elements.
                _ if json.starts_with('{') => self.root().strays.push(json),
                _ => match elements(&json) {
                    Some(list) => self.root().strays.extend(list.into_iter().map(str::to_owned)),
                    None => self.lost.push(start..end),
                },
            }
        } else if is_in_list
            && self.text[start..].starts_with(['{', '['])
            && self.is_block(start)
            && self.open.len() < MAX_DEPTH
        {
            self.push(None, start);
        } else {
            self.lose();
        }
    }

    /// Where the next thing on the line stands, or the line ends.
    fn after_blanks(&self, at: usize) -> usize {
        self.text.len() - self.text[at..].trim_start_matches([' ', '\t', '\r']).len()
    }

    /// True if nothing follows a bracket on its line.
    fn is_block(&self, at: usize) -> bool {
        matches!(self.text.as_bytes().get(self.after_blanks(at + 1)), None | Some(b'\n'))
    }

    fn push(&mut self, key: Option<String>, start: usize) {
        let is_object = self.text[start..].starts_with('{');
        let content = if is_object { Content::Object(Vec::new()) } else { Content::Array(Vec::new()) };
        self.open.push(Open { key, start, is_block: self.is_block(start), is_broken: false, content });
        self.at = start + 1;
    }

    /// Passes over what cannot be read: to the end of the line, or to the next element on it.
    fn lose(&mut self) {
        let start = self.at;
        let first = self.text[start..].chars().next().map_or(0, char::len_utf8);
        let rest = &self.text[start + first..];
        let mut ends = rest.match_indices(['\n', '{']).map(|(i, _)| i);
        let end = ends.find(|&i| !rest[i..].starts_with('{') || rest[i..].starts_with("{\"id\""));
        let is_line_end = end.is_none_or(|i| rest[i..].starts_with('\n'));
        self.at = start + first + end.unwrap_or(rest.len());
        let lost = start..start + self.text[start..self.at].trim_end().len();
        match self.open.last_mut() {
            Some(Open { content: Content::Array(_), .. }) => self.root().broken.push(lost),
            open => {
                if let Some(open) = open {
                    open.is_broken = true;
                }
                self.lost.push(lost);
            }
        }
        let ends_here = |open: &Open| match is_line_end {
            true => !open.is_block,
            false => matches!(open.content, Content::Object(_)),
        };
        while self.open.last().is_some_and(ends_here) {
            self.close();
        }
    }

    fn close_object(&mut self) {
        self.at += 1;
        let object = self.open.iter().rposition(|it| matches!(it.content, Content::Object(_)));
        while self.open.len() > object.unwrap_or(0) {
            self.close();
        }
        self.root().is_closed |= object.is_none();
    }

    fn close_array(&mut self) {
        self.at += 1;
        let Some(array) = self.open.iter().rposition(|it| matches!(it.content, Content::Array(_))) else {
            return;
        };
        for open in &mut self.open[array + 1..] {
            open.is_broken = true;
        }
        while self.open.len() > array {
            self.close();
        }
    }

    /// Puts what stands in the innermost bracket where it belongs.
    fn close(&mut self) {
        let Some(open) = self.open.pop() else { return };
        let json = match open.content {
            Content::Object(fields) => object(fields),
            Content::Array(list) => format!("[{}]", list.join(", ")),
        };
        match (self.open.last_mut(), open.key) {
            (Some(Open { content: Content::Object(fields), is_broken, .. }), Some(key)) => {
                fields.push((key, json));
                *is_broken |= open.is_broken;
            }
            (Some(Open { content: Content::Array(list), .. }), _) if !open.is_broken => list.push(json),
            (None, Some(key)) => self.root().add(key, json),
            _ => {
                let range = open.start..self.at;
                self.root().broken.push(range);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::{PRESETS, orphans, read_set};

    const FILE: &str = r#"{
  "format": "sorot-annotations",
  "version": 1,
  "article": {
    "path": "articles/a.txt",
    "encoding": "utf-8"
  },
  "annotator": "Rina",
  "status": "done",
  "text": "“Kami siap,” kata Menteri itu.",
  "entities": [
    {"id": "e1", "name": "Prabowo"}
  ],
  "spans": [
    {"id": "q1", "label": "quote", "start": 0, "end": 12, "text": "“Kami siap,”", "origin": {"how": "manual"}},
    {"id": "s1", "label": "speaker", "start": 18, "end": 25, "text": "Menteri", "entity": "e1"},
    {"id": "s2", "label": "speaker", "start": 26, "end": 29, "text": "itu"}
  ],
  "relations": [
    {"id": "r1", "label": "says", "from": "s1", "to": "q1"}
  ]
}
"#;

    /// Salvages and reads: entities, spans, relations and orphans of each version and of the base,
    /// and what was said of the losses.
    fn check(broken: &[u8], expected: &[[usize; 4]], said: &[&str]) {
        let shown = String::from_utf8_lossy(broken);
        let mut report = Report::default();
        let salvaged = salvage(broken, "a", ANNOTATIONS, &mut report);
        let held: Vec<[usize; 4]> =
            salvaged.versions.iter().chain(&salvaged.base).map(|it| held(it)).collect();
        assert_eq!(held, expected, "{shown}");
        let problems: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
        assert_eq!(problems, said, "{shown}");
    }

    fn held(file: &[u8]) -> [usize; 4] {
        match read_set(file, "a", &PRESETS[0].schema(), &mut Report::default()) {
            Ok(read) => [
                read.set.entities().count(),
                read.set.annotations().len(),
                read.set.relations().len(),
                orphans(&read.set).len(),
            ],
            Err(_) => [0; 4],
        }
    }

    fn with(from: &str, to: &str) -> String {
        assert!(FILE.contains(from), "{from}");
        FILE.replacen(from, to, 1)
    }

    #[test]
    fn a_whole_file_comes_back_whole() {
        check(FILE.as_bytes(), &[[1, 3, 1, 0]], &[]);
        let one_line = one_line(FILE);
        check(one_line.as_bytes(), &[[1, 3, 1, 0]], &[]);
        check(format!("\u{feff}{FILE}").as_bytes(), &[[1, 3, 1, 0]], &[]);
    }

    #[test]
    fn what_was_cut_off_comes_back_to_there() {
        let cut = |at: &str| &FILE.as_bytes()[..FILE.find(at).unwrap()];
        check(cut(", \"entity\""), &[[1, 1, 0, 1]], &["this cannot be read and is kept aside: a:16:5"]);
        check(cut("    {\"id\": \"s2\""), &[[1, 2, 0, 0]], &[]);
        check(cut("  \"entities\""), &[[0, 0, 0, 0]], &[]);
        // All on one line.
        let line = one_line(FILE);
        let cut = &line.as_bytes()[..line.find(", \"entity\"").unwrap()];
        check(cut, &[[1, 1, 0, 1]], &["this cannot be read and is kept aside: a:1:361"]);
        for bytes in [&b""[..], b"\0\0\0\0", b"\xff\xfe", b"null", b"[[[["] {
            let salvaged = salvage(bytes, "a", ANNOTATIONS, &mut Report::default());
            assert!(salvaged.versions.iter().all(|it| held(it) == [0; 4]));
        }
    }

    #[test]
    fn a_broken_line_costs_itself() {
        let broken = with("\"label\": \"speaker\", \"start\": 18", "\"label\": \"speaker, \"start\": 18");
        check(broken.as_bytes(), &[[1, 2, 0, 2]], &["this cannot be read and is kept aside: a:16:5"]);
        let broken = with("\"status\": \"done\"", "\"status\": done\"");
        check(broken.as_bytes(), &[[1, 3, 1, 0]], &["this cannot be read and is left out: a:9:3"]);
        let mut broken = FILE.as_bytes().to_vec();
        let at = FILE.find("Prabowo").unwrap();
        broken[at..at + 4].fill(0xff);
        check(&broken, &[[0, 3, 1, 1]], &["this cannot be read and is kept aside: a:12:5"]);
    }

    #[test]
    fn a_lost_bracket_costs_nothing() {
        for (from, to, said) in [
            ("  \"spans\": [\n", "  \"spans\" [\n", vec!["this cannot be read and is left out: a:14:3"]),
            ("  ],\n  \"relations\"", "  \"relations\"", vec![]),
            ("  \"article\": {", "  \"article\" {", vec!["this cannot be read and is left out: a:4:3"]),
            ("\"utf-8\"\n  },", "\"utf-8\"\n  ", vec![]),
            ("{\n  \"format\"", "  \"format\"", vec![]),
            ("]\n}\n", "", vec![]),
        ] {
            check(with(from, to).as_bytes(), &[[1, 3, 1, 0]], &said);
        }
    }

    #[test]
    fn elements_on_several_lines_come_back() {
        let value: serde_json::Value = serde_json::from_str(FILE).unwrap();
        let pretty = format!("{value:#}");
        check(pretty.as_bytes(), &[[1, 3, 1, 0]], &[]);
        let broken = pretty.replacen("\"start\": 18,", "\"start\": 1\08,", 1);
        check(
            broken.as_bytes(),
            &[[1, 2, 0, 2]],
            &["this cannot be read and is kept aside: a:28:5", "this cannot be read and is left out: a:31:7"],
        );
    }

    #[test]
    fn both_sides_of_a_merge_come_back() {
        let line =
            "    {\"id\": \"s2\", \"label\": \"speaker\", \"start\": 26, \"end\": 29, \"text\": \"itu\"}\n";
        let theirs = line.replace("speaker", "country");
        let markers = format!("<<<<<<< ours\n{line}=======\n{theirs}>>>>>>> theirs\n");
        check(with(line, &markers).as_bytes(), &[[1, 3, 1, 0]; 2], &[]);
        let markers = format!("<<<<<<< ours\n{line}||||||| 1a2b\n=======\n{theirs}>>>>>>> theirs\n");
        check(with(line, &markers).as_bytes(), &[[1, 3, 1, 0], [1, 3, 1, 0], [1, 2, 1, 0]], &[]);
        let crlf = with(line, &markers).replace('\n', "\r\n");
        check(crlf.as_bytes(), &[[1, 3, 1, 0], [1, 3, 1, 0], [1, 2, 1, 0]], &[]);
        assert_eq!(merge_marker(with(line, &markers).as_bytes()), Some(17));
        assert_eq!(merge_marker(FILE.as_bytes()), None);
    }

    #[test]
    fn two_files_in_one_come_back_as_two() {
        let said = ["another file begins inside this one: a:23:1"];
        let other = with("Prabowo", "Joko");
        check([FILE, &other].concat().as_bytes(), &[[1, 3, 1, 0]; 2], &said);
        // Twice the same is one.
        check([FILE, FILE].concat().as_bytes(), &[[1, 3, 1, 0]], &said);
        // The end of a longer file behind a shorter one that was written over it.
        let tail = &FILE[FILE.find("\"label\": \"says\"").unwrap()..];
        let said = ["this cannot be read and is left out: a:23:1"];
        check([FILE, tail].concat().as_bytes(), &[[1, 3, 1, 0]], &said);
    }

    #[test]
    fn a_hostile_file_takes_linear_time() {
        for piece in ["[", "{", "{\"a\":", "[\n", "{\"a\": [\n", "\"a\": {\n", "{\"id\"", "\"\n", "<<<<<<<\n"]
        {
            let broken = piece.repeat(100_000);
            salvage(broken.as_bytes(), "a", ANNOTATIONS, &mut Report::default());
        }
    }
}
