//! Comparisons over what two sides may be, and what splitting the space would settle.

use std::cmp::Ordering;

use super::assumption::{OpenNode, OpenRelation, Pair, Side, Signs, allowed};
use super::eval::Evaluator;
use super::lift::{Deps, Lift, Union, Values};
use super::space::{Code, Slot};
use crate::base::Number;
use crate::facts::Value;
use crate::policy::{ExprId, ExprKind};

/// How many hints one evaluation keeps.
const MOST_HINTS: usize = 64;

/// How two ordered values compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Less,
    Equal,
    Greater,
}

/// Places where splitting a slot would settle a condition that is open.
#[derive(Clone, Debug, Default)]
pub(super) struct Hints {
    /// A slot, and the first code of the upper part.
    pub(super) cuts: Vec<(Slot, i128)>,
    /// Comparisons that no cut of one slot settles.
    pub(super) relations: Vec<OpenRelation>,
    /// Definitions and decisions about the deal that are open, those that rest on others last.
    pub(super) nodes: Vec<OpenNode>,
}

impl Hints {
    /// Only cuts are left.
    pub(super) fn forget_assumptions(&mut self) {
        self.relations.clear();
        self.nodes.clear();
    }

    fn cut(&mut self, slot: Slot, code: i128) {
        if self.cuts.len() < MOST_HINTS && !self.cuts.contains(&(slot, code)) {
            self.cuts.push((slot, code));
        }
    }

    fn relation(&mut self, relation: OpenRelation) {
        if self.relations.len() < MOST_HINTS && !self.relations.iter().any(|r| r.pair == relation.pair) {
            self.relations.push(relation);
        }
    }
}

impl Evaluator<'_, '_> {
    /// Whether `wanted` holds of how two ordered sides compare.
    pub(super) fn relate(
        &mut self,
        left: (ExprId, &Lift),
        right: (ExprId, &Lift),
        wanted: impl Fn(Sign) -> bool,
    ) -> Lift {
        if let (Lift::Known(a), Lift::Known(b)) = (left.1, right.1)
            && matches!((a, b), (Value::Number(_), Value::Number(_)) | (Value::Date(_), Value::Date(_)))
        {
            return Lift::boolean(wanted(match a.cmp(b) {
                Ordering::Less => Sign::Less,
                Ordering::Equal => Sign::Equal,
                Ordering::Greater => Sign::Greater,
            }));
        }
        let mut union = Union::new();
        union.flags(left.1);
        if !left.1.has_values() {
            return union.finish();
        }
        union.flags(right.1);
        let signs = self.assumed(left, right, signs(left.1, right.1), &wanted);
        let may = signs.iter().any(&wanted);
        let may_not = signs.iter().any(|s| !wanted(s));
        union.truth(may, may_not);
        union.finish()
    }

    /// Whether two sides are equal.
    pub(super) fn equal(&mut self, left: (ExprId, &Lift), right: (ExprId, &Lift), negated: bool) -> Lift {
        let (may, may_not) = match (left.1, right.1) {
            (Lift::Known(a), Lift::Known(b)) => return Lift::boolean((a == b) != negated),
            (Lift::Known(a), Lift::Open(b)) => (b.values.may_be(a), b.values.may_be_other_than(a)),
            (Lift::Open(a), Lift::Known(b)) => (a.values.may_be(b), a.values.may_be_other_than(b)),
            (Lift::Open(a), Lift::Open(b)) => {
                (a.values.meets(&b.values), a.values.may_be_some() && b.values.may_be_some())
            }
        };
        let mut union = Union::new();
        union.flags(left.1);
        if !left.1.has_values() {
            return union.finish();
        }
        union.flags(right.1);
        if self.is_same(left, right) {
            let may = right.1.has_values();
            union.truth(may && !negated, may && negated);
            return union.finish();
        }
        let ordered = |lift: &Lift| lift.open().is_some_and(|o| matches!(o.values, Values::Span { .. }));
        let (may, may_not) = if ordered(left.1) || ordered(right.1) {
            let signs = self.assumed(left, right, signs(left.1, right.1), |s| s == Sign::Equal);
            (may && signs.iter().any(|s| s == Sign::Equal), may_not && signs.iter().any(|s| s != Sign::Equal))
        } else {
            if self.hints.is_some() {
                self.hint_equal(left.0, right.1);
                self.hint_equal(right.0, left.1);
            }
            (may, may_not)
        };
        if negated {
            union.truth(may_not, may)
        } else {
            union.truth(may, may_not)
        }
        union.finish()
    }

