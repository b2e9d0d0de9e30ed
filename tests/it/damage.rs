//! Files that were cut off, overwritten, doubled or scrambled: nothing panics, what is wrong is
//! told with its place, no file is changed by being looked at, and the rest of the project opens.
//!
//! `SOROT_MUTATIONS=100000 cargo test --test it damage -- --nocapture` tries as many and says how
//! many were noticed.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use fastrand::Rng;
use sorot::file::{self, PRESETS, ProjectFile, TrashNote};
use sorot::model::{
    DocumentId, Edit, HistoryEvent, JournalEntry, Owner, Place, Report, SetKey, Status, Timestamp,
    Transaction,
};
use sorot::store::{Folder, Repairer};
use tempfile::TempDir;

const A: &str = "annotations/rina/a.txt.json";
const B: &str = "annotations/rina/b.txt.json";

/// Every kind of file that a project has, by its path from the project folder.
const KINDS: &[&str] = &[
    A,
    "sorot.json",
    "articles/a.txt",
    "guidelines.md",
    "annotations/.gitattributes",
    ".sorot/history/rina.jsonl",
    ".sorot/locks/rina.json",
    ".sorot/trash/*.json",
    ".sorot/trash/*.file",
];

/// A project with one file of every kind, and an article beside the one that is damaged.
fn project() -> TempDir {
    let dir = TempDir::new().unwrap();
    let mut project = ProjectFile::new("Kutipan", PRESETS[0].schema());
    project.guidelines = Some("guidelines.md".to_owned());
    Folder::create(dir.path(), &project).unwrap();
    let write = |name: &str, content: &str| {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    };
    write("guidelines.md", "# Petunjuk\n\nTandai “kutipan” apa adanya.\n");
    for name in ["a", "b"] {
        write(
            &format!("articles/{name}.txt"),
            "“Kami siap,” kata Menteri Pertahanan 🇮🇩 itu.\r\nTank dikirim.\n",
        );
    }
    let set = r#"{
  "format": "sorot-annotations",
  "version": 1,
  "article": {"path": "articles/NAME.txt"},
  "annotator": "Rina",
  "status": "done",
  "text": "“Kami siap,” kata Menteri Pertahanan 🇮🇩 itu.\r\nTank dikirim.\n",
  "entities": [{"id": "e1", "kind": "person", "name": "Prabowo", "wikidata": "Q1"}],
  "spans": [
    {"id": "q1", "label": "quote", "start": 0, "end": 12, "text": "“Kami siap,”", "attributes": {"quote_type": "direct"}, "origin": {"how": "manual"}, "created": "2026-11-22T20:31:05Z"},
    {"id": "s1", "label": "speaker", "start": 18, "end": 36, "text": "Menteri Pertahanan", "entity": "e1", "flags": ["unsure"], "note": "siapa?"},
    {"id": "c1", "label": "country", "start": 37, "end": 39, "text": "🇮🇩", "attributes": {"iso": "ID"}},
    {"id": "w1", "label": "weapon", "start": 46, "end": 58, "fragments": [[46, 50], [51, 58]], "text": "Tank dikirim", "origin": {"how": "suggested", "by": "rules", "score": 0.93}}
  ],
  "relations": [{"id": "r1", "label": "says", "from": "s1", "to": "q1"}],
  "orphans": [{"id": "s9", "label": "weapon", "start": 3, "end": 900, "text": "rudal"}],
  "mine": {"seconds": 1.50}
}"#;
    write(A, &set.replace("NAME", "a"));
    write(B, &set.replace("NAME", "b"));
    // In the program's own layout.
    let folder = open(dir.path()).0;
    for name in ["a", "b"] {
        let key = key(name);
        let document = folder.read_document(&key.document, &mut Report::default()).unwrap();
        let set = folder.read_set(&key, &document, &project.schema, &mut Report::default()).unwrap().unwrap();
        folder.write_set(&key, &document, &set.set, &project.schema).unwrap();
    }
    let events =
        [(1, "selesai", Status::Done), (2, "lagi", Status::InProgress)].map(|(number, name, after)| {
            let edit = Edit::Status { set: key("a"), before: Status::New, after };
            JournalEntry {
                number,
                at: Some(Timestamp(1)),
                event: HistoryEvent::Commit(Transaction::new(name, vec![edit])),
            }
        });
    folder.record(&Owner::named("Rina"), events.to_vec()).unwrap();
    let note = TrashNote { at: Timestamp(1), by: "Rina".into(), why: "try".into(), path: A.into() };
    folder.copy_to_trash(&note).unwrap();
    drop(folder);
    write(
        ".sorot/locks/rina.json",
        "{\"window\": \"w\", \"host\": \"laptop\", \"process\": 17, \"beat\": 3}\n",
    );
    dir
}

