//! The installed git as a child process, with the person's own configuration and credentials.
//!
//! Invariants:
//! - Arguments go as a list, never through a shell, and paths stand after `--`, taken literally.
//! - Nothing is forced or rewritten, and hooks run as they are.
//! - What git says is understood in English, whatever the person's language.

use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

#[cfg(unix)]
use rustix::process::{Pid, Signal};

use crate::store::StoreError;

/// How often git is tried again while another git holds the index, and the pause before, in
/// milliseconds.
const LOCKED: (u32, u64) = (30, 100);

/// How often a command that may wait for others is looked after.
const PAUSE: Duration = Duration::from_millis(20);

/// How many of these pauses a command may take that waits for another machine: 20 minutes.
const MOST_PAUSES: u32 = 60_000;

/// Why git could not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// There is no program of that name.
    #[error("git is not installed; it comes from git-scm.com, on Debian and Ubuntu by: sudo apt install git")]
    Missing,
    /// The folder is under no version control.
    #[error(
        "the folder is in no git repository; sorot sync --init makes it one, git clone brings one: {path}"
    )]
    NoRepository {
        /// The folder.
        path: String,
    },
    /// Git does not trust the folder, since somebody else owns it.
    #[error(
        "the repository belongs to somebody else, so git does not touch it; to allow that: git config --global --add safe.directory {path}"
    )]
    OtherOwner {
        /// The repository.
        path: String,
    },
    /// Commits need a name.
    #[error(
        "git does not know your name yet; tell it once: git config --global user.name \"Your Name\", and git config --global user.email you@example.org"
    )]
    NoIdentity,
    /// There is no place to send to.
    #[error("the repository has no remote to share with; name it once: git remote add origin ADDRESS")]
    NoRemote,
    /// Several places, and none is the one.
    #[error(
        "the repository has several remotes; say once which one to share with: git push -u REMOTE {branch}"
    )]
    WhichRemote {
        /// The branch that is checked out.
        branch: String,
    },
    /// No branch is checked out.
    #[error("no branch is checked out, so nothing can be shared; git switch main goes back to one")]
    NoBranch,
    /// Something was begun by hand.
    #[error("a {what} is under way in the repository; end it first, or give it up with: git {what} --abort")]
    UnderWay {
        /// As git calls it.
        what: &'static str,
    },
    /// Another git holds the repository.
    #[error("another git is at work in the repository; try again when it is done")]
    Locked,
    /// The other end cannot be reached.
    #[error("{remote} cannot be reached, so your work is kept here until the next sync; git says: {said}")]
    Unreachable {
        /// The name of the remote.
        remote: String,
        /// Git's own words.
        said: String,
    },
    /// The other end knows nobody of that name and key.
    #[error(
        "{remote} does not let you in, so your work is kept here until the next sync; try git fetch in a terminal; git says: {said}"
    )]
    NotLetIn {
        /// The name of the remote.
        remote: String,
        /// Git's own words.
        said: String,
    },
    /// The other end does not take what was sent.
    #[error("{remote} does not take what was sent; ask who looks after it; git says: {said}")]
    Declined {
        /// The name of the remote.
        remote: String,
        /// Git's own words.
        said: String,
    },
    /// Somebody asked it to end.
    #[error("it was stopped; your work is kept here until the next sync")]
    Stopped,
    /// Something else.
    #[error("git {what} failed: {said}")]
    Failed {
        /// The command.
        what: String,
        /// Git's own words.
        said: String,
    },
}

/// Git in one folder.
#[derive(Clone, Debug)]
pub(super) struct Git<'a> {
    folder: PathBuf,
    /// True if it may ask for passwords in the terminal.
    may_ask: bool,
    /// Ends what waits for another machine.
    stop: &'a AtomicBool,
    /// Another index than the repository's own.
    index: Option<PathBuf>,
}

