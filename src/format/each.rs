//! Work on many articles at once, with results in the order of the articles.

use crate::format::{Article, ImportOptions, incoming::Incoming};
use crate::model::Report;
pub(super) use crate::model::each;

/// Articles in memory, see [`Incoming::finish`].
pub(super) fn finish(incoming: Vec<Incoming>, options: &ImportOptions, report: &mut Report) -> Vec<Article> {
    each(incoming, report, |it, report| it.finish(options, report))
}
