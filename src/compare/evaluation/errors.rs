//! Errors of a prediction, each with its place.

use std::sync::Arc;

use super::pairing::Pairing;
use crate::model::Annotation;
use crate::text::Range;

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ErrorKind {
    /// The label is right, and the span is not.
    Boundary,
    /// Another label, on a span that shares at least half of what both cover together.
    Label,
    /// Gold has a span, and the prediction none.
    Missed,
    /// The prediction has a span, and gold none.
    Spurious,
    /// The quote is found, and its speakers are not those of gold.
    WrongSpeaker,
}

impl ErrorKind {
    /// All kinds, in the order in which people see them.
    pub const ALL: [ErrorKind; 5] = [
        ErrorKind::Boundary,
        ErrorKind::Label,
        ErrorKind::Missed,
        ErrorKind::Spurious,
        ErrorKind::WrongSpeaker,
    ];

    /// What people and scripts call it; never changed.
    pub fn name(self) -> &'static str {
        match self {
            ErrorKind::Boundary => "boundary",
            ErrorKind::Label => "label",
            ErrorKind::Missed => "missed",
            ErrorKind::Spurious => "spurious",
            ErrorKind::WrongSpeaker => "wrong-speaker",
        }
    }
}

/// Something that a prediction got wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Error {
    /// The article's number.
    pub article: usize,
    /// What is wrong.
    pub kind: ErrorKind,
    /// Where, over both.
    pub place: Range,
    /// What gold has; of a wrong speaker, the quote.
    pub gold: Option<Arc<Annotation>>,
    /// What the prediction has.
    pub predicted: Option<Arc<Annotation>>,
    /// Of a wrong speaker: those of gold, and those of the prediction.
    pub speakers: [Vec<Arc<Annotation>>; 2],
}

/// A quote whose speakers are not those of gold.
pub(super) struct WrongSpeaker {
    /// The quote's place among the spans of gold.
    pub(super) quote: usize,
    /// Those of gold, and those of the prediction.
    pub(super) speakers: [Vec<Arc<Annotation>>; 2],
}

/// The errors in one article, in text order.
pub(super) fn of_article(
    article: usize,
    [gold, predicted]: &[Vec<&Arc<Annotation>>; 2],
    pairing: &Pairing,
    wrong_speakers: Vec<WrongSpeaker>,
) -> Vec<Error> {
    let mut errors = Vec::new();
    let mut add = |kind, gold: Option<&Arc<Annotation>>, predicted: Option<&Arc<Annotation>>, speakers| {
        let hulls = gold.iter().chain(&predicted).map(|it| it.span.hull());
        if let Some(place) = hulls.reduce(Range::hull) {
            let [gold, predicted] = [gold.cloned(), predicted.cloned()];
            errors.push(Error { article, kind, place, gold, predicted, speakers });
        }
    };
    for (own, partner) in gold.iter().zip(&pairing.of_gold) {
        let other = partner.map(|it| predicted[it]);
        match other {
            None => add(ErrorKind::Missed, Some(own), None, Default::default()),
            Some(it) if it.label == own.label && it.span == own.span => {}
            Some(it) if it.label == own.label => {
                add(ErrorKind::Boundary, Some(own), other, Default::default());
            }
            Some(it) if is_about(own, it) => add(ErrorKind::Label, Some(own), other, Default::default()),
            Some(_) => {
                add(ErrorKind::Missed, Some(own), None, Default::default());
                add(ErrorKind::Spurious, None, other, Default::default());
            }
        }
    }
    for (own, _) in predicted.iter().zip(&pairing.is_taken).filter(|(_, is_taken)| !**is_taken) {
        add(ErrorKind::Spurious, None, Some(own), Default::default());
    }
    for WrongSpeaker { quote, speakers } in wrong_speakers {
        let other = pairing.of_gold[quote].map(|it| predicted[it]);
        add(ErrorKind::WrongSpeaker, Some(gold[quote]), other, speakers);
    }
    errors.sort_by_key(|it| (it.place, it.kind));
    errors
}

/// True if spans share at least half of what they cover together: a name inside a long quote is not
/// a wrong label of the quote.
fn is_about(a: &Annotation, b: &Annotation) -> bool {
    let n_shared = a.span.n_shared_bytes(&b.span);
    2 * n_shared >= a.span.n_bytes() + b.span.n_bytes() - n_shared
}
