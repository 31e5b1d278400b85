//! The meaning in examples: policies, deals and the answers that the language page says they have, worked out by hand.
//!
//! `meaning/*.txt` hold them. A line `== TITLE` begins an example and the policy's text follows; each
//! `-- DATE { deal as JSON }` is followed by a line `DECISION: ANSWER` for each decision that it is about (for a
//! decision about records, `DECISION[0]`, `DECISION[1]`, …). `--strict` leaves presumed facts unknown.
//! The reference has to answer so, and the engine has to answer like the reference.

use std::collections::BTreeMap;
use std::path::Path;

use dealdesk::engine::{self, Options};
use jiff::civil::Date;
use serde_json::Value as Json;

use crate::bridge::{Compiled, compile, to_engine};
use crate::compare::differences;
use crate::reference::pack::{Kind, Pack};
use crate::reference::{self, Answers, Deal, Record, Val};

#[test]
fn examples_mean_what_they_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/differential/meaning");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let (mut examples, mut problems) = (0, Vec::new());
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for example in text.split("\n== ").skip(1) {
            examples += 1;
            let (title, body) = example.split_once('\n').unwrap();
            let found = try_example(body);
            problems.extend(
                found.into_iter().map(|p| format!("{}: {title}\n    {p}", file.file_stem().unwrap().display())),
            );
        }
    }
    assert!(examples > 20, "only {examples} examples were found");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

fn try_example(body: &str) -> Vec<String> {
    let mut parts = body.split("\n--");
    let policy = parts.next().unwrap();
    let compiled = match compile([policy]) {
        Ok(compiled) => compiled,
        Err(problems) => return vec![problems],
    };
    parts.flat_map(|part| try_deal(&compiled, part)).collect()
}

fn try_deal(compiled: &Compiled, part: &str) -> Vec<String> {
    let (head, expected) = part.split_once('\n').expect("a deal is followed by answers");
    let (words, json) = head.split_once('{').expect("a deal is JSON");
    let strict = words.contains("strict");
    let as_of: Date = words.trim_start_matches("strict").trim().parse().expect("a date");
    let json: Json = serde_json::from_str(&format!("{{{json}")).expect("a deal is JSON");
    let pack = compiled.pack();
    let mut deal = Deal::new();
    read(&pack, &json, "", &mut deal);

    let answers = reference::answer(&pack, &deal, as_of, strict);
    let mut said = BTreeMap::new();
    for (name, answers) in &answers {
        match answers {
            Answers::One(answer) => drop(said.insert(name.clone(), answer.to_string())),
            Answers::Each(each) => {
                said.extend(each.iter().enumerate().map(|(at, answer)| (format!("{name}[{at}]"), answer.to_string())));
            }
        }
    }
    let mut problems = Vec::new();
    for line in expected.lines().filter(|line| !line.trim().is_empty()) {
        let (name, expected) = line.split_once(": ").expect("an answer");
        let said = said.get(name).map_or("nothing", String::as_str);
        if said != expected {
            problems.push(format!("{name}, {json}: expected `{expected}`, the reference says `{said}`"));
        }
    }
    let options = Options { strict, explain: false, ..Options::default() };
    let given = to_engine(&compiled.policy.schema, &deal);
    let got = engine::decide(&compiled.policy, &given, as_of, &options);
    problems.extend(differences(&compiled.policy, &answers, &got));
    problems
}

/// Reads nested objects into facts by name.
fn read(pack: &Pack<'_>, json: &Json, prefix: &str, deal: &mut Deal) {
    for (key, value) in json.as_object().expect("an object") {
        let name = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        match pack.facts.get(name.as_str()) {
            Some(fact) => drop(deal.insert(name, val(pack, &pack.ty(&fact.ty).kind, value))),
            None => read(pack, value, &name, deal),
        }
    }
}

fn val(pack: &Pack<'_>, kind: &Kind<'_>, json: &Json) -> Val {
    match (kind, json) {
        (_, Json::Null) => Val::None,
        (_, Json::Bool(b)) => Val::Boolean(*b),
        (_, Json::Number(n)) => Val::Number(n.to_string().parse().expect("a number")),
        (Kind::Date, Json::String(text)) => Val::Date(text.parse().expect("a date")),
        (Kind::OneOf(_), Json::String(text)) => Val::Variant(text.clone()),
        (Kind::Text, Json::String(text)) => Val::Text(text.clone()),
        (Kind::List(record, _), Json::Array(items)) => {
            let one = |item: &Json| {
                let field = |(key, value): (&String, &Json)| {
                    let field = record.fields.iter().find(|f| f.name.text == *key).expect("a field");
                    (key.clone(), val(pack, &pack.ty(&field.ty).kind, value))
                };
                item.as_object().expect("a record").iter().map(field).collect::<Record>()
            };
            Val::List(items.iter().map(one).collect())
        }
        (_, json) => panic!("{json} does not fit"),
    }
}
