//! Three annotation files that version control could not merge by lines, merged by what they say.

use std::path::Path;

use crate::file::{self, FileError, PRESETS, StoredSet};
use crate::model::{AnnotationSet, Document, DocumentId, Owner, Report, Schema, SetKey};
use crate::store::{MAX_SET, PROJECT_FILE, StoreError, SystemDisk, disk, read_project};

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

    let shown = named.display().to_string();
    let read_whole = |path: &Path| {
        let bytes = disk::read(&SystemDisk, path, MAX_SET)?.unwrap_or_default();
        read(&bytes, &shown, &schema)
    };
    let (our_set, their_set) = (read_whole(ours)?, read_whole(theirs)?);
    if our_set.text != their_set.text {
        return Err(StoreError::OtherText { path: shown });
    }
    let base = disk::read(&SystemDisk, base, MAX_SET)?.filter(|bytes| !bytes.trim_ascii().is_empty());
    let base = base.map(|bytes| read(&bytes, &shown, &schema)).transpose()?;
    // What lay on another text cannot be compared place by place.
    let base = base.filter(|base| base.text == our_set.text).map(|base| base.set);
    let mut conflicts = Report::default();
    let merged = file::merge_sets(
        &base.unwrap_or_else(AnnotationSet::default),
        &our_set.set,
        &their_set.set,
        &mut conflicts,
    );
    let StoredSet { annotator, text, source, path, .. } = our_set;
    let key = SetKey { document: DocumentId::new(path), owner: Owner::named(&annotator) };
    for mut problem in conflicts.problems {
        problem.place.file = Some(shown.clone());
        report.problems.push(problem);
    }
    let document = Document { id: key.document.clone(), text, source };
    let absolute = std::path::absolute(ours);
    let absolute = absolute.map_err(|source| StoreError::io("cannot save", ours, source))?;
    disk::replace(&SystemDisk, &absolute, &file::write_set(&key, &document, &merged, &schema))
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
