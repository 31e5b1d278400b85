//! Chunks of deals decided column by column against the engine, which is held to the reference, and against the same program
//! run one deal after the other: the same answers in every row, whichever rows stand beside it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use dealdesk::engine::{self, Answers, Options, State};
use dealdesk::facts::deal::day_number;
use dealdesk::facts::{Deal, FactId, TypeKind, Value};
use dealdesk::program::columns::{Columns, Lanes, Values};
use dealdesk::program::{Ending, Evaluator, Program};

use crate::bridge::{Compiled, to_engine};
use crate::differential::try_these;
use crate::generate::{Case, Cases};
use crate::reference::completions::better_known;

/// How many answers there were of each kind.
type Tally = BTreeMap<&'static str, usize>;

fn state(answer: &engine::Answer) -> (Ending, Option<Value>) {
    match &answer.state {
        State::Decided(value) => (Ending::Decided, Some(value.clone())),
        State::Default(value) => (Ending::Default, Some(value.clone())),
        State::Conflict(_) => (Ending::Conflict, None),
        State::Error(_) => (Ending::Error, None),
        State::Undecided(open) if open.missing.is_empty() => (Ending::Gap, None),
        State::Undecided(_) => (Ending::Undecided, None),
    }
}

/// The deal as it is, with more and more of it known, and with something left out.
fn deals_of(case: &Case, compiled: &Compiled, narrow: bool) -> Vec<Deal> {
    let pack = compiled.pack();
    let schema = &compiled.policy.schema;
    let mut deals = vec![case.deal.clone()];
    // Values for what is unknown are tried from narrow ranges only.
    for way in 0..if narrow { 4 } else { 0 } {
        let mut known = case.deal.clone();
        for step in 0..12 {
            let mut better = better_known(&pack, &known);
            if better.is_empty() {
                break;
            }
            known = better.swap_remove((way * 7 + step * 3) % better.len());
            if step % 4 == way {
                deals.push(known.clone());
            }
        }
        deals.push(known);
    }
    let mut deals: Vec<Deal> = deals.iter().map(|deal| to_engine(schema, deal)).collect();
    let whole = deals[deals.len() - 1].clone();
    let given: Vec<FactId> = whole.given.iter().map(|(id, _)| id).collect();
    for id in given {
        let mut less = whole.clone();
        less.given.remove(id);
        deals.push(less);
    }
    deals
}

/// What is otherwise in one row than the engine says, and than the program says of the deal alone.
fn differences(columns: &Columns, row: usize, expected: &engine::Decisions, alone: &Evaluator) -> Vec<String> {
    let program = Arc::clone(columns.program());
    let mut problems = Vec::new();
    for (taken, (id, decision)) in expected.taken.iter().zip(program.decisions()) {
        let name = &program.policy().decisions[decision].name;
        let column = columns.column(id);
        if column.records(row) != alone.records(id) {
            problems.push(format!("`{name}`: not of {:?} records", column.records(row)));
        }
        let all = match &taken.answers {
            Answers::One(answer) => std::slice::from_ref(answer),
            Answers::Each(all) => all,
        };
        for (record, answer) in all.iter().enumerate() {
            let got = (column.ending_of(row, record), column.value_of(row, record));
            let outcome = alone.outcome_of(id, record);
            if got != state(answer) || got != (outcome.ending(), outcome.value()) {
                problems.push(format!("row {row}, `{name}`[{record}]: {:?}, not {got:?}", answer.state));
            }
        }
        if let Some(lanes) = column.lanes()
            && (lanes.get(row) != column.cell(row) || lanes.get(row).is_none())
        {
            problems.push(format!("row {row}, `{name}`: {lanes:?} beside {:?}", column.cell(row)));
        }
    }
    problems
}

