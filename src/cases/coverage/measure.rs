//! What one case exercises.

use super::goals::{Clause, Kind};
use super::plan::{Lines, Look, Plan, Rules};
use crate::engine::{Probe, RuleState};
use crate::facts::{RecordId, Value};
use crate::policy::{DecisionId, ExprId, Node, Policy, RuleSet};

/// Counts what is exercised in a policy that was evaluated for a deal.
pub(super) fn measure(policy: &Policy, plan: &Plan, probe: &mut Probe<'_, '_>, clauses: &mut [Clause]) {
    let mut measure = Measure { policy, plan, clauses };
    for node in probe.nodes() {
        let scope = match node {
            Node::Definition(id) => policy.definitions[id].scope,
            Node::Decision(id) => policy.decisions[id].scope,
        };
        each(probe, scope, |probe| match node {
            Node::Definition(id) => measure.looks(probe, plan.definitions.get(id).map_or(&[], Vec::as_slice)),
            Node::Decision(id) => measure.decision(probe, id),
        });
    }
}

/// Once, or for each record.
fn each(probe: &mut Probe<'_, '_>, scope: Option<RecordId>, mut ask: impl FnMut(&mut Probe<'_, '_>)) {
    match scope {
        None => ask(probe),
        Some(record) => {
            for list in probe.lists_of(record) {
                probe.each_record(list, record, &mut ask);
            }
        }
    }
}

struct Measure<'a> {
    policy: &'a Policy,
    plan: &'a Plan,
    clauses: &'a mut [Clause],
}

impl Measure<'_> {
    fn decision(&mut self, probe: &mut Probe<'_, '_>, id: DecisionId) {
        let plan = self.plan;
        if let Some((body, place)) = plan.computed.get(id)
            && probe.value(*body).is_some()
        {
            self.hit(*place, 0);
        }
        plan.criteria.get(id).into_iter().flatten().for_each(|criterion| self.criterion(probe, criterion));
        if let Some(rules) = plan.decisions.get(id) {
            self.rules(probe, rules, &self.policy.decisions[id].rules);
        }
    }

    fn rules(&mut self, probe: &mut Probe<'_, '_>, plan: &Rules, rules: &RuleSet) {
        self.looks(probe, &plan.always);
        if plan.rules.is_empty() && plan.default.is_none() {
            return;
        }
        let states = probe.rule_states(rules);
        for ((rule, written), state) in plan.rules.iter().zip(&rules.rules).zip(&states) {
            let in_force = *state != RuleState::NotInForce;
            if let Some(window) = rule.window {
                self.answer(window, in_force);
            }
            if !in_force {
                continue;
            }
            self.looks(probe, &rule.condition);
            let requirement = self.clauses.get(rule.place).is_some_and(|clause| clause.kind == Kind::Requirement);
            match state {
                RuleState::Stands => self.hit(rule.place, 0),
                // One that may not even apply is overridden too.
                RuleState::Overridden(_) if written.condition.is_none_or(|c| truth(probe, c) == Some(true)) => {
                    if let Some(clause) = self.clauses.get_mut(rule.place) {
                        clause.overridden = clause.overridden.saturating_add(1);
                    }
                    // It failed, though a graver failure decides.
                    if requirement {
                        self.hit(rule.place, 0);
                    }
                }
                RuleState::DoesNotApply if requirement => self.hit(rule.place, 1),
                _ => {}
            }
            if *state == RuleState::Stands {
                self.looks(probe, &rule.outcome);
            }
        }
        if let Some((place, outcome)) = &plan.default {
            let silent = |state: &RuleState| matches!(state, RuleState::DoesNotApply | RuleState::NotInForce);
            if states.iter().all(silent) {
                self.hit(*place, 0);
                self.looks(probe, outcome);
            }
        }
    }

    fn criterion(&mut self, probe: &mut Probe<'_, '_>, criterion: &Lines) {
        self.looks(probe, &criterion.inside);
        for (condition, points, place) in &criterion.lines {
            match condition.map(|condition| truth(probe, condition)) {
                Some(Some(false)) => {}
                Some(None) => return,
                Some(Some(true)) | None => {
                    if probe.value(*points).is_some() {
                        self.hit(*place, 0);
                    }
                    return;
                }
            }
        }
    }

    fn looks(&mut self, probe: &mut Probe<'_, '_>, looks: &[Look]) {
        let plan = self.plan;
        for look in looks {
            if probe.is_spent() {
                return;
            }
            match look {
                Look::Condition(id, place) => {
                    if let Some(holds) = truth(probe, *id) {
                        self.answer(*place, holds);
                    }
                }
                Look::Each { list, record, inside } => {
                    probe.each_record(*list, *record, |probe| self.looks(probe, inside));
                }
                Look::Call(lookup, arguments) => {
                    let rules = &self.policy.lookups[*lookup].rules;
                    if let Some(rows) = plan.lookups.get(*lookup) {
                        probe.call(arguments, |probe| self.rules(probe, rows, rules));
                    }
                }
            }
        }
    }

    fn hit(&mut self, place: usize, goal: usize) {
        if let Some(clause) = self.clauses.get_mut(place) {
            clause.hit(goal);
        }
    }

    fn answer(&mut self, place: usize, holds: bool) {
        if let Some(clause) = self.clauses.get_mut(place) {
            clause.answer(holds);
        }
    }
}

fn truth(probe: &mut Probe<'_, '_>, id: ExprId) -> Option<bool> {
    match probe.value(id)? {
        Value::Boolean(holds) => Some(holds),
        _ => None,
    }
}
