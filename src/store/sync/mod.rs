//! A project shared with a team by way of git, without a server of Sorot's own.
//!
//! One's own changes are committed, what the team sent is merged, and both are sent. If somebody was
//! faster, it begins again.
//!
//! Invariants:
//! - Commits hold files of the project and nothing else, whatever else the repository holds or has
//!   staged.
//! - Merging happens beside the work tree, which then moves in one step to what came of it. So what
//!   cannot be merged leaves everything as it was.
//! - A file that was saved since it was committed is never replaced: it is committed before.
//! - While files of an owner are replaced, nobody else writes their sets: their lock is held.

mod begin;
mod merging;
mod own;
mod watch;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::PoisonError;
use std::time::Duration;

use crate::file::{counted, read_owner};
use crate::model::{Owner, Report};
use crate::store::git::{Git, GitError, SyncError, talking_failed};
use crate::store::{Folder, StoreError, disk};
use own::{Change, Sorting, is_for_git};

pub use own::{Left, WhyLeft};
pub use watch::{SyncStep, SyncWatch};

/// How often it is tried to be the fastest.
const N_TRIES: u32 = 20;

/// The longest pause after each of the tries before, in milliseconds.
const PAUSE: u64 = 50;

/// What is wanted of [`Folder::sync`].
#[derive(Clone, Copy, Debug)]
pub struct SyncRequest<'a> {
    /// Whose files are one's own; nobody's means those of everybody who has a journal on this machine.
    pub owners: &'a [Owner],
    /// True if other people's files that were changed here are sent as well, and what was removed.
    pub sends_all: bool,
    /// True if git may ask for passwords in the terminal.
    pub may_ask: bool,
    /// Tells how far it is, and ends it.
    pub watch: &'a SyncWatch,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Synced {
    /// The files that were committed, by their paths from the project folder.
    pub committed: BTreeSet<String>,
    /// What was changed here and was not sent.
    pub left: Vec<Left>,
    /// How many commits came.
    pub n_pulled: usize,
    /// The articles on which sets came, changed or went, by the name of whose sets they are.
    pub changed: BTreeMap<String, BTreeSet<String>>,
    /// The other files of the project that came, changed or went.
    pub files: BTreeSet<String>,
    /// What two versions of a set did not agree on.
    pub conflicts: Report,
    /// How many commits went out.
    pub n_pushed: usize,
    /// How often others were faster.
    pub n_outrun: u32,
}

/// The repository that holds a project.
pub(super) struct Repository<'a> {
    /// Git in the project folder.
    git: Git<'a>,
    watch: &'a SyncWatch,
    /// The repository's own folder.
    top: PathBuf,
    /// Where git keeps what it knows.
    git_dir: PathBuf,
    /// The project's path in the repository, with `/` at its end unless it is empty.
    prefix: String,
    branch: String,
    remote: String,
    /// What the branch is called there.
    remote_branch: String,
    has_upstream: bool,
}

impl Synced {
    /// What came of it, in a few words.
    pub fn summary(&self) -> String {
        let articles: BTreeSet<&String> = self.changed.values().flatten().collect();
        let sent = match (self.committed.len(), self.n_pushed) {
            (_, 0) => "nothing to send".to_owned(),
            (0, n) => format!("sent {}", counted(n, "commit")),
            (n, _) => format!("sent {}", counted(n, "file")),
        };
        let came = match (articles.len() + self.files.len(), self.n_pulled) {
            (_, 0) => "nothing new from the team".to_owned(),
            (0, n) => format!("{} from the team, without news for the project", counted(n, "commit")),
            (_, _) if articles.is_empty() => format!("{} from the team", counted(self.files.len(), "file")),
            _ => format!("news from the team on {}", counted(articles.len(), "article")),
        };
        let conflicts = match self.conflicts.problems.len() {
            0 => String::new(),
            n => format!(", {} to decide on", counted(n, "conflict")),
        };
        let left = self.left.iter().filter(|it| it.why.is_serious()).count();
        let left = match left {
            0 => String::new(),
            n => format!(", {} not sent", counted(n, "changed file")),
        };
        format!("{sent}, {came}{conflicts}{left}")
    }
}

