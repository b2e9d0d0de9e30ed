//! Throws random and half-right input at everything that reads what people or programs wrote, and
//! holds each answer against what that reader promises.
//!
//! `cargo test` tries the cases in `tests/cases/parsers/`, each of which once broke something, and
//! some made from fixed numbers. For longer, with other numbers each time:
//!
//! ```sh
//! SOROT_FUZZ_SECONDS=3600 cargo test --test it parsers -- --nocapture
//! ```
//!
//! That many seconds of processor time for each target; `SOROT_FUZZ_TARGET=set` names a single one.
//! What fails is made small and written to `tests/cases/parsers/`, to be mended and kept. A file
//! there is named after its target.
//!
//! Guidance by coverage would want a nightly compiler. In its place, valid files are the seeds, and
//! half of the mutations know what JSON is: they swap, double, drop and nest whole values.

use std::collections::BTreeSet;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use cpu_time::ThreadTime;
use fastrand::Rng;
use sorot::file::{self, PRESETS};
use sorot::format::{Bundle, ExportOptions, FORMATS, Format, ImportOptions};
use sorot::model::{AnnotationSet, Document, DocumentId, Edit, Owner, Report, Schema, SetKey, merge};
use sorot::reader::{self, ReadOptions};
use sorot::session::Query;
use sorot::store::Folder;
use sorot::text::marked::Marked;
use sorot::text::{Text, is_unprintable, printable};
use tempfile::TempDir;

use crate::contracts;
use crate::readers::zip;

/// How many inputs `cargo test` makes for each target.
const N_CASES: usize = 300;

/// The most time to make a failing input smaller.
const SHRINKING: Duration = Duration::from_secs(10);

/// The longest input that is made, in bytes.
const MOST_BYTES: usize = 20_000;

/// A reader, valid input for it, and what it promises: a panic breaks it.
struct Target {
    name: &'static str,
    seeds: fn() -> Vec<Vec<u8>>,
    check: fn(&[u8]),
}

/// Seeds that are written down here.
macro_rules! seeds {
    ($($seed:expr),* $(,)?) => {
        || vec![$(Vec::from($seed)),*]
    };
}

const SET: &str = include_str!("../cases/cli/a.txt.json");
const PROJECT: &str = include_str!("../../samples/sorot.json");
const ENTRY: &str = r#"{"number": 7, "at": "2026-11-22T20:31:05Z", "name": "add speaker", "unit": "byte", "edits": [{"kind": "annotation", "document": "articles/a.txt", "owner": "Rina", "id": "s1", "before": {"id": "s1", "label": "speaker", "ranges": [[1, 3], [5, 9]], "flags": ["unsure"]}, "after": {"id": "s1", "label": "quote", "ranges": [[1, 3]], "attributes": {"quote_type": "direct"}, "origin": {"how": "manual"}}}, {"kind": "relation", "document": "a", "owner": "b", "id": "r1", "after": {"id": "r1", "label": "says", "from": "s1", "to": "q1"}}, {"kind": "entity", "document": "a", "owner": "b", "id": "e1", "after": {"id": "e1", "name": "Joko"}}, {"kind": "status", "document": "a", "owner": "b", "before": "new", "after": "done"}]}"#;
const MERGE: &str = "{\n  \"format\": \"sorot-annotations\",\n  \"version\": 1,\n  \"text\": \"Kyiv diserang.\",\n<<<<<<< ours\n  \"status\": \"done\",\n||||||| base\n=======\n  \"status\": \"new\",\n>>>>>>> theirs\n  \"spans\": [\n    {\"id\": \"s1\", \"label\": \"country\", \"start\": 0, \"end\": 4, \"text\": \"Kyiv\"}\n  ]\n}\n";
const PDF: &str = "%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 300 300]>>\nendobj\n3 0 obj\n<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>\nendobj\n4 0 obj\n<</Length 63>>stream\nBT /F 12 Tf 1 0 0 1 20 250 Tm 14 TL (Kyiv di-) Tj (serang) ' ET\nendstream\nendobj\n5 0 obj\n<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>\nendobj\nxref\n0 6\n0000000000 65535 f \n0000000009 00000 n \n0000000054 00000 n \n0000000127 00000 n \n0000000216 00000 n \n0000000326 00000 n \ntrailer\n<</Root 1 0 R/Size 6>>\nstartxref\n414\n%%EOF\n";
const MARKED: &str = "{1}Menhan{/1} mengatakan {2}\"{3}Indonesia{/3} siap\"{/2}, {{kata}} {1}Prabowo{/1}.\n---\n1 speaker note=\"a \\\" b\"\n2 quote quote_type=direct\n3 country\nsays 1 -> 2\n";

