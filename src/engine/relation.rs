//! Comparisons over what two sides may be, and what splitting the space would settle.

use super::eval::Evaluator;
use super::lift::{Lift, Union};
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
}

impl Hints {
    fn cut(&mut self, slot: Slot, code: i128) {
        if self.cuts.len() < MOST_HINTS && !self.cuts.contains(&(slot, code)) {
            self.cuts.push((slot, code));
        }
    }
}

impl Evaluator<'_, '_> {
    /// Whether `wanted` holds of how two ordered sides compare.
    pub(super) fn relate(
        &mut self,
        _id: ExprId,
        left: (ExprId, &Lift),
        right: (ExprId, &Lift),
        wanted: impl Fn(Sign) -> bool,
    ) -> Lift {
        let mut union = Union::new();
        union.flags(left.1);
        if !left.1.has_values() {
            return union.finish();
        }
        union.flags(right.1);
        let signs = signs(left.1, right.1);
        let may = signs.iter().any(|&s| wanted(s));
        let may_not = signs.iter().any(|&s| !wanted(s));
        if self.hints.is_some() {
            self.hint(left, right, |s| wanted(s));
            self.hint(right, left, |s| wanted(s.reversed()));
        }
        union.truth(may, may_not);
        union.finish()
    }

    /// Whether two sides are equal.
    pub(super) fn equal(&mut self, left: (ExprId, &Lift), right: (ExprId, &Lift), negated: bool) -> Lift {
        let mut union = Union::new();
        union.flags(left.1);
        if !left.1.has_values() {
            return union.finish();
        }
        union.flags(right.1);
        let (may, may_not) = match (left.1, right.1) {
            (Lift::Known(a), Lift::Known(b)) => (a == b, a != b),
            (Lift::Known(a), Lift::Open(b)) => (b.values.may_be(a), b.values.may_be_other_than(a)),
            (Lift::Open(a), Lift::Known(b)) => (a.values.may_be(b), a.values.may_be_other_than(b)),
            (Lift::Open(a), Lift::Open(b)) => (a.values.meets(&b.values), a.values.has_some() && b.values.has_some()),
        };
        if self.hints.is_some() {
            self.hint_equal(left.0, right.1);
            self.hint_equal(right.0, left.1);
        }
        if negated {
            union.truth(may_not, may)
        } else {
            union.truth(may, may_not)
        }
        union.finish()
    }

    fn hint(&mut self, slot: (ExprId, &Lift), other: (ExprId, &Lift), wanted: impl Fn(Sign) -> bool) {
        let Some(value) = other.1.known() else { return };
        let Some((slot, code, exact)) = self.place(slot.0, value) else { return };
        // Below the value and at it may differ, at it and above it may differ.
        let cuts = [
            (wanted(Sign::Less) != wanted(Sign::Equal) && exact).then_some(code),
            (wanted(Sign::Greater) != wanted(Sign::Equal) || !exact).then_some(code + 1),
        ];
        if let Some(hints) = &mut self.hints {
            cuts.into_iter().flatten().for_each(|c| hints.cut(slot, c));
        }
    }

    fn hint_equal(&mut self, slot: ExprId, other: &Lift) {
        let Some(value) = other.known() else { return };
        let Some((slot, code, true)) = self.place(slot, value) else { return };
        if let Some(hints) = &mut self.hints {
            hints.cut(slot, code);
            hints.cut(slot, code + 1);
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
    fn reversed(self) -> Sign {
        match self {
            Sign::Less => Sign::Greater,
            Sign::Equal => Sign::Equal,
            Sign::Greater => Sign::Less,
        }
    }

    fn of(ordering: std::cmp::Ordering) -> Sign {
        match ordering {
            std::cmp::Ordering::Less => Sign::Less,
            std::cmp::Ordering::Equal => Sign::Equal,
            std::cmp::Ordering::Greater => Sign::Greater,
        }
    }
}

/// How the values of two sides may compare.
fn signs(left: &Lift, right: &Lift) -> Vec<Sign> {
    let ends = |lift: &Lift| match lift {
        Lift::Known(value) => Some((value.clone(), value.clone())),
        Lift::Open(open) => open.values.ends().map(|(low, high)| (low.clone(), high.clone())),
    };
    if let (Lift::Known(a), Lift::Known(b)) = (left, right) {
        return vec![Sign::of(a.cmp(b))];
    }
    let (Some((a, b)), Some((c, d))) = (ends(left), ends(right)) else { return Vec::new() };
    let equal = match (left, right) {
        (Lift::Known(v), Lift::Open(o)) | (Lift::Open(o), Lift::Known(v)) => o.values.may_be(v),
        (Lift::Open(l), Lift::Open(r)) => l.values.meets(&r.values),
        (Lift::Known(v), Lift::Known(w)) => v == w,
    };
    let mut signs = Vec::with_capacity(3);
    if a < d {
        signs.push(Sign::Less);
    }
    if equal {
        signs.push(Sign::Equal);
    }
    if b > c {
        signs.push(Sign::Greater);
    }
    signs
}
