//! Facts that influence nothing.

use super::{FindingKind, Search};
use crate::analysis::circuit::Lit;
use crate::analysis::encode::{Key, encode};
use crate::analysis::inquiry::Stopped;
use crate::facts::FactId;
use crate::policy::ExprKind;

impl Search<'_, '_, '_> {
    /// Facts that some rule reads although no decision, and no property, ever comes out otherwise for them.
    pub(super) fn influence(&mut self) -> Result<(), Stopped> {
        let policy = self.policy();
        if !self.findings.unsettled.is_empty() {
            return Ok(());
        }
        let mut read: Vec<FactId> = policy
            .exprs
            .iter()
            .filter_map(|(_, expr)| match expr.kind {
                ExprKind::Fact(fact) => Some(fact),
                _ => None,
            })
            .collect();
        read.sort_unstable_by_key(|fact| fact.into_raw());
        read.dedup();
        for fact in read {
            let keys = self.inquiry.machine.inputs.keys_of(&policy.schema, fact);
            if !self.inquiry.varies(&keys) && !self.can_vary(&keys)? {
                self.report(FindingKind::NoInfluence(fact), None);
            }
        }
        Ok(())
    }

    /// Whether two deals that differ in these slots alone can end differently.
    fn can_vary(&mut self, keys: &[Key]) -> Result<bool, Stopped> {
        let machine = &mut *self.inquiry.machine;
        let Ok(inputs) = machine.inputs.with_others(&mut machine.circuit, keys) else { return Ok(true) };
        let Ok(other) = encode(&mut machine.circuit, &inputs, machine.policy) else { return Ok(true) };
        let ends = machine.encoded.literals(&mut machine.circuit, machine.policy);
        let other_ends = other.literals(&mut machine.circuit, machine.policy);
        let pairs = ends.into_iter().zip(other_ends);
        let differs: Vec<Lit> = pairs.map(|(one, other)| machine.circuit.xor(one, other)).collect();
        let differs = machine.circuit.any(differs);
        self.inquiry.can(&[differs, other.allowed])
    }
}
