//! Files of deals in, files of decisions out: `dealdesk batch`.
//!
//! Each format is a file of its own here. It says how its input is read in pieces ([`pipeline::Source`]), what decides a piece
//! ([`pipeline::Work`]) and how what comes of it is written ([`pipeline::Sink`]); threads, order and bounds are those
//! of [`pipeline::run`] for all of them.

#[cfg(feature = "columnar")]
mod columns;
mod output;
mod pipeline;
mod text;

use std::path::Path;

use super::deal::STDIN;
use super::read;
use super::write::real_path;
use crate::base::did_you_mean;
use crate::batch::{Plan, Rejected, Tally, To};
use crate::diagnostic::{Code, Diagnostic};
use crate::pack::Error;

/// How a file of many deals or decisions is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchFormat {
    /// Cells with commas between them.
    Csv,
    /// An object of JSON on each line.
    JsonLines,
    /// Columns of Apache Parquet.
    Parquet,
    /// Record batches of Apache Arrow, as a file (or, where it is read, as a stream).
    Arrow,
}

impl BatchFormat {
    /// The endings of files, each with its format.
    pub const ENDINGS: &[(&str, BatchFormat)] = &[
        ("csv", BatchFormat::Csv),
        ("jsonl", BatchFormat::JsonLines),
        ("ndjson", BatchFormat::JsonLines),
        ("parquet", BatchFormat::Parquet),
        ("arrow", BatchFormat::Arrow),
        ("feather", BatchFormat::Arrow),
        ("ipc", BatchFormat::Arrow),
    ];

    /// The format that the ending of a name tells.
    pub fn of(path: &Path) -> Option<BatchFormat> {
        let ending = path.extension()?.to_string_lossy().to_lowercase();
        BatchFormat::ENDINGS.iter().find(|(known, _)| *known == ending).map(|(_, format)| *format)
    }

    /// How rows of the output are written. `None` for formats that this build leaves out: those of columns, without the Cargo
    /// feature `columnar`.
    pub fn to(self) -> Option<To> {
        match self {
            BatchFormat::Csv => Some(To::Table),
            BatchFormat::JsonLines => Some(To::Lines),
            #[cfg(feature = "columnar")]
            BatchFormat::Parquet | BatchFormat::Arrow => Some(To::Columns),
            #[cfg(not(feature = "columnar"))]
            BatchFormat::Parquet | BatchFormat::Arrow => None,
        }
    }
}

/// What is read, and where what comes of it goes.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    /// The deals; `-` is standard input.
    pub input: &'a Path,
    /// How they are written.
    pub from: BatchFormat,
    /// Where the decisions go; `-` is standard output.
    pub output: &'a Path,
    /// How they are written.
    pub to: BatchFormat,
    /// Where rows go that cannot be read.
    pub rejects: Option<&'a Path>,
    /// On how many threads.
    pub threads: usize,
    /// End at the first row that cannot be read.
    pub fail_fast: bool,
}

/// Who is told how it goes.
pub trait BatchWatch: Send {
    /// A row cannot be read; of very many rows in a row only the first are told.
    fn rejected(&mut self, rejected: &Rejected);

    /// So many bytes of the input are read, and so many of its rows decided or rejected.
    fn progress(&mut self, bytes: u64, rows: u64);
}

/// Why there is no output.
#[derive(Debug)]
pub enum BatchFailed {
    /// The input cannot be read, or its first row is wrong.
    Input(Error),
    /// A file cannot be written.
    Output {
        /// Which.
        path: String,
        /// What the system says.
        error: std::io::Error,
    },
    /// A row cannot be read, and nothing was to follow that. It was told.
    Rejected,
    /// Nobody reads the output any more.
    Closed,
}

impl From<Box<Diagnostic>> for BatchFailed {
    fn from(problem: Box<Diagnostic>) -> BatchFailed {
        BatchFailed::Input(Error::new(vec![*problem], crate::base::Sources::new()))
    }
}

/// The format of a file of many deals or decisions, by its ending unless it is given.
///
/// # Errors
///
/// A diagnostic where neither tells it; `option` is what would.
pub fn batch_format(path: &Path, given: Option<BatchFormat>, option: &str) -> Result<BatchFormat, Box<Diagnostic>> {
    let shown = read::called(path);
    match given.or_else(|| BatchFormat::of(path)) {
        Some(format) if format.to().is_some() => return Ok(format),
        Some(_) => {
            let message = format!("this `dealdesk` is built without Parquet and Arrow: `{shown}`");
            let problem = Diagnostic::placeless(Code::UnknownFormat, message);
            return Err(Box::new(problem.help("build it with them: `cargo install --path . --features columnar`")));
        }
        None => {}
    }
    let message = match path.extension().map(|ending| ending.to_string_lossy().to_lowercase()) {
        _ if path.as_os_str() == STDIN => format!("`-` has no ending that tells its format: name it with `{option}`"),
        Some(ending) => format!("`.{ending}` is no ending of a file of many deals: `{shown}`"),
        None => format!("`{shown}` has no ending that tells its format"),
    };
    let problem = Diagnostic::placeless(Code::UnknownFormat, message);
    let endings: Vec<&str> = BatchFormat::ENDINGS.iter().map(|(ending, _)| *ending).collect();
    let near = path.extension().and_then(|ending| did_you_mean(ending.to_str()?, endings.iter().copied()));
    let problem = match near {
        Some("jsonl") => problem.help("JSON Lines, with one deal on each line, ends in `.jsonl`"),
        _ => problem,
    };
    Err(Box::new(
        problem.help(format!("files end in `.{}`; or name the format with `{option}`", endings.join("`, `."))),
    ))
}

/// How many bytes a file has; `None` for anything else, such as a pipe.
pub fn file_size(path: &Path) -> Option<u64> {
    let meta = std::fs::metadata(path).ok()?;
    meta.is_file().then_some(meta.len())
}

/// Whether two paths name one file.
pub fn is_one_file(one: &Path, other: &Path) -> bool {
    let is_file =
        |path: &Path| path.as_os_str() != STDIN && std::fs::metadata(path).map_or(true, |meta| meta.is_file());
    is_file(one) && is_file(other) && real_path(one) == real_path(other)
}

/// Decides every row of the input, and writes what they come to. The files that are written take their places when all is done;
/// where it fails, what stood there before is as it was.
///
/// # Errors
///
/// [`BatchFailed`].
pub fn batch(batch: &Batch<'_>, plan: &Plan, watch: &mut dyn BatchWatch) -> Result<Tally, BatchFailed> {
    match batch.from {
        #[cfg(feature = "columnar")]
        BatchFormat::Parquet | BatchFormat::Arrow => columns::run(batch, plan, watch),
        _ => text::run(batch, plan, watch),
    }
}