impl Folder {
    /// Commits one's own changes to the project, merges what the team sent since, and sends both.
    ///
    /// # Errors
    /// If git cannot do its part, if two people changed what cannot be merged, or if another window
    /// changes sets that the team changed too. What was committed until then stays committed, and
    /// all else is as it was.
    pub fn sync(&self, request: &SyncRequest<'_>) -> Result<Synced, SyncError> {
        self.check_there()?;
        let repository = Repository::find(self, request)?;
        repository.check_idle()?;
        check_identity(&repository.git)?;
        self.prepare_for_git()?;
        let mut synced = Synced::default();
        for n_tries in 0..N_TRIES {
            synced.n_outrun = n_tries;
            let watch = request.watch;
            watch.reach(SyncStep::Committing)?;
            repository.commit(self, request, &mut synced)?;
            watch.reach(SyncStep::Fetching)?;
            let theirs = repository.fetch()?;
            watch.reach(SyncStep::Merging)?;
            let is_merged = match &theirs {
                Some(theirs) => repository.pull(self, request, theirs, &mut synced)?,
                None => true,
            };
            watch.reach(SyncStep::Sending)?;
            if is_merged && repository.push(theirs.as_deref(), &mut synced)? {
                return Ok(synced);
            }
            // Those who are as fast would meet again at the same moment.
            std::thread::sleep(Duration::from_millis(fastrand::u64(..PAUSE * u64::from(n_tries + 1))));
        }
        Err(SyncError::Outrun { n_tries: N_TRIES })
    }

    /// Writes what keeps version control from touching line ends and from carrying this machine's
    /// files, where that is missing.
    fn prepare_for_git(&self) -> Result<(), StoreError> {
        let articles = if self.is_implicit() { "*.txt -text\n" } else { "articles/** -text\n" };
        let attributes = format!("{articles}*.json text eol=lf\n");
        disk::create(self.disk(), &self.inside(".gitattributes")?, &attributes)?;
        disk::create(self.disk(), &self.inside(".gitignore")?, ".sorot/\n.sorot-tmp-*\n")
    }

    /// Those whose changes are made on this machine.
    fn owners_here(&self, request: &SyncRequest<'_>) -> Vec<Owner> {
        if !request.owners.is_empty() {
            return request.owners.to_vec();
        }
        self.journal_owners()
    }

    /// Takes what the team changed for told, by its path from the project folder.
    fn tell_pulled(&self, path: &str, synced: &mut Synced) {
        let set = path.strip_prefix("annotations/").and_then(|path| path.split_once('/'));
        let set = set.and_then(|(folder, name)| Some((folder, name.strip_suffix(".json")?)));
        let Some((folder, name)) = set else {
            if !is_for_git(path) {
                synced.files.insert(path.to_owned());
            }
            return;
        };
        let owner = self.state().folders.owner(folder).map(|it| it.name().to_owned());
        let article = match name.strip_prefix("@/") {
            Some(article) => article.to_owned(),
            None if self.is_implicit() && !self.has_file(&format!("articles/{name}")) => name.to_owned(),
            None => format!("articles/{name}"),
        };
        synced.changed.entry(owner.unwrap_or_else(|| folder.to_owned())).or_default().insert(article);
    }
}

/// Makes sure that git knows who commits, before anything is done.
fn check_identity(git: &Git<'_>) -> Result<(), GitError> {
    match git.run(&["var", "GIT_COMMITTER_IDENT"]) {
        Err(GitError::Failed { .. }) => Err(GitError::NoIdentity),
        result => result.map(drop),
    }
}

