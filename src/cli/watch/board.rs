//! The deals that are watched, with what was decided of each.

use std::num::NonZero;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use jiff::civil::Date;

use crate::cli::deals::{self, How};
use crate::engine::Options;
use crate::host::live::{Current, WatchedFile};
use crate::pack::{Deal, Error};
use crate::trace::summary::Change;
use crate::trace::{Summary, changes};

/// The deals, in the order in which they were given.
pub(super) struct Board {
    pub(super) rows: Vec<Row>,
}

/// A deal.
pub(super) struct Row {
    pub(super) name: String,
    /// What was decided when it could last be read; it stays while it cannot.
    pub(super) summary: Option<Summary>,
    /// Why it cannot be read now.
    pub(super) problem: Option<Error>,
    /// What that follows from.
    basis: Option<Basis>,
}

/// Everything that the decisions of a deal follow from.
#[derive(PartialEq)]
struct Basis {
    hash: String,
    file: WatchedFile,
    as_of: Date,
}

/// What is different from before.
#[derive(Default)]
pub(super) struct Update {
    /// The deals of which something is decided otherwise.
    pub(super) changes: Vec<(String, Vec<Change>)>,
    /// The deals that can be read for the first time: the places of their rows.
    pub(super) begun: Vec<usize>,
    /// The deals that cannot be read, or not for the same reason as before.
    pub(super) broken: Vec<(String, Error)>,
    /// The deals that can be read again.
    pub(super) mended: Vec<String>,
}

impl Board {
    pub(super) fn new(paths: &[PathBuf]) -> Board {
        let row = |path: &PathBuf| Row { name: deals::name(path), summary: None, problem: None, basis: None };
        Board { rows: paths.iter().map(row).collect() }
    }

    /// Decides the deals anew of which something is different: the policy, their text, the date.
    pub(super) fn update(&mut self, current: &Current, how: &How, decisions: &[String]) -> Update {
        let policy = current.pack.policy();
        let only: Vec<_> = decisions.iter().filter_map(|name| policy.decision_by_name(name)).collect();
        let only = (!decisions.is_empty()).then_some(only);
        // What is compared is there without explanations.
        let options = Options { strict: how.strict, explain: false, only, ..Options::default() };
        let as_of = how.as_of();
        let stale: Vec<(usize, &WatchedFile)> = (self.rows.iter_mut().zip(current.files.iter()).enumerate())
            .filter_map(|(place, (row, file))| {
                let basis = Basis { hash: policy.hash.clone(), file: file.clone(), as_of };
                let same = row.basis.as_ref() == Some(&basis);
                row.basis = Some(basis);
                (!same).then_some((place, file))
            })
            .collect();
        let decided = in_parallel(&stale, |(_, file)| {
            let deal = read(current, how, file)?;
            Ok(Summary::of(deal.decide_with(as_of, &options).data()))
        });
        let mut update = Update::default();
        for ((place, _), decided) in stale.into_iter().zip(decided) {
            let Some(row) = self.rows.get_mut(place) else { continue };
            match decided {
                Ok(now) => row.decided(place, now, &mut update),
                Err(error) => row.broke(error, &mut update),
            }
        }
        update
    }
}

impl Row {
    fn decided(&mut self, place: usize, now: Summary, update: &mut Update) {
        match &self.summary {
            None => update.begun.push(place),
            Some(before) => {
                if self.problem.is_some() {
                    update.mended.push(self.name.clone());
                }
                let changes = changes(before, &now);
                if !changes.is_empty() {
                    update.changes.push((self.name.clone(), changes));
                }
            }
        }
        self.problem = None;
        self.summary = Some(now);
    }

    fn broke(&mut self, error: Error, update: &mut Update) {
        if self.problem.as_ref().is_none_or(|known| known.to_string() != error.to_string()) {
            update.broken.push((self.name.clone(), error.clone()));
        }
        self.problem = Some(error);
    }
}

fn read(current: &Current, how: &How, file: &WatchedFile) -> Result<Deal, Error> {
    let text = file.text.as_ref().map_err(Error::clone)?;
    how.understand(&current.pack, &file.path, text)
}

/// What `work` makes of each, on all processors, in their order.
fn in_parallel<T: Sync, R: Send + Sync>(all: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let results: Vec<OnceLock<R>> = all.iter().map(|_| OnceLock::new()).collect();
    let next = AtomicUsize::new(0);
    let workers = thread::available_parallelism().map_or(1, NonZero::get).min(all.len());
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some((one, result)) = all.get(place).zip(results.get(place)) else { break };
                    result.get_or_init(|| work(one));
                }
            });
        }
    });
    results.into_iter().filter_map(OnceLock::into_inner).collect()
}
