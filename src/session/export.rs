//! Annotations on their way to other programs: which of them, and in what pieces.
//!
//! Invariants:
//! - What somebody chose to leave out is not reported; what gets lost by cutting articles is.
//! - A piece of an article never cuts a span.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::thread;

use super::release::{read_part, released_schema};
use super::{Action, Effect, Job, Session, import::Progress};
use crate::file::{newline_of, sha256};
use crate::format::{self, Article, Articles, ExportOptions, Sink};
use crate::model::{
    Annotation, AnnotationSet, Document, DocumentId, Extra, Label, Owner, Place, Relation, RelationLabel,
    Report, Schema, SetKey, Severity, Source, Status, Value, each,
};
use crate::store::{ExportFiles, Folder, StoreError};
use crate::text::{Offset, OffsetUnit, Range, Span, Text, Unit};

/// Which annotations leave, and in what pieces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Only sets that are this far.
    pub status: Option<Status>,
    /// Only spans of these labels, and the relations between them; all if there is none.
    pub labels: Vec<String>,
    /// Of the spans of some labels only those with certain values.
    pub values: Vec<ValueChoice>,
    /// What is one example.
    pub piece: Piece,
    /// True if annotators are called annotator-1, annotator-2 … in the order of their names.
    pub has_pseudonyms: bool,
}

/// Of the spans of a label only those whose attribute has a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueChoice {
    /// The label.
    pub label: String,
    /// The attribute.
    pub attribute: String,
    /// Its value, as text.
    pub value: String,
}

/// What becomes one example for training.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Piece {
    /// A whole article.
    #[default]
    Article,
    /// A paragraph: a line of the article that is not empty.
    Paragraph,
    /// A sentence.
    Sentence,
    /// So many words, or as many more as it takes to cut no span.
    Words(usize),
}

/// An export that somebody asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportRequest {
    /// The id of the format.
    pub format: String,
    /// Whose annotations.
    pub owner: Owner,
    /// The release that they are taken from, as they were frozen; nothing for those of now.
    pub release: Option<ReleasePart>,
    /// Which of them.
    pub choice: Choice,
    /// How the format writes them.
    pub options: ExportOptions,
}

/// A release, or a part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleasePart {
    /// The release's name.
    pub name: String,
    /// The part's name; nothing for all of it.
    pub part: Option<String>,
}

/// What an export would write, or wrote.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Exported {
    /// How many articles, or pieces of articles.
    pub n_articles: usize,
    /// How many spans.
    pub n_spans: usize,
    /// What got lost, and what could not be read.
    pub report: Report,
    /// The begin of the first file, where that is text.
    pub sample: String,
    /// Where it was written.
    pub path: Option<PathBuf>,
}

/// Work on an export.
#[derive(Debug)]
pub struct ExportJob {
    folder: Folder,
    articles: Vec<DocumentId>,
    schema: Arc<Schema>,
    request: Box<ExportRequest>,
    /// Where to; nothing to see what would be written.
    path: Option<PathBuf>,
    progress: Arc<Progress>,
}

/// Gives annotations to other programs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExportAction {
    /// Find out what would be written.
    Preview(Box<ExportRequest>),
    /// Write it to a file or folder, in place of what is there.
    Export(Box<ExportRequest>, PathBuf),
    /// Forget the preview, and stop what is under way.
    Cancel,
}

/// What a session knows of exports.
#[derive(Debug, Default)]
pub(super) struct ExportWork {
    result: Option<Result<Exported, String>>,
    progress: Option<Arc<Progress>>,
}

/// How many bytes of a file are shown before it is written.
const SAMPLE: usize = 4_000;

/// Of how many files, at most, the begin is kept to show one.
const N_SAMPLED: usize = 4;

/// How many articles are read at once.
const CHUNK: usize = 64;

/// How many articles are written at once. Some three times as many are in memory.
const PORTION: usize = 256;

/// Of how many articles a preview is made.
pub const N_PREVIEWED: usize = 200;

