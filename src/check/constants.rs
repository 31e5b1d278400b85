//! Constants: values that are the same for every deal, worked out here.

use super::demand::State;
use super::expressions::{Asked, Hint, number_type};
use super::names::Declarations;
use super::{Checker, Fixed, Scope, index, text};
use crate::base::{ArithmeticOp, Number, NumberError, Span};
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::deal::{date_of_day, day_number};
use crate::facts::{NumberKind, Type, TypeKind, Value};
use crate::policy::{Constant, ExprId, ExprKind, Function, Notes};
use crate::syntax::ast;

/// Values with the dates from which they are in force.
type DatedValues = Vec<(Option<jiff::civil::Date>, Value)>;

impl Checker<'_> {
    /// Works out every constant, each after those it uses.
    pub(super) fn declare_constants(&mut self, all: &Declarations<'_>) {
        self.constants = all.constants.iter().map(|_| State::NotYet).collect();
        self.constant_results = all.constants.iter().map(|_| None).collect();
        // Types in the text are lowered once, whatever is tried more than once.
        let types: Vec<Option<Option<Type>>> =
            all.constants.iter().map(|c| c.ty.as_ref().map(|ty| self.constant_type(ty))).collect();
        let notes: Vec<Notes> = all.constants.iter().map(|c| self.notes(&c.notes, all)).collect();
        let name = |place: usize| all.constants[place].name.text.clone();
        self.work_out(
            |c| &mut c.constants,
            name,
            |c, place| {
                let constant = all.constants[place];
                let (ty, values) = c.constant(constant, types[place].as_ref())?;
                c.constant_results[place] = Some(Constant {
                    name: constant.name.text.clone(),
                    label: text(constant.label.as_ref()),
                    ty: ty.clone(),
                    values,
                    notes: notes[place].clone(),
                    span: constant.name.span,
                });
                Some(ty)
            },
        );
    }

    fn constant_type(&mut self, written: &ast::TypeExpr) -> Option<Type> {
        let ty = self.ty(written)?;
        if ty.optional || matches!(ty.kind, TypeKind::List { .. }) {
            let message = format!("a constant cannot be {}", self.describe(&ty));
            let report = Diagnostic::error(Code::MalformedType, written.optional.unwrap_or(written.span), message);
            self.report(report.here("a constant has a value"));
            return None;
        }
        Some(ty)
    }

    /// The type and the values of one constant. `declared` is its type where written, which may be in
    /// error.
    fn constant(&mut self, constant: &ast::Constant, declared: Option<&Option<Type>>) -> Option<(Type, DatedValues)> {
        let scope = Scope { fixed: Fixed::Constant, ..Scope::default() };
        let dates = self.constant_dates(constant);
        let (values, _) = self.within(scope, |c| {
            let mut exprs = Vec::with_capacity(constant.values.len());
            let mut first: Option<Type> = None;
            for value in &constant.values {
                let expr = match declared {
                    Some(ty) => {
                        let at = constant.ty.as_ref().map(|ty| ty.span);
                        let asked = Asked { what: "the constant", name: &constant.name.text, at };
                        c.expect_known(&value.value, ty.as_ref(), &asked)
                    }
                    None => {
                        let hint = first.clone().map_or(Hint::Nothing, Hint::Type);
                        let expr = c.infer(&value.value, &hint).expr.and_then(|e| c.present(e));
                        let expr = expr.and_then(|e| c.like_first(e, first.as_ref(), constant));
                        first = first.or_else(|| expr.map(|e| c.type_of(e).clone()));
                        expr
                    }
                };
                exprs.push(expr);
            }
            exprs
        });
        let exprs: Vec<ExprId> = values.into_iter().collect::<Option<_>>()?;
        let dates = dates?;
        let ty = match declared {
            Some(ty) => ty.clone()?,
            None => self.widest(&exprs)?,
        };
        let mut values = Vec::with_capacity(exprs.len());
        for (expr, date) in exprs.into_iter().zip(dates) {
            let span = self.span_of(expr);
            let value = self.value_of(expr)?;
            let at = constant.ty.as_ref().map(|ty| ty.span);
            let asked = Asked { what: "the constant", name: &constant.name.text, at };
            let literal = matches!(self.expr(expr).kind, ExprKind::Literal(_));
            if (!literal || declared.is_none()) && !self.value_fits(&value, &ty, span, &asked) {
                return None;
            }
            values.push((date, value));
        }
        Some((ty, values))
    }

    /// The dates of the values: none for a single one, else ascending.
    fn constant_dates(&mut self, constant: &ast::Constant) -> Option<Vec<Option<jiff::civil::Date>>> {
        let mut fine = true;
        let mut last: Option<(jiff::civil::Date, Span)> = None;
        for value in &constant.values {
            match value.from {
                None if constant.values.len() > 1 => {
                    fine = false;
                    let message = format!("a value of `{}` has no date", constant.name.text);
                    let report = Diagnostic::error(Code::ConstantDates, value.span, message);
                    self.report(report.here("from when?").help("of several values each says `from DATE`"));
                }
                None => {}
                Some((from, span)) => {
                    if let Some((before, place)) = last
                        && from <= before
                    {
                        fine = false;
                        let message =
                            format!("the values of `{}` are not in the order of their dates", constant.name.text);
                        self.report(
                            Diagnostic::error(Code::ConstantDates, span, message)
                                .here(if from == before { "the same date again" } else { "an earlier date" })
                                .label(place, "the date before it")
                                .help("write the earliest value first, and one value for each date"),
                        );
                    }
                    last = Some((from, span));
                }
            }
        }
        fine.then(|| constant.values.iter().map(|value| value.from.map(|(date, _)| date)).collect())
    }

    /// Of a constant whose type is left out: each value is like the first.
    fn like_first(&mut self, expr: ExprId, first: Option<&Type>, constant: &ast::Constant) -> Option<ExprId> {
        let ty = self.type_of(expr).clone();
        if let Some(number) = ty.number()
            && number.kind == NumberKind::Fraction
        {
            let decimal = number_type(NumberKind::Decimal, number.unit.clone());
            return self.fits(expr, &decimal, &Asked { what: "the constant", name: &constant.name.text, at: None });
        }
        let first = match first {
            Some(Type { kind: TypeKind::Number(n), .. }) => number_type(NumberKind::Decimal, n.unit.clone()),
            Some(first) => first.clone(),
            None => return Some(expr),
        };
        let asked = Asked { what: "the first value of", name: &constant.name.text, at: None };
        self.fits(expr, &first, &asked)
    }

    fn widest(&self, exprs: &[ExprId]) -> Option<Type> {
        let first = self.type_of(*exprs.first()?).clone();
        match first.number() {
            Some(number) => {
                let kinds = exprs.iter().filter_map(|e| self.type_of(*e).number()).map(|n| n.kind);
                Some(number_type(kinds.max()?, number.unit.clone()))
            }
            None => Some(first),
        }
    }

    /// The value of an expression of literals, constants and arithmetic.
    fn value_of(&mut self, expr: ExprId) -> Option<Value> {
        let span = self.span_of(expr);
        match self.expr(expr).kind.clone() {
            ExprKind::Literal(value) => Some(value),
            ExprKind::Constant(constant) => {
                let constant = self.constant_results[index(constant)].as_ref()?;
                match constant.values.as_slice() {
                    [(None, value)] => Some(value.clone()),
                    _ => {
                        let (name, place) = (constant.name.clone(), constant.span);
                        let message = format!("`{name}` changes with the date, and a constant made of it does not");
                        self.report(
                            Diagnostic::error(Code::NotFixed, span, message)
                                .here("has a value for each of several dates")
                                .label(place, "declared here")
                                .help("make it a `define`, which follows the date of the decision"),
                        );
                        None
                    }
                }
            }
            ExprKind::Negate(inner) => {
                let n = self.number_of(inner)?;
                self.computed(n.negate(), span)
            }
            ExprKind::Arithmetic(op, left, right) => {
                let (a, b) = (self.number_of(left)?, self.number_of(right)?);
                let result = match op {
                    ArithmeticOp::Add => a.add(b),
                    ArithmeticOp::Subtract => a.subtract(b),
                    ArithmeticOp::Multiply => a.multiply(b),
                    ArithmeticOp::Divide => a.divide(b),
                };
                self.computed(result, span)
            }
            ExprKind::Call(function, arguments) => {
                let mut numbers = Vec::with_capacity(arguments.len());
                for argument in &arguments {
                    match function {
                        Function::AddMonthsOrLastDay
                        | Function::AddMonthsOrNextDay
                        | Function::AddYearsOrLastDay
                        | Function::AddYearsOrNextDay => {
                            let message = format!("`{}` is not for constants", function.name());
                            let report = Diagnostic::error(Code::NotFixed, span, message);
                            self.report(report.here("write the date out, or make it a `define`"));
                            return None;
                        }
                        _ => numbers.push(self.number_of(*argument)?),
                    }
                }
                let first = *numbers.first()?;
                let result = match function {
                    Function::Min => Ok(numbers.into_iter().min().unwrap_or(first)),
                    Function::Max => Ok(numbers.into_iter().max().unwrap_or(first)),
                    Function::Abs => first.abs(),
                    Function::Round(places) => first.round(places),
                    Function::Floor => Ok(first.floor()),
                    _ => Ok(first.ceil()),
                };
                self.computed(result, span)
            }
            ExprKind::ShiftDays { date, days, forward } => {
                let Value::Date(date) = self.value_of(date)? else { return None };
                let days = self.number_of(days)?.to_integer().and_then(|n| i64::try_from(n).ok());
                let day = days.and_then(|n| day_number(date).checked_add(if forward { n } else { n.checked_neg()? }));
                match day.and_then(date_of_day) {
                    Some(date) => Some(Value::Date(date)),
                    None => {
                        let report =
                            Diagnostic::error(Code::ConstantFault, span, "the date lies outside of 1900 to 2199");
                        self.report(report.here("no such date"));
                        None
                    }
                }
            }
            ExprKind::DaysBetween(from, to) => match (self.value_of(from)?, self.value_of(to)?) {
                (Value::Date(from), Value::Date(to)) => {
                    Some(Value::Number(Number::from(day_number(to) - day_number(from))))
                }
                _ => None,
            },
            _ => {
                self.report_not_fixed(span, Fixed::Constant);
                None
            }
        }
    }

    fn number_of(&mut self, expr: ExprId) -> Option<Number> {
        match self.value_of(expr)? {
            Value::Number(n) => Some(n),
            _ => None,
        }
    }

    fn computed(&mut self, result: Result<Number, NumberError>, span: Span) -> Option<Value> {
        match result {
            Ok(n) => Some(Value::Number(n)),
            Err(error) => {
                let report = Diagnostic::error(Code::ConstantFault, span, format!("this has no value: {error}"));
                self.report(report.here("cannot be worked out"));
                None
            }
        }
    }
}
