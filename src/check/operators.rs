//! Operators: what they may stand between, and what comes of it.

use super::Checker;
use super::expressions::{Hint, Inferred, date_type, number_type};
use super::narrowing::{Known, Place};
use crate::base::{ArithmeticOp, CompareOp, Span};
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::{DateRange, NumberKind, NumberType, Type, TypeKind, Value};
use crate::policy::{ExprId, ExprKind};
use crate::syntax::ast;

/// What a pair of operands is for, in the words of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pairing {
    Compared,
    Added,
    Branches,
}

impl Pairing {
    fn cannot(self) -> &'static str {
        match self {
            Pairing::Compared => "cannot be compared",
            Pairing::Added => "cannot be added or subtracted",
            Pairing::Branches => "cannot be the two outcomes of one `if`",
        }
    }
}

impl Checker<'_> {
    /// Two operands, each knowing the other's type where it needs it.
    fn pair(&mut self, left: &ast::Expr, right: &ast::Expr, hint: &Hint) -> (Option<ExprId>, Option<ExprId>) {
        if self.needs_hint(left) && !self.needs_hint(right) {
            let right = self.infer(right, hint).expr;
            let hint = self.hint_by(right);
            (self.infer(left, &hint).expr, right)
        } else {
            let left = self.infer(left, hint).expr;
            let hint = self.hint_by(left);
            (left, self.infer(right, &hint).expr)
        }
    }

    /// A number that is there.
    pub(super) fn number(&mut self, e: &ast::Expr) -> Option<(ExprId, NumberType)> {
        let expr = self.infer(e, &Hint::Words("a number")).expr?;
        let expr = self.present(expr)?;
        match self.type_of(expr).number() {
            Some(number) => Some((expr, number.clone())),
            None => {
                self.report_operand(expr, "a number");
                None
            }
        }
    }

    /// Reports an operand that is not what its operator or function asks for.
    pub(super) fn report_operand(&mut self, expr: ExprId, wanted: &str) {
        let (span, is) = (self.span_of(expr), self.describe(self.type_of(expr)));
        let message = format!("{} stands where {wanted} is asked for", self.quoted(span));
        let mut report = Diagnostic::error(Code::WrongType, span, message).here(format!("this is {is}"));
        if let Some((place, words)) = self.declared_at(expr) {
            report = report.label(place, words);
        }
        self.report(report);
    }

    /// `<` and its like.
    pub(super) fn compare(&mut self, op: CompareOp, left: &ast::Expr, right: &ast::Expr, span: Span) -> Option<ExprId> {
        let (left, right) = self.pair(left, right, &Hint::Words("a number or a date"));
        let (left, right) = self.both_present(left, right)?;
        let ordered = |c: &Self, e| matches!(c.type_of(e).kind, TypeKind::Number(_) | TypeKind::Date(_));
        if !ordered(self, left) && !ordered(self, right) {
            let is = self.describe(self.type_of(left));
            let message =
                format!("only numbers and dates have an order, and {} is {is}", self.quoted(self.span_of(left)));
            let report = Diagnostic::error(Code::WrongType, span, message).here("cannot be compared this way");
            self.report(report.help("ask for equality with `is` or `in (…)`"));
            return None;
        }
        self.agree(left, right, Pairing::Compared)?;
        Some(self.push(ExprKind::Compare(op, left, right), Type::boolean(), span))
    }

    fn both_present(&mut self, left: Option<ExprId>, right: Option<ExprId>) -> Option<(ExprId, ExprId)> {
        let left = left.and_then(|e| self.present(e));
        let right = right.and_then(|e| self.present(e));
        Some((left?, right?))
    }

    /// Whether two operands are of one kind and one unit; a report where they are not.
    fn agree(&mut self, left: ExprId, right: ExprId, pairing: Pairing) -> Option<()> {
        let (a, b) = (self.type_of(left).clone(), self.type_of(right).clone());
        match (&a.kind, &b.kind) {
            (TypeKind::Number(x), TypeKind::Number(y)) if x.unit == y.unit => Some(()),
            (TypeKind::Number(x), TypeKind::Number(y)) => {
                let (x, y) = (x.unit.clone(), y.unit.clone());
                // The side to blame: a plain literal, else the right one.
                let literal = |c: &Self, e| matches!(c.expr(e).kind, ExprKind::Literal(_));
                let blame_left = literal(self, left) && (x.is_none() || !literal(self, right));
                let (wrong, other, wrong_unit, unit) =
                    if blame_left { (left, right, x, y) } else { (right, left, y, x) };
                let (span, other_span) = (self.span_of(wrong), self.span_of(other));
                let message = format!(
                    "{} {}, and {} {}",
                    self.quoted(span),
                    self.unit_words(&wrong_unit),
                    self.quoted(other_span),
                    self.unit_words(&unit)
                );
                let report = Diagnostic::error(Code::UnitMismatch, span, message)
                    .here(format!("this {}", self.unit_words(&wrong_unit)))
                    .label(other_span, format!("this {}", self.unit_words(&unit)));
                let report = match self.declared_at(other) {
                    Some((place, words)) => report.label(place, words),
                    None => report,
                };
                let report = self.with_unit_help(report, wrong, &unit);
                self.report(report);
                None
            }
            (TypeKind::Boolean, TypeKind::Boolean)
            | (TypeKind::Text, TypeKind::Text)
            | (TypeKind::Date(_), TypeKind::Date(_)) => Some(()),
            (TypeKind::Variant(x), TypeKind::Variant(y)) if x == y => Some(()),
            (left_kind, right_kind) => {
                let two_types = matches!((left_kind, right_kind), (TypeKind::Variant(_), TypeKind::Variant(_)));
                let (x, y) = (self.describe(&a), self.describe(&b));
                let (left_span, right_span) = (self.span_of(left), self.span_of(right));
                let message = format!("{x} and {y} {}", pairing.cannot());
                let mut report = Diagnostic::error(Code::WrongType, right_span, message)
                    .here(format!("this is {y}"))
                    .label(left_span, format!("this is {x}"));
                for side in [left, right] {
                    if let Some((place, words)) = self.declared_at(side) {
                        report = report.label(place, words);
                    }
                }
                if two_types {
                    report = report.help(
                        "every `one of` is a type of its own: give it a name with `type NAME = one of …`, and use that for both",
                    );
                }
                self.report(report);
                None
            }
        }
    }

    /// `a is b`
    pub(super) fn is(&mut self, left: &ast::Expr, right: &ast::Expr, negated: bool, span: Span) -> Option<ExprId> {
        let (left, right) = self.pair(left, right, &Hint::Nothing);
        let (left, right) = self.both_present(left, right)?;
        self.agree(left, right, Pairing::Compared)?;
        Some(self.push(ExprKind::Is { left, right, negated }, Type::boolean(), span))
    }

    /// `a is none`
    pub(super) fn is_none(&mut self, of: &ast::Expr, negated: bool, span: Span) -> Inferred {
        let Some(of) = self.infer(of, &Hint::Nothing).expr else { return Inferred::default() };
        let place = Place::of(&self.expr(of).kind);
        let asked_before = place.is_some_and(|place| self.narrowed.contains(&place));
        if !self.type_of(of).optional && !asked_before {
            let of_span = self.span_of(of);
            let message = format!("{} is never none", self.quoted(of_span));
            let mut report = Diagnostic::error(Code::NeverNone, span, message).here("always the same answer");
            if let Some((at, words)) = self.declared_at(of) {
                report = report.label(at, words);
            }
            self.report(report.help("a type that allows none says so with `or none`"));
            return Inferred::default();
        }
        let known = Known { when_true: Vec::new(), when_false: place.into_iter().collect() };
        let known = if negated { known.negated() } else { known };
        Inferred { expr: Some(self.push(ExprKind::IsNone { of, negated }, Type::boolean(), span)), known }
    }

    /// `a in (b, c)`
    pub(super) fn is_in(&mut self, of: &ast::Expr, among: &[ast::Expr], negated: bool, span: Span) -> Option<ExprId> {
        let mut leader = None;
        let of = if self.needs_hint(of)
            && let Some(first) = among.iter().position(|e| !self.needs_hint(e))
        {
            let expr = self.infer(&among[first], &Hint::Nothing).expr;
            leader = Some((first, expr));
            let hint = self.hint_by(expr);
            self.infer(of, &hint).expr
        } else {
            self.infer(of, &Hint::Nothing).expr
        };
        let of = of.and_then(|of| self.present(of));
        let hint = self.hint_by(of);
        let mut exprs = Vec::with_capacity(among.len());
        for (place, e) in among.iter().enumerate() {
            let expr = match leader {
                Some((first, expr)) if first == place => expr,
                _ => self.infer(e, &hint).expr,
            };
            let expr = expr.and_then(|e| self.present(e));
            if let (Some(of), Some(expr)) = (of, expr)
                && self.agree(of, expr, Pairing::Compared).is_some()
            {
                exprs.push(expr);
            }
        }
        let of = of?;
        (exprs.len() == among.len())
            .then(|| self.push(ExprKind::In { of, among: exprs.into(), negated }, Type::boolean(), span))
    }

    /// `a in 30..49`
    pub(super) fn is_within(
        &mut self,
        of: &ast::Expr,
        range: &ast::Range,
        negated: bool,
        span: Span,
    ) -> Option<ExprId> {
        let of = self.infer(of, &Hint::Words("a number or a date")).expr;
        let of = of.and_then(|of| self.present(of));
        let ends = self.range(of, range);
        let (of, (low, high)) = (of?, ends?);
        Some(self.push(ExprKind::Within { of, low, high, negated }, Type::boolean(), span))
    }

    /// The ends of a range that `of` is looked for in.
    pub(super) fn range(&mut self, of: Option<ExprId>, range: &ast::Range) -> Option<(Option<ExprId>, Option<ExprId>)> {
        let fine = of.filter(|of| {
            let ordered = matches!(self.type_of(*of).kind, TypeKind::Number(_) | TypeKind::Date(_));
            if !ordered {
                self.report_operand(*of, "a number or a date");
            }
            ordered
        });
        let mut end = |e: Option<&ast::Expr>| {
            let Some(e) = e else { return Some(None) };
            let expr = self.infer(e, &Hint::Words("a number or a date")).expr?;
            let expr = self.present(expr)?;
            self.agree(fine?, expr, Pairing::Compared)?;
            Some(Some(expr))
        };
        let (low, high) = (end(range.low.as_deref()), end(range.high.as_deref()));
        let (low, high) = (low?, high?);
        if let (Some(low), Some(high)) = (low, high)
            && let (ExprKind::Literal(a), ExprKind::Literal(b)) = (&self.expr(low).kind, &self.expr(high).kind)
            && a > b
        {
            self.report_empty_range(range.span);
            return None;
        }
        fine.map(|_| (low, high))
    }

    /// `-a`
    pub(super) fn negate(&mut self, inner: &ast::Expr, span: Span) -> Option<ExprId> {
        let (inner, ty) = self.number(inner)?;
        let kind = match &self.expr(inner).kind {
            ExprKind::Literal(Value::Number(n)) if let Ok(n) = n.negate() => ExprKind::number(n),
            _ => ExprKind::Negate(inner),
        };
        Some(self.push(kind, number_type(ty.kind, ty.unit), span))
    }

    /// `a + b` and its like
    pub(super) fn arithmetic(
        &mut self,
        op: ArithmeticOp,
        left: &ast::Expr,
        right: &ast::Expr,
        span: Span,
    ) -> Option<ExprId> {
        let hint = Hint::Words("a number");
        let (left, right) = (self.infer(left, &hint).expr, self.infer(right, &hint).expr);
        let (left, right) = self.both_present(left, right)?;
        let (a, b) = (self.type_of(left).clone(), self.type_of(right).clone());
        let sum = matches!(op, ArithmeticOp::Add | ArithmeticOp::Subtract);
        match (&a.kind, &b.kind) {
            (TypeKind::Number(x), TypeKind::Number(y)) => {
                let kind = x.kind.max(y.kind);
                let ty = match op {
                    ArithmeticOp::Add | ArithmeticOp::Subtract => {
                        self.agree(left, right, Pairing::Added)?;
                        number_type(kind, x.unit.clone())
                    }
                    ArithmeticOp::Multiply => number_type(kind, x.unit.times(&y.unit, 1)),
                    ArithmeticOp::Divide => number_type(NumberKind::Fraction, x.unit.times(&y.unit, -1)),
                };
                Some(self.push(ExprKind::Arithmetic(op, left, right), ty, span))
            }
            (TypeKind::Date(_), TypeKind::Number(days)) if sum => {
                self.whole_days(right, days)?;
                let kind = ExprKind::ShiftDays { date: left, days: right, forward: op == ArithmeticOp::Add };
                Some(self.push(kind, date_type(), span))
            }
            (TypeKind::Date(_), TypeKind::Date(_)) if op == ArithmeticOp::Subtract => {
                let text = |e| self.sources.slice(self.span_of(e)).to_owned();
                let instead = format!("days between {} and {}", text(right), text(left));
                let report = Diagnostic::error(Code::WrongType, span, "a date cannot be subtracted from a date");
                self.report(report.here("two dates").suggest(span, instead, "ask for the days between them"));
                None
            }
            (TypeKind::Number(_), TypeKind::Date(_)) if op == ArithmeticOp::Add => {
                let text = |e| self.sources.slice(self.span_of(e)).to_owned();
                let instead = format!("{} + {}", text(right), text(left));
                let report = Diagnostic::error(Code::WrongType, span, "a date is not added to a number");
                self.report(report.here("the date comes first").suggest(span, instead, "write the date first"));
                None
            }
            (TypeKind::Number(_), _) => {
                self.report_operand(right, "a number");
                None
            }
            _ => {
                self.report_operand(left, if sum { "a number or a date" } else { "a number" });
                if !matches!(b.kind, TypeKind::Number(_)) {
                    self.report_operand(right, "a number");
                }
                None
            }
        }
    }

    /// Whether what is added to a date is a whole number of days.
    fn whole_days(&mut self, expr: ExprId, number: &NumberType) -> Option<()> {
        let days = self.days();
        let span = self.span_of(expr);
        if number.unit != days {
            let message =
                format!("only days are added to a date, and {} {}", self.quoted(span), self.unit_words(&number.unit));
            let report = Diagnostic::error(Code::UnitMismatch, span, message).here("not in days");
            let report = self.with_unit_help(report, expr, &days);
            self.report(report.help("months and years are added by `add_months_or_last_day(DATE, N)` and its like"));
            return None;
        }
        if number.kind != NumberKind::Integer {
            let text = self.sources.slice(span).to_owned();
            let report = Diagnostic::error(Code::WrongType, span, "only whole days are added to a date");
            let report = report.here("this may have decimals");
            if let ExprKind::Literal(_) = self.expr(expr).kind {
                self.report(report.help("write a whole number of days"));
                return None;
            }
            self.report(report.suggest(
                span,
                format!("round({text})"),
                "say how it is rounded: `round`, `floor` or `ceil`",
            ));
            return None;
        }
        Some(())
    }

    /// The type of the two branches of a choice.
    pub(super) fn join(&mut self, yes: ExprId, no: ExprId) -> Option<Type> {
        let (a, b) = (self.type_of(yes).clone(), self.type_of(no).clone());
        let none = |c: &Self, e| matches!(c.expr(e).kind, ExprKind::Literal(Value::None));
        let optional = a.optional || b.optional;
        if none(self, yes) || none(self, no) {
            let kind = if none(self, yes) { b.kind } else { a.kind };
            return Some(Type { kind, optional: true });
        }
        self.agree(yes, no, Pairing::Branches)?;
        let kind = match (a.kind, b.kind) {
            (TypeKind::Number(x), TypeKind::Number(y)) => number_type(x.kind.max(y.kind), x.unit).kind,
            (TypeKind::Date(_), _) => TypeKind::Date(DateRange::ALL),
            (kind, _) => kind,
        };
        Some(Type { kind, optional })
    }
}
