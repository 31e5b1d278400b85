//! Compiled programs as a library: what setters and reading refuse, and what is left to the engine.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a test fails where it cannot go on")]

use std::sync::Arc;

use dealdesk::Pack;
use dealdesk::base::Number;
use dealdesk::civil::date;
use dealdesk::facts::Value;
use dealdesk::program::columns::{Columns, Values};
use dealdesk::program::{Ending, Evaluator, Program, Reason};

const POLICY: &str = r#"
currency EUR
type kind = one of small, large
record site
  field users: integer 0..100
  field open_since: date or none
fact a.kind: kind
fact a.total: decimal in EUR 0..1_000
fact a.wide: integer
fact a.name: text
fact a.urgent: boolean
  presumed false
fact sites: list of site up to 3

decide size: one of few, many
  default few
  rule busy: many when any of sites where site.users > 50
decide site.is_busy: boolean = site.users > 50
decide known: boolean = a.name is "Ada"
decide product: integer = a.wide * a.wide
decide rush: boolean = a.urgent
"#;

fn evaluator() -> Evaluator {
    let pack = Pack::compile([("test.policy", POLICY)]).unwrap_or_else(|error| panic!("{error}"));
    let program = Program::compile(Arc::clone(pack.policy()), Some(date(2026, 3, 1))).unwrap();
    assert_eq!(program.left_out(), [] as [Reason; 0]);
    Evaluator::new(program)
}

#[test]
fn setters_hold_facts_to_their_types() {
    let mut e = evaluator();
    let fact = |name: &str| e.program().fact(name).unwrap();
    let (kind, total, name) = (fact("a.kind"), fact("a.total"), fact("a.name"));
    assert!(e.program().fact("a.knd").is_err());
    assert!(e.program().decision("sizes").is_err());
    assert_eq!(e.variant(kind, "large"), Some(1));
    assert!(e.set_variant(kind, 2).is_err());
    assert!(e.set_boolean(kind, true).is_err());
    assert!(e.set_none(kind).is_err());
    assert_eq!(
        e.set_decimal(total, 100_001, 2).unwrap_err().to_string(),
        "`a.total` is to be a number within its range and with no more decimals than it may have"
    );
    assert!(e.set_decimal(total, 1_005, 3).is_err());
    assert!(e.set_decimal(total, 1_000, 3).is_ok());
    assert!(e.set_decimal(total, i64::MIN, 0).is_err());
    assert!(e.set_text(name, "Ada").is_ok());
    assert!(e.set_text(total, "Ada").is_err());
}

