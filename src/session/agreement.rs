//! How well annotators agree: the questions people ask, all answered at once, for tables and the
//! window.

pub mod over_time;
mod plots;

use std::sync::Arc;

pub use over_time::{Order, OverTime, Timeline, Window};
pub use plots::{confusion_plot, labels_plot, of_annotators, of_labels, pairs_plot};

use super::compare::read_compared;
use super::import::Progress;
use super::plot::Plot;
use super::table::{Cell, Table, beside, number};
use super::{Action, Effect, Job, Session, sentence};
use crate::compare::Tokenization;
use crate::compare::agreement::{
    Answer, Answered, Case, ComparedArticle, Comparison, Details, Figure, Interval, Measure, Question,
    Resampling, Scope, Settings, Undefined, answer_all, find,
};
use crate::model::{DocumentId, Owner, Report};
use crate::store::Folder;

/// What is asked.
#[derive(Clone)]
pub struct Wanted {
    /// By which measures.
    pub measures: Vec<&'static dyn Measure>,
    /// Only these labels, each by itself; all together if there is none.
    pub labels: Vec<String>,
    /// Also each label by itself.
    pub by_label: bool,
    /// Also each article by itself.
    pub by_article: bool,
    /// How articles are drawn for intervals; nothing for none.
    pub resampling: Option<Resampling>,
}

/// A label's number in a measure, and its name.
pub type NumberedLabel = (usize, String);

/// A measure's figures for some annotators, a label, an article.
pub struct Finding {
    /// The measure.
    pub measure: &'static dyn Measure,
    /// Who, as the comparison numbers them.
    pub annotators: Vec<usize>,
    /// True if the figures are means over all pairs of them.
    pub is_mean: bool,
    /// The label, as the measure numbers it, and its name; nothing for all together.
    pub label: Option<NumberedLabel>,
    /// The article; nothing for all together.
    pub article: Option<String>,
    /// The figures.
    pub answers: Vec<Answer>,
    /// Their intervals; empty if none were asked for.
    pub intervals: Vec<Result<Interval, Undefined>>,
    /// The standard deviation of the first figure over the pairs.
    pub deviation: Option<f64>,
}

/// The measures that are asked if nobody names any.
const USUAL: [&str; 6] = ["exact", "overlap", "token", "alpha", "relations", "attributes"];

/// The measures that most people ask for, without those that have nothing to look at.
pub fn usual(comparison: &Comparison) -> Vec<&'static dyn Measure> {
    let measures = USUAL.iter().filter_map(|it| find(it));
    let has_something = |it: &&'static dyn Measure| match it.id() {
        "relations" => !comparison.relation_labels().is_empty(),
        "attributes" => comparison.has_attributes(),
        _ => true,
    };
    measures.filter(has_something).collect()
}

impl Finding {
    /// Its figures as rows: the measure, the figure, who and on what label, then where, and the number
    /// with its interval or why there is none.
    fn csv_rows(&self, owners: &[Owner], place: &[Cell]) -> Vec<Vec<Cell>> {
        let n_shown = if self.is_mean { 1 } else { self.answers.len() };
        let figures = self.answers.iter().zip(self.measure.figures()).take(n_shown).enumerate();
        let row = |(i, (answer, figure)): (usize, (&Answer, &Figure))| {
            let bound = |bound: fn(&Interval) -> f64| match self.interval(i) {
                Some(interval) => Cell::exact(Ok(bound(interval))),
                None => Cell::Number(String::new()),
            };
            let of = [
                Cell::text(self.measure.id()),
                Cell::text(figure.id),
                Cell::text(names(owners, &self.annotators)),
                Cell::text(self.label.as_ref().map(|it| it.1.clone()).unwrap_or_default()),
            ];
            let found = [
                Cell::exact(*answer),
                bound(|it| it.low),
                bound(|it| it.high),
                Cell::text(answer.err().map(|it| it.to_string()).unwrap_or_default()),
            ];
            of.into_iter().chain(place.iter().cloned()).chain(found).collect()
        };
        figures.map(row).collect()
    }

    /// The interval of a figure that has a value and is a degree of agreement.
    pub fn interval(&self, figure: usize) -> Option<&Interval> {
        let has_interval = self.answers.get(figure)?.is_ok() && !self.measure.figures().get(figure)?.is_count;
        self.intervals.get(figure)?.as_ref().ok().filter(|_| has_interval)
    }

    /// Whose cases stand behind it.
    pub fn scopes(&self) -> Vec<Scope> {
        let label = self.label.as_ref().map(|it| it.0);
        let on = |scope: Scope| Scope { label, ..scope };
        match self.is_mean {
            true => {
                let pairs = Scope::pairs(self.annotators.len());
                let name = |it: &usize| self.annotators[*it];
                pairs.map(|it| on(Scope::of(&it.annotators.iter().map(name).collect::<Vec<_>>()))).collect()
            }
            false => vec![on(Scope::of(&self.annotators))],
        }
    }
}

