//! A graph as instructions over registers, and running them.
//!
//! The first registers are the slots, so that setting a fact is writing a register. Each node that is needed has a
//! register of its own and keeps it: after a run, everything that was worked out on the way still stands there. That is the
//! trace.
//!
//! Instructions come in *runs*. Where there are some of one operation, it is looked up once for all of them: to find out what
//! the next instruction does costs as much as doing it. So they are put in an order in which many of the same come
//! together. Where all that a program reads is given, only the runs that can meet a stop are looked through for
//! them; where something is unknown, all are.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::cell::Cell;
use super::graph::{Graph, Kind, NodeId};
use super::op::{Op, apply, for_op};

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
    runs: Vec<Run>,
}

/// Instructions that are done in one loop.
#[derive(Clone, Copy, Debug)]
struct Run {
    /// Behind its last instruction.
    end: usize,
    /// The operation of all of them, where there are enough of one.
    op: Option<Op>,
    /// Whether they can meet a stop though everything is given.
    stops: bool,
}

/// As many instructions of one operation have a loop of their own; that of fewer costs more than it saves.
const ENOUGH: usize = 8;

impl Block {
    /// These instructions, each with whether it can meet a stop though everything is given. One that reads what another
    /// writes stands behind it here; an instruction may read what it writes itself.
    fn of(instructions: &[(Instruction, bool)]) -> Block {
        let order = schedule(instructions);
        let ordered: Vec<(Instruction, bool)> =
            order.into_iter().filter_map(|place| instructions.get(place).copied()).collect();
        let mut block = Block { code: ordered.iter().map(|(instruction, _)| *instruction).collect(), runs: Vec::new() };
        let mut end = 0;
        for alike in ordered.chunk_by(|(one, stops), (other, stop)| one.op == other.op && stops == stop) {
            end += alike.len();
            let Some((first, stops)) = alike.first() else { continue };
            let run = Run { end, op: (alike.len() >= ENOUGH).then_some(first.op), stops: *stops };
            match block.runs.last_mut() {
                Some(last) if last.op.is_none() && run.op.is_none() && last.stops == run.stops => last.end = end,
                _ => block.runs.push(run),
            }
        }
        block
    }

    /// Its instructions in the order of what they write, each with whether it can meet a stop though everything is given.
    pub(crate) fn instructions(&self) -> Vec<(Instruction, bool)> {
        let mut all: Vec<(Instruction, bool)> = self
            .parts()
            .flat_map(|(run, code)| code.iter().map(move |instruction| (*instruction, run.stops)))
            .collect();
        all.sort_by_key(|(instruction, _)| instruction.to);
        all
    }

    /// How many instructions it has.
    pub(crate) fn len(&self) -> usize {
        self.code.len()
    }

    /// The runs with their instructions.
    #[inline]
    fn parts(&self) -> impl Iterator<Item = (Run, &[Instruction])> {
        let mut start = 0;
        self.runs
            .iter()
            .map(move |run| (*run, self.code.get(std::mem::replace(&mut start, run.end)..run.end).unwrap_or_default()))
    }

    /// Runs it. `given` says that no register holds a stop that it does not expect.
    #[inline]
    pub(crate) fn run(&self, registers: &mut Registers, given: bool) {
        for (run, code) in self.parts() {
            match (run.op, run.stops || !given) {
                (None, true) => mixed::<true>(code, registers),
                (None, false) => mixed::<false>(code, registers),
                (Some(op), true) => alike::<true>(op, code, registers),
                (Some(op), false) => alike::<false>(op, code, registers),
            }
        }
    }
}

#[inline(never)]
fn mixed<const CHECKED: bool>(code: &[Instruction], registers: &mut Registers) {
    for i in code {
        let (a, b, c) = (registers[i.a as usize], registers[i.b as usize], registers[i.c as usize]);
        registers[i.to as usize] = apply::<CHECKED>(i.op, i.flags, a, b, c);
    }
}

#[inline(never)]
fn alike<const CHECKED: bool>(op: Op, code: &[Instruction], registers: &mut Registers) {
    for_op!(op, all, OP => for i in code {
        let (a, b, c) = (registers[i.a as usize], registers[i.b as usize], registers[i.c as usize]);
        registers[i.to as usize] = apply::<CHECKED>(OP, i.flags, a, b, c);
    });
}