impl Choice {
    /// What of some articles leaves, in pieces. Relations between two pieces are reported.
    pub fn of(&self, articles: Vec<Article>, report: &mut Report) -> Vec<Article> {
        let is_meant = |it: &Article| self.status.is_none_or(|status| it.set.status() == status);
        let mut chosen: Vec<Article> = articles.into_iter().filter(is_meant).collect();
        if !(self.labels.is_empty() && self.values.is_empty()) {
            for article in &mut chosen {
                article.set = Arc::new(selected(&article.set, |it| self.is_chosen(it)));
            }
        }
        if self.has_pseudonyms {
            let names: BTreeSet<Owner> = chosen.iter().map(|it| it.owner.clone()).collect();
            let numbered = names.into_iter().enumerate();
            let names: BTreeMap<Owner, Owner> =
                numbered.map(|(i, owner)| (owner, Owner::named(&format!("annotator-{}", i + 1)))).collect();
            for article in &mut chosen {
                article.owner = names[&article.owner].clone();
            }
        }
        match self.piece {
            Piece::Article => chosen,
            piece => chosen.iter().flat_map(|article| pieces(article, piece, report)).collect(),
        }
    }

    fn is_chosen(&self, annotation: &Annotation) -> bool {
        let has_label = self.labels.is_empty() || self.labels.contains(&annotation.label);
        let has_value = |choice: &ValueChoice| {
            annotation.label != choice.label
                || annotation.attributes.get(&choice.attribute).is_some_and(|it| is_value(it, &choice.value))
        };
        has_label && self.values.iter().all(has_value)
    }
}

fn is_value(value: &Value, text: &str) -> bool {
    match value {
        Value::Text(it) => it == text,
        Value::Boolean(it) => it.to_string() == text,
        Value::Integer(it) => it.to_string() == text,
        Value::List(list) => list.iter().any(|it| it == text),
        Value::Json(json) => json == text,
    }
}

/// Some annotations of a set, the relations that keep both ends, and the entities that are still
/// mentioned.
fn selected(set: &AnnotationSet, is_chosen: impl Fn(&Annotation) -> bool) -> AnnotationSet {
    let annotations: Vec<Annotation> =
        set.annotations().filter(|it| is_chosen(it)).map(|it| Annotation::clone(it)).collect();
    let is_left = |id| set.annotation(id).is_some_and(|it| is_chosen(it));
    let relations =
        set.relations().filter(|it| is_left(&it.from) && is_left(&it.to)).map(|it| (**it).clone());
    let mentioned: BTreeSet<_> = annotations.iter().filter_map(|it| it.entity.clone()).collect();
    let entities = set.entities().filter(|it| mentioned.contains(&it.id)).map(|it| (**it).clone());
    let mut selected = AnnotationSet::new(set.status(), annotations.iter().cloned(), relations, entities);
    selected.extra = set.extra.clone();
    selected.article_extra = set.article_extra.clone();
    selected.role = set.role.clone();
    selected.n_saves = set.n_saves;
    selected
}

