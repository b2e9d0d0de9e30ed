//! The program as scripts see it: standard output, standard error and the exit code.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use expect_test::{Expect, expect};
use serde_json::Value;
use tempfile::TempDir;

#[test]
fn init_makes_a_project() {
    let dir = TempDir::new().expect("a temporary folder");
    check(&dir, &["init", "corpus"], 0, expect![[""]], expect![[""]]);
    let project = json(&fs::read(dir.path().join("corpus/sorot.json")).expect("the project file"));
    assert_eq!(project["name"], "corpus");
    assert_eq!(project["schema"]["labels"].as_array().expect("labels").len(), 4);
    assert!(dir.path().join("corpus/articles").is_dir());

    check(&dir, &["init", "corpus"], 2, expect![[""]], expect![[""]]);
    check(&dir, &["init", "full", "--schema", "full", "--name", "Kutipan"], 0, expect![[""]], expect![[""]]);
    let project = json(&fs::read(dir.path().join("full/sorot.json")).expect("the project file"));
    assert_eq!(project["name"], "Kutipan");
    check(&dir, &["init", "copy", "--schema", "full/sorot.json"], 0, expect![[""]], expect![[""]]);
    let copy = json(&fs::read(dir.path().join("copy/sorot.json")).expect("the project file"));
    assert_eq!(copy["schema"], project["schema"]);
    check(&dir, &["init", "other", "--schema", "missing.json"], 2, expect![[""]], expect![[""]]);
    assert!(!dir.path().join("other").exists());
}

#[test]
fn articles_lists_sets() {
    let dir = project();
    check(&dir, &["articles"], 0, expect![[""]], expect![[""]]);
    check(&dir, &["articles", ".", "--json"], 0, expect![[""]], expect![[""]]);
    check(&dir, &["articles", "missing"], 2, expect![[""]], expect![[""]]);
}

