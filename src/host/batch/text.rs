//! CSV and JSON Lines.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use super::output::{Files, with_way_out};
use super::pipeline::{self, Source, Work};
use super::{Batch, BatchFailed, BatchFormat, BatchWatch};
use crate::base::{SourceFile, Sources, decode};
use crate::batch::{Done, From, Plan, Tally, Worker};
use crate::diagnostic::{Code, Diagnostic};
use crate::engine::Memo;
use crate::facts::read::table::Header;
use crate::host::chunks::{Chunk, Chunks};
use crate::host::deal::STDIN;
use crate::host::read;
use crate::host::rows::not_text;
use crate::pack::Error;

/// So many answers about unknown facts are kept.
pub(super) const MEMORY: usize = 2_000;

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

/// What messages call the input.
pub(super) fn called(path: &Path) -> String {
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

/// Decides rows of text.
pub(super) fn run(batch: &Batch<'_>, plan: &Plan, watch: &mut dyn BatchWatch) -> Result<Tally, BatchFailed> {
    let shown = called(batch.input);
    let mut input = open(batch.input)?;
    let (from, head) = match batch.from {
        BatchFormat::Csv => {
            let (header, bytes) = header(&mut input, plan, &shown)?;
            (From::Table(Arc::new(header)), bytes)
        }
        _ => (From::Lines, Vec::new()),
    };
    let mut files = Files::create(
        batch,
        plan,
        #[cfg(feature = "columnar")]
        &|| crate::batch::columnar::schema_of_text(plan),
        &head,
        watch,
    )?;
    let memo = Memo::of_size(&plan.policy, MEMORY);
    let worker = |_| Decider { worker: Worker::new(plan, &memo, &shown, from.clone()), fail_fast: batch.fail_fast };
    let workers = (0..batch.threads.max(1)).map(worker).collect();
    pipeline::run(input, workers, &mut files)?;
    files.finish()
}
