//! Everything an expression may come to while facts are unknown.
//!
//! A [`Lift`] is a superset of the values an expression takes over the completions of a space of
//! unknown facts, with the unknown facts it depends on. It is exact where it is a single value.

use fixedbitset::FixedBitSet;

use super::answer::{Fault, FaultKind, Possible};
use super::grain::Grain;
use super::ops::{self, Outcome};
use crate::facts::{ItemSet, Schema, Type, Value};
use crate::policy::{DecisionId, ExprId};

/// How many numbers or dates are told apart before they become a range.
pub(super) const FEW: usize = 24;
/// How many combinations of operands are tried one by one before ranges are used.
const COMBINATIONS: usize = 640;

/// The unknown facts that something depends on, by their place among the variables.
pub(super) type Deps = FixedBitSet;

/// What an expression may come to.
#[derive(Clone, Debug)]
pub(super) enum Lift {
    /// This value in every completion.
    Known(Value),
    /// One of several things, or surely no value.
    Open(Box<Open>),
}

/// What an expression may come to where that is not one value.
#[derive(Clone, Debug)]
pub(super) struct Open {
    /// The values.
    pub(super) values: Values,
    /// A decision that is needed may be a gap.
    pub(super) gap: Option<DecisionId>,
    /// It may have no value.
    pub(super) fault: Option<Box<Fault>>,
    /// What it depends on.
    pub(super) deps: Deps,
}

/// A set of values.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Values {
    /// These, ascending; perhaps none at all.
    Few(Vec<Value>),
    /// Numbers of some grain, or dates, between two ends, and perhaps none.
    Span { low: Value, high: Value, grain: Grain, none: bool },
    /// Sets of items between a least and a greatest.
    Items { certain: ItemSet, open: ItemSet },
}

static TRUE: Value = Value::Boolean(true);

impl Lift {
    pub(super) fn boolean(value: bool) -> Lift {
        Lift::Known(Value::Boolean(value))
    }

    /// Surely no value.
    pub(super) fn fault(fault: Fault) -> Lift {
        let values = Values::Few(Vec::new());
        Lift::Open(Box::new(Open { values, gap: None, fault: Some(Box::new(fault)), deps: Deps::new() }))
    }

    pub(super) fn known(&self) -> Option<&Value> {
        match self {
            Lift::Known(value) => Some(value),
            Lift::Open(_) => None,
        }
    }

    pub(super) fn open(&self) -> Option<&Open> {
        match self {
            Lift::Known(_) => None,
            Lift::Open(open) => Some(open),
        }
    }

    /// Whether it is exactly one thing: a value, a gap or a fault.
    pub(super) fn is_certain(&self) -> bool {
        match self {
            Lift::Known(_) => true,
            Lift::Open(open) => open.values == Values::Few(Vec::new()) && open.gap.is_some() != open.fault.is_some(),
        }
    }

    pub(super) fn may_be(&self, value: &Value) -> bool {
        match self {
            Lift::Known(v) => v == value,
            Lift::Open(open) => open.values.may_be(value),
        }
    }

    /// The items that surely apply, and those that may.
    pub(super) fn item_bounds(&self) -> Option<(ItemSet, ItemSet)> {
        match self {
            Lift::Known(Value::Items(items)) => Some((items.clone(), ItemSet::default())),
            Lift::Known(_) => None,
            Lift::Open(open) => match &open.values {
                Values::Items { certain, open } => Some((certain.clone(), open.clone())),
                Values::Few(values) => match values.as_slice() {
                    [Value::Items(items)] => Some((items.clone(), ItemSet::default())),
                    _ => None,
                },
                Values::Span { .. } => None,
            },
        }
    }

    /// Whether it may be true, and whether it may be false.
    pub(super) fn truth(&self) -> Truth {
        match self {
            Lift::Known(v) => Truth { may: *v == TRUE, may_not: *v != TRUE },
            Lift::Open(open) => {
                Truth { may: open.values.may_be(&TRUE), may_not: open.values.may_be(&Value::Boolean(false)) }
            }
        }
    }

    /// Whether it may have no value, or need a gap.
    pub(super) fn may_fail(&self) -> bool {
        self.open().is_some_and(|o| o.gap.is_some() || o.fault.is_some())
    }

