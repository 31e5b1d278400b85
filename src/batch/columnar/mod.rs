//! Record batches in, record batches out.
//!
//! A [`Decider`] takes record batches of [Apache Arrow](https://docs.rs/arrow-array) whose columns give facts, and makes record
//! batches of what the deals come to; `docs/columns.md` has the types and an example.

mod cells;
mod rows;
mod shape;
mod text;
mod values;

use std::ops::Range;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch, StructArray, UInt32Array};
use arrow_schema::{ArrowError, Field, Schema as ArrowSchema, SchemaRef};

use super::worker::Writer;
use super::{Done, Plan, Worker};
use crate::diagnostic::Diagnostic;
use crate::engine::Memo;
use crate::program::Lane;
use crate::program::columns::{Columns, ROWS};
use cells::Column;
use shape::Named;

pub(super) use rows::Rows;

/// The columns of what is written as record batches, where the input is text.
pub fn schema_of_text(plan: &Plan) -> SchemaRef {
    let kept = plan.keep.iter().map(|name| rows::kept(name));
    schema(plan, kept)
}

fn schema(plan: &Plan, kept: impl Iterator<Item = Field>) -> SchemaRef {
    let line = plan.numbered().then(rows::line);
    let fields: Vec<Field> = line.into_iter().chain(kept).chain(rows::fields(plan)).collect();
    Arc::new(ArrowSchema::new(fields))
}

/// Decides the rows of record batches, one after the other. Each thread has its own.
pub struct Decider<'p> {
    worker: Worker<'p>,
    named: Vec<Named>,
    /// The columns as cells, where each gives one fact; and which rows take a closer look.
    quick: Option<(Vec<Column>, Vec<bool>)>,
    /// What decides many of them at once.
    chunk: Option<Columns>,
    /// Where the columns stand that are kept as they are.
    kept: Vec<Vec<usize>>,
    schema: SchemaRef,
    /// Which rows of the batch at hand the chunk holds, and which of those are settled by it.
    ran: Range<usize>,
    settled: Vec<bool>,
    /// A row as text.
    line: String,
}

