//! Much of everything: text, facts, rows, rules, digits.

use std::fmt::Write as _;

use dealdesk::Status;

use crate::{compile, decide, on_a_small_stack, refused, status};

#[test]
fn ten_megabytes_of_comment_are_a_policy() {
    let text = format!("# {}\nfact x: boolean\n\ndecide y: boolean = x\n", "é ".repeat(10 << 20 >> 1));
    assert_eq!(status(&text, "{\"x\": true}", "y"), Status::Decided);
}

#[test]
fn megabytes_of_reason_are_a_policy() {
    let reason = "very ".repeat(3 << 18);
    let text = format!(
        "fact x: boolean\n\ndecide y: boolean\n  default false\n  rule r: true when x\n    because \"{reason}\"\n"
    );
    assert_eq!(status(&text, "{\"x\": true}", "y"), Status::Decided);
}

#[test]
fn ten_megabytes_of_garbage_are_refused_soon() {
    on_a_small_stack(|| {
        for piece in
            ["(", "rule ", "x y\n", "decide d: \n", "\"", "| a ", "1 + ", "\u{202e}é\n", "fact f: integer 0..\n"]
        {
            let text = piece.repeat((10 << 20) / piece.len());
            let problems = refused(&text);
            assert!((1..=1_002).contains(&problems.len()), "{} problems of {piece:?}", problems.len());
        }
    });
}

#[test]
fn a_name_of_a_megabyte_is_refused() {
    let name = "n".repeat(1 << 20);
    assert!(refused(&format!("fact {name}: boolean\n\ndecide y: boolean = {name}\n")).contains(&"E0108"));
    assert!(refused(&format!("fact x: boolean\n\ndecide y: boolean = x and {name}\n")).contains(&"E0201"));
}

#[test]
fn numbers_of_a_million_digits_are_refused() {
    let digits = "9".repeat(1_000_000);
    assert_eq!(refused(&format!("fact x: integer\n\ndecide y: boolean = x > {digits}\n")), ["E0109"]);
}

#[test]
fn arithmetic_that_does_not_fit_is_an_error_of_the_decision() {
    let large = "1000000000000000000";
    let text = format!(
        "fact x: integer 0..{large}\n\ndecide y: integer = x * x * x\ndecide z: boolean = x * x * x > 0\ndecide w: boolean = 1 / (x - x) > 0\n"
    );
    let known = format!("{{\"x\": {large}}}");
    for decision in ["y", "z", "w"] {
        assert_eq!(status(&text, &known, decision), Status::Error);
    }
    assert_eq!(status(&text, "{}", "z"), Status::Undecided);
    let open = decide(&text, "{}");
    let w = open.get("w").unwrap();
    // Whatever x is, it is an error; that takes 10^18 completions to see.
    assert!(w.status == Status::Error || !w.exact);
}

#[test]
fn twenty_thousand_facts_are_read_and_missed() {
    let mut text = String::new();
    for i in 0..20_000 {
        let _ = writeln!(text, "fact g{}.f{i}: integer 0..10", i / 100);
    }
    for i in (0..20_000).step_by(20) {
        let _ = writeln!(text, "decide d{i}: boolean = g{}.f{i} > 3", i / 100);
    }
    assert_eq!(status(&text, "{}", "d0"), Status::Undecided);
    let groups: Vec<String> = (0..200)
        .map(|g| {
            let facts: Vec<String> = (g * 100..g * 100 + 100).map(|f| format!("\"f{f}\": {}", f % 11)).collect();
            format!("\"g{g}\": {{{}}}", facts.join(","))
        })
        .collect();
    assert_eq!(status(&text, &format!("{{{}}}", groups.join(",")), "d19980"), Status::Decided);
}

#[test]
fn a_decision_over_a_thousand_unknown_facts_is_answered_within_bounds() {
    let mut text = "fact f0: integer 0..10\ndefine s0: integer = f0\n".to_owned();
    for i in 1..1_000 {
        let _ = writeln!(text, "fact f{i}: integer 0..10\ndefine s{i}: integer = s{} + f{i}", i - 1);
    }
    text.push_str("decide sum: boolean = s999 > 3\n");
    assert_eq!(status(&text, "{}", "sum"), Status::Undecided);
}

