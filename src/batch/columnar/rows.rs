//! Decisions as columns of record batches.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::types::Int8Type;
use arrow_array::{ArrayRef, DictionaryArray, Int64Array, ListArray, PrimitiveArray, RecordBatch, StringArray};
use arrow_buffer::{NullBufferBuilder, OffsetBuffer};
use arrow_schema::{ArrowError, DataType, Field, SchemaRef};

use super::values::{Added, Values, column_type, item};
use crate::batch::Plan;
use crate::batch::answers::{details, reasons};
use crate::batch::columns::LINE;
use crate::batch::csv::worded;
use crate::batch::output::Output;
use crate::batch::tally::Tally;
use crate::batch::worker::Kept;
use crate::program::columns;
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
    /// What a decision came to in rows that are added together.
    room: Vec<i64>,
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

/// What is said of a value that its column cannot hold.
fn too_wide(value: &str) -> String {
    format!("the value is {value}, which is too long for its column")
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
            room: Vec::new(),
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

    /// Deals of a chunk that are settled, the first of them from this line on. Says whether they could be added, all or none.
    pub(super) fn chunk(
        &mut self,
        line: usize,
        (chunk, deals): (&columns::Columns, Range<usize>),
        outputs: &[Output],
        tally: &mut Tally,
    ) -> bool {
        for (output, column) in outputs.iter().zip(&self.columns) {
            let (room, rows) = (&mut self.room, deals.clone());
            if !output.id.is_some_and(|id| column.values.fit(move || chunk.cells(id, rows, room))) {
                return false;
            }
        }
        self.lines.extend((line..line + deals.len()).map(|line| line as i64));
        for ((output, column), outcomes) in outputs.iter().zip(&mut self.columns).zip(&mut tally.outcomes) {
            let Some(id) = output.id else { continue };
            if let Some(cells) = chunk.cells(id, deals.clone(), &mut self.room) {
                column.values.cells(&cells, &output.names, outcomes);
            }
            match chunk.defaults(id, deals.clone()) {
                None => column.status.extend(std::iter::repeat_n(DECIDED, deals.len())),
                Some(defaults) => {
                    column.status.extend(defaults.into_iter().map(|default| if default { DEFAULT } else { DECIDED }));
                }
            }
            column.details.append_nulls(deals.len());
        }
        tally.decided += deals.len() as u64;
        true
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
