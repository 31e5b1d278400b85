//! The same work on many things, on all processors.

use std::num::NonZero;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// The stack of a thread, in bytes: what the first thread of a program usually has, so that what works there works here.
const STACK: usize = 8 << 20;

/// How many threads can run at once here.
pub fn processors() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// What `work` makes of each, in their order. Where no further thread can be had, this one does it all.
pub fn in_parallel<T: Sync, R: Send + Sync>(all: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let results: Vec<OnceLock<R>> = all.iter().map(|_| OnceLock::new()).collect();
    let next = AtomicUsize::new(0);
    let labour = || {
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some((one, result)) = all.get(place).zip(results.get(place)) else { break };
            result.get_or_init(|| work(one));
        }
    };
    let workers = processors().min(all.len());
    thread::scope(|scope| {
        for _ in 1..workers {
            // A thread that cannot be had is one that the others do without.
            let _ = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, labour);
        }
        labour();
    });
    results.into_iter().filter_map(OnceLock::into_inner).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_result_stands_where_its_cause_did() {
        let all: Vec<usize> = (0..1_000).collect();
        let squares: Vec<usize> = all.iter().map(|n| n * n).collect();
        assert_eq!(in_parallel(&all, |n| n * n), squares);
        assert_eq!(in_parallel(&[] as &[usize], |n| n * n), Vec::<usize>::new());
    }
}
