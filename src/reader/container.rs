//! Files that are a zip of parts, as DOCX, ODT and EPUB are, within limits.

use std::io::{Cursor, Read};

use zip::ZipArchive;
use zip::result::ZipError;

use crate::reader::Cause;
use crate::reader::limits::{self, MAX_ENTRIES, MAX_PART, MAX_UNPACKED};

/// How files begin that Microsoft's programs wrap encrypted documents in, as they did old ones.
const OLE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// A zip in memory.
pub(super) struct Container<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    /// How many bytes may still be unpacked. What a file says about its size is not believed.
    left: usize,
}

impl<'a> Container<'a> {
    /// # Errors
    /// If the bytes are no zip.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Container<'a>, Cause> {
        if bytes.starts_with(OLE) {
            return Err(Cause::Broken("it is encrypted, or of the time before this kind of file".to_owned()));
        }
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(cause)?;
        if archive.len() > MAX_ENTRIES {
            return Err(Cause::TooMuch(format!("it holds more than {MAX_ENTRIES} files")));
        }
        Ok(Container { archive, left: limits::unpacked(bytes.len(), MAX_UNPACKED) })
    }

    /// How many entries there are, folders too.
    pub(super) fn len(&self) -> usize {
        self.archive.len()
    }

    /// The name of an entry; nothing if it is a folder or a link.
    ///
    /// # Errors
    /// If the entry is broken.
    pub(super) fn file_name(&mut self, index: usize) -> Result<Option<String>, Cause> {
        let entry = self.archive.by_index_raw(index).map_err(cause)?;
        let is_file = entry.is_file() && !entry.is_symlink();
        let name = entry.name().map_err(cause)?.into_owned();
        Ok(is_file.then_some(name))
    }

    /// The bytes of a part, if there is one of that name.
    ///
    /// # Errors
    /// If it is broken, encrypted or too large.
    pub(super) fn part(&mut self, name: &str) -> Result<Option<Vec<u8>>, Cause> {
        match self.archive.index_for_name(name) {
            Some(index) => self.bytes(index).map(Some),
            None => Ok(None),
        }
    }

    /// The bytes of a part that must be there.
    ///
    /// # Errors
    /// If it is not, or broken, encrypted or too large.
    pub(super) fn needed(&mut self, name: &str) -> Result<Vec<u8>, Cause> {
        self.part(name)?.ok_or_else(|| Cause::Broken(format!("it has no part {name}")))
    }

    /// The bytes of an entry.
    ///
    /// # Errors
    /// If it is broken, encrypted or too large.
    pub(super) fn bytes(&mut self, index: usize) -> Result<Vec<u8>, Cause> {
        let entry = self.archive.by_index(index).map_err(cause)?;
        let limit = limits::unpacked(entry.compressed_size() as usize, MAX_PART).min(self.left);
        let mut bytes = Vec::new();
        let read = entry.take(limit as u64 + 1).read_to_end(&mut bytes);
        limits::check("what it unpacks to", bytes.len(), limit)?;
        read.map_err(|error| Cause::Broken(format!("it cannot be unpacked: {error}")))?;
        self.left -= bytes.len();
        Ok(bytes)
    }
}

fn cause(error: ZipError) -> Cause {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) | ZipError::InvalidPassword => {
            Cause::Encrypted
        }
        error => Cause::Broken(format!("it cannot be unpacked: {error}")),
    }
}
