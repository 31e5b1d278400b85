//! Rows that are decided one by one.

use super::Columns;
use super::plan::Width;
use crate::facts::Value;
use crate::program::cell::{NONE, OPEN, is_stop};
use crate::program::form::Kind;
use crate::program::{Ending, OutputId, Source};

/// What a row came to that was decided by itself, by decision.
#[derive(Clone, Debug, Default)]
pub(super) struct Settled {
    pub(super) outputs: Vec<Answers>,
}

/// What a decision came to.
#[derive(Clone, Debug, Default)]
pub(super) struct Answers {
    /// For how many records; nothing for one about the deal, and where the list is unknown.
    pub(super) records: Option<usize>,
    pub(super) each: Vec<Answer>,
}

#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) ending: Ending,
    pub(super) value: Option<Value>,
}

impl Columns {
    /// Decides one row by itself, and asks the engine about what is open if it may.
    pub(super) fn run_row(&mut self, row: usize, ask: bool) {
        self.take_row(row);
        if ask {
            self.evaluator.decide();
        } else {
            self.evaluator.run();
        }
        let evaluator = &self.evaluator;
        let answers = |(id, output): (OutputId, &crate::program::Output)| {
            let records = evaluator.records(id);
            let count = records.unwrap_or(1);
            debug_assert!(records.is_none() || output.list.is_some());
            let each = (0..count).map(|record| {
                let outcome = evaluator.outcome_of(id, record);
                Answer { ending: outcome.ending(), value: outcome.value() }
            });
            Answers { records, each: each.collect() }
        };
        let outputs = (0u32..).map(OutputId).zip(&self.program.outputs).map(answers).collect();
        self.settled.insert(row, Settled { outputs });
    }

    /// Gives the evaluator a row.
    fn take_row(&mut self, row: usize) {
        self.evaluator.clear();
        let as_of = self.program.slots.as_of;
        for (slot, said) in (0..as_of).zip(&self.said) {
            if !said.in_row(row) {
                continue;
            }
            let Some(place) = self.slots.get(slot as usize) else { continue };
            let cell = self.banks.cell(place.width, place.at, row);
            let is_text = self.program.slots.form(slot).kind == Kind::Text;
            let named = self.program.slots.named().len();
            let cell = match usize::try_from(cell).ok().and_then(|cell| self.texts.get(cell.checked_sub(named)?)) {
                Some(text) if is_text => self.evaluator.text(text),
                _ => cell,
            };
            self.evaluator.put(slot, cell, true);
        }
        for (fact, value) in self.beside.get(&row).into_iter().flatten() {
            self.evaluator.set_value(*fact, value);
        }
    }

    /// The rows of which a decision was left open.
    pub(super) fn open_rows(&self) -> Vec<usize> {
        let mut open: Vec<usize> = Vec::new();
        let is_open = |settled: &Settled| {
            settled.outputs.iter().flat_map(|answers| &answers.each).any(|answer| answer.ending == Ending::Open)
        };
        open.extend(self.settled.iter().filter(|(_, settled)| is_open(settled)).map(|(row, _)| *row));
        if self.plan.is_some() {
            for output in &self.program.outputs {
                self.open_in(output.value, &mut open);
            }
        }
        open.sort_unstable();
        open.dedup();
        open
    }

    /// The rows in which a node is open, of those that were decided as columns.
    fn open_in(&self, source: Source, open: &mut Vec<usize>) {
        let mut add = |row: usize| {
            if !self.settled.contains_key(&row) {
                open.push(row);
            }
        };
        match self.result(source) {
            Some(_) if self.is_proved(source) => {}
            // Narrow columns hold nothing but values.
            Some((banks, place)) if place.width == Width::W64 => {
                let cells = banks.column::<i64>(place.at);
                (0..self.rows).zip(cells).filter(|(_, cell)| **cell == OPEN).for_each(|(row, _)| add(row));
            }
            Some(_) => {}
            None if matches!(source, Source::Constant(OPEN)) => (0..self.rows).for_each(add),
            None => {}
        }
    }

    /// Whether every row of a node has a value that is not none.
    pub(super) fn has_values(&self, source: Source) -> bool {
        let is_value = |cell: i64| !is_stop(cell) && cell != NONE;
        match (source, self.result(source)) {
            (Source::Constant(cell), _) => is_value(cell),
            (_, Some(_)) if self.is_proved(source) => true,
            (_, Some((banks, place))) if place.width == Width::W64 => {
                let cells = banks.column::<i64>(place.at);
                cells.iter().take(self.rows).fold(true, |all, cell| all & is_value(*cell))
            }
            (_, result) => result.is_some(),
        }
    }
}
