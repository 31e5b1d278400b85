//! What an answer rests on, folded away: every rule with its state, every condition down to facts.

use crate::facts::Element;
use rustc_hash::FxHashSet;

use super::Page;
use crate::trace::data::{Answer, Decision, Kind, Node, NodeKind, NodeState, Rule, RuleState, Trace};
use crate::trace::reading;

/// How deep definitions are followed.
const DEEPEST: u32 = 10;

/// The definitions of one answer that have been shown.
type Shown<'a> = FxHashSet<(&'a str, Option<Element>)>;

impl<'a> Page<'a> {
    pub(super) fn detail(&mut self, decision: &'a Decision, answer: &'a Answer, record: Option<Element>) {
        let Some(trace) = &answer.trace else { return };
        self.markup.open("details", &[]);
        self.markup.element("summary", &[], "What it rests on");
        self.markup.raw("\n");
        let mut shown = Shown::default();
        if let Some(computed) = &trace.computed {
            self.tree(computed, record, &mut shown);
        }
        for criterion in trace.rubric.iter().flat_map(|r| &r.criteria) {
            self.markup.raw("<div class=\"rule\">");
            self.markup.text(criterion.label.as_ref().unwrap_or(&criterion.name));
            self.markup.raw(": ");
            self.markup.element("span", &[("class", "value")], &reading::share(&criterion.points));
            self.notes(criterion.notes.because.as_deref(), &criterion.notes.cites);
            self.tree(&criterion.rests_on, record, &mut shown);
            self.markup.raw("</div>\n");
        }
        if trace.rubric.is_some() {
            // The criteria above are what the score consists of.
            shown.extend(self.reading.score_of(decision).map(|score| (score, record)));
        }
        for rule in &trace.rules {
            self.rule(decision, rule, record, &mut shown);
        }
        self.default(trace, record, &mut shown);
        if let Some(at) = &trace.at {
            self.markup.element("p", &[("class", "name")], &format!("Written at {}", reading::place(at)));
        }
        self.markup.close("details");
    }

    fn rule(&mut self, decision: &Decision, rule: &'a Rule, record: Option<Element>, shown: &mut Shown<'a>) {
        let class = match (decision.kind, rule.state) {
            (Kind::Gate, RuleState::Stands) | (_, RuleState::Error) => "badge bad",
            (Kind::Gate, RuleState::DoesNotApply) | (_, RuleState::Stands) => "badge good",
            (_, RuleState::Unknown) => "badge open",
            _ => "badge",
        };
        self.markup.raw("<div class=\"rule\">");
        self.markup.element("code", &[], &rule.name);
        if let Some(label) = &rule.label {
            self.markup.element("span", &[("class", "soft")], &format!(" {label}"));
        }
        let outcome = said(&rule.outcome);
        if decision.kind != Kind::Checklist && (decision.kind != Kind::Rubric || outcome != rule.name) {
            self.markup.raw(if decision.kind == Kind::Gate { ", else " } else { " → " });
            self.markup.element("span", &[("class", "value")], &outcome);
        }
        self.markup.raw(" ");
        let state = reading::rule_state(decision.kind, rule.state, &rule.overridden_by);
        self.markup.element("span", &[("class", class)], &state);
        let window = [("from", &rule.from), ("until", &rule.until)];
        for (word, date) in window.iter().filter_map(|(word, date)| date.as_ref().map(|d| (word, d))) {
            self.markup.element("span", &[("class", "soft")], &format!(" {word} {date}"));
        }
        self.notes(rule.notes.because.as_deref(), &rule.notes.cites);
        if !matches!(rule.state, RuleState::NotReached | RuleState::NotInForce) {
            if let Some(condition) = rule.when.as_ref().or(rule.requires.as_ref()) {
                self.tree(condition, record, shown);
            }
            if rule.outcome.kind != NodeKind::Literal && rule.outcome.state != NodeState::NotNeeded {
                self.tree(&rule.outcome, record, shown);
            }
        }
        self.markup.raw("</div>\n");
    }

