//! The journal on disk: one line an event, appended and flushed, so that neither a restart nor a
//! crash forgets anything.
//!
//! Invariants:
//! - An event that was acknowledged is on a disk: in the project or, while that cannot be written,
//!   in this person's recovery folder. It comes home with the next event that can.
//! - Nothing is ever taken out. A long journal goes on in a new file.

use std::ffi::OsStr;
use std::io::{self, ErrorKind, Read, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::PoisonError;

use crate::file::{read_entry, sha256, write_entry};
use crate::model::{HistoryEvent, Journal, JournalEntry, Owner, Place, Report, Severity};
use crate::store::disk::{self, Disk};
use crate::store::{Folder, Storage, StoreError};

/// The longest journal file that is read, in bytes.
const MAX_BYTES: u64 = 2_000_000_000;

/// A journal this long, in bytes, goes on in a new file once everything in it is saved. Undo
/// reaches back through the file before, so this is also how much it reaches back at least.
const SEGMENT: usize = 4_000_000;

/// Where acknowledged events are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// In the project.
    Home,
    /// Outside of it, until it can be written again.
    Away {
        /// In this file.
        path: PathBuf,
        /// Why not at home: [`StoreError::why_not_saved`].
        reason: String,
    },
}

/// Where the numbers go on of a journal that could not be read: beyond all that it may hold.
const UNREAD: u64 = 1 << 40;

/// Events on their way home.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    entries: Vec<JournalEntry>,
    /// How many of them, from the oldest, are in the recovery folder.
    n_away: usize,
    /// True once what an earlier process left in the recovery folder is among them.
    has_left: bool,
}

impl Folder {
    /// Reads an owner's journal from its beginning. What is broken is reported.
    pub fn read_journal(&self, owner: &Owner, report: &mut Report) -> Vec<JournalEntry> {
        self.read_segments(owner, usize::MAX, report).entries
    }

    /// Reads what an owner can undo and redo, and which edits may be in no file yet.
    pub fn open_journal(&self, owner: &Owner, report: &mut Report) -> Journal {
        let read = self.read_segments(owner, 2, report);
        let mut journal = Journal::default();
        for (i, entry) in read.entries.into_iter().enumerate() {
            if i == read.sound_from {
                journal.history = Default::default();
            }
            journal.record(entry);
        }
        journal.is_away = read.is_away;
        if read.is_unread {
            journal.is_unread = true;
            journal.last = journal.last.max(UNREAD);
        } else if read.n_bytes > SEGMENT && journal.is_saved() {
            self.begin_segment(owner);
        }
        journal
    }

    /// Appends to an owner's journal; returns when it is safe on a disk. What could not be written
    /// is kept, and written before what comes later; recording nothing tries that again.
    ///
    /// # Errors
    /// If neither the project nor the recovery folder can be written.
    pub fn record(&self, owner: &Owner, entries: Vec<JournalEntry>) -> Result<Kept, StoreError> {
        // What waits is whole after every statement, so a panic elsewhere has not harmed it.
        let mut journals = self.0.journals.lock().unwrap_or_else(PoisonError::into_inner);
        let away = self.away_path(owner);
        let waiting = journals.entry(owner.clone()).or_default();
        waiting.entries.extend(entries);
        if !waiting.has_left
            && let Ok(left) = away.as_deref().map_or(Ok(Vec::new()), |path| self.read_away(path))
        {
            waiting.n_away = left.len();
            waiting.entries.splice(..0, left);
            waiting.has_left = true;
        }
        if waiting.entries.is_empty() {
            return Ok(Kept::Home);
        }
        let Err(error) = self.append_home(owner, &waiting.entries) else {
            if waiting.n_away > 0
                && let Some(path) = &away
            {
                // Read once more, it says nothing new.
                drop(self.disk().remove(path));
            }
            *waiting = Waiting { has_left: waiting.has_left, ..Waiting::default() };
            return Ok(Kept::Home);
        };
        if let StoreError::Held { .. } = error {
            // Another window counts on from the same number. What this one changed is counted anew
            // when it may write.
            waiting.entries.truncate(waiting.n_away);
            return Err(error);
        }
        let Some(path) = away else { return Err(error) };
        if append_new(self.disk(), &path, &waiting.entries[waiting.n_away..]).is_err() {
            // Of the two reasons, that of the project is the one that helps.
            return Err(error);
        }
        waiting.n_away = waiting.entries.len();
        Ok(Kept::Away { path, reason: error.why_not_saved() })
    }

