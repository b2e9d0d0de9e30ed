//! What stands on a page beside its article, and what the search for the main text tends to keep:
//! notices, labels of advertisements, lists of other articles.

use dom_query::{Document, NodeRef};

/// Elements that are never part of an article.
const NEVER: &str =
    "nav, amp-ad, amp-sidebar, amp-social-share, .screen-reader-text, .sr-only, .visually-hidden";

/// Words in the classes and ids of what is no part of an article, if it is short: some sites give
/// them to the whole page as well.
const WORDS: &[&str] =
    &["ad", "ads", "advert", "advertisement", "advertorial", "paywall", "sharing", "share", "cookie"];

/// A longer element is no label, in bytes.
const SHORT: usize = 300;

/// A list of other articles is shorter, in bytes.
const LONG: usize = 1_000;

/// Elements that may be lists of links.
const LISTS: &str = "aside, div, ol, section, table, td, ul";

/// Takes out of a page what is no part of its article.
pub(super) fn remove(document: &Document) {
    document.select(NEVER).remove();
    for node in document.select("[class], [id]").nodes() {
        if has_word(node) && length(node, SHORT) < SHORT {
            node.remove_from_parent();
        }
    }
    for node in document.select("address").nodes() {
        if length(node, SHORT) < SHORT {
            node.remove_from_parent();
        }
    }
    // The inner ones before those that they stand in.
    for node in document.select(LISTS).nodes().iter().rev() {
        if is_list_of_links(node) {
            node.remove_from_parent();
        }
    }
}

fn has_word(node: &NodeRef<'_>) -> bool {
    let names = ["class", "id"].into_iter().filter_map(|name| node.attr(name));
    names.into_iter().any(|names| {
        let mut words = names.split(|it: char| !it.is_alphanumeric());
        words.any(|word| WORDS.contains(&word.to_ascii_lowercase().as_str()))
    })
}

/// True for two links or more with little text around them, as in a list of other articles.
fn is_list_of_links(node: &NodeRef<'_>) -> bool {
    let all = length(node, LONG);
    if all >= LONG {
        return false;
    }
    let links = node.find(&["a"]);
    let linked: usize = links.iter().map(|link| length(link, LONG)).sum();
    links.len() >= 2 && linked * 10 >= all * 6
}

/// How long the words in an element are together, in bytes; it is counted no further than `most`.
fn length(node: &NodeRef<'_>, most: usize) -> usize {
    let mut length = 0;
    for text in node.descendants_it().filter(NodeRef::is_text) {
        length += text.text().split_whitespace().map(str::len).sum::<usize>();
        if length >= most {
            break;
        }
    }
    length
}
