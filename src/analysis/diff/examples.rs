//! Deals that are decided otherwise, each decided by the engine before it is told.

use super::super::circuit::Lit;
use super::super::encode::{Codes, Hand};
use super::super::findings::{Unsettled, Why};
use super::super::inquiry::Stopped;
use super::search::{Comparison, Found};
use super::{End, Shown, Side};
use crate::engine::{self, Answers, Options, State};
use crate::facts::{Deal, RecordId, TypeKind, Value};
use crate::policy::{DecisionId, Policy, Shape};

/// What the engine may spend on showing that a fact does not matter.
const BUDGET: u64 = 20;

impl<'p> Comparison<'_, 'p, '_> {
    /// A deal in which all of this holds, and how the decisions end in it. `None` where there is none, or where the engine
    /// does not decide it so.
    pub(super) fn found(
        &mut self,
        decisions: [DecisionId; 2],
        hands: [Option<Hand>; 2],
        asked: &[Lit],
    ) -> Result<Option<Found>, Stopped> {
        let Some(codes) = self.inquiry.example_codes(asked)? else { return Ok(None) };
        let inputs = &self.inquiry.machine.inputs;
        let deal = |policy| inputs.deal(policy, |key, _| codes.get(key).copied().flatten());
        let (after, as_of) = deal(self.policy(Side::After));
        let (before, _) = deal(self.before);
        let mut witness = Shown { before, after, as_of };
        let states = self.states(decisions, hands, &witness);
        let [Some(was), Some(is)] = &states else { return self.unconfirmed(decisions) };
        if !self.confirmed(decisions, hands, &codes, [was, is]) {
            return self.unconfirmed(decisions);
        }
        self.leave_out(decisions, hands, &mut witness, &states);
        let [Some(was), Some(is)] = states else { return Ok(None) };
        let end = |state: State| End { state, rules: Vec::new(), fixed: true };
        Ok(Some(Found { codes, ends: [end(was), end(is)], witness }))
    }

    /// The engine does not confirm what was found: nothing is said of these decisions, and nothing is proved.
    fn unconfirmed(&mut self, decisions: [DecisionId; 2]) -> Result<Option<Found>, Stopped> {
        let policy = self.policy(Side::After);
        let decision = &policy.decisions[decisions[1]];
        let expr = match decision.shape {
            Shape::Computed(expr) => Some(expr),
            _ => decision.rules.rules.first().map(|rule| rule.outcome),
        };
        if let Some(expr) = expr {
            self.unsettled(Side::After, Unsettled { expr, why: Why::NotConfirmed });
        }
        Ok(None)
    }

    pub(super) fn unsettled(&mut self, side: Side, unsettled: Unsettled) {
        if !self.difference.unsettled.contains(&(side, unsettled)) {
            self.difference.unsettled.push((side, unsettled));
        }
    }

    /// How the decisions end in a deal, as the engine says.
    pub(super) fn states(
        &self,
        decisions: [DecisionId; 2],
        hands: [Option<Hand>; 2],
        deal: &Shown,
    ) -> [Option<State>; 2] {
        let one = |side: Side, place: usize, facts: &Deal| {
            let policy = self.policy(side);
            let id = decisions[place];
            let options = Options { explain: false, only: Some(vec![id]), budget: BUDGET, ..Options::default() };
            let taken = engine::decide(policy, facts, deal.as_of, &options).taken;
            let answers = taken.into_iter().find(|taken| taken.decision == id)?.answers;
            match (answers, hands[place]) {
                (Answers::One(answer), _) => Some(answer.state),
                (Answers::Each(answers), Some(hand)) => {
                    let before = self.before_list(policy, facts, hand);
                    answers.into_iter().nth(before + hand.place).map(|answer| answer.state)
                }
                (Answers::Each(_), None) => None,
            }
        };
        [one(Side::Before, 0, &deal.before), one(Side::After, 1, &deal.after)]
    }

    /// How many records of other lists come before those of the list.
    fn before_list(&self, policy: &Policy, deal: &Deal, hand: Hand) -> usize {
        let lists = policy.schema.facts.iter().take_while(|(id, _)| *id != hand.list);
        let of_record = |record: RecordId| move |(_, fact): &(_, &crate::facts::Fact)| matches!(fact.ty.kind, TypeKind::List { record: of, .. } if of == record);
        let lengths =
            lists.filter(of_record(hand.record)).map(|(id, _)| match deal.get(id).map(|given| &given.value) {
                Some(Value::List(records)) => records.len(),
                _ => 0,
            });
        lengths.sum()
    }

    /// Whether the circuit says the same of a deal as the engine.
    pub(super) fn confirmed(
        &mut self,
        decisions: [DecisionId; 2],
        hands: [Option<Hand>; 2],
        codes: &Codes,
        states: [&State; 2],
    ) -> bool {
        let mut lits = Vec::new();
        for (place, side) in [(0, Side::Before), (1, Side::After)] {
            match self.end(side, decisions[place], hands[place], states[place]) {
                Some(lit) => lits.push(lit),
                None => return false,
            }
        }
        let run = self.inquiry.machine.run(codes);
        lits.into_iter().all(run)
    }

    /// Leaves out what does not matter to how the decisions end.
    fn leave_out(
        &self,
        decisions: [DecisionId; 2],
        hands: [Option<Hand>; 2],
        witness: &mut Shown,
        states: &[Option<State>; 2],
    ) {
        let after = self.policy(Side::After);
        let names = |policy: &'p Policy| {
            policy.schema.facts.iter().filter(|(_, fact)| fact.field_of.is_none()).map(|(_, fact)| fact.name.as_str())
        };
        let mut names: Vec<&str> = names(after).chain(names(self.before)).collect();
        names.sort_unstable();
        names.dedup();
        for name in names.into_iter().rev() {
            let mut less = witness.clone();
            if let Some(id) = self.before.schema.fact_by_name(name) {
                less.before.given.remove(id);
            }
            if let Some(id) = after.schema.fact_by_name(name) {
                less.after.given.remove(id);
            }
            if self.states(decisions, hands, &less) == *states {
                *witness = less;
            }
        }
    }
}
