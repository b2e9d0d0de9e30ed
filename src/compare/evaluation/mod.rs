//! How well predictions meet gold: scores, the errors behind them, and whether two predictions differ.
//!
//! Invariants:
//! - All scores count the same five outcomes ([`Counts`]), so precision, recall, F1, intervals and
//!   significance are defined once.
//! - No score depends on the order of annotations: equal ones are paired before all others, the rest
//!   by a largest one-to-one matching.
//! - An id in [`SCHEMES`] is never renamed or reused: scripts hold it.

mod counts;
mod errors;
mod pairing;
mod significance;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::compare::agreement::{ComparedArticle, Comparison, Mean, Observation, Scope, Undefined, find};
use crate::model::{Annotation, AnnotationSet, Value};

pub use counts::{Counts, FIGURES, Scores};
pub use errors::{Error, ErrorKind};
pub use significance::{Significance, significance, significance_of_mean};

use pairing::{First, Pairing};

/// A way to count what is right.
#[derive(Debug, PartialEq, Eq)]
pub struct Scheme {
    /// What scripts call it; lower case.
    pub id: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// What counts as what, in one or two sentences.
    pub definition: &'static str,
    /// Where it was published.
    pub paper: &'static str,
}

const SEMEVAL: &str = "Segura-Bedmar, Martínez & Herrero-Zazo 2013, SemEval-2013 task 9.1; after Chinchor & \
                       Sundheim 1993, MUC-5 evaluation metrics";

/// All schemes, in the order in which people see them.
pub static SCHEMES: &[Scheme] = &[
    Scheme {
        id: "strict",
        name: "strict",
        definition: "A span is correct if its label and all its pieces are those of gold, and incorrect if it \
                     shares text with a span of gold that it is paired with.",
        paper: SEMEVAL,
    },
    Scheme {
        id: "exact",
        name: "exact extent",
        definition: "A span is correct if all its pieces are those of gold, whatever its label, and incorrect \
                     if it shares text with a span of gold that it is paired with.",
        paper: SEMEVAL,
    },
    Scheme {
        id: "partial",
        name: "partial extent",
        definition: "A span is correct if all its pieces are those of gold, whatever its label, and half \
                     correct if it shares text with a span of gold that it is paired with.",
        paper: SEMEVAL,
    },
    Scheme {
        id: "type",
        name: "label where they overlap",
        definition: "A span is correct if it shares text with a span of gold of its label, and incorrect if \
                     the span that it is paired with has another label.",
        paper: SEMEVAL,
    },
    Scheme {
        id: "token",
        name: "tokens",
        definition: "Each span gives its label to each of its tokens, and these labels are counted.",
        paper: "Kolditz et al. 2019, Annotating German clinical documents for de-identification (bratiaa)",
    },
    Scheme {
        id: "relation",
        name: "relations",
        definition: "A relation is correct if its label is that of gold, and the spans at both ends have the \
                     labels and all the pieces of those of gold.",
        paper: "By analogy with labelled attachment: Buchholz & Marsi 2006, CoNLL-X shared task on \
                multilingual dependency parsing",
    },
    Scheme {
        id: "speaker",
        name: "speakers of the quotes found",
        definition: "Of the quotes with speakers in gold that the prediction has, with their label and some of \
                     their text: correct if it ties them to the same speakers, each found with its label and \
                     some of its text.",
        paper: "Pareti, O'Keefe, Konstas, Curran & Koprinska 2013, Automatically detecting and attributing \
                indirect quotations, EMNLP",
    },
];

/// The scheme with that id.
fn scheme(id: &str) -> &'static Scheme {
    SCHEMES.iter().find(|it| it.id == id).expect("it is a row of SCHEMES")
}

/// What a score is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Everything that was asked for, counted together (micro).
    All,
    /// Spans of a label, by themselves: what gold or the prediction calls otherwise is not there.
    Label(String),
    /// Relations of a label.
    Relation(String),
    /// Quotes whose attribute has this value in gold; nothing if it has none.
    Value(Option<String>),
}

