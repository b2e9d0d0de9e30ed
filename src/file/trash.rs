//! What is noted beside a file in the trash.

use crate::file::item::read_timestamp;
use crate::file::json::{Fields, JsonFile, parse};
use crate::model::Timestamp;

/// Where a file in the trash lay, and how it came there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrashNote {
    /// When.
    pub at: Timestamp,
    /// The name of who did it.
    pub by: String,
    /// Why, in a few words: `delete all annotations`.
    pub why: String,
    /// Where the file lay: its path from the project folder, with `/` between the parts.
    pub path: String,
}

/// A note's bytes.
pub fn write_trash_note(note: &TrashNote) -> Vec<u8> {
    let mut fields = Fields::default();
    if let Some(at) = note.at.iso() {
        fields.string("at", &at);
    }
    fields.string("by", &note.by);
    fields.string("why", &note.why);
    fields.string("path", &note.path);
    (fields.one_line() + "\n").into_bytes()
}

/// Reads a note; nothing if the bytes are none, or do not say where the file lay.
pub fn read_trash_note(bytes: &[u8]) -> Option<TrashNote> {
    let json = JsonFile::new(bytes, "").ok()?;
    let mut top = json.root().ok()?;
    Some(TrashNote {
        at: top.take("at", read_timestamp).unwrap_or(Timestamp(0)),
        by: top.take("by", parse).unwrap_or_default(),
        why: top.take("why", parse).unwrap_or_default(),
        path: top.take("path", parse)?,
    })
}
