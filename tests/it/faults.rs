//! A sitting in which one operation of the disk fails, or all from one on, or the power goes: for
//! each operation there is, in each way there is.
//!
//! Afterwards nothing that was acknowledged may be missing, every file must be whole, and as long
//! as something is not saved there must be a sentence that says why.
#![expect(clippy::print_stdout, reason = "`--nocapture` shows how much was tried")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use sorot::model::{AnnotationId, DocumentId, Owner, Report, SetKey, Severity, Status};
use sorot::session::{Action, AnnotateAction, ArticleAction, NavigateAction, Surroundings, TrashAction};
use sorot::store::{Folder, Storage};
use sorot::text::{Offset, OffsetUnit, Unit};

use crate::desk::{Desk, fixed};
use crate::disks::{FailingDisk, Fault, MemoryDisk, When};

const NAME: &str = "Rina";
const ARTICLES: [&str; 2] = ["articles/a.txt", "articles/b.txt"];
const TEXT: &str = "Rusia menyerang Ukraina dengan tank, kata Menteri Pertahanan Jerman di Berlin.";

/// Ways in which one operation fails.
pub(crate) const FAULTS: [Fault; 6] = [
    Fault::Refused(ErrorKind::Other),
    Fault::Refused(ErrorKind::PermissionDenied),
    Fault::Refused(ErrorKind::NotFound),
    Fault::Short(ErrorKind::StorageFull),
    Fault::Short(ErrorKind::Other),
    Fault::Late,
];

/// How far a set is, and its annotations by id: label, start and end.
type Set = (Status, BTreeMap<String, (String, usize, usize)>);
type State = BTreeMap<&'static str, Set>;

/// What a person does at one sitting.
#[derive(Clone, Copy)]
enum Deed {
    Add(&'static str, usize, usize),
    /// Give the first annotation another label.
    Relabel(&'static str),
    /// Remove the first annotation.
    Delete,
    Open(usize),
    Status(Status),
    Undo,
    Redo,
    /// Delete all annotations of the article; a copy goes to the trash.
    DeleteAll,
    /// Close the program and open it again.
    Restart,
}

const SITTING: &[Deed] = &[
    Deed::Add("country", 0, 5),
    Deed::Add("weapon", 31, 35),
    Deed::Relabel("quote"),
    Deed::Open(1),
    Deed::Add("country", 16, 23),
    Deed::Status(Status::Done),
    Deed::Undo,
    Deed::Open(0),
    Deed::Redo,
    Deed::Delete,
    Deed::Restart,
    Deed::Add("speaker", 42, 60),
    Deed::Undo,
    Deed::Undo,
    Deed::Open(1),
    Deed::Add("country", 61, 67),
    Deed::DeleteAll,
    Deed::Undo,
    Deed::Restart,
    Deed::Redo,
    Deed::Add("quote", 0, 35),
];

/// A sitting, and what must have come of it.
struct Story {
    disk: FailingDisk,
    recovery: bool,
    desk: Option<Desk>,
    /// The state after each change, by its number.
    states: BTreeMap<u64, State>,
    newest: State,
    /// The newest change that was said to be on a disk.
    acknowledged: u64,
    /// The newest change before the program was opened.
    opened_at: u64,
    n_opened: u64,
}

impl Drop for Story {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("after the failure of: {:?}", self.disk.failed());
        }
    }
}

impl Story {
    fn new(disk: FailingDisk, recovery: bool) -> Story {
        let states = BTreeMap::from([(0, start())]);
        Story {
            disk,
            recovery,
            desk: None,
            states,
            newest: start(),
            acknowledged: 0,
            opened_at: 0,
            n_opened: 0,
        }
    }

    /// Opens the project; whether a failure passes or not, the second attempt is the last.
    fn open(&mut self) -> bool {
        for _ in 0..2 {
            self.n_opened += 1;
            let surroundings = surroundings(&self.disk, self.recovery, self.n_opened);
            match Desk::try_open(Path::new("/project"), NAME, surroundings) {
                Ok(desk) => {
                    self.opened_at = desk.session.journalled().0;
                    self.desk = Some(desk);
                    return true;
                }
                Err(error) => assert!(error.contains(' '), "this is no sentence: {error}"),
            }
        }
        false
    }

