//! Disks for tests: one in memory that forgets at a power cut what was not flushed, and one that
//! fails when it is told to.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Cursor, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use sorot::store::Disk;
use sorot::store::disk::{Entry, Held, Kind, Metadata, Readable};

/// A disk in memory. What was flushed is on it for good; names last once their folder was flushed,
/// and until then each change of a name may or may not be there after a power cut.
#[derive(Clone, Debug, Default)]
pub(crate) struct MemoryDisk(Arc<Mutex<State>>);

#[derive(Clone, Debug, Default)]
struct State {
    files: Vec<Content>,
    names: BTreeMap<PathBuf, Node>,
    lasting: BTreeMap<PathBuf, Node>,
    /// Changes of names, oldest first, whose folders were not flushed since.
    changes: Vec<Change>,
}

#[derive(Clone, Debug, Default)]
struct Content {
    now: Vec<u8>,
    /// Bytes that were written last and not flushed yet: how many of the end of `now`.
    n_loose: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Node {
    Folder,
    File(usize),
}

#[derive(Clone, Debug)]
enum Change {
    Added(PathBuf, Node),
    Removed(PathBuf),
    Renamed(PathBuf, PathBuf, Node),
    Exchanged(PathBuf, PathBuf),
}

impl Change {
    fn is_in(&self, folder: &Path) -> bool {
        let paths = match self {
            Change::Added(path, _) | Change::Removed(path) => [path, path],
            Change::Renamed(from, to, _) | Change::Exchanged(from, to) => [from, to],
        };
        paths.iter().any(|path| path.parent() == Some(folder))
    }

    fn make(&self, names: &mut BTreeMap<PathBuf, Node>) {
        match self {
            Change::Added(path, node) => drop(names.insert(path.clone(), *node)),
            Change::Removed(path) => drop(names.remove(path)),
            Change::Renamed(from, to, node) => {
                // What is in a folder goes with it.
                let inside = names.keys().filter(|path| path.starts_with(from));
                let moved: Vec<PathBuf> = inside.cloned().collect();
                for path in moved {
                    let way = path.strip_prefix(from).unwrap();
                    // Joining nothing would add a separator.
                    let place = if way == Path::new("") { to.clone() } else { to.join(way) };
                    let node = names.remove(&path).unwrap();
                    names.insert(place, node);
                }
                names.insert(to.clone(), *node);
            }
            Change::Exchanged(one, other) => {
                if let (Some(&first), Some(&second)) = (names.get(one), names.get(other)) {
                    names.insert(one.clone(), second);
                    names.insert(other.clone(), first);
                }
            }
        }
    }
}

impl State {
    fn change(&mut self, change: Change) {
        change.make(&mut self.names);
        self.changes.push(change);
    }

    fn node(&self, path: &Path) -> io::Result<Node> {
        if path == Path::new("/") {
            return Ok(Node::Folder);
        }
        self.names.get(path).copied().ok_or(ErrorKind::NotFound.into())
    }

    fn file(&self, path: &Path) -> io::Result<usize> {
        match self.node(path)? {
            Node::File(file) => Ok(file),
            Node::Folder => Err(ErrorKind::IsADirectory.into()),
        }
    }

    fn check_parent(&self, path: &Path) -> io::Result<()> {
        match self.node(path.parent().unwrap_or(path))? {
            Node::Folder => Ok(()),
            Node::File(_) => Err(ErrorKind::NotADirectory.into()),
        }
    }

    fn new_file(&mut self, path: &Path) -> io::Result<usize> {
        self.check_parent(path)?;
        self.files.push(Content::default());
        self.change(Change::Added(path.to_owned(), Node::File(self.files.len() - 1)));
        Ok(self.files.len() - 1)
    }

    fn write(&mut self, file: usize, bytes: &[u8], is_flushed: bool) {
        let content = &mut self.files[file];
        content.now.extend(bytes);
        content.n_loose = if is_flushed { 0 } else { bytes.len() };
    }
}

impl MemoryDisk {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Puts a file there for good, with its folders.
    pub(crate) fn put(&self, path: &str, content: &str) {
        let mut state = self.state();
        let path = Path::new(path);
        for folder in path.ancestors().skip(1).filter(|it| *it != Path::new("/")) {
            state.names.insert(folder.to_owned(), Node::Folder);
        }
        state.files.push(Content { now: content.as_bytes().to_owned(), n_loose: 0 });
        let node = Node::File(state.files.len() - 1);
        state.names.insert(path.to_owned(), node);
        state.lasting = state.names.clone();
    }

