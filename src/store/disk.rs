//! The disk, as the store needs it: a trait, so that tests can make every single operation fail;
//! the system behind it; and the ways of writing that are built from its operations.
//!
//! Writing so that a file is complete or as it was is measured to lose nothing on kills and power
//! cuts, unlike writing in place or renaming without flushing.

use std::any::Any;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fmt::Debug;
use std::fs::{self, File, FileType, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::store::StoreError;

/// What the store asks of a disk. Each operation may fail; one that failed may have been done in
/// part.
pub trait Disk: Debug + Send + Sync {
    /// What is at a path, at the end of all links.
    ///
    /// # Errors
    /// If there is nothing, or the system refuses. So with all that follows.
    fn metadata(&self, path: &Path) -> io::Result<Metadata>;

    /// What is at a path, which may be a link itself.
    fn link_metadata(&self, path: &Path) -> io::Result<Metadata>;

    /// The path with every link resolved.
    fn canonical(&self, path: &Path) -> io::Result<PathBuf>;

    /// What lies in a folder, in no order.
    fn list(&self, folder: &Path) -> io::Result<Box<dyn Iterator<Item = io::Result<Entry>>>>;

    /// A file to read.
    fn open(&self, path: &Path) -> io::Result<Box<dyn Readable>>;

    /// Makes a folder in one that is there.
    fn create_folder(&self, path: &Path) -> io::Result<()>;

    /// Makes a file, which must not be there yet, and flushes its content. Who made it holds it.
    fn write_new(&self, path: &Path, bytes: &[u8]) -> io::Result<Held>;

    /// Makes a file, which must not be there yet; it survives a power cut from the next
    /// [`Disk::flush`] of its folder on. For many files, of which none counts before all are there.
    fn write_unflushed(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.write_new(path, bytes).map(drop)
    }

    /// Makes everything that was written and renamed below a folder survive a power cut; `folders`
    /// are all in which names changed.
    fn flush(&self, _folder: &Path, folders: &BTreeSet<PathBuf>) -> io::Result<()> {
        folders.iter().try_for_each(|it| self.sync_folder(it))
    }

    /// Cuts a file at a length, appends to it and flushes that.
    fn append(&self, path: &Path, length: u64, bytes: &[u8]) -> io::Result<()>;

    /// Renames a file, in place of another one if that is there.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Renames a file unless there is one of the new name; then [`ErrorKind::AlreadyExists`]. In
    /// one step, where the system has such a thing.
    fn rename_new(&self, from: &Path, to: &Path) -> io::Result<()> {
        match self.link_metadata(to) {
            Ok(_) => Err(ErrorKind::AlreadyExists.into()),
            Err(_) => self.rename(from, to),
        }
    }

    /// Exchanges two files by name, in one step. [`ErrorKind::Unsupported`] where the system or the
    /// file system has no such thing.
    fn exchange(&self, one: &Path, other: &Path) -> io::Result<()>;

    /// Removes a file.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Lets nobody write to a file any more, where the system has such a thing.
    fn make_read_only(&self, _path: &Path) -> io::Result<()> {
        Ok(())
    }

    /// Makes what happened to the names in a folder survive a power cut.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;

    /// Holds a file that is there, until the value is dropped or the process ends, however it
    /// ends. Nothing if somebody else holds it.
    fn hold(&self, path: &Path) -> io::Result<Option<Held>>;

    /// True if there is a file.
    fn is_file(&self, path: &Path) -> bool {
        self.metadata(path).is_ok_and(|it| it.kind == Kind::File)
    }

    /// True unless the system says that there is nothing: what cannot be looked at may be there.
    fn may_be_there(&self, path: &Path) -> bool {
        !self.metadata(path).is_err_and(|error| error.kind() == ErrorKind::NotFound)
    }

    /// True if there is a folder.
    fn is_folder(&self, path: &Path) -> bool {
        self.metadata(path).is_ok_and(|it| it.kind == Kind::Folder)
    }
}

/// A file that is open for reading.
pub trait Readable: Read + Seek + Send {}

impl<T: Read + Seek + Send> Readable for T {}

/// A file that nobody else can hold until this is dropped.
#[derive(Debug)]
pub struct Held(#[expect(dead_code, reason = "it does its work by being there")] Box<dyn Any + Send + Sync>);

impl Held {
    /// Holds for as long as the value lives.
    pub fn by(value: impl Any + Send + Sync) -> Held {
        Held(Box::new(value))
    }
}

/// What the disk tells of a file or folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// What it is.
    pub kind: Kind,
    /// How long the file is, in bytes.
    pub n_bytes: u64,
    /// When it was changed last, if the disk tells.
    pub modified: Option<SystemTime>,
}

/// What stands in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: OsString,
    /// What it is.
    pub kind: Kind,
}

