//! Expressions: names, connectives, choices and comparisons.

use super::{Branches, Encoder, Fails, Form, Reason, Seen, Source, Symbol};
use crate::analysis::circuit::{Integer, Lit, Ratio, TooWide};
use crate::base::CompareOp;
use crate::facts::{FactId, Value};
use crate::policy::{ConstantId, DecisionId, DefinitionId, ExprId, ExprKind};

impl Encoder<'_, '_> {
    /// What an expression comes to.
    pub(super) fn eval(&mut self, id: ExprId) -> Symbol {
        if !self.goes_on() {
            let lost = self.lost(id, Reason::TooLarge, Lit::TRUE);
            return Symbol::of(Form::Nothing).failing(Fails { lost, ..Fails::NEVER });
        }
        let mut symbol = self.unguarded(id);
        if !self.is_guarded && !self.policy.exprs[id].ty.optional {
            let none = self.circuit.and(symbol.none, !symbol.fails.gap);
            let none = self.circuit.and(none, !symbol.fails.lost);
            symbol.fails.error = self.circuit.or(symbol.fails.error, none);
        }
        if let Form::Boolean(value) = symbol.form
            && !matches!(self.policy.exprs[id].kind, ExprKind::Literal(_))
        {
            self.see(id, value, symbol.fails);
        }
        symbol
    }

    /// What an expression comes to, none where its parts are so that it is.
    pub(super) fn unguarded(&mut self, id: ExprId) -> Symbol {
        match self.eval_kind(id) {
            Ok(symbol) => symbol,
            Err(TooWide) => self.wide(id),
        }
    }

    fn see(&mut self, id: ExprId, value: Lit, fails: Fails) {
        let failed = fails.any(self.circuit);
        let here = !failed;
        let (holds, not) = (self.circuit.and(here, value), self.circuit.and(here, !value));
        let seen = self.seen.entry(id).or_insert(Seen { holds: Lit::FALSE, fails: Lit::FALSE });
        seen.holds = self.circuit.or(seen.holds, holds);
        seen.fails = self.circuit.or(seen.fails, not);
    }

    /// A choice that may be asked here.
    fn branch(&mut self, id: ExprId, yes: Lit, no: Lit) {
        let (then, otherwise) = (self.circuit.and(self.path, yes), self.circuit.and(self.path, no));
        let branches = self.branches.entry(id).or_insert(Branches { then: Lit::FALSE, otherwise: Lit::FALSE });
        branches.then = self.circuit.or(branches.then, then);
        branches.otherwise = self.circuit.or(branches.otherwise, otherwise);
    }

