//! Mathet's γ and γ-cat.
//!
//! Each article is a continuum of its own; over several, the mean of those that have a value counts.
//! The observed disorder is the exact least one; the expected one is drawn at random, from the same
//! numbers on every machine.

mod alignment;
mod packing;
mod random;
mod simplex;

use super::comparison::{self, Comparison, PreparedArticle};
use super::{Answer, Case, Figure, Item, Measure, Observation, Scope, Undefined, spread};
use alignment::{Alignment, Unit, best_alignment, label_distance, position_distance};
use random::Sampler;

const LEAVES_OUT: &str = "A span of several pieces counts as what lies between its first character and its \
                          last. The expected disorder comes from random samples, so the value moves a little \
                          with the seed. Articles in which an annotator marked nothing have no value.";

/// γ: how much better the best alignment of annotators' units is than that of random ones.
pub(super) struct Gamma;

/// γ-cat: how alike the labels of aligned units are.
pub(super) struct GammaCat;

impl Measure for Gamma {
    fn id(&self) -> &'static str {
        "gamma"
    }

    fn name(&self) -> &'static str {
        "γ"
    }

    fn definition(&self) -> &'static str {
        "γ = 1 − δ_o / δ_e: the least disorder of all ways to align the annotators' units, by positions and \
         labels with equal weight (α = β = Δ∅ = 1), against that of random annotations with like numbers, \
         lengths, gaps and labels. Positions are code points."
    }

    fn paper(&self) -> &'static str {
        "Mathet, Widlöcher & Métivier 2015, The unified and holistic method gamma for inter-annotator \
         agreement measure and alignment, Computational Linguistics 41(3); samples as in pygamma-agreement \
         (Titeux & Riad 2021, JOSS 6(62))"
    }

    fn leaves_out(&self) -> &'static str {
        LEAVES_OUT
    }

    fn figures(&self) -> &'static [Figure] {
        &[
            Figure { id: "gamma", name: "γ", is_count: false },
            Figure { id: "observed", name: "observed disorder", is_count: false },
            Figure { id: "expected", name: "expected disorder, mean of samples", is_count: false },
            Figure {
                id: "precision",
                name: "half the 95 % interval of the expected disorder, as its share",
                is_count: false,
            },
        ]
    }

    fn is_pairwise(&self) -> bool {
        false
    }

    fn observe(&self, comparison: &Comparison, scope: &Scope) -> Box<dyn Observation> {
        let answers = |article: &PreparedArticle| {
            let lanes = lanes(article, scope, scope.label)?;
            let sampled = sampled(&lanes, comparison, article);
            Ok(sampled.map_or(vec![Err(Undefined::TooLarge); 4], |it| {
                let disorders = it.random.iter().map(|alignment| alignment.disorder);
                let (expected, deviation) = spread(disorders).unwrap_or_default();
                let observed = it.observed.disorder;
                let precision = 1.96 * deviation / expected / (it.random.len() as f64).sqrt();
                let gamma = if observed == 0.0 { 1.0 } else { 1.0 - observed / expected };
                [gamma, observed, expected, precision].map(Ok).into()
            }))
        };
        Box::new(Observed::new(comparison, self.figures().len(), answers))
    }

    fn cases(&self, comparison: &Comparison, scope: &Scope, article: usize) -> Vec<Case> {
        aligned(comparison, scope, scope.label, article)
    }
}

