//! brat standoff: for each article a `.txt` with its text and an `.ann` with a line for each
//! annotation, as brat, INCEpTION and many corpora have them.
//!
//! Offsets count code points in the text as Python's universal newlines show it: CRLF and a lone
//! CR are one character. So texts are written with LF, and `sorot.jsonl` beside them, which brat
//! passes over, tells how their lines ended, with what else brat cannot say about an article.
//!
//! brat allows no line break in a fragment: a span over several lines is written as a fragment a
//! line, as brat itself does, and fragments that only a line break parts are read as one.
//!
//! What brat can say is said in its own lines: labels, links, attributes with a plain value,
//! entities as normalisations, notes. All the rest stands as JSON in a note of type `Sorot`, with
//! a copy of attributes, entity and note in full. Where the two differ, somebody changed brat's
//! line later, and that one counts.

mod config;
mod read;
mod text;
mod write;

use std::borrow::Cow;

use crate::format::{
    Articles, Bundle, Capabilities, ExportOption, ExportOptions, Format, FormatError, ImportOptions, Sign,
    Sink, Take,
};
use crate::model::{Report, Schema, Value};

/// Holds everything but how annotations came to be.
pub(super) struct Brat;

const ID: &str = "brat";

/// What brat cannot say about articles: a line of JSON for each.
const ARTICLES: &str = "sorot.jsonl";

/// The type of the notes that hold what only Sorot knows.
const OWN_NOTE: &str = "Sorot";

/// The type of the notes that people write in brat.
const PEOPLE_NOTE: &str = "AnnotatorNotes";

impl Format for Brat {
    fn id(&self) -> &'static str {
        ID
    }

    fn summary(&self) -> &'static str {
        "brat standoff, a .txt and an .ann for each article, with brat's configuration"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            options: &[ExportOption::WithoutText],
            one_file: false,
            signs: &[Sign { ending: ".ann", holds: &[] }],
            losses: &[
                "line breaks at the ends of a span",
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
        options: &ExportOptions,
        schema: &Schema,
        out: &mut dyn Sink,
        report: &mut Report,
    ) {
        write::write(articles, options, schema, out, report);
    }

    fn read(
        &self,
        files: &Bundle,
        options: &ImportOptions,
        _schema: &Schema,
        report: &mut Report,
        take: &mut Take<'_>,
    ) -> Result<(), FormatError> {
        read::read(files, options, report, take)
    }
}

/// A label's or an attribute's name as brat stores it: Latin letters, digits, `_` and `-`. A blank
/// becomes `_`, any other character `_` and its code.
fn stored(name: &str) -> Cow<'_, str> {
    let is_kept = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '-');
    if name.is_empty() {
        return Cow::Borrowed("_");
    }
    if name.chars().all(is_kept) {
        return Cow::Borrowed(name);
    }
    let mut stored = String::with_capacity(name.len());
    for it in name.chars() {
        match it {
            ' ' => stored.push('_'),
            it if is_kept(it) => stored.push(it),
            it => stored.push_str(&format!("_{:04X}", it as u32)),
        }
    }
    Cow::Owned(stored)
}

/// An attribute's value as brat has it, where true is no word at all; nothing if brat cannot hold
/// it. Its configuration takes no white space, and splits values at commas and bars.
fn plain(value: &Value) -> Option<String> {
    let is_plain = |it: char| !it.is_whitespace() && !it.is_control() && !",|<>".contains(it);
    match value {
        Value::Boolean(true) => Some(String::new()),
        Value::Text(text) if !text.is_empty() && text.chars().all(is_plain) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        _ => None,
    }
}

/// An entity's id as brat refers to it: a data base and an id in there. Ids of other data bases
/// came by an import.
fn reference(entity: &str) -> Option<String> {
    if entity.is_empty() || entity.contains(|it: char| it.is_whitespace() || it.is_control()) {
        return None;
    }
    let is_foreign = entity.split_once(':').is_some_and(|(base, id)| !base.is_empty() && !id.is_empty());
    Some(if is_foreign { entity.to_owned() } else { format!("{OWN_NOTE}:{entity}") })
}

/// Free text on one line, without what would end a column.
fn on_one_line(text: &str) -> String {
    let text: String = text.chars().map(|it| if it.is_control() { ' ' } else { it }).collect();
    text.trim().to_owned()
}

/// True for what ends a line in brat.
fn is_break(character: char) -> bool {
    matches!(character, '\n' | '\r')
}