    /// Does all of it, or what can be done.
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
        let Some(desk) = &mut self.desk else { return };
        let first = desk.session.set().and_then(|set| Some(set.annotations().next()?.id.clone()));
        let select = |id: Option<AnnotationId>| id.map(|id| Action::Navigate(NavigateAction::Select(id)));
        let actions: Vec<Action> = match deed {
            Deed::Add(label, start, end) => match desk.session.document() {
                Some(document) => {
                    let at = |n| document.text.locate(n, OffsetUnit::Byte).unwrap_or(Offset::START);
                    let drag = NavigateAction::Drag {
                        anchor: at(start),
                        head: at(end),
                        unit: Unit::Grapheme,
                        is_additional: false,
                        is_done: true,
                    };
                    vec![drag.into(), AnnotateAction::Label(label.to_owned()).into()]
                }
                None => Vec::new(),
            },
            Deed::Relabel(label) => {
                let label = AnnotateAction::Label(label.to_owned());
                select(first).into_iter().chain([label.into()]).collect()
            }
            Deed::Delete => select(first).into_iter().chain([AnnotateAction::Delete.into()]).collect(),
            Deed::Open(i) => vec![ArticleAction::Open(DocumentId::new(ARTICLES[i])).into()],
            Deed::Status(status) => vec![ArticleAction::SetStatus(status).into()],
            Deed::DeleteAll => vec![Action::Trash(TrashAction::DeleteAll)],
            Deed::Undo => vec![Action::Undo],
            Deed::Redo => vec![Action::Redo],
            Deed::Restart => Vec::new(),
        };
        for action in actions {
            desk.perform(action);
            let (number, journalled) = desk.session.journalled();
            for (article, set) in state(desk) {
                self.newest.insert(article, set);
            }
            if number > self.opened_at {
                self.states.insert(number, self.newest.clone());
            }
            if journalled > self.opened_at {
                self.acknowledged = self.acknowledged.max(journalled);
            }
            if !desk.session.is_saved() {
                let sentence = desk.session.save_error().expect("what is not saved is said");
                assert!(sentence.starts_with("Not saved: "), "{sentence}");
            }
        }
    }

    /// Opens what is on a disk with all well again, and looks for what was acknowledged.
    fn check(&self, disk: &MemoryDisk, recovery: bool, is_exact: bool) {
        let healthy = FailingDisk::new(disk.clone(), Fault::Late, When::Never);
        let mut desk =
            Desk::try_open(Path::new("/project"), NAME, surroundings(&healthy, recovery, 0)).unwrap();
        let number = desk.session.journalled().0;
        assert!(number >= self.acknowledged, "{number} < {}: a change is lost", self.acknowledged);
        for article in ARTICLES {
            desk.perform(ArticleAction::Open(DocumentId::new(article)));
        }
        let expected = self.states.get(&number).expect("a change that somebody made");
        let found = state(&desk);
        for (article, (status, annotations)) in expected {
            let set = &found[article];
            if is_exact {
                assert_eq!(set, &(*status, annotations.clone()), "{article} after change {number}");
            } else {
                for (id, annotation) in annotations {
                    assert_eq!(set.1.get(id), Some(annotation), "{article} after change {number}");
                }
            }
        }
        assert!(desk.session.is_saved(), "{:?}", desk.session.save_error());
        let mut report = Report::default();
        let storage = Storage { disk: Arc::new(healthy.clone()), recovery: None };
        let opened = Folder::open_on(storage, Path::new("/project"), &mut report).unwrap();
        opened.folder.check(&opened.schema, &mut report);
        // A copy whose note could not be written any more is listed, and harms nobody.
        report.problems.retain(|problem| problem.severity > Severity::Note);
        assert_eq!(report.problems, []);
        for path in disk.files().keys() {
            assert!(!path.contains(".sorot-tmp-"), "{path} is left");
        }
        for article in ARTICLES {
            assert_eq!(disk.files()[&format!("/project/{article}")], TEXT.as_bytes());
        }
    }
}

