//! Releases: the gold of a project as it was on one day, whole and for good.
//!
//! Invariants:
//! - A release holds the annotation files to the letter; nothing is written anew.
//! - What is not settled is not frozen: one article with an open question keeps the release from
//!   being made, and every such article is named.
//! - What a release says depends on the project and the request alone: not on the clock, which comes
//!   with the request, nor on threads.

mod agreement;
mod changes;
mod datasheet;
pub mod leak;
mod paper;
mod splitting;
mod work;

pub(super) use work::FreezeWork;
pub use work::{FreezeAction, FreezeJob, FreezeOutcome, ListedRelease, read_split};

use std::cmp::Ordering;
use std::path::PathBuf;
use std::sync::Arc;

use crate::compare::split::Part;
use crate::file::{
    Counts, Earlier, FileError, MANIFEST, ProjectFile, Release, ReleasedArticle, ReleasedFile, read_project,
    read_set, sha256, write_project, write_release,
};
use crate::format::Article;
use crate::model::{
    Document, DocumentId, Owner, Place, Report, Schema, SetKey, Severity, Status, Timestamp, each,
};
use crate::store::{Folder, FrozenSet, Opened, ReleaseStaging, StoreError};
use crate::text::OffsetUnit;

/// What somebody wants to freeze.
#[derive(Clone, Debug, PartialEq)]
pub struct FreezeRequest {
    /// What the release is called, as `1.0`.
    pub name: String,
    /// What its makers say of it, for people who have only the release; may be empty.
    pub description: String,
    /// Whose annotations.
    pub owner: Owner,
    /// Whose agreement on the same articles is measured; nobody's if there are fewer than two.
    pub annotators: Vec<Owner>,
    /// Which sets are wanted.
    pub wanted: Wanted,
    /// How its articles are split; not at all if there is nothing.
    pub split: Option<SplitRequest>,
    /// How it is cited.
    pub citation: Citation,
    /// When.
    pub at: Timestamp,
}

/// A split that somebody wants.
#[derive(Clone, Debug, PartialEq)]
pub struct SplitRequest {
    /// Into what.
    pub parts: Vec<Part>,
    /// Where chance starts.
    pub seed: u64,
}

/// Which sets are wanted in a release, by how far they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wanted {
    /// All, and all must be done.
    #[default]
    AllDone,
    /// Those that are done; the others stay out.
    OnlyDone,
    /// All, however far they are.
    Any,
}

/// How a release is cited, as far as its makers say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Citation {
    /// Who made it, each as `Sari, Rina`.
    pub authors: Vec<String>,
    /// Its title; the project's name, if nobody says.
    pub title: Option<String>,
    /// Where it is to be had.
    pub url: Option<String>,
    /// Its DOI.
    pub doi: Option<String>,
    /// The licence under which it is passed on.
    pub licence: Option<String>,
}

/// A release that was made.
#[derive(Clone, Debug, PartialEq)]
pub struct Frozen {
    /// What its manifest says.
    pub release: Release,
    /// SHA-256 of its manifest: what one cites to cite all of it.
    pub fingerprint: String,
    /// Where it lies.
    pub path: PathBuf,
    /// How many sets stayed out because they are not done.
    pub n_left_out: usize,
}

/// Why a release was not made or not read.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseError {
    /// The disk refused, or the name will not do.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file of a release is broken.
    #[error(transparent)]
    File(#[from] FileError),
    /// The report says what has to be settled before.
    #[error("nothing was frozen, because of {}", if *n == 1 { "the error above".to_owned() } else { format!("the {n} errors above") })]
    Unsettled {
        /// How many errors it has.
        n: usize,
    },
    /// There are no such annotations.
    #[error("nothing was frozen, because no article has such annotations of {owner}")]
    Nothing {
        /// Whose.
        owner: Owner,
    },
    /// A release is not what it was.
    #[error("release {release} is not as it was frozen, sorot check tells in what: {path}")]
    Altered {
        /// The release.
        release: String,
        /// The file.
        path: String,
    },
    /// A part cannot be called so, or have that share.
    #[error(
        "a part is called by letters, digits and . - _ alone, once, and has a share above 0, unlike {name}"
    )]
    Part {
        /// Its name.
        name: String,
    },
    /// There is no such part.
    #[error("release {release} has no part {part}; {}", if parts.is_empty() { "it is not split".to_owned() } else { format!("its parts are {}", parts.join(", ")) })]
    NoPart {
        /// The release.
        release: String,
        /// What was asked for.
        part: String,
        /// What there is.
        parts: Vec<String>,
    },
    /// Somebody wanted it no more.
    #[error("nothing was frozen, because it was stopped")]
    Stopped,
}

/// How many articles are read at once.
const CHUNK: usize = 256;

