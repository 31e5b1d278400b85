//! From a policy to its graph.
//!
//! Definitions and decisions are lowered in their order, those about records once for each list of such records, tables
//! with parameters once for each call, with the arguments in place of the parameters. What this form does not cover
//! becomes an open constant: decisions that rest on it are left to the engine. [`Reason`] lists all there is of that.

mod expr;
mod number;
mod rules;

use jiff::civil::Date;
use rustc_hash::FxHashMap;

use super::cell::{GAP, OPEN};
use super::graph::{Graph, Info, Kind, NodeId};
use super::slots::Slots;
use crate::facts::deal::day_number;
use crate::facts::{FactId, RecordId, TypeKind};
use crate::policy::{DecisionId, DefinitionId, ExprId, LookupId, Node, Policy, Shape};

pub(crate) use rules::Lines;

/// Why something is left to the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// A number of the policy itself does not fit 62 bits, or has more than 18 decimals.
    Number,
    /// A set of more than 62 items.
    Items,
    /// A question about records of one list within a question about those of another.
    Lists,
    /// The policy is too large.
    Size,
}

/// The most nodes; each has a register, and registers are numbered in 16 bits.
const MOST_NODES: usize = 60_000;
/// The most expressions that are looked at, those of a table once for each call.
const MOST_STEPS: usize = 2_000_000;

/// An expression as nodes: what it comes to is `node` / (10^`places` × `divisor`), which never is zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lowered {
    pub(crate) node: NodeId,
    pub(crate) divisor: Option<NodeId>,
    pub(crate) places: u32,
}

impl Lowered {
    fn plain(node: NodeId) -> Lowered {
        Lowered { node, divisor: None, places: 0 }
    }
}

/// A decision as nodes.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub(crate) decision: DecisionId,
    /// For one about records: of this list.
    pub(crate) list: Option<FactId>,
    pub(crate) value: Lowered,
    /// Its rules; none where it is computed.
    pub(crate) rules: Lines,
}

/// All that is lowered.
#[derive(Debug)]
pub(crate) struct Lowering {
    pub(crate) graph: Graph,
    pub(crate) outcomes: Vec<Outcome>,
    /// The expressions that stand outside of tables with parameters, by the list whose records they are about.
    pub(crate) exprs: FxHashMap<(ExprId, Option<FactId>), Lowered>,
    pub(crate) left_out: Vec<Reason>,
}

/// Lowers the decisions that `wanted` names, and what they need.
pub(crate) fn lower(
    policy: &Policy,
    slots: &Slots,
    as_of: Option<Date>,
    wanted: &dyn Fn(DecisionId) -> bool,
) -> Lowering {
    let mut lower = Lower {
        policy,
        slots,
        as_of,
        graph: Graph::default(),
        definitions: FxHashMap::default(),
        decisions: FxHashMap::default(),
        exprs: FxHashMap::default(),
        hands: Vec::new(),
        calls: Vec::new(),
        left_out: Vec::new(),
        steps: 0,
    };
    let mut outcomes = Vec::new();
    for &node in &policy.order {
        let scope = match node {
            Node::Definition(id) => policy.definitions[id].scope,
            Node::Decision(id) => policy.decisions[id].scope,
        };
        match scope {
            None => lower.node(node, None, wanted, &mut outcomes),
            Some(record) => {
                for list in lists_of(policy, record) {
                    lower.hands.push((record, list));
                    lower.node(node, Some(list), wanted, &mut outcomes);
                    lower.hands.pop();
                }
            }
        }
    }
    lower.left_out.sort_unstable();
    lower.left_out.dedup();
    Lowering { graph: lower.graph, outcomes, exprs: lower.exprs, left_out: lower.left_out }
}

fn lists_of(policy: &Policy, record: RecordId) -> Vec<FactId> {
    let holds = |kind: &TypeKind| matches!(kind, TypeKind::List { record: of, .. } if *of == record);
    policy.schema.facts.iter().filter(|(_, fact)| holds(&fact.ty.kind)).map(|(id, _)| id).collect()
}

pub(super) struct Lower<'p> {
    policy: &'p Policy,
    slots: &'p Slots,
    as_of: Option<Date>,
    graph: Graph,
    definitions: FxHashMap<(DefinitionId, Option<FactId>), Lowered>,
    decisions: FxHashMap<(DecisionId, Option<FactId>), Outcome>,
    exprs: FxHashMap<(ExprId, Option<FactId>), Lowered>,
    /// Records at hand, each with the list that it is of.
    hands: Vec<(RecordId, FactId)>,
    /// Tables that are being called, with their arguments.
    calls: Vec<(LookupId, Vec<Lowered>)>,
    left_out: Vec<Reason>,
    steps: usize,
}

impl Lower<'_> {
    fn node(
        &mut self,
        node: Node,
        list: Option<FactId>,
        wanted: &dyn Fn(DecisionId) -> bool,
        outcomes: &mut Vec<Outcome>,
    ) {
        match node {
            Node::Definition(id) => {
                let body = self.expr(self.policy.definitions[id].body);
                self.definitions.insert((id, list), body);
            }
            Node::Decision(id) => {
                let outcome = self.decision(id, list);
                if wanted(id) && list.is_none_or(|list| self.decides_for(id, list)) {
                    outcomes.push(outcome.clone());
                }
                self.decisions.insert((id, list), outcome);
            }
        }
    }

    /// Whether this is the list for whose records the decision is reported.
    fn decides_for(&self, id: DecisionId, list: FactId) -> bool {
        let record = self.policy.decisions[id].scope;
        record.is_some_and(|record| self.policy.schema.records[record].list == Some(list))
    }

    fn decision(&mut self, id: DecisionId, list: Option<FactId>) -> Outcome {
        let decision = &self.policy.decisions[id];
        let (value, rules) = match &decision.shape {
            Shape::Computed(body) => (self.expr(*body), Lines::default()),
            _ => {
                let gap = self.graph.constant(GAP);
                self.rules(&decision.rules, gap)
            }
        };
        Outcome { decision: id, list, value, rules }
    }

    /// What is left to the engine.
    fn open(&mut self, reason: Reason) -> Lowered {
        self.left_out.push(reason);
        Lowered::plain(self.graph.constant(OPEN))
    }

    /// The list of the record of this kind at hand.
    fn hand(&self, record: RecordId) -> Option<FactId> {
        self.hands.iter().rev().find(|(of, _)| *of == record).map(|(_, list)| *list)
    }

    fn date(&mut self) -> NodeId {
        match self.as_of {
            Some(date) => self.graph.constant(day_number(date)),
            None => {
                let all = crate::facts::DateRange::ALL;
                let (low, high) = (day_number(all.low), day_number(all.high));
                let info = Info { low, high, none: false, stops: false, list: None, level: 0 };
                self.graph.add(Kind::Slot(self.slots.as_of), info)
            }
        }
    }

    fn day(&mut self, date: Date) -> NodeId {
        self.graph.constant(day_number(date))
    }
}
