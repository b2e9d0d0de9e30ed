//! Predictions against gold: what nervaluate counts where both define the same, what is counted by
//! hand where they do not, and what the test of significance promises.

use std::path::Path;
use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value as Json;
use sorot::compare::agreement::{ComparedArticle, Comparison, Observation, Settings, Undefined};
use sorot::compare::evaluation::{
    Counts, ErrorKind, Evaluation, Part, SCHEMES, Scores, Wanted, evaluate, significance,
    significance_of_mean,
};
use sorot::model::{Annotation, AnnotationSet, Origin, Owner, Relation, Status, Value};
use sorot::text::{OffsetUnit, Range, Text};

/// A label, where it begins and ends.
type Marked<'a> = (&'a str, usize, usize);

/// Counts as nervaluate 1.2.1 gives them (`tests/cases/evaluation/nervaluate.json`), on spans of
/// which none shares text with two of the other side: elsewhere its counts depend on their order.
#[test]
fn counts_are_those_of_nervaluate() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/evaluation/nervaluate.json");
    let json: Json = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    assert_eq!(json["versions"]["nervaluate"], "1.2.1");
    let documents = json["documents"].as_array().unwrap();
    let marked = |json: &Json| -> Vec<(String, usize, usize)> {
        let number = |it: &Json| it.as_u64().unwrap() as usize;
        let spans = json.as_array().unwrap().iter();
        spans.map(|it| (it[0].as_str().unwrap().to_owned(), number(&it[1]), number(&it[2]))).collect()
    };
    let articles: Vec<ComparedArticle> = documents
        .iter()
        .enumerate()
        .map(|(i, document)| {
            let sides = ["gold", "predicted"].map(|side| marked(&document[side]));
            let sides = sides.each_ref().map(|side| -> Vec<Marked<'_>> {
                side.iter().map(|(label, start, end)| (label.as_str(), *start, *end)).collect()
            });
            article(i, &[&sides[0], &sides[1]])
        })
        .collect();
    let evaluation = evaluated(&articles, &Wanted::default());
    let all: Vec<usize> = (0..articles.len()).collect();
    let labels = json["labels"].as_object().unwrap().iter();
    let parts = labels.map(|(label, expected)| (Part::Label(label.clone()), expected));
    for (part, expected) in parts.chain([(Part::All, &json["overall"])]) {
        for (scheme, key) in
            [("strict", "strict"), ("exact", "exact"), ("partial", "partial"), ("type", "ent_type")]
        {
            let scores = &evaluation.score(scheme, &part).unwrap().scores;
            let counts = scores.total(&all).unwrap();
            let found = [counts.correct, counts.incorrect, counts.partial, counts.missed, counts.spurious];
            let expected = &expected[key];
            let wanted = ["correct", "incorrect", "partial", "missed", "spurious"]
                .map(|it| expected[it].as_u64().unwrap());
            assert_eq!(found, wanted, "{scheme} {part:?}");
            for (answer, key) in scores.answers(&all).into_iter().zip(["f1", "precision", "recall"]) {
                let expected = expected[key].as_f64().unwrap();
                assert!((answer.unwrap() - expected).abs() < 1e-9, "{scheme} {part:?} {key}");
            }
        }
    }
}

/// Where spans nest, nervaluate gives a long prediction the gold span that a later one equals.
#[test]
fn equal_spans_are_taken_before_all_others() {
    let gold = [("quote", 0, 30), ("country", 5, 10), ("speaker", 32, 40)];
    let predicted = [("weapon", 0, 12), ("country", 5, 10), ("quote", 0, 28), ("speaker", 50, 55)];
    let evaluation = evaluated(&[article(0, &[&gold, &predicted])], &Wanted::default());
    // country is equal; quote has another extent; weapon shares text with gold, but both of its
    // partners are taken.
    let expected = [
        ("strict", Counts { correct: 1, incorrect: 1, missed: 1, spurious: 2, ..Counts::default() }),
        ("exact", Counts { correct: 1, incorrect: 1, missed: 1, spurious: 2, ..Counts::default() }),
        ("partial", Counts { correct: 1, partial: 1, missed: 1, spurious: 2, ..Counts::default() }),
        ("type", Counts { correct: 2, missed: 1, spurious: 2, ..Counts::default() }),
    ];
    for (scheme, counts) in expected {
        let score = evaluation.score(scheme, &Part::All).unwrap();
        assert_eq!(score.scores.total(&[0]), Some(counts), "{scheme}");
    }
    let partial = evaluation.score("partial", &Part::All).unwrap();
    assert_eq!(partial.scores.answers(&[0]), [Ok(3.0 / 7.0), Ok(1.5 / 4.0), Ok(1.5 / 3.0)]);
    let kinds: Vec<ErrorKind> = evaluation.errors.iter().map(|it| it.kind).collect();
    use ErrorKind::{Boundary, Missed, Spurious};
    assert_eq!(kinds, [Spurious, Boundary, Missed, Spurious]);
}

