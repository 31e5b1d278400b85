//! What an answer rests on: every rule with its state, every condition down to facts.

use crate::facts::Element;
use rustc_hash::FxHashSet;

use super::Tree;
use super::answer::because;
use crate::trace::data::{Answer, Decision, Kind, Node, NodeKind, NodeState, Notes, Reason, Rule, RuleState, Trace};
use crate::trace::page::{BAD, BOLD, DIM, GOOD, Line, Margin, OPEN, PLAIN};
use crate::trace::reading;

/// How deep definitions are followed.
const DEEPEST: u32 = 10;
/// How many parts of one expression are shown.
const MOST_PARTS: usize = 40;

/// What has been shown of one answer already.
#[derive(Default)]
struct Shown<'a>(FxHashSet<(&'a str, Option<Element>)>);

impl<'a> Tree<'a> {
    pub(super) fn detail(
        &mut self,
        decision: &'a Decision,
        answer: &'a Answer,
        margin: &Margin,
        record: Option<Element>,
    ) {
        let Some(trace) = &answer.trace else { return };
        let mut shown = Shown::default();
        if let Some(computed) = &trace.computed {
            self.node(computed, &margin.within("= "), record, 0, &mut shown);
        }
        for criterion in trace.rubric.iter().flat_map(|r| &r.criteria) {
            let title = Line::new()
                .plain(criterion.label.as_ref().unwrap_or(&criterion.name))
                .plain(": ")
                .with(BOLD, reading::share(&criterion.points));
            self.page.put(&margin.within("· "), &title);
            let margin = margin.within("  ");
            self.notes(&criterion.notes, &margin);
            self.node(&criterion.rests_on, &margin, record, 0, &mut shown);
        }
        if trace.rubric.is_some() {
            // The criteria above are what the score consists of.
            shown.0.extend(self.reading.score_of(decision).map(|score| (score, record)));
        }
        for rule in &trace.rules {
            self.rule(decision, rule, margin, record, &mut shown);
        }
        self.default(trace, margin, record, &mut shown);
        if decision.kind != Kind::Computed {
            self.notes(&trace.notes, margin);
        }
        if let Some(at) = &trace.at {
            self.page.put(margin, &Line::new().with(DIM, format!("written at {}", reading::place(at))));
        }
    }

    fn rule(
        &mut self,
        decision: &Decision,
        rule: &'a Rule,
        margin: &Margin,
        record: Option<Element>,
        shown: &mut Shown<'a>,
    ) {
        let (style, mark) = match rule.state {
            RuleState::Stands if decision.kind == Kind::Gate => (BAD, "✗ "),
            RuleState::Stands => (GOOD, "✓ "),
            RuleState::Overridden => (DIM, "~ "),
            RuleState::Unknown => (OPEN, "? "),
            RuleState::Error => (BAD, "! "),
            RuleState::DoesNotApply if decision.kind == Kind::Gate => (GOOD, "✓ "),
            RuleState::DoesNotApply | RuleState::NotInForce | RuleState::NotReached => (DIM, "- "),
        };
        let mut line = Line::new().with(style, mark).plain(&rule.name);
        if let Some(label) = &rule.label {
            line.push(DIM, format!(" ({label})"));
        }
        if decision.kind != Kind::Checklist {
            let outcome = if rule.outcome.state == NodeState::NotNeeded {
                rule.outcome.text.clone()
            } else {
                reading::outcome(&rule.outcome)
            };
            if decision.kind != Kind::Rubric || outcome != rule.name {
                line.push(PLAIN, if decision.kind == Kind::Gate { ", else " } else { " → " });
                line.push(BOLD, outcome);
            }
        }
        line.push(PLAIN, ": ");
        line.push(style, reading::rule_state(decision.kind, rule.state, &rule.overridden_by));
        if let Some(window) = window(rule) {
            line.push(DIM, format!(", {window}"));
        }
        self.page.put(&margin.hanging(2), &line);
        let margin = margin.within("  ");
        if matches!(rule.state, RuleState::NotReached | RuleState::NotInForce) {
            return;
        }
        if rule.state != RuleState::DoesNotApply {
            self.notes(&rule.notes, &margin);
        }
        if let Some(condition) = rule.when.as_ref().or(rule.requires.as_ref()) {
            self.node(condition, &margin, record, 0, shown);
        }
        let computed = !matches!(rule.outcome.kind, NodeKind::Literal) && rule.outcome.state != NodeState::NotNeeded;
        if computed && rule.state != RuleState::DoesNotApply {
            self.node(&rule.outcome, &margin.within("= "), record, 0, shown);
        }
    }