/// What to look at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The labels of spans, and nothing else; all, and relations and speakers, if there is none.
    pub labels: Vec<String>,
    /// The label of the relations that lead from a speaker to a quote.
    pub attribution: String,
    /// The attribute of quotes by which speakers are counted.
    pub attribute: String,
}

/// One score of a prediction.
#[derive(Clone, Debug)]
pub struct Score {
    /// How it counts.
    pub scheme: &'static Scheme,
    /// What of.
    pub part: Part,
    /// What it counted in each article.
    pub scores: Scores,
}

/// A prediction held against gold.
#[derive(Clone, Debug)]
pub struct Evaluation {
    /// By scheme in the order of [`SCHEMES`], first over all, then by part.
    pub scores: Vec<Score>,
    /// Every error, by article and then in the order of the text.
    pub errors: Vec<Error>,
}

impl Evaluation {
    /// A score by its scheme's id and what it is of.
    pub fn score(&self, scheme: &str, part: &Part) -> Option<&Score> {
        self.scores.iter().find(|it| it.scheme.id == scheme && it.part == *part)
    }

    /// The scores of a scheme label by label, of which the mean is the macro average.
    pub fn by_label(&self, scheme: &str) -> impl Iterator<Item = &Score> {
        self.scores.iter().filter(move |it| it.scheme.id == scheme && matches!(it.part, Part::Label(_)))
    }

    /// The macro average of a scheme; nothing if it has no labels.
    pub fn macro_mean(&self, scheme: &str) -> Option<Mean> {
        let of_label = |it: &Score| -> Arc<dyn Observation> { Arc::new(it.scores.clone()) };
        let labels: Vec<Arc<dyn Observation>> = self.by_label(scheme).map(of_label).collect();
        (!labels.is_empty()).then(|| Mean(labels))
    }
}

/// What two predictions were tested for.
#[derive(Clone, Debug, PartialEq)]
pub struct Tested {
    /// The scheme.
    pub scheme: &'static Scheme,
    /// True for the mean of the labels' F1, false for F1 of everything counted together.
    pub is_macro: bool,
    /// What came of it.
    pub result: Result<Significance, Undefined>,
}

/// Tests for each scheme whether two predictions differ on some articles, by number: all together, and
/// in the mean of the labels if there are any. See [`significance`] for the other arguments.
pub fn test_all(
    [first, second]: [&Evaluation; 2],
    articles: &[usize],
    n_ways: usize,
    seed: u64,
) -> Vec<Tested> {
    let mut tested = Vec::new();
    for scheme in SCHEMES {
        let all = |it: &'_ Evaluation| Some(it.score(scheme.id, &Part::All)?.scores.clone());
        if let Some((first, second)) = all(first).zip(all(second)) {
            let result = significance(&first, &second, articles, n_ways, seed);
            tested.push(Tested { scheme, is_macro: false, result });
        }
        let labels: BTreeSet<&Part> =
            [first, second].iter().flat_map(|it| it.by_label(scheme.id)).map(|it| &it.part).collect();
        // A label that only one of them has is missing from the other's mean, in the test as in the score.
        let none = Scores(vec![None; articles.iter().max().map_or(0, |it| it + 1)]);
        let of = |it: &'_ Evaluation, part: &Part| it.score(scheme.id, part).map(|it| it.scores.clone());
        let of = |it, part: &Part| of(it, part).unwrap_or_else(|| none.clone());
        let parts: Vec<[Scores; 2]> = labels.iter().map(|part| [of(first, part), of(second, part)]).collect();
        if !parts.is_empty() {
            let parts: Vec<[&Scores; 2]> = parts.iter().map(|it| it.each_ref()).collect();
            let result = significance_of_mean(&parts, articles, n_ways, seed);
            tested.push(Tested { scheme, is_macro: true, result });
        }
    }
    tested
}

