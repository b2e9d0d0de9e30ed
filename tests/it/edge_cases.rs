//! The edge cases of the field, each through the disk: it opens, holds exactly the expected spans,
//! saves and loads back with the same offsets, and its article is never altered.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value as Json, json};
use sorot::file::{self, Preset, ProjectFile, n_orphans};
use sorot::model::{
    AnnotationSet, Document, DocumentId, Owner, Problem, Report, Schema, SetKey, Severity, Timestamp,
};
use sorot::store::{Folder, LoadedSet};
use sorot::text::{OffsetUnit, Range, Text};

const ARTICLE: &str = "articles/case.txt";
const SET: &str = "annotations/rina/case.txt.json";

pub(crate) fn cases() -> Vec<Json> {
    let file: Json = serde_json::from_str(include_str!("../cases/edge_cases.json")).unwrap();
    file["cases"].as_array().unwrap().clone()
}

/// The article's content: the case's text, where that is abridged at full length.
pub(crate) fn content(case: &Json) -> String {
    let text = case["text"].as_str().unwrap();
    match case["n"].as_u64().unwrap() {
        67 => format!("{} Kyiv ", "x".repeat(40)).repeat(200_000 / 46 + 1).chars().take(200_000).collect(),
        68 => format!("https://contoh.id/{}/Kyiv", "a".repeat(4_977)),
        _ => text.to_owned(),
    }
}

/// A span's pieces in code points, as the set must hold them.
pub(crate) type Pieces = Vec<(usize, usize)>;

pub(crate) fn pieces(case: &Json, span: &Json) -> Pieces {
    if let Some(stored) = case["extra"]["stored"].as_array() {
        return vec![(stored[0].as_u64().unwrap() as usize, stored[1].as_u64().unwrap() as usize)];
    }
    let number = |json: &Json| json.as_u64().unwrap() as usize;
    let fragments = span["fragments"].as_array().unwrap().iter();
    fragments.map(|it| (number(&it["start"]), number(&it["end"]))).collect()
}

/// A span of an annotation file, not made by our writer.
fn file_span(case: &Json, span: &Json) -> Json {
    let pieces = pieces(case, span);
    let surface: Vec<&str> =
        span["fragments"].as_array().unwrap().iter().map(|it| it["text"].as_str().unwrap()).collect();
    let mut json = json!({
        "id": span["id"], "label": span["label"],
        "start": pieces[0].0, "end": pieces[pieces.len() - 1].1,
        "text": surface.join(" "), "attributes": span["attributes"],
    });
    if pieces.len() > 1 {
        json["fragments"] = json!(pieces.iter().map(|&(start, end)| [start, end]).collect::<Vec<_>>());
    }
    json
}

fn file_relations(case: &Json) -> Vec<Json> {
    let relations = case["relations"].as_array().unwrap().iter().enumerate();
    relations
        .map(
            |(i, it)| json!({"id": format!("r{i}"), "label": it["type"], "from": it["from"], "to": it["to"]}),
        )
        .collect()
}

fn file_of(text: &str, annotator: &str, spans: &[Json], relations: &[Json]) -> String {
    let hash = file::sha256(text.as_bytes());
    json!({
        "format": "sorot-annotations", "version": 1,
        "article": {"path": ARTICLE, "file_sha256": hash, "text_sha256": hash},
        "annotator": annotator, "status": "in_progress", "text": text,
        "entities": [], "spans": spans, "relations": relations,
    })
    .to_string()
}

/// A project on disk with one article.
struct Case {
    root: tempfile::TempDir,
    schema: Schema,
    article: Vec<u8>,
}

impl Case {
    fn new(content: &str) -> Case {
        let root = tempfile::tempdir().unwrap();
        let schema = Preset::named("full").unwrap().schema();
        Folder::create(root.path(), &ProjectFile::new("Cases", schema.clone())).unwrap();
        fs::write(root.path().join(ARTICLE), content).unwrap();
        Case { root, schema, article: content.as_bytes().to_vec() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn write(&self, name: &str, content: &str) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), content).unwrap();
    }

    fn open(&self) -> (Folder, Document) {
        let mut report = Report::default();
        let opened = Folder::open(self.root.path(), &mut report).unwrap();
        assert_eq!(opened.articles, [DocumentId::from(ARTICLE)]);
        let document = opened.folder.read_document(&opened.articles[0], &mut report).unwrap();
        assert_eq!(report.problems, []);
        (opened.folder, document)
    }

    fn read(&self, folder: &Folder, document: &Document, owner: &str) -> (LoadedSet, Vec<Problem>) {
        let mut report = Report::default();
        let loaded = folder.read_set(&key(owner), document, &self.schema, &mut report);
        (loaded.unwrap().unwrap(), report.problems)
    }

    fn assert_article_is_unaltered(&self) {
        assert_eq!(fs::read(self.path(ARTICLE)).unwrap(), self.article);
    }
}

