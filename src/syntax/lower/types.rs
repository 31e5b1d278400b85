//! Types as written.

use crate::base::Span;
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::ast::{Expr, ExprKind, Name, Range, TypeExpr, TypeKind, UnitExpr};
use crate::syntax::grammar::{Pair, Rule};

use super::{Lower, child};

impl Lower<'_> {
    /// `integer 0..100`, `decimal in EUR or none`, `one of a, b`
    pub(super) fn type_of(&mut self, pair: &Pair<'_>) -> Option<TypeExpr> {
        let span = self.span(pair);
        let mut kind = None;
        let mut ty = TypeExpr { kind: TypeKind::Boolean, range: None, unit: None, optional: None, span };
        let mut failed = false;
        for part in pair.clone().into_inner() {
            let at = self.span(&part);
            match part.as_rule() {
                Rule::builtin => kind = Some(builtin(part.as_str())),
                Rule::name => kind = Some(TypeKind::Named(self.name(&part))),
                Rule::one_of => kind = Some(TypeKind::OneOf(self.variants(&part))),
                Rule::list_of => kind = self.list_of(&part),
                Rule::type_unit if ty.unit.is_some() => self.twice(at, "unit"),
                Rule::type_unit => ty.unit = Some(self.type_unit(&part)),
                Rule::type_range if ty.range.is_some() => self.twice(at, "range"),
                Rule::type_range => match self.type_range(&part) {
                    Some(range) => ty.range = Some(range),
                    None => failed = true,
                },
                Rule::or_none => ty.optional = Some(at),
                _ => {}
            }
        }
        ty.kind = kind?;
        (!failed).then_some(ty)
    }

    fn twice(&mut self, span: Span, what: &str) {
        self.report(
            Diagnostic::error(Code::RepeatedClause, span, format!("a second {what} in one type"))
                .help(format!("a type has at most one {what}")),
        );
    }

    fn variants(&mut self, pair: &Pair<'_>) -> Vec<Name> {
        let names: Vec<_> = pair.clone().into_inner().filter(|p| p.as_rule() == Rule::name).collect();
        names.iter().map(|p| self.plain_name(p)).collect()
    }

    fn list_of(&mut self, pair: &Pair<'_>) -> Option<TypeKind> {
        let record = self.name(&child(pair, Rule::name)?);
        let bound = match child(pair, Rule::up_to) {
            Some(up_to) => Some(self.whole(&child(&up_to, Rule::whole)?)?),
            None => None,
        };
        Some(TypeKind::List(record, bound))
    }

    fn type_unit(&mut self, pair: &Pair<'_>) -> UnitExpr {
        let mut factors = Vec::new();
        let mut exponent = 1;
        let mut span: Option<Span> = None;
        for part in pair.clone().into_inner() {
            match part.as_rule() {
                Rule::unit_operator => exponent = if part.as_str() == "/" { -1 } else { 1 },
                Rule::unit_word => {
                    let name = self.name(&part);
                    span = Some(span.map_or(name.span, |s| s.to(name.span)));
                    factors.push((name, exponent));
                }
                _ => {}
            }
        }
        UnitExpr { factors, span: span.unwrap_or_else(|| self.span(pair)) }
    }

    fn type_range(&mut self, pair: &Pair<'_>) -> Option<Range> {
        let span = self.span(pair);
        let mut range = Range { low: None, high: None, span };
        let mut behind_dots = false;
        for part in pair.clone().into_inner() {
            match part.as_rule() {
                Rule::dots => behind_dots = true,
                Rule::bound => {
                    let end = Some(Box::new(self.bound(&part)?));
                    if behind_dots { range.high = end } else { range.low = end }
                }
                _ => {}
            }
        }
        if range.low.is_none() && range.high.is_none() {
            self.report(
                Diagnostic::error(Code::SyntaxError, span, "a range without ends")
                    .help("give at least one end: `0..`, `..5` or `0..5`"),
            );
            return None;
        }
        Some(range)
    }

    fn bound(&mut self, pair: &Pair<'_>) -> Option<Expr> {
        let span = self.span(pair);
        let (mut sign, mut value) = (None, None);
        for part in pair.clone().into_inner() {
            let at = self.span(&part);
            match part.as_rule() {
                Rule::minus => sign = Some(at),
                Rule::date => value = Some(Expr { kind: ExprKind::Date(self.date(&part)?), span: at }),
                Rule::quantity => value = Some(Expr { kind: self.quantity(&part)?, span: at }),
                _ => {}
            }
        }
        let value = value?;
        Some(match sign {
            Some(_) => Expr { kind: ExprKind::Negate(Box::new(value)), span },
            None => value,
        })
    }
}

fn builtin(word: &str) -> TypeKind {
    match word {
        "boolean" => TypeKind::Boolean,
        "integer" => TypeKind::Integer,
        "decimal" => TypeKind::Decimal,
        "text" => TypeKind::Text,
        _ => TypeKind::Date,
    }
}
