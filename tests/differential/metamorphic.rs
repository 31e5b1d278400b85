//! What must not change an answer, whatever the answer is.

use std::collections::BTreeMap;

use dealdesk::engine::{self, Options, Possible, State};
use dealdesk::facts::Value;

use crate::bridge::{Compiled, compile, to_engine};
use crate::compare::said;
use crate::differential::try_cases;
use crate::generate::Case;
use crate::reference::Deal;

fn options(strict: bool) -> Options {
    Options { strict, explain: false, ..Options::default() }
}

fn answers(compiled: &Compiled, case: &Case, deal: &Deal, strict: bool) -> engine::Decisions {
    let deal = to_engine(&compiled.policy.schema, deal);
    engine::decide(&compiled.policy, &deal, case.as_of, &options(strict))
}

fn words(compiled: &Compiled, case: &Case) -> BTreeMap<String, String> {
    said(&compiled.policy, &answers(compiled, case, &case.deal, false))
}

/// Where two sets of answers differ, in words.
fn changes(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<String> {
    let names = before.keys().chain(after.keys()).collect::<std::collections::BTreeSet<_>>();
    let nothing = "nothing".to_owned();
    let of = |answers: &BTreeMap<String, String>, name: &String| answers.get(name).unwrap_or(&nothing).clone();
    let changed = names.into_iter().filter(|name| before.get(*name) != after.get(*name));
    changed.map(|name| format!("{name}: before {}, after {}", of(before, name), of(after, name))).collect()
}

#[test]
fn the_order_of_declarations_and_the_files_they_are_in_do_not_matter() {
    try_cases(150, 400, |case, compiled| {
        let declarations = case.declarations();
        let mut files = vec![String::new(); 3];
        for (at, declaration) in declarations.iter().enumerate().rev() {
            files[at * 7 % 3] += declaration;
        }
        match compile(files.iter().map(String::as_str)) {
            Ok(again) => changes(&words(compiled, case), &words(&again, case)),
            Err(problems) => vec![problems],
        }
    });
}

#[test]
fn the_order_of_rules_does_not_matter() {
    try_cases(150, 400, |case, compiled| match case.with_rules_reversed().compile() {
        Ok(again) => changes(&words(compiled, case), &words(&again, case)),
        Err(problems) => vec![problems],
    });
}

#[test]
fn names_do_not_matter() {
    try_cases(150, 400, |case, compiled| {
        let again = match compile([rename(&case.declarations().concat()).as_str()]) {
            Ok(again) => again,
            Err(problems) => return vec![problems],
        };
        let deal = rename_deal(&case.deal);
        let after = said(&again.policy, &answers(&again, case, &deal, false));
        let sorted = |answers: BTreeMap<String, String>| {
            let words = |text: String| {
                let mut words: Vec<String> =
                    rename(&text).split([' ', ',', ';', '{', '}', '[', ']']).map(str::to_owned).collect();
                words.sort();
                words.join(" ")
            };
            answers.into_iter().map(|(name, text)| (rename(&name), words(text))).collect::<BTreeMap<_, _>>()
        };
        let twice = after.into_iter().map(|(name, text)| (rename(&name), rename(&text))).collect();
        changes(&sorted(words(compiled, case)), &sorted(twice))
    });
}

/// Every name that ends in a number, with the numbers in the opposite order. Done twice, it is undone.
fn rename(text: &str) -> String {
    let mut renamed = String::new();
    let mut word = String::new();
    for c in text.chars().chain(['\n']) {
        if c.is_ascii_alphanumeric() || c == '_' {
            word.push(c);
            continue;
        }
        let letters = word.trim_end_matches(|c: char| c.is_ascii_digit());
        let is_name = !letters.is_empty() && letters.chars().all(|c| c.is_ascii_alphabetic());
        match word[letters.len()..].parse::<u32>() {
            Ok(number) if is_name => renamed += &format!("{letters}{}", 97 - number),
            _ => renamed += &word,
        }
        word.clear();
        renamed.push(c);
    }
    renamed.pop();
    renamed
}

fn rename_deal(deal: &Deal) -> Deal {
    let value = |value: &crate::reference::Val| match value {
        crate::reference::Val::List(records) => {
            let record = |r: &Deal| r.iter().map(|(name, value)| (rename(name), value.clone())).collect();
            crate::reference::Val::List(records.iter().map(record).collect())
        }
        other => other.clone(),
    };
    deal.iter().map(|(name, v)| (rename(name), value(v))).collect()
}

#[test]
fn taking_one_decision_or_explaining_it_does_not_change_it() {
    try_cases(150, 400, |case, compiled| {
        let all = words(compiled, case);
        let deal = to_engine(&compiled.policy.schema, &case.deal);
        let explained = Options { explain: true, ..options(false) };
        let explained = engine::decide(&compiled.policy, &deal, case.as_of, &explained);
        let mut problems = changes(&all, &said(&compiled.policy, &explained));
        for (id, decision) in compiled.policy.decisions.iter() {
            let only = Options { only: Some(vec![id]), ..options(false) };
            let mut only = engine::decide(&compiled.policy, &deal, case.as_of, &only);
            only.taken.retain(|taken| taken.requested);
            if only.taken.iter().map(|t| t.decision).ne([id]) {
                problems.push(format!("asked for {}, got {:?}", decision.name, only.taken));
            }
            let said = said(&compiled.policy, &only);
            problems.extend(
                said.iter()
                    .filter(|(name, text)| all.get(*name) != Some(*text))
                    .map(|(name, text)| format!("{name} alone: {text}, with the others: {:?}", all.get(name))),
            );
        }
        problems
    });
}

/// Where presumptions are left out of account, to know more never changes what was certain, and never makes anything
/// possible that was not.
#[test]
fn knowing_more_leaves_what_was_certain() {
    try_cases(150, 400, |case, compiled| {
        let before = answers(compiled, case, &case.deal, true);
        let mut problems = Vec::new();
        for deal in case.better_known_deals().into_iter().take(6) {
            let after = answers(compiled, case, &deal, true);
            for (before, after) in before.taken.iter().zip(&after.taken) {
                let (engine::Answers::One(one), engine::Answers::One(other)) = (&before.answers, &after.answers) else {
                    continue;
                };
                if !narrows(&one.state, &other.state) {
                    let name = &compiled.policy.decisions[before.decision].name;
                    problems.push(format!("{name}: {one:?}, with {deal:?}: {other:?}"));
                }
            }
        }
        problems
    });
}

/// Whether `after` says nothing that `before` had excluded.
fn narrows(before: &State, after: &State) -> bool {
    let may_be = |value: &Value| match before {
        State::Decided(v) | State::Default(v) => v == value,
        State::Undecided(open) => match &open.possible {
            Possible::Values(values) => values.contains(value),
            Possible::Range { low, high, none } => {
                if *value == Value::None {
                    *none
                } else {
                    low <= value && value <= high
                }
            }
            Possible::Items { certain, open } => match value {
                Value::Items(items) => {
                    certain.iter().all(|i| items.contains(i))
                        && items.iter().all(|i| certain.contains(i) || open.contains(i))
                }
                _ => false,
            },
        },
        State::Conflict(_) | State::Error(_) => false,
    };
    let open = |open: fn(&engine::Undecided) -> bool| matches!(before, State::Undecided(o) if open(o));
    match after {
        State::Decided(value) | State::Default(value) => may_be(value),
        State::Conflict(_) => matches!(before, State::Conflict(_)) || open(|o| o.conflict),
        State::Error(_) => matches!(before, State::Error(_)) || open(|o| o.error),
        State::Undecided(after) => {
            let values = match &after.possible {
                Possible::Values(values) => values.iter().all(may_be),
                Possible::Range { low, high, .. } => may_be(low) && may_be(high),
                Possible::Items { .. } => true,
            };
            let endings = [
                (after.gap, open(|o| o.gap)),
                (after.conflict, open(|o| o.conflict)),
                (after.error, open(|o| o.error)),
            ];
            values && endings.into_iter().all(|(after, before)| before || !after)
        }
    }
}