impl Measure for GammaCat {
    fn id(&self) -> &'static str {
        "gamma-cat"
    }

    fn name(&self) -> &'static str {
        "γ-cat"
    }

    fn definition(&self) -> &'static str {
        "On the best alignment of γ: the share of pairs of aligned units with different labels, each weighted \
         by how near the two lie, against that in random annotations. On one label (γ-k), over the pairs in \
         which it occurs."
    }

    fn paper(&self) -> &'static str {
        "Mathet 2017, The agreement measure γ-cat: a complement to γ focused on categorization of a \
         continuum, Computational Linguistics 43(3)"
    }

    fn leaves_out(&self) -> &'static str {
        "Units that are aligned with none, which pygamma-agreement 0.5.9 counts as full disagreement, so its \
         values are lower. The expected disagreement comes from random samples."
    }

    fn figures(&self) -> &'static [Figure] {
        &[
            Figure { id: "gamma-cat", name: "γ-cat", is_count: false },
            Figure { id: "observed", name: "observed disagreement", is_count: false },
            Figure { id: "expected", name: "expected disagreement, mean of samples", is_count: false },
        ]
    }

    fn is_pairwise(&self) -> bool {
        false
    }

    fn observe(&self, comparison: &Comparison, scope: &Scope) -> Box<dyn Observation> {
        let label = scope.label.map(|it| it as u32);
        let answers = |article: &PreparedArticle| {
            let lanes = lanes(article, scope, None)?;
            let Some(sampled) = sampled(&lanes, comparison, article) else {
                return Err(Undefined::TooLarge);
            };
            let observed =
                disagreement(&sampled.observed, &lanes, label).ok_or(Undefined::NothingInCommon)?;
            let random = sampled.random.iter().zip(&sampled.lanes);
            let random = random.filter_map(|(alignment, lanes)| disagreement(alignment, lanes, label));
            let (expected, _) = spread(random).ok_or(Undefined::NothingInCommon)?;
            if expected == 0.0 {
                return Err(Undefined::OneCategory);
            }
            Ok([1.0 - observed / expected, observed, expected].map(Ok).into())
        };
        Box::new(Observed::new(comparison, self.figures().len(), answers))
    }

    fn cases(&self, comparison: &Comparison, scope: &Scope, article: usize) -> Vec<Case> {
        let mut cases = aligned(comparison, scope, None, article);
        cases.retain(|it| it.items.iter().filter(|items| !items.is_empty()).count() > 1);
        if let Some(label) = scope.label {
            let Some(sets) = comparison.article(article).seen_by(&scope.annotators) else {
                return Vec::new();
            };
            let has_label = |items: &Vec<Item>, i: usize| {
                sets[i]
                    .units(Some(label))
                    .iter()
                    .any(|it| items.contains(&Item::Annotation(it.annotation.id.clone())))
            };
            cases.retain(|it| it.items.iter().enumerate().any(|(i, items)| has_label(items, i)));
        }
        cases
    }
}

/// The units of each annotator, sorted by start.
fn lanes(
    article: &PreparedArticle,
    scope: &Scope,
    label: Option<usize>,
) -> Result<Vec<Vec<Unit>>, Undefined> {
    let sets = article.seen_by(&scope.annotators).ok_or(Undefined::NoArticle)?;
    let lane = |units: &[comparison::Unit]| -> Vec<Unit> {
        let unit = |it: &comparison::Unit| Unit {
            start: it.hull.start.into(),
            end: it.hull.end.into(),
            label: it.label,
        };
        let mut lane: Vec<Unit> = units.iter().map(unit).collect();
        lane.sort_by(|a, b| a.start.total_cmp(&b.start).then(a.end.total_cmp(&b.end)));
        lane
    };
    let lanes: Vec<Vec<Unit>> = sets.iter().map(|set| lane(set.units(label))).collect();
    match lanes.iter().filter(|it| it.is_empty()).count() {
        0 => Ok(lanes),
        n if n == lanes.len() => Err(Undefined::NothingMarked),
        _ => Err(Undefined::AnnotatorEmpty),
    }
}

/// The best alignments of what annotators did and of random continua like it.
struct Sampled {
    observed: Alignment,
    random: Vec<Alignment>,
    /// The random continua.
    lanes: Vec<Vec<Vec<Unit>>>,
}

