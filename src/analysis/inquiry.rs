//! Questions to a machine: is there a deal for which all of this holds?

use jiff::civil::Date;

use super::circuit::{Lit, Search, Solver};
use super::encode::{Codes, Coding, Key, Slot};
use super::machine::Machine;
use super::samples::Samples;
use crate::facts::{Deal, FactId, Schema, TypeKind, Value};

/// What was asked for was not finished: it was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped;

/// A machine and the solver that answers questions about it.
pub(super) struct Inquiry<'m, 'p, 's> {
    pub(super) machine: &'m mut Machine<'p>,
    solver: Solver<'s>,
    samples: Samples,
    /// The date that examples are set on where any will do.
    today: Date,
}

/// A complete deal, and the date of the decision.
#[derive(Clone, Debug, PartialEq)]
pub struct Witness {
    /// The facts.
    pub deal: Deal,
    /// The date.
    pub as_of: Date,
}

impl<'m, 'p, 's> Inquiry<'m, 'p, 's> {
    /// Asks about the deals that the policy allows. `stop` is asked now and then whether to give up.
    pub(super) fn new(machine: &'m mut Machine<'p>, today: Date, stop: &'s dyn Fn() -> bool) -> Self {
        let mut solver = Solver::new(stop);
        solver.assert(&machine.circuit, machine.encoded.allowed);
        let samples = Samples::new(machine);
        Inquiry { machine, solver, samples, today }
    }

    /// Whether there is a deal for which all of these hold.
    pub(super) fn can(&mut self, all: &[Lit]) -> Result<bool, Stopped> {
        if all.contains(&Lit::FALSE) {
            return Ok(false);
        }
        if self.samples.show(&self.machine.circuit, all) {
            return Ok(true);
        }
        match self.solver.search(&self.machine.circuit, all) {
            Search::Found => Ok(true),
            Search::Impossible => Ok(false),
            Search::Stopped => Err(Stopped),
        }
    }

    /// Whether some deal is seen to end otherwise with other values in these slots.
    pub(super) fn varies(&mut self, keys: &[Key]) -> bool {
        self.samples.vary(self.machine, keys)
    }

    /// Where any of these holds.
    pub(super) fn any(&mut self, lits: impl IntoIterator<Item = Lit>) -> Lit {
        self.machine.circuit.any(lits)
    }

    /// A deal for which all of these hold: a small one with ordinary values, in which presumptions are kept where they
    /// can be. `None` where there is none.
    pub(super) fn example(&mut self, all: &[Lit]) -> Result<Option<Witness>, Stopped> {
        if !self.can(all)? {
            return Ok(None);
        }
        let mut held = all.to_vec();
        let mut codes = Codes::default();
        let keys: Vec<Key> = self.machine.inputs.slots.keys().cloned().collect();
        let ahead = |key: &&Key| matches!(key, Key::AsOf | Key::Length(_));
        for key in keys.iter().filter(ahead).chain(keys.iter().filter(|key| !ahead(key))) {
            if let Key::Field(list, place, _) = key {
                let length = codes.get(&Key::Length(list.clone())).copied().flatten().unwrap_or(0);
                if length <= *place as i128 {
                    continue;
                }
            }
            let Some(slot) = self.machine.inputs.slots.get(key).cloned() else { continue };
            let code = self.ordinary(&mut held, key, &slot)?;
            held.extend(slot.is(code));
            codes.insert(key.clone(), code);
        }
        let (deal, as_of) = self
            .machine
            .inputs
            .deal(self.machine.policy, |key, slot| codes.get(key).copied().unwrap_or(Some(slot.domain.low)));
        Ok(Some(Witness { deal, as_of }))
    }

    /// The most ordinary code that a slot can have where all that is `held` holds.
    fn ordinary(&mut self, held: &mut Vec<Lit>, key: &Key, slot: &Slot) -> Result<Option<i128>, Stopped> {
        for code in self.usual(key, slot) {
            if self.can_also(held, &slot.is(code))? {
                return Ok(code);
            }
        }
        // None is left out where the slot can be something.
        if slot.none != Lit::FALSE && !self.can_also(held, &[!slot.none])? {
            return Ok(None);
        }
        held.push(!slot.none);
        self.least(held, slot)
    }

