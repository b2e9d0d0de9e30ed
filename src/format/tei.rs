//! TEI P5, a file for each article, with the annotations in `standOff` and nothing in the text.
//!
//! The text is one `ab` called `text`. A span is a `span` that points into it by TEI's scheme
//! `string-range(text,offset,length,…)`, these three for each fragment; offsets count characters as
//! XPath does, which are code points. What it says is its label; its `ana` leads to a feature structure
//! with its attributes, entity, note and flags. A relation is a `link` from the first to the second,
//! its label in the structure that its `ana` leads to. Entities are feature structures. Ids are kept
//! in `n`, since an `xml:id` cannot hold every id.

use std::collections::BTreeMap;

use crate::format::portions::write_each;
use crate::format::xml::Writer;
use crate::format::{Article, Articles, Capabilities, ExportOptions, Format, Sink, own};
use crate::model::{Report, Schema, Value};
use crate::text::OffsetUnit;

/// Written only: no two projects point into texts alike.
pub(super) struct Tei;

const ID: &str = "tei";

impl Format for Tei {
    fn id(&self) -> &'static str {
        ID
    }

    fn summary(&self) -> &'static str {
        "TEI P5 with stand-off spans"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            reads: false,
            one_file: false,
            losses: &[
                "how and when annotations came to be",
                "the article file's encoding and line ends",
                "the status of the work",
                "file keys that Sorot does not know",
            ],
            ..Capabilities::WHOLE
        }
    }

    fn write(
        &self,
        articles: &mut dyn Articles,
        _options: &ExportOptions,
        schema: &Schema,
        out: &mut dyn Sink,
        report: &mut Report,
    ) {
        write_each(articles, out, report, |article, name, report| {
            article.report_orphans(report);
            let bytes = write(article, schema).finish(article.place(), report);
            [(format!("{name}.xml"), bytes)]
        });
    }
}

fn write(article: &Article, schema: &Schema) -> Writer {
    let document = &article.document;
    let mut xml = Writer::default();
    xml.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<TEI xmlns=\"http://www.tei-c.org/ns/1.0\">\n");
    xml.raw("<teiHeader>\n<fileDesc>\n<titleStmt>");
    xml.element("title", &[], document.id.as_str());
    xml.raw("<respStmt><resp>annotation</resp>");
    xml.element("name", &[("xml:id", "annotator")], article.owner.name());
    xml.raw("</respStmt></titleStmt>\n<publicationStmt><p>Exported from Sorot</p></publicationStmt>\n");
    xml.raw("<sourceDesc><p>A file of plain text</p></sourceDesc>\n</fileDesc>\n");
    if let Some(language) = &document.source.language {
        xml.raw("<profileDesc><langUsage>");
        xml.element("language", &[("ident", language)], language);
        xml.raw("</langUsage></profileDesc>\n");
    }
    xml.raw("</teiHeader>\n");
    stand_off(&mut xml, article, schema);
    xml.raw("<text><body>\n");
    xml.element("ab", &[("xml:id", "text"), ("xml:space", "preserve")], document.text.as_str());
    xml.raw("\n</body></text>\n</TEI>\n");
    xml
}

