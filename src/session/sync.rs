//! Syncing with the team beside the window: a thread of its own, since other machines may be slow.
//!
//! Invariants:
//! - It begins once everything that was changed is in its file.
//! - It writes into no set: what came is found by looking, as what any other program wrote.

use std::sync::Arc;

use super::{Action, Effect, Job, Session, WindowAction, sentence};
use crate::model::{Place, Severity};
use crate::store::{Folder, SyncRequest, SyncWatch, Synced};

/// Shares the project with the team.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncAction {
    /// Send what was changed here, and bring what the team changed.
    Begin,
    /// Give it up as soon as possible.
    Stop,
}

/// A sync with the team.
#[derive(Debug)]
pub struct SyncJob {
    folder: Folder,
    watch: Arc<SyncWatch>,
}

impl SyncJob {
    pub(super) fn run(&self) -> Result<Synced, String> {
        let request = SyncRequest { owners: &[], sends_all: false, may_ask: false, watch: &self.watch };
        self.folder.sync(&request).map_err(|error| error.to_string())
    }
}

/// What a session knows of syncing.
#[derive(Debug, Default)]
pub(super) enum SyncWork {
    /// Nobody asked for it.
    #[default]
    Idle,
    /// It begins when everything is saved.
    Waiting,
    /// It is under way.
    Running(Arc<SyncWatch>),
}

impl Session {
    /// True from the moment that a sync was asked for until it ended.
    pub fn is_syncing(&self) -> bool {
        !matches!(self.sync_work, SyncWork::Idle)
    }

    /// What a sync does now, in a few words; nothing if none is under way.
    pub fn sync_step(&self) -> Option<&'static str> {
        match &self.sync_work {
            SyncWork::Idle => None,
            SyncWork::Waiting => Some("saving first"),
            SyncWork::Running(watch) => Some(watch.step().describe()),
        }
    }

    pub(super) fn sync_action(&mut self, action: SyncAction) {
        match (action, &self.sync_work) {
            (SyncAction::Begin, SyncWork::Idle) => {
                self.sync_work = SyncWork::Waiting;
                self.save_all();
                self.sync_once_saved();
            }
            (SyncAction::Begin, _) => self.notify("A sync is under way already"),
            (SyncAction::Stop, SyncWork::Running(watch)) => watch.stop(),
            (SyncAction::Stop, _) => self.sync_work = SyncWork::Idle,
        }
    }

    /// Begins a sync that was asked for, unless something is still on its way to the disk.
    pub(super) fn sync_once_saved(&mut self) {
        if !matches!(self.sync_work, SyncWork::Waiting) {
            return;
        }
        if let Some(error) = self.save_error() {
            self.sync_work = SyncWork::Idle;
            self.notify(format!("Not synced. {error}"));
        } else if self.is_saved() {
            let watch = Arc::<SyncWatch>::default();
            self.sync_work = SyncWork::Running(Arc::clone(&watch));
            let folder = self.folder.clone();
            self.effects.push(Effect::Start(Job::Sync(SyncJob { folder, watch })));
        }
    }

    pub(super) fn synced(&mut self, result: Result<Synced, String>) {
        self.sync_work = SyncWork::Idle;
        let synced = match result {
            Ok(synced) => synced,
            Err(error) => {
                self.notify(sentence(&error));
                return;
            }
        };
        self.look();
        let owners = self.owners();
        let is_new = |name: &String| !owners.iter().any(|owner| owner.name() == name);
        if !synced.files.is_empty() || synced.changed.keys().any(is_new) {
            // Articles came or went, or people.
            self.effects.push(Effect::Window(WindowAction::Open(self.folder.root().to_owned())));
        } else if !synced.changed.is_empty() {
            self.summarise();
        }
        for left in synced.left.iter().filter(|left| left.why.is_serious()) {
            let place = Place { file: Some(left.file.clone()), ..Place::default() };
            self.problem(Severity::Warning, place, format!("not sent to the team, {}", left.why));
        }
        let text = format!("synced: {}", synced.summary());
        self.problems.extend(synced.conflicts.problems);
        self.notify(sentence(&text));
    }
}

impl From<SyncAction> for Action {
    fn from(action: SyncAction) -> Action {
        Action::Sync(action)
    }
}