/// An order in which each instruction stands behind those whose results it reads, with long runs of one operation: of the
/// operations that could be next, the one of which most instructions are ready.
fn schedule(instructions: &[(Instruction, bool)]) -> Vec<usize> {
    let writes: FxHashMap<Register, usize> =
        instructions.iter().enumerate().map(|(place, (instruction, _))| (instruction.to, place)).collect();
    let mut waits = vec![0_u32; instructions.len()];
    let mut readers: Vec<Vec<usize>> = vec![Vec::new(); instructions.len()];
    for (place, (Instruction { a, b, c, .. }, _)) in instructions.iter().enumerate() {
        let mut sources: Vec<usize> = [a, b, c].into_iter().filter_map(|read| writes.get(read).copied()).collect();
        sources.sort_unstable();
        sources.dedup();
        for source in sources.into_iter().filter(|source| *source != place) {
            waits[place] += 1;
            readers[source].push(place);
        }
    }
    let kind = |place: usize| instructions.get(place).map(|(instruction, stops)| (instruction.op as u8, *stops));
    let mut ready: BTreeMap<Option<(u8, bool)>, Vec<usize>> = BTreeMap::new();
    for place in (0..instructions.len()).filter(|place| waits[*place] == 0) {
        ready.entry(kind(place)).or_default().push(place);
    }
    let mut order = Vec::with_capacity(instructions.len());
    while let Some(next) = ready.iter().max_by_key(|(_, places)| places.len()).map(|(kind, _)| *kind) {
        // What becomes ready meanwhile and is of the same operation joins the run.
        while let Some(mut places) = ready.remove(&next) {
            places.sort_unstable();
            for &place in &places {
                for &reader in &readers[place] {
                    waits[reader] -= 1;
                    if waits[reader] == 0 {
                        ready.entry(kind(reader)).or_default().push(reader);
                    }
                }
            }
            order.append(&mut places);
        }
    }
    order
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
            let of_level = nodes.iter().filter(|id| {
                let info = self.graph.info(**id);
                info.level == level && info.list.is_none()
            });
            let instructions: Vec<(Instruction, bool)> = of_level.filter_map(|id| self.instruction(*id)).collect();
            self.last_step().block = Block::of(&instructions);
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
        let mut body = Vec::new();
        let nodes = (0u32..).zip(&needed).filter(|(_, needed)| **needed).map(|(id, _)| NodeId(id));
        for id in nodes.filter(|id| self.graph.info(*id).list == Some(list)) {
            match self.graph.kind(id) {
                Kind::Field { slot, .. } => each.fields.push((slot, self.register(id))),
                _ => body.extend(self.instruction(id)),
            }
        }
        for &id in folds {
            let Kind::Fold { op, flags, start, value, .. } = self.graph.kind(id) else { continue };
            let (to, value_stops) = (self.register(id), self.graph.info(id).stops);
            each.start.push((to, start));
            let value = self.register(value);
            body.push((Instruction { op, flags, to, a: to, b: value, c: value }, value_stops));
        }
        each.body = Block::of(&body);
        each.kept = kept.iter().map(|&id| self.register(id)).collect();
        each
    }
}

#[cfg(test)]
mod tests {
    use super::{Block, Instruction, Register};
    use crate::program::op::Op;

    fn instruction(op: Op, to: Register, a: Register, b: Register) -> (Instruction, bool) {
        (Instruction { op, flags: 0, to, a, b, c: a }, false)
    }

    #[test]
    fn instructions_of_one_operation_come_together_behind_what_they_read() {
        // Nine times: a comparison (10, 12, …), and what it comes to together with the one before (11, 13, …).
        let written: Vec<(Instruction, bool)> = (0..9)
            .flat_map(|n| {
                [instruction(Op::Less, 10 + 2 * n, n, n + 1), instruction(Op::And, 11 + 2 * n, 10 + 2 * n, 9 + 2 * n)]
            })
            .collect();
        let block = Block::of(&written);
        let order: Vec<Register> = block.code.iter().map(|instruction| instruction.to).collect();
        assert_eq!(order, [10, 12, 14, 16, 18, 20, 22, 24, 26, 11, 13, 15, 17, 19, 21, 23, 25, 27]);
        let runs: Vec<(usize, Option<Op>)> = block.runs.iter().map(|run| (run.end, run.op)).collect();
        assert_eq!(runs, [(9, Some(Op::Less)), (18, Some(Op::And))]);
        // Whoever wants them as they were written has them so.
        let again: Vec<Register> = block.instructions().iter().map(|(instruction, _)| instruction.to).collect();
        assert_eq!(again, (10..28).collect::<Vec<Register>>());
    }

    #[test]
    fn few_of_one_operation_share_a_loop_with_others() {
        let block = Block::of(&[
            instruction(Op::Less, 10, 0, 1),
            instruction(Op::Equal, 11, 0, 1),
            instruction(Op::Not, 12, 11, 11),
        ]);
        assert_eq!(block.runs.iter().map(|run| (run.end, run.op)).collect::<Vec<_>>(), [(3, None)]);
    }
}
