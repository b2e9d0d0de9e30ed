//! Tables of articles, spans, relations and entities, for spreadsheets, R and pandas.
//!
//! Four tables, each row with the article and the annotator it belongs to:
//! - `articles`: status, language and the text itself. The texts are a column and not files, so
//!   that one call reads them and they join with the spans by `article`.
//! - `spans`: a row for each fragment; rows with one `span_id` are one span. Offsets count code
//!   points from 0, the end is exclusive, and `text` is what the fragment covers.
//! - `relations`: `from` and `to` are ids of spans, with what these cover beside them.
//! - `entities`: who and what spans mention.
//!
//! An attribute has a column `attribute.NAME`, its cells as [`cell`] describes them. Quoting is
//! RFC 4180's, with line feeds; the encoding UTF-8. An import knows a table by its columns, whatever
//! the file is called and their order is, and takes commas, semicolons and tabs.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use ::csv::{Position, Reader, ReaderBuilder, StringRecord, Writer, WriterBuilder};

use crate::file::sha256;
use crate::format::each::finish;
use crate::format::incoming::{Incoming, RawRelation, RawSpan};
use crate::format::portions::look_at_each;
use crate::format::{
    Articles, Bundle, Capabilities, ExportOption, ExportOptions, Format, FormatError, ImportOptions, Sign,
    Sink, Take, cell,
};
use crate::model::{Attributes, Entity, Extra, Place, Report, Schema, Severity, Status, Value};
use crate::text::OffsetUnit;

/// Tables with commas.
pub(super) const CSV: Tables = Tables { id: "csv", delimiter: b',' };

/// Tables with tabs.
pub(super) const TSV: Tables = Tables { id: "tsv", delimiter: b'\t' };

/// Tables with one character between their cells.
pub(super) struct Tables {
    id: &'static str,
    delimiter: u8,
}

const ARTICLES: &[&str] = &["article", "annotator", "status", "language", "text", "text_sha256"];
const SPANS: &[&str] = &[
    "article",
    "annotator",
    "span_id",
    "fragment",
    "label",
    "start",
    "end",
    "text",
    "entity",
    "note",
    "flags",
];
const RELATIONS: &[&str] =
    &["article", "annotator", "relation_id", "label", "from", "to", "from_text", "to_text", "note"];
const ENTITIES: &[&str] = &["article", "annotator", "entity_id", "kind", "name"];

/// What stands before the name of an attribute in the head of its column.
const ATTRIBUTE: &str = "attribute.";

/// The column that says of a row that an apostrophe stands before cells that might run.
const FORMULA_SAFE: &str = "formula_safe";

