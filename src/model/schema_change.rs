//! Changes of a schema that take the annotations of a whole project along.
//!
//! Invariants:
//! - A change is planned before it is made: how many annotations of whom it touches is known, and
//!   no annotation goes unless the change says so.
//! - What follows from it are edits like any other, so one step takes all of it back.
//! - Of two annotations that a merge makes the same, one stays, with the relations of both.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{AnnotationId, Attribute, AttributeType, Label, Schema, SchemaPlan, SetKey};

/// A kind of thing that a schema names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SchemaPart {
    /// A label.
    Label,
    /// A kind of relation.
    Relation,
    /// An attribute.
    Attribute {
        /// Of this label or, if there is none of that name, of this relation.
        of: String,
    },
    /// A value that an attribute may have.
    Value {
        /// Of a label's or relation's …
        of: String,
        /// … attribute.
        attribute: String,
    },
}

/// What becomes of names of a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Renaming {
    /// One gets another name, which is free.
    Rename {
        /// Its name.
        from: String,
        /// Its new name.
        to: String,
    },
    /// Some become one that is there.
    Merge {
        /// Their names.
        from: Vec<String>,
        /// The name of that one.
        into: String,
    },
    /// One is taken out.
    Delete {
        /// Its name.
        name: String,
        /// True to take it out of the schema alone, and to let every annotation keep it.
        keeps: bool,
    },
    /// A label becomes several. What nobody chose a new label for keeps the old one.
    Split {
        /// Its name.
        name: String,
        /// The names of the others; those that are not there are made.
        into: Vec<String>,
        /// The label that each annotation gets.
        choices: BTreeMap<(SetKey, AnnotationId), String>,
    },
}

/// A change of a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaChange {
    /// Of what.
    pub part: SchemaPart,
    /// How.
    pub renaming: Renaming,
}

/// Why a change of a schema makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SchemaChangeError {
    /// There is no such thing.
    #[error("the schema has no {what} {name}")]
    Unknown {
        /// What was looked for, as `label`.
        what: &'static str,
        /// By which name.
        name: String,
    },
    /// The name is not free.
    #[error("there is a {what} {name} already; merging puts two together")]
    Taken {
        /// What has it.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// The name is no name.
    #[error("a name needs at least one letter, and no line ends or blanks around it")]
    Name,
    /// There is nothing to change.
    #[error("there is nothing to change")]
    Nothing,
    /// The attribute has no list of values.
    #[error("the attribute {0} takes other than listed values")]
    NoValues(String),
    /// Only labels can be split.
    #[error("only a label can be split")]
    Split,
}

/// What becomes of something by its name.
pub(super) enum Fate<'a> {
    /// It is not meant.
    Stays,
    /// It gets this name.
    Becomes(&'a str),
    /// It goes.
    Goes,
    /// It stays, and the schema knows it no more.
    Kept,
}

impl SchemaPart {
    /// What people call it.
    pub fn noun(&self) -> &'static str {
        match self {
            SchemaPart::Label => "label",
            SchemaPart::Relation => "relation",
            SchemaPart::Attribute { .. } => "attribute",
            SchemaPart::Value { .. } => "value",
        }
    }
}

impl SchemaChange {
    /// What Undo calls it: `rename label person to speaker`.
    pub fn name(&self) -> String {
        let noun = self.part.noun();
        match &self.renaming {
            Renaming::Rename { from, to } => format!("rename {noun} {from} to {to}"),
            Renaming::Merge { from, into } => format!("merge {noun} {} into {into}", from.join(", ")),
            Renaming::Delete { name, .. } => format!("delete {noun} {name}"),
            Renaming::Split { name, into, .. } => format!("split {noun} {name} into {}", into.join(", ")),
        }
    }

    /// Finds out what the schema becomes.
    ///
    /// # Errors
    /// If the change does not fit the schema.
    pub fn plan(&self, schema: &Arc<Schema>) -> Result<SchemaPlan, SchemaChangeError> {
        let mut after = Schema::clone(schema);
        let mut is_of_label = false;
        match &self.part {
            SchemaPart::Label => self.change_labels(&mut after)?,
            SchemaPart::Relation => self.change_relations(&mut after)?,
            SchemaPart::Attribute { of } | SchemaPart::Value { of, .. } => {
                is_of_label = schema.label(of).is_some();
                let attributes = match after.labels.iter_mut().find(|it| it.name == *of) {
                    Some(label) => Some(&mut label.attributes),
                    None => after.relations.iter_mut().find(|it| it.name == *of).map(|it| &mut it.attributes),
                };
                let attributes = attributes.ok_or_else(|| unknown("label or relation", of))?;
                match &self.part {
                    SchemaPart::Value { attribute, .. } => self.change_values(attributes, attribute)?,
                    _ => self.change_attributes(attributes)?,
                }
            }
        }
        if after == **schema {
            return Err(SchemaChangeError::Nothing);
        }
        Ok(SchemaPlan {
            change: self.clone(),
            before: Arc::clone(schema),
            after: Arc::new(after),
            is_of_label,
        })
    }

