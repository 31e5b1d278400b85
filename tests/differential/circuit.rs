//! A policy as a circuit against its meaning: in complete deals every decision ends as the reference says.

use std::collections::BTreeMap;

use dealdesk::analysis::{Ending, Machine};
use dealdesk::facts::DateRange;
use proptest::test_runner::{RngAlgorithm, TestRng};

use crate::bridge::{Compiled, to_engine, to_val};
use crate::differential::try_these;
use crate::generate::dice::Dice;
use crate::generate::{Case, Cases};
use crate::reference::completions::{completions, texts, unknowns};
use crate::reference::deal::Deal;
use crate::reference::evaluate::{Outcome, World};

/// How many complete deals of one policy are tried.
const DEALS: usize = 400;
/// How many of them where there are too many to try them all.
const SAMPLES: usize = 40;

/// How often each ending was seen.
type Tally = BTreeMap<&'static str, usize>;

fn shown(outcome: &Outcome) -> (&'static str, String) {
    let sorted = |by: &[String]| {
        let mut by = by.to_vec();
        by.sort_unstable();
        by.join(", ")
    };
    match outcome {
        Outcome::Value { value, default: true, .. } => ("default", format!("default {value}")),
        Outcome::Value { value, by, .. } => ("decided", format!("{value} by {}", sorted(by))),
        Outcome::Gap => ("gap", "a gap".to_owned()),
        Outcome::Conflict(by) => ("conflict", format!("a conflict between {}", sorted(by))),
        Outcome::Error(_) => ("error", "an error".to_owned()),
    }
}

fn ended(compiled: &Compiled, name: &str, ending: &Ending) -> String {
    let policy = &compiled.policy;
    let id = policy.decision_by_name(name).unwrap();
    let decision = &policy.decisions[id];
    let rules = |by: &[u32]| by.iter().map(|&at| decision.rules.rules[at as usize].name.clone()).collect::<Vec<_>>();
    let value = |value| to_val(&policy.schema, &decision.ty, value);
    let outcome = match ending {
        Ending::Decided(v, by) => Outcome::Value { value: value(v), by: rules(by), default: false },
        Ending::Default(v) => Outcome::Value { value: value(v), by: Vec::new(), default: true },
        Ending::Gap => Outcome::Gap,
        Ending::Conflict(by) => Outcome::Conflict(rules(by)),
        Ending::Error => Outcome::Error(String::new()),
        Ending::NotAnalysed => return "not analysed".to_owned(),
    };
    shown(&outcome).1
}

fn try_case(case: &Case, compiled: &Compiled, scale: Scale, tally: &mut Tally) -> Vec<String> {
    let (pack, policy) = (compiled.pack(), &compiled.policy);
    let Some(machine) = Machine::new(policy, DateRange::ALL, &|| false) else {
        return vec!["there is no circuit".to_owned()];
    };
    let (base, unknown) = unknowns(&pack, &case.deal, true);
    let deals: Vec<Deal> = match scale {
        Scale::Tiny => {
            let texts = texts(&pack, &case.deal);
            let domains: Vec<_> = unknown.iter().map(|unknown| pack.domain(unknown.ty, &texts)).collect();
            let all = completions(&base, &unknown, &domains);
            let step = all.len().div_ceil(DEALS);
            all.into_iter().step_by(step).collect()
        }
        Scale::Wide => {
            let mut rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
            let mut dice = Dice(&mut rng);
            let sampler = case.sampler(&pack);
            (0..SAMPLES).map(|_| sampler.completion(&mut dice, &base, &unknown)).collect()
        }
    };
    let mut problems = Vec::new();
    for deal in deals {
        let world = World::new(&pack, &deal, case.as_of);
        let given = to_engine(&policy.schema, &deal);
        let Some(endings) = machine.endings(&given, case.as_of) else {
            *tally.entry("no code").or_default() += 1;
            continue;
        };
        for &name in pack.decisions.keys() {
            let got = &endings[&policy.decision_by_name(name).unwrap()];
            let expected = world.take(name);
            if expected.len() != got.len() {
                problems.push(format!("{name}: {} answers, not {}", got.len(), expected.len()));
                continue;
            }
            for (expected, got) in expected.iter().zip(got) {
                if *got == Ending::NotAnalysed {
                    *tally.entry("not analysed").or_default() += 1;
                    continue;
                }
                let (kind, expected) = shown(expected);
                *tally.entry(kind).or_default() += 1;
                let got = ended(compiled, name, got);
                if got != expected {
                    let deal = crate::reference::Val::List(vec![deal.clone()]);
                    problems.push(format!("{name}: {got}, not {expected}\n  with {deal}"));
                }
            }
        }
        if problems.len() > 3 {
            break;
        }
    }
    problems
}

#[derive(Clone, Copy)]
enum Scale {
    Tiny,
    Wide,
}

#[test]
fn a_circuit_ends_as_the_reference_does() {
    let mut tally = Tally::new();
    let cases = Cases { completions: Some(2_000) };
    try_these(1_500, &cases, |case, compiled| try_case(case, compiled, Scale::Tiny, &mut tally));
    check(&tally);
}

#[test]
fn a_circuit_of_wide_facts_ends_as_the_reference_does() {
    let mut tally = Tally::new();
    try_these(300, &Cases { completions: None }, |case, compiled| try_case(case, compiled, Scale::Wide, &mut tally));
    check(&tally);
}

/// Nearly everything is analysed, and every kind of ending was seen often.
fn check(tally: &Tally) {
    println!("{tally:#?}");
    let all: usize = tally.values().sum();
    for kind in ["decided", "default", "gap", "conflict", "error"] {
        assert!(tally.get(kind).copied().unwrap_or(0) * 100 >= all, "few end in {kind}");
    }
    for (kind, most) in [("not analysed", 50), ("no code", 1_000)] {
        assert!(tally.get(kind).copied().unwrap_or(0) * most <= all, "many are {kind}");
    }
}
