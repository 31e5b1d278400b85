//! Record batches decided in bulk against the reference: random policies and deals as columns of many types, and what they come to
//! as columns again.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Decimal128Type, Int8Type, Int64Type};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, Decimal128Array, Decimal256Array, DictionaryArray, Float64Array,
    Int64Array, LargeListArray, LargeStringArray, ListArray, RecordBatch, StringArray, StringViewArray, StructArray,
    TimestampMillisecondArray,
};
use arrow_buffer::{NullBuffer, OffsetBuffer, i256};
use arrow_schema::{DataType, Field, Fields, Schema as ArrowSchema};
use dealdesk::base::Number;
use dealdesk::batch::columnar::Decider;
use dealdesk::batch::{Done, From, Plan, To, Worker};
use dealdesk::engine::Memo;
use dealdesk::facts::deal::{date_of_day, day_number};
use dealdesk::facts::{self, NumberKind, RecordValue, Schema, Type, TypeKind, Value, write};
use dealdesk::policy::Policy;
use serde_json::Value as Json;

use crate::batch::{Found, Said, expected, from_cells};
use crate::bridge::{Compiled, to_engine};
use crate::differential::try_these;
use crate::generate::{Case, Cases};
use crate::reference::completions::better_known;
use crate::reference::{self, Answers};

/// Columns cannot say it: null is none where a fact may be none, so that it cannot be unknown in one row and known in another.
struct Unsayable;

/// How a column says values of this type, one of several ways; nothing where nobody says anything.
fn column(schema: &Schema, ty: &Type, values: &[Option<&Value>], way: usize) -> Result<Option<ArrayRef>, Unsayable> {
    if values.iter().all(Option::is_none) {
        return Ok(None);
    }
    if ty.optional && values.iter().any(Option::is_none) {
        return Err(Unsayable);
    }
    let said = |value: &Option<&Value>| value.filter(|value| **value != Value::None).cloned();
    let values: Vec<Option<Value>> = values.iter().map(said).collect();
    Ok(Some(match &ty.kind {
        TypeKind::Boolean => {
            let truths = values.iter().map(|value| value.as_ref().map(|value| *value == Value::Boolean(true)));
            Arc::new(truths.collect::<BooleanArray>())
        }
        TypeKind::Number(number) => numbers(&values, number.kind, schema.decimals(ty).unwrap(), way),
        TypeKind::Text => texts(&values.iter().map(text).collect::<Vec<_>>(), way),
        TypeKind::Date(_) => {
            let days = values.iter().map(|value| match value {
                Some(Value::Date(date)) => Some(day_number(*date)),
                _ => None,
            });
            match way % 3 {
                0 => Arc::new(days.map(|day| day.map(|day| day as i32)).collect::<Date32Array>()),
                1 => Arc::new(days.map(|day| day.map(|day| day * 86_400_000)).collect::<TimestampMillisecondArray>()),
                _ => texts(&days.map(|day| Some(date_of_day(day?)?.to_string())).collect::<Vec<_>>(), way / 3),
            }
        }
        TypeKind::Variant(id) => {
            let names = values.iter().map(|value| match value {
                Some(Value::Variant(place)) => Some(schema.enumerations[*id].variants[*place as usize].name.clone()),
                _ => None,
            });
            texts(&names.collect::<Vec<_>>(), way)
        }
        TypeKind::Items(_) => panic!("no fact is a set"),
        TypeKind::List { record, .. } => list(schema, *record, &values, way)?,
    }))
}

fn text(value: &Option<Value>) -> Option<String> {
    match value {
        Some(Value::Text(text)) => Some(text.to_string()),
        _ => None,
    }
}

fn texts(texts: &[Option<String>], way: usize) -> ArrayRef {
    let texts = texts.iter().map(|text| text.as_deref());
    match way % 4 {
        0 => Arc::new(texts.collect::<StringArray>()),
        1 => Arc::new(texts.collect::<LargeStringArray>()),
        2 => Arc::new(texts.collect::<StringViewArray>()),
        _ => Arc::new(texts.collect::<DictionaryArray<Int8Type>>()),
    }
}

