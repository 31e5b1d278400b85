//! The facts of a deal and the date of the decision as inputs of a circuit, for one policy or for several at once.

use indexmap::IndexMap;
use jiff::civil::Date;
use la_arena::ArenaMap;
use rustc_hash::FxHashMap;
use std::sync::Arc;

use super::super::circuit::{Circuit, Integer, Lit, Ratio, TooWide};
use super::symbol::{Fails, Form, Symbol};
use crate::base::Number;
use crate::facts::deal::{date_of_day, day_number};
use crate::facts::{DateRange, Deal, FactId, Given, Origin, RecordValue, Schema, Type, TypeKind, Value};
use crate::policy::{ExprKind, Policy};

/// How many records of a list are looked at; what follows from longer ones is not said.
pub(in crate::analysis) const MOST_RECORDS: u32 = 64;

/// A fact by name, a field of a record by the name of its list, its place and its own name, or a list's length.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::analysis) enum Key {
    Fact(String),
    Field(String, usize, String),
    Length(String),
    AsOf,
}

/// What the codes of a slot mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::analysis) enum Coding {
    Boolean,
    /// The variant of this name.
    Variant(Vec<String>),
    /// So many steps of 10^-places.
    Number(u32),
    Date,
    Text,
    /// How many records there are.
    Length,
}

/// A range of codes and what they mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::analysis) struct Domain {
    pub(in crate::analysis) coding: Coding,
    pub(in crate::analysis) low: i128,
    pub(in crate::analysis) high: i128,
    pub(in crate::analysis) optional: bool,
}

/// One input: some literals that together are a code.
#[derive(Clone, Debug)]
pub(in crate::analysis) struct Slot {
    pub(in crate::analysis) domain: Domain,
    /// The bits of the code above the lowest, the least significant first.
    pub(in crate::analysis) bits: Vec<Lit>,
    pub(in crate::analysis) code: Integer,
    pub(in crate::analysis) none: Lit,
    /// Where the code lies in the domain.
    pub(in crate::analysis) inside: Lit,
}

/// A code for each slot; `None` stands for none.
pub(in crate::analysis) type Codes = FxHashMap<Key, Option<i128>>;

/// Every input.
#[derive(Clone, Debug)]
pub(in crate::analysis) struct Inputs {
    pub(in crate::analysis) slots: IndexMap<Key, Slot>,
    pub(in crate::analysis) texts: Arc<[Arc<str>]>,
}

/// Where a policy finds the value of a fact.
#[derive(Clone, Debug)]
pub(in crate::analysis) enum Source {
    One(Symbol),
    List { length: Integer, records: Vec<Vec<Symbol>> },
}

impl Domain {
    fn of(schema: &Schema, ty: &Type, texts: usize) -> Option<Domain> {
        let (coding, low, high) = match &ty.kind {
            TypeKind::Boolean => (Coding::Boolean, 0, 1),
            TypeKind::Variant(id) => {
                let names: Vec<String> = schema.enumerations[*id].variants.iter().map(|v| v.name.clone()).collect();
                let high = names.len() as i128 - 1;
                (Coding::Variant(names), 0, high)
            }
            TypeKind::Text => (Coding::Text, 0, texts as i128 - 1),
            TypeKind::Date(range) => {
                (Coding::Date, i128::from(day_number(range.low)), i128::from(day_number(range.high)))
            }
            TypeKind::Number(number) => {
                let places = schema.decimals(ty)?;
                let scale = Number::integer(10i128.checked_pow(places)?);
                let bounds = number.bounds();
                let scaled = |end: Option<Number>| end?.multiply(scale).ok();
                (
                    Coding::Number(places),
                    scaled(bounds.low)?.ceil().numerator(),
                    scaled(bounds.high)?.floor().numerator(),
                )
            }
            TypeKind::List { up_to, .. } => (Coding::Length, 0, i128::from(*up_to)),
            TypeKind::Items(_) => return None,
        };
        Some(Domain { coding, low, high, optional: ty.optional })
    }

