//! Rules that never apply, never stand, or add nothing.

use super::{FindingKind, Search};
use crate::analysis::circuit::Lit;
use crate::analysis::inquiry::Stopped;
use crate::policy::{DecisionId, RuleId, Shape};

impl Search<'_, '_, '_> {
    pub(super) fn rules(&mut self, id: DecisionId) -> Result<(), Stopped> {
        let policy = self.policy();
        let decision = &policy.decisions[id];
        let rules = &decision.rules.rules;
        if rules.is_empty() || !self.is_settled(id)? {
            return Ok(());
        }
        let applies: Vec<Lit> = (0..rules.len()).map(|at| self.somewhere(id, |v| v.rules[at].applies)).collect();
        let stands: Vec<Lit> = (0..rules.len()).map(|at| self.somewhere(id, |v| v.rules[at].stands)).collect();
        for (at, index) in (0..rules.len()).zip(0..) {
            let rule = RuleId { decision: id, index };
            if self.inquiry.can(&[stands[at]])? {
                if matches!(decision.shape, Shape::Gate) {
                    self.implied(rule)?;
                }
            } else if self.inquiry.can(&[applies[at]])? {
                let over: Vec<u32> = self.overriding(rule, &applies)?;
                self.report(FindingKind::NeverStands(rule, over), None);
            } else {
                self.report(FindingKind::NeverApplies(rule), None);
            }
        }
        Ok(())
    }

    /// The rules that override a rule where it applies.
    fn overriding(&mut self, rule: RuleId, applies: &[Lit]) -> Result<Vec<u32>, Stopped> {
        let rules = &self.policy().decisions[rule.decision].rules.rules;
        let mut over = Vec::new();
        for (at, (place, other)) in rules.iter().enumerate().map(|(at, other)| (at as u32, other)).enumerate() {
            if other.overrides.contains(&rule.index)
                && self.inquiry.can(&[applies[rule.index as usize], applies[at]])?
            {
                over.push(place);
            }
        }
        Ok(over)
    }

    /// A requirement that fails only where others fail with the same outcome.
    fn implied(&mut self, rule: RuleId) -> Result<(), Stopped> {
        let at = rule.index as usize;
        let count = self.policy().decisions[rule.decision].rules.rules.len();
        let verdicts = self.inquiry.machine.encoded.decisions.get(&rule.decision).cloned().unwrap_or_default();
        let circuit = &mut self.inquiry.machine.circuit;
        let alone: Vec<Lit> = verdicts
            .iter()
            .map(|(there, verdict)| {
                let others = (0..count).filter(|other| *other != at).map(|other| verdict.rules[other].stands);
                let others = circuit.any(others);
                let alone = circuit.and(verdict.rules[at].stands, !others);
                circuit.and(*there, alone)
            })
            .collect();
        let alone = circuit.any(alone);
        if self.inquiry.can(&[alone])? {
            return Ok(());
        }
        let mut with = Vec::new();
        for (other, place) in (0..count).zip(0..) {
            let both = self.both(rule.decision, at, other);
            if other != at && self.inquiry.can(&[both])? {
                with.push(place);
            }
        }
        self.report(FindingKind::Implied(rule, with), None);
        Ok(())
    }

    /// Where two rules of a decision stand together.
    pub(super) fn both(&mut self, id: DecisionId, one: usize, other: usize) -> Lit {
        let verdicts = self.inquiry.machine.encoded.decisions.get(&id).cloned().unwrap_or_default();
        let circuit = &mut self.inquiry.machine.circuit;
        let lits: Vec<Lit> = verdicts
            .iter()
            .map(|(there, verdict)| {
                let both = circuit.and(verdict.rules[one].stands, verdict.rules[other].stands);
                circuit.and(*there, both)
            })
            .collect();
        circuit.any(lits)
    }

    /// Rows of tables with parameters that nothing asks for.
    pub(super) fn rows(&mut self) -> Result<(), Stopped> {
        // What the circuit does not say may ask for any of them.
        if !self.is_sure()? {
            return Ok(());
        }
        let mut rows: Vec<_> = self.inquiry.machine.encoded.rows.iter().map(|(row, lit)| (*row, *lit)).collect();
        rows.sort_unstable_by_key(|((lookup, place), _)| (lookup.into_raw(), *place));
        for ((lookup, place), lit) in rows {
            if !self.inquiry.can(&[lit])? {
                self.report(FindingKind::NeverAsked(lookup, place), None);
            }
        }
        Ok(())
    }
}
