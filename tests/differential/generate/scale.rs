//! How large the numbers of a pack are and how far apart its dates: facts, outcomes and literals that go together.

use super::dice::Dice;
use super::expression::{Kind, TEXTS, Ty, Unit};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scale {
    /// Facts of which every value can be tried.
    #[default]
    Tiny,
    /// Facts as they are in earnest.
    Wide,
}

/// What a fact is, its type as written, and something to presume.
type FactType = (Ty, &'static str, &'static str);

const INTEGER: Ty = Ty::Number(Kind::Integer, Unit::Plain);
const EUR: Ty = Ty::Number(Kind::Decimal, Unit::Eur);
/// An enumeration of its own.
const OWN: Ty = Ty::Variant(usize::MAX);

/// Fields have one of the first ten.
const TINY: [FactType; 20] = [
    (Ty::Boolean, "boolean", "true"),
    (Ty::Boolean, "boolean", "false"),
    (Ty::Variant(0), "level", "medium"),
    (Ty::Variant(0), "level", "medium"),
    (Ty::Variant(1), "size", "medium"),
    (OWN, "one of red, green", "red"),
    (INTEGER, "integer 0..2", "1"),
    (INTEGER, "integer 0..2", "1"),
    (INTEGER, "integer 0..2", "1"),
    (EUR, "decimal in EUR 0..0.02", "0.01 EUR"),
    (INTEGER, "integer -1..3", "1"),
    (INTEGER, "integer -1..3", "1"),
    (Ty::Number(Kind::Integer, Unit::Hour), "integer in hour 0..3", "2 hours"),
    (Ty::Number(Kind::Decimal, Unit::Hour), "decimal in hour 0.1..0.3 hours", "0.2 hours"),
    (Ty::Number(Kind::Integer, Unit::Day), "integer in day 0..2", "1 day"),
    (Ty::Number(Kind::Decimal, Unit::Plain), "decimal 0.5..0.500002", "0.5"),
    (Ty::Number(Kind::Integer, Unit::Eur), ALWAYS_GIVEN, "1 EUR"),
    (Ty::Date, "date 2026-01-01..2026-01-03", "2026-01-02"),
    (Ty::Date, "date 2026-01-01..2026-01-03", "2026-01-02"),
    (Ty::Text, "text", TEXTS[0]),
];

/// Too large to be filled in.
const ALWAYS_GIVEN: &str = "integer in EUR 0..";

const WIDE: [FactType; 20] = [
    (Ty::Boolean, "boolean", "false"),
    (Ty::Variant(0), "level", "medium"),
    (Ty::Variant(1), "size", "small"),
    (INTEGER, "integer 0..1_000_000", "100"),
    (INTEGER, "integer 0..1_000_000", "5_000"),
    (INTEGER, "integer -1_000..1_000_000", "0"),
    (INTEGER, "integer", "100"),
    (INTEGER, "integer 1..", "1"),
    (EUR, "decimal in EUR 0..1_000_000", "5_000 EUR"),
    (EUR, "decimal in EUR 0..1_000_000", "0.01 EUR"),
    (EUR, "decimal in EUR", "0 EUR"),
    (EUR, "decimal in EUR -99_999.99..0.01", "0 EUR"),
    (Ty::Number(Kind::Integer, Unit::Eur), "integer in EUR 0..", "5_000 EUR"),
    (Ty::Number(Kind::Integer, Unit::Hour), "integer in hour 0..10_000", "160 hours"),
    (Ty::Number(Kind::Decimal, Unit::Hour), "decimal in hour 0..999.9 hours", "7.5 hours"),
    (Ty::Number(Kind::Integer, Unit::Day), "integer in day 0..3_650", "30 days"),
    (Ty::Number(Kind::Decimal, Unit::Plain), "decimal 0..1", "0.5"),
    (Ty::Date, "date", "2026-03-01"),
    (Ty::Date, "date 2020-01-01..2040-12-31", "2026-03-01"),
    (Ty::Text, "text", TEXTS[0]),
];

