//! How a decision ends in two policies, and where it ends otherwise.

use super::super::circuit::{Circuit, Integer, Lit, Ratio, TooWide};
use super::super::encode::{Form, Symbol, Verdict};
use crate::facts::deal::day_number;
use crate::facts::{EnumerationId, Schema, Type, TypeKind, Value};
use std::sync::Arc;

/// A decision of one policy, for one record or for the deal.
pub(super) struct Taken<'a> {
    pub(super) schema: &'a Schema,
    pub(super) ty: &'a Type,
    pub(super) verdict: Verdict,
}

impl Taken<'_> {
    /// Where it has an outcome.
    pub(super) fn settled(&self, circuit: &mut Circuit) -> Lit {
        !self.verdict.symbol.fails.any(circuit)
    }

    /// Where it is in error, and not in conflict.
    pub(super) fn in_error(&self, circuit: &mut Circuit) -> Lit {
        circuit.and(self.verdict.symbol.fails.error, !self.verdict.conflict)
    }

    /// Where its outcome is `value`.
    pub(super) fn is(&self, circuit: &mut Circuit, texts: &[Arc<str>], value: &Value) -> Result<Lit, TooWide> {
        let settled = self.settled(circuit);
        let is = symbol_is(circuit, texts, &self.verdict.symbol, value)?;
        Ok(circuit.and(settled, is))
    }
}

/// Where a symbol has this value.
pub(super) fn symbol_is(
    circuit: &mut Circuit,
    texts: &[Arc<str>],
    symbol: &Symbol,
    value: &Value,
) -> Result<Lit, TooWide> {
    if *value == Value::None {
        return Ok(symbol.none);
    }
    let code = |circuit: &mut Circuit, n: i128| match &symbol.form {
        Form::Code(code) => code.equals(circuit, &Integer::constant(n)),
        _ => Lit::FALSE,
    };
    let is = match value {
        Value::Boolean(b) => {
            let truth = symbol.truth();
            if *b { truth } else { !truth }
        }
        Value::Number(n) => match &symbol.form {
            Form::Number(number) => number.equals(circuit, &Ratio::constant(*n))?,
            _ => Lit::FALSE,
        },
        Value::Date(date) => code(circuit, i128::from(day_number(*date))),
        Value::Variant(place) => code(circuit, i128::from(*place)),
        Value::Text(text) => match texts.iter().position(|t| t == text) {
            Some(place) => code(circuit, place as i128),
            None => Lit::FALSE,
        },
        Value::Items(items) => match &symbol.form {
            Form::Items(lits) => {
                let lits = lits.iter().zip(0..).map(|(&lit, place)| if items.contains(place) { lit } else { !lit });
                circuit.all(lits.collect::<Vec<_>>())
            }
            _ => Lit::FALSE,
        },
        Value::List(_) | Value::None => Lit::FALSE,
    };
    Ok(circuit.and(is, !symbol.none))
}

/// Where two decisions end otherwise, and where it is not said.
pub(super) struct Changed {
    pub(super) changed: Lit,
    pub(super) lost: Lit,
}

pub(super) fn changed(circuit: &mut Circuit, before: &Taken<'_>, after: &Taken<'_>) -> Result<Changed, TooWide> {
    let (settled, and_now) = (before.settled(circuit), after.settled(circuit));
    let both = circuit.and(settled, and_now);
    let equal = equal(circuit, before, after)?;
    let alike = circuit.and(both, equal);
    let (was, is) = (&before.verdict, &after.verdict);
    let gaps = circuit.and(was.symbol.fails.gap, is.symbol.fails.gap);
    let conflicts = circuit.and(was.conflict, is.conflict);
    let (error, and_now) = (before.in_error(circuit), after.in_error(circuit));
    let errors = circuit.and(error, and_now);
    let alike = circuit.any([alike, gaps, conflicts, errors]);
    let lost = circuit.or(was.symbol.fails.lost, is.symbol.fails.lost);
    Ok(Changed { changed: circuit.and(!alike, !lost), lost })
}

/// Where both outcomes are one; those of enumerations by their names.
fn equal(circuit: &mut Circuit, before: &Taken<'_>, after: &Taken<'_>) -> Result<Lit, TooWide> {
    let (one, other) = (&before.verdict.symbol, &after.verdict.symbol);
    let names = |taken: &Taken<'_>, id: EnumerationId| -> Vec<String> {
        taken.schema.enumerations[id].variants.iter().map(|variant| variant.name.clone()).collect()
    };
    let same = match (&before.ty.kind, &after.ty.kind) {
        (TypeKind::Variant(was), TypeKind::Variant(is)) => {
            let (was, is) = (names(before, *was), names(after, *is));
            if was == is {
                return one.equals(circuit, other);
            }
            let (Form::Code(one), Form::Code(other)) = (&one.form, &other.form) else {
                return neither(circuit, one, other);
            };
            let mut same = Vec::new();
            for (place, name) in was.iter().enumerate() {
                let Some(now) = is.iter().position(|n| n == name) else { continue };
                let before = one.equals(circuit, &Integer::constant(place as i128));
                let after = other.equals(circuit, &Integer::constant(now as i128));
                same.push(circuit.and(before, after));
            }
            circuit.any(same)
        }
        (TypeKind::Items(was), TypeKind::Items(is)) => {
            let (was, is) = (names(before, *was), names(after, *is));
            let (Form::Items(one), Form::Items(other)) = (&one.form, &other.form) else { return Ok(Lit::FALSE) };
            let here = |names: &[String], items: &[Lit], name: &String| {
                names.iter().position(|n| n == name).and_then(|place| items.get(place)).copied().unwrap_or(Lit::FALSE)
            };
            let all = was.iter().chain(is.iter().filter(|name| !was.contains(name)));
            let same: Vec<Lit> = all.map(|name| circuit.same(here(&was, one, name), here(&is, other, name))).collect();
            circuit.all(same)
        }
        _ if is_other_unit((before.schema, before.ty), (after.schema, after.ty)) => Lit::FALSE,
        (was, is) if std::mem::discriminant(was) == std::mem::discriminant(is) => {
            return one.equals(circuit, other);
        }
        _ => Lit::FALSE,
    };
    let given = circuit.and(!one.none, !other.none);
    let same = circuit.and(given, same);
    let none = circuit.and(one.none, other.none);
    Ok(circuit.or(same, none))
}

/// Whether both types are numbers, of different units: no number of one is one of the other.
pub fn is_other_unit((was, old): (&Schema, &Type), (is, new): (&Schema, &Type)) -> bool {
    match (&old.kind, &new.kind) {
        (TypeKind::Number(one), TypeKind::Number(other)) => was.unit_name(&one.unit) != is.unit_name(&other.unit),
        _ => false,
    }
}

fn neither(circuit: &mut Circuit, one: &Symbol, other: &Symbol) -> Result<Lit, TooWide> {
    Ok(circuit.and(one.none, other.none))
}
