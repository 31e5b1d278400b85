//! Values that do not come from files, and values on their way out.

use std::collections::BTreeMap;

use dealdesk::facts::{Deal, FactPath, Origin, Schema, Type, TypeKind, Value, encode, read, write};
use serde::Serialize;

use super::schema::{every_kind, schema};

fn set(schema: &Schema, deal: &mut Deal, assignments: &[&str]) {
    for assignment in assignments {
        if let Err(problems) = read::set(schema, deal, assignment) {
            panic!("{assignment}: {problems:?}");
        }
    }
}

/// What is said of an assignment to a deal whose `sites` has one record, and the help after it.
fn refused(assignment: &str) -> String {
    let schema = every_kind();
    let mut deal = Deal::new();
    set(&schema, &mut deal, &["sites=[(users: 1)]"]);
    let before = deal.clone();
    let problems = read::set(&schema, &mut deal, assignment).expect_err(assignment);
    assert_eq!(deal, before, "{assignment} changed the deal");
    assert!(problems.iter().all(|p| p.primary.is_none() && p.labels.is_empty()));
    let lines = problems.iter().map(|p| {
        let help: String = p.help.iter().map(|h| format!(" ({})", h.message)).collect();
        format!("{} {}{help}", p.code, p.message)
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn set_gives_facts_without_quotes_and_replaces_what_was_said() {
    let schema = every_kind();
    let mut deal = Deal::new();
    set(
        &schema,
        &mut deal,
        &[
            "client.name=City of Norhaven = \"ours\"",
            "client.kind=private",
            "client.kind = government",
            "client.existing=true",
            "client.since=2020-01-31",
            "client.since=none",
            "deal.price=1_000.50",
            "deal.starts=\"2026-01-31\"",
        ],
    );
    insta::assert_snapshot!(write::ron(&schema, &deal), @r#"
    (
        client: (
            name: "City of Norhaven = \"ours\"",
            kind: government,
            existing: true,
            since: none,
        ),
        deal: (
            price: 1000.5,
            starts: "2026-01-31",
        ),
    )
    "#);
    assert!(deal.given.values().all(|given| given.origin == Origin::Set));
}

#[test]
fn set_reaches_into_lists_and_takes_whole_values_in_ron() {
    let schema = every_kind();
    let mut deal = Deal::new();
    set(
        &schema,
        &mut deal,
        &[
            "client=(name: \"Ann\", kind: private)",
            "client=(kind: government)",
            "sites[0].users=5",
            "sites[0].users=6",
            "sites[0].owner=Bob",
            "sites[1]=(users: 7)",
            "sites[1]=(kind: none)",
            "sites[2].kind=large",
        ],
    );
    insta::assert_snapshot!(write::json(&schema, &deal), @r#"
    {
      "client": {
        "name": "Ann",
        "kind": "government"
      },
      "sites": [
        {
          "users": 6,
          "owner": "Bob"
        },
        {
          "kind": null
        },
        {
          "kind": "large"
        }
      ]
    }
    "#);
    set(&schema, &mut deal, &["sites=[]"]);
    assert_eq!(deal.get(schema.fact_by_name("sites").unwrap()).unwrap().value, Value::List([].into()));
}

#[test]
fn set_says_what_is_wrong() {
    for (assignment, expected) in [
        ("client.kind", "E0601 `client.kind` gives no value (write a path and a value, such as `client.kind=private`)"),
        ("client.knd=x", "E0602 no fact is called `client.knd` (did you mean `client.kind`?)"),
        (
            "client.kind=x",
            "E0605 `client.kind` can't be `x`: not one of its values (it is `private`, `nonprofit` or `government`)",
        ),
        ("client.kind=none", "E0609 `client.kind` can't be none (leave it out where it is not known)"),
        ("deal.months=121", "E0606 `deal.months` is 121, which is out of its range: must be between 0 and 120"),
        ("deal.months=", "E0604 `deal.months` is to be a whole number, not `` (none is written `none` here)"),
        (
            "sites[2].users=1",
            "E0610 `sites[2]` would leave a hole: `sites` has 1 record so far (the next record is `sites[1]`)",
        ),
        ("sites[3].users=1", "E0610 `sites` may have at most 3 records, and so has no `[3]`"),
        ("sites[0].user=1", "E0602 no field is called `user` (did you mean `users`?)"),
        ("weather=fine", "E0602 no fact is called `weather` (a deal holds `client`, `deal` and `sites`)"),
        (
            "client.weather=fine",
            "E0602 no fact is called `client.weather` (`client` holds `existing`, `kind`, `name` and `since`)",
        ),
        (
            "sites[0].weather=fine",
            "E0602 no field is called `weather` (a record of `sites` holds `kind`, `name`, `owner` and `users`)",
        ),
        ("=1", "E0601 no fact is named before the `=` (write a path and a value, such as `client.kind=private`)"),
        (
            "client.kind.of=1",
            "E0602 no fact is called `client.kind.of` (`client.kind` is a fact itself and has no parts)",
        ),
        (
            "sites.users=1",
            "E0602 no fact is called `sites.users` (`sites` is a list: say of which record, such as `sites[0].users`)",
        ),
        ("sites=none", "E0609 `sites` can't be none (leave it out where it is not known; an empty list is `[]`)"),
        ("sites[0].users=-1", "E0606 `sites[0].users` is -1, which is out of its range: must be between 0 and 1_000"),
        ("sites[x].users=1", "E0601 `x` in `sites[x].users` is not an index: the first is 0"),
        ("sites[0=1", "E0601 `sites[0` lacks a `]` behind its index"),
        ("sites[0]users=1", "E0601 `sites[0]users` lacks a `.` behind its index"),
        ("client.kind[0]=1", "E0604 `client.kind` is not a list, and has no `[0]`"),
        (
            "client=(nme: \"x\")",
            "E0602 no fact is called `client.nme`: not declared by the policy (did you mean `client.name`?)",
        ),
        ("sites=[(users: 1", "E0601 this is not RON: expected comma (a bracket, a quote or a comment is not closed)"),
        (
            "sites=[(users: 1001)]",
            "E0606 `sites[0].users` is 1_001, which is out of its range: must be between 0 and 1_000",
        ),
    ] {
        assert_eq!(refused(assignment), expected, "{assignment}");
    }
}

#[derive(Serialize)]
enum Kind {
    #[serde(rename = "government")]
    Government,
}

#[derive(Serialize)]
struct Client {
    name: &'static str,
    kind: Kind,
    existing: Option<bool>,
    since: Option<String>,
}

#[derive(Serialize)]
struct Figures {
    price: f64,
    hours: f32,
    months: u128,
    margin: i8,
}

#[derive(Serialize)]
struct Whole {
    client: Client,
    deal: Figures,
    sites: Vec<BTreeMap<String, serde_json::Value>>,
}

fn whole() -> Whole {
    let site = [("name".to_owned(), "a".into()), ("users".to_owned(), 12.into()), ("kind".to_owned(), ().into())];
    Whole {
        client: Client { name: "Ann", kind: Kind::Government, existing: None, since: None },
        deal: Figures { price: 0.1, hours: 1.1, months: 12, margin: -3 },
        sites: vec![site.into_iter().collect()],
    }
}

#[test]
fn serialized_data_is_a_deal() {
    let schema = every_kind();
    let deal = read::serialize(&schema, &whole()).unwrap();
    insta::assert_snapshot!(write::ron(&schema, &deal), @r#"
    (
        client: (
            name: "Ann",
            kind: government,
            since: none,
        ),
        deal: (
            price: 0.1,
            hours: 1.1,
            months: 12,
            margin: -3,
        ),
        sites: [
            (
                name: "a",
                users: 12,
                kind: none,
            ),
        ],
    )
    "#);
    assert!(deal.given.values().all(|given| given.origin == Origin::Code));
}

#[test]
fn serialized_data_is_held_to_the_schema_too() {
    let schema = every_kind();
    let mut wrong = whole();
    wrong.deal.price = f64::NAN;
    wrong.deal.hours = f32::INFINITY;
    wrong.deal.months = u128::MAX;
    wrong.sites[0].insert("user".to_owned(), 1.into());
    let problems = read::serialize(&schema, &wrong).unwrap_err();
    let said: Vec<_> = problems.iter().map(|p| format!("{} {}", p.code, p.message)).collect();
    insta::assert_snapshot!(said.join("\n"), @r"
    E0604 `deal.price` is to be a number with digits, not `NaN`: has no digits
    E0604 `deal.hours` is to be a number with digits, not `inf`: has no digits
    E0607 `deal.months` is too long a number to be held exactly: too many digits
    E0602 no field is called `sites[0].user`: not declared by the policy
    ");
    let json: serde_json::Value = serde_json::from_str(r#"{"deal": {"price": 12345678901234567.89}}"#).unwrap();
    let deal = read::serialize(&schema, &json).unwrap();
    assert!(write::json(&schema, &deal).contains("12345678901234567.89"));
}

#[test]
fn output_has_one_encoding() {
    let schema = every_kind();
    let mut deal = Deal::new();
    set(
        &schema,
        &mut deal,
        &["client.kind=private", "client.since=none", "deal.price=95.50", "deal.months=12", "deal.starts=2026-01-31"],
    );
    set(&schema, &mut deal, &["client.existing=false", "sites=[(users: 3, owner: \"Ann\"), (kind: none)]"]);
    let encoded = |name: &str| {
        let id = schema.fact_by_name(name).unwrap();
        encode::json(&schema, &schema.facts[id].ty, &deal.get(id).unwrap().value).to_string()
    };
    for (name, expected) in [
        ("client.kind", r#""private""#),
        ("client.since", "null"),
        ("client.existing", "false"),
        ("deal.price", r#""95.5""#),
        ("deal.months", "12"),
        ("deal.starts", r#""2026-01-31""#),
        ("sites", r#"[{"users":3,"owner":"Ann"},{"kind":null}]"#),
    ] {
        assert_eq!(encoded(name), expected, "{name}");
    }
    let Value::List(_) = &deal.get(schema.fact_by_name("sites").unwrap()).unwrap().value else { panic!("a list") };
    let kinds = schema.enumerations.iter().next().unwrap().0;
    let items = Value::Items(dealdesk::facts::ItemSet::new([1, 0]));
    assert_eq!(encode::json(&schema, &Type::of(TypeKind::Items(kinds)), &items).to_string(), r#"["small","large"]"#);
}

#[test]
fn paths_name_facts_and_are_read_back() {
    let schema = every_kind();
    for path in ["client.kind", "sites", "sites[0].users", "sites[12].owner"] {
        assert_eq!(schema.path(schema.parse_path(path).unwrap()), path);
    }
    for path in
        ["", "client", "client.knd", "sites[].users", "sites[0]", "sites[x].users", "sites[0].user", "client[0].kind"]
    {
        assert_eq!(schema.parse_path(path), None, "{path}");
    }
    let field = schema.parse_path("sites[0].users").unwrap().fact;
    assert_eq!(schema.path(FactPath { fact: field, element: None }), "site.users");
    assert_eq!(schema.label(field), "users");
}

#[test]
fn a_fact_behind_many_dots_reads_from_nested_names_and_from_its_full_one() {
    let name = (0..40).map(|n| format!("g{n}")).collect::<Vec<_>>().join(".");
    let schema = schema(&format!("fact {name}: integer"));
    let mut deal = Deal::new();
    set(&schema, &mut deal, &[&format!("{name}=3")]);
    for (format, text) in
        [(read::Format::Ron, write::ron(&schema, &deal)), (read::Format::Json, write::json(&schema, &deal))]
    {
        let (again, problems) = super::read_deal(&schema, "deep", &text, format);
        assert_eq!(problems, "");
        assert_eq!(write::ron(&schema, &again), write::ron(&schema, &deal));
    }
    let (again, problems) = super::read_deal(&schema, "flat", &format!("{{\"{name}\": 3}}"), read::Format::Json);
    assert_eq!((problems.as_str(), again.given.iter().count()), ("", 1));
}
