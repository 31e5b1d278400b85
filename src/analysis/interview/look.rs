//! What a decision is still missing, by the engine's answer.

use crate::engine::{Answer, Answers, Decisions, Memo, Options, State};
use crate::facts::{Deal, FactPath};
use crate::policy::DecisionId;

use super::Settings;

/// A decision, or that of one record, that is not certain yet.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Open {
    pub(super) decision: DecisionId,
    /// The place of the record, for a decision about records whose list is known.
    pub(super) record: Option<u32>,
    /// What it is missing; never empty.
    pub(super) missing: Vec<FactPath>,
    /// Whether it misses all of these.
    pub(super) exact: bool,
}

/// What is open of some decisions.
pub(super) fn open(
    memo: &Memo<'_>,
    deal: &Deal,
    settings: &Settings,
    decisions: &[DecisionId],
    budget: u64,
) -> Vec<Open> {
    let options = Options { strict: settings.strict, explain: false, only: Some(decisions.to_vec()), budget };
    open_of(&memo.decide(deal, settings.as_of, &options), decisions)
}

/// What is open of these decisions, which were taken already.
pub(super) fn open_of(taken: &Decisions, decisions: &[DecisionId]) -> Vec<Open> {
    let mut all = Vec::new();
    for taken in taken.taken.iter().filter(|taken| decisions.contains(&taken.decision)) {
        let mut push = |record: Option<u32>, answer: &Answer| {
            if let State::Undecided(undecided) = &answer.state
                && !undecided.missing.is_empty()
            {
                let missing = undecided.missing.clone();
                all.push(Open { decision: taken.decision, record, missing, exact: answer.exact });
            }
        };
        match &taken.answers {
            Answers::One(answer) => push(None, answer),
            Answers::Each(answers) => (0u32..).zip(answers).for_each(|(i, answer)| push(Some(i), answer)),
        }
    }
    all
}

/// Groups of what is open such that no two groups miss a fact in common.
pub(super) fn apart(open: Vec<Open>) -> Vec<Vec<Open>> {
    let mut groups: Vec<Vec<Open>> = Vec::new();
    for one in open {
        let shares = |group: &Vec<Open>| group.iter().any(|o| o.missing.iter().any(|m| one.missing.contains(m)));
        let (touched, mut others): (Vec<_>, Vec<_>) = groups.into_iter().partition(shares);
        let mut joined: Vec<Open> = touched.into_iter().flatten().collect();
        joined.push(one);
        others.push(joined);
        groups = others;
    }
    groups
}

/// Every fact that some of these are missing, in the order of the policy.
pub(super) fn missing(open: &[Open]) -> Vec<FactPath> {
    let mut all: Vec<FactPath> = open.iter().flat_map(|o| o.missing.iter().copied()).collect();
    all.sort_unstable();
    all.dedup();
    all
}
