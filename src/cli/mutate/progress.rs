//! How far it has come, on a line of its own, where somebody watches.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A line on standard error that is written over; nothing where that is no terminal.
pub(super) struct Progress {
    all: usize,
    done: AtomicUsize,
    survived: AtomicUsize,
    shown: bool,
}

impl Progress {
    pub(super) fn new(all: usize, quiet: bool) -> Progress {
        let shown = !quiet && io::stderr().is_terminal();
        Progress { all, done: AtomicUsize::new(0), survived: AtomicUsize::new(0), shown }
    }

    /// One more is done; from any thread.
    pub(super) fn step(&self, survived: bool) {
        let gone = self.survived.fetch_add(usize::from(survived), Ordering::Relaxed) + usize::from(survived);
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if self.shown {
            const WIDTH: usize = 30;
            let full = (done * WIDTH).checked_div(self.all).unwrap_or(WIDTH).min(WIDTH);
            let bar = format!("{}{}", "█".repeat(full), "░".repeat(WIDTH - full));
            // Nobody misses a line of progress that cannot be written.
            let _ = write!(io::stderr().lock(), "\r{bar} {done} of {}, {gone} survived\x1b[K", self.all);
        }
    }

    /// Takes the line away.
    pub(super) fn end(&self) {
        if self.shown {
            let _ = write!(io::stderr().lock(), "\r\x1b[K");
        }
    }
}
