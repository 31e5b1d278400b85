//! One answer: what it says, why, who is to be asked, what is missing.

use super::Tree;
use crate::facts::Element;
use crate::trace::data::{Answer, Decision, Fault, Kind, NodeState, Reason, RuleState, Status};
use crate::trace::page::{BAD, BOLD, DIM, LINK, Line, Margin, OPEN, PLAIN};
use crate::trace::{reading, words};

impl<'a> Tree<'a> {
    /// Everything below the title of a decision or the line of a record.
    pub(super) fn answer(
        &mut self,
        decision: &'a Decision,
        answer: &'a Answer,
        margin: &Margin,
        record: Option<Element>,
    ) {
        self.items(answer, margin);
        self.rubric(answer, margin);
        match answer.status {
            Status::Decided | Status::Default => {
                self.computed(answer, margin);
                self.reasons(decision, answer, margin);
            }
            Status::Undecided => self.undecided(decision, answer, margin),
            Status::Conflict => self.conflict(decision, answer, margin),
            Status::Error => {
                if let Some(fault) = &answer.error {
                    self.fault(fault, margin);
                }
            }
        }
        self.failing(decision, answer, margin);
        self.judged(answer, margin);
        self.presumed(answer, margin);
        for refer in &answer.refer {
            let mut line = Line::new().with(LINK.bold(), format!("ask {}", refer.to));
            if let Some(text) = &refer.text {
                line.push(LINK, format!(": {text}"));
            }
            self.page.put(&margin.within("→ "), &line);
        }
        if !answer.exact {
            let line = "this answer is a bound: it may name more than there is";
            self.page.put(margin, &Line::new().with(DIM, line));
        }
        if self.options.verbose {
            self.detail(decision, answer, margin, record);
        }
    }

    /// The items of a checklist, and of a table that collects.
    fn items(&mut self, answer: &Answer, margin: &Margin) {
        for item in answer.value.iter().flat_map(|v| v.items.iter().flatten()) {
            self.page.put(&margin.within("• "), &Line::new().with(BOLD, item));
        }
        for item in answer.certain.iter().flatten() {
            self.page.put(&margin.within("• "), &Line::new().with(BOLD, &item.words));
        }
        for item in answer.open.iter().flatten() {
            self.page.put(&margin.within("? "), &Line::new().plain(&item.words).with(OPEN, " (perhaps)"));
        }
    }

    fn rubric(&mut self, answer: &Answer, margin: &Margin) {
        let Some(rubric) = answer.trace.as_ref().and_then(|t| t.rubric.as_ref()) else { return };
        let row = |name: &str, share: String, style| vec![(PLAIN, name.to_owned()), (style, share)];
        let mut rows: Vec<_> = rubric
            .criteria
            .iter()
            .map(|c| row(c.label.as_ref().unwrap_or(&c.name), reading::share(&c.points), PLAIN))
            .collect();
        rows.push(row("Total", reading::share(&rubric.score), BOLD));
        self.page.table(&margin.within("  "), &rows);
        let distance = reading::distance(rubric);
        let line = if distance.is_empty() { reading::bands(rubric) } else { distance.join("; ") };
        self.page.put(&margin.within("  "), &Line::new().with(DIM, line));
    }

    /// How an outcome that is no plain value comes about.
    fn computed(&mut self, answer: &Answer, margin: &Margin) {
        if self.options.verbose {
            return;
        }
        for node in reading::computed(answer) {
            self.page.put(&margin.within("= "), &Line::new().with(DIM, &node.text));
        }
    }

    fn reasons(&mut self, decision: &Decision, answer: &Answer, margin: &Margin) {
        let brief = decision.kind == Kind::Checklist && !self.options.verbose;
        if brief || self.options.verbose && answer.trace.is_some() && decision.kind != Kind::Computed {
            return;
        }
        let several = answer.reasons.iter().filter(|r| r.rule.is_some()).count() > 1;
        for reason in &answer.reasons {
            let margin = if several { margin.within("· ") } else { margin.clone() };
            let mut line = Line::new();
            if let Some(rule) = reason.rule.as_ref().filter(|_| reading::is_perhaps(answer, reason)) {
                line.push(DIM, format!("perhaps {rule}: "));
            }
            append(&mut line, reason);
            self.page.put(&margin, &line);
        }
        if let Some(by) = reading::without_reason(decision, answer) {
            self.page.put(margin, &Line::new().with(DIM, by));
        }
    }