impl<'a> Repository<'a> {
    /// Finds the repository, and the place to share with.
    fn find(folder: &Folder, request: &SyncRequest<'a>) -> Result<Repository<'a>, SyncError> {
        let mut repository = Repository::locate(folder, request)?;
        let git = &repository.git;
        let of_branch = |key: &str| -> Result<Option<String>, GitError> {
            let answer =
                git.ask(&["config", "--get", &format!("branch.{}.{key}", repository.branch)], b"")?;
            Ok(Some(answer.line()).filter(|it| answer.is_ok() && !it.is_empty() && it != "."))
        };
        let (remote, merge) = (of_branch("remote")?, of_branch("merge")?);
        if let (Some(remote), Some(merge)) = (&remote, &merge) {
            remote.clone_into(&mut repository.remote);
            repository.remote_branch = merge.strip_prefix("refs/heads/").unwrap_or(merge).to_owned();
            repository.has_upstream = true;
            return Ok(repository);
        }
        let answer = git.run(&["remote"])?.line();
        let remotes: Vec<&str> = answer.lines().collect();
        let remote = match remotes.as_slice() {
            [] => return Err(GitError::NoRemote.into()),
            [one] => (*one).to_owned(),
            several if several.contains(&"origin") => "origin".to_owned(),
            _ => return Err(GitError::WhichRemote { branch: repository.branch }.into()),
        };
        repository.remote = remote;
        repository.remote_branch.clone_from(&repository.branch);
        Ok(repository)
    }

    /// Finds the repository alone.
    fn locate(folder: &Folder, request: &SyncRequest<'a>) -> Result<Repository<'a>, SyncError> {
        let git = Git::new(&folder.0.canonical, request.may_ask, &request.watch.stop);
        let answer = git.run(&["rev-parse", "--show-toplevel", "--absolute-git-dir", "--show-prefix"])?;
        let text = String::from_utf8_lossy(&answer.out).into_owned();
        let mut lines = text.lines();
        let mut next = || lines.next().unwrap_or_default().to_owned();
        let (top, git_dir, prefix) = (next(), next(), next());
        let head = git.ask(&["symbolic-ref", "--quiet", "--short", "HEAD"], b"")?;
        let branch = Some(head.line()).filter(|_| head.is_ok()).ok_or(GitError::NoBranch)?;
        Ok(Repository {
            git,
            watch: request.watch,
            top: top.into(),
            git_dir: git_dir.into(),
            prefix,
            branch,
            remote: String::new(),
            remote_branch: String::new(),
            has_upstream: false,
        })
    }

    /// Refuses to go on while somebody is in the midst of something.
    fn check_idle(&self) -> Result<(), GitError> {
        let signs = [
            ("MERGE_HEAD", "merge"),
            ("rebase-merge", "rebase"),
            ("rebase-apply", "rebase"),
            ("CHERRY_PICK_HEAD", "cherry-pick"),
            ("REVERT_HEAD", "revert"),
        ];
        match signs.into_iter().find(|(file, _)| self.git_dir.join(file).exists()) {
            Some((_, what)) => Err(GitError::UnderWay { what }),
            None => Ok(()),
        }
    }

    /// What was changed in the project since it was committed last.
    fn changes(&self) -> Result<Vec<Change>, GitError> {
        let answer = self.git.run(&[
            "status",
            "--porcelain",
            "-z",
            "--untracked-files=all",
            "--no-renames",
            "--ignore-submodules=all",
            "--",
            ".",
        ])?;
        let change = |entry: String| {
            let (code, path) = entry.split_at_checked(3)?;
            Some(Change {
                path: path.strip_prefix(&self.prefix)?.to_owned(),
                is_new: code.starts_with("??"),
                is_removed: code.contains('D'),
            })
        };
        Ok(answer.parts().filter_map(change).collect())
    }

    /// Commits what is one's own.
    fn commit(
        &self,
        folder: &Folder,
        request: &SyncRequest<'_>,
        synced: &mut Synced,
    ) -> Result<(), SyncError> {
        let sorted = Sorting::new(folder, request).sort(self.changes()?);
        synced.left = sorted.left;
        if sorted.send.is_empty() {
            return Ok(());
        }
        const PATHS: [&str; 2] = ["--pathspec-from-file=-", "--pathspec-file-nul"];
        let list = |changes: &mut dyn Iterator<Item = &Change>| -> Vec<u8> {
            changes.flat_map(|it| it.path.bytes().chain([0])).collect()
        };
        let new = list(&mut sorted.send.iter().filter(|it| it.is_new));
        if !new.is_empty() {
            self.git.feed(&["add", PATHS[0], PATHS[1]], &new)?;
        }
        let commit = ["commit", "--quiet", "--only", "-m", &sorted.message, PATHS[0], PATHS[1]];
        let answer = self.git.ask(&commit, &list(&mut sorted.send.iter()))?;
        if answer.is_ok() {
            synced.committed.extend(sorted.send.into_iter().map(|it| it.path));
        } else if !self.changes()?.iter().all(|it| !sorted.send.contains(it)) {
            return Err(self.git.failure(&commit, &answer).into());
        }
        Ok(())
    }

    /// The newest commit of the team; nothing if there is none yet.
    fn fetch(&self) -> Result<Option<String>, GitError> {
        let branch = format!("refs/heads/{}", self.remote_branch);
        let answer = self.git.talk(&["fetch", "--quiet", "--no-tags", &self.remote, &branch])?;
        if answer.is_ok() {
            return Ok(Some(self.git.run(&["rev-parse", "--verify", "FETCH_HEAD^{commit}"])?.line()));
        }
        match answer.said.contains("couldn't find remote ref") {
            true => Ok(None),
            false => Err(talking_failed(&self.remote, &answer.said)),
        }
    }

    /// The commit that is checked out; nothing before the first one.
    fn head(&self) -> Result<Option<String>, GitError> {
        let answer = self.git.ask(&["rev-parse", "--quiet", "--verify", "HEAD^{commit}"], b"")?;
        Ok(Some(answer.line()).filter(|_| answer.is_ok()))
    }

    fn count(&self, range: &str) -> Result<usize, GitError> {
        Ok(self.git.run(&["rev-list", "--count", range, "--"])?.line().parse().unwrap_or_default())
    }

    /// Brings what the team sent into the work tree. False if files were saved meanwhile that are to
    /// be committed before.
    fn pull(
        &self,
        folder: &Folder,
        request: &SyncRequest<'_>,
        theirs: &str,
        synced: &mut Synced,
    ) -> Result<bool, SyncError> {
        let Some(head) = self.head()? else {
            let files = self.git.run(&["ls-tree", "-r", "-z", "--name-only", theirs])?.parts().collect();
            let n = self.count(theirs)?;
            return self.move_to(folder, request, theirs, files, n, synced);
        };
        let n_behind = self.count(&format!("{head}..{theirs}"))?;
        if n_behind == 0 {
            return Ok(true);
        }
        let mut conflicts = Report::default();
        let target = match self.count(&format!("{theirs}..{head}"))? {
            0 => theirs.to_owned(),
            _ => self.merge(folder, &head, theirs, &mut conflicts)?,
        };
        let diff = ["diff-tree", "-r", "-z", "--name-only", "--no-renames", "--relative", &head, &target];
        let files = self.git.run(&diff)?.parts().collect();
        let is_there = self.move_to(folder, request, &target, files, n_behind, synced)?;
        if is_there {
            synced.conflicts.problems.append(&mut conflicts.problems);
        }
        Ok(is_there)
    }

    /// Moves the work tree on to a commit, in which those files of the project are others.
    fn move_to(
        &self,
        folder: &Folder,
        request: &SyncRequest<'_>,
        target: &str,
        files: Vec<String>,
        n_pulled: usize,
        synced: &mut Synced,
    ) -> Result<bool, SyncError> {
        let mut owners = self.owners_of(folder, target, &files)?;
        owners.retain(|it| !folder.is_holding(it));
        let held = owners.iter().try_for_each(|owner| folder.hold(owner));
        let moved = held.map_err(SyncError::from).and_then(|()| {
            // Nothing that this program itself saves comes between git's look and git's write.
            let _still = folder.0.writing.lock().unwrap_or_else(PoisonError::into_inner);
            Ok(self.git.ask(&["merge", "--quiet", "--ff-only", target], b"")?)
        });
        owners.iter().for_each(|owner| folder.give_up_lock(owner));
        let moved = moved?;
        if !moved.is_ok() {
            return self.in_the_way(folder, request, &moved.said).and_then(|is_own| match is_own {
                true => Ok(false),
                false => Err(self.git.failure(&["merge"], &moved).into()),
            });
        }
        synced.n_pulled += n_pulled;
        files.iter().for_each(|path| folder.tell_pulled(path, synced));
        Ok(true)
    }

    /// Whose sets are among some files. The folders of those whose first sets are among them are
    /// known from then on.
    fn owners_of(&self, folder: &Folder, target: &str, files: &[String]) -> Result<Vec<Owner>, GitError> {
        let mut by_folder: BTreeMap<&str, Option<Owner>> = BTreeMap::new();
        for path in files.iter().filter(|path| path.ends_with(".json")) {
            let Some((name, _)) = path.strip_prefix("annotations/").and_then(|it| it.split_once('/')) else {
                continue;
            };
            let owner = by_folder.entry(name).or_insert_with(|| folder.state().folders.owner(name));
            if owner.is_none() {
                let set = self.git.ask(&["cat-file", "blob", &format!("{target}:./{path}")], b"")?;
                let named = Some(set.out).filter(|_| name != "gold");
                let named = named.and_then(|bytes| read_owner(bytes.as_slice())).filter(|it| !it.is_empty());
                let named = Owner::named(named.as_deref().unwrap_or(name));
                let folders = &mut folder.state().folders;
                folders.of.entry(named.clone()).or_insert_with(|| name.to_owned());
                *owner = Some(named);
            }
        }
        Ok(by_folder.into_values().flatten().collect())
    }

    /// True if the files that git did not want to replace are one's own, so that they will be
    /// committed; false if git had another reason.
    fn in_the_way(&self, folder: &Folder, request: &SyncRequest<'_>, said: &str) -> Result<bool, SyncError> {
        let named = said.lines().filter_map(|line| line.strip_prefix('\t'));
        let named: Vec<String> = named.map(str::to_owned).collect();
        if named.is_empty() || !said.contains("would be overwritten") {
            return Ok(false);
        }
        let sorted = Sorting::new(folder, request).sort(self.changes()?);
        let is_sent = |path: &String| {
            let path = path.strip_prefix(&self.prefix);
            // What is no change any more was taken back meanwhile.
            path.is_some_and(|path| !sorted.left.iter().any(|left| left.file == path))
        };
        let files: Vec<String> = named.into_iter().filter(|path| !is_sent(path)).collect();
        if files.is_empty() { Ok(true) } else { Err(SyncError::InTheWay { files }) }
    }

    /// Sends all that the team does not have. False if somebody was faster.
    fn push(&self, theirs: Option<&str>, synced: &mut Synced) -> Result<bool, SyncError> {
        let Some(head) = self.head()? else { return Ok(true) };
        let n = self.count(&theirs.map_or(head.clone(), |theirs| format!("{theirs}..{head}")))?;
        if n == 0 {
            return Ok(true);
        }
        let target = format!("{head}:refs/heads/{}", self.remote_branch);
        let answer = self.git.talk(&["push", "--quiet", "--porcelain", &self.remote, &target])?;
        if answer.is_ok() {
            synced.n_pushed += n;
            self.remember_upstream()?;
            return Ok(true);
        }
        let said = format!("{}{}", String::from_utf8_lossy(&answer.out), answer.said);
        let is_outrun = [
            "[rejected]",
            "cannot lock ref",
            "failed to update ref",
            "incorrect old value",
            "reference already exists",
        ]
        .iter()
        .any(|it| said.contains(it));
        if is_outrun { Ok(false) } else { Err(talking_failed(&self.remote, &said).into()) }
    }

    /// From now on plain `git pull` knows what to pull.
    fn remember_upstream(&self) -> Result<(), GitError> {
        if !self.has_upstream {
            let merge = format!("refs/heads/{}", self.remote_branch);
            let key = |key: &str| format!("branch.{}.{key}", self.branch);
            self.git.run(&["config", &key("remote"), &self.remote])?;
            self.git.run(&["config", &key("merge"), &merge])?;
        }
        Ok(())
    }

    /// A path of the repository as it is called in the project; nothing if it lies outside.
    fn in_project<'p>(&self, path: &'p str) -> Option<&'p str> {
        path.strip_prefix(&self.prefix)
    }

    /// Git in the repository's own folder.
    fn git_at_top(&self) -> Git<'a> {
        self.git.in_folder(&self.top)
    }

    /// Where git keeps what it knows.
    fn git_dir(&self) -> &Path {
        &self.git_dir
    }
}
