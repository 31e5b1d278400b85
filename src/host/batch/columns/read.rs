//! Files of columns, some rows at a time.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_schema::{ArrowError, DataType, FieldRef, Fields, Schema as ArrowSchema, SchemaRef};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::errors::ParquetError;

use super::super::BatchFormat;
use super::super::text::called;
use crate::batch::Plan;
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::TypeKind;
use crate::host::deal::STDIN;
use crate::host::guard::guarded;
use crate::host::read::{cannot_open, cannot_read};

/// So many rows are decided at once: few enough to stay in the cache of a processor.
const ROWS: usize = 8_192;

/// How an Arrow file begins; a stream does not.
const ARROW: &[u8] = b"ARROW1";

/// A file of columns.
pub(in crate::host::batch) struct Input {
    batches: Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>> + Send>,
    schema: SchemaRef,
    shown: String,
    /// What was read and is given in several parts.
    held: Option<RecordBatch>,
    /// How many rows were given.
    given: usize,
    /// How many bytes were read, where that is counted.
    bytes: Arc<AtomicU64>,
    /// How many rows there are and how many bytes they take up, where it is known before they are read.
    size: Option<(u64, u64)>,
}

/// A file that counts how much is read.
struct Counted<R> {
    reader: R,
    bytes: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.bytes.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

impl<R: Seek> Seek for Counted<R> {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        self.reader.seek(to)
    }
}

impl Input {
    /// Opens a file, as far as its columns are known.
    pub(super) fn open(path: &Path, format: BatchFormat, plan: &Plan) -> Result<Input, Box<Diagnostic>> {
        let shown = called(path);
        if format == BatchFormat::Parquet {
            return Input::parquet(path, shown, plan);
        }
        let bytes = Arc::new(AtomicU64::new(0));
        if path.as_os_str() == STDIN {
            return Input::stream(io::stdin(), Vec::new(), shown, bytes);
        }
        let file = File::open(path).map_err(|error| cannot_open(path, &shown, &error))?;
        let meta = file.metadata().map_err(|error| cannot_read(&shown, &error))?;
        if meta.is_dir() {
            return Err(folder(&shown));
        }
        let mut file = Counted { reader: file, bytes: Arc::clone(&bytes) };
        let mut head = Vec::new();
        (&mut file).take(ARROW.len() as u64).read_to_end(&mut head).map_err(|error| cannot_read(&shown, &error))?;
        if meta.is_file() && head == ARROW {
            let wrong = |error: ArrowError| not_readable(&shown, "Arrow file", &error);
            file.rewind().map_err(|error| cannot_read(&shown, &error))?;
            let reader = arrow(|| FileReader::try_new(BufReader::new(file), None)).map_err(wrong)?;
            let schema = reader.schema();
            return Ok(Input::of(Box::new(reader), schema, shown, bytes));
        }
        Input::stream(file, head, shown, bytes)
    }

    /// What is read from its beginning to its end. Within an Arrow file there is a stream.
    fn stream(
        mut reader: impl Read + Send + 'static,
        mut head: Vec<u8>,
        shown: String,
        bytes: Arc<AtomicU64>,
    ) -> Result<Input, Box<Diagnostic>> {
        const PADDED: usize = 8;
        let more = (PADDED - head.len().min(PADDED)) as u64;
        (&mut reader).take(more).read_to_end(&mut head).map_err(|error| cannot_read(&shown, &error))?;
        if head.starts_with(ARROW) {
            head.clear();
        }
        let reader = BufReader::new(io::Cursor::new(head).chain(reader));
        let reader = arrow(|| StreamReader::try_new(reader, None))
            .map_err(|error| not_readable(&shown, "Arrow file or stream", &error))?;
        let schema = reader.schema();
        Ok(Input::of(Box::new(reader), schema, shown, bytes))
    }

