//! What a release says of itself: its manifest, and the list of checksums beside it.
//!
//! Invariants:
//! - The fingerprint of a release is the SHA-256 of its manifest, which names the SHA-256 of every
//!   file of data. So whoever cites the fingerprint cites all of them, and no program is needed to
//!   prove it: `sha256sum -c SHA256SUMS`, and `sha256sum release.json`.
//! - Texts for people quote the fingerprint, so the manifest cannot name them; the list of checksums
//!   does.

use std::collections::BTreeMap;

use crate::file::FileError;
use crate::file::item::read_timestamp;
use crate::file::json::{
    Context, Fields, JsonFile, Object, array_lines, elements, parse, quoted, string_array,
};
use crate::file::set_reader::{check_format, is_newer};
use crate::model::{DocumentId, Owner, Report, Timestamp};

/// The manifest's name in a release.
pub const MANIFEST: &str = "release.json";

/// The name of the list of checksums, which programs such as `sha256sum` verify.
pub const CHECKSUMS: &str = "SHA256SUMS";

/// The newest version of the manifest that this program reads and writes.
const VERSION: u64 = 1;

/// A release as its manifest tells of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Release {
    /// What it is called, as `1.0`.
    pub name: String,
    /// What people call the project.
    pub project: String,
    /// What its makers say of it; may be empty.
    pub description: String,
    /// When it was frozen.
    pub at: Timestamp,
    /// The program and its version.
    pub made_by: String,
    /// Whose annotations it holds.
    pub owner: Owner,
    /// The schema's id; may be empty.
    pub schema_id: String,
    /// The schema's version; may be empty.
    pub schema_version: String,
    /// The release before it.
    pub earlier: Option<Earlier>,
    /// How much it holds.
    pub counts: Counts,
    /// How well annotators agreed on its articles.
    pub agreement: Option<ReleasedAgreement>,
    /// How its articles are split.
    pub split: Option<ReleasedSplit>,
    /// Its articles, in order of their paths.
    pub articles: Vec<ReleasedArticle>,
    /// Its files of data, in order of their paths.
    pub files: Vec<ReleasedFile>,
}

/// The release before another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earlier {
    /// Its name.
    pub name: String,
    /// Its fingerprint then.
    pub fingerprint: String,
}

/// How much something holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Articles.
    pub n_articles: usize,
    /// Those whose annotations are done.
    pub n_done: usize,
    /// Code points of their texts.
    pub n_code_points: usize,
    /// Annotations by label.
    pub spans: BTreeMap<String, usize>,
    /// Relations by label.
    pub relations: BTreeMap<String, usize>,
    /// Articles by language, where one is known.
    pub languages: BTreeMap<String, usize>,
}

/// How well annotators agreed on the articles of a release.
#[derive(Clone, Debug, PartialEq)]
pub struct ReleasedAgreement {
    /// Who.
    pub annotators: Vec<String>,
    /// How many articles all of them have seen.
    pub n_articles: usize,
    /// How often articles were drawn for the intervals.
    pub n_samples: usize,
    /// Where drawing started.
    pub seed: u64,
    /// What was measured.
    pub figures: Vec<ReleasedFigure>,
}

/// The value of a measure. Of more than two annotators it may be the mean of all pairs.
#[derive(Clone, Debug, PartialEq)]
pub struct ReleasedFigure {
    /// The measure's id.
    pub measure: String,
    /// What people call it.
    pub name: String,
    /// The label; nothing for all together.
    pub label: Option<String>,
    /// The value; nothing if it is undefined.
    pub value: Option<f64>,
    /// The bounds of the interval of 95 %, where there is one.
    pub interval: Option<(f64, f64)>,
    /// Why there is no value; empty if there is one.
    pub undefined: String,
}

/// How the articles of a release are split.
#[derive(Clone, Debug, PartialEq)]
pub struct ReleasedSplit {
    /// By what procedure, in a sentence.
    pub method: String,
    /// Where chance started.
    pub seed: u64,
    /// The parts, in the order in which they were asked for.
    pub parts: Vec<ReleasedPart>,
    /// Articles so alike that they had to be in one part, each list in order of their paths.
    pub near_duplicates: Vec<Vec<DocumentId>>,
}

/// A part of a split.
#[derive(Clone, Debug, PartialEq)]
pub struct ReleasedPart {
    /// Its name.
    pub name: String,
    /// The share that was asked for, of 1.
    pub share: f64,
    /// How much it holds.
    pub counts: Counts,
}

/// An article of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleasedArticle {
    /// Its path in the project.
    pub document: DocumentId,
    /// Where its annotations lie in the release.
    pub file: String,
    /// SHA-256 of its text.
    pub text_sha256: String,
    /// The part that it belongs to, where there is a split.
    pub part: Option<String>,
}

