//! Rows of text decided in bulk against the reference: random policies and deals, written as JSON Lines and as CSV, and read back
//! from either.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use dealdesk::base::{FileId, SourceFile};
use dealdesk::batch::{Columns, Done, From, Plan, To, Worker};
use dealdesk::engine::Memo;
use dealdesk::facts::read::table::{Cells, Header, Rows};
use dealdesk::facts::{self, Schema, Type, TypeKind, Value, encode, write};
use dealdesk::policy::Policy;
use serde_json::{Value as Json, json};

use crate::bridge::{Compiled, to_engine, to_value};
use crate::differential::try_these;
use crate::generate::{Case, Cases};
use crate::reference::completions::better_known;
use crate::reference::{self, Answer, Answers, State};

/// An answer in a few words, of which only the kind of an error is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub status: String,
    pub value: Json,
    pub names: BTreeSet<String>,
    pub presumed: BTreeSet<String>,
    /// Of one record among others.
    pub each: bool,
}

pub fn expected(schema: &Schema, ty: &Type, answer: &Answer, each: bool) -> Said {
    let json = |value| encode::json(schema, ty, &to_value(schema, ty, value));
    let (status, value, names) = match &answer.state {
        State::Decided(value) => ("decided", json(value), BTreeSet::new()),
        State::Default(value) => ("default", json(value), BTreeSet::new()),
        State::Undecided(open) => ("undecided", Json::Null, open.missing.clone()),
        State::Conflict(rules) => ("conflict", Json::Null, rules.clone()),
        State::Error(_) => ("error", Json::Null, BTreeSet::new()),
    };
    Said { status: status.to_owned(), value, names, presumed: answer.presumed.clone(), each }
}

fn names(list: &Json) -> BTreeSet<String> {
    list.as_array().into_iter().flatten().filter_map(|name| Some(name.as_str()?.to_owned())).collect()
}

/// What an object of the output says.
fn from_json(answer: &Json, each: bool) -> Said {
    let [missing, between] = ["missing", "between"].map(|key| names(&answer[key]));
    Said {
        status: answer["status"].as_str().unwrap_or_default().to_owned(),
        value: answer["value"].clone(),
        names: missing.into_iter().chain(between).collect(),
        presumed: names(&answer["presumed"]),
        each,
    }
}

/// The names behind a word in the details of a cell.
fn listed(details: &str, word: &str) -> BTreeSet<String> {
    let parts = details.split("; ").filter_map(|part| part.strip_prefix(word)?.strip_prefix(": "));
    parts.flat_map(|names| names.split(", ")).map(str::to_owned).collect()
}

/// What three cells say; the value is compared as a cell has it.
pub fn from_cells(value: &str, status: &str, details: &str) -> Said {
    let [missing, between] = ["missing", "between"].map(|word| listed(details, word));
    Said {
        status: status.to_owned(),
        value: value.into(),
        names: missing.into_iter().chain(between).collect(),
        presumed: listed(details, "presumed"),
        each: false,
    }
}

/// A value as a cell says it.
fn as_cell(said: &Said) -> String {
    let worded = |value: &Json| match value {
        Json::Null if matches!(said.status.as_str(), "decided" | "default") => "none".to_owned(),
        Json::Null => String::new(),
        Json::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    };
    match &said.value {
        Json::Array(all) => all.iter().map(worded).collect::<Vec<_>>().join("; "),
        one => worded(one),
    }
}

/// A deal as a row of a table with these columns; `None` where a table cannot say it.
fn row(schema: &Schema, deal: &facts::Deal, columns: &[String]) -> Option<String> {
    let cells = columns.iter().map(|column| {
        let path = schema.parse_path(column)?;
        let (fact, given) = match path.element {
            None => (path.fact, deal.get(path.fact)),
            Some(element) => {
                let list = deal.get(element.list).map(|given| &given.value);
                let Some(Value::List(records)) = list else { return Some(String::new()) };
                let record = records.get(element.index as usize);
                let (_, place) = schema.facts[path.fact].field_of?;
                (path.fact, record.and_then(|record| record.fields.get(place)?.as_ref()))
            }
        };
        let Some(given) = given else { return Some(String::new()) };
        let said = cell(schema, &schema.facts[fact].ty, &given.value)?;
        Some(format!("\"{}\"", said.replace('"', "\"\"")))
    });
    Some(cells.collect::<Option<Vec<String>>>()?.join(","))
}

