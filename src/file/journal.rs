//! Lines of the journal: events with their number and time.
//!
//! ```text
//! {"n": 7, "at": "2026-11-23T05:40:00Z", "name": "add quote", "unit": "byte", "edits": […]}
//! {"n": 7, "at": "2026-11-23T05:40:00Z", "event": "saved", "document": "a.txt", "owner": "Rina", "sha256": "…"}
//! {"n": 8, "at": "2026-11-23T05:40:09Z", "event": "undo"}
//! ```

use crate::file::FileError;
use crate::file::item::read_timestamp;
use crate::file::json::{Fields, JsonFile, Object, parse, quoted};
use crate::file::transaction::{add_transaction, take_transaction};
use crate::model::{DocumentId, HistoryEvent, JournalEntry, Owner, SetKey, Target, Timestamp};

/// An event on one line, without a line feed.
pub fn write_entry(entry: &JournalEntry) -> String {
    let mut fields = Fields::default();
    if entry.number > 0 {
        fields.add("n", entry.number.to_string());
    }
    if let Some(at) = entry.at.and_then(Timestamp::iso) {
        fields.add("at", quoted(&at));
    }
    match &entry.event {
        HistoryEvent::Commit(transaction) => add_transaction(&mut fields, transaction),
        HistoryEvent::Undo => fields.string("event", "undo"),
        HistoryEvent::Redo => fields.string("event", "redo"),
        HistoryEvent::Saved { target, sha256 } => {
            fields.string("event", "saved");
            match target {
                Target::Set(set) => {
                    fields.string("document", set.document.as_str());
                    fields.string("owner", set.owner.name());
                }
                Target::Article(document) => fields.string("document", document.as_str()),
                Target::Schema => {}
                Target::Import(id) => fields.string("import", id),
            }
            fields.string("sha256", sha256);
        }
    }
    fields.one_line()
}

/// Reads a line that [`write_entry`] wrote.
///
/// # Errors
/// If it is broken, or a newer version wrote it in a way that this one cannot follow.
pub fn read_entry(line: &str) -> Result<JournalEntry, FileError> {
    let broken = |_| FileError::Transaction("it is broken JSON".to_owned());
    let file = JsonFile::new(line.as_bytes(), "").map_err(broken)?;
    let mut top = file.root().map_err(broken)?;
    let number = match top.peek("n") {
        None => 0,
        Some(json) => parse(json).ok_or_else(|| FileError::Transaction("its number is none".to_owned()))?,
    };
    let at = top.take("at", read_timestamp);
    let event: Option<String> = top.take("event", parse);
    let event = match event.as_deref() {
        None => HistoryEvent::Commit(take_transaction(&mut top, &file)?),
        Some("undo") => HistoryEvent::Undo,
        Some("redo") => HistoryEvent::Redo,
        Some("saved") => {
            let target = take_target(&mut top);
            let sha256 = top.take("sha256", parse).unwrap_or_default();
            HistoryEvent::Saved { target, sha256 }
        }
        Some(other) => return Err(FileError::Transaction(format!("{other} is no event"))),
    };
    Ok(JournalEntry { number, at, event })
}

fn take_target(top: &mut Object<'_>) -> Target {
    let mut name = |key| top.take(key, parse::<String>);
    match (name("document"), name("owner"), name("import")) {
        (Some(document), Some(owner), _) => {
            Target::Set(SetKey { document: DocumentId::new(document), owner: Owner::named(&owner) })
        }
        (Some(document), None, _) => Target::Article(DocumentId::new(document)),
        (None, _, Some(import)) => Target::Import(import),
        (None, _, None) => Target::Schema,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Edit, Status, Timestamp, Transaction};

    #[test]
    fn lines_read_back() {
        let set = SetKey { document: "articles/a.txt".into(), owner: Owner::named("Rina") };
        let edit = Edit::Status { set: set.clone(), before: Status::New, after: Status::Done };
        let saved = |target| HistoryEvent::Saved { target, sha256: "ab".to_owned() };
        let rows = [
            (
                HistoryEvent::Commit(Transaction::new("mark as done", vec![edit])),
                r#""name": "mark as done", "unit": "byte", "edits": [{"kind": "status", "document": "articles/a.txt", "owner": "Rina", "before": "new", "after": "done"}]"#,
            ),
            (HistoryEvent::Undo, r#""event": "undo""#),
            (HistoryEvent::Redo, r#""event": "redo""#),
            (
                saved(Target::Set(set.clone())),
                r#""event": "saved", "document": "articles/a.txt", "owner": "Rina", "sha256": "ab""#,
            ),
            (
                saved(Target::Article(set.document)),
                r#""event": "saved", "document": "articles/a.txt", "sha256": "ab""#,
            ),
            (saved(Target::Schema), r#""event": "saved", "sha256": "ab""#),
            (
                HistoryEvent::Commit(Transaction::new(
                    "import",
                    vec![Edit::Import { id: "i1".to_owned(), before: false, after: true }],
                )),
                r#""name": "import", "unit": "byte", "edits": [{"kind": "import", "id": "i1", "before": false, "after": true}]"#,
            ),
            (saved(Target::Import("i1".to_owned())), r#""event": "saved", "import": "i1", "sha256": "ab""#),
        ];
        for (event, keys) in rows {
            let entry = JournalEntry { number: 7, at: Some(Timestamp(1_700_000_000)), event };
            let line = format!(r#"{{"n": 7, "at": "2023-11-14T22:13:20Z", {keys}}}"#);
            assert_eq!(write_entry(&entry), line);
            assert_eq!(read_entry(&line).as_ref(), Ok(&entry));
            // As versions wrote it that neither counted nor told the time.
            let old = JournalEntry { number: 0, at: None, ..entry };
            assert_eq!(read_entry(&format!("{{{keys}}}")).as_ref(), Ok(&old));
        }
        for broken in ["", "{}", "[]", r#"{"event": "fly"}"#, r#"{"n": -1, "event": "undo"}"#] {
            assert!(read_entry(broken).is_err(), "{broken}");
        }
    }
}
