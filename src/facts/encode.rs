//! Values in output: the one encoding that every view and program sees.

use serde_json::{Number as JsonNumber, Value as Json};

use super::{NumberKind, Schema, Type, TypeKind, Value};
use crate::base::Number;

/// A value of type `ty` in output. None is null; a variant, text or date a string; a boolean a boolean; an
/// integer a number; any other number a string of its digits (`"95.5"`, or `"1/3"` where digits have no
/// end), which no program reads with loss; a checklist the array of its items' names; a list an array
/// of objects without the fields of which nothing is known. The unit stands beside it, not in it.
pub fn json(schema: &Schema, ty: &Type, value: &Value) -> Json {
    let variant = |id, place: u32| {
        let enumeration: &super::Enumeration = &schema.enumerations[id];
        enumeration.variants.get(place as usize).map_or(Json::Null, |v| v.name.as_str().into())
    };
    match (value, &ty.kind) {
        (Value::None, _) => Json::Null,
        (Value::Boolean(b), _) => (*b).into(),
        (Value::Number(n), TypeKind::Number(number)) if number.kind == NumberKind::Integer => digits(*n),
        (Value::Number(n), _) => n.to_string().into(),
        (Value::Text(text), _) => (**text).into(),
        (Value::Date(date), _) => date.to_string().into(),
        (Value::Variant(place), TypeKind::Variant(id) | TypeKind::Items(id)) => variant(*id, *place),
        (Value::Items(items), TypeKind::Items(id)) => items.iter().map(|place| variant(*id, place)).collect(),
        (Value::List(records), TypeKind::List { record, .. }) => {
            let fields = &schema.records[*record].fields;
            let object = |record: &super::RecordValue| {
                let given = fields.iter().zip(&record.fields).filter_map(|(id, given)| Some((*id, given.as_ref()?)));
                given
                    .map(|(id, given)| {
                        let field = &schema.facts[id];
                        (field.name.clone(), json(schema, &field.ty, &given.value))
                    })
                    .collect::<Json>()
            };
            records.iter().map(object).collect()
        }
        // A value that is not of its type: there is nothing to say of it.
        (Value::Variant(_) | Value::Items(_) | Value::List(_), _) => Json::Null,
    }
}

/// A number of JSON with exactly these digits; a string where it has no finite digits.
pub(super) fn digits(n: Number) -> Json {
    let digits = n.to_string();
    serde_json::from_str::<JsonNumber>(&digits).map_or(Json::String(digits), Json::Number)
}
