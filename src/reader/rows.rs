//! Files with an article a row: CSV, TSV and JSONL. One column is the text; the others are what the
//! file says about it.

use serde_json::Value;

use crate::file::Metadata;
use crate::model::{Place, Report, Severity};
use crate::reader::{Cause, Extracted, ReadOptions, Reader, decoded, stem};

/// Comma- or semicolon-separated values.
pub(super) struct Csv;

/// Tab-separated values.
pub(super) struct Tsv;

/// A JSON object a line.
pub(super) struct Jsonl;

/// What a column of texts is called, the more likely names first.
const TEXT: &[&str] = &[
    "text",
    "content",
    "body",
    "article",
    "fulltext",
    "articletext",
    "articlebody",
    "artikel",
    "isi",
    "teks",
    "konten",
    "texte",
];
const TITLE: &[&str] = &["title", "headline", "judul", "titre"];
const DATE: &[&str] =
    &["date", "published", "publishdate", "datepublished", "publishedat", "tanggal", "pubdate"];
const AUTHOR: &[&str] = &["author", "authors", "byline", "penulis", "auteur"];
const URL: &[&str] = &["url", "link", "sourceurl", "permalink"];
const LANGUAGE: &[&str] = &["language", "lang", "bahasa"];
const ID: &[&str] = &["id", "docid", "articleid", "documentid"];

/// A row: its line in the file, and its cells by column, as JSON text.
struct Row {
    line: usize,
    cells: Vec<(String, String)>,
}

impl Reader for Csv {
    fn id(&self) -> &'static str {
        "csv"
    }

    fn summary(&self) -> &'static str {
        "table with an article a row (CSV)"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["csv"]
    }

    fn read(
        &self,
        file: &str,
        bytes: &[u8],
        options: &ReadOptions,
        report: &mut Report,
    ) -> Result<Vec<Extracted>, Cause> {
        let text = decoded(file, bytes, None, report)?;
        // Spreadsheets write semicolons where a comma parts units from tenths.
        let first = text.lines().next().unwrap_or_default();
        let count = |mark: char| first.matches(mark).count();
        let delimiter = if count(';') > count(',') { b';' } else { b',' };
        articles(file, separated(file, &text, delimiter, report)?, options, report, self)
    }
}

impl Reader for Tsv {
    fn id(&self) -> &'static str {
        "tsv"
    }

    fn summary(&self) -> &'static str {
        "table with an article a row (TSV)"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["tsv", "tab"]
    }

    fn read(
        &self,
        file: &str,
        bytes: &[u8],
        options: &ReadOptions,
        report: &mut Report,
    ) -> Result<Vec<Extracted>, Cause> {
        let text = decoded(file, bytes, None, report)?;
        articles(file, separated(file, &text, b'\t', report)?, options, report, self)
    }
}

impl Reader for Jsonl {
    fn id(&self) -> &'static str {
        "jsonl"
    }

    fn summary(&self) -> &'static str {
        "a JSON object with an article a line (JSONL)"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["jsonl", "ndjson"]
    }

    fn read(
        &self,
        file: &str,
        bytes: &[u8],
        options: &ReadOptions,
        report: &mut Report,
    ) -> Result<Vec<Extracted>, Cause> {
        let text = decoded(file, bytes, None, report)?;
        let mut rows = Vec::new();
        for (i, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            match serde_json::from_str(line) {
                Ok(Value::Object(object)) => {
                    let cells = object.into_iter().map(|(key, value)| (key, value.to_string())).collect();
                    rows.push(Row { line: i + 1, cells });
                }
                Ok(_) => {
                    problem(file, i + 1, "the line is no JSON object and is left out".to_owned(), report)
                }
                Err(error) => {
                    problem(file, i + 1, format!("the line is broken JSON and is left out, {error}"), report);
                }
            }
        }
        articles(file, rows, options, report, self)
    }
}

