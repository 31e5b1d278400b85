//! The differential tests.

use std::cell::RefCell;
use std::collections::BTreeMap;

use dealdesk::engine::{self, Options};
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};

use crate::bridge::{Compiled, to_engine};
use crate::compare::differences;
use crate::generate::{Case, Cases};
use crate::reference::{self, Answer, Answers, State};

/// Tries random cases with so few completions that each can be tried. `check` says what is wrong with one, in words.
pub fn try_cases(cases: u32, completions: usize, check: impl FnMut(&Case, &Compiled) -> Vec<String>) {
    try_these(cases, &Cases { completions: Some(completions) }, check);
}

/// Tries so many of these random cases.
pub fn try_these(cases: u32, which: &Cases, mut check: impl FnMut(&Case, &Compiled) -> Vec<String>) {
    let cases = std::env::var("DEALDESK_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(cases);
    let seed = std::env::var("DEALDESK_SEED").ok().and_then(|n| n.parse().ok()).unwrap_or(0);
    let config = Config {
        cases,
        max_shrink_iters: 20_000,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(seed),
        ..Config::default()
    };
    let mut runner = TestRunner::new(config);
    // While a case is made smaller, only what fails in the same way counts as failing.
    let first: RefCell<Option<String>> = RefCell::new(None);
    let check = RefCell::new(&mut check);
    let result = runner.run(which, |case| {
        let (failure, problems) = match case.compile() {
            Err(problems) => {
                // What is wrong, without the names in it.
                let first = problems.lines().next().unwrap_or_default().split('`').step_by(2);
                (format!("does not compile: {}", first.collect::<String>()), vec![problems])
            }
            Ok(compiled) => ("differs".to_owned(), (check.borrow_mut())(&case, &compiled)),
        };
        if problems.is_empty() {
            return Ok(());
        }
        if first.borrow().is_none() {
            println!("a case that fails, before it is made smaller:\n{}\n{case:?}", problems.join("\n"));
        }
        if *first.borrow_mut().get_or_insert_with(|| failure.clone()) != failure {
            return Ok(());
        }
        Err(TestCaseError::fail(format!("{failure}\n{}", problems.join("\n"))))
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

fn options(strict: bool) -> Options {
    Options { strict, explain: false, ..Options::default() }
}

/// What differs between engine and reference.
fn against_reference(case: &Case, compiled: &Compiled, mut note: impl FnMut(&Answer)) -> Vec<String> {
    let pack = compiled.pack();
    let deal = to_engine(&compiled.policy.schema, &case.deal);
    let mut problems = Vec::new();
    for strict in [false, true] {
        let expected = reference::answer(&pack, &case.deal, case.as_of, strict);
        let got = engine::decide(&compiled.policy, &deal, case.as_of, &options(strict));
        let differences = differences(&compiled.policy, &expected, &got);
        problems.extend(differences.into_iter().map(|d| if strict { format!("strict: {d}") } else { d }));
        for answers in expected.values() {
            match answers {
                Answers::One(answer) => note(answer),
                Answers::Each(each) => each.iter().for_each(&mut note),
            }
        }
    }
    problems
}

#[test]
fn the_engine_answers_as_the_reference_does() {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let note = |answer: &Answer| {
        let kind = match &answer.state {
            State::Decided(_) => "decided",
            State::Default(_) => "default",
            State::Conflict(_) => "conflict",
            State::Error(_) => "error",
            State::Undecided(open) if open.missing.is_empty() => "gap",
            State::Undecided(_) => "undecided",
        };
        *seen.entry(kind).or_default() += 1;
        if let State::Undecided(open) = &answer.state {
            *seen.entry("possibly a gap").or_default() += usize::from(open.gap);
            *seen.entry("possibly a conflict").or_default() += usize::from(open.conflict);
            *seen.entry("possibly an error").or_default() += usize::from(open.error);
        }
        *seen.entry("provisional").or_default() += usize::from(!answer.presumed.is_empty());
        *seen.entry("all").or_default() += 1;
    };
    let note = RefCell::new(note);
    try_cases(4_000, 2_000, |case, compiled| against_reference(case, compiled, |answer| (note.borrow_mut())(answer)));
    let _ = note;
    println!("{seen:#?}");
    let all = seen["all"];
    for kind in ["decided", "default", "undecided", "gap", "conflict", "error", "provisional"] {
        let share = seen.get(kind).copied().unwrap_or(0) * 100 / all;
        assert!(share >= 2, "{kind}: {share} % of {all} answers");
    }
}
