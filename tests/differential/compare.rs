//! Whether the engine's answers are those of the reference, in everything that an answer says.

use std::collections::{BTreeMap, BTreeSet};

use dealdesk::engine::{self, FaultKind, Possible};
use dealdesk::facts;
use dealdesk::policy::{DecisionId, Policy};

use crate::bridge::{path, to_val};
use crate::reference::{Answer, Answers, State, Undecided, Val};

/// The engine lists at least so many numbers or dates before it says only between which ends they lie.
const LISTED: usize = 20;

/// What differs, in words. `expected` is the reference's.
pub fn differences(policy: &Policy, expected: &BTreeMap<String, Answers>, got: &engine::Decisions) -> Vec<String> {
    let mut all = Vec::new();
    for taken in &got.taken {
        let compare = Compare { policy, decision: taken.decision };
        let name = &policy.decisions[taken.decision].name;
        match (&expected[name], &taken.answers) {
            (Answers::One(expected), engine::Answers::One(got)) => compare.one(name, expected, got, &mut all),
            (Answers::Each(expected), engine::Answers::Each(got)) if expected.len() == got.len() => {
                for (at, (expected, got)) in expected.iter().zip(got).enumerate() {
                    compare.one(&format!("{name} of record {at}"), expected, got, &mut all);
                }
            }
            (expected, got) => all.push(format!("{name}: expected {expected:?}, got {got:?}")),
        }
    }
    let seen: BTreeSet<&String> = got.taken.iter().map(|t| &policy.decisions[t.decision].name).collect();
    let unseen = expected.keys().filter(|name| !seen.contains(name));
    all.extend(unseen.map(|name| format!("{name} has no answer")));
    all
}

/// What every decision was answered, in words and without the reasons of errors, by its name and record.
pub fn said(policy: &Policy, decisions: &engine::Decisions) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for taken in &decisions.taken {
        let compare = Compare { policy, decision: taken.decision };
        let name = &policy.decisions[taken.decision].name;
        match &taken.answers {
            engine::Answers::One(answer) => drop(all.insert(name.clone(), compare.said(answer))),
            engine::Answers::Each(each) => {
                all.extend(each.iter().enumerate().map(|(at, answer)| (format!("{name}[{at}]"), compare.said(answer))));
            }
        }
    }
    all
}

struct Compare<'a> {
    policy: &'a Policy,
    decision: DecisionId,
}

