//! What the README says about a change of the policies, and what `diff` says as data.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test reads files, and fails where it cannot"
)]

use std::path::Path;
use std::process::Command;

use dealdesk::civil::date;
use dealdesk::pack::{Diff, DiffOptions, DiffRegion, Told};
use dealdesk::{Pack, Status};

/// The line that is taken out of `discovery.policy`.
const GUARD: &str = "\n           and client.kind is government";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A folder with the policies of OpenCraft, and beside them the same without the guard.
fn edited() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["before", "rules"] {
        std::fs::create_dir(folder.path().join(name)).unwrap();
        for entry in std::fs::read_dir(root().join("rules")).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_file() {
                std::fs::copy(entry.path(), folder.path().join(name).join(entry.file_name())).unwrap();
            }
        }
    }
    let policy = folder.path().join("rules/discovery.policy");
    let text = std::fs::read_to_string(&policy).unwrap();
    assert!(text.contains(GUARD), "the guard is not where it was");
    std::fs::write(policy, text.replace(GUARD, "")).unwrap();
    folder
}

fn dealdesk(folder: &Path, arguments: &[&str]) -> (String, Option<i32>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dealdesk"));
    let done = command.args(arguments).current_dir(folder).env("COLUMNS", "100").env("NO_COLOR", "1").output().unwrap();
    let text = String::from_utf8(done.stderr).unwrap() + &String::from_utf8(done.stdout).unwrap();
    (text, done.status.code())
}

#[test]
fn the_readme_shows_what_is_said_of_a_waiver_without_its_guard() {
    let folder = edited();
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let (checked, exit) = dealdesk(folder.path(), &["check", "--as-of", "2026-03-01"]);
    assert_eq!(exit, Some(1));
    let (compared, exit) = dealdesk(folder.path(), &["diff", "before", "--as-of", "2026-03-01"]);
    assert_eq!(exit, Some(1));
    // In a repository it is compared with the last commit.
    let block = format!(
        "$ dealdesk check --as-of 2026-03-01\n{checked}\n$ dealdesk diff HEAD --as-of 2026-03-01\n{compared}```"
    );
    assert!(readme.contains(&block), "the README is to show this:\n{block}");
}

#[test]
fn a_pack_is_compared_with_what_git_remembers_of_it() {
    let folder = edited();
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        let command = command.args(["-c", "user.name=a", "-c", "user.email=a@b.c", "-C"]).arg(folder.path());
        assert!(command.args(arguments).output().unwrap().status.success(), "{arguments:?}");
    };
    std::fs::rename(folder.path().join("rules"), folder.path().join("after")).unwrap();
    std::fs::rename(folder.path().join("before"), folder.path().join("rules")).unwrap();
    git(&["init", "--quiet"]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "--message", "Begin"]);
    let (same, exit) = dealdesk(folder.path(), &["diff", "HEAD"]);
    assert_eq!(exit, Some(0), "{same}");
    std::fs::copy(folder.path().join("after/discovery.policy"), folder.path().join("rules/discovery.policy")).unwrap();
    let (changed, exit) = dealdesk(folder.path(), &["diff", "HEAD", "--as-of", "2026-03-01"]);
    assert_eq!(exit, Some(1), "{changed}");
    git(&["commit", "--quiet", "--all", "--message", "Edit"]);
    // Between two revisions, also of a folder that is gone.
    std::fs::remove_dir_all(folder.path().join("rules")).unwrap();
    std::fs::create_dir(folder.path().join("rules")).unwrap();
    std::fs::copy(folder.path().join("after/pack.ron"), folder.path().join("rules/pack.ron")).unwrap();
    let between = ["--policy", "rules", "diff", "HEAD~1", "HEAD", "--as-of", "2026-03-01"];
    assert_eq!(dealdesk(folder.path(), &between), (changed, Some(1)));
}

fn compared(old: &str, new: &str) -> Diff {
    compared_within(u64::MAX, old, new)
}

/// The comparison, which is stopped when it was asked so often whether it is to be.
fn compared_within(steps: u64, old: &str, new: &str) -> Diff {
    let pack = |text: &str| Pack::compile([("a.policy", text)]).unwrap_or_else(|error| panic!("{error}"));
    let options = DiffOptions { today: date(2026, 3, 1), renames: true };
    let asked = std::cell::Cell::new(0);
    let stop = || {
        asked.set(asked.get() + 1);
        asked.get() > steps
    };
    pack(new).diff(&pack(old), &options, &stop)
}