/// True if what lies between two fragments is a line break, and at most white space beside it.
fn is_line_end(gap: &str) -> bool {
    gap.chars().all(char::is_whitespace) && gap.contains(is_break)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::file::PRESETS;
    use crate::format::Article;
    use crate::format::testing::{article, imported};
    use crate::model::Owner;

    /// Lines that end in CRLF, a span over several, labels and values that brat does not take.
    fn rina() -> Article {
        article(
            "…\r\n“Ya 😀,\r\n\r\ntidak,”\r\nkata Éva.\r\n",
            r#"[
              {"id": "s1", "label": "direct quote", "start": 3, "end": 20,
               "attributes": {"quote_type": "direct", "sure": true, "n": 3, "why": "a, b"}, "note": "two\nlines"},
              {"id": "s2", "label": "speaker", "start": 27, "end": 30, "entity": "e1", "flags": ["unsure"]},
              {"id": "s3", "label": "speaker", "start": 22, "end": 33, "fragments": [[22, 26], [30, 33]]},
              {"id": "s4", "label": "speaker", "start": 1, "end": 3}
            ]"#,
            r#"[
              {"id": "r1", "label": "says", "from": "s2", "to": "s1", "note": "sure"},
              {"id": "r2", "label": "says", "from": "s4", "to": "s1"}
            ]"#,
        )
    }

    fn exported(articles: &[Article]) -> (Vec<(String, String)>, Vec<String>) {
        let mut report = Report::default();
        let bundle = Brat.export(articles, &ExportOptions::default(), &PRESETS[0].schema(), &mut report);
        let text = |(name, bytes): (String, Vec<u8>)| (name, String::from_utf8(bytes).expect("UTF-8"));
        (bundle.files.into_iter().map(text).collect(), messages(report))
    }

    fn messages(report: Report) -> Vec<String> {
        report.problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_article_is_a_text_and_lines() {
        let (files, messages) = exported(&[rina()]);
        let mut out = String::new();
        for (name, text) in files.iter().filter(|(name, _)| !name.ends_with(".conf")) {
            out.push_str(&format!("--- {name}\n{text}"));
        }
        messages.iter().for_each(|it| out.push_str(&format!("! {it}\n")));
        let expected: Expect = expect![[r#"
            --- articles/a.ann
            T1	direct_quote 2 8;10 17	“Ya 😀, tidak,”
            A1	n T1 3
            A2	quote_type T1 direct
            A3	sure T1
            #1	AnnotatorNotes T1	two lines
            #2	Sorot T1	{"id":"s1","attributes":{"n":3,"quote_type":"direct","sure":true,"why":"a, b"},"note":"two\nlines","label":"direct quote"}
            T2	speaker 18 22;26 27	kata .
            #3	Sorot T2	{"id":"s3"}
            T3	speaker 23 26	Éva
            N1	Reference T3 Sorot:e1	Éva Balázs
            #4	Sorot T3	{"id":"s2","entity":"e1","flags":["unsure"]}
            R1	says Arg1:T3 Arg2:T1
            #5	AnnotatorNotes R1	sure
            #6	Sorot R1	{"id":"r1","note":"sure"}
            --- articles/a.txt
            …
            “Ya 😀,

            tidak,”
            kata Éva.
            --- sorot.jsonl
            {"file":"articles/a","newline":"crlf","path":"articles/a.txt","annotator":"rina","status":"done","language":null,"entities":[{"id":"e1","kind":"person","name":"Éva Balázs"}]}
            ! speaker “  ” is not exported, since it covers line breaks alone (annotation s4): articles/a.txt
            ! speaker “kata .  ” comes back changed, since brat holds no line break at the ends of a fragment (annotation s3): articles/a.txt
            ! says is not exported, since not both its ends are: articles/a.txt
        "#]];
        expected.assert_eq(&out);
    }

    #[test]
    fn the_configuration_has_what_is_used_and_what_could_be() {
        let (files, _) = exported(&[rina()]);
        let conf = |name: &str| {
            files.iter().find(|(it, _)| it == name).map(|(_, text)| text.as_str()).unwrap_or_default()
        };
        expect![[r#"
            [entities]
            speaker
            quote
            country
            weapon
            direct_quote

            [relations]
            <OVERLAP>	Arg1:<ENTITY>, Arg2:<ENTITY>, <OVL-TYPE>:<ANY>
            says	Arg1:speaker, Arg2:quote

            [events]

            [attributes]
            iso	Arg:country
            n	Arg:direct_quote, Value:3
            quote_type	Arg:direct_quote|quote, Value:direct|indirect|mixed
            sure	Arg:direct_quote
            weapon_class	Arg:weapon, Value:air_defence|aircraft|ammunition|armoured_vehicle|artillery|drone|explosive_mine|missile_rocket|naval|other|small_arms|unspecified|wmd

            [labels]
            direct_quote | direct quote

            [drawing]
            SPAN_DEFAULT	fgColor:black, bgColor:lightgreen, borderColor:darken
            ARC_DEFAULT	color:black, arrowHead:triangle-5
            ATTRIBUTE_DEFAULT	glyph:*
            country	bgColor:#009e73
            quote	bgColor:#e69f00
            speaker	bgColor:#0072b2
            weapon	bgColor:#d55e00
        "#]].assert_eq(&format!("{}\n{}", conf("annotation.conf"), conf("visual.conf")));
    }

    #[test]
    fn what_was_changed_in_brat_counts() {
        let (files, _) = exported(&[rina()]);
        let import = |changes: &[(&str, &str)]| {
            let change = |text: &str| changes.iter().fold(text.to_owned(), |text, (a, b)| text.replace(a, b));
            let files: Vec<(&str, String)> = files
                .iter()
                .map(|(name, text)| {
                    (name.as_str(), if name.ends_with(".ann") { change(text) } else { text.clone() })
                })
                .collect();
            imported(&Brat, &files.iter().map(|(name, text)| (*name, text.as_str())).collect::<Vec<_>>())
        };
        expect![[r#"
            articles/a.txt of rina
              s1 direct quote "“Ya 😀,\r\n\r\ntidak,”" n=Integer(3) quote_type=Text("direct") sure=Boolean(true) why=Text("a, b") note "two\nlines"
              s2 speaker "Éva" is e1 "Éva Balázs" #unsure
              s3 speaker "kata ."
              r1 says s2 -> s1 "sure"
        "#]].assert_eq(&import(&[]));
        let changes = [
            ("direct_quote ", "quote "),
            (" direct\n", " indirect\n"),
            ("sure T1", "unsure T1"),
            ("two lines", "three lines"),
            ("Sorot:e1\tÉva Balázs", "Wikidata:Q1\tEva"),
        ];
        expect![[r#"
            articles/a.txt of rina
              s1 quote "“Ya 😀,\r\n\r\ntidak,”" n=Integer(3) quote_type=Text("indirect") unsure=Boolean(true) why=Text("a, b") note "three lines"
              s2 speaker "Éva" is Wikidata:Q1 "Eva" #unsure
              s3 speaker "kata ."
              r1 says s2 -> s1 "sure"
        "#]].assert_eq(&import(&changes));
    }

    #[test]
    fn annotators_of_one_text_get_a_folder_each() {
        let articles = [Article { owner: Owner::Gold, ..rina() }, rina()];
        let (files, _) = exported(&articles);
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        expect![[r#"
            annotation.conf
            gold/articles/a.ann
            gold/articles/a.txt
            rina/articles/a.ann
            rina/articles/a.txt
            sorot.jsonl
            visual.conf"#]]
        .assert_eq(&names.join("\n"));
        let bundle = Bundle { files: files.into_iter().map(|(name, it)| (name, it.into_bytes())).collect() };
        let schema = PRESETS[0].schema();
        let read = Brat.import(&bundle, &ImportOptions::default(), &schema, &mut Report::default());
        let keys =
            |articles: &[Article]| articles.iter().map(|it| (it.key(), it.set.status())).collect::<Vec<_>>();
        assert_eq!(keys(&read.expect("it is brat")), keys(&articles));
    }

    #[test]
    fn files_of_others_come_in() {
        let text = "Max met\nthe 😀 spy Éva.\r\n\r\nShe ran.";
        type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], Expect);
        let cases: &[Case<'_>] = &[
            (
                "events, equivalents, modifiers, notes, and what is wrong",
                &[
                    ("x/a.txt", "Max met the spy Éva."),
                    (
                        "x/a.ann",
                        "T1\tPer 0 3\tMax\nT2\tMeet 4 7\tmet\nT3\tPer 16 19\tÉva\nT4\tPer 8 11;12 15\tthe spy\n\
                         E1\tMeet:T2 Who:T1 Who2:T3 Where:T9\n*\tEquiv T3 T4\nM1\tNegation E1\nA1\tAge T3 x y\n\
                         N1\tReference T3 Wikipedia:12\tÉva B\n#1\tAnnotatorNotes T1\tsure?\n\
                         #2\tAnnotationError E1\t wrong \nR1\tknows Arg1:T1 Arg2:T3\nR2\tknows Arg1:T1 Arg2:T8\n\
                         T1\tPer 4 7\tmet\nT5\tPer 5 5\t\nT6\tPer 0 99\t\nT7\tPer 0 4\tEva\nX1\twhat\nnothing\n\n\
                         T8\tPer 0 18446744073709551616\nT9\tPer\nA2\tAge T77 x\nE2\tMeet:T2\n",
                    ),
                ],
                expect![[r#"
                    events, equivalents, modifiers, notes, and what is wrong
                    x/a.txt of imported
                      T1 Per "Max" note "sure?"
                      T2 Meet "met" Negation=Boolean(true) #AnnotationError note "wrong"
                      T3 Per "Éva" is Wikipedia:12 "Éva B" Age=Text("x y")
                      T4 Per "the spy"
                      E1.Who Who T2 -> T1 ""
                      E1.Who2 Who T2 -> T3 ""
                      R1 knows T1 -> T3 ""
                      r3 Equiv T3 -> T4 ""
                    ! the line was not taken in, it begins with no id such as T1: x/a.ann:19:1
                    ! the line of T1 was not taken in, another one has the same id: x/a.ann:14:1
                    ! the line of T8 was not taken in, it has no label with start and end: x/a.ann:21:1
                    ! the line of T9 was not taken in, it has no label with start and end: x/a.ann:22:1
                    ! E2 and the event of line 5 have one trigger, and so become one span: x/a.ann:24:1
                    ! the line of E1 was not taken in, as far as its argument Where:T9 goes: x/a.ann:5:1
                    ! the line of R2 was not taken in, it leads to something that is not there: x/a.ann:13:1
                    ! the line of X1 was not taken in, brat knows no such id: x/a.ann:18:1
                    ! the line of A2 was not taken in, what it is about is not there: x/a.ann:23:1
                    ! the span T5 Per at 5–5 was not taken in, it covers no character: x/a.ann
                    ! the span T6 Per at 0–99 was not taken in, code point 99 lies past the end of the text, which has 20: x/a.ann
                    ! the span T7 Per at 0–4 was not taken in, the text there is “Max ” and not “Eva”: x/a.ann
                "#]],
            ),
            (
                "CRLF as one character, and a span over lines",
                &[
                    ("a.txt", text),
                    ("a.ann", "T1\tx 8 11;8 17\t\nT2\tx 4 7;8 11\tmet the\nT3\tx 24 27\tShe\n"),
                ],
                expect![[r#"
                    CRLF as one character, and a span over lines
                    a.txt of imported
                      T1 x "the 😀 spy"
                      T2 x "met\nthe"
                      T3 x "She"
                "#]],
            ),
            (
                "CRLF as two, and a byte order mark that counts",
                &[
                    ("a.txt", &format!("\u{feff}{text}")),
                    ("a.ann", "T1\tx 5 8;9 12\tmet the\nT3\tx 27 30\tShe\n"),
                ],
                expect![[r#"
                    CRLF as two, and a byte order mark that counts
                    a.txt of imported
                      T1 x "met\nthe"
                      T3 x "She"
                    ! the numbers count CRLF as two characters, and brat’s as one: a.ann
                "#]],
            ),
            (
                "annotators",
                &[
                    ("eva/a.txt", "Max."),
                    ("eva/a.ann", "T1\tPer 0 3\tMax\n"),
                    ("max/a.txt", "Max."),
                    ("max/a.ann", ""),
                    ("other/b.txt", "Max."),
                    ("other/b.a1", "T1\tPer 0 3\tMax\n"),
                    ("other/b.a2", "E1\tPer:T1\n"),
                    ("other/README.txt", "no article"),
                    ("other/c.ann", ""),
                ],
                expect![[r#"
                    annotators
                    a.txt of eva
                      T1 Per "Max"
                    a.txt of max
                    other/b.txt of imported
                      T1 Per "Max"
                    ! the text was not taken in, since there is no .ann beside it: other/README.txt
                    ! the folders are taken for annotators of the same texts, eva, max
                    ! the annotations were not taken in, since there is no other/c.txt: other/c.ann
                "#]],
            ),
            (
                "quotations in columns of their own",
                &[("a.txt", "Max"), ("a.ann", "QUOTE\tQ1\t0\t0\t0\t0\tMax\nATTRIB\tQ1\tMax\n")],
                expect![[r#"
                    quotations in columns of their own
                    the file is not in the format brat, no line begins with an id such as T1, and the first one with “QUOTE”: a.ann
                "#]],
            ),
            (
                "something else",
                &[("a.json", "{}")],
                expect![[r#"
                something else
                the file is not in the format brat, there is no file whose name ends in .ann: a.json
            "#]],
            ),
        ];
        for (what, files, expected) in cases {
            let out = imported(&Brat, files);
            expected.assert_eq(&format!("{what}\n{out}"));
        }
    }
}
