//! HTML elements to paragraphs, whether they come from a tree or from XML.

use crate::reader::layout::Layout;

/// Elements whose text nobody reads on the page: code, what stands in for other media, fields of
/// forms, and how a word is pronounced.
const HIDDEN: &[&str] = &[
    "audio", "canvas", "datalist", "head", "iframe", "noscript", "object", "rp", "rt", "script", "select",
    "style", "svg", "template", "textarea", "title", "video",
];

/// Elements that are paragraphs.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "details",
    "dialog",
    "div",
    "dl",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "legend",
    "main",
    "menu",
    "nav",
    "ol",
    "p",
    "pre",
    "search",
    "section",
    "summary",
    "table",
    "ul",
];

/// Elements that are lines.
const LINES: &[&str] = &["caption", "dd", "dt", "li", "option", "tr"];

/// True if the roles of an element (`role` in pages, `epub:type` in books) say that it only leads to
/// a note or back from it.
pub(super) fn is_note_link(roles: &str) -> bool {
    let is_one = |role: &str| matches!(role, "doc-noteref" | "doc-backlink" | "noteref" | "backlink");
    roles.split_ascii_whitespace().any(is_one)
}

/// Takes elements and text in the order in which a page has them, and lays the text out.
#[derive(Debug)]
pub(super) struct Markup {
    layout: Layout,
    /// How many elements are open that are hidden or in a hidden one.
    n_hidden: usize,
    /// How many elements are open that keep their white space.
    n_verbatim: usize,
    /// How many lists are open.
    n_lists: usize,
}

impl Markup {
    pub(super) fn new() -> Markup {
        Markup { layout: Layout::new(), n_hidden: 0, n_verbatim: 0, n_lists: 0 }
    }

    /// An element begins; `is_hidden` if its attributes say that it is not shown.
    pub(super) fn start(&mut self, name: &str, is_hidden: bool) {
        if self.n_hidden > 0 || is_hidden || HIDDEN.contains(&name) {
            self.n_hidden += 1;
            return;
        }
        self.gap(name);
        match name {
            "br" => self.layout.line_break(),
            "td" | "th" => self.layout.cell(),
            "pre" => self.n_verbatim += 1,
            "ol" | "ul" => self.n_lists += 1,
            // Browsers write them, so the text has them.
            "q" => self.layout.words("“"),
            _ => {}
        }
    }

    /// An element ends. Each that began ends, also one that holds nothing.
    pub(super) fn end(&mut self, name: &str) {
        if self.n_hidden > 0 {
            self.n_hidden -= 1;
            return;
        }
        match name {
            "td" | "th" => self.layout.end_cell(),
            "tr" => self.layout.end_row(),
            "pre" => self.n_verbatim = self.n_verbatim.saturating_sub(1),
            "ol" | "ul" => self.n_lists = self.n_lists.saturating_sub(1),
            "q" => self.layout.words("”"),
            _ => {}
        }
        self.gap(name);
    }

    fn gap(&mut self, name: &str) {
        let is_inner_list = self.n_lists > 0 && matches!(name, "ol" | "ul");
        if LINES.contains(&name) || is_inner_list {
            self.layout.line();
        } else if BLOCKS.contains(&name) {
            self.layout.paragraph();
        }
    }

    /// Text between elements.
    pub(super) fn text(&mut self, text: &str) {
        if self.n_hidden > 0 {
            return;
        }
        if self.n_verbatim > 0 { self.layout.verbatim(text) } else { self.layout.words(text) }
    }

    pub(super) fn finish(self) -> String {
        self.layout.finish()
    }
}