/// Each region in a line.
fn told(diff: &Diff) -> Vec<String> {
    let line = |region: &DiffRegion| {
        let when = region.when.as_ref().map_or("others".to_owned(), |when| when.join(" and "));
        format!("{}: {} → {} when {when}", region.decision, region.before.text, region.after.text)
    };
    diff.regions.iter().map(line).collect()
}

#[test]
fn the_data_are_what_their_schema_says() {
    let schema: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(root().join("docs/diff.schema.json")).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let pack = |name: &str| Pack::load(root().join("tests/cli/packs").join(name)).unwrap();
    let (old, new) = (pack("discounts"), pack("discounts-next"));
    let options = DiffOptions { today: date(2026, 3, 1), renames: true };
    let mut diff = new.diff(&old, &options, &|| false);
    let facts = serde_json::json!({ "client": { "kind": "nonprofit", "existing": true }, "order": { "total": 40 } });
    let told = dealdesk::pack::Told {
        name: "one".to_owned(),
        before: old.deal(&facts).unwrap(),
        after: new.deal(&facts).unwrap(),
    };
    diff.measure([told], date(2026, 3, 1));
    let json = serde_json::to_value(&diff).unwrap();
    let errors: Vec<String> = validator.iter_errors(&json).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    assert!(json["impact"]["decisions"].is_array());
    assert!(json["regions"].as_array().is_some_and(|regions| regions.len() >= 3));
}

#[test]
fn every_witness_is_decided_as_is_said_of_it() {
    let pack = |name: &str| Pack::load(root().join("tests/cli/packs").join(name)).unwrap();
    let (old, new) = (pack("discounts"), pack("discounts-next"));
    let diff = new.diff(&old, &DiffOptions { today: date(2026, 3, 1), renames: false }, &|| false);
    assert!(!diff.regions.is_empty());
    for region in &diff.regions {
        let as_of = region.witness.as_of.parse().unwrap();
        let before = region.witness.deal_before.as_ref().unwrap_or(&region.witness.deal);
        let was = old.deal(before).unwrap().decide(as_of);
        let is = new.deal(&region.witness.deal).unwrap().decide(as_of);
        for (decisions, told) in [(was, &region.before), (is, &region.after)] {
            let answer = &decisions.each(&region.decision)[0];
            assert_eq!(answer.status, told.status, "{region:#?}");
            assert_eq!(answer.value.as_ref().map(|value| &value.json), told.value.as_ref());
        }
    }
}

#[test]
fn a_refactoring_is_proved_to_be_one() {
    let old = "
        fact kind: one of private, nonprofit, government
        fact total: integer 0..1_000_000
        decide discount: integer
          default 0
          rule large: 10 when total > 100 and not (kind is private or kind is nonprofit)";
    let new = "
        fact kind: one of private, nonprofit, government
        fact total: integer 0..1_000_000
        define public: boolean = kind is government
        table discount: integer
          first match
          | public | total | => discount |
          | true   | 101.. | 10          |
          | any    | any   | 0           |";
    let diff = compared(old, new);
    assert!(diff.equivalent, "{:#?}", diff.regions);
    assert_eq!(diff.completeness.word(), "exact");
}

#[test]
fn a_renamed_decision_is_proved_to_be_the_same_and_another_is_gone() {
    let old = "fact n: integer 0..9\ndecide big: boolean = n > 5\ndecide odd: boolean = n in (1, 3, 5, 7, 9)";
    let new = "fact n: integer 0..9\ndecide large: boolean = not n <= 5\ndecide even: boolean = n in (0, 2, 4, 6, 8)";
    let diff = compared(old, new);
    let told: Vec<(&str, &str, Option<&str>)> =
        diff.changes.iter().map(|c| (c.change, c.name.as_str(), c.before.as_deref())).collect();
    assert_eq!(told, [("renamed", "large", Some("big")), ("added", "even", None), ("removed", "odd", None)]);
    assert!(diff.regions.is_empty() && !diff.equivalent);
}

