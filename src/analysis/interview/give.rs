//! One fact more of a deal.

use crate::facts::{Deal, FactPath, Given, RecordValue, Schema, TypeKind, Value};

/// Gives one fact, or one field of a record that the deal has. What is given of it already is replaced.
pub fn give(schema: &Schema, deal: &mut Deal, path: FactPath, given: Given) {
    let Some(element) = path.element else {
        deal.given.insert(path.fact, given);
        return;
    };
    let (Some((_, place)), Some(list)) = (schema.facts[path.fact].field_of, deal.given.get_mut(element.list)) else {
        return;
    };
    if let Value::List(records) = &list.value {
        let mut records: Vec<RecordValue> = records.to_vec();
        let slot = records.get_mut(element.index as usize).and_then(|record| record.fields.get_mut(place));
        if let Some(slot) = slot {
            *slot = Some(given);
        }
        list.value = Value::List(records.into());
    }
}

/// A list of so many records of which nothing is known but that they are there.
pub(super) fn records(schema: &Schema, kind: &TypeKind, length: u32) -> Option<Value> {
    let TypeKind::List { record, up_to } = kind else { return None };
    let blank = RecordValue { fields: vec![None; schema.records[*record].fields.len()] };
    Some(Value::List(vec![blank; length.min(*up_to) as usize].into()))
}

/// What a deal says of a fact, or of a field of a record.
pub fn given_at<'d>(schema: &Schema, deal: &'d Deal, path: FactPath) -> Option<&'d Given> {
    let Some(element) = path.element else { return deal.get(path.fact) };
    let Value::List(records) = &deal.get(element.list)?.value else { return None };
    let (_, place) = schema.facts[path.fact].field_of?;
    records.get(element.index as usize)?.fields.get(place)?.as_ref()
}
