//! Rules.
//!
//! Where a rule can be told to stand by its place alone (the first that applies, or rules of which each overrides those
//! below it), the outcome is a chain of choices. In general, conditions are looked through for faults and gaps, then the
//! outcomes of those that stand are held against each other.

use super::{Lower, Lowered, Reason};
use crate::policy::{Hit, Rule, RuleSet};
use crate::program::cell::{MOST_ITEMS, NOTHING};
use crate::program::graph::NodeId;
use crate::program::op::Op;

/// The rules of a decision as nodes, in their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lines {
    pub(crate) lines: Vec<Line>,
    /// The outcome where no rule stands.
    pub(crate) default: Option<Lowered>,
}

/// A rule as nodes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line {
    /// Whether it is in force.
    pub(crate) in_force: NodeId,
    /// Whether it is in force and its condition holds.
    pub(crate) applies: NodeId,
    pub(crate) outcome: Lowered,
}

impl Lower<'_> {
    /// What rules come to; `gap` where none speaks.
    pub(super) fn rules(&mut self, rules: &RuleSet, gap: NodeId) -> (Lowered, Lines) {
        let lines: Vec<Line> = rules.rules.iter().map(|rule| self.line(rule)).collect();
        let default = rules.default.as_ref().map(|default| self.expr(default.outcome));
        let mut lines = Lines { lines, default };
        if rules.hit == Hit::Collect {
            return (self.collected(&lines), lines);
        }
        // Outcomes of one form, so that they can be held against each other.
        let places =
            lines.lines.iter().map(|line| line.outcome.places).chain(default.map(|d| d.places)).max().unwrap_or(0);
        for line in &mut lines.lines {
            line.outcome = self.with_places(line.outcome, places);
        }
        lines.default = default.map(|default| self.with_places(default, places));
        let all = lines.lines.iter().map(|line| line.outcome).chain(lines.default);
        if all.into_iter().any(|outcome| outcome.divisor.is_some()) {
            return (self.open(Reason::Number), lines);
        }
        let otherwise = lines.default.map_or(gap, |default| default.node);
        let node = match rules.hit {
            Hit::First => self.cascade(&lines, (0..lines.lines.len()).collect(), otherwise),
            _ => match self.ranked(rules, &lines) {
                Some(order) => self.cascade(&lines, order, otherwise),
                None => self.agreed(rules, &lines, otherwise),
            },
        };
        (Lowered { node, divisor: None, places }, lines)
    }

    fn line(&mut self, rule: &Rule) -> Line {
        let mut in_force = self.graph.constant(1);
        for (end, op) in [(rule.window.from, Op::AtLeast), (rule.window.until, Op::AtMost)] {
            let Some(end) = end else { continue };
            let (date, end) = (self.date(), self.day(end));
            let holds = self.graph.apply(op, &[date, end]);
            in_force = self.graph.and(in_force, holds);
        }
        let applies = match rule.condition {
            // Nothing of a rule that is not in force is evaluated.
            Some(_) if self.graph.constant_of(in_force) == Some(0) => in_force,
            Some(condition) => {
                let condition = self.expr(condition).node;
                self.graph.and(in_force, condition)
            }
            None => in_force,
        };
        Line { in_force, applies, outcome: self.expr(rule.outcome) }
    }

    /// The outcome of the first rule of `order` that applies.
    fn cascade(&mut self, lines: &Lines, order: Vec<usize>, otherwise: NodeId) -> NodeId {
        order
            .into_iter()
            .rev()
            .filter_map(|place| lines.lines.get(place))
            .fold(otherwise, |rest, line| self.graph.select(line.applies, line.outcome.node, rest))
    }

    /// The rules from the strongest down, where of any two that disagree one overrides the other.
    fn ranked(&self, rules: &RuleSet, lines: &Lines) -> Option<Vec<usize>> {
        if lines.lines.iter().any(|line| self.graph.info(line.applies).stops) {
            return None;
        }
        let strength = |rule: &Rule| rule.overrides.len();
        let mut order: Vec<usize> = (0..rules.rules.len()).collect();
        order.sort_by_key(|&place| rules.rules.get(place).map_or(0, |rule| usize::MAX - strength(rule)));
        let overrides = |over: usize, under: usize| {
            let under = u32::try_from(under).unwrap_or(u32::MAX);
            rules.rules.get(over).is_some_and(|rule| rule.overrides.binary_search(&under).is_ok())
        };
        let alike = |a: usize, b: usize| {
            let outcome = |place: usize| lines.lines.get(place).map(|line| line.outcome.node);
            let constant = outcome(a).is_some_and(|node| self.graph.constant_of(node).is_some());
            constant && outcome(a) == outcome(b)
        };
        let pairs = || order.iter().enumerate().flat_map(|(i, &a)| order.iter().skip(i + 1).map(move |&b| (a, b)));
        // Long sets of rules that override none are told by their first pair.
        pairs().all(|(a, b)| overrides(a, b) || alike(a, b)).then_some(order)
    }

    /// Rules in general: those that stand must agree.
    fn agreed(&mut self, rules: &RuleSet, lines: &Lines, otherwise: NodeId) -> NodeId {
        let failing = self.failing(lines);
        let mut over: Vec<Vec<NodeId>> = vec![Vec::new(); lines.lines.len()];
        for (rule, line) in rules.rules.iter().zip(&lines.lines) {
            for &target in &rule.overrides {
                if let Some(over) = over.get_mut(target as usize) {
                    over.push(line.applies);
                }
            }
        }
        let mut so_far = self.graph.constant(NOTHING);
        for (line, over) in lines.lines.iter().zip(over) {
            let mut overridden = self.graph.constant(0);
            for applies in over {
                overridden = self.graph.or(overridden, applies);
            }
            let free = self.graph.not(overridden);
            let stands = self.graph.and(free, line.applies);
            if self.graph.constant_of(stands) != Some(0) {
                so_far = self.graph.apply(Op::Agree, &[so_far, stands, line.outcome.node]);
            }
        }
        let outcome = self.graph.apply(Op::Otherwise, &[so_far, otherwise]);
        self.graph.then(failing, outcome)
    }

    /// What in the conditions keeps the rules from being looked at.
    fn failing(&mut self, lines: &Lines) -> NodeId {
        let mut failing = self.graph.constant(0);
        for line in &lines.lines {
            if self.graph.info(line.applies).stops {
                failing = self.graph.apply(Op::Worse, &[failing, line.applies]);
            }
        }
        failing
    }

    /// The set of the outcomes of all rules that apply.
    fn collected(&mut self, lines: &Lines) -> Lowered {
        let wide = |line: &Line| self.graph.info(line.outcome.node).high >= i64::from(MOST_ITEMS);
        if lines.lines.iter().any(|line| wide(line) && !self.is_stop(line.outcome.node)) {
            return self.open(Reason::Items);
        }
        let failing = self.failing(lines);
        let mut so_far = self.graph.constant(0);
        for line in &lines.lines {
            if self.graph.constant_of(line.applies) != Some(0) {
                so_far = self.graph.apply(Op::Collect, &[so_far, line.applies, line.outcome.node]);
            }
        }
        Lowered::plain(self.graph.then(failing, so_far))
    }

    fn is_stop(&self, node: NodeId) -> bool {
        self.graph.constant_of(node).is_some_and(crate::program::cell::is_stop)
    }
}
