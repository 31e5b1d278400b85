//! What people see while it goes on: rows that cannot be read, and how far it has come.

use std::io::{self, IsTerminal};
use std::path::Path;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::super::output::Output;
use super::summary::count;
use crate::batch::Rejected;
use crate::diagnostic::Code;
use crate::host::{self, BatchWatch};

/// Of so many rows it is shown why they cannot be read.
const MOST_SHOWN: u64 = 10;

/// Who watches at the terminal.
pub(super) struct Watch<'o> {
    output: &'o mut Output,
    /// Of how many rows it was shown.
    shown: u64,
    /// What was said of names, which need not be said of each row.
    said: Vec<String>,
    bar: ProgressBar,
}

impl<'o> Watch<'o> {
    /// One of this input. Nothing moves where nobody looks at a terminal.
    pub(super) fn new(input: &Path, quiet: bool, output: &'o mut Output) -> Watch<'o> {
        Watch { output, shown: 0, said: Vec::new(), bar: bar(host::file_size(input), quiet) }
    }

    /// Takes the bar away, and says of how many rows, among these that were rejected, it was not shown why.
    pub(super) fn end(self, rejected: u64) -> &'o mut Output {
        self.bar.finish_and_clear();
        let more = rejected.saturating_sub(self.shown);
        if more > 0 && self.shown > 0 {
            self.output.warning(&format!("{} cannot be read either", count(more, "more row", "more rows")));
        }
        self.output
    }

    /// Whether it is about names that are no facts alone, and said already: they are likely to stand in every row.
    fn is_said(&self, rejected: &Rejected) -> bool {
        let said = |name: &str| self.said.iter().any(|said| said == name);
        rejected.problems.iter().all(|problem| problem.code == Code::DealName && said(&problem.message))
    }
}

/// A bar on standard error for so many bytes; where it is not known how many there are, a line that counts.
fn bar(size: Option<u64>, quiet: bool) -> ProgressBar {
    if quiet || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(size, ProgressDrawTarget::stderr());
    let template = if size.is_some() { "{bar:30.cyan} {percent:>3} %  {msg}, {eta} left" } else { "{msg}" };
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style.progress_chars("█▉▊▋▌▍▎▏░")),
        Err(_) => bar,
    }
}

impl BatchWatch for Watch<'_> {
    fn rejected(&mut self, rejected: &Rejected) {
        if self.shown == MOST_SHOWN || self.is_said(rejected) {
            return;
        }
        self.shown += 1;
        let names = rejected.problems.iter().filter(|problem| problem.code == Code::DealName);
        self.said.extend(names.map(|problem| problem.message.clone()));
        let output = &mut *self.output;
        self.bar.suspend(|| output.diagnostics(&rejected.problems, &rejected.sources));
    }

    fn progress(&mut self, bytes: u64, rows: u64) {
        if self.bar.is_hidden() {
            return;
        }
        let time = self.bar.elapsed().as_millis().max(1);
        let rate = u64::try_from(u128::from(rows) * 1_000 / time).unwrap_or(u64::MAX);
        self.bar.set_message(format!("{}, {} a second", count(rows, "row", "rows"), super::summary::grouped(rate)));
        self.bar.set_position(bytes);
    }
}
