//! Label Studio's JSON: a list of tasks with annotations, and beside it the labelling
//! configuration that shows them, for projects that annotate `Text`.
//!
//! Offsets count code points. A span is a region, and its attributes are further results with the
//! region's id: `choices` where the schema lists values, `textarea` elsewhere. Label Studio knows
//! no fragments: each is a region, relations without a label join them, and `part_of` says so. What
//! only Sorot knows stands in a region's `meta`, and of articles and relations in the task's data,
//! both of which Label Studio keeps. It has attributes and the note once more: where that differs
//! from the results, somebody changed these later, and they count.
//!
//! Annotations come in as those of the person who completed them, predictions as those of the
//! model.

mod config;
mod read;
mod write;

use crate::format::{
    Articles, Bundle, Capabilities, ExportOptions, Format, FormatError, ImportOptions, Sign, Sink, Take,
};
use crate::model::{Report, Schema, Value};

/// Holds everything but how annotations came to be.
pub(super) struct LabelStudio;

const ID: &str = "label-studio";

impl Format for LabelStudio {
    fn id(&self) -> &'static str {
        ID
    }

    fn summary(&self) -> &'static str {
        "Label Studio tasks with annotations, and the labelling configuration"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            one_file: false,
            signs: &[Sign { ending: ".json", holds: &["\"data\":", "\"from_name\":"] }],
            losses: &[
                "how and when annotations came to be",
                "the article file's encoding and line ends",
                "file keys that Sorot does not know",
            ],
            ..Capabilities::WHOLE
        }
    }

    fn write(
        &self,
        articles: &mut dyn Articles,
        _options: &ExportOptions,
        schema: &Schema,
        out: &mut dyn Sink,
        report: &mut Report,
    ) {
        write::write(articles, schema, out, report);
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

/// An attribute's value as results have it: a list of words. Nothing if they cannot have it.
fn words(value: &Value) -> Option<Vec<String>> {
    let words = match value {
        Value::Text(text) => vec![text.clone()],
        Value::Boolean(boolean) => vec![boolean.to_string()],
        Value::Integer(number) => vec![number.to_string()],
        Value::List(list) => list.clone(),
        Value::Json(_) => return None,
    };
    (!words.is_empty() && words.iter().all(|it| !it.trim().is_empty())).then_some(words)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::file::PRESETS;
    use crate::format::Article;
    use crate::format::testing::{article, imported};

    /// A quote in two pieces, attributes of several kinds, one of them called as the labels are.
    fn rina() -> Article {
        article(
            "😀 “Ya,” kata Éva, “tidak.”",
            r#"[
              {"id": "s1", "label": "quote", "start": 2, "end": 27, "fragments": [[2, 7], [18, 26]],
               "attributes": {"quote_type": "direct", "n": 3, "label": "a & b"}, "note": "why?"},
              {"id": "s2", "label": "speaker", "start": 13, "end": 16, "entity": "e1", "attributes": {"sure": false}},
              {"id": "s1.2", "label": "cue", "start": 8, "end": 12, "flags": ["unsure"]}
            ]"#,
            r#"[{"id": "r1", "label": "says", "from": "s2", "to": "s1", "note": "sure"}]"#,
        )
    }

    #[test]
    fn an_article_is_a_task_and_a_configuration_shows_it() {
        let mut report = Report::default();
        let schema = PRESETS[0].schema();
        let bundle = LabelStudio.export(&[rina()], &ExportOptions::default(), &schema, &mut report);
        assert!(report.is_empty(), "{report:?}");
        let file = |i: usize| String::from_utf8(bundle.files[i].1.clone()).expect("UTF-8");
        let (config, tasks) = (file(0), file(1));
        expect![[r##"
            <View>
              <Labels name="label-2" toName="text">
                <Label value="speaker" background="#0072b2" hotkey="s"/>
                <Label value="quote" background="#e69f00" hotkey="q"/>
                <Label value="country" background="#009e73" hotkey="c"/>
                <Label value="weapon" background="#d55e00" hotkey="w"/>
                <Label value="cue"/>
              </Labels>
              <Text name="text" value="$text"/>
              <TextArea name="iso" toName="text" perRegion="true" whenTagName="label-2" whenLabelValue="country" editable="true"/>
              <TextArea name="label" toName="text" perRegion="true" whenTagName="label-2" whenLabelValue="quote" editable="true"/>
              <TextArea name="n" toName="text" perRegion="true" whenTagName="label-2" whenLabelValue="quote" editable="true"/>
              <Choices name="quote_type" toName="text" perRegion="true" whenTagName="label-2" whenLabelValue="quote" choice="single">
                <Choice value="direct"/>
                <Choice value="indirect"/>
                <Choice value="mixed"/>
              </Choices>
              <TextArea name="sure" toName="text" perRegion="true" whenTagName="label-2" whenLabelValue="speaker" editable="true"/>
              <Choices name="weapon_class" toName="text" perRegion="true" whenTagName="label-2" whenLabelValue="weapon" choice="single">
                <Choice value="small_arms"/>
                <Choice value="artillery"/>
                <Choice value="air_defence"/>
                <Choice value="missile_rocket"/>
                <Choice value="explosive_mine"/>
                <Choice value="ammunition"/>
                <Choice value="armoured_vehicle"/>
                <Choice value="aircraft"/>
                <Choice value="drone"/>
                <Choice value="naval"/>
                <Choice value="wmd"/>
                <Choice value="other"/>
                <Choice value="unspecified"/>
              </Choices>
              <Relations>
                <Relation value="says"/>
              </Relations>
            </View>
        "##]].assert_eq(&config);
        expect![[r#"
            [
            {"data":{"text":"😀 “Ya,” kata Éva, “tidak.”","sorot":{"path":"articles/a.txt","annotator":"rina","status":"done","language":null,"entities":[{"id":"e1","kind":"person","name":"Éva Balázs"}],"relations":[{"id":"r1","label":"says","from":"s2","to":"s1","note":"sure"}]}},"annotations":[{"result":[{"id":"s1","from_name":"label-2","to_name":"text","type":"labels","value":{"start":2,"end":7,"text":"“Ya,”","labels":["quote"]},"meta":{"sorot":{"id":"s1","attributes":{"label":"a & b","n":3,"quote_type":"direct"},"note":"why?"},"text":["why?"]}},
            {"id":"s1.2-2","from_name":"label-2","to_name":"text","type":"labels","value":{"start":18,"end":26,"text":"“tidak.”","labels":["quote"]},"meta":{"sorot":{"part_of":"s1"}}},
            {"type":"relation","from_id":"s1","to_id":"s1.2-2","direction":"right","labels":[]},
            {"id":"s1","from_name":"label","to_name":"text","type":"textarea","value":{"start":2,"end":7,"text":["a & b"]}},
            {"id":"s1","from_name":"n","to_name":"text","type":"textarea","value":{"start":2,"end":7,"text":["3"]}},
            {"id":"s1","from_name":"quote_type","to_name":"text","type":"choices","value":{"start":2,"end":7,"text":"“Ya,”","choices":["direct"]}},
            {"id":"s1.2","from_name":"label-2","to_name":"text","type":"labels","value":{"start":8,"end":12,"text":"kata","labels":["cue"]},"meta":{"sorot":{"id":"s1.2","flags":["unsure"]}}},
            {"id":"s2","from_name":"label-2","to_name":"text","type":"labels","value":{"start":13,"end":16,"text":"Éva","labels":["speaker"]},"meta":{"sorot":{"id":"s2","entity":"e1","attributes":{"sure":false}}}},
            {"id":"s2","from_name":"sure","to_name":"text","type":"textarea","value":{"start":13,"end":16,"text":["false"]}},
            {"type":"relation","from_id":"s2","to_id":"s1","direction":"right","labels":["says"]}]}]}
            ]
        "#]].assert_eq(&tasks.replace("},{", "},\n{"));
        expect![[r#"
            articles/a.txt of rina
              s1 quote "“Ya,” “tidak.”" label=Text("a & b") n=Integer(3) quote_type=Text("direct") note "why?"
              s1.2 cue "kata" #unsure
              s2 speaker "Éva" is e1 "Éva Balázs" sure=Boolean(false)
              r1 says s2 -> s1 "sure"
        "#]]
        .assert_eq(&imported(&LabelStudio, &[("tasks.json", &tasks)]));
        let changed = tasks
            .replace("\"choices\":[\"direct\"]", "\"choices\":[\"indirect\"]")
            .replace("\"text\":[\"why?\"]", "\"text\":[\"so\"]")
            .replacen("\"labels\":[\"speaker\"]", "\"labels\":[\"source\"]", 1)
            .replace("\"from_name\":\"n\"", "\"from_name\":\"m\"");
        expect![[r#"
            articles/a.txt of rina
              s1 quote "“Ya,” “tidak.”" label=Text("a & b") m=Text("3") quote_type=Text("indirect") note "so"
              s1.2 cue "kata" #unsure
              s2 source "Éva" is e1 "Éva Balázs" sure=Boolean(false)
              r1 says s2 -> s1 "sure"
        "#]]
        .assert_eq(&imported(&LabelStudio, &[("tasks.json", &changed)]));
    }

    #[test]
    fn files_of_others_come_in() {
        let region = |id: &str, start: usize, end: usize, text: &str, labels: &str| {
            format!(
                r#"{{"id": "{id}", "from_name": "l", "to_name": "t", "type": "labels",
                "value": {{"start": {start}, "end": {end}, "text": "{text}", "labels": [{labels}]}}}}"#
            )
        };
        let (max, eva) =
            (region("a", 2, 5, "Max", r#""PER""#), region("b", 10, 13, "Éva", r#""PER", "MISC""#));
        let cases: &[(&str, String, Expect)] = &[
            (
                "two people and a model",
                format!(
                    r#"[{{"id": 5, "data": {{"title": "A title that is longer than the text", "text": "😀 Max met Éva"}},
                    "annotations": [
                      {{"completed_by": {{"id": 1, "email": "eva@example.org"}}, "result": [{max}, {eva},
                        {{"id": "a", "from_name": "sex", "type": "choices", "value": {{"choices": ["m", "x"]}}}},
                        {{"id": "z", "from_name": "topic", "type": "choices", "value": {{"choices": ["war"]}}}},
                        {{"type": "relation", "from_id": "b", "to_id": "a", "direction": "left", "labels": ["met", "saw"]}},
                        {{"type": "relation", "from_id": "a", "to_id": "b", "direction": "bi"}},
                        {{"type": "relation", "from_id": "a", "to_id": "c", "direction": "right"}}, 7]}},
                      {{"completed_by": 2, "result": [], "was_cancelled": false}},
                      {{"completed_by": 3, "result": [], "was_cancelled": true}}],
                    "predictions": [{{"model_version": "m1", "score": 0.5, "result": [{max}]}}]}},
                    {{"data": {{"article": "Max"}}}}, {{"data": {{}}}}, 7]"#
                ),
                expect![[r#"
                    two people and a model
                    export-5.txt of eva@example.org
                      a PER "Max" sex=List(["m", "x"])
                      b PER "Éva"
                      b-2 MISC "Éva"
                      r1 met a -> b ""
                      r2 saw a -> b ""
                      r3 relation a -> b "" direction=Text("both")
                    export-5.txt of annotator-2
                    export-5.txt of m1
                      a PER "Max"
                    export-2.txt of imported
                    ! in task 5, a result was not taken in, invalid type: integer `7`, expected struct Entry at line 1 column 1: export.json
                    ! in task 5, what is said of no span was not taken in, topic: export.json
                    ! the relation relation was not taken in, it leads from a to c, and not both are there: export.json
                    ! in task 5, an annotation was cancelled, and so was not taken in: export.json
                    ! task 3 was not taken in, its data holds no text: export.json
                    ! task 4 was not taken in, invalid type: integer `7`, expected struct Task at line 1 column 1: export.json
                "#]],
            ),
            (
                "UTF-16, and paths into hypertext",
                format!(
                    r#"{{"data": {{"text": "😀 Max met Éva"}}, "completions": [{{"result": [{}, {},
                      {{"id": "h", "type": "hypertextlabels", "value": {{"start": "/p[1]/text()[1]", "end": "/p[1]/text()[1]",
                        "startOffset": 0, "text": "Max", "hypertextlabels": ["PER"],
                        "globalOffsets": {{"start": 3, "end": 6}}}}}},
                      {{"id": "p", "type": "hypertextlabels", "value": {{"start": "/p[1]/text()[1]",
                        "end": "/p[1]/text()[1]", "hypertextlabels": ["PER"]}}}}]}}]}}"#,
                    region("a", 3, 6, "Max", r#""PER""#),
                    region("b", 7, 14, "met\\\\nÉva", r#""PER""#)
                ),
                expect![[r#"
                    UTF-16, and paths into hypertext
                    export-1.txt of imported
                      a PER "Max"
                      b PER "met Éva"
                      h PER "Max"
                    ! in task 1, a region was not taken in, its place is not numbers: export.json
                    ! the numbers count UTF-16 units and not code points, as 3 of 3 spans show: export.json
                "#]],
            ),
            (
                "the short form",
                r#"[{"text": "Max", "label": []}]"#.to_owned(),
                expect![[r#"
                the short form
                the file is not in the format label-studio, task 1: it has no data, as tasks of the export JSON have, and those of JSON-MIN have not: export.json
                ! task 1 was not taken in, it has no data, as tasks of the export JSON have, and those of JSON-MIN have not: export.json
            "#]],
            ),
            (
                "something else",
                "{".to_owned(),
                expect![[r#"
                something else
                the file is not in the format label-studio, EOF while parsing an object at line 1 column 1: export.json
            "#]],
            ),
        ];
        for (what, json, expected) in cases {
            expected.assert_eq(&format!("{what}\n{}", imported(&LabelStudio, &[("export.json", json)])));
        }
    }
}
