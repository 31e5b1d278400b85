//! Damaged policies are refused with a reason, whatever is missing or out of place.

#![allow(clippy::disallowed_methods, reason = "a test reads its fixtures")]

use dealdesk::diagnostic::Severity;

use crate::{compile_text, policy_files};

/// Whatever is done to a text, there is a policy exactly where there is no error.
fn holds(text: &str, what: &str) {
    let (policy, found, _) = compile_text("damaged.policy", text);
    let refused = found.iter().any(|d| d.severity == Severity::Error);
    // What the parser reports does not keep the checker from a policy, so only one direction holds for both.
    assert!(policy.is_some() || refused, "refused without a reason: {what}\n{text}");
}

fn texts() -> Vec<String> {
    let dirs = ["tests/fixtures/check", "tests/fixtures/lowering"];
    dirs.iter().flat_map(|dir| policy_files(dir)).map(|path| std::fs::read_to_string(path).unwrap()).collect()
}

#[test]
fn a_policy_that_lacks_one_line_is_understood_or_refused() {
    for text in texts() {
        let lines: Vec<&str> = text.lines().collect();
        for lacking in (0..lines.len()).step_by(5) {
            let without: Vec<&str> = lines.iter().enumerate().filter(|(i, _)| *i != lacking).map(|(_, l)| *l).collect();
            holds(&without.join("\n"), lines[lacking]);
        }
    }
}

#[test]
fn a_policy_with_words_swapped_is_understood_or_refused() {
    for text in texts() {
        let words: Vec<&str> = text.split(' ').collect();
        for step in [1usize, 13] {
            for start in (0..words.len().saturating_sub(step)).step_by(47) {
                let mut swapped = words.clone();
                swapped.swap(start, start + step);
                holds(&swapped.join(" "), words[start]);
            }
        }
    }
}