    /// Whether both may be the same value.
    pub(super) fn may_be_same(&self, other: &Lift) -> bool {
        match (self, other) {
            (Lift::Known(a), b) | (b, Lift::Known(a)) => b.may_be(a),
            (Lift::Open(a), Lift::Open(b)) => {
                a.values.meets(&b.values) || (a.values.may_be(&Value::None) && b.values.may_be(&Value::None))
            }
        }
    }

    /// Whether both may be values, and not the same.
    pub(super) fn may_differ(&self, other: &Lift) -> bool {
        match (self, other) {
            (Lift::Known(a), Lift::Known(b)) => a != b,
            _ => self.has_values() && other.has_values(),
        }
    }

    /// The variants it may be.
    pub(super) fn variants(&self) -> Vec<u32> {
        let variant = |value: &Value| match value {
            Value::Variant(v) => Some(*v),
            _ => None,
        };
        match self {
            Lift::Known(value) => variant(value).into_iter().collect(),
            Lift::Open(open) => open.values.few().unwrap_or_default().iter().filter_map(variant).collect(),
        }
    }

    /// The same without its ways to fail.
    pub(super) fn without_failures(&self) -> Lift {
        match self {
            Lift::Open(open) if self.may_fail() => {
                let mut union = Union::new();
                union.depend(&open.deps);
                union.values_of(self);
                union.finish()
            }
            _ => self.clone(),
        }
    }

    /// Whether it may need a gap.
    pub(super) fn may_be_gap(&self) -> bool {
        self.open().is_some_and(|o| o.gap.is_some())
    }

    /// Whether there is any value it may have.
    pub(super) fn has_values(&self) -> bool {
        self.open().is_none_or(|o| o.values != Values::Few(Vec::new()))
    }
}

/// Two of the things a condition may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Truth {
    /// It may be true.
    pub(super) may: bool,
    /// It may be false.
    pub(super) may_not: bool,
}

impl Values {
    pub(super) fn may_be(&self, value: &Value) -> bool {
        match self {
            Values::Few(values) => values.binary_search(value).is_ok(),
            Values::Span { none, .. } if *value == Value::None => *none,
            Values::Span { low, high, .. } => low <= value && value <= high,
            Values::Items { certain, open } => match value {
                Value::Items(items) => {
                    certain.iter().all(|i| items.contains(i))
                        && items.iter().all(|i| certain.contains(i) || open.contains(i))
                }
                _ => false,
            },
        }
    }

    /// Whether it may be anything but none.
    pub(super) fn may_be_some(&self) -> bool {
        match self {
            Values::Few(_) => self.few().is_some_and(|few| !few.is_empty()),
            Values::Span { .. } | Values::Items { .. } => true,
        }
    }

    /// Whether it may be a value other than `value`, and not none.
    pub(super) fn may_be_other_than(&self, value: &Value) -> bool {
        match self {
            Values::Few(_) => self.few().is_some_and(|few| few.iter().any(|v| v != value)),
            Values::Span { .. } | Values::Items { .. } => true,
        }
    }

    /// Whether some value other than none may be in both.
    pub(super) fn meets(&self, other: &Values) -> bool {
        match (self.few(), other.few()) {
            (Some(few), _) => few.iter().any(|v| other.may_be(v)),
            (_, Some(few)) => few.iter().any(|v| self.may_be(v)),
            (None, None) => match (self.ends(), other.ends()) {
                (Some((a, b)), Some((c, d))) => a <= d && c <= b,
                _ => true,
            },
        }
    }

    /// Takes a value out where values are few.
    pub(super) fn remove(&mut self, value: &Value) {
        if let Values::Few(values) = self {
            values.retain(|v| v != value);
        }
    }

    /// As an answer says it.
    pub(super) fn possible(&self) -> Option<Possible> {
        Some(match self {
            Values::Few(values) if values.is_empty() => return None,
            Values::Few(values) => Possible::Values(values.clone()),
            Values::Span { low, high, none, .. } => {
                Possible::Range { low: low.clone(), high: high.clone(), none: *none }
            }
            Values::Items { certain, open } => Possible::Items { certain: certain.clone(), open: open.clone() },
        })
    }

