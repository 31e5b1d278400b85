//! Deals in which a rule stands, and in which it applies and gives way, each as the engine says.

use jiff::civil::Date;

use super::super::circuit::Lit;
use super::super::inquiry::{Stopped, Witness, smaller};
use super::{Effective, Search, Target};
use crate::engine::{self, Answer, Answers, Options, Probe, RuleState, State, probe};
use crate::facts::{Deal, Value};

/// What the engine may spend on showing that a fact does not matter; one that it cannot show this of is kept.
const BUDGET: u64 = 20;

impl Search<'_, '_, '_> {
    pub(super) fn examples(&mut self, effective: &mut Effective) -> Result<(), Stopped> {
        let mut asked: [Vec<Lit>; 4] = Default::default();
        for ground in self.grounds() {
            let own = self.applies(&ground, &effective.when);
            let circuit = &mut self.inquiry.machine.circuit;
            let stands = circuit.and(ground.there, ground.stands);
            let yields = circuit.and(own, !ground.stands);
            for (at, lit) in [stands, yields].into_iter().enumerate() {
                asked[at * 2].push(circuit.and(lit, !ground.fails));
                asked[at * 2 + 1].push(lit);
            }
        }
        // Better deals in which the decision is taken.
        let [stands, stands_anyhow, yields, yields_anyhow] = asked;
        if let Some(witness) = self.first_example([stands, stands_anyhow])? {
            effective.stands = self.shown(&witness, |deal| self.stands_in(deal, witness.as_of));
        }
        if let Some(witness) = self.first_example([yields, yields_anyhow])?
            && let Some(to) = self.yields_in(&witness.deal, witness.as_of)
        {
            let shown = self.shown(&witness, |deal| self.yields_in(deal, witness.as_of).as_ref() == Some(&to));
            effective.yields = shown.map(|witness| (witness, to));
        }
        Ok(())
    }

    fn first_example(&mut self, questions: [Vec<Lit>; 2]) -> Result<Option<Witness>, Stopped> {
        for records in questions {
            if let Some(witness) = self.example(&records)? {
                return Ok(Some(witness));
            }
        }
        Ok(None)
    }

    /// A deal for which one of these holds: of several records the first, where it can be.
    fn example(&mut self, records: &[Lit]) -> Result<Option<Witness>, Stopped> {
        if let Some(first) = records.first()
            && let Some(witness) = self.inquiry.example(&[*first])?
        {
            return Ok(Some(witness));
        }
        let any = self.inquiry.any(records.iter().copied());
        self.inquiry.example(&[any])
    }

    /// A smaller deal that shows the same, by the engine. `None` where not even the whole deal does.
    fn shown(&self, witness: &Witness, shows: impl Fn(&Deal) -> bool) -> Option<Witness> {
        if !shows(&witness.deal) {
            return None;
        }
        // There is one example to show, so that the engine is asked about each of its facts.
        let deal = smaller(&self.policy.schema, witness, Deal::new(), shows);
        Some(Witness { deal, as_of: witness.as_of })
    }

    fn answers(&self, deal: &Deal, as_of: Date) -> Vec<Answer> {
        let decision = self.target.decision();
        let options = Options { explain: false, only: Some(vec![decision]), budget: BUDGET, ..Options::default() };
        let decisions = engine::decide(self.policy, deal, as_of, &options);
        match decisions.taken.into_iter().find(|taken| taken.decision == decision).map(|taken| taken.answers) {
            Some(Answers::One(answer)) => vec![answer],
            Some(Answers::Each(answers)) => answers,
            None => Vec::new(),
        }
    }

    /// Whether the engine says that the target stands, in some record.
    fn stands_in(&self, deal: &Deal, as_of: Date) -> bool {
        let ends = self.answers(deal, as_of).iter().any(|answer| match (self.target, &answer.state) {
            (Target::Default(_), State::Default(_)) => true,
            (Target::Rule(rule), State::Decided(_)) => answer.certain.contains(&rule.index),
            (Target::Rule(rule), State::Conflict(between)) => between.contains(&rule.index),
            _ => false,
        });
        let Target::Rule(rule) = self.target else { return ends };
        ends && self.in_a_record(deal, as_of, |_, states| {
            (states.get(rule.index as usize) == Some(&RuleState::Stands)).then_some(())
        }) == Some(())
    }

    /// What the target yields to in some record, by the engine, where the decision is settled.
    fn yields_in(&self, deal: &Deal, as_of: Date) -> Option<Vec<u32>> {
        let Target::Rule(rule) = self.target else { return None };
        let open = |answer: &Answer| matches!(&answer.state, State::Undecided(open) if !open.missing.is_empty());
        if self.answers(deal, as_of).iter().any(open) {
            return None;
        }
        let own = self.rules().rules.get(rule.index as usize)?;
        self.in_a_record(deal, as_of, |probe, states| {
            let holds = own.condition.is_none_or(|expr| probe.value(expr) == Some(Value::Boolean(true)));
            match states.get(rule.index as usize) {
                Some(RuleState::Overridden(by)) if holds => Some(by.clone()),
                Some(RuleState::NotReached) if holds && own.window.contains(as_of) => {
                    let stands = (0u32..).zip(states).filter(|(_, state)| **state == RuleState::Stands);
                    Some(stands.map(|(place, _)| place).collect())
                }
                _ => None,
            }
        })
    }

    /// What `look` sees in what becomes of the rules, in the first record in which it sees something.
    fn in_a_record<T>(
        &self,
        deal: &Deal,
        as_of: Date,
        look: impl Fn(&mut Probe<'_, '_>, &[RuleState]) -> Option<T>,
    ) -> Option<T> {
        let decision = self.target.decision();
        probe(self.policy, deal, as_of, Some(&[decision]), |probe| {
            let mut seen = None;
            let mut ask = |probe: &mut Probe<'_, '_>| {
                if seen.is_none() {
                    let states = probe.rule_states(self.rules());
                    seen = look(probe, &states);
                }
            };
            match self.policy.decisions[decision].scope {
                None => ask(probe),
                Some(record) => {
                    for list in probe.lists_of(record) {
                        probe.each_record(list, record, &mut ask);
                    }
                }
            }
            seen
        })
    }
}
