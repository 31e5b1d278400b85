//! Pieces in their order, worked on by several threads, with no more than a few of them in memory.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::BatchFailed;
use crate::diagnostic::Diagnostic;

/// What is read piece by piece.
pub(super) trait Source: Send {
    /// Some rows.
    type Piece: Default + Send;

    /// Reads the next piece into the place of another; says whether there was one.
    ///
    /// # Errors
    ///
    /// What keeps the input from being read further.
    fn fill(&mut self, piece: &mut Self::Piece) -> Result<bool, Box<Diagnostic>>;

    /// How many bytes of the input were read.
    fn read(&self) -> u64;
}

/// What makes of a piece what is written of it. Each thread has its own.
pub(super) trait Work: Send {
    /// What it is given.
    type Piece;
    /// What comes of it.
    type Done: Default + Send;

    /// Works on a piece, and puts what comes of it in the place of what came of another.
    fn work(&mut self, piece: &Self::Piece, done: &mut Self::Done);
}

/// Where it goes, in the order of the input.
pub(super) trait Sink: Send {
    /// What comes of a piece.
    type Done;

    /// Takes what came of the next piece, when so many bytes of the input were read. What is left of it is room to be used again.
    ///
    /// # Errors
    ///
    /// What ends everything.
    fn take(&mut self, done: &mut Self::Done, read: u64) -> Result<(), BatchFailed>;
}

/// The stack of a thread, in bytes: what the first thread of a program usually has.
const STACK: usize = 8 << 20;

/// For each thread so many pieces may wait for one that comes before them.
const WAITING: usize = 2;

struct Reading<S> {
    source: S,
    next: u64,
    ended: bool,
}

struct Writing<'k, K: Sink> {
    sink: &'k mut K,
    next: u64,
    waiting: BTreeMap<u64, (K::Done, u64)>,
    /// Room to be used again.
    spare: Vec<K::Done>,
    failed: Option<BatchFailed>,
}

struct Line<'k, S, K: Sink> {
    reading: Mutex<Reading<S>>,
    writing: Mutex<Writing<'k, K>>,
    /// Somebody's turn may have come.
    turn: Condvar,
    most_waiting: usize,
}

/// What a lock holds is whole at any time; where a thread has panicked the others end as well.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads pieces, has each of the workers take the next one when it has done the last, and gives what comes of them to the sink
/// in the order of the input. Nothing depends on how many workers there are but the time that it takes.
///
/// # Errors
///
/// What kept the input from being read, or what the sink says. Nothing is given to the sink any more then.
pub(super) fn run<S, W, K>(source: S, workers: Vec<W>, sink: &mut K) -> Result<(), BatchFailed>
where
    S: Source,
    W: Work<Piece = S::Piece>,
    K: Sink<Done = W::Done>,
{
    let line = Line {
        reading: Mutex::new(Reading { source, next: 0, ended: false }),
        writing: Mutex::new(Writing { sink, next: 0, waiting: BTreeMap::new(), spare: Vec::new(), failed: None }),
        turn: Condvar::new(),
        most_waiting: WAITING * workers.len(),
    };
    thread::scope(|scope| {
        let mut workers = workers.into_iter();
        let first = workers.next();
        for mut worker in workers {
            let line = &line;
            // A thread that cannot be had is one that the others do without.
            let _ = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, move || line.labour(&mut worker));
        }
        if let Some(mut first) = first {
            line.labour(&mut first);
        }
    });
    let writing = line.writing.into_inner().unwrap_or_else(PoisonError::into_inner);
    writing.failed.map_or(Ok(()), Err)
}

impl<S: Source, K: Sink> Line<'_, S, K>
where
    K::Done: Default + Send,
{
    fn labour<W: Work<Piece = S::Piece, Done = K::Done>>(&self, worker: &mut W) {
        let _alarm = Alarm(self);
        let (mut piece, mut done) = (S::Piece::default(), W::Done::default());
        while let Some((number, read)) = self.next(&mut piece) {
            worker.work(&piece, &mut done);
            if !self.give(number, &mut done, read) {
                break;
            }
        }
    }

    /// The next piece, with its number and how much was read with it.
    fn next(&self, piece: &mut S::Piece) -> Option<(u64, u64)> {
        let mut reading = lock(&self.reading);
        if reading.ended {
            return None;
        }
        match reading.source.fill(piece) {
            Ok(true) => {
                reading.next += 1;
                Some((reading.next - 1, reading.source.read()))
            }
            Ok(false) => {
                reading.ended = true;
                None
            }
            Err(problem) => {
                reading.ended = true;
                let number = reading.next;
                drop(reading);
                // What comes before it is written, or fails, first: the same whoever is how fast.
                let mut writing = lock(&self.writing);
                while writing.next != number && writing.failed.is_none() {
                    writing = self.turn.wait(writing).unwrap_or_else(PoisonError::into_inner);
                }
                writing.failed.get_or_insert(problem.into());
                self.turn.notify_all();
                None
            }
        }
    }

    /// Gives on what came of a piece, at once or when its turn comes; says whether to go on.
    fn give(&self, number: u64, done: &mut K::Done, read: u64) -> bool {
        let mut writing = lock(&self.writing);
        while writing.next != number && writing.failed.is_none() && writing.waiting.len() >= self.most_waiting {
            writing = self.turn.wait(writing).unwrap_or_else(PoisonError::into_inner);
        }
        if writing.failed.is_none() && writing.next != number {
            let spare = writing.spare.pop().unwrap_or_default();
            writing.waiting.insert(number, (std::mem::replace(done, spare), read));
            return true;
        }
        writing.write(done, read);
        loop {
            let next = writing.next;
            let Some((mut done, read)) = writing.waiting.remove(&next) else { break };
            writing.write(&mut done, read);
            writing.spare.push(done);
        }
        self.turn.notify_all();
        writing.failed.is_none()
    }
}