/// Holds what one owner predicts against gold. `comparison` was made of `articles`, in which `gold`
/// and `predicted` number the sets.
///
/// # Panics
/// If there is no such owner.
pub fn evaluate(
    comparison: &Comparison,
    articles: &[ComparedArticle],
    [gold, predicted]: [usize; 2],
    wanted: &Wanted,
) -> Evaluation {
    let labels = labels_of(articles, [gold, predicted], wanted);
    let is_wanted = |it: &Annotation| wanted.labels.is_empty() || wanted.labels.contains(&it.label);
    let mut span_counts: BTreeMap<(usize, Part), Vec<Option<Counts>>> = BTreeMap::new();
    let mut errors = Vec::new();
    let mut attributions: BTreeMap<Part, Vec<Option<Counts>>> = BTreeMap::new();
    for (i, article) in articles.iter().enumerate() {
        let set = |it: usize| article.sets.get(it).and_then(Option::as_ref);
        let Some(sets) = set(gold).zip(set(predicted)) else { continue };
        let own = [sets.0, sets.1].map(|it| -> Vec<&Arc<Annotation>> {
            it.in_order(&[]).into_iter().filter(|it| is_wanted(it)).collect()
        });
        let mut add = |part: Part, own: &[Vec<&Arc<Annotation>>; 2], by_label: &Pairing| {
            let by_extent = Pairing::new(&own[0], &own[1], First::Extent);
            for (scheme, counts) in counts::of_spans(own, &by_extent, by_label).into_iter().enumerate() {
                let by_article = span_counts.entry((scheme, part.clone()));
                by_article.or_insert_with(|| vec![None; articles.len()])[i] = Some(counts);
            }
        };
        let pairing = Pairing::new(&own[0], &own[1], First::Label);
        add(Part::All, &own, &pairing);
        for label in &labels {
            let own = own.each_ref().map(|it| it.iter().copied().filter(|it| it.label == *label).collect());
            add(Part::Label(label.clone()), &own, &Pairing::new(&own[0], &own[1], First::Label));
        }
        let wrong = if wanted.labels.is_empty() {
            attribute([sets.0, sets.1], &own, &pairing, wanted, |part, counts| {
                let by_article = attributions.entry(part).or_insert_with(|| vec![None; articles.len()]);
                by_article[i].get_or_insert_default().add(counts);
            })
        } else {
            Vec::new()
        };
        errors.extend(errors::of_article(i, &own, &pairing, wrong));
    }
    let mut scores: Vec<Score> = Vec::new();
    for ((scheme, part), by_article) in span_counts {
        scores.push(Score { scheme: &SCHEMES[scheme], part, scores: Scores(by_article) });
    }
    scores.extend(token_scores(comparison, [gold, predicted], &labels));
    if wanted.labels.is_empty() && !comparison.relation_labels().is_empty() {
        scores.extend(relation_scores(comparison, [gold, predicted]));
        let scheme = scheme("speaker");
        scores.extend(attributions.into_iter().map(|(part, it)| Score { scheme, part, scores: Scores(it) }));
    }
    Evaluation { scores, errors }
}

/// The labels that occur in what both have seen, in alphabetical order.
fn labels_of(articles: &[ComparedArticle], pair: [usize; 2], wanted: &Wanted) -> BTreeSet<String> {
    let mut labels = BTreeSet::new();
    for article in articles {
        let sets = pair.map(|it| article.sets.get(it).and_then(Option::as_ref));
        let [Some(gold), Some(predicted)] = sets else { continue };
        let occurring = gold.annotations().chain(predicted.annotations()).map(|it| &it.label);
        let chosen = occurring.filter(|it| wanted.labels.is_empty() || wanted.labels.contains(it));
        labels.extend(chosen.cloned());
    }
    labels
}