impl Format for Tables {
    fn id(&self) -> &'static str {
        self.id
    }

    fn summary(&self) -> &'static str {
        match self.delimiter {
            b'\t' => "tables of spans, relations and articles with tabs, for spreadsheets and R",
            _ => "tables of spans, relations and articles with commas, for spreadsheets and R",
        }
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            options: &[
                ExportOption::Unit(OffsetUnit::CodePoint),
                ExportOption::Unit(OffsetUnit::Utf16),
                ExportOption::Unit(OffsetUnit::Byte),
                ExportOption::FormulaSafe,
                ExportOption::WithoutText,
            ],
            one_file: false,
            signs: match self.delimiter {
                b'\t' => &[Sign { ending: "spans.tsv", holds: &["span_id"] }],
                _ => &[Sign { ending: "spans.csv", holds: &["span_id"] }],
            },
            losses: &[
                "when and how spans were made",
                "the article file's encoding",
                "file keys that Sorot does not know",
            ],
            ..Capabilities::WHOLE
        }
    }

    fn write(
        &self,
        articles: &mut dyn Articles,
        options: &ExportOptions,
        schema: &Schema,
        out: &mut dyn Sink,
        report: &mut Report,
    ) {
        let unit = options.unit.unwrap_or(self.capabilities().offset_unit);
        let label_names = schema.label_names();
        let mut names: [BTreeSet<String>; 4] = Default::default();
        look_at_each(articles, report, |article| {
            let [_, of_entities, of_relations, of_spans] = &mut names;
            article.set.annotations().for_each(|it| add_all(of_spans, it.attributes.keys()));
            article.set.relations().for_each(|it| add_all(of_relations, it.attributes.keys()));
            article.set.entities().for_each(|it| add_all(of_entities, it.extra.0.iter().map(|(key, _)| key)));
        });
        let heads =
            [("articles", ARTICLES), ("entities", ENTITIES), ("relations", RELATIONS), ("spans", SPANS)];
        let paths = heads.map(|(name, _)| format!("{name}.{}", self.id));
        let mut put = |tables: [Table<'_>; 4]| {
            let pieces = paths.iter().zip(tables).map(|(path, table)| (path.clone(), table.finish()));
            out.put(pieces.collect());
        };
        let table = |i: usize| Table::new(self.delimiter, options, &names[i]);
        let tables = || [0, 1, 2, 3].map(table);
        let mut begun = tables();
        begun.iter_mut().zip(heads).for_each(|(table, (_, head))| table.head(head));
        put(begun);
        articles.for_each_portion(report, &mut |portion, report| {
            let [mut article_table, mut entity_table, mut relation_table, mut span_table] = tables();
            for article in portion {
                article.report_orphans(report);
                let (document, set) = (&article.document, &article.set);
                let text = &document.text;
                let (id, owner) = (document.id.as_str(), article.owner.name());
                let language = document.source.language.as_deref().unwrap_or_default();
                let hash = &document.source.text_sha256;
                let row = [id, owner, set.status().name(), language, shown(text.as_str(), options), hash];
                article_table.row(&row, no_cell);
                for annotation in set.in_order(&label_names) {
                    let attribute = |name: &str| annotation.attributes.get(name).map(cell::write);
                    let entity = annotation.entity.as_ref().map_or("", |it| it.as_str());
                    let flags = match annotation.flags.as_slice() {
                        [] => String::new(),
                        flags => cell::write(&Value::List(flags.to_vec())),
                    };
                    let (span_id, label, note) =
                        (annotation.id.as_str(), &annotation.label, &annotation.note);
                    for (i, &range) in annotation.span.ranges().iter().enumerate() {
                        let number = (i + 1).to_string();
                        let ends = [range.start(), range.end()].map(|it| text.measure(it, unit).to_string());
                        let [start, end] = &ends;
                        let surface = shown(text.slice(range), options);
                        let row =
                            [id, owner, span_id, &number, label, start, end, surface, entity, note, &flags];
                        span_table.row(&row, attribute);
                    }
                }
                for relation in set.relations() {
                    let attribute = |name: &str| relation.attributes.get(name).map(cell::write);
                    let ends = [&relation.from, &relation.to];
                    let [from_text, to_text] = ends
                        .map(|it| set.annotation(it).map(|it| text.surface(&it.span)).unwrap_or_default());
                    let [from, to] = ends.map(|it| it.as_str());
                    let (relation_id, label, note) = (relation.id.as_str(), &relation.label, &relation.note);
                    let [from_text, to_text] = [&from_text, &to_text].map(|it| shown(it, options));
                    let row = [id, owner, relation_id, label, from, to, from_text, to_text, note];
                    relation_table.row(&row, attribute);
                }
                for entity in set.entities() {
                    let attribute = |name: &str| entity.extra.get(name).map(json_to_cell);
                    entity_table.row(&[id, owner, entity.id.as_str(), &entity.kind, &entity.name], attribute);
                }
            }
            put([article_table, entity_table, relation_table, span_table]);
        });
    }

    fn read(
        &self,
        files: &Bundle,
        options: &ImportOptions,
        _schema: &Schema,
        report: &mut Report,
        take: &mut Take<'_>,
    ) -> Result<(), FormatError> {
        let mut import = Import { format: self.id, articles: Vec::new(), index: BTreeMap::new() };
        for (name, bytes) in &files.files {
            import.read(name, bytes, report)?;
        }
        import.finish(options, report, take);
        Ok(())
    }
}

