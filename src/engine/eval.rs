//! The evaluator: expressions over a space of completions.
//!
//! There is one evaluator. Where every fact is given the space is a single point and each
//! [`Lift`] a single value; the same code then is the ordinary meaning of the policy.

use rustc_hash::FxHashMap;

use super::answer::{Explanation, Fault, FaultKind, Node as Noted, Seen};
use super::lift::{Lift, Union, Values, apply};
use super::list::Elements;
use super::needs::Needed;
use super::relation::{Hints, Sign};
use super::space::{Slot, Space};
use super::verdict::Verdict;
use super::world::{Cell, Source, World};
use super::{ops, ranges};
use crate::base::{ArithmeticOp, CompareOp};
use crate::facts::{Element, FactId, Origin, RecordId, Value};
use crate::policy::{ConstantId, DecisionId, DefinitionId, ExprId, ExprKind, Function, LookupId, Node};

/// How many expressions one evaluation may look at before it gives up: far more than any policy
/// needs, and a second or two at most.
const WORK_LIMIT: u64 = 20_000_000;

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
}

impl Evaluated {
    /// Whether a node came to one thing, so that it comes to the same in every part of the space.
    pub(super) fn is_settled(&self, node: Node) -> bool {
        match node {
            Node::Definition(id) => self.definitions.get(&id).is_some_and(|d| d.all(Lift::is_certain)),
            Node::Decision(id) => self.decisions.get(&id).is_some_and(|d| d.all(Verdict::is_settled)),
        }
    }
}

