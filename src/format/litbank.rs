//! Quotations of LitBank (Sims and Bamman 2020, "Measuring Information Propagation in Literary Social
//! Networks"): beside each text a file of lines, `QUOTE` with an id, the sentence and the token where
//! the quotation begins and those where it ends, and its words, `ATTRIB` with a quotation's id and who
//! says it. Read only. The names end in `.ann` as brat's do, but it is another form.
//!
//! A sentence is a line of the text, a token what blanks part; both are counted from 0, and the end is
//! the last token. Who says it is a group of mentions, which these files do not hold: it becomes an
//! entity, and the quotation's attribute `speaker` names it.

use std::collections::{BTreeMap, BTreeSet};

use crate::format::each::finish;
use crate::format::incoming::{Incoming, RawSpan};
use crate::format::{Bundle, Capabilities, Format, FormatError, ImportOptions, Take};
use crate::model::{Entity, EntityId, Extra, Place, Report, Schema, Severity, Value};
use crate::text::OffsetUnit;

/// Read only.
pub(super) struct LitBank;

const ID: &str = "litbank";

const LABEL: &str = "quote";

impl Format for LitBank {
    fn id(&self) -> &'static str {
        ID
    }

    fn summary(&self) -> &'static str {
        "quotations of LitBank with who says them, .txt and .ann"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            writes: false,
            one_file: false,
            discontinuous: false,
            relations: false,
            losses: &["notes"],
            ..Capabilities::WHOLE
        }
    }

    fn read(
        &self,
        files: &Bundle,
        options: &ImportOptions,
        _schema: &Schema,
        report: &mut Report,
        take: &mut Take<'_>,
    ) -> Result<(), FormatError> {
        let mut contents = BTreeMap::new();
        for (name, bytes) in files.files.iter().filter(|(name, _)| stem(name).is_some()) {
            let content = std::str::from_utf8(bytes).map_err(|error| {
                let message = format!("it is not UTF-8 from byte {} on", error.valid_up_to());
                FormatError::Malformed { format: ID, message, file: name.clone() }
            })?;
            contents.insert(name.as_str(), content);
        }
        let mut articles = Vec::new();
        for (name, lines) in contents.iter().filter(|(name, _)| name.ends_with(".ann")) {
            let article = format!("{}.txt", stem(name).unwrap_or(name));
            let Some(text) = contents.get(article.as_str()) else {
                let message = format!("the annotations were not taken in, since there is no {article}");
                report.add(Severity::Error, place(name, None), message);
                continue;
            };
            let mut incoming = Incoming::new(ID, name, article, *text, OffsetUnit::Byte);
            read(name, lines, text, &mut incoming, report)?;
            articles.push(incoming);
        }
        if articles.is_empty() {
            let file = files.files.first().map(|(name, _)| name.clone()).unwrap_or_default();
            let message = "there is no .txt with an .ann beside it".to_owned();
            return Err(FormatError::Malformed { format: ID, message, file });
        }
        finish(articles, options, report, take);
        Ok(())
    }
}

fn stem(file: &str) -> Option<&str> {
    file.strip_suffix(".ann").or_else(|| file.strip_suffix(".txt"))
}

fn place(file: &str, line: Option<usize>) -> Place {
    Place { file: Some(file.to_owned()), line_column: line.map(|it| (it, 1)), ..Place::default() }
}

/// Where the tokens of each line are, start and end in bytes.
fn tokens(text: &str) -> Vec<Vec<(usize, usize)>> {
    let at = |piece: &str| piece.as_ptr() as usize - text.as_ptr() as usize;
    let tokens_of = |line: &str| line.split_whitespace().map(|it| (at(it), at(it) + it.len())).collect();
    text.split('\n').map(tokens_of).collect()
}

