//! Properties: proved, or broken by a deal.

use super::{FindingKind, Search};
use crate::analysis::circuit::Lit;
use crate::analysis::inquiry::{Stopped, Witness, smaller};
use crate::engine::probe;
use crate::facts::{Deal, Value};
use crate::policy::PropertyId;

impl Search<'_, '_, '_> {
    pub(super) fn property(&mut self, id: PropertyId) -> Result<(), Stopped> {
        let policy = self.policy();
        let property = &policy.properties[id];
        let index = id.into_raw().into_u32() as usize;
        let symbols = self.inquiry.machine.encoded.properties.get(index).cloned().unwrap_or_default();
        let circuit = &mut self.inquiry.machine.circuit;
        let (mut broken, mut valueless, mut lost) = (Vec::new(), Vec::new(), Vec::new());
        for (there, symbol) in symbols {
            let failed = symbol.fails.any(circuit);
            let wrong = if property.never { symbol.truth() } else { !symbol.truth() };
            let wrong = circuit.and(!failed, wrong);
            broken.push(circuit.and(there, wrong));
            // Dates that the calendar does not have are passed over.
            valueless.push(circuit.all([there, symbol.fails.error, !symbol.fails.beyond]));
            lost.push(circuit.and(there, symbol.fails.lost));
        }
        let [broken, valueless, lost]: [Lit; 3] = [broken, valueless, lost].map(|lits| circuit.any(lits));
        let (broken, witness) = match self.inquiry.example(&[broken])? {
            Some(witness) => (broken, Some(witness)),
            None => (valueless, self.inquiry.example(&[valueless])?),
        };
        let Some(witness) = witness else {
            if !self.inquiry.can(&[lost])? {
                self.findings.proved.push(id);
            }
            return Ok(());
        };
        // What the property comes to, of every record it is asked of.
        let breaks = |deal: &Deal, all: bool| {
            probe(policy, deal, witness.as_of, None, |probe| {
                let (mut broken, mut fine) = (false, false);
                let mut ask = |value: Option<Value>| match value {
                    Some(Value::Boolean(holds)) if holds == property.never => broken = true,
                    None if all => broken = true,
                    _ => fine = true,
                };
                match property.scope {
                    None => ask(probe.value(property.condition)),
                    Some(record) => {
                        for list in probe.lists_of(record) {
                            probe.each_record(list, record, |probe| ask(probe.value(property.condition)));
                        }
                    }
                }
                broken
            })
        };
        if breaks(&witness.deal, true) {
            let sure = breaks(&witness.deal, false);
            // That there is no value where facts are left out says nothing: then the deal is shown as a whole.
            let witness = if sure {
                let proposed = self.inquiry.without_idle_facts(&witness, &[broken]);
                let deal = smaller(&policy.schema, &witness, proposed, |deal| breaks(deal, false));
                Witness { deal, as_of: witness.as_of }
            } else {
                witness
            };
            self.report(if sure { FindingKind::Broken(id) } else { FindingKind::Valueless(id) }, Some(witness));
        } else {
            self.unconfirmed(property.condition);
        }
        Ok(())
    }
}
