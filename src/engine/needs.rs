//! What each definition and decision needs, so that a question about one evaluates no more.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts::FactId;
use crate::policy::{DecisionId, ExprId, ExprKind, LookupId, Node, Policy, RuleSet, Shape};

/// What the nodes of a policy use directly.
pub(super) struct Needs<'a> {
    policy: &'a Policy,
    direct: FxHashMap<Node, Uses>,
}

#[derive(Default)]
struct Uses {
    nodes: Vec<Node>,
    facts: Vec<FactId>,
}

/// Everything a decision needs.
pub(super) struct Cone {
    /// Definitions and decisions, each after what it needs, the decision itself last.
    pub(super) nodes: Vec<Node>,
    /// Facts, fields and lists.
    pub(super) facts: FxHashSet<FactId>,
}

impl<'a> Needs<'a> {
    pub(super) fn of(policy: &'a Policy) -> Needs<'a> {
        let direct = policy.order.iter().map(|&node| (node, uses(policy, node))).collect();
        Needs { policy, direct }
    }

    /// Everything these decisions need, and they themselves.
    pub(super) fn cone(&self, decisions: impl IntoIterator<Item = DecisionId>) -> Cone {
        let mut wanted: FxHashSet<Node> = decisions.into_iter().map(Node::Decision).collect();
        let mut facts = FxHashSet::default();
        let mut queue: Vec<Node> = wanted.iter().copied().collect();
        while let Some(node) = queue.pop() {
            let Some(uses) = self.direct.get(&node) else { continue };
            facts.extend(uses.facts.iter().copied());
            queue.extend(uses.nodes.iter().copied().filter(|&n| wanted.insert(n)));
        }
        Cone { nodes: self.policy.order.iter().copied().filter(|n| wanted.contains(n)).collect(), facts }
    }
}

fn uses(policy: &Policy, node: Node) -> Uses {
    let mut walk = Walk { policy, uses: Uses::default(), lookups: FxHashSet::default(), queue: Vec::new() };
    match node {
        Node::Definition(id) => {
            let definition = &policy.definitions[id];
            walk.scope(definition.scope);
            walk.queue.push(definition.body);
        }
        Node::Decision(id) => {
            let decision = &policy.decisions[id];
            walk.scope(decision.scope);
            match &decision.shape {
                Shape::Computed(body) => walk.queue.push(*body),
                Shape::Rubric { score, criteria, thresholds } => {
                    walk.uses.nodes.push(Node::Definition(*score));
                    walk.queue.extend(criteria.iter().map(|c| c.points));
                    walk.queue.extend(thresholds.iter().flatten());
                }
                Shape::Rules | Shape::Gate | Shape::Table { .. } | Shape::Checklist => {}
            }
            walk.rules(&decision.rules);
        }
    }
    walk.finish()
}

struct Walk<'a> {
    policy: &'a Policy,
    uses: Uses,
    lookups: FxHashSet<LookupId>,
    queue: Vec<ExprId>,
}

impl Walk<'_> {
    fn scope(&mut self, scope: Option<crate::facts::RecordId>) {
        self.uses.facts.extend(scope.and_then(|r| self.policy.schema.records[r].list));
    }

    fn rules(&mut self, rules: &RuleSet) {
        for rule in &rules.rules {
            self.queue.extend(rule.condition);
            self.queue.push(rule.outcome);
        }
        self.queue.extend(rules.default.as_ref().map(|d| d.outcome));
    }

    fn finish(mut self) -> Uses {
        while let Some(id) = self.queue.pop() {
            match &self.policy.exprs[id].kind {
                ExprKind::Literal(_) | ExprKind::Constant(_) | ExprKind::Parameter(_) | ExprKind::AsOf => {}
                ExprKind::Fact(fact) => self.uses.facts.push(*fact),
                ExprKind::Definition(d) => self.uses.nodes.push(Node::Definition(*d)),
                ExprKind::Decision(d) | ExprKind::Item(d, _) => self.uses.nodes.push(Node::Decision(*d)),
                ExprKind::Not(a) | ExprKind::Negate(a) | ExprKind::Checked(a) => self.queue.push(*a),
                ExprKind::IsNone { of, .. } => self.queue.push(*of),
                ExprKind::And(all) | ExprKind::Or(all) | ExprKind::Call(_, all) => self.queue.extend(all.iter()),
                ExprKind::Compare(_, a, b) | ExprKind::Arithmetic(_, a, b) | ExprKind::DaysBetween(a, b) => {
                    self.queue.extend([*a, *b]);
                }
                ExprKind::Is { left, right, .. } => self.queue.extend([*left, *right]),
                ExprKind::ShiftDays { date, days, .. } => self.queue.extend([*date, *days]),
                ExprKind::In { of, among, .. } => {
                    self.queue.push(*of);
                    self.queue.extend(among.iter());
                }
                ExprKind::Within { of, low, high, .. } => {
                    self.queue.push(*of);
                    self.queue.extend(low.iter().chain(high));
                }
                ExprKind::If { condition, then, otherwise } => self.queue.extend([*condition, *then, *otherwise]),
                ExprKind::Aggregate { list, summed, condition, .. } => {
                    self.uses.facts.push(*list);
                    self.queue.extend(summed.iter().chain(condition));
                }
                ExprKind::Lookup(lookup, arguments) => {
                    self.queue.extend(arguments.iter());
                    if self.lookups.insert(*lookup) {
                        self.rules(&self.policy.lookups[*lookup].rules);
                    }
                }
            }
        }
        self.uses
    }
}