/// What git answered.
pub(super) struct Answer {
    status: ExitStatus,
    /// Standard output.
    pub out: Vec<u8>,
    /// Standard error.
    pub said: String,
}

impl Answer {
    pub(super) fn is_ok(&self) -> bool {
        self.status.success()
    }

    pub(super) fn code(&self) -> Option<i32> {
        self.status.code()
    }

    /// Standard output as a line.
    pub(super) fn line(&self) -> String {
        String::from_utf8_lossy(&self.out).trim_end().to_owned()
    }

    /// Standard output as what stands between zero bytes.
    pub(super) fn parts(&self) -> impl Iterator<Item = String> {
        let parts = self.out.split(|it| *it == 0).filter(|it| !it.is_empty());
        parts.map(|it| String::from_utf8_lossy(it).into_owned())
    }
}

impl<'a> Git<'a> {
    pub(super) fn new(folder: &Path, may_ask: bool, stop: &'a AtomicBool) -> Git<'a> {
        Git { folder: folder.to_owned(), may_ask, stop, index: None }
    }

    /// The same in another folder.
    pub(super) fn in_folder(&self, folder: &Path) -> Git<'a> {
        Git { folder: folder.to_owned(), ..self.clone() }
    }

    /// The same with an index of its own.
    pub(super) fn with_index(&self, index: &Path) -> Git<'a> {
        Git { index: Some(index.to_owned()), ..self.clone() }
    }

    /// Runs git.
    ///
    /// # Errors
    /// If there is no git, or it did not end well.
    pub(super) fn run(&self, arguments: &[&str]) -> Result<Answer, GitError> {
        self.feed(arguments, b"")
    }

    /// The same, with something to read.
    ///
    /// # Errors
    /// As there.
    pub(super) fn feed(&self, arguments: &[&str], input: &[u8]) -> Result<Answer, GitError> {
        let answer = self.ask(arguments, input)?;
        if answer.is_ok() { Ok(answer) } else { Err(self.failure(arguments, &answer)) }
    }

    /// The same, for what need not end well.
    ///
    /// # Errors
    /// If there is no git, or another one is at work.
    pub(super) fn ask(&self, arguments: &[&str], input: &[u8]) -> Result<Answer, GitError> {
        let (n_tries, pause) = LOCKED;
        for _ in 0..n_tries {
            let answer = self.spawn(arguments, input, false)?;
            if answer.is_ok() || !answer.said.contains(".lock': File exists") {
                return Ok(answer);
            }
            std::thread::sleep(Duration::from_millis(pause));
        }
        Err(GitError::Locked)
    }

    /// The same, for what talks to another machine.
    ///
    /// # Errors
    /// If there is no git, or it was stopped.
    pub(super) fn talk(&self, arguments: &[&str]) -> Result<Answer, GitError> {
        self.spawn(arguments, b"", true)
    }

    fn spawn(&self, arguments: &[&str], input: &[u8], waits: bool) -> Result<Answer, GitError> {
        let mut command = self.command();
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| match error.kind() {
            ErrorKind::NotFound => GitError::Missing,
            _ => failed(arguments, &error.to_string()),
        })?;
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (status, out, said) = std::thread::scope(|scope| {
            // Each pipe has a thread: git may fill one while it waits for another.
            let out = scope.spawn(move || read_all(stdout));
            let said = scope.spawn(move || read_all(stderr));
            scope.spawn(move || {
                // A git that ends without reading all says why itself.
                stdin.map(|mut pipe| pipe.write_all(input))
            });
            let status = if waits { self.wait(&mut child) } else { child.wait().map(Some) };
            (status, out.join().unwrap_or_default(), said.join().unwrap_or_default())
        });
        match status {
            Ok(Some(status)) => Ok(Answer { status, out, said: String::from_utf8_lossy(&said).into_owned() }),
            Ok(None) => Err(GitError::Stopped),
            Err(error) => Err(failed(arguments, &error.to_string())),
        }
    }

    /// Waits for the end; nothing if it had to be brought about.
    fn wait(&self, child: &mut Child) -> io::Result<Option<ExitStatus>> {
        for _ in 0..MOST_PAUSES {
            if let Some(status) = child.try_wait()? {
                return Ok(Some(status));
            }
            if self.stop.load(Ordering::Relaxed) {
                break;
            }
            std::thread::sleep(PAUSE);
        }
        self.kill(child)?;
        child.wait()?;
        Ok(None)
    }

    /// Ends git and whatever it started: an ssh that waits for a machine which never answers would keep
    /// its pipes open.
    fn kill(&self, child: &mut Child) -> io::Result<()> {
        #[cfg(unix)]
        if self.has_own_group() {
            let _is_gone_already = rustix::process::kill_process_group(Pid::from_child(child), Signal::KILL);
        }
        child.kill()
    }

    /// True if what git starts is a group of its own. What may ask in the terminal must be of the
    /// terminal's group.
    #[cfg(unix)]
    fn has_own_group(&self) -> bool {
        !self.may_ask
    }

    fn command(&self) -> Command {
        let mut command = Command::new("git");
        command.current_dir(&self.folder).arg("--literal-pathspecs");
        // Of another repository, if this program was started by a hook there.
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX", "GIT_NAMESPACE"] {
            command.env_remove(name);
        }
        match &self.index {
            Some(index) => command.env("GIT_INDEX_FILE", index),
            None => command.env_remove("GIT_INDEX_FILE"),
        };
        command.env("LC_ALL", "C").env("LANGUAGE", "C");
        if !self.may_ask {
            // Nobody reads the terminal that the window was started from.
            command.env("GIT_TERMINAL_PROMPT", "0").env("SSH_ASKPASS_REQUIRE", "force");
        }
        #[cfg(unix)]
        if self.has_own_group() {
            std::os::unix::process::CommandExt::process_group(&mut command, 0);
        }
        #[cfg(windows)]
        {
            const CREATE_NO_WINDOW: u32 = 0x0800_0000;
            std::os::windows::process::CommandExt::creation_flags(&mut command, CREATE_NO_WINDOW);
        }
        command
    }

    /// Why git did not end well.
    pub(super) fn failure(&self, arguments: &[&str], answer: &Answer) -> GitError {
        let said = &answer.said;
        let path = || self.folder.display().to_string();
        if said.contains("not a git repository") {
            GitError::NoRepository { path: path() }
        } else if said.contains("dubious ownership") {
            GitError::OtherOwner { path: path() }
        } else if ["tell me who you are", "unable to auto-detect email", "empty ident", "no email was given"]
            .iter()
            .any(|it| said.to_lowercase().contains(it))
        {
            GitError::NoIdentity
        } else {
            failed(arguments, said)
        }
    }
}

