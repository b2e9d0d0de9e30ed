//! Articles on their way out, a portion after the other, and the files that grow from them.

use std::collections::{BTreeMap, BTreeSet};

use crate::file::portable_path;
use crate::format::Article;
use crate::format::unused::unused_file;
use crate::model::{Owner, Report, each};

/// Articles to be written, in an order of their own.
pub trait Articles {
    /// Whose annotations they are.
    fn owners(&self) -> BTreeSet<Owner>;

    /// Hands all of them over, a portion at a time. A format that must know something of all of them
    /// before it writes the first asks twice. There is always a portion, which may be empty. Problems of reading are told the first time only. If
    /// files change meanwhile, the second time may give others: a format must stand that.
    fn for_each_portion(&mut self, report: &mut Report, take: &mut dyn FnMut(&[Article], &mut Report));
}

impl Articles for &[Article] {
    fn owners(&self) -> BTreeSet<Owner> {
        self.iter().map(|it| it.owner.clone()).collect()
    }

    fn for_each_portion(&mut self, report: &mut Report, take: &mut dyn FnMut(&[Article], &mut Report)) {
        let (first, rest) = self.split_at(self.len().min(PORTION));
        std::iter::once(first).chain(rest.chunks(PORTION)).for_each(|portion| take(portion, report));
    }
}

/// Takes articles that were read, and problems that come of them; false if no more are wanted.
pub type Take<'a> = dyn FnMut(Vec<Article>, &mut Report) -> bool + 'a;

/// How many articles are a portion: what was made of them waits until it is taken.
pub(super) const PORTION: usize = 256;

/// Where files go.
pub trait Sink {
    /// Takes pieces of files, each with the path inside the export, `/` between its parts. A further
    /// piece of a file continues it.
    fn put(&mut self, pieces: Vec<(String, Vec<u8>)>);
}

impl Sink for BTreeMap<String, Vec<u8>> {
    fn put(&mut self, pieces: Vec<(String, Vec<u8>)>) {
        for (path, bytes) in pieces {
            self.entry(path).or_default().extend(bytes);
        }
    }
}

/// Looks at each article before the first is written.
pub(super) fn look_at_each(articles: &mut dyn Articles, report: &mut Report, mut look: impl FnMut(&Article)) {
    articles.for_each_portion(report, &mut |portion, _| portion.iter().for_each(&mut look));
}

/// Counts a thing once more.
pub(super) fn count(counts: &mut BTreeMap<String, usize>, name: &str) {
    match counts.get_mut(name) {
        Some(n) => *n += 1,
        None => drop(counts.insert(name.to_owned(), 1)),
    }
}

/// Writes the file, or the rest of it, of which a function makes a piece for each article.
pub(super) fn write_joined(
    articles: &mut dyn Articles,
    path: &str,
    out: &mut dyn Sink,
    report: &mut Report,
    make: impl Fn(&Article, &mut Report) -> String + Sync,
) {
    articles.for_each_portion(report, &mut |portion, report| {
        let pieces = each(portion, report, &make);
        out.put(vec![(path.to_owned(), pieces.concat().into_bytes())]);
    });
}

/// Writes the files that a function makes of each article and the name that they bear, without an
/// ending.
pub(super) fn write_each<F: IntoIterator<Item = (String, Vec<u8>)> + Send>(
    articles: &mut dyn Articles,
    out: &mut dyn Sink,
    report: &mut Report,
    make: impl Fn(&Article, &str, &mut Report) -> F + Sync,
) {
    let mut names = FileNames::of(articles);
    articles.for_each_portion(report, &mut |portion, report| {
        let named: Vec<_> = portion.iter().map(|it| (it, names.name(it))).collect();
        let files = each(&named, report, |(article, name), report| make(article, name, report));
        out.put(files.into_iter().flatten().collect());
    });
}

/// What the files are called that are each about one article.
pub(super) struct FileNames {
    /// True if each annotator has a folder, as several do.
    has_folders: bool,
    /// Files and folders, in lower case.
    taken: BTreeSet<String>,
    folders: BTreeSet<String>,
}

/// The folders on the way to a file, in lower case.
fn folders_of(path: &str) -> impl Iterator<Item = String> {
    path.match_indices('/').map(|(i, _)| path[..i].to_lowercase())
}

impl FileNames {
    pub(super) fn of(articles: &dyn Articles) -> FileNames {
        FileNames {
            has_folders: articles.owners().len() > 1,
            taken: BTreeSet::new(),
            folders: BTreeSet::new(),
        }
    }

    /// The article's path, as every system takes it.
    pub(super) fn name(&mut self, article: &Article) -> String {
        self.unused(article, article.document.id.as_str())
    }

    /// The same without the ending `.txt`.
    pub(super) fn stem(&mut self, article: &Article) -> String {
        let id = article.document.id.as_str();
        self.unused(article, id.strip_suffix(".txt").unwrap_or(id))
    }

    fn unused(&mut self, article: &Article, id: &str) -> String {
        let path = match self.has_folders {
            true => format!("{}/{id}", article.owner.name().replace('/', "-")),
            false => id.to_owned(),
        };
        let mut path = portable_path(&path);
        let is_file = |it: &str| self.taken.contains(it) && !self.folders.contains(it);
        if folders_of(&path).any(|it| is_file(&it)) {
            path = path.replace('/', "-");
        }
        for folder in folders_of(&path) {
            if self.folders.insert(folder.clone()) {
                self.taken.insert(folder);
            }
        }
        unused_file(&path, &mut self.taken)
    }
}