    fn default(&mut self, trace: &'a Trace, margin: &Margin, record: Option<Element>, shown: &mut Shown<'a>) {
        let Some(default) = &trace.default else { return };
        let (style, mark, what) = if default.stands { (GOOD, "✓ ", "stands") } else { (DIM, "- ", "not needed") };
        let outcome = match default.outcome.state {
            NodeState::NotNeeded => default.outcome.text.clone(),
            _ => reading::outcome(&default.outcome),
        };
        let line = Line::new()
            .with(style, mark)
            .plain(if trace.kind == Kind::Gate { "all are met → " } else { "otherwise → " })
            .with(BOLD, outcome)
            .plain(": ")
            .with(style, what);
        self.page.put(&margin.hanging(2), &line);
        if default.stands {
            let margin = margin.within("  ");
            self.notes(&default.notes, &margin);
            if !matches!(default.outcome.kind, NodeKind::Literal) {
                self.node(&default.outcome, &margin.within("= "), record, 0, shown);
            }
        }
    }

    fn notes(&mut self, notes: &Notes, margin: &Margin) {
        if notes.because.is_none() && notes.cites.is_empty() {
            return;
        }
        let reason = Reason {
            rule: None,
            label: None,
            outcome: None,
            because: notes.because.clone(),
            cites: notes.cites.clone(),
        };
        self.page.put(margin, &because(&reason));
    }

    /// An expression, then what made it come out as it did.
    fn node(&mut self, node: &'a Node, margin: &Margin, record: Option<Element>, depth: u32, shown: &mut Shown<'a>) {
        let record = node.record.or(record);
        let within = margin.within("  ");
        if let Some(leaf) = only_leaf(node) {
            let mut line = node_line(node).with(DIM, "  ← ");
            line.append(leaf_line(leaf));
            self.page.put(&margin.hanging(2), &line);
            return;
        }
        self.page.put(&margin.hanging(2), &node_line(node));
        if let Some(error) = &node.error
            && node.parts.is_empty()
        {
            self.fault(error, &within);
        }
        if let (NodeKind::Definition, Some(name)) = (node.kind, &node.name)
            && let Some(body) = self.reading.definition(name, record)
        {
            if depth >= DEEPEST || !shown.0.insert((name, record)) {
                return;
            }
            self.node(body, &within, record, depth + 1, shown);
            return;
        }
        let parts = flattened(node);
        let each_record = node.kind == NodeKind::Aggregate;
        let mut last = None;
        for part in parts.iter().take(MOST_PARTS) {
            let mut inner = within.clone();
            if each_record && part.record.is_some() {
                if part.record != last {
                    last = part.record;
                    let list = node.name.as_deref().unwrap_or("record");
                    let of = format!("{list}[{}]", part.record.map_or(0, |r| r.index));
                    self.page.put(&within, &Line::new().with(DIM, of));
                }
                inner = within.within("  ");
            }
            self.node(part, &inner, record, depth, shown);
        }
        if let Some(more) = parts.len().checked_sub(MOST_PARTS + 1) {
            self.page.put(&within, &Line::new().with(DIM, format!("… and {} more", more + 1)));
        }
        if node.cut {
            self.page.put(&within, &Line::new().with(DIM, "…"));
        }
    }
}

