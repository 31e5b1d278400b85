//! What nests, and what forms chains.

use std::fmt::Write as _;

use dealdesk::Status;

use crate::{on_a_small_stack, refused, show, status};

fn policy(body: &str) -> String {
    format!("fact x: integer 0..100\nfact y: boolean\n\ndecide deep: boolean = {body}\n")
}

/// `levels` levels of each thing that nests.
fn nests(levels: usize) -> [String; 5] {
    let repeat =
        |open: &str, inner: &str, close: &str| format!("{}{inner}{}", open.repeat(levels), close.repeat(levels));
    [
        repeat("(", "y", ")"),
        repeat("not ", "y", ""),
        format!("{} > 0", repeat("-(", "x", ")")),
        format!("{} > 0", repeat("(if y then 1 else ", "x", ")")),
        format!("{} > 0", repeat("max(x, ", "x", ")")),
    ]
}

#[test]
fn what_nests_just_not_too_deeply_passes_through_every_room() {
    on_a_small_stack(|| {
        // A level of the parentheses of `-(` and of `(if` is two.
        for body in nests(45) {
            let text = policy(&body);
            for deal in ["{}", "{\"x\": 3, \"y\": true}"] {
                let status = status(&text, deal, "deep");
                assert_ne!(status, Status::Error, "{deal} {body}");
            }
        }
    });
}

#[test]
fn what_nests_too_deeply_is_one_error() {
    on_a_small_stack(|| {
        for levels in [101, 100_000] {
            for body in nests(levels) {
                assert_eq!(refused(&policy(&body)), ["E0118"], "{levels} levels of {:.20}", body);
            }
        }
    });
}

#[test]
fn long_chains_of_definitions_are_decided_with_and_without_what_they_rest_on() {
    on_a_small_stack(|| {
        let mut text = "fact x: integer 0..10\nfact y: boolean\n\ndefine d0: integer = x\n".to_owned();
        for i in 1..5_000 {
            let _ = writeln!(text, "define d{i}: integer = d{} + (if y then 1 else 0)", i - 1);
        }
        text.push_str("decide last: boolean = d4999 > 5\n");
        assert_eq!(status(&text, "{\"x\": 1, \"y\": true}", "last"), Status::Decided);
        assert_eq!(status(&text, "{\"x\": 1}", "last"), Status::Undecided);
        assert_eq!(status(&text, "{}", "last"), Status::Undecided);
    });
}

#[test]
fn long_chains_of_decisions_are_decided() {
    on_a_small_stack(|| {
        let mut text = "fact x: boolean\n\ndecide d0: boolean = x\n".to_owned();
        for i in 1..500 {
            let _ = writeln!(text, "decide d{i}: boolean = not d{}", i - 1);
        }
        assert_eq!(status(&text, "{\"x\": true}", "d499"), Status::Decided);
        assert_eq!(status(&text, "{}", "d499"), Status::Undecided);
    });
}

#[test]
fn what_refers_to_itself_is_refused() {
    assert_eq!(refused("define a: boolean = not a\n\ndecide b: boolean = a\n"), ["E0401"]);
    let mut circle = String::new();
    for i in 0..2_000 {
        let _ = writeln!(circle, "decide d{i}: boolean = d{}", (i + 1) % 2_000);
    }
    assert_eq!(refused(&circle), ["E0401"]);
}

/// Tables each of which asks the one before it `times` times.
fn tables(count: usize, times: usize) -> String {
    let mut text =
        "fact x: integer 0..10\n\ntable t0(a: integer): integer\n  | a | => o |\n  | any | 1 |\n\n".to_owned();
    for i in 1..count {
        let asked: Vec<String> = (0..times).map(|n| format!("t{}(a + {n})", i - 1)).collect();
        let asked = asked.join(" + ");
        let _ = writeln!(
            text,
            "table t{i}(a: integer): integer\n  first match\n  | a | => o |\n  | >= 0 | {asked} |\n  | any | 0 |\n"
        );
    }
    let _ = writeln!(text, "decide last: integer = t{}(x)", count - 1);
    text
}

#[test]
fn tables_that_ask_each_other_end() {
    on_a_small_stack(|| {
        assert!(refused(&tables(10_000, 1)).contains(&"E0414"));
        // 2^10 questions.
        assert_eq!(status(&tables(11, 2), "{\"x\": 1}", "last"), Status::Decided);
        let _ = status(&tables(11, 2), "{}", "last");
        // 20^14 questions.
        assert_eq!(status(&tables(15, 20), "{\"x\": 1}", "last"), Status::Error);
        assert_ne!(status(&tables(15, 20), "{}", "last"), Status::Decided);
    });
}

#[test]
fn what_a_long_explanation_leaves_out_is_marked() {
    let mut text = "fact x: integer 0..10\n\n".to_owned();
    for i in 0..200 {
        let sum = vec!["x"; 90].join(" + ");
        let _ = writeln!(text, "decide d{i}: integer = {sum}");
        let _ = writeln!(
            text,
            "define e{i}: integer = {sum}\ndecide f{i}: integer = e{i} + e{i} + (if x > 3 then {sum} else {sum})"
        );
    }
    let decisions = crate::decide(&text, "{\"x\": 1}");
    show(&decisions);
    let json = decisions.report().json();
    assert!(json.contains("\"cut\":true"));
    assert_eq!(decisions.get("d199").unwrap().status, Status::Decided);
}
