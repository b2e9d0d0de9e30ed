//! Agreement: every value that the libraries of the field compute on the cases in
//! `tests/cases/agreement/` (their versions are in `expected.json`), and what measures promise.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value as Json;
use sorot::compare::agreement::{
    Answer, ComparedArticle, Comparison, MEASURES, Scope, Settings, Undefined, find, spread,
};
use sorot::model::{Annotation, AnnotationSet, Owner, Relation, RelationId, Status, Value};
use sorot::text::{OffsetUnit, Range, Span, Text};

/// The cases by name.
const CASES: [&str; 5] = ["flat_two", "nested_two", "three_missing", "discontinuous_relations", "degenerate"];

/// The expected values have ten digits.
const TOLERANCE: f64 = 1e-9;

#[test]
fn span_scores_are_those_of_the_field() {
    for case in cases() {
        for (pair, expected) in object(&case.expected["pairwise_f1"]) {
            for (id, key) in [
                ("exact", "exact"),
                ("exact-any-label", "exact_any_label"),
                ("overlap", "overlap"),
                ("overlap-any-label", "overlap_any_label"),
            ] {
                case.check_scores(id, &case.pair(pair), &expected[key]);
            }
            for (label, expected) in object(&expected["per_label_exact"]) {
                match case.label(label) {
                    Some(label) => case.check_scores("exact", &case.pair(pair).on(label), expected),
                    None => assert!(expected["f1"].is_null(), "{}", case.name),
                }
            }
        }
        let n = case.comparison.owners().len();
        let values = Scope::pairs(n).filter_map(|it| case.answer("exact", "f1", &it).ok());
        let (mean, _) = spread(values).unwrap();
        check(Ok(mean), &case.expected["mean_pairwise_exact_f1"], &case.name);
        for (id, key) in [("exact", "exact"), ("token", "tokens")] {
            let articles = case.seen_by_all();
            let values = Scope::pairs(n).filter_map(|it| case.answer_over(id, "f1", &it, &articles).ok());
            let (mean, deviation) = spread(values).unwrap();
            let expected = &case.expected["bratiaa_complete_documents"][key];
            check(Ok(mean), &expected["mean_f1"], &case.name);
            check(Ok(deviation), &expected["sd_f1"], &case.name);
        }
    }
}

#[test]
fn coefficients_on_tokens_are_those_of_the_field() {
    for case in cases() {
        let expected = &case.expected["token_measures"];
        let codings =
            object(expected).into_iter().filter(|(name, _)| !["tokens", "label_sets"].contains(name));
        for (coding, expected) in codings {
            let label = case.label(coding);
            if coding != "all_labels_flat" && label.is_none() {
                continue;
            }
            let on = |scope: Scope| Scope { label, ..scope };
            for (id, figure, key) in [
                ("cohen", "kappa", "cohen"),
                ("cohen", "observed", "percent_agreement"),
                ("cohen", "kappa-marked", "cohen_on_tokens_that_someone_marked"),
            ] {
                let Some(pairs) = expected.get(key) else { continue };
                for (pair, expected) in object(pairs) {
                    let place = format!("{} {coding} {key} {pair}", case.name);
                    check(case.answer(id, figure, &on(case.pair(pair))), expected, &place);
                }
            }
            for (id, figure, key) in [
                ("fleiss", "kappa", "fleiss_complete_documents"),
                ("alpha", "nominal", "krippendorff_nominal"),
            ] {
                let place = format!("{} {coding} {key}", case.name);
                check(case.answer(id, figure, &on(case.everybody())), &expected[key], &place);
            }
        }
        for (distance, expected) in object(&expected["label_sets"]["nltk_alpha"]) {
            check(case.answer("alpha", distance, &case.everybody()), expected, &case.name);
        }
        if !case.expected["flat"].as_bool().unwrap() {
            let answer = case.answer("cohen", "kappa", &Scope::of(&[0, 1]));
            assert_eq!(answer, Err(Undefined::Overlapping), "{}", case.name);
        }
    }
}

#[test]
fn unitizing_coefficients_are_those_of_the_papers() {
    for case in cases() {
        let expected = &case.expected["unitizing"];
        let everybody = case.everybody();
        for (value, expected) in object(&expected["alpha_U_1995"]) {
            let scope = Scope { label: case.label(value), ..everybody.clone() };
            check(case.answer("alpha-u", "alpha-u", &scope), expected, &format!("{} {value}", case.name));
        }
        for (label, expected) in object(&expected["u_alpha_2016_per_label"]) {
            let Some(label) = case.label(label) else { continue };
            check(case.answer("u-alpha", "u-alpha", &everybody.clone().on(label)), expected, &case.name);
        }
        let Some(flat) = expected.get("u_alpha_2016_flat") else {
            let answer = case.answer("u-alpha", "u-alpha", &everybody);
            assert_eq!(answer, Err(Undefined::Overlapping), "{}", case.name);
            continue;
        };
        for (figure, key) in [("u-alpha", "u_alpha"), ("bar-u-alpha", "|u_alpha"), ("cu-alpha", "cu_alpha")] {
            check(case.answer("u-alpha", figure, &everybody), &flat[key], &format!("{} {key}", case.name));
        }
        for (label, expected) in object(&flat["(k)u_alpha"]) {
            let scope = everybody.clone().on(case.label(label).unwrap());
            for (figure, i) in [("k-u-alpha", 0), ("coverage", 1)] {
                check(
                    case.answer("k-u-alpha", figure, &scope),
                    &expected[i],
                    &format!("{} {label}", case.name),
                );
            }
        }
    }
}

