//! One window at a time changes an owner's sets.
//!
//! `.sorot/locks/<owner>.lock` is held by the system for the window that writes: it falls free when
//! the process ends, however it ends. `<owner>.json` beside it names that window; Windows lets
//! nobody read a file that is locked. `<owner>.wanted` is written by a window that asks for it.
//!
//! Invariants:
//! - The window that `<owner>.json` names writes, and no other: each looks before each write. So
//!   one that was thought dead and wakes up writes nothing any more.
//! - No clock is asked. A window is alive if the system holds its lock or, where the lock cannot be
//!   seen (another machine, a share without locks), while its beat changes.
//! - Looking makes no files: a lock is taken before the first write.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{MutexGuard, PoisonError};
use std::time::Duration;

use crate::file::{Holder, read_holder, write_holder};
use crate::model::Owner;
use crate::store::disk::{self, Held};
use crate::store::{Folder, Inner, StoreError};

/// Looks from one beat to the next; one every 2 seconds.
const BEAT: u32 = 15;

/// Looks without a new beat after which a window that cannot be asked counts as dead: 5 minutes.
const STALE: u32 = 150;

/// Looks after which a window that was asked and does not answer loses its lock: 10 seconds.
const PATIENCE: u32 = 50;

/// Looks for which a window that let go leaves the lock to the one that asked.
const COURTESY: u32 = 5;

/// The longest file beside a lock that is read, in bytes.
const MAX_BYTES: u64 = 100_000;

/// What a window may do with an owner's sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// Change them: nobody else does.
    Writes,
    /// Change them, but this window asks for them.
    Asked(Holder),
    /// Look at them: this window changes them.
    Looks(Holder),
    /// Look at them until the window that was asked lets go.
    Asks(Holder),
}

impl Access {
    /// The window that changes the sets, if that is another one.
    pub fn holder(&self) -> Option<&Holder> {
        match self {
            Access::Looks(holder) | Access::Asks(holder) => Some(holder),
            Access::Writes | Access::Asked(_) => None,
        }
    }
}

/// What this window has to do with an owner's lock.
#[derive(Debug, Default)]
pub(super) struct Stand {
    /// That it is this window's; without the system's help on a file system that knows no locks.
    own: Option<Own>,
    /// The other window's name and beat, and for how many looks that has not changed.
    other: Option<(String, u64, u32)>,
    /// Looks since this window asked for the lock.
    asking: Option<u32>,
    /// Looks for which it is left to whom it was given.
    courtesy: u32,
}

#[derive(Debug)]
struct Own {
    holder: Holder,
    /// Where that is written.
    path: PathBuf,
    n_looks: u32,
    #[expect(dead_code, reason = "the system lets go when it is dropped")]
    held: Option<Held>,
}

impl Folder {
    /// The other window that changes an owner's sets now, if there is one that is alive. Changes
    /// nothing.
    pub fn holder(&self, owner: &Owner) -> Option<Holder> {
        let stands = self.stands();
        self.other_holder(owner, stands.get(owner))
    }

    /// Makes sure that this window is the one that changes an owner's sets.
    ///
    /// # Errors
    /// If another one does, or the system refuses.
    pub fn hold(&self, owner: &Owner) -> Result<(), StoreError> {
        let mut stands = self.stands();
        let stand = stands.entry(owner.clone()).or_default();
        self.take(owner, stand)
    }

    /// Finds out what this window may do with an owner's sets, says that it is alive, and takes
    /// what it asked for once that is free. `is_due` for each of the looks that are 2 seconds apart,
    /// or 200 milliseconds while asking: what waits counts these.
    pub fn look_at_lock(&self, owner: &Owner, is_due: bool) -> Access {
        let mut stands = self.stands();
        self.let_go_of_others(owner, &mut stands);
        let stand = stands.entry(owner.clone()).or_default();
        self.keep_own(owner, stand);
        if let Some(own) = &mut stand.own {
            own.n_looks += u32::from(is_due);
            if is_due && own.n_looks.is_multiple_of(BEAT) {
                own.holder.beat += 1;
                // A beat that cannot be written is not heard; the next one may be.
                drop(self.write_holder(owner, "json", &own.holder));
            }
            let asker = self.read_holder(owner, "wanted").filter(|it| it.window != self.0.window);
            return asker.map_or(Access::Writes, Access::Asked);
        }
        if is_due {
            stand.count(self.read_holder(owner, "json").as_ref());
        }
        let other = self.other_holder(owner, Some(stand));
        if let Some(n_looks) = stand.asking {
            stand.asking = Some(n_looks + u32::from(is_due));
            let taken = match n_looks < PATIENCE {
                true => self.take(owner, stand),
                false => self.seize(owner, stand),
            };
            if taken.is_ok() {
                return Access::Writes;
            }
            return other.map_or(Access::Writes, Access::Asks);
        }
        let courtesy = stand.courtesy;
        stand.courtesy = courtesy.saturating_sub(u32::from(is_due));
        match other {
            Some(other) => Access::Looks(other),
            None if courtesy > 0 => Access::Looks(self.read_holder(owner, "wanted").unwrap_or_default()),
            None => Access::Writes,
        }
    }

