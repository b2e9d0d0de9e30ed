//! Articles to brat's files.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value as Json;

use crate::file::newline_of;
use crate::format::brat::config::Config;
use crate::format::brat::{
    ARTICLES, OWN_NOTE, PEOPLE_NOTE, is_break, is_line_end, on_one_line, plain, reference, stored,
};
use crate::format::each::each;
use crate::format::line::one_line;
use crate::format::portions::FileNames;
use crate::format::{Article, Articles, ExportOptions, Sink, own};
use crate::model::{Annotation, AnnotationId, Newline, Relation, Report, Schema, Severity};
use crate::text::{Offset, OffsetUnit, Range, Text};

pub(super) fn write(
    articles: &mut dyn Articles,
    options: &ExportOptions,
    schema: &Schema,
    out: &mut dyn Sink,
    report: &mut Report,
) {
    let has_text = !options.without_text;
    let mut config = Config::new(schema, report);
    // A folder for each annotator is what brat's users make, and what bratiaa expects.
    let mut names = FileNames::of(articles);
    articles.for_each_portion(report, &mut |portion, report| {
        let named: Vec<_> = portion.iter().map(|it| (it, names.stem(it))).collect();
        let files = each(&named, report, |(article, name), report| {
            article.report_orphans(report);
            let text = article.document.text.as_str();
            let newline = newline_of(text);
            if newline == Newline::Mixed {
                let message = "the article's lines end in more than one way, and in brat's text all in LF";
                report.add(Severity::Warning, article.place(), message);
            }
            let annotations = Writer::new(article, has_text).annotations(schema, report);
            let lines = || text.replace("\r\n", "\n").replace('\r', "\n").into_bytes();
            let text = has_text.then(|| (format!("{name}.txt"), lines()));
            let about = about_article(article, name, newline, has_text);
            (about, std::iter::once((format!("{name}.ann"), annotations)).chain(text))
        });
        portion.iter().for_each(|article| config.add(article, report));
        let (about, files): (Vec<String>, Vec<_>) = files.into_iter().unzip();
        let about = (ARTICLES.to_owned(), about.concat().into_bytes());
        out.put(files.into_iter().flatten().chain([about]).collect());
    });
    out.put(config.files().into());
}

/// The line about an article in [`ARTICLES`].
fn about_article(article: &Article, name: &str, newline: Newline, has_text: bool) -> String {
    let mut about = serde_json::Map::new();
    about.insert("file".to_owned(), name.into());
    match newline {
        Newline::Crlf => drop(about.insert("newline".to_owned(), "crlf".into())),
        Newline::Cr => drop(about.insert("newline".to_owned(), "cr".into())),
        _ => {}
    }
    if let Json::Object(own) = own::of_article_with(article, has_text) {
        about.extend(own);
    }
    one_line(&Json::Object(about)) + "\n"
}

/// An `.ann` file as it grows.
struct Writer<'a> {
    article: &'a Article,
    text: &'a Text,
    /// True if what spans cover is repeated.
    has_text: bool,
    /// Where the text has a CR that the `.txt` has not.
    dropped: Vec<Offset>,
    out: String,
    n_attributes: usize,
    n_references: usize,
    n_notes: usize,
}