/// Whom a measure compares to say how well `n` annotators agree on a label, or on all of them: each
/// pair, or everybody.
pub fn scopes(measure: &dyn Measure, n: usize, label: Option<usize>) -> Vec<Scope> {
    let everybody: Vec<usize> = (0..n).collect();
    let scopes: Vec<Scope> =
        if measure.is_pairwise() { Scope::pairs(n).collect() } else { vec![Scope::of(&everybody)] };
    scopes.into_iter().map(|it| Scope { label, ..it }).collect()
}

/// A question, and what it is about in the numbers of a comparison.
struct Asked {
    question: Question,
    annotators: Vec<usize>,
    label: Option<NumberedLabel>,
}

impl Asked {
    /// What was answered, of which some has other homes.
    fn finding(&self, answered: Answered) -> Finding {
        Finding {
            measure: self.question.measure,
            annotators: self.annotators.clone(),
            is_mean: self.question.scopes.len() > 1,
            label: self.label.clone(),
            article: None,
            answers: answered.answers,
            intervals: answered.intervals,
            deviation: answered.deviation,
        }
    }
}

/// For each measure the questions over all, by label, and for each pair of more than two.
fn questions(comparison: &Comparison, wanted: &Wanted) -> Vec<Asked> {
    let n = comparison.owners().len();
    let everybody: Vec<usize> = (0..n).collect();
    let mut questions = Vec::new();
    for &measure in &wanted.measures {
        let names = measure.labels(comparison);
        let is_chosen = |it: &String| wanted.labels.is_empty() || wanted.labels.contains(it);
        let labels: Vec<usize> = (0..names.len()).filter(|&it| is_chosen(&names[it])).collect();
        let by_label = wanted.by_label || !wanted.labels.is_empty();
        let all = if wanted.labels.is_empty() { vec![None] } else { Vec::new() };
        let parts: Vec<Option<usize>> =
            all.into_iter().chain(labels.iter().copied().filter(|_| by_label).map(Some)).collect();
        let label_of = |part: Option<usize>| part.map(|it| (it, names[it].clone()));
        for part in &parts {
            let question = Question { measure, scopes: scopes(measure, n, *part) };
            questions.push(Asked { question, annotators: everybody.clone(), label: label_of(*part) });
        }
        // Two annotators are their only pair.
        for scope in Scope::pairs(n).filter(|_| n > 2) {
            for part in &parts {
                let question = Question { measure, scopes: vec![Scope { label: *part, ..scope.clone() }] };
                let annotators = scope.annotators.clone();
                questions.push(Asked { question, annotators, label: label_of(*part) });
            }
        }
    }
    questions
}

/// All answers: for each measure first over all, then by label, by pair and by article.
pub fn measure(comparison: &Comparison, wanted: &Wanted) -> Vec<Finding> {
    let n = comparison.owners().len();
    let asked = questions(comparison, wanted);
    let questions: Vec<Question> = asked.iter().map(|it| it.question.clone()).collect();
    let details = Details { resampling: wanted.resampling, by_article: wanted.by_article };
    let answered = answer_all(comparison, &questions, details);
    let mut found = Vec::new();
    for (asked, mut answered) in asked.into_iter().zip(answered) {
        let by_article = std::mem::take(&mut answered.by_article);
        let whole = asked.finding(answered);
        let of = |(article, answers): (usize, Vec<Answer>)| Finding {
            article: Some(comparison.document(article).to_string()),
            answers,
            intervals: Vec::new(),
            deviation: None,
            label: asked.label.clone(),
            annotators: asked.annotators.clone(),
            ..whole
        };
        let has_articles = wanted.by_article && asked.annotators.len() == n;
        let articles: Vec<Finding> = by_article.into_iter().filter(|_| has_articles).map(of).collect();
        found.push(whole);
        found.extend(articles);
    }
    found
}

/// Annotators' names with commas between.
pub fn names(owners: &[Owner], annotators: &[usize]) -> String {
    annotators.iter().map(|&it| owners[it].name()).collect::<Vec<_>>().join(", ")
}

