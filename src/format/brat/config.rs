//! `annotation.conf` and `visual.conf`: what brat lets people annotate, and in which colours.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::format::Article;
use crate::format::brat::{plain, stored};
use crate::model::{Attribute, AttributeType, Report, Schema, Severity, Value};

/// What a schema offers and articles use, by the names that brat knows it by.
#[derive(Default)]
pub(super) struct Config {
    /// Labels in the order of the schema, then others by name.
    labels: Vec<String>,
    others: BTreeSet<String>,
    /// By relation, which labels it may start at and lead to; any if empty.
    relations: BTreeMap<String, (Vec<String>, Vec<String>)>,
    attributes: BTreeMap<String, Values>,
    /// What people call that which brat stores under another name.
    displayed: BTreeMap<String, String>,
    colors: BTreeMap<String, String>,
}

/// The labels that an attribute belongs to, and its values; none if it is yes or no.
#[derive(Default)]
struct Values {
    labels: BTreeSet<String>,
    values: BTreeSet<String>,
}

impl Config {
    pub(super) fn new(schema: &Schema, report: &mut Report) -> Config {
        let mut config = Config::default();
        for label in &schema.labels {
            let name = config.named(&label.name, report);
            if let Some(color) = label.color {
                config.colors.insert(name.clone(), color.to_string());
            }
            for attribute in &label.attributes {
                config.offer(&name, attribute, report);
            }
            config.labels.push(name);
        }
        for relation in &schema.relations {
            let name = config.named(&relation.name, report);
            let ends = |labels: &[String]| labels.iter().map(|it| stored(it).into_owned()).collect();
            config.relations.insert(name, (ends(&relation.from), ends(&relation.to)));
        }
        config
    }

    /// Adds what an article uses and the schema does not offer.
    pub(super) fn add(&mut self, article: &Article, report: &mut Report) {
        let mut label = (String::new(), String::new());
        for annotation in article.set.annotations() {
            if label.0 != annotation.label {
                label = (annotation.label.clone(), self.named(&annotation.label, report));
                if !self.labels.contains(&label.1) {
                    self.others.insert(label.1.clone());
                }
            }
            for (name, value) in &annotation.attributes {
                let Some(value) = plain(value) else { continue };
                let values = self.attribute(name, report);
                if !values.labels.contains(&label.1) {
                    values.labels.insert(label.1.clone());
                }
                if !value.is_empty() {
                    values.values.insert(value);
                }
            }
        }
        for relation in article.set.relations() {
            let name = self.named(&relation.label, report);
            self.relations.entry(name).or_default();
        }
    }

    fn offer(&mut self, label: &str, attribute: &Attribute, report: &mut Report) {
        let values = self.attribute(&attribute.name, report);
        values.labels.insert(label.to_owned());
        if let AttributeType::Choice(choices) = &attribute.kind {
            values.values.extend(choices.iter().filter_map(|it| plain(&Value::Text(it.clone()))));
        }
    }

    fn attribute(&mut self, name: &str, report: &mut Report) -> &mut Values {
        let name = self.named(name, report);
        self.attributes.entry(name).or_default()
    }

    /// What brat calls it. Two names that become one are told apart by Sorot's note alone.
    fn named(&mut self, name: &str, report: &mut Report) -> String {
        let stored = stored(name).into_owned();
        match self.displayed.get(&stored) {
            Some(first) if first != name => {
                let message = format!("brat takes “{first}” and “{name}” for one, it knows both as {stored}");
                let is_said = report.problems.iter().any(|it| it.message == message);
                if !is_said {
                    report.add(Severity::Warning, Default::default(), message);
                }
            }
            Some(_) => {}
            None => drop(self.displayed.insert(stored.clone(), name.to_owned())),
        }
        stored
    }

    /// The files, by name.
    pub(super) fn files(&self) -> [(String, Vec<u8>); 2] {
        [("annotation.conf", self.annotation()), ("visual.conf", self.visual())]
            .map(|(name, text)| (name.to_owned(), text.into_bytes()))
    }

    fn annotation(&self) -> String {
        let mut out = String::from("[entities]\n");
        let mut line = |it: std::fmt::Arguments<'_>| {
            writeln!(out, "{it}").expect("a string takes what is written to it");
        };
        for label in self.labels.iter().chain(&self.others) {
            line(format_args!("{label}"));
        }
        line(format_args!("\n[relations]"));
        // Spans may nest, cross and coincide.
        line(format_args!("<OVERLAP>\tArg1:<ENTITY>, Arg2:<ENTITY>, <OVL-TYPE>:<ANY>"));
        for (relation, (from, to)) in &self.relations {
            let [from, to] =
                [from, to].map(|it| if it.is_empty() { "<ENTITY>".to_owned() } else { it.join("|") });
            line(format_args!("{relation}\tArg1:{from}, Arg2:{to}"));
        }
        line(format_args!("\n[events]\n\n[attributes]"));
        for (attribute, Values { labels, values }) in &self.attributes {
            let join = |set: &BTreeSet<String>| set.iter().map(String::as_str).collect::<Vec<_>>().join("|");
            let values = if values.is_empty() { String::new() } else { format!(", Value:{}", join(values)) };
            line(format_args!("{attribute}\tArg:{}{values}", join(labels)));
        }
        out
    }

    fn visual(&self) -> String {
        let mut out = String::from("[labels]\n");
        for (stored, name) in self.displayed.iter().filter(|(stored, name)| stored != name) {
            let name = name.replace(|it: char| it.is_control() || "|<>".contains(it), " ");
            if !name.trim().is_empty() {
                out.push_str(&format!("{stored} | {name}\n"));
            }
        }
        out.push_str("\n[drawing]\nSPAN_DEFAULT\tfgColor:black, bgColor:lightgreen, borderColor:darken\n");
        out.push_str("ARC_DEFAULT\tcolor:black, arrowHead:triangle-5\nATTRIBUTE_DEFAULT\tglyph:*\n");
        for (label, color) in &self.colors {
            out.push_str(&format!("{label}\tbgColor:{color}\n"));
        }
        out
    }
}