impl Scale {
    /// What a fact is, its type as written, something to presume, and whether it must be given.
    pub fn fact(self, dice: &mut Dice<'_>, field: bool) -> (Ty, String, &'static str, bool) {
        let types: &[FactType] = match self {
            Scale::Tiny if field => &TINY[..10],
            Scale::Tiny => &TINY,
            Scale::Wide => &WIDE,
        };
        let &(ty, written, presumed) = dice.pick(types);
        (ty, written.to_owned(), presumed, self == Scale::Tiny && written == ALWAYS_GIVEN)
    }

    /// A declared type with its range.
    pub fn range(self, written: &'static str) -> &'static str {
        match (self, written) {
            (Scale::Wide, "integer -4..4") => "integer -1_000_000..1_000_000",
            (Scale::Wide, "integer in hour -4..4") => "integer in hour -1_000_000..1_000_000",
            (Scale::Wide, "date 2026-01-01..2026-02-28") => "date 1999-12-31..2099-12-31",
            _ => written,
        }
    }

    /// Of at most this kind.
    pub fn literals(self, kind: Kind, unit: Unit) -> &'static [&'static str] {
        match (self, unit, kind) {
            (Scale::Tiny, _, Kind::Integer) => &["0", "1", "1", "2", "2", "3", "4"],
            (Scale::Tiny, Unit::Plain, _) => &["0.5", "1.5", "10 percent", "0.25", "1", "2"],
            (Scale::Tiny, Unit::Eur, _) => &["0.01", "0.02", "0.50", "1", "1.25"],
            (Scale::Tiny, Unit::Hour, _) => &["0.1", "0.2", "0.5", "1", "2.5"],
            (Scale::Tiny, _, _) => &["0.5", "1", "2"],
            (Scale::Wide, Unit::Day, _) => &["0", "1", "7", "30", "365", "3_650"],
            (Scale::Wide, Unit::Hour, Kind::Integer) => &["0", "1", "40", "160", "10_000"],
            (Scale::Wide, _, Kind::Integer) => {
                &["0", "1", "2", "3", "12", "100", "5_000", "99_999", "250_000", "999_999", "1_000_000"]
            }
            (Scale::Wide, Unit::Plain, _) => &["0.5", "1.5", "10 percent", "19 percent", "0.333333", "2", "100"],
            (Scale::Wide, Unit::Eur, _) => &["0.01", "99.99", "1_000", "12_345.67", "250_000", "999_999.99"],
            (Scale::Wide, Unit::Hour, _) => &["0.1", "7.5", "40", "160", "999.9"],
            (Scale::Wide, _, _) => &["0.5", "85", "95.45", "120"],
        }
    }

    /// Numbers that a range may lie between, ascending.
    pub fn steps(self) -> &'static [&'static str] {
        match self {
            Scale::Tiny => &["0", "1", "2", "3", "4"],
            Scale::Wide => &["0", "10", "1_000", "99_999", "750_000", "1_000_000"],
        }
    }

    /// Numbers in the cells of a table, ascending.
    pub fn cells(self) -> &'static [&'static str] {
        match self {
            Scale::Tiny => &["0", "1", "2", "3"],
            Scale::Wide => &["0", "1", "100", "5_000", "999_999"],
        }
    }

    /// Dates to compare with, ascending. Near enough to what facts may be that comparisons come out both ways.
    pub fn dates(self) -> [&'static str; 5] {
        match self {
            Scale::Tiny => ["2026-01-01", "2026-01-02", "2026-01-03", "2026-01-05", "2026-02-28"],
            Scale::Wide => ["1999-12-31", "2024-02-29", "2026-01-01", "2026-03-31", "2039-06-15"],
        }
    }

    /// How many months or years to go, where not any number will do.
    pub fn months(self) -> Option<&'static [&'static str]> {
        (self == Scale::Wide).then_some(&["1", "3", "12", "18"])
    }

    /// Where the two upper bands of a rubric may begin.
    pub fn bands(self) -> [[&'static str; 3]; 2] {
        match self {
            Scale::Tiny => [["0", "1", "2"], ["3", "4", "5"]],
            Scale::Wide => [["0", "10", "5_000"], ["7_500", "250_000", "2_000_000"]],
        }
    }
}
