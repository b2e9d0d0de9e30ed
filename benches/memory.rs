//! How much memory an open article takes: `cargo bench --bench memory`, see `BENCHMARKS.md`.
//!
//! A program of its own, because counting allocations slows them down.

#![expect(clippy::print_stdout, reason = "a table on the terminal is what a benchmark is for")]

#[expect(dead_code, reason = "the other benchmark uses the rest")]
mod common;

use common::{Article, CASES, Window, pointer, wheel};
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

fn main() {
    let is_test = std::env::args().all(|argument| argument != "--bench");
    println!("{:<28}{:>12}{:>12}{:>14}{:>12}", "megabytes", "held", "at most", "held / text", "budget");
    for case in CASES.iter().take(if is_test { 1 } else { CASES.len() }) {
        let folder = tempfile::tempdir().expect("the system has a folder for temporary files");
        Article::new(case, 1).write(folder.path());
        let before = MEMORY.current_usage();
        MEMORY.reset_peak_usage();
        let mut window = Window::open(case, folder.path());
        window.frame(pointer());
        for _ in 0..100 {
            window.frame(wheel(60.0));
        }
        let held = (MEMORY.current_usage() - before) as f64;
        let peak = (MEMORY.peak_usage() - before) as f64;
        let times = held / case.n_bytes as f64;
        // What the window itself needs says nothing about the text where that is small.
        let verdict = if case.n_bytes < 10_000_000 {
            ""
        } else if times <= 8.0 {
            "8 ✓"
        } else {
            "8 ✗"
        };
        println!("{:<28}{:>12.1}{:>12.1}{times:>14.1}{verdict:>12}", case.name, held / 1e6, peak / 1e6);
    }
}
