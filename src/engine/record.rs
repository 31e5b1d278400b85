//! What an evaluation came to, node by node, for explanations.

use la_arena::{Arena, Idx, IdxRange, RawIdx};
use rustc_hash::{FxBuildHasher, FxHashMap};

use super::answer::{Explanation, Node, NodeId, Seen};
use super::eval::{Evaluator, HandKey};
use super::lift::Lift;
use super::world::Cell;
use crate::facts::{Element, Origin};
use crate::policy::{DecisionId, DefinitionId, ExprId, ExprKind, Policy};

/// How many nodes the explanations of one deal have at most; what is more is left out and said to be.
const MOST_NODES: usize = 250_000;

/// What is recorded for explanations.
#[derive(Debug, Default)]
pub(super) struct Record {
    /// The nodes of the expressions finished so far that have no parent yet, the current level last.
    trail: Vec<Node>,
    pub(super) nodes: Arena<Node>,
    pub(super) definitions: Vec<(DefinitionId, Option<Element>, NodeId)>,
    pub(super) explanations: FxHashMap<(DecisionId, Option<HandKey>), Explanation>,
}

impl Record {
    /// A record with room for what a deal of this policy needs, where no list is long.
    pub(super) fn for_policy(policy: &Policy) -> Record {
        // Literals have no node, and of many conditions the first part settles them.
        let room = (policy.exprs.len() / 2).min(MOST_NODES / 64);
        Record {
            trail: Vec::with_capacity(32),
            nodes: Arena::with_capacity(room),
            definitions: Vec::with_capacity(policy.definitions.len().min(room)),
            explanations: FxHashMap::with_capacity_and_hasher(policy.decisions.len().min(room), FxBuildHasher),
        }
    }

    /// Where the children of what is evaluated next begin.
    pub(super) fn mark(&self) -> usize {
        self.trail.len()
    }

    /// A node whose children are those noted since `mark`.
    fn close(&mut self, mark: usize, expr: ExprId, seen: Seen, origin: Option<Origin>, record: Option<Element>) {
        let cut = self.trail.len() > mark && self.nodes.len() + self.trail.len() - mark > MOST_NODES;
        if cut {
            self.trail.truncate(mark);
        }
        let children = if self.trail.len() == mark {
            let end = Idx::from_raw(RawIdx::from_u32(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX)));
            IdxRange::new(end..end)
        } else {
            self.nodes.alloc_many(self.trail.drain(mark..))
        };
        self.trail.push(Node { expr, seen, origin, record, children, cut });
    }

    /// Takes the node noted since `mark`: that of `expr`, which came to `lift`.
    fn root(&mut self, mark: usize, expr: ExprId, lift: &Lift) -> NodeId {
        if self.trail.len() == mark {
            self.close(mark, expr, seen(lift), None, None);
        }
        self.trail.truncate(mark + 1);
        let root = self.nodes.alloc_many(self.trail.pop());
        root.start()
    }
}

impl Evaluator<'_, '_> {
    /// Where the record stands; 0 where there is none.
    pub(super) fn mark(&self) -> usize {
        self.record.as_ref().map_or(0, Record::mark)
    }

    /// Notes what an expression came to. A literal says it itself.
    pub(super) fn note(&mut self, mark: usize, id: ExprId, lift: &Lift) {
        if self.is_literal(id) {
            return;
        }
        let (origin, element) = self.origin(id);
        let element = element.or_else(|| self.hands.last().and_then(|h| h.in_deal()));
        if let Some(record) = &mut self.record {
            record.close(mark, id, seen(lift), origin, element);
        }
    }

    /// Notes an operand that was not needed.
    pub(super) fn skip(&mut self, id: ExprId) {
        if self.is_literal(id) {
            return;
        }
        if let Some(record) = &mut self.record {
            record.close(record.mark(), id, Seen::Skipped, None, None);
        }
    }

    fn is_literal(&self, id: ExprId) -> bool {
        matches!(self.world.policy.exprs[id].kind, ExprKind::Literal(_))
    }

    /// The node noted since `mark`, where explanations are asked for: that of `expr`, which came to `lift`.
    pub(super) fn root(&mut self, mark: usize, expr: ExprId, lift: &Lift) -> Option<NodeId> {
        self.record.as_mut().map(|r| r.root(mark, expr, lift))
    }

    /// Notes what a definition came to.
    pub(super) fn finish_definition(&mut self, id: DefinitionId, mark: usize, body: ExprId, lift: &Lift) {
        let element = self.hands.last().and_then(|h| h.in_deal());
        let node = self.root(mark, body, lift);
        if let (Some(record), Some(node)) = (&mut self.record, node) {
            record.definitions.push((id, element, node));
        }
    }

    /// For a fact, where its value came from and the record it belongs to.
    fn origin(&self, id: ExprId) -> (Option<Origin>, Option<Element>) {
        let ExprKind::Fact(fact) = self.world.policy.exprs[id].kind else {
            return (None, None);
        };
        let Some((cell, hand)) = self.cell(fact) else { return (None, None) };
        let origin = match cell {
            super::eval::Place::Cell(Cell::Value(given)) => Some(given.origin),
            super::eval::Place::Cell(Cell::Variable(var)) => {
                let presumed = self.world.variables[var].presumed.is_some() && self.space.is_point(var);
                presumed.then_some(Origin::Presumed)
            }
            super::eval::Place::Slot(_) => None,
        };
        (origin, hand.and_then(|h| h.in_deal()))
    }
}

/// What an explanation says of a lift.
pub(super) fn seen(lift: &Lift) -> Seen {
    match lift {
        Lift::Known(value) => Seen::Known(value.clone()),
        Lift::Open(open) => match (&open.fault, open.gap) {
            (Some(fault), None) if !lift.has_values() => Seen::Fault(fault.clone()),
            (None, Some(gap)) if !lift.has_values() => Seen::Gap(gap),
            _ => Seen::Unknown(open.values.possible().map(Box::new)),
        },
    }
}
