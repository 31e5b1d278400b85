//! Expressions: the grammar gives operands and operators side by side, here they become a tree.
//!
//! From loosest to tightest: `or`; `and`; `not`; `is`, `in`, `<` and their like, which do not chain;
//! `+ -`; `* /`; the sign. `if … else`, `where` and `have` reach as far right as they can, which the
//! grammar sees to.

use crate::base::{Aggregate, ArithmeticOp, CompareOp, Span};
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::ast::{Expr, ExprKind, Range};
use crate::syntax::grammar::{Pair, Rule};
use crate::syntax::scan::MAX_NESTING;

use super::{Lower, child};

/// An expression and how many levels it nests.
struct Built {
    expr: Expr,
    height: usize,
    made: Made,
}

/// What a later operator at the same level has to know of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Made {
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
struct Yard {
    operators: Vec<(Operator, Span)>,
    operands: Vec<Built>,
    /// An operand could not be read, so the whole cannot be used.
    failed: bool,
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

    fn built(&mut self, pair: &Pair<'_>) -> Option<Built> {
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

    fn push(&mut self, yard: &mut Yard, built: Built) {
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
    fn within_limit(&mut self, built: Built) -> Result<Built, Span> {
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

    fn membership(&mut self, yard: &mut Yard, pair: &Pair<'_>) {
        let Some(of) = yard.operands.pop() else { return };
        let span = of.expr.span.to(self.span(pair));
        let (mut negated, mut choices, mut range, mut open_range) = (false, None, None, None);
        for part in pair.clone().into_inner() {
            match part.as_rule() {
                Rule::not_word => negated = true,
                Rule::choices => choices = Some(part),
                Rule::range => range = Some(self.range(part.clone().into_inner(), self.span(&part))),
                Rule::dots => open_range = Some(self.span(&part)),
                Rule::range_end => range = Some(self.range_after(choices.take(), &part)),
                _ => {}
            }
        }
        if let (Some(dots), Some(_)) = (open_range, &choices) {
            range = Some(self.range_from(choices.take(), dots));
        }
        let built = if let Some(range) = range {
            range.map(|(range, height)| {
                let kind = ExprKind::Within { of: Box::new(of.expr), range, negated };
                Built { expr: Expr { kind, span }, height: of.height.max(height) + 1, made: Made::Membership }
            })
        } else {
            choices.and_then(|choices| self.list(&choices)).map(|(among, height)| {
                let kind = ExprKind::In { of: Box::new(of.expr), among, negated };
                Built { expr: Expr { kind, span }, height: of.height.max(height) + 1, made: Made::Membership }
            })
        };
        match built {
            Some(built) => self.push(yard, built),
            None => {
                yard.failed = true;
                yard.operands.push(placeholder(span));
            }
        }
    }

    /// `(a + 1)..`: the grammar reads `in (` as the begin of a list.
    fn range_from(&mut self, choices: Option<Pair<'_>>, dots: Span) -> Option<(Range, usize)> {
        let choices = choices?;
        let start = self.span(&choices);
        let (mut low, height) = self.list(&choices)?;
        if low.len() > 1 {
            self.report(
                Diagnostic::error(Code::SyntaxError, dots, "a list cannot be the end of a range")
                    .here("this makes a range of the list before it")
                    .help("write either a list, `in (a, b)`, or a range, `in 1..5`"),
            );
            return None;
        }
        Some((Range { low: low.pop().map(Box::new), high: None, span: start.to(dots) }, height))
    }

    fn range_after(&mut self, choices: Option<Pair<'_>>, end: &Pair<'_>) -> Option<(Range, usize)> {
        let span = self.span(end);
        let low = self.range_from(choices, span);
        let high = child(end, Rule::sum).and_then(|sum| self.built(&sum));
        let ((low, low_height), high) = (low?, high?);
        let span = low.span.to(span);
        Some((Range { low: low.low, high: Some(Box::new(high.expr)), span }, low_height.max(high.height)))
    }

    /// The ends of a range, side by side with its dots.
    pub(super) fn range<'i>(&mut self, parts: impl Iterator<Item = Pair<'i>>, span: Span) -> Option<(Range, usize)> {
        let mut range = Range { low: None, high: None, span };
        let (mut height, mut failed) = (0, false);
        for part in parts {
            let (is_high, sum) = match part.as_rule() {
                Rule::sum => (false, Some(part)),
                Rule::range_end => (true, child(&part, Rule::sum)),
                _ => continue,
            };
            match sum.and_then(|sum| self.built(&sum)) {
                Some(built) => {
                    height = height.max(built.height);
                    let end = if is_high { &mut range.high } else { &mut range.low };
                    *end = Some(Box::new(built.expr));
                }
                None => failed = true,
            }
        }
        if !failed && range.low.is_none() && range.high.is_none() {
            self.report(
                Diagnostic::error(Code::SyntaxError, span, "a range without ends")
                    .help("give at least one end: `0..`, `..5` or `0..5`"),
            );
            return None;
        }
        (!failed).then_some((range, height))
    }

    fn list(&mut self, pair: &Pair<'_>) -> Option<(Vec<Expr>, usize)> {
        let (mut items, mut height, mut failed) = (Vec::new(), 0, false);
        for part in pair.clone().into_inner().filter(|p| p.as_rule() == Rule::expression) {
            match self.built(&part) {
                Some(built) => {
                    height = height.max(built.height);
                    items.push(built.expr);
                }
                None => failed = true,
            }
        }
        (!failed).then_some((items, height))
    }

    fn operand(&mut self, pair: &Pair<'_>) -> Option<Built> {
        let span = self.span(pair);
        let leaf = |kind| Some(Built { expr: Expr { kind, span }, height: 1, made: Made::Apart });
        match pair.as_rule() {
            Rule::string => {
                let text = self.string(pair);
                leaf(ExprKind::Text(text.value))
            }
            Rule::date => self.date(pair).and_then(|date| leaf(ExprKind::Date(date))),
            Rule::quantity => self.quantity(pair).and_then(leaf),
            Rule::truth => leaf(ExprKind::Boolean(pair.as_str() == "true")),
            Rule::nothing => leaf(ExprKind::None),
            Rule::decision_date => leaf(ExprKind::AsOf),
            Rule::parentheses => {
                let inner = self.built(&child(pair, Rule::expression)?)?;
                let expr = Expr { kind: inner.expr.kind, span };
                self.within_limit(Built { expr, height: inner.height + 1, made: Made::Apart }).ok()
            }
            Rule::reference => self.reference(pair, span),
            Rule::if_else => self.if_else(pair, false),
            Rule::days_between => {
                let mut ends = pair.clone().into_inner().filter(|p| p.as_rule() == Rule::sum);
                let (a, b) = (ends.next().and_then(|a| self.built(&a)), ends.next().and_then(|b| self.built(&b)));
                let (a, b) = (a?, b?);
                let height = a.height.max(b.height) + 1;
                let kind = ExprKind::DaysBetween(Box::new(a.expr), Box::new(b.expr));
                self.within_limit(Built { expr: Expr { kind, span }, height, made: Made::Apart }).ok()
            }
            Rule::any_of => self.aggregate(pair, Aggregate::Any),
            Rule::all_of => self.aggregate(pair, Aggregate::All),
            Rule::count_of => self.aggregate(pair, Aggregate::Count),
            Rule::sum_of => self.aggregate(pair, Aggregate::Sum),
            _ => None,
        }
    }

    fn reference(&mut self, pair: &Pair<'_>, span: Span) -> Option<Built> {
        let name = self.name(&child(pair, Rule::name)?);
        let Some(arguments) = child(pair, Rule::arguments) else {
            return Some(Built {
                expr: Expr { kind: ExprKind::Name(name.text), span: name.span },
                height: 1,
                made: Made::Apart,
            });
        };
        let (arguments, height) = self.list(&arguments)?;
        let kind = ExprKind::Call { name, arguments };
        self.within_limit(Built { expr: Expr { kind, span }, height: height + 1, made: Made::Apart }).ok()
    }

    fn if_else(&mut self, pair: &Pair<'_>, may_lack_else: bool) -> Option<Built> {
        let span = self.span(pair);
        let parts: Vec<_> = pair.clone().into_inner().filter(|p| p.as_rule() == Rule::expression).collect();
        let built: Vec<_> = parts.iter().map(|p| self.built(p)).collect();
        let height = built.iter().flatten().map(|b| b.height).max().unwrap_or(0) + 1;
        if built.len() < 3 && !may_lack_else {
            let at = Span { start: span.end, ..span };
            self.report(
                Diagnostic::error(Code::IncompleteExpression, span, "`if` without `else`")
                    .here("it has no value where the condition does not hold")
                    .label(at, "`else` is missing here")
                    .help("only right at the top of `always` and `never` may `if` stand without `else`"),
            );
            return None;
        }
        let mut built = built.into_iter();
        let (condition, then) = (built.next()??, built.next()??);
        let otherwise = match built.next() {
            Some(otherwise) => Some(Box::new(otherwise?.expr)),
            None => None,
        };
        let kind = ExprKind::If { condition: Box::new(condition.expr), then: Box::new(then.expr), otherwise };
        self.within_limit(Built { expr: Expr { kind, span }, height, made: Made::Apart }).ok()
    }

    fn aggregate(&mut self, pair: &Pair<'_>, kind: Aggregate) -> Option<Built> {
        let span = self.span(pair);
        let (mut list, mut summed, mut condition, mut word) = (None, None, None, None);
        let mut height = 0;
        let mut failed = false;
        for part in pair.clone().into_inner() {
            match part.as_rule() {
                Rule::name => list = Some(self.name(&part)),
                Rule::kw_where | Rule::kw_have => word = Some((part.as_rule(), self.span(&part))),
                Rule::expression => match self.built(&part) {
                    Some(built) => {
                        height = height.max(built.height);
                        let place = if word.is_some() { &mut condition } else { &mut summed };
                        *place = Some(Box::new(built.expr));
                    }
                    None => failed = true,
                },
                _ => {}
            }
        }
        let all = kind == Aggregate::All;
        match word {
            Some((Rule::kw_have, at)) if !all => {
                self.report(Diagnostic::error(Code::IncompleteExpression, at, "`have` belongs to `all of`").suggest(
                    at,
                    "where",
                    "write `where`",
                ));
                failed = true;
            }
            Some((Rule::kw_where, at)) if all => {
                self.report(
                    Diagnostic::error(Code::IncompleteExpression, at, "`all of` takes `have`")
                        .here("this would only choose among them")
                        .suggest(at, "have", "write `have` before what must hold for all of them"),
                );
                failed = true;
            }
            None if matches!(kind, Aggregate::Any | Aggregate::All) => {
                let (what, word) =
                    if all { ("`all of` without `have`", "have") } else { ("`any of` without `where`", "where") };
                self.report(
                    Diagnostic::error(Code::IncompleteExpression, span, what)
                        .here(format!("`{word}` and a condition are missing behind it"))
                        .help(format!("say what is asked of them: `{} {word} …`", self.slice(span))),
                );
                failed = true;
            }
            _ => {}
        }
        if failed {
            return None;
        }
        let kind = ExprKind::Aggregate { kind, summed, list: list?, condition };
        self.within_limit(Built { expr: Expr { kind, span }, height: height + 1, made: Made::Apart }).ok()
    }
}

/// The report of an expression beyond [`MAX_NESTING`].
pub(in crate::syntax) fn too_deep(span: Span, what: &str) -> Diagnostic {
    Diagnostic::error(Code::TooDeep, span, what)
        .here(format!("more than {MAX_NESTING} levels"))
        .help("give parts of it a name with `define`")
}

fn placeholder(span: Span) -> Built {
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
