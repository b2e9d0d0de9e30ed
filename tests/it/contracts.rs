//! What every row of a plug table promises. Adding a row to the table adds the row to the tests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;
use sorot::file::{PRESETS, read_set};
use sorot::format::{
    Article, Articles, Bundle, ExportOption, ExportOptions, FORMATS, Format, FormatError, ImportOptions,
    Overlap, Scheme, Texts, recognise,
};
use sorot::model::{
    Annotation, Attributes, Document, Owner, Problem, Relation, Report, Schema, Severity, Source,
};
use sorot::text::{OffsetUnit, Span, Text};

/// Two articles with everything that a format may be able to hold: characters of one to four
/// bytes, spans that nest, cross, coincide and have several fragments, relations, attributes.
const FILE: &str = r#"{
  "format": "sorot-annotations",
  "version": 1,
  "article": {"path": "articles/a.txt", "encoding": "utf-8", "bom": false, "newline": "none"},
  "annotator": "Rina",
  "role": "annotator",
  "schema": {"id": "news-simple", "version": "1"},
  "status": "done",
  "offsets": {"unit": "code_point", "base": 0, "end": "exclusive"},
  "text": "😀 “Ya,” ujar Éva, “AS kirim\u2028rudal AS.”",
  "entities": [{"id": "e1", "kind": "person", "name": "Éva", "wikidata": "Q1"}],
  "spans": [
    {"id": "s1", "label": "quote", "start": 2, "end": 38, "fragments": [[2, 7], [18, 38]], "text": "“Ya,” “AS kirim\u2028rudal AS.”", "attributes": {"quote_type": "direct"}, "origin": {"how": "manual"}},
    {"id": "s2", "label": "speaker", "start": 13, "end": 16, "text": "Éva", "entity": "e1", "note": "who?", "origin": {"how": "suggested", "by": "rules", "score": 0.5}},
    {"id": "s3", "label": "weapon", "start": 28, "end": 36, "text": "rudal AS", "attributes": {"weapon_class": "missile_rocket"}},
    {"id": "s4", "label": "country", "start": 34, "end": 36, "text": "AS", "attributes": {"iso": "US"}},
    {"id": "s5", "label": "speaker", "start": 34, "end": 36, "text": "AS"},
    {"id": "s6", "label": "weapon", "start": 22, "end": 33, "text": "kirim\u2028rudal"}
  ],
  "relations": [{"id": "r1", "label": "says", "from": "s2", "to": "s1", "note": "sure"}]
}"#;

#[test]
fn ids_are_unique_and_typeable() {
    let ids: BTreeSet<&str> = FORMATS.iter().map(|it| it.id()).collect();
    assert_eq!(ids.len(), FORMATS.len());
    for format in FORMATS {
        let is_typeable = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-';
        assert!(!format.id().is_empty() && format.id().chars().all(is_typeable), "{}", format.id());
        assert!(!format.summary().is_empty() && !format.summary().ends_with('.'), "{}", format.id());
        let found = sorot::format::find(format.id()).expect("a format is found by its id");
        assert_eq!(found.id(), format.id());
    }
    assert!(sorot::format::find("no-such-format").is_none());
}

#[test]
fn ids_are_never_renamed() {
    let ids: Vec<&str> = FORMATS.iter().map(|it| it.id()).collect();
    for id in [
        "jsonl",
        "json",
        "spacy",
        "spacy-jsonl",
        "conll",
        "brat",
        "label-studio",
        "cas-json",
        "csv",
        "tsv",
        "cas-xmi",
        "hugging-face",
        "hugging-face-jsonl",
        "citron",
        "html",
        "prodigy",
        "web-annotation",
        "stam",
        "bdocjs",
        "tei",
        "webanno-tsv",
        "doccano",
        "re3d",
        "litbank",
    ] {
        assert!(ids.contains(&id), "scripts call {id}");
    }
}

#[test]
fn every_format_reads_or_writes() {
    for format in FORMATS {
        let capabilities = format.capabilities();
        assert!(capabilities.reads || capabilities.writes, "{}", format.id());
        let files = Bundle { files: vec![("a.json".to_owned(), FILE.as_bytes().to_vec())] };
        let result = format.import(&files, &ImportOptions::default(), &schema(), &mut Report::default());
        let is_write_only = matches!(result, Err(FormatError::WriteOnly { .. }));
        assert_eq!(is_write_only, !capabilities.reads, "{}", format.id());
    }
}