/// The rows of a table whose first row names its columns.
fn separated(file: &str, text: &str, delimiter: u8, report: &mut Report) -> Result<Vec<Row>, Cause> {
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    let broken = |error: csv::Error| Cause::Broken(format!("it is no table: {error}"));
    let names: Vec<String> =
        reader.headers().map_err(broken)?.iter().map(|name| name.trim().to_owned()).collect();
    let mut rows = Vec::new();
    let (mut line, mut counted) = (1, 0);
    for record in reader.records() {
        let record = record.map_err(broken)?;
        // The library counts a line end of two characters when it comes to the second.
        let start = record.position().map_or(counted, |position| position.byte() as usize);
        let before = text.as_bytes().get(counted..start).unwrap_or_default();
        line += before.iter().filter(|byte| **byte == b'\n').count();
        counted = start;
        let line = line + usize::from(text.as_bytes().get(start) == Some(&b'\n'));
        if record.len() > names.len() {
            let message = format!("the row has {} cells and the table {} columns", record.len(), names.len());
            problem(file, line, message, report);
        }
        let cells = names.iter().zip(record.iter()).filter(|(_, cell)| !cell.is_empty());
        rows.push(Row {
            line,
            cells: cells.map(|(name, cell)| (name.clone(), Value::from(cell).to_string())).collect(),
        });
    }
    Ok(rows)
}

/// The articles that rows are.
fn articles(
    file: &str,
    rows: Vec<Row>,
    options: &ReadOptions,
    report: &mut Report,
    reader: &dyn Reader,
) -> Result<Vec<Extracted>, Cause> {
    let column = text_column(&rows, options)?;
    let n_digits = rows.len().to_string().len();
    let mut articles = Vec::with_capacity(rows.len());
    for (i, row) in rows.into_iter().enumerate() {
        let mut metadata = Metadata::default();
        let (mut text, mut id) = (None, None);
        for (name, json) in row.cells {
            let string = string_of(&json);
            if name == column && text.is_none() {
                text = string;
                continue;
            }
            let key = plain_name(&name);
            let fields = [
                (TITLE, &mut metadata.title),
                (DATE, &mut metadata.date),
                (AUTHOR, &mut metadata.author),
                (URL, &mut metadata.url),
                (LANGUAGE, &mut metadata.language),
            ];
            let field =
                fields.into_iter().find(|(names, field)| field.is_none() && names.contains(&key.as_str()));
            match (field, string) {
                (Some((_, field)), Some(string)) => *field = Some(string),
                (_, string) => {
                    if ID.contains(&key.as_str()) && id.is_none() {
                        id = string.or_else(|| Some(json.clone())).filter(|id| !id.starts_with(['{', '[']));
                    }
                    metadata.other.0.push((name, json));
                }
            }
        }
        let Some(text) = text.filter(|text| !text.trim().is_empty()) else {
            problem(file, row.line, "the row holds no text and is left out".to_owned(), report);
            continue;
        };
        let name = id.unwrap_or_else(|| format!("{}-{:0n_digits$}", stem(file), i + 1));
        articles.push(Extracted::new(name, text, metadata, reader));
    }
    Ok(articles)
}

/// Which column holds the texts: the one that is asked for, or else one with a likely name.
fn text_column(rows: &[Row], options: &ReadOptions) -> Result<String, Cause> {
    let mut names: Vec<&str> = Vec::new();
    // Objects need not have the same keys; some rows show most of them.
    for (name, _) in rows.iter().take(100).flat_map(|row| &row.cells) {
        if !names.contains(&name.as_str()) && names.len() < 100 {
            names.push(name);
        }
    }
    if let Some(wanted) = &options.text_column {
        // It may come later than the rows above.
        let is_there = rows.iter().flat_map(|row| &row.cells).any(|(name, _)| name == wanted);
        return if is_there { Ok(wanted.clone()) } else { Err(Cause::NoColumn(listed(&names))) };
    }
    let likely = TEXT.iter().find_map(|text| names.iter().find(|name| plain_name(name) == *text));
    match (likely, names.as_slice()) {
        (Some(name), _) | (None, [name]) => Ok((*name).to_owned()),
        (None, []) => Err(Cause::NoText),
        (None, _) => Err(Cause::NoColumn(listed(&names))),
    }
}

