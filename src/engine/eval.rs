//! The evaluator: expressions over a space of completions.
//!
//! There is one evaluator. Where every fact is given the space is a single point and each
//! [`Lift`] a single value; the same code then is the ordinary meaning of the policy.

use std::cell::Cell as Flag;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::answer::{Fault, FaultKind};
use super::lift::{Lift, Union, Values, apply};
use super::list::Elements;
use super::needs::Needed;
use super::record::Record;
use super::relation::Hints;
use super::space::{Slot, Space};
use super::verdict::Verdict;
use super::world::{Cell, Source, World};
use super::{ops, ranges};
use crate::base::ArithmeticOp;
use crate::facts::{Element, FactId, RecordId, Value};
use crate::policy::{ConstantId, DecisionId, DefinitionId, ExprId, ExprKind, Function, LookupId, Node};

/// How many expressions one evaluation may look at before it gives up: far more than any policy
/// needs, and a second or two at most.
pub(super) const WORK_LIMIT: u64 = 20_000_000;

/// How many combinations of arguments of a look-up are tried one by one.
const MOST_ROWS: usize = 64;

/// The record at hand: which list, and its place among the list's [`Elements`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hand {
    pub(super) record: RecordId,
    pub(super) list: FactId,
    pub(super) element: usize,
}

impl Hand {
    /// The record as a deal names it.
    pub(super) fn in_deal(self) -> Option<Element> {
        u32::try_from(self.element).ok().map(|index| Element { list: self.list, index })
    }
}

/// What a definition or decision came to: once, or for each element of each list of its record.
#[derive(Clone, Debug)]
pub(super) enum PerScope<T> {
    One(T),
    Each(FxHashMap<FactId, Vec<T>>),
    /// Only for this record.
    Only(Hand, T),
}

impl<T> PerScope<T> {
    /// The one for the record at hand.
    pub(super) fn at(&self, hand: Option<Hand>) -> Option<&T> {
        match self {
            PerScope::One(one) => Some(one),
            PerScope::Each(lists) => hand.and_then(|h| {
                let elements = lists.get(&h.list)?;
                // What is settled for all further records of an unknown list stands last.
                elements.get(h.element).or_else(|| elements.last())
            }),
            PerScope::Only(only, one) => (hand == Some(*only)).then_some(one),
        }
    }

    fn all(&self, test: impl Fn(&T) -> bool) -> bool {
        match self {
            PerScope::One(one) | PerScope::Only(_, one) => test(one),
            PerScope::Each(lists) => lists.values().flatten().all(test),
        }
    }
}

/// What definitions and decisions came to.
#[derive(Clone, Debug, Default)]
pub(super) struct Evaluated {
    pub(super) definitions: FxHashMap<DefinitionId, PerScope<Lift>>,
    pub(super) decisions: FxHashMap<DecisionId, PerScope<Verdict>>,
    /// What everything else came to.
    pub(super) beneath: Option<Rc<Evaluated>>,
}

/// Which definitions and decisions lean on presumptions.
#[derive(Debug, Default)]
pub(super) struct Presumptions {
    /// The one that is evaluated does.
    used: Flag<bool>,
    pub(super) nodes: FxHashSet<Node>,
}

impl Evaluated {
    fn definition(&self, id: DefinitionId) -> Option<&PerScope<Lift>> {
        self.definitions.get(&id).or_else(|| self.beneath.as_ref()?.definition(id))
    }

    pub(super) fn decision(&self, id: DecisionId) -> Option<&PerScope<Verdict>> {
        self.decisions.get(&id).or_else(|| self.beneath.as_ref()?.decision(id))
    }

    /// Whether a node came to one thing, so that it comes to the same in every part of the space.
    pub(super) fn is_settled(&self, node: Node) -> bool {
        match node {
            Node::Definition(id) => self.definition(id).is_some_and(|d| d.all(Lift::is_certain)),
            Node::Decision(id) => self.decision(id).is_some_and(|d| d.all(Verdict::is_settled)),
        }
    }
}

/// A list and an element of it: a [`Hand`] as a key.
pub(super) type HandKey = (FactId, usize);

