//! Conditions that hold in every deal, or in none.

use super::{FindingKind, Search};
use crate::analysis::inquiry::Stopped;
use crate::policy::{DecisionId, ExprId, ExprKind, Policy, Shape};

impl Search<'_, '_, '_> {
    /// The conditions of rules and requirements, and what they join with `and` and `or`. Those of rows and bands are
    /// told as rows and bands.
    pub(super) fn conditions(&mut self) -> Result<(), Stopped> {
        let policy = self.policy();
        for (id, decision) in policy.decisions.iter() {
            if !matches!(decision.shape, Shape::Rules | Shape::Gate | Shape::Checklist) || !self.is_settled(id)? {
                continue;
            }
            for rule in &decision.rules.rules {
                let Some(condition) = rule.condition else { continue };
                self.condition(id, condition)?;
            }
        }
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
            self.report(FindingKind::Constant(condition, true), None);
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
