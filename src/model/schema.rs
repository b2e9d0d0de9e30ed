//! What may be annotated: labels, relations and their attributes.

use super::Extra;

/// A colour as `#rrggbb` writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Color {
    /// Red, 0 to 255.
    pub red: u8,
    /// Green, 0 to 255.
    pub green: u8,
    /// Blue, 0 to 255.
    pub blue: u8,
}

impl Color {
    /// Reads `#rrggbb`.
    pub fn parse(string: &str) -> Option<Color> {
        let digits = string
            .strip_prefix('#')
            .filter(|it| it.len() == 6 && it.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        let part = |i: usize| u8::from_str_radix(&digits[i..i + 2], 16).ok();
        Some(Color { red: part(0)?, green: part(2)?, blue: part(4)? })
    }
}

impl std::fmt::Display for Color {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

/// The values an attribute takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttributeType {
    /// One of some values.
    Choice(Vec<String>),
    /// Any of some values.
    MultiChoice(Vec<String>),
    /// Yes or no.
    Boolean,
    /// A whole number.
    Integer,
    /// Free text.
    Text,
    /// ISO 3166-1 alpha-2, XK, or a four-letter code of ISO 3166-3.
    Country,
    /// The id of an entity of the set.
    Entity,
    /// A type that this version does not know, by its name: shown and kept, not checked.
    Other(String),
}

/// A named value that annotations of a label may carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// What it may be.
    pub kind: AttributeType,
    /// True if every annotation of the label should have it.
    pub required: bool,
    /// What it means; empty if the schema does not say.
    pub definition: String,
    /// Unknown keys of its file.
    pub extra: Extra,
}

/// A category that spans are given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Its name, unique in the schema.
    pub name: String,
    /// The key that gives it; always lower case.
    pub key: Option<char>,
    /// Its colour; the theme chooses one where the schema does not.
    pub color: Option<Color>,
    /// What belongs to it; empty if the schema does not say.
    pub definition: String,
    /// Examples of spans that belong to it.
    pub good_examples: Vec<String>,
    /// Examples of spans that do not.
    pub bad_examples: Vec<String>,
    /// The values its annotations may carry.
    pub attributes: Vec<Attribute>,
    /// Unknown keys of its file.
    pub extra: Extra,
}

/// A kind of directed link between annotations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelationLabel {
    /// Its name, unique in the schema: `says`.
    pub name: String,
    /// How it reads from its end: `said by`; empty if the schema does not say.
    pub inverse: String,
    /// Names of labels it may start at; any if empty.
    pub from: Vec<String>,
    /// Names of labels it may lead to; any if empty.
    pub to: Vec<String>,
    /// What it means; empty if the schema does not say.
    pub definition: String,
    /// The values its relations may carry.
    pub attributes: Vec<Attribute>,
    /// Unknown keys of its file.
    pub extra: Extra,
}

/// What may be annotated in a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    /// Its short name.
    pub id: String,
    /// Its version, free text.
    pub version: String,
    /// In the order in which they are shown.
    pub labels: Vec<Label>,
    /// In the order in which they are shown.
    pub relations: Vec<RelationLabel>,
    /// Unknown keys of its file.
    pub extra: Extra,
}

impl Schema {
    /// True if it names nothing, and so restricts nothing.
    pub fn is_open(&self) -> bool {
        self.labels.is_empty() && self.relations.is_empty()
    }

    /// The label with that name.
    pub fn label(&self, name: &str) -> Option<&Label> {
        self.labels.iter().find(|label| label.name == name)
    }

    /// The relation label with that name.
    pub fn relation(&self, name: &str) -> Option<&RelationLabel> {
        self.relations.iter().find(|relation| relation.name == name)
    }

    /// The names of all labels, in order.
    pub fn label_names(&self) -> Vec<&str> {
        self.labels.iter().map(|label| label.name.as_str()).collect()
    }

    /// The first relation that may lead from one label to another.
    pub fn relation_between(&self, from: &str, to: &str) -> Option<&RelationLabel> {
        self.relations.iter().find(|relation| relation.allows(from, to))
    }
}

impl Label {
    /// A label of that name about which nothing more is said.
    pub fn new(name: impl Into<String>) -> Label {
        Label {
            name: name.into(),
            key: None,
            color: None,
            definition: String::new(),
            good_examples: Vec::new(),
            bad_examples: Vec::new(),
            attributes: Vec::new(),
            extra: Extra::default(),
        }
    }
}

impl RelationLabel {
    /// True if it may lead from one label to another.
    pub fn allows(&self, from: &str, to: &str) -> bool {
        let is_in = |names: &[String], name: &str| names.is_empty() || names.iter().any(|it| it == name);
        is_in(&self.from, from) && is_in(&self.to, to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relation(name: &str, from: &[&str], to: &[&str]) -> RelationLabel {
        let owned = |names: &[&str]| names.iter().map(|it| (*it).to_owned()).collect();
        RelationLabel {
            name: name.to_owned(),
            inverse: String::new(),
            from: owned(from),
            to: owned(to),
            definition: String::new(),
            attributes: vec![],
            extra: Extra::default(),
        }
    }

    #[test]
    fn colours_are_read_and_written() {
        let color = Color::parse("#0a80FF").expect("six digits");
        assert_eq!((color.red, color.green, color.blue), (10, 128, 255));
        assert_eq!(color.to_string(), "#0a80ff");
        for string in ["", "#", "#fff", "0a80ff", "#0a80fg", "#0a80ff0", "#äää", "red", "#+1+1+1"] {
            assert_eq!(Color::parse(string), None, "{string:?}");
        }
    }

    #[test]
    fn names_find_labels() {
        let schema = Schema {
            labels: vec![Label::new("speaker"), Label::new("quote")],
            relations: vec![relation("says", &["speaker"], &["quote"]), relation("about", &[], &[])],
            ..Schema::default()
        };
        assert_eq!(schema.label("quote").map(|it| it.name.as_str()), Some("quote"));
        assert_eq!(schema.label("Quote"), None);
        assert_eq!(schema.label_names(), ["speaker", "quote"]);
        assert!(schema.relation("says").is_some() && schema.relation("denies").is_none());
        let between = |from, to| schema.relation_between(from, to).map(|it| it.name.as_str());
        assert_eq!(between("speaker", "quote"), Some("says"));
        assert_eq!(between("quote", "speaker"), Some("about"), "no labels named means any");
    }
}
