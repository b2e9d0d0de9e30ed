//! What only Sorot knows, as one JSON object for a free field of a foreign file: an annotation's
//! id, entity, attributes, note and flags, and an article's path, owner, status and entities.

use std::collections::{BTreeMap, VecDeque};

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json, json};

use crate::file;
use crate::format::Article;
use crate::format::incoming::{Incoming, RawRelation, RawSpan};
use crate::model::{Annotation, Attributes, Entity, EntityId, Extra, Relation, Status, Value};

/// An annotation without what the foreign format says by itself: label, place and text.
pub(super) fn of_annotation(annotation: &Annotation, article: &Article) -> Json {
    let whole = file::annotation_json(annotation, &article.document.text);
    without(whole, &["label", "start", "end", "fragments", "text"])
}

/// A relation without its label and ends.
pub(super) fn of_relation(relation: &Relation) -> Json {
    without(file::relation_json(relation), &["label", "from", "to"])
}

/// All that is said about the article.
pub(super) fn of_article(article: &Article) -> Json {
    let entity = |it: &Entity| {
        let mut object = Map::new();
        object.insert("id".to_owned(), it.id.as_str().into());
        object.insert("kind".to_owned(), it.kind.as_str().into());
        object.insert("name".to_owned(), it.name.as_str().into());
        for (key, value) in &it.extra.0 {
            object.insert(key.clone(), serde_json::from_str(value).unwrap_or_default());
        }
        Json::Object(object)
    };
    json!({
        "path": article.document.id.as_str(),
        "annotator": article.owner.name(),
        "status": article.set.status().name(),
        "language": article.document.source.language,
        "entities": article.set.entities().map(|it| entity(it)).collect::<Vec<_>>(),
    })
}

/// The same of an article whose text may stay out: the hash then tells which text it was.
pub(super) fn of_article_with(article: &Article, has_text: bool) -> Json {
    let mut own = of_article(article);
    if !has_text {
        own["text_sha256"] = article.document.source.text_sha256.as_str().into();
    }
    own
}

/// Takes in what [`of_annotation`] wrote.
pub(super) fn into_span(own: &str, span: &mut RawSpan) {
    if let Some(own) = object(own) {
        take_span(own, span);
    }
}

/// As [`into_span`], of what is read already.
pub(super) fn take_span(mut own: Map<String, Json>, span: &mut RawSpan) {
    let tail = tail(&mut own);
    span.id = tail.id;
    span.attributes = tail.attributes;
    span.note = tail.note;
    span.entity = string(&mut own, "entity");
    let flags = own.shift_remove("flags");
    span.flags = flags.and_then(|it| serde_json::from_value(it).ok()).unwrap_or_default();
    span.extra = extra(own);
}

/// Takes in what [`of_relation`] wrote.
pub(super) fn into_relation(own: &str, relation: &mut RawRelation) {
    if let Some(own) = object(own) {
        take_relation(own, relation);
    }
}

/// As [`into_relation`], of what is read already.
pub(super) fn take_relation(mut own: Map<String, Json>, relation: &mut RawRelation) {
    let tail = tail(&mut own);
    relation.id = tail.id;
    relation.attributes = tail.attributes;
    relation.note = tail.note;
    relation.extra = extra(own);
}

/// Relations as annotation files have them, for a format whose own relations have no free field:
/// found by label and ends.
pub(super) struct KnownRelations<'a>(BTreeMap<(String, String, String), VecDeque<&'a str>>);

/// What a relation is found by.
#[derive(Deserialize)]
struct RelationKey {
    label: String,
    from: String,
    to: String,
}

impl<'a> KnownRelations<'a> {
    /// Takes the list `relations` of an object; what is not one is passed over.
    pub(super) fn new(object: &'a str) -> KnownRelations<'a> {
        #[derive(Default, Deserialize)]
        struct Relations<'a> {
            #[serde(borrow, default)]
            relations: Vec<&'a RawValue>,
        }
        let Relations { relations } = serde_json::from_str(object).unwrap_or_default();
        let mut known: BTreeMap<_, VecDeque<&str>> = BTreeMap::new();
        for json in relations {
            if let Ok(RelationKey { label, from, to }) = serde_json::from_str(json.get()) {
                known.entry((label, from, to)).or_default().push_back(json.get());
            }
        }
        KnownRelations(known)
    }

