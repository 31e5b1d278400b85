//! When rules stand, as people and programs are told.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test reads files, and fails where it cannot"
)]

use dealdesk::civil::{Date, date};
use dealdesk::facts::read::Format;
use dealdesk::pack::rule::{Kind, Matters, Proved, Stands};
use dealdesk::pack::{EffectiveRule, NoSuchRule, Pack, RuleOptions};
use dealdesk::policy::Shape;

const TODAY: Date = date(2026, 3, 1);

fn rules() -> Pack {
    Pack::compile([("rules.policy", include_str!("rules.policy"))]).unwrap_or_else(|error| panic!("{error}"))
}

fn options() -> RuleOptions {
    RuleOptions { today: TODAY, as_of: None, unfold: false }
}

fn rule(pack: &Pack, name: &str) -> EffectiveRule {
    pack.rule(name, &options(), &|| false).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_rule_of_a_policy_is_told_as_it_stands() {
    let pack = rules();
    let mut text = String::new();
    for (_, decision) in pack.policy().decisions.iter().filter(|(_, d)| !matches!(d.shape, Shape::Computed(_))) {
        let names = decision.rules.rules.iter().map(|rule| rule.name.as_str());
        for name in names.chain(decision.rules.default.iter().map(|_| "default")) {
            let told = rule(&pack, &format!("{}.{name}", decision.name));
            assert_eq!(told.completeness, Proved::Exact);
            text.push_str(&format!("{told}\n────\n\n"));
        }
    }
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(text) });
}

#[test]
fn examples_are_deals_in_which_the_rule_stands_or_gives_way() {
    let pack = rules();
    for (name, value, other) in
        [("fee.base", "small", "big"), ("fee.more", "big", "huge"), ("size.middle", "middle", "tiny")]
    {
        let told = rule(&pack, name);
        let (decision, _) = name.rsplit_once('.').unwrap();
        let decided = |example: &dealdesk::pack::rule::Example| {
            let deal = pack.read_deal("example.ron", &example.ron, Format::Ron).unwrap();
            deal.decide(example.as_of).get(decision).unwrap().value_as::<String>()
        };
        assert_eq!(decided(told.example.as_ref().unwrap()).as_deref(), Some(value), "{name}");
        let yields = told.overridden_example.as_ref().unwrap();
        let by = rule(&pack, &format!("{decision}.{}", yields.by[0]));
        assert_eq!(decided(yields).as_deref(), Some(by.outcome.as_str()), "{name}");
        assert_eq!(by.outcome, other, "{name}");
    }
}

#[test]
fn names_stand_for_what_they_are_where_that_is_asked_for() {
    let pack = rules();
    let unfolded = pack.rule("fee.base", &RuleOptions { unfold: true, ..options() }, &|| false).unwrap();
    let meanings: Vec<(&str, &str)> = unfolded.meanings.iter().map(|m| (m.name.as_str(), m.text.as_str())).collect();
    assert_eq!(meanings, [("large", "n > limit")]);
    assert!(rule(&pack, "fee.base").meanings.is_empty());
    let rubric = Pack::compile([(
        "a.policy",
        "fact n: integer 0..9\nconstant from_here: integer\n  value 3 from 2020-01-01\n  value 4 from 2026-01-01\n\
         decide a: boolean\n  default false\n  rule high: true when n >= from_here",
    )]);
    let told = rubric.unwrap().rule("high", &RuleOptions { unfold: true, ..options() }, &|| false).unwrap();
    assert_eq!(told.meanings[0].text, "3 from 2020-01-01, 4 from 2026-01-01");
}

#[test]
fn a_date_narrows_what_is_said() {
    let pack = rules();
    let on = |as_of| pack.rule("fee.base", &RuleOptions { as_of: Some(as_of), ..options() }, &|| false).unwrap();
    let matters = |told: &EffectiveRule| told.unless.iter().find(|o| o.rule == "spring").unwrap().matters;
    assert_eq!(matters(&on(date(2026, 4, 1))), Matters::Yes);
    assert_eq!(matters(&on(date(2026, 6, 1))), Matters::NeverTogether);
    assert_eq!(on(date(2026, 6, 1)).example.unwrap().as_of, date(2026, 6, 1));
    assert_eq!(rule(&pack, "fee.spring").window.from, Some(date(2026, 3, 1)));
}

