//! Expressions: the grammar gives operands and operators side by side, here they become a tree.
//!
//! From loosest to tightest: `or`; `and`; `not`; `is`, `in`, `<` and their like, which do not chain;
//! `+ -`; `* /`; the sign. `if … else`, `where` and `have` reach as far right as they can, which the
//! grammar sees to.

use crate::base::{ArithmeticOp, CompareOp, Span};
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::ast::{Expr, ExprKind};
use crate::syntax::grammar::{Pair, Rule};
use crate::syntax::scan::MAX_NESTING;

use super::Lower;

/// An expression and how many levels it nests.
pub(super) struct Built {
    pub(super) expr: Expr,
    pub(super) height: usize,
    pub(super) made: Made,
}

/// What a later operator at the same level has to know of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Made {
    /// In parentheses, or by an operator that takes no notice.
    Apart,
    /// An `and` or `or` that was made right here, which a further `and` or `or` makes longer.
    Chain,
    /// An `in` that was made right here, which no comparison may follow.
    Membership,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Or,
    And,
    Not,
    Is { negated: bool },
    Compare(CompareOp),
    Arithmetic(ArithmeticOp),
    Negate,
}

/// How tightly `is`, `in` and comparisons bind.
const COMPARISON: u8 = 4;

impl Operator {
    fn precedence(self) -> u8 {
        match self {
            Operator::Or => 1,
            Operator::And => 2,
            Operator::Not => 3,
            Operator::Is { .. } | Operator::Compare(_) => COMPARISON,
            Operator::Arithmetic(ArithmeticOp::Add | ArithmeticOp::Subtract) => 5,
            Operator::Arithmetic(ArithmeticOp::Multiply | ArithmeticOp::Divide) => 6,
            Operator::Negate => 7,
        }
    }

    /// The operator that stands between two operands.
    fn between(pair: &Pair<'_>) -> Option<Operator> {
        Some(match pair.as_rule() {
            Rule::or_word => Operator::Or,
            Rule::and_word => Operator::And,
            Rule::is_word => Operator::Is { negated: false },
            Rule::comparison => Operator::Compare(comparison(pair)),
            Rule::plus => Operator::Arithmetic(ArithmeticOp::Add),
            Rule::minus => Operator::Arithmetic(ArithmeticOp::Subtract),
            Rule::times => Operator::Arithmetic(ArithmeticOp::Multiply),
            Rule::divide => Operator::Arithmetic(ArithmeticOp::Divide),
            _ => return None,
        })
    }
}

/// `<`, `<=`, `>`, `>=`
pub(super) fn comparison(pair: &Pair<'_>) -> CompareOp {
    match pair.as_str() {
        "<" => CompareOp::Less,
        "<=" => CompareOp::LessOrEqual,
        ">" => CompareOp::Greater,
        _ => CompareOp::GreaterOrEqual,
    }
}

/// Operators and operands that wait for each other (shunting-yard).
#[derive(Default)]
pub(super) struct Yard {
    operators: Vec<(Operator, Span)>,
    pub(super) operands: Vec<Built>,
    /// An operand could not be read, so the whole cannot be used.
    pub(super) failed: bool,
    /// A chained comparison was reported.
    chained: bool,
    /// Too deep a nest was reported.
    too_deep: bool,
}

