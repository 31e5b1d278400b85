//! What operators do to ranges of numbers and dates: supersets of the results, by their ends.

use super::answer::FaultKind;
use super::grain::Grain;
use super::lift::{Ends, Range};
use super::ops;
use crate::base::{ArithmeticOp, Number, NumberError};
use crate::facts::deal::{date_of_day, day_number};
use crate::facts::{DateRange, Value};
use crate::policy::Function;

/// Beyond every number that arises from facts in range; stands for an end that does not fit.
const FAR: Number = Number::integer(i128::MAX);

fn numbers(range: Range<'_>) -> Option<(Number, Number)> {
    Some((ops::number(range.low).ok()?, ops::number(range.high).ok()?))
}

fn days(range: Range<'_>) -> Option<(i64, i64)> {
    Some((day_number(ops::date(range.low).ok()?), day_number(ops::date(range.high).ok()?)))
}

fn nothing_known() -> Ends {
    let far = FAR.negate().unwrap_or(Number::ZERO);
    Ends {
        ends: Some((Value::Number(far), Value::Number(FAR))),
        grain: Grain::UNKNOWN,
        failure: Some(FaultKind::Number(NumberError::Overflow)),
    }
}

/// The hull of results at corners; one that overflows stretches it as far as can be. That the corners themselves fit
/// says little: they may be round.
fn hull(grain: Grain, corners: impl IntoIterator<Item = Result<Number, NumberError>>) -> Ends {
    let mut ends: Option<(Number, Number)> = None;
    for corner in corners {
        match corner {
            Ok(n) => ends = Some(ends.map_or((n, n), |(low, high)| (low.min(n), high.max(n)))),
            Err(_) => return nothing_known(),
        }
    }
    let far = ends.is_some_and(|(low, high)| grain.may_overflow(low) || grain.may_overflow(high));
    let failure = far.then_some(FaultKind::Number(NumberError::Overflow));
    Ends { ends: ends.map(|(low, high)| (Value::Number(low), Value::Number(high))), grain, failure }
}

impl Ends {
    /// Where a step on the way may not fit, the operation fails too.
    fn on_the_way(mut self, overflows: bool) -> Ends {
        if overflows {
            self.failure.get_or_insert(FaultKind::Number(NumberError::Overflow));
        }
        self
    }
}

