//! Conditions: connectives, choices and comparisons.
//!
//! Where every operand is one value, each is what it is in the ordinary meaning of the policy, and
//! nothing is gathered. The rest of each function is about operands that are open.

use super::eval::Evaluator;
use super::lift::{Lift, Union, Values};
use super::relation::Sign;
use crate::base::CompareOp;
use crate::facts::Value;
use crate::policy::{DecisionId, ExprId};

impl Evaluator<'_, '_> {
    pub(super) fn not(&mut self, operand: ExprId) -> Lift {
        let operand = self.eval(operand);
        let truth = operand.truth();
        if operand.known().is_some() {
            return Lift::boolean(truth.may_not);
        }
        let mut union = Union::new();
        union.flags(&operand);
        union.truth(truth.may_not, truth.may);
        union.finish()
    }

    pub(super) fn is_none(&mut self, of: ExprId, negated: bool) -> Lift {
        let lift = self.eval(of);
        if let Lift::Known(value) = &lift {
            return Lift::boolean((*value == Value::None) != negated);
        }
        let may = lift.may_be(&Value::None);
        let may_not = lift.open().is_some_and(|o| o.values.may_be_some());
        if may && may_not {
            self.hint_none(of);
        }
        let mut union = Union::new();
        union.flags(&lift);
        if negated {
            union.truth(may_not, may)
        } else {
            union.truth(may, may_not)
        }
        union.finish()
    }

    /// Whether an item of a checklist applies.
    pub(super) fn item(&self, id: ExprId, decision: DecisionId, item: u32) -> Lift {
        let lift = self.decision(id, decision);
        let mut union = Union::new();
        union.flags(&lift);
        match lift.known() {
            Some(Value::Items(items)) => return Lift::boolean(items.contains(item)),
            Some(_) => {}
            None => match lift.open().map(|o| &o.values) {
                Some(Values::Items { certain, open }) => {
                    let (certain, open) = (certain.contains(item), open.contains(item));
                    union.truth(certain || open, !certain);
                }
                Some(Values::Few(sets)) => {
                    for set in sets {
                        if let Value::Items(items) = set {
                            union.value(Value::Boolean(items.contains(item)));
                        }
                    }
                }
                _ => {}
            },
        }
        union.finish()
    }

    /// `and` (settled by false) and `or` (settled by true), from left to right.
    pub(super) fn connect(&mut self, operands: &[ExprId], settled_by: bool) -> Lift {
        let mut union: Option<Union> = None;
        let mut reached = true;
        for (i, &operand) in operands.iter().enumerate() {
            let lift = self.eval(operand);
            let truth = lift.truth();
            let (settles, goes_on) = if settled_by { (truth.may, truth.may_not) } else { (truth.may_not, truth.may) };
            if union.is_some() || lift.known().is_none() {
                let union = union.get_or_insert_default();
                union.flags(&lift);
                if settles {
                    union.value(Value::Boolean(settled_by));
                }
            }
            if !goes_on {
                reached = false;
                operands[i + 1..].iter().for_each(|&o| self.skip(o));
                break;
            }
        }
        let Some(mut union) = union else { return Lift::boolean(reached != settled_by) };
        if reached {
            union.value(Value::Boolean(!settled_by));
        }
        union.finish()
    }

    pub(super) fn choose(&mut self, condition: ExprId, then: ExprId, otherwise: ExprId) -> Lift {
        let test = self.eval(condition);
        let truth = test.truth();
        if test.known().is_some() {
            if truth.may {
                let lift = self.eval(then);
                self.skip(otherwise);
                return lift;
            }
            self.skip(then);
            return self.eval(otherwise);
        }
        let mut union = Union::new();
        union.flags(&test);
        for (taken, branch) in [(truth.may, then), (truth.may_not, otherwise)] {
            if taken {
                let lift = self.eval(branch);
                union.add(&lift);
            } else {
                self.skip(branch);
            }
        }
        union.finish()
    }

    pub(super) fn compare(&mut self, op: CompareOp, left: ExprId, right: ExprId) -> Lift {
        let lifts = [self.eval(left), self.eval(right)];
        self.relate((left, &lifts[0]), (right, &lifts[1]), |sign| match op {
            CompareOp::Less => sign == Sign::Less,
            CompareOp::LessOrEqual => sign != Sign::Greater,
            CompareOp::Greater => sign == Sign::Greater,
            CompareOp::GreaterOrEqual => sign != Sign::Less,
        })
    }

    pub(super) fn is(&mut self, left: ExprId, right: ExprId, negated: bool) -> Lift {
        let lifts = [self.eval(left), self.eval(right)];
        self.equal((left, &lifts[0]), (right, &lifts[1]), negated)
    }

    pub(super) fn among(&mut self, of: ExprId, among: &[ExprId], negated: bool) -> Lift {
        let lift = self.eval(of);
        let mut union = Union::new();
        union.flags(&lift);
        if !lift.has_values() {
            return union.finish();
        }
        let (mut may, mut surely) = (false, false);
        let mut rest = lift.clone();
        for &choice in among {
            let other = self.eval(choice);
            if other.may_fail() {
                union.flags(&other);
            }
            if !other.has_values() {
                return union.finish();
            }
            let truth = self.equal((of, &rest), (choice, &other), false);
            union.flags(&truth);
            may |= truth.truth().may;
            surely |= truth.known() == Some(&Value::Boolean(true));
            if let (Lift::Open(open), Some(value)) = (&mut rest, other.known()) {
                open.values.remove(value);
            }
        }
        let exhausted = !rest.has_values() && !surely;
        let may_not = !surely && !exhausted;
        if negated {
            union.truth(may_not, may)
        } else {
            union.truth(may, may_not)
        }
        union.finish()
    }

    pub(super) fn within(&mut self, of: ExprId, low: Option<ExprId>, high: Option<ExprId>, negated: bool) -> Lift {
        let lift = self.eval(of);
        let mut union = Union::new();
        union.flags(&lift);
        let (mut may, mut may_not) = (lift.has_values(), false);
        for (end, outside) in [(low, Sign::Less), (high, Sign::Greater)] {
            let Some(end) = end else { continue };
            let other = self.eval(end);
            let inside = self.relate((of, &lift), (end, &other), |sign| sign != outside);
            union.flags(&inside);
            if !other.has_values() {
                return union.finish();
            }
            let truth = inside.truth();
            may &= truth.may;
            may_not |= truth.may_not;
        }
        if negated {
            union.truth(may_not, may)
        } else {
            union.truth(may, may_not)
        }
        union.finish()
    }
}
