//! The articles of a release into parts.

use std::collections::{BTreeMap, BTreeSet};

use super::{ReleaseError, SplitRequest, Taken};
use crate::compare::split::{METHOD, SplitArticle, split as split_articles};
use crate::file::{Counts, Release, ReleasedPart, ReleasedSplit};
use crate::model::{DocumentId, Place, Report, Severity};

/// Refuses parts that cannot be.
pub(super) fn check(request: &SplitRequest) -> Result<(), ReleaseError> {
    let mut names = BTreeSet::new();
    for part in &request.parts {
        let is_plain = |it: char| it.is_alphanumeric() || "-_.".contains(it);
        let is_name = !part.name.is_empty()
            && part.name.len() <= 60
            && part.name.chars().all(is_plain)
            && !part.name.starts_with(['.', '-']);
        let is_share = part.share.is_finite() && part.share > 0.0;
        if !is_name || !is_share || !names.insert(part.name.to_lowercase()) {
            return Err(ReleaseError::Part { name: part.name.clone() });
        }
    }
    match request.parts.len() {
        0 => Err(ReleaseError::Part { name: "none".to_owned() }),
        _ => Ok(()),
    }
}

/// Splits the articles of a release and notes that in it; gives the lists of articles as files. A
/// part that nothing is left for is reported.
pub(super) fn split(
    request: &SplitRequest,
    taken: &[Taken],
    release: &mut Release,
    report: &mut Report,
) -> Vec<(String, Vec<u8>)> {
    let labels: BTreeSet<&String> = taken.iter().flat_map(|it| it.counts.spans.keys()).collect();
    let article = |it: &Taken| SplitArticle {
        text: it.article.document.text.clone(),
        labels: labels.iter().map(|label| it.counts.spans.get(*label).copied().unwrap_or_default()).collect(),
    };
    let articles: Vec<SplitArticle> = taken.iter().map(article).collect();
    let found = split_articles(&articles, &request.parts, request.seed);
    let sum: f64 = request.parts.iter().map(|it| it.share).sum();
    let mut parts: Vec<ReleasedPart> = request
        .parts
        .iter()
        .map(|it| ReleasedPart { name: it.name.clone(), share: it.share / sum, counts: Counts::default() })
        .collect();
    let mut lists: BTreeMap<usize, String> = (0..parts.len()).map(|it| (it, String::new())).collect();
    for ((taken, article), &part) in taken.iter().zip(&mut release.articles).zip(&found.parts) {
        parts[part].counts.add(&taken.counts);
        article.part = Some(parts[part].name.clone());
        let list = lists.entry(part).or_default();
        list.push_str(article.document.as_str());
        list.push('\n');
    }
    for part in parts.iter().filter(|it| it.counts.n_articles == 0) {
        let message = format!("no article is left for the part {}", part.name);
        report.add(Severity::Warning, Place::default(), message);
    }
    let names = |group: &Vec<usize>| -> Vec<DocumentId> {
        group.iter().map(|&it| release.articles[it].document.clone()).collect()
    };
    let near_duplicates = found.near_duplicates.iter().map(names).collect();
    let files =
        lists.into_iter().map(|(part, list)| (format!("splits/{}.txt", parts[part].name), list.into_bytes()));
    let files = files.collect();
    release.split =
        Some(ReleasedSplit { method: METHOD.to_owned(), seed: request.seed, parts, near_duplicates });
    files
}
