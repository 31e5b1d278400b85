//! `dealdesk fmt`: the one layout of policies.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use clap::Args;
use similar::{ChangeTag, DiffTag, TextDiff};

use super::exit::{Exit, Failure};
use super::output::{HEADING, Output};
use super::{Global, find};
use crate::base::{FileId, SourceFile, Sources};
use crate::diagnostic::Diagnostic;
use crate::host;
use crate::pack::Error;
use crate::syntax::format::{Unformatted, format};

/// Lay out policies as all policies are laid out
#[derive(Args, Debug)]
#[command(after_help = "\
Nothing but blanks and line ends changes: every comment stays in its place, and what a policy says
stays what it is. A file that cannot be read as a policy is left alone, and its problems are told.

Examples:
  dealdesk fmt                            all policies of the pack
  dealdesk fmt rules/leads.policy drafts  a file, and those in a folder
  dealdesk fmt --check                    for CI: fail where anything would change
  dealdesk fmt --stdin < draft.policy     for editors

Exit codes:
  0  fine
  1  with `--check`: a file would change
  2  a file cannot be read as a policy, or cannot be written; the others are formatted")]
pub(super) struct Arguments {
    /// Policy files, and folders of them [default: the folder of the pack]
    #[arg(value_name = "PATH", value_hint = clap::ValueHint::AnyPath)]
    paths: Vec<PathBuf>,
    /// Write nothing; show what would change
    #[arg(long)]
    check: bool,
    /// Format standard input to standard output
    #[arg(long, conflicts_with = "paths")]
    stdin: bool,
}

const OLD: Style = AnsiColor::Red.on_default();
const NEW: Style = AnsiColor::Green.on_default();

/// How many lines of a file's changes are shown.
const MOST_LINES: usize = 40;
/// How long it may take to find the smallest difference of a file; then a larger one will do.
const PATIENCE: Duration = Duration::from_millis(500);

pub(super) fn run(arguments: &Arguments, global: &Global, output: &mut Output) -> Result<Exit, Failure> {
    if arguments.stdin {
        return standard_input(arguments.check, output);
    }
    let paths = if arguments.paths.is_empty() { vec![find(global)?] } else { arguments.paths.clone() };
    let found = host::policies(&paths);
    output.diagnostics(&found.problems, &Sources::new());
    let mut counts = Counts { failed: found.problems.len(), ..Counts::default() };
    for path in &found.files {
        match file(path, arguments.check, output) {
            Ok(true) => counts.changed += 1,
            Ok(false) => counts.same += 1,
            Err(failure @ Failure::Output(_)) => return Err(failure),
            Err(failure) => {
                output.failure(failure);
                counts.failed += 1;
            }
        }
    }
    output.remark(&counts.told(arguments.check));
    Ok(match counts {
        Counts { failed: 1.., .. } => Exit::Failed,
        Counts { changed: 1.., .. } if arguments.check => Exit::Found,
        _ => Exit::Fine,
    })
}

/// Formats a file, or says how it would change; says whether it does.
fn file(path: &Path, check: bool, output: &mut Output) -> Result<bool, Failure> {
    let mut sources = Sources::new();
    let read = host::read_policy(path, &mut sources);
    let (file, formatted) = formatted(read, sources)?;
    if formatted == file.text() {
        return Ok(false);
    }
    if check {
        show(&file, &formatted, output)?;
    } else {
        host::replace_file(path, &formatted).map_err(|error| {
            let failure = Failure::message(format!("`{}` cannot be written: {}", file.name(), host::reason(&error)));
            failure.help("it is as it was; `--check` shows what would change without writing anything")
        })?;
        output.line(&format!("formatted {}", file.name()))?;
    }
    Ok(true)
}

fn standard_input(check: bool, output: &mut Output) -> Result<Exit, Failure> {
    let mut sources = Sources::new();
    let read = host::read_policy_from_stdin(&mut sources);
    let (file, formatted) = formatted(read, sources)?;
    if !check {
        output.result(&formatted)?;
    } else if formatted != file.text() {
        show(&file, &formatted, output)?;
        return Ok(Exit::Found);
    }
    Ok(Exit::Fine)
}

/// A file that was read, and its text as it should be.
fn formatted(read: Result<FileId, Box<Diagnostic>>, sources: Sources) -> Result<(SourceFile, String), Failure> {
    let id = match read {
        Ok(id) => id,
        Err(problem) => return Err(Failure::Problems(Error::new(vec![*problem], sources))),
    };
    let file = sources.get(id).cloned().unwrap_or_else(|| SourceFile::new("", ""));
    match format(id, &file) {
        Ok(formatted) => Ok((file, formatted)),
        Err(Unformatted::Broken(problems)) => Err(Failure::Problems(Error::new(problems, sources))),
        Err(Unformatted::Defect) => {
            let failure =
                Failure::message(format!("`{}` is left as it is: formatted, it would say something else", file.name()));
            Err(failure.help("this is a defect of dealdesk; please report it, with the file"))
        }
    }
}

/// Shows how a file would change.
fn show(file: &SourceFile, formatted: &str, output: &mut Output) -> Result<(), Failure> {
    output.line(&format!("{HEADING}{}{HEADING:#} would change", file.name()))?;
    let diff = TextDiff::configure().timeout(PATIENCE).diff_lines(file.text(), formatted);
    let mut lines = Vec::new();
    for group in diff.grouped_ops(1) {
        let changed = group.iter().find(|op| op.tag() != DiffTag::Equal);
        let first = changed.map_or(0, |op| op.old_range().start);
        lines.push(format!("  line {}", first + 1));
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let (sign, style) = match change.tag() {
                ChangeTag::Delete => ("-", OLD),
                ChangeTag::Insert => ("+", NEW),
                ChangeTag::Equal => (" ", Style::new()),
            };
            let line = format!("{sign} {}", change.value().trim_end_matches('\n').replace('\r', "␍"));
            lines.push(format!("  {style}{}{style:#}", line.trim_end()));
        }
    }
    for line in lines.iter().take(MOST_LINES) {
        output.line(line)?;
    }
    if let Some(more) = lines.len().checked_sub(MOST_LINES).filter(|more| *more > 0) {
        output.line(&format!("  … and {more} lines more"))?;
    }
    output.line("")
}

/// How many files came to what.
#[derive(Debug, Default)]
struct Counts {
    changed: usize,
    same: usize,
    failed: usize,
}

impl Counts {
    fn told(&self, check: bool) -> String {
        let files = |n: usize| if n == 1 { "1 file".to_owned() } else { format!("{n} files") };
        let mut told = Vec::new();
        match (self.changed, check) {
            (0, _) => {}
            (n, true) => told.push(format!("{} would change", files(n))),
            (n, false) => told.push(format!("{} formatted", files(n))),
        }
        if self.same > 0 {
            let others = if told.is_empty() { files(self.same) } else { self.same.to_string() };
            told.push(format!("{others} formatted already"));
        }
        if self.failed > 0 {
            let others = if told.is_empty() { files(self.failed) } else { self.failed.to_string() };
            told.push(format!("{others} not formatted"));
        }
        told.join(", ")
    }
}