/// What stands in a cell for text: a table keeps its columns whatever is in them.
fn shown<'a>(text: &'a str, options: &ExportOptions) -> &'a str {
    if options.without_text { "" } else { text }
}

fn no_cell(_name: &str) -> Option<String> {
    None
}

/// JSON as a value and so as a cell.
fn json_to_cell(json: &str) -> String {
    match serde_json::from_str(json) {
        Ok(text) => cell::write(&Value::Text(text)),
        Err(_) => json.to_owned(),
    }
}

fn cell_to_json(cell: &str) -> String {
    match cell::read(cell) {
        Value::Text(text) => serde_json::Value::from(text).to_string(),
        _ => cell.to_owned(),
    }
}

/// A table on its way out.
struct Table<'a> {
    writer: Writer<Vec<u8>>,
    attributes: &'a BTreeSet<String>,
    formula_safe: bool,
}

const IN_MEMORY: &str = "writing to memory does not fail, and all rows are equally long";

impl<'a> Table<'a> {
    fn new(delimiter: u8, options: &ExportOptions, attributes: &'a BTreeSet<String>) -> Table<'a> {
        let writer = WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
        Table { writer, attributes, formula_safe: options.formula_safe }
    }

    fn head(&mut self, head: &[&str]) {
        let named = self.attributes.iter().map(|name| format!("{ATTRIBUTE}{name}"));
        let head = head.iter().map(|&it| it.to_owned()).chain(named);
        let head = head.chain(self.formula_safe.then(|| FORMULA_SAFE.to_owned()));
        self.writer.write_record(head).expect(IN_MEMORY);
    }

    fn row(&mut self, cells: &[&str], attribute: impl Fn(&str) -> Option<String>) {
        for cell in cells {
            self.cell(cell);
        }
        for name in self.attributes {
            self.cell(&attribute(name).unwrap_or_default());
        }
        if self.formula_safe {
            self.writer.write_field("yes").expect(IN_MEMORY);
        }
        self.writer.write_record(None::<&[u8]>).expect(IN_MEMORY);
    }

    fn cell(&mut self, cell: &str) {
        let cell = if self.formula_safe { formula_safe(cell) } else { cell.into() };
        self.writer.write_field(&*cell).expect(IN_MEMORY);
    }

    fn finish(self) -> Vec<u8> {
        self.writer.into_inner().expect(IN_MEMORY)
    }
}

fn add_all<'a>(all: &mut BTreeSet<String>, names: impl Iterator<Item = &'a String>) {
    for name in names {
        if !all.contains(name) {
            all.insert(name.clone());
        }
    }
}

/// A cell that no spreadsheet takes for a formula: what looks like one stands after an apostrophe.
pub(crate) fn formula_safe(cell: &str) -> Cow<'_, str> {
    if may_run(cell) { format!("'{cell}").into() } else { cell.into() }
}

/// True for what spreadsheets take for a formula, after OWASP's "CSV Injection", and for what would
/// be taken for an escaped cell.
fn may_run(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠', '\''])
}

/// Tables on their way in.
struct Import {
    format: &'static str,
    articles: Vec<Pending>,
    /// Where each article of each annotator stands.
    index: BTreeMap<(String, String), usize>,
}

/// An article on its way in: its text may come after its spans.
#[derive(Default)]
struct Pending {
    file: String,
    name: String,
    owner: String,
    text: Option<String>,
    /// What the text's hash is, where that stayed out.
    text_sha256: Option<String>,
    language: String,
    status: Option<Status>,
    spans: Vec<(RawSpan, Vec<Fragment>)>,
    /// Where each span stands.
    index: BTreeMap<String, usize>,
    /// Which fragments of each span came, by their number.
    fragments: BTreeSet<(usize, u32)>,
    relations: Vec<RawRelation>,
    entities: Vec<Entity>,
}