/// An article cut where no span is, each piece an article of its own.
fn pieces(article: &Article, piece: Piece, report: &mut Report) -> Vec<Article> {
    let text = &article.document.text;
    let mut hulls: Vec<Range> = article.set.annotations().map(|it| it.span.hull()).collect();
    hulls.sort_unstable_by_key(|it| (it.start(), it.end()));
    let mut ranges = Vec::new();
    let (mut start, mut n_units, mut at) = (Offset::START, 0, Offset::START);
    // The furthest end of the spans that begin before the place.
    let (mut next, mut reach) = (0, Offset::START);
    let (unit, n_wanted) = match piece {
        Piece::Article => (Unit::Article, 1),
        Piece::Paragraph => (Unit::Paragraph, 1),
        Piece::Sentence => (Unit::Sentence, 1),
        Piece::Words(n) => (Unit::Word, n.max(1)),
    };
    while let Some(range) = text.unit_at(at, unit).filter(|it| it.end() > at) {
        let has_letters = text.trim(range).is_some();
        at = range.end();
        n_units += usize::from(has_letters);
        while let Some(hull) = hulls.get(next).filter(|it| it.start() < at) {
            reach = reach.max(hull.end());
            next += 1;
        }
        if (n_units >= n_wanted && reach <= at) || at >= text.end() {
            ranges.extend(Range::new(start, at).and_then(|it| text.trim(it)));
            (start, n_units) = (at, 0);
        }
    }
    let mut of = BTreeMap::new();
    for annotation in article.set.annotations() {
        let i = ranges.partition_point(|it| it.end() <= annotation.span.start());
        of.insert(&annotation.id, i);
    }
    let mut contents: Vec<(Vec<&Annotation>, Vec<&Relation>)> = vec![Default::default(); ranges.len()];
    for annotation in article.set.annotations() {
        if let Some((annotations, _)) = of.get(&annotation.id).and_then(|&i| contents.get_mut(i)) {
            annotations.push(annotation);
        }
    }
    for relation in article.set.relations() {
        let ends = [&relation.from, &relation.to].map(|it| of.get(it));
        match ends {
            [Some(&from), Some(&to)] if from == to => {
                if let Some((_, relations)) = contents.get_mut(from) {
                    relations.push(relation);
                }
            }
            _ => {
                let place = Place {
                    document: Some(article.document.id.clone()),
                    owner: Some(article.owner.clone()),
                    annotation: Some(relation.from.clone()),
                    ..Place::default()
                };
                let message =
                    format!("the relation {} leads to another example and is not exported", relation.label);
                report.add(Severity::Warning, place, message);
            }
        }
    }
    let cut = ranges.iter().zip(contents).enumerate();
    cut.filter_map(|(i, (range, content))| piece_of(article, i, *range, &content)).collect()
}

fn piece_of(
    article: &Article,
    i: usize,
    range: Range,
    (annotations, relations): &(Vec<&Annotation>, Vec<&Relation>),
) -> Option<Article> {
    let text = Text::new(article.document.text.slice(range));
    let begin = range.start().byte();
    let locate = |offset: Offset| text.locate(offset.byte().checked_sub(begin)?, OffsetUnit::Byte).ok();
    let moved = annotations.iter().map(|annotation| {
        let ranges = annotation.span.ranges().iter();
        let ranges = ranges.map(|it| Range::new(locate(it.start())?, locate(it.end())?));
        let span = Span::new(ranges.collect::<Option<Vec<_>>>()?).ok()?;
        Some(Annotation { span, ..Annotation::clone(annotation) })
    });
    let moved: Vec<Annotation> = moved.collect::<Option<_>>()?;
    let mentioned: BTreeSet<_> = annotations.iter().filter_map(|it| it.entity.as_ref()).collect();
    let entities = mentioned.into_iter().filter_map(|id| article.set.entity(id)).map(|it| (**it).clone());
    let relations = relations.iter().copied().cloned();
    let set = AnnotationSet::new(article.set.status(), moved, relations, entities);
    let id = article.document.id.as_str();
    let (stem, ending) = id.rsplit_once('.').unwrap_or((id, "txt"));
    let hash = sha256(text.as_str().as_bytes());
    let source = Source {
        encoding: "utf-8".to_owned(),
        bom: false,
        newline: newline_of(text.as_str()),
        file_sha256: hash.clone(),
        text_sha256: hash,
        language: article.document.source.language.clone(),
    };
    let id = DocumentId::new(format!("{stem}.{:04}.{ending}", i + 1));
    let document = Arc::new(Document { id, text, source });
    Some(Article { owner: article.owner.clone(), document, set: Arc::new(set) })
}

