//! What the documentation says is true: keys, commands, examples, the tour, paths and links.
//!
//! `UPDATE_EXPECT=1` renews the README's tables of keys and formats.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::{CommandFactory, Parser};
use sorot::cli::{self, Arguments};
use sorot::file;
use sorot::format::FORMATS;
use sorot::model::{Document, Owner, Report, SetKey, Status};
use sorot::session::COMMANDS;
use sorot::session::commands::Group;
use sorot::store::sample;
use sorot::text::OffsetUnit;

use crate::desk::Desk;

#[test]
fn keys_and_formats_are_those_of_the_program() {
    let path = root().join("README.md");
    let mut readme = fs::read_to_string(&path).unwrap();
    for (name, expected) in [("keys", keys_table()), ("formats", formats_table())] {
        let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->\n"));
        let (before, rest) = readme.split_once(&begin).expect("the README marks where its tables begin");
        let (table, after) = rest.split_once(&end).expect("the README marks where its tables end");
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            readme = format!("{before}{begin}{expected}{end}{after}");
        } else {
            assert_eq!(table, expected, "renew the README's {name} with UPDATE_EXPECT=1");
        }
    }
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, readme).unwrap();
    }
}

fn formats_table() -> String {
    let mut table =
        "\n| Format | In | Out | Offsets count | What it is |\n|---|---|---|---|---|\n".to_owned();
    for format in FORMATS {
        let capabilities = format.capabilities();
        let [reads, writes] =
            [capabilities.reads, capabilities.writes].map(|it| if it { "yes" } else { "–" });
        let unit = match capabilities.offset_unit {
            OffsetUnit::CodePoint => "code points",
            OffsetUnit::Utf16 => "UTF-16 units",
            OffsetUnit::Byte => "bytes",
        };
        writeln!(table, "| `{}` | {reads} | {writes} | {unit} | {} |", format.id(), format.summary())
            .unwrap();
    }
    table + "\n"
}

fn keys_table() -> String {
    let mut table = String::new();
    for &group in Group::ALL {
        write!(table, "\n**{}**\n\n| Keys | Command | What it does |\n|---|---|---|\n", group.name())
            .unwrap();
        for command in COMMANDS.iter().filter(|it| it.group == group && !it.keys.is_empty()) {
            let keys: Vec<String> = command.keys.iter().map(|key| format!("`{key}`")).collect();
            let text = command.text.trim_end_matches('…');
            writeln!(table, "| {} | {text} | {} |", keys.join(", "), command.help).unwrap();
        }
    }
    table + "\n"
}

#[test]
fn every_command_line_is_understood() {
    let mut n_lines = 0;
    for path in documents() {
        for mut line in command_lines(&fs::read_to_string(&path).unwrap()) {
            if line[0] != "sorot" {
                continue;
            }
            line.truncate(line.iter().position(|it| it == ">").unwrap_or(line.len()));
            if let Err(error) = Arguments::try_parse_from(&line) {
                panic!("{}: {line:?}: {error}", path.display());
            }
            n_lines += 1;
        }
    }
    assert!(n_lines >= 10, "only {n_lines} command lines were found");
}