fn key(owner: &str) -> SetKey {
    SetKey { document: DocumentId::from(ARTICLE), owner: Owner::named(owner) }
}

/// What a set holds, in numbers of the outside: label, pieces, surface by id; and the relations.
type Held = (Vec<(String, String, Pieces, String)>, Vec<(String, String, String)>);

fn held(set: &AnnotationSet, text: &Text) -> Held {
    let code_point = |offset| text.measure(offset, OffsetUnit::CodePoint);
    let spans = set.annotations().map(|it| {
        let pieces = it.span.ranges().iter().map(|it| (code_point(it.start()), code_point(it.end())));
        (it.id.to_string(), it.label.clone(), pieces.collect(), text.surface(&it.span))
    });
    let relations = set.relations().map(|it| (it.label.clone(), it.from.to_string(), it.to.to_string()));
    (spans.collect(), relations.collect())
}

fn expected(case: &Json) -> Held {
    let string = |json: &Json| json.as_str().unwrap().to_owned();
    let spans = case["spans"].as_array().unwrap().iter();
    let mut spans: Vec<_> = spans
        .map(|it| {
            let surface = file_span(case, it)["text"].as_str().unwrap().to_owned();
            (string(&it["id"]), string(&it["label"]), pieces(case, it), surface)
        })
        .collect();
    spans.sort();
    let relations = case["relations"].as_array().unwrap().iter();
    let relations = relations.map(|it| (string(&it["type"]), string(&it["from"]), string(&it["to"])));
    (spans, relations.collect())
}

#[test]
fn every_case_opens_saves_and_loads_back() {
    let cases = cases();
    assert_eq!(cases.len(), 81);
    for case in &cases {
        let n = &case["n"];
        let content = content(case);
        let project = Case::new(&content);
        let text = content.strip_prefix('\u{feff}').unwrap_or(&content);
        let spans: Vec<Json> =
            case["spans"].as_array().unwrap().iter().map(|it| file_span(case, it)).collect();
        project.write(SET, &file_of(text, "Rina", &spans, &file_relations(case)));

        let (folder, document) = project.open();
        assert_eq!(document.text.as_str(), text, "case {n}");
        assert_eq!(document.source.bom, content.starts_with('\u{feff}'), "case {n}");
        let (loaded, problems) = project.read(&folder, &document, "Rina");
        assert_eq!(problems, [], "case {n}");
        assert!(loaded.outdated.is_none(), "case {n}");
        assert_eq!(held(&loaded.set, &document.text), expected(case), "case {n}");

        folder.write_set(&key("Rina"), &document, &loaded.set, &project.schema).unwrap();
        let first = fs::read(project.path(SET)).unwrap();
        let (folder, document) = project.open();
        let (again, problems) = project.read(&folder, &document, "Rina");
        assert_eq!(problems, [], "case {n}");
        assert_eq!(held(&again.set, &document.text), expected(case), "case {n}");
        let second = file::write_set(&key("Rina"), &document, &again.set, &project.schema);
        assert_eq!(String::from_utf8(second).unwrap(), String::from_utf8(first).unwrap(), "case {n}");
        project.assert_article_is_unaltered();
    }
}

/// The one case that must be handled in that way.
fn case_that_must(must: &str) -> Json {
    let mut found: Vec<Json> = cases().into_iter().filter(|case| case["must"] == must).collect();
    assert_eq!(found.len(), 1, "{must}");
    found.remove(0)
}

fn attempt(case: &Json) -> (usize, usize) {
    let attempt = case["extra"]["attempt"].as_array().unwrap();
    (attempt[0].as_u64().unwrap() as usize, attempt[1].as_u64().unwrap() as usize)
}

fn attempted_range(case: &Json, text: &Text) -> Option<Range> {
    let (start, end) = attempt(case);
    let locate = |value| text.locate(value, OffsetUnit::CodePoint).unwrap();
    Range::new(locate(start), locate(end))
}

#[test]
fn reject_an_empty_span() {
    let case = case_that_must("reject");
    let content = content(&case);
    assert_eq!(attempted_range(&case, &Text::new(content.as_str())), None);
    let (start, end) = attempt(&case);
    let span = json!({"id": "s1", "label": "country", "start": start, "end": end, "text": ""});
    let project = Case::new(&content);
    project.write(SET, &file_of(&content, "Rina", &[span], &[]));
    let (folder, document) = project.open();
    let (loaded, problems) = project.read(&folder, &document, "Rina");
    assert_eq!(loaded.set.annotations().len(), 0);
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].message, "the span from 5 to 5 holds no character, so it is kept aside");
    assert_eq!(problems[0].severity, Severity::Error);
}

#[test]
fn refuse_any_span_where_there_is_no_character() {
    for case in cases().iter().filter(|case| [79, 80].contains(&case["n"].as_u64().unwrap())) {
        let text = Text::new(content(case));
        assert_eq!(text.whole().and_then(|whole| text.trim(whole)), None);
    }
}

