//! Whether the cases of a policy notice a mistake in it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Mutant;
use crate::base::Sources;
use crate::cases::{self, Case};
use crate::facts::Deal;
use crate::policy::{DecisionId, Policy, affected};
use crate::trace::Summary;
use crate::trace::summary::Entry;

/// A policy with its texts and its cases.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The policy without a mistake.
    pub policy: &'a Policy,
    /// Its texts, and those of its cases.
    pub sources: &'a Sources,
    /// Its cases.
    pub cases: &'a [Baseline<'a>],
}

/// A case of a policy without a mistake.
#[derive(Clone, Debug)]
pub struct Baseline<'a> {
    /// The case.
    pub case: &'a Case,
    /// Its deal.
    pub deal: Deal,
    /// What it comes to.
    pub summary: Arc<Summary>,
    /// Whether a snapshot holds that.
    pub held: bool,
}

/// The decisions that a mutant can reach; `None` is any.
pub type Reach = Option<BTreeSet<String>>;

/// What notices a mutant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Killer {
    /// The case, by its place among all.
    pub case: usize,
    /// An expectation is not met; otherwise it is the snapshot that differs.
    pub expectation: bool,
    /// How, in a sentence.
    pub message: String,
}

/// The decisions that `mutated` can take otherwise than `policy`.
pub fn reach(policy: &Policy, mutated: &Policy) -> Reach {
    affected(policy, mutated)
}

/// Whether it is seen without comparing anything that no deal tells the two policies apart: no decision rests on what was
/// changed. [`compare`](super::compare()) proves it where that takes more.
pub fn proven_equal(_policy: &Policy, _mutated: &Policy, reach: &Reach) -> bool {
    reach.as_ref().is_some_and(BTreeSet::is_empty)
}

/// What notices the mutant that made `mutated`: an expectation if one does, else a snapshot. Only cases and
/// decisions that it can reach are run.
pub fn judge(subject: &Subject<'_>, mutated: &Policy, reach: &Reach) -> Option<Killer> {
    let reached = ids(subject.policy, reach);
    let mut snapshot = None;
    for (place, baseline) in subject.cases.iter().enumerate() {
        let Some(case) = reduced(baseline.case, &reached) else { continue };
        if snapshot.is_some() && case.expect.is_empty() {
            continue;
        }
        let outcome = cases::run(mutated, subject.sources, &case, &baseline.deal);
        if let Some(unmet) = outcome.unmet.first() {
            return Some(Killer { case: place, expectation: true, message: unmet.message.clone() });
        }
        if snapshot.is_none() && baseline.held {
            let was = narrowed(&baseline.summary, &outcome.summary, reach);
            if let Some(change) = crate::trace::summary::changes(&was, &outcome.summary).first() {
                snapshot = Some(Killer { case: place, expectation: false, message: change.to_string() });
            }
        }
    }
    snapshot
}

/// The places of the decisions that are reached.
pub(super) fn ids(policy: &Policy, reach: &Reach) -> Vec<DecisionId> {
    let reached = |name: &String| reach.as_ref().is_none_or(|names| names.contains(name));
    policy.decisions.iter().filter(|(_, decision)| reached(&decision.name)).map(|(id, _)| id).collect()
}

/// The case with the decisions among `reached` alone, if any of its own are.
fn reduced(case: &Case, reached: &[DecisionId]) -> Option<Case> {
    let only: Vec<DecisionId> = match case.decisions() {
        None => reached.to_vec(),
        Some(own) => own.into_iter().filter(|id| reached.contains(id)).collect(),
    };
    if only.is_empty() {
        return None;
    }
    let mut case = case.clone();
    case.expect.retain(|expectation| only.contains(&expectation.decision));
    case.only = Some(only.into());
    Some(case)
}

/// What `before` says of the decisions that are reached, and that the case takes.
fn narrowed(before: &Summary, after: &Summary, reach: &Reach) -> Summary {
    let reached = |entry: &&Entry| match reach {
        Some(names) => names.contains(entry.decision()),
        None => true,
    };
    let taken: BTreeSet<&str> = after.entries.iter().map(Entry::decision).collect();
    let entries = before.entries.iter().filter(reached).filter(|entry| taken.contains(entry.decision()));
    Summary { entries: entries.cloned().collect() }
}

impl Mutant {
    /// Whether a deal that is unknown in part has to be tried to tell it apart: a presumption shows only there.
    pub(super) fn concerns_unknown(&self) -> bool {
        matches!(self.change, super::Change::Presumed(..))
    }
}
