//! Values of decisions as columns.

use std::sync::Arc;

use arrow_array::builder::{ArrayBuilder, StringBuilder};
use arrow_array::types::{Decimal128Type, Int32Type};
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, DictionaryArray, Int64Array, ListArray, PrimitiveArray, StringArray,
};
use arrow_buffer::{NullBufferBuilder, OffsetBuffer};
use arrow_schema::{ArrowError, DataType, Field, FieldRef};

use crate::base::Number;
use crate::batch::Plan;
use crate::batch::output::Output;
use crate::batch::tally::Outcomes;
use crate::facts::deal::day_number;
use crate::facts::{DEFAULT_DECIMALS, ItemSet, NumberKind, NumberType, TypeKind, Value};
use crate::policy::DecisionId;
use crate::program::Outcome;
use crate::program::columns::Cells;

/// The values of a decision.
pub(super) enum Values {
    Truths { truths: Vec<bool>, known: NullBufferBuilder },
    Names { places: Vec<i32>, known: NullBufferBuilder, names: ArrayRef },
    Whole { numbers: Vec<i64>, known: NullBufferBuilder },
    Numbers { numbers: Vec<i128>, known: NullBufferBuilder, precision: u8, scale: u8 },
    Days { days: Vec<i32>, known: NullBufferBuilder },
    Texts(StringBuilder),
    Items { ends: Vec<i32>, known: NullBufferBuilder, names: StringBuilder },
}

/// What became of a value that was to be added.
pub(super) enum Added {
    /// It is there, and counted at this place.
    At(usize),
    /// There is none.
    None,
    /// Its column cannot hold it.
    Not(String),
}

/// How the values of a decision are held in a column.
pub(super) fn column_type(plan: &Plan, decision: DecisionId) -> DataType {
    let ty = &plan.policy.decisions[decision].ty;
    match &ty.kind {
        TypeKind::Boolean => DataType::Boolean,
        TypeKind::Number(number) => number_type(number, places(plan, decision)),
        TypeKind::Date(_) => DataType::Date32,
        TypeKind::Variant(_) => DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)),
        TypeKind::Items(_) => DataType::List(item(DataType::Utf8, false)),
        TypeKind::Text | TypeKind::List { .. } => DataType::Utf8,
    }
}

/// How many decimals the values of a decision may have: those of its currency, else those of its unit or as many as its expressions
/// can come to.
fn places(plan: &Plan, decision: DecisionId) -> u32 {
    let schema = &plan.policy.schema;
    let ty = &plan.policy.decisions[decision].ty;
    let declared = schema.decimals(ty).unwrap_or(0);
    let is_currency = |number: &NumberType| number.unit.single().is_some_and(|unit| schema.units[unit].currency);
    if ty.number().is_none_or(|number| number.kind == NumberKind::Integer || is_currency(number)) {
        return declared;
    }
    match plan.program.as_deref() {
        Some(program) if program.left_out().is_empty() => declared.max(program.places(decision)),
        Some(program) => declared.max(DEFAULT_DECIMALS).max(program.places(decision)),
        None => declared.max(DEFAULT_DECIMALS),
    }
}

/// Every number of the type fits; where it has no range, those to 10^18.
fn number_type(number: &NumberType, places: u32) -> DataType {
    let bounds = number.bounds();
    let whole = |end: Option<Number>, round: fn(Number) -> Number| end.and_then(|end| round(end).to_integer());
    let most = [whole(bounds.low, Number::floor), whole(bounds.high, Number::ceil)]
        .map(|end| end.map_or(u128::MAX, i128::unsigned_abs));
    let most = most[0].max(most[1]);
    if number.kind == NumberKind::Integer && most <= i64::MAX as u128 {
        return DataType::Int64;
    }
    // At most 25 digits before the point, and 12 behind it.
    let digits = most.checked_ilog10().unwrap_or(0) + 1 + places;
    DataType::Decimal128(digits.min(38) as u8, places.min(37) as i8)
}

