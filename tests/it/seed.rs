//! The seed article's gold annotation: as it was given, in our form, in both profiles.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use expect_test::expect_file;
use serde_json::Value as Json;
use sorot::file::{self, Preset, ProjectFile};
use sorot::model::{
    Annotation, AnnotationId, AnnotationSet, DocumentId, Entity, EntityId, Extra, Origin, Owner, Relation,
    RelationId, Report, Schema, SetKey, Status, Value,
};
use sorot::store::Folder;
use sorot::text::{OffsetUnit, Range, Span, Text};

const ARTICLE: &str = "articles/topmedia-ukraina.txt";

/// The gold as it was given.
fn given() -> Json {
    serde_json::from_str(include_str!("../cases/seed_gold.json")).unwrap()
}

fn list<'a>(json: &'a Json, key: &str) -> &'a [Json] {
    json[key].as_array().unwrap()
}

fn text_of(json: &Json, key: &str) -> String {
    json[key].as_str().unwrap().to_owned()
}

fn attributes(json: &Json, allowed: &BTreeSet<&str>) -> BTreeMap<String, Value> {
    let pairs = json["attributes"].as_object().unwrap();
    let pairs = pairs.iter().filter(|(name, _)| allowed.contains(name.as_str()));
    pairs
        .map(|(name, value)| {
            let value = match value {
                Json::String(text) => Value::Text(text.clone()),
                Json::Bool(boolean) => Value::Boolean(*boolean),
                other => Value::Integer(other.as_i64().unwrap()),
            };
            (name.clone(), value)
        })
        .collect()
}

/// The given gold as far as a schema holds it.
fn convert(given: &Json, schema: &Schema, text: &Text) -> AnnotationSet {
    let locate = |json: &Json| text.locate(json.as_u64().unwrap() as usize, OffsetUnit::CodePoint).unwrap();
    let spans = list(given, "spans").iter().filter_map(|span| {
        let label = schema.label(span["label"].as_str().unwrap())?;
        let allowed = label.attributes.iter().map(|it| it.name.as_str()).collect();
        let ranges = list(span, "fragments").iter();
        let ranges = ranges.map(|it| Range::new(locate(&it["start"]), locate(&it["end"])).unwrap());
        let id = AnnotationId::new(text_of(span, "id"));
        Some(Annotation {
            entity: span["entity"].as_str().map(EntityId::from),
            attributes: attributes(span, &allowed),
            origin: Origin::Manual,
            ..Annotation::new(id, label.name.clone(), Span::new(ranges).unwrap())
        })
    });
    let relations = list(given, "relations").iter().filter_map(|relation| {
        let label = schema.relation(relation["type"].as_str().unwrap())?;
        let allowed = label.attributes.iter().map(|it| it.name.as_str()).collect();
        Some(Relation {
            id: RelationId::new(text_of(relation, "id")),
            label: label.name.clone(),
            from: AnnotationId::new(text_of(relation, "from")),
            to: AnnotationId::new(text_of(relation, "to")),
            attributes: attributes(relation, &allowed),
            note: String::new(),
            origin: Origin::Manual,
            created: None,
            modified: None,
            extra: Extra::default(),
        })
    });
    let entities = list(given, "entities").iter().map(|entity| {
        let further = entity.as_object().unwrap().iter();
        let further = further.filter(|(key, _)| !["id", "kind", "name"].contains(&key.as_str()));
        Entity {
            id: EntityId::new(text_of(entity, "id")),
            kind: text_of(entity, "kind"),
            name: text_of(entity, "name"),
            extra: Extra(further.map(|(key, value)| (key.clone(), value.to_string())).collect()),
        }
    });
    AnnotationSet::new(Status::Done, spans, relations, entities)
}