const TARGETS: &[Target] = &[
    Target { name: "set", seeds: seeds![SET, MERGE], check: check_set },
    Target { name: "project", seeds: seeds![PROJECT], check: check_project },
    Target {
        name: "journal",
        seeds: seeds![ENTRY, "{\"number\": 8, \"event\": \"undo\"}"],
        check: check_journal,
    },
    Target { name: "salvage", seeds: seeds![SET, PROJECT, MERGE], check: check_salvage },
    Target { name: "merge", seeds: seeds![SET], check: check_merge },
    Target {
        name: "trash",
        seeds: seeds![r#"{"at": "2026-11-22T20:31:05Z", "by": "Rina", "why": "delete", "path": "a/b.json"}"#],
        check: check_trash,
    },
    Target {
        name: "assignments",
        seeds: seeds![
            r#"{"format": "sorot-assignments", "version": 1, "blind": true, "open": false, "articles": {"articles/a.txt": ["Rina", "Budi"]}, "x": [1]}"#
        ],
        check: check_assignments,
    },
    Target {
        name: "rulings",
        seeds: seeds![
            r#"[{"id": "u1", "kind": "label", "said": [{"annotator": "Rina", "id": "s1", "label": "quote", "text": "a"}, {"annotator": "Budi"}], "taken": ["Rina"], "gold": [{"label": "quote", "text": "a", "details": "x: 1"}], "reason": "so", "rule": "2", "created": "2026-11-22T20:31:05Z"}, 7]"#
        ],
        check: check_rulings,
    },
    Target {
        name: "release",
        seeds: seeds![
            r#"{"format": "sorot-release", "version": 1, "name": "1.0", "project": "P", "created": "2026-11-22T20:31:05Z", "owner": "gold", "counts": {"articles": 1, "spans": {"quote": 2}}, "articles": [{"path": "articles/a.txt", "file": "annotations/a.txt.json"}], "files": [{"path": "sorot.json", "sha256": "00", "bytes": 2}]}"#
        ],
        check: check_release,
    },
    Target {
        name: "article",
        seeds: seeds![
            "“Kami siap,” kata Menteri 🇮🇩 itu.\r\nTank dikirim.\n",
            "\u{feff}Привет, мир",
            "A\0B\0\n\0C\0",
        ],
        check: check_article,
    },
    Target {
        name: "globs",
        seeds: seeds!["articles/**", "extra/*.{txt,md}", "[a-z]?/**/x.txt", "{a,{b,c}}/[!x]*"],
        check: check_globs,
    },
    Target {
        name: "query",
        seeds: seeds!["Kyiv", r"(?i)R(us|oman)ia\b", r"\p{Lu}\w{2,5}[^a-z]+?", "e\u{301} x"],
        check: check_query,
    },
    Target { name: "marked", seeds: seeds![MARKED], check: check_marked },
    Target {
        name: "reader",
        seeds: seeds![
            "<!doctype html><meta charset=utf-8><title>T | S</title><script type='application/ld+json'>{\"@type\": \"NewsArticle\", \"author\": [{\"name\": \"A\"}]}</script><nav><a href=/>x</a></nav><article><h1>T</h1><p>Kyiv &amp; &#x1F1EE;<br><ul><li>a<table><tr><td>b<td>c</table></article>",
            "---\ntitle: T\n---\n# T\n\n*Kyiv* [x](y)[^1]\n\n| a | b |\n|--|--|\n| 1 | 2 |\n\n[^1]: n\n",
            "{\\rtf1\\ansi\\ansicpg1251{\\fonttbl{\\f0\\fcharset204 A;}}{\\info{\\title T}}\\f0\\'ca\\u8364?\\par{\\footnote n}\\trowd\\intbl a\\cell\\row\\bin2 ab}",
            "<?xml version='1.0'?><w:document><w:p><w:pPr/><w:r><w:t>Kyiv &lt;</w:t><w:tab/><w:br/></w:r></w:p><w:tbl><w:tr><w:tc><w:p><w:t>a</w:t></w:p></w:tc></w:tr></w:tbl><text:p>b<text:s text:c=\"3\"/></text:p></w:document>",
            "id;judul;isi\r\n7;\"a\"\"b\";\"Kyiv\ndiserang\"\r\n",
            "{\"id\": 7, \"text\": \"Kyiv \\ud83c\\uddee\", \"n\": [1.5, null]}\n",
            PDF,
        ],
        check: check_reader,
    },
    Target { name: "format", seeds: exported, check: check_format },
    Target { name: "printable", seeds: seeds!["a\u{1b}[31m\u{202e}b\n"], check: check_printable },
    #[cfg(feature = "gui")]
    Target {
        name: "settings",
        seeds: seeds![
            r#"{"zoom": 1.25, "theme": "dark", "recent": ["/a/b"], "column": 600.0, "line_spacing": 1.5}"#,
        ],
        check: check_settings,
    },
];

fn schema() -> Schema {
    PRESETS[0].schema()
}

fn key() -> SetKey {
    SetKey { document: DocumentId::from("articles/a.txt"), owner: Owner::named("Rina") }
}

/// What was read is written so that it reads and writes the same again.
fn check_set(bytes: &[u8]) {
    let schema = schema();
    let read = |bytes: &[u8]| file::read_set(bytes, "a", &schema, &mut Report::default());
    drop(file::read_header(bytes, "a"));
    file::read_owner(bytes);
    let Ok(first) = read(bytes) else { return };
    let write = |stored: &file::StoredSet| {
        let document =
            Document { id: key().document, text: stored.text.clone(), source: stored.source.clone() };
        file::write_set(&key(), &document, &stored.set, &schema)
    };
    if first.set.is_read_only {
        return;
    }
    let written = write(&first);
    let again = read(&written).expect("what was written can be read");
    assert_eq!(again.text, first.text, "the text stays");
    let n = |set: &AnnotationSet| {
        set.annotations().len() + set.relations().len() + set.entities().count() + file::orphans(set).len()
    };
    assert!(n(&again.set) >= n(&first.set), "nothing is dropped");
    assert_eq!(
        String::from_utf8_lossy(&write(&again)),
        String::from_utf8_lossy(&written),
        "the same set gives the same bytes"
    );
}

fn check_project(bytes: &[u8]) {
    let read = |bytes: &[u8]| file::read_project(bytes, "a", &mut Report::default());
    let Ok(first) = read(bytes) else { return };
    let written = file::write_project(&first);
    let again = read(&written).expect("what was written can be read");
    assert_eq!(String::from_utf8_lossy(&file::write_project(&again)), String::from_utf8_lossy(&written));
}

fn check_journal(bytes: &[u8]) {
    let Ok(line) = std::str::from_utf8(bytes) else { return };
    drop(file::read_transaction(line));
    let Ok(first) = file::read_entry(line) else { return };
    let written = file::write_entry(&first);
    assert!(!written.contains('\n'), "an event is a line");
    let again = file::read_entry(&written).expect("what was written can be read");
    assert_eq!(file::write_entry(&again), written);
}

/// What comes back is whole, and there is nothing more to get out of it.
fn check_salvage(bytes: &[u8]) {
    for format in ["sorot-annotations", "sorot-project"] {
        let salvaged = file::salvage(bytes, "a", format, &mut Report::default());
        for version in salvaged.versions.iter().chain(&salvaged.base) {
            let json: &serde_json::value::RawValue =
                serde_json::from_slice(version).unwrap_or_else(|error| panic!("it is JSON: {error}"));
            assert!(json.get().starts_with('{'));
            let mut report = Report::default();
            let again = file::salvage(version, "a", format, &mut report);
            assert_eq!((report.problems.len(), again.versions.len()), (0, 1), "{report:?}");
            assert_eq!(String::from_utf8_lossy(&again.versions[0]), String::from_utf8_lossy(version));
        }
    }
}

/// Both halves of the input are versions of one file.
fn check_merge(bytes: &[u8]) {
    let schema = schema();
    let read = |bytes: &[u8]| file::read_set(bytes, "a", &schema, &mut Report::default());
    let (Ok(base), Ok(theirs)) = (read(SET.as_bytes()), read(bytes)) else { return };
    if theirs.text != base.text || theirs.set.is_read_only {
        return;
    }
    for (base, ours) in [(&base.set, &base.set), (&AnnotationSet::default(), &base.set)] {
        let merged = merge(base, ours, &theirs.set, &mut Report::default());
        let again = merge(base, &merged, &theirs.set, &mut Report::default());
        assert!(merged.annotations().eq(again.annotations()), "merging the same again changes nothing");
        let ends = merged.relations().flat_map(|it| [&it.from, &it.to]);
        assert!(ends.into_iter().all(|id| merged.annotation(id).is_some()), "no relation loses its ends");
    }
}

fn check_assignments(bytes: &[u8]) {
    if let Ok(assignments) = file::read_assignments(bytes, "assignments.json") {
        let written = file::write_assignments(&assignments);
        assert_eq!(file::read_assignments(&written, ""), Ok(assignments), "what is written comes back");
    }
}

fn check_rulings(bytes: &[u8]) {
    let mut set = AnnotationSet::default();
    set.extra.set("rulings", std::str::from_utf8(bytes).ok());
    let all = file::rulings(&set);
    let key = SetKey { document: DocumentId::new("a.txt"), owner: Owner::Gold };
    for ruling in &all {
        ruling.overrules("Rina");
        let Some(Edit::Extra { after, .. }) = file::ruling_edit(&key, &set, ruling) else { continue };
        let mut put = set.clone();
        put.extra.set("rulings", after.as_deref());
        assert!(file::rulings(&put).contains(ruling), "what is written comes back");
        assert_eq!(file::rulings(&put).len(), all.len());
    }
}

fn check_release(bytes: &[u8]) {
    // It is shown and compared, and never written again.
    drop(file::read_release(bytes, "release.json", &mut Report::default()));
}

fn check_trash(bytes: &[u8]) {
    let Some(first) = file::read_trash_note(bytes) else { return };
    assert_eq!(file::read_trash_note(&file::write_trash_note(&first)), Some(first));
}

/// A file is read alike each time, or refused with one sentence.
fn check_reader(bytes: &[u8]) {
    let options = [false, true].map(|everything| ReadOptions { everything, ..ReadOptions::default() });
    let read = |file: &str, bytes: &[u8]| {
        for options in &options {
            let read = || reader::read(file, bytes, options, &mut Report::default());
            match read() {
                Ok(articles) => {
                    assert!(articles.iter().any(|it| !it.text.trim().is_empty()), "{file} holds a text");
                    assert_eq!(read().as_ref(), Ok(&articles));
                }
                Err(error) => assert!(!error.to_string().contains('\n'), "{error}"),
            }
        }
    };
    for ending in reader::READERS.iter().flat_map(|reader| reader.endings()) {
        read(&format!("a.{ending}"), bytes);
    }
    // What is in a zip is seldom reached by random bytes.
    read("a.docx", &zip(&[("word/document.xml", bytes), ("docProps/core.xml", bytes)]));
    read("a.odt", &zip(&[("content.xml", bytes), ("meta.xml", bytes)]));
    let container = b"<rootfile full-path='p'/>".as_slice();
    let package = b"<p><item id='c' href='c'/><itemref idref='c'/></p>".as_slice();
    read("a.epub", &zip(&[("META-INF/container.xml", container), ("p", package), ("c", bytes)]));
    read("a.epub", &zip(&[("META-INF/container.xml", container), ("p", bytes)]));
}

/// All files that the formats write, and some of those that are only read.
fn exported() -> Vec<Vec<u8>> {
    let read_only = [
        "#FORMAT=WebAnno TSV 3.3\n#T_SP=webanno.custom.Quote|value|kind\n#T_RL=webanno.custom.Says|role|BT_webanno.custom.Quote\n\n\n#Text=Kyiv is\n1-1\t0-4\tKyiv\tA[1]\td[1]\tx\t1-2[0_1]\n1-2\t5-7\tis\tA[1]\t*[1]\t_\t_\n",
        "QUOTE\tQ1\t0\t0\t0\t1\tKyiv is\nATTRIB\tQ1\tÉva_B-0\n",
        r#"{"_id": "D1", "documentId": "D1", "text": "Kyiv is", "begin": 0, "end": 4, "type": "P", "value": "Kyiv", "sourceBegin": 0, "sourceEnd": 4, "targetBegin": 0, "targetEnd": 4, "confidence": 1}"#,
    ];
    let bundles = contracts::writers().map(|it| contracts::export(it, &mut Report::default()));
    let written = bundles.flat_map(|it| it.files).map(|(_, bytes)| bytes);
    written.chain(read_only.map(Vec::from)).collect()
}

/// Each format takes it in place of each file that it writes, or refuses it with one sentence; and
/// what came in can go out. Those that are only read get it by the names that their files have.
fn check_format(bytes: &[u8]) {
    static WRITTEN: OnceLock<Vec<Bundle>> = OnceLock::new();
    let export = |it: &&dyn Format| contracts::export(*it, &mut Report::default());
    let written = WRITTEN.get_or_init(|| FORMATS.iter().map(export).collect());
    let schema = schema();
    for (format, written) in FORMATS.iter().zip(written).filter(|(it, _)| it.capabilities().reads) {
        let mut bundles = vec![written.clone(); written.files.len()];
        for (i, bundle) in bundles.iter_mut().enumerate() {
            bundle.files[i].1 = bytes.to_vec();
        }
        if bundles.is_empty() {
            let names = ["a.ann", "a.txt", "documents.json", "entities.json", "relations.json"];
            bundles.push(Bundle { files: names.map(|it| (it.to_owned(), bytes.to_vec())).into() });
        }
        for bundle in bundles {
            match format.import(&bundle, &ImportOptions::default(), &schema, &mut Report::default()) {
                Ok(articles) => {
                    format.export(&articles, &ExportOptions::default(), &schema, &mut Report::default());
                }
                Err(error) => assert!(!error.to_string().contains('\n'), "{}: {error}", format.id()),
            }
        }
    }
}

thread_local! {
    static FOLDER: TempDir = TempDir::new().unwrap();
}

/// An article that is read says how, and is told if some bytes meant nothing.
fn check_article(bytes: &[u8]) {
    FOLDER.with(|folder| {
        fs::write(folder.path().join("a.txt"), bytes).unwrap();
        let opened = Folder::open(&folder.path().join("a.txt"), &mut Report::default()).unwrap();
        let mut report = Report::default();
        let Ok(document) = opened.folder.read_document(&DocumentId::from("a.txt"), &mut report) else {
            return;
        };
        assert_eq!(document.source.file_sha256, file::sha256(bytes));
        assert_eq!(document.source.text_sha256, file::sha256(document.text.as_str().as_bytes()));
        if std::str::from_utf8(bytes).is_ok_and(|it| !it.starts_with('\u{feff}'))
            && document.source.encoding == "utf-8"
        {
            assert_eq!(document.text.as_str().as_bytes(), bytes);
            assert!(report.is_empty());
        }
    });
}

fn check_globs(bytes: &[u8]) {
    let pattern = serde_json::to_string(&String::from_utf8_lossy(bytes)).unwrap();
    FOLDER.with(|folder| {
        let json = format!(
            r#"{{"format": "sorot-project", "version": 1, "schema": {{}}, "articles": [{pattern}]}}"#
        );
        let dir = folder.path().join("globs");
        fs::create_dir_all(dir.join("extra")).unwrap();
        fs::write(dir.join("extra/x.txt"), "").unwrap();
        fs::write(dir.join("sorot.json"), json).unwrap();
        let opened = Folder::open(&dir, &mut Report::default()).unwrap();
        assert!(opened.articles.len() <= 1);
    });
}

/// What is found starts and ends between characters, in order.
fn check_query(bytes: &[u8]) {
    let pattern = String::from_utf8_lossy(bytes).into_owned();
    let text =
        Text::new("Kyiv diserang. “Kami siap,” kata Menteri\r\n🇮🇩 Éva: e\u{301} Rusia; Romania 1.234,5\n");
    for i in 0..8 {
        let query = Query {
            pattern: pattern.clone(),
            matches_case: i & 1 > 0,
            is_whole_words: i & 2 > 0,
            is_regex: i & 4 > 0,
        };
        let Ok(finder) = query.compile() else { continue };
        let Some(matches) = finder.find(&text, || false) else { continue };
        let ends: Vec<_> = matches.ranges().iter().flat_map(|it| [it.start(), it.end()]).collect();
        assert!(ends.is_sorted(), "matches are in order");
        for range in matches.ranges() {
            text.slice(*range);
        }
    }
}

fn check_marked(bytes: &[u8]) {
    let Ok(string) = std::str::from_utf8(bytes) else { return };
    let Ok(first) = Marked::parse(string) else { return };
    let written = first.to_string();
    let again = Marked::parse(&written).unwrap_or_else(|error| panic!("{error}: {written}"));
    assert_eq!(again.to_string(), written);
}

fn check_printable(bytes: &[u8]) {
    let string = String::from_utf8_lossy(bytes);
    let shown = printable(&string);
    assert!(!shown.contains(is_unprintable));
    assert_eq!(printable(&shown), shown);
}

#[cfg(feature = "gui")]
fn check_settings(bytes: &[u8]) {
    use sorot::gui::settings::Settings;
    FOLDER.with(|folder| {
        let path = folder.path().join("settings.json");
        fs::write(&path, bytes).unwrap();
        let settings = Settings::load(&path);
        assert!(settings.zoom >= 0.5 && settings.zoom <= 4.0);
    });
}

/// What is wrong with an answer; a panic counts, and so does one that takes long.
fn failure(target: &Target, input: &[u8]) -> Option<String> {
    let started = ThreadTime::now();
    let answer = catch_unwind(AssertUnwindSafe(|| (target.check)(input)));
    if let Err(panic) = answer {
        let message = panic.downcast_ref::<String>().map(String::as_str);
        let message = message.or_else(|| panic.downcast_ref::<&str>().copied());
        return Some(message.unwrap_or("a panic of an unknown kind").to_owned());
    }
    let elapsed = started.elapsed();
    (elapsed > Duration::from_secs(5)).then(|| format!("it takes long: {elapsed:?}"))
}

#[test]
fn old_failures_of_the_parsers_stay_mended() {
    let mut n = 0;
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let name = name.split(['-', '.']).next().unwrap();
        let target = TARGETS.iter().find(|it| it.name == name);
        if cfg!(not(feature = "gui")) && name == "settings" {
            continue;
        }
        let target = target.unwrap_or_else(|| panic!("{path:?} is named after no target"));
        assert_eq!(failure(target, &fs::read(&path).unwrap()), None, "{path:?}");
        n += 1;
    }
    assert!(n > 0, "there are cases");
}

