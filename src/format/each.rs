//! Work on many articles at once, on all processors, with results in the order of the articles.

use rayon::prelude::*;

use crate::format::{Article, ImportOptions, incoming::Incoming};
use crate::model::Report;

/// What a function makes of each thing; the problems that it meets are reported in the same order.
pub(super) fn each<I, R: Send>(
    things: I,
    report: &mut Report,
    make: impl Fn(I::Item, &mut Report) -> R + Sync,
) -> Vec<R>
where
    I: IntoParallelIterator,
    I::Iter: IndexedParallelIterator,
{
    let made = things.into_par_iter().map(|thing| {
        let mut report = Report::default();
        (make(thing, &mut report), report)
    });
    let made: Vec<(R, Report)> = made.collect();
    let result = made.into_iter().map(|(result, mut of_it)| {
        report.problems.append(&mut of_it.problems);
        result
    });
    result.collect()
}

/// How many pieces of a file wait to be put together.
const WAITING: usize = 256;

/// The file of which a function makes a piece for each thing.
pub(super) fn joined<T: Sync>(
    things: &[T],
    report: &mut Report,
    make: impl Fn(&T, &mut Report) -> String + Sync,
) -> String {
    let mut file = String::new();
    for things in things.chunks(WAITING) {
        file.extend(each(things, report, &make));
    }
    file
}

/// Articles in memory, see [`Incoming::finish`].
pub(super) fn finish(incoming: Vec<Incoming>, options: &ImportOptions, report: &mut Report) -> Vec<Article> {
    each(incoming, report, |it, report| it.finish(options, report))
}
