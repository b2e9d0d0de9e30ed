//! Columns of tokens with tags, as CoNLL 2002 and 2003 have them: a line a token, an empty line
//! after each sentence, `-DOCSTART- -X- O O` before each article.
//!
//! Written is one column of tags, or, if spans share text, one a label in the order of the schema;
//! a tag names its label in either case. Sentences do not end inside spans. Read is any number of
//! columns: if all but the tokens are tags, all of them, and else, as in the data of 2003 with its
//! parts of speech, the last.
//!
//! A tag says by its letter whether a span begins, goes on or ends, and all schemes can be read
//! alike: a span begins at B, U and S, and at any other letter that does not go on with the one
//! before.
//!
//! There is no text and no name in such a file. An article whose letters are those of the tokens
//! gives both back; without, words are joined by spaces and sentences by line ends.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use crate::format::each::{each, finish};
use crate::format::flat::flat;
use crate::format::incoming::{Incoming, RawSpan};
use crate::format::portions::write_joined;
use crate::format::stem::numbered;
use crate::format::tokens::{is_blank, sentences, tokens};
use crate::format::trimmed::trimmed;
use crate::format::{
    Article, Articles, Bundle, Capabilities, ExportOption, ExportOptions, Format, FormatError, ImportOptions,
    Scheme, Sign, Sink, Take,
};
use crate::model::{Annotation, Document, Place, Report, Schema, Severity};
use crate::text::{Offset, OffsetUnit, Range};

/// Holds flat spans, or a column of them a label.
pub(super) struct Columns;

const ID: &str = "conll";

/// What stands before an article: spaCy's converter looks for this very line.
const ARTICLE: &str = "-DOCSTART- -X- O O";

impl Format for Columns {
    fn id(&self) -> &'static str {
        ID
    }

    fn summary(&self) -> &'static str {
        "columns of tokens and tags (CoNLL; IOB2, IOB1, BILOU, IOBES)"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            text: false,
            discontinuous: false,
            relations: false,
            attributes: false,
            options: &[ExportOption::Overlap, ExportOption::Scheme, ExportOption::OneColumn],
            takes_unit: false,
            signs: &[Sign { ending: ".conll", holds: &[] }],
            losses: &[
                "spans of one label that share text",
                "ids, entities, notes and flags",
                "white space, unless an import knows the article",
                "names and annotators of articles",
            ],
            ..Capabilities::WHOLE
        }
    }

    fn write(
        &self,
        articles: &mut dyn Articles,
        options: &ExportOptions,
        schema: &Schema,
        out: &mut dyn Sink,
        report: &mut Report,
    ) {
        let (mut used, mut is_one) = (BTreeSet::new(), true);
        articles.for_each_portion(report, &mut |portion, _| {
            let found = each(portion, &mut Report::default(), |article, report| {
                let annotations = trimmed(article, schema, report);
                let labels: BTreeSet<String> = annotations.iter().map(|it| it.label.clone()).collect();
                (labels, share_text(&annotations))
            });
            for (labels, share_text) in found {
                used.extend(labels);
                is_one &= !share_text;
            }
        });
        let is_one = is_one || options.one_column;
        let names = names(&used, report);
        let columns = if is_one { vec![None] } else { labels(used, schema).into_iter().map(Some).collect() };
        let path = format!("articles.{}.conll", scheme_name(options.scheme));
        write_joined(articles, &path, out, report, |article, report| {
            let annotations = trimmed(article, schema, report);
            article.report_orphans(report);
            report_relations(article, report);
            let mut rows = String::new();
            write(article, &annotations, &columns, &names, options, report, &mut rows);
            rows
        });
    }

    fn read(
        &self,
        files: &Bundle,
        options: &ImportOptions,
        _schema: &Schema,
        report: &mut Report,
        take: &mut Take<'_>,
    ) -> Result<(), FormatError> {
        // Spans are counted in tokens, so there is no unit to be told.
        let mut known = ByLetters::default();
        for document in options.texts.all() {
            known.entry(letters([document.text.as_str()])).or_default().push_back(document);
        }
        let options = ImportOptions { owner: options.owner.clone(), ..ImportOptions::default() };
        for (name, bytes) in &files.files {
            let malformed = |message: &str| FormatError::Malformed {
                format: ID,
                message: message.to_owned(),
                file: name.clone(),
            };
            let string = std::str::from_utf8(bytes).map_err(|_| malformed("it is not in UTF-8"))?;
            let layout = Layout::of(string).ok_or_else(|| malformed("its lines have no columns"))?;
            let read = read(name, string, &layout, report);
            let n_articles = read.len();
            let incoming = read.into_iter().enumerate().map(|(i, tokens)| {
                let id = numbered(name, i + 1, n_articles);
                tokens.incoming(name, id, &mut known, report)
            });
            if !finish(incoming.collect(), &options, report, take) {
                break;
            }
        }
        Ok(())
    }
}