    /// The domain that holds both; `None` where they are of different kinds.
    fn with(&self, other: &Domain) -> Option<Domain> {
        let optional = self.optional || other.optional;
        let (low, high) = (self.low.min(other.low), self.high.max(other.high));
        match (&self.coding, &other.coding) {
            (Coding::Variant(a), Coding::Variant(b)) => {
                let mut names = a.clone();
                names.extend(b.iter().filter(|name| !a.contains(name)).cloned());
                let high = names.len() as i128 - 1;
                Some(Domain { coding: Coding::Variant(names), low: 0, high, optional })
            }
            (Coding::Number(a), Coding::Number(b)) => {
                let places = *a.max(b);
                let scaled = |n: i128, own: u32| n.checked_mul(10i128.checked_pow(places - own)?);
                let low = scaled(self.low, *a)?.min(scaled(other.low, *b)?);
                let high = scaled(self.high, *a)?.max(scaled(other.high, *b)?);
                Some(Domain { coding: Coding::Number(places), low, high, optional })
            }
            (a, b) if a == b => Some(Domain { coding: a.clone(), low, high, optional }),
            _ => None,
        }
    }
}

impl Inputs {
    /// The inputs of deals that any of `policies` can decide, on these dates.
    pub(in crate::analysis) fn new(
        circuit: &mut Circuit,
        policies: &[&Policy],
        dates: DateRange,
    ) -> Result<Inputs, TooWide> {
        let texts = texts(policies);
        let mut domains: IndexMap<Key, Domain> = IndexMap::new();
        let mut add = |key: Key, domain: Option<Domain>| {
            let Some(domain) = domain else { return };
            match domains.get_mut(&key) {
                None => drop(domains.insert(key, domain)),
                Some(known) => {
                    if let Some(both) = known.with(&domain) {
                        *known = both;
                    }
                }
            }
        };
        let dates = Domain { coding: Coding::Date, low: day(dates.low), high: day(dates.high), optional: false };
        add(Key::AsOf, Some(dates));
        for policy in policies {
            let schema = &policy.schema;
            for (_, fact) in schema.facts.iter().filter(|(_, fact)| fact.field_of.is_none()) {
                let domain = Domain::of(schema, &fact.ty, texts.len());
                let TypeKind::List { record, up_to } = fact.ty.kind else {
                    add(Key::Fact(fact.name.clone()), domain);
                    continue;
                };
                add(Key::Length(fact.name.clone()), domain);
                for place in 0..up_to.min(MOST_RECORDS) as usize {
                    for &field in &schema.records[record].fields {
                        let field = &schema.facts[field];
                        let key = Key::Field(fact.name.clone(), place, field.name.clone());
                        add(key, Domain::of(schema, &field.ty, texts.len()));
                    }
                }
            }
        }
        let slots = domains.into_iter().map(|(key, domain)| Ok((key, Slot::new(circuit, domain)?)));
        Ok(Inputs { slots: slots.collect::<Result<_, TooWide>>()?, texts })
    }

    /// The same inputs with others in place of these slots.
    pub(in crate::analysis) fn with_others(&self, circuit: &mut Circuit, keys: &[Key]) -> Result<Inputs, TooWide> {
        let mut inputs = self.clone();
        for key in keys {
            if let Some(slot) = inputs.slots.get_mut(key) {
                *slot = Slot::new(circuit, slot.domain.clone())?;
            }
        }
        Ok(inputs)
    }

