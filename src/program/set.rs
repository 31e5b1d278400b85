//! Giving facts, one by one.

use std::fmt;

use jiff::civil::Date;

use super::cell::{MOST, NONE};
use super::evaluator::Evaluator;
use super::form::Kind;
use crate::base::Number;
use crate::facts::deal::day_number;
use crate::facts::{FactId, TypeKind, Value};

/// A value that the fact cannot have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    fact: String,
    expected: &'static str,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is to be {}", self.fact, self.expected)
    }
}

impl std::error::Error for Refused {}

impl Evaluator {
    #[cold]
    fn refused(&self, fact: FactId, expected: &'static str) -> Refused {
        let facts = &self.program.policy.schema.facts;
        let known = (fact.into_raw().into_u32() as usize) < facts.len();
        let fact = if known { facts[fact].name.clone() } else { "a fact of another policy".to_owned() };
        Refused { fact, expected }
    }

    /// The slot of a fact of this kind.
    #[inline]
    fn slot(&self, fact: FactId, kind: Kind, expected: &'static str) -> Result<u32, Refused> {
        match self.program.slots.of(fact) {
            Some(slot) if self.program.slots.form(slot).kind == kind => Ok(slot),
            _ => Err(self.refused(fact, expected)),
        }
    }

    #[inline]
    fn set_within(&mut self, fact: FactId, slot: u32, cell: i64, expected: &'static str) -> Result<(), Refused> {
        let (low, high) = self.program.slots.bounds(slot);
        if cell < low || cell > high {
            return Err(self.refused(fact, expected));
        }
        self.put(slot, cell, true);
        Ok(())
    }

    /// Nobody said. What the policy presumes holds, where it presumes anything.
    pub fn set_unknown(&mut self, fact: FactId) {
        if let Some(slot) = self.program.slots.of(fact) {
            self.unsay(slot);
        }
    }

    /// There is none.
    ///
    /// # Errors
    ///
    /// A fact that cannot be none.
    pub fn set_none(&mut self, fact: FactId) -> Result<(), Refused> {
        let schema = &self.program.policy.schema;
        match self.program.slots.of(fact).filter(|_| schema.facts[fact].ty.optional) {
            Some(slot) => {
                self.put(slot, NONE, true);
                Ok(())
            }
            None => Err(self.refused(fact, "something that may be none")),
        }
    }

    /// True or false.
    ///
    /// # Errors
    ///
    /// A fact that is no boolean.
    #[inline]
    pub fn set_boolean(&mut self, fact: FactId, value: bool) -> Result<(), Refused> {
        let slot = self.slot(fact, Kind::Boolean, "true or false")?;
        self.put(slot, value.into(), true);
        Ok(())
    }

    /// A whole number, in the unit of the fact.
    ///
    /// # Errors
    ///
    /// A fact that is no number, and a number outside its range.
    #[inline]
    pub fn set_integer(&mut self, fact: FactId, value: i64) -> Result<(), Refused> {
        self.set_decimal(fact, value, 0)
    }

    /// A number of so many decimals: 95.50 is `(9550, 2)`.
    ///
    /// # Errors
    ///
    /// A fact that is no number, one with fewer decimals, and a number outside its range.
    #[inline]
    pub fn set_decimal(&mut self, fact: FactId, value: i64, places: u32) -> Result<(), Refused> {
        const EXPECTED: &str = "a number within its range and with no more decimals than it may have";
        let slot = self.slot(fact, Kind::Number, EXPECTED)?;
        let own = self.program.slots.form(slot).places;
        let power = own.checked_sub(places).and_then(|more| 10i64.checked_pow(more));
        if let Some(cell) = power.and_then(|power| value.checked_mul(power))
            && cell.unsigned_abs() <= MOST.unsigned_abs()
        {
            return self.set_within(fact, slot, cell, EXPECTED);
        }
        let number = Number::decimal(value.into(), places).ok_or_else(|| self.refused(fact, EXPECTED))?;
        self.set_number(fact, number)
    }

    /// A number, in the unit of the fact.
    ///
    /// # Errors
    ///
    /// A fact that is no number, and a number outside its range or with too many decimals.
    pub fn set_number(&mut self, fact: FactId, value: Number) -> Result<(), Refused> {
        const EXPECTED: &str = "a number within its range and with no more decimals than it may have";
        self.slot(fact, Kind::Number, EXPECTED)?;
        let schema = &self.program.policy.schema;
        let ty = &schema.facts[fact].ty;
        let within = ty.number().is_some_and(|number| number.bounds().contains(value));
        if !within || !schema.fits_decimals(value, ty) {
            return Err(self.refused(fact, EXPECTED));
        }
        self.set_value(fact, &Value::Number(value));
        Ok(())
    }

    /// A date.
    ///
    /// # Errors
    ///
    /// A fact that is no date, and a date outside its range.
    pub fn set_date(&mut self, fact: FactId, value: Date) -> Result<(), Refused> {
        let slot = self.slot(fact, Kind::Date, "a date within its range")?;
        self.set_within(fact, slot, day_number(value), "a date within its range")
    }

    /// A variant, by its place in the enumeration.
    ///
    /// # Errors
    ///
    /// A fact that is no enumeration, and a place beyond its variants.
    #[inline]
    pub fn set_variant(&mut self, fact: FactId, place: u32) -> Result<(), Refused> {
        let slot = self.slot(fact, Kind::Variant, "one of its variants")?;
        self.set_within(fact, slot, place.into(), "one of its variants")
    }

    /// The place of a variant by its name, for [`Evaluator::set_variant`].
    pub fn variant(&self, fact: FactId, name: &str) -> Option<u32> {
        let schema = &self.program.policy.schema;
        self.program.slots.of(fact)?;
        let TypeKind::Variant(id) = schema.facts[fact].ty.kind else { return None };
        let place = schema.enumerations[id].variants.iter().position(|variant| variant.name == name);
        place.and_then(|place| u32::try_from(place).ok())
    }

    /// A text.
    ///
    /// # Errors
    ///
    /// A fact that is no text.
    pub fn set_text(&mut self, fact: FactId, value: &str) -> Result<(), Refused> {
        let slot = self.slot(fact, Kind::Text, "a text")?;
        let cell = self.text(value);
        self.put(slot, cell, true);
        Ok(())
    }
}