fn scheme_name(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Iob2 => "iob2",
        Scheme::Iob1 => "iob1",
        Scheme::Bilou => "bilou",
        Scheme::Iobes => "iobes",
    }
}

fn share_text(annotations: &[Arc<Annotation>]) -> bool {
    let mut ranges: Vec<Range> = annotations.iter().flat_map(|it| it.span.ranges()).copied().collect();
    ranges.sort_unstable();
    ranges.windows(2).any(|pair| pair[1].start() < pair[0].end())
}

/// The labels that occur: the schema's in its order, then others.
fn labels(mut used: BTreeSet<String>, schema: &Schema) -> Vec<String> {
    let known = schema.label_names().into_iter().filter(|it| used.remove(*it)).map(str::to_owned);
    let known: Vec<String> = known.collect();
    known.into_iter().chain(used).collect()
}

/// What tags call the labels, without blanks.
fn names(labels: &BTreeSet<String>, report: &mut Report) -> BTreeMap<String, String> {
    let name = |label: &str| match label.replace(is_blank, "_") {
        name if name.is_empty() => "_".to_owned(),
        name => name,
    };
    let names: BTreeMap<String, String> = labels.iter().map(|it| (it.clone(), name(it))).collect();
    for (label, name) in names.iter().filter(|(label, name)| label != name) {
        let message = format!("tags hold no blanks, so the label “{label}” is {name} in them");
        report.add(Severity::Warning, Place::default(), message);
    }
    names
}

fn report_split(article: &Article, annotation: &Annotation, report: &mut Report) {
    let message = format!(
        "{} “{}” is exported as {} spans, one a fragment",
        annotation.label,
        article.document.text.excerpt(&annotation.span, 40),
        annotation.span.ranges().len()
    );
    report.add(Severity::Warning, article.place_of(annotation), message);
}

fn report_relations(article: &Article, report: &mut Report) {
    let text = &article.document.text;
    for relation in article.set.relations() {
        let end = |id| article.set.annotation(id).map_or(String::new(), |it| text.excerpt(&it.span, 40));
        let (from, to) = (end(&relation.from), end(&relation.to));
        let message = format!(
            "{} from “{from}” to “{to}” is not exported, since columns hold no relations",
            relation.label
        );
        report.add(Severity::Warning, article.place(), message);
    }
}

/// A tag: its letter and the name of its label; nothing for O.
type Tag<'a> = Option<(char, &'a str)>;

