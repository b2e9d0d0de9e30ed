//! Sets for tests, in the notation of tests.

use std::collections::BTreeMap;

use crate::model::{
    Annotation, AnnotationId, AnnotationSet, Entity, EntityId, Extra, Origin, Relation, Status, Value,
};
use crate::text::Text;
use crate::text::marked::Marked;

/// A set in the notation of tests; an attribute `is` names the entity that is mentioned.
pub(super) fn set(string: &str) -> (Text, AnnotationSet) {
    let marked = Marked::parse(string).unwrap();
    let id = |number: u32| AnnotationId::from(format!("s{number}").as_str());
    let mut entities: BTreeMap<String, Entity> = BTreeMap::new();
    let annotations: Vec<Annotation> = marked
        .labels
        .iter()
        .map(|(&number, it)| {
            let mut annotation = Annotation::new(id(number), &*it.label, marked.spans[&number].clone());
            for (name, value) in &it.attributes {
                if name == "is" {
                    let id: EntityId = value.as_str().into();
                    let (kind, extra) = (String::new(), Extra::default());
                    let entity = Entity { id: id.clone(), kind, name: value.clone(), extra };
                    entities.insert(value.clone(), entity);
                    annotation.entity = Some(id);
                } else {
                    annotation.attributes.insert(name.clone(), Value::Text(value.clone()));
                }
            }
            annotation
        })
        .collect();
    let relations = marked.relations.iter().enumerate().map(|(i, it)| Relation {
        id: format!("r{i}").as_str().into(),
        label: it.label.clone(),
        from: id(it.from),
        to: id(it.to),
        attributes: BTreeMap::new(),
        note: String::new(),
        origin: Origin::Unknown,
        created: None,
        modified: None,
        extra: Extra::default(),
    });
    let set = AnnotationSet::new(Status::Done, annotations, relations, entities.into_values());
    (Text::new(marked.text), set)
}
