//! What stands between operators: names, literals, calls, `if`, questions about lists; and the lists and
//! ranges behind `in`.

use crate::base::{Aggregate, Span};
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::ast::{Expr, ExprKind, Range};
use crate::syntax::grammar::{Pair, Rule};

use super::expression::{Built, Made, Yard, placeholder};
use super::{Lower, child};

impl Lower<'_> {
    pub(super) fn membership(&mut self, yard: &mut Yard, pair: &Pair<'_>) {
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

    pub(super) fn operand(&mut self, pair: &Pair<'_>) -> Option<Built> {
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

    pub(super) fn if_else(&mut self, pair: &Pair<'_>, may_lack_else: bool) -> Option<Built> {
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
