//! Articles come into a project all at once or not at all, whatever the disk does, and beside each
//! stands where it comes from.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use expect_test::expect;
use fastrand::Rng;
use sorot::file::{Metadata, SourceRecord};
use sorot::model::{DocumentId, Report};
use sorot::store::{Disk, Folder, NewArticle, Storage, StoreError};
use tempfile::TempDir;

use crate::cli::check;
use crate::disks::{FailingDisk, Fault, MemoryDisk, When};
use crate::faults::FAULTS;

const PROJECT: &str = include_str!("../../samples/sorot.json");

fn article(name: &str, text: &str) -> NewArticle {
    let metadata = Metadata { language: Some("id".to_owned()), ..Metadata::default() };
    let source = SourceRecord { file: format!("{name}.html"), metadata, ..SourceRecord::default() };
    NewArticle { name: name.to_owned(), text: text.to_owned(), source }
}

fn open(path: &Path) -> Folder {
    Folder::open(path, &mut Report::default()).unwrap().folder
}

fn names(ids: &[DocumentId]) -> Vec<&str> {
    ids.iter().map(DocumentId::as_str).collect()
}

#[test]
fn an_article_stands_beside_the_record_of_its_source() {
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("sorot.json"), PROJECT).unwrap();
    let ids = open(dir.path()).add_articles(vec![article("2026/Tank", "Kyiv\r\n🇺🇦")]).unwrap();
    assert_eq!(names(&ids), ["articles/2026/Tank.txt"]);
    let folder = open(dir.path());
    let document = folder.read_document(&ids[0], &mut Report::default()).unwrap();
    assert_eq!(document.text.as_str(), "Kyiv\r\n🇺🇦");
    assert_eq!(document.source.language.as_deref(), Some("id"));
    assert_eq!(folder.read_source(&ids[0]).unwrap(), article("2026/Tank", "").source);
    assert!(dir.path().join("articles/2026/Tank.txt.source.json").is_file());
    let left = fs::read_dir(dir.path().join(".sorot")).unwrap().count();
    assert_eq!(left, 0, "nothing is left of the work");
}

#[test]
fn nothing_is_replaced() {
    let dir = TempDir::new().unwrap();
    let write = |name: &str, content: &str| {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    };
    write("sorot.json", PROJECT);
    write("articles/a.txt", "is there");
    write("articles/b.txt.source.json", "is there, too");
    let set = include_str!("../cases/cli/a.txt.json");
    write("annotations/rina/c.txt.json", set);
    let new = ["a", "A", "b", "c", "d", "d", "D"].map(|name| article(name, "new")).to_vec();
    let ids = open(dir.path()).add_articles(new).unwrap();
    let expected = ["a-2", "A-3", "b-2", "c-2", "d", "d-2", "D-3"].map(|name| format!("articles/{name}.txt"));
    assert_eq!(names(&ids), expected);
    assert_eq!(fs::read_to_string(dir.path().join("articles/a.txt")).unwrap(), "is there");
}

#[test]
fn articles_of_a_bare_folder_stay_visible() {
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("a.txt"), "is there").unwrap();
    let ids = open(dir.path()).add_articles(vec![article("b", "new")]).unwrap();
    assert_eq!(names(&ids), ["b.txt"]);
    let opened = Folder::open(dir.path(), &mut Report::default()).unwrap();
    assert_eq!(names(&opened.articles), ["a.txt", "b.txt"]);
}

#[test]
fn an_addition_that_leads_elsewhere_is_not_made() {
    let dir = TempDir::new().unwrap();
    let project = dir.path().join("project");
    fs::create_dir_all(project.join(".sorot")).unwrap();
    fs::write(project.join("sorot.json"), PROJECT).unwrap();
    for path in
        ["../out.txt", "/etc/out.txt", ".git/hooks/post-commit", "sorot.json", "annotations/rina/a.txt.json"]
    {
        let addition = sorot::file::write_addition(&[(path.to_owned(), "harm".to_owned())]);
        fs::write(project.join(".sorot/addition-x"), addition).unwrap();
        open(&project);
        assert!(!dir.path().join("out.txt").exists(), "{path}");
        assert!(!project.join(".git").exists() && !project.join("annotations").exists(), "{path}");
        assert_eq!(fs::read_to_string(project.join("sorot.json")).unwrap(), PROJECT);
    }
}

/// A disk with a project, and what is added to it.
fn start() -> (MemoryDisk, Vec<NewArticle>) {
    let disk = MemoryDisk::default();
    disk.put("/project/sorot.json", PROJECT);
    disk.put("/project/articles/a.txt", "is there");
    (disk, ["a", "b", "x/c"].map(|name| article(name, &format!("the text of {name}"))).to_vec())
}

fn add(disk: impl Disk + 'static, articles: Vec<NewArticle>) -> Result<usize, StoreError> {
    let storage = Storage { disk: Arc::new(disk), recovery: None };
    let opened = Folder::open_on(storage, Path::new("/project"), &mut Report::default())?;
    opened.folder.add_articles(articles).map(|ids| ids.len())
}