    /// How two sides may compare under what the space assumes; notes what would settle it.
    fn assumed(
        &mut self,
        left: (ExprId, &Lift),
        right: (ExprId, &Lift),
        signs: Signs,
        wanted: impl Fn(Sign) -> bool,
    ) -> Signs {
        if self.is_same(left, right) {
            return signs.and(Signs::of([Sign::Equal]));
        }
        if self.hints.is_none() && self.space.assumptions.is_empty() {
            return signs;
        }
        let open = |signs: Signs| signs.iter().any(&wanted) && signs.iter().any(|s| !wanted(s));
        let pair = self.pair(left, right);
        let turn = |signs: Signs, turned: bool| if turned { signs.reversed() } else { signs };
        let mut signs = signs;
        if let Some((pair, turned)) = &pair
            && !signs.is_empty()
        {
            signs = signs.and(turn(allowed(&self.space.assumptions, pair), *turned));
            self.infeasible |= signs.is_empty();
        }
        let cut = self.hint(left, right, &wanted) || self.hint(right, left, |s| wanted(s.reversed()));
        let Some((pair, turned)) = pair.filter(|_| !cut) else { return signs };
        if open(signs)
            && let Some(hints) = &mut self.hints
        {
            let wanted = turn(Signs::of(Signs::ALL.iter().filter(|&s| wanted(s))), turned);
            let mut deps = Deps::new();
            for lift in [left.1, right.1] {
                if let Lift::Open(open) = lift {
                    deps.union_with(&open.deps);
                }
            }
            hints.relation(OpenRelation { pair, wanted, deps });
        }
        signs
    }

    /// Whether two open sides are one expression, so that they are equal in every completion.
    fn is_same(&self, left: (ExprId, &Lift), right: (ExprId, &Lift)) -> bool {
        let open = matches!((left.1, right.1), (Lift::Open(_), Lift::Open(_)));
        let structure = |id| self.world.structure(self.behind(id));
        open && !self.in_lookup() && structure(left.0) == structure(right.0)
    }

    /// Two sides by their structure, and whether they changed places.
    fn pair(&self, left: (ExprId, &Lift), right: (ExprId, &Lift)) -> Option<(Pair, bool)> {
        if self.in_lookup() {
            return None;
        }
        // A fact is a structure even where the space leaves it one value, so that a pair stays the
        // same pair in every part of a space.
        let side = |(id, lift): (ExprId, &Lift)| match (lift, &self.world.policy.exprs[id].kind) {
            (Lift::Known(value), ExprKind::Literal(_) | ExprKind::Constant(_)) => Side::Value(value.clone()),
            _ => Side::Structure(self.world.structure(self.behind(id))),
        };
        let hands = self.hands.clone();
        match (side(left), side(right)) {
            (Side::Structure(a), Side::Structure(b)) if a > b => {
                Some((Pair { left: b, right: Side::Structure(a), hands }, true))
            }
            (Side::Structure(left), right) => Some((Pair { left, right, hands }, false)),
            (value, Side::Structure(left)) => Some((Pair { left, right: value, hands }, true)),
            (Side::Value(_), Side::Value(_)) => None,
        }
    }