/// What people read first: values with intervals; of each pair as well if that is wanted.
pub fn summary(owners: &[Owner], found: &[Finding], has_pairs: bool) -> Table {
    let mut table = Table::new(&["measure", "of", "value", "95 % interval"]);
    let is_of_pair = |it: &Finding| it.annotators.len() < owners.len();
    for it in found.iter().filter(|it| has_pairs || !is_of_pair(it)) {
        let is_whole = it.label.is_none() && it.article.is_none() && !is_of_pair(it);
        // Details of each part would bury what people look for.
        let says_one_thing = it.answers.iter().all(|answer| answer.is_err());
        let n_shown = if is_whole && !it.is_mean && !says_one_thing { it.answers.len() } else { 1 };
        let of = [
            is_of_pair(it).then(|| names(owners, &it.annotators)),
            it.label.as_ref().map(|it| it.1.clone()),
            it.article.clone(),
            it.is_mean.then(|| match it.deviation {
                Some(deviation) => format!("mean of pairs, SD {}", number(deviation, false)),
                None => "mean of pairs".to_owned(),
            }),
        ];
        let of = of.into_iter().flatten().collect::<Vec<_>>().join(", ");
        for (i, answer) in it.answers.iter().take(n_shown).enumerate() {
            let figure = it.measure.figures()[i];
            let name = if i == 0 { it.measure.name().to_owned() } else { format!("  {}", figure.name) };
            let found = it.intervals.get(i).filter(|_| !figure.is_count);
            table.rows.push(vec![
                Cell::text(name),
                Cell::text(if i == 0 { of.as_str() } else { "" }),
                Cell::answer(*answer, figure.is_count),
                beside(*answer, found),
            ]);
        }
    }
    table
}

/// Every figure with all its digits, for spreadsheets and R.
pub fn csv_table(owners: &[Owner], found: &[Finding]) -> Table {
    let header = ["measure", "figure", "annotators", "label", "article", "value", "low", "high", "undefined"];
    let mut table = Table::new(&header);
    for it in found {
        let article = Cell::text(it.article.clone().unwrap_or_default());
        table.rows.extend(it.csv_rows(owners, std::slice::from_ref(&article)));
    }
    table
}

/// What a window shows of the agreement of some annotators.
pub struct Agreement {
    /// Who.
    pub owners: Vec<Owner>,
    /// How many articles all of them have seen.
    pub n_seen_by_all: usize,
    /// What was found: over all, by label, and of each pair.
    pub findings: Vec<Finding>,
    /// The same measures as the work went on, over all labels.
    pub over_time: OverTime,
    /// What could not be read.
    pub report: Report,
    comparison: Comparison,
    articles: Vec<ComparedArticle>,
}

impl std::fmt::Debug for Agreement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Agreement").field("owners", &self.owners).finish_non_exhaustive()
    }
}

/// A place where annotators agree or differ, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownCase {
    /// On which article.
    pub document: DocumentId,
    /// Where it begins, in lines and columns from 1; nothing for what has no place.
    pub line_column: Option<(usize, usize)>,
    /// True if it counts as agreement.
    pub is_agreed: bool,
    /// Between whom.
    pub annotators: Vec<Owner>,
    /// What each of them has there; `nothing` for none.
    pub said: Vec<String>,
    /// Where it begins.
    pub offset: Option<crate::text::Offset>,
}

impl Agreement {
    /// Its numbers as a file: CSV with every figure, or for LaTeX what people read first.
    pub fn file(&self, is_latex: bool) -> Vec<u8> {
        let mut bytes = Vec::new();
        let written = match is_latex {
            true => {
                let seen = format!("{} articles seen by all\n", self.n_seen_by_all);
                summary(&self.owners, &self.findings, true).write_latex(&mut bytes, &seen)
            }
            false => csv_table(&self.owners, &self.findings).write_csv(&mut bytes),
        };
        written.expect("memory takes what is written");
        bytes
    }

    /// The cases behind a finding, differences first by article: at most so many.
    pub fn cases(&self, finding: &Finding, most: usize) -> Vec<ShownCase> {
        let all: Vec<usize> = (0..self.comparison.n_articles()).collect();
        self.cases_on(finding, &all, most)
    }

    /// The cases behind a finding on some articles, by number.
    pub fn cases_on(&self, finding: &Finding, articles: &[usize], most: usize) -> Vec<ShownCase> {
        let mut cases: Vec<ShownCase> = Vec::new();
        for wants_agreed in [false, true] {
            for scope in finding.scopes() {
                for &article in articles {
                    let found = finding.measure.cases(&self.comparison, &scope, article);
                    let found = found.into_iter().filter(|it| it.is_agreed == wants_agreed);
                    cases.extend(found.filter_map(|it| self.shown(&scope, &it)));
                    if cases.len() >= most {
                        cases.truncate(most);
                        return cases;
                    }
                }
            }
        }
        cases
    }

