//! A folder made fit for a team: a repository, a first commit, the place to share with.

use std::path::Path;

use crate::store::Folder;
use crate::store::git::{Git, GitError, SyncError};
use crate::store::sync::{Repository, SyncRequest, Synced, check_identity};

impl Folder {
    /// Makes the project folder a git repository, unless it lies in one, with a first commit of the
    /// whole project, and names the place to share with. Sending is the business of
    /// [`Folder::sync`]. Returns what was committed if there was no repository before.
    ///
    /// # Errors
    /// If git cannot do its part, or another place is named already.
    pub fn begin_sync(
        &self,
        address: Option<&str>,
        request: &SyncRequest<'_>,
    ) -> Result<Option<Synced>, SyncError> {
        self.check_there()?;
        let git = Git::new(&self.0.canonical, request.may_ask, &request.watch.stop);
        check_identity(&git)?;
        let is_new = match Repository::locate(self, request) {
            Ok(_) => false,
            Err(SyncError::Git(GitError::NoRepository { .. })) => {
                git.run(&["init", "--quiet"])?;
                // Whatever first branches are called on this machine, the team agrees on one name.
                git.run(&["symbolic-ref", "HEAD", "refs/heads/main"])?;
                true
            }
            Err(error) => return Err(error),
        };
        if let Some(address) = address {
            self.name_remote(&git, address)?;
        }
        if !is_new {
            return Ok(None);
        }
        let mut synced = Synced::default();
        self.prepare_for_git()?;
        // What is there when a team begins is everybody's.
        let request = SyncRequest { sends_all: true, ..*request };
        Repository::locate(self, &request)?.commit(self, &request, &mut synced)?;
        Ok(Some(synced))
    }

    fn name_remote(&self, git: &Git<'_>, address: &str) -> Result<(), SyncError> {
        const REMOTE: &str = "origin";
        // A path is meant from where the person is, not from the project.
        let is_path = Path::new(address).is_dir();
        let absolute = is_path.then(|| std::path::absolute(address).ok()).flatten();
        let address = absolute.map_or_else(|| address.to_owned(), |path| path.display().to_string());
        let known = git.ask(&["remote", "get-url", REMOTE], b"")?;
        if !known.is_ok() {
            git.run(&["remote", "add", "--", REMOTE, &address])?;
        } else if known.line() != address {
            return Err(SyncError::OtherRemote { remote: REMOTE.to_owned(), address: known.line() });
        }
        Ok(())
    }
}
