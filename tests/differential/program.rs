//! The compiled form against the engine, which is held to the reference: the same answers, whether it finds them itself
//! or asks.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use dealdesk::civil::Date;
use dealdesk::engine::{self, Answers, Options, RuleState, State};
use dealdesk::facts::{Deal, Value};
use dealdesk::program::{Ending, Evaluator, OutputId, Program, Trace};

use crate::bridge::{Compiled, to_engine};
use crate::differential::try_these;
use crate::generate::{Case, Cases};

/// How many answers there were of each kind, and how many of them the program left to the engine.
type Tally = BTreeMap<&'static str, (usize, usize)>;

fn kind(state: &State) -> &'static str {
    match state {
        State::Decided(_) => "decided",
        State::Default(_) => "default",
        State::Conflict(_) => "conflict",
        State::Error(_) => "error",
        State::Undecided(open) if open.missing.is_empty() => "gap",
        State::Undecided(_) => "undecided",
    }
}

fn ending(ending: Ending) -> &'static str {
    match ending {
        Ending::Decided => "decided",
        Ending::Default => "default",
        Ending::Conflict => "conflict",
        Ending::Error => "error",
        Ending::Gap => "gap",
        Ending::Undecided => "undecided",
        Ending::Open => "open",
    }
}

/// What is otherwise than the engine says. `alone` is the evaluator after a run, before the engine was asked.
fn differences(
    expected: &engine::Decisions,
    evaluator: &mut Evaluator,
    note: &mut dyn FnMut(&'static str, bool),
) -> Vec<String> {
    let program = Arc::clone(evaluator.program());
    let mut problems = Vec::new();
    let outputs: Vec<_> = program.decisions().collect();
    evaluator.run();
    let mut left = Vec::new();
    for (taken, &(id, decision)) in expected.taken.iter().zip(&outputs) {
        assert_eq!(taken.decision, decision);
        let name = &program.policy().decisions[decision].name;
        match &taken.answers {
            Answers::One(answer) => left.push((format!("`{name}`"), id, 0, answer)),
            Answers::Each(all) => {
                if evaluator.records(id) != Some(all.len()) {
                    problems.push(format!("`{name}`: {} records, not {:?}", all.len(), evaluator.records(id)));
                }
                left.extend(all.iter().enumerate().map(|(at, answer)| (format!("`{name}`[{at}]"), id, at, answer)));
            }
        }
    }
    for asked in [false, true] {
        if asked && evaluator.is_open() {
            evaluator.settle();
        }
        for (name, id, at, answer) in &left {
            let outcome = evaluator.outcome_of(*id, *at);
            if !asked {
                note(kind(&answer.state), outcome.ending() == Ending::Open);
                if outcome.ending() == Ending::Open {
                    continue;
                }
            }
            let value = match &answer.state {
                State::Decided(value) | State::Default(value) => Some(value.clone()),
                _ => None,
            };
            if ending(outcome.ending()) != kind(&answer.state) || outcome.value() != value {
                let got = format!("{} {:?}", ending(outcome.ending()), outcome.value());
                problems.push(format!("{name}: expected {:?}, got {got} (asked: {asked})", answer.state));
            }
            if let State::Error(fault) = &answer.state
                && let Some((expr, kind)) = evaluator.fault(*id, *at)
                && (expr != fault.expr || kind.is_some_and(|kind| kind != fault.kind))
            {
                problems.push(format!("{name}: expected {fault:?}, got another fault, in {expr:?}"));
            }
            if let Some(by) = evaluator.standing(*id, *at)
                && by != answer.by
            {
                problems.push(format!("{name}: expected by {:?}, got {by:?} (asked: {asked})", answer.by));
            }
        }
    }
    problems
}

/// What the trace says otherwise than the engine's explanations. Only where every fact is given.
fn traced(program: &Arc<Program>, trace: &Trace, explained: &engine::Decisions, tally: &mut Tally) -> Vec<String> {
    let (all, left) = tally.entry("traced").or_default();
    let mut problems = Vec::new();
    let outputs: Vec<OutputId> = program.decisions().map(|(id, _)| id).collect();
    for (taken, id) in explained.taken.iter().zip(outputs) {
        let Answers::One(answer) = &taken.answers else { continue };
        let Some(explanation) = &answer.explanation else { continue };
        let name = &program.policy().decisions[taken.decision].name;
        for (place, rule) in explanation.rules.iter().enumerate() {
            let said = (trace.in_force(program, id, place), trace.applies(program, id, place));
            let expected = match rule.state {
                RuleState::Stands | RuleState::Overridden(_) => (Some(true), Some(true)),
                RuleState::DoesNotApply => (Some(true), Some(false)),
                RuleState::NotInForce => (Some(false), Some(false)),
                RuleState::NotReached => continue,
                // One that applies in a decision of which another condition has no value neither stands nor not.
                RuleState::Unknown if said.1 == Some(true) => continue,
                RuleState::Unknown | RuleState::Fault => (Some(true), None),
            };
            *all += 1;
            // What does not fit a register is left to the engine.
            if said.1.is_none() && expected.1.is_some() {
                *left += 1;
                continue;
            }
            if said != expected {
                problems.push(format!("rule {place} of `{name}` is {:?}, and the trace says {said:?}", rule.state));
            }
        }
    }
    for (_, node) in explained.nodes.iter() {
        use dealdesk::engine::Seen;
        use dealdesk::program::Found;
        if node.record.is_some() {
            continue;
        }
        let Some(found) = trace.expression(program, node.expr) else { continue };
        let agrees = match (&node.seen, &found) {
            (Seen::Known(value), Found::Value(found)) => value == found,
            (Seen::Fault(_), Found::Fault) | (Seen::Gap(_), Found::Gap) | (Seen::Unknown(_), Found::Open) => true,
            (Seen::Skipped, _) => true,
            (_, Found::Open) => {
                *left += 1;
                true
            }
            _ => false,
        };
        *all += 1;
        if !agrees {
            let text = program.policy().text_of(node.expr);
            problems.push(format!("`{text}` is {:?}, and the trace says {found:?}", node.seen));
        }
    }
    problems
}

fn against_the_engine(case: &Case, compiled: &Compiled, tally: &mut Tally) -> Vec<String> {
    let policy = Arc::new(compiled.policy.clone());
    let deal = to_engine(&policy.schema, &case.deal);
    let mut problems = Vec::new();
    for date in [Some(case.as_of), None] {
        let program = Program::compile(Arc::clone(&policy), date).unwrap();
        for strict in [false, true] {
            let options = Options { strict, explain: false, ..Options::default() };
            let expected = engine::decide(&policy, &deal, case.as_of, &options);
            let new = if strict { Evaluator::strict } else { Evaluator::new };
            let mut evaluator = new(Arc::clone(&program));
            evaluator.set_as_of(case.as_of);
            // Once after another deal, of which nothing may be left.
            evaluator.load(&another(&deal));
            evaluator.decide();
            evaluator.load(&deal);
            if evaluator
                .deal()
                .given
                .iter()
                .map(|(id, given)| (id, &given.value))
                .ne(deal.given.iter().map(|(id, given)| (id, &given.value)))
            {
                problems.push("the evaluator does not hold the deal that it was given".to_owned());
            }
            let mut note = |kind, open| {
                let (all, left) = tally.entry(kind).or_default();
                *all += 1;
                *left += usize::from(open);
            };
            let found = differences(&expected, &mut evaluator, &mut note);
            problems.extend(found.into_iter().map(|p| format!("on {date:?}, strict {strict}: {p}")));
        }
        problems.extend(read_back(&program, &deal));
        problems.extend(trace_of(&policy, &program, &deal, case.as_of, tally));
    }
    problems
}

/// A deal written as JSON and read straight into slots, one that a value says, and one given by setters, are the deal.
fn read_back(program: &Arc<Program>, deal: &Deal) -> Vec<String> {
    let schema = &program.policy().schema;
    let mut evaluator = Evaluator::new(Arc::clone(program));
    let values = |deal: &Deal| deal.given.iter().map(|(id, given)| (id, given.value.clone())).collect::<Vec<_>>();
    // What a deal gives of a record has an origin, by which nothing is decided.
    let said = |deal: &Deal| format!("{:?}", dealdesk::facts::write::json(schema, deal));
    let text = dealdesk::facts::write::json(schema, deal);
    let mut problems = Vec::new();
    match evaluator.read_json(&text) {
        Err(found) => problems.push(format!("{text} is refused: {found:?}")),
        Ok(()) if said(&evaluator.deal()) != said(deal) => problems.push(format!("{text} is read as another deal")),
        Ok(()) => {}
    }
    match evaluator.read(&dealdesk::facts::write::json_value(schema, deal)) {
        Err(found) => problems.push(format!("{text} as a value is refused: {found:?}")),
        Ok(()) if said(&evaluator.deal()) != said(deal) => problems.push(format!("{text} as a value is another deal")),
        Ok(()) => {}
    }
    evaluator.clear();
    for (fact, value) in values(deal) {
        let set = match &value {
            Value::None => evaluator.set_none(fact),
            Value::Boolean(b) => evaluator.set_boolean(fact, *b),
            Value::Number(n) => evaluator.set_number(fact, *n),
            Value::Text(text) => evaluator.set_text(fact, text),
            Value::Date(date) => evaluator.set_date(fact, *date),
            Value::Variant(place) => evaluator.set_variant(fact, *place),
            Value::Items(_) | Value::List(_) => continue,
        };
        match set {
            Err(refused) => problems.push(format!("{refused}, and is {value:?}")),
            Ok(()) if evaluator.deal().get(fact).map(|given| &given.value) != Some(&value) => {
                problems.push(format!("{value:?} is set as something else"));
            }
            Ok(()) => {}
        }
    }
    problems
}

fn trace_of(
    policy: &dealdesk::policy::Policy,
    program: &Arc<Program>,
    deal: &Deal,
    as_of: Date,
    tally: &mut Tally,
) -> Vec<String> {
    let known = policy.schema.facts.iter().filter(|(_, fact)| fact.field_of.is_none());
    let mut given = known.map(|(id, _)| deal.get(id));
    if !given.all(|given| given.is_some_and(|given| complete(&given.value))) {
        return Vec::new();
    }
    let explained = engine::decide(policy, deal, as_of, &Options::default());
    let mut evaluator = Evaluator::new(Arc::clone(program));
    evaluator.set_as_of(as_of);
    evaluator.load(deal);
    evaluator.run();
    let mut trace = Trace::default();
    evaluator.trace_into(&mut trace);
    traced(program, &trace, &explained, tally)
}

fn complete(value: &Value) -> bool {
    match value {
        Value::List(records) => records.iter().all(|record| record.fields.iter().all(Option::is_some)),
        _ => true,
    }
}

/// Every second fact of a deal.
fn another(deal: &Deal) -> Deal {
    let mut other = deal.clone();
    let given: Vec<_> = deal.given.iter().map(|(id, _)| id).collect();
    given.iter().step_by(2).for_each(|id| drop(other.given.remove(*id)));
    other
}

fn check(cases: u32, which: &Cases) {
    let tally: RefCell<Tally> = RefCell::default();
    try_these(cases, which, |case, compiled| against_the_engine(case, compiled, &mut tally.borrow_mut()));
    let tally = tally.into_inner();
    println!("{tally:#?}");
    for kind in ["decided", "default", "gap", "conflict", "error", "traced"] {
        let (all, left) = tally.get(kind).copied().unwrap_or_default();
        assert!(all > 10, "{kind}: only {all} answers");
        // What does not fit a register, and what is decided though the facts that it is about are unknown.
        assert!(left * 3 < all * 2, "{kind}: {left} of {all} are left to the engine");
    }
    let (all, left) = tally["decided"];
    assert!(left * 2 < all, "{left} of {all} are left to the engine");
}

#[test]
fn programs_answer_as_the_engine_does() {
    check(500, &Cases { completions: Some(400) });
}

#[test]
fn programs_answer_as_the_engine_does_over_wide_ranges() {
    check(60, &Cases { completions: None });
}
