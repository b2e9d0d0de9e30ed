//! re3d, the "Relationship and Entity Extraction Evaluation Dataset" of Dstl and others (2017):
//! folders of three files with a JSON object on each line, documents with their texts, entities and
//! relations between two of them. Read only.
//!
//! Offsets count code points. A relation names its ends by their place alone, and the words that
//! express it (`begin`, `end`, `value`), which become its attribute `trigger`. `confidence`, of the
//! crowd that checked the data, becomes an attribute too.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::format::each::finish;
use crate::format::incoming::{Incoming, RawRelation, RawSpan};
use crate::format::line::read_lines;
use crate::format::{Bundle, Capabilities, Format, FormatError, ImportOptions, Take};
use crate::model::{Attributes, Place, Report, Schema, Severity, Value};
use crate::text::OffsetUnit;

/// Read only.
pub(super) struct Re3d;

const ID: &str = "re3d";

const DOCUMENTS: &str = "documents.json";
const ENTITIES: &str = "entities.json";
const RELATIONS: &str = "relations.json";

impl Format for Re3d {
    fn id(&self) -> &'static str {
        ID
    }

    fn summary(&self) -> &'static str {
        "re3d's folders of documents, entities and relations"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            writes: false,
            one_file: false,
            discontinuous: false,
            losses: &["where the words stand that express a relation", "titles and addresses of articles"],
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
        let mut n_folders = 0;
        for (file, bytes) in &files.files {
            let Some(folder) = folder_of(file) else { continue };
            n_folders += 1;
            let mut read = Folder::default();
            for (line, document) in rows::<Document>(file, bytes, report)? {
                let name = format!("{folder}{}.txt", document.id);
                if read.by_id.insert(document.id, read.incoming.len()).is_some() {
                    let message = "an earlier document has the same _id, and all entities go to this one";
                    report.add(Severity::Warning, in_file(file, Some(line)), message);
                }
                read.incoming.push(Incoming::new(ID, file, name, document.text, OffsetUnit::CodePoint));
            }
            let mut other = |name: &str| {
                let name = format!("{folder}{name}");
                let found = files.files.iter().find(|(file, _)| *file == name);
                if found.is_none() {
                    report.add(Severity::Warning, in_file(&name, None), "the file is not there");
                }
                found
            };
            let (entities, relations) = (other(ENTITIES), other(RELATIONS));
            if let Some((file, bytes)) = entities {
                for (line, row) in rows(file, bytes, report)? {
                    read.taken(file, line, report, |it| it.entity(row));
                }
            }
            if let Some((file, bytes)) = relations {
                for (line, row) in rows(file, bytes, report)? {
                    read.taken(file, line, report, |it| it.relation(row));
                }
            }
            if !finish(read.incoming, options, report, take) {
                break;
            }
        }
        if n_folders == 0 {
            let file = files.files.first().map(|(name, _)| name.clone()).unwrap_or_default();
            let message =
                format!("there is no {DOCUMENTS}; it is a folder of {DOCUMENTS}, {ENTITIES} and {RELATIONS}");
            return Err(FormatError::Malformed { format: ID, message, file });
        }
        Ok(())
    }
}

/// The folder of a file with documents, with `/` at its end; empty for the one on top.
fn folder_of(file: &str) -> Option<&str> {
    file.strip_suffix(DOCUMENTS).filter(|folder| folder.is_empty() || folder.ends_with('/'))
}

fn in_file(file: &str, line: Option<usize>) -> Place {
    Place { file: Some(file.to_owned()), line_column: line.map(|it| (it, 1)), ..Place::default() }
}

fn rows<T: DeserializeOwned + Send>(
    file: &str,
    bytes: &[u8],
    report: &mut Report,
) -> Result<Vec<(usize, T)>, FormatError> {
    let malformed = |message| FormatError::Malformed { format: ID, message, file: file.to_owned() };
    read_lines(file, bytes, report).map_err(malformed)
}

/// The articles of a folder.
#[derive(Default)]
struct Folder {
    incoming: Vec<Incoming>,
    /// Which of them a document is.
    by_id: BTreeMap<String, usize>,
    /// The ids of spans by document, start and end; of several at one place the first.
    by_place: BTreeMap<(usize, usize, usize), String>,
}

impl Folder {
    fn taken(
        &mut self,
        file: &str,
        line: usize,
        report: &mut Report,
        take: impl FnOnce(&mut Folder) -> Result<(), String>,
    ) {
        if let Err(why) = take(self) {
            report.add(
                Severity::Error,
                in_file(file, Some(line)),
                format!("the line was not taken in, {why}"),
            );
        }
    }

    fn document(&self, id: &str) -> Result<usize, String> {
        self.by_id.get(id).copied().ok_or_else(|| format!("there is no document {id}"))
    }

