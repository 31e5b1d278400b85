//! Deciding many deals by one policy: what was found out about unknown facts once is not searched for again.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::civil::Date;
use rustc_hash::FxHashMap;

use super::answer::{Answer, Answers, Decisions, State};
use super::decide::{Options, take};
use super::needs::Needs;
use crate::facts::{Deal, FactId, Schema, TypeKind, Value};
use crate::policy::{DecisionId, Ground, Policy, ground};

/// How many answers are kept as a rule.
const MOST: usize = 100_000;

/// A policy, and what its decisions came to where facts were unknown.
///
/// An exact answer is a function of the facts that the decision can rest on, of the date where that can matter, and of how it is asked
/// for. It is
/// kept under just these, with what it cost, and taken again only where the budget would have been enough to find it
/// anew. So every answer is the one that [`decide`](super::decide()) gives, whatever was decided before and in which order.
pub struct Memo<'p> {
    policy: &'p Policy,
    needs: Needs<'p>,
    /// What each decision can rest on, by its place.
    rests_on: Vec<RestsOn>,
    known: Mutex<FxHashMap<Key, (Answers, u64)>>,
    most: usize,
}

/// What a decision can rest on.
struct RestsOn {
    ground: Ground,
    /// One of the facts is a text. Which texts are possible depends on all that the deal names.
    texts: bool,
}

/// All that an answer depends on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    decision: DecisionId,
    period: Option<Date>,
    strict: bool,
    budget: u64,
    facts: Vec<Option<Value>>,
}

impl<'p> Memo<'p> {
    /// One in which nothing is kept yet.
    pub fn new(policy: &'p Policy) -> Memo<'p> {
        Memo::of_size(policy, MOST)
    }

    /// One that keeps no more than so many answers.
    pub fn of_size(policy: &'p Policy, most: usize) -> Memo<'p> {
        let rests_on = policy.decisions.iter().map(|(id, _)| {
            let ground = ground(policy, &[id]);
            let texts = ground.facts.iter().any(|&fact| can_hold_text(&policy.schema, fact));
            RestsOn { ground, texts }
        });
        let rests_on = rests_on.collect();
        Memo { policy, needs: Needs::of(policy), rests_on, known: Mutex::default(), most }
    }

    /// Takes decisions for one deal on a date, as [`decide`](super::decide()) does. An explanation is never kept, so that
    /// asking for one saves nothing.
    pub fn decide(&self, deal: &Deal, as_of: Date, options: &Options) -> Decisions {
        take(self.policy, deal, as_of, options, Some(self))
    }

    /// The policy.
    pub fn policy(&self) -> &'p Policy {
        self.policy
    }

    pub(super) fn needs(&self) -> &Needs<'p> {
        &self.needs
    }

    /// Under what the answers of `decision` are kept.
    pub(super) fn key(&self, decision: DecisionId, deal: &Deal, as_of: Date, options: &Options) -> Option<Key> {
        if options.explain {
            return None;
        }
        let value = |fact| deal.get(fact).map(|given| given.value.clone());
        let RestsOn { ground, texts } = self.rests_on.get(decision.into_raw().into_u32() as usize)?;
        let facts = if *texts {
            self.policy.schema.facts.iter().map(|(fact, _)| value(fact)).collect()
        } else {
            ground.facts.iter().map(|&fact| value(fact)).collect()
        };
        Some(Key { decision, period: ground.period(as_of), strict: options.strict, budget: options.budget, facts })
    }

    /// What is kept, with what it cost, if that is no more than `budget`.
    pub(super) fn get(&self, key: &Key, budget: u64) -> Option<(Answers, u64)> {
        self.known().get(key).filter(|(_, cost)| *cost <= budget).cloned()
    }

    pub(super) fn keep(&self, key: Key, answers: &Answers, cost: u64) {
        // Which of several faults is told may depend on what else is unknown.
        let lasts = |answer: &Answer| answer.exact && !matches!(answer.state, State::Error(_));
        let last = match answers {
            Answers::One(answer) => lasts(answer),
            Answers::Each(all) => all.iter().all(lasts),
        };
        let mut known = self.known();
        if last && known.len() < self.most {
            known.insert(key, (answers.clone(), cost));
        }
    }

    /// What is kept is whole at any time, so that it does not matter where another thread has ended.
    fn known(&self) -> MutexGuard<'_, FxHashMap<Key, (Answers, u64)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn can_hold_text(schema: &Schema, fact: FactId) -> bool {
    match schema.facts[fact].ty.kind {
        TypeKind::Text => true,
        TypeKind::List { record, .. } => {
            schema.records[record].fields.iter().any(|&field| schema.facts[field].ty.kind == TypeKind::Text)
        }
        _ => false,
    }
}
