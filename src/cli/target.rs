//! Where files go that other programs read.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use anyhow::{anyhow, bail};

use crate::format::{Bundle, Format};

/// Where an export goes.
pub(super) enum Target<'a> {
    StandardOutput,
    File(&'a Path),
    Folder(&'a Path),
}

impl<'a> Target<'a> {
    /// Refuses early what would be refused after the work.
    pub(super) fn new(format: &dyn Format, out: Option<&'a Path>, force: bool) -> anyhow::Result<Target<'a>> {
        let out = out.filter(|path| *path != Path::new("-"));
        match (out, format.capabilities().one_file) {
            (None, true) => Ok(Target::StandardOutput),
            (None, false) => {
                bail!("{} writes a file for each article, so it needs a folder: --out FOLDER", format.id())
            }
            (Some(path), true) if path.is_dir() => {
                bail!("{} writes one file, and this is a folder: {}", format.id(), path.display())
            }
            (Some(path), true) if path.exists() && !force => {
                bail!("the file exists, and only --force replaces it: {}", path.display())
            }
            (Some(path), true) => Ok(Target::File(path)),
            (Some(path), false) if path.exists() && !path.is_dir() => {
                bail!("{} writes into a folder, and this is a file: {}", format.id(), path.display())
            }
            (Some(path), false) if !force && holds_something(path) => {
                bail!("the folder is not empty, and only --force writes into it: {}", path.display())
            }
            (Some(path), false) => Ok(Target::Folder(path)),
        }
    }

    pub(super) fn path(&self) -> Option<&Path> {
        match self {
            Target::StandardOutput => None,
            Target::File(path) | Target::Folder(path) => Some(path),
        }
    }

    pub(super) fn write(&self, bundle: &Bundle, force: bool, out: &mut dyn Write) -> anyhow::Result<()> {
        for (name, bytes) in &bundle.files {
            match self {
                Target::StandardOutput => out.write_all(bytes)?,
                Target::File(path) => write_file(path, bytes, force)?,
                Target::Folder(folder) => write_file(&folder.join(name), bytes, force)?,
            }
        }
        Ok(())
    }
}

fn holds_something(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some())
}

/// Writes a file complete or not at all, making its folder.
fn write_file(path: &Path, bytes: &[u8], force: bool) -> anyhow::Result<()> {
    let write = || -> io::Result<()> {
        let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(".sorot-tmp-");
        // Readable by whoever the user's umask lets read, as any new file is.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let mut file = builder.tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        if force {
            file.persist(path)?;
        } else {
            file.persist_noclobber(path)?;
        }
        Ok(())
    };
    write().map_err(|error| anyhow!("the file cannot be written, {error}: {}", path.display()))
}
