//! Decisions as files of columns.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arrow_array::{Array, ArrayRef, RecordBatch, new_null_array};
use arrow_ipc::writer::FileWriter;
use arrow_schema::{DataType, Field, FieldRef, SchemaRef};
use arrow_select::concat::concat_batches;
use parquet::arrow::arrow_writer::{ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::arrow::{ArrowSchemaConverter, add_encoded_arrow_schema_to_metadata};
use parquet::basic::{Compression, Encoding, Type};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{ColumnDescPtr, SchemaDescriptor};

use super::super::output::failed;
use super::super::{BatchFailed, BatchFormat};
use super::words::{self, Words};
use crate::host::write::Place;

/// What writes decisions as columns.
pub(in crate::host::batch) trait Writer: Send {
    /// Writes some rows.
    fn write(&mut self, rows: RecordBatch) -> Result<(), BatchFailed>;

    /// Everything is written; the place is given back, to be finished.
    fn finish(self: Box<Self>) -> Result<Place, BatchFailed>;
}

/// So many rows make a group of Parquet, or a batch of Arrow, unless there are fewer.
const GROUP: usize = 128 << 10;

/// What writes this format into a place.
pub(in crate::host::batch) fn writer(
    format: BatchFormat,
    place: Place,
    schema: SchemaRef,
) -> Result<Box<dyn Writer>, BatchFailed> {
    let said = Said { path: place.path().to_owned(), error: Arc::default() };
    let place = Remembering { place, said: said.clone() };
    Ok(match format {
        BatchFormat::Parquet => Box::new(Parquet::new(place, said, schema)?),
        _ => Box::new(Arrow::new(place, said, schema)?),
    })
}

/// A place that remembers what the system said when it could not be written.
struct Remembering {
    place: Place,
    said: Said,
}

impl Write for Remembering {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.place.write(bytes).map_err(|error| {
            let kind = error.kind();
            *self.said.error() = Some(error);
            io::Error::from(kind)
        })?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What the system said when a place could not be written.
#[derive(Clone)]
struct Said {
    path: PathBuf,
    error: Arc<Mutex<Option<io::Error>>>,
}

impl Said {
    fn error(&self) -> MutexGuard<'_, Option<io::Error>> {
        self.error.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why writing failed: what the system said, or else the writer of the format.
    fn reason(&self, writer: &dyn std::fmt::Display) -> BatchFailed {
        let error = self.error().take().unwrap_or_else(|| io::Error::other(writer.to_string()));
        failed(&self.path, error)
    }
}

/// A group of rows at a time: usual columns are encoded as they come, those of few words are put together in the end.
struct Parquet {
    file: SerializedFileWriter<Remembering>,
    groups: ArrowRowGroupWriterFactory,
    schema: SchemaRef,
    said: Said,
    columns: Vec<Encoded>,
    /// How many rows the group has so far.
    rows: usize,
}

/// A column of a group that is not written yet.
enum Encoded {
    /// Nothing so far; that the columns are nullable and of one leaf was looked at.
    Nothing,
    Words(Words),
    Usual(Vec<ArrowColumnWriter>),
}

impl Parquet {
    fn new(place: Remembering, said: Said, schema: SchemaRef) -> Result<Parquet, BatchFailed> {
        let open = || {
            let columns = ArrowSchemaConverter::new().convert(&schema)?;
            let mut properties = properties(&columns);
            add_encoded_arrow_schema_to_metadata(&schema, &mut properties);
            SerializedFileWriter::new(place, columns.root_schema_ptr(), Arc::new(properties))
        };
        let file = open().map_err(|error: ParquetError| said.reason(&error))?;
        let groups = ArrowRowGroupWriterFactory::new(&file, Arc::clone(&schema));
        Ok(Parquet { file, groups, schema, said, columns: Vec::new(), rows: 0 })
    }

    fn add(&mut self, rows: &RecordBatch) -> Result<(), ParquetError> {
        if self.rows == 0 {
            self.begin(rows)?;
        }
        // Where there are too many words, what there is makes a group of its own.
        let words = self.columns.iter_mut().zip(rows.columns());
        let fit = words.fold(true, |fit, (column, array)| match column {
            Encoded::Words(words) => fit & words.fits(array),
            Encoded::Nothing | Encoded::Usual(_) => fit,
        });
        if !fit && self.rows > 0 {
            self.flush()?;
            self.begin(rows)?;
        }
        for (place, array) in rows.columns().iter().enumerate() {
            let Some(column) = self.columns.get_mut(place) else { continue };
            if matches!(column, Encoded::Nothing) && array.null_count() < array.len() {
                let mut writers = usual(&self.groups, &self.schema, place)?;
                encode(self.schema.field(place), &new_null_array(array.data_type(), self.rows), &mut writers)?;
                *column = Encoded::Usual(writers);
            }
            match column {
                Encoded::Nothing => {}
                Encoded::Words(words) => words.add(array),
                Encoded::Usual(writers) => encode(self.schema.field(place), array, writers)?,
            }
        }
        self.rows += rows.num_rows();
        if self.rows >= GROUP { self.flush() } else { Ok(()) }
    }

    /// Begins a group, the first rows of which are these.
    fn begin(&mut self, rows: &RecordBatch) -> Result<(), ParquetError> {
        self.columns.clear();
        let mut writers = self.groups.create_column_writers(0)?.into_iter();
        for (field, array) in self.schema.fields().iter().zip(rows.columns()) {
            let writers: Vec<ArrowColumnWriter> = writers.by_ref().take(leaves(field.data_type())).collect();
            let is_one = matches!(field.data_type(), DataType::Utf8);
            self.columns.push(match Words::of(array) {
                Some(words) => Encoded::Words(words),
                None if is_one && field.is_nullable() && array.null_count() == array.len() => Encoded::Nothing,
                None => Encoded::Usual(writers),
            });
        }
        Ok(())
    }

    /// Writes the group.
    fn flush(&mut self) -> Result<(), ParquetError> {
        let leaves = self.file.schema_descr().columns().to_vec();
        let mut leaves = leaves.iter();
        let mut group = self.file.next_row_group()?;
        for column in self.columns.drain(..) {
            match column {
                Encoded::Usual(writers) => {
                    for writer in writers {
                        leaves.next();
                        writer.close()?.append_to_row_group(&mut group)?;
                    }
                }
                Encoded::Nothing | Encoded::Words(_) => {
                    let Some(leaf) = leaves.next() else { continue };
                    let (bytes, closed) = match column {
                        Encoded::Words(words) => words.finish(leaf)?,
                        _ => words::nothing(leaf, self.rows)?,
                    };
                    group.append_column(&bytes, closed)?;
                }
            }
        }
        self.rows = 0;
        group.close().map(drop)
    }
}

/// How columns are encoded. Numbers are told by how they differ from those before, which takes neither a table of those that there
/// were nor much room; what is written in more bytes, as it is.
fn properties(columns: &SchemaDescriptor) -> WriterProperties {
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true)
        .set_created_by(concat!("dealdesk ", env!("CARGO_PKG_VERSION")).to_owned());
    let each = |properties: WriterPropertiesBuilder, column: &ColumnDescPtr| match column.physical_type() {
        Type::INT32 | Type::INT64 => properties
            .set_column_dictionary_enabled(column.path().clone(), false)
            .set_column_encoding(column.path().clone(), Encoding::DELTA_BINARY_PACKED),
        Type::FIXED_LEN_BYTE_ARRAY => properties.set_column_dictionary_enabled(column.path().clone(), false),
        _ => properties,
    };
    columns.columns().iter().fold(properties, each).build()
}

/// What writes the leaves of a column.
fn usual(
    groups: &ArrowRowGroupWriterFactory,
    schema: &SchemaRef,
    place: usize,
) -> Result<Vec<ArrowColumnWriter>, ParquetError> {
    let leaves = |fields: &[FieldRef]| fields.iter().map(|field| leaves(field.data_type())).sum::<usize>();
    let fields = schema.fields();
    let before = leaves(fields.get(..place).unwrap_or_default());
    let own = leaves(fields.get(place..=place).unwrap_or_default());
    Ok(groups.create_column_writers(0)?.into_iter().skip(before).take(own).collect())
}

/// How many columns of Parquet a column of Arrow takes up.
fn leaves(data: &DataType) -> usize {
    match data {
        DataType::Struct(fields) => fields.iter().map(|field| leaves(field.data_type())).sum(),
        DataType::List(of)
        | DataType::LargeList(of)
        | DataType::ListView(of)
        | DataType::LargeListView(of)
        | DataType::FixedSizeList(of, _)
        | DataType::Map(of, _) => leaves(of.data_type()),
        _ => 1,
    }
}

fn encode(field: &Field, array: &ArrayRef, writers: &mut [ArrowColumnWriter]) -> Result<(), ParquetError> {
    compute_leaves(field, array)?.iter().zip(writers).try_for_each(|(leaf, writer)| writer.write(leaf))
}

impl Writer for Parquet {
    fn write(&mut self, rows: RecordBatch) -> Result<(), BatchFailed> {
        if rows.num_rows() == 0 {
            return Ok(());
        }
        self.add(&rows).map_err(|error| self.said.reason(&error))
    }

    fn finish(mut self: Box<Self>) -> Result<Place, BatchFailed> {
        let finished = if self.rows > 0 { self.flush() } else { Ok(()) };
        let Parquet { file, said, .. } = *self;
        let written = finished.and_then(|()| file.into_inner());
        written.map(|written| written.place).map_err(|error| said.reason(&error))
    }
}

struct Arrow {
    writer: FileWriter<Remembering>,
    said: Said,
    schema: SchemaRef,
    /// Rows that do not make a batch yet.
    held: Vec<RecordBatch>,
    rows: usize,
}

impl Arrow {
    fn new(place: Remembering, said: Said, schema: SchemaRef) -> Result<Arrow, BatchFailed> {
        let writer = FileWriter::try_new(place, &schema).map_err(|error| said.reason(&error))?;
        Ok(Arrow { writer, said, schema, held: Vec::new(), rows: 0 })
    }

    fn flush(&mut self) -> Result<(), BatchFailed> {
        if self.rows == 0 {
            return Ok(());
        }
        let written = concat_batches(&self.schema, &self.held).and_then(|rows| self.writer.write(&rows));
        self.held.clear();
        self.rows = 0;
        written.map_err(|error| self.said.reason(&error))
    }
}

impl Writer for Arrow {
    fn write(&mut self, rows: RecordBatch) -> Result<(), BatchFailed> {
        self.rows += rows.num_rows();
        self.held.push(rows);
        if self.rows >= GROUP { self.flush() } else { Ok(()) }
    }

    fn finish(mut self: Box<Self>) -> Result<Place, BatchFailed> {
        self.flush()?;
        let said = self.said;
        self.writer.into_inner().map(|written| written.place).map_err(|error| said.reason(&error))
    }
}