fn surroundings(disk: &FailingDisk, recovery: bool, n_opened: u64) -> Surroundings {
    let storage = Storage { disk: Arc::new(disk.clone()), recovery: recovery.then(|| "/recovery".into()) };
    // Each process makes ids of its own.
    Surroundings { storage, random: fastrand::Rng::with_seed(n_opened), ..fixed() }
}

fn project() -> MemoryDisk {
    let disk = MemoryDisk::default();
    for article in ARTICLES {
        disk.put(&format!("/project/{article}"), TEXT);
    }
    disk
}

fn start() -> State {
    ARTICLES.map(|article| (article, (Status::New, BTreeMap::new()))).into()
}

/// The sets that are in memory.
fn state(desk: &Desk) -> State {
    let mut state = State::new();
    for article in ARTICLES {
        let key = SetKey { document: article.into(), owner: Owner::named(NAME) };
        let Some(set) = desk.session.project().set(&key) else { continue };
        let text = &desk.session.project().document(&key.document).unwrap().text;
        let measure = |offset| text.measure(offset, OffsetUnit::Byte);
        let annotations = set.annotations().map(|it| {
            let (start, end) = (measure(it.span.start()), measure(it.span.end()));
            (it.id.to_string(), (it.label.clone(), start, end))
        });
        state.insert(article, (set.status(), annotations.collect()));
    }
    state
}

/// Which faults were tried.
#[derive(Default)]
pub(crate) struct Tried {
    n_runs: usize,
    points: BTreeSet<String>,
}

impl Tried {
    pub(crate) fn add(&mut self, disk: &FailingDisk, fault: impl std::fmt::Debug) -> bool {
        let Some(failed) = disk.failed() else { return false };
        self.n_runs += 1;
        self.points.insert(format!("{failed}: {fault:?}"));
        true
    }

    pub(crate) fn tell(&self, what: &str, at_least: usize) {
        println!("{what}: {} runs, {} distinct operations × places × faults", self.n_runs, self.points.len());
        assert!(self.points.len() >= at_least, "only {} points were tried", self.points.len());
    }
}

#[test]
fn one_operation_fails() {
    let mut tried = Tried::default();
    for fault in FAULTS {
        for at in 1.. {
            let mut story = Story::new(FailingDisk::new(project(), fault, When::Once(at)), true);
            story.play();
            if !tried.add(&story.disk, fault) {
                break;
            }
            // A file that is said not to be there looks like one that was never written.
            let is_exact = fault != Fault::Refused(ErrorKind::NotFound);
            if let Some(desk) = story.desk.as_mut().filter(|_| is_exact) {
                desk.perform(ArticleAction::Save);
                assert!(
                    desk.session.is_saved(),
                    "{:?} after {:?}",
                    desk.session.save_error(),
                    story.disk.failed()
                );
                story.acknowledged = desk.session.journalled().0;
            }
            story.desk = None;
            story.check(&story.disk.disk, true, is_exact);
        }
    }
    tried.tell("one operation fails", 100);
}

#[test]
fn the_project_cannot_be_written_any_more() {
    let mut tried = Tried::default();
    for fault in [
        Fault::Short(ErrorKind::StorageFull),
        Fault::Refused(ErrorKind::ReadOnlyFilesystem),
        Fault::Refused(ErrorKind::Other),
    ] {
        for at in 1.. {
            let disk = FailingDisk::new(project(), fault, When::From(at, "/project"));
            let mut story = Story::new(disk, true);
            story.play();
            if !tried.add(&story.disk, fault) {
                break;
            }
            let desk = story.desk.as_mut().unwrap();
            assert!(desk.session.is_safe(), "the recovery folder could be written");
            if let Some(sentence) = desk.session.save_error() {
                assert!(sentence.contains("Saving goes on by itself"), "{sentence}");
                if fault == Fault::Short(ErrorKind::StorageFull) {
                    assert!(sentence.contains("the disk is full"), "{sentence}");
                }
            }
            story.acknowledged = desk.session.journalled().0;
            // The program ends now, or the disk gets well while it goes on.
            story.check(&story.disk.disk.copy(), true, true);
            story.disk.heal();
            let desk = story.desk.as_mut().unwrap();
            desk.perform(ArticleAction::Save);
            assert!(desk.session.is_saved(), "{:?}", desk.session.save_error());
            story.desk = None;
            assert!(story.disk.disk.files().keys().all(|path| path.starts_with("/project/")));
            story.check(&story.disk.disk, false, true);
        }
    }
    tried.tell("the project cannot be written any more", 30);
}