fn numbers(values: &[Option<Value>], kind: NumberKind, decimals: u32, way: usize) -> ArrayRef {
    let numbers: Vec<Option<Number>> = values
        .iter()
        .map(|value| match value {
            Some(Value::Number(n)) => Some(*n),
            _ => None,
        })
        .collect();
    let power = Number::integer(10i128.pow(decimals));
    let scaled = numbers.iter().map(|n| n.map(|n| n.multiply(power).unwrap().to_integer().unwrap()));
    let scaled: Vec<Option<i128>> = scaled.collect();
    let floats = numbers.iter().map(|n| n.map(|n| n.to_string().parse::<f64>().unwrap()));
    let floats: Vec<Option<f64>> = floats.collect();
    let exact = floats.iter().zip(&numbers).all(|(float, n)| float.map(|f| format!("{f}").parse().unwrap()) == *n);
    match way % 4 {
        0 if kind == NumberKind::Integer => {
            Arc::new(scaled.iter().map(|n| n.map(|n| i64::try_from(n).unwrap())).collect::<Int64Array>())
        }
        1 if exact => Arc::new(Float64Array::from(floats)),
        2 => {
            let wide = scaled.iter().map(|n| n.map(i256::from_i128)).collect::<Decimal256Array>();
            Arc::new(wide.with_precision_and_scale(60, decimals as i8).unwrap())
        }
        _ => {
            // With a digit more than there may be, which is 0.
            let wide = scaled.iter().map(|n| n.map(|n| n * 10)).collect::<Decimal128Array>();
            Arc::new(wide.with_precision_and_scale(38, decimals as i8 + 1).unwrap())
        }
    }
}

fn list(schema: &Schema, record: facts::RecordId, values: &[Option<Value>], way: usize) -> Result<ArrayRef, Unsayable> {
    let records: Vec<Option<&[RecordValue]>> = values
        .iter()
        .map(|value| match value {
            Some(Value::List(records)) => Some(&**records),
            _ => None,
        })
        .collect();
    let all: Vec<&RecordValue> = records.iter().flatten().flat_map(|records| records.iter()).collect();
    let mut columns = Vec::new();
    for (place, &field) in schema.records[record].fields.iter().enumerate() {
        let given: Vec<Option<&Value>> =
            all.iter().map(|record| record.fields[place].as_ref().map(|given| &given.value)).collect();
        let field = &schema.facts[field];
        if let Some(array) = column(schema, &field.ty, &given, way / 2 + place)? {
            columns.push((field.name.clone(), array));
        }
    }
    let fields: Fields =
        columns.iter().map(|(name, array)| Field::new(name, array.data_type().clone(), true)).collect();
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    let structs = StructArray::try_new_with_length(fields, arrays, None, all.len()).unwrap();
    let item = Arc::new(Field::new_list_field(structs.data_type().clone(), true));
    let lengths = records.iter().map(|records| records.map_or(0, <[RecordValue]>::len));
    let known = Some(NullBuffer::from_iter(records.iter().map(Option::is_some)));
    Ok(match way % 2 {
        0 => Arc::new(ListArray::new(item, OffsetBuffer::from_lengths(lengths), Arc::new(structs), known)),
        _ => Arc::new(LargeListArray::new(item, OffsetBuffer::from_lengths(lengths), Arc::new(structs), known)),
    })
}

/// Deals as columns, each by its own name or within structs for the groups in it.
fn batch(schema: &Schema, deals: &[facts::Deal], way: usize) -> Result<RecordBatch, Unsayable> {
    let mut columns: Vec<(String, ArrayRef)> = Vec::new();
    for (place, (id, fact)) in schema.facts.iter().filter(|(_, fact)| fact.field_of.is_none()).enumerate() {
        let values: Vec<Option<&Value>> = deals.iter().map(|deal| deal.get(id).map(|given| &given.value)).collect();
        if let Some(array) = column(schema, &fact.ty, &values, way + place)? {
            columns.push((fact.name.clone(), array));
        }
    }
    if way % 3 == 1 {
        columns = grouped(columns, deals.len());
    }
    let fields: Vec<Field> =
        columns.iter().map(|(name, array)| Field::new(name, array.data_type().clone(), true)).collect();
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    let options = arrow_array::RecordBatchOptions::new().with_row_count(Some(deals.len()));
    Ok(RecordBatch::try_new_with_options(Arc::new(ArrowSchema::new(fields)), arrays, &options).unwrap())
}

