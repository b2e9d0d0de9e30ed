//! Two windows, two machines, version control: who writes, and that nothing of anybody is lost.
//!
//! `SOROT_SHARING_OPERATIONS=10000 cargo test --test it of_three -- --nocapture` lets three programs and a
//! simulated `git pull` work on one project for that many operations and prints what was seen.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "`--nocapture` shows what was seen")]

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufRead, BufReader, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use serde_json::{Value, json};
use sorot::file::{Holder, PRESETS, ProjectFile, TrashNote, write_holder};
use sorot::model::{
    AnnotationSet, DocumentId, Owner, Renaming, Report, SchemaChange, SchemaPart, SetKey, Timestamp,
};
use sorot::session::{
    Access, AnnotateAction, ArticleAction, Caret, NavigateAction, SchemaAction, Surroundings,
};
use sorot::store::disk::{Disk, Entry, Held, Metadata, Readable, SystemDisk};
use sorot::store::{Folder, Repairer, Storage, StoreError};
use sorot::text::OffsetUnit;
use tempfile::TempDir;

use crate::desk::{Desk, fixed};

const TEXT: &str = "Kyiv lies on the Dnipro. Rina said that she had been there.\n";
const SET: &str = "annotations/rina/a.txt.json";

fn project() -> TempDir {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join("articles")).unwrap();
    fs::write(root.path().join("articles/a.txt"), TEXT).unwrap();
    root
}

/// A project in which Rina labelled Kyiv a country, and the window with it.
fn begun() -> (TempDir, Desk) {
    let root = project();
    let mut desk = window(root.path(), 11);
    desk.place_caret(1);
    desk.press("C");
    assert!(desk.session.is_saved());
    (root, desk)
}

/// A window that makes ids of its own.
fn window(root: &Path, seed: u64) -> Desk {
    let random = fastrand::Rng::with_seed(seed);
    Desk::open_with(root, "Rina", Surroundings { random, ..fixed() })
}

fn read(root: &Path) -> Value {
    serde_json::from_slice(&fs::read(root.join(SET)).unwrap()).unwrap()
}

/// Changes the set's file as another program does.
fn change(root: &Path, change: impl FnOnce(&mut Value)) {
    let mut set = read(root);
    change(&mut set);
    fs::write(root.join(SET), format!("{set:#}")).unwrap();
}

fn span(id: &str, start: usize, end: usize) -> Value {
    let text: String = TEXT.chars().skip(start).take(end - start).collect();
    json!({"id": id, "label": "country", "start": start, "end": end, "text": text})
}

fn labels(desk: &Desk) -> Vec<String> {
    let set = desk.session.set().unwrap();
    let label = |it: &Arc<sorot::model::Annotation>| {
        format!("{} {}", it.label, if it.flags.is_empty() { &*it.note } else { "conflict" })
    };
    set.annotations().map(|it| label(it).trim_end().to_owned()).collect()
}

#[test]
fn the_second_window_looks_until_it_takes_over() {
    let (root, mut first) = begun();
    let mut second = window(root.path(), 12);
    assert!(matches!(second.session.access(), Access::Looks(_)));
    second.place_caret(20);
    second.press("C");
    assert_eq!(second.session.set().unwrap().annotations().len(), 1);
    let note = second.notes.last().unwrap();
    assert!(note.contains("changes the annotations of Rina") && note.contains("ake over"), "{note}");

    second.perform(ArticleAction::TakeOver);
    assert!(matches!(second.session.access(), Access::Asks(_)));
    first.place_caret(20);
    first.press("C");
    first.look();
    assert!(matches!(first.session.access(), Access::Looks(_)), "{:?}", first.session.access());
    assert!(first.notes.last().unwrap().contains("took over"), "{:?}", first.notes);
    second.look();
    assert_eq!(*second.session.access(), Access::Writes);
    assert_eq!(second.session.set().unwrap().annotations().len(), 2, "with the last work of the first");
    assert_eq!(second.session.history().done().len(), 2, "and its history");
    first.press("Ctrl+Z");
    assert_eq!(first.session.set().unwrap().annotations().len(), 2);

    second.press("Ctrl+Z");
    first.look();
    assert_eq!(first.session.set().unwrap().annotations().len(), 1, "the first sees what the second does");
    drop(second);
    for _ in 0..10 {
        first.look();
    }
    assert_eq!(*first.session.access(), Access::Writes);
    first.press("Ctrl+Shift+Z");
    assert_eq!(first.session.set().unwrap().annotations().len(), 2);
    assert!(first.session.is_saved());
}

#[test]
fn looking_makes_no_files() {
    let root = project();
    let mut desk = window(root.path(), 13);
    desk.look();
    let mut other = window(root.path(), 14);
    other.look();
    assert!(!root.path().join(".sorot").exists());
    assert_eq!(*other.session.access(), Access::Writes);

    // Who writes first writes on; the other finds out when it tries.
    desk.place_caret(1);
    desk.press("C");
    other.place_caret(20);
    other.press("C");
    assert!(matches!(other.session.access(), Access::Looks(_)));
    assert!(!other.session.is_saved());
    drop(desk);
    other.look();
    assert_eq!(*other.session.access(), Access::Writes);
    assert!(other.session.is_saved(), "{:?}", other.session.save_error());
    assert_eq!(other.session.set().unwrap().annotations().len(), 2);
    assert_eq!(read(root.path())["spans"].as_array().unwrap().len(), 2);
}

