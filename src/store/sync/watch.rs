//! How far a sync is, told to another thread, which may end it.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::store::git::GitError;

/// Watches a sync from outside.
#[derive(Debug, Default)]
pub struct SyncWatch {
    pub(super) stop: AtomicBool,
    /// The number of a step in [`SyncStep::ALL`].
    step: AtomicUsize,
}

/// What a sync does now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncStep {
    /// It looks at what was changed here, and commits it.
    Committing,
    /// It waits for what the team sent.
    Fetching,
    /// It brings that into what is here.
    Merging,
    /// It waits until the team has what was made here.
    Sending,
}

impl SyncStep {
    /// All, in their order.
    pub const ALL: [SyncStep; 4] =
        [SyncStep::Committing, SyncStep::Fetching, SyncStep::Merging, SyncStep::Sending];

    /// A few words for it.
    pub fn describe(self) -> &'static str {
        match self {
            SyncStep::Committing => "looking at what you changed",
            SyncStep::Fetching => "asking the team for news",
            SyncStep::Merging => "merging",
            SyncStep::Sending => "sending to the team",
        }
    }
}

impl SyncWatch {
    /// Ends the sync as soon as possible: what waits for another machine at once, else before the
    /// next step or merged file.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// What it does now.
    pub fn step(&self) -> SyncStep {
        SyncStep::ALL[self.step.load(Ordering::Relaxed) % SyncStep::ALL.len()]
    }

    /// Goes on with a step, unless somebody ended it.
    pub(super) fn reach(&self, step: SyncStep) -> Result<(), GitError> {
        self.step.store(step as usize, Ordering::Relaxed);
        self.check()
    }

    /// Refuses to go on once somebody ended it.
    pub(super) fn check(&self) -> Result<(), GitError> {
        if self.stop.load(Ordering::Relaxed) { Err(GitError::Stopped) } else { Ok(()) }
    }
}