    /// Checks that the old names are there, and that the new one is or is not.
    fn check(&self, names: &[&str]) -> Result<(), SchemaChangeError> {
        let what = self.part.noun();
        let known = |name: &String| match names.contains(&name.as_str()) {
            true => Ok(()),
            false => Err(unknown(what, name)),
        };
        match &self.renaming {
            Renaming::Rename { from, to } => {
                known(from)?;
                check_name(to)?;
                if from == to {
                    return Err(SchemaChangeError::Nothing);
                }
                match names.contains(&to.as_str()) {
                    true => Err(SchemaChangeError::Taken { what, name: to.clone() }),
                    false => Ok(()),
                }
            }
            Renaming::Merge { from, into } => {
                known(into)?;
                if from.is_empty() || from.contains(into) {
                    return Err(SchemaChangeError::Nothing);
                }
                from.iter().try_for_each(known)
            }
            Renaming::Delete { name, .. } => known(name),
            Renaming::Split { name, into, .. } => {
                if self.part != SchemaPart::Label {
                    return Err(SchemaChangeError::Split);
                }
                if into.is_empty() || into.contains(name) {
                    return Err(SchemaChangeError::Nothing);
                }
                into.iter().try_for_each(|name| check_name(name))?;
                known(name)
            }
        }
    }

