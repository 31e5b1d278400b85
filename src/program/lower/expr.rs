//! Expressions.

use super::{Lower, Lowered, MOST_NODES, MOST_STEPS, Reason};
use crate::base::{Aggregate, CompareOp};
use crate::facts::deal::day_number;
use crate::facts::{DateRange, FactId, RecordId, Type, TypeKind, Value};
use crate::policy::{ConstantId, DecisionId, ExprId, ExprKind, LookupId};
use crate::program::cell::{MOST, MOST_ITEMS, NONE, encode};
use crate::program::form::{Form, scaled};
use crate::program::graph::{Cause, Info, Kind, NodeId};
use crate::program::op::Op;

impl Lower<'_> {
    pub(super) fn expr(&mut self, id: ExprId) -> Lowered {
        let list = self.hands.last().map(|(_, list)| *list);
        let kept = self.calls.is_empty() && self.hands.len() < 2;
        if kept && let Some(&known) = self.exprs.get(&(id, list)) {
            return known;
        }
        self.steps += 1;
        let lowered = if self.steps > MOST_STEPS || self.graph.len() > MOST_NODES {
            self.open(Reason::Size)
        } else {
            self.kind(id)
        };
        if kept {
            self.exprs.insert((id, list), lowered);
        }
        lowered
    }

    fn all(&mut self, ids: &[ExprId]) -> Vec<Lowered> {
        ids.iter().map(|&id| self.expr(id)).collect()
    }

    fn truth(&mut self, cell: bool) -> NodeId {
        self.graph.constant(cell.into())
    }

    fn kind(&mut self, id: ExprId) -> Lowered {
        let policy = self.policy;
        let plain = match &policy.exprs[id].kind {
            ExprKind::Literal(value) => return self.literal(value),
            ExprKind::Fact(fact) => return self.fact(*fact),
            ExprKind::Constant(constant) => return self.constant(id, *constant),
            ExprKind::Definition(definition) => {
                let list = policy.definitions[*definition].scope.and_then(|record| self.hand(record));
                return match self.definitions.get(&(*definition, list)) {
                    Some(&known) => known,
                    None => self.open(Reason::Lists),
                };
            }
            ExprKind::Decision(decision) => return self.outcome(id, *decision),
            ExprKind::Item(decision, item) => self.item(id, *decision, *item),
            ExprKind::Parameter(place) => {
                let argument = self.calls.last().and_then(|(_, arguments)| arguments.get(*place as usize));
                return match argument {
                    Some(&argument) => argument,
                    None => self.open(Reason::Lists),
                };
            }
            ExprKind::AsOf => self.date(),
            ExprKind::Not(a) => {
                let a = self.expr(*a).node;
                self.graph.not(a)
            }
            ExprKind::And(all) => {
                let all = self.all(all);
                let start = self.truth(true);
                all.iter().fold(start, |so_far, next| self.graph.and(so_far, next.node))
            }
            ExprKind::Or(all) => {
                let all = self.all(all);
                let start = self.truth(false);
                all.iter().fold(start, |so_far, next| self.graph.or(so_far, next.node))
            }
            ExprKind::Compare(op, a, b) => {
                let (a, b) = (self.expr(*a), self.expr(*b));
                self.compare(*op, a, b)
            }
            ExprKind::Is { left, right, negated } => {
                let (a, b) = (self.expr(*left), self.expr(*right));
                self.equal(a, b, *negated)
            }
            ExprKind::IsNone { of, negated } => {
                let of = self.expr(*of).node;
                let none = self.graph.constant(NONE);
                self.graph.apply(if *negated { Op::Unequal } else { Op::Equal }, &[of, none])
            }
            ExprKind::In { of, among, negated } => {
                let (of, among) = (self.expr(*of), self.all(among));
                self.among(of, &among, *negated)
            }
            ExprKind::Within { of, low, high, negated } => {
                let of = self.expr(*of);
                let ends = [low, high].map(|end| end.map(|end| self.expr(end)));
                self.within(of, ends, *negated)
            }
            ExprKind::Arithmetic(op, a, b) => {
                let (a, b) = (self.expr(*a), self.expr(*b));
                return self.arithmetic(id, *op, a, b);
            }
            ExprKind::Negate(a) => {
                let (a, zero) = (self.expr(*a), self.graph.constant(0));
                return Lowered { node: self.graph.apply(Op::SubtractWide, &[zero, a.node]), ..a };
            }
            ExprKind::ShiftDays { date, days, forward } => {
                let (date, days) = (self.expr(*date), self.expr(*days));
                return self.shifted(id, date, days, *forward);
            }
            ExprKind::DaysBetween(from, to) => {
                let (from, to) = (self.expr(*from), self.expr(*to));
                self.graph.apply(Op::Between, &[from.node, to.node])
            }
            ExprKind::If { condition, then, otherwise } => {
                let condition = self.expr(*condition).node;
                let (then, otherwise) = (self.expr(*then), self.expr(*otherwise));
                return self.either(condition, then, otherwise);
            }
            ExprKind::Call(function, arguments) => {
                let arguments = self.all(arguments);
                return self.call(id, *function, &arguments);
            }
            ExprKind::Aggregate { kind, list, record, summed, condition } => {
                return self.aggregate(*kind, *list, *record, *summed, *condition);
            }
            ExprKind::Lookup(lookup, arguments) => {
                let arguments = self.all(arguments);
                return self.lookup(id, *lookup, arguments);
            }
            ExprKind::Checked(operand) => {
                let value = self.expr(*operand);
                return self.checked(id, &policy.exprs[id].ty, value);
            }
        };
        Lowered::plain(plain)
    }

    fn literal(&mut self, value: &Value) -> Lowered {
        let cell = match value {
            Value::Number(n) => return self.number(*n),
            Value::Text(text) => self.slots.text(text),
            Value::Items(items) if items.iter().any(|item| item >= MOST_ITEMS) => return self.open(Reason::Items),
            Value::List(_) => return self.open(Reason::Lists),
            other => match encode(other, Form::PLAIN) {
                Some(cell) => cell,
                None => return self.open(Reason::Items),
            },
        };
        Lowered::plain(self.graph.constant(cell))
    }

    fn fact(&mut self, fact: FactId) -> Lowered {
        let declared = &self.policy.schema.facts[fact];
        let Some(slot) = self.slots.of(fact) else { return self.open(Reason::Size) };
        let form = self.slots.form(slot);
        let (low, high) = self.slots.bounds(slot);
        let (low, high) = (low.clamp(-MOST, MOST), high.clamp(-MOST, MOST));
        let list = match declared.field_of {
            Some((record, _)) => match self.hand(record) {
                Some(list) => Some(list.into_raw().into_u32()),
                None => return self.open(Reason::Lists),
            },
            None => None,
        };
        let info = Info { low, high, none: declared.ty.optional, stops: false, list, level: 0 };
        let kind = list.map_or(Kind::Slot(slot), |list| Kind::Field { list, slot });
        Lowered { node: self.graph.add(kind, info), divisor: None, places: form.places }
    }

    fn constant(&mut self, id: ExprId, constant: ConstantId) -> Lowered {
        let values = &self.policy.constants[constant].values;
        let mut so_far = Lowered::plain(self.graph.fault(id, Cause::NotYetInForce(constant)));
        for (from, value) in values {
            let value = self.literal(value);
            so_far = match from {
                None => value,
                Some(from) => {
                    let (date, from) = (self.date(), self.day(*from));
                    let in_force = self.graph.apply(Op::AtLeast, &[date, from]);
                    self.either(in_force, value, so_far)
                }
            };
        }
        so_far
    }

    /// The outcome of a decision for an expression that needs it.
    fn outcome(&mut self, id: ExprId, decision: DecisionId) -> Lowered {
        let list = self.policy.decisions[decision].scope.and_then(|record| self.hand(record));
        let Some(known) = self.decisions.get(&(decision, list)) else { return self.open(Reason::Lists) };
        let value = known.value;
        if !self.graph.info(value.node).stops {
            return value;
        }
        let error = self.graph.fault(id, Cause::NeedsError(decision));
        let conflict = self.graph.fault(id, Cause::NeedsConflict(decision));
        Lowered { node: self.graph.apply(Op::Needed, &[value.node, error, conflict]), ..value }
    }

    /// Whether an item applies.
    fn item(&mut self, id: ExprId, decision: DecisionId, item: u32) -> NodeId {
        let set = self.outcome(id, decision).node;
        let item = self.graph.constant(item.into());
        self.graph.apply(Op::In, &[item, set])
    }

    /// `result`, once each of these has a value, from the first on.
    fn once(&mut self, needed: &[NodeId], result: NodeId) -> NodeId {
        needed.iter().rev().fold(result, |result, &needed| self.graph.then(needed, result))
    }

    fn among(&mut self, of: Lowered, among: &[Lowered], negated: bool) -> NodeId {
        let info = self.graph.info(of.node);
        let small = info.low >= 0 && info.high < 62 && !info.none && of.places == 0 && of.divisor.is_none();
        let bit = |lowered: &Lowered| {
            let cell =
                self.graph.constant_of(lowered.node).filter(|_| lowered.places == 0 && lowered.divisor.is_none());
            cell.filter(|cell| (0..62).contains(cell))
        };
        let bits: Option<Vec<i64>> = among.iter().map(bit).collect();
        let found = match bits {
            Some(bits) if small && bits.len() > 1 => {
                let set = bits.iter().fold(0, |set, bit| set | 1 << bit);
                let set = self.graph.constant(set);
                self.graph.apply(Op::In, &[of.node, set])
            }
            _ => {
                let mut found = self.truth(false);
                for &one in among {
                    let equal = self.equal(of, one, false);
                    found = self.graph.or(found, equal);
                }
                let needed: Vec<NodeId> = std::iter::once(of.node).chain(among.iter().map(|one| one.node)).collect();
                self.once(&needed, found)
            }
        };
        if negated { self.graph.not(found) } else { found }
    }

    fn within(&mut self, of: Lowered, [low, high]: [Option<Lowered>; 2], negated: bool) -> NodeId {
        let mut within = self.truth(true);
        let mut needed = vec![of.node];
        for (end, op) in [(low, CompareOp::GreaterOrEqual), (high, CompareOp::LessOrEqual)] {
            let Some(end) = end else { continue };
            needed.push(end.node);
            let inside = self.compare(op, of, end);
            within = self.graph.and(within, inside);
        }
        let within = self.once(&needed, within);
        if negated { self.graph.not(within) } else { within }
    }

    fn shifted(&mut self, id: ExprId, date: Lowered, days: Lowered, forward: bool) -> Lowered {
        if days.places != 0 || days.divisor.is_some() {
            return self.open(Reason::Number);
        }
        let op = if forward { Op::AddWide } else { Op::SubtractWide };
        let day = self.graph.apply(op, &[date.node, days.node]);
        let all = DateRange::ALL;
        let outside = self.graph.fault(id, Cause::DateOutOfRange);
        let (first, last) = (self.day(all.low), self.day(all.high));
        let day = self.graph.apply(Op::NotBelow, &[day, first, outside]);
        Lowered::plain(self.graph.apply(Op::NotAbove, &[day, last, outside]))
    }

    fn aggregate(
        &mut self,
        kind: Aggregate,
        list: FactId,
        record: RecordId,
        summed: Option<ExprId>,
        condition: Option<ExprId>,
    ) -> Lowered {
        let TypeKind::List { up_to, .. } = self.policy.schema.facts[list].ty.kind else {
            return self.open(Reason::Lists);
        };
        if kind == Aggregate::Count && condition.is_none() {
            return self.fact(list);
        }
        self.hands.push((record, list));
        let condition = match condition {
            Some(condition) => self.expr(condition).node,
            None => self.truth(true),
        };
        let summed = summed.map(|summed| self.expr(summed));
        self.hands.pop();
        let (op, start, value) = match kind {
            Aggregate::Any => (Op::Or, 0, Lowered::plain(condition)),
            Aggregate::All => (Op::And, 1, Lowered::plain(condition)),
            Aggregate::Count => (Op::AddWide, 0, Lowered::plain(condition)),
            Aggregate::Sum => {
                let Some(summed) = summed.filter(|summed| summed.divisor.is_none()) else {
                    return self.open(Reason::Number);
                };
                let nothing = self.graph.constant(0);
                (Op::AddWide, 0, Lowered { node: self.graph.select(condition, summed.node, nothing), ..summed })
            }
        };
        let raw = list.into_raw().into_u32();
        if self.graph.info(value.node).list.is_some_and(|of| of != raw) {
            return self.open(Reason::Lists);
        }
        Lowered { node: self.graph.fold(op, raw, start, value.node, up_to.into()), ..value }
    }

    fn lookup(&mut self, id: ExprId, lookup: LookupId, arguments: Vec<Lowered>) -> Lowered {
        let needed: Vec<NodeId> = arguments.iter().map(|argument| argument.node).collect();
        let gap = self.graph.fault(id, Cause::LookupGap(lookup));
        let conflict = self.graph.fault(id, Cause::LookupConflict(lookup));
        // A table sees its parameters and no record.
        let hands = std::mem::take(&mut self.hands);
        self.calls.push((lookup, arguments));
        let rules = &self.policy.lookups[lookup].rules;
        let (value, _) = self.rules(rules, gap);
        self.calls.pop();
        self.hands = hands;
        let node = match self.graph.info(value.node).stops {
            true => self.graph.apply(Op::Conflicting, &[value.node, conflict]),
            false => value.node,
        };
        let node = self.once(&needed, node);
        Lowered { node, ..value }
    }

    /// A value held to a declared type.
    fn checked(&mut self, id: ExprId, ty: &Type, value: Lowered) -> Lowered {
        let schema = &self.policy.schema;
        let (low, high) = match &ty.kind {
            TypeKind::Number(number) => {
                if value.divisor.is_some() {
                    return self.open(Reason::Number);
                }
                let declared = number.unit.single().and_then(|unit| schema.units[unit].decimals);
                let value = match declared {
                    Some(allowed) if allowed < value.places => {
                        let step = self.graph.constant(10i64.pow(value.places - allowed));
                        let fault = self.graph.fault(id, Cause::TooManyDecimals);
                        Lowered { node: self.graph.apply(Op::Divisible, &[value.node, step, fault]), ..value }
                    }
                    _ => value,
                };
                let (low, high) = scaled(&number.range, value.places);
                return self.held_to(id, value, low, high);
            }
            TypeKind::Date(range) => (day_number(range.low), day_number(range.high)),
            _ => return value,
        };
        self.held_to(id, value, low, high)
    }

    fn held_to(&mut self, id: ExprId, value: Lowered, low: i64, high: i64) -> Lowered {
        let fault = self.graph.fault(id, Cause::OutOfRange);
        let (low, high) = (self.graph.constant(low), self.graph.constant(high));
        let node = self.graph.apply(Op::NotBelow, &[value.node, low, fault]);
        Lowered { node: self.graph.apply(Op::NotAbove, &[node, high, fault]), ..value }
    }
}
