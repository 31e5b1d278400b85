//! Arithmetic, dates and functions.

use super::inputs::{between, day};
use super::{Encoder, Fails, Form, Symbol};
use crate::analysis::circuit::{EndOfMonth, Integer, Lit, Ratio, TooWide, add_months};
use crate::base::ArithmeticOp;
use crate::facts::{DateRange, Type, TypeKind};
use crate::policy::{ExprId, ExprKind, Function};

impl Encoder<'_, '_> {
    /// An operation on numbers or dates. Its operands are evaluated from left to right.
    pub(super) fn operation(&mut self, id: ExprId) -> Result<Symbol, TooWide> {
        let policy = self.policy;
        let expr = &policy.exprs[id];
        match &expr.kind {
            ExprKind::Arithmetic(op, left, right) => {
                let operands = [*left, *right];
                let ([left, right], fails) = self.operands(operands);
                let (left, right) = (number(&left)?, number(&right)?);
                let mut breach = Lit::FALSE;
                let result = match op {
                    ArithmeticOp::Add => left.plus(self.circuit, &right)?,
                    ArithmeticOp::Subtract => left.minus(self.circuit, &right)?,
                    ArithmeticOp::Multiply => left.times(self.circuit, &right)?,
                    ArithmeticOp::Divide => {
                        let (quotient, zero) = left.divided(self.circuit, &right)?;
                        breach = zero;
                        quotient
                    }
                };
                let symbol = self.result(id, Form::Number(result), fails, breach);
                self.add_up(id, *op, [(operands[0], &left), (operands[1], &right)], &symbol);
                Ok(symbol)
            }
            ExprKind::Negate(of) => {
                let of = self.eval(*of);
                let result = number(&of)?.negated(self.circuit)?;
                Ok(self.result(id, Form::Number(result), of.fails, Lit::FALSE))
            }
            ExprKind::ShiftDays { date, days, forward } => {
                let ([date, days], fails) = self.operands([*date, *days]);
                let (date, days) = (code(&date), number(&days)?.as_whole(self.circuit)?);
                let to = if *forward { date.plus(self.circuit, &days)? } else { date.minus(self.circuit, &days)? };
                Ok(self.dated(id, to, fails))
            }
            ExprKind::DaysBetween(from, to) => {
                let ([from, to], fails) = self.operands([*from, *to]);
                let days = code(&to).minus(self.circuit, &code(&from))?;
                Ok(self.result(id, Form::Number(Ratio::whole(days)), fails, Lit::FALSE))
            }
            ExprKind::Call(function, arguments) => {
                let mut fails = Fails::NEVER;
                let arguments: Vec<Symbol> = arguments.iter().map(|&a| self.next(a, &mut fails)).collect();
                self.call(id, *function, &arguments, fails)
            }
            ExprKind::Checked(of) => {
                let value = self.eval(*of);
                let symbol = self.checked(id, &expr.ty, value)?;
                self.is_total(id, *of, &symbol);
                Ok(symbol)
            }
            _ => Ok(Symbol::none()),
        }
    }

    /// What comes of operands that have values; there is none where `breach` holds.
    fn result(&mut self, id: ExprId, form: Form, fails: Fails, breach: Lit) -> Symbol {
        let failed = fails.any(self.circuit);
        let breach = self.circuit.and(!failed, breach);
        self.breach(id, breach);
        let error = self.circuit.or(fails.error, breach);
        Symbol::of(form).failing(Fails { error, ..fails })
    }

    /// A date, if it is one of those that the language knows.
    fn dated(&mut self, id: ExprId, date: Integer, fails: Fails) -> Symbol {
        let (low, high) = (day(DateRange::ALL.low), day(DateRange::ALL.high));
        let early = !Integer::constant(low).at_most(self.circuit, &date);
        let late = !date.at_most(self.circuit, &Integer::constant(high));
        let outside = self.circuit.or(early, late);
        let symbol = self.result(id, Form::Code(date.narrowed(low, high)), fails, outside);
        let here = self.circuit.and(symbol.fails.error, !fails.error);
        let beyond = self.circuit.or(fails.beyond, here);
        let fails = Fails { beyond, ..symbol.fails };
        symbol.failing(fails)
    }

