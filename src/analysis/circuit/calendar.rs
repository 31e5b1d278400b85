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

    /// The month of a day, counted from March of the year 0, and the days before it in that month.
    fn month(&mut self, day: &Integer) -> Result<(Integer, Integer), TooWide> {
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
        let years = self.times(&century, 100)?.plus(self.circuit, &year)?;
        let months = self.times(&years, 12)?.plus(self.circuit, &month)?;
        Ok((months, day))
    }
}

/// The day so many `months` after `day`, which may lie outside the dates that the language knows.
pub(in crate::analysis) fn add_months(
    circuit: &mut Circuit,
    day: &Integer,
    months: &Integer,
    end: EndOfMonth,
) -> Result<Integer, TooWide> {
    let mut builder = Builder { circuit };
    let (month, day) = builder.month(day)?;
    let month = month.plus(builder.circuit, months)?;
    let first = builder.days_before(&month)?;
    let next = builder.plus(&month, 1)?;
    let next = builder.days_before(&next)?;
    let after = first.plus(builder.circuit, &day)?;
    let beyond: Lit = next.at_most(builder.circuit, &after);
    let instead = match end {
        EndOfMonth::LastDay => builder.plus(&next, -1)?,
        EndOfMonth::NextDay => next,
    };
    Ok(Integer::choose(builder.circuit, beyond, &instead, &after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::deal::day_number;
    use jiff::civil::date;

    #[test]
    fn months_are_those_of_the_calendar() {
        let (low, high) = (day_number(date(1900, 1, 1)), day_number(date(2199, 12, 31)));
        for day in (low..=high).step_by(37).chain([day_number(date(2000, 2, 29)), day_number(date(2026, 1, 31))]) {
            let start = date(1970, 1, 1).checked_add(jiff::Span::new().days(day)).expect("a date");
            for months in [-50, -13, -1, 0, 1, 11, 12, 27] {
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