#[test]
fn random_input_breaks_no_promise_of_a_parser() {
    let seconds = std::env::var("SOROT_FUZZ_SECONDS").ok().and_then(|it| it.parse().ok());
    let only = std::env::var("SOROT_FUZZ_TARGET").ok();
    let mut found = Vec::new();
    for target in TARGETS.iter().filter(|target| only.as_deref().is_none_or(|it| it == target.name)) {
        match seconds {
            Some(seconds) => found.extend(run(target, Duration::from_secs(seconds))),
            None => {
                let (seeds, mut random) = ((target.seeds)(), Rng::with_seed(0x5e_ed));
                for i in 0..N_CASES {
                    let input = input(&seeds, &mut random);
                    if let Some(what) = failure(target, &input) {
                        let input = smaller(target, input, &kind(&what));
                        panic!("{} {i}: {what}\n{}", target.name, String::from_utf8_lossy(&input));
                    }
                }
            }
        }
    }
    assert!(found.is_empty(), "written to {:?}: {found:#?}", folder());
}

/// Tries new input for some processor time; returns what failed, once for each kind of failure.
#[expect(clippy::print_stdout, reason = "a run of an hour tells how far it is")]
fn run(target: &Target, time: Duration) -> Vec<String> {
    let (start, mut told) = (ThreadTime::now(), Duration::ZERO);
    let (seeds, mut random) = ((target.seeds)(), Rng::new());
    let mut kinds = BTreeSet::new();
    let mut failed = Vec::new();
    for n in 0_u64.. {
        let elapsed = start.elapsed();
        if elapsed >= told || elapsed >= time {
            println!(
                "{}: {n} inputs in {:.0} s, {} failures",
                target.name,
                elapsed.as_secs_f64(),
                failed.len()
            );
            told += Duration::from_secs(60);
        }
        if elapsed >= time {
            break;
        }
        let seed = random.u64(..);
        let input = input(&seeds, &mut Rng::with_seed(seed));
        let Some(what) = failure(target, &input) else { continue };
        if kinds.insert(kind(&what)) {
            let input = smaller(target, input, &kind(&what));
            fs::write(folder().join(format!("{}-{seed:016x}", target.name)), &input).unwrap();
            failed.push(format!("{}: {what}", target.name));
        }
    }
    failed
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases/parsers")
}