/// Pasted one after the other into the folder of the checkout, as a reader would.
#[test]
fn every_command_of_the_readme_works() {
    let folder = tempfile::tempdir().unwrap();
    sample::copy_to(&folder.path().join("samples")).unwrap();
    let mut n_run = 0;
    let has_git = crate::teams::has_git();
    for line in command_lines(&readme()) {
        if line[0] == "cp" {
            let [from, to] = [2, 3].map(|i| folder.path().join(&line[i]));
            crate::teams::copy_folder(&from, &to);
            continue;
        }
        let (line, output_file) = match line.iter().position(|it| it == ">") {
            Some(at) => (line[..at].to_vec(), Some(folder.path().join(&line[at + 1]))),
            None => (line, None),
        };
        let keep = |output: &[u8]| output_file.iter().for_each(|it| fs::write(it, output).unwrap());
        if line[0] == "sed" {
            let output = Command::new("sed").args(&line[1..]).current_dir(folder.path()).output().unwrap();
            assert!(output.status.success(), "{line:?}: {}", String::from_utf8_lossy(&output.stderr));
            keep(&output.stdout);
            continue;
        }
        if line[0] == "git" || line.get(1).is_some_and(|it| it == "sync") {
            if has_git {
                let program = if line[0] == "git" { "git" } else { env!("CARGO_BIN_EXE_sorot") };
                let mut command = Command::new(program);
                crate::teams::at_home(&mut command, folder.path(), "Rina");
                let output = command.args(&line[1..]).current_dir(folder.path()).output().unwrap();
                assert!(output.status.success(), "{line:?}: {}", String::from_utf8_lossy(&output.stderr));
            }
            continue;
        }
        let arguments = Arguments::try_parse_from(&line).unwrap();
        let is_run = match arguments.command {
            Some(cli::Command::Headless(_)) => true,
            Some(cli::Command::Picture(_)) => cfg!(feature = "gui"),
            Some(cli::Command::Screenshot(_)) | None => false,
        };
        if !is_run {
            continue;
        }
        let mut command = Command::new(env!("CARGO_BIN_EXE_sorot"));
        let output = command.args(&line[1..]).current_dir(folder.path()).output().unwrap();
        // 1 says that there is something to look at, as rulings that are left.
        let is_well = output.status.code().is_some_and(|it| it < 2);
        assert!(is_well, "{line:?}: {}", String::from_utf8_lossy(&output.stderr));
        keep(&output.stdout);
        n_run += 1;
    }
    assert!(n_run >= 7, "only {n_run} were run");
    for made in ["my-corpus/articles", "new-corpus/sorot.json", "gold.jsonl", "gold-quotes"] {
        assert!(folder.path().join(made).exists(), "{made}");
    }
    let of_budi = folder.path().join("new-corpus/annotations/budi");
    assert!(!has_git || of_budi.is_dir(), "Rina has what Budi sent");
}

#[test]
fn every_subcommand_and_format_is_named() {
    let readme = readme();
    for command in Arguments::command().get_subcommands().filter(|it| !it.is_hide_set()) {
        assert!(readme.contains(&format!("| `sorot {}", command.get_name())), "{}", command.get_name());
    }
    for format in FORMATS {
        assert!(readme.contains(&format!("`{}`", format.id())), "{}", format.id());
    }
}

#[test]
fn the_examples_of_files_are_what_the_program_reads_and_writes() {
    let (mut n_projects, mut n_sets) = (0, 0);
    for example in fenced(&readme(), "json") {
        let mut report = Report::default();
        if example.contains("sorot-project") {
            let project = file::read_project(example.as_bytes(), "README.md", &mut report).unwrap();
            assert_eq!(project.schema.label_names(), ["politician", "promise"]);
            n_projects += 1;
        } else {
            let schema = file::PRESETS[0].schema();
            let stored = file::read_set(example.as_bytes(), "README.md", &schema, &mut report).unwrap();
            let id = stored.path.as_str().into();
            let key = SetKey { document: id, owner: Owner::named(&stored.annotator) };
            let document = Document { id: key.document.clone(), text: stored.text, source: stored.source };
            let written = file::write_set(&key, &document, &stored.set, &schema);
            assert_eq!(String::from_utf8(written).unwrap(), example);
            n_sets += 1;
        }
        assert!(report.is_empty(), "{report:?}");
    }
    assert_eq!((n_projects, n_sets), (1, 1));
}