    fn eval_kind(&mut self, id: ExprId) -> Result<Symbol, TooWide> {
        Ok(match &self.policy.exprs[id].kind {
            ExprKind::Literal(value) => self.literal(value),
            ExprKind::Fact(fact) => self.fact(*fact),
            ExprKind::Constant(constant) => self.constant(id, *constant)?,
            ExprKind::Definition(definition) => {
                let symbol = self.definition(*definition);
                self.is_total(id, self.policy.definitions[*definition].body, &symbol);
                symbol
            }
            ExprKind::Decision(decision) => self.needed(*decision),
            ExprKind::Item(decision, item) => {
                let symbol = self.needed(*decision);
                let lit = match &symbol.form {
                    Form::Items(items) => items.get(*item as usize).copied().unwrap_or(Lit::FALSE),
                    _ => Lit::FALSE,
                };
                Symbol::boolean(lit).failing(symbol.fails)
            }
            ExprKind::Parameter(place) => {
                let symbol = self.parameters.last().and_then(|p| p.get(*place as usize)).cloned();
                symbol.unwrap_or_else(Symbol::none)
            }
            ExprKind::AsOf => Symbol::of(Form::Code(self.as_of.clone())),
            ExprKind::Not(of) => {
                let of = self.eval(*of);
                Symbol::boolean(!of.truth()).failing(of.fails)
            }
            ExprKind::And(operands) => self.connect(operands, false),
            ExprKind::Or(operands) => self.connect(operands, true),
            ExprKind::Compare(op, left, right) => {
                let ([left, right], fails) = self.operands([*left, *right]);
                let (low, high, negated) = match op {
                    CompareOp::LessOrEqual => (left, right, false),
                    CompareOp::Greater => (left, right, true),
                    CompareOp::GreaterOrEqual => (right, left, false),
                    CompareOp::Less => (right, left, true),
                };
                let holds = low.at_most(self.circuit, &high)?;
                Symbol::boolean(if negated { !holds } else { holds }).failing(fails)
            }
            ExprKind::Is { left, right, negated } => {
                let ([left, right], fails) = self.operands([*left, *right]);
                let same = left.equals(self.circuit, &right)?;
                Symbol::boolean(if *negated { !same } else { same }).failing(fails)
            }
            ExprKind::IsNone { of, negated } => {
                let of = self.eval(*of);
                Symbol::boolean(if *negated { !of.none } else { of.none }).failing(of.fails)
            }
            ExprKind::In { of, among, negated } => {
                let of = self.eval(*of);
                let mut fails = of.fails;
                let mut found = Lit::FALSE;
                for &choice in among {
                    let choice = self.next(choice, &mut fails);
                    let same = of.equals(self.circuit, &choice)?;
                    found = self.circuit.or(found, same);
                }
                Symbol::boolean(if *negated { !found } else { found }).failing(fails)
            }
            ExprKind::Within { of, low, high, negated } => {
                let of = self.eval(*of);
                let mut fails = of.fails;
                let mut inside = Lit::TRUE;
                for (end, above) in [(low, true), (high, false)] {
                    let Some(end) = end else { continue };
                    let end = self.next(*end, &mut fails);
                    let fits = if above { end.at_most(self.circuit, &of)? } else { of.at_most(self.circuit, &end)? };
                    inside = self.circuit.and(inside, fits);
                }
                Symbol::boolean(if *negated { !inside } else { inside }).failing(fails)
            }
            ExprKind::If { condition, then, otherwise } => {
                let test = self.eval(*condition);
                let failed = test.fails.any(self.circuit);
                let (yes, no) = {
                    let truth = test.truth();
                    (self.circuit.and(!failed, truth), self.circuit.and(!failed, !truth))
                };
                self.branch(id, yes, no);
                let then = self.under(yes, |e| e.eval(*then));
                let otherwise = self.under(no, |e| e.eval(*otherwise));
                let chosen = Symbol::choose(self.circuit, test.truth(), &then, &otherwise)?;
                let fails = test.fails.then(self.circuit, !failed, chosen.fails);
                chosen.failing(fails)
            }
            ExprKind::Aggregate { kind, list, record, summed, condition } => {
                self.aggregate(id, *kind, *list, *record, *summed, *condition)?
            }
            ExprKind::Lookup(lookup, arguments) => self.look_up(id, *lookup, arguments)?,
            ExprKind::Arithmetic(..)
            | ExprKind::Negate(_)
            | ExprKind::ShiftDays { .. }
            | ExprKind::DaysBetween(..)
            | ExprKind::Call(..)
            | ExprKind::Checked(_) => self.operation(id)?,
        })
    }

    /// Evaluates the next operand, only where those before it have values.
    pub(super) fn next(&mut self, operand: ExprId, fails: &mut Fails) -> Symbol {
        let failed = fails.any(self.circuit);
        let symbol = self.under(!failed, |e| e.eval(operand));
        *fails = fails.then(self.circuit, !failed, symbol.fails);
        symbol
    }

    /// Evaluates operands from left to right.
    pub(super) fn operands<const N: usize>(&mut self, operands: [ExprId; N]) -> ([Symbol; N], Fails) {
        let mut fails = Fails::NEVER;
        let symbols = operands.map(|operand| self.next(operand, &mut fails));
        (symbols, fails)
    }