    /// A copy that shares nothing.
    pub(crate) fn copy(&self) -> MemoryDisk {
        MemoryDisk(Arc::new(Mutex::new(self.state().clone())))
    }

    /// What is on the disk after a power cut now. Bytes that were not flushed are there in part,
    /// and their rest may be zeros.
    pub(crate) fn after_power_cut(&self, random: &mut fastrand::Rng) -> MemoryDisk {
        let mut state = self.state().clone();
        let mut names = state.lasting.clone();
        for change in &state.changes {
            if random.bool() {
                change.make(&mut names);
            }
        }
        // A file whose folder is not there is nowhere.
        let paths: Vec<PathBuf> = names.keys().cloned().collect();
        for path in paths {
            let mut folders = path.ancestors().skip(1).filter(|it| *it != Path::new("/"));
            if !folders.all(|it| names.get(it) == Some(&Node::Folder)) {
                names.remove(&path);
            }
        }
        for content in &mut state.files {
            let n_kept = content.now.len() - random.usize(..=content.n_loose);
            if random.bool() {
                content.now.truncate(n_kept);
            } else {
                content.now[n_kept..].fill(0);
            }
            content.n_loose = 0;
        }
        let files = state.files;
        MemoryDisk(Arc::new(Mutex::new(State { files, lasting: names.clone(), names, changes: Vec::new() })))
    }

    /// Puts the content of another disk in the place of this one's, which is returned.
    pub(crate) fn swap(&self, other: &MemoryDisk) -> MemoryDisk {
        let other = other.state().clone();
        MemoryDisk(Arc::new(Mutex::new(std::mem::replace(&mut self.state(), other))))
    }

    /// All files by their paths, for looking at them.
    pub(crate) fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let state = self.state();
        let file = |(path, node): (&PathBuf, &Node)| match node {
            Node::File(file) => Some((path.display().to_string(), state.files[*file].now.clone())),
            Node::Folder => None,
        };
        state.names.iter().filter_map(file).collect()
    }

    /// Writes a new file, or as much of it as `n_bytes` says, without flushing it then.
    fn write_part(&self, path: &Path, bytes: &[u8], n_bytes: Option<usize>) -> io::Result<()> {
        let mut state = self.state();
        if state.node(path).is_ok() {
            return Err(ErrorKind::AlreadyExists.into());
        }
        let file = state.new_file(path)?;
        state.write(file, &bytes[..n_bytes.unwrap_or(bytes.len())], n_bytes.is_none());
        Ok(())
    }

    fn append_part(&self, path: &Path, length: u64, bytes: &[u8], n_bytes: Option<usize>) -> io::Result<()> {
        let mut state = self.state();
        let file = state.file(path)?;
        state.files[file].now.resize(length as usize, 0);
        state.write(file, &bytes[..n_bytes.unwrap_or(bytes.len())], n_bytes.is_none());
        Ok(())
    }
}

impl Disk for MemoryDisk {
    fn metadata(&self, path: &Path) -> io::Result<Metadata> {
        let state = self.state();
        let (kind, n_bytes) = match state.node(path)? {
            Node::Folder => (Kind::Folder, 0),
            Node::File(file) => (Kind::File, state.files[file].now.len() as u64),
        };
        Ok(Metadata { kind, n_bytes, modified: None })
    }

    fn link_metadata(&self, path: &Path) -> io::Result<Metadata> {
        self.metadata(path)
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        self.metadata(path)?;
        Ok(path.to_owned())
    }

