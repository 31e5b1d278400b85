//! Lists: their records as elements, and questions about them.

use super::answer::{Fault, FaultKind};
use super::eval::{Evaluator, Hand};
use super::grain::Grain;
use super::lift::{FEW, Lift, Union, Values, apply};
use super::ops;
use super::ranges;
use super::space::{Coding, Domain, Interval, Slot, Space};
use super::world::{Cell, Source, VariableKind, World};
use crate::base::{Aggregate, ArithmeticOp, Number};
use crate::facts::{FactId, RecordId, Value};
use crate::policy::ExprId;

/// The records a list has, or may have.
///
/// A given list has its records. An unknown one has those that its domain describes one by one and,
/// where it may be longer, one more element that stands for all the others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Elements {
    /// How many records there surely are.
    pub(super) low: usize,
    /// How many there are at most.
    pub(super) high: usize,
    /// How many are described one by one.
    pub(super) described: usize,
    /// The variable, where the list is unknown.
    pub(super) var: Option<usize>,
}

impl Elements {
    pub(super) fn of(world: &World<'_>, space: &Space, list: FactId) -> Elements {
        match world.source(list) {
            Some(Source::List(rows)) => {
                Elements { low: rows.len(), high: rows.len(), described: rows.len(), var: None }
            }
            Some(Source::Plain(Cell::Variable(var))) => match space.domain(*var) {
                Domain::List(domain) => Elements {
                    low: domain.low as usize,
                    high: domain.high as usize,
                    described: domain.elements.len(),
                    var: Some(*var),
                },
                Domain::Scalar(_) => Elements { low: 0, high: 0, described: 0, var: None },
            },
            _ => Elements { low: 0, high: 0, described: 0, var: None },
        }
    }

    /// How many elements stand for its records.
    pub(super) fn count(self) -> usize {
        self.described + usize::from(self.high > self.described)
    }

    /// Whether the element surely exists: for the last one of an unknown list, whether some record
    /// that it stands for does.
    fn exists(self, element: usize) -> bool {
        element < self.low
    }

    /// Whether the element stands for all records that are not described.
    fn is_rest(self, element: usize) -> bool {
        element >= self.described
    }

    /// What a slot may be, and how its values are coded.
    pub(super) fn slot<'w>(world: &'w World<'_>, space: &'w Space, slot: Slot) -> Option<(&'w Interval, &'w Coding)> {
        match (&world.variables[slot.var].kind, slot.field) {
            (VariableKind::Scalar(coding), None) => Some((space.interval(slot)?, coding)),
            (VariableKind::List { fields, .. }, Some((_, field))) => {
                let coding = fields.get(field)?;
                Some((space.interval(slot).unwrap_or(&coding.full), coding))
            }
            _ => None,
        }
    }
}

impl Evaluator<'_, '_> {
    pub(super) fn aggregate(
        &mut self,
        id: ExprId,
        kind: Aggregate,
        list: FactId,
        record: RecordId,
        summed: Option<ExprId>,
        condition: Option<ExprId>,
    ) -> Lift {
        let elements = Elements::of(self.world, self.space, list);
        let mut union = Union::new();
        if let Some(var) = elements.var
            && !self.space.is_point(var)
        {
            union.depend_on(var);
        }
        match kind {
            Aggregate::Any => self.quantify(union, (list, record), elements, condition, true),
            Aggregate::All => self.quantify(union, (list, record), elements, condition, false),
            Aggregate::Count => self.count(union, (list, record), elements, condition),
            Aggregate::Sum => self.sum(id, union, (list, record), elements, summed, condition),
        }
    }

    fn with<T>(&mut self, (list, record): (FactId, RecordId), element: usize, f: impl FnOnce(&mut Self) -> T) -> T {
        self.hands.push(Hand { record, list, element });
        let result = f(self);
        self.hands.pop();
        result
    }

    fn condition_at(&mut self, of: (FactId, RecordId), element: usize, condition: Option<ExprId>) -> Lift {
        match condition {
            Some(condition) => self.with(of, element, |e| e.eval(condition)),
            None => Lift::boolean(true),
        }
    }

    /// `any` (settled by true) and `all` (settled by false), in the order of the list.
    fn quantify(
        &mut self,
        mut union: Union,
        of: (FactId, RecordId),
        elements: Elements,
        condition: Option<ExprId>,
        settled_by: bool,
    ) -> Lift {
        let mut reached = true;
        for element in 0..elements.count() {
            let lift = self.condition_at(of, element, condition);
            union.flags(&lift);
            let truth = lift.truth();
            let (settles, goes_on) = if settled_by { (truth.may, truth.may_not) } else { (truth.may_not, truth.may) };
            if settles {
                union.value(Value::Boolean(settled_by));
            }
            if elements.exists(element) && !goes_on {
                reached = false;
                break;
            }
        }
        if reached {
            union.value(Value::Boolean(!settled_by));
        }
        union.finish()
    }

