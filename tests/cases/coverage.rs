//! Coverage: fixtures counted by hand, and what holds whatever the policy and the cases.

use std::sync::Arc;

use dealdesk::Pack;
use dealdesk::base::{SourceFile, Sources, Span};
use dealdesk::cases::coverage::{self, Coverage, Kind, Tally};
use dealdesk::cases::{Case, Layer};
use dealdesk::civil::{Date, date};
use dealdesk::facts::read::{self, Format};
use dealdesk::{base::FileId, host};
use proptest::prelude::{ProptestConfig, Strategy, any, prop_assert, prop_assert_eq, proptest};

const DAY: Date = date(2026, 3, 1);

fn pack(text: &str) -> Pack {
    Pack::compile([("a.policy", text)]).map_err(|e| e.to_string()).unwrap()
}

/// A case on the deal that is written in JSON.
fn case(pack: &Pack, as_of: Date, deal: &str) -> Case {
    let mut sources = Sources::new();
    let source = SourceFile::new("deal.json", deal);
    let id = sources.add(source.clone());
    let (facts, problems) = read::deal(&pack.policy().schema, id, &source, Format::Json);
    assert_eq!(problems, []);
    Case {
        name: deal.to_owned(),
        span: Span::new(FileId(0), 0, 0),
        tags: Vec::new(),
        as_of,
        layers: vec![Layer::Facts(Arc::new(facts))],
        expect: Vec::new(),
        only: None,
    }
}

fn cover_on(pack: &Pack, deals: &[(Date, &str)]) -> Coverage {
    let mut coverage = Coverage::of(pack.policy(), pack.sources());
    for (as_of, deal) in deals {
        let case = case(pack, *as_of, deal);
        coverage.add(pack.policy(), &case, &case.deal(|_| None));
    }
    coverage
}

fn cover(text: &str, deals: &[&str]) -> Coverage {
    let deals: Vec<(Date, &str)> = deals.iter().map(|deal| (DAY, *deal)).collect();
    cover_on(&pack(text), &deals)
}

/// Every clause of these kinds as `name text goal hits …`, conditions without the name.
fn counts(coverage: &Coverage, kinds: &[Kind]) -> Vec<String> {
    let one = |clause: &coverage::Clause| {
        let goals: Vec<String> = clause.goals().map(|(goal, hits)| format!("{goal} {hits}")).collect();
        let what = if clause.kind == Kind::Condition { &clause.text } else { &clause.name };
        let overridden =
            if clause.overridden > 0 { format!(", overridden {}", clause.overridden) } else { String::new() };
        format!("{what}: {}{overridden}", goals.join(", "))
    };
    let files = coverage.files();
    files.iter().flat_map(|(_, all)| all).filter(|c| kinds.contains(&c.kind)).map(|c| one(c)).collect()
}

const RULES: &str = r#"
fact a: boolean
fact b: boolean
fact n: integer 0..10 or none
decide d: one of x, y, z
  default z
  rule one: x when a and b
  rule two: y when a or (n is not none and n > 5)
    overrides one
"#;

