//! What each definition and decision needs, so that a question about one evaluates no more.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::policy::{DecisionId, ExprId, ExprKind, LookupId, Node, Policy, RuleSet, Shape};

/// What the nodes of a policy use directly.
pub(super) struct Needs<'a> {
    policy: &'a Policy,
    direct: FxHashMap<Node, Vec<Use>>,
}

/// A node that is used, and whether in a question about a list.
#[derive(Clone, Copy)]
struct Use {
    node: Node,
    in_aggregate: bool,
}

/// Definitions and decisions that something needs, each after what it needs.
pub(super) type Cone = Vec<Needed>;

/// A definition or decision that is needed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Needed {
    pub(super) node: Node,
    /// One about records is needed of the record at hand alone, not of every record.
    pub(super) at_hand: bool,
}

impl<'a> Needs<'a> {
    pub(super) fn of(policy: &'a Policy) -> Needs<'a> {
        let direct = policy.order.iter().map(|&node| (node, uses(policy, node))).collect();
        Needs { policy, direct }
    }

    /// Everything this decision needs, itself last; of the record at hand where it is about records.
    pub(super) fn cone_at_hand(&self, decision: DecisionId) -> Cone {
        self.cone([Needed { node: Node::Decision(decision), at_hand: true }])
    }

    /// Everything these decisions need, and they themselves.
    pub(super) fn cone_of(&self, decisions: impl IntoIterator<Item = DecisionId>) -> Cone {
        self.cone(decisions.into_iter().map(|d| Needed { node: Node::Decision(d), at_hand: false }))
    }

    fn cone(&self, roots: impl IntoIterator<Item = Needed>) -> Cone {
        let mut at_hand: FxHashMap<Node, bool> = FxHashMap::default();
        let mut queue: Vec<Needed> = roots.into_iter().collect();
        while let Some(needed) = queue.pop() {
            // Once needed of every record, a node stays so.
            let known = at_hand.get(&needed.node).copied();
            if known.is_some_and(|known| !known || needed.at_hand) {
                continue;
            }
            at_hand.insert(needed.node, needed.at_hand);
            let uses = self.direct.get(&needed.node).into_iter().flatten();
            queue.extend(uses.map(|u| Needed { node: u.node, at_hand: needed.at_hand && !u.in_aggregate }));
        }
        let order = self.policy.order.iter();
        order.filter_map(|&node| at_hand.get(&node).map(|&at_hand| Needed { node, at_hand })).collect()
    }
}

/// The definitions and decisions that a decision needs, directly or through others, each after what it needs; itself last.
pub fn needed(policy: &Policy, decision: DecisionId) -> Vec<Node> {
    Needs::of(policy).cone_of([decision]).into_iter().map(|needed| needed.node).collect()
}

fn uses(policy: &Policy, node: Node) -> Vec<Use> {
    let mut walk = Walk { policy, uses: Vec::new(), lookups: FxHashSet::default(), queue: Vec::new() };
    match node {
        Node::Definition(id) => {
            let definition = &policy.definitions[id];
            walk.push(definition.body, false);
        }
        Node::Decision(id) => {
            let decision = &policy.decisions[id];
            match &decision.shape {
                Shape::Computed(body) => walk.push(*body, false),
                Shape::Rubric { score, criteria, thresholds } => {
                    walk.uses.push(Use { node: Node::Definition(*score), in_aggregate: false });
                    criteria.iter().for_each(|c| walk.push(c.points, false));
                    thresholds.iter().flatten().for_each(|&t| walk.push(t, false));
                }
                Shape::Rules | Shape::Gate | Shape::Table { .. } | Shape::Checklist => {}
            }
            walk.rules(&decision.rules, false);
        }
    }
    walk.finish()
}

struct Walk<'a> {
    policy: &'a Policy,
    uses: Vec<Use>,
    lookups: FxHashSet<(LookupId, bool)>,
    /// Expressions to look at, and whether they belong to a question about a list.
    queue: Vec<(ExprId, bool)>,
}

impl Walk<'_> {
    fn push(&mut self, id: ExprId, in_aggregate: bool) {
        self.queue.push((id, in_aggregate));
    }

    fn rules(&mut self, rules: &RuleSet, in_aggregate: bool) {
        let outcomes = rules.rules.iter().map(|r| r.outcome).chain(rules.default.as_ref().map(|d| d.outcome));
        let conditions = rules.rules.iter().filter_map(|r| r.condition);
        self.queue.extend(conditions.chain(outcomes).map(|id| (id, in_aggregate)));
    }

    fn finish(mut self) -> Vec<Use> {
        while let Some((id, inside)) = self.queue.pop() {
            let mut parts: Vec<ExprId> = Vec::new();
            match &self.policy.exprs[id].kind {
                ExprKind::Literal(_)
                | ExprKind::Constant(_)
                | ExprKind::Parameter(_)
                | ExprKind::AsOf
                | ExprKind::Fact(_) => {}
                ExprKind::Definition(d) => self.uses.push(Use { node: Node::Definition(*d), in_aggregate: inside }),
                ExprKind::Decision(d) | ExprKind::Item(d, _) => {
                    self.uses.push(Use { node: Node::Decision(*d), in_aggregate: inside });
                }
                ExprKind::Not(a) | ExprKind::Negate(a) | ExprKind::Checked(a) => parts.push(*a),
                ExprKind::IsNone { of, .. } => parts.push(*of),
                ExprKind::And(all) | ExprKind::Or(all) | ExprKind::Call(_, all) => parts.extend(all.iter()),
                ExprKind::Compare(_, a, b) | ExprKind::Arithmetic(_, a, b) | ExprKind::DaysBetween(a, b) => {
                    parts.extend([*a, *b]);
                }
                ExprKind::Is { left, right, .. } => parts.extend([*left, *right]),
                ExprKind::ShiftDays { date, days, .. } => parts.extend([*date, *days]),
                ExprKind::In { of, among, .. } => {
                    parts.push(*of);
                    parts.extend(among.iter());
                }
                ExprKind::Within { of, low, high, .. } => {
                    parts.push(*of);
                    parts.extend(low.iter().chain(high));
                }
                ExprKind::If { condition, then, otherwise } => parts.extend([*condition, *then, *otherwise]),
                ExprKind::Aggregate { summed, condition, .. } => {
                    self.queue.extend(summed.iter().chain(condition).map(|&id| (id, true)));
                }
                ExprKind::Lookup(lookup, arguments) => {
                    parts.extend(arguments.iter());
                    if self.lookups.insert((*lookup, inside)) {
                        self.rules(&self.policy.lookups[*lookup].rules, inside);
                    }
                }
            }
            self.queue.extend(parts.into_iter().map(|id| (id, inside)));
        }
        self.uses
    }
}
