//! Journals that were cut, or in which something flipped: what stands before the damage is read, and
//! what is written after it is found.

use std::fs;
use std::path::PathBuf;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use sorot::model::{
    Edit, HistoryEvent, JournalEntry, Owner, Report, SetKey, Status, Target, Timestamp, Transaction,
};
use sorot::store::Folder;

fn owner() -> Owner {
    Owner::named("Rina")
}

fn any_event() -> impl Strategy<Value = HistoryEvent> {
    let set = || SetKey { document: "a.txt".into(), owner: owner() };
    prop_oneof![
        4 => ".{0,20}".prop_map(move |name| {
            let edit = Edit::Status { set: set(), before: Status::New, after: Status::Done };
            HistoryEvent::Commit(Transaction::new(name, vec![edit]))
        }),
        1 => Just(HistoryEvent::Undo),
        1 => Just(HistoryEvent::Redo),
        1 => Just(HistoryEvent::Saved { target: Target::Set(set()), sha256: "ab".to_owned() }),
    ]
}

/// Events as a session numbers them.
fn entries(events: &[HistoryEvent], mut number: u64) -> Vec<JournalEntry> {
    let entry = |event: &HistoryEvent| {
        number += u64::from(!matches!(event, HistoryEvent::Saved { .. }));
        JournalEntry { number, at: Some(Timestamp(1_700_000_000)), event: event.clone() }
    };
    events.iter().map(entry).collect()
}

/// A project with a journal, and where that is.
fn project(entries: &[JournalEntry]) -> (tempfile::TempDir, PathBuf) {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("a.txt"), "Kyiv").unwrap();
    open(&root).record(&owner(), entries.to_vec()).unwrap();
    let path = root.path().join(".sorot/history/rina.jsonl");
    (root, path)
}

fn open(root: &tempfile::TempDir) -> Folder {
    Folder::open(root.path(), &mut Report::default()).unwrap().folder
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_journal_that_was_cut_keeps_its_whole_lines(
        events in vec(any_event(), 1..12),
        more in vec(any_event(), 1..4),
        at in any::<Index>(),
    ) {
        let entries_before = entries(&events, 0);
        let (root, path) = project(&entries_before);
        let bytes = fs::read(&path).unwrap();
        let cut = &bytes[..at.index(bytes.len() + 1)];
        fs::write(&path, cut).unwrap();
        let n_whole = cut.iter().filter(|&&byte| byte == b'\n').count();
        let mut report = Report::default();
        prop_assert_eq!(open(&root).read_journal(&owner(), &mut report), &entries_before[..n_whole]);
        let later = entries(&more, 1_000);
        open(&root).record(&owner(), later.clone()).unwrap();
        let expected: Vec<JournalEntry> = entries_before[..n_whole].iter().cloned().chain(later).collect();
        prop_assert_eq!(open(&root).read_journal(&owner(), &mut report), expected);
        prop_assert_eq!(report.problems, []);
    }

    #[test]
    fn a_flipped_bit_costs_one_line_or_two(
        events in vec(any_event(), 1..12),
        at in any::<Index>(),
        bit in 0..8_u32,
    ) {
        let entries_before = entries(&events, 0);
        let (root, path) = project(&entries_before);
        let mut bytes = fs::read(&path).unwrap();
        let at = at.index(bytes.len());
        let line = bytes[..at].iter().filter(|&&byte| byte == b'\n').count();
        bytes[at] ^= 1_u8 << bit;
        fs::write(&path, &bytes).unwrap();
        let mut report = Report::default();
        let read = open(&root).read_journal(&owner(), &mut report);
        prop_assert_eq!(&read[..line], &entries_before[..line]);
        // A lost line end makes one line of two, and a new one two of one.
        prop_assert!(read.len() + 2 >= entries_before.len());
        let journal = open(&root).open_journal(&owner(), &mut report);
        let next = entries(&[HistoryEvent::Undo], journal.last);
        open(&root).record(&owner(), next.clone()).unwrap();
        let read = open(&root).read_journal(&owner(), &mut report);
        prop_assert_eq!(read.last(), next.last());
        prop_assert_eq!(&read[..line], &entries_before[..line]);
    }
}
