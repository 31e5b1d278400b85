//! How the cost of deciding grows with rules and with facts.

use std::hint::black_box;
use std::sync::Arc;

use dealdesk::Pack;
use dealdesk::civil::date;
use dealdesk::facts::FactId;
use dealdesk::program::columns::{Columns, ROWS, Values};
use dealdesk::program::{Evaluator, Program};
use fastrand::Rng;

use crate::best;

/// Rules of one decision, each of which overrides those before it.
const EACH: usize = 10;

/// A policy of so many rules over so many facts, in decisions of ten.
fn policy(rules: usize, facts: usize) -> String {
    let mut dice = Rng::with_seed(rules as u64 * 31 + facts as u64);
    let mut text = String::from("policy growth \"Growth\"\n\n");
    for fact in 0..facts {
        text += &format!("fact f{fact}: integer 0..100\n");
    }
    for decision in 0..rules / EACH {
        text += &format!("\ndecide d{decision}: integer\n  default 0\n");
        for rule in 0..EACH {
            // Every fact is read by some rule, as far as there are enough of them.
            let (one, other) = ((decision * EACH + rule) % facts, dice.usize(0..facts));
            let (low, high) = (dice.u8(0..100), dice.u8(0..100));
            text += &format!("  rule r{rule}: {} when f{one} >= {low} and f{other} < {high}\n", rule + 1);
            if rule > 0 {
                let before: Vec<String> = (0..rule).map(|before| format!("r{before}")).collect();
                text += &format!("    overrides {}\n", before.join(", "));
            }
        }
    }
    text
}

fn measure(rules: usize, facts: usize) {
    let pack = Pack::compile([("growth.policy", policy(rules, facts))]).unwrap_or_else(|error| panic!("{error}"));
    let compile = || Program::compile(Arc::clone(pack.policy()), Some(date(2026, 3, 1))).unwrap();
    let compiling = best(20, 1, || drop(black_box(compile())));
    let program = compile();
    let ids: Vec<FactId> = (0..facts).map(|fact| program.fact(&format!("f{fact}")).unwrap()).collect();
    let mut dice = Rng::with_seed(1);
    let given: Vec<Vec<u8>> = ids.iter().map(|_| (0..ROWS).map(|_| dice.u8(0..=100)).collect()).collect();

    let mut one = Evaluator::new(Arc::clone(&program));
    let set = |one: &mut Evaluator, run: bool| {
        for row in 0..100 {
            for (fact, values) in ids.iter().zip(&given) {
                one.set_integer(*fact, values[row].into()).unwrap();
            }
            if run {
                one.run();
            }
            black_box(&mut *one);
        }
    };
    let setting = best(50, 100, || set(&mut one, false));
    let both = best(50, 100, || set(&mut one, true));

    let mut columns = Columns::new(Arc::clone(&program));
    let many = best(50, ROWS, || {
        columns.begin(ROWS);
        for (fact, values) in ids.iter().zip(&given) {
            columns.set(*fact, Values::U8(values), None).unwrap();
        }
        columns.decide();
        black_box(&mut columns);
    });
    println!(
        "| {rules} | {facts} | {} | {:.0} µs | {:.0} ns | {:.0} ns | {many:.1} ns |",
        program.instructions(),
        compiling / 1e3,
        both - setting,
        setting,
    );
}

/// Prints what policies of more and more rules and facts take.
pub fn compare() {
    println!(
        "\n| rules | facts | instructions | compiled in | a decision of all | setting the facts | a row of columns |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    for (rules, facts) in [(10, 20), (100, 20), (1_000, 20), (10_000, 20), (100, 5), (100, 100), (100, 1_000)] {
        measure(rules, facts);
    }
}
