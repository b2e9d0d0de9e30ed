//! Bringing annotated articles into a project: all of it or nothing, whatever fails on the way, and
//! out again by Undo.
//!
//! The disk fails at one operation, at all from one on, or the power goes, while somebody imports,
//! undoes and redoes. Afterwards the project holds what its history says, whole, and what was there
//! before is there to the byte.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use sorot::file::{PRESETS, ProjectFile, write_project};
use sorot::model::Owner;
use sorot::session::{Action, ArticleAction, ImportAction, ImportRequest, Surroundings};
use sorot::store::Storage;
use tempfile::TempDir;

use crate::desk::{Desk, fixed};
use crate::disks::{FailingDisk, Fault, MemoryDisk, When};
use crate::faults::{FAULTS, Tried};

const ROOT: &str = "/project";

/// An article that the project has, one that it has with another line end, and two that it has not.
const LINES: &str = r#"{"id": "articles/a.txt", "text": "Rusia dan Ukraina.", "spans": [{"id": "s1", "label": "country", "start": 0, "end": 5, "text": "Rusia"}]}
{"id": "articles/b.txt", "text": "Satu.\nJerman.", "spans": [{"id": "s1", "label": "country", "start": 6, "end": 12, "text": "Jerman"}]}
{"id": "new/c", "text": "Tank 😀 dikirim.", "status": "done", "spans": [{"id": "s1", "label": "weapon", "start": 0, "end": 4, "text": "Tank"}]}
{"id": "../../d", "text": "Kosong.", "spans": []}
"#;

/// Files that come in.
const CAME: [&str; 5] = [
    "/project/annotations/rina/a.txt.json",
    "/project/annotations/rina/b.txt.json",
    "/project/annotations/rina/new/c.txt.json",
    "/project/articles/d.txt",
    "/project/articles/new/c.txt",
];

fn start() -> MemoryDisk {
    let disk = MemoryDisk::default();
    let project = write_project(&ProjectFile::new("Test", PRESETS[0].schema()));
    disk.put("/project/sorot.json", std::str::from_utf8(&project).unwrap());
    disk.put("/project/articles/a.txt", "Rusia dan Ukraina.");
    disk.put("/project/articles/b.txt", "Satu.\r\nJerman.");
    disk.put("/project/annotations/budi/a.txt.json", BUDIS);
    disk
}

const BUDIS: &str = r#"{"format": "sorot-annotations", "version": 1, "article": {"path": "articles/a.txt"}, "annotator": "Budi", "text": "Rusia dan Ukraina.", "spans": []}"#;

fn open(disk: &FailingDisk, n: u64) -> Result<Desk, String> {
    let storage = Storage { disk: Arc::new(disk.clone()), recovery: Some("/recovery".into()) };
    let surroundings = Surroundings { storage, random: fastrand::Rng::with_seed(n), ..fixed() };
    Desk::try_open(Path::new(ROOT), "Rina", surroundings)
}

fn healthy(disk: MemoryDisk) -> FailingDisk {
    FailingDisk::new(disk, Fault::Late, When::Never)
}

fn request(folder: &TempDir) -> ImportRequest {
    let path = folder.path().join("in.jsonl");
    std::fs::write(&path, LINES).unwrap();
    ImportRequest {
        format: "jsonl".to_owned(),
        paths: vec![path],
        owner: Some(Owner::named("Rina")),
        unit: None,
    }
}

/// Imports, after a look or at once, undoes and redoes, closing the program between.
fn play(disk: &FailingDisk, folder: &TempDir, looks: bool) -> Option<Desk> {
    let mut last = None;
    let import: &[Action] = match looks {
        true => &[ImportAction::Preview(request(folder)).into(), ImportAction::Import.into()],
        false => &[ImportAction::ImportAtOnce(request(folder)).into()],
    };
    let deeds: [&[Action]; 4] = [import, &[Action::Undo], &[Action::Redo], &[Action::Undo, Action::Redo]];
    for (n, actions) in deeds.into_iter().enumerate() {
        drop(last.take());
        let mut desk = open(disk, n as u64).ok()?;
        for action in actions {
            desk.perform(action.clone());
        }
        last = Some(desk);
    }
    last
}

fn came(disk: &MemoryDisk) -> BTreeMap<String, Vec<u8>> {
    let mut files = disk.files();
    files.retain(|path, _| CAME.contains(&path.as_str()));
    files
}

