//! What measures of agreement cost: `cargo bench --no-default-features --bench agreement`.
//!
//! Times are of the thread's own processor time, but for what is done with all processors, and from
//! memory to memory: there is no disk in them. Budgets are printed, never asserted.

#![expect(clippy::print_stdout, reason = "a table on the terminal is what a benchmark is for")]

use std::sync::Arc;
use std::time::Instant;

use cpu_time::ThreadTime;
use sorot::compare::agreement::{
    ComparedArticle, Comparison, Details, MEASURES, Measure, Question, Resampling, Scope, Settings,
    answer_all, bootstrap, find,
};
use sorot::compare::{MatchRule, compare_sets};
use sorot::model::{Annotation, AnnotationSet, Owner, Status};
use sorot::text::{OffsetUnit, Range, Text};

const LABELS: [&str; 4] = ["country", "quote", "speaker", "weapon"];
const WORDS: [&str; 6] = ["Rusia", "mengirim", "rudal", "ke", "Ukraina,", "katanya."];

fn main() {
    // `cargo test --benches` only asks whether it runs.
    let is_test = std::env::args().all(|argument| argument != "--bench");
    for (n_articles, factor) in [(200, 1.0), (5_000, 10.0)] {
        let articles = corpus(if is_test { 2 } else { n_articles });
        let n_spans: usize =
            articles.iter().flat_map(|it| it.sets.iter().flatten()).map(|it| it.annotations().len()).sum();
        println!("\n{} articles, 3 annotators, {n_spans} spans; milliseconds", articles.len());
        let owners = || ["a", "b", "c"].map(Owner::named).into();
        let comparison = row("prepare", None, || Comparison::new(owners(), &articles, Settings::default()));
        let measures: Vec<&'static dyn Measure> =
            MEASURES.iter().copied().filter(|it| !it.id().starts_with("gamma")).collect();
        let is_token = |it: &str| ["token", "alpha", "cohen", "fleiss"].contains(&it);
        let mut tokens = 0.0;
        for measure in &measures {
            let (_, seconds) = timed(|| everything(*measure, &comparison));
            tokens += if is_token(measure.id()) { seconds } else { 0.0 };
            print_row(measure.id(), None, seconds);
        }
        print_row("all measures on tokens", Some(0.1 * factor), tokens);
        let questions: Vec<Question> = measures.iter().flat_map(|it| questions(*it, &comparison)).collect();
        let start = Instant::now();
        std::hint::black_box(answer_all(&comparison, &questions, Details::default()));
        let seconds = start.elapsed().as_secs_f64();
        print_row("all measures but gamma, by clock", Some(1.0), seconds);
        let exact = find("exact").expect("it is in the table");
        let numbers: Vec<usize> = (0..articles.len()).collect();
        row("interval of exact F1", None, || {
            bootstrap(&*exact.observe(&comparison, &Scope::of(&[0, 1])), &numbers, Resampling::default())
        });
        row("units of all sets", None, || {
            let sets = |it: &ComparedArticle| -> Vec<Arc<AnnotationSet>> {
                it.sets.iter().flatten().cloned().collect()
            };
            let units = articles.iter().map(|it| {
                let sets = sets(it);
                let sets: Vec<&AnnotationSet> = sets.iter().map(Arc::as_ref).collect();
                compare_sets(&it.text, &sets, MatchRule::Overlap).len()
            });
            units.sum::<usize>()
        });
        if n_articles == 200 {
            row("exact F1 from the sets", Some(0.1), || {
                everything(exact, &Comparison::new(owners(), &articles, Settings::default()));
            });
            let one = Comparison::new(owners(), &articles[..1], Settings::default());
            let gamma = find("gamma").expect("it is in the table");
            row("gamma of an article", Some(0.05), || gamma.observe(&one, &Scope::of(&[0, 1, 2])));
            row("gamma of all articles", None, || gamma.observe(&comparison, &Scope::of(&[0, 1, 2])));
        }
    }
}

/// A measure over all pairs or all annotators, on each label and on all together.
fn questions(measure: &'static dyn Measure, comparison: &Comparison) -> Vec<Question> {
    let scopes: Vec<Scope> =
        if measure.is_pairwise() { Scope::pairs(3).collect() } else { vec![Scope::of(&[0, 1, 2])] };
    let labels = (0..measure.labels(comparison).len()).map(Some).chain([None]);
    let on = |label: Option<usize>| scopes.iter().map(move |it| Scope { label, ..it.clone() });
    labels.flat_map(on).map(|it| Question { measure, scopes: vec![it] }).collect()
}

fn everything(measure: &'static dyn Measure, comparison: &Comparison) {
    let articles: Vec<usize> = (0..comparison.n_articles()).collect();
    for Question { measure, scopes } in questions(measure, comparison) {
        std::hint::black_box(measure.observe(comparison, &scopes[0]).answers(&articles));
    }
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let start = ThreadTime::now();
    let result = work();
    (result, start.elapsed().as_secs_f64())
}

fn row<T>(name: &str, budget: Option<f64>, work: impl FnOnce() -> T) -> T {
    let (result, seconds) = timed(work);
    print_row(name, budget, seconds);
    result
}

fn print_row(name: &str, budget: Option<f64>, seconds: f64) {
    let verdict = budget
        .map_or(String::new(), |it| format!("  of {} {}", it * 1e3, if seconds <= it { "✓" } else { "✗" }));
    println!("{name:<32}{:>10.1}{verdict}", seconds * 1e3);
}

/// Articles of 420 words in which three annotators mark about forty spans each, mostly the same.
fn corpus(n: usize) -> Vec<ComparedArticle> {
    let mut random = fastrand::Rng::with_seed(1);
    let words: Vec<&str> = (0..420).map(|i| WORDS[i * i % WORDS.len()]).collect();
    let text = words.join(" ");
    let mut starts = vec![0];
    starts.extend(text.match_indices(' ').map(|(at, _)| at + 1));
    let article = |i: usize| {
        let text = Text::new(text.clone());
        let range = |first: usize, n: usize| {
            let end = |word: usize| starts.get(word + 1).map_or(text.length(OffsetUnit::Byte), |it| it - 1);
            let offset = |it| text.locate(it, OffsetUnit::Byte).expect("all letters are ASCII");
            Range::new(offset(starts[first]), offset(end((first + n - 1).min(419))))
                .expect("words have letters")
        };
        let agreed: Vec<(usize, usize, usize)> = (0..42)
            .map(|_| {
                let label = random.usize(..4);
                let n = if label == 1 { random.usize(5..40) } else { random.usize(1..4) };
                (label, random.usize(..415), n)
            })
            .collect();
        let mut set = || {
            let mut annotations = Vec::new();
            for (j, &(label, first, n)) in agreed.iter().enumerate() {
                if random.u8(..100) < 4 {
                    continue;
                }
                let label = if random.u8(..100) < 4 { random.usize(..4) } else { label };
                let first = (first + usize::from(random.u8(..100) < 8)).min(415);
                let n = n + usize::from(random.u8(..100) < 8);
                let id = format!("s{j}").as_str().into();
                annotations.push(Annotation::new(id, LABELS[label], range(first, n).into()));
            }
            Some(Arc::new(AnnotationSet::new(Status::Done, annotations, [], [])))
        };
        let sets = vec![set(), set(), set()];
        ComparedArticle { document: format!("{i:05}").as_str().into(), text, sets }
    };
    (0..n).map(article).collect()
}