#[test]
fn what_is_written_is_the_same_each_time() {
    for format in writers() {
        let bundles = [(); 2].map(|()| export(format, &mut Report::default()));
        assert_eq!(bundles[0], bundles[1], "{}", format.id());
        let names: BTreeSet<&str> = bundles[0].files.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names.len(), bundles[0].files.len(), "{}", format.id());
        assert!(!names.is_empty(), "{}", format.id());
        assert!(!format.capabilities().one_file || names.len() == 1, "{}: {names:?}", format.id());
    }
}

/// What comes back is what went out, as far as the format can hold it; each span that does not is
/// named by the report.
#[test]
fn what_is_read_was_written() {
    for format in writers().filter(|format| format.capabilities().reads) {
        let (id, capabilities) = (format.id(), format.capabilities());
        let mut report = Report::default();
        let bundle = export(format, &mut report);
        let mut problems = Report::default();
        let read = format
            .import(&bundle, &ImportOptions::default(), &schema(), &mut problems)
            .expect("what was written can be read");
        assert!(problems.is_empty(), "{id}: {problems:?}");
        assert_eq!(read.len(), articles().len(), "{id}");
        for (before, after) in articles().iter().zip(&read) {
            if !capabilities.text {
                continue;
            }
            assert_eq!(before.document.text, after.document.text, "{id}");
            let is_lost = |it: &Annotation| {
                let is_it = |problem: &Problem| problem.place.annotation.as_ref() == Some(&it.id);
                report.problems.iter().any(is_it)
            };
            let kept = || before.set.annotations().filter(|it| !is_lost(it));
            let what = |it: &Annotation| {
                let attributes =
                    if capabilities.attributes { it.attributes.clone() } else { Attributes::new() };
                (it.span.clone(), it.label.clone(), format!("{attributes:?}"))
            };
            let sorted = |mut all: Vec<(Span, String, String)>| {
                all.sort();
                all
            };
            assert_eq!(
                sorted(kept().map(|it| what(it)).collect()),
                sorted(after.set.annotations().map(|it| what(it)).collect()),
                "{id}"
            );
            if capabilities.overlapping && capabilities.discontinuous {
                assert_eq!(kept().count(), before.set.annotations().len(), "{id}");
            }
            if capabilities.relations {
                let ends = |article: &Article, relation: &Relation| {
                    let end = |id| article.set.annotation(id).map(|it| (it.span.clone(), it.label.clone()));
                    (relation.label.clone(), end(&relation.from), end(&relation.to))
                };
                let relations = |article: &Article| -> Vec<_> {
                    article.set.relations().map(|it| ends(article, it)).collect()
                };
                assert_eq!(relations(before), relations(after), "{id}");
            }
        }
    }
}

/// Articles as a project hands them over, one at a time.
struct OneByOne<'a>(&'a [Article]);

impl Articles for OneByOne<'_> {
    fn owners(&self) -> BTreeSet<Owner> {
        self.0.owners()
    }

    fn for_each_portion(&mut self, report: &mut Report, take: &mut dyn FnMut(&[Article], &mut Report)) {
        take(&[], report);
        self.0.iter().for_each(|it| take(std::slice::from_ref(it), report));
    }
}

/// What is written bit by bit is what would be written at once, and so are the problems.
#[test]
fn portions_do_not_show_in_an_export() {
    let mut all = articles().to_vec();
    all.extend(all.clone().into_iter().map(|it| Article { owner: Owner::named("Budi"), ..it }));
    for format in writers() {
        let (mut whole, mut bit_by_bit) = (Report::default(), Report::default());
        let options = ExportOptions::default();
        let bundle = format.export(&all, &options, &schema(), &mut whole);
        let mut files = BTreeMap::new();
        format.write(&mut OneByOne(&all), &options, &schema(), &mut files, &mut bit_by_bit);
        let id = format.id();
        assert!(!bundle.files.is_empty(), "{id}");
        assert_eq!(bundle.files, files.into_iter().collect::<Vec<_>>(), "{id}");
        let sorted =
            |report: &Report| report.problems.iter().map(ToString::to_string).collect::<BTreeSet<_>>();
        assert_eq!(sorted(&whole), sorted(&bit_by_bit), "{id}");
    }
}

