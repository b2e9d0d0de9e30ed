//! UIMA CAS XMI, as INCEpTION and dkpro-cassis take it: a file for each article, and one
//! `TypeSystem.xml` that says what the features are. What the structures mean is in
//! [`cas`](crate::format::cas).
//!
//! An import takes any number of type systems. Where none says what a feature is, it is what it is
//! in every project of INCEpTION's, or else text.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::format::cas::{self, Cas, Feature, Structure};
use crate::format::each::read_each;
use crate::format::incoming::Incoming;
use crate::format::portions::write_each;
use crate::format::xml::{self, Element, Writer};
use crate::format::{
    Article, Articles, Bundle, Capabilities, ExportOptions, Format, FormatError, ImportOptions, Sign, Sink,
    Take,
};
use crate::model::{Place, Report, Schema, Severity};

/// Holds everything but how annotations came to be.
pub(super) struct CasXmi;

const ID: &str = "cas-xmi";

const TYPE_SYSTEM: &str = "TypeSystem.xml";

/// More generations than any type system has.
const MAX_ANCESTORS: usize = 64;

impl Format for CasXmi {
    fn id(&self) -> &'static str {
        ID
    }

    fn summary(&self) -> &'static str {
        "UIMA CAS XMI 1.0 with type system, for INCEpTION and dkpro-cassis"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            one_file: false,
            offset_unit: cas::UNIT,
            signs: &[Sign { ending: ".xmi", holds: &[] }],
            losses: cas::LOSSES,
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
            let bytes = write(&Cas::new(article, schema)).finish(article.place(), report);
            [(format!("{name}.xmi"), bytes)]
        });
        out.put(vec![(TYPE_SYSTEM.to_owned(), type_system().into_bytes())]);
    }

    fn read(
        &self,
        files: &Bundle,
        options: &ImportOptions,
        _schema: &Schema,
        report: &mut Report,
        take: &mut Take<'_>,
    ) -> Result<(), FormatError> {
        let malformed = |file: &String| {
            let file = file.clone();
            move |message| FormatError::Malformed { format: ID, message, file }
        };
        let mut types = Types::new();
        let mut articles = Vec::new();
        for (name, bytes) in &files.files {
            if !types.take(bytes).map_err(malformed(name))? {
                articles.push((name, bytes));
            }
        }
        if !types.is_told && !articles.is_empty() {
            let message =
                "no type system came with the articles, so features of other layers are taken for text";
            report.add(Severity::Note, Place::default(), message);
        }
        let read = |&(name, bytes): &(&String, &Vec<u8>), report: &mut Report| {
            read(name, bytes, &types, options, report).map(Some).map_err(malformed(name))
        };
        read_each(&articles, report, take, read).map(drop)
    }
}

/// The types of [`cas`] as the specification's chapter on descriptors has them.
fn type_system() -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <typeSystemDescription xmlns=\"http://uima.apache.org/resourceSpecifier\">\n<types>\n",
    );
    for kind in cas::TYPES {
        let (name, parent) = (kind.name, kind.parent);
        out += &format!(
            "<typeDescription>\n<name>{name}</name>\n<description/>\n\
             <supertypeName>{parent}</supertypeName>\n<features>\n"
        );
        for (feature, range) in kind.features {
            let range = match range.strip_suffix("[]") {
                None => format!("<rangeTypeName>{range}</rangeTypeName>"),
                Some(element) => format!(
                    "<rangeTypeName>uima.cas.FSArray</rangeTypeName><elementType>{element}</elementType>\
                     <multipleReferencesAllowed>false</multipleReferencesAllowed>"
                ),
            };
            out += &format!(
                "<featureDescription><name>{feature}</name><description/>{range}</featureDescription>\n"
            );
        }
        out += "</features>\n</typeDescription>\n";
    }
    out + "</types>\n</typeSystemDescription>\n"
}

