//! Expressions: what a name means where it stands, and of which type each expression is.

use super::narrowing::{Known, in_all};
use super::{Checker, Fixed};
use crate::base::Span;
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::{DateRange, EnumerationId, NumberKind, NumberRange, NumberType, Type, TypeKind, UnitProduct, Value};
use crate::policy::{ExprId, ExprKind};
use crate::syntax::ast;

/// What the surroundings of an expression tell about its type. Variants are looked up by it.
#[derive(Clone, Debug)]
pub(super) enum Hint {
    /// Nothing.
    Nothing,
    /// They would tell, but are in error themselves: keep quiet.
    Failed,
    /// This type, or one like it.
    Type(Type),
    /// In words: something that is no enumeration.
    Words(&'static str),
}

impl Hint {
    /// A hint by a type that may be in error.
    pub(super) fn of(ty: Option<&Type>) -> Hint {
        ty.map_or(Hint::Failed, |ty| Hint::Type(ty.clone()))
    }

    /// The enumeration it is about.
    pub(super) fn enumeration(&self) -> Option<EnumerationId> {
        match self {
            Hint::Type(Type { kind: TypeKind::Variant(id), .. }) => Some(*id),
            _ => None,
        }
    }
}

/// Who asks for a type: `the outcome of` `discovery.billing`, whose type stands `at`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'s> {
    /// In words, up to the name.
    pub(super) what: &'s str,
    /// The name; may be empty.
    pub(super) name: &'s str,
    /// Where the type is declared, or what is compared with.
    pub(super) at: Option<Span>,
}

impl Asked<'_> {
    /// In words.
    pub(super) fn words(&self) -> String {
        if self.name.is_empty() { self.what.to_owned() } else { format!("{} `{}`", self.what, self.name) }
    }
}

/// An expression as far as it is known.
#[derive(Debug, Default)]
pub(super) struct Inferred {
    /// The expression; `None` where something in it is wrong, which has been reported.
    pub(super) expr: Option<ExprId>,
    /// Of a condition: what it tells about none.
    pub(super) known: Known,
}

impl From<Option<ExprId>> for Inferred {
    fn from(expr: Option<ExprId>) -> Inferred {
        Inferred { expr, known: Known::default() }
    }
}

/// A plain number.
pub(super) fn number_type(kind: NumberKind, unit: UnitProduct) -> Type {
    Type::of(TypeKind::Number(NumberType { kind, unit, range: NumberRange::default() }))
}

/// Any date.
pub(super) fn date_type() -> Type {
    Type::of(TypeKind::Date(DateRange::ALL))
}

