//! A policy as a graph of operations on cells, in which nothing stands twice.
//!
//! A node is made after its operands, so that the order of nodes is an order of evaluation. What is known when a node is
//! made (constants, and with the date everything that depends on it alone) is worked out at once, and between which ends
//! a number lies is worked out with it: arithmetic that is shown to fit is not checked when it runs.

use rustc_hash::FxHashMap;

use super::cell::{Cell, MOST, NONE, NOTHING, OPEN, is_stop};
use super::op::{LEFT_FAILS, Op, apply};
use crate::policy::{ConstantId, DecisionId, ExprId, LookupId};

/// How many choices in one another are looked at where one is compared with a constant.
const CHOICES: u32 = 16;

/// A node of a [`Graph`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct NodeId(pub(crate) u32);

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// This cell.
    Constant(Cell),
    /// What is given for a fact, the length of a list, or the date.
    Slot(u32),
    /// A field of the record at hand, of this list.
    Field { list: u32, slot: u32 },
    /// An operation.
    Apply { op: Op, flags: u8, operands: [NodeId; 3] },
    /// Over the records of a list: `so_far op value`, from `start` on.
    Fold { op: Op, flags: u8, list: u32, start: Cell, value: NodeId },
}

/// What is known of a node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Info {
    /// Between which ends its values lie, none apart.
    pub(crate) low: i64,
    pub(crate) high: i64,
    /// It may be none.
    pub(crate) none: bool,
    /// It may be a stop though everything is given.
    pub(crate) stops: bool,
    /// The list of whose records it is taken for each.
    pub(crate) list: Option<u32>,
    /// How many folds there are one after the other on the way to it.
    pub(crate) level: u32,
}

/// Why an expression has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Cause {
    DivisionByZero,
    OutOfRange,
    TooManyDecimals,
    DateOutOfRange,
    NotYetInForce(ConstantId),
    NeedsConflict(DecisionId),
    NeedsError(DecisionId),
    LookupGap(LookupId),
    LookupConflict(LookupId),
}

/// Nodes and faults.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    nodes: Vec<(Kind, Info)>,
    known: FxHashMap<Kind, NodeId>,
    /// What can go wrong, and where: the faults by their number.
    pub(crate) faults: Vec<(ExprId, Cause)>,
    fault_numbers: FxHashMap<(ExprId, Cause), usize>,
}

impl Graph {
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(crate) fn kind(&self, id: NodeId) -> Kind {
        self.nodes.get(id.0 as usize).map_or(Kind::Constant(OPEN), |(kind, _)| *kind)
    }

    pub(crate) fn info(&self, id: NodeId) -> Info {
        self.nodes.get(id.0 as usize).map_or(Info::of(OPEN), |(_, info)| *info)
    }

    pub(crate) fn constant_of(&self, id: NodeId) -> Option<Cell> {
        match self.kind(id) {
            Kind::Constant(cell) => Some(cell),
            _ => None,
        }
    }

    pub(crate) fn constant(&mut self, cell: Cell) -> NodeId {
        self.add(Kind::Constant(cell), Info::of(cell))
    }

    /// The fault of an expression.
    pub(crate) fn fault(&mut self, expr: ExprId, cause: Cause) -> NodeId {
        let next = self.faults.len();
        let number = *self.fault_numbers.entry((expr, cause)).or_insert(next);
        if number == next {
            self.faults.push((expr, cause));
        }
        self.constant(super::cell::fault(number))
    }

    pub(crate) fn add(&mut self, kind: Kind, info: Info) -> NodeId {
        let next = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        let id = *self.known.entry(kind).or_insert(next);
        if id == next {
            self.nodes.push((kind, info));
        }
        id
    }

    pub(crate) fn not(&mut self, a: NodeId) -> NodeId {
        if let Kind::Apply { op: Op::Not, operands, .. } = self.kind(a) {
            return operands[0];
        }
        self.apply(Op::Not, &[a])
    }

    pub(crate) fn and(&mut self, a: NodeId, b: NodeId) -> NodeId {
        match (self.constant_of(a), self.constant_of(b)) {
            (Some(1), _) => b,
            (Some(0), _) => a,
            (_, Some(1)) => a,
            (_, Some(0)) if !self.info(a).stops => b,
            _ if a == b => a,
            _ => self.apply(Op::And, &[a, b]),
        }
    }

    pub(crate) fn or(&mut self, a: NodeId, b: NodeId) -> NodeId {
        match (self.constant_of(a), self.constant_of(b)) {
            (Some(0), _) => b,
            (Some(1), _) => a,
            (_, Some(0)) => a,
            (_, Some(1)) if !self.info(a).stops => b,
            _ if a == b => a,
            _ => self.apply(Op::Or, &[a, b]),
        }
    }

    pub(crate) fn select(&mut self, condition: NodeId, then: NodeId, otherwise: NodeId) -> NodeId {
        match self.constant_of(condition) {
            Some(0) => otherwise,
            Some(cell) if !is_stop(cell) => then,
            _ => self.apply(Op::Select, &[condition, then, otherwise]),
        }
    }