/// What a failure says without its numbers and texts.
fn kind(what: &str) -> String {
    let what = what.split(['"', '{', '[', '`', '\n']).next().unwrap_or_default();
    what.chars().filter(|character| !character.is_ascii_digit()).collect()
}

/// Input that fails alike, with less in it.
fn smaller(target: &Target, mut input: Vec<u8>, wanted: &str) -> Vec<u8> {
    let end = Instant::now() + SHRINKING;
    let mut size = input.len().div_ceil(2);
    while size > 0 && Instant::now() < end {
        let starts = (0..input.len()).step_by(size);
        let shorter = starts.map(|at| [&input[..at], &input[(at + size).min(input.len())..]].concat());
        let found = shorter
            .take_while(|_| Instant::now() < end)
            .find(|candidate| failure(target, candidate).is_some_and(|what| kind(&what) == wanted));
        match found {
            Some(found) => input = found,
            None if size == 1 => break,
            None => size = size.div_ceil(2),
        }
    }
    input
}

/// A seed with some things changed, or now and then noise.
fn input(seeds: &[Vec<u8>], random: &mut Rng) -> Vec<u8> {
    if random.u8(..) == 0 {
        return (0..random.usize(..300)).map(|_| random.u8(..)).collect();
    }
    let pick = |random: &mut Rng| seeds[random.usize(..seeds.len())].as_slice();
    let mut input = pick(random).to_vec();
    for _ in 0..1 + random.usize(..4) {
        input =
            if random.bool() { structured(&input, random) } else { scrambled(input, pick(random), random) };
        input.truncate(MOST_BYTES);
    }
    input
}

