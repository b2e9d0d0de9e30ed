//! The sets of several annotators, cut to what measures count: units, tokens, code points.
//!
//! Invariants:
//! - Articles keep the order in which they came: measures on a continuum depend on it.
//! - Units of a set are sorted by label, start, end and pieces, so equal units stand together.
//! - Positions here are numbers within one article, of code points or of tokens; texts are asked
//!   again only for cases.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use super::Scope;
use super::coding::Tally;
use crate::compare::Tokenization;
use crate::model::{Annotation, AnnotationId, AnnotationSet, DocumentId, Owner, Relation};
use crate::text::{OffsetUnit, Range, Text};

/// An article and what each annotator made of it.
#[derive(Clone, Debug)]
pub struct ComparedArticle {
    /// Which article.
    pub document: DocumentId,
    /// Its text.
    pub text: Text,
    /// The annotators' sets, in their order; nothing for one who has not seen it.
    pub sets: Vec<Option<Arc<AnnotationSet>>>,
}

/// What a person may choose about measures, and what stands beside their values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// What counts as a token.
    pub tokenization: Tokenization,
    /// Where random samples start: the same seed gives the same values everywhere.
    pub seed: u64,
    /// How many random continua γ's expected disorder is the mean of.
    pub n_samples: usize,
}

impl Default for Settings {
    /// Tokens between white space; 30 samples, as pygamma-agreement takes.
    fn default() -> Settings {
        Settings { tokenization: Tokenization::WhiteSpace, seed: 1, n_samples: 30 }
    }
}

/// Articles with the sets of two or more annotators, ready for measures.
#[derive(Debug)]
pub struct Comparison {
    /// How it was made.
    pub settings: Settings,
    owners: Vec<Owner>,
    labels: Vec<String>,
    relation_labels: Vec<String>,
    /// Sets of labels that tokens have, as sorted label numbers; the first is empty.
    label_sets: Vec<Vec<u32>>,
    articles: Vec<PreparedArticle>,
    /// The tallies that somebody holds: several measures count the same tokens.
    tallies: Mutex<BTreeMap<Scope, Weak<Tally>>>,
}

#[derive(Debug)]
pub(super) struct PreparedArticle {
    pub(super) document: DocumentId,
    pub(super) text: Text,
    pub(super) n_code_points: u32,
    pub(super) n_tokens: u32,
    pub(super) sets: Vec<Option<Units>>,
}

/// A stretch of code points or of tokens, end exclusive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Stretch {
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Stretch {
    pub(super) fn length(self) -> u32 {
        self.end.saturating_sub(self.start)
    }

    /// How much both have.
    pub(super) fn n_shared(self, other: Stretch) -> u32 {
        self.end.min(other.end).saturating_sub(self.start.max(other.start))
    }
}

/// An annotation as measures see it.
#[derive(Debug)]
pub(super) struct Unit {
    pub(super) label: u32,
    /// From the first code point to the last.
    pub(super) hull: Stretch,
    /// Its pieces; empty if there is one, which is the hull.
    several: Box<[Stretch]>,
    /// Noted here because looking at the annotation itself costs a trip to memory.
    pub(super) has_attributes: bool,
    pub(super) annotation: Arc<Annotation>,
}

impl Unit {
    pub(super) fn pieces(&self) -> &[Stretch] {
        if self.several.is_empty() { std::slice::from_ref(&self.hull) } else { &self.several }
    }

    /// What units of equal extent have in common.
    pub(super) fn extent(&self) -> (Stretch, &[Stretch]) {
        (self.hull, &self.several)
    }

    /// The order of [`Unit::extent`].
    pub(super) fn cmp_extent(&self, other: &Unit) -> Ordering {
        // As one number each, since which of two comes first is hard for a processor to guess.
        let key = |it: &Unit| u64::from(it.hull.start) << 32 | u64::from(it.hull.end);
        key(self).cmp(&key(other)).then_with(|| self.several.cmp(&other.several))
    }

    /// True if both have a code point in common.
    pub(super) fn meets(&self, other: &Unit) -> bool {
        if self.hull.n_shared(other.hull) == 0 {
            return false;
        }
        self.several.is_empty() && other.several.is_empty()
            || self.pieces().iter().any(|a| other.pieces().iter().any(|b| a.n_shared(*b) > 0))
    }
}

/// One piece of a unit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    pub(super) label: u32,
    pub(super) code_points: Stretch,
    pub(super) tokens: Stretch,
}

