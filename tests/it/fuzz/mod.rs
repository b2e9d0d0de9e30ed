//! Throws random articles, marks and deeds at the canvas, and holds every frame against what the
//! canvas promises ([`CanvasView::check`]).
//!
//! `cargo test` plays the cases in `tests/cases/fuzz/`, each of which once broke something or could
//! have, and some made from fixed numbers. For longer, with other numbers each time:
//!
//! ```sh
//! SOROT_FUZZ_SECONDS=3600 cargo test --test it fuzz -- --nocapture
//! ```
//!
//! That many seconds of processor time. Half of the cases are then drawn with the system's fonts.
//! What fails is made small and written to `tests/cases/fuzz/`, one file for each kind of failure,
//! to be mended and kept.

mod case;
mod generate;
mod play;

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use cpu_time::ThreadTime;

use case::Case;

/// How many cases `cargo test` makes.
const N_CASES: u64 = 150;

/// The most time to make a failing case smaller.
const SHRINKING: Duration = Duration::from_secs(20);

/// What is wrong with a case; a panic counts.
fn failure(case: &Case) -> Option<String> {
    let played = catch_unwind(AssertUnwindSafe(|| play::play(case)));
    played
        .unwrap_or_else(|panic| {
            let message = panic.downcast_ref::<String>().map(String::as_str);
            let message = message.or_else(|| panic.downcast_ref::<&str>().copied());
            Err(format!("panic: {}", message.unwrap_or("of an unknown kind")))
        })
        .err()
}

#[test]
fn old_failures_of_the_fuzzer_stay_mended() {
    let mut n = 0;
    for file in std::fs::read_dir(folder()).unwrap() {
        let path = file.unwrap().path();
        let file = std::fs::read_to_string(&path).unwrap();
        let case: Case = file.parse().unwrap_or_else(|line| panic!("{path:?} says {line:?}"));
        assert_eq!(case.to_string().parse(), Ok(case.clone()), "{path:?} is written as it is read");
        assert_eq!(failure(&case), None, "{path:?}");
        n += 1;
    }
    assert!(n > 0, "there are cases");
}

#[test]
fn random_articles_and_deeds_break_no_promise_of_the_canvas() {
    let Some(seconds) = std::env::var("SOROT_FUZZ_SECONDS").ok().and_then(|it| it.parse().ok()) else {
        for seed in 0..N_CASES {
            let case = generate::case(seed, false);
            if let Some(what) = failure(&case) {
                panic!("case {seed}: {what}\n{}", smaller(case, &kind(&what)));
            }
        }
        return;
    };
    let found = run(Duration::from_secs(seconds));
    assert!(found.is_empty(), "written to {:?}: {found:#?}", folder());
}

/// Plays new cases for some processor time; returns the kinds of failure.
#[expect(clippy::print_stdout, reason = "a run of an hour tells how far it is")]
fn run(time: Duration) -> BTreeSet<String> {
    let (start, mut told) = (ThreadTime::now(), Duration::ZERO);
    let mut kinds = BTreeSet::new();
    let first = fastrand::u64(..);
    let mut n_failed = 0;
    for n in 0.. {
        let elapsed = start.elapsed();
        if elapsed >= told || elapsed >= time {
            println!("{n} cases in {:.0} s of processor time, {n_failed} failed", elapsed.as_secs_f64());
            told += Duration::from_secs(60);
        }
        if elapsed >= time {
            break;
        }
        let seed = first.wrapping_add(n);
        let case = generate::case(seed, true);
        let Some(what) = failure(&case) else { continue };
        n_failed += 1;
        if kinds.insert(kind(&what)) {
            println!("case {seed}: {what}");
            let case = smaller(case, &kind(&what));
            let what = failure(&case).unwrap_or(what);
            let path = folder().join(format!("{seed:016x}.txt"));
            let comment: String = what.chars().take(300).collect::<String>().replace('\n', " ");
            std::fs::write(&path, format!("# {comment}\n{case}")).unwrap();
        }
    }
    kinds
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases/fuzz")
}

/// What a failure says without its numbers and texts, and without the step after which it was seen.
fn kind(what: &str) -> String {
    let what = what.split_once(": ").map_or(what, |(_, what)| what);
    let what = what.split(['"', '{', '[', '(']).next().unwrap_or_default();
    what.chars().filter(|character| !character.is_ascii_digit()).collect()
}

/// A case that fails alike, with less in it: nothing can be left out of it alone.
fn smaller(mut case: Case, wanted: &str) -> Case {
    let end = Instant::now() + SHRINKING;
    loop {
        let mut candidates = parts(&case).take_while(|_| Instant::now() < end);
        let Some(next) =
            candidates.find(|candidate| failure(candidate).is_some_and(|what| kind(&what) == wanted))
        else {
            break;
        };
        drop(candidates);
        case = next;
    }
    case
}

/// The case with something left out, the most first.
fn parts(case: &Case) -> impl Iterator<Item = Case> + '_ {
    let steps = without(case.steps.len()).map(|keep| {
        let steps = kept(&case.steps, keep);
        Case { steps, ..case.clone() }
    });
    let marks = without(case.marks.len()).map(|keep| Case { marks: kept(&case.marks, keep), ..case.clone() });
    let text = without(case.text.len()).map(|keep| Case { text: kept(&case.text, keep), ..case.clone() });
    let pieces = (0..case.text.len()).flat_map(move |i| {
        let (n, piece) = &case.text[i];
        let characters: Vec<char> = piece.chars().collect();
        let once = (*n > 1).then_some((1, piece.clone())).into_iter();
        let fewer = (*n > 3).then_some((n / 2, piece.clone())).into_iter();
        let shorter: Vec<_> = without(characters.len())
            .map(|keep| (*n, kept(&characters, keep).into_iter().collect::<String>()))
            .collect();
        once.chain(fewer).chain(shorter).map(move |piece| {
            let mut smaller = case.clone();
            smaller.text[i] = piece;
            smaller
        })
    });
    steps.chain(marks).chain(text).chain(pieces)
}

/// Ways to leave a stretch out of `n` things: halves, then quarters, down to single ones.
fn without(n: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    let sizes = std::iter::successors(Some(n.div_ceil(2)), |&size| (size > 1).then(|| size.div_ceil(2)));
    sizes
        .filter(|&size| size > 0)
        .flat_map(move |size| (0..n).step_by(size).map(move |start| start..(start + size).min(n)))
}

fn kept<T: Clone>(things: &[T], left_out: std::ops::Range<usize>) -> Vec<T> {
    [&things[..left_out.start], &things[left_out.end..]].concat()
}