/// An article as it is frozen.
struct Taken {
    article: Article,
    path: String,
    bytes: Vec<u8>,
    counts: Counts,
}

/// What becomes of an article.
enum Found {
    Nothing,
    LeftOut,
    Taken(Box<Taken>),
}

/// Freezes somebody's annotations as a release of the project, whole or not at all. What is to be
/// settled before is reported as errors, and what a person should know as less. `step` is told from
/// time to time how many articles are read, and ends it by false. `report` has what was found when
/// the project was opened: where articles could not be listed, nothing is frozen.
///
/// # Errors
/// If there is such a release, if anything has to be settled before, or if the system refuses.
pub fn freeze(
    opened: &Opened,
    request: &FreezeRequest,
    report: &mut Report,
    mut step: impl FnMut(usize) -> bool,
) -> Result<Frozen, ReleaseError> {
    let folder = &opened.folder;
    let is_listing = |it: &Place| it.file.as_deref().is_some_and(|it| it != "sorot.json");
    let unlisted = report.problems.iter_mut().filter(|it| it.severity == Severity::Warning);
    unlisted.filter(|it| is_listing(&it.place)).for_each(|it| it.severity = Severity::Error);
    folder.check_release_name(&request.name)?;
    if let Some(split) = &request.split {
        splitting::check(split)?;
    }
    let n_before = report.problems.len();
    let earlier = releases(folder, report)?.pop();
    // Else the release would follow another one than the newest.
    report.problems[n_before..].iter_mut().for_each(|it| it.severity = Severity::Error);
    let mut staging = Staging { inner: folder.stage_release(&request.name)?, files: Vec::new() };
    let mut taken = Vec::new();
    let mut n_left_out = 0;
    for (i, chunk) in opened.articles.chunks(CHUNK).enumerate() {
        for found in each(chunk, report, |id, report| take(opened, request, id, report)) {
            match found {
                Found::Nothing => {}
                Found::LeftOut => n_left_out += 1,
                Found::Taken(mut it) => {
                    staging.add(&it.path, &std::mem::take(&mut it.bytes))?;
                    taken.push(*it);
                }
            }
        }
        if !step(i * CHUNK + chunk.len()) {
            return Err(ReleaseError::Stopped);
        }
    }
    report_strays(folder, &request.owner, report);
    let n_errors = report.problems.iter().filter(|it| it.severity == Severity::Error).count();
    if n_errors > 0 {
        return Err(ReleaseError::Unsettled { n: n_errors });
    }
    if taken.is_empty() {
        return Err(ReleaseError::Nothing { owner: request.owner.clone() });
    }

    let project = add_project(opened, &mut staging)?;
    let mut counts = Counts::default();
    taken.iter().for_each(|it| counts.add(&it.counts));
    let articles: Vec<Article> = taken.iter().map(|it| it.article.clone()).collect();
    let earlier_name = earlier.as_ref().map(|(release, _)| release.name.clone());
    let before = match &earlier {
        Some((release, _)) => Some(read_released(folder, release, None, report)?),
        None => None,
    };
    if let (Some(name), Some(before)) = (&earlier_name, &before) {
        staging.add("CHANGES.md", changes::write(name, &request.name, before, &articles).as_bytes())?;
    }
    let agreement = agreement::measure(folder, &articles, &request.annotators, report);
    let mut release = Release {
        name: request.name.clone(),
        project: opened.name.clone(),
        description: request.description.clone(),
        at: request.at,
        made_by: concat!("sorot ", env!("CARGO_PKG_VERSION")).to_owned(),
        owner: request.owner.clone(),
        schema_id: opened.schema.id.clone(),
        schema_version: opened.schema.version.clone(),
        earlier: earlier.map(|(release, fingerprint)| Earlier { name: release.name, fingerprint }),
        counts,
        agreement,
        split: None,
        articles: taken
            .iter()
            .map(|it| ReleasedArticle {
                document: it.article.document.id.clone(),
                file: it.path.clone(),
                text_sha256: it.article.document.source.text_sha256.clone(),
                part: None,
            })
            .collect(),
        files: Vec::new(),
    };
    if let Some(split) = &request.split {
        for (path, bytes) in splitting::split(split, &taken, &mut release, report) {
            staging.add(&path, &bytes)?;
        }
    }
    staging.files.sort_unstable();
    release.files = std::mem::take(&mut staging.files);
    let manifest = write_release(&release);
    let fingerprint = sha256(&manifest);
    staging.add(MANIFEST, &manifest)?;
    let answers = match folder.read_project_text(datasheet::ANSWERS)? {
        Some(bytes) => datasheet::answers(&String::from_utf8_lossy(&bytes)),
        None => Default::default(),
    };
    let facts = datasheet::Facts {
        release: &release,
        fingerprint: &fingerprint,
        schema: &opened.schema,
        citation: &request.citation,
        has_guidelines: project.guidelines.is_some(),
    };
    staging.add("DATASHEET.md", datasheet::write(&facts, &answers).as_bytes())?;
    staging.add("METHODS.md", paper::methods_markdown(&release, &fingerprint).as_bytes())?;
    staging.add("methods.tex", paper::methods_latex(&release, &fingerprint).as_bytes())?;
    staging.add("CITATION.bib", paper::citation(&release, &fingerprint, &request.citation).as_bytes())?;
    let path = staging.inner.finish()?;
    Ok(Frozen { release, fingerprint, path, n_left_out })
}

