//! Some deals at once: each instruction is carried out for all of them before the next.
//!
//! The registers of [`Evaluator`](super::Evaluator) with room for as many deals as fit a processor's cache, and the same operations
//! ([`apply`]) in loops that compilers turn into instructions for several numbers. For programs that take nothing for each record of a list.

use std::ops::Range;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::cell::{Cell, NONE, OPEN, is_stop};
use super::code::{Instruction, Register};
use super::form::{Form, Kind};
use super::lane::Lane;
use super::op::{Op, apply};
use super::{Output, OutputId, Program, Source};
use crate::facts::deal::day_number;

/// So many deals are decided at once.
pub(crate) const DEALS: usize = 128;

/// What a register holds for each of the deals.
type Column = [Cell; DEALS];

/// Decides deals of which nothing is presumed.
#[allow(clippy::vec_box, reason = "what an instruction writes takes the place of a register, and is not copied there")]
#[derive(Debug)]
pub(crate) struct Chunk {
    program: Arc<Program>,
    registers: Vec<Box<Column>>,
    /// What an instruction writes to, which then takes the place of a register.
    spare: Box<Column>,
    /// The slots that are filled.
    slots: Vec<u32>,
    /// Of which of them something is presumed, unless the deal says more.
    presumed: Vec<bool>,
    /// Texts that the policy does not name, by their numbers behind those that it does.
    texts: FxHashMap<Box<str>, Cell>,
    /// Which deals are decided in all, and lean on nothing that is presumed.
    settled: [bool; DEALS],
}

/// What a decision came to for some deals.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cells<'c> {
    /// The values.
    pub(crate) values: &'c [Cell],
    /// How numbers are held.
    pub(crate) form: Form,
    /// How many decimals the decision may have.
    pub(crate) places: u32,
}

impl Chunk {
    /// For deals that give these facts; nothing where a program cannot be run like this, or some of the other facts are presumed.
    pub(crate) fn of(program: &Arc<Program>, lanes: &[&Lane], strict: bool) -> Option<Chunk> {
        let is_straight = program.code.steps.iter().all(|step| step.each.is_none())
            && program.outputs.iter().all(|output| output.list.is_none() && output.form.kind != Kind::Text);
        let slots: Vec<u32> = lanes.iter().map(|lane| lane.slot()).collect();
        let schema = &program.policy.schema;
        let presumed = |slot: u32| {
            let is_read = program.code.read.contains(&slot);
            !strict
                && is_read
                && schema.facts.iter().nth(slot as usize).is_some_and(|(_, fact)| fact.presumed.is_some())
        };
        let others = (0..program.slots.as_of).filter(|slot| !slots.contains(slot));
        if !is_straight || others.clone().any(presumed) {
            return None;
        }
        let mut registers = vec![Box::new([OPEN; DEALS]); program.code.registers_used(program.slots.len())];
        for &(register, cell) in &program.code.constants {
            registers.get_mut(register as usize)?.fill(cell);
        }
        let date = program.as_of.map_or(OPEN, day_number);
        registers.get_mut(program.slots.as_of as usize)?.fill(date);
        let presumed = slots.iter().map(|slot| presumed(*slot)).collect();
        let (program, texts) = (Arc::clone(program), FxHashMap::default());
        Some(Chunk {
            program,
            registers,
            spare: Box::new([OPEN; DEALS]),
            slots,
            presumed,
            texts,
            settled: [false; DEALS],
        })
    }

    /// The number of a text.
    pub(crate) fn text(&mut self, text: &str) -> Cell {
        let named = self.program.slots.text(text);
        if named >= 0 {
            return named;
        }
        if let Some(known) = self.texts.get(text) {
            return *known;
        }
        let next = (self.program.slots.named().len() + self.texts.len()) as Cell;
        self.texts.insert(text.into(), next);
        next
    }

    /// Forgets texts, of which every deal may bring new ones.
    pub(crate) fn forget_texts(&mut self) {
        self.texts.clear();
    }

