//! Many deals at once, column by column: the same program, a chunk of rows at a time.
//!
//! A *chunk* is up to [`ROWS`] deals. Each fact comes as a column of [`Values`], with a mask that says in which rows it is
//! known, or not at all. [`Columns::run`] does each instruction of the program for all rows of the chunk before the next
//! instruction, in loops that the compiler turns into vector instructions; what that leaves open, [`Columns::decide`]
//! asks the engine about, row by row. Each decision is then a [`Column`]: how it ended in each row, and its values.
//!
//! It goes in like this:
//!
//! | a fact that is | comes as |
//! | --- | --- |
//! | a boolean | [`Values::Booleans`] |
//! | an integer | whole numbers of any width: [`Values::U8`], [`Values::I16`], [`Values::I32`], [`Values::I64`] |
//! | a decimal or an amount of money | whole numbers and how many decimals they have: 95.50 is 9550 with 2 ([`Columns::set_scaled`]) |
//! | one of several variants | whole numbers: the place of the variant in its declaration, as in a dictionary |
//! | a date | whole numbers: days since 1970-01-01 |
//! | a text | [`Values::Texts`] |
//! | a list of records, none, a number that fits nowhere else | row by row, in a deal: [`Columns::load`] |
//!
//! What comes out is the same the other way round: [`Column::lanes`] gives the values of a column as whole numbers where
//! every row has one, and [`Column::ending`] and [`Column::value`] tell of any row how it ended.
//!
//! What is declared of facts proves how wide a column has to be for nothing to be lost: a criterion from 0 to 5 takes 8
//! bits, an amount to a million in cents 32. Nothing is ever rounded: what is not proved to fit is done in 64 bits and
//! checked, and what does not fit those is the engine's. A chunk in which a fact that matters is unknown somewhere is
//! done in 64 bits as well, with cells that say so. Programs that look at lists of records, and rows with values that fit no
//! column, are decided one after the other by an [`Evaluator`]; what comes out is the same.
//!
//! ```
//! use dealdesk::program::columns::{Columns, Lanes, Values};
//! use dealdesk::program::{Ending, Program};
//! use dealdesk::{Pack, civil::date};
//!
//! let pack = Pack::compile([(
//!     "discounts.policy",
//!     r#"
//!     currency EUR
//!     fact client.existing: boolean
//!     fact order.total: decimal in EUR 0..1_000_000
//!
//!     decide discount: one of none_given, five_percent, ten_percent
//!       default none_given
//!       rule loyal: five_percent when client.existing
//!       rule large: ten_percent when order.total >= 10_000 EUR
//!         overrides loyal
//!     "#,
//! )])?;
//! let program = Program::compile(pack.policy().clone(), Some(date(2026, 3, 1)))?;
//! let (existing, total) = (program.fact("client.existing")?, program.fact("order.total")?);
//! let discount = program.decision("discount")?;
//! let mut columns = Columns::new(program);
//!
//! columns.begin(3);
//! columns.set(existing, Values::Booleans(&[true, true, false]), None)?;
//! columns.set_scaled(total, Values::I32(&[9_999_99, 10_000_00, 5_00]), 2, None)?;
//! columns.decide();
//! assert_eq!(columns.column(discount).lanes(), Some(Lanes::I8(&[1, 2, 0])));
//!
//! // Where nobody said whether the client is one already, a large order settles it, and a small one does not.
//! columns.begin(2);
//! columns.set(existing, Values::Booleans(&[true, true]), Some(&[false, false]))?;
//! columns.set(total, Values::I32(&[20_000, 5]), None)?;
//! columns.decide();
//! let discounts = columns.column(discount);
//! assert_eq!(discounts.ending(0), Ending::Decided);
//! assert_eq!(discounts.cell(0), Some(2));
//! assert_eq!(discounts.ending(1), Ending::Undecided);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[cfg(feature = "columnar")]
mod cells;
mod input;
mod lanes;
mod output;
mod plan;
mod rows;

use std::sync::Arc;

use jiff::civil::Date;
use rustc_hash::FxHashMap;

use super::cell::{Cell, OPEN};
use super::evaluator::Evaluator;
use super::{Program, Source};
use crate::facts::deal::day_number;
use crate::facts::{FactId, Value};

use input::Said;
use lanes::Banks;
use plan::Plan;
use rows::Settled;

