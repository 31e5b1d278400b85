//! Running a case: its decisions in few words, and the expectations that they do not meet.

use std::sync::Arc;

use super::case::Case;
use super::unmet::{Unmet, unmet};
use crate::base::Sources;
use crate::engine::{self, Decisions, Memo, Options};
use crate::facts::Deal;
use crate::policy::Policy;
use crate::trace::{Report, Summary};

/// What a case comes to.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Its decisions.
    pub summary: Arc<Summary>,
    /// The expectations that are not met, in the order in which they were written.
    pub unmet: Vec<Unmet>,
}

/// Takes the decisions of a case; `explain` keeps what they rest on.
pub fn decide(policy: &Policy, case: &Case, deal: &Deal, explain: bool) -> Decisions {
    engine::decide(policy, deal, case.as_of, &options(case, explain))
}

fn options(case: &Case, explain: bool) -> Options {
    Options { explain, only: case.decisions(), ..Options::default() }
}

/// Runs a case on its deal. `sources` hold the texts of the policy and of the case.
pub fn run(policy: &Policy, sources: &Sources, case: &Case, deal: &Deal) -> Outcome {
    outcome(policy, sources, case, deal, &decide(policy, case, deal, false))
}

/// As [`run`], for one of many cases of a policy: what `memo` knows of others is not found out again.
pub fn run_sharing(memo: &Memo<'_>, sources: &Sources, case: &Case, deal: &Deal) -> Outcome {
    let decisions = memo.decide(deal, case.as_of, &options(case, false));
    outcome(memo.policy(), sources, case, deal, &decisions)
}

fn outcome(policy: &Policy, sources: &Sources, case: &Case, deal: &Deal, decisions: &Decisions) -> Outcome {
    let deal_name = case.name.as_str();
    let report = Report { policy, sources, deal, deal_sources: sources, deal_name, decisions, traces: true };
    let summary = Summary::of(&report.data());
    let unmet = unmet(policy, case, decisions, &summary);
    Outcome { summary: summary.into(), unmet }
}
