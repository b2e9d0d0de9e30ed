//! What annotations, relations and entities have in common in every file.

use crate::file::json::{
    Context, Fields, Letters, Object, elements, letters, one_line, parse, quoted, string_array,
};
use crate::model::{Annotation, Attributes, Entity, EntityId, Extra, Origin, Relation, Timestamp, Value};

/// The keys that stand at the end of an annotation or relation.
pub(super) struct Tail {
    pub(super) attributes: Attributes,
    pub(super) note: String,
    pub(super) origin: Origin,
    pub(super) created: Option<Timestamp>,
    pub(super) modified: Option<Timestamp>,
}

/// Takes the common keys out of an object.
pub(super) fn read_tail<'a>(object: &mut Object<'a>, context: &mut Context<'a, '_>) -> Tail {
    let attributes = object.get::<Object<'a>>("attributes", "an object", context);
    Tail {
        attributes: attributes
            .map(|mut attributes| {
                attributes.report_duplicates(context);
                attributes.into_pairs().map(|(name, json)| (name, read_value(json))).collect()
            })
            .unwrap_or_default(),
        note: object.get("note", "a string", context).unwrap_or_default(),
        origin: object.take("origin", |json| context.origin(json)).unwrap_or(Origin::Unknown),
        created: object.take("created", read_timestamp),
        modified: object.take("modified", read_timestamp),
    }
}

fn read_value(json: &str) -> Value {
    let value = match json.as_bytes().first() {
        Some(b'"') => letters(json).map(|it| Value::Text(it.0.into_owned())),
        Some(b't' | b'f') => parse(json).map(Value::Boolean),
        Some(b'[') => parse(json).map(Value::List),
        _ => parse(json).map(Value::Integer),
    };
    value.unwrap_or_else(|| Value::Json(one_line(json)))
}

fn write_value(value: &Value) -> String {
    match value {
        Value::Text(text) => quoted(text),
        Value::Boolean(boolean) => boolean.to_string(),
        Value::Integer(integer) => integer.to_string(),
        Value::List(list) => string_array(list),
        Value::Json(json) => one_line(json),
    }
}

impl<'a> Context<'a, '_> {
    fn origin(&mut self, json: &'a str) -> Option<Origin> {
        match &self.origin {
            Some((known, origin)) if *known == json => Some(origin.clone()),
            _ => {
                let origin = read_origin(json)?;
                self.origin = Some((json, origin.clone()));
                Some(origin)
            }
        }
    }
}

fn read_origin(json: &str) -> Option<Origin> {
    if json == "null" {
        return None;
    }
    Some(read_known_origin(json).unwrap_or_else(|| Origin::Other(one_line(json))))
}

/// An origin of a kind, and with no more keys than, this version knows.
fn read_known_origin(json: &str) -> Option<Origin> {
    let mut object = Object::parse(json)?;
    let Letters(how) = object.take("how", letters)?;
    let origin = match &*how {
        "manual" => Origin::Manual,
        "suggested" => Origin::Suggested {
            by: object.take("by", parse)?,
            score: object.take("score", |json| {
                // Not by serde_json, whose quick way of reading is off in the last digit at times.
                json.parse().ok().filter(|score: &f64| score.is_finite())
            }),
            edited: object.take("edited", parse).unwrap_or(false),
        },
        "imported" => Origin::Imported { by: object.take("by", letters)?.0.into_owned() },
        "adjudicated" => Origin::Adjudicated { from: object.take("from", parse)? },
        _ => return None,
    };
    object.into_pairs().next().is_none().then_some(origin)
}

fn write_origin(origin: &Origin) -> Option<String> {
    let mut fields = Fields::default();
    match origin {
        Origin::Unknown => return None,
        Origin::Other(json) => return Some(one_line(json)),
        Origin::Manual => fields.string("how", "manual"),
        Origin::Suggested { by, score, edited } => {
            fields.string("how", "suggested");
            fields.string("by", by);
            if let Some(score) = score.filter(|score| score.is_finite()) {
                fields.add("score", serde_json::Value::from(score).to_string());
            }
            if *edited {
                fields.add("edited", "true");
            }
        }
        Origin::Imported { by } => {
            fields.string("how", "imported");
            fields.string("by", by);
        }
        Origin::Adjudicated { from } => {
            fields.string("how", "adjudicated");
            fields.add("from", string_array(from));
        }
    }
    Some(fields.one_line())
}

/// Reads the form that [`Timestamp::iso`] writes; any other is kept as it stands.
pub(super) fn read_timestamp(json: &str) -> Option<Timestamp> {
    Timestamp::parse(&letters(json)?.0)
}

