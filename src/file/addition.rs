//! Files that are to be added to a project, all in one: what a crash interrupts can be done again
//! from it, or never began.

use std::fmt::Write;

use crate::file::VERSION;
use crate::file::json::{Object, parse, quoted};

/// What `format` says in such a file.
const FORMAT: &str = "sorot-addition";

/// The bytes that stand for files to be added: paths from the project folder, with `/` between the
/// parts, and contents. One line a file, between a first line that says what this is and a last one
/// that says how many there are.
pub fn write_addition(files: &[(String, String)]) -> Vec<u8> {
    let mut lines = format!("{{\"format\": \"{FORMAT}\", \"version\": {VERSION}}}\n");
    for (path, content) in files {
        let (path, content) = (quoted(path), quoted(content));
        writeln!(lines, "{{\"path\": {path}, \"content\": {content}}}")
            .expect("writing to a string cannot fail");
    }
    writeln!(lines, "{{\"files\": {}}}", files.len()).expect("writing to a string cannot fail");
    lines.into_bytes()
}

/// The files that are to be added; nothing if not all are there, since then none was begun with.
pub fn read_addition(bytes: &[u8]) -> Option<Vec<(String, String)>> {
    let text = std::str::from_utf8(bytes).ok()?.strip_suffix('\n')?;
    let (first, rest) = text.split_once('\n')?;
    let mut header = Object::parse(first)?;
    if header.take("format", parse::<String>)? != FORMAT || header.take("version", parse::<u64>)? != VERSION {
        return None;
    }
    let (lines, last) = rest.rsplit_once('\n').unwrap_or(("", rest));
    let files: Option<Vec<(String, String)>> = lines
        .lines()
        .map(|line| {
            let mut file = Object::parse(line)?;
            Some((file.take("path", parse)?, file.take("content", parse)?))
        })
        .collect();
    let files = files?;
    (Object::parse(last)?.take("files", parse::<usize>)? == files.len()).then_some(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_come_back_if_all_are_there() {
        for files in [vec![], vec![("articles/a \"b\".txt".to_owned(), "Kyiv\r\n\u{2028}🇺🇦\0".to_owned()); 2]]
        {
            let bytes = write_addition(&files);
            assert_eq!(read_addition(&bytes), Some(files));
            for end in 0..bytes.len() {
                assert_eq!(read_addition(&bytes[..end]), None);
            }
        }
    }
}
