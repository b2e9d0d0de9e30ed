//! The real program, killed at random moments while it is being worked with at full speed.
//!
//! After every kill, what it acknowledged must be there when the project is opened again, no file
//! may be damaged, and at the end of each project undo must lead all the way back.
//!
//! `SOROT_KILL_RUNS=1000 cargo test --test it kill -- --nocapture` goes on for a thousand kills and
//! prints what was seen.
#![expect(clippy::print_stdout, reason = "`--nocapture` shows what was seen")]

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use imbl::{OrdMap, Vector};
use sorot::model::{Owner, Report, SetKey, Status};
use sorot::session::{Action, ArticleAction};
use sorot::store::Folder;
use sorot::text::OffsetUnit;
use tempfile::TempDir;

use crate::desk::Desk;

/// How often one project is worked on and killed before the next begins.
const KILLS_A_PROJECT: usize = 10;

const NAME: &str = "Rina";
const LABELS: [&str; 3] = ["country", "weapon", "quote"];

/// How many letters each article has: the longer, the longer its file is being written.
const ARTICLES: [(&str, usize); 4] = [
    ("articles/a.txt", 2_000),
    ("articles/b.txt", 20_000),
    ("articles/c.txt", 200_000),
    ("articles/d.txt", 5_000),
];

#[test]
fn killed_at_any_moment_nothing_acknowledged_is_lost() {
    let n_runs = std::env::var("SOROT_KILL_RUNS").ok().and_then(|it| it.parse().ok()).unwrap_or(12);
    let mut seen = Seen::default();
    let mut random = fastrand::Rng::with_seed(5);
    let began = Instant::now();
    while seen.n_kills < n_runs {
        let mut trial = Trial::new();
        for _ in 0..KILLS_A_PROJECT.min(n_runs - seen.n_kills) {
            trial.work_and_kill(&mut random, &mut seen);
            // Sometimes the next one is killed while it still mends what the last one left.
            if random.u8(..) < 192 {
                trial.check(&mut seen);
            }
        }
        trial.check(&mut seen);
        seen.n_changes += trial.acknowledged;
        trial.undo_everything();
    }
    println!("{seen:?}, {:?}", began.elapsed());
    assert!(seen.n_changes > n_runs as u64, "hardly anything was done: {seen:?}");
}

/// What came of all runs.
#[derive(Debug, Default)]
struct Seen {
    n_kills: usize,
    /// Kills before the project was open.
    n_early: usize,
    /// Lines given to the program.
    n_sent: usize,
    /// Restarts at which everything was looked at.
    n_checks: usize,
    /// Changes that were there in the end.
    n_changes: u64,
    /// Changes that were found although they had not been acknowledged yet.
    n_more: u64,
    /// Restarts that had to bring something back.
    n_recoveries: usize,
    /// Restarts that found temporary files.
    n_with_temporaries: usize,
}

/// Annotations by their place, and how far the work is, by article.
type State = OrdMap<&'static str, (Status, OrdMap<Place, &'static str>)>;

/// From one letter to another.
type Place = (usize, usize);

/// What the program was told up to some line, and what must have come of it.
#[derive(Clone)]
struct Plan {
    article: &'static str,
    /// How many changes there were.
    number: u64,
    state: State,
    /// What the newest change added.
    added: Option<Place>,
    /// The states before and after each change that can be undone, and redone.
    done: Vector<(State, State)>,
    undone: Vector<(State, State)>,
}

/// One project, and all that happened in it.
struct Trial {
    root: TempDir,
    /// After each line; the last is what is asked for now.
    plans: Vec<Plan>,
    /// The newest change that was acknowledged.
    acknowledged: u64,
    /// Ids of annotations, as far as the program has told.
    ids: BTreeMap<(&'static str, Place), String>,
}

impl Plan {
    fn change(&mut self, state: State) {
        self.done.push_back((self.state.clone(), state.clone()));
        self.undone.clear();
        self.state = state;
        self.number += 1;
    }
}

impl Trial {
    fn new() -> Trial {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("articles")).unwrap();
        for (name, length) in ARTICLES {
            let letters = ('a'..='z').cycle().zip(0..length).map(|(letter, _)| letter);
            fs::write(root.path().join(name), letters.collect::<String>()).unwrap();
        }
        let plan = Plan {
            article: ARTICLES[0].0,
            number: 0,
            state: start(),
            added: None,
            done: Vector::new(),
            undone: Vector::new(),
        };
        Trial { root, plans: vec![plan], acknowledged: 0, ids: BTreeMap::new() }
    }