pub(super) fn item(data: DataType, nullable: bool) -> FieldRef {
    Arc::new(Field::new_list_field(data, nullable))
}

impl Values {
    pub(super) fn of(plan: &Plan, decision: DecisionId) -> Values {
        let known = || NullBufferBuilder::new(0);
        let schema = &plan.policy.schema;
        match (column_type(plan, decision), &plan.policy.decisions[decision].ty.kind) {
            (DataType::Boolean, _) => Values::Truths { truths: Vec::new(), known: known() },
            (DataType::Int64, _) => Values::Whole { numbers: Vec::new(), known: known() },
            (DataType::Decimal128(precision, scale), _) => {
                Values::Numbers { numbers: Vec::new(), known: known(), precision, scale: scale.unsigned_abs() }
            }
            (DataType::Date32, _) => Values::Days { days: Vec::new(), known: known() },
            (DataType::List(_), _) => Values::Items { ends: vec![0], known: known(), names: StringBuilder::new() },
            (DataType::Dictionary(_, _), TypeKind::Variant(id)) => {
                let names = schema.enumerations[*id].variants.iter().map(|variant| Some(variant.name.as_str()));
                let names: ArrayRef = Arc::new(names.collect::<StringArray>());
                Values::Names { places: Vec::new(), known: known(), names }
            }
            _ => Values::Texts(StringBuilder::new()),
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Values::Truths { truths, .. } => truths.len(),
            Values::Names { places, .. } => places.len(),
            Values::Whole { numbers, .. } => numbers.len(),
            Values::Numbers { numbers, .. } => numbers.len(),
            Values::Days { days, .. } => days.len(),
            Values::Texts(all) => all.len(),
            Values::Items { ends, .. } => ends.len() - 1,
        }
    }

    pub(super) fn none(&mut self) {
        match self {
            Values::Truths { truths, known } => {
                truths.push(false);
                known.append_null();
            }
            Values::Names { places, known, .. } => {
                places.push(0);
                known.append_null();
            }
            Values::Whole { numbers, known } => {
                numbers.push(0);
                known.append_null();
            }
            Values::Numbers { numbers, known, .. } => {
                numbers.push(0);
                known.append_null();
            }
            Values::Days { days, known } => {
                days.push(0);
                known.append_null();
            }
            Values::Texts(all) => all.append_null(),
            Values::Items { ends, known, .. } => {
                ends.push(ends.last().copied().unwrap_or(0));
                known.append_null();
            }
        }
    }

    /// Adds the value of an outcome that has one.
    #[inline]
    pub(super) fn outcome(&mut self, output: &Output, outcome: &Outcome<'_>) -> Added {
        match self {
            Values::Truths { truths, known } => {
                if let Some(truth) = outcome.boolean() {
                    truths.push(truth);
                    known.append_non_null();
                    return Added::At(usize::from(truth));
                }
            }
            Values::Names { places, known, .. } => {
                if let Some(place) = outcome.variant() {
                    places.push(place as i32);
                    known.append_non_null();
                    return Added::At(place as usize);
                }
            }
            Values::Whole { numbers, known } => {
                if let Some((number, 0)) = outcome.decimal() {
                    numbers.push(number);
                    known.append_non_null();
                    return Added::At(0);
                }
            }
            Values::Numbers { numbers, known, scale, .. } => {
                if let Some((number, places)) = outcome.decimal()
                    && let Some(power) = u32::from(*scale).checked_sub(places).and_then(|n| 10i128.checked_pow(n))
                {
                    numbers.push(i128::from(number) * power);
                    known.append_non_null();
                    return Added::At(0);
                }
            }
            Values::Texts(all) => {
                if let Some(text) = outcome.text() {
                    all.append_value(text);
                    return Added::At(0);
                }
            }
            Values::Days { .. } | Values::Items { .. } => {}
        }
        match outcome.value() {
            None | Some(Value::None) => {
                self.none();
                Added::None
            }
            Some(value) if self.value(&value, &output.names) => Added::At(0),
            Some(Value::Number(n)) => Added::Not(n.to_string()),
            Some(_) => Added::At(0),
        }
    }

