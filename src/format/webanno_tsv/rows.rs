//! The layout of a file: its header, its sentences with their text, and the rows of their tokens.

use crate::format::FormatError;
use crate::format::webanno_tsv::ID;
use crate::model::{Place, Report, Severity};
use crate::text::{OffsetUnit, Range, Text};

/// What a column holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Column<'a> {
    /// Only that there is an annotation.
    Presence,
    Feature(&'a str),
    /// The roles of a slot feature.
    Roles,
    /// What fills them: annotations of the layer named, or of any.
    Fillers(&'a str),
    /// The kind of a chain's link.
    LinkKind,
    /// How a chain's link leads to the next one.
    LinkRelation,
    /// Where a relation comes from: an annotation of the layer named.
    Source(&'a str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LayerKind {
    Span,
    Chain,
    Relation,
}

/// A layer: its columns are next to each other.
#[derive(Debug)]
pub(super) struct Layer<'a> {
    pub(super) name: &'a str,
    pub(super) kind: LayerKind,
    /// The first one's place in a row.
    pub(super) first: usize,
    pub(super) columns: Vec<Column<'a>>,
}

/// A token, or a part of one.
#[derive(Debug)]
pub(super) struct Row<'a> {
    pub(super) line_number: usize,
    /// What references call it: `1-2`, or `1-2.1` for a part of it.
    pub(super) id: &'a str,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) token: String,
    pub(super) fields: Vec<&'a str>,
}

#[derive(Debug, Default)]
pub(super) struct Sentence<'a> {
    text: String,
    rows: Vec<Row<'a>>,
}

/// A file taken apart.
pub(super) struct File<'a> {
    pub(super) name: &'a str,
    pub(super) layers: Vec<Layer<'a>>,
    pub(super) text: String,
    /// What the numbers count.
    pub(super) unit: OffsetUnit,
    pub(super) rows: Vec<Row<'a>>,
}

impl<'a> File<'a> {
    pub(super) fn new(name: &'a str, bytes: &'a [u8], report: &mut Report) -> Result<File<'a>, FormatError> {
        let malformed =
            |message: String| FormatError::Malformed { format: ID, message, file: name.to_owned() };
        let content = std::str::from_utf8(bytes)
            .map_err(|it| malformed(format!("it is not UTF-8 from byte {} on", it.valid_up_to())))?;
        let content = content.strip_prefix('\u{feff}').unwrap_or(content);
        let mut lines = content.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).enumerate();
        let version = lines.next().and_then(|(_, line)| line.strip_prefix("#FORMAT=WebAnno TSV 3."));
        let version = version.ok_or_else(|| {
            malformed("its first line is not “#FORMAT=WebAnno TSV 3” with a version".to_owned())
        })?;
        let is_old = ["0", "1"].contains(&version.trim());

        let mut layers = Vec::new();
        let mut n_columns = 0;
        let mut sentences: Vec<Sentence<'a>> = Vec::new();
        let mut is_text_open = false;
        for (i, line) in lines {
            if let Some(declaration) = line.strip_prefix("#T_") {
                let layer = layer(declaration, n_columns)
                    .ok_or_else(|| malformed(format!("line {} declares no layer", i + 1)))?;
                n_columns += layer.columns.len();
                layers.push(layer);
            } else if let Some(text) = line.strip_prefix("#Text=") {
                if !is_text_open {
                    sentences.push(Sentence::default());
                }
                if let Some(sentence) = sentences.last_mut() {
                    if is_text_open {
                        sentence.text.push('\n');
                    }
                    sentence.text.push_str(&unescaped_text(text, is_old));
                }
                is_text_open = true;
            } else if line.is_empty() {
                is_text_open = false;
            } else if !line.starts_with('#') {
                is_text_open = false;
                let row =
                    sentences.last_mut().and_then(|it| Some((it, row(i + 1, line, n_columns, is_old)?)));
                match row {
                    Some((sentence, row)) => sentence.rows.push(row),
                    None => {
                        let message =
                            "the row was not taken in, it has not a token's number, place and columns";
                        report.add(Severity::Error, place(name, i + 1), message);
                    }
                }
            }
        }
        if sentences.is_empty() {
            return Err(malformed("it has no line “#Text=”".to_owned()));
        }
        let unit = unit(&sentences);
        if unit != OffsetUnit::Utf16 {
            let message =
                "the numbers count code points, as the tokens show, and not UTF-16 units as WebAnno does";
            report.add(Severity::Warning, Place { file: Some(name.to_owned()), ..Place::default() }, message);
        }
        let (text, rows) = joined(sentences, unit, (name, content.len()), report);
        Ok(File { name, layers, text, unit, rows })
    }
}

/// A line's place.
pub(super) fn place(file: &str, line_number: usize) -> Place {
    Place { file: Some(file.to_owned()), line_column: Some((line_number, 1)), ..Place::default() }
}

/// A layer's declaration without `#T_`.
fn layer(declaration: &str, first: usize) -> Option<Layer<'_>> {
    let (kind, rest) = declaration.split_once('=')?;
    let kind = match kind {
        "SP" => LayerKind::Span,
        "CH" => LayerKind::Chain,
        "RL" => LayerKind::Relation,
        _ => return None,
    };
    let mut parts = rest.split('|').map(str::trim).filter(|it| !it.is_empty());
    let name = parts.next()?;
    let mut columns: Vec<Column<'_>> = Vec::new();
    for part in parts {
        let column = match kind {
            LayerKind::Span if part.starts_with("ROLE_") => Column::Roles,
            LayerKind::Span if columns.last() == Some(&Column::Roles) => Column::Fillers(part),
            LayerKind::Chain if part == "referenceType" => Column::LinkKind,
            LayerKind::Chain if part == "referenceRelation" => Column::LinkRelation,
            LayerKind::Relation if part.starts_with("BT_") => Column::Source(part.trim_start_matches("BT_")),
            _ => Column::Feature(part),
        };
        columns.push(column);
    }
    if columns.is_empty() {
        columns.push(Column::Presence);
    }
    Some(Layer { name, kind, first, columns })
}