/// Kinds of things on a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// A device, a pipe or a socket.
    Other,
}

/// The disk of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemDisk;

impl Disk for SystemDisk {
    fn metadata(&self, path: &Path) -> io::Result<Metadata> {
        fs::metadata(path).map(|it| Metadata::from(&it))
    }

    fn link_metadata(&self, path: &Path) -> io::Result<Metadata> {
        fs::symlink_metadata(path).map(|it| Metadata::from(&it))
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        path.canonicalize()
    }

    fn list(&self, folder: &Path) -> io::Result<Box<dyn Iterator<Item = io::Result<Entry>>>> {
        let entry = |it: fs::DirEntry| Ok(Entry { name: it.file_name(), kind: it.file_type()?.into() });
        Ok(Box::new(fs::read_dir(folder)?.map(move |it| it.and_then(entry))))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Readable>> {
        Ok(Box::new(File::open(path)?))
    }

    fn create_folder(&self, path: &Path) -> io::Result<()> {
        fs::create_dir(path)
    }

    fn write_new(&self, path: &Path, bytes: &[u8]) -> io::Result<Held> {
        let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
        // A file system without locks still takes files; its temporaries are told by their age.
        drop(file.try_lock());
        file.write_all(bytes)?;
        file.sync_all()?;
        Ok(Held::by(file))
    }

    fn append(&self, path: &Path, length: u64, bytes: &[u8]) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).open(path)?;
        file.set_len(length)?;
        file.seek(SeekFrom::Start(length))?;
        file.write_all(bytes)?;
        file.sync_data()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
    fn rename_new(&self, from: &Path, to: &Path) -> io::Result<()> {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
            Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) if self.link_metadata(to).is_err() => {
                self.rename(from, to)
            }
            Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => Err(ErrorKind::AlreadyExists.into()),
            result => result.map_err(Into::into),
        }
    }

    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn write_unflushed(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        OpenOptions::new().write(true).create_new(true).open(path)?.write_all(bytes)
    }

    // A flush for each of thousands of files takes minutes; these systems flush a whole file system.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn flush(&self, folder: &Path, _folders: &BTreeSet<PathBuf>) -> io::Result<()> {
        Ok(rustix::fs::syncfs(File::open(folder)?)?)
    }

    #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
    fn exchange(&self, one: &Path, other: &Path) -> io::Result<()> {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE).map_err(|error| match error {
            // What file systems without it answer.
            rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS => ErrorKind::Unsupported.into(),
            error => error.into(),
        })
    }

    #[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
    fn exchange(&self, _one: &Path, _other: &Path) -> io::Result<()> {
        Err(ErrorKind::Unsupported.into())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn make_read_only(&self, path: &Path) -> io::Result<()> {
        let mut permissions = fs::metadata(path)?.permissions();
        permissions.set_readonly(true);
        fs::set_permissions(path, permissions)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        // Windows cannot open a folder for it.
        if cfg!(windows) { Ok(()) } else { File::open(folder)?.sync_all() }
    }

    fn hold(&self, path: &Path) -> io::Result<Option<Held>> {
        let file = OpenOptions::new().read(true).write(true).open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Held::by(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

impl From<&fs::Metadata> for Metadata {
    fn from(metadata: &fs::Metadata) -> Metadata {
        Metadata {
            kind: metadata.file_type().into(),
            n_bytes: metadata.len(),
            modified: metadata.modified().ok(),
        }
    }
}

impl From<FileType> for Kind {
    fn from(kind: FileType) -> Kind {
        if kind.is_file() {
            Kind::File
        } else if kind.is_dir() {
            Kind::Folder
        } else if kind.is_symlink() {
            Kind::Link
        } else {
            Kind::Other
        }
    }
}

/// How the names of temporary files begin.
pub(super) const TEMPORARY: &str = ".sorot-tmp-";

/// Temporary files that cannot be asked for their writer are those of a program that died once
/// they are that old.
const TEMPORARY_AGE: Duration = Duration::from_secs(3_600);

/// Pauses before a refused rename is tried again. Virus scanners and sync programs hold a file for
/// some 10 to 200 ms, on bad days for seconds.
const PAUSES: [u64; 8] = [10, 25, 50, 100, 200, 400, 800, 1_600];

/// A regular file's bytes; nothing if there is no such file. Device files could block or never
/// end, and a file may grow while it is read, or lie about its size.
pub(super) fn read(disk: &dyn Disk, path: &Path, limit: u64) -> Result<Option<Vec<u8>>, StoreError> {
    let shown = || path.display().to_string();
    let check = |n_bytes| match n_bytes <= limit {
        true => Ok(()),
        false => Err(StoreError::TooLarge { path: shown(), n_bytes, limit }),
    };
    let io = |source| StoreError::io("cannot read", path, source);
    let metadata = match disk.metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io(error)),
    };
    if metadata.kind != Kind::File {
        return Err(StoreError::NotAFile { path: shown() });
    }
    check(metadata.n_bytes)?;
    // One byte more, so that the end is found without making room for more.
    let mut bytes = Vec::with_capacity(metadata.n_bytes as usize + 1);
    disk.open(path).map_err(io)?.take(limit + 1).read_to_end(&mut bytes).map_err(io)?;
    check(bytes.len() as u64)?;
    Ok(Some(bytes))
}

/// Replaces a file's content completely, or leaves it as it was. Folders are made as needed. When
/// this returns, the content is safe on the disk.
pub(super) fn replace(disk: &dyn Disk, path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let write = || {
        let folder = path.parent().ok_or(ErrorKind::InvalidInput)?;
        create_folders(disk, folder)?;
        let (temporary, _held) = write_temporary(disk, folder, bytes)?;
        rename(disk, &temporary, path).inspect_err(|_| {
            // Left behind, it harms nobody; the next opening removes it.
            drop(disk.remove(&temporary));
        })?;
        disk.sync_folder(folder)
    };
    let written = write().or_else(|error| match error.kind() {
        // Between its making and its holding, a temporary file looks like that of a dead program,
        // and another one that opens the project may have removed it.
        ErrorKind::NotFound => write(),
        _ => Err(error),
    });
    written.map_err(|source| StoreError::io("cannot save", path, source))
}

/// Writes a temporary file into a folder and holds it, so that nobody thinks its writer dead.
pub(super) fn write_temporary(disk: &dyn Disk, folder: &Path, bytes: &[u8]) -> io::Result<(PathBuf, Held)> {
    loop {
        let path = folder.join(temporary_name());
        match disk.write_new(&path, bytes) {
            Ok(held) => return Ok((path, held)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => {
                drop(disk.remove(&path));
                return Err(error);
            }
        }
    }
}

/// A name for a temporary file that no other has.
pub(super) fn temporary_name() -> String {
    let random: String = std::iter::repeat_with(fastrand::alphanumeric).take(8).collect();
    format!("{TEMPORARY}{random}")
}

/// Renames, with patience for programs that hold the file for a moment.
pub(super) fn rename(disk: &dyn Disk, from: &Path, to: &Path) -> io::Result<()> {
    patiently(disk, to, || disk.rename(from, to))
}

/// Does something to a file, with patience for programs that hold it for a moment.
pub(super) fn patiently(
    disk: &dyn Disk,
    path: &Path,
    operation: impl Fn() -> io::Result<()>,
) -> io::Result<()> {
    for pause in PAUSES {
        match operation() {
            Err(error) if is_passing(&error) && !disk.is_folder(path) => {
                std::thread::sleep(Duration::from_millis(pause));
            }
            result => return result,
        }
    }
    operation()
}

/// True for refusals that pass when another program lets go of the file.
fn is_passing(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ResourceBusy)
}

/// Makes a folder, and those above it, so that they survive a power cut.
pub(super) fn create_folders(disk: &dyn Disk, folder: &Path) -> io::Result<()> {
    if disk.is_folder(folder) {
        return Ok(());
    }
    let Some(parent) = folder.parent() else { return Err(ErrorKind::NotFound.into()) };
    create_folders(disk, parent)?;
    match disk.create_folder(folder) {
        // Somebody else was faster.
        Err(error) if error.kind() == ErrorKind::AlreadyExists && disk.is_folder(folder) => Ok(()),
        Err(error) => Err(error),
        Ok(()) => disk.sync_folder(parent),
    }
}

/// Makes a file with that content unless there is one.
pub(super) fn create(disk: &dyn Disk, path: &Path, content: &str) -> Result<(), StoreError> {
    if disk.link_metadata(path).is_ok() { Ok(()) } else { replace(disk, path, content.as_bytes()) }
}

/// Removes a temporary file if the program that wrote it is no more, as far as possible.
pub(super) fn remove_abandoned(disk: &dyn Disk, path: &Path) {
    let is_abandoned = match disk.hold(path) {
        Ok(held) => held.is_some(),
        Err(_) => {
            let modified = disk.link_metadata(path).ok().and_then(|it| it.modified);
            modified.and_then(|it| it.elapsed().ok()).is_some_and(|age| age > TEMPORARY_AGE)
        }
    };
    if is_abandoned {
        // Left behind, it harms nobody; the next opening tries again.
        drop(disk.remove(path));
    }
}