    /// `b`, once `a` has a value.
    pub(crate) fn then(&mut self, a: NodeId, b: NodeId) -> NodeId {
        if self.info(a).stops { self.apply(Op::Then, &[a, b]) } else { b }
    }

    /// An operation on up to three operands. Of records of two lists at once it is open.
    pub(crate) fn apply(&mut self, op: Op, operands: &[NodeId]) -> NodeId {
        let zero = || operands.first().copied().unwrap_or(NodeId(0));
        let at = |i: usize| operands.get(i).copied().unwrap_or_else(zero);
        let operands = [at(0), at(1), at(2)];
        if self.mixes(&operands) {
            return self.constant(OPEN);
        }
        let [a, b, _] = operands.map(|id| self.info(id));
        let flags = if a.stops { LEFT_FAILS } else { 0 };
        let known = operands.map(|id| self.constant_of(id));
        if let [Some(a), Some(b), Some(c)] = known {
            return self.constant(apply::<true>(op, flags, a, b, c));
        }
        if let Some(condition) = known[1].and_then(|constant| self.chosen(op, operands[0], constant, CHOICES)) {
            return condition;
        }
        // One way round, so that more instructions are of one operation. Which of two stops comes first would differ.
        let (op, operands) = match op {
            Op::Greater if !a.stops && !b.stops => (Op::Less, [operands[1], operands[0], operands[1]]),
            Op::AtLeast if !a.stops && !b.stops => (Op::AtMost, [operands[1], operands[0], operands[1]]),
            op => (op, operands),
        };
        let [a, b, c] = operands.map(|id| self.info(id));
        let known = operands.map(|id| self.constant_of(id));
        let narrowed = |op: Op, info: Info| match op {
            Op::AddWide if !info.stops => Op::Add,
            Op::SubtractWide if !info.stops => Op::Subtract,
            Op::MultiplyWide if !info.stops => Op::Multiply,
            Op::Scale if !info.stops && !a.none => Op::Multiply,
            op => op,
        };
        let info = Info { ..Info::of_result(op, a, b, c) };
        let fits = Info { stops: info.stops || a.stops || b.stops, ..info };
        // Whether operands may be stops is not what the narrower form is about.
        let op = narrowed(op, info);
        match op {
            // What always holds.
            Op::NotBelow if a.low >= b.low => return operands[0],
            Op::NotAbove if a.high <= b.high => return operands[0],
            Op::Multiply if known[1] == Some(1) && !b.stops => return operands[0],
            Op::Multiply if known[0] == Some(1) && !a.stops => return operands[1],
            Op::Add if known[1] == Some(0) => return operands[0],
            Op::Add if known[0] == Some(0) => return operands[1],
            _ => {}
        }
        let info = Info { stops: stops(op, fits, a, b, c), ..info };
        self.add(Kind::Apply { op, flags, operands }, info)
    }

    /// What a choice between constants comes to when it is compared with a constant, where that is a constant too, or a
    /// condition of the choice, or the opposite of one.
    fn chosen(&mut self, op: Op, choice: NodeId, constant: Cell, depth: u32) -> Option<NodeId> {
        if depth == 0 || !matches!(op, Op::Less | Op::AtMost | Op::Greater | Op::AtLeast | Op::Equal | Op::Unequal) {
            return None;
        }
        let side = |graph: &mut Graph, side: NodeId| match graph.constant_of(side) {
            Some(cell) => Some(graph.constant(apply::<true>(op, 0, cell, constant, constant))),
            None => graph.chosen(op, side, constant, depth - 1),
        };
        let Kind::Apply { op: Op::Select, operands: [condition, then, otherwise], .. } = self.kind(choice) else {
            return None;
        };
        let (then, otherwise) = (side(self, then)?, side(self, otherwise)?);
        match (self.constant_of(then), self.constant_of(otherwise)) {
            // A condition that stops is what the choice comes to.
            (then, otherwise) if then == otherwise && then.is_some() && !self.info(condition).stops => {
                Some(self.constant(then?))
            }
            (Some(1), Some(0)) => Some(condition),
            (Some(0), Some(1)) => Some(self.not(condition)),
            _ => None,
        }
    }

    /// A question about each record of a list, which has at most so many. One that looks at records of another list as
    /// well is open.
    pub(crate) fn fold(&mut self, op: Op, list: u32, start: Cell, value: NodeId, most: i64) -> NodeId {
        let of = self.info(value);
        if of.list.is_some_and(|of| of != list) {
            return self.constant(OPEN);
        }
        let many = |end: i64| i128::from(end) * i128::from(most);
        let (low, high) = (many(of.low).min(0), many(of.high).max(0));
        let fits = low >= -i128::from(MOST) && high <= i128::from(MOST);
        let (op, low, high) = match op {
            Op::AddWide if fits => (Op::Add, low as i64, high as i64),
            Op::AddWide => (op, -MOST, MOST),
            _ => (op, 0, 1),
        };
        let stops = of.stops || op == Op::AddWide;
        let flags = if of.stops { LEFT_FAILS } else { 0 };
        let info = Info { low, high, none: false, stops, list: None, level: of.level + 1 };
        self.add(Kind::Fold { op, flags, list, start, value }, info)
    }

