//! Columns of cells in and out, for record batches: rows that are settled here need no look at anything else.

use std::ops::Range;

use super::input::Said;
use super::lanes::{Banks, Word, with_width};
use super::plan::{Place, Width};
use super::{Columns, ROWS};
use crate::program::cell::{Cell, NONE, OPEN, is_stop};
use crate::program::form::{Form, Kind};
use crate::program::{Lane, OutputId, Source};

/// What a decision came to in some rows, all of which are settled.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cells<'c> {
    /// The values.
    pub(crate) values: &'c [Cell],
    /// How numbers are held.
    pub(crate) form: Form,
    /// How many decimals the decision may have.
    pub(crate) places: u32,
}

impl Columns {
    /// Whether rows that give these facts and no others can be settled: no decision is about records or a text, and of no other fact
    /// something is presumed.
    pub(crate) fn can_settle<'l>(&self, lanes: impl Iterator<Item = &'l Lane>) -> bool {
        let given: Vec<usize> = lanes.map(|lane| lane.slot() as usize).collect();
        let is_text = self.program.outputs.iter().any(|output| output.form.kind == Kind::Text);
        let is_said = |slot: usize| given.contains(&slot) || !self.presumes(slot);
        self.plan.is_some() && !is_text && self.read.iter().all(|slot| is_said(*slot as usize))
    }

    /// Whether something is presumed of a fact where the deal does not say.
    fn presumes(&self, slot: usize) -> bool {
        self.evaluator.unsaid.get(slot).is_some_and(|cell| *cell != OPEN)
    }

    /// Gives a fact a cell in each row of the chunk. Where it is [`Lane::UNSAID`] nothing is given; what the fact cannot be becomes
    /// something that it can be.
    pub(crate) fn set_cells(&mut self, lane: &Lane, cells: &[Cell]) {
        let slot = lane.slot() as usize;
        let (Some(place), Some(said)) = (self.slots.get(slot), self.said.get_mut(slot)) else { return };
        let (low, high) = lane.bounds();
        let none = lane.null();
        let mut open = false;
        with_width!(place.width, T => {
            for (out, &cell) in self.banks.room::<T>(place.at).iter_mut().zip(cells) {
                open |= cell == OPEN;
                let fits = ((low <= cell) & (cell <= high)) | ((cell == NONE) & (none == NONE));
                *out = T::of(if fits { cell } else { low });
            }
        });
        *said = match open {
            false => Said::Everywhere,
            true if cells.iter().all(|cell| *cell == OPEN) => Said::Nowhere,
            true => {
                let rest = std::iter::repeat_n(false, ROWS.saturating_sub(cells.len()));
                Said::Somewhere(cells.iter().map(|cell| *cell != OPEN).chain(rest).collect())
            }
        };
    }

    /// Gives a fact a text in each row of the chunk; where there is none, nothing, or none if the fact can be that.
    pub(crate) fn set_texts<'t>(&mut self, lane: &Lane, texts: impl Iterator<Item = Option<&'t str>>) {
        let cells: Vec<Cell> = texts.map(|text| text.map_or(lane.null(), |text| self.text(text))).collect();
        let slot = lane.slot() as usize;
        let (Some(place), Some(said)) = (self.slots.get(slot), self.said.get_mut(slot)) else { return };
        for (row, cell) in cells.iter().enumerate() {
            said.say(row, *cell != OPEN);
            self.banks.put(place.width, place.at, row, *cell);
        }
    }

    /// Takes every decision of every row, and says in which rows all have a value or none, and lean on nothing presumed.
    pub(crate) fn settle(&mut self, settled: &mut [bool]) {
        settled.fill(true);
        let leaning = self.read.iter().map(|slot| *slot as usize).filter(|slot| self.presumes(*slot));
        for said in leaning.filter_map(|slot| self.said.get(slot)) {
            match said {
                Said::Everywhere => {}
                Said::Nowhere => settled.fill(false),
                Said::Somewhere(known) => settled.iter_mut().zip(known).for_each(|(settled, known)| *settled &= known),
            }
        }
        self.run_columns();
        for output in &self.program.outputs {
            match (output.value, self.result(output.value)) {
                (Source::Constant(cell), _) if !is_stop(cell) => {}
                (source, Some(_)) if self.is_proved(source) => {}
                (_, Some((banks, Place { width: Width::W64, at }))) => {
                    let cells = banks.column::<i64>(at);
                    settled.iter_mut().zip(cells).for_each(|(settled, cell)| *settled &= !is_stop(*cell));
                }
                // Narrow columns hold nothing but values.
                (_, Some(_)) => {}
                (_, None) => settled.fill(false),
            }
        }
    }

    /// What a decision came to in some rows. The cells are put into `room`.
    pub(crate) fn cells<'c>(&self, id: OutputId, rows: Range<usize>, room: &'c mut Vec<Cell>) -> Option<Cells<'c>> {
        let output = self.program.output(id)?;
        room.clear();
        match (output.value, self.result(output.value)) {
            (Source::Constant(cell), _) => room.resize(rows.len(), cell),
            (_, Some((banks, place))) => with_width!(place.width, T => {
                room.extend(banks.column::<T>(place.at).get(rows)?.iter().map(|word| word.cell()));
            }),
            (_, None) => return None,
        }
        Some(Cells { values: room, form: output.form, places: output.places })
    }

    /// In which of some rows a decision is its default, if it can be in any.
    pub(crate) fn defaults(&self, id: OutputId, rows: Range<usize>) -> Option<Vec<bool>> {
        let output = self.program.output(id).filter(|output| output.has_default_state)?;
        let mut defaults = vec![true; rows.len()];
        for line in &output.rules {
            match (line.applies, self.result(line.applies)) {
                (Source::Constant(1), _) => defaults.fill(false),
                (_, Some((banks, place))) => without(banks, place, rows.clone(), &mut defaults),
                (_, None) => {}
            }
        }
        Some(defaults)
    }
}

/// Takes away the rows in which a condition holds.
fn without(banks: &Banks, place: Place, rows: Range<usize>, left: &mut [bool]) {
    with_width!(place.width, T => {
        let words = banks.column::<T>(place.at).get(rows).unwrap_or_default();
        left.iter_mut().zip(words).for_each(|(left, word)| *left &= word.cell() != 1);
    });
}

impl Cells<'_> {
    /// The cell of none.
    pub(crate) const NONE: Cell = NONE;

    /// Whether some value is none.
    pub(crate) fn has_none(&self) -> bool {
        self.values.iter().fold(false, |none, cell| none | (*cell == NONE))
    }

    /// Whether it is none.
    pub(crate) fn is_none(&self, row: usize) -> bool {
        self.values.get(row) == Some(&NONE)
    }

    /// A number as the integer that it is after moving its point by so many decimals.
    pub(crate) fn decimal(&self, row: usize) -> Option<(i64, u32)> {
        crate::program::outcome::decimal(*self.values.get(row)?, self.form.places, self.places)
    }

    /// One row alone.
    pub(crate) fn row(&self, row: usize) -> Self {
        Cells { values: self.values.get(row..row + 1).unwrap_or_default(), ..*self }
    }
}