/// Of articles and annotators whatever they are called, each keeps its annotations, in files that
/// every system takes and that lie inside the export.
#[test]
fn no_two_articles_share_a_file_and_none_leads_out() {
    let names =
        ["../../a.txt", "/etc/a.txt", "a.txt", "A.txt", "con.txt", "a\\b:c.txt", "x/y.txt", "x", "x/y.txt/z"];
    let owners = ["Rina", "../Rina", "rina", "a/b"];
    let [article, _] = articles();
    let of = |id: &str, owner: &str| {
        let document = Document { id: id.into(), ..Document::clone(&article.document) };
        Article { owner: Owner::named(owner), document: document.into(), set: article.set.clone() }
    };
    let all: Vec<_> = names.iter().flat_map(|id| owners.map(|owner| of(id, owner))).collect();
    for format in writers() {
        let id = format.id();
        let bundle = format.export(&all, &ExportOptions::default(), &schema(), &mut Report::default());
        for (path, _) in &bundle.files {
            assert!(path.split('/').all(|part| !["", ".", ".."].contains(&part)), "{id}: {path}");
            assert!(!path.contains([':', '\\']), "{id}: {path}");
        }
        let paths: BTreeSet<_> = bundle.files.iter().map(|(path, _)| path.to_lowercase()).collect();
        assert_eq!(paths.len(), bundle.files.len(), "{id}");
        if format.capabilities().reads {
            let options = ImportOptions::default();
            let read = format.import(&bundle, &options, &schema(), &mut Report::default());
            assert_eq!(read.map(|it| it.len()), Ok(all.len()), "{id}");
        }
    }
}

/// Without texts, nothing of them is written; who has the articles gets everything back, and who has
/// others gets nothing and is told.
#[test]
fn what_is_written_without_texts_needs_the_same_articles() {
    let able: Vec<_> =
        writers().filter(|it| it.capabilities().options.contains(&ExportOption::WithoutText)).collect();
    assert!(!able.is_empty());
    for format in able {
        let id = format.id();
        let options = ExportOptions { without_text: true, ..ExportOptions::default() };
        let bundle = format.export(&articles(), &options, &schema(), &mut Report::default());
        for (name, bytes) in &bundle.files {
            let content = String::from_utf8_lossy(bytes);
            let words = ["ujar", "kirim", "rudal", "“Ya"];
            assert!(!words.iter().any(|it| content.contains(it)), "{id}: {name}: {content}");
        }
        let import = |change: &dyn Fn(&str) -> Option<String>| {
            let known = articles().into_iter().filter_map(|article| {
                let text = Text::new(change(article.document.text.as_str())?.as_str());
                let text_sha256 = sorot::file::sha256(text.as_str().as_bytes());
                let source = Source { text_sha256, ..article.document.source.clone() };
                let path = article.document.id.to_string();
                Some((path, Arc::new(Document { id: article.document.id.clone(), text, source })))
            });
            let texts = Texts::of(known.collect::<BTreeMap<_, _>>());
            let mut report = Report::default();
            let options = ImportOptions { texts, ..ImportOptions::default() };
            let read = format.import(&bundle, &options, &schema(), &mut report).unwrap_or_default();
            let of = |it: &Article| {
                let set = Arc::clone(&it.set);
                let spans = set.annotations().map(|it| (it.label.clone(), it.span.clone()));
                (it.document.id.clone(), spans.collect::<BTreeSet<_>>(), set.relations().len())
            };
            (read.iter().map(of).collect::<Vec<_>>(), report.problems.len())
        };
        let all = |it: &Article| {
            let spans = it.set.annotations().map(|it| (it.label.clone(), it.span.clone()));
            (it.document.id.clone(), spans.collect::<BTreeSet<_>>(), it.set.relations().len())
        };
        let (read, n_problems) = import(&|text| Some(text.to_owned()));
        assert_eq!(read, articles().iter().map(all).collect::<Vec<_>>(), "{id}");
        assert_eq!(n_problems, 0, "{id}");
        let (read, n_problems) = import(&|text| Some(text.replace("kirim", "ambil")));
        assert!(read.iter().all(|(_, spans, _)| spans.is_empty()), "{id}: {read:?}");
        assert!(n_problems > 0 || read.is_empty(), "{id}");
        let (read, _) = import(&|_| None);
        assert!(read.iter().all(|(_, spans, _)| spans.is_empty()), "{id}: {read:?}");
    }
}

