//! What is kept of the file that an article was taken out of.

use crate::file::json::{Fields, JsonFile, parse};
use crate::file::{FileError, VERSION};
use crate::model::Extra;

/// What `format` says in such a file.
const FORMAT: &str = "sorot-source";

/// What a file says about an article in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// Its headline.
    pub title: Option<String>,
    /// When it was published, as the file writes it.
    pub date: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// Where it was published.
    pub url: Option<String>,
    /// BCP 47 tag of its language.
    pub language: Option<String>,
    /// All else, by the file's own names, as JSON text: the other columns of a table.
    pub other: Extra,
}

/// Where an article's text comes from. It is written once, beside the text, so that both stay as
/// they are when a reader gets better.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceRecord {
    /// The file's name, without folders.
    pub file: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// The id of the reader that took the text out.
    pub reader: String,
    /// What the file says about the article.
    pub metadata: Metadata,
}

/// A record's bytes: one key a line.
pub fn write_source_record(record: &SourceRecord) -> Vec<u8> {
    let mut fields = Fields::default();
    fields.string("format", FORMAT);
    fields.add("version", VERSION.to_string());
    fields.string("file", &record.file);
    fields.string("sha256", &record.sha256);
    fields.string("reader", &record.reader);
    let Metadata { title, date, author, url, language, other } = &record.metadata;
    for (key, value) in
        [("title", title), ("date", date), ("author", author), ("url", url), ("language", language)]
    {
        if let Some(value) = value {
            fields.string(key, value);
        }
    }
    if !other.0.is_empty() {
        let mut columns = Fields::default();
        columns.extra(other);
        fields.add("columns", columns.lines(2));
    }
    (fields.lines(0) + "\n").into_bytes()
}

/// Reads a record; `file` is its name.
///
/// # Errors
/// If the bytes are no record.
pub fn read_source_record(bytes: &[u8], file: &str) -> Result<SourceRecord, FileError> {
    let json = JsonFile::new(bytes, file)?;
    let mut top = json.root()?;
    if top.take("format", parse::<String>).as_deref() != Some(FORMAT) {
        return Err(FileError::Format { expected: FORMAT, file: file.to_owned() });
    }
    let mut string = |key: &str| top.take(key, parse::<String>);
    let record = SourceRecord {
        file: string("file").unwrap_or_default(),
        sha256: string("sha256").unwrap_or_default(),
        reader: string("reader").unwrap_or_default(),
        metadata: Metadata {
            title: string("title"),
            date: string("date"),
            author: string("author"),
            url: string("url"),
            language: string("language"),
            other: Extra::default(),
        },
    };
    let other = top.take("columns", crate::file::json::Object::parse).map(|columns| columns.into_extra());
    Ok(SourceRecord { metadata: Metadata { other: other.unwrap_or_default(), ..record.metadata }, ..record })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_comes_back() {
        let some = |it: &str| Some(it.to_owned());
        let record = SourceRecord {
            file: "berita \"satu\".html".into(),
            sha256: "00ff".into(),
            reader: "html".into(),
            metadata: Metadata {
                title: some("Tank dikirim\u{202e}"),
                language: some("id"),
                other: Extra(vec![("title".into(), "\"x\"".into()), ("n".into(), "[1.50, null]".into())]),
                ..Metadata::default()
            },
        };
        let bytes = write_source_record(&record);
        assert_eq!(read_source_record(&bytes, "a"), Ok(record), "{}", String::from_utf8_lossy(&bytes));
        assert!(read_source_record(b"{\"format\": \"sorot-project\"}", "a").is_err());
        assert!(read_source_record(b"[]", "a").is_err());
    }
}
