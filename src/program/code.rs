//! A graph as instructions over registers, and running them.
//!
//! The first registers are the slots, so that setting a fact is writing a register. Each node that is needed has a
//! register of its own and keeps it: after a run, everything that was worked out on the way still stands there. That is the
//! trace.
//!
//! Instructions come in *runs*. Where all that a program reads is given, only the runs that can meet a stop are looked
//! through for them; where something is unknown, all are.

use rustc_hash::FxHashMap;

use super::cell::Cell;
use super::graph::{Graph, Kind, NodeId};
use super::op::{Op, apply};

/// How many registers there are. With numbers of 16 bits, none can be out of bounds.
pub(crate) const REGISTERS: usize = 1 << 16;
/// The registers.
pub(crate) type Registers = [Cell; REGISTERS];
/// The number of a register.
pub(crate) type Register = u16;

/// `to` becomes what `op` makes of `a`, `b` and `c`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Instruction {
    pub(crate) op: Op,
    pub(crate) flags: u8,
    pub(crate) to: Register,
    pub(crate) a: Register,
    pub(crate) b: Register,
    pub(crate) c: Register,
}

/// Instructions one after the other.
#[derive(Clone, Debug, Default)]
pub(crate) struct Block {
    code: Vec<Instruction>,
    /// Where each run ends, and whether it can meet a stop though everything is given.
    runs: Vec<(usize, bool)>,
}

impl Block {
    fn push(&mut self, instruction: Instruction, stops: bool) {
        self.code.push(instruction);
        match self.runs.last_mut() {
            Some((end, of)) if *of == stops => *end = self.code.len(),
            _ => self.runs.push((self.code.len(), stops)),
        }
    }

    /// Its instructions, each with whether it can meet a stop though everything is given.
    pub(crate) fn instructions(&self) -> impl Iterator<Item = (&Instruction, bool)> {
        let mut runs = self.runs.iter();
        let mut run = runs.next();
        self.code.iter().enumerate().map(move |(at, instruction)| {
            while run.is_some_and(|(end, _)| *end <= at) {
                run = runs.next();
            }
            (instruction, run.is_none_or(|(_, stops)| *stops))
        })
    }

    /// How many instructions it has.
    pub(crate) fn len(&self) -> usize {
        self.code.len()
    }

    /// Runs it. `given` says that no register holds a stop that it does not expect.
    #[inline]
    pub(crate) fn run(&self, registers: &mut Registers, given: bool) {
        if !given {
            return run::<true>(&self.code, registers);
        }
        let mut start = 0;
        for &(end, stops) in &self.runs {
            let code = self.code.get(start..end).unwrap_or_default();
            if stops {
                run::<true>(code, registers)
            } else {
                run::<false>(code, registers)
            }
            start = end;
        }
    }
}

fn run<const CHECKED: bool>(code: &[Instruction], registers: &mut Registers) {
    for i in code {
        let (a, b, c) = (registers[i.a as usize], registers[i.b as usize], registers[i.c as usize]);
        registers[i.to as usize] = apply::<CHECKED>(i.op, i.flags, a, b, c);
    }
}

/// What is done for each record of a list.
#[derive(Clone, Debug, Default)]
pub(crate) struct Loop {
    /// The slot of the list.
    pub(crate) list: u32,
    /// The slots of the fields that are read, and the registers that hold them for the record at hand.
    pub(crate) fields: Vec<(u32, Register)>,
    /// Registers that are set before the first record.
    pub(crate) start: Vec<(Register, Cell)>,
    pub(crate) body: Block,
    /// Registers that are kept of each record, in the order of what asks for them.
    pub(crate) kept: Vec<Register>,
}

/// Instructions, and then a loop.
#[derive(Clone, Debug, Default)]
pub(crate) struct Step {
    pub(crate) block: Block,
    pub(crate) each: Option<Loop>,
}

