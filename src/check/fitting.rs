//! Whether an expression may stand where a type is asked for.

use super::expressions::Asked;
use super::{Checker, describe};
use crate::base::Span;
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::{NumberKind, NumberRange, NumberType, Type, TypeKind, UnitProduct, Value};
use crate::policy::{ExprId, ExprKind};
use crate::syntax::ast;

impl Checker<'_> {
    /// The expression, where it is of type `ty`; a report where it is not. Ranges are looked at only
    /// where the value is written out; any other value is checked when it is known.
    pub(super) fn fits(&mut self, expr: ExprId, ty: &Type, asked: &Asked<'_>) -> Option<ExprId> {
        let actual = self.type_of(expr).clone();
        let span = self.span_of(expr);
        match (&actual.kind, &ty.kind) {
            (TypeKind::Number(actual_number), TypeKind::Number(number)) => {
                if actual_number.unit != number.unit {
                    self.report_unit(expr, &actual_number.unit, &number.unit, asked);
                    return None;
                }
                if actual_number.kind > number.kind {
                    self.report_number_kind(span, actual_number, number, asked);
                    return None;
                }
            }
            (TypeKind::Boolean, TypeKind::Boolean)
            | (TypeKind::Text, TypeKind::Text)
            | (TypeKind::Date(_), TypeKind::Date(_)) => {}
            (TypeKind::Variant(a), TypeKind::Variant(b)) if a == b => {}
            _ => {
                self.report_type(expr, &actual, ty, asked);
                return None;
            }
        }
        if actual.optional && !ty.optional {
            // Of an `if`, the branch is to blame.
            if let ExprKind::If { then, otherwise, .. } = self.expr(expr).kind {
                for branch in [then, otherwise] {
                    if self.type_of(branch).optional {
                        self.fits(branch, ty, asked);
                    }
                }
                return None;
            }
            let need = format!("{} is never none", asked.words());
            self.report_may_be_none(expr, span, &need);
            return None;
        }
        self.fits_limits(expr, ty, asked).then_some(expr)
    }

    /// An outcome of the type asked for, made to hold that type when it is evaluated.
    pub(super) fn outcome(&mut self, e: &ast::Expr, ty: Option<&Type>, asked: &Asked<'_>) -> Option<ExprId> {
        let expr = self.expect_known(e, ty, asked)?;
        Some(self.held(expr, ty?))
    }

    /// An argument or an outcome, made to hold its declared type where its own type does not.
    pub(super) fn held(&mut self, expr: ExprId, ty: &Type) -> ExprId {
        let inside = match (&self.type_of(expr).kind, &ty.kind) {
            (TypeKind::Number(a), TypeKind::Number(b)) => lies_in(a.range, b.range),
            (TypeKind::Date(a), TypeKind::Date(b)) => b.low <= a.low && a.high <= b.high,
            _ => false,
        };
        if inside && self.is_declared(expr) { expr } else { self.checked(expr, ty) }
    }

    /// Whether the type of an expression is one that its values were already held to.
    fn is_declared(&self, expr: ExprId) -> bool {
        matches!(self.expr(expr).kind, ExprKind::Fact(_) | ExprKind::Decision(_) | ExprKind::Parameter(_))
    }

    /// The expression made to hold its declared type when it is evaluated, where it may not.
    pub(super) fn checked(&mut self, expr: ExprId, ty: &Type) -> ExprId {
        if !describe::has_limits(ty, &self.schema) || matches!(self.expr(expr).kind, ExprKind::Literal(_)) {
            return expr;
        }
        let span = self.span_of(expr);
        self.push(ExprKind::Checked(expr), ty.clone(), span)
    }

    /// Whether values that are written out lie in the range of `ty` and have no more decimals than its
    /// currency.
    fn fits_limits(&mut self, expr: ExprId, ty: &Type, asked: &Asked<'_>) -> bool {
        match self.expr(expr).kind.clone() {
            ExprKind::If { then, otherwise, .. } => {
                let then = self.fits_limits(then, ty, asked);
                self.fits_limits(otherwise, ty, asked) && then
            }
            ExprKind::Literal(value) => {
                let span = self.span_of(expr);
                self.value_fits(&value, ty, span, asked)
            }
            _ => true,
        }
    }

    /// Whether a value lies in the range of `ty` and has no more decimals than its currency.
    pub(super) fn value_fits(&mut self, value: &Value, ty: &Type, span: Span, asked: &Asked<'_>) -> bool {
        let within = match (value, &ty.kind) {
            (Value::Number(n), TypeKind::Number(number)) => number.range.contains(*n),
            (Value::Date(date), TypeKind::Date(range)) => range.contains(*date),
            _ => true,
        };
        if !within {
            let range = range_words(ty);
            let message = format!("{} lies in {range}", asked.words());
            let here = format!("{} lies outside", self.quoted(span));
            let report = Diagnostic::error(Code::OutOfRange, span, message).here(here);
            self.report(self.with_type(report, asked));
            return false;
        }
        if let (Value::Number(n), TypeKind::Number(number)) = (value, &ty.kind)
            && let Some(unit) = number.unit.single().map(|u| &self.schema.units[u])
            && unit.currency
            && let (Some(places), Some(allowed)) = (n.places(), unit.decimals)
            && places > allowed
        {
            let name = unit.names.first().cloned().unwrap_or_default();
            let allowed = if allowed == 0 { "no".to_owned() } else { format!("at most {allowed}") };
            let message = format!("an amount in {name} has {allowed} decimals");
            let report = Diagnostic::error(Code::TooManyDecimals, span, message).here(format!("this has {places}"));
            self.report(
                self.with_type(report, asked).help("nothing is rounded unless the policy says so with `round`"),
            );
            return false;
        }
        true
    }

    fn with_type(&self, report: Diagnostic, asked: &Asked<'_>) -> Diagnostic {
        match asked.at {
            Some(at) if asked.name.is_empty() => report.label(at, asked.what),
            Some(at) => report.label(at, "its type"),
            None => report,
        }
    }

    fn report_type(&mut self, expr: ExprId, actual: &Type, ty: &Type, asked: &Asked<'_>) {
        let span = self.span_of(expr);
        let (is, wants) = (self.describe(actual), self.describe_wanted(ty));
        let two_types = matches!((&actual.kind, &ty.kind), (TypeKind::Variant(_), TypeKind::Variant(_)));
        let message = if asked.name.is_empty() && asked.what == "a condition" {
            "a condition is true or false".to_owned()
        } else {
            format!("{} is {wants}", asked.words())
        };
        let mut report = Diagnostic::error(Code::WrongType, span, message).here(format!("this is {is}"));
        report = self.with_type(report, asked);
        if let Some((place, words)) = self.declared_at(expr) {
            report = report.label(place, words);
        }
        if two_types {
            report = report.help(
                "every `one of` is a type of its own: give it a name with `type NAME = one of …`, and use that for both",
            );
        }
        self.report(report);
    }

    /// A type that is asked for. Where quotients will do, any number does.
    fn describe_wanted(&self, ty: &Type) -> String {
        let mut ty = ty.clone();
        if let TypeKind::Number(number) = &mut ty.kind {
            number.kind = number.kind.min(NumberKind::Decimal);
        }
        self.describe(&ty)
    }

    fn report_number_kind(&mut self, span: Span, actual: &NumberType, wanted: &NumberType, asked: &Asked<'_>) {
        let text = self.sources.slice(span).to_owned();
        let rounded = |how: &str| match how {
            "round" if wanted.kind == NumberKind::Decimal => format!("round({text}, 2)"),
            how => format!("{how}({text})"),
        };
        let report = if actual.kind == NumberKind::Fraction {
            let message = format!("{} is a number that can be written out, and a quotient often cannot", asked.words());
            Diagnostic::error(Code::UnroundedQuotient, span, message).here("a quotient, not rounded")
        } else {
            let message = format!("{} is a whole number", asked.words());
            Diagnostic::error(Code::WrongType, span, message).here("this may have decimals")
        };
        let report = self.with_type(report, asked);
        if text.parse::<crate::base::Number>().is_ok() {
            return self.report(report.help("write a whole number, or make the type `decimal`"));
        }
        let advice = "say how it is rounded";
        self.report(if wanted.kind == NumberKind::Decimal {
            report.suggest(span, rounded("round"), format!("{advice}, for example to two decimals"))
        } else {
            report.suggest(span, rounded("round"), format!("{advice}: `round`, `floor` or `ceil`"))
        });
    }

    /// Reports a value in another unit than is asked for.
    fn report_unit(&mut self, expr: ExprId, actual: &UnitProduct, wanted: &UnitProduct, asked: &Asked<'_>) {
        let span = self.span_of(expr);
        let message = format!("{} {}", asked.words(), self.unit_words(wanted));
        let report = Diagnostic::error(Code::UnitMismatch, span, message);
        let report = report.here(format!("this {}", self.unit_words(actual)));
        let report = self.with_type(report, asked);
        let report = self.with_unit_help(report, expr, wanted);
        self.report(report);
    }

    /// Adds what is known about the unit of an expression that should be in `wanted`: where it is
    /// declared, or for a plain literal the unit it lacks.
    pub(super) fn with_unit_help(&self, report: Diagnostic, expr: ExprId, wanted: &UnitProduct) -> Diagnostic {
        let span = self.span_of(expr);
        if let ExprKind::Literal(Value::Number(n)) = self.expr(expr).kind {
            let plain = self.type_of(expr).number().is_some_and(|number| number.unit.is_none());
            let unit = self.unit_after(wanted, Some(n));
            if plain && !unit.is_empty() {
                let end = Span { start: span.end, ..span };
                let text = self.sources.slice(span);
                return report.suggest(end, format!(" {unit}"), format!("write `{text} {unit}`"));
            }
            return report;
        }
        match self.declared_at(expr) {
            Some((place, words)) => report.label(place, words),
            None => report,
        }
    }
}

fn lies_in(inner: NumberRange, outer: NumberRange) -> bool {
    let low = outer.low.is_none_or(|low| inner.low.is_some_and(|inner| low <= inner));
    low && outer.high.is_none_or(|high| inner.high.is_some_and(|inner| inner <= high))
}

/// The range of a type in words: `0 to 75`, `0 and above`.
fn range_words(ty: &Type) -> String {
    match &ty.kind {
        TypeKind::Number(number) => match (number.range.low, number.range.high) {
            (Some(low), Some(high)) => format!("{}..{}", low.grouped(), high.grouped()),
            (Some(low), None) => format!("{}..", low.grouped()),
            (None, Some(high)) => format!("..{}", high.grouped()),
            (None, None) => "any range".to_owned(),
        },
        TypeKind::Date(range) => format!("{}..{}", range.low, range.high),
        _ => "its type".to_owned(),
    }
}