    fn plan(&self) -> &Plan {
        self.plans.last().unwrap()
    }

    /// The program has done the changes up to a number, and forgotten what came after.
    fn settle(&mut self, number: u64) {
        assert!(number >= self.acknowledged, "{number} < {}: a change is lost", self.acknowledged);
        let at = self.plans.iter().position(|plan| plan.number == number);
        let at = at.unwrap_or_else(|| panic!("change {number} was never asked for"));
        self.plans = vec![self.plans.swap_remove(at)];
    }

    fn work_and_kill(&mut self, random: &mut fastrand::Rng, seen: &mut Seen) {
        let mut program = Program::start(self.root.path());
        // Starting takes some 20 ms, working begins then.
        let life = Duration::from_millis(random.u64(0..150));
        let began = Instant::now();
        let mut is_ready = false;
        while began.elapsed() < life {
            for answer in program.answers.try_iter().collect::<Vec<String>>() {
                is_ready |= self.take(&answer);
            }
            if !is_ready {
                std::thread::sleep(Duration::from_millis(1));
                continue;
            }
            let Some((line, plan)) = self.next(random) else { continue };
            seen.n_sent += 1;
            // A pipe that is full, or a little rest, lets answers come in between.
            if program.lines.write_all(format!("{line}\n").as_bytes()).is_err() {
                panic!("the program ended by itself");
            }
            self.plans.push(plan);
            if random.u8(..) < 64 {
                std::thread::sleep(Duration::from_micros(random.u64(0..4_000)));
            }
        }
        program.child.kill().unwrap();
        program.child.wait().unwrap();
        for answer in program.answers.iter() {
            is_ready |= self.take(&answer);
        }
        seen.n_kills += 1;
        seen.n_early += usize::from(!is_ready);
    }

    /// Takes in a line of the program. True if it says that the project is open.
    fn take(&mut self, answer: &str) -> bool {
        let words: Vec<&str> = answer.split(' ').collect();
        match words[..] {
            ["ready", number] => {
                self.settle(number.parse().unwrap());
                // A new process begins with the first article.
                self.plans[0].article = ARTICLES[0].0;
                return true;
            }
            ["did", number, id] => {
                let number: u64 = number.parse().unwrap();
                let at = self.plans.partition_point(|plan| plan.number < number);
                let plan = &self.plans[at];
                if let Some(place) = plan.added {
                    self.ids.insert((plan.article, place), id.to_owned());
                }
            }
            ["journalled" | "saved", number] => {
                self.acknowledged = self.acknowledged.max(number.parse().unwrap());
            }
            _ => {}
        }
        false
    }

    /// Something to do next, and what it leads to.
    fn next(&self, random: &mut fastrand::Rng) -> Option<(String, Plan)> {
        let mut plan = Plan { added: None, ..self.plan().clone() };
        let article = plan.article;
        let mut state = plan.state.clone();
        let (status, annotations) = state.get_mut(article)?;
        let places: Vec<Place> = annotations.keys().copied().collect();
        let known = random.choice(&places).and_then(|&place| Some((place, self.ids.get(&(article, place))?)));
        let line = match random.u8(..100) {
            0..60 => {
                let length = ARTICLES.iter().find(|(name, _)| *name == article)?.1;
                let start = random.usize(..length - 20);
                let place = (start, start + random.usize(1..20));
                let label = LABELS[random.usize(..LABELS.len())];
                if annotations.insert(place, label).is_some() {
                    return None;
                }
                if *status == Status::New {
                    *status = Status::InProgress;
                }
                plan.change(state);
                plan.added = Some(place);
                format!("add {label} {} {}", place.0, place.1)
            }
            60..68 => {
                let (place, id) = known?;
                let line = format!("delete {id}");
                annotations.remove(&place);
                plan.change(state);
                line
            }
            68..76 => {
                let (place, id) = known?;
                let label = LABELS.into_iter().find(|label| *label != annotations[&place])?;
                let line = format!("relabel {id} {label}");
                annotations.insert(place, label);
                plan.change(state);
                line
            }
            76..80 => {
                let new = if *status == Status::Done { Status::InProgress } else { Status::Done };
                *status = new;
                plan.change(state);
                format!("status {}", new.name())
            }
            80..88 => {
                let (before, after) = plan.done.pop_back()?;
                plan.article = changed(&before, &after);
                plan.state = before.clone();
                plan.number += 1;
                plan.undone.push_back((before, after));
                "undo".to_owned()
            }
            88..93 => {
                let (before, after) = plan.undone.pop_back()?;
                plan.article = changed(&before, &after);
                plan.state = after.clone();
                plan.number += 1;
                plan.done.push_back((before, after));
                "redo".to_owned()
            }
            _ => {
                plan.article = ARTICLES[random.usize(..ARTICLES.len())].0;
                format!("open {}", plan.article)
            }
        };
        Some((line, plan))
    }

