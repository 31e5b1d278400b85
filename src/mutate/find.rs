//! The mistakes that can be made in a policy.

use rustc_hash::FxHashSet;

use super::step::{beside, others};
use super::{Change, Mutant, Operator, Rules};
use crate::base::{ArithmeticOp, CompareOp, Number, Sources, Span};
use crate::facts::deal::{date_of_day, day_number};
use crate::facts::{Type, Value};
use crate::policy::{ConstantId, ExprId, ExprKind, Hit, Policy, RuleSet, Shape, Window};

/// Every mutant of a policy: those of its facts, constants, definitions, tables and decisions, each in the order in
/// which they are written. `sources` hold its texts.
pub fn mutants(policy: &Policy, sources: &Sources) -> Vec<Mutant> {
    let mut finding = Finding { policy, sources, owner: String::new(), seen: FxHashSet::default(), all: Vec::new() };
    finding.facts();
    for (id, constant) in policy.constants.iter() {
        finding.owner.clone_from(&constant.name);
        finding.constant(id);
    }
    // A rubric's score is found by its criteria.
    let scores: FxHashSet<_> = policy
        .decisions
        .iter()
        .filter_map(|(_, decision)| match &decision.shape {
            Shape::Rubric { score, .. } => Some(*score),
            _ => None,
        })
        .collect();
    for (_, definition) in policy.definitions.iter().filter(|(id, _)| !scores.contains(id)) {
        finding.owner.clone_from(&definition.name);
        finding.walk(definition.body, Asked::Fits(definition.ty.clone()));
    }
    for (id, lookup) in policy.lookups.iter() {
        finding.owner.clone_from(&lookup.name);
        finding.rules(Rules::Lookup(id), &lookup.rules, &lookup.shape, &lookup.ty);
    }
    for (id, decision) in policy.decisions.iter() {
        finding.owner.clone_from(&decision.name);
        if let Shape::Computed(body) = decision.shape {
            finding.walk(body, Asked::Fits(decision.ty.clone()));
        }
        finding.rules(Rules::Decision(id), &decision.rules, &decision.shape, &decision.ty);
    }
    let mut all = finding.all;
    // What makes a rubric's bands cross would not have compiled.
    all.retain(|mutant| {
        let figure = matches!(mutant.change, Change::Constant(..)) || mutant.operator == Operator::Threshold;
        scores.is_empty() || !figure || bands_descend(&mutant.apply(policy))
    });
    all
}

struct Finding<'a> {
    policy: &'a Policy,
    sources: &'a Sources,
    owner: String,
    /// Expressions that have been looked at: a table's column stands in every row.
    seen: FxHashSet<ExprId>,
    all: Vec<Mutant>,
}

impl<'a> Finding<'a> {
    fn add(&mut self, operator: Operator, span: Span, change: Change) {
        self.all.push(Mutant { owner: self.owner.clone(), operator, span, change });
    }

    fn facts(&mut self) {
        for (id, fact) in self.policy.schema.facts.iter() {
            let Some(presumed) = &fact.presumed else { continue };
            self.owner = self.policy.schema.qualified_name(id);
            let other = others(&self.policy.schema, presumed, &fact.ty, "").into_iter().map(Some);
            for value in other.chain([None]) {
                self.add(Operator::Presumption, fact.span, Change::Presumed(id, value));
            }
        }
    }

    fn constant(&mut self, id: ConstantId) {
        let constant = &self.policy.constants[id];
        for (place, (from, value)) in constant.values.iter().enumerate() {
            // How it was written is not kept: a percentage has its last place two places on.
            let written = constant_text(self.sources, constant.span, place);
            for other in others(&self.policy.schema, value, &constant.ty, &written) {
                self.add(Operator::Constant, constant.span, Change::Constant(id, place, (*from, other)));
            }
            let Some(from) = from else { continue };
            for day in [day_number(*from) - 1, day_number(*from) + 1] {
                let Some(moved) = date_of_day(day) else { continue };
                let date = |place: usize| constant.values.get(place).and_then(|(from, _)| *from);
                let after = place.checked_sub(1).and_then(date).is_none_or(|before| before < moved);
                if after && date(place + 1).is_none_or(|next| moved < next) {
                    let change = Change::Constant(id, place, (Some(moved), value.clone()));
                    self.add(Operator::Constant, constant.span, change);
                }
            }
        }
    }