/// One evaluation of definitions and decisions over a space.
pub(super) struct Evaluator<'w, 'a> {
    pub(super) world: &'w World<'a>,
    pub(super) space: &'w Space,
    pub(super) done: Evaluated,
    /// What was settled in a space that holds this one.
    pub(super) settled: Option<&'w Evaluated>,
    pub(super) hands: Vec<Hand>,
    pub(super) parameters: Vec<Vec<Lift>>,
    /// How many expressions were looked at, and what was done that costs as much as looking at one.
    pub(super) work: u64,
    /// What splitting the space would settle, where asked for.
    pub(super) hints: Option<Hints>,
    /// What leans on presumptions, where asked for.
    pub(super) presumptions: Option<Presumptions>,
    /// What the space assumes cannot be: there is no completion in it.
    pub(super) infeasible: bool,
    /// Where asked for.
    pub(super) record: Option<Record>,
    /// Expressions are evaluated for their own sake, whatever is asked before them.
    pub(super) out_of_place: bool,
}

impl<'w, 'a> Evaluator<'w, 'a> {
    pub(super) fn new(world: &'w World<'a>, space: &'w Space) -> Evaluator<'w, 'a> {
        Evaluator {
            world,
            space,
            done: Evaluated::default(),
            settled: None,
            hands: Vec::new(),
            parameters: Vec::new(),
            work: 0,
            hints: None,
            presumptions: None,
            infeasible: false,
            record: None,
            out_of_place: false,
        }
    }

    /// Evaluates these, each after what it needs. Those about records are evaluated for each record,
    /// or only for `hand` where no other is needed.
    pub(super) fn run(&mut self, needed: impl IntoIterator<Item = Needed>, hand: Option<Hand>) {
        let policy = self.world.policy;
        for Needed { node, at_hand } in needed {
            let only = hand.filter(|_| at_hand);
            if let Some(presumptions) = &self.presumptions {
                presumptions.used.set(false);
            }
            match node {
                Node::Definition(id) => {
                    let (scope, body) = (policy.definitions[id].scope, policy.definitions[id].body);
                    let value = self.per_scope(scope, only, |e| {
                        let mark = e.mark();
                        let value = e.eval(body);
                        e.finish_definition(id, mark, body, &value);
                        value
                    });
                    let value = match value {
                        PerScope::One(lift) => PerScope::One(self.assume_node(node, lift)),
                        each => each,
                    };
                    self.done.definitions.insert(id, value);
                }
                Node::Decision(id) => {
                    let scope = policy.decisions[id].scope;
                    let verdict = self.per_scope(scope, only, |e| e.decide(id));
                    let verdict = match verdict {
                        PerScope::One(verdict) => PerScope::One(self.assume_outcome(node, verdict)),
                        each => each,
                    };
                    self.done.decisions.insert(id, verdict);
                }
            }
            if let Some(presumptions) = &mut self.presumptions
                && presumptions.used.get()
            {
                presumptions.nodes.insert(node);
            }
        }
    }

    fn per_scope<T>(
        &mut self,
        scope: Option<RecordId>,
        only: Option<Hand>,
        mut each: impl FnMut(&mut Self) -> T,
    ) -> PerScope<T> {
        let Some(record) = scope else {
            return PerScope::One(each(self));
        };
        if let Some(hand) = only.filter(|h| h.record == record) {
            self.hands.push(hand);
            let value = each(self);
            self.hands.pop();
            return PerScope::Only(hand, value);
        }
        let mut results = FxHashMap::default();
        for &list in self.world.lists_of.get(record).map_or(&[][..], Vec::as_slice) {
            let count = Elements::of(self.world, self.space, list).count();
            let mut values = Vec::with_capacity(count);
            for element in 0..count {
                self.hands.push(Hand { record, list, element });
                values.push(each(self));
                self.hands.pop();
            }
            results.insert(list, values);
        }
        PerScope::Each(results)
    }

    /// The record of this kind at hand.
    pub(super) fn hand(&self, record: RecordId) -> Option<Hand> {
        self.hands.iter().rev().find(|h| h.record == record).copied()
    }