    fn undecided(&mut self, decision: &Decision, answer: &Answer, margin: &Margin) {
        if reading::is_gap(answer) {
            let (why, help) = reading::gap(decision, answer);
            self.page.put(margin, &Line::new().with(OPEN, why));
            self.help(help.as_deref(), margin);
            return;
        }
        if let Some(possible) = &answer.possible {
            let possible = reading::possibilities(possible);
            let line =
                if possible.is_empty() { "no value is possible".to_owned() } else { format!("possible: {possible}") };
            self.page.put(margin, &Line::new().plain(line));
        }
        if let Some(states) = reading::possible_states(answer) {
            self.page.put(margin, &Line::new().plain(states));
        }
        let line = Line::new().with(OPEN, "missing: ").plain(reading::missing_labels(answer));
        self.page.put(margin, &line);
    }

    fn conflict(&mut self, decision: &Decision, answer: &Answer, margin: &Margin) {
        let what =
            words::count(answer.reasons.len(), decision.kind.rule_word(), &format!("{}s", decision.kind.rule_word()));
        self.page.put(margin, &Line::new().with(BAD, format!("{what} stand and disagree:")));
        for reason in &answer.reasons {
            let name = reason.rule.as_deref().unwrap_or_default();
            let outcome = reason.outcome.as_deref().unwrap_or_default();
            let mut line = Line::new().plain(name).plain(" says ").with(BOLD, outcome);
            if reason.because.is_some() {
                line.push(PLAIN, ": ");
            }
            append(&mut line, reason);
            self.page.put(&margin.within("· "), &line);
        }
        self.help(Some(reading::peace(decision, answer)), margin);
    }

    /// What whoever writes the policy can do.
    fn help(&mut self, help: Option<&str>, margin: &Margin) {
        if let Some(help) = help {
            self.page.put(margin, &Line::new().with(DIM, format!("help: {help}")));
        }
    }

    pub(super) fn fault(&mut self, fault: &Fault, margin: &Margin) {
        let line = Line::new().with(BAD, format!("`{}`: {}", fault.expression, fault.message));
        self.page.put(margin, &line);
        for operand in &fault.values {
            let line = Line::new().plain(&operand.expression).plain(" is ").with(BOLD, &operand.value.words);
            self.page.put(&margin.within("  "), &line);
        }
        if let Some(at) = &fault.at {
            self.page.put(&margin.within("  "), &Line::new().with(DIM, format!("at {}", reading::place(at))));
        }
    }

    /// The failing requirements of a gate, with the values that make them fail.
    fn failing(&mut self, decision: &Decision, answer: &'a Answer, margin: &Margin) {
        if decision.kind != Kind::Gate || self.options.verbose {
            return;
        }
        for rule in answer.trace.iter().flat_map(|t| &t.rules) {
            let (RuleState::Stands | RuleState::Overridden, Some(required)) = (rule.state, &rule.requires) else {
                continue;
            };
            let mut line = Line::new().plain("fails: ").plain(&required.text);
            let known = required.parts.iter().filter(|p| p.state == NodeState::Known && p.name.is_some());
            let values: Vec<String> = known.map(|p| format!("{} is {}", p.text, reading::outcome(p))).collect();
            if !values.is_empty() {
                line.push(DIM, format!(" ({})", values.join(", ")));
            }
            if rule.state == RuleState::Overridden {
                line.push(DIM, format!(", which would give {}", rule.outcome.text));
            }
            self.page.put(&margin.within("✗ "), &line);
        }
    }

    /// The judgements that the rules that stand rest on.
    fn judged(&mut self, answer: &Answer, margin: &Margin) {
        for judged in answer.judged.iter().filter(|_| !self.options.verbose) {
            let line = Line::new().plain(format!("{}: {}", judged.label, judged.value));
            self.page.put(margin, &line.plain(", as judged by ").with(LINK, &judged.who));
        }
    }

    fn presumed(&mut self, answer: &Answer, margin: &Margin) {
        if answer.presumed.is_empty() {
            return;
        }
        let presumed: Vec<String> = answer
            .presumed
            .iter()
            .map(|fact| format!("“{}” is presumed to be {}", fact.label, fact.presumed.as_deref().unwrap_or("known")))
            .collect();
        let presumed = words::listed(&presumed, "and");
        let line = Line::new().with(OPEN, "provisional: ").plain("nobody said, so ").plain(presumed);
        self.page.put(margin, &line);
    }
}

/// The sentence with its citations.
pub(super) fn because(reason: &Reason) -> Line {
    let mut line = Line::new();
    append(&mut line, reason);
    line
}

fn append(line: &mut Line, reason: &Reason) {
    if let Some(because) = &reason.because {
        line.push(PLAIN, because);
    }
    if !reason.cites.is_empty() {
        let cites: Vec<String> = reason.cites.iter().map(reading::cite).collect();
        let before = if reason.because.is_some() { " " } else { "" };
        line.push(DIM, format!("{before}[{}]", cites.join("; ")));
    }
}