    fn parquet(path: &Path, shown: String, plan: &Plan) -> Result<Input, Box<Diagnostic>> {
        let named = |message: String| Box::new(Diagnostic::placeless(Code::UnreadableFile, message));
        if path.as_os_str() == STDIN {
            let problem = named("Parquet cannot be read from standard input".to_owned());
            return Err(Box::new(problem.help("its end is read first: name a file")));
        }
        let file = File::open(path).map_err(|error| cannot_open(path, &shown, &error))?;
        let meta = file.metadata().map_err(|error| cannot_read(&shown, &error))?;
        if meta.is_dir() {
            return Err(folder(&shown));
        }
        if !meta.is_file() {
            let problem = named(format!("`{shown}` is not a regular file"));
            return Err(Box::new(problem.help("the end of Parquet is read first: name a file")));
        }
        let wrong = |error: ParquetError| not_readable(&shown, "Parquet file", &error);
        let (rows, reader) = parquet(|| {
            let found = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new())?;
            let rows = u64::try_from(found.metadata().file_metadata().num_rows()).unwrap_or(0);
            // Names of variants are looked up once for each of the few that a page has, if they come as a dictionary.
            let columns = ArrowSchema::new(in_dictionaries(found.schema().fields(), "", plan));
            let options = ArrowReaderOptions::new().with_schema(Arc::new(columns));
            let meta = ArrowReaderMetadata::try_new(Arc::clone(found.metadata()), options).unwrap_or(found);
            let is_needed = |field: &FieldRef| !is_ignored(field.name(), plan);
            let needed = meta.schema().fields().iter().enumerate().filter(|(_, field)| is_needed(field));
            let needed = ProjectionMask::roots(meta.parquet_schema(), needed.map(|(place, _)| place));
            let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, meta);
            Ok((rows, builder.with_projection(needed).with_batch_size(ROWS).build()?))
        })
        .map_err(wrong)?;
        let schema = reader.schema();
        let input = Input::of(Box::new(reader), schema, shown, Arc::default());
        Ok(Input { size: Some((rows, meta.len())), ..input })
    }

    fn of(
        batches: Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>> + Send>,
        schema: SchemaRef,
        shown: String,
        bytes: Arc<AtomicU64>,
    ) -> Input {
        Input { batches, schema, shown, held: None, given: 0, bytes, size: None }
    }

    /// Its columns.
    pub(super) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// How many rows were given.
    pub(super) fn given(&self) -> usize {
        self.given
    }

    /// How many bytes were read, or about so many.
    pub(super) fn bytes(&self) -> u64 {
        match self.size {
            Some((rows, bytes)) => {
                let read = u128::from(bytes) * self.given as u128 / u128::from(rows.max(1));
                u64::try_from(read).unwrap_or(u64::MAX).min(bytes)
            }
            None => self.bytes.load(Ordering::Relaxed),
        }
    }

    /// The next rows.
    pub(super) fn next(&mut self) -> Result<Option<RecordBatch>, Box<Diagnostic>> {
        let batch = loop {
            let next = match self.held.take() {
                Some(held) => Some(Ok(held)),
                None => arrow(|| self.batches.next().transpose()).transpose(),
            };
            match next {
                None => return Ok(None),
                Some(Ok(batch)) if batch.num_rows() == 0 => {}
                Some(Ok(batch)) => break batch,
                Some(Err(error)) => return Err(self.damaged(&error)),
            }
        };
        let rows = batch.num_rows().min(ROWS);
        if rows < batch.num_rows() {
            self.held = Some(batch.slice(rows, batch.num_rows() - rows));
        }
        self.given += rows;
        Ok(Some(batch.slice(0, rows)))
    }

    fn damaged(&self, error: &ArrowError) -> Box<Diagnostic> {
        let behind = match self.given {
            0 => "from its first row on".to_owned(),
            given => format!("behind its row {given}"),
        };
        let message = format!("`{}` cannot be read {behind}", self.shown);
        Box::new(Diagnostic::placeless(Code::UnreadableFile, message).help(said(error)))
    }
}

/// Whether a column is passed over.
fn is_ignored(name: &str, plan: &Plan) -> bool {
    let named = |names: &[String]| names.iter().any(|known| known == name);
    named(&plan.ignore) && !named(&plan.keep) && plan.policy.schema.fact_by_name(name).is_none()
}

/// The columns, with a dictionary for each that holds the names of variants and is not kept as it is.
fn in_dictionaries(columns: &Fields, prefix: &str, plan: &Plan) -> Fields {
    let schema = &plan.policy.schema;
    let one = |column: &FieldRef| {
        let name = format!("{prefix}{}", column.name());
        let fact = schema.fact_by_name(&name).map(|fact| &schema.facts[fact].ty.kind);
        let data = match (column.data_type(), fact) {
            (DataType::Struct(inner), None) => DataType::Struct(in_dictionaries(inner, &format!("{name}."), plan)),
            (data, Some(TypeKind::Variant(_))) if data.is_string() && !plan.keep.contains(&name) => {
                DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
            }
            (data, _) => data.clone(),
        };
        Arc::new(column.as_ref().clone().with_data_type(data))
    };
    columns.iter().map(one).collect()
}

/// What the reader of Arrow comes to, be it by a panic.
fn arrow<T>(read: impl FnOnce() -> Result<T, ArrowError>) -> Result<T, ArrowError> {
    guarded(read).unwrap_or_else(|said| Err(ArrowError::ParseError(said)))
}

/// What the reader of Parquet comes to, be it by a panic.
fn parquet<T>(read: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, ParquetError> {
    guarded(read).unwrap_or_else(|said| Err(ParquetError::General(said)))
}

fn folder(shown: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::placeless(Code::UnreadableFile, format!("`{shown}` is a folder, not a file of deals")))
}

fn not_readable(shown: &str, what: &str, error: &dyn std::fmt::Display) -> Box<Diagnostic> {
    let message = format!("`{shown}` is no {what} that can be read");
    Box::new(Diagnostic::placeless(Code::UnreadableFile, message).help(said(error)))
}

/// What the reader of a format says, on one line.
fn said(error: &dyn std::fmt::Display) -> String {
    const MOST: usize = 200;
    let text = error.to_string();
    let line: String = text.lines().next().unwrap_or_default().chars().filter(|c| !c.is_control()).take(MOST).collect();
    format!("its reader says: {line}")
}