/// The steps of "Five minutes with the sample", by keys where the README drags.
#[test]
fn the_tour_leads_where_it_says() {
    let folder = tempfile::tempdir().unwrap();
    sample::copy_to(folder.path()).unwrap();
    let mut desk = Desk::open(folder.path(), "Rina");
    let articles = desk.session.articles();
    assert_eq!(articles.len(), 7);
    let drones = articles.iter().find(|it| it.id.as_str().contains("en-harbour-drones")).unwrap().id.clone();
    desk.perform(sorot::session::ArticleAction::Open(drones));

    let text = desk.session.document().unwrap().text.clone();
    let at = |wanted: &str| text.as_str().find(wanted).unwrap();
    desk.place_caret(at("harbour master"));
    desk.press("Ctrl+Shift+Right Ctrl+Shift+Right Ctrl+Shift+Right Ctrl+Shift+Right S");
    desk.place_caret(at("\"They had"));
    desk.press("Ctrl+E Ctrl+E Ctrl+D");
    desk.place_caret(at("but they flew"));
    desk.press("Ctrl+E Ctrl+E Q R Enter");
    assert_eq!(desk.session.untied().len(), 0);
    desk.place_caret(at("Irish officials"));
    desk.press("C + All");
    let marked = desk.marked();
    let said = marked.lines().find(|line| line.contains("Fionn")).unwrap();
    assert_eq!(
        said,
        "{2}\"They had no lights and no markings,\"{/2} {3}harbour master Fionn Daly{/3} said on Friday, \
         {2}\"but they flew as if they knew the way.\"{/2}"
    );
    assert!(marked.contains("{1}Irish{/1}") && marked.contains("the {4}Irish{/4} patrol ship"), "{marked}");
    assert!(marked.contains("says 3 -> 2"), "{marked}");

    desk.press("Ctrl+Z");
    assert!(desk.marked().contains("the Irish patrol ship"));
    desk.press("find:dublin C");
    assert!(desk.marked().contains("denied that {4}Dublin{/4} had"), "{}", desk.marked());
    desk.press("Ctrl+Enter");
    let file = folder.path().join("annotations/rina/en-harbour-drones.txt.json");
    let header = file::read_header(&fs::read(file).unwrap(), "the tour's file").unwrap();
    assert_eq!((header.status, header.n_annotations), (Status::Done, 4));
    let shown = desk.session.document().unwrap();
    assert!(shown.id.as_str().contains("en-shell-count"), "the next article is shown: {}", shown.id);
    assert_eq!(shown.text.measure(desk.session.selection().caret.offset, OffsetUnit::Byte), 0);
}

#[test]
fn links_lead_somewhere() {
    let mut dead = Vec::new();
    let mut n_links = 0;
    for path in documents() {
        let text = fs::read_to_string(&path).unwrap();
        for link in links(&text) {
            n_links += 1;
            let (target, anchor) = link.split_once('#').unwrap_or((link, ""));
            if target.contains("://") {
                continue;
            }
            let target = if target.is_empty() { path.clone() } else { path.with_file_name(target) };
            let is_there = target.exists()
                && (anchor.is_empty()
                    || fs::read_to_string(&target).is_ok_and(|it| anchors(&it).contains(anchor)));
            if !is_there {
                dead.push(format!("{}: {link}", path.display()));
            }
        }
    }
    assert!(n_links >= 10, "only {n_links} links were found");
    assert!(dead.is_empty(), "dead links:\n{}", dead.join("\n"));
}

/// Names of files between backticks; those with a part to fill in, such as `<id>`, are patterns.
#[test]
fn files_that_are_named_exist() {
    let mut missing = Vec::new();
    let mut n_names = 0;
    for path in documents() {
        let text = fs::read_to_string(&path).unwrap();
        for code in outside_fences(&text).split('`').skip(1).step_by(2) {
            let is_name = ["src/", "tests/", "assets/", "samples/", ".ci/", "benches/"]
                .iter()
                .any(|folder| code.starts_with(folder));
            if is_name && !code.contains(['<', '*', '…', '{', ' ']) {
                n_names += 1;
                if !root().join(code).exists() {
                    missing.push(format!("{}: {code}", path.display()));
                }
            }
        }
    }
    assert!(n_names >= 10, "only {n_names} names were found");
    assert!(missing.is_empty(), "missing files:\n{}", missing.join("\n"));
}