fn cell(schema: &Schema, ty: &Type, value: &Value) -> Option<String> {
    match (value, &ty.kind) {
        // Nothing but a text stands where a text is asked for.
        (Value::None, TypeKind::Text) => None,
        // A variant may have this name.
        (Value::None, _) => Some("none".to_owned()),
        (Value::Text(text), _) if text.is_empty() || **text != *text.trim() || text.contains('"') => {
            Some(write::ron_text(text))
        }
        (Value::Text(text), _) => Some(text.to_string()),
        (Value::Number(n), _) => Some(n.to_string()),
        (Value::List(_), _) => {
            let mut deal = facts::Deal::new();
            let list = schema.facts.iter().find(|(_, fact)| fact.ty == *ty)?.0;
            let given = facts::Given { value: value.clone(), origin: facts::Origin::Code };
            deal.given.insert(list, given);
            let json = write::json_value(schema, &deal);
            let mut inner = &json;
            while let Json::Object(object) = inner {
                inner = object.values().next()?;
            }
            Some(inner.to_string())
        }
        _ => match encode::json(schema, ty, value) {
            Json::String(text) => Some(text),
            other => Some(other.to_string()),
        },
    }
}

/// The columns of all facts; lists as wholes, or by their records.
fn columns(schema: &Schema, whole: bool) -> Vec<String> {
    let mut columns = Vec::new();
    for (_, fact) in schema.facts.iter().filter(|(_, fact)| fact.field_of.is_none()) {
        match fact.ty.kind {
            TypeKind::List { record, up_to } if !whole => {
                for index in 0..up_to.min(4) {
                    let fields = schema.records[record].fields.iter();
                    columns.extend(fields.map(|field| format!("{}[{index}].{}", fact.name, schema.facts[*field].name)));
                }
            }
            _ => columns.push(fact.name.clone()),
        }
    }
    columns
}

/// Whether columns for the fields of records say all of a deal.
fn is_said_by_records(deal: &facts::Deal) -> bool {
    deal.given.values().all(|given| match &given.value {
        Value::List(records) => {
            let told = records.iter().all(|record| record.fields.iter().any(Option::is_some));
            !records.is_empty() && records.len() <= 4 && told
        }
        _ => true,
    })
}

fn run(plan: &Plan, from: From, text: &str) -> Result<String, String> {
    let memo = Memo::of_size(&plan.policy, 100);
    let mut worker = Worker::new(plan, &memo, "deals", from.clone());
    let mut done = Done::default();
    worker.decide(text.as_bytes(), 1, false, &mut done);
    if done.tally.rejected > 0 {
        return Err(format!("rejected: {:?}\n{text}", done.rejected.first().map(|rejected| &rejected.problems)));
    }
    let whole = String::from_utf8(std::mem::take(&mut done.text)).unwrap();
    // However it is cut, the rows are the same.
    let mut one_by_one = String::new();
    let separator = match &from {
        From::Lines => None,
        From::Table(header) => Some(header.separator),
    };
    for (line, row) in Rows::of(text.as_bytes(), separator, 1) {
        worker.decide(row, line, false, &mut done);
        one_by_one += std::str::from_utf8(&done.text).unwrap();
    }
    if whole == one_by_one { Ok(whole) } else { Err(format!("{whole}\nis not\n{one_by_one}")) }
}

/// What every decision of every row came to, one for each record.
pub type Found = Vec<BTreeMap<String, Vec<Said>>>;

fn found_in_lines(policy: &Policy, text: &str) -> Found {
    let row = |line: &str| {
        let object: Json = serde_json::from_str(line).unwrap();
        let of = |name: &String| match &object[name]["each"] {
            Json::Array(each) => each.iter().map(|answer| from_json(answer, true)).collect(),
            _ => vec![from_json(&object[name], false)],
        };
        policy.decisions.iter().map(|(_, decision)| (decision.name.clone(), of(&decision.name))).collect()
    };
    text.lines().map(row).collect()
}

fn found_in_table(policy: &Policy, text: &str) -> Found {
    let row = |(_, row): (usize, &[u8])| {
        let row = std::str::from_utf8(row).unwrap();
        let cells: Vec<String> = Cells::of(row, b',').map(|cell| cell.unwrap().text.trim().to_owned()).collect();
        let mut cells = cells.iter().skip(1);
        let mut next = || cells.next().unwrap();
        let all = policy.decisions.iter().map(|(_, decision)| {
            let (value, status, details) = (next(), next(), next());
            let said = match status.strip_prefix('[') {
                None => vec![from_cells(value, status, details)],
                Some(_) => {
                    let values: Vec<Json> = serde_json::from_str(value).unwrap();
                    let statuses: Vec<String> = serde_json::from_str(status).unwrap();
                    values
                        .into_iter()
                        .zip(statuses)
                        .enumerate()
                        .map(|(at, (value, status))| {
                            let begin = format!("[{at}] ");
                            let rest = details.split(&begin).nth(1).unwrap_or_default();
                            let own = rest.split("; [").next().unwrap_or_default();
                            Said { value, each: true, ..from_cells("", &status, own) }
                        })
                        .collect()
                }
            };
            (decision.name.clone(), said)
        });
        all.collect()
    };
    Rows::of(text.as_bytes(), Some(b','), 1).map(row).collect()
}

