//! What operators and functions do to values that are known.

use jiff::civil::Date;

use super::answer::FaultKind;
use crate::base::{ArithmeticOp, Number};
use crate::facts::deal::{add_months, date_of_day, day_number};
use crate::facts::{Schema, Type, TypeKind, Value};
use crate::policy::Function;

/// A value, or why there is none.
pub(super) type Outcome = Result<Value, FaultKind>;

pub(super) fn number(value: &Value) -> Result<Number, FaultKind> {
    match value {
        Value::Number(n) => Ok(*n),
        _ => Err(FaultKind::UnexpectedNone),
    }
}

pub(super) fn date(value: &Value) -> Result<Date, FaultKind> {
    match value {
        Value::Date(d) => Ok(*d),
        _ => Err(FaultKind::UnexpectedNone),
    }
}

pub(super) fn arithmetic(op: ArithmeticOp, left: &Value, right: &Value) -> Outcome {
    let (left, right) = (number(left)?, number(right)?);
    let result = match op {
        ArithmeticOp::Add => left.add(right),
        ArithmeticOp::Subtract => left.subtract(right),
        ArithmeticOp::Multiply => left.multiply(right),
        ArithmeticOp::Divide => left.divide(right),
    };
    result.map(Value::Number).map_err(FaultKind::Number)
}

pub(super) fn negate(value: &Value) -> Outcome {
    number(value)?.negate().map(Value::Number).map_err(FaultKind::Number)
}

pub(super) fn shift_days(start: &Value, days: &Value, forward: bool) -> Outcome {
    let (start, days) = (date(start)?, number(days)?);
    let days = days.to_integer().and_then(|n| i64::try_from(n).ok()).ok_or(FaultKind::DateOutOfRange)?;
    let day = if forward { day_number(start).checked_add(days) } else { day_number(start).checked_sub(days) };
    day.and_then(date_of_day).map(Value::Date).ok_or(FaultKind::DateOutOfRange)
}

pub(super) fn days_between(from: &Value, to: &Value) -> Outcome {
    let days = day_number(date(to)?) - day_number(date(from)?);
    Ok(Value::Number(Number::from(days)))
}

pub(super) fn call(function: Function, arguments: &[Value]) -> Outcome {
    let first = arguments.first().ok_or(FaultKind::UnexpectedNone)?;
    let of_number = |f: fn(Number) -> Number| number(first).map(|n| Value::Number(f(n)));
    match function {
        Function::Min => Ok(arguments.iter().min().unwrap_or(first).clone()),
        Function::Max => Ok(arguments.iter().max().unwrap_or(first).clone()),
        Function::Abs => number(first)?.abs().map(Value::Number).map_err(FaultKind::Number),
        Function::Round(places) => number(first)?.round(places).map(Value::Number).map_err(FaultKind::Number),
        Function::Floor => of_number(Number::floor),
        Function::Ceil => of_number(Number::ceil),
        Function::AddMonthsOrLastDay => later(arguments, 1, true),
        Function::AddMonthsOrNextDay => later(arguments, 1, false),
        Function::AddYearsOrLastDay => later(arguments, 12, true),
        Function::AddYearsOrNextDay => later(arguments, 12, false),
    }
}

/// The date so many times `months` later; where that month is too short, its last day or the day after.
fn later(arguments: &[Value], months: i64, last_day: bool) -> Outcome {
    let [start, count] = arguments else {
        return Err(FaultKind::UnexpectedNone);
    };
    let (start, count) = (date(start)?, number(count)?);
    let count = count.to_integer().and_then(|n| i64::try_from(n).ok()).and_then(|n| n.checked_mul(months));
    count.and_then(|n| add_months(start, n, last_day)).map(Value::Date).ok_or(FaultKind::DateOutOfRange)
}

/// The value itself where its type allows it.
pub(super) fn checked(schema: &Schema, ty: &Type, value: Value) -> Outcome {
    let fits = match (&value, &ty.kind) {
        (Value::Number(n), TypeKind::Number(declared)) => {
            let allowed = decimals_allowed(schema, ty);
            if allowed.is_some_and(|allowed| n.places().is_none_or(|places| places > allowed)) {
                return Err(FaultKind::TooManyDecimals(value));
            }
            declared.range.contains(*n)
        }
        (Value::Date(d), TypeKind::Date(declared)) => declared.contains(*d),
        _ => true,
    };
    if fits { Ok(value) } else { Err(FaultKind::OutOfRange(value)) }
}

/// How many decimals an outcome may have: as many as its unit says, if it says so.
pub(super) fn decimals_allowed(schema: &Schema, ty: &Type) -> Option<u32> {
    schema.units[ty.number()?.unit.single()?].decimals
}

/// The declared ends of a type of numbers or dates.
pub(super) fn range_of(ty: &Type) -> Option<(Option<Value>, Option<Value>)> {
    match &ty.kind {
        TypeKind::Number(n) => Some((n.range.low.map(Value::Number), n.range.high.map(Value::Number))),
        TypeKind::Date(d) => Some((Some(Value::Date(d.low)), Some(Value::Date(d.high)))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date as day;

    #[test]
    fn months_say_what_happens_at_their_end() {
        let after = |function, start, n: i64| call(function, &[Value::Date(start), Value::Number(Number::from(n))]);
        let jan31 = day(2026, 1, 31);
        assert_eq!(after(Function::AddMonthsOrLastDay, jan31, 1), Ok(Value::Date(day(2026, 2, 28))));
        assert_eq!(after(Function::AddMonthsOrNextDay, jan31, 1), Ok(Value::Date(day(2026, 3, 1))));
        assert_eq!(after(Function::AddMonthsOrLastDay, jan31, -2), Ok(Value::Date(day(2025, 11, 30))));
        assert_eq!(after(Function::AddYearsOrLastDay, day(2024, 2, 29), 1), Ok(Value::Date(day(2025, 2, 28))));
        assert_eq!(after(Function::AddYearsOrNextDay, day(2024, 2, 29), 1), Ok(Value::Date(day(2025, 3, 1))));
        assert_eq!(after(Function::AddYearsOrNextDay, jan31, 200), Err(FaultKind::DateOutOfRange));
        assert_eq!(after(Function::AddYearsOrNextDay, jan31, i64::MAX), Err(FaultKind::DateOutOfRange));
    }
}