/// A release on its way, and what the manifest says of its files.
struct Staging {
    inner: ReleaseStaging,
    files: Vec<ReleasedFile>,
}

impl Staging {
    fn add(&mut self, path: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let sha256 = self.inner.add(path, bytes)?;
        self.files.push(ReleasedFile { path: path.to_owned(), n_bytes: bytes.len() as u64, sha256 });
        Ok(())
    }
}

/// An article with its annotations, if they are wanted; what keeps it from being frozen is an error.
fn take(opened: &Opened, request: &FreezeRequest, id: &DocumentId, report: &mut Report) -> Found {
    let key = SetKey { document: id.clone(), owner: request.owner.clone() };
    if !opened.folder.has_set(&key) {
        return Found::Nothing;
    }
    let mut problems = Report::default();
    let read = opened.folder.read_document(id, &mut problems).and_then(|document| {
        Ok(opened
            .folder
            .read_to_freeze(&key, &document, &opened.schema, &mut problems)?
            .map(|set| (document, set)))
    });
    let (document, FrozenSet { path, bytes, loaded }) = match read {
        Ok(Some(read)) => read,
        Ok(None) => return Found::Nothing,
        Err(error) => {
            // The error names its place.
            report.add(Severity::Error, Place::default(), format!("it cannot be frozen: {error}"));
            return Found::Nothing;
        }
    };
    let is_done = loaded.set.status() == Status::Done;
    if !is_done && request.wanted == Wanted::OnlyDone {
        return Found::LeftOut;
    }
    report.problems.append(&mut problems.problems);
    if !is_done && request.wanted == Wanted::AllDone {
        let place = Place { file: Some(path.clone()), ..Place::default() };
        report.add(Severity::Error, place, "the annotations are not done");
    }
    let set = Arc::new(loaded.set);
    let mut counts = Counts {
        n_articles: 1,
        n_done: usize::from(is_done),
        n_code_points: document.text.length(OffsetUnit::CodePoint),
        ..Counts::default()
    };
    set.annotations().for_each(|it| *counts.spans.entry(it.label.clone()).or_default() += 1);
    set.relations().for_each(|it| *counts.relations.entry(it.label.clone()).or_default() += 1);
    counts.languages.extend(document.source.language.clone().map(|it| (it, 1)));
    let article = Article { owner: key.owner, document: Arc::new(document), set };
    Found::Taken(Box::new(Taken { article, path, bytes, counts }))
}

/// Says what of the owner's files is not in the release, and who may be changing them now.
fn report_strays(folder: &Folder, owner: &Owner, report: &mut Report) {
    for file in folder.strays(owner) {
        let place = Place { file: Some(file), ..Place::default() };
        let message = "the project has no article for these annotations, so they stay out";
        report.add(Severity::Warning, place, message);
    }
    // A window that freezes has saved what it has.
    if let Some(holder) = folder.holder(owner).filter(|it| !folder.is_this_process(it)) {
        let message = format!(
            "{} has the annotations of {owner} open; what it has not saved yet is not frozen",
            holder.described()
        );
        report.add(Severity::Warning, Place::default(), message);
    }
}

/// Adds the schema and the guidelines.
fn add_project(opened: &Opened, staging: &mut Staging) -> Result<ProjectFile, ReleaseError> {
    let bytes = opened.folder.read_project_file()?;
    if bytes.is_none() != opened.folder.is_implicit() {
        return Err(StoreError::Changed { path: "sorot.json".to_owned() }.into());
    }
    let bytes =
        bytes.unwrap_or_else(|| write_project(&ProjectFile::new(&opened.name, opened.schema.clone())));
    let mut project = read_project(&bytes, "sorot.json", &mut Report::default())?;
    if project.schema != opened.schema {
        return Err(StoreError::Changed { path: "sorot.json".to_owned() }.into());
    }
    staging.add("sorot.json", &bytes)?;
    let named = project.guidelines.get_or_insert_with(|| "guidelines.md".to_owned());
    match opened.folder.read_project_text(named)? {
        Some(bytes) => staging.add(named, &bytes)?,
        None => project.guidelines = None,
    }
    Ok(project)
}

