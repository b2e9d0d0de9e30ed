//! Articles that come into a project: all of them, or none.
//!
//! Everything is first written into one file in `.sorot/`, with one flush; from then on it is in the
//! project, whatever happens. The articles are made from that file, flushed together, and it goes.
//! If a crash comes between, the next opening does what is left.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use crate::file::{self, SourceRecord, read_addition, write_addition, write_source_record};
use crate::model::{DocumentId, Owner, SetKey};
use crate::store::disk::{self, Disk};
use crate::store::{Folder, PROJECT_FILE, StoreError, owners};

/// How the names of the files begin from which articles are made.
const ADDITION: &str = "addition-";

/// The largest such file that is read again, in bytes.
const MAX_ADDITION: u64 = 4_000_000_000;

/// What stands after an article's path in that of the record of its source.
const RECORD: &str = ".source.json";

/// The largest record that is read, in bytes.
const MAX_RECORD: u64 = 16_000_000;

/// The longest part of an article's path, in bytes: with what stands after it in the names of its
/// annotations, what every file system takes.
const MAX_NAME: usize = 120;

/// How deep an article may lie below the folder of articles.
const MAX_FOLDERS: usize = 8;

/// An article that is to come into a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewArticle {
    /// What to call it, with `/` between folders, and without an ending. What cannot be a file's
    /// name everywhere is changed.
    pub name: String,
    /// Its text.
    pub text: String,
    /// Where it comes from.
    pub source: SourceRecord,
}

impl Folder {
    /// Adds articles, all or none, beside a record of where each comes from; returns what they are
    /// called now, in the same order. No file is ever replaced: where there is an article of that
    /// name, or were annotations of one, the new one gets a number.
    ///
    /// They are in the project from its next opening on.
    ///
    /// # Errors
    /// If the system refuses. Nothing was added then; or if it refuses to take back what is there,
    /// too, all will be at the next opening.
    pub fn add_articles(&self, articles: Vec<NewArticle>) -> Result<Vec<DocumentId>, StoreError> {
        self.check_there()?;
        let mut names = Names::new(self);
        let mut files = Vec::with_capacity(articles.len() * 2);
        let mut ids = Vec::with_capacity(articles.len());
        for article in articles {
            let id = names.free(&article.name);
            let record = String::from_utf8(write_source_record(&article.source));
            files.push((id.clone(), article.text));
            files.push((format!("{id}{RECORD}"), record.expect("a record is JSON, which is UTF-8")));
            ids.push(DocumentId::new(id));
        }
        // Where they lead is looked at before anything is written.
        let mut folders = BTreeSet::new();
        for id in &ids {
            if folders.insert(id.as_str().rsplit_once('/').map(|(folder, _)| folder)) {
                self.inside(id.as_str())?;
            }
        }
        if files.is_empty() {
            return Ok(ids);
        }
        let disk = self.disk();
        let own = self.0.canonical.join(".sorot");
        let random: String = std::iter::repeat_with(fastrand::alphanumeric).take(8).collect();
        let path = own.join(format!("{ADDITION}{random}"));
        let io = |source| StoreError::io("cannot save", &path, source);
        disk::create_folders(disk, &own).map_err(io)?;
        let held = disk.write_new(&path, &write_addition(&files)).and_then(|held| {
            disk.sync_folder(&own)?;
            Ok(held)
        });
        let held = held.inspect_err(|_| drop(disk.remove(&path))).map_err(io)?;
        let made = make(disk, &self.0.canonical, &files);
        if let Err(error) = made {
            // Those that are there go again; what cannot be removed is complete at the next opening.
            let all_gone =
                files.iter().all(|(file, content)| unmake(disk, &self.0.canonical.join(file), content));
            if all_gone {
                drop(disk.remove(&path));
            }
            return Err(error);
        }
        drop(held);
        // Left behind, it only makes the next opening look whether all is there.
        drop(disk.remove(&path).and_then(|()| disk.sync_folder(&own)));
        Ok(ids)
    }

    /// Where an article comes from; nothing if it was not taken out of another file, or nothing can
    /// be read.
    pub fn read_source(&self, document: &DocumentId) -> Option<SourceRecord> {
        let name = format!("{}{RECORD}", document.as_str());
        let bytes = disk::read(self.disk(), &self.inside(&name).ok()?, MAX_RECORD).ok()??;
        file::read_source_record(&bytes, &name).ok()
    }
}