/// Values that readers stumble over.
const ODD: &[&str] = &[
    "null",
    "true",
    "0",
    "-1",
    "1e999",
    "18446744073709551616",
    "4294967295",
    "\"\"",
    "\"\\ud800\"",
    "\"\\u0000\"",
    "[]",
    "{}",
    "[[]]",
    "{\"\": {}}",
    "[1, 2]",
    "[[0, 1], [1, 0]]",
    "\"gold\"",
    "\"../x\"",
    "\"s1\"",
    "\"done\"",
    "{\"id\": \"s1\"}",
    "\"\u{202e}\"",
    "1.5",
    "\"2026-11-22T20:31:05Z\"",
    "{\"how\": \"suggested\", \"by\": 1}",
];

/// Whole JSON values are swapped, dropped, doubled, nested and replaced by odd ones.
fn structured(input: &[u8], random: &mut Rng) -> Vec<u8> {
    let values = values(input);
    if values.is_empty() {
        return input.to_vec();
    }
    let (start, end) = values[random.usize(..values.len())];
    let (from, to) = values[random.usize(..values.len())];
    let value = &input[start..end];
    let new: Vec<u8> = match random.u8(..6) {
        0 => input[from..to].to_vec(),
        1 => Vec::new(),
        2 => [value, b", ", value].concat(),
        3 => [b"[", value, b"]"].concat(),
        _ => ODD[random.usize(..ODD.len())].into(),
    };
    [&input[..start], &new, &input[end..]].concat()
}