    fn rules(&mut self, owner: Rules, rules: &'a RuleSet, shape: &'a Shape, ty: &Type) {
        match shape {
            Shape::Rubric { criteria, thresholds, .. } => {
                for criterion in criteria {
                    self.walk(criterion.points, Asked::Anything);
                    let none = ExprKind::number(Number::ZERO);
                    let is_none = matches!(self.policy.exprs[criterion.points].kind,
                        ExprKind::Literal(Value::Number(n)) if n == Number::ZERO);
                    if !is_none {
                        self.add(Operator::Criterion, criterion.span, Change::Expr(criterion.points, none));
                    }
                }
                thresholds.iter().flatten().for_each(|threshold| self.walk(*threshold, Asked::Anything));
            }
            Shape::Table { columns, .. } => columns.iter().for_each(|column| self.walk(*column, Asked::Anything)),
            Shape::Computed(_) | Shape::Rules | Shape::Gate | Shape::Checklist => {}
        }
        for (place, rule) in (0u32..).zip(&rules.rules) {
            self.condition(shape, place as usize, rule.condition);
            let (operator, drop) = match shape {
                Shape::Rubric { .. } => (Operator::Band, rule.condition.is_some()),
                Shape::Gate => (Operator::Requirement, true),
                Shape::Table { .. } => (Operator::Row, true),
                Shape::Checklist => (Operator::Item, true),
                Shape::Rules | Shape::Computed(_) => (Operator::Rule, true),
            };
            if drop {
                self.add(operator, rule.span, Change::Drop(owner, place));
            }
            self.outcome(owner, shape, place, rule.outcome, ty);
            if !matches!(shape, Shape::Gate) {
                for &other in direct(rules, place) {
                    self.add(Operator::Override, rule.span, Change::Override(owner, place, other));
                }
            }
            self.window(owner, place, rule.window, rule.span);
        }
        if let Some(default) = rules.default.as_ref().filter(|_| !matches!(shape, Shape::Gate)) {
            self.swap(default.outcome, ty);
        }
    }

    fn condition(&mut self, shape: &'a Shape, place: usize, condition: Option<ExprId>) {
        match (shape, condition) {
            // The comparison with the score is not written, and neither is what joins cells, or denies a requirement.
            (Shape::Rubric { .. }, _) | (_, None) => {}
            (Shape::Table { cells, .. }, _) => {
                let cells: Vec<ExprId> = cells.get(place).into_iter().flatten().flatten().copied().collect();
                cells.into_iter().for_each(|cell| self.walk(cell, Asked::Anything));
            }
            (Shape::Gate, Some(condition)) => {
                let policy = self.policy;
                policy.exprs[condition]
                    .kind
                    .operands()
                    .into_iter()
                    .for_each(|required| self.walk(required, Asked::Anything));
            }
            (_, Some(condition)) => self.walk(condition, Asked::Anything),
        }
    }

    fn outcome(&mut self, owner: Rules, shape: &Shape, place: u32, outcome: ExprId, ty: &Type) {
        match (shape, owner) {
            // A band is called after its outcome, and an item is its outcome.
            (Shape::Rubric { .. } | Shape::Checklist, _) => {}
            (Shape::Gate, Rules::Decision(decision)) => {
                let policy = self.policy;
                let value = match &policy.exprs[outcome].kind {
                    ExprKind::Literal(value) => value,
                    _ => return,
                };
                // Failing never comes to the best outcome, which is the first.
                let others = others(&policy.schema, value, &policy.exprs[outcome].ty, "").into_iter();
                let others = others.map(|other| if other == Value::Variant(0) { Value::Variant(1) } else { other });
                for other in others.filter(|other| other != value) {
                    if let Value::Variant(other) = other {
                        let change = Change::Severity(decision, place, other);
                        self.add(Operator::Outcome, policy.exprs[outcome].span, change);
                    }
                }
            }
            _ => self.swap(outcome, ty),
        }
    }