pub(super) fn arithmetic(op: ArithmeticOp, ranges: &[Range<'_>]) -> Ends {
    let [left, right] = ranges else { return nothing_known() };
    let (Some((a, b)), Some((c, d))) = (numbers(*left), numbers(*right)) else { return nothing_known() };
    let sum = left.grain.of_sum(right.grain);
    // Both sides of a sum are brought to one denominator first.
    let far = [a, b, c, d].into_iter().any(|n| sum.may_overflow(n));
    match op {
        ArithmeticOp::Add => hull(sum, [a.add(c), b.add(d)]).on_the_way(far),
        ArithmeticOp::Subtract => hull(sum, [a.subtract(d), b.subtract(c)]).on_the_way(far),
        ArithmeticOp::Multiply => {
            let grain = left.grain.of_product(right.grain);
            hull(grain, [a.multiply(c), a.multiply(d), b.multiply(c), b.multiply(d)])
        }
        ArithmeticOp::Divide if c <= Number::ZERO && Number::ZERO <= d => {
            Ends { failure: Some(FaultKind::Number(NumberError::DivisionByZero)), ..nothing_known() }
        }
        ArithmeticOp::Divide => {
            let grain = left.grain.of_quotient(right.grain, if d.is_negative() { c } else { d });
            hull(grain, [a.divide(c), a.divide(d), b.divide(c), b.divide(d)])
        }
    }
}

pub(super) fn negate(ranges: &[Range<'_>]) -> Ends {
    let Some((range, (a, b))) = first(ranges) else { return nothing_known() };
    hull(range.grain, [b.negate(), a.negate()])
}

/// Clips days to the dates there are.
fn clip(low: i64, high: i64) -> Ends {
    let (first, last) = (day_number(DateRange::ALL.low), day_number(DateRange::ALL.high));
    let failure = (low < first || high > last).then_some(FaultKind::DateOutOfRange);
    let ends = date_of_day(low.max(first)).zip(date_of_day(high.min(last))).filter(|(low, high)| low <= high);
    Ends { ends: ends.map(|(low, high)| (Value::Date(low), Value::Date(high))), grain: Grain::WHOLE, failure }
}

pub(super) fn shift_days(ranges: &[Range<'_>], forward: bool) -> Ends {
    let [date, shift] = ranges else { return nothing_known() };
    let (Some((a, b)), Some((c, d))) = (days(*date), numbers(*shift)) else { return nothing_known() };
    let whole =
        |n: Number| i64::try_from(n.floor().numerator()).unwrap_or(if n.is_negative() { i64::MIN } else { i64::MAX });
    let (c, d) = (whole(c), whole(d));
    if forward {
        clip(a.saturating_add(c), b.saturating_add(d))
    } else {
        clip(a.saturating_sub(d), b.saturating_sub(c))
    }
}

pub(super) fn days_between(ranges: &[Range<'_>]) -> Ends {
    let [from, to] = ranges else { return nothing_known() };
    let (Some((a, b)), Some((c, d))) = (days(*from), days(*to)) else { return nothing_known() };
    hull(Grain::WHOLE, [Ok(Number::from(c - b)), Ok(Number::from(d - a))])
}

pub(super) fn call(function: Function, ranges: &[Range<'_>]) -> Ends {
    if let Function::Min | Function::Max = function {
        let lows: Vec<Value> = ranges.iter().map(|r| r.low.clone()).collect();
        let highs: Vec<Value> = ranges.iter().map(|r| r.high.clone()).collect();
        let ends = ops::call(function, &lows).ok().zip(ops::call(function, &highs).ok());
        let grain = ranges.iter().map(|r| r.grain).reduce(Grain::or).unwrap_or(Grain::UNKNOWN);
        return Ends { ends, grain, failure: None };
    }
    let Some((range, (a, b))) = first(ranges) else { return later(function, ranges) };
    match function {
        Function::Abs if a.is_negative() && b.is_positive() => hull(range.grain, [Ok(Number::ZERO), a.abs(), b.abs()]),
        Function::Abs => hull(range.grain, [a.abs(), b.abs()]),
        Function::Round(places) => {
            let grain = Grain::decimals(places.min(range.grain.places));
            // What has more places is counted in its smallest steps first.
            let scaled = range.grain.of_product(Grain::decimals(places));
            let far = range.grain.places > places && (scaled.may_overflow(a) || scaled.may_overflow(b));
            hull(grain, [a.round(places), b.round(places)]).on_the_way(far)
        }
        Function::Floor => hull(Grain::WHOLE, [Ok(a.floor()), Ok(b.floor())]),
        _ => hull(Grain::WHOLE, [Ok(a.ceil()), Ok(b.ceil())]),
    }
}

/// The first operand, where it is a range of numbers.
fn first<'a>(ranges: &[Range<'a>]) -> Option<(Range<'a>, (Number, Number))> {
    let range = *ranges.first()?;
    Some((range, numbers(range)?))
}

/// Both kinds of months functions grow with the date and with the count.
fn later(function: Function, ranges: &[Range<'_>]) -> Ends {
    let corner = |pick: fn(&Range<'_>) -> Value| {
        let arguments: Vec<Value> = ranges.iter().map(pick).collect();
        ops::call(function, &arguments)
    };
    let (low, high) = (corner(|r| r.low.clone()), corner(|r| r.high.clone()));
    let failure = (low.is_err() || high.is_err()).then_some(FaultKind::DateOutOfRange);
    let low = low.unwrap_or(Value::Date(DateRange::ALL.low));
    let high = high.unwrap_or(Value::Date(DateRange::ALL.high));
    Ends { ends: Some((low, high)), grain: Grain::WHOLE, failure }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_values_lie_within_results_of_ranges() {
        let number = |n: i128| Value::Number(Number::integer(n));
        for op in [ArithmeticOp::Add, ArithmeticOp::Subtract, ArithmeticOp::Multiply, ArithmeticOp::Divide] {
            for (a, b, c, d) in [(-3, 4, -2, 5), (1, 6, 2, 3), (-5, -1, -4, -2), (0, 0, -1, 1)] {
                let (a_, b_, c_, d_) = (number(a), number(b), number(c), number(d));
                let left = Range { low: &a_, high: &b_, grain: Grain::WHOLE };
                let ends = arithmetic(op, &[left, Range { low: &c_, high: &d_, grain: Grain::WHOLE }]);
                let Some((low, high)) = ends.ends else { panic!("{op:?} has values") };
                for (x, y) in (a..=b).flat_map(|x| (c..=d).map(move |y| (x, y))) {
                    match ops::arithmetic(op, &number(x), &number(y)) {
                        Ok(value) => assert!(low <= value && value <= high, "{x} {op:?} {y}"),
                        Err(kind) => assert_eq!(ends.failure, Some(kind), "{x} {op:?} {y}"),
                    }
                }
            }
        }
    }
}