/// All releases that can be read, with their fingerprints, the newest last. Others are reported.
///
/// # Errors
/// If the folder of releases cannot be read.
pub fn releases(folder: &Folder, report: &mut Report) -> Result<Vec<(Release, String)>, StoreError> {
    let mut releases = Vec::new();
    for name in folder.releases()? {
        match folder.read_release(&name, report) {
            Ok(release) => releases.push(release),
            Err(error) => {
                let place = Place { file: Some(format!("releases/{name}")), ..Place::default() };
                report.add(Severity::Warning, place, format!("the release cannot be read, {error}"));
            }
        }
    }
    releases.sort_by(|(a, _), (b, _)| {
        let order = a.at.cmp(&b.at);
        // Within one second, as scripts are fast.
        let follows =
            |it: &Release, other: &Release| it.earlier.as_ref().is_some_and(|at| at.name == other.name);
        order.then_with(|| match (follows(a, b), follows(b, a)) {
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            _ => natural(&a.name).cmp(&natural(&b.name)),
        })
    });
    Ok(releases)
}

/// A name so that 1.10 comes after 1.9.
fn natural(name: &str) -> Vec<(u64, String)> {
    let parts = name.split(|it: char| !it.is_alphanumeric());
    parts.map(|it| (it.parse().unwrap_or(0), it.to_owned())).collect()
}

/// The release of that name, or the newest one.
///
/// # Errors
/// If there is none.
pub fn release(
    folder: &Folder,
    name: Option<&str>,
    report: &mut Report,
) -> Result<(Release, String), StoreError> {
    match name {
        Some(name) => folder.read_release(name, report),
        None => {
            let newest = releases(folder, report)?.pop();
            newest.ok_or_else(|| StoreError::NoRelease { name: "yet".to_owned() })
        }
    }
}

/// The articles of a release, or of a part of it, as they were frozen: in order of their paths.
///
/// # Errors
/// If a file is missing or is not as it was frozen.
pub fn read_released(
    folder: &Folder,
    release: &Release,
    part: Option<&str>,
    report: &mut Report,
) -> Result<Vec<Article>, ReleaseError> {
    let hashes: std::collections::BTreeMap<&str, &str> =
        release.files.iter().map(|it| (it.path.as_str(), it.sha256.as_str())).collect();
    let is_meant = |it: &&ReleasedArticle| part.is_none() || it.part.as_deref() == part;
    let articles: Vec<&ReleasedArticle> = release.articles.iter().filter(is_meant).collect();
    let read = |article: &&ReleasedArticle, report: &mut Report| {
        let altered = || ReleaseError::Altered { release: release.name.clone(), path: article.file.clone() };
        let bytes = folder.read_released_file(&release.name, &article.file)?.ok_or_else(altered)?;
        if hashes.get(article.file.as_str()) != Some(&sha256(&bytes).as_str()) {
            return Err(altered());
        }
        let file = format!("releases/{}/{}", release.name, article.file);
        let stored = read_set(&bytes, &file, &Schema::default(), report)?;
        let document = Document { id: article.document.clone(), text: stored.text, source: stored.source };
        Ok(Article { owner: release.owner.clone(), document: Arc::new(document), set: Arc::new(stored.set) })
    };
    each(&articles, report, read).into_iter().collect()
}

/// A release, or the newest one, with its fingerprint and the articles of a part, or all.
///
/// # Errors
/// If there is no such release or part, or a file is missing or not as it was frozen.
pub fn read_part(
    folder: &Folder,
    name: Option<&str>,
    part: Option<&str>,
    report: &mut Report,
) -> Result<(Release, String, Vec<Article>), ReleaseError> {
    let (release, fingerprint) = release(folder, name, report)?;
    let parts = release.split.iter().flat_map(|it| &it.parts);
    let parts: Vec<String> = parts.map(|it| it.name.clone()).collect();
    if let Some(part) = part.filter(|it| !parts.iter().any(|there| there == it)) {
        return Err(ReleaseError::NoPart { release: release.name, part: part.to_owned(), parts });
    }
    let articles = read_released(folder, &release, part, report)?;
    Ok((release, fingerprint, articles))
}

/// What might be annotated when a release was made.
///
/// # Errors
/// If its project file is missing or broken.
pub fn released_schema(folder: &Folder, release: &Release) -> Result<Schema, ReleaseError> {
    let path = "sorot.json";
    let altered = || ReleaseError::Altered { release: release.name.clone(), path: path.to_owned() };
    let bytes = folder.read_released_file(&release.name, path)?.ok_or_else(altered)?;
    Ok(read_project(&bytes, path, &mut Report::default())?.schema)
}