/// Gives what can be given by columns, and the rest by rows.
fn set(columns: &mut Columns, deals: &[Deal], way: usize) -> Result<(), String> {
    let program = Arc::clone(columns.program());
    let schema = &program.policy().schema;
    columns.begin(deals.len());
    let mut rest = deals.to_vec();
    for (id, fact) in schema.facts.iter().filter(|(_, fact)| fact.field_of.is_none()) {
        let values: Vec<Option<Value>> =
            deals.iter().map(|deal| deal.get(id).map(|given| given.value.clone())).collect();
        if values.contains(&Some(Value::None)) || matches!(fact.ty.kind, TypeKind::List { .. }) {
            continue;
        }
        let known: Vec<bool> = values.iter().map(Option::is_some).collect();
        let places = schema.decimals(&fact.ty).unwrap_or(0);
        let whole = |value: &Option<Value>| match value {
            Some(Value::Number(n)) => {
                let power = dealdesk::base::Number::integer(10i128.pow(places));
                i64::try_from(n.multiply(power).ok()?.to_integer()?).ok()
            }
            Some(Value::Date(date)) => Some(day_number(*date)),
            Some(Value::Variant(place)) => Some((*place).into()),
            // What is not known may be anything.
            _ => Some(i64::MAX >> way),
        };
        let truths: Vec<bool> = values.iter().map(|value| *value != Some(Value::Boolean(false))).collect();
        let text = |value: &Option<Value>| match value {
            Some(Value::Text(text)) => text.to_string(),
            _ => String::new(),
        };
        let texts: Vec<String> = values.iter().map(text).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let Some(wholes) = values.iter().map(whole).collect::<Option<Vec<i64>>>() else { continue };
        let bytes: Vec<u8> = wholes.iter().map(|n| *n as u8).collect();
        let shorts: Vec<i16> = wholes.iter().map(|n| *n as i16).collect();
        let ints: Vec<i32> = wholes.iter().map(|n| *n as i32).collect();
        // The narrowest that holds what is known.
        let fits =
            |least: i64, most: i64| wholes.iter().zip(&known).all(|(n, known)| !known || (*n >= least && *n <= most));
        let given = match &fact.ty.kind {
            TypeKind::Boolean => Values::Booleans(&truths),
            TypeKind::Text => Values::Texts(&texts),
            _ if way % 4 < 1 && fits(0, 255) => Values::U8(&bytes),
            _ if way % 4 < 2 && fits(-32_768, 32_767) => Values::I16(&shorts),
            _ if way % 4 < 3 && fits(i32::MIN.into(), i32::MAX.into()) => Values::I32(&ints),
            _ => Values::I64(&wholes),
        };
        let mask = (way.is_multiple_of(2) || known.contains(&false)).then_some(known.as_slice());
        columns.set_scaled(id, given, places, mask).map_err(|refused| refused.to_string())?;
        rest.iter_mut().for_each(|deal| drop(deal.given.remove(id)));
    }
    rest.iter().enumerate().for_each(|(row, deal)| columns.load(row, deal));
    Ok(())
}