/// Opens the project once more and holds it against its history.
fn check(disk: &MemoryDisk, whole: &BTreeMap<String, Vec<u8>>, failed: Option<&str>) {
    // What could not be listed looks as if it were not there, and what comes in for an article that
    // could not be read is said to stay out.
    let is_read = |it: &str| {
        ["list ", "canonical ", "metadata /project/a", "open /project/a"]
            .iter()
            .any(|operation| it.starts_with(operation))
    };
    let is_exact = !failed.is_some_and(is_read);
    let disk = healthy(disk.copy());
    let mut desk = open(&disk, 99).unwrap();
    desk.perform(ArticleAction::Save);
    assert!(desk.session.is_saved(), "{:?}", desk.session.save_error());
    let is_in = desk.session.history().next_undo().is_some();
    drop(desk);
    let found = came(&disk.disk);
    let names: Vec<_> = found.keys().collect();
    if is_in && is_exact {
        assert!(found == *whole, "{names:?} after {failed:?}");
    } else if !is_in {
        assert!(found.is_empty(), "{names:?} after {failed:?}");
    }
    drop(open(&disk, 100).unwrap());
    let files = disk.disk.files();
    assert_eq!(files["/project/annotations/budi/a.txt.json"], BUDIS.as_bytes());
    assert_eq!(files["/project/articles/b.txt"], b"Satu.\r\nJerman.");
    let stray = |path: &&String| path.contains(".sorot-tmp-");
    assert_eq!(files.keys().find(stray), None);
}

