//! Work on many articles at once, with results in the order of the articles.

use crate::format::{Article, ImportOptions, incoming::Incoming};
use crate::model::Report;
pub(super) use crate::model::each;

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