/// Feature structures, one a line.
fn write(cas: &Cas) -> Writer {
    let mut xml = Writer::default();
    xml.raw(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <xmi:XMI xmlns:xmi=\"http://www.omg.org/XMI\" xmlns:cas=\"http:///uima/cas.ecore\" \
         xmlns:tcas=\"http:///uima/tcas.ecore\" xmlns:custom=\"http:///custom.ecore\" \
         xmi:version=\"2.0\">\n<cas:NULL xmi:id=\"0\"/>\n",
    );
    let list = |ids: &[i64]| ids.iter().map(i64::to_string).collect::<Vec<_>>().join(" ");
    for structure in &cas.structures {
        let kind = structure.kind.strip_prefix("uima.").unwrap_or(&structure.kind);
        xml.raw(&format!("<{}", kind.replace('.', ":")));
        xml.attribute("xmi:id", &structure.id.unwrap_or_default().to_string());
        for (name, feature) in &structure.features {
            match feature {
                Feature::Value(Json::String(value)) => xml.attribute(name, value),
                Feature::Value(value) => xml.attribute(name, &value.to_string()),
                Feature::Reference(id) => xml.attribute(name, &id.to_string()),
                Feature::List(ids) => xml.attribute(name, &list(ids)),
            }
        }
        xml.raw("/>\n");
    }
    xml.raw("<cas:View");
    xml.attribute("sofa", &cas::SOFA_ID.to_string());
    xml.attribute("members", &list(&cas.members));
    xml.raw("/>\n</xmi:XMI>\n");
    xml
}

fn read(
    name: &str,
    bytes: &[u8],
    types: &Types,
    options: &ImportOptions,
    report: &mut Report,
) -> Result<Article, String> {
    let mut structures = Vec::new();
    let root = xml::read(bytes, |_, element| {
        match types.structure(element) {
            Ok(structure) => structures.extend(structure),
            Err(why) => {
                let place = Place { file: Some(name.to_owned()), ..Place::default() };
                let message = format!("a feature structure was not taken in, {why}");
                report.add(Severity::Error, place, message);
            }
        }
        Ok(())
    })?;
    if root.name != "XMI" {
        return Err(format!("its root is {} and not XMI", root.name));
    }
    let stem = name.strip_suffix(".xmi").unwrap_or(name);
    cas::read(&structures, Incoming::new(ID, name, stem, "", cas::UNIT), options, report)
}

/// What is known of types, by their names.
struct Types {
    types: BTreeMap<String, Known>,
    /// True if a file told more than every project knows.
    is_told: bool,
}

#[derive(Default)]
struct Known {
    parent: String,
    features: BTreeMap<String, Range>,
}

/// What a feature holds.
struct Range {
    /// The name of a type.
    name: String,
    /// True if an array may be shared, and so is a structure of its own.
    is_shared: bool,
}

impl Types {
    fn new() -> Types {
        let range = |(feature, range): &(&str, &str)| {
            let name = if range.ends_with("[]") { "uima.cas.FSArray" } else { range };
            ((*feature).to_owned(), Range { name: name.to_owned(), is_shared: false })
        };
        let known = cas::TYPES.iter().map(|it| {
            let features = it.features.iter().map(range).collect();
            (it.name.to_owned(), Known { parent: it.parent.to_owned(), features })
        });
        Types { types: known.collect(), is_told: false }
    }

    /// Takes in a type system; false if the file is something else.
    fn take(&mut self, bytes: &[u8]) -> Result<bool, String> {
        const NAME: &str = "typeSystemDescription";
        let mut is_one = true;
        let read = xml::read(bytes, |root, child| {
            is_one = root.name == NAME;
            if !is_one {
                // The rest of a large file need not be looked at.
                return Err(String::new());
            }
            if child.name == "types" {
                child.children.iter().for_each(|it| self.take_type(it));
            }
            Ok(())
        });
        if !is_one {
            return Ok(false);
        }
        is_one = read?.name == NAME;
        self.is_told |= is_one;
        Ok(is_one)
    }