    fn entity(&mut self, entity: Entity) -> Result<(), String> {
        let i = self.document(&entity.document_id)?;
        let spans = &mut self.incoming[i].spans;
        // The file's own ids are made of the document's and of what stands beside them.
        let id = format!("s{}", spans.len() + 1);
        self.by_place.entry((i, entity.begin, entity.end)).or_insert_with(|| id.clone());
        spans.push(RawSpan {
            id,
            label: entity.label,
            pieces: vec![(entity.begin, entity.end)],
            surface: entity.value,
            attributes: attributes(entity.confidence.as_deref(), None),
            ..RawSpan::default()
        });
        Ok(())
    }

    fn relation(&mut self, relation: Relation) -> Result<(), String> {
        let i = self.document(&relation.document_id)?;
        let end = |start, end| {
            let missing = || format!("there is no entity at {start}–{end}, where the relation leads");
            self.by_place.get(&(i, start, end)).cloned().ok_or_else(missing)
        };
        let from = end(relation.source_begin, relation.source_end)?;
        let to = end(relation.target_begin, relation.target_end)?;
        self.incoming[i].relations.push(RawRelation {
            label: relation.label,
            from,
            to,
            attributes: attributes(relation.confidence.as_deref(), relation.value),
            ..RawRelation::default()
        });
        Ok(())
    }
}

#[derive(Deserialize)]
struct Document {
    #[serde(rename = "_id")]
    id: String,
    text: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entity {
    document_id: String,
    begin: usize,
    end: usize,
    #[serde(rename = "type")]
    label: String,
    value: Option<String>,
    confidence: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Relation {
    document_id: String,
    source_begin: usize,
    source_end: usize,
    target_begin: usize,
    target_end: usize,
    #[serde(rename = "type")]
    label: String,
    value: Option<String>,
    confidence: Option<Box<RawValue>>,
}

fn attributes(confidence: Option<&RawValue>, trigger: Option<String>) -> Attributes {
    let confidence = confidence.map(|it| ("confidence".to_owned(), Value::Json(it.get().to_owned())));
    let trigger = trigger.filter(|it| !it.trim().is_empty());
    confidence.into_iter().chain(trigger.map(|it| ("trigger".to_owned(), Value::Text(it)))).collect()
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::format::testing::imported;

    const DOCUMENT: &str = r#"{"_id": "D1", "title": "T", "text": "Éva said “Kyiv” fell."}"#;

    #[test]
    fn relations_lead_to_what_stands_at_their_ends() {
        let entities = concat!(
            r#"{"_id": "D1-0-Person", "begin": 0, "end": 3, "type": "Person", "value": "Éva", "documentId": "D1", "confidence": 0.986}"#,
            "\n",
            r#"{"begin": 9, "end": 15, "type": "Location", "value": "'Kyiv'", "documentId": "D1"}"#,
            "\n",
            r#"{"begin": 9, "end": 15, "type": "Quote", "value": "“Kyiv”", "documentId": "D1", "confidence": 1}"#,
            "\n",
            r#"{"begin": 16, "end": 20, "type": "Verb", "value": "rose", "documentId": "D1"}"#,
            "\n",
            r#"{"begin": 0, "end": 3, "type": "Person", "documentId": "D2"}"#,
        );
        let relations = concat!(
            r#"{"begin": 4, "end": 8, "value": "said", "sourceBegin": 0, "sourceEnd": 3, "targetBegin": 9, "targetEnd": 15, "type": "Likes", "documentId": "D1", "confidence": 1}"#,
            "\n",
            r#"{"begin": 3, "end": 4, "value": " ", "sourceBegin": 0, "sourceEnd": 2, "targetBegin": 9, "targetEnd": 15, "type": "Likes", "documentId": "D1", "confidence": 1}"#,
            "\n{",
        );
        let files = [
            ("x/documents.json", DOCUMENT),
            ("x/entities.json", entities),
            ("x/relations.json", relations),
            ("x/LICENSE", "free"),
        ];
        expect![[r#"
            x/D1.txt of imported
              s1 Person "Éva" confidence=Json("0.986")
              s2 Location "“Kyiv”"
              s3 Quote "“Kyiv”" confidence=Json("1")
              r1 Likes s1 -> s2 "" confidence=Json("1") trigger=Text("said")
            ! the line was not taken in, there is no document D2: x/entities.json:5:1
            ! the line was not taken in, EOF while parsing an object: x/relations.json:3:1
            ! the line was not taken in, there is no entity at 0–2, where the relation leads: x/relations.json:2:1
            ! the span s4 Verb at 16–20 was not taken in, the text there is “fell” and not “rose”: x/documents.json
        "#]].assert_eq(&imported(&Re3d, &files));
    }

    #[test]
    fn a_folder_without_its_files_says_so() {
        expect![[r#"
            D1.txt of imported
            ! the file is not there: entities.json
            ! the file is not there: relations.json
        "#]]
        .assert_eq(&imported(&Re3d, &[("documents.json", DOCUMENT)]));
        expect![[r#"
            the file is not in the format re3d, there is no documents.json; it is a folder of documents.json, entities.json and relations.json: entities.json
        "#]].assert_eq(&imported(&Re3d, &[("entities.json", "{}")]));
    }
}
