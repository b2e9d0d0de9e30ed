//! Files that articles come in, each with what is to be taken out of it.
//!
//! `tests/cases/readers/NAME.ENDING` is such a file and `NAME.txt` what it gives; where there is a
//! `NAME.everything.txt`, that is what it gives if everything on it is wanted. For each article
//! there are lines of what the file says about it, a line of three dashes, and the text. A new case
//! is a file; `UPDATE_EXPECT=1 cargo test` writes what it gives beside it, to be read before it is
//! committed.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use sorot::file::Metadata;
use sorot::model::Report;
use sorot::reader::{self, ReadOptions};
use zip::write::SimpleFileOptions;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases/readers")
}

/// The files to be read, by name.
fn cases() -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let is_case = |path: &PathBuf| path.extension().is_some_and(|ending| ending != "txt");
    let name = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
    files.filter(is_case).map(|path| (name(&path), fs::read(&path).unwrap())).collect()
}

/// What a file gives, as it is written down.
fn given(file: &str, bytes: &[u8], options: &ReadOptions) -> String {
    let mut report = Report::default();
    let articles = match reader::read(file, bytes, options, &mut report) {
        Ok(articles) => articles,
        Err(error) => return format!("error: {error}\n"),
    };
    let mut given = String::new();
    for article in &articles {
        let Metadata { title, date, author, url, language, other } = &article.metadata;
        let name = Some(&article.name).filter(|name| !file.starts_with(&format!("{name}.")));
        let fields =
            [("name", name), ("title", title.as_ref()), ("date", date.as_ref()), ("author", author.as_ref())];
        let fields = fields.into_iter().chain([("url", url.as_ref()), ("language", language.as_ref())]);
        for (key, value) in fields {
            given.extend(value.map(|value| format!("{key}: {value}\n")));
        }
        given.extend(other.0.iter().map(|(key, json)| format!("{key} = {json}\n")));
        given.push_str("---\n");
        given.push_str(&article.text);
    }
    given.extend(report.problems.iter().map(|problem| format!("problem: {problem}\n")));
    given
}