#[test]
fn names_that_mean_nothing_or_too_much_get_a_way_out() {
    let pack = Pack::compile([
        ("rules.policy", include_str!("rules.policy")),
        (
            "more.policy",
            "table hours(what: one of x, y): integer\n  exactly one\n  | what | => hours |\n  | x    | 1        |\n  \
             | y    | 2        |\n\
             decide second: boolean\n  default false\n  rule base: true when known\n\
             decide computed: integer = hours(x)",
        ),
    ]);
    let pack = pack.unwrap_or_else(|error| panic!("{error}"));
    let error = |name: &str| match pack.rule(name, &options(), &|| false) {
        Err(NoSuchRule { message, help }) => format!("{name}: {message}\n  {}", help.unwrap_or_default()),
        Ok(rule) => panic!("{name} is {}", rule.name),
    };
    let names = ["base", "fee", "fee.bsae", "fee.x", "spirng", "nowhere", "computed", "computed.a", "hours", "hours.x"];
    let errors: Vec<String> = names.into_iter().chain(["in_any_case.default", ""]).map(error).collect();
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(errors.join("\n")) });
    assert_eq!(pack.rule("spring", &options(), &|| false).unwrap().name, "fee.spring");
}

#[test]
fn what_is_stopped_leaves_nothing_out_and_says_so() {
    let pack = rules();
    let told = pack.rule("fee.base", &options(), &|| true).unwrap();
    assert_eq!(told.completeness, Proved::NotFinished);
    assert!(told.when.iter().all(|part| !part.implied));
    assert!(told.unless.iter().all(|other| other.matters == Matters::Yes));
    assert!(told.to_string().contains("Not finished"));
}

#[test]
fn what_is_not_analysed_is_not_said_to_be_proved() {
    let pack = Pack::compile([(
        "a.policy",
        "fact n: integer\nfact m: integer\ndecide high: boolean\n  default false\n  \
         rule one: true when n * n * n * n * m > 5\n  rule idle: true when n > 5 and n < 3",
    )]);
    let told = rule(&pack.unwrap(), "idle");
    assert_eq!(told.completeness, Proved::NotAnalysed);
    assert_eq!(told.stands, Stands::NotSettled);
    assert_eq!(told.kind, Kind::Rule);
    assert!(told.to_string().contains("not analysed"), "{told}");
}

#[test]
fn the_data_follows_its_schema() {
    let schema = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/rule.schema.json")).unwrap();
    let schema = jsonschema::draft202012::new(&serde_json::from_str(&schema).unwrap()).expect("a schema");
    let pack = rules();
    for name in ["fee.base", "fee.spring", "fee.too", "contradiction", "fee.default", "size.small", "half", "coat"] {
        let told = pack.rule(name, &RuleOptions { unfold: true, ..options() }, &|| false).unwrap();
        let json = serde_json::to_value(&told).unwrap();
        let errors: Vec<String> = schema.iter_errors(&json).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{name}: {}", errors.join("\n"));
    }
    assert!(!schema.is_valid(&serde_json::json!({ "version": 1, "name": "x" })), "the schema accepts anything");
}

#[test]
fn a_rule_outside_of_its_window_is_said_to_be_not_in_force() {
    let policy = "fact b: boolean
decide q: one of r, s
  default s
  rule early: r when b
    from 2026-01-02 until 2026-01-04
  rule late: s when b
    from 2026-02-01
    overrides early
";
    let pack = Pack::compile([("windows.policy", policy)]).unwrap_or_else(|error| panic!("{error}"));
    let on = |name: &str, day| {
        let options = RuleOptions { as_of: Some(date(2026, 1, day)), ..options() };
        pack.rule(name, &options, &|| false).unwrap_or_else(|error| panic!("{error}")).to_string()
    };
    let never = on("q.early", 1);
    assert!(never.contains("never stands: it is not in force on 2026-01-01."), "{never}");
    let stands = on("q.early", 3);
    assert!(stands.contains("`late` is not in force on 2026-01-03.") && !stands.contains("could override"), "{stands}");
}