/// Ends everything where its thread panics: its piece never comes, and nobody is to wait for it.
struct Alarm<'l, 'k, S, K: Sink>(&'l Line<'k, S, K>);

impl<S, K: Sink> Drop for Alarm<'_, '_, S, K> {
    fn drop(&mut self) {
        if thread::panicking() {
            lock(&self.0.reading).ended = true;
            lock(&self.0.writing).failed.get_or_insert(BatchFailed::Closed);
            self.0.turn.notify_all();
        }
    }
}

impl<K: Sink> Writing<'_, K> {
    fn write(&mut self, done: &mut K::Done, read: u64) {
        if self.failed.is_none() {
            self.failed = self.sink.take(done, read).err();
            self.next += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;

    /// Numbers up to one, after which nothing can be read if `fails`.
    struct Numbers {
        next: u64,
        end: u64,
        fails: bool,
    }

    impl Source for Numbers {
        type Piece = u64;

        fn fill(&mut self, piece: &mut u64) -> Result<bool, Box<Diagnostic>> {
            if self.next == self.end && self.fails {
                return Err(Box::new(Diagnostic::placeless(Code::UnreadableFile, "no more")));
            }
            *piece = self.next;
            self.next += 1;
            Ok(*piece < self.end)
        }

        fn read(&self) -> u64 {
            self.next
        }
    }

    /// Squares, some of which take much longer than others.
    struct Squares;

    impl Work for Squares {
        type Piece = u64;
        type Done = u64;

        fn work(&mut self, piece: &u64, done: &mut u64) {
            let rounds = if piece.is_multiple_of(7) { 20_000 } else { 10 };
            for round in 0..rounds {
                std::hint::black_box(round);
            }
            *done = piece * piece;
        }
    }

    struct Found {
        all: Vec<u64>,
        read: Vec<u64>,
        fails_at: usize,
    }

    impl Sink for Found {
        type Done = u64;

        fn take(&mut self, done: &mut u64, read: u64) -> Result<(), BatchFailed> {
            if self.all.len() == self.fails_at {
                return Err(BatchFailed::Closed);
            }
            self.all.push(*done);
            self.read.push(read);
            Ok(())
        }
    }

    fn run_with(threads: usize, fails: bool, fails_at: usize) -> (Found, Result<(), BatchFailed>) {
        let mut found = Found { all: Vec::new(), read: Vec::new(), fails_at };
        let workers = (0..threads).map(|_| Squares).collect();
        let done = run(Numbers { next: 0, end: 1_000, fails }, workers, &mut found);
        (found, done)
    }

    #[test]
    fn what_comes_of_pieces_is_given_in_their_order_whoever_is_faster() {
        for threads in [1, 2, 4] {
            let (found, done) = run_with(threads, false, usize::MAX);
            assert!(done.is_ok());
            assert_eq!(found.all, (0..1_000).map(|n| n * n).collect::<Vec<u64>>());
            assert_eq!(found.read, (1..=1_000).collect::<Vec<u64>>());
        }
    }

    /// Fails in the midst of a piece.
    struct Broken;

    impl Work for Broken {
        type Piece = u64;
        type Done = u64;

        fn work(&mut self, piece: &u64, _: &mut u64) {
            assert!(*piece != 5, "broken");
        }
    }

    #[test]
    #[should_panic(expected = "")]
    fn a_thread_that_panics_keeps_nobody_waiting() {
        let mut found = Found { all: Vec::new(), read: Vec::new(), fails_at: usize::MAX };
        let workers = (0..4).map(|_| Broken).collect();
        let _ = run(Numbers { next: 0, end: 1_000, fails: false }, workers, &mut found);
    }

    #[test]
    fn all_that_comes_before_a_failure_is_given_and_nothing_behind_it() {
        for threads in [1, 2, 4] {
            let (found, done) = run_with(threads, true, usize::MAX);
            assert!(matches!(done, Err(BatchFailed::Input(_))));
            assert_eq!(found.all.len(), 1_000);
            let (found, done) = run_with(threads, true, 500);
            assert!(matches!(done, Err(BatchFailed::Closed)));
            assert_eq!(found.all.len(), 500);
        }
    }
}
