//! How well annotators agreed on the articles that are frozen.

use crate::compare::agreement::{Answered, Comparison, Details, Question, Resampling, Settings, answer_all};
use crate::file::{ReleasedAgreement, ReleasedFigure};
use crate::format::Article;
use crate::model::{DocumentId, Owner, Report};
use crate::session::agreement::{scopes, usual};
use crate::session::compare::read_compared;
use crate::store::Folder;

/// The measures that are asked for each label too, by id.
const BY_LABEL: [&str; 2] = ["exact", "alpha"];

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
    for measure in usual(&comparison) {
        let names = measure.labels(&comparison);
        let labels = (0..names.len()).filter(|_| BY_LABEL.contains(&measure.id())).map(Some);
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
