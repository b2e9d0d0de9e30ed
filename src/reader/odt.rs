//! OpenDocument texts (ISO/IEC 26300), as LibreOffice writes them.
//!
//! Deleted text of tracked changes is not part of the text, nor are comments, page heads and feet,
//! and the numbers of lists.

use crate::file::Metadata;
use crate::model::Report;
use crate::reader::container::Container;
use crate::reader::flow::Flow;
use crate::reader::xml::{self, Piece};
use crate::reader::{Cause, Extracted, ReadOptions, Reader, created, stem};

/// OpenDocument texts.
pub(super) struct Odt;

/// Elements whose content is no text of the document.
const SKIPPED: &[&str] = &[
    "office:annotation",
    "office:forms",
    "svg:desc",
    "svg:title",
    "text:note-citation",
    "text:ruby-text",
    "text:tracked-changes",
];

/// More spaces at one place mean nothing; a number in a file may.
const MOST_SPACES: usize = 1_000;

impl Reader for Odt {
    fn id(&self) -> &'static str {
        "odt"
    }

    fn summary(&self) -> &'static str {
        "OpenDocument text"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["odt"]
    }

    fn read(
        &self,
        file: &str,
        bytes: &[u8],
        _options: &ReadOptions,
        _report: &mut Report,
    ) -> Result<Vec<Extracted>, Cause> {
        let mut container = Container::open(bytes)?;
        if container.part("META-INF/manifest.xml")?.is_some_and(|part| is_encrypted(&part)) {
            return Err(Cause::Encrypted);
        }
        let mut flow = Flow::new();
        read_content(&container.needed("content.xml")?, &mut flow)?;
        let metadata = match container.part("meta.xml")? {
            Some(part) => properties(&part)?,
            None => Metadata::default(),
        };
        Ok(vec![Extracted::new(stem(file), flow.finish(), metadata, self)])
    }
}

fn is_encrypted(manifest: &[u8]) -> bool {
    let mark = b"encryption-data";
    manifest.windows(mark.len()).any(|it| it == mark)
}

/// Reads the paragraphs of the document.
fn read_content(part: &[u8], flow: &mut Flow) -> Result<(), Cause> {
    let mut n_skipped = 0_usize;
    xml::walk(part, |piece| match piece {
        Piece::Start(name, _) if n_skipped > 0 || SKIPPED.contains(&name) => n_skipped += 1,
        Piece::End(_) if n_skipped > 0 => n_skipped -= 1,
        Piece::Text(text) => {
            if n_skipped == 0 {
                flow.push_words(text);
            }
        }
        Piece::Start(name, attributes) => match name {
            "text:p" | "text:h" => flow.start_paragraph(),
            "text:s" => {
                let n = attributes.get("text:c").and_then(|n| n.parse().ok()).unwrap_or(1_usize);
                flow.push(&" ".repeat(n.min(MOST_SPACES)));
            }
            "text:tab" => flow.push("\t"),
            "text:line-break" => flow.push("\n"),
            "text:note-body" => flow.start_note(),
            "table:table" => flow.table(),
            "table:table-cell" => flow.start_cell(),
            _ => {}
        },
        Piece::End(name) => match name {
            "text:p" | "text:h" => flow.end_paragraph(),
            "text:note-body" => flow.end_note(),
            "table:table" => flow.table(),
            "table:table-cell" => flow.end_cell(),
            "table:table-row" => flow.end_row(),
            _ => {}
        },
    })
}

/// What the document says about itself.
fn properties(part: &[u8]) -> Result<Metadata, Cause> {
    let mut metadata = Metadata::default();
    let mut made = None;
    let mut text = String::new();
    xml::walk(part, |piece| match piece {
        Piece::Start(..) => text.clear(),
        Piece::Text(piece) => text.push_str(piece),
        Piece::End(name) => {
            let field = match name {
                "dc:title" => &mut metadata.title,
                "meta:initial-creator" => &mut metadata.author,
                // Who changed it last, where nobody says who began it.
                "dc:creator" if metadata.author.is_none() => &mut metadata.author,
                "dc:language" => &mut metadata.language,
                "meta:creation-date" => &mut made,
                _ => return,
            };
            *field = Some(text.trim().to_owned()).filter(|it| !it.is_empty());
        }
    })?;
    metadata.other = created(made);
    Ok(metadata)
}