/// A schema of the labels and relations that some articles use, in the order of their names.
pub fn schema_of(articles: &[Article]) -> Schema {
    let labels: BTreeSet<&str> =
        articles.iter().flat_map(|it| it.set.annotations()).map(|it| it.label.as_str()).collect();
    let relations: BTreeSet<&str> =
        articles.iter().flat_map(|it| it.set.relations()).map(|it| it.label.as_str()).collect();
    let label = |name: &str| Label {
        name: name.to_owned(),
        key: None,
        color: None,
        definition: String::new(),
        good_examples: Vec::new(),
        bad_examples: Vec::new(),
        attributes: Vec::new(),
        extra: Extra::default(),
    };
    let relation = |name: &str| RelationLabel {
        name: name.to_owned(),
        inverse: String::new(),
        from: Vec::new(),
        to: Vec::new(),
        definition: String::new(),
        attributes: Vec::new(),
        extra: Extra::default(),
    };
    Schema {
        labels: labels.into_iter().map(label).collect(),
        relations: relations.into_iter().map(relation).collect(),
        ..Schema::default()
    }
}

/// Somebody's annotations on articles of a project, of which a portion is read while the one before
/// is written.
pub struct Portions<'a, S> {
    folder: &'a Folder,
    articles: &'a [DocumentId],
    owner: &'a Owner,
    schema: &'a Schema,
    choice: &'a Choice,
    step: S,
    is_told: bool,
    counts: (usize, usize),
}

impl<'a, S: FnMut(usize) -> bool> Portions<'a, S> {
    /// What cannot be read is reported, and the others go on. `step` is told from time to time how
    /// many are read, and ends it by false.
    pub fn new(
        folder: &'a Folder,
        articles: &'a [DocumentId],
        owner: &'a Owner,
        schema: &'a Schema,
        choice: &'a Choice,
        step: S,
    ) -> Portions<'a, S> {
        Portions { folder, articles, owner, schema, choice, step, is_told: false, counts: (0, 0) }
    }

    /// How many articles, or pieces of articles, and how many spans there were.
    pub fn counts(&self) -> (usize, usize) {
        self.counts
    }
}

impl<S: FnMut(usize) -> bool> Articles for Portions<'_, S> {
    fn owners(&self) -> BTreeSet<Owner> {
        BTreeSet::from([self.owner.clone()])
    }

    fn for_each_portion(&mut self, report: &mut Report, take: &mut dyn FnMut(&[Article], &mut Report)) {
        let (folder, owner, schema, choice) = (self.folder, self.owner, self.schema, self.choice);
        let (first, rest) = self.articles.split_at(self.articles.len().min(PORTION));
        let read = move |ids: &[DocumentId]| {
            let mut report = Report::default();
            let articles = each(ids, &mut report, |id, report| {
                let key = SetKey { document: id.clone(), owner: owner.clone() };
                read_article(folder, &key, schema, report).unwrap_or_else(|error| {
                    // The error names its place.
                    report.add(Severity::Error, Place::default(), format!("not exported: {error}"));
                    None
                })
            });
            (choice.of(articles.into_iter().flatten().collect(), &mut report), report)
        };
        self.counts = (0, 0);
        let is_told = std::mem::replace(&mut self.is_told, true);
        let mut n_read = 0;
        thread::scope(|scope| {
            let (sender, portions) = mpsc::sync_channel(1);
            scope.spawn(move || {
                let mut ids = std::iter::once(first).chain(rest.chunks(PORTION));
                ids.try_for_each(|ids| sender.send((ids.len(), read(ids))))
            });
            for (n, (articles, mut problems)) in portions {
                if !is_told {
                    report.problems.append(&mut problems.problems);
                }
                take(&articles, report);
                self.counts.0 += articles.len();
                self.counts.1 += articles.iter().map(|it| it.set.annotations().len()).sum::<usize>();
                n_read += n;
                if !(self.step)(n_read) {
                    break;
                }
            }
        });
    }
}

