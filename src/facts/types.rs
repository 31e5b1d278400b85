//! Types, ranges and units.

use jiff::civil::Date;

use super::schema::{EnumerationId, RecordId, UnitId};
use crate::base::Number;

/// The type of a fact, an expression or an outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Type {
    /// Its kind.
    pub kind: TypeKind,
    /// `or none`.
    pub optional: bool,
}

/// The kind of a [`Type`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypeKind {
    /// True or false.
    Boolean,
    /// A number.
    Number(NumberType),
    /// A text, compared only for equality.
    Text,
    /// A calendar date.
    Date(DateRange),
    /// A variant of an enumeration.
    Variant(EnumerationId),
    /// A set of the items of a checklist, or of the outcomes that a table collects.
    Items(EnumerationId),
    /// A list of records, given by the fact `list`, of at most `up_to`.
    List {
        /// Of which record.
        record: RecordId,
        /// How many at most.
        up_to: u32,
    },
}

/// What kind of number, in which unit, between which ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberType {
    /// Integer, decimal or fraction.
    pub kind: NumberKind,
    /// Its unit; empty for a plain number.
    pub unit: UnitProduct,
    /// Its declared range, ends included; open for computed expressions.
    pub range: NumberRange,
}

/// From narrow to wide: every integer may stand where a decimal is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NumberKind {
    /// A whole number.
    Integer,
    /// A number with finitely many decimals.
    Decimal,
    /// An exact quotient; must be rounded before it becomes an outcome.
    Fraction,
}

/// A range of numbers, ends included; `None` is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NumberRange {
    /// The lowest.
    pub low: Option<Number>,
    /// The highest.
    pub high: Option<Number>,
}

impl NumberRange {
    /// Whether `n` lies in it.
    pub fn contains(&self, n: Number) -> bool {
        self.low.is_none_or(|low| low <= n) && self.high.is_none_or(|high| n <= high)
    }
}

impl NumberType {
    /// How far numbers go where a type declares no end: 10^18 and its negative.
    pub const FARTHEST: i128 = 1_000_000_000_000_000_000;
    /// How far a declared end may lie from 0: 10^24. With it, any two numbers of a type and what lies between
    /// them can be counted in the smallest steps of its unit.
    pub const FARTHEST_END: i128 = 1_000_000_000_000_000_000_000_000;

    /// The declared range, with an end at ±10^18 where it declares none.
    pub fn bounds(&self) -> NumberRange {
        NumberRange {
            low: Some(self.range.low.unwrap_or(Number::integer(-Self::FARTHEST))),
            high: Some(self.range.high.unwrap_or(Number::integer(Self::FARTHEST))),
        }
    }
}

/// A range of dates, ends included. Every date lies in 1900 to 2199.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateRange {
    /// The first.
    pub low: Date,
    /// The last.
    pub high: Date,
}

impl DateRange {
    /// 1900-01-01 to 2199-12-31, all the dates there are.
    pub const ALL: DateRange = DateRange { low: jiff::civil::date(1900, 1, 1), high: jiff::civil::date(2199, 12, 31) };

    /// Whether `date` lies in it.
    pub fn contains(&self, date: Date) -> bool {
        self.low <= date && date <= self.high
    }
}

/// A product of units with their exponents, sorted by unit, without zero exponents: `EUR/hour`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct UnitProduct(pub Vec<(UnitId, i32)>);

impl UnitProduct {
    /// No unit: a plain number.
    pub fn none() -> UnitProduct {
        UnitProduct::default()
    }

    /// One unit.
    pub fn one(unit: UnitId) -> UnitProduct {
        UnitProduct(vec![(unit, 1)])
    }

    /// Whether it is a plain number's.
    pub fn is_none(&self) -> bool {
        self.0.is_empty()
    }

    /// The one unit it consists of, if it is one.
    pub fn single(&self) -> Option<UnitId> {
        match self.0.as_slice() {
            [(unit, 1)] => Some(*unit),
            _ => None,
        }
    }

    /// The product with `other` to the power `exponent` (1 multiplies, -1 divides). Exponents saturate.
    #[must_use]
    pub fn times(&self, other: &UnitProduct, exponent: i32) -> UnitProduct {
        let mut factors = self.0.clone();
        for &(unit, e) in &other.0 {
            let e = e.saturating_mul(exponent);
            match factors.iter_mut().find(|(u, _)| *u == unit) {
                Some((_, sum)) => *sum = sum.saturating_add(e),
                None => factors.push((unit, e)),
            }
        }
        factors.retain(|&(_, e)| e != 0);
        factors.sort_by_key(|&(unit, _)| unit.into_raw());
        UnitProduct(factors)
    }
}

impl Type {
    /// A type that is never none.
    pub fn of(kind: TypeKind) -> Type {
        Type { kind, optional: false }
    }

    /// `boolean`
    pub fn boolean() -> Type {
        Type::of(TypeKind::Boolean)
    }

    /// The number type, if it is one.
    pub fn number(&self) -> Option<&NumberType> {
        match &self.kind {
            TypeKind::Number(n) => Some(n),
            _ => None,
        }
    }
}