    fn take_type(&mut self, element: &Element) {
        let known = self.types.entry(element.child_text("name").to_owned()).or_default();
        element.child_text("supertypeName").clone_into(&mut known.parent);
        for feature in element.child("features").iter().flat_map(|it| &it.children) {
            let range = Range {
                name: feature.child_text("rangeTypeName").to_owned(),
                is_shared: feature.child_text("multipleReferencesAllowed") == "true",
            };
            known.features.insert(feature.child_text("name").to_owned(), range);
        }
    }

    /// The type itself and those that it is a kind of, the nearest first.
    fn lineage<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = (&'a str, Option<&'a Known>)> {
        let known = |kind: &'a str| (kind, self.types.get(kind));
        let parent = move |(_, it): &(&str, Option<&'a Known>)| Some(known(&(*it)?.parent));
        // A type that is its own ancestor ends too.
        std::iter::successors(Some(known(kind)), parent).take(MAX_ANCESTORS)
    }

    /// The element as a structure; nothing if it is none.
    fn structure(&self, element: Element) -> Result<Option<Structure>, String> {
        let kind = kind(&element);
        if kind == "uima.cas.NULL" || kind == "uima.cas.View" {
            return Ok(None);
        }
        let mut id = None;
        let mut features: Vec<(_, Feature)> = Vec::with_capacity(element.attributes.len());
        for (name, value) in element.attributes {
            match name.split_once(':') {
                Some((_, "id")) => id = value.parse().ok(),
                None if name != "xmlns" => {
                    let feature = self.feature(&kind, &name, value);
                    let feature = feature.map_err(|value| format!("its {name} leads to “{value}”"))?;
                    features.extend(feature.map(|it| (name.into(), it)));
                }
                _ => {}
            }
        }
        let mut lists: BTreeMap<String, Vec<Json>> = BTreeMap::new();
        for child in element.children {
            lists.entry(child.name).or_default().push(child.text.into());
        }
        features.extend(lists.into_iter().map(|(name, list)| (name.into(), Feature::Value(list.into()))));
        Ok(Some(Structure { id, kind: kind.into(), features }))
    }

    /// What an attribute holds; nothing if it is an empty reference.
    ///
    /// # Errors
    /// The value, if it should be a reference and is none.
    fn feature(&self, kind: &str, name: &str, value: String) -> Result<Option<Feature>, String> {
        let (range, is_shared) = self.range(kind, name);
        // A type of some allowed strings is a kind of string.
        let holds = self.lineage(range).find_map(|(it, _)| Holds::of(it));
        let mut words = value.split_ascii_whitespace();
        let feature = match holds {
            Some(Holds::One(scalar)) => Feature::Value(scalar.read(&value)),
            _ if value.trim().is_empty() => return Ok(None),
            // An array of strings has an element for each.
            Some(Holds::Many(scalar)) if scalar != Scalar::Text && !is_shared => {
                Feature::Value(words.map(|it| scalar.read(it)).collect())
            }
            Some(Holds::References) => {
                let ids: Result<_, _> = words.map(str::parse).collect();
                Feature::List(ids.map_err(|_| value)?)
            }
            _ => Feature::Reference(words.next().and_then(|it| it.parse().ok()).ok_or(value)?),
        };
        Ok(Some(feature))
    }

    /// The type of what a feature holds, and whether an array there is a structure of its own.
    fn range<'a>(&'a self, kind: &'a str, name: &str) -> (&'a str, bool) {
        match name {
            "sofa" => ("uima.cas.Sofa", false),
            "begin" | "end" | "sofaNum" => ("uima.cas.Integer", false),
            "elements" => (kind, false),
            _ => match self.lineage(kind).find_map(|(_, it)| it?.features.get(name)) {
                Some(range) => (&range.name, range.is_shared),
                None if matches!(name, "Governor" | "Dependent") => ("uima.cas.TOP", false),
                None => ("uima.cas.String", false),
            },
        }
    }
}

/// What a feature can hold that is no reference to one structure.
enum Holds {
    One(Scalar),
    Many(Scalar),
    References,
}

#[derive(Clone, Copy, PartialEq)]
enum Scalar {
    Text,
    Whole,
    Real,
    Boolean,
}

