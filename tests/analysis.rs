//! What `check` proves, of the pack in `rules/` and of small policies that say what is wrong with them.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test reads files, and fails where it cannot"
)]

use dealdesk::civil::date;
use dealdesk::diagnostic::{Code, render};
use dealdesk::facts::read::Format;
use dealdesk::pack::Proof;
use dealdesk::{Pack, Status};

fn prove(pack: &Pack) -> Proof {
    pack.prove(date(2026, 3, 1), &|| false)
}

/// The policies in `rules/`, of which one may read otherwise.
fn rules(change: impl Fn(&str, String) -> String) -> Pack {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files.filter(|path| path.is_file()).collect();
    files.sort();
    let texts = files.iter().map(|path| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let text = change(&name, std::fs::read_to_string(path).unwrap());
        (name, text)
    });
    Pack::compile(texts).unwrap()
}

#[test]
fn nothing_is_wrong_with_the_pack_of_opencraft_and_all_its_properties_are_proved() {
    let pack = rules(|_, text| text);
    let proof = prove(&pack);
    assert_eq!(render::human(&proof.findings, pack.sources(), false), "");
    assert!(!proof.stopped);
    assert_eq!(proof.proved, pack.policy().properties.len());
    assert!(proof.proved >= 7);
}

#[test]
fn a_waiver_without_its_guard_is_shown_with_a_deal_that_gets_it() {
    let pack = rules(|name, text| match name {
        "discovery.policy" => {
            let without = text.replace("\n           and client.kind is government", "");
            assert_ne!(without, text, "the guard is not where it was");
            without
        }
        _ => text,
    });
    let proof = prove(&pack);
    insta::assert_snapshot!(render::human(&proof.findings, pack.sources(), false));
    // The deal that is shown can be saved and decided, and is what it is shown for.
    let witness = proof.findings[0].witness.as_ref().unwrap();
    let deal = pack.read_deal("witness.ron", &witness.ron, Format::Ron).unwrap();
    let decisions = deal.decide(witness.as_of.parse().unwrap());
    let billing = decisions.get("discovery.billing").unwrap();
    assert_eq!(billing.status, Status::Decided);
    assert_eq!(billing.value_as::<String>(), Some("waived".to_owned()));
}

#[test]
fn a_search_that_is_stopped_says_so_and_proves_nothing() {
    let pack = rules(|_, text| text);
    let proof = pack.prove(date(2026, 3, 1), &|| true);
    assert!(proof.stopped);
    assert_eq!((proof.findings.len(), proof.proved), (0, 0));
    let properties = pack.policy().properties.iter().map(|(_, property)| property.name.clone());
    assert_eq!(proof.open, properties.collect::<Vec<_>>());
}

#[test]
fn what_is_hard_to_prove_does_not_keep_the_rest_from_being_proved() {
    let pack = Pack::compile([(
        "a.policy",
        "fact n: integer -1000..1000\nfact m: integer -1000..1000\nfact k: integer -1000..1000\n\
         decide x: integer = n + m + k\n\
         always hard: (n + m) * (n - m) * k is n * n * k - m * m * k\n\
         always broken: x < 2000\nalways kept: x <= 3000\n",
    )])
    .unwrap_or_else(|error| panic!("{error}"));
    let asked = std::cell::Cell::new(0);
    let stop = || {
        asked.set(asked.get() + 1);
        asked.get() > 100_000
    };
    let proof = pack.prove(date(2026, 3, 1), &stop);
    assert_eq!((proof.stopped, proof.proved, proof.open), (true, 1, vec!["hard".to_owned()]));
    assert_eq!(proof.findings.iter().map(|d| d.code).collect::<Vec<_>>(), [Code::BrokenProperty]);
}

#[test]
fn of_what_asks_for_more_than_is_looked_at_nothing_is_proved() {
    // Each table asks the one before ten times.
    let mut text =
        "fact n: integer 0..9\ntable t0(a: integer 0..9): integer\n  | a | => b |\n  | any | 1 |\n".to_owned();
    for level in 1..8 {
        let sum = vec![format!("t{}(a)", level - 1); 10].join(" + ");
        text.push_str(&format!("table t{level}(a: integer 0..9): integer\n  | a | => b |\n  | any | {sum} |\n"));
    }
    text.push_str("decide x: integer = t7(n)\nalways done: x > 0\n");
    let pack = Pack::compile([("a.policy", text.as_str())]).unwrap_or_else(|error| panic!("{error}"));
    let proof = prove(&pack);
    assert_eq!((proof.stopped, proof.proved), (false, 0));
    assert!(proof.findings.iter().any(|d| d.code == Code::NotSettled));
}