    /// What an expression may come to.
    pub(super) fn eval(&mut self, id: ExprId) -> Lift {
        self.work += 1;
        if self.work > WORK_LIMIT {
            return Lift::fault(Fault { expr: id, kind: FaultKind::TooMuchWork, operands: Vec::new() });
        }
        if self.record.is_none() {
            let lift = self.eval_kind(id);
            return if self.out_of_place { self.guarded(id, lift) } else { lift };
        }
        let mark = self.mark();
        let lift = self.eval_kind(id);
        self.note(mark, id, &lift);
        lift
    }

    /// What `id` comes to where nothing need have asked whether it is none. The checker has made sure that it is not where
    /// it is needed; elsewhere it has no value then.
    fn guarded(&self, id: ExprId, lift: Lift) -> Lift {
        let expr = &self.world.policy.exprs[id];
        let literal = matches!(expr.kind, ExprKind::Literal(_));
        let none = !literal && !expr.ty.optional && lift.known() == Some(&Value::None);
        if none { self.fail(id, FaultKind::UnexpectedNone) } else { lift }
    }

    /// Where the value of a fact comes from, and of which record it is.
    pub(super) fn cell(&self, fact: FactId) -> Option<(Place<'a>, Option<Hand>)> {
        match self.world.policy.schema.facts[fact].field_of {
            None => match self.world.source(fact)? {
                Source::Plain(cell) => Some((Place::Cell(*cell), None)),
                Source::List(_) => None,
            },
            Some((record, field)) => {
                let hand = self.hand(record)?;
                let place = match self.world.source(hand.list)? {
                    Source::List(rows) => Place::Cell(*rows.get(hand.element)?.get(field)?),
                    Source::Plain(Cell::Variable(var)) => {
                        Place::Slot(Slot { var: *var, field: Some((hand.element, field)) })
                    }
                    Source::Plain(Cell::Value(_)) => return None,
                };
                Some((place, Some(hand)))
            }
        }
    }

    fn fact(&self, id: ExprId, fact: FactId) -> Lift {
        match self.cell(fact) {
            Some((Place::Cell(Cell::Value(given)), _)) => Lift::Known(given.value.clone()),
            Some((Place::Cell(Cell::Variable(var)), _)) => self.slot(Slot { var, field: None }),
            Some((Place::Slot(slot), _)) => self.slot(slot),
            None => Lift::fault(Fault { expr: id, kind: FaultKind::UnexpectedNone, operands: Vec::new() }),
        }
    }

    fn slot(&self, slot: Slot) -> Lift {
        if let Some(presumptions) = &self.presumptions
            && self.world.variables[slot.var].presumed.is_some()
        {
            presumptions.used.set(true);
        }
        match Elements::slot(self.world, self.space, slot) {
            Some((interval, coding)) => interval.lift(coding, slot.var),
            None => Lift::Known(Value::None),
        }
    }

    /// The slot that an expression reads and nothing else.
    pub(super) fn plain_slot(&self, id: ExprId) -> Option<Slot> {
        let ExprKind::Fact(fact) = self.world.policy.exprs[id].kind else { return None };
        match self.cell(fact)?.0 {
            Place::Cell(Cell::Value(_)) => None,
            Place::Cell(Cell::Variable(var)) => Some(Slot { var, field: None }),
            Place::Slot(slot) => Some(slot),
        }
    }