    /// Opens the project again, and looks at everything.
    fn check(&mut self, seen: &mut Seen) {
        let root = self.root.path().to_owned();
        let had_temporaries = !temporaries(&root).is_empty();
        let mut report = Report::default();
        let opened = Folder::open(&root, &mut report).unwrap();
        opened.folder.check(&opened.schema, &mut report);
        assert_eq!(report.problems, [], "a file is damaged");
        let desk = Desk::open(&root, NAME);
        // Who only looks leaves the files to whoever writes, and so they may be behind.
        let holder = desk.session.access().holder().map(|it| it.described());
        assert_eq!(holder, None, "another window writes");
        assert_eq!(desk.session.problems(), []);
        assert!(desk.session.is_saved());
        let number = desk.session.journalled().0;
        self.settle(number);
        assert_eq!(temporaries(&root), Vec::<String>::new());
        assert_eq!(state_on_disk(&root), self.plan().state);
        let history = desk.session.history();
        assert_eq!(history.done().len(), self.plan().done.len());
        assert_eq!(history.undone().len(), self.plan().undone.len());

        seen.n_checks += 1;
        seen.n_with_temporaries += usize::from(had_temporaries);
        seen.n_recoveries += usize::from(desk.notes.iter().any(|note| note.contains("brought back")));
        seen.n_more += number - self.acknowledged;
        self.acknowledged = number;
    }

    /// Undo leads back to the beginning, and redo to where it was.
    fn undo_everything(&self) {
        let mut desk = Desk::open(self.root.path(), NAME);
        let (n_done, n_undone) = (self.plan().done.len(), self.plan().undone.len());
        for _ in 0..n_done {
            desk.perform(Action::Undo);
        }
        assert_eq!(state_on_disk(self.root.path()), start());
        for _ in 0..n_done {
            desk.perform(Action::Redo);
        }
        desk.perform(ArticleAction::Save);
        assert_eq!(state_on_disk(self.root.path()), self.plan().state);
        assert_eq!(desk.session.history().undone().len(), n_undone);
    }
}

/// Nothing is annotated.
fn start() -> State {
    ARTICLES.into_iter().map(|(name, _)| (name, (Status::New, OrdMap::new()))).collect()
}

/// The article in which two states differ.
fn changed(before: &State, after: &State) -> &'static str {
    before.iter().find(|(article, set)| after[*article] != **set).unwrap().0
}

/// What the annotation files say.
fn state_on_disk(root: &Path) -> State {
    let mut report = Report::default();
    let opened = Folder::open(root, &mut report).unwrap();
    let state = ARTICLES.map(|(article, _)| {
        let key = SetKey { document: article.into(), owner: Owner::named(NAME) };
        let document = opened.folder.read_document(&key.document, &mut report).unwrap();
        let set = opened.folder.read_set(&key, &document, &opened.schema, &mut report).unwrap();
        let Some(set) = set.map(|loaded| loaded.set) else {
            return (article, (Status::New, OrdMap::new()));
        };
        let measure = |offset| document.text.measure(offset, OffsetUnit::CodePoint);
        let annotations = set.annotations().map(|it| {
            let label = LABELS.into_iter().find(|label| *label == it.label).unwrap();
            ((measure(it.span.start()), measure(it.span.end())), label)
        });
        (article, (set.status(), annotations.collect()))
    });
    assert_eq!(report.problems, []);
    state.into_iter().collect()
}

/// All temporary files of a project.
fn temporaries(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let name = entry.file_name().into_string().unwrap();
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else if name.starts_with(".sorot-tmp-") {
                found.push(name);
            }
        }
    }
    found
}

/// The program at work.
struct Program {
    child: Child,
    lines: ChildStdin,
    answers: Receiver<String>,
}

impl Program {
    fn start(root: &Path) -> Program {
        let mut child = Command::new(env!("CARGO_BIN_EXE_sorot"))
            .arg("drive")
            .arg(root)
            .args(["--annotator", NAME])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (lines, answers) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (sender, receiver) = channel();
        std::thread::spawn(move || {
            let mut answers = BufReader::new(answers).lines();
            while let Some(Ok(line)) = answers.next() {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Program { child, lines, answers: receiver }
    }
}
