//! How gold is filled before a curator looks.

use super::{Case, Version};
use crate::compare::ComparedUnit;

/// What gets into gold by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MergeStrategy {
    /// What all say.
    #[default]
    Agreed,
    /// What more than half of them say.
    Majority,
    /// What anybody says; where they differ, what most say, and of equally many the one named first.
    Union,
    /// What the annotator says who is named first.
    First,
}

impl MergeStrategy {
    /// All of them.
    pub const ALL: [MergeStrategy; 4] =
        [MergeStrategy::Agreed, MergeStrategy::Majority, MergeStrategy::Union, MergeStrategy::First];

    /// What the command line calls it.
    pub fn name(self) -> &'static str {
        match self {
            MergeStrategy::Agreed => "agreed",
            MergeStrategy::Majority => "majority",
            MergeStrategy::Union => "union",
            MergeStrategy::First => "first",
        }
    }

    /// What it takes, for people.
    pub fn describe(self) -> &'static str {
        match self {
            MergeStrategy::Agreed => "what all say",
            MergeStrategy::Majority => "what more than half say",
            MergeStrategy::Union => "what anybody says, and where they differ, what most say",
            MergeStrategy::First => "what the annotator says who is named first",
        }
    }

    /// Whose version of a unit it takes, as its number there; nothing if it leaves the unit open.
    pub(super) fn version(self, case: &Case, unit: &ComparedUnit) -> Option<usize> {
        let n = case.names.len();
        let versions: Vec<Option<Version<'_>>> = (1..=n).map(|i| case.version(unit, i)).collect();
        let n_holders = |i: usize| versions.iter().filter(|it| **it == versions[i]).count();
        let most = |least: usize| {
            let held = (0..n).filter(|&i| versions[i].is_some() && n_holders(i) >= least);
            held.min_by_key(|&i| (std::cmp::Reverse(n_holders(i)), i)).map(|i| i + 1)
        };
        match self {
            MergeStrategy::Agreed => most(n),
            MergeStrategy::Majority => most(n / 2 + 1),
            MergeStrategy::Union => most(1),
            MergeStrategy::First => versions.first()?.is_some().then_some(1),
        }
    }
}
