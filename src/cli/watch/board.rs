//! The deals that are watched, with what was decided of each.

use std::collections::BTreeSet;
use std::path::PathBuf;

use jiff::civil::Date;

use crate::cli::deals::{self, How};
use crate::engine::Options;
use crate::host;
use crate::host::live::{Current, WatchedFile};
use crate::pack::{Deal, Error, Pack};
use crate::policy::{DecisionId, Policy, affected};
use crate::trace::summary::Change;
use crate::trace::{Summary, changes};

/// The deals, in the order in which they were given.
pub(super) struct Board {
    pub(super) rows: Vec<Row>,
    /// The policy that has decided them.
    pack: Option<Pack>,
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

/// Everything that the decisions of a deal follow from, beside the policy.
#[derive(PartialEq)]
struct Basis {
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
        Board { rows: paths.iter().map(row).collect(), pack: None }
    }

    /// Decides anew what may come out otherwise: where the policy, the text of a deal or the date is another.
    pub(super) fn update(&mut self, current: &Current, how: &How, decisions: &[String]) -> Update {
        let policy = current.pack.policy();
        let affected = match &self.pack {
            Some(pack) if pack.policy().hash == policy.hash => Some(BTreeSet::new()),
            Some(pack) => affected(pack.policy(), policy),
            None => None,
        };
        let as_of = how.as_of();
        let mut stale: Vec<Work> = Vec::new();
        for (place, (row, file)) in self.rows.iter_mut().zip(current.files.iter()).enumerate() {
            let basis = Basis { file: file.clone(), as_of };
            let same = row.basis.as_ref() == Some(&basis);
            row.basis = Some(basis);
            let asked = |name: &str| decisions.is_empty() || decisions.iter().any(|decision| decision == name);
            let reached = |name: &str| affected.as_ref().is_none_or(|affected| affected.contains(name));
            let kept = row.summary.as_ref().filter(|_| same && row.problem.is_none() && affected.is_some());
            let all = policy.decisions.iter().filter(|(_, d)| asked(&d.name));
            let only: Vec<DecisionId> =
                all.filter(|(_, d)| kept.is_none() || reached(&d.name)).map(|(id, _)| id).collect();
            // A decision that is gone is missed, though nothing is to be decided for it.
            let gone = |kept: &Summary| kept.entries.iter().any(|e| policy.decision_by_name(e.decision()).is_none());
            let settled = match kept {
                Some(kept) => only.is_empty() && !gone(kept),
                None => same && row.problem.is_some() && affected.as_ref().is_some_and(BTreeSet::is_empty),
            };
            if !settled {
                stale.push(Work { place, file, only, kept: kept.cloned() });
            }
        }
        let decided = host::in_parallel(&stale, |work| {
            let deal = read(current, how, work.file)?;
            // What is compared is there without explanations.
            let options =
                Options { strict: how.strict, explain: false, only: Some(work.only.clone()), ..Options::default() };
            let now = Summary::of(deal.decide_with(as_of, &options).data());
            Ok(match &work.kept {
                Some(kept) => merge(policy, &work.only, kept, now),
                None => now,
            })
        });
        self.pack = Some(current.pack.clone());
        let mut update = Update::default();
        for (work, decided) in stale.into_iter().zip(decided) {
            let place = work.place;
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

/// A deal to be decided anew.
struct Work<'a> {
    place: usize,
    file: &'a WatchedFile,
    /// The decisions to take.
    only: Vec<DecisionId>,
    /// What was decided before, where the other decisions are as they were.
    kept: Option<Summary>,
}

/// What is kept of the decisions before, and those that were taken anew, in the order of the policy.
fn merge(policy: &Policy, taken: &[DecisionId], kept: &Summary, now: Summary) -> Summary {
    let mut entries = Vec::with_capacity(kept.entries.len());
    for (id, decision) in policy.decisions.iter() {
        let from = if taken.contains(&id) { &now } else { kept };
        entries.extend(from.entries.iter().filter(|entry| entry.decision() == decision.name).cloned());
    }
    Summary { entries }
}

fn read(current: &Current, how: &How, file: &WatchedFile) -> Result<Deal, Error> {
    let text = file.text.as_ref().map_err(Error::clone)?;
    how.understand(&current.pack, &file.path, text)
}
