//! Rubrics: criteria that add up to a score, and bands that turn it into an outcome.

use super::decisions::Body;
use super::expressions::{Asked, number_type};
use super::names::Declarations;
use super::{Checker, text};
use crate::base::{ArithmeticOp, CompareOp, Number};
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::{NumberKind, Type, UnitProduct, Value};
use crate::policy::{self, Criterion, DefinitionId, ExprId, ExprKind, Hit, RuleSet, Shape, Window};
use crate::syntax::ast;

/// The most criteria of a rubric, and the most `points` lines of a criterion: both nest.
const MOST_PARTS: usize = 100;

impl Checker<'_> {
    /// The total of a rubric with its criteria.
    pub(super) fn score(&mut self, rubric: &ast::Rubric, all: &Declarations<'_>) -> Option<(ExprId, Vec<Criterion>)> {
        if rubric.criteria.is_empty() {
            self.report_empty(&rubric.name, "no criteria", "write `criterion NAME = …` for what is scored");
            return None;
        }
        if !self.at_most(MOST_PARTS, rubric.criteria.len(), &rubric.name, "criteria") {
            return None;
        }
        self.unique_parts("criterion", rubric.criteria.iter().map(|criterion| &criterion.name));
        let criteria: Vec<Option<Criterion>> =
            rubric.criteria.iter().map(|criterion| self.criterion(criterion, rubric, all)).collect();
        let criteria: Vec<Criterion> = criteria.into_iter().collect::<Option<_>>()?;
        let mut points = criteria.iter().map(|criterion| criterion.points);
        let mut total = points.next()?;
        for next in points {
            let kind = |c: &Self, e| c.type_of(e).number().map_or(NumberKind::Integer, |n| n.kind);
            let kind = kind(self, total).max(kind(self, next));
            let sum = ExprKind::Arithmetic(ArithmeticOp::Add, total, next);
            total = self.push(sum, number_type(kind, UnitProduct::none()), rubric.name.span);
        }
        Some((total, criteria))
    }

    fn criterion(
        &mut self,
        criterion: &ast::Criterion,
        rubric: &ast::Rubric,
        all: &Declarations<'_>,
    ) -> Option<Criterion> {
        let notes = self.notes(&criterion.notes, all);
        let points = match &criterion.body {
            ast::CriterionBody::Weighted(points) => self.points(points, criterion),
            ast::CriterionBody::Points(lines) => {
                self.points_lines(lines, criterion, self.names.is_partial(&rubric.name))
            }
        };
        Some(Criterion {
            name: criterion.name.text.clone(),
            label: text(criterion.label.as_ref()),
            points: points?,
            notes,
            span: criterion.span,
        })
    }

    /// Points are plain numbers.
    fn points(&mut self, points: &ast::Expr, criterion: &ast::Criterion) -> Option<ExprId> {
        let plain = number_type(NumberKind::Fraction, UnitProduct::none());
        let asked = Asked { what: "the points of", name: &criterion.name.text, at: None };
        self.expect(points, &plain, &asked)
    }

    /// The first line that holds, as `if`s in each other.
    fn points_lines(&mut self, lines: &[ast::Points], criterion: &ast::Criterion, partial: bool) -> Option<ExprId> {
        if !self.at_most(MOST_PARTS, lines.len(), &criterion.name, "`points` lines") {
            return None;
        }
        let mut fine = true;
        let last = lines.len().saturating_sub(1);
        let mut lowered = Vec::with_capacity(lines.len());
        let mut learned = Vec::new();
        for (place, line) in lines.iter().enumerate() {
            if line.when.is_none() && place != last {
                fine = false;
                let report =
                    Diagnostic::error(Code::PointsOtherwise, line.span, "lines after `otherwise` are never reached");
                self.report(report.here("this holds whenever it is reached").help("write it last"));
            }
            let when = line.when.as_ref().map(|when| self.condition(when));
            let known = when.as_ref().map(|when| when.known.clone()).unwrap_or_default();
            let points = self.knowing(&known.when_true, |c| c.points(&line.points, criterion));
            learned.extend(self.learn(&known.when_false));
            lowered.push((when.map(|when| when.expr), points, line.span));
        }
        self.forget(&learned);
        if partial {
            return None;
        }
        if fine && lines.last().is_none_or(|line| line.when.is_some()) {
            let message =
                format!("the criterion `{}` does not say how many points there are otherwise", criterion.name.text);
            let report = Diagnostic::error(Code::PointsOtherwise, criterion.name.span, message);
            self.report(report.here("no last line `points N otherwise`").help("end with `points 0 otherwise`"));
            fine = false;
        }
        let mut chosen: Option<ExprId> = None;
        for (when, points, span) in lowered.into_iter().rev() {
            let points = points?;
            chosen = Some(match (when, chosen) {
                (None, _) => points,
                (Some(condition), Some(otherwise)) => {
                    let ty = self.join(points, otherwise)?;
                    self.push(ExprKind::If { condition: condition?, then: points, otherwise }, ty, span)
                }
                (Some(_), None) => return None,
            });
        }
        chosen.filter(|_| fine)
    }

    /// The bands of a rubric, tested from the top.
    pub(super) fn rubric(
        &mut self,
        rubric: &ast::Rubric,
        score: DefinitionId,
        ty: Option<&Type>,
        all: &Declarations<'_>,
    ) -> Option<Body> {
        if rubric.bands.is_empty() {
            self.report_empty(&rubric.name, "no bands", "write `band OUTCOME from N` for each outcome");
            return None;
        }
        self.unique_parts("band", rubric.bands.iter().map(|band| &band.variant));
        self.scope.uses.push((super::order::Dependency::Definition(score), rubric.name.span));
        let score_type = match &self.definitions[super::index(score)] {
            super::demand::State::Done(ty) => ty.clone(),
            _ => None,
        };
        let mut rules = Vec::new();
        let mut thresholds = Vec::new();
        let mut above: Option<(Number, crate::base::Span)> = None;
        let mut fine = true;
        for (place, band) in rubric.bands.iter().enumerate() {
            let outcome = self.band_outcome(band, rubric, ty);
            let notes = self.notes(&band.notes, all);
            let threshold = match &band.from {
                Some(from) => {
                    let plain = number_type(NumberKind::Fraction, UnitProduct::none());
                    let asked = Asked { what: "the score from which on it is", name: &band.variant.text, at: None };
                    Some(self.expect(from, &plain, &asked))
                }
                None => {
                    if place + 1 < rubric.bands.len() {
                        fine = false;
                        let report =
                            Diagnostic::error(Code::BandOrder, band.span, "bands after `otherwise` are never reached");
                        self.report(report.here("every score that comes here ends here").help("write it last"));
                    }
                    None
                }
            };
            if let Some(Some(threshold)) = threshold
                && let Some(value) = self.known_number(threshold)
            {
                let span = self.span_of(threshold);
                if let Some((higher, place)) = above
                    && value >= higher
                {
                    fine = false;
                    let message = format!(
                        "the band `{}` is never reached: every score from {value} on is caught above",
                        band.variant.text
                    );
                    self.report(
                        Diagnostic::error(Code::BandOrder, span, message)
                            .here("does not descend")
                            .label(place, format!("a score from {higher} on ends here"))
                            .help("write the bands from the highest score to the lowest"),
                    );
                }
                above = Some((value, span));
            }
            let (condition, threshold) = match threshold {
                None => (None, None),
                Some(threshold) => {
                    let condition = threshold.and_then(|threshold| {
                        let span = self.span_of(threshold);
                        let score = self.push(ExprKind::Definition(score), score_type.clone()?, span);
                        let reached = ExprKind::Compare(CompareOp::GreaterOrEqual, score, threshold);
                        Some(self.push(reached, Type::boolean(), band.span))
                    });
                    (Some(condition), Some(threshold))
                }
            };
            let (condition, threshold) = match (condition, threshold, outcome) {
                (Some(Some(condition)), Some(Some(threshold)), Some(_)) => (Some(condition), Some(threshold)),
                (None, None, Some(_)) => (None, None),
                _ => {
                    fine = false;
                    continue;
                }
            };
            if let Some(outcome) = outcome {
                thresholds.push(threshold);
                rules.push(policy::Rule {
                    name: band.variant.text.clone(),
                    label: None,
                    condition,
                    outcome,
                    overrides: Vec::new(),
                    window: Window::default(),
                    notes,
                    span: band.span,
                });
            }
        }
        let open = rubric.bands.iter().all(|band| band.from.is_some()) && !self.names.is_partial(&rubric.name);
        if let Some(last) = rubric.bands.last().filter(|_| open) {
            let message = format!("`{}` does not say what a lower score comes to", rubric.name.text);
            let report = Diagnostic::error(Code::BandOrder, last.span, message);
            self.report(report.here("the last band is not `otherwise`").help("end with `band OUTCOME otherwise`"));
            fine = false;
        }
        let criteria = self.criteria.remove(&super::index(score))?;
        let shape = Shape::Rubric { score, criteria, thresholds };
        fine.then_some((RuleSet { hit: Hit::First, rules, default: None }, shape))
    }

    fn band_outcome(&mut self, band: &ast::Band, rubric: &ast::Rubric, ty: Option<&Type>) -> Option<ExprId> {
        let outcome = ast::Expr { kind: ast::ExprKind::Name(band.variant.text.clone()), span: band.variant.span };
        let asked = Asked { what: "the outcome of", name: &rubric.name.text, at: Some(rubric.ty.span) };
        let expr = self.expect_known(&outcome, ty, &asked)?;
        if matches!(self.expr(expr).kind, ExprKind::Literal(Value::Variant(_))) {
            return Some(expr);
        }
        self.report_not_fixed(band.variant.span, super::Fixed::Literal);
        None
    }

    /// The number an expression is, where that can be told beforehand.
    fn known_number(&self, expr: ExprId) -> Option<Number> {
        match &self.expr(expr).kind {
            ExprKind::Literal(Value::Number(n)) => Some(*n),
            ExprKind::Constant(constant) => {
                match self.constant_results[super::index(*constant)].as_ref()?.values.as_slice() {
                    [(None, Value::Number(n))] => Some(*n),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}
