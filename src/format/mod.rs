//! Forms in which annotated articles leave Sorot for other programs, and come in: bytes in, bytes
//! out.
//!
//! Invariants:
//! - No disk: a format fills a [`Sink`] with pieces of named files, and takes a [`Bundle`] of them;
//!   somebody else writes and reads them.
//! - An export holds a portion of the articles at a time, and of the others only what must be known
//!   of all of them.
//! - An id in [`FORMATS`] is never renamed or reused: scripts hold it.
//! - What a format cannot hold is in its [`Capabilities`], and what an export lost is in its
//!   report.

mod bdocjs;
mod brat;
mod cas;
mod cas_json;
mod cas_xmi;
mod cell;
mod citron;
mod columns;
mod csv;
mod doccano;
mod each;
mod flat;
mod html;
mod hugging_face;
mod incoming;
mod json;
mod jsonl;
mod label_studio;
mod line;
mod litbank;
mod own;
mod portions;
mod prodigy;
mod re3d;
mod spacy;
mod spacy_doc;
mod spacy_jsonl;
mod spacy_strings;
mod stam;
mod stem;
mod tei;
#[cfg(test)]
mod testing;
mod tokens;
mod trimmed;
mod unused;
mod web_annotation;
mod webanno_tsv;
mod xml;

use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) use csv::formula_safe;
pub use portions::{Articles, Sink, Take};

use crate::model::{Annotation, AnnotationSet, Document, Owner, Place, Report, Schema, SetKey, Severity};
use crate::text::OffsetUnit;

/// All formats, in the order in which people see them.
pub static FORMATS: &[&dyn Format] = &[
    &jsonl::Jsonl,
    &json::Json,
    &spacy::Spacy,
    &spacy_jsonl::SpacyJsonl,
    &columns::Columns,
    &brat::Brat,
    &label_studio::LabelStudio,
    &doccano::Doccano,
    &cas_json::CasJson,
    &cas_xmi::CasXmi,
    &csv::CSV,
    &csv::TSV,
    &hugging_face::PARQUET,
    &hugging_face::JSONL,
    &citron::Citron,
    &html::Html,
    &prodigy::Prodigy,
    &web_annotation::WebAnnotation,
    &stam::Stam,
    &bdocjs::Bdocjs,
    &tei::Tei,
    &webanno_tsv::WebAnnoTsv,
    &re3d::Re3d,
    &litbank::LitBank,
];

/// The format with that id.
pub fn find(id: &str) -> Option<&'static dyn Format> {
    FORMATS.iter().copied().find(|format| format.id() == id)
}

/// One form of annotated articles.
pub trait Format: Sync {
    /// What scripts and the command line call it; lower case.
    fn id(&self) -> &'static str;

    /// What it is, in a few words.
    fn summary(&self) -> &'static str;

    /// What it can hold.
    fn capabilities(&self) -> Capabilities;

    /// Writes articles as files. What is lost is reported span by span, but for what stands in
    /// [`Capabilities::losses`] and is no span or relation.
    /// Nothing if the format is only read.
    fn write(
        &self,
        _articles: &mut dyn Articles,
        _options: &ExportOptions,
        _schema: &Schema,
        _out: &mut dyn Sink,
        _report: &mut Report,
    ) {
    }

    /// The same with everything in memory.
    fn export(
        &self,
        mut articles: &[Article],
        options: &ExportOptions,
        schema: &Schema,
        report: &mut Report,
    ) -> Bundle {
        let mut files = BTreeMap::new();
        self.write(&mut articles, options, schema, &mut files, report);
        Bundle { files: files.into_iter().collect() }
    }

    /// Reads files, and hands over their articles a portion at a time, until that is wanted no more.
    /// What cannot be taken in is reported with its place, and the rest comes in.
    ///
    /// # Errors
    /// If a file is not in this format, or this format is only written. What was handed over before
    /// counts for nothing then.
    fn read(
        &self,
        _files: &Bundle,
        _options: &ImportOptions,
        _schema: &Schema,
        _report: &mut Report,
        _take: &mut Take<'_>,
    ) -> Result<(), FormatError> {
        Err(FormatError::WriteOnly { format: self.id() })
    }

    /// The same with everything in memory.
    ///
    /// # Errors
    /// As [`Format::read`] does.
    fn import(
        &self,
        files: &Bundle,
        options: &ImportOptions,
        schema: &Schema,
        report: &mut Report,
    ) -> Result<Vec<Article>, FormatError> {
        let mut all = Vec::new();
        self.read(files, options, schema, report, &mut |portion, _| {
            all.extend(portion);
            true
        })?;
        Ok(all)
    }
}

