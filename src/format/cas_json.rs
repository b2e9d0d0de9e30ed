//! UIMA CAS JSON 0.4 with its type system, as INCEpTION and dkpro-cassis take it; a file for each
//! article. Offsets count UTF-16 units, as all of UIMA does.
//!
//! A span is a `custom.Span` with a `label`, a relation a `custom.Relation` from `Governor` to
//! `Dependent`: the names of INCEpTION's own layers. UIMA knows no fragments, so a span with
//! several has their cover as its place and `custom.Fragment`s in its feature `fragments`. What
//! only Sorot knows stands as JSON in the feature `sorot`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;
use serde_json::Value as Json;
use serde_json::value::RawValue;

use crate::format::incoming::{Incoming, RawRelation, RawSpan};
use crate::format::{Article, Bundle, Capabilities, ExportOptions, Format, FormatError, ImportOptions, own};
use crate::model::{Place, Report, Schema, Severity};
use crate::text::OffsetUnit;

/// Holds everything but how annotations came to be.
pub(super) struct CasJson;

const ID: &str = "cas-json";

/// The names of the layers, and what they hold.
const TYPES: &str = r#"{
  "custom.Fragment": {"%NAME": "custom.Fragment", "%SUPER_TYPE": "uima.tcas.Annotation"},
  "custom.Span": {"%NAME": "custom.Span", "%SUPER_TYPE": "uima.tcas.Annotation",
    "label": {"%NAME": "label", "%RANGE": "uima.cas.String"},
    "fragments": {"%NAME": "fragments", "%RANGE": "custom.Fragment[]"},
    "sorot": {"%NAME": "sorot", "%RANGE": "uima.cas.String"}},
  "custom.Relation": {"%NAME": "custom.Relation", "%SUPER_TYPE": "uima.tcas.Annotation",
    "Governor": {"%NAME": "Governor", "%RANGE": "custom.Span"},
    "Dependent": {"%NAME": "Dependent", "%RANGE": "custom.Span"},
    "label": {"%NAME": "label", "%RANGE": "uima.cas.String"},
    "sorot": {"%NAME": "sorot", "%RANGE": "uima.cas.String"}},
  "custom.Article": {"%NAME": "custom.Article", "%SUPER_TYPE": "uima.cas.TOP",
    "sorot": {"%NAME": "sorot", "%RANGE": "uima.cas.String"}}
}"#;

impl Format for CasJson {
    fn id(&self) -> &'static str {
        ID
    }

    fn summary(&self) -> &'static str {
        "UIMA CAS JSON 0.4 with type system, for INCEpTION and dkpro-cassis"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            reads: true,
            writes: true,
            one_file: false,
            text: true,
            overlapping: true,
            discontinuous: true,
            relations: true,
            attributes: true,
            offset_unit: OffsetUnit::Utf16,
            losses: &[
                "how and when annotations came to be",
                "the article file's encoding and line ends",
                "file keys that Sorot does not know",
            ],
        }
    }

    fn export(
        &self,
        articles: &[Article],
        _options: &ExportOptions,
        schema: &Schema,
        report: &mut Report,
    ) -> Bundle {
        let files = articles.iter().map(|article| {
            article.report_orphans(report);
            (format!("{}.json", article.document.id), write(article, schema).into_bytes())
        });
        Bundle { files: files.collect() }
    }

    fn import(
        &self,
        files: &Bundle,
        options: &ImportOptions,
        _schema: &Schema,
        report: &mut Report,
    ) -> Result<Vec<Article>, FormatError> {
        let read = |(name, bytes): &(String, Vec<u8>)| read(name, bytes, options, report);
        files.files.iter().map(read).collect()
    }
}

fn quoted(string: &str) -> Json {
    Json::from(string)
}

/// Feature structures, one a line, each with its number.
struct Structures {
    lines: String,
    /// The number of the last one.
    n: usize,
    /// Those that are in the index, and so found by who looks for their type.
    members: Vec<String>,
}

impl Structures {
    /// Adds one, given what comes after its type, and gives its number.
    fn add(&mut self, kind: &str, features: &str) -> usize {
        self.n += 1;
        let separator = if self.n == 1 { "" } else { ",\n" };
        let line = format_args!("{separator}  {{\"%ID\": {}, \"%TYPE\": \"{kind}\"{features}}}", self.n);
        self.lines.write_fmt(line).expect("a string takes what is written to it");
        self.n
    }

    fn add_member(&mut self, kind: &str, features: &str) -> usize {
        let n = self.add(kind, features);
        self.members.push(n.to_string());
        n
    }
}

