//! Sorot's own files: their bytes, what survives, and what is said of what is wrong.

use std::fs;
use std::path::Path;

use expect_test::{Expect, expect};
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use sorot::file::{self, FileError, PRESETS, Preset, ProjectFile, StoredSet};
use sorot::model::{
    Annotation, AnnotationId, AnnotationSet, Attributes, Document, DocumentId, Edit, Entity, EntityId, Extra,
    HistoryEvent, JournalEntry, Newline, Origin, Owner, Relation, RelationId, Report, Schema, SetKey, Source,
    Status, Timestamp, Transaction, Value,
};
use sorot::store::{Folder, StoreError};
use sorot::text::{Offset, OffsetUnit, Range, Replacement, Span, Text};

const NAME: &str = "annotations/rina/a.txt.json";

fn simple() -> Schema {
    PRESETS[0].schema()
}

fn key() -> SetKey {
    SetKey { document: DocumentId::from("articles/a.txt"), owner: Owner::named("Rina") }
}

fn document(text: &str) -> Document {
    let hash = file::sha256(text.as_bytes());
    Document {
        id: key().document,
        text: Text::new(text),
        source: Source {
            encoding: "utf-8".to_owned(),
            bom: false,
            newline: Newline::None,
            file_sha256: hash.clone(),
            text_sha256: hash,
            language: None,
        },
    }
}

fn read(bytes: &[u8]) -> (StoredSet, Report) {
    let mut report = Report::default();
    let stored = file::read_set(bytes, NAME, &simple(), &mut report).unwrap();
    (stored, report)
}

fn write(stored: &StoredSet) -> String {
    let document = Document { id: key().document, text: stored.text.clone(), source: stored.source.clone() };
    String::from_utf8(file::write_set(&key(), &document, &stored.set, &simple())).unwrap()
}

/// A file as a person might write it: one thing a line, so that places are easy to see.
const FILE: &str = r#"{
"format": "sorot-annotations",
"version": 1,
"article": {"path": "articles/a.txt", "text_sha256": "HASH", "encoding": "utf-8", "bom": false},
"annotator": "Rina",
"status": "done",
"offsets": {"unit": "code_point", "base": 0, "end": "exclusive"},
"text": "“Kami siap,” kata Menteri 🇮🇩 itu.",
"entities": [
{"id": "e1", "kind": "person", "name": "Prabowo"}
],
"spans": [
{"id": "q1", "label": "quote", "start": 0, "end": 12, "text": "“Kami siap,”"},
{"id": "s1", "label": "speaker", "start": 18, "end": 25, "text": "Menteri", "entity": "e1"},
{"id": "c1", "label": "country", "start": 26, "end": 28, "text": "🇮🇩"}
],
"relations": [
{"id": "r1", "label": "says", "from": "s1", "to": "q1"}
]
}
"#;

fn file_with(from: &str, to: &str) -> String {
    assert!(FILE.contains(from), "{from}");
    let text: Json = serde_json::from_str(FILE).unwrap();
    let hash = file::sha256(text["text"].as_str().unwrap().as_bytes());
    FILE.replacen(from, to, 1).replace("HASH", &hash)
}

/// Reads the file with one thing changed and compares everything that is said of it, then what is
/// held: spans, relations, entities, orphans, and whether it may be written.
fn check(from: &str, to: &str, expected: Expect) {
    let content = file_with(from, to);
    let mut report = Report::default();
    let said = match file::read_set(content.as_bytes(), NAME, &simple(), &mut report) {
        Ok(StoredSet { set, .. }) => {
            let held = [set.annotations().len(), set.relations().len(), set.entities().len()];
            let access = if set.is_read_only { ", read-only" } else { "" };
            format!("{held:?} and {} orphans{access}\n", file::n_orphans(&set))
        }
        Err(error) => format!("error: {error}\n"),
    };
    let problems: String = report.problems.iter().map(|it| format!("{:?}: {it}\n", it.severity)).collect();
    expected.assert_eq(&(problems + &said));
}

