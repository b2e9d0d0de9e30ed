//! Changing the schema takes everybody's annotations along, says how many before, and is taken back
//! to the byte.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use expect_test::expect;
use sorot::file::{PRESETS, ProjectFile};
use sorot::model::{
    Annotation, AnnotationSet, DocumentId, Origin, Owner, Relation, Renaming, Report, SchemaChange,
    SchemaPart, SetKey, Status, Value,
};
use sorot::session::jobs::{Job, Opening, open_project};
use sorot::session::{Action, Effect, SchemaAction, Session, TrashAction};
use sorot::store::Folder;
use sorot::text::{OffsetUnit, Range, Span, Text};
use tempfile::TempDir;

use crate::cli::{check, run};
use crate::desk::fixed;

const OWNERS: [&str; 3] = ["Rina", "Budi", "gold"];
const N_ARTICLES: usize = 5;
/// Words of an article, each of which is a speaker: 5 × 3 × 60 = 900.
const N_WORDS: usize = 60;

/// A project in which the label `speaker` is used 900 times.
pub(crate) fn corpus() -> TempDir {
    let dir = TempDir::new().unwrap();
    Folder::create(dir.path(), &ProjectFile::new("Corpus", PRESETS[0].schema())).unwrap();
    let words: String = (0..N_WORDS).map(|n| format!("kata{n:02} ")).collect();
    for n in 0..N_ARTICLES {
        fs::write(dir.path().join(format!("articles/{n}.txt")), format!("{words}\n")).unwrap();
    }
    let opened = Folder::open(dir.path(), &mut Report::default()).unwrap();
    for id in &opened.articles {
        let document = opened.folder.read_document(id, &mut Report::default()).unwrap();
        for owner in OWNERS {
            let key = SetKey { document: id.clone(), owner: Owner::named(owner) };
            opened.folder.write_set(&key, &document, &full_set(&document.text), &opened.schema).unwrap();
        }
    }
    dir
}

/// Every word a speaker, every third one a quote as well, and said by it.
fn full_set(text: &Text) -> AnnotationSet {
    let mut annotations = Vec::new();
    let mut relations = Vec::new();
    for n in 0..N_WORDS {
        let add = |id: String, label| Annotation {
            origin: Origin::Manual,
            ..Annotation::new(id.as_str().into(), label, span(text, n * 7, n * 7 + 6))
        };
        annotations.push(add(format!("s{n:02}"), "speaker"));
        if n % 3 == 0 {
            let mut quote = add(format!("q{n:02}"), "quote");
            let kind = if n % 2 == 0 { "direct" } else { "mixed" };
            quote.attributes.insert("quote_type".into(), Value::Text(kind.into()));
            annotations.push(quote);
            relations.push(Relation {
                id: format!("r{n:02}").as_str().into(),
                label: "says".into(),
                from: format!("s{n:02}").as_str().into(),
                to: format!("q{n:02}").as_str().into(),
                attributes: Default::default(),
                note: String::new(),
                origin: Origin::Manual,
                created: None,
                modified: None,
                extra: Default::default(),
            });
        }
    }
    AnnotationSet::new(Status::InProgress, annotations, relations, [])
}

fn span(text: &Text, start: usize, end: usize) -> Span {
    let at = |byte| text.locate(byte, OffsetUnit::Byte).unwrap();
    Span::from(Range::new(at(start), at(end)).unwrap())
}

fn open(dir: &Path) -> Session {
    let opening = Opening::Path(dir.to_owned());
    let (mut session, effects) = open_project(opening, Owner::named("Rina"), fixed(), |_| None).unwrap();
    session.run_now(effects);
    session
}

/// Every file but those of this machine.
pub(crate) fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.file_name().unwrap() == ".sorot" {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(dir).unwrap().display().to_string(), fs::read(path).unwrap());
            }
        }
    }
    found
}

fn rename(part: SchemaPart, from: &str, to: &str) -> SchemaChange {
    SchemaChange { part, renaming: Renaming::Rename { from: from.into(), to: to.into() } }
}

fn delete(part: SchemaPart, name: &str, keeps: bool) -> SchemaChange {
    SchemaChange { part, renaming: Renaming::Delete { name: name.into(), keeps } }
}

fn merge(part: SchemaPart, from: &str, into: &str) -> SchemaChange {
    SchemaChange { part, renaming: Renaming::Merge { from: vec![from.into()], into: into.into() } }
}

