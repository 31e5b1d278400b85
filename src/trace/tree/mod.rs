//! The tree that a terminal shows: the answer first, then its reasons, then everything it rests on.

mod answer;
mod detail;

use super::page::{self, BAD, BOLD, DIM, GOOD, LINK, Line, Margin, OPEN, Page};

use super::TreeOptions;
use super::data::{Answer, Answers, Decision, Evaluation, Status};
use super::reading::{self, Reading};

/// How many decisions that miss a fact are named.
const MOST_DECISIONS: usize = 4;

/// How many missing facts are told where not everything is.
const MOST_FACTS: usize = 30;

/// The tree of an evaluation.
pub(super) fn tree(data: &Evaluation, options: TreeOptions) -> String {
    let mut tree = Tree { reading: Reading::new(data), options, page: Page::new(options.color) };
    tree.head();
    for (group, decisions) in tree.reading.groups() {
        tree.page.blank();
        tree.page.put(&Margin::default(), &Line::new().with(BOLD.underline(), group));
        tree.decisions(&decisions);
    }
    if options.verbose && !data.needed.is_empty() {
        tree.page.blank();
        tree.page.put(&Margin::default(), &Line::new().with(BOLD.underline(), "What these rest on"));
        tree.decisions(&data.needed.iter().collect::<Vec<_>>());
    }
    tree.missing();
    tree.page.blank();
    tree.page.put(&Margin::default(), &Line::new().with(DIM, reading::summary(data)));
    tree.legend();
    tree.page.finish()
}

struct Tree<'a> {
    reading: Reading<'a>,
    options: TreeOptions,
    page: Page,
}

impl<'a> Tree<'a> {
    fn head(&mut self) {
        let data = self.reading.data;
        let title = Line::new().with(BOLD, &data.deal).plain(" on ").plain(&data.as_of);
        self.page.put(&Margin::default(), &title);
        let policy = format!("{} {}", data.policy.name, data.policy.version);
        let policy = match &data.policy.label {
            Some(label) => format!("{label} ({})", policy.trim_end()),
            None => policy,
        };
        let hash = reading::short_hash(data).filter(|_| self.options.verbose);
        let policy = hash.map_or(policy.clone(), |hash| format!("{}, text {hash}", policy.trim_end()));
        self.page.put(&Margin::default(), &Line::new().with(DIM, policy));
        if data.strict {
            let strict = "strict: what the policy presumes is left out of account";
            self.page.put(&Margin::default(), &Line::new().with(OPEN, strict));
        }
    }

    /// What the signs before the answers mean, where there are others than that of a decided answer.
    fn legend(&mut self) {
        let data = self.reading.data;
        let needed = data.needed.iter().filter(|_| self.options.verbose);
        let all: Vec<&Answer> = data.decisions.iter().chain(needed).flat_map(reading::answers).collect();
        let has = |is: &dyn Fn(&Answer) -> bool| all.iter().any(|answer| is(answer));
        let gap = has(&reading::is_gap);
        let undecided = has(&|a| a.status == Status::Undecided && !reading::is_gap(a));
        let signs = [
            (has(&|a| a.status == Status::Default), "○ by default"),
            (undecided && !gap, "? undecided"),
            (gap && !undecided, "? a gap"),
            (undecided && gap, "? undecided or a gap"),
            (has(&|a| matches!(a.status, Status::Conflict | Status::Error)), "✗ in conflict or in error"),
        ];
        let signs: Vec<&str> = signs.iter().filter(|(is, _)| *is).map(|(_, words)| *words).collect();
        if signs.is_empty() {
            return;
        }
        let more = if self.options.verbose { "" } else { "; --verbose says more" };
        self.page.put(&Margin::default(), &Line::new().with(DIM, format!("{}{more}", signs.join(", "))));
    }

