//! A deal as inputs of a circuit: what is known stays as it is unless it is changed.

use std::sync::Arc;

use super::super::circuit::{Circuit, Integer, Lit, TooWide};
use super::super::encode::{Coding, Inputs, Key, Slot};
use super::{Lock, Request};
use crate::analysis::interview::give;
use crate::facts::{DateRange, Deal, Element, Fact, FactPath, Given, Origin, TypeKind, Value};
use crate::policy::Policy;

/// A code, or none.
pub(super) type Code = Option<i128>;

/// A fact that may be changed, or found out.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) path: FactPath,
    pub(super) key: Key,
    /// What it is changed to.
    pub(super) slot: Slot,
    /// Where it is.
    pub(super) changed: Lit,
    /// What it is before, where that is known.
    pub(super) was: Option<Code>,
    /// The same as a value.
    pub(super) from: Option<Value>,
    /// Nobody said so; the policy presumes it.
    pub(super) presumed: bool,
    /// In thousandths.
    pub(super) cost: u64,
    /// What keeps it from being changed, where this is looked past.
    pub(super) lock: Option<Lock>,
}

impl Place {
    /// Whether its values are more or less.
    pub(super) fn is_ordered(&self) -> bool {
        matches!(self.slot.domain.coding, Coding::Number(_) | Coding::Date)
    }

    /// Where moves are counted from: what it was, else the number nearest to zero or the date of the decision.
    pub(super) fn anchor(&self, as_of: i128) -> i128 {
        let usual = if self.slot.domain.coding == Coding::Date { as_of } else { 0 };
        self.was.flatten().unwrap_or(usual.clamp(self.slot.domain.low, self.slot.domain.high))
    }
}

/// What may be changed in a deal, and what is unknown in it.
#[derive(Debug)]
pub(super) struct Ground {
    /// The inputs of a deal, with the changes. What is unknown and not found out is free.
    pub(super) inputs: Inputs,
    pub(super) places: Vec<Place>,
    /// What is unknown where it is not found out.
    pub(super) open: Vec<(Key, Slot)>,
    /// Some fact has a value that no code stands for.
    pub(super) unspeakable: bool,
}

impl Ground {
    /// `past_locks`: facts that may not be changed are places too.
    pub(super) fn new(
        circuit: &mut Circuit,
        policy: &Policy,
        deal: &Deal,
        request: &Request,
        past_locks: bool,
    ) -> Result<Ground, TooWide> {
        let dates = DateRange { low: request.as_of, high: request.as_of };
        let mut inputs = Inputs::new(circuit, &[policy], dates)?;
        let unspeakable = !name_texts(&mut inputs, policy, deal, request);
        let ground = Ground { inputs, places: Vec::new(), open: Vec::new(), unspeakable };
        let mut builder = Builder { circuit, policy, request, past_locks, ground };
        builder.facts(deal)?;
        Ok(builder.ground)
    }

    /// The inputs of a deal with the changes in which what is unknown and not found out has these codes.
    pub(super) fn completed(&self, circuit: &mut Circuit, codes: &[Code]) -> Inputs {
        let mut inputs = self.inputs.clone();
        for ((key, open), code) in self.open.iter().zip(codes) {
            let constant = constant(open, *code);
            let place = self.places.iter().find(|place| place.key == *key);
            let slot = match place {
                Some(place) => chosen(circuit, place.changed, &place.slot, &constant),
                None => constant,
            };
            inputs.slots.insert(key.clone(), slot);
        }
        inputs
    }

    /// The deal with these places changed.
    pub(super) fn changed(&self, policy: &Policy, deal: &Deal, codes: &[Option<Code>]) -> Deal {
        let schema = &policy.schema;
        let mut deal = deal.clone();
        for (place, code) in self.places.iter().zip(codes) {
            if let Some(code) = code {
                give(
                    schema,
                    &mut deal,
                    place.path,
                    Given { value: self.value(policy, place, *code), origin: Origin::Set },
                );
            }
        }
        deal
    }

    /// What a code of a place stands for.
    pub(super) fn value(&self, policy: &Policy, place: &Place, code: Code) -> Value {
        let ty = &policy.schema.facts[place.path.fact].ty;
        code.map_or(Value::None, |code| self.inputs.value(&policy.schema, ty, &place.slot, code))
    }
}

/// A slot that always has this code.
fn constant(slot: &Slot, code: Code) -> Slot {
    Slot {
        domain: slot.domain.clone(),
        bits: Vec::new(),
        code: Integer::constant(code.unwrap_or(slot.domain.low)),
        none: Lit::constant(code.is_none()),
        inside: Lit::TRUE,
    }
}

/// `then` where `condition` holds, else `otherwise`.
fn chosen(circuit: &mut Circuit, condition: Lit, then: &Slot, otherwise: &Slot) -> Slot {
    Slot {
        domain: then.domain.clone(),
        bits: Vec::new(),
        code: Integer::choose(circuit, condition, &then.code, &otherwise.code),
        none: circuit.choose(condition, then.none, otherwise.none),
        inside: circuit.choose(condition, then.inside, otherwise.inside),
    }
}