fn against_the_engine(case: &Case, compiled: &Compiled, narrow: bool, tally: &mut Tally) -> Vec<String> {
    let policy = Arc::new(compiled.policy.clone());
    let deals = deals_of(case, compiled, narrow);
    let mut problems = Vec::new();
    for (way, date) in [Some(case.as_of), None].into_iter().enumerate() {
        let program = Program::compile(Arc::clone(&policy), date).unwrap();
        for strict in [false, true] {
            let options = Options { strict, explain: false, ..Options::default() };
            let asked = if narrow { deals.as_slice() } else { &[] };
            let expected: Vec<engine::Decisions> =
                asked.iter().map(|deal| engine::decide(&policy, deal, case.as_of, &options)).collect();
            let (mut columns, mut alone) = match strict {
                false => (Columns::new(Arc::clone(&program)), Evaluator::new(Arc::clone(&program))),
                true => (Columns::strict(Arc::clone(&program)), Evaluator::strict(Arc::clone(&program))),
            };
            columns.set_as_of(case.as_of);
            alone.set_as_of(case.as_of);
            // All together, and each alone, in which case nothing is unknown in some.
            let mut chunks: Vec<Vec<usize>> = (0..deals.len()).map(|row| vec![row]).collect();
            chunks.push((0..deals.len()).collect());
            if !strict && date.is_some() {
                // More rows than one vector, and not as many as two.
                chunks.push((0..deals.len()).cycle().take(65 + deals.len() % 63).collect());
            }
            for (at, chunk) in chunks.into_iter().enumerate() {
                let rows: Vec<Deal> = chunk.iter().map(|row| deals[*row].clone()).collect();
                if at % 2 == 0 {
                    columns.begin(rows.len());
                    rows.iter().enumerate().for_each(|(row, deal)| columns.load(row, deal));
                } else if let Err(refused) = set(&mut columns, &rows, at / 2 + way) {
                    problems.push(refused);
                    continue;
                }
                // What it finds by itself is what the program finds by itself.
                columns.run();
                for (row, deal) in rows.iter().enumerate() {
                    alone.load(deal);
                    alone.run();
                    for (id, _) in program.decisions() {
                        for record in 0..alone.records(id).unwrap_or(1) {
                            let (column, outcome) = (columns.column(id), alone.outcome_of(id, record));
                            let got = (column.ending_of(row, record), column.value_of(row, record));
                            let expected = (outcome.ending(), outcome.value());
                            if got != expected {
                                problems.push(format!("row {row}, {id:?}[{record}]: alone {expected:?}, not {got:?}"));
                            }
                        }
                    }
                }
                // Over wide ranges the engine takes long where something is unknown.
                if narrow {
                    columns.decide();
                }
                let expected = chunk.iter().map_while(|row| expected.get(*row));
                for (row, (deal, expected)) in rows.iter().zip(expected).enumerate() {
                    alone.load(deal);
                    alone.decide();
                    let found = differences(&columns, row, expected, &alone);
                    problems.extend(found.into_iter().map(|p| format!("on {date:?}, strict {strict}, {at}: {p}")));
                }
                let by_steps = columns.steps() > 0;
                *tally.entry("rows decided by columns").or_default() += rows.len() * usize::from(by_steps);
                *tally.entry("rows decided by themselves").or_default() += rows.len() * usize::from(!by_steps);
                let lanes = program.decisions().filter_map(|(id, _)| columns.column(id).lanes());
                for lanes in lanes {
                    let width = match lanes {
                        Lanes::I8(_) => "8 bits",
                        Lanes::I16(_) => "16 bits",
                        Lanes::I32(_) => "32 bits",
                        Lanes::I64(_) => "64 bits",
                        Lanes::Same(_) => "same",
                    };
                    *tally.entry(width).or_default() += rows.len();
                }
            }
            for answer in expected.iter().flat_map(|decisions| &decisions.taken) {
                if let Answers::One(answer) = &answer.answers {
                    let kind = match state(answer).0 {
                        Ending::Undecided => "undecided",
                        Ending::Conflict => "conflict",
                        Ending::Error => "error",
                        Ending::Gap => "gap",
                        _ => "decided",
                    };
                    *tally.entry(kind).or_default() += 1;
                }
            }
        }
    }
    problems
}

fn check(cases: u32, which: &Cases) {
    let tally: RefCell<Tally> = RefCell::default();
    let narrow = which.completions.is_some();
    try_these(cases, which, |case, compiled| against_the_engine(case, compiled, narrow, &mut tally.borrow_mut()));
    let tally = tally.into_inner();
    println!("{tally:#?}");
    let kinds = ["decided", "undecided", "gap", "conflict", "error"].into_iter().filter(|_| narrow);
    for kind in kinds.chain(["8 bits", "64 bits", "rows decided by columns", "rows decided by themselves"]) {
        assert!(tally.get(kind).is_some_and(|count| *count > 10), "{kind}: {tally:?}");
    }
}

#[test]
fn chunks_answer_as_the_engine_does() {
    check(250, &Cases { completions: Some(300) });
}

#[test]
fn chunks_answer_as_single_deals_do_over_wide_ranges() {
    check(100, &Cases { completions: None });
}
