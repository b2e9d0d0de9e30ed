//! What the forms of a UIMA CAS share: feature structures, the types of those that Sorot writes,
//! and what structures mean, its own and others'.
//!
//! A span is a `custom.Span` with a `label`, a relation a `custom.Relation` from `Governor` to
//! `Dependent`: the names of INCEpTION's own layers. UIMA knows no fragments, so a span with
//! several has their cover as its place and `custom.Fragment`s in its feature `fragments`. What
//! only Sorot knows stands as JSON in the feature `sorot`.
//!
//! Of other layers each annotation with a place is a span: its label is the feature `label` or
//! `value`, or else the layer's name; its other features are attributes. A feature that leads from
//! one span to another is a relation with the feature's name, or, through one of INCEpTION's links,
//! with the link's role.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::format::incoming::{Incoming, RawRelation, RawSpan};
use crate::format::{Article, ImportOptions, own};
use crate::model::{Attributes, Place, Report, Schema, Severity};
use crate::text::{Offset, OffsetUnit};

/// What the losses of both forms are.
pub(super) const LOSSES: &[&str] = &[
    "how and when annotations came to be",
    "the article file's encoding and line ends",
    "file keys that Sorot does not know",
];

/// What a span's own numbers count, as all of UIMA does.
pub(super) const UNIT: OffsetUnit = OffsetUnit::Utf16;

/// The view that every CAS has.
pub(super) const VIEW: &str = "_InitialView";

const SPAN: &str = "custom.Span";
const RELATION: &str = "custom.Relation";
const FRAGMENT: &str = "custom.Fragment";
const ARTICLE: &str = "custom.Article";
const SOFA: &str = "uima.cas.Sofa";
const DOCUMENT: &str = "uima.tcas.DocumentAnnotation";

/// How many references a file may have. Features may share a list, so that a small file could name
/// more than any memory holds.
const MAX_REFERENCES: usize = 4_000_000;

/// A type of feature structures.
pub(super) struct Type {
    pub(super) name: &'static str,
    pub(super) parent: &'static str,
    /// Names of features and what they hold; what ends in `[]` is a list.
    pub(super) features: &'static [(&'static str, &'static str)],
}

const STRING: &str = "uima.cas.String";
const ANNOTATION: &str = "uima.tcas.Annotation";

/// The types of what is written, but for UIMA's own.
pub(super) const TYPES: &[Type] = &[
    Type { name: FRAGMENT, parent: ANNOTATION, features: &[] },
    Type {
        name: SPAN,
        parent: ANNOTATION,
        features: &[("label", STRING), ("fragments", "custom.Fragment[]"), ("sorot", STRING)],
    },
    Type {
        name: RELATION,
        parent: ANNOTATION,
        features: &[("Governor", SPAN), ("Dependent", SPAN), ("label", STRING), ("sorot", STRING)],
    },
    Type { name: ARTICLE, parent: "uima.cas.TOP", features: &[("sorot", STRING)] },
];

/// A feature structure: a number, a type, and features.
pub(super) struct Structure {
    pub(super) id: Option<i64>,
    pub(super) kind: Cow<'static, str>,
    pub(super) features: Vec<(Cow<'static, str>, Feature)>,
}

/// What a feature holds.
pub(super) enum Feature {
    Value(Json),
    Reference(i64),
    List(Vec<i64>),
}

/// An article as feature structures.
pub(super) struct Cas {
    /// In the order of their numbers, which begin at 1; the text comes first.
    pub(super) structures: Vec<Structure>,
    /// Those that are in the index, and so found by who looks for their type.
    pub(super) members: Vec<i64>,
}

/// The number of the text's structure.
pub(super) const SOFA_ID: i64 = 1;

impl Cas {
    pub(super) fn new(article: &Article, schema: &Schema) -> Cas {
        let (document, set) = (&article.document, &article.set);
        let text = &document.text;
        let place = |start: Offset, end: Offset| {
            let number = |offset| Feature::Value(text.measure(offset, UNIT).into());
            vec![
                ("sofa".into(), Feature::Reference(SOFA_ID)),
                ("begin".into(), number(start)),
                ("end".into(), number(end)),
            ]
        };
        let mut cas = Cas { structures: Vec::new(), members: Vec::new() };
        let sofa = [
            ("sofaNum".into(), Feature::Value(1.into())),
            ("sofaID".into(), string(VIEW)),
            ("mimeType".into(), string("text/plain")),
            ("sofaString".into(), string(text.as_str())),
        ];
        cas.add(SOFA, sofa.into());
        let mut whole = place(Offset::START, text.end());
        let language = document.source.language.as_deref();
        whole.extend(language.map(|it| ("language".into(), string(it))));
        cas.add_member(DOCUMENT, whole);
        cas.add_member(ARTICLE, vec![sorot(&own::of_article(article))]);
        let mut placed = BTreeMap::new();
        for annotation in set.in_order(&schema.label_names()) {
            let span = &annotation.span;
            let mut features = place(span.start(), span.end());
            features.push(("label".into(), string(&annotation.label)));
            if span.is_discontinuous() {
                let ranges = span.ranges().iter();
                // dkpro-cassis converts offsets of what is in the index alone.
                let fragments = ranges.map(|it| cas.add_member(FRAGMENT, place(it.start(), it.end())));
                features.push(("fragments".into(), Feature::List(fragments.collect())));
            }
            features.push(sorot(&own::of_annotation(annotation, article)));
            placed.insert(&annotation.id, (cas.add_member(SPAN, features), span));
        }
        for relation in set.relations() {
            let ends = (placed.get(&relation.from), placed.get(&relation.to));
            let (Some((from, _)), Some((to, span))) = ends else { continue };
            let mut features = place(span.start(), span.end());
            features.push(("Governor".into(), Feature::Reference(*from)));
            features.push(("Dependent".into(), Feature::Reference(*to)));
            features.push(("label".into(), string(&relation.label)));
            features.push(sorot(&own::of_relation(relation)));
            cas.add_member(RELATION, features);
        }
        cas
    }