/// Start, end and what the file says stands there.
type Fragment = (usize, usize, Option<String>);

/// A row, its cells found by the names of their columns.
struct Row<'a> {
    columns: &'a BTreeMap<String, usize>,
    record: &'a StringRecord,
    formula_safe: bool,
}

impl<'a> Row<'a> {
    fn get(&self, column: &str) -> &'a str {
        let i = self.columns.get(column);
        self.at(i.copied())
    }

    fn at(&self, column: Option<usize>) -> &'a str {
        let cell = column.and_then(|i| self.record.get(i)).unwrap_or_default();
        let is_escaped = self.formula_safe && cell.starts_with('\'');
        if is_escaped { &cell[1..] } else { cell }
    }

    fn number(&self, column: &str) -> Result<usize, String> {
        let cell = self.get(column);
        cell.trim().parse().map_err(|_| format!("its {column} is no number, “{cell}”"))
    }

    fn attributes(&self) -> Attributes {
        self.attribute_cells().map(|(name, cell)| (name.to_owned(), cell::read(cell))).collect()
    }

    fn attribute_cells(&self) -> impl Iterator<Item = (&str, &str)> {
        let columns = self.columns.range(ATTRIBUTE.to_owned()..);
        let named = columns.map_while(|(column, &i)| Some((column.strip_prefix(ATTRIBUTE)?, i)));
        named.map(|(name, i)| (name, self.at(Some(i)))).filter(|(_, cell)| !cell.is_empty())
    }
}

/// What a table holds, as its columns tell.
#[derive(Clone, Copy)]
enum Kind {
    Articles,
    Spans,
    Relations,
    Entities,
}

impl Kind {
    fn of(columns: &BTreeMap<String, usize>) -> Option<Kind> {
        let has = |names: &[&str]| names.iter().all(|&name| columns.contains_key(name));
        [
            (Kind::Spans, ["article", "label", "start", "end"].as_slice()),
            (Kind::Relations, &["article", "label", "from", "to"]),
            (Kind::Entities, &["article", "entity_id", "name"]),
            (Kind::Articles, &["article", "text"]),
        ]
        .into_iter()
        .find_map(|(kind, names)| has(names).then_some(kind))
    }
}

/// Rows, where each column stands, and what they are.
type Sheet<'a> = (Reader<&'a [u8]>, BTreeMap<String, usize>, Kind);

/// The table that a file is; nothing if its first line does not say so.
fn table(string: &str) -> Option<Sheet<'_>> {
    [b',', b'\t', b';'].into_iter().find_map(|delimiter| {
        let mut builder = ReaderBuilder::new();
        let mut reader = builder.delimiter(delimiter).flexible(true).from_reader(string.as_bytes());
        let mut columns = BTreeMap::new();
        for (i, name) in reader.headers().ok()?.iter().enumerate() {
            columns.entry(name.to_owned()).or_insert(i);
        }
        let kind = Kind::of(&columns)?;
        Some((reader, columns, kind))
    })
}

impl Import {
    fn read(&mut self, file: &str, bytes: &[u8], report: &mut Report) -> Result<(), FormatError> {
        let malformed =
            |message: String| FormatError::Malformed { format: self.format, message, file: file.to_owned() };
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let string = std::str::from_utf8(bytes).map_err(|error| {
            let line = bytes[..error.valid_up_to()].iter().filter(|&&byte| byte == b'\n').count() + 1;
            malformed(format!("it is not in UTF-8 at line {line}"))
        })?;
        let (mut reader, columns, kind) = table(string).ok_or_else(|| {
            malformed(
                "its first line does not name the columns of articles, spans, relations or entities".into(),
            )
        })?;
        let mut record = StringRecord::new();
        // Text in memory is always read, and any number of cells makes a row.
        while reader.read_record(&mut record).is_ok_and(|is_row| is_row) {
            let formula_safe = columns.get(FORMULA_SAFE).is_some_and(|&i| record.get(i) == Some("yes"));
            let row = Row { columns: &columns, record: &record, formula_safe };
            if let Err(message) = self.take(kind, &row, file) {
                let line = record.position().map_or(0, Position::line);
                let line_column = Some((usize::try_from(line).unwrap_or(usize::MAX), 1));
                let place = Place { file: Some(file.to_owned()), line_column, ..Place::default() };
                report.add(Severity::Error, place, format!("the row was not taken in, {message}"));
            }
        }
        Ok(())
    }