/// Does what is left of additions that a crash interrupted. One that was not complete never began,
/// and goes.
pub(super) fn settle(disk: &dyn Disk, canonical: &Path) {
    let Some(own) = owners::own_folder(disk, canonical, ".sorot") else { return };
    for entry in disk.list(&own).into_iter().flatten().flatten() {
        if !entry.name.to_string_lossy().starts_with(ADDITION) {
            continue;
        }
        let path = own.join(&entry.name);
        // Whoever holds it is at it.
        let Ok(Some(_held)) = disk.hold(&path) else { continue };
        let Ok(Some(bytes)) = disk::read(disk, &path, MAX_ADDITION) else { continue };
        let files = read_addition(&bytes).unwrap_or_default();
        let is_done =
            files.iter().all(|(name, _)| is_new(name)) && make_rest(disk, canonical, &files).is_ok();
        if is_done {
            // Left behind, it is done again at the next opening.
            drop(disk.remove(&path));
        }
    }
}

/// True for a path that an addition may make: an article's, or that of a record. A file in `.sorot/`
/// may come from anybody.
fn is_new(path: &str) -> bool {
    let article = path.strip_suffix(RECORD).unwrap_or(path);
    let name = article.strip_prefix("articles/").unwrap_or(article).strip_suffix(".txt");
    let is_flat = article.starts_with("articles/") || !article.contains('/');
    is_flat && name.is_some_and(is_portable)
}

/// Makes files that are not there yet, and flushes them together.
fn make(disk: &dyn Disk, canonical: &Path, files: &[(String, String)]) -> Result<(), StoreError> {
    let io = |name: &str, source| StoreError::io("cannot save", &canonical.join(name), source);
    let mut folders = BTreeSet::new();
    for (name, _) in files {
        folders.extend(canonical.join(name).parent().map(Path::to_owned));
    }
    for folder in &folders {
        disk::create_folders(disk, folder).map_err(|source| StoreError::io("cannot make", folder, source))?;
    }
    let paths: Vec<_> = files.iter().map(|(name, _)| canonical.join(name)).collect();
    let contents = paths.iter().zip(files).map(|(path, (_, content))| (path.as_path(), content.as_bytes()));
    disk.write_all_new(&contents.collect::<Vec<_>>()).map_err(|(i, source)| io(&files[i].0, source))?;
    for folder in &folders {
        disk.sync_folder(folder).map_err(|source| StoreError::io("cannot save", folder, source))?;
    }
    Ok(())
}

/// Makes those files that are not there, or not completely.
fn make_rest(disk: &dyn Disk, canonical: &Path, files: &[(String, String)]) -> Result<(), StoreError> {
    for (name, content) in files {
        let path = canonical.join(name);
        // What does not exist yet lies where its nearest existing folder lies.
        let existing = path.ancestors().find_map(|it| disk.canonical(it).ok());
        if !existing.is_some_and(|it| it.starts_with(canonical)) {
            return Err(StoreError::Outside { path: name.clone() });
        }
        let there = disk::read(disk, &path, content.len() as u64).unwrap_or_default();
        let is_there = disk.link_metadata(&path).is_ok();
        // A file that was being written is a beginning of what it should be, with zeros where a power
        // cut left nothing. Anything else is somebody's.
        let is_begun = there.is_some_and(|bytes| {
            let mut pairs = bytes.iter().zip(content.as_bytes());
            let is_piece = pairs.all(|(there, wanted)| there == wanted || *there == 0);
            is_piece && bytes != content.as_bytes()
        });
        if !is_there || is_begun {
            disk::replace(disk, &path, content.as_bytes())?;
        }
    }
    Ok(())
}

/// Removes a file that was just made; false if it is still there.
fn unmake(disk: &dyn Disk, path: &Path, content: &str) -> bool {
    let is_ours = match disk::read(disk, path, content.len() as u64) {
        Ok(Some(bytes)) => content.as_bytes().starts_with(&bytes),
        Ok(None) => return true,
        Err(_) => return true,
    };
    !is_ours || disk.remove(path).is_ok()
}

/// Names for new articles that nothing else has.
struct Names<'a> {
    folder: &'a Folder,
    /// What stands before the names of all new articles.
    prefix: &'static str,
    owners: Vec<Owner>,
    /// In lower case: on some systems `A.txt` and `a.txt` are one file.
    taken: BTreeSet<String>,
    /// The next number for a name that is taken.
    next: HashMap<String, usize>,
}

