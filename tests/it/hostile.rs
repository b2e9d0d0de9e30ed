//! What somebody who means harm could put into a project: nothing panics, blocks, follows a way out
//! of the folder or steers a terminal.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use sorot::file::{self, PRESETS, ProjectFile};
use sorot::model::{AnnotationSet, DocumentId, HistoryEvent, JournalEntry, Owner, Report, SetKey, Status};
use sorot::store::{Folder, Opened, StoreError};
use tempfile::TempDir;

use crate::contracts;

/// Files that parsers have stumbled over. A new one is a row.
fn hostile_files() -> Vec<(&'static str, Vec<u8>)> {
    let set = |keys: &str| {
        format!(r#"{{"format": "sorot-annotations", "version": 1, "text": "Kyiv", {keys}}}"#).into_bytes()
    };
    let project = |keys: &str| format!(r#"{{"format": "sorot-project", "version": 1, {keys}}}"#).into_bytes();
    let deep = |n: usize| format!("{}1{}", "[".repeat(n), "]".repeat(n));
    let digits = "9".repeat(100_000);
    vec![
        ("nothing", Vec::new()),
        ("a million brackets", vec![b'['; 1_000_000]),
        ("a million objects", b"{\"a\":".repeat(1_000_000)),
        ("a deep unknown key", set(&format!("\"x\": {}", deep(500_000)))),
        ("a deep attribute", set(&format!(r#""spans": [{{"id": "s", "label": "country", "start": 0, "end": 4, "text": "Kyiv", "attributes": {{"iso": {}}}}}]"#, deep(100_000)))),
        ("deep orphans", set(&format!("\"orphans\": [{}]", deep(100_000)))),
        ("deep labels", project(&format!("\"schema\": {{\"labels\": {}}}", deep(100_000)))),
        ("huge numbers", set(&format!(r#""revision": {digits}, "seconds": 1e{digits}, "spans": [{{"id": "s", "label": "country", "start": -{digits}, "end": 1e400, "text": "Kyiv"}}]"#))),
        ("ten thousand times one key", set(&vec!["\"spans\": []"; 10_000].join(", "))),
        ("ten thousand spans of one id", set(&format!("\"spans\": [{}]", vec![r#"{"id": "s", "label": "country", "start": 0, "end": 4, "text": "Kyiv"}"#; 10_000].join(", ")))),
        ("ten thousand labels of one name", project(&format!("\"schema\": {{\"labels\": [{}]}}", vec![r#"{"name": "a", "key": "a"}"#; 10_000].join(", ")))),
        ("laughs within laughs", set(&format!("\"x\": {}", (0..20).fold("\"ha\"".to_owned(), |json, i| if json.len() < 500_000 { format!("{{\"a{i}\": {json}, \"b{i}\": {json}}}") } else { json })))),
        ("lone surrogates", set(r#""annotator": "\ud800", "spans": [{"id": "\udfff", "label": "\ud800x", "start": 0, "end": 4, "text": "\udead"}]"#)),
        ("a lone surrogate in the text", br#"{"format": "sorot-annotations", "version": 1, "text": "\ud800"}"#.to_vec()),
        ("zero characters", set(r#""annotator": "a\u0000b", "article": {"path": "a\u0000.txt"}"#)),
        ("zero bytes", vec![0; 100_000]),
        ("invalid UTF-8", [b"{\"format\": \"sorot-annotations\", \"text\": \"".as_slice(), &[0xff, 0xc0, 0x80, 0xed, 0xa0, 0x80], b"\"}"].concat()),
        ("the end of time", set(r#""spans": [{"id": "s", "label": "country", "start": 0, "end": 4, "text": "Kyiv", "created": "9999-99-99T99:99:99Z", "origin": {"how": "suggested", "by": "x", "score": 1e999}}]"#)),
        ("numbers beyond all texts", set(r#""spans": [{"id": "s", "label": "country", "start": 18446744073709551615, "end": 18446744073709551615, "text": "Kyiv", "fragments": [[0, 18446744073709551615], [4294967296, 1]]}]"#)),
        ("a relation with itself", set(r#""spans": [{"id": "s", "label": "quote", "start": 0, "end": 4, "text": "Kyiv"}], "relations": [{"id": "s", "label": "says", "from": "s", "to": "s"}]"#)),
        ("merge marks without end", b"<<<<<<< a\n||||||| b\n=======\n".repeat(10_000)),
        ("a transaction past its text", br#"{"name": "x", "unit": "byte", "edits": [{"kind": "annotation", "document": "a", "owner": "b", "id": "c", "after": {"id": "c", "label": "l", "ranges": [[5, 4294967295]]}}]}"#.to_vec()),
    ]
}

#[test]
fn no_file_is_too_strange_to_be_refused() {
    for (name, bytes) in hostile_files() {
        let started = Instant::now();
        let schema = PRESETS[0].schema();
        let report = &mut Report::default();
        drop(file::read_header(&bytes, "a"));
        file::read_owner(&bytes[..]);
        drop(file::read_project(&bytes, "a", report).map(|project| file::write_project(&project)));
        drop(file::read_set(&bytes, "a", &schema, report).map(|read| file::orphans(&read.set)));
        file::read_trash_note(&bytes);
        drop(std::str::from_utf8(&bytes).map(file::read_transaction));
        drop(std::str::from_utf8(&bytes).map(file::read_entry));
        for format in ["sorot-annotations", "sorot-project"] {
            for version in file::salvage(&bytes, "a", format, report).versions {
                drop(file::read_set(&version, "a", &schema, report));
                drop(file::read_project(&version, "a", report));
            }
        }
        // A reader that takes the square of the length is stuck for minutes on some of these.
        assert!(started.elapsed() < Duration::from_secs(20), "{name} took {:?}", started.elapsed());
    }
}

/// A folder with a project in it, and beside that a file that is nobody's business.
fn project(json: &str) -> TempDir {
    let dir = TempDir::new().unwrap();
    write(&dir, "secret.txt", "SECRET");
    write(&dir, "project/sorot.json", json);
    write(&dir, "project/articles/a.txt", "Kyiv");
    dir
}

fn write(dir: &TempDir, name: &str, content: &str) {
    let path = dir.path().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

const PLAIN: &str = r#"{"format": "sorot-project", "version": 1, "name": "P", "schema": {}}"#;

/// Opens and looks at everything, in a thread, so that what blocks fails.
fn open(dir: &TempDir) -> (Opened, Report) {
    let path = dir.path().join("project");
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut report = Report::default();
        let opened = Folder::open(&path, &mut report).unwrap();
        for id in &opened.articles {
            for owner in opened.folder.owners() {
                let key = SetKey { document: id.clone(), owner };
                opened.folder.summary(&key);
                opened.folder.open_journal(&key.owner, &mut report);
            }
        }
        opened.folder.check(&opened.schema, &mut report);
        sender.send((opened, report)).unwrap();
    });
    receiver.recv_timeout(Duration::from_secs(60)).expect("it does not block")
}

#[test]
fn no_name_leads_out_of_the_project() {
    let names = [
        "../secret.txt",
        "articles/../../secret.txt",
        "/etc/passwd",
        "C:\\\\secret.txt",
        "..\\\\secret.txt",
        "\\\\\\\\server\\\\share\\\\secret.txt",
        "articles/./../../secret.txt",
        "articles//a.txt",
        "a\\u0000.txt",
        "",
        ".",
        "..",
        "~/secret.txt",
    ];
    for name in names {
        let json = format!(
            r#"{{"format": "sorot-project", "version": 1, "guidelines": "{name}", "articles": ["{name}", "**/{name}"]}}"#
        );
        let dir = project(&json);
        let (opened, _) = open(&dir);
        assert_eq!(opened.guidelines, None, "{name}");
        assert!(opened.articles.iter().all(|id| id.as_str() == "articles/a.txt"), "{name}");
        let name: String = serde_json::from_str(&format!("\"{name}\"")).unwrap();
        let key = SetKey { document: DocumentId::new(name.as_str()), owner: Owner::named("Rina") };
        let document = opened.folder.read_document(&key.document, &mut Report::default());
        assert!(document.is_err(), "{name}");
        // As somebody's name it is a folder of the project.
        let key = SetKey { document: DocumentId::from("articles/a.txt"), owner: Owner::named(&name) };
        let document = opened.folder.read_document(&key.document, &mut Report::default()).unwrap();
        let set = AnnotationSet::new(Status::InProgress, [], [], []);
        opened.folder.write_set(&key, &document, &set, &opened.schema).unwrap();
        let beside: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|it| it.unwrap().file_name()).collect();
        assert_eq!(beside.len(), 2, "{name}: {beside:?}");
        assert_eq!(fs::read_to_string(dir.path().join("secret.txt")).unwrap(), "SECRET");
    }
}

#[test]
#[cfg(unix)]
fn no_link_leads_out_of_the_project() {
    use std::os::unix::fs::symlink;
    let outside = |dir: &TempDir| {
        write(
            dir,
            "outside/rina/a.txt.json",
            r#"{"format": "sorot-annotations", "annotator": "SECRET", "text": "SECRET"}"#,
        );
        write(dir, "outside/history/rina.jsonl", "");
        write(dir, "outside/sorot.json", r#"{"format": "sorot-project", "version": 1, "name": "SECRET"}"#);
        dir.path().join("outside")
    };
    for (link, target) in [
        ("articles/b.txt", "../secret.txt"),
        ("articles/loop", ""),
        ("articles/self.txt", "project/articles/self.txt"),
        ("annotations", ""),
        ("annotations/rina", "rina"),
        ("annotations/rina/a.txt.json", "rina/a.txt.json"),
        (".sorot", ""),
        (".sorot/history", "history"),
        ("guidelines.md", "../secret.txt"),
        ("sorot.json", "sorot.json"),
    ] {
        let dir = project(PLAIN);
        let outside = outside(&dir);
        let path = dir.path().join("project").join(link);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        drop(fs::remove_file(&path));
        symlink(outside.join(target), &path).unwrap();
        let before = listing(&outside);
        let (opened, report) = open(&dir);
        assert!(
            opened.articles.iter().all(|id| id.as_str() == "articles/a.txt"),
            "{link}: {:?}",
            opened.articles
        );
        assert_eq!(opened.guidelines, None, "{link}");
        assert_ne!(opened.name, "SECRET", "{link}");
        assert!(!opened.folder.owners().contains(&Owner::named("SECRET")), "{link}");
        let is_quiet = ["guidelines.md", "articles/loop"].contains(&link);
        assert_eq!(report.problems.is_empty(), is_quiet, "{link}: {report:?}");
        assert!(!format!("{report:?}").contains("SECRET"), "{link}: {report:?}");
        // Writing does not go through it either.
        let key = SetKey { document: DocumentId::from("articles/a.txt"), owner: Owner::named("rina") };
        let document = opened.folder.read_document(&key.document, &mut Report::default()).unwrap();
        drop(opened.folder.write_set(&key, &document, &AnnotationSet::default(), &opened.schema));
        let entry = JournalEntry { number: 1, at: None, event: HistoryEvent::Undo };
        drop(opened.folder.record(&key.owner, vec![entry]));
        assert_eq!(listing(&outside), before, "{link}");
    }
}

/// The files below a folder, with their content.
#[cfg(unix)]
fn listing(folder: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(listing(&path))
        } else {
            files.push((path.clone(), fs::read(path).unwrap()))
        }
    }
    files.sort();
    files
}

/// Reading a pipe waits until somebody writes to it, and a device may never end.
#[test]
#[cfg(unix)]
fn pipes_and_devices_block_nothing() {
    for name in [
        "articles/b.txt",
        "sorot.json",
        "guidelines.md",
        "annotations/rina/a.txt.json",
        "annotations/rina/b.json",
        ".sorot/history/rina.jsonl",
        ".sorot/locks/rina.json",
        ".sorot/trash/20260101T000000Z-00000000.json",
    ] {
        let dir = project(PLAIN);
        write(
            &dir,
            "project/annotations/rina/z.json",
            r#"{"format": "sorot-annotations", "annotator": "rina"}"#,
        );
        let path = dir.path().join("project").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        drop(fs::remove_file(&path));
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        let (opened, _) = open(&dir);
        assert_eq!(
            opened
                .folder
                .read_document(&DocumentId::from("articles/a.txt"), &mut Report::default())
                .unwrap()
                .text
                .as_str(),
            "Kyiv"
        );
    }
    let dir = project(PLAIN);
    std::os::unix::fs::symlink("/dev/zero", dir.path().join("project/articles/zero.txt")).unwrap();
    assert_eq!(open(&dir).0.articles.len(), 1);
}

/// Two gigabytes are refused by their size, before any memory is asked for.
#[test]
fn huge_files_are_refused_at_once() {
    let dir = project(PLAIN);
    write(&dir, "project/annotations/rina/z.json", r#"{"format": "sorot-annotations", "annotator": "rina"}"#);
    let names = [
        "articles/big.txt",
        "guidelines.md",
        "annotations/rina/a.txt.json",
        "sorot.json",
        ".sorot/history/rina.jsonl",
    ];
    for name in names {
        write(&dir, &format!("project/{name}"), "");
        let file = fs::OpenOptions::new().write(true).open(dir.path().join("project").join(name)).unwrap();
        // Without a hole in it, the file would fill the disk.
        file.set_len((2 << 30) + 1).unwrap();
    }
    let started = Instant::now();
    let (opened, report) = open(&dir);
    let mut refused = 0;
    for id in &opened.articles {
        refused += usize::from(matches!(
            opened.folder.read_document(id, &mut Report::default()),
            Err(StoreError::TooLarge { .. })
        ));
    }
    assert_eq!(refused, 1);
    assert!(report.problems.iter().any(|it| it.message.contains("at most")), "{report:?}");
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
}

/// `SOROT_ARTICLES=100000 cargo test --test it many_articles -- --nocapture` says how long that
/// many take.
#[test]
#[expect(clippy::print_stderr, reason = "a long run tells what came of it")]
fn many_articles_open_soon() {
    let wanted = std::env::var("SOROT_ARTICLES").ok().and_then(|it| it.parse::<usize>().ok());
    let n = wanted.unwrap_or(3_000);
    let dir = project(PLAIN);
    for i in 0..n {
        let folder = dir.path().join(format!("project/articles/{}", i / 1_000));
        if i % 1_000 == 0 {
            fs::create_dir_all(&folder).unwrap();
        }
        fs::write(folder.join(format!("{i}.txt")), "Kyiv").unwrap();
    }
    let started = Instant::now();
    let opened = Folder::open(&dir.path().join("project"), &mut Report::default()).unwrap();
    let elapsed = started.elapsed();
    eprintln!("{} articles opened in {elapsed:?}", opened.articles.len());
    assert_eq!(opened.articles.len(), n + 1);
    assert!(elapsed < Duration::from_secs(5), "{elapsed:?}");
}

#[test]
fn names_that_only_some_systems_tell_apart_are_told() {
    let dir = project(PLAIN);
    let names = ["A.txt", "con.txt", "aux", "a:b.txt", "dot./x.txt", "caf\u{e9}.txt", "cafe\u{301}.txt"];
    let names: Vec<&str> = names.into_iter().filter(|_| cfg!(target_os = "linux")).collect();
    for name in &names {
        write(&dir, &format!("project/articles/{name}"), "Kyiv");
    }
    let (opened, report) = open(&dir);
    let n_said = |message: &str| report.problems.iter().filter(|it| it.message.contains(message)).count();
    if !names.is_empty() {
        assert_eq!((n_said("same name"), n_said("Windows does not take")), (2, 3), "{report:?}");
    }
    // Two people whose names differ by case have folders that every system tells apart.
    let document =
        opened.folder.read_document(&DocumentId::from("articles/a.txt"), &mut Report::default()).unwrap();
    for name in ["Rina", "rina", "RINA"] {
        let key = SetKey { document: document.id.clone(), owner: Owner::named(name) };
        let set = AnnotationSet::new(Status::InProgress, [], [], []);
        opened.folder.write_set(&key, &document, &set, &opened.schema).unwrap();
    }
    let folders = fs::read_dir(dir.path().join("project/annotations")).unwrap();
    let folders = folders.filter(|it| it.as_ref().unwrap().path().is_dir());
    let folded: std::collections::BTreeSet<String> =
        folders.map(|it| it.unwrap().file_name().to_str().unwrap().to_lowercase()).collect();
    assert_eq!(folded.len(), 3);
    let again = Folder::open(&dir.path().join("project"), &mut Report::default()).unwrap();
    assert_eq!(again.folder.owners().len(), 3);
}

#[test]
fn long_names_are_shortened_or_refused() {
    let dir = project(PLAIN);
    write(&dir, &format!("project/articles/{}.txt", "x".repeat(251)), "Kyiv");
    let (opened, _) = open(&dir);
    assert_eq!(opened.articles.len(), 2);
    for (name, is_written) in [("n".repeat(100_000), true), ("\u{1f1ee}".repeat(1_000), true)] {
        let key = SetKey { document: DocumentId::from("articles/a.txt"), owner: Owner::named(&name) };
        let document = opened.folder.read_document(&key.document, &mut Report::default()).unwrap();
        let written = opened.folder.write_set(&key, &document, &AnnotationSet::default(), &opened.schema);
        assert_eq!(written.is_ok(), is_written, "{written:?}");
    }
    let key = SetKey { document: opened.articles[1].clone(), owner: Owner::named("Rina") };
    let document = opened.folder.read_document(&key.document, &mut Report::default()).unwrap();
    // The system may or may not take a name with five letters more; a sentence says so.
    if let Err(error) = opened.folder.write_set(&key, &document, &AnnotationSet::default(), &opened.schema) {
        assert!(error.to_string().contains("cannot save"), "{error}");
    }
    let id = DocumentId::new(format!("articles/{}a.txt", "b/".repeat(100_000)));
    assert!(opened.folder.read_document(&id, &mut Report::default()).is_err());
}

/// What files say goes to terminals, which obey control characters.
#[test]
#[cfg(target_os = "linux")]
fn nothing_steers_a_terminal() {
    let dir = project(
        r#"{"format": "sorot-project", "version": 1, "name": "P\u001b[2J\u009b1m", "articles": ["articles/*", "[\u001b]"]}"#,
    );
    for name in ["\u{1b}[31mred.txt", "exe.\u{202e}txt.txt", "line\nend.txt", "\u{9b}2J.txt"] {
        write(&dir, &format!("project/articles/{name}"), "Kyiv");
    }
    let set = r#"{"format": "sorot-annotations", "version": 1, "annotator": "Ri\u001b]0;title\u0007na", "text": "Kyiv",
        "spans": [{"id": "\u001b[1m", "label": "\u009b31m\u202e", "start": 0, "end": 4, "text": "\u001bc"}]}"#;
    write(&dir, "project/annotations/rina/a.txt.json", set);
    write(&dir, "project/annotations/rina/\u{1b}[5m.json", "<<<<<<< \u{1b}[5m\n");
    for arguments in [
        &["check"][..],
        &["check", "--json"],
        &["articles"],
        &["articles", "--json"],
        &["repair", "--dry-run"],
        &["repair", "--dry-run", "--json"],
        &["repair"],
        &["check", "no\u{1b}[31msuch"],
        &["export", "jsonl", "--annotator", "\u{1b}[31m"],
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_sorot"))
            .args(arguments)
            .current_dir(dir.path().join("project"))
            .stdin(Stdio::null())
            .output()
            .unwrap();
        for stream in [&output.stdout, &output.stderr] {
            let text = std::str::from_utf8(stream).unwrap();
            let steers = |it: char| it != '\n' && sorot::text::is_unprintable(it);
            assert!(!text.contains(steers), "{arguments:?}: {text:?}");
        }
        if arguments.contains(&"--json") {
            let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
            assert!(json.is_object());
        }
    }
}

#[test]
fn a_project_survives_its_own_words() {
    let name = "\u{1b}[31m\0\u{202e}\"\\{}";
    let project = ProjectFile::new(name, PRESETS[0].schema());
    let bytes = file::write_project(&project);
    assert_eq!(file::read_project(&bytes, "", &mut Report::default()).unwrap().name, name);
}

/// Names in a file are what somebody else wrote: none leads an export out of its folder.
#[test]
fn what_is_converted_stays_in_its_folder() {
    let line = |id: &str, annotator: &str| {
        format!("{{\"id\": \"{id}\", \"text\": \"Kyiv\", \"annotator\": \"{annotator}\", \"spans\": []}}\n")
    };
    let lines = line("../../x", "../Rina") + &line("/x/x.txt", "Budi") + &line("../../x", "Budi");
    for format in contracts::writers().filter(|it| !it.capabilities().one_file) {
        let outer = TempDir::new().unwrap();
        let folder = outer.path().join("a/b");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("in.jsonl"), &lines).unwrap();
        let id = format.id();
        let output = Command::new(env!("CARGO_BIN_EXE_sorot"))
            .args(["convert", "jsonl", "in.jsonl", id, "out"])
            .current_dir(&folder)
            .output()
            .unwrap();
        assert!(output.status.code().is_some_and(|it| it < 2), "{id}: {output:?}");
        assert!(folder.join("out").is_dir(), "{id}");
        for (path, names) in [
            (outer.path(), vec!["a"]),
            (&outer.path().join("a"), vec!["b"]),
            (&folder, vec!["in.jsonl", "out"]),
        ] {
            let found = fs::read_dir(path).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap());
            let found: BTreeSet<String> = found.collect();
            assert_eq!(found, names.into_iter().map(str::to_owned).collect(), "{id}");
        }
    }
}
