//! What of a policy a decision may evaluate.

use rustc_hash::FxHashSet;

use crate::base::Aggregate;
use crate::policy::{DecisionId, ExprId, ExprKind, Policy, RuleSet, Shape};

/// Whether an outcome is one value.
pub(super) fn is_literal(policy: &Policy, expr: ExprId) -> bool {
    match &policy.exprs[expr].kind {
        ExprKind::Literal(_) => true,
        ExprKind::Constant(constant) => policy.constants[*constant].values.len() == 1,
        ExprKind::Checked(of) => is_literal(policy, *of),
        _ => false,
    }
}

/// Whether it can matter which record of a list comes first: a question that stops where it is settled may not come to
/// the record that it would fail at.
pub(super) fn order_matters(policy: &Policy) -> bool {
    policy.exprs.iter().any(|(_, expr)| match &expr.kind {
        ExprKind::Aggregate { kind: Aggregate::Any | Aggregate::All, condition: Some(condition), .. } => {
            reaches(policy, *condition, &|kind| {
                matches!(
                    kind,
                    ExprKind::Arithmetic(..)
                        | ExprKind::ShiftDays { .. }
                        | ExprKind::Call(..)
                        | ExprKind::Checked(_)
                        | ExprKind::Lookup(..)
                        | ExprKind::Decision(_)
                        | ExprKind::Definition(_)
                        | ExprKind::Constant(_)
                )
            })
        }
        _ => false,
    })
}

/// Whether an expression has a part of this kind.
fn reaches(policy: &Policy, expr: ExprId, is: &dyn Fn(&ExprKind) -> bool) -> bool {
    let kind = &policy.exprs[expr].kind;
    is(kind) || kind.operands().into_iter().any(|operand| reaches(policy, operand, is))
}

/// Every expression that a decision may evaluate.
pub(super) fn reached(policy: &Policy, id: DecisionId) -> FxHashSet<ExprId> {
    let mut open = Vec::new();
    let rules = |rules: &RuleSet, open: &mut Vec<ExprId>| {
        open.extend(rules.rules.iter().flat_map(|rule| rule.condition.into_iter().chain([rule.outcome])));
        open.extend(rules.default.iter().map(|default| default.outcome));
    };
    let decision = |id: DecisionId, open: &mut Vec<ExprId>| {
        rules(&policy.decisions[id].rules, open);
        if let Shape::Computed(expr) = policy.decisions[id].shape {
            open.push(expr);
        }
    };
    decision(id, &mut open);
    let mut reached = FxHashSet::default();
    while let Some(expr) = open.pop() {
        if !reached.insert(expr) {
            continue;
        }
        let kind = &policy.exprs[expr].kind;
        match kind {
            ExprKind::Definition(definition) => open.push(policy.definitions[*definition].body),
            ExprKind::Decision(other) | ExprKind::Item(other, _) => decision(*other, &mut open),
            ExprKind::Lookup(lookup, _) => rules(&policy.lookups[*lookup].rules, &mut open),
            _ => {}
        }
        open.extend(kind.operands());
    }
    reached
}