    fn can_also(&mut self, held: &[Lit], also: &[Lit]) -> Result<bool, Stopped> {
        self.can(&[held, also].concat())
    }

    /// The code that is nearest to zero, above it if there is one.
    fn least(&mut self, held: &[Lit], slot: &Slot) -> Result<Option<i128>, Stopped> {
        let (low, high) = (slot.domain.low, slot.domain.high);
        if low < 0 && high >= 0 {
            let above = self.between(slot, 0, high);
            if self.can_also(held, &[above])? {
                return self.nearest(held, slot, 0, high, false).map(Some);
            }
            return self.nearest(held, slot, low, -1, true).map(Some);
        }
        self.nearest(held, slot, low, high, high < 0).map(Some)
    }

    /// The lowest code between the ends that there is, or where `from_above` the highest.
    fn nearest(
        &mut self,
        held: &[Lit],
        slot: &Slot,
        mut low: i128,
        mut high: i128,
        from_above: bool,
    ) -> Result<i128, Stopped> {
        while low < high {
            let middle = low + (high - low) / 2;
            let (near, far) =
                if from_above { ((middle + 1, high), (low, middle)) } else { ((low, middle), (middle + 1, high)) };
            let inside = self.between(slot, near.0, near.1);
            (low, high) = if self.can_also(held, &[inside])? { near } else { far };
        }
        Ok(low)
    }

    /// Where a slot's code lies between the ends.
    pub(super) fn between(&mut self, slot: &Slot, low: i128, high: i128) -> Lit {
        self.machine.between(slot, low, high)
    }

    /// Codes that a deal is likely to have, the likeliest first.
    fn usual(&self, key: &Key, slot: &Slot) -> Vec<Option<i128>> {
        let (low, high) = (slot.domain.low, slot.domain.high);
        let mut usual: Vec<Option<i128>> = Vec::new();
        if *key == Key::AsOf {
            usual.push(Some(super::encode::day(self.today)));
        }
        usual.extend(self.machine.presumed(key));
        match &slot.domain.coding {
            Coding::Boolean => usual.extend([Some(0), Some(1)]),
            Coding::Variant(_) => usual.extend((low..=high.min(low + 15)).map(Some)),
            Coding::Text => usual.push(Some(high)),
            Coding::Date => usual.push(Some(super::encode::day(self.today))),
            Coding::Number(_) => {}
            Coding::Length => usual.extend((low..=high.min(2)).map(Some)),
        }
        if slot.domain.optional {
            usual.push(None);
        }
        usual.retain(|code| code.is_none_or(|code| low <= code && code <= high));
        usual
    }
}

/// A smaller deal that still `shows` what it is to show: facts that do not matter are left out.
pub(super) fn smaller(schema: &Schema, witness: &Witness, shows: impl Fn(&Deal) -> bool) -> Deal {
    let mut deal = witness.deal.clone();
    let facts: Vec<FactId> = deal.given.iter().map(|(id, _)| id).collect();
    for id in facts.into_iter().rev() {
        let mut less = deal.clone();
        less.given.remove(id);
        if shows(&less) {
            deal = less;
            continue;
        }
        let TypeKind::List { record, .. } = schema.facts[id].ty.kind else { continue };
        let Some(Value::List(records)) = deal.get(id).map(|given| given.value.clone()) else { continue };
        for place in 0..records.len() {
            for field in 0..schema.records[record].fields.len() {
                let mut less = deal.clone();
                let Some(given) = less.given.get_mut(id) else { continue };
                let Value::List(records) = &given.value else { continue };
                let mut rows = records.to_vec();
                rows[place].fields[field] = None;
                given.value = Value::List(rows.into());
                if shows(&less) {
                    deal = less;
                }
            }
        }
    }
    deal
}
