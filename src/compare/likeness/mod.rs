//! How alike texts are, and which of many are near-duplicates, in any script.
//!
//! Two texts are as alike as the share of their stretches of three words that both have: the Jaccard
//! similarity of their shingles (Broder 1997, On the resemblance and containment of documents).
//! Candidates are found by MinHash and locality-sensitive hashing (Broder, Charikar, Frieze &
//! Mitzenmacher 1998; Indyk & Motwani 1998), and each is verified by its true similarity.
//!
//! Invariants:
//! - Which texts are called alike depends on the texts alone: the hash functions are fixed, and
//!   groups are closed under likeness, so neither threads nor the order of texts matter.
//! - What is called alike is. A pair can be missed: one in 200 at a similarity of 0.5, one in 16,000
//!   at 0.6, one in a million at 0.67.

mod shingles;

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::text::Text;
pub(super) use shingles::{Stretch, Words, mixed};

/// How many words a shingle has.
pub const SHINGLE: u32 = 3;

/// From which similarity on texts are near-duplicates.
pub const NEAR: f64 = 0.5;

/// Hash functions are asked in bands of so many; a band of which all agree makes a candidate.
const N_ROWS: usize = 3;
const N_BANDS: usize = 40;
const N_MINIMA: usize = N_ROWS * N_BANDS;

/// How far the share of equal minima may lie under the true similarity: four standard deviations.
const SLACK: f64 = 0.18;

/// What a text is compared by.
#[derive(Clone, Debug)]
pub struct Sketch {
    /// Its shingles, in order, each once. Two different ones are taken for the same once in four
    /// billion times.
    shingles: Vec<u32>,
    /// The least value of each hash function on them.
    minima: Box<[u32; N_MINIMA]>,
}

impl Sketch {
    /// The sketch of a text.
    pub fn new(text: &Text) -> Sketch {
        Sketch::of(&Words::new(text))
    }

    pub(super) fn of(words: &Words) -> Sketch {
        let shingles = words.shingles(SHINGLE);
        let functions = functions();
        let mut minima = Box::new([u32::MAX; N_MINIMA]);
        for &shingle in &shingles {
            for (minimum, (factor, summand)) in minima.iter_mut().zip(&functions) {
                // Multiply-shift (Dietzfelbinger 1996).
                let hash = (factor.wrapping_mul(u64::from(shingle)).wrapping_add(*summand) >> 32) as u32;
                *minimum = (*minimum).min(hash);
            }
        }
        Sketch { shingles, minima }
    }

    /// The share of shingles that both texts have, of those that either has; 0 if neither has any.
    pub fn similarity(&self, other: &Sketch) -> f64 {
        let (mut a, mut b) = (self.shingles.iter().peekable(), other.shingles.iter().peekable());
        let (mut n_shared, mut n_all) = (0u32, 0u32);
        loop {
            let order = match (a.peek(), b.peek()) {
                (None, None) => break,
                (Some(_), None) => std::cmp::Ordering::Less,
                (None, Some(_)) => std::cmp::Ordering::Greater,
                (Some(a), Some(b)) => a.cmp(b),
            };
            n_all += 1;
            n_shared += u32::from(order.is_eq());
            if order.is_le() {
                a.next();
            }
            if order.is_ge() {
                b.next();
            }
        }
        if n_all == 0 { 0.0 } else { f64::from(n_shared) / f64::from(n_all) }
    }

    /// The similarity, if it is at least [`NEAR`].
    fn near(&self, other: &Sketch) -> Option<f64> {
        let n_equal = self.minima.iter().zip(other.minima.iter()).filter(|(a, b)| a == b).count();
        if (n_equal as f64) < (NEAR - SLACK) * N_MINIMA as f64 {
            return None;
        }
        Some(self.similarity(other)).filter(|it| *it >= NEAR)
    }

    fn is_empty(&self) -> bool {
        self.shingles.is_empty()
    }

    /// A number for one band of minima.
    fn band(&self, band: usize) -> u64 {
        let rows = &self.minima[band * N_ROWS..(band + 1) * N_ROWS];
        rows.iter().fold(band as u64, |hash, row| mixed(hash ^ u64::from(*row)))
    }
}