    /// Adds to `union` those values that a declared type allows, and a fault for the others.
    pub(super) fn check(
        &self,
        schema: &Schema,
        ty: &Type,
        union: &mut Union,
        fault: impl Fn(Value, FaultKind) -> Fault,
    ) {
        match self {
            Values::Few(values) => {
                for value in values {
                    match ops::checked(schema, ty, value.clone()) {
                        Ok(value) => union.value(value),
                        Err(kind) => union.fault(fault(value.clone(), kind)),
                    }
                }
            }
            Values::Span { low, high, grain, none } => {
                if *none {
                    union.value(Value::None);
                }
                let (mut low, mut high) = (low.clone(), high.clone());
                if let Some((first, last)) = ops::range_of(ty) {
                    if let Some(first) = first.filter(|f| low < *f) {
                        union.fault(fault(low, FaultKind::OutOfRange(first.clone())));
                        low = first;
                    }
                    if let Some(last) = last.filter(|l| high > *l) {
                        union.fault(fault(high, FaultKind::OutOfRange(last.clone())));
                        high = last;
                    }
                }
                if ops::decimals_allowed(schema, ty).is_some_and(|allowed| grain.places > allowed) {
                    union.fault(fault(low.clone(), FaultKind::TooManyDecimals(low.clone())));
                }
                if low <= high {
                    union.span(low, high, *grain);
                }
            }
            Values::Items { certain, open } => union.items(certain.clone(), open.clone()),
        }
    }

    /// The values other than none, one by one, where there are few enough to name.
    fn few(&self) -> Option<&[Value]> {
        match self {
            Values::Few(values) => Some(match values.split_first() {
                Some((Value::None, rest)) => rest,
                _ => values,
            }),
            _ => None,
        }
    }

    /// The least and the greatest other than none.
    pub(super) fn ends(&self) -> Option<(&Value, &Value)> {
        match self {
            Values::Few(_) => {
                let few = self.few()?;
                few.first().zip(few.last())
            }
            Values::Span { low, high, .. } => Some((low, high)),
            Values::Items { .. } => None,
        }
    }

    fn range(&self) -> Option<Range<'_>> {
        let (low, high) = self.ends()?;
        let grain = match self {
            Values::Span { grain, .. } => *grain,
            _ => self.few()?.iter().map(Grain::of).reduce(Grain::or)?,
        };
        Some(Range { low, high, grain })
    }
}

/// The ends of an operand, and how fine numbers between them may be.
#[derive(Clone, Copy)]
pub(super) struct Range<'a> {
    pub(super) low: &'a Value,
    pub(super) high: &'a Value,
    pub(super) grain: Grain,
}

/// A union in the making.
#[derive(Debug, Default)]
pub(super) struct Union {
    values: Vec<Value>,
    span: Option<(Value, Value, Grain)>,
    items: Option<(ItemSet, ItemSet)>,
    gap: Option<DecisionId>,
    fault: Option<Box<Fault>>,
    deps: Deps,
}

impl Union {
    pub(super) fn new() -> Union {
        Union::default()
    }

    pub(super) fn value(&mut self, value: Value) {
        if self.values.last() != Some(&value) {
            self.values.push(value);
        }
    }

    pub(super) fn truth(&mut self, may: bool, may_not: bool) {
        if may_not {
            self.value(Value::Boolean(false));
        }
        if may {
            self.value(Value::Boolean(true));
        }
    }

    /// Numbers of this grain, or dates.
    pub(super) fn span(&mut self, low: Value, high: Value, grain: Grain) {
        self.span = Some(match self.span.take() {
            None => (low, high, grain),
            Some((l, h, g)) => (l.min(low), h.max(high), g.or(grain)),
        });
    }

    pub(super) fn items(&mut self, certain: ItemSet, open: ItemSet) {
        self.items = Some(match self.items.take() {
            None => (certain, open),
            Some((every, some)) => {
                let both = ItemSet::new(certain.iter().filter(|&i| every.contains(i)));
                let any = every.iter().chain(some.iter()).chain(certain.iter()).chain(open.iter());
                let open = ItemSet::new(any.filter(|&i| !both.contains(i)));
                (both, open)
            }
        });
    }

    pub(super) fn gap(&mut self, decision: DecisionId) {
        self.gap.get_or_insert(decision);
    }