/// Why talking to another machine failed.
pub(super) fn talking_failed(remote: &str, said: &str) -> GitError {
    let (remote, lower) = (remote.to_owned(), said.to_lowercase());
    let is_any = |signs: &[&str]| signs.iter().any(|it| lower.contains(it));
    let not_let_in = [
        "authentication failed",
        "permission denied",
        "could not read username",
        "could not read password",
        "terminal prompts disabled",
        "host key verification failed",
        "access denied",
        "returned error: 403",
        "returned error: 401",
        "invalid credentials",
    ];
    let declined = [
        "hook declined",
        "protected branch",
        "remote rejected",
        "denied to",
        "denyCurrentBranch",
        "unpacker error",
    ];
    let said = last_words(said);
    if is_any(&declined.map(str::to_lowercase).each_ref().map(String::as_str)) {
        GitError::Declined { remote, said }
    } else if is_any(&not_let_in) {
        GitError::NotLetIn { remote, said }
    } else {
        GitError::Unreachable { remote, said }
    }
}

fn failed(arguments: &[&str], said: &str) -> GitError {
    let what = arguments.first().map(|it| (*it).to_owned()).unwrap_or_default();
    GitError::Failed { what, said: last_words(said) }
}

/// What git said, as one line: the error itself where there is one, without git's hints.
fn last_words(said: &str) -> String {
    let lines = || said.lines().map(str::trim).filter(|it| !it.is_empty() && !it.starts_with("hint:"));
    let error = lines().find_map(|it| it.strip_prefix("fatal: ").or_else(|| it.strip_prefix("error: ")));
    let rejected = lines().find(|it| it.contains("rejected]") || it.starts_with("remote: error"));
    rejected.or(error).or_else(|| lines().next_back()).unwrap_or("nothing").to_owned()
}

