//! Long lists, and questions about lists within questions about lists.

use dealdesk::Status;

use crate::{decide, show, status};

const NESTED: &str = "
record person
  field age: integer 0..100
record visit
  field day: integer 0..100
fact people: list of person up to 10000
fact visits: list of visit up to 10000

decide busy: boolean = any of people where (count of visits where visit.day > person.age) > 100000
decide person.rank: integer = count of visits where visit.day > person.age
decide total: integer = sum of person.rank over people
";

fn records(field: &str, count: usize) -> String {
    let records: Vec<String> = (0..count).map(|i| format!("{{\"{field}\": {}}}", i % 100)).collect();
    format!("[{}]", records.join(","))
}

fn nested(people: usize, visits: usize) -> String {
    format!("{{\"people\": {}, \"visits\": {}}}", records("age", people), records("day", visits))
}

#[test]
fn questions_about_lists_within_lists_stay_in_bounds() {
    let decisions = decide(NESTED, &nested(400, 400));
    show(&decisions);
    assert_eq!(decisions.get("busy").unwrap().value_as::<bool>(), Some(false));
    assert_eq!(decisions.get("total").unwrap().value_as::<u64>(), Some(400 * 4 * 99 * 100 / 2 / 100));
    assert_eq!(decisions.each("person.rank").len(), 400);
    // What was left out of the explanation is said to be.
    assert!(decisions.report().json().contains("\"cut\":true"));
}

#[test]
fn more_work_than_one_evaluation_may_cost_is_an_error() {
    let policy = NESTED.replace("> person.age", "+ 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 > person.age");
    let status = status(&policy, &nested(1_500, 1_500), "total");
    assert_eq!(status, Status::Error);
}

#[test]
fn unknown_lists_within_lists_stay_in_bounds() {
    assert_eq!(status(NESTED, "{}", "total"), Status::Undecided);
    let half = format!("{{\"visits\": {}}}", records("day", 300));
    assert_eq!(status(NESTED, &half, "total"), Status::Undecided);
}

#[test]
fn a_full_list_whose_fields_are_unknown_stays_in_bounds() {
    let policy = "
record item
  field size: integer 0..100
  field far: boolean
fact items: list of item up to 10000
fact limit: integer 0..100

decide item.big: boolean = item.size > limit
decide big: integer = count of items where item.big
decide far: integer = sum of item.size over items where item.far
";
    let items = vec!["{}"; 200].join(",");
    assert_eq!(status(policy, &format!("{{\"items\": [{items}]}}"), "big"), Status::Undecided);
    assert_eq!(status(policy, "{}", "far"), Status::Undecided);
}