fn key(name: &str) -> SetKey {
    SetKey { document: DocumentId::new(format!("articles/{name}.txt")), owner: Owner::named("Rina") }
}

fn open(path: &Path) -> (Folder, Report) {
    let mut report = Report::default();
    let opened = Folder::open(path, &mut report).unwrap();
    (opened.folder, report)
}

/// All files of a folder with their bytes.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
                files.insert(name, fs::read(path).unwrap());
            }
        }
    }
    files
}

/// Damage that disks, sync programs, merges and people do.
fn damaged(bytes: &[u8], i: usize, random: &mut Rng) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let n = bytes.len();
    if n == 0 {
        return vec![random.u8(..)];
    }
    let at = random.usize(..n);
    let end = n.min(at + 1 + random.usize(..200));
    match i % 16 {
        0..=6 => bytes[at] ^= 1 << random.u8(..8),
        7..=9 => bytes.truncate(at),
        10 => bytes[at] = random.u8(..),
        11 => bytes[at..end].fill(0),
        12 => drop(bytes.drain(at..end)),
        13 => {
            let piece = bytes[at..end].to_vec();
            let to = random.usize(..=bytes.len());
            bytes.splice(to..to, piece);
        }
        14 => {
            let mut lines: Vec<&[u8]> = bytes.split_inclusive(|&byte| byte == b'\n').collect();
            let (one, other) = (random.usize(..lines.len()), random.usize(..lines.len()));
            let theirs =
                [b"<<<<<<< ours\n", lines[one], b"=======\n", lines[other], b">>>>>>> theirs\n"].concat();
            lines[one] = &theirs;
            return lines.concat();
        }
        _ => bytes.extend_from_within(at..),
    }
    bytes
}

#[test]
#[expect(clippy::print_stderr, reason = "a long run tells what came of it")]
fn nothing_panics_and_nothing_is_rewritten() {
    let wanted = std::env::var("SOROT_MUTATIONS").ok().and_then(|it| it.parse().ok());
    let n_mutations: usize = wanted.unwrap_or(800);
    let dir = project();
    let clean = files(dir.path());
    let (folder, report) = open(dir.path());
    let schema = PRESETS[0].schema();
    let mut check = Report::default();
    folder.check(&schema, &mut check);
    // Two orphans wait for somebody; else nothing is wrong before.
    assert_eq!((report.problems.len(), check.problems.len()), (0, 2), "{check:?}");

    let mut random = Rng::with_seed(0x50_52_0f);
    let mut tally: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for i in 0..n_mutations {
        let kind = KINDS[i % KINDS.len()];
        let (before, after) = kind.split_once('*').unwrap_or((kind, ""));
        let name = clean.keys().find(|name| name.starts_with(before) && name.ends_with(after)).unwrap();
        let bytes = damaged(&clean[name], i / KINDS.len(), &mut random);
        let path = dir.path().join(name);
        fs::write(&path, &bytes).unwrap();

        let (folder, mut report) = open(dir.path());
        folder.check(&schema, &mut report);
        let b = key("b");
        let document = folder.read_document(&b.document, &mut report).expect("the other article opens");
        let set = folder.read_set(&b, &document, &schema, &mut report).expect("the other set opens");
        if kind != A && kind != "articles/a.txt" {
            assert_eq!(set.map(|it| it.set.annotations().len()), Some(4), "{name} {i}");
        }
        folder.open_journal(&b.owner, &mut report);
        for problem in &report.problems {
            assert_ne!(problem.place, Place::default(), "{problem} {name} {i}");
        }
        let repairer = Repairer { by: "test".into(), at: Timestamp(2), is_dry_run: true };
        folder.repair(&schema, &repairer, &mut report);

        let row = tally.entry(kind).or_default();
        row[0] += 1;
        row[1] += usize::from(report != check);
        row[2] += usize::from(bytes == clean[name]);
        let mut expected = clean.clone();
        expected.insert(name.clone(), bytes);
        assert_eq!(files(dir.path()), expected, "looking changed a file: {name} {i}");
        fs::write(&path, &clean[name]).unwrap();
    }
    for (kind, [n, n_noticed, n_same]) in tally {
        eprintln!("{kind}: {n} damaged, {n_noticed} noticed, {n_same} as before");
    }
}