/// The factors and summands of the hash functions, the same for ever.
fn functions() -> [(u64, u64); N_MINIMA] {
    let number = |i: usize| mixed((i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    std::array::from_fn(|i| (number(2 * i) | 1, number(2 * i + 1)))
}

/// The groups of texts that are near-duplicates of each other, over others of the group or at once:
/// numbers of texts, in order, those of groups of two and more. With all processors.
pub fn near_duplicates(sketches: &[Sketch]) -> Vec<Vec<usize>> {
    let mut groups = Groups::new(sketches.len());
    for band in 0..N_BANDS {
        let there = sketches.par_iter().enumerate().filter(|(_, it)| !it.is_empty());
        let mut keys: Vec<(u64, usize)> = there.map(|(i, it)| (it.band(band), i)).collect();
        keys.par_sort_unstable();
        let roots: Vec<usize> = (0..sketches.len()).map(|i| groups.root(i)).collect();
        let buckets: Vec<&[(u64, usize)]> =
            keys.chunk_by(|a, b| a.0 == b.0).filter(|it| it.len() > 1).collect();
        let links: Vec<Vec<(usize, usize)>> =
            buckets.par_iter().map(|bucket| links(bucket, &roots, sketches)).collect();
        for (a, b) in links.into_iter().flatten() {
            groups.join(a, b);
        }
    }
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for i in 0..sketches.len() {
        members.entry(groups.root(i)).or_default().push(i);
    }
    members.into_values().filter(|it| it.len() > 1).collect()
}

/// Pairs of a bucket that are near-duplicates, as many as it takes to bring together what belongs
/// together. Texts of one group are not compared again: of thousands that are all alike, each is
/// compared once.
fn links(bucket: &[(u64, usize)], roots: &[usize], sketches: &[Sketch]) -> Vec<(usize, usize)> {
    let mut links = Vec::new();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut group_of_root: BTreeMap<usize, usize> = BTreeMap::new();
    for &(_, i) in bucket {
        let mut own = group_of_root.get(&roots[i]).copied();
        for other in 0..groups.len() {
            if own == Some(other) {
                continue;
            }
            let alike = groups[other].iter().find(|&&it| sketches[i].near(&sketches[it]).is_some());
            let Some(&alike) = alike else { continue };
            links.push((i, alike));
            own = Some(match own {
                None => other,
                Some(own) => {
                    let moved = std::mem::take(&mut groups[other]);
                    group_of_root.extend(moved.iter().map(|it| (roots[*it], own)));
                    groups[own].extend(moved);
                    own
                }
            });
        }
        let own = own.unwrap_or_else(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        group_of_root.insert(roots[i], own);
        groups[own].push(i);
    }
    links
}

/// Disjoint groups of numbers (union-find); a group's root is its least number.
struct Groups(Vec<usize>);

impl Groups {
    fn new(n: usize) -> Groups {
        Groups((0..n).collect())
    }

    fn root(&mut self, mut i: usize) -> usize {
        while self.0[i] != i {
            self.0[i] = self.0[self.0[i]];
            i = self.0[i];
        }
        i
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.0[a.max(b)] = a.min(b);
    }
}

/// Many texts that others are held against, one after the other.
#[derive(Debug)]
pub(super) struct Known {
    sketches: Vec<Sketch>,
    /// For each band its keys with the texts that have them, in order.
    bands: Vec<Vec<(u64, usize)>>,
}

impl Known {
    pub(super) fn new(sketches: Vec<Sketch>) -> Known {
        let band = |band: usize| {
            let there = sketches.iter().enumerate().filter(|(_, it)| !it.is_empty());
            let mut keys: Vec<(u64, usize)> = there.map(|(i, it)| (it.band(band), i)).collect();
            keys.sort_unstable();
            keys
        };
        let bands = (0..N_BANDS).into_par_iter().map(band).collect();
        Known { sketches, bands }
    }

    /// The known texts that a text is a near-duplicate of, with their similarity, in order.
    pub(super) fn near(&self, sketch: &Sketch) -> Vec<(usize, f64)> {
        if sketch.is_empty() {
            return Vec::new();
        }
        let mut candidates = Vec::new();
        for (band, keys) in self.bands.iter().enumerate() {
            let key = sketch.band(band);
            let first = keys.partition_point(|it| it.0 < key);
            candidates.extend(keys[first..].iter().take_while(|it| it.0 == key).map(|it| it.1));
        }
        candidates.sort_unstable();
        candidates.dedup();
        candidates.into_iter().filter_map(|it| Some((it, sketch.near(&self.sketches[it])?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(texts: &[&str]) -> Vec<Vec<usize>> {
        let sketches: Vec<Sketch> = texts.iter().map(|it| Sketch::new(&Text::new(*it))).collect();
        near_duplicates(&sketches)
    }

    #[test]
    fn similarity_is_the_share_of_common_stretches() {
        let sketch = |text: &str| Sketch::new(&Text::new(text));
        let one = sketch("a b c d e f");
        assert_eq!(one.similarity(&one), 1.0);
        // bcd, cde and def of abc, bcd, cde, def and efg.
        assert_eq!(one.similarity(&sketch("b c d e f g")), 0.6);
        assert_eq!(sketch("").similarity(&sketch("")), 0.0);
    }

    #[test]
    fn likeness_goes_on_from_text_to_text() {
        let texts =
            ["a b c d e f g h i j", "b c d e f g h i j k", "c d e f g h i j k l", "x y z", "X, y z!", "", ""];
        assert_eq!(groups(&texts), [vec![0, 1, 2], vec![3, 4]]);
    }
}
