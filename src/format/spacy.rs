//! spaCy's DocBin (`.spacy`): zlib around one MessagePack map, for `spacy train`.
//!
//! The span group `sc` holds every span, in several pieces if it has several fragments, each with
//! the annotation's id as its `id_` and the entity's as its `kb_id_`; `doc.ents` holds those that
//! share no text with another. The relations are in the extension `sorot`:
//!
//! ```python
//! Doc.set_extension("sorot", default=None)
//! for doc in DocBin().from_disk("articles.spacy").get_docs(vocab):
//!     doc.spans["sc"], doc.ents, doc._.sorot["relations"]
//! ```
//!
//! The file is one matrix of numbers, a row a token, and a list of the strings that they stand for
//! (`spacy/tokens/_serialize.py`).

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{BufWriter, Read, Write};
use std::sync::Arc;

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use rmp::encode as pack;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Value as Json, json};

use crate::format::each::{each, finish};
use crate::format::incoming::Incoming;
use crate::format::spacy_doc::{CAPABILITIES, Doc, GROUP, Stated, take_in};
use crate::format::spacy_strings::{number, symbol};
use crate::format::stem::numbered;
use crate::format::{
    Articles, Bundle, Capabilities, ExportOptions, Format, FormatError, ImportOptions, Sign, Sink, Take,
};
use crate::model::{Annotation, Place, Report, Schema, Severity, Value};
use crate::text::{OffsetUnit, Range};

/// Holds everything but how annotations came to be, and white space at the ends of spans.
pub(super) struct Spacy;

const ID: &str = "spacy";

/// Numbers of a token's columns, as `spacy.attrs.IDS` names them.
const ORTH: u64 = 65;
const ENT_IOB: u64 = 77;
const ENT_TYPE: u64 = 78;

/// What `ENT_IOB` says of a token.
const INSIDE: u64 = 1;
const OUTSIDE: u64 = 2;
const BEGIN: u64 = 3;

/// The most that a file may unpack to, as a multiple of its size: spaCy's own, in which most
/// columns are empty, unpack to some thirty times. And what any file may.
const MOST_UNPACKED: (u64, u64) = (200, 64 << 20);

impl Format for Spacy {
    fn id(&self) -> &'static str {
        ID
    }

    fn summary(&self) -> &'static str {
        "spaCy's DocBin (.spacy), as \"spacy train\" takes it"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { signs: &[Sign { ending: ".spacy", holds: &[] }], ..CAPABILITIES }
    }

    fn write(
        &self,
        articles: &mut dyn Articles,
        options: &ExportOptions,
        schema: &Schema,
        out: &mut dyn Sink,
        report: &mut Report,
    ) {
        let mut bin = Bin::default();
        articles.for_each_portion(report, &mut |portion, report| {
            let docs = each(portion, report, |article, report| {
                let doc = Doc::new(article, schema, report);
                let entities = doc.entities(article, &options.overlap, report).into_iter();
                let entities: Vec<_> = entities.map(|(range, it)| (range, Arc::clone(it))).collect();
                let user_data = user_data(&doc.own(article)).expect("a vector takes what is written to it");
                (doc, entities, user_data)
            });
            docs.iter().for_each(|(doc, entities, user_data)| bin.add(doc, entities, user_data));
        });
        let bytes = bin.bytes().expect("a vector takes what is written to it");
        out.put(vec![("articles.spacy".to_owned(), bytes)]);
    }

    fn read(
        &self,
        files: &Bundle,
        options: &ImportOptions,
        _schema: &Schema,
        report: &mut Report,
        take: &mut Take<'_>,
    ) -> Result<(), FormatError> {
        // Spans are counted in tokens, so there is no unit to be told.
        let options = ImportOptions { unit: None, ..options.clone() };
        for (name, bytes) in &files.files {
            let is_wanted = read(name, bytes, &options, report, take)
                .map_err(|message| FormatError::Malformed { format: ID, message, file: name.clone() })?;
            if !is_wanted {
                break;
            }
        }
        Ok(())
    }
}

