//! Which decision and which rule of one policy is which of the other, and whether words mean the same in both.

use super::super::encode::Hand;
use super::super::inquiry::Stopped;
use super::super::reach::{reached, roots};
use super::ends::Changed;
use super::search::Comparison;
use super::{RuleChange, RuleChangeKind, Side};
use crate::base::Aggregate;
use crate::facts::TypeKind;
use crate::policy::{Decision, DecisionId, ExprId, ExprKind, Policy, RuleSet};

/// Decisions that both policies have by one name: both about the deal, or both about the records of a list.
pub(super) fn by_name(before: &Policy, after: &Policy) -> Vec<(DecisionId, DecisionId)> {
    let pair = |(id, decision): (DecisionId, &Decision)| {
        let was = before.decision_by_name(&decision.name)?;
        (before.decisions[was].scope.is_some() == decision.scope.is_some()).then_some((was, id))
    };
    after.decisions.iter().filter_map(pair).collect()
}

impl Comparison<'_, '_, '_> {
    /// Which decision is which: by name, and where a name is only in one of the policies, by what is proved.
    pub(super) fn pair(&mut self) -> Result<(), Stopped> {
        let (before, after) = (self.before, self.policy(Side::After));
        self.difference.pairs = by_name(before, after);
        let mut gone: Vec<DecisionId> = before
            .decisions
            .iter()
            .filter(|(_, d)| after.decision_by_name(&d.name).is_none())
            .map(|(id, _)| id)
            .collect();
        for (id, decision) in after.decisions.iter() {
            if before.decision_by_name(&decision.name).is_some() {
                continue;
            }
            for (place, &was) in gone.iter().enumerate() {
                if before.decisions[was].ty.kind == TypeKind::Boolean && decision.ty.kind != TypeKind::Boolean {
                    continue;
                }
                if self.ends_alike(was, id)? {
                    gone.remove(place);
                    self.difference.pairs.push((was, id));
                    break;
                }
            }
        }
        // Each after those that it uses, so that what is proved of those can be said of it.
        let order = after.order.iter();
        let place = |id: DecisionId| order.clone().position(|node| *node == crate::policy::Node::Decision(id));
        self.difference.pairs.sort_by_key(|&(_, id)| place(id));
        Ok(())
    }

    pub(super) fn ends_alike(&mut self, before: DecisionId, after: DecisionId) -> Result<bool, Stopped> {
        let Some(hands) = self.hands([before, after]) else { return Ok(false) };
        for hands in hands {
            let Some(Changed { changed, lost }) = self.changed([before, after], hands) else { return Ok(false) };
            if self.inquiry.can(&[changed])? || self.inquiry.can(&[lost])? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The records for which both are taken. One of a list stands for all others of it, where it does not matter which of
    /// them comes first. `None` where they are not taken of the same.
    pub(super) fn hands(&mut self, decisions: [DecisionId; 2]) -> Option<Vec<[Option<Hand>; 2]>> {
        let mut hands = self.all_hands(decisions)?;
        let roots = [roots(self.before, decisions[0]), roots(self.policy(Side::After), decisions[1])];
        if !self.order_matters(roots) {
            hands.retain(|hands| hands[0].is_none_or(|hand| hand.place == 0));
        }
        Some(hands)
    }

    /// Whether it can matter to what these come to which record of a list comes first: a question that stops where it is
    /// settled may not come to the record that it would fail at.
    pub(super) fn order_matters(&mut self, roots: [Vec<ExprId>; 2]) -> bool {
        [Side::Before, Side::After].into_iter().zip(roots).any(|(side, roots)| {
            let policy = self.policy(side);
            let encoded = if side == Side::Before { &self.beside } else { &self.inquiry.machine.encoded };
            let hands: Vec<Hand> = encoded.hands.values().flatten().filter(|hand| hand.place == 0).copied().collect();
            let reached = reached(policy, roots);
            let questions = reached.into_iter().filter_map(|expr| match policy.exprs[expr].kind {
                ExprKind::Aggregate { kind: Aggregate::Any | Aggregate::All, list, condition, .. } => {
                    Some((*hands.iter().find(|hand| hand.list == list)?, condition?))
                }
                _ => None,
            });
            questions.into_iter().any(|(hand, condition)| self.may_fail(side, hand, condition))
        })
    }

    fn may_fail(&mut self, side: Side, hand: Hand, condition: ExprId) -> bool {
        if let Some(&known) = self.failing.get(&(side, condition)) {
            return known;
        }
        let fails = self.symbol(side, Some(hand), condition).map(|symbol| symbol.fails.any(self.circuit()));
        let may = fails.is_none_or(|fails| self.can(fails));
        self.failing.insert((side, condition), may);
        may
    }

    /// All records for which both are taken.
    pub(super) fn all_hands(&self, decisions: [DecisionId; 2]) -> Option<Vec<[Option<Hand>; 2]>> {
        let after = self.policy(Side::After);
        let scopes = [self.before.decisions[decisions[0]].scope, after.decisions[decisions[1]].scope];
        let [was, is] = match scopes {
            [None, None] => return Some(vec![[None, None]]),
            [Some(was), Some(is)] => [was, is],
            _ => return None,
        };
        let none = Vec::new();
        let was = self.beside.hands.get(&was).unwrap_or(&none);
        let is = self.inquiry.machine.encoded.hands.get(&is).unwrap_or(&none);
        let mut hands = Vec::new();
        for &old in was {
            let list = &self.before.schema.facts[old.list].name;
            let same = |new: &&Hand| new.place == old.place && after.schema.facts[new.list].name == *list;
            if let Some(&new) = is.iter().find(same) {
                hands.push([Some(old), Some(new)]);
            }
        }
        Some(hands)
    }

    /// Which rules of two decisions are new, gone, or called otherwise.
    pub(super) fn rules(&mut self, before: DecisionId, after: DecisionId) {
        let (was, is) = (&self.before.decisions[before].rules, &self.policy(Side::After).decisions[after].rules);
        let missing = |of: &RuleSet, other: &RuleSet| -> Vec<u32> {
            let has = |name: &String| other.rules.iter().any(|rule| rule.name == *name);
            of.rules.iter().zip(0..).filter(|(rule, _)| !has(&rule.name)).map(|(_, place)| place).collect()
        };
        let (gone, new) = (missing(was, is), missing(is, was));
        let mut named: Vec<u32> = Vec::new();
        for old in gone {
            let same =
                new.iter().copied().find(|new| !named.contains(new) && self.same_rule([before, after], [old, *new]));
            let kind = match same {
                Some(new) => {
                    named.push(new);
                    RuleChangeKind::Renamed(old, new)
                }
                None => RuleChangeKind::Removed(old),
            };
            self.difference.rules.push(RuleChange { before, after, kind });
        }
        let added = new.into_iter().filter(|new| !named.contains(new));
        let added = added.map(|place| RuleChange { before, after, kind: RuleChangeKind::Added(place) });
        self.difference.rules.extend(added);
    }

    /// Whether two rules apply to the same deals with the same outcome.
    fn same_rule(&mut self, decisions: [DecisionId; 2], rules: [u32; 2]) -> bool {
        let Some(&hands) = self.hands(decisions).unwrap_or_default().first() else { return false };
        let mut said = Vec::new();
        for (place, side) in [(0, Side::Before), (1, Side::After)] {
            let Some((_, verdict)) = self.verdict(side, decisions[place], hands[place]) else { return false };
            let Some(symbol) = verdict.rules.get(rules[place] as usize) else { return false };
            let rule = &self.policy(side).decisions[decisions[place]].rules.rules[rules[place] as usize];
            let Some(outcome) = self.symbol(side, hands[place], rule.outcome) else { return false };
            let outcome = outcome.literals(self.circuit());
            said.push((symbol.applies, outcome));
        }
        said[0] == said[1]
    }

    /// Whether the words of an expression come to something else in the other policy.
    pub(super) fn is_ambiguous(&mut self, side: Side, hand: Option<Hand>, id: ExprId) -> bool {
        let policy = self.policy(side);
        let other = self.policy(side.other());
        match &policy.exprs[id].kind {
            ExprKind::Constant(constant) => {
                let constant = &policy.constants[*constant];
                let words = |policy: &Policy, constant: &crate::policy::Constant| -> Vec<_> {
                    let values = constant.values.iter();
                    values.map(|(from, value)| (*from, policy.text_of_value(value, &constant.ty))).collect()
                };
                let same = other.constants.iter().find(|(_, c)| c.name == constant.name);
                same.is_some_and(|(_, same)| words(other, same) != words(policy, constant))
            }
            ExprKind::Definition(definition) => {
                let name = &policy.definitions[*definition].name;
                let Some((_, same)) = other.definitions.iter().find(|(_, d)| d.name == *name) else { return false };
                !self.same_body(side, hand, policy.definitions[*definition].body, same.body)
            }
            ExprKind::Decision(decision) | ExprKind::Item(decision, _) => {
                let name = &policy.decisions[*decision].name;
                let Some(same) = other.decision_by_name(name) else { return false };
                let pair = if side == Side::Before { (*decision, same) } else { (same, *decision) };
                !self.alike.contains(&pair)
            }
            ExprKind::Lookup(lookup, arguments) => {
                let name = &policy.lookups[*lookup].name;
                let Some((_, same)) = other.lookups.iter().find(|(_, l)| l.name == *name) else { return false };
                let rows = |policy: &Policy, rules: &RuleSet| -> Vec<_> {
                    let rows = rules.rules.iter().map(|rule| {
                        (rule.condition.map(|c| policy.text_of(c)), policy.text_of(rule.outcome), rule.window)
                    });
                    rows.collect()
                };
                rows(policy, &policy.lookups[*lookup].rules) != rows(other, &same.rules)
                    || arguments.iter().any(|&argument| self.is_ambiguous(side, hand, argument))
            }
            kind => kind.operands().into_iter().any(|operand| self.is_ambiguous(side, hand, operand)),
        }
    }

    /// Whether two definitions of one name are the same.
    fn same_body(&mut self, side: Side, hand: Option<Hand>, own: ExprId, other: ExprId) -> bool {
        let away = side.other();
        // The record at hand has another id over there.
        let there = hand.and_then(|hand| {
            let policy = self.policy(side);
            let list = self.policy(away).schema.fact_by_name(&policy.schema.facts[hand.list].name)?;
            let TypeKind::List { record, .. } = self.policy(away).schema.facts[list].ty.kind else { return None };
            Some(Hand { record, list, place: hand.place })
        });
        let (Some(one), Some(two)) = (self.symbol(side, hand, own), self.symbol(away, there, other)) else {
            return false;
        };
        let circuit = self.circuit();
        one.literals(circuit) == two.literals(circuit)
    }
}
