//! Changes of the whole project on a disk that fails: a label renamed in everybody's sets, an article
//! corrected with everybody's spans, a lock taken over from a window elsewhere. At each operation of
//! the disk it fails in each way there is, or the power goes.
//!
//! Afterwards the schema, the articles and all sets must be what they were after one and the same
//! change, and none that was acknowledged may be missing.
//!
//! Of each kind of operation at each place some are tried. All of them, in some minutes:
//!
//! ```text
//! SOROT_FAULTS=all cargo test --test it project_faults -- --nocapture
//! ```
#![expect(clippy::print_stdout, reason = "`--nocapture` shows how much was tried")]

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use sorot::file::{Holder, PRESETS, ProjectFile, write_holder, write_project};
use sorot::model::{
    DocumentId, Owner, Project, Renaming, Report, SchemaChange, SchemaPart, SetKey, Severity,
};
use sorot::session::{
    Access, Action, AnnotateAction, ArticleAction, Caret, NavigateAction, SchemaAction, Surroundings,
};
use sorot::store::{Disk, Folder, Storage};
use sorot::text::OffsetUnit;

use crate::desk::{Desk, fixed};
use crate::disks::{FailingDisk, Fault, MemoryDisk, When};
use crate::faults::{FAULTS, Tried};

const ROOT: &str = "/project";
const OWNERS: [&str; 2] = ["Rina", "Budi"];
const ARTICLES: [&str; 2] = ["articles/a.txt", "articles/b.txt"];
const TEXT: &str = "Rusia menyerang Ukraina dengan tank, kata Menteri Pertahanan Jerman di Berlin.";
const BUDIS_LOCK: &str = "/project/.sorot/locks/budi.json";

/// What Rina does at one sitting, which begins while a window elsewhere holds her lock.
#[derive(Clone, Copy, Debug)]
enum Deed {
    TakeOver,
    Label(&'static str, &'static str),
    Rename(&'static str, &'static str),
    /// Put other text in the place of the first such text.
    Correct(&'static str, &'static str),
    Open(usize),
    Undo,
    Redo,
    Restart,
    /// Budi opens a window elsewhere.
    BudiComes,
    BudiGoes,
}

const SITTING: &[Deed] = &[
    Deed::TakeOver,
    Deed::Rename("country", "state"),
    Deed::Undo,
    Deed::Redo,
    Deed::Label("tank", "weapon"),
    Deed::Correct("Rusia", "Federasi Rusia"),
    Deed::Restart,
    Deed::Undo,
    Deed::Redo,
    Deed::BudiComes,
    Deed::Rename("state", "nation"),
    Deed::Correct("tank", "drone"),
    Deed::Undo,
    Deed::BudiGoes,
    Deed::Open(1),
    Deed::Correct("Jerman", "Republik Federal Jerman"),
    Deed::Restart,
    Deed::Undo,
    Deed::Undo,
    Deed::Undo,
    Deed::Undo,
    Deed::Redo,
];

/// What a project says: labels, texts, and by owner, article and id the label, start and surface.
#[derive(Clone, Debug, Default, PartialEq)]
struct State {
    labels: Vec<String>,
    texts: BTreeMap<String, String>,
    spans: BTreeMap<[String; 3], (String, usize, String)>,
}

impl State {
    fn of(project: &Project) -> State {
        let mut state = State::default();
        state.labels.extend(project.schema().labels.iter().map(|it| it.name.clone()));
        for document in project.documents() {
            state.texts.insert(document.id.to_string(), document.text.as_str().to_owned());
        }
        for (key, set) in project.sets() {
            let text = &project.document(&key.document).unwrap().text;
            for it in set.annotations() {
                let id = [key.owner.name().to_owned(), key.document.to_string(), it.id.to_string()];
                let start = text.measure(it.span.start(), OffsetUnit::Byte);
                state.spans.insert(id, (it.label.clone(), start, text.surface(&it.span)));
            }
        }
        state
    }
}

/// All that a project on a disk holds.
fn whole(disk: &FailingDisk) -> (Folder, Project, Report) {
    let mut report = Report::default();
    let storage = Storage { disk: Arc::new(disk.clone()), recovery: None };
    let opened = Folder::open_on(storage, Path::new(ROOT), &mut report).unwrap();
    let mut project = Project::new(opened.name, opened.schema.clone());
    for id in opened.articles {
        let document = opened.folder.read_document(&id, &mut report).unwrap();
        for owner in OWNERS {
            let key = SetKey { document: id.clone(), owner: Owner::named(owner) };
            let loaded = opened.folder.read_set(&key, &document, &opened.schema, &mut report).unwrap();
            let Some(loaded) = loaded else { continue };
            if project.document(&id).is_none() {
                project.insert_document(document.clone());
            }
            project.insert_set(key, loaded.set);
        }
    }
    opened.folder.check(&opened.schema, &mut report);
    (opened.folder, project, report)
}

