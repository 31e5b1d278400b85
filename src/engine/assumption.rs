//! What a space assumes beyond what each fact may be.
//!
//! `cell.role_load >= cell.role_limit` cuts the space of two facts along a diagonal. Instead of
//! following it step by step, a space can assume how the two sides compare; wherever they are
//! compared again, the assumption holds. In the same way it can assume what a decision or
//! definition comes to that others rest on.

use super::eval::{Evaluator, Hand};
use super::lift::{Deps, Lift, Union, Values};
use super::relation::Sign;
use super::verdict::Verdict;
use crate::facts::Value;
use crate::policy::Node;

/// A set of ways in which two sides may compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Signs(u8);

impl Signs {
    pub(super) const ALL: Signs = Signs(0b111);
    pub(super) const NONE: Signs = Signs(0);

    pub(super) fn of(signs: impl IntoIterator<Item = Sign>) -> Signs {
        Signs(signs.into_iter().fold(0, |set, sign| set | sign.bit()))
    }

    pub(super) fn and(self, other: Signs) -> Signs {
        Signs(self.0 & other.0)
    }

    pub(super) fn iter(self) -> impl Iterator<Item = Sign> {
        [Sign::Less, Sign::Equal, Sign::Greater].into_iter().filter(move |s| self.0 & s.bit() != 0)
    }

    pub(super) fn reversed(self) -> Signs {
        Signs::of(self.iter().map(Sign::reversed))
    }

    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// One side of a comparison: an expression by its structure, or a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// Expressions of one structure, for the same records at hand, are equal.
    Structure(u32),
    Value(Value),
}

/// Two sides, a value at the right; the records at hand where they are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) left: u32,
    pub(super) right: Side,
    pub(super) hands: Vec<Hand>,
}

/// Something that holds in every completion of a space.
#[derive(Clone, Debug)]
pub(super) enum Assumption {
    /// Two sides compare in one of these ways.
    Relation { pair: Pair, signs: Signs },
    /// A definition or decision comes to this value, or (`is` false) does not.
    Node { node: Node, value: Value, is: bool },
}

/// A definition or decision about the deal that is open.
#[derive(Clone, Debug)]
pub(super) struct OpenNode {
    pub(super) node: Node,
    /// One of the values it may come to.
    pub(super) value: Value,
    /// What it depends on.
    pub(super) deps: Deps,
}

/// A comparison that is open, and how to split it.
#[derive(Clone, Debug)]
pub(super) struct OpenRelation {
    pub(super) pair: Pair,
    /// The ways for which the condition holds.
    pub(super) wanted: Signs,
    /// What the two sides depend on.
    pub(super) deps: Deps,
}

/// How `pair` may compare under `assumptions`.
pub(super) fn allowed(assumptions: &[Assumption], pair: &Pair) -> Signs {
    assumptions.iter().fold(Signs::ALL, |signs, assumption| {
        let Assumption::Relation { pair: assumed, signs: with } = assumption else { return signs };
        if assumed.hands != pair.hands || assumed.left != pair.left {
            return signs;
        }
        match (&assumed.right, &pair.right) {
            (Side::Structure(a), Side::Structure(b)) if a == b => signs.and(*with),
            (Side::Value(v), Side::Value(w)) => signs.and(implied(*with, v, w)),
            _ => signs,
        }
    })
}

impl Evaluator<'_, '_> {
    /// What a definition about the deal comes to under what the space assumes of it.
    pub(super) fn assume_node(&mut self, node: Node, mut lift: Lift) -> Lift {
        for assumption in &self.space.assumptions {
            let Assumption::Node { node: assumed, value, is } = assumption else { continue };
            if *assumed != node {
                continue;
            }
            if *is && lift.may_be(value) {
                lift = Lift::Known(value.clone());
            } else if *is || lift.known() == Some(value) {
                self.infeasible = true;
            } else if let Lift::Open(open) = &mut lift {
                open.values.remove(value);
                let mut rest = Union::new();
                rest.add(&lift);
                self.infeasible |= !lift.has_values() && !lift.may_fail();
                lift = rest.finish();
            }
        }
        self.hint_node(node, &lift);
        lift
    }

    /// The same for a decision. What it may come to otherwise (a gap, a conflict) is excluded by a value.
    pub(super) fn assume_outcome(&mut self, node: Node, mut verdict: Verdict) -> Verdict {
        let assumed = |a: &Assumption| matches!(a, Assumption::Node { node: n, .. } if *n == node);
        if !self.space.assumptions.iter().any(assumed) {
            self.hint_node(node, &verdict.lift);
            return verdict;
        }
        let fails = verdict.own_gap || verdict.conflict.is_some();
        let lift = std::mem::replace(&mut verdict.lift, Lift::boolean(false));
        let before = self.infeasible;
        let lift = self.assume_node(node, lift);
        let is = |a: &Assumption| matches!(a, Assumption::Node { node: n, is: true, .. } if *n == node);
        if self.space.assumptions.iter().any(is) {
            verdict.own_gap = false;
            verdict.conflict = None;
        } else if fails {
            // Without the value, it may still be a gap or a conflict.
            self.infeasible = before;
        }
        verdict.lift = lift;
        verdict
    }

    fn hint_node(&mut self, node: Node, lift: &Lift) {
        let Some(open) = lift.open() else { return };
        let Values::Few(few) = &open.values else { return };
        let Some(Value::Boolean(_) | Value::Variant(_)) = few.last() else { return };
        if let (Some(value), Some(hints)) = (few.first(), &mut self.hints) {
            hints.nodes.push(OpenNode { node, value: value.clone(), deps: open.deps.clone() });
        }
    }
}

/// How something compares with `to` that compares with `with` in one of these ways.
fn implied(signs: Signs, with: &Value, to: &Value) -> Signs {
    let one = |sign: Sign| match (sign, with.cmp(to)) {
        (Sign::Equal, ordering) => Signs::of([Sign::of(ordering)]),
        (sign, std::cmp::Ordering::Equal) => Signs::of([sign]),
        (Sign::Less, std::cmp::Ordering::Less) => Signs::of([Sign::Less]),
        (Sign::Greater, std::cmp::Ordering::Greater) => Signs::of([Sign::Greater]),
        _ => Signs::ALL,
    };
    signs.iter().fold(Signs::NONE, |all, sign| Signs::of(all.iter().chain(one(sign).iter())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Number;

    #[test]
    fn an_assumption_about_one_value_says_something_of_others() {
        let value = |n: i64| Value::Number(Number::from(n));
        let less = Signs::of([Sign::Less]);
        let at_least = Signs::of([Sign::Equal, Sign::Greater]);
        assert_eq!(implied(less, &value(50), &value(50)), less);
        assert_eq!(implied(less, &value(50), &value(60)), less);
        assert_eq!(implied(less, &value(50), &value(30)), Signs::ALL);
        assert_eq!(implied(at_least, &value(50), &value(30)), Signs::of([Sign::Greater]));
        assert_eq!(implied(at_least, &value(50), &value(60)), Signs::ALL);
    }
}
