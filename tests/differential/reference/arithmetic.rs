//! Operations on values.

use dealdesk::base::{ArithmeticOp, CompareOp, Number, NumberError};
use dealdesk::facts::DateRange;
use jiff::civil::Date;

use super::deal::Val;
use super::evaluate::{Evaluated, Stop};

pub fn compares(op: CompareOp, left: &Val, right: &Val) -> bool {
    match op {
        CompareOp::Less => left < right,
        CompareOp::LessOrEqual => left <= right,
        CompareOp::Greater => left > right,
        CompareOp::GreaterOrEqual => left >= right,
    }
}

pub fn arithmetic(op: ArithmeticOp, left: &Val, right: &Val) -> Evaluated {
    if let Val::Date(date) = left {
        let days = right.number();
        return match op {
            ArithmeticOp::Add => add_days(*date, days),
            ArithmeticOp::Subtract => add_days(*date, exact(days.negate())?),
            ArithmeticOp::Multiply | ArithmeticOp::Divide => panic!("dates are not multiplied"),
        };
    }
    let (left, right) = (left.number(), right.number());
    exact(match op {
        ArithmeticOp::Add => left.add(right),
        ArithmeticOp::Subtract => left.subtract(right),
        ArithmeticOp::Multiply => left.multiply(right),
        ArithmeticOp::Divide => left.divide(right),
    })
    .map(Val::Number)
}

pub fn exact(result: Result<Number, NumberError>) -> Result<Number, Stop> {
    result.map_err(|error| Stop::Error(error.to_string()))
}

/// A date, if it is one of those that the language knows.
fn known_date(date: Option<Date>) -> Evaluated {
    match date.filter(|date| DateRange::ALL.contains(*date)) {
        Some(date) => Ok(Val::Date(date)),
        None => Err(Stop::Error("the date is out of range".to_owned())),
    }
}

fn add_days(date: Date, days: Number) -> Evaluated {
    let days = days.to_integer().expect("days are whole");
    let span = i64::try_from(days).ok().and_then(|days| jiff::Span::new().try_days(days).ok());
    known_date(span.and_then(|span| date.checked_add(span).ok()))
}

pub enum EndOfMonth {
    LastDay,
    NextDay,
}

/// `steps` times `length` months later.
pub fn add_months(date: Date, steps: Number, length: i128, end: EndOfMonth) -> Evaluated {
    let steps = steps.to_integer().expect("months are whole");
    let month = steps.checked_mul(length).and_then(|months| months.checked_add(i128::from(date.month() - 1)));
    let month = month.and_then(|month| month.checked_add(i128::from(date.year()) * 12));
    let first = month.and_then(|month| {
        let year = i16::try_from(month.div_euclid(12)).ok()?;
        let month = i8::try_from(month.rem_euclid(12) + 1).ok()?;
        Date::new(year, month, 1).ok()
    });
    known_date(first.and_then(|first| {
        let last = first.last_of_month();
        match end {
            _ if date.day() <= last.day() => Date::new(first.year(), first.month(), date.day()).ok(),
            EndOfMonth::LastDay => Some(last),
            EndOfMonth::NextDay => last.tomorrow().ok(),
        }
    }))
}
