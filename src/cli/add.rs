//! `sorot add`

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::bail;

use crate::cli::Outcome;
use crate::cli::output::{Progress, count, say_problems};
use crate::file::sha256;
use crate::model::{Place, Report, Severity};
use crate::reader::{self, READERS, ReadOptions};
use crate::store::{Folder, NewArticle};
use crate::text::printable;

/// Take articles out of files and add them to a project, all at once
#[derive(Debug, clap::Args)]
#[command(after_help = help())]
pub struct Add {
    /// Files, and folders with all files below them
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The project folder
    #[arg(long, value_name = "PROJECT", default_value = ".")]
    into: PathBuf,
    /// Take all that a web page shows, and not its main text alone
    #[arg(long)]
    everything: bool,
    /// The column of tables that holds the texts, where its name does not say so
    #[arg(long, value_name = "NAME")]
    text_column: Option<String>,
    /// Only say what would come in
    #[arg(long)]
    dry_run: bool,
}

fn help() -> String {
    let kinds = READERS.iter().map(|reader| {
        let endings: Vec<String> = reader.endings().iter().map(|ending| format!(".{ending}")).collect();
        format!("  {:<22} {}\n", endings.join(" "), reader.summary())
    });
    let kinds: String = kinds.collect();
    format!(
        "Each text becomes articles/NAME.txt, with what the file says about it (title, date, author, url,\n\
         language) and the file's SHA-256 beside it in articles/NAME.txt.source.json. Files are only read,\n\
         and no article is ever replaced. Files are told by their endings:\n{kinds}\
         The exit code is 1 if something did not come in, or not all of it."
    )
}

impl Add {
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<Outcome> {
        let mut report = Report::default();
        let folder = Folder::open(&self.into, &mut Report::default())?.folder;
        let files = self.files(&mut report)?;
        let options = ReadOptions { everything: self.everything, text_column: self.text_column.clone() };
        let mut articles = Vec::new();
        let mut progress = Progress::new(files.len());
        for (i, (file, folder)) in files.iter().enumerate() {
            progress.at(i);
            match read(file, &options, &mut report) {
                Ok(found) => articles.extend(found.into_iter().map(|article| {
                    let name = folder.join(&article.name).display().to_string();
                    NewArticle { name, ..article }
                })),
                Err(message) => refuse(file, message, &mut report),
            }
        }
        drop(progress);
        let n_articles = articles.len();
        let origins: Vec<String> = articles.iter().map(|article| article.source.file.clone()).collect();
        let names: Vec<String> = if self.dry_run {
            articles.into_iter().map(|article| article.name).collect()
        } else {
            folder.add_articles(articles)?.iter().map(ToString::to_string).collect()
        };
        for (name, origin) in names.iter().zip(&origins) {
            writeln!(out, "{}  {}", printable(name), printable(origin))?;
        }
        let verb = if self.dry_run { "would add" } else { "added" };
        writeln!(out, "{verb} {} from {}", count(n_articles, "article"), count(files.len(), "file"))?;
        say_problems(&report);
        let is_complete = n_articles > 0 && report.is_empty();
        Ok(if is_complete { Outcome::Done } else { Outcome::LookAt })
    }

    /// The files to be read, in order of their paths, each with the folders that it lies in below a
    /// folder that was named. What systems put beside people's files is
    /// passed over, and so are links, which may lead anywhere.
    fn files(&self, report: &mut Report) -> anyhow::Result<Vec<(PathBuf, PathBuf)>> {
        let mut files = Vec::new();
        for path in &self.paths {
            let metadata = match fs::metadata(path) {
                Ok(metadata) => metadata,
                Err(error) => bail!("cannot read, {error}: {}", path.display()),
            };
            if !metadata.is_dir() {
                files.push((path.clone(), PathBuf::new()));
                continue;
            }
            let mut folders = vec![path.clone()];
            let mut below = Vec::new();
            while let Some(folder) = folders.pop() {
                let entries = match fs::read_dir(&folder) {
                    Ok(entries) => entries,
                    Err(error) => {
                        refuse(&folder, format!("cannot read the folder, {error}"), report);
                        continue;
                    }
                };
                for entry in entries.flatten() {
                    let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
                    match entry.file_type() {
                        Ok(kind) if kind.is_dir() && !is_hidden => folders.push(entry.path()),
                        Ok(kind) if kind.is_file() && !is_hidden => below.push(entry.path()),
                        _ => {}
                    }
                }
            }
            below.sort();
            let folder =
                |file: &PathBuf| file.parent().and_then(|it| it.strip_prefix(path).ok()).map(Path::to_owned);
            files.extend(below.into_iter().map(|file| (file.clone(), folder(&file).unwrap_or_default())));
        }
        Ok(files)
    }
}

/// The articles in a file, or why there are none.
fn read(path: &Path, options: &ReadOptions, report: &mut Report) -> Result<Vec<NewArticle>, String> {
    let bytes = read_bytes(path).map_err(|error| format!("cannot read, {error}"))?;
    let file = path.display().to_string();
    let articles = reader::read(&file, &bytes, options, report).map_err(|error| error.cause.to_string())?;
    let sha256 = sha256(&bytes);
    let new = articles.into_iter().map(|article| {
        let source = article.source(&file, &sha256);
        NewArticle { name: article.name, text: article.text, source }
    });
    Ok(new.collect())
}

/// A file's bytes; one more than a reader takes is enough for it to say so.
fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(reader::MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reports what does not come in.
fn refuse(path: &Path, message: String, report: &mut Report) {
    let place = Place { file: Some(path.display().to_string()), ..Place::default() };
    report.add(Severity::Error, place, message);
}
