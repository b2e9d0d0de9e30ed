//! Schemas as `sorot.json` holds them, and the built-in ones.

use std::collections::BTreeSet;

use crate::file::json::{
    Context, Fields, JsonFile, Object, array_lines, elements, parse, quoted, string_array,
};
use crate::model::{Attribute, AttributeType, Color, Extra, Label, RelationLabel, Report, Schema, Severity};

/// A built-in schema.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// Its short name, which the command line takes.
    pub name: &'static str,
    /// What it is for, in one sentence.
    pub description: &'static str,
    json: &'static str,
}

/// The built-in schemas; the first is the default.
pub const PRESETS: &[Preset] = &[
    Preset {
        name: "simple",
        description: "Four labels and who says what: quick to learn, enough for most work",
        json: include_str!("../../assets/schemas/simple.json"),
    },
    Preset {
        name: "full",
        description: "Cues, boilerplate and further attributes as well, for research on attribution",
        json: include_str!("../../assets/schemas/full.json"),
    },
];

impl Preset {
    /// The preset of that name.
    pub fn named(name: &str) -> Option<&'static Preset> {
        PRESETS.iter().find(|preset| preset.name == name)
    }

    /// The schema.
    pub fn schema(&self) -> Schema {
        let mut report = Report::default();
        let file = JsonFile::new(self.json.as_bytes(), self.name).expect("a preset is UTF-8");
        let object = file.root().expect("a preset is JSON");
        read_schema(object, &mut Context::new(&file, &mut report))
    }
}

/// Keys that commands have without a modifier, so that no label can have them.
const RESERVED_KEYS: &[char] = &['r', 'n'];

/// Reads a schema object; what is wrong in it is reported and left out or, where it stands beside
/// something right, kept among the extra keys.
pub(super) fn read_schema<'a>(mut object: Object<'a>, context: &mut Context<'a, '_>) -> Schema {
    object.report_duplicates(context);
    let id: Option<String> = object.get("id", "a string", context);
    let version: Option<String> = object.get("version", "a string", context);
    let mut labels: Vec<Label> = Vec::new();
    let mut keys = BTreeSet::new();
    for (json, name, object) in named_objects(&mut object, "labels", "label", context) {
        labels.push(read_label(json, name, object, &mut keys, context));
    }
    let mut relations = Vec::new();
    for (_, name, object) in named_objects(&mut object, "relations", "relation", context) {
        relations.push(read_relation_label(name, object, context));
    }
    Schema {
        id: id.unwrap_or_default(),
        version: version.unwrap_or_default(),
        labels,
        relations,
        extra: object.into_extra(),
    }
}

/// The elements of a list of objects with unique names; others are reported and left out.
fn named_objects<'a>(
    object: &mut Object<'a>,
    key: &str,
    what: &str,
    context: &mut Context<'a, '_>,
) -> Vec<(&'a str, String, Object<'a>)> {
    let list = object.take(key, elements);
    if list.is_none()
        && let Some(json) = object.peek(key)
    {
        context.problem(Severity::Error, json, format!("{} is not a list", quoted(key)));
    }
    let mut names = BTreeSet::new();
    let mut found = Vec::new();
    for json in list.unwrap_or_default() {
        let Some(mut object) = Object::parse(json) else {
            context.problem(Severity::Error, json, format!("the {what} is not an object"));
            continue;
        };
        object.report_duplicates(context);
        let name = object.take("name", |json| parse(json).filter(|name: &String| !name.is_empty()));
        match name {
            None => context.problem(Severity::Error, json, format!("the {what} has no name")),
            Some(name) if !names.insert(name.clone()) => {
                let message = format!("there are two {what}s {}; the second is left out", quoted(&name));
                context.problem(Severity::Error, json, message);
            }
            Some(name) => found.push((json, name, object)),
        }
    }
    found
}

fn read_label<'a>(
    json: &str,
    name: String,
    mut object: Object<'a>,
    keys: &mut BTreeSet<char>,
    context: &mut Context<'a, '_>,
) -> Label {
    let key = read_key(&name, &mut object, keys, context);
    let color = object.take("color", |json| Color::parse(&parse::<String>(json)?));
    if color.is_none() && object.peek("color").is_some() {
        let message = format!("the color of {} is not written as \"#rrggbb\"", quoted(&name));
        context.problem(Severity::Warning, object.peek("color").unwrap_or(json), message);
    }
    let mut extra = Extra::default();
    let (mut good_examples, mut bad_examples) = (Vec::new(), Vec::new());
    if let Some(mut examples) = object.get::<Object<'a>>("examples", "an object", context) {
        examples.report_duplicates(context);
        good_examples = examples.get("good", "a list of strings", context).unwrap_or_default();
        bad_examples = examples.get("bad", "a list of strings", context).unwrap_or_default();
        let rest = examples.into_extra();
        if !rest.0.is_empty() {
            let mut fields = Fields::default();
            fields.extra(&rest);
            extra.0.push(("examples".to_owned(), fields.one_line()));
        }
    }
    let definition = object.get("definition", "a string", context).unwrap_or_default();
    let attributes = read_attributes(&mut object, context);
    extra.0.extend(object.into_extra().0);
    Label { name, key, color, definition, good_examples, bad_examples, attributes, extra }
}

