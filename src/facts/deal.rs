//! What a deal says.

use jiff::civil::Date;
use la_arena::ArenaMap;

use super::schema::FactId;
use super::value::Value;
use crate::base::Span;

/// The facts that are given of one deal; what is not here is unknown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Deal {
    /// Top-level facts by id. Fields of records live in the value of their list.
    pub given: ArenaMap<FactId, Given>,
}

/// A value and who gave it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Given {
    /// The value.
    pub value: Value,
    /// Where it came from.
    pub origin: Origin,
}

/// Where the value of a fact came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// A deal's file.
    File(Span),
    /// `--set` on the command line.
    Set,
    /// A program that uses the library.
    Code,
    /// Nobody: the policy presumes it.
    Presumed,
}

/// The path of a fact in a deal: `client.kind`, `instances[0].users`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FactPath {
    /// The fact, or the field of a record.
    pub fact: FactId,
    /// For a field: its record.
    pub element: Option<Element>,
}

/// A record of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Element {
    /// The list.
    pub list: FactId,
    /// Its place in the list, from 0.
    pub index: u32,
}

impl PartialOrd for FactPath {
    fn partial_cmp(&self, other: &FactPath) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for FactPath {
    fn cmp(&self, other: &FactPath) -> std::cmp::Ordering {
        let key = |p: &FactPath| {
            let element = p.element.map(|e| (e.list.into_raw().into_u32(), e.index));
            (p.fact.into_raw().into_u32(), element)
        };
        key(self).cmp(&key(other))
    }
}

impl Deal {
    /// A deal of which nothing is known.
    pub fn new() -> Deal {
        Deal::default()
    }

    /// What is given for a top-level fact.
    pub fn get(&self, fact: FactId) -> Option<&Given> {
        self.given.get(fact)
    }
}

/// Number of days from 1970-01-01, for arithmetic on dates.
pub fn day_number(date: Date) -> i64 {
    date.duration_since(jiff::civil::date(1970, 1, 1)).as_secs().div_euclid(86_400)
}

/// The date of a day number, where it lies in 1900 to 2199.
pub fn date_of_day(day: i64) -> Option<Date> {
    let low = day_number(super::DateRange::ALL.low);
    let high = day_number(super::DateRange::ALL.high);
    if !(low..=high).contains(&day) {
        return None;
    }
    let span = jiff::Span::new().try_days(day).ok()?;
    jiff::civil::date(1970, 1, 1).checked_add(span).ok()
}

/// The date so many months later, or earlier where `months` is negative; where that month is too short, its last day, or
/// the day after. Nothing outside 1900 to 2199.
pub fn add_months(start: Date, months: i64, last_day: bool) -> Option<Date> {
    let total = months.checked_add(i64::from(start.year()) * 12 + i64::from(start.month()) - 1)?;
    let year = i16::try_from(total.div_euclid(12)).ok()?;
    let month = i8::try_from(total.rem_euclid(12) + 1).ok()?;
    let first = Date::new(year, month, 1).ok()?;
    let length = first.days_in_month();
    let day = day_number(first) + i64::from(start.day().min(length)) - 1;
    let overflows = start.day() > length && !last_day;
    date_of_day(day + i64::from(overflows))
}
