//! The value that a decision might have had, read from the command line.

use serde_json::Value as Json;

use super::WhyError;
use crate::base::{Number, did_you_mean};
use crate::facts::{NumberType, Type, TypeKind, Value, encode};
use crate::policy::{DecisionId, Policy};
use crate::trace::data::Answer;
use crate::trace::words;

/// A value that a decision might have had.
pub(super) struct Wanted {
    /// As programs read it.
    pub(super) json: Json,
    /// In words.
    pub(super) words: String,
    /// It is an item of a checklist rather than a whole outcome.
    pub(super) item: bool,
}

/// Reads a value of the decision's type as a policy writes it; `yes` and `no` are booleans too.
pub(super) fn wanted(policy: &Policy, id: DecisionId, text: &str, answer: &Answer) -> Result<Wanted, WhyError> {
    let decision = &policy.decisions[id];
    let (ty, item) = match decision.ty.kind {
        TypeKind::Items(enumeration) => (Type::of(TypeKind::Variant(enumeration)), true),
        _ => (decision.ty.clone(), false),
    };
    let text = text.trim();
    let value = read(policy, &ty, text).ok_or_else(|| WhyError::NotAValue {
        decision: decision.name.clone(),
        value: text.to_owned(),
        takes: words::takes(&policy.schema, &ty),
        near: near(policy, &ty, text),
    })?;
    let wanted = Wanted {
        json: encode::json(&policy.schema, &ty, &value),
        words: words::value(&policy.schema, &ty, &value),
        item,
    };
    let has = answer.value.as_ref().is_some_and(|had| match &had.json {
        Json::Array(items) if item => items.contains(&wanted.json),
        whole => *whole == wanted.json,
    });
    if has { Err(WhyError::IsSo { decision: decision.name.clone(), value: wanted.words }) } else { Ok(wanted) }
}

/// Reads a value of this type as a policy writes it; `yes` and `no` are booleans too.
pub(crate) fn read(policy: &Policy, ty: &Type, text: &str) -> Option<Value> {
    if ty.optional && text == "none" {
        return Some(Value::None);
    }
    match &ty.kind {
        TypeKind::Boolean => match text {
            "true" | "yes" => Some(Value::Boolean(true)),
            "false" | "no" => Some(Value::Boolean(false)),
            _ => None,
        },
        TypeKind::Variant(enumeration) => {
            let variants = &policy.schema.enumerations[*enumeration].variants;
            let place = variants.iter().position(|v| v.name == text)?;
            u32::try_from(place).ok().map(Value::Variant)
        }
        TypeKind::Number(number) => quantity(policy, number, text).map(Value::Number),
        TypeKind::Date(range) => text.parse().ok().filter(|date| range.contains(*date)).map(Value::Date),
        TypeKind::Text => Some(Value::Text(text.into())),
        TypeKind::Items(_) | TypeKind::List { .. } => None,
    }
}

/// A number, with or without its unit.
fn quantity(policy: &Policy, ty: &NumberType, text: &str) -> Option<Number> {
    let (digits, unit) =
        text.split_once(char::is_whitespace).map_or((text, ""), |(digits, unit)| (digits, unit.trim()));
    let names = ty.unit.single().map(|u| policy.schema.units[u].names.as_slice()).unwrap_or_default();
    let known = unit.is_empty()
        || names.iter().any(|name| name == unit)
        || policy.schema.unit_name(&ty.unit).is_some_and(|name| name == unit);
    digits.replace(',', "").parse().ok().filter(|n| known && ty.range.contains(*n))
}

/// The variant that is likely meant.
pub(crate) fn near(policy: &Policy, ty: &Type, text: &str) -> Option<String> {
    let TypeKind::Variant(enumeration) = ty.kind else { return None };
    let names = policy.schema.enumerations[enumeration].variants.iter().map(|v| v.name.as_str());
    did_you_mean(text, names).map(str::to_owned)
}