/// Nothing if there are too many ways to align.
fn sampled(lanes: &[Vec<Unit>], comparison: &Comparison, article: &PreparedArticle) -> Option<Sampled> {
    let settings = comparison.settings;
    // Of its own for each article, so that no value depends on which others are there (FNV-1a).
    let seed = article.document.as_str().bytes().fold(settings.seed ^ 0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mut random = fastrand::Rng::with_seed(seed);
    let sampler = Sampler::new(lanes);
    let samples = (0..settings.n_samples.max(1)).map(|_| sampler.sample(&mut random));
    let samples: Vec<Vec<Vec<Unit>>> = samples.collect();
    Some(Sampled {
        observed: best_alignment(lanes)?,
        random: samples.iter().map(|it| best_alignment(it)).collect::<Option<_>>()?,
        lanes: samples,
    })
}

/// The weighted share of aligned pairs with different labels; nothing if no pair has weight.
fn disagreement(alignment: &Alignment, lanes: &[Vec<Unit>], label: Option<u32>) -> Option<f64> {
    let (mut sum, mut weights) = (0.0, 0.0);
    for group in &alignment.groups {
        let units: Vec<&Unit> = group.iter().map(|&(i, j)| &lanes[i][j]).collect();
        for (i, a) in units.iter().enumerate() {
            for b in &units[i + 1..] {
                if label.is_none_or(|it| a.label == it || b.label == it) {
                    let weight = (1.0 - position_distance(a, b)).max(0.0) / (units.len() - 1) as f64;
                    sum += weight * label_distance(a, b);
                    weights += weight;
                }
            }
        }
    }
    (weights > 0.0).then(|| sum / weights)
}

/// The groups of the best alignment: agreed if all have a unit there, equal in place and label.
fn aligned(comparison: &Comparison, scope: &Scope, label: Option<usize>, article: usize) -> Vec<Case> {
    let prepared = comparison.article(article);
    let Some(sets) = prepared.seen_by(&scope.annotators) else { return Vec::new() };
    let Some(alignment) = lanes(prepared, scope, label).ok().and_then(|it| best_alignment(&it)) else {
        return Vec::new();
    };
    let lanes: Vec<Vec<&comparison::Unit>> = sets
        .iter()
        .map(|set| {
            let mut lane: Vec<&comparison::Unit> = set.units(label).iter().collect();
            lane.sort_by_key(|it| it.hull);
            lane
        })
        .collect();
    let case = |group: &Vec<(usize, usize)>| {
        let mut items = vec![Vec::new(); lanes.len()];
        let units: Vec<&comparison::Unit> = group.iter().map(|&(i, j)| lanes[i][j]).collect();
        for (&(i, _), unit) in group.iter().zip(&units) {
            items[i].push(Item::Annotation(unit.annotation.id.clone()));
        }
        let is_equal =
            |pair: &[&comparison::Unit]| (pair[0].label, pair[0].hull) == (pair[1].label, pair[1].hull);
        Case {
            article,
            place: units.iter().map(|it| it.annotation.span.hull()).reduce(|a, b| a.hull(b)),
            is_agreed: units.len() == lanes.len() && units.windows(2).all(is_equal),
            items,
        }
    };
    alignment.groups.iter().map(case).collect()
}

/// The answers of each article.
struct Observed {
    articles: Vec<Vec<Answer>>,
    n_figures: usize,
}

impl Observed {
    fn new(
        comparison: &Comparison,
        n_figures: usize,
        answers: impl Fn(&PreparedArticle) -> Result<Vec<Answer>, Undefined>,
    ) -> Observed {
        let answers = |article| answers(article).unwrap_or_else(|reason| vec![Err(reason); n_figures]);
        Observed { articles: comparison.articles().iter().map(answers).collect(), n_figures }
    }
}

impl Observation for Observed {
    fn answers(&self, articles: &[usize]) -> Vec<Answer> {
        let mean = |figure: usize| {
            let answers = || articles.iter().map(|&it| self.articles[it][figure]);
            let mean = spread(answers().filter_map(Result::ok)).map(|it| it.0);
            // What hinders an article that was seen says more than that another one was not.
            let reason = || answers().filter_map(Result::err).max_by_key(|it| *it != Undefined::NoArticle);
            mean.ok_or_else(|| reason().unwrap_or(Undefined::NoArticle))
        };
        (0..self.n_figures).map(mean).collect()
    }
}
