//! What is looked at in a policy: its clauses, and for each expression what of it counts.

use la_arena::ArenaMap;
use rustc_hash::FxHashSet;

use super::goals::{Clause, Kind};
use crate::base::{Sources, Span};
use crate::facts::{FactId, RecordId, TypeKind};
use crate::policy::{
    Decision, DecisionId, DefinitionId, Expr, ExprId, ExprKind, LookupId, Policy, Rule, RuleSet, Shape,
};

/// The place of a clause among all.
pub(super) type Place = usize;

/// What to look at in an expression.
#[derive(Clone, Debug)]
pub(super) enum Look {
    /// The part of a condition that is this expression.
    Condition(ExprId, Place),
    /// These, of each record of a list.
    Each { list: FactId, record: RecordId, inside: Vec<Look> },
    /// The rows of a table that is called.
    Call(LookupId, Box<[ExprId]>),
}

/// What to look at in the rules of a decision or a table.
#[derive(Clone, Debug, Default)]
pub(super) struct Rules {
    /// Whatever the rules come to.
    pub(super) always: Vec<Look>,
    pub(super) rules: Vec<OneRule>,
    /// The default, with its outcome.
    pub(super) default: Option<(Place, Vec<Look>)>,
}

/// What to look at in a rule.
#[derive(Clone, Debug)]
pub(super) struct OneRule {
    pub(super) place: Place,
    pub(super) window: Option<Place>,
    pub(super) condition: Vec<Look>,
    pub(super) outcome: Vec<Look>,
}

/// A criterion: its lines from the top, each with its condition, and what else is in them.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    pub(super) lines: Vec<(Option<ExprId>, ExprId, Place)>,
    pub(super) inside: Vec<Look>,
}

/// What to look at in a policy.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    pub(super) definitions: ArenaMap<DefinitionId, Vec<Look>>,
    pub(super) decisions: ArenaMap<DecisionId, Rules>,
    pub(super) computed: ArenaMap<DecisionId, (ExprId, Place)>,
    pub(super) criteria: ArenaMap<DecisionId, Vec<Lines>>,
    pub(super) lookups: ArenaMap<LookupId, Rules>,
}

/// What to look at in a policy, and its clauses.
pub(super) fn plan(policy: &Policy, sources: &Sources) -> (Plan, Vec<Clause>) {
    let mut planner = Planner { policy, sources, clauses: Vec::new(), owner: String::new() };
    let mut plan = Plan::default();
    let scores: FxHashSet<DefinitionId> = policy.decisions.iter().filter_map(|(_, d)| score(d)).collect();
    // The total of a rubric is made of its criteria.
    for (id, definition) in policy.definitions.iter().filter(|(id, _)| !scores.contains(id)) {
        planner.owner.clone_from(&definition.name);
        plan.definitions.insert(id, planner.looks(definition.body));
    }
    for (id, lookup) in policy.lookups.iter() {
        planner.owner.clone_from(&lookup.name);
        plan.lookups.insert(id, planner.rules(&lookup.rules, &lookup.shape));
    }
    for (id, decision) in policy.decisions.iter() {
        planner.owner.clone_from(&decision.name);
        match &decision.shape {
            Shape::Computed(body) => {
                let place = planner.clause(Kind::Computed, policy.exprs[*body].span);
                plan.computed.insert(id, (*body, place));
                let always = planner.looks(*body);
                plan.decisions.insert(id, Rules { always, ..Rules::default() });
            }
            Shape::Rubric { criteria, .. } => {
                let lines = criteria.iter().map(|criterion| {
                    planner.owner = format!("{}/{}", decision.name, criterion.name);
                    planner.criterion(criterion.points, criterion.span)
                });
                plan.criteria.insert(id, lines.collect());
                planner.owner.clone_from(&decision.name);
                plan.decisions.insert(id, planner.rules(&decision.rules, &decision.shape));
            }
            shape => {
                plan.decisions.insert(id, planner.rules(&decision.rules, shape));
            }
        }
    }
    (plan, planner.clauses)
}

fn score(decision: &Decision) -> Option<DefinitionId> {
    match &decision.shape {
        Shape::Rubric { score, .. } => Some(*score),
        _ => None,
    }
}

struct Planner<'a> {
    policy: &'a Policy,
    sources: &'a Sources,
    clauses: Vec<Clause>,
    /// What the clause at hand is called.
    owner: String,
}