#[test]
fn the_readers_of_markdown_see_what_is_there() {
    let text = "# A *b*, c!\n[x](y.md#z) `src/a`\n```sh\nsorot check \"a b\" # why\ngit log\ncargo test\n```\n[u](v)\n";
    assert_eq!(links(text), ["y.md#z", "v"]);
    assert_eq!(anchors(text), BTreeSet::from(["a-b-c".to_owned()]));
    assert_eq!(command_lines(text), [vec!["sorot", "check", "a b"], vec!["git", "log"]]);
    assert_eq!(outside_fences(text), "# A *b*, c!\n[x](y.md#z) `src/a`\n[u](v)\n");
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).unwrap()
}

/// Every Markdown file of the repository.
fn documents() -> Vec<PathBuf> {
    let mut documents = Vec::new();
    let mut folders = vec![root().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && !name.starts_with('.') && name != "target" {
                folders.push(path);
            } else if name.ends_with(".md") {
                documents.push(path);
            }
        }
    }
    documents.sort();
    assert!(documents.len() >= 4, "{documents:?}");
    documents
}

/// The code blocks of a language.
fn fenced(text: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    let blocks = text.split(&fence).skip(1).map(|rest| rest.split_once("```").map_or(rest, |it| it.0));
    blocks.map(str::to_owned).collect()
}

fn outside_fences(text: &str) -> String {
    let mut is_inside = false;
    let is_prose = |line: &&str| {
        let is_fence = line.starts_with("```");
        is_inside ^= is_fence;
        !is_inside && !is_fence
    };
    text.split_inclusive('\n').filter(is_prose).collect()
}

/// Calls of the program and of git, and copies of folders, in shell blocks, as the words that the shell would pass on.
fn command_lines(text: &str) -> Vec<Vec<String>> {
    let blocks = fenced(text, "sh");
    let words = blocks.iter().flat_map(|block| block.lines()).map(split_words);
    let is_call = |words: &[String]| {
        let starts_with =
            |start: &[&str]| words.len() >= start.len() && words.iter().zip(start).all(|(a, b)| a == b);
        starts_with(&["sorot"])
            || starts_with(&["git"])
            || starts_with(&["cp", "-r"])
            || starts_with(&["sed"])
            || starts_with(&["cargo", "run"])
    };
    words
        .filter(|words| is_call(words))
        .map(|words| {
            let n_cargo = words.iter().position(|word| word == "--").map_or(words.len(), |at| at + 1);
            let n_before = if words[0] == "cargo" { n_cargo } else { 1 };
            let program = if words[0] == "cargo" { "sorot" } else { words[0].as_str() };
            std::iter::once(program.to_owned()).chain(words[n_before..].iter().cloned()).collect()
        })
        .collect()
}

/// Words as a shell splits them, as far as the documentation needs it: blanks, double quotes and
/// comments.
fn split_words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut is_quoted = false;
    for character in line.chars() {
        match character {
            '"' => is_quoted = !is_quoted,
            '#' if !is_quoted && word.is_empty() => break,
            ' ' if !is_quoted => words.extend(Some(std::mem::take(&mut word)).filter(|it| !it.is_empty())),
            other => word.push(other),
        }
    }
    words.extend(Some(word).filter(|it| !it.is_empty()));
    words
}

/// Targets of links and pictures.
fn links(text: &str) -> Vec<&str> {
    let mut links = Vec::new();
    let mut is_inside = false;
    for line in text.lines() {
        is_inside ^= line.starts_with("```");
        if !is_inside {
            links.extend(line.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|it| it.0));
        }
    }
    links
}

/// What headings can be linked by.
fn anchors(text: &str) -> BTreeSet<String> {
    let prose = outside_fences(text);
    let headings = prose.lines().filter(|line| line.starts_with('#'));
    let slug = |line: &str| {
        let words = line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
        words.chars().filter(|it| it.is_alphanumeric() || matches!(it, '-' | '_')).collect()
    };
    headings.map(slug).collect()
}