impl Checker<'_> {
    /// The expression, whatever its type. Operands are checked even where others are in error.
    pub(super) fn infer(&mut self, e: &ast::Expr, hint: &Hint) -> Inferred {
        match &e.kind {
            ast::ExprKind::Number { value, decimal, unit } => {
                let unit = match unit {
                    Some(unit) => self.unit(unit),
                    None => Some(UnitProduct::none()),
                };
                let kind = if *decimal { NumberKind::Decimal } else { NumberKind::Integer };
                unit.map(|unit| self.push(ExprKind::number(*value), number_type(kind, unit), e.span)).into()
            }
            ast::ExprKind::Date(date) => {
                if !DateRange::ALL.contains(*date) {
                    let report = Diagnostic::error(Code::OutOfRange, e.span, "dates lie in 1900 to 2199");
                    self.report(report.here("not a date that can be decided about"));
                    return None.into();
                }
                Some(self.push(ExprKind::Literal(Value::Date(*date)), date_type(), e.span)).into()
            }
            ast::ExprKind::Text(text) => {
                let value = Value::Text(text.as_str().into());
                Some(self.push(ExprKind::Literal(value), Type::of(TypeKind::Text), e.span)).into()
            }
            ast::ExprKind::Boolean(b) => {
                Some(self.push(ExprKind::Literal(Value::Boolean(*b)), Type::boolean(), e.span)).into()
            }
            ast::ExprKind::None => self.none(e.span, hint).into(),
            ast::ExprKind::AsOf => {
                if self.scope.fixed != Fixed::No {
                    self.report_not_fixed(e.span, self.scope.fixed);
                    return None.into();
                }
                Some(self.push(ExprKind::AsOf, date_type(), e.span)).into()
            }
            ast::ExprKind::Name(name) => self.name(name, e.span, hint).into(),
            ast::ExprKind::Not(inner) => {
                let inner = self.condition(inner);
                let expr = inner.expr.map(|inner| self.push(ExprKind::Not(inner), Type::boolean(), e.span));
                Inferred { expr, known: inner.known.negated() }
            }
            ast::ExprKind::And(parts) => self.connective(parts, true, e.span),
            ast::ExprKind::Or(parts) => self.connective(parts, false, e.span),
            ast::ExprKind::Negate(inner) => self.negate(inner, e.span).into(),
            ast::ExprKind::Compare(op, left, right) => self.compare(*op, left, right, e.span).into(),
            ast::ExprKind::Is { left, right, negated } => self.is(left, right, *negated, e.span).into(),
            ast::ExprKind::IsNone { of, negated } => self.is_none(of, *negated, e.span),
            ast::ExprKind::In { of, among, negated } => self.is_in(of, among, *negated, e.span).into(),
            ast::ExprKind::Within { of, range, negated } => self.is_within(of, range, *negated, e.span).into(),
            ast::ExprKind::Arithmetic(op, left, right) => self.arithmetic(*op, left, right, e.span).into(),
            ast::ExprKind::If { condition, then, otherwise } => {
                self.choice(condition, then, otherwise.as_deref(), hint, e.span).into()
            }
            ast::ExprKind::Call { name, arguments } => self.call(name, arguments, e.span).into(),
            ast::ExprKind::DaysBetween(from, to) => self.days_between(from, to, e.span).into(),
            ast::ExprKind::Aggregate { kind, summed, list, condition } => {
                self.aggregate(*kind, summed.as_deref(), list, condition.as_deref(), e.span).into()
            }
        }
    }

    /// The expression, of the type asked for.
    pub(super) fn expect(&mut self, e: &ast::Expr, ty: &Type, asked: &Asked<'_>) -> Option<ExprId> {
        let expr = self.infer(e, &Hint::Type(ty.clone())).expr?;
        self.fits(expr, ty, asked)
    }

    /// The expression, of the type asked for where that is known.
    pub(super) fn expect_known(&mut self, e: &ast::Expr, ty: Option<&Type>, asked: &Asked<'_>) -> Option<ExprId> {
        match ty {
            Some(ty) => self.expect(e, ty, asked),
            None => {
                self.infer(e, &Hint::Failed);
                None
            }
        }
    }

    /// A condition, with what it tells about none.
    pub(super) fn condition(&mut self, e: &ast::Expr) -> Inferred {
        let boolean = Type::boolean();
        let Inferred { expr, known } = self.infer(e, &Hint::Words("a condition"));
        let asked = Asked { what: "a condition", name: "", at: None };
        Inferred { expr: expr.and_then(|expr| self.fits(expr, &boolean, &asked)), known }
    }

    /// `and` and `or`: each part is checked knowing what those before it tell.
    fn connective(&mut self, parts: &[ast::Expr], and: bool, span: Span) -> Inferred {
        let mut exprs = Vec::with_capacity(parts.len());
        let (mut always, mut at_end, mut learned) = (Vec::new(), Vec::new(), Vec::new());
        let mut fine = true;
        for part in parts {
            let Inferred { expr, known } = self.condition(part);
            match expr {
                Some(expr) => exprs.push(expr),
                None => fine = false,
            }
            let (goes_on, stops) =
                if and { (known.when_true, known.when_false) } else { (known.when_false, known.when_true) };
            learned.extend(self.learn(&goes_on));
            always.extend(goes_on);
            at_end.push(stops);
        }
        self.forget(&learned);
        let stops = in_all(at_end);
        let known = if and {
            Known { when_true: always, when_false: stops }
        } else {
            Known { when_true: stops, when_false: always }
        };
        let kind = if and { ExprKind::And(exprs.into()) } else { ExprKind::Or(exprs.into()) };
        Inferred { expr: fine.then(|| self.push(kind, Type::boolean(), span)), known }
    }

    fn none(&mut self, span: Span, hint: &Hint) -> Option<ExprId> {
        match hint {
            Hint::Type(ty) if ty.optional => Some(self.push(ExprKind::Literal(Value::None), ty.clone(), span)),
            Hint::Failed => None,
            _ => {
                let message = match hint {
                    Hint::Type(ty) => format!("`none` stands where {} is asked for", self.describe(ty)),
                    _ => "nothing here can be none".to_owned(),
                };
                let report = Diagnostic::error(Code::NeverNone, span, message).here("never none");
                self.report(
                    report.help("a type says so with `or none`; to ask whether a value is there, write `is none`"),
                );
                None
            }
        }
    }

    /// `if`: the branches know what the condition tells, and agree in their type.
    fn choice(
        &mut self,
        condition: &ast::Expr,
        then: &ast::Expr,
        otherwise: Option<&ast::Expr>,
        hint: &Hint,
        span: Span,
    ) -> Option<ExprId> {
        let Inferred { expr: condition, known } = self.condition(condition);
        let Some(otherwise) = otherwise else {
            self.knowing(&known.when_true, |c| c.infer(then, hint));
            let report =
                Diagnostic::error(Code::IncompleteExpression, span, "this `if` does not say what holds otherwise");
            self.report(report.here("no `else`").help("only a property may begin with an `if` that has no `else`"));
            return None;
        };
        let infer_then = |c: &mut Self, hint: &Hint| c.knowing(&known.when_true, |c| c.infer(then, hint).expr);
        let infer_else = |c: &mut Self, hint: &Hint| c.knowing(&known.when_false, |c| c.infer(otherwise, hint).expr);
        let (yes, no) = if matches!(hint, Hint::Type(_) | Hint::Failed) {
            (infer_then(self, hint), infer_else(self, hint))
        } else if self.needs_hint(then) && !self.needs_hint(otherwise) {
            let no = infer_else(self, hint);
            let hint = self.branch_hint(no);
            (infer_then(self, &hint), no)
        } else {
            let yes = infer_then(self, hint);
            let hint = self.branch_hint(yes);
            (yes, infer_else(self, &hint))
        };
        let (condition, yes, no) = (condition?, yes?, no?);
        let ty = self.join(yes, no)?;
        Some(self.push(ExprKind::If { condition, then: yes, otherwise: no }, ty, span))
    }

    /// What one branch tells of the other: its type, and that it may be none.
    fn branch_hint(&self, branch: Option<ExprId>) -> Hint {
        match branch {
            Some(expr) => Hint::Type(Type { optional: true, ..self.type_of(expr).clone() }),
            None => Hint::Failed,
        }
    }

    /// What one operand tells of the other.
    pub(super) fn hint_by(&self, operand: Option<ExprId>) -> Hint {
        Hint::of(operand.map(|expr| self.type_of(expr)))
    }

    /// Whether an expression can only be understood by the type that is asked for.
    pub(super) fn needs_hint(&self, e: &ast::Expr) -> bool {
        match &e.kind {
            ast::ExprKind::None => true,
            ast::ExprKind::Name(name) => self.parameter(name).is_none() && self.names.get(name).is_none(),
            ast::ExprKind::If { then, otherwise: Some(otherwise), .. } => {
                self.needs_hint(then) && self.needs_hint(otherwise)
            }
            _ => false,
        }
    }
}