    /// Decides deals of which `columns` gives the facts, as many as there are cells in each.
    pub(crate) fn run<'l>(&mut self, columns: impl Iterator<Item = &'l [Cell]>, deals: usize) {
        let deals = deals.min(DEALS);
        self.settled = [true; DEALS];
        let mut all_given = true;
        for ((slot, presumed), cells) in self.slots.iter().zip(&self.presumed).zip(columns) {
            let Some(register) = self.registers.get_mut(*slot as usize) else { continue };
            let Some(cells) = cells.get(..deals) else { continue };
            register[..deals].copy_from_slice(cells);
            let open = cells.iter().fold(false, |open, cell| open | (*cell == OPEN));
            all_given &= !open;
            if open && *presumed {
                self.settled.iter_mut().zip(cells).for_each(|(settled, cell)| *settled &= *cell != OPEN);
            }
        }
        let covered = |slot: &u32| self.slots.contains(slot) || *slot == self.program.slots.as_of;
        all_given &= self.program.code.read.iter().all(covered);
        let program = Arc::clone(&self.program);
        for step in &program.code.steps {
            for (code, checked) in step.block.runs(all_given) {
                for instruction in code {
                    if checked {
                        carry_out::<true>(instruction, &mut self.registers, &mut self.spare);
                    } else {
                        carry_out::<false>(instruction, &mut self.registers, &mut self.spare);
                    }
                }
            }
        }
        for output in &program.outputs {
            let settled = &mut self.settled;
            match output.value {
                Source::Register(register) => {
                    if let Some(cells) = self.registers.get(register as usize) {
                        settled.iter_mut().zip(cells.iter()).for_each(|(settled, cell)| *settled &= !is_stop(*cell));
                    }
                }
                Source::Constant(cell) if !is_stop(cell) => {}
                _ => *settled = [false; DEALS],
            }
        }
    }

    /// Which deals are decided in all, and lean on nothing that is presumed.
    pub(crate) fn settled(&self) -> &[bool; DEALS] {
        &self.settled
    }

    /// What a decision came to for these deals; `room` is for one that always comes to the same.
    pub(crate) fn cells<'c>(&'c self, id: OutputId, room: &'c mut Column) -> Option<Cells<'c>> {
        let output = self.program.output(id)?;
        let values: &[Cell] = match output.value {
            Source::Register(register) => &**self.registers.get(register as usize)?,
            Source::Constant(cell) => {
                room.fill(cell);
                room
            }
            Source::Kept(_) => return None,
        };
        Some(Cells { values, form: output.form, places: output.places })
    }

    /// For which deals a decision is its default, if it can be for any.
    pub(crate) fn defaults(&self, id: OutputId) -> Option<[bool; DEALS]> {
        let output: &Output = self.program.output(id).filter(|output| output.has_default_state)?;
        let mut defaults = [true; DEALS];
        for line in &output.rules {
            match line.applies {
                Source::Register(register) => {
                    let applies = self.registers.get(register as usize)?;
                    defaults.iter_mut().zip(applies.iter()).for_each(|(default, applies)| *default &= *applies != 1);
                }
                Source::Constant(1) => return Some([false; DEALS]),
                Source::Constant(_) | Source::Kept(_) => {}
            }
        }
        Some(defaults)
    }
}

impl Cells<'_> {
    /// The cell of none.
    pub(crate) const NONE: Cell = NONE;

    /// Whether some value is none.
    pub(crate) fn has_none(&self, deals: &Range<usize>) -> bool {
        let values = self.values.get(deals.clone()).unwrap_or_default();
        values.iter().fold(false, |none, cell| none | (*cell == NONE))
    }

    /// Whether it is none.
    pub(crate) fn is_none(&self, deal: usize) -> bool {
        self.values.get(deal) == Some(&NONE)
    }

    /// A number as the integer that it is after moving its point by so many decimals.
    pub(crate) fn decimal(&self, deal: usize) -> Option<(i64, u32)> {
        super::outcome::decimal(*self.values.get(deal)?, self.form.places, self.places)
    }
}

/// Carries out an instruction for all deals. None reads the register that it writes.
#[inline(never)]
fn carry_out<const CHECKED: bool>(instruction: &Instruction, registers: &mut [Box<Column>], to: &mut Box<Column>) {
    let Instruction { op, flags, .. } = *instruction;
    let of = |register: Register| registers.get(register as usize);
    let (Some(a), Some(b), Some(c)) = (of(instruction.a), of(instruction.b), of(instruction.c)) else { return };
    macro_rules! each {
        ($($op:ident)*) => {
            match op {
                $(Op::$op => {
                    for (((to, a), b), c) in to.iter_mut().zip(a.iter()).zip(b.iter()).zip(c.iter()) {
                        *to = apply::<CHECKED>(Op::$op, flags, *a, *b, *c);
                    }
                })*
            }
        };
    }
    each!(
        Not And Or Select Less AtMost Greater AtLeast Equal Unequal In Add Subtract Between Multiply AddWide SubtractWide
        MultiplyWide Scale Min Max Abs Dividend Divisor Round Floor Ceil AddMonthsLast AddMonthsNext NotBelow NotAbove
        Divisible Then Worse Agree Collect Otherwise Needed Conflicting
    );
    if let Some(register) = registers.get_mut(instruction.to as usize) {
        std::mem::swap(register, to);
    }
}
