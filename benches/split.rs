//! What splitting a large corpus costs, and whether near-duplicates stay together:
//! `cargo bench --no-default-features --bench split`. After `--` may stand how many articles.
//!
//! Seconds by the clock with all processors, from memory to memory. Budgets are printed, never asserted.

#![expect(clippy::print_stdout, reason = "a table on the terminal is what a benchmark is for")]

use std::time::Instant;

use sorot::compare::leak::{KnownTexts, PASSAGE};
use sorot::compare::split::{Part, SplitArticle, split};
use sorot::text::Text;

/// Words of an article: some 2.4 KB.
const N_WORDS: usize = 380;

/// One article in so many is an earlier one with one word in twenty changed.
const COPIES: usize = 50;

fn main() {
    // `cargo test --benches` only asks whether it runs.
    let is_test = std::env::args().all(|argument| argument != "--bench");
    let asked = std::env::args().skip(1).find_map(|it| it.parse().ok());
    let n: usize = asked.unwrap_or(if is_test { 200 } else { 100_000 });
    let (articles, pairs) = corpus(n);
    let n_bytes: usize = articles.iter().map(|it| it.text.as_str().len()).sum();
    println!("{n} articles, {:.1} MB of text, {} planted copies", n_bytes as f64 / 1e6, pairs.len());

    let parts = [("train", 0.8), ("dev", 0.1), ("test", 0.1)];
    let parts = parts.map(|(name, share)| Part { name: name.to_owned(), share });
    let start = Instant::now();
    let found = split(&articles, &parts, 1);
    row("split", 30.0, start);
    let torn = pairs.iter().filter(|(a, b)| found.parts[*a] != found.parts[*b]).count();
    let n_grouped: usize = found.near_duplicates.iter().map(Vec::len).sum();
    println!(
        "  {torn} copies torn from their originals; {n_grouped} articles in {} groups",
        found.near_duplicates.len()
    );
    for (i, part) in parts.iter().enumerate() {
        let of_part = || articles.iter().zip(&found.parts).filter(|(_, it)| **it == i).map(|it| it.0);
        let labels: Vec<usize> =
            (0..articles[0].labels.len()).map(|label| of_part().map(|it| it.labels[label]).sum()).collect();
        println!("  {:<6}{:>7} articles, spans {labels:?}", part.name, of_part().count());
    }

    let (test, rest): (Vec<usize>, Vec<usize>) = (0..n).partition(|it| found.parts[*it] == 2);
    let known: Vec<Text> = test.iter().map(|it| articles[*it].text.clone()).collect();
    let start = Instant::now();
    let known = KnownTexts::new(&known, PASSAGE);
    let n_leaks: usize = rest.iter().map(|it| known.leaks(&articles[*it].text).len()).sum();
    row("leaks of test in the rest, one thread", 60.0, start);
    println!("  {n_leaks} pairs");
}

fn row(name: &str, budget: f64, start: Instant) {
    let seconds = start.elapsed().as_secs_f64();
    let mark = if seconds <= budget { "✓" } else { "✗" };
    println!("{name:<40}{seconds:>8.2} s {mark}");
}

/// Articles of words as frequent as in a language (Zipf), some of them copies; which these are.
fn corpus(n: usize) -> (Vec<SplitArticle>, Vec<(usize, usize)>) {
    let mut random = fastrand::Rng::with_seed(1);
    let vocabulary: Vec<String> =
        (0..30_000).map(|_| (0..random.usize(3..9)).map(|_| random.lowercase()).collect()).collect();
    let word = |random: &mut fastrand::Rng| {
        let rank = (vocabulary.len() as f64).powf(random.f64()) as usize;
        vocabulary[rank.min(vocabulary.len() - 1)].as_str()
    };
    let mut articles: Vec<SplitArticle> = Vec::with_capacity(n);
    let mut pairs = Vec::new();
    for i in 0..n {
        let string = if i % COPIES == COPIES - 1 {
            let of = random.usize(..i);
            pairs.push((of, i));
            let words = articles[of].text.as_str().split(' ').map(str::to_owned).collect::<Vec<_>>();
            let changed = words
                .into_iter()
                .map(|it| if random.u8(..20) == 0 { word(&mut random).to_owned() } else { it });
            changed.collect::<Vec<_>>().join(" ")
        } else {
            (0..N_WORDS).map(|_| word(&mut random)).collect::<Vec<_>>().join(" ")
        };
        let labels =
            vec![random.usize(..12), random.usize(..6), random.usize(..3), usize::from(i % 500 == 0)];
        articles.push(SplitArticle { text: Text::new(string), labels });
    }
    (articles, pairs)
}
