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
    check(
        &dir,
        &["init", "corpus"],
        0,
        expect![[r#"
        made a project in corpus
    "#]],
        expect![[""]],
    );
    let project = json(&fs::read(dir.path().join("corpus/sorot.json")).expect("the project file"));
    assert_eq!(project["name"], "corpus");
    assert_eq!(project["schema"]["labels"].as_array().expect("labels").len(), 4);
    assert!(dir.path().join("corpus/articles").is_dir());

    check(
        &dir,
        &["init", "corpus"],
        2,
        expect![[""]],
        expect![[r#"
        error: there is a project already: corpus/sorot.json
    "#]],
    );
    check(
        &dir,
        &["init", "full", "--schema", "full", "--name", "Kutipan"],
        0,
        expect![[r#"
        made a project in full
    "#]],
        expect![[""]],
    );
    let project = json(&fs::read(dir.path().join("full/sorot.json")).expect("the project file"));
    assert_eq!(project["name"], "Kutipan");
    check(
        &dir,
        &["init", "copy", "--schema", "full/sorot.json"],
        0,
        expect![[r#"
        made a project in copy
    "#]],
        expect![[""]],
    );
    let copy = json(&fs::read(dir.path().join("copy/sorot.json")).expect("the project file"));
    assert_eq!(copy["schema"], project["schema"]);
    check(
        &dir,
        &["init", "other", "--schema", "missing.json"],
        2,
        expect![[""]],
        expect![[r#"
            error: the schema cannot be read, No such file or directory (os error 2): missing.json
        "#]],
    );
    assert!(!dir.path().join("other").exists());
}

#[test]
fn articles_lists_sets() {
    let dir = project();
    check(
        &dir,
        &["articles"],
        0,
        expect![[r#"
        articles/a.txt
          Rina: done, 4 spans
        articles/b.txt
          Rina: in_progress, 1 span
        articles/c.txt
        3 articles, 2 annotation sets, 1 done
    "#]],
        expect![[""]],
    );
    check(
        &dir,
        &["articles", ".", "--json"],
        0,
        expect![[r#"
        {
          "project": "Test",
          "articles": [
            {
              "path": "articles/a.txt",
              "sets": [
                {
                  "annotator": "Rina",
                  "status": "done",
                  "spans": 4
                }
              ]
            },
            {
              "path": "articles/b.txt",
              "sets": [
                {
                  "annotator": "Rina",
                  "status": "in_progress",
                  "spans": 1
                }
              ]
            },
            {
              "path": "articles/c.txt",
              "sets": []
            }
          ]
        }
    "#]],
        expect![[""]],
    );
    check(
        &dir,
        &["articles", "missing"],
        2,
        expect![[""]],
        expect![[r#"
            error: cannot open, No such file or directory (os error 2): missing
        "#]],
    );
}

#[test]
fn check_finds_what_is_wrong() {
    let dir = project();
    check(
        &dir,
        &["check"],
        0,
        expect![[r#"
        3 articles, 2 annotation sets, 0 problems
    "#]],
        expect![[""]],
    );
    let path = dir.path().join("annotations/Rina/a.txt.json");
    let broken = read(&path).replace(r#""start": 13, "end": 16"#, r#""start": 13, "end": 160"#);
    fs::write(&path, broken).expect("the file can be written");
    check(
        &dir,
        &["check"],
        1,
        expect![[r#"
        error: code point 160 lies past the end of the text, which has 29, so it is kept aside (annotation s2): annotations/Rina/a.txt.json:24:5
        error: the relation's "from" is s2, and there is no such span, so it is kept aside: annotations/Rina/a.txt.json:29:5
        3 articles, 2 annotation sets, 2 problems
    "#]],
        expect![[""]],
    );
    check(
        &dir,
        &["check", "--json"],
        1,
        expect![[r#"
        {
          "articles": 3,
          "annotation_sets": 2,
          "problems": [
            {
              "severity": "error",
              "message": "code point 160 lies past the end of the text, which has 29, so it is kept aside",
              "file": "annotations/Rina/a.txt.json",
              "line": 24,
              "column": 5,
              "article": "articles/a.txt",
              "annotator": "Rina",
              "annotation": "s2"
            },
            {
              "severity": "error",
              "message": "the relation's \"from\" is s2, and there is no such span, so it is kept aside",
              "file": "annotations/Rina/a.txt.json",
              "line": 29,
              "column": 5,
              "article": "articles/a.txt",
              "annotator": "Rina"
            }
          ]
        }
    "#]],
        expect![[""]],
    );
}

#[test]
fn export_writes_lines() {
    let dir = project();
    check(
        &dir,
        &["export", "jsonl", "--annotator", "Rina"],
        0,
        expect![[r#"
        {"id":"articles/a.txt","text":"“Ya,” 😀 ujar Éva, “rudal AS.”","text_sha256":"954d9f2e32a9de943ab8fe44c82c17a370cbccb44ae61adee524b0d4b9b72457","language":null,"annotator":"Rina","status":"done","schema":{"id":"news-simple","version":"1"},"offsets":{"unit":"code_point","base":0,"end":"exclusive"},"entities":[{"id":"e1","kind":"person","name":"Éva"}],"spans":[{"id":"s1","label":"quote","start":0,"end":29,"fragments":[[0,5],[18,29]],"text":"“Ya,” “rudal AS.”","attributes":{"quote_type":"direct"},"origin":{"how":"manual"}},{"id":"s2","label":"speaker","start":13,"end":16,"text":"Éva","entity":"e1","origin":{"how":"manual"}},{"id":"s3","label":"weapon","start":19,"end":27,"text":"rudal AS","attributes":{"weapon_class":"missile_rocket"},"origin":{"how":"manual"}},{"id":"s4","label":"country","start":25,"end":27,"text":"AS","attributes":{"iso":"US"},"origin":{"how":"manual"}}],"relations":[{"id":"r1","label":"says","from":"s2","to":"s1","origin":{"how":"manual"}}]}
        {"id":"articles/b.txt","text":"Kyiv diserang.","text_sha256":"bd2d9c668772117113f219013bd0d6955306ddecb0db1fe1b3dfa602c81c199a","language":null,"annotator":"Rina","status":"in_progress","schema":{"id":"news-simple","version":"1"},"offsets":{"unit":"code_point","base":0,"end":"exclusive"},"entities":[],"spans":[{"id":"s1","label":"country","start":0,"end":4,"text":"Kyiv","attributes":{"iso":"UA"},"origin":{"how":"manual"}}],"relations":[]}
    "#]],
        expect![[""]],
    );
    check(
        &dir,
        &["export", "jsonl", "--annotator", "Rina", "--labels", "quote,weapon"],
        0,
        expect![[r#"
            {"id":"articles/a.txt","text":"“Ya,” 😀 ujar Éva, “rudal AS.”","text_sha256":"954d9f2e32a9de943ab8fe44c82c17a370cbccb44ae61adee524b0d4b9b72457","language":null,"annotator":"Rina","status":"done","schema":{"id":"news-simple","version":"1"},"offsets":{"unit":"code_point","base":0,"end":"exclusive"},"entities":[],"spans":[{"id":"s1","label":"quote","start":0,"end":29,"fragments":[[0,5],[18,29]],"text":"“Ya,” “rudal AS.”","attributes":{"quote_type":"direct"},"origin":{"how":"manual"}},{"id":"s3","label":"weapon","start":19,"end":27,"text":"rudal AS","attributes":{"weapon_class":"missile_rocket"},"origin":{"how":"manual"}}],"relations":[]}
            {"id":"articles/b.txt","text":"Kyiv diserang.","text_sha256":"bd2d9c668772117113f219013bd0d6955306ddecb0db1fe1b3dfa602c81c199a","language":null,"annotator":"Rina","status":"in_progress","schema":{"id":"news-simple","version":"1"},"offsets":{"unit":"code_point","base":0,"end":"exclusive"},"entities":[],"spans":[],"relations":[]}
        "#]],
        expect![[""]],
    );
    check(
        &dir,
        &["export", "jsonl", "--annotator", "Rina", "--status", "new"],
        1,
        expect![[""]],
        expect![[r#"
            warning: no article has such annotations of Rina, so nothing is exported
        "#]],
    );
}

#[test]
fn export_replaces_nothing_unasked() {
    let dir = project();
    let arguments = ["export", "jsonl", "--annotator", "Rina", "--out", "out/rina.jsonl"];
    check(
        &dir,
        &arguments,
        0,
        expect![[r#"
        exported 2 articles with 5 spans to out/rina.jsonl
    "#]],
        expect![[""]],
    );
    let path = dir.path().join("out/rina.jsonl");
    let first = read(&path);
    fs::write(&path, "mine").expect("the file can be written");
    check(
        &dir,
        &arguments,
        2,
        expect![[""]],
        expect![[r#"
        error: the file exists, and only --force replaces it: out/rina.jsonl
    "#]],
    );
    assert_eq!(read(&path), "mine");
    assert_eq!(run(&dir, &[&arguments[..], &["--force"]].concat()).status.code(), Some(0));
    assert_eq!(read(&path), first);
    let entries = fs::read_dir(dir.path().join("out")).expect("the folder is there").count();
    assert_eq!(entries, 1, "no temporary file is left");
}

#[test]
fn export_json_writes_the_files_of_the_project() {
    let dir = project();
    check(
        &dir,
        &["export", "json", "--annotator", "Rina"],
        2,
        expect![[""]],
        expect![[r#"
        error: json writes a file for each article, so it needs a folder: --out FOLDER
    "#]],
    );
    let arguments = ["export", "json", "--annotator", "Rina", "--out", "out"];
    check(
        &dir,
        &arguments,
        0,
        expect![[r#"
        exported 2 articles with 5 spans to out
    "#]],
        expect![[""]],
    );
    let exported = json(&fs::read(dir.path().join("out/articles/a.txt.json")).expect("the export"));
    let stored = json(&fs::read(dir.path().join("annotations/Rina/a.txt.json")).expect("the set"));
    assert_eq!(exported["spans"], stored["spans"]);
    assert_eq!(exported["text"], stored["text"]);
    check(
        &dir,
        &arguments,
        2,
        expect![[""]],
        expect![[r#"
        error: the folder is not empty, and only --force writes into it: out
    "#]],
    );
}

#[test]
fn export_goes_on_past_a_broken_set() {
    let dir = project();
    let path = dir.path().join("annotations/Rina/b.txt.json");
    fs::write(&path, "{").expect("the file can be written");
    let output = run(&dir, &["export", "jsonl", "--annotator", "Rina"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 1);
    expect![[r#"
        error: not exported: the file is broken JSON, EOF while parsing an object: annotations/Rina/b.txt.json:1:1
    "#]].assert_eq(&String::from_utf8_lossy(&output.stderr));
}

#[test]
fn export_says_what_it_cannot_do() {
    let dir = project();
    for (arguments, message) in [
        (
            &["export", "jsonl"][..],
            expect![[r#"
            error: the following required arguments were not provided:
              --annotator <NAME>

            Usage: sorot export --annotator <NAME> <FORMAT> [PROJECT]

            For more information, try '--help'.
        "#]],
        ),
        (
            &["export", "xml", "--annotator", "Rina"],
            expect![[r#"
            error: invalid value 'xml' for '<FORMAT>'
              [possible values: jsonl, json]

            For more information, try '--help'.
        "#]],
        ),
        (
            &["export", "jsonl", "--annotator", "Budi"],
            expect![[r#"
            error: Budi has annotated nothing here; annotators are Rina: .
        "#]],
        ),
        (
            &["export", "jsonl", "--annotator", "Rina", "--labels", "quote,quotes"],
            expect![[r#"
            error: the schema has no label quotes; its labels are speaker, quote, country, weapon
        "#]],
        ),
        (
            &["export", "jsonl", "--annotator", "Rina", "--out", "articles"],
            expect![[r#"
            error: jsonl writes one file, and this is a folder: articles
        "#]],
        ),
        (
            &["export", "jsonl", "--annotator", "Rina", "--out", "sorot.json/x"],
            expect![[r#"
                error: the file cannot be written, File exists (os error 17): sorot.json/x
            "#]],
        ),
        (
            &["export", "json", "--annotator", "Rina", "--out", "sorot.json"],
            expect![[r#"
            error: json writes into a folder, and this is a file: sorot.json
        "#]],
        ),
        (
            &["export", "jsonl", "articles", "--annotator", "Rina"],
            expect![[r#"
            error: the project has no annotations yet: articles
        "#]],
        ),
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
    check(
        &dir,
        &["formats"],
        0,
        expect![[r#"
        FORMAT  READS  WRITES  OFFSETS      WHAT IT IS
        jsonl   no     yes     code point   one line an article with text, spans and relations, for training
                                            cannot hold: the article file's encoding and line ends
                                            cannot hold: file keys that Sorot does not know
        json    yes    yes     code point   Sorot's own annotation files, one for each article
    "#]],
        expect![[""]],
    );
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
    check(
        &dir,
        &["-h"],
        0,
        expect![[r#"
        Label spans in articles, tie quotes to their speakers, and get JSON that trains and tests models

        Usage: sorot [OPTIONS] [PATH]...
               sorot <COMMAND>

        Commands:
          screenshot  Draw the window to a picture; needs no display
          init        Make a folder a project; articles go into its folder "articles"
          articles    List the articles, whose annotations they have, how far those are, and how many spans
          check       Verify every file of a project: hashes, offsets, ids, schema
          export      Write somebody's annotations in a format for other programs
          formats     List the formats: what each reads, writes and cannot hold
          schema      Print the JSON Schema of Sorot's files

        Arguments:
          [PATH]...  A project folder, or article files

        Options:
              --renderer <RENDERER>  What draws the window [default: the first that works] [possible values: glow, wgpu, soft]
          -h, --help                 Print help (see more with '--help')
          -V, --version              Print version

        Exit codes: 0 done; 1 done, and there is something to look at; 2 could not.
    "#]],
        expect![[""]],
    );
    check(
        &dir,
        &["export", "-h"],
        0,
        expect![[r#"
            Write somebody's annotations in a format for other programs

            Usage: sorot export [OPTIONS] --annotator <NAME> <FORMAT> [PROJECT]

            Arguments:
              <FORMAT>   The format's id, as "sorot formats" lists it [possible values: jsonl, json]
              [PROJECT]  The project folder [default: .]

            Options:
                  --annotator <NAME>  Whose annotations; gold for the agreed reference
                  --out <PATH>        Where to: a file, or for json a folder [default: standard output, if the format is one file]
                  --status <STATUS>   Only articles whose annotations are this far [possible values: new, in_progress, done]
                  --labels <LABEL,…>  Only spans of these labels, and the relations between them
                  --force             Replace files that exist
              -h, --help              Print help

            Each line of jsonl is one article, an object with these keys:
              id           the article's path in the project
              text         the article; offsets count its code points from 0, the end is exclusive
              text_sha256  of the text in UTF-8
              language, annotator, status, schema, offsets
              entities     [{id, kind, name, …}]
              spans        [{id, label, start, end, text, …}], and fragments [[start, end], …] where there are
                           several; text is then the fragments joined by a space
              relations    [{id, label, from, to, …}] with the ids of spans
            json writes the same files as the project's annotations folder, as "sorot schema" describes them.
        "#]],
        expect![[""]],
    );
    check(
        &dir,
        &["check", "-h"],
        0,
        expect![[r#"
        Verify every file of a project: hashes, offsets, ids, schema

        Usage: sorot check [OPTIONS] [PROJECT]

        Arguments:
          [PROJECT]  The project folder [default: .]

        Options:
              --json  Print one JSON document
          -h, --help  Print help

        Exit code 1 if there is a warning or an error.

        With --json, an object with these keys:
          articles         how many were read
          annotation_sets  how many were read
          problems         [{severity, message, file, line, column, article, annotator, annotation}]; severity
                           is note, warning or error; from file on, what is not known is left out; line and
                           column count from 1
    "#]],
        expect![[""]],
    );
    check(
        &dir,
        &["screenshot", "-h"],
        0,
        expect![[r#"
        Draw the window to a picture; needs no display

        Usage: sorot screenshot [OPTIONS] <OUT.png> [PATH]

        Arguments:
          <OUT.png>  The picture to write
          [PATH]     A project folder or an article file [default: the sample project]

        Options:
              --theme <THEME>  Light or dark [default: light] [possible values: light, dark]
              --size <WxH>     Width and height of the picture in pixels [default: 1280x800]
              --zoom <N>       How large things are drawn, 1 being their normal size [default: 1]
          -h, --help           Print help (see more with '--help')
    "#]],
        expect![[""]],
    );
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