/// A graph as code.
#[derive(Debug, Default)]
pub(crate) struct Code {
    pub(crate) steps: Vec<Step>,
    /// What registers hold before anything runs.
    pub(crate) constants: Vec<(Register, Cell)>,
    registers: FxHashMap<NodeId, Register>,
    /// Between which ends registers lie that hold a value, and neither none nor a stop, wherever everything is given.
    pub(crate) ranges: FxHashMap<Register, (i64, i64)>,
    /// How many registers are in use.
    used: usize,
    /// The slots that are read, those of fields and lists among them.
    pub(crate) read: Vec<u32>,
    /// For each list of which something is taken for each record: where that stands in [`Code::steps`].
    pub(crate) each: FxHashMap<u32, usize>,
}

impl Code {
    /// The register of a node, if it is needed for anything.
    pub(crate) fn register(&self, node: NodeId) -> Option<Register> {
        self.registers.get(&node).copied()
    }

    /// How many registers are in use, the slots among them.
    pub(crate) fn registers_used(&self, slots: usize) -> usize {
        self.used.max(slots)
    }

    /// Code for everything that these need, if there are registers enough for it.
    pub(crate) fn of(graph: &Graph, slots: usize, roots: &[NodeId]) -> Option<Code> {
        let mut emit = Emit { graph, code: Code::default(), next: slots, live: live(graph, roots) };
        emit.registers();
        if emit.next >= REGISTERS {
            return None;
        }
        emit.steps(roots);
        emit.code.used = emit.next;
        Some(emit.code)
    }
}

/// Which nodes anything needs.
fn live(graph: &Graph, roots: &[NodeId]) -> Vec<bool> {
    let mut live = vec![false; graph.len()];
    for root in roots {
        mark(&mut live, *root);
    }
    for place in (0..graph.len()).rev() {
        if !live.get(place).copied().unwrap_or(false) {
            continue;
        }
        match graph.kind(NodeId(place as u32)) {
            Kind::Apply { operands, .. } => operands.into_iter().for_each(|operand| mark(&mut live, operand)),
            Kind::Fold { value, .. } => mark(&mut live, value),
            Kind::Constant(_) | Kind::Slot(_) | Kind::Field { .. } => {}
        }
    }
    live
}

fn mark(live: &mut [bool], node: NodeId) {
    if let Some(live) = live.get_mut(node.0 as usize) {
        *live = true;
    }
}

struct Emit<'g> {
    graph: &'g Graph,
    code: Code,
    /// The next register.
    next: usize,
    live: Vec<bool>,
}

