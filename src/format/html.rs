//! One web page with all articles and their spans highlighted, to look at, to print and to send: no
//! script, nothing loaded from elsewhere.
//!
//! A span is a `mark` with its label before it, a tint if it lies in no other one, and an underline
//! of its label's colour and pattern. Underlines of spans that share text lie below each other. They
//! are text decorations and not backgrounds, so that they are printed, follow vertical and
//! right-to-left lines, and need no measuring of text. Where spans cross, one of them is cut into
//! several marks with the same `data-id`. The article's text is on the page to the letter.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::format::each::each;
use crate::format::portions::{count, look_at_each};
use crate::format::{Article, Articles, Capabilities, ExportOptions, Format, Sink, cell};
use crate::model::{Annotation, AnnotationId, Color, DocumentId, Relation, Report, Schema, Severity};
use crate::text::{Offset, Range};

/// Written only.
pub(super) struct Html;

/// Colours for labels without one, as the window gives them (Okabe & Ito 2008, "Color Universal
/// Design").
const PALETTE: [&str; 7] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8a8010"];

/// The colour of labels that the schema does not know.
const UNKNOWN: &str = "#808080";

/// So that labels differ by more than colour.
const PATTERNS: [&str; 5] = ["solid", "dashed", "dotted", "double", "wavy"];

/// From this many underlines on, they lie upon each other.
const MAX_LANES: usize = 8;

const IN_MEMORY: &str = "a string takes what is written to it";

impl Format for Html {
    fn id(&self) -> &'static str {
        "html"
    }

    fn summary(&self) -> &'static str {
        "a web page with the articles and their spans highlighted, to look at and print"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            reads: false,
            losses: &[
                "the character U+0000, which no page can hold",
                "how and when annotations came to be",
                "the article file's encoding",
                "file keys that Sorot does not know",
            ],
            ..Capabilities::WHOLE
        }
    }

    fn write(
        &self,
        articles: &mut dyn Articles,
        _options: &ExportOptions,
        schema: &Schema,
        out: &mut dyn Sink,
        report: &mut Report,
    ) {
        let mut ids: Vec<DocumentId> = Vec::new();
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        look_at_each(articles, report, |article| {
            ids.push(article.document.id.clone());
            article.set.annotations().for_each(|it| count(&mut counts, &it.label));
        });
        let mut page = String::new();
        page.push_str(HEAD);
        let names = schema.label_names();
        write_styles(&mut page, schema);
        page.push_str("</style>\n</head>\n<body>\n<header>\n<h1>Annotated articles</h1>\n");
        write_legend(&mut page, counts, schema);
        if ids.len() > 1 {
            page.push_str("<nav aria-label=\"Articles\">\n<ol>\n");
            for (i, id) in ids.iter().enumerate() {
                let name = escaped(id.as_str());
                writeln!(page, "<li><a href=\"#a{i}\">{name}</a></li>").expect(IN_MEMORY);
            }
            page.push_str("</ol>\n</nav>\n");
        }
        page.push_str("</header>\n<main>\n");
        let mut put = |html: String| out.put(vec![("articles.html".to_owned(), html.into_bytes())]);
        put(page);
        let mut n = 0;
        articles.for_each_portion(report, &mut |portion, report| {
            let numbered: Vec<_> = portion.iter().enumerate().collect();
            let sections = each(&numbered, report, |&(i, article), report| {
                article.report_orphans(report);
                if article.document.text.as_str().contains('\0') {
                    let message = "the character U+0000 is shown as U+FFFD".to_owned();
                    report.add(Severity::Warning, article.place(), message);
                }
                let mut section = String::new();
                Writer::new(article, n + i, &names).write(&mut section);
                section
            });
            n += portion.len();
            put(sections.concat());
        });
        put("</main>\n</body>\n</html>\n".to_owned());
    }
}