/// A DocBin in the making.
#[derive(Default)]
struct Bin {
    /// A number a token, of all articles.
    words: Vec<u64>,
    /// A byte a token: 1 if a space follows.
    spaces: Vec<u8>,
    /// How many tokens each article has.
    lengths: Vec<i32>,
    /// First token, the one after the last, and label of each entity, in order.
    ents: Vec<(usize, usize, u64)>,
    span_groups: Vec<Vec<u8>>,
    user_data: Vec<Vec<u8>>,
    numbers: HashMap<String, u64>,
}

type Packed<T> = Result<T, pack::ValueWriteError>;

impl Bin {
    fn number(&mut self, string: &str) -> u64 {
        if let Some(number) = self.numbers.get(string) {
            return *number;
        }
        let number = number(string);
        self.numbers.insert(string.to_owned(), number);
        number
    }

    fn add(&mut self, doc: &Doc<'_>, entities: &[(Range, Arc<Annotation>)], user_data: &[u8]) {
        let first = self.words.len();
        for token in &doc.tokens {
            let word = self.number(doc.text.slice(token.range));
            self.words.push(word);
            self.spaces.push(token.has_space.into());
        }
        self.lengths.push(i32::try_from(doc.tokens.len()).expect("a text of 4 GiB has fewer tokens"));

        for (range, annotation) in entities {
            let (start, end) = doc.token_range(*range);
            let label = self.number(&annotation.label);
            self.ents.push((first + start, first + end, label));
        }

        let group = self.group(doc).expect("a vector takes what is written to it");
        self.span_groups.push(group);
        self.user_data.push(user_data.to_vec());
    }

    fn group(&mut self, doc: &Doc<'_>) -> Packed<Vec<u8>> {
        let mut spans = Vec::new();
        for (range, annotation) in doc.pieces() {
            let id = self.number(annotation.id.as_str());
            let entity = annotation.entity.as_ref().map_or(0, |it| self.number(it.as_str()));
            let label = self.number(&annotation.label);
            spans.push(packed_span([id, entity, label], range, doc));
        }
        let mut group = Vec::new();
        pack::write_map_len(&mut group, 3)?;
        pack::write_str(&mut group, "name")?;
        pack::write_str(&mut group, GROUP)?;
        pack::write_str(&mut group, "attrs")?;
        pack::write_map_len(&mut group, 0)?;
        pack::write_str(&mut group, "spans")?;
        pack::write_array_len(&mut group, length(&spans))?;
        for span in &spans {
            pack::write_bin(&mut group, span)?;
        }
        let mut groups = Vec::with_capacity(group.len() + 16);
        pack::write_map_len(&mut groups, 1)?;
        pack::write_bin(&mut groups, &group)?;
        pack::write_array_len(&mut groups, 1)?;
        pack::write_str(&mut groups, GROUP)?;
        Ok(groups)
    }

