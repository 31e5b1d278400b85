//! The first pack of policies, `rules/`, decides the example deals as its author worked out by hand.
#![allow(clippy::disallowed_methods, reason = "tests read their files")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails where it cannot go on")]
#![allow(missing_docs, reason = "a test has no users")]

use std::path::Path;

use dealdesk::base::Number;
use dealdesk::{Format, Pack};
use serde_json::Value as Json;

/// What each deal comes to, worked out from the handbook and not from the policies.
const EXPECTED: &str = include_str!("expected.json");

/// The parts of an answer that are compared as they are.
const PARTS: [&str; 10] =
    ["status", "value", "unit", "by", "missing", "possible", "certain", "open", "presumed", "possible_states"];

#[test]
fn example_deals_are_decided_as_worked_out_by_hand() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pack = Pack::load(root.join("rules")).unwrap();
    let expected: Json = serde_json::from_str(EXPECTED).unwrap();
    let as_of = expected["as_of"].as_str().unwrap().parse().unwrap();
    let deals = expected["deals"].as_object().unwrap();
    let mut problems = Vec::new();
    for (name, decisions) in deals {
        let path = root.join("examples/deals").join(name);
        let format = Format::from_extension(path.extension().unwrap().to_str().unwrap()).unwrap();
        let deal = pack.read_deal(name, &std::fs::read_to_string(path).unwrap(), format).unwrap();
        let got: Json = serde_json::from_str(&deal.decide(as_of).report().json()).unwrap();
        for (decision, expected) in decisions.as_object().unwrap() {
            compare(&format!("{name}: {decision}"), expected, &got["decisions"][decision], &mut problems);
        }
        let all = got["decisions"].as_object().unwrap().keys();
        problems.extend(all.filter(|d| decisions.get(d).is_none()).map(|d| format!("{name}: {d} is not expected")));
    }
    assert_eq!(deals.len(), std::fs::read_dir(root.join("examples/deals")).unwrap().count());
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Compares an answer, or a part of one. Decimals are compared as numbers, and sets in any order.
fn compare(place: &str, expected: &Json, got: &Json, problems: &mut Vec<String>) {
    match (expected, got) {
        (Json::Object(expected), Json::Object(got)) if expected.contains_key("each") => {
            let each = |answer: &serde_json::Map<String, Json>| answer.get("each").and_then(Json::as_array).cloned();
            let (expected, got) = (each(expected).unwrap_or_default(), each(got).unwrap_or_default());
            if expected.len() != got.len() {
                problems.push(format!("{place}: expected {} answers, got {}", expected.len(), got.len()));
            }
            for (at, (expected, got)) in expected.iter().zip(&got).enumerate() {
                compare(&format!("{place}[{at}]"), expected, got, problems);
            }
        }
        (Json::Object(expected), Json::Object(got)) => {
            for key in PARTS {
                let (expected, got) = (alike(key, expected.get(key)), alike(key, got.get(key)));
                if expected != got {
                    problems.push(format!("{place}, {key}: expected {expected:?}, got {got:?}"));
                }
            }
            let is = |answer: &serde_json::Map<String, Json>, key| answer.get(key).and_then(Json::as_bool);
            let provisional = (is(expected, "provisional").unwrap_or(false), is(got, "provisional").unwrap_or(false));
            if provisional.0 != provisional.1 || is(got, "exact") == Some(false) {
                problems.push(format!("{place}: provisional or exact differ"));
            }
            let referred = |answer: &serde_json::Map<String, Json>| -> Vec<String> {
                let all = answer.get("refer").and_then(Json::as_array).cloned().unwrap_or_default();
                all.iter().filter_map(|r| Some(r.as_str().or_else(|| r["to"].as_str())?.to_owned())).collect()
            };
            if referred(expected) != referred(got) {
                problems.push(format!("{place}, refer: expected {:?}, got {:?}", referred(expected), referred(got)));
            }
        }
        (expected, got) => problems.push(format!("{place}: expected {expected}, got {got}")),
    }
}

/// One form for what is equal: numbers by value, and sets sorted.
fn alike(key: &str, value: Option<&Json>) -> Option<String> {
    let number = |text: &str| text.parse::<Number>().map_or_else(|_| text.to_owned(), |n| n.to_string());
    let one = |value: &Json| match value {
        Json::String(text) => number(text),
        Json::Number(n) => number(&n.to_string()),
        other => other.to_string(),
    };
    match value? {
        // The order of what is certain, and of the items of a checklist, is part of the answer.
        Json::Array(items) if key == "value" || key == "by" => {
            Some(items.iter().map(one).collect::<Vec<_>>().join(", "))
        }
        Json::Array(items) => {
            let mut items: Vec<String> = items.iter().map(one).collect();
            items.sort();
            Some(items.join(", "))
        }
        Json::Object(ends) => {
            let mut ends: Vec<String> = ends.iter().map(|(key, end)| format!("{key} {}", one(end))).collect();
            ends.sort();
            Some(ends.join(", "))
        }
        other => Some(one(other)),
    }
}