/// What a person may choose about an export.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportOptions {
    /// Which of several spans stays that share text, in formats that cannot hold them all.
    pub overlap: Overlap,
    /// How columns of tokens say where a span begins and ends.
    pub scheme: Scheme,
    /// True if all labels share one column of tags, though spans then stay out that share text.
    pub one_column: bool,
    /// What offsets count, where the format leaves that open and it is not what
    /// [`Capabilities::offset_unit`] says.
    pub unit: Option<OffsetUnit>,
    /// True if no cell of a table may run as a formula in a spreadsheet: such cells get an
    /// apostrophe in front, which an import takes off again.
    pub formula_safe: bool,
    /// True if neither the texts nor what spans cover are written, in formats that can do so: offsets
    /// stay, and the SHA-256 of the text that they count in.
    pub without_text: bool,
}

/// A choice that some formats leave: a field of [`ExportOptions`], or a value of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportOption {
    /// [`ExportOptions::overlap`].
    Overlap,
    /// [`ExportOptions::scheme`].
    Scheme,
    /// [`ExportOptions::one_column`].
    OneColumn,
    /// That [`ExportOptions::unit`] is this one.
    Unit(OffsetUnit),
    /// [`ExportOptions::formula_safe`].
    FormulaSafe,
    /// [`ExportOptions::without_text`].
    WithoutText,
}

impl ExportOption {
    /// All of them.
    pub const ALL: [ExportOption; 8] = [
        ExportOption::Overlap,
        ExportOption::Scheme,
        ExportOption::OneColumn,
        ExportOption::Unit(OffsetUnit::CodePoint),
        ExportOption::Unit(OffsetUnit::Utf16),
        ExportOption::Unit(OffsetUnit::Byte),
        ExportOption::FormulaSafe,
        ExportOption::WithoutText,
    ];
}

impl ExportOptions {
    /// Where these are not the usual ones.
    pub fn chosen(&self) -> Vec<ExportOption> {
        let usual = ExportOptions::default();
        let is_chosen = |option: &ExportOption| match *option {
            ExportOption::Overlap => self.overlap != usual.overlap,
            ExportOption::Scheme => self.scheme != usual.scheme,
            ExportOption::OneColumn => self.one_column,
            ExportOption::Unit(unit) => self.unit == Some(unit),
            ExportOption::FormulaSafe => self.formula_safe,
            ExportOption::WithoutText => self.without_text,
        };
        ExportOption::ALL.into_iter().filter(is_chosen).collect()
    }
}

/// What a person may say about an import, where files do not.
#[derive(Clone, Debug, Default)]
pub struct ImportOptions {
    /// Whose annotations they are.
    pub owner: Option<Owner>,
    /// What the offsets count.
    pub unit: Option<OffsetUnit>,
    /// How many lines of the file came before, where it comes in pieces.
    pub n_lines_before: usize,
    /// The articles that files without texts of their own may belong to.
    pub texts: Texts,
}

/// Articles that are known already, by their paths.
#[derive(Clone, Default)]
pub struct Texts(Option<Arc<dyn Known>>);

/// What knows articles.
pub trait Known: Send + Sync {
    /// The paths of all of them.
    fn paths(&self) -> Vec<String>;

    /// One of them; nothing if there is none of that path, or it cannot be read.
    fn document(&self, path: &str) -> Option<Arc<Document>>;
}

impl Texts {
    /// What that knows.
    pub fn of(known: impl Known + 'static) -> Texts {
        Texts(Some(Arc::new(known)))
    }

    fn get(&self, path: &str) -> Option<Arc<Document>> {
        self.0.as_ref()?.document(path)
    }

    fn all(&self) -> impl Iterator<Item = Arc<Document>> {
        let paths = self.0.as_ref().map(|it| it.paths()).unwrap_or_default();
        paths.into_iter().filter_map(|path| self.get(&path))
    }
}

impl std::fmt::Debug for Texts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Texts").field(&self.0.as_ref().map(|it| it.paths())).finish()
    }
}

impl Known for BTreeMap<String, Arc<Document>> {
    fn paths(&self) -> Vec<String> {
        self.keys().cloned().collect()
    }

    fn document(&self, path: &str) -> Option<Arc<Document>> {
        self.get(path).cloned()
    }
}

/// Which of several spans stays that share text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Overlap {
    /// The one that is in no other; of crossing ones the first.
    #[default]
    Outermost,
    /// The one that has no other in it; of crossing ones the first.
    Innermost,
    /// The one that covers the most text.
    Longest,
    /// The one whose label stands first here; labels that do not stand here come last.
    ByLabel(Vec<String>),
}

/// How columns of tokens say where a span begins and ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scheme {
    /// B at the first token of each span, I at the others (Ratnaparkhi 1998; CoNLL-2002).
    #[default]
    Iob2,
    /// B only where a span follows another one of its label at once (Ramshaw and Marcus 1995;
    /// CoNLL-2003).
    Iob1,
    /// B, I, L at the last token, U at a span of one token.
    Bilou,
    /// B, I, E at the last token, S at a span of one token.
    Iobes,
}