/// Takes in the lines of a file.
///
/// # Errors
/// If there are lines, and none is one of LitBank's.
fn read(
    file: &str,
    lines: &str,
    text: &str,
    incoming: &mut Incoming,
    report: &mut Report,
) -> Result<(), FormatError> {
    let tokens = tokens(text);
    let mut quotes: BTreeMap<&str, usize> = BTreeMap::new();
    let mut speakers = BTreeSet::new();
    let mut problems = Vec::new();
    let mut n_taken = 0;
    for (i, line) in lines.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let columns: Vec<&str> = line.split('\t').collect();
        let taken = match columns[..] {
            ["QUOTE", id, ref place @ .., words] if place.len() == 4 => {
                quote(&tokens, id, place, words).map(|span| {
                    quotes.entry(id).or_insert(incoming.spans.len());
                    incoming.spans.push(span);
                })
            }
            ["ATTRIB", id, speaker] => match quotes.get(id) {
                Some(&quote) => {
                    let attributes = &mut incoming.spans[quote].attributes;
                    attributes.insert("speaker".to_owned(), Value::Text(speaker.to_owned()));
                    speakers.insert(speaker);
                    Ok(())
                }
                None => Err(format!("there is no quotation {id} before it")),
            },
            _ => Err("it is neither QUOTE nor ATTRIB with their columns".to_owned()),
        };
        match taken {
            Ok(()) => n_taken += 1,
            Err(why) => problems.push((i + 1, why)),
        }
    }
    incoming.entities = speakers.into_iter().map(entity).collect();
    if let (0, Some((line, why))) = (n_taken, problems.first()) {
        let message = format!("line {line}: {why}");
        return Err(FormatError::Malformed { format: ID, message, file: file.to_owned() });
    }
    for (line, why) in problems {
        report.add(Severity::Error, place(file, Some(line)), format!("the line was not taken in, {why}"));
    }
    Ok(())
}

fn quote(tokens: &[Vec<(usize, usize)>], id: &str, place: &[&str], words: &str) -> Result<RawSpan, String> {
    let numbers: Vec<usize> = place.iter().filter_map(|it| it.parse().ok()).collect();
    let [first_line, first, last_line, last] = numbers[..] else {
        return Err("its place is not four numbers".to_owned());
    };
    let token = |line: usize, token: usize| {
        let found = tokens.get(line).and_then(|it| it.get(token));
        found.copied().ok_or_else(|| format!("there is no token {token} in sentence {line}"))
    };
    let ((start, _), (_, end)) = (token(first_line, first)?, token(last_line, last)?);
    Ok(RawSpan {
        id: id.to_owned(),
        label: LABEL.to_owned(),
        pieces: vec![(start, end)],
        surface: Some(words.to_owned()),
        ..RawSpan::default()
    })
}

/// Who is called so: `Jack_Durbeyfield-0`, with a number that parts people of one name.
fn entity(speaker: &str) -> Entity {
    let name = speaker.rsplit_once('-').map_or(speaker, |(name, _)| name).replace('_', " ");
    Entity { id: EntityId::from(speaker), kind: "person".to_owned(), name, extra: Extra::default() }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::format::testing::imported;

    const TEXT: &str = "‘ Oh dear ! ’ said  Éva .\n‘ Kyiv\nfell . ’\n";

    #[test]
    fn quotations_have_their_speakers() {
        let lines = "QUOTE\tQ1\t0\t0\t0\t4\t‘ Oh dear ! ’\n\
                     QUOTE\tQ2\t1\t0\t2\t2\t‘ Kyiv fell . ’\n\
                     QUOTE\tQ3\t0\t0\t0\t3\t‘ Lviv\n\
                     QUOTE\tQ4\t0\t0\t0\t99\t‘\n\
                     QUOTE\tQ5\t1\t0\t0\t0\t‘\n\
                     ATTRIB\tQ1\tÉva_Balázs-0\n\
                     ATTRIB\tQ2\tÉva_Balázs-0\n\
                     ATTRIB\tQ9\tX-1\n\
                     T1\tquote 0 1\t‘\n";
        expect![[r#"
            a.txt of imported
              Q1 quote "‘ Oh dear ! ’" speaker=Text("Éva_Balázs-0")
              Q2 quote "‘ Kyiv\nfell . ’" speaker=Text("Éva_Balázs-0")
            ! the line was not taken in, there is no token 99 in sentence 0: a.ann:4:1
            ! the line was not taken in, there is no quotation Q9 before it: a.ann:8:1
            ! the line was not taken in, it is neither QUOTE nor ATTRIB with their columns: a.ann:9:1
            ! the span Q3 quote at 0–13 was not taken in, the text there is “‘ Oh dear !” and not “‘ Lviv”: a.ann
            ! the span Q5 quote at 31–3 was not taken in, it covers no character: a.ann
        "#]].assert_eq(&imported(&LitBank, &[("a.ann", lines), ("a.txt", TEXT)]));
    }

    #[test]
    fn other_files_are_refused() {
        expect![[r#"
            the file is not in the format litbank, line 1: it is neither QUOTE nor ATTRIB with their columns: a.ann
        "#]].assert_eq(&imported(&LitBank, &[("a.ann", "T1\tquote 0 1\t‘\n"), ("a.txt", TEXT)]));
        expect![[r#"
            the file is not in the format litbank, there is no .txt with an .ann beside it: a.ann
            ! the annotations were not taken in, since there is no a.txt: a.ann
        "#]]
        .assert_eq(&imported(&LitBank, &[("a.ann", "")]));
    }
}
