//! Schemas of policies, and by hand for random deals.

use dealdesk::base::{FileId, SourceFile, Sources, Span};
use dealdesk::check::{Manifest, check};
use dealdesk::diagnostic::render;
use dealdesk::facts::{Enumeration, EnumerationId, Fact, FactId, Record, RecordId, Schema, Type, Variant};
use dealdesk::syntax;

/// What the policy in these files, by name and text, declares.
fn compiled(files: &[(String, String)]) -> Schema {
    let mut sources = Sources::new();
    let (mut parsed, mut found) = (Vec::new(), Vec::new());
    for (name, text) in files {
        let file = SourceFile::new(name.as_str(), text.as_str());
        let (file, problems) = syntax::parse(sources.add(file.clone()), &file);
        parsed.push(file);
        found.extend(problems);
    }
    let (policy, problems) = check(&Manifest::default(), &parsed, &sources);
    found.extend(problems);
    policy.unwrap_or_else(|| panic!("{}", render::human(&found, &sources, false))).schema
}

/// What a policy declares.
pub(crate) fn schema(policy: &str) -> Schema {
    compiled(&[("facts.policy".to_owned(), policy.to_owned())])
}

/// The facts of the pack in `rules/`.
pub(crate) fn opencraft() -> Schema {
    let mut files = Vec::new();
    for entry in std::fs::read_dir("rules").expect("the pack") {
        let path = entry.expect("a file").path();
        if path.extension().is_some_and(|e| e == "policy") {
            files.push((path.display().to_string(), std::fs::read_to_string(&path).expect("a policy")));
        }
    }
    compiled(&files)
}

/// Every kind of fact there is.
pub(crate) fn every_kind() -> Schema {
    schema(include_str!("../fixtures/every_kind.policy"))
}

/// Adds a record without fields.
pub(crate) fn add_record(schema: &mut Schema, name: &str) -> RecordId {
    schema.records.alloc(Record { name: name.to_owned(), label: None, fields: Vec::new(), list: None, span: nowhere() })
}

/// Adds a fact, or a field to a record.
pub(crate) fn add(schema: &mut Schema, name: &str, ty: Type, record: Option<RecordId>) -> FactId {
    let field_of = record.map(|record| (record, schema.records[record].fields.len()));
    let fact = Fact {
        name: name.to_owned(),
        label: None,
        ty,
        ask: None,
        fixed: false,
        cost: None,
        presumed: None,
        judged_by: None,
        field_of,
        span: nowhere(),
    };
    let id = schema.facts.alloc(fact);
    if let Some(record) = record {
        schema.records[record].fields.push(id);
    }
    id
}

pub(crate) fn enumeration<'n>(schema: &mut Schema, names: impl IntoIterator<Item = &'n str>) -> EnumerationId {
    let variants = names.into_iter().map(|name| Variant { name: name.to_owned(), label: None }).collect();
    schema.enumerations.alloc(Enumeration { name: None, variants })
}

fn nowhere() -> Span {
    Span::new(FileId(u32::MAX), 0, 0)
}