#[cfg(feature = "columnar")]
pub(crate) use cells::Cells;
pub use input::{NotSet, Values};
pub use output::{Column, Lanes};

/// The most rows of a chunk.
pub const ROWS: usize = 4096;

/// Decides chunks of deals by a program. Each thread has its own, and uses it again and again.
#[derive(Debug)]
pub struct Columns {
    program: Arc<Program>,
    /// Nothing where the program looks at lists: then rows are decided one after the other.
    plan: Option<Plan>,
    /// For chunks in which something is unknown; made once it is needed.
    whole: Option<Plan>,
    banks: Banks,
    whole_banks: Banks,
    /// Whether the last run was by the plan for everything.
    ran_whole: bool,
    rows: usize,
    /// By slot: in which rows it is given.
    said: Vec<Said>,
    /// By slot: where the values stand that are given.
    slots: Vec<plan::Place>,
    /// By slot that is read, the least first.
    read: Vec<u32>,
    /// Texts of the chunk that the policy does not name, by their number.
    texts: Vec<Arc<str>>,
    text_numbers: FxHashMap<Arc<str>, Cell>,
    /// What fits no column, by row.
    beside: FxHashMap<usize, Vec<(FactId, Value)>>,
    /// What rows came to that were decided one by one.
    settled: FxHashMap<usize, Settled>,
    /// Decides single rows.
    evaluator: Evaluator,
}

impl Columns {
    /// Columns in which nothing is given yet.
    pub fn new(program: Arc<Program>) -> Columns {
        Columns::with(Evaluator::new(program))
    }

    /// Columns in which presumptions are ignored: what is not given is unknown.
    pub fn strict(program: Arc<Program>) -> Columns {
        Columns::with(Evaluator::strict(program))
    }

    fn with(evaluator: Evaluator) -> Columns {
        let program = Arc::clone(evaluator.program());
        // Its slots have their places even where nothing else is run by it.
        let narrow = Plan::of(&program, true);
        let banks = banks_of(&narrow);
        let slots = narrow.slots.clone();
        let each = program.code.steps.iter().any(|step| step.each.is_some())
            || program.outputs.iter().any(|output| output.list.is_some());
        let read = program.code.read.clone();
        let said = vec![Said::Nowhere; slots.len()];
        let mut columns = Columns {
            program,
            plan: (!each).then_some(narrow),
            whole: None,
            banks,
            whole_banks: Banks::default(),
            ran_whole: false,
            rows: 0,
            said,
            slots,
            read,
            texts: Vec::new(),
            text_numbers: FxHashMap::default(),
            beside: FxHashMap::default(),
            settled: FxHashMap::default(),
            evaluator,
        };
        if let Some(date) = columns.program.as_of {
            columns.set_as_of(date);
        }
        columns
    }

    /// The program.
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// The date on which deals are decided. A program that was compiled for a date keeps that.
    pub fn set_as_of(&mut self, date: Date) {
        self.evaluator.set_as_of(date);
        let as_of = self.program.slots.as_of as usize;
        let (Some(date), Some(said), Some(place)) =
            (self.evaluator.as_of(), self.said.get_mut(as_of), self.slots.get(as_of))
        else {
            return;
        };
        *said = Said::Everywhere;
        self.banks.fill(place.width, place.at, day_number(date));
    }

    /// Begins a chunk of so many deals, [`ROWS`] at most, of which nothing is given.
    pub fn begin(&mut self, rows: usize) {
        self.rows = rows.min(ROWS);
        let as_of = self.program.slots.as_of as usize;
        self.said.iter_mut().take(as_of).for_each(|said| *said = Said::Nowhere);
        self.texts.clear();
        self.text_numbers.clear();
        self.beside.clear();
        self.settled.clear();
    }

    /// How many deals the chunk has.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// How many steps it takes for a chunk in which everything is given, and none where rows are decided one by one.
    pub fn steps(&self) -> usize {
        self.plan.as_ref().map_or(0, |plan| plan.steps.len())
    }

    /// Takes every decision that the program can take by itself. What it leaves open is for [`Columns::decide`].
    pub fn run(&mut self) {
        self.settled.clear();
        if self.plan.is_some() {
            self.run_columns();
            let mut beside: Vec<usize> = self.beside.keys().copied().collect();
            beside.sort_unstable();
            beside.into_iter().for_each(|row| self.run_row(row, false));
        } else {
            (0..self.rows).for_each(|row| self.run_row(row, false));
        }
    }

