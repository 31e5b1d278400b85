//! Months on day numbers (from 1970-01-01), in the proleptic Gregorian calendar.
//!
//! Years are counted from 1 March, so that the day that some years have and others have not stands last.

use super::gates::{Circuit, Lit};
use super::integer::{Integer, TooWide};

/// What becomes of a day that the month does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::analysis) enum EndOfMonth {
    LastDay,
    NextDay,
}

/// From 0000-03-01 to 1970-01-01.
const TO_1970: i128 = 719_468;

/// So many months are added up one by one, and the years of them.
const MOST_MONTHS: i128 = 1_200;

struct Builder<'c> {
    circuit: &'c mut Circuit,
}

impl Builder<'_> {
    fn plus(&mut self, a: &Integer, n: i128) -> Result<Integer, TooWide> {
        a.plus(self.circuit, &Integer::constant(n))
    }

    fn times(&mut self, a: &Integer, n: i128) -> Result<Integer, TooWide> {
        a.times(self.circuit, &Integer::constant(n))
    }

    fn over(&mut self, a: &Integer, n: i128) -> Result<Integer, TooWide> {
        a.floor_divided(self.circuit, &Integer::constant(n))
    }

    fn split(&mut self, a: &Integer, n: i128) -> Result<(Integer, Integer), TooWide> {
        let quotient = self.over(a, n)?;
        let rest = a.remainder(self.circuit, &Integer::constant(n), &quotient)?;
        Ok((quotient, rest))
    }

    /// The days before the first of a month; months are counted from March of the year 0.
    fn days_before(&mut self, month: &Integer) -> Result<Integer, TooWide> {
        let (year, month) = self.split(month, 12)?;
        let days = self.times(&year, 365)?;
        let leap_days = [(4, true), (100, false), (400, true)].into_iter().try_fold(days, |days, (every, more)| {
            let leaps = self.over(&year, every)?;
            if more { days.plus(self.circuit, &leaps) } else { days.minus(self.circuit, &leaps) }
        })?;
        // From March on, five months in turn have 153 days.
        let months = self.times(&month, 153)?;
        let months = self.plus(&months, 2)?;
        let months = self.over(&months, 5)?;
        let days = leap_days.plus(self.circuit, &months)?;
        self.plus(&days, -TO_1970)
    }

    /// Where a day lies.
    fn place(&mut self, day: &Integer) -> Result<Place, TooWide> {
        let days = self.plus(day, TO_1970)?;
        // Centuries of 36,524 days but for the last of four; in them years of 365 but for the last of four.
        let four = self.times(&days, 4)?;
        let four = self.plus(&four, 3)?;
        let century = self.over(&four, 146_097)?;
        let before = self.times(&century, 146_097)?;
        let before = self.over(&before, 4)?;
        let day = days.minus(self.circuit, &before)?;
        let day = Integer::new(day.bits().to_vec(), 0, 36_524);
        let four = self.times(&day, 4)?;
        let four = self.plus(&four, 3)?;
        let year = self.over(&four, 1_461)?;
        let before = self.times(&year, 1_461)?;
        let before = self.over(&before, 4)?;
        let day = day.minus(self.circuit, &before)?;
        let day = Integer::new(day.bits().to_vec(), 0, 365);
        let five = self.times(&day, 5)?;
        let five = self.plus(&five, 2)?;
        let month = self.over(&five, 153)?;
        let before = self.times(&month, 153)?;
        let before = self.plus(&before, 2)?;
        let before = self.over(&before, 5)?;
        let day = day.minus(self.circuit, &before)?;
        let day = Integer::new(day.bits().to_vec(), 0, 30);
        Ok(Place { century, year, month, day })
    }

    /// The day some `months` after the one at `at`.
    fn any_months_after(&mut self, at: &Place, months: &Integer, end: EndOfMonth) -> Result<Integer, TooWide> {
        let years = self.times(&at.century, 100)?.plus(self.circuit, &at.year)?;
        let month = self.times(&years, 12)?.plus(self.circuit, &at.month)?;
        let month = month.plus(self.circuit, months)?;
        let first = self.days_before(&month)?;
        let next = self.plus(&month, 1)?;
        let next = self.days_before(&next)?;
        let after = first.plus(self.circuit, &at.day)?;
        let length = next.minus(self.circuit, &first)?.narrowed(28, 31);
        let too_many = self.too_many(at, &length, end)?;
        after.minus(self.circuit, &too_many)
    }

    /// The day so many `months` after `day`, which lies at `at`.
    ///
    /// It adds up years and months from there on, as sums that begin alike are easily told apart by a solver.
    fn months_after(&mut self, day: &Integer, at: &Place, months: i128, end: EndOfMonth) -> Result<Integer, TooWide> {
        let (years, months) = (months.div_euclid(12), months.rem_euclid(12));
        let mut shift = Integer::constant(years * 365);
        for year in years.min(0)..years.max(0) {
            let leap = Integer::new(vec![self.is_leap(at, year), Lit::FALSE], 0, 1);
            shift = if years < 0 { shift.minus(self.circuit, &leap)? } else { shift.plus(self.circuit, &leap)? };
        }
        for month in 0..months {
            let length = self.length(at, years * 12 + month)?;
            shift = shift.plus(self.circuit, &length)?;
        }
        let length = self.length(at, years * 12 + months)?;
        let too_many = self.too_many(at, &length, end)?;
        let shift = shift.minus(self.circuit, &too_many)?;
        day.plus(self.circuit, &shift)
    }

    /// How many days too late it is on a day of a month of this `length`.
    fn too_many(&mut self, at: &Place, length: &Integer, end: EndOfMonth) -> Result<Integer, TooWide> {
        let beyond = length.at_most(self.circuit, &at.day);
        let days = at.day.minus(self.circuit, length)?;
        let days = match end {
            EndOfMonth::LastDay => self.plus(&days, 1)?,
            EndOfMonth::NextDay => days,
        };
        Ok(Integer::choose(self.circuit, beyond, &days, &Integer::constant(0)).narrowed(0, 3))
    }

    /// How long the month so many `months` later is.
    fn length(&mut self, at: &Place, months: i128) -> Result<Integer, TooWide> {
        let (mut long, mut short) = (Vec::new(), Lit::FALSE);
        let mut is_leap = Lit::FALSE;
        for month in 0..12 {
            let later = month + months;
            let is = at.month.equals(self.circuit, &Integer::constant(month));
            match later.rem_euclid(12) {
                11 => {
                    short = is;
                    is_leap = self.is_leap(at, later.div_euclid(12));
                }
                1 | 3 | 6 | 8 => {}
                _ => long.push(is),
            }
        }
        let leap_day = self.circuit.and(short, is_leap);
        long.push(leap_day);
        let last = self.circuit.any(long);
        let above = Integer::new(vec![last, !short, Lit::FALSE], 0, 3);
        self.plus(&above, 28)
    }

    /// Whether the February at the end of the year so many `years` later has 29 days.
    fn is_leap(&mut self, at: &Place, years: i128) -> Lit {
        // It is that of the next year from 1 January on: one of four is, the last of a century only in one of four.
        let is_third = |circuit: &mut Circuit, number: &Integer, later: i128| {
            let rest = (3 - later).rem_euclid(4);
            let bits = [(0, rest & 1), (1, rest >> 1)];
            circuit.all(bits.map(|(place, one)| if one == 1 { number.bit(place) } else { !number.bit(place) }))
        };
        let last = (99 - years).rem_euclid(100);
        let centuries = (last + years).div_euclid(100);
        let fourth = is_third(self.circuit, &at.year, years);
        let is_last = at.year.equals(self.circuit, &Integer::constant(last));
        let of_four = is_third(self.circuit, &at.century, centuries);
        self.circuit.choose(is_last, of_four, fourth)
    }
}