impl Compare<'_> {
    fn one(&self, name: &str, expected: &Answer, got: &engine::Answer, all: &mut Vec<String>) {
        let mut differ = |what: &str, expected: String, got: String| {
            if expected != got {
                all.push(format!("{name}, {what}: expected {expected}, got {got}"));
            }
        };
        differ("state", self.expected_state(&expected.state, &got.state), self.state(&got.state));
        differ("exact", "true".into(), got.exact.to_string());
        differ("by", list(&expected.by), list(&self.rules(&got.by)));
        differ("certain", list(&expected.certain), list(&self.rules(&got.certain)));
        let presumed = got.presumed.iter().map(|p| path(&self.policy.schema, *p)).collect();
        differ("presumed", list(&expected.presumed), list(&presumed));
    }

    fn said(&self, answer: &engine::Answer) -> String {
        let state = match &answer.state {
            engine::State::Error(_) => "error".to_owned(),
            state => self.state(state),
        };
        let presumed = answer.presumed.iter().map(|p| path(&self.policy.schema, *p)).collect();
        let (by, certain) = (self.rules(&answer.by), self.rules(&answer.certain));
        format!("{state}; by {}; certainly {}; leans on {}", list(&by), list(&certain), list(&presumed))
    }

    fn rules(&self, places: &[u32]) -> BTreeSet<String> {
        assert!(places.is_sorted(), "rules come in order: {places:?}");
        let rules = &self.policy.decisions[self.decision].rules.rules;
        places.iter().map(|place| rules[*place as usize].name.clone()).collect()
    }

    fn value(&self, value: &facts::Value) -> Val {
        to_val(&self.policy.schema, &self.policy.decisions[self.decision].ty, value)
    }

    fn state(&self, state: &engine::State) -> String {
        match state {
            engine::State::Decided(value) => format!("decided {}", self.value(value)),
            engine::State::Default(value) => format!("default {}", self.value(value)),
            engine::State::Conflict(rules) => format!("conflict between {}", list(&self.rules(rules))),
            engine::State::Error(fault) => format!("error: {}", self.why(fault)),
            engine::State::Undecided(open) => {
                let missing = open.missing.iter().map(|p| path(&self.policy.schema, *p)).collect();
                let states = states(open.gap, open.conflict, open.error);
                format!("undecided, missing {}, possible {}{states}", list(&missing), self.possible(&open.possible))
            }
        }
    }

    fn possible(&self, possible: &Possible) -> String {
        match possible {
            Possible::Values(values) => {
                assert!(values.is_sorted(), "possible values come in order: {values:?}");
                set(&values.iter().map(|v| self.value(v)).collect())
            }
            Possible::Range { low, high, none } => {
                format!("{}..{}{}", self.value(low), self.value(high), if *none { " or none" } else { "" })
            }
            Possible::Items { certain, open } => {
                let items = |items: &facts::ItemSet| self.value(&facts::Value::Items(items.clone()));
                format!("{} and perhaps {}", items(certain), items(open))
            }
        }
    }

    /// The expected state in the form in which the engine says it: there are several for what is possible.
    fn expected_state(&self, state: &State, got: &engine::State) -> String {
        match state {
            State::Decided(value) => format!("decided {value}"),
            State::Default(value) => format!("default {value}"),
            State::Conflict(rules) => format!("conflict between {}", list(rules)),
            // The engine names one reason: any of those that some completion has.
            State::Error(reasons) => match got {
                engine::State::Error(fault) if reasons.contains(&self.why(fault)) => self.state(got),
                _ => format!("error: {}", list(reasons)),
            },
            State::Undecided(open) => {
                let possible = match got {
                    engine::State::Undecided(got) => expected_possible(open, &got.possible),
                    _ => set(&open.possible),
                };
                let states = states(open.gap, open.conflict, open.error);
                format!("undecided, missing {}, possible {possible}{states}", list(&open.missing))
            }
        }
    }

    /// Why an expression has no value, in the words of the reference.
    fn why(&self, fault: &engine::Fault) -> String {
        let policy = self.policy;
        let decision = |id: &DecisionId| &policy.decisions[*id].name;
        match &fault.kind {
            FaultKind::Number(error) => error.to_string(),
            FaultKind::OutOfRange(value) | FaultKind::TooManyDecimals(value) => {
                format!("{} does not fit its type", to_val(&policy.schema, &policy.exprs[fault.expr].ty, value))
            }
            FaultKind::DateOutOfRange => "the date is out of range".to_owned(),
            FaultKind::NotYetInForce(constant, _) => {
                format!("{} is not yet in force", policy.constants[*constant].name)
            }
            FaultKind::NeedsConflict(id) => format!("needs {}, which is in conflict", decision(id)),
            FaultKind::NeedsError(id) => format!("needs {}, which is in error", decision(id)),
            FaultKind::LookupGap(id) => format!("no row of {} matches", policy.lookups[*id].name),
            FaultKind::LookupConflict(id) => format!("rows of {} disagree", policy.lookups[*id].name),
            other => format!("{other:?}"),
        }
    }
}

fn expected_possible(expected: &Undecided, got: &Possible) -> String {
    let values = &expected.possible;
    match got {
        Possible::Range { .. } => {
            let none = if values.contains(&Val::None) { " or none" } else { "" };
            let some: BTreeSet<&Val> = values.iter().filter(|v| **v != Val::None).collect();
            match (some.first(), some.last()) {
                (Some(low), Some(high)) if some.len() > LISTED => {
                    format!("{low}..{high}{none}")
                }
                _ => set(values),
            }
        }
        Possible::Items { .. } => {
            let sets: Vec<&BTreeSet<String>> = values.iter().map(items).collect();
            let certain = sets.iter().copied().cloned().reduce(|a, b| &a & &b).unwrap_or_default();
            let open: BTreeSet<String> = sets.iter().flat_map(|set| *set - &certain).collect();
            format!("{} and perhaps {}", Val::Items(certain), Val::Items(open))
        }
        Possible::Values(_) => set(values),
    }
}

fn items(value: &Val) -> &BTreeSet<String> {
    match value {
        Val::Items(items) => items,
        other => panic!("{other} is no set of items"),
    }
}

fn list(names: &BTreeSet<String>) -> String {
    names.iter().cloned().collect::<Vec<_>>().join(", ")
}

fn set(values: &BTreeSet<Val>) -> String {
    format!("[{}]", values.iter().map(Val::to_string).collect::<Vec<_>>().join(", "))
}

fn states(gap: bool, conflict: bool, error: bool) -> String {
    let word = |is: bool, word: &'static str| if is { word } else { "" };
    format!("{}{}{}", word(gap, ", or a gap"), word(conflict, ", or a conflict"), word(error, ", or an error"))
}