/// A stretch of tokens that are all coded alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) tokens: Stretch,
    /// How many units cover it, or a number of [`Comparison::label_sets`]; never 0.
    pub(super) code: u32,
}

/// A relation between two units of a set, by their numbers.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) label: u32,
    pub(super) from: u32,
    pub(super) to: u32,
    pub(super) relation: Arc<Relation>,
}

/// What one annotator made of one article.
#[derive(Debug)]
pub(super) struct Units {
    units: Vec<Unit>,
    unit_starts: Vec<u32>,
    /// The numbers of all units by extent; made when it is asked for.
    by_extent: OnceLock<Vec<u32>>,
    /// True if one of them has attributes.
    pub(super) has_attributes: bool,
    pieces: Vec<Piece>,
    piece_starts: Vec<u32>,
    depths: Vec<Run>,
    depth_starts: Vec<u32>,
    /// The tokens that have labels, with the number of their set of labels.
    pub(super) coded: Vec<Run>,
    pub(super) links: Vec<Link>,
}

impl Units {
    /// The units of a label, or all, label by label.
    pub(super) fn units(&self, label: Option<usize>) -> &[Unit] {
        &self.units[part(&self.unit_starts, label)]
    }

    /// All units by extent, and those of one extent label by label.
    pub(super) fn by_extent(&self) -> impl Iterator<Item = &Unit> {
        let numbers = self.by_extent.get_or_init(|| {
            let mut numbers: Vec<u32> = (0..self.units.len() as u32).collect();
            numbers.sort_by(|&a, &b| self.units[a as usize].cmp_extent(&self.units[b as usize]));
            numbers
        });
        numbers.iter().map(|&it| &self.units[it as usize])
    }

    /// The pieces of a label, by start and then longer first; or all, label by label.
    pub(super) fn pieces(&self, label: Option<usize>) -> &[Piece] {
        &self.pieces[part(&self.piece_starts, label)]
    }

    /// The tokens of a label, with how many of its units cover them.
    pub(super) fn depths(&self, label: usize) -> &[Run] {
        &self.depths[part(&self.depth_starts, Some(label))]
    }
}

fn part(starts: &[u32], label: Option<usize>) -> ops::Range<usize> {
    match label {
        Some(label) => starts[label] as usize..starts[label + 1] as usize,
        None => 0..starts[starts.len() - 1] as usize,
    }
}

impl Comparison {
    /// Prepares articles for comparing. Each has as many sets as there are owners; what lacks at
    /// its end counts as not seen.
    pub fn new(owners: Vec<Owner>, articles: &[ComparedArticle], settings: Settings) -> Comparison {
        let mut names = Names::default();
        let read: Vec<ReadArticle> =
            articles.iter().map(|it| names.read(it, settings.tokenization)).collect();
        let [(labels, label_ranks), (relation_labels, relation_ranks)] =
            [&names.labels, &names.relation_labels].map(ranked);
        let mut builder = Builder {
            label_sets: vec![Vec::new()],
            code_of: BTreeMap::from([(Vec::new(), 0)]),
            code_of_single: vec![0; labels.len()],
            label_ranks,
            relation_ranks,
            names,
        };
        let prepared = articles.iter().zip(read).map(|(it, read)| builder.article(it, read, owners.len()));
        let articles = prepared.collect();
        Comparison {
            settings,
            labels,
            relation_labels,
            owners,
            label_sets: builder.label_sets,
            articles,
            tallies: Mutex::default(),
        }
    }

    /// The tokens of a scope as they were coded: the same tally for all who ask while one holds it.
    pub(super) fn tally(&self, scope: &Scope) -> Arc<Tally> {
        let known = || -> MutexGuard<'_, _> { self.tallies.lock().unwrap_or_else(PoisonError::into_inner) };
        if let Some(tally) = known().get(scope).and_then(Weak::upgrade) {
            return tally;
        }
        // Not under the lock: others count other tokens meanwhile.
        let tally = Arc::new(Tally::new(self, scope));
        known().insert(scope.clone(), Arc::downgrade(&tally));
        tally
    }

    /// The annotators, in the order in which scopes number them.
    pub fn owners(&self) -> &[Owner] {
        &self.owners
    }

    /// The labels that occur, in alphabetical order.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// The labels of relations that occur, in alphabetical order.
    pub fn relation_labels(&self) -> &[String] {
        &self.relation_labels
    }

