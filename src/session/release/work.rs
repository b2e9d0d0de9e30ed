//! Freezing beside the window, and the releases that there are.

use std::path::PathBuf;
use std::sync::Arc;

use super::{FreezeRequest, Frozen, SplitRequest, freeze, releases};
use crate::compare::split::Part;
use crate::model::Report;
use crate::session::import::Progress;
use crate::session::{Action, Effect, Job, Session, sentence};
use crate::store::{Folder, Storage};

/// Makes releases.
#[derive(Clone, Debug, PartialEq)]
pub enum FreezeAction {
    /// Find out which releases there are.
    List,
    /// Make one.
    Freeze(Box<FreezeRequest>),
    /// Stop what is under way.
    Stop,
}

/// Work on releases.
#[derive(Debug)]
pub struct FreezeJob {
    root: PathBuf,
    storage: Storage,
    /// What to make; nothing to list what there is.
    request: Option<Box<FreezeRequest>>,
    progress: Arc<Progress>,
}

/// What came of it.
#[derive(Debug)]
pub struct FreezeOutcome {
    /// The release that was made, or why none was.
    frozen: Option<Result<Frozen, String>>,
    releases: Vec<ListedRelease>,
    report: Report,
}

/// A release of the project, in a few words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedRelease {
    /// Its name.
    pub name: String,
    /// When it was made.
    pub at: String,
    /// SHA-256 of its manifest.
    pub fingerprint: String,
    /// How many articles, and spans.
    pub n_articles: usize,
    /// How many spans.
    pub n_spans: usize,
    /// The parts into which it is split.
    pub parts: Vec<String>,
}

/// What a session knows of releases.
#[derive(Debug, Default)]
pub(in crate::session) struct FreezeWork {
    releases: Option<Vec<ListedRelease>>,
    frozen: Option<Result<Frozen, String>>,
    report: Report,
    progress: Option<Arc<Progress>>,
}

impl FreezeJob {
    pub(in crate::session) fn run(self) -> FreezeOutcome {
        let mut report = Report::default();
        let opened = match Folder::open_on(self.storage, &self.root, &mut report) {
            Ok(opened) => opened,
            Err(error) => {
                let frozen = Some(Err(error.to_string()));
                return FreezeOutcome { frozen, releases: Vec::new(), report };
            }
        };
        let frozen = self.request.map(|request| {
            let n = opened.articles.len();
            self.progress.begin(n);
            let frozen = freeze(&opened, &request, &mut report, |done| self.progress.reach(done));
            frozen.map_err(|error| error.to_string())
        });
        let listed = releases(&opened.folder, &mut report).unwrap_or_default();
        let listed = listed.into_iter().rev().map(|(release, fingerprint)| ListedRelease {
            at: release.at.to_string(),
            n_articles: release.counts.n_articles,
            n_spans: release.counts.n_spans(),
            parts: release.split.iter().flat_map(|it| &it.parts).map(|it| it.name.clone()).collect(),
            name: release.name,
            fingerprint,
        });
        FreezeOutcome { frozen, releases: listed.collect(), report }
    }
}

/// Reads a split as people type it: `train=0.8, dev=0.1, test=0.1`; nothing if it is empty.
///
/// # Errors
/// If a part has no name or no share above 0, in a sentence.
pub fn read_split(typed: &str, seed: u64) -> Result<Option<SplitRequest>, String> {
    let parts = typed.split(',').map(str::trim).filter(|it| !it.is_empty());
    let part = |typed: &str| {
        let (name, share) = typed.split_once('=')?;
        let share: f64 = share.trim().parse().ok().filter(|it| *it > 0.0)?;
        Some(Part { name: name.trim().to_owned(), share }).filter(|it| !it.name.is_empty())
    };
    let read = |typed: &str| {
        part(typed).ok_or_else(|| format!("a part is NAME=SHARE, as test=0.1, and not {typed}"))
    };
    let parts: Vec<Part> = parts.map(read).collect::<Result<_, _>>()?;
    Ok((!parts.is_empty()).then_some(SplitRequest { parts, seed }))
}

impl Session {
    /// The releases there are, the newest first, if that was asked for.
    pub fn releases(&self) -> Option<&[ListedRelease]> {
        self.freeze_work.releases.as_deref()
    }

    /// The release that was made last, or why none was.
    pub fn frozen(&self) -> Option<Result<&Frozen, &str>> {
        self.freeze_work.frozen.as_ref().map(|it| it.as_ref().map_err(String::as_str))
    }

    /// What was found while it was made.
    pub fn freeze_report(&self) -> &Report {
        &self.freeze_work.report
    }

    /// How far a release is that is being made.
    pub fn freeze_progress(&self) -> Option<&Arc<Progress>> {
        self.freeze_work.progress.as_ref()
    }

    pub(in crate::session) fn freeze_action(&mut self, action: FreezeAction) {
        let request = match action {
            FreezeAction::Stop => {
                self.freeze_work.progress.iter().for_each(|it| it.stop());
                return;
            }
            FreezeAction::List => None,
            FreezeAction::Freeze(request) => Some(request),
        };
        let progress = Arc::<Progress>::default();
        self.freeze_work.frozen = None;
        self.freeze_work.progress = request.is_some().then(|| Arc::clone(&progress));
        // Jobs on the disk keep their order, so what was changed before is in its file.
        self.save_all();
        let (root, storage) = (self.folder.root().to_owned(), self.surroundings.storage.clone());
        self.effects.push(Effect::Start(Job::Freeze(FreezeJob { root, storage, request, progress })));
    }

    pub(in crate::session) fn freeze_done(&mut self, outcome: FreezeOutcome) {
        let FreezeOutcome { frozen, releases, report } = outcome;
        match &frozen {
            Some(Ok(frozen)) => {
                self.notify(format!("Release {} is frozen: {}", frozen.release.name, frozen.path.display()));
            }
            Some(Err(error)) => self.notify(sentence(&format!("nothing was frozen, {error}"))),
            None => {}
        }
        self.freeze_work = FreezeWork { releases: Some(releases), frozen, report, progress: None };
    }
}

impl From<FreezeAction> for Action {
    fn from(action: FreezeAction) -> Action {
        Action::Freeze(action)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_split_is_read_as_typed() {
        let split = read_split(" train=0.8, test = 0.2,", 7).unwrap().unwrap();
        let parts: Vec<(&str, f64)> = split.parts.iter().map(|it| (it.name.as_str(), it.share)).collect();
        assert_eq!((parts, split.seed), (vec![("train", 0.8), ("test", 0.2)], 7));
        assert_eq!(read_split(" , ", 7), Ok(None));
        for wrong in ["train", "train=0", "train=x", "=1", "train=-1", "a=NaN"] {
            assert!(read_split(wrong, 7).is_err(), "{wrong}");
        }
    }
}
