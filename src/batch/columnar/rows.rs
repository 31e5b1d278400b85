//! Decisions as columns of record batches.

use std::sync::Arc;

use arrow_array::builder::{BooleanBuilder, StringBuilder};
use arrow_array::types::{Decimal128Type, Int8Type, Int32Type};
use arrow_array::{
    ArrayRef, Date32Array, DictionaryArray, Int64Array, ListArray, PrimitiveArray, RecordBatch, StringArray,
};
use arrow_buffer::{NullBufferBuilder, OffsetBuffer};
use arrow_schema::{ArrowError, DataType, Field, FieldRef, SchemaRef};

use crate::base::Number;
use crate::batch::Plan;
use crate::batch::answers::{details, reasons};
use crate::batch::columns::LINE;
use crate::batch::csv::worded;
use crate::batch::output::Output;
use crate::batch::tally::Tally;
use crate::batch::worker::Kept;
use crate::facts::deal::day_number;
use crate::facts::{DEFAULT_DECIMALS, NumberKind, NumberType, TypeKind, Value};
use crate::policy::DecisionId;
use crate::program::{Ending, Evaluator, Outcome};
use crate::trace::data::{Answer, Answers, Evaluation, Status};

/// The words of [`Status`], in this order.
const STATUSES: [Status; 5] = [Status::Decided, Status::Default, Status::Undecided, Status::Conflict, Status::Error];
const DECIDED: i8 = 0;
const DEFAULT: i8 = 1;

/// Rows on their way into a record batch.
pub(in crate::batch) struct Rows {
    numbered: bool,
    lines: Vec<i64>,
    /// What is kept of rows of text.
    kept: Vec<StringBuilder>,
    columns: Vec<Column>,
    statuses: ArrayRef,
}

/// What is said of a decision.
struct Column {
    values: Values,
    status: Vec<i8>,
    details: StringBuilder,
    reasons: Option<(Vec<i32>, StringBuilder)>,
    /// For a decision about records.
    each: Option<Each>,
}

/// Where the records of each row end among the values, and among what else is said of them.
struct Each {
    values: Vec<i32>,
    others: Vec<i32>,
    known: NullBufferBuilder,
}

/// The values of a decision.
enum Values {
    Truths(BooleanBuilder),
    Names { places: Vec<i32>, known: NullBufferBuilder, names: ArrayRef },
    Whole { numbers: Vec<i64>, known: NullBufferBuilder },
    Numbers { numbers: Vec<i128>, known: NullBufferBuilder, precision: u8, scale: u8 },
    Days { days: Vec<i32>, known: NullBufferBuilder },
    Texts(StringBuilder),
    Items { ends: Vec<i32>, known: NullBufferBuilder, names: StringBuilder },
}

/// What became of a value that was to be added.
enum Added {
    /// It is there, and counted at this place.
    At(usize),
    /// There is none.
    None,
    /// Its column cannot hold it.
    Not(String),
}

/// What is said of a value that its column cannot hold.
fn too_wide(value: &str) -> String {
    format!("the value is {value}, which is too long for its column")
}

