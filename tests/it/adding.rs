//! Articles come out of other files into a project, and beside each stands where it comes from.
//! That all come in or none, whatever fails, is the business of imports, which this is one of.

use std::fs;
use std::path::Path;

use expect_test::expect;
use sorot::model::{DocumentId, Report};
use sorot::reader::ReadOptions;
use sorot::session::{Action, ExtractRequest, ImportAction};
use sorot::store::Folder;
use tempfile::TempDir;

use crate::cli::{check, project};
use crate::desk::{Desk, fixed};

fn write(dir: &Path, files: &[(&str, &str)]) {
    for (name, content) in files {
        let path = dir.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}

const PAGE: &str = "<html lang=id><title>T</title><nav>Menu</nav><h1>Tank dikirim</h1><p>Kyiv 🇺🇦 diserang.";

#[test]
fn the_command_says_what_comes_in_and_what_does_not() {
    let dir = project();
    let files = [
        ("in/tank.html", PAGE),
        ("in/2026/tank.md", "*Kyiv*"),
        ("in/news.csv", "id;artikel\n7;Kyiv\n8;\n"),
        ("in/tabel.csv", "a,b\n1,2\n"),
        ("in/broken.docx", "PK"),
        ("in/x.exe", "MZ"),
        ("in/.hidden", "x"),
        ("other/tank.html", "<p>Lain."),
    ];
    write(dir.path(), &files);
    check(
        &dir,
        &[
            "add in --dry-run",
            "add in --everything",
            "add in/tabel.csv --text-column b",
            "add in/tank.html other/tank.html --everything",
            "add missing.txt",
            "articles",
        ],
        expect![[r#"
            $ sorot add in --dry-run
            articles/2026/tank.txt  tank.md
            articles/7.txt  news.csv
            articles/tank.txt  tank.html
            would add 3 articles
            2> error: the file is broken, it cannot be unpacked: invalid Zip archive: Could not find EOCD: in/broken.docx
            2> warning: the row holds no text and is left out: in/news.csv:3:1
            2> error: none of its columns is known to hold texts; name one of them: a, b: in/tabel.csv
            2> error: this kind of file cannot be read: in/x.exe
            [1]
            $ sorot add in --everything
            articles/2026/tank.txt  tank.md
            articles/7.txt  news.csv
            articles/tank.txt  tank.html
            added 3 articles
            2> error: the file is broken, it cannot be unpacked: invalid Zip archive: Could not find EOCD: in/broken.docx
            2> warning: the row holds no text and is left out: in/news.csv:3:1
            2> error: none of its columns is known to hold texts; name one of them: a, b: in/tabel.csv
            2> error: this kind of file cannot be read: in/x.exe
            [1]
            $ sorot add in/tabel.csv --text-column b
            articles/tabel-1.txt  tabel.csv
            added 1 article
            $ sorot add in/tank.html other/tank.html --everything
            articles/tank-2.txt  tank.html
            added 1 article
            2> note: the project has this article already: in/tank.html
            $ sorot add missing.txt
            2> error: cannot read, No such file or directory (os error 2): missing.txt
            [2]
            $ sorot articles
            articles/2026/tank.txt
            articles/7.txt
            articles/a.txt
              Rina: done, 4 spans
            articles/b.txt
              Rina: in_progress, 1 span
            articles/c.txt
            articles/tabel-1.txt
            articles/tank-2.txt
            articles/tank.txt
            8 articles, 2 annotation sets, 1 done
        "#]],
    );
    let (folder, report) = (open(dir.path()), &mut Report::default());
    let id = DocumentId::from("articles/tank.txt");
    let document = folder.read_document(&id, report).unwrap();
    assert_eq!(document.text.as_str(), "Menu\n\nTank dikirim\n\nKyiv 🇺🇦 diserang.\n");
    assert_eq!(document.source.language.as_deref(), Some("id"));
    expect![[r#"
        {
          "format": "sorot-source",
          "version": 1,
          "file": "tank.html",
          "sha256": "e441bc3a056d43167a3a4a4088e9c2896faf7106c7717df4f5deaa6346c695a6",
          "reader": "html",
          "title": "Tank dikirim",
          "language": "id"
        }
    "#]]
    .assert_eq(&fs::read_to_string(dir.path().join("articles/tank.txt.source.json")).unwrap());
    assert_eq!(folder.read_source(&id).unwrap().reader, "html");
}

fn open(path: &Path) -> Folder {
    Folder::open(path, &mut Report::default()).unwrap().folder
}

fn added(project: &Path, name: &str, files: &Path) -> Desk {
    let mut desk = Desk::open_with(project, name, fixed());
    let request = ExtractRequest { paths: vec![files.to_owned()], options: ReadOptions::default() };
    desk.perform(ImportAction::PreviewArticles(request));
    desk.perform(ImportAction::Import);
    assert!(desk.session.is_saved(), "{:?}", desk.session.save_error());
    drop(desk);
    Desk::open_with(project, name, fixed())
}

fn articles(path: &Path) -> Vec<String> {
    open(path).articles().iter().map(ToString::to_string).collect()
}

#[test]
fn nothing_is_replaced_and_undo_takes_all_out() {
    let dir = project();
    let old = "annotations/Rina/gone.txt.json";
    let files = [
        ("articles/A.txt", "is there, too"),
        (old, include_str!("../cases/cli/a.txt.json")),
        ("in/a.txt", "new"),
        ("in/b.txt", "Kyiv diserang."),
        ("in/gone.txt", "new"),
        ("in/x/con.txt", "new"),
    ];
    write(dir.path(), &files);
    let before = articles(dir.path());
    let mut desk = added(dir.path(), "Budi", &dir.path().join("in"));
    let new = |it: &&String| !before.contains(it);
    let after = articles(dir.path());
    let expected = ["articles/a-2.txt", "articles/gone-2.txt", "articles/x/-con.txt"];
    assert_eq!(after.iter().filter(new).collect::<Vec<_>>(), expected, "b.txt is there already");
    assert!(dir.path().join("articles/x/-con.txt.source.json").is_file());
    assert_eq!(fs::read_to_string(dir.path().join("articles/A.txt")).unwrap(), "is there, too");
    desk.perform(Action::Undo);
    assert_eq!(articles(dir.path()), before, "{:?}", desk.notes);
    assert!(!dir.path().join("articles/a-2.txt.source.json").exists());
}

#[test]
fn articles_of_a_bare_folder_stay_visible() {
    let dir = TempDir::new().unwrap();
    write(dir.path(), &[("corpus/a.txt", "is there"), ("in/b.html", PAGE)]);
    let corpus = dir.path().join("corpus");
    drop(added(&corpus, "Budi", &dir.path().join("in")));
    assert_eq!(articles(&corpus), ["a.txt", "b.txt"]);
}