const HEAD: &str = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
<title>Annotated articles</title>
<style>
:root { color-scheme: light dark; --text: #1b1b1b; --page: #fff; --weak: #595959; --ink: #000; --tint: 14%; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e8e8e8; --page: #1a1a1a; --weak: #a6a6a6; --ink: #fff; --tint: 26%; }
}
body { margin: 0 auto; padding: 1.5rem; max-inline-size: 46rem; color: var(--text); background: var(--page);
  font: 1.0625rem/1.6 "Noto Serif", Georgia, serif; }
h1, h2, h3, nav, .legend, .about, .relations { font-family: system-ui, sans-serif; }
h1 { font-size: 1.4rem; }
h2 { font-size: 1.15rem; overflow-wrap: anywhere; }
h3 { font-size: 1rem; }
a { color: inherit; }
nav { font-size: .9rem; max-block-size: 12rem; overflow: auto; }
article { margin-block: 2.5rem; border-block-start: 1px solid var(--weak); }
.about, .legend dd { color: var(--weak); font-size: .85rem; }
.legend { display: grid; grid-template-columns: max-content 1fr; gap: .35rem 1rem; }
.legend dt { grid-column: 1; }
.legend dd { margin: 0; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: plaintext; text-align: start;
  line-height: calc(1.6em + var(--lanes, 1) * .22em); }
.relations { font-size: .9rem; }
mark { color: inherit; background: none; --hue: color-mix(in oklab, var(--c) 72%, var(--ink));
  text-decoration: underline 2px var(--p) var(--c); text-decoration-color: var(--hue);
  text-decoration-skip-ink: none; text-underline-offset: calc(.18em + var(--n, 0) * .22em); }
mark.outer { background: color-mix(in srgb, var(--c) var(--tint), transparent); border-radius: .15em; }
mark[data-label]::before { content: attr(data-label); display: inline-block; margin-inline-end: .3em;
  font: 600 .62em/1 system-ui, sans-serif; color: var(--hue); vertical-align: .55em; }
