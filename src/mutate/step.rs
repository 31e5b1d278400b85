//! Values next to a value.

use crate::base::Number;
use crate::facts::deal::{date_of_day, day_number};
use crate::facts::{Schema, Type, TypeKind, Value};

/// The values one step below and above, where they fit `ty`. A date's step is a day, an integer's 1, and a decimal's
/// one in the last place that was written, in a currency its smallest coin. `written` is the text of the value.
pub(super) fn beside(schema: &Schema, value: &Value, ty: &Type, written: &str) -> Vec<Value> {
    match value {
        Value::Number(n) => {
            let Some(step) = step(schema, *n, ty, written) else { return Vec::new() };
            let both = [n.subtract(step), n.add(step)];
            both.into_iter().flatten().map(Value::Number).filter(|v| fits(v, ty)).collect()
        }
        Value::Date(date) => {
            let day = day_number(*date);
            let both = [date_of_day(day - 1), date_of_day(day + 1)];
            both.into_iter().flatten().map(Value::Date).filter(|v| fits(v, ty)).collect()
        }
        _ => Vec::new(),
    }
}

/// The value, or the values, that a mistake would put in the place of this one.
pub(super) fn others(schema: &Schema, value: &Value, ty: &Type, written: &str) -> Vec<Value> {
    match (value, &ty.kind) {
        (Value::Boolean(b), _) => vec![Value::Boolean(!b)],
        (Value::Variant(place), TypeKind::Variant(id) | TypeKind::Items(id)) => {
            let count = u32::try_from(schema.enumerations[*id].variants.len()).unwrap_or(0);
            let next = if place + 1 < count { place + 1 } else { 0 };
            if next == *place { Vec::new() } else { vec![Value::Variant(next)] }
        }
        _ => beside(schema, value, ty, written),
    }
}

pub(super) fn step(schema: &Schema, n: Number, ty: &Type, written: &str) -> Option<Number> {
    let places = n.places()?;
    let coin = ty.number().and_then(|number| {
        let money = number.unit.0.iter().find(|(unit, exponent)| *exponent > 0 && schema.units[*unit].currency)?;
        schema.units[money.0].decimals
    });
    let percent = if written.trim_end().ends_with("percent") { 2 } else { 0 };
    Number::decimal(1, places.max(coin.unwrap_or(0)).max(percent))
}

fn fits(value: &Value, ty: &Type) -> bool {
    match (value, &ty.kind) {
        (Value::Number(n), TypeKind::Number(number)) => number.range.contains(*n),
        (Value::Date(date), TypeKind::Date(range)) => range.contains(*date),
        _ => true,
    }
}