impl<'p> Decider<'p> {
    /// One for record batches with these columns, of an input that messages call `shown`.
    ///
    /// # Errors
    ///
    /// Every column that is no fact, that gives one twice, or whose type cannot say what the fact may be.
    pub fn new(
        plan: &'p Plan,
        memo: &'p Memo<'p>,
        shown: &'p str,
        columns: &ArrowSchema,
    ) -> Result<Decider<'p>, Vec<Diagnostic>> {
        let named = shape::columns(plan, shown, columns.fields())?;
        let kept: Vec<Vec<usize>> = plan.keep.iter().filter_map(|name| path(name, columns)).collect();
        let fields = plan.keep.iter().zip(&kept).filter_map(|(name, path)| {
            let field = field(columns, path)?;
            Some(Field::new(name, field.data_type().clone(), true))
        });
        let schema = schema(plan, fields);
        let worker = Worker::of_columns(plan, memo, shown);
        let quick = plan.program.as_ref().filter(|_| !plan.reasons).and_then(|program| cells::columns(program, &named));
        let quick = quick.map(|columns| (columns, Vec::new()));
        let chunk = plan.program.as_ref().zip(quick.as_ref()).and_then(|(program, (columns, _))| {
            let mut chunk = match plan.strict {
                true => Columns::strict(Arc::clone(program)),
                false => Columns::new(Arc::clone(program)),
            };
            chunk.set_as_of(plan.as_of);
            let can_settle = !plan.to.is_text() && chunk.can_settle(columns.iter().map(|column| &column.lane));
            can_settle.then_some(chunk)
        });
        Ok(Decider { worker, named, quick, chunk, kept, schema, ran: 0..0, settled: Vec::new(), line: String::new() })
    }

    /// The columns of what [`Decider::decide`] makes.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Decides the rows of a record batch, the first of which is the row `first` of the input, in place of what `done` held.
    /// With `fail_fast` it ends at the first that cannot be read.
    ///
    /// # Errors
    ///
    /// A batch that has other columns than were announced.
    pub fn decide(
        &mut self,
        batch: &RecordBatch,
        first: usize,
        fail_fast: bool,
        done: &mut Done,
    ) -> Result<(), ArrowError> {
        self.worker.begin(done);
        let rows = batch.num_rows();
        if let Some((columns, odd)) = &mut self.quick {
            odd.clear();
            odd.resize(rows, false);
            columns.iter_mut().for_each(|column| column.fill(batch.columns(), rows, odd));
            self.ran = 0..0;
        }
        let mut row = 0;
        while row < rows {
            let many = self.many(row, first, done);
            row += many;
            if many > 0 || row == rows {
                continue;
            }
            if !self.one(batch, row, first, done) && fail_fast {
                break;
            }
            row += 1;
        }
        if let Writer::Columns(written) = &mut self.worker.writer {
            let kept: Vec<ArrayRef> = self.kept.iter().filter_map(|path| at(batch.columns(), path)).collect();
            let kept = if written.lines().len() == rows {
                kept
            } else {
                let taken = written.lines().iter().map(|line| (*line as usize - first) as u32);
                let taken: UInt32Array = taken.collect::<Vec<u32>>().into();
                kept.iter().map(|array| arrow_select::take::take(array, &taken, None)).collect::<Result<_, _>>()?
            };
            done.columns = Some(written.finish(&self.schema, kept)?);
        }
        Ok(())
    }

    /// Decides as many rows as can be decided at once from this one on, and says how many those were.
    fn many(&mut self, row: usize, first: usize, done: &mut Done) -> usize {
        let (Some(chunk), Some((columns, odd))) = (&mut self.chunk, &self.quick) else { return 0 };
        let (ran, settled) = (&mut self.ran, &mut self.settled);
        if !ran.contains(&row) {
            *ran = row..odd.len().min(row + ROWS);
            chunk.begin(ran.len());
            columns.iter().for_each(|column| column.give(ran.clone(), chunk));
            settled.resize(ran.len(), false);
            chunk.settle(settled);
            settled.iter_mut().zip(&odd[ran.clone()]).for_each(|(settled, odd)| *settled &= !odd);
        }
        let within = row - ran.start;
        let many = settled.iter().skip(within).take_while(|settled| **settled).count();
        let Writer::Columns(rows) = &mut self.worker.writer else { return 0 };
        let deals = within..within + many;
        match many > 0 && rows.chunk(first + row, (chunk, deals), &self.worker.outputs, &mut done.tally) {
            true => many,
            false => 0,
        }
    }

    /// Decides a row, and says whether it could be read.
    fn one(&mut self, batch: &RecordBatch, row: usize, first: usize, done: &mut Done) -> bool {
        if self.quick(row, first, done) {
            return true;
        }
        self.line.clear();
        text::row(&self.named, batch.columns(), row, &mut self.line);
        self.worker.row(self.line.as_bytes(), first + row, done)
    }

    /// Decides a row that is there in cells; says whether it was.
    fn quick(&mut self, row: usize, first: usize, done: &mut Done) -> bool {
        let Some((columns, odd)) = &self.quick else { return false };
        // What is kept as text is found in the row as text.
        let keeps_text = !self.kept.is_empty() && !matches!(self.worker.writer, Writer::Columns(_));
        if odd.get(row).copied().unwrap_or(true) || keeps_text {
            return false;
        }
        let Some(evaluator) = self.worker.evaluator() else { return false };
        evaluator.clear();
        for column in columns {
            match &column.texts {
                None => evaluator.put_lane(&column.lane, column.cells.get(row).copied().unwrap_or(Lane::UNSAID)),
                Some(texts) => match text::word(texts, row) {
                    Some(text) => evaluator.put_lane_text(&column.lane, text),
                    None => evaluator.put_lane(&column.lane, column.lane.null()),
                },
            }
        }
        self.worker.decide_loaded(first + row, done);
        true
    }
}

/// The column of this name, or the field of a struct.
fn path(name: &str, columns: &ArrowSchema) -> Option<Vec<usize>> {
    fn within(name: &str, fields: &arrow_schema::Fields) -> Option<Vec<usize>> {
        if let Some((place, _)) = fields.find(name) {
            return Some(vec![place]);
        }
        name.match_indices('.').find_map(|(dot, _)| {
            let (place, field) = fields.find(&name[..dot])?;
            let arrow_schema::DataType::Struct(inner) = field.data_type() else { return None };
            let rest = within(&name[dot + 1..], inner)?;
            Some([place].into_iter().chain(rest).collect())
        })
    }
    within(name, columns.fields())
}

fn field<'s>(columns: &'s ArrowSchema, path: &[usize]) -> Option<&'s Field> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(&**columns.fields().get(*first)?, |field, place| match field.data_type() {
        arrow_schema::DataType::Struct(inner) => inner.get(*place).map(|field| &**field),
        _ => None,
    })
}

/// The array there; what lies in a struct that is null is null.
fn at(columns: &[ArrayRef], path: &[usize]) -> Option<ArrayRef> {
    let (first, rest) = path.split_first()?;
    let array = columns.get(*first)?;
    if rest.is_empty() {
        return Some(Arc::clone(array));
    }
    let group: &StructArray = array.as_struct_opt()?;
    let inner = at(group.columns(), rest)?;
    match group.nulls() {
        None => Some(inner),
        Some(nulls) => {
            let both = arrow_buffer::NullBuffer::union(Some(nulls), inner.logical_nulls().as_ref());
            let data = inner.to_data().into_builder().nulls(both).build().ok()?;
            Some(arrow_array::make_array(data))
        }
    }
}