/// What is recorded for explanations.
#[derive(Debug, Default)]
pub(super) struct Record {
    /// The nodes of the expressions finished so far, those of the current level last.
    pub(super) trail: Vec<Noted>,
    pub(super) definitions: Vec<(DefinitionId, Option<Element>, Noted)>,
    pub(super) explanations: FxHashMap<(DecisionId, Option<HandKey>), Explanation>,
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
    parameters: Vec<Vec<Lift>>,
    work: u64,
    /// What splitting the space would settle, where asked for.
    pub(super) hints: Option<Hints>,
    /// What the space assumes cannot be: there is no completion in it.
    pub(super) infeasible: bool,
    /// Where asked for.
    pub(super) record: Option<Record>,
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
            infeasible: false,
            record: None,
        }
    }

    /// Evaluates these, each after what it needs. Those about records are evaluated for each record,
    /// or only for `hand` where no other is needed.
    pub(super) fn run(&mut self, needed: impl IntoIterator<Item = Needed>, hand: Option<Hand>) {
        let policy = self.world.policy;
        for Needed { node, at_hand } in needed {
            let only = hand.filter(|_| at_hand);
            match node {
                Node::Definition(id) => {
                    let (scope, body) = (policy.definitions[id].scope, policy.definitions[id].body);
                    let value = self.per_scope(scope, only, |e| {
                        let value = e.eval(body);
                        e.finish_definition(id);
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

    fn finish_definition(&mut self, id: DefinitionId) {
        let element = self.hands.last().and_then(|h| h.in_deal());
        if let Some(record) = &mut self.record
            && let Some(node) = record.trail.pop()
        {
            record.definitions.push((id, element, node));
        }
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
        let Some(mark) = self.record.as_ref().map(|r| r.trail.len()) else {
            return self.eval_kind(id);
        };
        let lift = self.eval_kind(id);
        let (origin, element) = self.origin(id);
        let element = element.or_else(|| self.hands.last().and_then(|h| h.in_deal()));
        if let Some(record) = &mut self.record {
            let children = record.trail.split_off(mark);
            record.trail.push(Noted { expr: id, seen: seen(&lift), origin, record: element, children });
        }
        lift
    }

    /// Notes an operand that was not needed.
    pub(super) fn skip(&mut self, id: ExprId) {
        if let Some(record) = &mut self.record {
            record.trail.push(Noted {
                expr: id,
                seen: Seen::Skipped,
                origin: None,
                record: None,
                children: Vec::new(),
            });
        }
    }

    fn origin(&self, id: ExprId) -> (Option<Origin>, Option<Element>) {
        let ExprKind::Fact(fact) = self.world.policy.exprs[id].kind else {
            return (None, None);
        };
        let Some((cell, hand)) = self.cell(fact) else { return (None, None) };
        let element = hand.and_then(|h| h.in_deal());
        let origin = match cell {
            Place::Cell(Cell::Value(given)) => Some(given.origin),
            Place::Cell(Cell::Variable(var)) => {
                let presumed = self.world.variables[var].presumed.is_some() && self.space.is_point(var);
                presumed.then_some(Origin::Presumed)
            }
            Place::Slot(_) => None,
        };
        (origin, element)
    }

    /// Where the value of a fact comes from, and of which record it is.
    fn cell(&self, fact: FactId) -> Option<(Place<'a>, Option<Hand>)> {
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
            ExprKind::Not(operand) => {
                let operand = self.eval(*operand);
                let truth = operand.truth();
                let mut union = Union::new();
                union.flags(&operand);
                union.truth(truth.may_not, truth.may);
                union.finish()
            }
            ExprKind::And(operands) => self.connect(operands, false),
            ExprKind::Or(operands) => self.connect(operands, true),
            ExprKind::Compare(op, left, right) => self.compare(*op, *left, *right),
            ExprKind::Is { left, right, negated } => self.is(*left, *right, *negated),
            ExprKind::IsNone { of, negated } => {
                let lift = self.eval(*of);
                let may = lift.may_be(&Value::None);
                let may_not = lift
                    .known()
                    .map_or_else(|| lift.open().is_some_and(|o| o.values.may_be_some()), |value| *value != Value::None);
                if may && may_not {
                    self.hint_none(*of);
                }
                let mut union = Union::new();
                union.flags(&lift);
                if *negated {
                    union.truth(may_not, may)
                } else {
                    union.truth(may, may_not)
                }
                union.finish()
            }
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

    fn definition(&self, id: ExprId, definition: DefinitionId) -> Lift {
        let hand = self.world.policy.definitions[definition].scope.and_then(|r| self.hand(r));
        self.definition_at(definition, hand).cloned().unwrap_or_else(|| self.fail(id, FaultKind::UnexpectedNone))
    }

    pub(super) fn definition_at(&self, definition: DefinitionId, hand: Option<Hand>) -> Option<&Lift> {
        let done = self.done.definitions.get(&definition);
        done.or_else(|| self.settled?.definitions.get(&definition))?.at(hand)
    }

    fn verdict(&self, decision: DecisionId) -> Option<&Verdict> {
        let hand = self.world.policy.decisions[decision].scope.and_then(|r| self.hand(r));
        let done = self.done.decisions.get(&decision);
        done.or_else(|| self.settled?.decisions.get(&decision))?.at(hand)
    }

    fn decision(&self, id: ExprId, decision: DecisionId) -> Lift {
        match self.verdict(decision) {
            Some(verdict) => verdict.as_operand(id, decision),
            None => self.fail(id, FaultKind::UnexpectedNone),
        }
    }

    fn item(&self, id: ExprId, decision: DecisionId, item: u32) -> Lift {
        let lift = self.decision(id, decision);
        let mut union = Union::new();
        union.flags(&lift);
        match lift.known() {
            Some(Value::Items(items)) => return Lift::boolean(items.contains(item)),
            Some(_) => {}
            None => match lift.open().map(|o| &o.values) {
                Some(Values::Items { certain, open }) => {
                    let (certain, open) = (certain.contains(item), open.contains(item));
                    union.truth(certain || open, !certain);
                }
                Some(Values::Few(sets)) => {
                    for set in sets {
                        if let Value::Items(items) = set {
                            union.value(Value::Boolean(items.contains(item)));
                        }
                    }
                }
                _ => {}
            },
        }
        union.finish()
    }

    /// `and` (settled by false) and `or` (settled by true), from left to right.
    fn connect(&mut self, operands: &[ExprId], settled_by: bool) -> Lift {
        let mut union = Union::new();
        let mut reached = true;
        for (i, &operand) in operands.iter().enumerate() {
            let lift = self.eval(operand);
            union.flags(&lift);
            let truth = lift.truth();
            let (settles, goes_on) = if settled_by { (truth.may, truth.may_not) } else { (truth.may_not, truth.may) };
            if settles {
                union.value(Value::Boolean(settled_by));
            }
            if !goes_on {
                reached = false;
                operands[i + 1..].iter().for_each(|&o| self.skip(o));
                break;
            }
        }
        if reached {
            union.value(Value::Boolean(!settled_by));
        }
        union.finish()
    }

    fn choose(&mut self, condition: ExprId, then: ExprId, otherwise: ExprId) -> Lift {
        let test = self.eval(condition);
        let truth = test.truth();
        let mut union = Union::new();
        union.flags(&test);
        for (taken, branch) in [(truth.may, then), (truth.may_not, otherwise)] {
            if taken {
                let lift = self.eval(branch);
                union.add(&lift);
            } else {
                self.skip(branch);
            }
        }
        union.finish()
    }

    fn compare(&mut self, op: CompareOp, left: ExprId, right: ExprId) -> Lift {
        let lifts = [self.eval(left), self.eval(right)];
        self.relate((left, &lifts[0]), (right, &lifts[1]), |sign| match op {
            CompareOp::Less => sign == Sign::Less,
            CompareOp::LessOrEqual => sign != Sign::Greater,
            CompareOp::Greater => sign == Sign::Greater,
            CompareOp::GreaterOrEqual => sign != Sign::Less,
        })
    }

    fn is(&mut self, left: ExprId, right: ExprId, negated: bool) -> Lift {
        let lifts = [self.eval(left), self.eval(right)];
        self.equal((left, &lifts[0]), (right, &lifts[1]), negated)
    }

    fn among(&mut self, of: ExprId, among: &[ExprId], negated: bool) -> Lift {
        let lift = self.eval(of);
        let mut union = Union::new();
        union.flags(&lift);
        if !lift.has_values() {
            return union.finish();
        }
        let (mut may, mut surely) = (false, false);
        let mut rest = lift.clone();
        for &choice in among {
            let other = self.eval(choice);
            if other.may_fail() {
                union.flags(&other);
            }
            if !other.has_values() {
                return union.finish();
            }
            let truth = self.equal((of, &rest), (choice, &other), false);
            union.flags(&truth);
            may |= truth.truth().may;
            surely |= truth.known() == Some(&Value::Boolean(true));
            if let (Lift::Open(open), Some(value)) = (&mut rest, other.known()) {
                open.values.remove(value);
            }
        }
        let exhausted = !rest.has_values() && !surely;
        let may_not = !surely && !exhausted;
        if negated {
            union.truth(may_not, may)
        } else {
            union.truth(may, may_not)
        }
        union.finish()
    }

    fn within(&mut self, of: ExprId, low: Option<ExprId>, high: Option<ExprId>, negated: bool) -> Lift {
        let lift = self.eval(of);
        let mut union = Union::new();
        union.flags(&lift);
        let (mut may, mut may_not) = (lift.has_values(), false);
        for (end, outside) in [(low, Sign::Less), (high, Sign::Greater)] {
            let Some(end) = end else { continue };
            let other = self.eval(end);
            let inside = self.relate((of, &lift), (end, &other), |sign| sign != outside);
            union.flags(&inside);
            if !other.has_values() {
                return union.finish();
            }
            let truth = inside.truth();
            may &= truth.may;
            may_not |= truth.may_not;
        }
        if negated {
            union.truth(may_not, may)
        } else {
            union.truth(may, may_not)
        }
        union.finish()
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
enum Place<'a> {
    Cell(Cell<'a>),
    Slot(Slot),
}

/// What an explanation says of a lift.
pub(super) fn seen(lift: &Lift) -> Seen {
    match lift {
        Lift::Known(value) => Seen::Known(value.clone()),
        Lift::Open(open) => match (&open.fault, open.gap) {
            (Some(fault), None) if !lift.has_values() => Seen::Fault(fault.clone()),
            (None, Some(gap)) if !lift.has_values() => Seen::Gap(gap),
            _ => Seen::Unknown(open.values.possible()),
        },
    }
}
