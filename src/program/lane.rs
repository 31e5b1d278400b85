//! Facts whose values come one below the other, as in a column.

use std::sync::Arc;

use super::Program;
use super::cell::{Cell, MOST, NONE, OPEN};
use super::evaluator::Evaluator;
use super::form::Kind;
use super::names::{Names, Target};
use crate::facts::FactId;

/// A fact on the way into its slot, value after value.
#[derive(Clone, Debug)]
pub(crate) struct Lane {
    target: Target,
    names: Arc<Names>,
}

impl Lane {
    /// The cell of a fact that nothing is said of.
    pub(crate) const UNSAID: Cell = OPEN;

    /// That of a fact which has one value: no list, and no set of items.
    pub(crate) fn of(program: &Program, fact: FactId) -> Option<Lane> {
        let target = program.names.fact(fact, &program.policy.schema, &program.slots);
        let is_one = !matches!(target.form.kind, Kind::List | Kind::Items);
        is_one.then(|| Lane { target, names: Arc::clone(&program.names) })
    }

    /// Where its cells go.
    pub(super) fn slot(&self) -> u32 {
        self.target.slot
    }

    /// How its values are held.
    pub(crate) fn kind(&self) -> Kind {
        self.target.form.kind
    }

    /// The cell of null: none where there can be none, and else nothing is said.
    pub(crate) fn null(&self) -> Cell {
        if self.target.optional { NONE } else { OPEN }
    }

    /// How many decimals its cells have.
    pub(crate) fn places(&self) -> u32 {
        self.target.form.places
    }

    /// The least and the greatest cell of a value.
    pub(crate) fn bounds(&self) -> (Cell, Cell) {
        (self.target.low.max(-MOST), self.target.high.min(MOST))
    }

    /// The cell of a variant.
    #[inline]
    pub(crate) fn variant(&self, name: &str) -> Option<Cell> {
        self.names.variant(&self.target, name)
    }
}

impl Evaluator {
    /// Gives a fact the value of a cell.
    #[inline]
    pub(crate) fn put_lane(&mut self, lane: &Lane, cell: Cell) {
        if cell != OPEN {
            self.put(lane.target.slot, cell, true);
        }
    }

    /// Gives a fact a text.
    pub(crate) fn put_lane_text(&mut self, lane: &Lane, text: &str) {
        let cell = self.text(text);
        self.put(lane.target.slot, cell, true);
    }
}