/// What `read` finds of each article, in their order. `step` is told from time to time how many are
/// read, and ends it by false.
pub(super) fn read_each<T: Send>(
    articles: &[DocumentId],
    report: &mut Report,
    mut step: impl FnMut(usize) -> bool,
    read: impl Fn(&DocumentId, &mut Report) -> Option<T> + Sync,
) -> Vec<T> {
    let mut found = Vec::new();
    for (i, chunk) in articles.chunks(CHUNK).enumerate() {
        found.extend(each(chunk, report, &read).into_iter().flatten());
        if !step(i * CHUNK + chunk.len()) {
            break;
        }
    }
    found
}

/// Somebody's annotations on an article; nothing, and no problem either, if there are none.
fn read_article(
    folder: &Folder,
    key: &SetKey,
    schema: &Schema,
    report: &mut Report,
) -> Result<Option<Article>, StoreError> {
    let mut problems = Report::default();
    let document = folder.read_document(&key.document, &mut problems)?;
    let Some((set, outdated)) = folder.look_once_at_set(key, &document, schema, &mut problems)? else {
        return Ok(None);
    };
    problems.problems.extend(outdated.into_iter().flat_map(|it| it.problems));
    report.problems.append(&mut problems.problems);
    Ok(Some(Article { owner: key.owner.clone(), document: Arc::new(document), set: Arc::new(set) }))
}

/// What was frozen, and what might be annotated then.
fn read_frozen(
    folder: &Folder,
    release: &ReleasePart,
    report: &mut Report,
) -> Result<(Schema, Vec<Article>), String> {
    let read = read_part(folder, Some(&release.name), release.part.as_deref(), report)
        .and_then(|(release, _, articles)| Ok((released_schema(folder, &release)?, articles)));
    read.map_err(|error| error.to_string())
}

impl ExportJob {
    pub(super) fn run(self) -> Result<Exported, String> {
        let ExportJob { folder, mut articles, schema, request, path, progress } = self;
        let format =
            format::find(&request.format).ok_or_else(|| format!("there is no format {}", request.format))?;
        if path.is_none() {
            articles.truncate(N_PREVIEWED);
        }
        let mut report = Report::default();
        progress.begin(articles.len());
        let (choice, options) = (&request.choice, &request.options);
        let frozen = request.release.as_ref().map(|it| read_frozen(&folder, it, &mut report)).transpose()?;
        let frozen = frozen.map(|(schema, frozen)| (schema, choice.of(frozen, &mut report)));
        let refused = |error: StoreError| error.to_string();
        let is_one_file = format.capabilities().one_file;
        let mut sample = Sample::default();
        let mut counts = (0, 0);
        let mut write = |sink: &mut dyn Sink| {
            if let Some((schema, chosen)) = &frozen {
                format.write(&mut chosen.as_slice(), options, schema, sink, &mut report);
                counts = (chosen.len(), chosen.iter().map(|it| it.set.annotations().len()).sum());
                return;
            }
            let step = |n| progress.reach(n);
            let mut portions = Portions::new(&folder, &articles, &request.owner, &schema, choice, step);
            format.write(&mut portions, options, &schema, sink, &mut report);
            counts = portions.counts();
        };
        let files = match &path {
            None => {
                write(&mut sample);
                None
            }
            Some(path) => {
                let files = ExportFiles::new(path, is_one_file).map_err(refused)?;
                Some(written(files, |sink| write(&mut Sampled { sample: &mut sample, sink })))
            }
        };
        if progress.is_stopped() {
            return Err("Nothing was exported: it was stopped".to_owned());
        }
        files.map_or(Ok(()), ExportFiles::finish).map_err(refused)?;
        let (n_articles, n_spans) = counts;
        Ok(Exported { n_articles, n_spans, report, sample: sample.text(), path })
    }
}