    /// True if an annotation of anybody has attributes.
    pub fn has_attributes(&self) -> bool {
        self.articles.iter().flat_map(|it| it.sets.iter().flatten()).any(|it| it.has_attributes)
    }

    /// How many articles there are.
    pub fn n_articles(&self) -> usize {
        self.articles.len()
    }

    /// The article with that number.
    pub fn document(&self, article: usize) -> &DocumentId {
        &self.articles[article].document
    }

    pub(super) fn articles(&self) -> &[PreparedArticle] {
        &self.articles
    }

    pub(super) fn article(&self, article: usize) -> &PreparedArticle {
        &self.articles[article]
    }

    pub(super) fn label_sets(&self) -> &[Vec<u32>] {
        &self.label_sets
    }
}

impl PreparedArticle {
    /// The units of some annotators; nothing if one of them has not seen the article, or if there
    /// are fewer than two to compare.
    pub(super) fn seen_by(&self, annotators: &[usize]) -> Option<Vec<&Units>> {
        if annotators.len() < 2 {
            return None;
        }
        annotators.iter().map(|&it| self.sets.get(it)?.as_ref()).collect()
    }

    /// The text's range that code points name.
    pub(super) fn range(&self, stretch: Stretch) -> Option<Range> {
        let offset = |it: u32| self.text.locate(it as usize, OffsetUnit::CodePoint).ok();
        Range::new(offset(stretch.start)?, offset(stretch.end)?)
    }
}

impl Units {
    /// The ids of units that cover a part of `range`.
    pub(super) fn ids_within(&self, label: Option<usize>, range: Range) -> Vec<AnnotationId> {
        let covers =
            |it: &&Unit| it.annotation.span.ranges().iter().any(|own| own.intersection(range).is_some());
        self.units(label).iter().filter(covers).map(|it| it.annotation.id.clone()).collect()
    }
}

/// The labels met so far, numbered as they came.
#[derive(Default)]
struct Names<'a> {
    labels: BTreeMap<&'a str, u32>,
    relation_labels: BTreeMap<&'a str, u32>,
}

fn number_of<'a>(names: &mut BTreeMap<&'a str, u32>, name: &'a str) -> u32 {
    let next = names.len() as u32;
    *names.entry(name).or_insert(next)
}

/// The names in alphabetical order, and for each number the place in it.
fn ranked(names: &BTreeMap<&str, u32>) -> (Vec<String>, Vec<u32>) {
    let mut ranks = vec![0; names.len()];
    names.values().zip(0..).for_each(|(&number, rank)| ranks[number as usize] = rank);
    (names.keys().map(|&it| it.to_owned()).collect(), ranks)
}

/// An article whose labels have the numbers of [`Names`] and are in no order yet.
struct ReadArticle {
    n_tokens: u32,
    sets: Vec<Option<(Vec<Unit>, Vec<Piece>)>>,
}

impl<'a> Names<'a> {
    /// Looks at each annotation of an article, which costs more than all that is done with it later.
    fn read(&mut self, article: &'a ComparedArticle, tokenization: Tokenization) -> ReadArticle {
        let places = Places::new(&article.text, tokenization);
        let sets = article.sets.iter().map(|set| Some(self.units(set.as_ref()?, &places))).collect();
        ReadArticle { n_tokens: places.token_starts.len() as u32, sets }
    }

    fn units(&mut self, set: &'a AnnotationSet, places: &Places) -> (Vec<Unit>, Vec<Piece>) {
        let mut units: Vec<Unit> = Vec::with_capacity(set.annotations().len());
        let mut pieces: Vec<Piece> = Vec::with_capacity(set.annotations().len());
        for annotation in set.annotations() {
            let label = number_of(&mut self.labels, &annotation.label);
            let ranges = annotation.span.ranges();
            let mut after = 0;
            for &range in ranges {
                let mut tokens = places.tokens(range);
                // Two pieces of a unit may share a token, which has the label once all the same.
                tokens.start = tokens.start.max(after).min(tokens.end);
                after = tokens.end;
                pieces.push(Piece { label, code_points: places.code_points(range), tokens });
            }
            let several = if ranges.len() == 1 {
                Box::default()
            } else {
                ranges.iter().map(|&it| places.code_points(it)).collect()
            };
            let hull = places.code_points(annotation.span.hull());
            let has_attributes = !annotation.attributes.is_empty();
            units.push(Unit { label, hull, several, has_attributes, annotation: Arc::clone(annotation) });
        }
        for relation in set.relations() {
            number_of(&mut self.relation_labels, &relation.label);
        }
        (units, pieces)
    }
}