fn healthy(disk: MemoryDisk) -> FailingDisk {
    FailingDisk::new(disk, Fault::Late, When::Never)
}

fn surroundings(disk: &FailingDisk, n_opened: u64) -> Surroundings {
    let storage = Storage { disk: Arc::new(disk.clone()), recovery: Some("/recovery".into()) };
    // Each process makes ids of its own.
    Surroundings { storage, random: fastrand::Rng::with_seed(n_opened), ..fixed() }
}

fn holder_elsewhere() -> String {
    let holder = Holder { window: "w".to_owned(), host: "elsewhere".to_owned(), process: 7, beat: 1 };
    String::from_utf8(write_holder(&holder)).unwrap()
}

/// A project of two articles that both people annotated, with Rina's lock held elsewhere.
fn annotated() -> MemoryDisk {
    let disk = MemoryDisk::default();
    let project = ProjectFile::new("Two", PRESETS[0].schema());
    disk.put("/project/sorot.json", std::str::from_utf8(&write_project(&project)).unwrap());
    for article in ARTICLES {
        disk.put(&format!("{ROOT}/{article}"), TEXT);
    }
    let working = healthy(disk);
    for (seed, owner) in [(100, "Rina"), (200, "Budi")] {
        let mut desk = Desk::try_open(Path::new(ROOT), owner, surroundings(&working, seed)).unwrap();
        for article in ARTICLES {
            desk.perform(ArticleAction::Open(DocumentId::new(article)));
            for (surface, label) in [("Rusia", "country"), ("Jerman", "country"), ("kata Menteri", "speaker")]
            {
                select(&mut desk, surface);
                desk.perform(AnnotateAction::Label(label.to_owned()));
            }
        }
        assert!(desk.session.is_saved(), "{:?}", desk.session.save_error());
    }
    // All of it lasts, but for what no window is left to remember.
    let disk = MemoryDisk::default();
    for (path, content) in working.disk.files() {
        if !path.contains("/.sorot/") {
            disk.put(&path, std::str::from_utf8(&content).unwrap());
        }
    }
    disk.put("/project/.sorot/.gitignore", "*\n");
    disk.put("/project/.sorot/locks/rina.json", &holder_elsewhere());
    disk
}

fn select(desk: &mut Desk, surface: &str) -> bool {
    let Some(text) = desk.session.document().map(|it| it.text.clone()) else { return false };
    let Some(start) = text.as_str().find(surface) else { return false };
    for (byte, extend) in [(start, false), (start + surface.len(), true)] {
        let offset = text.locate(byte, OffsetUnit::Byte).unwrap();
        desk.perform(NavigateAction::To { caret: Caret { offset, upstream: false }, extend });
    }
    true
}

/// A sitting, and what must have come of it.
struct Story {
    disk: FailingDisk,
    desk: Option<Desk>,
    /// What the project must be after each change, by its number.
    states: BTreeMap<u64, State>,
    /// The project as the changes make it, in memory.
    shadow: Project,
    projects: BTreeMap<u64, Project>,
    acknowledged: u64,
    n_opened: u64,
    fault: Fault,
}

impl Drop for Story {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("after the failure of: {:?}", self.disk.failed());
        }
    }
}

impl Story {
    fn new(start: &MemoryDisk, fault: Fault, when: When) -> Story {
        let shadow = whole(&healthy(start.copy())).1;
        Story {
            disk: FailingDisk::new(start.copy(), fault, when),
            desk: None,
            states: BTreeMap::from([(0, State::of(&shadow))]),
            projects: BTreeMap::from([(0, shadow.clone())]),
            shadow,
            acknowledged: 0,
            n_opened: 0,
            fault,
        }
    }

    /// True unless something looked as if it had never been there: a file that is said to be none, or
    /// what lies in a folder that could not be listed when the project was opened.
    fn is_exact(&self) -> bool {
        let is_listing = |failed: String| failed.starts_with("list ") || failed.starts_with("canonical ");
        self.fault != Fault::Refused(ErrorKind::NotFound) && !self.disk.failed().is_some_and(is_listing)
    }

