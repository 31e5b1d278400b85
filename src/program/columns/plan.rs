//! The instructions of a program as steps over columns: how wide each column is, and which of them share room.
//!
//! There are two plans of a program. The *narrow* one is for chunks in which everything that is read is given: columns
//! are as wide as what is declared proves to be enough, and nothing looks for stops where none can be. The *whole*
//! one is for all others, with cells of 64 bits, among which stops say what is unknown and what has no value.

use rustc_hash::FxHashMap;

use crate::program::cell::Cell;
use crate::program::code::{Instruction, Register};
use crate::program::op::Op;
use crate::program::{Program, Source};

/// How many bits a row of a column has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Width {
    W8,
    W16,
    W32,
    W64,
}

impl Width {
    /// The least that holds everything between these.
    fn of((low, high): (i64, i64)) -> Width {
        let fits = |least: i64, most: i64| low >= least && high <= most;
        match () {
            () if fits(i8::MIN.into(), i8::MAX.into()) => Width::W8,
            () if fits(i16::MIN.into(), i16::MAX.into()) => Width::W16,
            () if fits(i32::MIN.into(), i32::MAX.into()) => Width::W32,
            () => Width::W64,
        }
    }
}

/// What kind of loop a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Two columns of this width to truths.
    Compare(Width),
    /// Truths to truths.
    Truth,
    /// Two columns of this width to one of the same.
    Arithmetic(Width),
    /// By a truth one of two columns of this width.
    Select(Width),
    /// The same in another width, which holds it.
    Convert(Width, Width),
    /// Cells to cells.
    Whole { checked: bool },
}

impl Shape {
    /// The widths of what it reads.
    fn reads(self) -> [Option<Width>; 3] {
        match self {
            Shape::Compare(width) | Shape::Arithmetic(width) => [Some(width), Some(width), None],
            Shape::Truth => [Some(Width::W8), Some(Width::W8), None],
            Shape::Select(width) => [Some(Width::W8), Some(width), Some(width)],
            Shape::Convert(from, _) => [Some(from), None, None],
            Shape::Whole { .. } => [Some(Width::W64); 3],
        }
    }

    fn writes(self) -> Width {
        match self {
            Shape::Compare(_) | Shape::Truth => Width::W8,
            Shape::Arithmetic(width) | Shape::Select(width) | Shape::Convert(_, width) => width,
            Shape::Whole { .. } => Width::W64,
        }
    }
}

/// A loop over columns. While a plan is made, the operands are numbers of values; then, places in the bank of their width.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) shape: Shape,
    pub(super) op: Op,
    pub(super) flags: u8,
    pub(super) a: u32,
    pub(super) b: u32,
    pub(super) c: u32,
    pub(super) to: u32,
}

/// Where a column stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) width: Width,
    pub(super) at: u32,
}

/// Steps over columns.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) steps: Vec<Step>,
    /// How many columns there are of each width.
    pub(super) counts: [usize; 4],
    pub(super) constants: Vec<(Place, Cell)>,
    /// The columns of the slots.
    pub(super) slots: Vec<Place>,
    /// Where the registers stand in the end that somebody may ask for.
    pub(super) results: FxHashMap<Register, Place>,
}

impl Plan {
    /// The plan for chunks in which everything is given, or for any.
    pub(super) fn of(program: &Program, narrow: bool) -> Plan {
        let mut make = Make {
            program,
            narrow,
            widths: Vec::new(),
            steps: Vec::new(),
            slots: Vec::new(),
            constant_of: program.code.constants.iter().copied().collect(),
            constants: FxHashMap::default(),
            registers: FxHashMap::default(),
            converted: FxHashMap::default(),
        };
        make.slots();
        for step in &program.code.steps {
            for (instruction, stops) in step.block.instructions() {
                make.instruction(&instruction, stops || !narrow);
            }
        }
        make.finish()
    }
}

/// A plan in the making. Each value is written once and has a number.
struct Make<'p> {
    program: &'p Program,
    narrow: bool,
    /// By value.
    widths: Vec<Width>,
    steps: Vec<Step>,
    slots: Vec<u32>,
    constant_of: FxHashMap<Register, Cell>,
    constants: FxHashMap<(Cell, Width), u32>,
    registers: FxHashMap<Register, u32>,
    converted: FxHashMap<(u32, Width), u32>,
}