    fn append_home(&self, owner: &Owner, entries: &[JournalEntry]) -> Result<(), StoreError> {
        self.check_there()?;
        self.hold(owner)?;
        let path = self.journal_path(owner)?;
        disk::create(self.disk(), &self.0.canonical.join(".sorot/.gitignore"), "*\n")?;
        append_new(self.disk(), &path, entries).map_err(|source| StoreError::io("cannot save", &path, source))
    }

    pub(super) fn journal_path(&self, owner: &Owner) -> Result<PathBuf, StoreError> {
        self.inside(&format!(".sorot/history/{}.jsonl", self.owner_folder(owner)))
    }

    /// Where an owner's events go while the project cannot be written.
    fn away_path(&self, owner: &Owner) -> Option<PathBuf> {
        let folder = away_folder(self.0.recovery.as_ref()?, &self.0.canonical);
        Some(folder.join(format!("{}.jsonl", self.owner_folder(owner))))
    }

    fn read_away(&self, path: &Path) -> Result<Vec<JournalEntry>, StoreError> {
        let mut read = Reading::default();
        // What is broken was reported when the journal was opened.
        read.add(self.disk(), path, "", &mut Report::default())?;
        Ok(read.entries)
    }

    /// The newest files of an owner's journal, oldest first, and what is still outside.
    fn read_segments(&self, owner: &Owner, n: usize, report: &mut Report) -> Reading {
        let mut read = Reading::default();
        let current = self.journal_path(owner);
        if let Err(error) = &current {
            report.add(Severity::Warning, Place::default(), error.to_string());
        }
        let mut add = |path: &Path, shown: &str| {
            let added = read.add(self.disk(), path, shown, report);
            if let Err(error) = &added {
                let place = Place { file: Some(shown.to_owned()), ..Place::default() };
                report.add(Severity::Warning, place, format!("earlier steps cannot be undone: {error}"));
                read.is_unread = true;
            }
            added.unwrap_or(0)
        };
        let (mut n_bytes, mut is_away) = (0, false);
        if let Ok(current) = current {
            let older = self.older_segments(&current);
            let mut paths: Vec<PathBuf> = older.into_iter().map(|(_, path)| path).collect();
            paths.push(current);
            for path in &paths[paths.len().saturating_sub(n)..] {
                n_bytes = add(path, &self.shown(path));
            }
        }
        if let Some(away) = self.away_path(owner) {
            is_away = add(&away, &away.display().to_string()) > 0;
        }
        read.is_away = is_away;
        read.n_bytes = n_bytes;
        read
    }

    /// The files `<owner>.0001.jsonl` and so on beside the one that is written now, oldest first.
    fn older_segments(&self, current: &Path) -> Vec<(u64, PathBuf)> {
        let (Some(folder), Some(stem)) = (current.parent(), current.file_stem().and_then(OsStr::to_str))
        else {
            return Vec::new();
        };
        let mut segments: Vec<(u64, PathBuf)> = Vec::new();
        for entry in self.disk().list(folder).into_iter().flatten().flatten() {
            let number = entry.name.to_str().and_then(|name| {
                name.strip_prefix(stem)?.strip_prefix('.')?.strip_suffix(".jsonl")?.parse().ok()
            });
            segments.extend(number.map(|number| (number, folder.join(&entry.name))));
        }
        segments.sort_unstable();
        segments
    }

    /// Lets the journal go on in a new file. Without that it only gets longer.
    fn begin_segment(&self, owner: &Owner) {
        let Ok(current) = self.journal_path(owner) else { return };
        let (Some(folder), Some(stem)) = (current.parent(), current.file_stem().and_then(OsStr::to_str))
        else {
            return;
        };
        let n = self.older_segments(&current).last().map_or(1, |(n, _)| n.saturating_add(1));
        let older = folder.join(format!("{stem}.{n:04}.jsonl"));
        if self.disk().link_metadata(&older).is_err() && self.disk().rename(&current, &older).is_ok() {
            drop(self.disk().sync_folder(folder));
        }
    }
}

/// Where the journals of a project go while it cannot be written.
fn away_folder(recovery: &Path, canonical: &Path) -> PathBuf {
    let name = canonical.file_name().unwrap_or(OsStr::new("project")).to_string_lossy();
    recovery.join(format!("{name}-{}", &sha256(canonical.to_string_lossy().as_bytes())[..8]))
}

