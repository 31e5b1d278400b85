//! Facts that influence nothing.

use super::{FindingKind, Search, Unsettled, Why};
use crate::analysis::circuit::Lit;
use crate::analysis::encode::{Key, NoCircuit, Reason, encode};
use crate::analysis::inquiry::Stopped;
use crate::facts::FactId;
use crate::policy::ExprKind;

impl Search<'_, '_, '_> {
    /// The facts that some expression reads.
    pub(super) fn read(&self) -> Vec<FactId> {
        let read = self.policy().exprs.iter().filter_map(|(_, expr)| match expr.kind {
            ExprKind::Fact(fact) => Some(fact),
            _ => None,
        });
        let mut read: Vec<FactId> = read.collect();
        read.sort_unstable_by_key(|fact| fact.into_raw());
        read.dedup();
        read
    }

    /// A fact that is read although no decision, and no property, ever comes out otherwise for it.
    pub(super) fn influence(&mut self, fact: FactId) -> Result<(), Stopped> {
        if !self.is_sure()? {
            return Ok(());
        }
        let keys = self.inquiry.machine.inputs.keys_of(&self.policy().schema, fact);
        if !self.inquiry.varies(&keys) && !self.can_vary(&keys)? {
            self.report(FindingKind::NoInfluence(fact), None);
        }
        Ok(())
    }

    /// Whether two deals that differ in these slots alone can end differently.
    fn can_vary(&mut self, keys: &[Key]) -> Result<bool, Stopped> {
        let stop = self.inquiry.stop;
        let machine = &mut *self.inquiry.machine;
        let Ok(inputs) = machine.inputs.with_others(&mut machine.circuit, keys) else { return Ok(true) };
        let other = match encode(&mut machine.circuit, &inputs, machine.policy, stop) {
            Ok(other) => other,
            Err(NoCircuit::TooWide) => return Ok(true),
            Err(NoCircuit::Stopped) => return Err(Stopped),
        };
        if let Some((expr, ..)) = other.losses.iter().find(|(_, reason, _)| *reason == Reason::TooLarge) {
            let unsettled = Unsettled { expr: *expr, why: Why::TooLarge };
            if !self.findings.unsettled.contains(&unsettled) {
                self.findings.unsettled.push(unsettled);
            }
            return Ok(true);
        }
        let ends = machine.encoded.literals(&mut machine.circuit, machine.policy);
        let other_ends = other.literals(&mut machine.circuit, machine.policy);
        let pairs = ends.into_iter().zip(other_ends);
        let differs: Vec<Lit> = pairs.map(|(one, other)| machine.circuit.xor(one, other)).collect();
        let differs = machine.circuit.any(differs);
        self.inquiry.can(&[differs, other.allowed])
    }
}