#[test]
fn all_comes_in_and_undo_takes_it_out() {
    let folder = TempDir::new().unwrap();
    let disk = healthy(start());
    let before = disk.disk.files();
    let mut desk = open(&disk, 0).unwrap();
    desk.perform(ImportAction::Preview(request(&folder)));
    let plan = desk.session.import_plan().unwrap().unwrap();
    assert_eq!(plan.summary(), "4 articles (2 of them new) with 3 spans and 0 relations");
    let messages: Vec<String> = plan.report.problems.iter().map(ToString::to_string).collect();
    expect_test::expect![[r#"
        [
            "the article changed since it was annotated: 1 span moved along: articles/b.txt",
        ]
    "#]]
    .assert_debug_eq(&messages);
    assert_eq!(came(&disk.disk), BTreeMap::new(), "looking changes nothing");
    desk.perform(ImportAction::Import);
    assert!(desk.session.is_saved(), "{:?}", desk.session.save_error());
    let whole = came(&disk.disk);
    assert_eq!(whole.keys().map(String::as_str).collect::<Vec<_>>(), CAME);
    assert_eq!(whole["/project/articles/new/c.txt"], "Tank 😀 dikirim.".as_bytes());
    drop(desk);

    let mut desk = open(&disk, 1).unwrap();
    desk.perform(Action::Undo);
    assert_eq!(came(&disk.disk), BTreeMap::new(), "{:?}", desk.notes);
    for (path, bytes) in before {
        assert_eq!(disk.disk.files().get(&path), Some(&bytes), "{path}");
    }
    desk.perform(Action::Redo);
    assert_eq!(came(&disk.disk), whole, "{:?}", desk.notes);
    drop(desk);
    check(&disk.disk, &whole, None);
}

#[test]
fn what_is_there_is_not_touched() {
    let folder = TempDir::new().unwrap();
    let disk = healthy(start());
    for (n, expected) in [(0, "4 articles"), (1, "0 articles")] {
        let mut desk = open(&disk, n).unwrap();
        desk.perform(ImportAction::Preview(request(&folder)));
        let plan = desk.session.import_plan().unwrap().unwrap();
        assert!(plan.summary().starts_with(expected), "{}", plan.summary());
        let n_refused = plan.report.problems.iter().filter(|it| it.message.contains("not taken in")).count();
        assert_eq!(n_refused, if n == 0 { 0 } else { 3 }, "{:?}", plan.report);
        if n == 0 {
            desk.perform(ImportAction::Import);
        }
    }
}

/// Of many articles only some are kept between looking and importing; all come in.
#[test]
fn more_come_in_than_are_kept() {
    const N: usize = 1_100;
    let folder = TempDir::new().unwrap();
    let line = |i| {
        let span = r#"{"id": "s1", "label": "x", "start": 0, "end": 4, "text": "Kyiv"}"#;
        format!("{{\"id\": \"{i}\", \"text\": \"Kyiv {i}\", \"spans\": [{span}]}}\n")
    };
    let request = request(&folder);
    std::fs::write(&request.paths[0], (0..N).map(line).collect::<String>()).unwrap();
    let imported = |actions: &[ImportAction]| {
        let disk = healthy(start());
        let mut desk = open(&disk, 0).unwrap();
        for action in actions {
            desk.perform(action.clone());
        }
        let plan = desk.session.imported().unwrap();
        assert_eq!(plan.summary(), format!("{N} articles (new) with {N} spans and 0 relations"));
        assert!(plan.report.problems.iter().any(|it| it.message.contains("1100 spans carry")));
        assert!(desk.session.is_saved(), "{:?}", desk.session.save_error());
        desk.perform(Action::Undo);
        let n_left = disk.disk.files().keys().filter(|it| it.starts_with("/project/articles/")).count();
        assert_eq!(n_left, 2, "{:?}", desk.notes);
        desk.perform(Action::Redo);
        let mut files = disk.disk.files();
        files.retain(|path, _| path.starts_with("/project/a"));
        files
    };
    let files = imported(&[ImportAction::Preview(request.clone()), ImportAction::Import]);
    assert_eq!(files.keys().filter(|it| it.starts_with("/project/annotations/rina/")).count(), N);
    assert!(files == imported(&[ImportAction::ImportAtOnce(request)]));
}

/// A long file of lines is read in pieces, and none of them shows.
#[test]
fn a_long_file_has_its_lines_where_they_are() {
    let folder = TempDir::new().unwrap();
    let text = "Kyiv ".repeat(10_000);
    let line = |i| match i {
        7 | 150 => "{\"id\": 7}\n".to_owned(),
        _ => format!("{{\"text\": \"{text}\", \"spans\": []}}\r\n"),
    };
    let request = request(&folder);
    std::fs::write(&request.paths[0], (1..=200).map(line).collect::<String>()).unwrap();
    let mut desk = open(&healthy(start()), 0).unwrap();
    desk.perform(ImportAction::Preview(request.clone()));
    let plan = desk.session.import_plan().unwrap().unwrap();
    assert_eq!(plan.summary(), "198 articles");
    let lines = plan.report.problems.iter().map(|it| it.place.line_column);
    assert_eq!(lines.collect::<Vec<_>>(), [Some((7, 1)), Some((150, 1))]);
    let last = plan.articles.last().unwrap().article.document.id.to_string();
    assert_eq!(last, "articles/in-200.txt");
}

/// What somebody worked on since stays when an import is undone from elsewhere.
#[test]
fn what_was_changed_since_stays() {
    let folder = TempDir::new().unwrap();
    let disk = healthy(start());
    let mut desk = open(&disk, 0).unwrap();
    desk.perform(ImportAction::Preview(request(&folder)));
    desk.perform(ImportAction::Import);
    drop(desk);
    let path = "/project/annotations/rina/new/c.txt.json";
    let changed = String::from_utf8(disk.disk.files()[path].clone()).unwrap().replace("weapon", "country");
    disk.disk.put(path, &changed);
    let mut desk = open(&disk, 1).unwrap();
    desk.perform(Action::Undo);
    assert!(
        desk.notes.iter().any(|it| it.contains("c.txt.json stays, since it was changed")),
        "{:?}",
        desk.notes
    );
    let left: Vec<String> = came(&disk.disk).into_keys().collect();
    assert_eq!(left, [path, "/project/articles/new/c.txt"], "its article stays, too");
    assert_eq!(disk.disk.files()[path], changed.as_bytes());
}

#[test]
fn one_operation_fails() {
    let folder = TempDir::new().unwrap();
    let whole = whole(&folder);
    let mut tried = Tried::default();
    for (i, fault) in FAULTS.into_iter().enumerate() {
        for at in 1.. {
            let disk = FailingDisk::new(start(), fault, When::Once(at));
            let desk = play(&disk, &folder, i % 2 == 0);
            if !tried.add(&disk, fault) {
                break;
            }
            drop(desk);
            // A file that is said not to be there looks like one that was never written.
            if fault != Fault::Refused(ErrorKind::NotFound) {
                check(&disk.disk, &whole, disk.failed().as_deref());
            }
        }
    }
    tried.tell("one operation of an import fails", 100);
}

#[test]
fn the_power_goes() {
    let folder = TempDir::new().unwrap();
    let whole = whole(&folder);
    let mut random = fastrand::Rng::with_seed(4);
    let mut tried = Tried::default();
    for at in 1.. {
        let disk = FailingDisk::new(start(), Fault::Late, When::Cut(at));
        let desk = play(&disk, &folder, at % 2 == 0);
        if !tried.add(&disk, Fault::Late) {
            break;
        }
        drop(desk);
        for _ in 0..4 {
            check(&disk.disk.after_power_cut(&mut random), &whole, None);
        }
    }
    tried.tell("the power goes in an import", 20);
}

fn whole(folder: &TempDir) -> BTreeMap<String, Vec<u8>> {
    let disk = healthy(start());
    let desk = play(&disk, folder, true).unwrap();
    assert!(desk.session.is_saved());
    drop(desk);
    let whole = came(&disk.disk);
    assert_eq!(whole.len(), CAME.len());
    whole
}