/// Where the values of a JSON text are, keys too; of broken text those that are whole.
fn values(input: &[u8]) -> Vec<(usize, usize)> {
    let mut values = Vec::new();
    let mut open = Vec::new();
    let mut at = 0;
    while at < input.len() {
        let start = at;
        at += 1;
        match input[start] {
            b'"' => {
                while at < input.len() && input[at] != b'"' {
                    at += if input[at] == b'\\' { 2 } else { 1 };
                }
                at = (at + 1).min(input.len());
                values.push((start, at));
            }
            b'{' | b'[' => open.push(start),
            b'}' | b']' => values.extend(open.pop().map(|start| (start, at))),
            b'0'..=b'9' | b'-' | b't' | b'f' | b'n' => {
                while at < input.len() && (input[at].is_ascii_alphanumeric() || b".+-".contains(&input[at])) {
                    at += 1;
                }
                values.push((start, at));
            }
            _ => {}
        }
    }
    values
}

/// Bytes are flipped, cut, doubled, moved and mixed with another seed's.
fn scrambled(mut input: Vec<u8>, other: &[u8], random: &mut Rng) -> Vec<u8> {
    const BITS: &[&[u8]] = &[
        b"\0",
        b"\"",
        b"\\",
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b"\n",
        b"\r\n",
        b"<<<<<<< x\n",
        b"=======\n",
        b">>>>>>> x\n",
        b"\xff",
        b"\xef\xbb\xbf",
        b"\xed\xa0\x80",
        b"\xf0\x9f\x87\xae",
        b"\xcc\x81",
        b"\xff\xfe",
        b"\\ud800",
        b"\xe2\x80\xae",
        b"---\n",
        b"{/1}",
        b"(",
        b"*",
        b"**/",
        b"{2147483648}",
    ];
    let n = input.len();
    if n == 0 {
        return other.to_vec();
    }
    let at = random.usize(..n);
    let end = n.min(at + 1 + random.usize(..64));
    match random.u8(..8) {
        0 => input[at] ^= 1 << random.u8(..8),
        1 => input[at] = random.u8(..),
        2 => input.truncate(at),
        3 => drop(input.drain(at..end)),
        4 => {
            let piece = input[at..end].to_vec();
            let to = random.usize(..=n);
            input.splice(to..to, piece);
        }
        5 => {
            let from = random.usize(..other.len());
            let piece = &other[from..other.len().min(from + 64)];
            input.splice(at..end, piece.iter().copied());
        }
        _ => {
            let bits = BITS[random.usize(..BITS.len())];
            input.splice(at..at, bits.iter().copied());
        }
    }
    input
}
