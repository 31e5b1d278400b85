//! Why something is asked.

use crate::analysis::interview::{Choice, Settings, Want, reads};
use crate::engine::{self, Options, RuleState};
use crate::facts::FactId;
use crate::pack::Deal;
use crate::policy::{Policy, Shape};
use crate::trace::data::{Answer, Answers, Kind};
use crate::trace::possibilities;

/// A decision that needs the fact that is asked for.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Need {
    /// Its name, with the record that it is about: `instance.tier[0]`.
    pub decision: String,
    /// What people call it.
    pub label: String,
    /// What is still possible, in words; empty where no value is.
    pub possible: String,
    /// What reads the fact and is not settled: rules of this decision and of those that it rests on.
    pub rules: Vec<NeededBy>,
}

/// Something of a decision that reads a fact.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct NeededBy {
    /// The decision that it belongs to, as people call it.
    pub of: String,
    /// `rule`, `band`, `requirement`, `row` or `item`; `calculation` for a decision that is computed.
    pub kind: &'static str,
    /// Its name; empty for a calculation.
    pub name: String,
    /// What people call it.
    pub label: Option<String>,
    /// Its reason.
    pub because: Option<String>,
}

/// The decisions that need what is asked for, in the order of the policy.
pub(super) fn needs(deal: &Deal, settings: &Settings, choice: &Choice) -> Vec<Need> {
    choice.wanted_by.iter().map(|want| need(deal, settings, choice.path.fact, *want)).collect()
}

fn need(deal: &Deal, settings: &Settings, fact: FactId, want: Want) -> Need {
    let policy = deal.pack().policy();
    let options = Options { strict: settings.strict, only: Some(vec![want.decision]), ..Options::default() };
    let decisions = deal.decide_with(settings.as_of, &options);
    let answer = decisions.data().decisions.first().and_then(|d| match &d.answers {
        Answers::One(answer) => Some(&**answer),
        Answers::Each { answers, .. } => answers.get(want.record? as usize),
    });
    let mut rules = Vec::new();
    for taken in &decisions.taken().taken {
        let answers = match &taken.answers {
            engine::Answers::One(answer) => std::slice::from_ref(answer),
            // Of records only the one asked about, where it is one of those.
            engine::Answers::Each(answers) => match want.record.filter(|_| taken.requested) {
                Some(record) => answers.get(record as usize..=record as usize).unwrap_or_default(),
                None => answers.as_slice(),
            },
        };
        readers(policy, fact, taken.decision, answers, &mut rules);
    }
    let decision = &policy.decisions[want.decision];
    let name = match want.record {
        Some(record) => format!("{}[{record}]", decision.name),
        None => decision.name.clone(),
    };
    Need {
        label: decision.label.clone().unwrap_or_else(|| decision.name.clone()),
        decision: name,
        possible: answer.map(possible).unwrap_or_default(),
        rules,
    }
}

fn possible(answer: &Answer) -> String {
    if let Some(possible) = &answer.possible {
        return possibilities(possible);
    }
    let items: Vec<&str> = answer.open.iter().flatten().map(|item| item.words.as_str()).collect();
    if items.is_empty() { String::new() } else { format!("with or without {}", items.join(", ")) }
}

/// What of a decision reads the fact, and is open in one of its answers.
fn readers(
    policy: &Policy,
    fact: FactId,
    id: crate::policy::DecisionId,
    answers: &[engine::Answer],
    out: &mut Vec<NeededBy>,
) {
    let decision = &policy.decisions[id];
    let of = decision.label.clone().unwrap_or_else(|| decision.name.clone());
    if let Shape::Computed(body) = decision.shape {
        if reads(policy, body, fact) {
            out.push(NeededBy { of, kind: "calculation", name: String::new(), label: None, because: None });
        }
        return;
    }
    let kind = Kind::of(&decision.shape).rule_word();
    for (place, rule) in decision.rules.rules.iter().enumerate() {
        let is_open = answers.iter().filter_map(|a| a.explanation.as_ref()?.rules.get(place)).any(|record| {
            matches!(record.state, RuleState::Unknown | RuleState::NotReached)
                || record.state == RuleState::Stands && reads(policy, rule.outcome, fact)
        });
        if is_open && rule.condition.into_iter().chain([rule.outcome]).any(|expr| reads(policy, expr, fact)) {
            out.push(NeededBy {
                of: of.clone(),
                kind,
                name: rule.name.clone(),
                label: rule.label.clone(),
                because: rule.notes.because.clone(),
            });
        }
    }
}
