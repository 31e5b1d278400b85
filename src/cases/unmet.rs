//! Expectations that are not met.

use super::case::{Case, Wanted, Wish};
use crate::base::Span;
use crate::diagnostic::{Code, Diagnostic};
use crate::engine::{Answer, Answers, Decisions, State};
use crate::facts::{Schema, Type, TypeKind, Value};
use crate::policy::{Decision, Policy};
use crate::trace::data::Status;
use crate::trace::summary::{Entry, Summary};
use crate::trace::words;

/// An expectation that is not met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmet {
    /// `discovery.billing`, `instance.tier[0]`.
    pub name: String,
    /// What was expected of it.
    pub expected: String,
    /// What it is.
    pub actual: String,
    /// Both in a sentence.
    pub message: String,
    /// What it rests on, one line each: rules with their reasons, missing facts.
    pub reasons: Vec<String>,
    /// Where the expectation stands.
    pub span: Span,
}

impl Unmet {
    /// As a problem of the case's file.
    pub fn diagnostic(&self) -> Diagnostic {
        let problem = Diagnostic::error(Code::CaseUnmet, self.span, self.message.clone());
        let problem = problem.here(format!("expected {}", self.expected));
        self.reasons.iter().fold(problem, |problem, reason| problem.help(reason.clone()))
    }
}

/// The expectations of a case that its decisions do not meet. `summary` is that of the same decisions.
pub(super) fn unmet(policy: &Policy, case: &Case, decisions: &Decisions, summary: &Summary) -> Vec<Unmet> {
    let mut all = Vec::new();
    for expectation in &case.expect {
        let decision = &policy.decisions[expectation.decision];
        let Some(taken) = decisions.taken.iter().find(|taken| taken.decision == expectation.decision) else { continue };
        let mut compare = |name: String, wish: &Wish, answer: &Answer| {
            if let Some(entry) = summary.get(&name) {
                all.extend(Comparing { policy, decision, answer, entry, wish }.differences());
            }
        };
        match (&expectation.wanted, &taken.answers) {
            (Wanted::One(wish), Answers::One(answer)) => compare(decision.name.clone(), wish, answer),
            (Wanted::Each(each), Answers::Each(answers)) if each.wishes.len() == answers.len() => {
                for (i, (wish, answer)) in each.wishes.iter().zip(answers).enumerate() {
                    compare(format!("{}[{i}]", decision.name), wish, answer);
                }
            }
            (Wanted::Each(each), Answers::Each(answers)) => {
                all.push(count(decision, each.wishes.len(), &records(answers.len()), each.span));
            }
            (Wanted::Each(each), Answers::One(_)) => {
                all.push(count(decision, each.wishes.len(), "a list that is not known", each.span));
            }
            (Wanted::One(wish), Answers::Each(answers)) => {
                let actual = records(answers.len());
                let message = format!("`{}` is decided for {actual}, not for a list that is not known", decision.name);
                let expected = "a list that is not known".to_owned();
                let name = decision.name.clone();
                all.push(Unmet { name, expected, actual, message, reasons: Vec::new(), span: wish.span });
            }
        }
    }
    all
}

fn records(n: usize) -> String {
    words::count(n, "record", "records")
}

fn count(decision: &Decision, expected: usize, actual: &str, span: Span) -> Unmet {
    let expected = records(expected);
    Unmet {
        name: decision.name.clone(),
        message: format!("`{}` is decided for {actual}, not for {expected}", decision.name),
        expected,
        actual: actual.to_owned(),
        reasons: Vec::new(),
        span,
    }
}

/// One answer and what is expected of it.
struct Comparing<'a> {
    policy: &'a Policy,
    decision: &'a Decision,
    answer: &'a Answer,
    entry: &'a Entry,
    wish: &'a Wish,
}