    fn eval_kind(&mut self, id: ExprId) -> Lift {
        let policy = self.world.policy;
        match &policy.exprs[id].kind {
            ExprKind::Literal(value) => Lift::Known(value.clone()),
            ExprKind::Fact(fact) => self.fact(id, *fact),
            ExprKind::Constant(constant) => self.constant(id, *constant),
            ExprKind::Definition(definition) => self.definition(id, *definition),
            ExprKind::Decision(decision) => self.decision(id, *decision),
            ExprKind::Item(decision, item) => self.item(id, *decision, *item),
            ExprKind::Parameter(i) => {
                let value = self.parameters.last().and_then(|p| p.get(*i as usize)).cloned();
                value.unwrap_or_else(|| self.fail(id, FaultKind::UnexpectedNone))
            }
            ExprKind::AsOf => Lift::Known(Value::Date(self.world.as_of)),
            ExprKind::Not(operand) => self.not(*operand),
            ExprKind::And(operands) => self.connect(operands, false),
            ExprKind::Or(operands) => self.connect(operands, true),
            ExprKind::Compare(op, left, right) => self.compare(*op, *left, *right),
            ExprKind::Is { left, right, negated } => self.is(*left, *right, *negated),
            ExprKind::IsNone { of, negated } => self.is_none(*of, *negated),
            ExprKind::In { of, among, negated } => self.among(*of, among, *negated),
            ExprKind::Within { of, low, high, negated } => self.within(*of, *low, *high, *negated),
            ExprKind::Arithmetic(op, left, right) => {
                let op = *op;
                let lifts = [self.eval(*left), self.eval(*right)];
                if op == ArithmeticOp::Divide {
                    self.hint_zero(*right);
                }
                apply(
                    id,
                    &[*left, *right],
                    &lifts,
                    |v| ops::arithmetic(op, &v[0], &v[1]),
                    |r| ranges::arithmetic(op, r),
                )
            }
            ExprKind::Negate(operand) => {
                let lifts = [self.eval(*operand)];
                apply(id, &[*operand], &lifts, |v| ops::negate(&v[0]), ranges::negate)
            }
            ExprKind::ShiftDays { date, days, forward } => {
                let forward = *forward;
                let lifts = [self.eval(*date), self.eval(*days)];
                apply(
                    id,
                    &[*date, *days],
                    &lifts,
                    |v| ops::shift_days(&v[0], &v[1], forward),
                    |r| ranges::shift_days(r, forward),
                )
            }
            ExprKind::DaysBetween(from, to) => {
                let lifts = [self.eval(*from), self.eval(*to)];
                apply(id, &[*from, *to], &lifts, |v| ops::days_between(&v[0], &v[1]), ranges::days_between)
            }
            ExprKind::If { condition, then, otherwise } => self.choose(*condition, *then, *otherwise),
            ExprKind::Call(function, arguments) => self.call(id, *function, arguments),
            ExprKind::Aggregate { kind, list, record, summed, condition } => {
                self.aggregate(id, *kind, *list, *record, *summed, *condition)
            }
            ExprKind::Lookup(lookup, arguments) => self.lookup(id, *lookup, arguments),
            ExprKind::Checked(operand) => {
                let lift = self.eval(*operand);
                self.checked(id, *operand, lift)
            }
        }
    }

    /// Whether the parameters of a look-up are at hand.
    pub(super) fn in_lookup(&self) -> bool {
        !self.parameters.is_empty()
    }

    pub(super) fn fail(&self, expr: ExprId, kind: FaultKind) -> Lift {
        Lift::fault(Fault { expr, kind, operands: Vec::new() })
    }

    fn constant(&self, id: ExprId, constant: ConstantId) -> Lift {
        match self.world.policy.constants[constant].value_on(self.world.as_of) {
            Ok(value) => Lift::Known(value.clone()),
            Err(first) => self.fail(id, FaultKind::NotYetInForce(constant, first)),
        }
    }

    /// What is evaluated leans on whatever presumptions `node` leans on.
    fn lean(&self, node: Node) {
        if let Some(presumptions) = &self.presumptions
            && presumptions.nodes.contains(&node)
        {
            presumptions.used.set(true);
        }
    }

    fn definition(&self, id: ExprId, definition: DefinitionId) -> Lift {
        let hand = self.world.policy.definitions[definition].scope.and_then(|r| self.hand(r));
        self.definition_at(definition, hand).cloned().unwrap_or_else(|| self.fail(id, FaultKind::UnexpectedNone))
    }

    pub(super) fn definition_at(&self, definition: DefinitionId, hand: Option<Hand>) -> Option<&Lift> {
        self.lean(Node::Definition(definition));
        let done = self.done.definition(definition);
        done.or_else(|| self.settled?.definition(definition))?.at(hand)
    }

    fn verdict(&self, decision: DecisionId) -> Option<&Verdict> {
        let hand = self.world.policy.decisions[decision].scope.and_then(|r| self.hand(r));
        self.lean(Node::Decision(decision));
        let done = self.done.decision(decision);
        done.or_else(|| self.settled?.decision(decision))?.at(hand)
    }

    pub(super) fn decision(&self, id: ExprId, decision: DecisionId) -> Lift {
        match self.verdict(decision) {
            Some(verdict) => verdict.as_operand(id, decision),
            None => self.fail(id, FaultKind::UnexpectedNone),
        }
    }

