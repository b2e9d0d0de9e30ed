//! `sorot diff`

use std::io::Write;
use std::path::PathBuf;

use anyhow::bail;
use serde_json::{Value, json};

use crate::cli::Outcome;
use crate::cli::compared::{Compared, RuleName, TokensName};
use crate::cli::output::{count, outcome, say_problems, write_json};
use crate::compare::agreement::ComparedArticle;
use crate::compare::{ComparedUnit, Content, DifferenceKind, Differs, MatchRule, compare_sets};
use crate::model::{self, Annotation, AnnotationSet, Attributes, Entity, Owner, Relation, Report};
use crate::text::{OffsetUnit, Span, Text, printable};

/// List where annotators differ, one difference a line
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A line says where (article:line:column), in what the sets differ (missing, label, boundary, attribute
or relation: the gravest of several), and what each annotator has. Articles that fewer than two have
seen are left out; of the others, those who have not seen one are not in its lines. A relation that
only one has is listed itself, and not again at its ends.

Exit code 1 if there is a difference.

With --json, an object with these keys:
  annotators   their names
  articles     {seen_by_all: how many, unseen: [{annotator, articles: [path]}]}
  differences  [{article, line, column, kind, differs, about, annotators}]: line and column count from
               1, and are null for an entity that nobody mentions; differs is a list of missing, label,
               boundary, attribute and relation; about is span, relation or entity; annotators is a
               list of {annotator, id, label, …}, id and label null for who has nothing there
               spans add start, end (code points of the article), text and attributes, relations from
               and to (ids of spans) and attributes, entities kind and name")]
pub struct Diff {
    /// The project folder
    #[arg(default_value = ".")]
    project: PathBuf,
    /// Who: two or more, with commas between; gold for the agreed reference
    #[arg(long, value_delimiter = ',', value_name = "NAME,NAME,…", required = true)]
    annotators: Vec<String>,
    /// When two spans are about the same thing: equal, sharing text, or touching the same tokens
    #[arg(long = "match", value_name = "RULE", default_value = "overlap")]
    rule: RuleName,
    /// Only differences in which a span or relation has one of these labels
    #[arg(long = "label", value_delimiter = ',', value_name = "LABEL,…")]
    labels: Vec<String>,
    /// What counts as a token
    #[arg(long, value_name = "TOKENS", default_value = "white-space")]
    tokens: TokensName,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// An article's differences, and whose sets they are between.
struct Differences<'a> {
    article: &'a ComparedArticle,
    sets: Vec<&'a AnnotationSet>,
    owners: Vec<&'a Owner>,
    units: Vec<ComparedUnit>,
}

impl Diff {
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<Outcome> {
        if self.annotators.len() < 2 {
            bail!("a difference is between two annotators or more: --annotators NAME,NAME");
        }
        let mut report = Report::default();
        let compared = Compared::read(&self.project, &self.annotators, &mut report)?;
        compared.check_labels(&self.labels)?;
        let differences: Vec<Differences<'_>> =
            compared.articles.iter().filter_map(|it| self.differences(&compared, it)).collect();
        let n_differences: usize = differences.iter().map(|it| it.units.len()).sum();

        say_problems(&report);
        if self.json {
            let units = differences.iter().flat_map(|it| it.units.iter().map(move |unit| it.json(unit)));
            let document = json!({
                "annotators": compared.owners.iter().map(Owner::name).collect::<Vec<_>>(),
                "articles": compared.seen_json(),
                "differences": units.collect::<Value>(),
            });
            write_json(out, &document)?;
        } else {
            for it in &differences {
                it.units.iter().try_for_each(|unit| writeln!(out, "{}", printable(&it.line(unit))))?;
            }
            compared.write_seen(out)?;
            writeln!(out, "{}", count(n_differences, "difference"))?;
        }
        Ok(if n_differences > 0 { Outcome::LookAt } else { outcome(&report) })
    }