    /// Opens the project; whether a failure passes or not, the second attempt is the last.
    fn open(&mut self) -> bool {
        for _ in 0..2 {
            self.n_opened += 1;
            match Desk::try_open(Path::new(ROOT), "Rina", surroundings(&self.disk, self.n_opened)) {
                Ok(desk) => {
                    if let Some(project) = self.projects.get(&desk.session.journalled().0) {
                        self.shadow = project.clone();
                    }
                    self.desk = Some(desk);
                    return true;
                }
                Err(error) => assert!(error.contains(' '), "this is no sentence: {error}"),
            }
        }
        false
    }

    fn play(&mut self) {
        if !self.open() {
            return;
        }
        for deed in SITTING {
            if matches!(deed, Deed::Restart) {
                self.desk = None;
                if !self.open() {
                    return;
                }
            }
            self.perform(*deed);
        }
    }

    fn perform(&mut self, deed: Deed) {
        let is_exact = self.is_exact();
        let Some(desk) = &mut self.desk else { return };
        let action: Action = match deed {
            Deed::TakeOver => {
                desk.perform(ArticleAction::TakeOver);
                for _ in 0..60 {
                    desk.look();
                }
                return;
            }
            Deed::Label(surface, label) if select(desk, surface) => {
                AnnotateAction::Label(label.to_owned()).into()
            }
            Deed::Correct(surface, by) if select(desk, surface) => {
                ArticleAction::Correct(by.to_owned()).into()
            }
            Deed::Rename(from, to) => {
                let renaming = Renaming::Rename { from: from.to_owned(), to: to.to_owned() };
                SchemaAction::Change(SchemaChange { part: SchemaPart::Label, renaming }).into()
            }
            Deed::Open(i) => ArticleAction::Open(DocumentId::new(ARTICLES[i])).into(),
            Deed::Undo => Action::Undo,
            Deed::Redo => Action::Redo,
            Deed::BudiComes => return self.disk.disk.put(BUDIS_LOCK, &holder_elsewhere()),
            Deed::BudiGoes => return drop(self.disk.disk.remove(Path::new(BUDIS_LOCK))),
            Deed::Label(..) | Deed::Correct(..) | Deed::Restart => return,
        };
        let before = desk.session.journalled().0;
        desk.perform(action);
        let (number, journalled) = desk.session.journalled();
        if number > before {
            let history = desk.session.history();
            let made = match deed {
                Deed::Undo => history.next_redo().cloned().map(|it| it.inverse()),
                _ => history.next_undo().cloned(),
            };
            let applied = self.shadow.apply(&made.expect("a change was made"));
            assert!(applied.is_ok() || !is_exact, "{deed:?}: {applied:?}");
            self.states.insert(number, State::of(&self.shadow));
            self.projects.insert(number, self.shadow.clone());
        }
        if self.states.contains_key(&journalled) {
            self.acknowledged = self.acknowledged.max(journalled);
        }
        if !desk.session.is_saved() {
            let sentence = desk.session.save_error().expect("what is not saved is said");
            assert!(sentence.starts_with("Not saved: "), "{sentence}");
        }
    }

    /// Opens what is on a disk with all well again and nobody else there, and looks for what was
    /// acknowledged.
    fn check(&self, disk: &MemoryDisk) {
        let healthy = healthy(disk.copy());
        for lock in healthy.disk.files().keys().filter(|path| path.contains("/.sorot/locks/")) {
            healthy.disk.remove(Path::new(lock)).unwrap();
        }
        let mut desk = Desk::try_open(Path::new(ROOT), "Rina", surroundings(&healthy, 0)).unwrap();
        let number = desk.session.journalled().0;
        assert!(number >= self.acknowledged, "{number} < {}: a change is lost", self.acknowledged);
        for article in ARTICLES {
            desk.perform(ArticleAction::Open(DocumentId::new(article)));
        }
        assert!(desk.session.is_saved(), "{:?}", desk.session.save_error());
        drop(desk);
        let (_, project, mut report) = whole(&healthy);
        let (found, expected) = (State::of(&project), &self.states[&number]);
        if self.is_exact() {
            assert_eq!(&found, expected, "after change {number}");
            // A copy whose note could not be written any more is listed, and harms nobody.
            report.problems.retain(|problem| problem.severity > Severity::Note);
            assert_eq!(report.problems, []);
        } else {
            for id in expected.spans.keys() {
                assert!(found.spans.contains_key(id), "{id:?} after change {number}");
            }
        }
        let files = healthy.disk.files();
        assert!(!files.keys().any(|path| path.contains(".sorot-tmp-")), "{:?}", files.keys());
    }
}

