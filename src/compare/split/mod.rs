//! Articles into parts for training, development and test, so that every part has its share of
//! every label and no part knows another's articles.
//!
//! Invariants:
//! - Near-duplicates are in one part: what is split are groups of articles.
//! - The same articles, shares and seed give the same parts on every machine.

mod stratify;

use rayon::prelude::*;

use super::likeness::{Sketch, near_duplicates};
use crate::text::Text;

/// How articles are split, in words for a paper.
pub const METHOD: &str = "iterative stratification by the number of spans of each label (Sechidis, Tsoumakas & \
                          Vlahavas 2011) over groups of near-duplicates, articles whose stretches of three words \
                          have a Jaccard similarity of at least 0.5 (Broder 1997), found by MinHash";

/// A part that is wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// Its share, of the sum of all shares; more than 0.
    pub share: f64,
}

/// An article to be split.
#[derive(Clone, Debug)]
pub struct SplitArticle {
    /// Its text.
    pub text: Text,
    /// How many spans it has of each label, in the same order for all articles.
    pub labels: Vec<usize>,
}

/// How articles are split.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// The number of each article's part.
    pub parts: Vec<usize>,
    /// Groups of two and more articles that are near-duplicates.
    pub near_duplicates: Vec<Vec<usize>>,
}

/// Splits articles, with all processors.
///
/// # Panics
/// If there are no parts, or articles do not have equally many labels.
pub fn split(articles: &[SplitArticle], parts: &[Part], seed: u64) -> Split {
    let sketches: Vec<Sketch> = articles.par_iter().map(|it| Sketch::new(&it.text)).collect();
    let near_duplicates = near_duplicates(&sketches);
    let mut group_of: Vec<Option<usize>> = vec![None; articles.len()];
    for (i, group) in near_duplicates.iter().enumerate() {
        group.iter().for_each(|&it| group_of[it] = Some(i));
    }
    let alone = (0..articles.len()).filter(|&it| group_of[it].is_none()).map(|it| vec![it]);
    let groups: Vec<Vec<usize>> = near_duplicates.iter().cloned().chain(alone).collect();
    let weighed: Vec<stratify::Group> = groups
        .iter()
        .map(|members| {
            let n_labels = articles.first().map_or(0, |it| it.labels.len());
            let count = |label: usize| members.iter().map(|&it| articles[it].labels[label]).sum();
            stratify::Group { n_articles: members.len(), labels: (0..n_labels).map(count).collect() }
        })
        .collect();
    let sum: f64 = parts.iter().map(|it| it.share).sum();
    let shares: Vec<f64> = parts.iter().map(|it| it.share / sum).collect();
    let mut part_of = vec![0; articles.len()];
    for (members, part) in groups.iter().zip(stratify::assign(&weighed, &shares, seed)) {
        members.iter().for_each(|&it| part_of[it] = part);
    }
    Split { parts: part_of, near_duplicates }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCRIPTS: [(&str, &str); 3] =
        [("abcdefghijklmnop", " "), ("国防部長会見述島北海道東京都知", ""), ("กขคงจฉชซณดตถทธนบปผฝพฟ", "")];

    /// Articles of random words, and now and then one that is an earlier one with a few words
    /// changed; which pairs these are.
    fn corpus(n: usize) -> (Vec<SplitArticle>, Vec<(usize, usize)>) {
        let mut random = fastrand::Rng::with_seed(7);
        let mut words: Vec<(Vec<String>, &str)> = Vec::new();
        let mut pairs = Vec::new();
        for i in 0..n {
            let (letters, space) = SCRIPTS[i % SCRIPTS.len()];
            let letters: Vec<char> = letters.chars().collect();
            let mut word = || {
                (0..random.usize(3..7)).map(|_| letters[random.usize(..letters.len())]).collect::<String>()
            };
            if i >= 100 && i % 10 < 2 {
                let of = i - 99;
                let (mut copy, space) = words[of].clone();
                let n = copy.len();
                for j in 0..n / 20 {
                    copy[(j + 1) * 17 % n] = word();
                }
                words.push((copy, space));
                pairs.push((of, i));
            } else {
                let n = 60 + i % 50;
                words.push(((0..n).map(|_| word()).collect(), space));
            }
        }
        let articles = words.iter().enumerate().map(|(i, (words, space))| SplitArticle {
            text: Text::new(words.join(space)),
            labels: vec![i % 7, usize::from(i % 3 == 0), usize::from(i % 97 == 0) * 2],
        });
        (articles.collect(), pairs)
    }

    fn parts() -> Vec<Part> {
        [("train", 0.8), ("dev", 0.1), ("test", 0.1)]
            .map(|(name, share)| Part { name: name.to_owned(), share })
            .into()
    }

    #[test]
    fn near_duplicates_are_in_one_part_in_any_script() {
        let (articles, pairs) = corpus(2_000);
        assert!(pairs.len() > 300);
        for seed in 0..3 {
            let split = split(&articles, &parts(), seed);
            let torn = pairs.iter().filter(|(a, b)| split.parts[*a] != split.parts[*b]).count();
            assert_eq!(torn, 0);
            let n_grouped: usize = split.near_duplicates.iter().map(Vec::len).sum();
            assert!(n_grouped <= 2 * pairs.len(), "what is not alike stays apart: {n_grouped}");
        }
    }

    #[test]
    fn every_part_has_its_share_of_every_label() {
        let (articles, _) = corpus(2_000);
        let split = split(&articles, &parts(), 1);
        for label in 0..3 {
            let all: usize = articles.iter().map(|it| it.labels[label]).sum();
            for (part, share) in [0.8, 0.1, 0.1].into_iter().enumerate() {
                let of_part = articles.iter().zip(&split.parts).filter(|(_, it)| **it == part);
                let n: usize = of_part.map(|(it, _)| it.labels[label]).sum();
                let found = n as f64 / all as f64;
                assert!((found - share).abs() < 0.05, "label {label} in part {part}: {found} of {all}");
            }
        }
        for (part, share) in [0.8, 0.1, 0.1].into_iter().enumerate() {
            let found = split.parts.iter().filter(|it| **it == part).count() as f64 / 2_000.0;
            assert!((found - share).abs() < 0.03, "part {part}: {found}");
        }
    }

    #[test]
    fn threads_change_nothing_and_seeds_do() {
        let (articles, _) = corpus(400);
        let with = |n: usize, seed: u64| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build().expect("threads");
            pool.install(|| split(&articles, &parts(), seed))
        };
        assert_eq!(with(1, 1), with(5, 1));
        assert_ne!(with(1, 1).parts, with(1, 2).parts);
        assert_eq!(with(1, 1).near_duplicates, with(1, 2).near_duplicates);
    }
}