fn write(
    article: &Article,
    annotations: &[Arc<Annotation>],
    columns: &[Option<String>],
    names: &BTreeMap<String, String>,
    options: &ExportOptions,
    report: &mut Report,
    out: &mut String,
) {
    let text = &article.document.text;
    let kept: Vec<Vec<(Range, &str)>> = columns
        .iter()
        .map(|column| {
            let belongs = |it: &&Arc<Annotation>| column.as_ref().is_none_or(|label| it.label == *label);
            let flat = flat(article, annotations.iter().filter(belongs), &options.overlap, report);
            for it in flat.iter().filter(|it| it.span.is_discontinuous()) {
                report_split(article, it, report);
            }
            let name = |it: &Annotation| names.get(&it.label).map_or("_", String::as_str);
            let pieces =
                flat.into_iter().flat_map(|it| it.span.ranges().iter().map(move |&range| (range, name(it))));
            let mut pieces: Vec<_> = pieces.collect();
            pieces.sort_unstable();
            pieces
        })
        .collect();
    let ranges: Vec<Range> = kept.iter().flatten().map(|&(range, _)| range).collect();
    let cuts: BTreeSet<Offset> = ranges.iter().flat_map(|it| [it.start(), it.end()]).collect();
    let tokens = tokens(text, &cuts);
    let sentences = sentences(text, &tokens, ranges);
    let starts: BTreeSet<usize> = sentences.iter().map(|it| it.start).collect();
    let tags: Vec<Vec<Tag<'_>>> =
        kept.iter().map(|pieces| tags(pieces, &tokens, &starts, options.scheme)).collect();

    out.push_str(ARTICLE);
    out.push_str("\n\n");
    for sentence in sentences {
        for i in sentence {
            out.push_str(tokens.get(i).map_or("", |&it| text.slice(it)));
            for column in &tags {
                match column.get(i).copied().flatten() {
                    Some((letter, name)) => {
                        out.push(' ');
                        out.push(letter);
                        out.push('-');
                        out.push_str(name);
                    }
                    None => out.push_str(" O"),
                }
            }
            out.push('\n');
        }
        out.push('\n');
    }
}

/// The tags of one column, given which tokens start a sentence.
fn tags<'a>(
    pieces: &[(Range, &'a str)],
    tokens: &[Range],
    starts: &BTreeSet<usize>,
    scheme: Scheme,
) -> Vec<Tag<'a>> {
    let mut tags: Vec<Tag<'a>> = vec![None; tokens.len()];
    for &(range, name) in pieces {
        let first = tokens.partition_point(|it| it.start() < range.start());
        let after = tokens.partition_point(|it| it.start() < range.end());
        let follows = !starts.contains(&first)
            && first
                .checked_sub(1)
                .and_then(|before| tags.get(before)?.as_ref())
                .is_some_and(|it| it.1 == name);
        let n = after - first;
        for (i, tag) in tags.iter_mut().skip(first).take(n).enumerate() {
            let letter = match (scheme, i == 0, i + 1 == n) {
                (Scheme::Bilou, true, true) => 'U',
                (Scheme::Iobes, true, true) => 'S',
                (Scheme::Bilou, false, true) => 'L',
                (Scheme::Iobes, false, true) => 'E',
                (Scheme::Iob1, true, _) if !follows => 'I',
                (_, true, _) => 'B',
                (_, false, _) => 'I',
            };
            *tag = Some((letter, name));
        }
    }
    tags
}

/// The letter and the label of a tag; nothing for O, and nothing at all for what is no tag.
fn tag(cell: &str) -> Option<Tag<'_>> {
    let mut characters = cell.chars();
    match (characters.next()?, characters.next()) {
        ('O', None) => Some(None),
        (letter, Some('-')) if "BILUEMS".contains(letter) => Some(Some((letter, characters.as_str()))),
        _ => None,
    }
}

fn cells(line: &str) -> impl Iterator<Item = &str> {
    let is_tabbed = line.contains('\t');
    line.split(if is_tabbed { '\t' } else { ' ' }).filter(move |it| is_tabbed || !it.is_empty())
}

/// Lines without their ends, with their numbers.
fn lines(string: &str) -> impl Iterator<Item = (usize, &str)> {
    let string = string.strip_prefix('\u{feff}').unwrap_or(string);
    string.split('\n').enumerate().map(|(i, line)| (i + 1, line.trim_end_matches([' ', '\t', '\r'])))
}

/// Where in a line tokens and tags stand.
struct Layout {
    /// How many columns most lines have: as many as the first.
    n_columns: usize,
    token: usize,
    tags: Vec<usize>,
}