    /// Decisions one below the other, with an empty line after each that is told in full and takes more than one line.
    fn decisions(&mut self, decisions: &[&'a Decision]) {
        let mut long = false;
        for decision in decisions {
            if long {
                self.page.blank();
            }
            let before = self.page.lines();
            let in_full = self.decision(decision);
            long = in_full && self.page.lines() > before + 1;
        }
    }

    /// Says whether it is told in full.
    fn decision(&mut self, decision: &'a Decision) -> bool {
        match &decision.answers {
            Answers::One(answer) => {
                self.title(decision, Some(answer));
                let in_full = self.options.verbose || reading::worth_telling(decision, answer);
                if in_full {
                    self.answer(decision, answer, &Margin::spaces(2), None);
                } else if let Some(because) = reading::default_reason(answer) {
                    self.page.put(&Margin::spaces(2), &Line::new().with(DIM, because));
                }
                in_full
            }
            Answers::Each { answers, names } => {
                self.each(decision, answers, names);
                true
            }
        }
    }

    fn each(&mut self, decision: &'a Decision, answers: &'a [Answer], names: &'a [String]) {
        self.title(decision, None);
        if answers.is_empty() {
            self.page.put(&Margin::spaces(4), &Line::new().with(DIM, "the list is empty"));
        }
        for (answer, name) in answers.iter().zip(names) {
            let mut line = mark(answer).plain(name).plain(": ").with(BOLD, reading::verdict(answer));
            let by = reading::by(answer);
            if !by.is_empty() {
                line.push(DIM, format!("  by {}", by.join(", ")));
            }
            if let Some(because) = reading::default_reason(answer).filter(|_| !self.options.verbose) {
                line.push(DIM, format!("  {because}"));
            }
            if answer.provisional {
                line.push(OPEN, "  provisional");
            }
            self.page.put(&Margin::spaces(2).within("  "), &line);
            if self.options.verbose || !reading::settled(answer) {
                self.answer(decision, answer, &Margin::spaces(6), answer.record);
            }
        }
    }

    /// `● How discovery is paid for: waived  discovery.billing`
    fn title(&mut self, decision: &Decision, answer: Option<&Answer>) {
        let mut line = match answer {
            Some(answer) => mark(answer),
            None => Line::new().with(DIM, "● "),
        };
        let label = decision.label.as_ref().unwrap_or(&decision.name);
        line.push(page::PLAIN, label);
        if let Some(answer) = answer.filter(|a| !has_items(a)) {
            line.push(page::PLAIN, ": ");
            line.push(verdict_style(answer), reading::verdict(answer));
        }
        if answer.is_some_and(|a| a.provisional) {
            line.push(OPEN, " (provisional)");
        }
        if decision.label.is_some() {
            line.push(DIM, format!("  {}", decision.name));
        }
        self.page.put(&Margin::default().hanging(2), &line);
    }

    /// Every fact that some answer is missing, once, with the question that asks for it.
    fn missing(&mut self) {
        let mut facts = self.reading.missing();
        if facts.is_empty() {
            return;
        }
        self.page.blank();
        self.page.put(&Margin::default(), &Line::new().with(BOLD.underline(), "What is missing"));
        facts.sort_by_key(|(_, decisions)| std::cmp::Reverse(decisions.len()));
        let next = self.reading.data.next.as_deref();
        if let Some((fact, _)) = facts.iter().find(|(fact, _)| Some(fact.path.as_str()) == next && facts.len() > 1) {
            let line = Line::new().with(LINK.bold(), "ask first: ").plain(&fact.label);
            self.page.put(&Margin::default().within("→ "), &line.with(DIM, format!("  {}", fact.path)));
        }
        let most = if self.options.verbose { usize::MAX } else { MOST_FACTS };
        for (fact, decisions) in facts.iter().take(most) {
            let title = Line::new().with(OPEN, "? ").plain(&fact.label).with(DIM, format!("  {}", fact.path));
            self.page.put(&Margin::default().hanging(2), &title);
            let question = fact.ask.clone().unwrap_or_default();
            let mut line = Line::new().plain(question);
            let before = if fact.ask.is_some() { " " } else { "" };
            line.push(DIM, format!("{before}({})", fact.takes));
            if let Some(who) = &fact.judged_by {
                line.push(LINK, format!(" {who} judges"));
            }
            self.page.put(&Margin::spaces(4), &line);
            let more = match decisions.len().checked_sub(MOST_DECISIONS + 1) {
                Some(more) => format!(" and {} more", more + 1),
                None => String::new(),
            };
            let named = decisions.iter().take(MOST_DECISIONS).copied().collect::<Vec<_>>().join(", ");
            let for_what = format!("for: {named}{more}");
            self.page.put(&Margin::spaces(4), &Line::new().with(DIM, for_what));
        }
        if let Some(more) = facts.len().checked_sub(most.saturating_add(1)) {
            self.page.put(&Margin::default(), &Line::new().with(OPEN, format!("… and {} more", more + 1)));
        }
    }
}

/// Whether the answer is a set with items in it, which are listed below its title.
fn has_items(answer: &Answer) -> bool {
    answer.value.as_ref().and_then(|v| v.items.as_ref()).is_some_and(|items| !items.is_empty())
}

fn mark(answer: &Answer) -> Line {
    match answer.status {
        Status::Decided => Line::new().with(GOOD, "● "),
        Status::Default => Line::new().with(DIM, "○ "),
        Status::Undecided => Line::new().with(OPEN, "? "),
        Status::Conflict | Status::Error => Line::new().with(BAD, "✗ "),
    }
}

fn verdict_style(answer: &Answer) -> anstyle::Style {
    match answer.status {
        Status::Decided | Status::Default => BOLD,
        Status::Undecided => OPEN.bold(),
        Status::Conflict | Status::Error => BAD.bold(),
    }
}
