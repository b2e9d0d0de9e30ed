//! What a person should look at, with its place.

use std::fmt;

use super::{AnnotationId, DocumentId, Owner};
use crate::text::{Offset, printable};

/// How much a problem matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Something may not be as its maker meant it.
    Warning,
    /// Something could not be read or kept in its place.
    Error,
}

/// Where a problem lies: as much of it as is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file, as people would type it.
    pub file: Option<String>,
    /// Line and column in that file, both from 1.
    pub line_column: Option<(usize, usize)>,
    /// The article.
    pub document: Option<DocumentId>,
    /// Whose annotations.
    pub owner: Option<Owner>,
    /// Which annotation.
    pub annotation: Option<AnnotationId>,
    /// Where in the article's text.
    pub offset: Option<Offset>,
}

/// Something that happened, and that a person should look at. What did not happen is an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// How much it matters.
    pub severity: Severity,
    /// One sentence without a final stop, cause first.
    pub message: String,
    /// Where.
    pub place: Place,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Names and pieces of files are other people's, and go to terminals.
        f.write_str(&printable(&self.message))?;
        if let Some(annotation) = &self.place.annotation {
            write!(f, " (annotation {})", printable(annotation.as_str()))?;
        }
        let file = self.place.file.as_deref().map(printable);
        match (file, self.place.line_column) {
            (Some(file), Some((line, column))) => write!(f, ": {file}:{line}:{column}"),
            (Some(file), None) => write!(f, ": {file}"),
            (None, _) => match &self.place.document {
                Some(document) => write!(f, ": {}", printable(document.as_str())),
                None => Ok(()),
            },
        }
    }
}

/// The problems that an operation met. It is passed along as a parameter so that no operation can
/// pass over a loss in silence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// In the order they were met.
    pub problems: Vec<Problem>,
}

impl Report {
    /// Adds a problem.
    pub fn add(&mut self, severity: Severity, place: Place, message: impl Into<String>) {
        self.problems.push(Problem { severity, message: message.into(), place });
    }

    /// True if nothing was met.
    pub fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_names_its_place_last() {
        let file = Some("sorot.json".to_owned());
        let cases = [
            (Place::default(), "it is odd"),
            (Place { file: file.clone(), ..Place::default() }, "it is odd: sorot.json"),
            (
                Place { file: file.clone(), line_column: Some((3, 7)), ..Place::default() },
                "it is odd: sorot.json:3:7",
            ),
            (Place { document: Some("a.txt".into()), ..Place::default() }, "it is odd: a.txt"),
            (
                Place {
                    file,
                    document: Some("a.txt".into()),
                    annotation: Some("x1".into()),
                    ..Place::default()
                },
                "it is odd (annotation x1): sorot.json",
            ),
        ];
        for (place, expected) in cases {
            let mut report = Report::default();
            assert!(report.is_empty());
            report.add(Severity::Warning, place, "it is odd");
            assert_eq!(report.problems[0].to_string(), expected);
        }
    }

    #[test]
    fn errors_weigh_most() {
        assert!(Severity::Error > Severity::Warning && Severity::Warning > Severity::Note);
    }
}
