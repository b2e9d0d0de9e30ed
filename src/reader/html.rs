//! Pages: the article that one is about, or all that it shows.

use dom_query::{Document, NodeRef};
use dom_smoothie::{Config, Readability};

use crate::file::Metadata;
use crate::model::Report;
use crate::reader::clutter;
use crate::reader::limits::MAX_ARTICLE;
use crate::reader::markup::{Markup, is_note_link};
use crate::reader::page_metadata::{PageMetadata, same_words};
use crate::reader::{Cause, Extracted, ReadOptions, Reader, decoded, page, stem, warn};

/// Pages.
pub(super) struct Html;

/// A main text that is shorter, in bytes, is held against what the page says elsewhere.
const SHORT: usize = 200;

impl Reader for Html {
    fn id(&self) -> &'static str {
        "html"
    }

    fn summary(&self) -> &'static str {
        "web page: its main text, or everything"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["html", "htm", "xhtml", "shtml"]
    }

    fn read(
        &self,
        file: &str,
        bytes: &[u8],
        options: &ReadOptions,
        report: &mut Report,
    ) -> Result<Vec<Extracted>, Cause> {
        let page = decoded(file, bytes, stated_encoding(bytes).as_deref(), report)?;
        let document = page::parse(&page)?;
        let PageMetadata { metadata, article_body } = PageMetadata::of(&document);
        let text = if options.everything {
            page_text(&document)
        } else {
            main_text(file, document, &metadata, article_body, report)?
        };
        Ok(vec![Extracted::new(stem(file), text, metadata, self)])
    }
}

/// The encoding that a page states in a `meta` element or XML declaration near its start.
fn stated_encoding(bytes: &[u8]) -> Option<String> {
    // Browsers look at 1024 bytes; some pages need more, and there is no harm in it.
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(4_096)]).to_lowercase();
    let is_declared = start.trim_start().starts_with("<?xml");
    let declared = start.split_once("encoding=").filter(|_| is_declared).map(|(_, rest)| rest);
    let mut metas = start.split("<meta").skip(1).filter_map(|it| it.split('>').next());
    let label = metas.find_map(|meta| meta.split_once("charset=").map(|(_, rest)| rest)).or(declared)?;
    let label = label.trim_start_matches(['"', '\'', ' ']);
    let end = label.find(['"', '\'', ';', ' ', '/', '>', '?']).unwrap_or(label.len());
    Some(label[..end].to_owned())
}

/// The article that a page is about, with its headline.
fn main_text(
    file: &str,
    document: Document,
    metadata: &Metadata,
    article_body: Option<String>,
    report: &mut Report,
) -> Result<String, Cause> {
    let mut headline = headline(&document, metadata);
    let everything = page_text(&document);
    if everything.len() > MAX_ARTICLE {
        warn(file, "the page is too long for an article, so everything on it was taken", report);
        return Ok(everything);
    }
    clutter::remove(&document);
    let config = Config { disable_json_ld: true, ..Config::default() };
    let article = Readability::with_document(document, None, Some(config)).and_then(|mut it| it.parse());
    let mut text = match article {
        Ok(article) => page_text(&page::parse(&article.content)?),
        Err(_) => String::new(),
    };
    // Some pages bring their text as data, for scripts to show.
    if let Some(body) = article_body.filter(|body| text.len() < SHORT && body.len() > text.len()) {
        text = paragraphs(&body);
        headline = headline.or_else(|| metadata.title.clone());
    }
    if text.is_empty() {
        warn(file, "no main text was found on the page, so everything on it was taken", report);
        return Ok(everything);
    }
    let first = text.lines().next().unwrap_or_default();
    Ok(match headline.filter(|headline| !same_words(headline, first)) {
        Some(headline) => format!("{headline}\n\n{text}"),
        None => text,
    })
}

/// The heading that the article has on the page: one that says the same as the page's metadata or
/// is the only one of its rank.
fn headline(document: &Document, metadata: &Metadata) -> Option<String> {
    let headings = document.select("h1");
    let headings: Vec<String> =
        headings.nodes().iter().map(|it| one_line(it)).filter(|it| !it.is_empty()).collect();
    let is_title =
        |heading: &&String| metadata.title.as_deref().is_some_and(|title| same_words(title, heading));
    let only = || Some(&headings[0]).filter(|_| headings.len() == 1);
    if headings.is_empty() {
        return None;
    }
    headings.iter().find(is_title).or_else(only).cloned()
}