    fn count(
        &mut self,
        mut union: Union,
        of: (FactId, RecordId),
        elements: Elements,
        condition: Option<ExprId>,
    ) -> Lift {
        let (mut low, mut high) = (0usize, 0usize);
        for element in 0..elements.count() {
            let lift = self.condition_at(of, element, condition);
            union.flags(&lift);
            let truth = lift.truth();
            let (least, most) = if elements.is_rest(element) {
                (elements.low.saturating_sub(elements.described), elements.high - elements.described)
            } else {
                (usize::from(elements.exists(element)), 1)
            };
            if !lift.has_values() && least > 0 {
                return union.finish();
            }
            if truth.may && !truth.may_not {
                low += least;
            }
            if truth.may {
                high += most;
            }
        }
        let number = |n: usize| Value::Number(Number::integer(n as i128));
        if high - low < FEW {
            (low..=high).for_each(|n| union.value(number(n)));
        } else {
            union.span(number(low), number(high), Grain::WHOLE);
        }
        union.finish()
    }

    fn sum(
        &mut self,
        id: ExprId,
        union: Union,
        of: (FactId, RecordId),
        elements: Elements,
        summed: Option<ExprId>,
        condition: Option<ExprId>,
    ) -> Lift {
        let zero = Lift::Known(Value::Number(Number::ZERO));
        let Some(summed) = summed else { return zero };
        let mut total = zero.clone();
        let mut existence = union;
        for element in 0..elements.count() {
            let share = self.share(of, element, summed, condition);
            let share = if elements.is_rest(element) {
                let least = elements.low.saturating_sub(elements.described);
                repeated(id, &share, least, elements.high - elements.described)
            } else if elements.exists(element) {
                share
            } else {
                let mut maybe = Union::new();
                maybe.add(&share);
                maybe.values_of(&zero);
                maybe.finish()
            };
            total = apply(
                id,
                &[id, summed],
                &[total, share],
                |v| ops::arithmetic(ArithmeticOp::Add, &v[0], &v[1]),
                |r| ranges::arithmetic(ArithmeticOp::Add, r),
            );
        }
        if elements.var.is_none() {
            return total;
        }
        existence.add(&total);
        existence.finish()
    }

    /// What one element adds to a sum.
    fn share(&mut self, of: (FactId, RecordId), element: usize, summed: ExprId, condition: Option<ExprId>) -> Lift {
        let test = self.condition_at(of, element, condition);
        let truth = test.truth();
        if test.known().is_some() && truth.may {
            return self.with(of, element, |e| e.eval(summed));
        }
        let mut union = Union::new();
        union.flags(&test);
        if truth.may {
            let lift = self.with(of, element, |e| e.eval(summed));
            union.add(&lift);
        } else {
            self.skip(summed);
        }
        if truth.may_not {
            union.value(Value::Number(Number::ZERO));
        }
        union.finish()
    }
}

/// The sum of `low` to `high` shares.
fn repeated(id: ExprId, share: &Lift, low: usize, high: usize) -> Lift {
    let mut union = Union::new();
    union.flags(share);
    let ends = match share {
        Lift::Known(Value::Number(n)) => Some((*n, *n)),
        Lift::Known(_) => None,
        Lift::Open(open) => open.values.ends().and_then(|(a, b)| Some((ops::number(a).ok()?, ops::number(b).ok()?))),
    };
    let grain = match share {
        Lift::Open(open) => match &open.values {
            Values::Span { grain, .. } => *grain,
            Values::Few(values) => values.iter().map(Grain::of).reduce(Grain::or).unwrap_or(Grain::WHOLE),
            Values::Items { .. } => Grain::UNKNOWN,
        },
        Lift::Known(value) => Grain::of(value),
    };
    // Each record may have another denominator.
    let grain = if grain.places == u32::MAX { Grain::UNKNOWN } else { grain };
    if low == 0 {
        union.value(Value::Number(Number::ZERO));
    }
    if let Some((a, b)) = ends {
        let corners = [(a, low), (a, high), (b, low), (b, high)].map(|(n, k)| {
            n.multiply(Number::integer(k as i128)).unwrap_or_else(|error| {
                union.fault(Fault { expr: id, kind: FaultKind::Number(error), operands: Vec::new() });
                Number::integer(if n.is_negative() { -i128::MAX } else { i128::MAX })
            })
        });
        let least = corners.into_iter().min().unwrap_or(Number::ZERO);
        let most = corners.into_iter().max().unwrap_or(Number::ZERO);
        union.span(Value::Number(least), Value::Number(most), grain);
    }
    union.finish()
}
