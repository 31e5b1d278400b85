//! Decisions as files of columns.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arrow_array::RecordBatch;
use arrow_ipc::writer::FileWriter;
use arrow_schema::SchemaRef;
use arrow_select::concat::concat_batches;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

use super::super::output::failed;
use super::super::{BatchFailed, BatchFormat};
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

struct Parquet {
    writer: ArrowWriter<Remembering>,
    said: Said,
}

impl Parquet {
    fn new(place: Remembering, said: Said, schema: SchemaRef) -> Result<Parquet, BatchFailed> {
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_row_count(Some(GROUP))
            .set_created_by(concat!("dealdesk ", env!("CARGO_PKG_VERSION")).to_owned())
            .build();
        let writer = ArrowWriter::try_new(place, schema, Some(properties)).map_err(|error| said.reason(&error))?;
        Ok(Parquet { writer, said })
    }
}

impl Writer for Parquet {
    fn write(&mut self, rows: RecordBatch) -> Result<(), BatchFailed> {
        self.writer.write(&rows).map_err(|error| self.said.reason(&error))
    }

    fn finish(self: Box<Self>) -> Result<Place, BatchFailed> {
        let said = self.said;
        self.writer.into_inner().map(|written| written.place).map_err(|error| said.reason(&error))
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