fn table(rows: usize, hit: &str) -> String {
    let mut text = format!("fact x: integer 0..1000000\n\ntable t: one of a, b, c\n  {hit}\n  | x | => outcome |\n");
    for i in 0..rows {
        let _ = writeln!(text, "  | {i} | {} |", ["a", "b", "c"][i % 3]);
    }
    text
}

#[test]
fn tables_of_thousands_of_rows_are_decided() {
    for hit in ["exactly one", "first match"] {
        let text = table(10_000, hit);
        assert_eq!(status(&text, "{\"x\": 9998}", "t"), Status::Decided);
        assert_eq!(status(&table(2_000, hit), "{}", "t"), Status::Undecided);
    }
}

#[test]
fn rules_that_all_override_each_other_are_decided() {
    let chain = |rules: usize| {
        let mut text = "fact x: integer 0..1000000\n\ndecide d: one of a, b, c\n  default a\n".to_owned();
        for i in 0..rules {
            let _ = writeln!(text, "  rule r{i}: {} when x > {i}", ["a", "b", "c"][i % 3]);
            if i > 0 {
                let _ = writeln!(text, "    overrides r{}", i - 1);
            }
        }
        text
    };
    assert!(refused(&chain(4_000)).contains(&"E0413"));
    let text = chain(1_000);
    assert_eq!(status(&text, "{\"x\": 500}", "d"), Status::Decided);
    assert_eq!(status(&text, "{}", "d"), Status::Undecided);
}

#[test]
fn a_megabyte_of_everything_compiles() {
    let (text, areas) = crate::generate::policy_of_bytes(1 << 20);
    let pack = compile(&text).unwrap_or_else(|e| panic!("{e}"));
    assert!(pack.policy().decisions.len() > areas * 8);
}

#[test]
fn the_widest_ranges_are_decided_exactly() {
    let far = format!("1{}", "0".repeat(24));
    let text = format!(
        "unit grain with 12 decimals\nfact x: integer -{far}..{far}\nfact y: decimal in grain -{far}..{far} or none\n\n\
         decide a: boolean = x > 5\ndecide b: boolean = y is not none and y > 5 grains\n"
    )
    .replace("unit grain with", "unit grain, grains with");
    let decisions = decide(&text, "{}");
    for name in ["a", "b"] {
        let answer = decisions.get(name).unwrap();
        assert_eq!((answer.status, answer.exact), (Status::Undecided, true), "{name}");
    }
    assert_eq!(refused(&text.replace("integer -1", "integer -2")), ["E0306"]);
}

#[test]
fn fractions_whose_denominators_may_not_fit_are_not_taken_to_fit() {
    let text = "fact a: integer 1..\nfact b: integer 1..\nfact c: integer 1..\n\ndecide d: boolean = 1 / a + 1 / b + 1 / c > 0\n";
    let primes = "{\"a\": 999999999999999989, \"b\": 999999999999999877, \"c\": 999999999999999967}";
    assert_eq!(status(text, primes, "d"), Status::Error);
    assert_eq!(status(text, "{\"a\": 999999999999999989, \"b\": 999999999999999877}", "d"), Status::Undecided);
    assert_eq!(status(text, "{}", "d"), Status::Undecided);
    // Two fit, whatever they are.
    assert_eq!(status(&text.replace(" + 1 / c", ""), "{}", "d"), Status::Decided);
}

#[test]
fn thousands_of_unknown_texts_take_little_room() {
    let mut text = String::new();
    for i in 0..5_000 {
        let _ = writeln!(text, "fact t{i}: text");
    }
    text.push_str("decide d: boolean = t0 is \"a\" and t1 is t2\n");
    assert_eq!(status(&text, "{}", "d"), Status::Undecided);
}