impl<'p> Make<'p> {
    fn value(&mut self, width: Width) -> u32 {
        self.widths.push(width);
        (self.widths.len() - 1) as u32
    }

    /// What a register needs.
    fn width(&self, register: Register) -> Width {
        let range = self.program.code.ranges.get(&register).filter(|_| self.narrow);
        range.map_or(Width::W64, |range| Width::of(*range))
    }

    fn slots(&mut self) {
        let as_of = self.program.slots.as_of;
        let mut facts = self.program.policy.schema.facts.iter().map(|(_, fact)| fact);
        for (slot, register) in (0..=as_of).zip(0..) {
            let width = match facts.next() {
                Some(fact) if self.narrow && !fact.ty.optional => Width::of(self.program.slots.bounds(slot)),
                Some(_) => Width::W64,
                None if self.narrow => Width::W32,
                None => Width::W64,
            };
            let value = self.value(width);
            self.slots.push(value);
            self.registers.insert(register, value);
        }
    }

    /// A constant in a width.
    fn constant(&mut self, cell: Cell, width: Width) -> u32 {
        if let Some(known) = self.constants.get(&(cell, width)) {
            return *known;
        }
        let value = self.value(width);
        self.constants.insert((cell, width), value);
        value
    }

    /// The value of a register in a width that holds it.
    fn at(&mut self, register: Register, width: Width) -> u32 {
        if let Some(&cell) = self.constant_of.get(&register) {
            return self.constant(cell, width);
        }
        let Some(&value) = self.registers.get(&register) else { return self.constant(0, width) };
        let own = self.widths.get(value as usize).copied().unwrap_or(width);
        if own == width {
            return value;
        }
        if let Some(known) = self.converted.get(&(value, width)) {
            return *known;
        }
        let to = self.value(width);
        let step = Step { shape: Shape::Convert(own, width), op: Op::Then, flags: 0, a: value, b: 0, c: 0, to };
        self.steps.push(step);
        self.converted.insert((value, width), to);
        to
    }

    fn instruction(&mut self, i: &Instruction, checked: bool) {
        let [a, b, c, to] = [i.a, i.b, i.c, i.to].map(|register| self.width(register));
        let truths = a == Width::W8 && b == Width::W8 && to == Width::W8;
        let shape = match i.op {
            _ if checked => Shape::Whole { checked },
            Op::Less | Op::AtMost | Op::Greater | Op::AtLeast | Op::Equal | Op::Unequal => Shape::Compare(a.max(b)),
            Op::Not | Op::And | Op::Or if truths => Shape::Truth,
            Op::Add | Op::Subtract | Op::Between | Op::Multiply | Op::Min | Op::Max | Op::Abs => {
                Shape::Arithmetic(a.max(b).max(to))
            }
            Op::Select if a == Width::W8 => Shape::Select(b.max(c).max(to)),
            Op::In if self.within_set(i) => return,
            _ => Shape::Whole { checked },
        };
        let operands = [i.a, i.b, i.c];
        let mut values = [0; 3];
        for ((value, register), width) in values.iter_mut().zip(operands).zip(shape.reads()) {
            if let Some(width) = width {
                *value = self.at(register, width);
            }
        }
        let to = self.step(shape, i.op, i.flags, values);
        self.registers.insert(i.to, to);
    }

    fn step(&mut self, shape: Shape, op: Op, flags: u8, [a, b, c]: [u32; 3]) -> u32 {
        let to = self.value(shape.writes());
        self.steps.push(Step { shape, op, flags, a, b, c, to });
        to
    }

    /// Whether one of few: a comparison with each, since there are no shifts of narrow columns by each other.
    fn within_set(&mut self, i: &Instruction) -> bool {
        const MOST: u32 = 6;
        let (Some(&set), Some(&(low, high))) = (self.constant_of.get(&i.b), self.program.code.ranges.get(&i.a)) else {
            return false;
        };
        let width = self.width(i.a);
        let members: Vec<i64> = (low.max(0)..=high.min(62)).filter(|bit| set >> bit & 1 == 1).collect();
        if low < 0 || high > 62 || set < 0 || members.is_empty() || members.len() > MOST as usize {
            return false;
        }
        let of = self.at(i.a, width);
        let mut any = None;
        for member in members {
            let member = self.constant(member, width);
            let is = self.step(Shape::Compare(width), Op::Equal, 0, [of, member, 0]);
            any = Some(match any {
                Some(any) => self.step(Shape::Truth, Op::Or, 0, [any, is, 0]),
                None => is,
            });
        }
        if let Some(any) = any {
            self.registers.insert(i.to, any);
        }
        true
    }