    fn bytes(self) -> Packed<Vec<u8>> {
        // The tokens are by far the most, and are never in memory as they stand in the file.
        let mut out = BufWriter::with_capacity(1 << 16, ZlibEncoder::new(Vec::new(), Compression::fast()));
        let n_tokens = self.words.len();
        pack::write_map_len(&mut out, 10)?;
        pack::write_str(&mut out, "version")?;
        pack::write_str(&mut out, "0.1")?;
        pack::write_str(&mut out, "attrs")?;
        pack::write_array_len(&mut out, 3)?;
        for attribute in [ORTH, ENT_IOB, ENT_TYPE] {
            pack::write_uint(&mut out, attribute)?;
        }
        pack::write_str(&mut out, "tokens")?;
        pack::write_bin_len(&mut out, u32::try_from(n_tokens * 24).unwrap_or(u32::MAX))?;
        let mut ents = self.ents.iter().peekable();
        for (i, word) in self.words.iter().enumerate() {
            while ents.next_if(|&&(_, end, _)| end <= i).is_some() {}
            let (iob, label) = match ents.peek() {
                Some(&&(start, _, label)) if start == i => (BEGIN, label),
                Some(&&(start, _, label)) if start < i => (INSIDE, label),
                _ => (OUTSIDE, 0),
            };
            for number in [*word, iob, label] {
                write(&mut out, &number.to_le_bytes())?;
            }
        }
        pack::write_str(&mut out, "spaces")?;
        pack::write_bin(&mut out, &self.spaces)?;
        pack::write_str(&mut out, "lengths")?;
        let lengths: Vec<u8> = self.lengths.iter().flat_map(|it| it.to_le_bytes()).collect();
        pack::write_bin(&mut out, &lengths)?;
        pack::write_str(&mut out, "strings")?;
        let mut strings: Vec<String> = self.numbers.into_keys().collect();
        strings.sort_unstable();
        pack::write_array_len(&mut out, length(&strings))?;
        for string in &strings {
            pack::write_str(&mut out, string)?;
        }
        for (key, lists) in [("span_groups", &self.span_groups), ("user_data", &self.user_data)] {
            pack::write_str(&mut out, key)?;
            pack::write_array_len(&mut out, length(lists))?;
            for bytes in lists {
                pack::write_bin(&mut out, bytes)?;
            }
        }
        let n_articles = length(&self.lengths);
        pack::write_str(&mut out, "cats")?;
        pack::write_array_len(&mut out, n_articles)?;
        for _ in 0..n_articles {
            pack::write_map_len(&mut out, 0)?;
        }
        pack::write_str(&mut out, "flags")?;
        pack::write_array_len(&mut out, n_articles)?;
        for _ in 0..n_articles {
            pack::write_map_len(&mut out, 1)?;
            pack::write_str(&mut out, "has_unknown_spaces")?;
            pack::write_bool(&mut out, false).map_err(pack::ValueWriteError::InvalidDataWrite)?;
        }
        let failed = pack::ValueWriteError::InvalidDataWrite;
        let encoder = out.into_inner().map_err(|error| failed(error.into_error()))?;
        encoder.finish().map_err(failed)
    }
}

fn write(out: &mut impl Write, bytes: &[u8]) -> Packed<()> {
    out.write_all(bytes).map_err(pack::ValueWriteError::InvalidDataWrite)
}

fn length<T>(list: &[T]) -> u32 {
    u32::try_from(list.len()).unwrap_or(u32::MAX)
}

/// A span as `spacy/tokens/span_group.pyx` packs it.
fn packed_span(numbers: [u64; 3], range: Range, doc: &Doc<'_>) -> [u8; 40] {
    let (first, after) = doc.token_range(range);
    let (start, end) = doc.place(range);
    let mut packed = [0; 40];
    for (i, number) in numbers.into_iter().enumerate() {
        packed[i * 8..][..8].copy_from_slice(&number.to_be_bytes());
    }
    for (i, number) in [first, after, start, end].into_iter().enumerate() {
        let number = i32::try_from(number).unwrap_or(i32::MAX);
        packed[24 + i * 4..][..4].copy_from_slice(&number.to_be_bytes());
    }
    packed
}

/// The key under which spaCy keeps what is in the extension `doc._.sorot`.
fn extension() -> Json {
    json!(["._.", "sorot", null, null])
}

fn user_data(own: &Json) -> Result<Vec<u8>, rmp_serde::encode::Error> {
    let mut bytes = Vec::new();
    pack::write_map_len(&mut bytes, 1)?;
    rmp_serde::encode::write(&mut bytes, &extension())?;
    rmp_serde::encode::write(&mut bytes, own)?;
    Ok(bytes)
}

/// What is in the extension `sorot`, among what others may keep beside it.
struct UserData(Option<Json>);