fn write_attributes(attributes: &Attributes) -> String {
    let mut fields = Fields::default();
    for (name, value) in attributes {
        fields.add(name, write_value(value));
    }
    fields.one_line()
}

/// Adds an annotation's keys that come after its place.
pub(super) fn write_annotation_tail(fields: &mut Fields, annotation: &Annotation) {
    if let Some(entity) = &annotation.entity {
        fields.string("entity", entity.as_str());
    }
    if !annotation.attributes.is_empty() {
        fields.add("attributes", write_attributes(&annotation.attributes));
    }
    fields.nonempty("note", &annotation.note);
    if !annotation.flags.is_empty() {
        fields.add("flags", string_array(&annotation.flags));
    }
    write_end(fields, &annotation.origin, annotation.created, annotation.modified, &annotation.extra);
}

fn write_end(
    fields: &mut Fields,
    origin: &Origin,
    created: Option<Timestamp>,
    modified: Option<Timestamp>,
    extra: &Extra,
) {
    if let Some(origin) = write_origin(origin) {
        fields.add("origin", origin);
    }
    for (key, time) in [("created", created), ("modified", modified)] {
        if let Some(time) = time.and_then(Timestamp::iso) {
            fields.string(key, &time);
        }
    }
    fields.extra(extra);
}

/// A relation with its keys in the order of the file.
pub(super) fn write_relation(relation: &Relation) -> Fields {
    let mut fields = Fields::default();
    fields.string("id", relation.id.as_str());
    fields.string("label", &relation.label);
    fields.string("from", relation.from.as_str());
    fields.string("to", relation.to.as_str());
    if !relation.attributes.is_empty() {
        fields.add("attributes", write_attributes(&relation.attributes));
    }
    fields.nonempty("note", &relation.note);
    write_end(&mut fields, &relation.origin, relation.created, relation.modified, &relation.extra);
    fields
}

/// An entity with its keys in the order of the file.
pub(super) fn write_entity(entity: &Entity) -> Fields {
    let mut fields = Fields::default();
    fields.string("id", entity.id.as_str());
    fields.nonempty("kind", &entity.kind);
    fields.string("name", &entity.name);
    fields.extra(&entity.extra);
    fields
}

/// A relation as it stands in an annotation file.
pub fn relation_json(relation: &Relation) -> serde_json::Value {
    write_relation(relation).value()
}

/// Takes an annotation's own optional keys out of an object: the entity it mentions, its flags.
pub(super) fn read_entity_and_flags<'a>(
    object: &mut Object<'a>,
    context: &mut Context<'a, '_>,
) -> (Option<EntityId>, Vec<String>) {
    let entity: Option<String> = object.get("entity", "an entity's id", context);
    let flags = object.get("flags", "a list of strings", context);
    (entity.map(EntityId::new), flags.unwrap_or_default())
}

/// An entity's own keys, without its id.
pub(super) fn read_entity<'a>(id: EntityId, mut object: Object<'a>, context: &mut Context<'a, '_>) -> Entity {
    Entity {
        id,
        kind: object.get("kind", "a string", context).unwrap_or_default(),
        name: object.get("name", "a string", context).unwrap_or_default(),
        extra: object.into_extra(),
    }
}

/// Pairs of numbers, as `fragments` and `ranges` hold them.
pub(super) fn read_pairs(json: &str) -> Option<Vec<(usize, usize)>> {
    let pairs = elements(json)?.into_iter().map(parse::<(usize, usize)>).collect::<Option<Vec<_>>>()?;
    (!pairs.is_empty()).then_some(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_keep_what_they_do_not_know() {
        for (json, origin) in [
            (r#"{"how": "manual"}"#, Origin::Manual),
            (
                r#"{"how": "suggested", "by": "rules", "score": 0.93, "edited": true}"#,
                Origin::Suggested { by: "rules".into(), score: Some(0.93), edited: true },
            ),
            (r#"{"how": "imported", "by": "brat"}"#, Origin::Imported { by: "brat".into() }),
            (
                r#"{"how": "adjudicated", "from": ["a", "b"]}"#,
                Origin::Adjudicated { from: vec!["a".into(), "b".into()] },
            ),
            (r#"{"how": "manual", "by": 1}"#, Origin::Other(r#"{"how": "manual", "by": 1}"#.into())),
            (r#"{"how": "dreamt"}"#, Origin::Other(r#"{"how": "dreamt"}"#.into())),
            ("17", Origin::Other("17".into())),
        ] {
            assert_eq!(read_origin(json), Some(origin.clone()));
            assert_eq!(write_origin(&origin).as_deref(), Some(json));
        }
    }
}
