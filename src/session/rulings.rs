//! Rulings of a whole project, to search, to quote, and to show annotators where they were overruled.

use super::export::read_each;
use crate::file::rulings;
use crate::model::{DocumentId, Owner, Place, Report, Ruling, Schema, SetKey, Severity};
use crate::store::Folder;

/// A ruling, and on which article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundRuling {
    /// The article.
    pub document: DocumentId,
    /// What was decided.
    pub ruling: Ruling,
}

/// Reads what was decided about articles, in their order; of an article in the order in which it was
/// decided. What cannot be read is reported, and the rest goes on.
pub fn read_rulings(folder: &Folder, articles: &[DocumentId], report: &mut Report) -> Vec<FoundRuling> {
    let found = read_each(
        articles,
        report,
        |_| true,
        |id, report| {
            let key = SetKey { document: id.clone(), owner: Owner::Gold };
            if !folder.has_set(&key) {
                return None;
            }
            let document = folder.read_document(id, &mut Report::default());
            let set = document
                .and_then(|it| folder.look_at_set(&key, &it, &Schema::default(), &mut Report::default()));
            match set {
                Ok(loaded) => Some((id.clone(), rulings(&loaded?.set))),
                Err(error) => {
                    report.add(Severity::Error, Place::default(), format!("not read: {error}"));
                    None
                }
            }
        },
    );
    let of_article = |(document, rulings): (DocumentId, Vec<Ruling>)| {
        rulings.into_iter().map(move |ruling| FoundRuling { document: document.clone(), ruling })
    };
    found.into_iter().flat_map(of_article).collect()
}
