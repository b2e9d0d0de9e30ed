//! Quotes as BBC Citron trains on and evaluates them: a JSON file for each article with its text and
//! its `quotes`, each of one `cue`, several `sources` and several `contents` ("Citron Annotation
//! Format", bbc/citron, docs/data_format.md). Offsets count code points.
//!
//! Which spans are what, the schema's relations say. The relation `says`, or else the schema's first
//! one that is not `cues`, leads from a source to its quote. `cues`, or else the first one to the same
//! labels from other ones, leads from a cue to its quote. The first labels that they lead from and
//! to are the labels that an import gives. A schema that does not say is taken for one with
//! speakers, cues and quotes.
//!
//! A quote's fragments are its contents. Only a quote with a cue can stand among Citron's quotes.
//! Everything else, and what else Sorot knows, stands under keys `sorot`, `label`, `fragments` and
//! `relation`, which Citron passes over, and comes back. Mentions of one entity are a coreference
//! group.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json, json};

use crate::format::each::read_each;
use crate::format::incoming::{Incoming, RawRelation, RawSpan};
use crate::format::portions::write_each;
use crate::format::{
    Article, Articles, Bundle, Capabilities, ExportOptions, Format, FormatError, ImportOptions, Sign, Sink,
    Take, own,
};
use crate::model::{
    Annotation, AnnotationId, DocumentId, Entity, EntityId, Extra, Place, Relation, RelationId,
    RelationLabel, Report, Schema, Severity,
};
use crate::text::OffsetUnit;

/// Quotes with cues, sources and contents.
pub(super) struct Citron;

const ID: &str = "citron";

impl Format for Citron {
    fn id(&self) -> &'static str {
        ID
    }

    fn summary(&self) -> &'static str {
        "quotes with cue, sources and contents, for BBC Citron"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            one_file: false,
            signs: &[Sign { ending: ".json", holds: &["\"text\":", "\"quotes\":"] }],
            losses: &[
                "Citron itself sees only quotes that have a cue, the rest is kept where it does not look",
                "how and when annotations came to be",
                "the article file's encoding and line ends",
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
        let roles = Roles::of(schema);
        write_each(articles, out, report, |article, name, report| {
            article.report_orphans(report);
            let mut bytes = serde_json::to_vec_pretty(&write(article, &roles, schema, report))
                .expect("keys are strings, and writing to memory does not fail");
            bytes.push(b'\n');
            [(format!("{name}.json"), bytes)]
        });
    }

    fn read(
        &self,
        files: &Bundle,
        options: &ImportOptions,
        schema: &Schema,
        report: &mut Report,
        take: &mut Take<'_>,
    ) -> Result<(), FormatError> {
        let roles = Roles::of(schema);
        let read = |(name, bytes): &(String, Vec<u8>), report: &mut Report| {
            read(name, bytes, &roles, options, report).map(Some)
        };
        read_each(&files.files, report, take, read).map(drop)
    }
}

/// What is a source, a cue and a quote.
struct Roles<'a> {
    says: &'a str,
    cues: &'a str,
    source: &'a str,
    cue: &'a str,
    /// The labels of quotes; the first is that of an import. Any other one if a relation leads to it.
    quotes: Vec<&'a str>,
}

impl<'a> Roles<'a> {
    fn of(schema: &'a Schema) -> Roles<'a> {
        let says = schema.relation("says");
        let says = says.or_else(|| schema.relations.iter().find(|it| it.name != "cues"));
        let is_other =
            |it: &&RelationLabel| says.is_some_and(|says| says.to == it.to && says.from != it.from);
        let cues = schema.relation("cues").or_else(|| schema.relations.iter().find(is_other));
        let name =
            |relation: Option<&'a RelationLabel>, default| relation.map_or(default, |it| it.name.as_str());
        let first = |labels: Option<&'a Vec<String>>, default| {
            labels.and_then(|it| it.first()).map_or(default, String::as_str)
        };
        let quotes =
            says.map_or(&[][..], |it| it.to.as_slice()).iter().map(String::as_str).collect::<Vec<_>>();
        Roles {
            says: name(says, "says"),
            cues: name(cues, "cues"),
            source: first(says.map(|it| &it.from), "speaker"),
            cue: first(cues.map(|it| &it.from), "cue"),
            quotes: if quotes.is_empty() { vec!["quote"] } else { quotes },
        }
    }

