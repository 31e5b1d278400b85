//! Which clauses and conditions of a policy its cases exercise.
//!
//! [`Coverage::of`] lists everything that can be exercised, [`Coverage::add`] decides a case and counts what it did, and
//! the rest says it in several forms. What counts is defined in `docs/coverage.md`: an expression counts by the value it
//! has for a deal, whether or not a decision needed it, so that the order of conditions changes nothing.

mod about;
mod goals;
mod html;
mod lcov;
mod measure;
mod plan;
mod say;

pub use about::{Owner, Part};
pub use goals::{Clause, Kind, Tally};
pub use html::html;
pub use lcov::lcov;

use crate::base::{FileId, Sources};
use crate::engine;
use crate::facts::Deal;
use crate::policy::Policy;
use plan::Plan;

use super::Case;

/// What cases exercised of a policy.
#[derive(Clone, Debug)]
pub struct Coverage {
    plan: Plan,
    /// What can be exercised, in the order of the files, with what was.
    pub clauses: Vec<Clause>,
    /// How many cases were added.
    pub cases: usize,
}

impl Coverage {
    /// Nothing exercised yet.
    pub fn of(policy: &Policy, sources: &Sources) -> Coverage {
        let (plan, clauses) = plan::plan(policy, sources);
        Coverage { plan, clauses, cases: 0 }
    }

    /// Counts what a case on this deal exercises.
    pub fn add(&mut self, policy: &Policy, case: &Case, deal: &Deal) {
        self.cases += 1;
        let only = case.decisions();
        let (plan, clauses) = (&self.plan, &mut self.clauses);
        engine::probe(policy, deal, case.as_of, only.as_deref(), |probe| {
            measure::measure(policy, plan, probe, clauses)
        });
    }

    /// Counts what another count of the same policy has counted.
    pub fn join(&mut self, other: &Coverage) {
        self.cases += other.cases;
        for (own, other) in self.clauses.iter_mut().zip(&other.clauses) {
            own.join(other);
        }
    }

    /// What of the policy each clause is about, in the order of the clauses.
    pub fn about(&self) -> Vec<Option<(Owner, Part)>> {
        about::about(&self.plan, self.clauses.len())
    }

    /// How much of everything was exercised.
    pub fn total(&self) -> Tally {
        Tally::of(&self.clauses)
    }

    /// The files that have something to exercise, in order, each with its clauses by the places where they begin.
    pub fn files(&self) -> Vec<(FileId, Vec<&Clause>)> {
        let mut files: Vec<(FileId, Vec<&Clause>)> = Vec::new();
        let mut sorted: Vec<&Clause> = self.clauses.iter().collect();
        sorted.sort_by_key(|clause| (clause.span.file, clause.span.start));
        for clause in sorted {
            match files.last_mut() {
                Some((file, clauses)) if *file == clause.span.file => clauses.push(clause),
                _ => files.push((clause.span.file, vec![clause])),
            }
        }
        files
    }
}