mark:target { outline: 2px solid var(--hue); }
.n1 { --n: 1 } .n2 { --n: 2 } .n3 { --n: 3 } .n4 { --n: 4 } .n5 { --n: 5 } .n6 { --n: 6 } .n7 { --n: 7 }
@media print {
  :root { --text: #000; --page: #fff; --weak: #444; --ink: #000; --tint: 14%; }
  body { max-inline-size: none; padding: 0; font-size: 10.5pt; }
  nav { display: none; }
  article { break-before: page; border: 0; }
  article:first-child { break-before: auto; }
  h2, h3 { break-after: avoid; }
  li { break-inside: avoid; }
  mark { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"#;

/// Colour and pattern of each label; the last one is for those that the schema does not know.
fn write_styles(page: &mut String, schema: &Schema) {
    let known = schema.labels.iter().enumerate().map(|(i, label)| {
        let color = label.color.as_ref().map(Color::to_string);
        color.unwrap_or_else(|| PALETTE[i % PALETTE.len()].to_owned())
    });
    for (i, color) in known.chain([UNKNOWN.to_owned()]).enumerate() {
        let pattern = PATTERNS[i % PATTERNS.len()];
        writeln!(page, ".l{i} {{ --c: {color}; --p: {pattern} }}").expect(IN_MEMORY);
    }
}

/// Every label of the schema, and those that are used beside it, with how often and what it means.
fn write_legend(page: &mut String, mut counts: BTreeMap<String, usize>, schema: &Schema) {
    page.push_str("<dl class=\"legend\">\n");
    for (i, label) in schema.labels.iter().enumerate() {
        let count = counts.remove(label.name.as_str()).unwrap_or(0);
        let (name, definition) = (escaped(&label.name), escaped(&label.definition));
        let separator = if definition.is_empty() { "" } else { ". " };
        let spans = if count == 1 { "span" } else { "spans" };
        let row = format_args!(
            "<dt><mark class=\"l{i} outer\">{name}</mark></dt><dd>{count} {spans}{separator}{definition}</dd>\n"
        );
        page.write_fmt(row).expect(IN_MEMORY);
    }
    let unknown = schema.labels.len();
    for (name, count) in counts {
        let name = escaped(&name);
        let spans = if count == 1 { "span" } else { "spans" };
        let row =
            format_args!("<dt><mark class=\"l{unknown} outer\">{name}</mark></dt><dd>{count} {spans}</dd>\n");
        page.write_fmt(row).expect(IN_MEMORY);
    }
    page.push_str("</dl>\n");
}

/// An article on its way to the page.
struct Writer<'a> {
    article: &'a Article,
    /// Its place on the page.
    number: usize,
    /// In the order of the text.
    annotations: Vec<&'a Annotation>,
    /// Where each annotation stands in that order.
    index: BTreeMap<&'a AnnotationId, usize>,
    label_names: &'a [&'a str],
}

/// A fragment of a span that is open at some place of the text.
#[derive(Clone, Copy)]
struct Open {
    annotation: usize,
    end: Offset,
    lane: usize,
}

impl<'a> Writer<'a> {
    fn new(article: &'a Article, number: usize, label_names: &'a [&'a str]) -> Writer<'a> {
        let annotations: Vec<&Annotation> =
            article.set.in_order(label_names).into_iter().map(|it| &**it).collect();
        let index = annotations.iter().enumerate().map(|(i, it)| (&it.id, i)).collect();
        Writer { article, number, annotations, index, label_names }
    }

    fn write(&self, page: &mut String) {
        let (document, set) = (&self.article.document, &self.article.set);
        let number = self.number;
        let (name, owner) = (escaped(document.id.as_str()), escaped(self.article.owner.name()));
        let (text, n_lanes) = self.text();
        let language = document.source.language.as_deref().filter(|it| is_language(it));
        let language = language.map_or(String::new(), |it| format!(" lang=\"{it}\""));
        let status = set.status().name().replace('_', " ");
        let head = format_args!(
            "<article id=\"a{number}\">\n<h2>{name}</h2>\n<p class=\"about\">{owner}, {status}</p>\n\
             <div class=\"text\"{language} dir=\"auto\" style=\"--lanes:{n_lanes}\">"
        );
        page.write_fmt(head).expect(IN_MEMORY);
        page.push_str(&text);
        page.push_str("</div>\n");
        if set.relations().len() > 0 {
            page.push_str("<section class=\"relations\">\n<h3>Relations</h3>\n<ul>\n");
            for relation in set.relations() {
                self.relation(relation, page);
            }
            page.push_str("</ul>\n</section>\n");
        }
        page.push_str("</article>\n");
    }

    /// The text with its marks, and how many underlines lie below each other at most.
    fn text(&self) -> (String, usize) {
        let text = &self.article.document.text;
        let mut fragments: Vec<(Range, usize)> = Vec::new();
        for (i, annotation) in self.annotations.iter().enumerate() {
            fragments.extend(annotation.span.ranges().iter().map(|&range| (range, i)));
        }
        // Of those that start together the longer ones come first, and lie around the others.
        fragments.sort_by_key(|&(range, i)| (range.start(), std::cmp::Reverse(range.end()), i));
        let mut html = String::with_capacity(text.as_str().len() * 2);
        let mut open: Vec<Open> = Vec::new();
        let mut begun = BTreeSet::new();
        let mut at = Offset::START;
        let mut n_lanes = 1;
        let mut fragments = fragments.into_iter().peekable();
        loop {
            let next_end = open.iter().map(|it| it.end).min();
            let next_start = fragments.peek().map(|(range, _)| range.start());
            let next = match (next_end, next_start) {
                (Some(end), Some(start)) => end.min(start),
                (Some(it), None) | (None, Some(it)) => it,
                (None, None) => break,
            };
            if let Some(range) = Range::new(at, next) {
                push_escaped(&mut html, text.slice(range));
            }
            at = next;
            // What ends here closes, and what lies in it and goes on is cut.
            if let Some(first) = open.iter().position(|it| it.end == next) {
                let above = open.split_off(first);
                above.iter().for_each(|_| html.push_str("</mark>"));
                for it in above.into_iter().filter(|it| it.end > next) {
                    self.open(&mut html, it, false, open.is_empty());
                    open.push(it);
                }
            }
            while let Some((range, i)) = fragments.next_if(|(range, _)| range.start() == next) {
                let lane = (0..).find(|lane| open.iter().all(|it| it.lane != *lane)).unwrap_or(0);
                let it = Open { annotation: i, end: range.end(), lane };
                n_lanes = n_lanes.max(lane + 1);
                self.open(&mut html, it, begun.insert(i), open.is_empty());
                open.push(it);
            }
        }
        if let Some(range) = Range::new(at, text.end()) {
            push_escaped(&mut html, text.slice(range));
        }
        (html, n_lanes.min(MAX_LANES))
    }

    /// Opens a mark. The first one of a span says what it is; one in no other has a tint.
    fn open(&self, html: &mut String, it: Open, is_first: bool, is_outer: bool) {
        let annotation = self.annotations[it.annotation];
        let label = self.label_number(&annotation.label);
        let (number, i) = (self.number, it.annotation);
        html.push_str("<mark ");
        if is_first {
            write!(html, "id=\"a{number}s{i}\" data-label=\"").expect(IN_MEMORY);
            push_escaped(html, &annotation.label);
            html.push_str("\" title=\"");
            push_escaped(html, &self.title(annotation));
            html.push_str("\" ");
        }
        html.push_str("data-id=\"");
        push_escaped(html, annotation.id.as_str());
        write!(html, "\" class=\"l{label}").expect(IN_MEMORY);
        match it.lane.min(MAX_LANES - 1) {
            0 => {}
            lane => write!(html, " n{lane}").expect(IN_MEMORY),
        }
        html.push_str(if is_outer { " outer\">" } else { "\">" });
    }

    fn label_number(&self, label: &str) -> usize {
        self.label_names.iter().position(|it| *it == label).unwrap_or(self.label_names.len())
    }

    /// All that is said about a span, in one line.
    fn title(&self, annotation: &Annotation) -> String {
        let mut parts = vec![annotation.label.clone()];
        let attributes = annotation.attributes.iter();
        parts.extend(attributes.map(|(name, value)| format!("{name}: {}", cell::write(value))));
        if let Some(id) = &annotation.entity {
            let entity = self.article.set.entity(id);
            parts.push(entity.map_or(id.as_str(), |it| &it.name).to_owned());
        }
        parts.extend(annotation.flags.iter().cloned());
        if !annotation.note.is_empty() {
            parts.push(annotation.note.clone());
        }
        parts.join("; ")
    }

    fn relation(&self, relation: &Relation, page: &mut String) {
        let end = |page: &mut String, id: &AnnotationId| {
            let Some((&i, annotation)) = self.index.get(id).zip(self.article.set.annotation(id)) else {
                return;
            };
            write!(page, "<a href=\"#a{}s{i}\"><bdi>", self.number).expect(IN_MEMORY);
            push_escaped(page, &self.article.document.text.excerpt(&annotation.span, 80));
            page.push_str("</bdi></a>");
        };
        page.push_str("<li>");
        end(page, &relation.from);
        page.push_str(" <strong>");
        push_escaped(page, &relation.label);
        page.push_str("</strong> ");
        end(page, &relation.to);
        let attributes = relation.attributes.iter();
        let mut remarks: Vec<String> =
            attributes.map(|(name, value)| format!("{name}: {}", cell::write(value))).collect();
        remarks.extend((!relation.note.is_empty()).then(|| relation.note.clone()));
        if !remarks.is_empty() {
            page.push_str(" (");
            push_escaped(page, &remarks.join("; "));
            page.push(')');
        }
        page.push_str("</li>\n");
    }
}

/// True for what can be a language tag of BCP 47.
fn is_language(tag: &str) -> bool {
    !tag.is_empty() && tag.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-')
}

fn escaped(text: &str) -> String {
    let mut html = String::new();
    push_escaped(&mut html, text);
    html
}

/// Text for an element or an attribute. A carriage return would come out as a line feed.
fn push_escaped(html: &mut String, text: &str) {
    let mut from = 0;
    for (i, byte) in text.bytes().enumerate() {
        let entity = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            b'\r' => "&#13;",
            0 => "\u{fffd}",
            _ => continue,
        };
        html.push_str(&text[from..i]);
        html.push_str(entity);
        from = i + 1;
    }
    html.push_str(&text[from..]);
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::file::PRESETS;
    use crate::model::{AnnotationSet, Document, Newline, Owner, Source, Status, Value};
    use crate::text::Text;
    use crate::text::marked::Marked;

    fn page(marked: &str) -> String {
        let marked = Marked::parse(marked).unwrap();
        let annotations = marked.labels.iter().map(|(number, it)| {
            let id = AnnotationId::new(format!("s{number}"));
            let mut annotation = Annotation::new(id, it.label.as_str(), marked.spans[number].clone());
            annotation.attributes.insert("kind".to_owned(), Value::Text("\"<b>".to_owned()));
            annotation
        });
        let source = Source {
            encoding: String::new(),
            bom: false,
            newline: Newline::None,
            file_sha256: String::new(),
            text_sha256: String::new(),
            language: Some("ar\" onclick=\"".to_owned()),
        };
        let text = Text::new(marked.text.as_str());
        let article = Article {
            owner: Owner::Gold,
            document: Arc::new(Document { id: "<a>.txt".into(), text, source }),
            set: Arc::new(AnnotationSet::new(Status::New, annotations, [], [])),
        };
        let (options, schema) = (ExportOptions::default(), PRESETS[0].schema());
        let bundle = Html.export(&[article], &options, &schema, &mut Report::default());
        String::from_utf8(bundle.files[0].1.clone()).unwrap()
    }

    /// The text's marks, each as its class and id.
    fn marks(marked: &str) -> String {
        let page = page(marked);
        let text = page.split_once("--lanes:").unwrap().1.split_once("</div>").unwrap().0;
        let shown = text.split('<').map(|part| match part.split_once('>') {
            Some((tag, text)) if tag.starts_with("mark") => {
                let value =
                    |key: &str| tag.split_once(key).map_or("", |(_, it)| it.split('"').next().unwrap());
                let first = if tag.contains("data-label") { "" } else { "…" };
                format!("({first}{} {}:{text}", value("data-id=\""), value("class=\""))
            }
            Some((_, text)) => format!("){text}"),
            None => part.to_owned(),
        });
        let shown: String = shown.collect();
        // What comes first is the rest of the tag around.
        shown.strip_prefix(')').unwrap_or(&shown).to_owned()
    }

    #[test]
    fn spans_lie_in_each_other_or_are_cut() {
        for (marked, expected) in [
            (
                "{1}Kami {2}AS{/2} siap{/1} ya\n---\n1 quote\n2 country\n",
                "(s1 l1 outer:Kami (s2 l2 n1:AS) siap) ya",
            ),
            (
                "{1}Kami {2}AS{/1} siap{/2} ya\n---\n1 quote\n2 country\n",
                "(s1 l1 outer:Kami (s2 l2 n1:AS))(…s2 l2 n1 outer: siap) ya",
            ),
            ("{1}{2}AS{/2}{/1}\n---\n1 weapon\n2 speaker\n", "(s2 l0 outer:(s1 l3 n1:AS))"),
            (
                "{1}“Ya{/1} {2}kata{/2} {1}lagi”{/1}\n---\n1 quote\n2 verb\n",
                "(s1 l1 outer:“Ya) (s2 l4 outer:kata) (…s1 l1 outer:lagi”)",
            ),
        ] {
            assert_eq!(marks(marked), expected, "{marked}");
        }
    }

    #[test]
    fn nothing_in_an_article_is_taken_for_markup() {
        let page = page("a\r\n<script>{1}\u{1f600}&amp;\"'{/1}\n---\n1 quote\n");
        assert!(page.contains("a&#13;\n&lt;script&gt;<mark"));
        assert!(page.contains(">\u{1f600}&amp;amp;&quot;'</mark>"));
        assert!(page.contains("title=\"quote; kind: &quot;&lt;b&gt;\""));
        assert!(page.contains("<h2>&lt;a&gt;.txt</h2>"));
        assert!(!page.contains("onclick") && !page.contains("<b>") && !page.contains("<script"));
    }
}