/// What a format can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// True if it can be imported.
    pub reads: bool,
    /// True if it can be exported.
    pub writes: bool,
    /// True if it is one file for all articles, false if it is a folder of several.
    pub one_file: bool,
    /// True if each line is an article by itself, so that a file may be read in pieces of whole lines
    /// ([`ImportOptions::n_lines_before`]).
    pub line_by_line: bool,
    /// True if the article's text is in it, to the letter.
    pub text: bool,
    /// True if spans may nest, cross and coincide.
    pub overlapping: bool,
    /// True if a span may have several fragments.
    pub discontinuous: bool,
    /// True if annotations may be linked.
    pub relations: bool,
    /// True if annotations may have attributes.
    pub attributes: bool,
    /// What its offsets count.
    pub offset_unit: OffsetUnit,
    /// Which choices of [`ExportOptions`] it heeds; others make no difference.
    pub options: &'static [ExportOption],
    /// True if an import heeds [`ImportOptions::unit`]; false where the files' form leaves no doubt.
    pub takes_unit: bool,
    /// By what its files are known, where nobody says what they are; a file that carries one of these
    /// is in this format, unless it carries one of a format that stands before it.
    pub signs: &'static [Sign],
    /// What it cannot hold, each in a few words.
    pub losses: &'static [&'static str],
}

/// What a file of a format is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sign {
    /// How its path ends.
    pub ending: &'static str,
    /// What stands near its beginning, all of it; `\n` is the begin of a line, the first one included.
    pub holds: &'static [&'static str],
}

/// The format of a file, by its path and its beginning, which is asked for only where that matters;
/// nothing if the file carries no format's sign.
pub fn recognise(path: &str, beginning: impl FnOnce() -> Vec<u8>) -> Option<&'static dyn Format> {
    let named = |it: &Sign| path.ends_with(it.ending);
    let mut candidates = FORMATS.iter().copied().filter(|it| it.capabilities().signs.iter().any(named));
    let beginning = candidates.clone().next().map(|_| [b"\n", beginning().as_slice()].concat())?;
    let holds = |words: &&str| beginning.windows(words.len()).any(|it| it == words.as_bytes());
    let is_its = |sign: &Sign| named(sign) && sign.holds.iter().all(holds);
    candidates.find(|it| it.capabilities().signs.iter().any(is_its))
}

impl Capabilities {
    /// One file that holds everything, both ways: a format states in what it differs.
    pub const WHOLE: Capabilities = Capabilities {
        reads: true,
        writes: true,
        one_file: true,
        line_by_line: false,
        text: true,
        overlapping: true,
        discontinuous: true,
        relations: true,
        attributes: true,
        offset_unit: OffsetUnit::CodePoint,
        options: &[],
        takes_unit: true,
        signs: &[],
        losses: &[],
    };
}

/// One owner's annotations together with the article they stand in.
#[derive(Clone, Debug)]
pub struct Article {
    /// Whose annotations.
    pub owner: Owner,
    /// The article as it was annotated.
    pub document: Arc<Document>,
    /// The annotations.
    pub set: Arc<AnnotationSet>,
}

impl Article {
    /// What its annotation set is called in a project.
    pub fn key(&self) -> SetKey {
        SetKey { document: self.document.id.clone(), owner: self.owner.clone() }
    }

    /// Where a problem of this article lies.
    fn place(&self) -> Place {
        Place {
            document: Some(self.document.id.clone()),
            owner: Some(self.owner.clone()),
            ..Place::default()
        }
    }

    /// Where a problem of one of its annotations lies.
    fn place_of(&self, annotation: &Annotation) -> Place {
        Place { annotation: Some(annotation.id.clone()), ..self.place() }
    }

    /// Says how many of its annotations stay behind because they have no place in the text.
    fn report_orphans(&self, report: &mut Report) {
        let n_orphans = crate::file::n_orphans(&self.set);
        if n_orphans > 0 {
            let message = format!(
                "spans and relations without a place in the text are not exported, {n_orphans} of them"
            );
            report.add(Severity::Warning, self.place(), message);
        }
    }
}

/// Named files in the order of their names. What is imported may come in any order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bundle {
    /// Path inside the export with `/` between its parts, and content.
    pub files: Vec<(String, Vec<u8>)>,
}

/// Why a file could not be imported.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// The format is only written.
    #[error("{format} can only be written, not read")]
    WriteOnly {
        /// The format's id.
        format: &'static str,
    },
    /// A file is not in the format.
    #[error("the file is not in the format {format}, {message}: {file}")]
    Malformed {
        /// The format's id.
        format: &'static str,
        /// What is wrong, and where in the file.
        message: String,
        /// The file, as people would type it.
        file: String,
    },
    /// It is Sorot's own form, and broken.
    #[error(transparent)]
    File(#[from] crate::file::FileError),
}