/// What is found in one policy, and with which deal.
fn found(text: &str) -> String {
    let pack = Pack::compile([("policy.policy", text)]).unwrap_or_else(|error| panic!("{error}"));
    let proof = prove(&pack);
    assert!(!proof.stopped);
    let mut lines = Vec::new();
    for finding in &proof.findings {
        let place = finding.primary.as_ref().and_then(|label| pack.sources().locate(label.span)).unwrap().1;
        let witness = finding.witness.as_ref().map(|w| format!(" by {} on {}", w.json, w.as_of)).unwrap_or_default();
        lines.push(format!("{}:{} {}{witness}", finding.code, place.line, finding.message));
        // Which deals a gap is found in.
        let holes = finding.help.iter().map(|help| &help.message).filter(|help| help.starts_with("no r"));
        lines.extend(holes.map(|help| format!("  {help}")));
    }
    if !pack.policy().properties.is_empty() {
        lines.push(format!("{} of {} properties proved", proof.proved, pack.policy().properties.len()));
    }
    lines.join("\n")
}

#[test]
fn rows_of_a_long_table_conflict_where_their_outcomes_differ_and_nowhere_else() {
    // Each row gives another sum; row 20 goes one further than the row after it begins.
    let table = |beyond: i32, outcome: &str| {
        let row = |place: i32| {
            let (low, high) = (place * 10, place * 10 + 9 + if place == 20 { beyond } else { 0 });
            let outcome = if place == 20 { outcome.to_owned() } else { format!("x + y * {}", place + 1) };
            format!("  rule r{place}: {outcome} when x >= {low} and x <= {high}\n")
        };
        let rows: String = (0..60).map(row).collect();
        format!("fact x: integer -9..609\nfact y: integer 0..20\ndecide z: integer\n  default 0\n{rows}")
    };
    assert_eq!(found(&table(0, "x + y * 21")), "");
    // At 210 both give 210 + 22 y.
    assert_eq!(found(&table(1, "210 + y * 22")), "");
    let found = found(&table(1, "x + y * 21"));
    assert!(
        found.starts_with("W0904:25 `r20` and `r21` of `z` can stand together and disagree by {\"x\":210,\"y\":1}"),
        "{found}"
    );
}

/// Each file in `tests/analysis` is a policy; its snapshot says what is found in it.
#[test]
fn policies_with_known_defects_are_found_to_have_just_these() {
    insta::glob!("analysis", "*.policy", |path| {
        let text = std::fs::read_to_string(path).unwrap();
        insta::with_settings!({ description => text.clone(), omit_expression => true }, {
            insta::assert_snapshot!(found(&text));
        });
    });
}

#[test]
fn where_more_is_wrong_than_is_told_this_is_said() {
    let outcomes = ["one", "two", "three", "four", "five", "six"];
    let said = |count: usize| {
        let mut text: String = (0..count).map(|n| format!("fact f{n}: boolean\n")).collect();
        text.push_str(&format!("decide d: one of none_yet, {}\n  default none_yet\n", outcomes.join(", ")));
        for (n, outcome) in outcomes.iter().enumerate().take(count) {
            text.push_str(&format!("  rule r{n}: {outcome} when f{n}\n"));
        }
        // Any two of the rules disagree, and no three stand together.
        for n in 0..count {
            let others = (0..count).filter(|other| *other != n);
            let pairs: Vec<String> = others.map(|other| format!("(if f{other} then 1 else 0)")).collect();
            text = text.replace(&format!("when f{n}\n"), &format!("when f{n} and {} <= 1\n", pairs.join(" + ")));
        }
        let pack = Pack::compile([("a.policy", text)]).unwrap_or_else(|error| panic!("{error}"));
        let proof = prove(&pack);
        let conflicts = proof.findings.iter().filter(|finding| finding.code == Code::RulesDisagree);
        let helps: Vec<&str> = proof.findings.iter().flat_map(|f| &f.help).map(|help| help.message.as_str()).collect();
        (conflicts.count(), helps.iter().any(|help| help.starts_with("the decision has more conflicts")))
    };
    assert_eq!(said(3), (3, false));
    assert_eq!(said(4), (5, true));
}

#[test]
fn what_only_records_that_are_not_there_would_read_influences_nothing() {
    let policy = "fact on: boolean\nrecord site\n  field size: integer 0..9\nfact sites: list of site up to 2\n\
                  constant no: integer = 0\ndefine whole = sum of site.size / no over sites\n\
                  decide site.large: boolean = whole > 5 and on\n";
    let pack = Pack::compile([("a.policy", policy)]).unwrap_or_else(|error| panic!("{error}"));
    let proof = prove(&pack);
    let idle: Vec<&str> =
        proof.findings.iter().filter(|d| d.code == Code::NoInfluence).map(|d| d.message.as_str()).collect();
    assert!(idle.iter().any(|message| message.contains("`on`")), "{idle:?}");
}
