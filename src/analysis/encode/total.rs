//! Numbers that are made of what the records of one list add to them.

use super::{Encoder, Sum, Symbol};
use crate::analysis::circuit::{Integer, Ratio, TooWide};
use crate::base::ArithmeticOp;
use crate::policy::ExprId;

impl Encoder<'_, '_> {
    /// Whether what is evaluated is the same whichever record is at hand, and for whatever is asked of a table.
    pub(super) fn is_of_the_deal(&self) -> bool {
        self.hands.is_empty() && self.parameters.is_empty()
    }

    /// `id` comes to what `of` does, where it comes to anything.
    pub(super) fn is_total(&mut self, id: ExprId, of: ExprId, symbol: &Symbol) {
        if self.is_of_the_deal()
            && let Some(sum) = self.sums.get(&of)
        {
            self.sums.insert(id, Sum { symbol: symbol.clone(), ..sum.clone() });
        }
    }

    /// `id` comes to what an operation makes of two operands.
    pub(super) fn add_up(&mut self, id: ExprId, op: ArithmeticOp, operands: [(ExprId, &Ratio); 2], symbol: &Symbol) {
        if self.is_of_the_deal()
            && let Ok(Some(sum)) = self.added_up(op, operands, symbol)
        {
            self.sums.insert(id, sum);
        }
    }

    fn added_up(
        &mut self,
        op: ArithmeticOp,
        [left, right]: [(ExprId, &Ratio); 2],
        symbol: &Symbol,
    ) -> Result<Option<Sum>, TooWide> {
        let sums = [left.0, right.0].map(|operand| self.sums.get(&operand).cloned());
        let circuit = &mut *self.circuit;
        // A number that no record adds to.
        let plain = |n: &Ratio, like: &Sum| Sum {
            parts: vec![Ratio::whole(Integer::constant(0)); like.parts.len()],
            rest: n.clone(),
            ..like.clone()
        };
        let (one, other) = match (op, sums) {
            (ArithmeticOp::Add | ArithmeticOp::Subtract, [Some(one), Some(other)]) if one.list == other.list => {
                (one, other)
            }
            (ArithmeticOp::Add | ArithmeticOp::Subtract, [Some(one), None]) => {
                let other = plain(right.1, &one);
                (one, other)
            }
            (ArithmeticOp::Add | ArithmeticOp::Subtract, [None, Some(other)]) => (plain(left.1, &other), other),
            (ArithmeticOp::Multiply, [Some(sum), None]) if right.1.known().is_some() => {
                return sum.each(symbol, |part| part.times(circuit, right.1)).map(Some);
            }
            (ArithmeticOp::Multiply, [None, Some(sum)]) if left.1.known().is_some() => {
                return sum.each(symbol, |part| left.1.times(circuit, part)).map(Some);
            }
            _ => return Ok(None),
        };
        let mut join = |one: &Ratio, other: &Ratio| match op {
            ArithmeticOp::Subtract => one.minus(circuit, other),
            _ => one.plus(circuit, other),
        };
        let rest = join(&one.rest, &other.rest)?;
        let parts = one.parts.iter().zip(&other.parts).map(|(one, other)| join(one, other));
        Ok(Some(Sum { list: one.list, parts: parts.collect::<Result<_, _>>()?, rest, symbol: symbol.clone() }))
    }
}

impl Sum {
    /// The same with something else in place of each number that it is made of.
    fn each(&self, symbol: &Symbol, mut made: impl FnMut(&Ratio) -> Result<Ratio, TooWide>) -> Result<Sum, TooWide> {
        let rest = made(&self.rest)?;
        let parts = self.parts.iter().map(made).collect::<Result<_, _>>()?;
        Ok(Sum { list: self.list, parts, rest, symbol: symbol.clone() })
    }
}