    fn take(&mut self, kind: Kind, row: &Row<'_>, file: &str) -> Result<(), String> {
        if row.get("article").is_empty() {
            return Err("it names no article".to_owned());
        }
        if let Kind::Spans = kind {
            let surface = Some(row.get("text")).filter(|it| !it.is_empty()).map(str::to_owned);
            let fragment = (row.number("start")?, row.number("end")?, surface);
            self.article(row, file).take_fragment(row, fragment);
            return Ok(());
        }
        let article = self.article(row, file);
        match kind {
            Kind::Spans => {}
            Kind::Articles => article.take_text(row)?,
            Kind::Relations => article.relations.push(RawRelation {
                id: row.get("relation_id").to_owned(),
                label: row.get("label").to_owned(),
                from: row.get("from").to_owned(),
                to: row.get("to").to_owned(),
                attributes: row.attributes(),
                note: row.get("note").to_owned(),
                extra: Extra::default(),
            }),
            Kind::Entities => article.entities.push(Entity {
                id: row.get("entity_id").into(),
                kind: row.get("kind").to_owned(),
                name: row.get("name").to_owned(),
                extra: Extra(
                    row.attribute_cells().map(|(name, cell)| (name.to_owned(), cell_to_json(cell))).collect(),
                ),
            }),
        }
        Ok(())
    }

    fn article(&mut self, row: &Row<'_>, file: &str) -> &mut Pending {
        let (name, owner) = (row.get("article"), row.get("annotator"));
        // Rows of one article mostly follow each other.
        let is_last = self.articles.last().is_some_and(|it| it.name == name && it.owner == owner);
        let i = if is_last {
            self.articles.len() - 1
        } else {
            let n = self.articles.len();
            *self.index.entry((name.to_owned(), owner.to_owned())).or_insert(n)
        };
        if i == self.articles.len() {
            let (file, name, owner) = (file.to_owned(), name.to_owned(), owner.to_owned());
            self.articles.push(Pending { file, name, owner, ..Pending::default() });
        }
        &mut self.articles[i]
    }

    fn finish(self, options: &ImportOptions, report: &mut Report, take: &mut Take<'_>) {
        let mut articles = Vec::with_capacity(self.articles.len());
        for pending in self.articles {
            let known = if pending.text.is_some() { None } else { options.texts.get(&pending.name) };
            let text = match (pending.text, &known) {
                (Some(text), _) => text,
                (None, Some(document)) => document.text.as_str().to_owned(),
                (None, None) => {
                    let message = format!(
                        "the text of {} is missing, and so its spans were not taken in, {} of them",
                        pending.name,
                        pending.spans.len()
                    );
                    let place = Place { file: Some(pending.file), ..Place::default() };
                    report.add(Severity::Error, place, message);
                    continue;
                }
            };
            let id = known.as_ref().map_or(pending.name.as_str(), |document| document.id.as_str());
            let incoming = Incoming {
                text_sha256: pending.text_sha256,
                owner: (!pending.owner.is_empty()).then_some(pending.owner),
                language: (!pending.language.is_empty()).then_some(pending.language),
                status: pending.status.unwrap_or(Status::InProgress),
                spans: pending.spans.into_iter().map(joined).collect(),
                relations: pending.relations,
                entities: pending.entities,
                ..Incoming::new(self.format, &pending.file, id, text, OffsetUnit::CodePoint)
            };
            articles.push(incoming);
        }
        finish(articles, options, report, take);
    }
}