/// A label's key, if it is free.
fn read_key<'a>(
    name: &str,
    object: &mut Object<'a>,
    keys: &mut BTreeSet<char>,
    context: &mut Context<'a, '_>,
) -> Option<char> {
    let json = object.peek("key").filter(|json| *json != "null")?;
    let key = parse::<String>(json).and_then(|string| {
        let mut lower = string.chars().flat_map(char::to_lowercase);
        lower.next().filter(|key| lower.next().is_none() && !key.is_whitespace() && !key.is_control())
    });
    let message = match key {
        None => format!("the key of {} is not one letter", quoted(name)),
        Some(key) if RESERVED_KEYS.contains(&key) || !key.is_alphabetic() => {
            format!("the key {key} of {} belongs to a command; the label has none", quoted(name))
        }
        Some(key) if !keys.insert(key) => {
            format!("two labels have the key {key}; {} has none", quoted(name))
        }
        Some(key) => {
            let _: Option<String> = object.take("key", parse);
            return Some(key);
        }
    };
    context.problem(Severity::Warning, json, message);
    None
}

fn read_relation_label<'a>(
    name: String,
    mut object: Object<'a>,
    context: &mut Context<'a, '_>,
) -> RelationLabel {
    RelationLabel {
        name,
        inverse: object.get("inverse", "a string", context).unwrap_or_default(),
        from: object.get("from", "a list of labels", context).unwrap_or_default(),
        to: object.get("to", "a list of labels", context).unwrap_or_default(),
        definition: object.get("definition", "a string", context).unwrap_or_default(),
        attributes: read_attributes(&mut object, context),
        extra: object.into_extra(),
    }
}

fn read_attributes<'a>(object: &mut Object<'a>, context: &mut Context<'a, '_>) -> Vec<Attribute> {
    let mut attributes = Vec::new();
    for (json, name, mut object) in named_objects(object, "attributes", "attribute", context) {
        let kind = object.get::<String>("type", "a string", context).unwrap_or_default();
        let mut values = || object.get("values", "a list of strings", context).unwrap_or_default();
        let kind = match kind.as_str() {
            "choice" => AttributeType::Choice(values()),
            "multi_choice" => AttributeType::MultiChoice(values()),
            "boolean" => AttributeType::Boolean,
            "integer" => AttributeType::Integer,
            "text" => AttributeType::Text,
            "country" => AttributeType::Country,
            "entity" => AttributeType::Entity,
            _ => {
                let message = format!(
                    "this version does not know the type {} of the attribute {}; its values are not checked",
                    quoted(&kind),
                    quoted(&name)
                );
                context.problem(Severity::Warning, json, message);
                AttributeType::Other(kind)
            }
        };
        attributes.push(Attribute {
            name,
            kind,
            required: object.get("required", "true or false", context).unwrap_or(false),
            definition: object.get("definition", "a string", context).unwrap_or_default(),
            extra: object.into_extra(),
        });
    }
    attributes
}

/// A schema as `sorot.json` holds it, its closing brace indented by two spaces.
pub(super) fn write_schema(schema: &Schema) -> String {
    let labels: Vec<String> = schema.labels.iter().map(|label| write_label(label).one_line()).collect();
    let relations: Vec<String> =
        schema.relations.iter().map(|relation| write_relation_label(relation).one_line()).collect();
    let mut fields = Fields::default();
    fields.string("id", &schema.id);
    fields.string("version", &schema.version);
    fields.add("labels", array_lines(&labels, 4));
    fields.add("relations", array_lines(&relations, 4));
    fields.extra(&schema.extra);
    fields.lines(2)
}

fn write_label(label: &Label) -> Fields {
    let mut fields = Fields::default();
    fields.string("name", &label.name);
    if let Some(key) = label.key {
        fields.string("key", &key.to_string());
    }
    if let Some(color) = label.color {
        fields.string("color", &color.to_string());
    }
    fields.nonempty("definition", &label.definition);
    let mut examples = Fields::default();
    for (key, list) in [("good", &label.good_examples), ("bad", &label.bad_examples)] {
        if !list.is_empty() {
            examples.add(key, string_array(list));
        }
    }
    let kept = label.extra.0.iter().find(|(key, _)| key == "examples");
    if let Some(kept) = kept.and_then(|(_, json)| Object::parse(json)) {
        examples.extra(&kept.into_extra());
    }
    if !examples.is_empty() {
        fields.add("examples", examples.one_line());
    }
    write_attributes(&mut fields, &label.attributes);
    fields.extra(&label.extra);
    fields
}

fn write_relation_label(relation: &RelationLabel) -> Fields {
    let mut fields = Fields::default();
    fields.string("name", &relation.name);
    fields.nonempty("inverse", &relation.inverse);
    fields.add("from", string_array(&relation.from));
    fields.add("to", string_array(&relation.to));
    fields.nonempty("definition", &relation.definition);
    write_attributes(&mut fields, &relation.attributes);
    fields.extra(&relation.extra);
    fields
}

fn write_attributes(fields: &mut Fields, attributes: &[Attribute]) {
    let attributes: Vec<String> = attributes.iter().map(|it| write_attribute(it).one_line()).collect();
    if !attributes.is_empty() {
        fields.add("attributes", format!("[{}]", attributes.join(", ")));
    }
}

fn write_attribute(attribute: &Attribute) -> Fields {
    let mut fields = Fields::default();
    fields.string("name", &attribute.name);
    let (kind, values) = match &attribute.kind {
        AttributeType::Choice(values) => ("choice", Some(values)),
        AttributeType::MultiChoice(values) => ("multi_choice", Some(values)),
        AttributeType::Boolean => ("boolean", None),
        AttributeType::Integer => ("integer", None),
        AttributeType::Text => ("text", None),
        AttributeType::Country => ("country", None),
        AttributeType::Entity => ("entity", None),
        AttributeType::Other(kind) => (kind.as_str(), None),
    };
    fields.string("type", kind);
    if let Some(values) = values {
        fields.add("values", string_array(values));
    }
    if attribute.required {
        fields.add("required", "true");
    }
    fields.nonempty("definition", &attribute.definition);
    fields.extra(&attribute.extra);
    fields
}
