//! Which article of a project one of another program's files is, and what a new one is called.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::PlannedArticle;
use crate::file::{carry_set, portable_path};
use crate::format::Article;
use crate::model::{Document, DocumentId, Place, Report, Severity};
use crate::store::{Folder, StoreError};
use crate::text::{Alignment, Span};

/// What articles are called.
pub(in crate::session) struct Names<'a> {
    folder: &'a Folder,
    /// What stands before the names of new articles.
    prefix: &'static str,
    /// The project's articles by their path and by their name alone; nothing where several have it.
    known: BTreeMap<String, Option<DocumentId>>,
    /// Paths in lower case: some systems take such names for the same.
    taken: BTreeSet<String>,
    /// The names that articles got, by those in the files and the hashes of their texts.
    given: BTreeMap<(String, String), (DocumentId, bool)>,
}

impl<'a> Names<'a> {
    pub(in crate::session) fn new(folder: &'a Folder) -> Names<'a> {
        let mut known: BTreeMap<String, Option<DocumentId>> = BTreeMap::new();
        let mut taken = BTreeSet::new();
        for id in folder.articles() {
            taken.insert(id.as_str().to_lowercase());
            let stem = stem(id.as_str());
            let is_same = |it: &mut Option<DocumentId>| *it = it.take().filter(|it| it == id);
            known.entry(stem).and_modify(is_same).or_insert_with(|| Some(id.clone()));
        }
        // In a bare folder, one called so would hide the articles beside it.
        let is_bare = folder.is_implicit() && taken.iter().any(|it| !it.starts_with("articles/"));
        let prefix = if is_bare { "" } else { "articles/" };
        Names { folder, prefix, known, taken, given: BTreeMap::new() }
    }

    /// The article under its name in the project; nothing, and a problem, if that cannot be read.
    pub(super) fn find(
        &mut self,
        article: Article,
        report: &mut Report,
    ) -> Result<Option<PlannedArticle>, String> {
        let incoming = &article.document;
        let given = (incoming.id.to_string(), incoming.source.text_sha256.clone());
        let called = |id: DocumentId| Document { id, ..Document::clone(incoming) };
        let known = match self.given.get(&given) {
            Some((id, true)) => Ok((called(id.clone()), true)),
            // What there is to tell of the file was told the first time.
            Some((id, false)) => {
                self.folder.read_document(id, &mut Report::default()).map(|document| (document, false))
            }
            None => self.known_document(&article, report).map(|document| match document {
                Some(document) => (document, false),
                None => (called(self.new_name(incoming.id.as_str())), true),
            }),
        };
        match known {
            Ok((document, is_new)) => {
                self.given.entry(given).or_insert_with(|| (document.id.clone(), is_new));
                Ok(Some(moved(article, Arc::new(document), is_new, report)))
            }
            Err(error) => {
                report.add(Severity::Error, place_of(&article), format!("not taken in, {error}"));
                Ok(None)
            }
        }
    }

    /// The project's article of the same path, or else of the same name and text.
    fn known_document(&self, article: &Article, report: &mut Report) -> Result<Option<Document>, StoreError> {
        let id = article.document.id.as_str();
        let paths = [id.to_owned(), format!("articles/{id}")].map(DocumentId::new);
        if let Some(id) = paths.iter().find(|it| self.folder.articles().contains(it)) {
            return self.folder.read_document(id, report).map(Some);
        }
        let Some(Some(id)) = self.known.get(&stem(id)) else { return Ok(None) };
        let document = self.folder.read_document(id, &mut Report::default())?;
        Ok(Some(document).filter(|it| it.text == article.document.text))
    }

    /// A path for a new article that every system takes and none has, nor annotations of one that is
    /// gone.
    pub(in crate::session) fn new_name(&mut self, id: &str) -> DocumentId {
        let path = portable_path(id.strip_prefix("articles/").unwrap_or(id));
        let name = path.strip_suffix(".txt").unwrap_or(&path);
        let mut n = 1;
        let mut path = self.path(name);
        // A file may be there that is no article of the project.
        while !self.taken.insert(path.to_lowercase())
            || self.folder.has_file(&path)
            || self.folder.is_annotated(&DocumentId::new(path.as_str()))
        {
            n += 1;
            path = self.path(&format!("{name}-{n}"));
        }
        DocumentId::new(path)
    }

    /// The path of a new article of that name.
    pub(in crate::session) fn path(&self, name: &str) -> String {
        format!("{}{name}.txt", self.prefix)
    }
}

/// An article's name without folders and ending.
fn stem(id: &str) -> String {
    let name = id.rsplit('/').next().unwrap_or(id);
    name.strip_suffix(".txt").unwrap_or(name).to_owned()
}

/// The annotations on the project's article. Where that has another text they are taken along to
/// where their text stands now, and what becomes of them is reported.
fn moved(article: Article, document: Arc<Document>, is_new: bool, report: &mut Report) -> PlannedArticle {
    let set = if article.document.text == document.text {
        Arc::clone(&article.set)
    } else {
        let (old, new) = (&article.document.text, &document.text);
        let alignment = Alignment::new(old, new);
        let (set, drift) = carry_set(&article.set, old, new, |span: &Span| alignment.carry(span));
        let place = place_of(&Article { document: Arc::clone(&document), ..article.clone() });
        drift.report(&set, new, &place, report);
        Arc::new(set)
    };
    PlannedArticle { article: Article { owner: article.owner, document, set }, is_new, source: None }
}

pub(super) fn place_of(article: &Article) -> Place {
    Place {
        document: Some(article.document.id.clone()),
        owner: Some(article.owner.clone()),
        ..Place::default()
    }
}