    /// Asks the window that changes an owner's sets to let go. Looking at the lock then takes it.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn ask_for_lock(&self, owner: &Owner) -> Result<(), StoreError> {
        self.write_holder(owner, "wanted", &self.this_window())?;
        self.stands().entry(owner.clone()).or_default().asking.get_or_insert(0);
        Ok(())
    }

    /// Lets go of an owner's lock, for the window that asked for it.
    pub fn give_up_lock(&self, owner: &Owner) {
        let mut stands = self.stands();
        if let Some(stand) = stands.get_mut(owner) {
            stand.courtesy = COURTESY;
            if let Some(own) = stand.own.take() {
                self.0.let_go(&own);
            }
        }
    }

    /// True if this window changed an owner's sets last.
    pub(super) fn is_holding(&self, owner: &Owner) -> bool {
        self.stands().get(owner).is_some_and(|stand| stand.own.is_some())
    }

    /// Lets go of the locks of all other owners, which a change of the whole project took.
    fn let_go_of_others(&self, owner: &Owner, stands: &mut BTreeMap<Owner, Stand>) {
        for (_, stand) in stands.iter_mut().filter(|(it, _)| *it != owner) {
            if let Some(own) = stand.own.take() {
                self.0.let_go(&own);
            }
        }
    }

    fn take(&self, owner: &Owner, stand: &mut Stand) -> Result<(), StoreError> {
        self.keep_own(owner, stand);
        if stand.own.is_some() {
            return Ok(());
        }
        if let Some(other) = self.other_holder(owner, Some(stand)) {
            return Err(StoreError::Held { holder: other });
        }
        let path = self.lock_path(owner, "lock")?;
        disk::create(self.disk(), &self.0.canonical.join(".sorot/.gitignore"), "*\n")?;
        let io = |source| StoreError::io("cannot save", &path, source);
        if let Some(folder) = path.parent() {
            disk::create_folders(self.disk(), folder).map_err(io)?;
        }
        let held = match self.disk().write_new(&path, b"") {
            Ok(held) => Some(held),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => match self.try_hold(&path) {
                Ok(Some(held)) => Some(held),
                // Somebody was faster.
                Ok(None) => {
                    let holder = self.read_holder(owner, "json").unwrap_or_default();
                    return Err(StoreError::Held { holder });
                }
                Err(_) => None,
            },
            Err(error) => return Err(io(error)),
        };
        self.own(owner, stand, held)
    }

    /// Takes a lock from a window that does not answer.
    fn seize(&self, owner: &Owner, stand: &mut Stand) -> Result<(), StoreError> {
        let path = self.lock_path(owner, "lock")?;
        // The old file stays locked, but has no name any more. Where it cannot be removed, the name
        // in the file beside it counts alone.
        drop(self.disk().remove(&path));
        let held = self.disk().write_new(&path, b"").ok();
        self.own(owner, stand, held)
    }

    fn own(&self, owner: &Owner, stand: &mut Stand, held: Option<Held>) -> Result<(), StoreError> {
        let holder = self.this_window();
        self.write_holder(owner, "json", &holder)?;
        if let Ok(wanted) = self.lock_path(owner, "wanted") {
            // Left behind, it asks for what is given already.
            drop(self.disk().remove(&wanted));
        }
        let path = self.lock_path(owner, "json")?;
        *stand = Stand { own: Some(Own { holder, path, n_looks: 0, held }), ..Stand::default() };
        Ok(())
    }

    /// Forgets an own lock that another window took.
    fn keep_own(&self, owner: &Owner, stand: &mut Stand) {
        if stand.own.is_none() {
            return;
        }
        match self.read_holder(owner, "json") {
            Some(holder) if holder.window == self.0.window => {}
            Some(_) => stand.own = None,
            // Somebody cleaned up.
            None => {
                if let Some(own) = &stand.own {
                    drop(self.write_holder(owner, "json", &own.holder));
                }
            }
        }
    }

    fn other_holder(&self, owner: &Owner, stand: Option<&Stand>) -> Option<Holder> {
        let holder = self.read_holder(owner, "json").filter(|it| it.window != self.0.window);
        if stand.is_some_and(|it| it.own.is_some()) {
            return holder;
        }
        let path = self.lock_path(owner, "lock").ok()?;
        let is_here = |holder: &Holder| holder.host == host_name();
        let is_alive = |holder: &Holder| stand.is_none_or(|stand| stand.is_beating(holder));
        match self.try_hold(&path) {
            // Without a name, it is somebody who only looks, or has not written it yet.
            Ok(None) => holder,
            // The system would hold it, if its window were alive on this machine.
            Ok(Some(_)) => holder.filter(|it| !is_here(it) && is_alive(it)),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                holder.filter(|it| !is_here(it) && is_alive(it))
            }
            Err(_) => holder.filter(is_alive),
        }
    }

    /// Holds a lock file unless somebody else does for longer than a look takes.
    fn try_hold(&self, path: &Path) -> io::Result<Option<Held>> {
        for _ in 0..3 {
            let held = self.disk().hold(path)?;
            if held.is_some() {
                return Ok(held);
            }
            std::thread::sleep(Duration::from_millis(3));
        }
        Ok(None)
    }

    /// True if a holder is this process, under whatever name of a window.
    pub fn is_this_process(&self, holder: &Holder) -> bool {
        let this = self.this_window();
        (holder.process, &holder.host) == (this.process, &this.host)
    }

    fn this_window(&self) -> Holder {
        let window = self.0.window.clone();
        Holder { window, host: host_name(), process: std::process::id(), beat: 0 }
    }

    fn read_holder(&self, owner: &Owner, ending: &str) -> Option<Holder> {
        let path = self.lock_path(owner, ending).ok()?;
        read_holder(&disk::read(self.disk(), &path, MAX_BYTES).ok()??)
    }

    fn write_holder(&self, owner: &Owner, ending: &str, holder: &Holder) -> Result<(), StoreError> {
        disk::replace(self.disk(), &self.lock_path(owner, ending)?, &write_holder(holder))
    }

    fn lock_path(&self, owner: &Owner, ending: &str) -> Result<PathBuf, StoreError> {
        self.inside(&format!(".sorot/locks/{}.{ending}", self.owner_folder(owner)))
    }

    fn stands(&self) -> MutexGuard<'_, BTreeMap<Owner, Stand>> {
        // Each is whole after every statement, so a panic elsewhere has not harmed it.
        self.0.stands.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Takes away what names this window; the lock itself falls free with the value.
    fn let_go(&self, own: &Own) {
        let named = disk::read(&*self.disk, &own.path, MAX_BYTES).ok().flatten();
        if named.and_then(|bytes| read_holder(&bytes)).is_some_and(|it| it.window == own.holder.window) {
            // Left behind, it names a window whose lock is free.
            drop(self.disk.remove(&own.path));
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        let stands = std::mem::take(self.stands.get_mut().unwrap_or_else(PoisonError::into_inner));
        stands.into_values().filter_map(|stand| stand.own).for_each(|own| self.let_go(&own));
    }
}

impl Stand {
    fn count(&mut self, other: Option<&Holder>) {
        self.other = other.map(|other| match self.other.take() {
            Some((window, beat, n_looks)) if window == other.window && beat == other.beat => {
                (window, beat, n_looks + 1)
            }
            _ => (other.window.clone(), other.beat, 0),
        });
    }

    fn is_beating(&self, holder: &Holder) -> bool {
        !matches!(&self.other, Some((window, beat, n_looks))
            if *window == holder.window && *beat == holder.beat && *n_looks >= STALE)
    }
}

/// The name of this machine, as people know it; empty if it has none.
fn host_name() -> String {
    #[cfg(unix)]
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    #[cfg(not(unix))]
    let name = std::env::var("COMPUTERNAME").unwrap_or_default();
    name
}
