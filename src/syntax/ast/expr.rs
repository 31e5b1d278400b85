//! Expressions as they are written.

use super::{Name, Range, UnitExpr};
use crate::base::{Aggregate, ArithmeticOp, CompareOp, Number, Span};
use jiff::civil::Date;

/// An expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
}

/// What an [`Expr`] is.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// `1_000`, `95.50 EUR/hour`, `10 percent` (as 0.10, without a unit). Never negative: a sign is [`ExprKind::Negate`].
    Number {
        /// The value.
        value: Number,
        /// Written with a decimal point, or in percent.
        decimal: bool,
        /// Its unit.
        unit: Option<UnitExpr>,
    },
    /// `2026-01-31`
    Date(Date),
    /// `"…"`
    Text(String),
    /// `true`, `false`
    Boolean(bool),
    /// `none`
    None,
    /// `as_of`
    AsOf,
    /// A name, to be resolved: fact, definition, constant, decision, parameter, variant.
    Name(String),
    /// `not a`
    Not(Box<Expr>),
    /// `-a`
    Negate(Box<Expr>),
    /// `a and b and c`, two or more
    And(Vec<Expr>),
    /// `a or b or c`, two or more
    Or(Vec<Expr>),
    /// `a < b` and its like
    Compare(CompareOp, Box<Expr>, Box<Expr>),
    /// `a is b`, `a is not b`
    Is {
        /// The left side.
        left: Box<Expr>,
        /// The right side.
        right: Box<Expr>,
        /// `is not`
        negated: bool,
    },
    /// `a is none`, `a is not none`
    IsNone {
        /// What is asked about.
        of: Box<Expr>,
        /// `is not none`
        negated: bool,
    },
    /// `a in (b, c)`, `a not in (b, c)`
    In {
        /// What is looked for.
        of: Box<Expr>,
        /// Among these.
        among: Vec<Expr>,
        /// `not in`
        negated: bool,
    },
    /// `a in 30..49`, `a not in 30..49`
    Within {
        /// What is looked for.
        of: Box<Expr>,
        /// In this range.
        range: Range,
        /// `not in`
        negated: bool,
    },
    /// `a + b` and its like
    Arithmetic(ArithmeticOp, Box<Expr>, Box<Expr>),
    /// `if a then b else c`; without `else` only at the top of a property.
    If {
        /// The condition.
        condition: Box<Expr>,
        /// Where it holds.
        then: Box<Expr>,
        /// Where it does not.
        otherwise: Option<Box<Expr>>,
    },
    /// `max(a, b)`, `contract_hours(tier)`
    Call {
        /// A function's or a table's name.
        name: Name,
        /// Its arguments.
        arguments: Vec<Expr>,
    },
    /// `days between a and b`
    DaysBetween(Box<Expr>, Box<Expr>),
    /// `any of XS where C`, `all of XS have C`, `count of XS where C`, `sum of E over XS where C`
    Aggregate {
        /// Which.
        kind: Aggregate,
        /// What is summed.
        summed: Option<Box<Expr>>,
        /// The list's name.
        list: Name,
        /// The condition after `where` or `have`.
        condition: Option<Box<Expr>>,
    },
}
