//! WebAnno TSV 3, in which WebAnno and older versions of INCEpTION exported: a header that names
//! layers and their features, then for each sentence its text and a row for each token, with a
//! column for each feature. Read only: INCEpTION keeps it for old projects and recommends CAS JSON.
//!
//! Offsets count UTF-16 units. What stood between two sentences is not in the file: it becomes a
//! line end and blanks, as in INCEpTION.
//!
//! A layer's annotation becomes a span, whose label is its feature `label` or `value`, or else the
//! layer's name; other features become attributes, and so does the layer's name where a feature
//! states the label. An annotation over several rows covers what
//! lies between the first and the last. Chains become relations from link to link, and slots
//! relations from their owner to what fills them.

mod read;
mod rows;

use crate::format::each::read_each;
use crate::format::{Bundle, Capabilities, Format, FormatError, ImportOptions, Sign, Take};
use crate::model::{Report, Schema};
use crate::text::OffsetUnit;

/// Read only.
pub(super) struct WebAnnoTsv;

const ID: &str = "webanno-tsv";

impl Format for WebAnnoTsv {
    fn id(&self) -> &'static str {
        ID
    }

    fn summary(&self) -> &'static str {
        "WebAnno TSV 3, as WebAnno and INCEpTION export it"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            writes: false,
            one_file: false,
            discontinuous: false,
            offset_unit: OffsetUnit::Utf16,
            signs: &[Sign { ending: ".tsv", holds: &["#FORMAT=WebAnno TSV 3"] }],
            losses: &[
                "what stood between sentences",
                "white space at the ends of spans",
                "fragments",
                "notes",
            ],
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
        let read = |(name, bytes): &(String, Vec<u8>), report: &mut Report| {
            let file = rows::File::new(name, bytes, report)?;
            Ok(Some(read::incoming(&file, report).finish(options, report)))
        };
        read_each(&files.files, report, take, read).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::format::testing::imported;

    #[test]
    fn layers_become_spans_and_relations() {
        let cases: &[(&str, &str, Expect)] = &[
            (
                "several tokens, stacked, parts of tokens, no value, escapes",
                "#FORMAT=WebAnno TSV 3.3\n\
                 #T_SP=webanno.custom.Quote|value|kind\n\
                 #T_SP=webanno.custom.Mark|\n\
                 \n\n\
                 #Sentence.id=s1\n\
                 #Text=😀 Éva's \\\\o\n\
                 #Text=ran\n\
                 1-1\t0-2\t😀\t_\t_\t*\t\n\
                 1-2\t3-8\tÉva's\tA[1]|B\\|b\\_[2]\t*[1]|in\\;d[2]\t_\t\n\
                 1-2.1\t3-6\tÉva\tC\t_\t_\t\n\
                 1-3\t9-11\t\\\\o\tA[1]\tlate[1]\t*[7]\t\n\
                 1-4\t12-15\tran\tB\\|b\\_[2]\tin\\;d[2]\t*[7]\t\n\
                 \n\
                 #Text=She left\n\
                 2-1\t18-21\tShe\t_\t_\t_\t\n\
                 2-2\t22-26\tleft\tD\t*\t_\t\n",
                expect![[r#"
                    several tokens, stacked, parts of tokens, no value, escapes
                    rina/a.txt of imported
                      s1 Mark "😀"
                      s2 A "Éva's \\o" layer=Text("webanno.custom.Quote")
                      s3 B|b_ "Éva's \\o\nran" kind=Text("in;d") layer=Text("webanno.custom.Quote")
                      s4 C "Éva" layer=Text("webanno.custom.Quote")
                      s5 Mark "\\o\nran"
                      s6 D "left" layer=Text("webanno.custom.Quote")
                    ! what stood between sentences is not in the file, and became a line end and blanks in 1 places: rina/a.tsv
                "#]],
            ),
            (
                "relations between what is stacked, chains, slots",
                "#FORMAT=WebAnno TSV 3.2\n\
                 #T_SP=webanno.custom.Span|value\n\
                 #T_SP=webanno.custom.Frame|FE|ROLE_webanno.custom.Frame:Roles_webanno.custom.FrameLink|webanno.custom.Span\n\
                 #T_CH=webanno.custom.CorefLink|referenceType|referenceRelation\n\
                 #T_RL=webanno.custom.Says|value|sure|BT_webanno.custom.Span\n\
                 #T_RL=webanno.custom.Dep|BT_x.Token\n\
                 \n\n\
                 #Text=Max said so\n\
                 1-1\t0-3\tMax\tP[1]|Q[2]\t_\t_\t_\tpr[1]\tcoref->1-1\t_\t_\t_\t_\t_\n\
                 1-2\t4-8\tsaid\t_\tSay[3]\twho;*;to[3]\t1-1[2];1-3;9-9\t_\t_\t_\t_\t_\t1-1\t\n\
                 1-3\t9-11\tso\tR\t_\t*\t_\t*[1]\t*->1-2\tsays|*\tyes|*\t1-1[1_0]|1-1[2_0]\t_\t\n",
                expect![[r#"
                    relations between what is stacked, chains, slots
                    rina/a.txt of imported
                      s1 P "Max" layer=Text("webanno.custom.Span")
                      s2 Q "Max" layer=Text("webanno.custom.Span")
                      s3 pr "Max"
                      s4 Frame "said" FE=Text("Say")
                      s5 R "so" layer=Text("webanno.custom.Span")
                      s6 Frame "so"
                      s7 CorefLink "so"
                      r1 who s4 -> s2 ""
                      r2 slot s4 -> s5 ""
                      r3 says s1 -> s5 "" layer=Text("webanno.custom.Says") sure=Text("yes")
                      r4 Says s2 -> s5 ""
                      r5 coref s3 -> s7 ""
                    ! the relation to was not taken in, it leads to something that is no span: rina/a.tsv:11:1
                    ! the relation Dep was not taken in, it leads to something that is no span: rina/a.tsv:11:1
                "#]],
            ),
            (
                "code points, rows that say too little, numbers out of reach",
                "#FORMAT=WebAnno TSV 3.1\n\
                 #T_SP=webanno.custom.Span|label\n\
                 \n\
                 #Text=😀 \\u00c9va\n\
                 1-1\t0-1\t😀\t_\t\n\
                 1-2\t2-5\tÉva\tPER\t\n\
                 1-3\t2\n\
                 1-4\tx-y\tz\tPER\n\
                 1-5\t2-2\t\tPER\n\
                 \n\
                 #Text=far\n\
                 2-1\t4000000000-4000000003\tfar\tPER\n",
                expect![[r#"
                    code points, rows that say too little, numbers out of reach
                    rina/a.txt of imported
                      s1 PER "Éva" layer=Text("webanno.custom.Span")
                    ! the row was not taken in, it has not a token's number, place and columns: rina/a.tsv:7:1
                    ! the row was not taken in, it has not a token's number, place and columns: rina/a.tsv:8:1
                    ! the numbers count code points, as the tokens show, and not UTF-16 units as WebAnno does: rina/a.tsv
                    ! the sentence of this row was not taken in, it cannot begin there: rina/a.tsv:12:1
                    ! the span s2 PER at 2–2 was not taken in, it covers no character: rina/a.tsv
                "#]],
            ),
            (
                "an older version",
                "#id=1\n#text=Max\n1\tMax\t_\n",
                expect![[r#"
                an older version
                the file is not in the format webanno-tsv, its first line is not “#FORMAT=WebAnno TSV 3” with a version: rina/a.tsv
            "#]],
            ),
        ];
        for (what, text, expected) in cases {
            expected.assert_eq(&format!("{what}\n{}", imported(&WebAnnoTsv, &[("rina/a.tsv", text)])));
        }
    }
}