    /// `and` (settled by false) and `or` (settled by true), from left to right.
    fn connect(&mut self, operands: &[ExprId], settled_by: bool) -> Symbol {
        let mut goes_on = Lit::TRUE;
        let mut fails = Fails::NEVER;
        for &operand in operands {
            let symbol = self.under(goes_on, |e| e.eval(operand));
            fails = fails.then(self.circuit, goes_on, symbol.fails);
            let failed = symbol.fails.any(self.circuit);
            let truth = symbol.truth();
            let unsettled = self.circuit.and(!failed, if settled_by { !truth } else { truth });
            goes_on = self.circuit.and(goes_on, unsettled);
        }
        Symbol::boolean(if settled_by { !goes_on } else { goes_on }).failing(fails)
    }

    fn fact(&mut self, fact: FactId) -> Symbol {
        let field = self.policy.schema.facts[fact].field_of;
        let hand = field.and_then(|(record, _)| self.hands.iter().rev().find(|h| h.record == record).copied());
        let symbol = match (field, hand) {
            (None, _) => match self.facts.get(fact) {
                Some(Source::One(symbol)) => Some(symbol),
                _ => None,
            },
            (Some((_, place)), Some(hand)) => match self.facts.get(hand.list) {
                Some(Source::List { records, .. }) => records.get(hand.place).and_then(|fields| fields.get(place)),
                _ => None,
            },
            _ => None,
        };
        symbol.cloned().unwrap_or_else(Symbol::none)
    }

    fn definition(&mut self, id: DefinitionId) -> Symbol {
        let hand = self.hand_of(self.policy.definitions[id].scope);
        self.definitions.get(&(id, hand)).cloned().unwrap_or_else(Symbol::none)
    }

    fn needed(&mut self, id: DecisionId) -> Symbol {
        let hand = self.hand_of(self.policy.decisions[id].scope);
        let symbol = self.decisions.get(&(id, hand)).map_or_else(Symbol::none, |verdict| verdict.symbol.clone());
        let fails = symbol.fails.of_a_decision();
        symbol.failing(fails)
    }

    fn hand_of(&self, scope: Option<crate::facts::RecordId>) -> Option<super::Hand> {
        let record = scope?;
        self.hands.iter().rev().find(|hand| hand.record == record).copied()
    }

    /// The value in force on the date of the decision.
    fn constant(&mut self, id: ExprId, constant: ConstantId) -> Result<Symbol, TooWide> {
        let mut symbol: Option<Symbol> = None;
        for (from, value) in &self.policy.constants[constant].values {
            let value = self.literal(value);
            symbol = Some(match (from, symbol) {
                (None, _) => value,
                (Some(from), before) => {
                    let in_force = Integer::constant(super::inputs::day(*from)).at_most(self.circuit, &self.as_of);
                    match before {
                        Some(before) => Symbol::choose(self.circuit, in_force, &value, &before)?,
                        None => {
                            self.breach(id, !in_force);
                            value.failing(Fails { error: !in_force, ..Fails::NEVER })
                        }
                    }
                }
            });
        }
        Ok(symbol.unwrap_or_else(Symbol::none))
    }

    /// A value as a symbol.
    pub(super) fn literal(&self, value: &Value) -> Symbol {
        let code = |code: i128| Symbol::of(Form::Code(Integer::constant(code)));
        match value {
            Value::Boolean(b) => Symbol::boolean(Lit::constant(*b)),
            Value::Number(n) => Symbol::of(Form::Number(Ratio::constant(*n))),
            Value::Date(date) => code(super::inputs::day(*date)),
            Value::Variant(place) => code(i128::from(*place)),
            Value::Text(text) => {
                self.texts.iter().position(|t| t == text).map_or(Symbol::none(), |at| code(at as i128))
            }
            Value::Items(_) | Value::List(_) | Value::None => Symbol::none(),
        }
    }
}
