//! Books (EPUB 2 and 3): their chapters in the order in which they are read, as one text.

use std::collections::{HashMap, HashSet};

use crate::file::Metadata;
use crate::model::Report;
use crate::reader::container::Container;
use crate::reader::html::page_text;
use crate::reader::markup::{Markup, is_note_link};
use crate::reader::xml::{self, Piece};
use crate::reader::{Cause, Extracted, ReadOptions, Reader, page, stem};

/// Books.
pub(super) struct Epub;

/// What the package file of a book says.
#[derive(Debug, Default)]
struct Package {
    metadata: Metadata,
    /// Paths of the chapters in the zip.
    chapters: Vec<String>,
}

impl Reader for Epub {
    fn id(&self) -> &'static str {
        "epub"
    }

    fn summary(&self) -> &'static str {
        "book (EPUB)"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["epub"]
    }

    fn read(
        &self,
        file: &str,
        bytes: &[u8],
        _options: &ReadOptions,
        _report: &mut Report,
    ) -> Result<Vec<Extracted>, Cause> {
        let mut container = Container::open(bytes)?;
        let path = package_path(&container.needed("META-INF/container.xml")?)?;
        let Package { metadata, chapters } = package(&container.needed(&path)?, &path)?;
        let encrypted = match container.part("META-INF/encryption.xml")? {
            Some(part) => encrypted_parts(&part)?,
            None => HashSet::new(),
        };
        let mut texts = Vec::new();
        for chapter in chapters {
            // Fonts are often scrambled, and books that anybody may read are no less so for it.
            if encrypted.contains(&chapter) {
                return Err(Cause::Encrypted);
            }
            let text = chapter_text(&container.needed(&chapter)?)?;
            if !text.is_empty() {
                texts.push(text);
            }
        }
        Ok(vec![Extracted::new(stem(file), texts.join("\n"), metadata, self)])
    }
}

/// Where the package file lies.
fn package_path(part: &[u8]) -> Result<String, Cause> {
    let mut path = None;
    xml::walk(part, |piece| {
        if let Piece::Start("rootfile", attributes) = piece {
            path = path.take().or_else(|| attributes.get("full-path"));
        }
    })?;
    path.ok_or_else(|| Cause::Broken("it does not say where its package file lies".to_owned()))
}

/// Reads the package file, which lies at `path`.
fn package(part: &[u8], path: &str) -> Result<Package, Cause> {
    let mut package = Package::default();
    let mut files: HashMap<String, String> = HashMap::new();
    let mut order = Vec::new();
    let mut text = String::new();
    let mut authors: Vec<String> = Vec::new();
    xml::walk(part, |piece| match piece {
        Piece::Start(name, attributes) => {
            text.clear();
            let local = name.rsplit(':').next().unwrap_or(name);
            if local == "item" {
                let properties = attributes.get("properties").unwrap_or_default();
                let is_contents = properties.split(' ').any(|it| it == "nav");
                if let (Some(id), Some(href), false) =
                    (attributes.get("id"), attributes.get("href"), is_contents)
                {
                    files.insert(id, resolved(path, &href));
                }
            } else if local == "itemref" {
                order.extend(attributes.get("idref"));
            }
        }
        Piece::Text(piece) => text.push_str(piece),
        Piece::End(name) => {
            let value = Some(text.trim().to_owned()).filter(|it| !it.is_empty());
            let Metadata { title, date, url, language, .. } = &mut package.metadata;
            match name {
                "dc:creator" => authors.extend(value),
                "dc:title" => *title = title.take().or(value),
                "dc:date" => *date = date.take().or(value),
                "dc:language" => *language = language.take().or(value),
                "dc:source" => *url = url.take().or(value.filter(|it| it.contains("://"))),
                _ => {}
            }
        }
    })?;
    package.metadata.author = (!authors.is_empty()).then(|| authors.join(", "));
    // A chapter that the order names again would be a book that grows.
    let mut seen = HashSet::new();
    package.chapters =
        order.iter().filter_map(|id| files.get(id)).filter(|it| seen.insert(*it)).cloned().collect();
    Ok(package)
}

/// The parts of the zip that are encrypted.
fn encrypted_parts(part: &[u8]) -> Result<HashSet<String>, Cause> {
    let mut parts = HashSet::new();
    xml::walk(part, |piece| {
        if let Piece::Start(name, attributes) = piece
            && name.ends_with("CipherReference")
        {
            parts.extend(attributes.get("URI").map(|uri| resolved("", &uri)));
        }
    })?;
    Ok(parts)
}

/// The text of a chapter, which is XML, or a page that only nearly is.
fn chapter_text(part: &[u8]) -> Result<String, Cause> {
    let mut markup = Markup::new();
    let walk = xml::walk(part, |piece| match piece {
        Piece::Start(name, attributes) => {
            let is_link = |name: &str| attributes.get(name).is_some_and(|roles| is_note_link(&roles));
            let is_hidden = attributes.get("hidden").is_some() || is_link("role") || is_link("epub:type");
            markup.start(&name.to_ascii_lowercase(), is_hidden);
        }
        Piece::End(name) => markup.end(&name.to_ascii_lowercase()),
        Piece::Text(text) => markup.text(text),
    });
    match walk {
        Err(Cause::Broken(_)) => Ok(page_text(&page::parse(&String::from_utf8_lossy(part))?)),
        walk => walk.map(|()| markup.finish()),
    }
}

/// The path in the zip that a reference in the file at `path` leads to.
fn resolved(path: &str, reference: &str) -> String {
    let reference = percent_decoded(reference.split('#').next().unwrap_or_default());
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(reference.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// `%20` to a space and so on; what is no such code stays.
fn percent_decoded(reference: &str) -> String {
    let mut bytes = Vec::with_capacity(reference.len());
    let mut rest = reference.as_bytes();
    while let [first, after @ ..] = rest {
        let code = after.get(..2).and_then(|it| std::str::from_utf8(it).ok());
        match code.filter(|_| *first == b'%').and_then(|it| u8::from_str_radix(it, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_lead_to_parts() {
        let cases = [
            ("OEBPS/content.opf", "Text/a%20b.xhtml#x", "OEBPS/Text/a b.xhtml"),
            ("content.opf", "./a.xhtml", "a.xhtml"),
            ("a/b/c.opf", "../../../../x%zz%", "x%zz%"),
        ];
        for (path, reference, expected) in cases {
            assert_eq!(resolved(path, reference), expected);
        }
    }
}