    /// Another outcome for this one; where it is computed, what it is computed from.
    fn swap(&mut self, outcome: ExprId, ty: &Type) {
        let expr = &self.policy.exprs[outcome];
        match &expr.kind {
            ExprKind::Literal(value @ (Value::Boolean(_) | Value::Variant(_))) => {
                for other in others(&self.policy.schema, value, &expr.ty, "") {
                    self.add(Operator::Outcome, expr.span, Change::Expr(outcome, ExprKind::Literal(other)));
                }
            }
            _ => self.walk(outcome, Asked::Fits(ty.clone())),
        }
    }

    fn window(&mut self, owner: Rules, place: u32, window: Window, span: Span) {
        let moved = |date: Option<_>| {
            let days = date.into_iter().flat_map(|date| [day_number(date) - 1, day_number(date) + 1]);
            days.filter_map(date_of_day).collect::<Vec<_>>()
        };
        let from = moved(window.from).into_iter().map(|from| Window { from: Some(from), ..window });
        let until = moved(window.until).into_iter().map(|until| Window { until: Some(until), ..window });
        for other in from.chain(until) {
            if other.from.zip(other.until).is_none_or(|(from, until)| from <= until) {
                self.add(Operator::Window, span, Change::Window(owner, place, other));
            }
        }
    }

    /// The mistakes in an expression and its parts; `asked` is what its value has to be.
    fn walk(&mut self, root: ExprId, asked: Asked) {
        let mut queue = vec![(root, asked)];
        while let Some((id, asked)) = queue.pop() {
            if !self.seen.insert(id) {
                continue;
            }
            self.at(id, &asked);
            let policy = self.policy;
            let kind = &policy.exprs[id].kind;
            let operands = kind.operands();
            // Whatever is checked, or chosen, has to fit as a whole.
            let through = |operand: ExprId| match kind {
                ExprKind::Checked(_) => Asked::Fits(policy.exprs[id].ty.clone()),
                ExprKind::If { condition, .. } if *condition != operand => asked.clone(),
                ExprKind::Arithmetic(ArithmeticOp::Divide, _, divisor) if *divisor == operand => Asked::NotZero,
                _ => Asked::Anything,
            };
            queue.extend(operands.into_iter().rev().map(|operand| (operand, through(operand))));
        }
    }

