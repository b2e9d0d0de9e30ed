//! How well annotators agree: measures over a [`Comparison`], each with its paper, what it leaves
//! out, and the cases behind its numbers.
//!
//! Invariants:
//! - An answer is a number or says why there is none; 0, 1 and NaN never stand for "undefined".
//! - An id in [`MEASURES`] or of a [`Figure`] is never renamed or reused: scripts hold it.
//! - A measure looks at the sets once ([`Measure::observe`]); values per article, over all and over
//!   resampled articles come from what it noted ([`Observation::answers`]), so they cannot differ in
//!   their definition.

mod alpha;
mod alpha_u;
mod answered;
mod attributes;
mod bootstrap;
mod boundary_similarity;
mod coding;
mod cohen;
mod comparison;
mod confusion;
mod continuum;
mod fleiss;
mod gamma;
mod relations;
mod span_scores;
mod token_scores;
mod u_alpha;

use std::fmt;

use crate::model::{AnnotationId, RelationId};
use crate::text::Range;

pub use answered::{Answered, Details, Mean, Question, answer_all, answer_parts};
pub use bootstrap::{Interval, Resampling, bootstrap};
pub use comparison::{ComparedArticle, Comparison, Settings};
pub use confusion::{Confusion, confusion};

/// All measures, in the order in which people see them.
pub static MEASURES: &[&dyn Measure] = &[
    &span_scores::EXACT,
    &span_scores::EXACT_ANY_LABEL,
    &span_scores::OVERLAP,
    &span_scores::OVERLAP_ANY_LABEL,
    &token_scores::TokenScores,
    &alpha::Alpha,
    &cohen::Cohen,
    &fleiss::Fleiss,
    &u_alpha::UAlpha,
    &u_alpha::ValueAlpha,
    &alpha_u::AlphaU,
    &gamma::Gamma,
    &gamma::GammaCat,
    &boundary_similarity::BoundarySimilarity,
    &relations::LABELLED,
    &relations::UNLABELLED,
    &relations::LABELLED_COMMON,
    &relations::UNLABELLED_COMMON,
    &relations::LabelAccuracy,
    &attributes::Attributes,
];

/// The measure with that id.
pub fn find(id: &str) -> Option<&'static dyn Measure> {
    MEASURES.iter().copied().find(|measure| measure.id() == id)
}

/// One way to say how alike annotators' sets are.
pub trait Measure: Sync {
    /// What scripts and the command line call it; lower case.
    fn id(&self) -> &'static str;

    /// What people call it.
    fn name(&self) -> &'static str;

    /// What it is, in one or two sentences.
    fn definition(&self) -> &'static str;

    /// Where it was published: authors, year, title, place.
    fn paper(&self) -> &'static str;

    /// What it cannot see or should not be used for, in one or two sentences.
    fn leaves_out(&self) -> &'static str;

    /// The numbers it gives; the first is the one that people quote.
    fn figures(&self) -> &'static [Figure];

    /// True if it compares two annotators; false if it takes all of them at once.
    fn is_pairwise(&self) -> bool;

    /// What [`Scope::label`] numbers: labels of annotations, unless it measures something else.
    fn labels<'a>(&self, comparison: &'a Comparison) -> &'a [String] {
        comparison.labels()
    }

    /// Looks at all articles once.
    ///
    /// # Panics
    /// If the scope names annotators or labels that are not there.
    fn observe(&self, comparison: &Comparison, scope: &Scope) -> Box<dyn Observation>;

    /// What an article adds to the numbers: where the annotators agree and where not, in the order
    /// of the text. Empty if one of them has not seen it.
    fn cases(&self, comparison: &Comparison, scope: &Scope, article: usize) -> Vec<Case>;
}

/// What a measure noted of each article.
pub trait Observation: Send + Sync {
    /// The figures over some articles, by number. One that is there twice counts twice; those that
    /// the annotators have not seen count for nothing.
    fn answers(&self, articles: &[usize]) -> Vec<Answer>;
}

/// One number of a measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figure {
    /// What scripts call it; unique within its measure.
    pub id: &'static str,
    /// What it says, in a few words.
    pub name: &'static str,
    /// True if it is a number of things and not a degree of agreement.
    pub is_count: bool,
}

/// Who is compared, and on what.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scope {
    /// The annotators, as [`Comparison::owners`] numbers them: two for a pairwise measure, of whom
    /// the first is the reference, or more. Fewer than two have nothing in common to look at.
    pub annotators: Vec<usize>,
    /// The label, as [`Measure::labels`] numbers it; all together if there is none.
    pub label: Option<usize>,
}

impl Scope {
    /// These annotators, over all labels.
    pub fn of(annotators: &[usize]) -> Scope {
        Scope { annotators: annotators.to_vec(), label: None }
    }

    /// The same annotators on one label.
    #[must_use]
    pub fn on(self, label: usize) -> Scope {
        Scope { label: Some(label), ..self }
    }

    /// All pairs of `n` annotators, in order.
    pub fn pairs(n: usize) -> impl Iterator<Item = Scope> {
        (0..n).flat_map(move |a| (a + 1..n).map(move |b| Scope::of(&[a, b])))
    }
}

/// A number, or why there is none.
pub type Answer = Result<f64, Undefined>;

/// Why a measure has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Undefined {
    /// No article was seen by the annotators, or none of those has text.
    NoArticle,
    /// Nobody marked anything.
    NothingMarked,
    /// The reference marked nothing.
    ReferenceEmpty,
    /// The other annotator marked nothing.
    ResponseEmpty,
    /// One of the annotators marked nothing in any article.
    AnnotatorEmpty,
    /// Everything has one code, so no disagreement is expected by chance.
    OneCategory,
    /// An annotator's spans overlap, and the measure gives each place one label.
    Overlapping,
    /// The measure answers for one label at a time.
    NeedsLabel,
    /// The annotators have nothing in common that could be compared.
    NothingInCommon,
    /// There are too many ways to align the annotators' units.
    TooLarge,
}

impl fmt::Display for Undefined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("undefined, because ")?;
        f.write_str(match self {
            Undefined::NoArticle => "no article was seen by the annotators",
            Undefined::NothingMarked => "nobody marked anything",
            Undefined::ReferenceEmpty => "the first annotator marked nothing",
            Undefined::ResponseEmpty => "the second annotator marked nothing",
            Undefined::AnnotatorEmpty => "an annotator marked nothing",
            Undefined::OneCategory => "everything has the same code, so that no disagreement is expected",
            Undefined::Overlapping => "an annotator's spans overlap, and this gives each place one label",
            Undefined::NeedsLabel => "this answers for one label at a time",
            Undefined::NothingInCommon => "the annotators have nothing in common to compare",
            Undefined::TooLarge => "there are too many ways to align the annotators' units",
        })
    }
}

/// A place where annotators agree or differ, as a measure counts it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The article's number.
    pub article: usize,
    /// Where in its text.
    pub place: Option<Range>,
    /// True if it counts as agreement.
    pub is_agreed: bool,
    /// What each annotator of the scope has there, in the scope's order.
    pub items: Vec<Vec<Item>>,
}

/// What a case is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Item {
    /// An annotation.
    Annotation(AnnotationId),
    /// A relation.
    Relation(RelationId),
}

/// Mean and standard deviation of the values that are there, by their number and not one less;
/// `None` if there is no value.
pub fn spread(values: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    let values: Vec<f64> = values.into_iter().collect();
    if values.is_empty() {
        return None;
    }
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|it| (it - mean) * (it - mean)).sum::<f64>() / n;
    Some((mean, variance.sqrt()))
}
