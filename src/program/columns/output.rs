//! What decisions came to, as columns.

use super::Columns;
use super::lanes::Banks;
use super::plan::{Place, Width};
use super::rows::{Answer, Answers};
use crate::facts::Value;
use crate::program::cell::{CONFLICT, Cell, GAP, NONE, OPEN, decode, encode, is_fault, is_stop};
use crate::program::form::{Form, Kind};
use crate::program::{Ending, Output, OutputId, Source};

/// What a decision came to in each row of a chunk.
#[derive(Clone, Copy, Debug)]
pub struct Column<'a> {
    columns: &'a Columns,
    output: Option<&'a Output>,
    place: usize,
}

/// Values of a column as whole numbers, in the order of the rows: booleans are 0 and 1, variants their places, dates days
/// since 1970-01-01, and numbers what they are after moving the point by [`Column::places`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lanes<'a> {
    /// All of 8 bits.
    I8(&'a [i8]),
    /// All of 16 bits.
    I16(&'a [i16]),
    /// All of 32 bits.
    I32(&'a [i32]),
    /// All of 64 bits.
    I64(&'a [i64]),
    /// The same in every row.
    Same(i64),
}

impl Lanes<'_> {
    /// The value in a row.
    #[inline]
    pub fn get(&self, row: usize) -> Option<i64> {
        match self {
            Lanes::I8(values) => values.get(row).map(|value| (*value).into()),
            Lanes::I16(values) => values.get(row).map(|value| (*value).into()),
            Lanes::I32(values) => values.get(row).map(|value| (*value).into()),
            Lanes::I64(values) => values.get(row).copied(),
            Lanes::Same(value) => Some(*value),
        }
    }
}

impl Columns {
    /// What a decision came to.
    pub fn column(&self, id: OutputId) -> Column<'_> {
        Column { columns: self, output: self.program.output(id), place: id.0 as usize }
    }
}

impl<'a> Column<'a> {
    fn form(&self) -> Form {
        self.output.map_or(Form::PLAIN, |output| output.form)
    }

    /// As what its values are held.
    pub fn kind(&self) -> Kind {
        self.form().kind
    }

    /// How many decimals its numbers have.
    pub fn places(&self) -> u32 {
        self.form().places
    }

    /// All values at once, where every row has one that is not none, and none was left to the engine. Nothing for texts, and for
    /// decisions about records.
    pub fn lanes(&self) -> Option<Lanes<'a>> {
        let (output, columns) = (self.output?, self.columns);
        if output.form.kind == Kind::Text || output.list.is_some() || columns.plan.is_none() {
            return None;
        }
        if !columns.settled.is_empty() || !columns.has_values(output.value) {
            return None;
        }
        if let Source::Constant(cell) = output.value {
            return Some(Lanes::Same(cell));
        }
        let (banks, place): (&Banks, Place) = columns.result(output.value)?;
        let rows = columns.rows;
        Some(match place.width {
            Width::W8 => Lanes::I8(banks.column(place.at).get(..rows)?),
            Width::W16 => Lanes::I16(banks.column(place.at).get(..rows)?),
            Width::W32 => Lanes::I32(banks.column(place.at).get(..rows)?),
            Width::W64 => Lanes::I64(banks.column(place.at).get(..rows)?),
        })
    }

    fn settled(&self, row: usize) -> Option<&'a Answers> {
        self.columns.settled.get(&row).and_then(|settled| settled.outputs.get(self.place))
    }

    fn answer(&self, row: usize, record: usize) -> Option<&'a Answer> {
        self.settled(row).and_then(|answers| answers.each.get(record))
    }

    /// The cell in a row that was decided as part of its column.
    fn own(&self, row: usize) -> Cell {
        let within = self.output.filter(|_| row < self.columns.rows && self.columns.plan.is_some());
        within.map_or(OPEN, |output| self.columns.at(output.value, row))
    }

    /// How the decision ended in a row; for one about records whose list is unknown, for one of them.
    pub fn ending(&self, row: usize) -> Ending {
        if let Some(answers) = self.settled(row) {
            return answers.each.first().map_or(Ending::Open, |answer| answer.ending);
        }
        let applies = |line: &crate::program::Line| self.columns.at(line.applies, row) == 1;
        match self.own(row) {
            OPEN => Ending::Open,
            GAP => Ending::Gap,
            CONFLICT => Ending::Conflict,
            cell if is_fault(cell) => Ending::Error,
            _ if self.output.is_some_and(|output| output.has_default_state && !output.rules.iter().any(applies)) => {
                Ending::Default
            }
            _ => Ending::Decided,
        }
    }

    /// The value in a row as a whole number; nothing for another ending, for none, for texts, and where 62 bits do not do.
    pub fn cell(&self, row: usize) -> Option<i64> {
        let (form, kind) = (self.form(), self.kind());
        let cell = match self.settled(row) {
            Some(answers) => encode(answers.each.first()?.value.as_ref()?, form)?,
            None => self.own(row),
        };
        (!is_stop(cell) && cell != NONE && kind != Kind::Text).then_some(cell)
    }

    /// The value in a row, whatever its type.
    pub fn value(&self, row: usize) -> Option<Value> {
        if let Some(answers) = self.settled(row) {
            return answers.each.first().and_then(|answer| answer.value.clone());
        }
        let cell = self.own(row);
        match self.kind() {
            Kind::Text if cell != NONE => self.columns.text_of(cell).map(|text| Value::Text(text.into())),
            _ => decode(cell, self.form()),
        }
    }

    /// For how many records of a row it was taken; nothing for one about the deal, and where the list is unknown.
    pub fn records(&self, row: usize) -> Option<usize> {
        self.settled(row)?.records
    }

    /// How the decision ended for a record of a row.
    pub fn ending_of(&self, row: usize, record: usize) -> Ending {
        match self.records(row) {
            Some(_) => self.answer(row, record).map_or(Ending::Open, |answer| answer.ending),
            None => self.ending(row),
        }
    }

    /// The value for a record of a row.
    pub fn value_of(&self, row: usize, record: usize) -> Option<Value> {
        match self.records(row) {
            Some(_) => self.answer(row, record).and_then(|answer| answer.value.clone()),
            None => self.value(row),
        }
    }
}
