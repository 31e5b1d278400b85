//! The answers to a question, as far as the policy tells them apart.

use std::collections::BTreeSet;

use crate::base::Number;
use crate::facts::deal::{date_of_day, day_number};
use crate::facts::{Deal, FactPath, NumberType, Type, TypeKind, Value};
use crate::policy::Policy;

use super::Settings;
use super::give::records;
use super::uses::{Side, Uses, looked_up};

/// Whole numbers of a range with no more than so many are told apart one by one.
const MOST_NUMBERS: i128 = 12;

/// So many answers to a question are looked at.
const MOST_CLASSES: usize = 16;

/// Answers that stand for all others.
pub(super) struct Classes {
    /// One answer of each class.
    pub(super) values: Vec<Value>,
    /// Every answer that can be given is, for the policy and this deal, the same as one of `values`.
    pub(super) complete: bool,
}

impl Classes {
    /// Leaves no more than `most`, the first and the last among them.
    pub(super) fn thin_out(&mut self, most: usize) {
        let (count, steps) = (self.values.len(), most.saturating_sub(1).max(1));
        if count > most {
            self.values = (0..most).filter_map(|i| self.values.get(i * (count - 1) / steps).cloned()).collect();
            self.complete = false;
        }
    }
}

/// The classes of the answers to the question for `path`.
pub(super) fn classes(policy: &Policy, uses: &Uses, deal: &Deal, settings: &Settings, path: FactPath) -> Classes {
    let ty = &policy.schema.facts[path.fact].ty;
    let told = told_apart(policy, uses, deal, settings, path);
    let mut classes = match &ty.kind {
        TypeKind::Boolean => all([false, true].map(Value::Boolean)),
        TypeKind::Variant(id) => {
            let all_of_them = (0u32..).zip(&policy.schema.enumerations[*id].variants).map(|(i, _)| Value::Variant(i));
            match &told {
                Told { points, nothing_else: true } => {
                    let named = |value: &Value| points.iter().any(|(v, _)| v == value);
                    let mut rest = all_of_them.clone().filter(|v| !named(v));
                    let one = rest.next();
                    all(all_of_them.filter(|v| named(v) || Some(v) == one.as_ref()))
                }
                Told { .. } => all(all_of_them),
            }
        }
        TypeKind::Number(number) => numbers(policy, ty, number, &told),
        TypeKind::Date(range) => {
            let cut = |value: &Value, above: bool| match value {
                Value::Date(date) => Some(day_number(*date) + i64::from(above)),
                _ => None,
            };
            let starts = starts(&told, |value, above| cut(value, above).map(i128::from));
            let ends = (i128::from(day_number(range.low)), i128::from(day_number(range.high)));
            ordered(ends, starts, told.nothing_else, |code| date_of_day(i64::try_from(code).ok()?).map(Value::Date))
        }
        TypeKind::Text => {
            let mut values: Vec<Value> = told.points.iter().map(|(v, _)| v.clone()).collect();
            values.sort_unstable();
            values.dedup();
            let other = Value::other_texts().map(Value::Text).find(|v| !values.contains(v));
            values.extend(other);
            Classes { values, complete: told.nothing_else }
        }
        TypeKind::Items(_) => Classes { values: Vec::new(), complete: false },
        TypeKind::List { up_to, .. } => {
            let lengths = (0..=(*up_to).min(2)).filter_map(|n| records(&policy.schema, &ty.kind, n));
            Classes { values: lengths.collect(), complete: *up_to <= 2 }
        }
    };
    if ty.optional && !matches!(ty.kind, TypeKind::List { .. }) {
        classes.values.push(Value::None);
    }
    classes.thin_out(MOST_CLASSES);
    classes
}

fn all(values: impl IntoIterator<Item = Value>) -> Classes {
    Classes { values: values.into_iter().collect(), complete: true }
}

/// What the policy compares a fact with, as far as that is known.
struct Told {
    points: Vec<(Value, Side)>,
    /// Nothing else depends on the fact.
    nothing_else: bool,
}

fn told_apart(policy: &Policy, uses: &Uses, deal: &Deal, settings: &Settings, path: FactPath) -> Told {
    let Some(found) = uses.get(path.fact) else { return Told { points: Vec::new(), nothing_else: true } };
    let mut told = Told { points: Vec::new(), nothing_else: !found.otherwise };
    for test in &found.tests {
        match looked_up(policy, deal, settings, path, test.with) {
            Some(Value::None) => {}
            Some(value) => told.points.push((value, test.side)),
            None => told.nothing_else = false,
        }
    }
    told
}

fn numbers(policy: &Policy, ty: &Type, number: &NumberType, told: &Told) -> Classes {
    let scale = Number::integer(10_i128.pow(policy.schema.decimals(ty).unwrap_or(0).min(18)));
    let code = |n: Number| n.multiply(scale).ok();
    let bounds = number.bounds();
    let end = |n: Option<Number>| n.and_then(code);
    let (Some(low), Some(high)) =
        (end(bounds.low).and_then(|n| n.ceil().to_integer()), end(bounds.high).and_then(|n| n.floor().to_integer()))
    else {
        return Classes { values: Vec::new(), complete: false };
    };
    let decode = |code: i128| Number::integer(code).divide(scale).ok().map(Value::Number);
    if high - low < MOST_NUMBERS {
        return all((low..=high).filter_map(decode));
    }
    let cut = |value: &Value, above: bool| match value {
        Value::Number(n) => {
            let code = code(*n)?;
            if above { code.floor().to_integer()?.checked_add(1) } else { code.ceil().to_integer() }
        }
        _ => None,
    };
    ordered((low, high), starts(told, cut), told.nothing_else, decode)
}

/// The first codes of the classes that comparisons cut; nothing where one of them cannot be told.
fn starts(told: &Told, cut: impl Fn(&Value, bool) -> Option<i128>) -> Option<BTreeSet<i128>> {
    let mut starts = BTreeSet::new();
    for (value, side) in &told.points {
        if matches!(side, Side::Below | Side::Equal) {
            starts.insert(cut(value, false)?);
        }
        if matches!(side, Side::Above | Side::Equal) {
            starts.insert(cut(value, true)?);
        }
    }
    Some(starts)
}

/// The classes between the starts; where they are not all, with the ends and the middle of the range.
fn ordered(
    (low, high): (i128, i128),
    starts: Option<BTreeSet<i128>>,
    nothing_else: bool,
    decode: impl Fn(i128) -> Option<Value>,
) -> Classes {
    let complete = nothing_else && starts.is_some();
    let mut codes: BTreeSet<i128> = starts.unwrap_or_default();
    codes.insert(low);
    if !complete {
        codes.extend([high, low / 2 + high / 2]);
    }
    Classes { values: codes.range(low..=high).filter_map(|&code| decode(code)).collect(), complete }
}