/// The project's gold file is what our writer makes of the given gold, and reads back as that.
/// `UPDATE_EXPECT=1` writes the project anew.
fn check_project(folder: &str, preset: &str, name: &str, guidelines: Option<&str>) -> AnnotationSet {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(folder);
    let schema = Preset::named(preset).unwrap().schema();
    let mut project = ProjectFile::new(name, schema.clone());
    project.guidelines = guidelines.map(str::to_owned);
    let project = String::from_utf8(file::write_project(&project)).unwrap();
    expect_file![root.join("sorot.json")].assert_eq(&project);

    let mut report = Report::default();
    let opened = Folder::open(&root, &mut Report::default()).unwrap();
    assert_eq!((opened.name.as_str(), &opened.schema), (name, &schema));
    let key = SetKey { document: DocumentId::from(ARTICLE), owner: Owner::Gold };
    let mut document = opened.folder.read_document(&key.document, &mut report).unwrap();
    document.source.language = Some("id".to_owned());
    let given = given();
    assert_eq!(document.text.as_str(), given["document"]["text"].as_str().unwrap());
    let mut set = convert(&given, &schema, &document.text);
    let bytes = file::write_set(&key, &document, &set, &schema);
    let path = root.join("annotations/gold/topmedia-ukraina.txt.json");
    expect_file![path].assert_eq(&String::from_utf8(bytes).unwrap());

    let loaded = opened.folder.read_set(&key, &document, &schema, &mut report).unwrap().unwrap();
    assert!(loaded.outdated.is_none());
    assert_eq!(report.problems, []);
    set.article_extra = loaded.set.article_extra.clone();
    set.role = "gold".to_owned();
    assert_eq!(loaded.set, set);
    loaded.set
}

#[test]
fn the_full_gold_is_the_given_one() {
    let set = check_project("tests/projects/v1/seed-full", "full", "Seed, full profile", None);
    assert_eq!((set.annotations().len(), set.relations().len(), set.entities().len()), (82, 21, 9));

    // Read with nothing but a JSON parser, as a training script would.
    let path = "tests/projects/v1/seed-full/annotations/gold/topmedia-ukraina.txt.json";
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path);
    let ours: Json = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let given = given();
    let text: Vec<char> = ours["text"].as_str().unwrap().chars().collect();
    let by_id =
        |list: &[Json]| list.iter().map(|it| (text_of(it, "id"), it.clone())).collect::<BTreeMap<_, _>>();
    let (our_spans, given_spans) = (by_id(list(&ours, "spans")), by_id(list(&given, "spans")));
    assert_eq!(our_spans.len(), given_spans.len());
    for (id, span) in &our_spans {
        let (start, end) = (span["start"].as_u64().unwrap() as usize, span["end"].as_u64().unwrap() as usize);
        assert_eq!(text[start..end].iter().collect::<String>(), span["text"].as_str().unwrap());
        for key in ["label", "start", "end", "text", "entity"] {
            assert_eq!(span.get(key).unwrap_or(&Json::Null), &given_spans[id][key], "{id} {key}");
        }
        let given_attributes = given_spans[id]["attributes"].as_object().unwrap();
        let our_attributes = span["attributes"].as_object().cloned().unwrap_or_default();
        assert_eq!(&our_attributes, given_attributes, "{id}");
    }
    let (our_relations, given_relations) =
        (by_id(list(&ours, "relations")), by_id(list(&given, "relations")));
    assert_eq!(our_relations.len(), given_relations.len());
    for (id, relation) in &our_relations {
        let theirs = &given_relations[id];
        assert_eq!((&relation["label"], &relation["from"]), (&theirs["type"], &theirs["from"]), "{id}");
        assert_eq!(relation["to"], theirs["to"], "{id}");
        let our_attributes = relation["attributes"].as_object().cloned().unwrap_or_default();
        assert_eq!(&our_attributes, theirs["attributes"].as_object().unwrap(), "{id}");
    }
    assert_eq!(by_id(list(&ours, "entities")), by_id(list(&given, "entities")));
}

#[test]
fn the_sample_gold_is_the_simple_part_of_the_given_one() {
    let set = check_project("samples", "simple", "Ukraine quotes", Some("guidelines.md"));
    assert_eq!((set.annotations().len(), set.relations().len(), set.entities().len()), (68, 10, 9));
}