    /// The registers that somebody may ask for.
    fn asked(&self) -> Vec<Register> {
        let outputs = &self.program.outputs;
        let of = |output: &'p crate::program::Output| {
            let rules = output.rules.iter().filter(|_| output.has_default_state).map(|line| line.applies);
            std::iter::once(output.value).chain(rules)
        };
        let register = |source| match source {
            Source::Register(register) => Some(register),
            Source::Constant(_) | Source::Kept(_) => None,
        };
        outputs.iter().flat_map(of).filter_map(register).collect()
    }

    /// Leaves out what nobody needs, and gives each value its place.
    fn finish(mut self) -> Plan {
        let results: Vec<(Register, u32)> =
            self.asked().into_iter().filter_map(|register| Some((register, *self.registers.get(&register)?))).collect();
        let mut kept = vec![false; self.widths.len()];
        let mut keep = |value: u32| {
            if let Some(kept) = kept.get_mut(value as usize) {
                *kept = true;
            }
        };
        results.iter().for_each(|(_, value)| keep(*value));
        self.slots.iter().for_each(|value| keep(*value));
        self.constants.values().for_each(|value| keep(*value));
        // From the end: what is written and not read afterwards is left out, and each value is read last somewhere.
        let mut last: Vec<Option<usize>> = vec![None; self.widths.len()];
        let mut needed = vec![false; self.steps.len()];
        for (at, step) in self.steps.iter().enumerate().rev() {
            let to = step.to as usize;
            let is_needed = kept.get(to) == Some(&true) || last.get(to).is_some_and(Option::is_some);
            if !is_needed {
                continue;
            }
            needed[at] = true;
            for value in step.operands() {
                if let Some(last) = last.get_mut(value as usize) {
                    last.get_or_insert(at);
                }
            }
        }
        let mut room = Room {
            widths: &self.widths,
            free: Default::default(),
            counts: [0; 4],
            places: vec![None; self.widths.len()],
        };
        let slots = self.slots.iter().map(|value| room.place(*value)).collect();
        let constants = self.constants.iter().map(|((cell, _), value)| (room.place(*value), *cell)).collect();
        let mut steps = Vec::new();
        for (at, step) in self.steps.iter().enumerate().filter(|(at, _)| needed.get(*at) == Some(&true)) {
            let to = room.place(step.to).at;
            let [a, b, c] = [step.a, step.b, step.c].map(|value| room.of(value).at);
            steps.push(Step { a, b, c, to, ..*step });
            let mut done: Vec<u32> = step.operands().collect();
            done.sort_unstable();
            done.dedup();
            for value in done {
                if last.get(value as usize) == Some(&Some(at)) && kept.get(value as usize) == Some(&false) {
                    room.give_back(value);
                }
            }
        }
        let results = results.into_iter().map(|(register, value)| (register, room.of(value))).collect();
        self.steps.clear();
        Plan { steps, counts: room.counts, constants, slots, results }
    }
}

impl Step {
    fn operands(&self) -> impl Iterator<Item = u32> + use<> {
        let read = self.shape.reads();
        [self.a, self.b, self.c].into_iter().zip(read).filter_map(|(value, width)| width.map(|_| value))
    }
}

/// Places in banks.
struct Room<'m> {
    widths: &'m [Width],
    free: [Vec<u32>; 4],
    counts: [usize; 4],
    places: Vec<Option<Place>>,
}

impl Room<'_> {
    fn of(&self, value: u32) -> Place {
        self.places.get(value as usize).copied().flatten().unwrap_or(Place { width: Width::W64, at: 0 })
    }

    fn place(&mut self, value: u32) -> Place {
        let width = self.widths.get(value as usize).copied().unwrap_or(Width::W64);
        let at = self.free[width as usize].pop().unwrap_or_else(|| {
            self.counts[width as usize] += 1;
            (self.counts[width as usize] - 1) as u32
        });
        let place = Place { width, at };
        if let Some(known) = self.places.get_mut(value as usize) {
            *known = Some(place);
        }
        place
    }

    fn give_back(&mut self, value: u32) {
        let place = self.of(value);
        self.free[place.width as usize].push(place.at);
    }
}