fn grouped(columns: Vec<(String, ArrayRef)>, rows: usize) -> Vec<(String, ArrayRef)> {
    let mut groups: BTreeMap<String, Vec<(String, ArrayRef)>> = BTreeMap::new();
    let mut all = Vec::new();
    for (name, array) in columns {
        match name.split_once('.') {
            Some((group, rest)) => groups.entry(group.to_owned()).or_default().push((rest.to_owned(), array)),
            None => all.push((name, array)),
        }
    }
    for (name, columns) in groups {
        let fields: Fields =
            columns.iter().map(|(name, array)| Field::new(name, array.data_type().clone(), true)).collect();
        let arrays = columns.into_iter().map(|(_, array)| array).collect();
        all.push((name, Arc::new(StructArray::try_new_with_length(fields, arrays, None, rows).unwrap())));
    }
    all
}

/// A value of a decision, in the encoding of every other output.
fn encoded(array: &dyn Array, row: usize, whole: bool) -> Json {
    if array.is_null(row) {
        return Json::Null;
    }
    match array.data_type() {
        DataType::Boolean => array.as_boolean().value(row).into(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).into(),
        DataType::Date32 => {
            date_of_day(array.as_primitive::<Date32Type>().value(row).into()).unwrap().to_string().into()
        }
        DataType::Utf8 => array.as_string::<i32>().value(row).into(),
        DataType::Decimal128(_, scale) => {
            let n = array.as_primitive::<Decimal128Type>().value(row);
            let digits = Number::decimal(n, scale.unsigned_abs().into()).unwrap().to_string();
            if whole { serde_json::from_str(&digits).unwrap() } else { digits.into() }
        }
        DataType::Dictionary(_, _) => {
            let dictionary = array.as_any_dictionary();
            dictionary.values().as_string::<i32>().value(dictionary.normalized_keys()[row]).into()
        }
        DataType::List(_) => {
            let items = array.as_list::<i32>().value(row);
            (0..items.len()).map(|item| encoded(&items, item, whole)).collect()
        }
        other => panic!("{other}"),
    }
}

/// What every decision of every row came to.
fn found(policy: &Policy, batch: &RecordBatch) -> Found {
    let column = |name: String| batch.column_by_name(&name).unwrap();
    let row = |row: usize| {
        let all = policy.decisions.iter().map(|(_, decision)| {
            let name = &decision.name;
            let whole = decision.ty.number().is_some_and(|number| number.kind == NumberKind::Integer);
            let parts = ["", ".status", ".details"].map(|part| column(format!("{name}{part}")));
            let said = |parts: [&dyn Array; 3], row: usize, each: bool| {
                let [status, details] =
                    [1, 2].map(|part| encoded(parts[part], row, false).as_str().unwrap_or_default().to_owned());
                let long =
                    details.strip_prefix("the value is ").and_then(|rest| rest.split_once(", which is too long"));
                let value = match long {
                    Some((digits, _)) if whole => serde_json::from_str(digits).unwrap(),
                    Some((digits, _)) => digits.into(),
                    None if parts[0].is_empty() => Json::Null,
                    None => encoded(parts[0], row, whole),
                };
                Said { value, each, ..from_cells("", &status, &details) }
            };
            let said = match decision.scope {
                None => vec![said(parts.map(|part| &**part), row, false)],
                Some(_) => {
                    let known = parts[0].is_valid(row);
                    let parts = parts.map(|part| part.as_list::<i32>().value(row));
                    let parts = [&*parts[0], &*parts[1], &*parts[2]];
                    (0..parts[1].len()).map(|record| said(parts, record, known)).collect()
                }
            };
            (name.clone(), said)
        });
        all.collect()
    };
    (0..batch.num_rows()).map(row).collect()
}