#[test]
fn keep_two_annotators_apart() {
    let case = case_that_must("dedupe");
    let content = content(&case);
    let project = Case::new(&content);
    let spans = [file_span(&case, &case["spans"][0])];
    for (owner, folder) in [("Rina", "rina"), ("Budi", "budi")] {
        let name = format!("annotations/{folder}/case.txt.json");
        project.write(&name, &file_of(&content, owner, &spans, &[]));
    }
    let (folder, document) = project.open();
    assert_eq!(folder.owners(), [Owner::named("Budi"), Owner::named("Rina")]);
    let (rina, _) = project.read(&folder, &document, "Rina");
    folder.write_set(&key("Rina"), &document, &AnnotationSet::default(), &project.schema).unwrap();
    let (budi, problems) = project.read(&folder, &document, "Budi");
    assert_eq!(problems, []);
    assert_eq!(held(&rina.set, &document.text), expected(&case));
    assert_eq!(held(&budi.set, &document.text), expected(&case));
}

#[test]
fn trim_a_selection_with_stray_spaces() {
    let case = case_that_must("trim");
    let content = content(&case);
    let text = Text::new(content.as_str());
    let trimmed = text.trim(attempted_range(&case, &text).unwrap()).unwrap();
    let code_point = |offset| text.measure(offset, OffsetUnit::CodePoint);
    assert_eq!(
        vec![(code_point(trimmed.start()), code_point(trimmed.end()))],
        pieces(&case, &case["spans"][0])
    );

    // A file that holds such a span on purpose is told so, and keeps it.
    let (start, end) = attempt(&case);
    let surface: String = content.chars().skip(start).take(end - start).collect();
    let span = json!({"id": "s1", "label": "country", "start": start, "end": end, "text": surface});
    let project = Case::new(&content);
    project.write(SET, &file_of(&content, "Rina", &[span], &[]));
    let (folder, document) = project.open();
    let (loaded, problems) = project.read(&folder, &document, "Rina");
    assert_eq!(held(&loaded.set, &text).0[0].2, [(start, end)]);
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].message, "the span begins or ends with white space");
}

#[test]
fn warn_of_blanks_that_the_surface_lacks() {
    let case = case_that_must("warn");
    let content = content(&case);
    let (start, end) = attempt(&case);
    let span = json!({
        "id": "s1", "label": "quote", "start": start, "end": end, "text": case["extra"]["surface"],
    });
    let project = Case::new(&content);
    project.write(SET, &file_of(&content, "Rina", &[span], &[]));
    let before = fs::read(project.path(SET)).unwrap();
    let (folder, document) = project.open();
    let (loaded, problems) = project.read(&folder, &document, "Rina");
    assert_eq!(held(&loaded.set, &document.text), expected(&case));
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].severity, Severity::Warning);
    assert_eq!(problems[0].place.annotation, Some("s1".into()));
    assert_eq!(fs::read(project.path(SET)).unwrap(), before, "looking rewrites nothing");
}

#[test]
fn detect_a_changed_article() {
    let case = case_that_must("detect");
    let content = content(&case);
    let project = Case::new(&content);
    let spans = [file_span(&case, &case["spans"][0])];
    project.write(SET, &file_of(&content, "Rina", &spans, &[]));
    let changed = case["extra"]["changed_to"].as_str().unwrap();
    project.write(ARTICLE, changed);
    let (folder, document) = project.open();
    assert_eq!(document.text.as_str(), changed);
    let (loaded, problems) = project.read(&folder, &document, "Rina");
    assert!(problems.is_empty(), "{problems:?}");
    let outdated = loaded.outdated.unwrap();
    let told = &outdated.problems[0];
    assert!(told.message.starts_with("the article changed since it was annotated"), "{told:?}");
    assert_eq!(told.place.document, Some(DocumentId::from(ARTICLE)));
    assert_eq!(outdated.document.text.as_str(), content);
    assert_eq!(held(&outdated.set, &outdated.document.text), expected(&case), "as the file has it");
    let n_kept = loaded.set.annotations().len() + n_orphans(&loaded.set);
    assert_eq!(n_kept, outdated.set.annotations().len(), "no span is dropped");

    // Work goes on against the text as it is; the file before, with its text, is in the trash.
    let before = fs::read(project.path(SET)).unwrap();
    folder.keep_outdated(&key("Rina"), &Owner::named("Rina"), Timestamp(0)).unwrap();
    folder.write_set(&key("Rina"), &document, &loaded.set, &project.schema).unwrap();
    let (again, problems) = project.read(&folder, &document, "Rina");
    assert!(again.outdated.is_none() && problems.is_empty(), "{problems:?}");
    let trash = folder.trash();
    assert_eq!(trash.len(), 1);
    let kept = project.path(&format!(".sorot/trash/{}.file", trash[0].id));
    assert_eq!(fs::read(kept).unwrap(), before);
    assert_eq!(fs::read_to_string(project.path(ARTICLE)).unwrap(), changed);
}