#[test]
fn a_window_that_died_locks_nobody_out() {
    let (root, desk) = begun();
    let lock = root.path().join(".sorot/locks/rina.json");
    let left = fs::read(&lock).unwrap();
    drop(desk);
    assert!(!lock.exists());
    fs::write(&lock, left).unwrap();
    assert_eq!(*window(root.path(), 15).session.access(), Access::Writes);
}

#[test]
fn a_window_of_another_machine_is_alive_while_its_beat_changes() {
    let (root, desk) = begun();
    drop(desk);
    let lock = root.path().join(".sorot/locks/rina.json");
    let beat = |beat| {
        let holder = Holder { window: "w".to_owned(), host: "elsewhere".to_owned(), process: 7, beat };
        fs::write(&lock, write_holder(&holder)).unwrap();
    };
    beat(1);
    let mut desk = window(root.path(), 16);
    for n in 2..5 {
        (0..100).for_each(|_| desk.look());
        assert!(matches!(desk.session.access(), Access::Looks(holder) if holder.host == "elsewhere"));
        beat(n);
    }
    (0..160).for_each(|_| desk.look());
    assert_eq!(*desk.session.access(), Access::Writes, "it has said nothing for 5 minutes");
}

#[test]
fn a_window_that_does_not_answer_loses_its_lock() {
    let (root, mut first) = begun();
    let mut second = window(root.path(), 17);
    second.perform(ArticleAction::TakeOver);
    (0..60).for_each(|_| second.look());
    assert_eq!(*second.session.access(), Access::Writes);
    second.place_caret(20);
    second.press("C");
    assert!(second.session.is_saved());

    // It wakes up, and its change does not reach the file.
    first.place_caret(40);
    first.press("C");
    assert!(matches!(first.session.access(), Access::Looks(_)));
    assert!(!first.session.is_saved());
    assert_eq!(read(root.path())["spans"].as_array().unwrap().len(), 2);
    // It gets there when it takes over.
    first.perform(ArticleAction::TakeOver);
    second.look();
    first.look();
    assert!(first.session.is_saved(), "{:?}", first.session.save_error());
    assert_eq!(read(root.path())["spans"].as_array().unwrap().len(), 3);
}

/// A project in which Rina and Budi labelled Kyiv a country, and the window in which Budi goes on.
fn begun_by_two() -> (TempDir, Desk) {
    let root = project();
    Folder::create(root.path(), &ProjectFile::new("Two", PRESETS[0].schema())).unwrap();
    let mut windows = ["Rina", "Budi"].map(|owner| Desk::open(root.path(), owner));
    for window in &mut windows {
        window.place_caret(1);
        window.press("C");
        assert!(window.session.is_saved(), "{:?}", window.session.save_error());
    }
    let [_, budi] = windows;
    (root, budi)
}

fn labels_on_disk(root: &Path) -> Vec<String> {
    let label = |owner: &str| {
        let bytes = fs::read(root.join(format!("annotations/{owner}/a.txt.json"))).unwrap();
        let set: Value = serde_json::from_slice(&bytes).unwrap();
        format!("{} {}", set["spans"][0]["label"], set["spans"][0]["text"])
    };
    ["rina", "budi"].map(label).to_vec()
}

/// Tries a change that touches Budi's annotations too, and then to take it back: both are refused
/// while Budi works, and done when he does not.
fn is_refused_while_budi_works(change: impl Fn(&mut Desk), after: &str) {
    let (root, budi) = begun_by_two();
    let before = r#""country" "Kyiv""#;
    let mut rina = window(root.path(), 12);
    let refused = |rina: &mut Desk, change: &dyn Fn(&mut Desk)| {
        change(rina);
        let note = rina.notes.last().unwrap();
        assert!(note.starts_with("Nothing was changed: another window"), "{note}");
        assert!(note.contains("changes the annotations of Budi now"), "{note}");
    };
    refused(&mut rina, &change);
    assert_eq!(labels_on_disk(root.path()), [before, before]);
    drop(budi);
    change(&mut rina);
    assert!(rina.session.is_saved(), "{:?}", rina.session.save_error());
    assert_eq!(labels_on_disk(root.path()), [after, after], "{:?}", rina.notes);

    let n_notes = rina.notes.len();
    rina.look();
    assert_eq!(rina.notes.len(), n_notes, "what was changed here is no news: {:?}", rina.notes.last());
    let mut budi = Desk::open(root.path(), "Budi");
    budi.perform(ArticleAction::SetStatus(sorot::model::Status::Done));
    assert!(budi.session.is_saved(), "{:?}", budi.session.save_error());
    refused(&mut rina, &|rina| rina.press("Ctrl+Z"));
    assert_eq!(labels_on_disk(root.path()), [after, after]);
    drop(budi);
    rina.press("Ctrl+Z");
    assert!(rina.session.is_saved(), "{:?}", rina.session.save_error());
    assert_eq!(labels_on_disk(root.path()), [before, before], "{:?}", rina.notes);
}