/// The text of an element on one line.
pub(super) fn one_line(node: &NodeRef<'_>) -> String {
    let text = text_of(node);
    text.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}

/// All that a page shows.
pub(super) fn page_text(document: &Document) -> String {
    text_of(&document.root())
}

/// The text in and below a node. Without recursion: how deep a page goes is its maker's choice.
fn text_of(root: &NodeRef<'_>) -> String {
    let mut markup = Markup::new();
    let mut node = root.first_child();
    while let Some(current) = node {
        if current.is_text() {
            markup.text(&current.text());
        } else if let Some(name) = current.node_name() {
            markup.start(&name, is_hidden(&current));
            if let Some(child) = current.first_child() {
                node = Some(child);
                continue;
            }
            markup.end(&name);
        }
        node = next_after(current, root, &mut markup);
    }
    markup.finish()
}

/// What follows a node whose children are done; ends the elements that are left behind.
fn next_after<'a>(node: NodeRef<'a>, root: &NodeRef<'a>, markup: &mut Markup) -> Option<NodeRef<'a>> {
    let mut node = node;
    loop {
        if let Some(next) = node.next_sibling() {
            return Some(next);
        }
        node = node.parent().filter(|parent| parent.id != root.id)?;
        if let Some(name) = node.node_name() {
            markup.end(&name);
        }
    }
}

/// True if an element's attributes say that it is not shown.
fn is_hidden(node: &NodeRef<'_>) -> bool {
    let is_none = |style: &str| style.replace([' ', '\t', '\n'], "").to_lowercase().contains("display:none");
    let is_note_link = node.attr("role").is_some_and(|roles| is_note_link(&roles));
    node.has_attr("hidden") || is_note_link || node.attr("style").is_some_and(|style| is_none(&style))
}

/// Text whose paragraphs are lines, or that has markup after all.
fn paragraphs(text: &str) -> String {
    if let Some(document) = page::parse(text).ok().filter(|_| text.contains("</p>")) {
        return page_text(&document);
    }
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join("\n\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(page: &str, options: &ReadOptions) -> Extracted {
        Html.read("a/page.html", page.as_bytes(), options, &mut Report::default()).unwrap().remove(0)
    }

    #[test]
    fn everything_is_what_the_page_shows() {
        let everything = ReadOptions { everything: true, ..ReadOptions::default() };
        let cases = [
            (
                "<p>a<br>b<p>c<script>x</script><!-- d --><p hidden>e<p style='color:red; display : none'>f",
                "a\nb\n\nc\n",
            ),
            ("<ul><li>a<li>b<ul><li>c</ul></ul>d", "a\nb\nc\n\nd\n"),
            ("<table><tr><td>a<td>b<tr><td><p>c<p>d<td></table>", "a\tb\nc\n\nd\n"),
            ("<p>He said: <q>No <b>n</b>o</q>, <ruby>漢<rt>kan</rt></ruby>", "He said: “No no”, 漢\n"),
            ("<pre>a\n  b</pre><p>c&nbsp;&shy;d&#x1F1EE;&#x1F1E9;", "a\n  b\n\nc\u{a0}\u{ad}d🇮🇩\n"),
            ("<title>x</title>", ""),
        ];
        for (page, expected) in cases {
            assert_eq!(read(page, &everything).text, expected, "{page}");
        }
    }

    #[test]
    fn the_encoding_is_found_where_pages_state_it() {
        let cases = [
            ("<html><META CHARSET='windows-1251' />", Some("windows-1251")),
            ("<meta http-equiv=content-type content=\"text/html; charset=koi8-u\">", Some("koi8-u")),
            ("<?xml version='1.0' encoding='iso-8859-2'?><html>", Some("iso-8859-2")),
            ("<p>charset=x encoding=y", None),
        ];
        for (page, expected) in cases {
            assert_eq!(stated_encoding(page.as_bytes()).as_deref(), expected, "{page}");
        }
    }

    #[test]
    fn a_page_without_main_text_is_taken_as_a_whole_and_told() {
        let mut report = Report::default();
        let articles = Html.read("a.html", b"<b>Kyiv</b>", &ReadOptions::default(), &mut report).unwrap();
        assert!(articles[0].text == "Kyiv\n", "{articles:?}");
    }
}
