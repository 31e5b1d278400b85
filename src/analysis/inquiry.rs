//! Questions to a machine: is there a deal for which all of this holds?

use jiff::civil::Date;
use rustc_hash::{FxHashMap, FxHashSet};

use super::circuit::{Cone, Integer, Lit, PartialRun, Patience, Run, Search, Solver};
use super::encode::{Codes, Coding, Key, Slot};
use super::machine::Machine;
use super::samples::{Samples, Telling};
use super::texts::spell;
use crate::facts::{Deal, FactId, Schema, TypeKind, Value};

/// How many codes are tried at a time on the way to zero, or to today.
const CANDIDATES: i128 = 64;
/// How often: enough for a number of 127 bits.
const MOST_STEPS: usize = 24;

/// Examples have no more records than this in a list where they can do with as many.
const FEW_RECORDS: i128 = 2;

/// So much work is worth it to leave facts out, in gates that are looked at.
const MOST_WORK: usize = 40_000_000;

/// Of so many facts the engine is asked whether each of them matters; it takes longer than the circuit, and sees more.
const FEW_FACTS: usize = 10;

/// What was asked for was not finished: it was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped;

/// A machine and the solver that answers questions about it.
pub(super) struct Inquiry<'m, 'p, 's> {
    pub(super) machine: &'m mut Machine<'p>,
    solver: Solver<'s>,
    samples: Samples,
    /// Asked now and then whether to give up.
    pub(super) stop: &'s dyn Fn() -> bool,
    /// The date that examples are set on where any will do.
    today: Date,
    /// How long an answer may take; as long as it takes where nothing is said.
    pub(super) patience: Option<Patience>,
}

/// A complete deal, and the date of the decision.
#[derive(Clone, Debug, PartialEq)]
pub struct Witness {
    /// The facts.
    pub deal: Deal,
    /// The date.
    pub as_of: Date,
}

/// Tries codes of one slot after the other on what is to hold.
struct Fitting {
    cone: Cone,
    /// What the inputs are in 64 runs.
    words: FxHashMap<usize, u64>,
}

impl Fitting {
    /// Gives a slot these codes, each in some of the runs.
    fn set(&mut self, slot: &Slot, codes: impl IntoIterator<Item = (u64, Option<i128>)>) {
        for lit in slot.bits.iter().chain([&slot.none]) {
            self.words.insert(lit.gate(), 0);
        }
        for (lanes, code) in codes {
            for lit in slot.is(code).into_iter().filter(|lit| !lit.is_constant() && !lit.is_negated()) {
                *self.words.entry(lit.gate()).or_default() |= lanes;
            }
        }
    }
}

impl<'m, 'p, 's> Inquiry<'m, 'p, 's> {
    /// Asks about the deals that the policy allows. `stop` is asked now and then whether to give up.
    pub(super) fn new(machine: &'m mut Machine<'p>, today: Date, stop: &'s dyn Fn() -> bool) -> Self {
        let mut solver = Solver::new(stop);
        solver.assert(&machine.circuit, machine.encoded.allowed);
        let samples = Samples::new(machine);
        Inquiry { machine, solver, samples, stop, today, patience: None }
    }

    /// Tells the solver what follows from the circuit, and what it would find hard to see.
    pub(super) fn assert(&mut self, lit: Lit) {
        self.solver.assert(&self.machine.circuit, lit);
    }

    /// What is asked next is about deals near one, in which literals come to this.
    pub(super) fn near(&mut self, deal: &dyn Fn(Lit) -> bool) {
        self.solver.hint(&self.machine.circuit, deal);
    }

    /// Whether it is to give up altogether, and not only with what it was asked last.
    pub(super) fn is_stopped(&self) -> bool {
        (self.stop)()
    }

    /// Whether there is a deal for which all of these hold.
    pub(super) fn can(&mut self, all: &[Lit]) -> Result<bool, Stopped> {
        if all.contains(&Lit::FALSE) {
            return Ok(false);
        }
        if self.samples.show(&self.machine.circuit, all) {
            return Ok(true);
        }
        let found = match self.patience {
            None => Some(self.solver.search(&mut self.machine.circuit, all)),
            Some(patience) => self.solver.search_within(&mut self.machine.circuit, all, patience),
        };
        match found {
            Some(Search::Found) => Ok(true),
            Some(Search::Impossible) => Ok(false),
            Some(Search::Stopped) | None => Err(Stopped),
        }
    }

