//! Heights of all blocks, with their running sums.
//!
//! In double precision: single precision loses pixels in texts of some megabytes.

/// A Fenwick tree over heights.
#[derive(Clone, Debug)]
pub(super) struct Heights {
    heights: Vec<f64>,
    /// Node `i` (from 1) holds the sum of the `i & -i` heights that end at `i - 1`.
    tree: Vec<f64>,
}

impl Heights {
    /// A tree over some heights.
    pub(super) fn new(heights: Vec<f64>) -> Heights {
        let mut tree = vec![0.0; heights.len() + 1];
        for (i, height) in heights.iter().enumerate() {
            let node = i + 1;
            tree[node] += height;
            let parent = node + lowest_bit(node);
            if parent < tree.len() {
                tree[parent] += tree[node];
            }
        }
        Heights { heights, tree }
    }

    /// How high an entry is.
    #[cfg(test)]
    pub(super) fn get(&self, entry: usize) -> f64 {
        self.heights[entry]
    }

    /// Corrects a height.
    pub(super) fn set(&mut self, entry: usize, height: f64) {
        let change = height - self.heights[entry];
        if change == 0.0 {
            return;
        }
        self.heights[entry] = height;
        let mut node = entry + 1;
        while node < self.tree.len() {
            self.tree[node] += change;
            node += lowest_bit(node);
        }
    }

    /// The sum of all heights before an entry.
    pub(super) fn before(&self, entry: usize) -> f64 {
        let mut node = entry.min(self.heights.len());
        let mut sum = 0.0;
        while node > 0 {
            sum += self.tree[node];
            node -= lowest_bit(node);
        }
        sum
    }

    /// The sum of all heights.
    pub(super) fn total(&self) -> f64 {
        self.before(self.heights.len())
    }

    /// The entry at distance `y` from the start, and how far into it that is. Distances outside
    /// count as the first or the last entry's start.
    pub(super) fn find(&self, y: f64) -> (usize, f64) {
        let mut node = 0;
        let mut rest = y.max(0.0);
        let mut step = self.heights.len().next_power_of_two();
        while step > 0 {
            let next = node + step;
            if next < self.tree.len() && self.tree[next] <= rest {
                node = next;
                rest -= self.tree[next];
            }
            step /= 2;
        }
        if node < self.heights.len() { (node, rest) } else { (node.saturating_sub(1), 0.0) }
    }
}

fn lowest_bit(node: usize) -> usize {
    node & node.wrapping_neg()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn no_entries_are_harmless() {
        let heights = Heights::new(vec![]);
        assert_eq!(heights.total(), 0.0);
        assert_eq!(heights.find(7.0), (0, 0.0));
    }

    proptest! {
        #[test]
        fn sums_are_those_of_the_plain_list(
            mut plain in prop::collection::vec(0u32..500, 1..80),
            changes in prop::collection::vec((any::<prop::sample::Index>(), 0u32..500), 0..20),
            y in 0.0f64..50_000.0,
        ) {
            let mut heights = Heights::new(plain.iter().map(|&it| f64::from(it)).collect());
            for (entry, height) in changes {
                let entry = entry.index(plain.len());
                plain[entry] = height;
                heights.set(entry, f64::from(height));
            }
            for entry in 0..=plain.len() {
                let sum: u32 = plain[..entry].iter().sum();
                prop_assert_eq!(heights.before(entry), f64::from(sum));
            }
            let (entry, rest) = heights.find(y);
            if y < heights.total() {
                prop_assert_eq!(heights.before(entry) + rest, y);
                prop_assert!(rest < heights.get(entry));
            } else {
                prop_assert_eq!((entry, rest), (plain.len() - 1, 0.0));
            }
        }
    }
}
