//! When to look: after a change has come to rest, and twice where it looks half done. No clock in here.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

/// How long nothing may happen until a change has come to rest.
const QUIET: Duration = Duration::from_millis(15);
/// How long what looks half done is given to become whole.
const GRACE: Duration = Duration::from_millis(45);

/// What an event means for the pace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stir {
    /// A file is being written.
    Writing(PathBuf),
    /// A file that was being written is complete, or no longer there; so is everything in it, where it is a folder.
    Written(PathBuf),
    /// Anything else that matters.
    Other,
}

/// What a look has found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// What was known already.
    Nothing,
    /// A change that is whole.
    Whole,
    /// A change that may be half done: policies that do not compile, a file that is gone or empty.
    Doubtful {
        /// Whether the look before has found just the same.
        again: bool,
    },
    /// Different things each time.
    Restless,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    /// Nothing is going on.
    Calm,
    /// Something happens.
    Stirred,
    /// What was seen looks half done.
    Doubtful,
}

/// Decides when to look, and whether what was seen is to be believed.
#[derive(Debug)]
pub(super) struct Pace {
    state: State,
    /// The files that are being written.
    writing: BTreeSet<PathBuf>,
    /// How often to look when nothing tells of changes.
    poll: Option<Duration>,
}

impl Pace {
    /// Begins with a look, since something may have happened before anyone watched.
    pub(super) fn new() -> Pace {
        Pace { state: State::Stirred, writing: BTreeSet::new(), poll: None }
    }

    /// Looks every `interval` from now on, whether something is told or not.
    pub(super) fn poll_every(&mut self, interval: Duration) {
        self.poll = Some(interval);
    }

    /// Something has happened.
    pub(super) fn note(&mut self, stir: Stir) {
        match stir {
            Stir::Writing(path) => {
                self.writing.insert(path);
            }
            Stir::Written(path) => {
                self.writing.retain(|file| !file.starts_with(&path));
            }
            Stir::Other => {}
        }
        self.state = State::Stirred;
    }

    /// Whether a change is on its way.
    pub(super) fn is_calm(&self) -> bool {
        self.state == State::Calm
    }

    /// How long to wait for something to happen; without an end where there is nothing to do until it does.
    pub(super) fn wait(&self) -> Option<Duration> {
        match self.state {
            State::Calm => self.poll,
            State::Stirred => Some(QUIET),
            State::Doubtful => Some(GRACE),
        }
    }

    /// Whether to look, now that nothing has happened for as long as [`Pace::wait`] says. Nobody looks at a file while it
    /// is being written, unless patience is at its end: some never close what they write.
    pub(super) fn rested(&mut self, patient: bool) -> bool {
        if !patient {
            self.writing.clear();
        }
        self.writing.is_empty()
    }

    /// Whether to believe what was found.
    pub(super) fn believes(&mut self, found: Found, patient: bool) -> bool {
        let (next, believed) = match found {
            Found::Nothing => (State::Calm, false),
            Found::Whole => (State::Calm, true),
            // Nothing has happened in the meantime either, or it would be stirred.
            Found::Doubtful { again: true } if self.state == State::Doubtful => (State::Calm, true),
            Found::Doubtful { .. } if !patient => (State::Calm, true),
            Found::Doubtful { .. } => (State::Doubtful, false),
            Found::Restless => (State::Stirred, false),
        };
        self.state = next;
        believed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENT: bool = true;
    const DOUBTFUL: Found = Found::Doubtful { again: false };
    const AGAIN: Found = Found::Doubtful { again: true };

    fn calm() -> Pace {
        let mut pace = Pace::new();
        pace.believes(Found::Nothing, PATIENT);
        pace
    }

    #[test]
    fn without_events_it_sleeps_unless_it_polls() {
        let mut pace = calm();
        assert_eq!(pace.wait(), None);
        pace.poll_every(Duration::from_secs(1));
        assert_eq!(pace.wait(), Some(Duration::from_secs(1)));
        assert!(pace.rested(PATIENT));
    }

    #[test]
    fn a_file_is_not_looked_at_until_it_is_written() {
        let mut pace = calm();
        pace.note(Stir::Writing("a".into()));
        pace.note(Stir::Writing("b".into()));
        assert!(!pace.rested(PATIENT));
        pace.note(Stir::Written("a".into()));
        assert!(!pace.rested(PATIENT));
        pace.note(Stir::Written("b".into()));
        assert!(pace.rested(PATIENT));
        pace.note(Stir::Writing("folder/c".into()));
        pace.note(Stir::Written("folder".into()));
        assert!(pace.rested(PATIENT));
    }

    #[test]
    fn a_file_that_is_never_closed_is_looked_at_in_the_end() {
        let mut pace = calm();
        pace.note(Stir::Writing("a".into()));
        assert!(pace.rested(false));
        assert!(pace.rested(PATIENT));
    }

    #[test]
    fn what_looks_half_done_is_looked_at_again_before_it_is_believed() {
        let mut pace = calm();
        pace.note(Stir::Other);
        assert!(!pace.believes(DOUBTFUL, PATIENT));
        assert_eq!(pace.wait(), Some(GRACE));
        assert!(pace.believes(AGAIN, PATIENT));
        assert!(pace.is_calm());
    }

    #[test]
    fn what_looks_half_done_is_given_its_time_after_every_event() {
        let mut pace = calm();
        pace.note(Stir::Other);
        assert!(!pace.believes(DOUBTFUL, PATIENT));
        pace.note(Stir::Other);
        assert!(!pace.believes(AGAIN, PATIENT));
        assert!(pace.believes(AGAIN, PATIENT));
    }

    #[test]
    fn what_becomes_whole_in_time_is_never_told_as_half_done() {
        let mut pace = calm();
        pace.note(Stir::Other);
        assert!(!pace.believes(DOUBTFUL, PATIENT));
        pace.note(Stir::Other);
        assert_eq!(pace.wait(), Some(QUIET));
        assert!(pace.believes(Found::Whole, PATIENT));
    }

    #[test]
    fn patience_ends_with_what_is_there_but_never_with_a_mixture() {
        let mut pace = calm();
        pace.note(Stir::Other);
        assert!(!pace.believes(Found::Restless, false));
        assert!(!pace.is_calm());
        assert!(pace.believes(DOUBTFUL, false));
    }
}