impl<'a> Names<'a> {
    fn new(folder: &'a Folder) -> Names<'a> {
        let articles = folder.0.canonical.join("articles");
        let has_folder = folder.disk().is_file(&folder.0.canonical.join(PROJECT_FILE))
            || folder.disk().is_folder(&articles);
        Names {
            folder,
            // In a bare folder, one called so would hide the articles beside it.
            prefix: if has_folder { "articles/" } else { "" },
            owners: folder.owners(),
            taken: folder.0.articles.iter().map(|id| id.as_str().to_lowercase()).collect(),
            next: HashMap::new(),
        }
    }

    /// An article's path for something of that name.
    fn free(&mut self, name: &str) -> String {
        let name = portable(name);
        let first = self.next.get(&name.to_lowercase()).copied().unwrap_or(1);
        let mut n = first;
        let id = loop {
            let id = match n {
                1 => format!("{}{name}.txt", self.prefix),
                n => format!("{}{name}-{n}.txt", self.prefix),
            };
            n += 1;
            if self.is_free(&id) {
                break id;
            }
        };
        self.next.insert(name.to_lowercase(), n);
        self.taken.insert(id.to_lowercase());
        id
    }

    fn is_free(&self, id: &str) -> bool {
        let there = |name: &str| self.folder.0.canonical.join(name);
        let is_there = |name: &str| self.folder.disk().link_metadata(&there(name)).is_ok();
        let document = DocumentId::new(id);
        let has_sets = || {
            self.owners.iter().any(|owner| {
                let key = SetKey { document: document.clone(), owner: owner.clone() };
                self.folder.set_path(&key).is_ok_and(|path| self.folder.disk().may_be_there(&path))
            })
        };
        !self.taken.contains(&id.to_lowercase())
            && !is_there(id)
            && !is_there(&format!("{id}{RECORD}"))
            && !has_sets()
    }
}

/// A name that is one on every system: no characters that Windows or a shell takes for something
/// else, no parts that lead elsewhere or are hidden, none too long.
fn portable(name: &str) -> String {
    let parts = name.split(['/', '\\']).map(portable_part).filter(|part| !part.is_empty());
    let parts: Vec<String> = parts.collect();
    let last_parts = &parts[parts.len().saturating_sub(MAX_FOLDERS)..];
    if last_parts.is_empty() { "article".to_owned() } else { last_parts.join("/") }
}

/// True for a name that [`portable`] made, or one with a number after it.
fn is_portable(name: &str) -> bool {
    let without_number =
        |part: &str| part.trim_end_matches(|it: char| it.is_ascii_digit()).trim_end_matches('-').len();
    let is_part =
        |part: &str| portable_part(part) == part || portable_part(part) == part[..without_number(part)];
    !name.is_empty() && name.split('/').all(|part| !part.is_empty() && is_part(part))
}

fn portable_part(part: &str) -> String {
    const DEVICES: &[&str] = &["con", "prn", "aux", "nul"];
    let is_bad =
        |it: char| crate::text::is_unprintable(it) || matches!(it, '<' | '>' | ':' | '"' | '|' | '?' | '*');
    let plain: String = part.chars().map(|it| if is_bad(it) { '_' } else { it }).collect();
    let mut plain = plain.trim_matches([' ', '.']).to_owned();
    plain.truncate(plain.floor_char_boundary(MAX_NAME));
    let mut plain = plain.trim_end_matches([' ', '.']).to_owned();
    let stem = plain.split('.').next().unwrap_or_default().to_lowercase();
    let is_port = |name: &str| {
        stem.strip_prefix(name).is_some_and(|n| n.len() == 1 && n.bytes().all(|it| it.is_ascii_digit()))
    };
    if DEVICES.contains(&stem.as_str()) || is_port("com") || is_port("lpt") {
        plain.insert(0, '_');
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_portable() {
        let long = "ü".repeat(200);
        let cases = [
            ("2026/Tank dikirim", "2026/Tank dikirim"),
            ("../../etc/passwd", "etc/passwd"),
            ("a\\b:c?", "a/b_c_"),
            (".hidden. ", "hidden"),
            ("con.a/NUL/com1/command", "_con.a/_NUL/_com1/command"),
            ("a\u{202e}b\nc", "a_b_c"),
            ("//", "article"),
            ("", "article"),
            (&long, &long[..120]),
        ];
        for (name, expected) in cases {
            assert_eq!(portable(name), expected, "{name:?}");
        }
    }
}