    /// Takes every decision: [`Columns::run`], and what that leaves open by the engine.
    pub fn decide(&mut self) {
        self.run();
        for row in self.open_rows() {
            self.run_row(row, true);
        }
    }

    fn run_columns(&mut self) {
        let unsaid = self.unsaid();
        self.ran_whole = unsaid;
        if !unsaid {
            if let Some(plan) = &self.plan {
                self.banks.run(&plan.steps, self.rows);
            }
            return;
        }
        let program = &self.program;
        let whole = self.whole.get_or_insert_with(|| {
            let plan = Plan::of(program, false);
            self.whole_banks = banks_of(&plan);
            plan
        });
        for &slot in &self.read {
            let slot = slot as usize;
            let (Some(from), Some(to)) = (self.slots.get(slot), whole.slots.get(slot)) else { continue };
            let Some(out) = self.whole_banks.room::<i64>(to.at).get_mut(..lanes::vectors(self.rows)) else { continue };
            let open = !matches!(self.said.get(slot), Some(Said::Everywhere))
                && self.evaluator.unsaid.get(slot).is_none_or(|cell| *cell == OPEN);
            match self.said.get(slot) {
                Some(Said::Nowhere) | None if open => out.fill(OPEN),
                Some(Said::Somewhere(known)) if open => {
                    for ((row, out), known) in out.iter_mut().enumerate().zip(known) {
                        *out = if *known { self.banks.cell(from.width, from.at, row) } else { OPEN };
                    }
                }
                _ => lanes::with_width!(from.width, T => {
                    for (out, cell) in out.iter_mut().zip(self.banks.column::<T>(from.at)) {
                        *out = lanes::Word::cell(*cell);
                    }
                }),
            }
        }
        self.whole_banks.run(&whole.steps, self.rows);
    }

    /// Fills in what is presumed where nobody said; says whether something that is read stays unknown.
    fn unsaid(&mut self) -> bool {
        let mut open = false;
        for &slot in &self.read {
            let slot = slot as usize;
            let (Some(said), Some(place)) = (self.said.get(slot), self.slots.get(slot)) else { continue };
            let unsaid = self.evaluator.unsaid.get(slot).copied().unwrap_or(OPEN);
            match said {
                Said::Everywhere => {}
                Said::Nowhere if unsaid != OPEN => lanes::with_width!(place.width, T => {
                    let column = self.banks.room::<T>(place.at).iter_mut().take(lanes::vectors(self.rows));
                    column.for_each(|cell| *cell = lanes::Word::of(unsaid));
                }),
                Said::Somewhere(known) if unsaid != OPEN => {
                    for (row, _) in known.iter().take(self.rows).enumerate().filter(|(_, known)| !**known) {
                        self.banks.put(place.width, place.at, row, unsaid);
                    }
                }
                Said::Nowhere => open = true,
                Said::Somewhere(known) => open |= known.iter().take(self.rows).any(|known| !known),
            }
        }
        open
    }

    /// The bank and the place of a register after a run.
    fn result(&self, source: Source) -> Option<(&Banks, plan::Place)> {
        let Source::Register(register) = source else { return None };
        let (plan, banks) = match self.ran_whole {
            true => (self.whole.as_ref(), &self.whole_banks),
            false => (self.plan.as_ref(), &self.banks),
        };
        Some((banks, *plan?.results.get(&register)?))
    }

    /// Whether a register holds a value in every row after a run, because what is declared proves it.
    fn is_proved(&self, source: Source) -> bool {
        let is_ranged = |register| self.program.code.ranges.contains_key(&register);
        !self.ran_whole && matches!(source, Source::Register(register) if is_ranged(register))
    }

    /// The cell of a node after a run, in a row that the columns decided.
    #[inline]
    fn at(&self, source: Source, row: usize) -> Cell {
        match source {
            Source::Constant(cell) => cell,
            _ => self.result(source).map_or(OPEN, |(banks, place)| banks.cell(place.width, place.at, row)),
        }
    }
}

/// Banks with the constants of a plan, and room for all that is read.
fn banks_of(plan: &Plan) -> Banks {
    let mut banks = Banks::new(plan.counts);
    for (place, cell) in &plan.constants {
        banks.fill(place.width, place.at, *cell);
    }
    banks
}