fn decided(plan: &Plan, batch: &RecordBatch) -> Result<RecordBatch, String> {
    let memo = Memo::of_size(&plan.policy, 100);
    let mut decider =
        Decider::new(plan, &memo, "deals", &batch.schema()).map_err(|problems| format!("{problems:?}"))?;
    let mut done = Done::default();
    decider.decide(batch, 1, false, &mut done).map_err(|error| error.to_string())?;
    if done.tally.rejected > 0 {
        return Err(format!("rejected: {:?}\n{batch:?}", done.rejected.first().map(|rejected| &rejected.problems)));
    }
    let whole = done.columns.take().unwrap();
    assert_eq!(*decider.schema(), whole.schema());
    let lines: Vec<i64> = whole.column(0).as_primitive::<Int64Type>().values().to_vec();
    assert_eq!(lines, (1..=batch.num_rows() as i64).collect::<Vec<_>>());
    // However it is cut, the rows are the same.
    for row in 0..batch.num_rows() {
        decider.decide(&batch.slice(row, 1), row + 1, false, &mut done).map_err(|error| error.to_string())?;
        let one = done.columns.take().unwrap();
        let same = |place: usize| one.column(place).to_data() == whole.slice(row, 1).column(place).to_data();
        if !(0..whole.num_columns()).all(same) {
            return Err(format!("{one:?}\nis not\n{:?}", whole.slice(row, 1)));
        }
    }
    Ok(whole)
}

fn from_lines(plan: &Plan, lines: &str) -> Result<RecordBatch, String> {
    let memo = Memo::of_size(&plan.policy, 100);
    let mut done = Done::default();
    Worker::new(plan, &memo, "deals", From::Lines).decide(lines.as_bytes(), 1, false, &mut done);
    done.columns.ok_or_else(|| "no columns".to_owned())
}

fn against_the_reference(case: &Case, compiled: &Compiled, rows: &mut [usize; 3]) -> Vec<String> {
    let policy = Arc::new(compiled.policy.clone());
    let (schema, pack) = (&policy.schema, compiled.pack());
    let mut deals = vec![case.deal.clone()];
    deals.extend(better_known(&pack, &case.deal).into_iter().take(2));
    let mut problems = Vec::new();
    for strict in [false, true] {
        let answers = |deal| {
            let answers = reference::answer(&pack, deal, case.as_of, strict);
            let each = |name: &String, answers: &Answers| {
                let ty = &policy.decisions[policy.decision_by_name(name).unwrap()].ty;
                match answers {
                    Answers::One(answer) => vec![expected(schema, ty, answer, false)],
                    Answers::Each(all) => all.iter().map(|answer| expected(schema, ty, answer, true)).collect(),
                }
            };
            answers.iter().map(|(name, answers)| (name.clone(), each(name, answers))).collect()
        };
        let expected: Found = deals.iter().map(answers).collect();
        let given: Vec<facts::Deal> = deals.iter().map(|deal| to_engine(schema, deal)).collect();
        let mut plan = Plan::new(&policy, &compiled.sources, None, case.as_of);
        plan.strict = strict;
        plan.to = To::Columns;
        let mut compare = |what: &str, got: Result<RecordBatch, String>, expected: &[_]| match got {
            Err(problem) => problems.push(format!("{what}, strict {strict}: {problem}")),
            Ok(got) => {
                let got = found(&policy, &got);
                if got != expected {
                    problems.push(format!("{what}, strict {strict}: not {expected:?} but {got:?}"));
                }
            }
        };
        let lines: String = given.iter().map(|deal| format!("{}\n", write::json_value(schema, deal))).collect();
        compare("from lines", from_lines(&plan, &lines), &expected);
        rows[0] += given.len();
        let mut random = rows[0];
        let mut all = |deals: &[facts::Deal], expected: &[_]| {
            random = random * 31 % 1_009;
            let Ok(batch) = batch(schema, deals, random) else { return 0 };
            compare("columns", decided(&plan, &batch), expected);
            deals.len()
        };
        rows[1] += all(&given, &expected);
        for (deal, expected) in given.iter().zip(&expected) {
            rows[2] += all(std::slice::from_ref(deal), std::slice::from_ref(expected));
        }
    }
    problems
}

#[test]
fn columns_come_to_what_the_reference_says() {
    let rows = RefCell::new([0; 3]);
    try_these(400, &Cases { completions: Some(200) }, |case, compiled| {
        against_the_reference(case, compiled, &mut rows.borrow_mut())
    });
    let rows = rows.into_inner();
    println!("{rows:?}");
    assert!(rows.iter().all(|rows| *rows > 500), "{rows:?}");
}