impl<'a> Writer<'a> {
    fn new(article: &'a Article, has_text: bool) -> Writer<'a> {
        let text = &article.document.text;
        let crlf = text.as_str().match_indices("\r\n");
        Writer {
            article,
            text,
            has_text,
            dropped: crlf.map(|(byte, _)| Offset::new(byte)).collect(),
            out: String::new(),
            n_attributes: 0,
            n_references: 0,
            n_notes: 0,
        }
    }

    fn annotations(mut self, schema: &Schema, report: &mut Report) -> Vec<u8> {
        let mut placed: BTreeMap<&AnnotationId, usize> = BTreeMap::new();
        let set = &self.article.set;
        for annotation in set.in_order(&schema.label_names()) {
            let pieces = self.pieces(annotation, report);
            if !pieces.is_empty() {
                let n = placed.len() + 1;
                placed.insert(&annotation.id, n);
                self.span(n, annotation, &pieces);
            }
        }
        let mut n = 0;
        for relation in set.relations() {
            let Some((from, to)) = placed.get(&relation.from).zip(placed.get(&relation.to)) else {
                let message = format!("{} is not exported, since not both its ends are", relation.label);
                report.add(Severity::Warning, self.article.place(), message);
                continue;
            };
            n += 1;
            self.relation(n, relation, (*from, *to));
        }
        self.out.into_bytes()
    }

    /// A span's fragments without line breaks; what that loses is reported.
    fn pieces(&self, annotation: &Annotation, report: &mut Report) -> Vec<Range> {
        let ranges = annotation.span.ranges();
        let pieces: Vec<Range> = ranges.iter().flat_map(|&range| lines(self.text, range)).collect();
        let mut read: Vec<Range> = Vec::with_capacity(ranges.len());
        for &piece in &pieces {
            match read.last_mut() {
                Some(last) if is_gap_line_end(self.text, *last, piece) => *last = last.hull(piece),
                _ => read.push(piece),
            }
        }
        if read != ranges {
            let what = if pieces.is_empty() {
                "is not exported, since it covers line breaks alone"
            } else {
                "comes back changed, since brat holds no line break at the ends of a fragment"
            };
            let excerpt = self.text.excerpt(&annotation.span, 40);
            let message = format!("{} “{excerpt}” {what}", annotation.label);
            report.add(Severity::Warning, self.article.place_of(annotation), message);
        }
        pieces
    }

    fn span(&mut self, n: usize, annotation: &Annotation, pieces: &[Range]) {
        let label = stored(&annotation.label);
        self.put(format_args!("T{n}\t{label} "));
        for (i, piece) in pieces.iter().enumerate() {
            let separator = if i == 0 { "" } else { ";" };
            let (start, end) = (self.at(piece.start()), self.at(piece.end()));
            self.put(format_args!("{separator}{start} {end}"));
        }
        for (i, &piece) in pieces.iter().enumerate() {
            self.out.push(if i == 0 { '\t' } else { ' ' });
            if self.has_text {
                self.out.push_str(self.text.slice(piece));
            }
        }
        self.out.push('\n');
        for (name, value) in &annotation.attributes {
            let Some(value) = plain(value) else { continue };
            self.n_attributes += 1;
            let separator = if value.is_empty() { "" } else { " " };
            let (i, name) = (self.n_attributes, stored(name));
            self.put(format_args!("A{i}\t{name} T{n}{separator}{value}\n"));
        }
        if let Some(reference) = annotation.entity.as_ref().and_then(|it| reference(it.as_str())) {
            self.n_references += 1;
            let entity = annotation.entity.as_ref().and_then(|it| self.article.set.entity(it));
            let name = entity.map(|it| on_one_line(&it.name)).unwrap_or_default();
            let i = self.n_references;
            self.put(format_args!("N{i}\tReference T{n} {reference}\t{name}\n"));
        }
        let mut own = own::of_annotation(annotation, self.article);
        if let (Json::Object(own), true) = (&mut own, label != annotation.label) {
            own.insert("label".to_owned(), annotation.label.as_str().into());
        }
        self.notes(format_args!("T{n}"), &annotation.note, &own);
    }

    fn relation(&mut self, n: usize, relation: &Relation, (from, to): (usize, usize)) {
        let label = stored(&relation.label);
        self.put(format_args!("R{n}\t{label} Arg1:T{from} Arg2:T{to}\n"));
        let mut own = own::of_relation(relation);
        if let (Json::Object(own), true) = (&mut own, label != relation.label) {
            own.insert("label".to_owned(), relation.label.as_str().into());
        }
        self.notes(format_args!("R{n}"), &relation.note, &own);
    }

    fn notes(&mut self, target: std::fmt::Arguments<'_>, note: &str, own: &Json) {
        let note = on_one_line(note);
        if !note.is_empty() {
            self.n_notes += 1;
            let n = self.n_notes;
            self.put(format_args!("#{n}\t{PEOPLE_NOTE} {target}\t{note}\n"));
        }
        self.n_notes += 1;
        let n = self.n_notes;
        self.put(format_args!("#{n}\t{OWN_NOTE} {target}\t{}\n", one_line(own)));
    }

    /// A position as brat counts it.
    fn at(&self, offset: Offset) -> usize {
        let n_dropped = self.dropped.partition_point(|&it| it < offset);
        self.text.measure(offset, OffsetUnit::CodePoint) - n_dropped
    }

    fn put(&mut self, what: std::fmt::Arguments<'_>) {
        self.out.write_fmt(what).expect("a string takes what is written to it");
    }
}

/// The stretches of a range between its line breaks.
fn lines(text: &Text, range: Range) -> impl Iterator<Item = Range> {
    let mut at = range.start().byte();
    text.slice(range).split(is_break).filter_map(move |line| {
        let start = at;
        at += line.len() + 1;
        Range::new(Offset::new(start), Offset::new(start + line.len()))
    })
}

fn is_gap_line_end(text: &Text, before: Range, after: Range) -> bool {
    Range::new(before.end(), after.start()).is_some_and(|gap| is_line_end(text.slice(gap)))
}
