//! The first pack of policies and its example deals: engine and reference agree there too.

use std::collections::btree_map::Entry;
use std::path::Path;

use dealdesk::Format;
use dealdesk::base::{Number, SourceFile, Sources};
use dealdesk::engine::{self, Options};
use dealdesk::facts::read;
use jiff::civil::date;

use crate::bridge::{compile, from_engine, to_engine};
use crate::compare::differences;
use crate::reference::pack::{Kind, Pack};
use crate::reference::{self, Deal, Val};

#[test]
fn example_deals_are_decided_alike() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let policies = std::fs::read_dir(root.join("rules")).unwrap().map(|entry| entry.unwrap().path());
    let policies = policies.filter(|path| path.extension().is_some_and(|e| e == "policy"));
    let texts: Vec<String> = policies.map(|path| std::fs::read_to_string(path).unwrap()).collect();
    let compiled = compile(texts.iter().map(String::as_str)).unwrap();
    let pack = compiled.pack();
    let as_of = date(2026, 3, 1);
    let mut tried = 0;
    for entry in std::fs::read_dir(root.join("examples/deals")).unwrap() {
        let path = entry.unwrap().path();
        let format = Format::from_extension(path.extension().unwrap().to_str().unwrap()).unwrap();
        let file = SourceFile::new(path.to_str().unwrap(), std::fs::read_to_string(&path).unwrap());
        let id = Sources::new().add(file.clone());
        let (given, problems) = read::deal(&compiled.policy.schema, id, &file, format);
        assert!(problems.is_empty(), "{problems:?}");
        let mut deal = from_engine(&compiled.policy.schema, &given);
        complete(&pack, &mut deal);
        let given = to_engine(&compiled.policy.schema, &deal);
        for strict in [false, true] {
            let expected = reference::answer(&pack, &deal, as_of, strict);
            let options = Options { strict, explain: false, ..Options::default() };
            let got = engine::decide(&compiled.policy, &given, as_of, &options);
            let differences = differences(&compiled.policy, &expected, &got);
            assert!(differences.is_empty(), "{}, strict {strict}:\n{}", path.display(), differences.join("\n"));
        }
        tried += 1;
    }
    assert!(tried >= 10, "only {tried} deals were tried");
}

/// The deal with something for all that is unknown and not presumed: what it may be lies in ranges far too wide to
/// try all of it.
fn complete(pack: &Pack<'_>, deal: &mut Deal) {
    for (&name, fact) in &pack.facts {
        let kind = pack.ty(&fact.ty).kind;
        let given = deal.entry(name.to_owned());
        if let (Entry::Occupied(mut given), Kind::List(record, _)) = (given, &kind) {
            let Val::List(records) = given.get_mut() else { panic!("{name} is a list") };
            for fields in records {
                for field in record.fields.iter().filter(|f| f.presumed.is_none()) {
                    let any = || something(&pack.ty(&field.ty).kind);
                    fields.entry(field.name.text.clone()).or_insert_with(any);
                }
            }
        } else if fact.presumed.is_none() {
            deal.entry(name.to_owned()).or_insert_with(|| something(&kind));
        }
    }
}

fn something(kind: &Kind<'_>) -> Val {
    match kind {
        Kind::Boolean => Val::Boolean(true),
        Kind::Integer | Kind::Decimal => Val::Number(Number::ONE),
        Kind::Text => Val::Text("something".to_owned()),
        Kind::Date => Val::Date(date(2026, 1, 31)),
        Kind::OneOf(variants) => Val::Variant(variants[0].to_owned()),
        Kind::List(..) => Val::List(Vec::new()),
    }
}
