//! The policy that a mutant makes of another.

use super::{Change, Mutant, Rules};
use crate::facts::{Type, Value};
use crate::policy::{Expr, ExprKind, Policy, Rule, RuleSet};

impl Mutant {
    /// The policy with this mistake in it. Decisions, rules and facts keep their places.
    pub fn apply(&self, policy: &Policy) -> Policy {
        let mut mutated = policy.clone();
        match &self.change {
            Change::Expr(id, kind) => mutated.exprs[*id].kind = kind.clone(),
            Change::Drop(rules, place) => {
                let never = ExprKind::Literal(Value::Boolean(false));
                let never = mutated.exprs.alloc(Expr { kind: never, ty: Type::boolean(), span: self.span });
                if let Some(rule) = rule_mut(&mut mutated, *rules, *place) {
                    rule.condition = Some(never);
                }
            }
            Change::Override(rules, place, other) => {
                if let Some(rule) = rule_mut(&mut mutated, *rules, *place) {
                    rule.overrides.retain(|overridden| overridden != other);
                }
            }
            Change::Severity(decision, place, outcome) => {
                if let Some(rule) = rule_mut(&mut mutated, Rules::Decision(*decision), *place) {
                    let outcome_expr = rule.outcome;
                    mutated.exprs[outcome_expr].kind = ExprKind::Literal(Value::Variant(*outcome));
                }
                by_severity(&mut mutated, *decision);
            }
            Change::Window(rules, place, window) => {
                if let Some(rule) = rule_mut(&mut mutated, *rules, *place) {
                    rule.window = *window;
                }
            }
            Change::Constant(id, place, value) => {
                if let Some(old) = mutated.constants[*id].values.get_mut(*place) {
                    *old = value.clone();
                }
            }
            Change::Presumed(fact, value) => mutated.schema.facts[*fact].presumed = value.clone(),
        }
        mutated
    }
}

pub(super) fn rules_of(policy: &Policy, rules: Rules) -> &RuleSet {
    match rules {
        Rules::Decision(id) => &policy.decisions[id].rules,
        Rules::Lookup(id) => &policy.lookups[id].rules,
    }
}

fn rule_mut(policy: &mut Policy, rules: Rules, place: u32) -> Option<&mut Rule> {
    let rules = match rules {
        Rules::Decision(id) => &mut policy.decisions[id].rules,
        Rules::Lookup(id) => &mut policy.lookups[id].rules,
    };
    rules.rules.get_mut(place as usize)
}

/// A requirement of a gate overrides all milder ones.
fn by_severity(policy: &mut Policy, decision: crate::policy::DecisionId) {
    let outcome = |rule: &Rule| match &policy.exprs[rule.outcome].kind {
        ExprKind::Literal(Value::Variant(place)) => *place,
        _ => 0,
    };
    let severity: Vec<u32> = policy.decisions[decision].rules.rules.iter().map(outcome).collect();
    for (rule, own) in policy.decisions[decision].rules.rules.iter_mut().zip(&severity) {
        let milder = (0u32..).zip(&severity).filter(|(_, other)| *other < own);
        rule.overrides = milder.map(|(place, _)| place).collect();
    }
}