    /// Whether all cells, which are asked for if that matters, are values that fit, or none.
    pub(super) fn fit<'c>(&self, cells: impl FnOnce() -> Option<Cells<'c>>) -> bool {
        let (own, digits) = match self {
            Values::Texts(_) => return false,
            // Any cell.
            Values::Whole { .. } => (0, 19),
            Values::Numbers { precision, scale, .. } => (u32::from(*scale), i64::from(*precision) - i64::from(*scale)),
            _ => return true,
        };
        let Some(cells) = cells() else { return false };
        let digits = u32::try_from(digits + i64::from(cells.form.places));
        let most = digits.ok().and_then(|digits| 10u64.checked_pow(digits)).unwrap_or(u64::MAX);
        if !cells.values.iter().fold(true, |fit, cell| fit & ((cell.unsigned_abs() < most) | (*cell == Cells::NONE))) {
            return false;
        }
        let fits = |row: usize| cells.decimal(row).is_some_and(|(_, places)| places <= own);
        cells.form.places <= own || (0..cells.values.len()).all(|row| cells.is_none(row) || fits(row))
    }

    /// Adds what cells hold, which fits, and counts it.
    pub(super) fn cells(&mut self, cells: &Cells<'_>, names: &[Box<str>], outcomes: &mut Outcomes) {
        let all = cells.values;
        if cells.has_none() {
            if all.len() > 1 {
                return (0..all.len()).for_each(|row| self.cells(&cells.row(row), names, outcomes));
            }
            outcomes.none += 1;
            return self.none();
        }
        match self {
            Values::Truths { truths, known } => {
                truths.extend(all.iter().map(|cell| *cell != 0));
                known.append_n_non_nulls(all.len());
                all.iter().for_each(|cell| outcomes.value(usize::from(*cell != 0)));
            }
            Values::Names { places, known, .. } => {
                places.extend(all.iter().map(|cell| *cell as i32));
                known.append_n_non_nulls(all.len());
                all.iter().for_each(|cell| outcomes.value(*cell as usize));
            }
            Values::Days { days, known } => {
                days.extend(all.iter().map(|cell| *cell as i32));
                known.append_n_non_nulls(all.len());
                outcomes.values(all.len());
            }
            Values::Whole { numbers, known } => {
                if cells.form.places == 0 {
                    numbers.extend_from_slice(all);
                } else {
                    numbers.extend((0..all.len()).map(|row| cells.decimal(row).map_or(0, |(number, _)| number)));
                }
                known.append_n_non_nulls(all.len());
                outcomes.values(all.len());
            }
            Values::Numbers { numbers, known, scale, .. } => {
                let power = |places: u32| 10i128.pow(u32::from(*scale).saturating_sub(places).min(37));
                if cells.form.places <= cells.places {
                    let power = power(cells.form.places);
                    numbers.extend(all.iter().map(|cell| i128::from(*cell) * power));
                } else {
                    let decimals = (0..all.len()).map(|row| cells.decimal(row).unwrap_or((0, 0)));
                    numbers.extend(decimals.map(|(number, places)| i128::from(number) * power(places)));
                }
                known.append_n_non_nulls(all.len());
                outcomes.values(all.len());
            }
            Values::Items { .. } => {
                for cell in all {
                    let items = ItemSet::new((0..62).filter(|item| cell >> item & 1 == 1));
                    self.value(&Value::Items(items), names);
                }
                outcomes.values(all.len());
            }
            Values::Texts(_) => {}
        }
    }

    /// Adds a value; where it does not fit, null.
    pub(super) fn value(&mut self, value: &Value, item_names: &[Box<str>]) -> bool {
        match (&mut *self, value) {
            (Values::Truths { truths, known }, Value::Boolean(truth)) => {
                truths.push(*truth);
                known.append_non_null();
            }
            (Values::Names { places, known, .. }, Value::Variant(place)) => {
                places.push(*place as i32);
                known.append_non_null();
            }
            (Values::Whole { numbers, known }, Value::Number(n)) => {
                let number = n.to_integer().and_then(|n| i64::try_from(n).ok());
                numbers.push(number.unwrap_or(0));
                known.append(number.is_some());
                return number.is_some();
            }
            (Values::Numbers { numbers, known, precision, scale }, Value::Number(n)) => {
                let power = 10i128.checked_pow(u32::from(*scale)).map(Number::integer);
                let most = 10u128.pow(u32::from(*precision).min(38));
                let scaled = power.and_then(|power| n.multiply(power).ok()?.to_integer());
                let scaled = scaled.filter(|n| n.unsigned_abs() < most);
                numbers.push(scaled.unwrap_or(0));
                known.append(scaled.is_some());
                return scaled.is_some();
            }
            (Values::Days { days, known }, Value::Date(date)) => {
                days.push(day_number(*date) as i32);
                known.append_non_null();
            }
            (Values::Texts(all), Value::Text(text)) => all.append_value(text),
            (Values::Items { ends, known, names }, Value::Items(items)) => {
                let before = ends.last().copied().unwrap_or(0);
                let mut count = 0;
                for name in items.iter().filter_map(|place| item_names.get(place as usize)) {
                    names.append_value(name);
                    count += 1;
                }
                ends.push(before + count);
                known.append_non_null();
            }
            _ => {
                self.none();
                return false;
            }
        }
        true
    }

    /// Adds a value from its encoding; says whether it fits.
    pub(super) fn encoded(&mut self, value: Option<&serde_json::Value>, names: &[Box<str>]) -> bool {
        use serde_json::Value as Json;
        let place = |name: &str| names.iter().position(|known| **known == *name).and_then(|at| u32::try_from(at).ok());
        let value = match (&*self, value) {
            (_, Some(Json::Bool(truth))) => Some(Value::Boolean(*truth)),
            (_, Some(Json::Number(n))) => n.to_string().parse().ok().map(Value::Number),
            (Values::Names { .. }, Some(Json::String(name))) => place(name).map(Value::Variant),
            (Values::Numbers { .. }, Some(Json::String(digits))) => digits.parse().ok().map(Value::Number),
            (Values::Days { .. }, Some(Json::String(date))) => date.parse().ok().map(Value::Date),
            (_, Some(Json::String(text))) => Some(Value::Text(text.as_str().into())),
            (_, Some(Json::Array(items))) => {
                let places = items.iter().filter_map(|item| place(item.as_str()?));
                Some(Value::Items(crate::facts::ItemSet::new(places)))
            }
            _ => None,
        };
        match value {
            Some(value) => self.value(&value, names),
            None => {
                self.none();
                true
            }
        }
    }

    pub(super) fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        Ok(match self {
            Values::Truths { truths, known } => {
                Arc::new(BooleanArray::new(std::mem::take(truths).into(), known.finish()))
            }
            Values::Names { places, known, names } => {
                let keys = PrimitiveArray::<Int32Type>::new(std::mem::take(places).into(), known.finish());
                Arc::new(DictionaryArray::try_new(keys, Arc::clone(names))?)
            }
            Values::Whole { numbers, known } => {
                Arc::new(Int64Array::new(std::mem::take(numbers).into(), known.finish()))
            }
            Values::Numbers { numbers, known, precision, scale } => {
                let numbers = PrimitiveArray::<Decimal128Type>::new(std::mem::take(numbers).into(), known.finish());
                Arc::new(numbers.with_precision_and_scale(*precision, *scale as i8)?)
            }
            Values::Days { days, known } => Arc::new(Date32Array::new(std::mem::take(days).into(), known.finish())),
            Values::Texts(all) => Arc::new(all.finish()),
            Values::Items { ends, known, names } => {
                let ends = OffsetBuffer::new(std::mem::replace(ends, vec![0]).into());
                Arc::new(ListArray::try_new(
                    item(DataType::Utf8, false),
                    ends,
                    Arc::new(names.finish()),
                    known.finish(),
                )?)
            }
        })
    }
}