#[test]
fn nothing_can_be_written_any_more() {
    let fault = Fault::Short(ErrorKind::StorageFull);
    for at in 1.. {
        let mut story = Story::new(FailingDisk::new(project(), fault, When::From(at, "/")), true);
        story.open();
        for deed in SITTING.iter().filter(|deed| !matches!(deed, Deed::Restart)) {
            story.perform(*deed);
        }
        if story.disk.failed().is_none() {
            break;
        }
        let desk = story.desk.as_mut().unwrap();
        if !desk.session.is_safe() {
            let sentence = desk.session.save_error().unwrap();
            assert!(sentence.contains("in this window only, so leave it open"), "{sentence}");
        }
        story.disk.heal();
        desk.perform(ArticleAction::Save);
        assert!(desk.session.is_saved(), "{:?}", desk.session.save_error());
        story.acknowledged = desk.session.journalled().0;
        story.desk = None;
        story.check(&story.disk.disk, true, true);
    }
}

#[test]
fn the_power_goes() {
    let mut random = fastrand::Rng::with_seed(3);
    let mut tried = Tried::default();
    for at in 1.. {
        let mut story = Story::new(FailingDisk::new(project(), Fault::Late, When::Cut(at)), true);
        story.play();
        story.desk = None;
        if !tried.add(&story.disk, "power cut") {
            break;
        }
        for _ in 0..4 {
            story.check(&story.disk.disk.after_power_cut(&mut random), true, true);
        }
    }
    tried.tell("the power goes", 20);
}

#[test]
fn what_is_kept_elsewhere_is_named_while_the_project_is_gone() {
    let disk = FailingDisk::new(project(), Fault::Short(ErrorKind::StorageFull), When::From(1, "/project"));
    let mut story = Story::new(disk, true);
    story.open();
    story.perform(SITTING[0]);
    let gone = MemoryDisk::default();
    for (path, content) in story.disk.disk.files().iter().filter(|(path, _)| path.starts_with("/recovery")) {
        gone.put(path, std::str::from_utf8(content).unwrap());
    }
    let gone = FailingDisk::new(gone, Fault::Late, When::Never);
    let error = Desk::try_open(Path::new("/project"), NAME, surroundings(&gone, true, 0)).err().unwrap();
    assert!(error.contains("are safe in /recovery/project-"), "{error}");
}

#[test]
fn the_project_folder_is_gone_for_a_while() {
    let disk = FailingDisk::new(project(), Fault::Late, When::Never);
    let mut story = Story::new(disk, true);
    story.open();
    story.perform(SITTING[0]);
    let before = story.disk.disk.files();
    // A network drive that is gone leaves an empty folder where it was.
    let gone = MemoryDisk::default();
    gone.put("/project/placeholder", "");
    let drive = story.disk.disk.swap(&gone);
    drop(sorot::store::Disk::remove(&story.disk.disk, Path::new("/project/placeholder")));
    story.perform(SITTING[1]);
    let desk = story.desk.as_mut().unwrap();
    let sentence = desk.session.save_error().unwrap();
    assert!(sentence.starts_with("Not saved: the project folder is gone (/project)."), "{sentence}");
    assert!(sentence.contains("Your work is safe in /recovery/project-"), "{sentence}");
    let files = story.disk.disk.files();
    assert!(files.keys().all(|path| path.starts_with("/recovery/")), "{files:?}");
    story.disk.disk.swap(&drive);
    assert_eq!(story.disk.disk.files(), before);
    desk.perform(ArticleAction::Save);
    assert!(desk.session.is_saved(), "{:?}", desk.session.save_error());
    assert!(desk.notes.last().unwrap().contains("Saving works again"), "{:?}", desk.notes);
    story.acknowledged = desk.session.journalled().0;
    story.desk = None;
    story.check(&story.disk.disk, true, true);
}