fn write(article: &Article, schema: &Schema) -> String {
    let (text, set) = (&article.document.text, &article.set);
    let at = |offset| text.measure(offset, OffsetUnit::Utf16);
    let mut structures = Structures { lines: String::new(), n: 0, members: Vec::new() };
    let sofa = format!(
        ", \"sofaNum\": 1, \"sofaID\": \"_InitialView\", \"mimeType\": \"text/plain\", \"sofaString\": {}",
        quoted(text.as_str())
    );
    let sofa = structures.add("uima.cas.Sofa", &sofa);
    let own = own::of_article(article).to_string();
    structures.add_member("custom.Article", &format!(", \"sorot\": {}", quoted(&own)));
    let mut placed = BTreeMap::new();
    for annotation in set.in_order(&schema.label_names()) {
        let place =
            |start, end| format!(", \"@sofa\": {sofa}, \"begin\": {}, \"end\": {}", at(start), at(end));
        let mut features = place(annotation.span.start(), annotation.span.end());
        if annotation.span.is_discontinuous() {
            let ranges = annotation.span.ranges().iter();
            let fragments: Vec<String> = ranges
                .map(|it| structures.add("custom.Fragment", &place(it.start(), it.end())).to_string())
                .collect();
            let list =
                structures.add("uima.cas.FSArray", &format!(", \"%ELEMENTS\": [{}]", fragments.join(", ")));
            features.push_str(&format!(", \"@fragments\": {list}"));
        }
        let own = own::of_annotation(annotation, article).to_string();
        features.push_str(&format!(
            ", \"label\": {}, \"sorot\": {}",
            quoted(&annotation.label),
            quoted(&own)
        ));
        let n = structures.add_member("custom.Span", &features);
        placed.insert(&annotation.id, (n, place(annotation.span.start(), annotation.span.end())));
    }
    for relation in set.relations() {
        let ends = (placed.get(&relation.from), placed.get(&relation.to));
        let (Some((from, _)), Some((to, place))) = ends else { continue };
        let own = own::of_relation(relation).to_string();
        let features = format!(
            "{place}, \"@Governor\": {from}, \"@Dependent\": {to}, \"label\": {}, \"sorot\": {}",
            quoted(&relation.label),
            quoted(&own)
        );
        structures.add_member("custom.Relation", &features);
    }
    format!(
        "{{\"%TYPES\": {TYPES},\n\"%FEATURE_STRUCTURES\": [\n{}\n],\n\"%VIEWS\": {{\"_InitialView\": \
         {{\"%SOFA\": {sofa}, \"%MEMBERS\": [{}]}}}}}}\n",
        structures.lines,
        structures.members.join(", ")
    )
}

#[derive(Deserialize)]
struct File<'a> {
    #[serde(rename = "%FEATURE_STRUCTURES", borrow)]
    structures: &'a RawValue,
}

/// A feature structure: what is common to all, and the features of its type.
#[derive(Deserialize)]
struct Structure {
    #[serde(rename = "%ID", default)]
    id: Option<i64>,
    #[serde(rename = "%TYPE")]
    kind: String,
    #[serde(rename = "@sofa")]
    sofa: Option<i64>,
    begin: Option<usize>,
    end: Option<usize>,
    #[serde(rename = "@Governor")]
    governor: Option<i64>,
    #[serde(rename = "@Dependent")]
    dependent: Option<i64>,
    #[serde(rename = "@fragments")]
    fragments: Option<i64>,
    #[serde(flatten)]
    features: BTreeMap<String, Json>,
}

impl Structure {
    fn take(&mut self, feature: &str) -> Option<String> {
        match self.features.get(feature) {
            Some(Json::String(_)) => {}
            _ => return None,
        }
        self.features.remove(feature)?.as_str().map(str::to_owned)
    }

    /// Its label: what its layer calls it, or else the layer's name.
    fn label(&mut self) -> String {
        let label = self.take("label").or_else(|| self.take("value"));
        label.unwrap_or_else(|| self.kind.rsplit('.').next().unwrap_or(&self.kind).to_owned())
    }

    /// True for what a tool says about the text's make-up and nobody annotated.
    fn is_layout(&self) -> bool {
        self.kind == "uima.tcas.DocumentAnnotation"
            || self.kind.contains(".segmentation.")
            || self.kind.contains(".metadata.")
    }

    /// The features of a foreign layer, as attributes; references to other structures have none.
    fn attributes(&mut self) -> crate::model::Attributes {
        let features = std::mem::take(&mut self.features);
        let values = features.into_iter().filter(|(name, _)| !name.starts_with(['@', '%']));
        values.map(|(name, json)| (name, own::value(json))).collect()
    }
}

