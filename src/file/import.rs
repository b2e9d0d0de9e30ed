//! What is noted of the files of an import.

use crate::file::item::read_timestamp;
use crate::file::json::{Fields, JsonFile, Object, elements, parse};
use crate::model::{DocumentId, Owner, Timestamp};

/// The files that came in together, and from where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportNote {
    /// When.
    pub at: Timestamp,
    /// The name of who did it.
    pub by: String,
    /// In which format, from which file or folder.
    pub from: String,
    /// The files.
    pub files: Vec<ImportedFile>,
}

/// An article or a set that came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedFile {
    /// Its path from the project folder, with `/` between the parts.
    pub path: String,
    /// The article that it is, or is about.
    pub document: DocumentId,
    /// Whose annotations it holds; nothing if it is an article.
    pub owner: Option<Owner>,
    /// SHA-256 of its bytes.
    pub sha256: String,
}

/// A note's bytes: a line for each file, so that it can be compared and mended.
pub fn write_import_note(note: &ImportNote) -> Vec<u8> {
    let mut fields = Fields::default();
    if let Some(at) = note.at.iso() {
        fields.string("at", &at);
    }
    fields.string("by", &note.by);
    fields.string("from", &note.from);
    let files: Vec<String> = note.files.iter().map(write_file).collect();
    fields.add("files", format!("[\n{}\n]", files.join(",\n")));
    (fields.one_line() + "\n").into_bytes()
}

fn write_file(file: &ImportedFile) -> String {
    let mut fields = Fields::default();
    fields.string("path", &file.path);
    fields.string("document", file.document.as_str());
    if let Some(owner) = &file.owner {
        fields.string("owner", owner.name());
    }
    fields.string("sha256", &file.sha256);
    fields.one_line()
}

/// Reads a note; nothing if the bytes are none, or a file in it is not understood.
pub fn read_import_note(bytes: &[u8]) -> Option<ImportNote> {
    let json = JsonFile::new(bytes, "").ok()?;
    let mut top = json.root().ok()?;
    Some(ImportNote {
        at: top.take("at", read_timestamp).unwrap_or(Timestamp(0)),
        by: top.take("by", parse).unwrap_or_default(),
        from: top.take("from", parse).unwrap_or_default(),
        files: top.take("files", elements)?.into_iter().map(read_file).collect::<Option<_>>()?,
    })
}

fn read_file(json: &str) -> Option<ImportedFile> {
    let mut file = Object::parse(json)?;
    Some(ImportedFile {
        path: file.take("path", parse)?,
        document: DocumentId::new(file.take("document", parse::<String>)?),
        owner: file.take("owner", parse::<String>).map(|name| Owner::named(&name)),
        sha256: file.take("sha256", parse)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_read_back() {
        let file = |path: &str, owner: Option<Owner>| ImportedFile {
            path: path.to_owned(),
            document: "articles/a.txt".into(),
            owner,
            sha256: "ab".to_owned(),
        };
        let files = vec![
            file("articles/a.txt", None),
            file("annotations/rina/a.txt.json", Some(Owner::named("Rina"))),
        ];
        for files in [files, Vec::new()] {
            let note =
                ImportNote { at: Timestamp(1), by: "Rina".to_owned(), from: "brat a".to_owned(), files };
            assert_eq!(read_import_note(&write_import_note(&note)), Some(note));
        }
        assert_eq!(read_import_note(b"{\"files\": [{}]}"), None);
    }
}
