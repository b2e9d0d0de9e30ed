//! Rows to spans and relations.

use std::collections::BTreeMap;

use crate::format::incoming::{Incoming, RawRelation, RawSpan};
use crate::format::webanno_tsv::ID;
use crate::format::webanno_tsv::rows::{Column, File, Layer, LayerKind, Row, place};
use crate::model::{Attributes, Place, Report, Severity, Value};

/// One end of a relation: a span, or what the file calls it.
enum End<'a> {
    Span(usize),
    Named(Name<'a>),
}

/// What a file calls an annotation: its layer, a row that it lies on, and its number, where 0 stands
/// for none.
struct Name<'a> {
    layer: &'a str,
    row: &'a str,
    number: usize,
}

/// A relation before all spans are known.
struct Link<'a> {
    line_number: usize,
    label: String,
    attributes: Attributes,
    from: End<'a>,
    to: End<'a>,
}

/// A link of a chain: its place there, its span, and what leads to the next.
type ChainLinks = BTreeMap<usize, (usize, Option<String>)>;

struct Reader<'a, 'r> {
    file: &'a File<'a>,
    report: &'r mut Report,
    spans: Vec<RawSpan>,
    /// Spans by the number that the file gave them, with their layer.
    by_number: BTreeMap<usize, (&'a str, usize)>,
    /// Spans by layer and row, in the order of their columns.
    by_row: BTreeMap<(&'a str, &'a str), Vec<usize>>,
    links: Vec<Link<'a>>,
    /// Chains by layer and number.
    chains: BTreeMap<(&'a str, usize), ChainLinks>,
}

pub(super) fn incoming(file: &File<'_>, report: &mut Report) -> Incoming {
    let stem = file.name.strip_suffix(".tsv").unwrap_or(file.name);
    let mut incoming = Incoming::new(ID, file.name, format!("{stem}.txt"), file.text.as_str(), file.unit);
    let mut reader = Reader {
        file,
        report,
        spans: Vec::new(),
        by_number: BTreeMap::new(),
        by_row: BTreeMap::new(),
        links: Vec::new(),
        chains: BTreeMap::new(),
    };
    // What a program says about tokens nobody annotated.
    let (of_tokens, layers): (Vec<_>, Vec<_>) =
        file.layers.iter().partition(|layer| layer.name.contains(".segmentation."));
    for layer in of_tokens {
        let message = format!("what {} says about tokens was not taken in", short(layer.name));
        let place = Place { file: Some(file.name.to_owned()), ..Place::default() };
        reader.report.add(Severity::Note, place, message);
    }
    for row in &file.rows {
        for layer in &layers {
            reader.cells(row, layer);
        }
    }
    incoming.relations = reader.relations();
    incoming.spans = reader.spans;
    incoming
}

impl<'a> Reader<'a, '_> {
    /// Takes in what a row says in a layer's columns: a value for each of the annotations that lie
    /// on it.
    fn cells(&mut self, row: &'a Row<'a>, layer: &'a Layer<'a>) {
        let fields = row.fields.get(layer.first..layer.first + layer.columns.len()).unwrap_or_default();
        let stacked: Vec<Vec<&str>> = fields.iter().map(|field| split(field, '|')).collect();
        let n = stacked.iter().map(Vec::len).max().unwrap_or(0);
        for i in 0..n {
            let cells: Vec<(&Column<'a>, &'a str)> = layer
                .columns
                .iter()
                .zip(&stacked)
                .filter_map(|(column, values)| Some((column, *values.get(i)?)))
                .filter(|(_, value)| *value != "_")
                .collect();
            if cells.is_empty() {
                continue;
            }
            match layer.kind {
                LayerKind::Span => self.annotation(row, layer, &cells),
                LayerKind::Chain => self.link_of_chain(row, layer, &cells),
                LayerKind::Relation => self.relation(row, layer, &cells),
            }
        }
    }

    fn annotation(&mut self, row: &'a Row<'a>, layer: &'a Layer<'a>, cells: &[(&Column<'a>, &'a str)]) {
        let number = cells.iter().find_map(|(column, value)| match column {
            Column::Fillers(_) => None,
            _ => numbered(value).1.parse::<usize>().ok(),
        });
        let known = number.and_then(|number| self.by_number.get(&number)).filter(|it| it.0 == layer.name);
        if let Some(&(_, i)) = known {
            self.extend(i, row);
            self.by_row.entry((layer.name, row.id)).or_default().push(i);
            return;
        }
        let (label, attributes) = said(layer, cells);
        let i = self.add(row, label, attributes);
        self.by_row.entry((layer.name, row.id)).or_default().push(i);
        if let Some(number) = number {
            self.by_number.insert(number, (layer.name, i));
        }
        let roles = cells.iter().filter(|(column, _)| **column == Column::Roles);
        let fillers = cells.iter().filter_map(|(column, value)| match column {
            Column::Fillers(layer) => Some((*layer, *value)),
            _ => None,
        });
        for ((_, roles), (filling, fillers)) in roles.zip(fillers) {
            for (role, filler) in split(roles, ';').into_iter().zip(split(fillers, ';')) {
                if filler == "*" || filler == "_" {
                    continue;
                }
                let (row_id, number) = numbered(filler);
                let label = if role == "*" { "slot".to_owned() } else { unescaped(role) };
                self.links.push(Link {
                    line_number: row.line_number,
                    label,
                    attributes: Attributes::new(),
                    from: End::Span(i),
                    to: End::Named(Name { layer: filling, row: row_id, number: number.parse().unwrap_or(0) }),
                });
            }
        }
    }

    /// A link of a chain has the chain's number and its own in the column of its relation.
    fn link_of_chain(&mut self, row: &'a Row<'a>, layer: &'a Layer<'a>, cells: &[(&Column<'a>, &'a str)]) {
        let cell = |wanted: Column<'a>| cells.iter().find(|it| *it.0 == wanted).map(|it| it.1);
        let relation = cell(Column::LinkRelation).and_then(|value| value.rsplit_once("->"));
        let place = relation.and_then(|(_, place)| {
            let (chain, link) = place.split_once('-')?;
            Some((chain.parse::<usize>().ok()?, link.parse::<usize>().ok()?))
        });
        let Some((chain, link)) = place else {
            return self.refuse(row, "a link of a chain does not say which one it is");
        };
        let known = self.chains.get(&(layer.name, chain)).and_then(|links| links.get(&link));
        if let Some(&(i, _)) = known {
            return self.extend(i, row);
        }
        let kind = cell(Column::LinkKind).map(|value| numbered(value).0).filter(|it| *it != "*");
        let label = kind.map_or_else(|| short(layer.name).to_owned(), unescaped);
        let relation = relation.map(|(value, _)| value).filter(|it| *it != "*").map(unescaped);
        let i = self.add(row, label, Attributes::new());
        self.chains.entry((layer.name, chain)).or_default().insert(link, (i, relation));
    }

    /// A relation stands on the row that it leads to, and names the one that it comes from, with the
    /// numbers of both annotations where rows have several.
    fn relation(&mut self, row: &'a Row<'a>, layer: &'a Layer<'a>, cells: &[(&Column<'a>, &'a str)]) {
        let source = cells.iter().find_map(|(column, value)| match column {
            Column::Source(layer) => Some((*layer, *value)),
            _ => None,
        });
        let Some((base, source)) = source else {
            return self.refuse(row, "a relation does not say where it comes from");
        };
        let (from_row, numbers) = numbered(source);
        let (from, to) = numbers.split_once('_').unwrap_or_default();
        let name = |row, number: &str| Name { layer: base, row, number: number.parse().unwrap_or(0) };
        let (label, attributes) = said(layer, cells);
        self.links.push(Link {
            line_number: row.line_number,
            label,
            attributes,
            from: End::Named(name(from_row, from)),
            to: End::Named(name(row.id, to)),
        });
    }

    fn add(&mut self, row: &Row<'_>, label: String, attributes: Attributes) -> usize {
        self.spans.push(RawSpan {
            id: format!("s{}", self.spans.len() + 1),
            label,
            pieces: vec![(row.start, row.end)],
            surface: (!row.token.trim().is_empty()).then(|| row.token.clone()),
            attributes,
            ..RawSpan::default()
        });
        self.spans.len() - 1
    }

    /// A further row of an annotation: what lies between belongs to it, too.
    fn extend(&mut self, i: usize, row: &Row<'_>) {
        if let Some(span) = self.spans.get_mut(i) {
            span.pieces.iter_mut().for_each(|piece| piece.1 = row.end);
            span.surface = None;
        }
    }

    fn refuse(&mut self, row: &Row<'_>, what: &str) {
        self.report.add(Severity::Error, place(self.file.name, row.line_number), what);
    }

    fn relations(&mut self) -> Vec<RawRelation> {
        let mut relations = Vec::new();
        for link in std::mem::take(&mut self.links) {
            let Some((from, to)) = self.resolved(&link.from).zip(self.resolved(&link.to)) else {
                let message = format!(
                    "the relation {} was not taken in, it leads to something that is no span",
                    link.label
                );
                self.report.add(Severity::Error, place(self.file.name, link.line_number), message);
                continue;
            };
            relations.push(self.between(link.label, link.attributes, from, to));
        }
        for ((layer, _), links) in &self.chains {
            let links: Vec<&(usize, Option<String>)> = links.values().collect();
            for pair in links.windows(2) {
                let ((from, label), (to, _)) = (pair[0], pair[1]);
                let label = label.clone().unwrap_or_else(|| short(layer).to_owned());
                relations.push(self.between(label, Attributes::new(), *from, *to));
            }
        }
        relations
    }

    fn between(&self, label: String, attributes: Attributes, from: usize, to: usize) -> RawRelation {
        let [from, to] = [from, to].map(|i| self.spans.get(i).map(|it| it.id.clone()).unwrap_or_default());
        RawRelation { label, attributes, from, to, ..RawRelation::default() }
    }

    fn resolved(&self, end: &End<'a>) -> Option<usize> {
        let Name { layer, row, number } = match end {
            End::Span(i) => return Some(*i),
            End::Named(name) => name,
        };
        if *number > 0 {
            return self.by_number.get(number).map(|it| it.1);
        }
        // A slot may be filled by any layer's annotation.
        let layers = self.file.layers.iter().map(|it| it.name);
        let mut layers = layers.filter(|it| it == layer || *layer == "uima.tcas.Annotation");
        layers.find_map(|layer| self.by_row.get(&(layer, *row))?.first().copied())
    }
}

/// The label that a layer's features state, and the others as attributes.
fn said(layer: &Layer<'_>, cells: &[(&Column<'_>, &str)]) -> (String, Attributes) {
    let mut attributes: Attributes = cells
        .iter()
        .filter_map(|(column, value)| match column {
            Column::Feature(name) => Some((*name, numbered(value).0)),
            _ => None,
        })
        .filter(|(_, value)| *value != "*")
        .map(|(name, value)| (name.to_owned(), Value::Text(unescaped(value))))
        .collect();
    let stated = ["label", "value"].into_iter().find_map(|name| match attributes.get(name) {
        Some(Value::Text(label)) if !label.is_empty() => Some((name, label.clone())),
        _ => None,
    });
    match stated {
        Some((name, label)) => {
            attributes.remove(name);
            (label, attributes)
        }
        None => (short(layer.name).to_owned(), attributes),
    }
}

/// The last part of a layer's name.
fn short(layer: &str) -> &str {
    layer.rsplit('.').next().unwrap_or(layer)
}

/// A value, and the number in brackets after it; empty if there is none.
fn numbered(value: &str) -> (&str, &str) {
    let inner = value.strip_suffix(']').and_then(|it| it.rsplit_once('['));
    inner.filter(|(before, _)| !ends_escaped(before)).unwrap_or((value, ""))
}

/// True if what comes next is escaped.
fn ends_escaped(text: &str) -> bool {
    text.bytes().rev().take_while(|it| *it == b'\\').count() % 2 == 1
}

/// The parts between separators that are not escaped.
fn split(field: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut is_escaped) = (0, false);
    for (i, character) in field.char_indices() {
        if character == separator && !is_escaped {
            parts.push(&field[start..i]);
            start = i + 1;
        }
        is_escaped = character == '\\' && !is_escaped;
    }
    parts.push(&field[start..]);
    parts
}

/// A value as it was before it was escaped.
fn unescaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        let escaped = if character == '\\' { characters.next() } else { None };
        out.push(match escaped {
            None => character,
            Some('t') => '\t',
            Some('n') => '\n',
            Some(other) => other,
        });
    }
    out
}