/// What preparing remembers from one article to the next.
struct Builder<'a> {
    names: Names<'a>,
    label_ranks: Vec<u32>,
    relation_ranks: Vec<u32>,
    label_sets: Vec<Vec<u32>>,
    code_of: BTreeMap<Vec<u32>, u32>,
    /// The code of a label that stands alone; 0 if there is none yet.
    code_of_single: Vec<u32>,
}

/// Where the bytes of a text lie in code points and tokens.
struct Places {
    /// Nothing if every character is one byte.
    code_points: Option<Vec<u32>>,
    /// The first token that ends after each byte.
    tokens: Vec<u32>,
    /// Where the tokens start, in bytes.
    token_starts: Vec<u32>,
}

impl Places {
    fn new(text: &Text, tokenization: Tokenization) -> Places {
        let string = text.as_str();
        let code_points = (!string.is_ascii()).then(|| {
            let mut code_points = vec![0; string.len() + 1];
            let mut n = 0;
            for (byte, place) in code_points.iter_mut().enumerate() {
                *place = n;
                n += u32::from(string.is_char_boundary(byte + 1));
            }
            code_points
        });
        let tokens = tokenization.tokens(text);
        let mut ends = Vec::with_capacity(string.len() + 1);
        for (token, i) in tokens.iter().zip(0..) {
            ends.resize(token.end().byte(), i);
        }
        ends.resize(string.len() + 1, tokens.len() as u32);
        let token_starts = tokens.iter().map(|it| it.start().byte() as u32).collect();
        Places { code_points, tokens: ends, token_starts }
    }

    fn code_points(&self, range: Range) -> Stretch {
        let place = |byte: usize| match &self.code_points {
            Some(table) => table[byte.min(table.len() - 1)],
            None => byte as u32,
        };
        Stretch { start: place(range.start().byte()), end: place(range.end().byte()) }
    }

    /// The tokens of which `range` has a code point.
    fn tokens(&self, range: Range) -> Stretch {
        let last = self.tokens.len() - 1;
        let start = self.tokens[range.start().byte().min(last)];
        let after = self.tokens[range.end().byte().min(last)] as usize;
        let is_begun = self.token_starts.get(after).is_some_and(|&it| (it as usize) < range.end().byte());
        Stretch { start, end: (after as u32 + u32::from(is_begun)).max(start) }
    }
}

