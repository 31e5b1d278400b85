//! Asking what single expressions and rules of a policy come to for a deal, each for its own sake.

use jiff::civil::Date;

use super::answer::RuleState;
use super::eval::{Evaluator, Hand, WORK_LIMIT};
use super::lift::{Lift, Values};
use super::list::Elements;
use super::needs::{Cone, Needed, Needs};
use super::record::Record;
use super::world::World;
use crate::facts::{Deal, FactId, RecordId, Value};
use crate::policy::{DecisionId, ExprId, Node, Policy, RuleSet};

/// A policy after it was evaluated for a deal: any of its expressions can be asked for its value, whether or not a
/// decision needed it. Unknown facts leave a value open; presumed ones are taken for what is presumed.
pub struct Probe<'w, 'a> {
    evaluator: Evaluator<'w, 'a>,
    nodes: Cone,
}

/// Evaluates a policy for a deal and hands it to `ask`. `only` are the decisions to take, with what they need; `None`
/// is all.
pub fn probe<R>(
    policy: &Policy,
    deal: &Deal,
    as_of: Date,
    only: Option<&[DecisionId]>,
    ask: impl FnOnce(&mut Probe<'_, '_>) -> R,
) -> R {
    let world = World::new(policy, deal, as_of);
    let nodes: Cone = match only {
        None => policy.order.iter().map(|&node| Needed { node, at_hand: false }).collect(),
        Some(only) => Needs::of(policy).cone_of(only.iter().copied()),
    };
    let space = world.space(false);
    let mut evaluator = Evaluator::new(&world, &space);
    evaluator.run(nodes.iter().copied(), None);
    evaluator.work = 0;
    evaluator.out_of_place = true;
    ask(&mut Probe { evaluator, nodes })
}

impl Probe<'_, '_> {
    /// The definitions and decisions that were evaluated, each after what it uses.
    pub fn nodes(&self) -> Vec<Node> {
        self.nodes.iter().map(|needed| needed.node).collect()
    }

    /// The value of an expression with the records and arguments at hand; nothing where unknown facts leave it open, and
    /// where it has none.
    pub fn value(&mut self, id: ExprId) -> Option<Value> {
        match self.evaluator.eval(id) {
            Lift::Known(value) => Some(value),
            Lift::Open(_) => None,
        }
    }

    /// Whether an expression has no value whatever is still unknown, with the records and arguments at hand.
    pub fn has_no_value(&mut self, id: ExprId) -> bool {
        match self.evaluator.eval(id) {
            Lift::Known(_) => false,
            Lift::Open(open) => matches!(&open.values, Values::Few(values) if values.is_empty()),
        }
    }

    /// What becomes of each rule, with the records and arguments at hand.
    pub fn rule_states(&mut self, rules: &RuleSet) -> Vec<RuleState> {
        self.evaluator.record = Some(Record::default());
        let explanation = self.evaluator.rules_recorded(rules).1;
        self.evaluator.record = None;
        explanation.map(|e| e.rules.into_iter().map(|rule| rule.state).collect()).unwrap_or_default()
    }

    /// The lists of the deal that hold records of this kind.
    pub fn lists_of(&self, record: RecordId) -> Vec<FactId> {
        self.evaluator.world.lists_of.get(record).cloned().unwrap_or_default()
    }

    /// Asks about each record of a list, as the one at hand. An unknown list has none.
    pub fn each_record(&mut self, list: FactId, record: RecordId, mut ask: impl FnMut(&mut Self)) {
        let elements = Elements::of(self.evaluator.world, self.evaluator.space, list);
        let count = if elements.var.is_some() { 0 } else { elements.count() };
        for element in 0..count {
            self.evaluator.hands.push(Hand { record, list, element });
            ask(self);
            self.evaluator.hands.pop();
        }
    }

    /// Asks about a table with parameters as it is called with these arguments; not at all where one of them has no value.
    pub fn call(&mut self, arguments: &[ExprId], ask: impl FnOnce(&mut Self)) {
        let lifts: Vec<Lift> = arguments.iter().map(|&argument| self.evaluator.eval(argument)).collect();
        if lifts.iter().all(|lift| lift.known().is_some()) {
            self.evaluator.work += 1;
            self.evaluator.parameters.push(lifts);
            ask(self);
            self.evaluator.parameters.pop();
        }
    }

    /// Whether so much was asked that no more is answered: more than any policy needs.
    pub fn is_spent(&self) -> bool {
        self.evaluator.work > WORK_LIMIT
    }
}