    fn at(&mut self, id: ExprId, asked: &Asked) {
        let policy = self.policy;
        let expr = &policy.exprs[id];
        let tells = self.may_tell(id);
        let mut turn = |operator, kind| self.add(operator, expr.span, Change::Expr(id, kind));
        match &expr.kind {
            ExprKind::Literal(value) => {
                let written = self.sources.slice(expr.span).to_owned();
                let ty = if let Asked::Fits(ty) = asked { ty } else { &expr.ty };
                for other in beside(&policy.schema, value, ty, &written) {
                    let is_zero = matches!(&other, Value::Number(n) if *n == Number::ZERO);
                    if !(is_zero && *asked == Asked::NotZero) {
                        self.add(Operator::Threshold, expr.span, Change::Expr(id, ExprKind::Literal(other)));
                    }
                }
            }
            ExprKind::Compare(op, left, right) => {
                let op = match op {
                    CompareOp::Less => CompareOp::LessOrEqual,
                    CompareOp::LessOrEqual => CompareOp::Less,
                    CompareOp::Greater => CompareOp::GreaterOrEqual,
                    CompareOp::GreaterOrEqual => CompareOp::Greater,
                };
                turn(Operator::Comparison, ExprKind::Compare(op, *left, *right));
            }
            // What a comparison with something that may be none tells, other parts may rest on.
            _ if tells => {}
            ExprKind::Is { left, right, negated } => {
                turn(Operator::Comparison, ExprKind::Is { left: *left, right: *right, negated: !negated });
            }
            ExprKind::In { of, among, negated } => {
                turn(Operator::Comparison, ExprKind::In { of: *of, among: among.clone(), negated: !negated });
                for left_out in (0..among.len()).filter(|_| among.len() > 1) {
                    let among = among.iter().enumerate().filter(|(place, _)| *place != left_out).map(|(_, e)| *e);
                    let kind = ExprKind::In { of: *of, among: among.collect(), negated: *negated };
                    self.add(Operator::Member, expr.span, Change::Expr(id, kind));
                }
            }
            ExprKind::Within { of, low, high, negated } => {
                turn(Operator::Comparison, ExprKind::Within { of: *of, low: *low, high: *high, negated: !negated });
            }
            ExprKind::And(parts) if parts.len() > 1 => turn(Operator::Connective, ExprKind::Or(parts.clone())),
            ExprKind::Or(parts) if parts.len() > 1 => turn(Operator::Connective, ExprKind::And(parts.clone())),
            ExprKind::Not(inner) => turn(Operator::Negation, policy.exprs[*inner].kind.clone()),
            _ => {}
        }
    }

    /// Whether an expression may tell that a value is not none.
    fn may_tell(&self, id: ExprId) -> bool {
        let mut queue = vec![id];
        while let Some(id) = queue.pop() {
            let expr = &self.policy.exprs[id];
            if expr.ty.optional || matches!(expr.kind, ExprKind::IsNone { .. }) {
                return true;
            }
            queue.extend(expr.kind.operands());
        }
        false
    }
}

/// What a value has to be, where it stands.
#[derive(Clone, PartialEq)]
enum Asked {
    Anything,
    Fits(Type),
    NotZero,
}

/// The rules that one overrides itself, rather than through another.
fn direct(rules: &RuleSet, place: u32) -> impl Iterator<Item = &u32> {
    let all = |place: u32| rules.rules.get(place as usize).map_or(&[][..], |rule| &rule.overrides);
    let own = all(place);
    own.iter().filter(move |other| !own.iter().any(|between| all(*between).contains(other)))
}

/// Whether the bands of every rubric go from the highest score to the lowest, as far as that is known beforehand.
fn bands_descend(policy: &Policy) -> bool {
    policy.decisions.iter().all(|(_, decision)| {
        let Shape::Rubric { thresholds, .. } = &decision.shape else { return true };
        if decision.rules.hit != Hit::First {
            return true;
        }
        let known = thresholds.iter().flatten().filter_map(|threshold| known(policy, *threshold));
        known.collect::<Vec<_>>().windows(2).all(|pair| pair[0] > pair[1])
    })
}

fn known(policy: &Policy, expr: ExprId) -> Option<Number> {
    match &policy.exprs[expr].kind {
        ExprKind::Literal(Value::Number(n)) => Some(*n),
        ExprKind::Constant(id) => match policy.constants[*id].values.as_slice() {
            [(None, Value::Number(n))] => Some(*n),
            _ => None,
        },
        _ => None,
    }
}

/// How a value of the constant at `span` is written.
pub(super) fn constant_text(sources: &Sources, span: Span, place: usize) -> String {
    let Some(text) = sources.get(span.file).and_then(|file| file.text().get(span.end as usize..)) else {
        return String::new();
    };
    let line = text.lines().nth(place + usize::from(place > 0)).unwrap_or_default();
    let value = line.rsplit_once('=').map_or(line, |(_, value)| value);
    value.split(" from ").next().unwrap_or_default().to_owned()
}
