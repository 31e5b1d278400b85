//! What leads to an outcome, as people and programs are told.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test reads files, and fails where it cannot"
)]

use dealdesk::civil::{Date, date};
use dealdesk::facts::read::Format;
use dealdesk::pack::NotAGoal;
use dealdesk::pack::flip::{Outcome, Proved};
use dealdesk::{Deal, FlipOptions, Flipped, Pack};

const AS_OF: Date = date(2026, 3, 1);

const DEAL: &str = r#"(
    client: (kind: private, name: "Norhaven"),
    lead: (niche: 3, budget: 3, values: 3),
    deal: (price: 6000, starts: "2026-04-01", sites: [(users: 20), (users: 300)]),
)"#;

fn pack() -> Pack {
    Pack::compile([("flip.policy", include_str!("flip.policy"))]).unwrap_or_else(|error| panic!("{error}"))
}

fn deal() -> Deal {
    pack().read_deal("deal.ron", DEAL, Format::Ron).unwrap_or_else(|error| panic!("{error}"))
}

fn within(names: &[&str]) -> FlipOptions {
    FlipOptions { within: names.iter().map(|name| (*name).to_owned()).collect(), ..FlipOptions::default() }
}

fn flip(deal: &Deal, wanted: &str, options: &FlipOptions) -> Flipped {
    deal.flip(wanted, AS_OF, options, &|| false).unwrap_or_else(|error| panic!("{error}"))
}

/// What is asked of the deal, with which facts may change.
const ASKED: [(&str, &[&str]); 18] = [
    ("priority=medium", &[]),
    ("priority=high", &[]),
    ("priority=high", &["lead.budget", "lead.niche"]),
    ("priority=low", &["lead"]),
    ("accepted=yes", &[]),
    ("accepted=ask_first", &[]),
    ("accepted = ask_first", &["deal", "lead"]),
    ("fee>=9000.50", &[]),
    ("fee<6000", &["deal.price"]),
    ("fee!=6000", &["deal.urgent"]),
    ("known=true", &[]),
    ("known=yes", &["client.kind"]),
    ("follow_up>2026-06-01", &[]),
    ("follow_up=none", &[]),
    ("impossible=true", &[]),
    ("site.size[0]=large", &[]),
    ("deal.sites[1].size=small", &["deal.sites"]),
    ("papers=plan", &[]),
];

#[test]
fn what_leads_to_an_outcome_is_told_with_what_follows() {
    let deal = deal();
    let mut text = String::new();
    for (wanted, names) in ASKED {
        let flipped = flip(&deal, wanted, &within(names));
        assert_eq!(flipped.completeness, Proved::Exact, "{wanted}");
        let only = if names.is_empty() { String::new() } else { format!(" --within {}", names.join(" ")) };
        text.push_str(&format!("$ flip {wanted}{only}\n{flipped}\n────\n\n"));
    }
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(text) });
}

#[test]
fn the_deals_told_have_the_outcome() {
    let deal = deal();
    for (wanted, name, value) in [
        ("priority=high", "priority", "high"),
        ("accepted=yes", "accepted", "yes"),
        ("site.size[0]=large", "site.size[0]", "large"),
    ] {
        let flipped = flip(&deal, wanted, &FlipOptions::default());
        assert!(!flipped.ways.is_empty());
        for way in &flipped.ways {
            let deal = pack().deal(way.deal.as_ref().unwrap()).unwrap();
            let decided = deal.decide(AS_OF);
            assert_eq!(decided.get(name).unwrap().value_as::<String>().as_deref(), Some(value), "{wanted}");
        }
    }
}

#[test]
fn costs_say_what_is_cheapest() {
    let flipped = flip(&deal(), "priority=high", &within(&["lead.budget", "lead.values"]));
    let facts: Vec<&str> = flipped.ways.iter().map(|way| way.changes[0].fact.as_str()).collect();
    // Four points more of the budget cost 1, five of shared values 2.5.
    assert_eq!((facts, flipped.cost.unwrap().to_string()), (vec!["lead.budget"], "1".to_owned()));
    let flipped = flip(&deal(), "priority=high", &within(&["lead.values"]));
    assert_eq!(flipped.cost.unwrap().to_string(), "2.5");
}

#[test]
fn what_is_unknown_is_found_out_or_does_not_matter() {
    let mut deal = pack().empty_deal();
    for fact in ["lead.niche=5", "lead.budget=5", "deal.price=4000"] {
        deal.set(fact).unwrap();
    }
    // Shared values are unknown: at least one point of them is needed.
    let flipped = flip(&deal, "accepted=yes", &FlipOptions::default());
    let changes: Vec<(&str, String, bool)> =
        flipped.ways[0].changes.iter().map(|c| (c.fact.as_str(), c.to.to_string(), c.unknown)).collect();
    assert_eq!(changes, [("lead.values", "1".to_owned(), true), ("deal.price", "\"5000\"".to_owned(), false)]);
    // The kind of client is unknown too, and whatever it is, a high priority keeps it from mattering.
    assert_eq!(flipped.ways.len(), 1);
    let flipped = flip(&deal, "all_small=yes", &FlipOptions::default());
    assert_eq!((flipped.result, flipped.unknown_lists), (Outcome::Impossible, vec!["deal.sites".to_owned()]));
}