impl Layout {
    /// Nothing if most lines have no number of columns in common, or only one column.
    fn of(string: &str) -> Option<Layout> {
        let rows = || lines(string).map(|(_, it)| it).filter(|it| !it.is_empty() && !is_article(it));
        let count = |line: &str| cells(line).count();
        let n_columns = rows().filter(|it| !it.starts_with('#')).map(count).find(|&n| n > 1);
        let n_columns = n_columns.or_else(|| rows().map(count).find(|&n| n > 1))?;
        let mut layout = Layout { n_columns, token: 0, tags: Vec::new() };
        let mut are_tags = vec![true; n_columns];
        // Numbers that count the tokens of each sentence stand before them.
        let (mut is_counted, mut n) = (n_columns > 2, 0);
        let (mut n_alike, mut n_others) = (0, 0);
        for (_, line) in lines(string) {
            if line.is_empty() || is_article(line) {
                n = 0;
                continue;
            }
            if layout.is_comment(line) {
                continue;
            }
            n += 1;
            if count(line) != n_columns {
                n_others += 1;
                continue;
            }
            n_alike += 1;
            for (is_tag, cell) in are_tags.iter_mut().zip(cells(line)) {
                *is_tag &= tag(cell).is_some();
            }
            is_counted &= cells(line).next().and_then(|it| it.parse().ok()) == Some(n);
        }
        if n_others > n_alike {
            return None;
        }
        layout.token = is_counted.into();
        layout.tags = (layout.token + 1..n_columns).collect();
        if !layout.tags.iter().all(|&it| are_tags.get(it) == Some(&true)) {
            layout.tags = vec![n_columns - 1];
        }
        Some(layout)
    }

    /// True for what stands between tokens in some data; a token `#` has a tag.
    fn is_comment(&self, line: &str) -> bool {
        let has_tag = || cells(line).last().and_then(tag).is_some();
        line.starts_with('#') && !(cells(line).count() == self.n_columns && has_tag())
    }
}

/// True for the line before an article.
fn is_article(line: &str) -> bool {
    cells(line).next() == Some("-DOCSTART-")
}

/// The tokens of an article, and what the tags say about them.
#[derive(Default)]
struct Tokens<'a> {
    words: Vec<&'a str>,
    /// Which of them start a sentence.
    starts: BTreeSet<usize>,
    /// First token, the one after the last, and label.
    spans: Vec<(usize, usize, &'a str)>,
}

/// The articles of a project, by their letters.
type ByLetters = HashMap<String, VecDeque<Arc<Document>>>;

/// The span of a column that may go on: its first token and its label.
type Open<'a> = Option<(usize, &'a str)>;

/// How spans of a file begin where the scheme matters.
#[derive(Default)]
struct Beginnings {
    /// With I, and no span of the label before.
    n_inside: usize,
    /// With B, and no span of the label before.
    n_apart: usize,
}

fn read<'a>(name: &str, string: &'a str, layout: &Layout, report: &mut Report) -> Vec<Tokens<'a>> {
    let mut articles = Vec::new();
    let mut article = Tokens::default();
    let (mut is_announced, mut is_start) = (false, true);
    let mut open: Vec<Open<'a>> = vec![None; layout.tags.len()];
    let mut beginnings = Beginnings::default();
    let mut row = Vec::with_capacity(layout.n_columns);
    for (number, line) in lines(string) {
        if line.is_empty() || is_article(line) {
            article.close(&mut open);
            is_start = true;
            if is_article(line) {
                if is_announced || !article.words.is_empty() {
                    articles.push(std::mem::take(&mut article));
                }
                is_announced = true;
            }
            continue;
        }
        if layout.is_comment(line) {
            continue;
        }
        row.clear();
        row.extend(cells(line));
        if row.len() != layout.n_columns {
            let place =
                Place { file: Some(name.to_owned()), line_column: Some((number, 1)), ..Place::default() };
            let message = format!(
                "the word came in without tags, since the line has {} columns and not {}",
                row.len(),
                layout.n_columns
            );
            report.add(Severity::Error, place, message);
            row.truncate(layout.token + 1);
        }
        let Some(&word) = row.get(layout.token).or(row.first()) else { continue };
        let i = article.words.len();
        article.words.push(word);
        if is_start {
            article.starts.insert(i);
            is_start = false;
        }
        for (open, &column) in open.iter_mut().zip(&layout.tags) {
            let tag = match row.get(column).copied().unwrap_or("O") {
                "" | "_" | "-" => None,
                // A label alone, as data has it that tells no neighbours apart.
                cell => tag(cell).unwrap_or(Some(('I', cell))),
            };
            article.take(tag, open, &mut beginnings);
        }
    }
    article.close(&mut open);
    if is_announced || !article.words.is_empty() {
        articles.push(article);
    }
    let Beginnings { n_inside, n_apart } = beginnings;
    if n_inside > 0 && n_apart > 0 {
        let message = format!(
            "the tags follow no scheme, {n_inside} spans begin with I and {n_apart} with B where no span of \
             their label stands before; each is taken for a span"
        );
        report.add(Severity::Warning, Place { file: Some(name.to_owned()), ..Place::default() }, message);
    }
    articles
}