impl Comparing<'_> {
    fn differences(&self) -> Vec<Unmet> {
        let wish = self.wish;
        if let Some(expected) = &wish.value
            && self.value() != Some(expected)
        {
            // Everything else follows from that.
            let expected = in_words(&self.policy.schema, &self.decision.ty, expected);
            return vec![self.unmet("is", self.verdict(), "not", expected)];
        }
        if let Some(expected) = wish.status
            && self.entry.status != expected
        {
            let (actual, expected) = (status(self.entry.status), status(expected));
            return vec![self.unmet("is", actual.to_owned(), "not", expected.to_owned())];
        }
        let mut all = Vec::new();
        if let Some(expected) = &wish.by {
            let standing = match &self.answer.state {
                State::Conflict(between) => between,
                State::Undecided(_) => &self.answer.certain,
                _ => &self.answer.by,
            };
            if !same(standing, expected) {
                let (actual, expected) = (self.rules(standing), self.rules(expected));
                all.push(self.unmet("comes about by", actual, "not by", expected));
            }
        }
        if let Some(expected) = &wish.missing
            && !same(&self.entry.missing, expected)
        {
            all.push(self.unmet("is missing", listed(&self.entry.missing), "not", listed(expected)));
        }
        if let Some(expected) = &wish.refer {
            let to = |refer: &String| refer.split_once(": ").map_or(refer.as_str(), |(to, _)| to).to_owned();
            let actual: Vec<String> = self.entry.refer.iter().map(to).collect();
            if !same(&actual, expected) {
                all.push(self.unmet("is referred to", nobody(&actual), "not to", nobody(expected)));
            }
        }
        all
    }

    fn value(&self) -> Option<&Value> {
        match &self.answer.state {
            State::Decided(value) | State::Default(value) => Some(value),
            _ => None,
        }
    }

    fn verdict(&self) -> String {
        match (self.entry.status, self.entry.outcome.as_str()) {
            (Status::Decided | Status::Default, outcome) => outcome.to_owned(),
            (other, "") => status(other).to_owned(),
            (other, outcome) => format!("{} ({outcome})", status(other)),
        }
    }

    fn rules(&self, places: &[u32]) -> String {
        let rules = &self.decision.rules.rules;
        let names: Vec<&str> =
            places.iter().filter_map(|&place| rules.get(place as usize)).map(|rule| rule.name.as_str()).collect();
        if names.is_empty() { "no rule".to_owned() } else { words::listed(&names, "and") }
    }

    fn unmet(&self, verb: &str, actual: String, not: &str, expected: String) -> Unmet {
        let name = self.entry.name.clone();
        let message = format!("`{name}` {verb} {actual}, {not} {expected}");
        let reasons = self.entry.to_string().lines().skip(1).map(|line| line.trim().to_owned()).collect();
        Unmet { name, expected, actual, message, reasons, span: self.wish.span }
    }
}

/// Whether both have the same members, in any order.
fn same<T: Ord + Clone>(a: &[T], b: &[T]) -> bool {
    let set = |all: &[T]| all.iter().cloned().collect::<std::collections::BTreeSet<T>>();
    set(a) == set(b)
}

fn listed<S: AsRef<str>>(names: &[S]) -> String {
    if names.is_empty() { "nothing".to_owned() } else { words::listed(names, "and") }
}

fn nobody(names: &[String]) -> String {
    if names.is_empty() { "nobody".to_owned() } else { words::listed(names, "and") }
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Default => "decided by default",
        Status::Conflict => "in conflict",
        Status::Error => "in error",
        decided => decided.word(),
    }
}

/// A value as a summary has it: items of a checklist by their names.
fn in_words(schema: &Schema, ty: &Type, value: &Value) -> String {
    match (value, &ty.kind) {
        (Value::Items(items), TypeKind::Items(id)) => {
            let variants = &schema.enumerations[*id].variants;
            let names: Vec<&str> =
                items.iter().filter_map(|i| variants.get(i as usize)).map(|v| v.name.as_str()).collect();
            if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
        }
        _ => words::value(schema, ty, value),
    }
}
