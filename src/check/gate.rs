//! Gates: requirements, and the outcome where one fails; the worst failing ones stand.

use super::Checker;
use super::decisions::Body;
use super::expressions::Asked;
use super::names::Declarations;
use super::text;
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::{Type, Value};
use crate::policy::{self, ExprKind, Hit, Notes, Outcome, RuleSet, Shape, Window};
use crate::syntax::ast;

/// The most requirements of a gate: each knows all the milder ones.
const MOST_REQUIREMENTS: usize = 1_000;

impl Checker<'_> {
    /// The requirements of a gate as rules that say what their failing comes to.
    pub(super) fn gate(&mut self, gate: &ast::Gate, ty: Option<&Type>, all: &Declarations<'_>) -> Option<Body> {
        if gate.requirements.is_empty() {
            self.report_empty(&gate.name, "no requirements", "write `require NAME: … else OUTCOME`");
            return None;
        }
        if !self.at_most(MOST_REQUIREMENTS, gate.requirements.len(), &gate.name, "requirements") {
            return None;
        }
        self.unique_parts("requirement", gate.requirements.iter().map(|requirement| &requirement.name));
        let lowered: Vec<_> =
            gate.requirements.iter().map(|requirement| self.requirement(requirement, gate, ty, all)).collect();
        let lowered: Vec<(policy::Rule, u32)> = lowered.into_iter().collect::<Option<_>>()?;
        let severity: Vec<u32> = lowered.iter().map(|(_, outcome)| *outcome).collect();
        let rules: Vec<policy::Rule> = lowered
            .into_iter()
            .map(|(mut rule, own)| {
                let milder = severity.iter().enumerate().filter(|(_, other)| **other < own);
                rule.overrides = milder.map(|(place, _)| u32::try_from(place).unwrap_or(u32::MAX)).collect();
                rule
            })
            .collect();
        if !self.spend_pairs(rules.iter().map(|rule| rule.overrides.len()).sum(), &gate.name) {
            return None;
        }
        let best = self.variant_literal(ty?, 0, gate.name.span);
        let default = Some(Outcome { outcome: best, notes: Notes::default(), span: gate.name.span });
        Some((RuleSet { hit: Hit::Agree, rules, default }, Shape::Gate))
    }

    /// The rule of a requirement, with the place of its outcome.
    fn requirement(
        &mut self,
        requirement: &ast::Requirement,
        gate: &ast::Gate,
        ty: Option<&Type>,
        all: &Declarations<'_>,
    ) -> Option<(policy::Rule, u32)> {
        let condition = self.condition(&requirement.condition);
        let asked = Asked { what: "the outcome of", name: &gate.name.text, at: Some(gate.ty.span) };
        let outcome = self.knowing(&condition.known.when_false, |c| c.expect_known(&requirement.outcome, ty, &asked));
        let notes = self.notes(&requirement.notes, all);
        let (condition, outcome) = (condition.expr, outcome?);
        let ExprKind::Literal(Value::Variant(place)) = self.expr(outcome).kind else {
            self.report_not_fixed(requirement.outcome.span, super::Fixed::Literal);
            return None;
        };
        if place == 0 {
            let best = self.quoted(requirement.outcome.span);
            let message = format!("failing `{}` comes to {best}, the best outcome", requirement.name.text);
            self.report(
                Diagnostic::error(Code::GateElseBest, requirement.outcome.span, message)
                    .here("as if it had not failed")
                    .label(gate.ty.span, "the outcomes from the best to the worst")
                    .help("name a worse outcome, or leave the requirement out"),
            );
            return None;
        }
        let failed = self.push(ExprKind::Not(condition?), Type::boolean(), requirement.condition.span);
        let rule = policy::Rule {
            name: requirement.name.text.clone(),
            label: text(requirement.label.as_ref()),
            condition: Some(failed),
            outcome,
            overrides: Vec::new(),
            window: Window::default(),
            notes,
            span: requirement.span,
        };
        Some((rule, place))
    }
}
