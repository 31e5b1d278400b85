//! How a policy uses its facts: only in comparisons with something known, or in other ways too.

use rustc_hash::FxHashMap;

use crate::base::CompareOp;
use crate::facts::{Deal, FactId, FactPath, Value};
use crate::policy::{ExprId, ExprKind, Policy, Shape};

use super::Settings;
use super::give::given_at;

/// The uses of every fact of a policy.
#[derive(Clone, Debug)]
pub(super) struct Uses {
    facts: FxHashMap<FactId, Use>,
}

/// The uses of one fact.
#[derive(Clone, Debug, Default)]
pub(super) struct Use {
    /// The comparisons that it is a side of.
    pub(super) tests: Vec<Test>,
    /// It is used in other ways too: computed with, passed on, or an outcome.
    pub(super) otherwise: bool,
}

/// A comparison of a fact with something else.
#[derive(Clone, Copy, Debug)]
pub(super) struct Test {
    pub(super) with: ExprId,
    pub(super) side: Side,
}

/// What a comparison tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// What is less from the rest.
    Below,
    /// What is greater from the rest.
    Above,
    /// What is equal from the rest.
    Equal,
}

impl Uses {
    pub(super) fn of(policy: &Policy) -> Uses {
        let mut uses = Uses { facts: FxHashMap::default() };
        for (_, expr) in policy.exprs.iter() {
            uses.expression(policy, &expr.kind);
        }
        let rules = policy.decisions.iter().map(|(_, d)| &d.rules).chain(policy.lookups.iter().map(|(_, l)| &l.rules));
        for rules in rules {
            let outcomes = rules.rules.iter().map(|r| r.outcome).chain(rules.default.iter().map(|d| d.outcome));
            outcomes.chain(rules.rules.iter().filter_map(|r| r.condition)).for_each(|id| uses.other(policy, id));
        }
        for (_, decision) in policy.decisions.iter() {
            if let Shape::Computed(body) = decision.shape {
                uses.other(policy, body);
            }
        }
        policy.definitions.iter().for_each(|(_, definition)| uses.other(policy, definition.body));
        uses
    }

    pub(super) fn get(&self, fact: FactId) -> Option<&Use> {
        self.facts.get(&fact)
    }

    fn expression(&mut self, policy: &Policy, kind: &ExprKind) {
        match kind {
            ExprKind::Compare(op, left, right) => {
                // `a < b` tells the less from the rest of `a`, and the greater from the rest of `b`.
                let (of_left, of_right) = match op {
                    CompareOp::Less | CompareOp::GreaterOrEqual => (Side::Below, Side::Above),
                    CompareOp::LessOrEqual | CompareOp::Greater => (Side::Above, Side::Below),
                };
                self.test(policy, *left, *right, of_left);
                self.test(policy, *right, *left, of_right);
            }
            ExprKind::Is { left, right, .. } => {
                self.test(policy, *left, *right, Side::Equal);
                self.test(policy, *right, *left, Side::Equal);
            }
            ExprKind::In { of, among, .. } => {
                for one in among.iter() {
                    self.test(policy, *of, *one, Side::Equal);
                    self.test(policy, *one, *of, Side::Equal);
                }
            }
            ExprKind::Within { of, low, high, .. } => {
                for (end, of_it, of_end) in low
                    .iter()
                    .map(|e| (e, Side::Below, Side::Above))
                    .chain(high.iter().map(|e| (e, Side::Above, Side::Below)))
                {
                    self.test(policy, *of, *end, of_it);
                    self.test(policy, *end, *of, of_end);
                }
            }
            // Being none is a class of its own whatever else is told apart.
            ExprKind::IsNone { .. } => {}
            other => other.operands().into_iter().for_each(|id| self.other(policy, id)),
        }
    }

    fn test(&mut self, policy: &Policy, fact: ExprId, with: ExprId, side: Side) {
        if let ExprKind::Fact(fact) = policy.exprs[fact].kind {
            self.facts.entry(fact).or_default().tests.push(Test { with, side });
        }
    }

    fn other(&mut self, policy: &Policy, id: ExprId) {
        if let ExprKind::Fact(fact) = policy.exprs[id].kind {
            self.facts.entry(fact).or_default().otherwise = true;
        }
    }
}

/// What an expression comes to for this deal where that takes no more than looking it up. `path` is the fact that it is
/// compared with, whose record is at hand.
pub(super) fn looked_up(
    policy: &Policy,
    deal: &Deal,
    settings: &Settings,
    path: FactPath,
    id: ExprId,
) -> Option<Value> {
    match &policy.exprs[id].kind {
        ExprKind::Literal(value) => Some(value.clone()),
        ExprKind::Constant(constant) => policy.constants[*constant].value_on(settings.as_of).ok().cloned(),
        ExprKind::AsOf => Some(Value::Date(settings.as_of)),
        ExprKind::Negate(inner) => match looked_up(policy, deal, settings, path, *inner)? {
            Value::Number(n) => n.negate().ok().map(Value::Number),
            _ => None,
        },
        ExprKind::Fact(fact) => {
            let other = &policy.schema.facts[*fact];
            let element = match (other.field_of, path.element) {
                (None, _) => None,
                (Some((record, _)), Some(element)) => {
                    let same = policy.schema.facts[path.fact].field_of.is_some_and(|(of, _)| of == record);
                    Some(element).filter(|_| same)?.into()
                }
                (Some(_), None) => return None,
            };
            let given = given_at(&policy.schema, deal, FactPath { fact: *fact, element });
            given.map(|given| given.value.clone()).or_else(|| other.presumed.clone().filter(|_| !settings.strict))
        }
        _ => None,
    }
}
