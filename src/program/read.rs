//! Reading a deal straight into slots.
//!
//! Names are looked up where they stand, values become cells as they are read, and nothing is kept in between. Only what
//! is as expected is read this way. At anything else (a misspelt name, a value out of range, a form that is allowed
//! but unusual) the deal is read again by [`facts::read`](crate::facts::read), which accepts all that is allowed and
//! knows what to say of the rest.

use std::fmt;

use jiff::civil::Date;
use serde::Serialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::cell::{Cell, MOST, NONE};
use super::evaluator::Evaluator;
use super::form::Kind;
use super::names::{DEAL, Name, Names, Target};
use crate::base::{FileId, SourceFile};
use crate::diagnostic::{Diagnostic, Severity};
use crate::facts::deal::day_number;
use crate::facts::read::{self, Format};

impl Evaluator {
    /// Takes the deal that a text in JSON says, in place of the one before.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the text, with places in it. Then no deal is known.
    pub fn read_json(&mut self, text: &str) -> Result<(), Vec<Diagnostic>> {
        self.clear();
        let mut json = serde_json::Deserializer::from_str(text);
        // Taken out for as long as the rest is written to.
        let Some(names) = self.names.take() else { return self.read_again(text) };
        let group = Group { evaluator: self, names: &names, group: DEAL, record: None };
        let read = group.deserialize(&mut json).and_then(|()| json.end());
        self.names = Some(names);
        match read {
            Ok(()) => Ok(()),
            Err(_) => self.read_again(text),
        }
    }

    #[cold]
    fn read_again(&mut self, text: &str) -> Result<(), Vec<Diagnostic>> {
        self.clear();
        let file = SourceFile::new("deal.json", text);
        let (deal, problems) = read::deal(&self.program.policy.schema, FileId(0), &file, Format::Json);
        if problems.iter().any(|problem| problem.severity == Severity::Error) {
            return Err(problems);
        }
        self.load(&deal);
        Ok(())
    }

    /// Takes the deal that a value says when it is serialized, in place of the one before.
    ///
    /// # Errors
    ///
    /// What the policy declares otherwise, without places. Then no deal is known.
    pub fn read<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Vec<Diagnostic>> {
        self.clear();
        let deal = read::serialize(&self.program.policy.schema, &value)?;
        self.load(&deal);
        Ok(())
    }
}

/// A deal, a group of facts or a record that is read.
struct Group<'e> {
    evaluator: &'e mut Evaluator,
    names: &'e Names,
    group: usize,
    /// For a record: its list, and its place in it.
    record: Option<(u32, usize)>,
}

/// Something that is left to the other way of reading.
fn unusual<E: serde::de::Error>() -> E {
    E::custom("unusual")
}

impl<'de> DeserializeSeed<'de> for Group<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Group<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("facts by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut expected = 0;
        while let Some((place, name)) = map.next_key_seed(Key { names: self.names, group: self.group, expected })? {
            expected = place + 1;
            match name {
                Name::Group(group) => {
                    let inner =
                        Group { evaluator: self.evaluator, names: self.names, group: *group, record: self.record };
                    map.next_value_seed(inner)?;
                }
                Name::Fact(target) if target.form.kind == Kind::List => {
                    map.next_value_seed(List { evaluator: self.evaluator, names: self.names, target })?;
                }
                Name::Fact(target) => {
                    let value = Value { evaluator: self.evaluator, names: self.names, target };
                    let cell = map.next_value_seed(value)?;
                    let fresh = match self.record {
                        None => self.evaluator.put_fresh(target.slot, cell),
                        Some((list, record)) => self.evaluator.put_field(list, record, target.slot, cell),
                    };
                    if !fresh {
                        return Err(unusual());
                    }
                }
            }
        }
        Ok(())
    }
}

/// A name.
struct Key<'e> {
    names: &'e Names,
    group: usize,
    expected: usize,
}

impl<'de, 'e> DeserializeSeed<'de> for Key<'e> {
    type Value = (usize, &'e Name);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(usize, &'e Name), D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl<'e> Visitor<'_> for Key<'e> {
    type Value = (usize, &'e Name);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a fact")
    }