impl<'a> Tokens<'a> {
    /// Takes in the last token's tag in a column.
    fn take(&mut self, tag: Tag<'a>, open: &mut Open<'a>, beginnings: &mut Beginnings) {
        let i = self.words.len() - 1;
        let Some((letter, label)) = tag else {
            self.end(open, i);
            return;
        };
        let follows = open.is_some_and(|(_, it)| it == label);
        if !follows || "BUS".contains(letter) {
            self.end(open, i);
            *open = Some((i, label));
            beginnings.n_inside += usize::from(letter == 'I');
            beginnings.n_apart += usize::from(letter == 'B' && !follows);
        }
        if "LEUS".contains(letter) {
            self.end(open, i + 1);
        }
    }

    /// Ends the span of a column before a token.
    fn end(&mut self, open: &mut Open<'a>, after: usize) {
        if let Some((first, label)) = open.take() {
            self.spans.push((first, after, label));
        }
    }

    fn close(&mut self, open: &mut [Open<'a>]) {
        let after = self.words.len();
        for open in open {
            self.end(open, after);
        }
    }

    fn incoming(self, name: &str, id: String, known: &mut ByLetters, report: &mut Report) -> Incoming {
        let is_known = !known.is_empty();
        let document = known.get_mut(&letters(self.words.iter().copied())).and_then(|alike| {
            // Of articles alike the next, in the order in which they were exported.
            if alike.len() > 1 { alike.pop_front() } else { alike.front().cloned() }
        });
        let mut incoming = Incoming::new(ID, name, id, "", OffsetUnit::CodePoint);
        let places = if let Some(document) = document {
            incoming.id = document.id.as_str().to_owned();
            incoming.text = document.text.as_str().to_owned();
            self.places_in(&incoming.text)
        } else {
            if is_known {
                let message = "no article has these words, so the text is made of them";
                let place = Place {
                    file: Some(name.to_owned()),
                    document: Some(incoming.id.as_str().into()),
                    ..Place::default()
                };
                report.add(Severity::Warning, place, message);
            }
            self.joined(&mut incoming.text)
        };
        let place = |first: usize, after: usize| {
            let (start, _) = places.get(first)?;
            let (_, end) = places.get(after.checked_sub(1)?)?;
            Some((*start, *end))
        };
        let spans = self.spans.iter().filter_map(|&(first, after, label)| {
            let pieces = vec![place(first, after)?];
            Some(RawSpan { label: label.to_owned(), pieces, ..RawSpan::default() })
        });
        incoming.spans = spans.collect();
        incoming
    }

    /// Where the tokens lie in a text of the same letters, in code points.
    fn places_in(&self, text: &str) -> Vec<(usize, usize)> {
        let mut letters = text.chars().enumerate().filter(|(_, it)| !is_blank(*it)).map(|(i, _)| i);
        let mut at = 0;
        let place = |word: &&str| {
            let n = word.chars().filter(|it| !is_blank(*it)).count();
            let first = if n > 0 { letters.next() } else { None };
            let last = if n > 1 { letters.nth(n - 2) } else { first };
            let (start, end) = first.zip(last).map_or((at, at), |(first, last)| (first, last + 1));
            at = end;
            (start, end)
        };
        self.words.iter().map(place).collect()
    }

    /// Makes a text of the tokens, and says where they lie in it, in code points.
    fn joined(&self, text: &mut String) -> Vec<(usize, usize)> {
        let mut at = 0;
        let mut places = Vec::with_capacity(self.words.len());
        for (i, word) in self.words.iter().enumerate() {
            if i > 0 {
                text.push(if self.starts.contains(&i) { '\n' } else { ' ' });
                at += 1;
            }
            text.push_str(word);
            let end = at + word.chars().count();
            places.push((at, end));
            at = end;
        }
        places
    }
}

/// What is left without blanks.
fn letters<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    parts.into_iter().flat_map(str::chars).filter(|it| !is_blank(*it)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AnnotationSet, Owner, Status};
    use crate::text::marked::Marked;

