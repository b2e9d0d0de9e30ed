//! What a page says about its article: as data for search engines (JSON-LD), in `meta` and `link`
//! elements (OpenGraph, Dublin Core and others), or by its elements. The first that says it counts.

use std::collections::HashMap;

use dom_query::Document;
use serde_json::Value;

use crate::file::Metadata;
use crate::reader::html::one_line;

/// Names of `meta` elements, in lower case, the more exact before the others.
const TITLE: &[&str] = &["og:title", "twitter:title", "dc.title", "dcterms.title", "headline"];
const DATE: &[&str] = &[
    "article:published_time",
    "og:published_time",
    "datepublished",
    "parsely-pub-date",
    "sailthru.date",
    "dcterms.created",
    "dcterms.date",
    "dc.date.issued",
    "dc.date",
    "publishdate",
    "publish-date",
    "pubdate",
    "date",
];
const AUTHOR: &[&str] = &[
    "author",
    "article:author",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dcterms.creator",
    "byl",
];
const LANGUAGE: &[&str] = &["content-language", "dc.language", "dcterms.language", "language", "og:locale"];

/// What a page says about its article.
#[derive(Debug, Default)]
pub(super) struct PageMetadata {
    pub(super) metadata: Metadata,
    /// The article's text, where it is among the data.
    pub(super) article_body: Option<String>,
}

impl PageMetadata {
    pub(super) fn of(document: &Document) -> PageMetadata {
        let data = article_data(document).unwrap_or_default();
        let metas = metas(document);
        let meta = |names: &[&str]| names.iter().find_map(|name| metas.get(*name).cloned());
        let attribute = |selector: &str, name: &str| {
            let value = document.select(selector).attr(name)?;
            cleaned(&value)
        };
        let element =
            |selector: &str| document.select(selector).nodes().first().and_then(|it| cleaned(&one_line(it)));

        let title = text_in(&data["headline"]).or_else(|| meta(TITLE)).or_else(|| element("h1"));
        let title_element =
            || document.select("head > title").nodes().first().and_then(|it| cleaned(&it.text()));
        let is_name = |author: &String| !author.contains("://");
        let author = text_in(&data["author"]).or_else(|| meta(AUTHOR)).filter(is_name);
        let author = author.or_else(|| element("[rel=author]")).or_else(|| element("[itemprop=author]"));
        let date = text_in(&data["datePublished"]).or_else(|| meta(DATE));
        let url = attribute("link[rel=canonical]", "href").filter(|url| url.contains("://"));
        let url = url.or_else(|| meta(&["og:url"])).or_else(|| text_in(&data["url"]));
        let language = attribute("html", "lang").or_else(|| attribute("html", "xml:lang"));
        let language = language.or_else(|| text_in(&data["inLanguage"])).or_else(|| meta(LANGUAGE));
        PageMetadata {
            metadata: Metadata {
                title: title.or_else(title_element),
                date: date.or_else(|| attribute("time[datetime]", "datetime")),
                author,
                url,
                language: language.as_deref().and_then(language_tag),
                ..Metadata::default()
            },
            article_body: data["articleBody"]
                .as_str()
                .filter(|body| !body.trim().is_empty())
                .map(str::to_owned),
        }
    }
}

/// The content of `meta` elements by name; the first of a name counts.
fn metas(document: &Document) -> HashMap<String, String> {
    let mut metas = HashMap::new();
    for node in document.select("meta[content]").nodes() {
        let content = node.attr("content").and_then(|it| cleaned(&it));
        let name = ["property", "name", "itemprop", "http-equiv"].iter().find_map(|it| node.attr(it));
        if let (Some(name), Some(content)) = (name, content) {
            metas.entry(name.to_lowercase()).or_insert(content);
        }
    }
    metas
}

/// The JSON-LD object of the article.
fn article_data(document: &Document) -> Option<Value> {
    let scripts = document.select("script[type='application/ld+json']");
    scripts.nodes().iter().find_map(|script| {
        let text = script.text();
        let json = text.trim().trim_start_matches("<![CDATA[").trim_end_matches("]]>");
        find_article(serde_json::from_str(json).ok()?)
    })
}

/// An article itself, in a list, or in a `@graph`.
fn find_article(value: Value) -> Option<Value> {
    match value {
        Value::Array(items) => items.into_iter().find_map(find_article),
        Value::Object(mut object) => {
            if object.get("@type").is_some_and(is_article) {
                return Some(Value::Object(object));
            }
            object.remove("@graph").and_then(find_article)
        }
        _ => None,
    }
}

