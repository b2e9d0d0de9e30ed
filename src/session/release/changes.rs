//! What changed from one release to the next, for people.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::compare::{ComparedUnit, Content, DifferenceKind, Differs, MatchRule, compare_sets};
use crate::file::carry_set;
use crate::format::Article;
use crate::model::{Annotation, AnnotationSet, Attributes, Relation, Value};
use crate::text::{Alignment, Span, Text, markdown};

/// How many characters of a span's text are shown.
const N_SHOWN: usize = 60;

/// How often something of a label came, went or became another.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    n_added: usize,
    n_removed: usize,
    n_changed: usize,
}

/// What changed between two releases, all in all.
#[derive(Debug, Default)]
struct Changes {
    articles_added: Vec<String>,
    articles_removed: Vec<String>,
    corrected: Vec<String>,
    spans: BTreeMap<String, Tally>,
    relations: BTreeMap<String, Tally>,
    lines: Vec<String>,
}

/// The list of changes between the articles of two releases, as Markdown.
pub(super) fn write(earlier: &str, name: &str, before: &[Article], after: &[Article]) -> String {
    let mut changes = Changes::default();
    let id = |it: &Article| it.document.id.to_string();
    let old: BTreeMap<String, &Article> = before.iter().map(|it| (id(it), it)).collect();
    let new: BTreeMap<String, &Article> = after.iter().map(|it| (id(it), it)).collect();
    changes.articles_removed = old.keys().filter(|it| !new.contains_key(*it)).cloned().collect();
    for (id, article) in &new {
        match old.get(id) {
            None => changes.articles_added.push(id.clone()),
            Some(was) => changes.add(was, article),
        }
    }
    changes.markdown(earlier, name)
}

impl Changes {
    fn add(&mut self, was: &Article, is: &Article) {
        let (old, new) = (&was.document.text, &is.document.text);
        let carried;
        let before: &AnnotationSet = if old == new {
            &was.set
        } else {
            self.corrected.push(is.document.id.to_string());
            let alignment = Alignment::new(old, new);
            carried = carry_set(&was.set, old, new, |span| alignment.carry(span)).0;
            &carried
        };
        for unit in compare_sets(new, &[before, &is.set], MatchRule::Overlap) {
            let only_relations = Differs { relations: true, ..Differs::default() };
            if unit.differs == Differs::default() || unit.differs == only_relations {
                continue;
            }
            self.add_unit(is, before, &unit);
        }
    }

    fn add_unit(&mut self, article: &Article, before: &AnnotationSet, unit: &ComparedUnit) {
        let text = &article.document.text;
        let sets = [before, &*article.set];
        let (tallies, labels, shown): (_, [Option<String>; 2], [Option<String>; 2]) = match &unit.content {
            Content::Annotation(all) => {
                let of = |i: usize| all.get(i).and_then(|it| it.as_deref());
                (
                    &mut self.spans,
                    [0, 1].map(|i| of(i).map(|it| it.label.clone())),
                    [0, 1].map(|i| of(i).map(|it| span_shown(text, it, unit.differs))),
                )
            }
            Content::Relation(all) => {
                let of = |i: usize| all.get(i).and_then(|it| it.as_deref());
                (
                    &mut self.relations,
                    [0, 1].map(|i| of(i).map(|it| it.label.clone())),
                    [0, 1].map(|i| of(i).map(|it| relation_shown(text, sets[i], it, unit.differs))),
                )
            }
            // Entities have no label; what mentions them is listed where that changed.
            Content::Entity(_) => return,
        };
        let kind = match &labels {
            [None, Some(label)] => {
                tallies.entry(label.clone()).or_default().n_added += 1;
                "added"
            }
            [Some(label), None] => {
                tallies.entry(label.clone()).or_default().n_removed += 1;
                "removed"
            }
            [Some(label), Some(now)] => {
                tallies.entry(label.clone()).or_default().n_changed += 1;
                if label != now {
                    tallies.entry(now.clone()).or_default().n_changed += 1;
                }
                match unit.kind() {
                    DifferenceKind::Label => "label",
                    DifferenceKind::Boundary => "boundary",
                    DifferenceKind::Attribute => "attributes",
                    _ => "changed",
                }
            }
            [None, None] => return,
        };
        let place = unit.place.map(|it| format!(":{}", text.line_column(it.start()))).unwrap_or_default();
        let shown: Vec<String> = shown.into_iter().flatten().collect();
        self.lines.push(format!("{}{place}: {kind}: {}", article.document.id, shown.join(" → ")));
    }

    fn markdown(&self, earlier: &str, name: &str) -> String {
        let mut out = format!("# Changes from {earlier} to {name}\n");
        let is_same = self.articles_added.is_empty()
            && self.articles_removed.is_empty()
            && self.corrected.is_empty()
            && self.lines.is_empty();
        if is_same {
            out += "\nThe articles and their annotations are the same.\n";
            return out;
        }
        for (title, list) in [
            ("Articles added", &self.articles_added),
            ("Articles removed", &self.articles_removed),
            ("Articles whose text was corrected", &self.corrected),
        ] {
            section(&mut out, title, list);
        }
        for (title, tallies) in [("Spans", &self.spans), ("Relations", &self.relations)] {
            if tallies.is_empty() {
                continue;
            }
            push(&mut out, format_args!("\n## {title} of articles in both\n\n"));
            out += "| label | added | removed | changed |\n|---|--:|--:|--:|\n";
            for (label, it) in tallies {
                let (added, removed, changed) = (it.n_added, it.n_removed, it.n_changed);
                push(&mut out, format_args!("| {} | {added} | {removed} | {changed} |\n", markdown(label)));
            }
        }
        out += "\nA span that became another label counts as changed under both.\n";
        section(&mut out, "One by one", &self.lines);
        out
    }
}

fn section(out: &mut String, title: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    push(out, format_args!("\n## {title}: {}\n\n", lines.len()));
    for line in lines {
        push(out, format_args!("- {}\n", markdown(line)));
    }
}

fn push(out: &mut String, what: std::fmt::Arguments<'_>) {
    out.write_fmt(what).expect("writing to a string cannot fail");
}

fn quoted(text: &Text, span: &Span) -> String {
    format!("\"{}\"", text.excerpt(span, N_SHOWN))
}

fn span_shown(text: &Text, annotation: &Annotation, differs: Differs) -> String {
    let mut shown = format!("{} {}", annotation.label, quoted(text, &annotation.span));
    if differs.attributes {
        shown += &attributes_shown(&annotation.attributes);
    }
    shown
}

fn relation_shown(text: &Text, set: &AnnotationSet, relation: &Relation, differs: Differs) -> String {
    let [from, to] = [&relation.from, &relation.to]
        .map(|id| set.annotation(id).map_or(id.to_string(), |it| quoted(text, &it.span)));
    let attributes = if differs.attributes { attributes_shown(&relation.attributes) } else { String::new() };
    format!("{} from {from} to {to}{attributes}", relation.label)
}

fn attributes_shown(attributes: &Attributes) -> String {
    let value = |it: &Value| match it {
        Value::Text(it) => it.clone(),
        Value::Boolean(it) => it.to_string(),
        Value::Integer(it) => it.to_string(),
        Value::List(list) => list.join("+"),
        Value::Json(json) => json.clone(),
    };
    let shown: Vec<String> = attributes.iter().map(|(name, it)| format!("{name}={}", value(it))).collect();
    format!(" ({})", shown.join(", "))
}
