//! Teams that share a project by git: several clones, edited and synced in any order.
//!
//! `SOROT_TEAM=10,10000,20 cargo test --test it teams::random -- --nocapture` takes that many
//! clones, articles and rounds, and prints how long the parts took.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "`--nocapture` shows what was seen")]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use expect_test::expect;
use serde_json::Value;
use sorot::model::{Annotation, AnnotationSet, DocumentId, Owner, Report, SetKey, Severity, Status};
use sorot::session::{ArticleAction, Surroundings, SyncAction};
use sorot::store::{Folder, SyncRequest, SyncStep, SyncWatch};
use sorot::text::{OffsetUnit, Span};
use tempfile::TempDir;

use crate::cli::{check, run};
use crate::desk::{Desk, fixed};

/// A team with a place to share, none of it touched by this machine's configuration.
struct Team {
    root: TempDir,
    annotators: Vec<String>,
}

/// True if there is git; says so where there is none.
pub(crate) fn has_git() -> bool {
    let is_there = Command::new("git").arg("--version").output().is_ok();
    if !is_there {
        eprintln!("\n*** git is not installed: NOTHING OF SHARING BY GIT IS TESTED ***\n");
    }
    is_there
}

/// Gives a command a home of its own, in which nothing is configured.
pub(crate) fn at_home(command: &mut Command, home: &Path, name: &str) {
    let email = format!("{name}@example.org");
    command
        .env("HOME", home)
        .env("XDG_CONFIG_HOME", home)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", home.join("gitconfig"))
        .env("GIT_AUTHOR_NAME", name)
        .env("GIT_AUTHOR_EMAIL", &email)
        .env("GIT_COMMITTER_NAME", name)
        .env("GIT_COMMITTER_EMAIL", &email);
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

impl Team {
    /// A project with articles, shared by a bare repository, and a clone for each annotator.
    fn new(annotators: &[&str], n_articles: usize) -> Team {
        let root = TempDir::new().unwrap();
        let team = Team { root, annotators: annotators.iter().map(|it| (*it).to_owned()).collect() };
        let first = team.clone_of(0);
        assert!(team.sorot(0, team.root.path(), &["init", first.to_str().unwrap()]).status.success());
        for i in 0..n_articles {
            let text: String = (0..12).fold(String::new(), |mut text, k| {
                write!(text, "Kapal {i} tiba {k}. ").unwrap();
                text
            });
            let folder = first.join(format!("articles/{:02}", i / 500));
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join(format!("a{i:05}.txt")), text).unwrap();
        }
        team.git(team.root.path(), &["init", "--quiet", "--bare", "--initial-branch=main", "team.git"]);
        let begun = team.sorot(0, team.root.path(), &["sync", "0", "--init", "--remote", "team.git"]);
        assert!(begun.status.success(), "{}", said(&begun));
        for i in 1..annotators.len() {
            team.git(team.root.path(), &["clone", "--quiet", "team.git", &i.to_string()]);
        }
        team
    }

    fn clone_of(&self, i: usize) -> PathBuf {
        self.root.path().join(i.to_string())
    }

    /// The place they share.
    fn shared(&self) -> PathBuf {
        self.root.path().join("team.git")
    }

    fn git(&self, folder: &Path, arguments: &[&str]) -> String {
        let output = self.try_git(folder, arguments);
        assert!(output.status.success(), "git {arguments:?}: {}", said(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    fn try_git(&self, folder: &Path, arguments: &[&str]) -> Output {
        let mut command = Command::new("git");
        at_home(&mut command, self.root.path(), "Test");
        command.current_dir(folder).args(arguments).output().unwrap()
    }

    fn sorot(&self, i: usize, folder: &Path, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sorot"));
        at_home(&mut command, self.root.path(), &self.annotators[i]);
        command.current_dir(folder).args(arguments).output().unwrap()
    }

    /// Syncs a clone, with everything well.
    fn sync(&self, i: usize) -> Value {
        let output = self.try_sync(i, &["--json"]);
        assert_eq!(output.status.code(), Some(0), "clone {i}: {}", said(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn try_sync(&self, i: usize, further: &[&str]) -> Output {
        let arguments = [&["sync", "--annotator", &self.annotators[i]], further].concat();
        self.sorot(i, &self.clone_of(i), &arguments)
    }

    fn folder(&self, i: usize) -> Folder {
        Folder::open(&self.clone_of(i), &mut Report::default()).unwrap().folder
    }

    /// The files of a clone that count, with what they hold.
    fn files(&self, i: usize) -> BTreeMap<String, Vec<u8>> {
        let folder = self.clone_of(i);
        let listed = self.git(&folder, &["-c", "core.quotePath=false", "ls-files"]);
        listed.lines().map(|path| (path.to_owned(), fs::read(folder.join(path)).unwrap())).collect()
    }
}

/// Puts a span on an article, or takes it off, or gives it another note.
fn edit(folder: &Folder, owner: &Owner, document: &DocumentId, id: &str, note: Option<&str>) {
    let mut report = Report::default();
    let article = folder.read_document(document, &mut report).unwrap();
    let schema = sorot::file::PRESETS[0].schema();
    let key = SetKey { document: document.clone(), owner: owner.clone() };
    let set = folder.read_set(&key, &article, &schema, &mut report).unwrap().map(|it| it.set);
    assert!(report.problems.iter().all(|it| it.severity < Severity::Error), "{report:?}");
    let set = set.unwrap_or_default();
    let mut annotations: Vec<Annotation> = set.annotations().map(|it| Annotation::clone(it)).collect();
    annotations.retain(|it| it.id.as_str() != id);
    if let Some(note) = note {
        let at = |value| article.text.locate(value, OffsetUnit::CodePoint).unwrap();
        let words: Vec<&str> = article.text.as_str().split_whitespace().collect();
        let word = words[fastrand::usize(..words.len())];
        let start = article.text.as_str().find(word).unwrap();
        let range = sorot::text::Range::new(at(start), at(start + word.len())).unwrap();
        let mut annotation = Annotation::new(id.into(), "country", Span::new(vec![range]).unwrap());
        annotation.note = note.to_owned();
        annotations.push(annotation);
    }
    let entities = set.entities().map(|it| sorot::model::Entity::clone(it));
    let set = AnnotationSet::new(Status::InProgress, annotations, [], entities);
    folder.write_set(&key, &article, &set, &schema).unwrap();
}

/// What should be in the end: the notes of spans, by owner, article and id.
type Expected = BTreeMap<(String, DocumentId), BTreeMap<String, String>>;

#[test]
fn random_edits_of_a_team_all_arrive() {
    if !has_git() {
        return;
    }
    let wanted = std::env::var("SOROT_TEAM").unwrap_or_else(|_| "4,30,5".to_owned());
    let [n_clones, n_articles, n_rounds] =
        <[usize; 3]>::try_from(wanted.split(',').map(|it| it.parse().unwrap()).collect::<Vec<_>>()).unwrap();
    let is_large = n_articles > 1000;
    // The first two clones are of one person, who works on two machines.
    let names: Vec<String> = (0..n_clones).map(|i| format!("Annotator {}", i.max(1))).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let begun = Instant::now();
    let team = Team::new(&names, n_articles);
    println!("{n_clones} clones of {n_articles} articles made in {:.1?}", begun.elapsed());

    let mut expected = Expected::new();
    let mut own: Vec<Vec<(DocumentId, String)>> = vec![Vec::new(); n_clones];
    let (mut editing, mut syncing, mut longest) = (Duration::ZERO, Duration::ZERO, Duration::ZERO);
    let (mut n_edits, mut n_syncs, mut n_outrun, mut n_pulled) = (0, 0, 0, 0);
    for round in 0..n_rounds {
        let begun = Instant::now();
        for (i, name) in names.iter().enumerate() {
            let folder = team.folder(i);
            let articles: Vec<&DocumentId> = folder.articles().iter().collect();
            let owner = Owner::named(name);
            for n in 0..if is_large { 100 } else { 8 } {
                let is_known = !own[i].is_empty() && fastrand::u8(..3) == 0;
                let known = is_known.then(|| {
                    let at = fastrand::usize(..own[i].len());
                    own[i].swap_remove(at)
                });
                let is_gone = known.is_some() && fastrand::bool();
                let (document, id) = known.unwrap_or_else(|| {
                    // Few articles, so that the two machines meet on them.
                    let at = fastrand::usize(..articles.len().min(if i < 2 { 10 } else { usize::MAX }));
                    (articles[at].clone(), format!("s{round}x{i}x{n}"))
                });
                let note = (!is_gone).then(|| format!("{round} {i} {n}"));
                edit(&folder, &owner, &document, &id, note.as_deref());
                let spans = expected.entry(((*name).to_owned(), document.clone())).or_default();
                match note {
                    Some(note) => {
                        spans.insert(id.clone(), note);
                        own[i].push((document, id));
                    }
                    None => drop(spans.remove(&id)),
                }
                n_edits += 1;
            }
        }
        editing += begun.elapsed();
        let mut order: Vec<usize> = (0..n_clones).filter(|_| fastrand::u8(..4) > 0).collect();
        fastrand::shuffle(&mut order);
        let timed = |i: usize| {
            let begun = Instant::now();
            (team.sync(i), begun.elapsed())
        };
        // Every other time all sync at the same moment, and outrun each other.
        let synced: Vec<(Value, Duration)> = if round % 2 == 0 {
            order.iter().map(|&i| timed(i)).collect()
        } else {
            std::thread::scope(|scope| {
                let threads: Vec<_> = order.iter().map(|&i| scope.spawn(move || timed(i))).collect();
                threads.into_iter().map(|it| it.join().unwrap()).collect()
            })
        };
        for (synced, took) in synced {
            assert_eq!(synced["conflicts"], Value::Array(Vec::new()));
            assert_eq!(synced["left"], Value::Array(Vec::new()));
            n_outrun += synced["outrun"].as_u64().unwrap();
            n_pulled += synced["pulled"].as_u64().unwrap();
            n_syncs += 1;
            syncing += took;
            longest = longest.max(took);
        }
    }
    // Once to send, once to get what others sent after.
    for _ in 0..2 {
        (0..n_clones).for_each(|i| drop(team.sync(i)));
    }

    let first = team.files(0);
    for i in 0..n_clones {
        assert_eq!(team.git(&team.clone_of(i), &["status", "--porcelain"]), "", "clone {i}");
        assert!(team.files(i) == first, "clone {i} is like the first");
    }
    let folder = team.folder(0);
    let schema = sorot::file::PRESETS[0].schema();
    let n_spans: usize = expected.values().map(BTreeMap::len).sum();
    for ((name, document), spans) in expected {
        let article = folder.read_document(&document, &mut Report::default()).unwrap();
        let key = SetKey { document, owner: Owner::named(&name) };
        let mut report = Report::default();
        let set = folder.look_at_set(&key, &article, &schema, &mut report).unwrap();
        assert_eq!(report.problems, []);
        let set = set.map(|it| it.set).unwrap_or_default();
        let found: BTreeMap<String, String> =
            set.annotations().map(|it| (it.id.as_str().to_owned(), it.note.clone())).collect();
        assert_eq!(found, spans, "{key:?}");
    }
    println!(
        "{n_edits} edits in {editing:.1?}, {n_spans} spans at the end; {n_syncs} syncs in {syncing:.1?}, the longest {longest:.1?}, {n_outrun} times outrun, {n_pulled} commits pulled"
    );
    if is_large {
        let document = folder.articles().iter().next().unwrap().clone();
        let owner = Owner::named(names[2]);
        edit(&folder, &owner, &document, "last", Some("one changed file"));
        let begun = Instant::now();
        let output = team.sorot(2, &team.clone_of(0), &["sync", "--annotator", names[2]]);
        println!("one changed file: sync {:.0?}: {}", begun.elapsed(), said(&output).trim_end());
        edit(&folder, &owner, &document, "last", Some("once more"));
        let begun = Instant::now();
        for arguments in [&["add", "-A"][..], &["commit", "-qm", "-"], &["pull", "-q"], &["push", "-q"]] {
            team.git(&team.clone_of(0), arguments);
        }
        println!("one changed file: git add, commit, pull, push {:.0?}", begun.elapsed());
    }
}

/// A team of two with three articles, on the first of which each has a span.
fn pair() -> Team {
    let team = Team::new(&["Rina", "Budi"], 3);
    for i in 0..2 {
        put(&team, i, "s1", Some("first"));
        team.sync(i);
    }
    team.sync(0);
    team
}

/// Edits the first article in the name of whose clone it is.
fn put(team: &Team, i: usize, id: &str, note: Option<&str>) {
    edit(&team.folder(i), &Owner::named(&team.annotators[i]), &"articles/00/a00000.txt".into(), id, note);
}

const RINAS: &str = "annotations/rina/00/a00000.txt.json";
const BUDIS: &str = "annotations/budi/00/a00000.txt.json";

fn read(team: &Team, i: usize, path: &str) -> String {
    fs::read_to_string(team.clone_of(i).join(path)).unwrap()
}

fn replace(team: &Team, i: usize, path: &str, old: &str, new: &str) {
    let text = read(team, i, path);
    assert!(text.contains(old), "{old} stands in {path}");
    fs::write(team.clone_of(i).join(path), text.replace(old, new)).unwrap();
}

#[test]
fn what_is_not_ones_own_is_said_and_left() {
    if !has_git() {
        return;
    }
    let team = pair();
    put(&team, 1, "s2", Some("mine"));
    replace(&team, 1, RINAS, "first", "theirs");
    fs::remove_file(team.clone_of(1).join("articles/00/a00001.txt")).unwrap();
    fs::write(team.clone_of(1).join("notes.docx"), "other").unwrap();
    fs::write(team.clone_of(1).join("articles/new.txt"), "Baru.").unwrap();
    fs::write(team.clone_of(1).join("annotations/budi/new.txt.json"), "{").unwrap();
    let output = team.try_sync(1, &[]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert_eq!(
        said(&output),
        "not sent, it cannot be read (the file is broken JSON, EOF while parsing an object): annotations/budi/new.txt.json\n\
         not sent, these annotations are Rina's: annotations/rina/00/a00000.txt.json\n\
         not sent, it was removed here, and the team still has it: articles/00/a00001.txt\n\
         not sent, it is no file of the project: notes.docx\n\
         sorot sync --all sends what is not yours and what was removed; git restore takes it back\n\
         sorot repair mends what cannot be read\n\
         sent 2 files, nothing new from the team, 3 changed files not sent\n"
    );
    let log = team.git(&team.clone_of(1), &["log", "-1", "--format=%an: %s", "--name-only"]);
    assert_eq!(
        log,
        "Budi: Budi: 1 article, 1 file of the project\n\nannotations/budi/00/a00000.txt.json\narticles/new.txt\n"
    );

    // Rina changes the same, and it is not lost.
    put(&team, 0, "s3", Some("hers"));
    team.sync(0);
    let output = team.try_sync(1, &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said(&output).contains(&format!("the team changed {RINAS}, and so did somebody here")),
        "{}",
        said(&output)
    );
    assert!(read(&team, 1, RINAS).contains("theirs"));
    fs::remove_file(team.clone_of(1).join("annotations/budi/new.txt.json")).unwrap();
    let output = team.try_sync(1, &["--all", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    team.sync(0);
    for i in 0..2 {
        let rinas = read(&team, i, RINAS);
        assert!(rinas.contains("theirs") && rinas.contains("hers"), "{rinas}");
        assert!(!team.clone_of(i).join("articles/00/a00001.txt").exists());
    }
}

#[test]
fn a_span_that_two_machines_changed_stays_twice() {
    if !has_git() {
        return;
    }
    let team = Team::new(&["Rina", "Rina", "Budi"], 2);
    put(&team, 0, "s1", Some("first"));
    put(&team, 0, "s2", Some("stays"));
    team.sync(0);
    team.sync(1);
    replace(&team, 0, RINAS, "first", "desk");
    replace(&team, 1, RINAS, "first", "train");
    team.sync(0);
    let output = team.try_sync(1, &["--json"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let synced: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        synced["conflicts"][0]["message"],
        "the span was changed here and elsewhere; both versions are kept"
    );
    assert_eq!(synced["changed"][0]["articles"][0], "articles/00/a00000.txt");
    team.sync(0);
    let [ours, theirs] = [0, 1].map(|i| read(&team, i, RINAS));
    assert_eq!(ours, theirs);
    assert!(
        ours.contains("desk") && ours.contains("train") && ours.contains("\"flags\": [\"conflict\"]"),
        "{ours}"
    );

    // One takes the whole set back, the other goes on with it: work beats its removal.
    fs::remove_file(team.clone_of(0).join(RINAS)).unwrap();
    team.sync(0);
    replace(&team, 1, RINAS, "stays", "goes on");
    let output = team.try_sync(1, &[]);
    assert!(said(&output).contains("the set was removed on one side and changed on the other; it is kept"));
    team.sync(0);
    assert!(read(&team, 0, RINAS).contains("goes on"));
}

#[test]
fn what_cannot_be_merged_changes_nothing() {
    if !has_git() {
        return;
    }
    let team = pair();
    replace(&team, 0, "sorot.json", "\"name\": \"0\"", "\"name\": \"Kapal\"");
    replace(&team, 1, "sorot.json", "\"name\": \"0\"", "\"name\": \"Ships\"");
    put(&team, 0, "s2", Some("hers"));
    put(&team, 1, "s2", Some("his"));
    team.sync(0);
    let before = team.files(1);
    let output = team.try_sync(1, &[]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        said(&output),
        "error: you and the team both changed sorot.json; nothing was merged; bring the two together with git pull, then sync again\n"
    );
    assert_eq!(team.files(1), before);
    assert_eq!(team.git(&team.clone_of(1), &["status", "--porcelain"]), "");

    // Lines far from each other are merged.
    replace(&team, 1, "sorot.json", "Ships", "Kapal");
    let n_lines = read(&team, 1, "sorot.json").lines().count();
    assert!(n_lines > 10);
    team.sync(1);
    replace(&team, 0, "sorot.json", "\"name\": \"Kapal\"", "\"name\": \"Ships\"");
    team.sync(0);
    let last =
        read(&team, 1, "sorot.json").lines().rfind(|line| line.contains("definition")).unwrap().to_owned();
    replace(&team, 1, "sorot.json", &last, &last.replace("definition\": \"", "definition\": \"Perhaps: "));
    team.sync(1);
    let merged = read(&team, 1, "sorot.json");
    assert!(merged.contains("Ships") && merged.contains("Perhaps: "), "{merged}");
}

#[test]
fn other_files_of_the_repository_are_left_alone() {
    if !has_git() {
        return;
    }
    let team = Team::new(&["Rina"], 1);
    let root = team.root.path().join("paper");
    fs::create_dir(&root).unwrap();
    team.git(&root, &["init", "--quiet", "--initial-branch=main"]);
    fs::write(root.join("paper.tex"), "first").unwrap();
    fs::write(root.join("staged.tex"), "first").unwrap();
    team.git(&root, &["add", "-A"]);
    team.git(&root, &["commit", "--quiet", "-m", "begin"]);
    team.git(team.root.path(), &["init", "--quiet", "--bare", "--initial-branch=main", "paper.git"]);
    team.git(&root, &["remote", "add", "origin", "../paper.git"]);
    let corpus = root.join("the corpus");
    assert!(team.sorot(0, &root, &["init", "the corpus"]).status.success());
    fs::write(corpus.join("articles/a.txt"), "Kapal tiba.").unwrap();
    fs::write(root.join("paper.tex"), "second").unwrap();
    fs::write(root.join("staged.tex"), "second").unwrap();
    team.git(&root, &["add", "staged.tex"]);
    let output = team.sorot(0, &corpus, &["sync"]);
    assert_eq!(said(&output), "sent 4 files, nothing new from the team\n");
    assert_eq!(team.git(&root, &["status", "--porcelain"]), " M paper.tex\nM  staged.tex\n");
    let listed = team.git(&root, &["show", "--name-only", "--format="]);
    assert_eq!(
        listed,
        "the corpus/.gitattributes\nthe corpus/.gitignore\nthe corpus/articles/a.txt\nthe corpus/sorot.json\n"
    );
    // From elsewhere come both, and what is staged stays staged.
    team.git(team.root.path(), &["clone", "--quiet", "paper.git", "second"]);
    let second = team.root.path().join("second/the corpus");
    edit(
        &Folder::open(&second, &mut Report::default()).unwrap().folder,
        &Owner::named("Rina"),
        &"articles/a.txt".into(),
        "s1",
        Some("from the second"),
    );
    fs::write(team.root.path().join("second/more.tex"), "more").unwrap();
    team.git(&second, &["add", "../more.tex"]);
    team.git(&second, &["commit", "--quiet", "-m", "more"]);
    assert!(team.sorot(0, &second, &["sync", "--annotator", "Rina"]).status.success());
    fs::write(corpus.join("articles/b.txt"), "Kapal pergi.").unwrap();
    let output = team.sorot(0, &corpus, &["sync"]);
    assert_eq!(
        said(&output),
        "Rina: 1 article changed by the team\nsent 1 file, news from the team on 1 article\n"
    );
    assert_eq!(team.git(&root, &["status", "--porcelain"]), " M paper.tex\nM  staged.tex\n");
    assert!(root.join("more.tex").exists());
}

#[test]
fn what_sorot_changes_for_everybody_goes_along() {
    if !has_git() {
        return;
    }
    let team = pair();
    let output = team.sorot(
        0,
        &team.clone_of(0),
        &["change", "rename", "label", "country", "land", "--annotator", "Rina"],
    );
    assert!(output.status.success(), "{}", said(&output));
    assert!(read(&team, 0, BUDIS).contains("\"land\""));
    // Without a name, those count who worked here.
    let output = team.sorot(0, &team.clone_of(0), &["sync"]);
    assert_eq!(said(&output), "sent 3 files, nothing new from the team\n");
    team.sync(1);
    assert!(read(&team, 1, BUDIS).contains("\"land\""));

    // A text is corrected while somebody goes on with the old one.
    put(&team, 1, "s2", Some("on the old text"));
    let mut desk = Desk::open(&team.clone_of(0), "Rina");
    desk.perform(ArticleAction::Open("articles/00/a00000.txt".into()));
    crate::correct::correct(&mut desk, "Kapal 0 tiba 0.", "Sebuah kapal tiba di pelabuhan.");
    assert!(desk.session.is_saved(), "{:?}", desk.session.save_error());
    drop(desk);
    let output = team.sorot(0, &team.clone_of(0), &["sync"]);
    assert!(output.status.success(), "{}", said(&output));
    team.sync(1);
    let budis = read(&team, 1, BUDIS);
    assert!(budis.contains("on the old text") && budis.contains("Sebuah kapal"), "{budis}");
    let output = team.sorot(1, &team.clone_of(1), &["check"]);
    assert!(!said(&output).contains("error"), "{}", said(&output));
}

#[test]
fn a_window_that_writes_is_not_overtaken() {
    if !has_git() {
        return;
    }
    let team = Team::new(&["Rina", "Rina"], 1);
    put(&team, 0, "s1", Some("desk"));
    team.sync(0);
    let open = team.folder(1);
    open.hold(&Owner::named("Rina")).unwrap();
    let output = team.try_sync(1, &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("changes these annotations"), "{}", said(&output));
    assert!(!team.clone_of(1).join(RINAS).exists());
    drop(open);
    team.sync(1);
    assert!(team.clone_of(1).join(RINAS).exists());
}

#[test]
fn what_is_missing_is_said_in_a_sentence() {
    if !has_git() {
        return;
    }
    let team = pair();
    let clone = team.clone_of(1);
    let refused = |arguments: &[&str], folder: &Path| {
        let output = team.sorot(1, folder, arguments);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        let said = said(&output);
        assert_eq!(said.lines().count(), 1, "{said}");
        said.trim_start_matches("error: ").trim_end().to_owned()
    };
    put(&team, 1, "s2", Some("kept here"));
    fs::rename(team.shared(), team.root.path().join("away.git")).unwrap();
    let offline = refused(&["sync", "--annotator", "Budi"], &clone);
    assert!(
        offline.starts_with("origin cannot be reached, so your work is kept here until the next sync"),
        "{offline}"
    );
    fs::rename(team.root.path().join("away.git"), team.shared()).unwrap();
    assert_eq!(team.sync(1)["pushed"], 1);

    let hook = team.shared().join("hooks/pre-receive");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::write(&hook, "#!/bin/sh\nexit 1\n").unwrap();
        fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
        put(&team, 1, "s3", Some("declined"));
        let declined = refused(&["sync", "--annotator", "Budi"], &clone);
        assert!(declined.starts_with("origin does not take what was sent"), "{declined}");
        fs::remove_file(&hook).unwrap();
    }

    fs::write(clone.join(".git/MERGE_HEAD"), team.git(&clone, &["rev-parse", "HEAD"])).unwrap();
    let midst = refused(&["sync"], &clone);
    assert!(midst.starts_with("a merge is under way in the repository"), "{midst}");
    fs::remove_file(clone.join(".git/MERGE_HEAD")).unwrap();

    team.git(&clone, &["checkout", "--quiet", "--detach"]);
    assert!(refused(&["sync"], &clone).starts_with("no branch is checked out"));
    team.git(&clone, &["checkout", "--quiet", "main"]);
    team.git(&clone, &["remote", "remove", "origin"]);
    assert!(refused(&["sync"], &clone).starts_with("the repository has no remote to share with"));

    let plain = team.root.path().join("plain");
    assert!(team.sorot(1, team.root.path(), &["init", "plain"]).status.success());
    assert!(refused(&["sync"], &plain).starts_with("the folder is in no git repository; sorot sync --init"));
    let output = team.sorot(1, &plain, &["sync", "--init"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let apart = refused(&["sync", "--init", "--remote", "../team.git"], &plain);
    assert!(apart.starts_with("the project here and the one of origin were begun separately"), "{apart}");

    let mut command = Command::new(env!("CARGO_BIN_EXE_sorot"));
    at_home(&mut command, team.root.path(), "Budi");
    for name in ["GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"] {
        command.env_remove(name);
    }
    team.git(&plain, &["config", "user.useConfigOnly", "true"]);
    let output = command.arg("sync").current_dir(&plain).output().unwrap();
    assert!(
        said(&output).starts_with("error: git does not know your name yet; tell it once:"),
        "{}",
        said(&output)
    );

    let mut command = Command::new(env!("CARGO_BIN_EXE_sorot"));
    let output = command.arg("sync").current_dir(&plain).env("PATH", "").output().unwrap();
    assert!(said(&output).starts_with("error: git is not installed"), "{}", said(&output));
}

#[test]
fn the_window_syncs_and_finds_what_came() {
    if !has_git() {
        return;
    }
    let team = Team::new(&["Rina", "Rina"], 2);
    configure(&team, 0);
    let random = fastrand::Rng::with_seed(fastrand::u64(..));
    let mut desk = Desk::open_with(&team.clone_of(0), "Rina", Surroundings { random, ..fixed() });
    desk.perform(ArticleAction::Open("articles/00/a00000.txt".into()));
    desk.place_caret(0);
    desk.press("C");
    desk.perform(SyncAction::Begin);
    // The first set brings what tells git about annotation files.
    assert_eq!(
        desk.notes.last().map(String::as_str),
        Some("Synced: sent 3 files, nothing new from the team")
    );
    assert!(!desk.session.is_syncing());

    team.sync(1);
    put(&team, 1, "s2", Some("from the train"));
    team.sync(1);
    desk.place_caret(8);
    desk.press("C");
    desk.perform(SyncAction::Begin);
    let notes = desk.notes.join("\n");
    assert!(notes.contains("Synced: sent 1 file, news from the team on 1 article"), "{notes}");
    desk.look();
    let set = desk.session.set().unwrap();
    assert_eq!(set.annotations().len(), 3, "{notes}");
    assert_eq!(desk.session.problems(), []);
    desk.press("Ctrl+Z");
    assert!(desk.session.is_saved());

    team.git(&team.clone_of(0), &["remote", "remove", "origin"]);
    desk.perform(SyncAction::Begin);
    assert!(desk.notes.last().unwrap().starts_with("The repository has no remote to share with"));
}

/// Tells git in a clone who commits, since this process has the machine's home.
fn configure(team: &Team, clone: usize) {
    for (key, value) in [
        ("user.name", "Rina"),
        ("user.email", "rina@example.org"),
        ("commit.gpgSign", "false"),
        ("core.hooksPath", "/dev/null"),
        ("core.autocrlf", "false"),
    ] {
        team.git(&team.clone_of(clone), &["config", key, value]);
    }
}

#[cfg(unix)]
#[test]
fn a_stopped_sync_ends_at_once_and_leaves_everything_sound() {
    if !has_git() {
        return;
    }
    let team = Team::new(&["Rina", "Budi"], 2);
    configure(&team, 0);
    let root = team.clone_of(0);
    let address = team.git(&root, &["remote", "get-url", "origin"]);
    label(&root, "Rina", "articles/00/a00000.txt", 0);
    // A machine that never answers, and no look at which ssh it is, which would wait as well.
    team.git(&root, &["config", "core.sshCommand", "sleep 120 #"]);
    team.git(&root, &["config", "ssh.variant", "ssh"]);
    team.git(&root, &["remote", "set-url", "origin", "ssh://nowhere.invalid/team.git"]);
    let folder = Folder::open(&root, &mut Report::default()).unwrap().folder;
    let sync = |watch: &SyncWatch| {
        let request = SyncRequest { owners: &[], sends_all: false, may_ask: false, watch };
        folder.sync(&request).map_err(|error| error.to_string())
    };
    let watch = SyncWatch::default();
    let result = std::thread::scope(|scope| {
        let syncing = scope.spawn(|| sync(&watch));
        let begun = Instant::now();
        while watch.step() != SyncStep::Fetching && begun.elapsed() < Duration::from_secs(60) {
            std::thread::sleep(Duration::from_millis(20));
        }
        // It waits now, or in a moment.
        std::thread::sleep(Duration::from_millis(300));
        let stopped = Instant::now();
        watch.stop();
        let result = syncing.join().expect("it does not panic");
        assert!(stopped.elapsed() < Duration::from_secs(60), "{:?}", stopped.elapsed());
        result
    });
    assert_eq!(result.unwrap_err(), "it was stopped; your work is kept here until the next sync");

    // Before it begins, too.
    assert!(sync(&watch).unwrap_err().starts_with("it was stopped"));
    team.git(&root, &["remote", "set-url", "origin", address.trim()]);
    let watch = SyncWatch::default();
    assert_eq!(sync(&watch).unwrap().n_pushed, 1, "what was committed goes out");
    assert_eq!(watch.step(), SyncStep::Sending);
    team.sync(1);
    assert!(team.clone_of(1).join("annotations/rina/00/a00000.txt.json").exists());
}

/// Labels the word at a place as a country, in a window of its own.
fn label(root: &Path, owner: &str, article: &str, at: usize) {
    let random = fastrand::Rng::with_seed(fastrand::u64(..));
    let surroundings = Surroundings { random, ..fixed() };
    let mut desk = Desk::open_with(root, owner, surroundings);
    desk.perform(ArticleAction::Open(article.into()));
    desk.place_caret(at);
    desk.press("C");
    assert!(desk.session.is_saved(), "{:?}", desk.session.save_error());
}

/// All files of a folder but those of this machine.
fn snapshot(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = sorot::store::list_files(root).unwrap();
    files.into_iter().map(|(name, path)| (name, fs::read(path).unwrap())).collect()
}

pub(crate) fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        match entry.file_type().unwrap().is_dir() {
            true => copy_folder(&entry.path(), &to.join(entry.file_name())),
            false => drop(fs::copy(entry.path(), to.join(entry.file_name())).unwrap()),
        }
    }
}

#[test]
fn another_copy_comes_in_with_one_step() {
    let dir = TempDir::new().unwrap();
    let [home, stick] = ["home", "stick"].map(|it| dir.path().join(it));
    assert!(run(&dir, "init home").status.success());
    for name in ["a", "b", "c"] {
        fs::write(home.join(format!("articles/{name}.txt")), "satu dua tiga empat").unwrap();
    }
    label(&home, "Rina", "articles/a.txt", 0);
    label(&home, "Tono", "articles/a.txt", 0);
    label(&home, "Wati", "articles/a.txt", 0);
    copy_folder(&home, &stick);
    // Rina went on there, Wati here, Tono on both sides, and Budi began there.
    label(&stick, "Rina", "articles/a.txt", 5);
    label(&home, "Wati", "articles/a.txt", 5);
    label(&stick, "Tono", "articles/a.txt", 5);
    label(&home, "Tono", "articles/a.txt", 9);
    label(&stick, "Budi", "articles/b.txt", 0);
    fs::write(stick.join("articles/d.txt"), "satu dua").unwrap();
    label(&stick, "Budi", "articles/d.txt", 0);
    fs::write(stick.join("articles/c.txt"), "lain").unwrap();
    label(&stick, "Budi", "articles/c.txt", 0);

    let (before, of_stick) = (snapshot(&home), snapshot(&stick));
    let summary = "collect 2 articles (1 of them new) with 2 spans and 0 relations, and 2 changed sets\n";
    check(
        &dir,
        &[
            "collect stick --into home --annotator Rina --dry-run",
            "collect home --into home --annotator Rina",
        ],
        expect![[r#"
            $ sorot collect stick --into home --annotator Rina --dry-run
            would collect 2 articles (1 of them new) with 2 spans and 0 relations, and 2 changed sets
            2> error: not taken in, since the article has another text there than here: articles/c.txt
            [1]
            $ sorot collect home --into home --annotator Rina
            2> error: this is the project itself, and no copy of it: home
            [2]
        "#]],
    );
    assert_eq!(snapshot(&home), before);
    let output = run(&dir, "collect stick --into home --annotator Rina");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&output.stdout), summary.replace("collect ", "collected "));
    let after = snapshot(&home);
    let spans = |files: &BTreeMap<String, Vec<u8>>, name: &str| -> Vec<String> {
        let set: Value = serde_json::from_slice(&files[name]).unwrap();
        set["spans"].as_array().unwrap().iter().map(|it| it["text"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(spans(&after, "annotations/rina/a.txt.json"), ["satu", "dua"]);
    assert_eq!(spans(&after, "annotations/wati/a.txt.json"), ["satu", "dua"]);
    assert_eq!(spans(&after, "annotations/tono/a.txt.json"), ["satu", "dua", "tiga"]);
    assert_eq!(spans(&after, "annotations/budi/b.txt.json"), ["satu"]);
    assert_eq!(spans(&after, "annotations/budi/d.txt.json"), ["satu"]);
    assert!(!after.contains_key("annotations/budi/c.txt.json"));
    assert_eq!(snapshot(&stick), of_stick, "the copy is as it was");
    let again = run(&dir, "collect stick --into home --annotator Rina");
    assert_eq!(String::from_utf8_lossy(&again.stdout), "nothing to collect\n");

    // One Undo takes all of it back.
    let mut desk = Desk::open(&home, "Rina");
    desk.press("Ctrl+Z");
    assert!(desk.session.is_saved(), "{:?}", desk.session.save_error());
    drop(desk);
    assert_eq!(snapshot(&home), before);
}

#[test]
fn a_span_that_two_copies_changed_stays_twice() {
    let dir = TempDir::new().unwrap();
    let [home, stick] = ["home", "stick"].map(|it| dir.path().join(it));
    assert!(run(&dir, "init home").status.success());
    fs::write(home.join("articles/a.txt"), "satu dua").unwrap();
    label(&home, "Rina", "articles/a.txt", 0);
    copy_folder(&home, &stick);
    for (root, note) in [(&home, "here"), (&stick, "there")] {
        let set = root.join("annotations/rina/a.txt.json");
        let text = fs::read_to_string(&set).unwrap();
        fs::write(&set, text.replace("\"origin\"", &format!("\"note\": \"{note}\", \"origin\""))).unwrap();
    }
    let output = run(&dir, "collect stick --into home --annotator Rina");
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("both versions are kept"), "{}", said(&output));
    let merged = fs::read_to_string(home.join("annotations/rina/a.txt.json")).unwrap();
    assert!(merged.contains("here") && merged.contains("there") && merged.contains("conflict"), "{merged}");
}
