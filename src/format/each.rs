//! Work on many articles at once, with results in the order of the articles.

use crate::format::incoming::Incoming;
use crate::format::portions::{PORTION, Take};
use crate::format::{Article, FormatError, ImportOptions};
use crate::model::Report;
pub(super) use crate::model::each;

/// Hands over what [`Incoming::finish`] makes of articles; false if no more are wanted.
pub(super) fn finish(
    incoming: Vec<Incoming>,
    options: &ImportOptions,
    report: &mut Report,
    take: &mut Take<'_>,
) -> bool {
    take_each(incoming, report, take, |it, report| Some(it.finish(options, report)))
}

/// Hands over what is made of each thing, if anything, and forgets the thing; false if no more are
/// wanted.
pub(super) fn take_each<T: Send>(
    things: Vec<T>,
    report: &mut Report,
    take: &mut Take<'_>,
    make: impl Fn(T, &mut Report) -> Option<Article> + Sync,
) -> bool {
    let mut things = things.into_iter();
    loop {
        let portion: Vec<T> = things.by_ref().take(PORTION).collect();
        if portion.is_empty() {
            return true;
        }
        let articles = each(portion, report, &make).into_iter().flatten().collect();
        if !take(articles, report) {
            return false;
        }
    }
}

/// Hands over what is read from each thing, if anything; false if no more are wanted.
pub(super) fn read_each<T: Sync, A: IntoIterator<Item = Article> + Send>(
    things: &[T],
    report: &mut Report,
    take: &mut Take<'_>,
    read: impl Fn(&T, &mut Report) -> Result<A, FormatError> + Sync,
) -> Result<bool, FormatError> {
    for portion in things.chunks(PORTION) {
        let read: Result<Vec<A>, FormatError> = each(portion, report, &read).into_iter().collect();
        if !take(read?.into_iter().flatten().collect(), report) {
            return Ok(false);
        }
    }
    Ok(true)
}
