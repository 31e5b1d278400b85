//! What a register holds: a value or why there is none, in 64 bits.
//!
//! Numbers are scaled integers, dates day numbers, variants and texts ids, booleans 0 and 1, sets of items bits. All of
//! them lie within ±2^62. What lies far below is no value: none, or a *stop*. A stop takes the place of a value that an
//! expression does not have, and what needs the value comes to the stop in its place.

use crate::facts::Value;
use crate::facts::deal::{date_of_day, day_number};

use super::form::{Form, Kind};

/// A value, none, or a stop.
pub(crate) type Cell = i64;

/// Unknown facts decide; or something that this form does not cover. The engine knows more.
pub(crate) const OPEN: Cell = i64::MIN;
/// A decision that is needed is a gap, or the decision itself is one.
pub(crate) const GAP: Cell = i64::MIN + 1;
/// Rules that stand disagree; only decisions come to this.
pub(crate) const CONFLICT: Cell = i64::MIN + 2;
/// An expression has no value: the first of the faults, which are numbered.
pub(crate) const FAULTS: Cell = i64::MIN + 3;
/// Where stops end.
const STOPS_END: Cell = i64::MIN + (1 << 33);
/// Known to be absent.
pub(crate) const NONE: Cell = STOPS_END;
/// No rule has spoken yet; only between rules.
pub(crate) const NOTHING: Cell = STOPS_END + 1;
/// How far values go, either way.
pub(crate) const MOST: i64 = 1 << 62;
/// How many items a set can have.
pub(crate) const MOST_ITEMS: u32 = 62;

/// Whether it stands in the place of a value.
#[inline(always)]
pub(crate) fn is_stop(cell: Cell) -> bool {
    cell < STOPS_END
}

/// Whether an expression has no value.
#[inline(always)]
pub(crate) fn is_fault(cell: Cell) -> bool {
    (FAULTS..STOPS_END).contains(&cell)
}

/// A result that may lie too far: the engine has to say it then.
#[inline(always)]
pub(crate) fn narrow(value: i128) -> Cell {
    if value.unsigned_abs() <= MOST as u128 { value as i64 } else { OPEN }
}

/// The fault with this number.
pub(crate) fn fault(number: usize) -> Cell {
    // There are far fewer than 2^32.
    FAULTS + (number as u32) as i64
}

/// The number of a fault.
pub(crate) fn fault_number(cell: Cell) -> Option<usize> {
    is_fault(cell).then(|| cell.wrapping_sub(FAULTS) as usize)
}

/// The cell of a value that is no text and no list; nothing where it does not fit.
pub(crate) fn encode(value: &Value, form: Form) -> Option<Cell> {
    match value {
        Value::None => Some(NONE),
        Value::Boolean(b) => Some(i64::from(*b)),
        Value::Number(n) => {
            let power = 10i128.checked_pow(form.places)?;
            let scaled = n.numerator().checked_mul(power)?;
            let cell = scaled / n.denominator();
            (scaled % n.denominator() == 0 && cell.unsigned_abs() <= MOST as u128).then_some(cell as i64)
        }
        Value::Date(date) => Some(day_number(*date)),
        Value::Variant(place) => Some(i64::from(*place)),
        Value::Items(items) => items.iter().try_fold(0, |set, item| (item < MOST_ITEMS).then(|| set | 1i64 << item)),
        Value::Text(_) | Value::List(_) => None,
    }
}

/// The value of a cell; nothing for stops and texts.
pub(crate) fn decode(cell: Cell, form: Form) -> Option<Value> {
    if is_stop(cell) {
        return None;
    }
    if cell == NONE {
        return Some(Value::None);
    }
    Some(match form.kind {
        Kind::Boolean => Value::Boolean(cell != 0),
        Kind::Number => Value::Number(crate::base::Number::decimal(cell.into(), form.places)?),
        Kind::Date => Value::Date(date_of_day(cell)?),
        Kind::Variant => Value::Variant(u32::try_from(cell).ok()?),
        Kind::Items => Value::Items(crate::facts::ItemSet::new((0..MOST_ITEMS).filter(|item| cell >> item & 1 == 1))),
        Kind::Text | Kind::List => return None,
    })
}