    fn quote(&self) -> &'a str {
        self.quotes.first().copied().unwrap_or("quote")
    }
}

/// An article's annotations on their way out.
struct Writer<'a> {
    article: &'a Article,
    /// What has found its place.
    spans: BTreeSet<&'a AnnotationId>,
    relations: BTreeSet<&'a RelationId>,
}

impl<'a> Writer<'a> {
    /// Start, end and text, and what only Sorot knows.
    fn piece(&mut self, annotation: &'a Annotation) -> Map<String, Json> {
        let text = &self.article.document.text;
        let hull = annotation.span.hull();
        let mut piece = self.bare_piece(hull);
        piece.insert("label".to_owned(), annotation.label.as_str().into());
        if annotation.span.is_discontinuous() {
            let at = |offset| text.measure(offset, OffsetUnit::CodePoint);
            let fragments = annotation.span.ranges().iter().map(|it| json!([at(it.start()), at(it.end())]));
            piece.insert("fragments".to_owned(), fragments.collect());
        }
        piece.insert("sorot".to_owned(), own::of_annotation(annotation, self.article));
        self.spans.insert(&annotation.id);
        piece
    }

    fn bare_piece(&self, range: crate::text::Range) -> Map<String, Json> {
        let text = &self.article.document.text;
        let at = |offset| Json::from(text.measure(offset, OffsetUnit::CodePoint));
        let mut piece = Map::new();
        piece.insert("start".to_owned(), at(range.start()));
        piece.insert("end".to_owned(), at(range.end()));
        piece.insert("text".to_owned(), text.slice(range).into());
        piece
    }

    /// The span that a relation comes from, with the relation.
    fn end(&mut self, relation: &'a Relation) -> Option<Json> {
        let annotation = self.article.set.annotation(&relation.from)?;
        let mut piece = self.piece(annotation);
        let own = json!({"label": relation.label.as_str(), "sorot": own::of_relation(relation)});
        piece.insert("relation".to_owned(), own);
        self.relations.insert(&relation.id);
        Some(piece.into())
    }
}

fn write(article: &Article, roles: &Roles<'_>, schema: &Schema, report: &mut Report) -> Json {
    let set = &article.set;
    let (mut says, mut cues): (BTreeMap<_, Vec<_>>, BTreeMap<_, Vec<_>>) = Default::default();
    for relation in set.relations() {
        let list = match relation.label.as_str() {
            it if it == roles.says => &mut says,
            it if it == roles.cues => &mut cues,
            _ => continue,
        };
        list.entry(&relation.to).or_default().push(&**relation);
    }
    let mut writer = Writer { article, spans: BTreeSet::new(), relations: BTreeSet::new() };
    let in_order = set.in_order(&schema.label_names());
    let mut quotes = Vec::new();
    let mut n_without_cue = 0;
    for quote in &in_order {
        let is_quote = roles.quotes.contains(&quote.label.as_str()) || says.contains_key(&quote.id);
        let cue = cues.get(&quote.id).and_then(|it| it.first());
        let Some(cue) = cue.and_then(|it| writer.end(it)) else {
            n_without_cue += usize::from(is_quote);
            continue;
        };
        let sources = says.get(&quote.id).map_or(&[][..], Vec::as_slice).iter();
        let sources: Vec<Json> = sources.filter_map(|it| writer.end(it)).collect();
        let contents = quote.span.ranges().iter().map(|&it| Json::from(writer.bare_piece(it)));
        let mut object = Map::new();
        object.insert("cue".to_owned(), cue);
        object.insert("sources".to_owned(), sources.into());
        object.insert("contents".to_owned(), contents.collect());
        object.insert("label".to_owned(), quote.label.as_str().into());
        object.insert("sorot".to_owned(), own::of_annotation(quote, article));
        writer.spans.insert(&quote.id);
        quotes.push(Json::from(object));
    }
    if n_without_cue > 0 {
        let message = format!(
            "quotes without a cue stand where Citron does not look, {n_without_cue} of them: a relation \
             “{}” leads from a cue to its quote",
            roles.cues
        );
        report.add(Severity::Warning, article.place(), message);
    }
    let mut groups: BTreeMap<&EntityId, Vec<Json>> = BTreeMap::new();
    for annotation in in_order.iter().filter(|it| !it.span.is_discontinuous()) {
        if let Some(entity) = &annotation.entity {
            groups.entry(entity).or_default().push(writer.bare_piece(annotation.span.hull()).into());
        }
    }
    let groups: Vec<Json> = groups.into_values().filter(|it| it.len() > 1).map(Json::from).collect();
    let others: Vec<_> = in_order.into_iter().filter(|it| !writer.spans.contains(&it.id)).collect();
    let spans: Vec<Json> = others.into_iter().map(|it| writer.piece(it).into()).collect();
    let relations = set.relations().filter(|it| !writer.relations.contains(&it.id));
    let relations = relations.map(|it| {
        let (label, from, to) = (it.label.as_str(), it.from.as_str(), it.to.as_str());
        json!({"label": label, "from": from, "to": to, "sorot": own::of_relation(it)})
    });
    let sorot = json!({
        "article": own::of_article(article),
        "spans": spans,
        "relations": relations.collect::<Vec<_>>(),
    });
    json!({
        "text": article.document.text.as_str(),
        "quotes": quotes,
        "coreference_groups": groups,
        "sorot": sorot,
    })
}