#[test]
fn a_name_inside_a_quote_is_no_wrong_label_of_it() {
    let evaluation = evaluated(
        &[article(0, &[&[("quote", 0, 40), ("weapon", 50, 56)], &[("country", 5, 10), ("country", 50, 58)]])],
        &Wanted::default(),
    );
    let errors: Vec<(ErrorKind, usize)> =
        evaluation.errors.iter().map(|it| (it.kind, start(it.place))).collect();
    assert_eq!(errors, [(ErrorKind::Missed, 0), (ErrorKind::Spurious, 5), (ErrorKind::Label, 50)]);
}

#[test]
fn speakers_are_counted_by_the_kind_of_quote() {
    let quotes = [("quote", 0, 10), ("quote", 20, 30), ("quote", 40, 50), ("quote", 60, 70)];
    let speakers = [("speaker", 12, 15), ("speaker", 32, 35), ("speaker", 52, 55)];
    let spans: Vec<Marked<'_>> = quotes.into_iter().chain(speakers).collect();
    // Gold: 4 says 0, 4 says 1, 5 says 2, 6 says 3.
    let gold = set_of(&spans, &[(4, 0), (4, 1), (5, 2), (6, 3)], &["direct", "direct", "indirect"]);
    // The first is right, with another boundary; the second has another speaker, the third none,
    // and the fourth quote is missed.
    let mut found = spans.clone();
    found[0].1 = 1;
    found.remove(3);
    let predicted = set_of(&found, &[(3, 0), (5, 1)], &["indirect"]);
    let articles =
        [ComparedArticle { document: "a".into(), text: text(), sets: vec![Some(gold), Some(predicted)] }];
    let wanted =
        Wanted { attribution: "says".to_owned(), attribute: "quote_type".to_owned(), labels: vec![] };
    let evaluation = evaluated(&articles, &wanted);
    let of = |part: Part| evaluation.score("speaker", &part).and_then(|it| it.scores.total(&[0]));
    let counts = |correct, incorrect| Some(Counts { correct, incorrect, ..Counts::default() });
    assert_eq!(of(Part::All), counts(1, 2));
    assert_eq!(of(Part::Value(Some("direct".to_owned()))), counts(1, 1));
    assert_eq!(of(Part::Value(Some("indirect".to_owned()))), counts(0, 1));
    assert_eq!(of(Part::Value(None)), None);
    let wrong: Vec<[usize; 3]> = evaluation
        .errors
        .iter()
        .filter(|it| it.kind == ErrorKind::WrongSpeaker)
        .map(|it| [start(it.place), it.speakers[0].len(), it.speakers[1].len()])
        .collect();
    assert_eq!(wrong, [[20, 1, 1], [40, 1, 0]]);
    // Relations ask for both ends to the letter, and the first quote begins elsewhere.
    let relations = evaluation.score("relation", &Part::All).unwrap().scores.total(&[0]);
    assert_eq!(relations, Some(Counts { missed: 4, spurious: 2, ..Counts::default() }));
}

#[test]
fn the_test_of_macro_scores_exchanges_an_article_in_all_labels_at_once() {
    let right = Some(Counts { correct: 1, ..Counts::default() });
    let wrong = Some(Counts { missed: 1, spurious: 1, ..Counts::default() });
    // The first has both labels right on both articles, the second none: F1 is 1 and 0. Of four ways,
    // the two that exchange both articles or neither give that difference, whatever the number of labels.
    let (good, bad) = (Scores(vec![right; 2]), Scores(vec![wrong; 2]));
    let both = [[&good, &bad], [&good, &bad]];
    let result = significance_of_mean(&both, &[0, 1], 10_000, 1).unwrap();
    assert_eq!((result.difference, result.p, result.n_ways), (1.0, 0.5, 4));
    assert!(result.is_exhaustive);
    // A frequent label on which both are alike decides micro F1, and half of macro F1.
    let many = Some(Counts { correct: 98, ..Counts::default() });
    let alike = Scores(vec![many; 2]);
    let result = significance_of_mean(&[[&good, &bad], [&alike, &alike]], &[0, 1], 10_000, 1).unwrap();
    assert_eq!((result.difference, result.p), (0.5, 0.5));
    // A label without a value is in no mean; one part is what it is by itself.
    let none = Scores(vec![None; 2]);
    let with = significance_of_mean(&[[&good, &bad], [&none, &none]], &[0, 1], 10_000, 1);
    assert_eq!(with, significance(&good, &bad, &[0, 1], 10_000, 1));
    assert_eq!(significance_of_mean(&[[&none, &none]], &[0, 1], 10, 1), Err(Undefined::NoArticle));
    assert_eq!(significance_of_mean(&[], &[0, 1], 10, 1), Err(Undefined::NoArticle));
}