fn read(
    name: &str,
    bytes: &[u8],
    options: &ImportOptions,
    report: &mut Report,
) -> Result<Article, FormatError> {
    let malformed = |message: String| FormatError::Malformed { format: ID, message, file: name.to_owned() };
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let file: File<'_> = serde_json::from_slice(bytes).map_err(|it| malformed(it.to_string()))?;
    let place = || Place { file: Some(name.to_owned()), ..Place::default() };
    let mut structures = Vec::new();
    let mut add = |id: Option<i64>, json: &str| match serde_json::from_str::<Structure>(json) {
        Ok(mut structure) => {
            structure.id = structure.id.or(id);
            structures.push(structure);
        }
        Err(error) => {
            let message = format!("a feature structure was not taken in, {error}");
            report.add(Severity::Error, place(), message);
        }
    };
    // A list, or in earlier drafts of the format an object with the numbers as keys.
    if let Ok(list) = serde_json::from_str::<Vec<&RawValue>>(file.structures.get()) {
        list.into_iter().for_each(|it| add(None, it.get()));
    } else {
        let map: BTreeMap<String, &RawValue> =
            serde_json::from_str(file.structures.get()).map_err(|it| malformed(it.to_string()))?;
        map.into_iter().for_each(|(id, it)| add(id.parse().ok(), it.get()));
    }

    let texts = structures.iter().filter_map(|it| {
        let text = it.features.get("sofaString")?.as_str()?;
        (it.kind == "uima.cas.Sofa").then_some((it.id, text.to_owned()))
    });
    let (sofa, text) = texts.into_iter().next().ok_or_else(|| malformed("it has no text".to_owned()))?;
    let stem = name.strip_suffix(".json").unwrap_or(name);
    let mut incoming = Incoming::new(ID, name, stem, text, OffsetUnit::Utf16);
    let fragments = fragments(&structures);
    let (mut n_layout, mut n_elsewhere) = (0, 0);
    let mut id_of = BTreeMap::new();
    for mut it in structures {
        if it.kind == "custom.Article" {
            if let Some(own) = it.take("sorot") {
                own::into_article(&own, &mut incoming);
            }
            continue;
        }
        if it.is_layout() {
            n_layout += 1;
            continue;
        }
        let (Some(begin), Some(end), false) = (it.begin, it.end, it.kind == "custom.Fragment") else {
            continue;
        };
        if it.sofa.is_some() && it.sofa != sofa {
            n_elsewhere += 1;
            continue;
        }
        let label = it.label();
        let own = it.take("sorot");
        let number = |id: Option<i64>| id.map(|it| it.to_string()).unwrap_or_default();
        if it.governor.is_some() || it.dependent.is_some() {
            let mut relation = RawRelation {
                id: number(it.id),
                label,
                from: number(it.governor),
                to: number(it.dependent),
                ..RawRelation::default()
            };
            match own {
                Some(own) => own::into_relation(&own, &mut relation),
                None => relation.attributes = it.attributes(),
            }
            incoming.relations.push(relation);
            continue;
        }
        let pieces = it.fragments.and_then(|list| fragments.get(&list).cloned());
        let mut span =
            RawSpan { label, pieces: pieces.unwrap_or_else(|| vec![(begin, end)]), ..RawSpan::default() };
        match own {
            Some(own) => own::into_span(&own, &mut span),
            None => span.attributes = it.attributes(),
        }
        let number = number(it.id);
        if span.id.is_empty() {
            span.id.clone_from(&number);
        }
        id_of.insert(number, span.id.clone());
        incoming.spans.push(span);
    }
    // A relation names its spans by their numbers, and may stand before them.
    for relation in &mut incoming.relations {
        for end in [&mut relation.from, &mut relation.to] {
            if let Some(id) = id_of.get(end) {
                end.clone_from(id);
            }
        }
    }
    for (n, what) in
        [(n_layout, "tokens, sentences and the like"), (n_elsewhere, "annotations of other views")]
    {
        if n > 0 {
            report.add(Severity::Note, place(), format!("{what} were not taken in, {n} of them"));
        }
    }
    Ok(incoming.finish(options, report))
}

/// The places in each list of fragments, by the list's number.
fn fragments(structures: &[Structure]) -> BTreeMap<i64, Vec<(usize, usize)>> {
    let lists: Vec<i64> = structures.iter().filter_map(|it| it.fragments).collect();
    if lists.is_empty() {
        return BTreeMap::new();
    }
    let by_id: BTreeMap<i64, &Structure> = structures.iter().filter_map(|it| Some((it.id?, it))).collect();
    let pieces = |list: &i64| {
        let elements = by_id.get(list)?.features.get("%ELEMENTS")?.as_array()?;
        let pieces = elements.iter().map(|it| {
            let piece = by_id.get(&it.as_i64()?)?;
            Some((piece.begin?, piece.end?))
        });
        Some((*list, pieces.collect::<Option<Vec<_>>>().filter(|it| !it.is_empty())?))
    };
    lists.iter().filter_map(pieces).collect()
}