    fn call(&mut self, id: ExprId, function: Function, arguments: &[Symbol], fails: Fails) -> Result<Symbol, TooWide> {
        let numbers = || arguments.iter().map(number).collect::<Result<Vec<Ratio>, TooWide>>();
        let first = || arguments.first().map_or(Err(TooWide), number);
        let number = match function {
            Function::Min | Function::Max => {
                let numbers = numbers()?;
                let (mut best, others) = numbers.split_first().map(|(a, b)| (a.clone(), b)).ok_or(TooWide)?;
                for other in others {
                    let at_most = best.at_most(self.circuit, other)?;
                    let keeps = if function == Function::Min { at_most } else { !at_most };
                    best = Ratio::choose(self.circuit, keeps, &best, other)?;
                }
                best
            }
            Function::Abs => first()?.magnitude(self.circuit)?,
            Function::Round(places) => first()?.rounded(self.circuit, places)?,
            Function::Floor => Ratio::whole(first()?.floor(self.circuit)?),
            Function::Ceil => Ratio::whole(first()?.ceil(self.circuit)?),
            Function::AddMonthsOrLastDay => return self.later(id, arguments, 1, EndOfMonth::LastDay, fails),
            Function::AddMonthsOrNextDay => return self.later(id, arguments, 1, EndOfMonth::NextDay, fails),
            Function::AddYearsOrLastDay => return self.later(id, arguments, 12, EndOfMonth::LastDay, fails),
            Function::AddYearsOrNextDay => return self.later(id, arguments, 12, EndOfMonth::NextDay, fails),
        };
        Ok(self.result(id, Form::Number(number), fails, Lit::FALSE))
    }

    /// So many times `length` months later.
    fn later(
        &mut self,
        id: ExprId,
        arguments: &[Symbol],
        length: i128,
        end: EndOfMonth,
        fails: Fails,
    ) -> Result<Symbol, TooWide> {
        let [start, steps] = arguments else { return Err(TooWide) };
        let steps = number(steps)?.as_whole(self.circuit)?;
        let months = steps.times(self.circuit, &Integer::constant(length))?;
        let to = add_months(self.circuit, &code(start), &months, end)?;
        Ok(self.dated(id, to, fails))
    }

    /// The value where its type allows it.
    pub(super) fn checked(&mut self, id: ExprId, ty: &Type, value: Symbol) -> Result<Symbol, TooWide> {
        let (form, fits) = match (value.form, &ty.kind) {
            (Form::Number(n), TypeKind::Number(declared)) => {
                let range = declared.range;
                let mut fits = between(self.circuit, &n, range.low, range.high)?;
                let unit = declared.unit.single().and_then(|unit| self.policy.schema.units[unit].decimals);
                if let Some(places) = unit {
                    let has_places = n.has_places(self.circuit, places)?;
                    fits = self.circuit.and(fits, has_places);
                }
                (Form::Number(n.narrowed(range.low, range.high)), fits)
            }
            (Form::Code(date), TypeKind::Date(range)) => {
                let (low, high) = (day(range.low), day(range.high));
                let above = Integer::constant(low).at_most(self.circuit, &date);
                let below = date.at_most(self.circuit, &Integer::constant(high));
                (Form::Code(date.narrowed(low, high)), self.circuit.and(above, below))
            }
            (form, _) => (form, Lit::TRUE),
        };
        let breach = self.circuit.and(!value.none, !fits);
        let symbol = self.result(id, form, value.fails, breach);
        Ok(Symbol { none: value.none, ..symbol })
    }
}

fn number(symbol: &Symbol) -> Result<Ratio, TooWide> {
    match &symbol.form {
        Form::Number(n) => Ok(n.clone()),
        // It has no value anywhere, so that any will do.
        _ => Ok(Ratio::whole(Integer::constant(0))),
    }
}

fn code(symbol: &Symbol) -> Integer {
    match &symbol.form {
        Form::Code(code) => code.clone(),
        _ => Integer::constant(0),
    }
}