    fn add(&mut self, kind: &'static str, features: Vec<(Cow<'static, str>, Feature)>) -> i64 {
        let id = self.structures.len() as i64 + 1;
        self.structures.push(Structure { id: Some(id), kind: kind.into(), features });
        id
    }

    fn add_member(&mut self, kind: &'static str, features: Vec<(Cow<'static, str>, Feature)>) -> i64 {
        let id = self.add(kind, features);
        self.members.push(id);
        id
    }
}

fn string(string: &str) -> Feature {
    Feature::Value(string.into())
}

fn sorot(own: &Json) -> (Cow<'static, str>, Feature) {
    ("sorot".into(), Feature::Value(own.to_string().into()))
}

impl Structure {
    fn get(&self, name: &str) -> Option<&Feature> {
        self.features.iter().find(|(it, _)| it == name).map(|(_, feature)| feature)
    }

    fn string(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Feature::Value(value) => value.as_str(),
            _ => None,
        }
    }

    fn number(&self, name: &str) -> Option<usize> {
        match self.get(name)? {
            Feature::Value(value) => value.as_u64()?.try_into().ok(),
            _ => None,
        }
    }

    fn reference(&self, name: &str) -> Option<i64> {
        match self.get(name)? {
            Feature::Reference(id) => Some(*id),
            _ => None,
        }
    }

    /// True if it stands somewhere in a text.
    fn has_place(&self) -> bool {
        self.get("begin").is_some() && self.get("end").is_some()
    }

    fn is_relation(&self) -> bool {
        self.get("Governor").is_some() || self.get("Dependent").is_some()
    }

    /// True for a list of others, or of values.
    fn is_array(&self) -> bool {
        self.kind.ends_with("[]") || (self.kind.starts_with("uima.cas.") && self.kind.ends_with("Array"))
    }

    /// True for what a tool says about the text's make-up and nobody annotated.
    fn is_layout(&self) -> bool {
        self.kind == DOCUMENT
            || self.kind.contains(".segmentation.")
            || self.kind.contains(".metadata.")
            || self.kind.starts_with("de.tudarmstadt.ukp.clarin.webanno.api.type.")
    }

    /// Its label, and the feature that says so; the layer's name if none does.
    fn label(&self) -> (String, Option<&'static str>) {
        let stated = ["label", "value"].into_iter().find_map(|name| {
            let label = self.string(name).filter(|it| !it.is_empty())?;
            Some((label.to_owned(), Some(name)))
        });
        stated.unwrap_or_else(|| (self.kind.rsplit('.').next().unwrap_or(&self.kind).to_owned(), None))
    }
}

/// Feature structures on their way in.
struct Import<'a> {
    by_id: BTreeMap<i64, &'a Structure>,
    incoming: Incoming,
    report: &'a mut Report,
    /// What relations call the span of each structure.
    span_of: BTreeMap<i64, String>,
    /// References from spans to other structures: the span, the feature, and where it leads.
    links: Vec<(String, &'a str, Vec<i64>)>,
    /// What stays out, and how often.
    left: BTreeMap<String, usize>,
    n_references: usize,
}