impl Lower<'_> {
    /// An expression; `None` if part of it could not be read, which has been reported.
    pub(super) fn expression(&mut self, pair: &Pair<'_>) -> Option<Expr> {
        self.built(pair).map(|b| b.expr)
    }

    /// The condition of a property, at the top of which `if` needs no `else`.
    pub(super) fn property_condition(&mut self, pair: &Pair<'_>) -> Option<Expr> {
        let mut parts = pair.clone().into_inner();
        match (parts.next(), parts.next()) {
            (Some(only), None) if only.as_rule() == Rule::if_else => self.if_else(&only, true).map(|b| b.expr),
            _ => self.expression(pair),
        }
    }

    /// `not` in front of an expression that the grammar read apart from it.
    pub(super) fn expression_after_not(&mut self, not: Pair<'_>, pair: &Pair<'_>) -> Option<Expr> {
        self.flat(std::iter::once(not).chain(pair.clone().into_inner())).map(|b| b.expr)
    }

    pub(super) fn built(&mut self, pair: &Pair<'_>) -> Option<Built> {
        self.flat(pair.clone().into_inner())
    }

    fn flat<'i>(&mut self, parts: impl Iterator<Item = Pair<'i>>) -> Option<Built> {
        let mut yard = Yard::default();
        let mut after_operand = false;
        for part in parts {
            let span = self.span(&part);
            if after_operand {
                if part.as_rule() == Rule::membership {
                    self.reduce(&mut yard, COMPARISON, span);
                    self.membership(&mut yard, &part);
                } else if let Some(operator) = Operator::between(&part) {
                    self.reduce(&mut yard, operator.precedence(), span);
                    yard.operators.push((operator, span));
                    after_operand = false;
                }
                continue;
            }
            match part.as_rule() {
                Rule::not_word => match yard.operators.last_mut() {
                    // `is not`, with nothing in between
                    Some((Operator::Is { negated }, at)) if !*negated && self.only_blank(*at, span) => {
                        *negated = true;
                        *at = at.to(span);
                    }
                    _ => yard.operators.push((Operator::Not, span)),
                },
                Rule::minus => yard.operators.push((Operator::Negate, span)),
                _ => {
                    match self.operand(&part) {
                        Some(built) => yard.operands.push(built),
                        None => {
                            yard.failed = true;
                            yard.operands.push(placeholder(span));
                        }
                    }
                    after_operand = true;
                }
            }
        }
        while let Some((operator, span)) = yard.operators.pop() {
            self.apply(&mut yard, operator, span);
        }
        let built = yard.operands.pop()?;
        (!yard.failed).then_some(built)
    }

    /// Whether a `not` stands right behind an `is` (and not behind a `not` of its own).
    fn only_blank(&self, is: Span, not: Span) -> bool {
        self.slice(is) == "is" && is.end <= not.start
    }

    /// Applies the waiting operators that bind at least as tightly as the one at `span`.
    fn reduce(&mut self, yard: &mut Yard, precedence: u8, span: Span) {
        while let Some(&(operator, at)) = yard.operators.last()
            && operator.precedence() >= precedence
        {
            if precedence == COMPARISON && operator.precedence() == COMPARISON {
                self.chained(yard, at, span);
            }
            yard.operators.pop();
            self.apply(yard, operator, at);
        }
        // `a in (…) is b`: the `in` waits for nobody, it is an operand already.
        if precedence == COMPARISON
            && let Some(&Built { made: Made::Membership, ref expr, .. }) = yard.operands.last()
        {
            let at = expr.span;
            self.chained(yard, at, span);
        }
    }

    fn chained(&mut self, yard: &mut Yard, first: Span, second: Span) {
        yard.failed = true;
        if std::mem::replace(&mut yard.chained, true) {
            return;
        }
        let word = |span| self.slice(span).split_whitespace().next().unwrap_or("").to_owned();
        let (a, b) = (word(first), word(second));
        let diagnostic = if a.starts_with(['<', '>']) && b.starts_with(['<', '>']) {
            Diagnostic::error(Code::ChainedComparison, second, "comparisons cannot be chained")
                .here(format!("a second comparison behind `{a}`"))
                .help(format!("write two comparisons: `a {a} b and b {b} c`, or a range: `b in 1..5`"))
        } else {
            Diagnostic::error(Code::ChainedComparison, second, "comparisons cannot be chained")
                .here("a second comparison on the same values")
                .help("join two comparisons with `and`, or put one of them in parentheses")
        };
        self.report(diagnostic.label(first, "the first comparison"));
    }

    fn apply(&mut self, yard: &mut Yard, operator: Operator, at: Span) {
        let Some(right) = yard.operands.pop() else { return };
        if matches!(operator, Operator::Not | Operator::Negate) {
            let span = at.to(right.expr.span);
            let make = if operator == Operator::Not { ExprKind::Not } else { ExprKind::Negate };
            let expr = Expr { kind: make(Box::new(right.expr)), span };
            return self.push(yard, Built { expr, height: right.height + 1, made: Made::Apart });
        }
        let Some(left) = yard.operands.pop() else { return };
        let span = left.expr.span.to(right.expr.span);
        let height = left.height.max(right.height) + 1;
        let kind = match operator {
            Operator::Compare(op) => ExprKind::Compare(op, Box::new(left.expr), Box::new(right.expr)),
            Operator::Arithmetic(op) => ExprKind::Arithmetic(op, Box::new(left.expr), Box::new(right.expr)),
            Operator::Is { negated } => is(left.expr, right.expr, negated),
            _ => return self.push(yard, join(operator, left, right, span)),
        };
        self.push(yard, Built { expr: Expr { kind, span }, height, made: Made::Apart });
    }

    pub(super) fn push(&mut self, yard: &mut Yard, built: Built) {
        if yard.too_deep && built.height > MAX_NESTING {
            yard.operands.push(placeholder(built.expr.span));
            return;
        }
        match self.within_limit(built) {
            Ok(built) => yard.operands.push(built),
            Err(span) => {
                yard.failed = true;
                yard.too_deep = true;
                yard.operands.push(placeholder(span));
            }
        }
    }

    /// Refuses what nests too deeply, and reports it.
    pub(super) fn within_limit(&mut self, built: Built) -> Result<Built, Span> {
        if built.height <= MAX_NESTING {
            return Ok(built);
        }
        let span = built.expr.span;
        let what = match built.expr.kind {
            ExprKind::Arithmetic(..) => "a calculation of too many terms",
            _ => "an expression that nests too deeply",
        };
        self.report(too_deep(span, what));
        Err(span)
    }
}

/// The report of an expression beyond [`MAX_NESTING`].
pub(in crate::syntax) fn too_deep(span: Span, what: &str) -> Diagnostic {
    Diagnostic::error(Code::TooDeep, span, what)
        .here(format!("more than {MAX_NESTING} levels"))
        .help("give parts of it a name with `define`")
}

pub(super) fn placeholder(span: Span) -> Built {
    Built { expr: Expr { kind: ExprKind::Boolean(false), span }, height: 0, made: Made::Apart }
}

/// `a and b` with `c` is `a and b and c`, one level however long.
fn join(operator: Operator, left: Built, right: Built, span: Span) -> Built {
    let make = if operator == Operator::And { ExprKind::And } else { ExprKind::Or };
    let (mut items, left_height) = match (operator, left.made, left.expr.kind) {
        (Operator::And, Made::Chain, ExprKind::And(items)) | (Operator::Or, Made::Chain, ExprKind::Or(items)) => {
            (items, left.height)
        }
        (_, _, kind) => (vec![Expr { kind, span: left.expr.span }], left.height + 1),
    };
    items.push(right.expr);
    let height = left_height.max(right.height + 1);
    Built { expr: Expr { kind: make(items), span }, height, made: Made::Chain }
}

fn is(left: Expr, right: Expr, negated: bool) -> ExprKind {
    match (&left.kind, &right.kind) {
        (_, ExprKind::None) => ExprKind::IsNone { of: Box::new(left), negated },
        (ExprKind::None, _) => ExprKind::IsNone { of: Box::new(right), negated },
        _ => ExprKind::Is { left: Box::new(left), right: Box::new(right), negated },
    }
}
