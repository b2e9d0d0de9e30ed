//! The sample project is right: in the eyes of the program, and of a script that has only JSON.
//!
//! `UPDATE_EXPECT=1` rewrites the annotation files as Sorot writes them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sorot::file::{self, ProjectFile, StoredSet};
use sorot::model::{AttributeType, Document, Owner, Report, SetKey, Status};

#[test]
fn the_project_file_has_no_problem() {
    let project = project();
    assert_eq!(project.schema.label_names(), ["speaker", "quote", "country", "weapon"]);
    let guidelines = project.guidelines.expect("the project names its guidelines");
    assert!(samples().join(guidelines).is_file());
    validate(&file::project_schema(), &json(&samples().join("sorot.json")));
}

#[test]
fn there_is_something_to_see_and_something_to_do() {
    let n_articles = files(&samples().join("articles")).len();
    let sets = gold();
    assert!(sets.len() >= 6, "{}", sets.len());
    assert_eq!(n_articles, sets.len() + 1, "one article is left for the newcomer");
    let languages: Vec<_> = sets.values().filter_map(|it| it.source.language.as_deref()).collect();
    for language in ["id", "en", "ar", "th", "ja"] {
        assert!(languages.contains(&language), "{language} is missing: {languages:?}");
    }
    let is_discontinuous = |it: &StoredSet| it.set.annotations().any(|it| it.span.is_discontinuous());
    assert!(sets.values().filter(|it| is_discontinuous(it)).count() >= 5);
}

#[test]
fn every_set_is_read_without_a_problem() {
    for (path, stored) in gold() {
        let name = path.display();
        assert_eq!(stored.annotator, "gold", "{name}");
        assert_eq!(stored.set.status(), Status::Done, "{name}");
        let article = fs::read(samples().join(&stored.path)).expect("the article is there");
        assert_eq!(file::sha256(&article), stored.source.file_sha256, "{name}");
        assert_eq!(article, stored.text.as_str().as_bytes(), "{name}");
    }
}

#[test]
fn every_set_is_written_as_it_stands() {
    let schema = project().schema;
    for (path, stored) in gold() {
        let id = stored.path.as_str().into();
        let key = SetKey { document: id, owner: Owner::named(&stored.annotator) };
        let document = Document { id: key.document.clone(), text: stored.text, source: stored.source };
        let written = file::write_set(&key, &document, &stored.set, &schema);
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            fs::write(&path, &written).expect("the sample can be written");
        }
        let is_same = fs::read(&path).expect("the sample can be read") == written;
        assert!(is_same, "Sorot would write {} otherwise", path.display());
    }
}

#[test]
fn every_span_says_what_the_text_says() {
    for (path, _) in gold() {
        let file = json(&path);
        let text: Vec<char> = file["text"].as_str().expect("text").chars().collect();
        let slice = |start: &Value, end: &Value| -> String {
            let index = |it: &Value| it.as_u64().expect("an offset") as usize;
            text[index(start)..index(end)].iter().collect()
        };
        for span in file["spans"].as_array().expect("spans") {
            let surface = match span["fragments"].as_array() {
                Some(all) => all.iter().map(|it| slice(&it[0], &it[1])).collect::<Vec<_>>().join(" "),
                None => slice(&span["start"], &span["end"]),
            };
            assert_eq!(span["text"], surface, "{}: {span}", path.display());
        }
        validate(&file::annotations_schema(), &file);
    }
}

#[test]
fn every_annotation_follows_the_guidelines() {
    let schema = project().schema;
    for (path, StoredSet { set, text, .. }) in gold() {
        let name = path.display();
        let label = |id| set.annotation(id).map(|it| it.label.as_str());
        for relation in set.relations() {
            assert_eq!(relation.label, "says", "{name}");
            let ends = (label(&relation.from), label(&relation.to));
            assert_eq!(ends, (Some("speaker"), Some("quote")), "{name}: relation {}", relation.id);
        }
        for annotation in set.annotations() {
            let surface = text.surface(&annotation.span);
            let required = match annotation.label.as_str() {
                "quote" => Some("quote_type"),
                "country" => Some("iso"),
                "weapon" => Some("weapon_class"),
                _ => None,
            };
            if let Some(required) = required {
                assert!(annotation.attributes.contains_key(required), "{name}: {surface} has no {required}");
            }
            if matches!(annotation.label.as_str(), "speaker" | "quote") {
                let is_tied = set.relations_of(&annotation.id).next().is_some();
                assert!(is_tied, "{name}: {surface} is tied to nothing");
            }
            let allowed = &schema.label(&annotation.label).expect("the schema has the label").attributes;
            for (attribute, value) in &annotation.attributes {
                let attribute = allowed.iter().find(|it| it.name == *attribute);
                let attribute = attribute.expect("the schema has the attribute");
                if let AttributeType::Choice(values) = &attribute.kind {
                    let is_allowed = values.iter().any(|it| *value == sorot::model::Value::Text(it.clone()));
                    assert!(is_allowed, "{name}: {surface} has the {} {value:?}", attribute.name);
                }
            }
            let entity = annotation.entity.as_ref().map(|id| set.entity(id));
            assert_ne!(entity, Some(None), "{name}: the entity of {surface} is missing");
        }
    }
}

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples")
}

fn project() -> ProjectFile {
    let bytes = fs::read(samples().join("sorot.json")).expect("the sample project has a project file");
    let mut report = Report::default();
    let project = file::read_project(&bytes, "sorot.json", &mut report).expect("a project file");
    assert!(report.is_empty(), "{report:?}");
    project
}

/// The gold sets by their files; reading one must raise no problem.
fn gold() -> BTreeMap<PathBuf, StoredSet> {
    let schema = project().schema;
    let read = |path: PathBuf| {
        let bytes = fs::read(&path).expect("the sample can be read");
        let mut report = Report::default();
        let name = path.display().to_string();
        let stored = file::read_set(&bytes, &name, &schema, &mut report).expect("an annotation file");
        assert!(report.is_empty(), "{report:?}");
        (path, stored)
    };
    files(&samples().join("annotations/gold")).into_iter().map(read).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    entries.map(|entry| entry.expect("the folder can be read").path()).collect()
}

fn json(path: &Path) -> Value {
    let bytes = fs::read(path).expect("the sample can be read");
    serde_json::from_slice(&bytes).expect("the sample is JSON")
}

fn validate(schema: &Value, instance: &Value) {
    let validator = jsonschema::validator_for(schema).expect("a JSON Schema");
    let errors: Vec<String> = validator.iter_errors(instance).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}
