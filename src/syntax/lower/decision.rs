//! Decisions: by rules, by points, by requirements, by items.

use crate::base::Span;
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::ast::{
    Band, Checklist, Criterion, CriterionBody, Decide, DecideBody, Default, Gate, Item, Name, Points, Requirement,
    Rubric, Rule as RuleNode,
};
use crate::syntax::grammar::{Pair, Rule};

use super::clauses::{Clause, Part, group, take};
use super::{Lower, child};

impl Lower<'_> {
    pub(super) fn decide(&mut self, pair: &Pair<'_>, clauses: Vec<Clause<'_>>, span: Span) -> Option<Decide> {
        let name = self.declared_name(&child(pair, Rule::name)?);
        let ty = self.type_of(&child(pair, Rule::type_of)?);
        let label = self.label(pair);
        let computed = child(pair, Rule::expression);
        let body = computed.as_ref().map(|e| self.expression(e));
        let (mut own, mut parts) = group(clauses, &[Rule::default, Rule::rule]);
        let notes = self.take_notes(&mut own);
        self.misplaced(own, "a decision");
        let body = match body {
            Some(body) => {
                if let Some(part) = parts.first() {
                    let first = computed.map_or(name.span, |e| self.span(&e));
                    self.report(
                        Diagnostic::error(Code::TwoForms, part.opener.span, "a decision with both `=` and rules")
                            .here("a rule or a default")
                            .label(first, "the outcome is computed here")
                            .help("a decision is either computed or taken by rules; turn the expression into a `default` or a `rule`"),
                    );
                }
                DecideBody::Computed(body?)
            }
            None => {
                if parts.is_empty() {
                    self.empty(
                        name.span,
                        "a decision without rules",
                        "`rule bid: on_acceptance when is_bid`, or `= …`",
                    );
                }
                let defaults = parts.extract_if(.., |p| p.opener.kind == Rule::default).collect();
                let default = self.default(defaults);
                let rules = parts.into_iter().filter_map(|part| self.rule(part)).collect();
                DecideBody::Rules { default, rules }
            }
        };
        Some(Decide { name, ty: ty?, label, body, notes, span })
    }

    fn default(&mut self, parts: Vec<Part<'_>>) -> Option<Default> {
        let mut openers: Vec<_> = parts.iter().map(|p| p.opener.clone()).collect();
        self.single(&mut openers, Rule::default);
        let mut part = parts.into_iter().next()?;
        let span = part.span();
        let outcome = self.expression_of(&part.opener);
        let notes = self.take_notes(&mut part.clauses);
        self.misplaced(part.clauses, "a default");
        Some(Default { outcome: outcome?, notes, span })
    }

    fn rule(&mut self, part: Part<'_>) -> Option<RuleNode> {
        let span = part.span();
        let mut clauses = part.clauses;
        let name = self.opener_name(&part.opener)?;
        let label = self.label(part.opener.pair.as_ref()?);
        let outcome = self.expression_of(&part.opener);
        let when = self.take_expression(&mut clauses, Rule::when);
        let overrides = self.take_overrides(&mut clauses);
        let from = self.take_date(&mut clauses, Rule::from);
        let until = self.take_date(&mut clauses, Rule::until);
        let notes = self.take_notes(&mut clauses);
        self.misplaced(clauses, "a rule");
        Some(RuleNode { name, outcome: outcome?, when, overrides, from, until, label, notes, span })
    }

    pub(super) fn rubric(&mut self, pair: &Pair<'_>, clauses: Vec<Clause<'_>>, span: Span) -> Option<Rubric> {
        let name = self.declared_name(&child(pair, Rule::name)?);
        let ty = self.type_of(&child(pair, Rule::type_of)?);
        let label = self.label(pair);
        let (mut own, mut parts) = group(clauses, &[Rule::criterion, Rule::band]);
        let notes = self.take_notes(&mut own);
        self.misplaced(own, "a rubric");
        let bands: Vec<_> = parts.extract_if(.., |p| p.opener.kind == Rule::band).collect();
        if parts.is_empty() {
            self.empty(name.span, "a rubric without criteria", "`criterion niche = 3 * lead.market_niche`");
        }
        if bands.is_empty() {
            self.empty(name.span, "a rubric without bands", "`band high from 50`");
        }
        let criteria = parts.into_iter().filter_map(|part| self.criterion(part)).collect();
        let bands = bands.into_iter().filter_map(|part| self.band(part)).collect();
        Some(Rubric { name, ty: ty?, label, criteria, bands, notes, span })
    }

    fn criterion(&mut self, part: Part<'_>) -> Option<Criterion> {
        let span = part.span();
        let name = self.opener_name(&part.opener)?;
        let head = part.opener.pair.as_ref()?;
        let label = self.label(head);
        let weighted = child(head, Rule::expression).map(|e| (self.span(&e), self.expression(&e)));
        // Notes may stand behind the points and are the criterion's all the same.
        let (points, mut clauses): (Vec<_>, Vec<_>) =
            part.clauses.into_iter().partition(|c| matches!(c.kind, Rule::points | Rule::when | Rule::otherwise));
        // A criterion always counts, so there is no case that it could refer to anybody.
        let referrals = take(&mut clauses, Rule::refer);
        let notes = self.take_notes(&mut clauses);
        clauses.extend(referrals);
        let (stray, points) = group(points, &[Rule::points]);
        clauses.extend(stray);
        self.misplaced(clauses, "a criterion");
        let body = match weighted {
            Some((at, expr)) => {
                if let Some(first) = points.first() {
                    self.report(
                        Diagnostic::error(Code::TwoForms, first.opener.span, "a criterion with both `=` and `points`")
                            .here("points")
                            .label(at, "the points are computed here")
                            .help("a criterion is scored in one of the two ways"),
                    );
                }
                CriterionBody::Weighted(expr?)
            }
            None => {
                if points.is_empty() {
                    self.empty(
                        name.span,
                        "a criterion without points",
                        "`= 3 * lead.market_niche`, or `points 10 when …`",
                    );
                }
                CriterionBody::Points(points.into_iter().filter_map(|p| self.points(p)).collect())
            }
        };
        Some(Criterion { name, label, body, notes, span })
    }

    fn points(&mut self, part: Part<'_>) -> Option<Points> {
        let span = part.span();
        let mut clauses = part.clauses;
        let points = self.expression_of(&part.opener);
        let otherwise = self.single(&mut clauses, Rule::otherwise);
        let has_when = clauses.iter().any(|c| c.kind == Rule::when);
        let when = self.take_expression(&mut clauses, Rule::when);
        match otherwise {
            Some(otherwise) if has_when => self.when_and_otherwise(otherwise.span),
            None if !has_when && self.broken => return None,
            None if !has_when => self.report(
                Diagnostic::error(Code::IncompleteExpression, part.opener.span, "`points` without `when`")
                    .here("nothing says when they are given")
                    .help("write `when …` behind it, or `otherwise` on the last line"),
            ),
            _ => {}
        }
        // A condition that could not be read must not become `otherwise`.
        (when.is_some() || !has_when).then_some(Points { points: points?, when, span })
    }

    fn when_and_otherwise(&mut self, span: Span) {
        self.report(
            Diagnostic::error(Code::MisplacedClause, span, "`otherwise` beside a condition")
                .help("`otherwise` is what is left when no condition holds; take one of the two out"),
        );
    }

    fn band(&mut self, part: Part<'_>) -> Option<Band> {
        let span = part.span();
        let mut clauses = part.clauses;
        let variant = self.opener_name(&part.opener)?;
        let otherwise = self.single(&mut clauses, Rule::otherwise);
        let has_from = clauses.iter().any(|c| c.kind == Rule::from);
        let from = self.take_expression(&mut clauses, Rule::from);
        match otherwise {
            Some(otherwise) if has_from => self.when_and_otherwise(otherwise.span),
            None if !has_from && self.broken => return None,
            None if !has_from => self.report(
                Diagnostic::error(Code::IncompleteExpression, part.opener.span, "a `band` without `from`")
                    .here("nothing says where it begins")
                    .help(format!("write `band {} from 50`, or `otherwise` for the last band", variant.text)),
            ),
            _ => {}
        }
        let notes = self.take_notes(&mut clauses);
        self.misplaced(clauses, "a band");
        (from.is_some() || !has_from).then_some(Band { variant, from, notes, span })
    }

    pub(super) fn gate(&mut self, pair: &Pair<'_>, clauses: Vec<Clause<'_>>, span: Span) -> Option<Gate> {
        let name = self.declared_name(&child(pair, Rule::name)?);
        let ty = self.type_of(&child(pair, Rule::type_of)?);
        let label = self.label(pair);
        let (mut own, parts) = group(clauses, &[Rule::require]);
        let notes = self.take_notes(&mut own);
        self.misplaced(own, "a gate");
        if parts.is_empty() {
            self.empty(
                name.span,
                "a gate without requirements",
                "`require hours: cell.hours_free >= deal.hours_needed else limited`",
            );
        }
        let requirements = parts.into_iter().filter_map(|part| self.requirement(part)).collect();
        Some(Gate { name, ty: ty?, label, requirements, notes, span })
    }

    fn requirement(&mut self, part: Part<'_>) -> Option<Requirement> {
        let span = part.span();
        let mut clauses = part.clauses;
        let name = self.opener_name(&part.opener)?;
        let head = part.opener.pair.as_ref()?;
        let label = self.label(head);
        let mut expressions = head.clone().into_inner().filter(|p| p.as_rule() == Rule::expression);
        let (condition, outcome) = (expressions.next()?, expressions.next()?);
        let (condition, outcome) = (self.expression(&condition), self.expression(&outcome));
        let notes = self.take_notes(&mut clauses);
        self.misplaced(clauses, "a requirement");
        Some(Requirement { name, condition: condition?, outcome: outcome?, label, notes, span })
    }

    pub(super) fn checklist(&mut self, pair: &Pair<'_>, clauses: Vec<Clause<'_>>, span: Span) -> Option<Checklist> {
        let name = self.declared_name(&child(pair, Rule::name)?);
        let label = self.label(pair);
        let (mut own, parts) = group(clauses, &[Rule::item]);
        let notes = self.take_notes(&mut own);
        self.misplaced(own, "a checklist");
        if parts.is_empty() {
            self.empty(name.span, "a checklist without items", "`item estimates \"Estimates sheet\"`");
        }
        let items = parts.into_iter().filter_map(|part| self.item(part)).collect();
        Some(Checklist { name, label, items, notes, span })
    }

    fn item(&mut self, part: Part<'_>) -> Option<Item> {
        let span = part.span();
        let mut clauses = part.clauses;
        let name = self.opener_name(&part.opener)?;
        let label = self.label(part.opener.pair.as_ref()?);
        let when = self.take_expression(&mut clauses, Rule::when);
        let notes = self.take_notes(&mut clauses);
        self.misplaced(clauses, "an item");
        Some(Item { name, label, when, notes, span })
    }

    /// The name behind a part's keyword; pairs are read from there on.
    fn opener_name(&mut self, opener: &Clause<'_>) -> Option<Name> {
        let pair = self.inner(opener, Rule::name)?;
        Some(self.plain_name(&pair))
    }
}