impl Holds {
    fn of(range: &str) -> Option<Holds> {
        let name = range.strip_prefix("uima.cas.")?;
        if name == "FSArray" || name == "FSList" {
            return Some(Holds::References);
        }
        let one = name.strip_suffix("Array").or_else(|| name.strip_suffix("List"));
        let scalar = match one.unwrap_or(name) {
            "String" => Scalar::Text,
            "Byte" | "Short" | "Integer" | "Long" => Scalar::Whole,
            "Float" | "Double" => Scalar::Real,
            "Boolean" => Scalar::Boolean,
            _ => return None,
        };
        Some(if one.is_some() { Holds::Many(scalar) } else { Holds::One(scalar) })
    }
}

impl Scalar {
    /// The value, or the text itself if it is none of its kind.
    fn read(self, text: &str) -> Json {
        let value = match self {
            Scalar::Text => None,
            Scalar::Whole => text.parse::<i64>().ok().map(Json::from),
            Scalar::Real => text.parse::<f64>().ok().filter(|it| it.is_finite()).map(Json::from),
            Scalar::Boolean => text.parse::<bool>().ok().map(Json::from),
        };
        value.unwrap_or_else(|| text.into())
    }
}

/// The name of an element's type: the namespace is the package, with slashes for its dots.
fn kind(element: &Element) -> String {
    let package = element.namespace.strip_prefix("http:///").unwrap_or(&element.namespace);
    match package.strip_suffix(".ecore").unwrap_or(package) {
        "" | "uima/noNamespace" => element.name.clone(),
        package => format!("{}.{}", package.replace('/', "."), element.name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of INCEpTION's make: an own layer with a link, a shared array, a list of strings and
    /// a tag, tokens, and a second view.
    const TYPE_SYSTEM: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<typeSystemDescription xmlns="http://uima.apache.org/resourceSpecifier"><types>
<typeDescription><name>webanno.custom.Quote</name><supertypeName>uima.tcas.Annotation</supertypeName><features>
<featureDescription><name>value</name><rangeTypeName>webanno.custom.Kind</rangeTypeName></featureDescription>
<featureDescription><name>sure</name><rangeTypeName>uima.cas.Boolean</rangeTypeName></featureDescription>
<featureDescription><name>n</name><rangeTypeName>uima.cas.Integer</rangeTypeName></featureDescription>
<featureDescription><name>tags</name><rangeTypeName>uima.cas.StringArray</rangeTypeName></featureDescription>
<featureDescription><name>by</name><rangeTypeName>uima.cas.FSArray</rangeTypeName><elementType>webanno.custom.ByLink</elementType></featureDescription>
<featureDescription><name>cues</name><rangeTypeName>uima.cas.FSArray</rangeTypeName><multipleReferencesAllowed>true</multipleReferencesAllowed></featureDescription>
<featureDescription><name>head</name><rangeTypeName>uima.tcas.Annotation</rangeTypeName></featureDescription>
</features></typeDescription>
<typeDescription><name>webanno.custom.Kind</name><supertypeName>uima.cas.String</supertypeName></typeDescription>
<typeDescription><name>webanno.custom.ByLink</name><supertypeName>uima.cas.TOP</supertypeName><features>
<featureDescription><name>role</name><rangeTypeName>uima.cas.String</rangeTypeName></featureDescription>
<featureDescription><name>target</name><rangeTypeName>uima.tcas.Annotation</rangeTypeName></featureDescription>
</features></typeDescription>
<typeDescription><name>a.Loop</name><supertypeName>a.Loop</supertypeName></typeDescription>
</types></typeSystemDescription>"#;

    const XMI: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<xmi:XMI xmlns:xmi="http://www.omg.org/XMI" xmlns:cas="http:///uima/cas.ecore" xmlns:a="http:///a.ecore"
 xmlns:custom="http:///webanno/custom.ecore" xmlns:m="http:///de/tudarmstadt/ukp/dkpro/core/api/metadata/type.ecore"
 xmlns:s="http:///de/tudarmstadt/ukp/dkpro/core/api/segmentation/type.ecore" xmi:version="2.0">
<cas:NULL xmi:id="0"/>
<m:DocumentMetaData xmi:id="2" sofa="1" begin="0" end="12" language="id" documentTitle="rina.txt"/>
<s:Token xmi:id="3" sofa="1" begin="0" end="2"/>
<custom:Quote xmi:id="4" sofa="1" begin="0" end="5" value="direct" sure="true" n="7" by="6" cues="7" head="3"><tags>a b</tags><tags>c</tags></custom:Quote>
<custom:Quote xmi:id="5" sofa="1" begin="7" end="12" value="" n="no"/>
<custom:ByLink xmi:id="6" role="speaker" target="5"/>
<cas:FSArray xmi:id="7" elements="5 4"/>
<a:Loop xmi:id="8" sofa="1" begin="0" end="2" why="1"/>
<custom:Quote xmi:id="9" sofa="1" begin="x" end="12"/>
<custom:Quote xmi:id="10" sofa="1" begin="1" end="2" head="nowhere"/>
<custom:Quote xmi:id="11" sofa="12" begin="1" end="2"/>
<cas:Sofa xmi:id="12" sofaNum="2" sofaID="html" sofaString="&lt;p>"/>
<cas:Sofa xmi:id="1" sofaNum="1" sofaID="_InitialView" mimeType="text" sofaString="😀 ya.&#10;Rina?"/>
<cas:View sofa="1" members="2 3 4 5"/>
</xmi:XMI>"#;

    #[test]
    fn other_layers_come_in_with_all_they_say() {
        let file = |name: &str, content: &str| (name.to_owned(), content.as_bytes().to_vec());
        // The type system comes last, and is there all the same.
        let files = Bundle { files: vec![file("a.xmi", XMI), file("z.xml", TYPE_SYSTEM)] };
        let mut report = Report::default();
        let read = CasXmi.import(&files, &ImportOptions::default(), &Schema::default(), &mut report);
        let article = &read.expect("it is XMI")[0];
        assert_eq!(article.document.id.as_str(), "rina.txt");
        assert_eq!(article.document.source.language.as_deref(), Some("id"));
        let text = &article.document.text;
        let spans = article.set.annotations().map(|it| {
            format!("{} {} “{}” {:?}", it.id.as_str(), it.label, text.surface(&it.span), it.attributes)
        });
        let relations = article
            .set
            .relations()
            .map(|it| format!("{} –{}→ {} {:?}", it.from.as_str(), it.label, it.to.as_str(), it.attributes));
        let problems = report.problems.iter().map(|it| it.to_string());
        let lines: Vec<String> = spans.chain(relations).chain(problems).collect();
        expect_test::expect![[r#"
            4 direct “😀 ya” {"layer": Text("webanno.custom.Quote"), "n": Integer(7), "sure": Boolean(true), "tags": List(["a b", "c"])}
            5 Quote “Rina?” {"n": Text("no"), "value": Text("")}
            8 Loop “😀” {"why": Text("1")}
            4 –speaker→ 5 {"feature": Text("by")}
            4 –cues→ 5 {}
            4 –cues→ 4 {}
            a feature structure was not taken in, its head leads to “nowhere”: a.xmi
            a webanno.custom.Quote was not taken in, its place is no number: a.xmi
            annotations of other views were not taken in, 1 of them: a.xmi
            references of the feature head were not taken in, they lead to no span, 1 of them: a.xmi
            tokens, sentences and the like were not taken in, 2 of them: a.xmi"#]].assert_eq(&lines.join("\n"));
    }

    #[test]
    fn what_xml_cannot_hold_is_said() {
        let mut xml = Writer::default();
        xml.element("x", &[], "a\u{b}b");
        let mut report = Report::default();
        assert_eq!(xml.finish(Place::default(), &mut report), "<x>a\u{fffd}b</x>".as_bytes());
        assert_eq!(report.problems.len(), 1);
    }
}
