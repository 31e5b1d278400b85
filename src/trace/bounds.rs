//! Between which ends a number of the policy lies, whatever the deal: what a criterion can bring at most.
//!
//! Sound rather than tight: the ends may be wider than what deals can reach, and an expression that
//! has none (or is too deep to be worth it) is simply unbounded.

use jiff::civil::Date;
use rustc_hash::FxHashMap;

use crate::base::{Aggregate, ArithmeticOp, Number, NumberError};
use crate::facts::{Type, TypeKind, Value};
use crate::policy::{DefinitionId, ExprId, ExprKind, Function, LookupId, Policy};

/// The least and the most.
pub(super) type Interval = (Number, Number);

/// How many definitions and tables deep to look.
const DEEPEST: u32 = 12;

/// Finds the ends of expressions on one date.
pub(super) struct Bounds<'a> {
    policy: &'a Policy,
    as_of: Date,
    definitions: FxHashMap<DefinitionId, Option<Interval>>,
    lookups: FxHashMap<LookupId, Option<Interval>>,
    depth: u32,
}

impl<'a> Bounds<'a> {
    pub(super) fn new(policy: &'a Policy, as_of: Date) -> Bounds<'a> {
        Bounds { policy, as_of, definitions: FxHashMap::default(), lookups: FxHashMap::default(), depth: 0 }
    }

    /// The ends of `expr`, where it has both.
    pub(super) fn of(&mut self, expr: ExprId) -> Option<Interval> {
        let policy = self.policy;
        let expr = &policy.exprs[expr];
        match &expr.kind {
            ExprKind::Literal(value) => single(value),
            ExprKind::Constant(id) => single(policy.constants[*id].value_on(self.as_of).ok()?),
            ExprKind::Fact(_) | ExprKind::Parameter(_) | ExprKind::Decision(_) => declared(&expr.ty),
            ExprKind::Definition(id) => self.definition(*id),
            ExprKind::Checked(inner) => {
                let (inner, ty) = (self.of(*inner), declared(&expr.ty));
                match (inner, ty) {
                    (Some((a, b)), Some((c, d))) if a.max(c) <= b.min(d) => Some((a.max(c), b.min(d))),
                    _ => inner.or(ty),
                }
            }
            ExprKind::If { then, otherwise, .. } => {
                let (then, otherwise) = (self.of(*then)?, self.of(*otherwise)?);
                Some(join(then, otherwise))
            }
            ExprKind::Negate(inner) => self.of(*inner).and_then(negate),
            ExprKind::Arithmetic(op, left, right) => {
                let (left, right) = (self.of(*left)?, self.of(*right)?);
                arithmetic(*op, left, right)
            }
            ExprKind::Call(function, arguments) => self.call(*function, arguments),
            ExprKind::Aggregate { kind, list, summed, .. } => {
                let TypeKind::List { up_to, .. } = policy.schema.facts[*list].ty.kind else { return None };
                let longest = Number::integer(i128::from(up_to));
                match (kind, summed) {
                    (Aggregate::Count, _) => Some((Number::ZERO, longest)),
                    (Aggregate::Sum, Some(summed)) => {
                        let (low, high) = self.of(*summed)?;
                        let ends = (low.min(Number::ZERO), high.max(Number::ZERO));
                        arithmetic(ArithmeticOp::Multiply, ends, (longest, longest))
                    }
                    _ => None,
                }
            }
            ExprKind::Lookup(id, _) => self.lookup(*id),
            _ => None,
        }
    }

    fn definition(&mut self, id: DefinitionId) -> Option<Interval> {
        if let Some(known) = self.definitions.get(&id) {
            return *known;
        }
        let definition = &self.policy.definitions[id];
        if self.depth >= DEEPEST {
            return declared(&definition.ty);
        }
        self.depth += 1;
        let ends = self.of(definition.body);
        self.depth -= 1;
        self.definitions.insert(id, ends);
        ends
    }

    fn lookup(&mut self, id: LookupId) -> Option<Interval> {
        if let Some(known) = self.lookups.get(&id) {
            return *known;
        }
        let lookup = &self.policy.lookups[id];
        if self.depth >= DEEPEST {
            return declared(&lookup.ty);
        }
        let default = lookup.rules.default.iter().map(|d| d.outcome);
        let outcomes: Vec<ExprId> = lookup.rules.rules.iter().map(|r| r.outcome).chain(default).collect();
        self.depth += 1;
        let ends = self.all(&outcomes).and_then(|all| all.into_iter().reduce(join));
        self.depth -= 1;
        self.lookups.insert(id, ends);
        ends
    }

    fn all(&mut self, exprs: &[ExprId]) -> Option<Vec<Interval>> {
        exprs.iter().map(|&e| self.of(e)).collect()
    }

    fn call(&mut self, function: Function, arguments: &[ExprId]) -> Option<Interval> {
        let all = self.all(arguments)?;
        let lift = |f: fn(Number, Number) -> Number| all.iter().copied().reduce(|(a, b), (c, d)| (f(a, c), f(b, d)));
        let each = |f: &dyn Fn(Number) -> Option<Number>| {
            let &(low, high) = all.first()?;
            Some((f(low)?, f(high)?))
        };
        match function {
            Function::Min => lift(Ord::min),
            Function::Max => lift(Ord::max),
            Function::Floor => each(&|n| Some(n.floor())),
            Function::Ceil => each(&|n| Some(n.ceil())),
            Function::Round(places) => each(&|n| n.round(places).ok()),
            Function::Abs => {
                let &(low, high) = all.first()?;
                let (a, b) = (low.abs().ok()?, high.abs().ok()?);
                let spans_zero = low.is_negative() != high.is_negative();
                Some((if spans_zero { Number::ZERO } else { a.min(b) }, a.max(b)))
            }
            _ => None,
        }
    }
}

fn single(value: &Value) -> Option<Interval> {
    match value {
        Value::Number(n) => Some((*n, *n)),
        _ => None,
    }
}

fn declared(ty: &Type) -> Option<Interval> {
    let range = &ty.number()?.range;
    range.low.zip(range.high)
}

fn join((a, b): Interval, (c, d): Interval) -> Interval {
    (a.min(c), b.max(d))
}

fn negate((low, high): Interval) -> Option<Interval> {
    Some((high.negate().ok()?, low.negate().ok()?))
}

fn arithmetic(op: ArithmeticOp, (a, b): Interval, (c, d): Interval) -> Option<Interval> {
    type Operation = fn(Number, Number) -> Result<Number, NumberError>;
    let corners = |f: Operation| {
        let all: Option<Vec<Number>> = [(a, c), (a, d), (b, c), (b, d)].iter().map(|&(x, y)| f(x, y).ok()).collect();
        let all = all?;
        Some((all.iter().copied().min()?, all.iter().copied().max()?))
    };
    match op {
        ArithmeticOp::Add => Some((a.add(c).ok()?, b.add(d).ok()?)),
        ArithmeticOp::Subtract => Some((a.subtract(d).ok()?, b.subtract(c).ok()?)),
        ArithmeticOp::Multiply => corners(Number::multiply),
        ArithmeticOp::Divide if c.is_positive() || d.is_negative() => corners(Number::divide),
        ArithmeticOp::Divide => None,
    }
}
