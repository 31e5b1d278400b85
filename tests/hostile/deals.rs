//! Deals that are too much for the policy they are read by, or nearly.

use dealdesk::{Format, Pack, Status};

use crate::{AS_OF, compile, show};

const POLICY: &str = "
record item
  field size: integer 0..100
fact items: list of item up to 10000
fact note: text
fact amount: decimal

decide many: boolean = count of items > 5
decide known: boolean = note is \"known\"
decide large: boolean = amount > 1_000
";

fn pack() -> Pack {
    compile(POLICY).unwrap_or_else(|e| panic!("{e}"))
}

fn refused(text: &str, format: Format) -> Vec<&'static str> {
    let error = pack().read_deal("deal", text, format).err().unwrap_or_else(|| panic!("this should be refused"));
    assert!(error.to_string().len() < 1 << 20);
    error.diagnostics().iter().map(|problem| problem.code.as_str()).collect()
}

#[test]
fn a_million_records_are_refused() {
    let records = vec!["{\"size\":1}"; 1_000_000].join(",");
    assert_eq!(refused(&format!("{{\"items\":[{records}]}}"), Format::Json), ["E0610"]);
}

#[test]
fn as_many_records_as_may_be_are_decided_and_shown() {
    let records = vec!["(size:1)"; 10_000].join(",");
    let deal = pack().read_deal("deal", &format!("(items:[{records}])"), Format::Ron).unwrap_or_else(|e| panic!("{e}"));
    let decisions = deal.decide(AS_OF);
    show(&decisions);
    assert_eq!(decisions.get("many").unwrap().value_as::<bool>(), Some(true));
}

#[test]
fn a_text_of_megabytes_is_decided_and_shown() {
    let text = "<&\"| `é".repeat(1 << 18);
    let deal = pack().deal(&serde_json::json!({ "note": text })).unwrap_or_else(|e| panic!("{e}"));
    let decisions = deal.decide(AS_OF);
    show(&decisions);
    assert_eq!(decisions.get("known").unwrap().value_as::<bool>(), Some(false));
}

#[test]
fn numbers_beyond_all_bounds_are_refused() {
    let digits = "9".repeat(100_000);
    for number in [digits.as_str(), "1e400", "1e-400", "-1e99999999999", "1e2147483648"] {
        assert_eq!(refused(&format!("{{\"amount\": {number}}}"), Format::Json), ["E0607"], "{number:.20}");
    }
    for not_one in ["NaN", "inf", "1_", "0x"] {
        assert!(!refused(&format!("amount = {not_one}"), Format::Toml).is_empty(), "{not_one}");
    }
}

#[test]
fn deep_deals_are_refused_in_every_format() {
    for (format, open, close) in
        [(Format::Json, "[", "]"), (Format::Ron, "(", ")"), (Format::Yaml, "[", "]"), (Format::Toml, "[", "]")]
    {
        let nest = format!("{}{}", open.repeat(100_000), close.repeat(100_000));
        let text = match format {
            Format::Toml => format!("items = {nest}"),
            Format::Yaml => format!("items: {nest}"),
            Format::Ron => format!("(items: {nest})"),
            Format::Json => format!("{{\"items\": {nest}}}"),
        };
        assert_eq!(refused(&text, format).len(), 1, "{}", format.name());
    }
}

#[test]
fn assignments_of_a_megabyte_are_refused_or_taken() {
    let mut deal = pack().empty_deal();
    let long = "x".repeat(1 << 20);
    for assignment in [
        format!("{long}=1"),
        format!("items[{long}].size=1"),
        format!("items[99999999999999999999].size={long}"),
        "=".repeat(1 << 20),
    ] {
        let error = deal.set(&assignment).unwrap_err();
        assert!(!error.diagnostics().is_empty());
    }
    deal.set(&format!("note={long}")).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(deal.decide(AS_OF).get("known").unwrap().status, Status::Decided);
}