/// What a dialog offers makes a difference, and what it does not offer makes none.
#[test]
fn a_format_says_which_choices_it_heeds() {
    for format in writers() {
        let capabilities = format.capabilities();
        let write =
            |options: &ExportOptions| format.export(&articles(), options, &schema(), &mut Report::default());
        let usual = write(&ExportOptions::default());
        for option in ExportOption::ALL {
            let mut options = ExportOptions::default();
            match option {
                ExportOption::Overlap => options.overlap = Overlap::Innermost,
                ExportOption::Scheme => options.scheme = Scheme::Bilou,
                ExportOption::OneColumn => options.one_column = true,
                ExportOption::Unit(unit) => options.unit = Some(unit),
                ExportOption::FormulaSafe => options.formula_safe = true,
                ExportOption::WithoutText => options.without_text = true,
            }
            assert_eq!(options.chosen(), [option]);
            let is_usual = option == ExportOption::Unit(capabilities.offset_unit);
            let heeds = capabilities.options.contains(&option);
            assert_eq!(write(&options) != usual, heeds && !is_usual, "{} {option:?}", format.id());
            assert!(
                !is_usual
                    || heeds
                    || capabilities.options.iter().all(|it| !matches!(it, ExportOption::Unit(_)))
            );
        }
    }
}

#[test]
fn a_format_says_whether_its_offsets_may_be_doubted() {
    for format in writers().filter(|it| it.capabilities().reads) {
        let bundle = export(format, &mut Report::default());
        let read = |unit: Option<OffsetUnit>| {
            let options = ImportOptions { unit, ..ImportOptions::default() };
            let read = format.import(&bundle, &options, &schema(), &mut Report::default());
            let spans =
                |it: &Article| it.set.annotations().map(|it| it.span.clone()).collect::<BTreeSet<_>>();
            read.map(|it| it.iter().map(spans).collect::<Vec<_>>()).unwrap_or_default()
        };
        let takes_unit = read(Some(OffsetUnit::Byte)) != read(None);
        assert_eq!(takes_unit, format.capabilities().takes_unit, "{}", format.id());
    }
}