#[test]
fn another_type_makes_another_fact() {
    let old = "fact size: integer 0..9\nfact n: integer 0..5\ndecide big: boolean = size > 5 and n > 1";
    let new = "fact size: one of small, large\nfact n: integer 0..7\ndecide big: boolean = size is large and n > 1";
    let diff = compared(old, new);
    let retyped: Vec<&str> = diff.changes.iter().filter(|c| c.change == "retyped").map(|c| c.name.as_str()).collect();
    assert_eq!(retyped, ["size", "n"]);
    let region = &diff.regions[0];
    assert_eq!((region.before.status, region.after.status), (Status::Decided, Status::Decided));
    assert!(diff.regions.iter().flat_map(|r| r.when.iter().flatten()).any(|clause| clause.contains("size (old)")));
}

#[test]
fn what_the_circuits_do_not_say_is_not_said_to_be_equal() {
    let old = "fact a: integer\nfact b: integer\nfact c: integer\ndecide big: boolean = a * b * c > 5";
    let new = "fact a: integer\nfact b: integer\nfact c: integer\ndecide big: boolean = a * b * c > 6";
    let diff = compared(old, new);
    assert!(!diff.equivalent && !diff.unsettled.is_empty());
    assert_eq!(diff.completeness.word(), "not_analysed");
    // The same text is the same, whatever it comes to.
    assert!(compared(old, old).equivalent);
}

#[test]
fn a_search_that_is_stopped_proves_nothing() {
    let old = "fact n: integer 0..9\ndecide big: boolean = n > 5\ndecide large: boolean = n > 5";
    let new = "fact n: integer 0..9\ndecide big: boolean = n > 6\ndecide huge: boolean = n > 5";
    let mut ended = 0;
    for steps in 0..200 {
        let diff = compared_within(steps, old, new);
        assert!(!diff.equivalent);
        // What both have by one name is neither new nor gone, however early it ends.
        assert!(diff.compared > 0 && !diff.changes.iter().any(|change| change.name == "big"), "{:?}", diff.changes);
        if diff.stopped {
            assert!(diff.unsettled.iter().any(|line| line.contains("`big`")), "{:?}", diff.unsettled);
        } else {
            assert_eq!(told(&diff).len(), 1);
            ended += 1;
        }
    }
    assert!(0 < ended && ended < 200);
}

const LINES: &str = "\
record line
  field pieces: integer 0..1_000
  field fragile: boolean
fact lines: list of line up to 20
constant fee: integer = 3
decide line.boxes: integer = if line.pieces > LIMIT then 2 else 1
decide boxes: integer = sum of line.boxes over lines
decide price: integer = boxes * fee
decide care: integer = count of lines where line.fragile and line.pieces > LIMIT
decide both: integer = sum of (if line.fragile then A else B) over lines
";

fn lines(limit: &str, a: &str, b: &str) -> String {
    LINES.replace("LIMIT", limit).replace(" A ", &format!(" {a} ")).replace(" B)", &format!(" {b})"))
}

#[test]
fn a_sum_is_told_by_the_records_that_change_it() {
    let diff = compared(&lines("5", "2", "2"), &lines("8", "2", "2"));
    let told: Vec<String> = diff
        .regions
        .iter()
        .map(|region| {
            let when = region.when.as_ref().map_or("others".to_owned(), |when| when.join(" and "));
            format!("{} from {:?} when {when}", region.decision, region.follows_from)
        })
        .collect();
    let expected = [
        "line.boxes from [] when line.pieces in 6..8",
        "boxes from [\"line.boxes\"] when any of lines where before: line.boxes is 2 and now: line.boxes is 1",
        "price from [\"boxes\"] when boxes comes out otherwise",
        "care from [] when any of lines where line.fragile and line.pieces in 6..8",
    ];
    assert_eq!(told, expected);
    assert!(diff.equivalent || diff.unsettled.is_empty());
}

