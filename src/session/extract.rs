//! Articles out of files of other kinds, as an import without annotations.

use std::path::PathBuf;
use std::sync::Arc;

use super::import::{ImportPlan, ImportRequest, Names, PlannedArticle, Progress, Tally};
use crate::file::{newline_of, portable_path, sha256};
use crate::format::Article;
use crate::model::{AnnotationSet, Document, DocumentId, Owner, Place, Report, Severity, Source};
use crate::reader::{self, Extracted, ReadOptions};
use crate::store::{Folder, list_files, read_file};
use crate::text::Text;

/// Files that somebody wants to have as articles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExtractRequest {
    /// Files, and folders with all files below them.
    pub paths: Vec<PathBuf>,
    /// How they are read.
    pub options: ReadOptions,
}

/// Reads files, and finds a name for each article in them. What cannot be read is reported.
pub(super) fn plan(
    folder: &Folder,
    request: ExtractRequest,
    owner: &Owner,
    progress: &Progress,
) -> Result<ImportPlan, String> {
    let mut report = Report::default();
    let mut files = Vec::new();
    for path in &request.paths {
        files.extend(list_files(path).map_err(|error| error.to_string())?);
    }
    let mut names = Names::new(folder);
    let mut articles = Vec::new();
    progress.begin(files.len());
    for (way, path) in files {
        let file = path.display().to_string();
        let bytes = read_file(&path, reader::MAX_BYTES as u64).map_err(|error| error.to_string());
        let found = bytes.and_then(|bytes| {
            let found = reader::read(&file, &bytes, &request.options, &mut report);
            found.map(|found| (found, sha256(&bytes))).map_err(|error| error.cause.to_string())
        });
        match found {
            Ok((found, sha256)) => {
                let below = way.rsplit_once('/').map(|(folder, _)| format!("{folder}/")).unwrap_or_default();
                for extracted in found {
                    let name = format!("{below}{}", extracted.name);
                    let source = extracted.source(&file, &sha256);
                    match document(folder, &mut names, &name, &extracted) {
                        Some(document) => articles.push(PlannedArticle {
                            article: Article {
                                owner: owner.clone(),
                                document: Arc::new(document),
                                set: Arc::new(AnnotationSet::default()),
                            },
                            is_new: true,
                            source: Some(source),
                        }),
                        None => problem(
                            &file,
                            Severity::Note,
                            "the project has this article already",
                            &mut report,
                        ),
                    }
                }
            }
            Err(message) => problem(&file, Severity::Error, message, &mut report),
        }
        if !progress.step() {
            return Err("it was stopped".to_owned());
        }
    }
    let request = ImportRequest { format: "files".to_owned(), paths: request.paths, owner: None, unit: None };
    Ok(ImportPlan { request, tally: Tally::of(&articles), articles, merges: Vec::new(), report })
}

/// The article under a name that is free; nothing if it is in the project already.
fn document(folder: &Folder, names: &mut Names<'_>, name: &str, extracted: &Extracted) -> Option<Document> {
    let text = Text::new(extracted.text.as_str());
    let known = DocumentId::new(names.path(&portable_path(name)));
    if folder.articles().contains(&known)
        && folder.read_document(&known, &mut Report::default()).is_ok_and(|it| it.text == text)
    {
        return None;
    }
    let hash = sha256(text.as_str().as_bytes());
    let source = Source {
        encoding: "utf-8".to_owned(),
        bom: false,
        newline: newline_of(text.as_str()),
        file_sha256: hash.clone(),
        text_sha256: hash,
        language: extracted.metadata.language.clone(),
    };
    Some(Document { id: names.new_name(name), text, source })
}

fn problem(file: &str, severity: Severity, message: impl Into<String>, report: &mut Report) {
    let place = Place { file: Some(file.to_owned()), ..Place::default() };
    report.add(severity, place, message);
}