#[test]
fn boundary_similarity_is_that_of_segeval() {
    for case in cases() {
        for (pair, expected) in object(&case.expected["boundary_similarity"]) {
            for (document, expected) in object(expected) {
                let article = [case.number(document)];
                let answer = case.answer_over("boundary-similarity", "b", &case.pair(pair), &article);
                check(answer, expected, &format!("{} {pair} {document}", case.name));
            }
        }
    }
}

#[test]
fn relations_and_attributes_count_as_by_hand() {
    let case = cases().into_iter().find(|it| it.name == "discontinuous_relations").unwrap();
    let pair = Scope::of(&[0, 1]);
    let expected = &case.expected["relations"]["A-B"];
    for (id, key) in [
        ("relations", "labelled"),
        ("relations-unlabelled", "unlabelled"),
        ("relations-common", "labelled_between_common_spans"),
        ("relations-common-unlabelled", "unlabelled_between_common_spans"),
    ] {
        case.check_scores(id, &pair, &expected[key]);
    }
    let accuracy = &expected["label_accuracy_where_both_have_the_edge"];
    check(case.answer("relation-labels", "accuracy", &pair), accuracy, "relation labels");
    let expected = &case.expected["attributes"]["A-B"];
    check(case.answer("attributes", "accuracy", &pair), &expected["accuracy"], "attributes");
    check(case.answer("attributes", "n", &pair), &expected["spans_in_common_with_attributes"], "attributes");
}

/// Seeds of which the mean is held against the library's.
const SEEDS: [u64; 5] = [1, 2, 3, 4, 5];

#[test]
fn gamma_is_that_of_the_paper_and_near_that_of_pygamma() {
    for case in cases() {
        for (document, expected) in object(&case.expected["gamma"]) {
            if expected.get("observed_disorder").is_none() {
                continue;
            }
            let article = [case.number(document)];
            let place = format!("{} {document}", case.name);
            let number = |key: &str| expected[key].as_f64().unwrap();
            let values = SEEDS.map(|seed| {
                let settings = Settings { seed, ..Settings::default() };
                let comparison = Comparison::new(case.comparison.owners().to_vec(), &case.articles, settings);
                let observation = find("gamma").unwrap().observe(&comparison, &case.everybody());
                let [gamma, observed, ..] = observation.answers(&article)[..] else { panic!("two figures") };
                assert!(
                    (observed.unwrap() - number("observed_disorder")).abs() < 1e-5,
                    "{place}: {observed:?}"
                );
                gamma.unwrap()
            });
            let (mean, _) = spread(values).unwrap();
            let distance = (mean - number("gamma_mean")).abs();
            assert!(distance <= 3.0 * number("gamma_sd"), "{place}: {values:?}");
        }
    }
}

/// One of the cases: two or three annotators, one to four articles.
struct Case {
    name: String,
    comparison: Comparison,
    articles: Vec<ComparedArticle>,
    expected: Json,
}

fn cases() -> Vec<Case> {
    let folder = folder();
    let expected = json(&folder.join("expected.json"));
    CASES.map(|name| Case::read(name, &folder, &expected["cases"][name])).into()
}

impl Case {
    fn read(name: &str, folder: &Path, expected: &Json) -> Case {
        let input = json(&folder.join("inputs").join(format!("{name}.json")));
        let names: Vec<&str> = list(&input["annotators"]).iter().map(|it| it.as_str().unwrap()).collect();
        let article = |document: &Json| {
            let text = Text::new(document["text"].as_str().unwrap());
            let set = |name: &&str| {
                let spans = document["annotations"].get(*name)?;
                let annotations = list(spans).iter().map(|it| annotation(&text, it));
                let relations = document.get("relations").map(|it| list(&it[*name])).unwrap_or_default();
                let relations = relations.iter().enumerate().map(|(i, it)| relation(i, it));
                Some(Arc::new(AnnotationSet::new(Status::Done, annotations, relations, [])))
            };
            ComparedArticle {
                document: document["id"].as_str().unwrap().into(),
                sets: names.iter().map(set).collect(),
                text: text.clone(),
            }
        };
        let articles: Vec<ComparedArticle> = list(&input["documents"]).iter().map(article).collect();
        let owners = names.iter().map(|it| Owner::named(it)).collect();
        Case {
            name: name.to_owned(),
            comparison: Comparison::new(owners, &articles, Settings::default()),
            articles,
            expected: expected.clone(),
        }
    }

