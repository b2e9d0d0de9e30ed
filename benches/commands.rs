//! What imports and exports cost as whole commands, with the disk and the start of the program:
//! `cargo bench --no-default-features --bench commands`, see `BENCHMARKS.md`. After `--` may stand how
//! many articles, and names of formats.
//!
//! Seconds by the clock, and the most memory that the program held, where the system tells. Budgets
//! are printed, never asserted.

#![expect(clippy::print_stdout, reason = "a table on the terminal is what a benchmark is for")]

#[expect(dead_code, reason = "the other benchmarks use the rest")]
#[path = "common/articles.rs"]
mod articles;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use articles::{Case, Kind};
use sorot::file::{PRESETS, sha256};
use sorot::format::{Article, ExportOptions, FORMATS, find};
use sorot::model::{Document, Newline, Owner, Report, Source};

/// Articles of a news corpus.
const CASE: Case = Case { name: "", n_bytes: 2_400, n_annotations: 20, kind: Kind::Latin, n_runs: 1 };

/// How many articles a folder has.
const N_IN_FOLDER: u64 = 1_000;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|it| !it.starts_with('-')).collect();
    // `cargo test --benches` only asks whether it runs.
    let is_test = std::env::args().all(|argument| argument != "--bench");
    let asked = arguments.iter().find_map(|it| it.parse().ok());
    let n: u64 = asked.unwrap_or(if is_test { 10 } else { 10_000 });
    let wanted: Vec<&String> = arguments.iter().filter(|it| it.parse::<u64>().is_err()).collect();
    // The target folder lies on a real disk, which a folder for temporary files need not.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("there is room");
    let at = |name: &str| folder.path().join(name);

    let articles: Vec<Article> = (0..n).map(article).collect();
    let n_bytes: usize = articles.iter().map(|it| it.document.text.as_str().len()).sum();
    let n_spans: usize = articles.iter().map(|it| it.set.annotations().len()).sum();
    println!("{n} articles, {:.1} MB of text, {n_spans} spans", n_bytes as f64 / 1e6);
    let jsonl = find("jsonl").expect("it is there");
    let exported =
        jsonl.export(&articles, &ExportOptions::default(), &PRESETS[0].schema(), &mut Report::default());
    fs::write(at("in.jsonl"), &exported.files[0].1).expect("there is room");
    drop((articles, exported));

    let budget = if n > 10_000 { 15.0 } else { 1.5 };
    let tell = |name: &str, arguments: &[&str]| {
        let (seconds, peak) = run(folder.path(), arguments);
        let mark = if seconds <= budget { "✓" } else { "✗" };
        let times = peak as f64 / n_bytes as f64;
        println!("{name:<30}{seconds:>8.2} s {mark}{:>8} MB {times:>6.1} × the text", peak / 1_000_000);
    };
    run(folder.path(), &["init", "project"]);
    tell("import jsonl", &["import", "jsonl", "in.jsonl", "--into", "project", "--annotator", "bench"]);
    for format in FORMATS.iter().filter(|it| it.capabilities().writes) {
        let id = format.id();
        if wanted.is_empty() || wanted.iter().any(|it| *it == id) {
            let out = format!("out-{id}");
            tell(&format!("export {id}"), &["export", id, "project", "--annotator", "bench", "--out", &out]);
            // It stays to the end: for minutes, ext4 makes files slowly where many were removed.
        }
    }
}

/// Seconds by the clock, and the most memory in bytes; nothing where the system does not tell.
fn run(folder: &Path, arguments: &[&str]) -> (f64, u64) {
    let start = Instant::now();
    let mut command = Command::new(env!("CARGO_BIN_EXE_sorot"));
    command.args(arguments).current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().expect("the program starts");
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    loop {
        let held = fs::read_to_string(&status).ok();
        let held = held.as_ref().and_then(|it| it.lines().find_map(|line| line.strip_prefix("VmHWM:")));
        let held = held.and_then(|it| it.trim().trim_end_matches(" kB").parse::<u64>().ok());
        peak = peak.max(held.unwrap_or(0) * 1_024);
        if let Some(status) = child.try_wait().expect("it is our child") {
            assert!(status.code().is_some_and(|it| it < 2), "{arguments:?} failed");
            return (start.elapsed().as_secs_f64(), peak);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn article(i: u64) -> Article {
    let articles::Article { text, set, .. } = articles::Article::new(&CASE, i);
    let text_sha256 = sha256(text.as_str().as_bytes());
    let source = Source {
        encoding: "utf-8".to_owned(),
        bom: false,
        newline: Newline::Lf,
        file_sha256: text_sha256.clone(),
        text_sha256,
        language: Some("id".to_owned()),
    };
    let id = format!("articles/{:03}/{i:06}.txt", i / N_IN_FOLDER).as_str().into();
    Article {
        owner: Owner::named("bench"),
        document: Arc::new(Document { id, text, source }),
        set: Arc::new(set),
    }
}