    /// Whether a node is taken for each record of another list than that one.
    fn mixes(&self, nodes: &[NodeId]) -> bool {
        let mut lists = nodes.iter().filter_map(|id| self.info(*id).list);
        let first = lists.next();
        lists.any(|list| Some(list) != first)
    }
}

/// Whether a result may be a stop. `fits` says so of the operands `a` and `b` and of the arithmetic itself.
fn stops(op: Op, fits: Info, a: Info, b: Info, c: Info) -> bool {
    match op {
        Op::Not | Op::Abs => a.stops,
        Op::Select => a.stops || b.stops || c.stops,
        Op::Divisor => false,
        Op::Dividend | Op::AddMonthsLast | Op::AddMonthsNext | Op::NotBelow | Op::NotAbove | Op::Divisible => true,
        Op::Agree | Op::Conflicting => true,
        Op::Collect => a.stops || b.stops || c.stops,
        Op::Needed => true,
        // The first operand is not used where the second is looked at.
        Op::Otherwise => a.stops || b.stops,
        _ => fits.stops,
    }
}

impl Info {
    pub(crate) fn of(cell: Cell) -> Info {
        let value = !is_stop(cell) && cell != NONE && cell != NOTHING;
        let (low, high) = if value { (cell, cell) } else { (MOST, -MOST) };
        Info { low, high, none: cell == NONE, stops: is_stop(cell), list: None, level: 0 }
    }

    /// What is known of a result. `stops` says only whether the arithmetic itself may not fit.
    fn of_result(op: Op, a: Info, b: Info, c: Info) -> Info {
        let wide = |i: i64| i128::from(i);
        // Ends of values that cannot be (a stop has none) are in no order.
        let empty = a.low > a.high || b.low > b.high;
        let corners = |f: fn(i128, i128) -> i128| {
            let all = [(a.low, b.low), (a.low, b.high), (a.high, b.low), (a.high, b.high)];
            let all = all.map(|(x, y)| f(wide(x), wide(y)));
            (all.into_iter().fold(i128::MAX, i128::min), all.into_iter().fold(i128::MIN, i128::max))
        };
        let far = wide(MOST);
        let mut stops = false;
        let (low, high) = match op {
            Op::Add | Op::AddWide => (wide(a.low) + wide(b.low), wide(a.high) + wide(b.high)),
            Op::Subtract | Op::SubtractWide => (wide(a.low) - wide(b.high), wide(a.high) - wide(b.low)),
            Op::Between => (wide(b.low) - wide(a.high), wide(b.high) - wide(a.low)),
            Op::Multiply | Op::MultiplyWide | Op::Scale => corners(|x, y| x * y),
            Op::Min => (wide(a.low.min(b.low)), wide(a.high.min(b.high))),
            Op::Max => (wide(a.low.max(b.low)), wide(a.high.max(b.high))),
            Op::Select => (wide(b.low.min(c.low)), wide(b.high.max(c.high))),
            Op::Otherwise => (wide(a.low.min(b.low)), wide(a.high.max(b.high))),
            Op::Agree => (wide(a.low.min(c.low)), wide(a.high.max(c.high))),
            Op::Then => (wide(b.low), wide(b.high)),
            Op::Needed | Op::Conflicting => (wide(a.low), wide(a.high)),
            Op::NotBelow => (wide(a.low.max(b.low)), wide(a.high)),
            Op::NotAbove => (wide(a.low), wide(a.high.min(b.high))),
            Op::Divisible => (wide(a.low), wide(a.high)),
            Op::Abs | Op::Dividend | Op::Divisor => {
                let most = wide(a.low).abs().max(wide(a.high).abs()).max(1);
                (if op == Op::Dividend { -most } else { 0 }, most)
            }
            Op::Round | Op::Floor | Op::Ceil => {
                // What is divided by is a whole number of at least one.
                let least = wide(b.low.max(1));
                let most = wide(a.low).abs().max(wide(a.high).abs()) * wide(c.high.max(1)) / least + 1;
                (-most, most)
            }
            Op::AddMonthsLast | Op::AddMonthsNext => (-30_000, 90_000),
            Op::Collect => (0, far),
            _ => (0, 1),
        };
        stops |= !empty && (low < -far || high > far);
        let (low, high) = (low.clamp(-far, far) as i64, high.clamp(-far, far) as i64);
        let none = match op {
            Op::Select => b.none || c.none,
            Op::Scale | Op::NotBelow | Op::NotAbove | Op::Divisible | Op::Needed | Op::Conflicting => a.none,
            Op::Then => b.none,
            Op::Otherwise => a.none || b.none,
            Op::Agree => a.none || c.none,
            _ => false,
        };
        let list = a.list.or(b.list).or(c.list);
        let level = a.level.max(b.level).max(c.level);
        Info { low, high, none, stops, list, level }
    }
}
