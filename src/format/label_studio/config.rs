//! The labelling configuration: which labels, relations and attributes Label Studio shows.

use std::collections::{BTreeMap, BTreeSet};

use crate::format::Article;
use crate::format::label_studio::words;
use crate::format::unused::unused;
use crate::format::xml::Writer;
use crate::model::{Attribute, AttributeType, Place, Report, Schema};

/// What a schema offers and articles use.
#[derive(Default)]
pub(super) struct Config {
    /// Name, colour and key of each label.
    labels: Vec<(String, Option<String>, Option<char>)>,
    relations: Vec<String>,
    /// By name, which is what results call them.
    attributes: BTreeMap<String, Control>,
    /// What results call the labels: no attribute is called so.
    pub(super) labels_name: String,
    /// What results call the text.
    pub(super) text_name: String,
}

/// How an attribute is asked for.
#[derive(Default)]
pub(super) struct Control {
    /// The values to choose from; none if it is typed.
    choices: Vec<String>,
    is_multiple: bool,
    labels: BTreeSet<String>,
}

impl Control {
    /// The type of its results, and the key under which they have their words.
    pub(super) fn kind(&self) -> (&'static str, &'static str) {
        if self.choices.is_empty() { ("textarea", "text") } else { ("choices", "choices") }
    }
}

impl Config {
    pub(super) fn new(schema: &Schema) -> Config {
        let mut config = Config::default();
        for label in &schema.labels {
            config.labels.push((label.name.clone(), label.color.map(|it| it.to_string()), label.key));
            label.attributes.iter().for_each(|it| config.offer(&label.name, it));
        }
        config.relations = schema.relations.iter().map(|it| it.name.clone()).collect();
        config
    }

    /// Names the labels and the text, once all is there.
    pub(super) fn name(&mut self) {
        let mut names = self.attributes.keys().cloned().collect();
        self.labels_name = unused("label", &mut names);
        self.text_name = unused("text", &mut names);
    }

    /// The control of an attribute that the schema offers or an article uses.
    pub(super) fn control(&self, attribute: &str) -> Option<&Control> {
        self.attributes.get(attribute)
    }

    fn offer(&mut self, label: &str, attribute: &Attribute) {
        let control = self.asked(&attribute.name, label);
        let (choices, is_multiple) = match &attribute.kind {
            AttributeType::Choice(choices) => (choices.clone(), false),
            AttributeType::MultiChoice(choices) => (choices.clone(), true),
            AttributeType::Boolean => (["true", "false"].map(str::to_owned).to_vec(), false),
            _ => return,
        };
        let new = choices.into_iter().filter(|it| !control.choices.contains(it)).collect::<Vec<_>>();
        control.choices.extend(new);
        control.is_multiple |= is_multiple;
    }

    /// Adds what an article uses and the schema does not offer.
    pub(super) fn add(&mut self, article: &Article) {
        for annotation in article.set.annotations() {
            if !self.labels.iter().any(|(name, ..)| *name == annotation.label) {
                self.labels.push((annotation.label.clone(), None, None));
            }
            for (name, value) in &annotation.attributes {
                let Some(words) = words(value) else { continue };
                let control = self.asked(name, &annotation.label);
                control.is_multiple |= words.len() > 1;
                if !control.choices.is_empty() {
                    let new =
                        words.into_iter().filter(|it| !control.choices.contains(it)).collect::<Vec<_>>();
                    control.choices.extend(new);
                }
            }
        }
        for relation in article.set.relations() {
            if !self.relations.contains(&relation.label) {
                self.relations.push(relation.label.clone());
            }
        }
    }

    fn asked(&mut self, attribute: &str, label: &str) -> &mut Control {
        let control = self.attributes.entry(attribute.to_owned()).or_default();
        if !control.labels.contains(label) {
            control.labels.insert(label.to_owned());
        }
        control
    }

    /// The configuration, as people paste it.
    pub(super) fn xml(&self, report: &mut Report) -> Vec<u8> {
        let mut out = Writer::default();
        out.raw("<View>\n  <Labels");
        out.attribute("name", &self.labels_name);
        out.attribute("toName", &self.text_name);
        out.raw(">\n");
        for (label, color, key) in &self.labels {
            out.raw("    <Label");
            out.attribute("value", label);
            if let Some(color) = color {
                out.attribute("background", color);
            }
            if let Some(key) = key {
                out.attribute("hotkey", &key.to_string());
            }
            out.raw("/>\n");
        }
        out.raw("  </Labels>\n  <Text");
        out.attribute("name", &self.text_name);
        out.attribute("value", "$text");
        out.raw("/>\n");
        for (name, control) in &self.attributes {
            let tag = if control.choices.is_empty() { "TextArea" } else { "Choices" };
            out.raw(&format!("  <{tag}"));
            out.attribute("name", name);
            out.attribute("toName", &self.text_name);
            out.raw(" perRegion=\"true\"");
            out.attribute("whenTagName", &self.labels_name);
            let labels: Vec<&str> = control.labels.iter().map(String::as_str).collect();
            out.attribute("whenLabelValue", &labels.join(","));
            if control.choices.is_empty() {
                out.raw(" editable=\"true\"/>\n");
                continue;
            }
            out.raw(if control.is_multiple { " choice=\"multiple\">\n" } else { " choice=\"single\">\n" });
            for choice in &control.choices {
                out.raw("    <Choice");
                out.attribute("value", choice);
                out.raw("/>\n");
            }
            out.raw("  </Choices>\n");
        }
        if !self.relations.is_empty() {
            out.raw("  <Relations>\n");
            for relation in &self.relations {
                out.raw("    <Relation");
                out.attribute("value", relation);
                out.raw("/>\n");
            }
            out.raw("  </Relations>\n");
        }
        out.raw("</View>\n");
        out.finish(Place::default(), report)
    }
}
