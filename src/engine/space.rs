//! Spaces of completions: for every unknown fact, what it may still be.
//!
//! Every fact's values are coded as whole numbers (a decimal by its smallest step, a date by its
//! day, a variant by its place), so that a domain is an interval and splitting it is arithmetic.

use std::rc::Rc;
use std::sync::Arc;

use super::assumption::Assumption;
use super::grain::Grain;
use super::lift::{FEW, Lift, Union};
use super::world::Texts;
use crate::base::Number;
use crate::facts::deal::{date_of_day, day_number};
use crate::facts::{Schema, Type, TypeKind, Value};

/// How values of one type are coded.
#[derive(Clone, Debug)]
pub(super) struct Coding {
    kind: Kind,
    /// All that the type allows.
    pub(super) full: Interval,
}

#[derive(Clone, Debug)]
enum Kind {
    Boolean,
    Variant,
    /// In steps of 10^-places.
    Number(u32),
    Date,
    Text(Arc<[Arc<str>]>),
}

/// Codes from `low` to `high`, none of them where `low` is above `high`, and perhaps none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Interval {
    pub(super) low: i128,
    pub(super) high: i128,
    pub(super) none: bool,
}

/// One code, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    None,
    At(i128),
}

impl Coding {
    /// How values of `ty` are coded; lists have no code. `texts` are the texts to be told apart.
    pub(super) fn of(schema: &Schema, ty: &Type, texts: &Texts<'_>) -> Option<Coding> {
        let (kind, low, high) = match &ty.kind {
            TypeKind::Boolean => (Kind::Boolean, 0, 1),
            TypeKind::Variant(e) => (Kind::Variant, 0, schema.enumerations[*e].variants.len() as i128 - 1),
            TypeKind::Text => {
                let texts = texts.get();
                (Kind::Text(Arc::clone(texts)), 0, texts.len() as i128 - 1)
            }
            TypeKind::Date(range) => {
                (Kind::Date, i128::from(day_number(range.low)), i128::from(day_number(range.high)))
            }
            TypeKind::Number(number) => {
                let places = schema.decimals(ty)?;
                let scale = 10i128.checked_pow(places)?;
                let bounds = number.bounds();
                let scaled = |n: Option<Number>| n?.multiply(Number::integer(scale)).ok();
                let low = scaled(bounds.low)?.ceil().numerator();
                let high = scaled(bounds.high)?.floor().numerator();
                (Kind::Number(places), low, high)
            }
            TypeKind::Items(_) | TypeKind::List { .. } => return None,
        };
        Some(Coding { kind, full: Interval { low, high, none: ty.optional } })
    }

    /// The value of a code.
    pub(super) fn decode(&self, code: i128) -> Value {
        match &self.kind {
            Kind::Boolean => Value::Boolean(code != 0),
            Kind::Variant => Value::Variant(u32::try_from(code).unwrap_or(0)),
            Kind::Number(places) => Value::Number(Number::decimal(code, *places).unwrap_or(Number::ZERO)),
            Kind::Date => i64::try_from(code).ok().and_then(date_of_day).map_or(Value::None, Value::Date),
            Kind::Text(texts) => {
                let text = usize::try_from(code).ok().and_then(|i| texts.get(i));
                text.map_or(Value::None, |t| Value::Text(Arc::clone(t)))
            }
        }
    }

    pub(super) fn value(&self, code: Code) -> Value {
        match code {
            Code::None => Value::None,
            Code::At(code) => self.decode(code),
        }
    }

    /// The code of a value; for a number between two steps, the code below it.
    pub(super) fn encode(&self, value: &Value) -> Option<Code> {
        match (&self.kind, value) {
            (_, Value::None) => Some(Code::None),
            (Kind::Boolean, Value::Boolean(b)) => Some(Code::At(i128::from(*b))),
            (Kind::Variant, Value::Variant(v)) => Some(Code::At(i128::from(*v))),
            (Kind::Date, Value::Date(d)) => Some(Code::At(i128::from(day_number(*d)))),
            (Kind::Number(places), Value::Number(n)) => {
                let scale = Number::integer(10i128.checked_pow(*places)?);
                Some(Code::At(n.multiply(scale).ok()?.floor().numerator()))
            }
            (Kind::Text(texts), Value::Text(t)) => texts.iter().position(|x| x == t).map(|i| Code::At(i as i128)),
            _ => None,
        }
    }

    fn places(&self) -> u32 {
        match self.kind {
            Kind::Number(places) => places,
            _ => 0,
        }
    }

    fn ordered(&self) -> bool {
        matches!(self.kind, Kind::Number(_) | Kind::Date)
    }
}

impl Interval {
    pub(super) fn point(code: Code) -> Interval {
        match code {
            Code::None => Interval { low: 0, high: -1, none: true },
            Code::At(code) => Interval { low: code, high: code, none: false },
        }
    }

    pub(super) fn is_point(&self) -> bool {
        if self.none { self.low > self.high } else { self.low == self.high }
    }

    pub(super) fn has_codes(&self) -> bool {
        self.low <= self.high
    }

    /// How many values it holds, saturating.
    pub(super) fn size(&self) -> u128 {
        let codes = if self.has_codes() { self.high.abs_diff(self.low).saturating_add(1) } else { 0 };
        codes + u128::from(self.none)
    }