/// Gives the texts of the deal and the one that is wanted codes of their own, in place of texts that nobody names.
/// `false` where there are too many.
fn name_texts(inputs: &mut Inputs, policy: &Policy, deal: &Deal, request: &Request) -> bool {
    let mut texts: Vec<Arc<str>> = inputs.texts.to_vec();
    let mut free: Vec<usize> =
        (0..texts.len()).filter(|&at| Value::Text(Arc::clone(&texts[at])).is_other_text()).collect();
    let presumed = policy.schema.facts.iter().filter_map(|(_, fact)| fact.presumed.as_ref());
    let given = deal.given.iter().map(|(_, given)| &given.value);
    let mut named: Vec<&Value> = request.goal.wanted.value().into_iter().chain(presumed).collect();
    for value in given {
        match value {
            Value::List(rows) => {
                named.extend(rows.iter().flat_map(|row| &row.fields).flatten().map(|given| &given.value));
            }
            other => named.push(other),
        }
    }
    for value in named {
        let Value::Text(text) = value else { continue };
        if texts.contains(text) {
            continue;
        }
        let Some(at) = free.pop() else { return false };
        texts[at] = Arc::clone(text);
    }
    inputs.texts = texts.into();
    true
}

struct Builder<'a> {
    circuit: &'a mut Circuit,
    policy: &'a Policy,
    request: &'a Request,
    past_locks: bool,
    ground: Ground,
}

impl Builder<'_> {
    fn facts(&mut self, deal: &Deal) -> Result<(), TooWide> {
        let schema = &self.policy.schema;
        for (id, fact) in schema.facts.iter().filter(|(_, fact)| fact.field_of.is_none()) {
            let TypeKind::List { record, up_to } = fact.ty.kind else {
                let path = FactPath { fact: id, element: None };
                self.fact(path, &Key::Fact(fact.name.clone()), deal.get(id).map(|given| &given.value), fact.fixed)?;
                continue;
            };
            let rows = deal.get(id).and_then(|given| match &given.value {
                Value::List(rows) => Some(rows),
                _ => None,
            });
            let length = Key::Length(fact.name.clone());
            match rows {
                Some(rows) => self.keep(&length, Some(rows.len() as i128)),
                None => self.leave_open(&length),
            }
            for place in 0..up_to.min(super::super::encode::MOST_RECORDS) as usize {
                for (at, &field) in schema.records[record].fields.iter().enumerate() {
                    let key = Key::Field(fact.name.clone(), place, schema.facts[field].name.clone());
                    match rows.map(|rows| rows.get(place)) {
                        Some(Some(row)) => {
                            let element = Some(Element { list: id, index: place as u32 });
                            let given = row.fields.get(at).and_then(Option::as_ref);
                            let path = FactPath { fact: field, element };
                            self.fact(path, &key, given.map(|given| &given.value), fact.fixed)?;
                        }
                        // There is no such record, and nothing reads it.
                        Some(None) => {
                            let low = self.ground.inputs.slots.get(&key).map(|slot| slot.domain.low);
                            self.keep(&key, low);
                        }
                        None => self.leave_open(&key),
                    }
                }
            }
        }
        Ok(())
    }

    fn keep(&mut self, key: &Key, code: Code) {
        if let Some(slot) = self.ground.inputs.slots.get_mut(key) {
            *slot = constant(slot, code);
        }
    }

    fn leave_open(&mut self, key: &Key) {
        if let Some(slot) = self.ground.inputs.slots.get(key) {
            self.ground.open.push((key.clone(), slot.clone()));
        }
    }

    fn fact(&mut self, path: FactPath, key: &Key, given: Option<&Value>, fixed: bool) -> Result<(), TooWide> {
        let schema = &self.policy.schema;
        let fact: &Fact = &schema.facts[path.fact];
        let Some(slot) = self.ground.inputs.slots.get(key).cloned() else { return Ok(()) };
        let presumed = if self.request.strict { None } else { fact.presumed.as_ref() };
        let from = given.or(presumed).cloned();
        let code = |value: &Value| self.ground.inputs.code(schema, &fact.ty, &slot, value, &mut Vec::new());
        let was = match from.as_ref().map(code) {
            // What has no code has no circuit either.
            Some(None) => {
                self.ground.unspeakable = true;
                return Ok(());
            }
            Some(Some(code)) => Some(code),
            None => None,
        };
        let lock = if fact.fixed || fixed {
            Some(Lock::Fixed)
        } else if self.request.within.as_ref().is_some_and(|within| !within.contains(&path)) {
            Some(Lock::Outside)
        } else {
            None
        };
        let alone = slot.domain.low == slot.domain.high && !slot.domain.optional && was.is_some();
        if alone || (lock.is_some() && !self.past_locks) {
            match was {
                Some(code) => self.keep(key, code),
                None => self.leave_open(key),
            }
            return Ok(());
        }
        let changed = self.circuit.input();
        let before = match was {
            Some(code) => constant(&slot, code),
            None => {
                let open = Slot::new(self.circuit, slot.domain.clone())?;
                self.ground.open.push((key.clone(), open.clone()));
                open
            }
        };
        let both = chosen(self.circuit, changed, &slot, &before);
        self.ground.inputs.slots.insert(key.clone(), both);
        self.ground.places.push(Place {
            path,
            key: key.clone(),
            slot,
            changed,
            was,
            from,
            presumed: given.is_none(),
            cost: u64::from(fact.cost.unwrap_or(Fact::ORDINARY_COST)),
            lock,
        });
        Ok(())
    }
}
