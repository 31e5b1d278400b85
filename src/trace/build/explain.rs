//! What one answer rests on: rules, criteria, bands.

use super::Builder;
use super::node::Context;
use crate::base::Number;
use crate::engine::{self, Explanation, RuleRecord, Seen};
use crate::facts::{Element, Type, Value};
use crate::policy::{DecisionId, ExprId, ExprKind, Shape};
use crate::trace::bounds::{Bounds, Interval};
use crate::trace::data::{Band, Criterion, DefaultRule, Kind, Points, Rubric, Rule, RuleState, Shown, Trace, VERSION};
use crate::trace::words;

impl Builder<'_> {
    pub(super) fn trace(
        &self,
        id: DecisionId,
        answer: &engine::Answer,
        explanation: &Explanation,
        record: Option<Element>,
    ) -> Trace {
        let decision = &self.policy.decisions[id];
        let context = Context::of(record);
        let default = decision.rules.default.as_ref().map(|default| DefaultRule {
            outcome: match &explanation.default {
                Some(node) => self.node(*node, context),
                None => self.unevaluated(default.outcome, context),
            },
            stands: matches!(answer.state, engine::State::Default(_)),
            notes: self.notes(&default.notes),
            at: self.place(default.span),
        });
        Trace {
            version: VERSION,
            decision: decision.name.clone(),
            label: decision.label.clone(),
            kind: Kind::of(&decision.shape),
            group: self.group(id),
            at: self.place(decision.span),
            notes: self.notes(&decision.notes),
            computed: explanation.computed.map(|node| self.node(node, context)),
            rubric: self.rubric(id, explanation, context),
            rules: explanation.rules.iter().enumerate().filter_map(|(i, r)| self.rule(id, i, r, context)).collect(),
            default,
        }
    }

    fn rule(&self, id: DecisionId, index: usize, record: &RuleRecord, context: Context) -> Option<Rule> {
        let decision = &self.policy.decisions[id];
        let rules = &decision.rules.rules;
        let rule = rules.get(index)?;
        let names = |places: &[u32]| -> Vec<String> {
            places.iter().filter_map(|&i| rules.get(i as usize)).map(|r| r.name.clone()).collect()
        };
        let kind = Kind::of(&decision.shape);
        let (mut when, mut requires) = (None, None);
        if let Some(condition) = rule.condition {
            match (kind, &self.policy.exprs[condition].kind) {
                (Kind::Gate, ExprKind::Not(required)) => {
                    let seen = record.condition.and_then(|node| self.nodes()[node].children.clone().next());
                    requires = Some(self.seen_or_written(seen, *required, context));
                }
                _ => when = Some(self.seen_or_written(record.condition, condition, context)),
            }
        }
        let overridden = if let engine::RuleState::Overridden(by) = &record.state { names(by) } else { Vec::new() };
        Some(Rule {
            id: format!("{}/{}", decision.name, rule.name),
            name: rule.name.clone(),
            label: rule.label.clone(),
            kind: kind.rule_word(),
            state: rule_state(&record.state),
            outcome: self.seen_or_written(record.outcome, rule.outcome, context),
            when,
            requires,
            overridden_by: overridden,
            overrides: names(&rule.overrides),
            from: rule.window.from.map(|d| d.to_string()),
            until: rule.window.until.map(|d| d.to_string()),
            notes: self.notes(&rule.notes),
            at: self.place(rule.span),
        })
    }

    fn seen_or_written(
        &self,
        seen: Option<engine::NodeId>,
        written: ExprId,
        context: Context,
    ) -> crate::trace::data::Node {
        match seen {
            Some(node) => self.node(node, context),
            None => self.unevaluated(written, context),
        }
    }

    fn rubric(&self, id: DecisionId, explanation: &Explanation, context: Context) -> Option<Rubric> {
        let Shape::Rubric { score, criteria, thresholds } = &self.policy.decisions[id].shape else { return None };
        let mut bounds = Bounds::new(self.policy, self.report.decisions.as_of);
        let score = &self.policy.definitions[*score];
        let total = explanation.score.as_ref().map_or((Points::default(), None), |seen| {
            (self.points(&score.ty, seen, bounds.of(score.body)), known_number(seen))
        });
        let criteria = criteria.iter().zip(&explanation.criteria).map(|(criterion, node)| Criterion {
            name: criterion.name.clone(),
            label: criterion.label.clone(),
            points: self.points(
                &self.policy.exprs[criterion.points].ty,
                &self.nodes()[*node].seen,
                bounds.of(criterion.points),
            ),
            rests_on: self.node(*node, context),
            notes: self.notes(&criterion.notes),
        });
        let criteria = criteria.collect();
        let rules = &self.policy.decisions[id].rules.rules;
        let bands = rules.iter().zip(thresholds).map(|(rule, threshold)| {
            let from = threshold.and_then(|t| bounds.of(t)).filter(|(low, high)| low == high).map(|(low, _)| low);
            let distance = total.1.zip(from).and_then(|(score, from)| score.subtract(from).ok());
            let number = |n: Number| self.shown(&score.ty, &Value::Number(n));
            Band {
                name: rule.name.clone(),
                from: from.map(number),
                distance: distance.map(number),
                reached: distance.map(|d| !d.is_negative()),
                gap: distance.and_then(|d| d.abs().ok()).map(words::number),
            }
        });
        Some(Rubric { score: total.0, criteria, bands: bands.collect() })
    }

    fn points(&self, ty: &Type, seen: &Seen, ends: Option<Interval>) -> Points {
        let shown = |value: &Value| self.shown(ty, value);
        let number = |n: Number| shown(&Value::Number(n));
        let most = ends.map(|(_, high)| number(high));
        let (points, low, high): (Option<Shown>, Option<Shown>, Option<Shown>) = match seen {
            Seen::Known(value) => (Some(shown(value)), None, None),
            Seen::Unknown(possible) => match possible.as_deref() {
                Some(engine::Possible::Values(values)) => (None, values.first().map(shown), values.last().map(shown)),
                Some(engine::Possible::Range { low, high, .. }) => (None, Some(shown(low)), Some(shown(high))),
                _ => (None, ends.map(|(low, _)| number(low)), ends.map(|(_, high)| number(high))),
            },
            Seen::Fault(_) | Seen::Gap(_) | Seen::Skipped => (None, None, None),
        };
        Points { points, at_least: low, at_most: high, most }
    }
}

fn known_number(seen: &Seen) -> Option<Number> {
    match seen {
        Seen::Known(Value::Number(n)) => Some(*n),
        _ => None,
    }
}

fn rule_state(state: &engine::RuleState) -> RuleState {
    match state {
        engine::RuleState::Stands => RuleState::Stands,
        engine::RuleState::Overridden(_) => RuleState::Overridden,
        engine::RuleState::DoesNotApply => RuleState::DoesNotApply,
        engine::RuleState::Unknown => RuleState::Unknown,
        engine::RuleState::NotInForce => RuleState::NotInForce,
        engine::RuleState::NotReached => RuleState::NotReached,
        engine::RuleState::Fault => RuleState::Error,
    }
}
