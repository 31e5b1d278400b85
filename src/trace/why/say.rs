//! The sentences of "why this".

use crate::facts::Element;
use crate::trace::data::{Answer, Decision, Kind, Node, NodeKind, NodeState, Notes, Reason, Rule, RuleState, Status};
use crate::trace::page::{Line, Margin, Page};
use crate::trace::reading::{self, Reading};
use crate::trace::words;

/// How many facts are told that made one condition come out as it did.
const MOST_LEAVES: usize = 20;

/// An account of one answer.
pub(super) struct Account<'a> {
    pub(super) reading: Reading<'a>,
    pub(super) decision: &'a Decision,
    pub(super) answer: &'a Answer,
    pub(super) record: Option<Element>,
    of: Option<&'a str>,
    page: Page,
}

impl<'a> Account<'a> {
    pub(super) fn new(
        reading: Reading<'a>,
        decision: &'a Decision,
        answer: &'a Answer,
        record: Option<Element>,
        of: Option<&'a str>,
    ) -> Account<'a> {
        Account { reading, decision, answer, record, of, page: Page::new(false) }
    }

    pub(super) fn finish(self) -> String {
        let text = self.page.finish();
        format!("{}\n", text.trim_end())
    }

    /// What the decision is called: `How discovery is paid for (discovery.billing)`.
    pub(super) fn subject(&self) -> String {
        let label = self.decision.label.as_ref().map(|label| format!("{label} ({})", self.decision.name));
        let label = label.unwrap_or_else(|| format!("`{}`", self.decision.name));
        match self.of {
            Some(of) => format!("{label} of {of}"),
            None => label,
        }
    }

    pub(super) fn say(&mut self, text: impl AsRef<str>) {
        self.page.put(&Margin::default(), &Line::new().plain(text));
    }

    pub(super) fn bullet(&mut self, text: impl AsRef<str>) {
        self.page.put(&Margin::default().within("- "), &Line::new().plain(text));
    }

    pub(super) fn below(&mut self, text: impl AsRef<str>) {
        self.page.put(&Margin::spaces(2).within("- "), &Line::new().plain(text));
    }

    pub(super) fn gap(&mut self) {
        self.page.blank();
    }

    pub(super) fn rules(&self) -> &'a [Rule] {
        self.answer.trace.as_ref().map(|t| t.rules.as_slice()).unwrap_or_default()
    }

    pub(super) fn why(&mut self) {
        let subject = self.subject();
        match self.answer.status {
            Status::Decided | Status::Default => {
                let provisional = if self.answer.provisional { ", provisionally" } else { "" };
                self.say(format!("{subject} is {}{provisional}.", reading::verdict(self.answer)));
                self.settled();
            }
            Status::Undecided => {
                self.say(format!("{subject} is undecided."));
                self.undecided();
            }
            Status::Conflict => {
                self.say(format!("{subject} is in conflict: rules that stand disagree."));
                self.gap();
                for rule in self.rules().iter().filter(|r| r.state == RuleState::Stands) {
                    self.standing(rule);
                }
            }
            Status::Error => {
                self.say(format!("{subject} ends in an error."));
                self.fault();
            }
        }
        self.after();
    }

    fn settled(&mut self) {
        let answer = self.answer;
        self.gap();
        if let Some(rubric) = answer.trace.as_ref().and_then(|t| t.rubric.as_ref()) {
            let distance = reading::distance(rubric);
            let distance = if distance.is_empty() { String::new() } else { format!(": {}", distance.join("; ")) };
            self.say(format!("The score is {}{distance}.", reading::share(&rubric.score)));
            for criterion in &rubric.criteria {
                let label = criterion.label.as_ref().unwrap_or(&criterion.name);
                self.bullet(format!("{label} brings {}", reading::share(&criterion.points)));
            }
            self.gap();
        }
        if let Some(computed) = answer.trace.as_ref().and_then(|t| t.computed.as_ref()) {
            self.say(format!("It is computed as {}.", computed.text));
            self.behind(computed, Account::bullet);
            self.gap();
        }
        let standing: Vec<&Rule> = self.rules().iter().filter(|r| r.state == RuleState::Stands).collect();
        for rule in &standing {
            self.standing(rule);
        }
        if self.decision.kind == Kind::Checklist && standing.is_empty() && answer.trace.is_some() {
            self.say("No item applies.");
            for rule in self.rules() {
                self.fallen(rule);
            }
        }
        let default = answer.trace.as_ref().and_then(|t| t.default.as_ref());
        if let Some(default) = default.filter(|d| d.stands) {
            self.say(match self.decision.kind {
                Kind::Gate => "Every requirement is met.".to_owned(),
                _ => "No rule stands, so the default holds.".to_owned(),
            });
            self.notes(&default.notes);
            for rule in self.rules() {
                self.fallen(rule);
            }
        }
        for rule in self.rules().iter().filter(|r| r.state == RuleState::Overridden) {
            let (word, outcome) = (rule.kind, said(&rule.outcome));
            let by = named(&rule.overridden_by);
            self.say(match self.decision.kind {
                Kind::Gate => format!("The {word} `{}` fails too, which alone would give {outcome}.", rule.name),
                _ => format!("The {word} `{}` applies too and would give {outcome}, but {by} overrides it.", rule.name),
            });
            self.notes(&rule.notes);
        }
        if answer.trace.is_none() {
            for reason in &answer.reasons {
                self.bullet(sentence(reason.because.as_deref(), reason));
            }
        } else if let Some(trace) = &answer.trace {
            self.notes(&trace.notes);
        }
    }

    /// A rule that stands: what it gives, why, and what made it apply.
    fn standing(&mut self, rule: &'a Rule) {
        let outcome = said(&rule.outcome);
        self.say(match self.decision.kind {
            Kind::Gate => format!("The requirement `{}` fails, which gives {outcome}.", rule.name),
            Kind::Checklist => {
                format!("{} applies.", rule.label.clone().unwrap_or_else(|| format!("`{}`", rule.name)))
            }
            Kind::Rubric => format!("The score reaches the band {}.", rule.name),
            Kind::Table => format!("The row `{}` matches and gives {outcome}.", rule.name),
            Kind::Rules | Kind::Computed => format!("The rule `{}` stands and gives {outcome}.", rule.name),
        });
        self.notes(&rule.notes);
        if self.decision.kind == Kind::Rubric {
            return;
        }
        match rule.when.as_ref().or(rule.requires.as_ref()) {
            Some(condition) => self.behind(condition, Account::bullet),
            None => self.bullet("it always applies"),
        }
        if rule.outcome.kind != NodeKind::Literal && rule.outcome.state != NodeState::NotNeeded {
            self.bullet(format!("{} comes to {outcome}", rule.outcome.text));
            self.behind(&rule.outcome, Account::below);
        }
    }

    /// A rule that does not stand: what it would have given, and what keeps it from it.
    pub(super) fn fallen(&mut self, rule: &'a Rule) {
        let (outcome, word, name) = (said(&rule.outcome), rule.kind, &rule.name);
        let would = match self.decision.kind {
            Kind::Checklist => format!("The item `{name}` "),
            Kind::Rubric if outcome == *name => format!("The band `{name}` "),
            _ => format!("The {word} `{name}` would give {outcome}, but "),
        };
        match rule.state {
            RuleState::DoesNotApply if self.decision.kind == Kind::Gate => {
                let Some(required) = &rule.requires else { return };
                self.bullet(format!("{would}it is met, as `{}` holds.", required.text));
                self.behind(required, Account::below);
            }
            RuleState::DoesNotApply => {
                let Some(condition) = &rule.when else { return };
                let failing = failing(condition);
                let texts: Vec<String> = failing.iter().map(|n| format!("`{}`", n.text)).collect();
                let hold = if failing.len() == 1 { "does not hold" } else { "do not hold" };
                let it = if would.ends_with("but ") { "it " } else { "" };
                self.bullet(format!("{would}{it}does not apply, as {} {hold}.", words::listed(&texts, "and")));
                for node in failing {
                    self.behind(node, Account::below);
                }
            }
            RuleState::Overridden => {
                let by = named(&rule.overridden_by);
                let fails = if self.decision.kind == Kind::Gate { "fails" } else { "applies" };
                self.bullet(format!("The {word} `{name}` {fails} and would give {outcome}, but {by} overrides it."));
                for name in &rule.overridden_by {
                    let because = self.rules().iter().find(|r| &r.name == name).and_then(|r| r.notes.because.clone());
                    if let Some(because) = because {
                        self.below(format!("`{name}`: {because}"));
                    }
                }
            }
            RuleState::Unknown => {
                self.bullet(format!(
                    "The {word} `{name}` would give {outcome}; what is missing decides whether it stands."
                ));
            }
            RuleState::NotInForce => {
                let from = rule.from.as_ref().map(|d| format!(" from {d}")).unwrap_or_default();
                let until = rule.until.as_ref().map(|d| format!(" until {d}")).unwrap_or_default();
                let date = &self.reading.data.as_of;
                self.bullet(format!("{would}it is in force only{from}{until}, and the date is {date}."));
            }
            RuleState::NotReached => {
                let first = self.rules().iter().find(|r| matches!(r.state, RuleState::Stands | RuleState::Unknown));
                let first = first.map(|r| format!("`{}`", r.name)).unwrap_or_else(|| format!("another {word}"));
                self.bullet(format!("{would}{first} comes before it and matches."));
            }
            RuleState::Stands => {
                self.bullet(format!("The {word} `{name}` stands and gives {outcome}, but others that stand disagree."));
                let notes = &rule.notes;
                if let Some(because) = &notes.because {
                    self.below(because);
                }
            }
            RuleState::Error => self.bullet(format!("{would}it ends in an error.")),
        }
    }

    pub(super) fn undecided(&mut self) {
        let answer = self.answer;
        if reading::is_gap(answer) {
            let word = self.decision.kind.rule_word();
            self.say(format!("All that it needs is known, and no {word} speaks."));
            self.gap();
            for rule in self.rules() {
                self.fallen(rule);
            }
            return;
        }
        if let Some(possible) = &answer.possible {
            self.say(format!("It may be {}.", reading::possibilities(possible)));
        }
        if let Some(states) = reading::possible_states(answer) {
            self.say(format!("{}.", reading::capitalized(&states)));
        }
        if let Some(rubric) = answer.trace.as_ref().and_then(|t| t.rubric.as_ref()) {
            self.say(format!("The score is {} so far; {}.", reading::share(&rubric.score), reading::bands(rubric)));
        }
        self.gap();
        self.say("What would settle it:");
        for fact in answer.missing.iter().flatten() {
            let ask = fact.ask.as_ref().map(|ask| format!(": {ask}")).unwrap_or_default();
            let judged = fact.judged_by.as_ref().map(|who| format!(" ({who} judges)")).unwrap_or_default();
            self.bullet(format!("{} ({}){ask}{judged}", fact.label, fact.path));
        }
    }

    fn fault(&mut self) {
        let Some(fault) = &self.answer.error else { return };
        self.gap();
        let at = fault.at.as_ref().map(|at| format!(" ({})", reading::place(at))).unwrap_or_default();
        self.say(format!("`{}`: {}{at}", fault.expression, fault.message));
        for operand in &fault.values {
            self.bullet(format!("{} is {}", operand.expression, operand.value.words));
        }
    }

    /// What the answer leans on, and who is to be asked.
    fn after(&mut self) {
        let answer = self.answer;
        if !answer.presumed.is_empty() || !answer.refer.is_empty() {
            self.gap();
        }
        for fact in &answer.presumed {
            let value = fact.presumed.as_deref().unwrap_or("a value");
            self.say(format!(
                "It is provisional: nobody said, so {} ({}) is presumed to be {value}.",
                fact.label, fact.path
            ));
        }
        for refer in &answer.refer {
            let text = refer.text.as_ref().map(|text| format!(": {text}")).unwrap_or_default();
            self.say(format!("Ask {}{text}", refer.to));
        }
    }

    /// `Channel (deal.channel) is tender, city-tender.ron:12:18`; a decision of another record says of which.
    fn leaf(&self, leaf: &Node, record: Option<Element>) -> String {
        let name = match leaf.kind {
            NodeKind::Fact => leaf.name.clone().unwrap_or_else(|| leaf.text.clone()),
            NodeKind::Decision if self.reading.is_per_record(&leaf.text) => match record {
                Some(record) => format!("{}[{}]", leaf.text, record.index),
                None => leaf.text.clone(),
            },
            _ => leaf.text.clone(),
        };
        let subject = match &leaf.label {
            Some(label) => format!("{label} ({name})"),
            None => name,
        };
        let source = reading::source(leaf).map(|source| format!(", {source}")).unwrap_or_default();
        format!("{subject} is {}{source}", reading::outcome(leaf))
    }

    /// The reason and its citations.
    pub(super) fn notes(&mut self, notes: &Notes) {
        let reason = Reason {
            rule: None,
            label: None,
            outcome: None,
            because: notes.because.clone(),
            cites: notes.cites.clone(),
        };
        if notes.because.is_some() || !notes.cites.is_empty() {
            self.page.put(&Margin::spaces(2), &Line::new().plain(sentence(notes.because.as_deref(), &reason)));
        }
    }

    /// The facts and decisions that made an expression come out as it did.
    pub(super) fn behind(&mut self, node: &'a Node, put: fn(&mut Account<'a>, String)) {
        let leaves = self.reading.behind(node, self.record);
        for (leaf, record) in leaves.iter().take(MOST_LEAVES) {
            put(self, self.leaf(leaf, *record));
        }
        if let Some(more) = leaves.len().checked_sub(MOST_LEAVES + 1) {
            put(self, format!("and {} more", more + 1));
        }
    }
}

/// The conditions that fail, as far down as they are joined by `and` and `or`.
fn failing(condition: &Node) -> Vec<&Node> {
    match condition.kind {
        NodeKind::And => reading::decisive(condition).into_iter().flat_map(failing).collect(),
        _ => vec![condition],
    }
}

/// The outcome of a rule, evaluated or as it is written.
pub(super) fn said(outcome: &Node) -> String {
    if outcome.state == NodeState::NotNeeded { outcome.text.clone() } else { reading::outcome(outcome) }
}

fn named(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    words::listed(&names, "and")
}

fn sentence(because: Option<&str>, reason: &Reason) -> String {
    let cites: Vec<String> = reason.cites.iter().map(reading::cite).collect();
    match (because, cites.is_empty()) {
        (Some(because), true) => because.to_owned(),
        (Some(because), false) => format!("{because} [{}]", cites.join("; ")),
        (None, _) => format!("[{}]", cites.join("; ")),
    }
}
