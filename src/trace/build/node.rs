//! Expressions with what they came to.

use super::Builder;
use la_arena::Arena;

use crate::engine::{self, Seen};
use crate::facts::{Element, Origin};
use crate::policy::{ExprId, ExprKind};
use crate::trace::data::{self, Node, NodeKind, NodeState};

/// How deep expressions are followed; what lies deeper is left out and said to be.
const DEEPEST: u32 = 40;

/// Where an expression stands: at which record, how deep.
#[derive(Clone, Copy)]
pub(super) struct Context {
    record: Option<Element>,
    depth: u32,
}

impl Context {
    /// At the top of an expression that is taken for a record, or not.
    pub(super) fn of(record: Option<Element>) -> Context {
        Context { record, depth: 0 }
    }
}

impl Builder<'_> {
    /// The nodes of every explanation.
    pub(super) fn nodes(&self) -> &Arena<engine::Node> {
        &self.report.decisions.nodes
    }

    pub(super) fn node(&self, id: engine::NodeId, context: Context) -> Node {
        let policy = self.policy;
        let node = &self.nodes()[id];
        let kind = &policy.exprs[node.expr].kind;
        let only = node.children.clone().next().filter(|_| node.children.len() == 1);
        let stands_for_it = match kind {
            ExprKind::Checked(_) => !is_fault_of(node),
            ExprKind::And(parts) | ExprKind::Or(parts) => parts.len() == 1,
            _ => false,
        };
        if let Some(only) = only.filter(|_| stands_for_it) {
            return self.node(only, context);
        }
        let outer = context.record;
        let context = Context { record: node.record.or(outer), ..context };
        let mut out = self.unevaluated(node.expr, context);
        self.fill(&mut out, node);
        out.record = node.record.filter(|_| outer != node.record);
        let of_list = if let ExprKind::Aggregate { list, .. } = kind { self.report.deal.get(*list) } else { None };
        out.origin = node.origin.or(of_list.map(|given| given.origin)).and_then(|origin| self.origin(origin));
        out.cut = node.cut;
        if context.depth < DEEPEST {
            let within = Context { depth: context.depth + 1, ..context };
            out.parts = node.children.clone().map(|child| self.node(child, within)).collect();
        } else {
            out.cut |= !node.children.is_empty();
        }
        out
    }

    fn fill(&self, out: &mut Node, node: &engine::Node) {
        let ty = &self.policy.exprs[node.expr].ty;
        match &node.seen {
            Seen::Known(value) => {
                let value = self.shown(ty, value);
                out.unit = if value.is_none() { None } else { self.unit(ty) };
                (out.state, out.value) = (NodeState::Known, Some(value));
            }
            Seen::Unknown(possible) => {
                out.state = NodeState::Unknown;
                out.possible = possible.as_ref().and_then(|p| self.possible(ty, p));
                out.unit = if out.possible.is_some() { self.unit(ty) } else { None };
            }
            Seen::Fault(fault) => {
                out.state = NodeState::Error;
                out.error = Some(Box::new(self.fault(fault)));
            }
            Seen::Gap(decision) => {
                out.state = NodeState::Gap;
                out.gap = Some(self.policy.decisions[*decision].name.clone());
            }
            Seen::Skipped => {}
        }
    }

    /// The expression as it was written, not evaluated; a value written in the policy is known all the same.
    pub(super) fn unevaluated(&self, expr: ExprId, context: Context) -> Node {
        let policy = self.policy;
        let mut out = Node {
            kind: NodeKind::Computation,
            text: policy.text_of(expr),
            name: None,
            label: None,
            state: NodeState::NotNeeded,
            value: None,
            unit: None,
            possible: None,
            error: None,
            gap: None,
            origin: None,
            judged_by: None,
            record: None,
            parts: Vec::new(),
            cut: false,
        };
        let mut named = |kind: NodeKind, name: String, label: &Option<String>| {
            (out.kind, out.name, out.label) = (kind, Some(name), label.clone());
        };
        let expr = &policy.exprs[expr];
        match &expr.kind {
            ExprKind::Checked(inner) => return self.unevaluated(*inner, context),
            ExprKind::And(parts) | ExprKind::Or(parts) if let [only] = parts.as_ref() => {
                return self.unevaluated(*only, context);
            }
            ExprKind::Literal(value) => {
                out.kind = NodeKind::Literal;
                out.state = NodeState::Known;
                let value = self.shown(&expr.ty, value);
                out.unit = if value.is_none() { None } else { self.unit(&expr.ty) };
                out.value = Some(value);
            }
            ExprKind::Fact(id) => {
                let fact = &policy.schema.facts[*id];
                named(NodeKind::Fact, self.path(*id, context.record), &fact.label);
                out.judged_by.clone_from(&fact.judged_by);
            }
            ExprKind::Constant(id) => {
                let constant = &policy.constants[*id];
                named(NodeKind::Constant, constant.name.clone(), &constant.label);
            }
            ExprKind::Definition(id) => {
                let definition = &policy.definitions[*id];
                named(NodeKind::Definition, definition.name.clone(), &definition.label);
            }
            ExprKind::Decision(id) => {
                let decision = &policy.decisions[*id];
                named(NodeKind::Decision, decision.name.clone(), &decision.label);
            }
            ExprKind::Item(id, _) => {
                let decision = &policy.decisions[*id];
                named(NodeKind::Item, decision.name.clone(), &decision.label);
            }
            ExprKind::Lookup(id, _) => {
                let lookup = &policy.lookups[*id];
                named(NodeKind::Lookup, lookup.name.clone(), &lookup.label);
            }
            ExprKind::Parameter(_) => out.kind = NodeKind::Parameter,
            ExprKind::AsOf => out.kind = NodeKind::AsOf,
            ExprKind::Not(_) => out.kind = NodeKind::Not,
            ExprKind::And(_) => out.kind = NodeKind::And,
            ExprKind::Or(_) => out.kind = NodeKind::Or,
            ExprKind::Compare(..)
            | ExprKind::Is { .. }
            | ExprKind::IsNone { .. }
            | ExprKind::In { .. }
            | ExprKind::Within { .. } => out.kind = NodeKind::Comparison,
            ExprKind::If { .. } => out.kind = NodeKind::Choice,
            ExprKind::Aggregate { list, .. } => {
                let list = &policy.schema.facts[*list];
                named(NodeKind::Aggregate, list.name.clone(), &list.label);
            }
            ExprKind::Arithmetic(..)
            | ExprKind::Negate(_)
            | ExprKind::ShiftDays { .. }
            | ExprKind::DaysBetween(..)
            | ExprKind::Call(..) => {}
        }
        out
    }

    fn origin(&self, origin: Origin) -> Option<data::Origin> {
        match origin {
            Origin::File(span) => self.deal_place(span).map(data::Origin::File),
            Origin::Set => Some(data::Origin::Set),
            Origin::Code => Some(data::Origin::Code),
            Origin::Presumed => Some(data::Origin::Presumed),
        }
    }
}

/// Whether the expression itself, rather than a part of it, has no value.
fn is_fault_of(node: &engine::Node) -> bool {
    matches!(&node.seen, Seen::Fault(fault) if fault.expr == node.expr)
}