    fn call(&mut self, id: ExprId, function: Function, arguments: &[ExprId]) -> Lift {
        let lifts: Vec<Lift> = arguments.iter().map(|&a| self.eval(a)).collect();
        apply(id, arguments, &lifts, |v| ops::call(function, v), |r| ranges::call(function, r))
    }

    fn checked(&self, id: ExprId, operand: ExprId, lift: Lift) -> Lift {
        let policy = self.world.policy;
        let ty = &policy.exprs[id].ty;
        let fault = |value: Value, kind| Fault { expr: id, kind, operands: vec![(operand, value)] };
        let Lift::Open(open) = &lift else {
            let Lift::Known(value) = lift else { return lift };
            return match ops::checked(&policy.schema, ty, value.clone()) {
                Ok(value) => Lift::Known(value),
                Err(kind) => Lift::fault(fault(value, kind)),
            };
        };
        let mut union = Union::new();
        union.flags(&lift);
        open.values.check(&policy.schema, ty, &mut union, fault);
        union.finish()
    }

    fn lookup(&mut self, id: ExprId, lookup: LookupId, arguments: &[ExprId]) -> Lift {
        let lifts: Vec<Lift> = arguments.iter().map(|&a| self.eval(a)).collect();
        let mut union = Union::new();
        for lift in &lifts {
            if !lift.has_values() {
                union.flags(lift);
                return union.finish();
            }
            if lift.may_fail() {
                union.flags(lift);
            }
        }
        let values: Vec<Lift> = lifts.iter().map(Lift::without_failures).collect();
        // Rows that exclude one another are seen to do so only argument by argument.
        match choices(&values) {
            Some(rows) => {
                let whole = rows.len() == 1;
                for row in rows {
                    let lift = self.lookup_at(id, lookup, arguments, row);
                    union.add(&lift);
                }
                if !whole {
                    values.iter().for_each(|lift| union.flags(lift));
                }
            }
            None => {
                let lift = self.lookup_at(id, lookup, arguments, values);
                union.add(&lift);
            }
        }
        union.finish()
    }

    fn lookup_at(&mut self, id: ExprId, lookup: LookupId, arguments: &[ExprId], values: Vec<Lift>) -> Lift {
        let operands = arguments.iter().copied().zip(&values).filter_map(|(a, l)| Some((a, l.known()?.clone())));
        let operands: Vec<(ExprId, Value)> = operands.collect();
        self.parameters.push(values);
        let recording = self.record.take();
        let verdict = self.rules(&self.world.policy.lookups[lookup].rules);
        self.record = recording;
        self.parameters.pop();
        let fault = |kind| Fault { expr: id, kind, operands: operands.clone() };
        let mut union = Union::new();
        union.depend(verdict.deps());
        union.values_of(&verdict.lift);
        if let Some(open) = verdict.lift.open() {
            if let Some(needed) = open.gap {
                union.gap(needed);
            }
            if let Some(inner) = &open.fault {
                union.fault((**inner).clone());
            }
        }
        if verdict.own_gap {
            union.fault(fault(FaultKind::LookupGap(lookup)));
        }
        if verdict.conflict.is_some() {
            union.fault(fault(FaultKind::LookupConflict(lookup)));
        }
        union.finish()
    }
}

/// Every combination of arguments, where they are few.
fn choices(values: &[Lift]) -> Option<Vec<Vec<Lift>>> {
    let mut rows: Vec<Vec<Lift>> = vec![Vec::new()];
    for lift in values {
        let choices: Vec<Value> = match lift {
            Lift::Known(value) => vec![value.clone()],
            Lift::Open(open) => match &open.values {
                Values::Few(few) => few.clone(),
                _ => return None,
            },
        };
        if rows.len() * choices.len() > MOST_ROWS {
            return None;
        }
        rows = rows
            .iter()
            .flat_map(|row| {
                choices.iter().map(move |value| row.iter().cloned().chain([Lift::Known(value.clone())]).collect())
            })
            .collect();
    }
    Some(rows)
}

/// Where the value of a fact lies.
pub(super) enum Place<'a> {
    Cell(Cell<'a>),
    Slot(Slot),
}
