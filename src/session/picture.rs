//! Pictures of passages: which passage is meant, and their way to the disk.

use std::path::PathBuf;
use std::sync::Arc;

use super::{Action, Effect, Job, Session};
use crate::model::AnnotationId;
use crate::store::{StoreError, write_file};
use crate::text::{OffsetUnit, Range, Span, Unit};

/// A passage of an article, as a person names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Passage {
    /// All of it.
    Article,
    /// Lines, counted from 1, the last one too.
    Lines(usize, usize),
    /// Positions in code points from 0, the end exclusive: as in annotation files.
    CodePoints(usize, usize),
    /// The sentences that hold an annotation.
    Around(AnnotationId),
}

/// Writes pictures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PictureAction {
    /// Write a file, in place of what is there.
    Save {
        /// Where to.
        path: PathBuf,
        /// What.
        bytes: Arc<[u8]>,
    },
}

/// Work on a picture.
#[derive(Debug)]
pub struct PictureJob {
    path: PathBuf,
    bytes: Arc<[u8]>,
}

/// What came of it.
#[derive(Debug)]
pub struct PictureOutcome {
    path: PathBuf,
    result: Result<(), StoreError>,
}

impl PictureJob {
    pub(super) fn run(self) -> PictureOutcome {
        let result = write_file(&self.path, &self.bytes);
        PictureOutcome { path: self.path, result }
    }
}

impl Session {
    /// The passage that is worked on: from the first to the last selected character, else the
    /// sentences that hold the selected annotation, else what is `visible`.
    pub fn passage(&self, visible: Option<Range>) -> Option<Range> {
        let text = &self.document()?.text;
        let selected = self.selection().ranges(text).into_iter().reduce(Range::hull);
        let around = || self.selected_annotation().map(|it| self.sentences(&it.span));
        selected.or_else(around).or(visible)
    }

    /// Where in the open article a passage lies.
    ///
    /// # Errors
    /// A sentence that says why there is no such passage.
    pub fn range_of(&self, passage: &Passage) -> Result<Range, String> {
        let document = self.document().ok_or("no article is open")?;
        let text = &document.text;
        let nothing = || format!("there is no text in this passage: {}", document.id.as_str());
        match passage {
            Passage::Article => text.whole().ok_or_else(nothing),
            &Passage::Lines(first, last) => {
                let n_lines = text.n_lines();
                if first == 0 || last < first {
                    return Err("lines are counted from 1, and the first comes first".to_owned());
                }
                if last > n_lines {
                    return Err(format!("the article has {n_lines} lines: {}", document.id.as_str()));
                }
                Range::new(text.line_start(first - 1), text.line_start(last)).ok_or_else(nothing)
            }
            &Passage::CodePoints(start, end) => {
                let offset = |value| {
                    let offset = text.locate(value, OffsetUnit::CodePoint);
                    offset.map_err(|error| format!("{error}: {}", document.id.as_str()))
                };
                let (start, end) = (text.nearest_grapheme(offset(start)?), offset(end)?);
                let last = text.nearest_grapheme(end);
                let end = if last < end { text.next(last, Unit::Grapheme) } else { last };
                Range::new(start, end).ok_or_else(nothing)
            }
            Passage::Around(id) => {
                let annotation = self.set().and_then(|set| set.annotation(id));
                annotation.map(|it| self.sentences(&it.span)).ok_or_else(|| {
                    format!("no annotation here has the id {}: {}", id.as_str(), document.id.as_str())
                })
            }
        }
    }

    fn sentences(&self, span: &Span) -> Range {
        let Some(document) = self.document() else { return span.hull() };
        let text = &document.text;
        let at = |offset| text.unit_at(offset, Unit::Sentence);
        let last = text.previous(span.end(), Unit::Grapheme);
        [at(span.start()), at(last)].into_iter().flatten().fold(span.hull(), Range::hull)
    }

    pub(super) fn picture_action(&mut self, action: PictureAction) {
        let PictureAction::Save { path, bytes } = action;
        self.effects.push(Effect::Start(Job::Picture(PictureJob { path, bytes })));
    }

    pub(super) fn picture_done(&mut self, outcome: PictureOutcome) {
        match outcome.result {
            Ok(()) => self.notify(format!("Saved: {}", outcome.path.display())),
            Err(error) => self.notify(super::sentence(&error.to_string())),
        }
    }
}

impl From<PictureAction> for Action {
    fn from(action: PictureAction) -> Action {
        Action::Picture(action)
    }
}
