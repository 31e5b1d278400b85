//! Values as programs read them, until the facts have this themselves.

use serde_json::Value as Json;

use crate::facts::{NumberKind, Schema, Type, TypeKind, Value};

pub(super) fn json(schema: &Schema, ty: &Type, value: &Value) -> Json {
    let name = |e: crate::facts::EnumerationId, i: u32| {
        schema.enumerations[e].variants.get(i as usize).map_or(Json::Null, |v| Json::from(v.name.clone()))
    };
    match (value, &ty.kind) {
        (Value::Boolean(b), _) => Json::from(*b),
        (Value::Number(n), TypeKind::Number(t)) if t.kind == NumberKind::Integer => {
            n.to_integer().and_then(|n| i64::try_from(n).ok()).map_or_else(|| Json::from(n.to_string()), Json::from)
        }
        (Value::Number(n), _) => Json::from(n.to_string()),
        (Value::Text(text), _) => Json::from(&**text),
        (Value::Date(date), _) => Json::from(date.to_string()),
        (Value::Variant(i), TypeKind::Variant(e) | TypeKind::Items(e)) => name(*e, *i),
        (Value::Items(items), TypeKind::Items(e)) => items.iter().map(|i| name(*e, i)).collect(),
        _ => Json::Null,
    }
}