    /// Some of these, by their place, that cannot hold together; `None` where there is a deal for which all of them do, or
    /// where that takes longer.
    pub(super) fn clash(&mut self, all: &[Lit], patience: Patience) -> Result<Option<Vec<usize>>, Stopped> {
        if let Some(place) = all.iter().position(|&lit| lit == Lit::FALSE) {
            return Ok(Some(vec![place]));
        }
        if self.samples.show(&self.machine.circuit, all) {
            return Ok(None);
        }
        match self.solver.search_within(&mut self.machine.circuit, all, patience) {
            Some(Search::Impossible) => Ok(Some(self.solver.enough(all))),
            Some(Search::Stopped) => Err(Stopped),
            Some(Search::Found) | None => Ok(None),
        }
    }

    /// Numbers and days at which the policy may decide otherwise.
    pub(super) fn telling(&self) -> &Telling {
        &self.samples.telling
    }

    /// Whether some deal is seen to end otherwise with other values in these slots.
    pub(super) fn varies(&mut self, keys: &[Key]) -> bool {
        self.samples.vary(self.machine, keys)
    }

    /// Which of some wishes hold in that of the random deals that meets most of them, of those for which `lit` holds.
    pub(super) fn best(&mut self, lit: Lit, wishes: &[Lit]) -> Vec<usize> {
        self.samples.best(&self.machine.circuit, lit, wishes)
    }

    /// Where any of these holds.
    pub(super) fn any(&mut self, lits: impl IntoIterator<Item = Lit>) -> Lit {
        self.machine.circuit.any(lits)
    }

    /// A deal for which all of these hold: a small one with ordinary values, in which presumptions are kept where they
    /// can be. `None` where there is none.
    pub(super) fn example(&mut self, all: &[Lit]) -> Result<Option<Witness>, Stopped> {
        let Some(codes) = self.example_codes(all)? else { return Ok(None) };
        let inputs = &self.machine.inputs;
        let (mut deal, as_of) = inputs.deal(self.machine.policy, |key, _| codes.get(key).copied().flatten());
        spell(&mut [&mut deal], &inputs.texts);
        Ok(Some(Witness { deal, as_of }))
    }

    /// Such a deal by the codes of its inputs.
    pub(super) fn example_codes(&mut self, all: &[Lit]) -> Result<Option<Codes>, Stopped> {
        let Some(codes) = self.ordinary_codes(all)? else { return Ok(None) };
        let today = Some(super::encode::day(self.today));
        if codes.get(&Key::AsOf).is_none_or(|code| *code == today) {
            return Ok(Some(codes));
        }
        // With other facts it may be one of today.
        let as_of = self.machine.inputs.as_of();
        let is_today = as_of.equals(&mut self.machine.circuit, &Integer::constant(super::encode::day(self.today)));
        let mut asked = all.to_vec();
        asked.push(is_today);
        Ok(if self.can(&asked)? { self.ordinary_codes(&asked)? } else { None }.or(Some(codes)))
    }

    fn ordinary_codes(&mut self, all: &[Lit]) -> Result<Option<Codes>, Stopped> {
        let mut asked = all.to_vec();
        asked.push(self.short_lists());
        if !self.can(&asked)? {
            asked.pop();
        }
        let mut codes = match self.samples.find(&self.machine.circuit, &asked) {
            Some(found) => self.read(&found),
            None if self.can(&asked)? => {
                let solver = &self.solver;
                self.read(&|lit| solver.input(lit))
            }
            None => return Ok(None),
        };
        let mut held = all.to_vec();
        held.push(self.machine.encoded.allowed);
        let mut fitting =
            Fitting { cone: Cone::of(&self.machine.circuit, &held), words: self.machine.input_words(&codes) };
        let keys: Vec<Key> = self.machine.inputs.slots.keys().cloned().collect();
        let ahead = |key: &&Key| matches!(key, Key::AsOf | Key::Length(_));
        for key in keys.iter().filter(ahead).chain(keys.iter().filter(|key| !ahead(key))) {
            if let Key::Field(list, place, _) = key {
                let length = codes.get(&Key::Length(list.clone())).copied().flatten().unwrap_or(0);
                if length <= *place as i128 {
                    continue;
                }
            }
            if self.is_stopped() {
                return Err(Stopped);
            }
            self.settle(&mut codes, key, &mut fitting);
        }
        Ok(Some(codes))
    }

    /// Where no list has more than a few records.
    fn short_lists(&mut self) -> Lit {
        let few = Integer::constant(FEW_RECORDS);
        let lists = self.machine.inputs.slots.iter().filter(|(key, _)| matches!(key, Key::Length(_)));
        let circuit = &mut self.machine.circuit;
        let short: Vec<Lit> = lists.map(|(_, slot)| slot.code.at_most(circuit, &few)).collect();
        circuit.all(short)
    }