#[derive(Deserialize)]
struct File<'a> {
    text: String,
    #[serde(default, borrow)]
    quotes: Option<Vec<&'a RawValue>>,
    #[serde(default, borrow)]
    coreference_groups: Option<&'a RawValue>,
    #[serde(default, borrow)]
    sorot: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Quote<'a> {
    #[serde(default)]
    id: Option<Json>,
    #[serde(default, borrow)]
    cue: Option<Piece<'a>>,
    #[serde(default, borrow)]
    sources: Option<Vec<Piece<'a>>>,
    #[serde(borrow)]
    contents: Vec<Piece<'a>>,
    #[serde(default)]
    coreferences: Option<Vec<IgnoredAny>>,
    #[serde(default)]
    confidence: Option<IgnoredAny>,
    #[serde(default)]
    label: Option<String>,
    #[serde(default, borrow)]
    sorot: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Piece<'a> {
    start: usize,
    end: usize,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    label: Option<String>,
    #[serde(default)]
    fragments: Option<Vec<(usize, usize)>>,
    #[serde(default, borrow)]
    relation: Option<OwnRelation<'a>>,
    #[serde(default, borrow)]
    sorot: Option<&'a RawValue>,
}

/// What leads from a source or a cue to the quote.
#[derive(Deserialize)]
struct OwnRelation<'a> {
    label: String,
    #[serde(borrow)]
    sorot: &'a RawValue,
}

#[derive(Deserialize)]
struct Own<'a> {
    #[serde(borrow)]
    article: &'a RawValue,
    #[serde(borrow)]
    spans: Vec<Piece<'a>>,
    #[serde(borrow)]
    relations: Vec<Link<'a>>,
}

#[derive(Deserialize)]
struct Link<'a> {
    label: String,
    from: String,
    to: String,
    #[serde(borrow)]
    sorot: &'a RawValue,
}

impl Piece<'_> {
    fn span(self, label: &str) -> RawSpan {
        // What stands there is the text from the first to the last fragment.
        let surface = if self.fragments.is_some() { None } else { self.text };
        let mut span = RawSpan {
            label: self.label.unwrap_or_else(|| label.to_owned()),
            pieces: self.fragments.unwrap_or_else(|| vec![(self.start, self.end)]),
            surface,
            ..RawSpan::default()
        };
        if let Some(own) = self.sorot {
            own::into_span(own.get(), &mut span);
        }
        span
    }
}

/// Id, label, pieces and surface of a source or a cue.
type Mention = (String, String, Vec<(usize, usize)>, Option<String>);

/// An article on its way in.
struct Reader<'a> {
    roles: &'a Roles<'a>,
    incoming: Incoming,
    /// The sources and cues by what they are: two quotes of one speaker name the same span.
    index: BTreeMap<Mention, usize>,
    ids: BTreeSet<String>,
    /// Things that were said of quotes and have no place here, and how often.
    unknown: BTreeMap<&'static str, usize>,
}

