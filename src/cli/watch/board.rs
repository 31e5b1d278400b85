//! The deals that are watched, with what was decided of each.

use std::path::PathBuf;

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
        let row = |path: &PathBuf| Row { name: deals::name(path), summary: None, problem: None };
        Board { rows: paths.iter().map(row).collect() }
    }

    /// Decides every deal anew.
    pub(super) fn update(&mut self, current: &Current, how: &How, decisions: &[String]) -> Update {
        let policy = current.pack.policy();
        let only: Vec<_> = decisions.iter().filter_map(|name| policy.decision_by_name(name)).collect();
        let only = (!decisions.is_empty()).then_some(only);
        let options = Options { strict: how.strict, only, ..Options::default() };
        let as_of = how.as_of();
        let mut update = Update::default();
        for (place, (row, file)) in self.rows.iter_mut().zip(current.files.iter()).enumerate() {
            match read(current, how, file) {
                Ok(deal) => {
                    let now = Summary::of(deal.decide_with(as_of, &options).data());
                    if row.problem.take().is_some() && row.summary.is_some() {
                        update.mended.push(row.name.clone());
                    }
                    match &row.summary {
                        None => update.begun.push(place),
                        Some(before) => {
                            let changes = changes(before, &now);
                            if !changes.is_empty() {
                                update.changes.push((row.name.clone(), changes));
                            }
                        }
                    }
                    row.summary = Some(now);
                }
                Err(error) => {
                    if row.problem.as_ref().is_none_or(|known| known.to_string() != error.to_string()) {
                        update.broken.push((row.name.clone(), error.clone()));
                    }
                    row.problem = Some(error);
                }
            }
        }
        update
    }
}

fn read(current: &Current, how: &How, file: &WatchedFile) -> Result<Deal, Error> {
    let text = file.text.as_ref().map_err(Error::clone)?;
    how.understand(&current.pack, &file.path, text)
}