fn row(line_number: usize, line: &str, n_columns: usize, is_old: bool) -> Option<Row<'_>> {
    let mut fields = line.split('\t');
    let (id, place, token) = (fields.next()?, fields.next()?, fields.next()?);
    let (start, end) = place.split_once('-')?;
    let fields: Vec<&str> = fields.take(n_columns).collect();
    let row = Row {
        line_number,
        id,
        start: start.parse().ok()?,
        end: end.parse().ok()?,
        token: unescaped_text(token, is_old),
        fields,
    };
    (row.fields.len() == n_columns && id.contains('-')).then_some(row)
}

/// What the numbers count: what makes more of the tokens stand where their rows say.
fn unit(sentences: &[Sentence<'_>]) -> OffsetUnit {
    let n_fitting = |unit| {
        let fitting = |sentence: &Sentence<'_>| {
            let text = Text::new(sentence.text.as_str());
            let start = sentence.rows.first().map_or(0, |row| row.start);
            let stands = |row: &&Row<'_>| {
                let at = |it: usize| text.locate(it.checked_sub(start)?, unit).ok();
                let range = at(row.start).zip(at(row.end));
                let range = range.and_then(|(start, end)| Range::new(start, end));
                range.is_some_and(|range| text.slice(range) == row.token)
            };
            sentence.rows.iter().filter(stands).count()
        };
        let is_doubtful = |it: &&Sentence<'_>| it.text.chars().any(|it| it.len_utf16() > 1);
        sentences.iter().filter(is_doubtful).map(fitting).sum::<usize>()
    };
    let units = [OffsetUnit::Utf16, OffsetUnit::CodePoint];
    if n_fitting(units[0]) >= n_fitting(units[1]) { units[0] } else { units[1] }
}

/// The sentences as one text, with their rows. Each begins where its first token does; what lies
/// before it is a line end and blanks. A sentence out of reach stays out.
fn joined<'a>(
    sentences: Vec<Sentence<'a>>,
    unit: OffsetUnit,
    (file, n_bytes): (&str, usize),
    report: &mut Report,
) -> (String, Vec<Row<'a>>) {
    let (mut text, mut rows) = (String::new(), Vec::new());
    let mut length = 0;
    // More blanks than the file has bytes were never between sentences.
    let mut n_blanks_left = n_bytes;
    let mut n_gaps = 0;
    for sentence in sentences {
        let start = sentence.rows.first().map_or(length + usize::from(length > 0), |row| row.start);
        let Some(gap) = start.checked_sub(length).filter(|gap| *gap <= n_blanks_left) else {
            let line_number = sentence.rows.first().map_or(0, |row| row.line_number);
            let message = "the sentence of this row was not taken in, it cannot begin there";
            report.add(Severity::Error, place(file, line_number), message);
            continue;
        };
        n_blanks_left -= gap;
        for i in 0..gap {
            text.push(if i == 0 && length > 0 { '\n' } else { ' ' });
        }
        n_gaps += usize::from(gap > 1 && length > 0);
        length += gap;
        length += match unit {
            OffsetUnit::Utf16 => sentence.text.encode_utf16().count(),
            _ => sentence.text.chars().count(),
        };
        text.push_str(&sentence.text);
        rows.extend(sentence.rows);
    }
    if n_gaps > 0 {
        let message = format!(
            "what stood between sentences is not in the file, and became a line end and blanks in {n_gaps} places"
        );
        report.add(Severity::Note, Place { file: Some(file.to_owned()), ..Place::default() }, message);
    }
    (text, rows)
}

/// Text as it was before it was escaped: white space and backslashes; up to version 3.1 all that
/// Java escapes.
fn unescaped_text(text: &str, is_old: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((plain, escaped)) = rest.split_once('\\') {
        out.push_str(plain);
        let mut characters = escaped.chars();
        match characters.next() {
            Some('t') => out.push('\t'),
            Some('n') => out.push('\n'),
            Some('f') => out.push('\u{c}'),
            Some('r') => out.push('\r'),
            Some('b') => out.push('\u{8}'),
            Some('u') if is_old => {
                let (text, after) = utf16_escapes(escaped);
                out.push_str(&text);
                rest = after;
                continue;
            }
            Some(it) if it == '\\' || it.is_control() || is_old => out.push(it),
            other => {
                out.push('\\');
                out.extend(other);
            }
        }
        rest = characters.as_str();
    }
    out.push_str(rest);
    out
}

/// The characters of one `u1234`, or of two with `\` between them that make a character beyond the
/// first plane, and what comes after.
fn utf16_escapes(escaped: &str) -> (String, &str) {
    let unit = |it: &str| u16::from_str_radix(it.strip_prefix('u')?.get(..4)?, 16).ok();
    let Some(first) = unit(escaped) else { return ("\\u".to_owned(), &escaped[1..]) };
    let after = &escaped[5..];
    let second = after.strip_prefix('\\').and_then(unit);
    match second.map(|second| String::from_utf16(&[first, second])) {
        Some(Ok(pair)) if pair.chars().count() == 1 => (pair, &after[6..]),
        _ => (String::from_utf16_lossy(&[first]), after),
    }
}
