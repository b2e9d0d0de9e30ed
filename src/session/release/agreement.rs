//! How well annotators agreed on the articles that are frozen.

use crate::compare::agreement::{
    Answered, Comparison, Details, MEASURES, Measure, Question, Resampling, Scope, Settings, answer_all, find,
};
use crate::file::{ReleasedAgreement, ReleasedFigure};
use crate::format::Article;
use crate::model::{DocumentId, Owner, Report};
use crate::session::compare::read_compared;
use crate::store::Folder;

/// What is measured, by id, and whether for each label too.
const ASKED: [(&str, bool); 6] = [
    ("exact", true),
    ("overlap", false),
    ("token", false),
    ("alpha", true),
    ("relations", false),
    ("attributes", false),
];

/// The agreement of annotators on articles; nothing if there are fewer than two.
pub(super) fn measure(
    folder: &Folder,
    articles: &[Article],
    annotators: &[Owner],
    report: &mut Report,
) -> Option<ReleasedAgreement> {
    if annotators.len() < 2 {
        return None;
    }
    let ids: Vec<DocumentId> = articles.iter().map(|it| it.document.id.clone()).collect();
    let compared = read_compared(folder, &ids, annotators, report, |_| true);
    let n_articles = compared.iter().filter(|it| it.sets.iter().all(Option::is_some)).count();
    let comparison = Comparison::new(annotators.to_vec(), &compared, Settings::default());
    let mut asked: Vec<(Question, Option<String>)> = Vec::new();
    for (id, by_label) in ASKED {
        let Some(measure) = find(id).filter(|_| is_asked(id, &comparison)) else { continue };
        let names = measure.labels(&comparison);
        let labels = (0..names.len()).filter(|_| by_label).map(Some);
        for label in std::iter::once(None).chain(labels) {
            let scopes = scopes(measure, annotators.len(), label);
            asked.push((Question { measure, scopes }, label.map(|it| names[it].clone())));
        }
    }
    let resampling = Resampling::default();
    let details = Details { resampling: Some(resampling), by_article: false };
    let questions: Vec<Question> = asked.iter().map(|it| it.0.clone()).collect();
    let answered = answer_all(&comparison, &questions, details);
    let figures =
        asked.into_iter().zip(answered).map(|((question, label), it)| figure(&question, label, &it));
    Some(ReleasedAgreement {
        annotators: annotators.iter().map(|it| it.name().to_owned()).collect(),
        n_articles,
        n_samples: resampling.n,
        seed: resampling.seed,
        figures: figures.collect(),
    })
}

fn is_asked(id: &str, comparison: &Comparison) -> bool {
    match id {
        "relations" => !comparison.relation_labels().is_empty(),
        "attributes" => comparison.has_attributes(),
        _ => MEASURES.iter().any(|it| it.id() == id),
    }
}

fn scopes(measure: &dyn Measure, n: usize, label: Option<usize>) -> Vec<Scope> {
    let everybody: Vec<usize> = (0..n).collect();
    let scopes: Vec<Scope> =
        if measure.is_pairwise() { Scope::pairs(n).collect() } else { vec![Scope::of(&everybody)] };
    scopes.into_iter().map(|it| Scope { label, ..it }).collect()
}

/// The figure that people quote of a measure.
fn figure(question: &Question, label: Option<String>, answered: &Answered) -> ReleasedFigure {
    let answer = answered.answers.first();
    let interval = answered.intervals.first().and_then(|it| it.as_ref().ok());
    ReleasedFigure {
        measure: question.measure.id().to_owned(),
        name: question.measure.name().to_owned(),
        label,
        value: answer.and_then(|it| it.ok()),
        interval: interval.filter(|_| answer.is_some_and(|it| it.is_ok())).map(|it| (it.low, it.high)),
        undefined: answer.and_then(|it| it.err()).map(|it| it.to_string()).unwrap_or_default(),
    }
}
