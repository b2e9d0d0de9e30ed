//! Releases as scripts see them: made whole, never changed, and proved byte by byte.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use expect_test::expect;
use serde_json::Value;
use sorot::file::sha256;
use tempfile::TempDir;

use crate::cli::{check, project, run};

const FREEZE: &str = "freeze --annotator Rina --date 2026-11-22";

/// A project with a release 1.0 of both of Rina's articles.
fn released() -> TempDir {
    let dir = project();
    assert_eq!(run(&dir, &format!("{FREEZE} --name 1.0 --status any")).status.code(), Some(0));
    dir
}

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

/// All files below a folder, by their paths.
fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
                found.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// Lets tests change what is read-only.
fn make_writable(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
    }
    #[cfg(not(unix))]
    {
        let mut permissions = fs::metadata(path).unwrap().permissions();
        permissions.set_readonly(false);
        fs::set_permissions(path, permissions).unwrap();
    }
}

/// The exit code of a check, and what it says.
fn checked(dir: &TempDir, arguments: &str) -> (Option<i32>, String) {
    let output = run(dir, arguments);
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn what_is_not_settled_is_not_frozen() {
    let dir = project();
    check(
        &dir,
        &[
            "freeze --name 1.0",
            &format!("{FREEZE} --name 1.0"),
            &format!("{FREEZE} --name a/b --status done"),
            &format!("{FREEZE} --name con --status done"),
            &format!("{FREEZE} --name 1.0 --annotators Rina"),
            "freeze --name 1.0 --annotator Rina --date yesterday",
            "releases",
        ],
        expect![[r#"
            $ sorot freeze --name 1.0
            2> error: gold has annotated nothing here; annotators are Rina: .
            [2]
            $ sorot freeze --annotator Rina --date 2026-11-22 --name 1.0
            2> error: the annotations are not done: annotations/Rina/b.txt.json
            2> error: nothing was frozen, because of the error above
            [2]
            $ sorot freeze --annotator Rina --date 2026-11-22 --name a/b --status done
            2> error: a release is called by letters, digits and . - _ + alone, such as 1.0, and not "a/b"
            [2]
            $ sorot freeze --annotator Rina --date 2026-11-22 --name con --status done
            2> error: a release is called by letters, digits and . - _ + alone, such as 1.0, and not "con"
            [2]
            $ sorot freeze --annotator Rina --date 2026-11-22 --name 1.0 --annotators Rina
            2> error: agreement is between two annotators or more: --annotators NAME,NAME
            [2]
            $ sorot freeze --name 1.0 --annotator Rina --date yesterday
            2> error: invalid value 'yesterday' for '--date <DATE>': it is written 2026-11-22 or 2026-11-22T20:31:05Z
            2>
            2> For more information, try '--help'.
            [2]
            $ sorot releases
            0 releases
        "#]],
    );
    assert!(!dir.path().join("releases").exists(), "what fails leaves nothing");
    let path = dir.path().join("annotations/Rina/a.txt.json");
    let whole = fs::read_to_string(&path).unwrap();
    fs::write(&path, whole.replace(r#""start": 13, "end": 16"#, r#""start": 13, "end": 160"#)).unwrap();
    let output = run(&dir, &format!("{FREEZE} --name 1.0 --status done"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("lost their place in the text wait for somebody"), "{said}");

    fs::write(&path, &whole).unwrap();
    fs::write(dir.path().join("articles/a.txt"), "Ein anderer Text.").unwrap();
    let said = run(&dir, &format!("{FREEZE} --name 1.0 --status done")).stderr;
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(said.contains("the article changed after it was annotated"), "{said}");
    assert!(!dir.path().join("releases").exists());
    let stages = dir.path().join(".sorot/releases");
    assert!(!stages.exists() || files(&stages).is_empty(), "what was filled is removed");
}

#[test]
fn a_release_holds_the_files_to_the_letter() {
    let dir = project();
    fs::write(dir.path().join("guidelines.md"), "Mark what is said.\r\n").unwrap();
    let arguments = format!("{FREEZE} --name 1.0 --status done --author Sari,Rina --licence CC-BY-4.0");
    let said = run(&dir, &arguments).stdout;
    let said = String::from_utf8_lossy(&said).into_owned();
    let begin =
        "froze release 1.0 of Rina: 1 article, 4 spans, 1 relation; 1 article not done and left out\n";
    assert!(said.starts_with(begin), "{said}");
    assert_eq!(run(&dir, "articles").stdout, run(&project(), "articles").stdout);
    let release = files(&dir.path().join("releases/1.0"));
    let names: Vec<&str> = release.keys().map(String::as_str).collect();
    expect![[r#"
        [
            "CITATION.bib",
            "DATASHEET.md",
            "METHODS.md",
            "SHA256SUMS",
            "annotations/Rina/a.txt.json",
            "guidelines.md",
            "methods.tex",
            "release.json",
            "sorot.json",
        ]
    "#]]
    .assert_debug_eq(&names);
    for name in ["annotations/Rina/a.txt.json", "sorot.json", "guidelines.md"] {
        assert_eq!(release[name], fs::read(dir.path().join(name)).unwrap(), "{name}");
    }
    let manifest = json(&release["release.json"]);
    assert_eq!(manifest["format"], "sorot-release");
    assert_eq!(manifest["frozen"], "2026-11-22T00:00:00Z");
    assert_eq!(manifest["counts"]["spans"]["quote"], 1);
    for file in manifest["files"].as_array().unwrap() {
        let bytes = &release[file["path"].as_str().unwrap()];
        assert_eq!(file["sha256"], sha256(bytes));
        assert_eq!(file["bytes"], bytes.len());
    }
    let sums = String::from_utf8(release["SHA256SUMS"].clone()).unwrap();
    assert_eq!(sums.lines().count(), release.len() - 1);
    let fingerprint = sha256(&release["release.json"]);
    assert!(sums.contains(&format!("{fingerprint}  release.json\n")), "{sums}");
    for name in ["DATASHEET.md", "METHODS.md", "methods.tex", "CITATION.bib"] {
        let text = String::from_utf8(release[name].clone()).unwrap();
        assert!(text.contains(&fingerprint), "{name}: {text}");
    }
    let datasheet = String::from_utf8_lossy(&release["DATASHEET.md"]).into_owned();
    assert!(datasheet.contains("CC-BY-4.0") && datasheet.contains("Open: to be answered"), "{datasheet}");
    for name in release.keys() {
        let path = dir.path().join("releases/1.0").join(name);
        assert!(fs::metadata(path).unwrap().permissions().readonly(), "{name}");
    }
    // The same project and the same date give the same bytes.
    let other = project();
    fs::write(other.path().join("guidelines.md"), "Mark what is said.\r\n").unwrap();
    assert_eq!(run(&other, &arguments).status.code(), Some(0));
    assert_eq!(files(&other.path().join("releases/1.0")), release);
}

#[test]
fn one_byte_one_file_more_or_less_is_found() {
    let dir = released();
    let root = dir.path().join("releases/1.0");
    let (code, said) = checked(&dir, "check");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("1 release, 0 problems\nrelease 1.0 is as it was frozen: "), "{said}");

    for (name, bytes) in files(&root) {
        let path = root.join(&name);
        for change in ["flipped", "longer", "missing"] {
            make_writable(&path);
            match change {
                "flipped" => {
                    let mut flipped = bytes.clone();
                    let middle = flipped.len() / 2;
                    flipped[middle] ^= 1;
                    fs::write(&path, flipped).unwrap();
                }
                "longer" => fs::write(&path, [&bytes[..], b"\n"].concat()).unwrap(),
                _ => fs::remove_file(&path).unwrap(),
            }
            // An empty line more in the list of checksums says nothing else than before.
            let (code, said) = checked(&dir, "check");
            let is_told = said.contains(&format!("releases/1.0/{name}")) || name == "SHA256SUMS";
            assert!(code == Some(1) && is_told, "{name} {change}: {code:?} {said}");
            assert!(!said.contains("is as it was frozen: "), "{name} {change}: {said}");
            let (code, _) = checked(&dir, "check releases/1.0");
            assert_eq!(code, Some(1), "{name} {change}");
            fs::write(&path, &bytes).unwrap();
        }
    }
    let (code, said) = checked(&dir, "check");
    assert_eq!(code, Some(0), "{said}");

    for added in ["annotations/Rina/c.txt.json", "note.txt", ".hidden", "deep/er/x"] {
        let path = root.join(added);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "x").unwrap();
        let (code, said) = checked(&dir, "check");
        assert_eq!(code, Some(1), "{added}");
        assert!(said.contains(&format!("not frozen with the release: releases/1.0/{added}")), "{said}");
        fs::remove_file(path).unwrap();
    }
}

#[test]
fn who_alters_the_list_too_is_found_by_the_manifest_and_the_next_release() {
    let dir = released();
    let root = dir.path().join("releases/1.0");
    let of = |name: &str| -> PathBuf { root.join(name) };
    let (set, sums, manifest) = (of("annotations/Rina/b.txt.json"), of("SHA256SUMS"), of("release.json"));
    let replace = |path: &Path, old: &str, new: &str| {
        make_writable(path);
        let text = fs::read_to_string(path).unwrap();
        assert!(text.contains(old), "{old}: {text}");
        fs::write(path, text.replace(old, new)).unwrap();
    };
    let hash = |path: &Path| sha256(&fs::read(path).unwrap());
    let before = hash(&set);
    replace(&set, "\"UA\"", "\"RU\"");
    replace(&sums, &before, &hash(&set));
    let (code, said) = checked(&dir, "check");
    assert_eq!(code, Some(1));
    assert!(said.contains("the manifest of the release has another checksum of this file"), "{said}");

    // With the manifest too, the release agrees with itself: only a fingerprint elsewhere tells.
    let fingerprint = hash(&manifest);
    replace(&manifest, &before, &hash(&set));
    replace(&sums, &fingerprint, &hash(&manifest));
    let (code, said) = checked(&dir, "check");
    assert_eq!(code, Some(0), "{said}");
    assert!(!said.contains(&fingerprint), "the fingerprint is another one: {said}");

    let next = released();
    fs::create_dir_all(next.path().join("releases")).unwrap();
    assert_eq!(run(&next, &format!("{FREEZE} --name 1.1 --status any")).status.code(), Some(0));
    for (name, bytes) in files(&root) {
        let path = next.path().join("releases/1.0").join(name);
        make_writable(&path);
        fs::write(path, bytes).unwrap();
    }
    let (code, said) = checked(&next, "check");
    assert_eq!(code, Some(1));
    assert!(said.contains("release 1.1 was made after 1.0 when that had another fingerprint"), "{said}");
}

#[test]
fn a_release_is_listed_and_stays() {
    let dir = released();
    let before = files(&dir.path().join("releases"));
    check(
        &dir,
        &[
            &format!("{FREEZE} --name 1.0 --status any"),
            "articles releases/1.0",
            "export jsonl releases/1.0 --annotator Rina",
            "check nowhere",
        ],
        expect![[r#"
            $ sorot freeze --annotator Rina --date 2026-11-22 --name 1.0 --status any
            2> error: there is a release 1.0 already, and a release is never changed
            [2]
            $ sorot articles releases/1.0
            2> error: this is a release, which nobody changes: open the project that it was made from: releases/1.0
            [2]
            $ sorot export jsonl releases/1.0 --annotator Rina
            2> error: this is a release, which nobody changes: open the project that it was made from: releases/1.0
            [2]
            $ sorot check nowhere
            2> error: cannot open, No such file or directory (os error 2): nowhere
            [2]
        "#]],
    );
    let list = json(&run(&dir, "releases --json").stdout);
    assert_eq!(list[0]["name"], "1.0");
    assert_eq!(list[0]["counts"]["articles"], 2);
    assert_eq!(list[0]["fingerprint"], sha256(&before["1.0/release.json"]));
    assert_eq!(files(&dir.path().join("releases")), before);
}

#[test]
fn the_next_release_says_what_changed() {
    let dir = released();
    let path = dir.path().join("annotations/Rina/b.txt.json");
    let set = fs::read_to_string(&path).unwrap();
    fs::write(
        &path,
        set.replace("\"country\"", "\"weapon\"").replace("\"attributes\": {\"iso\": \"UA\"}, ", ""),
    )
    .unwrap();
    fs::remove_file(dir.path().join("annotations/Rina/a.txt.json")).unwrap();
    fs::write(dir.path().join("datasheet.md"), "### Who funded it?\n\nNobody at all.\n").unwrap();
    assert_eq!(run(&dir, &format!("{FREEZE} --name 1.1 --status any")).status.code(), Some(0));
    let release = files(&dir.path().join("releases/1.1"));
    expect![[r##"
        # Changes from 1.0 to 1.1

        ## Articles removed: 1

        - articles/a.txt

        ## Spans of articles in both

        | label | added | removed | changed |
        |---|--:|--:|--:|
        | country | 0 | 0 | 1 |
        | weapon | 0 | 0 | 1 |

        A span that became another label counts as changed under both.

        ## One by one: 1

        - articles/b.txt:1:1: label: country "Kyiv" (iso=UA) → weapon "Kyiv" ()
    "##]]
    .assert_eq(&String::from_utf8_lossy(&release["CHANGES.md"]));
    assert_eq!(json(&release["release.json"])["earlier"]["name"], "1.0");
    assert!(String::from_utf8_lossy(&release["DATASHEET.md"]).contains("Nobody at all."));
    let (code, said) = checked(&dir, "check");
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn agreement_is_of_the_articles_that_are_frozen() {
    let dir = project();
    for arguments in [
        "export jsonl . --annotator Rina --out all.jsonl",
        "import jsonl all.jsonl --annotator Budi",
        "import jsonl all.jsonl --annotator gold",
    ] {
        assert_eq!(run(&dir, arguments).status.code(), Some(0), "{arguments}");
    }
    let output = run(&dir, "freeze --name 1.0 --status done --annotators Rina,Budi --json");
    let said = json(&output.stdout);
    assert_eq!(said["counts"]["articles"], 1, "{said}");
    assert_eq!(said["left_out"], 1);
    assert_eq!(said["agreement"][0]["measure"], "exact");
    assert_eq!(said["agreement"][0]["value"], 1.0);
    let tex = fs::read_to_string(dir.path().join("releases/1.0/methods.tex")).unwrap();
    assert!(tex.contains("\\begin{tabular}{lrr}") && tex.contains("$\\alpha$"), "{tex}");
}

/// A line of jsonl: an article that is done, with its first word annotated.
fn gold_line(id: &str, text: &str, label: &str) -> String {
    let word = text.split(' ').next().unwrap();
    let n = word.chars().count();
    format!(
        "{{\"id\":\"{id}\",\"text\":\"{text}\",\"status\":\"done\",\
         \"spans\":[{{\"id\":\"s1\",\"label\":\"{label}\",\"start\":0,\"end\":{n},\"text\":\"{word}\"}}]}}\n"
    )
}

/// A project with gold on 40 articles, of which some are near-duplicates; which pairs these are.
fn forty() -> (TempDir, Vec<(String, String)>) {
    let dir = TempDir::new().unwrap();
    assert_eq!(run(&dir, "init . --name Forty").status.code(), Some(0));
    let mut random = fastrand::Rng::with_seed(3);
    let mut word = || (0..5).map(|_| random.lowercase()).collect::<String>();
    let mut lines = String::new();
    let mut pairs = Vec::new();
    let mut last = String::new();
    for i in 0..40 {
        let id = format!("articles/{i:02}.txt");
        let text = if i % 4 == 3 {
            pairs.push((format!("articles/{:02}.txt", i - 1), id.clone()));
            format!("{} {}", word(), last.to_uppercase())
        } else {
            (0..60).map(|_| word()).collect::<Vec<_>>().join(" ")
        };
        fs::write(dir.path().join(&id), &text).unwrap();
        let label = if i % 5 == 0 { "quote" } else { "speaker" };
        lines += &gold_line(&id, &text, label);
        last = text;
    }
    fs::write(dir.path().join("gold.jsonl"), lines).unwrap();
    let output = run(&dir, "import jsonl gold.jsonl --annotator gold");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    (dir, pairs)
}

#[test]
fn a_split_keeps_near_duplicates_together_and_comes_again() {
    let (dir, pairs) = forty();
    let arguments = "--date 2026-11-22 --split train=6,dev=2,test=2 --seed 5";
    let output = run(&dir, &format!("freeze --name 1.0 {arguments} --json"));
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let said = json(&output.stdout);
    assert_eq!(said["split"]["near_duplicates"].as_array().map(Vec::len), Some(pairs.len()), "{said}");
    let release = files(&dir.path().join("releases/1.0"));
    let list = |part: &str| -> Vec<String> {
        let text = String::from_utf8_lossy(&release[&format!("splits/{part}.txt")]).into_owned();
        text.lines().map(str::to_owned).collect()
    };
    let lists = ["train", "dev", "test"].map(list);
    for (a, b) in &pairs {
        assert!(lists.iter().any(|it| it.contains(a) && it.contains(b)), "{a} and {b} are torn");
    }
    let n: Vec<usize> = lists.iter().map(Vec::len).collect();
    assert_eq!(n.iter().sum::<usize>(), 40);
    assert!((20..=28).contains(&n[0]) && n[1] >= 5 && n[2] >= 5, "{n:?}");

    // With one thread and in another project it is the same.
    let (other, _) = forty();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_sorot"));
    let words = format!("freeze --name 1.0 {arguments}");
    let command = command.args(words.split(' ')).current_dir(other.path()).env("RAYON_NUM_THREADS", "1");
    assert!(command.output().unwrap().status.success());
    assert_eq!(files(&other.path().join("releases/1.0")), release);

    for (wrong, why) in [
        ("test=0", "has a share above 0"),
        ("a=1,A=1", "once"),
        ("a/b=1", "letters, digits"),
        ("test", "NAME=SHARE"),
        ("test=nan", "has a share above 0"),
    ] {
        let output = run(&dir, &format!("freeze --name 2.0 --split {wrong}"));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(2) && said.contains(why), "{wrong}: {said}");
    }
}

#[test]
fn a_part_is_exported_as_it_was_frozen() {
    let (dir, _) = forty();
    assert_eq!(run(&dir, "freeze --name 1.0 --split train=0.75,test=0.25").status.code(), Some(0));
    let list = fs::read_to_string(dir.path().join("releases/1.0/splits/test.txt")).unwrap();
    let all = run(&dir, "export jsonl . --annotator gold").stdout;
    let all = String::from_utf8(all).unwrap();
    let is_meant = |line: &str| list.lines().any(|it| line.contains(&format!("\"id\":\"{it}\"")));
    let expected: String = all.split_inclusive('\n').filter(|it| is_meant(it)).collect();
    // What happens afterwards changes nothing.
    for article in list.lines() {
        let name = article.strip_prefix("articles/").unwrap();
        fs::remove_file(dir.path().join(format!("annotations/gold/{name}.json"))).unwrap();
        fs::write(dir.path().join(article), "Gone.").unwrap();
    }
    let test = run(&dir, "export jsonl . --split test").stdout;
    assert_eq!(String::from_utf8(test).unwrap(), expected);
    let whole = run(&dir, "export jsonl . --release 1.0 --annotator gold").stdout;
    assert_eq!(String::from_utf8(whole).unwrap(), all);
    check(
        &dir,
        &[
            "export jsonl . --split dev",
            "export jsonl . --release 0.9",
            "export jsonl . --release ../.. --split test",
            "export jsonl . --split test --annotator Rina",
            "export json . --split test --out test",
        ],
        expect![[r#"
            $ sorot export jsonl . --split dev
            2> error: release 1.0 has no part dev; its parts are train, test
            [2]
            $ sorot export jsonl . --release 0.9
            2> error: there is no release 0.9
            [2]
            $ sorot export jsonl . --release ../.. --split test
            2> error: there is no release ../..
            [2]
            $ sorot export jsonl . --split test --annotator Rina
            2> error: release 1.0 holds the annotations of gold, and not of Rina
            [2]
            $ sorot export json . --split test --out test
            exported 10 articles with 10 spans to test
        "#]],
    );
    assert_eq!(files(&dir.path().join("test")).len(), list.lines().count());

    let path = dir
        .path()
        .join("releases/1.0/annotations/gold")
        .join(list.lines().next().unwrap().replace("articles/", "") + ".json");
    make_writable(&path);
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, [&bytes[..], b" "].concat()).unwrap();
    let output = run(&dir, "export jsonl . --split test");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && said.contains("is not as it was frozen"), "{said}");
}

#[test]
fn what_leaks_into_training_is_found() {
    let dir = TempDir::new().unwrap();
    let long = "The minister said on Monday that the country would send tanks, shells and two ships to the \
                harbour before the end of the year, and that nothing else had been asked for.";
    assert_eq!(run(&dir, "init . --name Leak").status.code(), Some(0));
    for (name, text) in [
        ("a", long.to_owned()),
        (
            "b",
            "国防部長は会見で、年末までに戦車と砲弾を港へ送ると述べた。ほかには何も求められていないという。"
                .to_owned(),
        ),
        ("c", "Nobody knows of this article, which is about quite another thing.".to_owned()),
    ] {
        fs::write(dir.path().join(format!("articles/{name}.txt")), &text).unwrap();
        let line = gold_line(&format!("articles/{name}.txt"), &text, "speaker");
        fs::write(dir.path().join("in.jsonl"), line).unwrap();
        assert_eq!(run(&dir, "import jsonl in.jsonl --annotator gold").status.code(), Some(0));
    }
    let near = long.replace("Monday", "Tuesday");
    let within = "Earlier reports were denied. It is known that the country would send tanks, shells, and two \
                  ships to the harbour before the end of the year; what then follows nobody can tell at all, and \
                  many other words come after it.";
    fs::write(dir.path().join("same.txt"), long.to_uppercase()).unwrap();
    fs::write(dir.path().join("near.csv"), format!("id,text\n1,\"{near}\"\n2,\"{within}\"\n")).unwrap();
    let jsonl = "{\"text\": \"会見の記録。国防部長は会見で、年末までに戦車と砲弾を港へ送ると述べた。それから記者たちは別の話題に移り、長い議論が続いた。\"}\n";
    fs::write(dir.path().join("ja.jsonl"), jsonl).unwrap();
    fs::write(dir.path().join("clean.md"), "# A title\n\nNothing to see here.\n").unwrap();
    check(
        &dir,
        &["leak --training clean.md"],
        expect![[r#"
        $ sorot leak --training clean.md
        2> error: there is no release yet
        [2]
    "#]],
    );
    assert_eq!(run(&dir, "freeze --name 1.0").status.code(), Some(0));
    check(
        &dir,
        &[
            "leak --training same.txt --training near.csv --training ja.jsonl --training clean.md",
            "leak --training clean.md --release 1.0",
            "leak --training near.csv --words 40",
            "leak --training clean.md --part test",
            "leak --training nowhere.txt",
            "leak --training sorot.json",
        ],
        expect![[r#"
            $ sorot leak --training same.txt --training near.csv --training ja.jsonl --training clean.md
            articles/a.txt: the same words as same.txt, same
            articles/a.txt: near-duplicate, 0.82, of near.csv, 1
            articles/a.txt:1:29: 19 words of near.csv, 2:1:42: "that the country would send tanks, shells and two ships to t…"
            articles/b.txt:1:1: 13 words of ja.jsonl, ja-1:1:7: "国防部長は会見で、年末までに戦車と砲弾を港へ送ると述べた"
            2 of 3 articles of release 1.0 stand in 5 training texts: 1 to the word, 1 as near-duplicates, 2 by passages
            [1]
            $ sorot leak --training clean.md --release 1.0
            0 of 3 articles of release 1.0 stand in 1 training text: 0 to the word, 0 as near-duplicates, 0 by passages
            $ sorot leak --training near.csv --words 40
            articles/a.txt: near-duplicate, 0.82, of near.csv, 1
            1 of 3 articles of release 1.0 stand in 2 training texts: 0 to the word, 1 as near-duplicates, 0 by passages
            [1]
            $ sorot leak --training clean.md --part test
            2> error: release 1.0 has no part test; it is not split
            [2]
            $ sorot leak --training nowhere.txt
            2> error: cannot read, No such file or directory (os error 2): nowhere.txt
            [2]
            $ sorot leak --training sorot.json
            2> error: this kind of file cannot be read: sorot.json
            [2]
        "#]],
    );
    assert_eq!(run(&dir, "export jsonl . --annotator gold --out train.jsonl").status.code(), Some(0));
    let output = run(&dir, "leak --training train.jsonl --format jsonl --json");
    assert_eq!(output.status.code(), Some(1));
    let said = json(&output.stdout);
    assert_eq!((&said["articles"], &said["training_texts"]), (&3.into(), &3.into()));
    let leaks = said["leaks"].as_array().unwrap();
    assert!(leaks.len() == 3 && leaks.iter().all(|it| it["identical"] == true), "{said}");
}

/// A release is there whole, or not at all, whichever operation of the disk fails and how, and
/// wherever the power goes.
#[test]
fn a_disk_that_fails_leaves_no_half_release() {
    use std::io::ErrorKind;
    use std::sync::Arc;

    use sorot::file::{PRESETS, ProjectFile, write_project};
    use sorot::model::{Owner, Report, Timestamp};
    use sorot::session::release::{Citation, FreezeRequest, Frozen, ReleaseError, Wanted, freeze};
    use sorot::store::{Folder, Storage};

    use crate::disks::{FailingDisk, Fault, MemoryDisk, When};
    use crate::faults::FAULTS;

    let start = MemoryDisk::default();
    let project = ProjectFile::new("Two", PRESETS[0].schema());
    start.put("/project/sorot.json", std::str::from_utf8(&write_project(&project)).unwrap());
    start.put("/project/articles/a.txt", "“Ya,” 😀 ujar Éva, “rudal AS.”");
    start.put("/project/articles/b.txt", "Kyiv diserang.");
    start.put("/project/annotations/rina/a.txt.json", include_str!("../cases/cli/a.txt.json"));
    start.put("/project/annotations/rina/b.txt.json", include_str!("../cases/cli/b.txt.json"));
    start.put("/project/.sorot/.gitignore", "*\n");
    let attempt = |disk: &FailingDisk| -> Result<Frozen, ReleaseError> {
        let mut report = Report::default();
        let storage = Storage { disk: Arc::new(disk.clone()), recovery: None };
        let opened = Folder::open_on(storage, Path::new("/project"), &mut report)?;
        let request = FreezeRequest {
            name: "1.0".to_owned(),
            description: String::new(),
            owner: Owner::named("Rina"),
            annotators: Vec::new(),
            wanted: Wanted::Any,
            split: None,
            citation: Citation::default(),
            at: Timestamp(0),
        };
        freeze(&opened, &request, &mut report, |_| true)
    };
    let released = |disk: &MemoryDisk| -> BTreeMap<String, Vec<u8>> {
        disk.files().into_iter().filter(|it| it.0.starts_with("/project/releases/1.0/")).collect()
    };
    let healthy = FailingDisk::new(start.copy(), Fault::Late, When::Never);
    attempt(&healthy).unwrap();
    let whole = released(&healthy.disk);
    assert_eq!(whole.len(), 9, "{:?}", whole.keys());
    let n_operations = healthy.operations().len();
    assert!(n_operations > 50);

    let mut broken = Vec::new();
    for fault in FAULTS {
        for at in 1..=n_operations {
            let disk = FailingDisk::new(start.copy(), fault, When::Once(at));
            let result = attempt(&disk);
            let there = released(&disk.disk);
            // What is said not to be there looks as if it had never been.
            let is_exact = fault != Fault::Refused(ErrorKind::NotFound);
            let failed = disk.failed().unwrap_or_default();
            let is_whole = there.is_empty() || there == whole || !is_exact;
            if !is_whole || result.is_ok() && there.is_empty() {
                broken.push(format!("{fault:?} at {failed}"));
            }
            if there.is_empty() {
                disk.heal();
                let again = attempt(&disk);
                if again.is_err() || released(&disk.disk) != whole {
                    broken.push(format!("{again:?} after {fault:?} at {failed}"));
                }
            }
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
    let mut random = fastrand::Rng::with_seed(1);
    for at in 1..=n_operations + 1 {
        let disk = FailingDisk::new(start.copy(), Fault::Late, When::Cut(at));
        let is_acknowledged = attempt(&disk).is_ok();
        for _ in 0..4 {
            let after = disk.disk.after_power_cut(&mut random);
            let there = released(&after);
            let failed = disk.failed().unwrap_or_default();
            assert!(there == whole || there.is_empty() && !is_acknowledged, "a cut at {failed}");
        }
    }
}

#[test]
fn the_json_schema_accepts_manifests_and_refuses_broken_ones() {
    let dir = released();
    let second =
        format!("{FREEZE} --name 1.1 --status any --split train=0.5,test=0.5 --annotators Rina,Budi");
    let lines = run(&dir, "export jsonl --annotator Rina --out lines.jsonl");
    assert!(lines.status.success(), "{}", String::from_utf8_lossy(&lines.stderr));
    assert!(run(&dir, "import jsonl lines.jsonl --into . --annotator Budi").status.success());
    let output = run(&dir, &second);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let schema = jsonschema::validator_for(&sorot::file::release_schema()).unwrap();
    let read =
        |name: &str| json(&fs::read(dir.path().join(format!("releases/{name}/release.json"))).unwrap());
    for name in ["1.0", "1.1"] {
        let errors: Vec<String> = schema.iter_errors(&read(name)).map(|it| it.to_string()).collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
    }
    let good = read("1.1");
    for pointer in ["/earlier", "/agreement/figures/0", "/split/parts/0/counts", "/articles/0/part"] {
        assert!(good.pointer(pointer).is_some(), "the test looks at {pointer}: {good:#}");
    }
    for (pointer, wrong) in [
        ("/format", Value::from("sorot-project")),
        ("/version", Value::from(2)),
        ("/name", Value::from("")),
        ("/frozen", Value::from("2026-11-22")),
        ("/earlier/fingerprint", Value::from("ab")),
        ("/counts/done", Value::from(-1)),
        ("/counts/spans", Value::from(3)),
        ("/agreement/annotators", Value::from("Rina")),
        ("/agreement/figures/0/value", Value::from("0.5")),
        ("/split/parts/0/share", Value::from(2)),
        ("/split/near_duplicates", Value::Null),
        ("/articles/0/text_sha256", Value::from("xyz")),
        ("/articles/0/path", Value::Null),
        ("/files/0/bytes", Value::from("12")),
        ("/files/0/sha256", Value::Null),
    ] {
        let mut broken = good.clone();
        *broken.pointer_mut(pointer).unwrap() = wrong;
        assert!(!schema.is_valid(&broken), "{pointer}");
    }
}