/// A file of a release.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReleasedFile {
    /// Its path in the release, with `/` between the parts.
    pub path: String,
    /// Its size in bytes.
    pub n_bytes: u64,
    /// SHA-256 of its bytes.
    pub sha256: String,
}

impl Counts {
    /// Adds what something else holds.
    pub fn add(&mut self, other: &Counts) {
        self.n_articles += other.n_articles;
        self.n_done += other.n_done;
        self.n_code_points += other.n_code_points;
        let maps = [
            (&mut self.spans, &other.spans),
            (&mut self.relations, &other.relations),
            (&mut self.languages, &other.languages),
        ];
        for (mine, others) in maps {
            for (name, n) in others {
                *mine.entry(name.clone()).or_default() += n;
            }
        }
    }

    /// How many annotations there are.
    pub fn n_spans(&self) -> usize {
        self.spans.values().sum()
    }

    /// How many relations there are.
    pub fn n_relations(&self) -> usize {
        self.relations.values().sum()
    }
}

/// A manifest's bytes: the same for the same release, always.
pub fn write_release(release: &Release) -> Vec<u8> {
    let mut top = Fields::default();
    top.string("format", "sorot-release");
    top.add("version", VERSION.to_string());
    top.string("name", &release.name);
    top.string("project", &release.project);
    top.nonempty("description", &release.description);
    top.string("frozen", &release.at.iso().unwrap_or_default());
    top.string("made_by", &release.made_by);
    top.string("annotator", release.owner.name());
    let mut schema = Fields::default();
    schema.string("id", &release.schema_id);
    schema.string("version", &release.schema_version);
    top.add("schema", schema.one_line());
    if let Some(earlier) = &release.earlier {
        let mut fields = Fields::default();
        fields.string("name", &earlier.name);
        fields.string("fingerprint", &earlier.fingerprint);
        top.add("earlier", fields.one_line());
    }
    top.add("counts", write_counts(&release.counts));
    if let Some(agreement) = &release.agreement {
        top.add("agreement", write_agreement(agreement));
    }
    if let Some(split) = &release.split {
        top.add("split", write_split(split));
    }
    let articles: Vec<String> = release.articles.iter().map(write_article).collect();
    top.add("articles", array_lines(&articles, 2));
    let files: Vec<String> = release.files.iter().map(write_file).collect();
    top.add("files", array_lines(&files, 2));
    (top.lines(0) + "\n").into_bytes()
}

fn write_counts(counts: &Counts) -> String {
    let mut fields = Fields::default();
    fields.add("articles", counts.n_articles.to_string());
    fields.add("done", counts.n_done.to_string());
    fields.add("code_points", counts.n_code_points.to_string());
    for (key, map) in
        [("spans", &counts.spans), ("relations", &counts.relations), ("languages", &counts.languages)]
    {
        let pairs: Vec<String> = map.iter().map(|(name, n)| format!("{}: {n}", quoted(name))).collect();
        fields.add(key, format!("{{{}}}", pairs.join(", ")));
    }
    fields.one_line()
}

fn write_agreement(agreement: &ReleasedAgreement) -> String {
    let mut fields = Fields::default();
    fields.add("annotators", string_array(&agreement.annotators));
    fields.add("articles", agreement.n_articles.to_string());
    fields.add("samples", agreement.n_samples.to_string());
    fields.add("seed", agreement.seed.to_string());
    let number = |it: Option<f64>| it.map_or("null".to_owned(), |it| it.to_string());
    let figures: Vec<String> = agreement
        .figures
        .iter()
        .map(|it| {
            let mut fields = Fields::default();
            fields.string("measure", &it.measure);
            fields.string("name", &it.name);
            fields.add("label", it.label.as_deref().map_or("null".to_owned(), quoted));
            fields.add("value", number(it.value));
            fields.add("low", number(it.interval.map(|it| it.0)));
            fields.add("high", number(it.interval.map(|it| it.1)));
            fields.nonempty("undefined", &it.undefined);
            fields.one_line()
        })
        .collect();
    fields.add("figures", array_lines(&figures, 4));
    fields.lines(2)
}

fn write_split(split: &ReleasedSplit) -> String {
    let mut fields = Fields::default();
    fields.string("method", &split.method);
    fields.add("seed", split.seed.to_string());
    let parts: Vec<String> = split
        .parts
        .iter()
        .map(|it| {
            let mut fields = Fields::default();
            fields.string("name", &it.name);
            fields.add("share", it.share.to_string());
            fields.add("counts", write_counts(&it.counts));
            fields.one_line()
        })
        .collect();
    fields.add("parts", array_lines(&parts, 4));
    let names = |group: &Vec<DocumentId>| {
        string_array(&group.iter().map(|it| it.as_str().to_owned()).collect::<Vec<_>>())
    };
    let groups: Vec<String> = split.near_duplicates.iter().map(names).collect();
    fields.add("near_duplicates", array_lines(&groups, 4));
    fields.lines(2)
}