    fn differences<'a>(
        &self,
        compared: &'a Compared,
        article: &'a ComparedArticle,
    ) -> Option<Differences<'a>> {
        let seen = article.sets.iter().zip(&compared.owners);
        let (sets, owners): (Vec<&AnnotationSet>, Vec<&Owner>) =
            seen.filter_map(|(set, owner)| Some((&**set.as_ref()?, owner))).unzip();
        if sets.len() < 2 {
            return None;
        }
        let rule = match self.rule {
            RuleName::Exact => MatchRule::Exact,
            RuleName::Overlap => MatchRule::Overlap,
            RuleName::Token => MatchRule::Token(self.tokens.into()),
        };
        let mut units = compare_sets(&article.text, &sets, rule);
        units.retain(|it| is_listed(it) && (self.labels.is_empty() || self.has_label(it)));
        Some(Differences { article, sets, owners, units })
    }

    fn has_label(&self, unit: &ComparedUnit) -> bool {
        match &unit.content {
            Content::Annotation(all) => all.iter().flatten().any(|it| self.labels.contains(&it.label)),
            Content::Relation(all) => all.iter().flatten().any(|it| self.labels.contains(&it.label)),
            Content::Entity(_) => false,
        }
    }
}

/// False for what is the same, and for spans that only have another relation, which is listed itself.
fn is_listed(unit: &ComparedUnit) -> bool {
    let only_relations = Differs { relations: true, ..Differs::default() };
    unit.differs != Differs::default() && unit.differs != only_relations
}

fn kind_name(kind: DifferenceKind) -> &'static str {
    match kind {
        DifferenceKind::Same => "same",
        DifferenceKind::Relation => "relation",
        DifferenceKind::Attribute => "attribute",
        DifferenceKind::Boundary => "boundary",
        DifferenceKind::Label => "label",
        DifferenceKind::Missing => "missing",
    }
}

impl Differences<'_> {
    fn line(&self, unit: &ComparedUnit) -> String {
        let article = &self.article.document;
        let place = unit.place.map(|it| format!(":{}", self.article.text.line_column(it.start())));
        let items: Vec<Option<String>> = match &unit.content {
            Content::Annotation(all) => {
                let items = all.iter().zip(&self.sets);
                items.map(|(it, set)| Some(self.span_shown(it.as_deref()?, set, unit.differs))).collect()
            }
            Content::Relation(all) => {
                let items = all.iter().zip(&self.sets);
                items.map(|(it, set)| Some(self.relation_shown(it.as_deref()?, set, unit.differs))).collect()
            }
            Content::Entity(all) => all.iter().map(|it| Some(entity_shown(it.as_deref()?))).collect(),
        };
        let items = self.owners.iter().zip(items).map(|(owner, item)| match item {
            Some(item) => format!("{}: {item}", owner.name()),
            None => format!("{}: –", owner.name()),
        });
        let kind = kind_name(unit.kind());
        format!("{article}{}: {kind}: {}", place.unwrap_or_default(), items.collect::<Vec<_>>().join("; "))
    }

    fn span_shown(&self, annotation: &Annotation, set: &AnnotationSet, differs: Differs) -> String {
        let text = &self.article.text;
        let mut shown = format!("{} {}", annotation.label, quoted(text, &annotation.span));
        if differs.boundary {
            shown += &format!(" at {}", place_shown(text, &annotation.span));
        }
        if differs.attributes {
            shown += &attributes_shown(&annotation.attributes);
            if let Some(entity) = annotation.entity.as_ref().and_then(|it| set.entity(it)) {
                shown += &format!(" as {}", entity_shown(entity));
            }
        }
        shown
    }

    fn relation_shown(&self, relation: &Relation, set: &AnnotationSet, differs: Differs) -> String {
        let text = &self.article.text;
        let [from, to] = [&relation.from, &relation.to]
            .map(|id| set.annotation(id).map_or(id.to_string(), |it| quoted(text, &it.span)));
        let attributes =
            if differs.attributes { attributes_shown(&relation.attributes) } else { String::new() };
        format!("{} {from} → {to}{attributes}", relation.label)
    }

    fn json(&self, unit: &ComparedUnit) -> Value {
        let place = unit.place.map(|it| self.article.text.line_column(it.start()));
        let differs = unit.differs;
        let named = [
            (differs.missing, "missing"),
            (differs.label, "label"),
            (differs.boundary, "boundary"),
            (differs.attributes, "attribute"),
            (differs.relations, "relation"),
        ];
        let (about, items): (&str, Vec<Option<Value>>) = match &unit.content {
            Content::Annotation(all) => {
                ("span", all.iter().map(|it| Some(self.span_json(it.as_deref()?))).collect())
            }
            Content::Relation(all) => {
                ("relation", all.iter().map(|it| Some(relation_json(it.as_deref()?))).collect())
            }
            Content::Entity(all) => {
                ("entity", all.iter().map(|it| Some(entity_json(it.as_deref()?))).collect())
            }
        };
        let items = self.owners.iter().zip(items).map(|(owner, item)| {
            let mut item = item.unwrap_or_else(|| json!({"id": null, "label": null}));
            item["annotator"] = owner.name().into();
            item
        });
        json!({
            "article": self.article.document.as_str(),
            "line": place.map(|it| it.line),
            "column": place.map(|it| it.column),
            "kind": kind_name(unit.kind()),
            "differs": named.iter().filter(|it| it.0).map(|it| it.1).collect::<Vec<_>>(),
            "about": about,
            "annotators": items.collect::<Value>(),
        })
    }

    fn span_json(&self, annotation: &Annotation) -> Value {
        let mut json = span_json(&self.article.text, annotation);
        json["attributes"] = attributes_json(&annotation.attributes);
        json
    }
}