impl Emit<'_> {
    fn nodes(&self) -> impl Iterator<Item = NodeId> + use<> {
        let live: Vec<NodeId> = (0u32..).zip(&self.live).filter(|(_, live)| **live).map(|(id, _)| NodeId(id)).collect();
        live.into_iter()
    }

    fn registers(&mut self) {
        for id in self.nodes() {
            let own = match self.graph.kind(id) {
                Kind::Slot(slot) => {
                    self.code.read.push(slot);
                    slot as usize
                }
                kind => {
                    let next = self.next;
                    self.next += 1;
                    let register = next as Register;
                    match kind {
                        Kind::Constant(cell) => self.code.constants.push((register, cell)),
                        Kind::Field { slot, list } => self.code.read.extend([slot, list]),
                        Kind::Fold { list, .. } => self.code.read.push(list),
                        Kind::Slot(_) | Kind::Apply { .. } => {}
                    }
                    next
                }
            };
            self.code.registers.insert(id, own as Register);
            let info = self.graph.info(id);
            if !info.stops && !info.none && info.low <= info.high {
                self.code.ranges.insert(own as Register, (info.low, info.high));
            }
        }
        self.code.read.sort_unstable();
        self.code.read.dedup();
    }

    fn register(&self, id: NodeId) -> Register {
        self.code.register(id).unwrap_or(Register::MAX)
    }

    fn steps(&mut self, roots: &[NodeId]) {
        let nodes: Vec<NodeId> = self.nodes().collect();
        let levels = nodes.iter().map(|id| self.graph.info(*id).level).max().unwrap_or(0);
        for level in 0..=levels {
            if level > 0 {
                let folds = nodes.iter().filter_map(|&id| match self.graph.kind(id) {
                    Kind::Fold { list, .. } if self.graph.info(id).level == level => Some((list, id)),
                    _ => None,
                });
                let mut by_list: Vec<(u32, Vec<NodeId>)> = Vec::new();
                for (list, id) in folds {
                    match by_list.iter_mut().find(|(of, _)| *of == list) {
                        Some((_, folds)) => folds.push(id),
                        None => by_list.push((list, vec![id])),
                    }
                }
                for (list, folds) in by_list {
                    let each = self.each(list, &folds, &[]);
                    self.last_step().each = Some(each);
                    self.code.steps.push(Step::default());
                }
            }
            for &id in nodes.iter().filter(|id| self.graph.info(**id).level == level) {
                if self.graph.info(id).list.is_none() {
                    let instruction = self.instruction(id);
                    let block = &mut self.last_step().block;
                    instruction.into_iter().for_each(|(instruction, stops)| block.push(instruction, stops));
                }
            }
        }
        let mut lists: Vec<u32> = roots.iter().filter_map(|id| self.graph.info(*id).list).collect();
        lists.sort_unstable();
        lists.dedup();
        for list in lists {
            let kept: Vec<NodeId> =
                roots.iter().copied().filter(|id| self.graph.info(*id).list == Some(list)).collect();
            let each = self.each(list, &[], &kept);
            let place = self.code.steps.len().saturating_sub(1);
            self.last_step().each = Some(each);
            self.code.each.insert(list, place);
            self.code.steps.push(Step::default());
        }
    }

    fn last_step(&mut self) -> &mut Step {
        if self.code.steps.is_empty() {
            self.code.steps.push(Step::default());
        }
        let last = self.code.steps.len() - 1;
        &mut self.code.steps[last]
    }

    fn instruction(&self, id: NodeId) -> Option<(Instruction, bool)> {
        let Kind::Apply { op, flags, operands } = self.graph.kind(id) else { return None };
        let of = operands.map(|operand| self.graph.info(operand).stops);
        let stops = match op {
            // These hold what they are given, or look for stops themselves.
            Op::Otherwise | Op::Then | Op::Worse | Op::Needed | Op::Conflicting | Op::Divisor => false,
            Op::Not | Op::Select | Op::Abs | Op::NotBelow | Op::NotAbove | Op::Divisible => of[0],
            Op::Dividend | Op::AddMonthsLast | Op::AddMonthsNext => of[0] || of[1],
            _ => of.contains(&true),
        };
        let [a, b, c] = operands.map(|operand| self.register(operand));
        Some((Instruction { op, flags, to: self.register(id), a, b, c }, stops))
    }

    /// What is done for each record of a list, for these questions about it and these nodes about its records.
    fn each(&self, list: u32, folds: &[NodeId], kept: &[NodeId]) -> Loop {
        let mut each = Loop { list, ..Loop::default() };
        let values = folds.iter().filter_map(|&id| match self.graph.kind(id) {
            Kind::Fold { value, .. } => Some(value),
            _ => None,
        });
        let roots: Vec<NodeId> = values.chain(kept.iter().copied()).collect();
        let needed = live(self.graph, &roots);
        let nodes = (0u32..).zip(&needed).filter(|(_, needed)| **needed).map(|(id, _)| NodeId(id));
        for id in nodes.filter(|id| self.graph.info(*id).list == Some(list)) {
            match self.graph.kind(id) {
                Kind::Field { slot, .. } => each.fields.push((slot, self.register(id))),
                _ => {
                    if let Some((instruction, stops)) = self.instruction(id) {
                        each.body.push(instruction, stops);
                    }
                }
            }
        }
        for &id in folds {
            let Kind::Fold { op, flags, start, value, .. } = self.graph.kind(id) else { continue };
            let (to, value_stops) = (self.register(id), self.graph.info(id).stops);
            each.start.push((to, start));
            let value = self.register(value);
            each.body.push(Instruction { op, flags, to, a: to, b: value, c: value }, value_stops);
        }
        each.kept = kept.iter().map(|&id| self.register(id)).collect();
        each
    }
}