    /// The deal without facts that do not matter to these literals, as far as the circuit shows it by itself. It is quick,
    /// and what it leaves is few facts to ask the engine about.
    pub(super) fn without_idle_facts(&self, witness: &Witness, lits: &[Lit]) -> Deal {
        let machine = &*self.machine;
        let schema = &machine.policy.schema;
        let mut deal = witness.deal.clone();
        let facts: Vec<FactId> = deal.given.iter().map(|(id, _)| id).collect();
        let work = facts.len().saturating_mul(machine.circuit.len());
        let Some(codes) = machine.inputs.codes(machine.policy, &witness.deal, witness.as_of) else { return deal };
        if work > MOST_WORK {
            return deal;
        }
        let words = machine.input_words(&codes);
        let run = Run::of(&machine.circuit, |gate| words.get(&gate).copied().unwrap_or(0));
        let mut open: FxHashSet<usize> = FxHashSet::default();
        for id in facts.into_iter().rev() {
            // A list that is not given is one of any length, which the circuit does not see through.
            if matches!(schema.facts[id].ty.kind, TypeKind::List { .. }) {
                continue;
            }
            let Some(slot) = machine.inputs.slots.get(&Key::Fact(schema.facts[id].name.clone())) else { continue };
            let gates = slot.bits.iter().chain([&slot.none]).filter(|lit| !lit.is_constant()).map(|lit| lit.gate());
            let added: Vec<usize> = gates.filter(|gate| open.insert(*gate)).collect();
            let known =
                |gate: usize| (!open.contains(&gate)).then(|| words.get(&gate).is_some_and(|word| word & 1 == 1));
            let partial = PartialRun::of(&machine.circuit, known);
            if lits.iter().all(|&lit| partial.lit(lit) == Some(run.lit(lit) & 1 == 1)) {
                deal.given.remove(id);
            } else {
                open.retain(|gate| !added.contains(gate));
            }
        }
        deal
    }

    /// The codes that inputs have.
    fn read(&self, input: &dyn Fn(Lit) -> bool) -> Codes {
        self.machine.inputs.slots.iter().map(|(key, slot)| (key.clone(), slot.read(input))).collect()
    }

    /// Gives a slot the most ordinary code with which all that is `held` still holds, the others as they are.
    fn settle(&self, codes: &mut Codes, key: &Key, fitting: &mut Fitting) {
        let Some(slot) = self.machine.inputs.slots.get(key) else { return };
        let now = codes.get(key).copied().unwrap_or(Some(slot.domain.low));
        let usual = self.usual(key, slot);
        if let Some(code) = self.first(slot, &usual, fitting) {
            fitting.set(slot, [(u64::MAX, code)]);
            codes.insert(key.clone(), code);
            return;
        }
        // Nearer and nearer to zero, or to today, in ever smaller steps.
        let Some(mut far) = now else {
            fitting.set(slot, [(u64::MAX, now)]);
            return;
        };
        let anchor = if matches!(slot.domain.coding, Coding::Date) { super::encode::day(self.today) } else { 0 };
        let mut near = anchor.clamp(slot.domain.low, slot.domain.high);
        for _ in 0..MOST_STEPS {
            let steps = (0..CANDIDATES).map(|step| {
                let way = far.saturating_sub(near);
                near.saturating_add(way / CANDIDATES * step + way % CANDIDATES * step / CANDIDATES)
            });
            let mut steps: Vec<i128> = steps.collect();
            steps.dedup();
            let tried: Vec<Option<i128>> = steps.iter().copied().map(Some).collect();
            let found = self.first(slot, &tried, fitting).flatten();
            let at = found.and_then(|found| steps.iter().position(|&step| step == found)).unwrap_or(steps.len());
            far = found.unwrap_or(far);
            match at.checked_sub(1) {
                Some(before) if steps[before].abs_diff(far) > 1 => near = steps[before],
                _ => break,
            }
        }
        fitting.set(slot, [(u64::MAX, Some(far))]);
        codes.insert(key.clone(), Some(far));
    }

    /// The first of some codes of a slot that fit, the others as they are.
    fn first(&self, slot: &Slot, tried: &[Option<i128>], fitting: &mut Fitting) -> Option<Option<i128>> {
        let tried = &tried[..tried.len().min(64)];
        fitting.set(slot, tried.iter().enumerate().map(|(lane, code)| (1 << lane, *code)));
        let words = &fitting.words;
        let holds = fitting.cone.holds(|gate| words.get(&gate).copied().unwrap_or(0));
        tried.get(holds.trailing_zeros() as usize).copied()
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
///
/// `proposed` is one that is likely to. Where it does and says few facts, each of them is looked at once more.
pub(super) fn smaller(schema: &Schema, witness: &Witness, proposed: Deal, shows: impl Fn(&Deal) -> bool) -> Deal {
    let is_shown = shows(&proposed);
    if is_shown && proposed.given.iter().count() > FEW_FACTS {
        return proposed;
    }
    let mut deal = if is_shown { proposed } else { witness.deal.clone() };
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