fn stand_off(xml: &mut Writer, article: &Article, schema: &Schema) {
    let (text, set) = (&article.document.text, &article.set);
    // What an empty group means the guidelines leave open, so there is none.
    if set.annotations().len() == 0 && set.entities().len() == 0 {
        return;
    }
    let mut structures = Writer::default();
    let mut n_structures = 0;
    let mut structure = |kind: &str, features: Vec<(&str, Value)>| {
        n_structures += 1;
        let id = format!("f{n_structures}");
        feature_structure(&mut structures, &id, kind, &features);
        format!("#{id}")
    };
    xml.raw("<standOff>\n");
    for entity in set.entities() {
        let mut features = vec![("id", value(entity.id.as_str())), ("kind", value(&entity.kind))];
        features.push(("name", value(&entity.name)));
        let extra = entity.extra.0.iter();
        features.extend(extra.map(|(name, json)| {
            (name.as_str(), serde_json::from_str(json).map_or_else(|_| value(json), own::value))
        }));
        structure("entity", features);
    }
    let mut id_of = BTreeMap::new();
    let annotations = set.in_order(&schema.label_names());
    if !annotations.is_empty() {
        xml.raw("<spanGrp resp=\"#annotator\">\n");
    }
    for (i, annotation) in annotations.iter().enumerate() {
        let id = format!("s{}", i + 1);
        let pieces = annotation.span.ranges().iter().map(|range| {
            let [start, end] = [range.start(), range.end()].map(|it| text.measure(it, OffsetUnit::CodePoint));
            format!("text,{start},{}", end - start)
        });
        let target = format!("#string-range({})", pieces.collect::<Vec<_>>().join(","));
        let mut features: Vec<(&str, Value)> =
            annotation.attributes.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        features.extend(annotation.entity.as_ref().map(|it| ("entity", value(it.as_str()))));
        features.extend((!annotation.note.is_empty()).then(|| ("note", value(&annotation.note))));
        let flags = (!annotation.flags.is_empty()).then(|| Value::List(annotation.flags.clone()));
        features.extend(flags.map(|it| ("flags", it)));
        let ana = if features.is_empty() { String::new() } else { structure("annotation", features) };
        let mut attributes =
            vec![("xml:id", id.as_str()), ("n", annotation.id.as_str()), ("target", target.as_str())];
        attributes.extend((!ana.is_empty()).then_some(("ana", ana.as_str())));
        xml.element("span", &attributes, &annotation.label);
        xml.raw("\n");
        id_of.insert(&annotation.id, id);
    }
    if !annotations.is_empty() {
        xml.raw("</spanGrp>\n");
    }
    let mut n_links = 0;
    for relation in set.relations() {
        let (Some(from), Some(to)) = (id_of.get(&relation.from), id_of.get(&relation.to)) else { continue };
        if n_links == 0 {
            xml.raw("<linkGrp resp=\"#annotator\">\n");
        }
        n_links += 1;
        let mut features = vec![("label", value(&relation.label))];
        features.extend(relation.attributes.iter().map(|(name, value)| (name.as_str(), value.clone())));
        features.extend((!relation.note.is_empty()).then(|| ("note", value(&relation.note))));
        let (ana, target) = (structure("relation", features), format!("#{from} #{to}"));
        let id = format!("r{n_links}");
        let attributes =
            [("xml:id", id.as_str()), ("n", relation.id.as_str()), ("target", &target), ("ana", &ana)];
        xml.element("link", &attributes, "");
        xml.raw("\n");
    }
    if n_links > 0 {
        xml.raw("</linkGrp>\n");
    }
    xml.append(structures);
    xml.raw("</standOff>\n");
}

fn value(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn feature_structure(xml: &mut Writer, id: &str, kind: &str, features: &[(&str, Value)]) {
    xml.raw(&format!("<fs xml:id=\"{id}\" type=\"{kind}\">"));
    for (name, value) in features {
        // A name is a word there.
        let name = name.replace(char::is_whitespace, "_");
        xml.raw("<f");
        xml.attribute("name", &name);
        xml.raw(">");
        match value {
            Value::Text(text) | Value::Json(text) => xml.element("string", &[], text),
            Value::Boolean(boolean) => xml.raw(&format!("<binary value=\"{boolean}\"/>")),
            Value::Integer(number) => xml.raw(&format!("<numeric value=\"{number}\"/>")),
            Value::List(all) => {
                xml.raw("<vColl org=\"list\">");
                all.iter().for_each(|it| xml.element("string", &[], it));
                xml.raw("</vColl>");
            }
        }
        xml.raw("</f>");
    }
    xml.raw("</fs>\n");
}