    /// Adds to a relation, whose ends are named by the ids of their spans, what is known of it; each
    /// that is known is given once.
    pub(super) fn complete(&mut self, relation: &mut RawRelation) {
        let key = (relation.label.clone(), relation.from.clone(), relation.to.clone());
        if let Some(own) = self.0.get_mut(&key).and_then(VecDeque::pop_front) {
            into_relation(own, relation);
            for key in ["label", "from", "to"] {
                relation.extra.set(key, None);
            }
        }
    }
}

/// Takes in what [`of_article`] wrote.
pub(super) fn into_article(own: &str, article: &mut Incoming) {
    if let Some(own) = object(own) {
        take_article(own, article);
    }
}

/// As [`into_article`], of what is read already.
pub(super) fn take_article(mut own: Map<String, Json>, article: &mut Incoming) {
    if let Some(path) = string(&mut own, "path").filter(|it| is_inside(it)) {
        article.id = path;
    }
    article.owner = string(&mut own, "annotator");
    article.language = string(&mut own, "language");
    article.text_sha256 = string(&mut own, "text_sha256");
    article.status = match string(&mut own, "status").as_deref() {
        Some("new") => Status::New,
        Some("done") => Status::Done,
        _ => Status::InProgress,
    };
    let Some(Json::Array(entities)) = own.shift_remove("entities") else { return };
    for entity in entities {
        let Json::Object(mut entity) = entity else { continue };
        let Some(id) = string(&mut entity, "id") else { continue };
        article.entities.push(Entity {
            id: EntityId::new(id),
            kind: string(&mut entity, "kind").unwrap_or_default(),
            name: string(&mut entity, "name").unwrap_or_default(),
            extra: extra(entity),
        });
    }
}

/// A foreign value as an attribute's.
pub(super) fn value(json: Json) -> Value {
    match json {
        Json::String(text) => Value::Text(text),
        Json::Bool(boolean) => Value::Boolean(boolean),
        Json::Number(number) => {
            number.as_i64().map_or_else(|| Value::Json(number.to_string()), Value::Integer)
        }
        Json::Array(ref list) if list.iter().all(Json::is_string) => {
            Value::List(list.iter().filter_map(Json::as_str).map(str::to_owned).collect())
        }
        other => Value::Json(other.to_string()),
    }
}

struct Tail {
    id: String,
    attributes: Attributes,
    note: String,
}

fn tail(own: &mut Map<String, Json>) -> Tail {
    // Where it came from is now the foreign file.
    for key in ["origin", "created", "modified"] {
        own.shift_remove(key);
    }
    let attributes = match own.shift_remove("attributes") {
        Some(Json::Object(it)) => it.into_iter().map(|(name, json)| (name, value(json))).collect(),
        _ => Attributes::new(),
    };
    Tail {
        id: string(own, "id").unwrap_or_default(),
        attributes,
        note: string(own, "note").unwrap_or_default(),
    }
}

fn object(json: &str) -> Option<Map<String, Json>> {
    serde_json::from_str(json).ok()
}

fn string(object: &mut Map<String, Json>, key: &str) -> Option<String> {
    match object.shift_remove(key) {
        Some(Json::String(string)) => Some(string),
        _ => None,
    }
}

fn extra(object: Map<String, Json>) -> Extra {
    Extra(object.into_iter().map(|(key, json)| (key, json.to_string())).collect())
}

fn without(json: Json, keys: &[&str]) -> Json {
    let Json::Object(mut object) = json else { return json };
    object.retain(|key, _| !keys.contains(&key.as_str()));
    Json::Object(object)
}

/// True if a path stays in the folder that it is taken from.
pub(super) fn is_inside(path: &str) -> bool {
    !path.contains(['\\', ':', '\0']) && path.split('/').all(|part| !["", ".", ".."].contains(&part))
}