/// Counts speakers, and gives those quotes, by their place in gold, whose speakers are wrong.
fn attribute(
    sets: [&Arc<AnnotationSet>; 2],
    own: &[Vec<&Arc<Annotation>>; 2],
    pairing: &Pairing,
    wanted: &Wanted,
    mut count: impl FnMut(Part, Counts),
) -> Vec<errors::WrongSpeaker> {
    let number =
        |side: usize| own[side].iter().enumerate().map(|(i, it)| (&it.id, i)).collect::<BTreeMap<_, _>>();
    let numbers = [number(0), number(1)];
    let speakers = |side: usize, quote: &Annotation| -> BTreeSet<usize> {
        let relations = sets[side].relations_of(&quote.id);
        let leading = relations.filter(|it| it.label == wanted.attribution && it.to == quote.id);
        leading.filter_map(|it| numbers[side].get(&it.from).copied()).collect()
    };
    let same_label = |i: usize| pairing.of_gold[i].filter(|&j| own[0][i].label == own[1][j].label);
    let mut wrong = Vec::new();
    for (i, quote) in own[0].iter().enumerate() {
        let expected = speakers(0, quote);
        if expected.is_empty() {
            continue;
        }
        let Some(j) = same_label(i) else { continue };
        let found = speakers(1, own[1][j]);
        let partners: Option<BTreeSet<usize>> = expected.iter().map(|&it| same_label(it)).collect();
        let is_correct = partners.as_ref() == Some(&found);
        let counts =
            Counts { correct: u64::from(is_correct), incorrect: u64::from(!is_correct), ..Counts::default() };
        count(Part::All, counts);
        count(Part::Value(quote.attributes.get(&wanted.attribute).map(Value::to_string)), counts);
        if !is_correct {
            let people = |side: usize, numbers: &BTreeSet<usize>| {
                numbers.iter().map(|&it| Arc::clone(own[side][it])).collect()
            };
            let speakers = [people(0, &expected), people(1, &found)];
            wrong.push(errors::WrongSpeaker { quote: i, speakers });
        }
    }
    wrong
}

fn token_scores(comparison: &Comparison, pair: [usize; 2], labels: &BTreeSet<String>) -> Vec<Score> {
    let numbers = comparison.labels().iter().enumerate().filter(|(_, it)| labels.contains(*it));
    let parts = numbers.map(|(i, label)| (Part::Label(label.clone()), Scope::of(&pair).on(i)));
    let parts: Vec<Score> =
        parts.map(|(part, scope)| measured(comparison, "token", scheme("token"), part, &scope)).collect();
    let mut all = vec![None; comparison.n_articles()];
    for (i, counts) in parts.iter().flat_map(|it| it.scores.0.iter().enumerate()) {
        if let Some(counts) = counts {
            all[i].get_or_insert_with(Counts::default).add(*counts);
        }
    }
    let all = Score { scheme: scheme("token"), part: Part::All, scores: Scores(all) };
    std::iter::once(all).chain(parts).collect()
}

fn relation_scores(comparison: &Comparison, pair: [usize; 2]) -> Vec<Score> {
    let labels = comparison.relation_labels().iter().enumerate();
    let parts = labels.map(|(i, label)| (Part::Relation(label.clone()), Scope::of(&pair).on(i)));
    let all = std::iter::once((Part::All, Scope::of(&pair)));
    let parts = all.chain(parts);
    parts.map(|(part, scope)| measured(comparison, "relations", scheme("relation"), part, &scope)).collect()
}

/// What a measure of agreement that counts what both have found in each article.
fn measured(
    comparison: &Comparison,
    measure: &str,
    scheme: &'static Scheme,
    part: Part,
    scope: &Scope,
) -> Score {
    let measure = find(measure).expect("it is a row of MEASURES");
    let observation = measure.observe(comparison, scope);
    let place = |id: &str| measure.figures().iter().position(|it| it.id == id);
    let places = ["both", "first-only", "second-only"].map(place);
    let counts = |article: usize| {
        let answers = observation.answers(&[article]);
        let [Some(correct), Some(missed), Some(spurious)] =
            places.map(|it| answers.get(it?)?.ok().map(|it| it as u64))
        else {
            return None;
        };
        Some(Counts { correct, missed, spurious, ..Counts::default() })
    };
    Score { scheme, part, scores: Scores((0..comparison.n_articles()).map(counts).collect()) }
}