impl Builder<'_> {
    fn article(&mut self, article: &ComparedArticle, read: ReadArticle, n_owners: usize) -> PreparedArticle {
        let sets = article.sets.iter().zip(read.sets);
        let mut sets: Vec<Option<Units>> =
            sets.map(|(set, read)| Some(self.units(set.as_ref()?, read?))).collect();
        sets.resize_with(n_owners, || None);
        PreparedArticle {
            document: article.document.clone(),
            text: article.text.clone(),
            n_code_points: article.text.length(OffsetUnit::CodePoint) as u32,
            n_tokens: read.n_tokens,
            sets,
        }
    }

    fn units(&mut self, set: &AnnotationSet, (mut units, mut pieces): (Vec<Unit>, Vec<Piece>)) -> Units {
        let n_labels = self.label_ranks.len();
        units.iter_mut().for_each(|it| it.label = self.label_ranks[it.label as usize]);
        pieces.iter_mut().for_each(|it| it.label = self.label_ranks[it.label as usize]);
        units.sort_by(|a, b| a.label.cmp(&b.label).then_with(|| a.cmp_extent(b)));
        pieces.sort_by_key(|it| (it.label, it.code_points.start, u32::MAX - it.code_points.end));
        let unit_starts = starts(units.iter().map(|it| it.label), n_labels);
        let piece_starts = starts(pieces.iter().map(|it| it.label), n_labels);
        let mut depths = Vec::with_capacity(pieces.len());
        let mut depth_starts = vec![0];
        for label in 0..n_labels {
            push_depths(&pieces[part(&piece_starts, Some(label))], &mut depths);
            depth_starts.push(depths.len() as u32);
        }
        let coded = self.code(&depths, &depth_starts);
        let links = self.links(set, &units);
        let by_extent = OnceLock::new();
        let has_attributes = units.iter().any(|it| it.has_attributes);
        Units {
            units,
            unit_starts,
            by_extent,
            has_attributes,
            pieces,
            piece_starts,
            depths,
            depth_starts,
            coded,
            links,
        }
    }

    /// The runs of all labels as runs of sets of labels.
    fn code(&mut self, depths: &[Run], depth_starts: &[u32]) -> Vec<Run> {
        let mut events: Vec<(u32, u32, bool)> = Vec::with_capacity(2 * depths.len());
        for label in 0..depth_starts.len() - 1 {
            let runs = &depths[part(depth_starts, Some(label))];
            for stretch in joined(runs.iter().map(|it| it.tokens)) {
                events.push((stretch.start, label as u32, true));
                events.push((stretch.end, label as u32, false));
            }
        }
        events.sort_unstable();
        let (mut labels, mut at, mut coded) = (Vec::new(), 0, Vec::with_capacity(events.len()));
        for (token, label, begins) in events {
            if token > at && !labels.is_empty() {
                coded.push(Run { tokens: Stretch { start: at, end: token }, code: self.code_of(&labels) });
            }
            at = token;
            match labels.binary_search(&label) {
                Err(i) if begins => labels.insert(i, label),
                Ok(i) if !begins => drop(labels.remove(i)),
                _ => {}
            }
        }
        coded
    }

    fn code_of(&mut self, labels: &[u32]) -> u32 {
        if let [label] = labels {
            let known = self.code_of_single[*label as usize];
            if known != 0 {
                return known;
            }
        }
        if let Some(&code) = self.code_of.get(labels) {
            return code;
        }
        let code = self.label_sets.len() as u32;
        self.label_sets.push(labels.to_vec());
        self.code_of.insert(labels.to_vec(), code);
        if let [label] = labels {
            self.code_of_single[*label as usize] = code;
        }
        code
    }

    /// The relations whose ends are both there.
    fn links(&self, set: &AnnotationSet, units: &[Unit]) -> Vec<Link> {
        if set.relations().len() == 0 {
            return Vec::new();
        }
        let numbers: BTreeMap<&AnnotationId, u32> =
            units.iter().zip(0..).map(|(unit, i)| (&unit.annotation.id, i)).collect();
        let link = |relation: &Arc<Relation>| {
            Some(Link {
                label: self.relation_ranks[*self.names.relation_labels.get(&*relation.label)? as usize],
                from: *numbers.get(&relation.from)?,
                to: *numbers.get(&relation.to)?,
                relation: Arc::clone(relation),
            })
        };
        set.relations().filter_map(link).collect()
    }
}

/// Where each label's part of a list begins that is sorted by label, and the list's length.
fn starts(labels: impl Iterator<Item = u32>, n_labels: usize) -> Vec<u32> {
    let mut starts = vec![0; n_labels + 1];
    for label in labels {
        starts[label as usize + 1] += 1;
    }
    for i in 0..n_labels {
        starts[i + 1] += starts[i];
    }
    starts
}

/// Adds the tokens of some pieces, sorted by start, with how many pieces cover them.
fn push_depths(pieces: &[Piece], depths: &mut Vec<Run>) {
    if pieces.is_sorted_by(|a, b| a.tokens.end <= b.tokens.start) {
        let runs = pieces.iter().filter(|it| it.tokens.length() > 0);
        depths.extend(runs.map(|it| Run { tokens: it.tokens, code: 1 }));
        return;
    }
    let mut events: Vec<(u32, i32)> =
        pieces.iter().flat_map(|it| [(it.tokens.start, 1), (it.tokens.end, -1)]).collect();
    events.sort_unstable();
    let (mut depth, mut at) = (0, 0);
    for (token, change) in events {
        if token > at && depth > 0 {
            depths.push(Run { tokens: Stretch { start: at, end: token }, code: depth as u32 });
        }
        at = token;
        depth += change;
    }
}

/// Sorted stretches that touch or overlap as one.
fn joined(stretches: impl Iterator<Item = Stretch>) -> Vec<Stretch> {
    let mut joined: Vec<Stretch> = Vec::new();
    for stretch in stretches {
        match joined.last_mut() {
            Some(last) if stretch.start <= last.end => last.end = last.end.max(stretch.end),
            _ => joined.push(stretch),
        }
    }
    joined
}