#[test]
fn a_deal_is_read_with_its_records_and_decided_for_each() {
    let mut e = evaluator();
    let (size, each) = (e.program().decision("size").unwrap(), e.program().decision("site.is_busy").unwrap());
    e.read_json(r#"{"sites": [{"users": 7}, {"users": 70, "open_since": null}], "a": {"name": "Ada"}}"#).unwrap();
    e.run();
    assert_eq!(e.outcome(size).variant(), Some(1));
    assert_eq!(e.records(each), Some(2));
    assert_eq!([0, 1].map(|site| e.outcome_of(each, site).boolean()), [Some(false), Some(true)]);
    assert_eq!(e.standing(size, 0), Some(vec![0]));
    let known = e.program().decision("known").unwrap();
    assert_eq!(e.outcome(known).boolean(), Some(true));
    // Nothing is left of it for the next one, of which the list is unknown.
    e.read_json(r#"{"a.name": "Bob"}"#).unwrap();
    e.run();
    assert_eq!(e.outcome(size).ending(), Ending::Open);
    assert_eq!(e.records(each), None);
    assert_eq!(e.outcome(known).boolean(), Some(false));
    e.settle();
    assert_eq!(e.outcome(size).ending(), Ending::Undecided);
}

#[derive(serde::Serialize)]
struct Lead {
    a: About,
    sites: Vec<Site>,
}

#[derive(serde::Serialize)]
struct About {
    kind: &'static str,
    total: f64,
    name: Option<String>,
}

#[derive(serde::Serialize)]
struct Site {
    users: u8,
    open_since: Option<&'static str>,
}

#[test]
fn a_deal_is_read_from_what_serializes() {
    let mut e = evaluator();
    let lead = |total: f64, open_since: Option<&'static str>, name: Option<&str>| Lead {
        a: About { kind: "large", total, name: name.map(str::to_owned) },
        sites: vec![Site { users: 70, open_since }],
    };
    for (total, open_since, name, said) in [
        (
            0.1,
            Some("2026-01-31"),
            Some("Ada"),
            r#"{"a":{"kind":"large","total":0.1,"name":"Ada"},"sites":[{"users":70,"open_since":"2026-01-31"}]}"#,
        ),
        (1e3, None, None, r#"{"a":{"kind":"large","total":1000},"sites":[{"users":70,"open_since":null}]}"#),
    ] {
        e.read(&lead(total, open_since, name)).unwrap();
        let deal = dealdesk::facts::write::json(&e.program().policy().schema, &e.deal());
        assert_eq!(deal.split_whitespace().collect::<String>(), said);
    }
    // A float that is no number is not taken for none, and what is wrong is said.
    for wrong in [f64::NAN, f64::INFINITY, 0.001, 1_001.0] {
        let problems = e.read(&lead(wrong, None, None)).unwrap_err();
        assert!(problems[0].message.contains("a.total"), "{wrong}: {problems:?}");
        assert_eq!(e.deal().given.iter().count(), 0);
    }
    #[derive(serde::Serialize)]
    struct Deep {
        a: Option<Box<Deep>>,
    }
    let mut deep = Deep { a: None };
    for _ in 0..1_000 {
        deep = Deep { a: Some(Box::new(deep)) };
    }
    assert!(e.read(&deep).unwrap_err()[0].message.contains("nested too deeply"));
}

#[test]
fn what_is_unusual_is_read_all_the_same_and_what_is_wrong_is_said_with_its_place() {
    let mut e = evaluator();
    let total = e.program().fact("a.total").unwrap();
    for text in [r#"{"a": {"total": 1e2}}"#, r#"{"a.total": 100.0}"#, r#"{"a": {}, "a.total": 100}"#] {
        e.read_json(text).unwrap();
        assert!(e.deal().get(total).is_some(), "{text}");
    }
    for (text, said) in [
        (r#"{"a": {"total": 1001}}"#, "a.total"),
        (r#"{"a": {"totl": 1}}"#, "totl"),
        (r#"{"a": {"kind": "smal"}}"#, "small"),
        (r#"{"a": {"total": 1, "total": 2}}"#, "a.total"),
        (r#"{"sites": [{"users": 1}, {"users": 101}]}"#, "sites[1].users"),
        (r#"{"sites": [{}, {}, {}, {}]}"#, "sites"),
        (r#"{"a": {"total": 1}"#, ""),
    ] {
        let problems = e.read_json(text).unwrap_err();
        assert_eq!(problems.len(), 1, "{text}: {problems:?}");
        let all = format!("{:?}", problems[0]);
        assert!(all.contains(said) && problems[0].primary.is_some(), "{text}: {all}");
        assert_eq!(e.deal().given.iter().count(), 0, "{text}");
    }
}

#[test]
fn what_does_not_fit_a_register_is_left_to_the_engine() {
    let mut e = evaluator();
    let product = e.program().decision("product").unwrap();
    let wide = e.program().fact("a.wide").unwrap();
    e.set_integer(wide, 1_000).unwrap();
    e.run();
    assert_eq!(e.outcome(product).decimal(), Some((1_000_000, 0)));
    e.set_integer(wide, 10_000_000_000).unwrap();
    e.run();
    assert_eq!(e.outcome(product).ending(), Ending::Open);
    e.decide();
    assert_eq!(e.outcome(product).ending(), Ending::Decided);
    assert_eq!(e.outcome(product).decimal(), None);
    assert_eq!(e.outcome(product).value().map(|v| format!("{v:?}").contains("100000000000000000000")), Some(true));
}

#[test]
fn a_presumption_holds_until_somebody_says_otherwise() {
    let mut e = evaluator();
    let (rush, urgent) = (e.program().decision("rush").unwrap(), e.program().fact("a.urgent").unwrap());
    e.run();
    assert_eq!(e.outcome(rush).boolean(), Some(false));
    e.set_boolean(urgent, true).unwrap();
    e.run();
    assert_eq!(e.outcome(rush).boolean(), Some(true));
    e.set_unknown(urgent);
    e.run();
    assert_eq!(e.outcome(rush).boolean(), Some(false));
    let mut strict = Evaluator::strict(Arc::clone(e.program()));
    strict.run();
    assert_eq!(strict.outcome(rush).ending(), Ending::Open);
}

#[test]
fn columns_take_what_fits_no_register_and_refuse_what_the_fact_cannot_be() {
    let policy =
        "currency EUR\nfact f: decimal in EUR\ndecide low: boolean = f < 0 EUR\ndecide same: decimal in EUR = f\n";
    let pack = Pack::compile([("wide.policy", policy)]).unwrap_or_else(|error| panic!("{error}"));
    let program = Program::compile(Arc::clone(pack.policy()), Some(date(2026, 3, 1))).unwrap();
    let f = program.fact("f").unwrap();
    let [low, same] = ["low", "same"].map(|name| program.decision(name).unwrap());
    let mut columns = Columns::new(program);
    columns.begin(3);
    let cents = [-8_079_598_919_175_623_449, 100, i64::MAX];
    columns.set_scaled(f, Values::I64(&cents), 2, Some(&[true, true, false])).unwrap();
    columns.decide();
    assert_eq!([0, 1].map(|row| columns.column(low).value(row)), [true, false].map(|low| Some(Value::Boolean(low))));
    assert_eq!(columns.column(same).value(0), Number::decimal(cents[0].into(), 2).map(Value::Number));
    assert_eq!(columns.column(low).ending(2), Ending::Undecided);
    let refused = columns.set_scaled(f, Values::I64(&[1, 2_000_000_000_000_000_000, 3]), 0, None).unwrap_err();
    assert_eq!(refused.to_string(), "row 1 has a value that `f` cannot have");
}

#[test]
fn a_quotient_whose_divisor_fits_no_register_is_left_open_in_either_branch() {
    let policy = r#"
currency EUR
fact f: integer 1..
constant price: decimal in EUR
  value 12_345.67 EUR from 2020-01-01
  value 12_345.67 EUR from 2026-03-02
decide large: boolean = (if price is 0 EUR then 19 percent else price / f / price) >= 1_000_000
"#;
    let pack = Pack::compile([("quotient.policy", policy)]).unwrap_or_else(|error| panic!("{error}"));
    let program = Program::compile(Arc::clone(pack.policy()), None).unwrap();
    let (f, large) = (program.fact("f").unwrap(), program.decision("large").unwrap());
    let mut e = Evaluator::new(program);
    e.set_as_of(date(2026, 3, 1));
    e.set_integer(f, 112_782_008_276_553_825).unwrap();
    e.run();
    assert_eq!(e.outcome(large).ending(), Ending::Open);
    e.decide();
    assert_eq!(e.outcome(large).boolean(), Some(false));
}

#[test]
fn what_fits_no_register_is_kept_apart_for_two_lists_of_the_same_records() {
    let policy = "currency EUR
record site
  field price: decimal in EUR
fact sites: list of site up to 3
fact old_sites: list of site up to 3
decide all: decimal in EUR = sum of site.price over sites
decide before: decimal in EUR = sum of site.price over old_sites
";
    let pack = Pack::compile([("sites.policy", policy)]).unwrap_or_else(|error| panic!("{error}"));
    let program = Program::compile(Arc::clone(pack.policy()), Some(date(2026, 3, 1))).unwrap();
    let [all, before] = ["all", "before"].map(|name| program.decision(name).unwrap());
    let number = |text: &str| text.parse::<Number>().ok().map(Value::Number);
    let (wide, wider) = ("-192249921223265118.89", "999999999999999999.99");
    let mut e = Evaluator::new(program);
    for (one, other) in [(wide, "2.00"), ("2.00", wide), (wide, wider)] {
        let deal = format!("{{\"sites\":[{{\"price\":{one}}}],\"old_sites\":[{{\"price\":{other}}}]}}");
        e.read_json(&deal).unwrap();
        e.decide();
        assert_eq!([all, before].map(|id| e.outcome(id).value()), [one, other].map(number), "{deal}");
    }
}

#[test]
fn what_lies_at_the_end_of_what_fits_a_register_is_not_within_a_range_beyond_it() {
    let policy = "currency BTC with 12 decimals
fact f.a: decimal in BTC
fact f.b: decimal in BTC
decide d: decimal in BTC 5_000_000..10_000_000 = f.a * 4 + f.b
";
    let pack = Pack::compile([("wide.policy", policy)]).unwrap_or_else(|error| panic!("{error}"));
    let program = Program::compile(Arc::clone(pack.policy()), Some(date(2026, 3, 1))).unwrap();
    let d = program.decision("d").unwrap();
    let mut e = Evaluator::new(program);
    e.read_json("{\"f\":{\"a\":999999.999999999999,\"b\":611686.018427387908}}").unwrap();
    e.decide();
    assert_eq!(e.outcome(d).ending(), Ending::Error);
}

#[test]
fn a_set_of_more_items_than_a_register_has_is_told_by_the_engine() {
    let items: String = (0..70).map(|at| format!("  item i{at} when n >= {at}\n")).collect();
    let policy = format!("fact n: integer 0..100\nchecklist papers\n{items}");
    let pack = Pack::compile([("papers.policy", policy)]).unwrap_or_else(|error| panic!("{error}"));
    let program = Program::compile(Arc::clone(pack.policy()), Some(date(2026, 3, 1))).unwrap();
    let (n, papers) = (program.fact("n").unwrap(), program.decision("papers").unwrap());
    let mut e = Evaluator::new(program);
    for given in [0, 61, 62, 63, 69] {
        e.set_integer(n, given).unwrap();
        e.decide();
        let outcome = e.outcome(papers);
        assert!(!outcome.is_none());
        let items = outcome.items().map(|items| items.iter().count());
        assert_eq!(items, usize::try_from(given + 1).ok(), "{given}");
        assert_eq!(outcome.value(), outcome.items().map(Value::Items));
    }
}

#[test]
fn a_column_that_is_given_again_leaves_nothing_of_what_was_given_before() {
    let policy = "currency EUR\nfact f: decimal in EUR\ndecide same: decimal in EUR = f\n";
    let pack = Pack::compile([("wide.policy", policy)]).unwrap_or_else(|error| panic!("{error}"));
    let program = Program::compile(Arc::clone(pack.policy()), Some(date(2026, 3, 1))).unwrap();
    let (f, same) = (program.fact("f").unwrap(), program.decision("same").unwrap());
    let mut columns = Columns::new(program);
    columns.begin(1);
    columns.set_scaled(f, Values::I64(&[i64::MAX]), 2, None).unwrap();
    columns.set_scaled(f, Values::I64(&[500]), 2, None).unwrap();
    columns.decide();
    assert_eq!(columns.column(same).value(0), Some(Value::Number(Number::integer(5))));
}
