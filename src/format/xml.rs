//! XML as other programs write it, and as they read it.
//!
//! Invariants:
//! - Nothing is expanded but the five names that every XML has and numbered characters: a file with
//!   a document type is refused, so it can neither grow nor reach for other files.
//! - Elements nest no deeper than [`MAX_DEPTH`].
//! - What is written is read as the same characters, line ends and all; those that XML has no way
//!   to hold become U+FFFD and are counted.

use std::fmt::Write as _;

use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::{NsReader, XmlVersion};

use crate::model::{Place, Report, Severity};
use crate::text::is_xml;

/// No format that is read here comes near it.
const MAX_DEPTH: usize = 64;

/// An element with all that is in it.
#[derive(Debug, Default)]
pub(super) struct Element {
    /// Its namespace's address; empty if it has none.
    pub(super) namespace: String,
    /// Its name without a prefix.
    pub(super) name: String,
    /// Names with their prefixes, and values.
    pub(super) attributes: Vec<(String, String)>,
    /// Its characters outside its children.
    pub(super) text: String,
    pub(super) children: Vec<Element>,
}

impl Element {
    /// The child with that name.
    pub(super) fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|it| it.name == name)
    }

    /// The text of the child with that name, without white space around it; empty if there is none.
    pub(super) fn child_text(&self, name: &str) -> &str {
        self.child(name).map_or("", |it| it.text.trim())
    }
}

/// Gives `each` the children of the root one by one, with the root as it began.
///
/// # Errors
/// What is wrong, and in which line: it is no well-formed XML in UTF-8, it has a document type, it
/// nests too deep, or `each` said so.
pub(super) fn read(
    bytes: &[u8],
    mut each: impl FnMut(&Element, Element) -> Result<(), String>,
) -> Result<Element, String> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let string = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
    let mut reader = NsReader::from_str(string);
    reader.config_mut().enable_all_checks(true);
    let mut version = XmlVersion::Implicit1_0;
    // The root and what is open in it.
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    loop {
        let read = reader.read_event().map_err(|it| it.to_string());
        let step = read.and_then(|event| {
            let mut closed = None;
            match event {
                Event::Start(start) => {
                    if open.len() >= MAX_DEPTH {
                        return Err(format!("its elements nest deeper than {MAX_DEPTH}"));
                    }
                    if open.is_empty() && root.is_some() {
                        return Err("it has two roots".to_owned());
                    }
                    open.push(element(&reader, &start, version)?);
                }
                Event::Empty(start) => {
                    if open.is_empty() && root.is_some() {
                        return Err("it has two roots".to_owned());
                    }
                    closed = Some(element(&reader, &start, version)?);
                }
                Event::End(_) => closed = open.pop(),
                Event::Text(text) => push(&mut open, &text.xml_content(version)),
                Event::CData(text) => push(&mut open, &text.xml_content(version)),
                Event::GeneralRef(name) => {
                    let character = name.resolve_char_ref().map_err(|it| it.to_string())?;
                    match (character, quick_xml::escape::resolve_xml_entity(&name)) {
                        (Some(character), _) => push(&mut open, character.encode_utf8(&mut [0; 4])),
                        (None, Some(text)) => push(&mut open, text),
                        (None, None) => return Err(format!("it has an entity of its own, {}", &*name)),
                    }
                }
                Event::Decl(declaration) => {
                    version = declaration.xml_version().map_err(|it| it.to_string())?;
                }
                Event::DocType(_) => return Err("it has a document type, which is not read".to_owned()),
                Event::Comment(_) | Event::PI(_) => {}
                Event::Eof => {
                    return match open.pop() {
                        Some(element) => Err(format!("its element {} has no end", element.name)),
                        None => Ok(true),
                    };
                }
            }
            if let Some(element) = closed {
                match open.as_mut_slice() {
                    [] => root = Some(element),
                    [root] => each(root, element)?,
                    [.., parent] => parent.children.push(element),
                }
            }
            Ok(false)
        });
        match step {
            Ok(false) => {}
            Ok(true) => return root.ok_or_else(|| "it has no element".to_owned()),
            Err(why) => {
                let at = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX).min(string.len());
                let line = string.as_bytes()[..at].iter().filter(|&&byte| byte == b'\n').count() + 1;
                // It may quote the file, line ends and all.
                let why: Vec<&str> = why.split_whitespace().collect();
                return Err(format!("{} (line {line})", why.join(" ")));
            }
        }
    }
}

fn element(reader: &NsReader<&[u8]>, start: &BytesStart<'_>, version: XmlVersion) -> Result<Element, String> {
    let (namespace, name) = reader.resolver().resolve_element(start.name());
    let namespace = match namespace {
        ResolveResult::Bound(namespace) => namespace.0.to_owned(),
        ResolveResult::Unbound => String::new(),
        ResolveResult::Unknown(prefix) => return Err(format!("its prefix {prefix} stands for nothing")),
    };
    let attribute = |it: Attribute<'_>| {
        let value = it.normalized_value(version).map_err(|it| it.to_string())?;
        Ok::<_, String>((it.key.as_ref().to_owned(), value.into_owned()))
    };
    let attributes = start.attributes().map(|it| attribute(it.map_err(|it| it.to_string())?));
    Ok(Element {
        namespace,
        name: name.as_ref().to_owned(),
        attributes: attributes.collect::<Result<_, _>>()?,
        ..Element::default()
    })
}