#[test]
fn the_schema_is_not_changed_where_another_window_works() {
    let renaming = Renaming::Rename { from: "country".to_owned(), to: "state".to_owned() };
    let change = SchemaChange { part: SchemaPart::Label, renaming };
    let perform = |rina: &mut Desk| rina.perform(SchemaAction::Change(change.clone()));
    is_refused_while_budi_works(perform, r#""state" "Kyiv""#);
}

#[test]
fn a_text_is_not_corrected_where_another_window_works() {
    let correct = |rina: &mut Desk| {
        for (byte, extend) in [(0, false), (4, true)] {
            let text = &rina.session.document().unwrap().text;
            let caret = Caret { offset: text.locate(byte, OffsetUnit::Byte).unwrap(), upstream: false };
            rina.perform(NavigateAction::To { caret, extend });
        }
        rina.perform(ArticleAction::Correct("Kiev".to_owned()));
    };
    is_refused_while_budi_works(correct, r#""country" "Kiev""#);
}

#[test]
fn what_another_window_changes_is_neither_repaired_nor_put_back() {
    let (root, budi) = begun_by_two();
    let path = root.path().join("annotations/budi/a.txt.json");
    let whole = fs::read(&path).unwrap();
    let broken = whole.strip_suffix(b"}\n").unwrap();
    fs::write(&path, broken).unwrap();
    let at = Timestamp(1_700_000_000);
    let repairer = Repairer { by: "Rina".to_owned(), at, is_dry_run: false };
    let opened = Folder::open(root.path(), &mut Report::default()).unwrap();
    let folder = opened.folder;
    let note = TrashNote {
        at,
        by: "Rina".to_owned(),
        why: "try".to_owned(),
        path: "annotations/budi/a.txt.json".to_owned(),
    };
    folder.bytes_to_trash(&note, b"older").unwrap();
    let id = folder.trash()[0].id.clone();

    let mut failed = Report::default();
    assert_eq!(folder.repair(&opened.schema, &repairer, &mut failed), []);
    let message = &failed.problems[0].message;
    assert!(message.starts_with("the file could not be mended, another window"), "{message}");
    assert!(matches!(folder.restore(&id, "Rina", at), Err(StoreError::Held { .. })));
    assert_eq!(fs::read(&path).unwrap(), broken);
    assert_eq!(folder.trash().len(), 1, "nothing was replaced, so nothing was put aside");

    drop(budi);
    let mut failed = Report::default();
    assert_eq!(folder.repair(&opened.schema, &repairer, &mut failed).len(), 1);
    assert!(failed.is_empty(), "{failed:?}");
    assert_eq!(fs::read(&path).unwrap(), whole);
    folder.restore(&id, "Rina", at).unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"older");
}

#[test]
fn what_could_not_be_saved_before_another_window_took_over_is_its_own() {
    let (root, mut first) = begun();
    let whole = fs::read(root.path().join(SET)).unwrap();
    fs::write(root.path().join(SET), "<<<<<<< half merged").unwrap();
    first.place_caret(20);
    first.press("C");
    assert!(!first.session.is_saved());
    let mut second = window(root.path(), 12);
    second.perform(ArticleAction::TakeOver);
    first.look();
    second.look();
    assert_eq!(*second.session.access(), Access::Writes);
    fs::write(root.path().join(SET), whole).unwrap();
    second.perform(ArticleAction::Open(DocumentId::new("articles/a.txt")));
    assert_eq!(second.session.set().unwrap().annotations().len(), 2, "the journal had it");
    let second_span = second.session.set().unwrap().annotations().last().unwrap().id.clone();
    second.perform(NavigateAction::Select(second_span));
    second.perform(AnnotateAction::Delete);
    assert_eq!(second.session.set().unwrap().annotations().len(), 1);
    assert!(second.session.is_saved(), "{:?}", second.session.save_error());
    first.look();
    assert_eq!(first.session.set().unwrap().annotations().len(), 1, "who looks sees what is");
    assert!(first.session.is_saved());

    first.perform(ArticleAction::TakeOver);
    second.look();
    first.look();
    assert_eq!(*first.session.access(), Access::Writes);
    assert_eq!(first.session.set().unwrap().annotations().len(), 1, "and it does not come back");
    assert_eq!(read(root.path())["spans"].as_array().unwrap().len(), 1);
}

#[test]
fn what_others_wrote_is_read_where_nothing_was_changed_here() {
    let (root, mut desk) = begun();
    change(root.path(), |set| {
        set["spans"].as_array_mut().unwrap().push(span("s2", 17, 23));
        set["spans"][0]["note"] = json!("theirs");
    });
    desk.look();
    assert_eq!(desk.session.set().unwrap().annotations().len(), 2);
    assert!(desk.notes.last().unwrap().contains("newer version"), "{:?}", desk.notes);
    let bytes = fs::read(root.path().join(SET)).unwrap();
    desk.look();
    assert_eq!(fs::read(root.path().join(SET)).unwrap(), bytes, "reading changes nothing");
    desk.place_caret(26);
    desk.press("S");
    assert!(desk.session.is_saved());
    assert_eq!(read(root.path())["spans"].as_array().unwrap().len(), 3);
}

#[test]
fn what_both_changed_is_merged_and_a_person_decides() {
    let (root, mut desk) = begun();
    let id = desk.session.set().unwrap().annotations().next().unwrap().id.clone();
    change(root.path(), |set| {
        set["spans"][0]["note"] = json!("theirs");
        set["spans"].as_array_mut().unwrap().push(span("s2", 17, 23));
    });
    // Before anybody looked: the save finds it.
    desk.perform(NavigateAction::Select(id.clone()));
    desk.perform(AnnotateAction::Label("weapon".to_owned()));
    assert!(desk.session.is_saved());
    let mut expected = labels(&desk);
    expected.sort();
    assert_eq!(expected, ["country", "country conflict", "weapon"]);
    let problem = desk.session.problems().last().unwrap();
    assert!(problem.message.contains("changed here and elsewhere"), "{problem}");
    let copy = problem.place.annotation.clone().unwrap();
    assert_eq!(read(root.path())["spans"].as_array().unwrap().len(), 3, "both are in the file");
    let trash = desk.session.folder().trash();
    assert_eq!(trash.len(), 1, "and theirs is in the trash as it was");

    desk.perform(NavigateAction::Select(copy));
    assert!(desk.session.has_conflict());
    desk.perform(AnnotateAction::Decide { keeps_all: false });
    let kept = desk.session.set().unwrap().annotation(&id).unwrap().clone();
    assert_eq!((kept.label.as_str(), kept.note.as_str(), kept.flags.len()), ("country", "theirs", 0));
    assert_eq!(desk.session.problems(), []);
    desk.press("Ctrl+Z Ctrl+Z");
    let kept = desk.session.set().unwrap().annotation(&id).unwrap().clone();
    assert_eq!(kept.label, "weapon", "taking in was one step");
    assert_eq!(desk.session.set().unwrap().annotations().len(), 1);
}

#[test]
fn a_file_that_was_removed_is_written_again() {
    let (root, mut desk) = begun();
    fs::remove_file(root.path().join(SET)).unwrap();
    desk.look();
    assert!(!desk.session.is_saved());
    assert!(desk.notes.last().unwrap().contains("removed the file"), "{:?}", desk.notes);
    desk.press("Ctrl+S");
    assert!(desk.session.is_saved());
    assert_eq!(read(root.path())["spans"].as_array().unwrap().len(), 1);
}

#[test]
fn a_file_half_merged_is_left_alone_until_it_is_whole() {
    let (root, mut desk) = begun();
    let whole = fs::read_to_string(root.path().join(SET)).unwrap();
    let half = whole.replace("\"spans\"", "<<<<<<< HEAD\n  \"spans\"");
    fs::write(root.path().join(SET), &half).unwrap();
    desk.look();
    assert!(desk.session.problems().last().unwrap().message.contains("changed the file"));
    let n_problems = desk.session.problems().len();
    desk.look();
    assert_eq!(desk.session.problems().len(), n_problems, "it is said once");
    desk.place_caret(20);
    desk.press("C");
    assert!(!desk.session.is_saved() && desk.session.is_safe());
    assert_eq!(fs::read_to_string(root.path().join(SET)).unwrap(), half);
    fs::write(root.path().join(SET), whole).unwrap();
    desk.press("Ctrl+S");
    assert!(desk.session.is_saved(), "{:?}", desk.session.save_error());
    assert_eq!(read(root.path())["spans"].as_array().unwrap().len(), 2);
}

#[test]
fn a_file_that_is_being_written_is_waited_for() {
    let (root, desk) = begun();
    drop(desk);
    let path = root.path().join(SET);
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let writer = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(60));
        fs::write(path, whole).unwrap();
    });
    let desk = window(root.path(), 18);
    writer.join().unwrap();
    assert_eq!(desk.session.problems(), []);
    assert_eq!(labels(&desk), ["country"]);
}