#[test]
fn files_are_known_by_what_they_hold() {
    for format in writers() {
        let bundle = export(format, &mut Report::default());
        let known = bundle.files.iter().find_map(|(path, bytes)| recognise(path, || bytes.clone()));
        let id = format.capabilities().reads.then(|| format.id());
        assert_eq!(known.map(|it| it.id()), id, "{}", format.id());
    }
    for (path, content) in
        [("a.txt", "{}"), ("a.jsonl", r#"{"text": "Kyiv"}"#), ("a.json", "{}"), ("a.csv", "text")]
    {
        assert!(recognise(path, || content.as_bytes().to_vec()).is_none(), "{path}");
    }
}

#[test]
fn own_files_come_back_whole() {
    let json = sorot::format::find("json").expect("json");
    let bundle = export(json, &mut Report::default());
    let read =
        json.import(&bundle, &ImportOptions::default(), &schema(), &mut Report::default()).expect("read");
    for (before, after) in articles().iter().zip(&read) {
        assert_eq!(before.key(), after.key());
        assert!(before.set.annotations().eq(after.set.annotations()));
        assert!(before.set.relations().eq(after.set.relations()));
        assert!(before.set.entities().eq(after.set.entities()));
    }
}

/// Sorot's own formats say, in the words of their capabilities, all that was there.
#[test]
fn what_is_promised_is_there() {
    for format in ["jsonl", "json"].map(|id| sorot::format::find(id).expect(id)) {
        let capabilities = format.capabilities();
        let objects = json_objects(format);
        assert_eq!(objects.len(), articles().len(), "{}", format.id());
        for object in objects {
            assert_eq!(capabilities.offset_unit, OffsetUnit::CodePoint, "else this test counts wrong");
            let text: Vec<char> = object["text"].as_str().expect("text").chars().collect();
            let spans = object["spans"].as_array().expect("spans");
            let with = |id: &str| spans.iter().find(|it| it["id"] == id).unwrap_or(&Value::Null);
            if capabilities.overlapping {
                assert_eq!(spans.len(), 6, "{}", format.id());
            }
            if capabilities.discontinuous {
                assert_eq!(with("s1")["fragments"], serde_json::json!([[2, 7], [18, 38]]));
            }
            if capabilities.attributes {
                assert_eq!(with("s4")["attributes"]["iso"], "US");
            }
            if capabilities.relations {
                assert_eq!(object["relations"][0]["from"], "s2");
                assert_eq!(object["relations"][0]["to"], "s1");
            }
            assert_eq!(object["entities"][0]["wikidata"], "Q1");
            for span in spans.iter().filter(|it| it["fragments"].is_null()) {
                let index = |key: &str| span[key].as_u64().expect("an offset") as usize;
                let surface: String = text[index("start")..index("end")].iter().collect();
                assert_eq!(span["text"], surface, "{}", format.id());
            }
        }
    }
}

/// JSON allows three characters in strings that some readers take for the end of a line.
#[test]
fn a_line_is_a_line_for_every_reader() {
    let jsonl = sorot::format::find("jsonl").expect("jsonl");
    let bundle = export(jsonl, &mut Report::default());
    let string = String::from_utf8(bundle.files[0].1.clone()).expect("UTF-8");
    assert_eq!(string.lines().count(), 2);
    assert!(!string.contains(['\u{85}', '\u{2028}', '\u{2029}']));
    assert!(string.contains('É') && string.contains("\\u2028"));
}

#[test]
fn what_an_export_leaves_behind_is_reported() {
    let with_orphan = FILE.replace(r#""start": 13, "end": 16"#, r#""start": 13, "end": 99"#);
    let with_unknown = with_orphan.replace(r#""status""#, r#""mood": "fine", "status""#);
    let article = article(&with_unknown, "articles/a.txt", &mut Report::default());
    let jsonl = sorot::format::find("jsonl").expect("jsonl");
    let mut report = Report::default();
    jsonl.export(&[article], &ExportOptions::default(), &schema(), &mut report);
    let problems: Vec<_> = report.problems.iter().map(|it| (it.severity, it.to_string())).collect();
    expect_test::expect![[r#"
        [
            (
                Warning,
                "spans and relations without a place in the text are not exported, 2 of them: articles/a.txt",
            ),
            (
                Note,
                "unknown keys are not exported, \"mood\": articles/a.txt",
            ),
        ]
    "#]]
    .assert_debug_eq(&problems);
    assert_eq!(report.problems[0].severity, Severity::Warning);
}

#[test]
fn presets_have_no_problem() {
    let names: BTreeSet<&str> = PRESETS.iter().map(|it| it.name).collect();
    assert_eq!(names.len(), PRESETS.len());
    assert_eq!(PRESETS[0].name, "simple", "the default");
    for preset in PRESETS {
        let schema = preset.schema();
        let keys: BTreeSet<char> = schema.labels.iter().filter_map(|label| label.key).collect();
        assert_eq!(keys.len(), schema.labels.len(), "{}: every label has a key of its own", preset.name);
        for label in &schema.labels {
            assert!(!label.definition.is_empty(), "{}: {}", preset.name, label.name);
            assert!(label.color.is_some(), "{}: {}", preset.name, label.name);
        }
        for relation in &schema.relations {
            for end in relation.from.iter().chain(&relation.to) {
                assert!(schema.label(end).is_some(), "{}: {} leads to {end}", preset.name, relation.name);
            }
        }
    }
}

pub(crate) fn export(format: &dyn Format, report: &mut Report) -> Bundle {
    format.export(&articles(), &ExportOptions::default(), &schema(), report)
}

pub(crate) fn writers() -> impl Iterator<Item = &'static dyn Format> {
    FORMATS.iter().copied().filter(|format| format.capabilities().writes)
}

fn schema() -> Schema {
    PRESETS[0].schema()
}

fn articles() -> [Article; 2] {
    ["articles/a.txt", "articles/b/c.txt"].map(|path| {
        let mut report = Report::default();
        let article = article(FILE, path, &mut report);
        assert!(report.is_empty(), "{report:?}");
        article
    })
}

fn article(file: &str, path: &str, report: &mut Report) -> Article {
    let file = file.replace("articles/a.txt", path);
    let stored = read_set(file.as_bytes(), "a.json", &schema(), report).expect("an annotation file");
    Article {
        owner: sorot::model::Owner::named(&stored.annotator),
        document: Arc::new(sorot::model::Document {
            id: stored.path.as_str().into(),
            text: stored.text,
            source: stored.source,
        }),
        set: Arc::new(stored.set),
    }
}

fn json_objects(format: &dyn Format) -> Vec<Value> {
    let bundle = export(format, &mut Report::default());
    let parse = |bytes: &[u8]| serde_json::from_slice(bytes).expect("JSON");
    let files = bundle.files.iter().map(|(_, bytes)| bytes.as_slice());
    if format.capabilities().one_file {
        files.flat_map(|it| it.split_inclusive(|&byte| byte == b'\n').map(parse)).collect()
    } else {
        files.map(parse).collect()
    }
}