/// The parts that made an expression come out as it did. The steps of a sum are not told one by one: what
/// they consist of is told instead.
fn flattened(node: &Node) -> Vec<&Node> {
    let mut parts = Vec::new();
    for part in reading::decisive(node) {
        let step = node.kind == NodeKind::Computation && part.kind == NodeKind::Computation;
        if step && part.state == NodeState::Known {
            parts.extend(flattened(part));
        } else {
            parts.push(part);
        }
    }
    parts
}

/// The only thing that a condition asks about, where that is a fact or decision by itself.
fn only_leaf(node: &Node) -> Option<&Node> {
    let condition = matches!(node.kind, NodeKind::Comparison | NodeKind::Not);
    match node.parts.as_slice() {
        [leaf] if condition && leaf.error.is_none() && node.error.is_none() => {
            matches!(leaf.kind, NodeKind::Fact | NodeKind::Decision | NodeKind::Item).then_some(leaf)
        }
        _ => None,
    }
}

/// `tender  Channel, city-tender.ron:12:18`
fn leaf_line(leaf: &Node) -> Line {
    let style = if leaf.state == NodeState::Known { BOLD } else { OPEN };
    let mut line = Line::new().with(style, reading::outcome(leaf));
    about(&mut line, leaf);
    line
}

/// `✓ deal.channel is tender`, `deal.channel: tender  Channel, city-tender.ron:12:18`
fn node_line(node: &Node) -> Line {
    let condition = !matches!(
        node.kind,
        NodeKind::Fact
            | NodeKind::Constant
            | NodeKind::Definition
            | NodeKind::Decision
            | NodeKind::Item
            | NodeKind::Parameter
            | NodeKind::AsOf
            | NodeKind::Lookup
    );
    let mut line = match (condition, reading::truth(node), node.state) {
        (true, Some(true), _) => return question(node, Line::new().with(GOOD, "✓ ")),
        (true, Some(false), _) => return question(node, Line::new().with(BAD, "✗ ")),
        (true, None, NodeState::Unknown) if node.possible.as_ref().is_none_or(reading::is_truth) => {
            return question(node, Line::new().with(OPEN, "? "));
        }
        (_, _, NodeState::Unknown) => Line::new().with(OPEN, "? "),
        (_, _, NodeState::Error | NodeState::Gap) => Line::new().with(BAD, "! "),
        _ => Line::new(),
    };
    let name = if node.kind == NodeKind::Fact { node.name.as_ref().unwrap_or(&node.text) } else { &node.text };
    let style = match node.state {
        NodeState::Known => BOLD,
        NodeState::Unknown => OPEN,
        NodeState::Error | NodeState::Gap => BAD,
        NodeState::NotNeeded => DIM,
    };
    line.push(PLAIN, name);
    line.push(PLAIN, ": ");
    line.push(style, reading::outcome(node));
    about(&mut line, node);
    line
}

/// A condition after its mark; of a question about a list, which list.
fn question(node: &Node, mark: Line) -> Line {
    let mut line = mark.plain(&node.text);
    if node.kind == NodeKind::Aggregate {
        about(&mut line, node);
    }
    line
}

/// What a fact, constant or decision is called, and where its value came from.
fn about(line: &mut Line, node: &Node) {
    let what = match node.kind {
        NodeKind::Decision | NodeKind::Item => Some("a decision"),
        NodeKind::Constant => Some("a constant"),
        _ => None,
    };
    let label = node.label.as_deref();
    let source = reading::source(node);
    let presumed = node.origin == Some(crate::trace::data::Origin::Presumed);
    let about: Vec<&str> = label.into_iter().chain(what).chain(source.as_deref()).collect();
    if !about.is_empty() {
        line.push(if presumed { OPEN } else { DIM }, format!("  {}", about.join(", ")));
    }
}

fn window(rule: &Rule) -> Option<String> {
    match (&rule.from, &rule.until) {
        (Some(from), Some(until)) => Some(format!("in force from {from} until {until}")),
        (Some(from), None) => Some(format!("in force from {from}")),
        (None, Some(until)) => Some(format!("in force until {until}")),
        (None, None) => None,
    }
}
