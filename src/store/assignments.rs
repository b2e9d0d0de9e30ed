//! Who annotates what: `assignments.json` in the project folder.

use std::io::ErrorKind;

use crate::file::{self, TrashNote};
use crate::model::{Assignments, Place, Report, Severity};
use crate::store::{Folder, StoreError, disk};

/// The file's name.
const FILE: &str = "assignments.json";

/// The largest that is read, in bytes.
const MAX: u64 = 256_000_000;

impl Folder {
    /// Who annotates what; nothing where nobody gave articles out. A file that cannot be read is
    /// reported.
    pub fn read_assignments(&self, report: &mut Report) -> Option<Assignments> {
        if self.is_implicit() {
            return None;
        }
        let read = || -> Result<Option<Assignments>, StoreError> {
            let path = self.inside(FILE)?;
            let Some(bytes) = disk::read(self.disk(), &path, MAX)? else { return Ok(None) };
            Ok(Some(file::read_assignments(&bytes, FILE)?))
        };
        match read() {
            Ok(assignments) => assignments,
            Err(error) => {
                let place = Place { file: Some(FILE.to_owned()), ..Place::default() };
                report.add(Severity::Error, place, format!("nobody has articles: {error}"));
                None
            }
        }
    }

    /// Writes who annotates what, completely or not at all. A copy of the former file goes to the
    /// trash.
    ///
    /// # Errors
    /// If there is no project file, or the system refuses.
    pub fn write_assignments(&self, assignments: &Assignments, note: TrashNote) -> Result<(), StoreError> {
        self.check_there()?;
        let path = self.inside(FILE)?;
        if self.is_implicit() {
            return Err(StoreError::io(
                "cannot save, there is no project file beside",
                &path,
                ErrorKind::NotFound.into(),
            ));
        }
        if self.disk().is_file(&path) {
            self.copy_to_trash(&TrashNote { path: FILE.to_owned(), ..note })?;
        }
        disk::replace(self.disk(), &path, &file::write_assignments(assignments))
    }
}
