//! The decisions of one deal in few words, to be kept and compared: outcomes with the rules that gave them and why.
//!
//! A [`Summary`] is what a person who reviews a change wants to know of a deal, and nothing that changes without a
//! decision changing: no places, no hashes, no dates of making. It has a text form that [`Summary::read`] reads back,
//! and two of them give the [`changes`] between them.

mod change;
mod group;
#[cfg(test)]
mod tests;
mod text;

pub use change::{Change, Reworded, Tone, changes};
pub use group::{Group, Way, groups, listed};
pub use text::Malformed;

use super::data::{Answer, Answers, Decision, Evaluation, Status};
use super::{reading, words};

/// The decisions of one deal in few words, in the order of a report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// One for each answer.
    pub entries: Vec<Entry>,
}

/// One answer in few words. Every text is on one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// `discovery.billing`, `instance.tier[0]`.
    pub name: String,
    /// What people call the decision; its name where it has no label.
    pub label: String,
    /// How it ended.
    pub status: Status,
    /// The outcome with its unit; what is still possible, or what went wrong, where there is none.
    pub outcome: String,
    /// The rules that gave it, or that disagree.
    pub rules: Vec<Because>,
    /// Reasons that are those of no single rule: of the default, or of the decision as a whole.
    pub reasons: Vec<String>,
    /// The facts that are missing.
    pub missing: Vec<String>,
    /// The facts that are presumed, and that it leans on.
    pub presumed: Vec<String>,
    /// Who is to be asked, each with the question.
    pub refer: Vec<String>,
}

/// A rule and its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Because {
    /// The rule's name.
    pub rule: String,
    /// Its reason, where it has one.
    pub reason: Option<String>,
}

impl Summary {
    /// The decisions that were asked for, in few words.
    pub fn of(evaluation: &Evaluation) -> Summary {
        let mut entries = Vec::new();
        let mut decisions: Vec<&Decision> = evaluation.decisions.iter().collect();
        decisions.sort_by_key(|decision| decision.rank.unwrap_or(usize::MAX));
        for decision in decisions {
            match &decision.answers {
                Answers::One(answer) => entries.push(entry(decision, decision.name.clone(), answer)),
                Answers::Each { answers, .. } => {
                    let named = answers.iter().enumerate();
                    entries.extend(named.map(|(i, answer)| entry(decision, format!("{}[{i}]", decision.name), answer)));
                }
            }
        }
        Summary { entries }
    }

    /// The answer called `name`.
    pub fn get(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name == name)
    }
}

impl Entry {
    /// The decision's name, without the record that the answer is for.
    pub fn decision(&self) -> &str {
        self.name.split_once('[').map_or(&self.name, |(decision, _)| decision)
    }

    /// Whether it has an outcome.
    pub fn is_settled(&self) -> bool {
        matches!(self.status, Status::Decided | Status::Default)
    }
}

fn entry(decision: &Decision, name: String, answer: &Answer) -> Entry {
    let paths = |refs: &[super::data::FactRef]| refs.iter().map(|fact| fact.path.clone()).collect::<Vec<_>>();
    let reason_of = |rule: &str| {
        let reason = answer.reasons.iter().find(|reason| reason.rule.as_deref() == Some(rule));
        reason.and_then(|reason| reason.because.as_deref()).and_then(line)
    };
    let standing = answer.by.as_deref().or(answer.between.as_deref()).unwrap_or_default();
    let rules = standing.iter().map(|rule| Because { rule: rule.clone(), reason: reason_of(rule) });
    let whole = answer.reasons.iter().filter(|reason| reason.rule.is_none());
    let label = decision.label.as_deref().and_then(line);
    // What looks like the heading of a case is none.
    let label = label.map(|label| label.trim_start_matches(['=', ' ']).to_owned()).filter(|label| !label.is_empty());
    Entry {
        label: label.unwrap_or_else(|| decision.name.clone()),
        name,
        status: answer.status,
        outcome: line(&outcome(answer)).unwrap_or_default(),
        rules: rules.collect(),
        reasons: whole.filter_map(|reason| reason.because.as_deref().and_then(line)).collect(),
        missing: paths(answer.missing.as_deref().unwrap_or_default()),
        presumed: paths(&answer.presumed),
        refer: answer.refer.iter().filter_map(refer).collect(),
    }
}

fn refer(refer: &super::data::Refer) -> Option<String> {
    match &refer.text {
        Some(text) => line(&format!("{}: {text}", refer.to)),
        None => line(&refer.to),
    }
}

/// Text on one line without blanks around it, if that leaves anything.
fn line(text: &str) -> Option<String> {
    let text = words::on_one_line(text).trim().to_owned();
    if text.is_empty() { None } else { Some(text) }
}

fn outcome(answer: &Answer) -> String {
    match answer.status {
        Status::Decided | Status::Default => answer.value.as_ref().map_or_else(String::new, |value| {
            // The items of a checklist by their names, as in a policy and in `expect`.
            match (value.json.as_array(), &value.items) {
                (Some(names), Some(_)) if names.is_empty() => "nothing".to_owned(),
                (Some(names), Some(_)) => {
                    names.iter().map(|name| name.as_str().unwrap_or_default()).collect::<Vec<_>>().join(", ")
                }
                _ => value.words.clone(),
            }
        }),
        Status::Undecided => open(answer),
        Status::Conflict => {
            let mut outcomes: Vec<&str> = answer.reasons.iter().filter_map(|r| r.outcome.as_deref()).collect();
            outcomes.dedup();
            words::listed(&outcomes, "or")
        }
        Status::Error => answer.error.as_ref().map_or_else(String::new, |error| error.message.clone()),
    }
}

/// What may still come out.
fn open(answer: &Answer) -> String {
    if reading::is_gap(answer) {
        return "no rule speaks".to_owned();
    }
    let names = |items: &Option<Vec<super::data::Shown>>| -> Vec<String> {
        items.iter().flatten().map(|item| item.json.as_str().unwrap_or(&item.words).to_owned()).collect()
    };
    let (certain, open) = (names(&answer.certain), names(&answer.open));
    let mut parts = Vec::new();
    if let Some(possible) = &answer.possible {
        parts.extend(line(&reading::possibilities(possible)));
    }
    if !certain.is_empty() {
        parts.push(format!("{} for certain", certain.join(", ")));
    }
    if !open.is_empty() {
        parts.push(format!("perhaps {}", open.join(", ")));
    }
    parts.extend(reading::possible_states(answer));
    parts.join("; ")
}
