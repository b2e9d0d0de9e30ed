//! Files that hold articles, as people have them: bytes in, plain text and what the file says about
//! it out.
//!
//! Invariants:
//! - No disk and no network: nothing that a file names is ever fetched.
//! - An id in [`READERS`] is never renamed or reused: the records beside articles hold it.
//! - A file comes in as a whole or is refused with one sentence; what is odd about it is in the
//!   report.
//! - What a file may cost is bounded ([`limits`]), whatever it says about itself.

mod archive;
mod clutter;
mod container;
mod docx;
mod epub;
mod flow;
mod html;
mod layout;
mod limits;
mod markdown;
mod markup;
mod odt;
mod page;
mod page_metadata;
mod panics;
mod pdf;
mod pdf_text;
mod plain;
mod rows;
mod rtf;
mod xml;

use crate::file::{Metadata, SourceRecord};
use crate::model::{Extra, Place, Report, Severity};
use crate::text::is_unprintable;

pub use limits::MAX_BYTES;

/// All kinds of files that articles come in.
pub static READERS: &[&dyn Reader] = &[
    &plain::Plain,
    &markdown::Markdown,
    &html::Html,
    &docx::Docx,
    &odt::Odt,
    &epub::Epub,
    &rtf::Rtf,
    &rows::Csv,
    &rows::Tsv,
    &rows::Jsonl,
    &pdf::Pdf,
    &archive::Zip,
    &archive::Tar,
];

/// A kind of file that articles come in.
pub trait Reader: Sync {
    /// What records and scripts call it; lower case.
    fn id(&self) -> &'static str;

    /// What it is, in a few words.
    fn summary(&self) -> &'static str;

    /// How the names of such files end, in lower case, without the dot.
    fn endings(&self) -> &'static [&'static str];

    /// The articles in a file; `file` is its name, as people would type it.
    ///
    /// # Errors
    /// If there is no article to be had from it.
    fn read(
        &self,
        file: &str,
        bytes: &[u8],
        options: &ReadOptions,
        report: &mut Report,
    ) -> Result<Vec<Extracted>, Cause>;
}

/// What a person may choose about reading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// True if a page is wanted with its menus, notices and all, and not its main text alone.
    pub everything: bool,
    /// The column of a table that holds the texts, where its name does not say so.
    pub text_column: Option<String>,
}

/// An article that was taken out of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Extracted {
    /// What to call it: the file's name without folders and ending, unless the file names it.
    pub name: String,
    /// Its text, in paragraphs.
    pub text: String,
    /// What the file says about it.
    pub metadata: Metadata,
    /// The id of the reader that took it out.
    pub reader: &'static str,
    /// The path of the file in an archive, where the article comes from one.
    pub entry: Option<String>,
}

impl Extracted {
    fn new(name: String, text: String, metadata: Metadata, reader: &dyn Reader) -> Extracted {
        Extracted { name, text, metadata, reader: reader.id(), entry: None }
    }

    /// The record of where the article comes from: a file, and the SHA-256 of its bytes.
    pub fn source(&self, file: &str, sha256: &str) -> SourceRecord {
        let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
        let entry = self.entry.iter().map(|entry| format!("/{entry}")).collect::<String>();
        SourceRecord {
            file: format!("{name}{entry}"),
            sha256: sha256.to_owned(),
            reader: self.reader.to_owned(),
            metadata: self.metadata.clone(),
        }
    }
}

/// Why a file gave no article.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{cause}: {file}")]
pub struct ReaderError {
    /// The file, as people would type it.
    pub file: String,
    /// Why.
    pub cause: Cause,
}

/// Why a file gave no article, without its name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Cause {
    /// No reader takes files of that ending.
    #[error("this kind of file cannot be read")]
    UnknownKind,
    /// The bytes are something other than text.
    #[error("the file is no text")]
    NotText,
    /// There is no text in it.
    #[error("the file holds no text")]
    NoText,
    /// Its pages are pictures.
    #[error(
        "its pages are pictures and hold no text, which a program for character recognition (OCR) can add"
    )]
    NoTextLayer,
    /// Something about it costs more than it may.
    #[error("the file is refused, because {0}")]
    TooMuch(String),
    /// It is not what its ending says.
    #[error("the file is broken, {0}")]
    Broken(String),
    /// It is a table whose texts are in none of the columns that are known, or was asked for.
    #[error("none of its columns is known to hold texts; name one of them: {0}")]
    NoColumn(String),
    /// It is an archive in an archive.
    #[error("an archive in an archive is not read")]
    Nested,
    /// It needs a password.
    #[error("the file is encrypted")]
    Encrypted,
    /// The library that reads such files gave up in a way that it should not.
    #[error("the file makes its reader fail, {0}")]
    Panic(String),
}