#[test]
fn the_test_of_significance_is_exact_for_few_articles_and_seeded_for_many() {
    let counts = |correct, missed| Some(Counts { correct, missed, ..Counts::default() });
    // Each of three articles favours the first: of eight ways, none and all exchanged reach that far.
    let first = Scores(vec![counts(4, 0); 3]);
    let second = Scores(vec![counts(2, 2); 3]);
    let result = significance(&first, &second, &[0, 1, 2], 10_000, 1).unwrap();
    assert_eq!((result.p, result.n_ways, result.is_exhaustive), (0.25, 8, true));
    assert!((result.difference - (1.0 - 2.0 / 3.0)).abs() < 1e-12);

    let all: Vec<usize> = (0..20).collect();
    let first = Scores(vec![counts(4, 0); 20]);
    let second = Scores(vec![counts(2, 2); 20]);
    let result = significance(&first, &second, &all, 999, 1).unwrap();
    assert_eq!((result.p, result.is_exhaustive), (0.001, false));
    assert_eq!(significance(&first, &second, &all, 999, 1), Ok(result));
    let same = significance(&first, &first, &all, 999, 1).unwrap();
    assert_eq!((same.difference, same.p), (0.0, 1.0));
    let nothing = Scores(vec![None; 20]);
    assert_eq!(significance(&first, &nothing, &all, 999, 1), Err(Undefined::NoArticle));
}

#[test]
fn every_scheme_says_what_it_is() {
    for scheme in SCHEMES {
        assert!(scheme.definition.ends_with('.') && !scheme.definition.contains("  "), "{}", scheme.id);
        assert!(scheme.paper.chars().any(|it| it.is_ascii_digit()), "{}", scheme.id);
        assert_eq!(SCHEMES.iter().filter(|it| it.id == scheme.id).count(), 1);
    }
}

fn drawn() -> impl Strategy<Value = Vec<(usize, usize, usize)>> {
    vec((0..3_usize, 0..60_usize, 1..20_usize), 0..8)
}

proptest! {
    #[test]
    fn nothing_is_counted_twice_and_order_does_not_matter(gold in drawn(), predicted in drawn()) {
        const LABELS: [&str; 3] = ["k", "l", "m"];
        let spans = |drawn: &[(usize, usize, usize)]| -> Vec<Marked<'_>> {
            drawn.iter().map(|&(label, start, n)| (LABELS[label], start, start + n)).collect()
        };
        let (gold, predicted) = (spans(&gold), spans(&predicted));
        let turned: Vec<Marked<'_>> = predicted.iter().rev().copied().collect();
        let here = evaluated(&[article(0, &[&gold, &predicted])], &Wanted::default());
        let there = evaluated(&[article(0, &[&gold, &turned])], &Wanted::default());
        let itself = evaluated(&[article(0, &[&gold, &gold])], &Wanted::default());
        for scheme in ["strict", "exact", "partial", "type"] {
            let counts = |it: &Evaluation| it.score(scheme, &Part::All).unwrap().scores.total(&[0]).unwrap();
            let found = counts(&here);
            prop_assert_eq!(found, counts(&there));
            prop_assert_eq!(found.n_gold(), gold.len() as u64);
            prop_assert_eq!(found.n_predicted(), predicted.len() as u64);
            prop_assert_eq!(counts(&itself).correct, gold.len() as u64);
        }
        prop_assert!(itself.errors.is_empty());
        let strict = here.score("strict", &Part::All).unwrap().scores.total(&[0]).unwrap();
        prop_assert_eq!(here.errors.is_empty(), strict.n_gold() + strict.n_predicted() == 2 * strict.correct);
    }
}

fn text() -> Text {
    Text::new("x".repeat(200))
}

fn start(place: Range) -> usize {
    text().measure(place.start(), OffsetUnit::CodePoint)
}

fn article(i: usize, sides: &[&[Marked<'_>]]) -> ComparedArticle {
    let sets = sides.iter().map(|it| Some(set_of(it, &[], &[]))).collect();
    ComparedArticle { document: format!("{i}").as_str().into(), text: text(), sets }
}

/// Spans, relations between them by their numbers, and kinds of the first of them.
fn set_of(spans: &[Marked<'_>], relations: &[(usize, usize)], kinds: &[&str]) -> Arc<AnnotationSet> {
    let text = text();
    let offset = |it: usize| text.locate(it, OffsetUnit::CodePoint).unwrap();
    let id = |i: usize| format!("s{i}");
    let annotations = spans.iter().enumerate().map(|(i, &(label, start, end))| {
        let span = Range::new(offset(start), offset(end)).unwrap().into();
        let mut annotation = Annotation::new(id(i).as_str().into(), label, span);
        if let Some(kind) = kinds.get(i) {
            annotation.attributes.insert("quote_type".to_owned(), Value::Text((*kind).to_owned()));
        }
        annotation
    });
    let relations = relations.iter().enumerate().map(|(i, &(from, to))| Relation {
        id: format!("r{i}").as_str().into(),
        label: "says".to_owned(),
        from: id(from).as_str().into(),
        to: id(to).as_str().into(),
        attributes: Default::default(),
        note: String::new(),
        origin: Origin::Unknown,
        created: None,
        modified: None,
        extra: Default::default(),
    });
    Arc::new(AnnotationSet::new(Status::Done, annotations, relations, []))
}

fn evaluated(articles: &[ComparedArticle], wanted: &Wanted) -> Evaluation {
    let owners = ["gold", "model"].map(Owner::named).into();
    let comparison = Comparison::new(owners, articles, Settings::default());
    evaluate(&comparison, articles, [0, 1], wanted)
}