#[test]
fn sums_that_records_change_in_both_ways_are_told_apart_as_far_as_it_is_sure() {
    let mut diff = compared(&lines("5", "2", "2"), &lines("5", "3", "1"));
    let told: Vec<Option<String>> =
        diff.regions.iter().map(|region| region.when.as_ref().map(|when| when.join(" and "))).collect();
    let more = "any of lines where line.fragile";
    let less = "any of lines where not line.fragile";
    let none = |of: &str| of.replace("any of", "none of");
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told.contains(&Some(format!("{more} and {}", none(less)))), "{told:?}");
    assert!(told.contains(&Some(format!("{} and {less}", none(more)))), "{told:?}");
    assert!(told.contains(&None), "{told:?}");

    // Deals fall in these regions.
    let pack = |a: &str, b: &str| Pack::compile([("a.policy", lines("5", a, b).as_str())]).unwrap();
    let (old, new) = (pack("2", "2"), pack("3", "1"));
    let fragile = |all: &[bool]| {
        let lines: Vec<_> = all.iter().map(|fragile| serde_json::json!({ "pieces": 1, "fragile": fragile })).collect();
        serde_json::json!({ "lines": lines })
    };
    let deals = [
        ("more", vec![true, true]),
        ("less", vec![false]),
        ("even", vec![true, false]),
        ("odd", vec![true, false, false]),
    ];
    let deals = deals.map(|(name, all)| dealdesk::pack::Told {
        name: name.to_owned(),
        before: old.deal(&fragile(&all)).unwrap(),
        after: new.deal(&fragile(&all)).unwrap(),
    });
    diff.measure(deals, date(2026, 3, 1));
    let impact = diff.impact.unwrap();
    assert_eq!(impact.changed, 3);
    for (region, when) in impact.regions.iter().zip(told) {
        let expected = match when {
            None => "odd",
            Some(when) if when.starts_with("any") => "more",
            Some(_) => "less",
        };
        assert_eq!(region.deals, [expected]);
    }
}

/// A policy with a date so many months ahead.
fn ahead(months: i32) -> String {
    format!(
        "fact ends: date\nfact hours: integer 0..1000\n\
         decide due: date = add_months_or_last_day(as_of, {months})\n\
         decide late: boolean\n  default false\n  rule soon: true when ends <= due and hours > 100\n"
    )
}

#[test]
fn a_longer_period_is_told_in_few_steps() {
    for (was, is) in [(3, 6), (1, 2), (24, 36), (-1, -2), (6, 13), (240, 241)] {
        let diff = compared_within(100_000, &ahead(was), &ahead(is));
        assert!(!diff.stopped && diff.unsettled.is_empty(), "{was} to {is}");
        let told: Vec<String> = diff
            .regions
            .iter()
            .filter(|region| region.before.status != Status::Error && region.after.status != Status::Error)
            .map(|region| format!("{}: {} → {}", region.decision, region.before.text, region.after.text))
            .collect();
        let late = if was < is { "late: false → true" } else { "late: true → false" };
        let [due, changed] = &told[..] else { panic!("{was} to {is}: {told:#?}") };
        assert!(due.starts_with("due: 20") && changed == late, "{was} to {is}: {told:#?}");
        let settled = |region: &&DiffRegion| region.decision == "late" && region.after.status != Status::Error;
        let shown = diff.regions.iter().filter(settled).find(|region| region.before.status != Status::Error);
        assert_eq!(shown.map(|region| region.witness.as_of.as_str()), Some("2026-03-01"), "{was} to {is}");
    }
}

#[test]
fn a_product_is_told_apart_by_its_laws_in_few_steps() {
    let policy = |limit: &str| {
        format!(
            "fact hours: decimal 0..10_000\nfact rate: decimal 0..500\n\
             decide large: boolean = hours * rate > {limit}\n\
             decide paid: boolean = hours > 0 and rate > 0\n"
        )
    };
    let diff = compared_within(100_000, &policy("10_000"), &policy("12_000"));
    assert!(!diff.stopped && diff.unsettled.is_empty());
    assert_eq!(told(&diff), ["large: true → false when hours * rate > 10_000 and hours * rate <= 12_000"]);
    assert!(compared_within(100_000, &policy("2 * 5_000"), &policy("10_000")).equivalent);
}

const CHANGES: &str = "\
record change
  field kind: one of hire, departure, added, closed
  field roles: integer 0..20
fact changes: list of change up to 20
fact held: integer 0..200
fact most: integer 0..200
define expected: integer = EXPECTED
decide open: boolean = expected < most
decide load: integer = 3 * expected + 1
";

#[test]
fn a_sum_that_was_split_in_two_is_proved_to_be_the_same_sum() {
    let policy = |expected: &str| CHANGES.replace("EXPECTED", expected);
    let one = "held + sum of (if change.kind in (departure, added) then change.roles else -change.roles) over changes";
    let two = "held + (sum of change.roles over changes where change.kind in (departure, added)) \
               - (sum of change.roles over changes where change.kind in (hire, closed))";
    let counts =
        "7 * (count of changes where change.kind is hire) + 11 * (count of changes where change.kind is closed)";
    let parts = "sum of (if change.kind is hire then 7 else (if change.kind is closed then 11 else 0)) over changes";
    for (old, new) in [(one, two), (two, one), (counts, parts)] {
        let diff = compared_within(200_000, &policy(old), &policy(new));
        assert!(diff.equivalent, "{old} | {new}: {:#?} {:?}", told(&diff), diff.unsettled);
    }
    // One that forgets a kind is another one.
    let three = two.replace("(hire, closed)", "(hire)");
    let diff = compared_within(20_000, &policy(one), &policy(&three));
    assert!(!diff.equivalent && (diff.stopped || !diff.regions.is_empty()));
}