#[test]
fn files_give_the_text_that_is_written_beside_them() {
    let is_update = std::env::var_os("UPDATE_EXPECT").is_some();
    let cases = cases();
    assert!(cases.len() >= 12, "there are cases");
    let mut wrong = Vec::new();
    for (name, bytes) in &cases {
        let stem = name.rsplit_once('.').unwrap().0;
        for (suffix, everything) in [("", false), (".everything", true)] {
            let path = folder().join(format!("{stem}{suffix}.txt"));
            let expected = fs::read_to_string(&path).ok();
            if everything && expected.is_none() {
                continue;
            }
            let given = given(name, bytes, &ReadOptions { everything, ..ReadOptions::default() });
            if is_update {
                fs::write(&path, &given).unwrap();
            } else if expected.as_ref() != Some(&given) {
                wrong.push(format!("{name} gives:\n{given}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A zip of parts.
pub(crate) fn zip(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A tar of files and links.
fn tar(entries: &[(&str, tar::EntryType, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, kind, content) in entries {
        let mut header = tar::Header::new_old();
        // By hand, since the library refuses to write some names.
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(*kind);
        header.set_size(content.len() as u64);
        header.set_cksum();
        builder.append(&header, *content).unwrap();
    }
    builder.into_inner().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A PDF of one page, which is its object 3; `more` are its objects from number 5 on.
fn pdf(content: &str, resources: &str, more: &[String]) -> Vec<u8> {
    let stream = format!("<</Length {}>>stream\n{content}\nendstream", content.len());
    let mut objects = vec![
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 300 300]>>".to_owned(),
        format!("<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<<{resources}>>>>"),
        stream,
    ];
    objects.extend_from_slice(more);
    let mut file = "%PDF-1.4\n".to_owned();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (i, object) in objects.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n \n", file.len()));
        file.push_str(&format!("{} 0 obj\n{object}\nendobj\n", i + 1));
    }
    let start = file.len();
    let size = objects.len() + 1;
    file.push_str(&format!("{table}trailer\n<</Root 1 0 R/Size {size}>>\nstartxref\n{start}\n%%EOF\n"));
    file.into_bytes()
}

fn docx(document: &str) -> Vec<u8> {
    zip(&[("word/document.xml", document.as_bytes())])
}

/// Files that mean harm or are broken, and a piece of the sentence that refuses them.
fn hostile() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let laughs: String = (1..40).map(|i| format!("<!ENTITY a{i} \"&a{};&a{};\">", i - 1, i - 1)).collect();
    let same = vec![b'x'; 63_000_000];
    let form = |content: &str, inner: &str| {
        let length = content.len();
        format!(
            "<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length {length}/Resources<<{inner}>>>>\
             stream\n{content}\nendstream"
        )
    };
    let own = [form("/F Do", "/XObject<</F 5 0 R>>")];
    let twenty = "/F Do ".repeat(20);
    let many: Vec<String> = (6..11)
        .map(|n| form(&twenty, &format!("/XObject<</F {n} 0 R>>")))
        .chain([form(&twenty, "")])
        .collect();
    let mut bomb = b"%PDF-1.5\n9 0 obj<</Filter/FlateDecode/Length 9>>stream\n".to_vec();
    let mut encoder = flate2::write::ZlibEncoder::new(&mut bomb, flate2::Compression::best());
    (0..2_000).for_each(|_| encoder.write_all(&[0; 100_000]).unwrap());
    encoder.finish().unwrap();
    let link = tar::EntryType::Symlink;
    vec![
        ("deep.html", "<div>".repeat(10_000).into_bytes(), "more than 512 deep"),
        ("deeper.html", "<i><b>".repeat(200_000).into_bytes(), "more than 512 deep"),
        ("wide.html", "<p>".repeat(5_000_000).into_bytes(), "more than 300000 elements"),
        ("long.html", vec![b'x'; 17_000_000], "at most 16 MB"),
        ("picture.html", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\0\0\0\x01\0\x08\x06".to_vec(), "no text"),
        ("empty.html", Vec::new(), "holds no text"),
        ("quoted.md", ">".repeat(10_000).into_bytes(), "more than 512 deep"),
        (
            "laughs.docx",
            docx(&format!("<!DOCTYPE x [<!ENTITY a0 \"ha\">{laughs}]><w:p>&a39;</w:p>")),
            "declares entities",
        ),
        (
            "external.docx",
            docx("<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><w:p>&a;</w:p>"),
            "declares entities",
        ),
        ("bomb.docx", zip(&[("word/document.xml", &same)]), "unpacks to"),
        ("deep.docx", docx(&"<w:p>".repeat(500_000)), "holds no text"),
        ("cut.docx", docx("<w:p>a</w:p>")[..60].to_vec(), "cannot be unpacked"),
        ("empty.docx", zip(&[]), "no part word/document.xml"),
        ("old.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".repeat(100), "encrypted"),
        (
            "locked.odt",
            zip(&[("META-INF/manifest.xml", b"<manifest:encryption-data/>"), ("content.xml", b"x")]),
            "encrypted",
        ),
        ("no-order.epub", zip(&[("META-INF/container.xml", b"<rootfiles/>")]), "package file"),
        ("deep.rtf", [b"{\\rtf1".as_slice(), &vec![b'{'; 1_000_000]].concat(), "more than 512 deep"),
        ("page.rtf", b"<html>".to_vec(), "does not begin"),
        ("no-xref.pdf", b"%PDF-1.7\n1 0 obj\n<</Type".to_vec(), "broken"),
        ("xref.pdf", b"%PDF-1.7\nxref\n0 99999999\nstartxref\n9\n%%EOF".to_vec(), "broken"),
        ("no.pdf", b"<html>".to_vec(), "broken"),
        ("deep.pdf", pdf(&"[".repeat(1_000_000), "", &[]), "picture"),
        (
            "map.pdf",
            pdf(&"(Kyiv) Tj ".repeat(250_000), "", &[]),
            "page 1 is left out, what it draws has 3 MB",
        ),
        ("own.pdf", pdf("/F Do", "/XObject<</F 5 0 R>>", &own), "contain themselves"),
        ("many.pdf", pdf(&twenty, "/XObject<</F 5 0 R>>", &many), "over and over"),
        ("bomb.pdf", bomb, "one of its streams"),
        ("no-text.csv", b"a,b\n1,2\n".to_vec(), "name one of them: a, b"),
        ("deep.jsonl", "[".repeat(1_000_000).into_bytes(), "holds no text"),
        ("bomb.tar.gz", gzip(&tar(&[("a.txt", tar::EntryType::Regular, &same)])), "unpack"),
        ("bomb.zip", zip(&[("a.txt", &same)]), "unpacks to"),
        ("nested.zip", zip(&[("b.zip", &zip(&[("a.txt", b"a")]))]), "archive in an archive"),
        ("links.tar", tar(&[("../../a.txt", link, b""), ("/etc/passwd", link, b"")]), "holds no text"),
        ("no.tar", b"no tar at all".repeat(100), "cannot be unpacked"),
        ("no.gz.tgz", b"\x1f\x8b no".to_vec(), "cannot be unpacked"),
        ("x.exe", b"MZ".to_vec(), "cannot be read"),
        ("no ending", b"a".to_vec(), "cannot be read"),
    ]
}

#[test]
fn harm_is_refused_with_a_sentence_and_soon() {
    for (file, bytes, expected) in hostile() {
        let started = Instant::now();
        let mut report = Report::default();
        let read = reader::read(file, &bytes, &ReadOptions::default(), &mut report);
        let mut said: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
        said.extend(read.as_ref().err().map(ToString::to_string));
        assert!(read.is_err(), "{file} gives articles");
        assert!(said.iter().any(|it| it.contains(expected)), "{file}: {said:?}");
        assert!(said.iter().all(|it| it.len() < 400 && !it.contains('\n')), "{file}: {said:?}");
        // Two seconds, and room for a machine that does other things as well.
        assert!(started.elapsed() < Duration::from_secs(10), "{file} took {:?}", started.elapsed());
    }
}

#[test]
fn what_an_archive_holds_comes_in_and_the_rest_is_told() {
    let page = b"<h1>T</h1><p>Kyiv".as_slice();
    let files: [(&str, &[u8]); 6] = [
        ("2026/a.html", page),
        ("a.md", b"*Kyiv*"),
        ("../../b.txt", b"b"),
        ("rows.csv", b"id,text\n7,x\n"),
        ("x.exe", b"MZ"),
        ("__MACOSX/._a.html", b"\0"),
    ];
    let links = files.map(|(name, content)| (name, tar::EntryType::Regular, content));
    let archives =
        [("news.zip", zip(&files)), ("news.tar", tar(&links)), ("news.tar.gz", gzip(&tar(&links)))];
    for (file, bytes) in archives {
        let options = ReadOptions { everything: true, ..ReadOptions::default() };
        let mut report = Report::default();
        let articles = reader::read(file, &bytes, &options, &mut report).unwrap();
        let found: Vec<_> =
            articles.iter().map(|it| (it.name.as_str(), it.text.as_str(), it.reader)).collect();
        let expected = [
            ("2026/a", "T\n\nKyiv\n", "html"),
            ("a", "Kyiv\n", "markdown"),
            ("../../b", "b", "txt"),
            ("7", "x", "csv"),
        ];
        assert_eq!(found, expected, "{file}");
        assert_eq!(articles[0].entry.as_deref(), Some("2026/a.html"));
        let problems: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
        assert_eq!(problems, [format!("this kind of file cannot be read: {file}/x.exe")]);
    }
}
