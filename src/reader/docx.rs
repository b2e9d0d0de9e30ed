//! Word documents (Office Open XML, ECMA-376).
//!
//! Deleted and moved-away text of tracked changes is not part of the text, nor are comments, page
//! heads and feet, and numbers that the program counts by itself.

use crate::file::Metadata;
use crate::model::Report;
use crate::reader::container::Container;
use crate::reader::flow::Flow;
use crate::reader::xml::{self, Piece};
use crate::reader::{Cause, Extracted, ReadOptions, Reader, created, stem};

/// Word documents.
pub(super) struct Docx;

/// Elements whose content is no text of the document. Shapes stand twice in a file: once as newer
/// programs draw them, once as a fallback for older ones.
const SKIPPED: &[&str] =
    &["mc:Fallback", "w:del", "w:moveFrom", "w:pPr", "w:rPr", "w:sectPr", "w:tblPr", "w:tcPr", "w:trPr"];

impl Reader for Docx {
    fn id(&self) -> &'static str {
        "docx"
    }

    fn summary(&self) -> &'static str {
        "Word document"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["docx", "docm"]
    }

    fn read(
        &self,
        file: &str,
        bytes: &[u8],
        _options: &ReadOptions,
        _report: &mut Report,
    ) -> Result<Vec<Extracted>, Cause> {
        let mut container = Container::open(bytes)?;
        let mut flow = Flow::new();
        read_part(&container.needed("word/document.xml")?, &mut flow)?;
        for notes in ["word/footnotes.xml", "word/endnotes.xml"] {
            if let Some(part) = container.part(notes)? {
                flow.start_note();
                read_part(&part, &mut flow)?;
                flow.end_note();
            }
        }
        let metadata = match container.part("docProps/core.xml")? {
            Some(part) => properties(&part)?,
            None => Metadata::default(),
        };
        Ok(vec![Extracted::new(stem(file), flow.finish(), metadata, self)])
    }
}

/// Reads the paragraphs of a part.
fn read_part(part: &[u8], flow: &mut Flow) -> Result<(), Cause> {
    let mut n_skipped = 0_usize;
    let mut is_text = false;
    xml::walk(part, |piece| match piece {
        Piece::Start(name, _) if n_skipped > 0 || SKIPPED.contains(&name) => n_skipped += 1,
        Piece::End(_) if n_skipped > 0 => n_skipped -= 1,
        Piece::Text(text) => {
            if is_text && n_skipped == 0 {
                flow.push(text);
            }
        }
        Piece::Start(name, attributes) => match name {
            "w:p" => flow.start_paragraph(),
            "w:t" => is_text = true,
            "w:tab" | "w:ptab" => flow.push("\t"),
            "w:br" | "w:cr" => flow.push("\n"),
            "w:noBreakHyphen" => flow.push("\u{2011}"),
            "w:softHyphen" => flow.push("\u{ad}"),
            "w:sym" => {
                // A character of a font of pictures; the others stand as text.
                let code = attributes.get("w:char").and_then(|code| u32::from_str_radix(&code, 16).ok());
                flow.push(code.and_then(char::from_u32).unwrap_or('\u{fffd}').encode_utf8(&mut [0; 4]));
            }
            "w:tbl" => flow.table(),
            "w:tc" => flow.start_cell(),
            _ => {}
        },
        Piece::End(name) => match name {
            "w:p" => flow.end_paragraph(),
            "w:t" => is_text = false,
            "w:tbl" => flow.table(),
            "w:tc" => flow.end_cell(),
            "w:tr" => flow.end_row(),
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
                "dc:creator" => &mut metadata.author,
                "dc:language" => &mut metadata.language,
                "dcterms:created" => &mut made,
                _ => return,
            };
            *field = Some(text.trim().to_owned()).filter(|it| !it.is_empty());
        }
    })?;
    metadata.other = created(made);
    Ok(metadata)
}