/// The kinds of articles of schema.org.
fn is_article(kind: &Value) -> bool {
    let is_one = |it: &Value| {
        it.as_str().is_some_and(|it| it.ends_with("Article") || it.ends_with("BlogPosting") || it == "Report")
    };
    is_one(kind) || kind.as_array().is_some_and(|kinds| kinds.iter().any(is_one))
}

/// The text that a value of JSON-LD is: itself, its name, or several of them.
fn text_in(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => cleaned(text),
        Value::Object(object) => cleaned(object.get("name")?.as_str()?),
        Value::Array(items) => {
            let names: Vec<String> = items.iter().filter(|it| !it.is_array()).filter_map(text_in).collect();
            (!names.is_empty()).then(|| names.join(", "))
        }
        _ => None,
    }
}

/// Text on one line; nothing if there is none.
fn cleaned(text: &str) -> Option<String> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!text.is_empty()).then_some(text)
}

/// A BCP 47 tag: `en_us` is `en-us`, and of several the first counts.
fn language_tag(language: &str) -> Option<String> {
    let tag = language.split(',').next()?.trim().replace('_', "-");
    let is_tag = tag
        .split('-')
        .all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|it| it.is_ascii_alphanumeric()));
    (is_tag && tag.len() >= 2).then_some(tag)
}

/// True if two headings say the same: cases, white space and punctuation aside, and if the longer
/// one only adds the name of the site.
pub(super) fn same_words(one: &str, other: &str) -> bool {
    let words =
        |text: &str| -> String { text.to_lowercase().chars().filter(|it| it.is_alphanumeric()).collect() };
    let (one, other) = (words(one), words(other));
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    !short.is_empty() && (short == long || short.chars().count() >= 15 && long.contains(&short))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reader::page;

    fn metadata(page: &str) -> Metadata {
        PageMetadata::of(&page::parse(page).unwrap()).metadata
    }

    #[test]
    fn json_ld_is_read_in_all_its_shapes() {
        let cases = [
            (r#"{"@type": "NewsArticle", "headline": "T", "author": "A"}"#, Some("T"), Some("A")),
            (
                r#"[{"@type": "WebSite"}, {"@type": ["Report"], "headline": " T\n t", "author": {"name": "A"}}]"#,
                Some("T t"),
                Some("A"),
            ),
            (
                r#"{"@graph": [{"@type": "BlogPosting", "headline": "T", "author": [{"name": "A"}, "B", {}]}]}"#,
                Some("T"),
                Some("A, B"),
            ),
            (r#"{"@type": "Organization", "headline": "T"}"#, None, None),
            ("{\"@type\": \"Article\"", None, None),
        ];
        for (json, title, author) in cases {
            let found = metadata(&format!("<script type='application/ld+json'>{json}</script>"));
            assert_eq!((found.title.as_deref(), found.author.as_deref()), (title, author), "{json}");
        }
    }

    #[test]
    fn what_search_engines_are_told_comes_first() {
        let found = metadata(
            "<html lang=id_ID><title>T | Site</title><link rel=canonical href=https://a.example/1>\
             <meta property='og:title' content='T'><meta name=author content=https://b.example>\
             <a rel=author>Rina</a><time datetime=2026-01-02>2 Januari</time>",
        );
        let some = |it: &str| Some(it.to_owned());
        let expected = Metadata {
            title: some("T"),
            date: some("2026-01-02"),
            author: some("Rina"),
            url: some("https://a.example/1"),
            language: some("id-ID"),
            ..Metadata::default()
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn a_language_is_a_tag() {
        assert_eq!(language_tag("uk, ru").as_deref(), Some("uk"));
        assert_eq!(language_tag("zh-Hant-TW").as_deref(), Some("zh-Hant-TW"));
        assert_eq!(
            [language_tag(""), language_tag("{{lang}}"), language_tag("Bahasa Indonesia")],
            [None, None, None]
        );
    }

    #[test]
    fn headings_are_compared_by_their_words() {
        assert!(same_words("Tank “dikirim”", "TANK dikirim"));
        assert!(same_words("Harbour shut for six hours", "Harbour shut for six hours | The Tide"));
        assert!(!same_words("Tank", "Tank dikirim"));
        assert!(!same_words("", ""));
    }
}
