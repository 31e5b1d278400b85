//! Deals that are decided otherwise, each decided by the engine before it is told.

use super::super::circuit::Lit;
use super::super::encode::{Codes, Hand};
use super::super::findings::{Unsettled, Why};
use super::super::inquiry::Stopped;
use super::super::texts::spell;
use super::search::{Comparison, Found};
use super::{End, Shown, Side};
use crate::engine::{self, Answers, Options, State};
use crate::facts::{Deal, FactId, RecordId, Schema, TypeKind, Value};
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
        spell(&mut [&mut witness.before, &mut witness.after], &self.texts());
        let shown = self.states(decisions, hands, &witness);
        self.leave_out(&mut witness, |c, less| c.states(decisions, hands, less) == shown);
        let [Some(was), Some(is)] = states else { return Ok(None) };
        let end = |state: State| End { state, rules: Vec::new(), together: true, fixed: true };
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

    /// Leaves out what does not matter to what a deal `shows`: facts, and fields of records.
    fn leave_out(&self, witness: &mut Shown, shows: impl Fn(&Self, &Shown) -> bool) {
        let schemas = [&self.before.schema, &self.policy(Side::After).schema];
        let tops = |schema: &'p Schema| {
            schema.facts.iter().filter(|(_, fact)| fact.field_of.is_none()).map(|(_, fact)| fact.name.as_str())
        };
        let mut names: Vec<&str> = schemas.into_iter().flat_map(tops).collect();
        names.sort_unstable();
        names.dedup();
        for name in names.into_iter().rev() {
            let facts = schemas.map(|schema| schema.fact_by_name(name));
            let mut less = witness.clone();
            for (deal, fact) in [&mut less.before, &mut less.after].into_iter().zip(facts) {
                if let Some(fact) = fact {
                    deal.given.remove(fact);
                }
            }
            if shows(self, &less) {
                *witness = less;
                continue;
            }
            for (place, field) in fields(schemas, [&witness.before, &witness.after], facts) {
                let mut less = witness.clone();
                for ((deal, schema), fact) in [&mut less.before, &mut less.after].into_iter().zip(schemas).zip(facts) {
                    if let Some(fact) = fact {
                        forget_field(schema, deal, fact, place, field);
                    }
                }
                if shows(self, &less) {
                    *witness = less;
                }
            }
        }
    }
}

/// The fields that are given in the records of a list, by the record's place and their name.
fn fields<'p>(schemas: [&'p Schema; 2], deals: [&Deal; 2], lists: [Option<FactId>; 2]) -> Vec<(usize, &'p str)> {
    let mut fields = Vec::new();
    for ((schema, deal), list) in schemas.into_iter().zip(deals).zip(lists) {
        let Some(list) = list else { continue };
        let (TypeKind::List { record, .. }, Some(Value::List(records))) =
            (&schema.facts[list].ty.kind, deal.get(list).map(|given| &given.value))
        else {
            continue;
        };
        for place in 0..records.len() {
            fields
                .extend(schema.records[*record].fields.iter().map(|&field| (place, schema.facts[field].name.as_str())));
        }
    }
    fields.sort_unstable();
    fields.dedup();
    fields
}

/// Takes a field back that was given in a record of a list.
fn forget_field(schema: &Schema, deal: &mut Deal, list: FactId, place: usize, name: &str) {
    let TypeKind::List { record, .. } = schema.facts[list].ty.kind else { return };
    let at = schema.records[record].fields.iter().position(|&field| schema.facts[field].name == name);
    let Some(given) = deal.given.get_mut(list) else { return };
    if let (Some(at), Value::List(records)) = (at, &given.value)
        && place < records.len()
    {
        let mut rows = records.to_vec();
        rows[place].fields[at] = None;
        given.value = Value::List(rows.into());
    }
}
