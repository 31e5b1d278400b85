//! What a space assumes of comparisons that cannot be settled by splitting one fact.
//!
//! `cell.role_load >= cell.role_limit` cuts the space of two facts along a diagonal. Instead of
//! following it step by step, a space can assume how the two sides compare; wherever they are
//! compared again, the assumption holds.

use super::eval::Hand;
use super::lift::Deps;
use super::relation::Sign;
use crate::facts::Value;

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

/// How two sides are assumed to compare.
#[derive(Clone, Debug)]
pub(super) struct Assumption {
    pub(super) pair: Pair,
    pub(super) signs: Signs,
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
    assumptions.iter().fold(Signs::ALL, |signs, assumed| {
        if assumed.pair.hands != pair.hands || assumed.pair.left != pair.left {
            return signs;
        }
        match (&assumed.pair.right, &pair.right) {
            (Side::Structure(a), Side::Structure(b)) if a == b => signs.and(assumed.signs),
            (Side::Value(v), Side::Value(w)) => signs.and(implied(assumed.signs, v, w)),
            _ => signs,
        }
    })
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