fn write_article(article: &ReleasedArticle) -> String {
    let mut fields = Fields::default();
    fields.string("path", article.document.as_str());
    fields.string("file", &article.file);
    fields.string("text_sha256", &article.text_sha256);
    if let Some(part) = &article.part {
        fields.string("part", part);
    }
    fields.one_line()
}

fn write_file(file: &ReleasedFile) -> String {
    let mut fields = Fields::default();
    fields.string("path", &file.path);
    fields.add("bytes", file.n_bytes.to_string());
    fields.string("sha256", &file.sha256);
    fields.one_line()
}

/// Reads a manifest; what is not there counts as empty, since its bytes are proved elsewhere.
///
/// # Errors
/// If the bytes are no manifest.
pub fn read_release(bytes: &[u8], file: &str, report: &mut Report) -> Result<Release, FileError> {
    let json = JsonFile::new(bytes, file)?;
    let mut top = json.root()?;
    check_format(&mut top, "sorot-release", file)?;
    is_newer(&mut top, &mut Context::new(&json, report));
    let mut schema = top.peek("schema").and_then(Object::parse);
    let mut of_schema =
        |key: &str| schema.as_mut().and_then(|it| it.take(key, parse::<String>)).unwrap_or_default();
    let (schema_id, schema_version) = (of_schema("id"), of_schema("version"));
    let mut string = |key: &str| top.take(key, parse::<String>).unwrap_or_default();
    Ok(Release {
        name: string("name"),
        project: string("project"),
        description: string("description"),
        made_by: string("made_by"),
        owner: Owner::named(&string("annotator")),
        at: top.take("frozen", read_timestamp).unwrap_or(Timestamp(0)),
        schema_id,
        schema_version,
        earlier: top.peek("earlier").and_then(Object::parse).and_then(|mut it| {
            Some(Earlier { name: it.take("name", parse)?, fingerprint: it.take("fingerprint", parse)? })
        }),
        counts: top.peek("counts").map(read_counts).unwrap_or_default(),
        agreement: top.peek("agreement").and_then(read_agreement),
        split: top.peek("split").and_then(read_split),
        articles: list(&top, "articles", read_article),
        files: list(&top, "files", read_file),
    })
}

fn list<T>(object: &Object<'_>, key: &str, read: impl Fn(Object<'_>) -> Option<T>) -> Vec<T> {
    let items = object.peek(key).and_then(elements).unwrap_or_default();
    items.into_iter().filter_map(|it| read(Object::parse(it)?)).collect()
}

fn read_counts(json: &str) -> Counts {
    let Some(mut fields) = Object::parse(json) else { return Counts::default() };
    let mut number = |key: &str| fields.take(key, parse).unwrap_or_default();
    let (n_articles, n_done, n_code_points) = (number("articles"), number("done"), number("code_points"));
    let mut map = |key: &str| fields.take(key, parse).unwrap_or_default();
    let (spans, relations, languages) = (map("spans"), map("relations"), map("languages"));
    Counts { n_articles, n_done, n_code_points, spans, relations, languages }
}

fn read_agreement(json: &str) -> Option<ReleasedAgreement> {
    let mut fields = Object::parse(json)?;
    let figure = |mut it: Object<'_>| {
        let bounds = (it.take("low", parse), it.take("high", parse));
        Some(ReleasedFigure {
            measure: it.take("measure", parse)?,
            name: it.take("name", parse).unwrap_or_default(),
            label: it.take("label", parse),
            value: it.take("value", parse),
            interval: bounds.0.zip(bounds.1),
            undefined: it.take("undefined", parse).unwrap_or_default(),
        })
    };
    Some(ReleasedAgreement {
        figures: list(&fields, "figures", figure),
        annotators: fields.take("annotators", parse)?,
        n_articles: fields.take("articles", parse).unwrap_or_default(),
        n_samples: fields.take("samples", parse).unwrap_or_default(),
        seed: fields.take("seed", parse).unwrap_or_default(),
    })
}