/// A span as an object of a `--json` document: id, label, start and end in code points, text.
pub(super) fn span_json(text: &Text, annotation: &Annotation) -> Value {
    let [start, end] =
        [annotation.span.start(), annotation.span.end()].map(|it| text.measure(it, OffsetUnit::CodePoint));
    json!({
        "id": annotation.id.as_str(),
        "label": annotation.label,
        "start": start,
        "end": end,
        "text": text.surface(&annotation.span),
    })
}

fn relation_json(relation: &Relation) -> Value {
    json!({
        "id": relation.id.as_str(),
        "label": relation.label,
        "from": relation.from.as_str(),
        "to": relation.to.as_str(),
        "attributes": attributes_json(&relation.attributes),
    })
}

fn entity_json(entity: &Entity) -> Value {
    json!({"id": entity.id.as_str(), "label": null, "kind": entity.kind, "name": entity.name})
}

fn attributes_json(attributes: &Attributes) -> Value {
    let json = |value: &model::Value| match value {
        model::Value::Text(it) => Value::from(it.as_str()),
        model::Value::Boolean(it) => (*it).into(),
        model::Value::Integer(it) => (*it).into(),
        model::Value::List(list) => list.as_slice().into(),
        model::Value::Json(it) => serde_json::from_str(it).unwrap_or_else(|_| it.as_str().into()),
    };
    attributes.iter().map(|(name, value)| (name.clone(), json(value))).collect()
}

/// The begin of a span's text between quotation marks.
pub(super) fn quoted(text: &Text, span: &Span) -> String {
    const N_SHOWN: usize = 40;
    format!("\"{}\"", text.excerpt(span, N_SHOWN))
}

/// From where to where, in lines and columns, each piece by itself.
pub(super) fn place_shown(text: &Text, span: &Span) -> String {
    let pieces = span.ranges().iter();
    let pieces = pieces.map(|it| format!("{}-{}", text.line_column(it.start()), text.line_column(it.end())));
    pieces.collect::<Vec<_>>().join(", ")
}

fn attributes_shown(attributes: &Attributes) -> String {
    let shown = attributes.iter().map(|(name, value)| format!("{name}={value}"));
    format!(" {{{}}}", shown.collect::<Vec<_>>().join(", "))
}

fn entity_shown(entity: &Entity) -> String {
    format!("{} \"{}\"", if entity.kind.is_empty() { "entity" } else { &entity.kind }, entity.name)
}