/// Files with what a function puts into them: the disk takes one portion while the next is made.
pub fn written(mut files: ExportFiles, write: impl FnOnce(&mut dyn Sink)) -> ExportFiles {
    thread::scope(|scope| {
        let (sender, pieces) = mpsc::sync_channel(1);
        let writing = scope.spawn(move || {
            pieces.into_iter().for_each(|it| files.put(it));
            files
        });
        write(&mut Sender(sender));
        writing.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

struct Sender(mpsc::SyncSender<Vec<(String, Vec<u8>)>>);

impl Sink for Sender {
    fn put(&mut self, pieces: Vec<(String, Vec<u8>)>) {
        // It waits for pieces until this is dropped.
        drop(self.0.send(pieces));
    }
}

/// The begins of the first files.
#[derive(Default)]
struct Sample(Vec<(String, Vec<u8>)>);

impl Sink for Sample {
    fn put(&mut self, pieces: Vec<(String, Vec<u8>)>) {
        pieces.iter().for_each(|(path, bytes)| self.add(path, bytes));
    }
}

/// Where files go, and a look at them on the way.
struct Sampled<'a, 's> {
    sample: &'a mut Sample,
    sink: &'a mut (dyn Sink + 's),
}

impl Sink for Sampled<'_, '_> {
    fn put(&mut self, pieces: Vec<(String, Vec<u8>)>) {
        pieces.iter().for_each(|(path, bytes)| self.sample.add(path, bytes));
        self.sink.put(pieces);
    }
}

impl Sample {
    fn add(&mut self, path: &str, bytes: &[u8]) {
        if self.0.len() < N_SAMPLED && self.0.iter().all(|it| it.0 != path) {
            self.0.push((path.to_owned(), Vec::new()));
        }
        if let Some((_, begin)) = self.0.iter_mut().find(|it| it.0 == path) {
            begin.extend(&bytes[..bytes.len().min(SAMPLE - begin.len())]);
        }
    }

    /// The begin of the first file that is text.
    fn text(&self) -> String {
        let texts = self.0.iter().filter_map(|(_, begin)| match std::str::from_utf8(begin) {
            Ok(text) => Some(text),
            // A character may be cut at the end, and nothing else may be wrong.
            Err(error) if error.error_len().is_none() => {
                std::str::from_utf8(&begin[..error.valid_up_to()]).ok()
            }
            Err(_) => None,
        });
        texts.filter(|it| !it.contains('\0')).find(|it| !it.is_empty()).unwrap_or_default().to_owned()
    }
}

impl Session {
    /// What an export would write, or wrote, or why nothing; if that was asked for. While a preview is
    /// under way, it is the one before.
    pub fn exported(&self) -> Option<Result<&Exported, &str>> {
        self.export_work.result.as_ref().map(|it| it.as_ref().map_err(String::as_str))
    }

    /// How far the export is that is under way.
    pub fn export_progress(&self) -> Option<&Arc<Progress>> {
        self.export_work.progress.as_ref()
    }

    pub(super) fn export_action(&mut self, action: ExportAction) {
        let (request, path) = match action {
            ExportAction::Preview(request) => (request, None),
            ExportAction::Export(request, path) => (request, Some(path)),
            ExportAction::Cancel => {
                if let Some(progress) = std::mem::take(&mut self.export_work).progress {
                    progress.stop();
                }
                return;
            }
        };
        let progress = Arc::new(Progress::default());
        // What the last preview showed stays in sight until there is another.
        let shown = std::mem::take(&mut self.export_work).result.filter(|_| path.is_none());
        self.export_work = ExportWork { result: shown, progress: Some(Arc::clone(&progress)) };
        self.effects.push(Effect::Start(Job::Export(ExportJob {
            folder: self.folder.clone(),
            articles: self.articles.iter().map(|it| it.id.clone()).collect(),
            schema: Arc::clone(self.project.schema()),
            request,
            path,
            progress,
        })));
    }

    pub(super) fn export_done(&mut self, result: Result<Exported, String>) {
        if self.export_work.progress.is_some() {
            self.export_work = ExportWork { result: Some(result), progress: None };
        }
    }
}

impl From<ExportAction> for Action {
    fn from(action: ExportAction) -> Action {
        Action::Export(action)
    }
}