    /// The slots of a fact, or of a field in every record of every list.
    pub(in crate::analysis) fn keys_of(&self, schema: &Schema, fact: FactId) -> Vec<Key> {
        let fact = &schema.facts[fact];
        let Some((record, _)) = fact.field_of else { return vec![Key::Fact(fact.name.clone())] };
        let lists = schema
            .facts
            .iter()
            .filter(|(_, list)| matches!(list.ty.kind, TypeKind::List { record: of, .. } if of == record));
        let names: Vec<&String> = lists.map(|(_, list)| &list.name).collect();
        let of_it =
            |key: &&Key| matches!(key, Key::Field(list, _, name) if *name == fact.name && names.contains(&list));
        self.slots.keys().filter(of_it).cloned().collect()
    }

    /// The date of the decision.
    pub(in crate::analysis) fn as_of(&self) -> Integer {
        self.slots.get(&Key::AsOf).map_or(Integer::constant(0), |slot| slot.code.clone())
    }

    /// Where `policy` finds the values of its facts, and where all of them are values that it allows.
    pub(in crate::analysis) fn sources(
        &self,
        circuit: &mut Circuit,
        policy: &Policy,
    ) -> Result<(ArenaMap<FactId, Source>, Lit), TooWide> {
        let schema = &policy.schema;
        let mut sources = ArenaMap::default();
        let mut allowed = vec![self.slots.get(&Key::AsOf).map_or(Lit::TRUE, |slot| slot.inside)];
        for (id, fact) in schema.facts.iter().filter(|(_, fact)| fact.field_of.is_none()) {
            let TypeKind::List { record, up_to } = fact.ty.kind else {
                let (symbol, inside) = self.symbol(circuit, schema, &Key::Fact(fact.name.clone()), &fact.ty)?;
                allowed.push(inside);
                sources.insert(id, Source::One(symbol));
                continue;
            };
            let (length, inside) = self.symbol(circuit, schema, &Key::Length(fact.name.clone()), &fact.ty)?;
            allowed.push(inside);
            let mut records = Vec::new();
            for place in 0..up_to.min(MOST_RECORDS) as usize {
                let mut fields = Vec::new();
                for &field in &schema.records[record].fields {
                    let field = &schema.facts[field];
                    let key = Key::Field(fact.name.clone(), place, field.name.clone());
                    let (symbol, inside) = self.symbol(circuit, schema, &key, &field.ty)?;
                    allowed.push(inside);
                    fields.push(symbol);
                }
                records.push(fields);
            }
            let length = match length.form {
                Form::Code(length) => length,
                _ => Integer::constant(0),
            };
            sources.insert(id, Source::List { length, records });
        }
        let allowed = circuit.all(allowed);
        Ok((sources, allowed))
    }

    /// What a slot is to a policy that declares it with this type, and where it is a value of that type.
    fn symbol(&self, circuit: &mut Circuit, schema: &Schema, key: &Key, ty: &Type) -> Result<(Symbol, Lit), TooWide> {
        let (Some(slot), Some(own)) = (self.slots.get(key), Domain::of(schema, ty, self.texts.len())) else {
            let lost = Fails { lost: Lit::TRUE, ..Fails::NEVER };
            return Ok((Symbol::of(Form::Nothing).failing(lost), Lit::TRUE));
        };
        let mut inside = slot.inside;
        if slot.none != Lit::FALSE && !own.optional {
            inside = circuit.and(inside, !slot.none);
        }
        let form = match (&slot.domain.coding, &own.coding) {
            (Coding::Boolean, Coding::Boolean) => {
                Form::Boolean(slot.code.bits().first().copied().unwrap_or(Lit::FALSE))
            }
            (Coding::Variant(all), Coding::Variant(names)) if all != names => {
                let (code, known) = renumbered(circuit, &slot.code, all, names);
                let known = circuit.or(known, slot.none);
                inside = circuit.and(inside, known);
                Form::Code(code)
            }
            (Coding::Number(places), Coding::Number(allowed)) => {
                let scale = 10i128.checked_pow(*places).ok_or(TooWide)?;
                // By codes and not by numbers, as these are the smaller.
                let steps = 10i128.checked_pow(places.saturating_sub(*allowed)).ok_or(TooWide)?;
                let low = own.low.checked_mul(steps).ok_or(TooWide)?;
                let high = own.high.checked_mul(steps).ok_or(TooWide)?;
                let above = Integer::constant(low).at_most(circuit, &slot.code);
                let below = slot.code.at_most(circuit, &Integer::constant(high));
                let mut fits = circuit.and(above, below);
                if steps != 1 {
                    let number = Ratio::scaled(slot.code.clone(), scale);
                    let has_places = number.has_places(circuit, *allowed)?;
                    fits = circuit.and(fits, has_places);
                }
                let fits = circuit.or(fits, slot.none);
                inside = circuit.and(inside, fits);
                Form::Number(Ratio::scaled(slot.code.clone().narrowed(low, high), scale))
            }
            (a, b) if a == b => {
                let low = Integer::constant(own.low).at_most(circuit, &slot.code);
                let high = slot.code.at_most(circuit, &Integer::constant(own.high));
                let fits = circuit.and(low, high);
                let fits = circuit.or(fits, slot.none);
                inside = circuit.and(inside, fits);
                Form::Code(slot.code.clone().narrowed(own.low, own.high))
            }
            _ => {
                let lost = Fails { lost: Lit::TRUE, ..Fails::NEVER };
                return Ok((Symbol::of(Form::Nothing).failing(lost), Lit::TRUE));
            }
        };
        Ok((Symbol { form, none: slot.none, fails: Fails::NEVER }, inside))
    }