#[test]
fn what_was_not_finished_says_so() {
    let flipped = deal().flip("priority=high", AS_OF, &FlipOptions::default(), &|| true).unwrap();
    assert_eq!((flipped.result, flipped.completeness), (Outcome::NotSettled, Proved::NotFinished));
    assert!(flipped.to_string().contains("Not finished"), "{flipped}");
}

#[test]
fn what_is_not_analysed_says_so() {
    let pack = Pack::compile([(
        "large.policy",
        "fact n: integer\nfact m: integer\nfact a: boolean\n\
         decide high: boolean = a and n * n * n * n * m > 5",
    )]);
    let mut deal = pack.unwrap().empty_deal();
    for fact in ["n=1", "m=1", "a=false"] {
        deal.set(fact).unwrap();
    }
    let flipped = flip(&deal, "high=true", &FlipOptions::default());
    assert_eq!((flipped.result, flipped.completeness), (Outcome::NotSettled, Proved::NotAnalysed));
    let flipped = flip(&deal, "high=false", &FlipOptions::default());
    assert_eq!(flipped.result, Outcome::IsSo);
}

#[test]
fn lists_that_are_too_long_for_the_circuit_are_told_and_keep_nothing_else_from_being_proved() {
    let pack = Pack::compile([(
        "sites.policy",
        "record site\n  field users: integer 0..9\n  field name: text\nfact sites: list of site up to 100\n\
         fact a: boolean\ndecide small: boolean = all of sites have site.users < 5\ndecide b: boolean = a",
    )]);
    let sites: Vec<String> = (0..80).map(|n| format!("(users: {}, name: \"site {n}\")", n % 9)).collect();
    let text = format!("(a: false, sites: [{}])", sites.join(", "));
    let deal = pack.unwrap().read_deal("sites.ron", &text, Format::Ron).unwrap();
    let flipped = flip(&deal, "small=yes", &FlipOptions::default());
    assert_eq!((flipped.result, flipped.completeness), (Outcome::NotSettled, Proved::NotAnalysed));
    let flipped = flip(&deal, "b=yes", &FlipOptions::default());
    assert_eq!((flipped.result, flipped.ways[0].changes[0].fact.as_str()), (Outcome::Found, "a"));
}

#[test]
fn a_threshold_between_two_facts_is_found_at_once() {
    let pack = Pack::compile([(
        "large.policy",
        "fact n: integer 0..1_000_000_000\nfact limit: integer 0..1_000_000_000\nfact bonus: integer 0..1_000_000_000\n\
         decide reached: boolean = n + bonus >= limit",
    )]);
    let mut deal = pack.unwrap().empty_deal();
    deal.set("n=12345").unwrap();
    // Of what is unknown one has to be found out, or `n` to be raised to the highest limit.
    let flipped = flip(&deal, "reached=yes", &FlipOptions::default());
    let told: Vec<(&str, i64)> =
        flipped.ways.iter().map(|way| (way.changes[0].fact.as_str(), way.changes[0].to.as_i64().unwrap())).collect();
    assert_eq!(told, [("limit", 0), ("n", 1_000_000_000), ("bonus", 999_987_655)]);
    assert_eq!(flipped.completeness, Proved::Exact);
}

#[test]
fn what_cannot_be_asked_gets_a_way_out() {
    let deal = deal();
    let asked: [(&str, &[&str]); 17] = [
        ("priority", &[]),
        ("", &[]),
        ("=", &[]),
        ("=high", &[]),
        ("priority=", &[]),
        ("priorty=high", &[]),
        ("priority=hgh", &[]),
        ("priority>low", &[]),
        ("fee>=much", &[]),
        ("fee=1e999", &[]),
        ("site.size=large", &[]),
        ("site.size[7]=large", &[]),
        ("site.size[99999999999]=large", &[]),
        ("fee[0]=6", &[]),
        ("nowhere[0].size=large", &[]),
        ("papers=plans", &[]),
        ("fee=6000\u{0}\u{1b}[31m", &["lead.budgt", "x[", "..", ""]),
    ];
    let mut text = String::new();
    for (wanted, names) in asked {
        let wrong: NotAGoal = deal.flip(wanted, AS_OF, &within(names), &|| false).expect_err(wanted);
        text.push_str(&format!("{wanted:?}: {wrong}\n"));
    }
    let wrong = deal.flip("fee=1", AS_OF, &within(&["lead.budgt"]), &|| false).unwrap_err();
    text.push_str(&format!("--within lead.budgt: {wrong}\n"));
    let wrong = deal.flip("fee=1", AS_OF, &within(&[""]), &|| false).unwrap_err();
    text.push_str(&format!("--within '': {wrong}\n"));
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(text) });
}

#[test]
fn the_data_follows_its_schema() {
    let schema = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/flip.schema.json")).unwrap();
    let schema = jsonschema::draft202012::new(&serde_json::from_str(&schema).unwrap()).expect("a schema");
    let deal = deal();
    for (wanted, names) in ASKED {
        let json = serde_json::to_value(flip(&deal, wanted, &within(names))).unwrap();
        let errors: Vec<String> = schema.iter_errors(&json).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{wanted}: {}", errors.join("\n"));
    }
    assert!(!schema.is_valid(&serde_json::json!({ "version": 1, "decision": "x" })), "the schema accepts anything");
}
