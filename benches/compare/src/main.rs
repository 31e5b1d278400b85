//! The comparison policy, decided by Deal Desk, by hand-written Rust and by other engines, on the same deals.
//!
//! `cargo run --release` first checks that all agree on every deal and then prints how long each takes. An argument is the
//! number of deals. Without the other engines, which take minutes to build: `cargo run --release --no-default-features`.
//! `… columns` behind the number does without files and writes what columns take to a file named behind that; `growth` in place of the
//! number shows how cost grows and nothing else.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod columns;
mod deals;
mod growth;
mod lines;
mod native;
mod ours;
#[cfg(feature = "peers")]
mod peers;

use std::hint::black_box;
use std::time::{Duration, Instant};

use dealdesk::program::{Program, Trace};

use deals::Deal;
use native::Outputs;
use ours::Ours;

/// The shortest of several rounds, for each of `count`, in nanoseconds.
fn best(rounds: usize, count: usize, mut round: impl FnMut()) -> f64 {
    let one = |_| {
        let start = Instant::now();
        round();
        start.elapsed()
    };
    let best = (0..rounds).map(one).min().unwrap_or(Duration::MAX);
    best.as_secs_f64() * 1e9 / count as f64
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [what, input, output, threads] = arguments.as_slice()
        && what == "memory"
    {
        return lines::measure_memory(input, output, threads.parse().unwrap());
    }
    if let [what, output, count] = arguments.as_slice()
        && what == "export"
    {
        return columns::export(output, count.parse().unwrap());
    }
    if arguments.first().is_some_and(|what| what == "growth") {
        return growth::compare();
    }
    let count = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(100_000);
    let deals = deals::generate(count);
    let lines: Vec<String> = deals.iter().map(Deal::line).collect();
    let expected: Vec<Outputs> = deals.iter().map(native::decide).collect();
    let mut ours = Ours::new();

    check(&deals, &lines, &expected, &mut ours);
    println!("all agree on {count} deals\n");

    let row = |what: &str, ns: f64, of: f64| println!("| {what} | {ns:.1} ns | {:.2} × |", ns / of);
    println!("| one thread, best of several rounds | each | of hand-written |\n| --- | --- | --- |");
    // Few deals, again and again, so that memory is no part of it.
    let some = &deals[..deals.len().min(1_000)];
    let rounds = 300;
    let native = best(rounds, some.len(), || {
        for deal in some {
            black_box(native::decide(black_box(deal)));
        }
    });
    row("a decision of all outputs, hand-written", native, native);
    let set = best(rounds, some.len(), || {
        for deal in some {
            ours.set(black_box(deal));
        }
        black_box(&mut ours.evaluator);
    });
    // Different deals one after the other: what is set is taken off again.
    let set_and_run = best(rounds, some.len(), || {
        for deal in some {
            ours.set(black_box(deal));
            ours.evaluator.run();
            black_box(&mut ours.evaluator);
        }
    });
    row("… Deal Desk, facts in slots", set_and_run - set, native);
    row("setting 18 facts", set, native);
    let with_outputs = best(rounds, some.len(), || {
        for deal in some {
            ours.set(black_box(deal));
            ours.evaluator.run();
            black_box(ours.outputs());
        }
    });
    row("… Deal Desk, facts set, decided and every output read", with_outputs, native);
    let mut trace = Trace::default();
    let traced = best(rounds, some.len(), || {
        for deal in some {
            ours.set(black_box(deal));
            ours.evaluator.run();
            ours.evaluator.trace_into(&mut trace);
            black_box(&mut trace);
        }
    });
    row("… Deal Desk, with the trace of everything", traced - set, native);
    println!("| its ratio to without a trace | | {:.2} × |", (traced - set) / (set_and_run - set));

    let lines = &lines[..lines.len().min(10_000)];
    let native_json = best(30, lines.len(), || {
        for line in lines {
            black_box(native::decide(&Deal::parse(black_box(line)).unwrap()));
        }
    });
    row("JSON text to outcome, hand-written with serde_json", native_json, native_json);
    let our_json = best(30, lines.len(), || {
        for line in lines {
            ours.evaluator.read_json(black_box(line)).unwrap();
            ours.evaluator.run();
            black_box(ours.outputs());
        }
    });
    row("… Deal Desk", our_json, native_json);

    let pack = ours::pack();
    let compile = best(200, 1, || {
        let program = Program::compile(pack.policy().clone(), Some(dealdesk::civil::date(2026, 3, 1)));
        black_box(program).unwrap();
    });
    println!(
        "\ncompiling the policy to a program of {} instructions: {:.0} µs",
        ours.evaluator.program().instructions(),
        compile / 1e3
    );
    columns::compare(&deals, &expected, arguments.get(2).map(String::as_str));
    if std::env::args().nth(2).as_deref() == Some("columns") {
        return;
    }
    lines::compare(4 * count);
    growth::compare();
    #[cfg(feature = "peers")]
    peers::compare(&deals, &expected, native);
}

fn check(deals: &[Deal], lines: &[String], expected: &[Outputs], ours: &mut Ours) {
    for ((deal, line), expected) in deals.iter().zip(lines).zip(expected) {
        ours.set(deal);
        ours.evaluator.run();
        assert_eq!(ours.outputs().as_ref(), Some(expected), "{deal:?}");
        ours.evaluator.read_json(line).unwrap();
        ours.evaluator.run();
        assert_eq!(ours.outputs().as_ref(), Some(expected), "{line}");
        assert_eq!(Some(*expected), Deal::parse(line).map(|deal| native::decide(&deal)));
    }
}
