//! What exports and imports cost: `cargo bench --no-default-features --bench formats`, see
//! `BENCHMARKS.md`. Names of formats after `--` choose some of them.
//!
//! Times are from memory to memory: there is no disk in them. Formats work on all processors, so
//! each is two numbers, what a clock shows and the processor time of all threads. The budget is for
//! the clock; it is printed, never asserted.

#![expect(clippy::print_stdout, reason = "a table on the terminal is what a benchmark is for")]

#[expect(dead_code, reason = "the other benchmarks use the rest")]
#[path = "common/articles.rs"]
mod articles;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use articles::{Case, Kind};
use cpu_time::ProcessTime;
use sorot::file::PRESETS;
use sorot::format::{Article, ExportOptions, FORMATS, ImportOptions, Texts};
use sorot::model::{Document, Newline, Owner, Report, Source};

/// Articles of a news corpus.
const CASE: Case = Case { name: "", n_bytes: 2_400, n_annotations: 20, kind: Kind::Latin, n_runs: 1 };

/// Seconds for all of them, each way.
const BUDGET: f64 = 1.5;

fn main() {
    // `cargo test --benches` only asks whether it runs.
    let is_test = std::env::args().all(|argument| argument != "--bench");
    let wanted: Vec<String> = std::env::args().skip(1).filter(|it| !it.starts_with('-')).collect();
    let articles: Vec<Article> = (0..if is_test { 10 } else { 10_000 }).map(article).collect();
    let schema = PRESETS[0].schema();
    let n_bytes: usize = articles.iter().map(|it| it.document.text.as_str().len()).sum();
    let n_spans = n_annotations(&articles);
    println!("{} articles, {:.1} MB of text, {n_spans} spans", articles.len(), n_bytes as f64 / 1e6);
    println!("{:<20}{:>8}{:>14}{:>14}{:>10}", "seconds", "MB", "export", "import", "spans");
    for format in FORMATS.iter().filter(|it| wanted.is_empty() || wanted.iter().any(|name| name == it.id())) {
        let capabilities = format.capabilities();
        if !capabilities.writes {
            continue;
        }
        let start = Start::now();
        let bundle = format.export(&articles, &ExportOptions::default(), &schema, &mut Report::default());
        let export = start.verdict();
        let n_bytes: usize = bundle.files.iter().map(|(_, bytes)| bytes.len()).sum();
        let (mut import, mut n_read) = (String::new(), String::new());
        if capabilities.reads {
            let mut options = ImportOptions::default();
            if !capabilities.text {
                let known = articles.iter().map(|it| (it.document.id.to_string(), Arc::clone(&it.document)));
                options.texts = Texts::of(known.collect::<BTreeMap<_, _>>());
            }
            let start = Start::now();
            let read = format.import(&bundle, &options, &schema, &mut Report::default());
            import = start.verdict();
            n_read = read.map_or_else(|error| error.to_string(), |it| n_annotations(&it).to_string());
        }
        println!("{:<20}{:>8.1}{export:>14}{import:>14}{n_read:>10}", format.id(), n_bytes as f64 / 1e6);
    }
}

fn article(i: u64) -> Article {
    let articles::Article { text, set, .. } = articles::Article::new(&CASE, i);
    let source = Source {
        encoding: "utf-8".to_owned(),
        bom: false,
        newline: Newline::Lf,
        file_sha256: String::new(),
        text_sha256: String::new(),
        language: Some("id".to_owned()),
    };
    let id = format!("articles/{i:05}.txt").as_str().into();
    Article {
        owner: Owner::named("bench"),
        document: Arc::new(Document { id, text, source }),
        set: Arc::new(set),
    }
}

fn n_annotations(articles: &[Article]) -> usize {
    articles.iter().map(|it| it.set.annotations().len()).sum()
}

/// When something began.
struct Start(Instant, ProcessTime);

impl Start {
    fn now() -> Start {
        Start(Instant::now(), ProcessTime::now())
    }

    /// Seconds by the clock and of processors since then.
    fn verdict(&self) -> String {
        let clock = self.0.elapsed().as_secs_f64();
        let mark = if clock <= BUDGET { "✓" } else { "✗" };
        format!("{clock:.2} {:.2} {mark}", self.1.elapsed().as_secs_f64())
    }
}
