//! Parquet and Arrow: columns instead of rows.

mod read;
mod words;
mod write;

use arrow_array::RecordBatch;

use super::output::{Files, with_way_out};
use super::pipeline::{self, Source, Work};
use super::text::{MEMORY, called};
use super::{Batch, BatchFailed, BatchWatch};
use crate::batch::columnar::Decider;
use crate::batch::{Done, Plan, Tally};
use crate::diagnostic::Diagnostic;
use crate::engine::Memo;
use crate::pack::Error;
use read::Input;

pub(super) use write::{Writer, writer};

/// Some rows of the input, in its order.
#[derive(Default)]
pub(super) struct Piece {
    batch: Option<RecordBatch>,
    /// The number of the first of them, from 1.
    first: usize,
}

impl Source for Input {
    type Piece = Piece;

    fn fill(&mut self, piece: &mut Piece) -> Result<bool, Box<Diagnostic>> {
        piece.first = self.given() + 1;
        piece.batch = self.next()?;
        Ok(piece.batch.is_some())
    }

    fn read(&self) -> u64 {
        self.bytes()
    }
}

struct Columns<'p> {
    decider: Decider<'p>,
    fail_fast: bool,
}

impl Work for Columns<'_> {
    type Piece = Piece;
    type Done = Done;

    fn work(&mut self, piece: &Piece, done: &mut Done) {
        if let Some(batch) = &piece.batch {
            // Without columns there is nothing to write, and that is told.
            let _ = self.decider.decide(batch, piece.first, self.fail_fast, done);
        }
    }
}

/// Decides rows of columns.
pub(super) fn run(batch: &Batch<'_>, plan: &Plan, watch: &mut dyn BatchWatch) -> Result<Tally, BatchFailed> {
    let shown = called(batch.input);
    let input = Input::open(batch.input, batch.from, plan)?;
    let memo = Memo::of_size(&plan.policy, MEMORY);
    let decider = || {
        Decider::new(plan, &memo, &shown, input.schema()).map_err(|problems| {
            let problems = problems.into_iter().map(with_way_out).collect();
            BatchFailed::Input(Error::new(problems, plan.sources.clone()))
        })
    };
    let first = decider()?;
    let schema = first.schema().clone();
    let mut deciders = vec![first];
    for _ in 1..batch.threads {
        deciders.push(decider()?);
    }
    let mut files = Files::create(batch, plan, &|| schema.clone(), &[], watch)?;
    let workers = deciders.into_iter().map(|decider| Columns { decider, fail_fast: batch.fail_fast }).collect();
    pipeline::run(input, workers, &mut files)?;
    files.finish()
}