    fn list(&self, folder: &Path) -> io::Result<Box<dyn Iterator<Item = io::Result<Entry>>>> {
        let state = self.state();
        if state.node(folder)? != Node::Folder {
            return Err(ErrorKind::NotADirectory.into());
        }
        let inside = state.names.iter().filter(|(path, _)| path.parent() == Some(folder));
        let entry = |(path, node): (&PathBuf, &Node)| {
            let kind = if *node == Node::Folder { Kind::Folder } else { Kind::File };
            Ok(Entry { name: path.file_name().unwrap().to_owned(), kind })
        };
        Ok(Box::new(inside.map(entry).collect::<Vec<_>>().into_iter()))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Readable>> {
        let state = self.state();
        Ok(Box::new(Cursor::new(state.files[state.file(path)?].now.clone())))
    }

    fn create_folder(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.check_parent(path)?;
        if state.node(path).is_ok() {
            return Err(ErrorKind::AlreadyExists.into());
        }
        state.change(Change::Added(path.to_owned(), Node::Folder));
        Ok(())
    }

    fn write_new(&self, path: &Path, bytes: &[u8]) -> io::Result<Held> {
        self.write_part(path, bytes, None)?;
        Ok(Held::by(()))
    }

    fn write_unflushed(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.write_part(path, bytes, Some(bytes.len()))
    }

    fn flush(&self, _folder: &Path, _folders: &BTreeSet<PathBuf>) -> io::Result<()> {
        let mut state = self.state();
        for content in &mut state.files {
            content.n_loose = 0;
        }
        state.changes.clear();
        state.lasting = state.names.clone();
        Ok(())
    }

    fn append(&self, path: &Path, length: u64, bytes: &[u8]) -> io::Result<()> {
        self.append_part(path, length, bytes, None)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.check_parent(to)?;
        let node = state.node(from)?;
        if matches!(state.node(to), Ok(Node::Folder)) {
            return Err(ErrorKind::IsADirectory.into());
        }
        state.change(Change::Renamed(from.to_owned(), to.to_owned(), node));
        Ok(())
    }

    fn exchange(&self, one: &Path, other: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.file(one)?;
        state.file(other)?;
        state.change(Change::Exchanged(one.to_owned(), other.to_owned()));
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.file(path)?;
        state.change(Change::Removed(path.to_owned()));
        Ok(())
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.node(folder)?;
        let (lasting, loose): (Vec<Change>, Vec<Change>) =
            std::mem::take(&mut state.changes).into_iter().partition(|change| change.is_in(folder));
        state.changes = loose;
        for change in lasting {
            change.make(&mut state.lasting);
        }
        Ok(())
    }

    fn hold(&self, path: &Path) -> io::Result<Option<Held>> {
        self.state().file(path)?;
        Ok(Some(Held::by(())))
    }
}

/// How an operation fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is refused, and nothing happens.
    Refused(ErrorKind),
    /// A part of the bytes is written; as `Refused` for what writes none.
    Short(ErrorKind),
    /// It is done, and then an error comes, as from a flush.
    Late,
}

/// When operations fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    Never,
    /// The one of this number, from 1.
    Once(usize),
    /// All from this number on that change something below this folder.
    From(usize, &'static str),
    /// All from this number on, and nothing happens any more: the power went.
    Cut(usize),
}

/// A disk in memory that fails when it is told to, and counts.
#[derive(Clone, Debug)]
pub(crate) struct FailingDisk {
    pub(crate) disk: MemoryDisk,
    plan: Arc<Mutex<Plan>>,
}

#[derive(Debug)]
struct Plan {
    fault: Fault,
    when: When,
    /// What was to be done, and where: the kind of place, not the name.
    operations: Vec<String>,
    /// What was to be done when it failed, and where: the kind of place, not the name.
    failed: Option<String>,
}

/// What becomes of an operation.
enum Fate {
    Done,
    Fails(ErrorKind),
    FailsInPart(ErrorKind),
    FailsLate,
}

impl FailingDisk {
    pub(crate) fn new(disk: MemoryDisk, fault: Fault, when: When) -> FailingDisk {
        let plan = Plan { fault, when, operations: Vec::new(), failed: None };
        FailingDisk { disk, plan: Arc::new(Mutex::new(plan)) }
    }

    /// Lets everything work from now on.
    pub(crate) fn heal(&self) {
        self.plan.lock().unwrap().when = When::Never;
    }

    /// The operation that failed first, if one did.
    pub(crate) fn failed(&self) -> Option<String> {
        self.plan.lock().unwrap().failed.clone()
    }

    /// All operations so far, in order, as [`FailingDisk::failed`] names them.
    pub(crate) fn operations(&self) -> Vec<String> {
        self.plan.lock().unwrap().operations.clone()
    }

    fn fate(&self, operation: &str, path: &Path, changes: bool) -> Fate {
        let mut plan = self.plan.lock().unwrap();
        let what = format!("{operation} {}", place(path));
        plan.operations.push(what.clone());
        let n = plan.operations.len();
        let fails = match plan.when {
            When::Never => false,
            When::Once(at) => n == at,
            When::From(from, folder) => changes && n >= from && path.starts_with(folder),
            When::Cut(at) => n >= at,
        };
        if !fails {
            return Fate::Done;
        }
        let is_first = plan.failed.is_none();
        plan.failed.get_or_insert(what);
        if matches!(plan.when, When::Cut(_)) {
            return if is_first {
                Fate::FailsInPart(ErrorKind::Other)
            } else {
                Fate::Fails(ErrorKind::Other)
            };
        }
        match plan.fault {
            Fault::Refused(kind) => Fate::Fails(kind),
            Fault::Short(kind) => Fate::FailsInPart(kind),
            Fault::Late => Fate::FailsLate,
        }
    }

