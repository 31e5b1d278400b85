//! CSV and JSON Lines.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use super::pipeline::{self, Sink, Source, Work};
use super::{Batch, BatchFailed, BatchFormat, BatchWatch};
use crate::base::{SourceFile, Sources, decode};
use crate::batch::{Columns, Done, From, Plan, Rejected, Tally, Worker};
use crate::diagnostic::{Code, Diagnostic};
use crate::engine::Memo;
use crate::facts::read::table::Header;
use crate::host::chunks::{Chunk, Chunks};
use crate::host::deal::STDIN;
use crate::host::read;
use crate::host::rows::not_text;
use crate::host::write::Place;
use crate::pack::Error;

/// So many answers about unknown facts are kept.
const MEMORY: usize = 2_000;

type Input = Chunks<Box<dyn Read + Send>>;

impl Source for Input {
    type Piece = Chunk;

    fn fill(&mut self, piece: &mut Chunk) -> Result<bool, Box<Diagnostic>> {
        Chunks::fill(self, piece)
    }

    fn read(&self) -> u64 {
        self.given()
    }
}

struct Decider<'p> {
    worker: Worker<'p>,
    fail_fast: bool,
}

impl Work for Decider<'_> {
    type Piece = Chunk;
    type Done = Done;

    fn work(&mut self, piece: &Chunk, done: &mut Done) {
        self.worker.decide(&piece.bytes, piece.line, self.fail_fast, done);
    }
}

/// The files that are written, and who is told.
struct Files<'w> {
    output: Place,
    rejects: Option<Place>,
    tally: Tally,
    fail_fast: bool,
    watch: &'w mut dyn BatchWatch,
}

impl Sink for Files<'_> {
    type Done = Done;

    fn take(&mut self, done: &Done, read: u64) -> Result<(), BatchFailed> {
        for rejected in &done.rejected {
            let problems = rejected.problems.iter().cloned().map(with_way_out).collect();
            self.watch.rejected(&Rejected { problems, sources: rejected.sources.clone() });
        }
        self.tally.add(&done.tally);
        if self.fail_fast && done.tally.rejected > 0 {
            return Err(BatchFailed::Rejected);
        }
        write(&mut self.output, &done.text)?;
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
    place.write(bytes).map_err(|error| failed(place, error))
}

fn failed(place: &Place, error: io::Error) -> BatchFailed {
    match error.kind() {
        io::ErrorKind::BrokenPipe => BatchFailed::Closed,
        _ => BatchFailed::Output { path: read::called(place.path()), error },
    }
}

fn finish(place: Place) -> Result<(), BatchFailed> {
    let path = read::called(place.path());
    place.finish().map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => BatchFailed::Closed,
        _ => BatchFailed::Output { path, error },
    })
}

/// What messages call the input.
fn called(path: &Path) -> String {
    if path.as_os_str() == STDIN { "<stdin>".to_owned() } else { read::called(path) }
}

fn open(path: &Path) -> Result<Input, Box<Diagnostic>> {
    let shown = called(path);
    if path.as_os_str() == STDIN {
        return Chunks::new(Box::new(io::stdin()), shown);
    }
    // Who names a pipe or a device knows what it gives.
    let file = File::open(path).map_err(|error| read::cannot_open(path, &shown, &error))?;
    if file.metadata().map_err(|error| read::cannot_read(&shown, &error))?.is_dir() {
        let message = format!("`{shown}` is a folder, not a file of deals");
        return Err(Box::new(Diagnostic::placeless(Code::UnreadableFile, message)));
    }
    Chunks::new(Box::new(file), shown)
}

/// What is read before the first row: what the columns mean. With the bytes of the header.
fn header(input: &mut Input, plan: &Plan, shown: &str) -> Result<(Header, Vec<u8>), BatchFailed> {
    let Some(row) = input.header()? else {
        let message = format!("`{shown}` is empty");
        let problem = Diagnostic::placeless(Code::UnreadableFile, message);
        return Err(Box::new(problem.help("the first line of a CSV file names its columns")).into());
    };
    let text = decode(row.bytes).map_err(|not| BatchFailed::Input(not_text(shown, row.line, &not)))?;
    let mut sources = plan.sources.clone();
    let file = SourceFile::piece(shown, text.as_str(), row.line);
    let id = sources.add(file.clone());
    let header = Header::read(&plan.policy.schema, id, &file, &plan.beside()).map_err(|problems| {
        BatchFailed::Input(Error::new(problems.into_iter().map(with_way_out).collect(), sources.clone()))
    })?;
    let missing = |name: &&String| !header.columns.iter().any(|column| column.name == **name);
    let absent: Vec<Diagnostic> =
        plan.keep.iter().filter(missing).map(|name| no_column(name, shown, &header)).collect();
    if !absent.is_empty() {
        return Err(BatchFailed::Input(Error::new(absent, Sources::new())));
    }
    input.separate(header.separator);
    let end = if text.ends_with('\n') { "" } else { "\n" };
    Ok((header, (text + end).into_bytes()))
}

fn no_column(name: &str, shown: &str, header: &Header) -> Diagnostic {
    let message = format!("`{shown}` has no column `{name}` to keep");
    let problem = Diagnostic::placeless(Code::DealName, message);
    let names: Vec<&str> = header.columns.iter().map(|column| column.name.as_str()).collect();
    match crate::base::did_you_mean(name, names.iter().copied()) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem.help(format!("its columns are {}", crate::facts::read::listed(&names, "and"))),
    }
}

/// A name that is no fact may be meant for people.
fn with_way_out(problem: Diagnostic) -> Diagnostic {
    if problem.code != Code::DealName || !problem.message.starts_with("no fact is called") {
        return problem;
    }
    problem.help("what is no fact goes into the output with `--keep NAME`, and is passed over with `--ignore NAME`")
}

/// Decides text as text.
pub(super) fn run(batch: &Batch<'_>, plan: &Plan, watch: &mut dyn BatchWatch) -> Result<Tally, BatchFailed> {
    let shown = called(batch.input);
    let mut input = open(batch.input)?;
    let (from, head) = match batch.from {
        BatchFormat::JsonLines => (From::Lines, Vec::new()),
        BatchFormat::Csv => {
            let (header, bytes) = header(&mut input, plan, &shown)?;
            (From::Table(Arc::new(header)), bytes)
        }
    };
    let columns = Columns::of(plan).map_err(|clash| {
        let message = format!("the output would have two columns `{}`", clash.0);
        let problem = Diagnostic::placeless(Code::DuplicateName, message);
        Box::new(problem.help("leave one of them out, with `--keep` and `--select`"))
    })?;
    let mut output = create(batch.output)?;
    write(&mut output, &Worker::head(plan, &columns))?;
    let mut rejects = batch.rejects.map(create).transpose()?;
    if let Some(rejects) = &mut rejects {
        write(rejects, &head)?;
    }
    let tally = Tally::new(&plan.policy, &plan.decisions);
    let mut files = Files { output, rejects, tally, fail_fast: batch.fail_fast, watch };
    let memo = Memo::of_size(&plan.policy, MEMORY);
    let worker = |_| Decider { worker: Worker::new(plan, &memo, &shown, from.clone()), fail_fast: batch.fail_fast };
    let workers = (0..batch.threads.max(1)).map(worker).collect();
    pipeline::run(input, workers, &mut files)?;
    finish(files.output)?;
    files.rejects.map(finish).transpose()?;
    Ok(files.tally)
}
