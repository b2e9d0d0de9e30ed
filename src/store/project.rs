//! Changing the project file.

use crate::file::{self, PRESETS, ProjectFile, TrashNote};
use crate::model::{Report, Schema};
use crate::store::disk;
use crate::store::{Folder, MAX_PROJECT, PROJECT_FILE, StoreError};

impl Folder {
    /// Writes the schema into the project file, completely or not at all; what else the file says
    /// stays. Returns the SHA-256 of the file when it is safe on the disk.
    ///
    /// A copy of the former file goes to the trash. If the trash has a file that says just what is
    /// to be written, as after undoing, that one comes back to the letter. A folder that had no
    /// project file has none again.
    ///
    /// # Errors
    /// If the schema in the file is not the one that was read or written here last, or if the
    /// system refuses.
    pub fn write_schema(&self, schema: &Schema, note: TrashNote) -> Result<String, StoreError> {
        self.check_there()?;
        let path = self.inside(PROJECT_FILE)?;
        let note = TrashNote { path: PROJECT_FILE.to_owned(), ..note };
        let implicit = ProjectFile::new("", PRESETS[0].schema());
        let current = disk::read(self.disk(), &path, MAX_PROJECT)?;
        let project = match &current {
            Some(bytes) => file::read_project(bytes, PROJECT_FILE, &mut Report::default())?,
            None => implicit.clone(),
        };
        let is_done = project.schema == *schema;
        let is_known = {
            let state = self.state();
            state.schema.iter().chain(&state.tried_schemas).any(|it| *it == project.schema)
        };
        if is_done {
            if let Some(folder) = path.parent() {
                let io = |source| StoreError::io("cannot save", &path, source);
                self.disk().sync_folder(folder).map_err(io)?;
            }
            self.schema_is(schema);
            return Ok(file::sha256(&current.unwrap_or_default()));
        }
        if !is_known {
            return Err(StoreError::Changed { path: path.display().to_string() });
        }
        let wanted = ProjectFile { schema: schema.clone(), ..project.clone() };
        let is_made_here = current.as_ref().is_some_and(|bytes| *bytes == file::write_project(&project));
        let bytes = match self.former(&wanted) {
            Some(former) => former,
            None if wanted == implicit && is_made_here => Vec::new(),
            None => file::write_project(&wanted),
        };
        self.state().tried_schemas.push(schema.clone());
        if bytes.is_empty() {
            self.move_to_trash(&note)?;
        } else {
            self.copy_to_trash(&note)?;
            disk::replace(self.disk(), &path, &bytes)?;
        }
        self.schema_is(schema);
        Ok(file::sha256(&bytes))
    }

    /// Keeps in mind what the project file says now.
    fn schema_is(&self, schema: &Schema) {
        let mut state = self.state();
        state.schema = Some(schema.clone());
        state.tried_schemas.clear();
    }

    /// The newest project file in the trash that says just this.
    fn former(&self, wanted: &ProjectFile) -> Option<Vec<u8>> {
        let entries = self.trash().into_iter();
        let projects = entries.filter(|it| it.note.as_ref().is_some_and(|note| note.path == PROJECT_FILE));
        projects.filter_map(|entry| self.read_trash(&entry.id).ok()).find(|bytes| {
            file::read_project(bytes, PROJECT_FILE, &mut Report::default()).is_ok_and(|it| it == *wanted)
        })
    }
}
