//! What decisions can rest on.

use std::collections::BTreeSet;

use jiff::civil::Date;
use rustc_hash::FxHashSet;

use super::{DecisionId, ExprId, ExprKind, Policy, RuleSet, Shape};
use crate::facts::{FactId, RecordId, TypeKind};

/// What decisions can rest on. Whatever a deal says of other facts, they come to the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ground {
    /// Top-level facts, in the order of their declaration; for a field, the lists of its records.
    pub facts: Vec<FactId>,
    /// Whether they use the date itself.
    pub as_of: bool,
    /// The dates on which a rule begins or ceases to be in force or a constant changes, ascending.
    pub changes: Vec<Date>,
}

impl Ground {
    /// A date that stands for `as_of`: decisions on dates for which the same stands come to the same.
    pub fn period(&self, as_of: Date) -> Option<Date> {
        if self.as_of { Some(as_of) } else { self.changes.iter().rev().find(|change| **change <= as_of).copied() }
    }
}

/// What these decisions can rest on.
pub fn ground(policy: &Policy, decisions: &[DecisionId]) -> Ground {
    let mut walk =
        Walk { policy, found: FxHashSet::default(), as_of: false, changes: BTreeSet::new(), queue: Vec::new() };
    decisions.iter().for_each(|&decision| walk.decision(decision));
    let mut seen: FxHashSet<ExprId> = FxHashSet::default();
    while let Some(id) = walk.queue.pop() {
        if seen.insert(id) {
            walk.expression(&policy.exprs[id].kind);
        }
    }
    let facts = policy.schema.facts.iter().map(|(id, _)| id).filter(|id| walk.found.contains(id));
    Ground { facts: facts.collect(), as_of: walk.as_of, changes: walk.changes.into_iter().collect() }
}

struct Walk<'a> {
    policy: &'a Policy,
    found: FxHashSet<FactId>,
    as_of: bool,
    changes: BTreeSet<Date>,
    queue: Vec<ExprId>,
}

impl Walk<'_> {
    fn decision(&mut self, id: DecisionId) {
        let decision = &self.policy.decisions[id];
        match &decision.shape {
            Shape::Computed(body) => self.queue.push(*body),
            Shape::Rubric { score, criteria, thresholds } => {
                self.queue.push(self.policy.definitions[*score].body);
                self.queue.extend(criteria.iter().map(|criterion| criterion.points));
                self.queue.extend(thresholds.iter().flatten());
            }
            Shape::Rules | Shape::Gate | Shape::Table { .. } | Shape::Checklist => {}
        }
        self.rules(&decision.rules);
        if let Some(record) = decision.scope {
            self.lists_of(record);
        }
    }

    fn rules(&mut self, set: &RuleSet) {
        for window in set.rules.iter().map(|rule| rule.window) {
            self.changes.extend(window.from);
            self.changes.extend(window.until.and_then(|last| last.tomorrow().ok()));
        }
        self.queue.extend(set.rules.iter().flat_map(|rule| rule.condition.into_iter().chain([rule.outcome])));
        self.queue.extend(set.default.iter().map(|default| default.outcome));
    }

    fn expression(&mut self, kind: &ExprKind) {
        self.queue.extend(kind.operands());
        match kind {
            ExprKind::Fact(fact) => match self.policy.schema.facts[*fact].field_of {
                None => {
                    self.found.insert(*fact);
                }
                Some((record, _)) => self.lists_of(record),
            },
            ExprKind::Aggregate { list, .. } => {
                self.found.insert(*list);
            }
            ExprKind::Definition(definition) => self.queue.push(self.policy.definitions[*definition].body),
            ExprKind::Decision(decision) | ExprKind::Item(decision, _) => self.decision(*decision),
            ExprKind::AsOf => self.as_of = true,
            ExprKind::Constant(constant) => {
                self.changes.extend(self.policy.constants[*constant].values.iter().filter_map(|(from, _)| *from));
            }
            ExprKind::Lookup(lookup, _) => self.rules(&self.policy.lookups[*lookup].rules),
            _ => {}
        }
    }

    fn lists_of(&mut self, record: RecordId) {
        let facts = self.policy.schema.facts.iter();
        let is_list = |kind: &TypeKind| matches!(kind, TypeKind::List { record: of, .. } if *of == record);
        self.found.extend(facts.filter(|(_, fact)| is_list(&fact.ty.kind)).map(|(id, _)| id));
    }
}