impl Storage {
    /// The folder that keeps changes of a project which is not there now, if some are kept.
    pub fn left_behind(&self, project: &Path) -> Option<PathBuf> {
        let folder = away_folder(self.recovery.as_ref()?, &std::path::absolute(project).ok()?);
        self.disk.list(&folder).ok()?.next().map(|_| folder)
    }
}

/// A journal being read.
#[derive(Default)]
struct Reading {
    entries: Vec<JournalEntry>,
    /// The number of the newest event.
    last: u64,
    /// The entry after the last broken line: which steps before it were taken back is not known.
    sound_from: usize,
    /// How long the newest file is, in bytes.
    n_bytes: usize,
    /// True if a file could not be read.
    is_unread: bool,
    /// True if something is in the recovery folder.
    is_away: bool,
}

impl Reading {
    /// Reads a file on and tells how long it is. A last line without an end was being written
    /// when the power went, and was never acknowledged: it is passed over.
    fn add(
        &mut self,
        disk: &dyn Disk,
        path: &Path,
        shown: &str,
        report: &mut Report,
    ) -> Result<usize, StoreError> {
        let bytes = disk::read(disk, path, MAX_BYTES)?.unwrap_or_default();
        let end = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |i| i + 1);
        for (i, line) in bytes[..end].split(|&byte| byte == b'\n').enumerate() {
            let line = std::str::from_utf8(line).map_err(|_| "it is not in UTF-8".to_owned());
            match line.and_then(|line| match line {
                "" => Ok(None),
                line => read_entry(line).map(Some).map_err(|error| error.to_string()),
            }) {
                Ok(entry) => self.entries.extend(entry.filter(|entry| self.is_new(entry))),
                Err(error) => {
                    self.sound_from = self.entries.len();
                    let line_column = Some((i + 1, 1));
                    let place = Place { file: Some(shown.to_owned()), line_column, ..Place::default() };
                    let message = format!("steps before this line cannot be undone: {error}");
                    report.add(Severity::Warning, place, message);
                }
            }
            self.last = self.last.max(self.entries.last().map_or(0, |entry| entry.number));
        }
        Ok(bytes.len())
    }

    /// False if the entry was read before: what was brought home, or written twice since the first
    /// time seemed to fail, is there twice.
    fn is_new(&self, entry: &JournalEntry) -> bool {
        let is_event = entry.number > 0 && !matches!(entry.event, HistoryEvent::Saved { .. });
        !is_event || entry.number > self.last || !self.entries.iter().rev().any(|other| other == entry)
    }
}

/// Appends entries and flushes them. A torn last line is cut off before.
fn append_new(disk: &dyn Disk, path: &Path, entries: &[JournalEntry]) -> io::Result<()> {
    let folder = path.parent().ok_or(ErrorKind::InvalidInput)?;
    let lines: String = entries.iter().map(|entry| write_entry(entry) + "\n").collect();
    if let Some(end) = end_of_lines(disk, path)? {
        return disk.append(path, end, lines.as_bytes());
    }
    // What only seems not to be there, as on a network drive that hesitates, must not be cut.
    disk::create_folders(disk, folder)?;
    disk.write_new(path, lines.as_bytes())?;
    // The new name must survive a power cut as well.
    disk.sync_folder(folder)
}

/// Where the last whole line ends; nothing if there is no such file.
fn end_of_lines(disk: &dyn Disk, path: &Path) -> io::Result<Option<u64>> {
    const BLOCK: u64 = 4_096;
    let mut file = match disk.open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut end = file.seek(SeekFrom::End(0))?;
    while end > 0 {
        let start = end.saturating_sub(BLOCK);
        let mut block = Vec::new();
        file.seek(SeekFrom::Start(start))?;
        file.by_ref().take(end - start).read_to_end(&mut block)?;
        if let Some(i) = block.iter().rposition(|&byte| byte == b'\n') {
            return Ok(Some(start + i as u64 + 1));
        }
        end = start;
    }
    Ok(Some(0))
}

#[cfg(test)]
mod tests {
    use std::fs::{self, OpenOptions};
    use std::io::Write;

    use super::*;
    use crate::model::{DocumentId, Edit, SetKey, Status, Target, Transaction};

    fn key() -> SetKey {
        SetKey { document: DocumentId::from("a.txt"), owner: rina() }
    }

    fn rina() -> Owner {
        Owner::named("Rina")
    }

