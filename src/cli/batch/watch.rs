//! What people see while it goes on: rows that cannot be read, and how far it has come.

use std::path::Path;

use super::super::output::Output;
use crate::batch::Rejected;
use crate::diagnostic::Code;
use crate::host::BatchWatch;
use crate::trace::words::count;

/// Of so many rows it is shown why they cannot be read.
const MOST_SHOWN: usize = 10;

/// Who watches at the terminal.
pub(super) struct Watch<'o> {
    output: &'o mut Output,
    shown: usize,
    /// How many rows are not shown.
    more: u64,
    /// What was said of names, which need not be said of each row.
    said: Vec<String>,
}

impl<'o> Watch<'o> {
    pub(super) fn new(_input: &Path, output: &'o mut Output) -> Watch<'o> {
        Watch { output, shown: 0, more: 0, said: Vec::new() }
    }

    /// Says what was held back.
    pub(super) fn end(self) {
        let _ = count;
    }
}

impl BatchWatch for Watch<'_> {
    fn rejected(&mut self, rejected: &Rejected) {
        // A name that is no fact is likely to stand in every row.
        let names: Vec<&str> = rejected
            .problems
            .iter()
            .filter(|problem| problem.code == Code::DealName)
            .map(|problem| problem.message.as_str())
            .collect();
        if names.len() == rejected.problems.len() && names.iter().all(|name| self.said.iter().any(|said| said == name))
        {
            return;
        }
        if self.shown == MOST_SHOWN {
            self.more += 1;
            return;
        }
        self.shown += 1;
        self.said.extend(names.into_iter().map(str::to_owned));
        self.output.diagnostics(&rejected.problems, &rejected.sources);
    }

    fn progress(&mut self, _bytes: u64, _rows: u64) {}
}