    fn schema() -> Schema {
        crate::file::PRESETS[0].schema()
    }

    fn imported(file: &str, options: &ImportOptions) -> (Vec<Article>, Vec<String>) {
        let files = Bundle { files: vec![("a/x.conll".to_owned(), file.as_bytes().to_vec())] };
        let mut report = Report::default();
        let articles = Columns.import(&files, options, &schema(), &mut report).expect("columns");
        (articles, report.problems.iter().map(ToString::to_string).collect())
    }

    fn spans(article: &Article) -> Vec<String> {
        let text = &article.document.text;
        let mut all: Vec<_> = article.set.annotations().collect();
        all.sort_by_key(|it| (it.span.start(), it.label.clone()));
        all.iter().map(|it| format!("{} {}", it.label, text.surface(&it.span))).collect()
    }

    #[test]
    fn every_scheme_is_read() {
        let cases = [
            ("IOB2", "Rina B-p\nW I-p\nJoko B-p\n, O\nKyiv B-c\n"),
            ("IOB1", "Rina I-p\nW I-p\nJoko B-p\n, O\nKyiv I-c\n"),
            ("BILOU", "Rina B-p\nW L-p\nJoko U-p\n, O\nKyiv U-c\n"),
            ("IOBES, CR LF", "Rina B-p\r\nW E-p\r\nJoko S-p\r\n, O\r\nKyiv S-c\r\n"),
            ("parts of speech", "Rina N B-p\nW N I-p\nJoko B-N B-p\n, , O\nKyiv N B-c\n"),
            ("columns a label", "Rina B-p O\nW I-p O\nJoko B-p O\n, O O\nKyiv O B-c\n"),
            (
                "numbers, comment",
                "#\thttp://x\n1\tRina\tB-p\n2\tW\tI-p\n3\tJoko\tB-p\n4\t,\tO\n5\tKyiv\tB-c\n",
            ),
        ];
        for (scheme, file) in cases {
            let (articles, problems) = imported(file, &ImportOptions::default());
            assert!(problems.is_empty(), "{scheme}: {problems:?}");
            let [article] = articles.as_slice() else { panic!("{scheme}: one article") };
            assert_eq!(article.document.text.as_str(), "Rina W Joko , Kyiv", "{scheme}");
            assert_eq!(spans(article), ["p Rina W", "p Joko", "c Kyiv"], "{scheme}");
        }
        let (articles, _) = imported("Rina p\nW p\n, O\nKyiv c\n", &ImportOptions::default());
        assert_eq!(spans(&articles[0]), ["p Rina W", "c Kyiv"]);
    }

    #[test]
    fn what_follows_no_scheme_is_said() {
        let file = "-DOCSTART- -X- O O\n\n-DOCSTART-\n\n# B-x\nA O\nB I-x\n\nC I-x\nD\nE B-y\n";
        let (articles, problems) = imported(file, &ImportOptions::default());
        let ids: Vec<&str> = articles.iter().map(|it| it.document.id.as_str()).collect();
        assert_eq!(ids, ["a/x-1", "a/x-2"]);
        assert_eq!(articles[1].document.text.as_str(), "# A B\nC D E");
        assert_eq!(spans(&articles[1]), ["x #", "x B", "x C", "y E"]);
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(problems[0].ends_with("has 1 columns and not 2: a/x.conll:10:1"), "{problems:?}");
        assert!(problems[1].contains("2 spans begin with I and 2 with B"), "{problems:?}");
    }

    #[test]
    fn prose_is_refused() {
        for prose in
            ["", "One.\n\nTwo.\n", "It was a dark night.\nIt rained.\nIn torrents all night.\n", "{\n}\n"]
        {
            let files = Bundle { files: vec![("a.txt".to_owned(), prose.as_bytes().to_vec())] };
            let read = Columns.import(&files, &ImportOptions::default(), &schema(), &mut Report::default());
            assert!(matches!(read, Err(FormatError::Malformed { .. })), "{prose}");
        }
    }

