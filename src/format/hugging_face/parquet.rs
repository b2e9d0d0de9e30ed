//! Rows in Parquet: nested cells to columns with levels, and back.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use ::parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use ::parquet::column::writer::ColumnWriter;
use ::parquet::data_type::ByteArray;
use ::parquet::errors::Result as ParquetResult;
use ::parquet::file::metadata::KeyValue;
use ::parquet::file::properties::{EnabledStatistics, WriterProperties};
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use ::parquet::record::reader::RowIter;
use ::parquet::record::{Field, Row as Record};
use ::parquet::schema::types::Type;
use bytes::Bytes;
use serde::Deserialize;
use serde::de::value::{Error as FieldError, MapDeserializer, SeqDeserializer};
use serde::de::{Deserializer, Error as _, IntoDeserializer, Visitor};
use serde_json::json;

use super::feature::{Cell, Feature};
use super::row::{KEYS, Names, Reading, Row};

/// What the library `datasets` looks for its features under.
const METADATA: &str = "huggingface";

/// How many rows are gathered before they are written: what a person pages through on the Hub.
const GROUP: usize = 1000;

const IN_MEMORY: &str = "writing to memory does not fail, and the columns are those of the schema";

/// Why a file is not read on.
const TOO_MUCH: &str = "it unpacks to far more than its size";

/// A file as it grows.
pub(super) struct Writer<'a> {
    fields: &'a [(&'static str, Feature)],
    file: SerializedFileWriter<Vec<u8>>,
    columns: Columns,
    n_rows: usize,
}

