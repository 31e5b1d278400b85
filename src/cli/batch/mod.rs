//! `dealdesk batch`: decides every row of a file.

mod summary;
mod watch;

use std::num::NonZero;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use jiff::civil::Date;

use super::Global;
use super::exit::{Exit, Failure};
use super::output::Output;
use crate::batch::Plan;
use crate::host::{self, Batch, BatchFailed, BatchFormat};
use watch::Watch;

/// Decide every deal of a large file, and write what they come to
#[derive(Args, Debug)]
#[command(after_help = "\
Each row of IN is a deal: a CSV file names facts by their paths in its first line (`client.kind`,
`instances[0].users`), a line of JSON Lines is an object as `dealdesk eval` reads it, and columns of
Parquet and Arrow are called as the facts. OUT has a row for each, in the same order, with the value
and the status of every decision.

Examples:
  dealdesk batch leads.csv -o decided.csv --keep id
  dealdesk batch leads.csv -o decided.jsonl --select discount --as-of 2026-03-01
  dealdesk batch leads.jsonl -o decided.csv --rejects rejected.jsonl
  dealdesk batch leads.parquet -o decided.parquet --keep id
  zcat leads.jsonl.gz | dealdesk batch - --from jsonl -o decided.jsonl

Exit codes:
  0  every row is decided, whatever it came to
  1  some rows cannot be read: they are told, and left out
  2  could not be done: there is no OUT, or the one that was there before")]