fn listed(names: &[&str]) -> String {
    names.join(", ")
}

/// A column's name in lower case, without what people put between words.
fn plain_name(name: &str) -> String {
    name.chars().filter(|it| it.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The string that a value is; nothing for other values.
fn string_of(json: &str) -> Option<String> {
    serde_json::from_str(json).ok()
}

fn problem(file: &str, line: usize, message: String, report: &mut Report) {
    let place = Place { file: Some(file.to_owned()), line_column: Some((line, 1)), ..Place::default() };
    report.add(Severity::Warning, place, message);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Extra;

    fn read(
        reader: &dyn Reader,
        file: &str,
        content: &str,
        column: Option<&str>,
    ) -> (Vec<Extracted>, Vec<String>) {
        let options = ReadOptions { text_column: column.map(str::to_owned), ..ReadOptions::default() };
        let mut report = Report::default();
        let articles = match reader.read(file, content.as_bytes(), &options, &mut report) {
            Ok(articles) => articles,
            Err(cause) => return (Vec::new(), vec![cause.to_string()]),
        };
        (articles, report.problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_row_is_an_article_and_its_other_cells_are_kept() {
        let (articles, problems) = read(
            &Csv,
            "a/news.csv",
            "\u{feff}Judul;Isi;jumlah kata;Tanggal\r\nTank;\"Kyiv\n\"\"diserang\"\"\";2;2026-01-02\r\nX;;0;\r\nY;b\r\n",
            None,
        );
        let some = |it: &str| Some(it.to_owned());
        assert_eq!(problems, ["the row holds no text and is left out: a/news.csv:4:1"]);
        let [first, second] = articles.as_slice() else { panic!("{articles:?}") };
        assert_eq!((first.name.as_str(), first.text.as_str()), ("news-1", "Kyiv\n\"diserang\""));
        let other = Extra(vec![("jumlah kata".into(), "\"2\"".into())]);
        let expected =
            Metadata { title: some("Tank"), date: some("2026-01-02"), other, ..Metadata::default() };
        assert_eq!(first.metadata, expected);
        assert_eq!((second.name.as_str(), second.text.as_str()), ("news-3", "b"));
    }

    #[test]
    fn lines_of_json_keep_what_they_say() {
        let (articles, problems) = read(
            &Jsonl,
            "news.jsonl",
            "{\"id\": 7, \"text\": \"Kyiv 🇺🇦\\n\", \"tags\": [\"a\", 1.50], \"url\": null}\n\nno json\n[1]\n{\"id\": \"x/y\", \"text\": \"b\"}\n",
            None,
        );
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert_eq!(articles[0].name, "7");
        assert_eq!(articles[0].text, "Kyiv 🇺🇦\n");
        let other = [("id", "7"), ("tags", "[\"a\",1.5]"), ("url", "null")];
        assert_eq!(articles[0].metadata.other.0, other.map(|(key, json)| (key.to_owned(), json.to_owned())));
        assert_eq!(articles[1].name, "x/y");
    }

    #[test]
    fn the_column_of_texts_is_found_or_asked_for() {
        let table = "a\tb\nx\ty\n";
        assert_eq!(read(&Tsv, "t.tsv", table, Some("b")).0[0].text, "y");
        let asked = "none of its columns is known to hold texts; name one of them: a, b";
        for column in [None, Some("c")] {
            assert_eq!(read(&Tsv, "t.tsv", table, column).1, [asked]);
        }
        assert_eq!(read(&Tsv, "t.tsv", "whatever\nx\n", None).0[0].text, "x");
        assert_eq!(read(&Tsv, "t.tsv", "Full_Text\tn\nx\t1\n", None).0[0].text, "x");
        assert_eq!(read(&Tsv, "t.tsv", "", None).1, ["the file holds no text"]);
    }
}