impl<'a> Writer<'a> {
    pub(super) fn new(features: &'a Feature) -> Writer<'a> {
        let fields = if let Feature::Group(fields) = features { fields.as_slice() } else { &[] };
        let types = fields.iter().map(|(name, feature)| node(name, feature));
        let schema = group("schema", None, None, types.collect());
        let metadata = json!({"info": {"features": features.json()}}).to_string();
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_statistics_enabled(EnabledStatistics::None)
            .set_key_value_metadata(Some(vec![KeyValue::new(METADATA.to_owned(), metadata)]))
            .build();
        let file = SerializedFileWriter::new(Vec::new(), schema, properties.into()).expect(IN_MEMORY);
        Writer { fields, file, columns: Columns::default(), n_rows: 0 }
    }

    pub(super) fn add(&mut self, row: Cell<'_>) {
        let Cell::Group(cells) = row else { return };
        let mut i = 0;
        for ((_, feature), cell) in self.fields.iter().zip(&cells) {
            self.columns.add(feature, Some(cell), &mut i, Levels::default());
        }
        self.n_rows += 1;
        if self.n_rows == GROUP {
            self.write_group();
        }
    }

    /// What the file has grown by since this was asked last.
    pub(super) fn written(&mut self) -> Vec<u8> {
        std::mem::take(self.file.inner_mut())
    }

    /// The end of the file, from there on.
    pub(super) fn finish(mut self) -> Vec<u8> {
        if self.n_rows > 0 {
            self.write_group();
        }
        self.file.into_inner().expect(IN_MEMORY)
    }

    fn write_group(&mut self) {
        let mut group = self.file.next_row_group().expect(IN_MEMORY);
        std::mem::take(&mut self.columns).write(&mut group).expect(IN_MEMORY);
        group.close().expect(IN_MEMORY);
        self.n_rows = 0;
    }
}

/// The Parquet type of a feature. Everything may be missing, as in files of pyarrow.
fn node(name: &str, feature: &Feature) -> Arc<Type> {
    let primitive = |physical, logical| {
        let builder = Type::primitive_type_builder(name, physical).with_repetition(Repetition::OPTIONAL);
        builder.with_logical_type(logical).build().expect("names and types fit").into()
    };
    match feature {
        Feature::Text => primitive(Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Feature::Number | Feature::Class(_) => primitive(Physical::INT64, None),
        Feature::List(item) => {
            let items = group("list", Some(Repetition::REPEATED), None, vec![node("element", item)]);
            group(name, Some(Repetition::OPTIONAL), Some(LogicalType::List), vec![items])
        }
        Feature::Group(fields) => {
            let fields = fields.iter().map(|(name, feature)| node(name, feature)).collect();
            group(name, Some(Repetition::OPTIONAL), None, fields)
        }
    }
}

fn group(
    name: &str,
    repetition: Option<Repetition>,
    logical: Option<LogicalType>,
    fields: Vec<Arc<Type>>,
) -> Arc<Type> {
    let builder = Type::group_type_builder(name);
    // The schema as a whole is a group that has none.
    let builder = match repetition {
        Some(it) => builder.with_repetition(it),
        None => builder,
    };
    builder.with_logical_type(logical).with_fields(fields).build().expect("names and types fit").into()
}

/// How deep in what may be missing or repeated a value stands, after Melnik et al., "Dremel" (2010).
#[derive(Clone, Copy, Default)]
struct Levels {
    /// How many of the optional and repeated things on the way are there.
    definition: i16,
    /// The innermost list of which this is not the first item, counted from outside; 0 for none.
    repetition: i16,
    /// How many lists are on the way.
    n_lists: i16,
}

/// The leaves of the schema in their order.
#[derive(Default)]
struct Columns(Vec<Column>);

#[derive(Default)]
struct Column {
    texts: Vec<ByteArray>,
    numbers: Vec<i64>,
    definitions: Vec<i16>,
    repetitions: Vec<i16>,
}

impl Columns {
    /// Adds a cell to the columns from the `i`th on, and moves `i` behind them.
    fn add(&mut self, feature: &Feature, cell: Option<&Cell<'_>>, i: &mut usize, levels: Levels) {
        let there = Levels { definition: levels.definition + 1, ..levels };
        match (feature, cell) {
            (Feature::Group(fields), cell) => {
                let cells = if let Some(Cell::Group(cells)) = cell { cells.as_slice() } else { &[] };
                let levels = if cells.is_empty() { levels } else { there };
                for (n, (_, feature)) in fields.iter().enumerate() {
                    self.add(feature, cells.get(n), i, levels);
                }
            }
            (Feature::List(item), Some(Cell::List(cells))) if !cells.is_empty() => {
                let first = *i;
                let mut levels =
                    Levels { definition: there.definition + 1, n_lists: levels.n_lists + 1, ..levels };
                for cell in cells {
                    *i = first;
                    self.add(item, Some(cell), i, levels);
                    levels.repetition = levels.n_lists;
                }
            }
            (Feature::List(item), cell) => {
                let levels = if cell.is_some() { there } else { levels };
                self.add(item, None, i, levels);
            }
            (Feature::Text, Some(Cell::Text(text))) => {
                self.leaf(i, there).texts.push(ByteArray::from(&**text));
            }
            (Feature::Number, Some(Cell::Number(number))) => self.leaf(i, there).numbers.push(*number),
            (Feature::Class(names), Some(Cell::Text(name))) => match names.iter().position(|it| it == name) {
                Some(number) => self.leaf(i, there).numbers.push(number as i64),
                None => drop(self.leaf(i, levels)),
            },
            (Feature::Text | Feature::Number | Feature::Class(_), _) => drop(self.leaf(i, levels)),
        }
    }

    /// The `i`th column, with the levels of its next value.
    fn leaf(&mut self, i: &mut usize, levels: Levels) -> &mut Column {
        if *i >= self.0.len() {
            self.0.resize_with(*i + 1, Column::default);
        }
        let column = &mut self.0[*i];
        *i += 1;
        column.definitions.push(levels.definition);
        column.repetitions.push(levels.repetition);
        column
    }

    fn write(self, group: &mut SerializedRowGroupWriter<'_, Vec<u8>>) -> ParquetResult<()> {
        for it in self.0 {
            let Some(mut writer) = group.next_column()? else { break };
            let (definitions, repetitions) =
                (Some(it.definitions.as_slice()), Some(it.repetitions.as_slice()));
            match writer.untyped() {
                ColumnWriter::ByteArrayColumnWriter(writer) => {
                    writer.write_batch(&it.texts, definitions, repetitions)?;
                }
                ColumnWriter::Int64ColumnWriter(writer) => {
                    writer.write_batch(&it.numbers, definitions, repetitions)?;
                }
                _ => {}
            }
            writer.close()?;
        }
        Ok(())
    }
}

/// Takes in a file.
///
/// # Errors
/// A message if it is no Parquet file.
pub(super) fn read(file: &str, bytes: &[u8], reading: &mut Reading<'_>) -> Result<(), String> {
    // The library checks most of what a file says, not all.
    let read = catch_unwind(AssertUnwindSafe(|| read_rows(file, bytes, reading)));
    read.unwrap_or_else(|_| Err("its columns contradict each other".to_owned()))
}

fn read_rows(file: &str, bytes: &[u8], reading: &mut Reading<'_>) -> Result<(), String> {
    let reader =
        SerializedFileReader::new(Bytes::copy_from_slice(bytes)).map_err(|error| error.to_string())?;
    let metadata = reader.metadata().file_metadata();
    let names = metadata
        .key_value_metadata()
        .and_then(|all| all.iter().find(|it| it.key == METADATA)?.value.as_deref())
        .map_or_else(Names::default, Names::of);
    let columns = metadata.schema().get_fields();
    let (known, unknown): (Vec<_>, Vec<_>) =
        columns.iter().cloned().partition(|it| KEYS.contains(&it.name()));
    reading.begin(file, names, unknown.iter().map(|it| it.name()));
    let mut chunks = reader.metadata().row_groups().iter().flat_map(|it| it.columns());
    let is_readable = |it: Compression| matches!(it, Compression::UNCOMPRESSED | Compression::SNAPPY);
    if let Some(chunk) = chunks.find(|it| !is_readable(it.compression())) {
        return Err(format!("it is compressed by {} and not by Snappy", chunk.compression()));
    }
    // Repeated values take no place in a file, so that a small one may hold more than any memory.
    let n_values: i64 = reader
        .metadata()
        .row_groups()
        .iter()
        .flat_map(|it| it.columns())
        .fold(0, |n, column| n.saturating_add(column.num_values().max(0)));
    if n_values as usize > bytes.len().saturating_mul(8).saturating_add(1_000_000) {
        return Err(TOO_MUCH.to_owned());
    }
    if known.is_empty() {
        return Err("none of its columns is one of a text with spans".to_owned());
    }
    let known = group(metadata.schema().name(), None, None, known);
    let rows = RowIter::from_file(Some((*known).clone()), &reader).map_err(|error| error.to_string())?;
    let mut n_left = bytes.len().saturating_mul(50).saturating_add(50_000_000);
    for (i, record) in rows.enumerate() {
        let record = record.map_err(|error| format!("row {} cannot be read: {error}", i + 1))?;
        n_left = n_left.checked_sub(n_bytes(&record)).ok_or(TOO_MUCH)?;
        reading.take(i, Row::deserialize(Fields(&record)).map_err(|error| error.to_string()));
    }
    Ok(())
}

/// How long the texts at the top of a row are.
fn n_bytes(record: &Record) -> usize {
    let texts = record.get_column_iter().map(|(_, field)| match field {
        Field::Str(text) => text.len(),
        _ => 0,
    });
    texts.sum()
}

/// A record for serde.
struct Fields<'a>(&'a Record);

/// A field of a record for serde.
#[derive(Clone, Copy)]
struct FieldOf<'a>(&'a Field);