#[test]
fn check_finds_what_is_wrong() {
    let dir = project();
    check(&dir, &["check"], 0, expect![[""]], expect![[""]]);
    let path = dir.path().join("annotations/Rina/a.txt.json");
    let broken = read(&path).replace(r#""start": 14, "end": 17"#, r#""start": 14, "end": 170"#);
    fs::write(&path, broken).expect("the file can be written");
    check(&dir, &["check"], 1, expect![[""]], expect![[""]]);
    check(&dir, &["check", "--json"], 1, expect![[""]], expect![[""]]);
}

#[test]
fn export_writes_lines() {
    let dir = project();
    check(&dir, &["export", "jsonl", "--annotator", "Rina"], 0, expect![[""]], expect![[""]]);
    check(
        &dir,
        &["export", "jsonl", "--annotator", "Rina", "--labels", "quote,weapon"],
        0,
        expect![[""]],
        expect![[""]],
    );
    check(
        &dir,
        &["export", "jsonl", "--annotator", "Rina", "--status", "new"],
        1,
        expect![[""]],
        expect![[""]],
    );
}

#[test]
fn export_replaces_nothing_unasked() {
    let dir = project();
    let arguments = ["export", "jsonl", "--annotator", "Rina", "--out", "out/rina.jsonl"];
    check(&dir, &arguments, 0, expect![[""]], expect![[""]]);
    let path = dir.path().join("out/rina.jsonl");
    let first = read(&path);
    fs::write(&path, "mine").expect("the file can be written");
    check(&dir, &arguments, 2, expect![[""]], expect![[""]]);
    assert_eq!(read(&path), "mine");
    assert_eq!(run(&dir, &[&arguments[..], &["--force"]].concat()).status.code(), Some(0));
    assert_eq!(read(&path), first);
    let entries = fs::read_dir(dir.path().join("out")).expect("the folder is there").count();
    assert_eq!(entries, 1, "no temporary file is left");
}

#[test]
fn export_json_writes_the_files_of_the_project() {
    let dir = project();
    check(&dir, &["export", "json", "--annotator", "Rina"], 2, expect![[""]], expect![[""]]);
    let arguments = ["export", "json", "--annotator", "Rina", "--out", "out"];
    check(&dir, &arguments, 0, expect![[""]], expect![[""]]);
    let exported = json(&fs::read(dir.path().join("out/articles/a.txt.json")).expect("the export"));
    let stored = json(&fs::read(dir.path().join("annotations/Rina/a.txt.json")).expect("the set"));
    assert_eq!(exported["spans"], stored["spans"]);
    assert_eq!(exported["text"], stored["text"]);
    check(&dir, &arguments, 2, expect![[""]], expect![[""]]);
}

#[test]
fn export_goes_on_past_a_broken_set() {
    let dir = project();
    let path = dir.path().join("annotations/Rina/b.txt.json");
    fs::write(&path, "{").expect("the file can be written");
    let output = run(&dir, &["export", "jsonl", "--annotator", "Rina"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 1);
    expect![[""]].assert_eq(&String::from_utf8_lossy(&output.stderr));
}

#[test]
fn export_says_what_it_cannot_do() {
    let dir = project();
    for (arguments, message) in [
        (&["export", "jsonl"][..], expect![[""]]),
        (&["export", "xml", "--annotator", "Rina"], expect![[""]]),
        (&["export", "jsonl", "--annotator", "Budi"], expect![[""]]),
        (&["export", "jsonl", "--annotator", "Rina", "--labels", "quote,quotes"], expect![[""]]),
        (&["export", "jsonl", "--annotator", "Rina", "--out", "articles"], expect![[""]]),
        (&["export", "jsonl", "--annotator", "Rina", "--out", "sorot.json/x"], expect![[""]]),
        (&["export", "json", "--annotator", "Rina", "--out", "sorot.json"], expect![[""]]),
        (&["export", "jsonl", "articles", "--annotator", "Rina"], expect![[""]]),
    ] {
        let output = run(&dir, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
        message.assert_eq(&String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn formats_prints_the_table() {
    let dir = TempDir::new().expect("a temporary folder");
    check(&dir, &["formats"], 0, expect![[""]], expect![[""]]);
    let formats = json(&run(&dir, &["formats", "--json"]).stdout);
    assert_eq!(formats["formats"].as_array().expect("formats").len(), sorot::format::FORMATS.len());
    assert_eq!(formats["formats"][0]["offset_unit"], "code_point");
}

#[test]
fn schema_prints_json_schemas() {
    let dir = TempDir::new().expect("a temporary folder");
    let annotations = run(&dir, &["schema"]);
    assert_eq!(annotations.status.code(), Some(0));
    assert_eq!(json(&annotations.stdout), sorot::file::annotations_schema());
    assert_eq!(json(&run(&dir, &["schema", "project"]).stdout), sorot::file::project_schema());
    assert_eq!(run(&dir, &["schema", "nothing"]).status.code(), Some(2));
}

#[test]
fn help_is_what_people_read() {
    let dir = TempDir::new().expect("a temporary folder");
    check(&dir, &["-h"], 0, expect![[""]], expect![[""]]);
    check(&dir, &["export", "-h"], 0, expect![[""]], expect![[""]]);
    check(&dir, &["screenshot", "-h"], 0, expect![[""]], expect![[""]]);
    for command in ["init", "articles", "check", "export", "formats", "schema", "screenshot"] {
        let output = run(&dir, &[command, "--help"]);
        assert_eq!(output.status.code(), Some(0), "{command}");
        assert!(!output.stdout.is_empty(), "{command}");
    }
}

#[test]
fn what_is_typed_wrong_is_explained() {
    let dir = TempDir::new().expect("a temporary folder");
    for arguments in [
        &["--no-such-option"][..],
        &["init"],
        &["screenshot"],
        &["screenshot", "out.png", "--size", "0x0"],
        &["screenshot", "out.png", "--zoom", "nan"],
        &["--renderer", "crayon"],
    ] {
        let output = run(&dir, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(message.starts_with("error: "), "{arguments:?}: {message}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}

/// `sorot export … | head -1` ends without a word.
#[test]
#[cfg(unix)]
fn a_closed_pipe_is_quiet() {
    let dir = project();
    let mut child = command(&dir, &["schema"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}

/// Two articles that Rina annotated, and one that nobody did.
fn project() -> TempDir {
    let dir = TempDir::new().expect("a temporary folder");
    assert_eq!(run(&dir, &["init", ".", "--name", "Test"]).status.code(), Some(0));
    for (path, content) in [
        ("articles/a.txt", "“Ya,” 😀 ujar Éva, “rudal AS.”"),
        ("articles/b.txt", "Kyiv diserang."),
        ("articles/c.txt", "Belum."),
        ("annotations/Rina/a.txt.json", include_str!("../cases/cli/a.txt.json")),
        ("annotations/Rina/b.txt.json", include_str!("../cases/cli/b.txt.json")),
    ] {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("the folder can be made");
        fs::write(path, content).expect("the file can be written");
    }
    dir
}

fn command(dir: &TempDir, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sorot"));
    command.args(arguments).current_dir(dir.path()).stdin(Stdio::null());
    command
}

fn run(dir: &TempDir, arguments: &[&str]) -> Output {
    command(dir, arguments).output().expect("the program starts")
}

fn check(dir: &TempDir, arguments: &[&str], code: i32, stdout: Expect, stderr: Expect) {
    let output = run(dir, arguments);
    stdout.assert_eq(&String::from_utf8_lossy(&output.stdout));
    stderr.assert_eq(&String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{arguments:?}");
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("the file can be read")
}

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).expect("JSON")
}
