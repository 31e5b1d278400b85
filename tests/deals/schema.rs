//! Schemas from a few words, so that deals can be tested without a policy.

use dealdesk::base::{FileId, Number, Span};
use dealdesk::facts::{
    DateRange, Enumeration, EnumerationId, Fact, FactId, NumberKind, NumberRange, NumberType, Record, RecordId, Schema,
    Type, TypeKind, Unit, UnitProduct, Variant,
};

/// Facts a line each, `NAME: TYPE`, as policies write types; a line that begins with `record NAME` opens a
/// record, whose fields are indented.
pub(crate) fn schema(text: &str) -> Schema {
    let mut schema = Schema::default();
    for (names, decimals, currency) in [(&["EUR"][..], Some(2), true), (&["hour", "hours"][..], None, false)] {
        let names = names.iter().map(|n| (*n).to_owned()).collect();
        schema.units.alloc(Unit { names, currency, decimals });
    }
    let mut record: Option<RecordId> = None;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        if let Some(name) = line.strip_prefix("record ") {
            let span = nowhere();
            let (name, label) = (name.to_owned(), None);
            record = Some(schema.records.alloc(Record { name, label, fields: Vec::new(), list: None, span }));
            continue;
        }
        let record = record.filter(|_| line.starts_with(' '));
        let (name, ty) = line.trim().split_once(": ").expect("NAME: TYPE");
        let ty = parse_type(&mut schema, ty);
        add(&mut schema, name, ty, record);
    }
    schema
}

pub(crate) fn add(schema: &mut Schema, name: &str, ty: Type, record: Option<RecordId>) -> FactId {
    let field_of = record.map(|record| (record, schema.records[record].fields.len()));
    let fact = Fact {
        name: name.to_owned(),
        label: None,
        ty,
        ask: None,
        fixed: false,
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

fn parse_type(schema: &mut Schema, text: &str) -> Type {
    let (text, optional) = match text.strip_suffix(" or none") {
        Some(text) => (text, true),
        None => (text, false),
    };
    let (head, rest) = text.split_once(' ').unwrap_or((text, ""));
    let kind = match head {
        "boolean" => TypeKind::Boolean,
        "text" => TypeKind::Text,
        "date" => match rest.split_once("..") {
            Some((low, high)) => {
                TypeKind::Date(DateRange { low: low.parse().expect("a date"), high: high.parse().expect("a date") })
            }
            None => TypeKind::Date(DateRange::ALL),
        },
        "one" => TypeKind::Variant(enumeration(schema, rest.strip_prefix("of ").expect("one of").split(", "))),
        "list" => {
            let (record, up_to) = rest.strip_prefix("of ").and_then(|r| r.split_once(" up to ")).expect("list of");
            let record = schema.records.iter().find(|(_, r)| r.name == record).expect("a record").0;
            TypeKind::List { record, up_to: up_to.parse().expect("a bound") }
        }
        kind => {
            let kind = if kind == "integer" { NumberKind::Integer } else { NumberKind::Decimal };
            let (unit, range) = match rest.strip_prefix("in ") {
                Some(rest) => rest.split_once(' ').unwrap_or((rest, "")),
                None => ("", rest),
            };
            let unit = schema.units.iter().find(|(_, u)| u.names[0] == unit).map(|(id, _)| UnitProduct::one(id));
            let end = |text: &str| text.parse::<Number>().ok();
            let (low, high) = range.split_once("..").unwrap_or(("", ""));
            let range = NumberRange { low: end(low), high: end(high) };
            TypeKind::Number(NumberType { kind, unit: unit.unwrap_or_default(), range })
        }
    };
    Type { kind, optional }
}

fn nowhere() -> Span {
    Span::new(FileId(u32::MAX), 0, 0)
}

/// The facts of the pack in `rules/`.
pub(crate) fn opencraft() -> Schema {
    schema(
        "record instance
  name: text
  users: integer 0..100000000
  provider: one of aws, ovh, digitalocean, other
  deployment: one of shared, independent
  simplified: boolean
  beyond_contract: boolean
record role_change
  kind: one of hire, departure, contract_added, contract_closed
  roles: integer 0..20
client.name: text
client.kind: one of private, nonprofit, government
client.existing: boolean
deal.channel: one of existing_client, website, referral, community, axim, rfp, tender
deal.engagement: one of fixed_price, iterative, small_feature
deal.hours_needed: decimal in hour 0..10000
deal.discovery_hours: decimal in hour 0..10000
deal.discovery_already_billed: boolean
deal.duration_months: integer 0..120
deal.contract_signed: boolean
deal.last_contact: date or none
lead.market_niche: integer 0..5
lead.budget_fit: integer 0..5
lead.shared_values: integer 0..5
lead.ambition: integer 0..5
lead.openness: integer 0..5
lead.accepts_upstreaming: boolean
tender.law_forbids_discovery_billing: boolean
cell.role_load: integer 0..200
cell.role_limit: integer 0..200
cell.hours_free: decimal in hour 0..10000
cell.changes: list of role_change up to 20
instances: list of instance up to 50
axim.last_update: date or none",
    )
}

/// Every kind of fact there is.
pub(crate) fn every_kind() -> Schema {
    schema(
        "record site
  name: text
  users: integer 0..1000
  kind: one of small, large or none
  owner.name: text
client.name: text
client.kind: one of private, nonprofit, government
client.existing: boolean
client.since: date or none
deal.price: decimal in EUR 0..
deal.hours: decimal in hour 0..10000
deal.months: integer 0..120 or none
deal.starts: date 2020-01-01..2029-12-31
deal.margin: decimal
sites: list of site up to 3",
    )
}