/// Repairs what is damaged: the second time there is nothing to do, what was there is in the
/// trash, and what can be read afterwards is no less than before.
/// The project without the window elsewhere, under whose hands nothing is repaired.
fn unlocked() -> TempDir {
    let dir = project();
    fs::remove_file(dir.path().join(".sorot/locks/rina.json")).unwrap();
    dir
}

#[test]
#[expect(clippy::print_stderr, reason = "a long run tells what came of it")]
fn a_second_repair_does_nothing() {
    let wanted = std::env::var("SOROT_MUTATIONS").ok().and_then(|it| it.parse::<usize>().ok());
    let dir = unlocked();
    let clean = files(dir.path());
    let schema = PRESETS[0].schema();
    let mut random = Rng::with_seed(0x5e_c0_d0);
    let (mut n_mended, mut n_failed, mut n_spans) = (0, 0, 0);
    let n_mutations = wanted.map_or(80, |n| n / 50);
    for i in 0..n_mutations {
        let name = if i % 8 == 7 { "sorot.json" } else { A };
        let bytes = damaged(&clean[name], i / 8 + i, &mut random);
        fs::write(dir.path().join(name), &bytes).unwrap();
        let repairer = |at| Repairer { by: "test".into(), at: Timestamp(at), is_dry_run: false };
        let (folder, _) = open(dir.path());
        let mut failed = Report::default();
        let done = folder.repair(&schema, &repairer(i as i64 + 10), &mut failed);
        let after = files(dir.path());
        if done.is_empty() {
            assert_eq!(after[name], bytes, "{i}");
        } else {
            assert!(after.iter().any(|(path, it)| path.starts_with(".sorot/trash/") && *it == bytes), "{i}");
        }
        n_mended += done.len();
        n_failed += failed.problems.len();
        let (folder, _) = open(dir.path());
        let again = folder.repair(&schema, &repairer(i as i64 + 11), &mut Report::default());
        assert_eq!(again, [], "{i} {name}: {}", String::from_utf8_lossy(&after[name]));
        if failed.is_empty() {
            let read = file::read_set(&after[A], A, &schema, &mut Report::default());
            n_spans += read.map_or(0, |it| it.set.annotations().len());
        }
        drop(fs::remove_dir_all(dir.path().join(".sorot/trash")));
        fs::write(dir.path().join(name), &clean[name]).unwrap();
    }
    eprintln!("{n_mutations} damaged, {n_mended} mended, {n_failed} beyond repair, {n_spans} spans");
    assert!(n_mended > n_mutations / 4, "repair does mend");
}

/// In the window, a broken set is listed, and repaired when somebody says so.
#[test]
fn a_session_repairs_what_it_could_not_open() {
    use sorot::session::jobs::{Opening, Storage, open_project};
    use sorot::session::{ArticleAction, Effect, Surroundings};
    let dir = unlocked();
    let path = dir.path().join(A);
    let whole = fs::read_to_string(&path).unwrap();
    fs::write(&path, whole.replacen("\"label\": \"weapon\"", "\"label\": weapon\"", 1)).unwrap();
    let surroundings =
        Surroundings { clock: || Timestamp(3), random: Rng::with_seed(1), storage: Storage::default() };
    let opening = Opening::Path(dir.path().join("articles/a.txt"));
    let (mut session, mut effects) =
        open_project(opening, Owner::named("Rina"), surroundings, |_| None).unwrap();
    let settle = |session: &mut sorot::session::Session, effects: &mut Vec<Effect>| {
        while let Some(effect) = effects.pop() {
            if let Effect::Start(job) = effect {
                effects.extend(session.finish(job.run()));
            }
        }
    };
    settle(&mut session, &mut effects);
    assert!(session.document().is_none());
    let problem = session.problems().iter().find_map(|problem| session.repairable(problem)).cloned();
    let id = problem.expect("it can be repaired");
    effects = session.perform(ArticleAction::Repair(id).into());
    settle(&mut session, &mut effects);
    assert_eq!(session.set().map(|set| set.annotations().len()), Some(3));
    assert!(session.problems().iter().all(|problem| session.repairable(problem).is_none()));
    let trash = files(&dir.path().join(".sorot/trash"));
    assert!(trash.values().any(|bytes| bytes.windows(8).any(|it| it == b" weapon\"")));
}