    #[inline]
    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<(usize, &'e Name), E> {
        self.names.find(self.group, name, self.expected).ok_or_else(unusual)
    }
}

/// The value of a fact that is no list, as its cell.
struct Value<'e> {
    evaluator: &'e mut Evaluator,
    names: &'e Names,
    target: &'e Target,
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = Cell;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cell, D::Error> {
        if self.target.optional {
            return deserializer.deserialize_option(self);
        }
        self.some(deserializer)
    }
}

impl Value<'_> {
    #[inline]
    fn some<'de, D: Deserializer<'de>>(self, deserializer: D) -> Result<Cell, D::Error> {
        match self.target.form.kind {
            Kind::Boolean => deserializer.deserialize_bool(self),
            Kind::Number if self.target.is_whole() => deserializer.deserialize_i64(self),
            Kind::Number => {
                // From its digits: no binary float comes in between.
                let digits = <&RawValue as serde::Deserialize>::deserialize(deserializer)?;
                let cell = scaled(digits.get(), self.target.form.places);
                cell.and_then(|cell| self.target.within(cell)).ok_or_else(unusual)
            }
            Kind::Text | Kind::Variant | Kind::Date => deserializer.deserialize_str(self),
            Kind::Items | Kind::List => Err(unusual()),
        }
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = Cell;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<Cell, E> {
        Ok(NONE)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cell, D::Error> {
        self.some(deserializer)
    }

    #[inline]
    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Cell, E> {
        Ok(value.into())
    }

    #[inline]
    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Cell, E> {
        self.target.within(value).ok_or_else(unusual)
    }

    #[inline]
    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Cell, E> {
        i64::try_from(value).ok().and_then(|value| self.target.within(value)).ok_or_else(unusual)
    }

    #[inline]
    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Cell, E> {
        match self.target.form.kind {
            Kind::Variant => self.names.variant(self.target, text).ok_or_else(unusual),
            Kind::Text => Ok(self.evaluator.text(text)),
            Kind::Date => date(text).and_then(|date| self.target.within(day_number(date))).ok_or_else(unusual),
            _ => Err(unusual()),
        }
    }
}

/// A date as `2026-03-01`.
fn date(text: &str) -> Option<Date> {
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text.as_bytes() else { return None };
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0i16, |n, digit| digit.is_ascii_digit().then(|| n * 10 + i16::from(digit - b'0')))
    };
    let (month, day) = (i8::try_from(number(&[m1, m2])?).ok()?, i8::try_from(number(&[d1, d2])?).ok()?);
    Date::new(number(&[y1, y2, y3, y4])?, month, day).ok()
}

/// Plain digits as an integer of so many decimals.
fn scaled(digits: &str, places: u32) -> Option<Cell> {
    let (negative, digits) = match digits.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        all => (false, all),
    };
    // 18 digits fit without looking.
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    let (mut cell, mut behind, mut point) = (0i64, 0u32, false);
    for &byte in digits {
        match byte {
            b'0'..=b'9' => {
                cell = cell * 10 + i64::from(byte - b'0');
                behind += u32::from(point);
            }
            b'.' if !point => point = true,
            _ => return None,
        }
    }
    let cell = cell.checked_mul(10i64.checked_pow(places.checked_sub(behind)?)?)?;
    let cell = if negative { -cell } else { cell };
    (cell.unsigned_abs() <= MOST.unsigned_abs()).then_some(cell)
}

/// A list of records.
struct List<'e> {
    evaluator: &'e mut Evaluator,
    names: &'e Names,
    target: &'e Target,
}

impl<'de> DeserializeSeed<'de> for List<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for List<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut records: A) -> Result<(), A::Error> {
        let list = self.target.slot;
        if !self.evaluator.begin_list(list) {
            return Err(A::Error::custom("given twice"));
        }
        let mut count = 0;
        loop {
            self.evaluator.begin_record(list);
            let record = Some((list, count));
            let group = Group { evaluator: self.evaluator, names: self.names, group: self.target.further, record };
            if records.next_element_seed(group)?.is_none() {
                break;
            }
            count += 1;
        }
        match self.target.within(count as i64) {
            Some(count) => {
                self.evaluator.end_list(list, count);
                Ok(())
            }
            None => Err(unusual()),
        }
    }
}