#[test]
fn what_has_settled_is_read_again_only_when_it_changes() {
    let (root, desk) = begun();
    drop(desk);
    let long_ago = SystemTime::now() - Duration::from_secs(3_600);
    for path in ["articles/a.txt", SET] {
        let file = fs::File::options().write(true).open(root.path().join(path)).unwrap();
        file.set_modified(long_ago).unwrap();
    }
    let disk = Arc::new(Meddling::default());
    let storage = Storage { disk: Arc::clone(&disk) as Arc<dyn Disk>, recovery: None };
    let mut desk = Desk::open_with(root.path(), "Rina", Surroundings { storage, ..fixed() });
    let n_read = || {
        let read = std::mem::take(&mut *disk.read.lock().unwrap());
        ["a.txt", "a.txt.json"].map(|name| read.iter().filter(|path| path.ends_with(name)).count())
    };
    assert_eq!(n_read()[0], 1);
    for _ in 0..3 {
        desk.look();
    }
    assert_eq!(n_read(), [0, 0]);
    change(root.path(), |set| set["spans"].as_array_mut().unwrap().push(span("s2", 17, 23)));
    desk.look();
    assert!(n_read()[1] > 0);
    assert_eq!(desk.session.set().unwrap().annotations().len(), 2);
}

#[test]
fn labels_of_a_changed_project_file_are_used() {
    let root = project();
    let file = ProjectFile::new("p", PRESETS[0].schema());
    let write = |file: &ProjectFile| {
        fs::write(root.path().join("sorot.json"), sorot::file::write_project(file)).unwrap()
    };
    write(&file);
    let mut desk = window(root.path(), 18);
    let mut changed = file.clone();
    changed.schema.labels[0].name = "who".to_owned();
    write(&changed);
    desk.look();
    assert_eq!(desk.session.schema().labels[0].name, "who");
    assert!(desk.notes.last().unwrap().contains("sorot.json"), "{:?}", desk.notes);
}

/// The system's disk, where another program does something right before two files are exchanged or
/// one is given its name; it knows what was read.
#[derive(Default)]
struct Meddling {
    deeds: Mutex<Vec<Deed>>,
    read: Mutex<Vec<PathBuf>>,
    can_exchange: bool,
}

