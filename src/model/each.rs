//! Work on many things at once, on all processors.

use rayon::prelude::*;

use crate::model::Report;

/// What a function makes of each thing, in the order of the things; the problems that it meets are
/// reported in the same order.
pub fn each<I, R: Send>(
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