/// How many of the articles are there after the project was opened again, each with its record.
fn n_added(disk: &MemoryDisk) -> usize {
    let storage = Storage { disk: Arc::new(disk.clone()), recovery: None };
    let opened = Folder::open_on(storage, Path::new("/project"), &mut Report::default()).unwrap();
    let added = opened.articles.iter().filter(|id| id.as_str() != "articles/a.txt");
    let is_whole = |id: &DocumentId| {
        let text = opened.folder.read_document(id, &mut Report::default()).unwrap().text;
        assert!(text.as_str().starts_with("the text of "), "{id} is broken: {text:?}");
        assert!(opened.folder.read_source(id).is_some(), "{id} has no record");
    };
    let n_added = added.inspect(|id| is_whole(id)).count();
    let files = disk.files();
    assert!(!files.keys().any(|path| path.contains("addition-")), "{:?}", files.keys());
    let n_records = files.keys().filter(|path| path.ends_with(".source.json")).count();
    assert_eq!(n_records, n_added, "{:?}", files.keys());
    n_added
}

#[test]
fn whatever_fails_all_articles_come_in_or_none() {
    let (disk, articles) = start();
    let whole = FailingDisk::new(disk.copy(), Fault::Late, When::Never);
    assert_eq!(add(whole.clone(), articles.clone()).unwrap(), 3);
    assert_eq!(n_added(&whole.disk), 3);
    let n_operations = whole.operations().len();
    assert!(n_operations > 30, "{n_operations}");
    for n in 1..=n_operations {
        for fault in FAULTS {
            let failing = FailingDisk::new(disk.copy(), fault, When::Once(n));
            let outcome = add(failing.clone(), articles.clone());
            let found = n_added(&failing.disk);
            let failed = failing.failed();
            match outcome {
                Ok(_) => assert_eq!(found, 3, "{fault:?} of {failed:?}"),
                Err(_) => assert!(found == 0 || found == 3, "{found} after {fault:?} of {failed:?}"),
            }
        }
    }
}

#[test]
fn whenever_the_power_goes_all_articles_come_in_or_none() {
    let (disk, articles) = start();
    let whole = FailingDisk::new(disk.copy(), Fault::Late, When::Never);
    add(whole.clone(), articles.clone()).unwrap();
    let mut random = Rng::with_seed(7);
    for n in 1..=whole.operations().len() + 1 {
        for _ in 0..20 {
            let failing = FailingDisk::new(disk.copy(), Fault::Refused(ErrorKind::Other), When::Cut(n));
            let outcome = add(failing.clone(), articles.clone());
            let found = n_added(&failing.disk.after_power_cut(&mut random));
            match outcome {
                Ok(_) => assert_eq!(found, 3, "after {:?}", failing.failed()),
                Err(_) => assert!(found == 0 || found == 3, "{found} after {:?}", failing.failed()),
            }
        }
    }
}

#[test]
fn the_command_says_what_comes_in_and_what_does_not() {
    let dir = TempDir::new().unwrap();
    let write = |name: &str, content: &[u8]| {
        fs::create_dir_all(dir.path().join("in/2026")).unwrap();
        fs::write(dir.path().join("in").join(name), content).unwrap();
    };
    write("tank.html", b"<title>T</title><nav>Menu</nav><h1>Tank dikirim</h1><p>Kyiv diserang.");
    write("2026/tank.md", b"*Kyiv*");
    write("news.csv", b"id;artikel\n7;Kyiv\n8;\n");
    write("tabel.csv", b"a,b\n1,2\n");
    write("broken.docx", b"PK");
    write("x.exe", b"MZ");
    write(".hidden", b"x");
    check(
        &dir,
        &[
            "init corpus",
            "add in --into corpus --dry-run",
            "add in --into corpus --everything",
            "add in/tabel.csv --text-column b --into corpus",
            "add missing.txt --into corpus",
            "articles corpus",
        ],
        expect![[r#"
            $ sorot init corpus
            made a project in corpus
            $ sorot add in --into corpus --dry-run
            2026/tank  tank.md
            7  news.csv
            tank  tank.html
            would add 3 articles from 6 files
            2> error: the file is broken, it cannot be unpacked: invalid Zip archive: Could not find EOCD: in/broken.docx
            2> warning: the row holds no text and is left out: in/news.csv:3:1
            2> error: none of its columns is known to hold texts; name one of them: a, b: in/tabel.csv
            2> error: this kind of file cannot be read: in/x.exe
            [1]
            $ sorot add in --into corpus --everything
            articles/2026/tank.txt  tank.md
            articles/7.txt  news.csv
            articles/tank.txt  tank.html
            added 3 articles from 6 files
            2> error: the file is broken, it cannot be unpacked: invalid Zip archive: Could not find EOCD: in/broken.docx
            2> warning: the row holds no text and is left out: in/news.csv:3:1
            2> error: none of its columns is known to hold texts; name one of them: a, b: in/tabel.csv
            2> error: this kind of file cannot be read: in/x.exe
            [1]
            $ sorot add in/tabel.csv --text-column b --into corpus
            articles/tabel-1.txt  tabel.csv
            added 1 article from 1 file
            $ sorot add missing.txt --into corpus
            2> error: cannot read, No such file or directory (os error 2): missing.txt
            [2]
            $ sorot articles corpus
            articles/2026/tank.txt
            articles/7.txt
            articles/tabel-1.txt
            articles/tank.txt
            4 articles, 0 annotation sets, 0 done
        "#]],
    );
}
