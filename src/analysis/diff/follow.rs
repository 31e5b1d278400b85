//! What follows for a decision from the decisions that it uses.

use super::super::circuit::Lit;
use super::super::encode::Hand;
use super::ends::Changed;
use super::search::Comparison;
use super::terms::{Term, TermForm, own_exprs};
use super::{Cause, Side, Subject};
use crate::facts::TypeKind;
use crate::policy::{DecisionId, ExprId, ExprKind, Through};

impl Comparison<'_, '_, '_> {
    /// Terms in which a change is told as what follows from another: that a number which is used comes out otherwise, and
    /// that records add something else to a sum.
    pub(super) fn followed(&mut self, decisions: [DecisionId; 2], hands: [Option<Hand>; 2]) -> Vec<Term> {
        self.congruence(decisions);
        let (before, after) =
            (self.seen_through(Side::Before, decisions[0]), self.seen_through(Side::After, decisions[1]));
        let mut terms = Vec::new();
        for &expr in &after {
            terms.extend(
                self.otherwise(expr, hands).filter(|term: &Term| !terms.iter().any(|other: &Term| is_one(other, term))),
            );
        }
        terms.extend(self.sums([&before, &after]));
        terms
    }

    /// That a decision that is a number or a date comes out otherwise.
    fn otherwise(&mut self, expr: ExprId, hands: [Option<Hand>; 2]) -> Option<Term> {
        let policy = self.policy(Side::After);
        let ExprKind::Decision(is) = policy.exprs[expr].kind else { return None };
        let decision = &policy.decisions[is];
        if !matches!(decision.ty.kind, TypeKind::Number(_) | TypeKind::Date(_)) {
            return None;
        }
        let was = self.difference.pairs.iter().find(|(_, after)| *after == is)?.0;
        if self.alike.contains(&(was, is)) {
            return None;
        }
        let hands = if decision.scope.is_some() { hands } else { [None, None] };
        let Changed { changed, .. } = self.changed([was, is], hands)?;
        let form = TermForm::Holds(changed);
        (!changed.is_constant()).then_some(Term {
            side: Side::After,
            subject: Subject::Otherwise(expr),
            form,
            absent: Lit::FALSE,
            follows: true,
        })
    }

    /// Tells the solver that a decision which says what it said comes out as before where all that it uses does.
    pub(super) fn congruence(&mut self, [was, is]: [DecisionId; 2]) {
        let name = &self.policy(Side::After).decisions[is].name;
        let Some(edits) = &self.edits else { return };
        let Some(through) = edits.through.get(name).filter(|_| !edits.edited.contains(name)) else { return };
        let mut used = Vec::new();
        for through in through.clone() {
            let Through::Decision(name) = through else { return };
            let (Some(was), Some(is)) =
                (self.before.decision_by_name(&name), self.policy(Side::After).decision_by_name(&name))
            else {
                return;
            };
            used.push([was, is]);
        }
        let mut differs = Vec::new();
        for pair in used {
            let Some(hands) = self.all_hands(pair) else { return };
            for hands in hands {
                let Some(Changed { changed, lost }) = self.changed(pair, hands) else { return };
                differs.extend([changed, lost]);
            }
        }
        for hands in self.hands([was, is]).unwrap_or_default() {
            let Some(Changed { changed, .. }) = self.changed([was, is], hands) else { return };
            let lit = self.inquiry.any(differs.iter().copied().chain([!changed]));
            self.inquiry.assert(lit);
        }
    }

    /// Every expression that is written in a decision, or in a definition that comes to something else.
    fn seen_through(&mut self, side: Side, decision: DecisionId) -> Vec<ExprId> {
        let policy = self.policy(side);
        let mut all = own_exprs(policy, super::super::reach::roots(policy, decision));
        let mut place = 0;
        let mut seen = Vec::new();
        while let Some(&expr) = all.get(place) {
            place += 1;
            if let ExprKind::Definition(definition) = policy.exprs[expr].kind
                && !seen.contains(&definition)
                && self.is_ambiguous(side, None, expr)
            {
                seen.push(definition);
                all.extend(own_exprs(policy, vec![policy.definitions[definition].body]));
            }
        }
        all
    }

    /// What a change of a decision comes of, beside what is written in it.
    pub(super) fn causes(&self, after: DecisionId) -> Vec<Cause> {
        let policy = self.policy(Side::After);
        let Some(edits) = &self.edits else { return Vec::new() };
        let changes = |id: DecisionId| self.difference.changes.iter().any(|change| change.after == id);
        let through = edits.through.get(&policy.decisions[after].name).into_iter().flatten();
        through
            .filter_map(|through| match through {
                Through::Constant(name) => {
                    policy.constants.iter().find(|(_, c)| c.name == *name).map(|(id, _)| Cause::Constant(id))
                }
                Through::Definition(name) => {
                    policy.definitions.iter().find(|(_, d)| d.name == *name).map(|(id, _)| Cause::Definition(id))
                }
                Through::Table(name) => {
                    policy.lookups.iter().find(|(_, l)| l.name == *name).map(|(id, _)| Cause::Table(id))
                }
                Through::Decision(name) => policy.decision_by_name(name).filter(|id| changes(*id)).map(Cause::Decision),
            })
            .collect()
    }
}

fn is_one(one: &Term, other: &Term) -> bool {
    match (&one.form, &other.form) {
        (TermForm::Holds(one), TermForm::Holds(other)) => one == other,
        _ => false,
    }
}