fn read(
    file: &str,
    bytes: &[u8],
    roles: &Roles<'_>,
    options: &ImportOptions,
    report: &mut Report,
) -> Result<Article, FormatError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let content: File<'_> = serde_json::from_slice(bytes).map_err(|error| FormatError::Malformed {
        format: ID,
        message: error.to_string(),
        file: file.to_owned(),
    })?;
    let id = file.strip_suffix(".json").unwrap_or(file);
    let incoming = Incoming::new(ID, file, id, content.text, OffsetUnit::CodePoint);
    let (index, ids, unknown) = Default::default();
    let mut reader = Reader { roles, incoming, index, ids, unknown };
    let place =
        || Place { file: Some(file.to_owned()), document: Some(DocumentId::new(id)), ..Place::default() };
    for (i, quote) in content.quotes.unwrap_or_default().into_iter().enumerate() {
        match serde_json::from_str(quote.get()) {
            Ok(quote) => reader.quote(quote),
            Err(error) => {
                let message = format!("the quote {} was not taken in, {error}", i + 1);
                report.add(Severity::Error, place(), message);
            }
        }
    }
    match content.sorot.map(|own| serde_json::from_str::<Own<'_>>(own.get())) {
        Some(Ok(own)) => reader.own(own),
        Some(Err(error)) => {
            report.add(
                Severity::Error,
                place(),
                format!("what stands under “sorot” was not taken in, {error}"),
            );
        }
        None => {
            if let Some(groups) = content.coreference_groups {
                reader.groups(groups);
            }
        }
    }
    for (what, n) in reader.unknown {
        report.add(Severity::Note, place(), format!("{what} were not taken in, {n} of them"));
    }
    Ok(reader.incoming.finish(options, report))
}

