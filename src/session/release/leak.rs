//! What the articles of a release have in common with texts that a model was trained on.

use std::path::Path;

use rayon::prelude::*;

use crate::compare::leak::{KnownTexts, Leak};
use crate::format::{self, Article, Bundle, FormatError, ImportOptions};
use crate::model::{Report, Schema};
use crate::reader::{self, ReadOptions, ReaderError};
use crate::store::{StoreError, list_files, read_file, read_files};
use crate::text::Text;

/// A text that a model was trained on.
#[derive(Clone, Debug)]
pub struct TrainingText {
    /// The file, as people would type it.
    pub file: String,
    /// What it is called there.
    pub name: String,
    /// The text.
    pub text: Text,
}

/// Why texts for training could not be read.
#[derive(Debug, thiserror::Error)]
pub enum TrainingError {
    /// The disk refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file is not in the format that somebody named.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// No texts can be taken out of the file.
    #[error(transparent)]
    Reader(#[from] ReaderError),
    /// There is no such format.
    #[error("there is no format {id}")]
    NoFormat {
        /// What was asked for.
        id: String,
    },
}

/// The texts in a file, or in all files of a folder: by the endings of their names, or of a format
/// of annotated articles. What is odd about them is reported.
///
/// # Errors
/// If a file cannot be read.
pub fn read_training(
    path: &Path,
    format: Option<&str>,
    options: &ReadOptions,
    report: &mut Report,
) -> Result<Vec<TrainingText>, TrainingError> {
    let shown = path.display().to_string();
    if let Some(id) = format {
        let format = format::find(id).ok_or_else(|| TrainingError::NoFormat { id: id.to_owned() })?;
        let files = Bundle { files: read_files(path)? };
        let articles = format.import(&files, &ImportOptions::default(), &Schema::default(), report)?;
        let text = |it: Article| TrainingText {
            file: shown.clone(),
            name: it.document.id.to_string(),
            text: it.document.text.clone(),
        };
        return Ok(articles.into_iter().map(text).collect());
    }
    let mut texts = Vec::new();
    for (_, path) in list_files(path)? {
        let file = path.display().to_string();
        let bytes = read_file(&path, reader::MAX_BYTES as u64)?;
        for it in reader::read(&file, &bytes, options, report)? {
            texts.push(TrainingText { file: file.clone(), name: it.name, text: Text::new(it.text) });
        }
    }
    Ok(texts)
}

/// What articles have in common with training texts: the number of each such text, and what it has
/// of which article. In the order of the training texts.
pub fn leaks(articles: &[Article], training: &[TrainingText], n_words: u32) -> Vec<(usize, Leak)> {
    let texts: Vec<Text> = articles.iter().map(|it| it.document.text.clone()).collect();
    let known = KnownTexts::new(&texts, n_words);
    let of = |(i, it): (usize, &TrainingText)| -> Vec<(usize, Leak)> {
        known.leaks(&it.text).into_iter().map(|leak| (i, leak)).collect()
    };
    training.par_iter().enumerate().flat_map_iter(of).collect()
}