#[test]
fn a_good_file_gives_no_problem() {
    check(
        "",
        "",
        expect![[r#"
        [3, 1, 1] and 0 orphans
    "#]],
    );
}

#[test]
fn broken_files_are_errors_with_their_place() {
    check(
        "\"status\": \"done\",",
        "\"status\": done,",
        expect![[r#"
        error: the file is broken JSON, expected value: annotations/rina/a.txt.json:6:11
    "#]],
    );
    check(
        "]\n}\n",
        "]\n",
        expect![[r#"
        error: the file is broken JSON, EOF while parsing an object: annotations/rina/a.txt.json:20:1
    "#]],
    );
    check(
        "{\n\"format\"",
        "[]{\n\"format\"",
        expect![[r#"
        error: the file is broken JSON, invalid type: sequence, expected an object: annotations/rina/a.txt.json:1:1
    "#]],
    );
    check(
        "sorot-annotations",
        "sorot-project",
        expect![[r#"
        error: the file does not say "format": "sorot-annotations": annotations/rina/a.txt.json
    "#]],
    );
    check(
        "\"text\": ",
        "\"txt\": ",
        expect![[r#"
        error: the file does not hold the article's text: annotations/rina/a.txt.json
    "#]],
    );
    let mut report = Report::default();
    let error = file::read_set(b"{\n\"a\": \"\xff\"}", NAME, &simple(), &mut report).unwrap_err();
    expect!["the file is not in UTF-8: annotations/rina/a.txt.json:2:7"].assert_eq(&error.to_string());
    for bytes in [&b""[..], b"\0\0\0", b"null", b"17", b"\"text\"", b"{}", &[b'['; 200_000]] {
        assert!(file::read_set(bytes, NAME, &simple(), &mut report).is_err());
        assert!(file::read_project(bytes, "sorot.json", &mut report).is_err());
    }
}

#[test]
fn a_newer_version_is_read_only() {
    check(
        "\"version\": 1,",
        "\"version\": 2,",
        expect![[r#"
        Error: a newer Sorot made this file (version 2; this one knows version 1), so it is read-only: annotations/rina/a.txt.json:3:12
        [3, 1, 1] and 0 orphans, read-only
    "#]],
    );
    check(
        "\"version\": 1,",
        "\"version\": 0,",
        expect![[r#"
            Error: there is no version 0 of this file, so it is read-only: annotations/rina/a.txt.json:3:12
            [3, 1, 1] and 0 orphans, read-only
        "#]],
    );
    check(
        "\"version\": 1,",
        "",
        expect![[r#"
        Warning: the file does not say its version; it is read as version 1: annotations/rina/a.txt.json
        [3, 1, 1] and 0 orphans
    "#]],
    );
}

#[test]
fn spans_that_cannot_stand_are_put_aside() {
    check(
        "\"start\": 26, \"end\": 28",
        "\"start\": 26, \"end\": 280",
        expect![[r#"
        Error: code point 280 lies past the end of the text, which has 33, so it is kept aside (annotation c1): annotations/rina/a.txt.json:15:1
        [2, 1, 1] and 1 orphans
    "#]],
    );
    check(
        "\"start\": 26, \"end\": 28",
        "\"start\": 28, \"end\": 26",
        expect![[r#"
        Error: the span from 28 to 26 holds no character, so it is kept aside (annotation c1): annotations/rina/a.txt.json:15:1
        [2, 1, 1] and 1 orphans
    "#]],
    );
    check(
        "\"start\": 26, \"end\": 28",
        "\"start\": -1, \"end\": 28",
        expect![[r#"
        Error: the span's "start" and "end" are not whole numbers, so it is kept aside (annotation c1): annotations/rina/a.txt.json:15:1
        [2, 1, 1] and 1 orphans
    "#]],
    );
    check(
        "\"start\": 26, \"end\": 28",
        "\"start\": 13, \"end\": 17",
        expect![[r#"
        Error: the span covers "kata" where its text says "🇮🇩", so it is kept aside (annotation c1): annotations/rina/a.txt.json:15:1
        [2, 1, 1] and 1 orphans
    "#]],
    );
    check(
        "\"start\": 26, \"end\": 28",
        "\"start\": 26, \"end\": 28, \"fragments\": [[26]]",
        expect![[r#"
        Error: the span's "fragments" are not pairs of whole numbers, so it is kept aside (annotation c1): annotations/rina/a.txt.json:15:1
        [2, 1, 1] and 1 orphans
    "#]],
    );
    check(
        "\"label\": \"country\", ",
        "",
        expect![[r#"
        Error: the span has no label, so it is kept aside (annotation c1): annotations/rina/a.txt.json:15:1
        [2, 1, 1] and 1 orphans
    "#]],
    );
    check(
        "{\"id\": \"c1\"",
        "17, {\"id\": \"c1\"",
        expect![[r#"
        Error: the span is not an object, so it is kept aside: annotations/rina/a.txt.json:15:1
        [3, 1, 1] and 1 orphans
    "#]],
    );
}

#[test]
fn what_hangs_on_such_a_span_is_put_aside_too() {
    check(
        "\"text\": \"Menteri\"",
        "\"text\": \"menteri\"",
        expect![[r#"
        Error: the span covers "Menteri" where its text says "menteri", so it is kept aside (annotation s1): annotations/rina/a.txt.json:14:1
        Error: the relation's "from" is s1, and there is no such span, so it is kept aside: annotations/rina/a.txt.json:18:1
        [2, 0, 1] and 2 orphans
    "#]],
    );
    check(
        "\"from\": \"s1\"",
        "\"from\": \"s9\"",
        expect![[r#"
        Error: the relation's "from" is s9, and there is no such span, so it is kept aside: annotations/rina/a.txt.json:18:1
        [3, 0, 1] and 1 orphans
    "#]],
    );
    check(
        "\"from\": \"s1\", ",
        "",
        expect![[r#"
        Error: the relation has no "from", so it is kept aside: annotations/rina/a.txt.json:18:1
        [3, 0, 1] and 1 orphans
    "#]],
    );
}

#[test]
fn what_is_odd_is_told_and_kept() {
    check(
        "\"end\": 28, \"text\": \"🇮🇩\"",
        "\"end\": 28",
        expect![[r#"
        Warning: the span does not repeat its text, so its place cannot be proved (annotation c1): annotations/rina/a.txt.json:15:1
        [3, 1, 1] and 0 orphans
    "#]],
    );
    check(
        "\"end\": 28, \"text\": \"🇮🇩\"",
        "\"end\": 27, \"text\": \"🇮\"",
        expect![[r#"
        Warning: the span begins or ends inside what readers see as one character (annotation c1): annotations/rina/a.txt.json:15:1
        [3, 1, 1] and 0 orphans
    "#]],
    );
    check(
        "\"label\": \"country\"",
        "\"label\": \"state\"",
        expect![[r#"
        Warning: the schema has no label "state" (annotation c1): annotations/rina/a.txt.json:15:1
        [3, 1, 1] and 0 orphans
    "#]],
    );
    check(
        "\"label\": \"says\"",
        "\"label\": \"denies\"",
        expect![[r#"
        Warning: the schema has no relation "denies": annotations/rina/a.txt.json:18:1
        [3, 1, 1] and 0 orphans
    "#]],
    );
    check(
        "\"id\": \"c1\"",
        "\"id\": \"s1\"",
        expect![[r#"
        Warning: the id "s1" is used twice; this span is now sqdrnb3gq: annotations/rina/a.txt.json:15:1
        [3, 1, 1] and 0 orphans
    "#]],
    );
    check(
        "\"id\": \"c1\", ",
        "",
        expect![[r#"
        Warning: the span has no id; it is now sbd7bme47: annotations/rina/a.txt.json:15:1
        [3, 1, 1] and 0 orphans
    "#]],
    );
    check(
        "\"entity\": \"e1\"",
        "\"entity\": \"e2\"",
        expect![[r#"
        Warning: the span mentions entity e2, which the file lacks (annotation s1): annotations/rina/a.txt.json:14:1
        [3, 1, 1] and 0 orphans
    "#]],
    );
    check(
        "\"entity\": \"e1\"",
        "\"attributes\": [], \"note\": 5, \"flags\": \"x\"",
        expect![[r#"
        Warning: "flags" is not a list of strings (annotation s1): annotations/rina/a.txt.json:14:115
        Warning: "attributes" is not an object (annotation s1): annotations/rina/a.txt.json:14:91
        Warning: "note" is not a string (annotation s1): annotations/rina/a.txt.json:14:103
        [3, 1, 1] and 0 orphans
    "#]],
    );
    check(
        "\"entity\": \"e1\"",
        "\"entity\": \"e1\", \"entity\": \"e1\"",
        expect![[r#"
        Warning: the key "entity" occurs twice, and only the last one counts: annotations/rina/a.txt.json:14:87
        [3, 1, 1] and 0 orphans
    "#]],
    );
    check(
        "\"status\": \"done\"",
        "\"status\": \"returned\"",
        expect![[r#"
        Warning: this version does not know the status "returned"; it counts as in progress: annotations/rina/a.txt.json:6:11
        [3, 1, 1] and 0 orphans
    "#]],
    );
    check(
        "\"start\": 0, \"end\": 12",
        "\"start\": 0, \"end\": 12, \"fragments\": [[0, 5], [5, 12]]",
        expect![[r#"
            Warning: the span's fragments overlap or touch; they are joined (annotation q1): annotations/rina/a.txt.json:13:1
            [3, 1, 1] and 0 orphans
        "#]],
    );
}

#[test]
fn hashes_lengths_and_units_are_checked() {
    check(
        "HASH",
        "HASH0",
        expect![[r#"
        Error: the stored text does not match its hash: the file was changed by hand or damaged: annotations/rina/a.txt.json:4:54
        [3, 1, 1] and 0 orphans
    "#]],
    );
    check(
        "\"bom\": false",
        "\"length\": {\"code_points\": 7, \"utf8_bytes\": 44}",
        expect![[r#"
        Warning: the stored text has 33 code_points, and not 7: annotations/rina/a.txt.json:4:169
        Warning: the stored text has 43 utf8_bytes, and not 44: annotations/rina/a.txt.json:4:186
        [3, 1, 1] and 0 orphans
    "#]],
    );
    check(
        "\"code_point\"",
        "\"byte\"",
        expect![[r#"
        Error: the offsets are not code points from 0 with exclusive ends, so the file is read-only: annotations/rina/a.txt.json:7:12
        [3, 1, 1] and 0 orphans, read-only
    "#]],
    );
    check(
        "\"entities\": [",
        "\"entities\": {}, \"x\": [",
        expect![[r#"
        Error: "entities" is not a list, so the file is read-only: annotations/rina/a.txt.json:9:13
        Warning: the span mentions entity e1, which the file lacks (annotation s1): annotations/rina/a.txt.json:14:1
        [3, 1, 0] and 0 orphans, read-only
    "#]],
    );
}

#[test]
fn what_is_put_aside_survives_to_the_letter() {
    let content = file_with("\"end\": 28", "\"end\": 280, \"mine\": [1.50,  2e400]");
    let first = write(&read(content.as_bytes()).0);
    let line = r#"    {"id": "c1", "label": "country", "start": 26, "end": 280, "mine": [1.50, 2e400], "text": "🇮🇩"}"#;
    assert!(first.contains(&format!("\"orphans\": [\n{line}\n  ]\n}}\n")), "{first}");
    let (again, report) = read(first.as_bytes());
    assert_eq!(report.problems, []);
    assert_eq!(file::n_orphans(&again.set), 1);
    assert_eq!(write(&again), first);
}

#[test]
fn unknown_keys_survive_at_every_level() {
    let number = "123456789012345678901234567890.10";
    let mut content = file_with("\"annotator\"", &format!("\"x_top\": {{\"n\":{number} }},\n\"annotator\""));
    for (from, to) in [
        (
            "\"path\"",
            "\"x_article\": \"\\u0041\", \"length\": {\"x_length\": 1}, \"language\": \"id\", \"path\"",
        ),
        ("\"unit\"", "\"x_offsets\": null, \"unit\""),
        ("\"status\"", "\"schema\": {\"id\": \"other\", \"x_schema\": []}, \"seconds\": 412.5, \"status\""),
        ("\"kind\"", "\"x_entity\": {\"a\": 1}, \"wikidata\": null, \"kind\""),
        (
            "\"label\": \"quote\"",
            "\"x_span\": true, \"origin\": {\"how\": \"dreamt\", \"x\": 1}, \"label\": \"quote\"",
        ),
        (
            "\"label\": \"speaker\"",
            "\"created\": \"long ago\", \"attributes\": {\"x\": {\"deep\": 1e5}}, \"label\": \"speaker\"",
        ),
        ("\"label\": \"says\"", "\"x_relation\": [1, 2], \"label\": \"says\""),
    ] {
        content = content.replacen(from, to, 1);
    }
    let (stored, report) = read(content.as_bytes());
    assert_eq!(report.problems, []);
    let first = write(&stored);
    for kept in [
        &format!("\n  \"x_top\": {{\"n\": {number}}}"),
        "\n  \"seconds\": 412.5",
        "\n    \"x_article\": \"\\u0041\"",
        "\"x_length\": 1}",
        "\n    \"language\": \"id\"",
        "\"end\": \"exclusive\", \"x_offsets\": null}",
        "\"version\": \"1\", \"x_schema\": []}",
        "\"name\": \"Prabowo\", \"x_entity\": {\"a\": 1}, \"wikidata\": null}",
        "\"origin\": {\"how\": \"dreamt\", \"x\": 1}, \"x_span\": true}",
        "\"attributes\": {\"x\": {\"deep\": 1e5}}, \"created\": \"long ago\"}",
        "\"x_relation\": [1, 2]}",
    ] {
        assert!(first.contains(kept), "{kept}\n{first}");
    }
    assert_eq!(write(&read(first.as_bytes()).0), first);
}

/// A set with one of everything.
fn rich() -> (Document, AnnotationSet) {
    let mut document = document("“Ukraina memesan,” kata Lambrecht, “dan Jerman membayar.”");
    document.source.language = Some("id".to_owned());
    let text = document.text.clone();
    let span = |ranges: &[(usize, usize)]| {
        let locate = |value| text.locate(value, OffsetUnit::CodePoint).unwrap();
        Span::new(ranges.iter().map(|&(start, end)| Range::new(locate(start), locate(end)).unwrap())).unwrap()
    };
    let annotation = |id: &str, label: &str, ranges: &[(usize, usize)], origin| Annotation {
        origin,
        ..Annotation::new(id.into(), label, span(ranges))
    };
    let suggested = Origin::Suggested { by: "quotation_rules".into(), score: Some(0.93), edited: true };
    let mut quote = annotation("qaaaaaaaa", "quote", &[(0, 18), (35, 57)], suggested);
    quote.attributes.insert("quote_type".into(), Value::Text("direct".into()));
    quote.note = "dua bagian: \"…\"".into();
    quote.flags = vec!["unsure".into()];
    quote.created = Some(Timestamp(1_795_379_465));
    quote.modified = Some(Timestamp(1_795_379_466));
    let mut speaker = annotation("saaaaaaaa", "speaker", &[(24, 33)], Origin::Manual);
    speaker.entity = Some("eaaaaaaaa".into());
    let from = vec!["Rina".to_owned(), "Budi".to_owned()];
    let country = annotation("caaaaaaaa", "country", &[(1, 8)], Origin::Adjudicated { from });
    let relation = Relation {
        id: "raaaaaaaa".into(),
        label: "says".into(),
        from: "saaaaaaaa".into(),
        to: "qaaaaaaaa".into(),
        attributes: Attributes::new(),
        note: String::new(),
        origin: Origin::Imported { by: "brat".into() },
        created: None,
        modified: None,
        extra: Extra::default(),
    };
    let entity = Entity {
        id: "eaaaaaaaa".into(),
        kind: "person".into(),
        name: "Christine Lambrecht".into(),
        extra: Extra(vec![("wikidata".into(), "\"Q1\"".into())]),
    };
    let mut set = AnnotationSet::new(Status::Done, [speaker, country, quote], [relation], [entity]);
    set.extra = Extra(vec![("seconds".into(), "412".into())]);
    set.n_saves = 3;
    (document, set)
}

#[test]
fn the_bytes_of_a_file() {
    let (document, set) = rich();
    let bytes = file::write_set(&key(), &document, &set, &simple());
    expect![[r#"
        {
          "format": "sorot-annotations",
          "version": 1,
          "article": {
            "path": "articles/a.txt",
            "file_sha256": "faa014b5ef3d27bd7542f4df6a4cf66888ced0e901d997b25ccb2a073ce64048",
            "text_sha256": "faa014b5ef3d27bd7542f4df6a4cf66888ced0e901d997b25ccb2a073ce64048",
            "encoding": "utf-8",
            "bom": false,
            "newline": "none",
            "length": {"code_points": 57, "utf8_bytes": 65, "utf16_units": 57},
            "language": "id"
          },
          "annotator": "Rina",
          "role": "annotator",
          "schema": {"id": "news-simple", "version": "1"},
          "status": "done",
          "offsets": {"unit": "code_point", "base": 0, "end": "exclusive"},
          "text": "“Ukraina memesan,” kata Lambrecht, “dan Jerman membayar.”",
          "entities": [
            {"id": "eaaaaaaaa", "kind": "person", "name": "Christine Lambrecht", "wikidata": "Q1"}
          ],
          "spans": [
            {"id": "qaaaaaaaa", "label": "quote", "start": 0, "end": 57, "fragments": [[0, 18], [35, 57]], "text": "“Ukraina memesan,” “dan Jerman membayar.”", "attributes": {"quote_type": "direct"}, "note": "dua bagian: \"…\"", "flags": ["unsure"], "origin": {"how": "suggested", "by": "quotation_rules", "score": 0.93, "edited": true}, "created": "2026-11-22T20:31:05Z", "modified": "2026-11-22T20:31:06Z"},
            {"id": "caaaaaaaa", "label": "country", "start": 1, "end": 8, "text": "Ukraina", "origin": {"how": "adjudicated", "from": ["Rina", "Budi"]}},
            {"id": "saaaaaaaa", "label": "speaker", "start": 24, "end": 33, "text": "Lambrecht", "entity": "eaaaaaaaa", "origin": {"how": "manual"}}
          ],
          "relations": [
            {"id": "raaaaaaaa", "label": "says", "from": "saaaaaaaa", "to": "qaaaaaaaa", "origin": {"how": "imported", "by": "brat"}}
          ],
          "revision": 3,
          "seconds": 412
        }
    "#]].assert_eq(&String::from_utf8(bytes).unwrap());
}

#[test]
fn the_bytes_of_an_empty_set() {
    let bytes = file::write_set(&key(), &document(""), &AnnotationSet::default(), &Schema::default());
    expect![[r#"
        {
          "format": "sorot-annotations",
          "version": 1,
          "article": {
            "path": "articles/a.txt",
            "file_sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "text_sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "encoding": "utf-8",
            "bom": false,
            "newline": "none",
            "length": {"code_points": 0, "utf8_bytes": 0, "utf16_units": 0}
          },
          "annotator": "Rina",
          "role": "annotator",
          "schema": {"id": "", "version": ""},
          "status": "new",
          "offsets": {"unit": "code_point", "base": 0, "end": "exclusive"},
          "text": "",
          "entities": [],
          "spans": [],
          "relations": []
        }
    "#]]
    .assert_eq(&String::from_utf8(bytes).unwrap());
}

#[test]
fn one_changed_span_changes_one_line() {
    let (document, mut set) = rich();
    let before = file::write_set(&key(), &document, &set, &simple());
    let mut annotations: Vec<Annotation> = set.annotations().map(|it| it.as_ref().clone()).collect();
    annotations[1].note = "changed".into();
    let relations: Vec<Relation> = set.relations().map(|it| it.as_ref().clone()).collect();
    let entities: Vec<Entity> = set.entities().map(|it| it.as_ref().clone()).collect();
    let extra = set.extra.clone();
    set = AnnotationSet::new(Status::Done, annotations, relations, entities);
    set.extra = extra;
    set.n_saves = 3;
    let after = file::write_set(&key(), &document, &set, &simple());
    let (before, after) = (String::from_utf8(before).unwrap(), String::from_utf8(after).unwrap());
    assert_eq!(before.lines().count(), after.lines().count());
    assert_eq!(before.lines().zip(after.lines()).filter(|(before, after)| before != after).count(), 1);
}

#[test]
fn json_schemas_accept_our_files_and_refuse_broken_ones() {
    let sets = jsonschema::validator_for(&file::annotations_schema()).unwrap();
    let projects = jsonschema::validator_for(&file::project_schema()).unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut n_files = 0;
    let mut folders = vec![root.join("samples"), root.join("tests/projects")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "json") {
                let json: Json = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
                let validator = if path.ends_with("sorot.json") { &projects } else { &sets };
                let errors: Vec<String> = validator.iter_errors(&json).map(|it| it.to_string()).collect();
                assert!(errors.is_empty(), "{}: {errors:?}", path.display());
                n_files += 1;
            }
        }
    }
    assert!(n_files >= 4, "{n_files}");

    let (document, set) = rich();
    let good: Json = serde_json::from_slice(&file::write_set(&key(), &document, &set, &simple())).unwrap();
    assert!(sets.is_valid(&good));
    for (pointer, wrong) in [
        ("/format", json!("other")),
        ("/version", json!(2)),
        ("/article/text_sha256", json!("xyz")),
        ("/article/newline", json!("unix")),
        ("/status", json!("maybe")),
        ("/offsets/unit", json!("byte")),
        ("/text", json!(null)),
        ("/spans/0/start", json!(-1)),
        ("/spans/0/text", json!("")),
        ("/spans/0/fragments", json!([[1]])),
        ("/spans/0/origin", json!({"how": "suggested"})),
        ("/relations/0/to", json!(5)),
        ("/entities", json!({})),
    ] {
        let mut broken = good.clone();
        *broken.pointer_mut(pointer).unwrap() = wrong;
        assert!(!sets.is_valid(&broken), "{pointer}");
    }
    for preset in PRESETS {
        let project = file::write_project(&ProjectFile::new("p", preset.schema()));
        let good: Json = serde_json::from_slice(&project).unwrap();
        assert!(projects.is_valid(&good));
        for (pointer, wrong) in [
            ("/schema/labels/0/key", json!("ab")),
            ("/schema/labels/0/color", json!("red")),
            ("/schema/labels/1/attributes/0/type", json!("float")),
            ("/schema/labels/0/name", json!("")),
            ("/schema/relations", json!("says")),
        ] {
            let mut broken = good.clone();
            *broken.pointer_mut(pointer).unwrap() = wrong;
            assert!(!projects.is_valid(&broken), "{pointer}");
        }
    }
}

#[test]
fn presets_are_whole() {
    for preset in PRESETS {
        let schema = preset.schema();
        let mut keys: Vec<char> = schema.labels.iter().filter_map(|label| label.key).collect();
        let mut colors: Vec<String> =
            schema.labels.iter().filter_map(|it| it.color).map(|it| it.to_string()).collect();
        keys.sort_unstable();
        keys.dedup();
        colors.sort_unstable();
        colors.dedup();
        assert_eq!((keys.len(), colors.len()), (schema.labels.len(), schema.labels.len()));
        for label in &schema.labels {
            assert!(!label.definition.is_empty(), "{}", label.name);
            assert!(!label.good_examples.is_empty() && !label.bad_examples.is_empty(), "{}", label.name);
        }
        let bytes = file::write_project(&ProjectFile::new("p", schema.clone()));
        let mut report = Report::default();
        let project = file::read_project(&bytes, "sorot.json", &mut report).unwrap();
        assert_eq!((&project.schema, report.problems), (&schema, vec![]));
        assert_eq!(file::write_project(&project), bytes);
    }
    assert_eq!(simple().label_names(), ["speaker", "quote", "country", "weapon"]);
    let full = Preset::named("full").unwrap().schema();
    assert_eq!(full.label_names(), ["speaker", "quote", "country", "weapon", "cue", "boilerplate"]);
    assert_eq!(full.relation_between("cue", "quote").unwrap().name, "cues");
}

#[test]
fn odd_schemas_are_told_with_their_place() {
    let content = r##"{
"format": "sorot-project", "version": 1, "name": "Odd", "x": 1,
"schema": {"id": "odd", "labels": [
{"name": "speaker", "key": "S", "color": "#0072B2", "y": 2},
{"name": "source", "key": "s"},
{"name": "next", "key": "n"},
{"name": "wide", "key": "ab", "color": "red"},
{"name": "speaker"},
{"key": "q"},
7,
{"name": "quote", "attributes": [{"name": "sure", "type": "float", "max": 1}, {"name": "kind", "type": "choice", "values": ["a"], "z": 3}]}
], "relations": {}},
"articles": "all"
}
"##;
    let mut report = Report::default();
    let project = file::read_project(content.as_bytes(), "sorot.json", &mut report).unwrap();
    let problems: String = report.problems.iter().map(|it| format!("{:?}: {it}\n", it.severity)).collect();
    expect![[r##"
        Error: there are two labels "speaker"; the second is left out: sorot.json:8:1
        Error: the label has no name: sorot.json:9:1
        Error: the label is not an object: sorot.json:10:1
        Warning: two labels have the key s; "source" has none: sorot.json:5:27
        Warning: the key n of "next" belongs to a command; the label has none: sorot.json:6:25
        Warning: the key of "wide" is not one letter: sorot.json:7:25
        Warning: the color of "wide" is not written as "#rrggbb": sorot.json:7:40
        Warning: this version does not know the type "float" of the attribute "sure"; its values are not checked: sorot.json:11:34
        Error: "relations" is not a list: sorot.json:12:17
        Warning: "articles" is not a list of patterns: sorot.json:13:13
    "##]].assert_eq(&problems);
    let keys: Vec<Option<char>> = project.schema.labels.iter().map(|label| label.key).collect();
    assert_eq!(keys, [Some('s'), None, None, None, None]);
    let first = file::write_project(&project);
    let text = String::from_utf8(first.clone()).unwrap();
    for kept in ["\"x\": 1", "\"y\": 2", "\"z\": 3", "\"max\": 1", "\"key\": \"n\"", "\"articles\": \"all\""]
    {
        assert!(text.contains(kept), "{kept}\n{text}");
    }
    let again = file::read_project(&first, "sorot.json", &mut report).unwrap();
    assert_eq!(file::write_project(&again), first);
}

#[test]
fn transactions_are_one_line_each() {
    let (document, set) = rich();
    let annotation = set.annotation(&"qaaaaaaaa".into()).unwrap();
    let mut changed = annotation.as_ref().clone();
    changed.note = "lines\nand \"quotes\"".into();
    let relation = set.relations().next().unwrap();
    let entity = set.entities().next().unwrap();
    let transaction = Transaction::new(
        "Change everything",
        vec![
            Edit::Annotation {
                set: key(),
                id: annotation.id.clone(),
                before: Some(annotation.clone()),
                after: Some(changed.into()),
            },
            Edit::Relation {
                set: key(),
                id: relation.id.clone(),
                before: Some(relation.clone()),
                after: None,
            },
            Edit::Entity { set: key(), id: entity.id.clone(), before: None, after: Some(entity.clone()) },
            Edit::Status { set: key(), before: Status::InProgress, after: Status::Done },
            Edit::Extra {
                set: key(),
                key: "orphans".to_owned(),
                before: None,
                after: Some("[{\"id\":  1e400}]".to_owned()),
            },
            Edit::Text {
                document: key().document,
                before: document.source.clone(),
                after: Source { newline: Newline::Mixed, language: None, ..document.source.clone() },
                replacements: vec![Replacement {
                    at: Offset::START,
                    removed: "“U".to_owned(),
                    inserted: "\"U\n".to_owned(),
                }],
            },
            Edit::Schema { before: Schema::default().into(), after: file::PRESETS[1].schema().into() },
        ],
    );
    let texts = [(key().document, "ab".to_owned())].into();
    let transaction = Transaction { texts, ..transaction };
    let line = file::write_transaction(&transaction);
    assert!(!line.contains('\n') && line.contains("\"unit\": \"byte\""));
    assert_eq!(file::read_transaction(&line).unwrap(), transaction);
    for end in 0..line.len() {
        if let Some(torn) = line.get(..end) {
            assert!(matches!(file::read_transaction(torn), Err(FileError::Transaction(_))), "{torn}");
        }
    }
    for (from, to) in [("\"byte\"", "\"code_point\""), ("[0, ", "[99999999999, "), ("\"status\"", "\"mood\"")]
    {
        assert!(file::read_transaction(&line.replacen(from, to, 1)).is_err(), "{to}");
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<String>().prop_map(Value::Text),
        any::<bool>().prop_map(Value::Boolean),
        any::<i64>().prop_map(Value::Integer),
        prop::collection::vec(any::<String>(), 0..3).prop_map(Value::List),
        any::<f64>()
            .prop_filter("JSON has no such number", |it| it.is_finite() && it.fract() != 0.0)
            .prop_map(|it| Value::Json(it.to_string())),
    ]
}

fn any_origin() -> impl Strategy<Value = Origin> {
    prop_oneof![
        Just(Origin::Unknown),
        Just(Origin::Manual),
        (any::<String>(), prop::option::of(0.0..1.0), any::<bool>())
            .prop_map(|(by, score, edited)| Origin::Suggested { by, score, edited }),
        any::<String>().prop_map(|by| Origin::Imported { by }),
        prop::collection::vec(any::<String>(), 0..3).prop_map(|from| Origin::Adjudicated { from }),
    ]
}

fn any_extra() -> impl Strategy<Value = Extra> {
    let json = prop_oneof![
        any::<String>().prop_map(|it| Json::from(it).to_string()),
        Just("{\"a\": [1, 2.50, null]}".to_owned()),
    ];
    prop::collection::btree_map("x_[a-z]{1,5}", json, 0..3).prop_map(|it| Extra(it.into_iter().collect()))
}

/// A text of all sorts of characters and spans on it, some discontinuous.
fn any_set() -> impl Strategy<Value = (String, AnnotationSet)> {
    let text = prop::collection::vec(
        prop_oneof![any::<char>(), Just('a'), Just(' '), Just('\r'), Just('\n')],
        1..60,
    );
    let span = (
        prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..4),
        prop::sample::select(vec!["speaker", "quote", "country", "other"]),
        prop::collection::btree_map(any::<String>(), any_value(), 0..3),
        any_origin(),
        any_extra(),
        (
            any::<String>(),
            prop::option::of(0_i64..200_000_000_000),
            prop::collection::vec(any::<String>(), 0..2),
        ),
    );
    (text, prop::collection::vec(span, 0..8), any_extra()).prop_map(|(text, spans, extra)| {
        let string: String = text.into_iter().collect();
        let text = Text::new(string.as_str());
        let n = text.length(OffsetUnit::CodePoint);
        let locate = |value| text.locate(value, OffsetUnit::CodePoint).unwrap();
        let spans = spans.into_iter().enumerate();
        let spans = spans.map(|(i, (ranges, label, attributes, origin, extra, (note, created, flags)))| {
            let ranges = ranges.into_iter().map(|(start, length)| {
                let start = start.index(n);
                Range::new(locate(start), locate(start + 1 + length.index(n - start))).unwrap()
            });
            let id = AnnotationId::new(format!("s{i}"));
            Annotation {
                entity: (i % 2 == 0).then(|| EntityId::from("e0")),
                attributes,
                note,
                flags,
                origin,
                created: created.map(Timestamp),
                extra,
                ..Annotation::new(id, label, Span::new(ranges).unwrap())
            }
        });
        let spans: Vec<Annotation> = spans.collect();
        let relations = spans.windows(2).enumerate().map(|(i, pair)| Relation {
            id: RelationId::new(format!("r{i}")),
            label: "says".to_owned(),
            from: pair[0].id.clone(),
            to: pair[1].id.clone(),
            attributes: pair[0].attributes.clone(),
            note: pair[0].note.clone(),
            origin: pair[0].origin.clone(),
            created: None,
            modified: pair[0].created,
            extra: pair[0].extra.clone(),
        });
        let relations: Vec<Relation> = relations.collect();
        let entity = Entity { id: "e0".into(), kind: String::new(), name: "N".into(), extra: extra.clone() };
        let mut set = AnnotationSet::new(Status::InProgress, spans, relations, [entity]);
        set.extra = extra.clone();
        set.article_extra = extra;
        set.role = "annotator".into();
        (string, set)
    })
}

proptest! {
    #[test]
    fn any_set_comes_back_and_gives_the_same_bytes((text, set) in any_set()) {
        let mut document = document(&text);
        let bytes = file::write_set(&key(), &document, &set, &simple());
        document.source.newline = read(&bytes).0.source.newline;
        let bytes = file::write_set(&key(), &document, &set, &simple());
        let (stored, _) = read(&bytes);
        prop_assert_eq!(stored.text.as_str(), text.as_str());
        prop_assert_eq!(&stored.set, &set);
        prop_assert_eq!(write(&stored).into_bytes(), bytes);
    }

    #[test]
    fn no_bytes_make_a_reader_panic(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let (document, set) = rich();
        let mut bytes = file::write_set(&key(), &document, &set, &simple());
        let i = at.index(bytes.len());
        if cut { bytes.truncate(i) } else { bytes[i] = byte }
        let mut report = Report::default();
        if let Ok(stored) = file::read_set(&bytes, NAME, &simple(), &mut report) {
            let first = write(&stored);
            if !stored.set.is_read_only {
                prop_assert_eq!(write(&read(first.as_bytes()).0), first);
            }
        }
    }
}

/// A project on disk with one article.
fn project() -> (tempfile::TempDir, Folder) {
    let root = tempfile::tempdir().unwrap();
    let folder = Folder::create(root.path(), &ProjectFile::new("P", simple())).unwrap();
    fs::write(root.path().join("articles/a.txt"), rich().0.text.as_str()).unwrap();
    (root, folder)
}

#[test]
fn broken_files_are_never_overwritten() {
    let (root, folder) = project();
    let (document, set) = rich();
    let path = root.path().join(NAME);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let newer = file_with("\"version\": 1", "\"version\": 9");
    for content in ["{\"broken\":", "", newer.as_str()] {
        fs::write(&path, content).unwrap();
        let mut report = Report::default();
        let read = folder.read_set(&key(), &document, &simple(), &mut report);
        assert!(read.map_or(true, |it| it.unwrap().set.is_read_only));
        let error = folder.write_set(&key(), &document, &set, &simple()).unwrap_err();
        assert!(matches!(error, StoreError::Changed { .. }), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), content);
    }
    assert_eq!(folder.summary(&key()).map(|it| it.n_annotations), Some(3));
}

#[test]
fn a_file_that_another_program_changed_is_left_as_it_is() {
    let (root, folder) = project();
    let (document, set) = rich();
    folder.write_set(&key(), &document, &set, &simple()).unwrap();
    let path = root.path().join(NAME);
    let theirs = fs::read_to_string(&path).unwrap().replace("direct", "mixed");
    fs::write(&path, &theirs).unwrap();
    let changed = AnnotationSet::default();
    let error = folder.write_set(&key(), &document, &changed, &simple()).unwrap_err();
    assert!(error.to_string().starts_with("another program changed the file"));
    assert_eq!(fs::read_to_string(&path).unwrap(), theirs);
    let mut report = Report::default();
    folder.read_set(&key(), &document, &simple(), &mut report).unwrap().unwrap();
    folder.write_set(&key(), &document, &changed, &simple()).unwrap();
}

#[test]
fn an_annotation_file_beyond_memory_is_not_read() {
    let (root, folder) = project();
    let path = root.path().join(NAME);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::File::create(&path).unwrap().set_len(900_000_000_000).unwrap();
    let (document, set) = rich();
    let error = folder.read_set(&key(), &document, &simple(), &mut Report::default()).unwrap_err();
    assert!(error.to_string().starts_with("the file has 900000 MB, and at most 2000 MB"), "{error}");
    assert!(folder.write_set(&key(), &document, &set, &simple()).is_err());
    assert_eq!(folder.summary(&key()), None);
}

#[test]
fn whose_a_file_is_stands_in_its_first_lines() {
    let said = |json: &str| file::read_owner(json.as_bytes());
    let start = r#"{"format": "sorot-annotations", "article": {"a": [1]}, "annotator": "Rina""#;
    assert_eq!(said(&format!("{start}, \"text\": \"and then it breaks")), Some("Rina".to_owned()));
    assert_eq!(said(r#"{"annotator": "Rina", "format": "sorot-annotations"}"#), Some("Rina".to_owned()));
    for other in [
        "",
        "[]",
        r#"{"annotator": "Rina"}"#,
        &start.replace("sorot", "other"),
        &start.replace("\"Rina", "5,\""),
    ] {
        assert_eq!(said(other), None, "{other}");
    }
}

#[test]
fn nothing_is_written_until_there_is_something_to_save() {
    let root = tempfile::tempdir().unwrap();
    let article = root.path().join("berita.txt");
    fs::write(&article, "Kyiv diserang.").unwrap();
    fs::create_dir(root.path().join("deeper")).unwrap();
    fs::write(root.path().join("deeper/other.txt"), "AS").unwrap();
    let mut report = Report::default();
    let opened = Folder::open(&article, &mut report).unwrap();
    assert!(opened.folder.is_implicit());
    assert_eq!(opened.first, Some("berita.txt".into()));
    assert_eq!(opened.articles, [DocumentId::from("berita.txt")]);
    let all = Folder::open(root.path(), &mut report).unwrap();
    assert_eq!(all.articles, [DocumentId::from("berita.txt"), DocumentId::from("deeper/other.txt")]);
    let document = opened.folder.read_document(&opened.articles[0], &mut report).unwrap();
    let key = SetKey { document: document.id.clone(), owner: Owner::named("Rina Sari") };
    assert!(opened.folder.read_set(&key, &document, &opened.schema, &mut report).unwrap().is_none());
    assert_eq!(opened.folder.owners(), []);
    let names = || {
        let entries = fs::read_dir(root.path()).unwrap();
        let mut names: Vec<_> = entries.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    assert_eq!(names(), ["berita.txt", "deeper"]);
    opened.folder.write_set(&key, &document, &AnnotationSet::default(), &opened.schema).unwrap();
    assert_eq!(names(), [".sorot", "berita.txt", "deeper"], "a set that says nothing has no file");
    let set = AnnotationSet::new(Status::InProgress, [], [], []);
    opened.folder.write_set(&key, &document, &set, &opened.schema).unwrap();
    assert_eq!(names(), [".sorot", "annotations", "berita.txt", "deeper"]);
    assert!(root.path().join("annotations/rina-sari/berita.txt.json").is_file());
    assert_eq!(opened.folder.owners(), [Owner::named("Rina Sari")]);
    assert_eq!(report.problems, []);
}

#[test]
fn a_broken_project_file_is_told_and_left_as_it_is() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("sorot.json");
    fs::write(&path, "{\n  \"format\": \"sorot-project\",\n  oops\n}").unwrap();
    fs::write(root.path().join("a.txt"), "AS").unwrap();
    let mut report = Report::default();
    let opened = Folder::open(root.path(), &mut report).unwrap();
    assert_eq!(opened.schema, simple());
    assert_eq!(opened.articles.len(), 1);
    assert_eq!(report.problems.len(), 1);
    assert_eq!(report.problems[0].place.line_column, Some((3, 3)));
    assert!(matches!(
        Folder::create(root.path(), &ProjectFile::new("", simple())),
        Err(StoreError::Exists { .. })
    ));
    assert!(fs::read_to_string(&path).unwrap().contains("oops"));
}

#[test]
fn articles_are_those_of_the_patterns_and_never_outside() {
    let (root, _) = project();
    let path = |name: &str| root.path().join(name);
    for name in ["extra/b.txt", "extra/deep/c.txt", "articles/.hidden/d.txt", "releases/e.txt", "extra/f.TXT"]
    {
        fs::create_dir_all(path(name).parent().unwrap()).unwrap();
        fs::write(path(name), "AS").unwrap();
    }
    fs::write(path("articles/picture.png"), "AS").unwrap();
    let mut project = ProjectFile::new("P", simple());
    project.articles = vec!["articles/**".into(), "extra/*.[tT][xX][tT]".into(), "[".into()];
    fs::write(path("sorot.json"), file::write_project(&project)).unwrap();
    let mut report = Report::default();
    let opened = Folder::open(root.path(), &mut report).unwrap();
    assert_eq!(opened.articles, ["articles/a.txt", "extra/b.txt", "extra/f.TXT"].map(DocumentId::from));
    assert_eq!(report.problems.len(), 1);
    assert!(report.problems[0].message.starts_with("the pattern of articles is not understood"));
    for id in [
        "../secret.txt",
        "/etc/hosts",
        "a/../../b.txt",
        "",
        "articles//a.txt",
        "./a.txt",
        "articles/a.txt/..",
    ] {
        let error = opened.folder.read_document(&id.into(), &mut report).unwrap_err();
        assert!(matches!(error, StoreError::Outside { .. }), "{id}: {error}");
    }
}

#[cfg(unix)]
#[test]
fn links_that_lead_out_are_not_followed() {
    use std::os::unix::fs::symlink;
    let (root, folder) = project();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret.txt"), "secret").unwrap();
    symlink(outside.path().join("secret.txt"), root.path().join("articles/link.txt")).unwrap();
    symlink(outside.path(), root.path().join("annotations")).unwrap();
    let mut report = Report::default();
    let opened = Folder::open(root.path(), &mut report).unwrap();
    assert_eq!(opened.articles, [DocumentId::from("articles/a.txt")]);
    assert_eq!(report.problems.len(), 1);
    assert!(opened.folder.read_document(&"articles/link.txt".into(), &mut report).is_err());
    let (document, set) = rich();
    assert!(folder.write_set(&key(), &document, &set, &simple()).is_err());
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 1);
}

#[test]
fn articles_that_cannot_be_opened_say_why() {
    let (root, _) = project();
    let path = |name: &str| root.path().join(name);
    fs::write(path("articles/binary.txt"), b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0>\0").unwrap();
    fs::create_dir(path("articles/folder.txt")).unwrap();
    fs::File::create(path("articles/huge.txt")).unwrap().set_len(1_073_741_824).unwrap();
    let mut report = Report::default();
    let opened = Folder::open(root.path(), &mut report).unwrap();
    for (name, start) in [
        ("binary.txt", "the file is no text: "),
        ("folder.txt", "this is no file: "),
        ("huge.txt", "the file has 1074 MB, and at most 256 MB can be opened: "),
        ("gone.txt", "cannot read, "),
    ] {
        let id = DocumentId::new(format!("articles/{name}"));
        let error = opened.folder.read_document(&id, &mut report).unwrap_err().to_string();
        assert!(error.starts_with(start), "{error}");
        assert!(error.ends_with(name), "{error}");
    }
    assert!(Folder::open(&path("articles/none.txt"), &mut report).is_err());
    fs::write(path("picture.png"), "").unwrap();
    assert!(matches!(Folder::open(&path("picture.png"), &mut report), Err(StoreError::UnknownKind { .. })));
    let within = Folder::open(&path("articles/a.txt"), &mut report).unwrap();
    assert_eq!((within.first, within.folder.is_implicit()), (Some("articles/a.txt".into()), false));
}

#[test]
fn check_finds_what_is_wrong_anywhere() {
    let (root, folder) = project();
    let (document, set) = rich();
    folder.write_set(&key(), &document, &set, &simple()).unwrap();
    let stray = root.path().join("annotations/rina/gone.txt.json");
    fs::copy(root.path().join(NAME), stray).unwrap();
    fs::write(root.path().join("annotations/rina/bad.txt.json"), "{").unwrap();
    let mut report = Report::default();
    let checked = Folder::open(root.path(), &mut report).unwrap().folder.check(&simple(), &mut report);
    assert_eq!((checked.n_articles, checked.n_sets), (1, 3));
    let messages: Vec<&str> = report.problems.iter().map(|it| it.message.as_str()).collect();
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert!(messages[0].starts_with("the file is broken JSON"));
    assert_eq!(messages[1], "the article of these annotations cannot be read");
}

#[test]
fn names_that_look_alike_have_their_own_folders() {
    let (root, folder) = project();
    let (document, set) = rich();
    let names = ["Rina", "rina", "RINA", "Rina/..", "gold", "Gold", "con"];
    let key = |name: &str| SetKey { document: document.id.clone(), owner: Owner::named(name) };
    for name in names {
        folder.write_set(&key(name), &document, &set, &simple()).unwrap();
    }
    let mut report = Report::default();
    let again = Folder::open(root.path(), &mut report).unwrap().folder;
    assert_eq!(again.owners().len(), names.len());
    for name in names {
        let loaded = again.read_set(&key(name), &document, &simple(), &mut report).unwrap().unwrap();
        assert_eq!(loaded.set.annotations().len(), 3, "{name}");
        assert_eq!(again.summary(&key(name)).unwrap().status, Status::Done, "{name}");
    }
    assert_eq!(report.problems, []);
    assert_eq!(again.summary(&key("nobody")), None);
}

#[test]
fn history_comes_back_after_a_restart() {
    let (root, folder) = project();
    let owner = Owner::named("Rina");
    let edit = Edit::Status { set: key(), before: Status::New, after: Status::Done };
    let steps = ["one", "two"].map(|name| Transaction::new(name, vec![edit.clone()]));
    let events = steps.iter().cloned().map(HistoryEvent::Commit).chain([HistoryEvent::Undo]);
    let entries = events.zip(1..).map(|(event, number)| JournalEntry { number, at: None, event });
    folder.record(&owner, entries.collect()).unwrap();
    let mut report = Report::default();
    let again = Folder::open(root.path(), &mut report).unwrap().folder;
    let history = again.open_journal(&owner, &mut report).history;
    assert_eq!((history.done(), history.undone()), (&steps[..1], &steps[1..]));
    assert_eq!(again.open_journal(&Owner::Gold, &mut report).history.done(), []);
    assert_eq!(fs::read_to_string(root.path().join(".sorot/.gitignore")).unwrap(), "*\n");
    assert_eq!(report.problems, []);
}

#[test]
fn legacy_encodings_are_recorded_and_the_article_is_left_alone() {
    let (root, folder) = project();
    let path = root.path().join("articles/a.txt");
    let text = "Menteri Lambrecht — „Wir liefern Panzer“, sagte sie.\r\nÜber Kiew.\r\n";
    let (bytes, ..) = encoding_rs::WINDOWS_1252.encode(text);
    fs::write(&path, &bytes).unwrap();
    let mut report = Report::default();
    let document = folder.read_document(&key().document, &mut report).unwrap();
    assert_eq!(document.text.as_str(), text);
    assert_eq!(document.source.encoding, "windows-1252");
    assert_eq!(document.source.newline, Newline::Crlf);
    let set = AnnotationSet::new(Status::InProgress, [], [], []);
    folder.write_set(&key(), &document, &set, &simple()).unwrap();
    let saved: Json = serde_json::from_slice(&fs::read(root.path().join(NAME)).unwrap()).unwrap();
    assert_eq!(saved["text"], json!(text));
    assert_eq!(saved["article"]["encoding"], json!("windows-1252"));
    assert_eq!(saved["article"]["newline"], json!("crlf"));
    assert_eq!(saved["article"]["file_sha256"], json!(file::sha256(&bytes)));
    assert_eq!(saved["article"]["text_sha256"], json!(file::sha256(text.as_bytes())));
    assert_eq!(fs::read(&path).unwrap(), bytes.as_ref());
    let loaded = folder.read_set(&key(), &document, &simple(), &mut report).unwrap().unwrap();
    assert!(loaded.outdated.is_none());
    assert_eq!(report.problems, []);
    let left = fs::read_dir(root.path().join("annotations/rina")).unwrap();
    assert_eq!(left.count(), 1, "no temporary file stays behind");
}

#[test]
fn a_file_in_a_strange_folder_is_told() {
    let (root, folder) = project();
    let (document, set) = rich();
    folder.write_set(&key(), &document, &set, &simple()).unwrap();
    let path = root.path().join(NAME);
    let theirs =
        fs::read_to_string(&path).unwrap().replace("\"annotator\": \"Rina\"", "\"annotator\": \"Budi\"");
    fs::write(&path, theirs).unwrap();
    let mut report = Report::default();
    folder.read_set(&key(), &document, &simple(), &mut report).unwrap().unwrap();
    let messages: Vec<&str> = report.problems.iter().map(|it| it.message.as_str()).collect();
    assert_eq!(messages, ["the file holds annotations of Budi, and lies with those of Rina"]);
    assert_eq!(report.problems[0].place.owner, Some(Owner::named("Rina")));
}