    pub(super) fn fault(&mut self, fault: Fault) {
        self.fault.get_or_insert_with(|| Box::new(fault));
    }

    pub(super) fn depend(&mut self, deps: &Deps) {
        self.deps.union_with(deps);
    }

    pub(super) fn deps(&self) -> Deps {
        self.deps.clone()
    }

    pub(super) fn depend_on(&mut self, var: usize) {
        self.deps.grow_and_insert(var);
    }

    /// What it depends on and how it may fail, without its values.
    pub(super) fn flags(&mut self, lift: &Lift) {
        if let Lift::Open(open) = lift {
            self.depend(&open.deps);
            self.failures(lift);
        }
    }

    /// How it may fail, without its values and dependencies.
    pub(super) fn failures(&mut self, lift: &Lift) {
        if let Lift::Open(open) = lift {
            if let Some(gap) = open.gap {
                self.gap(gap);
            }
            if self.fault.is_none() {
                self.fault = open.fault.clone();
            }
        }
    }

    /// All of it.
    pub(super) fn add(&mut self, lift: &Lift) {
        self.flags(lift);
        self.values_of(lift);
    }

    /// Its values alone.
    pub(super) fn values_of(&mut self, lift: &Lift) {
        match lift {
            Lift::Known(value) => self.value(value.clone()),
            Lift::Open(open) => match &open.values {
                Values::Few(values) => self.values.extend(values.iter().cloned()),
                Values::Span { low, high, grain, none } => {
                    if *none {
                        self.value(Value::None);
                    }
                    self.span(low.clone(), high.clone(), *grain);
                }
                Values::Items { certain, open } => self.items(certain.clone(), open.clone()),
            },
        }
    }

    /// An error goes before a gap: where one of `parts` surely fails, no gap is possible.
    pub(super) fn prefer_fault<'l>(&mut self, parts: impl IntoIterator<Item = &'l Lift>) {
        let fails = |lift: &Lift| lift.open().is_some_and(|o| o.gap.is_none() && o.fault.is_some());
        if parts.into_iter().any(|lift| !lift.has_values() && fails(lift)) {
            self.gap = None;
        }
    }

    pub(super) fn finish(mut self) -> Lift {
        self.values.sort_unstable();
        self.values.dedup();
        let failures = usize::from(self.gap.is_some()) + usize::from(self.fault.is_some());
        let values = self.take_values();
        if let (Values::Few(few), 0) = (&values, failures)
            && few.len() == 1
            && let Some(value) = few.first()
        {
            return Lift::Known(value.clone());
        }
        if failures == 1 && values == Values::Few(Vec::new()) {
            self.deps = Deps::new();
        }
        Lift::Open(Box::new(Open { values, gap: self.gap, fault: self.fault, deps: self.deps }))
    }

    fn take_values(&mut self) -> Values {
        let mut values = std::mem::take(&mut self.values);
        // Sets of items are not listed one by one.
        if self.items.is_some() || values.len() > 1 && matches!(values.last(), Some(Value::Items(_))) {
            for value in values {
                if let Value::Items(items) = value {
                    self.items(items, ItemSet::default());
                }
            }
            let (certain, open) = self.items.take().unwrap_or_default();
            let settled = open.iter().next().is_none();
            return if settled { Values::Few(vec![Value::Items(certain)]) } else { Values::Items { certain, open } };
        }
        let ordered = matches!(values.last(), Some(Value::Number(_) | Value::Date(_)));
        if self.span.is_none() && !(ordered && values.len() > FEW) {
            return Values::Few(values);
        }
        let none = values.first() == Some(&Value::None);
        if none {
            values.remove(0);
        }
        let grain = values.iter().map(Grain::of).reduce(Grain::or).unwrap_or(Grain::WHOLE);
        let ends = values.first().cloned().zip(values.last().cloned());
        if let Some((low, high)) = ends {
            self.span(low, high, grain);
        }
        match self.span.take() {
            Some((low, high, _)) if low == high && !none => Values::Few(vec![low]),
            Some((low, high, grain)) => Values::Span { low, high, grain, none },
            None => Values::Few(Vec::new()),
        }
    }
}