fn change(session: &mut Session, change: &SchemaChange) -> String {
    session.perform_now(SchemaAction::Change(change.clone()).into()).join("; ")
}

fn preview(session: &mut Session, change: &SchemaChange) -> String {
    session.perform_now(SchemaAction::Preview(change.clone()).into());
    let preview = session.preview().unwrap();
    match preview.obstacles.first() {
        Some(obstacle) => obstacle.clone(),
        None => [vec![preview.touched.to_string()], preview.touched.remarks()].concat().join("; "),
    }
}

fn undo(dir: &Path) -> String {
    let mut session = open(dir);
    let said = session.perform_now(Action::Undo).join("; ");
    assert!(session.is_saved(), "{:?}", session.save_error());
    said
}

#[test]
fn a_label_used_900_times_is_deleted_and_comes_back_to_the_byte() {
    let dir = corpus();
    let before = files(dir.path());
    let deletion = delete(SchemaPart::Label, "speaker", false);
    let mut session = open(dir.path());
    assert_eq!(
        preview(&mut session, &deletion),
        "900 annotations and 300 relations in 15 files of 3 annotators"
    );
    assert_eq!(files(dir.path()), before, "counting writes nothing");
    change(&mut session, &deletion);
    assert!(session.is_saved(), "{:?}", session.save_error());
    drop(session);
    let after = files(dir.path());
    let changed = before.iter().filter(|(path, bytes)| after.get(*path) != Some(bytes)).count();
    assert_eq!(changed, 16, "15 sets and the schema");
    let uses = |bytes: &Vec<u8>| String::from_utf8_lossy(bytes).contains("\"label\": \"speaker\"");
    assert!(before.values().any(uses) && !after.values().any(uses));

    assert_eq!(undo(dir.path()), "Undone: delete label speaker");
    assert_eq!(files(dir.path()), before);
    let mut session = open(dir.path());
    session.perform_now(Action::Redo);
    drop(session);
    assert_eq!(files(dir.path()), after);
    undo(dir.path());
    assert_eq!(files(dir.path()), before);
}

