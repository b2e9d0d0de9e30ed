//! What columns hold, and what stands in them: the one description from which the JSON, the Parquet
//! schema, its metadata and the data set card are made.

use std::borrow::Cow;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value, json};

/// What a column holds.
pub(super) enum Feature {
    Text,
    Number,
    /// One of some names; where numbers stand for names, they count from 0.
    Class(Vec<String>),
    List(Box<Feature>),
    Group(Vec<(&'static str, Feature)>),
}

/// What stands in a column of a row.
pub(super) enum Cell<'a> {
    Null,
    /// A text, or the name of a class.
    Text(Cow<'a, str>),
    Number(i64),
    List(Vec<Cell<'a>>),
    /// In the order of the feature.
    Group(Vec<Cell<'a>>),
}

impl<'a> Cell<'a> {
    pub(super) fn text(text: &'a str) -> Cell<'a> {
        Cell::Text(Cow::Borrowed(text))
    }
}

impl Feature {
    /// The cell for JSON.
    pub(super) fn with<'a>(&'a self, cell: &'a Cell<'a>) -> impl Serialize + 'a {
        Described { feature: self, cell }
    }

    /// The feature as the library `datasets` writes it into files, in the form that its versions
    /// before 4 understand too.
    pub(super) fn json(&self) -> Value {
        let primitive = |dtype: &str| json!({"dtype": dtype, "_type": "Value"});
        match self {
            Feature::Text => primitive("string"),
            Feature::Number => primitive("int64"),
            Feature::Class(names) => json!({"names": names, "_type": "ClassLabel"}),
            Feature::List(item) => json!([item.json()]),
            Feature::Group(fields) => {
                let fields = fields.iter().map(|(name, feature)| ((*name).to_owned(), feature.json()));
                fields.collect::<Map<String, Value>>().into()
            }
        }
    }

    /// The feature of that name in this group.
    pub(super) fn get(&self, name: &str) -> Option<&Feature> {
        match self {
            Feature::Group(fields) => fields.iter().find(|(it, _)| *it == name).map(|(_, feature)| feature),
            Feature::List(item) => item.get(name),
            _ => None,
        }
    }

    /// The names of this class.
    pub(super) fn names(&self) -> &[String] {
        match self {
            Feature::Class(names) => names,
            _ => &[],
        }
    }
}

struct Described<'a> {
    feature: &'a Feature,
    cell: &'a Cell<'a>,
}

impl Serialize for Described<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (self.cell, self.feature) {
            (Cell::Text(text), _) => serializer.serialize_str(text),
            (Cell::Number(number), _) => serializer.serialize_i64(*number),
            (Cell::List(cells), Feature::List(feature)) => {
                serializer.collect_seq(cells.iter().map(|cell| Described { feature, cell }))
            }
            (Cell::Group(cells), Feature::Group(fields)) => {
                let mut map = serializer.serialize_map(Some(fields.len()))?;
                for ((name, feature), cell) in fields.iter().zip(cells) {
                    map.serialize_entry(name, &Described { feature, cell })?;
                }
                map.end()
            }
            (Cell::Null | Cell::List(_) | Cell::Group(_), _) => serializer.serialize_unit(),
        }
    }
}
