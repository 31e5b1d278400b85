//! `dealdesk watch`: what every save changes.

mod board;
mod human;
mod json;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Receiver;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::exit::{Exit, Failure};
use super::output::Output;
use super::{Global, deals, eval};
use crate::host;
use crate::host::live::{LivePack, Notice, WatchOptions};
use crate::pack::Error;
use board::{Board, Update};

/// Show what every save of a policy or a deal changes
///
/// Follows the files of the pack and the deals. After each save it tells which decisions of which deals come out
/// otherwise, from what to what and by which rule. While the policies do not compile, the last good ones go on
/// serving, and it says since when and why. Without deals it tells whether the policies compile.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  dealdesk watch
  dealdesk watch deals/*.ron --as-of 2026-03-01
  dealdesk watch deal.ron --decision discovery.billing
  dealdesk watch deals/*.json --format json | jq -c 'select(.changes) | .changes[]'

Exit codes:
  0  ended with Ctrl-C, or nobody reads any more
  2  there is nothing to watch")]
pub(super) struct Arguments {
    /// Deals: files in RON, JSON, YAML or TOML, told by their endings
    #[arg(value_name = "DEAL", value_hint = clap::ValueHint::FilePath)]
    deals: Vec<PathBuf>,
    #[command(flatten)]
    how: deals::How,
    /// Tell of this decision alone; may be given several times
    #[arg(long, value_name = "NAME")]
    decision: Vec<String>,
    /// Look at the files from time to time, where the system does not tell of changes
    #[arg(long)]
    poll: bool,
    /// How to show what happens
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Human,
    /// An object a line, for programs
    Json,
}

/// How often to try whether policies compile that never have.
const RETRY: Duration = Duration::from_millis(200);

/// What the command works on.
struct Session<'a> {
    arguments: &'a Arguments,
    output: &'a mut Output,
    board: Board,
}

pub(super) fn run(arguments: &Arguments, global: &Global, output: &mut Output) -> Result<Exit, Failure> {
    if arguments.deals.iter().any(|deal| deal.as_os_str() == host::STDIN) {
        return Err(Failure::message("standard input cannot be watched").help("name a file"));
    }
    let dir = super::find(global)?;
    let mut files: Vec<PathBuf> = Vec::new();
    for deal in &arguments.deals {
        if !files.contains(deal) {
            files.push(deal.clone());
        }
    }
    end_with_ctrl_c()?;
    let mut session = Session { arguments, output, board: Board::new(&files) };
    let Some(live) = session.open(&dir, &files)? else { return Ok(Exit::Fine) };
    for name in &arguments.decision {
        eval::decision(&live.pack(), name)?;
    }
    arguments.how.admit(&live.pack())?;
    let notices = live.notices();
    session.begin(&live)?;
    let options = if arguments.poll { WatchOptions::polling() } else { WatchOptions::default() };
    let _watch = live.watch(options);
    session.follow(&live, &notices)?;
    Ok(Exit::Fine)
}

impl Session<'_> {
    /// Opens the pack, and waits until it compiles where it does not; `None` where nobody waits any more.
    fn open(&mut self, dir: &Path, files: &[PathBuf]) -> Result<Option<LivePack>, Failure> {
        let mut known: Option<Error> = None;
        loop {
            match LivePack::open_with(dir, files.to_vec()) {
                Ok(live) => return Ok(Some(live)),
                Err(error) => {
                    if known.as_ref().is_none_or(|known| known.diagnostics() != error.diagnostics()) {
                        match self.arguments.format {
                            Format::Human => human::never_good(self.output, &error)?,
                            Format::Json => json::failed(self.output, &error, None)?,
                        }
                        known = Some(error);
                    }
                }
            }
            if self.output.is_closed() {
                return Ok(None);
            }
            host::pause(RETRY);
        }
    }

    fn begin(&mut self, live: &LivePack) -> Result<(), Failure> {
        let current = live.current();
        let update = self.board.update(&current, &self.arguments.how, &self.arguments.decision);
        match self.arguments.format {
            Format::Human => human::begin(self.output, &current, live.dir(), &self.board, &update),
            Format::Json => json::begin(self.output, &current, &self.board, &update, self.arguments.how.as_of()),
        }
    }

    /// Tells of everything that happens, until nobody reads it any more.
    fn follow(&mut self, live: &LivePack, notices: &Receiver<Notice>) -> Result<(), Failure> {
        for notice in notices {
            // What the notice is of has its place already, perhaps with more that has happened since.
            let current = live.current();
            let update = match notice {
                Notice::Reloaded { .. } | Notice::Files(_) => {
                    self.board.update(&current, &self.arguments.how, &self.arguments.decision)
                }
                _ => Update::default(),
            };
            match self.arguments.format {
                Format::Human => human::notice(self.output, &current, &self.board, &notice, &update)?,
                Format::Json => json::notice(self.output, &current, &self.board, &notice, &update)?,
            }
            if self.output.is_closed() {
                break;
            }
        }
        Ok(())
    }
}

/// Ends the process when people ask for it, between two pieces of output rather than within one.
fn end_with_ctrl_c() -> Result<(), Failure> {
    let end = || {
        let _results = io::stdout().lock();
        std::process::exit(0);
    };
    ctrlc::set_handler(end).map_err(|e| Failure::message(format!("Ctrl-C cannot be listened for: {e}")))
}