/// The operations to try, by their numbers: all, or of each kind at each place the first, the last
/// and two between.
fn points(start: &MemoryDisk) -> Vec<usize> {
    let mut story = Story::new(start, Fault::Late, When::Never);
    story.play();
    let operations = story.disk.operations();
    if std::env::var_os("SOROT_FAULTS").is_some_and(|it| it == "all") {
        // Whatever comes after a failure may be more.
        return (1..2 * operations.len()).collect();
    }
    let mut of_kind: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (i, operation) in operations.iter().enumerate() {
        of_kind.entry(operation).or_default().push(i + 1);
    }
    let mut points: Vec<usize> = of_kind
        .values()
        .flat_map(|it| [it[0], it[it.len() / 3], it[it.len() * 2 / 3], it[it.len() - 1]])
        .collect();
    points.sort_unstable();
    points.dedup();
    points
}

#[test]
fn nothing_fails() {
    let mut story = Story::new(&annotated(), Fault::Late, When::Never);
    story.play();
    let desk = story.desk.take().unwrap();
    assert_eq!(*desk.session.access(), Access::Writes, "{:?}", desk.notes);
    let (number, journalled) = desk.session.journalled();
    drop(desk);
    // Rename, undo, redo, label, correct, undo, redo, correct, 4 × undo, redo; nothing while Budi works.
    assert_eq!((number, journalled), (13, 13));
    let expected = |number: u64| story.states[&number].texts.values().cloned().collect::<Vec<_>>();
    assert!(expected(5)[0].starts_with("Federasi Rusia"), "{:?}", expected(5));
    assert!(expected(8)[1].contains("Republik Federal Jerman"));
    assert_eq!(story.states[&12], story.states[&0], "all of it is undone");
    assert!(story.states[&13].labels.contains(&"state".to_owned()));
    story.check(&story.disk.disk);
}

#[test]
fn one_operation_fails() {
    let start = annotated();
    let mut tried = Tried::default();
    let points = points(&start);
    for fault in FAULTS {
        for &at in &points {
            let mut story = Story::new(&start, fault, When::Once(at));
            story.play();
            if !tried.add(&story.disk, fault) {
                break;
            }
            let is_exact = story.is_exact();
            if let Some(desk) = story.desk.as_mut().filter(|_| is_exact) {
                desk.perform(ArticleAction::Save);
                let (error, failed) = (desk.session.save_error(), story.disk.failed());
                assert!(desk.session.is_saved(), "{error:?} after {failed:?}");
                // A journal that could not be read is counted on from far above.
                let number = desk.session.journalled().0;
                story.acknowledged =
                    if story.states.contains_key(&number) { number } else { story.acknowledged };
            }
            story.desk = None;
            story.check(&story.disk.disk);
        }
    }
    tried.tell("one operation of a project-wide change fails", 40);
}

#[test]
fn the_project_cannot_be_written_any_more() {
    let start = annotated();
    let mut tried = Tried::default();
    for fault in [Fault::Short(ErrorKind::StorageFull), Fault::Refused(ErrorKind::ReadOnlyFilesystem)] {
        for at in points(&start) {
            let mut story = Story::new(&start, fault, When::From(at, ROOT));
            story.play();
            if !tried.add(&story.disk, fault) {
                break;
            }
            let desk = story.desk.as_mut().unwrap();
            assert!(desk.session.is_safe(), "the recovery folder could be written");
            story.acknowledged = desk.session.journalled().0;
            // The program ends now, or the disk gets well while it goes on.
            story.check(&story.disk.disk);
            story.disk.heal();
            let desk = story.desk.as_mut().unwrap();
            desk.perform(ArticleAction::Save);
            assert!(desk.session.is_saved(), "{:?}", desk.session.save_error());
            story.desk = None;
            story.check(&story.disk.disk);
        }
    }
    tried.tell("the project cannot be written any more in a project-wide change", 10);
}

#[test]
fn the_power_goes() {
    let start = annotated();
    let mut random = fastrand::Rng::with_seed(3);
    let mut tried = Tried::default();
    for at in points(&start) {
        let mut story = Story::new(&start, Fault::Late, When::Cut(at));
        story.play();
        story.desk = None;
        if !tried.add(&story.disk, "power cut") {
            break;
        }
        for _ in 0..4 {
            story.check(&story.disk.disk.after_power_cut(&mut random));
        }
    }
    tried.tell("the power goes in a project-wide change", 10);
}