    fn shown(&self, scope: &Scope, case: &Case) -> Option<ShownCase> {
        let article =
            self.articles.iter().find(|it| it.document == *self.comparison.document(case.article))?;
        let at = case.place.map(|it| article.text.line_column(it.start()));
        let words = |(items, &owner): (&Vec<crate::compare::agreement::Item>, &usize)| {
            use crate::compare::agreement::Item;
            let set = article.sets.get(owner)?.as_ref()?;
            let surface =
                |id| set.annotation(id).map(|it| article.text.excerpt(&it.span, 60)).unwrap_or_default();
            let words = items.iter().filter_map(|item| match item {
                Item::Annotation(id) => Some(format!("{} “{}”", set.annotation(id)?.label, surface(id))),
                Item::Relation(id) => {
                    let it = set.relation(id)?;
                    Some(format!("{} “{}” → “{}”", it.label, surface(&it.from), surface(&it.to)))
                }
            });
            let words: Vec<String> = words.collect();
            Some(if words.is_empty() { "nothing".to_owned() } else { words.join(", ") })
        };
        let said =
            case.items.iter().zip(&scope.annotators).map(|it| words(it).unwrap_or_else(|| "nothing".into()));
        Some(ShownCase {
            document: article.document.clone(),
            line_column: at.map(|it| (it.line, it.column)),
            is_agreed: case.is_agreed,
            annotators: scope.annotators.iter().map(|&it| self.owners[it].clone()).collect(),
            said: said.collect(),
            offset: case.place.map(|it| it.start()),
        })
    }

    /// Which labels two annotators gave to the same spans.
    pub fn confusion(&self, pair: [usize; 2]) -> Plot {
        confusion_plot(&self.comparison, pair)
    }
}

/// Measuring how well annotators agree.
#[derive(Debug)]
pub struct AgreementJob {
    folder: Folder,
    articles: Vec<DocumentId>,
    owners: Vec<Owner>,
    tokenization: Tokenization,
    progress: Arc<Progress>,
}

/// Measures agreement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AgreementAction {
    /// Measure how well these agree; white space or words between tokens.
    Measure(Vec<Owner>, Tokenization),
    /// Forget what was measured, and stop what is under way.
    Cancel,
}

/// What a session knows of agreement.
#[derive(Debug, Default)]
pub(super) struct AgreementWork {
    result: Option<Arc<Agreement>>,
    progress: Option<Arc<Progress>>,
}

impl AgreementJob {
    pub(super) fn run(self) -> Option<Agreement> {
        let AgreementJob { folder, articles, owners, tokenization, progress } = self;
        let mut report = Report::default();
        progress.begin(articles.len());
        let articles = read_compared(&folder, &articles, &owners, &mut report, |done| progress.reach(done));
        if progress.is_stopped() {
            return None;
        }
        let settings = Settings { tokenization, ..Settings::default() };
        let comparison = Comparison::new(owners.clone(), &articles, settings);
        let wanted = Wanted {
            measures: usual(&comparison),
            labels: Vec::new(),
            by_label: true,
            by_article: false,
            resampling: Some(Resampling::default()),
        };
        let findings = measure(&comparison, &wanted);
        let in_all = Wanted { by_label: false, ..wanted };
        let over_time = over_time::measure(&comparison, &in_all, Timeline::new(&articles, None), false);
        let n_seen_by_all = articles.iter().filter(|it| it.sets.iter().all(Option::is_some)).count();
        Some(Agreement { owners, n_seen_by_all, findings, over_time, report, comparison, articles })
    }
}

impl Session {
    /// How well annotators agree, if that was measured.
    pub fn agreement(&self) -> Option<&Arc<Agreement>> {
        self.agreement_work.result.as_ref()
    }

    /// How far measuring is that is under way.
    pub fn agreement_progress(&self) -> Option<&Arc<Progress>> {
        self.agreement_work.progress.as_ref()
    }

    pub(super) fn agreement_action(&mut self, action: AgreementAction) {
        if let Some(progress) = self.agreement_work.progress.take() {
            progress.stop();
        }
        match action {
            AgreementAction::Cancel => self.agreement_work = AgreementWork::default(),
            AgreementAction::Measure(..) if self.is_round_closed() => {
                self.notify("You work blind until the curator opens the round");
            }
            AgreementAction::Measure(owners, tokenization) => {
                let progress = Arc::<Progress>::default();
                self.agreement_work = AgreementWork { result: None, progress: Some(Arc::clone(&progress)) };
                self.effects.push(Effect::Start(Job::Measure(AgreementJob {
                    folder: self.folder.clone(),
                    articles: self.articles.iter().map(|it| it.id.clone()).collect(),
                    owners,
                    tokenization,
                    progress,
                })));
            }
        }
    }

    pub(super) fn agreement_measured(&mut self, agreement: Option<Agreement>) {
        // Nothing came of one that was stopped.
        let Some(agreement) = agreement else { return };
        if let Some(problem) = agreement.report.problems.first() {
            self.notify(sentence(&problem.message));
        }
        self.agreement_work = AgreementWork { result: Some(Arc::new(agreement)), progress: None };
    }
}

impl From<AgreementAction> for Action {
    fn from(action: AgreementAction) -> Action {
        Action::Agreement(action)
    }
}