#[test]
fn the_command_line_does_the_same() {
    let dir = corpus();
    let before = files(dir.path());
    check(
        &dir,
        &[
            "change delete label speaker --annotator Rina --dry-run",
            "change delete label speaker --annotator Rina",
            "change delete label speaker --annotator Rina",
            "change rename label quote country --annotator Rina",
            "change rename value direct plain --of quote --attribute quote_type --annotator Rina",
            "change merge label country weapon quote --annotator Rina",
            "log --limit 0",
        ],
        expect![[r#"
            $ sorot change delete label speaker --annotator Rina --dry-run
            delete label speaker: would touch 900 annotations and 300 relations in 15 files of 3 annotators
            $ sorot change delete label speaker --annotator Rina
            delete label speaker: touched 900 annotations and 300 relations in 15 files of 3 annotators
            $ sorot change delete label speaker --annotator Rina
            2> error: the schema has no label speaker
            [2]
            $ sorot change rename label quote country --annotator Rina
            2> error: there is a label country already; merging puts two together
            [2]
            $ sorot change rename value direct plain --of quote --attribute quote_type --annotator Rina
            rename value direct to plain: touched 150 annotations in 15 files of 3 annotators
            $ sorot change merge label country weapon quote --annotator Rina
            merge label country, weapon into quote: touched nothing in any file
            $ sorot log --limit 0
            0 steps
        "#]],
    );
    for name in
        ["merge label country, weapon into quote", "rename value direct to plain", "delete label speaker"]
    {
        assert_eq!(undo(dir.path()), format!("Undone: {name}"));
    }
    assert_eq!(files(dir.path()), before);
}

#[test]
fn every_change_is_taken_back_to_the_byte() {
    let quote_type = || SchemaPart::Attribute { of: "quote".into() };
    let value = || SchemaPart::Value { of: "quote".into(), attribute: "quote_type".into() };
    let key = SetKey { document: DocumentId::from("articles/1.txt"), owner: Owner::named("Budi") };
    let split = SchemaChange {
        part: SchemaPart::Label,
        renaming: Renaming::Split {
            name: "speaker".into(),
            into: vec!["person".into()],
            choices: (0..10)
                .map(|n| ((key.clone(), format!("s{n:02}").as_str().into()), "person".into()))
                .collect(),
        },
    };
    let changes = [
        (rename(SchemaPart::Label, "speaker", "source"), "900 annotations in 15 files of 3 annotators"),
        (merge(SchemaPart::Label, "speaker", "quote"), "900 annotations in 15 files of 3 annotators"),
        (delete(SchemaPart::Label, "speaker", true), "900 annotations in 15 files of 3 annotators"),
        (rename(SchemaPart::Relation, "says", "utters"), "300 relations in 15 files of 3 annotators"),
        (delete(SchemaPart::Relation, "says", false), "300 relations in 15 files of 3 annotators"),
        (rename(quote_type(), "quote_type", "kind"), "300 annotations in 15 files of 3 annotators"),
        (delete(quote_type(), "quote_type", false), "300 annotations in 15 files of 3 annotators"),
        (rename(value(), "direct", "plain"), "150 annotations in 15 files of 3 annotators"),
        (merge(value(), "direct", "mixed"), "150 annotations in 15 files of 3 annotators"),
        (delete(value(), "direct", false), "150 annotations in 15 files of 3 annotators"),
        (split, "900 annotations in 15 files of 3 annotators"),
        (rename(SchemaPart::Label, "weapon", "arms"), "nothing in any file"),
    ];
    let dir = corpus();
    let before = files(dir.path());
    for (made, count) in changes {
        let name = made.name();
        let mut session = open(dir.path());
        if !name.starts_with("split") {
            assert_eq!(preview(&mut session, &made), count, "{name}");
        }
        let said = change(&mut session, &made);
        assert!(session.is_saved(), "{name}: {:?}", session.save_error());
        assert_ne!(files(dir.path()), before, "{name}: {said}");
        let mut report = Report::default();
        let opened = Folder::open(dir.path(), &mut report).unwrap();
        opened.folder.check(&opened.schema, &mut report);
        let keeps = matches!(made.renaming, Renaming::Delete { keeps: true, .. });
        assert_eq!(report.is_empty(), !keeps, "{name}: {:?}", report.problems);
        drop((session, opened));
        assert_eq!(undo(dir.path()), format!("Undone: {name}"));
        assert!(files(dir.path()) == before, "{name}");
    }
}

#[test]
fn a_merge_leaves_one_of_two_that_say_the_same() {
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("a.txt"), "Kyiv bicara.").unwrap();
    let opened = Folder::open(dir.path(), &mut Report::default()).unwrap();
    let key = SetKey { document: "a.txt".into(), owner: Owner::named("Rina") };
    let document = opened.folder.read_document(&key.document, &mut Report::default()).unwrap();
    let span = |start, end| span(&document.text, start, end);
    let annotations = [
        Annotation::new("s1".into(), "country", span(0, 4)),
        Annotation::new("s2".into(), "speaker", span(0, 4)),
        Annotation::new("s3".into(), "quote", span(5, 11)),
    ];
    let relation = |id: &str, from: &str| Relation {
        id: id.into(),
        label: "says".into(),
        from: from.into(),
        to: "s3".into(),
        attributes: Default::default(),
        note: String::new(),
        origin: Origin::Manual,
        created: None,
        modified: None,
        extra: Default::default(),
    };
    let set =
        AnnotationSet::new(Status::InProgress, annotations, [relation("r1", "s1"), relation("r2", "s2")], []);
    opened.folder.write_set(&key, &document, &set, &opened.schema).unwrap();
    drop(opened);
    let before = files(dir.path());
    let made = merge(SchemaPart::Label, "country", "speaker");
    let mut session = open(dir.path());
    assert_eq!(
        preview(&mut session, &made),
        "1 annotation and 1 relation in 1 file of 1 annotator; 1 become the same as another one, which stays alone"
    );
    change(&mut session, &made);
    let set = session.set().unwrap();
    let ids: Vec<&str> = set.annotations().map(|it| it.id.as_str()).collect();
    assert_eq!(ids, ["s2", "s3"]);
    let relations: Vec<(&str, &str)> = set.relations().map(|it| (it.id.as_str(), it.from.as_str())).collect();
    assert_eq!(relations, [("r2", "s2")], "the relation that says the same goes as well");
    assert!(dir.path().join("sorot.json").is_file(), "the folder became a project");
    drop(session);
    undo(dir.path());
    assert_eq!(files(dir.path()), before, "and is none any more");
}

#[test]
fn a_project_file_in_another_layout_comes_back_to_the_letter() {
    let dir = corpus();
    let path = dir.path().join("sorot.json");
    let text = fs::read_to_string(&path).unwrap();
    let odd = text.replacen("{\n", "{ \"owner\"  :\t[1,2 ],\n\n", 1).replace("\n  ", "\n\t");
    fs::write(&path, &odd).unwrap();
    let mut session = open(dir.path());
    change(&mut session, &rename(SchemaPart::Label, "weapon", "arms"));
    let written = fs::read_to_string(&path).unwrap();
    assert!(written.contains("\"owner\": [1, 2]") && written.contains("\"arms\""), "{written}");
    drop(session);
    undo(dir.path());
    assert_eq!(fs::read_to_string(&path).unwrap(), odd);
}

#[test]
fn what_cannot_be_written_stops_the_change_before_anything_is() {
    let path = "annotations/budi/2.txt.json";
    let made = delete(SchemaPart::Label, "speaker", false);
    for (damage, message) in [
        (("\"offsets\"", "offsets"), "the file is broken JSON"),
        (("\"version\": 1", "\"version\": 9"), "the annotations of Budi on articles/2.txt are read-only"),
    ] {
        let dir = corpus();
        let text = fs::read_to_string(dir.path().join(path)).unwrap();
        fs::write(dir.path().join(path), text.replacen(damage.0, damage.1, 1)).unwrap();
        let before = files(dir.path());
        let mut session = open(dir.path());
        let said = change(&mut session, &made);
        assert!(said.starts_with("Nothing was changed: ") && said.contains(message), "{said}");
        assert_eq!(files(dir.path()), before);
        assert!(session.history().done().is_empty());
    }
    let dir = corpus();
    let mut session = open(dir.path());
    let path = dir.path().join("sorot.json");
    let theirs = fs::read_to_string(&path).unwrap().replace("\"country\"", "\"state\"");
    fs::write(&path, &theirs).unwrap();
    change(&mut session, &rename(SchemaPart::Label, "weapon", "arms"));
    assert!(session.save_error().unwrap().contains("another program changed the file"));
    assert_eq!(fs::read_to_string(&path).unwrap(), theirs);
}

#[test]
fn a_change_that_was_killed_on_its_way_is_brought_to_its_end() {
    let dir = corpus();
    let before = files(dir.path());
    let made = rename(SchemaPart::Label, "speaker", "source");
    let reference = corpus();
    change(&mut open(reference.path()), &made);
    let wanted = files(reference.path());
    // Killed after so many saves.
    for n_saved in [0, 1, 7] {
        let mut session = open(dir.path());
        let mut effects = session.perform(SchemaAction::Change(made.clone()).into());
        let mut n = 0;
        while let Some(effect) = effects.pop() {
            let Effect::Start(job) = effect else { continue };
            if matches!(job, Job::Save { .. } | Job::SaveSchema { .. }) {
                n += 1;
                if n > n_saved {
                    continue;
                }
            }
            effects.extend(session.finish(job.run()));
        }
        drop(session);
        assert_ne!(files(dir.path()), wanted);
        let session = open(dir.path());
        assert!(session.schema().label("source").is_some() && session.is_saved());
        drop(session);
        assert!(files(dir.path()) == wanted, "{n_saved}");
        undo(dir.path());
        assert!(files(dir.path()) == before, "{n_saved}");
    }
}

#[test]
fn all_annotations_of_an_article_go_at_once_and_come_back() {
    let dir = corpus();
    let before = files(dir.path());
    let mut session = open(dir.path());
    let said = session.perform_now(TrashAction::DeleteAll.into());
    assert_eq!(said, ["80 annotations deleted; a copy is in the trash, and Undo brings them back"]);
    assert!(!dir.path().join("annotations/rina/0.txt.json").exists(), "what says nothing has no file");
    let entries = session.folder().trash();
    assert_eq!(entries.len(), 1);
    drop(session);
    undo(dir.path());
    assert_eq!(files(dir.path()), before);

    // Without a history, the trash still has it.
    let mut session = open(dir.path());
    session.perform_now(TrashAction::DeleteAll.into());
    drop(session);
    fs::remove_dir_all(dir.path().join(".sorot/history")).unwrap();
    let mut session = open(dir.path());
    let said = session.perform_now(TrashAction::Restore(entries[0].id.clone()).into());
    assert_eq!(said, ["The annotations of Rina on 0 are back"]);
    assert_eq!(files(dir.path()), before);
    session.perform_now(Action::Undo);
    assert!(!dir.path().join("annotations/rina/0.txt.json").exists(), "that can be undone as well");
    assert_eq!(run(&dir, "trash").status.code(), Some(0));
}