impl<'de> Deserializer<'de> for Fields<'de> {
    type Error = FieldError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldError> {
        visitor.visit_map(MapDeserializer::new(
            self.0.get_column_iter().map(|(name, it)| (name.as_str(), FieldOf(it))),
        ))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de> for FieldOf<'de> {
    type Deserializer = FieldOf<'de>;

    fn into_deserializer(self) -> FieldOf<'de> {
        self
    }
}

impl<'de> Deserializer<'de> for FieldOf<'de> {
    type Error = FieldError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldError> {
        match self.0 {
            Field::Bool(it) => visitor.visit_bool(*it),
            Field::Byte(it) => visitor.visit_i64((*it).into()),
            Field::Short(it) => visitor.visit_i64((*it).into()),
            Field::Int(it) => visitor.visit_i64((*it).into()),
            Field::Long(it) => visitor.visit_i64(*it),
            Field::UByte(it) => visitor.visit_u64((*it).into()),
            Field::UShort(it) => visitor.visit_u64((*it).into()),
            Field::UInt(it) => visitor.visit_u64((*it).into()),
            Field::ULong(it) => visitor.visit_u64(*it),
            Field::Float(it) => visitor.visit_f64((*it).into()),
            Field::Double(it) => visitor.visit_f64(*it),
            Field::Str(it) => visitor.visit_borrowed_str(it),
            Field::Bytes(it) => visitor
                .visit_borrowed_str(it.as_utf8().map_err(|_| FieldError::custom("a text is not in UTF-8"))?),
            Field::Group(record) => Fields(record).deserialize_any(visitor),
            Field::ListInternal(list) => {
                visitor.visit_seq(SeqDeserializer::new(list.elements().iter().map(FieldOf)))
            }
            _ => visitor.visit_unit(),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldError> {
        match self.0 {
            Field::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::ImportOptions;
    use crate::model::Report;

    fn file() -> Vec<u8> {
        let span = Feature::Group(vec![
            ("label", Feature::Class(vec!["x".to_owned(), "y".to_owned()])),
            ("start", Feature::Number),
            ("end", Feature::Number),
            ("flags", Feature::List(Box::new(Feature::Text))),
        ]);
        let features =
            Feature::Group(vec![("text", Feature::Text), ("spans", Feature::List(Box::new(span)))]);
        let span = |label, start, flags: &[&'static str]| {
            let flags = Cell::List(flags.iter().map(|it| Cell::text(it)).collect());
            Cell::Group(vec![Cell::text(label), Cell::Number(start), Cell::Number(start + 2), flags])
        };
        let rows = [
            Cell::Group(vec![Cell::text("no span"), Cell::List(vec![])]),
            Cell::Group(vec![
                Cell::text("ab cd ef"),
                Cell::List(vec![span("x", 0, &[]), span("y", 3, &["a", "b"]), span("x", 6, &["c"])]),
            ]),
            Cell::Group(vec![Cell::text("ab"), Cell::Null]),
        ];
        file_of(&features, rows)
    }

    fn file_of<'a>(features: &Feature, rows: impl IntoIterator<Item = Cell<'a>>) -> Vec<u8> {
        let mut writer = Writer::new(features);
        let mut file = Vec::new();
        for row in rows {
            writer.add(row);
            file.extend(writer.written());
        }
        file.extend(writer.finish());
        file
    }

    fn read_back(bytes: &[u8]) -> Result<String, String> {
        let (options, mut report) = (ImportOptions::default(), Report::default());
        let mut reading = Reading::new("x", &options, &mut report);
        read("a.parquet", bytes, &mut reading)?;
        let rows = reading.finish().into_iter().map(|article| {
            let spans = article
                .set
                .annotations()
                .map(|it| format!(" {}={}{:?}", it.label, article.document.text.surface(&it.span), it.flags));
            format!("{}:{}", article.document.text.as_str(), spans.collect::<String>())
        });
        Ok(rows.collect::<Vec<_>>().join("; "))
    }

    #[test]
    fn nested_lists_come_back() {
        let expected = "no span:; ab cd ef: x=ab[] y=cd[\"a\", \"b\"] x=ef[\"c\"]; ab:";
        assert_eq!(read_back(&file()).as_deref(), Ok(expected));
    }

    /// What repeats takes hardly any place in a file.
    #[test]
    fn what_unpacks_to_far_more_than_its_size_is_refused() {
        let features = Feature::Group(vec![("text", Feature::Text)]);
        let long = "a".repeat(10_000);
        let rows = (0..8_000).map(|_| Cell::Group(vec![Cell::text(&long)]));
        assert_eq!(read_back(&file_of(&features, rows)).err().as_deref(), Some(TOO_MUCH));
    }

    #[test]
    fn broken_files_are_refused() {
        let whole = file();
        for n in 0..whole.len() {
            assert!(read_back(&whole[..n]).is_err(), "the first {n} bytes");
        }
        let mut random = fastrand::Rng::with_seed(1);
        for _ in 0..2_000 {
            let mut bytes = whole.clone();
            for _ in 0..random.usize(1..4) {
                let i = random.usize(..bytes.len());
                bytes[i] = random.u8(..);
            }
            // Whatever it says: no panic gets out, and it ends.
            drop(read_back(&bytes));
        }
    }
}