/// What is real: no memory, no pretence. A file system of 256 KiB is full after some changes.
#[test]
#[ignore = "mounts a file system, which takes root: cargo test --test it faults -- --ignored"]
fn a_real_disk_is_full() {
    let (root, recovery) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mounted = Mounted::new(root.path());
    let text: String = ('a'..='z').cycle().take(8_000).collect();
    for i in 0..20 {
        std::fs::write(root.path().join(format!("{i:02}.txt")), &text).unwrap();
    }
    let storage = Storage { recovery: Some(recovery.path().to_owned()), ..Storage::default() };
    let surroundings = Surroundings { storage, ..fixed() };
    let mut desk = Desk::open_with(root.path(), NAME, surroundings.clone());
    let mut n_added = 0;
    while desk.session.is_saved() {
        assert!(n_added < 10_000, "it is never full");
        desk.place_caret(n_added % 8_000);
        desk.perform(NavigateAction::Step { unit: Unit::Grapheme, forward: true, extend: true });
        desk.perform(AnnotateAction::Label("country".to_owned()));
        n_added += 1;
        if n_added % 50 == 0 {
            desk.perform(ArticleAction::Next);
        }
    }
    for _ in 0..20 {
        desk.perform(NavigateAction::Step { unit: Unit::Grapheme, forward: true, extend: true });
        desk.perform(AnnotateAction::Label("weapon".to_owned()));
    }
    println!("full after {n_added} changes: {}", desk.session.save_error().unwrap());
    assert!(desk.session.save_error().unwrap().contains("the disk is full"));
    assert!(desk.session.is_safe());
    let last = desk.session.journalled().0;
    let expected: usize = desk.session.articles().iter().map(|article| article.n_annotations).sum();
    drop(desk);
    // Room is made, and the project opened again.
    for i in 12..20 {
        std::fs::remove_file(root.path().join(format!("{i}.txt"))).unwrap();
    }
    let desk = Desk::open_with(root.path(), NAME, surroundings);
    assert!(desk.session.is_saved(), "{:?}", desk.session.save_error());
    assert_eq!(desk.session.journalled().0, last);
    let found: usize = desk.session.articles().iter().map(|article| article.n_annotations).sum();
    assert_eq!(found, expected);
    assert!(desk.session.problems().is_empty(), "{:?}", desk.session.problems());
    drop((desk, mounted));
}

/// A file system of 256 KiB in a folder.
struct Mounted(std::path::PathBuf);

impl Mounted {
    fn new(folder: &Path) -> Mounted {
        let mut mount = std::process::Command::new("mount");
        let status = mount.args(["-t", "tmpfs", "-o", "size=256k", "tmpfs"]).arg(folder).status();
        assert!(status.unwrap().success());
        Mounted(folder.to_owned())
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let status = std::process::Command::new("umount").arg(&self.0).status();
        println!("unmounted: {status:?}");
    }
}

#[test]
#[cfg(unix)]
fn a_folder_is_read_only() {
    use std::os::unix::fs::PermissionsExt;
    let root = tempfile::tempdir().unwrap();
    let recovery = tempfile::tempdir().unwrap();
    std::fs::write(root.path().join("a.txt"), TEXT).unwrap();
    let permit = |mode| {
        std::fs::set_permissions(root.path(), std::fs::Permissions::from_mode(mode)).unwrap();
    };
    permit(0o555);
    if std::fs::write(root.path().join("probe"), "").is_ok() {
        println!("this person may write everywhere, so nothing is tried");
        return;
    }
    let storage = Storage { recovery: Some(recovery.path().to_owned()), ..Storage::default() };
    let mut desk = Desk::open_with(root.path(), NAME, Surroundings { storage, ..fixed() });
    desk.press("C");
    let sentence = desk.session.save_error().unwrap();
    assert!(sentence.contains("the system does not permit it"), "{sentence}");
    assert!(desk.session.is_safe());
    permit(0o755);
    desk.press("Ctrl+S");
    assert!(desk.session.is_saved(), "{:?}", desk.session.save_error());
}