/// How the values of a decision are held in a column.
fn column_type(plan: &Plan, decision: DecisionId) -> DataType {
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

fn item(data: DataType, nullable: bool) -> FieldRef {
    Arc::new(Field::new_list_field(data, nullable))
}

/// The columns that say what the decisions came to, in the order of [`Columns`](crate::batch::Columns).
pub(super) fn fields(plan: &Plan) -> Vec<Field> {
    let word = || DataType::Dictionary(Box::new(DataType::Int8), Box::new(DataType::Utf8));
    let mut fields = Vec::new();
    for &id in &plan.decisions {
        let decision = &plan.policy.decisions[id];
        let mut field = |part: &str, data: DataType, nullable: bool| {
            let name = format!("{}{part}", decision.name);
            fields.push(match decision.scope {
                Some(_) => Field::new(name, DataType::List(item(data, nullable)), part.is_empty()),
                None => Field::new(name, data, nullable),
            });
        };
        field("", column_type(plan, id), true);
        field(".status", word(), false);
        field(".details", DataType::Utf8, true);
        if plan.reasons {
            field(".reasons", DataType::List(item(DataType::Utf8, false)), false);
        }
    }
    fields
}

/// The column of the numbers of rows.
pub(super) fn line() -> Field {
    Field::new(LINE, DataType::Int64, false)
}

/// What is kept of text.
pub(super) fn kept(name: &str) -> Field {
    Field::new(name, DataType::Utf8, true)
}

impl Values {
    fn of(plan: &Plan, decision: DecisionId) -> Values {
        let known = || NullBufferBuilder::new(0);
        let schema = &plan.policy.schema;
        match (column_type(plan, decision), &plan.policy.decisions[decision].ty.kind) {
            (DataType::Boolean, _) => Values::Truths(BooleanBuilder::new()),
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

    fn len(&self) -> usize {
        use arrow_array::builder::ArrayBuilder;
        match self {
            Values::Truths(all) => all.len(),
            Values::Names { places, .. } => places.len(),
            Values::Whole { numbers, .. } => numbers.len(),
            Values::Numbers { numbers, .. } => numbers.len(),
            Values::Days { days, .. } => days.len(),
            Values::Texts(all) => all.len(),
            Values::Items { ends, .. } => ends.len() - 1,
        }
    }

    fn none(&mut self) {
        match self {
            Values::Truths(all) => all.append_null(),
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
    fn outcome(&mut self, output: &Output, outcome: &Outcome<'_>) -> Added {
        match self {
            Values::Truths(all) => {
                if let Some(truth) = outcome.boolean() {
                    all.append_value(truth);
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

    /// Adds a value; where it does not fit, null.
    fn value(&mut self, value: &Value, item_names: &[Box<str>]) -> bool {
        match (&mut *self, value) {
            (Values::Truths(all), Value::Boolean(truth)) => all.append_value(*truth),
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
    fn encoded(&mut self, value: Option<&serde_json::Value>, names: &[Box<str>]) -> bool {
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

    fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        Ok(match self {
            Values::Truths(all) => Arc::new(all.finish()),
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

impl Column {
    fn of(plan: &Plan, output: &Output) -> Column {
        let decision = &plan.policy.decisions[output.decision];
        let each = || Each { values: vec![0], others: vec![0], known: NullBufferBuilder::new(0) };
        Column {
            values: Values::of(plan, output.decision),
            status: Vec::new(),
            details: StringBuilder::new(),
            reasons: plan.reasons.then(|| (vec![0], StringBuilder::new())),
            each: decision.scope.map(|_| each()),
        }
    }

    fn answer(&mut self, answer: &Answer, names: &[Box<str>]) {
        let value = answer.value.as_ref().map(|value| &value.json);
        let unfit = !self.values.encoded(value, names);
        self.said(answer, value.filter(|_| unfit).map(worded).as_deref());
    }

    /// What is said besides the value, and the value itself where its column cannot hold it.
    fn said(&mut self, answer: &Answer, unfit: Option<&str>) {
        let status = STATUSES.iter().position(|status| *status == answer.status).unwrap_or_default();
        self.status.push(status as i8);
        match (details(answer), unfit) {
            (text, None) if text.is_empty() => self.details.append_null(),
            (text, None) => self.details.append_value(text),
            (text, Some(value)) => {
                let between = if text.is_empty() { "" } else { "; " };
                self.details.append_value(format!("{}{between}{text}", too_wide(value)));
            }
        }
        if let Some((ends, texts)) = &mut self.reasons {
            let reasons = reasons(answer);
            reasons.iter().for_each(|reason| texts.append_value(reason));
            ends.push(ends.last().copied().unwrap_or(0) + reasons.len() as i32);
        }
    }

    /// Ends a row of a decision about records; `known` where their list is.
    fn end(&mut self, known: bool) {
        if let Some(each) = &mut self.each {
            each.values.push(self.values.len() as i32);
            each.others.push(self.status.len() as i32);
            each.known.append(known);
        }
    }

    fn finish(&mut self, statuses: &ArrayRef, arrays: &mut Vec<ArrayRef>) -> Result<(), ArrowError> {
        let values = self.values.finish()?;
        let status = PrimitiveArray::<Int8Type>::new(std::mem::take(&mut self.status).into(), None);
        let status: ArrayRef = Arc::new(DictionaryArray::try_new(status, Arc::clone(statuses))?);
        let details: ArrayRef = Arc::new(self.details.finish());
        let reasons = self.reasons.as_mut().map(|(ends, texts)| -> Result<ArrayRef, ArrowError> {
            let ends = OffsetBuffer::new(std::mem::replace(ends, vec![0]).into());
            Ok(Arc::new(ListArray::try_new(item(DataType::Utf8, false), ends, Arc::new(texts.finish()), None)?))
        });
        let reasons = reasons.transpose()?;
        let Some(each) = &mut self.each else {
            arrays.extend([values, status, details].into_iter().chain(reasons));
            return Ok(());
        };
        let list = |of: ArrayRef, nullable: bool, ends: &OffsetBuffer<i32>, known| -> Result<ArrayRef, ArrowError> {
            let field = item(of.data_type().clone(), nullable);
            Ok(Arc::new(ListArray::try_new(field, ends.clone(), of, known)?))
        };
        let ends = OffsetBuffer::new(std::mem::replace(&mut each.values, vec![0]).into());
        arrays.push(list(values, true, &ends, each.known.finish())?);
        let ends = OffsetBuffer::new(std::mem::replace(&mut each.others, vec![0]).into());
        arrays.push(list(status, false, &ends, None)?);
        arrays.push(list(details, true, &ends, None)?);
        if let Some(reasons) = reasons {
            arrays.push(list(reasons, false, &ends, None)?);
        }
        Ok(())
    }
}

impl Rows {
    /// `texts` is how many columns of text are kept.
    pub(in crate::batch) fn of(plan: &Plan, outputs: &[Output], texts: usize) -> Rows {
        let statuses = STATUSES.iter().map(|status| Some(status.word()));
        Rows {
            numbered: plan.numbered(),
            lines: Vec::new(),
            kept: (0..texts).map(|_| StringBuilder::new()).collect(),
            columns: outputs.iter().map(|output| Column::of(plan, output)).collect(),
            statuses: Arc::new(statuses.collect::<StringArray>()),
        }
    }

    /// The lines of the rows, in their order.
    pub(super) fn lines(&self) -> &[i64] {
        &self.lines
    }

    fn begin(&mut self, line: usize, kept: &[Kept<'_>]) {
        self.lines.push(line as i64);
        for (column, kept) in self.kept.iter_mut().zip(kept) {
            match kept {
                Kept::Nothing => column.append_null(),
                Kept::Text(text) => column.append_value(text),
                Kept::Json(raw) => match serde_json::from_str::<serde_json::Value>(raw) {
                    Ok(serde_json::Value::Null) => column.append_null(),
                    Ok(serde_json::Value::String(text)) => column.append_value(text),
                    _ => column.append_value(raw),
                },
            }
        }
    }

    /// A row of which every decision is decided.
    pub(in crate::batch) fn decided(
        &mut self,
        (line, kept): (usize, &[Kept<'_>]),
        (evaluator, outputs): (&Evaluator, &[Output]),
        tally: &mut Tally,
    ) {
        self.begin(line, kept);
        for ((output, column), outcomes) in outputs.iter().zip(&mut self.columns).zip(&mut tally.outcomes) {
            let Some(id) = output.id else { continue };
            let mut add = |outcome: Outcome<'_>| {
                column.status.push(if outcome.ending() == Ending::Default { DEFAULT } else { DECIDED });
                match column.values.outcome(output, &outcome) {
                    Added::At(place) => outcomes.value(place),
                    Added::None => outcomes.none += 1,
                    Added::Not(value) => {
                        outcomes.value(0);
                        column.details.append_value(too_wide(&value));
                        return;
                    }
                }
                column.details.append_null();
            };
            match evaluator.records(id) {
                None => add(evaluator.outcome(id)),
                Some(records) => {
                    (0..records).for_each(|record| add(evaluator.outcome_of(id, record)));
                    column.end(true);
                }
            }
        }
    }

    /// A row whatever came of it.
    pub(in crate::batch) fn answers(
        &mut self,
        (line, kept): (usize, &[Kept<'_>]),
        data: &Evaluation,
        outputs: &[Output],
    ) {
        self.begin(line, kept);
        for ((decision, output), column) in data.decisions.iter().zip(outputs).zip(&mut self.columns) {
            match (&decision.answers, &column.each) {
                (Answers::One(answer), None) => column.answer(answer, &output.names),
                (Answers::One(answer), Some(_)) => {
                    column.said(answer, None);
                    column.end(false);
                }
                (Answers::Each { answers, .. }, _) => {
                    answers.iter().for_each(|answer| column.answer(answer, &output.names));
                    column.end(true);
                }
            }
        }
    }

    /// The rows since this was asked last. What is kept of record batches is given.
    pub(in crate::batch) fn finish(
        &mut self,
        schema: &SchemaRef,
        kept: Vec<ArrayRef>,
    ) -> Result<RecordBatch, ArrowError> {
        let mut arrays: Vec<ArrayRef> = Vec::new();
        let lines = std::mem::take(&mut self.lines);
        if self.numbered {
            arrays.push(Arc::new(Int64Array::new(lines.into(), None)));
        }
        arrays.extend(kept);
        arrays.extend(self.kept.iter_mut().map(|kept| Arc::new(kept.finish()) as ArrayRef));
        for column in &mut self.columns {
            column.finish(&self.statuses, &mut arrays)?;
        }
        RecordBatch::try_new(Arc::clone(schema), arrays)
    }
}
