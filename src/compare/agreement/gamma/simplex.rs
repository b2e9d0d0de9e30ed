//! The linear relaxation of choosing groups, by the revised simplex method (Dantzig 1963).
//!
//! Every group may be chosen in part, and no member more than once in all. Nothing chosen is a
//! solution to start from. Right-hand sides are a little more than 1, each by its own amount, so that
//! the method never turns in a circle.

/// What the relaxation says.
pub(super) struct Relaxed {
    /// A price for each member; no group gains more than its members cost, up to rounding.
    pub(super) prices: Vec<f64>,
    /// How much of each group is chosen.
    pub(super) shares: Vec<f64>,
}

/// Below this a number counts as rounding.
const NOTHING: f64 = 1e-11;

/// Solves it for groups of members `0..n`, each with its gain.
pub(super) fn relaxed(n: usize, groups: &[(Vec<usize>, f64)]) -> Relaxed {
    let mut simplex = Simplex {
        groups,
        basis: (0..n).map(|it| groups.len() + it).collect(),
        inverse: (0..n).map(|i| (0..n).map(|j| f64::from(u8::from(i == j))).collect()).collect(),
        values: (0..n).map(|i| 1.0 + 1e-6 * (1.0 + (i * 7919 % 1009) as f64 / 1009.0)).collect(),
        prices: vec![0.0; n],
    };
    // Far more steps than are ever needed; prices that are not yet right are mended by the caller.
    for _ in 0..50 * (n + groups.len()) {
        let Some((entering, gain)) = simplex.best_to_enter() else { break };
        if !simplex.enter(entering, gain) {
            break;
        }
    }
    let mut shares = vec![0.0; groups.len()];
    for (&column, &value) in simplex.basis.iter().zip(&simplex.values) {
        if let Some(share) = shares.get_mut(column) {
            *share = value;
        }
    }
    Relaxed { prices: simplex.prices, shares }
}

struct Simplex<'a> {
    groups: &'a [(Vec<usize>, f64)],
    /// By row: the group that is chosen there, or the number of groups and a member that is not.
    basis: Vec<usize>,
    /// The inverse of the basis, by member and then by row.
    inverse: Vec<Vec<f64>>,
    values: Vec<f64>,
    prices: Vec<f64>,
}

impl Simplex<'_> {
    /// What gains most if more of it is chosen.
    fn best_to_enter(&self) -> Option<(usize, f64)> {
        let gains = self
            .groups
            .iter()
            .map(|(members, gain)| gain - members.iter().map(|&it| self.prices[it]).sum::<f64>());
        let gains = gains.chain(self.prices.iter().map(|it| -it)).enumerate();
        gains.filter(|it| it.1 > NOTHING).max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
    }

    /// Chooses as much of it as can be; false if nothing stands against it.
    fn enter(&mut self, entering: usize, gain: f64) -> bool {
        let n = self.basis.len();
        let mut direction = vec![0.0; n];
        let own = [entering.wrapping_sub(self.groups.len())];
        let members = self.groups.get(entering).map_or(own.as_slice(), |it| &it.0);
        for &member in members {
            direction.iter_mut().zip(&self.inverse[member]).for_each(|(sum, it)| *sum += it);
        }
        let rows: Vec<(usize, f64)> =
            direction.iter().copied().enumerate().filter(|it| it.1.abs() > NOTHING).collect();
        let ratio = |&(row, it): &(usize, f64)| (row, it, self.values[row] / it);
        let ratios = rows.iter().filter(|it| it.1 > 1e-9).map(ratio);
        let least = ratios.min_by(|a, b| a.2.total_cmp(&b.2).then(self.basis[a.0].cmp(&self.basis[b.0])));
        let Some((leaving, pivot, amount)) = least else { return false };
        for &(row, it) in &rows {
            self.values[row] -= amount * it;
        }
        self.values[leaving] = amount;
        for (column, price) in self.inverse.iter_mut().zip(&mut self.prices) {
            let scaled = column[leaving] / pivot;
            if scaled != 0.0 {
                for &(row, it) in &rows {
                    column[row] -= it * scaled;
                }
                column[leaving] = scaled;
                *price += gain * scaled;
            }
        }
        self.basis[leaving] = entering;
        true
    }
}