/// The article that structures of the file `file` make up; why not, if there is none.
pub(super) fn read(
    structures: &[Structure],
    mut incoming: Incoming,
    options: &ImportOptions,
    report: &mut Report,
) -> Result<Article, String> {
    let texts = structures.iter().filter(|it| it.kind == SOFA);
    let mut texts: Vec<_> = texts.filter_map(|it| Some((it, it.string("sofaString")?))).collect();
    texts.sort_by_key(|(it, _)| it.string("sofaID") != Some(VIEW));
    let &(sofa, text) = texts.first().ok_or("it has no text")?;
    text.clone_into(&mut incoming.text);
    let mut import = Import {
        by_id: structures.iter().filter_map(|it| Some((it.id?, it))).collect(),
        incoming,
        report,
        span_of: BTreeMap::new(),
        links: Vec::new(),
        left: BTreeMap::new(),
        n_references: 0,
    };
    for it in structures {
        let is_elsewhere = it.reference("sofa").is_some_and(|id| Some(id) != sofa.id);
        if it.kind == FRAGMENT || !it.has_place() {
            // What it belongs to takes it in.
        } else if is_elsewhere {
            import.leave("annotations of other views were not taken in");
        } else if it.is_layout() {
            import.document(it);
        } else if it.is_relation() {
            import.relation(it);
        } else {
            import.span(it);
        }
    }
    // It knows better than what other tools say about the article.
    let article = structures.iter().find(|it| it.kind == ARTICLE);
    if let Some(own) = article.and_then(|it| it.string("sorot")) {
        own::into_article(own, &mut import.incoming);
    }
    import.finish_links(structures);
    let Import { incoming, report, left, .. } = import;
    let place = Place { file: Some(incoming.file.clone()), ..Place::default() };
    for (what, n) in left {
        report.add(Severity::Note, place.clone(), format!("{what}, {n} of them"));
    }
    Ok(incoming.finish(options, report))
}

impl<'a> Import<'a> {
    fn leave(&mut self, what: impl Into<String>) {
        *self.left.entry(what.into()).or_default() += 1;
    }

    /// Takes what layout says about the article.
    fn document(&mut self, it: &Structure) {
        let said = |name| it.string(name).filter(|it| !it.is_empty()).map(str::to_owned);
        if let Some(title) = said("documentTitle").filter(|it| own::is_inside(it)) {
            self.incoming.id = title;
        }
        if let Some(language) = said("language").filter(|it| it != "x-unspecified") {
            self.incoming.language = Some(language);
        }
        if let Some(user) = said("username") {
            self.incoming.owner = Some(user);
        }
        if it.kind != DOCUMENT {
            self.leave("tokens, sentences and the like were not taken in");
        }
    }

    fn relation(&mut self, it: &'a Structure) {
        let ends = ["Governor", "Dependent"].map(|name| it.reference(name));
        let is_layout =
            |id: &Option<i64>| id.is_some_and(|id| self.by_id.get(&id).is_some_and(|it| it.is_layout()));
        if ends.iter().any(is_layout) {
            return self.leave("relations of tokens were not taken in");
        }
        let [from, to] = ends.map(number);
        let (label, stated) = it.label();
        let mut relation = RawRelation { id: number(it.id), label, from, to, ..RawRelation::default() };
        if let Some(own) = it.string("sorot") {
            own::into_relation(own, &mut relation);
        }
        self.attributes(it, RELATION, stated, None, &mut relation.attributes);
        self.incoming.relations.push(relation);
    }

    fn span(&mut self, it: &'a Structure) {
        let (Some(begin), Some(end)) = (it.number("begin"), it.number("end")) else {
            let message = format!("a {} was not taken in, its place is no number", it.kind);
            return self.report.add(Severity::Error, self.place(), message);
        };
        let (label, stated) = it.label();
        let mut span = RawSpan { label, pieces: vec![(begin, end)], ..RawSpan::default() };
        if let Some(own) = it.string("sorot") {
            own::into_span(own, &mut span);
        }
        if span.id.is_empty() {
            span.id = number(it.id);
        }
        if let Some(pieces) = self.fragments(it) {
            let hull = (pieces.first().map(|it| it.0), pieces.last().map(|it| it.1));
            if hull == (Some(begin), Some(end)) {
                span.pieces = pieces;
            } else {
                let message = format!(
                    "the span {} {} was taken in without its fragments, for it was moved and they were not",
                    span.id, span.label
                );
                self.report.add(Severity::Warning, self.place(), message);
            }
        }
        self.attributes(it, SPAN, stated, Some(&span.id), &mut span.attributes);
        if let Some(id) = it.id {
            self.span_of.insert(id, span.id.clone());
        }
        self.incoming.spans.push(span);
    }

    /// Where a span's fragments stand; nothing if it has none.
    fn fragments(&mut self, it: &'a Structure) -> Option<Vec<(usize, usize)>> {
        let targets = self.targets(it.get("fragments")?);
        let piece = |id: &i64| {
            let piece = self.by_id.get(id).filter(|it| it.kind == FRAGMENT)?;
            Some((piece.number("begin")?, piece.number("end")?))
        };
        targets.iter().map(piece).collect::<Option<Vec<_>>>().filter(|it| !it.is_empty())
    }