fn read_all(pipe: Option<impl Read>) -> Vec<u8> {
    let mut bytes = Vec::new();
    // What was read until an error came is what there is to tell.
    drop(pipe.map(|mut pipe| pipe.read_to_end(&mut bytes)));
    bytes
}

/// Why a project could not be synced.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// Git could not do its part.
    #[error(transparent)]
    Git(#[from] GitError),
    /// The project could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Two people changed the same of a file that has no spans.
    #[error(
        "you and the team both changed {}; nothing was merged; bring the two together with git pull, then sync again",
        listed(files)
    )]
    Conflict {
        /// The files, by their paths in the repository.
        files: Vec<String>,
    },
    /// The team changed what was changed here and is not sent.
    #[error(
        "the team changed {}, and so did somebody here; nothing was merged; sorot sync --all sends what was changed here, git restore takes it back",
        listed(files)
    )]
    InTheWay {
        /// The files, by their paths in the repository.
        files: Vec<String>,
    },
    /// The folder and the remote do not come from one another.
    #[error(
        "the project here and the one of {remote} were begun separately; git clone that one, and bring this one in: sorot collect THIS --into CLONE"
    )]
    Unrelated {
        /// The name of the remote.
        remote: String,
    },
    /// Others were faster, again and again.
    #[error("others sent at the same moment, {n_tries} times; your work is kept here, so sync again")]
    Outrun {
        /// How often it was tried.
        n_tries: u32,
    },
    /// Another remote is set already.
    #[error("the repository shares with {address} already; git remote set-url {remote} ADDRESS changes that")]
    OtherRemote {
        /// The name of the remote.
        remote: String,
        /// Its address.
        address: String,
    },
}

/// The first few of several names.
fn listed(files: &[String]) -> String {
    const N_SHOWN: usize = 3;
    let shown = files.iter().take(N_SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    match files.len().saturating_sub(N_SHOWN) {
        0 => shown,
        n => format!("{shown} and {n} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gits_words_become_sentences() {
        let told = |said: &str| talking_failed("origin", said).to_string();
        let offline = told(
            "ssh: Could not resolve hostname example.org: Name or service not known\nfatal: Could not read from remote repository.\n\nPlease make sure …\n",
        );
        assert!(offline.starts_with("origin cannot be reached, so your work is kept here"), "{offline}");
        let denied = told("fatal: could not read Username for 'https://x': terminal prompts disabled\n");
        assert!(denied.starts_with("origin does not let you in"), "{denied}");
        let hook = told(
            "remote: no\n ! [remote rejected] HEAD -> main (pre-receive hook declined)\nerror: failed to push some refs\n",
        );
        assert!(hook.ends_with("(pre-receive hook declined)"), "{hook}");
        assert_eq!(last_words("hint: do\nfatal: this\nhint: that\n"), "this");
    }

    #[test]
    fn long_lists_end() {
        let files = |n: usize| (0..n).map(|i| i.to_string()).collect::<Vec<_>>();
        assert_eq!(listed(&files(3)), "0, 1, 2");
        assert_eq!(listed(&files(9)), "0, 1, 2 and 6 more");
    }
}
