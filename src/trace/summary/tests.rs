use proptest::prelude::*;
use serde_json::Value as Json;

use super::*;
use crate::trace::data::{FactRef, Fault, Kind, PolicyInfo, Possible, Reason, Refer, Shown};

fn entry(name: &str, outcome: &str, rules: &[&str]) -> Entry {
    Entry {
        name: name.to_owned(),
        label: name.to_owned(),
        status: Status::Decided,
        outcome: outcome.to_owned(),
        rules: rules.iter().map(|rule| Because { rule: (*rule).to_owned(), reason: None }).collect(),
        reasons: Vec::new(),
        missing: Vec::new(),
        presumed: Vec::new(),
        refer: Vec::new(),
    }
}

fn by_default(name: &str, outcome: &str) -> Entry {
    Entry { status: Status::Default, ..entry(name, outcome, &[]) }
}

fn undecided(name: &str, outcome: &str, missing: &[&str]) -> Entry {
    let missing = missing.iter().map(|&path| path.to_owned()).collect();
    Entry { status: Status::Undecided, missing, ..entry(name, outcome, &[]) }
}

fn summary(entries: impl IntoIterator<Item = Entry>) -> Summary {
    Summary { entries: entries.into_iter().collect() }
}

fn told(before: &Entry, after: &Entry) -> String {
    let all = changes(&summary([before.clone()]), &summary([after.clone()]));
    all.iter().map(Change::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_change_tells_what_became_of_which_decision_and_by_which_rule() {
    let on_acceptance = entry("discovery.billing", "on_acceptance", &["bid"]);
    let waived = entry("discovery.billing", "waived", &["legal_bar"]);
    let billed = by_default("discovery.billing", "billed");
    let open = undecided("discovery.billing", "waived or billed", &["client.kind"]);
    assert_eq!(told(&on_acceptance, &waived), "discovery.billing: on_acceptance → waived, by legal_bar");
    assert_eq!(told(&waived, &billed), "discovery.billing: waived → billed, by default");
    assert_eq!(told(&billed, &open), "discovery.billing: billed → undecided (waived or billed), missing client.kind");
    assert_eq!(told(&waived, &waived), "");
}

#[test]
fn the_same_outcome_for_other_reasons_is_a_change_too() {
    let bid = entry("a", "waived", &["bid"]);
    assert_eq!(
        told(&bid, &entry("a", "waived", &["legal_bar"])),
        "a: still waived; now by legal_bar, no longer by bid"
    );
    assert_eq!(told(&bid, &by_default("a", "waived")), "a: still waived; now by default, no longer by bid");
    let reason = Some("They said so".to_owned());
    let reasoned = Entry { rules: vec![Because { rule: "bid".to_owned(), reason }], ..bid.clone() };
    assert_eq!(told(&bid, &reasoned), "a: still waived; with another reason of bid");
    let because = |reason: &str| {
        let rules = vec![Because { rule: "bid".to_owned(), reason: Some(reason.to_owned()) }];
        Entry { rules, ..bid.clone() }
    };
    let told_of = told(&because("They said so"), &because("They wrote so"));
    assert_eq!(told_of, "a: still waived; with another reason of bid: “They said so” → “They wrote so”");
    let long = "so ".repeat(60);
    assert_eq!(told(&because(&long), &because("No")), "a: still waived; with another reason of bid");
    let change = Change { before: Some(because(&long)), after: Some(because("No")) };
    let lines: Vec<_> = change.reworded().iter().map(Reworded::lines).collect();
    assert_eq!(lines, [(Some(format!("by bid: {long}")), Some("by bid: No".to_owned()))]);
    let default = |reason: &str| Entry { reasons: vec![reason.to_owned()], ..by_default("a", "waived") };
    let told_of = told(&default("As ever"), &default("As usual"));
    assert_eq!(told_of, "a: still waived; with another reason: “As ever” → “As usual”");
    let referred = Entry { refer: vec!["Head of Sales: Is it worth it?".to_owned()], ..bid.clone() };
    assert_eq!(told(&bid, &referred), "a: still waived; now referred to Head of Sales");
    let asked = Entry { refer: vec!["Head of Sales: Can we?".to_owned()], ..bid.clone() };
    assert_eq!(told(&referred, &asked), "a: still waived; referred with another question");
    let (few, more) = (undecided("a", "yes or no", &["x", "y"]), undecided("a", "yes or no", &["y", "z"]));
    assert_eq!(told(&few, &more), "a: still undecided (yes or no); now missing z; no longer missing x");
}

#[test]
fn a_checklist_tells_the_items_that_came_and_went() {
    let list = |items: &[&str]| entry("contents", &items.join(", "), items);
    assert_eq!(told(&list(&["a", "b", "c"]), &list(&["a", "c", "d"])), "contents: now also d; no longer b");
    let nothing = entry("contents", "nothing", &[]);
    assert_eq!(told(&list(&["a", "b"]), &nothing), "contents: no longer a, b");
    assert_eq!(told(&nothing, &list(&["a"])), "contents: nothing → a, by a");
}

#[test]
fn answers_that_are_new_and_gone_are_changes() {
    let (a, b) = (entry("tier[0]", "tier_1", &[]), entry("tier[1]", "tier_2", &["dedicated"]));
    let all = changes(&summary([a.clone()]), &summary([a.clone(), b.clone()]));
    assert_eq!(all.iter().map(Change::to_string).collect::<Vec<_>>(), ["tier[1]: tier_2, by dedicated, new"]);
    assert_eq!(all[0].decision(), "tier");
    let all = changes(&summary([a.clone(), b]), &summary([a]));
    assert_eq!(all.iter().map(Change::to_string).collect::<Vec<_>>(), ["tier[1]: tier_2, no longer there"]);
}

#[test]
fn one_edit_that_moves_many_deals_is_one_change() {
    let high_to_low =
        |_| vec![Change { before: Some(entry("p", "high", &[])), after: Some(entry("p", "low", &["r"])) }];
    let mut moved: Vec<(String, Vec<Change>)> = (0..300).map(|i| (format!("deal {i}"), high_to_low(i))).collect();
    let other = Change { before: Some(entry("p", "low", &[])), after: Some(entry("p", "high", &["s"])) };
    moved[0].1 = vec![other];
    let groups = groups(moved.iter().map(|(name, changes)| (name.as_str(), changes.as_slice())));
    let told: Vec<String> = groups[0].ways.iter().map(|w| format!("{} {}", w.change, listed(&w.deals, 2))).collect();
    assert_eq!(told, ["p: high → low, by r deal 1, deal 2 and 297 more", "p: low → high, by s deal 0"]);
    assert_eq!((groups.len(), groups[0].count()), (1, 300));
}

#[test]
fn text_that_is_no_summary_is_refused_with_its_line() {
    let wrong = |text: &str| Summary::read(text).map_err(|e| e.line).unwrap_err();
    assert_eq!(wrong("Label\n  a: b\n    whatever"), 3);
    assert_eq!(wrong("  a: b"), 1);
    assert_eq!(wrong("Label\n    by a"), 2);
    assert_eq!(wrong("Label\n  a b"), 2);
    assert_eq!(wrong("Label\n  a:b"), 2);
    assert_eq!(wrong("Label\n\n   a: b"), 3);
}

/// Texts that people and machines put into policies and deals.
fn hostile() -> impl Strategy<Value = String> {
    let odd = prop::sample::select(vec![
        "",
        " ",
        "by x",
        "=== a",
        "a: b",
        "is undecided: x",
        "missing a, b",
        "by the default",
        "\n  b: c",
        "\u{202e}x",
    ]);
    prop_oneof![odd.prop_map(str::to_owned), "\\PC{0,12}", "[ =:,\n\ta-c]{0,8}"]
}

fn name() -> impl Strategy<Value = String> {
    "[a-z][a-z_]{0,6}(\\.[a-z]{1,5})?".prop_map(|name| name)
}

fn shown(words: String) -> Shown {
    Shown { json: Json::String(words.clone()), words, items: None }
}

prop_compose! {
    fn answer()(
        status in prop::sample::select(vec![
            Status::Decided, Status::Default, Status::Undecided, Status::Conflict, Status::Error,
        ]),
        rules in prop::collection::vec((name(), prop::option::of(hostile())), 0..3),
        reasons in prop::collection::vec(hostile(), 0..2),
        paths in prop::collection::vec(name(), 0..3),
        refer in prop::collection::vec((hostile(), prop::option::of(hostile())), 0..2),
        words in hostile(),
        values in prop::collection::vec(hostile(), 0..3),
    ) -> Answer {
        let standing: Vec<String> = rules.iter().map(|(rule, _)| rule.clone()).collect();
        let facts = || paths.iter().map(|path| FactRef {
            path: path.clone(), label: String::new(), ask: None, judged_by: None, presumed: None, takes: String::new(),
        }).collect::<Vec<_>>();
        let settled = matches!(status, Status::Decided | Status::Default);
        let reason = |rule: Option<String>, because: Option<String>| {
            Reason { rule, label: None, outcome: Some(words.clone()), because, cites: Vec::new() }
        };
        Answer {
            record: None,
            status,
            value: settled.then(|| shown(words.clone())),
            unit: None,
            by: settled.then(|| standing.clone()),
            provisional: false,
            presumed: facts(),
            missing: (status == Status::Undecided).then(facts),
            possible: (status == Status::Undecided).then(|| Possible::Values {
                values: values.into_iter().map(shown).collect(),
                other_texts: false,
            }),
            certain: None,
            open: None,
            possible_states: Vec::new(),
            exact: true,
            between: (status == Status::Conflict).then_some(standing),
            error: (status == Status::Error).then(|| Fault {
                expression: String::new(), message: words.clone(), at: None, values: Vec::new(),
            }),
            refer: refer.into_iter().map(|(to, text)| Refer { to, text }).collect(),
            trace: None,
            perhaps: Vec::new(),
            judged: Vec::new(),
            reasons: rules.iter().map(|(rule, because)| reason(Some(rule.clone()), because.clone()))
                .chain(reasons.into_iter().map(|because| reason(None, Some(because)))).collect(),
        }
    }
}

prop_compose! {
    fn evaluation()(
        decisions in prop::collection::btree_map(
            name(),
            (prop::option::of(hostile()), prop::collection::vec(answer(), 0..3), any::<bool>()),
            0..4,
        ),
    ) -> Evaluation {
        let decision = |(name, (label, mut answers, each)): (String, (Option<String>, Vec<Answer>, bool))| {
            let answers = match (each, answers.pop()) {
                (false, Some(answer)) => Answers::One(Box::new(answer)),
                (_, last) => {
                    answers.extend(last);
                    Answers::Each { names: vec![String::new(); answers.len()], answers }
                }
            };
            Decision { name, label, group: String::new(), kind: Kind::Rules, rank: None, answers }
        };
        Evaluation {
            version: 1,
            policy: PolicyInfo { name: String::new(), version: String::new(), hash: String::new(), label: None },
            as_of: String::new(),
            deal: String::new(),
            strict: false,
            next: None,
            decisions: decisions.into_iter().map(decision).collect(),
            needed: Vec::new(),
            definitions: Vec::new(),
        }
    }
}

proptest! {
    #[test]
    fn what_is_written_of_any_decisions_is_read_back_the_same(evaluation in evaluation()) {
        let summary = Summary::of(&evaluation);
        let text = summary.to_string();
        prop_assert_eq!(Summary::read(&text), Ok(summary), "{}", text);
    }

    #[test]
    fn what_differs_is_told_and_what_is_the_same_is_not(a in evaluation(), b in evaluation()) {
        let (a, b) = (Summary::of(&a), Summary::of(&b));
        prop_assert_eq!(changes(&a, &a), []);
        let told = changes(&a, &b);
        for entry in a.entries.iter().chain(&b.entries) {
            let differs = a.get(&entry.name) != b.get(&entry.name);
            prop_assert_eq!(told.iter().any(|change| change.name() == entry.name), differs);
        }
        prop_assert!(told.iter().all(|change| !change.words().is_empty()));
    }

    #[test]
    fn no_text_breaks_the_reader(text in "([ ]{0,5}[a-z:=, ]{0,9}\n?){0,6}|\\PC{0,80}") {
        if let Ok(summary) = Summary::read(&text) {
            prop_assert_eq!(Summary::read(&summary.to_string()), Ok(summary));
        }
    }
}