    /// The deal and the date that an assignment of codes stands for, as a deal of this policy.
    pub(in crate::analysis) fn deal(
        &self,
        policy: &Policy,
        code: impl Fn(&Key, &Slot) -> Option<i128>,
    ) -> (Deal, Date) {
        let schema = &policy.schema;
        let value = |key: &Key, ty: &Type| {
            let slot = self.slots.get(key)?;
            Some(code(key, slot).map_or(Value::None, |code| self.value(schema, ty, slot, code)))
        };
        let given = |value| Given { value, origin: Origin::Code };
        let mut deal = Deal::new();
        for (id, fact) in schema.facts.iter().filter(|(_, fact)| fact.field_of.is_none()) {
            let TypeKind::List { record, .. } = fact.ty.kind else {
                if let Some(value) = value(&Key::Fact(fact.name.clone()), &fact.ty) {
                    deal.given.insert(id, given(value));
                }
                continue;
            };
            let key = Key::Length(fact.name.clone());
            let length = self.slots.get(&key).and_then(|slot| code(&key, slot)).unwrap_or(0);
            let length = usize::try_from(length).unwrap_or(0);
            // Records that are not looked at are like the last that is.
            let records = (0..length).map(|place| place.min(MOST_RECORDS as usize - 1)).map(|place| {
                let fields = schema.records[record].fields.iter().map(|&field| {
                    let field = &schema.facts[field];
                    value(&Key::Field(fact.name.clone(), place, field.name.clone()), &field.ty).map(given)
                });
                RecordValue { fields: fields.collect() }
            });
            deal.given.insert(id, given(Value::List(records.collect())));
        }
        let as_of = self.slots.get(&Key::AsOf).and_then(|slot| code(&Key::AsOf, slot));
        let as_of = as_of.and_then(|day| i64::try_from(day).ok()).and_then(date_of_day);
        (deal, as_of.unwrap_or(DateRange::ALL.low))
    }