fn read_split(json: &str) -> Option<ReleasedSplit> {
    let mut fields = Object::parse(json)?;
    let part = |mut it: Object<'_>| {
        Some(ReleasedPart {
            name: it.take("name", parse)?,
            share: it.take("share", parse).unwrap_or_default(),
            counts: it.peek("counts").map(read_counts).unwrap_or_default(),
        })
    };
    let groups: Vec<Vec<String>> = fields.take("near_duplicates", parse).unwrap_or_default();
    Some(ReleasedSplit {
        parts: list(&fields, "parts", part),
        method: fields.take("method", parse).unwrap_or_default(),
        seed: fields.take("seed", parse).unwrap_or_default(),
        near_duplicates: groups.into_iter().map(|it| it.into_iter().map(DocumentId::new).collect()).collect(),
    })
}

fn read_article(mut article: Object<'_>) -> Option<ReleasedArticle> {
    Some(ReleasedArticle {
        document: DocumentId::new(article.take("path", parse::<String>)?),
        file: article.take("file", parse)?,
        text_sha256: article.take("text_sha256", parse).unwrap_or_default(),
        part: article.take("part", parse),
    })
}

fn read_file(mut file: Object<'_>) -> Option<ReleasedFile> {
    Some(ReleasedFile {
        path: file.take("path", parse)?,
        n_bytes: file.take("bytes", parse).unwrap_or_default(),
        sha256: file.take("sha256", parse)?,
    })
}

/// A list of checksums as `sha256sum` writes and verifies it, in order of the paths.
pub fn write_checksums(of: &BTreeMap<String, String>) -> Vec<u8> {
    of.iter().map(|(path, sha256)| format!("{sha256}  {path}\n")).collect::<String>().into_bytes()
}

/// SHA-256 of files, by their paths; nothing if a line is not understood.
pub fn read_checksums(bytes: &[u8]) -> Option<BTreeMap<String, String>> {
    let line = |line: &str| {
        let (sha256, path) = line.split_at_checked(64)?;
        let path = path.strip_prefix("  ").or_else(|| path.strip_prefix(" *"))?;
        let is_hash = sha256.bytes().all(|it| it.is_ascii_hexdigit());
        (is_hash && !path.is_empty()).then(|| (path.to_owned(), sha256.to_ascii_lowercase()))
    };
    std::str::from_utf8(bytes).ok()?.lines().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifests_read_back() {
        let counts = Counts {
            n_articles: 2,
            n_done: 1,
            n_code_points: 30,
            spans: BTreeMap::from([("quote \"x\"".to_owned(), 3)]),
            relations: BTreeMap::from([("says".to_owned(), 1)]),
            languages: BTreeMap::new(),
        };
        let release = Release {
            name: "1.0".to_owned(),
            project: "Kutipan".to_owned(),
            description: "two\nlines".to_owned(),
            at: Timestamp(1_795_379_465),
            made_by: "sorot".to_owned(),
            owner: Owner::Gold,
            schema_id: "news".to_owned(),
            schema_version: "1".to_owned(),
            earlier: Some(Earlier { name: "0.9".to_owned(), fingerprint: "ab".to_owned() }),
            counts: counts.clone(),
            agreement: Some(ReleasedAgreement {
                annotators: vec!["a".to_owned(), "b".to_owned()],
                n_articles: 2,
                n_samples: 10,
                seed: 1,
                figures: vec![ReleasedFigure {
                    measure: "exact".to_owned(),
                    name: "F1".to_owned(),
                    label: None,
                    value: Some(0.1 + 0.2),
                    interval: Some((0.0, 1.0)),
                    undefined: String::new(),
                }],
            }),
            split: Some(ReleasedSplit {
                method: "by hand".to_owned(),
                seed: 7,
                parts: vec![ReleasedPart { name: "test".to_owned(), share: 1.0, counts }],
                near_duplicates: vec![vec!["a.txt".into(), "b.txt".into()]],
            }),
            articles: vec![ReleasedArticle {
                document: "a.txt".into(),
                file: "annotations/gold/a.txt.json".to_owned(),
                text_sha256: "cd".to_owned(),
                part: Some("test".to_owned()),
            }],
            files: vec![ReleasedFile { path: "sorot.json".to_owned(), n_bytes: 12, sha256: "ef".to_owned() }],
        };
        let bytes = write_release(&release);
        let mut report = Report::default();
        assert_eq!(read_release(&bytes, "release.json", &mut report), Ok(release));
        assert!(report.is_empty(), "{report:?}");
        assert!(read_release(b"{}", "release.json", &mut report).is_err());
    }

    #[test]
    fn checksums_read_back() {
        let of = BTreeMap::from([("a b.txt".to_owned(), "0a".repeat(32)), ("b".to_owned(), "1b".repeat(32))]);
        let bytes = write_checksums(&of);
        assert_eq!(read_checksums(&bytes), Some(of));
        assert_eq!(read_checksums(b"0a  a"), None);
        assert_eq!(read_checksums("é".repeat(40).as_bytes()), None);
    }
}
