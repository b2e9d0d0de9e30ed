//! Markdown: the text without its markup. What stands in front of it between lines of three dashes
//! is metadata.

use pulldown_cmark::{Event, MetadataBlockKind, Options, Parser, Tag, TagEnd, html};

use crate::file::Metadata;
use crate::model::{Extra, Report};
use crate::reader::html::page_text;
use crate::reader::limits::{self, MAX_PAGE};
use crate::reader::{Cause, Extracted, ReadOptions, Reader, decoded, page, stem};

/// Markdown.
pub(super) struct Markdown;

impl Reader for Markdown {
    fn id(&self) -> &'static str {
        "markdown"
    }

    fn summary(&self) -> &'static str {
        "Markdown, without its markup"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["md", "markdown"]
    }

    fn read(
        &self,
        file: &str,
        bytes: &[u8],
        _options: &ReadOptions,
        report: &mut Report,
    ) -> Result<Vec<Extracted>, Cause> {
        let source = decoded(file, bytes, None, report)?;
        limits::check("the text", source.len(), MAX_PAGE)?;
        let options = Options::ENABLE_YAML_STYLE_METADATA_BLOCKS
            | Options::ENABLE_TABLES
            | Options::ENABLE_FOOTNOTES
            | Options::ENABLE_STRIKETHROUGH;
        let mut front = String::new();
        let mut is_front = false;
        let events = Parser::new_ext(&source, options).filter(|event| {
            match event {
                Event::Start(Tag::MetadataBlock(MetadataBlockKind::YamlStyle)) => is_front = true,
                Event::End(TagEnd::MetadataBlock(_)) => is_front = false,
                Event::Text(text) if is_front => front.push_str(text),
                // Their numbers are made up by whatever shows them.
                Event::FootnoteReference(_)
                | Event::Start(Tag::FootnoteDefinition(_))
                | Event::End(TagEnd::FootnoteDefinition) => {}
                _ => return true,
            }
            false
        });
        let mut page = String::new();
        html::push_html(&mut page, events);
        let text = page_text(&page::parse(&page)?);
        Ok(vec![Extracted::new(stem(file), text, front_matter(&front), self)])
    }
}

/// The `key: value` lines of front matter. Lists and nested keys are for the program that made it,
/// and stay as the text that they are.
fn front_matter(front: &str) -> Metadata {
    let mut metadata = Metadata::default();
    let lines = front.lines().filter(|line| !line.starts_with([' ', '\t', '#', '-']));
    for (key, value) in lines.filter_map(|line| line.split_once(':')) {
        let value = value.trim();
        let is_quoted = |mark: char| value.len() > 1 && value.starts_with(mark) && value.ends_with(mark);
        let value = if is_quoted('"') || is_quoted('\'') { &value[1..value.len() - 1] } else { value };
        if value.is_empty() {
            continue;
        }
        let field = match key.trim().to_lowercase().as_str() {
            "title" => &mut metadata.title,
            "date" => &mut metadata.date,
            "author" => &mut metadata.author,
            "url" | "link" | "source" => &mut metadata.url,
            "language" | "lang" => &mut metadata.language,
            _ => {
                let json = serde_json::Value::from(value).to_string();
                let Extra(other) = &mut metadata.other;
                if other.iter().all(|(it, _)| it != key) {
                    other.push((key.to_owned(), json));
                }
                continue;
            }
        };
        field.get_or_insert_with(|| value.to_owned());
    }
    metadata
}