impl Reader<'_> {
    fn quote(&mut self, quote: Quote<'_>) {
        let n_coreferences = quote.coreferences.map_or(0, |it| it.len());
        self.count("coreferences of sources", n_coreferences);
        self.count("confidence scores", usize::from(quote.confidence.is_some()));
        let surfaces: Option<Vec<&str>> = quote.contents.iter().map(|it| it.text.as_deref()).collect();
        let mut pieces: Vec<(usize, usize)> = quote.contents.iter().map(|it| (it.start, it.end)).collect();
        let surface = surfaces.filter(|_| pieces.is_sorted()).map(|it| it.join(" "));
        pieces.sort_unstable();
        let mut span = RawSpan {
            label: quote.label.unwrap_or_else(|| self.roles.quote().to_owned()),
            pieces,
            surface,
            ..RawSpan::default()
        };
        match (quote.sorot, quote.id) {
            (Some(own), _) => own::into_span(own.get(), &mut span),
            (None, Some(Json::String(id))) => span.id = id,
            (None, Some(Json::Number(id))) => span.id = id.to_string(),
            (None, _) => {}
        }
        let to = self.add(span);
        let (says, cues, source, cue) = (self.roles.says, self.roles.cues, self.roles.source, self.roles.cue);
        for piece in quote.sources.unwrap_or_default() {
            self.end(piece, source, says, &to);
        }
        if let Some(piece) = quote.cue {
            self.end(piece, cue, cues, &to);
        }
    }

    /// A source or a cue of a quote.
    fn end(&mut self, mut piece: Piece<'_>, label: &str, relation_label: &str, to: &str) {
        let own = piece.relation.take();
        let span = piece.span(label);
        let key = (span.id.clone(), span.label.clone(), span.pieces.clone(), span.surface.clone());
        let from = match self.index.get(&key) {
            Some(&i) => self.incoming.spans[i].id.clone(),
            None => {
                self.index.insert(key, self.incoming.spans.len());
                self.add(span)
            }
        };
        let (label, to) = (relation_label.to_owned(), to.to_owned());
        let mut relation = RawRelation { label, from, to, ..RawRelation::default() };
        if let Some(own) = own {
            relation.label = own.label;
            own::into_relation(own.sorot.get(), &mut relation);
        }
        self.incoming.relations.push(relation);
    }

    /// Adds a span with an id of its own, and gives the id.
    fn add(&mut self, mut span: RawSpan) -> String {
        let wanted = if span.id.is_empty() { Cow::Borrowed("s") } else { Cow::Owned(span.id) };
        let mut n = self.incoming.spans.len() + 1;
        span.id = if wanted == "s" { format!("s{n}") } else { wanted.clone().into_owned() };
        while !self.ids.insert(span.id.clone()) {
            n += 1;
            span.id = format!("{wanted}-{n}");
        }
        let id = span.id.clone();
        self.incoming.spans.push(span);
        id
    }

    fn own(&mut self, own: Own<'_>) {
        own::into_article(own.article.get(), &mut self.incoming);
        for piece in own.spans {
            let span = piece.span("");
            self.add(span);
        }
        for link in own.relations {
            let (label, from, to) = (link.label, link.from, link.to);
            let mut relation = RawRelation { label, from, to, ..RawRelation::default() };
            own::into_relation(link.sorot.get(), &mut relation);
            self.incoming.relations.push(relation);
        }
    }

    /// The sources in a group mention one entity, which has the name of the longest mention.
    fn groups(&mut self, groups: &RawValue) {
        let Ok(groups) = serde_json::from_str::<Vec<Vec<Piece<'_>>>>(groups.get()) else {
            return self.count("coreference groups of another form", 1);
        };
        let mut at: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
        for &i in self.index.values() {
            if let [piece] = self.incoming.spans[i].pieces[..] {
                at.entry(piece).or_default().push(i);
            }
        }
        for (n, group) in groups.iter().enumerate() {
            let id = format!("e{}", n + 1);
            let mut n_known = 0;
            for piece in group {
                let sources = at.get(&(piece.start, piece.end)).map_or(&[][..], Vec::as_slice);
                n_known += usize::from(!sources.is_empty());
                for &i in sources {
                    self.incoming.spans[i].entity = Some(id.clone());
                }
            }
            self.count("members of coreference groups that are no source", group.len() - n_known);
            if n_known > 0 {
                let name = group.iter().filter_map(|it| it.text.as_deref()).max_by_key(|it| it.len());
                self.incoming.entities.push(Entity {
                    id: EntityId::new(id),
                    kind: String::new(),
                    name: name.unwrap_or_default().to_owned(),
                    extra: Extra::default(),
                });
            }
        }
    }

    fn count(&mut self, what: &'static str, n: usize) {
        if n > 0 {
            *self.unknown.entry(what).or_default() += n;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::Preset;

    fn schema() -> Schema {
        Preset::named("full").expect("it is built in").schema()
    }

    fn import(files: &[(&str, &str)]) -> (Vec<Article>, Vec<String>) {
        let files = files.iter().map(|&(name, json)| (name.to_owned(), json.as_bytes().to_vec()));
        let mut report = Report::default();
        let bundle = Bundle { files: files.collect() };
        let articles =
            Citron.import(&bundle, &ImportOptions::default(), &schema(), &mut report).expect("Citron files");
        (articles, report.problems.iter().map(ToString::to_string).collect())
    }

    fn shown(article: &Article) -> Vec<String> {
        let set = &article.set;
        let surface = |it: &Annotation| format!("{} “{}”", it.label, article.document.text.surface(&it.span));
        let end = |id| set.annotation(id).map_or_else(String::new, |it| surface(it));
        let spans = set.annotations().map(|it| {
            let entity = it.entity.as_ref().map_or(String::new(), |it| format!(" ({})", it.as_str()));
            format!("{}{entity}", surface(it))
        });
        spans
            .chain(set.relations().map(|it| format!("{} {} {}", end(&it.from), it.label, end(&it.to))))
            .collect()
    }

    /// As the documentation of the format has it, with two quotes of one speaker.
    const FOREIGN: &str = r#"{
      "quotes": [
        {"cue": {"start": 6, "end": 10, "text": "said"},
         "sources": [{"start": 2, "end": 5, "text": "Éva"}],
         "contents": [{"start": 11, "end": 14, "text": "“A”"}, {"start": 15, "end": 18, "text": "“B”"}],
         "coreferences": [{"start": 19, "end": 22}], "confidence": "0.9"},
        {"cue": {"start": 23, "end": 27, "text": "said"},
         "sources": [{"start": 2, "end": 5, "text": "Éva"}],
         "contents": [{"start": 28, "end": 31, "text": "“C”"}]},
        {"cue": {"start": -1, "end": 10}, "sources": [], "contents": []},
        {"cue": {"start": 6, "end": 10, "text": "says"}, "sources": [], "contents": [{"start": 28, "end": 31}]}
      ],
      "coreference_groups": [[{"start": 2, "end": 5, "text": "Éva"}, {"start": 19, "end": 22, "text": "she"}]],
      "text": "😀 Éva said “A” “B” she said “C”"
    }"#;

    #[test]
    fn quotes_of_others_come_in_with_their_speakers() {
        let (articles, problems) = import(&[("wsj/0001.json", FOREIGN)]);
        assert_eq!(articles[0].document.id.as_str(), "wsj/0001");
        expect_test::expect![[r#"
            quote ““A” “B””
            speaker “Éva” (e1)
            cue “said”
            quote ““C””
            cue “said”
            quote ““C””
            speaker “Éva” says quote ““A” “B””
            cue “said” cues quote ““A” “B””
            speaker “Éva” says quote ““C””
            cue “said” cues quote ““C””"#]]
        .assert_eq(&shown(&articles[0]).join("\n"));
        expect_test::expect![[r#"
            the quote 3 was not taken in, invalid value: integer `-1`, expected usize at line 1 column 20: wsj/0001.json
            confidence scores were not taken in, 1 of them: wsj/0001.json
            coreferences of sources were not taken in, 1 of them: wsj/0001.json
            members of coreference groups that are no source were not taken in, 1 of them: wsj/0001.json
            the span s7 cue at 6–10 was not taken in, the text there is “said” and not “says”: wsj/0001.json
            the relation cues was not taken in, it leads from s7 to s6, and not both are there: wsj/0001.json"#]].assert_eq(&problems.join("\n"));
    }

    #[test]
    fn what_came_in_goes_out_as_it_was() {
        let (before, _) = import(&[("a.json", FOREIGN)]);
        let bundle = Citron.export(&before, &ExportOptions::default(), &schema(), &mut Report::default());
        let json: Json = serde_json::from_slice(&bundle.files[0].1).expect("JSON");
        let foreign: Json = serde_json::from_str(FOREIGN).expect("JSON");
        assert_eq!(json["quotes"].as_array().map(Vec::len), Some(2));
        for (ours, theirs) in [("/quotes/0", "/quotes/0"), ("/quotes/1", "/quotes/1")] {
            for part in ["/cue", "/sources/0", "/contents/0", "/contents/1"] {
                for key in ["/start", "/end", "/text"] {
                    let [ours, theirs] = [(&json, ours), (&foreign, theirs)]
                        .map(|(it, quote)| it.pointer(&format!("{quote}{part}{key}")));
                    assert_eq!(ours, theirs, "{part}{key}");
                }
            }
        }
        let string = String::from_utf8(bundle.files[0].1.clone()).expect("UTF-8");
        let (after, problems) = import(&[(&bundle.files[0].0, &string)]);
        assert!(problems.is_empty(), "{problems:?}");
        assert!(before[0].set.annotations().eq(after[0].set.annotations()));
        assert_eq!(shown(&before[0]), shown(&after[0]));
    }

    #[test]
    fn the_schema_says_what_is_a_quote() {
        for (preset, expected) in
            [("simple", "says cues speaker cue quote"), ("full", "says cues speaker cue quote")]
        {
            let schema = Preset::named(preset).expect("it is built in").schema();
            let roles = Roles::of(&schema);
            assert_eq!([roles.says, roles.cues, roles.source, roles.cue, roles.quote()].join(" "), expected);
        }
        let mut schema = schema();
        for (relation, [name, from]) in
            schema.relations.iter_mut().zip([["holds", "holder"], ["marks", "verb"]])
        {
            relation.name = name.to_owned();
            relation.from = vec![from.to_owned()];
            relation.to = vec!["opinion".to_owned()];
        }
        let roles = Roles::of(&schema);
        assert_eq!(
            [roles.says, roles.cues, roles.source, roles.cue, roles.quote()].join(" "),
            "holds marks holder verb opinion"
        );
    }
}