#[test]
fn a_list_with_another_name_is_the_same_list_where_its_records_are() {
    let old = LINES.replace("LIMIT", "10").replace('A', "2").replace('B', "1");
    let new =
        old.replace("fact lines", "fact rows").replace("lines where", "rows where").replace("over lines", "over rows");
    let diff = compared(&old, &new);
    assert!(diff.regions.is_empty() && diff.unsettled.is_empty(), "{:#?}", told(&diff));
    assert_eq!((diff.changes[0].change, diff.changes[0].name.as_str()), ("renamed", "rows"));
}

#[test]
fn deals_of_a_region_are_counted_and_not_their_records() {
    let policy = |limit: u32| {
        format!(
            "record stop\n  field miles: integer 0..100\nfact stops: list of stop up to 5\ndecide stop.slow: boolean = stop.miles > {limit}"
        )
    };
    let packs = [policy(50), policy(60)].map(|text| Pack::compile([("a.policy", text)]).unwrap());
    let options = DiffOptions { today: date(2026, 3, 1), renames: true };
    let mut diff = packs[1].diff(&packs[0], &options, &|| false);
    let told = |name: &str, text: &str| {
        let read = |pack: &Pack| pack.read_deal("deal.json", text, dealdesk::facts::read::Format::Json).unwrap();
        Told { name: name.to_owned(), before: read(&packs[0]), after: read(&packs[1]) }
    };
    let two = told("two", r#"{"stops": [{"miles": 55}, {"miles": 70}, {"miles": 60}]}"#);
    let one = told("one", r#"{"stops": [{"miles": 51}]}"#);
    let none = told("none", r#"{"stops": [{"miles": 50}]}"#);
    diff.measure([two, one, none], date(2026, 3, 1));
    let region = &diff.impact.as_ref().unwrap().regions[0];
    assert_eq!((region.count, region.deals.join(" ").as_str()), (2, "two[0] two[2] one[0]"));
}

#[test]
fn numbers_of_another_unit_are_others_and_deals_give_the_same_number() {
    let policy = |unit: &str| {
        format!(
            "unit hour, hours\nunit minute, minutes\nfact h: integer in {unit} 0..100\n\
             decide price: integer in {unit} = 2 * h\ndecide big: boolean = h > 5 {unit}s\n"
        )
    };
    let diff = compared(&policy("hour"), &policy("minute"));
    assert_eq!(told(&diff), ["price: 0 hours → 0 minutes when "]);
    let retyped: Vec<&str> = diff.changes.iter().filter(|c| c.change == "retyped").map(|c| c.name.as_str()).collect();
    assert_eq!(retyped, ["h", "price"]);
}

#[test]
fn deals_with_longer_lists_than_are_looked_at_are_told_apart_by_how_long_they_are() {
    let policy = |most: u32| {
        format!(
            "record r\n  field a: integer 0..9\nfact rs: list of r up to 80\ndecide many: boolean = count of rs > {most}\n"
        )
    };
    let diff = compared(&policy(64), &policy(70));
    assert_eq!(told(&diff), ["many: true → false when count of rs in 65..70"]);
    assert!(diff.unsettled.is_empty());
}

#[test]
fn a_pack_that_begins_on_another_date_says_so() {
    let dated = |from: &str| {
        let manifest = format!("(name: \"a\", version: \"1\", since: \"{from}\")");
        let policy = "fact n: integer 0..9\ndecide big: boolean = n > 5";
        Pack::compile([("pack.ron", manifest.as_str()), ("a.policy", policy)]).unwrap_or_else(|error| panic!("{error}"))
    };
    let options = DiffOptions { today: date(2026, 3, 1), renames: true };
    let diff = dated("2026-01-01").diff(&dated("2025-01-01"), &options, &|| false);
    assert!(diff.regions.is_empty() && !diff.equivalent);
    assert_eq!(diff.changes.iter().map(|c| c.change).collect::<Vec<_>>(), ["since"]);
}