    /// Takes what is said beyond what `layer`, the type that Sorot writes, says.
    fn attributes(
        &mut self,
        it: &'a Structure,
        layer: &str,
        stated: Option<&str>,
        span: Option<&str>,
        attributes: &mut Attributes,
    ) {
        let used = ["sofa", "begin", "end", "Governor", "Dependent", "sorot"];
        let own = TYPES.iter().filter(|it| it.name == layer).flat_map(|it| it.features);
        let own: Vec<&str> = own.map(|(name, _)| *name).filter(|_| it.kind == layer).collect();
        for (name, feature) in &it.features {
            if used.contains(&&**name) || Some(&**name) == stated || own.contains(&&**name) {
                continue;
            }
            let value = match feature {
                Feature::Value(value) => Some(value),
                Feature::Reference(id) => self.by_id.get(id).and_then(|it| match it.get("elements") {
                    Some(Feature::Value(list)) if it.is_array() => Some(list),
                    _ => None,
                }),
                Feature::List(_) => None,
            };
            match value {
                Some(Json::Null) => {}
                Some(value) => {
                    attributes.entry(name.to_string()).or_insert_with(|| own::value(value.clone()));
                }
                None => {
                    let targets = self.targets(feature);
                    self.links.push((span.unwrap_or_default().to_owned(), name, targets));
                }
            }
        }
        if it.kind != layer && stated.is_some() {
            let kind = own::value(Json::from(&*it.kind));
            attributes.entry("layer".to_owned()).or_insert(kind);
        }
    }

    /// Where a feature leads, through a list if there is one.
    fn targets(&mut self, feature: &'a Feature) -> Vec<i64> {
        let ids = match feature {
            Feature::Value(_) => &[],
            Feature::Reference(id) => std::slice::from_ref(id),
            Feature::List(ids) => ids.as_slice(),
        };
        let mut targets = Vec::with_capacity(ids.len());
        for id in ids {
            let list = self.by_id.get(id).filter(|it| it.is_array()).and_then(|it| it.get("elements"));
            let elements = match list {
                Some(Feature::List(elements)) => elements.as_slice(),
                _ => std::slice::from_ref(id),
            };
            self.n_references += elements.len();
            if self.n_references > MAX_REFERENCES {
                self.leave(format!("references beyond {MAX_REFERENCES} were not taken in"));
                break;
            }
            targets.extend_from_slice(elements);
        }
        targets
    }

    /// Makes relations of what leads from one span to another. All spans are known by now.
    fn finish_links(&mut self, structures: &[Structure]) {
        for relation in &mut self.incoming.relations {
            for end in [&mut relation.from, &mut relation.to] {
                if let Some(id) = end.parse().ok().and_then(|id: i64| self.span_of.get(&id)) {
                    end.clone_from(id);
                }
            }
        }
        let mut followed = BTreeSet::new();
        for (from, name, targets) in std::mem::take(&mut self.links) {
            for target in targets {
                let mut relation =
                    RawRelation { label: name.to_owned(), from: from.clone(), ..RawRelation::default() };
                let mut end = target;
                if let Some(link) = self.by_id.get(&target).filter(|it| !it.has_place()) {
                    followed.insert(target);
                    end = link.reference("target").unwrap_or(target);
                    if let Some(role) = link.string("role").filter(|it| !it.is_empty()) {
                        role.clone_into(&mut relation.label);
                        relation.attributes.insert("feature".to_owned(), own::value(name.into()));
                    }
                }
                match self.span_of.get(&end).filter(|_| !from.is_empty()) {
                    Some(to) => {
                        relation.to.clone_from(to);
                        self.incoming.relations.push(relation);
                    }
                    None => self.leave(format!(
                        "references of the feature {name} were not taken in, they lead to no span"
                    )),
                }
            }
        }
        for it in structures.iter().filter(|it| !it.has_place()) {
            let is_known = ["uima.cas.NULL", "uima.cas.View", SOFA, ARTICLE].contains(&&*it.kind)
                || it.is_array()
                || it.is_layout()
                || it.id.is_some_and(|id| followed.contains(&id));
            if !is_known {
                self.leave(format!("{} was not taken in, it has no place in the text", it.kind));
            }
        }
    }

    fn place(&self) -> Place {
        Place { file: Some(self.incoming.file.clone()), ..Place::default() }
    }
}

/// True for an array that holds numbers of structures and not values.
pub(super) fn is_array_of_structures(kind: &str) -> bool {
    match kind.strip_suffix("[]") {
        Some(element) => !element.starts_with("uima.cas.") || element == "uima.cas.TOP",
        None => kind == "uima.cas.FSArray",
    }
}

fn number(id: Option<i64>) -> String {
    id.map(|it| it.to_string()).unwrap_or_default()
}