    /// What becomes of a name.
    pub(super) fn fate(&self, name: &str) -> Fate<'_> {
        match &self.renaming {
            Renaming::Rename { from, to } if from == name => Fate::Becomes(to),
            Renaming::Merge { from, into } if from.iter().any(|it| it == name) => Fate::Becomes(into),
            Renaming::Delete { name: deleted, keeps: true } if deleted == name => Fate::Kept,
            Renaming::Delete { name: deleted, .. } if deleted == name => Fate::Goes,
            _ => Fate::Stays,
        }
    }

    fn change_labels(&self, schema: &mut Schema) -> Result<(), SchemaChangeError> {
        self.check(&schema.label_names())?;
        match &self.renaming {
            Renaming::Rename { from, to } => {
                schema.labels.iter_mut().filter(|it| it.name == *from).for_each(|it| it.name.clone_from(to));
            }
            Renaming::Merge { from, into } => {
                let (gone, mut labels): (Vec<Label>, Vec<Label>) =
                    schema.labels.drain(..).partition(|it| from.contains(&it.name));
                if let Some(into) = labels.iter_mut().find(|it| it.name == *into) {
                    for label in gone {
                        into.key = into.key.or(label.key);
                        join_attributes(&mut into.attributes, label.attributes);
                    }
                }
                schema.labels = labels;
            }
            Renaming::Delete { name, .. } => schema.labels.retain(|it| it.name != *name),
            Renaming::Split { name, into, .. } => {
                let at = schema.labels.iter().position(|it| it.name == *name).unwrap_or_default();
                let attributes = schema.labels[at].attributes.clone();
                let new: Vec<Label> = into
                    .iter()
                    .filter(|name| schema.label(name).is_none())
                    .map(|name| Label { attributes: attributes.clone(), ..Label::new(name.as_str()) })
                    .collect();
                schema.labels.splice(at + 1..at + 1, new);
            }
        }
        for relation in &mut schema.relations {
            self.change_ends(&mut relation.from);
            self.change_ends(&mut relation.to);
        }
        Ok(())
    }

    /// Lets a relation's ends follow the labels. No name means any label, so the last name stays.
    fn change_ends(&self, ends: &mut Vec<String>) {
        if let Renaming::Split { name, into, .. } = &self.renaming
            && ends.contains(name)
        {
            ends.extend(into.iter().cloned());
        }
        let changed: Vec<String> = ends
            .iter()
            .filter_map(|end| match self.fate(end) {
                Fate::Becomes(name) => Some(name.to_owned()),
                Fate::Goes | Fate::Kept => None,
                Fate::Stays => Some(end.clone()),
            })
            .collect();
        if !changed.is_empty() {
            *ends = changed;
        }
        let mut seen = BTreeSet::new();
        ends.retain(|end| seen.insert(end.clone()));
    }

    fn change_relations(&self, schema: &mut Schema) -> Result<(), SchemaChangeError> {
        let names: Vec<&str> = schema.relations.iter().map(|it| it.name.as_str()).collect();
        self.check(&names)?;
        match &self.renaming {
            Renaming::Rename { from, to } => {
                let renamed = schema.relations.iter_mut().filter(|it| it.name == *from);
                renamed.for_each(|it| it.name.clone_from(to));
            }
            Renaming::Merge { from, into } => {
                let (gone, mut relations): (Vec<_>, Vec<_>) =
                    schema.relations.drain(..).partition(|it| from.contains(&it.name));
                if let Some(into) = relations.iter_mut().find(|it| it.name == *into) {
                    for relation in gone {
                        join_ends(&mut into.from, relation.from);
                        join_ends(&mut into.to, relation.to);
                        join_attributes(&mut into.attributes, relation.attributes);
                    }
                }
                schema.relations = relations;
            }
            Renaming::Delete { name, .. } => schema.relations.retain(|it| it.name != *name),
            Renaming::Split { .. } => return Err(SchemaChangeError::Split),
        }
        Ok(())
    }

    fn change_attributes(&self, attributes: &mut Vec<Attribute>) -> Result<(), SchemaChangeError> {
        let names: Vec<&str> = attributes.iter().map(|it| it.name.as_str()).collect();
        self.check(&names)?;
        match &self.renaming {
            Renaming::Rename { from, to } => {
                attributes.iter_mut().filter(|it| it.name == *from).for_each(|it| it.name.clone_from(to));
            }
            Renaming::Merge { from, into } => {
                let (gone, kept): (Vec<Attribute>, Vec<Attribute>) =
                    attributes.drain(..).partition(|it| from.contains(&it.name));
                *attributes = kept;
                let renamed = gone.into_iter().map(|it| Attribute { name: into.clone(), ..it }).collect();
                join_attributes(attributes, renamed);
            }
            Renaming::Delete { name, .. } => attributes.retain(|it| it.name != *name),
            Renaming::Split { .. } => return Err(SchemaChangeError::Split),
        }
        Ok(())
    }

    fn change_values(&self, attributes: &mut [Attribute], name: &str) -> Result<(), SchemaChangeError> {
        let attribute = attributes.iter_mut().find(|it| it.name == name);
        let attribute = attribute.ok_or_else(|| unknown("attribute", name))?;
        let (AttributeType::Choice(values) | AttributeType::MultiChoice(values)) = &mut attribute.kind else {
            return Err(SchemaChangeError::NoValues(name.to_owned()));
        };
        let names: Vec<&str> = values.iter().map(String::as_str).collect();
        self.check(&names)?;
        match &self.renaming {
            Renaming::Rename { from, to } => {
                values.iter_mut().filter(|it| *it == from).for_each(|it| it.clone_from(to));
            }
            Renaming::Merge { from, .. } => values.retain(|it| !from.contains(it)),
            Renaming::Delete { name, .. } => values.retain(|it| it != name),
            Renaming::Split { .. } => return Err(SchemaChangeError::Split),
        }
        Ok(())
    }
}

fn unknown(what: &'static str, name: &str) -> SchemaChangeError {
    SchemaChangeError::Unknown { what, name: name.to_owned() }
}

fn check_name(name: &str) -> Result<(), SchemaChangeError> {
    let is_name = !name.is_empty() && name.trim() == name && !name.contains(char::is_control);
    if is_name { Ok(()) } else { Err(SchemaChangeError::Name) }
}

/// Adds what only the others have: attributes, and values of those that both have.
fn join_attributes(attributes: &mut Vec<Attribute>, others: Vec<Attribute>) {
    for other in others {
        let Some(attribute) = attributes.iter_mut().find(|it| it.name == other.name) else {
            attributes.push(other);
            continue;
        };
        let (AttributeType::Choice(values) | AttributeType::MultiChoice(values)) = &mut attribute.kind else {
            continue;
        };
        if let AttributeType::Choice(more) | AttributeType::MultiChoice(more) = other.kind {
            for value in more {
                if !values.contains(&value) {
                    values.push(value);
                }
            }
        }
    }
}

/// Lets a relation's end be all that either may be; no name means any label.
fn join_ends(ends: &mut Vec<String>, others: Vec<String>) {
    if ends.is_empty() || others.is_empty() {
        ends.clear();
        return;
    }
    for other in others {
        if !ends.contains(&other) {
            ends.push(other);
        }
    }
}
