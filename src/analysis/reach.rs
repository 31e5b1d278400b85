//! What of a policy a decision may evaluate.

use rustc_hash::FxHashSet;

use crate::policy::{DecisionId, ExprId, ExprKind, Policy, RuleSet, Shape};

/// Whether an outcome is one value.
pub(in crate::analysis) fn is_literal(policy: &Policy, expr: ExprId) -> bool {
    match &policy.exprs[expr].kind {
        ExprKind::Literal(_) => true,
        ExprKind::Constant(constant) => policy.constants[*constant].values.len() == 1,
        ExprKind::Checked(of) => is_literal(policy, *of),
        _ => false,
    }
}

/// The conditions and outcomes of a decision.
pub(in crate::analysis) fn roots(policy: &Policy, decision: DecisionId) -> Vec<ExprId> {
    let decision = &policy.decisions[decision];
    if let Shape::Computed(expr) = decision.shape {
        return vec![expr];
    }
    let rules = decision.rules.rules.iter().flat_map(|rule| rule.condition.into_iter().chain([rule.outcome]));
    rules.chain(decision.rules.default.iter().map(|default| default.outcome)).collect()
}

/// Every expression that may be evaluated for some.
pub(in crate::analysis) fn reached(policy: &Policy, mut open: Vec<ExprId>) -> FxHashSet<ExprId> {
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