/// The reader of a file, by its name.
pub fn reader_of(file: &str) -> Option<&'static dyn Reader> {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file).to_lowercase();
    let is_its = |ending: &&str| name.strip_suffix(ending).is_some_and(|stem| stem.ends_with('.'));
    READERS.iter().copied().find(|reader| reader.endings().iter().any(is_its))
}

/// Takes the articles out of a file; `file` is its name, as people would type it.
///
/// # Errors
/// If there is no article to be had from it.
pub fn read(
    file: &str,
    bytes: &[u8],
    options: &ReadOptions,
    report: &mut Report,
) -> Result<Vec<Extracted>, ReaderError> {
    let mut read = || {
        let reader = reader_of(file).ok_or(Cause::UnknownKind)?;
        limits::check("the file", bytes.len(), limits::MAX_BYTES)?;
        // Libraries for other people's formats are many and their files are hostile. One that
        // panics has said that it cannot read the file; nothing outlives the attempt.
        let attempt = panics::caught(|| reader.read(file, bytes, options, report));
        let articles = attempt.unwrap_or_else(|message| Err(Cause::Panic(message)))?;
        if articles.iter().all(|article| article.text.trim().is_empty()) {
            Err(Cause::NoText)
        } else {
            Ok(articles)
        }
    };
    read().map_err(|cause| ReaderError { file: file.to_owned(), cause: cause.in_a_line() })
}

impl Cause {
    /// The cause as a sentence of one line: what a library says may quote the file, line ends and all.
    fn in_a_line(self) -> Cause {
        let line = |message: String| {
            let characters = message.chars().map(|it| if is_unprintable(it) { ' ' } else { it });
            characters.take(MAX_MESSAGE).collect::<String>()
        };
        match self {
            Cause::Broken(message) => Cause::Broken(line(message)),
            Cause::Panic(message) => Cause::Panic(line(message)),
            Cause::TooMuch(message) => Cause::TooMuch(line(message)),
            Cause::NoColumn(names) => Cause::NoColumn(line(names)),
            cause => cause,
        }
    }
}

/// The most characters of a message that is not ours.
const MAX_MESSAGE: usize = 200;

/// What a file is called without folders and ending.
fn stem(file: &str) -> String {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    match name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem.to_owned(),
        _ => name.to_owned(),
    }
}

/// When a file was made, which need not be when the article was published.
fn created(date: Option<String>) -> Extra {
    Extra(
        date.map(|date| ("created".to_owned(), serde_json::Value::from(date).to_string()))
            .into_iter()
            .collect(),
    )
}

/// Something that a person should know about a file.
fn warn(file: &str, message: impl Into<String>, report: &mut Report) {
    let place = Place { file: Some(file.to_owned()), ..Place::default() };
    report.add(Severity::Warning, place, message);
}

/// Decoded text; bytes that mean nothing are reported.
fn decoded(file: &str, bytes: &[u8], label: Option<&str>, report: &mut Report) -> Result<String, Cause> {
    let decoded = crate::text::decode_stated(bytes.to_vec(), label).map_err(|_| Cause::NotText)?;
    if decoded.is_malformed {
        let encoding = decoded.encoding.name().to_lowercase();
        warn(
            file,
            format!("some bytes mean nothing in the file's encoding ({encoding}) and show as \u{fffd}"),
            report,
        );
    }
    Ok(decoded.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_is_found_by_the_end_of_the_name() {
        let id = |file: &str| reader_of(file).map(|reader| reader.id());
        assert_eq!(id("a/b.HTML"), Some("html"));
        assert_eq!(id("page.md"), Some("markdown"));
        assert_eq!([id("html"), id("a.html/b"), id(".."), id("")], [None; 4]);
    }

    #[test]
    fn a_stem_has_no_folders_and_no_ending() {
        let cases = [("a/b.txt", "b"), ("c:\\x\\b.c.html", "b.c"), (".html", ".html"), ("a", "a"), ("", "")];
        for (file, expected) in cases {
            assert_eq!(stem(file), expected);
        }
    }
}