impl Pending {
    fn take_text(&mut self, row: &Row<'_>) -> Result<(), String> {
        let text = row.get("text");
        if self.text.as_ref().is_some_and(|it| it != text) {
            return Err(format!("{} came with another text before", self.name));
        }
        let hash = row.get("text_sha256");
        if text.is_empty() && !hash.is_empty() && hash != sha256(b"") {
            self.text_sha256 = Some(hash.to_owned());
        } else {
            self.text = Some(text.to_owned());
        }
        row.get("language").clone_into(&mut self.language);
        let name = row.get("status");
        self.status =
            [Status::New, Status::InProgress, Status::Done].into_iter().find(|it| it.name() == name);
        Ok(())
    }

    /// A row is a span, or one more fragment of a span.
    fn take_fragment(&mut self, row: &Row<'_>, fragment: Fragment) {
        let id = row.get("span_id");
        let number: u32 = row.get("fragment").trim().parse().unwrap_or(0);
        if let Some(&i) = self.index.get(id)
            && (number == 0 || self.fragments.insert((i, number)))
        {
            self.spans[i].1.push(fragment);
            return;
        }
        // A second first fragment is another span with the same id.
        if !id.is_empty() {
            self.index.insert(id.to_owned(), self.spans.len());
            self.fragments.insert((self.spans.len(), number));
        }
        let entity = row.get("entity");
        let raw = RawSpan {
            id: id.to_owned(),
            label: row.get("label").to_owned(),
            attributes: row.attributes(),
            entity: (!entity.is_empty()).then(|| entity.to_owned()),
            note: row.get("note").to_owned(),
            flags: match cell::read(row.get("flags")) {
                Value::List(flags) => flags,
                Value::Text(flag) if flag.is_empty() => Vec::new(),
                other => vec![cell::write(&other)],
            },
            ..RawSpan::default()
        };
        self.spans.push((raw, vec![fragment]));
    }
}