    /// The scope that a name such as `A-B` means.
    fn pair(&self, name: &str) -> Scope {
        let owner = |name: &str| self.comparison.owners().iter().position(|it| it.name() == name).unwrap();
        Scope::of(&name.split('-').map(owner).collect::<Vec<_>>())
    }

    fn everybody(&self) -> Scope {
        Scope::of(&(0..self.comparison.owners().len()).collect::<Vec<_>>())
    }

    fn label(&self, name: &str) -> Option<usize> {
        self.comparison.labels().iter().position(|it| it == name)
    }

    fn all(&self) -> Vec<usize> {
        (0..self.articles.len()).collect()
    }

    fn seen_by_all(&self) -> Vec<usize> {
        self.all().into_iter().filter(|&it| self.articles[it].sets.iter().all(Option::is_some)).collect()
    }

    fn number(&self, document: &str) -> usize {
        self.articles.iter().position(|it| it.document.as_str() == document).unwrap()
    }

    fn answer(&self, id: &str, figure: &str, scope: &Scope) -> Answer {
        self.answer_over(id, figure, scope, &self.all())
    }

    fn answer_over(&self, id: &str, figure: &str, scope: &Scope, articles: &[usize]) -> Answer {
        answer(&self.comparison, id, figure, scope, articles)
    }

    fn check_scores(&self, id: &str, scope: &Scope, expected: &Json) {
        for (figure, key) in [
            ("f1", "f1"),
            ("precision", "precision"),
            ("recall", "recall"),
            ("both", "tp"),
            ("first-only", "fn"),
            ("second-only", "fp"),
        ] {
            let place = format!("{} {id} {figure} {scope:?}", self.name);
            check(self.answer(id, figure, scope), &expected[key], &place);
        }
    }
}

fn answer(comparison: &Comparison, id: &str, figure: &str, scope: &Scope, articles: &[usize]) -> Answer {
    let measure = find(id).unwrap_or_else(|| panic!("there is a measure {id}"));
    let i = measure.figures().iter().position(|it| it.id == figure);
    let i = i.unwrap_or_else(|| panic!("{id} has a figure {figure}"));
    measure.observe(comparison, scope).answers(articles)[i]
}

/// The value is the expected one, or both say that there is none.
fn check(answer: Answer, expected: &Json, place: &str) {
    match (answer, expected.as_f64()) {
        (Ok(value), Some(expected)) => {
            assert!((value - expected).abs() < TOLERANCE, "{place}: {value}, expected {expected}");
        }
        (Err(_), None) => assert!(expected.is_null(), "{place}: nothing is expected"),
        (answer, expected) => panic!("{place}: {answer:?}, expected {expected:?}"),
    }
}

fn annotation(text: &Text, json: &Json) -> Annotation {
    let range = |a: &Json, b: &Json| {
        let offset = |it: &Json| text.locate(it.as_u64().unwrap() as usize, OffsetUnit::CodePoint).unwrap();
        Range::new(offset(a), offset(b)).unwrap()
    };
    let ranges = match json.get("fragments") {
        Some(pieces) => list(pieces).iter().map(|it| range(&it[0], &it[1])).collect(),
        None => vec![range(&json["start"], &json["end"])],
    };
    let id = json["id"].as_str().unwrap().into();
    let mut annotation = Annotation::new(id, json["label"].as_str().unwrap(), Span::new(ranges).unwrap());
    if let Some(attributes) = json.get("attributes") {
        let text = |it: &Json| Value::Text(it.as_str().unwrap().to_owned());
        annotation.attributes = object(attributes).iter().map(|(k, v)| ((*k).to_owned(), text(v))).collect();
    }
    annotation
}

fn relation(i: usize, json: &Json) -> Relation {
    let name = |key: &str| json[key].as_str().unwrap();
    Relation {
        id: RelationId::from(format!("r{i}").as_str()),
        label: name("label").to_owned(),
        from: name("head").into(),
        to: name("child").into(),
        attributes: Default::default(),
        note: String::new(),
        origin: sorot::model::Origin::Unknown,
        created: None,
        modified: None,
        extra: Default::default(),
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/agreement")
}

fn json(path: &Path) -> Json {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn list(json: &Json) -> &[Json] {
    json.as_array().unwrap()
}

fn object(json: &Json) -> Vec<(&str, &Json)> {
    json.as_object().unwrap().iter().map(|(key, value)| (key.as_str(), value)).collect()
}