    fn entry(number: u64, event: HistoryEvent) -> JournalEntry {
        JournalEntry { number, at: None, event }
    }

    fn step(number: u64, name: &str) -> JournalEntry {
        let edit = Edit::Status { set: key(), before: Status::New, after: Status::Done };
        entry(number, HistoryEvent::Commit(Transaction::new(name, vec![edit])))
    }

    fn names(transactions: &[Transaction]) -> Vec<&str> {
        transactions.iter().map(|it| it.name.as_str()).collect()
    }

    fn open(root: &Path) -> Folder {
        fs::write(root.join("a.txt"), "Kyiv").unwrap();
        Folder::open(root, &mut Report::default()).unwrap().folder
    }

    fn append_raw(path: &Path, bytes: &[u8]) {
        OpenOptions::new().append(true).open(path).unwrap().write_all(bytes).unwrap();
    }

    #[test]
    fn events_come_back_and_a_torn_line_is_cut_off() {
        let root = tempfile::tempdir().unwrap();
        let folder = open(root.path());
        let mut report = Report::default();
        assert_eq!(folder.open_journal(&rina(), &mut report), Journal::default());
        folder.record(&rina(), vec![step(1, "one"), step(2, "two"), step(3, "three")]).unwrap();
        let events = [HistoryEvent::Undo, HistoryEvent::Undo, HistoryEvent::Redo];
        let events = events.into_iter().zip(4..).map(|(event, number)| entry(number, event));
        assert_eq!(folder.record(&rina(), events.collect()).unwrap(), Kept::Home);
        let journal = folder.open_journal(&rina(), &mut report);
        let history = &journal.history;
        assert_eq!((names(history.done()), names(history.undone())), (vec!["one", "two"], vec!["three"]));
        assert_eq!(journal.last, 6);

        append_raw(&root.path().join(".sorot/history/rina.jsonl"), b"{\"name\": \"to");
        assert_eq!(folder.open_journal(&rina(), &mut report), journal);
        folder.record(&rina(), vec![entry(7, HistoryEvent::Redo)]).unwrap();
        let journal = folder.open_journal(&rina(), &mut report);
        assert_eq!(names(journal.history.done()), ["one", "two", "three"]);
        assert_eq!(folder.read_journal(&rina(), &mut report).len(), 7);
        assert!(report.is_empty());
    }

    #[test]
    fn a_broken_line_is_told_with_its_place() {
        let root = tempfile::tempdir().unwrap();
        let folder = open(root.path());
        folder.record(&rina(), vec![step(1, "one")]).unwrap();
        append_raw(&root.path().join(".sorot/history/rina.jsonl"), b"{broken\n");
        folder.record(&rina(), vec![step(2, "two")]).unwrap();
        let mut report = Report::default();
        let journal = folder.open_journal(&rina(), &mut report);
        assert_eq!(names(journal.history.done()), ["two"]);
        assert_eq!(report.problems[0].place.line_column, Some((2, 1)));
        assert_eq!(folder.read_journal(&rina(), &mut report).len(), 2, "it costs the log nothing else");
    }

    #[test]
    fn a_long_journal_goes_on_in_a_new_file() {
        let root = tempfile::tempdir().unwrap();
        let folder = open(root.path());
        let name = "x".repeat(10_000);
        let saved =
            |number| entry(number, HistoryEvent::Saved { target: Target::Set(key()), sha256: String::new() });
        let mut report = Report::default();
        let mut number = 0;
        for _ in 0..3 {
            let entries: Vec<JournalEntry> = (0..500).map(|i| step(number + i + 1, &name)).collect();
            number += 500;
            folder.record(&rina(), entries).unwrap();
            folder.open_journal(&rina(), &mut report);
            folder.record(&rina(), vec![saved(number)]).unwrap();
            folder.open_journal(&rina(), &mut report);
        }
        let history = root.path().join(".sorot/history");
        let mut files: Vec<String> = fs::read_dir(&history)
            .unwrap()
            .map(|it| it.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        assert_eq!(files, ["rina.0001.jsonl", "rina.0002.jsonl", "rina.0003.jsonl"]);
        assert_eq!(folder.read_journal(&rina(), &mut report).len(), 1_503);
        folder.record(&rina(), vec![entry(number + 1, HistoryEvent::Undo)]).unwrap();
        let journal = folder.open_journal(&rina(), &mut report);
        assert_eq!((journal.history.done().len(), journal.last), (499, number + 1));
        assert!(report.is_empty());
    }
}