/// Adds text to the innermost element, unless that is the root, whose text nobody asks for.
fn push(open: &mut [Element], text: &str) {
    if let [_, .., element] = open {
        element.text.push_str(text);
    }
}

/// XML on its way out.
#[derive(Default)]
pub(super) struct Writer {
    out: String,
    /// How many characters XML could not hold.
    n_replaced: usize,
}

impl Writer {
    /// Adds markup as it is.
    pub(super) fn raw(&mut self, markup: &str) {
        self.out.push_str(markup);
    }

    /// Adds an attribute.
    pub(super) fn attribute(&mut self, name: &str, value: &str) {
        write!(self.out, " {name}=\"").expect("a string takes what is written to it");
        self.escaped(value, true);
        self.out.push('"');
    }

    /// Adds an element with nothing but text in it.
    pub(super) fn element(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) {
        self.out.push('<');
        self.out.push_str(name);
        for (name, value) in attributes {
            self.attribute(name, value);
        }
        if text.is_empty() {
            self.out.push_str("/>");
            return;
        }
        self.out.push('>');
        self.escaped(text, false);
        write!(self.out, "</{name}>").expect("a string takes what is written to it");
    }

    /// Adds what another one wrote.
    pub(super) fn append(&mut self, other: Writer) {
        self.out.push_str(&other.out);
        self.n_replaced += other.n_replaced;
    }

    fn escaped(&mut self, text: &str, is_attribute: bool) {
        let mut rest = 0;
        for (i, character) in text.char_indices() {
            let escaped = match character {
                '\t' | '\n' if !is_attribute => continue,
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '"' => "&quot;",
                // Readers make them blanks, or one line end of two.
                '\t' => "&#9;",
                '\n' => "&#10;",
                '\r' => "&#13;",
                // And these in files that somebody declares to be XML 1.1.
                '\u{85}' => "&#133;",
                '\u{2028}' => "&#8232;",
                it if !is_xml(it) => {
                    self.n_replaced += 1;
                    "\u{fffd}"
                }
                _ => continue,
            };
            self.out.push_str(&text[rest..i]);
            self.out.push_str(escaped);
            rest = i + character.len_utf8();
        }
        self.out.push_str(&text[rest..]);
    }

    /// The bytes. What could not be written is reported at `place`, the article's.
    pub(super) fn finish(self, place: Place, report: &mut Report) -> Vec<u8> {
        if self.n_replaced > 0 {
            let message = format!(
                "control characters that XML cannot hold are exported as U+FFFD, {} of them",
                self.n_replaced
            );
            report.add(Severity::Warning, place, message);
        }
        self.out.into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn children(xml: &str) -> Result<Vec<Element>, String> {
        let mut children = Vec::new();
        read(xml.as_bytes(), |_, child| {
            children.push(child);
            Ok(())
        })?;
        Ok(children)
    }

    #[test]
    fn what_is_written_is_read() {
        let text = "a & b < c > d \"e\"\t\r\n\n\u{85}\u{2028} 😀 ]]>";
        let mut writer = Writer::default();
        writer.raw("<x>");
        writer.element("y", &[("z", text)], text);
        writer.raw("</x>");
        assert_eq!(writer.n_replaced, 0);
        let y = &children(&writer.out).unwrap()[0];
        assert_eq!((y.text.as_str(), y.attributes[0].1.as_str()), (text, text));
        writer.element("y", &[], "\0\u{1b}\u{ffff}");
        assert_eq!(writer.n_replaced, 3);
        assert!(writer.out.ends_with("<y>\u{fffd}\u{fffd}\u{fffd}</y>"));
    }

    #[test]
    fn hostile_files_are_refused() {
        let deep = "<a>".repeat(100_000);
        for (xml, why) in [
            ("<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><x><y>&b;</y></x>", "document type"),
            ("<!DOCTYPE x SYSTEM \"file:///etc/passwd\"><x/>", "document type"),
            ("<x><y>&passwd;</y></x>", "entity of its own"),
            ("<x><y z=\"&passwd;\"/></x>", "passwd"),
            (&deep, "nest deeper than 64"),
            ("<x>\n<y>", "has no end (line 2)"),
            ("<x>\n<y></x>", "(line 2)"),
            ("<x/><x/>", "two roots"),
            ("<q:x/>", "stands for nothing"),
            ("<x a='1' a='2'/>", "(line 1)"),
            ("", "no element"),
            ("{}", "no element"),
        ] {
            let error = children(xml).expect_err(why);
            assert!(error.contains(why), "{error} and not {why}");
        }
        assert_eq!(read(b"\xff<x/>", |_, _| Ok(())).expect_err("no UTF-8"), "it is not UTF-8");
    }
}
