//! What is written, and who is told how it goes.

use std::io;
use std::path::Path;

use super::pipeline::Sink;
use super::{Batch, BatchFailed, BatchWatch};
use crate::batch::{Columns, Done, Plan, Rejected, Tally, To, Worker};
use crate::diagnostic::{Code, Diagnostic};
use crate::host::read;
use crate::host::write::Place;

/// The files that are written, and who is told.
pub(super) struct Files<'w> {
    output: Output,
    #[cfg(feature = "columnar")]
    path: std::path::PathBuf,
    rejects: Option<Place>,
    tally: Tally,
    fail_fast: bool,
    watch: &'w mut dyn BatchWatch,
}

/// Where the decisions go.
enum Output {
    Text(Place),
    #[cfg(feature = "columnar")]
    Columns(Box<dyn super::columns::Writer>),
}

impl<'w> Files<'w> {
    /// Creates the files. What is rejected begins with `head`.
    pub(super) fn create(
        batch: &Batch<'_>,
        plan: &Plan,
        #[cfg(feature = "columnar")] schema: &dyn Fn() -> arrow_schema::SchemaRef,
        head: &[u8],
        watch: &'w mut dyn BatchWatch,
    ) -> Result<Files<'w>, BatchFailed> {
        let columns = Columns::of(plan).map_err(|clash| {
            let message = format!("the output would have two columns `{}`", clash.0);
            let problem = Diagnostic::placeless(Code::DuplicateName, message);
            Box::new(problem.help("leave one of them out, with `--keep` and `--select`"))
        })?;
        let mut place = create(batch.output)?;
        let output = match plan.to {
            To::Lines | To::Table => {
                write(&mut place, &Worker::head(plan, &columns))?;
                Output::Text(place)
            }
            #[cfg(feature = "columnar")]
            To::Columns => Output::Columns(super::columns::writer(batch.to, place, schema())?),
        };
        let mut rejects = batch.rejects.map(create).transpose()?;
        if let Some(rejects) = &mut rejects {
            write(rejects, head)?;
        }
        let tally = Tally::new(&plan.policy, &plan.decisions);
        #[cfg(feature = "columnar")]
        let path = batch.output.to_owned();
        Ok(Files {
            output,
            #[cfg(feature = "columnar")]
            path,
            rejects,
            tally,
            fail_fast: batch.fail_fast,
            watch,
        })
    }

    /// Everything is written: the files take their places, that of the decisions last, as it says that all is done.
    pub(super) fn finish(self) -> Result<Tally, BatchFailed> {
        self.rejects.map(finish).transpose()?;
        match self.output {
            Output::Text(place) => finish(place)?,
            #[cfg(feature = "columnar")]
            Output::Columns(writer) => finish(writer.finish()?)?,
        }
        Ok(self.tally)
    }
}

impl Sink for Files<'_> {
    type Done = Done;

    fn take(&mut self, done: &mut Done, read: u64) -> Result<(), BatchFailed> {
        for rejected in &done.rejected {
            let problems = rejected.problems.iter().cloned().map(with_way_out).collect();
            self.watch.rejected(&Rejected { problems, sources: rejected.sources.clone() });
        }
        self.tally.add(&done.tally);
        if self.fail_fast && done.tally.rejected > 0 {
            return Err(BatchFailed::Rejected);
        }
        match &mut self.output {
            Output::Text(place) => write(place, &done.text)?,
            #[cfg(feature = "columnar")]
            Output::Columns(writer) => match done.columns.take() {
                Some(rows) => writer.write(rows)?,
                None => return Err(failed(&self.path, io::Error::other("its columns do not fit together"))),
            },
        }
        if let Some(rejects) = &mut self.rejects {
            write(rejects, &done.rejects)?;
        }
        self.watch.progress(read, self.tally.decided + self.tally.rejected);
        Ok(())
    }
}

/// Creates a file that takes its place when it is finished.
fn create(path: &Path) -> Result<Place, BatchFailed> {
    Place::new(path).map_err(|error| BatchFailed::Output { path: read::called(path), error })
}

fn write(place: &mut Place, bytes: &[u8]) -> Result<(), BatchFailed> {
    place.write(bytes).map_err(|error| failed(place.path(), error))
}

/// Why something could not be written there.
pub(super) fn failed(path: &Path, error: io::Error) -> BatchFailed {
    match error.kind() {
        io::ErrorKind::BrokenPipe => BatchFailed::Closed,
        _ => BatchFailed::Output { path: read::called(path), error },
    }
}

fn finish(place: Place) -> Result<(), BatchFailed> {
    let path = place.path().to_owned();
    place.finish().map_err(|error| failed(&path, error))
}

/// A name that is no fact may be meant for people.
pub(super) fn with_way_out(problem: Diagnostic) -> Diagnostic {
    if problem.code != Code::DealName || !problem.message.starts_with("no fact is called") {
        return problem;
    }
    problem.help("what is no fact goes into the output with `--keep NAME`, and is passed over with `--ignore NAME`")
}
