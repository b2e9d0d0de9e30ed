//! The undo history on disk: one line an event, appended, so that a restart forgets nothing.

use std::io::{self, ErrorKind, Read, SeekFrom};
use std::path::Path;

use crate::file::{read_transaction, write_transaction};
use crate::model::{History, Place, Report, Severity, Transaction};
use crate::store::disk::{self, Disk};

/// What happened to a history.
#[derive(Clone, Debug, PartialEq)]
pub enum HistoryEvent {
    /// A transaction was done.
    Commit(Transaction),
    /// The newest done transaction was taken back.
    Undo,
    /// The newest transaction taken back was made again.
    Redo,
}

const UNDO: &str = "{\"event\": \"undo\"}";
const REDO: &str = "{\"event\": \"redo\"}";

/// The longest history that is read, in bytes.
const MAX_BYTES: u64 = 2_000_000_000;

/// A file with more than this many times the lines it needs is written anew on reading.
const SLACK: usize = 4;

impl HistoryEvent {
    fn line(&self) -> String {
        match self {
            HistoryEvent::Commit(transaction) => write_transaction(transaction),
            HistoryEvent::Undo => UNDO.to_owned(),
            HistoryEvent::Redo => REDO.to_owned(),
        }
    }
}

/// Reads a history. A last line without an end was being written when the power went, and was
/// never acknowledged: it is passed over. After a broken line in the middle nothing before it can
/// be undone any more, which is reported.
pub(super) fn read(disk: &dyn Disk, path: &Path, report: &mut Report) -> History {
    let mut history = History::default();
    let mut problem = |line: Option<usize>, message: String| {
        let file = Some(path.display().to_string());
        let place = Place { file, line_column: line.map(|line| (line, 1)), ..Place::default() };
        report.add(Severity::Warning, place, message);
    };
    let bytes = match disk::read(disk, path, MAX_BYTES) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return history,
        Err(error) => {
            problem(None, format!("cannot read the history, so earlier steps cannot be undone, {error}"));
            return history;
        }
    };
    let end = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |i| i + 1);
    let mut n_lines = 0;
    for (i, line) in bytes[..end].split(|&byte| byte == b'\n').enumerate() {
        if line.is_empty() {
            continue;
        }
        n_lines += 1;
        let is_read = match std::str::from_utf8(line) {
            Ok(UNDO) => history.record_undo(),
            Ok(REDO) => history.record_redo(),
            Ok(line) => read_transaction(line).map(|transaction| history.record(transaction)).is_ok(),
            Err(_) => false,
        };
        if !is_read {
            history = History::default();
            let message = "the line of history is broken, so steps before it cannot be undone";
            problem(Some(i + 1), message.to_owned());
        }
    }
    let n_needed = history.done().len() + 2 * history.undone().len();
    if n_lines > SLACK * n_needed.max(1_000) {
        // Without it the file stays long, and the next opening tries again.
        drop(disk::replace(disk, path, compact(&history).as_bytes()));
    }
    history
}

/// The fewest lines that make a history.
fn compact(history: &History) -> String {
    let undone = history.undone();
    let commits = history.done().iter().chain(undone.iter().rev());
    let lines = commits.map(write_transaction).chain(undone.iter().map(|_| UNDO.to_owned()));
    lines.map(|line| line + "\n").collect()
}

/// Appends events and flushes them. A torn last line is cut off before.
pub(super) fn append(disk: &dyn Disk, path: &Path, events: &[HistoryEvent]) -> io::Result<()> {
    let folder = path.parent().ok_or(ErrorKind::InvalidInput)?;
    let end = end_of_lines(disk, path)?;
    if end.is_none() {
        disk::create_folders(disk, folder)?;
    }
    let lines: String = events.iter().map(|event| event.line() + "\n").collect();
    disk.append(path, end.unwrap_or(0), lines.as_bytes())?;
    if end.is_none() { disk.sync_folder(folder) } else { Ok(()) }
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
    use crate::model::{DocumentId, Edit, Owner, SetKey, Status};
    use crate::store::SystemDisk;

    fn step(name: &str) -> Transaction {
        let set = SetKey { document: DocumentId::from("a.txt"), owner: Owner::named("Rina") };
        Transaction::new(name, vec![Edit::Status { set, before: Status::New, after: Status::Done }])
    }

    fn names(transactions: &[Transaction]) -> Vec<&str> {
        transactions.iter().map(|it| it.name.as_str()).collect()
    }

    #[test]
    fn events_come_back_and_a_torn_line_is_cut_off() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history/rina.jsonl");
        let mut report = Report::default();
        assert_eq!(read(&SystemDisk, &path, &mut report), History::default());
        let commits = ["one", "two", "three"].map(|name| HistoryEvent::Commit(step(name)));
        append(&SystemDisk, &path, &commits).unwrap();
        append(&SystemDisk, &path, &[HistoryEvent::Undo, HistoryEvent::Undo, HistoryEvent::Redo]).unwrap();
        let history = read(&SystemDisk, &path, &mut report);
        assert_eq!((names(history.done()), names(history.undone())), (vec!["one", "two"], vec!["three"]));

        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(b"{\"name\": \"to").unwrap();
        assert_eq!(read(&SystemDisk, &path, &mut report), history);
        append(&SystemDisk, &path, &[HistoryEvent::Redo]).unwrap();
        assert_eq!(names(read(&SystemDisk, &path, &mut report).done()), ["one", "two", "three"]);
        assert!(report.is_empty());
    }

    #[test]
    fn a_broken_line_is_told_with_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rina.jsonl");
        append(&SystemDisk, &path, &[HistoryEvent::Commit(step("one"))]).unwrap();
        fs::write(&path, [fs::read(&path).unwrap(), b"{broken\n".to_vec()].concat()).unwrap();
        append(&SystemDisk, &path, &[HistoryEvent::Commit(step("two"))]).unwrap();
        let mut report = Report::default();
        assert_eq!(names(read(&SystemDisk, &path, &mut report).done()), ["two"]);
        assert_eq!(report.problems[0].place.line_column, Some((2, 1)));
    }

    #[test]
    fn a_long_file_is_shortened_and_means_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rina.jsonl");
        let mut events = vec![HistoryEvent::Commit(step("one")), HistoryEvent::Commit(step("two"))];
        events.extend((0..5_000).flat_map(|_| [HistoryEvent::Undo, HistoryEvent::Redo]));
        events.extend([HistoryEvent::Undo, HistoryEvent::Undo]);
        append(&SystemDisk, &path, &events).unwrap();
        let mut report = Report::default();
        let history = read(&SystemDisk, &path, &mut report);
        assert_eq!(names(history.undone()), ["two", "one"]);
        assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 4);
        assert_eq!(read(&SystemDisk, &path, &mut report), history);
    }
}
