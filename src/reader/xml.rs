//! XML as a row of starts, ends and texts.
//!
//! Nothing is nested here, so depth costs nothing but memory. Entities of a document's own are
//! never made: those with a declaration are refused, as they are only ever an attack in the files
//! that are read here.

use quick_xml::Reader;
use quick_xml::escape::resolve_html5_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};

use crate::reader::Cause;

/// A piece of a document.
pub(super) enum Piece<'a> {
    /// An element begins: its name with its prefix, and its attributes. Each ends, too.
    Start(&'a str, Attributes<'a>),
    /// The element of that name ends.
    End(&'a str),
    /// Text, in which references stand for what they mean. Adjacent text may come in pieces.
    Text(&'a str),
}

/// The attributes of an element.
pub(super) struct Attributes<'a>(&'a BytesStart<'a>);

impl Attributes<'_> {
    /// The value of an attribute, by its name with its prefix.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        let attribute = self.0.try_get_attribute(name).ok()??;
        Some(match quick_xml::escape::unescape(&attribute.value) {
            Ok(value) => value.into_owned(),
            Err(_) => attribute.value.into_owned(),
        })
    }
}

/// Hands over a document piece by piece.
///
/// # Errors
/// If it is not well-formed, or declares entities.
pub(super) fn walk(bytes: &[u8], mut take: impl FnMut(Piece<'_>)) -> Result<(), Cause> {
    let decoded = crate::text::decode_stated(bytes.to_vec(), None).map_err(|_| Cause::NotText)?;
    let mut reader = Reader::from_str(&decoded.text);
    loop {
        let event = reader
            .read_event()
            .map_err(|error| Cause::Broken(format!("its XML is not well-formed: {error}")))?;
        match event {
            Event::Start(start) => take(Piece::Start(start.name().as_ref(), Attributes(&start))),
            Event::Empty(start) => {
                take(Piece::Start(start.name().as_ref(), Attributes(&start)));
                take(Piece::End(start.name().as_ref()));
            }
            Event::End(end) => take(Piece::End(end.name().as_ref())),
            Event::Text(text) => take(Piece::Text(&text.into_inner())),
            Event::CData(text) => take(Piece::Text(&text.into_inner())),
            Event::GeneralRef(reference) => match referred(&reference) {
                Some(text) => take(Piece::Text(&text)),
                None => take(Piece::Text(&format!("&{};", reference.into_inner()))),
            },
            Event::DocType(declaration) if declaration.contains('[') => {
                return Err(Cause::TooMuch(
                    "its XML declares entities, which may grow without end".to_owned(),
                ));
            }
            Event::DocType(_) | Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
            Event::Eof => return Ok(()),
        }
    }
}

/// What a reference stands for.
fn referred(reference: &BytesRef<'_>) -> Option<String> {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return Some(character.to_string());
    }
    let name: &str = reference;
    resolve_html5_entity(name).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walked(xml: &str) -> Result<String, String> {
        let mut row = String::new();
        let walk = walk(xml.as_bytes(), |piece| match piece {
            Piece::Start(name, attributes) => row.push_str(&format!("<{name} {:?}>", attributes.get("a:b"))),
            Piece::End(name) => row.push_str(&format!("</{name}>")),
            Piece::Text(text) => row.push_str(text),
        });
        walk.map(|()| row).map_err(|cause| cause.to_string())
    }

    #[test]
    fn references_mean_what_they_name() {
        let xml = "<?xml version='1.0'?><!DOCTYPE x><x a:b='1 &lt; 2'>a&amp;b&#x1F1EE;<!-- c -->&nbsp;&own;<![CDATA[<y>]]><y/></x>";
        let row = "<x Some(\"1 < 2\")>a&b🇮\u{a0}&own;<y><y None></y></x>";
        assert_eq!(walked(xml), Ok(row.to_owned()));
    }

    #[test]
    fn entities_of_its_own_are_refused() {
        for xml in [
            "<!DOCTYPE x [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]><x>&b;</x>",
            "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><x>&a;</x>",
        ] {
            let why = "the file is refused, because its XML declares entities, which may grow without end";
            assert_eq!(walked(xml), Err(why.to_owned()));
        }
        assert!(walked("<a></b>").is_err());
        assert!(walked(&"<a>".repeat(100_000)).is_ok());
    }
}