#[test]
fn a_condition_counts_by_its_value_though_another_settled_the_matter() {
    // `a` settles both conditions; `b` and `n` have values all the same.
    let coverage = cover(RULES, &[r#"{"a": false, "b": true, "n": 6}"#, r#"{"a": true, "b": false, "n": 5}"#]);
    assert_eq!(
        counts(&coverage, &[Kind::Condition]),
        [
            "a: true 1, false 1",
            "b: true 1, false 1",
            "a: true 1, false 1",
            "n is not none: true 2, false 0",
            "n > 5: true 1, false 1"
        ]
    );
    assert_eq!(
        counts(&coverage, &[Kind::Rule, Kind::Default]),
        ["d/default: the outcome 0", "d/one: stood 0", "d/two: stood 2"]
    );
}

#[test]
fn what_has_no_value_does_not_count() {
    // `n > 5` has none where `n` is none, and where nobody knows `n`.
    let coverage = cover(RULES, &[r#"{"a": true, "n": null}"#, r#"{"b": true}"#]);
    assert_eq!(
        counts(&coverage, &[Kind::Condition]),
        [
            "a: true 1, false 0",
            "b: true 1, false 0",
            "a: true 1, false 0",
            "n is not none: true 0, false 1",
            "n > 5: true 0, false 0"
        ]
    );
    // Nobody knows whether `one` applies, so that it is not counted as overridden.
    // In the first deal, `two` stands whatever `b` is; in the second, nothing is settled.
    assert_eq!(counts(&coverage, &[Kind::Rule]), ["d/one: stood 0", "d/two: stood 1"]);
}

#[test]
fn a_rule_that_is_always_overridden_has_not_stood() {
    let coverage = cover(RULES, &[r#"{"a": true, "b": true, "n": 0}"#]);
    assert_eq!(counts(&coverage, &[Kind::Rule]), ["d/one: stood 0, overridden 1", "d/two: stood 1"]);
    let missing: Vec<String> = coverage.clauses.iter().filter_map(|clause| clause.missing()).collect();
    assert!(missing.contains(&"rule d/one applied, but was overridden each time".to_owned()), "{missing:?}");
}

#[test]
fn every_record_counts_and_those_of_an_unknown_list_do_not() {
    let policy = r#"
record part "Part"
  field weight: integer 0..100
  field fragile: boolean
    presumed false
fact parts: list of part up to 5
decide part.care: one of none_taken, some
  default none_taken
  rule fragile: some when part.fragile
decide heavy: boolean = any of parts where part.weight > 50 and not part.fragile
"#;
    let known = r#"{"parts": [{"weight": 60, "fragile": true}, {"weight": 10}, {"weight": 51}]}"#;
    let coverage = cover(policy, &[known]);
    assert_eq!(
        counts(&coverage, &[Kind::Rule, Kind::Default, Kind::Condition, Kind::Computed]),
        [
            "part.care/default: the outcome 2",
            "part.care/fragile: stood 1",
            "part.fragile: true 1, false 2",
            "heavy: known 1",
            "any of parts where part.weight > 50 and not part.fragile: true 1, false 0",
            "part.weight > 50: true 2, false 1",
            "part.fragile: true 1, false 2",
        ]
    );
    assert_eq!(cover(policy, &["{}"]).total().reached, 0);
}

#[test]
fn rows_and_cells_count_of_tables_and_of_each_call() {
    let policy = r#"
type size = one of small, large
fact mine: size
fact express: boolean
fact other: size
table price(size: size): integer
  exactly one
  | size  | => price |
  | small | 1 |
  | large | 2 |
table way: one of road, air
  first match
  | mine | express | => way |
  | large | any | road |
  | any | true | air |
  | any | any | road |
decide total: integer = price(mine)
decide dear: boolean = express and price(other) > 1
"#;
    let coverage = cover(policy, &[r#"{"mine": "large", "express": false, "other": "small"}"#]);
    assert_eq!(
        counts(&coverage, &[Kind::Row]),
        [
            // Once for `mine`, and once for `other`, which nothing needed.
            "price/row_1: matched 1",
            "price/row_2: matched 1",
            "way/row_1: matched 1",
            "way/row_2: matched 0",
            "way/row_3: matched 0",
        ]
    );
    assert_eq!(
        counts(&coverage, &[Kind::Condition]),
        [
            "size: small: true 1, false 1",
            "size: large: true 1, false 1",
            "mine: large: true 1, false 0",
            "express: true: true 0, false 1",
            "express: true 0, false 1",
            "price(other) > 1: true 0, false 1",
        ]
    );
}

#[test]
fn rubrics_gates_and_checklists_count_part_by_part() {
    let policy = r#"
fact score: integer 0..5
fact wide: boolean
fact room: boolean
fact time: boolean
rubric rating: one of good, bad
  criterion base = 2 * score
  criterion extra
    points 3 when wide
    points 2 when score > 3
    points 0 otherwise
  band good from 8
  band bad otherwise
gate go: one of open, limited, closed
  require room: room else closed
  require time: time else limited
checklist papers
  item cover
  item wide when wide
"#;
    let coverage = cover(
        policy,
        &[
            r#"{"score": 4, "wide": false, "room": false, "time": false}"#,
            r#"{"score": 1, "wide": false, "room": true, "time": true}"#,
        ],
    );
    use Kind::{Band, Criterion, Default, Item, Points, Requirement};
    assert_eq!(
        counts(&coverage, &[Criterion, Points, Band, Requirement, Item, Default]),
        [
            "rating/base: known 2",
            "rating/extra: the points 0",
            "rating/extra: the points 1",
            "rating/extra: the points 1",
            "rating/good: reached 1",
            "rating/bad: reached 1",
            "go/default: the outcome 1",
            "go/room: failed 1, met 1",
            "go/time: failed 1, met 1, overridden 1",
            "papers/cover: listed 2",
            "papers/wide: listed 0",
        ]
    );
    assert_eq!(
        counts(&coverage, &[Kind::Condition]),
        [
            "wide: true 0, false 2",
            "score > 3: true 1, false 1",
            "room: true 1, false 1",
            "time: true 1, false 1",
            "wide: true 0, false 2",
        ]
    );
    // 13 goals of clauses and 10 of conditions, without a line, an item, and one value of each `wide`.
    assert_eq!(coverage.total(), Tally { reached: 19, all: 23 });
    assert_eq!(coverage.total().percent(), "82.6%");
}

#[test]
fn windows_count_inside_and_outside_and_nothing_of_a_rule_outside_of_its_own() {
    let policy = r#"
fact a: boolean
decide d: boolean
  default false
  rule spring: true from 2026-03-01 until 2026-05-31 when a
"#;
    let pack = pack(policy);
    let inside = cover_on(&pack, &[(date(2026, 5, 31), r#"{"a": false}"#)]);
    let outside = cover_on(&pack, &[(date(2026, 6, 1), r#"{"a": true}"#)]);
    let kinds = [Kind::Window, Kind::Condition, Kind::Rule];
    assert_eq!(
        counts(&inside, &kinds),
        ["d/spring: stood 0", "d/spring: in force 1, out of force 0", "a: true 0, false 1"]
    );
    assert_eq!(
        counts(&outside, &kinds),
        ["d/spring: stood 0", "d/spring: in force 0, out of force 1", "a: true 0, false 0"]
    );
}

#[test]
fn a_tracefile_maps_clauses_to_functions_and_ways_to_branches() {
    let pack = pack(RULES.trim_start());
    let coverage = cover_on(&pack, &[(DAY, r#"{"a": true, "b": true, "n": null}"#)]);
    let expected = "TN:\nSF:a.policy\n\
        FN:5,d/default:5\nFN:6,d/one:6\nFN:7,d/two:7\nFNDA:0,d/default:5\nFNDA:0,d/one:6\nFNDA:1,d/two:7\nFNF:3\nFNH:1\n\
        BRDA:6,0,0,1\nBRDA:6,0,1,0\nBRDA:6,1,0,1\nBRDA:6,1,1,0\nBRDA:7,2,0,1\nBRDA:7,2,1,0\n\
        BRDA:7,3,0,0\nBRDA:7,3,1,1\nBRDA:7,4,0,-\nBRDA:7,4,1,-\nBRF:10\nBRH:4\n\
        DA:5,0\nDA:6,0\nDA:7,1\nLF:3\nLH:1\nend_of_record\n";
    assert_eq!(coverage::lcov(&coverage, pack.sources()), expected);
}

#[test]
fn the_page_shows_every_line_once_and_no_text_becomes_markup() {
    let pack = pack("fact a: boolean\ndecide d: boolean\n  default false because \"<b>&\"\n  rule r: true when a\n");
    let coverage = cover_on(&pack, &[(DAY, r#"{"a": false}"#)]);
    let page = coverage::html(&coverage, pack.policy(), pack.sources());
    assert!(page.contains("&lt;b&gt;&amp;") && !page.contains("<b>"), "{page}");
    assert_eq!(page.matches("<tr class=").count(), 4);
    assert!(page.contains("✗ rule d/r never stood"), "{page}");
    assert!(page.contains("<mark>a</mark>") && page.contains("partly reached"), "{page}");
    assert!(!page.contains("<script") && !page.contains("href=\"http"), "{page}");
}

/// What the shipped cases do not reach: nothing.
#[test]
fn the_cases_of_the_first_pack_exercise_everything() {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let pack = Pack::load(&dir).unwrap();
    let all = host::cases(&dir, &pack).complete().unwrap();
    let mut coverage = Coverage::of(pack.policy(), pack.sources());
    for file in &all.files {
        file.cases.iter().for_each(|case| coverage.add(pack.policy(), case, &all.deal(file, case)));
    }
    let missing: Vec<String> = coverage.clauses.iter().filter_map(|clause| clause.missing()).collect();
    assert!(missing.is_empty(), "{}", missing.join("\n"));
    assert!(coverage.total().all > 150, "{:?}", coverage.total());
}

/// Some facts of a deal of `RULES`.
fn deal() -> impl Strategy<Value = String> {
    (any::<Option<bool>>(), any::<Option<bool>>(), proptest::option::of(proptest::option::of(0..=10u8))).prop_map(
        |(a, b, n)| {
            let facts = [
                a.map(|a| format!("\"a\": {a}")),
                b.map(|b| format!("\"b\": {b}")),
                n.map(|n| format!("\"n\": {}", n.map_or("null".to_owned(), |n| n.to_string()))),
            ];
            format!("{{{}}}", facts.into_iter().flatten().collect::<Vec<_>>().join(", "))
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn a_further_case_never_lowers_a_count(deals in proptest::collection::vec(deal(), 1..5)) {
        let pack = pack(RULES);
        let on = |deals: &[String]| {
            let deals: Vec<(Date, &str)> = deals.iter().map(|deal| (DAY, deal.as_str())).collect();
            cover_on(&pack, &deals)
        };
        let (fewer, more) = (on(&deals[1..]), on(&deals));
        for (fewer, more) in fewer.clauses.iter().zip(&more.clauses) {
            prop_assert!(fewer.hits.iter().zip(&more.hits).all(|(a, b)| a <= b), "{fewer:?} {more:?}");
        }
        // Counted in parts it is the same.
        let mut joined = on(&deals[..1]);
        joined.join(&fewer);
        prop_assert_eq!(counts(&joined, &Kind::ALL), counts(&more, &Kind::ALL));
    }

    #[test]
    fn the_order_of_conditions_changes_nothing(deals in proptest::collection::vec(deal(), 0..5)) {
        let turned = RULES.replace("a and b", "b and a").replace("a or (n is not none and n > 5)", "(n is not none and n > 5) or a");
        let deals: Vec<&str> = deals.iter().map(String::as_str).collect();
        let sorted = |text: &str| {
            let mut counts = counts(&cover(text, &deals), &Kind::ALL);
            counts.sort();
            counts
        };
        prop_assert_eq!(sorted(RULES), sorted(&turned));
    }
}
