//! Conflicts, gaps and errors of decisions: each with a deal that ends in it.

use super::{FindingKind, MOST_OF_ONE, Search};
use crate::analysis::circuit::Lit;
use crate::analysis::inquiry::{Stopped, Witness, smaller};
use crate::analysis::reach::{reached, roots};
use crate::engine::{self, Answer, Answers, Fault, FaultKind, Options, State};
use crate::facts::Deal;
use crate::policy::{DecisionId, ExprId, Shape};

/// What the engine may spend on showing that a fact does not matter; one that it cannot show this of is kept.
const BUDGET: u64 = 20;

impl Search<'_, '_, '_> {
    pub(super) fn conflicts(&mut self, id: DecisionId) -> Result<(), Stopped> {
        let conflict = self.somewhere(id, |verdict| verdict.conflict);
        let mut asked = vec![conflict];
        for told in 0.. {
            if told == MOST_OF_ONE {
                return self.more(&asked);
            }
            let Some(witness) = self.inquiry.example(&asked)? else { break };
            let ends = |answer: &Answer| match &answer.state {
                State::Conflict(between) => Some(between.clone()),
                _ => None,
            };
            let Some((between, witness)) = self.shown(id, &witness, ends) else {
                self.unconfirmed_decision(id);
                break;
            };
            for (i, &one) in between.iter().enumerate() {
                for &other in &between[i + 1..] {
                    let both = self.both(id, one as usize, other as usize);
                    asked.push(!both);
                }
            }
            self.report(FindingKind::Conflict(id, between), Some(witness));
        }
        Ok(())
    }

    /// Says of the last finding whether there are more like it.
    fn more(&mut self, asked: &[Lit]) -> Result<(), Stopped> {
        let more = self.inquiry.can(asked)?;
        if let Some(last) = self.findings.findings.last_mut() {
            last.more = more;
        }
        Ok(())
    }

    pub(super) fn gaps(&mut self, id: DecisionId) -> Result<(), Stopped> {
        let gap = self.somewhere(id, |verdict| verdict.own_gap);
        let Some(witness) = self.inquiry.example(&[gap])? else { return Ok(()) };
        let ends = |answer: &Answer| match &answer.state {
            State::Undecided(open) if open.missing.is_empty() => Some(()),
            _ => None,
        };
        match self.shown(id, &witness, ends) {
            Some(((), witness)) => self.report(FindingKind::Gap(id), Some(witness)),
            None => self.unconfirmed_decision(id),
        }
        Ok(())
    }

    pub(super) fn errors(&mut self, id: DecisionId) -> Result<(), Stopped> {
        // What is wrong elsewhere is told there.
        let own = self.own_error(id);
        let (mut asked, mut known) = (vec![own], Vec::new());
        for told in 0.. {
            if told == MOST_OF_ONE {
                return self.more(&asked);
            }
            let Some(witness) = self.inquiry.example(&asked)? else { break };
            let ends = |answer: &Answer| match &answer.state {
                State::Error(fault) if !is_passed_over(fault) => Some(fault.clone()),
                _ => None,
            };
            let Some((fault, witness)) = self.shown(id, &witness, ends) else {
                self.unconfirmed_decision(id);
                break;
            };
            let breaches = self.inquiry.machine.encoded.breaches.iter();
            let same: Vec<Lit> = breaches.filter(|breach| breach.expr == fault.expr).map(|breach| breach.lit).collect();
            known.push(fault.expr);
            self.report(FindingKind::Error(id, fault), Some(witness));
            if same.is_empty() {
                break;
            }
            let same = self.inquiry.any(same);
            asked.push(!same);
        }
        self.further_errors(id, own, known)
    }

    /// Errors of a decision that only come up where something else that it may evaluate has no value either.
    fn further_errors(&mut self, id: DecisionId, own: Lit, mut known: Vec<ExprId>) -> Result<(), Stopped> {
        if known.is_empty() {
            return Ok(());
        }
        let policy = self.policy();
        let reached = reached(policy, roots(policy, id));
        let breaches = &self.inquiry.machine.encoded.breaches;
        let mut left: Vec<(ExprId, Lit)> = breaches.iter().map(|breach| (breach.expr, breach.lit)).collect();
        left.retain(|(expr, _)| reached.contains(expr) && !known.contains(expr));
        for (expr, lit) in left {
            if known.contains(&expr) {
                continue;
            }
            let Some(witness) = self.inquiry.example(&[own, lit])? else { continue };
            let ends = |answer: &Answer| match &answer.state {
                State::Error(fault) if !is_passed_over(fault) && !known.contains(&fault.expr) => Some(fault.clone()),
                _ => None,
            };
            let Some((fault, witness)) = self.shown(id, &witness, ends) else { continue };
            if known.len() == MOST_OF_ONE {
                if let Some(last) = self.findings.findings.last_mut() {
                    last.more = true;
                }
                break;
            }
            known.push(fault.expr);
            self.report(FindingKind::Error(id, fault), Some(witness));
        }
        Ok(())
    }

    /// Where a decision ends in an error that is told of it, for any of the records it is taken of.
    fn own_error(&mut self, id: DecisionId) -> Lit {
        let machine = &mut *self.inquiry.machine;
        let verdicts = machine.encoded.decisions.get(&id).map_or(&[][..], Vec::as_slice);
        let circuit = &mut machine.circuit;
        let lits: Vec<Lit> = verdicts
            .iter()
            .map(|(there, verdict)| {
                let error = verdict.symbol.fails.own_error(circuit);
                circuit.all([*there, error, !verdict.conflict])
            })
            .collect();
        circuit.any(lits)
    }

    fn unconfirmed_decision(&mut self, id: DecisionId) {
        let decision = &self.policy().decisions[id];
        let first = decision.rules.rules.first().map(|rule| rule.condition.unwrap_or(rule.outcome));
        let default = decision.rules.default.as_ref().map(|default| default.outcome);
        let computed = match decision.shape {
            Shape::Computed(expr) => Some(expr),
            _ => first.or(default),
        };
        if let Some(expr) = computed {
            self.unconfirmed(expr);
        }
    }

    /// What the engine says of a decision in a deal, and a smaller deal in which it says the same. `None` where it says
    /// something else.
    fn shown<T: PartialEq>(
        &self,
        id: DecisionId,
        witness: &Witness,
        ends: impl Fn(&Answer) -> Option<T>,
    ) -> Option<(T, Witness)> {
        let policy = self.policy();
        let options = Options { explain: false, only: Some(vec![id]), budget: BUDGET, ..Options::default() };
        let ended = |deal: &Deal| {
            let decisions = engine::decide(policy, deal, witness.as_of, &options);
            let taken = decisions.taken.into_iter().find(|taken| taken.decision == id)?;
            match taken.answers {
                Answers::One(answer) => ends(&answer),
                Answers::Each(answers) => answers.iter().find_map(&ends),
            }
        };
        let said = ended(&witness.deal)?;
        let verdicts = self.inquiry.machine.encoded.decisions.get(&id).into_iter().flatten();
        let lits = verdicts.flat_map(|(there, verdict)| {
            let fails = verdict.symbol.fails;
            let stands = verdict.rules.iter().map(|rule| rule.stands);
            stands.chain([*there, verdict.conflict, verdict.own_gap, fails.gap, fails.error])
        });
        let proposed = self.inquiry.without_idle_facts(witness, &lits.collect::<Vec<_>>());
        let deal = smaller(&policy.schema, witness, proposed, |deal| ended(deal).as_ref() == Some(&said));
        Some((said, Witness { deal, as_of: witness.as_of }))
    }
}

/// Whether the reason is told of another decision, or is a date that the calendar of the language does not have: any policy
/// that adds to a date without bounds can come there, and none means to.
fn is_passed_over(fault: &Fault) -> bool {
    matches!(fault.kind, FaultKind::NeedsConflict(_) | FaultKind::NeedsError(_) | FaultKind::DateOutOfRange)
}