impl<'de> Deserialize<'de> for UserData {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<UserData, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = UserData;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a map")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<UserData, A::Error> {
                let mut own = None;
                while let Some(key) = map.next_key::<Json>()? {
                    if key == extension() {
                        own = Some(map.next_value()?);
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(UserData(own))
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

#[derive(Deserialize)]
struct File<'a> {
    attrs: Vec<u64>,
    tokens: &'a [u8],
    spaces: &'a [u8],
    lengths: &'a [u8],
    #[serde(borrow)]
    strings: Vec<&'a str>,
    #[serde(default)]
    cats: Vec<Json>,
    #[serde(default)]
    flags: Vec<Flags>,
    #[serde(default, borrow)]
    span_groups: Vec<&'a [u8]>,
    #[serde(default, borrow)]
    user_data: Vec<Option<&'a [u8]>>,
}

#[derive(Deserialize)]
struct Flags {
    #[serde(default)]
    has_unknown_spaces: bool,
}

#[derive(Deserialize)]
struct Group<'a> {
    #[serde(default, borrow)]
    name: &'a str,
    #[serde(borrow)]
    spans: Vec<&'a [u8]>,
}

fn unpacked(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let (times, least) = MOST_UNPACKED;
    let most = (bytes.len() as u64).saturating_mul(times).max(least);
    let mut unpacked = Vec::new();
    let n = ZlibDecoder::new(bytes).take(most + 1).read_to_end(&mut unpacked);
    match n.map_err(|error| error.to_string())? as u64 {
        n if n > most => Err(format!("it unpacks to more than {times} times its size")),
        _ => Ok(unpacked),
    }
}

/// The matrix of all tokens.
struct Matrix<'a> {
    bytes: &'a [u8],
    n_columns: usize,
}

impl Matrix<'_> {
    fn get(&self, row: usize, column: Option<usize>) -> u64 {
        let at = column.map(|column| (row * self.n_columns + column) * 8);
        let bytes = at.and_then(|at| self.bytes.get(at..)?.first_chunk());
        bytes.map_or(0, |it| u64::from_le_bytes(*it))
    }
}

fn read(
    name: &str,
    bytes: &[u8],
    options: &ImportOptions,
    report: &mut Report,
    take: &mut Take<'_>,
) -> Result<bool, String> {
    let bytes = unpacked(bytes)?;
    let file: File<'_> = rmp_serde::from_slice(&bytes).map_err(|error| error.to_string())?;
    let lengths = file.lengths.as_chunks().0.iter().map(|it| i32::from_le_bytes(*it));
    let lengths: Vec<usize> = lengths
        .map(|it| usize::try_from(it).map_err(|_| "an article has fewer than no tokens".to_owned()))
        .collect::<Result<_, _>>()?;
    let n_columns = file.attrs.len();
    let n_tokens = lengths.iter().try_fold(0, |sum: usize, &it| sum.checked_add(it));
    let n_bytes = n_tokens.and_then(|n| n.checked_mul(n_columns)?.checked_mul(8));
    if n_bytes != Some(file.tokens.len()) || n_tokens != Some(file.spaces.len()) {
        return Err("its articles do not have as many tokens as they say".to_owned());
    }
    let column = |attribute| file.attrs.iter().position(|&it| it == attribute);
    let word = column(ORTH).ok_or("it does not say what its tokens are")?;
    let entity = (column(ENT_IOB), column(ENT_TYPE));
    let tokens = Matrix { bytes: file.tokens, n_columns };
    report_others(name, &file, &tokens, report);

    let strings: HashMap<u64, &str> = file.strings.iter().map(|&it| (number(it), it)).collect();
    let string = |number: u64| symbol(number).or_else(|| strings.get(&number).copied());
    let mut first = 0;
    let mut all = Vec::with_capacity(lengths.len());
    for (i, &length) in lengths.iter().enumerate() {
        let rows = first..first + length;
        first += length;
        let place = || Place { file: Some(name.to_owned()), ..Place::default() };
        let has_unknown_spaces = file.flags.get(i).is_some_and(|it| it.has_unknown_spaces);
        let mut text = String::new();
        let mut at = 0;
        // Where each token lies, in code points.
        let mut places = Vec::with_capacity(length);
        let words = rows.clone().map(|row| (row, string(tokens.get(row, Some(word)))));
        for (row, word) in words {
            let Some(word) = word else { break };
            let end = at + word.chars().count();
            places.push((at, end));
            text.push_str(word);
            at = end;
            if has_unknown_spaces || file.spaces.get(row).is_some_and(|&it| it != 0) {
                text.push(' ');
                at += 1;
            }
        }
        if places.len() < length {
            let message = format!("article {} was not taken in, since a token's string is missing", i + 1);
            report.add(Severity::Error, place(), message);
            continue;
        }
        let mut stated = Vec::new();
        if let Some(&bytes) = file.span_groups.get(i)
            && let Err(why) = groups(bytes, &places, &string, &mut stated)
        {
            let message = format!("article {} came in without its span groups, {why}", i + 1);
            report.add(Severity::Error, place(), message);
        }
        let known: BTreeSet<_> = stated.iter().map(Stated::place).collect();
        let entities = entities(rows, &tokens, entity, &places, &string);
        stated.extend(entities.into_iter().filter(|it| !known.contains(&it.place())));

        let user_data = file.user_data.get(i).copied().flatten();
        let own = user_data.and_then(|it| rmp_serde::from_slice::<UserData>(it).ok()?.0);
        let id = numbered(name, i + 1, lengths.len());
        let mut incoming = Incoming::new(ID, name, id, text, OffsetUnit::CodePoint);
        let taken = take_in(&mut incoming, own, stated);
        incoming.relations = taken.relations;
        all.push(incoming);
    }
    Ok(finish(all, options, report, take))
}