/// What an operator does to ranges of operands: the ends of the result, and how it may fail.
pub(super) struct Ends {
    /// The least and the greatest; `None` where it surely fails.
    pub(super) ends: Option<(Value, Value)>,
    /// How fine numbers between them may be.
    pub(super) grain: Grain,
    /// How it may fail.
    pub(super) failure: Option<FaultKind>,
}

/// Lifts an operator: over each combination where they are few, else over ranges.
///
/// Values that are none are left out of account: the checker has made sure that they are asked
/// about before they get here.
pub(super) fn apply(
    expr: ExprId,
    operands: &[ExprId],
    lifts: &[Lift],
    on_values: impl Fn(&[Value]) -> Outcome,
    on_ranges: impl Fn(&[Range<'_>]) -> Ends,
) -> Lift {
    let fault = |kind, values: &[Value]| Fault {
        expr,
        kind,
        operands: operands.iter().copied().zip(values.iter().cloned()).collect(),
    };
    let of_known = |values: &[Value]| match on_values(values) {
        Ok(value) => Lift::Known(value),
        Err(kind) => Lift::fault(fault(kind, values)),
    };
    match lifts {
        [Lift::Known(only)] => return of_known(std::slice::from_ref(only)),
        [Lift::Known(left), Lift::Known(right)] => return of_known(&[left.clone(), right.clone()]),
        _ => {
            let known: Option<Vec<Value>> = lifts.iter().map(|l| l.known().cloned()).collect();
            if let Some(values) = known {
                return of_known(&values);
            }
        }
    }
    let mut union = Union::new();
    for lift in lifts {
        union.flags(lift);
        if !lift.has_values() {
            return union.finish();
        }
    }
    let few: Option<Vec<&[Value]>> = lifts
        .iter()
        .map(|l| match l {
            Lift::Known(value) => Some(std::slice::from_ref(value)),
            Lift::Open(open) => open.values.few(),
        })
        .collect();
    if let Some(few) = few
        && few.iter().try_fold(1usize, |n, f| n.checked_mul(f.len())).is_some_and(|n| n <= COMBINATIONS)
    {
        for values in combinations(&few) {
            match on_values(&values) {
                Ok(value) => union.value(value),
                Err(kind) => union.fault(fault(kind, &values)),
            }
        }
        return union.finish();
    }
    let ends: Option<Vec<Range<'_>>> = lifts
        .iter()
        .map(|l| match l {
            Lift::Known(value) => Some(Range { low: value, high: value, grain: Grain::of(value) }),
            Lift::Open(open) => open.values.range(),
        })
        .collect();
    if let Some(ends) = ends {
        let result = on_ranges(&ends);
        if let Some((low, high)) = result.ends {
            union.span(low, high, result.grain);
        }
        if let Some(kind) = result.failure {
            union.fault(Fault { expr, kind, operands: Vec::new() });
        }
    }
    union.finish()
}

/// Every way to take one from each.
fn combinations(choices: &[&[Value]]) -> Vec<Vec<Value>> {
    choices.iter().fold(vec![Vec::new()], |rows, choice| {
        rows.iter()
            .flat_map(|row| {
                choice.iter().map(move |value| {
                    let mut row = row.clone();
                    row.push(value.clone());
                    row
                })
            })
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_union_of_sets_of_items_holds_each_of_them() {
        let set = |items: &[u32]| ItemSet::new(items.iter().copied());
        let known = |items: &[u32]| Lift::Known(Value::Items(set(items)));
        let mut union = Union::new();
        union.add(&known(&[1, 2]));
        union.add(&known(&[2]));
        let of_two = union.finish();
        assert_eq!(of_two.item_bounds(), Some((set(&[2]), set(&[1]))));
        for (other, expected) in
            [(known(&[3]), (set(&[]), set(&[1, 2, 3]))), (known(&[2, 4]), (set(&[2]), set(&[1, 4])))]
        {
            for parts in [[&of_two, &other], [&other, &of_two]] {
                let mut union = Union::new();
                parts.into_iter().for_each(|part| union.add(part));
                assert_eq!(union.finish().item_bounds(), Some(expected.clone()));
            }
        }
        let mut union = Union::new();
        union.items(set(&[1]), set(&[]));
        union.add(&known(&[1]));
        assert_eq!(union.finish().known(), Some(&Value::Items(set(&[1]))));
    }
}