    fn run<T>(
        &self,
        operation: &str,
        path: &Path,
        changes: bool,
        run: impl Fn(&MemoryDisk) -> io::Result<T>,
    ) -> io::Result<T> {
        match self.fate(operation, path, changes) {
            Fate::Done => run(&self.disk),
            Fate::Fails(kind) | Fate::FailsInPart(kind) => Err(kind.into()),
            Fate::FailsLate => {
                drop(run(&self.disk));
                Err(ErrorKind::Other.into())
            }
        }
    }
}

/// A path without what differs from run to run.
fn place(path: &Path) -> String {
    let path = path.display().to_string();
    let path = match path.split_once("/.sorot/imports/") {
        Some((before, rest)) => match rest.split_once('/') {
            Some((_, after)) => format!("{before}/.sorot/imports/…/{after}"),
            None => format!("{before}/.sorot/imports/…"),
        },
        None => path,
    };
    match path.find(".sorot-tmp-") {
        Some(i) => format!("{}…", &path[..i + ".sorot-tmp-".len()]),
        None => path,
    }
}

impl Disk for FailingDisk {
    fn metadata(&self, path: &Path) -> io::Result<Metadata> {
        self.run("metadata", path, false, |disk| disk.metadata(path))
    }

    fn link_metadata(&self, path: &Path) -> io::Result<Metadata> {
        self.run("link metadata", path, false, |disk| disk.link_metadata(path))
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        self.run("canonical", path, false, |disk| disk.canonical(path))
    }

    fn list(&self, folder: &Path) -> io::Result<Box<dyn Iterator<Item = io::Result<Entry>>>> {
        self.run("list", folder, false, |disk| disk.list(folder))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Readable>> {
        self.run("open", path, false, |disk| disk.open(path))
    }

    fn create_folder(&self, path: &Path) -> io::Result<()> {
        self.run("create folder", path, true, |disk| disk.create_folder(path))
    }

    fn write_new(&self, path: &Path, bytes: &[u8]) -> io::Result<Held> {
        match self.fate("write", path, true) {
            Fate::Done => self.disk.write_new(path, bytes),
            Fate::Fails(kind) => Err(kind.into()),
            Fate::FailsInPart(kind) => {
                self.disk.write_part(path, bytes, Some(bytes.len() / 2))?;
                Err(kind.into())
            }
            Fate::FailsLate => {
                self.disk.write_part(path, bytes, Some(bytes.len()))?;
                Err(ErrorKind::Other.into())
            }
        }
    }

    fn write_unflushed(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        match self.fate("write loosely", path, true) {
            Fate::Done => self.disk.write_unflushed(path, bytes),
            Fate::Fails(kind) => Err(kind.into()),
            Fate::FailsInPart(kind) => {
                self.disk.write_part(path, bytes, Some(bytes.len() / 2))?;
                Err(kind.into())
            }
            Fate::FailsLate => {
                self.disk.write_unflushed(path, bytes)?;
                Err(ErrorKind::Other.into())
            }
        }
    }

    fn flush(&self, folder: &Path, folders: &BTreeSet<PathBuf>) -> io::Result<()> {
        self.run("flush", folder, true, |disk| disk.flush(folder, folders))
    }

    fn append(&self, path: &Path, length: u64, bytes: &[u8]) -> io::Result<()> {
        match self.fate("append", path, true) {
            Fate::Done => self.disk.append(path, length, bytes),
            Fate::Fails(kind) => Err(kind.into()),
            Fate::FailsInPart(kind) => {
                self.disk.append_part(path, length, bytes, Some(bytes.len() / 2))?;
                Err(kind.into())
            }
            Fate::FailsLate => {
                self.disk.append_part(path, length, bytes, Some(bytes.len()))?;
                Err(ErrorKind::Other.into())
            }
        }
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.run("rename", to, true, |disk| disk.rename(from, to))
    }

    fn exchange(&self, one: &Path, other: &Path) -> io::Result<()> {
        self.run("exchange", other, true, |disk| disk.exchange(one, other))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.run("remove", path, true, |disk| disk.remove(path))
    }

    fn make_read_only(&self, path: &Path) -> io::Result<()> {
        self.run("make read-only", path, true, |disk| disk.make_read_only(path))
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.run("flush folder", folder, true, |disk| disk.sync_folder(folder))
    }

    fn hold(&self, path: &Path) -> io::Result<Option<Held>> {
        self.run("hold", path, false, |disk| disk.hold(path))
    }
}