pub(super) struct Arguments {
    /// Deals, a row for each: CSV, JSON Lines, Parquet or Arrow, told by the ending; `-` is standard input
    #[arg(value_name = "IN", value_hint = clap::ValueHint::FilePath)]
    input: PathBuf,
    /// Where the decisions go, told by the ending; `-` is standard output
    #[arg(long, short, value_name = "OUT", value_hint = clap::ValueHint::FilePath)]
    output: PathBuf,
    /// The format of IN, whatever its name ends in
    #[arg(long, value_name = "FORMAT")]
    from: Option<Format>,
    /// The format of OUT, whatever its name ends in
    #[arg(long, value_name = "FORMAT")]
    to: Option<Format>,
    /// The date of the decisions, as YYYY-MM-DD [default: today]
    #[arg(long, value_name = "DATE", value_parser = super::deals::date)]
    as_of: Option<Date>,
    /// Take these decisions alone
    #[arg(long, value_name = "DECISION", value_delimiter = ',')]
    select: Vec<String>,
    /// Put what IN has under these names into OUT as it is, such as an id
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    keep: Vec<String>,
    /// Pass over what IN has under these names, which are no facts
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    ignore: Vec<String>,
    /// Leave presumed facts unknown
    #[arg(long)]
    strict: bool,
    /// Add the reasons of each decision
    #[arg(long)]
    trace: bool,
    /// On how many threads [default: one for each processor]
    #[arg(long, value_name = "N")]
    threads: Option<NonZero<usize>>,
    /// Write rows that cannot be read here, as they are
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    rejects: Option<PathBuf>,
    /// Stop at the first row that cannot be read, and write no OUT
    #[arg(long)]
    fail_fast: bool,
    /// How to show the summary
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: SummaryFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Cells with commas between them
    Csv,
    /// An object of JSON on each line
    Jsonl,
    /// Columns of Apache Parquet
    Parquet,
    /// Record batches of Apache Arrow
    Arrow,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum SummaryFormat {
    /// For people, on standard error
    Human,
    /// For programs, on standard output
    Json,
}

impl From<Format> for BatchFormat {
    fn from(format: Format) -> BatchFormat {
        match format {
            Format::Csv => BatchFormat::Csv,
            Format::Jsonl => BatchFormat::JsonLines,
            Format::Parquet => BatchFormat::Parquet,
            Format::Arrow => BatchFormat::Arrow,
        }
    }
}

pub(super) fn run(arguments: &Arguments, global: &Global, output: &mut Output) -> Result<Exit, Failure> {
    let problem = |problem: Box<crate::diagnostic::Diagnostic>| Failure::from(one(*problem));
    let from = host::batch_format(&arguments.input, arguments.from.map(Into::into), "--from").map_err(problem)?;
    let to = host::batch_format(&arguments.output, arguments.to.map(Into::into), "--to").map_err(problem)?;
    let to_stdout = arguments.output.as_os_str() == host::STDIN;
    if to_stdout && arguments.format == SummaryFormat::Json {
        return Err(Failure::message("standard output cannot hold both the decisions and the summary")
            .help("write the decisions into a file: `-o FILE`"));
    }
    keep_apart(arguments)?;
    let pack = super::load(global)?;
    let only = super::eval::only(&pack, &arguments.select)?;
    let as_of = arguments.as_of.unwrap_or_else(host::today);
    let mut plan = Plan::new(pack.policy(), pack.sources(), only.as_deref(), as_of);
    plan.strict = arguments.strict;
    plan.reasons = arguments.trace;
    plan.keep.clone_from(&arguments.keep);
    plan.ignore.clone_from(&arguments.ignore);
    plan.to = to.to().unwrap_or(plan.to);
    let batch = Batch {
        input: &arguments.input,
        from,
        output: &arguments.output,
        to,
        rejects: arguments.rejects.as_deref(),
        threads: arguments.threads.map_or_else(host::processors, NonZero::get),
        fail_fast: arguments.fail_fast,
    };
    end_with_ctrl_c(arguments)?;
    let mut watch = Watch::new(&arguments.input, global.quiet, output);
    let done = host::batch(&batch, &plan, &mut watch);
    let output = watch.end(done.as_ref().map_or(0, |tally| tally.rejected));
    match done {
        Ok(tally) => {
            match arguments.format {
                SummaryFormat::Human => output.remark(&summary::human(&plan, &tally, arguments.rejects.as_deref())),
                SummaryFormat::Json => output.line(&summary::json(&plan, &tally))?,
            }
            Ok(if tally.rejected > 0 { Exit::Found } else { Exit::Fine })
        }
        Err(failed) => failure(failed, arguments),
    }
}

fn one(problem: crate::diagnostic::Diagnostic) -> crate::pack::Error {
    crate::pack::Error::new(vec![problem], crate::base::Sources::new())
}

/// Refuses to read a file while it is written, and to write two things into one.
fn keep_apart(arguments: &Arguments) -> Result<(), Failure> {
    let (input, output) = (arguments.input.as_path(), arguments.output.as_path());
    let same = |one: &Path, other: &Path, which: &str| match host::is_one_file(one, other) {
        true => Err(Failure::message(format!("{which} are one file: `{}`", host::called(other)))
            .help("name another file to write into")),
        false => Ok(()),
    };
    same(input, output, "IN and OUT")?;
    match arguments.rejects.as_deref() {
        Some(rejects) if rejects.as_os_str() == host::STDIN && output.as_os_str() == host::STDIN => {
            Err(Failure::message("standard output cannot hold both the decisions and the rejected rows")
                .help("write one of them into a file"))
        }
        Some(rejects) => {
            same(input, rejects, "IN and the file of `--rejects`")?;
            same(output, rejects, "OUT and the file of `--rejects`")
        }
        None => Ok(()),
    }
}

fn is_standard_output(arguments: &Arguments) -> bool {
    arguments.output.as_os_str() == host::STDIN
}

fn failure(failed: BatchFailed, arguments: &Arguments) -> Result<Exit, Failure> {
    let nothing = || match is_standard_output(arguments) {
        true => "what was written before it is not all".to_owned(),
        false => format!("`{}` is not written", host::called(&arguments.output)),
    };
    Err(match failed {
        BatchFailed::Closed => return Ok(Exit::Fine),
        BatchFailed::Input(error) => Failure::Problems(error),
        BatchFailed::Rejected => Failure::message(format!("a row cannot be read, and {}", nothing()))
            .help("without `--fail-fast` such rows are left out; `--rejects FILE` has them then"),
        BatchFailed::Output { path, error } => {
            let folder = Path::new(&path).parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists());
            if let Some(folder) = folder {
                return Err(Failure::message(format!("`{path}` cannot be written"))
                    .help(format!("there is no folder `{}`", folder.display())));
            }
            Failure::message(format!("`{path}` cannot be written: {}", host::reason(&error)))
        }
    })
}

/// Ends the process when people ask for it, and leaves no file behind that is not finished.
fn end_with_ctrl_c(arguments: &Arguments) -> Result<(), Failure> {
    let what = if is_standard_output(arguments) { "what is written is not all" } else { "nothing is written" };
    let line = format!("\ninterrupted: {what}\n");
    let end = move || {
        host::abandon_files();
        let _ = std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes());
        std::process::exit(2);
    };
    ctrlc::set_handler(end).map_err(|e| Failure::message(format!("Ctrl-C cannot be listened for: {e}")))
}