/// Says what a file holds that is not about spans.
fn report_others(name: &str, file: &File<'_>, tokens: &Matrix<'_>, report: &mut Report) {
    let n_rows = file.spaces.len();
    let others = ["TAG", "POS", "DEP", "LEMMA", "MORPH"];
    let columns = file.attrs.iter().enumerate();
    let mut found: Vec<&str> = columns
        .filter_map(|(i, &attribute)| {
            let name = symbol(attribute).filter(|it| others.contains(it))?;
            (0..n_rows).any(|row| tokens.get(row, Some(i)) != 0).then_some(name)
        })
        .collect();
    if file.cats.iter().filter_map(Json::as_object).any(|it| !it.is_empty()) {
        found.push("cats");
    }
    if !found.is_empty() {
        let place = Place { file: Some(name.to_owned()), ..Place::default() };
        report.add(Severity::Note, place, format!("only spans are taken in, and not {}", found.join(", ")));
    }
}

/// The entities that the columns of an article's tokens say.
fn entities<'a>(
    rows: std::ops::Range<usize>,
    tokens: &Matrix<'_>,
    (iob, kind): (Option<usize>, Option<usize>),
    places: &[(usize, usize)],
    string: &impl Fn(u64) -> Option<&'a str>,
) -> Vec<Stated> {
    let mut entities: Vec<Stated> = Vec::new();
    let mut open: Option<u64> = None;
    for (row, &(start, end)) in rows.zip(places) {
        let label = tokens.get(row, kind);
        match (tokens.get(row, iob), entities.last_mut()) {
            (INSIDE, Some(entity)) if open == Some(label) => entity.end = end,
            (INSIDE | BEGIN, _) => {
                open = Some(label);
                let label = string(label).unwrap_or_default().to_owned();
                entities.push(Stated { label, start, end, ..Stated::default() });
            }
            _ => open = None,
        }
    }
    entities
}

/// The spans of all groups of an article.
fn groups<'a>(
    bytes: &[u8],
    places: &[(usize, usize)],
    string: &impl Fn(u64) -> Option<&'a str>,
    stated: &mut Vec<Stated>,
) -> Result<(), String> {
    if bytes.is_empty() {
        return Ok(());
    }
    // A map from a group to its names, or before spaCy 3.3 a list of groups.
    let groups: Vec<(&[u8], Option<String>)> =
        match rmp_serde::from_slice::<BTreeMap<&[u8], Vec<String>>>(bytes) {
            Ok(map) => map
                .into_iter()
                .flat_map(|(group, names)| names.into_iter().map(move |name| (group, Some(name))))
                .collect(),
            Err(_) => {
                let list: Vec<&[u8]> = rmp_serde::from_slice(bytes).map_err(|error| error.to_string())?;
                list.into_iter().map(|group| (group, None)).collect()
            }
        };
    for (group, name) in groups {
        let group: Group<'_> = rmp_serde::from_slice(group).map_err(|error| error.to_string())?;
        let name = name.unwrap_or_else(|| group.name.to_owned());
        for packed in group.spans {
            stated.push(span(packed, &name, places, string)?);
        }
    }
    Ok(())
}