/// The span with its fragments in the order of the text, however the rows were sorted.
fn joined((mut raw, mut fragments): (RawSpan, Vec<Fragment>)) -> RawSpan {
    fragments.sort_unstable();
    raw.pieces = fragments.iter().map(|&(start, end, _)| (start, end)).collect();
    let surfaces: Option<Vec<String>> = fragments.into_iter().map(|(.., surface)| surface).collect();
    raw.surface = surfaces.map(|it| it.join(" "));
    raw
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARTICLE: &str =
        "article,annotator,status,language,text\na.txt,Rina,done,id,\"=1 \u{1f600} Kyiv, ujar\r\nÉva\"\n";

    fn import(files: &[&str], options: &ImportOptions) -> (String, Vec<String>) {
        let files = files.iter().enumerate().map(|(i, it)| (format!("{i}.csv"), it.as_bytes().to_vec()));
        let bundle = Bundle { files: files.collect() };
        let mut report = Report::default();
        let articles = CSV.import(&bundle, options, &Schema::default(), &mut report).expect("tables");
        let spans = articles.iter().flat_map(|article| {
            article.set.annotations().map(|it| {
                let surface = article.document.text.surface(&it.span);
                format!("{} {}={surface}", it.id.as_str(), it.label)
            })
        });
        (spans.collect::<Vec<_>>().join("; "), report.problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn rows_come_in_however_they_were_edited() {
        for (spans, expected) in [
            ("article,annotator,label,start,end\na.txt,Rina,country,5,9\n", "s1 country=Kyiv"),
            ("\u{feff}end;start;label;annotator;article\r\n9;5;country;Rina;a.txt\r\n", "s1 country=Kyiv"),
            (
                "article\tannotator\tlabel\tstart\tend\ttext\na.txt\tRina\tcountry\t5\t9\tKyiv\n",
                "s1 country=Kyiv",
            ),
            (
                "article,annotator,span_id,fragment,label,start,end,text\n\
                 a.txt,Rina,x,2,quote,17,20,Éva\na.txt,Rina,x,1,quote,5,9,Kyiv\na.txt,Rina,x,1,quote,11,15,ujar\n",
                "x quote=Kyiv Éva; x-2 quote=ujar",
            ),
        ] {
            let (found, problems) = import(&[ARTICLE, spans], &ImportOptions::default());
            assert_eq!(found, expected, "{spans}");
            let n_expected = usize::from(expected.contains("x-2"));
            assert_eq!(problems.len(), n_expected, "{problems:?}");
        }
    }

    #[test]
    fn rows_that_are_wrong_are_reported_and_the_others_come_in() {
        let spans = "article,annotator,label,start,end,text\n\
            a.txt,Rina,country,five,9,Kyiv\na.txt,Rina,country,-5,9,Kyiv\n,Rina,country,5,9,Kyiv\n\
            a.txt,Rina,country,99999999999999999999,9,\na.txt,Rina,country,9,5,Kyiv\na.txt,Rina,country,5,9,Lviv\n\
            a.txt,Rina,country\nb.txt,Rina,country,5,9,Kyiv\na.txt,Rina,country,5,9,Kyiv,more\n";
        let (found, problems) = import(&[spans, ARTICLE], &ImportOptions::default());
        assert_eq!(found, "s3 country=Kyiv");
        expect_test::expect![[r#"
            the row was not taken in, its start is no number, “five”: 0.csv:2:1
            the row was not taken in, its start is no number, “-5”: 0.csv:3:1
            the row was not taken in, it names no article: 0.csv:4:1
            the row was not taken in, its start is no number, “99999999999999999999”: 0.csv:5:1
            the row was not taken in, its start is no number, “”: 0.csv:8:1
            the text of b.txt is missing, and so its spans were not taken in, 1 of them: 0.csv
            the span country at 9–5 was not taken in, it covers no character: 0.csv
            the span country at 5–9 was not taken in, the text there is “Kyiv” and not “Lviv”: 0.csv"#]]
        .assert_eq(&problems.join("\n"));
    }

    #[test]
    fn what_is_no_table_of_ours_is_refused() {
        for bytes in
            [b"".as_slice(), b"\0\xff", b"a,b\n1,2\n", b"article,text\na,\xe9\n", b"article,label,start\n"]
        {
            let bundle = Bundle { files: vec![("a.csv".to_owned(), bytes.to_vec())] };
            let read =
                CSV.import(&bundle, &ImportOptions::default(), &Schema::default(), &mut Report::default());
            assert!(matches!(read, Err(FormatError::Malformed { .. })), "{bytes:?}");
        }
    }

    #[test]
    fn no_cell_runs_and_every_cell_comes_back() {
        let spans = "article,annotator,span_id,label,start,end,text,note,attribute.sum\n\
            a.txt,Rina,-1,@country,0,2,=1,'quoted',+1\n";
        let bundle = |files: &[&str]| {
            let files = files.iter().enumerate().map(|(i, it)| (format!("{i}.csv"), it.as_bytes().to_vec()));
            Bundle { files: files.collect() }
        };
        let read = |bundle: &Bundle| {
            let mut report = Report::default();
            let options = ImportOptions::default();
            let read = CSV.import(bundle, &options, &Schema::default(), &mut report).expect("tables");
            assert!(report.is_empty(), "{report:?}");
            read
        };
        let before = read(&bundle(&[ARTICLE, spans]));
        for formula_safe in [false, true] {
            let options = ExportOptions { formula_safe, ..ExportOptions::default() };
            let files = CSV.export(&before, &options, &Schema::default(), &mut Report::default());
            let mut n_risky = 0;
            for (_, bytes) in &files.files {
                let mut reader = ReaderBuilder::new().from_reader(bytes.as_slice());
                for record in reader.records() {
                    n_risky +=
                        record.unwrap().iter().filter(|it| may_run(it) && !it.starts_with('\'')).count();
                }
            }
            assert_eq!(n_risky > 0, !formula_safe);
            let after = read(&files);
            assert_eq!(before[0].document.text, after[0].document.text);
            assert!(before[0].set.annotations().eq(after[0].set.annotations()), "{formula_safe}");
        }
    }
}