fn against_the_reference(case: &Case, compiled: &Compiled, rows: &mut [usize; 3]) -> Vec<String> {
    let policy = Arc::new(compiled.policy.clone());
    let (schema, pack) = (&policy.schema, compiled.pack());
    let mut deals = vec![case.deal.clone()];
    deals.extend(better_known(&pack, &case.deal).into_iter().take(2));
    let mut problems = Vec::new();
    for strict in [false, true] {
        let answers = |deal| {
            let answers = reference::answer(&pack, deal, case.as_of, strict);
            let each = |name: &String, answers: &Answers| {
                let ty = &policy.decisions[policy.decision_by_name(name).unwrap()].ty;
                match answers {
                    Answers::One(answer) => vec![expected(schema, ty, answer, false)],
                    Answers::Each(all) => all.iter().map(|answer| expected(schema, ty, answer, true)).collect(),
                }
            };
            answers.iter().map(|(name, answers)| (name.clone(), each(name, answers))).collect()
        };
        let expected: Found = deals.iter().map(answers).collect();
        let given: Vec<facts::Deal> = deals.iter().map(|deal| to_engine(schema, deal)).collect();
        let mut plan = Plan::new(&policy, &compiled.sources, None, case.as_of);
        plan.strict = strict;
        let mut compare = |what: &str, got: Result<Found, String>, expected: &Found| match got {
            Err(problem) => problems.push(format!("{what}, strict {strict}: {problem}")),
            Ok(got) => {
                for (row, (got, expected)) in got.iter().zip(expected).enumerate() {
                    for (name, expected) in expected.iter().filter(|(name, said)| got.get(*name) != Some(said)) {
                        let got = got.get(name);
                        problems
                            .push(format!("{what}, strict {strict}, row {row}, {name}: not {expected:?} but {got:?}"));
                    }
                }
                if got.len() != expected.len() {
                    problems.push(format!("{what}: {} rows, not {}", got.len(), expected.len()));
                }
            }
        };
        let lines: String = given.iter().map(|deal| format!("{}\n", write::json_value(schema, deal))).collect();
        plan.to = To::Lines;
        rows[0] += deals.len();
        compare("JSON Lines", run(&plan, From::Lines, &lines).map(|text| found_in_lines(&policy, &text)), &expected);
        plan.to = To::Table;
        for whole in [true, false] {
            let columns = columns(schema, whole);
            let said =
                given.iter().map(|deal| row(schema, deal, &columns).filter(|_| whole || is_said_by_records(deal)));
            let (mut table, mut of_table) = (String::new(), Found::new());
            for (row, expected) in said.zip(&expected) {
                // A row in which nothing is given is blank where there is but one column.
                let Some(row) = row.filter(|row| !row.is_empty()) else { continue };
                table += &format!("{row}\n");
                let as_cells = |said: &Said| match said.each {
                    true => said.clone(),
                    false => Said { value: as_cell(said).into(), ..said.clone() },
                };
                let of = |(name, said): (&String, &Vec<Said>)| (name.clone(), said.iter().map(as_cells).collect());
                of_table.push(expected.iter().map(of).collect());
            }
            rows[1 + usize::from(whole)] += of_table.len();
            let head = SourceFile::new("head", columns.join(","));
            let beside: [&str; 0] = [];
            let header = Header::read(schema, FileId(0), &head, &beside).unwrap_or_else(|found| panic!("{found:?}"));
            let got = run(&plan, From::Table(Arc::new(header)), &table).map(|text| found_in_table(&policy, &text));
            compare(if whole { "CSV with whole lists" } else { "CSV with records" }, got, &of_table);
        }
        let columns = Columns::of(&plan);
        if columns.as_ref().map(|columns| columns.0.len()) != Ok(1 + 3 * policy.decisions.len()) {
            problems.push(format!("{columns:?}"));
        }
    }
    problems
}

#[test]
fn rows_come_to_what_the_reference_says() {
    let rows = RefCell::new([0; 3]);
    try_these(400, &Cases { completions: Some(200) }, |case, compiled| {
        against_the_reference(case, compiled, &mut rows.borrow_mut())
    });
    let rows = rows.into_inner();
    println!("{}", json!(rows));
    assert!(rows.iter().all(|rows| *rows > 500), "{rows:?}");
}
