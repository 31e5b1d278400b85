//! Conditions that hold in every deal, or in none.

use super::{FindingKind, Search};
use crate::analysis::inquiry::Stopped;
use crate::policy::{DecisionId, ExprId, ExprKind, Policy, Shape};

impl Search<'_, '_, '_> {
    /// The conditions of the rules, or requirements, of a decision, and what they join with `and` and `or`. Those of rows
    /// and bands are told as rows and bands.
    pub(super) fn conditions(&mut self, id: DecisionId) -> Result<(), Stopped> {
        let decision = &self.policy().decisions[id];
        if !matches!(decision.shape, Shape::Rules | Shape::Gate | Shape::Checklist) || !self.is_settled(id)? {
            return Ok(());
        }
        for condition in decision.rules.rules.iter().filter_map(|rule| rule.condition) {
            self.condition(id, condition)?;
        }
        Ok(())
    }

    /// The choices with `if`, and the lines of criteria, whose condition depends on the deal.
    pub(super) fn choices(&self) -> Vec<ExprId> {
        let policy = self.policy();
        let mut choices: Vec<ExprId> = self.inquiry.machine.encoded.branches.keys().copied().collect();
        choices.retain(|&choice| condition_of(policy, choice).is_some_and(|condition| reads_facts(policy, condition)));
        choices.sort_unstable_by_key(|choice| choice.into_raw());
        choices
    }

    /// A choice of which one side is never taken.
    pub(super) fn choice(&mut self, choice: ExprId) -> Result<(), Stopped> {
        if !self.is_sure()? {
            return Ok(());
        }
        let encoded = &self.inquiry.machine.encoded;
        let Some(condition) = condition_of(self.policy(), choice) else { return Ok(()) };
        let (Some(branches), Some(seen)) =
            (encoded.branches.get(&choice).copied(), encoded.seen.get(&condition).copied())
        else {
            return Ok(());
        };
        let (then, otherwise) = (self.inquiry.can(&[branches.then])?, self.inquiry.can(&[branches.otherwise])?);
        if then == otherwise {
            return Ok(());
        }
        let everywhere = !self.inquiry.can(&[if then { seen.fails } else { seen.holds }])?;
        let kind =
            if everywhere { FindingKind::Constant(condition, then) } else { FindingKind::OneSided(condition, then) };
        self.report(kind, None);
        Ok(())
    }

    fn condition(&mut self, id: DecisionId, condition: ExprId) -> Result<(), Stopped> {
        let policy = self.policy();
        let Some(seen) = self.inquiry.machine.encoded.seen.get(&condition).copied() else { return Ok(()) };
        // Where it is never asked, what comes before it is told.
        if !reads_facts(policy, condition) || !self.inquiry.can(&[seen.holds])? {
            return Ok(());
        }
        if !self.inquiry.can(&[seen.fails])? {
            self.report(told(policy, condition), None);
            return Ok(());
        }
        match &policy.exprs[condition].kind {
            ExprKind::And(parts) | ExprKind::Or(parts) => {
                for &part in parts {
                    self.part(id, part)?;
                }
                Ok(())
            }
            ExprKind::Not(of) => self.condition(id, *of),
            _ => Ok(()),
        }
    }

    /// A part that is asked and always comes to the same.
    fn part(&mut self, id: DecisionId, part: ExprId) -> Result<(), Stopped> {
        let policy = self.policy();
        let Some(seen) = self.inquiry.machine.encoded.seen.get(&part).copied() else { return Ok(()) };
        if !reads_facts(policy, part) {
            return Ok(());
        }
        let (holds, fails) = (self.inquiry.can(&[seen.holds])?, self.inquiry.can(&[seen.fails])?);
        match (holds, fails) {
            (true, true) => self.condition(id, part),
            (false, false) => Ok(()),
            (holds, _) => {
                self.report(FindingKind::Constant(part, holds), None);
                Ok(())
            }
        }
    }
}

/// That a condition always holds. A requirement fails where what is written does not hold, so of that the opposite is told.
fn told(policy: &Policy, condition: ExprId) -> FindingKind {
    let expr = &policy.exprs[condition];
    match expr.kind {
        ExprKind::Not(written) if policy.exprs[written].span == expr.span => FindingKind::Constant(written, false),
        _ => FindingKind::Constant(condition, true),
    }
}

fn condition_of(policy: &Policy, choice: ExprId) -> Option<ExprId> {
    match policy.exprs[choice].kind {
        ExprKind::If { condition, .. } => Some(condition),
        _ => None,
    }
}

/// Whether an expression depends on the deal or the date, and not on constants alone.
fn reads_facts(policy: &Policy, expr: ExprId) -> bool {
    let mut open = vec![expr];
    while let Some(id) = open.pop() {
        match &policy.exprs[id].kind {
            ExprKind::Fact(_) | ExprKind::Decision(_) | ExprKind::Item(..) | ExprKind::AsOf => return true,
            ExprKind::Aggregate { .. } | ExprKind::Lookup(..) | ExprKind::Parameter(_) => return true,
            ExprKind::Definition(definition) => open.push(policy.definitions[*definition].body),
            other => open.extend(other.operands()),
        }
    }
    false
}