type Deed = Box<dyn FnOnce() + Send>;

impl std::fmt::Debug for Meddling {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Meddling")
    }
}

impl Meddling {
    fn meddle(&self, path: &Path) {
        if path.ends_with(SET)
            && let Some(deed) = self.deeds.lock().unwrap().pop()
        {
            deed();
        }
    }
}

impl Disk for Meddling {
    fn metadata(&self, path: &Path) -> io::Result<Metadata> {
        SystemDisk.metadata(path)
    }
    fn link_metadata(&self, path: &Path) -> io::Result<Metadata> {
        SystemDisk.link_metadata(path)
    }
    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        SystemDisk.canonical(path)
    }
    fn list(&self, folder: &Path) -> io::Result<Box<dyn Iterator<Item = io::Result<Entry>>>> {
        SystemDisk.list(folder)
    }
    fn open(&self, path: &Path) -> io::Result<Box<dyn Readable>> {
        self.read.lock().unwrap().push(path.to_owned());
        SystemDisk.open(path)
    }
    fn create_folder(&self, path: &Path) -> io::Result<()> {
        SystemDisk.create_folder(path)
    }
    fn write_new(&self, path: &Path, bytes: &[u8]) -> io::Result<Held> {
        SystemDisk.write_new(path, bytes)
    }
    fn append(&self, path: &Path, length: u64, bytes: &[u8]) -> io::Result<()> {
        SystemDisk.append(path, length, bytes)
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        SystemDisk.rename(from, to)
    }
    fn rename_new(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.meddle(to);
        SystemDisk.rename_new(from, to)
    }
    fn exchange(&self, one: &Path, other: &Path) -> io::Result<()> {
        if !self.can_exchange {
            return Err(ErrorKind::Unsupported.into());
        }
        self.meddle(other);
        SystemDisk.exchange(one, other)
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        SystemDisk.remove(path)
    }
    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        SystemDisk.sync_folder(folder)
    }
    fn hold(&self, path: &Path) -> io::Result<Option<Held>> {
        SystemDisk.hold(path)
    }
}

#[test]
fn a_version_that_comes_between_comparing_and_replacing_is_not_replaced() {
    // One, or two one after the other; with a file there before, or without.
    for (n_deeds, was_there) in [(1, true), (2, true), (1, false), (2, false)] {
        let root = project();
        if was_there {
            let mut desk = window(root.path(), 19);
            desk.place_caret(1);
            desk.press("C");
        }
        let path = root.path().join(SET);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let version = |n: usize| {
            let mut set = json!({"format": "sorot-annotations", "version": 1, "annotator": "Rina",
                "status": "in_progress", "text": TEXT, "spans": [], "relations": [], "entities": []});
            set["spans"] = json!([span(&format!("theirs{n}"), 17, 23 - n)]);
            set.to_string()
        };
        let deed = |n: usize| -> Deed {
            let (path, text) = (path.clone(), version(n));
            // As git does it: away with the old one, then a new one.
            Box::new(move || {
                drop(fs::remove_file(&path));
                fs::write(&path, text).unwrap();
            })
        };
        let deeds: Vec<Deed> = (0..n_deeds).rev().map(deed).collect();
        let disk =
            Arc::new(Meddling { read: Mutex::default(), deeds: Mutex::new(deeds), can_exchange: true });
        let storage = Storage { disk, ..Storage::default() };
        let mut report = Report::default();
        let opened = Folder::open_on(storage, root.path(), &mut report).unwrap();
        let key = SetKey { document: DocumentId::from("articles/a.txt"), owner: Owner::named("Rina") };
        let document = opened.folder.read_document(&key.document, &mut report).unwrap();
        let loaded = opened.folder.read_set(&key, &document, &opened.schema, &mut report).unwrap();
        assert_eq!(loaded.is_some(), was_there);
        let mut ours = AnnotationSet::default();
        ours.role = "ours".to_owned();
        let written = opened.folder.write_set(&key, &document, &ours, &opened.schema);
        assert!(matches!(written, Err(StoreError::Changed { .. })), "{n_deeds} {was_there} {written:?}");
        let there = fs::read_to_string(&path).unwrap();
        let last = version(n_deeds - 1);
        assert_eq!(there, last, "{n_deeds} {was_there}");
        // What the last one replaced without ever having stood there unseen is in the trash.
        let n_kept = opened.folder.trash().len();
        assert!(n_kept <= 1 && fs::read_dir(path.parent().unwrap()).unwrap().count() == 1, "{n_kept}");
    }
}

#[test]
fn without_exchanging_a_changed_file_is_still_not_replaced() {
    let (root, desk) = begun();
    drop(desk);
    let disk = Arc::new(Meddling { read: Mutex::default(), deeds: Mutex::default(), can_exchange: false });
    let random = fastrand::Rng::with_seed(9);
    let surroundings = Surroundings { random, storage: Storage { disk, ..Storage::default() }, ..fixed() };
    let mut desk = Desk::open_with(root.path(), "Rina", surroundings);
    change(root.path(), |set| set["spans"].as_array_mut().unwrap().push(span("s2", 17, 23)));
    desk.place_caret(26);
    desk.press("S");
    assert!(desk.session.is_saved());
    assert_eq!(read(root.path())["spans"].as_array().unwrap().len(), 3);
}