    /// Notes where to cut a fact that is compared with a value; whether it is one.
    fn hint(&mut self, slot: (ExprId, &Lift), other: (ExprId, &Lift), wanted: impl Fn(Sign) -> bool) -> bool {
        let Some(value) = other.1.known() else { return false };
        let Some((slot, code, exact)) = self.place(slot.0, value) else { return false };
        // Below the value and at it may differ, at it and above it may differ.
        let cuts = [
            (wanted(Sign::Less) != wanted(Sign::Equal) && exact).then_some(code),
            // The largest code has nothing above it.
            code.checked_add(1).filter(|_| wanted(Sign::Greater) != wanted(Sign::Equal) || !exact),
        ];
        if let Some(hints) = &mut self.hints {
            cuts.into_iter().flatten().for_each(|c| hints.cut(slot, c));
        }
        true
    }

    fn hint_equal(&mut self, slot: ExprId, other: &Lift) {
        let Some(value) = other.known() else { return };
        let Some((slot, code, true)) = self.place(slot, value) else { return };
        if let Some(hints) = &mut self.hints {
            hints.cut(slot, code);
            code.checked_add(1).into_iter().for_each(|above| hints.cut(slot, above));
        }
    }

    /// The slot an expression reads, and the code of `value` in it, rounded down.
    fn place(&self, id: ExprId, value: &Value) -> Option<(Slot, i128, bool)> {
        let slot = self.plain_slot(self.behind(id))?;
        let (_, coding) = super::list::Elements::slot(self.world, self.space, slot)?;
        match coding.encode(value)? {
            Code::At(code) => Some((slot, code, coding.decode(code) == *value)),
            Code::None => None,
        }
    }

    /// What a definition that only renames stands for.
    fn behind(&self, mut id: ExprId) -> ExprId {
        let policy = self.world.policy;
        for _ in 0..16 {
            match policy.exprs[id].kind {
                ExprKind::Definition(d) => id = policy.definitions[d].body,
                ExprKind::Checked(inner) => id = inner,
                _ => break,
            }
        }
        id
    }

    /// Splitting a divisor at zero settles whether it is zero.
    pub(super) fn hint_zero(&mut self, divisor: ExprId) {
        if self.hints.is_some() {
            self.hint_equal(divisor, &Lift::Known(Value::Number(Number::ZERO)));
        }
    }

    /// Splitting none off settles whether it is none.
    pub(super) fn hint_none(&mut self, of: ExprId) {
        if let Some(slot) = self.plain_slot(self.behind(of))
            && let Some(hints) = &mut self.hints
        {
            hints.cut(slot, i128::MIN);
        }
    }
}

impl Sign {
    pub(super) fn bit(self) -> u8 {
        match self {
            Sign::Less => 1,
            Sign::Equal => 2,
            Sign::Greater => 4,
        }
    }

    pub(super) fn reversed(self) -> Sign {
        match self {
            Sign::Less => Sign::Greater,
            Sign::Equal => Sign::Equal,
            Sign::Greater => Sign::Less,
        }
    }

    pub(super) fn of(ordering: std::cmp::Ordering) -> Sign {
        match ordering {
            std::cmp::Ordering::Less => Sign::Less,
            std::cmp::Ordering::Equal => Sign::Equal,
            std::cmp::Ordering::Greater => Sign::Greater,
        }
    }
}

/// How the values of two sides may compare.
fn signs(left: &Lift, right: &Lift) -> Signs {
    let ends = |lift: &Lift| match lift {
        Lift::Known(value) => Some((value.clone(), value.clone())),
        Lift::Open(open) => open.values.ends().map(|(low, high)| (low.clone(), high.clone())),
    };
    if let (Lift::Known(a), Lift::Known(b)) = (left, right) {
        return Signs::of([Sign::of(a.cmp(b))]);
    }
    let (Some((a, b)), Some((c, d))) = (ends(left), ends(right)) else { return Signs::NONE };
    let equal = match (left, right) {
        (Lift::Known(v), Lift::Open(o)) | (Lift::Open(o), Lift::Known(v)) => o.values.may_be(v),
        (Lift::Open(l), Lift::Open(r)) => l.values.meets(&r.values),
        (Lift::Known(v), Lift::Known(w)) => v == w,
    };
    let less = (a < d).then_some(Sign::Less);
    let greater = (b > c).then_some(Sign::Greater);
    Signs::of(less.into_iter().chain(equal.then_some(Sign::Equal)).chain(greater))
}