/// Where a day lies, in years that begin on 1 March.
struct Place {
    century: Integer,
    /// The year of the century.
    year: Integer,
    /// The months before it in that year.
    month: Integer,
    /// The days before it in that month.
    day: Integer,
}

/// The day so many `months` after `day`, which may lie outside the dates that the language knows.
pub(in crate::analysis) fn add_months(
    circuit: &mut Circuit,
    day: &Integer,
    months: &Integer,
    end: EndOfMonth,
) -> Result<Integer, TooWide> {
    let mut builder = Builder { circuit };
    let at = builder.place(day)?;
    match months.known() {
        Some(months) if months.abs() <= MOST_MONTHS => builder.months_after(day, &at, months, end),
        _ => builder.any_months_after(&at, months, end),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::deal::day_number;
    use jiff::civil::date;

    #[test]
    fn months_are_those_of_the_calendar() {
        let (low, high) = (day_number(date(1900, 1, 1)), day_number(date(2199, 12, 31)));
        for day in (low..=high).step_by(211).chain([day_number(date(2000, 2, 29)), day_number(date(2026, 1, 31))]) {
            let start = date(1970, 1, 1).checked_add(jiff::Span::new().days(day)).expect("a date");
            for months in [-1_300, -1_187, -50, -13, -12, -1, 0, 1, 11, 12, 27, 1_200, 1_201] {
                let mut circuit = Circuit::new();
                let (from, by) = (Integer::constant(i128::from(day)), Integer::constant(months));
                let got = add_months(&mut circuit, &from, &by, EndOfMonth::LastDay).expect("it is not wide");
                let months = i32::try_from(months).expect("few");
                let expected = start.checked_add(jiff::Span::new().months(months)).expect("a date");
                let read = |number: &Integer| number.read(|lit| lit == Lit::TRUE);
                assert_eq!(read(&got), i128::from(day_number(expected)), "{start} and {months} months");
                let next = add_months(&mut circuit, &from, &by, EndOfMonth::NextDay).expect("it is not wide");
                let shorter = i128::from(start.day() != expected.day());
                assert_eq!(read(&next), read(&got) + shorter, "{start} and {months} months");
            }
        }
    }
}