fn git(dir: &Path, arguments: &[&str]) -> std::process::Output {
    Command::new("git")
        .current_dir(dir)
        .args(["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main"])
        .args(["-c", "commit.gpgSign=false", "-c", "core.hooksPath=/dev/null"])
        .args(arguments)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap()
}

#[test]
fn git_merges_span_by_span() {
    if Command::new("git").arg("--version").output().is_err() {
        eprintln!("git is not installed, so its merging is not tested");
        return;
    }
    let (root, desk) = begun();
    drop(desk);
    let root = root.path();
    let do_git = |arguments: &[&str]| {
        let output = git(root, arguments);
        assert!(output.status.success(), "git {arguments:?}: {output:?}");
    };
    do_git(&["init", "-q"]);
    let driver = format!("'{}' merge %O %A %B --path %P", env!("CARGO_BIN_EXE_sorot"));
    do_git(&["config", "merge.sorot.driver", &driver]);
    fs::write(root.join(".gitattributes"), "annotations/**/*.json merge=sorot\n").unwrap();
    do_git(&["add", "-A"]);
    do_git(&["commit", "-qm", "base"]);
    do_git(&["checkout", "-qb", "theirs"]);
    change(root, |set| {
        set["spans"][0]["note"] = json!("theirs");
        set["spans"].as_array_mut().unwrap().push(span("s2", 17, 23));
    });
    do_git(&["commit", "-qam", "theirs"]);
    do_git(&["checkout", "-q", "main"]);
    let id = read(root)["spans"][0]["id"].as_str().unwrap().to_owned();
    change(root, |set| set["spans"].as_array_mut().unwrap().push(span("s3", 10, 12)));
    do_git(&["commit", "-qam", "ours"]);
    do_git(&["merge", "-q", "theirs"]);
    let ids = |set: &Value| -> Vec<String> {
        set["spans"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect()
    };
    let merged = read(root);
    assert_eq!(ids(&merged), [id.as_str(), "s3", "s2"]);
    assert_eq!(merged["spans"][0]["note"], "theirs");

    // Both change one span: git says so, and the file opens with both versions in it.
    do_git(&["checkout", "-q", "theirs"]);
    change(root, |set| set["spans"][0]["label"] = json!("weapon"));
    do_git(&["commit", "-qam", "a weapon"]);
    do_git(&["checkout", "-q", "main"]);
    change(root, |set| set["spans"][0]["label"] = json!("quote"));
    do_git(&["commit", "-qam", "a quote"]);
    assert_eq!(git(root, &["merge", "-q", "theirs"]).status.code(), Some(1));
    let desk = window(root, 20);
    assert_eq!(desk.session.problems(), []);
    let mut found = labels(&desk);
    found.sort();
    assert_eq!(found, ["country", "country", "quote theirs", "weapon conflict"]);
}

#[test]
fn files_that_cannot_be_merged_stay_as_they_are() {
    let (root, desk) = begun();
    drop(desk);
    let root = root.path();
    let ours = fs::read_to_string(root.join(SET)).unwrap();
    let empty = root.join("empty");
    fs::write(&empty, "").unwrap();
    let theirs = root.join("theirs");
    let merge = |other: String| {
        fs::write(&theirs, other).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_sorot"))
            .arg("merge")
            .args([&empty, &root.join(SET), &theirs])
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    assert_eq!(merge(ours.clone()), (Some(0), String::new()));
    assert_eq!(fs::read_to_string(root.join(SET)).unwrap(), ours, "the same on both sides");
    for (other, message) in [
        (ours.replace("Dnipro", "Dnepr"), "different texts"),
        (ours.replace("\"version\": 1", "\"version\": 99"), "read-only"),
        (ours.replace("\"spans\"", "<<<<<<<"), "broken JSON"),
    ] {
        let (code, error) = merge(other);
        assert!(code == Some(2) && error.contains(message), "{code:?} {error}");
        assert_eq!(fs::read_to_string(root.join(SET)).unwrap(), ours);
    }
}

// ------------------------------------------------------------------------------------------------

const WORDS: usize = 4_000;

/// `sorot drive` as one annotator.
struct Program {
    child: Child,
    lines: ChildStdin,
    answers: Receiver<String>,
    /// What it said, for whoever waits in vain.
    heard: Vec<String>,
    is_writer: bool,
    /// What was asked for and not answered yet.
    asked: Vec<Asked>,
    did: u64,
    saved: u64,
}

#[derive(Clone, Debug)]
enum Asked {
    Add(&'static str),
    Relabel(String, &'static str),
    Delete(String),
}

const LABELS: [&str; 4] = ["speaker", "quote", "country", "weapon"];

impl Program {
    fn start(root: &Path, annotator: &str) -> Program {
        let mut child = Command::new(env!("CARGO_BIN_EXE_sorot"))
            .args(["drive", "--annotator", annotator])
            .arg(root)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = child.stdin.take().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (sender, answers) = channel();
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        let mut program = Program {
            child,
            lines,
            answers,
            is_writer: true,
            asked: Vec::new(),
            heard: Vec::new(),
            did: 0,
            saved: 0,
        };
        program.wait("it is open", |answer| answer.starts_with("shown"));
        program
    }

    fn ask(&mut self, line: &str) {
        writeln!(self.lines, "{line}").unwrap();
    }

    fn wait(&mut self, what: &str, is_it: impl Fn(&str) -> bool) -> String {
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(60) {
            let Ok(answer) = self.answers.recv_timeout(Duration::from_millis(100)) else { continue };
            self.hear(&answer);
            self.heard.push(answer.clone());
            if is_it(&answer) {
                return answer;
            }
        }
        panic!("waited in vain until {what}; heard {:?}", &self.heard[self.heard.len().saturating_sub(60)..]);
    }

    fn hear(&mut self, answer: &str) {
        let words: Vec<&str> = answer.split(' ').collect();
        match words[..] {
            ["looks"] => self.is_writer = false,
            ["writes"] => self.is_writer = true,
            ["did" | "took", number, ..] => self.did = number.parse().unwrap(),
            ["saved", number] => self.saved = number.parse().unwrap(),
            _ => {}
        }
    }

    /// Lets the program do something; what came of it, or nothing if it refused.
    fn perform(&mut self, asked: Asked, at: usize) -> Option<String> {
        let line = match &asked {
            Asked::Add(label) => format!("add {label} {} {}", at * 5, at * 5 + 4),
            Asked::Relabel(id, label) => format!("relabel {id} {label}"),
            Asked::Delete(id) => format!("delete {id}"),
        };
        self.asked.push(asked);
        self.ask(&line);
        self.ask("nothing");
        // Every line is answered before the next is read, and this one means nothing.
        let mut did = None;
        loop {
            let answer = self.wait("the line is done", |_| true);
            if let Some(id) = answer.strip_prefix("did ") {
                did = Some(id.split(' ').nth(1).unwrap_or_default().to_owned());
            }
            if answer.starts_with("note nothing") {
                return did;
            }
        }
    }

    fn end(mut self) {
        drop(self.lines);
        assert!(self.child.wait().unwrap().success());
    }
}

/// What must be found in the end: of each span the last label that a window gave it, and the last
/// note that came by version control.
#[derive(Clone, Debug, Default)]
struct Expected {
    label: Option<&'static str>,
    note: Option<String>,
    is_deleted: bool,
}

type Expectations = BTreeMap<String, Expected>;

/// What came of it all.
#[derive(Debug, Default)]
struct Seen {
    n_edits: usize,
    n_refused: usize,
    n_pulls: usize,
    n_pulls_refused: usize,
    n_takeovers: usize,
    n_spans: usize,
    n_conflicts: usize,
}

/// Changes a set's file as `git pull` does: into a version made from what is committed, never over
/// what is not, by removing the old file and making a new one. False if there was something newer.
fn pull(path: &Path, random: &mut fastrand::Rng, number: usize, expected: &Mutex<Expectations>) -> bool {
    let Ok(bytes) = fs::read(path) else { return false };
    let Ok(mut set) = serde_json::from_slice::<Value>(&bytes) else { return false };
    let spans = set["spans"].as_array_mut().unwrap();
    let note = format!("pulled {number}");
    let at = random.usize(..WORDS);
    let mut touched = Vec::new();
    for span in spans.iter_mut() {
        let id = span["id"].as_str().unwrap().to_owned();
        if !id.contains('-') && random.u8(..) < 24 && touched.len() < 3 {
            span["note"] = json!(note);
            touched.push(id);
        }
    }
    let id = format!("g{number}");
    spans.push(json!({"id": id, "label": "country", "start": at * 5, "end": at * 5 + 4, "text": "word",
        "note": note}));
    touched.push(id);
    // The lock of version control, as it were: nobody deletes what is being pulled, or counts on it.
    let mut expected = expected.lock().unwrap();
    let aside = path.with_extension("aside");
    if fs::rename(path, &aside).is_err() {
        return false;
    }
    if fs::read(&aside).unwrap() != bytes {
        // Somebody saved meanwhile, which git would have refused to overwrite.
        if fs::hard_link(&aside, path).is_err() {
            // And saved once more: that one knows the one before.
        }
        fs::remove_file(&aside).unwrap();
        return false;
    }
    let file = fs::File::options().write(true).create_new(true).open(path);
    let is_done = match file {
        Ok(mut file) => {
            file.write_all(format!("{set:#}\n").as_bytes()).unwrap();
            true
        }
        Err(_) => false,
    };
    fs::remove_file(&aside).unwrap();
    if is_done {
        for id in touched {
            expected.entry(id).or_default().note = Some(note.clone());
        }
    }
    is_done
}

#[test]
fn of_three_programs_and_version_control_nothing_is_lost() {
    let n_operations = std::env::var("SOROT_SHARING_OPERATIONS").ok().and_then(|it| it.parse().ok());
    let n_operations: usize = n_operations.unwrap_or(300);
    let began = Instant::now();
    let root = tempfile::tempdir().unwrap();
    let root = root.path();
    fs::create_dir(root.join("articles")).unwrap();
    fs::write(root.join("articles/a.txt"), "word ".repeat(WORDS)).unwrap();
    let path = root.join(SET);
    let mut random = fastrand::Rng::with_seed(11);
    let mut seen = Seen::default();
    let rina = Arc::new(Mutex::new(Expectations::new()));
    let mut budi = Expectations::new();

    let mut windows = [Program::start(root, "Rina"), Program::start(root, "Rina")];
    let mut other = Program::start(root, "Budi");
    let mut writer = 0;
    // The first edit takes the lock.
    let id = windows[0].perform(Asked::Add("country"), 0).unwrap();
    rina.lock().unwrap().insert(id, Expected { label: Some("country"), ..Expected::default() });
    windows[1].wait("the second window has seen that", |answer| answer == "looks");

    let has_ended = Arc::new(AtomicBool::new(false));
    let puller = {
        let (has_ended, expected, path) = (Arc::clone(&has_ended), Arc::clone(&rina), path.clone());
        std::thread::spawn(move || {
            let mut random = fastrand::Rng::with_seed(12);
            let (mut n_done, mut n_refused) = (0, 0);
            while !has_ended.load(Ordering::Relaxed) {
                match pull(&path, &mut random, n_done, &expected) {
                    true => n_done += 1,
                    false => n_refused += 1,
                }
                std::thread::sleep(Duration::from_millis(random.u64(1..30)));
            }
            (n_done, n_refused)
        })
    };

    while seen.n_edits < n_operations {
        if random.u16(..) < 300 && seen.n_edits > 20 * (seen.n_takeovers + 1) {
            let next = 1 - writer;
            // What it said long ago must not be taken for an answer.
            for answer in windows[next].answers.try_iter().collect::<Vec<String>>() {
                windows[next].hear(&answer);
                windows[next].heard.push(answer);
            }
            assert!(!windows[next].is_writer, "two windows write");
            windows[next].ask("take over");
            windows[next].wait("the window has taken over", |answer| answer == "writes");
            windows[next].wait("it has read everything anew", |answer| answer.starts_with("shown"));
            if windows[writer].is_writer {
                windows[writer].wait("the other window has let go", |answer| answer == "looks");
            }
            writer = next;
            seen.n_takeovers += 1;
        }
        let (program, is_budi) =
            if random.u8(..) < 64 { (&mut other, true) } else { (&mut windows[writer], false) };
        let known = {
            let expected = rina.lock().unwrap();
            let all = if is_budi { &budi } else { &*expected };
            let own = all.iter().filter(|(_, it)| it.label.is_some() && !it.is_deleted);
            let own: Vec<(String, Expected)> = own.map(|(id, it)| (id.clone(), it.clone())).collect();
            random.choice(own)
        };
        let label = LABELS[random.usize(..LABELS.len())];
        let asked = match (random.u8(..10), known) {
            (0..3, Some((id, it))) if it.label != Some(label) => Asked::Relabel(id, label),
            (3, Some((id, it))) if it.note.is_none() => Asked::Delete(id),
            _ => Asked::Add(label),
        };
        // While something is deleted, nobody else touches it: whether an edit or a deletion came
        // first could not be told.
        let guard = matches!(asked, Asked::Delete(_)).then(|| rina.lock().unwrap());
        let is_touched = match (&guard, &asked) {
            (Some(expected), Asked::Delete(id)) => expected.get(id).is_some_and(|it| it.note.is_some()),
            _ => false,
        };
        if is_touched {
            continue;
        }
        let did = program.perform(asked.clone(), random.usize(..WORDS));
        let mut guard = guard.unwrap_or_else(|| rina.lock().unwrap());
        let expected = if is_budi { &mut budi } else { &mut *guard };
        match (did, asked) {
            (Some(id), Asked::Add(label)) => expected.entry(id).or_default().label = Some(label),
            (Some(_), Asked::Relabel(id, label)) => expected.entry(id).or_default().label = Some(label),
            (Some(_), Asked::Delete(id)) => expected.entry(id).or_default().is_deleted = true,
            (None, _) => {
                seen.n_refused += 1;
                continue;
            }
        }
        seen.n_edits += 1;
    }
    has_ended.store(true, Ordering::Relaxed);
    (seen.n_pulls, seen.n_pulls_refused) = puller.join().unwrap();

    // What was pulled last is noticed by itself, and what was edited last is saved by then.
    std::thread::sleep(Duration::from_secs(3));
    let [first, second] = windows;
    for program in [first, second, other] {
        program.end();
    }
    let mut report = Report::default();
    let opened = Folder::open(root, &mut report).unwrap();
    opened.folder.check(&opened.schema, &mut report);
    report.problems.retain(|problem| !problem.message.contains("do not agree"));
    assert_eq!(report.problems, [], "a file is damaged");
    for (owner, expected) in [("rina", &*rina.lock().unwrap()), ("budi", &budi)] {
        let path = root.join(format!("annotations/{owner}/a.txt.json"));
        let set: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        let spans = set["spans"].as_array().unwrap();
        let has_conflict =
            |span: &&Value| span["flags"].as_array().is_some_and(|it| it.contains(&json!("conflict")));
        seen.n_spans += spans.len();
        seen.n_conflicts += spans.iter().filter(has_conflict).count();
        for (id, expected) in expected {
            let versions: Vec<&Value> = spans
                .iter()
                .filter(|span| {
                    let it = span["id"].as_str().unwrap();
                    it == id || it.strip_prefix(id.as_str()).is_some_and(|rest| rest.starts_with('-'))
                })
                .collect();
            if expected.is_deleted {
                assert!(versions.iter().all(has_conflict), "{id} came back unseen: {versions:?}");
                continue;
            }
            if let Some(label) = expected.label {
                assert!(versions.iter().any(|it| it["label"] == label), "{id} lost {label}: {versions:?}");
            }
            if let Some(note) = &expected.note {
                assert!(versions.iter().any(|it| it["note"] == *note), "{id} lost {note}: {versions:?}");
            }
        }
    }
    println!("{seen:?}, {:?}", began.elapsed());
}