    /// An article of the notation in `text::marked`, without relations.
    fn article(marked: &str) -> Article {
        let marked = Marked::parse(marked).expect("marked text");
        let annotations = marked.labels.iter().map(|(number, it)| {
            Annotation::new(
                number.to_string().as_str().into(),
                it.label.as_str(),
                marked.spans[number].clone(),
            )
        });
        let set = AnnotationSet::new(Status::Done, annotations, [], []);
        let options = ImportOptions { owner: Some(Owner::Gold), ..ImportOptions::default() };
        let empty = Incoming::new(ID, "a", "articles/a.txt", marked.text.as_str(), OffsetUnit::CodePoint);
        Article { set: Arc::new(set), ..empty.finish(&options, &mut Report::default()) }
    }

    const NESTED: &str = "{1}“Kami. {2}AS{/2}\u{a0}👩🏽\u{200d}✈️ {3}F-16{/3}s!”{/1}  Ya.\n\n{4}Kyi{/4}{5}v{/5} {5}3,5{/5}\n---\n\
                          1 quote\n2 country\n3 weapon\n4 country\n5 country\n";

    #[test]
    fn what_is_written_comes_back_where_the_article_is_known() {
        let article = article(NESTED);
        let texts = BTreeMap::from([("x".to_owned(), Arc::clone(&article.document))]);
        let known = ImportOptions { texts: crate::format::Texts::of(texts), ..ImportOptions::default() };
        for scheme in [Scheme::Iob2, Scheme::Iob1, Scheme::Bilou, Scheme::Iobes] {
            let options = ExportOptions { scheme, ..ExportOptions::default() };
            let mut report = Report::default();
            let bundle = Columns.export(std::slice::from_ref(&article), &options, &schema(), &mut report);
            let [problem] = report.problems.as_slice() else { panic!("{report:?}") };
            assert_eq!(problem.place.annotation.as_ref().map(|it| it.as_str()), Some("5"));
            let file = String::from_utf8(bundle.files[0].1.clone()).expect("UTF-8");
            let (articles, problems) = imported(&file, &known);
            assert!(problems.is_empty(), "{problems:?}");
            assert_eq!(articles[0].document.id, article.document.id);
            assert_eq!(articles[0].document.text, article.document.text);
            let pieces = ["quote “Kami. AS\u{a0}👩🏽\u{200d}✈️ F-16s!”", "country AS", "weapon F-16"];
            let last = ["country Kyi", "country v", "country 3,5"];
            assert_eq!(spans(&articles[0]), [pieces, last].concat(), "{scheme:?}");
        }
    }

    #[test]
    fn labels_share_a_column_unless_their_spans_share_text() {
        let written = |marked: &str, one_column| {
            let options = ExportOptions { one_column, scheme: Scheme::Iob1, ..ExportOptions::default() };
            let mut report = Report::default();
            let bundle = Columns.export(&[article(marked)], &options, &schema(), &mut report);
            let file = String::from_utf8(bundle.files[0].1.clone()).expect("UTF-8");
            assert_eq!(bundle.files[0].0, "articles.iob1.conll");
            (file.replace('\n', "|"), report.problems.len())
        };
        let flat = "{1}Kyi{/1}{2}v{/2} ya. {3}AS{/3}\n---\n1 country\n2 country\n3 a b\n";
        assert_eq!(
            written(&flat.replace("a b", "speaker"), false),
            ("-DOCSTART- -X- O O||Kyi I-country|v B-country|ya O|. O||AS I-speaker||".to_owned(), 0)
        );
        let nested = "{1}“{2}AS{/2}”{/1}\n---\n1 quote\n2 country\n";
        assert_eq!(
            written(nested, false),
            ("-DOCSTART- -X- O O||“ I-quote O|AS I-quote I-country|” I-quote O||".to_owned(), 0)
        );
        assert_eq!(
            written(nested, true),
            ("-DOCSTART- -X- O O||“ I-quote|AS I-quote|” I-quote||".to_owned(), 1)
        );
    }
}