    fn default(&mut self, trace: &'a Trace, record: Option<Element>, shown: &mut Shown<'a>) {
        let Some(default) = &trace.default else { return };
        self.markup.raw("<div class=\"rule\">otherwise → ");
        self.markup.element("span", &[("class", "value")], &said(&default.outcome));
        self.markup.raw(" ");
        let (class, state) = if default.stands { ("badge good", "stands") } else { ("badge", "not needed") };
        self.markup.element("span", &[("class", class)], state);
        self.notes(default.notes.because.as_deref(), &default.notes.cites);
        if default.stands && default.outcome.kind != NodeKind::Literal {
            self.tree(&default.outcome, record, shown);
        }
        self.markup.raw("</div>\n");
    }

    fn notes(&mut self, because: Option<&str>, cites: &[crate::trace::data::Cite]) {
        if because.is_none() && cites.is_empty() {
            return;
        }
        self.markup.raw("<p>");
        self.markup.text(because.unwrap_or_default());
        self.cites(cites);
        self.markup.raw("</p>\n");
    }

    fn tree(&mut self, node: &'a Node, record: Option<Element>, shown: &mut Shown<'a>) {
        self.markup.raw("<ul class=\"tree\">\n");
        self.node(node, record, 0, shown);
        self.markup.raw("</ul>\n");
    }

    fn node(&mut self, node: &'a Node, record: Option<Element>, depth: u32, shown: &mut Shown<'a>) {
        let record = node.record.or(record);
        self.markup.raw("<li>");
        let (class, mark) = match (reading::truth(node), node.state) {
            (Some(true), _) => ("yes", "✓ "),
            (Some(false), _) => ("no", "✗ "),
            (None, NodeState::Unknown) => ("unknown", "? "),
            (None, NodeState::Error | NodeState::Gap) => ("no", "! "),
            (None, _) => ("", ""),
        };
        if !mark.is_empty() {
            self.markup.element("span", &[("class", class)], mark);
        }
        let name = if node.kind == NodeKind::Fact { node.name.as_ref().unwrap_or(&node.text) } else { &node.text };
        match (node.kind, self.reading.linked(node)) {
            (NodeKind::Decision | NodeKind::Item, Some(target)) => {
                self.markup.element("a", &[("href", &format!("#decision-{target}"))], name);
            }
            _ => self.markup.element("code", &[], name),
        }
        self.markup.raw(": ");
        self.markup.element("span", &[("class", "value")], &reading::outcome(node));
        let source = reading::source(node);
        let about: Vec<&str> = node.label.as_deref().into_iter().chain(source.as_deref()).collect();
        if !about.is_empty() {
            self.markup.element("span", &[("class", "name")], &format!(" {}", about.join(", ")));
        }
        if let (NodeKind::Definition, Some(name)) = (node.kind, &node.name)
            && let Some(body) = self.reading.definition(name, record)
        {
            if depth < DEEPEST && shown.insert((name, record)) {
                self.markup.raw("\n<ul>\n");
                self.node(body, record, depth + 1, shown);
                self.markup.raw("</ul>\n");
            }
        } else {
            let parts: Vec<&Node> = node.parts.iter().filter(|p| p.state != NodeState::NotNeeded).collect();
            if !parts.is_empty() || node.cut {
                self.markup.raw("\n<ul>\n");
                for part in parts {
                    self.node(part, record, depth, shown);
                }
                if node.cut {
                    self.markup.raw("<li>…</li>\n");
                }
                self.markup.raw("</ul>\n");
            }
        }
        self.markup.raw("</li>\n");
    }
}

/// The outcome of a rule, evaluated or as it is written.
fn said(outcome: &Node) -> String {
    if outcome.state == NodeState::NotNeeded { outcome.text.clone() } else { reading::outcome(outcome) }
}
