//! Arithmetic: numbers of different decimals, and fractions.

use super::{Lower, Lowered, Reason};
use crate::base::{ArithmeticOp, CompareOp, Number};
use crate::policy::{ExprId, Function};
use crate::program::cell::MOST;
use crate::program::graph::{Cause, NodeId};
use crate::program::op::Op;

/// More decimals than this are not held: 10^18 is the largest power of ten that a cell holds.
const MOST_PLACES: u32 = 18;

impl Lower<'_> {
    /// A number; open where it cannot be held.
    pub(super) fn number(&mut self, number: Number) -> Lowered {
        let fits = |n: i128| i64::try_from(n).ok().filter(|n| n.unsigned_abs() <= MOST.unsigned_abs());
        let decimal = number.places().filter(|places| *places <= MOST_PLACES).and_then(|places| {
            let power = 10i128.checked_pow(places)?;
            Some((fits(number.numerator().checked_mul(power / number.denominator())?)?, places))
        });
        if let Some((cell, places)) = decimal {
            return Lowered { node: self.graph.constant(cell), divisor: None, places };
        }
        match (fits(number.numerator()), fits(number.denominator())) {
            (Some(over), Some(under)) => {
                let divisor = Some(self.graph.constant(under));
                Lowered { node: self.graph.constant(over), divisor, places: 0 }
            }
            _ => self.open(Reason::Number),
        }
    }

    fn power(&mut self, places: u32) -> Option<NodeId> {
        let power = (places <= MOST_PLACES).then(|| 10i64.pow(places))?;
        Some(self.graph.constant(power))
    }

    /// The same number with more decimals.
    pub(super) fn with_places(&mut self, number: Lowered, places: u32) -> Lowered {
        if places <= number.places {
            return number;
        }
        match self.power(places - number.places) {
            Some(power) => Lowered { node: self.graph.apply(Op::Scale, &[number.node, power]), places, ..number },
            None => self.open(Reason::Number),
        }
    }

    /// The same two numbers with equal decimals.
    pub(super) fn aligned(&mut self, a: Lowered, b: Lowered) -> (Lowered, Lowered) {
        let places = a.places.max(b.places);
        (self.with_places(a, places), self.with_places(b, places))
    }

    fn times(&mut self, a: NodeId, b: Option<NodeId>) -> NodeId {
        match b {
            Some(b) => self.graph.apply(Op::MultiplyWide, &[a, b]),
            None => a,
        }
    }

    fn product_of(&mut self, a: Option<NodeId>, b: Option<NodeId>) -> Option<NodeId> {
        match (a, b) {
            (Some(a), b) => Some(self.times(a, b)),
            (None, b) => b,
        }
    }

    /// Two numbers as cells that compare as the numbers do.
    pub(super) fn comparable(&mut self, a: Lowered, b: Lowered) -> (NodeId, NodeId) {
        let (a, b) = self.aligned(a, b);
        if a.divisor == b.divisor {
            return (a.node, b.node);
        }
        (self.times(a.node, b.divisor), self.times(b.node, a.divisor))
    }

    pub(super) fn compare(&mut self, op: CompareOp, a: Lowered, b: Lowered) -> NodeId {
        let (a, b) = self.comparable(a, b);
        let op = match op {
            CompareOp::Less => Op::Less,
            CompareOp::LessOrEqual => Op::AtMost,
            CompareOp::Greater => Op::Greater,
            CompareOp::GreaterOrEqual => Op::AtLeast,
        };
        self.graph.apply(op, &[a, b])
    }

    pub(super) fn equal(&mut self, a: Lowered, b: Lowered, negated: bool) -> NodeId {
        let (a, b) = self.comparable(a, b);
        self.graph.apply(if negated { Op::Unequal } else { Op::Equal }, &[a, b])
    }

    pub(super) fn arithmetic(&mut self, id: ExprId, op: ArithmeticOp, a: Lowered, b: Lowered) -> Lowered {
        match op {
            ArithmeticOp::Add => self.sum(Op::AddWide, a, b),
            ArithmeticOp::Subtract => self.sum(Op::SubtractWide, a, b),
            ArithmeticOp::Multiply => {
                let node = self.times(a.node, Some(b.node));
                let divisor = self.product_of(a.divisor, b.divisor);
                self.held(Lowered { node, divisor, places: a.places + b.places })
            }
            ArithmeticOp::Divide => self.quotient(id, a, b),
        }
    }

    fn held(&mut self, number: Lowered) -> Lowered {
        if number.places <= MOST_PLACES { number } else { self.open(Reason::Number) }
    }

    fn sum(&mut self, op: Op, a: Lowered, b: Lowered) -> Lowered {
        let (a, b) = self.aligned(a, b);
        if a.divisor == b.divisor {
            return Lowered { node: self.graph.apply(op, &[a.node, b.node]), ..a };
        }
        let (left, right) = (self.times(a.node, b.divisor), self.times(b.node, a.divisor));
        let node = self.graph.apply(op, &[left, right]);
        Lowered { node, divisor: self.product_of(a.divisor, b.divisor), places: a.places }
    }

    fn quotient(&mut self, id: ExprId, a: Lowered, b: Lowered) -> Lowered {
        let zero = self.graph.fault(id, Cause::DivisionByZero);
        let over = self.graph.apply(Op::Dividend, &[a.node, b.node, zero]);
        let under = self.graph.apply(Op::Divisor, &[b.node]);
        let node = self.times(over, b.divisor);
        let divisor = Some(self.times(under, a.divisor));
        if a.places >= b.places {
            return Lowered { node, divisor, places: a.places - b.places };
        }
        let power = self.power(b.places - a.places);
        match power {
            Some(power) => Lowered { node: self.times(node, Some(power)), divisor, places: 0 },
            None => self.open(Reason::Number),
        }
    }

    /// Two numbers in one form, so that either may stand where a number of that form is asked for.
    pub(super) fn alike(&mut self, a: Lowered, b: Lowered) -> (Lowered, Lowered) {
        let (a, b) = self.aligned(a, b);
        if a.divisor == b.divisor {
            return (a, b);
        }
        let one = self.graph.constant(1);
        let whole = |number: Lowered| Lowered { divisor: Some(number.divisor.unwrap_or(one)), ..number };
        (whole(a), whole(b))
    }

    /// One of two numbers.
    pub(super) fn either(&mut self, condition: NodeId, then: Lowered, otherwise: Lowered) -> Lowered {
        let (then, otherwise) = self.alike(then, otherwise);
        let mut node = self.graph.select(condition, then.node, otherwise.node);
        let divisor = then.divisor.zip(otherwise.divisor).map(|(a, b)| {
            let divisor = self.graph.select(condition, a, b);
            if self.graph.info(divisor).stops {
                // Where the condition is a stop the number is it; where the divisor did not fit, the number is open as well.
                node = self.graph.apply(Op::Then, &[divisor, node]);
                self.graph.apply(Op::Divisor, &[divisor])
            } else {
                divisor
            }
        });
        Lowered { node, divisor, places: then.places }
    }

    pub(super) fn call(&mut self, id: ExprId, function: Function, arguments: &[Lowered]) -> Lowered {
        let Some(&first) = arguments.first() else { return self.open(Reason::Number) };
        let rest = arguments.get(1..).unwrap_or_default();
        match function {
            Function::Min | Function::Max => {
                let op = if function == Function::Min { Op::Min } else { Op::Max };
                rest.iter().fold(first, |so_far, &next| self.extreme(op, so_far, next))
            }
            Function::Abs => Lowered { node: self.graph.apply(Op::Abs, &[first.node]), ..first },
            Function::Round(places) => self.rounded(Op::Round, first, places),
            Function::Floor => self.rounded(Op::Floor, first, 0),
            Function::Ceil => self.rounded(Op::Ceil, first, 0),
            Function::AddMonthsOrLastDay => self.later(id, Op::AddMonthsLast, first, rest, 1),
            Function::AddMonthsOrNextDay => self.later(id, Op::AddMonthsNext, first, rest, 1),
            Function::AddYearsOrLastDay => self.later(id, Op::AddMonthsLast, first, rest, 12),
            Function::AddYearsOrNextDay => self.later(id, Op::AddMonthsNext, first, rest, 12),
        }
    }

    fn extreme(&mut self, op: Op, a: Lowered, b: Lowered) -> Lowered {
        let (a, b) = self.alike(a, b);
        if a.divisor == b.divisor {
            return Lowered { node: self.graph.apply(op, &[a.node, b.node]), ..a };
        }
        let first = self.compare(if op == Op::Min { CompareOp::LessOrEqual } else { CompareOp::GreaterOrEqual }, a, b);
        self.either(first, a, b)
    }

    /// A number of at most `places` decimals.
    fn rounded(&mut self, op: Op, number: Lowered, places: u32) -> Lowered {
        if number.divisor.is_none() && number.places <= places {
            return number;
        }
        // number = node / (10^own × divisor), and the result is that times 10^places.
        let (up, down) = (places.saturating_sub(number.places), number.places.saturating_sub(places));
        let (Some(up), Some(down)) = (self.power(up), self.power(down)) else { return self.open(Reason::Number) };
        let divisor = self.times(down, number.divisor);
        Lowered { node: self.graph.apply(op, &[number.node, divisor, up]), divisor: None, places }
    }

    fn later(&mut self, id: ExprId, op: Op, date: Lowered, rest: &[Lowered], months: i64) -> Lowered {
        let &[count] = rest else { return self.open(Reason::Number) };
        if count.places != 0 || count.divisor.is_some() {
            return self.open(Reason::Number);
        }
        let months = self.graph.constant(months);
        let months = self.graph.apply(Op::MultiplyWide, &[count.node, months]);
        let outside = self.graph.fault(id, Cause::DateOutOfRange);
        Lowered::plain(self.graph.apply(op, &[date.node, months, outside]))
    }
}