    /// The codes of a deal in which every fact is given; `None` stands for none. Lists longer than what is looked at,
    /// and values that no slot has, have no code.
    pub(in crate::analysis) fn codes(&self, policy: &Policy, deal: &Deal, as_of: Date) -> Option<Codes> {
        let schema = &policy.schema;
        let mut codes = Codes::default();
        codes.insert(Key::AsOf, Some(day(as_of)));
        // Texts that no policy names are all alike but for being different.
        let mut others: Vec<Arc<str>> = Vec::new();
        for (id, fact) in schema.facts.iter().filter(|(_, fact)| fact.field_of.is_none()) {
            let value = &deal.get(id)?.value;
            let (TypeKind::List { record, .. }, Value::List(records)) = (&fact.ty.kind, value) else {
                let key = Key::Fact(fact.name.clone());
                let code = self.code(schema, &fact.ty, self.slots.get(&key)?, value, &mut others)?;
                codes.insert(key, code);
                continue;
            };
            let length = i128::try_from(records.len()).ok().filter(|&n| n <= i128::from(MOST_RECORDS))?;
            codes.insert(Key::Length(fact.name.clone()), Some(length));
            for (place, row) in records.iter().enumerate() {
                for (&field, given) in schema.records[*record].fields.iter().zip(&row.fields) {
                    let field = &schema.facts[field];
                    let key = Key::Field(fact.name.clone(), place, field.name.clone());
                    let slot = self.slots.get(&key)?;
                    let code = self.code(schema, &field.ty, slot, &given.as_ref()?.value, &mut others)?;
                    codes.insert(key, code);
                }
            }
        }
        Some(codes)
    }

    pub(in crate::analysis) fn code(
        &self,
        schema: &Schema,
        ty: &Type,
        slot: &Slot,
        value: &Value,
        others: &mut Vec<Arc<str>>,
    ) -> Option<Option<i128>> {
        let code = match (&slot.domain.coding, value, &ty.kind) {
            (_, Value::None, _) => return Some(None),
            (Coding::Boolean, Value::Boolean(b), _) => i128::from(*b),
            (Coding::Number(places), Value::Number(n), _) => {
                n.multiply(Number::integer(10i128.checked_pow(*places)?)).ok()?.to_integer()?
            }
            (Coding::Date, Value::Date(date), _) => day(*date),
            (Coding::Text, Value::Text(text), _) => match self.texts.iter().position(|t| t == text) {
                Some(place) => place as i128,
                None => {
                    let known = others.iter().position(|t| t == text);
                    let other = known.unwrap_or_else(|| {
                        others.push(Arc::clone(text));
                        others.len() - 1
                    });
                    // They stand last.
                    slot.domain.high - other as i128
                }
            },
            (Coding::Variant(names), Value::Variant(place), TypeKind::Variant(id)) => {
                let name = &schema.enumerations[*id].variants.get(*place as usize)?.name;
                names.iter().position(|n| n == name)? as i128
            }
            _ => return None,
        };
        (slot.domain.low <= code && code <= slot.domain.high).then_some(Some(code))
    }

    pub(in crate::analysis) fn value(&self, schema: &Schema, ty: &Type, slot: &Slot, code: i128) -> Value {
        let place = usize::try_from(code).unwrap_or(0);
        match (&slot.domain.coding, &ty.kind) {
            (Coding::Boolean, _) => Value::Boolean(code != 0),
            (Coding::Number(places), _) => Value::Number(Number::decimal(code, *places).unwrap_or(Number::ZERO)),
            (Coding::Date, _) => i64::try_from(code).ok().and_then(date_of_day).map_or(Value::None, Value::Date),
            (Coding::Text, _) => self.texts.get(place).map_or(Value::None, |text| Value::Text(Arc::clone(text))),
            (Coding::Variant(names), TypeKind::Variant(id)) => {
                let name = names.get(place);
                let own = schema.enumerations[*id].variants.iter().position(|v| Some(&v.name) == name);
                own.and_then(|own| u32::try_from(own).ok()).map_or(Value::None, Value::Variant)
            }
            _ => Value::None,
        }
    }
}

impl Slot {
    pub(in crate::analysis) fn new(circuit: &mut Circuit, domain: Domain) -> Result<Slot, TooWide> {
        let free = Integer::free(circuit, domain.low, domain.high)?;
        let none = if domain.optional { circuit.input() } else { Lit::FALSE };
        Ok(Slot { domain, bits: free.inputs, code: free.number, none, inside: free.inside })
    }