impl Planner<'_> {
    fn clause(&mut self, kind: Kind, span: Span) -> Place {
        // A clause is told by its first line, and a condition as a whole.
        let written = self.sources.slice(span).trim();
        let written = if kind.is_condition() { written } else { written.lines().next().unwrap_or_default() };
        let text = written.split_whitespace().collect::<Vec<_>>().join(" ");
        self.named(kind, span, text)
    }

    fn named(&mut self, kind: Kind, span: Span, text: String) -> Place {
        let name = self.owner.clone();
        self.clauses.push(Clause { kind, name, span, text, hits: [0; 2], overridden: 0 });
        self.clauses.len() - 1
    }

    fn rules(&mut self, rules: &RuleSet, shape: &Shape) -> Rules {
        let owner = self.owner.clone();
        let mut planned = Rules::default();
        if let Shape::Table { columns, .. } = shape {
            columns.iter().for_each(|&column| self.inside(column, &mut planned.always));
        }
        for (i, rule) in rules.rules.iter().enumerate() {
            self.owner = format!("{owner}/{}", rule.name);
            let planned_rule = self.rule(rule, i, shape);
            planned.rules.push(planned_rule);
        }
        if let Some(default) = &rules.default {
            self.owner = format!("{owner}/default");
            // That of a gate is not written: every requirement is met.
            let place = match shape {
                Shape::Gate => self.named(Kind::Default, default.span, "every requirement is met".to_owned()),
                _ => self.clause(Kind::Default, default.span),
            };
            planned.default = Some((place, self.looks(default.outcome)));
        }
        self.owner = owner;
        planned
    }

    fn rule(&mut self, rule: &Rule, index: usize, shape: &Shape) -> OneRule {
        let kind = match shape {
            Shape::Rubric { .. } => Kind::Band,
            Shape::Gate => Kind::Requirement,
            Shape::Table { .. } => Kind::Row,
            Shape::Checklist => Kind::Item,
            Shape::Rules | Shape::Computed(_) => Kind::Rule,
        };
        let place = self.clause(kind, rule.span);
        let window = match (rule.window.from, rule.window.until) {
            (None, None) => None,
            (Some(from), None) => Some(format!("from {from}")),
            (None, Some(until)) => Some(format!("until {until}")),
            (Some(from), Some(until)) => Some(format!("from {from} until {until}")),
        };
        let window = window.map(|text| self.named(Kind::Window, rule.span, text));
        let condition = match (shape, rule.condition) {
            // That a score reaches a band is told by the band.
            (Shape::Rubric { .. }, _) | (_, None) => Vec::new(),
            // What a cell asks is one question, however it is put.
            (Shape::Table { columns, cells, .. }, _) => {
                let tests = columns.iter().zip(cells.get(index).into_iter().flatten());
                tests.filter_map(|(&column, test)| Some(self.cell(column, (*test)?, rule.span))).collect()
            }
            (_, Some(condition)) => self.looks(condition),
        };
        OneRule { place, window, condition, outcome: self.looks(rule.outcome) }
    }

    fn criterion(&mut self, points: ExprId, span: Span) -> Lines {
        let mut lines = Vec::new();
        let mut rest = points;
        while let ExprKind::If { condition, then, otherwise } = &self.policy.exprs[rest].kind {
            let place = self.clause(Kind::Points, self.policy.exprs[rest].span);
            lines.push((Some(*condition), *then, place));
            rest = *otherwise;
        }
        let place = match lines.is_empty() {
            true => self.clause(Kind::Criterion, span),
            false => self.clause(Kind::Points, self.policy.exprs[rest].span),
        };
        lines.push((None, rest, place));
        Lines { lines, inside: self.looks(points) }
    }

    fn condition(&mut self, id: ExprId) -> Look {
        Look::Condition(id, self.clause(Kind::Condition, self.policy.exprs[id].span))
    }

    /// A cell of a row. One that only asks whether its column is true is the column itself, and stands nowhere else.
    fn cell(&mut self, column: ExprId, test: ExprId, row: Span) -> Look {
        let span = self.policy.exprs[test].span;
        let head = self.sources.slice(self.policy.exprs[column].span);
        let (span, cell) = if test == column { (row, "true") } else { (span, self.sources.slice(span).trim()) };
        let text = format!("{head}: {cell}");
        Look::Condition(test, self.named(Kind::Condition, span, text))
    }

    fn looks(&mut self, id: ExprId) -> Vec<Look> {
        let mut looks = Vec::new();
        self.look(id, &mut looks);
        looks
    }

    /// An expression that is asked for its own sake: a condition is taken apart.
    fn look(&mut self, id: ExprId, looks: &mut Vec<Look>) {
        let Expr { kind, ty, .. } = &self.policy.exprs[id];
        match kind {
            ExprKind::Not(_) | ExprKind::And(_) | ExprKind::Or(_) | ExprKind::Checked(_) => {
                kind.operands().into_iter().for_each(|operand| self.look(operand, looks));
            }
            ExprKind::Literal(_) | ExprKind::Constant(_) => {}
            ExprKind::If { .. } => self.inside(id, looks),
            _ => {
                if ty.kind == TypeKind::Boolean && !ty.optional {
                    let condition = self.condition(id);
                    looks.push(condition);
                }
                self.inside(id, looks);
            }
        }
    }

    /// What of an expression is asked for its own sake, besides the expression itself.
    fn inside(&mut self, id: ExprId, looks: &mut Vec<Look>) {
        match &self.policy.exprs[id].kind {
            ExprKind::If { condition, then, otherwise } => {
                [*condition, *then, *otherwise].into_iter().for_each(|part| self.look(part, looks));
            }
            ExprKind::Aggregate { list, record, summed, condition, .. } => {
                let mut inside = Vec::new();
                if let Some(summed) = summed {
                    self.inside(*summed, &mut inside);
                }
                if let Some(condition) = condition {
                    self.look(*condition, &mut inside);
                }
                if !inside.is_empty() {
                    looks.push(Look::Each { list: *list, record: *record, inside });
                }
            }
            ExprKind::Lookup(lookup, arguments) => {
                arguments.iter().for_each(|&argument| self.inside(argument, looks));
                looks.push(Look::Call(*lookup, arguments.clone()));
            }
            kind @ (ExprKind::Not(_) | ExprKind::And(_) | ExprKind::Or(_)) => {
                // A condition that stands as a value, such as an operand of `is`.
                kind.operands().into_iter().for_each(|operand| self.look(operand, looks));
            }
            kind => kind.operands().into_iter().for_each(|operand| self.inside(operand, looks)),
        }
    }
}
