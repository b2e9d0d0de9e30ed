//! Three annotation files that version control could not merge by lines, merged by what they say.

use std::path::Path;

use crate::file::{self, FileError, PRESETS, StoredSet};
use crate::model::{AnnotationSet, Document, DocumentId, Owner, Report, Schema, SetKey};
use crate::store::{MAX_SET, PROJECT_FILE, StoreError, SystemDisk, disk, read_project};
use crate::text::{Alignment, Span, Text};

/// Brings what `theirs` changed since `base` into `ours`, and writes that in place of `ours`. What
/// the two do not agree on is reported. An empty `base` means that both were made independently.
/// `named` is what people call the file; the nearest project file above it tells the order of
/// labels.
///
/// # Errors
/// If one of the files cannot be read whole, if they were made on different texts, or if the system
/// refuses; nothing was written then.
pub fn merge_files(
    base: &Path,
    ours: &Path,
    theirs: &Path,
    named: &Path,
    report: &mut Report,
) -> Result<(), StoreError> {
    let absolute = std::path::absolute(named);
    let absolute = absolute.map_err(|source| StoreError::io("cannot find", named, source))?;
    let project = absolute.ancestors().skip(1).find(|it| it.join(PROJECT_FILE).is_file());
    let project = project.and_then(|root| read_project(&SystemDisk, root, &mut Report::default()));
    let schema = project.map_or_else(|| PRESETS[0].schema(), |project| project.schema);

    let read = |path: &Path| disk::read(&SystemDisk, path, MAX_SET);
    let (our_bytes, their_bytes) = (read(ours)?.unwrap_or_default(), read(theirs)?.unwrap_or_default());
    let base = read(base)?.filter(|bytes| !bytes.trim_ascii().is_empty());
    let versions = Versions { base: base.as_deref(), ours: &our_bytes, theirs: &their_bytes };
    let merged = versions.merged(&named.display().to_string(), &schema, false, report)?;
    let absolute = std::path::absolute(ours);
    let absolute = absolute.map_err(|source| StoreError::io("cannot save", ours, source))?;
    disk::replace(&SystemDisk, &absolute, &merged)
}

/// The bytes of a set's file as two sides have it, and as both began.
#[derive(Clone, Copy, Debug)]
pub(super) struct Versions<'a> {
    /// Nothing if both were made independently.
    pub base: Option<&'a [u8]>,
    pub ours: &'a [u8],
    pub theirs: &'a [u8],
}

impl Versions<'_> {
    /// What `ours` becomes with all that `theirs` changed. If `carries`, a side that was made on an
    /// earlier text of the article is taken along to the text of the other side.
    ///
    /// # Errors
    /// If one of them cannot be read whole, or if they were made on different texts.
    pub(super) fn merged(
        &self,
        shown: &str,
        schema: &Schema,
        carries: bool,
        report: &mut Report,
    ) -> Result<Vec<u8>, StoreError> {
        let mut ours = read(self.ours, shown, schema)?;
        let mut theirs = read(self.theirs, shown, schema)?;
        let mut base = self.base.map(|bytes| read(bytes, shown, schema)).transpose()?;
        let mut conflicts = Report::default();
        if ours.text != theirs.text {
            if !carries {
                return Err(StoreError::OtherText { path: shown.to_owned() });
            }
            // The side on the text that both began with did not see the article being corrected.
            let is_ours_old = base.as_ref().is_none_or(|base| base.text == ours.text);
            let text = if is_ours_old { theirs.text.clone() } else { ours.text.clone() };
            if is_ours_old {
                ours.source = theirs.source.clone();
            }
            [&mut ours, &mut theirs].into_iter().chain(&mut base).for_each(|set| carry(set, &text));
        }
        // What lay on another text cannot be compared place by place.
        let base = base.filter(|base| base.text == ours.text).map(|base| base.set);
        let base = base.unwrap_or_else(AnnotationSet::default);
        let merged = file::merge_sets(&base, &ours.set, &theirs.set, &mut conflicts);
        let StoredSet { annotator, text, source, path, .. } = ours;
        let key = SetKey { document: DocumentId::new(path), owner: Owner::named(&annotator) };
        for mut problem in conflicts.problems {
            problem.place.file = Some(shown.to_owned());
            report.problems.push(problem);
        }
        let document = Document { id: key.document.clone(), text, source };
        Ok(file::write_set(&key, &document, &merged, schema))
    }
}

/// Takes a set along to another text.
fn carry(stored: &mut StoredSet, text: &Text) {
    if stored.text == *text {
        return;
    }
    let alignment = Alignment::new(&stored.text, text);
    let (set, _) = file::carry_set(&stored.set, &stored.text, text, |span: &Span| alignment.carry(span));
    stored.set = set;
    stored.text = text.clone();
}

/// A set of which all was understood. What is wrong with it otherwise stays as it is.
fn read(bytes: &[u8], shown: &str, schema: &Schema) -> Result<StoredSet, StoreError> {
    let stored = file::read_set(bytes, shown, schema, &mut Report::default());
    let stored = stored.map_err(|error: FileError| StoreError::from(error))?;
    match stored.set.is_read_only {
        true => Err(StoreError::ReadOnly { path: shown.to_owned() }),
        false => Ok(stored),
    }
}
