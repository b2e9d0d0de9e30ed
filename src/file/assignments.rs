//! `assignments.json`: who annotates what, one line an article.

use std::collections::BTreeMap;

use crate::file::json::{Context, Fields, JsonFile, Object, parse, string_array};
use crate::file::set_reader::check_format;
use crate::file::{FileError, VERSION};
use crate::model::{Assignments, DocumentId, Owner, Report};

/// What `format` says in the file.
const FORMAT: &str = "sorot-assignments";

/// The file's bytes: the same for the same assignments, always.
pub fn write_assignments(assignments: &Assignments) -> Vec<u8> {
    let mut articles = Fields::default();
    for (document, owners) in &assignments.articles {
        let names: Vec<String> = owners.iter().map(|it| it.name().to_owned()).collect();
        articles.add(document.as_str(), string_array(&names));
    }
    let mut top = Fields::default();
    top.string("format", FORMAT);
    top.add("version", VERSION.to_string());
    top.add("blind", assignments.is_blind.to_string());
    top.add("open", assignments.is_open.to_string());
    top.add("articles", articles.lines(2));
    top.extra(&assignments.extra);
    (top.lines(0) + "\n").into_bytes()
}

/// Reads the file.
///
/// # Errors
/// If it is no JSON object, of another format, of a newer version, or names no articles.
pub fn read_assignments(bytes: &[u8], name: &str) -> Result<Assignments, FileError> {
    let json = JsonFile::new(bytes, name)?;
    let mut top = json.root()?;
    let mut report = Report::default();
    let mut context = Context::new(&json, &mut report);
    top.report_duplicates(&mut context);
    let wrong = || FileError::Format { file: name.to_owned(), expected: FORMAT };
    check_format(&mut top, FORMAT, name)?;
    if top.take("version", parse::<u64>).is_none_or(|it| it > VERSION) {
        let message = format!("\"version\" is not {VERSION}: a newer Sorot may have written it");
        return Err(FileError::Json { message, file: name.to_owned(), line: 1, column: 1 });
    }
    // What is meant to be out of sight must not come into sight by a slip of the pen.
    let mut flag = |key| match top.take(key, parse::<bool>) {
        None if top.peek(key).is_some() => Err(wrong()),
        flag => Ok(flag.unwrap_or_default()),
    };
    let (is_blind, is_open) = (flag("blind")?, flag("open")?);
    let articles = top.take("articles", Object::parse).ok_or_else(wrong)?;
    let mut all: BTreeMap<DocumentId, Vec<Owner>> = BTreeMap::new();
    for (document, names) in articles.into_pairs() {
        let names: Vec<String> = parse(names).ok_or_else(wrong)?;
        let mut owners: Vec<Owner> = names.iter().map(|it| Owner::named(it)).collect();
        owners.sort();
        owners.dedup();
        all.insert(DocumentId::new(document), owners);
    }
    Ok(Assignments { is_blind, is_open, articles: all, extra: top.into_extra() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_comes_back() {
        let rina = Owner::named("Rina \"R\"");
        let mut assignments = Assignments { is_blind: true, ..Assignments::default() };
        assignments.articles.insert(DocumentId::new("articles/a.txt"), vec![rina.clone(), Owner::named("Ж")]);
        assignments.articles.insert(DocumentId::new("articles/b.txt"), vec![rina]);
        assignments.extra.set("later", Some("[1]"));
        let bytes = write_assignments(&assignments);
        assert_eq!(read_assignments(&bytes, ""), Ok(assignments));
        expect_test::expect![[r#"
            {
              "format": "sorot-assignments",
              "version": 1,
              "blind": true,
              "open": false,
              "articles": {
                "articles/a.txt": ["Rina \"R\"", "Ж"],
                "articles/b.txt": ["Rina \"R\""]
              },
              "later": [1]
            }
        "#]]
        .assert_eq(&String::from_utf8(bytes).unwrap());
    }

    #[test]
    fn what_is_none_is_refused() {
        for bytes in [
            "",
            "[]",
            "{}",
            r#"{"format": "sorot-assignments", "version": 9, "articles": {}}"#,
            r#"{"format": "sorot-assignments", "version": 1, "blind": 1, "articles": {}}"#,
        ] {
            assert!(read_assignments(bytes.as_bytes(), "x").is_err(), "{bytes}");
        }
        let wrong = r#"{"format": "sorot-assignments", "version": 1, "articles": {"a": 7}}"#;
        assert!(read_assignments(wrong.as_bytes(), "x").is_err());
    }
}
