//! What is said of an answer besides its value.

use serde::Serialize;

use super::tally::Outcomes;
use crate::trace::data::{Answer, Fault, Reason, Status};

/// An answer as it stands in JSON: some of what `eval` says of it, in the same words.
#[derive(Serialize)]
pub(super) struct Said<'a> {
    status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<Vec<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    between: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a Fault>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provisional: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    presumed: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exact: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasons: Option<Vec<String>>,
}

impl<'a> Said<'a> {
    pub(super) fn of(answer: &'a Answer, reasons: bool) -> Said<'a> {
        Said {
            status: answer.status,
            value: answer.value.as_ref().map(|value| &value.json),
            missing: answer.missing.as_ref().map(|_| answer.missing_paths()),
            between: answer.between.as_deref(),
            error: answer.error.as_ref(),
            provisional: answer.provisional.then_some(true),
            presumed: presumed(answer),
            exact: (!answer.exact).then_some(false),
            reasons: reasons.then(|| self::reasons(answer)),
        }
    }
}

fn presumed(answer: &Answer) -> Vec<&str> {
    answer.presumed.iter().map(|fact| fact.path.as_str()).collect()
}

/// The rules that stand or disagree, or the default, each with its reason.
pub(super) fn reasons(answer: &Answer) -> Vec<String> {
    let said = answer.reasons.iter().filter_map(reason);
    // Rules that give no reason are named all the same.
    let rules = answer.by.iter().chain(&answer.between).flatten();
    let silent = rules.filter(|rule| !answer.reasons.iter().any(|reason| reason.rule.as_ref() == Some(rule)));
    said.chain(silent.cloned()).collect()
}

fn reason(reason: &Reason) -> Option<String> {
    match (&reason.rule, &reason.because) {
        (Some(rule), Some(because)) => Some(format!("{rule}: {because}")),
        (Some(rule), None) => Some(rule.clone()),
        (None, because) => because.clone(),
    }
}

/// What a person wants to know of an answer besides its value, in a few words.
pub(super) fn details(answer: &Answer) -> String {
    let mut said = Vec::new();
    match answer.status {
        Status::Undecided => said.push(match answer.missing_paths().as_slice() {
            [] => "no rule applies".to_owned(),
            missing => format!("missing: {}", missing.join(", ")),
        }),
        Status::Conflict => {
            said.push(format!("between: {}", answer.between.as_deref().unwrap_or_default().join(", ")));
        }
        Status::Error => said.extend(answer.error.as_ref().map(|fault| fault.message.clone())),
        Status::Decided | Status::Default => {}
    }
    if answer.provisional {
        said.push(format!("presumed: {}", presumed(answer).join(", ")));
    }
    if !answer.exact {
        said.push("not exact".to_owned());
    }
    said.join("; ")
}

/// Counts an answer.
pub(super) fn count(answer: &Answer, names: &[Box<str>], outcomes: &mut Outcomes) {
    outcomes.provisional += u64::from(answer.provisional);
    match answer.status {
        Status::Decided | Status::Default => match answer.value.as_ref().map(|value| &value.json) {
            None | Some(serde_json::Value::Null) => outcomes.none += 1,
            Some(serde_json::Value::Bool(truth)) => outcomes.value(usize::from(*truth)),
            // A text may be called as a variant is, but then there are no names.
            Some(serde_json::Value::String(name)) => {
                outcomes.value(names.iter().position(|known| **known == **name).unwrap_or(0));
            }
            Some(_) => outcomes.value(0),
        },
        Status::Undecided if answer.missing.as_ref().is_some_and(Vec::is_empty) => outcomes.gap += 1,
        Status::Undecided => outcomes.undecided += 1,
        Status::Conflict => outcomes.conflict += 1,
        Status::Error => outcomes.error += 1,
    }
}