fn span<'a>(
    packed: &[u8],
    group: &str,
    places: &[(usize, usize)],
    string: &impl Fn(u64) -> Option<&'a str>,
) -> Result<Stated, String> {
    let broken = || format!("a span of {group} is broken");
    let (numbers, rest) = packed.split_at_checked(24).ok_or_else(broken)?;
    let numbers: Vec<u64> = numbers.as_chunks().0.iter().map(|it| u64::from_be_bytes(*it)).collect();
    let rest: Vec<i32> = rest.as_chunks().0.iter().map(|it| i32::from_be_bytes(*it)).collect();
    let (&[id, entity, label], &[first, after, ..]) = (numbers.as_slice(), rest.as_slice()) else {
        return Err(broken());
    };
    // As in spaCy, tokens say where a span lies, and its numbers of characters are not looked at.
    let token = |number: i32| places.get(usize::try_from(number).ok()?).copied();
    let ends = (token(first), token(after.saturating_sub(1)));
    let (Some((start, _)), Some((_, end))) = ends else {
        return Err(format!("a span of {group} goes from token {first} to {after}"));
    };
    let string = |number| string(number).unwrap_or_default().to_owned();
    let label = string(label);
    let mut attributes = Vec::new();
    if group != GROUP {
        attributes.push(("group".to_owned(), Value::Text(group.to_owned())));
    }
    if id != 0 {
        attributes.push(("id".to_owned(), Value::Text(string(id))));
    }
    let label = if label.is_empty() { group.to_owned() } else { label };
    Ok(Stated { label, start, end, entity: string(entity), attributes, ..Stated::default() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Article;
    use crate::format::incoming::{RawRelation, RawSpan};

    fn zipped(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn imported(bytes: Vec<u8>) -> (Result<Vec<Article>, FormatError>, Vec<String>) {
        let files = Bundle { files: vec![("a/x.spacy".to_owned(), bytes)] };
        let mut report = Report::default();
        let schema = crate::file::PRESETS[0].schema();
        let read = Spacy.import(&files, &ImportOptions::default(), &schema, &mut report);
        (read, report.problems.iter().map(ToString::to_string).collect())
    }

    fn exported() -> Vec<u8> {
        let mut incoming = Incoming::new(ID, "x", "articles/a.txt", "“AS  agent” 😀 ", OffsetUnit::CodePoint);
        for (id, label, pieces) in [("1", "quote", vec![(0, 3), (5, 11)]), ("2", "number", vec![(1, 3)])] {
            let (id, label) = (id.to_owned(), label.to_owned());
            incoming.spans.push(RawSpan { id, label, pieces, ..RawSpan::default() });
        }
        let relation = RawRelation { from: "1".to_owned(), to: "2".to_owned(), ..RawRelation::default() };
        incoming.relations.push(relation);
        let article = incoming.finish(&ImportOptions::default(), &mut Report::default());
        let schema = crate::file::PRESETS[0].schema();
        let options = ExportOptions::default();
        let mut bundle = Spacy.export(&[article], &options, &schema, &mut Report::default());
        bundle.files.pop().unwrap().1
    }

    #[test]
    fn a_damaged_file_brings_nothing_down() {
        let (whole, problems) = imported(exported());
        let whole = whole.expect("it is whole");
        assert_eq!((whole[0].set.annotations().len(), whole[0].set.relations().len()), (2, 1));
        assert!(problems.is_empty(), "{problems:?}");
        let bytes = unpacked(&exported()).unwrap();
        for i in 0..bytes.len() {
            assert!(imported(zipped(&bytes[..i])).0.is_err(), "cut off at {i}");
            for value in [0, 1, 0x7f, 0x80, 0xc4, 0xdf, 0xff, bytes[i] ^ 1] {
                let mut damaged = bytes.clone();
                damaged[i] = value;
                drop(imported(zipped(&damaged)));
            }
        }
    }

    #[test]
    fn a_file_that_unpacks_without_end_is_refused() {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&vec![0; 80 << 20]).unwrap();
        let (read, _) = imported(encoder.finish().unwrap());
        assert!(read.unwrap_err().to_string().contains("more than 200 times"));
    }
}