    /// The literals that say that the slot has this code, or is none.
    pub(in crate::analysis) fn is(&self, code: Option<i128>) -> Vec<Lit> {
        let Some(code) = code else { return vec![self.none] };
        let above = code.saturating_sub(self.domain.low);
        let bits = self.bits.iter().enumerate().map(|(i, &bit)| if (above >> i) & 1 == 1 { bit } else { !bit });
        bits.chain([!self.none]).collect()
    }

    /// The code that these literals have.
    pub(in crate::analysis) fn read(&self, lit: impl Fn(Lit) -> bool) -> Option<i128> {
        if self.none != Lit::FALSE && lit(self.none) {
            return None;
        }
        let bits = self.bits.iter().enumerate().filter(|(_, bit)| lit(**bit));
        Some(self.domain.low + bits.map(|(place, _)| 1i128 << place).sum::<i128>())
    }
}

/// Where `number` lies between the ends.
pub(super) fn between(
    circuit: &mut Circuit,
    number: &Ratio,
    low: Option<Number>,
    high: Option<Number>,
) -> Result<Lit, TooWide> {
    let mut fits = Lit::TRUE;
    if let Some(low) = low {
        let above = Ratio::constant(low).at_most(circuit, number)?;
        fits = circuit.and(fits, above);
    }
    if let Some(high) = high {
        let below = number.at_most(circuit, &Ratio::constant(high))?;
        fits = circuit.and(fits, below);
    }
    Ok(fits)
}

/// The place among `names` of the variant that has this place among `all`, and where it is among them.
fn renumbered(circuit: &mut Circuit, code: &Integer, all: &[String], names: &[String]) -> (Integer, Lit) {
    let mut own = Integer::constant(0);
    let mut known = Lit::FALSE;
    for (place, name) in all.iter().enumerate() {
        if let Some(to) = names.iter().position(|n| n == name) {
            let here = code.equals(circuit, &Integer::constant(place as i128));
            own = Integer::choose(circuit, here, &Integer::constant(to as i128), &own);
            known = circuit.or(known, here);
        }
    }
    (own, known)
}

pub(in crate::analysis) fn day(date: Date) -> i128 {
    i128::from(day_number(date))
}

/// The texts that can make a difference: those of the policies, and as many others as there are facts and fields
/// that hold texts.
fn texts(policies: &[&Policy]) -> Arc<[Arc<str>]> {
    let mut texts: Vec<Arc<str>> = Vec::new();
    let mut slots = 1;
    for policy in policies {
        let literals = policy.exprs.iter().filter_map(|(_, expr)| match &expr.kind {
            ExprKind::Literal(value) => Some(value),
            _ => None,
        });
        let constants = policy.constants.iter().flat_map(|(_, c)| c.values.iter().map(|(_, value)| value));
        texts.extend(literals.chain(constants).filter_map(|value| match value {
            Value::Text(text) => Some(Arc::clone(text)),
            _ => None,
        }));
        let schema = &policy.schema;
        let count = |ty: &Type| match &ty.kind {
            TypeKind::Text => 1,
            TypeKind::List { record, up_to } => {
                let fields = schema.records[*record].fields.iter();
                let texts = fields.filter(|&&f| schema.facts[f].ty.kind == TypeKind::Text).count();
                texts * (*up_to).min(MOST_RECORDS) as usize
            }
            _ => 0,
        };
        slots += schema.facts.iter().filter(|(_, f)| f.field_of.is_none()).map(|(_, f)| count(&f.ty)).sum::<usize>();
    }
    texts.sort_unstable();
    texts.dedup();
    let others: Vec<_> = Value::other_texts().filter(|t| texts.binary_search(t).is_err()).take(slots).collect();
    texts.extend(others);
    texts.into()
}