    pub(super) fn contains(&self, code: Code) -> bool {
        match code {
            Code::None => self.none,
            Code::At(code) => self.low <= code && code <= self.high,
        }
    }

    /// Its code at `place` of `0..size`, none last.
    pub(super) fn at(&self, place: u128) -> Code {
        let codes = if self.has_codes() { self.high.abs_diff(self.low).saturating_add(1) } else { 0 };
        if place < codes { Code::At(self.low.saturating_add_unsigned(place)) } else { Code::None }
    }

    /// Two parts: none and the rest, else below `cut` and from it on, else two halves.
    pub(super) fn split(&self, cut: Option<i128>) -> (Interval, Interval) {
        if self.none && self.has_codes() {
            return (Interval::point(Code::None), Interval { none: false, ..*self });
        }
        let middle = self.low + ((self.high - self.low) / 2) + 1;
        let cut = cut.filter(|&c| self.low < c && c <= self.high).unwrap_or(middle);
        (Interval { high: cut - 1, ..*self }, Interval { low: cut, ..*self })
    }

    /// What a fact of this coding may be; it is the variable `var`.
    pub(super) fn lift(&self, coding: &Coding, var: usize) -> Lift {
        if self.is_point() {
            return Lift::Known(coding.value(self.at(0)));
        }
        let mut union = Union::new();
        union.depend_on(var);
        if self.none {
            union.value(Value::None);
        }
        if self.has_codes() {
            if coding.ordered() && self.high.abs_diff(self.low) >= FEW as u128 {
                union.span(coding.decode(self.low), coding.decode(self.high), Grain::decimals(coding.places()));
            } else {
                for code in self.low..=self.high {
                    union.value(coding.decode(code));
                }
            }
        }
        union.finish()
    }
}

/// What one variable may still be.
#[derive(Clone, Debug)]
pub(super) enum Domain {
    /// A fact, or a field of a record that is given.
    Scalar(Interval),
    /// A list.
    List(ListDomain),
}

/// What an unknown list may still be.
#[derive(Clone, Debug)]
pub(super) struct ListDomain {
    /// Its least length.
    pub(super) low: u32,
    /// Its greatest length.
    pub(super) high: u32,
    /// What the fields of its first records may be; of the others, anything.
    pub(super) elements: Vec<Vec<Interval>>,
}

/// A set of completions: the product of what each variable may be, under some assumptions.
#[derive(Clone, Debug)]
pub(super) struct Space {
    whole: Rc<[Domain]>,
    /// What differs from the whole, in the order of the variables.
    parts: Vec<(usize, Domain)>,
    /// What is assumed beyond that.
    pub(super) assumptions: Vec<Assumption>,
}

/// A part of a variable that has a domain of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Slot {
    /// The variable.
    pub(super) var: usize,
    /// For an unknown list: a record and a field of it.
    pub(super) field: Option<(usize, usize)>,
}

impl Space {
    /// The same facts with nothing assumed beyond them.
    pub(super) fn without_assumptions(mut self) -> Space {
        self.assumptions.clear();
        self
    }

    pub(super) fn new(domains: impl IntoIterator<Item = Domain>) -> Space {
        Space { whole: domains.into_iter().collect(), parts: Vec::new(), assumptions: Vec::new() }
    }

    pub(super) fn domain(&self, var: usize) -> &Domain {
        match self.place(var) {
            Ok(place) => &self.parts[place].1,
            Err(_) => &self.whole[var],
        }
    }

    pub(super) fn set(&mut self, var: usize, domain: Domain) {
        match self.place(var) {
            Ok(place) => self.parts[place].1 = domain,
            Err(place) => self.parts.insert(place, (var, domain)),
        }
    }

    /// Where the part of a variable is, or belongs.
    fn place(&self, var: usize) -> Result<usize, usize> {
        match self.parts.last() {
            // Variables are mostly set in their order.
            Some((last, _)) if *last < var => Err(self.parts.len()),
            _ => self.parts.binary_search_by_key(&var, |(v, _)| *v),
        }
    }

    pub(super) fn interval(&self, slot: Slot) -> Option<&Interval> {
        match (self.domain(slot.var), slot.field) {
            (Domain::Scalar(interval), None) => Some(interval),
            (Domain::List(list), Some((element, field))) => list.elements.get(element)?.get(field),
            _ => None,
        }
    }

    /// The same with another interval for one slot, if there is such a slot.
    pub(super) fn with_interval(&self, slot: Slot, interval: Interval) -> Option<Space> {
        let mut domain = self.domain(slot.var).clone();
        let place = match (&mut domain, slot.field) {
            (Domain::Scalar(interval), None) => interval,
            (Domain::List(list), Some((element, field))) => list.elements.get_mut(element)?.get_mut(field)?,
            _ => return None,
        };
        *place = interval;
        let mut space = self.clone();
        space.set(slot.var, domain);
        Some(space)
    }

    /// Whether the variable can only be one thing.
    pub(super) fn is_point(&self, var: usize) -> bool {
        match self.domain(var) {
            Domain::Scalar(interval) => interval.is_point(),
            Domain::List(list) => {
                list.low == list.high
                    && list.elements.len() == list.high as usize
                    && list.elements.iter().flatten().all(Interval::is_point)
            }
        }
    }
}
